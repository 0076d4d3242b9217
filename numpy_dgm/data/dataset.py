"""Data as a training loop wants them: rows of D numbers in [0, 1], converted as they are drawn.

A pixel becomes a visible value v in one of three ways:

    "threshold"      v = 1 where pixel / scale > 1/2, else 0
    "sampled"        v = 1 with probability pixel / scale, else 0; drawn once, when the data are opened
    "as they are"    v = pixel / scale, so that grey stays grey

N rows    D pixels    images (N, D), pixels in the file's own dtype    scale: the pixel that is fully on

A log-likelihood of binary data means something only together with the way in which grey became bits, so
Data says which it was. Sampled once: Salakhutdinov and Murray 2008.
"""
import math
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.checks import InvalidInput, check_choice, check_generator
from ..foundation.numerics import bernoulli

WAYS_TO_BITS = ("threshold", "sampled", "as they are")
BLOCK_PIXELS = 2**20  # what is looked at in one go: 8 MB in float64


@dataclass(frozen=True, eq=False)
class Data:
    """Rows of pixels and their labels. data[rows] gives rows as float32 in [0, 1], ready to train on."""

    images: np.ndarray  # (N, D) pixels, in memory, a memory map, or ChosenRows of one
    labels: np.ndarray | None  # (N,) int64
    name: str  # as it was handed to open_data
    bits: str  # one of WAYS_TO_BITS
    scale: float  # the pixel value that is fully on: 255, 16 or 1
    image_shape: tuple | None  # (rows, cols) of a picture, rows · cols = D; None for what is no picture
    shape: tuple  # (N, D)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        """Those rows as float32 in [0, 1]: an int -> (D,); a slice, mask or integer array -> (n, D)."""
        pixels = np.asarray(self.images[rows])
        if self.bits == "threshold":
            return (pixels > self.scale / 2).astype(np.float32)
        return pixels.astype(np.float32) / np.float32(self.scale)

    def take(self, rows):
        """Data of those rows alone, with their labels: rows a slice, a mask or an integer array (n,).

        Rows in memory are copied; rows of a memory map stay where they are until they are drawn.
        """
        try:
            rows = np.arange(len(self))[rows]
        except IndexError as error:
            raise InvalidInput(f"rows: {error}, rows of these data (0 to {len(self) - 1}) were wanted") from error
        if rows.ndim != 1 or rows.size == 0:
            raise InvalidInput(f"rows: shape {rows.shape} came, one axis with at least one row was wanted")
        images = _take_images(self.images, rows)
        labels = None if self.labels is None else self.labels[rows]
        return replace(self, images=images, labels=labels, shape=images.shape)

    def __repr__(self):
        return "\n".join([
            f"Data {self.name}",
            f"  images {_describe(self.images)}",
            f"  labels {'None' if self.labels is None else _describe(self.labels)}",
            f"  bits {self.bits!r}",
            f"  scale {self.scale}",
            f"  image_shape {self.image_shape}",
        ])


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """Some rows of a memory map, read from it only when they are asked for: chosen[index] -> an array."""

    source: np.memmap  # (N, D)
    rows: np.ndarray  # (n,) which of them, in which order
    shape: tuple  # (n, D)
    dtype: np.dtype

    def __getitem__(self, index):
        return self.source[self.rows[index]]


def data_from_arrays(images, labels=None, *, name, bits=None, rng=None, scale=None):
    """Data made of arrays. images (N, D) or (N, rows, cols); labels (N,) integers or None.

    bits None leaves data of nothing but 0 and 1 "as they are" and puts grey data through "threshold".
    "sampled" needs rng: one uniform number a pixel, row by row.
    scale None takes it from the dtype: 1 for floats, which must lie in [0, 1], and for booleans;
    255 for integers, which must lie in 0..255, or 1 where they are only 0 and 1.

    Raises InvalidInput, naming the data, for pixels of another range, NaN, other dtypes or shapes.
    """
    if bits is not None:
        check_choice("bits", bits, WAYS_TO_BITS)
    if bits == "sampled":
        check_generator("rng", rng)
    images, image_shape = _flatten(name, images)
    labels = _checked_labels(name, labels, len(images))
    low, high, only_bits = _look_at_pixels(name, images)
    scale = _scale_for(name, images.dtype, low, high, scale)
    if bits is None:
        bits = "as they are" if only_bits else "threshold"
    if bits == "threshold" and 0 < high <= scale / 2:
        raise InvalidInput(f"{name}: pixels up to {high:g} of {scale:g} came, so that a threshold at half leaves "
                       "none on, brighter pixels (or bits='sampled' or bits='as they are') were wanted")
    if bits == "sampled":
        images = _sample(images, scale, rng)
        scale = 1  # what is kept now are bits
    return Data(images, labels, name, bits, scale, image_shape, images.shape)


def _flatten(name, images):
    """(N, D) pixels and the shape of one picture, from (N, D), (N, rows, cols) or more axes."""
    if images.dtype.kind not in "buif":
        raise InvalidInput(f"{name}: dtype {images.dtype} came, real numbers were wanted")
    if images.ndim < 2 or images.size == 0:
        raise InvalidInput(f"{name}: an array of shape {images.shape} came, pictures (N, D) or (N, rows, cols) "
                       "with at least one pixel were wanted")
    if isinstance(images, np.memmap) and images.ndim > 2 and not images.flags.c_contiguous:
        raise InvalidInput(f"{name}: pictures in Fortran order came, which only a copy of all of them could put "
                       "in rows, C order was wanted (numpy.ascontiguousarray makes it)")
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
        raise InvalidInput(f"{name}: labels {labels.dtype} of shape {labels.shape} came, "
                       f"integers of shape ({N},) were wanted")
    return labels.astype(np.int64)


def _look_at_pixels(name, images):
    """The lowest pixel, the highest, and whether all are 0 or 1, a block of rows at a time."""
    low, high, only_bits = np.inf, -np.inf, True
    for rows in _row_blocks(images.shape):
        block = np.asarray(images[rows])
        block_low, block_high = float(block.min()), float(block.max())
        if not (math.isfinite(block_low) and math.isfinite(block_high)):
            raise InvalidInput(f"{name}: NaN or infinite pixels came in rows {rows.start} to {rows.stop - 1}, "
                           "finite values were wanted")
        low, high = min(low, block_low), max(high, block_high)
        only_bits = only_bits and bool(((block == 0) | (block == 1)).all())
    return low, high, only_bits


def _scale_for(name, dtype, low, high, scale):
    """The pixel value that is fully on, or InvalidInput where a pixel lies outside [0, that value]."""
    if scale is None:
        scale = 255 if dtype.kind in "iu" and high > 1 else 1
    if low < 0 or high > scale:
        kind = "whole numbers" if dtype.kind in "iu" else "floats"
        raise InvalidInput(f"{name}: pixels from {low:g} to {high:g} came, {kind} in [0, {scale:g}] were wanted")
    return scale


def _sample(images, scale, rng):
    """One draw of each pixel, 1 with probability pixel / scale: (N, D) uint8."""
    bits = np.empty(images.shape, dtype=np.uint8)
    for rows in _row_blocks(images.shape):
        p = np.asarray(images[rows], dtype=np.float64) / scale
        bits[rows] = bernoulli(p, rng)
    return bits


def _row_blocks(shape):
    """Slices that cut N rows into blocks of about BLOCK_PIXELS pixels each."""
    N, D = shape
    rows_in_block = max(1, BLOCK_PIXELS // D)
    return [slice(start, min(start + rows_in_block, N)) for start in range(0, N, rows_in_block)]


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
