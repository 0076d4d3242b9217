"""Runs of deep belief nets: `dgm train dbn`, and what `dgm evaluate` and `dgm sample` do with them."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import plots
from ..data.dataset import BITS
from ..energy.dbn import DBN, BoundEvaluation, check_dbn, evaluate_dbn, init_dbn, sample_dbn
from ..energy.dbn_training import DBNSettings, DBNTrainer, train_dbn
from ..energy.evaluation import Evaluation, evaluate_rbm
from ..energy.units import Bernoulli
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from .loading import (
    DATA_HELP,
    IMAGE_SHAPE_HELP,
    DataOptions,
    LoadedRun,
    LogZOptions,
    MeasuredBitsOptions,
    check_measured,
    check_output,
    draw_curves,
    image_shape_of,
    log_p_of_pixels,
    open_measured_data,
    open_training_data,
    save_array,
)

HELP = "a deep belief net: RBMs stacked on one another"
DESCRIPTION = """\
Train a stack of RBMs, the lowest first, each on what the layers below make of the data. A layer with as many hidden
units as the one below it has visible ones, or more, starts as that one turned over, from where it can only gain.

  dgm train dbn --data digits --hidden 64 64 --out run/

  --up-down-epochs 20      at the end all layers learn together, with weights of their own for the way up and the way
                           down (lesson 25)

What to try: more --epochs, which are those of each layer; a --rate from 0.02 to 0.2; --average 0.999. Up-down
wants a lower rate, --up-down-rate."""
TRAINER, SETTINGS = DBNTrainer, DBNSettings
NEEDS_BITS = True  # `dgm evaluate` wants to be told how grey pixels become bits
check_model = check_dbn
draw_training = draw_curves


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, DBNSettings):
    """`dgm train dbn`"""

    data: str = setting(help=DATA_HELP)
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    bits: str = setting(None, "how grey pixels become bits (default: threshold)", choices=BITS)
    hidden: tuple = setting((64, 64), "hidden units of each layer, the lowest first (default: 64 64)", metavar="UNITS")
    epochs: int = setting(50, "passes over the data for each layer")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions, LogZOptions, MeasuredBitsOptions):
    """A bound that the mean log-likelihood is not below, beside log p of the lowest layer alone. Both need log Z of an
    RBM: exactly, where a layer has at most 25 units, and by annealed importance sampling for larger ones, with a
    verdict: trust the figure, or do not, and why. Where the verdict is no, more --minutes may help.
    """


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Settings):
    """Gibbs chains of the uppermost RBM start at noise and are run for --steps steps; from where they end each layer is
    drawn from the one above, down to the image. Too few steps show the noise that they started at.
    """

    out: Path = setting(Path("samples.png"), ".png: images, and the lowest filters beside them; .npy: the states")
    count: int = setting(100, "how many chains, each started at noise")
    steps: int = setting(1000, "Gibbs steps a chain; too few show the noise that they started at")
    image_shape: tuple = setting(None, IMAGE_SHAPE_HELP, metavar="LENGTH")
    seed: int = setting(0, "everything drawn comes from it", least=0)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[DBN, History]:
    """Train a stack with its state kept in `folder`, or go on with the run that is there: `(dbn, history)`."""
    cases = open_training_data(options, options.bits, progress)
    rng = np.random.default_rng(options.seed)
    dbn = init_dbn(cases.shape[1], options.hidden, rng, cases)
    return train_dbn(dbn, cases, rng=rng, checkpoint=folder, metadata={"seed": options.seed}, progress=progress,
                     **options.only(DBNSettings))


@dataclass(frozen=True, eq=False)
class Report:
    """What can be said of a deep belief net on data. Printing it gives the report in words."""

    data: str  # on what it was measured
    evaluation: BoundEvaluation
    lowest: Evaluation | None  # of the lowest RBM alone; None after up-down, which has changed it
    independent_pixels: float | None  # mean log p by a model without hidden units; None without the training data

    def __str__(self) -> str:
        lines = [f"measured on       {self.data}", str(self.evaluation)]
        if self.lowest is not None:
            verdict = "trust" if self.lowest.trusted else "do not trust"
            if self.lowest.method == "exact":
                verdict = "exact"
            lines.append(f"lowest layer      {self.lowest.log_likelihood:.3f} nats, log p of that RBM alone: {verdict}")
        if self.independent_pixels is not None:
            lines.append(f"for comparison    {self.independent_pixels:.3f} nats with independent pixels")
        return "\n".join(lines)


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """The bound on data that the run has not seen, where there are any, beside log p of the lowest layer alone.

    Raises InvalidInput where grey pixels are left: log p of bits needs bits.
    """
    dbn = run.model
    lowest = dbn.layers[0]
    measured = open_measured_data(run, options, options.bits)
    cases, training = measured.cases, measured.training
    check_measured(cases, len(lowest.b), lowest.visible)
    how = options.arguments()
    evaluation = evaluate_dbn(dbn, cases, np.random.default_rng(options.seed), **how)
    of_lowest = pixels = None
    if not dbn.generative:
        of_lowest = evaluate_rbm(lowest, cases, np.random.default_rng(options.seed), **how)
    if training is not None and isinstance(lowest.visible, Bernoulli):
        pixels = log_p_of_pixels(training, cases)
    return Report(measured.what, evaluation, of_lowest, pixels)


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """Ancestral samples, as images with the lowest layer's filters beside them, or as states."""
    out, dbn, image_shape = check_output(options.out), run.model, image_shape_of(run, options)
    v, p_v = sample_dbn(dbn, options.count, options.steps, np.random.default_rng(options.seed))
    if out.suffix == ".npy":
        save_array(v.astype(np.uint8) if isinstance(dbn.layers[0].visible, Bernoulli) else v, out)
        return
    fig = plots.samples(p_v, image_shape, title=f"p(v given h₁) after {options.steps:,} Gibbs steps on top")
    plots.save(fig, out.name, out.parent)
    plots.save(plots.filters(dbn.layers[0], image_shape), f"{out.stem}_filters.png", out.parent)
