"""verify and claim: the executable form of a lesson's numbered equation, and of a sentence about an experiment.

A lesson computes one side by its definition, by brute force; the library computes the other side by
its derived formula; `verify` checks that the two are equal and prints a line that starts with `ok`.
When they are not, it says where, both values and their ratio: -1 is a flipped sign, N a missing mean.

    verify          left = right, to within rounding
    verify_at_most  left <= right, for bounds
    verify_mean     the mean of samples = exact, to within 4.5 standard errors
    claim           what a sentence concludes from an experiment holds, with the figures that it rests on
"""
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .checks import invalid, one_line
from .types import Array


class EquationDoesNotHold(AssertionError):
    """A numbered equation of a lesson failed. The message says where, both values and their ratio."""


class ClaimDoesNotHold(AssertionError):
    """A conclusion that a lesson draws from an experiment failed. The message says which, with its figures."""


def verify(equation: str, left: ArrayLike, right: ArrayLike, tolerance: float = 1e-10) -> None:
    """Check that `left` equals `right` entry by entry, and print the largest difference.

    `equation` starts with its label, such as "(4.1) F(v) = ...". Shapes must be the same. An entry may
    be off by `tolerance` times its own magnitude or, where both sides are below 1, by `tolerance`. NaN and
    infinity equal nothing.
    Raises EquationDoesNotHold.
    """
    left, right = _both_sides(equation, left, right)
    size = np.maximum(1, np.maximum(np.abs(left), np.abs(right)))
    difference = np.abs(left - right)
    holds = np.isfinite(difference) & (difference <= tolerance * size)
    _insist(equation, left, right, holds, f"a relative {tolerance:.0e}")
    print(f"  ok {equation}   largest difference {difference.max():.1e}")


def verify_at_most(equation: str, left: ArrayLike, right: ArrayLike, tolerance: float = 1e-10) -> None:
    """Check that `left` <= `right` entry by entry (up to rounding), and print the smallest gap.

    Raises EquationDoesNotHold.
    """
    left, right = _both_sides(equation, left, right)
    size = np.maximum(1, np.maximum(np.abs(left), np.abs(right)))
    excess = left - right
    _insist(equation, left, right, (excess < np.inf) & (excess <= tolerance * size), "left <= right")
    print(f"  ok {equation}   smallest gap {np.min(right - left):.3g}")


def verify_mean(equation: str, samples: ArrayLike, exact: ArrayLike) -> None:
    """Check that the mean of independent `samples` (S, ...) is `exact` (...), within sampling error.

    The mean of S samples has the standard error sd/√S. The two may differ by 4.5 of these, which a
    right sampler exceeds with a probability of 7e-6 an entry. An entry that does not vary must be exact.
    Raises EquationDoesNotHold.
    """
    samples = np.asarray(samples, dtype=np.float64)
    mean, exact = _both_sides(equation, samples.mean(axis=0), exact)
    standard_error = np.atleast_1d(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))
    allowed = 4.5 * standard_error + 1e-12 * np.maximum(1, np.abs(exact))
    difference = np.abs(mean - exact)
    _insist(equation, mean, exact, np.isfinite(difference) & (difference <= allowed), "4.5 standard errors")
    errors_off = difference / np.maximum(standard_error, 1e-300)
    largest = errors_off[standard_error > 0].max(initial=0)
    print(f"  ok {equation}   {len(samples):,} samples, largest difference {largest:.1f} standard errors")


def claim(sentence: str, holds: bool, **figures: Any) -> None:
    """Assert what `sentence` concludes from an experiment, and print it with the figures that it rests on.

        claim("CD-1 ends below PCD", pcd - cd > 0.05, cd=cd, pcd=pcd)

    holds: True or False (NumPy's too); the margin belongs into it. Figures are numbers, or short arrays of them, and
    are printed with three digits.
    Raises ClaimDoesNotHold; InvalidInput where `holds` is an array or a number.
    """
    if not isinstance(holds, (bool, np.bool_)):
        got = f"an array of shape {holds.shape}" if isinstance(holds, np.ndarray) else f"a {type(holds).__name__}"
        raise invalid("holds", "True or False", got, "compare, and take .all() or .any() of an array")
    told = ", ".join(f"{name.replace('_', ' ')} {_three_digits(value)}" for name, value in figures.items())
    if not holds:
        raise ClaimDoesNotHold(f"{sentence}: does not hold" + f" ({told})" * bool(told))
    print(f"  claim {sentence}" + f"   {told}" * bool(told))


def _three_digits(value):
    """A figure as it is printed: 0.0123, 45.7, 12,346, [0.1, 0.2]; what is no number as its text."""
    if isinstance(value, (np.ndarray, list, tuple)):
        return f"[{', '.join(_three_digits(entry) for entry in value)}]"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        return one_line(value, 60)
    return f"{value:,.0f}" if isinstance(value, numbers.Integral) or 1000 <= abs(value) < 1e9 else f"{value:.3g}"


def _both_sides(equation, left, right) -> tuple[Array, Array]:
    """Both sides as float64 arrays of one axis or more, or EquationDoesNotHold where they cannot be compared."""
    both_arrays = isinstance(left, np.ndarray) and isinstance(right, np.ndarray)
    if both_arrays and left.__array_interface__ == right.__array_interface__:  # the same memory, entry by entry
        raise EquationDoesNotHold(f"{equation}: both sides are the same array, which proves nothing")
    left, right = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if left.shape != right.shape:
        raise EquationDoesNotHold(f"{equation}: the left side has shape {left.shape}, the right {right.shape}")
    if left.size == 0:
        raise EquationDoesNotHold(f"{equation}: there is nothing to compare")
    return np.atleast_1d(left), np.atleast_1d(right)


def _insist(equation, left, right, holds, expected):
    """EquationDoesNotHold with the place, both values and their ratio, unless `holds` throughout."""
    if holds.all():  # a NaN on either side compares as False, so it does not hold
        return
    difference = np.where(holds, -1.0, np.nan_to_num(np.abs(left - right), nan=np.inf))
    worst = np.unravel_index(np.argmax(difference), difference.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = left[worst] / right[worst]
    place = ", ".join(str(int(i)) for i in worst)
    raise EquationDoesNotHold(
        f"{equation} does not hold (expected: {expected})\n"
        f"  worst at [{place}]: left {left[worst]:.10g}, right {right[worst]:.10g}, ratio {ratio:.6g}\n"
        f"  {int((~holds).sum())} of {holds.size} entries are off"
    )
