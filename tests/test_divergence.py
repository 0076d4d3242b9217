"""A learning rate a thousand times too large, in every kind of model: it is said in words within an epoch.

The run stops, Diverged, with the last good model, or a TrainingWarning says what is wrong; NumPy's warnings do not get
out. At a sensible rate nothing is said.
"""
import dataclasses
import itertools
import math
import re
import warnings

import numpy as np
import pytest

from numpy_dgm.adversarial import Hinge, LeastSquares, NonSaturating, Saturating, Wasserstein, make_gan, train_gan
from numpy_dgm.data import open_data, ring_of_gaussians
from numpy_dgm.energy import (
    RBM,
    Bernoulli,
    Gaussian,
    Softmax,
    hidden_probs,
    init_boltzmann,
    init_rbm,
    layered_mask,
    log_likelihood,
    train_boltzmann,
    train_rbm,
    visible_probs,
)
from numpy_dgm.energy.likelihood import most_log_likelihood
from numpy_dgm.energy.rbm import _free_energy, free_energy
from numpy_dgm.energy.rbm_training import independent_log_likelihood, where_the_mass_may_be
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.guards import Diverged, TrainingWarning, judge_likelihood
from numpy_dgm.foundation.optimizers import SGD, Adam, Momentum, RMSProp
from numpy_dgm.foundation.records import leaves
from numpy_dgm.neural import init_mlp, train_classifier

KINDS = [Bernoulli(), Gaussian(), Softmax(3)]
OPTIMIZERS = {"sgd": (SGD(), 0.1), "momentum": (Momentum(), 0.01), "rmsprop": (RMSProp(), 1e-3),
              "adam": (Adam(beta1=0.5), 1e-3)}  # a sensible rate for a network with each


def cases_for(units, n=120):
    """Cases (n, 6) near four patterns, as units of that kind can be held at them."""
    rng = np.random.default_rng(0)
    pattern, noise = rng.integers(4, size=n), rng.normal(size=(n, 6))
    if isinstance(units, Gaussian):
        x = 1.5 * rng.normal(size=(4, 6))[pattern] + noise
        return (x - x.mean(axis=0)) / x.std(axis=0)
    if isinstance(units, Softmax):
        values = np.where(noise[:, :2] > 1.3, rng.integers(3, size=(n, 2)), rng.integers(3, size=(4, 2))[pattern])
        return (values[..., None] == np.arange(3)).reshape(n, 6).astype(float)
    return (rng.integers(0, 2, size=(4, 6))[pattern] ^ (noise > 1.3)).astype(float)


def outcome(train, *arguments, **settings):
    """(the Diverged that a training run raised or None, what its warnings said); other warnings are errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            train(*arguments, rng=np.random.default_rng(1), **settings)
        except Diverged as error:
            return error, [str(one.message) for one in caught]
        finally:
            assert all(one.category is TrainingWarning for one in caught), [str(one.message) for one in caught]
            assert {one.filename for one in caught} <= {__file__}
    return None, [str(one.message) for one in caught]


def assert_it_is_said(train, model, *arguments, **settings):
    error, said = outcome(train, model, *arguments, **settings)
    assert error is not None or said
    if error is not None:
        assert str(error).startswith(("training stopped in epoch 1: ", "training stopped in step "))
        assert "smaller learning rate" in str(error)
        assert all(np.isfinite(array).all() for _, array in leaves(error.model))
        assert [array.shape for _, array in leaves(error.model)] == [array.shape for _, array in leaves(model)]


def assert_it_is_silent(train, *arguments, **settings):
    assert outcome(train, *arguments, **settings) == (None, [])


# ---- energy models


@pytest.mark.parametrize("visible, hidden", list(itertools.product(KINDS, KINDS)))
def test_an_rbm_of_any_units_says_it_by_every_method_and_optimizer(visible, hidden):
    v = cases_for(visible)
    rbm = init_rbm(6, 3, np.random.default_rng(0), v, visible=visible, hidden=hidden)
    sensible = 0.01 if Gaussian() in (visible, hidden) else 0.1
    for method, optimizer in itertools.product(("pcd", "cd", "tempered", "exact"), OPTIMIZERS):
        settings = dict(method=method, optimizer=optimizer, batch_size=10, n_chains=10, n_rungs=3)
        assert_it_is_said(train_rbm, rbm, v, epochs=1, rate=100.0, schedule="constant", **settings)
        rate = sensible if optimizer == "sgd" else 0.1 * sensible
        assert_it_is_silent(train_rbm, rbm, v, epochs=5, rate=rate, **settings)


@pytest.mark.parametrize("sizes", [[6, 4], [6, 6, 8], [18]])  # at most 16 units; more, with layers and without
@pytest.mark.parametrize("method", ["sampled", "mean-field", "exact"])
def test_a_boltzmann_machine_says_it_by_every_method(sizes, method):
    if method == "exact" and sum(sizes) > 16:
        return
    n_visible = sizes[0]
    mask = layered_mask(sizes) if len(sizes) > 1 else None
    machine = init_boltzmann(sum(sizes), n_visible, np.random.default_rng(0), mask=mask)
    data = np.tile(cases_for(Bernoulli()), (1, n_visible // 6))
    assert_it_is_said(train_boltzmann, machine, data, epochs=1, rate=50.0, method=method)
    assert_it_is_silent(train_boltzmann, machine, data, epochs=5, rate=0.05, method=method)


def test_a_run_in_which_nothing_is_infinite_yet_does_not_end_in_silence():
    """Gaussian units on data 150 times too wide."""
    v = 150 * cases_for(Gaussian())
    rbm = init_rbm(6, 8, np.random.default_rng(0), v, visible=Gaussian())
    error, said = outcome(train_rbm, rbm, v, epochs=50, rate=0.1)
    assert error is None and len(said) == 2
    assert re.match("data: Gaussian units have the standard deviation 1, these columns have deviations from 150 to 150 "
                    "and means up to .*; fit_standardiser and standardise of numpy_dgm.foundation.stand", said[0])
    assert re.match(r"epoch \d+: log p of its cases is at most -[\d,.]+ nats on average, and -[\d,.]+ with", said[1])


@pytest.mark.parametrize("change, is_said", [
    ({}, False), ({"scale": 0.05}, True), ({"scale": 20}, True), ({"shift": 20}, True), ({"constant": 3}, False),
])
def test_gaussian_data_far_from_unit_scale_get_a_sentence_before_training(change, is_said):
    v = cases_for(Gaussian()) * change.get("scale", 1) + change.get("shift", 0)
    v[:, : change.get("constant", 0)] = 0.0  # as the standardiser makes columns that do not vary
    rbm = init_rbm(6, 2, np.random.default_rng(0), visible=Gaussian())
    _, said = outcome(train_rbm, rbm, v, epochs=1, rate=1e-9)
    assert [message for message in said if message.startswith("data: Gaussian units")] == said
    assert len(said) == is_said


def test_gaussian_data_far_from_0_are_silent_where_the_biases_start_at_their_means():
    v = cases_for(Gaussian()) + 20
    rbm = init_rbm(6, 2, np.random.default_rng(0), v, visible=Gaussian())
    assert_it_is_silent(train_rbm, rbm, v, epochs=1, rate=1e-9)


def test_the_scale_of_gaussian_data_is_judged_from_their_first_case_to_their_last():
    v = np.random.default_rng(0).normal(size=(3000, 6))
    v[1500:] *= 40
    rbm = init_rbm(6, 2, np.random.default_rng(0), visible=Gaussian())
    _, said = outcome(train_rbm, rbm, v, epochs=1, rate=1e-9)
    assert len(said) == 1 and said[0].startswith("data: Gaussian units")


@pytest.mark.parametrize("hidden", KINDS)
@pytest.mark.parametrize("visible", KINDS)
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_the_bound_that_needs_no_log_z_is_above_log_p_and_near_it_where_units_are_sure(visible, hidden, scale):
    rng = np.random.default_rng(int(10 * scale))
    W = rng.normal(scale=scale, size=(6, 3))
    if visible == hidden == Gaussian():
        W *= 0.9 / np.linalg.norm(W, 2)
    rbm = RBM(W, rng.normal(size=6), rng.normal(size=3), visible, hidden)
    v = cases_for(visible, 20)
    bound = most_log_likelihood(rbm, free_energy(rbm, v), where_the_mass_may_be(rbm, v))
    log_p = log_likelihood(rbm, v).mean()
    assert log_p <= bound + 1e-9
    if scale == 10 and Gaussian() not in (visible, hidden):
        assert bound < 0.4 * log_p < -4


def test_mass_is_looked_for_in_reconstructions_and_where_no_hidden_unit_is_on_or_all_are():
    rng = np.random.default_rng(0)
    rbm, v = RBM(rng.normal(size=(6, 3)), rng.normal(size=6), rng.normal(size=3)), cases_for(Bernoulli(), 4)
    start = np.concatenate([v, visible_probs(rbm, np.array([[0.0, 0, 0], [1, 1, 1]]))])
    expected = np.concatenate([v, visible_probs(rbm, hidden_probs(rbm, start))])
    np.testing.assert_array_equal(where_the_mass_may_be(rbm, v), expected)


def test_the_bound_is_what_its_definition_says():
    rbm = RBM(np.array([[2.0], [-1.0]]), np.array([0.5, 1.0]), np.array([-0.3]))
    states = all_bits(2)
    F = [-(0.5 * a + b) - math.log1p(math.exp(2 * a - b - 0.3)) for a, b in states]
    bound = most_log_likelihood(rbm, _free_energy(rbm, states[:2]), states[2:3])
    assert bound == pytest.approx(-(F[0] + F[1]) / 2 + min(F[:3]))
    gaussian = dataclasses.replace(rbm, visible=Gaussian())
    F = free_energy(gaussian, states)
    expected = -F[:2].mean() + F[:3].min() - math.log(2 * math.pi)
    assert most_log_likelihood(gaussian, F[:2], states[2:3]) == pytest.approx(expected)


@pytest.mark.parametrize("units", KINDS)
def test_independent_units_have_the_log_p_of_an_rbm_without_weights(units):
    v = cases_for(units)
    mean = v.mean(axis=0)
    rbm = RBM(np.zeros((6, 1)), units.starting_bias(mean), np.zeros(1), units)
    assert independent_log_likelihood(units, v, mean) == pytest.approx(log_likelihood(rbm, v).mean())


def test_a_model_is_judged_by_independent_units_and_by_where_it_started():
    def no_start():
        raise AssertionError("the start is not asked for while the model is good")

    assert judge_likelihood(-10.9, -10.0, no_start, 10, "epoch 1") == ""
    said = judge_likelihood(-11.1, -10.0, lambda: 0.0, 10, "epoch 1")
    assert said == ("log p of its cases is at most -11.1 nats on average, and -10.0 with independent units of the same "
                    "means; try a smaller learning rate")
    assert judge_likelihood(-11.1, -10.0, lambda: -10.5, 10, "epoch 1") == ""  # it was hardly better at the start
    assert judge_likelihood(-19.9, -10.0, lambda: 0.0, 10, "epoch 1") == said.replace("-11.1", "-19.9")
    with pytest.raises(Diverged, match="training stopped in epoch 7: log p of its cases is at most -20.1 nats"):
        judge_likelihood(-20.1, -10.0, lambda: 0.0, 10, "epoch 7")
    assert judge_likelihood(-20.1, -10.0, lambda: 0.0, 11, "epoch 7") and judge_likelihood(-31, -16, lambda: 0.0, 2, "")


# ---- networks


@pytest.mark.parametrize("hidden", ["relu", "leaky_relu", "tanh", "sigmoid", "softplus", "maxout"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_classifier_says_it_with_every_activation_and_optimizer(hidden, batch_norm):
    if hidden == "maxout" and batch_norm:
        return
    digits = open_data("digits", part="train", bits="grey")
    x, labels = digits[:400], digits.labels[:400]
    mlp = init_mlp([64, 20, 10], np.random.default_rng(0), hidden=hidden, batch_norm=batch_norm)
    for optimizer, (_, rate) in OPTIMIZERS.items():
        assert_it_is_said(train_classifier, mlp, x, labels, epochs=1, optimizer=optimizer, rate=1000 * rate)
        assert_it_is_silent(train_classifier, mlp, x, labels, epochs=3, optimizer=optimizer, rate=rate)


def test_a_network_that_answers_the_same_to_all_is_told_so():
    x, labels = np.random.default_rng(0).random((40, 3)), np.arange(40) % 2
    mlp = init_mlp([3, 4, 2], np.random.default_rng(0), hidden="relu")
    mlp.layers[0].b[:] = -100  # no unit is ever on
    _, said = outcome(train_classifier, mlp, x, labels, epochs=2)
    assert said == ["epoch 1: the network gives all cases the same logits; try a smaller learning rate, or another "
                    "activation"]


@pytest.mark.parametrize("objective", [NonSaturating(), LeastSquares(), Wasserstein(), Hinge(), Saturating()])
@pytest.mark.parametrize("of_images", [False, True])
def test_a_gan_says_it_with_every_objective_and_optimizer(objective, of_images):
    rng = np.random.default_rng(0)
    if of_images:
        data = open_data("digits", part="train", bits="grey")[:300]
        gan = make_gan(init_mlp([8, 16, 64], rng, output="sigmoid"), init_mlp([64, 16, 1], rng))
    else:
        data, gan = ring_of_gaussians(), make_gan(init_mlp([2, 16, 2], rng), init_mlp([2, 16, 1], rng))
    settings = {"objective": objective, "clip": 0.05 if isinstance(objective, Wasserstein) else None, "log_every": 10}
    for optimizer, _ in OPTIMIZERS.values():
        if isinstance(objective, Wasserstein) and isinstance(optimizer, (SGD, Momentum)):
            continue  # clipping keeps gradients so small that such a rate does no harm
        rate = 2e-4 if isinstance(optimizer, (RMSProp, Adam)) else 0.01
        assert_it_is_said(train_gan, gan, data, steps=20, optimizer=optimizer, rate=1000 * rate, **settings)
        assert_it_is_silent(train_gan, gan, data, steps=20, optimizer=optimizer, rate=rate, **settings)
