"""Rows read from a file by position are those of the array in it."""
import numpy as np
import pytest

from numpy_dgm.data.rows import FileRows

INDICES = [0, 7, -1, slice(2, 5), slice(None), slice(8, 1, -3), [3, 1, 1], [-1, -8], np.arange(8) % 2 == 0,
           np.array([[0, 5], [7, 2]])]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_rows_are_those_of_the_array(index, tmp_path):
    array = np.arange(8 * 6, dtype=">i2").reshape(8, 2, 3)
    (tmp_path / "file").write_bytes(b"a header" + array.tobytes())
    rows = FileRows(tmp_path / "file", array.dtype, 8, array.shape)
    np.testing.assert_array_equal(rows[index], array[index])


def test_a_row_that_is_not_there_is_an_index_error(tmp_path):
    (tmp_path / "file").write_bytes(bytes(6))
    rows = FileRows(tmp_path / "file", np.dtype(np.uint8), 0, (3, 2))
    for index in (3, -4, [0, 3]):
        with pytest.raises(IndexError):
            rows[index]
