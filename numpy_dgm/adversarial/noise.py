"""Instance noise: the discriminator's cases, real and fake alike, are blurred, at first much and at last hardly.

    x → x + level · N(0, I)

Where real and generated cases lie on thin sets that do not meet, a discriminator can be sure of every case and its
gradient does not lead from one set to the other. Blurred, they overlap. So the finest level falls as training goes on,
and some rows stay at coarser levels, which show whether the samples are in balance between modes far apart:

    finest(t) = start (end / start)^min(t / until, 1)      t from 0 to 1, the progress of the run
    coarse rows: evenly on a logarithmic scale between finest(t) and start

N rows of the discriminator's input    levels (N, 1)

Sønderby, Caballero, Theis, Shi and Huszár 2017; Arjovsky and Bottou 2017; several levels at once: Wang, Zheng, He,
Chen and Zhou 2023.
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import check_number, invalid
from ..foundation.numerics import normal_like
from ..foundation.types import Array, Generator


@dataclass(frozen=True)
class InstanceNoise:
    """Levels: standard deviations, in the unit of the data; see the module. Raises InvalidInput."""

    start: float = 0.5
    end: float = 0.005
    until: float = 0.5  # progress at which the finest level is at its end
    coarse: float = 0.4  # fraction of the rows at coarser levels

    def __post_init__(self) -> None:
        check_number("start", self.start, 0, np.inf, open_low=True)
        check_number("end", self.end, 0, np.inf, open_low=True)
        if self.end > self.start:
            raise invalid("end", f"a number of at most start, {self.start}", self.end)
        check_number("until", self.until, 0, 1, open_low=True)
        check_number("coarse", self.coarse, 0, 1)


def noise_levels(noise: InstanceNoise, progress: float, n: int, rng: Generator, dtype: Any) -> Array:
    """Levels of n rows (n, 1) when the fraction `progress` of the run is done. Draws 2 n uniform numbers.

    The first says whether a row is coarse, the second where on the scale it then is.
    """
    finest = noise.start * (noise.end / noise.start) ** min(progress / noise.until, 1)
    is_coarse = rng.random((n, 1), dtype=dtype) < noise.coarse
    place = is_coarse * rng.random((n, 1), dtype=dtype)  # 0, at the finest level, for the rest
    return (finest * (noise.start / finest) ** place).astype(dtype, copy=False)


def blurred(x: Array, levels: Array | None, rng: Generator) -> Array:
    """x + level · N(0, I): x (N, D), levels (N/m, 1), each of m rows that are judged together. Draws N D numbers.

    Where levels is None, x itself, and nothing is drawn.
    """
    if levels is None:
        return x
    level_of_row = np.repeat(levels, len(x) // len(levels), axis=0)
    return x + level_of_row * normal_like(x, rng, order="C")
