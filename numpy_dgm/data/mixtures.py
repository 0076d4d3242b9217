"""Gaussians in the plane, on a ring and on a grid: data whose modes are known, so that lost ones can be counted.

    p(x) = (1/K) Σₖ N(x; centreₖ, σ² I)

Drawn as it reads: a mode, each as likely as another, then its centre plus noise of standard deviation σ. The
modes are narrow and far apart, which is what makes a generator lose some of them.

N cases    D numbers a case, 2 for ring and grid    K modes    x (N, D)    centres (K, D)

Ring and grid with these numbers: Lin, Khetan, Fanti, Oh 2018, PacGAN: The power of two samples in generative
adversarial networks.
"""
import math
from dataclasses import dataclass

import numpy as np

from ..foundation.checks import check_array, check_number, invalid
from ..foundation.records import Record
from ..foundation.types import Array, Generator


@dataclass(frozen=True, eq=False, repr=False)
class MixtureOfGaussians(Record):
    """K round Gaussians, each with the weight 1/K. Raises InvalidInput."""

    centres: Array  # (K, D) floats; what is drawn has their dtype
    sigma: float  # standard deviation of each, along every axis

    def __post_init__(self):
        centres = check_array("centres", self.centres)
        if self.centres is not centres or centres.dtype not in (np.float32, np.float64):
            raise invalid("centres", "an array of float32 or float64",
                          f"{type(self.centres).__name__} of {centres.dtype}")
        check_number("sigma", self.sigma, 0, np.inf, open_low=True)


def ring_of_gaussians() -> MixtureOfGaussians:
    """8 modes on the unit circle, the first at (1, 0), σ = .01: neighbours are 77 σ apart."""
    angles = 2 * np.pi * np.arange(8) / 8
    return MixtureOfGaussians(np.stack([np.cos(angles), np.sin(angles)], axis=1), sigma=0.01)


def grid_of_gaussians() -> MixtureOfGaussians:
    """25 modes at {-4, -2, 0, 2, 4}², σ = .05: neighbours are 40 σ apart."""
    ticks = np.linspace(-4, 4, 5)
    first, second = np.meshgrid(ticks, ticks, indexing="ij")
    return MixtureOfGaussians(np.stack([first.ravel(), second.ravel()], axis=1), sigma=0.05)


def to_unit_spread(mixture: MixtureOfGaussians) -> MixtureOfGaussians:
    """The mixture divided by its standard deviation per axis, √(Σ_d Var x_d / D): a scale that a network learns well.

        Σ_d Var x_d / D = Σₖ |centreₖ - their mean|² / K D + σ²
    """
    centres = mixture.centres
    spread = math.sqrt(np.square(centres - centres.mean(axis=0)).mean() + mixture.sigma**2)
    return MixtureOfGaussians(centres / spread, mixture.sigma / spread)


def draw_mixture(mixture: MixtureOfGaussians, n: int, rng: Generator) -> Array:
    """n independent draws: (n, D), in the dtype of the centres. A training loop takes a fresh minibatch with each call.

    Draws, in this order: the n modes, then the noise of all.
    """
    K, D = mixture.centres.shape
    modes = rng.integers(K, size=n)
    noise = rng.standard_normal((n, D), dtype=mixture.centres.dtype)
    return mixture.centres[modes] + float(mixture.sigma) * noise
