"""What a generator covers of the data, and how well: over modes that are known, or from two sets of rows alone.

Over the K modes of a MixtureOfGaussians. A sample within 3 σ of the nearest centre is of high quality; n of the N
samples are, nₖ of them at mode k:

    high-quality fraction = n / N
    modes captured = how many k have nₖ > 0
    reverse KL = Σₖ qₖ log(qₖ / (1/K)) = log K - H(q)        qₖ = nₖ / n; infinite where n = 0

What a perfect sampler shows: in the plane, a fraction of 1 - exp(-9/2) = .9889 on average, so that clearly more means
modes that have shrunk; and a reverse KL of about (K - 1) / 2n, not 0, since n draws do not fall evenly. A generator
that has collapsed to one mode shows 1 mode and log K.

From x (N, D) and y (M, D) alone. The maximum mean discrepancy, 0 only where the two distributions are the same:

    MMD² = E k(x, x') + E k(y, y') - 2 E k(x, y)        k(x, y) = exp(-|x - y|² / 2h²)        h the bandwidth

The sliced Wasserstein distance, for unit vectors θ in all directions, F the distribution function of θ·x, G of θ·y:

    SW² = E_θ W²(θ)        W²(θ) = ∫₀¹ (F⁻¹(u) - G⁻¹(u))² du

Precision and recall. Each row has a ball that reaches to its kth nearest neighbour in its own set:

    precision = fraction of the fake rows inside the ball of at least one real row
    recall = fraction of the real rows inside the ball of at least one fake row

Rows may be anything of real numbers that NumPy can make an array of; all is computed in float64.

N, M rows    R = N + M of both together    D numbers a row    K modes    L directions, P splits in two

The modes: Lin, Khetan, Fanti, Oh 2018 (PacGAN), after Srivastava et al. 2017 (VEEGAN); they take N = 2,500. MMD:
Gretton, Borgwardt, Rasch, Schölkopf, Smola 2012. Slices: Rabin, Peyré, Delon, Bernot 2012; Bonneel, Rabin, Peyré,
Pfister 2015. Precision and recall: Kynkäänniemi, Karras, Laine, Lehtinen, Aila 2019.
"""
from dataclasses import dataclass

import numpy as np

from ..data.mixtures import MixtureOfGaussians
from ..foundation.batches import row_blocks
from ..foundation.checks import (
    as_rows,
    check_array,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    invalid,
)
from ..foundation.numerics import squared_distances
from ..foundation.types import Array, Generator

HIGH_QUALITY = 3  # standard deviations from the nearest centre
ROWS_FOR_MEDIAN = 1000  # their half a million distances give the median well enough
NUMBERS_AT_ONCE = 2**20  # 8 MB in float64
LARGEST = 1e100  # number in a row: the squares of such do not overflow float64
ROUNDING = 1e-12  # what permutations that tie may differ by, for a kernel of at most 1


@dataclass(frozen=True)
class Coverage:
    """What `evaluate_coverage` counted. It prints as one line."""

    modes: int  # captured
    n_modes: int  # of the mixture
    high_quality: float  # a fraction of the samples
    reverse_kl: float  # nats
    n_samples: int

    def __repr__(self) -> str:
        return (f"{self.modes} of {self.n_modes} modes, {self.high_quality:.1%} of {self.n_samples:,} samples "
                f"of high quality, reverse KL {self.reverse_kl:.3f}")


@dataclass(frozen=True)
class TwoSampleTest:
    """What `mmd` found. It prints as one line."""

    squared_mmd: float  # without bias, so that it may be below 0
    p_value: float  # of a squared MMD at least as large, were the distributions the same
    bandwidth: float

    def __repr__(self) -> str:
        return f"MMD² {self.squared_mmd:.3g}, p {self.p_value:.3g}, bandwidth {self.bandwidth:.3g}"


# ---- over known modes


def evaluate_coverage(samples: Array, mixture: MixtureOfGaussians) -> Coverage:
    """The three measures of samples (N, D) of a generator that learnt `mixture`: a Coverage. Raises InvalidInput."""
    samples = check_samples(samples, mixture)
    return Coverage(
        modes=modes_captured(samples, mixture), n_modes=len(mixture.centres),
        high_quality=high_quality_fraction(samples, mixture), reverse_kl=reverse_kl(samples, mixture),
        n_samples=len(samples),
    )


def modes_captured(samples: Array, mixture: MixtureOfGaussians) -> int:
    """How many modes have at least one high-quality sample among samples (N, D), an int. Raises InvalidInput."""
    return int(np.count_nonzero(mode_counts(samples, mixture)))


def high_quality_fraction(samples: Array, mixture: MixtureOfGaussians) -> float:
    """The fraction of samples (N, D) within 3 σ of the nearest centre, a float. Raises InvalidInput."""
    samples = check_samples(samples, mixture)
    return float(mode_counts(samples, mixture).sum() / len(samples))


def reverse_kl(samples: Array, mixture: MixtureOfGaussians) -> float:
    """log K - H(q) in nats, q the fractions of the modes in the high-quality samples, a float. Raises InvalidInput.

    From 0, all modes alike, to log K, one mode; infinite where no sample is of high quality.
    """
    counts = mode_counts(samples, mixture)
    n = counts.sum()
    if n == 0:
        return float("inf")
    q = counts[counts > 0] / n  # an empty mode adds 0 log 0 = 0
    return float(np.sum(q * np.log(len(counts) * q)))


def mode_counts(samples: Array, mixture: MixtureOfGaussians) -> Array:
    """nₖ, how many of samples (N, D) lie within 3 σ of centre k, the nearest: (K,). Raises InvalidInput."""
    samples = check_samples(samples, mixture)
    K = len(mixture.centres)
    squares = squared_distances(samples, mixture.centres)  # (N, K)
    nearest = squares.argmin(axis=1)
    is_high_quality = squares.min(axis=1) <= (HIGH_QUALITY * mixture.sigma) ** 2
    return np.bincount(nearest[is_high_quality], minlength=K)


def check_samples(samples: Array, mixture: MixtureOfGaussians) -> Array:
    """Samples (N, D), or one (D,), of a generator that learnt `mixture`, as rows in float64; else InvalidInput."""
    if not isinstance(mixture, MixtureOfGaussians):
        raise invalid("mixture", "a MixtureOfGaussians", type(mixture).__name__)
    width = mixture.centres.shape[1]
    samples = check_array("samples", samples, width=width, ndim=(1, 2), low=-LARGEST, high=LARGEST, dtype=np.float64)
    return as_rows(samples)


# ---- maximum mean discrepancy


def mmd(x: Array, y: Array, rng: Generator, bandwidth: float | None = None,
        n_permutations: int = 200) -> TwoSampleTest:
    """The squared MMD between x (N, D) and y (M, D), and whether chance explains it: a TwoSampleTest.

    bandwidth        h of the kernel; None takes the median distance between rows of x and y together. What is
                     much smaller than h, such as the width of narrow modes that lie far apart, is hardly seen.
    n_permutations   random splits of the N + M rows into N and M, with which the observed one is compared

        p = (1 + how many of them have a squared MMD at least as large) / (1 + n_permutations)

    Were the two distributions the same, all splits would be equally likely, and p at most α with a probability of
    at most α. N and M at least 2; memory grows with (N + M) n_permutations. Draws, in this order: the rows for the
    median, where the bandwidth is None; the permutations. Raises InvalidInput. Gretton et al. 2012.
    """
    x, y = _two_sets("x", x, "y", y, least=2)
    check_generator("rng", rng)
    n_permutations = check_integer("n_permutations", n_permutations)
    check_fits("n_permutations", n_permutations, len(x) + len(y), 1 + n_permutations)
    z = np.concatenate([x, y])
    if bandwidth is None:
        bandwidth = median_distance(z, rng)
    bandwidth = check_number("bandwidth", bandwidth, 1 / LARGEST, LARGEST)
    in_x = np.zeros((len(z), 1 + n_permutations))
    in_x[: len(x)] = 1  # the first column is the observed split
    in_x[:, 1:] = rng.permuted(in_x[:, 1:], axis=0)
    squared = squared_mmds(z, in_x, bandwidth)
    n_as_large = np.count_nonzero(squared[1:] >= squared[0] - ROUNDING)
    return TwoSampleTest(float(squared[0]), (1 + n_as_large) / (1 + n_permutations), bandwidth)


def squared_mmds(z: Array, in_x: Array, bandwidth: float) -> Array:
    """The squared MMD without bias for each of P splits of the rows of z in two: (R, D), (R, P) -> (P,).

    in_x[i, p] is 1 where row i belongs to x in split p, else 0; each split has N rows in x and M in y.

        Σ_{i≠j} k(xᵢ, xⱼ) / N(N - 1) + Σ_{i≠j} k(yᵢ, yⱼ) / M(M - 1) - 2 Σᵢⱼ k(xᵢ, yⱼ) / NM

    All splits use the same kernels of all pairs of rows, which are computed a block of rows at a time.
    """
    N = in_x[:, 0].sum()
    M = len(z) - N
    within_x, from_x, total = 0.0, 0.0, 0.0  # sums of k over pairs: both in x; the first in x; all
    for rows in row_blocks(len(z), len(z), NUMBERS_AT_ONCE):
        with np.errstate(over="ignore"):  # exp(-∞) = 0 is right
            k = np.exp(-squared_distances(z[rows], z) / (2 * bandwidth**2))
        k[np.arange(len(k)), np.arange(len(z))[rows]] = 0  # a row with itself is no pair
        k_to_all = k.sum(axis=1)
        within_x = within_x + np.sum(in_x[rows] * (k @ in_x), axis=0)
        from_x = from_x + k_to_all @ in_x[rows]
        total = total + k_to_all.sum()
    x_to_y = from_x - within_x
    within_y = total - within_x - 2 * x_to_y
    return within_x / (N * (N - 1)) + within_y / (M * (M - 1)) - 2 * x_to_y / (N * M)


def median_distance(z: Array, rng: Generator) -> float:
    """The median distance between two rows of z (R, D), of 1,000 rows drawn from them where there are more."""
    drawn = z[rng.permutation(len(z))[:ROWS_FOR_MEDIAN]]
    pairs = np.triu_indices(len(drawn), 1)
    median = np.median(np.sqrt(squared_distances(drawn, drawn)[pairs]))
    longest = np.sqrt(np.sum(drawn**2, axis=1).max())
    if median <= 1e-6 * longest:  # no more than rounding
        raise invalid("bandwidth", "a number", None,
                      "most rows of x and y are copies of one another, so that their median distance is 0")
    return float(median)


# ---- sliced Wasserstein distance


def sliced_wasserstein(x: Array, y: Array, n_directions: int, rng: Generator) -> float:
    """SW between x (N, D) and y (M, D), averaged over `n_directions` drawn directions: a float, in the data's unit.

    Between a distribution and itself shifted by δ it is |δ| / √D. Two sets of draws from one distribution are not at 0:
    two sets of real rows show how near a generator can come. Draws D normal numbers a direction. Raises InvalidInput.
    Rabin et al. 2012; Bonneel et al. 2015.
    """
    x, y = _two_sets("x", x, "y", y, least=1)
    n_directions = check_integer("n_directions", n_directions)
    check_fits("n_directions", n_directions, n_directions, x.shape[1])
    check_generator("rng", rng)
    directions = rng.standard_normal((n_directions, x.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    squares = np.empty(n_directions)
    for block in row_blocks(n_directions, len(x) + len(y), NUMBERS_AT_ONCE):
        squares[block] = squared_wasserstein(directions[block] @ x.T, directions[block] @ y.T)
    return float(np.sqrt(squares.mean()))


def squared_wasserstein(x: Array, y: Array) -> Array:
    """∫₀¹ (F⁻¹(u) - G⁻¹(u))² du between the N numbers and the M numbers of each line: (L, N), (L, M) -> (L,).

    F⁻¹(u) is the ⌈Nu⌉th smallest of the N numbers: constant between multiples of 1/N, and G⁻¹ between those of 1/M.
    """
    N, M = x.shape[1], y.shape[1]
    ends_x = M * np.arange(1, N + 1, dtype=np.int64)  # of the constant pieces of F⁻¹, in units of 1/NM
    ends_y = N * np.arange(1, M + 1, dtype=np.int64)
    ends = np.union1d(ends_x, ends_y)
    lengths = np.diff(ends, prepend=0) / (N * M)
    x, y = np.sort(x, axis=1), np.sort(y, axis=1)
    gaps = x[:, (ends - 1) // M] - y[:, (ends - 1) // N]  # (L, pieces)
    return gaps**2 @ lengths


# ---- precision and recall


def precision_and_recall(real: Array, fake: Array, k: int = 3) -> tuple[float, float]:
    """`(precision, recall)` of fake (M, D) against real (N, D), two floats; each set needs more than k rows.

    Neither falls as k grows, so compare at the same k. Two sets of draws from one distribution do not reach 1 either:
    two sets of real rows show how near a generator can come. The balls of more than k copies of one row have the radius
    0; distances are rounded, so that only for bits they surely hold a copy in the other set. Raises InvalidInput.
    Kynkäänniemi et al. 2019, who take k = 3.
    """
    k = check_integer("k", k)
    real, fake = _two_sets("real", real, "fake", fake, least=k + 1)
    return fraction_inside(fake, real, k), fraction_inside(real, fake, k)


def fraction_inside(x: Array, centres: Array, k: int) -> float:
    """The fraction of the rows of x (N, D) that lie inside the ball of at least one row of centres (M, D), a float."""
    squared_radii = squared_neighbour_distances(centres, k)
    is_inside = np.empty(len(x), dtype=bool)
    for rows in row_blocks(len(x), len(centres), NUMBERS_AT_ONCE):
        squares = squared_distances(x[rows], centres)
        is_inside[rows] = np.any(squares <= squared_radii, axis=1)
    return float(is_inside.mean())


def squared_neighbour_distances(x: Array, k: int) -> Array:
    """The squared distance of each row of x (N, D) to the kth nearest of the other rows: (N,)."""
    squared_radii = np.empty(len(x))
    for rows in row_blocks(len(x), len(x), NUMBERS_AT_ONCE):
        squares = squared_distances(x[rows], x)
        squared_radii[rows] = np.partition(squares, k, axis=1)[:, k]  # at place 0 is the row itself
    return squared_radii


# ---- checks


def _two_sets(x_name, x, y_name, y, least):
    """x and y in float64 where they have the same width and at least `least` rows each, or InvalidInput."""
    x = check_array(x_name, x, low=-LARGEST, high=LARGEST, dtype=np.float64)
    y = check_array(y_name, y, width=x.shape[1], low=-LARGEST, high=LARGEST, dtype=np.float64)
    for name, value in ((x_name, x), (y_name, y)):
        if len(value) < least:
            raise invalid(name, f"at least {least} rows", len(value))
    return x, y
