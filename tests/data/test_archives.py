import io
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from numpy_dgm.data.archives import parts_of_npz, read_npy, read_npz
from numpy_dgm.data import files
from numpy_dgm.data.files import Layout
from numpy_dgm.foundation.checks import InvalidInput
from data_files import refused, some_images, write


@pytest.mark.parametrize("dtype", ["uint8", "bool", "float16", "float32", "float64", "int64", ">u2"])
def test_npy_is_mapped_not_read(tmp_path, dtype):
    array = some_images().astype(dtype)
    np.save(tmp_path / "file.npy", array)
    got = read_npy(tmp_path / "file.npy")
    assert isinstance(got, np.memmap) and not got.flags.writeable
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array)


def test_npy_in_fortran_order_is_mapped_too(tmp_path):
    np.save(tmp_path / "file.npy", np.asfortranarray(some_images()))
    got = read_npy(tmp_path / "file.npy")
    assert isinstance(got, np.memmap) and got.flags.f_contiguous
    np.testing.assert_array_equal(got, some_images())


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


@pytest.mark.parametrize("header, message", [
    ("'fortran_order': False, 'shape': (6, 4, 4)}", "expected 224 bytes for uint8 of shape (6, 4, 4)"),
    ("'fortran_order': False, 'shape': (1000000000000, 784)}", "for uint8 of shape (1000000000000, 784), got "),
    ("'fortran_order': False, 'shape': (-6, -4, 5)}", "of shape (-6, -4, 5)"),
    ("'fortran_order': False, 'shape': (6, 4, 5)" + " " * 10**6 + "}", "Header info length (1000116) is large"),
    ("'fortran_order': 3, 'shape': (6, 4, 5)}", "cannot be read"),
    ("'shape': ((((((", "cannot be read"),
])
def test_a_header_is_believed_where_it_fits_the_bytes_that_follow(tmp_path, header, message):
    header = b"{'descr': '|u1', " + header.encode()
    header += b" " * (-len(header) % 64 + 51) + b"\n"
    content = b"\x93NUMPY\2\0" + len(header).to_bytes(4, "little") + header + some_images().tobytes()
    assert message in refused(read_npy, write(tmp_path / "file.npy", content))
    with zipfile.ZipFile(tmp_path / "file.npz", "w") as archive:
        archive.writestr("x.npy", content)
    assert message in refused(read_npz, tmp_path / "file.npz")


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(tmp_path, version):
    with open(tmp_path / "file.npy", "wb") as file:
        np.lib.format.write_array(file, some_images(), version=version)
    np.testing.assert_array_equal(read_npy(tmp_path / "file.npy"), some_images())
    content = (tmp_path / "file.npy").read_bytes().replace(b"NUMPY" + bytes(version), b"NUMPY\4\0")
    assert "version 1, 2 or 3 of NumPy's format, got 4.0" in refused(read_npy, write(tmp_path / "file.npy", content))


def test_bytes_after_the_array_are_refused(tmp_path):
    with open(tmp_path / "two.npy", "wb") as file:
        np.save(file, some_images())
        np.save(file, np.arange(6))
    assert "expected 248 bytes for uint8 of shape (6, 4, 5), got 424 bytes" in refused(read_npy, tmp_path / "two.npy")


def test_a_header_that_python_2_wrote_is_read_without_a_word(tmp_path, recwarn):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (6L, 4L, 5L), }"
    header += b" " * (-len(header) % 64 + 53) + b"\n"
    content = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + some_images().tobytes()
    np.testing.assert_array_equal(read_npy(write(tmp_path / "old.npy", content)), some_images())
    assert len(recwarn) == 0


# .npz


def names_of(labels):
    return None if isinstance(labels, str) else labels.names


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("images_name", ["x", "X", "images", "data", "v", "Features", "anything"])
@pytest.mark.parametrize("labels_name", ["y", "labels", "Targets", None])
def test_npz_members_are_found_by_name(tmp_path, save, images_name, labels_name):
    members = {images_name: some_images()}
    if labels_name is not None:
        members[labels_name] = np.arange(6)
    save(tmp_path / "file.npz", **members)
    contents = read_npz(tmp_path / "file.npz")
    np.testing.assert_array_equal(contents.images, some_images())
    assert contents.part is None and names_of(contents.labels) == (None if labels_name is None else tuple(range(6)))


PARTS_BY_NAME = {
    "Keras": ("x_{}", "y_{}", "train", "test"),
    "scikit-learn": ("X_{}", "y_{}", "train", "test"),
    "MedMNIST": ("{}_images", "{}_labels", "train", "test"),
    "no line between": ("X{}", "Y{}", "train", "test"),
    "capitals": ("DATA_{}", "TARGETS_{}", "TRAIN", "TEST"),
    "whole words": ("{}_data", "{}_labels", "training", "test"),
    "the part alone": ("{}", "labels_{}", "train", "test"),
}


@pytest.mark.parametrize("style", PARTS_BY_NAME)
def test_npz_with_parts(tmp_path, style):
    images_name, labels_name, first, second = PARTS_BY_NAME[style]
    members = {images_name.format("val"): some_images(2), labels_name.format("val"): np.zeros((2, 1), np.uint8)}
    for part, n in ((second, 4), (first, 6)):
        members |= {images_name.format(part): some_images(n), labels_name.format(part): np.arange(n)[:, None]}
    np.savez(tmp_path / "f.npz", **members)
    assert parts_of_npz(tmp_path / "f.npz") == ("train", "test")
    for part, n, found in ((None, 6, "train"), ("train", 6, "train"), ("test", 4, "test")):
        contents = read_npz(tmp_path / "f.npz", part)
        np.testing.assert_array_equal(contents.images, some_images(n))
        assert contents.labels.names == tuple(range(n)) and contents.part == found


def test_an_npz_of_one_part_opens_as_that(tmp_path):
    np.savez(tmp_path / "f.npz", x_test=some_images(), y_test=np.arange(6))
    assert read_npz(tmp_path / "f.npz").part == "test" and parts_of_npz(tmp_path / "f.npz") == ("test",)
    message = "part: expected None or a part that {} has, got 'train'; it has x_test, y_test"
    assert refused(read_npz, tmp_path / "f.npz", "train") == message.format(tmp_path / "f.npz")


def test_the_names_of_scikit_learns_load_digits(tmp_path):
    rows = some_images().reshape(6, 20)
    np.savez(tmp_path / "f.npz", data=rows, target=np.arange(6), images=some_images(), DESCR=np.array("text"),
             target_names=np.arange(6), feature_names=np.array(["a", "b"]))
    contents = read_npz(tmp_path / "f.npz")
    np.testing.assert_array_equal(contents.images, some_images())  # with the shape of an image, not `data`
    assert contents.labels.names == tuple(range(6)) and parts_of_npz(tmp_path / "f.npz") == ()


def test_array_and_labels_name_what_is_to_be_read(tmp_path):
    kinds = np.array(list("abcabc"))
    np.savez(tmp_path / "f.npz", x=some_images(3), pixels=some_images(6), kind=kinds, y=np.arange(3))
    contents = read_npz(tmp_path / "f.npz", None, Layout(array="pixels", labels="kind"))
    np.testing.assert_array_equal(contents.images, some_images(6))
    assert contents.labels.names == ("a", "b", "c") and contents.part is None
    for option, name in (("array", "pixel"), ("labels", "z")):
        message = f"{option}: expected the name of an array in .*, got '{name}'; it has x, pixels, kind, y$"
        with pytest.raises(InvalidInput, match=message):
            read_npz(tmp_path / "f.npz", None, Layout(**{option: name}))
    with pytest.raises(InvalidInput, match="part: expected None with the name of an array, got 'test'"):
        read_npz(tmp_path / "f.npz", "test", Layout(array="pixels"))


@pytest.mark.parametrize("labels, reason", [
    (np.linspace(0, 1, 6), "real numbers"), (np.eye(6), "(6, 6)"), (np.array([{}, 1, 2, 3, 4, 5], object), "objects"),
    (np.zeros(6, "M8[s]"), "datetime64[s]"),
])
def test_labels_of_any_kind_are_no_obstacle(tmp_path, labels, reason):
    np.savez(tmp_path / "f.npz", x=some_images(), y=labels)
    contents = read_npz(tmp_path / "f.npz")
    assert reason in contents.labels
    np.testing.assert_array_equal(contents.images, some_images())


def test_labels_of_more_or_fewer_cases_are_refused(tmp_path):
    np.savez(tmp_path / "f.npz", x=some_images(), y=np.arange(5))
    assert "f.npz, array y: expected 6 labels, one for each image, got shape (5,)" in refused(
        read_npz, tmp_path / "f.npz")


def test_npz_without_images_that_can_be_told_is_refused(tmp_path):
    np.savez(tmp_path / "two.npz", a=some_images(), b=some_images())
    message = refused(read_npz, tmp_path / "two.npz")
    assert "a name such as x, images, data, x_train, or a single array, got a, b; name yours: array=..." in message
    np.savez(tmp_path / "both.npz", x=some_images(), X=some_images())
    assert "got x, X;" in refused(read_npz, tmp_path / "both.npz")
    np.savez(tmp_path / "labels.npz", y=np.arange(4))
    refused(read_npz, tmp_path / "labels.npz")
    np.savez(tmp_path / "parts.npz", x=some_images())
    refused(read_npz, tmp_path / "parts.npz", "test")


def test_a_refusal_names_at_most_ten_arrays_and_is_done_at_once(tmp_path):
    with zipfile.ZipFile(tmp_path / "many.npz", "w") as archive:
        for i in range(20_000):
            archive.writestr(f"\x1b[31m{i}{'n' * 50}.npy", b"")
    started = time.perf_counter()
    message = refused(read_npz, tmp_path / "many.npz")
    assert time.perf_counter() - started < 5
    assert "\\x1b[31m9nnn" in message and "[31m10" not in message and "and 19,990 more;" in message


def test_npz_that_is_cut_damaged_foreign_or_empty_is_refused(tmp_path):
    np.savez(tmp_path / "whole.npz", x=some_images())
    content = (tmp_path / "whole.npz").read_bytes()
    for length in (0, 10, 200, len(content) - 5):
        refused(read_npz, write(tmp_path / "cut.npz", content[:length]))
    place = content.index(some_images().tobytes())
    refused(read_npz, write(tmp_path / "crc.npz", content[:place] + b"\0\0\0\0" + content[place + 4 :]))
    np.save(tmp_path / "array.npy", some_images())
    refused(read_npz, (tmp_path / "array.npy").rename(tmp_path / "array.npz"))
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("x.txt", b"1 2 3")
    assert "got no array;" in refused(read_npz, tmp_path / "text.npz")


def test_a_shape_that_one_flipped_bit_makes_smaller_is_refused(tmp_path):
    """The checksum of a member counts only where it is read to its end."""
    np.savez(tmp_path / "f.npz", x=np.zeros((3000, 4), np.uint8))
    content = bytearray((tmp_path / "f.npz").read_bytes())
    content[content.index(b"(3000,") + 1] ^= 2
    refused(read_npz, write(tmp_path / "f.npz", content))


@pytest.mark.parametrize("says", ["the truth", "less"])
def test_an_npz_that_unpacks_beyond_measure_is_refused_before_it_is_unpacked(tmp_path, monkeypatch, says):
    """20 MB of zeros in 20 kB: the directory says so, or it lies and the array in it says so."""
    monkeypatch.setattr(files, "MOST_UNPACKED", 2**22)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (20_000, 1000)})
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("x.npy", "w") as file:
            file.write(header.getvalue())
            for _ in range(20):
                file.write(bytes(1_000_000))
    if says == "less":
        content = (tmp_path / "bomb.npz").read_bytes()
        size = len(header.getvalue()) + 20_000_000
        write(tmp_path / "bomb.npz", content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    tracemalloc.start()
    message = refused(read_npz, tmp_path / "bomb.npz")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2e6
    expected = "at most 4,194,304 bytes when unpacked" if says == "the truth" else "cannot be read"
    assert expected in message
