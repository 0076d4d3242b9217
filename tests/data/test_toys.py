import itertools
import math

import numpy as np
import pytest

from numpy_dgm.data.toys import bars_and_stripes, best_log_likelihood, labelled_shifter, shifting_bar
from numpy_dgm.foundation.checks import InvalidInput


def distinct_rows(v):
    return {tuple(row) for row in v}


@pytest.mark.parametrize("n, mean", [(2, -1.7329), (3, -2.5993), (4, -108.13 / 32)])
def test_bars_and_stripes_have_the_published_optimum(n, mean):
    v = bars_and_stripes(n)
    assert v.shape == (2 ** (n + 1), n * n) and v.dtype == np.float64
    np.testing.assert_allclose(best_log_likelihood(v), mean, atol=2e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_bars_and_stripes_are_all_images_of_one_colour_a_row_or_one_a_column(n):
    """By definition: among all 2^(n²) images, those with equal rows or equal columns; two are both."""
    every_image = np.array(list(itertools.product([0.0, 1.0], repeat=n * n))).reshape(-1, n, n)
    bars = [p.ravel() for p in every_image if (p == p[:, :1]).all()]
    stripes = [p.ravel() for p in every_image if (p == p[:1]).all()]
    v = bars_and_stripes(n)
    assert distinct_rows(v[: 2**n]) == distinct_rows(bars) and len(bars) == 2**n
    assert distinct_rows(v[2**n :]) == distinct_rows(stripes) and len(stripes) == 2**n
    twice = [tuple(row) for row in v if (v == row).all(axis=1).sum() == 2]
    if n > 1:
        assert set(twice) == {(0.0,) * n**2, (1.0,) * n**2}
        assert len(distinct_rows(v)) == 2 ** (n + 1) - 2
    fraction_of_the_two = 2.0 ** (1 - n)
    by_docstring = -(1 - fraction_of_the_two) * math.log(2 ** (n + 1)) - fraction_of_the_two * math.log(2**n)
    np.testing.assert_allclose(best_log_likelihood(v), by_docstring, rtol=1e-12)


def test_the_four_by_four_optimum_over_its_thirty_distinct_images():
    """TARGETS.md gives it both ways: their log-probabilities added once each are -102.586."""
    _, counts = np.unique(bars_and_stripes(4), axis=0, return_counts=True)
    np.testing.assert_allclose(np.log(counts / 32).sum(), -102.586, atol=5e-4)


def test_shifting_bar_has_the_published_optimum():
    v = shifting_bar(9, 1)
    assert v.shape == (9, 9) and v.dtype == np.float64
    np.testing.assert_allclose(9 * best_log_likelihood(v), -19.775, atol=5e-4)


@pytest.mark.parametrize("n, width", [(1, 1), (5, 1), (5, 3), (7, 6)])
def test_shifting_bar_stands_once_at_each_place_of_the_ring(n, width):
    v = shifting_bar(n, width)
    for place in range(n):
        on = {(place + step) % n for step in range(width)}
        assert set(np.flatnonzero(v[place])) == on
    np.testing.assert_allclose(best_log_likelihood(v), -math.log(n), rtol=1e-12)


@pytest.mark.parametrize("n, rows, mean", [(4, 48, -3.871), (8, 768, -6.644)])
def test_labelled_shifter_has_the_published_optimum(n, rows, mean):
    v = labelled_shifter(n)
    assert v.shape == (rows, 2 * n + 3) and v.dtype == np.float64
    np.testing.assert_allclose(best_log_likelihood(v), mean, atol=5e-4)


def test_labelled_shifter_shifts_as_its_label_says():
    n = 4
    v = labelled_shifter(n)
    assert len(distinct_rows(v)) == 3 * 2**n
    for row in v:
        pattern, shifted, (left, none, right) = list(row[:n]), list(row[n : 2 * n]), row[2 * n :]
        assert left + none + right == 1
        if left:
            assert shifted == pattern[1:] + pattern[:1]
        if none:
            assert shifted == pattern
        if right:
            assert shifted == pattern[-1:] + pattern[:-1]


def test_no_distribution_over_the_rows_beats_the_best():
    """The optimum is one: tilting the distribution any way lowers the mean log p."""
    rng = np.random.default_rng(3)
    v = rng.integers(0, 2, size=(50, 3)).astype(float)
    _, which, counts = np.unique(v, axis=0, return_inverse=True, return_counts=True)
    q = counts / len(v)
    best = best_log_likelihood(v)
    np.testing.assert_allclose(np.log(q[which.ravel()]).mean(), best, rtol=1e-12)
    for _ in range(20):
        other = q * np.exp(0.1 * rng.normal(size=len(q)))
        other /= other.sum()
        assert np.log(other[which.ravel()]).mean() < best


@pytest.mark.parametrize("make, sizes, message", [
    (bars_and_stripes, (0,), r"n: expected an integer in \[1, 12\], got 0"),
    (bars_and_stripes, (13,), r"n: expected an integer in \[1, 12\], got 13"),
    (bars_and_stripes, (2.0,), r"n: expected an integer in \[1, 12\], got 2.0"),
    (shifting_bar, (0, 1), "n: expected an integer >= 1, got 0"),
    (shifting_bar, (5, 0), r"width: expected an integer in \[1, 5\], got 0"),
    (shifting_bar, (5, 6), r"width: expected an integer in \[1, 5\], got 6"),
    (labelled_shifter, (0,), r"n: expected an integer in \[1, 16\], got 0"),
    (labelled_shifter, (17,), r"n: expected an integer in \[1, 16\], got 17"),
    (best_log_likelihood, ([1.0, 0.0],), r"v: expected a 2-D array, one case a row, got shape \(2,\)"),
])
def test_sizes_that_cannot_be_are_refused_by_name(make, sizes, message):
    with pytest.raises(InvalidInput, match=f"^{message}$"):
        make(*sizes)
