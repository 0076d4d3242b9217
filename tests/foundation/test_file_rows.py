"""Rows that stay in their file: what an index gives is what it gives of the array in memory."""
import gc
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm import open_data
from numpy_dgm.data.archives import read_npy
from numpy_dgm.data.rows import ChosenRows
from numpy_dgm.foundation import file_rows
from numpy_dgm.foundation.batches import as_cases, fingerprint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.file_rows import FileRows
from data_files import some_images

N = 11


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(file_rows, "LARGE_FILE", 0)


def indices(n):
    """Anything that picks rows of n."""
    return st.one_of(
        st.integers(-n, n - 1), st.slices(n),
        st.lists(st.integers(-n, n - 1), max_size=20).map(lambda x: np.array(x, int)),
        st.lists(st.booleans(), min_size=n, max_size=n).map(np.array),
        st.lists(st.integers(-n, n - 1), min_size=1, max_size=4))


@pytest.fixture(scope="module", params=["uint8", ">i4", "float64", "bool"])
def file_and_array(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "file.npy"
    array = np.random.default_rng(0).integers(0, 2, size=(N, 3, 4)).astype(request.param)
    np.save(path, array)
    return path, array


@settings(max_examples=100)
@given(index=indices(N), chosen=st.lists(st.integers(0, N - 1), min_size=1, max_size=N), at=st.booleans())
def test_an_index_gives_the_rows_that_it_gives_in_memory(file_and_array, index, chosen, at):
    path, array = file_and_array
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_rows, "LARGE_FILE", 0)
        if at:
            patch.setattr(file_rows, "read_at", file_rows.seek_and_read)  # as on Windows
        lazy = read_npy(path)
        assert isinstance(lazy, FileRows) and lazy.shape == array.shape and len(lazy) == N and lazy.dtype == array.dtype
        found = lazy[index]
        np.testing.assert_array_equal(found, array[index])
        assert found.dtype == array.dtype and type(found) is np.ndarray
        some = ChosenRows(lazy, np.array(chosen), (len(chosen), 12), lazy.dtype)
        flat = array[chosen].reshape(len(chosen), 12)
        for rows_of_it in (0, -1, slice(None), slice(0, 3), np.arange(len(chosen))[::-1]):
            np.testing.assert_array_equal(some[rows_of_it], flat[rows_of_it])


def test_a_slice_that_ends_before_it_starts_is_empty(file_and_array):
    path, array = file_and_array
    assert read_npy(path)[7:3].shape == array[7:3].shape == (0, 3, 4)


@pytest.mark.parametrize("index", [N, -N - 1, np.array([0, N]), [-N - 1]])
def test_rows_that_are_not_there_are_an_index_error(file_and_array, index):
    with pytest.raises(IndexError, match=f"of {N}"):
        read_npy(file_and_array[0])[index]


def test_data_of_a_large_file_are_those_of_a_small_one(tmp_path, monkeypatch):
    np.save(tmp_path / "file.npy", some_images(40))
    data = open_data(tmp_path / "file.npy")
    assert isinstance(data.images, FileRows) and data.images.shape == (40, 20) and data.image_shape == (4, 5)
    assert "images uint8 (40, 20) in a file" in repr(data) and "(2, 20) in a file" in repr(data.take([3, 4]))
    assert data.checksum == fingerprint(some_images(40).reshape(40, 20))
    monkeypatch.setattr(file_rows, "LARGE_FILE", 2**30)
    mapped = open_data(tmp_path / "file.npy")
    assert isinstance(mapped.images, np.memmap) and mapped.describe() == data.describe()
    for index in (5, slice(3, 30), np.array([7, 2, 7]), np.arange(40) % 3 == 0):
        np.testing.assert_array_equal(data[index], mapped[index])
        np.testing.assert_array_equal(data.take(np.arange(40)[::-1])[index], mapped[:][::-1][index])
    assert len(list(data)) == 40


def test_what_cannot_be_read_by_position_is_mapped(tmp_path):
    for array in (np.asfortranarray(some_images()), np.arange(5)):
        np.save(tmp_path / "file.npy", array)
        assert isinstance(read_npy(tmp_path / "file.npy"), np.memmap)


def test_a_file_that_has_become_shorter_is_named(tmp_path):
    np.save(tmp_path / "file.npy", some_images(40))
    lazy = read_npy(tmp_path / "file.npy")
    with open(tmp_path / "file.npy", "r+b") as file:
        file.truncate(300)
    assert lazy[0].shape == (4, 5)
    with pytest.raises(InvalidInput, match="file.npy: rows up to 30 are no longer there; the file has changed"):
        lazy[30]


PARTS = [slice(None), slice(3, 9), slice(-2, None)]


@pytest.mark.parametrize("part", PARTS, ids=str)
@pytest.mark.parametrize("as_array", [False, True])
def test_a_part_of_a_map_is_read_where_it_stands(tmp_path, part, as_array):
    np.save(tmp_path / "file.npy", some_images(12))
    mapped = np.load(tmp_path / "file.npy", mmap_mode="r")[part]
    mapped = np.asarray(mapped).reshape(len(mapped), 20) if as_array else mapped
    rows = as_cases("data", mapped)
    assert isinstance(rows, FileRows) and rows.shape == mapped.shape
    np.testing.assert_array_equal(rows[:], mapped)
    np.testing.assert_array_equal(rows[[-1, 0, 1]], mapped[[-1, 0, 1]])


def test_what_is_no_file_as_it_stands_there_is_indexed_as_the_array_that_it_is(tmp_path):
    path = tmp_path / "file.npy"
    np.save(path, some_images(12).reshape(12, 20))
    mapped = np.load(path, mmap_mode="r")
    others = [mapped[:, ::2], mapped[::-1], mapped[:, 3], np.load(path), np.load(path, mmap_mode="r+"),
              np.load(path, mmap_mode="c"), mapped + 0]
    for other in others:
        assert as_cases("data", other) is other
    few = np.zeros((12, 20))
    few[8] = 1
    np.save(tmp_path / "few.npy", few)
    every_second = np.load(tmp_path / "few.npy", mmap_mode="r")[:, ::2]
    assert as_cases("data", every_second) is every_second  # whose first and last rows are alike as they stand there
    os.replace(path, tmp_path / "elsewhere.npy")
    np.save(path, 1 + some_images(12).reshape(12, 20))
    assert as_cases("data", mapped) is mapped
    os.remove(path)
    assert as_cases("data", mapped) is mapped


def test_a_file_is_closed_when_its_rows_are_no_longer_needed(tmp_path):
    np.save(tmp_path / "file.npy", some_images(12))
    rows = read_npy(tmp_path / "file.npy")
    file = rows.file
    del rows
    gc.collect()
    assert file.closed


def test_what_the_system_reads_in_parts_is_read_to_its_end(tmp_path, monkeypatch):
    """One call of the system gives 2 GiB at the most; here it gives 7 bytes."""
    np.save(tmp_path / "rows.npy", np.arange(60, dtype=np.int32).reshape(12, 5))
    rows = FileRows(tmp_path / "rows.npy", np.dtype(np.int32), 128, (12, 5))
    at_once = file_rows.read_at
    monkeypatch.setattr(file_rows, "read_at", lambda file, n_bytes, place: at_once(file, min(7, n_bytes), place))
    np.testing.assert_array_equal(rows[:], np.arange(60).reshape(12, 5))
    np.testing.assert_array_equal(rows[[3, 1]], np.arange(60).reshape(12, 5)[[3, 1]])
