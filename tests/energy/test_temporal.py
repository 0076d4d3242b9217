"""Models of films against enumeration: log p, its gradient, what chains give in the mean, made films, predictions."""
import itertools
from dataclasses import replace

import numpy as np
import pytest
from chi_square import chi_square_p_value

from numpy_dgm.energy.rbm import RBM, gibbs_step
from numpy_dgm.energy.temporal import (
    RTRBM,
    ConditionalRBM,
    _film_gradient,
    cd_film_gradient,
    check_temporal,
    copied_frames,
    exact_film_gradient,
    extrapolated_frames,
    film_log_likelihoods,
    frame_pass,
    generate_films,
    init_conditional_rbm,
    init_rtrbm,
    next_frame_error,
    predict_frames,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten, pack

MODELS = {"conditional": ConditionalRBM, "rtrbm": RTRBM}
both = pytest.mark.parametrize("kind", MODELS)


def random_model(kind, D=3, K=2, scale=0.8, seed=0, dtype=np.float64):
    """A model with every parameter from N(0, scale²); the conditional one sees two frames."""
    rng = np.random.default_rng(seed)
    model = init_conditional_rbm(D, K, 2, rng, dtype=dtype) if kind == "conditional" else init_rtrbm(D, K, rng,
                                                                                                     dtype=dtype)
    vector, model = pack(model)
    vector[:] = rng.normal(scale=scale, size=len(vector))
    return model


def random_films(N=2, T=4, D=3, seed=1):
    return np.random.default_rng(seed).integers(0, 2, size=(N, T, D)).astype(np.float64)


def frames_by_definition(model, film):
    """b_t, c_t and r_t of each frame of a film (T, D), written out from the models' definitions."""
    b, c, r = [], [], []
    for t, v in enumerate(film):
        if isinstance(model, ConditionalRBM):
            D = len(model.b)
            n = len(model.V) // D
            b_t, c_t = model.b.copy(), model.c.copy()
            for lag in range(1, n + 1):
                if t - lag >= 0:
                    rows = slice((lag - 1) * D, lag * D)
                    b_t += film[t - lag] @ model.V[rows]
                    c_t += film[t - lag] @ model.R[rows]
        elif t == 0:
            b_t, c_t = model.b, model.c0
        else:
            b_t, c_t = model.b + r[-1] @ model.V, model.c + r[-1] @ model.R
        b.append(b_t)
        c.append(c_t)
        r.append(1 / (1 + np.exp(-(v @ model.W + c_t))))
    return np.array(b), np.array(c), np.array(r)


def log_p_by_enumeration(model, film):
    """log p(v_t given the past) of each frame of a film (T, D): every v and every h of every frame."""
    D, K = model.W.shape
    every_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))
    every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))
    log_p = []
    for v, b, c in zip(film, *frames_by_definition(model, film)[:2]):
        weight = np.exp((every_v @ b)[:, None] + every_h @ c + every_v @ model.W @ every_h.T)
        mine = np.exp(v @ b + every_h @ c + v @ model.W @ every_h.T)
        log_p.append(np.log(mine.sum() / weight.sum()))
    return np.array(log_p)


# ---- the model


@both
def test_what_a_frame_gets_from_the_past_is_that_of_the_definition(kind):
    model, films = random_model(kind), random_films(T=5)
    frames = frame_pass(model, films)
    for n, film in enumerate(films):
        for found, expected in zip((frames.b[n], frames.c[n], frames.r[n]), frames_by_definition(model, film)):
            np.testing.assert_allclose(found, expected, rtol=1e-12)


@both
def test_log_p_is_that_of_enumeration_and_the_probabilities_of_all_films_add_up_to_1(kind):
    model = random_model(kind, D=2)
    films = np.array(list(itertools.product([0.0, 1.0], repeat=6))).reshape(64, 3, 2)
    found = film_log_likelihoods(model, films)
    np.testing.assert_allclose(found, [log_p_by_enumeration(model, film) for film in films], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(np.exp(found.sum(axis=1)).sum(), 1, rtol=1e-12)


def test_the_past_of_a_conditional_rbm_has_the_latest_frame_first_and_is_black_before_the_film():
    films = np.arange(1.0, 9).reshape(1, 4, 2) / 8
    past = frame_pass(random_model("conditional", D=2), films).past * 8
    np.testing.assert_array_equal(past[0], [[0, 0, 0, 0], [1, 2, 0, 0], [3, 4, 1, 2], [5, 6, 3, 4]])


def test_a_film_may_be_shorter_than_the_past():
    model = init_conditional_rbm(3, 2, 5, np.random.default_rng(0), dtype=np.float64)
    assert film_log_likelihoods(model, random_films(T=2)).shape == (2, 2)


# ---- the gradient


@both
def test_the_exact_gradient_is_the_derivative_of_log_p_by_enumeration(kind):
    model, films = random_model(kind), random_films()

    def mean_log_p(moved):
        return np.mean([log_p_by_enumeration(moved, film) for film in films])

    check_gradient(mean_log_p, model, exact_film_gradient(model, films), tolerance=1e-8)


@both
def test_the_gradient_of_a_single_frame(kind):
    model, films = random_model(kind), random_films(T=1)
    gradient = exact_film_gradient(model, films)
    check_gradient(lambda moved: film_log_likelihoods(moved, films).mean(), model, gradient, tolerance=1e-8)
    assert not gradient.V.any() and not gradient.R.any()


@both
@pytest.mark.parametrize("from_before", [False, True])
def test_cd_with_long_chains_is_the_exact_gradient_in_the_mean(kind, from_before):
    model, films, rng = random_model(kind, scale=0.5), random_films(), np.random.default_rng(2)
    assert_mean_of_cd_is(flatten(exact_film_gradient(model, films)), model, films, 12, rng, from_before)


def assert_mean_of_cd_is(expected, model, films, k, rng, from_before):
    """100 draws of the gradient of 40 copies of the films; 5 standard errors for each entry, the error from them."""
    copies = np.tile(films, (40, 1, 1))
    draws = np.array([flatten(cd_film_gradient(model, copies, k, rng, from_before)) for _ in range(100)])
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - expected) <= 5 * error + 1e-12)


@both
@pytest.mark.parametrize("from_before", [False, True])
def test_cd_1_is_a_step_of_the_chain_of_each_frame_in_the_mean(kind, from_before):
    """The oracle: transition matrices, written out state by state, for each frame's own RBM."""
    model, films, rng = random_model(kind), random_films(), np.random.default_rng(3)
    every_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    every_h = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
    frames = frame_pass(model, films)
    v_model, h_model, v_h = np.empty_like(frames.b), np.empty_like(frames.c), np.zeros((3, 2))
    for n, t in np.ndindex(films.shape[:2]):
        start = films[n, max(t - 1, 0)] if from_before else films[n, t]
        r = 1 / (1 + np.exp(-(start @ model.W + frames.c[n, t])))
        p_h = (np.where(every_h == 1, r, 1 - r)).prod(axis=1)  # (4,)
        on = 1 / (1 + np.exp(-(every_h @ model.W.T + frames.b[n, t])))  # (4, 3)
        p_v = p_h @ np.where(every_v[None] == 1, on[:, None], 1 - on[:, None]).prod(axis=2)  # (8,)
        mean_h = 1 / (1 + np.exp(-(every_v @ model.W + frames.c[n, t])))
        v_model[n, t], h_model[n, t] = p_v @ every_v, p_v @ mean_h
        v_h += (every_v * p_v[:, None]).T @ mean_h / 8
    expected = flatten(_film_gradient(model, films, frames, v_h, v_model, h_model))
    assert_mean_of_cd_is(expected, model, films, 1, rng, from_before)


def test_the_chains_of_one_frame_are_those_of_an_rbm():
    """A film of one frame, k = 3, against Gibbs steps of the RBM that it is, on the same generator."""
    model, films = random_model("rtrbm"), random_films(N=6, T=1)
    gradient = cd_film_gradient(model, films, 3, np.random.default_rng(5))
    rbm, v, rng = RBM(model.W, model.b, model.c0), films[:, 0], np.random.default_rng(5)
    p_h_data = sigmoid(v @ model.W + model.c0)
    end = v
    for _ in range(3):
        end = gibbs_step(rbm, end, rng)
    p_h = sigmoid(end @ model.W + model.c0)
    np.testing.assert_allclose(gradient.W, (v.T @ p_h_data - end.T @ p_h) / 6, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(gradient.b, (v - end).mean(axis=0), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(gradient.c0, (p_h_data - p_h).mean(axis=0), rtol=1e-12, atol=1e-14)
    assert not gradient.c.any()


@both
def test_the_gradient_leaves_its_arguments_and_keeps_their_precision(kind):
    model, films = random_model(kind, dtype=np.float32), random_films().astype(np.float32)
    before = flatten(model), films.copy()
    gradient = cd_film_gradient(model, films, 2, np.random.default_rng(0))
    assert flatten(gradient).dtype == np.float32 and type(gradient) is type(model)
    np.testing.assert_array_equal(flatten(model), before[0])
    np.testing.assert_array_equal(films, before[1])
    assert predict_frames(model, films).dtype == np.float32
    assert generate_films(model, 1, 2, np.random.default_rng(0)).dtype == np.float32


# ---- what comes next


@both
def test_predictions_are_steps_of_mean_field_from_the_frame_before(kind):
    model, films = random_model(kind), random_films(T=3)
    found = predict_frames(model, films, steps=2)
    assert found.shape == (2, 2, 3)
    for n, film in enumerate(films):
        b, c, _ = frames_by_definition(model, film)
        for t in (1, 2):
            u = film[t - 1]
            for _ in range(2):
                h = sigmoid(u @ model.W + c[t])
                u = sigmoid(model.W @ h + b[t])
            np.testing.assert_allclose(found[n, t - 1], u, rtol=1e-12)


@both
def test_predictions_of_a_weakly_connected_model_are_the_exact_means(kind):
    """Mean field is exact in the limit of no connections, and off by the square of small ones."""
    model, films = random_model(kind), random_films()
    model = replace(model, W=0.02 * model.W)
    every_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    found = predict_frames(model, films)
    for t in (1, 3):
        alternatives = np.repeat(films[:1, : t + 1], 8, axis=0)
        alternatives[:, t] = every_v
        p = np.exp(film_log_likelihoods(model, alternatives)[:, t])
        np.testing.assert_allclose(found[0, t - 1], p @ every_v, atol=1e-4)


def test_the_error_of_a_frame_is_summed_over_its_pixels_and_averaged_over_frames():
    films = np.array([[[0.0, 0], [1, 0], [1, 1]], [[0, 0], [0, 0], [0, 1]]])
    predicted = np.array([[[0.5, 0], [1, 1]], [[0, 0], [0, 0]]])
    assert next_frame_error(films, predicted) == (0.25 + 0 + 0 + 1) / 4
    assert next_frame_error(films, copied_frames(films)) == (1 + 1 + 0 + 1) / 4


def test_extrapolation_goes_on_as_it_did_within_the_grey_levels():
    films = np.array([[[0.1, 0.9], [0.2, 0.5], [0.6, 0.0], [0.9, 0.0]]])
    np.testing.assert_allclose(extrapolated_frames(films)[0], [[0.1, 0.9], [0.3, 0.1], [1, 0]], atol=1e-12)


def distribution_of_films(model, T):
    films = np.array(list(itertools.product([0.0, 1.0], repeat=2 * T))).reshape(-1, T, 2)
    return films, np.exp([log_p_by_enumeration(model, film).sum() for film in films])


@both
def test_made_films_come_as_often_as_they_are_probable(kind):
    model = random_model(kind, D=2, scale=0.9, seed=4)
    model = replace(model, W=2 * model.W)
    all_films, p = distribution_of_films(model, 3)
    made = generate_films(model, 20_000, 3, np.random.default_rng(0), steps=8, grey=False)
    assert set(np.unique(made)) == {0, 1}
    number = made.reshape(-1, 6) @ 2 ** np.arange(5, -1, -1)
    counts = np.bincount(number.astype(int), minlength=64)
    assert chi_square_p_value(counts, 20_000 * p) > 1e-4


@both
def test_films_go_on_from_a_start(kind):
    """The frames after a given start, as often as they are probable given it; and every film from its own start."""
    model = random_model(kind, D=2, scale=0.9, seed=5)
    all_films, p = distribution_of_films(model, 3)
    start = np.array([[1.0, 0], [0, 1]])
    made = generate_films(model, 20_000, 1, np.random.default_rng(1), start=start, steps=8, grey=False)
    assert made.shape == (20_000, 1, 2)
    possible = (all_films[:, :2] == start).all(axis=(1, 2))
    expected = 20_000 * p[possible] / p[possible].sum()
    counts = np.bincount((made[:, 0] @ [2, 1]).astype(int), minlength=4)
    assert chi_square_p_value(counts, expected) > 1e-4
    starts = np.stack([start, 1 - start])
    both_made = generate_films(model, 2, 2, np.random.default_rng(2), start=starts, steps=1)
    np.testing.assert_array_equal(both_made.shape, (2, 2, 2))
    u = np.random.default_rng(2)
    for t in range(2):
        seen = np.concatenate([starts, both_made[:, :t], both_made[:, :1]], axis=1)[:, : 3 + t]
        frames = frame_pass(model, seen)
        h = (u.random((2, 2)) < sigmoid(seen[:, t + 1] @ model.W + frames.c[:, t + 2])).astype(float)
        np.testing.assert_allclose(both_made[:, t], sigmoid(h @ model.W.T + frames.b[:, t + 2]), rtol=1e-12)


# ---- new models, and what is refused


def test_new_models_start_with_the_mean_frame_and_small_weights():
    mean = np.array([0.0, 0.25, 0.5, 1.0])
    rtrbm = init_rtrbm(4, 300, np.random.default_rng(0), mean)
    conditional = init_conditional_rbm(4, 300, 3, np.random.default_rng(0), mean)
    rng = np.random.default_rng(0)
    W = 0.01 * rng.standard_normal((4, 300), dtype=np.float32)
    R = 0.01 * rng.standard_normal((300, 300), dtype=np.float32)
    for model in (rtrbm, conditional):
        np.testing.assert_array_equal(model.W, W)
        np.testing.assert_allclose(sigmoid(model.b), [0.01, 0.25, 0.5, 0.99], rtol=1e-5)
        assert not model.V.any() and not model.c.any() and check_temporal(model) is model
    np.testing.assert_array_equal(rtrbm.R, R)
    assert rtrbm.V.shape == (300, 4) and not rtrbm.c0.any()
    assert conditional.V.shape == (12, 4) and conditional.R.shape == (12, 300) and not conditional.R.any()
    assert not init_rtrbm(4, 3, np.random.default_rng(0)).b.any()
    assert init_rtrbm(4, 3, np.random.default_rng(0), dtype=np.float64).R.dtype == np.float64
    wide = init_rtrbm(4, 300, np.random.default_rng(0), scale=0.5)
    np.testing.assert_allclose(wide.W, 50 * W, rtol=1e-5)
    np.testing.assert_allclose(wide.R, 50 * R, rtol=1e-5)
    wide = init_conditional_rbm(4, 300, 1, np.random.default_rng(0), scale=0.5)
    np.testing.assert_allclose(wide.W, 50 * W, rtol=1e-5)


@pytest.mark.parametrize("kind, changes, message", [
    ("rtrbm", dict(V=np.zeros((3, 3))), "model.V and model.R: expected 2 rows, got 3 and 2"),
    ("rtrbm", dict(V=np.zeros((3, 3)), R=np.zeros((3, 2))), "model.V and model.R: expected 2 rows, got 3 and 3"),
    ("rtrbm", dict(R=np.zeros((2, 3))), "model.R: expected a last axis of 2"),
    ("rtrbm", dict(c0=np.zeros(3)), "model.c0: expected a last axis of 2"),
    ("rtrbm", dict(b=np.zeros(2)), "model.b: expected a last axis of 3"),
    ("rtrbm", dict(W=np.full((3, 2), np.nan)), "model.W: expected finite values"),
    ("rtrbm", dict(c=np.zeros(2, np.float32)), "model: expected parameters of one dtype"),
    ("conditional", dict(V=np.zeros((4, 3)), R=np.zeros((4, 2))), "a multiple of 3, got 4 and 4"),
    ("conditional", dict(V=np.zeros((3, 3))), "as many rows each, a multiple of 3, got 3 and 6"),
    ("conditional", dict(V=np.zeros((6, 2))), "model.V: expected a last axis of 3"),
])
def test_models_that_cannot_be_are_refused(kind, changes, message):
    with pytest.raises(InvalidInput) as error:
        check_temporal(replace(random_model(kind), **changes))
    assert message in str(error.value)


@pytest.mark.parametrize("call, message", [
    (lambda model: check_temporal(RBM(model.W, model.b, model.c)), "expected a ConditionalRBM or an RTRBM, got RBM"),
    (lambda model: frame_pass(model, np.zeros((2, 4, 5))), "films: expected a last axis of 3"),
    (lambda model: frame_pass(model, np.full((2, 4, 3), 1.5)), "films: expected values in [0, 1]"),
    (lambda model: predict_frames(model, np.zeros((1, 3))), "films: expected at least 2 frames a film, got 1"),
    (lambda model: predict_frames(model, random_films(), 0), "steps: expected an integer >= 1, got 0"),
    (lambda model: cd_film_gradient(model, random_films(), 0, np.random.default_rng(0)), "k: expected an integer"),
    (lambda model: film_log_likelihoods(model, 0.5 * random_films()), "expected states of the visible layer"),
    (lambda model: generate_films(model, 3, 2, np.random.default_rng(0), start=random_films()),
     "start: expected the frames of 3 films, or of one, got 2 films"),
    (lambda model: generate_films(model, 10**12, 2, np.random.default_rng(0)), "fits into this machine's memory"),
    (lambda model: init_rtrbm(3, 2, np.random.default_rng(0), [0.1, 2.0, 0.3]), "mean: expected values in [0, 1]"),
    (lambda model: init_conditional_rbm(3, 2, 0, np.random.default_rng(0)), "n_past: expected an integer >= 1, got 0"),
    (lambda model: init_rtrbm(3, 2, np.random.default_rng(0), scale=-1), "scale: expected a number in [0, 1000]"),
    (lambda model: init_conditional_rbm(3, 0, 1, np.random.default_rng(0)), "n_hidden: expected an integer >= 1"),
])
def test_what_cannot_be_done_is_refused(call, message):
    with pytest.raises(InvalidInput) as error:
        call(random_model("rtrbm"))
    assert message in str(error.value)


def test_one_film_is_taken_for_a_list_of_one():
    model, film = random_model("rtrbm"), random_films()[0]
    np.testing.assert_array_equal(predict_frames(model, film), predict_frames(model, film[None]))


@pytest.mark.parametrize("dtype", [np.uint8, bool, np.int8, np.float32])
def test_baselines_of_films_of_any_dtype_are_those_of_floats(dtype):
    films = np.random.default_rng(0).integers(0, 2, size=(3, 6, 4)).astype(dtype)
    as_floats = films.astype(float)
    np.testing.assert_array_equal(extrapolated_frames(films), extrapolated_frames(as_floats))
    assert next_frame_error(films, copied_frames(films)) == next_frame_error(as_floats, copied_frames(as_floats))


def test_predictions_of_another_shape_are_refused():
    films = np.zeros((2, 5, 3))
    with pytest.raises(InvalidInput, match=r"^predicted: expected the shape \(2, 4, 3\), got \(1, 4, 3\)"):
        next_frame_error(films, np.zeros((1, 4, 3)))
