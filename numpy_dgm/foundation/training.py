"""The training loop of every kind of model, and the contract that a kind fulfils.

    while not finished:
        trainer.advance(rng)        one turn: an epoch, or the steps between two entries of the history
        history.record(..., **trainer.observe(model))
        stop early, call on_record, show progress, save

A Trainer is a run that has not ended: all that its next turn depends on, the random generator apart. A kind of model
subclasses it, says how it advances by a turn and what it observes, and names in `saved` what of its own moves. The
loop does the rest alike for all: it resumes, guards against divergence, averages, stops early, records and saves, as
often as costs a tenth of the time. However a run ends, by Ctrl-C too, the state of its last whole turn is kept.
"""
import os
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .batches import count_minibatches, describe_cases, fingerprint, minibatches, split_rows
from .checkpoint import (
    CHECKPOINT,
    SaveClock,
    check_metadata,
    generator_state,
    load_run_state,
    locked_folder,
    restore_generator,
    save_checkpoint,
)
from .checks import InvalidInput, check_integer, invalid
from .environment import describe_environment, what_differs
from .guards import Diverged, EarlyStopping, TrainingWarning, check_finite
from .optimizers import MovingAverage, scheduled_rate
from .progress import History, Progress, history_from_state
from .records import Record, flatten, pack, windows
from .state import from_state, outline, to_state
from .types import Array, Generator


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
        self.identity = {**outline("", to_state(model)), "data": self.fingerprint(),
                         "start": fingerprint(self.vector[None])}

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

    def check_model(self) -> None:
        """Raise Diverged where the run cannot go on from the model as it stands."""
        check_finite(self.model, f"{self.unit} {self.done}")

    def fingerprint(self) -> str:
        """A short text that tells these data from others."""
        return fingerprint(self.data)

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


def run_training(trainer: Trainer, rng: Generator, folder: Any = None, progress: bool = False,
                 on_record: Callable | None = None) -> tuple[Any, History]:
    """Turn after turn until the run is finished: `(model, history)`. Raises Diverged with the last good model.

    folder      the run goes on from the checkpoint there, if there is one, and saves its state there
    progress    say on standard error how far it is
    on_record   a function of (model, history), called after each turn; an array that it returns is kept in
                history.snapshots, and so with the run
    """
    path = checkpoint_path(folder)
    with locked_folder(path):
        if path is not None:
            trainer.environment = describe_environment()
            run_state(trainer, rng)  # raises InvalidInput where it could not be saved
            if path.exists():
                resume(trainer, path, rng)
        return turn_after_turn(trainer, rng, path, progress, on_record)


def turn_after_turn(trainer: Trainer, rng: Generator, path: Path | None, progress: bool,
                    on_record: Callable | None) -> tuple[Any, History]:
    """The turns that are left, with the state of the last whole one kept at `path`, however the run ends."""
    report = Progress(trainer.total, trainer.done, trainer.unit, trainer.cases_per_unit()) if progress else None
    clock, seconds_before, started = SaveClock(), trainer.history.last("seconds", 0.0), time.perf_counter()
    model = last_good = trainer.current()
    unsaved = None  # the state of the last whole turn, as long as it is not on the disk
    try:
        while not trainer.is_finished():
            last_good = model
            trainer.advance(rng)
            trainer.check_model()
            model = trainer.current()
            values = record(trainer, model, seconds_before + time.perf_counter() - started, on_record)
            if report is not None:
                report.show(trainer.done, {name: values[name] for name in trainer.headline if name in values})
            if path is not None:
                unsaved = run_state(trainer, rng)
                if trainer.is_finished() or clock.is_due():
                    clock.save(path, unsaved)
                    unsaved = None
    except Diverged as error:
        error.model = last_good
        raise
    finally:  # Ctrl-C, too
        if report is not None:
            report.finish()
        if path is not None and unsaved is not None:
            save_checkpoint(path, unsaved)
    return trainer.result(), trainer.history


def record(trainer: Trainer, model: Any, seconds: float, on_record: Callable | None) -> dict:
    """Take a whole turn, which ended at `model`, into the history and into early stopping; what was observed.

    Says, once a run, what is wrong with it.
    """
    values = trainer.observe(model)
    trainer.history.record(**{trainer.unit: trainer.done}, seconds=seconds, **values)
    if trainer.stopping is not None:
        trainer.stopping.update(trainer.score(values), model)
    if not trainer.warning:
        trainer.warning = trainer.diagnose()
        if trainer.warning:
            warnings.warn(f"{trainer.unit} {trainer.done:,}: {trainer.warning}", TrainingWarning, stacklevel=4)
    snapshot = None if on_record is None else on_record(model, trainer.history)
    if snapshot is not None:
        trainer.history.snapshots.append((trainer.done, np.array(snapshot)))
    return values


COMMON = ("average", "stopping", "warning")
RECORDS = (MovingAverage, EarlyStopping)


def checkpoint_path(folder: Any) -> Path | None:
    """Where the checkpoint of a run in `folder` is, None without a folder. InvalidInput where `folder` is none."""
    if folder is None:
        return None
    if not isinstance(folder, (str, os.PathLike)) or str(folder) == "":
        raise invalid("checkpoint", "the path of a folder", repr(folder))
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise invalid("checkpoint", "a folder", f"the file {folder}")
    return Path(folder) / CHECKPOINT


def run_state(trainer: Trainer, rng: Generator) -> dict:
    """All that a run needs to go on, what tells it from other runs, and the model that it has come to."""
    return {
        "kind": trainer.kind,
        "settings": to_state(vars(trainer.settings)),
        "identity": trainer.identity,
        "description": trainer.description,
        "metadata": trainer.metadata,
        "environment": trainer.environment,
        "result": to_state(trainer.result()),
        "total": trainer.total,
        "done": trainer.done,
        "random": generator_state(rng),
        "history": trainer.history.to_state(),
        "model": to_state(trainer.model),
        **{name: to_state(getattr(trainer, name)) for name in (*COMMON, *trainer.saved)},
    }


def resume(trainer: Trainer, path: Path, rng: Generator) -> None:
    """Bring a fresh trainer and `rng` to where the checkpoint at `path` stands.

    Raises InvalidInput, naming the file, where it is of another run or not whole; neither has moved then.
    """
    state = load_run_state(path, trainer.kind, tuple(run_state(trainer, rng)))
    try:
        check_same_run(trainer, state)
        kinds = (*RECORDS, *trainer.records)
        model = from_state("model", state["model"], kinds, trainer.model)
        moved = {name: from_state(name, state[name], kinds, getattr(trainer, name))
                 for name in (*COMMON, *trainer.saved)}
        history = history_from_state("history", state["history"])
        check_done(trainer.unit, state, history)
        if not isinstance(state["environment"], dict):
            raise invalid("environment", "a dict", type(state["environment"]).__name__)
        restore_generator(rng, state["random"])
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    compare_environments(state["environment"], trainer.environment)
    trainer.vector[:] = flatten(model)  # in place: a kind may hold windows of its own onto it
    trainer.model = windows(model, trainer.vector)
    trainer.done, trainer.history = state["done"], history
    for name, value in moved.items():
        setattr(trainer, name, value)


def compare_environments(then: dict, now: dict) -> None:
    """Warn where a run goes on with another BLAS library, other kernels or another number of threads."""
    difference = what_differs(then, now)
    if difference:
        warnings.warn(f"the run was made with {difference}: from here on its bits will differ from those of an "
                      "unbroken run", TrainingWarning, stacklevel=5)


def check_done(unit: str, state: dict, history: History) -> None:
    """InvalidInput unless a checkpoint's `total` and `done` can be, and its history ends where it says."""
    check_integer("total", state["total"])
    check_integer("done", state["done"], least=0, most=state["total"])
    if state["done"] != history.last(unit, 0):
        raise invalid("history", f"a last entry at {unit} {state['done']}", history.last(unit, 0))


def check_same_run(trainer: Trainer, state: dict) -> None:
    """InvalidInput where the run of a checkpoint has another model, data or settings than `trainer`, naming both.

    The total may differ where nothing that has been done depends on it.
    """
    total_name = f"{trainer.unit}s"
    if not isinstance(state["settings"], dict) or not isinstance(state["identity"], dict):
        raise invalid("settings", "names and values", type(state["settings"]).__name__)
    ours = {**to_state(vars(trainer.settings)), **trainer.identity}
    theirs = {**state["settings"], **state["identity"]}
    for name in {**ours, **theirs}:
        mine, its = ours.get(name), theirs.get(name)
        if mine == its:
            continue
        if name != total_name:
            raise InvalidInput(f"the run there has {name} {its}, this one {mine}; "
                               "expected the same settings to go on with it, or another folder for a new run")
        if trainer.why_fixed():
            raise InvalidInput(f"{name}: the run there was planned for {its} {name} and cannot be changed to {mine}, "
                               f"since {trainer.why_fixed()}; start a new run in another folder, or go on with its "
                               f"model in Python: load_run(...).model")
        if trainer.total < state["done"]:
            raise invalid(name, f"at least the {state['done']} that the run there has done", mine)
