"""Training a network to tell classes apart: `train_classifier` descends the cross-entropy, a minibatch a step.

    θ ← (1 - α d) θ - α ∂L/∂θ          θ all parameters in one vector, L the mean cross-entropy of a batch
                                       α the learning rate, d the weight decay, apart from the gradient

N cases    D inputs    C classes    s (N, C) logits

Loshchilov and Hutter 2019 (weight decay apart from Adam's gradient).
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.batches import (
    CASES_AT_ONCE,
    as_cases,
    case_blocks,
    check_cases,
    fingerprint_with_labels,
)
from ..foundation.checks import check_array, check_generator, check_numbers, invalid
from ..foundation.guards import diverged
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import MONITORED_CASES, Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .layers import BatchNorm
from .losses import _softmax_cross_entropy, check_class_labels
from .mlp import (
    LAYERS,
    MLP,
    _mlp_backward,
    _mlp_forward,
    _with_running_statistics,
    check_mlp,
    n_inputs,
    n_outputs,
    parameter_dtype,
    relative_step,
    usual_norm,
    why_too_far,
)

SAME = 1e-6  # relative difference of logits that are the same but for rounding


@dataclass(frozen=True, kw_only=True)
class ClassifierSettings(Settings):
    """What `train_classifier` can be told."""

    epochs: int = setting(help="passes over the data")
    batch_size: int = setting(50, "cases a step")
    rate: float = setting(0.003, "learning rate at the start", above=0)
    schedule: str = setting("linear", "how the rate falls", choices=SCHEDULES)
    optimizer: str = setting("adam", "what makes a step of a gradient", choices=tuple(OPTIMIZERS))
    weight_decay: float = setting(0.0, "d: before each step the parameters shrink by the factor 1 - rate * d", most=1)
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.999",
                             above=0, below=1)
    validation: float = setting(0.0, "fraction of the cases to hold out and report on", below=1)
    patience: int = setting(None, "stop after so many epochs without a better held-out log-likelihood of the labels, "
                                  "and give back the best")


def train_classifier(mlp: MLP, data: Any, labels: Any, *, rng: Generator, checkpoint: Any = None,
                     metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
                     **settings: Any) -> tuple[MLP, History]:
    """Descend the mean cross-entropy of `labels` given the cases: `(mlp, history)`. The MLP passed in stays as it was.

    mlp               from D inputs to C logits, one a class (see `init_mlp`)
    data (N, D)       an array, memory map or what `open_data` gives: anything that row numbers index
    labels (N,)       the class of each case, integers from 0 to C - 1
    rng               all that is drawn comes from it: the split (if a fraction is held out), then for each epoch the
                      order of the cases and what dropout draws
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the MLP as it would be given back, and the history
    progress          say on standard error how far it is

    The history has, an epoch: epoch, seconds (so far), rate, and loss (mean cross-entropy) and error (fraction of wrong
    classes) of up to 200 training cases; with a validation fraction also validation_loss and validation_error. All of
    them without dropout, and with the running statistics of batch norm; those that go with a moving average are taken
    afresh, from up to 1,000 training cases. Early stopping watches validation_loss. Raises InvalidInput, and Diverged
    with the last good MLP.
    """
    options = make_settings(ClassifierSettings, settings)
    check_generator("rng", rng)
    check_mlp("mlp", mlp)
    data = check_cases("data", data, n_inputs(mlp), check_numbers)
    labels = check_class_labels(labels, len(data), n_outputs(mlp))
    trainer = ClassifierTrainer(mlp, data, labels, options, rng, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


class ClassifierTrainer(Trainer):
    """A turn is an epoch. Draws at the start: the split, if a fraction is held out."""

    kind = "classifier"
    saved = ("optimizer",)
    records = (MLP, *LAYERS, *OPTIMIZERS.values())
    headline = ("loss", "error", "validation_loss", "validation_error")

    def __init__(self, mlp: MLP, data: Any, labels: Array, settings: ClassifierSettings, rng: Generator,
                 metadata: dict | None = None):
        self.labels = labels
        super().__init__(mlp, settings, data, settings.epochs, metadata)
        self.optimizer = OPTIMIZERS[settings.optimizer]()
        self.optimizer.start(self.vector)
        self.trouble = ""  # what is wrong with the latest network
        self.split(rng)
        self.has_batch_norm = any(isinstance(layer, BatchNorm) for layer in mlp.layers)
        if self.has_batch_norm and min(settings.batch_size, len(self.train_rows)) < 2:
            raise invalid("batch_size", "at least 2 cases a step, as batch norm takes their mean and variance",
                          f"batches of {settings.batch_size} of {len(self.train_rows)} cases")
        self.relative_step, self.usual_norm = 0.0, usual_norm(mlp)  # of the first step of the latest epoch
        self.start_model = mlp

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch."""
        start = self.vector.copy()
        for i, rows in enumerate(self.epoch_of_minibatches(rng)):
            self.step(rows, rng)
            if i == 0:
                self.relative_step = relative_step(start, self.vector, self.usual_norm)
        self.done += 1

    def step(self, rows: Array, rng: Generator) -> None:
        """One step down the gradient of the loss at the cases `rows` (N,); none at the one case that an epoch may leave
        for its last batch where there is batch norm, which cannot take its variance.
        """
        if self.has_batch_norm and len(rows) < 2:
            return
        x = np.asarray(self.data[rows], dtype=self.vector.dtype)
        logits, cache = _mlp_forward(self.model, x, rng)
        _, dlogits = _softmax_cross_entropy(logits, self.labels[rows])
        _, gradient = _mlp_backward(self.model, cache, dlogits, need_dx=False)
        direction = flatten(gradient)
        if self.settings.weight_decay > 0:  # apart from the gradient, whose size Adam does not heed
            self.vector *= 1 - self.rate * self.settings.weight_decay
        self.optimizer.step(self.vector, direction, -self.rate)
        self.model = _with_running_statistics(self.model, cache)
        if self.average is not None:
            self.average.update(self.vector)

    def current(self) -> MLP:
        """The network as it would be given back now; a moving average has running statistics of its own."""
        mlp = super().current()
        if self.average is None or self.average.steps == 0 or not self.has_batch_norm:
            return mlp
        x = np.asarray(self.data[self.train_rows[:CASES_AT_ONCE]], dtype=self.vector.dtype)
        _, cache = _mlp_forward(mlp, x, np.random.default_rng(0))  # for dropout: the run's own stays where it is
        return _with_running_statistics(mlp, cache, momentum=1.0)

    def observe(self, mlp: MLP) -> dict:
        """See `train_classifier`."""
        values = {"rate": self.rate}
        rows = self.train_rows[:MONITORED_CASES]
        logits = _class_logits(mlp, self.data, rows)
        values["loss"], values["error"] = self.loss_and_error(logits, rows)
        self.trouble = self.judge(logits, rows, values["loss"], values["error"])
        if len(self.validation_rows) > 0:
            logits = _class_logits(mlp, self.data, self.validation_rows)
            values["validation_loss"], values["validation_error"] = self.loss_and_error(logits, self.validation_rows)
        return values

    def loss_and_error(self, logits: Array, rows: Array) -> tuple[float, float]:
        """The mean cross-entropy of cases `rows` (n,) with those logits (n, C), and the fraction of wrong classes."""
        loss, _ = _softmax_cross_entropy(logits, self.labels[rows])
        return loss, float(np.mean(logits.argmax(axis=1) != self.labels[rows]))

    def judge(self, logits: Array, rows: Array, loss: float, error: float) -> str:
        """What is wrong with a network of such logits, loss and error on the cases `rows`, a sentence; "" for nothing.

        Raises Diverged where the loss is ten times that of a guess, and of the network that training started from.
        """
        guess = float(np.log(logits.shape[1]))
        what = f"the loss is {loss:,.3g} nats a case, and {guess:.3g} by guessing"
        limit = guess
        if loss > 1.05 * guess:
            start_loss, _ = self.loss_and_error(_class_logits(self.start_model, self.data, rows), rows)
            limit = max(guess, start_loss)
        if loss > 10 * limit:
            raise diverged(f"epoch {self.done}", what)
        if error > 0 and loss > guess / 2 and np.ptp(logits, axis=0).max() <= SAME * np.abs(logits).max():
            return "the network gives all cases the same logits; try a smaller learning rate, or another activation"
        return f"{what}; try a smaller learning rate" if loss > 1.05 * limit else why_too_far(self.relative_step)

    def diagnose(self) -> str:
        """That the latest network is worse than a guess, that all cases have the same logits, or steps go too far.
        """
        return self.trouble

    def score(self, values: dict) -> float:
        """The mean log-likelihood of the held-out labels."""
        return -values["validation_loss"]

    def fingerprint(self) -> str:
        """A short text that tells these data and labels from others."""
        return fingerprint_with_labels(self.data, self.labels)


def class_logits(mlp: MLP, data: Any, rows: Array | None = None) -> Array:
    """The logits of the cases `rows` (n,), all by default, of data (N, D): (n, C). No dropout, running statistics.

    The data are read in blocks. The class of a case is the argmax of its row. One case (D,) gives (C,). Raises
    InvalidInput.
    """
    check_mlp("mlp", mlp)
    data = as_cases("data", data)
    is_one_case = len(getattr(data, "shape", ())) == 1
    data = check_cases("data", data, n_inputs(mlp), check_numbers, one_case=True)
    if rows is None:
        rows = np.arange(data.shape[0])
    rows = check_array("rows", rows, ndim=1, low=0, high=data.shape[0] - 1)
    if rows.dtype.kind not in "iu":
        raise invalid("rows", "integers", f"dtype {rows.dtype}")
    logits = _class_logits(mlp, data, rows)
    return logits[0] if is_one_case else logits


def _class_logits(mlp, data, rows):
    logits = []
    for x in case_blocks(data, rows, parameter_dtype(mlp)):
        s, _ = _mlp_forward(mlp, x, training=False)
        logits.append(s)
    return np.concatenate(logits)


document_settings(train_classifier, ClassifierSettings)
