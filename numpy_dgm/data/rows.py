"""Rows of a memory map that stay in their file until they are asked for.

N rows    D numbers a row
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.batches import read_cases
from ..foundation.types import Array


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """Some rows of a memory map: chosen[index] -> an array in memory."""

    source: np.memmap  # (N, ...)
    rows: Array  # (n,) which of them, in which order
    shape: tuple  # (n, D)
    dtype: np.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Array:
        rows = self.rows[index]
        return read_cases(self.source, rows).reshape(*np.shape(rows), self.shape[1])
