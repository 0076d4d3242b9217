"""Checks of arguments: one clear sentence for whoever passes in something that cannot be right.

Arguments are checked where data or settings come in from outside: constructors, `train_...`, `open_data`, loading,
the command. A check returns the value in the form in which it is used from there on. The equations behind the checks
trust their arguments.
"""
import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

from .types import Array, Generator


class InvalidInput(ValueError):
    """An argument or a file that cannot be used. The message names it and says what was expected and what was got."""


def invalid(name: object, expected: str, got: object, advice: str = "") -> InvalidInput:
    """The InvalidInput that says "name: expected ..., got ...; advice", to be raised."""
    message = f"{one_line(name, 400)}: expected {expected}, got {one_line(got)}"
    return InvalidInput(message + (f"; {advice}" if advice else ""))


def one_line(value: object, most: int = 300) -> str:
    """str(value) on one line: control characters as their escapes, and cut where it has more than `most` characters.

    What is read from a file may hold anything, and goes to a terminal.
    """
    text = str(value)
    shown = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in shown)


def check_array(name: str, value: Any, *, width: int | None = None, ndim: int = 2, low: float | None = None,
                high: float | None = None) -> Array:
    """`value` as a numeric array of `ndim` axes, or InvalidInput.

    Refused: object, complex or text dtype; another number of axes; no entries; a last axis that is
    not `width`; NaN or infinity; entries outside [low, high]. Integers and booleans pass.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise invalid(name, "a rectangular array", "rows of different lengths") from error
    if array.dtype.kind not in "biuf":
        raise invalid(name, "real numbers", f"dtype {array.dtype}")
    if array.ndim != ndim:
        raise invalid(name, _axes(ndim), f"shape {array.shape}")
    if array.size == 0:
        raise invalid(name, "at least one entry", f"an empty array of shape {array.shape}")
    if width is not None and array.shape[-1] != width:
        raise invalid(name, f"a last axis of {width}", f"shape {array.shape}")
    check_values(name, array, low, high)
    return array


def check_values(name: str, array: Array, low: float | None = None, high: float | None = None) -> None:
    """InvalidInput where an entry is not finite or lies outside [low, high]."""
    smallest, largest = array.min(), array.max()  # NaN, if there is one
    if not (np.isfinite(smallest) and np.isfinite(largest)):
        n_bad = int(array.size - np.isfinite(array).sum())
        raise invalid(name, "finite values", f"NaN or infinity in {n_bad} of {array.size}")
    if low is not None and smallest < low or high is not None and largest > high:
        interval = f"[{-np.inf if low is None else low:g}, {np.inf if high is None else high:g}]"
        raise invalid(name, f"values in {interval}", f"values from {smallest:g} to {largest:g}")


def check_integer(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """`value` as an int of at least `least` (and at most `most`), or InvalidInput."""
    in_range = isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= least
    if not in_range or (most is not None and int(value) > most):
        bounds = f">= {least}" if most is None else f"in [{least}, {most}]"
        raise invalid(name, f"an integer {bounds}", repr(value))
    return int(value)


def check_number(name: str, value: Any, low: float, high: float, *, open_low: bool = False,
                 open_high: bool = False) -> float:
    """`value` as a float between `low` and `high` (an open end excludes it), or InvalidInput."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    above = is_number and (value > low if open_low else value >= low)
    below = is_number and (value < high if open_high else value <= high)
    if not (above and below):
        closes = ")" if open_high or high == math.inf else "]"
        interval = f"{'(' if open_low else '['}{low:g}, {high:g}{closes}"
        raise invalid(name, f"a number in {interval}", repr(value))
    return float(value)


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> Any:
    """`value` where it is one of `choices`, or InvalidInput."""
    if isinstance(value, np.ndarray) or value not in choices:  # an array equals nothing as a whole
        raise invalid(name, f"one of {', '.join(map(repr, choices))}", repr(value))
    return value


def check_generator(name: str, value: Any) -> Generator:
    """`value` where it is a numpy.random.Generator, or InvalidInput."""
    if not isinstance(value, np.random.Generator):
        raise invalid(name, "a numpy.random.Generator such as numpy.random.default_rng(0)", type(value).__name__)
    return value


def _axes(ndim):
    return {1: "a 1-D array", 2: "a 2-D array, one case a row"}.get(ndim, f"a {ndim}-D array")
