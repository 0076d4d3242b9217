"""The state of a training run: all of it that is kept, and a fresh run brought to where a kept one stands."""
import warnings
from pathlib import Path

from .checkpoint import generator_state, load_run_state, restore_generator
from .checks import InvalidInput, check_integer, invalid
from .environment import what_differs
from .guards import EarlyStopping, TrainingWarning
from .optimizers import MovingAverage
from .progress import History, history_from_state
from .records import flatten, windows
from .state import from_state, to_state
from .trainer import Trainer
from .types import Generator

COMMON = ("average", "stopping", "warning")  # fields of every Trainer that are kept
RECORDS = (MovingAverage, EarlyStopping)  # classes of the records in them


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
