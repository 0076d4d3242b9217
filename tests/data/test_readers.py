import gzip
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from numpy_dgm.data.readers import read_csv, read_idx, read_images, read_npy, read_npz
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
    """The message of the InvalidInput, which must be one sentence that names the file."""
    with pytest.raises(InvalidInput) as caught:
        reader(path, *arguments)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message and ": expected " in message and ", got " in message
    return message


# IDX


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("name", IDX_CODES)
def test_idx_of_every_dtype_comes_back(tmp_path, name, zipped):
    array = (np.random.default_rng(0).normal(size=(3, 2, 4)) * 50).astype(name)
    content = idx_bytes(array)
    path = write(tmp_path / "file", gzip.compress(content) if zipped else content)
    got = read_idx(path)
    np.testing.assert_array_equal(got, array)
    assert got.dtype == array.dtype and got.dtype.isnative and got.flags.writeable


@settings(derandomize=True, deadline=None, max_examples=60)
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=5), name=st.sampled_from(list(IDX_CODES)),
       seed=st.integers(0, 2**32))
def test_idx_of_any_number_of_axes_comes_back(tmp_path_factory, shape, name, seed):
    n_bytes = math.prod(shape) * np.dtype(name).itemsize
    array = np.random.default_rng(seed).integers(0, 256, n_bytes).astype(np.uint8).view(name).reshape(shape)
    array = np.nan_to_num(array)  # struct may change the bits of a NaN
    path = write(tmp_path_factory.mktemp("idx") / "file", idx_bytes(array))
    got = read_idx(path)
    np.testing.assert_array_equal(got, array)
    assert got.shape == tuple(shape)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(length=st.integers(0, 135))
def test_idx_cut_anywhere_is_refused(tmp_path_factory, length):
    content = idx_bytes(some_images())
    assert len(content) == 136
    refused(read_idx, write(tmp_path_factory.mktemp("idx") / "cut-idx3-ubyte", content[:length]))


@pytest.mark.parametrize("damage", [
    b"\0\1", b"\0\0\x0a\3", b"\0\0\x08\0", b"\0\0\x08\xff", b"\x89PNG", b"\0\0\x08\3\xff\xff\xff\xff",
])
def test_idx_with_another_beginning_is_refused(tmp_path, damage):
    content = idx_bytes(some_images())
    refused(read_idx, write(tmp_path / "odd", damage + content[len(damage) :]))


def test_idx_with_bytes_too_many_or_axes_that_cannot_be_is_refused(tmp_path):
    long = write(tmp_path / "long", idx_bytes(some_images()) + b"x")
    assert "expected 136 bytes for uint8 of shape (6, 4, 5), got 137 bytes" in refused(read_idx, long)
    axes = bytes([0, 0, 8, 65]) + 65 * bytes([0, 0, 0, 1])
    refused(read_idx, write(tmp_path / "axes", axes + b"x"))  # more axes than any NumPy holds
    refused(read_idx, write(tmp_path / "number", bytes([0, 0, 8, 0]) + b"x"))  # no axis at all
    refused(read_idx, write(tmp_path / "none", idx_bytes(np.zeros((0, 28, 28), np.uint8))))


def test_gzip_that_is_cut_or_damaged_is_refused(tmp_path):
    content = gzip.compress(idx_bytes(some_images()))
    refused(read_idx, write(tmp_path / "cut.gz", content[:-20]))
    refused(read_idx, write(tmp_path / "odd.gz", content[:40] + b"\xff\xff\xff" + content[43:]))
    refused(read_idx, write(tmp_path / "crc.gz", content[:-8] + b"\0" * 8))


@pytest.mark.parametrize("images_name, labels_name", [
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"),
    ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
    ("my-images", "my-labels.gz"),
])
def test_labels_are_found_beside_the_images(tmp_path, images_name, labels_name):
    images, labels = some_images(), np.arange(6, dtype=np.uint8)
    for name, array in ((images_name, images), (labels_name, labels)):
        content = idx_bytes(array)
        write(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)
    got_images, got_labels = read_images(tmp_path / images_name)
    np.testing.assert_array_equal(got_images, images)
    np.testing.assert_array_equal(got_labels, labels)


def test_images_without_labels_beside_them(tmp_path):
    assert read_images(write(tmp_path / "images-idx3-ubyte", idx_bytes(some_images())))[1] is None
    assert read_images(write(tmp_path / "digits", idx_bytes(some_images())))[1] is None


def test_labels_that_do_not_fit_are_refused(tmp_path):
    images = write(tmp_path / "images", idx_bytes(some_images()))
    for wrong in (np.arange(5, dtype=np.uint8), np.arange(6, dtype=np.float32), np.zeros((6, 1), np.uint8)):
        labels = write(tmp_path / "labels", idx_bytes(wrong))
        with pytest.raises(InvalidInput, match=f"{labels}: expected 6 integers, one for each image in images, got "):
            read_images(images)


@pytest.mark.parametrize("ending", ["-idx3-ubyte", ".idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte.gz"])
def test_a_folder_opens_as_its_training_part_or_as_its_test_part(tmp_path, ending):
    train, test = some_images(6), some_images(4)[::-1]
    for stem, images in (("train", train), ("t10k", test)):
        labels = np.arange(len(images), dtype=np.uint8)
        for name, array in ((f"{stem}-images{ending}", images),
                            (f"{stem}-labels{ending.replace('idx3', 'idx1')}", labels)):
            content = idx_bytes(array)
            write(tmp_path / name, gzip.compress(content) if ending.endswith(".gz") else content)
    for part, images in ((None, train), ("train", train), ("test", test)):
        got_images, got_labels = read_images(tmp_path, part)
        np.testing.assert_array_equal(got_images, images)
        np.testing.assert_array_equal(got_labels, np.arange(len(images)))


def test_a_folder_without_the_part_is_refused(tmp_path):
    refused(read_images, tmp_path)
    write(tmp_path / "train-images-idx3-ubyte", idx_bytes(some_images()))
    assert "expected t10k-images-idx3-ubyte among" in refused(read_images, tmp_path, "test")


# .npy


@pytest.mark.parametrize("dtype", ["uint8", "bool", "float16", "float32", "float64", "int64", ">u2"])
def test_npy_is_mapped_not_read(tmp_path, dtype):
    array = some_images().astype(dtype)
    np.save(tmp_path / "file.npy", array)
    got = read_npy(tmp_path / "file.npy")
    assert isinstance(got, np.memmap) and not got.flags.writeable
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array)


def test_npy_of_objects_is_refused_and_never_unpickled(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}, None], dtype=object))
    refused(read_npy, tmp_path / "objects.npy")
    np.savez(tmp_path / "objects.npz", x=np.array([{"a": 1}, None], dtype=object))
    refused(read_npz, tmp_path / "objects.npz")


def test_npy_that_is_cut_foreign_or_empty_is_refused(tmp_path):
    np.save(tmp_path / "whole.npy", some_images())
    content = (tmp_path / "whole.npy").read_bytes()
    for length in (0, 3, 9, 60, 130, len(content) - 1):
        refused(read_npy, write(tmp_path / "cut.npy", content[:length]))
    refused(read_npy, write(tmp_path / "text.npy", b"not an array at all, but text"))
    refused(read_npy, write(tmp_path / "header.npy", content[:20] + b"????" + content[24:]))


# .npz


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("images_name", ["x", "images", "data", "v", "anything"])
@pytest.mark.parametrize("labels_name", ["y", "labels", "targets", None])
def test_npz_members_are_found_by_name(tmp_path, save, images_name, labels_name):
    members = {images_name: some_images()}
    if labels_name is not None:
        members[labels_name] = np.arange(6)
    save(tmp_path / "file.npz", **members)
    images, labels = read_npz(tmp_path / "file.npz")
    np.testing.assert_array_equal(images, some_images())
    if labels_name is None:
        assert labels is None
    else:
        np.testing.assert_array_equal(labels, np.arange(6))


def test_npz_with_parts(tmp_path):
    train, test = some_images(6), some_images(4)
    np.savez(tmp_path / "f.npz", x_test=test, y_test=np.arange(4), x_train=train, y_train=np.arange(6))
    for part, images in ((None, train), ("train", train), ("test", test)):
        got_images, got_labels = read_npz(tmp_path / "f.npz", part)
        np.testing.assert_array_equal(got_images, images)
        np.testing.assert_array_equal(got_labels, np.arange(len(images)))


def test_npz_without_images_that_can_be_told_is_refused(tmp_path):
    np.savez(tmp_path / "two.npz", a=some_images(), b=some_images())
    message = refused(read_npz, tmp_path / "two.npz")
    assert message.endswith(": expected one of the arrays x, images, data, v or a single array, got a, b")
    np.savez(tmp_path / "labels.npz", y=np.arange(4))
    refused(read_npz, tmp_path / "labels.npz")
    np.savez(tmp_path / "parts.npz", x=some_images())
    refused(read_npz, tmp_path / "parts.npz", "test")


def test_npz_that_is_cut_damaged_foreign_or_empty_is_refused(tmp_path):
    np.savez(tmp_path / "whole.npz", x=some_images())
    content = (tmp_path / "whole.npz").read_bytes()
    for length in (0, 10, 200, len(content) - 5):
        refused(read_npz, write(tmp_path / "cut.npz", content[:length]))
    place = content.index(some_images().tobytes())
    refused(read_npz, write(tmp_path / "crc.npz", content[:place] + b"\0\0\0\0" + content[place + 4 :]))
    np.save(tmp_path / "array.npy", some_images())
    refused(read_npz, (tmp_path / "array.npy").rename(tmp_path / "array.npz"))


# CSV


@settings(derandomize=True, deadline=None, max_examples=60)
@given(table=arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(0, 1)))
def test_csv_of_floats_comes_back_exactly(tmp_path_factory, table):
    text = "\n".join(",".join(map(repr, row)) for row in table.tolist())
    images, labels = read_csv(write(tmp_path_factory.mktemp("csv") / "file.csv", text.encode()))
    np.testing.assert_array_equal(images, table)
    assert labels is None


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["label", "Class", " target ", '"y"'])
@pytest.mark.parametrize("first", [True, False])
def test_csv_labels_are_found_by_the_header(tmp_path, zipped, mark, name, first):
    images, labels = some_images().reshape(6, 20), np.arange(6)
    table = np.column_stack([labels, images] if first else [images, labels])
    names = [f"pixel{i}" for i in range(20)]
    header = [name, *names] if first else [*names, name]
    lines = [",".join(header)] + [",".join(map(str, row)) for row in table]
    content = mark + "\r\n".join(lines).encode() + b"\r\n\r\n"
    path = write(tmp_path / "file.csv.gz", gzip.compress(content) if zipped else content)
    got_images, got_labels = read_images(path)
    np.testing.assert_array_equal(got_images, images)
    np.testing.assert_array_equal(got_labels, labels)
    assert got_images.dtype == np.uint8


def test_csv_without_a_header_or_without_that_name_has_no_labels(tmp_path):
    images, labels = read_csv(write(tmp_path / "a.csv", b"0,255,3\n1,2,3\n"))
    np.testing.assert_array_equal(images, [[0, 255, 3], [1, 2, 3]])
    assert images.dtype == np.uint8 and labels is None
    images, labels = read_csv(write(tmp_path / "b.csv", b"a,label,b\n0,256,3\n"))
    np.testing.assert_array_equal(images, [[0, 256, 3]])
    assert images.dtype == np.int64 and labels is None


@pytest.mark.parametrize("content", [
    b"", b"\n\n", b"a,b,c\n", b"1,2,3\n4,5\n", b"1,2,3\n4,,6\n", b"1;2;3\n4;5;6\n", b"a,b\n1,2,3\n",
    b"\xff\xfe1,2", b"label,a\n0.5,1\n", b"label\n1\n", b"label,a\nnan,1\n", b"1,2\nx,3\n", b"1,2\n#3,4\n",
])
def test_csv_that_is_empty_ragged_or_no_table_of_numbers_is_refused(tmp_path, content):
    refused(read_csv, write(tmp_path / "odd.csv", content))


# any path


@pytest.mark.parametrize("name", ["file.npy", "file.csv", "file.csv.gz", "images-idx3-ubyte"])
@pytest.mark.parametrize("content", [b"", gzip.compress(b"")])
def test_an_empty_file_is_called_so(tmp_path, name, content):
    if name == "file.npy":
        content = b""  # .npy is never gzipped
    assert ", got an empty file" in refused(read_images, write(tmp_path / name, content))


def test_a_path_to_nothing_is_refused(tmp_path):
    refused(read_images, tmp_path / "missing.npy")


@pytest.mark.parametrize("name", ["file.npy", "file.csv", "images-idx3-ubyte"])
def test_part_is_refused_for_a_file_without_parts(tmp_path, name):
    assert refused(read_images, write(tmp_path / name, b"1,2\n"), "train").startswith("part: expected None, ")


def test_a_file_of_another_kind_is_refused(tmp_path):
    png = write(tmp_path / "image.png", b"\x89PNG\r\n\x1a\n")
    assert ".npy, .npz or .csv" in refused(read_images, png)
