"""What keeps a discriminator smooth: penalties on its input gradient (R1, WGAN-GP), weight clipping, spectral norm.

A penalty on that gradient needs backprop through backprop. Let s = D(x) be the logit of a case and g = ∂s/∂x, which
an ordinary backward pass finds, layer by layer from the last, with d_l = ∂s/∂y_l behind layer l:

    d_L = 1          d_{l-1} = backward of layer l applied to d_l          g = d_0

The penalty P is a function of g. Its own gradient goes through that computation the other way, from the first
layer to the last: u_0 = ∂P/∂g, and each layer's `double_backward` turns u_{l-1} = ∂P/∂d_{l-1} into u_l = ∂P/∂d_l,
its parameters' part of ∂P, and a_l = ∂P/∂x_l, which is there where d_{l-1} also depends on the layer's input x_l
(by φ'' of a smooth activation; 0 elsewhere). Last, an ordinary backward pass takes the a_l down to the
parameters below.

    R1         P = (weight/2) mean |g|² at real cases              u_0 = weight g / N
    WGAN-GP    P = weight mean (|g| - 1)² between real and fake    u_0 = 2 weight (|g| - 1) g / |g| / N, 0 where g = 0

It is for layers that treat each case by itself: affine, elementwise, Fourier, maxout and skip ones. Batch norm
and minibatch discrimination tie the cases together, so that the gradient of one case is not a backward pass of
its own; they are refused by name.

N cases    D inputs    x (N, D)    s (N, 1) logits    g (N, D) gradients of the logits

Drucker and Le Cun 1992 (double backpropagation); Gulrajani et al. 2017 (WGAN-GP); Mescheder, Geiger and Nowozin
2018 (R1); Arjovsky, Chintala and Bottou 2017 (clipping); Miyato et al. 2018 (spectral norm).
"""
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.checks import (
    LARGEST,
    as_rows,
    check_array,
    check_generator,
    check_number,
    invalid,
    shown,
)
from ..foundation.numerics import uniform_like
from ..foundation.records import leaves
from ..foundation.types import Array, Generator
from ..neural.layers import Affine, Linear
from ..neural.mlp import MLP, _mlp_forward, check_mlp, n_inputs, n_outputs, parameter_dtype
from ..neural.stacks import stack_backward_each, stack_double_backward


def r1_penalty(discriminator: MLP, x_real: Array, weight: float | Array) -> tuple[float, MLP]:
    """(weight/2) mean |∂s/∂x|² at the real cases x_real (N, D), and its gradient: `(penalty, an MLP of gradients)`.

    weight >= 0, a number or one a case, (N, 1). Raises InvalidInput, also for layers that tie the cases together.
    Mescheder, Geiger and Nowozin 2018.
    """
    x_real = _check_cases("x_real", discriminator, x_real)
    if np.isscalar(weight):
        weight = check_number("weight", weight, 0, LARGEST)
    else:
        weight = check_array("weight", weight, width=1, low=0, high=LARGEST, dtype=x_real.dtype)
        if len(weight) != len(x_real):
            raise invalid("weight", f"a number, or shape ({len(x_real)}, 1)", f"shape {weight.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        return _check_penalty(*_r1_penalty(discriminator, x_real, weight))


def _r1_penalty(discriminator, x_real, weight):
    g, cache, ds = input_gradient(discriminator, x_real)
    n = len(x_real)
    penalty = 0.5 * float((weight * np.square(g)).sum(dtype=np.float64)) / n
    return penalty, mlp_double_backward(discriminator, cache, ds, weight * g / n)


def gradient_penalty(discriminator: MLP, x_real: Array, x_fake: Array, weight: float,
                     rng: Generator) -> tuple[float, MLP]:
    """weight · mean (|∂s/∂x| - 1)² at points between real and fake cases, and its gradient: `(penalty, an MLP)`.

    x_real, x_fake (N, D), paired row by row; draws one uniform number a pair, the place between the two. Where
    |g| = 0 the gradient of |g| is taken as 0. Raises InvalidInput, also for layers that tie the cases together.
    Gulrajani et al. 2017.
    """
    x_real = _check_cases("x_real", discriminator, x_real)
    x_fake = _check_cases("x_fake", discriminator, x_fake)
    if len(x_real) != len(x_fake):
        raise invalid("x_fake", f"as many cases as x_real, {len(x_real)}", len(x_fake))
    weight = check_number("weight", weight, 0, LARGEST)
    check_generator("rng", rng)
    with np.errstate(over="ignore", invalid="ignore"):
        return _check_penalty(*_gradient_penalty(discriminator, x_real, x_fake, weight, rng))


def _gradient_penalty(discriminator, x_real, x_fake, weight, rng):
    fraction = uniform_like(x_real[:, :1], rng, order="C")
    x = fraction * x_real + (1 - fraction) * x_fake
    g, cache, ds = input_gradient(discriminator, x)
    norm = np.sqrt(np.square(g).sum(axis=1, keepdims=True))  # (N, 1)
    penalty = weight * float(np.square(norm - 1).sum(dtype=np.float64)) / len(x)
    direction = g / np.where(norm > 0, norm, 1)
    u = (2 * weight / len(x)) * (norm - 1) * direction
    return penalty, mlp_double_backward(discriminator, cache, ds, u)


def input_gradient(discriminator: MLP, x: Array) -> tuple[Array, tuple, list[Array]]:
    """`(g, cache, ds)`: ∂s/∂x of each case (N, D), the forward pass's cache, and d_l behind each layer."""
    s, cache = _mlp_forward(discriminator, x)
    g, ds = stack_backward_each(discriminator.layers, cache, np.ones_like(s))
    return g, cache, ds


def mlp_double_backward(discriminator: MLP, cache: tuple, ds: list[Array], u: Array) -> MLP:
    """∂P/∂parameters of a P with ∂P/∂g = u (N, D), an MLP of gradients; cache and ds from `input_gradient`."""
    _, _, gradients = stack_double_backward(discriminator.layers, cache, ds, u)
    return replace(discriminator, layers=gradients)


@dataclass(frozen=True)
class R1:
    """`r1_penalty` at the discriminator's input for real cases, as a penalty for `discriminator_gradient`.

    Where cases are blurred by levels (N, 1), the weight of a case is weight · level²: the penalty is then on how much
    the logit changes over the width of the blur, at every level alike.
    """

    weight: float

    def __post_init__(self) -> None:
        check_number("weight", self.weight, 0, LARGEST)

    def __call__(self, discriminator: MLP, real_input: Array, fake_input: Array, rng: Generator,
                 levels: Array | None = None) -> tuple[float, MLP]:
        """`(penalty, an MLP of gradients)`; nothing is drawn."""
        weight = self.weight if levels is None else self.weight * levels**2
        return _r1_penalty(discriminator, real_input, weight)


@dataclass(frozen=True)
class GradientPenalty:
    """`gradient_penalty` between the discriminator's input for real and for fake cases, likewise."""

    weight: float = 10.0

    def __post_init__(self) -> None:
        check_number("weight", self.weight, 0, LARGEST)

    def __call__(self, discriminator: MLP, real_input: Array, fake_input: Array, rng: Generator,
                 levels: Array | None = None) -> tuple[float, MLP]:
        """`(penalty, an MLP of gradients)`, whatever the levels; draws one uniform number a pair."""
        return _gradient_penalty(discriminator, real_input, fake_input, self.weight, rng)


Penalty = R1 | GradientPenalty  # for signatures


def check_penalty(name: str, penalty: Any) -> None:
    """InvalidInput unless `penalty` is None or an instance of a kind of penalty."""
    if penalty is not None and not isinstance(penalty, (R1, GradientPenalty)):
        raise invalid(name, "None, R1(weight) or GradientPenalty(weight)", shown(penalty))


def clip_weights(vector: Array, limit: float) -> None:
    """Clip every parameter of a packed critic to [-limit, limit], in place: vector (P,).

    Bounds the input gradient, crudely: most weights end at the limits. Arjovsky, Chintala and Bottou 2017.
    """
    np.clip(vector, -limit, limit, out=vector)


def start_singular_vectors(discriminator: MLP, rng: Generator) -> tuple:
    """Unit vectors to start the power iteration from, a pair u (D,), v (K,) a layer of weights: a tuple.

    None for layers without weights. Draws D normal numbers a layer, from the lowest up. Raises InvalidInput for layers
    of weights that are not affine or linear.
    """
    return tuple(_start_pair(layer, rng) for layer in discriminator.layers)


def spectral_norm(discriminator: MLP, singular: tuple, n_iterations: int = 1) -> tuple[MLP, tuple]:
    """The discriminator with every W divided by its largest singular value, and the vectors after n_iterations.

        v ← Wᵀ u / |Wᵀ u|,  u ← W v / |W v|,  σ = uᵀ W v,  W ← W / σ

    `(normalised MLP, singular)`. An affine layer then has the Lipschitz constant 1, once the vectors have converged:
    from step to step of training W moves little, so that an iteration a step will do. Miyato et al. 2018.
    """
    layers, moved = [], []
    for layer, pair in zip(discriminator.layers, singular):
        if pair is not None:
            u, v = pair
            for _ in range(n_iterations):
                v = _unit(u @ layer.W)
                u = _unit(layer.W @ v)
            sigma = u @ layer.W @ v
            layer, pair = replace(layer, W=layer.W / (sigma or 1)), (u, v)  # weights of 0 stay as they are
        layers.append(layer)
        moved.append(pair)
    return replace(discriminator, layers=tuple(layers)), tuple(moved)


def spectral_norm_gradient(discriminator: MLP, singular: tuple, gradient: MLP) -> MLP:
    """∂loss/∂parameters from `gradient`, that of the normalised discriminator: an MLP of gradients.

    For W_n = W / σ, and ∂σ/∂W = u vᵀ where u and v are the singular vectors of σ, converged,

        ∂loss/∂W = (G - (Σ G · W_n) u vᵀ) / σ        G = ∂loss/∂W_n

    Biases are not normalised and keep their gradients.
    """
    layers = []
    for layer, pair, of_normalised in zip(discriminator.layers, singular, gradient.layers):
        if pair is not None:
            u, v = pair
            sigma = u @ layer.W @ v or 1
            along = np.sum(of_normalised.W * layer.W) / sigma
            of_normalised = replace(of_normalised, W=(of_normalised.W - along * np.outer(u, v)) / sigma)
        layers.append(of_normalised)
    return replace(gradient, layers=tuple(layers))


def _start_pair(layer, rng):
    if not leaves(layer):
        return None
    if not isinstance(layer, (Affine, Linear)):
        raise invalid("discriminator", "affine and linear layers of weights for spectral norm",
                      f"a {type(layer).__name__} layer")
    u = _unit(rng.standard_normal(layer.W.shape[0], dtype=layer.W.dtype))
    return u, _unit(u @ layer.W)


def _unit(vector):
    return vector / (np.sqrt(np.square(vector).sum()) or 1)


def _check_cases(name, discriminator, x):
    """x (N, D) in the dtype of the discriminator's parameters; InvalidInput where it or the discriminator cannot be."""
    check_mlp("discriminator", discriminator)
    if n_outputs(discriminator) != 1:
        raise invalid("discriminator", "a network with 1 output", n_outputs(discriminator))
    dtype = parameter_dtype(discriminator)
    return as_rows(check_array(name, x, width=n_inputs(discriminator), ndim=(1, 2), dtype=dtype))


def _check_penalty(penalty, gradient):
    """The pair where it is finite, else InvalidInput."""
    if not np.isfinite(penalty) or not all(np.isfinite(array).all() for _, array in leaves(gradient)):
        raise invalid("discriminator", "a network with a finite penalty on these cases", "NaN or infinity")
    return penalty, gradient
