"""What the command and `load_run` do with a run, a module a kind of model. A new kind is one file and one line here.

A module has

    HELP, DESCRIPTION      of `dgm train KIND`
    TRAINER, SETTINGS      the Trainer of that kind, and the Settings class of its run
    TrainOptions           the Settings class of `dgm train KIND`: SETTINGS and what makes the model and opens the data
    train(options, folder, progress)   `(model, history)`; goes on with the run that is in the folder. With `progress`
                                       it says what the data are, and on standard error how far it is
    draw_training(run)                 the figures of a finished run
    check_model(model)                 InvalidInput where a model from a file is none
    EvaluateOptions, evaluate(run, options)    `dgm evaluate RUN`: a report that prints in words
    SampleOptions, sample(run, options)        `dgm sample RUN`: writes the samples; both None where a kind has none

loading.py holds what they share of folders and data, classes.py what they share of labels; study.py trains the same run
once a seed.
"""
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

from ..foundation.checkpoint import CHECKPOINT, load_checkpoint, load_run_state
from ..foundation.checks import InvalidInput, invalid
from ..foundation.progress import history_from_state
from ..foundation.resume import COMMON, check_done
from ..foundation.state import from_state, outline
from . import autoencoder, boltzmann, class_rbm, classifier, dbn, gan, names, ratings, rbm, video
from .loading import LoadedRun, check_kept

KINDS: dict[str, ModuleType] = {
    "rbm": rbm,
    "boltzmann": boltzmann,
    "gan": gan,
    "classifier": classifier,
    "ratings": ratings,
    "names": names,
    "class-rbm": class_rbm,
    "video": video,
    "autoencoder": autoencoder,
    "dbn": dbn,
}


def load_run(folder: Any) -> LoadedRun:
    """The run in `folder`, as far as it has come. InvalidInput where there is none, or it is not whole."""
    path = Path(folder) / CHECKPOINT
    kind = load_checkpoint(path).get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise invalid(path, f"a run of one of the kinds {', '.join(KINDS)}", repr(kind))
    module = KINDS[kind]
    names = ("settings", "identity", "description", "metadata", "result", "total", "done", "history", "model", *COMMON,
             *module.TRAINER.saved)
    state = load_run_state(path, kind, names)
    try:
        model = from_state("result", state["result"], module.TRAINER.records)
        module.check_model(model)
        check_outline(state)
        settings = load_settings(module, state["settings"])
        history = history_from_state("history", state["history"])
        check_done(module.TRAINER.unit, state, history)
        check_kept(state["description"], state["metadata"])
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    return LoadedRun(Path(folder), kind, model, settings, history, state["description"], state["metadata"],
                     state["done"], state["total"])


def check_outline(state: dict) -> None:
    """InvalidInput where the model of a checkpoint has other shapes, dtypes or kinds than the run began with."""
    identity = state["identity"] if isinstance(state["identity"], dict) else {}
    for name, value in outline("", state["result"]).items():
        if value != identity.get(name):
            raise invalid(f"result.{name}", f"{identity.get(name)}, as the run began with", str(value)[:80])


def load_settings(module: ModuleType, state: dict) -> Any:
    """The Settings that a checkpoint keeps. InvalidInput where they are not those of the kind."""
    names = {one.name for one in fields(module.SETTINGS)}
    if not isinstance(state, dict) or set(state) != names:
        got = ", ".join(sorted(state)) if isinstance(state, dict) else type(state).__name__
        raise invalid("settings", ", ".join(sorted(names)), got)
    records = (*module.TRAINER.records, *getattr(module, "SETTING_RECORDS", ()))
    values = {name: from_state(name, value, records) for name, value in state.items()}
    return module.SETTINGS(**values)
