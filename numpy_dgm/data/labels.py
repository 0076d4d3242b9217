"""Labels as they are: the distinct ones under their own names, and for each case which of them it has.

    labels 3 8 8 3          names (3, 8)                    indices 0 1 1 0
    labels cat dog cat      names ("cat", "dog")            indices 0 1 0

Names are integers of any size, or texts; a class is one that some case has. What cannot be class labels (real numbers,
several columns) is no obstacle to a model that needs none: in its place stands the reason, as the end of a sentence
that begins with the name of the data.

N cases    C classes
"""
import re
from dataclasses import dataclass

import numpy as np

from ..foundation.types import Array

MOST_CLASSES = 10_000
NO_LABELS = "which has none"
INTEGER = re.compile(r"[+-]?\d{1,40}")


@dataclass(frozen=True, eq=False)
class Labels:
    """The class of each case."""

    indices: Array  # (N,) int64 from 0 to C - 1
    names: tuple  # the C distinct labels in ascending order: integers, or texts


def labels_from_array(array: Array) -> Labels | str:
    """The Labels in an array (N,) or (N, 1) of integers, whole floats, booleans or texts; else why there are none."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        return f"whose labels have the shape {array.shape}, not one for each case"
    if array.dtype.kind == "f" and not _are_whole(array):
        return "whose labels are real numbers, not classes"
    if array.dtype.kind not in "biufUS":
        return f"whose labels are of dtype {array.dtype}, neither integers nor text"
    distinct, indices = np.unique(array, return_inverse=True)
    return sorted_labels(_names(distinct), indices.reshape(-1))


def sorted_labels(names: list, indices: Array) -> Labels | str:
    """Labels of distinct texts or integers in any order, and indices (N,) into them; else why there are none.

    Texts that all read as integers become integers.
    """
    if len(names) > MOST_CLASSES:
        return f"which has {len(names):,} different labels, more than {MOST_CLASSES:,}"
    if "" in names:
        return "in which some labels are missing"
    integers = [as_integer(name) if isinstance(name, str) else name for name in names]
    if None not in integers:
        names = integers
    ordered = sorted(set(names))  # "1" and "1.0" are one integer
    place = {name: i for i, name in enumerate(ordered)}
    index_of = np.array([place[name] for name in names], dtype=np.int64)
    return Labels(index_of[indices], tuple(ordered))


def as_integer(text: str) -> int | None:
    """The integer that the text reads as, "5", "5.0" or "5.0e+00"; None where it is none."""
    if INTEGER.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) <= 2**53 else None


def _are_whole(array):
    """Whether all floats are integers that float64 holds exactly."""
    finite = np.isfinite(array).all()
    return finite and (np.abs(array) <= 2**53).all() and (array == np.rint(array)).all()


def _names(distinct):
    """The entries of an array as Python integers or stripped texts."""
    if distinct.dtype.kind in "iuf":
        return [int(entry) for entry in distinct]
    if distinct.dtype.kind == "S":
        return [entry.decode("utf8", "backslashreplace").strip() for entry in distinct.tolist()]
    return [str(entry).strip() for entry in distinct.tolist()]
