import gzip

import numpy as np
import pytest

from numpy_dgm.data import files
from numpy_dgm.data.files import MOST_UNPACKED, content_size, most_unpacked, open_content, readable
from data_files import refused, write


def test_what_may_be_unpacked_grows_with_what_is_packed(tmp_path, monkeypatch):
    assert most_unpacked(0) == most_unpacked(MOST_UNPACKED // 100) == MOST_UNPACKED
    assert most_unpacked(2**30) == 100 * 2**30
    monkeypatch.setattr(files, "MOST_UNPACKED", 10)
    content = bytes(2000)
    path = write(tmp_path / "file", gzip.compress(content))
    assert content_size(path) == 2000 and 10 < path.stat().st_size < 100
    with open_content(path) as file:
        assert file.read() == content
    packed = gzip.compress(bytes(100_000))
    message = refused(content_size, write(tmp_path / "file", packed))
    most = f"at most {100 * len(packed):,} bytes when unpacked (10, or 100 times the packed ones), got more; if it"
    assert most in message


def test_files_that_are_not_packed_may_have_any_size(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 10)
    monkeypatch.setattr(files, "MOST_TIMES", 0)
    assert content_size(write(tmp_path / "file.gz", bytes(100))) == 100


@pytest.mark.parametrize("error", files.UNREADABLE)
def test_whatever_foreign_bytes_raise_becomes_a_sentence(tmp_path, error):
    def read(path):
        with readable(path, "numbers"):
            raise UnicodeDecodeError("utf8", b"", 0, 1, "a\x1b\nb") if error is ValueError else error("a\x1b\nb" * 200)

    assert ": expected numbers, got a file that cannot be read (" in refused(read, tmp_path)


def test_other_errors_are_left_alone():
    with pytest.raises(ZeroDivisionError), readable("file", "numbers"):
        np.zeros(3).tolist()[0] / 0
