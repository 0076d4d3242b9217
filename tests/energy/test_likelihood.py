"""log Z and log p(v) against the sum over every pair of layers."""
import time
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from models import random_bits, random_rbm, rbms

from numpy_dgm.energy import RBM, energy, free_energy, likelihood, log_likelihood, log_partition
from numpy_dgm.energy.rbm import flipped
from numpy_dgm.foundation.doors import BadInput
from numpy_dgm.foundation.enumeration import all_bits, boltzmann_distribution, energy_table
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
    through_h = logsumexp(-free_energy(flipped(rbm), all_bits(len(rbm.c))))
    np.testing.assert_allclose([through_v, through_h], log_partition(rbm), rtol=1e-10, atol=1e-10)


@given(rbms)
def test_the_probabilities_of_all_visible_layers_add_up_to_one(rbm):
    log_p = log_likelihood(rbm, all_bits(len(rbm.b)))
    np.testing.assert_allclose(np.exp(log_p).sum(), 1, rtol=1e-10)


def test_blocks_do_not_change_the_sum():
    """13 hidden units and 40 visible ones make eleven blocks; the sum over all at once is the oracle."""
    rbm = random_rbm(40, 13, 0.5, 0)
    assert len(list(likelihood.state_blocks(flipped(rbm)))) > 4
    np.testing.assert_allclose(log_partition(rbm), logsumexp(-free_energy(flipped(rbm), all_bits(13))), rtol=1e-13)


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


def test_a_long_sum_is_said_beforehand(monkeypatch):
    """The clock runs a million times too fast here, so that a short sum looks long."""
    rbm, clock = random_rbm(64, 12, 0.1, 0), time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: 1e6 * clock())
    with pytest.warns(UserWarning, match="4,096 states to sum, about"):
        log_partition(rbm)


def test_a_short_sum_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        log_partition(random_rbm(10, 5, 0.1, 0))


def test_too_large_a_model_is_refused_with_what_will_serve_instead():
    with pytest.raises(BadInput, match="300 visible and 26 hidden units came.* at most 25.*compare free energies"):
        log_partition(random_rbm(300, 26, 0.1, 0))
