"""Penalties against input gradients by central differences, and their gradients against those of the penalty."""
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numpy_dgm.adversarial.penalties import (
    clip_weights,
    gradient_penalty,
    input_gradient,
    r1_penalty,
    spectral_norm,
    spectral_norm_gradient,
    start_singular_vectors,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import central_differences, check_gradient
from numpy_dgm.foundation.records import flatten, leaves, pack
from numpy_dgm.neural import MLP, Skip, init_fourier
from numpy_dgm.neural.mlp import init_mlp, mlp_backward, mlp_forward

KINDS = ("tanh", "softplus", "sigmoid", "leaky_relu", "relu", "maxout", "tanh behind waves", "tanh behind a skip")


def a_discriminator(kind, depth, width, n_in, seed):
    """Weights of about 1 and biases that are not 0, in float64."""
    rng = np.random.default_rng(seed)
    hidden, _, first = kind.partition(" behind ")
    below = {"waves": (init_fourier(n_in, 2, rng, 0.5, 2, np.float64),),
             "a skip": (Skip(init_mlp([n_in, 2, 3], rng, "tanh", output="tanh", dtype=np.float64).layers, 2.0),)}
    below, n_first = below.get(first, ()), {"waves": n_in + 4, "a skip": n_in + 3}.get(first, n_in)
    mlp = init_mlp([n_first, *[width] * depth, 1], rng, hidden=hidden, pieces=3, init="xavier", dtype=np.float64)
    vector, mlp = pack(MLP((*below, *mlp.layers)))
    vector += 0.3 * rng.normal(size=len(vector))
    return mlp, rng.normal(size=(4, n_in)), rng.normal(size=(4, n_in))


def far_from_kinks(mlp, cases, margin=0.02):
    """Whether no unit of a piecewise linear layer is so near its kink that a step of the differences crosses it."""
    h = cases
    for layer in mlp.layers:
        name = type(layer).__name__
        if name in ("ReLU", "LeakyReLU") and np.abs(h).min() < margin:
            return False
        if name == "Maxout":
            z = np.sort(h @ layer.W + layer.b[:, None], axis=0)
            if (z[-1] - z[-2]).min() < margin:
                return False
        h, _ = layer.forward(h)
    return True


def slow_input_gradient(mlp, x, step=1e-4):
    """∂s/∂x of every case by central differences, one input at a time: (N, D)."""
    g = np.empty_like(x)
    for i in range(x.shape[1]):
        e = step * np.eye(x.shape[1])[i]
        g[:, i] = ((mlp_forward(mlp, x + e)[0] - mlp_forward(mlp, x - e)[0]) / (2 * step))[:, 0]
    return g


nets = dict(kind=st.sampled_from(KINDS), depth=st.integers(1, 3), width=st.integers(1, 4), n_in=st.integers(1, 3),
            seed=st.integers(0, 10_000))


@settings(max_examples=15)
@given(**nets)
def test_the_input_gradient_is_that_of_each_case(kind, depth, width, n_in, seed):
    mlp, x, _ = a_discriminator(kind, depth, width, n_in, seed)
    assume(far_from_kinks(mlp, x))
    np.testing.assert_allclose(input_gradient(mlp, x)[0], slow_input_gradient(mlp, x), rtol=1e-6, atol=1e-7)


@settings(max_examples=15)
@given(**nets)
def test_r1_is_its_definition_and_its_gradient_that_of_every_parameter(kind, depth, width, n_in, seed):
    mlp, x, _ = a_discriminator(kind, depth, width, n_in, seed)
    assume(far_from_kinks(mlp, x))
    penalty, gradient = r1_penalty(mlp, x, 3.0)
    assert penalty == pytest.approx(1.5 * np.mean(np.sum(slow_input_gradient(mlp, x) ** 2, axis=1)), rel=1e-5, abs=1e-8)
    check_gradient(lambda m: r1_penalty(m, x, 3.0)[0], mlp, gradient, tolerance=1e-6, step=2e-4)


@settings(max_examples=15)
@given(**nets)
def test_the_gradient_penalty_is_its_definition_with_the_gradient_of_every_parameter(kind, depth, width, n_in, seed):
    mlp, x_real, x_fake = a_discriminator(kind, depth, width, n_in, seed)
    fraction = np.random.default_rng(seed).random((4, 1))
    between = fraction * x_real + (1 - fraction) * x_fake
    norm = np.linalg.norm(input_gradient(mlp, between)[0], axis=1)
    assume(far_from_kinks(mlp, between) and norm.min() > 0.01)
    penalty, gradient = gradient_penalty(mlp, x_real, x_fake, 10.0, np.random.default_rng(seed))
    slow = np.linalg.norm(slow_input_gradient(mlp, between), axis=1)
    assert penalty == pytest.approx(10 * np.mean((slow - 1) ** 2), rel=1e-5, abs=1e-7)

    def by_parameters(m):
        return gradient_penalty(m, x_real, x_fake, 10.0, np.random.default_rng(seed))[0]

    check_gradient(by_parameters, mlp, gradient, tolerance=1e-6, step=1e-4)


def test_where_the_input_gradient_is_zero_that_of_the_gradient_penalty_is_zero():
    """All weights 0: |g| = 0 for every case, the penalty is its weight, and the gradient is 0 and not NaN."""
    mlp = init_mlp([2, 3, 1], np.random.default_rng(0), hidden="tanh", dtype=np.float64)
    vector, mlp = pack(mlp)
    vector[:] = 0
    penalty, gradient = gradient_penalty(mlp, np.ones((4, 2)), np.zeros((4, 2)), 10.0, np.random.default_rng(0))
    assert penalty == 10.0 and not flatten(gradient).any()


@pytest.mark.parametrize("settings, name", [
    (dict(batch_norm=True), "BatchNorm"), (dict(discrimination=(2, 2)), "MinibatchDiscrimination"),
])
def test_layers_that_tie_the_cases_together_are_refused_by_name(settings, name):
    mlp = init_mlp([2, 3, 1], np.random.default_rng(0), dtype=np.float64, **settings)
    with pytest.raises(InvalidInput, match=f"^double_backward: .*, got a {name} layer, "):
        r1_penalty(mlp, np.random.default_rng(1).normal(size=(4, 2)), 1.0)


@pytest.mark.parametrize("call, message", [
    (lambda mlp, x, rng: r1_penalty(mlp, x, np.ones((1, 1))), r"weight: expected a number, or shape \(4, 1\), got"),
    (lambda mlp, x, rng: r1_penalty(mlp, x, -np.ones((4, 1))), r"weight: expected values in \[0, 1e\+12\], got values"),
    (lambda mlp, x, rng: r1_penalty(mlp, x, -1), r"weight: expected a number in \[0, 1e\+12\], got -1"),
    (lambda mlp, x, rng: r1_penalty(mlp, x[:, :1], 1), r"x_real: expected a last axis of 2, got shape \(4, 1\)"),
    (lambda mlp, x, rng: gradient_penalty(mlp, x, x[:1], 1, rng), "x_fake: expected as many cases as x_real, 4, got 1"),
    (lambda mlp, x, rng: gradient_penalty(mlp, x, x, np.inf, rng), "weight: expected a number in .*, got inf"),
    (lambda mlp, x, rng: gradient_penalty(mlp, x, x, 1, 0), "rng: expected a numpy.random.Generator .*, got int"),
    (lambda mlp, x, rng: r1_penalty(init_mlp([2, 2], rng), x, 1), "discriminator: expected a network with 1 output"),
    (lambda mlp, x, rng: r1_penalty(None, x, 1), "discriminator: expected an MLP .see init_mlp., got NoneType"),
])
def test_what_no_penalty_can_be_taken_of_is_refused(call, message):
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidInput, match=f"^{message}"):
        call(init_mlp([2, 3, 1], rng, dtype=np.float64), rng.normal(size=(4, 2)), rng)


@pytest.mark.filterwarnings("error")
def test_a_penalty_whose_gradient_overflows_is_refused():
    """s = w₁ w₂ w₃ x: |g|² is 1e36, which float32 holds, and its derivative by w₁ = 1e-6 is 2e42."""
    mlp = init_mlp([1, 1, 1, 1], np.random.default_rng(0))
    for layer, w in zip(mlp.layers[::2], (1e-6, 1e12 / 2, 1e12 / 2)):
        layer.W[:] = w
    message = "discriminator: expected a network with a finite penalty on these cases, got NaN or infinity"
    with pytest.raises(InvalidInput, match=message):
        r1_penalty(mlp, np.ones((3, 1)), 1.0)


def test_penalties_leave_their_arguments_and_stay_in_float32():
    rng = np.random.default_rng(0)
    mlp = init_mlp([2, 5, 1], rng, hidden="tanh")
    x = rng.normal(size=(4, 2)).astype(np.float32)
    before = flatten(mlp).copy(), x.copy()
    for _, gradient in (r1_penalty(mlp, x, 1.0), gradient_penalty(mlp, x, -x, 1.0, rng)):
        assert flatten(gradient).dtype == np.float32
    np.testing.assert_array_equal(flatten(mlp), before[0])
    np.testing.assert_array_equal(x, before[1])


# ---- clipping and spectral norm


def test_clipping_holds_every_parameter_in_place():
    vector = np.array([-3.0, -0.01, 0.005, 7.0])
    clip_weights(vector, 0.01)
    np.testing.assert_array_equal(vector, [-0.01, -0.01, 0.005, 0.01])


@settings(max_examples=10)
@given(st.sampled_from(("tanh", "softplus")), st.integers(1, 3), st.integers(1, 5), st.integers(0, 10_000))
def test_spectral_norm_divides_by_the_largest_singular_value(kind, depth, width, seed):
    mlp, _, _ = a_discriminator(kind, depth, width, 3, seed)
    singular = start_singular_vectors(mlp, np.random.default_rng(seed))
    normalised, _ = spectral_norm(mlp, singular, n_iterations=1000)
    for layer, of_normalised in zip(mlp.layers[::2], normalised.layers[::2]):
        np.testing.assert_allclose(of_normalised.W, layer.W / np.linalg.norm(layer.W, 2), rtol=1e-5, atol=1e-8)
        np.testing.assert_array_equal(of_normalised.b, layer.b)


def test_an_iteration_a_step_goes_on_from_the_vectors_it_left():
    mlp, _, _ = a_discriminator("tanh", 2, 6, 3, 0)
    singular = start_singular_vectors(mlp, np.random.default_rng(0))
    for _ in range(200):
        normalised, singular = spectral_norm(mlp, singular)
    assert all(np.linalg.norm(layer.W, 2) == pytest.approx(1, abs=1e-6) for layer in normalised.layers[::2])


@pytest.mark.filterwarnings("error")
def test_weights_of_0_stay_0_under_spectral_norm():
    vector, mlp = pack(init_mlp([2, 3, 1], np.random.default_rng(0), hidden="tanh", dtype=np.float64))
    singular = start_singular_vectors(mlp, np.random.default_rng(0))
    vector[:] = 0
    normalised, singular = spectral_norm(mlp, singular)
    assert not flatten(normalised).any()
    s, cache = mlp_forward(normalised, np.ones((4, 2)))
    _, gradient = mlp_backward(normalised, cache, s + 1)
    through = spectral_norm_gradient(mlp, singular, gradient)
    np.testing.assert_array_equal(flatten(through), flatten(gradient))


def by_largest_singular_value(layer):
    """The layer with its weights divided by their 2-norm, as NumPy's singular value decomposition has it."""
    return replace(layer, W=layer.W / np.linalg.norm(layer.W, 2)) if leaves(layer) else layer


@settings(max_examples=10)
@given(st.sampled_from(("tanh", "softplus")), st.integers(1, 2), st.integers(2, 4), st.integers(0, 10_000))
def test_the_gradient_through_spectral_norm_is_that_of_every_parameter(kind, depth, width, seed):
    """At converged singular vectors; where the two largest singular values are near, the iteration is slow."""
    mlp, x, _ = a_discriminator(kind, depth, width, 3, seed)
    values = [np.linalg.svd(layer.W, compute_uv=False) for layer in mlp.layers[::2]]
    assume(all(len(s) == 1 or s[1] < 0.9 * s[0] for s in values))
    start = start_singular_vectors(mlp, np.random.default_rng(seed))

    def loss(m):
        layers = tuple(by_largest_singular_value(layer) for layer in m.layers)
        return float(np.mean(mlp_forward(replace(m, layers=layers), x)[0] ** 2))

    normalised, singular = spectral_norm(mlp, start, n_iterations=300)
    s, cache = mlp_forward(normalised, x)
    _, gradient = mlp_backward(normalised, cache, 2 * s / s.size)
    check_gradient(loss, mlp, spectral_norm_gradient(mlp, singular, gradient), tolerance=1e-6, step=2e-4)


@pytest.mark.parametrize("kind, name", [("maxout", "Maxout"), ("tanh behind a skip", "Skip")])
def test_spectral_norm_of_other_weights_is_refused_by_name(kind, name):
    mlp, _, _ = a_discriminator(kind, 1, 3, 2, 0)
    with pytest.raises(InvalidInput, match=f"^discriminator: expected affine and linear .*, got a {name} layer$"):
        start_singular_vectors(mlp, np.random.default_rng(0))


def test_waves_below_the_weights_are_left_as_they_are_by_spectral_norm():
    mlp, _, _ = a_discriminator("tanh behind waves", 1, 3, 2, 0)
    singular = start_singular_vectors(mlp, np.random.default_rng(0))
    normalised, _ = spectral_norm(mlp, singular, n_iterations=100)
    assert singular[0] is None and normalised.layers[0] is mlp.layers[0]
    assert np.linalg.svd(normalised.layers[1].W, compute_uv=False)[0] == pytest.approx(1)


def test_central_differences_agree_with_a_penalty_worked_out_by_hand():
    """s = w x: g = w, R1 = (weight/2) w², with the gradient weight · w; the bias has none."""
    mlp = init_mlp([1, 1], np.random.default_rng(0), dtype=np.float64)
    w = mlp.layers[0].W[0, 0]
    penalty, gradient = r1_penalty(mlp, np.array([[5.0], [6.0]]), 3.0)
    assert penalty == pytest.approx(1.5 * w**2)
    np.testing.assert_allclose(flatten(gradient), [3 * w, 0])
    np.testing.assert_allclose(central_differences(lambda m: r1_penalty(m, np.ones((2, 1)), 3.0)[0], mlp), [3 * w, 0])
