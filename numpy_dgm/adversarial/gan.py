"""A generative adversarial network: a generator that makes cases of noise, a discriminator that tells them from data.

    z ~ N(0, I)    x = G(z)          the generator makes a case
    s = D(x)                         the discriminator gives it a logit, high for what looks real

Each player descends its own loss (objectives.py) by its own parameters:

    D's step   ∂L_D/∂D at real cases and at G(z); G makes cases and does not move
    G's step   ∂L_G/∂G at G(z): the gradient goes down through D, which does not move, and on through G

N cases    D inputs    L latents    C classes    m cases that the discriminator is given side by side
x (N, D) cases    z (N, L) noise    labels (N,) integers from 0 to C - 1    s (N/m, 1) logits

With classes, z and x carry the label as C more entries, one-hot: the generator makes a case of that class, and the
discriminator judges case and label together. With packing m > 1 it judges m cases at once, so that it can tell
whether they are too much alike.

x and z may be anything of real numbers that NumPy can make an array of; they are computed with in the dtype of the
parameters. One case, x (D,) or z (L,), is a row of its own.

Goodfellow et al. 2014; Mirza and Osindero 2014 (classes); Lin, Khetan, Fanti and Oh 2018 (packing).
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import (
    LARGEST,
    as_rows,
    check_array,
    check_fits,
    check_generator,
    check_integer,
    different_dtypes,
    invalid,
)
from ..foundation.records import Record, flatten, leaves
from ..foundation.types import Array, Generator
from ..neural.layers import BatchNorm, ReLU, Sigmoid, Softplus, Tanh
from ..neural.losses import check_class_labels
from ..neural.mlp import MLP, _mlp_backward, _mlp_forward, check_layers, check_mlp, n_inputs, n_outputs, parameter_dtype
from .noise import blurred
from .objectives import Objective, check_objective
from .penalties import Penalty, check_penalty


@dataclass(frozen=True, eq=False, repr=False)
class GAN(Record):
    """Both players. A gradient with respect to one of them is an MLP like it."""

    generator: MLP  # (N, L + C) -> (N, D)
    discriminator: MLP  # (N/m, m (D + C)) -> (N/m, 1)
    n_latent: int  # L
    n_classes: int = 0  # C
    packing: int = 1  # m

    trainable = ("generator", "discriminator")


@dataclass(frozen=True, eq=False, repr=False)
class PlayerStep(Record):
    """One player's gradient, and what it was computed from."""

    loss: float  # of that player, penalty included
    gradient: MLP  # ∂loss/∂parameters of that player
    s_real: Array | None  # (N/m, 1) logits of the real cases; None in the generator's step
    s_fake: Array  # (N/m, 1) logits of the generator's cases
    x_fake: Array  # (N, D) the generator's cases
    generator_cache: tuple  # of the generator's forward pass: its batch statistics, for `with_running_statistics`
    penalty: float = 0.0  # the part of the loss that is a penalty


def make_gan(generator: MLP, discriminator: MLP, n_classes: int = 0, packing: int = 1) -> GAN:
    """A GAN of two networks whose widths fit together. Raises InvalidInput.

    generator      an MLP from n_latent + n_classes inputs to D outputs
    discriminator  an MLP from packing · (D + n_classes) inputs to one logit
    n_classes      0 for a GAN without labels
    packing        how many cases the discriminator is given side by side
    """
    n_classes = check_integer("n_classes", n_classes, least=0)
    packing = check_integer("packing", packing)
    check_mlp("generator", generator)
    check_mlp("discriminator", discriminator)
    check_logits(discriminator)
    n_latent = n_inputs(generator) - n_classes
    if n_latent < 1:
        raise invalid("generator", f"more inputs than the {n_classes} classes", n_latent + n_classes)
    n_expected = packing * (n_outputs(generator) + n_classes)
    n_in, n_out = n_inputs(discriminator), n_outputs(discriminator)
    if n_in != n_expected or n_out != 1:
        raise invalid("discriminator", f"a network from {n_expected} inputs to 1 output", f"one from {n_in} to {n_out}",
                      "it is given packing · (outputs of the generator + classes)")
    return GAN(generator, discriminator, n_latent, n_classes, packing)


def check_logits(discriminator: MLP) -> None:
    """InvalidInput where a discriminator ends in an activation that cannot give logits, real numbers of either sign."""
    last = discriminator.layers[-1]
    if isinstance(last, (Sigmoid, Tanh, Softplus, ReLU)):
        raise invalid("discriminator", "a network that ends in weights and gives logits, any real numbers",
                      f"one that ends in {type(last).__name__}",
                      "leave it out, output=None: the objectives put the logits through σ where they need it")


def check_gan(gan: Any) -> None:
    """InvalidInput unless `gan` is a GAN of two networks with finite parameters of one dtype."""
    if not isinstance(gan, GAN):
        raise invalid("gan", "a GAN (see make_gan)", type(gan).__name__)
    check_layers("gan.generator", gan.generator)
    check_layers("gan.discriminator", gan.discriminator)
    if parameter_dtype(gan.generator) != parameter_dtype(gan.discriminator):
        raise different_dtypes("gan", *[array for _, array in leaves(gan)])
    made = make_gan(gan.generator, gan.discriminator, gan.n_classes, gan.packing)
    if made.n_latent != gan.n_latent:
        raise invalid("gan.n_latent", f"{made.n_latent}, the inputs of the generator without the classes", gan.n_latent)


def generate(gan: GAN, n: int, rng: Generator, labels: Array | None = None) -> Array:
    """n cases by the generator as it is used after training, with its running statistics: (n, D).

    labels (n,) with a GAN that has classes: the class that each case is to be of. Raises InvalidInput.
    """
    z = draw_latents(gan, n, rng)
    labels = check_labels(gan, labels, n)
    with np.errstate(over="ignore", invalid="ignore"):
        x, _ = _mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes), training=False)
    if not np.isfinite(x).all():
        raise invalid("gan", "a generator whose cases are finite", "NaN or infinity")
    return x


def draw_latents(gan: GAN, n: int, rng: Generator) -> Array:
    """z ~ N(0, I): (n, L), in the dtype of the generator's parameters. Raises InvalidInput."""
    check_gan(gan)
    n = check_integer("n", n)
    check_fits("n", n, n, n_inputs(gan.generator) + n_outputs(gan.generator))
    check_generator("rng", rng)
    return _draw_latents(gan, n, rng)


def _draw_latents(gan, n, rng):
    _, first = leaves(gan.generator)[0]
    z = rng.standard_normal((n, gan.n_latent), dtype=first.dtype)
    return np.asarray(z, like=first)


def discriminator_gradient(gan: GAN, x_real: Array, z: Array, objective: Objective, rng: Generator,
                           labels: Array | None = None, fake_labels: Array | None = None,
                           penalty: Penalty | None = None, levels: Array | None = None, out: MLP | None = None,
                           check: bool = True) -> PlayerStep:
    """∂L_D/∂D at the real cases x_real (N, D) and at G(z), z (M, L): a PlayerStep. N and M are multiples of m.

    objective as in objectives.py. penalty, as in penalties.py, is called with the discriminator, its input for real
    and for fake cases, rng and levels. levels (N/m, 1), with N = M, blur the cases; see noise.py. rng is drawn from
    by the blur and by dropout, if there are any (real cases, then the generator, then fake cases), then by the
    penalty. The gradient is written into `out`, an MLP like the discriminator, such as windows onto a vector, where
    one is given. Neither player is changed. Raises InvalidInput; without `check`, as in a training loop that has
    checked them, the arguments are trusted.
    """
    if check:
        check_gan(gan)
        x_real = _check_rows("x_real", gan, x_real, n_outputs(gan.generator))
        z = _check_rows("z", gan, z, gan.n_latent)
        labels = check_labels(gan, labels, len(x_real))
        fake_labels = check_labels(gan, fake_labels, len(z), "fake_labels")
        _check_others(gan, objective, rng, penalty, gan.discriminator, out)
        levels = _check_levels(gan, levels, len(z))
        if levels is not None and len(x_real) != len(z):
            raise invalid("x_real", f"as many cases as z with levels, {len(z)}", len(x_real))
        with np.errstate(over="ignore", invalid="ignore"):
            step = discriminator_gradient(gan, x_real, z, objective, rng, labels, fake_labels, penalty, levels, out,
                                          check=False)
        return _check_step(step)

    discriminator = gan.discriminator
    real_input = discriminator_input(gan, blurred(x_real, levels, rng), labels)
    s_real, cache_real = _mlp_forward(discriminator, real_input, rng)

    x_fake, generator_cache = _mlp_forward(gan.generator, with_labels(z, fake_labels, gan.n_classes), rng)
    fake_input = discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)
    s_fake, cache_fake = _mlp_forward(discriminator, fake_input, rng)

    loss, ds_real, ds_fake = objective.discriminator_loss(s_real, s_fake)
    _, gradient = _mlp_backward(discriminator, cache_real, ds_real, out, need_dx=False)
    _, from_fake = _mlp_backward(discriminator, cache_fake, ds_fake, need_dx=False)
    add_to(gradient, from_fake)

    penalty_value = 0.0
    if penalty is not None:
        penalty_value, from_penalty = penalty(discriminator, real_input, fake_input, rng, levels)
        add_to(gradient, from_penalty)
    return PlayerStep(loss + penalty_value, gradient, s_real, s_fake, x_fake, generator_cache, penalty_value)


def generator_gradient(gan: GAN, z: Array, objective: Objective, rng: Generator, labels: Array | None = None,
                       levels: Array | None = None, out: MLP | None = None, check: bool = True) -> PlayerStep:
    """∂L_G/∂G at G(z), z (N, L), N a multiple of m: a PlayerStep.

    L_G is a function of D(G(z)). Its derivative ds goes down through the discriminator to dx = ∂L_G/∂x, the part of
    it that belongs to labels is left aside, and dx goes on down through the generator, as the blur by levels (N/m, 1)
    has the derivative 1. rng is drawn from by dropout, if there is any, in the generator, by the blur, and by dropout
    in the discriminator. The gradient is written into `out`, an MLP like the generator, where one is given. Neither
    player is changed. Raises InvalidInput; check as in `discriminator_gradient`.
    """
    if check:
        check_gan(gan)
        z = _check_rows("z", gan, z, gan.n_latent)
        labels = check_labels(gan, labels, len(z))
        _check_others(gan, objective, rng, None, gan.generator, out)
        levels = _check_levels(gan, levels, len(z))
        with np.errstate(over="ignore", invalid="ignore"):
            step = generator_gradient(gan, z, objective, rng, labels, levels, out, check=False)
        return _check_step(step)

    x, generator_cache = _mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes), rng)
    fake_input = discriminator_input(gan, blurred(x, levels, rng), labels)
    s, discriminator_cache = _mlp_forward(gan.discriminator, fake_input, rng)
    loss, ds = objective.generator_loss(s)
    d_input, _ = _mlp_backward(gan.discriminator, discriminator_cache, ds, need_gradient=False)
    dx = d_input.reshape(len(x), -1)[:, : x.shape[1]]  # one case a row, and without the labels' entries
    _, gradient = _mlp_backward(gan.generator, generator_cache, dx, out, need_dx=False)
    return PlayerStep(loss, gradient, None, s, x, generator_cache)


def add_to(gradient: MLP, more: MLP) -> None:
    """gradient ← gradient + more, in place: two gradients of one player."""
    for (_, array), (_, addend) in zip(leaves(gradient), leaves(more)):
        array += addend


def discriminator_input(gan: GAN, x: Array, labels: Array | None = None) -> Array:
    """x with its labels, m cases side by side: (N, D) -> (N/m, m (D + C))."""
    return with_labels(x, labels, gan.n_classes).reshape(len(x) // gan.packing, -1)


def with_labels(x: Array, labels: Any, n_classes: int) -> Array:
    """[x, one-hot label]: x (N, D), labels (N,) -> (N, D + C). Without classes labels are None, and x is returned."""
    if n_classes == 0:
        return x
    one_hot = (labels[:, None] == np.arange(n_classes, like=labels)).astype(x.dtype)
    return np.concatenate([x, one_hot], axis=1)


def check_labels(gan: GAN, labels: Array | None, n: int, name: str = "labels") -> Array | None:
    """`labels` as an array of n integers below the number of classes; None without classes. Else InvalidInput."""
    if gan.n_classes == 0:
        if labels is not None:
            raise invalid(name, "None for a GAN without classes", type(labels).__name__)
        return None
    if labels is None:
        raise invalid(name, f"a label for each case for a GAN with {gan.n_classes} classes", None)
    return check_class_labels(labels, n, gan.n_classes, name)


def _check_rows(name, gan, x, width):
    """x (N, width) in the dtype of the parameters, N a multiple of the packing; or InvalidInput."""
    x = as_rows(check_array(name, x, width=width, ndim=(1, 2), dtype=parameter_dtype(gan.generator)))
    if len(x) % gan.packing:
        raise invalid(name, f"a multiple of the packing, {gan.packing}, of cases", len(x))
    layers = (*gan.generator.layers, *gan.discriminator.layers)
    if len(x) < 2 and any(isinstance(layer, BatchNorm) for layer in layers):
        raise invalid(name, "at least 2 cases, as batch norm takes their mean and variance", len(x))
    return x


def _check_levels(gan, levels, n):
    """levels (n/m, 1), at least 0, in the dtype of the parameters, or None; else InvalidInput."""
    if levels is None:
        return None
    levels = check_array("levels", levels, width=1, low=0, high=LARGEST, dtype=parameter_dtype(gan.generator))
    if len(levels) * gan.packing != n:
        raise invalid("levels", f"shape ({n // gan.packing}, 1)", f"shape {levels.shape}")
    return levels


def _check_others(gan, objective, rng, penalty, player, out):
    """InvalidInput unless these are what a player's gradient takes."""
    check_objective("objective", objective)
    check_generator("rng", rng)
    check_penalty("penalty", penalty)
    if out is None:
        return
    check_layers("out", out)
    if [array.shape for _, array in leaves(out)] != [array.shape for _, array in leaves(player)]:
        raise invalid("out", "an MLP like the player whose gradient it takes", "other layers")


def _check_step(step):
    """The PlayerStep where its loss and its gradient are finite, else InvalidInput."""
    if not np.isfinite(step.loss) or not np.isfinite(flatten(step.gradient)).all():
        raise invalid("gan", "players and cases whose loss and gradient are finite", "NaN or infinity")
    return step
