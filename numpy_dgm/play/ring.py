"""The two players of a GAN on the ring of eight Gaussians, to be moved a step at a time.

    D's step   φ ← φ - α ∂L_D/∂φ        with R1, the penalty (weight/2) mean |∂s/∂x|² at real cases, in L_D
    G's step   θ ← θ - α ∂L_G/∂θ        L_G = mean softplus(-s), the non-saturating loss, D where it is

Each is the step of `train_gan`'s own trainer, by the gradients of gan.py, with Adam. What G's step does to the samples
can be seen: it moves them, as far as G can, down the slope of L_G at each of them,

    push = -N ∂L_G/∂x = σ(-s) ∂s/∂x        s = D(x), a logit        x (N, 2) samples of G

N samples    x (N, 2)    z (N, 2) latents    φ, θ the parameters of D and of G    α the rate
"""
from collections import deque
from dataclasses import replace

import numpy as np

from ..adversarial.gan import make_gan
from ..adversarial.gan_training import GANSettings, GANTrainer, open_source
from ..adversarial.penalties import R1
from ..data.mixtures import draw_mixture, ring_of_gaussians, to_unit_spread
from ..foundation.checks import check_generator, check_number
from ..foundation.numerics import sigmoid
from ..foundation.optimizers import Adam
from ..foundation.types import Array, Generator
from ..neural.mlp import _mlp_backward, _mlp_forward, init_mlp

BATCH_SIZE = 128
WIDTHS = (32, 32)  # of the hidden layers of either player
RATE, WEIGHT = 0.004, 0.1  # with which they find all eight modes in 900 steps each, from eight seeds of eight
SHOWN = 200  # samples, and real cases, that are followed
REMEMBERED = 1500  # the latest losses of either player


class RingGame:
    """Generator and discriminator on the ring, and the samples that are followed: those of the same latents throughout.

    Draws at the start: the real cases and the latents that are followed, then what `begin` draws.
    """

    def __init__(self, rng: Generator):
        self.rng = check_generator("rng", rng)
        self.ring = to_unit_spread(ring_of_gaussians())
        self.rate, self.weight = RATE, WEIGHT
        self.real = draw_mixture(self.ring, SHOWN, rng)
        self.z = rng.standard_normal((SHOWN, 2), dtype=np.float32)
        self.begin()

    def begin(self) -> None:
        """Two new players. Draws the weights of G, then of D, then what a GANTrainer draws at its start."""
        generator = init_mlp([2, *WIDTHS, 2], self.rng, hidden="tanh")
        discriminator = init_mlp([2, *WIDTHS, 1], self.rng)
        gan = make_gan(generator, discriminator)
        settings = GANSettings(steps=1, batch_size=BATCH_SIZE, optimizer=Adam(0.5, 0.99))
        self.trainer = GANTrainer(gan, open_source(gan, self.ring, None), settings, self.rng)
        self.set_rate(self.rate)
        self.set_weight(self.weight)
        self.discriminator_losses: deque[float] = deque(maxlen=REMEMBERED)
        self.generator_losses: deque[float] = deque(maxlen=REMEMBERED)
        self.discriminator_steps = self.generator_steps = 0

    def set_rate(self, rate: float) -> None:
        """Go on with this learning rate of both players, > 0. Raises InvalidInput."""
        self.rate = check_number("rate", rate, 0, np.inf, open_low=True)
        self.trainer.rate = self.trainer.discriminator_rate = self.rate

    def set_weight(self, weight: float) -> None:
        """Go on with this weight of R1, >= 0. Raises InvalidInput."""
        penalty = R1(weight)
        self.weight = weight
        self.trainer.settings = replace(self.trainer.settings, penalty=penalty)

    def step_discriminator(self) -> None:
        """One step of D, down L_D; G stays. Draws what the trainer's step does: real cases, then latents."""
        step = self.trainer.discriminator_step(self.rng)
        self.trainer.move_discriminator()
        self.discriminator_steps += 1
        self.discriminator_losses.append(step.loss)

    def step_generator(self) -> None:
        """One step of G, down L_G; D stays. Draws latents."""
        step = self.trainer.generator_step(self.rng)
        self.trainer.move_generator(step)
        self.generator_steps += 1
        self.generator_losses.append(step.loss)

    def step(self) -> None:
        """One step of each, D first, as `train_gan` makes them."""
        self.step_discriminator()
        self.step_generator()

    def samples(self) -> Array:
        """G(z) of the latents that are followed: (SHOWN, 2)."""
        x, _ = _mlp_forward(self.trainer.model.generator, self.z)
        return x

    def push(self, x: Array) -> Array:
        """-N ∂L_G/∂x at samples x (N, 2): which way, and how strongly, G's step pushes each of them: (N, 2)."""
        s, cache = _mlp_forward(self.trainer.model.discriminator, x)
        _, ds = self.trainer.settings.objective.generator_loss(s)
        dx, _ = _mlp_backward(self.trainer.model.discriminator, cache, ds, need_gradient=False)
        return -len(x) * dx

    def surface(self, x: Array) -> Array:
        """σ(D(x)), the probability that D gives each point x (N, 2) of being real: (N,)."""
        s, _ = _mlp_forward(self.trainer.model.discriminator, x)
        return sigmoid(s)[:, 0]

    def modes_found(self) -> int:
        """How many of the eight modes have a sample, of those followed, within a quarter of the data's spread."""
        distance = np.linalg.norm(self.samples()[:, None] - self.ring.centres, axis=2)  # (SHOWN, 8)
        return int((distance.min(axis=0) < 0.25).sum())
