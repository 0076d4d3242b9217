"""The shipped digits: 1,797 images of 8x8 pixels from 0 to 16, and the digit that each shows.

    split    order = numpy.random.default_rng(0).permutation(1797)
             train: the first 1,437 rows in that order    test: the last 360

Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak 1998, CC BY 4.0: LICENSE-digits.txt.
"""
import gzip
import hashlib
import pathlib

import numpy as np

from ..foundation.checks import invalid
from ..foundation.types import Array

DIGITS_FILE = pathlib.Path(__file__).with_name("digits.csv.gz")
DIGITS_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
DIGITS_SCALE = 16  # a pixel counts the ink in a block of 4x4 finer pixels
N_TRAIN = 1437


def read_digits(part: str | None = None) -> tuple[Array, Array]:
    """Pixels (N, 64) uint8 from 0 to 16 and labels (N,) int64 from 0 to 9.

    part None: all 1,797 rows in the file's order; "train" or "test": the rows of the split above.
    """
    table = _read_table()
    if part is not None:
        table = table[rows_of_part(part, len(table))]
    pixels = np.ascontiguousarray(table[:, :-1])
    labels = table[:, -1].astype(np.int64)
    return pixels, labels


def rows_of_part(part: str, n: int) -> Array:
    """Which of the n rows belong to the part, "train" or "test", and in which order: (N,) integers."""
    order = np.random.default_rng(0).permutation(n)
    return order[:N_TRAIN] if part == "train" else order[N_TRAIN:]


def check_digits(content: bytes, source: object) -> None:
    """InvalidInput unless the bytes are those of the shipped file; `source` names them in the message."""
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != DIGITS_SHA256:
        raise invalid(source, f"SHA-256 {DIGITS_SHA256}", sha256)


def _read_table():
    """The shipped file as (1797, 65) uint8, the label last."""
    try:
        content = DIGITS_FILE.read_bytes()
    except OSError as error:
        raise invalid(DIGITS_FILE, "the shipped digits", error.strerror,
                      "python -m numpy_dgm.data.prepare_digits restores them") from error
    check_digits(content, DIGITS_FILE)
    lines = gzip.decompress(content).decode("ascii").splitlines()
    return np.loadtxt(lines, delimiter=",", dtype=np.uint8)
