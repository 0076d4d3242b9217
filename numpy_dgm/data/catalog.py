"""open_data: all data by one function, by name or by path."""
import os
import pathlib
from collections.abc import Callable
from dataclasses import replace

from . import toys
from .dataset import Data, data_from_arrays
from .digits import DIGITS_SCALE, read_digits
from .readers import read_images
from ..foundation.checks import check_choice, invalid
from ..foundation.types import Array, Generator

# name: the function that makes the rows, its arguments, the shape of one image
TOYS: dict[str, tuple[Callable, tuple, tuple | None]] = {
    "bars-and-stripes": (toys.bars_and_stripes, (3,), (3, 3)),
    "bars-and-stripes-2x2": (toys.bars_and_stripes, (2,), (2, 2)),
    "bars-and-stripes-4x4": (toys.bars_and_stripes, (4,), (4, 4)),
    "bars-and-stripes-5x5": (toys.bars_and_stripes, (5,), (5, 5)),
    "shifting-bar": (toys.shifting_bar, (9, 1), (1, 9)),
    "labelled-shifter": (toys.labelled_shifter, (4,), None),
    "labelled-shifter-8": (toys.labelled_shifter, (8,), None),
}
DATA_NAMES = ("digits", *TOYS)
PARTS = ("train", "test")


def open_data(name_or_path: str | os.PathLike, *, bits: str | None = None, part: str | None = None,
              rng: Generator | None = None) -> Data:
    """Open data by name or by path: -> Data with N rows of D pixels.

    name_or_path  "digits" (8x8, shipped); a toy, one of TOYS; or the path of an IDX file (MNIST's format,
                  gzipped or not), of a folder with MNIST's files, of an .npy (mapped, not read), .npz or
                  .csv file. A name comes before a file of that name: the text "./digits" is the file.
    bits          how a pixel becomes a visible value: "threshold" (on above half), "sampled" (on with
                  probability its grey level, drawn once, here), "grey" (the grey level in [0, 1] itself).
                  None takes "grey" for data of nothing but 0 and 1, and "threshold" for others.
    part          "train" or "test", of data that have these parts. None is all rows of the digits, and
                  the training part of a folder or .npz that has parts.
    rng           numpy.random.Generator for "sampled": one uniform number a pixel, row by row.

    Raises InvalidInput, which names the argument or the file.
    """
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise invalid("name_or_path", "a name or a path", type(name_or_path).__name__)
    if part is not None:
        check_choice("part", part, PARTS)
    name = str(name_or_path)
    labels, scale, path = None, None, None
    if name == "digits":
        images, labels = read_digits(part)
        scale = DIGITS_SCALE
    elif name in TOYS:
        images = toy_images(name, part)
    elif os.path.exists(name):
        images, labels = read_images(pathlib.Path(name), part)
        path = os.path.abspath(name)
    else:
        names = ", ".join(DATA_NAMES)
        raise invalid("name_or_path", f"a path that exists or one of {names}", repr(name))
    data = data_from_arrays(images, labels, name=name, bits=bits, rng=rng, scale=scale)
    return replace(data, part=part, path=path)


def toy_images(name: str, part: str | None = None) -> Array:
    """The rows of a toy: (N, rows, cols), or (N, D) where they are no images."""
    if part is not None:
        raise invalid("part", f"None, since {name} has no parts", repr(part))
    make_rows, sizes, image_shape = TOYS[name]
    rows = make_rows(*sizes)
    return rows if image_shape is None else rows.reshape(-1, *image_shape)


def default_part(data: str | os.PathLike, part: str) -> str | None:
    """`part` for data that are known to have parts (the digits, a folder of MNIST's files), else None."""
    return part if data == "digits" or pathlib.Path(data).is_dir() else None
