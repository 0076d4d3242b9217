"""Cases for a training run: checked, split, drawn in minibatches, read in blocks.

Data are anything that an array of row numbers indexes: an array, a memory map, what `open_data` gives. Only the rows
that are needed are read and converted, so that a memory map larger than memory can be trained on.

N cases    D numbers a case
"""
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .checks import InvalidInput, as_array, invalid
from .file_rows import as_file_rows
from .types import Array, Generator

CASES_AT_ONCE = 1000  # that go through a model together
NUMBERS_AT_ONCE = 2**22  # that are read together where no model sees them: 32 MB in float64


def minibatches(rows: Array, batch_size: int, rng: Generator) -> Iterator[Array]:
    """One epoch: the row numbers `rows` (N,) in a fresh order, `batch_size` at a time. The last batch has what is left.

    Draws one permutation.
    """
    order = rng.permutation(rows)
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def count_minibatches(rows: Array, batch_size: int) -> int:
    """How many minibatches an epoch has."""
    return -(-len(rows) // batch_size)


def row_blocks(n_rows: int, width: int, numbers_at_once: int = NUMBERS_AT_ONCE) -> Iterator[slice]:
    """Slices that cut `n_rows` rows of `width` numbers into blocks of about `numbers_at_once` numbers, a row at least.
    """
    rows_at_once = max(1, numbers_at_once // max(1, width))
    for start in range(0, n_rows, rows_at_once):
        yield slice(start, min(start + rows_at_once, n_rows))


def case_blocks(data: Any, rows: Array, dtype: DTypeLike | None = None) -> Iterator[Array]:
    """The cases `rows` (n,) of `data`, 1,000 at a time, in `dtype` where one is given."""
    for start in range(0, len(rows), CASES_AT_ONCE):
        yield np.asarray(data[rows[start : start + CASES_AT_ONCE]], dtype=dtype)


def split_rows(n_cases: int, fraction: float, rng: Generator) -> tuple[Array, Array]:
    """`(training rows, validation rows)`: a random `fraction` in [0, 1) of the cases is held out.

    Draws one permutation, also where the fraction is 0. Raises InvalidInput where one of the two would be empty.
    """
    order = rng.permutation(n_cases)
    n_held_out = int(round(fraction * n_cases))
    if n_held_out == n_cases:
        raise InvalidInput(f"validation: a fraction of {fraction} of {n_cases} cases leaves none to train on")
    if n_held_out == 0 and fraction > 0:
        raise InvalidInput(f"validation: a fraction of {fraction} of {n_cases} cases holds out none")
    return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])


def check_cases(name: str, data: Any, width: int, check: Callable, one_case: bool = False) -> Any:
    """`data`, for row numbers to index, where it can be trained on: `width` numbers a case, each passed by `check`.

    check(name, block, width) looks at the values, such as a kind of unit's own check. The cases are read in
    blocks. With one_case, one case (width,) passes as a row. Raises InvalidInput.
    """
    data = as_cases(name, data)
    shape = getattr(data, "shape", None)
    if one_case and shape == (width,):
        data = np.asarray(data)[None]
    shape = getattr(data, "shape", None)
    if shape is None:
        raise invalid(name, "an array or what open_data gives", type(data).__name__)
    if len(shape) != 2 or shape[0] == 0 or shape[1] != width:
        raise invalid(name, f"shape (cases, {width}) with at least one case", f"shape {tuple(shape)}")
    for rows in row_blocks(*shape):
        check(name, as_array(name, data[rows]), width)
    return data


def check_cases_of_any_width(name: str, data: Any, check: Callable) -> Any:
    """Likewise, of any number of columns."""
    data = as_cases(name, data)
    shape = tuple(getattr(data, "shape", ()))
    if len(shape) != 2 or shape[1] == 0:
        got = f"shape {shape}" if shape else type(data).__name__
        raise invalid(name, "a 2-D array, one case a row, or what open_data gives", got)
    return check_cases(name, data, shape[1], check)


def as_cases(name: str, data: Any) -> Any:
    """`data` as it is where row numbers index it, else as an array: a list, or a DataFrame, which columns index.

    Raises InvalidInput for what cannot become an array.
    """
    if isinstance(data, np.ndarray) and not isinstance(data, np.ma.MaskedArray):
        return as_file_rows(data)
    can_become_an_array = isinstance(data, (list, tuple, range)) or hasattr(data, "__array__")
    is_sparse = hasattr(data, "toarray")
    if is_sparse or can_become_an_array and not is_indexed_by_rows(data):
        return as_array(name, data)
    return data


def is_indexed_by_rows(data: Any) -> bool:
    """Whether data[rows] gives those cases, in any order and more than once, as minibatches take them."""
    shape: Any = getattr(data, "shape", ())
    if len(shape) != 2 or hasattr(data, "iloc") or np.ma.isMaskedArray(data):  # a DataFrame's columns may be numbers
        return False
    try:
        return np.shape(data[np.array([shape[0] - 1, 0, 0])]) == (3, shape[1])
    except Exception:  # whatever the object makes of such an index
        return False


def mean_of_cases(data: Any, rows: Array) -> Array:
    """The mean of the cases `rows` (n,) of `data`, in float64, read in blocks: (D,)."""
    total = np.zeros(data.shape[1])
    for cases in case_blocks(data, rows):
        total += cases.sum(axis=0, dtype=np.float64)
    return total / len(rows)


def fingerprint(data: Any) -> str:
    """A short text that tells two data sets apart: the shape and a checksum of every case (N, D), read in blocks.

    It depends on the numbers alone: uint8, float32 and float64 arrays of the same ones have the same fingerprint.
    """
    checksum = 0
    for rows in row_blocks(*data.shape):
        block = np.ascontiguousarray(smallest_exact(np.asarray(data[rows])))
        checksum = zlib.crc32(block.data, zlib.crc32(block.dtype.char.encode(), checksum))
    return f"{data.shape[0]} x {data.shape[1]}, checksum {checksum:08x}"


def fingerprint_with_labels(data: Any, labels: Array) -> str:
    """The fingerprint of data (N, D) with labels (N,), and with the names of the classes where the data have some."""
    names = getattr(data, "label_names", None)
    named = "" if names is None else f", names {zlib.crc32(repr(names).encode()):08x}"
    return f"{fingerprint(data)}, labels {fingerprint(labels[:, None])}{named}"


def smallest_exact(block: Array) -> Array:
    """The numbers in the first of uint8 and float32 that holds them exactly, else in float64; lowest byte first."""
    for dtype in (np.dtype("u1"), np.dtype("<f4")):
        if block.dtype == dtype:
            return block
        with np.errstate(invalid="ignore", over="ignore"):
            small = block.astype(dtype)
        if np.array_equal(small, block):
            return small
    return block.astype("<f8")


def describe_cases(data: Any) -> dict:
    """What a run keeps of its data so that they can be opened again: what the data say themselves, if they do.

    The Data of `open_data` say their name, path, part, bits, scale and image shape; of an array there is none of it.
    """
    described = data.describe() if hasattr(data, "describe") else {}
    return described if isinstance(described, dict) else {}  # a table's own `describe` is another thing
