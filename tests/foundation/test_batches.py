"""Minibatches, splits, blocks, and what is checked of data before a run."""
import math
import pathlib
import re
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.data import open_data
from numpy_dgm.foundation import batches, file_rows
from numpy_dgm.foundation.batches import (
    CASES_AT_ONCE,
    case_blocks,
    check_cases,
    count_minibatches,
    describe_cases,
    fingerprint,
    fingerprint_with_labels,
    mean_of_cases,
    minibatches,
    row_blocks,
    split_rows,
)
from numpy_dgm.foundation.checks import InvalidInput, check_array


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
    epoch = list(minibatches(rows, batch_size, rng(seed)))
    sizes = [len(batch) for batch in epoch]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1) and sizes[-1] == n - sum(sizes[:-1]) > 0
    assert len(epoch) == count_minibatches(rows, batch_size)
    assert sorted(np.concatenate(epoch).tolist()) == sorted(rows.tolist())


def test_each_epoch_has_a_fresh_order_that_the_seed_decides():
    def epochs(seed):
        generator, rows = rng(seed), np.arange(50)
        return [np.concatenate(list(minibatches(rows, 8, generator))) for _ in range(3)]

    first, second, third = epochs(1)
    assert not np.array_equal(first, second) and not np.array_equal(second, third)
    assert not np.array_equal(first, np.arange(50))
    for epoch, again in zip((first, second, third), epochs(1)):
        np.testing.assert_array_equal(epoch, again)


@settings(max_examples=60)
@given(st.integers(0, 100), st.integers(0, 9), st.integers(0, 200))
def test_blocks_cover_the_rows_once_in_their_order(n, width, numbers_at_once):
    blocks = list(row_blocks(n, width, numbers_at_once))
    assert [i for rows in blocks for i in range(n)[rows]] == list(range(n))
    assert all(rows.stop - rows.start == max(1, numbers_at_once // max(1, width)) for rows in blocks[:-1])
    assert not blocks or blocks[-1].stop == n


def test_cases_go_through_a_model_in_their_order_so_many_at_once(monkeypatch):
    monkeypatch.setattr(batches, "CASES_AT_ONCE", 3)
    data = rng().random((20, 2))
    rows = np.array([7, 3, 3, 19, 0, 1, 12, 5])
    blocks = list(case_blocks(data, rows, np.float32))
    assert [block.shape for block in blocks] == [(3, 2), (3, 2), (2, 2)] and blocks[0].dtype == np.float32
    np.testing.assert_array_equal(np.concatenate(blocks), data[rows].astype(np.float32))


# memory maps


def resident_file_pages():
    """Bytes of mapped files in this process's memory."""
    status = pathlib.Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"RssFile:\s+(\d+) kB", status)[1])


@pytest.fixture
def large_file(tmp_path, monkeypatch):
    """A mapped file of 64 MB, all zeros, that counts as a large one."""
    monkeypatch.setattr(file_rows, "LARGE_FILE", 2**20)
    np.lib.format.open_memmap(tmp_path / "zeros.npy", "w+", np.uint8, (2**16, 1024)).flush()
    return tmp_path / "zeros.npy"


WAYS_TO_READ = {
    "check": lambda data: None,
    "mean": lambda data: mean_of_cases(data, np.arange(0, len(data), 2)),
    "fingerprint": fingerprint,
    "minibatches": lambda data: [data[rows] for rows in minibatches(np.arange(len(data)), 500, rng())][0],
    "blocks": lambda data: [len(block) for block in case_blocks(data, rng().permutation(len(data)))],
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
@pytest.mark.parametrize("way", WAYS_TO_READ)
def test_a_large_mapped_file_does_not_stay_in_memory(large_file, way):
    before = resident_file_pages()
    data = check_cases("data", np.load(large_file, mmap_mode="r"), 1024, zero_to(1))
    WAYS_TO_READ[way](data)
    assert resident_file_pages() - before < 2 * 2**20


@settings(max_examples=100)
@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 1000))
def test_a_split_is_disjoint_and_exhaustive_and_holds_out_its_fraction(n, fraction, seed):
    if not 0.5 < fraction * n < n - 0.5:
        with pytest.raises(InvalidInput, match="validation"):
            split_rows(n, fraction, rng(seed))
        return
    train_rows, held_out = split_rows(n, fraction, rng(seed))
    assert abs(len(held_out) - fraction * n) <= 0.5
    np.testing.assert_array_equal(np.sort(np.concatenate([train_rows, held_out])), np.arange(n))
    assert np.all(np.diff(train_rows) > 0) and np.all(np.diff(held_out) > 0)


def test_a_split_is_random_and_a_fraction_of_zero_holds_out_nothing():
    assert not np.array_equal(split_rows(100, 0.2, rng(0))[1], split_rows(100, 0.2, rng(1))[1])
    train_rows, held_out = split_rows(10, 0.0, rng())
    assert len(held_out) == 0 and len(train_rows) == 10


@pytest.mark.parametrize("fraction, what", [(0.99, "leaves none to train on"), (0.01, "holds out none")])
def test_a_fraction_that_leaves_nothing_on_one_side_is_refused(fraction, what):
    with pytest.raises(InvalidInput, match=f"validation.*{what}"):
        split_rows(10, fraction, rng())


def test_every_case_is_held_out_as_often_as_any_other():
    """Over R splits a case is held out with probability 0.3: 4.5 standard errors √(0.3 · 0.7 / R)."""
    generator, runs = rng(4), 2000
    counts = sum(np.bincount(split_rows(20, 0.3, generator)[1], minlength=20) for _ in range(runs))
    assert np.all(np.abs(counts / runs - 0.3) < 4.5 * math.sqrt(0.3 * 0.7 / runs))


# the check of data


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
    "an empty list": ([], "(0,)", "(cases, 2)"),
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
def test_bad_cases_are_refused_with_what_was_expected_and_what_was_got(case):
    data, got, expected = BAD_CASES[case]
    with pytest.raises(InvalidInput) as caught:
        check_cases("data", data, 2, zero_to(1))
    message = str(caught.value)
    assert message.startswith("data: ") and got in message and expected in message and "\n" not in message


def test_the_last_of_many_cases_is_looked_at_too_and_none_all_at_once(monkeypatch):
    monkeypatch.setattr(batches, "row_blocks", lambda n, width: row_blocks(n, width, 7 * width))
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


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(1, 5), st.sampled_from(["uint8", "float32", "float64", "int64"]),
       st.integers(1, 50), st.integers(0, 1000))
def test_the_fingerprint_tells_any_changed_number_of_any_case(n, width, dtype, at_once, seed):
    """However the cases are cut into blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "row_blocks", lambda n, width: row_blocks(n, width, at_once))
        data = (rng(seed).random((n, width)) * 200).astype(dtype)
        assert fingerprint(data) == fingerprint(data.copy()) == fingerprint(np.asfortranarray(data))
        for row in range(n):
            other = data.copy()
            other[row, row % width] += 1e-12 if dtype == "float64" else 1
            other[row, row % width] = np.nextafter(other[row, row % width], 1e9) if dtype == "float32" else (
                other[row, row % width])
            assert fingerprint(other) != fingerprint(data)


def test_the_fingerprint_tells_shapes_and_orders_and_reads_in_blocks(monkeypatch):
    data = rng().random((12, 5))
    others = [data, data.reshape(10, 6), data[:, ::-1], data[::-1], data.T, data[:6]]
    assert len({fingerprint(other) for other in others}) == 6
    monkeypatch.setattr(batches, "row_blocks", lambda n, width: row_blocks(n, width, 40))
    large = AskedRows(1000, 4)
    assert fingerprint(large).startswith("1000 x 4, checksum ")
    assert [len(rows) for rows in large.requests] == [10] * 100
    assert fingerprint(np.arange(6)[None] / 7).startswith("1 x 6")  # a row wider than a block


@pytest.mark.parametrize("data", [
    np.array([[0, 1], [1, 1]]), np.array([[0, 255], [7, 8]]), np.array([[0.5, -3], [2.0**60, 2**20]]),
    np.array([[-1, 256]]),
])
def test_the_fingerprint_is_that_of_the_numbers_whatever_their_dtype(data):
    with np.errstate(invalid="ignore"):
        dtypes = [dtype for dtype in ("uint8", "int16", "int64", "float32", "float64", ">f8", "bool")
                  if (data.astype(dtype) == data).all()]
    same = {fingerprint(data.astype(dtype)) for dtype in dtypes}
    assert len(dtypes) >= 2 and len(same) == 1


def test_the_fingerprint_is_the_same_on_every_machine():
    """A run goes on elsewhere: these are pinned, for integers, floats that float32 holds, and others."""
    assert fingerprint(np.arange(6).reshape(3, 2)) == "3 x 2, checksum cfd1d5c7"
    assert fingerprint(np.arange(6).reshape(3, 2) / 4) == "3 x 2, checksum 3531987e"
    assert fingerprint(np.arange(6).reshape(3, 2) / 7) == "3 x 2, checksum 31cab2a9"


def test_a_fingerprint_of_60_000_digits_takes_well_below_a_second():
    data = (rng().random((60_000, 784), dtype=np.float32) < 0.2).astype(np.uint8)
    started = time.perf_counter()
    fingerprint(data)
    assert time.perf_counter() - started < 0.9


def test_the_fingerprint_with_labels_tells_changed_ones_and_changed_names():
    data, labels = open_data("digits", part="test"), np.arange(360) % 3
    texts = {fingerprint_with_labels(data, labels), fingerprint_with_labels(data, labels[::-1]),
             fingerprint_with_labels(data[:], labels),
             fingerprint_with_labels(replace(data, label_names=tuple("abcdefghij")), labels)}
    assert len(texts) == 4 and all(text.startswith(fingerprint(data)) for text in texts)
    assert fingerprint_with_labels(data, labels) == fingerprint_with_labels(data, labels.copy())


def test_what_a_run_keeps_of_its_data_is_what_the_data_say():
    assert describe_cases(np.zeros((3, 2))) == {}
    digits = open_data("digits", part="train")
    assert describe_cases(digits) == digits.describe() and digits.describe()["part"] == "train"


def test_a_table_s_own_describe_is_not_taken_for_what_the_data_say():
    class Table:
        def describe(self):
            return "count 5"

    assert describe_cases(Table()) == {} and describe_cases(np.zeros((2, 3))) == {}
