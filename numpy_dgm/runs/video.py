"""Runs of models of films: `dgm train video`, and what `dgm evaluate` and `dgm sample` do with them.

The data are films of bouncing balls, made from the seed, or an .npy file of grey films (films, frames, rows, columns).
"""
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..data.balls import MOST_BALLS, bouncing_balls
from ..data.catalog import open_data
from ..data.dataset import Data, data_from_arrays
from ..energy.temporal import (
    TemporalModel,
    check_temporal,
    copied_frames,
    extrapolated_frames,
    generate_films,
    init_conditional_rbm,
    init_rtrbm,
    next_frame_error,
    predict_frames,
)
from ..energy.temporal_training import TemporalSettings, TemporalTrainer, train_temporal
from ..foundation.checks import check_integer, invalid
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from ..foundation.types import Array
from .loading import LoadedRun, data_description, draw_curves, reopen_data, save_array, seed_of

BALLS = "balls"
PAST = 2  # frames that a conditional RBM sees, where nothing else is said
MADE: dict[str, int] = {"films": 1_000, "frames": 100, "side": 30, "balls": 3}  # films of balls, as they are by default
GREY = "grey"  # bits
SCALE = 0.05  # of a recurrent model's weights at the start; at .01 learning takes long to begin
FILMS_FOR_THE_MEAN = 100  # of which the mean frame is taken at the start
TEST, START = 2, 3  # beside the seed, for generators of films of balls that are not those of training (1)
SHOWN_FRAMES = 12  # of a film, in an image

HELP = "a model of films: a recurrent temporal or a conditional RBM"
DESCRIPTION = """\
Train a model that tells the next frame of a film from those before it, an RBM whose biases come from the past.

  dgm train video --data balls --out run/

  --model rtrbm         what it knows of the past stands in its hidden units (the default)
  --model conditional   it sees the last --past frames

The data are films of bouncing balls, made from the seed; or an .npy file of grey films, an array (films, frames, rows,
columns). What to try: more films and more epochs; --films 4000 --hidden 400 is the setting of published figures, and
takes minutes; --no-direct for the recurrent model as it was published; --side 15 --films 200 for a quick look."""
TRAINER, SETTINGS = TemporalTrainer, TemporalSettings
check_model = check_temporal


def default(name: str) -> str:
    """What --help says of an option of films of balls."""
    return f"(default: {MADE[name]}; for balls only)"


@dataclass(frozen=True, kw_only=True)
class TrainOptions(TemporalSettings):
    """`dgm train video`"""

    data: str = setting(help="balls, or the path of an .npy file with films (films, frames, rows, columns)")
    model: str = setting("rtrbm", "what knows of the past", choices=("rtrbm", "conditional"))
    hidden: int = setting(200, "hidden units")
    past: int = setting(None, f"frames that a conditional RBM sees (default: {PAST})")
    films: int = setting(None, f"how many films to make {default('films')}")
    frames: int = setting(None, f"frames a film {default('frames')}", least=2)
    side: int = setting(None, f"rows, and columns, of a frame {default('side')}")
    balls: int = setting(None, f"balls in the box {default('balls')}", most=MOST_BALLS)
    scale: float = setting(None, "of a file: the pixel value that is fully on (default: 1 of floats, 255 of bytes)",
                           above=0)
    epochs: int = setting(4, "passes over the films")
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(Settings):
    """The squared error of the next frame, beside that of copying the last frame and of extrapolating the last two:
    of balls on films that it has not seen.
    """

    data: str = setting(None, "an .npy file of other films (default: new films of balls, or the run's own file)")
    films: int = setting(200, "how many films of balls to make; of a file, how many at most are measured on")
    steps: int = setting(10, "of mean field a frame")
    scale: float = setting(None, "of a file: the pixel value that is fully on (default: 1 of floats, 255 of bytes)",
                           above=0)


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Settings):
    """Films that the model makes up frame by frame, from true frames on or from nothing.
    """

    out: Path = setting(Path("samples.gif"), ".gif: films; .png: some of their frames; .npy: the numbers")
    count: int = setting(4, "how many films")
    frames: int = setting(100, "frames a film, without those of the start")
    start: int = setting(10, "true frames that each film goes on from; 0 for none", least=0)
    steps: int = setting(20, "Gibbs steps a frame")
    seed: int = setting(0, "everything drawn comes from it", least=0)


# ---- training


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[TemporalModel, History]:
    """Train a model with its state kept in `folder`, or go on with the run that is there: `(model, history)`."""
    if options.model == "rtrbm" and options.past is not None:
        raise invalid("past", "None with --model rtrbm, whose hidden units keep all of the past", options.past)
    cases, film_shape = open_films(options)
    if progress:
        print(f"data  {describe(cases, film_shape)}")
    rng = np.random.default_rng(options.seed)
    n_visible = film_shape[1] * film_shape[2]
    mean = cases[:FILMS_FOR_THE_MEAN].reshape(-1, n_visible).mean(axis=0, dtype=np.float64)
    if options.model == "rtrbm":
        model: TemporalModel = init_rtrbm(n_visible, options.hidden, rng, mean, SCALE)
    else:
        model = init_conditional_rbm(n_visible, options.hidden, options.past or PAST, rng, mean)
    metadata = {"seed": options.seed, "film_shape": list(film_shape), "balls": made_of(options)["balls"]}
    return train_temporal(model, cases, rng=rng, checkpoint=folder, metadata=metadata, progress=progress,
                          **options.only(TemporalSettings))


def draw_training(run: LoadedRun) -> None:
    """The curves of a run, whose errors are those of the next frame."""
    draw_curves(run, dict.fromkeys(("error", "validation_error"), "squared error of the next frame"))


def open_films(options: TrainOptions) -> tuple[Data, tuple]:
    """`(a film a row, (frames, rows, columns) of a film)`. Raises InvalidInput."""
    if options.data != BALLS:
        for name in MADE:
            if getattr(options, name) is not None:
                raise invalid(name, f"None, since {options.data} is a file", getattr(options, name))
        return read_films(options.data, options.scale)
    if options.scale is not None:
        raise invalid("scale", "None, since balls are no file", options.scale)
    made = made_of(options)
    return make_films(made["films"], (made["frames"], made["side"], made["side"]), made["balls"], [options.seed, 1])


def made_of(options: TrainOptions) -> dict:
    """The sizes of the films of balls that the options ask for, by name."""
    given = {name: getattr(options, name) for name in MADE}
    return {name: MADE[name] if value is None else value for name, value in given.items()}


def make_films(n_films: int, film_shape: tuple, n_balls: int, seed: list) -> tuple[Data, tuple]:
    """Films of balls from a generator of that seed, as `open_films` gives them."""
    films = bouncing_balls(n_films, np.random.default_rng(seed), film_shape[0], n_balls, film_shape[1])
    return data_from_arrays(films.reshape(n_films, -1), name=BALLS, bits=GREY, scale=255), film_shape


def read_films(path: str, scale: float | None) -> tuple[Data, tuple]:
    """The films of an .npy file, likewise. They stay in the file until they are drawn. Raises InvalidInput."""
    if not path.lower().endswith(".npy"):
        raise invalid("data", "balls, or the path of an .npy file with films", repr(path))
    cases = open_data(path, bits=GREY, scale=scale)
    film_shape = np.load(path, mmap_mode="r").shape[1:]
    if len(film_shape) != 3 or film_shape[0] < 2:
        raise invalid(path, "films (films, frames, rows, columns) of at least 2 frames", f"shape {film_shape}, a film")
    return cases, film_shape


def describe(cases: Data, film_shape: tuple) -> str:
    """How many films of what shape."""
    frames, rows, columns = film_shape
    return f"{cases.name}: {len(cases):,} films of {frames} frames of {rows} x {columns} pixels; 1 is {cases.scale:g}"


# ---- measuring


@dataclass(frozen=True, eq=False)
class Report:
    """How well the next frame is told. Errors are squared, summed over pixels, averaged over frames 2 to the last."""

    data: str  # on what it was measured
    error: float
    copied: float
    extrapolated: float

    def __str__(self) -> str:
        return "\n".join([
            f"measured on      {self.data}",
            f"next frame       squared error {self.error:.3f}, summed over pixels",
            f"for comparison   {self.copied:.3f} where the last frame is copied, {self.extrapolated:.3f} where each "
            "pixel goes on as it did",
        ])


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """The error of the next frame in films that the run has not seen, where there are any."""
    cases, film_shape, seen = films_to_measure(run, options)
    if film_shape[1] * film_shape[2] != len(run.model.b):
        raise invalid("data", f"frames of {len(run.model.b)} pixels", f"{film_shape[1]} x {film_shape[2]}")
    n_films = min(options.films, len(cases))
    errors = []
    for n in range(n_films):
        film = cases[n : n + 1].reshape(1, film_shape[0], -1)
        predictions = (predict_frames(run.model, film, options.steps), copied_frames(film), extrapolated_frames(film))
        errors.append([next_frame_error(film, predicted) for predicted in predictions])
    measured = describe(cases, film_shape) + (f", the first {n_films:,} of them" if n_films < len(cases) else "")
    return Report(measured + seen, *np.mean(errors, axis=0))


def films_to_measure(run: LoadedRun, options: EvaluateOptions) -> tuple[Data, tuple, str]:
    """`(a film a row, (frames, rows, columns), what to say of them)`. Raises InvalidInput."""
    if options.data not in (None, BALLS):
        return *read_films(options.data, options.scale), ""
    if options.scale is not None:
        raise invalid("scale", "None without a file as data", options.scale)
    if options.data == BALLS or is_of_balls(run):
        return *make_films(options.films, film_shape_of(run), balls_of(run), [seed_of(run), TEST]), ", which are new"
    cases = reopen_data(run)
    return cases, film_shape_of(run), ", the films that it learnt from"


def is_of_balls(run: LoadedRun) -> bool:
    """Whether the run learnt from films of balls that the command made."""
    known = data_description(run)
    return known is not None and known["name"] == BALLS and known["path"] is None


def film_shape_of(run: LoadedRun) -> tuple:
    """(frames, rows, columns) of the films that the run learnt from. InvalidInput for a run made in Python."""
    shape = run.metadata.get("film_shape")
    if not isinstance(shape, list) or len(shape) != 3 or shape[1] * shape[2] != len(run.model.b):
        raise invalid("film_shape", "the film_shape of a run of the command", repr(shape),
                      "in Python there are predict_frames and generate_films")
    frames, rows, columns = (check_integer("film_shape", length) for length in shape)
    return frames, rows, columns


def balls_of(run: LoadedRun) -> int:
    """How many balls were in the box."""
    return check_integer("balls", run.metadata.get("balls", MADE["balls"]), most=MOST_BALLS)


# ---- making films


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """Films made up from true frames on, or from nothing: as a GIF, as an image of some frames, or as numbers."""
    out = options.out
    if out.suffix not in (".gif", ".png", ".npy"):
        raise invalid("out", "a name that ends in .gif (films), .png (some frames) or .npy (numbers)", out)
    frame_shape = film_shape_of(run)[1:]
    start = None if options.start == 0 else true_frames(run, options)
    rng = np.random.default_rng(options.seed)
    films = generate_films(run.model, options.count, options.frames, rng, start, options.steps)
    films = films if start is None else np.concatenate([start, films], axis=1)
    films = films.reshape(*films.shape[:2], *frame_shape)
    if out.suffix == ".npy":
        save_array(films, out)
    elif out.suffix == ".gif":
        plots.save_frames(films, out.name, out.parent)
    else:
        shown = np.unique(np.linspace(0, films.shape[1] - 1, SHOWN_FRAMES).astype(int))
        images = films[:, shown].reshape(-1, frame_shape[0] * frame_shape[1])
        title = f"frames {', '.join(str(t + 1) for t in shown)}"
        plots.save(plots.samples(images, frame_shape, columns=len(shown), title=title), out.name, out.parent)


def true_frames(run: LoadedRun, options: SampleOptions) -> Array:
    """The first frames of films of the run's kind: (count, start, D). Of balls, films that it has not seen."""
    film_shape = film_shape_of(run)
    if is_of_balls(run):
        seed: list[Any] = [options.seed, START]
        cases, _ = make_films(options.count, (options.start, *film_shape[1:]), balls_of(run), seed)
        return cases[:].reshape(options.count, options.start, -1)
    cases = reopen_data(run)
    if options.start > film_shape[0]:
        raise invalid("start", f"at most the {film_shape[0]} frames that a film has", options.start)
    rows = np.arange(options.count) % len(cases)
    return cases[rows].reshape(options.count, film_shape[0], -1)[:, : options.start]
