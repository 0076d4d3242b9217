"""When a run should not go on: divergence, early stopping, and the gap that stands for overfitting."""
from dataclasses import dataclass

import numpy as np
import pytest

from numpy_dgm.energy import init_rbm, train_rbm
from numpy_dgm.foundation.guards import (
    Diverged,
    EarlyStopping,
    check_finite,
    gap_score,
    likelihood_or_gap,
    standard_error_of_difference,
)
from numpy_dgm.foundation.records import Record


def rng(seed=0):
    return np.random.default_rng(seed)


def stopped_after(scores, patience):
    """After how many of the scores early stopping is over, and the number of the score whose model it keeps."""
    stopping = EarlyStopping(patience, best_model="the start")
    for turn, score in enumerate(scores, start=1):
        stopping.update(score, turn)
        if stopping.is_over():
            return turn, stopping.best_model
    return None, stopping.best_model


def test_early_stopping_stops_after_patience_and_keeps_the_best():
    assert stopped_after([-5.0, -3.0, -4.0, -3.5, -1.0, -2.0, -1.5, -1.2], patience=3) == (8, 5)
    assert stopped_after([-5.0, -3.0, -4.0, -3.5, -1.0, -2.0, -1.5, -0.9], patience=3) == (None, 8)


def test_patience_1_stops_at_the_first_turn_that_is_worse():
    assert stopped_after([0.0, 0.1, 0.05, 7.0], patience=1) == (3, 2)


def test_of_two_that_are_as_good_the_later_one_is_kept():
    assert stopped_after([0.0, 0.0, 0.0, -0.1, -0.1], patience=2) == (5, 3)


def test_a_score_that_is_not_a_number_is_no_better():
    assert stopped_after([1.0, np.nan, np.nan], patience=2) == (3, 1)


def test_the_standard_error_of_a_difference_is_that_of_many_differences():
    """10,000 pairs of samples of 40 and 30 numbers: their difference varies as it says, to 4.5 · 1/√(2 · 10,000)."""
    generator = rng(1)
    x, y = generator.normal(scale=2, size=(10_000, 40)), generator.normal(scale=3, size=(10_000, 30))
    differences = x.mean(axis=1) - y.mean(axis=1)
    expected = np.sqrt(4 / 40 + 9 / 30)
    assert abs(differences.std() / expected - 1) < 4.5 / np.sqrt(20_000)
    said = np.mean([standard_error_of_difference(a, b) ** 2 for a, b in zip(x, y)])
    assert abs(said / expected**2 - (0.1 * 39 / 40 + 0.3 * 29 / 30) / 0.4) < 0.02  # var with 1/N, not 1/(N - 1)


@pytest.mark.parametrize("gap, error, score", [(-5, 1, 0), (0, 1, 0), (3, 1, 0), (4, 1, -1), (4, 0.5, -2.5)])
def test_a_gap_counts_from_three_of_its_standard_errors_on(gap, error, score):
    assert gap_score(gap, error) == score


def test_the_held_out_log_likelihood_is_watched_where_it_is_there_and_the_gap_elsewhere():
    values = {"free_energy": -50.0, "validation_free_energy": -44.0}
    assert likelihood_or_gap(values, 1.0) == gap_score(6.0, 1.0) == -3.0
    assert likelihood_or_gap({**values, "validation_log_likelihood": -20.0}, 1.0) == -20.0


@dataclass(frozen=True, eq=False, repr=False)
class Model(Record):
    W: np.ndarray
    b: np.ndarray
    mask: np.ndarray

    trainable = ("W", "b")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["W", "b", "loss"])
def test_what_is_no_longer_finite_is_named(name, bad):
    arrays = {"W": np.zeros((2, 3)), "b": np.zeros(3), "loss": 0.0}
    check_finite(Model(arrays["W"], arrays["b"], np.array([np.nan])), "epoch 4", loss=arrays["loss"])
    arrays[name] = np.full(np.shape(arrays[name]), bad)
    with pytest.raises(Diverged, match=f"epoch 4: {name} is no longer finite; a smaller") as caught:
        check_finite(Model(arrays["W"], arrays["b"], None), "epoch 4", loss=arrays["loss"])
    assert isinstance(caught.value, FloatingPointError)


def test_one_bad_entry_among_many_is_found():
    W = np.zeros((50, 50))
    W[37, 12] = np.nan
    with pytest.raises(Diverged, match="W is"):
        check_finite(Model(W, np.zeros(3), None), "epoch 1")


@pytest.mark.filterwarnings("error")  # no warning of NumPy's, either
@pytest.mark.parametrize("large", [1e13, -1e200])
def test_a_model_beyond_all_use_is_named(large):
    W = np.zeros((50, 50))
    W[37, 12] = 1e12 / 2
    check_finite(Model(W, np.zeros(3), None), "epoch 1")
    W[37, 12] = large
    with pytest.raises(Diverged, match=r"epoch 1: W has grown beyond 1e\+12; a smaller"):
        check_finite(Model(W, np.zeros(3), None), "epoch 1")


@pytest.mark.filterwarnings("error")  # no warning of NumPy's, either
@pytest.mark.parametrize("optimizer, rate", [("sgd", 1e39), ("momentum", 1e38), ("adam", 1e39)])
def test_a_run_with_an_absurd_rate_stops_with_the_last_good_model(optimizer, rate):
    data = rng().integers(0, 2, size=(40, 6)).astype(np.float32)
    start = init_rbm(6, 4, rng())
    message = "epoch 1: W (is no longer finite|has grown beyond 1e\\+12); a smaller"
    with pytest.raises(Diverged, match=message) as caught:
        train_rbm(start, data, epochs=50, rng=rng(), rate=rate, schedule="constant", optimizer=optimizer)
    model = caught.value.model
    assert all(np.isfinite(getattr(model, name)).all() for name in model.trainable)
    assert np.isfinite(start.W).all()
