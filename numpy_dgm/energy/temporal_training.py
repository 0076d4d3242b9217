"""Training models of films: `train_temporal` climbs the mean log p a frame, a few films a step, by CD-k.

    θ ← θ + α g          θ all parameters in one vector, g the gradient of temporal.py, α the learning rate

N films    T frames    D visible units    K hidden units
"""
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.batches import check_cases
from ..foundation.checks import check_array, check_fits, check_generator, invalid
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .temporal import (
    RTRBM,
    ConditionalRBM,
    TemporalModel,
    _cd_film_gradient,
    _predict_frames,
    check_temporal,
    next_frame_error,
)

MONITORED_FILMS = 10  # how many training films the history measures after each epoch
TOO_MUCH = 1.5  # times the error of the mean frame and of the model at the start, from which on something is wrong


@dataclass(frozen=True, kw_only=True)
class TemporalSettings(Settings):
    """What `train_temporal` can be told."""

    epochs: int = setting(help="passes over the films")
    k: int = setting(5, "Gibbs steps a gradient")
    from_before: bool = setting(False, "a frame's chain starts at the frame before, and not at the frame itself")
    batch_size: int = setting(1, "films a step")
    rate: float = setting(0.005, "learning rate at the start", above=0)
    schedule: str = setting("linear", "how the rate falls", choices=SCHEDULES)
    optimizer: str = setting("adam", "what makes a step of a gradient", choices=tuple(OPTIMIZERS))
    direct: bool = setting(True, "learn V, from the past to the pixels")
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.99",
                             above=0, below=1)
    mean_field_steps: int = setting(10, "of the predictions that the history measures")
    validation: float = setting(0.0, "fraction of the films to hold out and report on", below=1)
    patience: int = setting(None, "stop after so many epochs without a better held-out error, and give back the best")


def train_temporal(model: TemporalModel, films: Any, *, rng: Generator, checkpoint: Any = None,
                   metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
                   **settings: Any) -> tuple[TemporalModel, History]:
    """Climb the mean log p a frame of films by CD-k: `(model, history)`. The model passed in is left as it was.

    model             a ConditionalRBM or an RTRBM (see `init_conditional_rbm`, `init_rtrbm`)
    films (N, T, D)   in [0, 1], T >= 2; or rows of T D numbers (N, T D) that row numbers index, such as a memory map
    rng               all that is drawn comes from it: the split (if a fraction is held out), then for each epoch the
                      order of the films, and what each step's gradient draws
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the model as it would be given back, and the history
    progress          say on standard error how far it is

    With direct=False V is held at what it is: 0 in a fresh model, which makes the RTRBM the published one.

    The history has, an epoch: epoch, seconds (so far), rate, error (squared, of the next frame, summed over pixels) of
    up to 10 training films, weight_norm; with a validation fraction also validation_error. Early stopping watches
    validation_error. Raises InvalidInput, and Diverged with the last good model.
    """
    options = make_settings(TemporalSettings, settings)
    check_generator("rng", rng)
    check_temporal(model)
    data = rows_of_films("films", films, len(model.b))
    n_frames = data.shape[1] // len(model.b)
    check_fits("batch_size", options.batch_size, min(options.batch_size, len(data)), n_frames, sum(model.W.shape))
    trainer = TemporalTrainer(model, data, options, rng, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


def rows_of_films(name: str, films: Any, n_visible: int) -> Any:
    """`films` as rows of T D numbers in [0, 1], which row numbers index, where they are films of two frames or more.

    Raises InvalidInput.
    """
    shape: tuple = getattr(films, "shape", ())
    if len(shape) != 2:
        films = check_array(name, films, ndim=3, width=n_visible)
        films = films.reshape(films.shape[0], films.shape[1] * n_visible)
        shape = films.shape
    if shape[1] % n_visible or shape[1] < 2 * n_visible:
        raise invalid(name, f"films (N, T, {n_visible}) of at least 2 frames, or rows of them", f"shape {shape}")
    return check_cases(name, films, shape[1], check_grey)


def check_grey(name: str, values: Any, width: int) -> Array:
    """`values` where they are numbers in [0, 1], (N, width); else InvalidInput."""
    return check_array(name, values, width=width, low=0, high=1)


class TemporalTrainer(Trainer):
    """A turn is an epoch. Draws at the start: the split, if a fraction is held out."""

    kind = "video"
    saved = ("optimizer",)
    records = (ConditionalRBM, RTRBM, *OPTIMIZERS.values())
    headline = ("error", "validation_error")

    def __init__(self, model: TemporalModel, data: Any, settings: TemporalSettings, rng: Generator,
                 metadata: dict | None = None):
        super().__init__(model, settings, data, settings.epochs, metadata)
        self.optimizer = OPTIMIZERS[settings.optimizer]()
        self.optimizer.start(self.vector)
        self.split(rng)
        monitored = self.films(self.monitored_rows())
        self.error_of_mean = next_frame_error(monitored, monitored.mean(axis=(0, 1)))
        self.error_at_the_start = self.error(model, self.monitored_rows())

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch of films."""
        for rows in self.epoch_of_minibatches(rng):
            self.step(self.films(rows), rng)
        self.done += 1

    def step(self, films: Array, rng: Generator) -> None:
        """One step up the gradient of the films (N, T, D)."""
        gradient = _cd_film_gradient(self.model, films, self.settings.k, rng, self.settings.from_before)
        if not self.settings.direct:
            gradient = replace(gradient, V=np.zeros_like(gradient.V))
        self.optimizer.step(self.vector, flatten(gradient), self.rate)
        if self.average is not None:
            self.average.update(self.vector)

    def films(self, rows: Array) -> Array:
        """The films `rows` (n,), (n, T, D) in the dtype of the parameters."""
        cases = np.asarray(self.data[rows], dtype=self.vector.dtype)
        return cases.reshape(len(rows), -1, len(self.model.b))

    def monitored_rows(self) -> Array:
        """The rows of the training films that the history measures."""
        return self.train_rows[:MONITORED_FILMS]

    def observe(self, model: TemporalModel) -> dict:
        """See `train_temporal`."""
        values = {
            "rate": self.rate,
            "error": self.error(model, self.monitored_rows()),
            "weight_norm": np.linalg.norm(model.W),
        }
        if len(self.validation_rows) > 0:
            values["validation_error"] = self.error(model, self.validation_rows)
        return values

    def error(self, model: TemporalModel, rows: Array) -> float:
        """The error of the next frame in the films `rows` (n,), a film at a time."""
        errors = []
        for row in rows:
            film = self.films(row[None])
            errors.append(next_frame_error(film, _predict_frames(model, film, self.settings.mean_field_steps)))
        return float(np.mean(errors))

    def diagnose(self) -> str:
        """That the latest model predicts worse than the mean frame does, where it is so."""
        error = self.history["error"][-1]
        if error <= TOO_MUCH * max(self.error_of_mean, self.error_at_the_start):
            return ""
        return (f"the next frame is predicted with a squared error of {error:.3g}, and with {self.error_of_mean:.3g} "
                "by the mean frame; try a smaller learning rate, or more films a step")

    def score(self, values: dict) -> float:
        """The held-out error, negated."""
        return -values["validation_error"]


document_settings(train_temporal, TemporalSettings)
