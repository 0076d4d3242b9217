"""Standardised data against their definition, and the density that the change of scale carries with it."""
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.standardiser import (
    Standardiser,
    fit_standardiser,
    log_jacobian,
    standardise,
    unstandardise,
)


EPS = np.finfo(np.float64).eps


def random_data(n_cases, n_columns, seed):
    """Columns in units of their own, from 1e-20 to 1e6, around means up to 5 deviations off."""
    rng = np.random.default_rng(seed)
    scale = 10 ** rng.uniform(-20, 6, size=n_columns)
    return scale * (rng.normal(size=(n_cases, n_columns)) + rng.uniform(-5, 5, size=n_columns))


cases = st.builds(random_data, st.integers(2, 30), st.integers(1, 5), st.integers(0, 10_000))


@given(cases)
def test_standardised_data_have_mean_0_and_deviation_1_and_come_back(v):
    standardiser = fit_standardiser(v)
    y = standardise(standardiser, v)
    for i in range(v.shape[1]):
        mean = sum(v[:, i]) / len(v)
        deviation = math.sqrt(sum((x - mean) ** 2 for x in v[:, i]) / len(v))
        np.testing.assert_allclose(y[:, i], (v[:, i] - mean) / deviation, rtol=1e-9, atol=1e-9)
    back = unstandardise(standardiser, y)  # through v - mean, at most 2 max|v| and rounded thrice; and a last sum
    assert np.all(np.abs(back - v) <= 4 * EPS * np.abs(v).max(axis=0))


@given(cases)
def test_other_data_are_brought_to_the_scale_of_those_that_were_fitted(v):
    standardiser = fit_standardiser(v)
    other = v[:1] + 2 * standardiser.scale
    expected = standardise(standardiser, v[:1]) + 2  # v, v + 2 scale and v - mean are rounded; their difference is kept
    allowed = 8 * EPS * (np.abs(v).max(axis=0) / standardiser.scale + 2)
    assert np.all(np.abs(standardise(standardiser, other) - expected) <= allowed)


@given(cases)
def test_log_jacobian_is_how_much_of_the_data_a_unit_of_y_takes(v):
    """A small box of v, edge by edge, and the box of y that it becomes: the density is mass by volume."""
    standardiser = fit_standardiser(v)
    corner, edges = v[0], 1e-3 * v.std(axis=0)
    edges_of_y = standardise(standardiser, (corner + edges)[None]) - standardise(standardiser, corner[None])
    log_ratio = np.log(edges_of_y).sum() - np.log(edges).sum()  # log of volume of y by volume of v
    allowed = np.sum(8 * EPS * np.abs(v).max(axis=0) / edges)  # either corner of an edge is rounded, times 1 / edge
    assert abs(log_jacobian(standardiser) - log_ratio) <= allowed


def test_the_likelihood_of_a_normal_density_is_that_of_the_original_data():
    """log N(v; 40, 3²) by hand, and log N(y; 0, 1) plus the Jacobian."""
    standardiser = Standardiser(mean=np.array([40.0]), scale=np.array([3.0]))
    v = np.array([[31.0], [40.0], [47.5]])
    y = standardise(standardiser, v)[:, 0]
    by_hand = -((v[:, 0] - 40) ** 2) / 18 - math.log(3 * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(-(y**2) / 2 - 0.5 * math.log(2 * math.pi) + log_jacobian(standardiser), by_hand)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_keep_their_dtype_and_arguments_stay_as_they_were(dtype):
    v = random_data(6, 3, 0).astype(dtype)
    before = v.copy()
    standardiser = fit_standardiser(v)
    y = standardise(standardiser, v)
    assert standardiser.mean.dtype == standardiser.scale.dtype == np.float64
    assert y.dtype == unstandardise(standardiser, y).dtype == dtype
    np.testing.assert_array_equal(v, before)


def test_integers_become_floats_either_way():
    v = np.array([[1], [2], [4]])
    standardiser = fit_standardiser(v)
    assert standardise(standardiser, v).dtype == np.float64
    np.testing.assert_allclose(unstandardise(standardiser, np.array([[0], [1]]))[0], 7 / 3)


@pytest.mark.parametrize("column", [[0.0, 0, 0], [0.1, 0.1, 0.1], [-3e8, -3e8, -3e8], [1e-19, 1e-19, 1e-19]])
def test_a_column_that_does_not_vary_passes_with_the_scale_1_and_a_word(column):
    v = np.array([[1.0, 2, 4], column, column]).T
    with pytest.warns(UserWarning, match="^v: 2 of 3 columns do not vary, the first at index 1;.* the scale 1") as said:
        standardiser = fit_standardiser(v)
    assert len(said) == 1 and said[0].filename == __file__
    assert standardiser.scale[0] == np.std([1.0, 2, 4]) and standardiser.scale[1:].tolist() == [1, 1]
    y = standardise(standardiser, v)
    assert np.all(np.abs(y[:, 1:]) <= 4 * EPS * np.abs(v).max())  # 0, up to the rounding of the mean
    np.testing.assert_allclose(unstandardise(standardiser, y), v)
    assert log_jacobian(standardiser) == -np.log(standardiser.scale[0])


def test_data_that_vary_are_standardised_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_standardiser(random_data(5, 3, 0))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint64", "float16", "float32", "float64", "longdouble"])
def test_any_dtype_is_standardised_as_float64_is(dtype):
    step = 0.3 if np.dtype(dtype).kind == "f" else 1
    v = (np.random.default_rng(0).integers(0, 2, size=(8_000, 2)) * step).astype(dtype)
    exact = v.astype(np.float64)
    standardiser = fit_standardiser(v)
    np.testing.assert_allclose(standardiser.mean, exact.mean(axis=0))
    y = standardise(standardiser, v)
    assert y.dtype == (np.float32 if dtype == "float32" else np.float64)
    np.testing.assert_allclose(y, (exact - exact.mean(axis=0)) / exact.std(axis=0), rtol=1e-6, atol=1e-6)
    back = unstandardise(standardiser, y)
    assert back.dtype == y.dtype
    np.testing.assert_allclose(back, exact, rtol=1e-6, atol=1e-6)


def test_one_case_is_standardised_to_one_case():
    v = random_data(6, 3, 0)
    standardiser = fit_standardiser(v.tolist())
    y = standardise(standardiser, v)
    np.testing.assert_array_equal(standardise(standardiser, v[2].tolist()), y[2])
    np.testing.assert_array_equal(unstandardise(standardiser, y[2]), unstandardise(standardiser, y)[2])


@pytest.mark.parametrize("call, message", [
    (lambda s: standardise(s, [[1.0, 2.0]]), "v: expected a last axis of 3, got shape (1, 2)"),
    (lambda s: unstandardise(s, [[1.0, 2.0, np.nan]]), "y: expected finite values, got NaN or infinity in 1 of 3"),
    (lambda s: standardise(s, [[1e99, 0, 0]]), "v in units of the scales: expected finite values"),
    (lambda s: unstandardise(Standardiser(np.zeros(3), np.full(3, 1e250)), [1e90, 0, 0]),
     "y in the unit of the data: expected finite values, got NaN or infinity in 1 of 3"),
    (lambda s: standardise(None, [[1.0, 2.0, 3.0]]), "standardiser: expected a Standardiser (see fit_standardiser)"),
    (lambda s: log_jacobian(Standardiser(np.zeros(2), np.array([1.0, 0.0]))), "scale: expected numbers above 0, got 0"),
    (lambda s: log_jacobian(Standardiser(np.zeros(2), np.ones(3))), "scale: expected a last axis of 2, got shape (3,)"),
])
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_standardised_by_a_standardiser_is_refused(call, message):
    with pytest.raises(InvalidInput) as error:
        call(Standardiser(np.zeros(3), np.array([1e-300, 1.0, 1.0])))
    assert message in str(error.value)


@pytest.mark.parametrize("v, message", [
    (np.zeros(3), "v: expected a 2-D array, one case a row, got shape (3,)"),
    (np.array([[1.0, np.nan], [2.0, 3.0]]), "v: expected finite values, got NaN or infinity in 1 of 4"),
    (np.array([["a"], ["b"]]), "v: expected real numbers, got dtype <U1"),
    (np.array([[1.0, 2.0]]), "v: expected at least 2 cases, as one has no scale, got 1"),
])
def test_what_cannot_be_standardised_is_refused(v, message):
    with pytest.raises(InvalidInput) as error:
        fit_standardiser(v)
    assert message in str(error.value)
