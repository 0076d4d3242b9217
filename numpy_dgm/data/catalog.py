"""open_data: all data by one function, by name or by path."""
import numbers
import os
import pathlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from . import toys
from .dataset import Data, data_from_arrays
from .digits import DIGITS_SCALE, read_digits
from .files import Contents, Layout, check_unused
from .labels import NO_LABELS, labels_from_array
from .readers import NPZ_FIELDS, TABLE_FIELDS, parts_of_file, read_file
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
              rng: Generator | None = None, scale: float | None = None, image_shape: Sequence[int] | None = None,
              label_column: str | int | None = None, skip_columns: Any = (), array: str | None = None,
              labels: str | None = None) -> Data:
    """Open data by name or by path: -> Data with N rows of D pixels.

    name_or_path  "digits" (8x8, shipped); a toy, one of TOYS; or the path of an IDX file (MNIST's format, gzipped or
                  not), of a folder with MNIST's files or EMNIST's, of an .npy (mapped, not read), an .npz, or of text
                  with a row of numbers a line. A name comes before a file of that name: "./digits" is the file.
    bits          how a pixel becomes a visible value: "threshold" (on above half), "sampled" (on with
                  probability its grey level, drawn once, here), "grey" (the grey level in [0, 1] itself; its
                  former spelling, "as they are", is taken too). None takes "grey" for data of nothing but 0 and
                  1, and "threshold" for others.
    part          "train" or "test", of data that have these parts. None is all rows of the digits, and
                  the training part of a folder or .npz that has parts.
    rng           numpy.random.Generator for "sampled": one uniform number a pixel, row by row.
    scale         the pixel value that is fully on. None: 1 for floats and bits, 255 for integers; the highest, with a
                  DataWarning, for integers that stay below 128.
    image_shape   (rows, columns), or with 3 for colours before or after them. None takes it from the axes, or the
                  square; what has no such shape is drawn as a table.
    label_column  of text: "first", "last", a number from 0, a name in the header, or "none". None finds a column by
                  the name of label, class, target or y.
    skip_columns  of text: names and numbers of columns to leave out, in a list or with commas between. Columns by the
                  name of id or index, or without one, are left out unless it is "none".
    array         of an .npz: the name of the images. None takes x, images, data, ..., or the only array.
    labels        of an .npz: the name of the labels. None takes y, labels, targets, ...

    Raises InvalidInput, which names the argument or the file.
    """
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise invalid("name_or_path", "a name or a path", type(name_or_path).__name__)
    if part is not None:
        check_choice("part", part, PARTS)
    layout = Layout(check_column("label_column", label_column), check_columns(skip_columns), array, labels)
    name = os.fsdecode(name_or_path)
    contents, path = read_contents(name, part, layout)
    if name == "digits" and scale is None:
        scale = DIGITS_SCALE
    data = data_from_arrays(contents.images, contents.labels, name=name, bits=bits, rng=rng, scale=scale,
                            image_shape=image_shape)
    column = layout.label_column if contents.label_column is None else contents.label_column
    told = {"label_column": column, "skip_columns": list(layout.skip_columns), "array": array,
            "labels": labels}
    opened_with = data.opened_with | {key: value for key, value in told.items() if value not in (None, [])}
    return replace(data, part=contents.part, path=path, remark=contents.remark, opened_with=opened_with)


def read_contents(name: str, part: str | None, layout: Layout) -> tuple[Contents, str | None]:
    """What the data of that name or path hold, and the absolute path where they are a file. Raises InvalidInput."""
    if name == "digits" or name in TOYS:
        check_unused(pathlib.Path(name), layout, TABLE_FIELDS, "table")
        check_unused(pathlib.Path(name), layout, NPZ_FIELDS, ".npz")
    if name == "digits":
        images, labels = read_digits(part)
        return Contents(images, labels_from_array(labels), part), None
    if name in TOYS:
        return Contents(toy_images(name, part), NO_LABELS), None
    if os.path.exists(name):
        return read_file(pathlib.Path(name), part, layout), os.path.abspath(name)
    raise invalid("name_or_path", f"a path that exists or one of {', '.join(DATA_NAMES)}", repr(name))


def check_column(name: str, column: Any) -> str | int | None:
    """`column` where it is a name, a number from 0 or None; else InvalidInput."""
    if column is None or isinstance(column, str):
        return column
    if isinstance(column, bool) or not isinstance(column, numbers.Integral) or int(column) < 0:
        raise invalid(name, "the name of a column or its number from 0", repr(column))
    return int(column)


def check_columns(columns: Any) -> tuple:
    """Columns as a tuple of names and numbers, from one of them, a list, or a text with commas between."""
    if isinstance(columns, str):
        columns = [column.strip() for column in columns.split(",")]
    elif columns is None or not isinstance(columns, Iterable):
        columns = () if columns is None else (columns,)
    return tuple(check_column("skip_columns", column) for column in columns)


def toy_images(name: str, part: str | None = None) -> Array:
    """The rows of a toy: (N, rows, cols), or (N, D) where they are no images."""
    if part is not None:
        raise invalid("part", f"None, since {name} has no parts", repr(part))
    make_rows, sizes, image_shape = TOYS[name]
    rows = make_rows(*sizes)
    return rows if image_shape is None else rows.reshape(-1, *image_shape)


def parts_of(name_or_path: str | os.PathLike) -> tuple[str, ...]:
    """Which of the parts "train" and "test" the data of that name or path have; () where they have none.

    Raises InvalidInput where a file cannot be read; a path to nothing has no parts.
    """
    name = os.fsdecode(name_or_path)
    if name == "digits":
        return PARTS
    return () if name in TOYS or not os.path.exists(name) else parts_of_file(pathlib.Path(name))
