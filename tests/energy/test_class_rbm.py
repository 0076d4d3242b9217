"""The class RBM against small models written out in full, state by state, from the energy's definition."""
import itertools

import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given, settings
from hypothesis import strategies as st
from models import random_bits

from numpy_dgm.energy import RBM, Bernoulli, energy, log_likelihood, log_partition, pcd_gradient
from numpy_dgm.energy.class_rbm import (
    ClassRBM,
    check_class_rbm,
    complete_images,
    discriminative_gradient,
    from_joint,
    generative_cd_gradient,
    generative_gradient,
    generative_pcd_gradient,
    init_class_rbm,
    join,
    joint_log_weights,
    joint_rbm,
    label_log_weights,
    label_probs,
    log_p_label,
    log_p_labels,
    sample_of_class,
)
from numpy_dgm.energy.units import BitsAndLabel
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import bits_to_index
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.numerics import logsumexp, sigmoid
from numpy_dgm.foundation.records import flatten, pack, windows

FIELDS = ("W", "U", "b", "d", "c")


def random_model(D=4, K=3, C=3, scale=1.0, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = {"W": (D, K), "U": (C, K), "b": (D,), "d": (C,), "c": (K,)}
    return ClassRBM(**{name: rng.normal(scale=scale, size=shape).astype(dtype) for name, shape in shapes.items()})


def written_out(model):
    """`(v, p)`: all images (2^D, D), and p[i, y, j] of every image, label and hidden layer, from the energy."""
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=len(model.b))))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=len(model.c))))
    minus_E = np.zeros((len(all_v), len(model.d), len(all_h)))
    for i, v in enumerate(all_v):
        for y in range(len(model.d)):
            for j, h in enumerate(all_h):
                minus_E[i, y, j] = model.b @ v + model.d[y] + model.c @ h + v @ model.W @ h + model.U[y] @ h
    return all_v, np.exp(minus_E - logsumexp(minus_E))


def labelled(n=7, D=4, C=3, seed=5):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, size=(n, D)).astype(float), rng.integers(C, size=n)


def mean_log_p(model, v, labels):
    """Of log p(v, y) and of log p(y given v), written out."""
    _, p = written_out(model)
    p_v_y = p.sum(axis=2)[bits_to_index(v)]  # (N, C)
    p_case = p_v_y[np.arange(len(v)), labels]
    return np.log(p_case).mean(), np.log(p_case / p_v_y.sum(axis=1)).mean()


def fit(counts, p):
    """The probability of counts (S,) at least as far off the probabilities p (S,)."""
    return chi_square_p_value(counts, counts.sum() * p)


models = st.builds(random_model, st.integers(1, 4), st.integers(1, 4), st.integers(2, 4), st.floats(0.01, 3.0),
                   st.integers(0, 10_000))
few = settings(max_examples=15)


# ---- the model


@few
@given(models)
def test_p_of_a_label_is_that_of_the_model_written_out(model):
    all_v, p = written_out(model)
    expected = p.sum(axis=2) / p.sum(axis=(1, 2))[:, None]
    np.testing.assert_allclose(label_probs(model, all_v), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(log_p_label(model, all_v), np.log(expected), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(log_p_labels(model, all_v, np.arange(len(all_v))), np.log(expected), atol=1e-10)


@few
@given(models)
def test_log_p_of_image_and_label_is_that_of_the_model_written_out(model):
    all_v, p = written_out(model)
    for y in range(len(model.d)):
        labels = np.full(len(all_v), y)
        log_p = joint_log_weights(model, all_v, labels) - log_partition(joint_rbm(model))
        np.testing.assert_allclose(log_p, np.log(p.sum(axis=2)[:, y]), rtol=1e-9, atol=1e-9)
        joined = join(all_v, labels, len(model.d))
        np.testing.assert_allclose(log_likelihood(joint_rbm(model), joined), log_p, rtol=1e-9, atol=1e-9)


def test_the_joint_rbm_has_the_same_energy():
    model, (v, labels) = random_model(), labelled()
    h = random_bits(7, 3, 1)
    expected = [-(model.b @ v[n] + model.d[y] + model.c @ h[n] + v[n] @ model.W @ h[n] + model.U[y] @ h[n])
                for n, y in enumerate(labels)]
    np.testing.assert_allclose(energy(joint_rbm(model), join(v, labels, 3), h), expected, rtol=1e-12)


def test_the_joint_rbm_and_the_model_are_windows_onto_one_vector():
    vector, model = pack(random_model())
    rbm = windows(joint_rbm(model), vector)
    vector += 1.0
    np.testing.assert_array_equal(rbm.W, np.concatenate([model.W, model.U]))
    np.testing.assert_array_equal(rbm.b, np.concatenate([model.b, model.d]))
    back = from_joint(rbm)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(back, name), getattr(model, name))
    assert isinstance(rbm, RBM) and rbm.visible == BitsAndLabel(3) and rbm.hidden == Bernoulli()


def test_large_inputs_do_not_overflow():
    model = random_model(scale=400.0, dtype=np.float32)
    v, labels = labelled()
    p = label_probs(model, v)
    assert np.isfinite(p).all() and np.allclose(p.sum(axis=1), 1)
    assert np.isfinite(flatten(discriminative_gradient(model, v, labels))).all()


def test_one_image_gives_the_result_without_the_axis_of_the_cases():
    model, (v, labels) = random_model(), labelled()
    for function in (label_log_weights, label_probs):
        np.testing.assert_allclose(function(model, v[0]), function(model, v)[0], rtol=1e-12)
    one, rows = discriminative_gradient(model, v[0], labels[0]), discriminative_gradient(model, v[:1], labels[:1])
    np.testing.assert_array_equal(flatten(one), flatten(rows))


# ---- gradients


@pytest.mark.parametrize("seed", [0, 1])
def test_the_discriminative_gradient_is_the_slope_of_log_p_of_the_labels(seed):
    model, (v, labels) = random_model(seed=seed), labelled(seed=seed)
    gradient = discriminative_gradient(model, v, labels)
    check_gradient(lambda moved: mean_log_p(moved, v, labels)[1], model, gradient, tolerance=1e-8)
    assert not gradient.b.any() and gradient.W.any()


@pytest.mark.parametrize("sizes", [(4, 3, 3), (2, 4, 2)])
def test_the_generative_gradient_is_the_slope_of_log_p_of_both(sizes):
    """With the smaller hidden layer, and with the smaller visible one."""
    model, (v, labels) = random_model(*sizes), labelled(D=sizes[0], C=sizes[2])
    gradient = generative_gradient(model, v, labels)
    check_gradient(lambda moved: mean_log_p(moved, v, labels)[0], model, gradient, tolerance=1e-8)


def test_cd_is_on_average_the_data_less_the_data_one_step_later():
    """2,000 draws within 4.5 standard errors of the expectation by the transition matrix, entry by entry."""
    model, (v, labels) = random_model(3, 2, 2), labelled(6, 3, 2)
    all_v, p = written_out(model)
    p = p.reshape(-1, p.shape[2])  # (states of image and label, hidden layers)
    T = (p / p.sum(axis=1, keepdims=True)) @ (p / p.sum(axis=0)).T
    s = join(np.repeat(all_v, 2, axis=0), np.tile([0, 1], 8), 2)
    p_h = sigmoid(s @ np.concatenate([model.W, model.U]) + model.c)
    start = np.bincount(2 * bits_to_index(v) + labels, minlength=16) / 6
    change = start - start @ T
    expected = np.concatenate([((s.T * change) @ p_h).ravel(), change @ s, change @ p_h])
    rng = np.random.default_rng(0)
    draws = np.array([flatten(generative_cd_gradient(model, v, labels, 1, rng)) for _ in range(2000)])
    error = draws.std(axis=0) / np.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - expected) < 4.5 * error)


def test_pcd_moves_its_chains_and_is_that_of_the_joint_rbm():
    model, (v, labels) = random_model(), labelled()
    chains = random_bits(5, 3, 2)
    gradient, moved = generative_pcd_gradient(model, v, labels, chains, 2, np.random.default_rng(1))
    expected, expected_chains = pcd_gradient(joint_rbm(model), join(v, labels, 3), chains, 2, np.random.default_rng(1))
    np.testing.assert_array_equal(flatten(gradient), flatten(expected))
    np.testing.assert_array_equal(moved, expected_chains)


# ---- samples


def test_samples_of_a_class_are_those_of_p_of_the_image_given_the_label():
    model = random_model(scale=0.7)
    _, p = written_out(model)
    for y in range(3):
        v, p_v = sample_of_class(model, np.full(4000, y), 30, np.random.default_rng(y))
        counts = np.bincount(bits_to_index(v), minlength=16)
        expected = p[:, y].sum(axis=1) / p[:, y].sum()
        assert fit(counts, expected) > 1e-4
        assert v.shape == p_v.shape == (4000, 4) and np.all((p_v > 0) & (p_v < 1))


def test_the_draws_of_a_sample_come_in_their_order():
    """One step: the noise, h, v; in float32 as the parameters are."""
    model, labels = random_model(dtype=np.float32), np.array([2, 0, 1, 1])
    rng = np.random.default_rng(3)
    noise = (rng.random((4, 4), dtype=np.float32) < 0.5).astype(np.float32)
    h = (rng.random((4, 3), dtype=np.float32) < sigmoid(noise @ model.W + model.c + model.U[labels])).astype(np.float32)
    expected = sigmoid(h @ model.W.T + model.b)
    v, p_v = sample_of_class(model, labels, 1, np.random.default_rng(3))
    np.testing.assert_allclose(p_v, expected, rtol=1e-5)
    np.testing.assert_array_equal(v, rng.random((4, 4), dtype=np.float32) < p_v)
    assert v.dtype == np.float32


@pytest.mark.parametrize("known", [[True, False, True, False], [False, False, False, False]])
def test_completions_are_those_of_p_of_the_rest_and_the_label_given_the_known_pixels(known):
    model, known = random_model(scale=0.8), np.array(known)
    model.U[:] *= 2  # so that what the label says to h counts
    given = np.tile([1.0, 0.0, 0.0, 1.0], (6000, 1))
    v, p_v, labels = complete_images(model, given, known, 40, np.random.default_rng(0))
    np.testing.assert_array_equal(v[:, known], given[:, known])
    np.testing.assert_array_equal(p_v[:, known], given[:, known])
    all_v, p = written_out(model)
    fits = np.all(all_v[:, known] == given[0, known], axis=1)
    expected = p.sum(axis=2)[fits].sum(axis=1) / p.sum(axis=2)[fits].sum()
    counts = np.bincount(bits_to_index(v), minlength=16)[fits]
    assert counts.sum() == 6000 and fit(counts, expected) > 1e-4
    expected_labels = p.sum(axis=2)[fits].sum(axis=0) / p.sum(axis=2)[fits].sum()
    assert fit(np.bincount(labels, minlength=3), expected_labels) > 1e-4


def test_unknown_pixels_are_not_looked_at_and_each_image_has_its_own():
    model, rng = random_model(scale=3.0), np.random.default_rng(1)
    known, given = rng.random((50, 4)) < 0.5, rng.random((50, 4))
    first = complete_images(model, given, known, 1, np.random.default_rng(0))
    second = complete_images(model, np.where(known, given, 1 - given), known, 1, np.random.default_rng(0))
    for one, other in zip(first, second):
        np.testing.assert_array_equal(one, other)
    v, p_v, _ = first
    np.testing.assert_array_equal(v[known], given[known])  # grey levels stay what they are
    np.testing.assert_array_equal(p_v[known], given[known])
    assert np.isin(v[~known], (0, 1)).all() and not np.isin(p_v[~known], (0, 1)).any()


def test_all_pixels_known_leave_the_label_to_be_drawn():
    model, (v, _) = random_model(), labelled(1)
    given = np.tile(v, (4000, 1))
    found, _, labels = complete_images(model, given, np.ones(4, bool), 2, np.random.default_rng(0))
    np.testing.assert_array_equal(found, given)
    assert fit(np.bincount(labels, minlength=3), label_probs(model, v)[0]) > 1e-4


# ---- how it starts, and what it refuses


def test_it_starts_as_it_is_told():
    data = random_bits(50, 6, 0)
    data[:, 0] = 0
    model = init_class_rbm(6, 4000, 5, np.random.default_rng(0), data, weight_sd=0.2, label_sd=2.0)
    assert model.W.dtype == np.float32 and model.W.shape == (6, 4000) and model.U.shape == (5, 4000)
    np.testing.assert_allclose([model.W.std(), model.U.std()], [0.2, 2.0], rtol=0.02)  # of 24,000 and 20,000 draws
    np.testing.assert_allclose(sigmoid(model.b), np.clip(data.mean(axis=0), 0.01, 0.99), rtol=1e-5)
    assert not model.c.any() and not model.d.any()
    rng = np.random.default_rng(0)
    usual = init_class_rbm(6, 4, 5, np.random.default_rng(0), dtype=np.float64)
    np.testing.assert_allclose(usual.W, 0.03 * rng.standard_normal((6, 4)), rtol=1e-12)
    np.testing.assert_allclose(usual.U, 0.5 * rng.standard_normal((5, 4)), rtol=1e-12)
    assert not usual.b.any()


@pytest.mark.parametrize("arguments, message", [
    ((0, 3, 2), "n_visible: expected an integer >= 1, got 0"),
    ((4, 0, 2), "n_hidden: expected an integer >= 1, got 0"),
    ((4, 3, 1), "n_classes: expected an integer >= 2, got 1"),
    ((4, 10**12, 2), "n_hidden: expected what fits into this machine's memory"),
])
def test_sizes_that_cannot_be_right_are_refused(arguments, message):
    with pytest.raises(InvalidInput) as error:
        init_class_rbm(*arguments, np.random.default_rng(0))
    assert message in str(error.value)


def test_arrays_that_do_not_fit_together_are_refused():
    model = random_model()
    assert check_class_rbm(model) is model
    with pytest.raises(InvalidInput, match="model: expected a ClassRBM .*, got RBM"):
        check_class_rbm(joint_rbm(model))
    for name, value, message in (
        ("W", model.W[0], "model.W: expected a 2-D array"),
        ("U", model.U[:, :2], "model.U: expected a last axis of 3"),
        ("U", model.U[:1], "classes of model.U: expected an integer >= 2, got 1"),
        ("b", model.b[:2], "model.b: expected a last axis of 4"),
        ("d", model.d[:2], "model.d: expected a last axis of 3"),
        ("c", model.c[:2], "model.c: expected a last axis of 3"),
        ("d", np.full(3, np.nan), "model.d: expected"),
        ("U", model.U.astype(np.float32), "parameters of one dtype"),
    ):
        changed = ClassRBM(**{field: value if field == name else getattr(model, field) for field in FIELDS})
        with pytest.raises(InvalidInput, match=message):
            label_probs(changed, np.zeros((2, 4)))


def completed(model, v, known, steps=1):
    return complete_images(model, v, known, steps, np.random.default_rng(0))


@pytest.mark.parametrize("call, message", [
    (lambda m, v, y: label_probs(m, v[:, :3]), "v: expected a last axis of 4"),
    (lambda m, v, y: label_probs(m, 2 * v), r"v: expected values in \[0, 1\]"),
    (lambda m, v, y: discriminative_gradient(m, v, y[:3]), "labels: expected a last axis of 7"),
    (lambda m, v, y: discriminative_gradient(m, v, y + 1), r"labels: expected values in \[0, 2\]"),
    (lambda m, v, y: discriminative_gradient(m, v, y + 0.0), "labels: expected integers, got dtype float64"),
    (lambda m, v, y: generative_gradient(m, v, None), "labels: expected a label for each case, got None"),
    (lambda m, v, y: generative_cd_gradient(m, v, y, 0, np.random.default_rng(0)), "k: expected an integer >= 1"),
    (lambda m, v, y: sample_of_class(m, y, 0, np.random.default_rng(0)), "steps: expected an integer >= 1"),
    (lambda m, v, y: sample_of_class(m, y, 1, 0), "rng: expected a numpy.random.Generator"),
    (lambda m, v, y: completed(m, v, [1, 0.5, 1, 0]), "known: expected True or False for"),
    (lambda m, v, y: completed(m, v, np.ones((2, 4))), "known: expected True or False for"),
    (lambda m, v, y: completed(m, v, np.ones(3, bool)), "known: expected a last axis of 4"),
    (lambda m, v, y: completed(m, v, np.ones(4, bool), steps=0), "steps: expected an integer >= 1"),
])
def test_arguments_that_cannot_be_right_are_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call(random_model(), *labelled())


def test_lists_will_do():
    model, (v, labels) = random_model(), labelled()
    as_lists = discriminative_gradient(model, v.astype(int).tolist(), labels.tolist())
    np.testing.assert_array_equal(flatten(as_lists), flatten(discriminative_gradient(model, v, labels)))


# ---- bits and a label as a kind of unit


@few
@given(st.integers(1, 4), st.integers(2, 4), st.integers(0, 10_000))
def test_bits_and_a_label_have_the_normaliser_and_the_mean_of_all_their_states(n_bits, n_classes, seed):
    units, x = BitsAndLabel(n_classes), np.random.default_rng(seed).normal(scale=3, size=(5, n_bits + n_classes))
    states = [np.concatenate([bits, label]) for bits in itertools.product([0.0, 1.0], repeat=n_bits)
              for label in np.eye(n_classes)]
    n_states = units.n_states(n_bits + n_classes)
    np.testing.assert_array_equal(units.states(n_bits + n_classes, 0, n_states), states)
    pieces = [units.states(n_bits + n_classes, start, start + 1) for start in range(n_states)]
    np.testing.assert_array_equal(np.concatenate(pieces), states)
    log_weights = x @ np.array(states).T
    np.testing.assert_allclose(units.log_normaliser(x), logsumexp(log_weights, axis=1), rtol=1e-12)
    p = np.exp(log_weights - logsumexp(log_weights, axis=1)[:, None])
    np.testing.assert_allclose(units.mean(x), p @ states, rtol=1e-9)
    in_place = x.copy()
    assert units.mean(in_place, out=in_place) is in_place
    np.testing.assert_array_equal(in_place, units.mean(x))
    assert units.are_states(np.array(states)) and not units.log_base(np.array(states)).any()
    assert units.most_log_p(n_bits + n_classes) == 0


def test_bits_and_a_label_are_drawn_with_their_probabilities():
    units, x = BitsAndLabel(3), np.array([0.5, -1.0, 0.3, 1.2, -0.4])
    states = units.states(5, 0, 12)
    drawn = units.sample(np.tile(units.mean(x[None]), (6000, 1)), np.random.default_rng(0))
    assert units.are_states(drawn)
    place = 3 * bits_to_index(drawn[:, :2]) + drawn[:, 2:].argmax(axis=1)
    expected = np.exp(states @ x - logsumexp(states @ x))
    assert fit(np.bincount(place, minlength=12), expected) > 1e-4
    out = np.empty((4, 5))
    mean = np.tile(units.mean(x[None]), (4, 1))
    assert units.sample(mean, np.random.default_rng(1), out=out) is out
    np.testing.assert_array_equal(out, units.sample(mean, np.random.default_rng(1)))


def test_bits_and_a_label_start_at_the_means_of_the_data():
    units, mean = BitsAndLabel(3), np.array([0.3, 0.9, 0.2, 0.5, 0.3])
    np.testing.assert_allclose(units.mean(units.starting_bias(mean)[None])[0], mean, rtol=1e-12)


@pytest.mark.parametrize("s, message", [
    ([[1.0, 0, 1, 1]], "groups of 3 values that add up to 1"),
    ([[1.0, 0, 0, 0]], "groups of 3 values that add up to 1"),
    ([[1.5, 0, 0, 1]], r"values in \[0, 1\]"),
])
def test_what_bits_and_a_label_cannot_be_held_at_is_refused(s, message):
    with pytest.raises(InvalidInput, match=message):
        BitsAndLabel(3).check("s", s, 4)
    assert BitsAndLabel(3).check("s", [[0.5, 0, 0.5, 0.5]], 4).shape == (1, 4)
    assert not BitsAndLabel(3).are_states(np.array([[0.5, 0, 0, 1]]))
    assert not BitsAndLabel(3).are_states(np.array([[1.0, 0, 0.5, 0.5]]))


def test_a_layer_of_nothing_but_a_label_is_refused():
    with pytest.raises(InvalidInput, match="layer: expected more than the 3 units of the label, got 3"):
        BitsAndLabel(3).check_width("layer", 3)
    with pytest.raises(InvalidInput, match="n_classes: expected an integer >= 2, got 1"):
        BitsAndLabel(1).check_width("layer", 3)
    BitsAndLabel(3).check_width("layer", 4)


def test_a_layer_without_a_label_is_no_state():
    units = BitsAndLabel(3)
    states = units.states(5, 0, 12)
    assert units.are_states(states)
    for place, value in ((slice(2, 5), 0.0), (0, 0.5), (slice(2, 5), [0.5, 0.5, 0.0]), (slice(2, 5), [1.0, 1.0, 0.0])):
        changed = states.copy()
        changed[3, place] = value
        assert not units.are_states(changed)
