import json
import os
import re

import numpy as np
import pytest

from numpy_dgm.data import Data, bars_and_stripes, labelled_shifter, open_data, shifting_bar
from numpy_dgm.data import dataset
from numpy_dgm.data.dataset import BITS, ChosenRows, data_from_arrays
from numpy_dgm.foundation.checks import InvalidInput


def grey(n=40, rows=4, cols=5):
    return np.random.default_rng(2).integers(0, 256, size=(n, rows, cols)).astype(np.uint8)


def opened(tmp_path, array, **options):
    np.save(tmp_path / "file.npy", array)
    return open_data(tmp_path / "file.npy", **options)


# names


@pytest.mark.parametrize("name, rows, image_shape", [
    ("bars-and-stripes", bars_and_stripes(3), (3, 3)),
    ("bars-and-stripes-2x2", bars_and_stripes(2), (2, 2)),
    ("bars-and-stripes-4x4", bars_and_stripes(4), (4, 4)),
    ("bars-and-stripes-5x5", bars_and_stripes(5), (5, 5)),
    ("shifting-bar", shifting_bar(9, 1), (1, 9)),
    ("labelled-shifter", labelled_shifter(4), None),
    ("labelled-shifter-8", labelled_shifter(8), None),
])
def test_toys_by_name(name, rows, image_shape):
    data = open_data(name)
    assert isinstance(data, Data) and data.bits == "grey" and data.labels is None and data.name == name
    assert data.image_shape == image_shape and data.shape == rows.shape
    np.testing.assert_array_equal(data[:], rows)
    with pytest.raises(InvalidInput, match=f"^part: expected None, since {name} has no parts, got 'train'$"):
        open_data(name, part="train")


def test_an_unknown_name_is_answered_with_the_names():
    names = "digits, bars-and-stripes, .*, labelled-shifter, labelled-shifter-8"
    with pytest.raises(InvalidInput, match=f"^name_or_path: .* that exists or one of {names}, got 'digit'$"):
        open_data("digit")


@pytest.mark.parametrize("options, message", [
    ({"bits": "binary"}, "bits: expected one of 'threshold', 'sampled', 'grey', got 'binary'"),
    ({"bits": "sampled"}, "rng: expected a numpy.random.Generator .*, got NoneType"),
    ({"bits": "sampled", "rng": 0}, "rng: expected a numpy.random.Generator .*, got int"),
    ({"part": "validation"}, "part: expected one of 'train', 'test', got 'validation'"),
])
def test_options_that_cannot_be_are_refused_by_name(options, message):
    with pytest.raises(InvalidInput, match=f"^{message}$"):
        open_data("digits", **options)


@pytest.mark.parametrize("name", [None, 3, b"digits"])
def test_what_is_neither_name_nor_path_is_refused(name):
    with pytest.raises(InvalidInput, match=f"^name_or_path: expected a name or a path, got {type(name).__name__}$"):
        open_data(name)


# how pixels become values


def test_bytes_are_on_above_127(tmp_path):
    every_byte = np.arange(256, dtype=np.uint8).reshape(2, 128)
    data = opened(tmp_path, every_byte)
    assert data.bits == "threshold" and data.scale == 255
    np.testing.assert_array_equal(data[:], every_byte > 127)


def test_floats_are_on_above_one_half(tmp_path):
    pixels = np.array([[0.0, np.nextafter(0.5, 0), 0.5, np.nextafter(0.5, 1), 1.0]])
    data = opened(tmp_path, pixels)
    assert data.bits == "threshold" and data.scale == 1
    np.testing.assert_array_equal(data[:], [[0, 0, 0, 1, 1]])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint64", "float16", "float32", "float64", ">i4", ">f8"])
def test_grey_stays_grey(tmp_path, dtype):
    pixels = grey() / 255 if np.dtype(dtype).kind == "f" else grey()
    data = opened(tmp_path, pixels.astype(dtype), bits="grey")
    v = data[:]
    assert v.dtype == np.float32 and v.min() >= 0 and v.max() <= 1
    np.testing.assert_allclose(v, grey().reshape(40, 20) / 255, atol=1e-3 if dtype == "float16" else 1e-7)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_bits_are_left_unchanged(tmp_path, dtype):
    pixels = (grey() > 127).astype(dtype)
    data = opened(tmp_path, pixels)
    assert data.bits == "grey" and data.scale == 1
    np.testing.assert_array_equal(data[:], pixels.reshape(40, 20))
    np.testing.assert_array_equal(opened(tmp_path, pixels, bits="threshold")[:], data[:])


@pytest.mark.parametrize("pixels, scale", [(grey(2), 255), (grey(2) / 255, 1)])
def test_sampled_pixels_have_the_grey_level_as_their_mean(pixels, scale):
    """The same two images 4,000 times: the mean of each pixel within 4.5 standard errors, 40 pixels."""
    copies = 4000
    p = pixels.reshape(2, 20) / scale
    data = data_from_arrays(np.tile(pixels, (copies, 1, 1)), name="copies", bits="sampled",
                            rng=np.random.default_rng(5))
    assert data.images.dtype == np.uint8 and data.scale == 1 and data.bits == "sampled"
    v = data[:].astype(np.float64).reshape(copies, 2, 20)
    assert set(np.unique(v)) <= {0.0, 1.0}
    standard_error = np.sqrt(p * (1 - p) / copies)
    assert (np.abs(v.mean(axis=0) - p) <= 4.5 * standard_error).all()


def test_sampled_pixels_are_drawn_once_and_in_the_documented_order(tmp_path, monkeypatch):
    """One uniform number a pixel, row by row, however the rows are cut into blocks."""
    for block_pixels in (1, 60, 2**20):
        monkeypatch.setattr(dataset, "BLOCK_PIXELS", block_pixels)
        data = opened(tmp_path, grey(), bits="sampled", rng=np.random.default_rng(8))
        np.testing.assert_array_equal(data[:], data[:])
        u = np.random.default_rng(8).random((40, 20))
        np.testing.assert_array_equal(data[:], u < grey().reshape(40, 20) / 255)


def test_sampled_pixels_at_the_ends_are_certain():
    pixels = np.tile(np.array([[0, 255]], dtype=np.uint8), (5000, 1))
    data = data_from_arrays(pixels, name="ends", bits="sampled", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(data[:], pixels / 255)


# pixels that are refused


@pytest.mark.parametrize("pixels", [
    np.array([[0.0, 1.5]]), np.array([[-0.1, 1.0]]), np.array([[0.0, np.nan]]), np.array([[0.0, np.inf]]),
    np.array([[0, 256]]), np.array([[-1, 1]]), np.array([[1j, 0]]), np.array([["a", "b"]]),
    np.zeros((0, 4)), np.zeros((4, 0)), np.zeros(4), np.array(1.0), np.zeros(2, dtype=[("a", float)]),
])
def test_pixels_that_are_no_grey_levels_are_refused(tmp_path, pixels):
    with pytest.raises(InvalidInput, match="file.npy: expected .*, got "):
        opened(tmp_path, pixels)


@pytest.mark.parametrize("place", [0, 20, -1])
@pytest.mark.parametrize("bad", [np.nan, -0.25, 1.25])
def test_one_bad_pixel_in_any_block_is_found(tmp_path, monkeypatch, bad, place):
    monkeypatch.setattr(dataset, "BLOCK_PIXELS", 60)
    pixels = grey() / 255
    pixels[place, -1, -1] = bad
    with pytest.raises(InvalidInput, match="file.npy"):
        opened(tmp_path, pixels)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_one_grey_pixel_in_any_block_makes_grey_data(tmp_path, monkeypatch, place):
    monkeypatch.setattr(dataset, "BLOCK_PIXELS", 60)
    pixels = (grey() > 127).astype(float)
    pixels[place, -1, -1] = 0.25
    assert opened(tmp_path, pixels).bits == "threshold"


def test_a_threshold_that_leaves_nothing_on_is_refused(tmp_path):
    """Pixels from 0 to 16 in a file of bytes: full scale is 255, so nothing would be on."""
    message = "file.npy: expected a pixel above the threshold 127.5, half of 255, got pixels up to 16; "
    with pytest.raises(InvalidInput, match=message):
        opened(tmp_path, np.arange(17, dtype=np.uint8)[None])
    data = opened(tmp_path, np.arange(17, dtype=np.uint8)[None], bits="grey")
    np.testing.assert_allclose(data[0], np.arange(17) / 255, rtol=1e-6)


def test_images_in_fortran_order_are_refused_and_rows_are_not(tmp_path):
    with pytest.raises(InvalidInput, match="file.npy: expected images in C order, got Fortran order"):
        opened(tmp_path, np.asfortranarray(grey()))
    in_memory = data_from_arrays(np.asfortranarray(grey()), name="array")
    np.testing.assert_array_equal(in_memory.images, grey().reshape(40, 20))
    rows = grey().reshape(40, 20)
    data = opened(tmp_path, np.asfortranarray(rows))
    assert isinstance(data.images, np.memmap)
    np.testing.assert_array_equal(data[7:9], rows[7:9] > 127)


@pytest.mark.parametrize("labels", [np.arange(39), np.arange(40.0), np.zeros((40, 1), int)])
def test_labels_that_do_not_fit_are_refused(tmp_path, labels):
    np.savez(tmp_path / "file.npz", x=grey(), y=labels)
    got = re.escape(f"{labels.dtype} of shape {labels.shape}")
    with pytest.raises(InvalidInput, match=rf"file.npz: expected integer labels of shape \(40,\), got labels {got}$"):
        open_data(tmp_path / "file.npz")


# shapes, rows, parts


@pytest.mark.parametrize("shape, image_shape", [
    ((6, 4, 5), (4, 5)), ((6, 25), (5, 5)), ((6, 20), None), ((6, 4, 4, 4), None),
])
def test_the_shape_of_an_image(tmp_path, shape, image_shape):
    data = opened(tmp_path, np.full(shape, 200, np.uint8))
    assert data.image_shape == image_shape
    assert data.shape == data.images.shape == (6, int(np.prod(shape[1:])))
    assert len(data) == 6


def source(kind, tmp_path):
    if kind == "memory map":
        return opened(tmp_path, grey())
    return data_from_arrays(grey(), np.arange(40) % 10, name="array")


@pytest.mark.parametrize("kind", ["array", "memory map"])
def test_rows_by_number_slice_array_and_mask(tmp_path, kind):
    data = source(kind, tmp_path)
    v = (grey() > 127).reshape(40, 20).astype(np.float32)
    mask = np.arange(40) % 3 == 0
    for rows in (5, -1, slice(3, 9), slice(None), np.array([7, 2, 7]), [1, 2], mask):
        got = data[rows]
        assert type(got) is np.ndarray and got.dtype == np.float32
        np.testing.assert_array_equal(got, v[rows])
    assert len(list(data)) == 40  # an index past the end must end a loop over the rows


@pytest.mark.parametrize("kind", ["array", "memory map"])
def test_take_keeps_rows_labels_and_treatment(tmp_path, kind):
    data = source(kind, tmp_path)
    order = np.random.default_rng(1).permutation(40)
    for rows in (order[:30], slice(5, 20, 2), np.arange(40) > 30, [3]):
        taken = data.take(rows)
        np.testing.assert_array_equal(taken[:], data[rows])
        assert taken.shape == taken.images.shape == data[rows].shape
        assert (taken.bits, taken.scale) == (data.bits, data.scale)
        assert taken.image_shape == (4, 5)
        if data.labels is not None:
            np.testing.assert_array_equal(taken.labels, data.labels[rows])
    again = data.take(order[:30]).take([4, 2])
    np.testing.assert_array_equal(again[:], data[order[[4, 2]]])
    message = "^rows: expected (rows from 0 to 39|one axis with at least one row), got "
    for rows in ([40], [], 3, np.ones(39, bool), [0.5]):
        with pytest.raises(InvalidInput, match=message):
            data.take(rows)


def test_a_memory_map_stays_one(tmp_path):
    data = opened(tmp_path, grey())
    assert isinstance(data.images, np.memmap)
    assert data.images.shape == (40, 20) and data.images.dtype == np.uint8
    taken = data.take(np.arange(30)).take(np.arange(20))
    assert isinstance(taken.images, ChosenRows) and taken.images.source is data.images
    in_memory = data_from_arrays(grey(), name="array")
    np.testing.assert_array_equal(data[:], in_memory[:])
    np.testing.assert_array_equal(taken[:], in_memory[:20])


def test_taking_from_memory_copies():
    data = data_from_arrays(grey(), name="array")
    assert not np.shares_memory(data.take(slice(0, 10)).images, data.images)


def test_an_npz_gives_labels_and_parts(tmp_path):
    np.savez(tmp_path / "f.npz", x_train=grey(30), y_train=np.arange(30, dtype=np.uint8),
             x_test=grey(10), y_test=np.arange(10, dtype=np.uint8))
    assert open_data(str(tmp_path / "f.npz")).shape == (30, 20)
    test = open_data(tmp_path / "f.npz", part="test")
    assert test.shape == (10, 20) and test.labels.dtype == np.int64
    np.testing.assert_array_equal(test.labels, np.arange(10))


@pytest.mark.parametrize("part, n", [(None, 40), ("train", 40), ("test", 25)])
def test_a_folder_in_mnists_names_gives_its_parts(tmp_path, part, n):
    for stem, count in (("train", 40), ("t10k", 25)):
        header = bytes([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 4, 0, 0, 0, 5])
        (tmp_path / f"{stem}-images-idx3-ubyte").write_bytes(header + grey(count).tobytes())
        labels = bytes([0, 0, 8, 1, 0, 0, 0, count, *range(count)])
        (tmp_path / f"{stem}-labels-idx1-ubyte").write_bytes(labels)
    data = open_data(tmp_path, part=part)
    assert data.image_shape == (4, 5) and data.bits == "threshold" and data.labels.dtype == np.int64
    np.testing.assert_array_equal(data.images, grey(n).reshape(n, 20))
    np.testing.assert_array_equal(data.labels, np.arange(n))


# what a run keeps of its data


def test_data_keep_their_part_and_the_absolute_path_that_they_were_read_from(tmp_path, monkeypatch):
    for part in (None, "train", "test"):
        data = open_data("digits", part=part)
        assert (data.part, data.path) == (part, None)
    assert open_data("shifting-bar").path is None
    np.savez(tmp_path / "f.npz", x_train=grey(30), x_test=grey(10))
    monkeypatch.chdir(tmp_path)
    data = open_data("f.npz", part="test")
    assert (data.name, data.part, data.path) == ("f.npz", "test", str(tmp_path / "f.npz"))
    taken = data.take([0, 2])
    assert (taken.part, taken.path) == (data.part, data.path)
    in_memory = data_from_arrays(grey(), name="array")
    assert in_memory.part is None and in_memory.path is None


@pytest.mark.parametrize("bits", BITS)
def test_a_description_of_data_opens_them_again_from_any_working_directory(tmp_path, monkeypatch, bits):
    np.savez(tmp_path / "f.npz", x_train=grey(30), x_test=grey(10))
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    data = open_data(os.path.join("..", "f.npz"), part="test", bits=bits, rng=np.random.default_rng(0))
    described = data.describe()
    assert json.loads(json.dumps(described)) == described == {
        "name": os.path.join("..", "f.npz"), "path": str(tmp_path / "f.npz"), "part": "test", "bits": bits,
        "scale": 1 if bits == "sampled" else 255, "image_shape": [4, 5]}
    monkeypatch.chdir(tmp_path / "there")
    again = open_data(described["path"], part=described["part"], bits=described["bits"], rng=np.random.default_rng(0))
    np.testing.assert_array_equal(again[:], data[:])


def test_a_description_of_data_by_name_holds_plain_values():
    described = open_data("digits", part="train").describe()
    assert json.loads(json.dumps(described)) == described == {
        "name": "digits", "path": None, "part": "train", "bits": "threshold", "scale": 16, "image_shape": [8, 8]}
    assert open_data("labelled-shifter").describe()["image_shape"] is None
    in_numpy_numbers = data_from_arrays(grey(), name="array", scale=np.float32(255))
    assert json.loads(json.dumps(in_numpy_numbers.describe()))["scale"] == 255


def test_repr_is_one_line_a_field(tmp_path):
    assert repr(open_data("digits")).splitlines() == [
        "Data digits",
        "  images uint8 (1797, 64) [0, 16]",
        "  labels int64 (1797,) [0, 9]",
        "  bits 'threshold'",
        "  scale 16",
        "  image_shape (8, 8)",
        "  part None",
        "  path None",
    ]
    mapped = opened(tmp_path, grey())
    assert "  images uint8 (40, 20) in a memory map" in repr(mapped).splitlines()
    assert f"  path {str(tmp_path / 'file.npy')!r}" in repr(mapped).splitlines()
    assert "  images uint8 (3, 20) in a memory map" in repr(mapped.take([1, 2, 3])).splitlines()
    eye = data_from_arrays(np.eye(2, dtype=bool), name="eye")
    assert "  images bool (2, 2) [0, 1]" in repr(eye).splitlines()
