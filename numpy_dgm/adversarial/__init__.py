"""Generative adversarial networks: a generator and a discriminator, each with a gradient by hand.

    objectives.py    the loss that either player descends, on the discriminator's logits
    penalties.py     R1 and the gradient penalty, by backprop through backprop; clipping; spectral norm
    noise.py         instance noise: blurs the discriminator's input
    gan.py           the two networks as one record, and each player's gradient
    fused.py         the discriminator's gradient in one pass, for long runs
    coverage.py      which modes the samples reach, and distances between samples and data
    diagnosis.py     what is recorded of a run, and what is wrong with it
    gan_training.py  training: steps, rates, averages, checkpoints; the table of what goes with what

Losses are descended throughout this subpackage.
"""
from .coverage import evaluate_coverage, mmd, precision_and_recall, sliced_wasserstein
from .diagnosis import diagnose_gan
from .gan import GAN, discriminator_gradient, draw_latents, generate, generator_gradient, make_gan
from ..foundation.guards import TrainingWarning
from .gan_training import train_gan
from .noise import InstanceNoise
from .objectives import Hinge, LeastSquares, NonSaturating, Saturating, Wasserstein
from .penalties import R1, GradientPenalty

__all__ = [
    "GAN", "R1", "GradientPenalty", "Hinge", "InstanceNoise", "LeastSquares", "NonSaturating", "Saturating",
    "TrainingWarning", "Wasserstein", "diagnose_gan", "discriminator_gradient", "draw_latents", "evaluate_coverage",
    "generate", "generator_gradient", "make_gan", "mmd", "precision_and_recall", "sliced_wasserstein", "train_gan",
]
