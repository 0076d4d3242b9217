"""Training a class RBM: `train_class_rbm` climbs the gradient of the objective that is asked for, a minibatch a step.

    generative       mean log p(v, y)                         its model's term comes from chains, as in rbm_training.py
    discriminative   mean log p(y given v)                    exactly
    hybrid           mean log p(y given v) + α log p(v, y)    the sum of both, α the generative weight

N cases    D pixels    K hidden units    C classes    M chains    s (N, D + C) images with their one-hot labels

Larochelle and Bengio 2008.
"""
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.batches import check_cases, fingerprint_with_labels, mean_of_cases
from ..foundation.checks import check_fits, check_generator
from ..foundation.guards import diverged
from ..foundation.numerics import bernoulli
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten, windows
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import MONITORED_CASES, Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .class_rbm import (
    ClassRBM,
    check_class_rbm,
    check_labels,
    discriminative_gradient,
    join,
    joint_rbm,
    log_p_labels,
)
from .fused import Workspace, fused_pcd_gradient
from .gradients import cd_gradient, centre, exact_gradient
from .rbm import RBM, _hidden_probs, sample_hidden
from .units import Bernoulli

OBJECTIVES = ("generative", "discriminative", "hybrid")
METHODS = ("pcd", "cd", "exact")


@dataclass(frozen=True, kw_only=True)
class ClassRBMSettings(Settings):
    """What `train_class_rbm` can be told."""

    epochs: int = setting(help="passes over the data")
    objective: str = setting("hybrid", "what to climb", choices=OBJECTIVES)
    generative_weight: float = setting(0.01, "α, the weight of log p(v, y) in the hybrid objective")
    method: str = setting("pcd", "where the model's term of the generative gradient comes from", choices=METHODS)
    k: int = setting(1, "Gibbs steps a generative gradient")
    n_chains: int = setting(100, "persistent chains of pcd")
    batch_size: int = setting(100, "cases a step")
    rate: float = setting(None, "learning rate at the start (default: 0.005 with adam, 0.1 with the others)", above=0)
    schedule: str = setting("linear", "how the rate falls", choices=SCHEDULES)
    optimizer: str = setting(None, "what makes a step of a gradient (default: adam; sgd for the generative objective)",
                             choices=tuple(OPTIMIZERS))
    centred: bool = setting(True, "take the centred generative gradient")
    label_rate: float = setting(1.0, "factor of the generative gradient of U and d: above 1, labels are learnt faster",
                                above=0)
    weight_decay: float = setting(0.0, "d: the gradient of W is less d * W; U and the biases are left alone",
                                  most=1)
    draw_bits: bool = setting(True, "draw bits from grey pixels anew at every step, against learning cases by heart")
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.998",
                             above=0, below=1)
    validation: float = setting(0.0, "fraction of the cases to hold out and report on", below=1)
    patience: int = setting(None, "stop after so many epochs without a better held-out log p(y given v), and give back "
                                  "the best")


def train_class_rbm(model: ClassRBM, data: Any, labels: Any, *, rng: Generator, checkpoint: Any = None,
                    metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
                    **settings: Any) -> tuple[ClassRBM, History]:
    """Climb the objective at `data` with `labels`: `(model, history)`. The model that is passed in is left as it was.

    data (N, D)       images in [0, 1]: an array, memory map or what `open_data` gives, anything that row numbers index
    labels (N,)       the class of each case, integers from 0 to C - 1
    rng               all that is drawn comes from it: the split (if a fraction is held out), the chains (for pcd, where
                      there is a generative term), then for each epoch the order of the cases, and for each step the
                      bits of grey pixels and what the generative gradient draws
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the model as it would be given back, and the history
    progress          say on standard error how far it is

    Objectives: "discriminative" log p(y given v); "generative" log p(v, y); "hybrid" the first plus generative_weight
    times the second. Methods for the model's term of the generative gradient: "pcd" persistent chains,
    "cd" chains that start at the data, "exact" the sum over a layer of at most 25 bits.

    The history has, an epoch: epoch, seconds (so far), rate, loss (mean of -log p(y given v), grey pixels as they are)
    and error (fraction of wrong classes) of up to 200 training cases, weight_norm; with a validation fraction also
    validation_loss and validation_error, and early stopping watches the first. Raises InvalidInput, and Diverged with
    the last good model.
    """
    options = with_defaults(make_settings(ClassRBMSettings, settings))
    check_generator("rng", rng)
    check_class_rbm(model)
    data = check_cases("data", data, len(model.b), Bernoulli().check)
    labels = check_labels(labels, len(data), len(model.d))
    check_fits("n_chains", options.n_chains, options.n_chains, sum(model.W.shape))
    trainer = ClassRBMTrainer(model, data, labels, options, rng, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


def with_defaults(settings: ClassRBMSettings) -> ClassRBMSettings:
    """The settings with the optimizer and the rate that stand for None."""
    optimizer = settings.optimizer
    if optimizer is None:
        optimizer = "sgd" if settings.objective == "generative" else "adam"
    rate = settings.rate
    if rate is None:
        rate = 0.005 if optimizer == "adam" else 0.1
    return replace(settings, optimizer=optimizer, rate=rate)


class ClassRBMTrainer(Trainer):
    """A turn is an epoch. Draws at the start: the split (if a fraction is held out), the chains."""

    kind = "class-rbm"
    saved = ("optimizer", "chains", "h_offset")
    records = (ClassRBM, *OPTIMIZERS.values())
    headline = ("loss", "error", "validation_loss", "validation_error")

    def __init__(self, model: ClassRBM, data: Any, labels: Array, settings: ClassRBMSettings, rng: Generator,
                 metadata: dict | None = None):
        self.labels = labels
        super().__init__(model, settings, data, settings.epochs, metadata)
        self.joint = windows(joint_rbm(model), self.vector)  # the same parameters as an RBM
        self.optimizer = OPTIMIZERS[settings.optimizer]()
        self.optimizer.start(self.vector)
        self.trouble = ""  # what is wrong with the latest model
        self.start_model = model
        self.split(rng)
        n_classes = len(model.d)
        frequencies = np.bincount(labels[self.train_rows], minlength=n_classes) / len(self.train_rows)
        s_mean = np.concatenate([mean_of_cases(data, self.train_rows), frequencies])
        self.s_offset = s_mean.astype(self.vector.dtype)  # (D + C,) what centring takes off s
        self.h_offset = _hidden_probs(self.joint, self.s_offset[None])[0]  # (K,) running means of the hidden units
        self.chains = np.zeros((0, len(model.c)), self.vector.dtype)  # (M, K)
        if settings.objective != "discriminative" and settings.method == "pcd":
            first = self.train_rows[np.arange(settings.n_chains) % len(self.train_rows)]
            self.chains = sample_hidden(self.joint, self.joined(self.images(first), first), rng)
        self.work = Workspace(self.joint, min(settings.batch_size, len(self.train_rows)), len(self.chains))

    def images(self, rows: Array) -> Array:
        """The images `rows` (N,) of the data: (N, D) in the dtype of the parameters."""
        return np.asarray(self.data[rows], dtype=self.vector.dtype)

    def joined(self, v: Array, rows: Array) -> Array:
        """The joint visible layer of the images v (N, D), which are those of the cases `rows` (N,): (N, D + C)."""
        return join(v, self.labels[rows], len(self.model.d))

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch."""
        for i, rows in enumerate(self.epoch_of_minibatches(rng)):
            v = self.images(rows)
            if self.settings.draw_bits:
                v = bernoulli(v, rng)
            if i % 10 == 0:  # the offsets need not be exact, so every tenth batch will do
                p_h = _hidden_probs(self.joint, self.joined(v, rows))
                self.h_offset += 0.1 * (p_h.mean(axis=0) - self.h_offset)
            self.step(v, rows, rng)
        self.done += 1

    def step(self, v: Array, rows: Array, rng: Generator) -> None:
        """One step up the objective's gradient at the images v (N, D) of the cases `rows` (N,): moves the vector."""
        s = self.settings
        direction = self.direction(v, rows, rng)  # (P,)
        if s.weight_decay > 0:
            windows(self.model, direction).W[:] -= s.weight_decay * self.model.W
        self.optimizer.step(self.vector, direction, self.rate)
        if self.average is not None:
            self.average.update(self.vector)

    def direction(self, v: Array, rows: Array, rng: Generator) -> Array:
        """The gradient of the objective, packed: (P,)."""
        s = self.settings
        if s.objective == "generative":
            return self.generative(v, rows, rng)
        direction = flatten(discriminative_gradient(self.model, v, self.labels[rows], check=False))
        if s.objective == "hybrid":
            direction += s.generative_weight * self.generative(v, rows, rng)
        return direction

    def generative(self, v: Array, rows: Array, rng: Generator) -> Array:
        """The generative gradient, centred if that was asked for, its U and d times the label rate; packed: (P,)."""
        s, joint = self.settings, self.joined(v, rows)
        if s.method == "pcd":
            offsets = (self.s_offset, self.h_offset) if s.centred else None
            fused_pcd_gradient(self.joint, joint, self.chains, s.k, rng, self.work, offsets)
            direction = self.work.vector
        else:
            direction = flatten(self.plain_gradient(joint, rng))
        gradient = windows(self.model, direction)
        gradient.U[:] *= s.label_rate
        gradient.d[:] *= s.label_rate
        return direction

    def plain_gradient(self, s: Array, rng: Generator) -> RBM:
        """The generative gradient at s (N, D + C) by the plain function of the method's name, centred likewise."""
        if self.settings.method == "cd":
            gradient = cd_gradient(self.joint, s, self.settings.k, rng, check=False)
        else:
            gradient = exact_gradient(self.joint, s)
        return centre(gradient, self.s_offset, self.h_offset) if self.settings.centred else gradient

    def observe(self, model: ClassRBM) -> dict:
        """See `train_class_rbm`."""
        values = {"rate": self.rate, "weight_norm": np.linalg.norm(model.W)}
        values["loss"], values["error"] = self.loss_and_error(model, self.train_rows[:MONITORED_CASES])
        self.trouble = self.judge(values["loss"])
        if len(self.validation_rows) > 0:
            values["validation_loss"], values["validation_error"] = self.loss_and_error(model, self.validation_rows)
        return values

    def loss_and_error(self, model: ClassRBM, rows: Array) -> tuple[float, float]:
        """The mean of -log p(y given v) of the cases `rows` (n,), and the fraction of wrong classes."""
        log_p = log_p_labels(model, self.data, rows)
        labels = self.labels[rows]
        loss = -float(log_p[np.arange(len(rows)), labels].mean())
        return loss, float(np.mean(log_p.argmax(axis=1) != labels))

    def judge(self, loss: float) -> str:
        """What is wrong with a model that has that loss on the monitored cases, a sentence; "" for nothing.

        Raises Diverged where the loss is ten times that of a guess, and of the model that training started from.
        """
        guess = float(np.log(len(self.model.d)))
        if loss <= 1.05 * guess:
            return ""
        start_loss, _ = self.loss_and_error(self.start_model, self.train_rows[:MONITORED_CASES])
        limit = max(guess, start_loss)
        what = f"the mean of -log p(y given v) is {loss:,.3g} nats a case, and {guess:.3g} by guessing"
        if loss > 10 * limit:
            raise diverged(f"epoch {self.done}", what)
        return f"{what}; try a smaller learning rate" if loss > 1.05 * limit else ""

    def diagnose(self) -> str:
        """That the latest model is worse than a guess, where it is."""
        return self.trouble

    def score(self, values: dict) -> float:
        """The mean log p(y given v) of the held-out cases."""
        return -values["validation_loss"]

    def fingerprint(self) -> str:
        """A short text that tells these data and labels from others."""
        return fingerprint_with_labels(self.data, self.labels)


document_settings(train_class_rbm, ClassRBMSettings)
