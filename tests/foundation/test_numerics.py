import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.foundation.numerics import (
    bernoulli,
    logit,
    logsumexp,
    sigmoid,
    softplus,
    squared_distances,
    sum_of_softplus,
)

MODERATE = st.floats(-30, 30)  # where the definitions themselves neither overflow nor cancel
EXTREME = np.array([-1e300, -1000.0, -745.2, -40.0, -0.0, 0.0, 40.0, 709.8, 1000.0, 1e300])
LOUD = {"over": "raise", "divide": "raise", "invalid": "raise"}  # underflow to 0 is right
EPS = np.finfo(np.float64).eps  # one unit in the last place is at most EPS of a number, rounding half of it


def softplus_by_definition(x):
    return math.log1p(math.exp(x)) if x < 30 else x + math.log1p(math.exp(-x))


def some_numbers(shape, dtype=np.float64, scale=4.0, seed=0):
    return np.random.default_rng(seed).normal(scale=scale, size=shape).astype(dtype)


@settings(max_examples=200)
@given(st.floats(-700, 700))
def test_sigmoid_is_its_definition_small_probabilities_too(x):
    assert math.isclose(sigmoid(np.array([x]))[0], 1 / (1 + math.exp(-x)), rel_tol=1e-15)


def test_sigmoid_of_float32_is_exact_to_float32s_last_digits():
    x = np.linspace(-86, 86, 1001, dtype=np.float32)
    by_definition = 1 / (1 + np.exp(-x.astype(np.float64)))
    np.testing.assert_allclose(sigmoid(x), by_definition, rtol=4 * np.finfo(np.float32).eps)


@settings(max_examples=200)
@given(MODERATE)
def test_softplus_is_its_definition(x):
    """Either side: an exp and a log1p, good to a unit in the last place each, and a rounded sum: 2.5 EPS."""
    value = softplus(np.array([x]))[0]
    assert math.isclose(value, softplus_by_definition(x), rel_tol=2 * 2.5 * EPS)


@settings(max_examples=200)
@given(st.floats(1e-12, 1 - 1e-12))
def test_logit_is_its_definition_and_the_inverse_of_sigmoid(p):
    x = logit(np.array([p]))
    assert math.isclose(x[0], math.log(p) - math.log1p(-p), rel_tol=1e-14, abs_tol=1e-15)
    np.testing.assert_allclose(sigmoid(x), p, atol=1e-15)


def test_extreme_inputs_give_the_limits_without_a_warning():
    big = EXTREME[np.abs(EXTREME) > 700]
    with np.errstate(**LOUD):
        np.testing.assert_allclose(sigmoid(big), (big > 0).astype(float), rtol=0, atol=1e-300)
        np.testing.assert_allclose(sigmoid(np.float32([-1000, 1000])), [0, 1], rtol=0, atol=1e-37)
        np.testing.assert_array_equal(softplus(big[big > 0]), big[big > 0])
        assert np.all(softplus(big[big < 0]) < 1e-300)
        np.testing.assert_array_equal(sum_of_softplus(np.array([[1000.0, 1000.0, -1000.0]])), [2000.0])
        assert logsumexp(np.array([1000.0, 1000.0])) == 1000 + math.log(2)
        assert logsumexp(np.array([-1000.0, -1000.0])) == -1000 + math.log(2)


def test_sigmoid_and_softplus_keep_their_symmetries():
    x = some_numbers((7, 5), scale=20)
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1, rtol=1e-15)
    allowed = 6 * EPS * softplus(np.abs(x))  # the larger of the two, which cancel where x is near 0
    assert np.all(np.abs(softplus(x) - softplus(-x) - x) <= allowed)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [sigmoid, softplus, logit])
def test_elementwise_functions_keep_dtype_and_shape_and_their_argument(function, dtype):
    x = np.random.default_rng(0).uniform(0.01, 0.99, size=(3, 4)).astype(dtype)
    before = x.copy()
    y = function(x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(y, function(x.astype(np.float64)), atol=20 * np.finfo(dtype).eps)


@pytest.mark.parametrize("n", [1, 5, 999, 1000, 1001, 2500])
def test_sum_of_softplus_adds_every_unit(n):
    x = some_numbers((3, n), scale=10)
    by_definition = [math.fsum(softplus_by_definition(value) for value in row) for row in x]
    np.testing.assert_allclose(sum_of_softplus(x), by_definition, rtol=1e-13)


def test_sum_of_softplus_does_not_overflow_where_every_factor_is_2():
    for n in (1000, 1024, 3001):  # 2^1024 is infinite in float64
        np.testing.assert_allclose(sum_of_softplus(np.zeros((2, n))), n * math.log(2), rtol=1e-13)


def test_sum_of_softplus_takes_any_number_of_leading_axes():
    x = some_numbers((2, 3, 4))
    np.testing.assert_allclose(sum_of_softplus(x), softplus(x).sum(axis=-1), rtol=1e-14)
    assert np.shape(sum_of_softplus(x[0, 0])) == ()


def test_sum_of_softplus_of_float32_is_summed_in_float64():
    """Above 30, softplus(x) = x to the last digit of a float32, so nothing but the sum itself can be off."""
    x = np.random.default_rng(1).uniform(30, 100, size=(1, 10_000)).astype(np.float32)
    value = sum_of_softplus(x)
    assert value.dtype == np.float64
    np.testing.assert_allclose(value, [math.fsum(x[0].tolist())], rtol=1e-14)
    np.testing.assert_allclose(sum_of_softplus(np.zeros_like(x)), 10_000 * math.log(2), rtol=1e-14)


@settings(max_examples=100)
@given(st.lists(MODERATE, min_size=1, max_size=8), st.sampled_from([-5000.0, 0.0, 5000.0]))
def test_logsumexp_is_its_definition_and_moves_with_a_constant(x, constant):
    by_definition = math.log(math.fsum(math.exp(value) for value in x))
    value = logsumexp(np.array(x) + constant) - constant
    assert abs(value - by_definition) <= 1e-14 * max(1, abs(by_definition)) + 4e-12 * (constant != 0)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2)])
def test_logsumexp_sums_along_the_axis_it_is_told(axis):
    """The error is absolute, as the result may be near 0 while what cancels is not.

    Of m + log Σ exp(x - m) over n numbers, m the largest: a relative error e of the sum is an absolute error e of
    its logarithm, and both terms are rounded, log Σ <= log n and m. So a few EPS max(|m|, log n), as for log Σ exp(x).
    """
    x = some_numbers((2, 3, 4))
    value, by_definition = logsumexp(x, axis=axis), np.log(np.exp(x).sum(axis=axis))
    n = x.size // value.size
    allowed = 10 * EPS * np.maximum(np.abs(x.max(axis=axis)), math.log(n))
    assert np.shape(value) == np.shape(by_definition) and np.all(np.abs(value - by_definition) <= allowed)
    assert np.shape(logsumexp(x[:1, :1, :1], axis=axis)) == np.shape(x[:1, :1, :1].sum(axis=axis))


def test_logsumexp_of_nothing_but_zeros_is_minus_infinity_and_of_infinity_infinity():
    x = np.array([[-np.inf, -np.inf], [-np.inf, 2.0], [np.inf, 2.0]])
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(logsumexp(x, axis=1), [-np.inf, 2.0, np.inf])
        assert logsumexp(x[:1]) == -np.inf


def test_logsumexp_is_computed_in_float64_and_its_nan_is_nan():
    x = np.full(1_000_000, -3.3, np.float32)
    np.testing.assert_allclose(logsumexp(x), float(x[0]) + math.log(1e6), rtol=1e-12)
    assert isinstance(logsumexp(x), float) and np.isnan(logsumexp(np.array([0.0, np.nan])))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squared_distances_are_those_of_every_pair(dtype):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(7, 5)).astype(dtype), rng.normal(size=(4, 5)).astype(dtype)
    by_definition = [[math.dist(a, b) ** 2 for b in y] for a in x]
    found = squared_distances(x, y)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, by_definition, rtol=1e-12)


def test_distances_from_a_row_to_itself_are_rounding_and_never_below_zero():
    x = np.random.default_rng(5).normal(size=(200, 30))
    own = np.diag(squared_distances(x, x))
    assert np.all(own >= 0) and np.all(own <= 1e-14 * np.sum(x**2, axis=1))
    bits = (x > 0).astype(np.uint8)
    np.testing.assert_array_equal(squared_distances(bits, bits), (bits[:, None] != bits).sum(axis=2))


N_DRAWS = 40_000


def means_are_right(sampler, p):
    """Whether every entry's mean is p, up to 4.5 standard errors √(p (1 - p) / N): 7e-6 an entry."""
    rng = np.random.default_rng(5)
    mean = sampler(np.tile(p, (N_DRAWS, 1)), rng).mean(axis=0, dtype=np.float64)
    return bool(np.all(np.abs(mean - p) <= 4.5 * np.sqrt(p * (1 - p) / N_DRAWS)))


def entries_are_independent(sampler):
    """Whether any two entries of a draw, in one row or in one column, agree as often as independent bits do.

    N draws of an array of fair bits: the product of two signs has mean 0 and standard error 1/√N.
    """
    rng, shape = np.random.default_rng(6), (3, 4)
    draws = sampler(np.full((N_DRAWS // 4, *shape), 0.5), rng)
    signs = 2 * draws.reshape(len(draws), -1) - 1
    products = signs.T @ signs / len(signs)
    return bool(np.all(np.abs(products - np.eye(12)) <= 4.5 / math.sqrt(len(signs))))


def noise_shared_by_rows(p, rng):
    return (rng.random((*p.shape[:-2], 1, p.shape[-1])) < p).astype(p.dtype)


def noise_shared_by_columns(p, rng):
    return (rng.random((*p.shape[:-1], 1)) < p).astype(p.dtype)


def inverted(p, rng):
    return (rng.random(p.shape) >= p).astype(p.dtype)


def test_bernoulli_has_the_mean_p_in_every_entry():
    p = np.array([0.0, 0.001, 0.1, 0.3, 0.5, 0.9, 0.999, 1.0])
    assert means_are_right(bernoulli, p)
    assert not means_are_right(inverted, p)


def test_bernoulli_draws_every_entry_on_its_own():
    assert entries_are_independent(bernoulli)
    assert not entries_are_independent(noise_shared_by_rows)
    assert not entries_are_independent(noise_shared_by_columns)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bernoulli_is_certain_at_0_and_1_and_keeps_dtype_and_p(dtype):
    p = np.tile(np.array([0, 1], dtype), (100_000, 1))
    before = p.copy()
    draw = bernoulli(p, np.random.default_rng(0))
    assert draw.dtype == dtype and not np.shares_memory(draw, p)
    np.testing.assert_array_equal(draw, before)
    np.testing.assert_array_equal(p, before)


def test_bernoulli_draws_one_uniform_number_an_entry():
    p = np.full((3, 4), 0.4)
    rng, other = np.random.default_rng(1), np.random.default_rng(1)
    np.testing.assert_array_equal(bernoulli(p, rng), other.random((3, 4)) < 0.4)
    assert rng.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize("x", [0.3, -1.0, np.float32(0.3), np.array(0.3)])
def test_sigmoid_of_one_number_is_one_number(x):
    assert np.ndim(sigmoid(x)) == 0 and abs(sigmoid(x) - 1 / (1 + math.exp(-x))) < 1e-6
