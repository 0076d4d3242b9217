"""Runs of class RBMs: `dgm train class-rbm`, and what `dgm evaluate` and `dgm sample` do with them."""
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import plots
from ..data.dataset import BITS, Data, check_image_shape
from ..energy.class_rbm import (
    ClassRBM,
    check_class_rbm,
    complete_images,
    init_class_rbm,
    join,
    joint_rbm,
    log_p_labels,
    sample_of_class,
)
from ..energy.class_rbm_training import ClassRBMSettings, ClassRBMTrainer, train_class_rbm
from ..energy.evaluation import Evaluation, evaluate_rbm
from ..energy.likelihood import has_exact_log_z
from ..foundation.checks import invalid, one_line
from ..foundation.progress import History
from ..foundation.settings import setting
from ..foundation.types import Array
from .classes import class_names, count_errors, few_labels, labels_by_name, labels_to_tell_apart, lines_of_errors
from .loading import (
    FILES_HELP,
    DataOptions,
    LoadedRun,
    MeasuredBitsOptions,
    check_output,
    draw_curves,
    image_shape_of,
    open_measured_data,
    open_training_data,
    save_array,
)

HELP = "an RBM over images and their labels"
DESCRIPTION = """\
Train a class RBM, a joint model of an image and its label: it tells classes apart, draws images of a class, and
completes images of which a part is covered.

  dgm train class-rbm --data digits --out run/

  --objective hybrid          log p(label given image), and a little of log p(image, label): classifies, and draws
  --objective discriminative  log p(label given image) alone: quick, and its samples are nothing to look at
  --objective generative      log p(image, label): for samples and completions; try --rate 0.3 --label-rate 3

What to try: --hidden 500 for larger images; --average 0.998; --n-labels 100 to see what few labels do."""
TRAINER, SETTINGS = ClassRBMTrainer, ClassRBMSettings
COVERS = ("bottom", "top", "left", "right")
COMPLETIONS = 3  # of each image, one below the other
check_model = check_class_rbm
draw_training = draw_curves


@dataclass(frozen=True, kw_only=True)
class TrainOptions(DataOptions, ClassRBMSettings):
    """`dgm train class-rbm`"""

    data: str = setting(help=f"digits, or {FILES_HELP}, with labels")
    part: str = setting(None, "of data that have parts (default: train)", choices=("train", "test"))
    bits: str = setting("grey", "how grey pixels become bits; grey ones are drawn anew at every step", choices=BITS)
    n_labels: int = setting(None, "learn from so many cases alone, as evenly from all classes as can be")
    hidden: int = setting(100, "hidden units; up to 25 make log p(image, label) exact")
    epochs: int = setting(30, "passes over the data")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(DataOptions, MeasuredBitsOptions):
    """How many cases are given a wrong class, in all and class by class, and the mean log p(label given image), which
    is exact. With at most 25 hidden units and bits (--bits threshold) the mean log p(image, label), exactly, too.
    """


@dataclass(frozen=True, kw_only=True)
class SampleOptions(DataOptions):
    """Samples of each class: Gibbs chains that start at noise, with the label held. With --complete, images that the
    run has not seen, of which half is covered: a row of them, a row as the model sees them, three rows of completions.
    """

    out: Path = setting(Path("samples.png"), ".png: images; .npy: the numbers themselves")
    count: int = setting(10, "samples of each class; with --complete, images")
    steps: int = setting(1000, "Gibbs steps a chain; too few show the noise that they started at")
    complete: bool = setting(False, "complete images of which half is covered")
    cover: str = setting("bottom", "the half that --complete covers", choices=COVERS)
    data: str = setting(None, "with --complete: other images, by name or path (default: the run's)")
    part: str = setting(None, "with --complete: of data that have parts (default: test)", choices=("train", "test"))
    seed: int = setting(0, "everything drawn comes from it", least=0)


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[ClassRBM, History]:
    """Train a class RBM with its state kept in `folder`, or go on with the run that is there: `(model, history)`."""
    cases = open_training_data(options, options.bits, progress)
    labels, names = labels_to_tell_apart(cases)
    if options.n_labels is not None:
        rows = few_labels(labels, options.n_labels, options.seed)
        cases, labels = cases.take(rows), labels[rows]
    rng = np.random.default_rng(options.seed)
    model = init_class_rbm(cases.shape[1], options.hidden, len(names), rng, cases)
    return train_class_rbm(model, cases, labels, rng=rng, checkpoint=folder, metadata={"seed": options.seed},
                           progress=progress, **options.only(ClassRBMSettings))


@dataclass(frozen=True, eq=False)
class Report:
    """What can be said of a class RBM on data. Printing it gives the report in words."""

    data: str  # on what it was measured
    n_cases: int
    error: float  # fraction of the cases that is given a wrong class
    log_p_label: float  # mean log p(y given v), in nats
    errors: dict  # name of a class -> (wrong, cases)
    joint: Evaluation | None  # of log p(v, y); None where it is out of reach
    why_no_joint: str  # the reason then

    def __str__(self) -> str:
        standard_error = np.sqrt(self.error * (1 - self.error) / self.n_cases)
        lines = [
            f"measured on      {self.data}, {self.n_cases} cases",
            f"error            {self.error:.2%} ± {standard_error:.2%}",
            f"log p(y given v) {self.log_p_label:.4f} nats a case, exact",
        ]
        if self.joint is None:
            lines.append(f"log p(v, y)      not measured: {self.why_no_joint}")
        else:
            lines.append(f"log p(v, y)      {self.joint.log_likelihood:.3f} nats a case, exact")
        return "\n".join(lines + lines_of_errors(self.errors))


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """How many cases are given a wrong class, the mean log p(y given v), and log p(v, y) where it is exact."""
    bits = run.description.get("bits", "grey") if options.bits is None else options.bits
    measured = open_measured_data(run, options, bits, with_labels=True)
    cases, model, names = measured.cases, run.model, class_names(run, len(run.model.d))
    check_width(cases, model)
    labels = labels_by_name(cases, names)
    log_p = log_p_labels(model, cases, np.arange(len(cases)))
    is_wrong = log_p.argmax(axis=1) != labels
    errors = count_errors(is_wrong, labels, names)
    joint, reason = None, why_no_joint(model, cases)
    if not reason:
        s = join(cases[:], labels, len(names))
        joint = evaluate_rbm(joint_rbm(model), s, np.random.default_rng(0), method="exact")
    log_p_label = float(log_p[np.arange(len(labels)), labels].mean())
    return Report(measured.what, len(labels), float(is_wrong.mean()), log_p_label, errors, joint, reason)


def why_no_joint(model: ClassRBM, cases: Data) -> str:
    """Why log p(v, y) of the cases is out of reach; "" where it is not."""
    if not has_exact_log_z(joint_rbm(model)):
        return f"it needs at most 25 hidden units, and there are {len(model.c)}"
    return "it needs bits, such as --bits threshold makes" if cases.has_grey else ""


def check_width(cases: Data, model: ClassRBM) -> None:
    """InvalidInput where the cases have another width than the model's images."""
    if cases.shape[1] != len(model.b):
        raise invalid("data", f"cases of {len(model.b)} numbers, as the run learnt from", cases.shape[1])


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """Samples of each class, or images of which half was covered, completed; as images or as numbers."""
    out = check_output(options.out)
    if options.complete:
        sample_completions(run, options, out)
        return
    for name in ("data", "part"):
        if getattr(options, name) is not None:
            raise invalid(name, "None without --complete", repr(getattr(options, name)))
    n_classes = len(run.model.d)
    labels = np.repeat(np.arange(n_classes), options.count)
    v, p_v = sample_of_class(run.model, labels, options.steps, np.random.default_rng(options.seed))
    if out.suffix == ".npy":
        save_array(v.astype(np.uint8), out)
        return
    names = [class_names(run, n_classes)[label] for label in labels]
    title = f"p(v given h) of each class after {options.steps:,} Gibbs steps"
    fig = plots.samples(p_v, image_shape_of(run, options), columns=options.count, title=title, names=names)
    plots.save(fig, out.name, out.parent)


def sample_completions(run: LoadedRun, options: SampleOptions, out: Path) -> None:
    """Rows of images: whole, covered, and completed three times. As numbers: the completions (3, N, D)."""
    model, rng = run.model, np.random.default_rng(options.seed)
    cases = open_measured_data(run, options, run.description.get("bits", "grey")).cases
    check_width(cases, model)
    image_shape = image_shape_of(run, options)
    rows = np.sort(rng.permutation(len(cases))[: options.count])
    whole = cases[rows]
    known = ~covered_half(whole.shape[1], image_shape, options.cover)
    completions = [complete_images(model, whole, known, options.steps, rng) for _ in range(COMPLETIONS)]
    if out.suffix == ".npy":
        save_array(np.stack([v for v, _, _ in completions]), out)
        return
    covered = np.where(known, whole, 0.5)
    images = np.concatenate([whole, covered, *(p_v for _, p_v, _ in completions)])
    title = f"images of {one_line(cases.name, 40)}, the {options.cover} half covered, three completions"
    fig = plots.samples(images, image_shape, columns=len(rows), title=title)
    plots.save(fig, out.name, out.parent)


def covered_half(n_numbers: int, image_shape: Sequence[int] | None, side: str) -> Array:
    """Which of the numbers of an image lie in its half on that side, rounded down: (D,) of bool.

    What is no image is a single row; where top or bottom is asked for, its left or right half. InvalidInput where the
    shape is not one of so many numbers.
    """
    if image_shape is not None:
        shape = check_image_shape(image_shape, n_numbers)
    else:
        shape = plots.square_shape(n_numbers) if plots.is_drawn_as_images(n_numbers, None) else (1, n_numbers)
    rows, columns = plots.image_size(shape)
    along_rows = side in ("top", "bottom") and rows > 1
    length = rows if along_rows else columns
    place = np.arange(length)
    is_covered = place < length // 2 if side in ("top", "left") else place >= length - length // 2
    table = np.broadcast_to(is_covered[:, None] if along_rows else is_covered, (rows, columns))
    if len(shape) == 3:  # the same for each colour, before or after the pixels
        table = table[..., None] if shape[-1] == 3 else table[None]
    return np.broadcast_to(table, shape).ravel()
