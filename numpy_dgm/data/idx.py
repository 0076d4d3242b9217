"""IDX, MNIST's own format, and the folders that its files lie in.

    00 00, a dtype code, the number of axes, then the length of each axis (4 bytes, the highest first), then the
    entries in the same byte order; gzipped or not

A folder has the images of a part under a name such as train-images-idx3-ubyte, t10k-images-idx3-ubyte.gz or
emnist-letters-test-images-idx3-ubyte, and the labels beside them. EMNIST's images lie on their side in its files, and
are left so.
"""
import math
import pathlib
import re
import struct

import numpy as np

from ..foundation.checks import invalid, one_line
from ..foundation.types import Array
from .files import Contents, content_size, open_content, read_exactly, readable
from .labels import NO_LABELS, Labels, labels_from_array

IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_AXES = 32  # of an array in NumPy 1.26
SUBFOLDERS = ("", "raw", "gzip", "*/raw")  # where the files lie: torchvision's, EMNIST's own, the folder above
IMAGES_FILE = re.compile(r"(?P<set>.*?)(?P<part>train|t10k|test)-images[-.]idx3-ubyte(\.gz)?")


def read_idx(path: pathlib.Path) -> Array:
    """The array in an IDX file, any dtype and any number of axes, in this machine's byte order."""
    size = content_size(path)
    with readable(path, "a whole file"), open_content(path) as file:
        start = file.read(4)
        is_idx = len(start) == 4 and start[:2] == b"\0\0" and start[2] in IDX_DTYPES
        if not is_idx or not 1 <= start[3] <= MOST_AXES:
            raise invalid(path, "the first bytes of an IDX file (00 00, a dtype code, the number of axes)",
                          start.hex(" "), "other files of images end in .npy, .npz or .csv, or are text with a row of "
                                          "numbers a line")
        n_axes, dtype = start[3], np.dtype(IDX_DTYPES[start[2]])
        lengths = file.read(4 * n_axes)
        if len(lengths) < 4 * n_axes:
            raise invalid(path, f"an IDX header of {4 + 4 * n_axes} bytes", f"{size} bytes")
        shape = struct.unpack(f">{n_axes}I", lengths)
        n_entries = math.prod(shape)
        n_bytes = 4 + 4 * n_axes + n_entries * dtype.itemsize
        if n_entries == 0:
            raise invalid(path, "at least one entry", f"an array of shape {shape}")
        if size != n_bytes:
            raise invalid(path, f"{n_bytes} bytes for {dtype.name} of shape {shape}", f"{size} bytes")
        content = read_exactly(file, n_entries * dtype.itemsize)
    array = np.frombuffer(content, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def read_idx_pair(path: pathlib.Path, part: str | None = None) -> Contents:
    """The images in an IDX file, and the labels in the file of the matching name beside it, where there is one."""
    images = read_idx(path)
    labels_path = find_labels(path)
    labels: Labels | str = NO_LABELS
    if labels_path is not None:
        array = read_idx(labels_path)
        if len(array) != len(images):
            raise invalid(labels_path, f"{len(images)} labels, one for each image in {one_line(path.name)}", len(array))
        labels = labels_from_array(array)
    return Contents(images, labels, part)


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


def find_in_folder(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """The files with the images of each part that there is, by "train" and "test".

    They lie in the folder itself or, where it has none, in one of SUBFOLDERS. Raises InvalidInput where there are
    none, or those of several data sets.
    """
    for place in SUBFOLDERS:
        sets: dict[str, dict] = {}
        for path in sorted(folder.glob(f"{place}/*" if place else "*"), reverse=True):  # so that plain ones come last
            match = IMAGES_FILE.fullmatch(path.name.lower())
            if match and path.is_file():
                part = "train" if match["part"] == "train" else "test"
                sets.setdefault(f"{path.parent}/{match['set']}", {})[part] = path
        if len(sets) > 1:
            files = [next(iter(parts.values())).relative_to(folder) for parts in sets.values()]
            raise invalid(folder, "a folder with one data set", ", ".join(sorted(map(str, files[:10]))),
                          "name one of these files, or the folder of one")
        if sets:
            return next(iter(sets.values()))
    raise invalid(folder, "train-images-idx3-ubyte or t10k-images-idx3-ubyte among MNIST's files, gzipped or not",
                  "a folder without them")


def read_folder(folder: pathlib.Path, part: str | None = None) -> Contents:
    """Images and labels of the part, "train" or "test", by default the first of these that the folder has."""
    files = find_in_folder(folder)
    chosen = part or ("train" if "train" in files else "test")
    if chosen not in files:
        raise invalid(folder, f"images of part {chosen!r} among MNIST's files", f"part {next(iter(files))!r} alone")
    return read_idx_pair(files[chosen], chosen)
