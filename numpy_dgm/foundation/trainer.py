"""The contract that every kind of model fulfils to be trained: Trainer, a run that has not ended.

A Trainer is all that the next turn of a run depends on, the random generator apart. A kind of model subclasses it, says
how it advances by a turn and what it observes, and names in `saved` what of its own moves. The loop (training.py) does
the rest alike for all.
"""
from collections.abc import Iterator
from typing import Any

import numpy as np

from .batches import count_minibatches, describe_cases, fingerprint, minibatches, split_rows
from .checkpoint import check_metadata
from .checks import invalid
from .guards import EarlyStopping, check_finite
from .optimizers import MovingAverage, scheduled_rate
from .progress import History
from .records import Record, pack, windows
from .state import outline, to_state
from .types import Array, Generator

MONITORED_CASES = 200  # how many training cases the history measures after each epoch


class Trainer:
    """A training run that can be advanced turn by turn, saved and resumed.

    The settings have `schedule`, `rate` and `average`, and `patience` where the kind can stop early. `metadata` is the
    caller's: a dict of texts and numbers that is kept with the run, and does nothing else.
    """

    kind = ""  # of the model, in the checkpoint and the command
    unit = "epoch"  # what `done` and `total` count; the setting for the total is its plural
    saved: tuple = ()  # fields that a checkpoint keeps beside those of COMMON
    records: tuple = ()  # classes of the records that its state holds, beside those of RECORDS
    headline: tuple = ()  # values of `observe` that the progress line shows, where there are any

    def __init__(self, model: Record, settings: Any, data: Any, total: int, metadata: dict | None = None):
        self.vector, self.model = pack(model)  # the model's arrays are windows onto the vector
        self.settings, self.data, self.total, self.done = settings, data, total, 0
        self.rate = settings.rate
        self.history = History()
        self.average: Any = None
        self.stopping: Any = None
        self.warning = ""  # what was found wrong with the run
        if settings.average is not None:
            self.average = MovingAverage(settings.average)
            self.average.start(self.averaged_vector())
        if getattr(settings, "patience", None) is not None:
            if settings.validation == 0:
                raise invalid("validation", "a fraction > 0 of held-out cases for patience to watch, such as 0.1", 0)
            self.stopping = EarlyStopping(settings.patience, self.current())
        self.metadata = check_metadata(metadata)
        self.environment: dict = {}  # on what its bits depend; asked for where the run is kept
        self.description = describe_cases(data)
        self.identity = {**outline("", to_state(model)), "data": "", "start": fingerprint(self.vector[None])}

    def advance(self, rng: Generator) -> None:
        """One turn: moves `vector` in place and adds to `done`. May raise Diverged."""
        raise TypeError(f"{type(self).__name__}.advance is not defined")

    def observe(self, model: Any) -> dict:
        """Numbers for the history, `model` being the current one."""
        raise TypeError(f"{type(self).__name__}.observe is not defined")

    def score(self, values: dict) -> float:
        """What early stopping wants to grow, out of the values that `observe` gave."""
        raise TypeError(f"{type(self).__name__}.score is not defined")

    def diagnose(self) -> str:
        """What is wrong with the run, judged by its history, in a sentence that says what to try; "" for nothing."""
        return ""

    def split(self, rng: Generator) -> None:
        """Hold out the fraction `validation` of the cases: sets `train_rows` and `validation_rows`.

        For kinds that go through their cases epoch by epoch. Draws one permutation, none where nothing is held out.
        """
        self.train_rows, self.validation_rows = np.arange(len(self.data)), np.arange(0)
        if self.settings.validation > 0:
            self.train_rows, self.validation_rows = split_rows(len(self.data), self.settings.validation, rng)

    def monitored(self) -> Array:
        """The training cases that the history measures, (n, D) in the dtype of the parameters. For kinds that `split`.
        """
        return np.asarray(self.data[self.train_rows[:MONITORED_CASES]], dtype=self.vector.dtype)

    def check_model(self) -> None:
        """Raise Diverged where the run cannot go on from the model as it stands."""
        check_finite(self.model, f"{self.unit} {self.done}")

    def fingerprint(self) -> str:
        """A short text that tells these data from others."""
        return fingerprint(self.data)

    def identify_data(self) -> None:
        """Take into `identity` which data these are: that reads all of them, so only where the run is kept."""
        self.identity["data"] = self.fingerprint()

    def cases_per_unit(self) -> int:
        """How many cases an epoch or a step has, for the progress line."""
        return len(self.train_rows)

    def why_fixed(self) -> str:
        """Why the total cannot be changed once the run has begun; empty where it can."""
        schedule = self.settings.schedule
        return "" if schedule == "constant" else f"its {schedule} schedule takes the rate to 0 at the end"

    def averaged_vector(self) -> Array:
        """The part of `vector` (P,) of which a moving average is kept: all of it."""
        return self.vector

    def current(self) -> Any:
        """The model as it would be given back now, with arrays of its own: the moving average where one is kept."""
        has_average = self.average is not None and self.average.steps > 0
        vector = self.average.vector if has_average else self.vector
        return windows(self.model, vector.copy())

    def result(self) -> Any:
        """What training gives back: the best model where it stops early, else the current one."""
        return self.current() if self.stopping is None else self.stopping.best_model

    def is_finished(self) -> bool:
        """Whether the last turn is done, or early stopping has ended the run."""
        return self.done >= self.total or (self.stopping is not None and self.stopping.is_over())

    def epoch_of_minibatches(self, rng: Generator) -> Iterator[Array]:
        """The row numbers of each minibatch of an epoch over `train_rows`; the schedule sets `rate` for it."""
        s = self.settings
        n_batches = count_minibatches(self.train_rows, s.batch_size)
        for i, batch in enumerate(minibatches(self.train_rows, s.batch_size, rng)):
            self.rate = scheduled_rate(s.schedule, s.rate, (self.done + i / n_batches) / self.total)
            yield batch
