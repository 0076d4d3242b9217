"""A generative adversarial network: a generator that makes cases of noise, a discriminator that tells them from data.

    z ~ N(0, I)    x = G(z)          the generator makes a case
    s = D(x)                         the discriminator gives it a logit, high for what looks real

Each player descends its own loss (objectives.py) by its own parameters:

    D's step   ∂L_D/∂D at real cases and at G(z); G makes cases and does not move
    G's step   ∂L_G/∂G at G(z): the slope goes down through D, which does not move, and on through G

N cases    D inputs    L latents    C classes    m cases that the discriminator sees side by side
x (N, D) cases    z (N, L) noise    labels (N,) whole numbers below C    s (N/m, 1) logits

With classes, z and x carry the label as C more entries, one-hot: the generator makes a case of that class, and the
discriminator judges case and label together. With packing m > 1 it judges m cases at once, so that it can see
whether they are too much alike.

Goodfellow et al. 2014; Mirza and Osindero 2014 (classes); Lin, Khetan, Fanti and Oh 2018 (packing).
"""
from dataclasses import dataclass

import numpy as np

from ..foundation.checks import InvalidInput, check_array, check_integer, check_generator
from ..foundation.records import Record, leaves
from ..neural.mlp import MLP, mlp_backward, mlp_forward
from .noise import blurred


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
    """What one player's gradient was made of."""

    loss: float  # that it descends, penalty included
    gradient: MLP  # ∂loss/∂parameters of that player
    s_real: np.ndarray | None  # (N/m, 1) logits of the real cases; None in the generator's step
    s_fake: np.ndarray  # (N/m, 1) logits of the generator's cases
    x_fake: np.ndarray  # (N, D) the generator's cases
    generator_cache: tuple  # of the generator's forward pass: its batch statistics, for `with_running_statistics`
    penalty: float = 0.0  # the part of the loss that is a penalty


def make_gan(generator, discriminator, n_classes=0, packing=1):
    """A GAN of two networks whose widths fit together. Raises InvalidInput.

    generator      an MLP from n_latent + n_classes inputs to D outputs
    discriminator  an MLP from packing · (D + n_classes) inputs to one logit
    n_classes      0 for a GAN without labels
    packing        how many cases the discriminator sees side by side
    """
    n_classes = check_integer("n_classes", n_classes, least=0)
    packing = check_integer("packing", packing)
    n_latent = _inputs("generator", generator) - n_classes
    if n_latent < 1:
        raise InvalidInput(f"generator: {n_latent + n_classes} inputs came with {n_classes} classes, "
                       "at least one more than there are classes was wanted")
    n_seen = packing * (_outputs(generator) + n_classes)
    if _inputs("discriminator", discriminator) != n_seen or _outputs(discriminator) != 1:
        raise InvalidInput(f"discriminator: a network from {_inputs('discriminator', discriminator)} to "
                       f"{_outputs(discriminator)} came, one from {n_seen} (packing · (outputs of the generator + "
                       "classes)) to 1 was wanted")
    return GAN(generator, discriminator, n_latent, n_classes, packing)


def generate(gan, n, rng, labels=None):
    """n cases by the generator as it is used after training, with its running statistics: (n, D).

    labels (n,) with a GAN that has classes: which class each case is to be of. Raises InvalidInput.
    """
    check_integer("n", n)
    check_generator("rng", rng)
    check_labels(gan, labels, n)
    z = draw_latents(gan, n, rng)
    x, _ = mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes), training=False)
    return x


def draw_latents(gan, n, rng):
    """z ~ N(0, I): (n, L), in the dtype of the generator's parameters."""
    _, first = leaves(gan.generator)[0]
    return rng.standard_normal((n, gan.n_latent), dtype=first.dtype)


def discriminator_gradient(gan, x_real, z, objective, rng, labels=None, fake_labels=None, penalty=None, levels=None,
                           out=None):
    """∂L_D/∂D at the real cases x_real (N, D) and at G(z), z (M, L): a PlayerStep. N and M are multiples of m.

    objective as in objectives.py. penalty, as in penalties.py, is called with the discriminator, what it saw of
    real and of fake cases, rng and levels. levels (N/m, 1), with N = M, blur the cases; see noise.py. rng is drawn
    from by the blur and by dropout, if there are any (real cases, then the generator, then fake cases), then by the
    penalty. The gradient is written into `out`, an MLP like the discriminator, such as windows onto a vector, where
    one is given. Neither player is changed.
    """
    discriminator = gan.discriminator
    seen_real = discriminator_input(gan, blurred(x_real, levels, rng), labels)
    s_real, cache_real = mlp_forward(discriminator, seen_real, rng)

    x_fake, generator_cache = mlp_forward(gan.generator, with_labels(z, fake_labels, gan.n_classes), rng)
    seen_fake = discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)
    s_fake, cache_fake = mlp_forward(discriminator, seen_fake, rng)

    loss, ds_real, ds_fake = objective.discriminator_loss(s_real, s_fake)
    _, gradient = mlp_backward(discriminator, cache_real, ds_real, out, need_dx=False)
    _, from_fake = mlp_backward(discriminator, cache_fake, ds_fake, need_dx=False)
    add_to(gradient, from_fake)

    penalty_value = 0.0
    if penalty is not None:
        penalty_value, from_penalty = penalty(discriminator, seen_real, seen_fake, rng, levels)
        add_to(gradient, from_penalty)
    return PlayerStep(loss + penalty_value, gradient, s_real, s_fake, x_fake, generator_cache, penalty_value)


def generator_gradient(gan, z, objective, rng, labels=None, levels=None, out=None):
    """∂L_G/∂G at G(z), z (N, L), N a multiple of m: a PlayerStep.

    L_G is a function of D(G(z)). Its slope ds goes down through the discriminator to dx = ∂L_G/∂x, the part of
    it that belongs to labels is left aside, and dx goes on down through the generator, the blur by levels (N/m, 1)
    having the slope 1. rng is drawn from by dropout, if there is any, in the generator, by the blur, and by dropout in
    the discriminator. The gradient is written into `out`, an MLP like the generator, where one is given. Neither
    player is changed.
    """
    x, generator_cache = mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes), rng)
    seen = discriminator_input(gan, blurred(x, levels, rng), labels)
    s, discriminator_cache = mlp_forward(gan.discriminator, seen, rng)
    loss, ds = objective.generator_loss(s)
    d_seen, _ = mlp_backward(gan.discriminator, discriminator_cache, ds, need_gradient=False)
    dx = d_seen.reshape(len(x), -1)[:, : x.shape[1]]  # side by side no longer, and without the labels' entries
    _, gradient = mlp_backward(gan.generator, generator_cache, dx, out, need_dx=False)
    return PlayerStep(loss, gradient, None, s, x, generator_cache)


def add_to(gradient, more):
    """gradient ← gradient + more, in place: two gradients of one player."""
    for (_, array), (_, addend) in zip(leaves(gradient), leaves(more)):
        array += addend


def discriminator_input(gan, x, labels=None):
    """x with its labels, m cases side by side: (N, D) -> (N/m, m (D + C))."""
    return with_labels(x, labels, gan.n_classes).reshape(len(x) // gan.packing, -1)


def with_labels(x, labels, n_classes):
    """[x, one-hot label]: (N, D) -> (N, D + C); x itself where there are no classes."""
    if n_classes == 0:
        return x
    one_hot = (labels[:, None] == np.arange(n_classes)).astype(x.dtype)
    return np.concatenate([x, one_hot], axis=1)


def check_labels(gan, labels, n):
    """InvalidInput unless `labels` are n whole numbers below the number of classes, or None where there are none."""
    if gan.n_classes == 0:
        if labels is not None:
            raise InvalidInput("labels: labels came for a GAN without classes, None was wanted")
        return
    if labels is None:
        raise InvalidInput(f"labels: None came for a GAN with {gan.n_classes} classes, a label for each case was wanted")
    labels = check_array("labels", labels, ndim=1, width=n, low=0, high=gan.n_classes - 1)
    if labels.dtype.kind not in "iu":
        raise InvalidInput(f"labels: dtype {labels.dtype} came, whole numbers were wanted")


def _inputs(name, mlp):
    """How many inputs a network has: D of the first layer's weights, (D, K) or (P, D, K)."""
    if not isinstance(mlp, MLP):
        raise InvalidInput(f"{name}: {type(mlp).__name__} came, an MLP (see init_mlp) was wanted")
    return mlp.layers[0].W.shape[-2]


def _outputs(mlp):
    """How many outputs a network has: K of the last layer that has weights."""
    weights = [layer.W for layer in mlp.layers if hasattr(layer, "W")]
    return weights[-1].shape[-1]
