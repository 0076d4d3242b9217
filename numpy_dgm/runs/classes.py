"""Classes in a run: the labels that it learns from and is measured on, their names, and how many of each it gets wrong.

N cases    C classes    labels (N,), of 0 to C - 1
"""
from collections.abc import Sequence

import numpy as np

from ..data.dataset import Data, show_names
from ..foundation.checks import check_integer, invalid, one_line
from ..foundation.types import Array
from .loading import LoadedRun


def labels_of(option: str, cases: Data) -> tuple[Array, tuple]:
    """`(labels (N,), names of the classes)` of the data; InvalidInput, naming the option, where they have none."""
    if cases.labels is None or cases.label_names is None:
        raise invalid(option, "data with labels", f"{one_line(cases.name)}, {cases.why_no_labels}")
    return cases.labels, cases.label_names


def labels_to_tell_apart(cases: Data) -> tuple[Array, tuple]:
    """`(labels (N,), names of the classes)` of data to learn from; InvalidInput where they have no two classes."""
    labels, names = labels_of("data", cases)
    if len(names) < 2:
        raise invalid("data", "labels of at least two classes", f"one, {one_line(names[0], 30)}")
    return labels, names


def few_labels(labels: Array, n_labels: int, seed: int) -> Array:
    """Rows of so many cases in all, as evenly from all classes as can be, in ascending order: (n_labels,).

    Drawn from a generator of their own, made of the seed. Raises InvalidInput, also for fewer than one a class.
    """
    n_labels = check_integer("n_labels", n_labels, least=len(np.unique(labels)), most=len(labels))
    order = np.random.default_rng([seed, 2]).permutation(len(labels))
    rank = np.empty(len(labels), np.int64)  # of a case among those of its class
    for label in np.unique(labels):
        rows = order[labels[order] == label]
        rank[rows] = np.arange(len(rows))
    first = order[np.argsort(rank[order], kind="stable")]  # one of each class, then a second one of each, ...
    return np.sort(first[:n_labels])


def class_names(run: LoadedRun, n_classes: int) -> tuple:
    """What the run's data call its classes; their numbers where these are not known."""
    names = run.description.get("label_names")
    return tuple(names) if names is not None and len(names) == n_classes else tuple(range(n_classes))


def labels_by_name(cases: Data, names: tuple) -> Array:
    """The labels (N,) of the cases as indices into the names that a run has for its classes. Raises InvalidInput."""
    labels, own_names = labels_of("data", cases)
    unknown = [own_names[i] for i in np.unique(labels) if own_names[i] not in names]
    if unknown:
        raise invalid("data", f"labels that the run knows: {show_names(names)}", show_names(unknown))
    index_of = np.array([names.index(name) if name in names else -1 for name in own_names])
    return index_of[labels]


def count_errors(is_wrong: Array, labels: Array, names: Sequence) -> dict:
    """{name of a class: (wrong, cases)}, of the classes that have cases; is_wrong (N,) of bool."""
    errors = {}
    for label in np.unique(labels):
        is_of_class = labels == label
        errors[names[label]] = (int(is_wrong[is_of_class].sum()), int(is_of_class.sum()))
    return errors


def lines_of_errors(errors: dict) -> list[str]:
    """What a report says of such errors, a line a class."""
    names = [one_line(name, 30) for name in errors]
    width = max(map(len, names))
    return [f"  class {name:<{width}} {wrong:5d} of {n} wrong" for name, (wrong, n) in zip(names, errors.values())]
