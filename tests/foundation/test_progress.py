"""The history of a run, and the line that says how far it is."""
import io
import re

import numpy as np
import pytest

from numpy_dgm.foundation import progress as progress_module
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.progress import History, Progress, history_from_state


def test_the_history_gives_each_series_back_as_an_array():
    history = History()
    for epoch in range(3):
        history.record(rate=np.float32(0.5) / (epoch + 1), loss=epoch)
    assert history["loss"].dtype == np.float64
    np.testing.assert_array_equal(history["loss"], [0, 1, 2])
    np.testing.assert_array_equal(history["rate"], [0.5, 0.25, np.float32(0.5) / 3])
    assert "rate" in history and "seconds" not in history
    with pytest.raises(KeyError):
        history["seconds"]


def test_the_latest_numbers_are_the_last_of_each_series():
    assert History({"epoch": [1.0, 2.0], "loss": [5.0]}).latest() == {"epoch": 2.0, "loss": 5.0}


def test_the_history_shows_one_line_a_series_with_first_and_last():
    lines = repr(History({"rate": [0.1, 0.05], "loss": [3.0]})).splitlines()
    assert len(lines) == 3 and repr(History()) == "History"
    assert re.search(r"rate +2 values, 0\.1 first, 0\.05 last", lines[1])
    assert re.search(r"loss +1 values, 3 first, 3 last", lines[2])


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Time that passes by `step` seconds from one epoch to the next."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(progress_module.time, "monotonic", lambda: self.now)


def report(stream, monkeypatch, epochs=20, first=1, seconds_an_epoch=1.0, **values):
    clock = Clock(monkeypatch)
    progress = Progress(epochs, first - 1, cases=300, stream=stream)
    for epoch in range(first, epochs + 1):
        clock.now += seconds_an_epoch
        progress.show(epoch, values)
    progress.finish()
    return stream.getvalue()


def test_on_a_terminal_one_line_renews_itself_and_ends_with_the_run(monkeypatch):
    text = report(Terminal(), monkeypatch, reconstruction_error=0.125)
    assert text.count("\n") == 1 and text.endswith("\n")
    lines = text[:-1].split("\r")
    assert lines[0] == "" and len(lines) == 21
    assert all(line.startswith("\033[K") for line in lines[1:])  # what stood there is erased first
    assert "epoch 15/20" in lines[15] and "reconstruction error 0.125" in lines[15]


@pytest.mark.parametrize("first", [1, 11])
def test_rate_and_time_left_count_the_epochs_of_this_run_only(first, monkeypatch):
    """300 cases in 10 s are 30 a second; after epoch 15 of 20, 5 epochs of 10 s are left."""
    text = report(Terminal(), monkeypatch, first=first, seconds_an_epoch=10.0)
    line = next(line for line in text.split("\r") if "epoch 15/20" in line)
    assert " 30 cases/s" in line and "0:50 left" in line
    assert "0:00 left" in text.split("\r")[-1]


def test_elsewhere_plain_lines_come_first_last_and_every_five_seconds(monkeypatch):
    text = report(io.StringIO(), monkeypatch)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    epochs = [int(re.match(r"epoch (\d+)/20 ", line).group(1)) for line in text.splitlines()]
    assert epochs == [1, 6, 11, 16, 20]


def test_a_long_run_elsewhere_does_not_fill_the_log(monkeypatch):
    text = report(io.StringIO(), monkeypatch, epochs=1000, seconds_an_epoch=0.01)
    assert len(text.splitlines()) == 1 + 1 + 1  # first, at most 10 s / 5 s - 1, last


def test_a_run_that_ends_early_ends_its_line_on_a_terminal_and_adds_nothing_elsewhere():
    for stream, ending in ((Terminal(), "\n"), (io.StringIO(), "")):
        progress = Progress(10, stream=stream)
        progress.show(1, {})
        before = stream.getvalue()
        progress.finish()
        progress.finish()  # once is enough
        assert stream.getvalue() == before + ending


def test_nothing_shown_needs_no_ending():
    stream = Terminal()
    Progress(10, stream=stream).finish()
    assert stream.getvalue() == ""


def test_the_history_comes_back_from_its_state():
    history = History()
    history.record(epoch=1, loss=0.5)
    history.record(epoch=2, loss=0.25)
    history.snapshots.append((1, np.arange(6.0).reshape(3, 2)))
    back = history_from_state("history", history.to_state())
    assert back.series == history.series
    [(when, array)] = back.snapshots
    assert when == 1 and np.array_equal(array, np.arange(6.0).reshape(3, 2))
    assert back.last("loss", 7.0) == 0.25 and back.last("seconds", 7.0) == 7.0


def test_a_state_shares_nothing_that_moves_with_the_history():
    history = History()
    history.record(loss=1.0)
    state = history.to_state()
    history.record(loss=2.0)
    history.snapshots.append((1, np.zeros(2)))
    assert state == {"series": {"loss": [1.0]}, "snapshots": []}


@pytest.mark.parametrize("state", [
    None, 3, [], {}, {"series": {}}, {"series": [], "snapshots": []}, {"series": {}, "snapshots": {}},
    {"series": {"loss": "abc"}, "snapshots": []}, {"series": {"loss": [1.0, "x"]}, "snapshots": []},
    {"series": {"loss": [1.0, None]}, "snapshots": []}, {"series": {}, "snapshots": [[1]]},
    {"series": {}, "snapshots": [[1, 2.0]]}, {"series": {}, "snapshots": [3]},
])
def test_what_is_no_history_is_refused(state):
    with pytest.raises(InvalidInput, match="^history: expected "):
        history_from_state("history", state)
