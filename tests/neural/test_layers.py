"""Every kind of layer against its definition written in loops, and every gradient against central differences."""
import itertools
import math
import statistics
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from networks import sides

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import Record, leaves, pack, windows
from numpy_dgm.neural import (
    Affine,
    BatchNorm,
    Dropout,
    Fourier,
    LeakyReLU,
    Linear,
    Maxout,
    MinibatchDiscrimination,
    ReLU,
    Sigmoid,
    Skip,
    Softplus,
    Tanh,
)

WEIGHTS = [Affine, Linear, Maxout]
ELEMENTWISE = [ReLU, LeakyReLU, Tanh, Sigmoid, Softplus]
TIES_ROWS = [BatchNorm, MinibatchDiscrimination]
ONCE_MORE = [*WEIGHTS, *ELEMENTWISE, Fourier, Skip, Dropout]  # the kinds with a double backward pass
KINDS = [*ONCE_MORE, *TIES_ROWS]
WITH_PARAMETERS = [*WEIGHTS, Skip, *TIES_ROWS]

widths, batches, seeds = st.integers(1, 4), st.integers(2, 5), st.integers(0, 10_000)


def every(kinds):
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


def in_its_modes(kinds):
    """Each kind in training, and outside it where that makes a difference."""
    cases = [(kind, True) for kind in kinds] + [(kind, False) for kind in kinds if kind in (Dropout, BatchNorm)]
    names = [kind.__name__ if training else f"{kind.__name__} not training" for kind, training in cases]
    return pytest.mark.parametrize("kind, training", cases, ids=names)


def some_layer(kind, n_in, n_out, rng, dtype=np.float64):
    """A layer of n_in inputs with random parameters; n_out outputs where the kind leaves a choice."""
    if kind is Skip:
        width = 1 + n_out // 2  # of the hidden units between
        stack = (some_layer(Affine, n_in, width, rng, dtype), Tanh(), some_layer(Affine, width, n_out, rng, dtype),
                 Sigmoid())
        return Skip(stack, scale=2.5)
    shapes = {Affine: [(n_in, n_out), n_out], Linear: [(n_in, n_out)], Maxout: [(3, n_in, n_out), (3, n_out)],
              BatchNorm: [n_in] * 4, Fourier: [(n_in, n_out)],
              MinibatchDiscrimination: [(n_in, n_out, 2)]}
    arrays = [rng.normal(size=shape).astype(dtype) for shape in shapes.get(kind, [])]
    if kind is BatchNorm:
        arrays[3] = np.exp(arrays[3])  # a variance
    return kind(*arrays, **{LeakyReLU: {"slope": 0.3}, Dropout: {"fraction": 0.4}}.get(kind, {}))


def forward(layer, x, training=True, seed=7):
    return layer.forward(x, np.random.default_rng(seed), training)


@dataclass(frozen=True, eq=False, repr=False)
class Point(Record):
    """Where a layer is tried: its parameters, its input, and the derivative that comes down to it."""

    layer: Record
    x: np.ndarray
    dy: np.ndarray

    trainable = ("layer", "x", "dy")


def some_point(kind, n, n_in, n_out, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    layer = some_layer(kind, n_in, n_out, rng, dtype)
    x = rng.normal(scale=1.5, size=(n, n_in)).astype(dtype)
    y, _ = forward(layer, x)
    return Point(layer, x, rng.normal(size=y.shape).astype(dtype))


def check_smooth(f, point, gradient):
    """`check_gradient` where no kink lies between the points that it tries; other examples are put aside."""
    at_point = sides(point.layer, point.x)

    def f_on_one_side(moved):
        if not np.array_equal(sides(moved.layer, moved.x), at_point):
            reject()
        return f(moved)

    if isinstance(point.layer, BatchNorm):
        assume(point.x.std(axis=0).min() > 0.3)  # in a narrower one 1 / deviation bends too much for the differences
    check_gradient(f_on_one_side, point, gradient)


# ---- forward, against the definition


SCALARS = {
    ReLU: lambda layer, x: max(x, 0),
    LeakyReLU: lambda layer, x: x if x > 0 else layer.slope * x,
    Tanh: lambda layer, x: math.tanh(x),
    Sigmoid: lambda layer, x: 1 / (1 + math.exp(-x)),
    Softplus: lambda layer, x: math.log(1 + math.exp(x)),
}


def affine_in_loops(W, b, x):
    n_in, n_out = W.shape
    return [[sum(row[d] * W[d, k] for d in range(n_in)) + b[k] for k in range(n_out)] for row in x]


def batch_norm_in_loops(layer, x, training):
    y = np.empty_like(x)
    for k in range(x.shape[1]):
        mean, variance = layer.running_mean[k], layer.running_variance[k]
        if training:
            mean, variance = statistics.fmean(x[:, k]), statistics.pvariance(x[:, k])
        for i in range(len(x)):
            y[i, k] = layer.gamma[k] * (x[i, k] - mean) / math.sqrt(variance + layer.epsilon) + layer.beta[k]
    return y


def discrimination_in_loops(layer, x):
    """Salimans et al. 2016, section 3.2, without the term in which a row meets itself."""
    n_in, n_kernels, n_directions = layer.T.shape
    y = np.zeros((len(x), n_in + n_kernels))
    y[:, :n_in] = x
    for i, j, b in itertools.product(range(len(x)), range(len(x)), range(n_kernels)):
        distance = 0
        for c in range(n_directions):
            distance += abs(sum((x[i, d] - x[j, d]) * layer.T[d, b, c] for d in range(n_in)))
        if j != i:
            y[i, n_in + b] += math.exp(-distance)
    return y


def waves_in_loops(layer, x):
    """x, then the sines of all directions, then their cosines."""
    rows = []
    for row in x:
        angles = [sum(row[d] * layer.B[d, m] for d in range(len(row))) for m in range(layer.B.shape[1])]
        rows.append([*row, *map(math.sin, angles), *map(math.cos, angles)])
    return rows


def skip_in_loops(layer, x):
    """The input times the scale, and what the stack makes of it, layer by layer."""
    h = x
    for inner in layer.layers:
        h = np.array(in_loops(inner, h, training=True))
    return [[*(layer.scale * number for number in row), *out] for row, out in zip(x, h)]


def in_loops(layer, x, training, seed=7):
    """The output of `layer` at x, from the definition of its kind."""
    kind = type(layer)
    if kind is Affine:
        return affine_in_loops(layer.W, layer.b, x)
    if kind is Linear:
        return affine_in_loops(layer.W, np.zeros(layer.W.shape[1]), x)
    if kind is Maxout:
        return np.max([affine_in_loops(W, b, x) for W, b in zip(layer.W, layer.b)], axis=0)
    if kind is BatchNorm:
        return batch_norm_in_loops(layer, x, training)
    if kind is MinibatchDiscrimination:
        return discrimination_in_loops(layer, x)
    if kind is Fourier:
        return waves_in_loops(layer, x)
    if kind is Skip:
        return skip_in_loops(layer, x)
    if kind is Dropout:
        u = np.random.default_rng(seed).random(x.shape)
        return np.where(u >= layer.fraction, x / (1 - layer.fraction), 0) if training else x
    return [[SCALARS[kind](layer, x_i) for x_i in row] for row in x]


@in_its_modes(KINDS)
@settings(max_examples=10)
@given(widths, widths, batches, seeds)
def test_forward_is_its_definition(kind, training, n_in, n_out, n, seed):
    point = some_point(kind, n, n_in, n_out, seed)
    y, _ = forward(point.layer, point.x, training)
    np.testing.assert_allclose(y, in_loops(point.layer, point.x, training), rtol=1e-10, atol=1e-12)


@every(ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_inputs_overflow_nowhere(kind, dtype):
    layer, x = kind(), np.array([[-1000, -30, 30, 1000]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, cache = layer.forward(x)
        dx, _ = layer.backward(cache, np.ones_like(x))
    np.testing.assert_allclose(dx[0, 2:], 0 if kind in (Tanh, Sigmoid) else 1, atol=1e-12)
    assert np.isfinite(y).all() and abs(dx[0, 0]) < 1


# ---- backward, against central differences


@in_its_modes(KINDS)
@settings(max_examples=10)
@given(widths, widths, batches, seeds)
def test_backward_is_the_gradient_in_every_parameter_and_the_input(kind, training, n_in, n_out, n, seed):
    """Of the loss Σ dy · y, whose derivative with respect to y is dy, and with respect to dy is y."""
    point = some_point(kind, n, n_in, n_out, seed)
    y, cache = forward(point.layer, point.x, training)
    dx, gradient = point.layer.backward(cache, point.dy)
    assert type(gradient) is kind
    check_smooth(lambda moved: np.sum(moved.dy * forward(moved.layer, moved.x, training)[0]), point,
                 Point(gradient, dx, y))


@in_its_modes(ONCE_MORE)
@settings(max_examples=10)
@given(widths, widths, batches, seeds)
def test_double_backward_is_the_gradient_through_the_backward_pass(kind, training, n_in, n_out, n, seed):
    """Of L = Σ c · sin(dx), whose derivative with respect to dx is u = c · cos(dx)."""
    point = some_point(kind, n, n_in, n_out, seed)
    c = np.random.default_rng(seed + 1).normal(size=point.x.shape)

    def L(moved):
        _, cache = forward(moved.layer, moved.x, training)
        dx, _ = moved.layer.backward(cache, moved.dy)
        return np.sum(c * np.sin(dx))

    _, cache = forward(point.layer, point.x, training)
    dx, _ = point.layer.backward(cache, point.dy)
    u_dy, a, gradient = point.layer.double_backward(cache, point.dy, c * np.cos(dx))
    check_smooth(L, point, Point(gradient, np.zeros_like(point.x) + a, u_dy))


@every(TIES_ROWS)
def test_what_ties_the_rows_together_has_no_double_backward_pass(kind):
    point = some_point(kind, 4, 3, 2, 0)
    _, cache = forward(point.layer, point.x)
    message = ("^double_backward: expected an affine, maxout, elementwise, Fourier, skip or dropout layer, "
               f"got a {kind.__name__} layer, which ties the rows of a batch together$")
    with pytest.raises(InvalidInput, match=message):
        point.layer.double_backward(cache, point.dy, np.ones_like(point.x))


# ---- what all kinds have in common


@every(KINDS)
def test_only_what_ties_rows_lets_one_row_move_another(kind):
    point = some_point(kind, 4, 3, 2, 1)
    dy = np.zeros_like(point.dy)
    dy[0] = point.dy[0]  # a loss of the first row of y alone
    for training in (True, False):
        _, cache = forward(point.layer, point.x, training)
        dx, _ = point.layer.backward(cache, dy)
        tied = kind is MinibatchDiscrimination or kind is BatchNorm and training
        assert (np.abs(dx[1:]).max() > 1e-3) == tied


@every(KINDS)
def test_two_batches_may_go_forward_before_either_goes_back(kind):
    point, other = some_point(kind, 4, 3, 2, 2), some_point(kind, 5, 3, 2, 3)
    _, alone = forward(point.layer, point.x)
    expected = point.layer.backward(alone, point.dy)
    _, cache = forward(point.layer, point.x)
    _, other_cache = forward(point.layer, other.x, seed=8)
    point.layer.backward(other_cache, other.dy)
    dx, gradient = point.layer.backward(cache, point.dy)
    np.testing.assert_array_equal(dx, expected[0])
    for (_, array), (_, expected_array) in zip(leaves(gradient), leaves(expected[1])):
        np.testing.assert_array_equal(array, expected_array)


@every(WITH_PARAMETERS)
def test_the_gradient_goes_into_out_and_what_was_there_is_gone(kind):
    point = some_point(kind, 4, 3, 2, 4)
    _, cache = forward(point.layer, point.x)
    expected, _ = pack(point.layer.backward(cache, point.dy)[1])
    vector = np.full_like(expected, 1e9)
    out = windows(point.layer, vector)
    _, gradient = point.layer.backward(cache, point.dy, out)
    assert all(array is window for (_, array), (_, window) in zip(leaves(gradient), leaves(out)))
    np.testing.assert_array_equal(vector, expected)


@every(KINDS)
def test_what_is_not_needed_is_none_and_the_rest_is_the_same(kind):
    point = some_point(kind, 4, 3, 2, 5)
    _, cache = forward(point.layer, point.x)
    dx, gradient = point.layer.backward(cache, point.dy)
    no_dx, same_gradient = point.layer.backward(cache, point.dy, need_dx=False)
    same_dx, no_gradient = point.layer.backward(cache, point.dy, need_gradient=False)
    assert no_dx is None and (no_gradient is None if kind in WITH_PARAMETERS else not leaves(no_gradient))
    np.testing.assert_array_equal(same_dx, dx)
    for (_, array), (_, same_array) in zip(leaves(gradient), leaves(same_gradient)):
        np.testing.assert_array_equal(same_array, array)


@in_its_modes(KINDS)
def test_float32_stays_float32_and_arguments_stay_as_they_were(kind, training):
    point = some_point(kind, 5, 3, 2, 6, np.float32)
    before, _ = pack(point)
    y, cache = forward(point.layer, point.x, training)
    y_before = y.copy()
    dx, gradient = point.layer.backward(cache, point.dy)
    assert y.dtype == dx.dtype == np.float32 and dx.shape == point.x.shape
    if kind in ONCE_MORE:
        u_dy, a, through = point.layer.double_backward(cache, point.dy, np.ones_like(point.x))
        assert u_dy.dtype == (point.x * a).dtype == np.float32 and u_dy.shape == point.dy.shape
        assert all(array.dtype == np.float32 for _, array in leaves(through))
    assert all(array.dtype == np.float32 for _, array in leaves(gradient))
    np.testing.assert_array_equal(pack(point)[0], before)
    np.testing.assert_array_equal(y, y_before)  # the next layer's input, which some kinds also keep


# ---- maxout


def test_pieces_that_tie_divide_the_gradient():
    layer, x = Maxout(np.random.default_rng(0).normal(size=(3, 2, 4)), np.zeros((3, 4))), np.zeros((1, 2))
    dy = np.array([[1.0, 2.0, -3.0, 4.0]])
    y, cache = layer.forward(x)
    dx, gradient = layer.backward(cache, dy)
    np.testing.assert_array_equal(y, np.zeros((1, 4)))
    np.testing.assert_allclose(gradient.b, np.repeat(dy / 3, 3, axis=0))
    np.testing.assert_allclose(dx[0], layer.W.mean(axis=0) @ dy[0])  # a gradient between those of the pieces


# ---- dropout


def test_dropout_keeps_the_mean_and_drops_its_fraction():
    """An entry 1 becomes 0 or 1 / (1 - p), p the fraction, with a deviation of √(p / (1 - p)); 4.5 standard errors."""
    n, p = 40_000, 0.3
    x = np.ones((n // 4, 4))
    y, mask = forward(Dropout(p), x)
    np.testing.assert_array_equal(y, mask)
    np.testing.assert_array_equal(np.unique(mask), [0, 1 / (1 - p)])
    assert abs(y.mean() - 1) < 4.5 * math.sqrt(p / (1 - p) / n)
    assert abs((mask == 0).mean() - p) < 4.5 * math.sqrt(p * (1 - p) / n)


def test_entries_are_dropped_apart():
    """Correlations between columns, and between a row and the next, are 0: 4.5 standard errors of 1/√20,000 each."""
    _, mask = forward(Dropout(0.5), np.ones((40_000, 3)))
    correlation = np.corrcoef(mask.reshape(20_000, 6).T)  # two rows side by side
    assert np.abs(correlation - np.eye(6)).max() < 4.5 / math.sqrt(20_000)


def test_dropout_does_nothing_outside_training_or_with_a_fraction_of_0():
    x = np.random.default_rng(0).normal(size=(5, 3))
    y, mask = Dropout(0.5).forward(x, training=False)  # and needs no rng
    np.testing.assert_array_equal(y, x)
    dx, _ = Dropout(0.5).backward(mask, x)
    np.testing.assert_array_equal(dx, x)
    np.testing.assert_array_equal(forward(Dropout(0.0), x)[0], x)


def test_dropout_in_training_without_a_generator_is_refused():
    with pytest.raises(InvalidInput, match="^rng: expected a numpy.random.Generator .*, got NoneType$"):
        Dropout(0.5).forward(np.ones((2, 3)))


@pytest.mark.parametrize("make, message", [
    (lambda: LeakyReLU(slope=1), r"slope: expected a number in \[0, 1\), got 1"),
    (lambda: LeakyReLU(slope=-0.1), r"slope: expected a number in \[0, 1\), got -0.1"),
    (lambda: Dropout(1), r"fraction: expected a number in \[0, 1\), got 1"),
    (lambda: Skip((), 0), r"scale: expected a number in \(0, inf\), got 0"),
    (lambda: Skip((Tanh(), Dropout(0.5))), r"layers: expected a tuple of affine, linear, maxout and elementwise layers,"
                                           r" got \(Tanh\(\), Dropout\(fraction=0.5\)\)"),
    (lambda: Skip([Tanh()]), r"layers: expected a tuple of affine, linear, maxout and elementwise layers, got \["),
    (lambda: batch_norm(momentum=1.5), r"momentum: expected a number in \[0, 1\], got 1.5"),
    (lambda: batch_norm(epsilon=-1e-5), r"epsilon: expected a number in \[0, 1\], got -1e-05"),
])
def test_settings_that_cannot_be_right_are_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


def batch_norm(**settings):
    return BatchNorm(np.ones(2), np.zeros(2), np.zeros(2), np.ones(2), **settings)


def test_dropout_takes_a_transposed_array():
    x = np.random.default_rng(0).normal(size=(3, 5))
    np.testing.assert_array_equal(forward(Dropout(0.5), x.T)[0], forward(Dropout(0.5), x.T.copy())[0])


# ---- batch norm


def test_a_batch_comes_out_with_the_mean_beta_and_the_deviation_gamma():
    layer, x = some_point(BatchNorm, 50, 3, 3, 0).layer, np.random.default_rng(1).normal(5, 4, size=(50, 3))
    y, _ = forward(layer, x)
    np.testing.assert_allclose(y.mean(axis=0), layer.beta, rtol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), np.abs(layer.gamma), rtol=1e-5)  # but for epsilon


def test_a_column_of_equal_numbers_comes_out_as_beta():
    layer = some_point(BatchNorm, 4, 2, 2, 0).layer
    y, cache = forward(layer, np.full((4, 2), 3.0))
    np.testing.assert_array_equal(y, np.tile(layer.beta, (4, 1)))
    assert np.isfinite(layer.backward(cache, y)[0]).all()


def test_a_constant_added_to_a_batch_changes_no_loss():
    point = some_point(BatchNorm, 6, 3, 3, 1)
    _, cache = forward(point.layer, point.x)
    dx, _ = point.layer.backward(cache, point.dy)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_running_statistics_move_towards_the_batch_by_the_momentum(dtype):
    point = some_point(BatchNorm, 6, 2, 2, 2, dtype)
    layer, x = replace(point.layer, momentum=0.25), point.x
    _, cache = forward(layer, x)
    before = layer.running_mean.copy(), layer.running_variance.copy()
    moved = layer.with_running_statistics(cache)
    for k in range(2):
        mean, variance = statistics.fmean(x[:, k].tolist()), statistics.variance(x[:, k].tolist())  # over N - 1
        assert moved.running_mean[k] == pytest.approx(0.75 * before[0][k] + 0.25 * mean, rel=1e-5)
        assert moved.running_variance[k] == pytest.approx(0.75 * before[1][k] + 0.25 * variance, rel=1e-5)
    assert moved.gamma is layer.gamma and moved.beta is layer.beta and moved.momentum == 0.25
    assert moved.running_mean.dtype == moved.running_variance.dtype == dtype
    np.testing.assert_array_equal(layer.running_mean, before[0])
    np.testing.assert_array_equal(layer.running_variance, before[1])


# ---- minibatch discrimination


def test_a_row_on_its_own_is_close_to_nothing_and_twins_are_as_close_as_can_be():
    layer = some_point(MinibatchDiscrimination, 2, 3, 4, 0).layer
    x = np.random.default_rng(1).normal(size=(1, 3))
    np.testing.assert_array_equal(forward(layer, x)[0][:, 3:], 0)
    np.testing.assert_array_equal(forward(layer, np.repeat(x, 5, axis=0))[0][:, 3:], 4)  # four others, exp(-0) each


# ---- widths


@every(KINDS)
def test_a_layer_has_the_widths_of_its_input_and_output(kind):
    point = some_point(kind, 5, 2, 4, 0)
    if kind in (*ELEMENTWISE, Dropout):  # which take any width
        assert point.layer.widths() is None and point.x.shape == point.dy.shape
    else:
        assert point.layer.widths() == (point.x.shape[1], point.dy.shape[1])


# ---- in a debugger


def test_layers_show_their_settings_or_a_line_for_each_array():
    assert [repr(layer) for layer in (ReLU(), LeakyReLU(0.1), Dropout(0.5))] == [
        "ReLU()", "LeakyReLU(slope=0.1)", "Dropout(fraction=0.5)"]
    affine = Affine(np.zeros((2, 3)), np.ones(3))
    assert repr(affine).splitlines()[1].split() == ["W", "float64", "(2,", "3)", "[0,", "0]"]
