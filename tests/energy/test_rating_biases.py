"""The biases of rows and columns, the error of predictions, and blends."""
from dataclasses import replace

import numpy as np
import pytest

from numpy_dgm.energy.rating_biases import blend_weights, fit_biases, predict_by_biases, rmse
from numpy_dgm.foundation.checks import InvalidInput


def ratings(seed=0):
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((30, 20)) < 0.4)
    off = rng.normal(size=30)[row] + rng.normal(size=20)[column]
    return row, column, 3 + off


def test_undamped_biases_are_least_squares():
    row, column, rating = ratings()
    rating = rating + np.random.default_rng(1).normal(size=len(rating))
    biases = fit_biases(row, column, rating, (30, 20), damping=0, sweeps=200)
    design = np.concatenate([np.eye(30)[row], np.eye(20)[column]], axis=1)
    solution, *_ = np.linalg.lstsq(design, rating, rcond=None)
    np.testing.assert_allclose(predict_by_biases(biases, row, column),
                               np.clip(design @ solution, rating.min(), rating.max()), atol=1e-6)


def test_damped_biases_solve_their_own_equations():
    row, column, rating = ratings()
    biases = fit_biases(row, column, rating, (31, 21), damping=3, sweeps=100)
    assert biases.mean == rating.mean() and (biases.low, biases.high) == (rating.min(), rating.max())
    for i in range(31):
        here = row == i
        expected = np.sum(rating[here] - biases.mean - biases.column[column[here]]) / (3 + here.sum())
        assert abs(biases.row[i] - expected) < 1e-10
    for i in range(21):
        here = column == i
        expected = np.sum(rating[here] - biases.mean - biases.row[row[here]]) / (3 + here.sum())
        assert abs(biases.column[i] - expected) < 1e-10
    assert biases.row[30] == 0 == biases.column[20]


def test_one_sweep_takes_the_rows_first():
    row, column, rating = ratings()
    biases = fit_biases(row, column, rating, (30, 20), damping=10, sweeps=1)
    here = row == 4
    assert abs(biases.row[4] - np.sum(rating[here] - rating.mean()) / (10 + here.sum())) < 1e-12
    with pytest.raises(InvalidInput, match="sweeps: expected an integer >= 1, got 0"):
        fit_biases(row, column, rating, (30, 20), sweeps=0)


def test_predictions_stay_within_the_ratings():
    biases = fit_biases(np.arange(2), np.arange(2), [1.0, 5.0], (2, 2), damping=0)
    assert predict_by_biases(biases, np.array([0, 1]), np.array([0, 1])).tolist() == [1, 5]
    assert predict_by_biases(replace(biases, mean=9.0), np.array([0, 1]), np.array([0, 1])).tolist() == [5, 5]
    assert predict_by_biases(replace(biases, mean=-9.0), np.array([0, 1]), np.array([0, 1])).tolist() == [1, 1]


def test_rmse_is_the_root_of_the_mean_square():
    assert rmse([1, 2, 3], [1, 4, 3]) == pytest.approx(np.sqrt(4 / 3))
    with pytest.raises(InvalidInput, match="prediction: expected as many as ratings, 2, got 3"):
        rmse([1, 2, 3], [1, 4])


def test_blend_weights_are_the_best_that_add_up_to_one():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=400)
    errors = [scale * rng.normal(size=400) + bias for scale, bias in ((1, 0), (0.5, 0.2), (2, 0))]
    predictions = truth + np.stack(errors)
    w = blend_weights(predictions, truth)
    assert w.sum() == pytest.approx(1)
    best = rmse(w @ predictions, truth)
    for move in rng.normal(size=(50, 3)):
        assert rmse((w + 0.1 * (move - move.mean())) @ predictions, truth) > best


def test_blends_that_cannot_be_are_refused():
    with pytest.raises(InvalidInput, match="predictions: expected a row a model, 3 long, got shape"):
        blend_weights([[1.0, 2.0]], [1.0, 2.0, 3.0])
    with pytest.raises(InvalidInput, match="predictions: expected models that differ"):
        blend_weights([[1.0, 2.0], [1.0, 2.0]], [2.0, 2.5])
