import io
import math
import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.energy import init_rbm, train_rbm
from numpy_dgm.foundation import training
from numpy_dgm.foundation.checks import InvalidInput, check_array
from numpy_dgm.foundation.records import Record
from numpy_dgm.foundation.training import (
    CASES_AT_ONCE,
    Diverged,
    EarlyStopping,
    History,
    Progress,
    check_cases,
    check_finite,
    fingerprint,
    mean_of_cases,
    minibatches,
    split_rows,
)


class AskedRows:
    """Data that is too large to be read whole: it remembers which rows were asked for, request by request."""

    def __init__(self, n_cases, width):
        self.shape, self.requests = (n_cases, width), []

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        rows = np.arange(len(self))[rows]
        self.requests.append(rows)
        return np.repeat(rows[:, None], self.shape[1], axis=1).astype(np.uint8)


def numbered(n, width=2):
    """Cases that say their own number."""
    return np.repeat(np.arange(n)[:, None], width, axis=1)


def rng(seed=0):
    return np.random.default_rng(seed)


# minibatches and splits


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 1000))
def test_an_epoch_has_every_case_once_in_batches_of_the_size_asked_for(n, batch_size, seed):
    rows = rng(seed).permutation(60)[:n]
    batches = list(minibatches(numbered(60), rows, batch_size, rng(seed), np.float32))
    sizes = [len(batch) for batch in batches]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1) and sizes[-1] == n - sum(sizes[:-1]) > 0
    assert all(batch.dtype == np.float32 and batch.shape[1] == 2 for batch in batches)
    assert sorted(np.concatenate(batches)[:, 0].tolist()) == sorted(rows.tolist())


def test_each_epoch_has_a_fresh_order_that_the_seed_decides():
    def epochs(seed):
        generator, rows = rng(seed), np.arange(50)
        return [np.concatenate(list(minibatches(numbered(50), rows, 8, generator, float))) for _ in range(3)]

    first, second, third = epochs(1)
    assert not np.array_equal(first, second) and not np.array_equal(second, third)
    assert not np.array_equal(first, numbered(50))
    for epoch, again in zip((first, second, third), epochs(1)):
        np.testing.assert_array_equal(epoch, again)


def test_only_the_rows_of_a_batch_are_read_and_only_when_it_is_drawn():
    data = AskedRows(100, 3)
    batches = minibatches(data, np.arange(20, 70), 16, rng(), np.float64)
    assert data.requests == []
    for n_drawn, batch in enumerate(batches, start=1):
        assert len(data.requests) == n_drawn
        np.testing.assert_array_equal(data.requests[-1], batch[:, 0])
    assert sorted(np.concatenate(data.requests).tolist()) == list(range(20, 70))


def test_a_memory_map_of_bytes_is_converted_batch_by_batch(tmp_path):
    np.save(tmp_path / "data.npy", numbered(30).astype(np.uint8))
    data = np.load(tmp_path / "data.npy", mmap_mode="r")
    batches = list(minibatches(data, np.arange(30), 7, rng(), np.float32))
    assert all(type(batch) is np.ndarray and batch.dtype == np.float32 for batch in batches)
    assert sorted(np.concatenate(batches)[:, 0].tolist()) == list(range(30))


@settings(max_examples=100)
@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 1000))
def test_a_split_is_disjoint_and_exhaustive_and_holds_out_its_share(n, share, seed):
    if not 0.5 < share * n < n - 0.5:
        with pytest.raises(InvalidInput, match="validation"):
            split_rows(n, share, rng(seed))
        return
    train_rows, held_out = split_rows(n, share, rng(seed))
    assert abs(len(held_out) - share * n) <= 0.5
    np.testing.assert_array_equal(np.sort(np.concatenate([train_rows, held_out])), np.arange(n))
    assert np.all(np.diff(train_rows) > 0) and np.all(np.diff(held_out) > 0)


def test_a_split_is_random_and_a_share_of_zero_holds_out_nothing():
    assert not np.array_equal(split_rows(100, 0.2, rng(0))[1], split_rows(100, 0.2, rng(1))[1])
    train_rows, held_out = split_rows(10, 0.0, rng())
    assert len(held_out) == 0 and len(train_rows) == 10


@pytest.mark.parametrize("share, what", [(0.99, "leaves none to train on"), (0.01, "holds out none")])
def test_a_share_that_leaves_nothing_on_one_side_is_refused(share, what):
    with pytest.raises(InvalidInput, match=f"validation.*{what}"):
        split_rows(10, share, rng())


def test_every_case_is_held_out_as_often_as_any_other():
    """Over R splits a case is held out with probability 0.3: 4.5 standard errors √(0.3 · 0.7 / R)."""
    generator, runs = rng(4), 2000
    counts = sum(np.bincount(split_rows(20, 0.3, generator)[1], minlength=20) for _ in range(runs))
    assert np.all(np.abs(counts / runs - 0.3) < 4.5 * math.sqrt(0.3 * 0.7 / runs))


# the door for data


def zero_to(high):
    """A check of values such as `check_cases` takes: within [0, high]."""
    return lambda name, block, width: check_array(name, block, width=width, low=0, high=high)


@pytest.mark.parametrize("data", [
    np.zeros((3, 2)), np.ones((3, 2), np.uint8), np.ones((3, 2), bool), [[0, 1], [1, 0.5]],
])
def test_cases_that_can_be_trained_on_pass(data):
    checked = check_cases("data", data, 2, zero_to(1))
    np.testing.assert_array_equal(checked, data)
    assert checked is data or isinstance(data, list)


BAD_CASES = {
    "one axis": (np.zeros(2), "(2,)", "(cases, 2)"),
    "three axes": (np.zeros((3, 2, 1)), "(3, 2, 1)", "(cases, 2)"),
    "too wide": (np.zeros((3, 4)), "(3, 4)", "(cases, 2)"),
    "no cases": (np.zeros((0, 2)), "(0, 2)", "at least one case"),
    "an empty list": ([], "(0,)", "wanted"),
    "objects": (np.array([[None, 1]]), "object", "real numbers"),
    "complex": (np.zeros((3, 2), complex), "complex128", "real numbers"),
    "text": (np.array([["a", "b"]]), "<U1", "real numbers"),
    "NaN": (np.array([[0.0, np.nan]]), "1 of 2", "finite"),
    "infinity": (np.array([[np.inf, -np.inf]]), "2 of 2", "finite"),
    "too large": (np.array([[0, 255]], np.uint8), "0 to 255", "[0, 1]"),
    "too small": (np.array([[-0.5, 0.5]]), "-0.5 to 0.5", "[0, 1]"),
    "ragged": ([[0, 1], [1]], "different lengths", "rectangular"),
    "ragged objects": ([[0, 1], [1, {}]], "object", "real numbers"),
    "a path": ("digits.npy", "str", "an array"),
    "nothing": (None, "NoneType", "an array"),
    "a number": (3.0, "float", "an array"),
}


@pytest.mark.parametrize("case", BAD_CASES)
def test_bad_cases_are_refused_with_what_came_and_what_was_wanted(case):
    data, came, wanted = BAD_CASES[case]
    with pytest.raises(InvalidInput) as caught:
        check_cases("data", data, 2, zero_to(1))
    message = str(caught.value)
    assert message.startswith("data: ") and came in message and wanted in message and "\n" not in message


def test_the_last_of_many_cases_is_looked_at_too_and_none_all_at_once(monkeypatch):
    monkeypatch.setattr(training, "CASES_AT_ONCE", 7)
    data = AskedRows(24, 2)
    check_cases("data", data, 2, zero_to(23))
    assert [len(rows) for rows in data.requests] == [7, 7, 7, 3]
    with pytest.raises(InvalidInput, match="21 to 23"):
        check_cases("data", AskedRows(24, 2), 2, zero_to(22))


# means and fingerprints


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_the_mean_of_cases_is_their_mean_in_float64(dtype):
    data = (200 * rng(1).random((2 * CASES_AT_ONCE + 11, 3))).astype(dtype)
    rows = np.sort(rng(2).permutation(len(data))[: 2 * CASES_AT_ONCE + 5])  # three blocks, the last short
    mean = mean_of_cases(data, rows)
    assert mean.dtype == np.float64
    np.testing.assert_allclose(mean, data.astype(np.float64)[rows].mean(axis=0), rtol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 5, 50, 63, 64])
def test_the_fingerprint_tells_any_changed_case_of_up_to_64(n):
    data = rng(n).random((n, 3))
    assert fingerprint(data) == fingerprint(data.copy())
    for row in range(n):
        other = data.copy()
        other[row, row % 3] += 1e-12
        assert fingerprint(other) != fingerprint(data)


def test_the_fingerprint_tells_shapes_and_orders_and_reads_few_cases():
    data = rng().random((12, 5))
    others = [data, data.reshape(10, 6), data[:, ::-1], data[::-1], data.T, data[:6]]
    assert len({fingerprint(other) for other in others}) == 6
    large = AskedRows(1_000_000, 2)
    assert fingerprint(large).startswith("1000000 x 2")
    assert sum(len(rows) for rows in large.requests) <= 64
    assert fingerprint((data > 0.5).astype(np.uint8)) == fingerprint((data > 0.5).astype(np.float32))


# history and progress


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
        monkeypatch.setattr(training.time, "monotonic", lambda: self.now)


def report(stream, monkeypatch, epochs=20, first=1, seconds_an_epoch=1.0, **values):
    clock = Clock(monkeypatch)
    progress = Progress(epochs, first - 1, stream=stream)
    for epoch in range(first, epochs + 1):
        clock.now += seconds_an_epoch
        progress.show(epoch, 300, **values)
    return stream.getvalue()


def test_on_a_terminal_one_line_renews_itself_and_ends_with_the_run(monkeypatch):
    text = report(Terminal(), monkeypatch, reconstruction_error=0.125)
    assert text.count("\n") == 1 and text.endswith("\n")
    lines = text[:-1].split("\r")
    assert lines[0] == "" and len(lines) == 21
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


# early stopping and divergence


def test_early_stopping_stops_after_patience_and_keeps_the_best():
    stopping, vector = EarlyStopping(patience=3), np.zeros(2)
    answers = []
    for score in [-5.0, -3.0, -4.0, -3.0, -1.0, -2.0, -1.5, -1.2]:
        vector[:] = score  # the loop's own vector moves on
        answers.append(stopping.should_stop(score, vector))
    assert answers == [False] * 7 + [True]
    assert stopping.best_score == -1.0
    np.testing.assert_array_equal(stopping.best_vector, [-1.0, -1.0])


def test_patience_1_stops_at_the_first_epoch_that_is_no_better():
    stopping = EarlyStopping(patience=1)
    assert not stopping.should_stop(0.0, np.zeros(1))
    assert not stopping.should_stop(0.1, np.zeros(1))
    assert stopping.should_stop(0.1, np.zeros(1))


def test_early_stopping_goes_on_from_where_it_stood():
    scores = [1.0, 3.0, 2.0, 2.5, 2.9, 0.0]
    whole = EarlyStopping(patience=4)
    answers = [whole.should_stop(score, np.full(2, score)) for score in scores]
    first = EarlyStopping(patience=4)
    for score in scores[:3]:
        first.should_stop(score, np.full(2, score))
    second = EarlyStopping(**vars(first))
    assert [second.should_stop(score, np.full(2, score)) for score in scores[3:]] == answers[3:]
    np.testing.assert_array_equal(second.best_vector, whole.best_vector)


@dataclass(frozen=True, eq=False, repr=False)
class Model(Record):
    W: np.ndarray
    b: np.ndarray
    mask: np.ndarray

    trainable = ("W", "b")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["W", "b", "loss"])
def test_what_is_no_longer_finite_is_named_and_the_last_good_model_handed_over(name, bad):
    arrays = {"W": np.zeros((2, 3)), "b": np.zeros(3), "loss": 0.0}
    last_good = Model(np.zeros((2, 3)), np.zeros(3), None)
    check_finite(Model(arrays["W"], arrays["b"], np.array([np.nan])), "epoch 4", last_good, loss=arrays["loss"])
    arrays[name] = np.full(np.shape(arrays[name]), bad)
    with pytest.raises(Diverged, match=f"epoch 4: {name} is no longer finite; a smaller") as caught:
        check_finite(Model(arrays["W"], arrays["b"], None), "epoch 4", last_good, loss=arrays["loss"])
    assert caught.value.model is last_good and isinstance(caught.value, FloatingPointError)


def test_one_bad_entry_among_many_is_found():
    W = np.zeros((50, 50))
    W[37, 12] = np.nan
    with pytest.raises(Diverged, match="W is"):
        check_finite(Model(W, np.zeros(3), None), "epoch 1")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the overflow is what the test is after
@pytest.mark.parametrize("optimizer, rate", [("sgd", 1e39), ("momentum", 1e38), ("adam", 1e39)])
def test_a_run_with_an_absurd_rate_stops_with_the_last_good_model(optimizer, rate):
    data = rng().integers(0, 2, size=(40, 6)).astype(np.float32)
    start = init_rbm(6, 4, rng())
    with pytest.raises(Diverged, match="no longer finite") as caught:
        train_rbm(start, data, epochs=50, rng=rng(), rate=rate, schedule="constant", optimizer=optimizer)
    model = caught.value.model
    assert all(np.isfinite(getattr(model, name)).all() for name in model.trainable)
    assert np.isfinite(start.W).all()


def test_a_run_that_stops_early_ends_its_line_on_a_terminal_and_adds_nothing_elsewhere():
    for on_terminal, ending in ((True, "\n"), (False, "")):
        stream = io.StringIO()
        stream.isatty = lambda: on_terminal  # noqa: B023 (called within this turn of the loop)
        progress = Progress(10, stream=stream)
        progress.show(1, cases=100)
        before = stream.getvalue()
        progress.finish()
        assert stream.getvalue() == before + ending
