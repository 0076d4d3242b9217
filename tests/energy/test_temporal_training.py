"""Training models of films: its steps, its history, what it refuses; a film that only the past can tell is learnt."""
import warnings
from dataclasses import replace

import numpy as np
import pytest

from numpy_dgm.energy.temporal import (
    cd_film_gradient,
    init_conditional_rbm,
    init_rtrbm,
    next_frame_error,
    predict_frames,
)
from numpy_dgm.energy.temporal_training import train_temporal
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.optimizers import OPTIMIZERS, scheduled_rate
from numpy_dgm.foundation.records import flatten, windows


def running_bars(n=24, T=8, D=4, seed=0):
    """A bit that runs round a ring of D places, a place a frame, one way or the other: (n, T, D)."""
    rng = np.random.default_rng(seed)
    place, way = rng.integers(D, size=n), rng.choice([-1, 1], size=n)
    films = np.zeros((n, T, D))
    for t in range(T):
        films[np.arange(n), t, (place + t * way) % D] = 1
    return films


def start_of(kind, seed=1, dtype=np.float64, scale=0.01):
    rng = np.random.default_rng(seed)
    if kind == "rtrbm":
        return init_rtrbm(4, 12, rng, scale=scale, dtype=dtype)
    return init_conditional_rbm(4, 12, 2, rng, scale=scale, dtype=dtype)


def small_run(**changes):
    """A short run; changes are arguments of train_temporal."""
    run = dict(model=start_of("rtrbm"), films=running_bars(), epochs=3, rng=np.random.default_rng(2), batch_size=10)
    return train_temporal(**{**run, **changes})


@pytest.mark.parametrize("kind, optimizer, direct, from_before", [
    ("rtrbm", "adam", True, True), ("rtrbm", "sgd", False, False), ("conditional", "momentum", True, True)])
def test_a_run_is_steps_along_the_gradient(kind, optimizer, direct, from_before):
    """Two epochs of three batches, the last of which is short, against the gradient on the same generator."""
    films, start = running_bars(), start_of(kind, scale=1.0)
    trained, _ = train_temporal(start, films, rng=np.random.default_rng(2), epochs=2, k=2, batch_size=10, rate=0.05,
                                optimizer=optimizer, direct=direct, from_before=from_before)
    rng, vector, own = np.random.default_rng(2), flatten(start), OPTIMIZERS[optimizer]()
    model = windows(start, vector)
    for epoch in range(2):
        order = rng.permutation(24)
        for batch in range(3):
            gradient = cd_film_gradient(model, films[order[10 * batch : 10 * batch + 10]], 2, rng, from_before)
            if not direct:
                gradient = replace(gradient, V=0 * gradient.V)
            own.step(vector, flatten(gradient), scheduled_rate("linear", 0.05, (epoch + batch / 3) / 2))
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-9, atol=1e-12)
    assert trained.V.any() == direct


def test_training_leaves_its_arguments_as_they_were():
    model, films = start_of("rtrbm"), running_bars()
    before = flatten(model), films.copy()
    trained, _ = small_run(model=model, films=films)
    np.testing.assert_array_equal(flatten(model), before[0])
    np.testing.assert_array_equal(films, before[1])
    assert np.any(trained.W != model.W) and not np.shares_memory(trained.W, model.W)


def test_films_may_come_as_rows_lists_or_bytes():
    films = running_bars()
    expected = flatten(small_run()[0])
    for form in (films.reshape(24, -1), films.tolist(), films.astype(np.uint8), films.astype(np.float32)):
        np.testing.assert_array_equal(flatten(small_run(films=form)[0]), expected)


def test_a_run_in_float32_gives_float32():
    trained, _ = small_run(model=start_of("conditional", dtype=np.float32))
    assert flatten(trained).dtype == np.float32


def test_the_history_has_the_error_of_the_first_ten_training_films_and_of_those_held_out():
    films = running_bars()
    model, history = small_run(validation=0.25, mean_field_steps=3, rate=0.02)
    order = np.random.default_rng(2).permutation(24)
    held_out, train = np.sort(order[:6]), np.sort(order[6:])
    for name, rows in (("error", train[:10]), ("validation_error", held_out)):
        expected = next_frame_error(films[rows], predict_frames(model, films[rows], 3))
        np.testing.assert_allclose(history[name][-1], expected, rtol=1e-12)
    np.testing.assert_allclose(history["weight_norm"][-1], np.linalg.norm(model.W))
    np.testing.assert_allclose(history["rate"], 0.02 * (1 - (np.arange(3) + 1 / 2) / 3))  # two batches an epoch


def test_held_out_films_are_not_learnt_from():
    films = running_bars()
    expected, _ = small_run(validation=0.25)
    held_out = np.random.default_rng(2).permutation(24)[:6]
    films[held_out] = 1 - films[held_out]
    found, _ = small_run(films=films, validation=0.25)
    np.testing.assert_array_equal(flatten(found), flatten(expected))


def test_patience_gives_back_the_model_of_the_smallest_held_out_error():
    """Random films, which have nothing in common: what is learnt of 6 makes the others worse."""
    films = np.random.default_rng(0).integers(0, 2, size=(12, 6, 4))
    model, history = small_run(films=films, epochs=60, rate=0.05, validation=0.5, patience=3, schedule="constant")
    errors = history["validation_error"]
    assert len(errors) < 60 and np.argmin(errors) == len(errors) - 4
    held_out = np.sort(np.random.default_rng(2).permutation(12)[:6])
    expected = next_frame_error(films[held_out], predict_frames(model, films[held_out]))
    np.testing.assert_allclose(errors.min(), expected, rtol=1e-12)


def test_the_average_is_that_of_the_steps():
    """Three steps of one batch each: with so few the average is the plain mean."""
    run = dict(batch_size=24, schedule="constant")
    ends = [flatten(small_run(epochs=epochs, **run)[0]) for epochs in (1, 2, 3)]
    averaged, history = small_run(epochs=3, average=0.99, **run)
    np.testing.assert_allclose(flatten(averaged), np.mean(ends, axis=0), rtol=1e-10)
    first = running_bars()[:10]
    np.testing.assert_allclose(history["error"][-1], next_frame_error(first, predict_frames(averaged, first)))


@pytest.mark.parametrize("kind", ["rtrbm", "conditional"])
def test_what_only_the_past_can_tell_is_learnt(kind):
    """Which way the bit runs is not in a frame. From the third frame on the next one is sure: error near 0.

    Whoever knows the last frame alone can do no better than half on either side of it: an error of .5.
    """
    films, rng = running_bars(n=32), np.random.default_rng(0)
    start = init_rtrbm(4, 24, rng, scale=0.6) if kind == "rtrbm" else start_of(kind)
    model, _ = train_temporal(start, films, rng=rng, epochs=60, batch_size=8, rate=0.03, k=2)
    fresh = running_bars(n=20, seed=9)
    assert next_frame_error(fresh[:, 1:], predict_frames(model, fresh)[:, 1:]) < 0.1


def test_a_model_worse_than_the_mean_frame_is_told_in_a_sentence():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        small_run(rate=30.0, epochs=2)
    assert len(caught) == 1 and caught[0].category is TrainingWarning
    assert "by the mean frame; try a smaller learning rate" in str(caught[0].message)
    films = running_bars()
    mean_error = next_frame_error(films[:10], np.broadcast_to(films[:10].mean(axis=(0, 1)), (10, 7, 4)))
    assert f"and with {mean_error:.3g} by" in str(caught[0].message)


def test_nothing_is_said_of_a_run_at_a_sensible_rate():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start = init_rtrbm(4, 12, np.random.default_rng(1), np.full(4, 0.25))  # which predicts the mean frame
        _, history = small_run(model=start, rate=0.01, epochs=8)
    assert history["error"].max() > 0.751  # and is a little worse on the way


def test_a_run_that_diverges_stops_with_the_last_good_model():
    with pytest.raises(Diverged, match="stopped in epoch 1: W has grown beyond 1e[+]12") as error:
        small_run(rate=1e15)
    np.testing.assert_array_equal(flatten(error.value.model), flatten(start_of("rtrbm")))


def test_progress_says_the_error(capsys):
    small_run(progress=True)
    said = capsys.readouterr().err
    assert "epoch 3/3" in said and "error" in said


@pytest.mark.parametrize("changes, message", [
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(k=0), "k: expected an integer >= 1, got 0"),
    (dict(rate=0), "rate: expected a number in (0, inf), got 0"),
    (dict(patience=2), "validation: expected a fraction > 0"),
    (dict(rng=0), "rng: expected a numpy.random.Generator"),
    (dict(model=None), "model: expected a ConditionalRBM or an RTRBM, got NoneType"),
    (dict(films=np.zeros((5, 7, 3))), "films: expected a last axis of 4, got shape (5, 7, 3)"),
    (dict(films=np.zeros((5, 10))), "films: expected films (N, T, 4) of at least 2 frames, or rows of them"),
    (dict(films=np.zeros((5, 1, 4))), "of at least 2 frames"),
    (dict(films=np.zeros((5, 8))[:, None, None]), "films: expected a 3-D array, got shape (5, 1, 1, 8)"),
    (dict(films=np.full((5, 2, 4), 2)), "films: expected values in [0, 1]"),
    (dict(films=np.full((5, 2, 4), np.nan)), "films: expected finite values"),
    (dict(films=None), "films: expected real numbers, got dtype object"),
    (dict(films=[[[0, 1]], [[1]]]), "films: expected a rectangular array"),
    (dict(epoch=3), "epoch: no such setting; did you mean epochs?"),
])
def test_what_cannot_be_right_is_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        small_run(**changes)
    assert message in str(error.value)


def test_a_trainer_that_is_done_changes_nothing(tmp_path):
    """The finished run called again gives the same bits, and so does its trainer run for nothing."""
    first = small_run(checkpoint=tmp_path)
    again = small_run(checkpoint=tmp_path)
    assert flatten(first[0]).tobytes() == flatten(again[0]).tobytes()
    assert first[1].series == again[1].series
