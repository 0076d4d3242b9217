"""The training loop of every kind of model.

    while not finished:
        trainer.advance(rng)        one turn: an epoch, or the steps between two entries of the history
        history.record(..., **trainer.observe(model))
        stop early, call on_record, show progress, save

It resumes, guards against divergence, averages, stops early, records and saves, as often as costs a tenth of the time.
However a run ends, by Ctrl-C too, the state of its last whole turn is kept.
"""
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .checkpoint import CHECKPOINT, SaveClock, locked_folder, save_checkpoint
from .checks import InvalidInput, check_choice, invalid
from .environment import describe_environment
from .guards import Diverged, TrainingWarning, check_finite_values
from .progress import History, Progress
from .resume import resume, run_state
from .trainer import Trainer
from .types import Generator


def run_training(trainer: Trainer, rng: Generator, folder: Any = None, progress: bool = False,
                 on_record: Callable | None = None) -> tuple[Any, History]:
    """Turn after turn until the run is finished: `(model, history)`. Raises Diverged with the last good model.

    folder      the run goes on from the checkpoint there, if there is one, and saves its state there
    progress    say on standard error how far it is
    on_record   a function of (model, history), called after each turn; an array that it returns is kept in
                history.snapshots, and so with the run
    """
    check_choice("progress", progress, (False, True))
    if on_record is not None and not callable(on_record):
        raise invalid("on_record", "None or a function of (model, history)", repr(on_record))
    path = checkpoint_path(folder)
    with locked_folder(path):
        if path is not None:
            trainer.environment = describe_environment()
            trainer.identify_data()
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
            model = take_turn(trainer, rng)
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


def take_turn(trainer: Trainer, rng: Generator) -> Any:
    """One turn: the model that it ends at. Raises Diverged.

    NumPy's own warnings are silenced: what overflows on the way is found in the model, and then said in words.
    """
    with np.errstate(all="ignore"):
        try:
            trainer.advance(rng)
        except InvalidInput:  # a gradient's check of its arguments may have met the model first
            trainer.done += 1  # the turn that it is in
            trainer.check_model()
            raise
        trainer.check_model()
        return trainer.current()


def record(trainer: Trainer, model: Any, seconds: float, on_record: Callable | None) -> dict:
    """Take a whole turn, which ended at `model`, into the history and into early stopping; what was observed.

    Says, once a run, what is wrong with it. Raises Diverged where a number that was observed is not finite.
    """
    with np.errstate(all="ignore"):
        values = trainer.observe(model)
    check_finite_values(values, f"{trainer.unit} {trainer.done}")
    trainer.history.record(**{trainer.unit: trainer.done}, seconds=seconds, **values)
    if trainer.stopping is not None:
        trainer.stopping.update(trainer.score(values), model)
    if not trainer.warning:
        trainer.warning = trainer.diagnose()
        if trainer.warning:
            warnings.warn(f"{trainer.unit} {trainer.done:,}: {trainer.warning}", TrainingWarning, stacklevel=5)
    snapshot = None if on_record is None else on_record(model, trainer.history)
    if snapshot is not None:
        trainer.history.snapshots.append((trainer.done, np.array(snapshot)))
    return values


def checkpoint_path(folder: Any) -> Path | None:
    """Where the checkpoint of a run in `folder` is, None without a folder. InvalidInput where `folder` is none."""
    if folder is None:
        return None
    if not isinstance(folder, (str, os.PathLike)) or str(folder) == "":
        raise invalid("checkpoint", "the path of a folder", repr(folder))
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise invalid("checkpoint", "a folder", f"the file {folder}")
    return Path(folder) / CHECKPOINT
