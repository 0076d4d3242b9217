"""The contract of a kind of unit, held against sums (or integrals) over its values."""
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models import places, random_values, seeds, width

from numpy_dgm.energy import Bernoulli, Gaussian, Softmax
from numpy_dgm.energy.units import check_layer, check_units
from numpy_dgm.foundation.checks import InvalidInput

KINDS = [Bernoulli(), Gaussian(), Softmax(2), Softmax(3), Softmax(5)]
every_kind = pytest.mark.parametrize("units", KINDS, ids=repr)
listed = [units for units in KINDS if not isinstance(units, Gaussian)]
sizes = st.integers(1, 2)


def random_inputs(units, size, seed, scale=2.0):
    """Five cases of inputs to a small layer: (5, n)."""
    return np.random.default_rng(seed).normal(scale=scale, size=(5, width(units, size)))


def weights_of(units, x):
    """All places of a layer (S, n), and what each weighs under the inputs x (5, n), base(s) exp(s·x): (5, S)."""
    s, log_base = places(units, x.shape[1], np.abs(x).max() + 9)
    return s, np.exp(log_base + x @ s.T)


# ---- the log-normaliser, the mean, the base


@every_kind
@settings(max_examples=15)
@given(sizes, seeds)
def test_the_log_normaliser_is_the_log_of_the_summed_weight_of_the_layer(units, size, seed):
    x = random_inputs(units, size, seed)
    _, weights = weights_of(units, x)
    np.testing.assert_allclose(units.log_normaliser(x), np.log(weights.sum(axis=1)), rtol=1e-12, atol=1e-12)


@every_kind
@settings(max_examples=15)
@given(sizes, seeds)
def test_the_mean_is_the_mean_over_all_values(units, size, seed):
    x = random_inputs(units, size, seed)
    s, weights = weights_of(units, x)
    by_sum = weights @ s / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(units.mean(x), by_sum, rtol=1e-11, atol=1e-12)


@every_kind
@settings(max_examples=15)
@given(sizes, seeds)
def test_the_mean_is_the_derivative_of_the_log_normaliser(units, size, seed):
    x = random_inputs(units, size, seed)
    for j in range(x.shape[1]):
        step = 1e-4 * np.eye(x.shape[1])[j]
        derivative = (units.log_normaliser(x + step) - units.log_normaliser(x - step)) / 2e-4
        np.testing.assert_allclose(units.mean(x)[:, j], derivative, atol=1e-8)


@every_kind
def test_the_base_is_its_definition(units):
    s = random_values(units, 6, width(units, 2), 0)
    expected = np.zeros(6)
    if isinstance(units, Gaussian):
        expected = [sum(math.log(math.exp(-x * x / 2) / math.sqrt(2 * math.pi)) for x in row) for row in s]
    np.testing.assert_allclose(units.log_base(s), expected, rtol=1e-13)


@every_kind
def test_large_inputs_overflow_nowhere(units):
    n = width(units, 2)
    x = np.tile([1000.0, -1000.0], n)[: 3 * n].reshape(-1, n)
    assert np.isfinite(units.log_normaliser(x)).all() and np.isfinite(units.mean(x)).all()


def test_a_softmax_group_depends_on_differences_of_inputs_only():
    x = random_inputs(Softmax(3), 2, 0)
    shift = np.repeat([[7.0, -4.0]], 3, axis=1)  # each group by a number of its own
    np.testing.assert_allclose(Softmax(3).mean(x + shift), Softmax(3).mean(x), rtol=1e-12)
    np.testing.assert_allclose(Softmax(3).log_normaliser(x + shift), Softmax(3).log_normaliser(x) + 3, rtol=1e-12)


# ---- the list of states


@pytest.mark.parametrize("units", listed, ids=repr)
@pytest.mark.parametrize("size", [1, 2])
def test_the_states_are_all_there_in_order_whole_or_by_parts(units, size):
    n = width(units, size)
    expected, _ = places(units, n, reach=0)
    n_states = units.n_states(n)
    assert n_states == len(expected)
    np.testing.assert_array_equal(units.states(n, 0, n_states), expected)
    np.testing.assert_array_equal(units.states(n, 1, n_states - 1), expected[1:-1])
    assert units.states(n, 0, n_states).dtype == np.float64 and units.are_states(expected)


def test_numbers_cannot_be_listed():
    assert Gaussian().n_states(3) == math.inf
    with pytest.raises(InvalidInput, match="states: expected a layer whose states can be listed, got .* Gaussian"):
        Gaussian().states(3, 0, 8)


# ---- sampling


@every_kind
def test_samples_have_the_mean_and_are_states(units):
    """4.5 standard errors, 7e-6 an entry, some 30 entries; the deviation of a bit of mean p is √(p (1 - p)).

    Gaussian units have variance 1, a sample of 20,000 squares a standard error of √(2 / 20,000).
    """
    x, runs = random_inputs(units, 2, 1, scale=1.0), 20_000
    mean = units.mean(x)
    s = units.sample(np.repeat(mean, runs, axis=0), np.random.default_rng(2))
    assert units.are_states(s)
    s = s.reshape(len(x), runs, -1)
    deviation = np.ones_like(mean) if isinstance(units, Gaussian) else np.sqrt(mean * (1 - mean))
    assert np.all(np.abs(s.mean(axis=1) - mean) < 4.5 * deviation / np.sqrt(runs))
    if isinstance(units, Gaussian):
        assert np.all(np.abs(s.var(axis=1) - 1) < 4.5 * np.sqrt(2 / runs))


@every_kind
def test_the_units_of_a_layer_and_the_cases_are_drawn_apart(units):
    """Correlations between different groups, and between a case and the next: 4.5 standard errors, 1/√20,000 each."""
    n, runs = width(units, 2), 20_000
    mean = units.mean(random_inputs(units, 2, 4, scale=1.0)[:1])
    s = units.sample(np.repeat(mean, 2 * runs, axis=0), np.random.default_rng(3))
    correlation = np.corrcoef(s.reshape(runs, 2 * n).T)  # two cases side by side
    group = np.arange(2 * n) // getattr(units, "n_values", 1)
    apart = group[:, None] != group
    assert np.abs(correlation[apart]).max() < 4.5 / np.sqrt(runs)


def test_a_softmax_value_of_probability_zero_is_never_drawn():
    mean = np.tile([0.0, 0.5, 0.5, 0.0], (5_000, 1))
    s = Softmax(4).sample(mean, np.random.default_rng(0))
    assert set(s.argmax(axis=1)) == {1, 2} and np.all(s.sum(axis=1) == 1)


def test_what_a_group_lacks_to_1_by_rounding_does_not_go_to_its_last_value():
    """Here it lacks a tenth, to make it plain: 1,000 equal values still have 2 of 2,000 draws each."""
    s = Softmax(1000).sample(np.full((2_000, 1000), 0.9e-3, np.float32), np.random.default_rng(0))
    assert np.all(s.sum(axis=1) == 1) and s[:, -1].sum() < 20


@every_kind
def test_float32_stays_float32_and_arguments_stay_as_they_were(units):
    x = random_inputs(units, 2, 0).astype(np.float32)
    before = x.copy()
    mean = units.mean(x)
    mean_before = mean.copy()
    s = units.sample(mean, np.random.default_rng(0))
    assert mean.dtype == s.dtype == np.float32
    assert units.log_normaliser(x).dtype == np.float64  # a sum over many terms
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(mean, mean_before)


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_go_into_out_where_it_is_given(units, dtype):
    x = random_inputs(units, 2, 0).astype(dtype)
    mean = units.mean(x)
    s = units.sample(mean, np.random.default_rng(0))
    out = np.full_like(x, np.nan)
    assert units.mean(x, out=out) is out
    np.testing.assert_array_equal(out, mean)
    assert units.sample(mean, np.random.default_rng(0), out=out) is out
    np.testing.assert_array_equal(out, s)
    assert units.mean(x, out=x) is x  # the input's own memory
    np.testing.assert_array_equal(x, mean)


# ---- starting biases


def test_a_layer_with_the_starting_bias_has_the_means_of_the_data():
    for units, data_mean in (
        (Bernoulli(), [0.02, 0.3, 0.98]),
        (Gaussian(), [-3.0, 0.0, 12.0]),
        (Softmax(3), [0.2, 0.5, 0.3, 0.01, 0.09, 0.9]),
    ):
        data_mean = np.array(data_mean)
        bias = units.starting_bias(data_mean)
        assert not np.shares_memory(bias, data_mean)
        np.testing.assert_allclose(units.mean(bias), data_mean, rtol=1e-12)


def test_a_value_that_never_occurred_gets_a_finite_starting_bias():
    np.testing.assert_allclose(Bernoulli().starting_bias(np.array([0.0, 1.0])), [-np.log(99), np.log(99)])
    np.testing.assert_allclose(Softmax(2).starting_bias(np.array([0.0, 1.0])), [np.log(0.001), 0])


# ---- what a layer can be held at


def test_what_is_a_state_and_what_is_not():
    assert Bernoulli().are_states(np.array([[0, 1], [1, 1]])) is True
    assert Bernoulli().are_states(np.array([[0, 0.5]])) is False
    assert Gaussian().are_states(np.array([[-7.2, 0.5]])) is True
    assert Softmax(2).are_states(np.array([[0, 1, 1, 0]])) is True
    for no_state in ([0.5, 0.5, 1, 0], [0, 0, 1, 0], [1, 1, 1, 0]):
        assert Softmax(2).are_states(np.array([no_state])) is False


@pytest.mark.parametrize("units, s, message", [
    (Bernoulli(), [[0.0, 2.0]], "data: expected values in [0, 1], got values from 0 to 2"),
    (Gaussian(), [[0.0, np.inf]], "data: expected finite values, got NaN or infinity in 1 of 2"),
    (Gaussian(), [[0.0, 1.0, 2.0]], "data: expected a last axis of 2, got shape (1, 3)"),
    (Softmax(2), [[1.5, -0.5]], "data: expected values in [0, 1], got values from -0.5 to 1.5"),
    (Softmax(2), [[0.5, 0.4]], "data: expected groups of 2 values that add up to 1, got sums from 0.9 to 0.9"),
    (Softmax(2), [[0, 1.0], [1, 1]], "data: expected groups of 2 values that add up to 1, got sums from 1 to 2"),
    (Softmax(2), [[0.0, 0.0]], "got sums from 0 to 0; a missing group (all zeros) makes the case one of another model"),
])
def test_what_a_layer_cannot_be_held_at_is_refused(units, s, message):
    with pytest.raises(InvalidInput) as error:
        units.check("data", np.array(s), 2)
    assert message in str(error.value)


@pytest.mark.parametrize("units, s", [
    (Bernoulli(), [[0.25, 1.0]]),  # a grey level stands for the mean of a bit
    (Gaussian(), [[-300.0, 0.5]]),
    (Softmax(2), [[0.25, 0.75]]),  # the means of a group
])
def test_what_a_layer_can_be_held_at_passes(units, s):
    np.testing.assert_array_equal(units.check("data", s, 2), s)


def test_widths():
    for units in KINDS:
        units.check_width("n_visible", 30)
    Bernoulli().check_width("n_visible", 7)
    Gaussian().check_width("n_visible", 7)
    with pytest.raises(InvalidInput, match="n_visible: expected a multiple of 3 units .*softmax groups.*, got 7"):
        Softmax(3).check_width("n_visible", 7)
    for n_values in (1, 0, 2.5):
        with pytest.raises(InvalidInput, match=f"n_values: expected an integer >= 2, got {n_values}"):
            Softmax(n_values).check_width("n_visible", 6)


def test_missing_groups_are_not_present():
    s = np.array([[1.0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 1, 0]])
    np.testing.assert_array_equal(Softmax(3).present(s), [[True] * 3 + [False] * 3, [True] * 6])


# ---- which kinds there are


def test_what_is_no_kind_of_unit_is_refused():
    assert check_units("hidden", Softmax(4)) == Softmax(4)
    for no_kind in (Gaussian, "Gaussian", None):
        with pytest.raises(InvalidInput, match="hidden: expected one of Bernoulli, Gaussian, .*such as .*, got"):
            check_units("hidden", no_kind)


# ---- dtypes


def test_squares_that_float32_does_not_hold_are_taken_in_float64():
    x = np.full((2, 3), 1e20, np.float32)
    np.testing.assert_allclose(Gaussian().log_normaliser(x), 1.5e40, rtol=1e-6)
    np.testing.assert_allclose(Gaussian().log_base(x), -1.5e40, rtol=1e-6)


def test_groups_add_up_to_1_but_for_the_rounding_of_float16():
    for n_values in (3, 1000):
        s = np.full((2, n_values), 1 / n_values, np.float16)
        np.testing.assert_array_equal(Softmax(n_values).check("s", s, n_values), s)
    with pytest.raises(InvalidInput, match="s: expected groups of 3 values that add up to 1, got sums from 0.99 to"):
        Softmax(3).check("s", [[0.33, 0.33, 0.33]], 3)


def test_values_of_gaussian_units_are_at_most_1e12_in_size():
    np.testing.assert_array_equal(Gaussian().check("s", [[-1e12, 1e12]], 2), [[-1e12, 1e12]])
    for value in (-1.1e12, 1.1e12):
        with pytest.raises(InvalidInput, match=r"s: expected values in \[-1e\+12, 1e\+12\], got values from"):
            Gaussian().check("s", [[value]], 1)


def test_a_group_may_be_missing_where_a_layer_is_held_and_not_half_of_it():
    whole, missing, half = [1.0, 0, 0, 1], [1.0, 0, 0, 0], [1.0, 0, 0.5, 0]
    np.testing.assert_array_equal(check_layer("s", Softmax(2), [whole, missing], 4, np.float64), [whole, missing])
    with pytest.raises(InvalidInput, match="s: expected groups of 2 values that add up to 1, got sums from 0.5 to 1"):
        check_layer("s", Softmax(2), half, 4, np.float64)
    with pytest.raises(InvalidInput, match="s: expected groups of 2 values that add up to 1, got sums from 0 to 1"):
        Softmax(2).check("s", [missing], 4)


@pytest.mark.parametrize("units, most", [(Bernoulli(), 0), (Softmax(2), 0), (Gaussian(), -2 * math.log(2 * math.pi))])
def test_the_most_that_log_p_of_a_layer_can_be(units, most):
    assert units.most_log_p(4) == pytest.approx(most)
    if isinstance(units, Gaussian):
        assert units.log_base(np.zeros((1, 4)))[0] == pytest.approx(most)  # N(0, I) at its mode
