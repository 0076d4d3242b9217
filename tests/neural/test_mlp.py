"""Networks against their layers written out, and the gradient of whole networks against central differences."""
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from networks import sides

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import Record, flatten, leaves, pack, windows
from numpy_dgm.foundation.state import from_state, to_state
from numpy_dgm.neural import (
    MLP,
    Affine,
    BatchNorm,
    Fourier,
    MinibatchDiscrimination,
    ReLU,
    Skip,
    Tanh,
    binary_cross_entropy,
    init_fourier,
    init_mlp,
    mlp_backward,
    mlp_forward,
    with_running_statistics,
)
from numpy_dgm.neural.mlp import (
    LAYERS,
    check_mlp,
    n_inputs,
    n_outputs,
    relative_step,
    usual_norm,
    why_too_far,
)

seeds = st.integers(0, 10_000)
networks = st.fixed_dictionaries({
    "sizes": st.lists(st.integers(1, 4), min_size=2, max_size=5),
    "hidden": st.sampled_from(["relu", "leaky_relu", "tanh", "sigmoid", "softplus", "maxout"]),
    "output": st.sampled_from([None, "tanh", "sigmoid", "leaky_relu"]),
    "batch_norm": st.booleans(),
    "dropout": st.sampled_from([0.0, 0.3]),
    "discrimination": st.sampled_from([None, (2, 2)]),
})


def some_mlp(sizes, seed, dtype=np.float64, **options):
    """A network with every parameter and the running statistics random, its arrays windows onto one vector."""
    rng = np.random.default_rng(seed)
    vector, mlp = pack(init_mlp(sizes, rng, pieces=3, dtype=dtype, **options))
    vector[:] = 0.8 * rng.normal(size=len(vector))
    for layer in mlp.layers:
        if isinstance(layer, BatchNorm):
            layer.running_mean[:] = rng.normal(size=len(layer.gamma))
            layer.running_variance[:] = np.exp(rng.normal(size=len(layer.gamma)))
    return mlp


def some_batch(mlp, n, n_inputs, seed):
    """x (N, D) and dy (N, K)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, n_inputs)).astype(flatten(mlp).dtype)
    y, _ = forward(mlp, x)
    return x, rng.normal(size=y.shape).astype(y.dtype)


def forward(mlp, x, training=True):
    return mlp_forward(mlp, x, np.random.default_rng(7), training)


def kinds(mlp):
    return " ".join(type(layer).__name__ for layer in mlp.layers)


EVERYTHING = dict(sizes=[3, 4, 4, 2], batch_norm=True, dropout=0.3, discrimination=(2, 3), output="tanh")


# ---- forward and backward


def test_a_network_is_its_layers_one_on_the_other():
    mlp = some_mlp([3, 5, 4, 2], 0, hidden="tanh", output="sigmoid")
    W_1, b_1, W_2, b_2, W_3, b_3 = (array for _, array in leaves(mlp))
    x, _ = some_batch(mlp, 6, 3, 1)
    y, cache = mlp_forward(mlp, x)
    expected = sigmoid(np.tanh(np.tanh(x @ W_1 + b_1) @ W_2 + b_2) @ W_3 + b_3)
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    assert len(cache) == len(mlp.layers) == 6


@dataclass(frozen=True, eq=False, repr=False)
class Point(Record):
    mlp: MLP
    x: np.ndarray

    trainable = ("mlp", "x")


def sides_of_all(mlp, x, training):
    """On which side of each kink each layer is."""
    rng, found = np.random.default_rng(7), []
    for layer in mlp.layers:
        found.append(sides(layer, x).ravel())
        x, _ = layer.forward(x, rng, training)
    return np.concatenate(found)


@settings(max_examples=50)
@given(networks, st.integers(3, 6), st.booleans(), seeds)
def test_backward_is_the_gradient_of_whole_networks_in_every_parameter_and_the_input(options, n, training, seed):
    """Of Σ dy · y. Where a kink lies between the points tried, or a batch is too narrow, the example is put aside."""
    options["batch_norm"] &= options["hidden"] != "maxout"
    mlp = some_mlp(seed=seed, **options)
    x, dy = some_batch(mlp, n, options["sizes"][0], seed)
    at_point = sides_of_all(mlp, x, training)
    _, cache = forward(mlp, x, training)
    for layer, layer_cache in zip(mlp.layers, cache):
        assume(not isinstance(layer, BatchNorm) or layer_cache[1].min() > 0.3)

    def loss(moved):
        if not np.array_equal(sides_of_all(moved.mlp, moved.x, training), at_point):
            reject()
        return np.sum(dy * forward(moved.mlp, moved.x, training)[0])

    dx, gradient = mlp_backward(mlp, cache, dy)
    check_gradient(loss, Point(mlp, x), Point(gradient, dx), step=2e-4, tolerance=1e-6)


def test_two_batches_may_go_forward_before_either_goes_back():
    mlp = some_mlp(seed=0, **EVERYTHING)
    (x_real, dy_real), (x_fake, dy_fake) = some_batch(mlp, 5, 3, 1), some_batch(mlp, 7, 3, 2)
    _, alone = forward(mlp, x_real)
    expected_dx, expected = mlp_backward(mlp, alone, dy_real)
    _, cache_real = forward(mlp, x_real)
    _, cache_fake = forward(mlp, x_fake)
    mlp_backward(mlp, cache_fake, dy_fake)
    dx, gradient = mlp_backward(mlp, cache_real, dy_real)
    np.testing.assert_array_equal(dx, expected_dx)
    np.testing.assert_array_equal(flatten(gradient), flatten(expected))


@pytest.mark.parametrize("options", [EVERYTHING, dict(sizes=[3, 4, 2], hidden="maxout")], ids=["everything", "maxout"])
def test_the_gradient_goes_into_the_windows_that_are_given_and_is_not_added_up(options):
    mlp = some_mlp(seed=0, **options)
    x, dy = some_batch(mlp, 5, 3, 1)
    _, cache = forward(mlp, x)
    _, expected = mlp_backward(mlp, cache, dy)
    vector = np.full_like(flatten(mlp), 1e9)
    out = windows(mlp, vector)
    for _ in range(2):  # the second time over the first one's
        _, gradient = mlp_backward(mlp, cache, dy, out, need_dx=False)
        np.testing.assert_array_equal(vector, flatten(expected))
    assert all(array is window for (_, array), (_, window) in zip(leaves(gradient), leaves(out)))


@pytest.mark.parametrize("options", [EVERYTHING, dict(sizes=[3, 4, 2], hidden="maxout")], ids=["everything", "maxout"])
def test_what_is_not_needed_is_none_and_the_rest_is_the_same(options):
    mlp = some_mlp(seed=0, **options)
    x, dy = some_batch(mlp, 5, 3, 1)
    _, cache = forward(mlp, x)
    dx, gradient = mlp_backward(mlp, cache, dy)
    no_dx, same_gradient = mlp_backward(mlp, cache, dy, need_dx=False)
    same_dx, no_gradient = mlp_backward(mlp, cache, dy, need_gradient=False)
    assert no_dx is None and no_gradient is None
    np.testing.assert_array_equal(flatten(same_gradient), flatten(gradient))
    np.testing.assert_array_equal(same_dx, dx)


@pytest.mark.parametrize("training", [True, False])
def test_float32_stays_float32_and_arguments_stay_as_they_were(training):
    mlp = some_mlp(seed=0, dtype=np.float32, **EVERYTHING)
    x, dy = some_batch(mlp, 5, 3, 1)
    before = [array.copy() for array in (flatten(mlp), x, dy)]
    running = [(layer.running_mean.copy(), layer.running_variance.copy()) for layer in norms(mlp)]
    y, cache = forward(mlp, x, training)
    dx, gradient = mlp_backward(mlp, cache, dy)
    assert y.dtype == dx.dtype == flatten(gradient).dtype == np.float32
    for array, was in zip((flatten(mlp), x, dy), before):
        np.testing.assert_array_equal(array, was)
    for layer, (mean, variance) in zip(norms(mlp), running):
        np.testing.assert_array_equal(layer.running_mean, mean)
        np.testing.assert_array_equal(layer.running_variance, variance)


def test_a_network_learns_what_no_single_layer_can():
    """Exclusive or: 1 where the two bits differ. No affine layer comes below log 2; this one does, by plain descent."""
    x, t = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    vector, mlp = pack(init_mlp([2, 8, 1], np.random.default_rng(0), hidden="tanh", init="xavier", dtype=np.float64))
    gradient_vector = np.empty_like(vector)
    gradient = windows(mlp, gradient_vector)
    for _ in range(400):
        s, cache = mlp_forward(mlp, x)
        loss, ds = binary_cross_entropy(s, t)
        mlp_backward(mlp, cache, ds, gradient, need_dx=False)
        vector -= 0.5 * gradient_vector
    assert loss < 0.05 < math.log(2)


# ---- running statistics


def norms(mlp):
    return [layer for layer in mlp.layers if isinstance(layer, BatchNorm)]


def test_running_statistics_move_and_nothing_else_does():
    mlp = some_mlp(seed=0, **EVERYTHING)
    x, _ = some_batch(mlp, 6, 3, 1)
    _, cache = forward(mlp, x)
    moved = with_running_statistics(mlp, cache)
    assert len(moved.layers) == len(mlp.layers) and len(norms(moved)) == 2
    for layer, same, layer_cache in zip(mlp.layers, moved.layers, cache):
        if isinstance(layer, BatchNorm):
            expected = layer.with_running_statistics(layer_cache)
            np.testing.assert_array_equal(same.running_mean, expected.running_mean)
            np.testing.assert_array_equal(same.running_variance, expected.running_variance)
            assert np.abs(same.running_mean - layer.running_mean).max() > 1e-3
        else:
            assert same is layer
    assert all(array is same for (_, array), (_, same) in zip(leaves(mlp), leaves(moved)))  # windows stay windows


def test_running_statistics_of_one_batch_for_long_are_that_batch_s():
    """But for the factor N / (N - 1) in the variance, which x̂ shows as √(1 - 1/N)."""
    n = 500
    mlp = some_mlp([3, 4, 2], 0, hidden="tanh", batch_norm=True)
    x, _ = some_batch(mlp, n, 3, 1)
    y, cache = forward(mlp, x)
    for _ in range(300):
        mlp = with_running_statistics(mlp, cache)
    y_after, cache_after = forward(mlp, x, training=False)
    np.testing.assert_allclose(cache_after[1][0], cache[1][0] * math.sqrt(1 - 1 / n), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(y_after, y, atol=0.01)


# ---- new networks


@pytest.mark.parametrize("options, expected", [
    (dict(sizes=[2, 1]), "Affine"),
    (dict(sizes=[2, 5, 1]), "Affine LeakyReLU Affine"),
    (dict(sizes=[2, 5, 5, 1], hidden="softplus", output="sigmoid"), "Affine Softplus Affine Softplus Affine Sigmoid"),
    (dict(sizes=[2, 5, 1], hidden="relu", batch_norm=True, dropout=0.5), "Linear BatchNorm ReLU Dropout Affine"),
    (dict(sizes=[2, 5, 1], hidden="maxout", dropout=0.5), "Maxout Dropout Affine"),
    (dict(sizes=[2, 5, 1], hidden="sigmoid", discrimination=(3, 2)), "Affine Sigmoid MinibatchDiscrimination Affine"),
    (dict(sizes=[2, 5, 1], hidden="tanh", output="leaky_relu"), "Affine Tanh Affine LeakyReLU"),
])
def test_the_layers_stand_in_their_order(options, expected):
    mlp = init_mlp(rng=np.random.default_rng(0), **options)
    assert kinds(mlp) == expected
    y, _ = forward(mlp, np.zeros((4, 2), np.float32))
    assert y.shape == (4, 1) and all(array.dtype == np.float32 for _, array in leaves(mlp))


def test_settings_reach_their_layers():
    rng = np.random.default_rng(0)
    mlp = init_mlp([2, 5, 1], rng, slope=0.1, dropout=0.25, discrimination=(3, 4), dtype=np.float64)
    affine, leaky, dropout, discrimination, last = mlp.layers
    assert leaky.slope == 0.1 and dropout.fraction == 0.25 and flatten(mlp).dtype == np.float64
    assert affine.W.shape == (2, 5) and discrimination.T.shape == (5, 3, 4) and last.W.shape == (8, 1)
    maxout = init_mlp([2, 5, 1], np.random.default_rng(0), hidden="maxout", pieces=7).layers[0]
    assert maxout.W.shape == (7, 2, 5) and maxout.b.shape == (7, 5)


def test_the_networks_of_pacgan_can_be_asked_for():
    """Lin et al. 2018: their layers and how many parameters they have."""
    rng = np.random.default_rng(0)
    generator = init_mlp([2, 400, 400, 400, 400, 2], rng, hidden="relu", batch_norm=True, init=0.02)
    discriminator = init_mlp([2, 200, 200, 200, 1], rng, hidden="maxout", pieces=5, init=0.02)
    assert kinds(generator) == "Linear BatchNorm ReLU " * 4 + "Affine"
    assert len(flatten(generator)) == (2 + 3 * 400) * 400 + 4 * 2 * 400 + 400 * 2 + 2
    assert kinds(discriminator) == "Maxout Maxout Maxout Affine"
    assert len(flatten(discriminator)) == 5 * (2 + 200 + 200 + 3) * 200 + 200 + 1


@pytest.mark.parametrize("hidden, pieces", [("relu", 1), ("maxout", 3)])
@pytest.mark.parametrize("init, deviation", [("he", math.sqrt(2 / 50)), ("xavier", math.sqrt(2 / 130)), (0.02, 0.02)])
def test_new_weights_have_their_deviation_and_biases_are_0(hidden, pieces, init, deviation):
    """A standard deviation of n normal numbers has a standard error of 1 / √(2n) of itself; 4.5 of them."""
    mlp = init_mlp([50, 80, 50], np.random.default_rng(0), hidden=hidden, pieces=max(pieces, 2), init=init)
    W = mlp.layers[0].W
    assert abs(W.std() / deviation - 1) < 4.5 / math.sqrt(2 * W.size)
    assert abs(W.mean()) < 4.5 * deviation / math.sqrt(W.size)
    assert not mlp.layers[0].b.any() and not mlp.layers[-1].b.any()


def test_new_batch_norm_has_gamma_1_and_beta_0_and_running_mean_0_and_variance_1():
    [norm] = norms(init_mlp([3, 4, 2], np.random.default_rng(0), batch_norm=True))
    assert np.all(norm.gamma == 1) and np.all(norm.running_variance == 1)
    assert not norm.beta.any() and not norm.running_mean.any()


@pytest.mark.parametrize("n_inputs, n_directions", [(10, 2), (200, 5), (50, 16)])
def test_new_minibatch_discrimination_has_rows_of_entries_of_variance_1_about_1_apart(n_inputs, n_directions):
    mlp = init_mlp([n_inputs, 1], np.random.default_rng(0), discrimination=(30, n_directions))
    y, _ = mlp.layers[0].forward(np.random.default_rng(1).normal(size=(20, n_inputs)).astype(np.float32))
    distance = -np.log(y[:, n_inputs:].mean() / 19)
    assert 0.7 < distance < 1.4


def test_weights_are_drawn_from_the_lowest_layer_up():
    mlp = init_mlp([2, 3, 1], np.random.default_rng(5), init=1.0, discrimination=(2, 2))
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal(mlp.layers[0].W, rng.standard_normal((2, 3), dtype=np.float32))
    rng.standard_normal((3, 2, 2), dtype=np.float32)  # T
    np.testing.assert_array_equal(mlp.layers[-1].W, rng.standard_normal((5, 1), dtype=np.float32))


NAMES = "'relu', 'leaky_relu', 'tanh', 'sigmoid', 'softplus'"


@pytest.mark.parametrize("arguments, message", [
    (dict(sizes=[3]), "sizes: expected at least the number of inputs and of outputs, got [3]"),
    (dict(sizes=[]), "sizes: expected at least one entry, got an empty array"),
    (dict(sizes=[3, 0, 1]), "sizes: expected an integer >= 1, got 0"),
    (dict(sizes=[3, 2.5, 1]), "sizes: expected an integer >= 1, got 3.0"),
    (dict(sizes="3, 1"), "sizes: expected real numbers, got dtype"),
    (dict(rng=7), "rng: expected a numpy.random.Generator such as numpy.random.default_rng(0), got int"),
    (dict(hidden="swish"), f"hidden: expected one of {NAMES}, 'maxout', got 'swish'"),
    (dict(hidden=None), f"hidden: expected one of {NAMES}, 'maxout', got None"),
    (dict(slope=1.0), "slope: expected a number in [0, 1), got 1.0"),
    (dict(pieces=1), "pieces: expected an integer >= 2, got 1"),
    (dict(output="maxout"), f"output: expected one of None, {NAMES}, got 'maxout'"),
    (dict(batch_norm="yes"), "batch_norm: expected one of False, True, got 'yes'"),
    (dict(batch_norm=True, hidden="maxout"), "batch_norm: expected False with hidden='maxout', got True"),
    (dict(dropout=1), "dropout: expected a number in [0, 1), got 1"),
    (dict(discrimination=4), "discrimination: expected a 1-D array, got shape ()"),
    (dict(discrimination=(4, 2, 2)), "discrimination: expected a last axis of 2, got shape (3,)"),
    (dict(discrimination=(4, 0)), "discrimination: expected an integer >= 1, got 0"),
    (dict(init="glorot"), "init: expected one of 'he', 'xavier', got 'glorot'"),
    (dict(init=0), "init: expected a number in (0, inf), got 0"),
    (dict(dtype=np.float16), "dtype: expected float32 or float64, got float16"),
])
def test_init_mlp_refuses_what_cannot_be_right(arguments, message):
    good = dict(sizes=[3, 4, 1], rng=np.random.default_rng(0))
    with pytest.raises(InvalidInput) as error:
        init_mlp(**{**good, **arguments})
    assert message in str(error.value)


@settings(max_examples=40, deadline=None)
@given(networks, seeds)
def test_a_network_comes_back_from_its_state_whole(options, seed):
    """Arrays, slopes, statistics, and so the same outputs."""
    assume(not (options["batch_norm"] and options["hidden"] == "maxout"))
    mlp = some_mlp(**options, seed=seed)
    back = from_state("mlp", to_state(mlp), (MLP, *LAYERS), mlp)
    check_mlp("mlp", back)
    assert repr(back) == repr(mlp)
    assert n_inputs(back) == options["sizes"][0] and n_outputs(back) == options["sizes"][-1]
    x = np.random.default_rng(seed).normal(size=(3, options["sizes"][0]))
    np.testing.assert_array_equal(mlp_forward(back, x, training=False)[0], mlp_forward(mlp, x, training=False)[0])


@pytest.mark.parametrize("options", [
    dict(), dict(hidden="maxout", pieces=2), dict(batch_norm=True), dict(sizes=[3, 2], discrimination=(4, 5)),
])
def test_the_widths_of_a_network_are_those_of_its_first_and_last_weights(options):
    mlp = init_mlp(**{**dict(sizes=[3, 5, 6, 2], rng=np.random.default_rng(0)), **options})
    assert n_inputs(mlp) == 3 and n_outputs(mlp) == 2
    check_mlp("mlp", mlp)


AFFINE = Affine(np.zeros((3, 2)), np.zeros(2))
WAVES = Fourier(np.zeros((3, 2)))


@pytest.mark.parametrize("layers, widths", [
    ((Tanh(), WAVES, Affine(np.zeros((7, 2)), np.zeros(2))), (3, 2)),
    ((AFFINE, Fourier(np.zeros((2, 4)))), (3, 10)),
    ((Skip((AFFINE, Tanh())), Affine(np.zeros((5, 1)), np.zeros(1))), (3, 1)),
    ((Tanh(), Skip((Tanh(), AFFINE)), ReLU()), (3, 5)),
    ((AFFINE, MinibatchDiscrimination(np.zeros((2, 4, 5)))), (3, 6)),
])
def test_layers_that_put_something_beside_their_inputs_have_both_for_outputs(layers, widths):
    mlp = MLP(layers)
    assert (n_inputs(mlp), n_outputs(mlp)) == widths
    check_mlp("mlp", mlp)
    y, _ = mlp_forward(mlp, np.ones((4, 3)))
    assert y.shape == (4, widths[1])


@pytest.mark.parametrize("layers, message", [
    ((Tanh(),), r"mlp: the widths .* do not fit together \(layers: expected at least one layer with weights, got none"),
    ((Affine(np.zeros(3), np.zeros(2)),), r"mlp: the widths .* do not fit together \(not enough values"),
])
def test_a_network_without_widths_says_so(layers, message):
    for width in (n_inputs, n_outputs):
        with pytest.raises(InvalidInput, match=message):
            width(MLP(layers))


def test_waves_and_a_skip_come_back_from_their_state_whole():
    rng = np.random.default_rng(0)
    stack = init_mlp([2, 4, 3], rng, output="tanh")
    last = init_mlp([5, 1], rng).layers
    mlp = MLP((init_fourier(2, 3, rng), init_mlp([8, 2], rng).layers[0], Skip(stack.layers, 5.0), *last))
    back = from_state("mlp", to_state(mlp), (MLP, *LAYERS), mlp)
    assert repr(back) == repr(mlp)
    x = rng.normal(size=(3, 2))
    np.testing.assert_array_equal(mlp_forward(back, x)[0], mlp_forward(mlp, x)[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_new_waves_have_random_directions_and_frequencies_even_in_their_logarithms(dtype):
    B = init_fourier(3, 500, np.random.default_rng(0), lowest=0.5, highest=50, dtype=dtype).B
    assert B.dtype == dtype and B.shape == (3, 500)
    frequencies = np.linalg.norm(B, axis=0)
    np.testing.assert_allclose(np.log(frequencies), np.linspace(np.log(0.5), np.log(50), 500), rtol=1e-4, atol=1e-6)
    directions = B / frequencies
    assert np.abs(directions.mean(axis=1)).max() < 4.5 / np.sqrt(3 * 500)  # each entry has a variance of 1/3
    by_default = np.linalg.norm(init_fourier(3, 5, np.random.default_rng(0)).B, axis=0)
    np.testing.assert_allclose(by_default, np.geomspace(1, 100, 5), rtol=1e-6)


@pytest.mark.parametrize("arguments, message", [
    (dict(n_inputs=0), "n_inputs: expected an integer >= 1, got 0"),
    (dict(n_directions=0), "n_directions: expected an integer >= 1, got 0"),
    (dict(rng=7), "rng: expected a numpy.random.Generator such as numpy.random.default_rng(0), got int"),
    (dict(lowest=0), "lowest: expected a number in (0, inf), got 0"),
    (dict(highest=0.5), "highest: expected a number in [1, inf), got 0.5"),
    (dict(dtype=int), "dtype: expected float32 or float64, got int64"),
])
def test_init_fourier_refuses_what_cannot_be_right(arguments, message):
    with pytest.raises(InvalidInput) as error:
        init_fourier(**{**dict(n_inputs=2, n_directions=3, rng=np.random.default_rng(0)), **arguments})
    assert message in str(error.value)


@pytest.mark.parametrize("mlp, message", [
    (None, "mlp: expected an MLP .see init_mlp., got NoneType"),
    (MLP(()), "mlp: expected at least one layer with weights, got none"),
    (MLP([AFFINE]), "mlp: expected a tuple of layers, such as .*, got"),
    (MLP((AFFINE, "relu")), "mlp: expected a tuple of layers, such as .*, got"),
    (MLP((Tanh(),)), "mlp: expected at least one layer with weights, got none"),
    (MLP((Affine([[1.0]], [0.0]),)), "mlp.layers.0..W: expected an array of float32 or float64, got a list"),
    (MLP((AFFINE, Affine(np.zeros((2, 1), np.float32), np.zeros(1)))), "of one dtype, .* got float32 and float64"),
    (MLP((Affine(np.zeros((3, 2), int), np.zeros(2, int)),)),
     "mlp.layers.0..W: expected an array of float32 or float64, got dtype int64"),
    (MLP((Fourier(np.zeros((3, 2), np.float32)), Affine(np.zeros((7, 2)), np.zeros(2)))),
     "of one dtype, .* got float32 and float64"),
    (MLP((Fourier(np.full((3, 2), np.inf)), Affine(np.zeros((7, 2)), np.zeros(2)))), "mlp.layers.0..B: expected"),
    (MLP((Fourier(np.zeros(3)), Affine(np.zeros((7, 2)), np.zeros(2)))), "mlp.layers.0..B: expected a 2-D array"),
    (MLP((AFFINE, BatchNorm(*[np.ones(2)] * 2, np.zeros(2, np.float32), np.ones(2)))),
     "of one dtype, .* got float32 and float64"),
    (MLP((AFFINE, BatchNorm(*[np.ones(2)] * 3, np.array([1, np.nan])))), "mlp.layers.1..running_variance: expected"),
    (MLP((WAVES,)), "mlp: expected at least one layer with weights, got none"),
    (MLP((WAVES, AFFINE)), "mlp: the widths of its layers do not fit together"),
    (MLP((AFFINE, AFFINE)), "mlp: the widths of its layers do not fit together"),
    (MLP((Affine(np.zeros((3, 2)), np.zeros(3)),)), "mlp: the widths of its layers do not fit together"),
])
def test_what_is_no_network_is_refused(mlp, message):
    with pytest.raises(InvalidInput, match=message):
        check_mlp("mlp", mlp)


def test_running_statistics_go_all_the_way_where_that_is_asked_for():
    mlp = some_mlp([3, 4, 2], seed=0, batch_norm=True)
    x = np.random.default_rng(1).normal(size=(9, 3))
    _, cache = mlp_forward(mlp, x)
    moved = with_running_statistics(mlp, cache, momentum=1.0).layers[1]
    np.testing.assert_allclose(moved.running_mean, (x @ mlp.layers[0].W).mean(axis=0))
    np.testing.assert_allclose(moved.running_variance, (x @ mlp.layers[0].W).var(axis=0, ddof=1))
    assert moved.momentum == mlp.layers[1].momentum


def test_a_momentum_and_a_cache_that_cannot_be_right_are_refused():
    mlp = some_mlp([3, 4, 2], seed=0, batch_norm=True)
    y, cache = mlp_forward(mlp, np.random.default_rng(1).normal(size=(9, 3)))
    with pytest.raises(InvalidInput, match=r"momentum: expected a number in \[0, 1\], got 1.5"):
        with_running_statistics(mlp, cache, momentum=1.5)
    for wrong in (cache[:1], (*cache, None), list(cache), None):
        for call in (lambda: with_running_statistics(mlp, wrong), lambda: mlp_backward(mlp, wrong, y)):
            with pytest.raises(InvalidInput, match=f"cache: expected what mlp_forward gives, a tuple of {len(cache)}"):
                call()


def test_cases_of_any_dtype_are_computed_with_in_the_dtype_of_the_parameters():
    x = np.random.default_rng(1).integers(0, 3, size=(5, 3))
    for dtype in (np.float32, np.float64):
        mlp = some_mlp([3, 4, 2], seed=0, dtype=dtype, hidden="tanh")
        expected, cache = mlp_forward(mlp, x.astype(dtype))
        for of_another in (x, x.astype(np.float16), x.astype(np.float32), x.astype(np.float64), x.tolist()):
            y, _ = mlp_forward(mlp, of_another)
            assert y.dtype == dtype
            np.testing.assert_array_equal(y, expected)
        dx, gradient = mlp_backward(mlp, cache, np.ones((5, 2), int))
        assert dx.dtype == flatten(gradient).dtype == dtype


@pytest.mark.filterwarnings("error")
def test_an_output_that_overflows_is_refused():
    mlp = init_mlp([1] * 5, np.random.default_rng(0))
    for layer in mlp.layers[::2]:
        layer.W[:] = 1e11
    with pytest.raises(InvalidInput, match="mlp: expected parameters with which the output is finite, got NaN or inf"):
        mlp_forward(mlp, np.ones((2, 1)))


def test_a_relative_step_is_measured_by_the_norm_before_it_or_by_the_usual_one():
    before, after = np.array([3.0, 4.0]), np.array([3.0, 5.0])
    assert relative_step(before, after, 1.0) == 1 / 5
    assert relative_step(before, after, 10.0) == 1 / 10
    assert relative_step(0 * before, after, 2.0) == math.hypot(3, 5) / 2


@pytest.mark.parametrize("sizes, n_units", [([5, 3], 3), ([2, 9, 4], 13)])
def test_the_usual_norm_is_that_of_weights_of_norm_1_into_each_unit(sizes, n_units):
    assert usual_norm(init_mlp(sizes, np.random.default_rng(0), batch_norm=True)) == math.sqrt(n_units)


def test_a_step_of_more_than_three_tenths_is_too_far():
    assert why_too_far(0.0) == why_too_far(0.3) == ""
    assert why_too_far(0.31) == "a step moved the parameters by 31% of their norm; try a smaller learning rate"
