"""A run as its folder holds it: `LoadedRun`, the data that it learnt from or is measured on, where its samples go."""
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..data import open_data
from ..data.catalog import parts_of
from ..data.dataset import BITS, Data
from ..data.files import DataWarning
from ..energy.evaluation import METHODS, MINUTES, independent_pixels
from ..energy.units import Gaussian, Units
from ..foundation.batches import mean_of_cases
from ..foundation.checks import InvalidInput, check_integer, invalid, one_line
from ..foundation.progress import History
from ..foundation.settings import Settings, setting

FILES_HELP = ("the path of an IDX, .npy, .npz or .csv file, of text with a row of numbers a line, or of a folder with "
              "MNIST's files")
DATA_HELP = f"digits, bars-and-stripes, shifting-bar, labelled-shifter, or {FILES_HELP}"
IMAGE_SHAPE_HELP = ("rows and columns of an image, and 3 for colours before or after them (default: the data's own, or "
                    "a square; what is neither is drawn as a table)")


@dataclass(frozen=True, eq=False, repr=False)
class LoadedRun:
    """A run, as far as it has come."""

    folder: Path
    kind: str  # one of KINDS in runs/__init__.py: "rbm", "gan", ...
    model: Any  # what training gave back, or would have given back now
    settings: Settings
    history: History
    description: dict  # of its data: what Data.describe gives, of a mixture the mixture, of an array nothing
    metadata: dict  # the caller's
    done: int  # epochs or steps done
    total: int

    def __repr__(self) -> str:
        state = "finished" if self.done == self.total else f"{self.done:,} of {self.total:,}"
        return f"LoadedRun {self.folder} of kind {self.kind}, {state}\n{self.model!r}\n{self.history!r}"


@dataclass(frozen=True, kw_only=True)
class DataOptions(Settings):
    """How data are read where they do not say so themselves: arguments of `open_data`. For every kind's options."""

    label_column: str = setting(None, "of text: first, last, a number from 0, a name in the header, or none (default: "
                                      "the one called label, class, target or y)")
    skip_columns: str = setting(None, "of text: columns to leave out, names or numbers with commas between (default: "
                                      "those called id or index, or nothing)")
    scale: float = setting(None, "the pixel value that is fully on (default: 1 for floats, 255 for integers, the "
                                 "highest for integers below 128)", above=0)
    image_shape: tuple = setting(None, IMAGE_SHAPE_HELP, metavar="LENGTH")
    array: str = setting(None, "of an .npz: the array with the images (default: x, images, data, x_train, ...)")
    labels: str = setting(None, "of an .npz: the array with the labels (default: y, labels, targets, y_train, ...)")


@dataclass(frozen=True, kw_only=True)
class MeasuredOptions(Settings):
    """On which data: for the options of `dgm evaluate` of a kind that learns from `Data`. The last of their bases, so
    that --help begins with these.
    """

    data: str = setting(None, "other data to measure on, by name or path (default: the run's)")
    part: str = setting(None, "of data that have parts (default: test)", choices=("train", "test"))


@dataclass(frozen=True, kw_only=True)
class MeasuredBitsOptions(MeasuredOptions):
    """Likewise, of a kind that learns from bits."""

    bits: str = setting(None, "how grey pixels become bits (default: as in training)", choices=BITS)


@dataclass(frozen=True, kw_only=True)
class LogZOptions(Settings):
    """How log Z is found: for the options of `dgm evaluate` of every kind whose log p needs it."""

    method: str = setting("auto", "where log Z comes from", choices=METHODS)
    temperatures: int = setting(None, "steps of an annealed walk (default: 1000, then more, until the estimate may be "
                                      "trusted)", least=2)
    minutes: float = setting(MINUTES, "that walks over more and more temperatures may take, for each log Z", least=0)
    seed: int = setting(0, "everything drawn comes from it", least=0)

    def arguments(self) -> dict[str, Any]:
        """Those of `evaluate_rbm` that these options say."""
        return {"method": self.method, "n_temperatures": self.temperatures, "minutes": self.minutes, "progress": True}


@dataclass(frozen=True, eq=False)
class Measured:
    """The data that a run is measured on."""

    cases: Data
    what: str  # what they are, for a report
    training: Data | None  # what the run learnt from; None where it is not there, or no longer the same
    is_seen: bool  # whether the run has learnt from the cases


def check_kept(description: Any, metadata: Any) -> None:
    """InvalidInput unless a checkpoint's description of its data and its metadata are what a run keeps."""
    if not isinstance(description, dict) or not isinstance(metadata, dict):
        raise invalid("description", "a dict", f"{type(description).__name__} and {type(metadata).__name__}")
    image_shape = description.get("image_shape")
    if image_shape is not None and not (isinstance(image_shape, list) and all(type(n) is int for n in image_shape)):
        raise invalid("description", "integers as image_shape", repr(image_shape))
    check_integer("seed", metadata.get("seed", 0), least=0)
    if "name" not in description:
        return
    text = (str, type(None))
    kinds: dict[str, Any] = {
        "name": str, "path": text, "part": text, "bits": str, "opened_with": dict, "checksum": str,
        "labels_checksum": str, "label_names": (list, type(None)), "has_grey": bool, "is_whole": bool,
    }
    wrong = [name for name, kind in kinds.items() if not isinstance(description.get(name), kind)]
    if not wrong and set(description["opened_with"]) - {one.name for one in fields(DataOptions)}:
        wrong = ["opened_with"]
    if wrong:
        raise invalid("description", f"{', '.join(wrong)} as Data describe them", repr(description.get(wrong[0])))


def opening(options: DataOptions) -> dict:
    """What of the options open_data is to be told, by name."""
    return {name: value for name, value in options.only(DataOptions).items() if value is not None}


def open_training_data(options: Any, bits: str | None, progress: bool) -> Data:
    """The Data that the options of `dgm train` name, their training part where they have parts.

    With `progress`, what they are is printed. Where bits are sampled, they are drawn from a generator of their own,
    made of the seed.
    """
    part = options.part
    if part is None and options.array is None and "train" in parts_of(options.data):
        part = "train"
    rng = np.random.default_rng([options.seed, 1])
    cases = open_data(options.data, part=part, bits=bits, rng=rng, **opening(options))
    if progress:
        print(f"data  {cases.summary()}")
    return cases


def open_measured_data(run: LoadedRun, options: Any, bits: str | None, with_labels: bool = False) -> Measured:
    """The data to measure a run on: those that the options name, by default the run's own.

    Of the run's own, the part that it has not learnt from, where there is one. Raises InvalidInput where they are not
    there, or no longer those that the run learnt from, their labels included with `with_labels`.
    """
    known = data_description(run)
    bits = known["bits"] if bits is None and known is not None else bits
    if options.data is not None:
        return open_other_data(run, options, bits, with_labels)
    if known is None:
        raise invalid("data", "a name or path to measure on", "nothing",
                      "this run learnt from an array in Python, which is not kept with it")
    training = reopen_data(run, with_labels)
    name, told = known["path"] or known["name"], known["opened_with"] | opening(options)
    part = held_out_part(known, name) if options.part is None else options.part
    cases = open_data(name, part=part, bits=bits, rng=np.random.default_rng([seed_of(run) + 1, 1]), **told)
    if is_opened_alike(cases, training):
        cases = training
    seen = what_was_seen(cases, known)
    return Measured(cases, describe_measured(name, cases, seen), training if known["is_whole"] else None, seen != "")


def is_opened_alike(cases: Data, training: Data) -> bool:
    """Whether the cases are those of training, number by number, with the same labels."""
    pairs = [(getattr(cases, name), getattr(training, name))
             for name in ("checksum", "labels_checksum", "label_names", "bits", "scale")]
    return all(one == other for one, other in pairs) and cases.bits != "sampled"


def what_was_seen(cases: Data, known: dict | None) -> str:
    """What a report adds where a run with that description has learnt from the cases, whatever their name; else ""."""
    if known is None or cases.checksum != known["checksum"]:
        return ""
    return ", the cases that it learnt from" if known["is_whole"] else ", some of which it learnt from"


def open_other_data(run: LoadedRun, options: Any, bits: str | None, with_labels: bool) -> Measured:
    """Data that the options name to measure a run on, beside those that it learnt from, where they are still there."""
    part = options.part
    if part is None and options.array is None and "test" in parts_of(options.data):
        part = "test"
    rng = np.random.default_rng([seed_of(run) + 1, 1])
    cases = open_data(options.data, part=part, bits=bits, rng=rng, **opening(options))
    training = None
    known = data_description(run)
    if known is not None and known["is_whole"]:
        try:
            training = reopen_data(run, with_labels)
        except InvalidInput as error:
            warnings.warn(f"no comparison with what the run learnt from: {error}", DataWarning, stacklevel=2)
    seen = what_was_seen(cases, known)
    return Measured(cases, describe_measured(options.data, cases, seen), training, seen != "")


def reopen_data(run: LoadedRun, with_labels: bool = False) -> Data:
    """The Data that the run learnt from, from whichever folder. InvalidInput where they are not there, or have changed.
    """
    known, advice = data_description(run), "name data to measure on with --data"
    if known is None:
        raise invalid("data", "a run that learnt from named data", "one that learnt from an array in Python", advice)
    name, rng = known["path"] or known["name"], np.random.default_rng([seed_of(run), 1])
    if known["path"] is not None and not os.path.exists(name):
        raise invalid(name, "the data that the run learnt from", "no such file or folder", advice)
    try:
        data = open_data(name, part=known["part"], bits=known["bits"], rng=rng, **known["opened_with"])
    except InvalidInput as error:
        raise InvalidInput(f"{error}; the run learnt from these data as they were before: {advice}") from error
    now = data.describe()
    compared = ("checksum", "labels_checksum", "label_names") if with_labels else ("checksum",)
    if any(now[part] != known[part] for part in compared):
        labels = " with other labels" if now["checksum"] == known["checksum"] else ""
        raise invalid(name, f"the data that the run learnt from ({known['checksum']})",
                      f"data that have changed since ({now['checksum']}{labels})", advice)
    return data


def data_description(run: LoadedRun) -> dict | None:
    """What the run keeps of its data, as `Data.describe` gave it; None where it learnt from an array or a mixture."""
    return run.description if "name" in run.description else None


def held_out_part(known: dict, name: str) -> str | None:
    """The part of a run's own data that it did not learn from, or else the one that it did."""
    if known["part"] is None or "array" in known["opened_with"]:
        return known["part"]
    others = [part for part in parts_of(name) if part != known["part"]]
    return others[0] if others else known["part"]


def describe_measured(name: str | os.PathLike, cases: Data, seen: str = "") -> str:
    """What a report says that it was measured on."""
    part = "" if cases.part is None else f", part {cases.part}"
    return f"{one_line(name, 400)}{part}, bits {cases.bits}{seen}"


def check_measured(cases: Data, n_visible: int, visible: Units) -> None:
    """InvalidInput unless log p of these cases can be had of a visible layer of that width and kind."""
    if cases.shape[1] != n_visible:
        raise invalid(cases.name, f"cases of {n_visible} numbers", cases.shape[1])
    if cases.has_grey and not isinstance(visible, Gaussian):
        raise invalid("bits", "'threshold' or 'sampled'", f"{cases.bits!r}, which leaves grey pixels in {cases.name}",
                      "log p of a model of bits depends on how grey becomes bits")


def log_p_of_pixels(training: Data, cases: Data) -> float:
    """The mean log p of cases of bits by a model of the training cases that has no hidden units."""
    base_rates = mean_of_cases(training, np.arange(len(training)))
    return independent_pixels(base_rates, mean_of_cases(cases, np.arange(len(cases))))  # linear in its cases


def draw_curves(run: LoadedRun, units: dict[str, str] | None = None) -> None:
    """The curves of a run; units as in `training_curves`."""
    plots.save(plots.training_curves(run.history, units=units), "training.png", run.folder)


def image_shape_of(run: LoadedRun, options: Any) -> Sequence[int] | None:
    """The shape of an image of the run: what the options say, else what its data had."""
    return run.description.get("image_shape") if options.image_shape is None else options.image_shape


def seed_of(run: LoadedRun) -> int:
    """The seed that the command was given for the run; 0 for a run made in Python."""
    return run.metadata.get("seed", 0)


def check_output(path: Path) -> Path:
    """`path` where samples can be written to it: .png for images, .npy for numbers; else InvalidInput."""
    if path.suffix not in (".png", ".npy"):
        raise invalid("out", "a name that ends in .png (images) or .npy (numbers)", path)
    return path


def save_array(array: np.ndarray, path: Path) -> None:
    """Write an .npy file, and its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)
