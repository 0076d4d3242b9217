"""What a GAN's run looks like from outside, and what goes wrong in it: collapse, a saturated generator, divergence.

A GAN's two losses say little of how good the samples are, since each is measured against a player that moves too.
So a run is measured on the same few cases, latents and directions all along, drawn once (a Monitor):

    accuracy       the fraction of real cases, and of the generator's, that the discriminator classifies right
    slope          the mean of |∂L_G/∂s| over the generator's cases, N times: 0 where its loss is flat
    spread         √(Σ_d Var x_d) of samples over that of data: 0 for a generator with a single case to show
    distance       the sliced Wasserstein distance of samples and data, over √(Σ_d Var x_d / D) of the data

Spread is blind to modes lost among many far apart; coverage.py counts those where they are known.

N cases    D numbers a case    L latents    s logits    M directions
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import invalid, shown
from ..foundation.guards import diverged
from ..foundation.progress import History
from ..foundation.records import Record
from ..foundation.types import Array
from ..neural.mlp import MLP, _mlp_forward, why_too_far
from .coverage import squared_wasserstein
from .gan import GAN, discriminator_input, with_labels

DIAGNOSED = ("accuracy_real", "accuracy_fake", "slope", "spread", "distance")
LATEST = 5  # a sentence is said of what has held in so many entries in a row
COLLAPSED_SPREAD = 0.1  # of the data's; the ring's single modes have .014, the grid's .018
SURE = 0.99  # accuracy
FLAT = 0.02  # slope; the non-saturating one is about 1/2 in balance and 1 where the generator loses
FAR = 3.0  # standard deviations of the data
VERY_FAR = 10.0  # so that one entry is enough


@dataclass(frozen=True, eq=False, repr=False)
class Monitor(Record):
    """What a run is measured on."""

    x: Array  # (N, D) cases of the data, N a multiple of the batch size
    z: Array  # (N, L)
    labels: Array | None  # (N,) of x; those asked of the generator too
    directions: Array  # (M, D) unit vectors
    batch_size: int


def observe(gan: GAN, generator: MLP, monitor: Monitor, objective: Any) -> dict:
    """What the history keeps of the players, a dict of numbers; see the module. No dropout, running statistics.

    generator is the one that training gives back, whose samples are measured; the discriminator is held against
    the generator that it plays with.
    """
    x_fake, samples = draw_samples(gan.generator, gan, monitor), draw_samples(generator, gan, monitor)
    s_real, s_fake = _logits(gan, monitor.x, monitor), _logits(gan, x_fake, monitor)
    loss, _, _ = objective.discriminator_loss(s_real, s_fake)
    generator_loss, ds_fake = objective.generator_loss(s_fake)
    boundary = objective.boundary
    if boundary is None:
        boundary = (s_real.mean() + s_fake.mean()) / 2
    return {
        "discriminator_loss": loss,
        "generator_loss": generator_loss,
        "accuracy_real": np.mean(s_real > boundary),
        "accuracy_fake": np.mean(s_fake <= boundary),
        "slope": np.abs(ds_fake).mean() * s_fake.size,
        "spread": total_deviation(samples) / total_deviation(monitor.x),
        "distance": distance(samples, monitor),
    }


def judge(values: dict, start_distance: Callable[[], float], relative_steps: dict, when: str) -> str:
    """What is wrong with a GAN whose entry of the history has these `values`, a sentence; "" for nothing.

    start_distance    a function that gives the distance before the first step
    relative_steps    `relative_step` of the latest turn's first step, by the player's name

    Raises Diverged where the samples are far beyond where any generator starts.
    """
    if values["distance"] > VERY_FAR:
        farthest = VERY_FAR * max(1, start_distance())
        if values["distance"] > 30 * farthest:
            raise diverged(when, f"the samples lie {values['distance']:,.1f} standard deviations from the data")
        if values["distance"] > farthest:
            return _far_sentence(values["distance"])
    for player, step in relative_steps.items():
        if why_too_far(step):
            return f"the {player}: {why_too_far(step)}"
    return ""


def total_deviation(x: Array) -> float:
    """√(Σ_d Var x_d): (N, D) -> a number, how far cases are from their mean."""
    return np.sqrt(x.var(axis=0, dtype=np.float64).sum())


def distance(samples: Array, monitor: Monitor) -> float:
    """The sliced Wasserstein distance of samples (N, D) from the monitored cases, in standard deviations of these."""
    squares = squared_wasserstein(monitor.directions @ samples.T, monitor.directions @ monitor.x.T)
    return np.sqrt(squares.mean() * monitor.x.shape[1]) / total_deviation(monitor.x)


def diagnose_gan(history: History) -> str:
    """What has been wrong at the latest five entries of a GAN's `history`, a sentence with what to try; else ""

    Meant for the second half of a run: a generator that has just started has not spread yet. Raises InvalidInput.
    """
    if not isinstance(history, History) or not set(DIAGNOSED) <= set(history.series):
        raise invalid("history", "the History of train_gan", shown(history))
    if len(history["spread"]) < LATEST:
        return ""
    latest = {name: values[-LATEST:] for name, values in history.series.items()}
    if min(latest["distance"]) > FAR:
        return _far_sentence(latest["distance"][-1])
    if max(latest.get("generator_gradient", [1])) == 0:
        return "the generator does not learn: its gradient is 0; try a smaller rate, or leaky units in both players"
    is_sure = min(latest["accuracy_real"]) > SURE and min(latest["accuracy_fake"]) > SURE
    if is_sure and max(latest["slope"]) < FLAT:
        return (f"the generator is saturated: the discriminator is sure of every case and the generator's loss is flat "
                f"there (slope {latest['slope'][-1]:.2g}); try the non-saturating objective, or a discriminator that "
                "learns more slowly")
    if max(latest["spread"]) < COLLAPSED_SPREAD:
        return (f"the generator has collapsed: its samples spread {latest['spread'][-1]:.2g} times as far as the data; "
                "try packing or minibatch discrimination, R1, or a smaller rate for the generator")
    return ""


def _far_sentence(distance):
    return (f"the run has diverged: its samples lie {distance:,.1f} standard deviations from the data; try a smaller "
            "rate, a penalty on the discriminator's slope, or data of about unit variance")


def draw_samples(generator: MLP, gan: GAN, monitor: Monitor) -> Array:
    """The samples (N, D) that a generator makes of the monitored latents."""
    x, _ = _mlp_forward(generator, with_labels(monitor.z, monitor.labels, gan.n_classes), training=False)
    return x


def _logits(gan, x, monitor):
    """The discriminator's logits of cases x (N, D), a batch at a time, as minibatch discrimination has to be run."""
    logits = []
    for start in range(0, len(x), monitor.batch_size):
        rows = slice(start, start + monitor.batch_size)
        labels = None if monitor.labels is None else monitor.labels[rows]
        s, _ = _mlp_forward(gan.discriminator, discriminator_input(gan, x[rows], labels), training=False)
        logits.append(s)
    return np.concatenate(logits)
