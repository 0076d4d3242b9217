"""Each measure against its definition in loops, and against what theory says of samplers that are known."""
import itertools
import math

import numpy as np
import pytest
from chi_square import chi_square_p_value

from numpy_dgm.adversarial import coverage
from numpy_dgm.adversarial.coverage import (
    Coverage,
    evaluate_coverage,
    high_quality_fraction,
    median_distance,
    mmd,
    mode_counts,
    modes_captured,
    precision_and_recall,
    reverse_kl,
    sliced_wasserstein,
    squared_mmds,
    squared_wasserstein,
)
from numpy_dgm.data.mixtures import MixtureOfGaussians, draw_mixture, grid_of_gaussians, ring_of_gaussians
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits

BOTH = pytest.mark.parametrize("make", [ring_of_gaussians, grid_of_gaussians])


@pytest.fixture(params=["at once", "in small blocks"])
def blocks(request, monkeypatch):
    """The same results whether all rows are taken at once or a few at a time."""
    if request.param == "in small blocks":
        monkeypatch.setattr(coverage, "NUMBERS_AT_ONCE", 50)


# ---- over known modes


@BOTH
def test_the_three_measures_are_their_definitions(make):
    """Samples around a third of the modes, many of them about 3 σ off: counted in loops."""
    mixture, rng = make(), np.random.default_rng(0)
    K = len(mixture.centres)
    around = mixture.centres[rng.integers(K // 3, size=300)]
    samples = around + 2 * mixture.sigma * rng.normal(size=(300, 2))
    counts = [0] * K
    for sample in samples:
        distances = [math.dist(sample, centre) for centre in mixture.centres]
        if min(distances) <= 3 * mixture.sigma:
            counts[distances.index(min(distances))] += 1
    n = sum(counts)
    entropy = -sum(count / n * math.log(count / n) for count in counts if count > 0)
    np.testing.assert_array_equal(mode_counts(samples, mixture), counts)
    assert modes_captured(samples, mixture) == sum(count > 0 for count in counts) == K // 3
    assert high_quality_fraction(samples, mixture) == n / 300 and 0.3 < n / 300 < 0.9
    assert math.isclose(reverse_kl(samples, mixture), math.log(K) - entropy, rel_tol=1e-12)


@BOTH
def test_high_quality_ends_at_three_sigma_in_every_direction(make):
    mixture = make()
    for angle in np.linspace(0, 6, 10):
        way = np.array([math.cos(angle), math.sin(angle)])
        just_inside, just_outside = (mixture.centres + r * mixture.sigma * way for r in (2.999, 3.001))
        assert high_quality_fraction(just_inside, mixture) == 1 and high_quality_fraction(just_outside, mixture) == 0
        assert modes_captured(just_inside, mixture) == len(mixture.centres)  # one sample each does


@BOTH
def test_a_perfect_sampler_has_the_fraction_that_theory_gives_it(make):
    """|x - centre|² / σ² is chi-square with 2 degrees of freedom, above 9 with probability exp(-9/2). The count is
    binomial: 4.5 standard errors, of which one is .21 % for the protocol's 2,500 samples."""
    p, n = 1 - math.exp(-9 / 2), 50_000
    assert round(p, 4) == 0.9889 and round(math.sqrt(p * (1 - p) / 2500), 4) == 0.0021
    samples = draw_mixture(make(), n, np.random.default_rng(1))
    assert modes_captured(samples, make()) == len(make().centres)
    assert abs(high_quality_fraction(samples, make()) - p) < 4.5 * math.sqrt(p * (1 - p) / n)


@BOTH
def test_a_perfect_sampler_has_the_reverse_kl_that_chance_gives_it(make):
    """2n times the divergence of the counts from even ones is the G statistic, nearly chi-square with K - 1 degrees of
    freedom: mean K - 1, variance 2 (K - 1); 4.5 standard errors of the mean over 200 samplers."""
    mixture, rng = make(), np.random.default_rng(2)
    found = []
    for _ in range(200):
        samples = draw_mixture(mixture, 2500, rng)
        found.append(2 * mode_counts(samples, mixture).sum() * reverse_kl(samples, mixture))
    K = len(mixture.centres)
    assert abs(np.mean(found) - (K - 1)) < 4.5 * math.sqrt(2 * (K - 1) / 200)


@BOTH
def test_a_collapsed_sampler_has_one_mode_and_a_reverse_kl_of_log_k(make):
    mixture = make()
    K = len(mixture.centres)
    one_point = np.tile(mixture.centres[3], (2500, 1))
    assert evaluate_coverage(one_point, mixture) == Coverage(1, K, 1.0, math.log(K), 2500)
    one_mode = draw_mixture(MixtureOfGaussians(mixture.centres[3:4], mixture.sigma), 2500, np.random.default_rng(3))
    assert modes_captured(one_mode, mixture) == 1 and reverse_kl(one_mode, mixture) == math.log(K)


@BOTH
def test_without_a_high_quality_sample_the_reverse_kl_is_infinite(make):
    found = evaluate_coverage(np.full((2500, 2), 0.5), make())
    assert found == Coverage(0, len(make().centres), 0.0, math.inf, 2500)
    assert repr(found).endswith("modes, 0.0% of 2,500 samples of high quality, reverse KL inf")


def test_even_counts_have_a_reverse_kl_of_zero_and_the_report_says_so_in_a_line():
    """As do float32 samples, which the networks draw: their rounding is far below σ."""
    ring = ring_of_gaussians()
    samples = np.tile(ring.centres, (5, 1)).astype(np.float32)
    assert repr(evaluate_coverage(samples, ring)) == (
        "8 of 8 modes, 100.0% of 40 samples of high quality, reverse KL 0.000")


# ---- maximum mean discrepancy


def squared_mmd_by_definition(x, y, bandwidth):
    """Means of the kernel over pairs of different rows of x, of different rows of y, and over rows of each."""
    within_x, within_y = itertools.permutations(x, 2), itertools.permutations(y, 2)
    means = []
    for pairs in (within_x, within_y, itertools.product(x, y)):
        means.append(np.mean([math.exp(-(math.dist(a, b) ** 2) / (2 * bandwidth**2)) for a, b in pairs]))
    return means[0] + means[1] - 2 * means[2]


def expected_kernel(shift, variance, bandwidth):
    """E exp(-|d|² / 2h²) for d ~ N(shift, variance I): a Gaussian integral, axis by axis."""
    spread = bandwidth**2 + variance
    return (bandwidth**2 / spread) ** (len(shift) / 2) * math.exp(-(shift @ shift) / (2 * spread))


def test_mmd_and_its_p_value_are_their_definitions(blocks):
    """The splits are drawn again with the same generator, as the docstring says, and gone through in loops."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(9, 3)), 0.4 + rng.normal(size=(6, 3))
    found = mmd(x, y, np.random.default_rng(5), n_permutations=40)
    z, again = np.concatenate([x, y]), np.random.default_rng(5)
    again.permutation(15)
    bandwidth = np.median([math.dist(a, b) for a, b in itertools.combinations(z, 2)])
    labels = again.permuted(np.tile([1] * 9 + [0] * 6, (40, 1)).T, axis=0)
    observed = squared_mmd_by_definition(x, y, bandwidth)
    others = [squared_mmd_by_definition(z[column == 1], z[column == 0], bandwidth) for column in labels.T]
    assert math.isclose(found.bandwidth, bandwidth, rel_tol=1e-12)
    assert math.isclose(found.squared_mmd, observed, rel_tol=1e-10)
    assert 0 < sum(other >= observed for other in others) < 40
    assert found.p_value == (1 + sum(other >= observed for other in others)) / 41
    assert repr(found).startswith("MMD² ") and "\n" not in repr(found)


def test_over_all_splits_of_the_same_rows_the_mean_is_zero():
    """Each pair is then equally often within x, within y and between: what unbiased means when nothing is different."""
    z = np.random.default_rng(6).normal(size=(7, 2))
    splits = [members for members in itertools.combinations(range(7), 3)]
    in_x = np.array([[float(i in members) for members in splits] for i in range(7)])
    assert abs(squared_mmds(z, in_x, 0.8).mean()) < 1e-15


@pytest.mark.parametrize("shift, sd", [((0.0, 0.0), 1.0), ((0.5, -0.3), 1.0), ((0.0, 0.0), 2.0)])
def test_mmd_is_unbiased_at_a_fixed_bandwidth(shift, sd):
    """Its mean over 1,000 pairs of small sets is the exact squared MMD of two Gaussians, within 4.5 standard errors."""
    rng, shift, h = np.random.default_rng(7), np.array(shift), 0.9
    found = []
    for _ in range(1000):
        x, y = rng.normal(size=(5, 2)), shift + sd * rng.normal(size=(8, 2))
        found.append(mmd(x, y, rng, bandwidth=h, n_permutations=1).squared_mmd)
    no_shift = np.zeros(2)
    exact = (expected_kernel(no_shift, 2.0, h) + expected_kernel(no_shift, 2 * sd**2, h)
             - 2 * expected_kernel(shift, 1 + sd**2, h))
    assert abs(np.mean(found) - exact) < 4.5 * np.std(found) / math.sqrt(1000)


def test_under_equality_the_p_value_is_uniform():
    """With 19 permutations it is one of 1/20, ..., 20/20, each with probability 1/20 as the 20 splits are alike:
    chi-square, and at most .05 in a fraction of the 1,000 repetitions within 4.5 binomial standard errors of .05."""
    rng = np.random.default_rng(8)
    p_values = [mmd(rng.normal(size=(6, 2)), rng.normal(size=(9, 2)), rng, n_permutations=19).p_value
                for _ in range(1000)]
    counts = np.bincount(np.rint(20 * np.array(p_values)).astype(int), minlength=21)
    assert counts[0] == 0 and chi_square_p_value(counts[1:], np.full(20, 50.0)) > 1e-5
    assert abs(counts[1] / 1000 - 0.05) < 4.5 * math.sqrt(0.05 * 0.95 / 1000)


def test_a_difference_has_the_least_p_value_that_there_is():
    """A generator that has lost half of the ring: a random split is as bad in far less than 1 of 201."""
    ring, rng = ring_of_gaussians(), np.random.default_rng(9)
    half = MixtureOfGaussians(ring.centres[:4], ring.sigma)
    found = mmd(draw_mixture(ring, 200, rng), draw_mixture(half, 150, rng), rng)
    assert found.p_value == 1 / 201 and found.squared_mmd > 0.1


def test_what_is_narrower_than_the_modes_are_far_apart_needs_a_small_bandwidth():
    """Modes of half the width: the median distance sees nothing, their own width as the bandwidth does."""
    ring, rng = ring_of_gaussians(), np.random.default_rng(10)
    x = draw_mixture(ring, 300, rng)
    y = draw_mixture(MixtureOfGaussians(ring.centres, ring.sigma / 2), 300, rng)
    assert mmd(x, y, rng).p_value > 0.05
    assert mmd(x, y, rng, bandwidth=ring.sigma).p_value == 1 / 201


def test_splits_that_tie_count_as_at_least_as_large():
    """Where x and y hold the same rows, no split has a smaller squared MMD, and many have the same: p is 1."""
    values = np.array([[0.1, 0.3], [1.2, -0.7], [0.5, 0.5]])
    x = np.repeat(values, [4, 2, 3], axis=0)
    assert mmd(x, x[::-1], np.random.default_rng(11), bandwidth=0.7).p_value == 1


def test_the_median_of_many_rows_is_that_of_a_thousand_drawn_ones():
    z = np.random.default_rng(12).normal(size=(1500, 2))
    drawn = z[np.random.default_rng(13).permutation(1500)[:1000]]
    differences = (drawn[:, None] - drawn)[np.triu_indices(1000, 1)]
    expected = np.median(np.hypot(*differences.T))
    assert math.isclose(median_distance(z, np.random.default_rng(13)), expected, rel_tol=1e-9)


def test_copies_give_no_bandwidth_though_rounding_may_keep_them_apart():
    rng = np.random.default_rng(19)
    x = np.tile(rng.normal(size=30), (20, 1))
    with pytest.raises(InvalidInput, match="^bandwidth: expected a number, got None; most rows of x and y are copies"):
        mmd(x, x, rng)


# ---- sliced Wasserstein distance


def squared_wasserstein_by_definition(x, y):
    """Of all ways to pair the numbers of x and of y in equal parts, the cheapest; both repeated to the same size."""
    size = math.lcm(len(x), len(y))
    x, y = np.repeat(x, size // len(x)), np.repeat(y, size // len(y))
    return min(np.mean((x - np.array(order)) ** 2) for order in itertools.permutations(y))


@pytest.mark.parametrize("N, M", [(1, 1), (5, 5), (2, 3), (3, 6), (1, 4), (6, 2)])
def test_squared_wasserstein_is_the_cheapest_pairing(N, M):
    rng = np.random.default_rng(N + 10 * M)
    x, y = rng.normal(size=(3, N)), 0.5 + 2 * rng.normal(size=(3, M))
    by_definition = [squared_wasserstein_by_definition(a, b) for a, b in zip(x, y)]
    np.testing.assert_allclose(squared_wasserstein(x, y), by_definition, rtol=1e-12)


@pytest.mark.parametrize("N, M", [(40, 40), (30, 50), (7, 64)])
def test_sizes_that_differ_are_as_if_both_were_repeated_to_the_same_size(N, M):
    rng, size = np.random.default_rng(N), math.lcm(N, M)
    x, y = rng.normal(size=(4, N)), rng.normal(size=(4, M))
    repeated_x = np.sort(np.repeat(x, size // N, axis=1), axis=1)
    repeated_y = np.sort(np.repeat(y, size // M, axis=1), axis=1)
    expected = np.mean((repeated_x - repeated_y) ** 2, axis=1)
    np.testing.assert_allclose(squared_wasserstein(x, y), expected, rtol=1e-12)


@pytest.mark.parametrize("D", [2, 5])
def test_a_shifted_gaussian_is_as_far_as_its_shift_makes_it(D, blocks):
    """Along θ all numbers move by θ·δ, so W² = (θ·δ)². For θ uniform on the sphere E (θ·δ)² = |δ|² / D and
    E (θ·δ)⁴ = 3 |δ|⁴ / D (D + 2): SW² within 4.5 standard errors over 3,000 directions."""
    rng, L = np.random.default_rng(D), 3000
    x, shift = rng.normal(size=(30, D)), rng.normal(size=D)
    found = sliced_wasserstein(x, x + shift, L, rng)
    mean = shift @ shift / D
    variance = 3 * (shift @ shift) ** 2 / (D * (D + 2)) - mean**2
    assert abs(found**2 - mean) < 4.5 * math.sqrt(variance / L)


def test_directions_favour_no_angle():
    """x = ±(1, 0), y = ±(0, 1): at the angle a, W² = (|cos a| - |sin a|)² = 1 - |sin 2a|, whose mean over the circle is
    1 - 2/π and variance 1/2 - 4/π². Directions normalised from a square would have the mean 1 - log 2."""
    L = 4000
    x, y = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, -1.0]])
    found = sliced_wasserstein(x, y, L, np.random.default_rng(14))
    bound = 4.5 * math.sqrt((1 / 2 - 4 / math.pi**2) / L)
    assert abs(found**2 - (1 - 2 / math.pi)) < bound < abs(2 / math.pi - math.log(2))


def test_the_same_rows_in_any_order_and_any_number_of_times_are_at_distance_zero():
    rng = np.random.default_rng(15)
    x = rng.normal(size=(50, 3))
    assert sliced_wasserstein(x, x, 20, rng) < 1e-14
    assert sliced_wasserstein(x, rng.permutation(np.tile(x, (3, 1))), 20, rng) < 1e-14


# ---- precision and recall


def fraction_inside_by_definition(x, centres, k):
    n_inside = 0
    for row in x:
        for i, centre in enumerate(centres):
            others = sorted(math.dist(centre, other) for j, other in enumerate(centres) if j != i)
            if math.dist(row, centre) <= others[k - 1]:
                n_inside += 1
                break
    return n_inside / len(x)


@pytest.mark.parametrize("k", [1, 3, 7])
def test_precision_and_recall_are_their_definitions(k, blocks):
    rng = np.random.default_rng(k)
    real, fake = rng.normal(size=(25, 3)), 0.8 + 0.7 * rng.normal(size=(18, 3))
    precision, recall = precision_and_recall(real, fake, k)
    assert precision == fraction_inside_by_definition(fake, real, k)
    assert recall == fraction_inside_by_definition(real, fake, k)
    assert 0 < precision < 1 and 0 < recall < 1 and precision != recall


def test_known_overlaps_are_found():
    """Three clusters, far apart: real has 30 rows in A and 10 in B, fake the same 10 in B and 30 of its own in C."""
    rng = np.random.default_rng(16)
    A, B, C = (place + rng.normal(size=(n, 2)) for place, n in ((0, 30), (100, 10), (200, 30)))
    real, fake = np.concatenate([A, B]), np.concatenate([B, C])
    assert precision_and_recall(real, fake, k=3) == (10 / 40, 10 / 40)
    assert precision_and_recall(real, B, k=3) == (1.0, 10 / 40)
    assert precision_and_recall(B, fake, k=3) == (10 / 40, 1.0)
    assert precision_and_recall(real, C, k=3) == (0.0, 0.0)
    assert precision_and_recall(real, real[::-1], k=3) == (1.0, 1.0)


def test_a_generator_with_one_image_is_precise_and_recalls_one():
    """16 patterns of 4 bits, one of them drawn again and again: its balls have the radius 0 and hold it alone."""
    real = all_bits(4)
    assert precision_and_recall(real, np.tile(real[5], (30, 1)), k=3) == (1.0, 1 / 16)


def test_neither_falls_as_k_grows():
    rng = np.random.default_rng(17)
    real, fake = rng.normal(size=(60, 2)), 1 + rng.normal(size=(60, 2))
    found = np.array([precision_and_recall(real, fake, k) for k in (1, 2, 4, 8, 16)])
    assert np.all(np.diff(found, axis=0) >= 0) and np.all(found[-1] > found[0])


# ---- what is refused


ROWS, RNG, RING = np.zeros((5, 2)), np.random.default_rng(0), ring_of_gaussians()


@pytest.mark.parametrize("call, arguments, message", [
    (modes_captured, (np.zeros((5, 3)), RING), r"samples: expected a last axis of 2, got shape \(5, 3\)"),
    (high_quality_fraction, (np.zeros((0, 2)), RING), "samples: expected at least one entry, got an empty array"),
    (reverse_kl, (np.full((5, 2), np.nan), RING), "samples: expected finite values, got NaN or infinity in 10 of 10"),
    (evaluate_coverage, (RING, ROWS), "mixture: expected a MixtureOfGaussians, got ndarray"),
    (mmd, (np.zeros(5), ROWS, RNG), r"x: expected a 2-D array, one case a row, got shape \(5,\)"),
    (mmd, (ROWS, np.zeros((5, 3)), RNG), r"y: expected a last axis of 2, got shape \(5, 3\)"),
    (mmd, (ROWS[:1], ROWS, RNG), "x: expected at least 2 rows, got 1"),
    (mmd, (ROWS, ROWS[:1], RNG), "y: expected at least 2 rows, got 1"),
    (mmd, (ROWS, ROWS, 0), "rng: expected a numpy.random.Generator .*, got int"),
    (mmd, (ROWS, ROWS, RNG), "bandwidth: expected a number, got None; most rows"),
    (mmd, (ROWS + 0.1, ROWS + 0.1, RNG), "bandwidth: expected a number, got None; most rows"),
    (mmd, (ROWS, ROWS, RNG, 0.0), "bandwidth: expected a number in .1e-100, 1e.100., got 0.0"),
    (mmd, (ROWS, ROWS, RNG, 1e-200), "bandwidth: expected a number in .1e-100, 1e.100., got 1e-200"),
    (mmd, (ROWS + 1e150, ROWS, RNG), "x: expected values in .-1e.100, 1e.100., got values from 1e.150 to 1e.150"),
    (mode_counts, (ROWS - 1e150, RING), "samples: expected values in .-1e.100, 1e.100., got values from -1e.150 to"),
    (mmd, (ROWS, ROWS, RNG, 1.0, 0), "n_permutations: expected an integer >= 1, got 0"),
    (sliced_wasserstein, (np.zeros((0, 2)), ROWS, 10, RNG), "x: expected at least one entry, got an empty array"),
    (sliced_wasserstein, (ROWS, np.zeros((5, 3)), 10, RNG), r"y: expected a last axis of 2, got shape \(5, 3\)"),
    (sliced_wasserstein, (ROWS, ROWS, 0, RNG), "n_directions: expected an integer >= 1, got 0"),
    (sliced_wasserstein, (ROWS, ROWS, 10, None), "rng: expected a numpy.random.Generator .*, got NoneType"),
    (precision_and_recall, (ROWS, np.zeros((5, 3))), r"fake: expected a last axis of 2, got shape \(5, 3\)"),
    (precision_and_recall, (ROWS, np.zeros((3, 2)), 3), "fake: expected at least 4 rows, got 3"),
    (precision_and_recall, (ROWS, ROWS, 5), "real: expected at least 6 rows, got 5"),
    (precision_and_recall, (ROWS, ROWS, 0), "k: expected an integer >= 1, got 0"),
    (precision_and_recall, (ROWS, ROWS, 1.0), "k: expected an integer >= 1, got 1.0"),
])
def test_what_cannot_be_right_is_refused_by_name(call, arguments, message):
    with pytest.raises(InvalidInput, match=f"^{message}"):
        call(*arguments)


def test_nothing_is_written_to_the_arguments():
    rng = np.random.default_rng(18)
    x, y = rng.normal(size=(20, 2)), rng.normal(size=(15, 2))
    before = x.copy(), y.copy()
    evaluate_coverage(x, RING)
    mmd(x, y, rng)
    sliced_wasserstein(x, y, 5, rng)
    precision_and_recall(x, y)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])
