"""Runs of general Boltzmann machines: `dgm train boltzmann`, and what `dgm evaluate` and `dgm sample` do with them."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import plots
from ..data.dataset import BITS
from ..energy.boltzmann import (
    MOST_UNITS,
    BoltzmannMachine,
    check_boltzmann,
    init_boltzmann,
    layered_mask,
    log_likelihoods,
    sample_boltzmann,
)
from ..energy.boltzmann_gradients import mean_field_free_energies
from ..energy.boltzmann_training import BoltzmannSettings, BoltzmannTrainer, check_bits, train_boltzmann
from ..foundation.batches import check_cases
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from .loading import (
    DATA_HELP,
    IMAGE_SHAPE_HELP,
    DataOptions,
    LoadedRun,
    MeasuredBitsOptions,
    check_output,
    draw_curves,
    image_shape_of,
    log_p_of_pixels,
    open_measured_data,
    open_training_data,
    save_array,
)

HELP = "a general Boltzmann machine"
DESCRIPTION = """\
Train a Boltzmann machine with layers of hidden units, or with every pair of units connected, by climbing the mean
log-likelihood of the data.

  dgm train boltzmann --data bars-and-stripes --hidden 6 --rate 1 --epochs 1000 --out run/

  --method sampled      both terms of the gradient from chains: clamped ones, one a case, and free ones (the default)
  --method mean-field   the data's term by mean field: for machines with layers
  --method exact        both from the sum over every state: for machines of at most 20 units

What to try: --hidden 8 8 for a deep one; --connections all; rates from 0.05, for digits, to 1, for a few cases."""
TRAINER, SETTINGS = BoltzmannTrainer, BoltzmannSettings
check_model = check_boltzmann
draw_training = draw_curves


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, BoltzmannSettings):
    """`dgm train boltzmann`"""

    data: str = setting(help=DATA_HELP)
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    bits: str = setting(None, "how grey pixels become bits (default: threshold)", choices=BITS)
    hidden: tuple = setting((8,), "hidden units a layer, from the visible units up", metavar="UNITS")
    connections: str = setting("layers", "between units of neighbouring layers, or between all units",
                               choices=("layers", "all"))
    epochs: int = setting(100, "passes over the data")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions, MeasuredBitsOptions):
    """The exact mean log-likelihood, where all states can be listed (20 units), and free energies by mean field.
    """


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Settings):
    """Chains that start at coin flips are run for --steps sweeps of Gibbs sampling, and drawn where they end.
    """

    out: Path = setting(Path("samples.png"), ".png: images; .npy: the visible units' states themselves")
    count: int = setting(100, "how many chains, each started at coin flips")
    steps: int = setting(1000, "Gibbs sweeps a chain; too few show the noise that they started at")
    image_shape: tuple = setting(None, IMAGE_SHAPE_HELP, metavar="LENGTH")
    seed: int = setting(0, "everything drawn comes from it", least=0)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[BoltzmannMachine, History]:
    """Train a machine with its state kept in `folder`, or go on with the run that is there: `(machine, history)`."""
    cases = open_training_data(options, options.bits, progress)
    n_visible = cases.shape[1]
    sizes = (n_visible, *options.hidden)
    mask = layered_mask(sizes) if options.connections == "layers" else None
    rng = np.random.default_rng(options.seed)
    machine = init_boltzmann(sum(sizes), n_visible, rng, mask)
    return train_boltzmann(machine, cases, rng=rng, checkpoint=folder, metadata={"seed": options.seed},
                           progress=progress, **options.only(BoltzmannSettings))


@dataclass(frozen=True, eq=False)
class Report:
    """What can be said of a Boltzmann machine on data. Printing it gives the report in words."""

    data: str  # on what it was measured
    n_cases: int
    log_likelihood: float | None  # mean, exact, in nats; None for a machine of more than 20 units
    standard_error: float | None  # of that mean, over the cases
    free_energy: float  # mean, of these cases, by mean field
    training_free_energy: float | None  # mean, of the training cases; None where they are no longer there
    independent_pixels: float | None  # mean log p by independent units; None likewise

    def __str__(self) -> str:
        lines = [f"measured on      {self.data}, {self.n_cases} cases"]
        if self.log_likelihood is not None:
            lines.append(f"log likelihood   {self.log_likelihood:.3f} nats ± {self.standard_error:.3f}, exact")
        else:
            lines.append(f"log likelihood   not computed: log Z is summed for at most {MOST_UNITS} units")
        if self.independent_pixels is not None:
            lines.append(f"for comparison   {self.independent_pixels:.3f} nats with independent pixels")
        if self.training_free_energy is not None:
            gap = self.free_energy - self.training_free_energy
            lines.append(f"free energy      {self.free_energy:.2f} by mean field, training cases "
                         f"{self.training_free_energy:.2f}; the gap of {gap:.2f} nats grows with overfitting")
        return "\n".join(lines)


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """The exact log-likelihood, where all states can be listed, and free energies by mean field."""
    machine = run.model
    measured = open_measured_data(run, options, options.bits)
    cases, training = measured.cases, measured.training
    check_cases(cases.name, cases, machine.n_visible, check_bits)
    rows = np.arange(len(cases))
    log_p = log_likelihoods(machine, cases, rows) if len(machine.b) <= MOST_UNITS else None
    training_free_energy = pixels = None
    if training is not None:
        training_free_energy = float(mean_field_free_energies(machine, training, np.arange(len(training))).mean())
        pixels = log_p_of_pixels(training, cases)
    return Report(
        data=measured.what,
        n_cases=len(cases),
        log_likelihood=None if log_p is None else float(log_p.mean()),
        standard_error=None if log_p is None else float(log_p.std() / np.sqrt(len(cases))),
        free_energy=float(mean_field_free_energies(machine, cases, rows).mean()),
        training_free_energy=training_free_energy,
        independent_pixels=pixels,
    )


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """Chains of Gibbs sweeps, as images or as states."""
    out, machine = check_output(options.out), run.model
    s = sample_boltzmann(machine, options.count, options.steps, np.random.default_rng(options.seed))
    v = s[:, : machine.n_visible]
    if out.suffix == ".npy":
        save_array(v.astype(np.uint8), out)
        return
    title = f"visible units after {options.steps:,} Gibbs sweeps"
    plots.save(plots.samples(v, image_shape_of(run, options), title=title), out.name, out.parent)
