"""Training an autoencoder: `train_autoencoder` descends the loss of its reconstructions, a minibatch a step.

    θ ← (1 - α d) θ - α ∂L/∂θ          θ all parameters in one vector, L the mean loss of a batch, α the learning
                                       rate, d the weight decay, apart from the gradient

N cases    D numbers a case    K numbers a code

Loshchilov and Hutter 2019 (weight decay apart from Adam's gradient).
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.batches import case_blocks, check_cases, mean_of_cases
from ..foundation.checks import check_array, check_generator
from ..foundation.guards import diverged
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import MONITORED_CASES, Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .autoencoder import (
    LOSSES,
    Autoencoder,
    _autoencoder_gradient,
    _errors,
    _loss,
    check_autoencoder,
    check_loss,
    value_range,
)
from .mlp import LAYERS, MLP, _mlp_forward, n_inputs, relative_step, usual_norm, why_too_far


@dataclass(frozen=True, kw_only=True)
class AutoencoderSettings(Settings):
    """What `train_autoencoder` can be told."""

    epochs: int = setting(help="passes over the data")
    batch_size: int = setting(50, "cases a step")
    rate: float = setting(0.002, "learning rate at the start", above=0)
    schedule: str = setting("linear", "how the rate falls", choices=SCHEDULES)
    optimizer: str = setting("adam", "what makes a step of a gradient", choices=tuple(OPTIMIZERS))
    loss: str = setting("cross_entropy", "what is descended", choices=LOSSES)
    weight_decay: float = setting(0.0, "d: before each step the parameters shrink by the factor 1 - rate * d", most=1)
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.999",
                             above=0, below=1)
    validation: float = setting(0.0, "fraction of the cases to hold out and report on", below=1)
    patience: int = setting(None, "stop after so many epochs without a better held-out loss, and give back the best")


def train_autoencoder(autoencoder: Autoencoder, data: Any, *, rng: Generator, checkpoint: Any = None,
                      metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
                      **settings: Any) -> tuple[Autoencoder, History]:
    """Descend the loss of the reconstructions of `data`: `(autoencoder, history)`. The one passed in stays as it was.

    data (N, D)       an array, memory map or what `open_data` gives: anything that row numbers index; in [0, 1] for
                      the cross-entropy
    rng               all that is drawn comes from it: the split (if a fraction is held out), then for each epoch the
                      order of the cases
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the autoencoder as it would be given back, and the history
    progress          say on standard error how far it is

    The history has, an epoch: epoch, seconds (so far), rate, and loss and squared_error (summed over the numbers of a
    case) of up to 200 training cases; with a validation fraction also validation_loss and validation_squared_error.
    Early stopping watches validation_loss. Raises InvalidInput, and Diverged with the last good autoencoder.
    """
    options = make_settings(AutoencoderSettings, settings)
    check_generator("rng", rng)
    check_autoencoder(autoencoder)
    check_loss(autoencoder, options.loss)
    data = check_cases("data", data, n_inputs(autoencoder.encoder), value_check(options.loss))
    trainer = AutoencoderTrainer(autoencoder, data, options, rng, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


class AutoencoderTrainer(Trainer):
    """A turn is an epoch. Draws at the start: the split, if a fraction is held out."""

    kind = "autoencoder"
    saved = ("optimizer",)
    records = (Autoencoder, MLP, *LAYERS, *OPTIMIZERS.values())
    headline = ("loss", "squared_error", "validation_loss", "validation_squared_error")

    def __init__(self, autoencoder: Autoencoder, data: Any, settings: AutoencoderSettings, rng: Generator,
                 metadata: dict | None = None):
        super().__init__(autoencoder, settings, data, settings.epochs, metadata)
        self.optimizer = OPTIMIZERS[settings.optimizer]()
        self.optimizer.start(self.vector)
        self.split(rng)
        self.trouble = ""  # what is wrong with the latest model
        self.relative_step = 0.0  # of the first step of the latest epoch
        self.usual_norm = float(np.hypot(usual_norm(autoencoder.encoder), usual_norm(autoencoder.decoder)))
        monitored = self.monitored()
        mean = mean_of_cases(data, self.train_rows)
        self.limit = max(np.square(monitored - mean).sum(axis=1).mean(),
                         _errors(autoencoder, data, self.train_rows[:MONITORED_CASES]).mean())

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch."""
        start = self.vector.copy()
        for i, rows in enumerate(self.epoch_of_minibatches(rng)):
            v = np.asarray(self.data[rows], dtype=self.vector.dtype)
            _, gradient = _autoencoder_gradient(self.model, v, self.settings.loss)
            if self.settings.weight_decay > 0:  # apart from the gradient, whose size Adam does not heed
                self.vector *= 1 - self.rate * self.settings.weight_decay
            self.optimizer.step(self.vector, flatten(gradient), -self.rate)
            if i == 0:
                self.relative_step = relative_step(start, self.vector, self.usual_norm)
            if self.average is not None:
                self.average.update(self.vector)
        self.done += 1

    def observe(self, autoencoder: Autoencoder) -> dict:
        """See `train_autoencoder`."""
        rows = self.train_rows[:MONITORED_CASES]
        values = {"rate": self.rate, "loss": self.mean_loss(autoencoder, rows),
                  "squared_error": float(_errors(autoencoder, self.data, rows).mean())}
        self.trouble = self.judge(values["squared_error"])
        rows = self.validation_rows
        if len(rows) > 0:
            values["validation_loss"] = self.mean_loss(autoencoder, rows)
            values["validation_squared_error"] = float(_errors(autoencoder, self.data, rows).mean())
        return values

    def monitored(self) -> Array:
        """The cases that the history measures, (n, D) in float64."""
        return np.asarray(self.data[self.train_rows[:MONITORED_CASES]], dtype=np.float64)

    def mean_loss(self, autoencoder: Autoencoder, rows: Array) -> float:
        """The loss, a mean over the cases `rows` (n,)."""
        total = 0.0
        for v in case_blocks(self.data, rows, self.vector.dtype):
            code, _ = _mlp_forward(autoencoder.encoder, v, training=False)
            x, _ = _mlp_forward(autoencoder.decoder, code, training=False)
            loss, _ = _loss(autoencoder, x, v, self.settings.loss)
            total += loss * len(v)
        return total / len(rows)

    def judge(self, error: float) -> str:
        """What is wrong with an autoencoder of that squared error, a sentence; "" for nothing.

        Raises Diverged where it is ten times that of the mean case, and of the model that training started from.
        """
        what = f"the squared error is {error:,.3g} a case, and {self.limit:,.3g} with the mean case or at the start"
        if error > 10 * self.limit:
            raise diverged(f"epoch {self.done}", what)
        return f"{what}; try a smaller learning rate" if error > 1.05 * self.limit else why_too_far(self.relative_step)

    def diagnose(self) -> str:
        """That the latest model is worse than the mean case, or that steps go too far."""
        return self.trouble

    def score(self, values: dict) -> float:
        """The held-out loss, negated."""
        return -values["validation_loss"]


def value_check(loss: str) -> Callable:
    """The check of a block of cases for `check_cases`: what numbers they may hold, for that loss."""
    low, high = value_range(loss)

    def check(name, block, width):
        return check_array(name, block, width=width, low=low, high=high)

    return check


document_settings(train_autoencoder, AutoencoderSettings)
