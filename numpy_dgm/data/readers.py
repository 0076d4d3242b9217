"""Readers: files of images and labels, validated as they are read.

    IDX     MNIST's own format, gzipped or not: 00 00, a dtype code, the number of axes, then the length
            of each axis (4 bytes, the highest first), then the entries in the same byte order
    .npy    one array, mapped from the disk, not read into memory
    .npz    several arrays by name
    .csv    numbers between commas, one image a line, gzipped or not

Every reader gives arrays in the file's own dtype, and InvalidInput with one sentence that names the file
where it is missing, empty, cut short, damaged or something else. Nothing is ever unpickled.
"""
import csv
import gzip
import math
import os
import pathlib
import struct
import tokenize
import zipfile
import zlib
from typing import Any

import numpy as np

from ..foundation.checks import InvalidInput, invalid
from ..foundation.types import Array

IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_AXES = 32  # of an array in NumPy 1.26
GZIP_MAGIC = b"\x1f\x8b"

FOLDER_NAMES = {"train": "train-images", "test": "t10k-images"}
FOLDER_ENDINGS = ("-idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte", ".idx3-ubyte.gz")

IMAGE_NAMES = ("x", "images", "data", "v")
LABEL_NAMES = ("y", "labels", "targets")
LABEL_COLUMNS = ("label", "class", "target", "y")

# what NumPy and the standard library raise on bytes of another format than the file's name promises
UNREADABLE = (
    OSError, EOFError, ValueError, TypeError, KeyError, IndexError, SyntaxError, OverflowError, MemoryError,
    RuntimeError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)


def read_images(path: pathlib.Path, part: str | None = None) -> tuple[Array, Array | None]:
    """Images (N, ...) and labels (N,) or None, from a file or folder; the end of its name says of what kind.

    A folder holds the four files of MNIST under their usual names; part is "train" (also for None) or
    "test". An .npz may hold parts too. Files of other kinds have none, and part must be None.
    """
    if os.path.isdir(path):
        return read_idx_pair(find_in_folder(path, part))
    if not os.path.isfile(path):
        raise invalid(path, "a file or a folder of images", "neither a file nor a folder")
    name = path.name.lower()
    if name.endswith(".npz"):
        return read_npz(path, part)
    if part is not None:
        raise invalid("part", f"None, since {path} is a single file without parts", repr(part))
    if name.endswith(".npy"):
        return read_npy(path), None
    if name.endswith((".csv", ".csv.gz")):
        return read_csv(path)
    return read_idx_pair(path)


# IDX


def read_idx(path: pathlib.Path) -> Array:
    """The array in an IDX file, any dtype and any number of axes, in this machine's byte order."""
    content = read_bytes(path)
    is_idx = len(content) >= 4 and content[:2] == b"\0\0" and content[2] in IDX_DTYPES
    if not is_idx or not 1 <= content[3] <= MOST_AXES:
        raise invalid(path, "the first bytes of an IDX file (00 00, a dtype code, the number of axes)",
                      content[:4].hex(" "), "names of other files of images end in .npy, .npz or .csv")
    dtype = np.dtype(IDX_DTYPES[content[2]])
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise invalid(path, f"an IDX header of {start} bytes", f"{len(content)} bytes")
    shape = struct.unpack(f">{n_axes}I", content[4:start])
    n_entries = math.prod(shape)
    n_bytes = start + n_entries * dtype.itemsize
    if n_entries == 0:
        raise invalid(path, "at least one entry", f"an array of shape {shape}")
    if len(content) != n_bytes:
        raise invalid(path, f"{n_bytes} bytes for {dtype.name} of shape {shape}", f"{len(content)} bytes")
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def read_idx_pair(path: pathlib.Path) -> tuple[Array, Array | None]:
    """The images in an IDX file, and the labels in the file of the matching name beside it, or None."""
    images = read_idx(path)
    labels_path = find_labels(path)
    if labels_path is None:
        return images, None
    labels = read_idx(labels_path)
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise invalid(labels_path, f"{len(images)} integers, one for each image in {path.name}",
                      f"{labels.dtype} of shape {labels.shape}")
    return images, labels


def find_labels(images_path: pathlib.Path) -> pathlib.Path | None:
    """The file beside it with "labels" for "images" and "idx1" for "idx3", gzipped or not, or None."""
    if "images" not in images_path.name:
        return None
    name = images_path.name.replace("images", "labels").replace("idx3", "idx1")
    plain = images_path.with_name(name.removesuffix(".gz"))
    gzipped = images_path.with_name(name.removesuffix(".gz") + ".gz")
    for candidate in (plain, gzipped):
        if candidate.is_file():
            return candidate
    return None


def find_in_folder(folder: pathlib.Path, part: str | None = None) -> pathlib.Path:
    """The file with the images of the part, "train" (also for None) or "test", under its usual name."""
    stem = FOLDER_NAMES[part or "train"]
    for ending in FOLDER_ENDINGS:
        candidate = folder / (stem + ending)
        if candidate.is_file():
            return candidate
    raise invalid(folder, f"{stem}-idx3-ubyte among MNIST's files, gzipped or not", "a folder without it")


# NumPy's formats


def read_npy(path: pathlib.Path) -> Array:
    """The array in an .npy file as a read-only memory map: rows are read when they are indexed."""
    if path.stat().st_size == 0:
        raise invalid(path, "an array", "an empty file")
    try:
        return np.lib.format.open_memmap(path, mode="r")  # refuses arrays of Python objects
    except UNREADABLE as error:
        raise unreadable(path, "an array of numbers in NumPy's .npy format", error) from error


def read_npz(path: pathlib.Path, part: str | None = None) -> tuple[Array, Array | None]:
    """Images and labels (or None) from an .npz.

    The images are the first there is of x, images, data and v, or the only array that is not labels; the
    labels are y, labels or targets. Where there are x_train and x_test (or images_train, ...) instead,
    part says which: "train" (also for None) or "test".
    """
    if not zipfile.is_zipfile(path):
        raise invalid(path, "an .npz", "a file that is no zip archive, or is cut short")
    try:
        archive = np.load(path, allow_pickle=False)
    except UNREADABLE as error:
        raise unreadable(path, "an .npz", error) from error
    with archive:
        images_name, labels_name = choose_members(path, archive.files, part)
        images = read_member(path, archive, images_name)
        labels = None if labels_name is None else read_member(path, archive, labels_name)
    return images, labels


def choose_members(path: pathlib.Path, names: list[str], part: str | None) -> tuple[str, str | None]:
    """The names of the images and of the labels (or None) among the names in an .npz."""
    endings = {None: ("", "_train"), "train": ("_train",), "test": ("_test",)}[part]
    for ending in endings:
        images = [name + ending for name in IMAGE_NAMES if name + ending in names]
        labels = [name + ending for name in LABEL_NAMES if name + ending in names]
        if part is None and ending == "" and not images:
            others = [name for name in names if name not in LABEL_NAMES]
            images = others if len(others) == 1 else []
        if images:
            return images[0], labels[0] if labels else None
    expected = ", ".join(name + endings[0] for name in IMAGE_NAMES)
    expected += " or a single array" if part is None else f" for part {part!r}"
    raise invalid(path, f"one of the arrays {expected}", ", ".join(names) or "none")


def read_member(path: pathlib.Path, archive: Any, name: str) -> Array:
    """One array of an .npz, in memory."""
    try:
        array = archive[name]
    except UNREADABLE as error:
        raise unreadable(f"{path}, array {name}", "an array of numbers", error) from error
    if not isinstance(array, np.ndarray):  # a member that is not in NumPy's format comes as bytes
        raise invalid(f"{path}, array {name}", "an array of numbers", "bytes in another format")
    return array


# CSV


def read_csv(path: pathlib.Path) -> tuple[Array, Array | None]:
    """Images (N, D) and labels (N,) or None from a CSV.

    A first line with anything but numbers is the header. With a header, a first or last column by the
    name of label, class, target or y holds the labels; without one, all columns are pixels. Integers
    become uint8 where they fit and int64 otherwise, other numbers float64.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")  # some programs put a byte order mark first
    except UnicodeDecodeError as error:
        raise unreadable(path, "numbers between commas", error) from error
    lines = [line for line in text.splitlines() if line.strip()]
    header = header_names(lines[0]) if lines else None
    rows = lines if header is None else lines[1:]
    if not rows:
        raise invalid(path, "at least one line of numbers", "none")
    try:
        table = np.loadtxt(rows, delimiter=",", comments=None, quotechar='"', ndmin=2)
    except UNREADABLE as error:
        raise unreadable(path, "numbers between commas, as many in every line", error) from error
    return split_labels(path, table, header)


def header_names(line: str) -> list[str] | None:
    """The names in a header line, in lower case, or None where the line holds nothing but numbers."""
    fields = next(csv.reader([line]))
    names = [field.strip().lower() for field in fields]
    return None if all(is_number(name) for name in names) else names


def is_number(text: str) -> bool:
    """Whether the text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def split_labels(path: pathlib.Path, table: Array, header: list[str] | None) -> tuple[Array, Array | None]:
    """Images and labels from the whole table (N, columns): labels where the header names a column so."""
    if header is None:
        return integers_where_exact(table), None
    if len(header) != table.shape[1]:
        raise invalid(path, "as many names in the header as numbers in a line",
                      f"{len(header)} names and {table.shape[1]} numbers")
    if header[0] in LABEL_COLUMNS:
        labels, images = table[:, 0], table[:, 1:]
    elif header[-1] in LABEL_COLUMNS:
        labels, images = table[:, -1], table[:, :-1]
    else:
        return integers_where_exact(table), None
    labels = integers_where_exact(labels)
    if labels.dtype.kind == "f":
        raise invalid(path, "integer labels", "labels that are not integers")
    if images.size == 0:
        raise invalid(path, "columns of pixels beside the labels", "labels alone")
    return integers_where_exact(images), labels


def integers_where_exact(table: Array) -> Array:
    """float64 numbers as uint8 or int64 where all are integers, unchanged where one is not."""
    finite = np.isfinite(table).all()
    if not finite or np.abs(table).max(initial=0) > 2**53 or (table != np.rint(table)).any():
        return table
    fits_a_byte = table.min(initial=0) >= 0 and table.max(initial=0) <= 255
    return table.astype(np.uint8 if fits_a_byte else np.int64)


# what the readers share


def read_bytes(path: pathlib.Path) -> bytes:
    """All of a file, decompressed where it is gzipped (its first two bytes say so, whatever its name)."""
    try:
        content = path.read_bytes()
        if content[:2] == GZIP_MAGIC:
            content = gzip.decompress(content)
    except UNREADABLE as error:
        raise unreadable(path, "a whole file", error) from error
    if not content:
        raise invalid(path, "data", "an empty file")
    return content


def unreadable(source: object, expected: str, error: Exception) -> InvalidInput:
    """The InvalidInput for a file that could not be read, with the reason that `error` gives."""
    reason = str(error).strip().rstrip(".").replace("\n", " ") or type(error).__name__
    return invalid(source, expected, f"a file that cannot be read ({reason})")
