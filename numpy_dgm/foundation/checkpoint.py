"""Checkpoints: the whole state of a training run in one file, written so that it is never half there.

The file is an .npz archive without pickles: every array under a name of its own, and `structure`, a
JSON text that says how they hang together with the numbers, texts and lists between them. It is written
to a temporary file in the same folder, synced to the disk, and renamed over the old one: whenever the
power goes, either the old state or the new one is there.

A random generator is saved whole: its kind, its state, and its seed sequence with the number of
children it has spawned, so that what it draws and spawns afterwards is what it would have.
"""
import json
import os
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from .checks import InvalidInput, invalid
from .types import Generator

FORMAT = "numpy_dgm checkpoint 2"
CHECKPOINT = "checkpoint.npz"  # the name of the file in a run's folder
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937")
NOT_A_CHECKPOINT = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, RuntimeError,
                    zipfile.BadZipFile, zlib.error)  # what NumPy, zipfile and json make of a foreign file


def save_checkpoint(path: Any, state: dict) -> None:
    """Write `state` to the file `path`: a dict of arrays, numbers, texts, None, lists and dicts of these."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    structure = {"format": FORMAT, "state": _to_json(state, arrays)}
    temporary = path.with_name(f".{path.name}.unfinished")  # in the same folder, so that renaming is atomic
    try:
        with open(temporary, "wb") as file:
            np.savez(file, structure=np.array(json.dumps(structure)), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def load_checkpoint(path: Any) -> dict:
    """The `state` that `save_checkpoint` wrote to `path`. InvalidInput where there is no such file, whole."""
    path = Path(path)
    if not path.is_file():
        raise invalid(path, "a checkpoint", "no such file")
    try:
        with np.load(path, allow_pickle=False) as archive:
            contents = {name: archive[name] for name in archive.files}
        structure = json.loads(str(contents.pop("structure")))
        if structure["format"] != FORMAT:
            raise invalid(path, f"format {FORMAT!r}", repr(structure["format"]))
        return _from_json(structure["state"], contents)
    except InvalidInput:
        raise
    except NOT_A_CHECKPOINT as error:
        got = f"a file that cannot be read ({type(error).__name__})"
        raise invalid(path, "a whole numpy_dgm checkpoint", got) from error


def generator_state(rng: Generator) -> dict:
    """All that makes `rng` what it is, for `save_checkpoint`. InvalidInput for kinds that NumPy does not ship."""
    bits = rng.bit_generator
    kind, seeds = type(bits).__name__, bits.seed_seq
    if kind not in BIT_GENERATORS or not isinstance(seeds, np.random.SeedSequence):
        raise invalid("rng", f"one of {', '.join(BIT_GENERATORS)} seeded by a SeedSequence, such as "
                      "numpy.random.default_rng(0)", f"a {kind} seeded by {type(seeds).__name__}")
    return {
        "kind": kind,
        "entropy": _plain(seeds.entropy),
        "spawn_key": list(seeds.spawn_key),
        "pool_size": seeds.pool_size,
        "n_children_spawned": seeds.n_children_spawned,
        "state": bits.state,
    }


def restore_generator(rng: Generator, saved: dict) -> None:
    """Bring `rng` to the state `saved` by `generator_state`, in place.

    `rng` must have been seeded as the saved one was, since its seed sequence cannot be exchanged: this is
    what a run gets that is started again by the same line. InvalidInput otherwise.
    """
    mine = generator_state(rng)
    for name in ("kind", "entropy", "spawn_key", "pool_size"):
        if mine[name] != saved[name]:
            raise invalid("rng", f"a generator with {name} {saved[name]}, as the run had", mine[name],
                          "resume with the seed that the run was started with")
    missing_children = saved["n_children_spawned"] - mine["n_children_spawned"]
    if missing_children < 0:
        raise invalid("rng", f"a generator that has spawned at most {saved['n_children_spawned']} children",
                      f"one that has spawned {mine['n_children_spawned']}")
    seeds: Any = rng.bit_generator.seed_seq
    seeds.spawn(missing_children)
    rng.bit_generator.state = saved["state"]


def load_run_state(path: Path, kind: str, names: tuple) -> dict:
    """The state of a run of a `kind` of model at `path`; InvalidInput where it is of another, or lacks a name."""
    state = load_checkpoint(path)
    if state.get("kind") != kind:
        raise invalid(path, f"a run of kind {kind}", state.get("kind"))
    missing = set(names) - set(state)
    if missing:
        raise invalid(path, "a whole checkpoint", f"one without {', '.join(sorted(missing))}")
    return state


def check_metadata(metadata: dict | None) -> dict:
    """`metadata` as a dict that a checkpoint can keep: texts, numbers, None, and lists and dicts of these."""
    metadata = {} if metadata is None else metadata
    try:
        kept = json.loads(json.dumps(metadata))
    except (TypeError, ValueError) as error:
        raise invalid("metadata", "a dict of texts and numbers", f"{type(metadata).__name__}: {error}") from error
    if not isinstance(metadata, dict):
        raise invalid("metadata", "a dict of texts and numbers", type(metadata).__name__)
    return kept


class SaveClock:
    """Says when to save: as often as costs a tenth of the time that a run takes."""

    def __init__(self):
        self.last_saved, self.seconds_to_save = time.perf_counter(), 0.0

    def is_due(self) -> bool:
        """Whether ten times what saving took has passed since."""
        return time.perf_counter() - self.last_saved >= 10 * self.seconds_to_save

    def save(self, path: Any, state: dict) -> None:
        """`save_checkpoint`, timed."""
        started = time.perf_counter()
        save_checkpoint(path, state)
        self.last_saved = time.perf_counter()
        self.seconds_to_save = self.last_saved - started


def _plain(entropy):
    """A seed sequence's entropy, an int or a sequence of ints, as JSON can hold it."""
    return int(entropy) if np.ndim(entropy) == 0 else [int(word) for word in entropy]


def _to_json(value, arrays):
    """`value` with each array moved to `arrays` and a reference left in its place."""
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:  # NumPy would pickle it, and then the file could not be loaded
            raise invalid("checkpoint", "arrays of numbers or text", f"dtype {value.dtype}")
        name = f"array_{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):  # JSON would turn the key 1 into "1"
            raise invalid("checkpoint", "dicts with texts as keys", f"the keys {list(value)}")
        return {"dict": {key: _to_json(item, arrays) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return [_to_json(item, arrays) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _from_json(value, arrays):
    if isinstance(value, list):
        return [_from_json(item, arrays) for item in value]
    if isinstance(value, dict) and "array" in value:
        return arrays[value["array"]]
    if isinstance(value, dict):
        return {key: _from_json(item, arrays) for key, item in value["dict"].items()}
    return value


def _sync_folder(folder):
    """Make the renaming itself last, where the system lets a folder be synced (Windows does not)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
