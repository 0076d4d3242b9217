"""Rows that stay in their file: what an index gives is what it gives of the array in memory."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm import open_data
from numpy_dgm.data.archives import read_npy
from numpy_dgm.data.rows import ChosenRows
from data_files import some_images

N = 11


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
@given(data=st.data(), chosen=st.lists(st.integers(0, N - 1), min_size=1, max_size=N))
def test_an_index_gives_the_rows_that_it_gives_in_memory(file_and_array, data, chosen):
    path, array = file_and_array
    mapped = read_npy(path)
    assert isinstance(mapped, np.memmap) and mapped.mode == "r"
    some = ChosenRows(mapped, np.array(chosen), (len(chosen), 12), mapped.dtype)
    index = data.draw(indices(len(chosen)))
    found = some[index]
    np.testing.assert_array_equal(found, array[chosen].reshape(len(chosen), 12)[index])
    assert found.dtype == array.dtype and len(some) == len(chosen)


@pytest.mark.parametrize("index", [4, -5, np.array([0, 4]), [-5]])
def test_rows_that_are_not_there_are_an_index_error(file_and_array, index):
    some = ChosenRows(read_npy(file_and_array[0]), np.arange(4), (4, 12), np.dtype(np.uint8))
    with pytest.raises(IndexError):
        some[index]


def test_data_of_a_file_are_read_when_they_are_asked_for(tmp_path):
    np.save(tmp_path / "file.npy", some_images(40))
    data = open_data(tmp_path / "file.npy")
    assert data.images.shape == (40, 20) and data.image_shape == (4, 5)
    assert "images uint8 (40, 20) in a memory map" in repr(data) and "(2, 20) in a mem" in repr(data.take([3, 4]))
    for index in (5, slice(3, 30), np.array([7, 2, 7]), np.arange(40) % 3 == 0):
        np.testing.assert_array_equal(data.take(np.arange(40)[::-1])[index], data[:][::-1][index])
    assert len(list(data)) == 40
