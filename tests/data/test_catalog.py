import json
import os
import re
import warnings

import numpy as np
import pytest

from numpy_dgm.data import Data, bars_and_stripes, labelled_shifter, open_data, shifting_bar
from numpy_dgm.data import dataset
from numpy_dgm.data.catalog import parts_of
from numpy_dgm.data.dataset import BITS, ChosenRows, data_from_arrays
from numpy_dgm.data.files import DataWarning
from numpy_dgm.foundation.batches import fingerprint
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
    assert data.bits == "grey" and data.scale == 1 and not data.has_grey
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
    """Of dark images: full scale is 255, so nothing would be on. What the refusal says works."""
    dark = np.arange(17, dtype=np.uint8)[None]
    message = "file.npy: expected a pixel above the threshold 127.5, half of 255, got pixels up to 16; "
    with pytest.raises(InvalidInput, match=message + r"bits='sampled' or bits='grey' takes them; or scale=... says"):
        opened(tmp_path, dark, scale=255)
    data = opened(tmp_path, dark, scale=255, bits="grey")
    np.testing.assert_allclose(data[0], np.arange(17) / 255, rtol=1e-6)
    opened(tmp_path, dark, scale=255, bits="sampled", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(opened(tmp_path, dark, scale=16)[0], np.arange(17) > 8)


@pytest.mark.parametrize("bits", ["grey", "as they are"])
def test_the_former_spelling_of_grey_is_taken(tmp_path, bits):
    data = opened(tmp_path, grey(), bits=bits)
    assert data.bits == "grey" and data_from_arrays(grey(), name="array", bits=bits).bits == "grey"
    np.testing.assert_array_equal(data[:], opened(tmp_path, grey(), bits="grey")[:])


# the pixel value that is fully on


@pytest.mark.parametrize("high", [2, 9, 15, 16, 100, 127])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64"])
def test_integers_that_are_no_bytes_are_not_divided_by_255(tmp_path, high, dtype):
    """They are divided by the highest, with a word; and without one where it is said."""
    pixels = np.arange(high + 1, dtype=dtype)[None]
    message = (f"file.npy: integers up to {high}, so {high} is taken as fully on; scale={high} says the same, scale=255"
               " that they are bytes$")
    with pytest.warns(DataWarning, match=message):
        data = opened(tmp_path, pixels, bits="grey")
    np.testing.assert_allclose(data[0], np.arange(high + 1) / high, rtol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = opened(tmp_path, pixels, bits="grey", scale=high)
        as_bytes = opened(tmp_path, pixels, bits="grey", scale=255)
    np.testing.assert_array_equal(again[:], data[:])
    np.testing.assert_allclose(as_bytes[0], np.arange(high + 1) / 255, rtol=1e-6)


@pytest.mark.parametrize("high", [1, 128, 200, 254, 255])
def test_bits_and_bytes_are_taken_as_such_without_a_word(tmp_path, high, recwarn):
    data = opened(tmp_path, np.array([[0, 1, high]], np.uint8), bits="grey")
    assert data.scale == (1 if high == 1 else 255) and len(recwarn) == 0


@pytest.mark.parametrize("pixels, advised", [
    (np.array([[0, 4095]], np.uint16), "4095"), (np.array([[0.0, 255.0]]), "255"), (np.array([[0.0, 1.5]]), "1.5"),
    (np.array([[0, 2**40 + 1]]), str(2**40 + 1)), (np.array([[0.0, 1e30]]), "1e+30"),
    (np.array([[0.0, 0.1 + 0.2 + 1]]), repr(0.1 + 0.2 + 1)),
])
def test_the_scale_that_a_refusal_advises_works(tmp_path, pixels, advised):
    number = re.escape(advised)
    with pytest.raises(InvalidInput, match=f"; scale={number} says that {number} is fully on$"):
        opened(tmp_path, pixels)
    data = opened(tmp_path, pixels, scale=float(advised), bits="grey")
    np.testing.assert_allclose(data[0], pixels[0] / pixels.max(), rtol=1e-6)
    np.testing.assert_array_equal(opened(tmp_path, pixels, scale=float(advised))[0], [0, 1])


def test_pixels_that_float32_cannot_hold_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"expected floats in \[0, 1\], got pixels from 0 to 1e\+300$"):
        opened(tmp_path, np.array([[0.0, 1e300]]))


@pytest.mark.parametrize("scale", [0, -1, np.nan, np.inf, "16", True, [16], 1e-300, 1e300])
def test_a_scale_that_cannot_be_is_refused(scale):
    with pytest.raises(InvalidInput, match=r"^scale: expected a number in \[1e-30, 1e\+30\], got "):
        open_data("digits", scale=scale)


def test_a_scale_for_data_by_name_is_taken(recwarn):
    assert open_data("digits").scale == 16 and len(recwarn) == 0
    assert open_data("digits", scale=20).scale == 20 and open_data("digits", scale=16)[3].max() == 1
    with pytest.raises(InvalidInput, match=r"digits: expected integers in \[0, 8\], got pixels from 0 to 16"):
        open_data("digits", scale=8)
    with pytest.raises(InvalidInput, match="bars-and-stripes: expected a pixel above the threshold 5"):
        open_data("bars-and-stripes", scale=10)


# Fortran order, labels


def test_images_in_fortran_order_are_read_row_by_row(tmp_path):
    """Also from a memory map, which stays one: a row is put in order when it is drawn."""
    in_memory = data_from_arrays(np.asfortranarray(grey()), name="array")
    np.testing.assert_array_equal(in_memory.images, grey().reshape(40, 20))
    np.savez(tmp_path / "f.npz", x=np.asfortranarray(grey()))
    np.testing.assert_array_equal(open_data(tmp_path / "f.npz").images, grey().reshape(40, 20))
    mapped = opened(tmp_path, np.asfortranarray(grey()))
    assert isinstance(mapped.images, ChosenRows) and mapped.image_shape == (4, 5)
    assert isinstance(mapped.images.source, np.memmap)
    for rows in (5, -1, slice(3, 9), np.array([7, 2, 7]), np.arange(40) % 3 == 0):
        np.testing.assert_array_equal(mapped[rows], in_memory[rows])
        np.testing.assert_array_equal(mapped.take([9, 4, 11])[[2, 0]], in_memory[[11, 9]])
    assert mapped.checksum == in_memory.checksum
    rows = grey().reshape(40, 20)
    data = opened(tmp_path, np.asfortranarray(rows))
    assert isinstance(data.images, np.memmap)
    np.testing.assert_array_equal(data[7:9], rows[7:9] > 127)


@pytest.mark.parametrize("labels", [np.arange(39), np.array(3), np.zeros((1, 40), int), []])
def test_labels_of_more_or_fewer_cases_are_refused(labels):
    got = re.escape(f"labels of shape {np.shape(labels)}")
    with pytest.raises(InvalidInput, match=f"^array: expected 40 labels, one for each case, got {got}$"):
        data_from_arrays(grey(), labels, name="array")


@pytest.mark.parametrize("labels, names", [
    (np.arange(40) % 3 + 1, (1, 2, 3)), ((np.arange(40) % 2)[:, None] * 5, (0, 5)), (["b", "a"] * 20, ("a", "b")),
    (np.where(np.arange(40) < 20, 2**64 - 1, 7).astype(np.uint64), (7, 2**64 - 1)), ([3.0] * 40, (3,)),
])
def test_labels_are_class_indices_with_their_names(tmp_path, labels, names):
    np.savez(tmp_path / "f.npz", x=grey(), y=labels)
    for data in (data_from_arrays(grey(), labels, name="array"), open_data(tmp_path / "f.npz")):
        assert data.label_names == names and data.labels.dtype == np.int64
        assert [data.label_names[i] for i in data.labels] == np.asarray(labels).ravel().tolist()
    taken = data.take([0, 1])
    assert taken.label_names == names and taken.labels.tolist() == data.labels[:2].tolist()


def test_labels_that_are_no_classes_leave_a_reason(tmp_path):
    data = data_from_arrays(grey(), np.linspace(0, 1, 40), name="array")
    assert data.labels is data.label_names is None
    assert data.why_no_labels == "whose labels are real numbers, not classes"
    assert data_from_arrays(grey(), name="array").why_no_labels == "which has none"


# shapes, rows, parts


@pytest.mark.parametrize("shape, image_shape", [
    ((6, 4, 5), (4, 5)), ((6, 25), (5, 5)), ((6, 20), None), ((6, 4, 4, 4), None), ((6, 4, 5, 1), (4, 5)),
    ((6, 1, 4, 5), (4, 5)), ((6, 4, 5, 3), (4, 5, 3)), ((6, 3, 4, 5), (3, 4, 5)), ((6, 1, 9), (1, 9)),
    ((6, 2, 2, 2, 2), None), ((6, 1, 1, 7), None),
])
def test_the_shape_of_an_image(tmp_path, shape, image_shape):
    data = opened(tmp_path, np.full(shape, 200, np.uint8))
    assert data.image_shape == image_shape
    assert data.shape == data.images.shape == (6, int(np.prod(shape[1:])))
    assert len(data) == 6


@pytest.mark.parametrize("image_shape", [(5, 12), [20, 3], (4, 5, 3), (3, 4, 5), np.array([1, 60])])
def test_image_shape_says_what_the_axes_do_not(tmp_path, image_shape):
    data = opened(tmp_path, np.full((6, 60), 200, np.uint8), image_shape=image_shape)
    assert data.image_shape == tuple(image_shape)
    assert data.describe()["opened_with"]["image_shape"] == list(image_shape)


@pytest.mark.parametrize("image_shape, got", [
    ((5, 5), "5 x 5"), ((60,), "60"), ((4, 5, 3, 1), "4 x 5 x 3 x 1"), ((2, 5, 6), "2 x 5 x 6"), (60, "60"),
    ((10**12, 10**12), "1000000000000 x"),
])
def test_an_image_shape_that_does_not_fit_is_refused(tmp_path, image_shape, got):
    expected = r"image_shape: expected \(rows, columns\), and 3 for colours, of 60 numbers, got "
    with pytest.raises(InvalidInput, match=expected + got):
        opened(tmp_path, np.full((6, 60), 200, np.uint8), image_shape=image_shape)
    for wrong in ((0, 60), (-5, -12), (5.0, 12), "5 12"):
        with pytest.raises(InvalidInput, match="image_shape: expected"):
            opened(tmp_path, np.full((6, 60), 200, np.uint8), image_shape=wrong)


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
    train = open_data(str(tmp_path / "f.npz"))
    assert train.shape == (30, 20) and train.part == "train"
    test = open_data(tmp_path / "f.npz", part="test")
    assert test.shape == (10, 20) and test.labels.dtype == np.int64 and test.part == "test"
    np.testing.assert_array_equal(test.labels, np.arange(10))
    assert parts_of(tmp_path / "f.npz") == parts_of("digits") == ("train", "test")
    assert parts_of("bars-and-stripes") == parts_of(tmp_path / "nothing") == ()


def test_what_a_layout_names_goes_to_the_reader(tmp_path):
    (tmp_path / "f.csv").write_text("a,b,kind\n1,0,x\n0,1,y\n", encoding="utf8")
    for skip in ("a", ["a"], 0, ("a",), "a,none"):
        data = open_data(tmp_path / "f.csv", label_column="last", skip_columns=skip)
        assert data.images.tolist() == [[0], [1]] and data.label_names == ("x", "y")
        assert "without column 0 ('a')" in data.remark
    np.savez(tmp_path / "f.npz", spam=grey(), eggs=np.arange(40) % 2, z=grey(3))
    data = open_data(tmp_path / "f.npz", array="spam", labels="eggs")
    assert data.shape == (40, 20) and data.label_names == (0, 1)


@pytest.mark.parametrize("options, message", [
    ({"label_column": -1}, "label_column: expected the name of a column or its number from 0, got -1"),
    ({"label_column": True}, "label_column: expected the name"),
    ({"skip_columns": [None, 1.5]}, "skip_columns: expected"),
    ({"label_column": "first"}, "label_column: expected None, since digits is no table, got 'first'"),
    ({"skip_columns": "a"}, "skip_columns: expected None, since digits is no table"),
    ({"array": "x"}, "array: expected None, since digits is no .npz, got 'x'"),
    ({"labels": "y"}, "labels: expected None"),
])
def test_layouts_that_cannot_be_are_refused(options, message):
    with pytest.raises(InvalidInput, match=message):
        open_data("digits", **options)


@pytest.mark.parametrize("part, n", [(None, 40), ("train", 40), ("test", 25)])
def test_a_folder_in_mnists_names_gives_its_parts(tmp_path, part, n):
    for stem, count in (("train", 40), ("t10k", 25)):
        header = bytes([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 4, 0, 0, 0, 5])
        (tmp_path / f"{stem}-images-idx3-ubyte").write_bytes(header + grey(count).tobytes())
        labels = bytes([0, 0, 8, 1, 0, 0, 0, count, *range(count)])
        (tmp_path / f"{stem}-labels-idx1-ubyte").write_bytes(labels)
    data = open_data(tmp_path, part=part)
    assert data.image_shape == (4, 5) and data.bits == "threshold" and data.labels.dtype == np.int64
    assert data.part == (part or "train")
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
    np.savez(tmp_path / "f.npz", x_train=grey(30), x_test=grey(10), y_test=np.arange(10) % 2 + 7)
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    data = open_data(os.path.join("..", "f.npz"), part="test", bits=bits, rng=np.random.default_rng(0))
    described = data.describe()
    assert json.loads(json.dumps(described)) == described == {
        "name": os.path.join("..", "f.npz"), "path": str(tmp_path / "f.npz"), "part": "test", "bits": bits,
        "image_shape": [4, 5], "label_names": [7, 8], "opened_with": {"scale": 255.0},
        "checksum": fingerprint(grey(10).reshape(10, 20)), "labels_checksum": fingerprint(np.arange(10)[:, None] % 2),
        "has_grey": bits == "grey", "is_whole": True}
    monkeypatch.chdir(tmp_path / "there")
    again = open_data(described["path"], part=described["part"], bits=described["bits"], rng=np.random.default_rng(0),
                      **described["opened_with"])
    np.testing.assert_array_equal(again[:], data[:])
    assert again.describe() == {**described, "name": described["path"]}


def test_all_that_open_data_was_told_is_described(tmp_path):
    rows = np.insert(grey(40, 5, 5).reshape(40, 25), [0, 25], [[7, 8]], axis=1)
    np.savetxt(tmp_path / "f.csv", rows, fmt="%d", delimiter=",")
    told = {"label_column": "first", "skip_columns": [26], "scale": 255.0, "image_shape": [25, 1]}
    data = open_data(tmp_path / "f.csv", **told)
    assert data.describe()["opened_with"] == told
    np.savez(tmp_path / "f.npz", a=grey(), b=np.arange(40))
    told = {"array": "a", "labels": "b", "scale": 255.0}
    assert open_data(tmp_path / "f.npz", **told).describe()["opened_with"] == told
    np.savetxt(tmp_path / "g.csv", np.insert(rows[:, 1:-1], 0, np.arange(40) % 4, axis=1), fmt="%d", delimiter=",")
    with pytest.warns(DataWarning, match="column 0 is taken as the labels"):
        guessed = open_data(tmp_path / "g.csv")
    assert guessed.describe()["opened_with"] == {"label_column": 0, "scale": 255.0}  # not to be guessed twice


def test_the_checksum_is_that_of_the_file_whatever_becomes_of_the_pixels(tmp_path):
    """Of sampled bits and of rows that were taken, too; any pixel that changes, changes it."""
    data = opened(tmp_path, grey())
    for other in (opened(tmp_path, grey(), bits="sampled", rng=np.random.default_rng(0)), data.take([3, 1]),
                  opened(tmp_path, grey(), bits="grey"), data_from_arrays(grey().astype(float), name="a", scale=255)):
        assert other.checksum == data.checksum and data.is_whole
    assert data.take([3, 1]).describe()["is_whole"] is False
    for place in (0, 555, 799):
        changed = grey()
        changed.ravel()[place] ^= 1
        assert opened(tmp_path, changed).checksum != data.checksum


def test_a_description_of_data_by_name_holds_plain_values():
    described = open_data("digits", part="train").describe()
    assert json.loads(json.dumps(described)) == described
    assert {**described, "checksum": "", "labels_checksum": ""} == {
        "name": "digits", "path": None, "part": "train", "bits": "threshold", "image_shape": [8, 8],
        "label_names": list(range(10)), "opened_with": {"scale": 16.0}, "checksum": "", "labels_checksum": "",
        "has_grey": False, "is_whole": True}
    assert open_data("labelled-shifter").describe()["image_shape"] is None
    in_numpy_numbers = data_from_arrays(grey(), name="array", scale=np.float32(255))
    assert json.loads(json.dumps(in_numpy_numbers.describe()))["opened_with"] == {"scale": 255}


def test_repr_is_one_line_a_field(tmp_path):
    assert repr(open_data("digits")).splitlines() == [
        "Data digits",
        "  images uint8 (1797, 64) [0, 16]",
        "  labels int64 (1797,) [0, 9]",
        "  label_names 0 1 2 3 4 5 6 7 8 9",
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


def test_the_summary_is_a_line_that_says_how_data_were_read(tmp_path):
    assert open_data("digits", part="test").summary() == (
        "digits, part test: 360 cases of 64 numbers; images 8 x 8; bits threshold, 1 is 16; labels 0 1 2 3 4 5 6 7 8 9")
    (tmp_path / "f.csv").write_text("id,a,class\n1,0,x\n2,1,y\x1b\n", encoding="utf8")
    assert open_data(tmp_path / "f.csv").summary() == (
        f"{tmp_path / 'f.csv'}: 2 cases of 1 numbers; images 1 x 1; bits grey, 1 is 1; labels x y\\x1b; "
        "labels in column 2 ('class'), without column 0 ('id')")
    many = data_from_arrays(grey(), np.arange(40), name="many")
    assert "labels 0 1 2 3 4 5 6 7 8 9 ... 39" in many.summary()


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "new\nline\x1b[31m", "\udcff"])
def test_names_of_any_kind_make_a_clean_sentence(name):
    with pytest.raises(InvalidInput) as caught:
        open_data(name)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 600
