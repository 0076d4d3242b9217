"""log Z, log p(v) and the pseudo-likelihood against the sum over every pair of layers."""
import time
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from models import energy_table, random_bits, random_rbm, rbms

from numpy_dgm.energy import (
    RBM,
    Gaussian,
    Softmax,
    energy,
    free_energy,
    likelihood,
    log_likelihood,
    log_partition,
    pseudo_log_likelihood,
)
from numpy_dgm.energy.rbm import transposed
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, boltzmann_distribution
from numpy_dgm.foundation.numerics import logsumexp


def brute_force_log_z(rbm):
    v, h = all_bits(len(rbm.b)), all_bits(len(rbm.c))
    return boltzmann_distribution(energy_table(lambda v, h: energy(rbm, v, h), v, h))[1]


@given(rbms)
def test_log_partition_is_the_log_of_the_sum_over_all_pairs_of_layers(rbm):
    np.testing.assert_allclose(log_partition(rbm), brute_force_log_z(rbm), rtol=1e-10, atol=1e-10)


@given(rbms)
def test_either_layer_gives_the_same_log_z(rbm):
    through_v = logsumexp(-free_energy(rbm, all_bits(len(rbm.b))))
    through_h = logsumexp(-free_energy(transposed(rbm), all_bits(len(rbm.c))))
    np.testing.assert_allclose([through_v, through_h], log_partition(rbm), rtol=1e-10, atol=1e-10)


@given(rbms)
def test_the_probabilities_of_all_visible_layers_add_up_to_one(rbm):
    log_p = log_likelihood(rbm, all_bits(len(rbm.b)))
    np.testing.assert_allclose(np.exp(log_p).sum(), 1, rtol=1e-10)


def test_blocks_do_not_change_the_sum():
    """13 hidden units and 40 visible ones make eleven blocks; the sum over all at once is the oracle."""
    rbm = random_rbm(40, 13, 0.5, 0)
    assert len(list(likelihood.state_blocks(transposed(rbm)))) > 4
    np.testing.assert_allclose(log_partition(rbm), logsumexp(-free_energy(transposed(rbm), all_bits(13))), rtol=1e-13)


def test_a_known_log_z_is_taken_as_it_is():
    rbm, v = random_rbm(4, 3, 1.0, 0), random_bits(5, 4, 1)
    np.testing.assert_allclose(log_likelihood(rbm, v, log_z=2.5), -free_energy(rbm, v) - 2.5)


def test_float32_parameters_agree_with_float64_to_float32_rounding():
    rbm = random_rbm(30, 10, 1.0, 0, np.float32)
    in_float64 = RBM(*(getattr(rbm, name).astype(np.float64) for name in "Wbc"))
    np.testing.assert_allclose(log_partition(rbm), log_partition(in_float64), rtol=1e-6)


def test_memory_stays_small_however_many_states():
    """2^17 states of 64 units at once would be 67 MB in float64."""
    rbm = random_rbm(64, 17, 0.1, 0)
    tracemalloc.start()
    log_partition(rbm)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6


def test_a_warning_says_how_long_a_long_sum_will_take(monkeypatch):
    """The clock runs a million times too fast here, so that a short sum looks long."""
    rbm, clock = random_rbm(64, 12, 0.1, 0), time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: 1e6 * clock())
    with pytest.warns(UserWarning, match="4,096 states to sum, which takes about"):
        log_partition(rbm)


def test_a_short_sum_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        log_partition(random_rbm(10, 5, 0.1, 0))


def test_too_large_a_model_is_refused_with_what_will_serve_instead():
    message = "at most 25 bits .*, got 300 visible and 26 hidden units; evaluate_rbm estimates log Z"
    with pytest.raises(InvalidInput, match=f"rbm: expected a layer of {message}"):
        log_partition(random_rbm(300, 26, 0.1, 0))


# ---- pseudo-likelihood


def pseudo_by_definition(rbm):
    """Σᵢ log p(vᵢ given the rest) of every visible layer, from the table of all p(v, h): (2^D,).

        p(vᵢ given the rest) = p(v) / (p(v) + p(v with bit i flipped))
    """
    v, h = all_bits(len(rbm.b)), all_bits(len(rbm.c))
    p = boltzmann_distribution(energy_table(lambda v, h: energy(rbm, v, h), v, h))[0].sum(axis=1)
    total = np.zeros(len(v))
    for i in range(v.shape[1]):
        neighbour = v.copy()
        neighbour[:, i] = 1 - v[:, i]
        total += np.log(p / (p + p[bits_to_index(neighbour)]))
    return total


@given(rbms)
def test_the_pseudo_likelihood_sums_the_conditionals_of_all_bits(rbm):
    v = all_bits(len(rbm.b))
    np.testing.assert_allclose(pseudo_log_likelihood(rbm, v), pseudo_by_definition(rbm), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("hidden", [Gaussian(), Softmax(3)], ids=repr)
def test_the_pseudo_likelihood_takes_any_kind_of_hidden_units(hidden):
    """p(v given the rest) from -F, which is held against integrals and sums elsewhere."""
    rbm = random_rbm(5, 3, 1.0, 0, hidden=hidden)
    v = all_bits(5)
    p = np.exp(-free_energy(rbm, v))
    neighbours = [bits_to_index(np.abs(v - np.eye(5)[i])) for i in range(5)]
    expected = sum(np.log(p / (p + p[rows])) for rows in neighbours)
    np.testing.assert_allclose(pseudo_log_likelihood(rbm, v), expected, rtol=1e-10)


def test_without_connections_the_pseudo_likelihood_is_the_likelihood():
    rbm, v = random_rbm(6, 3, 1.0, 0), all_bits(6)
    unconnected = RBM(W=np.zeros((6, 3)), b=rbm.b, c=rbm.c)
    np.testing.assert_allclose(pseudo_log_likelihood(unconnected, v), log_likelihood(unconnected, v), rtol=1e-12)


def test_the_pseudo_likelihood_bounds_the_likelihood_on_neither_side():
    """Two bits that are mostly equal. 00 and 11 have log p near log 1/2, and each bit is sure given the other one.
    Where they differ, log p is small once, and both conditionals are."""
    rbm = RBM(W=np.full((2, 1), 8.0), b=np.full(2, -4.0), c=np.array([-8.0]))
    v = all_bits(2)[[0, 3, 1, 2]]
    log_p, pseudo = log_likelihood(rbm, v), pseudo_log_likelihood(rbm, v)
    assert np.all(pseudo[:2] > log_p[:2] + 0.5)
    assert np.all(pseudo[2:] < log_p[2:] - 2)


@given(rbms)
def test_on_a_model_s_own_samples_the_pseudo_likelihood_is_never_below_the_likelihood(rbm):
    """Σ_v p(v) of both: the more of the other bits are given, the less is uncertain about a bit."""
    v = all_bits(len(rbm.b))
    p = np.exp(log_likelihood(rbm, v))
    assert p @ pseudo_log_likelihood(rbm, v) >= p @ log_likelihood(rbm, v) - 1e-9


def test_the_pseudo_likelihood_of_float32_parameters_is_summed_in_float64():
    rbm, v = random_rbm(30, 10, 1.0, 0, np.float32), random_bits(20, 30, 1)
    in_float64 = RBM(*(getattr(rbm, name).astype(np.float64) for name in "Wbc"))
    found = pseudo_log_likelihood(rbm, v.astype(np.float32))
    assert found.dtype == np.float64 and found.shape == (20,)
    np.testing.assert_allclose(found, pseudo_log_likelihood(in_float64, v), rtol=1e-5)


@pytest.mark.parametrize("visible", [Gaussian(), Softmax(3)], ids=repr)
def test_the_pseudo_likelihood_is_refused_where_units_are_no_bits(visible):
    with pytest.raises(InvalidInput, match=f"rbm.visible: expected bits, .*, got {type(visible).__name__}"):
        pseudo_log_likelihood(random_rbm(6, 3, 1.0, 0, visible=visible), np.zeros((2, 6)))


def test_the_pseudo_likelihood_of_grey_levels_is_refused():
    with pytest.raises(InvalidInput, match="v: expected bits, got grey levels; only a bit can be flipped"):
        pseudo_log_likelihood(random_rbm(3, 2, 1.0, 0), np.full((2, 3), 0.5))


def test_one_case_with_missing_groups_gives_a_number():
    rbm = RBM(np.arange(8.0).reshape(4, 2) / 8, np.ones(4), np.zeros(2), visible=Softmax(2))
    v = np.array([[1.0, 0, 0, 0], [0, 1, 1, 0]])
    log_p = log_likelihood(rbm, v, missing_groups=True)
    for case, expected in zip(v.tolist(), log_p):
        one = log_likelihood(rbm, case, missing_groups=True)
        assert np.shape(one) == () and one == expected
