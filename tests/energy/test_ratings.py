"""The RBM of ratings against every state written out: each row with the units that it has and no others."""
import itertools
from dataclasses import replace

import numpy as np
import pytest
from chi_square import chi_square_p_value

from numpy_dgm.energy.ratings import (
    RatingsRBM,
    check_ratings_rbm,
    draw_values,
    expected_rating,
    hidden_inputs,
    init_ratings_rbm,
    rating_deviation,
    rating_probs,
    ratings_cd_gradient,
    ratings_exact_gradient,
    ratings_free_energy,
    ratings_log_likelihood,
    softmax,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import flatten

VALUES = [1.0, 2.0, 4.0]
TIED_AND_FREE = pytest.mark.parametrize("tied", [True, False])


def small(tied=True, n_visible=4, n_hidden=3, seed=0, scale=1.0):
    """A model of VALUES with random parameters, in float64."""
    rng = np.random.default_rng(seed)
    levels = np.array([[-1.0], [-1 / 3], [1.0]]) if tied else np.eye(3)
    return RatingsRBM(rng.normal(scale=scale, size=(n_visible, levels.shape[1], n_hidden)),
                      rng.normal(scale=scale, size=(n_visible, n_hidden)), rng.normal(size=(n_visible, 3)),
                      rng.normal(size=n_hidden), levels, np.array(VALUES))


def some_rows(seed=1):
    """Rows with 4, 2, 0, 3 and 1 ratings of four."""
    v = np.random.default_rng(seed).integers(0, 3, size=(5, 4))
    missing = np.array([[0, 0, 0, 0], [1, 0, 0, 1], [1, 1, 1, 1], [0, 0, 1, 0], [1, 1, 0, 1]])
    return np.where(missing, -1, v)


def energy(rbm, v, h, r):
    """E(v, h given r) of one row, a term at a time. r may leave out units that have values."""
    total = -np.dot(rbm.c, h)
    for i, value in enumerate(v):
        if value >= 0:
            total -= rbm.b[i, value]
            for j in range(len(h)):
                total -= np.dot(rbm.levels[value], rbm.W[i, :, j]) * h[j] + r[i] * rbm.U[i, j] * h[j]
    return total


def table(rbm, row, extra=None):
    """All states with the units that the row has, and unit `extra`: (values of the units, h, log weights)."""
    r = (row >= 0).astype(float)
    places = [i for i in range(len(row)) if row[i] >= 0 or i == extra]
    states, hs, log_weights = [], [], []
    for values in itertools.product(range(3), repeat=len(places)):
        v = np.full(len(row), -1)
        v[places] = values
        for h in all_bits(len(rbm.c)):
            states.append(v)
            hs.append(h)
            log_weights.append(-energy(rbm, v, h, r))
    return np.array(states), np.array(hs), np.array(log_weights)


@TIED_AND_FREE
def test_the_free_energy_and_the_likelihood_are_those_of_the_row_s_own_model(tied):
    rbm, v = small(tied), some_rows()
    log_p, F = ratings_log_likelihood(rbm, v), ratings_free_energy(rbm, v)
    for n, row in enumerate(v):
        states, _, log_weights = table(rbm, row)
        here = (states == row).all(axis=1)
        of_row = np.log(np.exp(log_weights[here]).sum())
        np.testing.assert_allclose(-F[n], of_row, rtol=1e-12)
        np.testing.assert_allclose(log_p[n], of_row - np.log(np.exp(log_weights).sum()), rtol=1e-10, atol=1e-12)


@TIED_AND_FREE
def test_an_unseen_rating_has_its_exact_marginal(tied):
    """The unit is added to the row, all its values and all h are summed over; to 1e-10."""
    rbm, v = small(tied), some_rows()
    case, unit = np.nonzero(v < 0)
    p = rating_probs(rbm, v, case, unit)
    for n, (row, i) in enumerate(zip(v[case], unit)):
        states, _, log_weights = table(rbm, row, extra=i)
        seen = row >= 0
        fits = (states[:, seen] == row[seen]).all(axis=1)
        weight = [np.exp(log_weights[fits & (states[:, i] == m)]).sum() for m in range(3)]
        np.testing.assert_allclose(p[n], np.array(weight) / np.sum(weight), rtol=1e-10)


def test_mean_field_puts_the_mean_of_h_in_its_place():
    rbm, v = small(), some_rows()
    case, unit = np.nonzero(v < 0)
    p = rating_probs(rbm, v, case, unit, method="mean-field")
    h = 1 / (1 + np.exp(-hidden_inputs(rbm, v)))
    for n, (row, i) in enumerate(zip(case, unit)):
        logits = [rbm.b[i, m] + rbm.levels[m, 0] * np.dot(rbm.W[i, 0], h[row]) for m in range(3)]
        np.testing.assert_allclose(p[n], np.exp(logits) / np.exp(logits).sum(), rtol=1e-10)
    assert np.abs(p - rating_probs(rbm, v, case, unit)).max() > 1e-3


def test_many_pairs_are_predicted_in_blocks_as_one_by_one(monkeypatch):
    rbm, v = small(), some_rows()
    case, unit = np.repeat(np.arange(5), 4)[::-1], np.tile(np.arange(4), 5)
    together = rating_probs(rbm, v, case, unit)
    monkeypatch.setattr("numpy_dgm.energy.ratings.PAIRS_AT_ONCE", 3)
    np.testing.assert_array_equal(rating_probs(rbm, v, case, unit), together)
    one_by_one = [rating_probs(rbm, v[n], [0], [i])[0] for n, i in zip(case, unit)]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)


def test_a_prediction_and_how_sure_it_is_are_mean_and_deviation():
    p = np.array([[0.2, 0.3, 0.5], [0, 1, 0]])
    rbm = small()
    np.testing.assert_allclose(expected_rating(rbm, p), [2.8, 2.0], rtol=1e-12)
    variance = 0.2 * 1.8**2 + 0.3 * 0.8**2 + 0.5 * 1.2**2
    np.testing.assert_allclose(rating_deviation(rbm, p), [np.sqrt(variance), 0], atol=1e-7)


@TIED_AND_FREE
def test_the_exact_gradient_is_the_slope_of_the_masked_log_likelihood(tied):
    rbm, v = small(tied), some_rows()
    check_gradient(lambda model: ratings_log_likelihood(model, v).mean(), rbm, ratings_exact_gradient(rbm, v))


@TIED_AND_FREE
@pytest.mark.parametrize("k", [1, 2])
def test_cd_is_on_average_the_data_less_the_data_k_masked_steps_later(tied, k):
    """By the transition matrix over the values at the places of each row; 5 standard errors, of 60 x 400 rows."""
    rbm, v = small(tied, n_hidden=2), some_rows()
    expected = np.zeros(len(flatten(rbm)))
    for row in v:
        expected += (statistics(rbm, row) - after_steps(rbm, row, k)) / len(v)
    many, rng = np.tile(v, (400, 1)), np.random.default_rng(0)
    draws = np.array([flatten(ratings_cd_gradient(rbm, many, k, rng)) for _ in range(60)])
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws)) + 1e-12
    assert np.max(np.abs(draws.mean(axis=0) - expected) / error) < 5


def statistics(rbm, row):
    """Of one row: level(v_i) E[h], r_i E[h], [v_i = m] and E[h], end to end, by the states of h."""
    h = all_bits(len(rbm.c))
    weight = np.exp([-energy(rbm, row, one, (row >= 0).astype(float)) for one in h])
    mean_h = weight @ h / weight.sum()
    W, U, b = np.zeros_like(rbm.W), np.zeros_like(rbm.U), np.zeros_like(rbm.b)
    for i, value in enumerate(row):
        if value >= 0:
            W[i] = np.outer(rbm.levels[value], mean_h)
            U[i] = mean_h
            b[i, value] = 1
    return np.concatenate([W.ravel(), U.ravel(), b.ravel(), mean_h])


def after_steps(rbm, row, k):
    """E of the statistics after k steps of block Gibbs sampling from the row, at its places."""
    states, hs, log_weights = table(rbm, row)
    rows = np.unique(states, axis=0)
    h = all_bits(len(rbm.c))
    joint = np.zeros((len(rows), len(h)))
    for state, one, log_weight in zip(states, hs, log_weights):
        joint[(rows == state).all(axis=1), (h == one).all(axis=1)] = np.exp(log_weight)
    T = joint / joint.sum(axis=1, keepdims=True) @ (joint / joint.sum(axis=0)).T
    end = ((rows == row).all(axis=1)).astype(float) @ np.linalg.matrix_power(T, k)
    return sum(p * statistics(rbm, one) for p, one in zip(end, rows))


def test_what_is_not_rated_gets_no_gradient():
    rbm, v = small(), some_rows()
    v[:, 2] = -1
    for gradient in (ratings_exact_gradient(rbm, v), ratings_cd_gradient(rbm, v, 1, np.random.default_rng(0))):
        assert not gradient.W[2].any() and not gradient.U[2].any() and not gradient.b[2].any()
        assert gradient.W[1].any()


def test_cd_draws_h_and_then_the_values_and_not_the_last_h():
    """The same numbers by hand, for one row and k = 1."""
    rbm, row = small(), some_rows()[3]
    rng = np.random.default_rng(7)
    gradient = ratings_cd_gradient(rbm, row[None], 1, np.random.default_rng(7))
    places = np.flatnonzero(row >= 0)
    x = rbm.c + sum(rbm.levels[row[i]] @ rbm.W[i] + rbm.U[i] for i in places)
    p_data = 1 / (1 + np.exp(-x))
    h = (rng.random(3) < p_data).astype(float)
    u = rng.random(len(places))
    b, drawn = np.zeros_like(rbm.b), {}
    for i, one in zip(places, u):
        p = np.exp(rbm.b[i] + rbm.levels @ rbm.W[i] @ h)
        p /= p.sum()
        drawn[i] = int(np.sum(one >= np.cumsum(p)[:-1]))
        b[i] = np.eye(3)[row[i]] - p
    p_model = 1 / (1 + np.exp(-(rbm.c + sum(rbm.levels[drawn[i]] @ rbm.W[i] + rbm.U[i] for i in places))))
    np.testing.assert_allclose(gradient.b, b, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(gradient.c, p_data - p_model, rtol=1e-12)
    for i in places:
        np.testing.assert_allclose(gradient.U[i], p_data - p_model, rtol=1e-12)
        expected = np.outer(rbm.levels[row[i]], p_data) - np.outer(rbm.levels[drawn[i]], p_model)
        np.testing.assert_allclose(gradient.W[i], expected, rtol=1e-12)


def test_values_are_drawn_with_their_probabilities():
    p = np.tile([0.1, 0.6, 0.3], (20_000, 1))
    counts = np.bincount(draw_values(p, np.random.default_rng(0)), minlength=3)
    assert chi_square_p_value(counts, 20_000 * p[0]) > 1e-4


def test_a_row_of_logits_far_below_the_others_has_probabilities_too():
    p = softmax(np.array([[0.0, 1.0], [-2000.0, -2001.0]]))
    np.testing.assert_allclose(p[0], p[1][::-1], rtol=1e-12)


def test_a_new_model_has_the_columns_frequencies():
    v = np.array([[0, 2, -1], [0, -1, -1], [1, 2, -1]])
    rbm = init_ratings_rbm(v, [1, 2, 4], 2, np.random.default_rng(0), dtype=np.float64)
    shares = np.array([3, 2, 3]) / 8  # counts 2, 1, 2, one added to each
    for i, counts in enumerate(([2, 1, 0], [0, 0, 2], [0, 0, 0])):
        smoothed = np.array(counts) + 5 * shares
        np.testing.assert_allclose(np.exp(rbm.b[i]), smoothed / smoothed.sum(), rtol=1e-12)
    np.testing.assert_allclose(rbm.levels[:, 0], [-1, -1 / 3, 1], rtol=1e-12)
    assert rbm.W.shape == (3, 1, 2) and not rbm.U.any() and not rbm.c.any() and rbm.values.tolist() == [1, 2, 4]
    np.testing.assert_array_equal(rbm.W.ravel(), 0.01 * np.random.default_rng(0).standard_normal(6))
    free = init_ratings_rbm(v.tolist(), [1, 2, 4], 2, np.random.default_rng(0), tied=False)
    assert free.W.shape == (3, 3, 2) and free.W.dtype == np.float32
    np.testing.assert_array_equal(free.levels, np.eye(3))


@pytest.mark.parametrize("arguments, message", [
    (([[0, 3]], [1, 2, 4], 2), r"data: expected values in \[-1, 2\]"), (([[0, 0.5]], [1, 2, 4], 2), "between integers"),
    (([[-1, -1]], [1, 2], 2), "data: expected at least one rating"),
    (([[0]], [2, 1], 2), "values: expected at least two"),
    (([[0]], [1], 2), "values: expected at least two ratings"), ((3, [1, 2], 2), r"data: expected ratings \(N, D\)"),
    (([[0]], [1, 2], 0), "n_hidden: expected an integer >= 1, got 0"), (([[0]], [1, 2], 10**9), "memory"),
])
def test_models_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        init_ratings_rbm(*arguments, np.random.default_rng(0))


@pytest.mark.parametrize("changes, message", [
    ({"W": np.zeros((4, 2, 3))}, "rbm.levels: expected a last axis of 2"),
    ({"U": np.zeros((3, 3))}, "rbm: expected U and b"), ({"c": np.zeros(2)}, "rbm.c: expected a last axis of 3"),
    ({"b": np.zeros((4, 2))}, "rbm: expected U and b of 4 units, b of 3 values"),
    ({"b": np.zeros((3, 3))}, "rbm: expected U and b"), ({"U": np.zeros((4, 2))}, "rbm.U: expected a last axis of 3"),
    ({"values": np.zeros(2)}, "rbm.values: expected a last axis of 3"), ({"W": np.full((4, 1, 3), np.nan)}, "finite"),
    ({"U": np.zeros((4, 3), np.float32)}, "rbm: expected parameters of one dtype"),
])
def test_parameters_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        check_ratings_rbm(replace(small(), **changes))
    with pytest.raises(InvalidInput, match="rbm: expected a RatingsRBM, got int"):
        ratings_free_energy(3, some_rows())


def test_other_arguments_that_cannot_be_are_refused():
    rbm, v = small(), some_rows()
    for call, message in (
        (lambda: rating_probs(rbm, v, [0], [4]), r"unit: expected values in \[0, 3\]"),
        (lambda: rating_probs(rbm, v, [5], [0]), r"case: expected values in \[0, 4\]"),
        (lambda: rating_probs(rbm, v, [0.0], [0]), "case: expected integers, got dtype float64"),
        (lambda: rating_probs(rbm, v, [0, 1], [0]), "unit: expected as many as cases, 2, got 1"),
        (lambda: rating_probs(rbm, v, [0], [0], "exact"), "method: expected one of 'marginal', 'mean-field'"),
        (lambda: rating_probs(rbm, v[:, :3], [0], [0]), r"data: expected shape \(cases, 4\)"),
        (lambda: ratings_cd_gradient(rbm, v, 0, np.random.default_rng(0)), "k: expected an integer >= 1"),
        (lambda: ratings_cd_gradient(rbm, v + 1, 1, np.random.default_rng(0)), "v_data: expected values in"),
        (lambda: ratings_cd_gradient(rbm, v, 1, 0), "rng: expected a numpy.random.Generator"),
        (lambda: ratings_log_likelihood(small(n_hidden=17), v), "rbm: expected at most 16 hidden units"),
    ):
        with pytest.raises(InvalidInput, match=message):
            call()
