"""open_data: the one door to data, by name or by path."""
import os
import pathlib

from . import toys
from .dataset import data_from_arrays
from .digits import DIGITS_SCALE, read_digits
from .readers import read_pictures
from ..foundation.checks import InvalidInput, check_choice

# name: the function that makes the rows, its arguments, the shape of one picture
TOYS = {
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


def open_data(name_or_path, *, bits=None, part=None, rng=None):
    """Open data by name or by path: -> Data with N rows of D pixels.

    name_or_path  "digits" (8x8, shipped); a toy, one of TOYS; or the path of an IDX file (MNIST's format,
                  gzipped or not), of a folder with MNIST's files, of an .npy (mapped, not read), .npz or
                  .csv file. A name comes before a file of that name: the text "./digits" is the file.
    bits          how a pixel becomes a visible value: "threshold" (on above half), "sampled" (on with
                  probability its grey level, drawn once, here), "as they are" (in [0, 1]). None leaves
                  data of nothing but 0 and 1 as they are and puts grey data through the threshold.
    part          "train" or "test", of data that have these parts. None is all rows of the digits, and
                  the training part of a folder or .npz that has parts.
    rng           numpy.random.Generator for "sampled": one uniform number a pixel, row by row.

    Raises InvalidInput, which names the argument or the file.
    """
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise InvalidInput(f"name_or_path: {type(name_or_path).__name__} came, a name or a path was wanted")
    if part is not None:
        check_choice("part", part, PARTS)
    name = str(name_or_path)
    if name == "digits":
        images, labels = read_digits(part)
        return data_from_arrays(images, labels, name=name, bits=bits, rng=rng, scale=DIGITS_SCALE)
    if name in TOYS:
        images = toy_pictures(name, part)
        return data_from_arrays(images, name=name, bits=bits, rng=rng)
    if not os.path.exists(name):
        names = ", ".join(DATA_NAMES)
        raise InvalidInput(f"name_or_path: {name!r} came, a path that exists or one of {names} was wanted")
    images, labels = read_pictures(pathlib.Path(name), part)
    return data_from_arrays(images, labels, name=name, bits=bits, rng=rng)


def toy_pictures(name, part):
    """The rows of a toy: (N, rows, cols), or (N, D) where they are no pictures."""
    if part is not None:
        raise InvalidInput(f"part: {part!r} came, but {name} has no parts, None was wanted")
    make_rows, sizes, image_shape = TOYS[name]
    rows = make_rows(*sizes)
    return rows if image_shape is None else rows.reshape(-1, *image_shape)


def default_part(data, part):
    """`part` for data that are known to have parts (the digits, a folder of MNIST's files), else None."""
    return part if data == "digits" or pathlib.Path(data).is_dir() else None
