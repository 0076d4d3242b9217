"""The classes of a run: the labels that it learns from, their names, its errors class by class."""
import numpy as np
import pytest

from numpy_dgm import open_data
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.runs import load_run
from numpy_dgm.runs.classes import (
    class_names,
    count_errors,
    few_labels,
    labels_by_name,
    labels_to_tell_apart,
    lines_of_errors,
)
from numpy_dgm.runs.rbm import TrainOptions, train


def test_classes_go_by_their_names(tmp_path):
    train(TrainOptions(data="digits", hidden=4, epochs=1), tmp_path / "run")
    run = load_run(tmp_path / "run")
    assert class_names(run, 10) == tuple(range(10)) and class_names(run, 3) == (0, 1, 2)
    np.savez(tmp_path / "f.npz", x=np.eye(4), y=[7, 3, 7, 7])
    data = open_data(tmp_path / "f.npz")
    np.testing.assert_array_equal(labels_by_name(data, (0, 3, 5, 7)), [3, 1, 3, 3])
    np.testing.assert_array_equal(labels_by_name(data.take([0, 2]), (7,)), [0, 0])
    with pytest.raises(InvalidInput, match="data: expected labels that the run knows: 3 5, got 7"):
        labels_by_name(data, (3, 5))
    with pytest.raises(InvalidInput, match="data: expected data with labels, got bars-and-stripes, which has none"):
        labels_by_name(open_data("bars-and-stripes"), (0, 1))


def test_few_labels_are_as_even_over_the_classes_as_can_be():
    labels = np.repeat([0, 1, 2], [50, 20, 2])
    for n, counts in ((3, [1, 1, 1]), (5, None), (8, [3, 3, 2]), (30, [14, 14, 2]), (72, [50, 20, 2])):
        rows = few_labels(labels, n, 0)
        assert len(np.unique(rows)) == n and np.all(np.diff(rows) > 0)
        found = np.bincount(labels[rows], minlength=3)
        assert counts is None and np.ptp(found) <= 1 or found.tolist() == counts
    assert few_labels(labels, 8, 0).tolist() != few_labels(labels, 8, 1).tolist()
    with pytest.raises(InvalidInput, match=r"n_labels: expected an integer in \[3, 72\], got 73"):
        few_labels(labels, 73, 0)
    with pytest.raises(InvalidInput, match=r"n_labels: expected an integer in \[3, 72\], got 2"):
        few_labels(labels, 2, 0)


def test_there_are_two_classes_to_tell_apart(tmp_path):
    np.savez(tmp_path / "f.npz", x=np.eye(4), y=[7, 3, 7, 7])
    labels, names = labels_to_tell_apart(open_data(tmp_path / "f.npz"))
    assert labels.tolist() == [1, 0, 1, 1] and list(names) == [3, 7]
    np.savez(tmp_path / "one.npz", x=np.eye(2), y=[3, 3])
    with pytest.raises(InvalidInput, match="data: expected labels of at least two classes, got one, 3"):
        labels_to_tell_apart(open_data(tmp_path / "one.npz"))


def test_errors_are_counted_class_by_class_and_said_in_a_table():
    is_wrong, labels = np.array([True, False, False, True, True]), np.array([2, 0, 2, 2, 0])
    errors = count_errors(is_wrong, labels, ["a", "none of these", "a\nlong one"])
    assert errors == {"a": (1, 2), "a\nlong one": (2, 3)}
    assert lines_of_errors(errors) == ["  class a               1 of 2 wrong", "  class a\\nlong one     2 of 3 wrong"]
