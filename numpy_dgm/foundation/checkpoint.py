"""Checkpoints: the whole state of a training run in one file, written so that it is never half there.

The file is an .npz archive without pickles and without compression: every array under a name of its own, `structure`,
a JSON text that says how they hang together with the numbers, texts and lists between them, and `checksum`, the
SHA-256 of all that. It is written to a temporary file in the same folder, synced to the disk, and renamed over the old
one: whenever the power goes, either the old state or the new one is there. It is read whole or refused.

A random generator is saved whole: its kind, its state, and its seed sequence with the number of
children it has spawned, so that what it draws and spawns afterwards is what it would have.
"""
import contextlib
import hashlib
import io
import json
import math
import os
import secrets
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .checks import InvalidInput, invalid
from .interrupts import interrupts_held
from .types import Generator

FORMAT = "numpy_dgm checkpoint 3"
CHECKPOINT = "checkpoint.npz"  # the name of the file in a run's folder
UNFINISHED = ".unfinished"  # ending of the temporary file
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937")
MOST_MEMBERS = 100_000  # of an archive; each array of a state is one
MOST_CHILDREN = 1_000_000  # that a generator may have spawned


def save_checkpoint(path: Any, state: dict) -> None:
    """Write `state` to the file `path`: a dict of arrays, numbers, texts, None, lists and dicts of these.

    Raises InvalidInput for other values, and OSError where the disk does not take it; the old file is there then.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    structure = np.array(json.dumps({"format": FORMAT, "state": _to_json(state, arrays)}))
    checksum = np.array(_checksum({"structure": structure, **arrays}))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}{UNFINISHED}")  # so that renaming is atomic
    try:
        with interrupts_held():
            with open(temporary, "xb") as file:  # made here, or not at all
                np.savez(file, structure=structure, checksum=checksum, **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, f"{path} could not be written, and is as it was: {error.strerror}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load_checkpoint(path: Any) -> dict:
    """The `state` that `save_checkpoint` wrote to `path`. InvalidInput where there is no such file, whole."""
    path = Path(path)
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # such as a name that is too long, or has a NUL in it
        is_file = False
    if not is_file:
        raise invalid(path, "a checkpoint", "no such file")
    try:
        contents = _read_archive(path)
        structure = json.loads(str(contents["structure"]))
        if structure["format"] != FORMAT:
            raise invalid(path, f"format {FORMAT!r}", repr(structure["format"])[:80])
        if str(contents.pop("checksum")) != _checksum(contents):
            raise invalid(path, "a whole numpy_dgm checkpoint", "one that has changed since it was written")
        state = _from_json(structure["state"], contents)
    except InvalidInput:
        raise
    except Exception as error:  # whatever NumPy, zipfile and json make of a foreign file
        got = f"a file that cannot be read ({type(error).__name__})"
        raise invalid(path, "a whole numpy_dgm checkpoint", got) from error
    if not isinstance(state, dict):
        raise invalid(path, "a dict as state", type(state).__name__)
    return state


def _read_archive(path):
    """{name: array} of an uncompressed .npz; every member is read to its end, so that its CRC is compared."""
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise ValueError(f"{len(members)} members")
        for member in members:
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > os.path.getsize(path):
                raise ValueError("a compressed member")
            arrays[member.filename.removesuffix(".npy")] = _read_array(archive.read(member))
    return arrays


def _read_array(content):
    """The array in the bytes of an .npy file: exactly as many as its header announces, no objects."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    shape, is_fortran, dtype = read_header(file)
    n_bytes = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or min(shape, default=0) < 0 or n_bytes != len(content) - file.tell():
        raise ValueError("another size than announced")
    array = np.frombuffer(content, dtype, offset=file.tell()) if n_bytes else np.zeros(0, dtype)
    return array.reshape(shape, order="F" if is_fortran else "C").copy(order="K")


def _checksum(arrays):
    """SHA-256 of named arrays: names, dtypes, shapes and entries, as a text."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


@contextlib.contextmanager
def locked_folder(path: Path | None) -> Iterator[None]:
    """Hold the folder of the checkpoint `path`, made if need be, for one run alone; nothing to hold for None.

    The lock goes with the process, however it ends. Temporary files that a killed run left are removed. Raises
    InvalidInput where another run holds it, and where the folder cannot be made or written to. Windows locks no
    folders, so that two runs on one folder are not noticed there.
    """
    if path is None:
        yield
        return
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        got = f"{str(folder)[:200]!r}: {getattr(error, 'strerror', error)}"
        raise invalid("checkpoint", "a folder that can be written to", got) from error
    handle = _lock(folder)
    try:
        for left in folder.glob(f".{path.name}.*{UNFINISHED}"):
            if left.is_file() and not left.is_symlink():
                left.unlink(missing_ok=True)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(folder):
    """A handle of the folder that holds it for this process, None on Windows; InvalidInput where another has it."""
    if os.name != "posix":
        return None
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise invalid("checkpoint", "a folder that no other run uses", folder, "wait for that run") from error
    return handle


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
    if not isinstance(saved, dict) or set(saved) != set(mine):
        raise invalid("random", "the state of a generator", repr(saved)[:80])
    for name in ("kind", "entropy", "spawn_key", "pool_size"):
        if mine[name] != saved[name]:
            raise invalid("rng", f"a generator with {name} {saved[name]}, as the run had", mine[name],
                          "resume with the seed that the run was started with")
    n_children = saved["n_children_spawned"]
    if type(n_children) is not int or not 0 <= n_children <= MOST_CHILDREN:
        raise invalid("random", f"at most {MOST_CHILDREN} children spawned", repr(n_children)[:80])
    missing_children = n_children - mine["n_children_spawned"]
    if missing_children < 0:
        raise invalid("rng", f"a generator that has spawned at most {n_children} children",
                      f"one that has spawned {mine['n_children_spawned']}")
    before = rng.bit_generator.state
    try:
        rng.bit_generator.state = saved["state"]
    except (TypeError, ValueError, KeyError, OverflowError, IndexError) as error:
        rng.bit_generator.state = before
        raise invalid("random", f"the state of a {mine['kind']}", "something else") from error
    seeds: Any = rng.bit_generator.seed_seq
    seeds.spawn(missing_children)


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
        value = value.item()
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise invalid("checkpoint", "arrays, numbers, texts, None, lists and dicts", type(value).__name__)
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
