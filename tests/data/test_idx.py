import gzip
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.data.idx import find_in_folder, read_folder, read_idx, read_idx_pair
from data_files import IDX_CODES, idx_bytes, refused, some_images, write


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
    images, labels = some_images(), np.array([7, 9, 7, 250, 9, 7], np.uint8)
    for name, array in ((images_name, images), (labels_name, labels)):
        content = idx_bytes(array)
        write(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)
    contents = read_idx_pair(tmp_path / images_name)
    np.testing.assert_array_equal(contents.images, images)
    assert contents.labels.names == (7, 9, 250) and contents.part is None
    np.testing.assert_array_equal(contents.labels.indices, [0, 1, 0, 2, 1, 0])


def test_images_without_labels_beside_them(tmp_path):
    for name in ("images-idx3-ubyte", "digits"):
        assert read_idx_pair(write(tmp_path / name, idx_bytes(some_images()))).labels == "which has none"


@pytest.mark.parametrize("n", [5, 7])
def test_labels_of_more_or_fewer_cases_are_refused(tmp_path, n):
    images = write(tmp_path / "images", idx_bytes(some_images()))
    labels = write(tmp_path / "labels", idx_bytes(np.zeros(n, np.uint8)))
    assert f"{labels}: expected 6 labels, one for each image in images, got {n}" in refused(
        lambda path: read_idx_pair(images), labels)


def test_labels_that_are_no_classes_are_no_obstacle(tmp_path):
    images = write(tmp_path / "images", idx_bytes(some_images()))
    for labels, reason in ((np.arange(6) + np.float32(0.5), "real numbers"), (np.zeros((6, 8), np.int32), "(6, 8)")):
        write(tmp_path / "labels", idx_bytes(labels))
        contents = read_idx_pair(images)
        assert reason in contents.labels
        np.testing.assert_array_equal(contents.images, some_images())


# folders


def fill(folder, stem, ending, n, zipped=False):
    """Images and labels of one part in a folder, as IDX files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in ((f"{stem}-images{ending}", some_images(n)),
                        (f"{stem}-labels{ending.replace('idx3', 'idx1')}", np.arange(n, dtype=np.uint8))):
        write(folder / name, gzip.compress(idx_bytes(array)) if ending.endswith(".gz") else idx_bytes(array))


@pytest.mark.parametrize("ending", ["-idx3-ubyte", ".idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte.gz"])
@pytest.mark.parametrize("train, test", [("train", "t10k"), ("emnist-letters-train", "emnist-letters-test"),
                                         ("Train", "T10K")])
@pytest.mark.parametrize("place", ["", "raw", "gzip", "MNIST/raw"])
def test_a_folder_opens_as_its_training_part_or_as_its_test_part(tmp_path, ending, train, test, place):
    """The names of MNIST and EMNIST, in the folder or where torchvision and EMNIST's own archive put them."""
    if train == "Train" and ending != "-idx3-ubyte":
        return
    fill(tmp_path / place, train, ending, 6)
    fill(tmp_path / place, test, ending, 4)
    assert set(find_in_folder(tmp_path)) == {"train", "test"}
    for part, n, found in ((None, 6, "train"), ("train", 6, "train"), ("test", 4, "test")):
        contents = read_folder(tmp_path, part)
        np.testing.assert_array_equal(contents.images, some_images(n))
        np.testing.assert_array_equal(contents.labels.indices, np.arange(n))
        assert contents.part == found


def test_of_a_file_and_its_gzipped_twin_the_plain_one_is_read(tmp_path):
    fill(tmp_path, "train", "-idx3-ubyte", 6)
    write(tmp_path / "train-images-idx3-ubyte.gz", b"damaged")
    assert len(read_folder(tmp_path).images) == 6


def test_a_folder_with_one_part_opens_as_that(tmp_path):
    fill(tmp_path, "t10k", "-idx3-ubyte", 4)
    assert read_folder(tmp_path).part == "test" and set(find_in_folder(tmp_path)) == {"test"}
    assert "expected images of part 'train' among MNIST's files, got part 'test' alone" in refused(
        read_folder, tmp_path, "train")


def test_a_folder_of_no_images_or_of_several_data_sets_is_refused(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").mkdir()  # a folder by the name of a file
    assert "expected train-images-idx3-ubyte or t10k-images-idx3-ubyte among" in refused(read_folder, tmp_path)
    for name in ("balanced", "letters"):
        fill(tmp_path, f"emnist-{name}-train", "-idx3-ubyte.gz", 3)
    message = refused(read_folder, tmp_path)
    assert "a folder with one data set, got emnist-balanced-train-images-idx3-ubyte.gz, emnist-letters-" in message
