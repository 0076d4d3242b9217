"""Multilayer perceptron: layers one on the other, run forward and backward by the chain rule.

    x = h_0 → h_1 = f_1(h_0) → ... → h_L = y          forward, keeping each layer's cache
    dx = dh_0 ← dh_1 ← ... ← dh_L = dy                backward, each layer turning dh_l into dh_(l-1) (stacks.py)

N cases    x (N, D) input    y (N, K) output    dx, dy the derivative of the loss with respect to them

All trainable arrays can be laid in one vector, `pack(mlp)`; running statistics of batch norm stay outside it.

x and dy may be anything of real numbers that NumPy can make an array of; they are computed with in the dtype of the
parameters. One case, x (D,) or dy (K,), gives y or dx without the axis of the cases. A function whose name begins with
an underscore is the equation alone, for loops over arrays that have been checked.
Glorot and Bengio 2010, He et al. 2015 (the scale of initial weights).
"""
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.checks import (
    InvalidInput,
    as_rows,
    check_array,
    check_choice,
    check_dtype,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    check_parameter,
    different_dtypes,
    invalid,
    shown,
    speaks_numpy,
)
from ..foundation.records import Record, leaves
from ..foundation.types import Array, Generator
from .layers import (
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
from .stacks import stack_backward, stack_forward, stack_widths

MOST_STEP = 0.3  # of the parameters' norm
ELEMENTWISE = {"relu": ReLU, "leaky_relu": LeakyReLU, "tanh": Tanh, "sigmoid": Sigmoid, "softplus": Softplus}


@dataclass(frozen=True, eq=False, repr=False)
class MLP(Record):
    """A stack of layers, the one that meets the input first. A gradient with respect to it has the same type."""

    layers: tuple  # of records from layers.py

    trainable = ("layers",)


def mlp_forward(mlp: MLP, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, tuple]:
    """y = f_L(... f_1(x)): x (N, D) -> y (N, K), and the cache, a tuple of the layers' caches.

    rng is needed where a layer draws: dropout in training, one uniform number an entry, the lowest layer first.
    Without `training`, nothing is dropped and batch norm uses its running statistics. Raises InvalidInput.
    """
    check_layers("mlp", mlp)
    check_choice("training", training, (False, True))
    if rng is not None:
        check_generator("rng", rng)
    x = check_array("x", x, width=n_inputs(mlp), ndim=(1, 2), dtype=parameter_dtype(mlp))
    if training and len(as_rows(x)) < 2 and any(isinstance(layer, BatchNorm) for layer in mlp.layers):
        raise invalid("x", "at least 2 cases, as batch norm in training takes their mean and variance", 1,
                      "training=False uses the running statistics")
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            y, cache = _mlp_forward(mlp, as_rows(x), rng, training)
    except (ValueError, TypeError, IndexError, AttributeError):
        check_mlp("mlp", mlp)
        raise
    if not np.isfinite(y).all():
        raise invalid("mlp", "parameters with which the output is finite", "NaN or infinity")
    return y if x.ndim > 1 else y[0], cache


def _mlp_forward(mlp, x, rng=None, training=True):
    return stack_forward(mlp.layers, x, rng, training)


def mlp_backward(mlp: MLP, cache: tuple, dy: Array, out: MLP | None = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Any, Any]:  # dx and an MLP, each None where it is not needed
    """∂loss/∂x and ∂loss/∂parameters from dy = ∂loss/∂y: dy (N, K) -> dx (N, D) and an MLP of gradients.

    cache from `mlp_forward`. The gradient is written into `out`, an MLP of the same shapes, where one is given, such
    as windows onto a vector. Without `need_dx` the lowest layer saves its product and dx is None; without
    `need_gradient`, as when a generator learns through a discriminator that does not move, every layer saves its
    gradient's product and the gradient is None. Raises InvalidInput.
    """
    check_layers("mlp", mlp)
    check_cache(mlp, cache)
    check_choice("need_dx", need_dx, (False, True))
    check_choice("need_gradient", need_gradient, (False, True))
    dy = check_array("dy", dy, ndim=(1, 2), width=n_outputs(mlp), dtype=parameter_dtype(mlp))
    n_cases = _n_cases(cache)
    if n_cases is not None and len(as_rows(dy)) != n_cases:
        raise invalid("dy", f"{n_cases} cases, as many as y has", len(as_rows(dy)))
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            dx, gradient = _mlp_backward(mlp, cache, as_rows(dy), out, need_dx, need_gradient)
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise InvalidInput("mlp_backward: expected a cache of mlp_forward and dy in the shape of its y, got others "
                           f"({error})") from error
    return dx if dx is None or dy.ndim > 1 else dx[0], gradient


def _mlp_backward(mlp, cache, dy, out=None, need_dx=True, need_gradient=True):
    into = None if out is None else out.layers
    dx, gradients = stack_backward(mlp.layers, cache, dy, into, need_dx, need_gradient)
    return dx, replace(mlp, layers=gradients) if need_gradient else None


def with_running_statistics(mlp: MLP, cache: tuple, momentum: float | None = None) -> MLP:
    """The network with its batch norm's running statistics moved towards those of a batch, by its training cache.

    momentum      how far towards the batch's statistics, 1 for all the way; by default each layer's own momentum

    See BatchNorm.with_running_statistics. The trainable arrays are the same as before, windows onto a vector too.
    Raises InvalidInput.
    """
    if not isinstance(mlp, MLP):
        raise invalid("mlp", "an MLP (see init_mlp)", type(mlp).__name__)
    if momentum is not None:
        momentum = check_number("momentum", momentum, 0, 1)
    check_cache(mlp, cache)
    try:
        return _with_running_statistics(mlp, cache, momentum)
    except (ValueError, TypeError) as error:
        raise invalid("cache", "the cache of a forward pass in training", f"another ({error})") from error


def _with_running_statistics(mlp, cache, momentum=None):
    if not any(isinstance(layer, BatchNorm) for layer in mlp.layers):
        return mlp
    layers = [
        layer.with_running_statistics(layer_cache, momentum) if isinstance(layer, BatchNorm) else layer
        for layer, layer_cache in zip(mlp.layers, cache)
    ]
    return replace(mlp, layers=tuple(layers))


def init_mlp(sizes: Sequence[int], rng: Generator, hidden: str = "leaky_relu", slope: float = 0.2, pieces: int = 5,
             output: str | None = None, batch_norm: bool = False, dropout: float = 0.0,
             discrimination: tuple[int, int] | None = None, init: str | float = "he",
             dtype: DTypeLike = np.float32) -> MLP:
    """A new network of len(sizes) - 1 layers of weights, from sizes[0] inputs to sizes[-1] outputs.

    hidden          what follows the weights of a hidden layer: "relu", "leaky_relu" (with `slope`), "tanh", "sigmoid"
                    or "softplus"; or "maxout", hidden layers of maxout units with `pieces` pieces each
    output          what follows the last weights: None, so that y is logits, or one of hidden's kinds but maxout
    batch_norm      whether it stands between the weights of a hidden layer and what follows; the weights then have no
                    biases, which it would take out again. Not with maxout
    dropout         the fraction of a hidden layer's values that is dropped in training, in [0, 1)
    discrimination  (B, C): minibatch discrimination before the last weights, B kernels of C directions
    init            weights of a layer with D inputs and K outputs ~ N(0, sd²): "he" for sd² = 2 / D, "xavier" for
                    sd² = 2 / (D + K), or the number sd
    dtype           float32 (to train) or float64 (to check)

    Biases start at 0. Minibatch discrimination starts at T ~ N(0, 1 / (D C²)): rows of entries of variance 1 are then
    a distance of about 1 apart. Draws: the weights, from the lowest layer up. Raises InvalidInput.
    """
    sizes = _check_sizes(sizes)
    check_generator("rng", rng)
    check_choice("hidden", hidden, (*ELEMENTWISE, "maxout"))
    slope = check_number("slope", slope, 0, 1, open_high=True)
    pieces = check_integer("pieces", pieces, least=2)
    check_fits("pieces", pieces, pieces, *max(itertools.pairwise(sizes), key=math.prod))
    check_choice("output", output, (None, *ELEMENTWISE))
    check_choice("batch_norm", batch_norm, (False, True))
    if batch_norm and hidden == "maxout":
        raise invalid("batch_norm", "False with hidden='maxout'", True)
    dropout = check_number("dropout", dropout, 0, 1, open_high=True)
    init = _check_init(init)
    dtype = check_dtype("dtype", dtype)

    layers: list[Any] = []
    for n_in, n_out in itertools.pairwise(sizes[:-1]):
        if hidden == "maxout":
            W = _weights((pieces, n_in, n_out), rng, init, dtype)
            layers.append(Maxout(W, np.zeros((pieces, n_out), dtype)))
        else:
            W = _weights((n_in, n_out), rng, init, dtype)
            layers += [Linear(W), _batch_norm(n_out, dtype)] if batch_norm else [Affine(W, np.zeros(n_out, dtype))]
            layers.append(_elementwise(hidden, slope))
        if dropout > 0:
            layers.append(Dropout(dropout))
    n_in, n_out = sizes[-2:]
    if discrimination is not None:
        layers.append(_discrimination(n_in, discrimination, rng, dtype))
        n_in += layers[-1].T.shape[1]
    layers.append(Affine(_weights((n_in, n_out), rng, init, dtype), np.zeros(n_out, dtype)))
    if output is not None:
        layers.append(_elementwise(output, slope))
    return MLP(tuple(layers))


def _check_sizes(sizes):
    """`sizes` as a list of at least two integers >= 1, or InvalidInput."""
    sizes = check_array("sizes", sizes, ndim=1).tolist()
    if len(sizes) < 2:
        raise invalid("sizes", "at least the number of inputs and of outputs", sizes)
    sizes = [check_integer("sizes", size) for size in sizes]
    check_fits("sizes", sizes, *max(itertools.pairwise(sizes), key=math.prod))
    return sizes


def _check_init(init):
    """`init` where it is the name of a rule or a standard deviation, or InvalidInput."""
    if isinstance(init, str):
        return check_choice("init", init, ("he", "xavier"))
    return check_number("init", init, 0, math.inf, open_low=True, open_high=True)


def _weights(shape, rng, init, dtype):
    """New weights (..., D, K) of standard deviation √(2 / D), √(2 / (D + K)) or `init`."""
    n_in, n_out = shape[-2:]
    if init == "he":
        init = math.sqrt(2 / n_in)
    elif init == "xavier":
        init = math.sqrt(2 / (n_in + n_out))
    return init * rng.standard_normal(shape, dtype=dtype)


def _elementwise(name, slope):
    return LeakyReLU(slope) if name == "leaky_relu" else ELEMENTWISE[name]()


def _batch_norm(n, dtype):
    return BatchNorm(np.ones(n, dtype), np.zeros(n, dtype), np.zeros(n, dtype), np.ones(n, dtype))


def _discrimination(n_in, kernels_and_directions, rng, dtype):
    """New minibatch discrimination for n_in inputs; InvalidInput where the pair is none."""
    pair = check_array("discrimination", kernels_and_directions, ndim=1, width=2).tolist()
    n_kernels, n_directions = [check_integer("discrimination", n) for n in pair]
    check_fits("discrimination", pair, n_in, n_kernels, n_directions)
    T = rng.standard_normal((n_in, n_kernels, n_directions), dtype=dtype)
    T /= math.sqrt(n_in) * n_directions
    return MinibatchDiscrimination(T)


def init_fourier(n_inputs: int, n_directions: int, rng: Generator, lowest: float = 1.0, highest: float = 100.0,
                 dtype: DTypeLike = np.float32) -> Fourier:
    """A Fourier layer of waves in random directions, their frequencies evenly on a logarithmic scale.

    lowest, highest   frequencies in radians a unit of the data: a wave of frequency f shows differences over about
                      1 / f. For data of unit spread, 1 to 100 shows all from the whole down to a hundredth of it

    Draws n_inputs numbers a direction. Raises InvalidInput.
    """
    n_inputs = check_integer("n_inputs", n_inputs)
    n_directions = check_integer("n_directions", n_directions)
    check_fits("n_directions", n_directions, n_inputs, n_directions)
    check_generator("rng", rng)
    lowest = check_number("lowest", lowest, 0, math.inf, open_low=True, open_high=True)
    highest = check_number("highest", highest, lowest, math.inf, open_high=True)
    dtype = check_dtype("dtype", dtype)
    directions = rng.standard_normal((n_inputs, n_directions))
    directions /= np.linalg.norm(directions, axis=0)
    frequencies = np.geomspace(lowest, highest, n_directions)
    return Fourier((frequencies * directions).astype(dtype))


LAYERS = (Affine, BatchNorm, Dropout, Fourier, LeakyReLU, Linear, Maxout, MinibatchDiscrimination, ReLU, Sigmoid, Skip,
          Softplus, Tanh)


def check_mlp(name: str, mlp: MLP) -> None:
    """InvalidInput unless `mlp` is a network of layers with parameters of one float dtype and widths that fit."""
    check_layers(name, mlp)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            _, first = leaves(mlp)[0]
            D, _ = stack_widths(mlp.layers)
            _mlp_forward(mlp, np.zeros((1, D), first.dtype, like=first), training=False)
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise InvalidInput(f"{name}: the widths of its layers do not fit together ({error})") from error


def check_layers(name: str, mlp: Any) -> None:
    """InvalidInput unless `mlp` is an MLP of layers with parameters of one float dtype, which are finite."""
    if not isinstance(mlp, MLP):
        raise invalid(name, "an MLP (see init_mlp)", type(mlp).__name__)
    if not isinstance(mlp.layers, tuple) or not all(isinstance(layer, LAYERS) for layer in mlp.layers):
        raise invalid(name, "a tuple of layers, such as (Affine(W, b), ReLU())", shown(mlp.layers))
    arrays = leaves(mlp)
    if len(arrays) == 0:
        raise invalid(name, "at least one layer with weights", "none")
    if speaks_numpy(arrays[0][1]):
        return
    for part, array in arrays:
        check_parameter(f"{name}.{part}", array, getattr(array, "ndim", 0))
    for i, layer in enumerate(mlp.layers):
        for field, ndim in layer.not_learnt.items():
            array = getattr(layer, field)
            check_parameter(f"{name}.layers[{i}].{field}", array, ndim)
            arrays.append((field, array))
    if any(array.dtype != arrays[0][1].dtype for _, array in arrays):
        raise different_dtypes(name, *[array for _, array in arrays])


def check_cache(mlp: MLP, cache: Any) -> None:
    """InvalidInput unless `cache` is a tuple with a layer's cache for each layer of `mlp`."""
    if not isinstance(cache, tuple) or len(cache) != len(mlp.layers):
        raise invalid("cache", f"what mlp_forward gives, a tuple of {len(mlp.layers)}", type(cache).__name__)


def _n_cases(cache):
    """N: the length of the first matrix in the caches of layers, some of which hold tuples."""
    for part in cache:
        if isinstance(part, tuple) and _n_cases(part) is not None:
            return _n_cases(part)
        if getattr(part, "ndim", 0) == 2:
            return len(part)
    return None


def n_inputs(mlp: MLP) -> int:
    """How many inputs a network has: D of its lowest layer of weights, or of another that has its own widths."""
    return _widths(mlp)[0]


def n_outputs(mlp: MLP) -> int:
    """How many outputs a network has: K of its highest layer of weights, or of another that has its own widths."""
    return _widths(mlp)[1]


def _widths(mlp):
    try:
        return stack_widths(mlp.layers)
    except ValueError as error:
        raise InvalidInput(f"mlp: the widths of its layers do not fit together ({error})") from error


def relative_step(before: Array, after: Array, least: float) -> float:
    """|θ_after - θ_before| / |θ_before| of a training step of vectors (P,): some 1/1000 at good rates, 1/5 at most.

    least    `usual_norm` of the network, in the place of |θ_before| where that is smaller
    """
    return float(np.linalg.norm(after - before)) / max(float(np.linalg.norm(before)), least)


def usual_norm(mlp: MLP) -> float:
    """The norm that the parameters of such a network start at, about: 1 for the weights into each unit."""
    return math.sqrt(sum(array.shape[-1] for _, array in leaves(mlp) if array.ndim > 1))


def why_too_far(step: float) -> str:
    """That a `relative_step` was too large, a sentence with what to try; "" where it was not."""
    if step <= MOST_STEP:
        return ""
    return f"a step moved the parameters by {step:.0%} of their norm; try a smaller learning rate"


def parameter_dtype(mlp: MLP) -> np.dtype:
    """The dtype of the parameters."""
    _, first = leaves(mlp)[0]
    return first.dtype
