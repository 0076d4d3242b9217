"""When a run should not go on: it has diverged, or it no longer gets better."""
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .checks import LARGEST
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
    """Raise Diverged where a trainable array of `model` or one of the named losses is not finite, or beyond all use.

    when      where the run stands, such as "epoch 3"
    """
    for name, array in leaves(model):
        entries = array.ravel()
        if not np.vdot(entries, entries) <= LARGEST**2:  # which NaN is not, either
            is_finite = np.all(np.isfinite(array))
            raise diverged(when, f"{name} has grown beyond {LARGEST:g}" if is_finite else f"{name} is no longer finite")
    check_finite_values(losses, when)


def check_finite_values(values: dict, when: str) -> None:
    """Raise Diverged where one of the named numbers is not finite."""
    for name, value in values.items():
        if not math.isfinite(value):
            raise diverged(when, f"{name} is no longer finite")


def diverged(when: str, what: str) -> Diverged:
    """The Diverged that says what has become of the run, and what to try; to be raised."""
    return Diverged(f"training stopped in {when}: {what}; a smaller learning rate usually helps")


def judge_likelihood(at_most: float, baseline: float, start: Callable[[], float], n_units: int, when: str) -> str:
    """What is wrong with a model that gives its cases a mean log p of at most `at_most`, a sentence; "" for nothing.

    Something is where units that are independent of one another are better by a tenth of a nat a unit, and the model
    that training started from was, too. Raises Diverged where they are better by more than a nat a unit, and twice as
    good.

    baseline    mean log p of the cases under independent units with the means of the data
    start       a function that gives what `at_most` was at the start
    n_units     how many visible units there are
    """
    what = (f"log p of its cases is at most {at_most:,.1f} nats on average, and {baseline:,.1f} with independent units "
            "of the same means")
    worse_by = baseline - at_most
    if worse_by > 0.1 * n_units:
        worse_by = min(baseline, start()) - at_most
    if worse_by > max(n_units, abs(baseline)):
        raise diverged(when, what)
    return f"{what}; try a smaller learning rate" if worse_by > 0.1 * n_units else ""


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
