"""A run as its folder holds it: `LoadedRun`, the data that it learnt from, and where its figures go."""
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data import open_data
from ..data.catalog import default_part
from ..data.dataset import Data
from ..foundation.checks import InvalidInput, check_integer, invalid
from ..foundation.progress import History
from ..foundation.settings import Settings


@dataclass(frozen=True, eq=False, repr=False)
class LoadedRun:
    """A run, as far as it has come."""

    folder: Path
    kind: str  # "rbm", "boltzmann", "gan", "classifier"
    model: Any  # what training gave back, or would have given back now
    settings: Settings
    history: History
    description: dict  # of its data: name, path, part, bits, scale, image_shape, as far as it had them
    metadata: dict  # the caller's
    done: int  # epochs or steps done
    total: int

    def __repr__(self) -> str:
        state = "finished" if self.done == self.total else f"{self.done:,} of {self.total:,}"
        return f"LoadedRun {self.folder} of kind {self.kind}, {state}\n{self.model!r}\n{self.history!r}"


def check_kept(description: Any, metadata: Any) -> None:
    """InvalidInput unless a checkpoint's description of its data and its metadata are what a run keeps."""
    if not isinstance(description, dict) or not isinstance(metadata, dict):
        raise invalid("description", "a dict", f"{type(description).__name__} and {type(metadata).__name__}")
    texts = [description.get(name) for name in ("name", "path", "part", "bits")]
    if not all(text is None or isinstance(text, str) for text in texts):
        raise invalid("description", "texts as name, path, part and bits", repr(texts)[:100])
    image_shape = description.get("image_shape")
    if image_shape is not None and not (isinstance(image_shape, list) and all(type(n) is int for n in image_shape)):
        raise invalid("description", "integers as image_shape", repr(image_shape)[:100])
    check_integer("seed", metadata.get("seed", 0), least=0)


def open_training_data(data: str, part: str | None, bits: str | None, seed: int) -> Data:
    """The Data of that name or path, their training part where they have parts.

    Where bits are sampled, they are drawn from a generator of their own, made of the seed.
    """
    part = default_part(data, "train") if part is None else part
    return open_data(data, part=part, bits=bits, rng=np.random.default_rng([seed, 1]))


def reopen_data(run: LoadedRun) -> Data | None:
    """The Data that the run learnt from, from whichever folder; None where they were arrays, or are there no longer."""
    known = run.description
    if "name" not in known:
        return None
    try:
        return open_training_data(known["path"] or known["name"], known["part"], known["bits"], seed_of(run))
    except InvalidInput:
        return None


def open_test_data(run: LoadedRun, data: str | None, part: str | None, bits: str | None) -> tuple[Data, str]:
    """`(Data, what they are)` to measure a run on: those of that name or path, by default the run's own.

    part and bits by default the test part, where the data have parts, and the run's bits. Raises InvalidInput.
    """
    known = run.description
    if data is None and "name" not in known:
        raise invalid("data", "a name or path to measure on", "nothing",
                      "this run learnt from an array in Python, which is not kept with it")
    name = known["path"] or known["name"] if data is None else data
    part = default_part(name, "test") if part is None else part
    bits = known.get("bits") if bits is None else bits
    cases = open_data(name, part=part, bits=bits, rng=np.random.default_rng([seed_of(run) + 1, 1]))
    return cases, f"{name}, part {part or 'all'}, bits {cases.bits}"


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
