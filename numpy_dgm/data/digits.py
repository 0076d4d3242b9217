"""The shipped digits: 1,797 pictures of 8x8 pixels from 0 to 16, and what each shows.

    split    order = numpy.random.default_rng(0).permutation(1797)
             train: the first 1,437 rows in that order    test: the last 360

Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak 1998, CC BY 4.0: LICENSE-digits.txt.
"""
import gzip
import hashlib
import pathlib

import numpy as np

from ..foundation.checks import InvalidInput

DIGITS_FILE = pathlib.Path(__file__).with_name("digits.csv.gz")
DIGITS_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
DIGITS_SCALE = 16  # a pixel counts the ink in a block of 4x4 finer pixels
N_TRAIN = 1437


def read_digits(part=None):
    """Pixels (N, 64) uint8 from 0 to 16 and labels (N,) int64 from 0 to 9.

    part None: all 1,797 rows in the file's order; "train" or "test": the rows of the split above.
    """
    table = _read_table()
    if part is not None:
        table = table[split_rows(part, len(table))]
    pixels = np.ascontiguousarray(table[:, :-1])
    labels = table[:, -1].astype(np.int64)
    return pixels, labels


def split_rows(part, n):
    """Which of the n rows belong to the part, "train" or "test", in the order in which they come."""
    order = np.random.default_rng(0).permutation(n)
    return order[:N_TRAIN] if part == "train" else order[N_TRAIN:]


def check_digits(content, source):
    """InvalidInput unless the bytes are those of the shipped file; `source` says where they came from."""
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != DIGITS_SHA256:
        raise InvalidInput(f"{source}: SHA-256 {sha256} came, {DIGITS_SHA256} was wanted")


def _read_table():
    """The shipped file as (1797, 65) uint8, the label last."""
    try:
        content = DIGITS_FILE.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{DIGITS_FILE}: {error.strerror}, the shipped digits were wanted "
                       "(python -m numpy_dgm.data.prepare_digits brings them back)") from error
    check_digits(content, DIGITS_FILE)
    lines = gzip.decompress(content).decode("ascii").splitlines()
    return np.loadtxt(lines, delimiter=",", dtype=np.uint8)
