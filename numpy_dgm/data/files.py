"""What the readers of files share: how a file is to be read, what it held, and how bytes are read in blocks.

A gzipped file is unpacked once, block by block, before it is read: it is whole then, and it is known not to grow
beyond 256 MiB or 100 times its size, whichever is more. What is larger has to be unpacked by whoever trusts it.
"""
import contextlib
import csv
import gzip
import lzma
import pathlib
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..foundation.checks import InvalidInput, invalid, one_line
from ..foundation.types import Array
from .labels import Labels

GZIP_MAGIC = b"\x1f\x8b"
BLOCK_BYTES = 2**20
MOST_UNPACKED, MOST_TIMES = 2**28, 100

# what NumPy and the standard library raise on bytes of another format than the file's name promises
UNREADABLE = (
    OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError, OverflowError,
    MemoryError, RuntimeError, csv.Error, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
    lzma.LZMAError,
)


class DataWarning(UserWarning):
    """Data were read in a way that may not be the one that was meant; the message says how to say which it is."""


@dataclass(frozen=True)
class Layout:
    """What a file does not say of itself; see `open_data`. None leaves it to be found."""

    label_column: str | int | None = None  # of a table
    skip_columns: tuple = ()  # of a table: names and numbers
    array: str | None = None  # of an .npz: the images
    labels: str | None = None  # of an .npz: the labels


@dataclass(frozen=True, eq=False)
class Contents:
    """What a file held."""

    images: Array  # (N, ...), in the file's own dtype
    labels: Labels | str  # or why there are none
    part: str | None = None  # "train" or "test", of a file or folder that has parts
    remark: str = ""  # what was made of the columns of a table
    label_column: int | None = None  # of a table, where it was guessed


def check_unused(path: pathlib.Path, layout: Layout, names: tuple, kind: str) -> None:
    """InvalidInput where one of the named fields of the layout was given for a file that has no use for it."""
    for name in names:
        value = getattr(layout, name)
        if value not in (None, ()):
            raise invalid(name, f"None, since {one_line(path)} is no {kind}", repr(value))


def is_gzipped(path: pathlib.Path) -> bool:
    """Whether the first two bytes are gzip's, whatever the name."""
    return first_bytes(path, 2) == GZIP_MAGIC


def first_bytes(path: pathlib.Path, n: int) -> bytes:
    """The first n bytes of a file, as they stand. Raises InvalidInput."""
    with readable(path, "a file"), open(path, "rb") as file:
        return file.read(n)


def content_size(path: pathlib.Path) -> int:
    """How many bytes the file holds, unpacked where it is gzipped. InvalidInput where it is empty or not whole."""
    n_bytes = unpacked_size(path) if is_gzipped(path) else path.stat().st_size
    if n_bytes == 0:
        raise invalid(path, "data", "an empty file")
    return n_bytes


def open_content(path: pathlib.Path) -> Any:
    """The file, open to be read in bytes, which are unpacked where it is gzipped."""
    return gzip.open(path, "rb") if is_gzipped(path) else open(path, "rb")


def unpacked_size(path: pathlib.Path) -> int:
    """How many bytes a gzipped file unpacks to; InvalidInput where it is damaged, or they are too many."""
    most = most_unpacked(path.stat().st_size)
    total = 0
    with readable(path, "a whole file"), gzip.open(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            total += len(block)
            if total > most:
                raise too_large(path, most)
    return total


def most_unpacked(packed: int) -> int:
    """How many bytes that many packed ones may unpack to."""
    return max(MOST_UNPACKED, MOST_TIMES * packed)


def too_large(source: object, most: int) -> InvalidInput:
    """The InvalidInput for what unpacks to more than `most` bytes."""
    return invalid(source, f"at most {most:,} bytes when unpacked ({MOST_UNPACKED:,}, or {MOST_TIMES} times the packed "
                           "ones)", "more", "if it is to be trusted, unpack it first: files that are not packed may "
                                    "have any size")


def read_exactly(file: Any, n_bytes: int) -> bytearray:
    """The next n bytes of a file that is known to have so many; EOFError where it ends before."""
    content = bytearray(n_bytes)
    view, done = memoryview(content), 0
    while done < n_bytes:
        n_read = file.readinto(view[done : done + BLOCK_BYTES])
        if not n_read:
            raise EOFError(f"it ends after {done:,} of {n_bytes:,} bytes")
        done += n_read
    return content


@contextlib.contextmanager
def readable(source: object, expected: str) -> Iterator[None]:
    """Within it, whatever foreign bytes make NumPy and the standard library raise becomes an InvalidInput."""
    try:
        yield
    except InvalidInput:
        raise
    except UNREADABLE as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise invalid(source, expected, f"a file that cannot be read ({reason})") from error
