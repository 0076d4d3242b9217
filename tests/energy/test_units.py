"""The contract of a kind of unit, held against sums over its values."""
import numpy as np
import pytest

from numpy_dgm.energy.units import Bernoulli, units_from_dict, units_to_dict
from numpy_dgm.foundation.doors import BadInput


def test_the_log_normaliser_is_the_log_of_the_sum_over_all_states_of_the_layer():
    units = Bernoulli()
    x = np.random.default_rng(0).normal(scale=3, size=(5, 4))
    states = units.states(4, 0, units.n_states(4))
    weights = np.exp(units.log_base(states) + x @ states.T)  # (5, 2^4)
    np.testing.assert_allclose(units.log_normaliser(x), np.log(weights.sum(axis=1)), rtol=1e-13)


def test_the_mean_is_the_slope_of_the_log_normaliser_and_the_mean_over_states():
    units = Bernoulli()
    x = np.random.default_rng(1).normal(scale=2, size=(6, 3))
    states = units.states(3, 0, 8)
    weights = np.exp(x @ states.T)
    by_sum = weights @ states / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(units.mean(x), by_sum, rtol=1e-13)
    for j in range(3):
        step = 1e-5 * np.eye(3)[j]
        slope = (units.log_normaliser(x + step) - units.log_normaliser(x - step)) / 2e-5
        np.testing.assert_allclose(units.mean(x)[:, j], slope, atol=1e-9)


def test_a_layer_with_the_starting_bias_has_the_means_of_the_data():
    data_mean = np.array([0.02, 0.3, 0.98])
    units = Bernoulli()
    np.testing.assert_allclose(units.mean(units.starting_bias(data_mean)), data_mean, rtol=1e-12)


def test_a_pixel_that_never_varies_gets_a_finite_starting_bias():
    np.testing.assert_allclose(Bernoulli().starting_bias(np.array([0.0, 1.0])), [-np.log(99), np.log(99)])


def test_grey_levels_are_no_states():
    assert Bernoulli().are_states(np.array([[0, 1], [1, 1]]))
    assert not Bernoulli().are_states(np.array([[0, 0.5]]))


def test_values_outside_zero_and_one_are_refused():
    with pytest.raises(BadInput, match="data: values from 0 to 2"):
        Bernoulli().check("data", np.array([[0.0, 2.0]]), 2)


def test_a_kind_of_unit_comes_back_from_its_dict():
    assert units_from_dict(units_to_dict(Bernoulli())) == Bernoulli()
    with pytest.raises(BadInput, match="the kind 'Spin' came, one of Bernoulli was wanted"):
        units_from_dict({"kind": "Spin"})
