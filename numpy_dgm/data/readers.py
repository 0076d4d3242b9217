"""Readers: files of pictures and labels, checked before they are believed.

    IDX     MNIST's own format, gzipped or not: 00 00, a dtype code, the number of axes, then the length
            of each axis (4 bytes, the highest first), then the entries in the same byte order
    .npy    one array, mapped from the disk, not read into memory
    .npz    several arrays by name
    .csv    numbers between commas, one picture a line, gzipped or not

Every reader gives arrays in the file's own dtype, and InvalidInput with one sentence that names the file
where it is missing, empty, cut short, damaged or something else. Nothing is ever unpickled.
"""
import csv
import gzip
import math
import os
import struct
import tokenize
import zipfile
import zlib

import numpy as np

from ..foundation.checks import InvalidInput

IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_AXES = 32  # of an array in NumPy 1.26
GZIP_MAGIC = b"\x1f\x8b"

FOLDER_NAMES = {"train": "train-images", "test": "t10k-images"}
FOLDER_ENDINGS = ("-idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte", ".idx3-ubyte.gz")

IMAGE_NAMES = ("x", "images", "data", "v")
LABEL_NAMES = ("y", "labels", "targets")
LABEL_COLUMNS = ("label", "class", "target", "y")

# what NumPy and the standard library raise on bytes that are not what the file's name says
UNREADABLE = (
    OSError, EOFError, ValueError, TypeError, KeyError, IndexError, SyntaxError, OverflowError, MemoryError,
    RuntimeError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)


def read_pictures(path, part=None):
    """Images (N, ...) and labels (N,) or None, from a file or folder; its name's ending says of what kind.

    A folder holds the four files of MNIST under their usual names; part is "train" (also for None) or
    "test". An .npz may hold parts too. Files of other kinds have none, and part must be None.
    """
    if os.path.isdir(path):
        return read_idx_pair(find_in_folder(path, part))
    if not os.path.isfile(path):
        raise InvalidInput(f"{path}: neither a file nor a folder came, a file of pictures was wanted")
    name = path.name.lower()
    if name.endswith(".npz"):
        return read_npz(path, part)
    if part is not None:
        raise InvalidInput(f"part: {part!r} came, but {path} is a single file without parts, None was wanted")
    if name.endswith(".npy"):
        return read_npy(path), None
    if name.endswith((".csv", ".csv.gz")):
        return read_csv(path)
    return read_idx_pair(path)


# IDX


def read_idx(path):
    """The array in an IDX file, any dtype and any number of axes, in this machine's byte order."""
    content = read_bytes(path)
    is_idx = len(content) >= 4 and content[:2] == b"\0\0" and content[2] in IDX_DTYPES
    if not is_idx or not 1 <= content[3] <= MOST_AXES:
        raise InvalidInput(f"{path}: the bytes {content[:4].hex(' ')} came first, those of an IDX file (00 00, a "
                       "dtype code, the number of axes) or a name in .npy, .npz or .csv were wanted")
    dtype = np.dtype(IDX_DTYPES[content[2]])
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise InvalidInput(f"{path}: {len(content)} bytes came, a header of {start} bytes was wanted")
    shape = struct.unpack(f">{n_axes}I", content[4:start])
    n_entries = math.prod(shape)
    wanted = start + n_entries * dtype.itemsize
    if n_entries == 0 or len(content) != wanted:
        raise InvalidInput(f"{path}: {len(content)} bytes came, {wanted} bytes for {dtype.name} of shape {shape} "
                       "(and at least one entry) were wanted")
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def read_idx_pair(path):
    """The images in an IDX file, and the labels in the file beside it that its name points to, if any."""
    images = read_idx(path)
    labels_path = find_labels(path)
    if labels_path is None:
        return images, None
    labels = read_idx(labels_path)
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise InvalidInput(f"{labels_path}: {labels.dtype} of shape {labels.shape} came, "
                       f"{len(images)} integers were wanted, one for each image in {path.name}")
    return images, labels


def find_labels(images_path):
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


def find_in_folder(folder, part=None):
    """The file with the images of the part, "train" (also for None) or "test", under its usual name."""
    stem = FOLDER_NAMES[part or "train"]
    for ending in FOLDER_ENDINGS:
        candidate = folder / (stem + ending)
        if candidate.is_file():
            return candidate
    raise InvalidInput(f"{folder}: a folder without {stem}-idx3-ubyte came, MNIST's files under their usual "
                   "names (gzipped or not) were wanted")


# NumPy's formats


def read_npy(path):
    """The array in an .npy file as a read-only memory map: nothing is read before it is asked for."""
    if path.stat().st_size == 0:
        raise InvalidInput(f"{path}: an empty file came, an array was wanted")
    try:
        return np.lib.format.open_memmap(path, mode="r")  # refuses arrays of Python objects
    except UNREADABLE as error:
        raise unreadable(path, "an array of numbers in NumPy's .npy format", error) from error


def read_npz(path, part=None):
    """Images and labels (or None) from an .npz.

    The images are the first there is of x, images, data and v, or the only array that is not labels; the
    labels are y, labels or targets. Where there are x_train and x_test (or images_train, ...) instead,
    part says which: "train" (also for None) or "test".
    """
    if not zipfile.is_zipfile(path):
        raise InvalidInput(f"{path}: a file that is no zip archive (or was cut short) came, an .npz was wanted")
    try:
        archive = np.load(path, allow_pickle=False)
    except UNREADABLE as error:
        raise unreadable(path, "an .npz", error) from error
    with archive:
        images_name, labels_name = choose_members(path, archive.files, part)
        images = read_member(path, archive, images_name)
        labels = None if labels_name is None else read_member(path, archive, labels_name)
    return images, labels


def choose_members(path, names, part):
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
    wanted = ", ".join(name + endings[0] for name in IMAGE_NAMES)
    raise InvalidInput(f"{path}: arrays {', '.join(names) or 'none'} came, one of {wanted} was wanted"
                   + (" or a single array" if part is None else f" for part {part!r}"))


def read_member(path, archive, name):
    """One array of an .npz, in memory."""
    try:
        array = archive[name]
    except UNREADABLE as error:
        raise unreadable(f"{path}, array {name}", "an array of numbers", error) from error
    if not isinstance(array, np.ndarray):  # a member that is not in NumPy's format comes as bytes
        raise InvalidInput(f"{path}, array {name}: bytes in another format came, an array of numbers was wanted")
    return array


# CSV


def read_csv(path):
    """Images (N, D) and labels (N,) or None from a CSV.

    A first line with anything but numbers is the header. With a header, a first or last column by the
    name of label, class, target or y holds the labels; without one, all columns are pixels. Whole numbers
    come as uint8 where they fit and as int64 otherwise, other numbers as float64.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")  # some programs put a byte order mark first
    except UnicodeDecodeError as error:
        raise unreadable(path, "numbers between commas", error) from error
    lines = [line for line in text.splitlines() if line.strip()]
    header = header_names(lines[0]) if lines else None
    rows = lines if header is None else lines[1:]
    if not rows:
        raise InvalidInput(f"{path}: no line with numbers came, at least one was wanted")
    try:
        table = np.loadtxt(rows, delimiter=",", comments=None, quotechar='"', ndmin=2)
    except UNREADABLE as error:
        raise unreadable(path, "numbers between commas, as many in every line", error) from error
    return split_labels(path, table, header)


def header_names(line):
    """The names in a header line, in small letters, or None where the line holds nothing but numbers."""
    fields = next(csv.reader([line]))
    names = [field.strip().lower() for field in fields]
    return None if all(is_number(name) for name in names) else names


def is_number(text):
    """Whether the text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def split_labels(path, table, header):
    """Images and labels from the whole table (N, columns): labels where the header names a column so."""
    if header is None:
        return whole_numbers_as_integers(table), None
    if len(header) != table.shape[1]:
        raise InvalidInput(f"{path}: {len(header)} names in the header and {table.shape[1]} numbers in a line "
                       "came, as many of both were wanted")
    if header[0] in LABEL_COLUMNS:
        labels, images = table[:, 0], table[:, 1:]
    elif header[-1] in LABEL_COLUMNS:
        labels, images = table[:, -1], table[:, :-1]
    else:
        return whole_numbers_as_integers(table), None
    labels = whole_numbers_as_integers(labels)
    if labels.dtype.kind == "f":
        raise InvalidInput(f"{path}: labels that are not whole numbers came, integers were wanted")
    if images.size == 0:
        raise InvalidInput(f"{path}: a column of labels alone came, columns of pixels beside it were wanted")
    return whole_numbers_as_integers(images), labels


def whole_numbers_as_integers(table):
    """float64 numbers as uint8 or int64 where all are whole, unchanged where one is not."""
    finite = np.isfinite(table).all()
    if not finite or np.abs(table).max(initial=0) > 2**53 or (table != np.rint(table)).any():
        return table
    fits_a_byte = table.min(initial=0) >= 0 and table.max(initial=0) <= 255
    return table.astype(np.uint8 if fits_a_byte else np.int64)


# what the readers share


def read_bytes(path):
    """All of a file, decompressed where it is gzipped (its first two bytes say so, whatever its name)."""
    try:
        content = path.read_bytes()
        if content[:2] == GZIP_MAGIC:
            content = gzip.decompress(content)
    except UNREADABLE as error:
        raise unreadable(path, "a whole file", error) from error
    if not content:
        raise InvalidInput(f"{path}: an empty file came, pictures were wanted")
    return content


def unreadable(source, wanted, error):
    """The InvalidInput for a file that could not be read, with the reason in the words of what failed."""
    reason = str(error).strip().rstrip(".").replace("\n", " ") or type(error).__name__
    return InvalidInput(f"{source}: a file that cannot be read came ({reason}), {wanted} was wanted")
