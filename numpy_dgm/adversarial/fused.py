"""The discriminator's gradient with real and fake cases in one pass: `discriminator_gradient` for long training runs.

Where each row of a batch goes through the discriminator by itself, real and fake rows can stand one below the other,
and one product takes both up and one product makes the gradient, where the plain function takes two and adds:

    X = [x_real; x_fake]  (N + M, D)        dS = [ds_real; ds_fake]  (N + M, 1)        one pass up, one pass down

Same numbers as the plain function on the same generator, up to rounding, which a test checks.
"""
import numpy as np

from ..foundation.types import Array, Generator
from ..neural.layers import Affine, Elementwise, Fourier, Linear, Maxout, Skip
from ..neural.mlp import MLP, _mlp_backward, _mlp_forward
from .gan import GAN, PlayerStep, add_to, discriminator_gradient, discriminator_input, with_labels
from .noise import blurred
from .objectives import Objective
from .penalties import Penalty

ROW_BY_ROW = (Affine, Linear, Maxout, Elementwise, Fourier, Skip)  # kinds of layers; they draw nothing, either


def fused_discriminator_gradient(gan: GAN, x_real: Array, z: Array, objective: Objective, rng: Generator,
                                 labels: Array | None = None, fake_labels: Array | None = None,
                                 penalty: Penalty | None = None, levels: Array | None = None,
                                 out: MLP | None = None) -> PlayerStep:
    """`discriminator_gradient`, with the same arguments and draws; that one itself where a layer is not row by row."""
    discriminator = gan.discriminator
    if not all(isinstance(layer, ROW_BY_ROW) for layer in discriminator.layers):
        return discriminator_gradient(gan, x_real, z, objective, rng, labels, fake_labels, penalty, levels, out,
                                      check=False)

    real_input = discriminator_input(gan, blurred(x_real, levels, rng), labels)
    x_fake, generator_cache = _mlp_forward(gan.generator, with_labels(z, fake_labels, gan.n_classes), rng)
    fake_input = discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)
    s, cache = _mlp_forward(discriminator, np.concatenate([real_input, fake_input]))
    s_real, s_fake = s[: len(real_input)], s[len(real_input) :]

    loss, ds_real, ds_fake = objective.discriminator_loss(s_real, s_fake)
    _, gradient = _mlp_backward(discriminator, cache, np.concatenate([ds_real, ds_fake]), out, need_dx=False)

    penalty_value = 0.0
    if penalty is not None:
        penalty_value, from_penalty = penalty(discriminator, real_input, fake_input, rng, levels)
        add_to(gradient, from_penalty)
    return PlayerStep(loss + penalty_value, gradient, s_real, s_fake, x_fake, generator_cache, penalty_value)
