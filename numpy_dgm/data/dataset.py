"""Data as a training loop takes them: rows of D numbers in [0, 1], converted as they are drawn.

A pixel becomes a visible value v in one of three ways:

    "threshold"      v = 1 where pixel / scale > 1/2, else 0
    "sampled"        v = 1 with probability pixel / scale, else 0; drawn once, when the data are opened
    "grey"           v = pixel / scale, the grey level in [0, 1] itself

N rows    D pixels    images (N, D), pixels in the file's own dtype    scale: the pixel value that is fully on

A log-likelihood of binary data means something only together with the way in which grey became bits, so
Data records which it was. Sampled once: Salakhutdinov and Murray 2008.
"""
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.batches import row_blocks
from ..foundation.checks import check_choice, check_generator, invalid
from ..foundation.numerics import bernoulli
from ..foundation.types import Array, Generator

BITS = ("threshold", "sampled", "grey")
BLOCK_PIXELS = 2**20  # read at once: 8 MB in float64


@dataclass(frozen=True, eq=False)
class Data:
    """Rows of pixels and their labels. data[rows] gives rows as float32 in [0, 1], ready to train on."""

    images: "Array | ChosenRows"  # (N, D) pixels, in memory, a memory map, or ChosenRows of one
    labels: Array | None  # (N,) int64
    name: str  # as it was passed to open_data
    bits: str  # one of BITS
    scale: float  # the pixel value that is fully on: 255, 16 or 1
    image_shape: tuple | None  # (rows, cols) of an image, rows · cols = D; None where the rows are no images
    shape: tuple  # (N, D)
    part: str | None = None  # "train" or "test" where open_data was asked for it
    path: str | None = None  # the absolute path of the file or folder that they were read from, if any

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        """Those rows as float32 in [0, 1]: an int -> (D,); a slice, mask or integer array -> (n, D)."""
        pixels = np.asarray(self.images[rows])
        if self.bits == "threshold":
            return (pixels > self.scale / 2).astype(np.float32)
        return pixels.astype(np.float32) / np.float32(self.scale)

    def take(self, rows: Any) -> "Data":
        """Data of those rows alone, with their labels: rows a slice, a mask or an integer array (n,).

        Rows in memory are copied; rows of a memory map stay where they are until they are drawn. Raises InvalidInput.
        """
        try:
            rows = np.arange(len(self))[rows]
        except IndexError as error:
            raise invalid("rows", f"rows from 0 to {len(self) - 1}", f"an index that does not fit ({error})") from error
        if rows.ndim != 1 or rows.size == 0:
            raise invalid("rows", "one axis with at least one row", f"shape {rows.shape}")
        images = _take_images(self.images, rows)
        labels = None if self.labels is None else self.labels[rows]
        return replace(self, images=images, labels=labels, shape=images.shape)

    def describe(self) -> dict:
        """What a run keeps of its data, to open them again from any working directory, in values that JSON can hold.

        {"name", "path", "part", "bits", "scale", "image_shape"}: the fields of Data, image_shape as a list. Rows that
        `take` took are described as the data that they were taken from.
        """
        return {
            "name": self.name,
            "path": self.path,
            "part": self.part,
            "bits": self.bits,
            "scale": float(self.scale),
            "image_shape": None if self.image_shape is None else [int(length) for length in self.image_shape],
        }

    def __repr__(self) -> str:
        return "\n".join([
            f"Data {self.name}",
            f"  images {_describe(self.images)}",
            f"  labels {'None' if self.labels is None else _describe(self.labels)}",
            f"  bits {self.bits!r}",
            f"  scale {self.scale}",
            f"  image_shape {self.image_shape}",
            f"  part {self.part!r}",
            f"  path {self.path!r}",
        ])


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """Some rows of a memory map, read from it only when they are asked for: chosen[index] -> an array."""

    source: np.memmap  # (N, D)
    rows: Array  # (n,) which of them, in which order
    shape: tuple  # (n, D)
    dtype: np.dtype

    def __getitem__(self, index: Any) -> Array:
        return self.source[self.rows[index]]


def data_from_arrays(images: Array, labels: Array | None = None, *, name: str, bits: str | None = None,
                     rng: Generator | None = None, scale: float | None = None) -> Data:
    """Data made of arrays. images (N, D) or (N, rows, cols); labels (N,) integers or None.

    bits None takes "grey" for data of nothing but 0 and 1, which leaves them unchanged, and "threshold" for others.
    "sampled" needs rng: one uniform number a pixel, row by row.
    scale None takes it from the dtype: 1 for floats, which must lie in [0, 1], and for booleans;
    255 for integers, which must lie in 0..255, or 1 where they are only 0 and 1.

    Raises InvalidInput, naming the data, for pixels of another range, NaN, other dtypes or shapes.
    """
    if bits is not None:
        check_choice("bits", bits, BITS)
    if bits == "sampled":
        check_generator("rng", rng)
    images, image_shape = _flatten(name, images)
    labels = _checked_labels(name, labels, len(images))
    low, high, only_bits = _pixel_range(name, images)
    scale = _scale_for(name, images.dtype, low, high, scale)
    if bits is None:
        bits = "grey" if only_bits else "threshold"
    if bits == "threshold" and 0 < high <= scale / 2:
        raise invalid(name, f"a pixel above the threshold {scale / 2:g}, half of {scale:g}", f"pixels up to {high:g}",
                      "bits='sampled' or bits='grey' takes them")
    if bits == "sampled":
        images = _sample(images, scale, rng)
        scale = 1  # what is kept now are bits
    return Data(images, labels, name, bits, scale, image_shape, images.shape)


def _flatten(name, images):
    """(N, D) pixels and the shape of one image, from (N, D), (N, rows, cols) or more axes."""
    if images.dtype.kind not in "buif":
        raise invalid(name, "real numbers", f"dtype {images.dtype}")
    if images.ndim < 2 or images.size == 0:
        raise invalid(name, "images (N, D) or (N, rows, cols) with at least one pixel", f"shape {images.shape}")
    if isinstance(images, np.memmap) and images.ndim > 2 and not images.flags.c_contiguous:
        raise invalid(name, "images in C order", "Fortran order, which only a copy of the whole file could put in rows",
                      "save numpy.ascontiguousarray of them")
    N, D = len(images), math.prod(images.shape[1:])
    side = math.isqrt(D)
    image_shape = None
    if images.ndim == 3:
        image_shape = images.shape[1:]
    elif images.ndim == 2 and side * side == D:
        image_shape = (side, side)
    return images.reshape(N, D), image_shape


def _checked_labels(name, labels, N):
    """Labels as (N,) int64, or None where there are none."""
    if labels is None:
        return None
    if labels.dtype.kind not in "iu" or labels.shape != (N,):
        raise invalid(name, f"integer labels of shape ({N},)", f"labels {labels.dtype} of shape {labels.shape}")
    return labels.astype(np.int64)


def _pixel_range(name, images):
    """The lowest pixel, the highest, and whether all are 0 or 1, a block of rows at a time."""
    low, high, only_bits = np.inf, -np.inf, True
    for rows in row_blocks(len(images), BLOCK_PIXELS // images.shape[1]):
        block = np.asarray(images[rows])
        block_low, block_high = float(block.min()), float(block.max())
        if not (math.isfinite(block_low) and math.isfinite(block_high)):
            raise invalid(name, "finite values", f"NaN or infinity in rows {rows.start} to {rows.stop - 1}")
        low, high = min(low, block_low), max(high, block_high)
        only_bits = only_bits and bool(((block == 0) | (block == 1)).all())
    return low, high, only_bits


def _scale_for(name, dtype, low, high, scale):
    """The pixel value that is fully on, or InvalidInput where a pixel lies outside [0, that value]."""
    if scale is None:
        scale = 255 if dtype.kind in "iu" and high > 1 else 1
    if low < 0 or high > scale:
        kind = "integers" if dtype.kind in "iu" else "floats"
        raise invalid(name, f"{kind} in [0, {scale:g}]", f"pixels from {low:g} to {high:g}")
    return scale


def _sample(images, scale, rng):
    """One draw of each pixel, 1 with probability pixel / scale: (N, D) uint8."""
    bits = np.empty(images.shape, dtype=np.uint8)
    for rows in row_blocks(len(images), BLOCK_PIXELS // images.shape[1]):
        p = np.asarray(images[rows], dtype=np.float64) / scale
        bits[rows] = bernoulli(p, rng)
    return bits


def _take_images(images, rows):
    """The rows of an array, copied, or of a memory map, left where they are."""
    if isinstance(images, np.memmap):
        return ChosenRows(images, rows, (len(rows), images.shape[1]), images.dtype)
    if isinstance(images, ChosenRows):
        return replace(images, rows=images.rows[rows], shape=(len(rows), images.shape[1]))
    return images[rows]


def _describe(array):
    """One line: dtype, shape and range. A memory map is not read for its range."""
    if isinstance(array, (np.memmap, ChosenRows)):
        return f"{array.dtype} {array.shape} in a memory map"
    return f"{array.dtype} {array.shape} [{float(array.min()):g}, {float(array.max()):g}]"
