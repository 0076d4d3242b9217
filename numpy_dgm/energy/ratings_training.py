"""Training of an RBM of ratings by masked contrastive divergence: the settings, the trainer, `train_ratings`."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.batches import row_blocks
from ..foundation.checks import check_generator, invalid
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten, windows
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .rating_biases import rmse
from .ratings import RatingsRBM, _rating_probs, check_ratings, check_ratings_rbm, expected_rating, ratings_cd_gradient

MONITORED_RATINGS = 2000  # that the history measures after each epoch
WORSE = 1.2  # times the error of the model that training started from: something is wrong


@dataclass(frozen=True, kw_only=True)
class RatingsSettings(Settings):
    """What `train_ratings` can be told."""

    epochs: int = setting(help="passes over the cases")
    k: int = setting(1, "Gibbs steps a gradient")
    batch_size: int = setting(100, "cases a step")
    rate: float = setting(0.05, "learning rate at the start", above=0)
    schedule: str = setting("late", "how the rate falls; late: not before .7 of the run", choices=(*SCHEDULES, "late"))
    optimizer: str = setting("momentum", "what makes a step of a gradient", choices=tuple(OPTIMIZERS))
    weight_decay: float = setting(0.005, "d: the gradients of W and U are less d times these, not those of the biases",
                                  most=1)
    conditional: bool = setting(True, "learn U, the weights of which ratings there are")
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.997",
                             above=0, below=1)


def train_ratings(rbm: RatingsRBM, data: Any, *, rng: Generator, held_out: Any = None, checkpoint: Any = None,
                  metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
                  **settings: Any) -> tuple[RatingsRBM, History]:
    """Train on ratings by contrastive divergence: `(rbm, history)`. The RBM that is passed in is left as it was.

    data (N, D)       ratings to learn from, indices into rbm.values, -1 where there is none: an array, or anything that
                      row numbers index, such as Ratings.matrix. Rows without any rating are left out
    rng               all that is drawn comes from it: for each epoch the order of the cases, then what each gradient
                      draws (see `ratings_cd_gradient`)
    held_out (N, D)   ratings, at other places, that are predicted after each epoch. Nothing is learnt from them
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the RBM as it would be given back, and the history
    progress          say on standard error how far it is

    The history has, an epoch: epoch, seconds (so far), rate, weight_norm, rmse of up to 2,000 training ratings, which
    is no prediction, since each is seen by the model that is asked for it; and validation_rmse where ratings are held
    out, by the exact marginal. Raises InvalidInput, and Diverged with the last good RBM.
    """
    options = make_settings(RatingsSettings, settings)
    check_generator("rng", rng)
    check_ratings_rbm(rbm)
    data = check_ratings("data", data, *rbm.b.shape)
    if held_out is not None:
        held_out = check_ratings("held_out", held_out, *rbm.b.shape)
        if held_out.shape != data.shape:
            raise invalid("held_out", f"the shape of data, {data.shape}", f"shape {held_out.shape}")
    trainer = RatingsTrainer(rbm, data, held_out, options, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


class RatingsTrainer(Trainer):
    """A turn is an epoch. Draws nothing at the start."""

    kind = "ratings"
    saved = ("optimizer",)
    records = (RatingsRBM, *OPTIMIZERS.values())
    headline = ("rmse", "validation_rmse")

    def __init__(self, rbm: RatingsRBM, data: Any, held_out: Any, settings: RatingsSettings,
                 metadata: dict | None = None):
        super().__init__(rbm, settings, data, settings.epochs, metadata)
        self.optimizer = OPTIMIZERS[settings.optimizer]()
        self.optimizer.start(self.vector)
        case, unit, value = all_rated(data)
        self.train_rows = np.unique(case)
        if len(case) == 0:
            raise invalid("data", "at least one rating", "none")
        chosen = np.unique(np.linspace(0, len(case) - 1, MONITORED_RATINGS).astype(np.int64))
        self.monitored_ratings = case[chosen], unit[chosen], value[chosen]
        self.held_out = None if held_out is None else all_rated(held_out)
        self.start_rmse = self.error_at(rbm, *self.monitored_ratings)
        self.trouble = ""  # what is wrong with the latest model

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch of cases."""
        for rows in self.epoch_of_minibatches(rng):
            self.step(np.asarray(self.data[rows]).astype(np.int64), rng)
        self.done += 1

    def step(self, v: Array, rng: Generator) -> None:
        """One step up the gradient of the cases v (N, D)."""
        s, rbm = self.settings, self.model
        gradient = ratings_cd_gradient(rbm, v, s.k, rng, check=False)
        direction = flatten(gradient)
        parts = windows(rbm, direction)
        parts.W[:] -= s.weight_decay * rbm.W
        parts.U[:] -= s.weight_decay * rbm.U
        if not s.conditional:
            parts.U[:] = 0
        self.optimizer.step(self.vector, direction, self.rate)
        if self.average is not None:
            self.average.update(self.vector)

    def observe(self, rbm: RatingsRBM) -> dict:
        """See `train_ratings`."""
        values = {"rate": self.rate, "weight_norm": np.linalg.norm(rbm.W),
                  "rmse": self.error_at(rbm, *self.monitored_ratings)}
        self.trouble = ""
        if values["rmse"] > WORSE * self.start_rmse:
            self.trouble = (f"ratings that the model has seen are predicted with an error of {values['rmse']:.3g}, and "
                            f"with {self.start_rmse:.3g} before training; try a smaller learning rate")
        if self.held_out is not None and len(self.held_out[0]) > 0:
            values["validation_rmse"] = self.error_at(rbm, *self.held_out)
        return values

    def error_at(self, rbm: RatingsRBM, case: Array, unit: Array, value: Array) -> float:
        """The RMSE of predicted ratings of those pairs, all (n,), given the training ratings."""
        p = _rating_probs(rbm, self.data, case, unit)
        return rmse(expected_rating(rbm, p), rbm.values[value])

    def diagnose(self) -> str:
        """That the latest model is worse than the one that training started from, where it is."""
        return self.trouble


def all_rated(data: Any) -> tuple[Array, Array, Array]:
    """`(case, unit, value)` of every rating in data (N, D), read in blocks, all (R,)."""
    cases, units, values = [], [], []
    for rows in row_blocks(*data.shape):
        v = np.asarray(data[rows])
        case, unit = np.nonzero(v >= 0)
        cases.append(case + rows.start)
        units.append(unit)
        values.append(v[case, unit].astype(np.int64))
    return np.concatenate(cases), np.concatenate(units), np.concatenate(values)


document_settings(train_ratings, RatingsSettings)
