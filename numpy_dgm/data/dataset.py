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
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..foundation.batches import fingerprint, row_blocks
from ..foundation.checks import check_choice, check_generator, check_integer, check_number, invalid, one_line
from ..foundation.file_rows import FileRows
from ..foundation.numerics import bernoulli
from ..foundation.types import Array, Generator
from .files import DataWarning
from .labels import NO_LABELS, Labels, labels_from_array
from .rows import ChosenRows

BITS = ("threshold", "sampled", "grey")
FORMER_BITS = {"as they are": "grey"}  # the spelling of 0.1.0
BLOCK_PIXELS = 2**20  # looked at together: 8 MB in float64
BYTE, HALF_A_BYTE = 255, 128  # integers up to 127 are taken for something else than bytes
SCALES = (1e-30, 1e30)  # with which float32 can divide
COLOURS = 3  # numbers a pixel of a colour image


@dataclass(frozen=True, eq=False)
class Data:
    """Rows of pixels and their labels. data[rows] gives rows as float32 in [0, 1], ready to train on."""

    images: Array | ChosenRows | FileRows  # (N, D) pixels, in memory, a memory map, or rows of a file
    labels: Array | None  # (N,) int64, classes from 0 to C - 1; their names are label_names
    name: str  # as it was passed to open_data
    bits: str  # one of BITS
    scale: float  # the pixel value that is fully on: 255, 16 or 1
    image_shape: tuple | None  # (rows, cols), (rows, cols, 3) or (3, rows, cols) of an image; None where there is none
    shape: tuple  # (N, D)
    part: str | None = None  # "train" or "test" where the data have such parts and these are one of them
    path: str | None = None  # the absolute path of the file or folder that they were read from, if any
    label_names: tuple | None = None  # (C,) what the file calls the classes: integers or texts
    why_no_labels: str = NO_LABELS  # the end of a sentence, where labels is None
    remark: str = ""  # what was made of the columns of a table
    opened_with: dict = field(default_factory=dict)  # what open_data was told, beside name, part and bits
    checksum: str = ""  # of all pixels as they stand in the file, before any rows were taken
    labels_checksum: str = ""
    has_grey: bool = False  # whether rows hold anything between 0 and 1
    is_whole: bool = True  # whether no rows were left out by `take`

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

        Rows in memory are copied; rows of a file stay where they are until they are drawn. Raises InvalidInput.
        """
        try:
            rows = np.arange(len(self))[rows]
        except IndexError as error:
            raise invalid("rows", f"rows from 0 to {len(self) - 1}", f"an index that does not fit ({error})") from error
        if rows.ndim != 1 or rows.size == 0:
            raise invalid("rows", "one axis with at least one row", f"shape {rows.shape}")
        images = take_images(self.images, rows)
        labels = None if self.labels is None else self.labels[rows]
        return replace(self, images=images, labels=labels, shape=images.shape, is_whole=False)

    def describe(self) -> dict:
        """What a run keeps of its data, in values that JSON can hold: to open them again from any working directory,
        to tell whether they have changed since, and to name their classes.

        "opened_with" are further arguments of open_data. Rows that `take` took are described as the data that they were
        taken from, with is_whole False.
        """
        return {
            "name": self.name,
            "path": self.path,
            "part": self.part,
            "bits": self.bits,
            "image_shape": None if self.image_shape is None else [int(length) for length in self.image_shape],
            "label_names": None if self.label_names is None else list(self.label_names),
            "opened_with": self.opened_with,
            "checksum": self.checksum,
            "labels_checksum": self.labels_checksum,
            "has_grey": self.has_grey,
            "is_whole": self.is_whole,
        }

    def summary(self) -> str:
        """One line for a person: how many cases of what, and how they were read."""
        name = self.name if self.part is None else f"{self.name}, part {self.part}"
        parts = [f"{one_line(name)}: {len(self):,} cases of {self.shape[1]:,} numbers"]
        if self.image_shape is not None:
            parts.append(f"images {' x '.join(map(str, self.image_shape))}")
        parts.append(f"bits {self.bits}" if self.bits == "sampled" else f"bits {self.bits}, 1 is {self.scale:g}")
        if self.label_names is not None:
            parts.append(f"labels {show_names(self.label_names)}")
        return "; ".join([*parts, self.remark] if self.remark else parts)

    def __repr__(self) -> str:
        lines = [
            f"Data {self.name}",
            f"  images {_describe(self.images)}",
            f"  labels {'None' if self.labels is None else _describe(self.labels)}",
            f"  label_names {'None' if self.label_names is None else show_names(self.label_names)}",
            f"  bits {self.bits!r}",
            f"  scale {self.scale:g}",
            f"  image_shape {self.image_shape}",
            f"  part {self.part!r}",
            f"  path {self.path!r}",
        ]
        return "\n".join([*lines, f"  {self.remark}"] if self.remark else lines)


def show_names(names: Sequence) -> str:
    """Names of classes in a line: all of them, or the first ten and the last."""
    shown = [one_line(name, 30) for name in names]
    return " ".join(shown if len(names) <= 12 else [*shown[:10], "...", shown[-1]])


def data_from_arrays(images: Any, labels: Any = None, *, name: str, bits: str | None = None,
                     rng: Generator | None = None, scale: float | None = None,
                     image_shape: Sequence[int] | None = None) -> Data:
    """Data made of arrays. images (N, D), (N, rows, cols) or (N, rows, cols, 3); labels (N,) or Labels, if any.

    bits None takes "grey" for data of nothing but 0 and 1, which leaves them unchanged, and "threshold" for others; the
    former spelling of "grey", "as they are", is taken too. "sampled" needs rng: one uniform number a pixel, row by row.
    scale None takes it from the dtype: 1 for floats, which must lie in [0, 1], and for booleans; 255 for integers,
    which must lie in 0..255, but 1 where they are only 0 and 1, and the highest, with a DataWarning, where that is
    below 128.
    image_shape None takes it from the axes, or the square where D is one.

    Raises InvalidInput, naming the data, for pixels of another range, NaN, other dtypes or shapes.
    """
    bits = FORMER_BITS.get(bits, bits) if isinstance(bits, str) else bits
    if bits is not None:
        check_choice("bits", bits, BITS)
    if bits == "sampled":
        check_generator("rng", rng)
    if scale is not None:
        scale = check_number("scale", scale, *SCALES)
    images, shape = flatten_images(name, images, image_shape)
    labels = check_labels(name, labels, len(images))
    low, high, only_bits = _pixel_range(name, images)
    scale = check_scale(name, images.dtype, low, high, scale)
    checksum = fingerprint(images)
    only_bits = only_bits and scale == 1
    if bits is None:
        bits = "grey" if only_bits else "threshold"
    if bits == "threshold" and 0 < high <= scale / 2:
        raise invalid(name, f"a pixel above the threshold {scale / 2:g}, half of {scale:g}", f"pixels up to {high:g}",
                      "bits='sampled' or bits='grey' takes them; or scale=... says which pixel value is fully on")
    opened_with = {"scale": float(scale)} | ({} if image_shape is None else {"image_shape": list(image_shape)})
    if bits == "sampled":
        images = _sample(images, scale, rng)
        scale = 1  # what is kept now are bits
    data = Data(images, None, name, bits, scale, shape, images.shape, opened_with=opened_with, checksum=checksum,
                has_grey=bits == "grey" and not only_bits)
    if isinstance(labels, str):
        return replace(data, why_no_labels=labels)
    return replace(data, labels=labels.indices, label_names=labels.names,
                   labels_checksum=fingerprint(labels.indices[:, None]))


def flatten_images(name: str, images: Any, image_shape: Sequence[int] | None) -> tuple[Any, tuple | None]:
    """(N, D) pixels and the shape of one image or None, from (N, D), (N, rows, cols) or more axes. Raises InvalidInput.

    What is in a file stays there; of a memory map in Fortran order with more than two axes, rows are flattened as they
    are read.
    """
    n_axes = len(images.shape)
    if images.dtype.kind not in "buif":
        raise invalid(name, "real numbers", f"dtype {images.dtype}")
    if n_axes < 2 or 0 in images.shape:
        raise invalid(name, "images (N, D) or (N, rows, cols) with at least one pixel", f"shape {images.shape}")
    N, D = len(images), math.prod(images.shape[1:])
    axes = tuple(length for length in images.shape[1:] if length > 1) if n_axes > 3 else images.shape[1:]
    side = math.isqrt(D)
    shape: tuple | None
    if image_shape is not None:
        shape = check_image_shape(image_shape, D)
    elif len(axes) == 2 or (len(axes) == 3 and COLOURS in (axes[0], axes[-1])):
        shape = axes
    else:
        shape = (side, side) if n_axes == 2 and side * side == D else None
    if isinstance(images, FileRows):
        return FileRows(images.path, images.dtype, images.start, (N, D)), shape
    if isinstance(images, np.memmap) and n_axes > 2 and not images.flags.c_contiguous:
        return ChosenRows(images, np.arange(N), (N, D), images.dtype), shape
    return images.reshape(N, D), shape


def check_image_shape(image_shape: Sequence[int], n_numbers: int) -> tuple:
    """(rows, cols), (rows, cols, 3) or (3, rows, cols) where that is the shape of `n_numbers` numbers. InvalidInput."""
    expected = f"(rows, columns), and 3 for colours, of {n_numbers} numbers"
    try:
        shape = tuple(check_integer("image_shape", length) for length in image_shape)
    except TypeError as error:
        raise invalid("image_shape", expected, repr(image_shape)) from error
    in_colour = len(shape) == 3 and COLOURS in (shape[0], shape[-1])
    if math.prod(shape) != n_numbers or not (len(shape) == 2 or in_colour):
        raise invalid("image_shape", expected, " x ".join(map(str, shape)))
    return shape


def check_labels(name: str, labels: Any, N: int) -> Labels | str:
    """The Labels of N cases, or why there are none. InvalidInput where they are those of more or fewer cases."""
    if labels is None or isinstance(labels, (str, Labels)):
        return NO_LABELS if labels is None else labels
    labels = np.asarray(labels)
    if labels.shape[:1] != (N,):
        raise invalid(name, f"{N} labels, one for each case", f"labels of shape {labels.shape}")
    return labels_from_array(labels)


def _pixel_range(name, images):
    """The lowest pixel, the highest, and whether all are 0 or 1, a block of rows at a time."""
    low, high, only_bits = np.inf, -np.inf, True
    for rows in row_blocks(*images.shape, BLOCK_PIXELS):
        block = np.asarray(images[rows])
        block_low, block_high = float(block.min()), float(block.max())
        if not (math.isfinite(block_low) and math.isfinite(block_high)):
            raise invalid(name, "finite values", f"NaN or infinity in rows {rows.start} to {rows.stop - 1}")
        low, high = min(low, block_low), max(high, block_high)
        only_bits = only_bits and bool(((block == 0) | (block == 1)).all())
    return low, high, only_bits


def check_scale(name: str, dtype: np.dtype, low: float, high: float, scale: float | None) -> float:
    """The pixel value that is fully on, or InvalidInput where a pixel lies outside [0, that value]."""
    is_integer = dtype.kind in "iu"
    if scale is None:
        scale = BYTE if is_integer and high > 1 else 1
        if is_integer and 1 < high < HALF_A_BYTE and low >= 0:
            scale = int(high)
            warnings.warn(f"{one_line(name)}: integers up to {scale}, so {scale} is taken as fully on; "
                          f"scale={scale} says the same, scale={BYTE} that they are bytes", DataWarning, stacklevel=4)
    if low < 0:
        raise invalid(name, f"grey levels, numbers from 0 to {scale:g}", f"numbers from {low:g} to {high:g}",
                      "shift them to start at 0, or learn from the array in Python with Gaussian visible units")
    if high > scale:
        number = int(high) if high.is_integer() and high < 1e15 else high
        advice = f"scale={number} says that {number} is fully on" if high <= SCALES[1] else ""
        raise invalid(name, f"{'integers' if is_integer else 'floats'} in [0, {scale:g}]",
                      f"pixels from {low:g} to {high:g}", advice)
    return scale


def _sample(images, scale, rng):
    """One draw of each pixel, 1 with probability pixel / scale: (N, D) uint8."""
    bits = np.empty(images.shape, dtype=np.uint8)
    for rows in row_blocks(*images.shape, BLOCK_PIXELS):
        p = np.asarray(images[rows], dtype=np.float64) / scale
        bits[rows] = bernoulli(p, rng)
    return bits


def take_images(images, rows):
    """The rows of an array, copied, or of a file, left where they are."""
    if isinstance(images, (np.memmap, FileRows)):
        return ChosenRows(images, rows, (len(rows), images.shape[1]), images.dtype)
    if isinstance(images, ChosenRows):
        return replace(images, rows=images.rows[rows], shape=(len(rows), images.shape[1]))
    return images[rows]


def _describe(array):
    """One line: dtype, shape and range. A file is not read for its range."""
    source = array.source if isinstance(array, ChosenRows) else array
    if isinstance(source, (np.memmap, FileRows)):
        return f"{array.dtype} {array.shape} in {'a memory map' if isinstance(source, np.memmap) else 'a file'}"
    return f"{array.dtype} {array.shape} [{float(array.min()):g}, {float(array.max()):g}]"
