"""Any file or folder: its format, its parts, what does not belong to it; and damage, in every format."""
import csv
import gzip
import io
import struct
import warnings

import numpy as np
import pytest

from numpy_dgm import open_data
from numpy_dgm.data import files
from numpy_dgm.data.files import DataWarning, Layout
from numpy_dgm.data.readers import format_of, parts_of_file, read_file
from numpy_dgm.foundation.checks import InvalidInput
from data_files import idx_bytes, refused, some_images, write


def bytes_of(save, *arrays, **named):
    """What a function of NumPy writes to a file."""
    out = io.BytesIO()
    save(out, *arrays, **named)
    return out.getvalue()


ROWS = some_images().reshape(6, 20)
TEXT = bytes_of(np.savetxt, ROWS, fmt="%d", delimiter=",")
CONTENTS = {
    "idx": idx_bytes(some_images()),
    "npy": bytes_of(np.save, some_images()),
    "npz": bytes_of(np.savez, x=some_images()),
    "table": TEXT,
}


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("name", ["file", "optdigits.tra", "data.txt", "data.data", "images.bin", "x.gz"])
def test_the_first_bytes_say_what_a_file_is_where_its_name_does_not(tmp_path, kind, name):
    if name == "data.txt" and kind != "table":
        return
    path = write(tmp_path / name, CONTENTS[kind])
    assert format_of(path) == kind
    np.testing.assert_array_equal(read_file(path).images.reshape(6, 20), ROWS)


@pytest.mark.parametrize("name, content", [
    ("a-idx3-ubyte.gz", CONTENTS["idx"]), ("f.csv.gz", TEXT), ("f.txt.gz", TEXT), ("optdigits.tra.Z", TEXT),
])
def test_gzipped_files_are_told_by_their_bytes(tmp_path, name, content):
    np.testing.assert_array_equal(read_file(write(tmp_path / name, gzip.compress(content))).images.reshape(6, 20), ROWS)


@pytest.mark.parametrize("name", ["f.npy.gz", "f.npz", "f.npy"])
def test_what_can_only_be_read_unpacked_is_said_to_be(tmp_path, name):
    message = refused(read_file, write(tmp_path / name, gzip.compress(CONTENTS[name.split(".")[1]])))
    assert "got a gzipped file; unpack it first, with gunzip" in message


@pytest.mark.parametrize("name", ["file.npy", "file.npz", "file.csv", "file.csv.gz", "images-idx3-ubyte", "file"])
@pytest.mark.parametrize("content", [b"", gzip.compress(b"")])
def test_an_empty_file_is_called_so(tmp_path, name, content):
    content = b"" if ".np" in name else content  # NumPy's are never gzipped
    assert ", got an empty file" in refused(read_file, write(tmp_path / name, content))


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n", b"\x80\x04\x95pickle", b"MATLAB 5.0 MAT-file",
                                     "é".encode("latin-1") * 40, b"<html>\n</html>", bytes(1000)])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    refused(read_file, write(tmp_path / "file", content))
    refused(read_file, write(tmp_path / "file.gz", gzip.compress(content)))


def test_the_refusal_of_foreign_bytes_says_what_is_read(tmp_path):
    message = refused(read_file, write(tmp_path / "image.png", b"\x89PNG\r\n\x1a\n\0"))
    assert message.endswith("end in .npy, .npz or .csv, or are text with a row of numbers a line")


def test_a_path_to_nothing_is_refused(tmp_path):
    refused(read_file, tmp_path / "missing.npy")


@pytest.mark.parametrize("kind", ["npy", "table", "idx"])
def test_what_does_not_belong_to_the_format_is_refused(tmp_path, kind):
    path = write(tmp_path / "file", CONTENTS[kind])
    assert refused(read_file, path, "train").startswith("part: expected None, ")
    for layout in (Layout(array="x"), Layout(labels="y")):
        assert f": expected None, since {path} is no .npz, got " in refused(read_file, path, None, layout)
    if kind != "table":
        for layout in (Layout(label_column="first"), Layout(skip_columns=(0,))):
            assert f": expected None, since {path} is no table, got " in refused(read_file, path, None, layout)


def test_the_parts_that_files_have(tmp_path):
    np.savez(tmp_path / "parts.npz", X_test=ROWS, X_train=ROWS)
    np.savez(tmp_path / "one.npz", ROWS)
    np.save(tmp_path / "f.npy", ROWS)
    for part in ("train", "t10k"):
        write(tmp_path / f"{part}-images-idx3-ubyte", CONTENTS["idx"])
    assert parts_of_file(tmp_path / "parts.npz") == parts_of_file(tmp_path) == ("train", "test")
    assert parts_of_file(tmp_path / "one.npz") == parts_of_file(tmp_path / "f.npy") == ()


# packed beyond measure


@pytest.mark.parametrize("name, content", [
    ("a-images-idx3-ubyte.gz", bytes([0, 0, 8, 3]) + struct.pack(">III", 300, 1000, 1000)),
    ("lie-images-idx3-ubyte.gz", bytes([0, 0, 8, 3]) + struct.pack(">III", 1, 10, 10)),
    ("f.csv.gz", b"1,2\n"), ("f.tra.gz", b"1 2\n"),
])
def test_what_unpacks_beyond_measure_is_refused_at_a_stated_size(tmp_path, monkeypatch, name, content):
    monkeypatch.setattr(files, "MOST_UNPACKED", 2**20)
    unit = content if content[0] else bytes(1000)
    whole = content + unit * (3_000_000 // len(unit))
    path = write(tmp_path / name, gzip.compress(whole))
    message = refused(read_file, path)
    most = max(2**20, 100 * path.stat().st_size)
    assert most < len(whole) and f"at most {most:,} bytes when unpacked (1,048,576, or 100 times" in message
    monkeypatch.setattr(files, "MOST_UNPACKED", len(whole))
    if name[0] == "f":
        assert len(read_file(path).images) > 500_000


# damage


def reference(name, content):
    """(images as rows, labels or None) by readers that have nothing to do with those of the package."""
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    if "idx" in name:
        shape = struct.unpack(f">{content[3]}I", content[4 : 4 + 4 * content[3]])
        codes = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
        return np.frombuffer(content, codes[content[2]], offset=4 + 4 * content[3]).reshape(shape[0], -1), None
    if ".npy" in name:
        return (lambda array: array.reshape(len(array), -1))(np.load(io.BytesIO(content), allow_pickle=False)), None
    lines = [line for line in content.decode("utf8").splitlines() if line]
    if name == "spaces.txt":
        return np.array([[float(field) for field in line.split()] for line in lines]), None
    rows = list(csv.reader(lines, delimiter=";" if name == "semicolons.tra" else ","))
    label = [field.lower() for field in rows[0]].index("label")
    table = np.array([row[:label] + row[label + 1 :] for row in rows[1:]], dtype=np.float64)
    return table, [row[label].strip() for row in rows[1:]]


NUMBERS = some_images(30, 5, 5).reshape(30, 25)
NUMBERS[0] = 255
CLASSES = np.arange(30) % 3 + 5
TABLE = bytes_of(np.savetxt, np.column_stack([CLASSES, NUMBERS]), fmt="%d", delimiter=",", comments="",
                 header=",".join(["label", *(f"p{i}" for i in range(25))]))
UNDAMAGED = {
    "a-idx3-ubyte": idx_bytes(NUMBERS.reshape(30, 5, 5)),
    "real-idx2-float": idx_bytes(NUMBERS.astype(np.float32) / 255),
    "b-idx3-ubyte.gz": gzip.compress(idx_bytes(NUMBERS.reshape(30, 5, 5))),
    "a.npy": bytes_of(np.save, NUMBERS.reshape(30, 5, 5)),
    "fortran.npy": bytes_of(np.save, np.asfortranarray(NUMBERS.reshape(30, 5, 5) / 255)),
    "a.npz": bytes_of(np.savez, x=NUMBERS, y=CLASSES),
    "packed.npz": bytes_of(np.savez_compressed, x_train=NUMBERS, y_train=CLASSES, x_test=NUMBERS[:9]),
    "a.csv": TABLE,
    "semicolons.tra": TABLE.replace(b",", b";"),
    "b.csv.gz": gzip.compress(TABLE),
    "spaces.txt": bytes_of(np.savetxt, NUMBERS / 255),
}
HAVE_CHECKSUMS = ("b-idx3-ubyte.gz", "a.npz", "packed.npz", "b.csv.gz")  # of their contents: damage there is noticed


@pytest.mark.parametrize("name", UNDAMAGED)
def test_of_300_flipped_bits_each_is_refused_or_leaves_the_right_values(tmp_path, name):
    """Right: what was written, where the format has a checksum; elsewhere what the bytes say to another reader."""
    content, rng, refusals = UNDAMAGED[name], np.random.default_rng(0), 0
    path = tmp_path / name
    path.write_bytes(content)
    undamaged = open_data(path, bits="grey")
    header = content.find(b"\n") + 1 if content[:6] in (b"\x93NUMPY", b"label,", b"label;") else 16
    for i in range(300):
        damaged = bytearray(content)
        end = header if i % 3 == 0 else len(content)  # a third of them in the header
        damaged[rng.integers(end)] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.simplefilter("ignore", DataWarning)
                data = open_data(path, bits="grey")
        except InvalidInput as error:
            assert str(error).isprintable() and len(str(error)) < 700
            refusals += 1
            continue
        if name in HAVE_CHECKSUMS:
            np.testing.assert_array_equal(data[:], undamaged[:])
            np.testing.assert_array_equal(data.labels, undamaged.labels)
            assert data.label_names == undamaged.label_names
        else:
            images, labels = reference(name, bytes(damaged))
            np.testing.assert_array_equal(data.images[:], images)
            if labels is not None:
                assert [str(data.label_names[label]) for label in data.labels] == labels
    assert 30 < refusals < 300


@pytest.mark.parametrize("name", UNDAMAGED)
def test_bytes_that_are_cut_put_in_or_scrambled_never_raise_anything_else(tmp_path, name):
    content, rng = UNDAMAGED[name], np.random.default_rng(1)
    path = tmp_path / name
    for i in range(120):
        damaged = bytearray(content)
        start, length = int(rng.integers(len(content))), int(rng.integers(1, 20))
        junk = rng.integers(256, size=length, dtype=np.uint8).tobytes()
        if i % 3 == 0:
            damaged = damaged[:start]
        elif i % 3 == 1:
            damaged[start:start] = junk
        else:
            damaged[start % 200 : start % 200 + length] = junk
        path.write_bytes(damaged)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DataWarning)
                open_data(path, bits="grey")
        except InvalidInput as error:
            assert str(error).isprintable()
