"""Runs of GANs: `dgm train gan`, and what `dgm evaluate` and `dgm sample` do with them.

The data are the ring or the grid, by name, drawn afresh for every batch at unit spread; or images, as `open_data`
opens them, grey.
"""
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..adversarial.coverage import (
    Coverage,
    TwoSampleTest,
    evaluate_coverage,
    mmd,
    precision_and_recall,
    sliced_wasserstein,
)
from ..adversarial.gan import GAN, check_gan, generate, make_gan
from ..adversarial.gan_training import GANSettings, GANTrainer, train_gan
from ..adversarial.noise import InstanceNoise
from ..adversarial.objectives import OBJECTIVES
from ..adversarial.penalties import R1, GradientPenalty
from ..data.dataset import Data, show_names
from ..data.mixtures import MixtureOfGaussians, draw_mixture, grid_of_gaussians, ring_of_gaussians, to_unit_spread
from ..foundation.checkpoint import CHECKPOINT, load_run_state
from ..foundation.checks import invalid
from ..foundation.optimizers import SCHEDULES, Adam
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from ..foundation.state import from_state
from ..foundation.types import Array, Generator
from ..neural.mlp import ELEMENTWISE, init_mlp, n_outputs
from .classes import class_names, labels_of
from .loading import (
    FILES_HELP,
    IMAGE_SHAPE_HELP,
    DataOptions,
    LoadedRun,
    check_output,
    image_shape_of,
    open_measured_data,
    open_training_data,
    opening,
    save_array,
)

MIXTURES = {"ring": ring_of_gaussians, "grid": grid_of_gaussians}
PENALTIES = {"none": None, "r1": R1, "gradient": GradientPenalty}
DEFAULTS: dict[str, dict[str, Any]] = {  # where the kind of data decides
    "mixture": {"steps": 12_000, "latents": 2, "hidden": (80,) * 5, "units": "tanh", "batch_size": 256, "rate": 0.001,
                "noise": 0.5},
    "images": {"steps": 6_000, "latents": 32, "hidden": (128, 256), "units": "leaky_relu", "batch_size": 64,
               "rate": 0.002, "noise": 0.0},
}
FILM_FRAMES, FILM_SAMPLES = 60, 1000
COVERAGE_SAMPLES = 2_500  # PacGAN's protocol
MOST_COMPARED = 2_000  # rows of either set that distances are taken of
GREY = "grey"  # bits

HELP = "a generative adversarial network"
DESCRIPTION = """\
Train a generator against a discriminator, which is a network of leaky ReLUs. Says while it runs how far the samples
are from the data (distance, in standard deviations), how wide they spread, and how often the discriminator is right;
and, in a sentence, when the generator collapses, saturates, or the run diverges. On the ring and the grid it also
leaves a film of the training, training.gif.

  dgm train gan --data ring --out run/
  dgm train gan --data digits --conditional --out run/

What to try: more steps; --penalty-weight from 0.01 to 10; --conditional with labelled data; --packing 2 or 4, and for
images --noise 0.5, where modes are lost; --objective wasserstein with --penalty gradient --penalty-weight 10
--critic-steps 5."""
TRAINER, SETTINGS = GANTrainer, GANSettings
check_model = check_gan
OBJECTIVE_KINDS = tuple({type(objective) for objective in OBJECTIVES.values()})
SETTING_RECORDS = (*OBJECTIVE_KINDS, R1, GradientPenalty, InstanceNoise)  # what settings of a run may be


def defaults(name: str) -> str:
    """What --help says of an option whose default the data decide."""
    mixture, images = (" ".join(map(str, value)) if isinstance(value, tuple) else value
                       for value in (DEFAULTS["mixture"][name], DEFAULTS["images"][name]))
    return f"(default: {mixture} for ring and grid, {images} for images)"


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, GANSettings):
    """`dgm train gan`"""

    data: str = setting(help=f"ring, grid, digits, or {FILES_HELP}")
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    steps: int = setting(None, f"steps of the generator {defaults('steps')}")
    latents: int = setting(None, f"numbers of noise that a sample is made of {defaults('latents')}")
    hidden: tuple = setting(None, "hidden units a layer, of the generator, and in the other order of the discriminator "
                                  f"{defaults('hidden')}", metavar="UNITS")
    units: str = setting(None, f"of the generator's hidden layers {defaults('units')}",
                         choices=(*ELEMENTWISE, "maxout"))
    conditional: bool = setting(False, "give both players the labels")
    seed: int = setting(0, "everything drawn comes from it", least=0)
    objective: str = setting("non-saturating", "what the players descend", choices=tuple(OBJECTIVES))
    penalty: str = setting("r1", "on the gradient of the discriminator", choices=tuple(PENALTIES))
    penalty_weight: float = setting(0.5, "of the penalty")
    noise: float = setting(None, "blur what the discriminator sees by noise of this standard deviation at first; by "
                                 f"half the run its finest level is 0.005 {defaults('noise')}")
    packing: int = setting(1, "cases that the discriminator sees side by side")
    discrimination: tuple = setting(None, "minibatch discrimination in the discriminator, such as 16 4; takes "
                                          "--penalty none", n_values=2, metavar=("KERNELS", "DIRECTIONS"))
    dropout: float = setting(0.0, "fraction of the discriminator's values to drop; takes --penalty none", below=1)
    batch_norm: bool = setting(False, "batch norm in the generator")
    batch_size: int = setting(None, f"real cases, and generated ones, a step {defaults('batch_size')}")
    rate: float = setting(None, f"learning rate at the start {defaults('rate')}", above=0)
    schedule: str = setting("linear", "how the rates fall", choices=SCHEDULES)
    average: float = setting(0.999, "give back the generator's moving average with this decay; 0 for its last state",
                             below=1)
    log_every: int = setting(None, "steps from one entry of the history to the next (default: a sixtieth of the steps)")


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions):
    """What its samples cover, beside what real cases would show: on the ring and the grid, the modes; on images,
    precision and recall, the maximum mean discrepancy and the sliced Wasserstein distance.
    """

    data: str = setting(None, "other data to measure on, by name or path (default: the run's)")
    part: str = setting(None, "of data that have parts (default: test)", choices=("train", "test"))
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Settings):
    """Cases that the generator makes of noise, of each class in turn where it has classes.
    """

    out: Path = setting(Path("samples.png"), ".png: images, or points in the plane; .npy: the numbers themselves")
    count: int = setting(100, "how many samples, of each class in turn where there are classes")
    image_shape: tuple = setting(None, IMAGE_SHAPE_HELP, metavar="LENGTH")
    seed: int = setting(0, "everything drawn comes from it", least=0)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[GAN, History]:
    """Train a GAN with its state kept in `folder`, or go on with the run that is there: `(gan, history)`.

    A generator of images ends with a sigmoid.
    """
    source = open_source(options, progress)
    is_mixture = isinstance(source, MixtureOfGaussians)
    options = with_defaults(options, is_mixture, log_every_of(Path(folder)))
    labels, names = classes_of(source, options.data) if options.conditional else (None, ())
    rng = np.random.default_rng(options.seed)
    gan = init_gan(options, source, len(names), rng)
    kind = PENALTIES[options.penalty]
    settings = {
        **options.only(GANSettings),
        "objective": OBJECTIVES[options.objective],
        "penalty": None if kind is None else kind(options.penalty_weight),
        "noise": None if options.noise == 0 else InstanceNoise(options.noise, min(options.noise, InstanceNoise.end)),
        "optimizer": Adam(0.5, 0.99),
        "average": options.average or None,
    }
    metadata = {"seed": options.seed, "mixture": options.data if is_mixture else None}
    return train_gan(gan, source, rng=rng, labels=labels, checkpoint=folder, metadata=metadata, progress=progress,
                     on_record=Film(options.seed) if is_mixture else None, **settings)


def log_every_of(folder: Path) -> int | None:
    """The log_every of the run in the folder, which goes on with it where no other is asked for; None without a run."""
    if not os.path.exists(folder / CHECKPOINT):
        return None
    settings = load_run_state(folder / CHECKPOINT, TRAINER.kind, ("settings",))["settings"]
    return settings.get("log_every") if isinstance(settings, dict) else None


def with_defaults(options: TrainOptions, is_mixture: bool, log_every: int | None) -> TrainOptions:
    """The options with those that the kind of data, the steps or a run that began with `log_every` decide filled in."""
    values: dict[str, Any] = vars(options) | {}
    for name, value in DEFAULTS["mixture" if is_mixture else "images"].items():
        if values[name] is None:
            values[name] = value
    if values["log_every"] is None:
        values["log_every"] = log_every or max(1, values["steps"] // FILM_FRAMES)
    return TrainOptions(**values)


def open_source(options: TrainOptions, progress: bool) -> MixtureOfGaussians | Data:
    """The ring or the grid at unit spread, or grey images. Raises InvalidInput."""
    if options.data not in MIXTURES:
        return open_training_data(options, GREY, progress)
    if options.part is not None:
        raise invalid("part", f"None, since {options.data} has no parts", repr(options.part))
    for name, value in opening(options).items():
        raise invalid(name, f"None, since {options.data} is no file", repr(value))
    return to_unit_spread(MIXTURES[options.data]())


def classes_of(source: MixtureOfGaussians | Data, name: str) -> tuple[Array, tuple]:
    """`(labels (N,), names of the classes)` of the data; InvalidInput where they have none."""
    if isinstance(source, MixtureOfGaussians):
        raise invalid("conditional", "data with labels", f"{name}, which has none")
    return labels_of("conditional", source)


def init_gan(options: TrainOptions, source: MixtureOfGaussians | Data, n_classes: int, rng: Generator) -> GAN:
    """A fresh GAN of the widths and layers asked for. Draws the generator's weights, then the discriminator's."""
    is_mixture = isinstance(source, MixtureOfGaussians)
    width = source.centres.shape[1] if isinstance(source, MixtureOfGaussians) else source.shape[1]
    generator = init_mlp([options.latents + n_classes, *options.hidden, width], rng, hidden=options.units,
                         batch_norm=options.batch_norm, output=None if is_mixture else "sigmoid")
    discriminator = init_mlp([options.packing * (width + n_classes), *reversed(options.hidden), 1], rng,
                             dropout=options.dropout, discrimination=options.discrimination)
    return make_gan(generator, discriminator, n_classes, options.packing)


class Film:
    """Samples at each entry of the history, from the same latents, for `plots.save_film`; it goes to on_record."""

    def __init__(self, seed: int, n_samples: int = FILM_SAMPLES):
        self.seed, self.n_samples = seed, n_samples

    def __call__(self, gan: GAN, history: History) -> Array:
        """The samples (n_samples, D)."""
        return draw_samples(gan, self.n_samples, np.random.default_rng(self.seed))


def draw_samples(gan: GAN, n: int, rng: Generator) -> Array:
    """n samples (n, D), of each class in turn where there are classes."""
    labels = np.arange(n) % gan.n_classes if gan.n_classes > 0 else None
    return generate(gan, n, rng, labels)


def draw_training(run: LoadedRun) -> None:
    """The curves of a run, and a film of its samples where they were kept."""
    plots.save(plots.gan_curves(run.history), "training.png", run.folder)
    mixture = mixture_of(run)
    if run.history.snapshots and mixture is not None:
        plots.save_film(run.history.snapshots, mixture, "training.gif", run.folder)


def mixture_of(run: LoadedRun) -> MixtureOfGaussians | None:
    """The mixture that the run learnt from, as it was given to `train_gan`; None where it was none."""
    state = run.description.get("mixture")
    return None if state is None else from_state("mixture", state, (MixtureOfGaussians,))


def name_of_mixture(run: LoadedRun) -> str | None:
    """The name of the mixture that the command opened for the run; None for others, and for a run made in Python."""
    name, mixture = run.metadata.get("mixture"), mixture_of(run)
    if mixture is None or not isinstance(name, str) or name not in MIXTURES:
        return None
    is_it = np.array_equal(mixture.centres, to_unit_spread(MIXTURES[name]()).centres)
    return name if is_it else None


@dataclass(frozen=True, eq=False)
class Distances:
    """How far generated rows are from real ones; see coverage.py."""

    precision: float
    recall: float
    mmd: TwoSampleTest
    sliced_wasserstein: float

    def __str__(self) -> str:
        return (f"precision {self.precision:.3f}, recall {self.recall:.3f}, {self.mmd}, "
                f"sliced Wasserstein {self.sliced_wasserstein:.4f}")


@dataclass(frozen=True, eq=False)
class Report:
    """What the samples of a run cover, beside what real cases would show. Printing it gives the report in words."""

    data: str  # on what it was measured
    samples: Coverage | Distances
    real: Coverage | Distances

    def __str__(self) -> str:
        return "\n".join([
            f"measured on      {self.data}",
            f"samples          {self.samples}",
            f"real cases       {self.real}",
            "the row of real cases is what a perfect generator would show; nearer to it is better",
        ])


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """What the samples of a run cover: modes, by PacGAN's protocol, or distances to images that it has not seen."""
    rng = np.random.default_rng(options.seed)
    mixture = mixture_of(run)
    name = name_of_mixture(run) or "a mixture"
    if (options.data in MIXTURES) != (mixture is not None) and options.data is not None:
        raise invalid("data", "data of the kind that the run learnt from", options.data)
    if mixture is None:
        return evaluate_on_images(run, options, rng)
    if options.data is not None:
        name, mixture = options.data, to_unit_spread(MIXTURES[options.data]())
    samples = draw_samples(run.model, COVERAGE_SAMPLES, rng)
    real = draw_mixture(mixture, COVERAGE_SAMPLES, rng)
    return Report(name, evaluate_coverage(samples, mixture), evaluate_coverage(real, mixture))


def evaluate_on_images(run: LoadedRun, options: EvaluateOptions, rng: Generator) -> Report:
    """Samples, and as many training cases in their place, held against images that the run has not seen.

    Where there are no other cases than those that it learnt from, or these are not there any more, the cases that there
    are stand on both sides, one half on each.
    """
    measured = open_measured_data(run, options, run.description.get("bits", GREY), run.model.n_classes > 0)
    cases, training = measured.cases, measured.training
    width = n_outputs(run.model.generator)
    if cases.shape[1] != width:
        raise invalid("data", f"cases of {width} numbers, as the run learnt from", cases.shape[1])
    if training is None or measured.is_seen:
        order = rng.permutation(len(cases))
        half = len(cases) // 2
        if half == 0:
            raise invalid("data", "at least two cases", len(cases))
        cases, training = cases.take(order[:half]), cases.take(order[half:])
    unseen = some_rows(cases, MOST_COMPARED, rng)
    n = min(len(unseen), len(training))
    samples = draw_samples(run.model, n, rng)
    seen = some_rows(training, n, rng)
    return Report(measured.what, compare(unseen, samples, rng), compare(unseen, seen, rng))


def some_rows(data: Data, most: int, rng: Generator) -> Array:
    """Up to `most` rows of data, drawn: (n, D)."""
    return data[np.sort(rng.permutation(len(data))[:most])]


def compare(real: Array, fake: Array, rng: Generator) -> Distances:
    """The distances between real and fake rows, (N, D) each."""
    precision, recall = precision_and_recall(real, fake)
    return Distances(precision, recall, mmd(real, fake, rng), sliced_wasserstein(real, fake, 200, rng))


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """Samples in the data's own unit, as images, as points in the plane, or as numbers."""
    out = check_output(options.out)
    x = draw_samples(run.model, options.count, np.random.default_rng(options.seed)) * own_unit(run)
    classes = class_names(run, run.model.n_classes)
    if out.suffix == ".npy":
        save_array(x, out)
        if classes:
            print(f"  of each class in turn: {show_names(classes)}")
        return
    name = name_of_mixture(run)
    if mixture_of(run) is None:
        names = [classes[i % len(classes)] for i in range(options.count)] if classes else None
        fig = plots.samples(x, image_shape_of(run, options), names=names)
    else:
        mixture = mixture_of(run) if name is None else MIXTURES[name]()
        fig = plots.scatter(x, mixture, title=f"{options.count:,} samples")
    plots.save(fig, out.name, out.parent)


def own_unit(run: LoadedRun) -> float:
    """What brings samples back from unit spread to the unit of the ring or the grid; 1 for other data."""
    name = name_of_mixture(run)
    if name is None:
        return 1.0
    own = MIXTURES[name]()
    return own.sigma / to_unit_spread(own).sigma
