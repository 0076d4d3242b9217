"""Real-valued data brought to zero mean and unit scale, and back.

    y = (v - mean) / scale            density of v  =  density of y / Π scale

so a log-likelihood of the original data is that of the standardised data plus `log_jacobian`:

    log p(v) = log p(y) - Σᵢ log scaleᵢ

N cases    D columns    v (N, D) the original data    y (N, D) standardised

A column that does not vary has no scale: it is given the scale 1, so that y is 0 there, and a warning says so.
"""
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from .checks import check_array, check_values, invalid
from .records import Record
from .types import Array

LARGEST = 1e100  # of the data in their own unit: their squares do not overflow float64


@dataclass(frozen=True, eq=False, repr=False)
class Standardiser(Record):
    """The means and scales of a data set."""

    mean: Array  # (D,) float64
    scale: Array  # (D,) float64, positive


def fit_standardiser(v: Array) -> Standardiser:
    """The Standardiser of the columns of v (N, D), N >= 2: their means and standard deviations.

    A column that does not vary gets the scale 1, and a warning says which. Raises InvalidInput.
    """
    v = check_array("v", v, low=-LARGEST, high=LARGEST).astype(np.float64)
    if len(v) < 2:
        raise invalid("v", "at least 2 cases, as one has no scale", len(v))
    mean, scale = v.mean(axis=0), v.std(axis=0)
    is_constant = scale <= 1e-12 * np.abs(v).max(axis=0)  # up to rounding, whatever the column's unit
    scale[is_constant] = 1.0
    if is_constant.any():
        warnings.warn(f"v: {is_constant.sum()} of {v.shape[1]} columns do not vary, the first at index "
                      f"{is_constant.argmax()}; they are given the scale 1, and there is nothing to learn from them",
                      stacklevel=2)
    return Standardiser(mean, scale)


def standardise(standardiser: Standardiser, v: Array) -> Array:
    """y = (v - mean) / scale: (N, D) -> (N, D), or one case (D,) -> (D,); float32 for float32, else float64.

    Raises InvalidInput.
    """
    mean, scale = _check_standardiser(standardiser)
    v = _check_rows("v", v, len(mean))
    with np.errstate(over="ignore"):
        y = ((v - mean) / scale).astype(v.dtype)
    check_values("v in units of the scales", y)
    return y


def unstandardise(standardiser: Standardiser, y: Array) -> Array:
    """v = mean + scale · y, the way back: (N, D) -> (N, D), or (D,) -> (D,); float32 for float32, else float64.

    Raises InvalidInput.
    """
    mean, scale = _check_standardiser(standardiser)
    y = _check_rows("y", y, len(mean))
    with np.errstate(over="ignore"):
        v = (mean + scale * y).astype(y.dtype)
    check_values("y in the unit of the data", v)
    return v


def log_jacobian(standardiser: Standardiser) -> float:
    """-Σᵢ log scaleᵢ: what is added to log p(y) to make it log p(v), a number. Raises InvalidInput."""
    _, scale = _check_standardiser(standardiser)
    return -float(np.log(scale).sum())


def _check_rows(name, v, width):
    """v as an array (N, D) or (D,) of float32 or float64, or InvalidInput."""
    v = check_array(name, v, ndim=(1, 2), width=width, low=-LARGEST, high=LARGEST)
    return v.astype(np.float32 if v.dtype == np.float32 else np.float64, copy=False)


def _check_standardiser(standardiser: Any) -> tuple[Array, Array]:
    """The mean (D,) and the scale (D,) of a Standardiser, or InvalidInput."""
    if not isinstance(standardiser, Standardiser):
        raise invalid("standardiser", "a Standardiser (see fit_standardiser)", type(standardiser).__name__)
    mean = check_array("standardiser.mean", standardiser.mean, ndim=1)
    scale = check_array("standardiser.scale", standardiser.scale, ndim=1, width=len(mean))
    if scale.min() <= 0:
        raise invalid("standardiser.scale", "numbers above 0", f"{scale.min():g}")
    return mean, scale
