"""Readers: a file or folder of images and labels, whatever its format, validated as it is read.

    folder      MNIST's files and those of its kin, gzipped or not (idx.py)
    .npy .npz   NumPy's (archives.py)
    text        a row of numbers a line, between commas, semicolons, tabs or spaces (tables.py)
    IDX         MNIST's own format (idx.py)

Where the end of a name does not say what it is, the first bytes do. Every reader gives arrays in the file's own dtype,
and InvalidInput with one sentence that names the file where it is missing, empty, cut short, damaged, something else or
packed beyond measure. Nothing is ever unpickled.
"""
import gzip
import pathlib

from ..foundation.checks import invalid, one_line
from .archives import parts_of_npz, read_npy, read_npz
from .files import Contents, Layout, check_unused, first_bytes, is_gzipped, readable
from .idx import find_in_folder, read_folder, read_idx_pair
from .labels import NO_LABELS
from .tables import read_table

TABLE_ENDINGS = (".csv", ".tsv", ".txt")
TEXT_CONTROLS = b"\t\n\v\f\r"
TABLE_FIELDS, NPZ_FIELDS = ("label_column", "skip_columns"), ("array", "labels")  # of a Layout


def read_file(path: pathlib.Path, part: str | None = None, layout: Layout = Layout()) -> Contents:
    """The images and labels in a file or folder.

    part is "train" or "test" of a folder or .npz that has parts, by default the first of these that it has. Files of
    other kinds have none, and part must be None. What the layout says must be of use for the format.
    """
    kind = format_of(path)
    if kind != "table":
        check_unused(path, layout, TABLE_FIELDS, "table")
    if kind != "npz":
        check_unused(path, layout, NPZ_FIELDS, ".npz")
    if kind == "folder":
        return read_folder(path, part)
    if kind == "npz":
        return read_npz(path, part, layout)
    if part is not None:
        raise invalid("part", f"None, since {one_line(path)} is a single file without parts", repr(part))
    if kind == "npy":
        return Contents(read_npy(path), NO_LABELS)
    return read_table(path, layout) if kind == "table" else read_idx_pair(path)


def parts_of_file(path: pathlib.Path) -> tuple[str, ...]:
    """Which of the parts "train" and "test" a file or folder has; () where it has none. Raises InvalidInput."""
    kind = format_of(path)
    if kind == "folder":
        return tuple(sorted(find_in_folder(path), reverse=True))
    return parts_of_npz(path) if kind == "npz" else ()


def format_of(path: pathlib.Path) -> str:
    """"folder", "npz", "npy", "table" or "idx", by the end of the name or else by the first bytes."""
    if path.is_dir():
        return "folder"
    if not path.is_file():
        raise invalid(path, "a file or a folder of images", "neither a file nor a folder")
    ending = path.name.lower().removesuffix(".gz")
    start = first_bytes(path, 256)
    if is_gzipped(path):
        with readable(path, "a whole file"), gzip.open(path, "rb") as file:
            start = file.read(256)
    for kind, mark in (("npz", b"PK"), ("npy", b"\x93NUMPY")):
        if ending.endswith(f".{kind}") or start.startswith(mark):
            if is_gzipped(path):
                raise invalid(path, f"an .{kind}", "a gzipped file", "unpack it first, with gunzip")
            return kind
    is_text = all(byte >= 32 or byte in TEXT_CONTROLS for byte in start)
    return "table" if ending.endswith(TABLE_ENDINGS) or (is_text and start) else "idx"
