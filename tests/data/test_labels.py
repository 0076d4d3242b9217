import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.data import labels as module
from numpy_dgm.data.labels import as_integer, labels_from_array, sorted_labels


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.one_of(st.lists(st.integers(-2**63, 2**63 - 1), min_size=1, max_size=30),
                 st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30)), st.booleans())
def test_integers_of_any_value_come_back_by_their_names(values, in_a_column):
    """Negative ones, those of 2^64 - 1, and neighbours that float64 cannot tell apart."""
    array = np.array(values, np.int64 if min(values) < 0 else np.uint64)
    labels = labels_from_array(array[:, None] if in_a_column else array)
    assert labels.names == tuple(sorted(set(values))) and all(type(name) is int for name in labels.names)
    assert [labels.names[i] for i in labels.indices] == values
    assert labels.indices.dtype == np.int64


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.text(st.characters(min_codepoint=65, max_codepoint=400, exclude_categories=("Zs", "Cc", "Cs")),
                        min_size=1, max_size=8), min_size=1, max_size=20))
def test_texts_come_back_by_their_names(values):
    labels = labels_from_array(np.array(values))
    assert labels.names == tuple(sorted(set(values)))
    assert [labels.names[i] for i in labels.indices] == values


@pytest.mark.parametrize("array, names", [
    (np.array([3, 8, 3], np.int8), (3, 8)), (np.array([3.0, 8.0, 3.0]), (3, 8)),
    (np.array([True, False, True]), ("False", "True")),
    (np.array([b"cat", b"dog", b"cat"]), ("cat", "dog")), (np.array([" b", "a ", "b"]), ("a", "b")),
    (np.array(["10", "9", "-3"]), (-3, 9, 10)), (np.array(["5.0", "1.0e+01", "5"]), (5, 10)),
    (np.array(["10", "b", "9"]), ("10", "9", "b")), (np.array([b"\xff", b"a"]), ("\\xff", "a")),
    (np.array([2**64 - 1, 2**64 - 2], np.uint64), (2**64 - 2, 2**64 - 1)),
])
def test_what_labels_are_called(array, names):
    labels = labels_from_array(array)
    assert labels.names == names and labels.indices.max() == len(names) - 1


@pytest.mark.parametrize("array, reason", [
    (np.array([0.5, 1]), "real numbers"), (np.array([np.nan, 1]), "real numbers"), (np.array([np.inf, 1]), "real"),
    (np.array([1e300, 1]), "real numbers"), (np.eye(3), "the shape (3, 3)"), (np.array(3), "the shape ()"),
    (np.zeros((2, 1, 1)), "the shape (2, 1, 1)"), (np.array([1j]), "complex128"), (np.array(["a", ""]), "missing"),
    (np.array([{}, []], object), "object"), (np.zeros(2, "M8[s]"), "datetime64"), (np.zeros(2, [("a", int)]), "dtype"),
    (np.arange(10_001), "10,001 different labels, more than 10,000"),
])
def test_what_cannot_be_classes_is_a_reason(array, reason):
    found = labels_from_array(array)
    assert isinstance(found, str) and reason in found and found.isprintable()


def test_memory_does_not_grow_with_a_labels_value():
    labels = labels_from_array(np.array([10**18, -(10**18)] * 500))
    assert labels.names == (-(10**18), 10**18) and labels.indices.nbytes == 8000


def test_as_many_classes_as_there_may_be(monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 3)
    assert labels_from_array(np.array([5, 6, 7])).names == (5, 6, 7)
    assert "4 different labels, more than 3" in labels_from_array(np.array([5, 6, 7, 8]))


def test_texts_that_are_one_integer_are_one_class():
    labels = sorted_labels(["1", "3", "1.0"], np.array([0, 1, 2, 0]))
    assert labels.names == (1, 3)
    np.testing.assert_array_equal(labels.indices, [0, 1, 0, 0])


@pytest.mark.parametrize("text, number", [
    ("5", 5), ("-5", -5), ("+5", 5), ("005", 5), ("5.0", 5), ("5.000000000000000000e+00", 5), ("1" * 40, int("1" * 40)),
    ("5.5", None), ("five", None), ("", None), ("nan", None), ("inf", None), ("1e300", None), ("1" * 5000, None),
])
def test_texts_that_read_as_integers(text, number):
    assert as_integer(text) == number
