"""Real-valued data brought to zero mean and unit scale, and back.

    y = (v - mean) / scale            density of v  =  density of y / Π scale

so a log-likelihood of the original data is that of the standardised data plus `log_jacobian`:

    log p(v) = log p(y) - Σᵢ log scaleᵢ

N cases    D columns    v (N, D) the original data    y (N, D) standardised
"""
from dataclasses import dataclass

import numpy as np

from .checks import check_array, invalid
from .records import Record
from .types import Array


@dataclass(frozen=True, eq=False, repr=False)
class Standardiser(Record):
    """The means and scales of a data set."""

    mean: Array  # (D,) float64
    scale: Array  # (D,) float64, positive


def fit_standardiser(v: Array) -> Standardiser:
    """The Standardiser of the columns of v (N, D), N >= 2: their means and standard deviations.

    Raises InvalidInput, also where a column does not vary: such a column has no scale.
    """
    v = check_array("v", v).astype(np.float64)
    mean, scale = v.mean(axis=0), v.std(axis=0)
    constant = np.flatnonzero(scale <= 1e-12 * np.abs(v).max(axis=0))  # up to rounding, whatever the column's unit
    if len(constant) > 0:
        got = f"{len(constant)} of {v.shape[1]} constant, the first at index {constant[0]}"
        raise invalid("v", "columns that vary", got, "leave them out, there is nothing to learn from them")
    return Standardiser(mean, scale)


def standardise(standardiser: Standardiser, v: Array) -> Array:
    """y = (v - mean) / scale: (N, D) -> (N, D), in v's dtype where that is a float."""
    v = np.asarray(v)
    y = (v - standardiser.mean) / standardiser.scale
    return y.astype(v.dtype) if v.dtype.kind == "f" else y


def unstandardise(standardiser: Standardiser, y: Array) -> Array:
    """v = mean + scale · y, the way back: (N, D) -> (N, D), in y's dtype where that is a float."""
    y = np.asarray(y)
    v = standardiser.mean + standardiser.scale * y
    return v.astype(y.dtype) if y.dtype.kind == "f" else v


def log_jacobian(standardiser: Standardiser) -> float:
    """-Σᵢ log scaleᵢ: what is added to log p(y) to make it log p(v), a number."""
    return -float(np.log(standardiser.scale).sum())
