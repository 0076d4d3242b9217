"""The checks at the doors: one clear sentence for whoever hands in something that cannot be right.

A door is where data or settings come in from outside: constructors, `train_...`, `open_data`,
loading, the command. The equations behind the doors trust their arguments and check nothing.
"""
import math
import numbers

import numpy as np


class InvalidInput(ValueError):
    """What was handed in cannot be used. The message names it, says what came and what was wanted."""


def check_array(name, value, *, width=None, ndim=2, low=None, high=None):
    """`value` as a numeric array of `ndim` axes, or InvalidInput.

    Refused: object, complex or text dtype; another number of axes; no entries; a last axis that is
    not `width`; NaN or infinity; entries outside [low, high]. Integers and booleans pass.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise InvalidInput(f"{name}: rows of different lengths came, a rectangular array was wanted") from error
    if array.dtype.kind not in "biuf":
        raise InvalidInput(f"{name}: dtype {array.dtype} came, real numbers were wanted")
    if array.ndim != ndim:
        raise InvalidInput(f"{name}: shape {array.shape} came, {_axes(ndim)} wanted")
    if array.size == 0:
        raise InvalidInput(f"{name}: an empty array of shape {array.shape} came, at least one entry was wanted")
    if width is not None and array.shape[-1] != width:
        raise InvalidInput(f"{name}: shape {array.shape} came, a last axis of {width} was wanted")
    check_values(name, array, low, high)
    return array


def check_values(name, array, low=None, high=None):
    """InvalidInput where an entry is not finite or lies outside [low, high]."""
    smallest, largest = array.min(), array.max()  # NaN, if there is one
    if not (np.isfinite(smallest) and np.isfinite(largest)):
        n_bad = int(array.size - np.isfinite(array).sum())
        raise InvalidInput(f"{name}: {n_bad} of {array.size} values are NaN or infinite, finite values were wanted")
    if low is not None and smallest < low or high is not None and largest > high:
        raise InvalidInput(
            f"{name}: values from {smallest:g} to {largest:g} came, "
            f"values in [{-np.inf if low is None else low:g}, {np.inf if high is None else high:g}] were wanted"
        )


def check_count(name, value, least=1, most=None):
    """`value` as an int of at least `least` (and at most `most`), or InvalidInput."""
    in_range = isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= least
    if not in_range or (most is not None and value > most):
        upper = "" if most is None else f" and at most {most}"
        raise InvalidInput(f"{name}: {value!r} came, a whole number of at least {least}{upper} was wanted")
    return int(value)


def check_number(name, value, low, high, *, open_low=False, open_high=False):
    """`value` as a float between `low` and `high` (an open end excludes it), or InvalidInput."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    above = is_number and (value > low if open_low else value >= low)
    below = is_number and (value < high if open_high else value <= high)
    if not (above and below):
        interval = f"{'(' if open_low else '['}{low:g}, {high:g}{')' if open_high else ']'}"
        raise InvalidInput(f"{name}: {value!r} came, a number in {interval} was wanted")
    return float(value)


def check_choice(name, value, choices):
    """`value` where it is one of `choices`, or InvalidInput."""
    if value not in choices:
        raise InvalidInput(f"{name}: {value!r} came, one of {', '.join(map(repr, choices))} was wanted")
    return value


def check_generator(name, value):
    """`value` where it is a numpy.random.Generator, or InvalidInput."""
    if not isinstance(value, np.random.Generator):
        raise InvalidInput(f"{name}: {type(value).__name__} came, a numpy.random.Generator was wanted "
                       "(numpy.random.default_rng(0) makes one)")
    return value


def _axes(ndim):
    return {1: "one axis was", 2: "two axes (one case a row) were"}.get(ndim, f"{ndim} axes were")
