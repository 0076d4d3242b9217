"""What `--json` prints: one JSON object on standard output, for a program to read.

A report becomes an object of its fields. Numbers are finite or null; an array is a list, and one of more axes, such as
the states at which walks ended, is left out. KEYS says what every key means, in the shape of the object; `dgm keys`
shows it.
"""
import argparse
import dataclasses
import json
import math
import numbers
from typing import Any

import numpy as np

from .runs import KINDS, LoadedRun

RUN = {"kind": "of the model, as in dgm train KIND", "run": "folder of the run"}
DATA = {"data": "on what it was measured"}
CASES = {"n_cases": "how many cases that were"}
WALKS = {
    "log_weights": "each walk's own estimate of log Z",
    "log_z": "their joint estimate",
    "standard_error": "of log_z, from the effective sample size",
    "effective_sample_size": "the number of equal weights whose mean would be as certain",
    "spread": "standard deviation of log_weights",
}
EVALUATION = {
    "method": "exact or ais, where log Z comes from",
    "n_cases": "how many cases were measured",
    "log_likelihood": "mean log p over the cases",
    "standard_error": "of that mean, over the cases; null for one case",
    "interval": "[low, high], 95 % interval of log_likelihood from the uncertainty of log Z",
    "log_z": "log of the partition function",
    "log_z_error": "standard error of log_z; 0 where it is exact",
    "forward": WALKS,
    "reverse": "starting place -> walks down from there, with the keys of forward",
    "n_temperatures": "that the walks passed; 0 where log Z is exact",
    "trusted": "whether the figure can be trusted",
    "reasons": "sentences: why it may be trusted, or should not be",
}
COVERAGE = {  # of the ring and the grid
    "modes": "captured",
    "n_modes": "of the mixture",
    "high_quality": "a fraction of the samples",
    "reverse_kl": "from how often each mode should come; null where none is captured",
    "n_samples": "how many samples were drawn",
}
DISTANCES = {  # of images
    "precision": "fraction of the samples that lie among the real cases",
    "recall": "fraction of the real cases that lie among the samples",
    "mmd": {
        "squared_mmd": "maximum mean discrepancy, squared; without bias, so that it may be below 0",
        "p_value": "of a squared MMD at least as large, were the distributions the same",
        "bandwidth": "of the kernel",
    },
    "sliced_wasserstein": "mean over directions",
}
ERRORS = {
    "error": "fraction of the cases that is given a wrong class",
    "errors": "class -> [wrong, cases]",
}
TRAINED = {
    **RUN,
    "unit": "what done and total count, epoch or step",
    "done": "how many were done",
    "total": "how many were asked for; early stopping ends before",
    "last": "figure -> the latest number of its series in the history: epoch or step, seconds, and what the kind of "
            "model observes",
}

KEYS: dict[str, dict] = {
    "train": TRAINED,
    "train --seeds": {
        **RUN,
        "runs": "a list of objects with the keys seed, run (its folder), last (as of a single run), and problem (what "
                "it diverged by, else empty)",
        "mean": "figure -> its mean over the runs that did not diverge",
        "standard_error": "figure -> that of the mean; null for a single run",
    },
    "evaluate rbm": {
        **RUN, **DATA,
        "evaluation": EVALUATION,
        "reconstruction_error": "squared, a pixel",
        "free_energy": "mean, of these cases",
        "training_free_energy": "mean, of the training cases; null where they are no longer there",
        "independent_pixels": "mean log p by a model without hidden units, of bits; null likewise",
    },
    "evaluate boltzmann": {
        **RUN, **DATA, **CASES,
        "log_likelihood": "mean, exact; null for a machine of more than 20 units",
        "standard_error": "of that mean, over the cases; null likewise",
        "free_energy": "mean, of these cases, by mean field",
        "training_free_energy": "mean, of the training cases; null where they are no longer there",
        "independent_pixels": "mean log p by independent units; null likewise",
    },
    "evaluate gan": {
        **RUN, **DATA,
        "samples": {**COVERAGE, **DISTANCES},
        "real": "the same keys, of as many real cases in the place of samples",
    },
    "evaluate classifier": {**RUN, **DATA, **CASES, **ERRORS, "loss": "mean cross-entropy"},
    "evaluate ratings": {
        **RUN, **DATA,
        "n_ratings": "how many ratings were predicted",
        "rmse": "root mean square error of the exact marginal's mean, in stars",
        "mean_field": "the same of mean field's",
        "biases": "the same of mean + user bias + item bias",
        "deviation": "that the model gives for its own predictions, root mean square",
        "left_out": "what could not be predicted, in words",
    },
    "evaluate names": {
        **RUN, **DATA,
        "evaluation": EVALUATION,
        "bits": "a letter",
        "interval": "[low, high], 95 % interval of bits, from the uncertainty of log Z",
        "baselines": "n-gram model of the training words -> its bits a letter",
    },
    "evaluate class-rbm": {
        **RUN, **DATA, **CASES, **ERRORS,
        "log_p_label": "mean log p(label given image)",
        "joint": EVALUATION,
        "why_no_joint": "why log p(image, label) is out of reach, where joint is null",
    },
    "evaluate video": {
        **RUN, **DATA,
        "error": "squared, of the next frame, summed over its pixels",
        "copied": "the same where the last frame is copied",
        "extrapolated": "the same where each pixel goes on as it did",
    },
    "evaluate autoencoder": {
        **RUN, **DATA, **CASES,
        "n_numbers": "of a code",
        "squared_error": "summed over the numbers of a case, the mean over cases",
        "principal_components": "the same of as many of them; null where the training cases are not there",
        "mean_case": "the same of the mean case; null likewise",
    },
    "evaluate dbn": {
        **RUN, **DATA,
        "evaluation": {
            "n_cases": "how many cases were measured",
            "bound": "mean over the cases, below log p, one draw of the hidden layers each",
            "standard_error": "of that mean, over cases and draws; null for one case",
            "interval": "[low, high], 95 % interval from the uncertainty of log Z",
            "trusted": "the verdict on log Z of the top RBM",
            "top": EVALUATION,
        },
        "lowest": EVALUATION,
        "independent_pixels": "mean log p by a model without hidden units; null without the training data",
    },
    "recommend": {
        **RUN,
        "user": "the user, as the data call them",
        "n_seen": "ratings of the user in the data",
        "items": "the best first",
        "rating": "predicted, of each item",
        "deviation": "standard deviation of each predicted rating",
        "n_ratings": "how many ratings of each item the run has learnt from",
    },
    "course check": {
        "assignment": "its name",
        "right": "whether all tasks are",
        "n_tasks": "how many there are",
        "tasks": "those that were tried, up to the first that is not right, a list of objects with the keys task (the "
                 "function's name), right, and says (lines for the student)",
    },
}


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option --json of a subcommand."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output in the place of "
                                                            "words; `dgm keys` says what its keys mean")


def print_json(value: Any) -> None:
    """One JSON object on standard output, on one line."""
    print(json.dumps(to_plain(value), allow_nan=False))


def to_plain(value: Any) -> Any:
    """A report as what JSON knows: objects, lists, texts, finite numbers, true, false and null."""
    if dataclasses.is_dataclass(value):
        parts = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return {name: to_plain(part) for name, part in parts.items() if getattr(part, "ndim", 0) < 2}
    if isinstance(value, dict):
        return {str(name): to_plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [to_plain(part) for part in value]
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    return str(value)


def about_run(run: LoadedRun) -> dict:
    """The first keys of every object that is about a run."""
    return {"kind": run.kind, "run": run.folder}


def training_record(run: LoadedRun) -> dict:
    """What `dgm train` prints of a run with --json."""
    unit = KINDS[run.kind].TRAINER.unit
    return {**about_run(run), "unit": unit, "done": run.done, "total": run.total, "last": run.history.latest()}


def show_keys() -> str:
    """What every key means, one a line; the keys of an object within stand further in."""
    lines = ["Logarithms and free energies are in nats. Numbers are finite, or null.", ""]
    for command, keys in KEYS.items():
        lines += [f"dgm {command} ... --json", *_key_lines(keys, "  "), ""]
    return "\n".join(lines[:-1])


def _key_lines(keys, indent):
    lines = []
    for name, meaning in keys.items():
        if isinstance(meaning, dict):
            lines += [f"{indent}{name}", *_key_lines(meaning, indent + "  ")]
        else:
            lines.append(f"{indent}{name:<{28 - len(indent)}} {meaning}")
    return lines
