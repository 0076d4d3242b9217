"""Files for the tests of the readers: small images, IDX by its definition, and what a refusal must be."""
import struct

import numpy as np
import pytest

from numpy_dgm.foundation.checks import InvalidInput

IDX_CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}
IDX_LETTERS = {"uint8": "B", "int8": "b", "int16": "h", "int32": "i", "float32": "f", "float64": "d"}


def idx_bytes(array):
    """An IDX file by its definition, packed number by number with struct, highest byte first."""
    header = bytes([0, 0, IDX_CODES[array.dtype.name], array.ndim])
    lengths = b"".join(struct.pack(">I", length) for length in array.shape)
    letter = IDX_LETTERS[array.dtype.name]
    entries = b"".join(struct.pack(">" + letter, entry) for entry in array.ravel().tolist())
    return header + lengths + entries


def write(path, content):
    path.write_bytes(content)
    return path


def some_images(n=6, rows=4, cols=5):
    return np.random.default_rng(1).integers(0, 256, size=(n, rows, cols)).astype(np.uint8)


def refused(reader, path, *arguments):
    """The message of the InvalidInput, which must be one short sentence that names the file."""
    with pytest.raises(InvalidInput) as caught:
        reader(path, *arguments)
    message = str(caught.value)
    assert str(path) in message and ": expected " in message and ", got " in message
    assert message.isprintable() and len(message) < 500 + len(str(path))
    return message
