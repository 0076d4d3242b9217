"""Each loss against its definition, case by case, and its derivative against central differences."""
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import Record
from numpy_dgm.neural import binary_cross_entropy, softmax_cross_entropy, squared_error
from numpy_dgm.neural.losses import check_class_labels

seeds = st.integers(0, 10_000)
shapes = st.one_of(st.tuples(st.integers(1, 6)), st.tuples(st.integers(1, 6), st.integers(1, 4)))


@dataclass(frozen=True, eq=False, repr=False)
class Logits(Record):
    s: np.ndarray

    trainable = ("s",)


def some_logits(shape, seed):
    """Logits, targets in [0, 1] of which some are 0 and some 1, and labels."""
    rng = np.random.default_rng(seed)
    targets = rng.choice([0, 1, 0.9, rng.random()], size=shape)
    return rng.normal(scale=3, size=shape), targets, rng.integers(shape[-1], size=shape[0])


def assert_is_the_derivative(loss, s, targets):
    check_gradient(lambda logits: loss(logits.s, targets)[0], Logits(s), Logits(loss(s, targets)[1]))


# ---- definitions and derivatives


@given(shapes, seeds)
def test_binary_cross_entropy_is_its_definition(shape, seed):
    s, t, _ = some_logits(shape, seed)
    total = 0
    for s_i, t_i in zip(s.ravel(), t.ravel()):
        p = 1 / (1 + math.exp(-s_i))
        total -= t_i * math.log(p) + (1 - t_i) * math.log(1 - p)
    assert binary_cross_entropy(s, t)[0] == pytest.approx(total / shape[0], rel=1e-10)
    assert_is_the_derivative(binary_cross_entropy, s, t)


@given(st.integers(1, 6), st.integers(1, 5), seeds)
def test_softmax_cross_entropy_is_its_definition(n, n_classes, seed):
    s, _, labels = some_logits((n, n_classes), seed)
    total = 0
    for row, label in zip(s, labels):
        total -= math.log(math.exp(row[label]) / sum(math.exp(s_k) for s_k in row))
    assert softmax_cross_entropy(s, labels)[0] == pytest.approx(total / n, rel=1e-10, abs=1e-14)
    assert_is_the_derivative(softmax_cross_entropy, s, labels)


@given(shapes, seeds)
def test_squared_error_is_its_definition(shape, seed):
    y, t, _ = some_logits(shape, seed)
    total = sum((y_i - t_i) ** 2 for y_i, t_i in zip(y.ravel(), t.ravel()))
    assert squared_error(y, t)[0] == pytest.approx(total / shape[0], rel=1e-12)
    assert_is_the_derivative(squared_error, y, t)


@pytest.mark.parametrize("loss", [binary_cross_entropy, squared_error])
@pytest.mark.parametrize("target", [0, 0.9, 1.0])
def test_one_number_is_a_target_for_all(loss, target):
    s, _, _ = some_logits((5, 2), 0)
    for_all, for_each = loss(s, target), loss(s, np.full_like(s, target))
    assert for_all[0] == pytest.approx(for_each[0], rel=1e-14)
    np.testing.assert_allclose(for_all[1], for_each[1], rtol=1e-14)


def test_two_classes_are_a_softmax_of_two_and_a_sigmoid_of_their_difference():
    s, _, labels = some_logits((7, 2), 1)
    assert softmax_cross_entropy(s, labels)[0] == pytest.approx(binary_cross_entropy(s[:, 1] - s[:, 0], labels)[0])


# ---- means over cases


@pytest.mark.parametrize("loss", [binary_cross_entropy, softmax_cross_entropy, squared_error])
def test_the_same_cases_twice_have_the_same_loss_and_half_the_derivative_each(loss):
    s, targets, labels = some_logits((4, 3), 2)
    t = labels if loss is softmax_cross_entropy else targets
    once, twice = loss(s, t), loss(np.concatenate([s, s]), np.concatenate([t, t]))
    assert twice[0] == pytest.approx(once[0], rel=1e-14)
    np.testing.assert_allclose(twice[1][:4], once[1] / 2, rtol=1e-14)


# ---- targets


@pytest.mark.parametrize("loss, targets, message", [
    (binary_cross_entropy, 1.5, r"targets: expected a number in \[0, 1\], got 1.5"),
    (binary_cross_entropy, np.full((3, 2), 1.5), r"targets: expected values in \[0, 1\], got values from 1.5 to 1.5"),
    (squared_error, np.nan, "targets: expected a number in .*, got nan"),
    (squared_error, np.full((3, 2), 1e13), r"targets: expected values in \[-1e\+12, 1e\+12\], got values from 1e\+13"),
    (squared_error, np.zeros((3, 1)), r"targets: expected one number, or shape \(3, 2\), got shape \(3, 1\)"),
    (squared_error, np.zeros(2), r"targets: expected a 2-D array, one case a row, got shape \(2,\)"),
    (squared_error, None, "targets: expected real numbers, got dtype object"),
])
def test_targets_that_do_not_fit_the_outputs_are_refused(loss, targets, message):
    with pytest.raises(InvalidInput, match=message):
        loss(np.zeros((3, 2)), targets)


# ---- class labels


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_class_labels_of_any_integer_type_are_int64_from_there_on(dtype):
    labels = check_class_labels(np.array([2, 0, 1], dtype), n_cases=3, n_classes=3)
    assert labels.dtype == np.int64 and labels.tolist() == [2, 0, 1]
    assert check_class_labels([2, 0, 1], n_cases=3, n_classes=3).tolist() == [2, 0, 1]


@pytest.mark.parametrize("labels, message", [
    (None, "labels: expected a label for each case, got None"),
    ([0, 1], "labels: expected a last axis of 3, got shape (2,)"),
    ([[0], [1], [2]], "labels: expected a 1-D array, got shape (3, 1)"),
    ([0, 1, 3], "labels: expected values in [0, 2], got values from 0 to 3"),
    ([0, 1, -1], "labels: expected values in [0, 2], got values from -1 to 1"),
    ([0.0, 1.0, 0.5], "labels: expected integers, got dtype float64"),
    ([True, False, True], "labels: expected integers, got dtype bool"),
])
def test_what_are_no_class_labels_is_refused(labels, message):
    with pytest.raises(InvalidInput) as error:
        check_class_labels(labels, n_cases=3, n_classes=3)
    assert message in str(error.value)


# ---- numbers at the edge


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropies_of_huge_logits_are_exact_and_overflow_nowhere(dtype):
    s = np.array([1000, 1000, -1000, -1000], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for i, (t, expected) in enumerate([(1, 0), (0, 1000), (1, 1000), (0, 0)]):
            loss, ds = binary_cross_entropy(s[i : i + 1], t)
            assert loss == expected and ds[0] == (s[i] > 0) - t
        loss, ds = softmax_cross_entropy(np.stack([s, -s], axis=1), np.array([0, 1, 0, 1]))
    assert loss == (0 + 2000 + 2000 + 0) / 4
    np.testing.assert_array_equal(ds, np.array([[0, 0], [1, -1], [-1, 1], [0, 0]]) / 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_confident_right_answer_keeps_its_small_loss(dtype):
    """log(1 + exp(-20)) = exp(-20) - exp(-40)/2 + ..., which the difference 20.000000002 - 20 would lose in float32."""
    expected = math.exp(-20) - math.exp(-40) / 2
    for s, t in ((20, 1), (-20, 0)):
        assert binary_cross_entropy(np.array([s], dtype), t)[0] == pytest.approx(expected, rel=1e-6)


def test_losses_are_added_up_in_float64():
    """One case of loss 2^24 and 1,001 small ones: from there on, float32 counts in twos."""
    n, large = 1002, 2.0**24
    s = np.zeros(n, np.float32)
    s[0] = large
    assert binary_cross_entropy(s, 0)[0] * n == pytest.approx(large + 1001 * math.log(2), rel=1e-9)
    logits = np.zeros((n, 3), np.float32)
    logits[0, 1] = large
    assert softmax_cross_entropy(logits, np.zeros(n, int))[0] * n == pytest.approx(large + 1001 * math.log(3), rel=1e-9)
    y = np.ones(n, np.float32)
    y[0] = math.sqrt(large)
    assert squared_error(y, 0)[0] * n == pytest.approx(large + 1001, rel=1e-9)


@pytest.mark.parametrize("target_dtype", [np.float32, np.float64, np.int64, bool])
def test_float32_stays_float32_and_arguments_stay_as_they_were(target_dtype):
    s, targets, labels = some_logits((6, 3), 3)
    s, t = s.astype(np.float32), (targets > 0.5).astype(target_dtype)
    before = s.copy(), t.copy(), labels.copy()
    for loss, ds in (binary_cross_entropy(s, t), softmax_cross_entropy(s, labels), squared_error(s, t)):
        assert type(loss) is float and ds.dtype == np.float32 and ds.shape == s.shape
    for array, was in zip((s, t, labels), before):
        np.testing.assert_array_equal(array, was)
