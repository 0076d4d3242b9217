"""Runs of autoencoders: `dgm train autoencoder`, and what `dgm evaluate` and `dgm sample` do with them."""
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..data.dataset import Data
from ..energy.unrolling import train_stack, unroll_autoencoder
from ..foundation.batches import mean_of_cases
from ..foundation.checks import invalid
from ..foundation.pca import PCA, fit_pca, pca_error
from ..foundation.progress import History
from ..foundation.settings import setting
from ..foundation.types import Array
from ..neural.autoencoder import (
    Autoencoder,
    check_autoencoder,
    encode,
    init_autoencoder,
    reconstruct,
    squared_reconstruction_error,
)
from ..neural.autoencoder_training import AutoencoderSettings, AutoencoderTrainer, train_autoencoder
from ..neural.mlp import ELEMENTWISE, n_inputs, n_outputs
from .loading import (
    FILES_HELP,
    IMAGE_SHAPE_HELP,
    DataOptions,
    LoadedRun,
    Measured,
    MeasuredOptions,
    check_output,
    draw_curves,
    image_shape_of,
    open_measured_data,
    open_training_data,
    save_array,
)

HELP = "a deep autoencoder: codes of a few numbers, and a map"
DESCRIPTION = """\
Train an autoencoder: a network that squeezes each case into a code of a few numbers, and one that brings it back.
Pixels stay grey. A code of 2 numbers is a map of the data, which `dgm sample` draws, in colour where there are labels.

  dgm train autoencoder --data digits --out run/              a map of the digits
  dgm sample run/ --out map.png
  dgm train autoencoder --data mnist/ --hidden 500 250 --code 30 --epochs 40 --batch-size 100 --out run/
  dgm sample run/ --out codes.npy --part train                the 30 numbers of every training case

What to try: more epochs; larger --hidden; --pretrain 20 starts from a stack of RBMs, with sigmoid units."""
TRAINER, SETTINGS = AutoencoderTrainer, AutoencoderSettings
GREY = "grey"  # bits
PRETRAINING: dict[str, Any] = {"method": "cd", "batch_size": 50, "rate": 0.1}
SHOWN, COLUMNS = 60, 12  # cases drawn above their reconstructions, so many a line
check_model = check_autoencoder


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, AutoencoderSettings):
    """`dgm train autoencoder`"""

    data: str = setting(help=f"digits, or {FILES_HELP}")
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    hidden: tuple = setting((128, 64), "hidden units a layer, from the case to the code", metavar="UNITS")
    code: int = setting(2, "numbers a code; 2 make a map")
    units: str = setting(None, "of the hidden layers (default: relu, or sigmoid with --pretrain)",
                         choices=tuple(ELEMENTWISE))
    pretrain: int = setting(None, "epochs in which each layer first learns as an RBM on the one below (default: none)")
    epochs: int = setting(60, "passes over the data")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions, MeasuredOptions):
    """The squared error of the reconstructions, summed over the numbers of a case; beside it that of as many principal
    components, the best linear code, and that of the mean case, both of the training cases.
    """


@dataclass(frozen=True, kw_only=True)
class SampleOptions(DataOptions):
    """Codes, as numbers or as a map. A .png is the map: each case where its code is, in the colour of its class; of a
    code of more than two numbers, the two directions in which the codes vary most. Beside it stand cases above their
    reconstructions. A .npy has the codes themselves, a row a case.
    """

    out: Path = setting(Path("map.png"), ".png: the map, and reconstructions beside it; .npy: the codes")
    data: str = setting(None, "other data to encode, by name or path (default: the run's)")
    part: str = setting(None, "of data that have parts (default: test)", choices=("train", "test"))
    image_shape: tuple = setting(None, IMAGE_SHAPE_HELP, metavar="LENGTH")


def draw_training(run: LoadedRun) -> None:
    """The curves of a run, in the unit of its loss."""
    settings: Any = run.settings
    is_squared = settings.loss == "squared_error"
    draw_curves(run, dict.fromkeys(("loss", "validation_loss"), "squared error per case") if is_squared else None)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[Autoencoder, History]:
    """Train an autoencoder with its state kept in `folder`, or go on with the run there: `(autoencoder, history)`.

    RBMs that it starts from keep their own runs there: rbm1, rbm2, ...
    """
    cases = open_training_data(options, GREY, progress)
    rng = np.random.default_rng(options.seed)
    sizes = [cases.shape[1], *options.hidden, options.code]
    if options.pretrain is None:
        start = init_autoencoder(sizes, rng, hidden=options.units or "relu")
    else:
        check_sigmoid(options.units)
        start = unroll_autoencoder(train_stack(cases, sizes[1:], seed=options.seed, gaussian_code=True,
                                               epochs=options.pretrain, checkpoint=folder, progress=progress,
                                               **PRETRAINING))
    return train_autoencoder(start, cases, rng=rng, checkpoint=folder, metadata={"seed": options.seed},
                             progress=progress, **options.only(AutoencoderSettings))


def check_sigmoid(units: str | None) -> None:
    """InvalidInput where hidden layers that start as RBMs of bits are to be anything but sigmoid."""
    if units not in (None, "sigmoid"):
        raise invalid("units", "sigmoid with --pretrain, as hidden bits have it", units)


@dataclass(frozen=True, eq=False)
class Report:
    """What can be said of an autoencoder on data. Printing it gives the report in words."""

    data: str  # on what it was measured
    n_cases: int
    n_numbers: int  # of a code
    squared_error: float  # summed over the numbers of a case, the mean over cases
    principal_components: float | None  # the same of as many of them; None where the training cases are not there
    mean_case: float | None  # the same of the mean case; None likewise

    def __str__(self) -> str:
        lines = [f"measured on      {self.data}, {self.n_cases} cases",
                 f"squared error    {self.squared_error:.4g} a case, by codes of {self.n_numbers} numbers"]
        if self.principal_components is not None:
            lines.append(f"for comparison   {self.principal_components:.4g} with {self.n_numbers} principal components "
                         f"and {self.mean_case:.4g} with the mean case")
        return "\n".join(lines)


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """The squared error of the reconstructions, beside those of linear codes and of the mean case."""
    measured = open_cases(run, options)
    cases, training = measured.cases, measured.training
    n_numbers = n_outputs(run.model.encoder)
    linear = constant = None
    if training is not None:
        linear = pca_error(fit_pca(training, min(n_numbers, cases.shape[1])), cases)
        constant = error_of_mean(training, cases)
    error = squared_reconstruction_error(run.model, cases)
    return Report(measured.what, len(cases), n_numbers, error, linear, constant)


def open_cases(run: LoadedRun, options: Any) -> Measured:
    """The data that the options name, of as many numbers a case as the run learnt from. Raises InvalidInput."""
    measured = open_measured_data(run, options, run.description.get("bits", GREY))
    width = n_inputs(run.model.encoder)
    if measured.cases.shape[1] != width:
        raise invalid("data", f"cases of {width} numbers, as the run learnt from", measured.cases.shape[1])
    return measured


def error_of_mean(training: Data, cases: Data) -> float:
    """The squared error of the mean training case, summed over the numbers of a case: a PCA without directions."""
    mean = mean_of_cases(training, np.arange(len(training)))
    nothing = PCA(mean, np.zeros((len(mean), 1)), np.zeros(1))
    return pca_error(nothing, cases)


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """The codes of data, as numbers or as a map with reconstructions beside it."""
    out = check_output(options.out)
    cases = open_cases(run, options).cases
    codes = encode(run.model, cases)
    if out.suffix == ".npy":
        save_array(codes, out)
        return
    plots.save(plots.code_map(on_a_plane(codes), cases.labels, cases.label_names), out.name, out.parent)
    fig = plots.samples(above_reconstructions(run.model, cases[:SHOWN]), image_shape_of(run, options), columns=COLUMNS,
                        title="cases, and below each line what their codes give back")
    plots.save(fig, f"{out.stem}_reconstructions.png", out.parent)


def above_reconstructions(autoencoder: Autoencoder, v: Array) -> Array:
    """Lines of twelve cases v (N, D) and of their reconstructions in turn, the last line of each shorter: (2 N, D)."""
    back = reconstruct(autoencoder, v)
    lines = []
    for start in range(0, len(v), COLUMNS):
        lines += [v[start : start + COLUMNS], back[start : start + COLUMNS]]
    return np.concatenate(lines)


def on_a_plane(codes: Array) -> Array:
    """Codes (N, K) as points (N, 2): as they are, beside 0 where K = 1, by two principal components where K > 2."""
    n_numbers = codes.shape[1]
    if n_numbers == 1:
        return np.column_stack([codes, np.zeros(len(codes))])
    if n_numbers == 2:
        return codes
    pca = fit_pca(codes, 2)
    return (codes - pca.mean) @ pca.directions
