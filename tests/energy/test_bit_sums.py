"""The fast sum over all states of a layer of bits against the plain one, state by state."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models import random_rbm, rbms, scales, seeds

from numpy_dgm.energy import RBM, Gaussian, Softmax, bit_sums, free_energy, log_partition
from numpy_dgm.energy.bit_sums import can_be_multiplied, log_weights_of_bits, segment_starts
from numpy_dgm.energy.likelihood import log_weights
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.numerics import logsumexp


def all_of(blocks):
    """The blocks' log weights end to end, each with as many states done as it says."""
    found, done = [], 0
    for block, stop in blocks:
        done += len(block)
        assert stop == done
        found.append(block)
    return np.concatenate(found)


@given(rbms)
def test_the_weight_of_every_state_is_its_free_energy_s(rbm):
    np.testing.assert_allclose(all_of(log_weights_of_bits(rbm)), -free_energy(rbm, all_bits(len(rbm.b))),
                               rtol=1e-11, atol=1e-11)


@given(st.integers(1, 9), st.integers(1, 6), scales, seeds, st.sampled_from([2, 8, 64]))
def test_however_the_states_are_cut_into_blocks(n_visible, n_hidden, scale, seed, numbers):
    rbm, before = random_rbm(n_visible, n_hidden, scale, seed), bit_sums.NUMBERS_AT_ONCE
    bit_sums.NUMBERS_AT_ONCE = numbers
    try:
        found = all_of(log_weights_of_bits(rbm))
    finally:
        bit_sums.NUMBERS_AT_ONCE = before
    np.testing.assert_allclose(found, all_of(log_weights(rbm)), rtol=1e-11, atol=1e-11)


def test_products_over_many_units_do_not_overflow_float64():
    """400 units of inputs up to 60: the product of all factors would be near exp(12,000)."""
    rng = np.random.default_rng(0)
    rbm = RBM(W=rng.normal(scale=20, size=(6, 400)), b=rng.normal(size=6), c=rng.normal(scale=20, size=400))
    assert can_be_multiplied(rbm) and len(segment_starts(rbm.W, rbm.c)) > 10
    with np.errstate(over="raise", invalid="raise"):
        found = all_of(log_weights_of_bits(rbm))
    np.testing.assert_allclose(found, -free_energy(rbm, all_bits(6)), rtol=1e-12)


def test_inputs_beyond_float64_take_the_plain_sum():
    rbm = RBM(W=np.full((3, 2), 400.0), b=np.full(3, -1300.0), c=np.full(2, -500.0))
    assert not can_be_multiplied(rbm)
    np.testing.assert_allclose(log_partition(rbm), logsumexp(-free_energy(rbm, all_bits(3))), rtol=1e-12)


@pytest.mark.parametrize("kinds", [
    dict(visible=Gaussian()), dict(hidden=Gaussian()), dict(visible=Softmax(2)), dict(hidden=Softmax(2)),
])
def test_other_kinds_of_units_take_the_plain_sum(kinds):
    assert not can_be_multiplied(random_rbm(4, 2, 1.0, 0, **kinds)) and can_be_multiplied(random_rbm(4, 2, 1.0, 0))


def test_float32_parameters_are_summed_in_float64():
    rbm = random_rbm(12, 40, 0.3, 0, np.float32)
    in_float64 = RBM(*(getattr(rbm, name).astype(np.float64) for name in "Wbc"))
    assert all_of(log_weights_of_bits(rbm)).dtype == np.float64
    np.testing.assert_allclose(log_partition(rbm), log_partition(in_float64), rtol=1e-14)
