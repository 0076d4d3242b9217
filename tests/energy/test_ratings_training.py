"""Training on ratings: steps of the gradient, held-out ratings that reach nothing, and what must be refused."""
import warnings
from functools import partial

import numpy as np
import pytest

from numpy_dgm.data import planted_ratings, split_ratings
from numpy_dgm.energy.rating_biases import fit_biases, predict_by_biases, rmse
from numpy_dgm.energy.ratings import expected_rating, init_ratings_rbm, rating_probs, ratings_cd_gradient
from numpy_dgm.energy.ratings_training import all_rated, train_ratings
from numpy_dgm.foundation.batches import row_blocks
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.optimizers import Momentum, scheduled_rate
from numpy_dgm.foundation.records import flatten, windows

VALUES = [1, 2, 3]


def some_data(seed=0, n_cases=24, n_visible=7):
    """Ratings of about half the places; one case has none."""
    rng = np.random.default_rng(seed)
    v = np.where(rng.random((n_cases, n_visible)) < 0.5, rng.integers(0, 3, (n_cases, n_visible)), -1)
    v[5] = -1
    return v


def run(data=None, seed=1, **settings):
    data = some_data() if data is None else data
    rng = np.random.default_rng(seed)
    rbm = init_ratings_rbm(data, VALUES, 4, rng, dtype=np.float64)
    return train_ratings(rbm, data, rng=rng, **{"epochs": 4, "batch_size": 6, **settings})


def bits(result):
    rbm, history = result
    series = {name: values for name, values in history.series.items() if name != "seconds"}
    return flatten(rbm).tobytes(), repr(series)


def test_a_run_is_steps_of_the_masked_gradient_with_decay_of_the_weights():
    """Two epochs of momentum by hand, over the cases that have ratings; no average."""
    data, rng = some_data(), np.random.default_rng(1)
    start = init_ratings_rbm(data, VALUES, 4, rng, dtype=np.float64)
    trained, history = train_ratings(start, data, rng=rng, epochs=2, batch_size=6, rate=0.2, weight_decay=0.1, k=2,
                                     average=None)
    rng = np.random.default_rng(1)
    rng.standard_normal((7, 1, 4))
    vector, optimizer = flatten(start), Momentum()
    rbm = windows(start, vector)
    cases = np.flatnonzero((data >= 0).any(axis=1))
    for epoch in range(2):
        order = rng.permutation(cases)
        for batch in range(4):
            g = ratings_cd_gradient(rbm, data[order[6 * batch : 6 * batch + 6]], 2, rng)
            direction = np.concatenate([(g.W - 0.1 * rbm.W).ravel(), (g.U - 0.1 * rbm.U).ravel(), g.b.ravel(), g.c])
            optimizer.step(vector, direction, scheduled_rate("late", 0.2, (epoch + batch / 4) / 2))
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-9, atol=1e-12)
    assert len(cases) < 24 and history["weight_norm"][-1] == pytest.approx(np.linalg.norm(trained.W))


def test_without_the_conditional_term_u_stays_zero_and_the_rest_learns():
    rbm, _ = run(conditional=False)
    assert not rbm.U.any() and np.abs(rbm.W).max() > 0.05
    assert run()[0].U.any()


def test_the_average_lies_among_the_parameters_it_averages():
    last, averaged = run(average=None)[0], run(average=0.9)[0]
    assert 0 < np.linalg.norm(flatten(last) - flatten(averaged)) < np.linalg.norm(flatten(last))


def test_training_leaves_its_arguments_as_they_were():
    data, rng = some_data(), np.random.default_rng(0)
    rbm = init_ratings_rbm(data, VALUES, 4, rng)
    before = flatten(rbm), data.copy()
    trained, _ = train_ratings(rbm, data, rng=rng, epochs=1)
    np.testing.assert_array_equal(flatten(rbm), before[0])
    np.testing.assert_array_equal(data, before[1])
    assert not np.shares_memory(trained.b, rbm.b)


def test_no_epochs_more_change_nothing_and_a_run_in_two_pieces_has_the_same_bits(tmp_path):
    class Stop(Exception):
        pass

    def stop(rbm, history):
        if len(history["rate"]) == 2:
            raise Stop

    unbroken = bits(run())
    with pytest.raises(Stop):
        run(checkpoint=tmp_path, on_record=stop)
    assert bits(run(checkpoint=tmp_path)) == unbroken
    before = (tmp_path / "checkpoint.npz").read_bytes()
    assert bits(run(checkpoint=tmp_path)) == unbroken and (tmp_path / "checkpoint.npz").read_bytes() == before


def test_other_ratings_and_settings_are_refused_in_the_folder_of_a_run(tmp_path):
    run(checkpoint=tmp_path)
    data = some_data()
    data[data == 1] = 2
    with pytest.raises(InvalidInput, match="the run there has data 24 x 7, checksum"):
        train_ratings(init_ratings_rbm(some_data(), VALUES, 4, np.random.default_rng(1), dtype=np.float64), data,
                      rng=np.random.default_rng(1), epochs=4, batch_size=6, checkpoint=tmp_path)
    with pytest.raises(InvalidInput, match="the run there has conditional True, this one False"):
        run(conditional=False, checkpoint=tmp_path)


# held-out ratings


@pytest.mark.parametrize("cases", ["items", "users"])
def test_no_held_out_rating_reaches_training(cases):
    """Every held-out rating is changed: no bit of the model and none of its predictions changes, the score does."""
    ratings, _ = planted_ratings(40, 30, 2, 0.4, np.random.default_rng(0))
    outcomes = []
    for is_changed in (False, True):
        _, test = split_ratings(ratings, 0.3, "random", np.random.default_rng(1))
        altered = np.array(ratings.value)
        if is_changed:
            of_test = np.isin(ratings.user * 30 + ratings.item, test.user * 30 + test.item)
            altered[of_test] = 4 - altered[of_test] - (altered[of_test] == 2)
        whole = type(ratings)(ratings.user, ratings.item, altered, None, ratings.users, ratings.items, ratings.values)
        train, test = split_ratings(whole, 0.3, "random", np.random.default_rng(1))
        data, rng = train.matrix(cases), np.random.default_rng(2)
        rbm = init_ratings_rbm(data, train.values, 5, rng)
        rbm, history = train_ratings(rbm, data, held_out=test.matrix(cases), rng=rng, epochs=3, batch_size=7)
        p = rating_probs(rbm, data, *test.places(cases))
        biases = fit_biases(*train.places(cases), train.stars(), data.shape)
        by_biases = predict_by_biases(biases, *test.places(cases))
        score = history.series.pop("validation_rmse")
        outcomes.append((bits((rbm, history)), p.tobytes(), by_biases.tobytes(), score))
    assert outcomes[0][:3] == outcomes[1][:3]
    assert np.abs(np.subtract(outcomes[0][3], outcomes[1][3])).min() > 0.01


def test_the_history_s_validation_error_is_that_of_the_exact_marginal():
    data = some_data()
    held_out = np.where((data >= 0) & (np.random.default_rng(3).random(data.shape) < 0.3), data, -1)
    train = np.where(held_out >= 0, -1, data)
    rbm, history = run(train, held_out=held_out)
    case, unit = np.nonzero(held_out >= 0)
    p = rating_probs(rbm, train, case, unit)
    assert history["validation_rmse"][-1] == pytest.approx(rmse(expected_rating(rbm, p), 1 + held_out[case, unit]))
    case, unit = np.nonzero(train >= 0)
    p = rating_probs(rbm, train, case, unit)
    assert history["rmse"][-1] == pytest.approx(rmse(expected_rating(rbm, p), 1 + train[case, unit]))


def test_up_to_2000_training_ratings_are_monitored_from_all_over(monkeypatch):
    monkeypatch.setattr("numpy_dgm.energy.ratings_training.MONITORED_RATINGS", 10)
    data = some_data()
    rbm, history = run(data)
    case, unit = np.nonzero(data >= 0)
    chosen = np.linspace(0, len(case) - 1, 10).astype(int)
    p = rating_probs(rbm, data, case[chosen], unit[chosen])
    expected = rmse(expected_rating(rbm, p), 1 + data[case[chosen], unit[chosen]])
    assert history["rmse"][-1] == pytest.approx(expected)


def test_ratings_that_are_read_in_blocks_are_those_of_the_whole(monkeypatch):
    data = some_data()
    whole = all_rated(data)
    monkeypatch.setattr("numpy_dgm.energy.ratings_training.row_blocks", lambda *shape: row_blocks(*shape, 35))
    for blocked, at_once in zip(all_rated(data), whole):
        np.testing.assert_array_equal(blocked, at_once)
    np.testing.assert_array_equal(np.stack(whole[:2]), np.nonzero(data >= 0))


def test_planted_structure_is_found_and_biases_are_beaten():
    """80 users and 60 items of rank 2: well below the biases on held-out ratings."""
    ratings, _ = planted_ratings(80, 60, 2, 0.5, np.random.default_rng(7))
    train, test = split_ratings(ratings, 0.2, "random", np.random.default_rng(0))
    data, rng = train.matrix("items"), np.random.default_rng(1)
    rbm = init_ratings_rbm(data, train.values, 16, rng)
    rbm, history = train_ratings(rbm, data, rng=rng, epochs=100, batch_size=20, rate=0.1)
    case, unit = test.places("items")
    error = rmse(expected_rating(rbm, rating_probs(rbm, data, case, unit)), test.stars())
    biases = fit_biases(*train.places("items"), train.stars(), data.shape)
    assert error < 0.85 * rmse(predict_by_biases(biases, case, unit), test.stars())
    assert history["rmse"][-1] < 0.9 * history["rmse"][0]


# what goes wrong


def test_a_rate_far_too_large_is_said_in_words_and_a_sensible_one_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(epochs=2)
        with pytest.raises((TrainingWarning, Diverged), match="a smaller learning rate"):
            run(rate=50.0, average=None)


def test_what_diverges_gives_back_the_last_good_model():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Diverged) as caught:
            run(rate=1e11, average=None, epochs=50, schedule="constant")
    assert np.isfinite(flatten(caught.value.model)).all() and "epoch" in str(caught.value)


@pytest.mark.parametrize("changes, message", [
    ({"held_out": np.zeros((3, 7), int)}, r"held_out: expected the shape of data, \(24, 7\)"),
    ({"held_out": np.full((24, 7), 3)}, "held_out: expected values in"), ({"rate": 0}, "rate: expected a number in"),
    ({"epochs": 0}, "epochs: expected an integer >= 1"), ({"conditional": 1}, "conditional: expected True or False"),
    ({"weight_decay": 2}, "weight_decay: expected a number"), ({"hidden": 3}, "hidden: no such setting"),
])
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        run(**changes)
    rng = np.random.default_rng(0)
    rbm = init_ratings_rbm(some_data(), VALUES, 4, rng)
    for call, said in (
        (partial(train_ratings, rbm, np.full((2, 7), -1), rng=rng, epochs=1), "data: expected at least one rating"),
        (partial(train_ratings, rbm, np.full((2, 6), 0), rng=rng, epochs=1), r"data: expected shape \(cases, 7\)"),
        (partial(train_ratings, rbm, some_data(), rng=0, epochs=1), "rng: expected a numpy.random.Generator"),
        (partial(train_ratings, 3, some_data(), rng=rng, epochs=1), "rbm: expected a RatingsRBM"),
    ):
        with pytest.raises(InvalidInput, match=said):
            call()
