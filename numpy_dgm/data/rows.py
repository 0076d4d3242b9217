"""Rows that stay in their file until they are asked for.

    FileRows      of an array in a large file, read by position; a map's pages would count as memory once touched
    ChosenRows    some rows of a memory map or of FileRows, in any order

N rows    D numbers a row
"""
import math
import os
import pathlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import InvalidInput, one_line
from ..foundation.types import Array


class FileRows:
    """An array (N, ...) in C order in a file: rows[index] -> an array in memory. Rows in a slice are read at once."""

    def __init__(self, path: pathlib.Path, dtype: np.dtype, start: int, shape: tuple):
        self.path, self.dtype, self.start, self.shape = path, dtype, start, shape
        self.row_bytes = math.prod(shape[1:]) * dtype.itemsize
        self.file = open(path, "rb", buffering=0)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Array:
        if isinstance(index, slice):
            first, stop, step = index.indices(len(self))
            if step == 1:
                return self.read(first, max(0, stop - first))
            index = np.arange(first, stop, step)
        rows = np.asarray(index)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        rows = np.where(rows < 0, rows + len(self), rows)
        if rows.size and not 0 <= rows.min() <= rows.max() < len(self):
            raise IndexError(f"row {rows.min() if rows.min() < 0 else rows.max()} of {len(self)}")
        if rows.ndim == 0:
            return self.read(int(rows), 1)[0]
        if rows.size == 0:
            return self.read(0, 0).reshape(*rows.shape, *self.shape[1:])
        out, length = np.empty((rows.size, self.row_bytes), np.uint8), self.row_bytes
        buffer = memoryview(out.data).cast("B")
        for i, row in enumerate(rows.ravel().tolist()):
            self.fill(buffer[i * length : (i + 1) * length], row)
        return out.view(self.dtype).reshape(*rows.shape, *self.shape[1:])

    def read(self, first: int, n: int) -> Array:
        """n rows from the first on, in one piece."""
        out = np.empty((n, self.row_bytes), np.uint8)
        if n > 0:
            self.fill(memoryview(out.data).cast("B"), first)
        return out.view(self.dtype).reshape(n, *self.shape[1:])

    def fill(self, buffer: memoryview, row: int) -> None:
        """Read the bytes from a row on into `buffer`. InvalidInput where the file has become shorter."""
        place = self.start + row * self.row_bytes
        while buffer.nbytes > 0:
            n_read = read_at(self.file, buffer, place)
            if n_read == 0:
                raise InvalidInput(f"{one_line(self.path)}: row {row} is no longer there; the file has changed")
            buffer, place = buffer[n_read:], place + n_read


def read_at(file: Any, buffer: Any, place: int) -> int:
    """Read what comes at `place` of the file into `buffer`; how many bytes there were."""
    if hasattr(os, "preadv"):
        return os.preadv(file.fileno(), [buffer], place)
    file.seek(place)
    return file.readinto(buffer)


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """Some rows of a memory map or of FileRows, read only when they are asked for: chosen[index] -> an array."""

    source: "np.memmap | FileRows"  # (N, ...)
    rows: Array  # (n,) which of them, in which order
    shape: tuple  # (n, D)
    dtype: np.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Array:
        rows = self.rows[index]
        return self.source[rows].reshape(*np.shape(rows), self.shape[1])
