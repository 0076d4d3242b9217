"""NumPy's files: .npy, one array, left in its file and not read into memory; .npz, several by name.

Nothing is ever unpickled. What a header says is believed only where it fits the bytes that follow it, to the last.

In an .npz the names say what an array is: x, images, data, ... are images; y, labels, targets, ... labels; a train or a
test before or after it, as in x_train or train_images, the part. Either case will do.
"""
import math
import pathlib
import warnings
import zipfile
from typing import Any

import numpy as np

from ..foundation.checks import InvalidInput, invalid, one_line
from ..foundation.file_rows import as_file_rows
from ..foundation.types import Array
from .files import Contents, Layout, most_unpacked, read_exactly, readable, too_large
from .labels import NO_LABELS, labels_from_array

MOST_NAMES = 10  # of arrays, in a message
IMAGE_NAMES = ("x", "images", "image", "imgs", "data", "v", "features", "inputs", "")  # "" as in {"train": ...}
LABEL_NAMES = ("y", "labels", "label", "targets", "target", "classes")
PARTS = {"train": ("training", "train"), "test": ("test",), "validation": ("validation", "valid", "val")}


# of a zip archive: bytes of its last record, and of the comment after it; what that says of 65,535 members or more
END_RECORD, MOST_COMMENT, MANY_MEMBERS = 22, 2**16, 0xFFFF


class ObjectArray(InvalidInput):
    """An array of Python objects, which only a pickle could hold."""


def read_npy(path: pathlib.Path) -> Any:
    """The array in an .npy file, left there: rows are read when they are indexed.

    A read-only memory map, or FileRows where it is so large that the pages of a map would weigh, or empty in memory.
    """
    size = path.stat().st_size
    if size == 0:
        raise invalid(path, "an array", "an empty file")
    with readable(path, "an array of numbers in NumPy's .npy format"):
        with open(path, "rb") as file:
            shape, is_fortran, dtype = read_header(file, size, path)
            start = file.tell()
        if 0 in shape:
            return np.empty(shape, dtype)
        return as_file_rows(np.memmap(path, dtype, "r", start, shape, "F" if is_fortran else "C"))


def read_header(file: Any, size: int, source: object) -> tuple[tuple, bool, np.dtype]:
    """`(shape, whether it is in Fortran order, dtype)` of the array in `file`, an .npy of `size` bytes.

    Raises InvalidInput where the bytes that follow are not those of such an array, or are Python objects.
    """
    version = np.lib.format.read_magic(file)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise invalid(source, "version 1, 2 or 3 of NumPy's format", ".".join(map(str, version)))
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on headers that Python 2 wrote, or that are damaged
        shape, is_fortran, dtype = read(file)  # refuses headers of more than 10,000 bytes
    if dtype.hasobject:
        raise ObjectArray(f"{one_line(source)}: expected an array of numbers, got one of Python objects; they would "
                          "have to be unpickled, which may run code: save them as numbers or text")
    expected = file.tell() + math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or expected != size:
        raise invalid(source, f"{expected} bytes for {dtype} of shape {shape}", f"{size} bytes")
    return shape, is_fortran, dtype


# .npz


def read_npz(path: pathlib.Path, part: str | None = None, layout: Layout = Layout()) -> Contents:
    """Images and labels from an .npz: those of the part or, where None is asked for, of the first that there is.

    The images are the array that the layout names, or the first there is of IMAGE_NAMES, or the only array that is not
    labels. The labels are the array that the layout names, or the first of LABEL_NAMES in the same part.
    """
    with readable(path, "an .npz"), open_archive(path) as archive:
        members = arrays_in(archive)
        images_name, labels_name, part = choose_arrays(path, list(members), part, layout)
        images = read_member(path, archive, members[images_name])
        if labels_name is None:
            return Contents(images, NO_LABELS, part)
        try:
            array = read_member(path, archive, members[labels_name])
        except ObjectArray:
            return Contents(images, "whose labels are Python objects, which are never unpickled", part)
    if array.shape[:1] != images.shape[:1]:
        raise invalid(f"{one_line(path)}, array {one_line(labels_name)}", f"{len(images)} labels, one for each image",
                      f"shape {array.shape}")
    return Contents(images, labels_from_array(array), part)


def parts_of_npz(path: pathlib.Path) -> tuple[str, ...]:
    """The parts that the images of an .npz come in, of "train" and "test"."""
    with readable(path, "an .npz"), open_archive(path) as archive:
        found = {part for role, part in by_role(list(arrays_in(archive))) if role in IMAGE_NAMES}
    return tuple(part for part in ("train", "test") if part in found)


def open_archive(path: pathlib.Path) -> zipfile.ZipFile:
    """The zip archive. Raises InvalidInput."""
    if path.stat().st_size == 0:
        raise invalid(path, "an .npz", "an empty file")
    if not zipfile.is_zipfile(path):
        raise invalid(path, "an .npz", "a file that is no zip archive, or is cut short")
    archive = zipfile.ZipFile(path)
    n_members = count_members(path)
    if n_members not in (len(archive.infolist()), MANY_MEMBERS):
        archive.close()
        raise invalid(path, f"a directory of {n_members:,} members, as it ends", f"one of {len(archive.infolist()):,}")
    return archive


def count_members(path: pathlib.Path) -> int:
    """How many members the last record of a zip archive says that there are, MANY_MEMBERS where it leaves it open."""
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - MOST_COMMENT - END_RECORD))
        end = file.read()
    start = end.rfind(b"PK\5\6")
    return int.from_bytes(end[start + 10 : start + 12], "little")


def arrays_in(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members that are arrays, by their names, each of which stands in the directory and at the member alike."""
    for info in archive.infolist():
        archive.open(info).close()  # compares the two: a damaged name would hide an array
    return {info.filename.removesuffix(".npy"): info for info in archive.infolist() if info.filename.endswith(".npy")}


def choose_arrays(path: pathlib.Path, names: list[str], part: str | None, layout: Layout
                  ) -> tuple[str, str | None, str | None]:
    """`(images, labels or None, part or None)`: which of the named arrays of an .npz are what. Raises InvalidInput."""
    if layout.array is not None:
        images, found_part = check_name(path, "array", layout.array, names), None
        if part is not None:
            raise invalid("part", "None with the name of an array", repr(part))
    else:
        images, found_part = find_images(path, names, part)
    if layout.labels is not None:
        return images, check_name(path, "labels", layout.labels, names), found_part
    found = by_role(names)
    part = split_name(images)[1]
    labels = [name for role in LABEL_NAMES for name in found.get((role, part), [])]
    return images, labels[0] if labels else None, found_part


def find_images(path: pathlib.Path, names: list[str], part: str | None) -> tuple[str, str | None]:
    """The array with the images, and its part or None where they have none. Raises InvalidInput."""
    found = by_role(names)
    for one in (None, "train", "test") if part is None else (part,):
        for role in IMAGE_NAMES:
            images = found.get((role, one), [])
            if len(images) > 1:
                raise ambiguous(path, images)
            if images:
                return images[0], one
    others = [name for (role, _), same in found.items() if role not in LABEL_NAMES for name in same]
    if part is None and len(others) == 1:
        return others[0], None
    if part is not None and any(role in IMAGE_NAMES for role, _ in found):
        raise invalid("part", f"None or a part that {one_line(path)} has", repr(part), f"it has {listed(names)}")
    raise ambiguous(path, names)


def by_role(names: list[str]) -> dict[tuple, list[str]]:
    """The names by (role, part); see `split_name`."""
    found: dict[tuple, list[str]] = {}
    for name in names:
        found.setdefault(split_name(name), []).append(name)
    return found


def split_name(name: str) -> tuple[str, str | None]:
    """What the name of an array says: its role in lower case, such as "x", and the part that it belongs to, or None.

    ("x", "train") of "X_train", of "train_x" and of "xtrain"; ("weights", None) of "weights".
    """
    bare = name.lower()
    for part, words in PARTS.items():
        for word in words:
            for rest in (bare.removeprefix(word), bare.removesuffix(word)):
                role = rest.strip("_- ")
                if rest != bare and role in (*IMAGE_NAMES, *LABEL_NAMES):
                    return role, part
    return bare, None


def ambiguous(path: pathlib.Path, names: list[str]) -> InvalidInput:
    """The InvalidInput for an .npz in which the images are not to be told."""
    return invalid(path, "images in an array by a name such as x, images, data, x_train, or a single array",
                   listed(names), "name yours: array=..., and labels=... where it has labels")


def listed(names: list[str]) -> str:
    """At most ten names of arrays, and how many more there are."""
    shown = ", ".join(one_line(name, 20) for name in names[:MOST_NAMES]) or "no array"
    return shown if len(names) <= MOST_NAMES else f"{shown} and {len(names) - MOST_NAMES:,} more"


def check_name(path: pathlib.Path, option: str, name: str, names: list[str]) -> str:
    """`name` where there is an array of that name; else InvalidInput."""
    if name not in names:
        raise invalid(option, f"the name of an array in {one_line(path)}", repr(name), f"it has {listed(names)}")
    return name


def read_member(path: pathlib.Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    """One array of an .npz, in memory."""
    source = f"{one_line(path)}, array {one_line(info.filename.removesuffix('.npy'), 40)}"
    with readable(source, "an array of numbers"):
        most = most_unpacked(info.compress_size)
        if info.compress_type != zipfile.ZIP_STORED and info.file_size > most:
            raise too_large(source, most)
        with archive.open(info) as file:
            shape, is_fortran, dtype = read_header(file, info.file_size, source)
            content = read_exactly(file, info.file_size - file.tell())
        array = np.frombuffer(content, dtype) if len(content) > 0 else np.empty(0, dtype)
        return array.reshape(shape[::-1]).T if is_fortran else array.reshape(shape)
