"""The losses that the two players of a GAN descend, each with its gradient on the discriminator's logits.

The discriminator gives every case a logit s, high for what looks real. It is run on real cases and on the
generator's, the fake ones:

    discriminator_loss(s_real, s_fake) -> (loss, ds_real, ds_fake)        ds = ∂loss/∂s
    generator_loss(s_fake)             -> (loss, ds_fake)

Losses are descended, by both players, each by its own. Every mean is over its own number of cases. `boundary` is
the logit above which a case is called real; None where only differences of logits have a meaning.

s_real (N, 1), s_fake (M, 1) logits    p = σ(s) the probability of being real    softplus(s) = log(1 + exp(s))

Goodfellow et al. 2014 (saturating and non-saturating); Salimans et al. 2016 (one-sided label smoothing); Mao et
al. 2017 (least squares); Arjovsky, Chintala and Bottou 2017 (Wasserstein); Lim and Ye 2017 (hinge).
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import FLOATS, check_floats, check_number, invalid, shown
from ..foundation.numerics import sigmoid, softplus
from ..foundation.types import Array


@dataclass(frozen=True)
class NonSaturating:
    """The discriminator tells real from fake by cross-entropy; the generator has its cases called real.

        discriminator   mean of CE(s_real, real_label) + mean of CE(s_fake, fake_label)
        generator       mean of softplus(-s_fake) = -mean log p_fake

    CE(s, t) = softplus(s) - t s, with the derivative p - t, is the cross-entropy of a logit with the target t:
    -log p for t = 1 and -log(1 - p) for t = 0.
    Labels 1 and 0 are the plain game. One-sided smoothing is real_label = 0.9; two-sided has fake_label > 0 too.
    Raises InvalidInput.
    """

    real_label: float = 1.0
    fake_label: float = 0.0

    boundary = 0.0

    def __post_init__(self) -> None:
        check_number("real_label", self.real_label, 0, 1)
        check_number("fake_label", self.fake_label, 0, 1)
        if self.fake_label >= self.real_label:
            raise invalid("fake_label", f"a number below real_label, {self.real_label}", self.fake_label)

    def discriminator_loss(self, s_real: Array, s_fake: Array) -> tuple[float, Array, Array]:
        """(loss, ds_real, ds_fake); see the class."""
        s_real, s_fake = as_logits("s_real", s_real), as_logits("s_fake", s_fake)
        loss_real, ds_real = cross_entropy(s_real, self.real_label)
        loss_fake, ds_fake = cross_entropy(s_fake, self.fake_label)
        return loss_real + loss_fake, ds_real, ds_fake

    def generator_loss(self, s_fake: Array) -> tuple[float, Array]:
        """(loss, ds_fake): mean softplus(-s_fake), whose derivative p - 1 is large where a fake is recognised."""
        s_fake = as_logits("s_fake", s_fake)
        return cross_entropy(s_fake, 1.0)


class Saturating(NonSaturating):
    """The minimax game: the generator descends what the discriminator climbs.

        generator       mean log(1 - p_fake) = -mean of softplus(s_fake)

    With labels 1 and 0, minus the discriminator's loss is the value V of the game. The generator's derivative -p
    vanishes where the discriminator is sure of a fake: it saturates.
    """

    def generator_loss(self, s_fake: Array) -> tuple[float, Array]:
        """(loss, ds_fake): -mean softplus(s_fake), whose derivative is -p."""
        s_fake = as_logits("s_fake", s_fake)
        return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size


@dataclass(frozen=True)
class LeastSquares:
    """Targets 1 for real and 0 for fake, with squared error on the logit; the generator's target is 1.

        discriminator   ½ mean (s_real - 1)² + ½ mean s_fake²
        generator       ½ mean (s_fake - 1)²
    """

    boundary = 0.5

    def discriminator_loss(self, s_real: Array, s_fake: Array) -> tuple[float, Array, Array]:
        """(loss, ds_real, ds_fake); see the class."""
        s_real, s_fake = as_logits("s_real", s_real), as_logits("s_fake", s_fake)
        off_real = s_real - 1
        loss = 0.5 * _mean(off_real**2) + 0.5 * _mean(s_fake**2)
        return loss, off_real / s_real.size, s_fake / s_fake.size

    def generator_loss(self, s_fake: Array) -> tuple[float, Array]:
        """(loss, ds_fake); see the class."""
        s_fake = as_logits("s_fake", s_fake)
        off = s_fake - 1
        return 0.5 * _mean(off**2), off / s_fake.size


@dataclass(frozen=True)
class Wasserstein:
    """The discriminator, here called a critic, separates the means; its gradient must be bounded (see penalties.py).

        discriminator   mean s_fake - mean s_real
        generator       -mean s_fake
    """

    boundary = None

    def discriminator_loss(self, s_real: Array, s_fake: Array) -> tuple[float, Array, Array]:
        """(loss, ds_real, ds_fake); see the class."""
        s_real, s_fake = as_logits("s_real", s_real), as_logits("s_fake", s_fake)
        loss = _mean(s_fake) - _mean(s_real)
        return loss, np.full_like(s_real, -1 / s_real.size), np.full_like(s_fake, 1 / s_fake.size)

    def generator_loss(self, s_fake: Array) -> tuple[float, Array]:
        """(loss, ds_fake); see the class."""
        s_fake = as_logits("s_fake", s_fake)
        return -_mean(s_fake), np.full_like(s_fake, -1 / s_fake.size)


@dataclass(frozen=True)
class Hinge:
    """Logits beyond 1 on the right side are good enough.

        discriminator   mean max(0, 1 - s_real) + mean max(0, 1 + s_fake)
        generator       -mean s_fake
    """

    boundary = 0.0

    def discriminator_loss(self, s_real: Array, s_fake: Array) -> tuple[float, Array, Array]:
        """(loss, ds_real, ds_fake); see the class."""
        s_real, s_fake = as_logits("s_real", s_real), as_logits("s_fake", s_fake)
        loss = _mean(np.maximum(1 - s_real, 0)) + _mean(np.maximum(1 + s_fake, 0))
        ds_real = (s_real < 1).astype(s_real.dtype) / -s_real.size
        ds_fake = (s_fake > -1).astype(s_fake.dtype) / s_fake.size
        return loss, ds_real, ds_fake

    def generator_loss(self, s_fake: Array) -> tuple[float, Array]:
        """(loss, ds_fake); see the class."""
        s_fake = as_logits("s_fake", s_fake)
        return -_mean(s_fake), np.full_like(s_fake, -1 / s_fake.size)


OBJECTIVES = {
    "non-saturating": NonSaturating(),
    "saturating": Saturating(),
    "least-squares": LeastSquares(),
    "wasserstein": Wasserstein(),
    "hinge": Hinge(),
}
Objective = NonSaturating | LeastSquares | Wasserstein | Hinge  # for signatures; a Saturating is a NonSaturating


def check_objective(name: str, objective: Any) -> None:
    """InvalidInput unless `objective` is an instance with both players' losses and a boundary."""
    parts = ("discriminator_loss", "generator_loss", "boundary")
    if not all(hasattr(objective, part) for part in parts) or isinstance(objective, type):
        raise invalid(name, "an objective such as NonSaturating()", shown(objective))


def as_logits(name: str, s: Any) -> Array:
    """`s` as an array of floats; arrays of floats as they are, with NaN where a run has come to it."""
    if isinstance(s, np.ndarray) and s.dtype in FLOATS:
        return s
    return check_floats(name, s, ndim=(1, 2))


def cross_entropy(s: Array, target: float) -> tuple[float, Array]:
    """`(loss, ds)`: the mean of softplus(s) - target · s over the logits s, and (σ(s) - target) / their number."""
    loss = _mean(softplus(s) - target * s)
    return loss, (sigmoid(s) - target) / s.size


def _mean(values):
    return float(values.sum(dtype=np.float64) / values.size)
