"""Optimizers, schedules and a moving average, each written once, on the packed vector.

θ (P,) the vector of parameters    g (P,) a direction    α the rate    t steps taken so far

A step goes along g when the rate is positive and against it when it is negative: the energy models
climb the log-likelihood with +α, the networks descend a loss with -α. The step is the one place where
the package writes in place: into the vector that the training loop owns.
"""
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .checks import check_number, invalid
from .types import Array


@dataclass(eq=False)
class SGD:
    """θ ← θ + α g (Robbins and Monro 1951)."""

    linear = True  # a step of rate α along g is a step of rate 1 along α g

    def start(self, vector: Array) -> None:
        """Nothing to make ready."""

    def step(self, vector: Array, direction: Array, rate: float) -> None:
        """Move `vector` (P,) in place along `direction` (P,)."""
        vector += direction if rate == 1 else rate * direction


@dataclass(eq=False)
class Momentum:
    """m ← μ m + α g,  θ ← θ + m  (Polyak 1964; in this form Hinton 2010).

    Along a direction that stays the same, steps grow to α / (1 - μ) times g.
    """

    momentum: float = 0.9
    velocity: Any = None  # (P,) m, zero at the start

    linear = True

    def __post_init__(self) -> None:
        check_number("momentum", self.momentum, 0, 1)

    def start(self, vector: Array) -> None:
        """Make ready for steps of `vector` (P,): velocity 0."""
        self.velocity = np.zeros_like(vector)

    def step(self, vector: Array, direction: Array, rate: float) -> None:
        """Move `vector` (P,) in place along the running `velocity`."""
        if self.velocity is None:
            self.start(vector)
        self.velocity *= self.momentum
        self.velocity += direction if rate == 1 else rate * direction
        vector += self.velocity


@dataclass(eq=False)
class RMSProp:
    """s ← d s + (1 - d) g²,  θ ← θ + α g / (√s + ε)  (Tieleman and Hinton 2012).

    s starts at zero and is not corrected for it, so that the first steps are of size α / √(1 - d).
    """

    decay: float = 0.9
    epsilon: float = 1e-8
    square: Any = None  # (P,) s

    linear = False  # the size of g cancels

    def __post_init__(self) -> None:
        check_number("decay", self.decay, 0, 1, open_high=True)
        check_number("epsilon", self.epsilon, 0, 1, open_low=True)

    def start(self, vector: Array) -> None:
        """Make ready for steps of `vector` (P,): s = 0."""
        self.square = np.zeros_like(vector)

    def step(self, vector: Array, direction: Array, rate: float) -> None:
        """Move `vector` (P,) in place."""
        if self.square is None:
            self.start(vector)
        self.square *= self.decay
        self.square += (1 - self.decay) * direction**2
        vector += rate * direction / (np.sqrt(self.square) + self.epsilon)


BLOCK = 2**16  # parameters that Adam takes at a time: what it works on then stays in the cache


@dataclass(eq=False)
class Adam:
    """m ← β₁ m + (1 - β₁) g,  s ← β₂ s + (1 - β₂) g²,  θ ← θ + α m̂ / (√ŝ + ε)  (Kingma and Ba 2015).

    m̂ = m / (1 - β₁ᵗ) and ŝ = s / (1 - β₂ᵗ) undo the bias of starting at zero. With c = √(1 - β₂ᵗ), which takes two
    passes over the parameters less and is the same thing,

        α m̂ / (√ŝ + ε) = α c / (1 - β₁ᵗ) · m / (√s + c ε)

    A step goes block by block and works in place: over large vectors it is memory that takes the time.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    steps: int = 0
    mean: Any = None  # (P,) m
    square: Any = None  # (P,) s

    linear = False  # the size of g cancels

    def __post_init__(self) -> None:
        check_number("beta1", self.beta1, 0, 1, open_high=True)
        check_number("beta2", self.beta2, 0, 1, open_high=True)
        check_number("epsilon", self.epsilon, 0, 1, open_low=True)

    def start(self, vector: Array) -> None:
        """Make ready for steps of `vector` (P,): m = s = 0."""
        self.mean, self.square = np.zeros_like(vector), np.zeros_like(vector)

    def step(self, vector: Array, direction: Array, rate: float) -> None:
        """Move `vector` (P,) in place."""
        if self.mean is None:
            self.start(vector)
        self.steps += 1
        c = math.sqrt(1 - self.beta2**self.steps)
        rate *= c / (1 - self.beta1**self.steps)
        for start in range(0, len(vector), BLOCK):
            block = slice(start, start + BLOCK)
            g, m, s = direction[block], self.mean[block], self.square[block]
            change = (1 - self.beta1) * g
            m *= self.beta1
            m += change
            np.square(g, out=change)
            change *= 1 - self.beta2
            s *= self.beta2
            s += change
            np.sqrt(s, out=change)
            change += c * self.epsilon
            np.divide(m, change, out=change)
            change *= rate
            vector[block] += change


@dataclass(eq=False)
class MovingAverage:
    """θ̄ ← d θ̄ + (1 - d) θ, started at the first θ that it sees (Polyak and Juditsky 1992).

    While few steps are taken, d is held to t / (t + 1), so that the average is the plain mean of all
    that it has seen and the start is forgotten soon.
    """

    decay: float = 0.99
    steps: int = 0
    vector: Any = None  # (P,) θ̄

    def start(self, vector: Array) -> None:
        """Make ready for averages of `vector` (P,)."""
        self.vector = np.zeros_like(vector)

    def update(self, vector: Array) -> None:
        """Take `vector` (P,) into the average."""
        if self.vector is None:
            self.start(vector)
        decay = min(self.decay, self.steps / (self.steps + 1))
        self.vector += (1 - decay) * (vector - self.vector)
        self.steps += 1


OPTIMIZERS: dict[str, Any] = {"sgd": SGD, "momentum": Momentum, "rmsprop": RMSProp, "adam": Adam}
SCHEDULES = ("constant", "linear", "cosine")
LAST_THIRD = 0.005  # of the rate, in the last third of the schedule "thirds"


def scheduled_rate(schedule: str, rate: float, progress: float) -> float:
    """The rate when `progress` (0 at the start, 1 at the end) of the run is behind us.

    constant: α        linear: α (1 - progress)        cosine: α (1 + cos(π progress)) / 2

    For the kinds of model that offer them:

    late: α until .7, then linearly to 0: α min(1, (1 - progress) / .3)
    thirds: held at α, then falling by the same factor every step, α .005^(3 progress - 1), then held at .005 α
    """
    if schedule == "constant":
        return rate
    if schedule == "linear":
        return rate * (1 - progress)
    if schedule == "cosine":
        return rate * (1 + math.cos(math.pi * progress)) / 2
    if schedule == "thirds":
        fallen = min(max(3 * progress - 1, 0.0), 1.0)  # 0 in the first third, 1 in the last
        return rate * LAST_THIRD**fallen
    if schedule == "late":
        return rate * min(1.0, (1 - progress) / 0.3)
    raise invalid("schedule", f"one of {', '.join(map(repr, SCHEDULES))}", repr(schedule))
