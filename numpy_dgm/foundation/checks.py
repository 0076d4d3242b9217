"""Checks of arguments: one clear sentence for whoever passes in something that cannot be right.

Arguments are checked where data or settings come in from outside: constructors, `train_...`, `open_data`, loading,
the command. A check returns the value in the form in which it is used from there on. The equations behind the checks
trust their arguments.
"""
import math
import numbers
import os
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .types import Array, Generator

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))  # of parameters, and of what is computed with them
LARGEST = 1e12  # no data nor parameter of a model that has learnt anything; its powers do not overflow float32


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


def check_array(name: str, value: Any, *, width: int | None = None, ndim: int | tuple[int, ...] = 2,
                low: float | None = None, high: float | None = None, dtype: DTypeLike | None = None) -> Array:
    """`value` as an array of real numbers, or InvalidInput. What it returns is what is used from there on.

    value       what np.asarray takes: lists, tuples, ranges, arrays of any real dtype, a pandas Series or DataFrame.
                Arrays of other libraries that speak NumPy's protocols, such as CuPy's, stay what they are.
    width       the length of the last axis
    ndim        the number of axes, or those that are allowed: (1, 2) for cases (N, D) or one case (D,)
    low, high   bounds of the entries
    dtype       float32 or float64, to which the array is converted; entries are then at most LARGEST in size

    Refused, too: complex numbers, text, other objects, sparse matrices, masked entries, no entries, NaN and infinity.
    """
    array = value if type(value) is np.ndarray else as_array(name, value)
    if array.dtype.kind not in "biuf":
        advice = "values of one type, such as .astype(float) makes" if hasattr(value, "astype") else ""
        raise invalid(name, "real numbers", f"dtype {array.dtype}", advice)
    if array.dtype.itemsize > 8:  # longdouble
        array = _converted(array, np.dtype(np.float64))
    if array.ndim != ndim and (isinstance(ndim, int) or array.ndim not in ndim):
        raise invalid(name, _axes(ndim), f"shape {array.shape}")
    if array.size == 0:
        raise invalid(name, "at least one entry", f"an empty array of shape {array.shape}")
    if width is not None and array.shape[-1] != width:
        raise invalid(name, f"a last axis of {width}", f"shape {array.shape}")
    if dtype is None:
        check_values(name, array, low, high)
        return array
    check_values(name, array, -LARGEST if low is None else low, LARGEST if high is None else high)
    return array if array.dtype == dtype else _converted(array, dtype)


def as_array(name: str, value: Any) -> Any:
    """`value` as an array; InvalidInput, which says what to do, where it is none as it stands."""
    if hasattr(value, "toarray") and (hasattr(value, "nnz") or hasattr(value, "format")):
        raise invalid(name, "an array", "a sparse matrix", "its .toarray() is one")
    rows = value if isinstance(value, (list, tuple)) else [value]
    if any(map(np.ma.is_masked, rows)):
        raise invalid(name, "values for all entries", "masked entries",
                      "give them values, as .filled(0) does, or leave their cases out")
    if speaks_numpy(value):
        return value
    try:
        return np.asarray(value)
    except Exception as error:  # whatever comes of the object's own conversion
        if isinstance(value, (list, tuple)) and isinstance(error, ValueError):
            raise invalid(name, "a rectangular array", "rows of different lengths") from error
        got = f"a {type(value).__name__} that NumPy cannot convert ({type(error).__name__})"
        raise invalid(name, "an array", got) from error


def speaks_numpy(value: Any) -> bool:
    """Whether `value` is an array of another library on which NumPy's functions act by that library's own."""
    return hasattr(type(value), "__array_function__") and not isinstance(value, np.ndarray)


def check_values(name: str, array: Array, low: float | None = None, high: float | None = None) -> None:
    """InvalidInput where an entry is not finite or lies outside [low, high]."""
    smallest, largest = float(array.min()), float(array.max())  # NaN, if there is one
    if not (math.isfinite(smallest) and math.isfinite(largest)):
        n_bad = int(array.size - np.isfinite(array).sum())
        raise invalid(name, "finite values", f"NaN or infinity in {n_bad} of {array.size}")
    if low is not None and smallest < low or high is not None and largest > high:
        interval = f"[{-np.inf if low is None else low:g}, {np.inf if high is None else high:g}]"
        raise invalid(name, f"values in {interval}", f"values from {smallest:g} to {largest:g}")


def check_parameter(name: str, array: Any, ndim: int, width: int | None = None) -> None:
    """InvalidInput unless `array`, of a model, is of floats, with `ndim` axes, the last of them `width` long if given.

    Its entries are finite, and their norm is at most LARGEST.
    """
    if not isinstance(array, np.ndarray) or array.dtype not in FLOATS:
        got = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
        raise invalid(name, "an array of float32 or float64", got)
    if array.ndim != ndim or array.size == 0:
        raise invalid(name, f"a {ndim}-D array with at least one entry", f"shape {array.shape}")
    if width is not None and array.shape[-1] != width:
        raise invalid(name, f"a last axis of {width}", f"shape {array.shape}")
    entries = array.ravel("K")
    if not np.vdot(entries, entries) <= LARGEST**2:  # which NaN is not, either; vdot overflows without a warning
        check_values(name, array, -LARGEST / math.sqrt(array.size), LARGEST / math.sqrt(array.size))


def different_dtypes(name: str, *arrays: Array) -> InvalidInput:
    """The InvalidInput that says that the parameters `arrays` should have one dtype."""
    dtypes = sorted({array.dtype.name for array in arrays})
    return invalid(name, "parameters of one dtype, float32 or float64", " and ".join(dtypes))


def as_rows(array: Array) -> Array:
    """Cases (N, D) as they are, one case (D,) as one row (1, D)."""
    return array if array.ndim > 1 else array[None]


def check_fits(name: str, value: Any, *lengths: int) -> None:
    """InvalidInput where an array of these `lengths`, which the argument `value` asks for, takes a quarter of memory.

    What is computed with it takes several times as much.
    """
    gigabytes = 8 * min(math.prod(lengths), 2**100) / 2**30
    if 4 * gigabytes > memory_in_gigabytes():
        raise invalid(name, f"what fits into this machine's memory of {memory_in_gigabytes():.3g} GB",
                      f"{shown(value)}, with arrays of {gigabytes:.3g} GB")


def memory_in_gigabytes() -> float:
    """How much memory the machine has; 16 GB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 16.0


def check_dtype(name: str, dtype: Any) -> np.dtype:
    """`dtype` as NumPy's float32 or float64, or InvalidInput."""
    try:
        found = np.dtype(dtype)
    except Exception:  # NumPy has several for what is no dtype
        found = None
    if dtype is None or found not in FLOATS:
        raise invalid(name, "float32 or float64", shown(dtype) if found is None or dtype is None else found.name)
    return found


def check_numbers(name: str, value: Any, width: int) -> Array:
    """`value` where it is an array (N, width) of numbers up to LARGEST in size; else InvalidInput."""
    return check_array(name, value, width=width, low=-LARGEST, high=LARGEST)


def check_floats(name: str, value: Any, ndim: int | tuple[int, ...]) -> Array:
    """`value` as an array of numbers up to LARGEST in size, in float32 where it has that dtype, else in float64."""
    is_single = getattr(value, "dtype", None) == np.float32
    return check_array(name, value, ndim=ndim, dtype=np.float32 if is_single else np.float64)


def check_integer(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """`value` as an int of at least `least` (and at most `most`), or InvalidInput."""
    if type(value) is int and value >= least and most is None:
        return value
    in_range = isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= least
    if not in_range or (most is not None and int(value) > most):
        bounds = f">= {least}" if most is None else f"in [{least}, {most}]"
        raise invalid(name, f"an integer {bounds}", shown(value))
    return int(value)


def check_number(name: str, value: Any, low: float, high: float, *, open_low: bool = False,
                 open_high: bool = False) -> float:
    """`value` as a float between `low` and `high` (an open end excludes it), or InvalidInput."""
    try:
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer beyond all floats
        is_number = False
    number = float(value) if is_number else math.nan
    above = number > low if open_low else number >= low
    below = number < high if open_high else number <= high
    if not (above and below):
        closes = ")" if open_high or high == math.inf else "]"
        interval = f"{'(' if open_low else '['}{low:g}, {high:g}{closes}"
        raise invalid(name, f"a number in {interval}", shown(value))
    return number


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> Any:
    """`value` where it is one of `choices`, or InvalidInput."""
    try:
        is_choice = bool(value in choices)
    except (TypeError, ValueError):  # an array or a Series, which equals nothing as a whole
        is_choice = False
    if not is_choice or hasattr(value, "__array__") and not isinstance(value, np.generic):
        raise invalid(name, f"one of {', '.join(map(repr, choices))}", shown(value))
    return value


def check_generator(name: str, value: Any) -> Generator:
    """`value` where it is a numpy.random.Generator, or another library's that is made like it; else InvalidInput."""
    is_like = type(value).__name__ == "Generator" and hasattr(value, "bit_generator")
    if not isinstance(value, np.random.Generator) and not is_like:
        raise invalid(name, "a numpy.random.Generator such as numpy.random.default_rng(0)", type(value).__name__)
    return value


def check_executor(name: str, value: Any) -> Executor | None:
    """`value` where it is a concurrent.futures.Executor or None, or InvalidInput."""
    if value is not None and not isinstance(value, Executor):
        raise invalid(name, "None or a concurrent.futures.Executor", shown(value))
    return value


def shown(value: Any) -> str:
    """repr(value) on one line for a message, or the name of its type where it has none that can be shown."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever comes of the object's own; an int of thousands of digits
        return f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _converted(array, dtype):
    """`array` in a float `dtype`; what is too large for it becomes infinity, without a warning."""
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def _axes(ndim):
    return {1: "a 1-D array", 2: "a 2-D array, one case a row", (1, 2): "a 2-D array, one case a row, or one case"
            }.get(ndim, f"a {ndim}-D array")
