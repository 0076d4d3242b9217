import math

import numpy as np
import pytest
from chi_square import chi_square_p_value

from numpy_dgm.data.mixtures import (
    MixtureOfGaussians,
    draw_mixture,
    grid_of_gaussians,
    ring_of_gaussians,
    to_unit_spread,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.numerics import squared_distances

BOTH = pytest.mark.parametrize("make", [ring_of_gaussians, grid_of_gaussians])


def log_density(mixture, x):
    """log p(x) of each case: the log of the mean of K normal densities, as products over the axes."""
    z = (x[:, None] - mixture.centres) / mixture.sigma  # (N, K, D)
    densities = np.exp(-(z**2) / 2) / (mixture.sigma * math.sqrt(2 * math.pi))
    return np.log(densities.prod(axis=2).mean(axis=1))


# ---- where the modes are


def test_the_ring_has_eight_modes_on_the_unit_circle():
    ring = ring_of_gaussians()
    assert ring.centres.shape == (8, 2) and ring.centres.dtype == np.float64 and ring.sigma == 0.01
    for k, (first, second) in enumerate(ring.centres):
        assert math.isclose(math.hypot(first, second), 1)
        assert math.isclose(math.atan2(second, first) % (2 * math.pi), k * math.pi / 4, abs_tol=1e-12)


def test_the_grid_has_all_pairs_of_its_ticks():
    grid = grid_of_gaussians()
    expected = [(i, j) for i in (-4, -2, 0, 2, 4) for j in (-4, -2, 0, 2, 4)]
    assert [tuple(centre) for centre in grid.centres] == expected and grid.sigma == 0.05


@pytest.mark.parametrize("make, sigmas", [(ring_of_gaussians, 77), (grid_of_gaussians, 40)])
def test_neighbours_are_as_far_apart_as_stated(make, sigmas):
    mixture = make()
    distances = [math.dist(a, b) for i, a in enumerate(mixture.centres) for b in mixture.centres[:i]]
    assert round(min(distances) / mixture.sigma) == sigmas


# ---- drawing


@BOTH
def test_draws_have_the_density_of_the_mixture(make):
    """Modes as even as chi-square allows. The other modes are far, so |x - centre|² / σ² is chi-square with D degrees
    of freedom, and log p(x) has the mean -log K - (D/2) log 2πσ² - D/2 and the variance D/2: 4.5 standard errors."""
    mixture, n = make(), 20_000
    K, D = mixture.centres.shape
    x = draw_mixture(mixture, n, np.random.default_rng(0))
    assert x.shape == (n, D)
    nearest = squared_distances(x, mixture.centres).argmin(axis=1)
    assert chi_square_p_value(np.bincount(nearest, minlength=K), np.full(K, n / K)) > 1e-5
    mean = -math.log(K) - D / 2 * math.log(2 * math.pi * mixture.sigma**2) - D / 2
    assert abs(log_density(mixture, x).mean() - mean) < 4.5 * math.sqrt(D / 2 / n)


@BOTH
def test_the_noise_has_the_same_spread_along_every_axis_and_no_correlation(make):
    """z = (x - centre) / σ: E z = 0 and E z zᵀ = I within 4.5 standard errors, on the diagonal √2 times as large."""
    mixture, n = make(), 20_000
    x = draw_mixture(mixture, n, np.random.default_rng(1))
    z = (x - mixture.centres[squared_distances(x, mixture.centres).argmin(axis=1)]) / mixture.sigma
    bound = 4.5 / math.sqrt(n)
    assert np.all(np.abs(z.mean(axis=0)) < bound)
    assert np.all(np.abs(z.T @ z / n - np.eye(2)) < bound * np.array([[math.sqrt(2), 1], [1, math.sqrt(2)]]))


def test_draws_are_fresh_in_the_dtype_of_the_centres_and_in_the_stated_order():
    ring = ring_of_gaussians()
    rng = np.random.default_rng(2)
    assert not np.array_equal(draw_mixture(ring, 50, rng), draw_mixture(ring, 50, rng))
    single = MixtureOfGaussians(ring.centres.astype(np.float32), ring.sigma)
    x = draw_mixture(single, 50, np.random.default_rng(3))
    again = np.random.default_rng(3)
    modes = again.integers(8, size=50)
    noise = again.standard_normal((50, 2), dtype=np.float32)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, single.centres[modes] + np.float32(0.01) * noise)


# ---- what is refused


@pytest.mark.parametrize("centres, sigma, message", [
    ([[0.0, 1.0]], 0.1, "centres: expected an array of float32 or float64, got list of float64"),
    (np.zeros((2, 2), int), 0.1, "centres: expected an array of float32 or float64, got ndarray of int64"),
    (np.zeros((2, 2), np.float16), 0.1, "centres: expected an array of float32 or float64, got ndarray of float16"),
    (np.zeros(2), 0.1, r"centres: expected a 2-D array, one case a row, got shape \(2,\)"),
    (np.array([[0.0, np.nan]]), 0.1, "centres: expected finite values, got NaN or infinity in 1 of 2"),
    (np.zeros((2, 2)), 0.0, r"sigma: expected a number in \(0, inf\), got 0.0"),
    (np.zeros((2, 2)), -1.0, r"sigma: expected a number in \(0, inf\), got -1.0"),
    (np.zeros((2, 2)), np.inf, r"sigma: expected a number in \(0, inf\), got inf"),
])
def test_what_is_no_mixture_is_refused_by_name(centres, sigma, message):
    with pytest.raises(InvalidInput, match=f"^{message}$"):
        MixtureOfGaussians(centres, sigma)


def test_unit_spread_is_the_mixture_in_a_unit_of_its_own_standard_deviation():
    """Σ_d Var x_d / D by the law of total variance, from 10⁶ draws: each variance is off by about √(2 / 10⁶)."""
    wide = MixtureOfGaussians(np.array([[3.0, 5.0], [4.0, 9.0]]), 2.0)
    for mixture in (ring_of_gaussians(), grid_of_gaussians(), wide):
        x = draw_mixture(mixture, 1_000_000, np.random.default_rng(0))
        spread = np.sqrt(x.var(axis=0).mean())
        scaled = to_unit_spread(mixture)
        np.testing.assert_allclose(scaled.centres * spread, mixture.centres, rtol=4e-3, atol=1e-12)
        np.testing.assert_allclose(scaled.sigma / mixture.sigma * spread, 1, rtol=4e-3)
        y = draw_mixture(scaled, 1_000_000, np.random.default_rng(1))
        np.testing.assert_allclose(y.var(axis=0).mean(), 1, rtol=7e-3)


def test_draws_have_the_dtype_of_the_centres_whatever_sigma_is():
    mixture = MixtureOfGaussians(np.zeros((2, 2), np.float32), np.float64(0.1))
    assert draw_mixture(mixture, 3, np.random.default_rng(0)).dtype == np.float32
