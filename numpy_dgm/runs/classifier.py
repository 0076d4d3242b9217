"""Runs of classifiers: `dgm train classifier` and what `dgm evaluate` does with them."""
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..energy.unrolling import train_stack, unroll_classifier
from ..foundation.checks import invalid
from ..foundation.progress import History
from ..foundation.settings import setting
from ..foundation.types import Generator
from ..neural.layers import Dropout
from ..neural.losses import softmax_cross_entropy
from ..neural.mlp import ELEMENTWISE, MLP, check_mlp, init_mlp, n_inputs, n_outputs
from ..neural.mlp_training import ClassifierSettings, ClassifierTrainer, class_logits, train_classifier
from .autoencoder import check_sigmoid
from .classes import class_names, count_errors, few_labels, labels_by_name, labels_to_tell_apart, lines_of_errors
from .loading import (
    FILES_HELP,
    DataOptions,
    LoadedRun,
    MeasuredOptions,
    draw_curves,
    open_measured_data,
    open_training_data,
)

HELP = "a network that tells classes apart"
DESCRIPTION = """\
Train a multilayer perceptron by backpropagation to tell the classes of labelled data apart. Pixels stay grey.

  dgm train classifier --data digits --out run/
  dgm train classifier --data digits --n-labels 50 --pretrain 50 --hidden 256 --out run/
                                     50 labels; the hidden layer first learns as an RBM, from all cases without labels

What to try: --hidden 256 128 for larger data; --dropout 0.3 or --average 0.99 against overfitting; --validation 0.1
--patience 10 to stop in time."""
TRAINER, SETTINGS = ClassifierTrainer, ClassifierSettings
draw_training = draw_curves
GREY = "grey"  # bits
PRETRAINING: dict[str, Any] = {"method": "pcd", "batch_size": 50, "rate": 0.1}


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, ClassifierSettings):
    """`dgm train classifier`"""

    data: str = setting(help=f"digits, or {FILES_HELP}, with labels")
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    hidden: tuple = setting((64,), "hidden units a layer", metavar="UNITS")
    units: str = setting(None, "of the hidden layers (default: leaky_relu, or sigmoid with --pretrain)",
                         choices=tuple(ELEMENTWISE))
    dropout: float = setting(0.0, "fraction of a hidden layer's values to drop in training", below=1)
    input_dropout: float = setting(0.0, "fraction of a case's numbers to drop in training", below=1)
    batch_norm: bool = setting(False, "batch norm in the hidden layers")
    n_labels: int = setting(None, "learn from so many labelled cases in all, as many of each class (default: all)")
    pretrain: int = setting(None, "epochs in which each hidden layer first learns as an RBM, from all cases without "
                                  "their labels (default: none)")
    epochs: int = setting(30, "passes over the data")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions, MeasuredOptions):
    """How many cases are given a wrong class, in all and class by class, and the mean cross-entropy.
    """


SampleOptions = sample = None  # a classifier makes no samples


def check_model(mlp: MLP) -> None:
    """InvalidInput where `mlp` is no network."""
    check_mlp("mlp", mlp)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[MLP, History]:
    """Train a network with its state kept in `folder`, or go on with the run that is there: `(mlp, history)`.

    RBMs that it starts from keep their own runs there: rbm1, rbm2, ...
    """
    cases = open_training_data(options, GREY, progress)
    labels, names = labels_to_tell_apart(cases)
    labelled = cases
    if options.n_labels is not None:
        rows = few_labels(labels, options.n_labels, options.seed)
        labelled, labels = cases.take(rows), labels[rows]
    rng = np.random.default_rng(options.seed)
    if options.pretrain is None:
        mlp = new_network(options, cases.shape[1], len(names), rng)
    else:
        check_sigmoid(options.units)
        if options.batch_norm:
            raise invalid("batch_norm", "none with --pretrain", "batch norm")
        rbms = train_stack(cases, options.hidden, seed=options.seed, epochs=options.pretrain, checkpoint=folder,
                           progress=progress, **PRETRAINING)
        mlp = unroll_classifier(rbms, len(names), rng, options.dropout, options.input_dropout)
    return train_classifier(mlp, labelled, labels, rng=rng, checkpoint=folder, metadata={"seed": options.seed},
                            progress=progress, **options.only(ClassifierSettings))


def new_network(options: TrainOptions, n_numbers: int, n_classes: int, rng: Generator) -> MLP:
    """The network that the options ask for, with random weights."""
    sizes = [n_numbers, *options.hidden, n_classes]
    mlp = init_mlp(sizes, rng, hidden=options.units or "leaky_relu", dropout=options.dropout,
                   batch_norm=options.batch_norm)
    return MLP((Dropout(options.input_dropout), *mlp.layers)) if options.input_dropout > 0 else mlp


@dataclass(frozen=True, eq=False)
class Report:
    """What can be said of a classifier on data. Printing it gives the report in words."""

    data: str  # on what it was measured
    n_cases: int
    error: float  # fraction of the cases that is given a wrong class
    loss: float  # mean cross-entropy, in nats
    errors: dict  # name of a class -> (wrong, cases)

    def __str__(self) -> str:
        standard_error = np.sqrt(self.error * (1 - self.error) / self.n_cases)
        lines = [
            f"measured on      {self.data}, {self.n_cases} cases",
            f"error            {self.error:.2%} ± {standard_error:.2%}",
            f"cross-entropy    {self.loss:.4f} nats a case",
        ]
        return "\n".join(lines + lines_of_errors(self.errors))


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """How many cases are given a wrong class, in all and class by class."""
    measured = open_measured_data(run, options, run.description.get("bits", GREY), with_labels=True)
    cases, names = measured.cases, class_names(run, n_outputs(run.model))
    if cases.shape[1] != n_inputs(run.model):
        raise invalid("data", f"cases of {n_inputs(run.model)} numbers, as the run learnt from", cases.shape[1])
    labels = labels_by_name(cases, names)
    logits = class_logits(run.model, cases)
    loss, _ = softmax_cross_entropy(logits, labels)
    is_wrong = logits.argmax(axis=1) != labels
    errors = count_errors(is_wrong, labels, names)
    return Report(measured.what, len(labels), float(is_wrong.mean()), loss, errors)
