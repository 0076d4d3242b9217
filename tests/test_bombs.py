"""Files that unpack to far more than they are; those of gigabytes are tried by hand, tests/bombs.py."""
import os

import bombs
import pytest


@pytest.mark.skipif(os.name != "posix", reason="the peak is told by POSIX")
def test_files_that_unpack_beyond_measure_are_refused_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setitem(bombs.NAMES, "checkpoint", "run")
    peaks = {}
    for name in ("none", ".npz", "checkpoint"):
        write, line = bombs.BOMBS[name]
        path = tmp_path / bombs.NAMES.get(name, name)
        write(path, 2**29)
        _, peaks[name], _ = bombs.outcome(line.format(path.name), tmp_path)
    assert max(peaks.values()) - peaks["none"] < 100
