"""Pearson's chi-square test, exactly: its survival function is a finite sum for integer degrees of freedom.

    Q(x, k) = exp(-x/2) Σ_{i < k/2} (x/2)^i / i!                                          k even
    Q(x, k) = erfc(√(x/2)) + exp(-x/2) Σ_{i < (k-1)/2} (x/2)^(i + ½) / Γ(i + 3/2)          k odd

Abramowitz and Stegun 1964, 26.4.4 and 26.4.5.
"""
import math

import numpy as np


def chi_square_survival(x, degrees):
    """Q(x, k), the probability that a chi-square with k = `degrees` of freedom, an integer >= 1, exceeds x >= 0."""
    if x <= 0:
        return 1.0
    half = x / 2
    odd = degrees % 2
    powers = [i + odd / 2 for i in range(degrees // 2)]
    terms = [math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers]
    if odd:
        terms.append(math.erfc(math.sqrt(half)))
    return min(math.fsum(terms), 1.0)


def chi_square_p_value(observed_counts, expected_counts):
    """The probability of counts at least as far off as `observed_counts` (S,), given `expected_counts` (S,).

    The two must have the same total. A state that was observed and has expected count 0 gives 0. The approximation
    needs about 5 expected counts per state; merge the rare ones.
    """
    observed, expected = np.asarray(observed_counts, float), np.asarray(expected_counts, float)
    assert observed.shape == expected.shape and observed.ndim == 1
    assert math.isclose(observed.sum(), expected.sum(), rel_tol=1e-9), "the totals differ"
    possible = expected > 0
    if observed[~possible].any():
        return 0.0
    observed, expected = observed[possible], expected[possible]
    if len(expected) == 1:
        return 1.0
    statistic = float(np.sum((observed - expected) ** 2 / expected))
    return chi_square_survival(statistic, len(expected) - 1)
