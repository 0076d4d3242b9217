"""Runs of RBMs: `dgm train rbm`, and what `dgm evaluate` and `dgm sample` do with them."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import plots
from ..data.dataset import BITS
from ..energy.evaluation import Evaluation, evaluate_rbm
from ..energy.gradients import reconstruction_error
from ..energy.rbm import RBM, check_rbm, free_energies, init_rbm, sample_chains
from ..energy.rbm_training import RBMSettings, RBMTrainer, train_rbm
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

HELP = "a restricted Boltzmann machine"
DESCRIPTION = """\
Train an RBM by climbing the mean log-likelihood of the data.

  dgm train rbm --data digits --hidden 16 --out run/

  --method pcd       the model's term of the gradient comes from chains that never stop (the default, and best)
  --method cd        from chains of k steps that start at the data: quick, but biased (lesson 10)
  --method tempered  from ladders of chains at several temperatures that exchange states: twenty times the work,
                     for models in which chains get stuck (lesson 12)
  --method exact     from the sum over every state: for a layer of up to about 20 units (lesson 08)

What to try: more epochs; a rate from 0.03 to 0.5, lower for larger models; --validation 0.1 to see it overfit."""
TRAINER, SETTINGS = RBMTrainer, RBMSettings
NEEDS_BITS = True  # `dgm evaluate` wants to be told how grey pixels become bits
check_model = check_rbm
draw_training = draw_curves


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, RBMSettings):
    """`dgm train rbm`"""

    data: str = setting(help=DATA_HELP)
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    bits: str = setting(None, "how grey pixels become bits (default: threshold)", choices=BITS)
    hidden: int = setting(64, "hidden units; up to 25 make log p exact")
    epochs: int = setting(100, "passes over the data")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions, LogZOptions, MeasuredBitsOptions):
    """The mean log-likelihood: exactly, where a layer has at most 25 units, and by annealed importance sampling, up
    from the data's base rates and down from the model, for larger ones, with a verdict: trust the figure, or do not,
    and why. Where the verdict is no, more --minutes may help.
    """


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Settings):
    """Chains that start at noise are run for --steps steps of Gibbs sampling, and drawn where they end. Too few steps
    show the noise that they started at; compare 10, 100 and 1,000.
    """

    out: Path = setting(Path("samples.png"), ".png: images, and the filters beside them; .npy: the states themselves")
    count: int = setting(100, "how many chains, each started at noise")
    steps: int = setting(1000, "Gibbs steps a chain; too few show the noise that they started at")
    image_shape: tuple = setting(None, IMAGE_SHAPE_HELP, metavar="LENGTH")
    seed: int = setting(0, "everything drawn comes from it", least=0)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[RBM, History]:
    """Train an RBM with its state kept in `folder`, or go on with the run that is there: `(rbm, history)`."""
    cases = open_training_data(options, options.bits, progress)
    rng = np.random.default_rng(options.seed)
    rbm = init_rbm(cases.shape[1], options.hidden, rng, cases)
    return train_rbm(rbm, cases, rng=rng, checkpoint=folder, metadata={"seed": options.seed}, progress=progress,
                     **options.only(RBMSettings))


@dataclass(frozen=True, eq=False)
class Report:
    """What can be said of an RBM on data. Printing it gives the report in words."""

    data: str  # on what it was measured
    evaluation: Evaluation
    reconstruction_error: float  # squared, a pixel
    free_energy: float  # mean, of these cases
    training_free_energy: float | None  # mean, of the training cases; None where they are no longer there
    independent_pixels: float | None  # mean log p by a model without hidden units, of bits; None likewise

    def __str__(self) -> str:
        lines = [f"measured on      {self.data}", str(self.evaluation)]
        if self.independent_pixels is not None:
            lines.append(f"for comparison   {self.independent_pixels:.3f} nats with independent pixels")
        if self.training_free_energy is not None:
            gap = self.free_energy - self.training_free_energy
            lines.append(f"free energy      {self.free_energy:.2f}, training cases {self.training_free_energy:.2f}; "
                         f"the gap of {gap:.2f} nats grows with overfitting")
        lines.append(f"reconstruction   squared error {self.reconstruction_error:.4f} a pixel; "
                     "it says little: it can fall while the model gets worse")
        return "\n".join(lines)


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """The log-likelihood of data that the run has not seen, where there are any, and what else can be said.

    Raises InvalidInput where grey pixels are left: log p of bits needs bits.
    """
    rbm = run.model
    measured = open_measured_data(run, options, options.bits)
    cases, training = measured.cases, measured.training
    check_measured(cases, len(rbm.b), rbm.visible)
    training_free_energy = pixels = None
    if training is not None:
        training_free_energy = free_energies(rbm, training, np.arange(len(training))).mean()
    if training is not None and isinstance(rbm.visible, Bernoulli):
        pixels = log_p_of_pixels(training, cases)
    evaluation = evaluate_rbm(rbm, cases, np.random.default_rng(options.seed), **options.arguments())
    return Report(
        data=measured.what,
        evaluation=evaluation,
        reconstruction_error=reconstruction_error(rbm, cases),
        free_energy=-evaluation.log_likelihood - evaluation.log_z,
        training_free_energy=training_free_energy,
        independent_pixels=pixels,
    )


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """Chains of Gibbs steps, as images with the filters beside them, or as states."""
    out, rbm, image_shape = check_output(options.out), run.model, image_shape_of(run, options)
    v, p_v = sample_chains(rbm, options.count, options.steps, np.random.default_rng(options.seed))
    if out.suffix == ".npy":
        save_array(v.astype(np.uint8) if isinstance(rbm.visible, Bernoulli) else v, out)
        return
    fig = plots.samples(p_v, image_shape, title=f"p(v given h) after {options.steps:,} Gibbs steps")
    plots.save(fig, out.name, out.parent)
    plots.save(plots.filters(rbm, image_shape), f"{out.stem}_filters.png", out.parent)
