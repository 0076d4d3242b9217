"""What keeps a discriminator smooth: penalties on its slope (R1, WGAN-GP), weight clipping, spectral norm.

A penalty on the slope needs backprop through backprop. Let s = D(x) be the logit of a case and g = ∂s/∂x its slope,
which an ordinary backward pass finds, layer by layer from the last, with d_l = ∂s/∂y_l behind layer l:

    d_L = 1          d_{l-1} = backward of layer l applied to d_l          g = d_0

The penalty P is a function of g. Its own gradient goes through that computation the other way, from the first
layer to the last: u_0 = ∂P/∂g, and each layer's `double_backward` turns u_{l-1} = ∂P/∂d_{l-1} into u_l = ∂P/∂d_l,
its parameters' part of ∂P, and a_l = ∂P/∂x_l, which is there where d_{l-1} also depends on the layer's input x_l
(by φ'' of a smooth activation; 0 elsewhere). Last, an ordinary backward pass takes the a_l down to the
parameters below.

    R1         P = (weight/2) mean |g|² at real cases              u_0 = weight g / N
    WGAN-GP    P = weight mean (|g| - 1)² between real and fake    u_0 = 2 weight (|g| - 1) g / |g| / N, 0 where g = 0

It serves layers that treat each case by itself: affine, elementwise and maxout ones. Batch norm and minibatch
discrimination tie the cases together, so that the slope of one case is not a backward pass of its own; they are
refused by name.

N cases    D inputs    x (N, D)    s (N, 1) logits    g (N, D) slopes

Drucker and Le Cun 1992 (double backpropagation); Gulrajani et al. 2017 (WGAN-GP); Mescheder, Geiger and Nowozin
2018 (R1); Arjovsky, Chintala and Bottou 2017 (clipping); Miyato et al. 2018 (spectral norm).
"""
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.checks import InvalidInput
from ..foundation.records import leaves, sum_of
from ..neural.layers import Affine, Linear
from ..neural.mlp import mlp_forward


def r1_penalty(discriminator, x_real, weight):
    """(weight/2) mean |∂s/∂x|² at the real cases x_real (N, D), and its gradient: `(penalty, an MLP of gradients)`.

    weight >= 0, a number or one a case, (N, 1). Mescheder, Geiger and Nowozin 2018.
    """
    g, cache, ds = input_slopes(discriminator, x_real)
    n = len(x_real)
    penalty = 0.5 * float((weight * np.square(g)).sum(dtype=np.float64)) / n
    return penalty, gradient_of_slopes(discriminator, cache, ds, weight * g / n)


def gradient_penalty(discriminator, x_real, x_fake, weight, rng):
    """weight · mean (|∂s/∂x| - 1)² at points between real and fake cases, and its gradient: `(penalty, an MLP)`.

    x_real, x_fake (N, D), paired row by row; draws one uniform number a pair, the place between the two. Where
    |g| = 0 the slope of |g| is taken as 0. Gulrajani et al. 2017.
    """
    share = rng.random((len(x_real), 1), dtype=x_real.dtype)
    x = share * x_real + (1 - share) * x_fake
    g, cache, ds = input_slopes(discriminator, x)
    size = np.sqrt(np.square(g).sum(axis=1, keepdims=True))  # (N, 1)
    penalty = weight * float(np.square(size - 1).sum(dtype=np.float64)) / len(x)
    direction = g / np.where(size > 0, size, 1)
    u = (2 * weight / len(x)) * (size - 1) * direction
    return penalty, gradient_of_slopes(discriminator, cache, ds, u)


def input_slopes(discriminator, x):
    """`(g, cache, ds)`: ∂s/∂x of each case (N, D), the forward pass's cache, and d_l behind each layer."""
    s, cache = mlp_forward(discriminator, x)
    d, ds = np.ones_like(s), []
    for layer, layer_cache in zip(discriminator.layers[::-1], cache[::-1]):
        ds.append(d)
        d, _ = layer.backward(layer_cache, d, need_gradient=False)
    return d, cache, ds[::-1]


def gradient_of_slopes(discriminator, cache, ds, u):
    """∂P/∂parameters of a P with ∂P/∂g = u (N, D), an MLP of gradients; cache and ds as `input_slopes` gave them."""
    through_slopes, extras = [], []
    for layer, layer_cache, d in zip(discriminator.layers, cache, ds):  # up through the backward pass
        u, a, gradient = layer.double_backward(layer_cache, d, u)
        through_slopes.append(gradient)
        extras.append(a)
    total, below = [], None
    for i in reversed(range(len(discriminator.layers))):
        a, gradient = extras[i], through_slopes[i]
        if below is not None:  # down through the forward pass, from where the first a came in
            below, through_values = discriminator.layers[i].backward(cache[i], below)
            gradient = sum_of(gradient, through_values)
        total.append(gradient)
        if np.any(a):
            below = a if below is None else below + a
    return replace(discriminator, layers=tuple(total[::-1]))


@dataclass(frozen=True)
class R1:
    """`r1_penalty` at what the discriminator sees of real cases, as a penalty for `discriminator_gradient`.

    Where cases are blurred by levels (N, 1), the weight of a case is weight · level²: what is held down is then how
    much the logit changes over the width of the blur, at every level alike.
    """

    weight: float

    def __call__(self, discriminator, seen_real, seen_fake, rng, levels=None):
        """`(penalty, an MLP of gradients)`; nothing is drawn."""
        weight = self.weight if levels is None else self.weight * levels**2
        return r1_penalty(discriminator, seen_real, weight)


@dataclass(frozen=True)
class GradientPenalty:
    """`gradient_penalty` between what the discriminator sees of real and of fake cases, likewise."""

    weight: float = 10.0

    def __call__(self, discriminator, seen_real, seen_fake, rng, levels=None):
        """`(penalty, an MLP of gradients)`, whatever the levels; draws one uniform number a pair."""
        return gradient_penalty(discriminator, seen_real, seen_fake, self.weight, rng)


def clip_weights(vector, limit):
    """Hold every parameter of a packed critic within [-limit, limit], in place: vector (P,).

    Bounds the slope, crudely: most weights end at the limits. Arjovsky, Chintala and Bottou 2017.
    """
    np.clip(vector, -limit, limit, out=vector)


def start_singular_vectors(discriminator, rng):
    """Unit vectors to start the power iteration from, a pair u (D,), v (K,) a layer of weights: a tuple.

    None for layers without weights. InvalidInput for kinds of weights other than affine: spectral norm is theirs here.
    """
    return tuple(_start_pair(layer, rng) for layer in discriminator.layers)


def spectral_norm(discriminator, singular, n_iterations=1):
    """The discriminator with every W divided by its largest singular value, and the vectors moved on.

        v ← Wᵀ u / |Wᵀ u|,  u ← W v / |W v|,  σ = uᵀ W v,  W ← W / σ

    `(normalised MLP, singular)`. The slope of an affine layer is then at most 1, once the vectors have converged:
    from step to step of training W moves little, so that an iteration a step will do. Miyato et al. 2018.
    """
    layers, moved = [], []
    for layer, pair in zip(discriminator.layers, singular):
        if pair is not None:
            u, v = pair
            for _ in range(n_iterations):
                v = _unit(u @ layer.W)
                u = _unit(layer.W @ v)
            layer, pair = replace(layer, W=layer.W / (u @ layer.W @ v)), (u, v)
        layers.append(layer)
        moved.append(pair)
    return replace(discriminator, layers=tuple(layers)), tuple(moved)


def spectral_norm_gradient(discriminator, singular, gradient):
    """∂loss/∂parameters from `gradient`, that of the normalised discriminator: an MLP of gradients.

    For W_n = W / σ, and ∂σ/∂W = u vᵀ where u and v are the singular vectors of σ, converged,

        ∂loss/∂W = (G - (Σ G · W_n) u vᵀ) / σ        G = ∂loss/∂W_n

    Biases are not normalised and keep their slopes.
    """
    layers = []
    for layer, pair, of_normalised in zip(discriminator.layers, singular, gradient.layers):
        if pair is not None:
            u, v = pair
            sigma = u @ layer.W @ v
            along = np.sum(of_normalised.W * layer.W) / sigma
            of_normalised = replace(of_normalised, W=(of_normalised.W - along * np.outer(u, v)) / sigma)
        layers.append(of_normalised)
    return replace(gradient, layers=tuple(layers))


def _start_pair(layer, rng):
    if not leaves(layer):
        return None
    if not isinstance(layer, (Affine, Linear)):
        raise InvalidInput(f"discriminator: a {type(layer).__name__} layer came, "
                       "spectral norm is for affine and linear ones")
    u = _unit(rng.standard_normal(layer.W.shape[0], dtype=layer.W.dtype))
    return u, _unit(u @ layer.W)


def _unit(vector):
    return vector / np.sqrt(np.square(vector).sum())
