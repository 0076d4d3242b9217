"""Rows of an array in a large file, read by position when they are asked for.

A memory map would do it too, but the pages of a map count as memory once they were touched, and giving them back after
each minibatch costs five times as much as reading the rows.

N rows
"""
import math
import os
from typing import Any

import numpy as np

from .checks import InvalidInput, one_line
from .types import Array

LARGE_FILE = 2**27  # bytes of an array that are not left to a memory map


class FileRows:
    """An array (N, ...) in C order in a file: rows[index] -> an array in memory. Rows in a slice are read at once."""

    def __init__(self, path: str | os.PathLike, dtype: np.dtype, start: int, shape: tuple):
        self.path, self.dtype, self.start, self.shape = path, dtype, start, shape
        self.row_bytes = math.prod(shape[1:]) * dtype.itemsize
        self.file = open(path, "rb", buffering=0)

    def __del__(self) -> None:
        if hasattr(self, "file"):
            self.file.close()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Array:
        if isinstance(index, slice):
            first, stop, step = index.indices(len(self))
            if step == 1:
                return self.read([first], max(0, stop - first)).reshape(-1, *self.shape[1:])
            index = np.arange(first, stop, step)
        rows = np.asarray(index)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64, casting="same_kind", copy=False)
        if rows.size and not -len(self) <= rows.min() <= rows.max() < len(self):
            raise IndexError(f"rows {rows.min()} to {rows.max()} of {len(self)}")
        firsts = np.where(rows < 0, rows + len(self), rows).ravel().tolist()
        return self.read(firsts, 1).reshape(*rows.shape, *self.shape[1:])

    def read(self, firsts: list[int], n_rows: int) -> Array:
        """The `n_rows` rows from each of `firsts` on, one after the other, as an array of one axis.

        Raises InvalidInput where the file has become shorter.
        """
        file, n_bytes = self.file.fileno(), n_rows * self.row_bytes
        places = [self.start + row * self.row_bytes for row in firsts]
        content = bytearray().join([read_whole(file, n_bytes, place) for place in places])
        if len(content) != len(firsts) * n_bytes:
            raise InvalidInput(f"{one_line(self.path)}: rows up to {max(firsts) + n_rows - 1} are no longer there; "
                               "the file has changed")
        return np.frombuffer(content, self.dtype)


def read_whole(file: int, n_bytes: int, place: int) -> bytes:
    """The `n_bytes` bytes of the file from `place` on, or as many as there are: one call reads 2 GiB at the most."""
    content = read_at(file, n_bytes, place)
    if len(content) in (0, n_bytes):
        return content
    return content + read_whole(file, n_bytes - len(content), place + len(content))


def seek_and_read(file: int, n_bytes: int, place: int) -> bytes:
    """Up to `n_bytes` bytes of the file from `place` on."""
    os.lseek(file, place, os.SEEK_SET)
    return os.read(file, n_bytes)


read_at = getattr(os, "pread", seek_and_read)  # which Windows does not have


def as_file_rows(array: Any) -> Any:
    """The FileRows of `array`, where that is a large read-only memory map of a file, or a part of one; else `array`."""
    if not isinstance(array, np.ndarray) or array.nbytes <= LARGE_FILE or array.ndim < 2:
        return array
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    if not (isinstance(root, np.memmap) and root.mode == "r" and root.filename and array.flags.c_contiguous):
        return array
    start = root.offset + array.ctypes.data - root.ctypes.data
    try:
        rows = FileRows(root.filename, array.dtype, start, array.shape)
        is_same = np.array_equal(rows[[0, -1]], array[[0, -1]])
    except (OSError, InvalidInput):
        is_same = False  # by now another file stands there, or none
    return rows if is_same else array
