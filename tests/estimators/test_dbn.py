"""DBNClassifier against the package's own functions."""
import warnings

import numpy as np
import pytest
from small_estimators import BITS, SMALL, assert_same, fitted

from numpy_dgm.energy import train_stack, unroll_classifier
from numpy_dgm.estimators import DBNClassifier
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.neural import class_logits, train_classifier


def test_the_classifier_is_a_stack_unrolled_and_fine_tuned():
    y = np.where(BITS[:, 0] == 1, "yes", "no")
    model = DBNClassifier((4, 3), pretrain_learning_rate=0.2, pretrain_n_iter=2, learning_rate=0.02, n_iter=3,
                          batch_size=7, dropout=0.1, random_state=4).fit(BITS, y)
    rng = np.random.default_rng(4)
    rbms = train_stack(BITS, (4, 3), seed=int(rng.integers(2**63)), epochs=2, batch_size=7, n_chains=7, rate=0.2)
    mlp = unroll_classifier(rbms, 2, rng, 0.1)
    mlp, history = train_classifier(mlp, BITS, (y == "yes").astype(int), rng=rng, epochs=3, batch_size=7, rate=0.02)
    logits = class_logits(mlp, BITS).astype(float)
    np.testing.assert_array_equal(class_logits(model.mlp_, BITS), logits)
    np.testing.assert_array_equal(model.history_["loss"], history["loss"])
    assert_same([rbm.W for rbm in model.rbms_], [rbm.W for rbm in rbms])
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(BITS), p)
    np.testing.assert_allclose(model.predict_log_proba(BITS), np.log(p))
    assert list(model.classes_) == ["no", "yes"]
    np.testing.assert_array_equal(model.predict(BITS), np.array(["no", "yes"])[p.argmax(axis=1)])
    assert model.score(BITS, y) == np.mean(model.predict(BITS) == y)


def test_the_classifier_learns_and_is_sure_without_overflow():
    y = BITS[:, 1].astype(int) * 5 - 2
    model = DBNClassifier((8,), learning_rate=0.03, dropout=0, random_state=0).fit(BITS, y)
    assert model.score(BITS, y) > 0.95 and set(model.predict(BITS)) == {-2, 3}
    model.mlp_.layers[-1].W[:] *= 1e4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(model.predict_log_proba(BITS)).all()
        np.testing.assert_allclose(model.predict_proba(BITS).sum(axis=1), 1)


def test_columns_beyond_the_unit_interval_are_brought_there():
    X = np.column_stack([BITS[:, 0], 100 - 20 * BITS[:, 1], np.full(60, 7.0), 0.5 * BITS[:, 2]])
    model = DBNClassifier(**SMALL[DBNClassifier]).fit(X, BITS[:, 0])
    np.testing.assert_array_equal(model.lowest_, [0, 80, 7, 0])
    np.testing.assert_array_equal(model.widths_, [1, 20, 1, 1])
    scaled = np.column_stack([BITS[:, 0], 1 - BITS[:, 1], np.zeros(60), 0.5 * BITS[:, 2]])
    same = DBNClassifier(**SMALL[DBNClassifier]).fit(scaled, BITS[:, 0])
    np.testing.assert_array_equal(model.predict_proba(X), same.predict_proba(scaled))
    beyond = X + [0, 50, 0, 0]
    clipped = np.clip(scaled + [0, 2.5, 0, 0], 0, 1)
    np.testing.assert_array_equal(model.predict_proba(beyond), same.predict_proba(clipped))


def test_rows_without_labels_serve_the_rbms():
    few, labels = BITS[:6], BITS[:6, 0]
    model = DBNClassifier(**SMALL[DBNClassifier]).fit(few, labels, unlabelled=2 * BITS[6:].astype(np.float32))
    assert model.widths_.max() == 2
    np.testing.assert_allclose(model.rbms_[0].b, fitted(DBNClassifier, np.concatenate([few, 2 * BITS[6:]]))
                               .rbms_[0].b, atol=1e-6)
    with pytest.raises(InvalidInput, match="unlabelled: expected 5 columns, as in fit, got 2"):
        model.fit(few, labels, unlabelled=BITS[:, :2])


@pytest.mark.parametrize("y, message", [
    (None, "y: expected a class for each row, got None; DBNClassifier requires y to be passed, but the target y is"),
    (BITS[:, 0] + 0.5 * (BITS[:, 1]), "y: expected class labels, got real numbers; Unknown label type: continuous"),
    (np.full(60, np.nan), "y: expected finite values"),
    (BITS[:59, 0], r"y: expected a class for each of the 60 rows, got shape \(59,\)"),
    (BITS[:, :2], r"y: expected a class for each of the 60 rows, got shape \(60, 2\)"),
    (np.ones(60), "y: expected at least two classes, got one class"),
    (np.array(["a", 1] * 30, object), "y: expected class labels that can be sorted, got objects of several types"),
    (BITS[:, 0] * 1j, "y: expected class labels, got dtype complex128; Unknown label type"),
])
def test_classes_that_cannot_be_right_are_refused(y, message):
    with pytest.raises(InvalidInput, match=f"^{message}"):
        DBNClassifier(**SMALL[DBNClassifier]).fit(BITS, y)


def test_classes_in_a_column_are_taken_with_a_warning():
    model = DBNClassifier(**SMALL[DBNClassifier])
    with pytest.warns(UserWarning, match="A column-vector y was passed when a 1d array was expected"):
        model.fit(BITS, BITS[:, :1])
    np.testing.assert_array_equal(model.predict_proba(BITS), fitted(DBNClassifier).predict_proba(BITS))
    with pytest.raises(InvalidInput, match=r"y: expected a class for each of the 60 rows, got shape \(59,\)"):
        model.score(BITS, BITS[:59, 0])
    with pytest.warns(UserWarning, match="A column-vector y"):
        assert model.score(BITS, BITS[:, :1]) == model.score(BITS, BITS[:, 0].tolist())


@pytest.mark.parametrize("y, message", [([0.0, 1.0, np.nan] * 4, "finite"), ([0, 1, 0.5] * 4, "continuous")])
def test_labels_that_are_objects_are_checked_as_numbers(y, message):
    X = np.random.default_rng(0).random((12, 5))
    with pytest.raises(InvalidInput, match=message):
        DBNClassifier(n_iter=1).fit(X, np.array(y, dtype=object))
