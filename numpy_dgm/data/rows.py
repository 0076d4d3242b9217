"""Rows that stay in their file until they are asked for.

N rows    D numbers a row
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.file_rows import FileRows
from ..foundation.types import Array


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """Some rows of a memory map or of FileRows, read only when they are asked for: chosen[index] -> an array."""

    source: np.memmap | FileRows  # (N, ...)
    rows: Array  # (n,) which of them, in which order
    shape: tuple  # (n, D)
    dtype: np.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Array:
        rows = self.rows[index]
        return self.source[rows].reshape(*np.shape(rows), self.shape[1])
