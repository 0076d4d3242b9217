"""What the estimators are given: rows, names of columns and random states, in the forms that scikit-learn's users have.

The words that these may look for, since scikit-learn says them, are among those of the messages.
"""
import warnings
from typing import Any

import numpy as np

from ..foundation.checks import (
    LARGEST,
    InvalidInput,
    as_array,
    check_array,
    check_generator,
    check_integer,
    invalid,
    shown,
    speaks_numpy,
)
from ..foundation.guards import TrainingWarning
from ..foundation.types import Array, Generator


class NoNumbers(InvalidInput, TypeError):
    """Objects that cannot be made numbers of."""


def as_generator(random_state: Any) -> Generator:
    """A numpy Generator: of the integer `random_state`, of fresh entropy for None, of a seed that a RandomState draws.

    A Generator is returned as it is. Raises InvalidInput.
    """
    if random_state is None:
        return np.random.default_rng()
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31 - 1, size=4))
    if isinstance(random_state, (int, np.integer)):
        return np.random.default_rng(check_integer("random_state", random_state, least=0))
    try:
        return check_generator("random_state", random_state)
    except InvalidInput as error:
        raise invalid("random_state", "None, an integer >= 0, a numpy Generator or RandomState",
                      shown(random_state)) from error


def check_rows(X: Any, name: str = "X") -> Array:
    """X (N, D) as an array of numbers up to LARGEST in size, not copied where it is one; else InvalidInput.

    Sparse matrices and arrays of objects that are numbers are converted.
    """
    X = dense(name, X)
    if X.dtype.kind == "c":
        raise invalid(name, "real numbers", f"dtype {X.dtype}", "Complex data not supported")
    if X.dtype.kind == "O":
        X = numbers_of(X, name)
    if X.ndim != 2:
        raise invalid(name, "a 2-D array, one case a row", f"shape {X.shape}",
                      "Reshape your data: .reshape(1, -1) makes one row of it, .reshape(-1, 1) one column")
    if X.shape[1] == 0:
        raise invalid(name, "at least one column", f"0 feature(s) (shape={X.shape}) while a minimum of 1 is required.")
    return check_array(name, X, low=-LARGEST, high=LARGEST)


def dense(name: str, value: Any) -> Array:
    """`value` as NumPy's own array, sparse matrices too; InvalidInput where it is none."""
    if hasattr(value, "toarray"):
        value = value.toarray()
    if speaks_numpy(value):
        try:
            value = np.asarray(value)
        except Exception as error:  # whatever comes of the object's own conversion
            raise invalid(name, "an array of NumPy's", f"a {type(value).__name__} ({error})") from error
    return as_array(name, value)


def numbers_of(X: Array, name: str) -> Array:
    """An array of objects in float64, else NoNumbers."""
    try:
        return X.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise NoNumbers(f"{name}: expected real numbers, got objects of which one is none ({error})") from error


def column_names(X: Any) -> Array | None:
    """The names of the columns of a DataFrame (D,), of objects, where all of them are texts; else None."""
    names = getattr(X, "columns", None)
    if names is None or not all(isinstance(name, str) for name in names):
        return None
    return np.array(list(names), dtype=object)


def is_in_unit_interval(X: Array) -> bool:
    """Whether all of X lies in [0, 1]."""
    return bool(X.min() >= 0 and X.max() <= 1)


def in_unit_interval(X: Array) -> Array:
    """X where it lies in [0, 1], at which bits can be held; else clipped, with a TrainingWarning."""
    if is_in_unit_interval(X):
        return X
    warnings.warn(f"X: expected values in [0, 1], got values from {X.min():g} to {X.max():g}, which are clipped; bring "
                  "the columns there first, as MinMaxScaler does", TrainingWarning, stacklevel=3)
    return np.clip(X, 0, 1)
