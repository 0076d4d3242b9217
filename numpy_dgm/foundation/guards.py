"""When a run should not go on: it has diverged, or it no longer gets better."""
from dataclasses import dataclass

import numpy as np

from .records import Record, leaves
from .types import Array


class Diverged(FloatingPointError):
    """A parameter or a loss is no longer finite. `model` is the last good one, or None where there is none."""

    def __init__(self, message: str, model: Record | None = None):
        super().__init__(message)
        self.model = model


class TrainingWarning(UserWarning):
    """A run goes on, but something is wrong with it; the message says what, and what to try."""


def check_finite(model: Record, when: str, **losses: float) -> None:
    """Raise Diverged where a trainable array of `model` or one of the named losses is not finite.

    when      where the run stands, such as "epoch 3"
    """
    for name, value in [*leaves(model), *losses.items()]:
        if not np.all(np.isfinite(np.asarray(value))):
            raise Diverged(f"training stopped in {when}: {name} is no longer finite; "
                           "a smaller learning rate usually helps")


@dataclass(eq=False)
class EarlyStopping:
    """Remembers the best model, and for how many turns none was better.

    Where two are as good as each other, the later one is kept: it has learnt longer.
    """

    patience: int  # turns without a better score after which the run is over
    best_model: Record
    best_score: float = -np.inf
    turns_without: int = 0

    def update(self, score: float, model: Record) -> None:
        """Take in this turn's `score` (higher is better) and the model that has it, whose arrays are its own."""
        if score >= self.best_score:
            self.best_score, self.best_model, self.turns_without = float(score), model, 0
        else:
            self.turns_without += 1

    def is_over(self) -> bool:
        """Whether `patience` turns have brought no better score."""
        return self.turns_without >= self.patience


def standard_error_of_difference(x: Array, y: Array) -> float:
    """Of mean(x) - mean(y), for independent entries x (N,) and y (M,): √(var x / N + var y / M)."""
    return float(np.sqrt(x.var() / len(x) + y.var() / len(y)))


def likelihood_or_gap(values: dict, gap_error: float) -> float:
    """The held-out log-likelihood among `values`, or where it is out of reach the `gap_score` of the free energies."""
    if "validation_log_likelihood" in values:
        return values["validation_log_likelihood"]
    return gap_score(values["validation_free_energy"] - values["free_energy"], gap_error)


def gap_score(gap: float, error: float) -> float:
    """What early stopping watches where log Z is out of reach: -max(gap - 3 error, 0), which is 0 until it overfits.

    gap      mean log-likelihood of training cases less that of held-out ones, in nats
    error    its standard error: two sets of cases differ by so much without any overfitting
    """
    return -max(gap - 3 * error, 0.0)
