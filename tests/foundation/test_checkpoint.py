import math
import os
import pickle
import stat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from numpy_dgm.foundation import checkpoint
from numpy_dgm.foundation.checkpoint import (
    BIT_GENERATORS,
    SaveClock,
    generator_state,
    load_checkpoint,
    restore_generator,
    save_checkpoint,
)
from numpy_dgm.foundation.checks import InvalidInput

ARRAYS = st.sampled_from(["f4", "f8", "i1", "u8", "?", ">f8", "U3"]).flatmap(
    lambda dtype: arrays(np.dtype(dtype), array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=3))
)
TEXTS = st.text(max_size=5) | st.sampled_from(["array", "dict", "structure", "array_0", "\x00", "ü\ud800"])
LEAVES = st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | TEXTS | ARRAYS


def lists_or_dicts(inner):
    return st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)


STATES = st.dictionaries(TEXTS, st.recursive(LEAVES, lists_or_dicts, max_leaves=8), max_size=4)


def same(a, b):
    """Whether two states are alike to the last bit, types included; any NaN of Python's is like any other."""
    if isinstance(a, np.ndarray):
        same_kind = isinstance(b, np.ndarray) and (a.dtype, a.shape) == (b.dtype, b.shape)
        return same_kind and a.tobytes() == b.tobytes()
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return math.isnan(a) and math.isnan(b) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return a == b


def some_state(value=1.0):
    return {"W": np.full((30, 20), value), "epoch": 3, "history": {"rate": [0.1, 0.05]}, "best": None}


def saved(folder, state=None):
    path = folder / "checkpoint.npz"
    save_checkpoint(path, some_state() if state is None else state)
    return path


def refused(path):
    with pytest.raises(InvalidInput) as caught:
        load_checkpoint(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: expected ") and ", got " in message


@settings(max_examples=60)
@given(state=STATES)
def test_what_is_loaded_is_what_was_saved_bit_for_bit(tmp_path_factory, state):
    path = tmp_path_factory.getbasetemp() / "round_trip.npz"
    save_checkpoint(path, state)
    assert same(load_checkpoint(path), state)


def test_special_numbers_tuples_and_numpy_scalars_come_back():
    state = {
        "floats": [np.nan, np.inf, -np.inf, -0.0, 5e-324, 0.1 + 0.2],
        "array": np.array([np.nan, -np.inf, -0.0, 1e-320]),
        "big": 2**127 + 1,
        "none": None,
        "nested": {"deep": [{"x": []}, {}, [None]]},
    }
    assert same(checkpoint._from_json(*as_json(state)), state)
    assert same(checkpoint._from_json(*as_json((np.float32(0.1), np.int64(3), np.bool_(True), "a"))),
                [float(np.float32(0.1)), 3, True, "a"])


def as_json(state):
    found = {}
    return checkpoint._to_json(state, found), found


def test_saving_makes_the_folder_and_replaces_the_old_state(tmp_path):
    path = saved(tmp_path / "new" / "run")
    saved(tmp_path / "new" / "run", some_state(2.0))
    assert same(load_checkpoint(path), some_state(2.0))
    assert os.listdir(path.parent) == ["checkpoint.npz"]
    assert load_checkpoint(str(path))["epoch"] == 3


def test_any_place_where_the_file_may_be_cut_short_is_noticed(tmp_path):
    whole = saved(tmp_path).read_bytes()
    cut = tmp_path / "cut.npz"
    for length in sorted({*np.linspace(0, len(whole) - 1, 40).astype(int).tolist(), 1, 4, len(whole) - 2}):
        cut.write_bytes(whole[:length])
        refused(cut)


def test_a_flipped_bit_is_noticed_or_harmless(tmp_path):
    """A zip file has bytes that nobody reads (dates); all others are under a checksum or are structure."""
    whole = saved(tmp_path).read_bytes()
    damaged, rng, n_refused = tmp_path / "damaged.npz", np.random.default_rng(0), 0
    directory = range(len(whole) - 300, len(whole))  # it stands last
    places = [*rng.integers(0, len(whole), size=150), *directory]
    for place in places:
        content = bytearray(whole)
        content[place] ^= 1 << int(rng.integers(8))
        damaged.write_bytes(content)
        try:
            assert same(load_checkpoint(damaged), some_state())
        except InvalidInput as error:
            assert str(damaged) in str(error)
            n_refused += 1
    assert n_refused > len(places) / 2


FOREIGN = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("epoch,loss\n1,2\n"),
    "a foreign npz": lambda path: np.savez(path, W=np.zeros(3)),
    "a foreign npz with a structure": lambda path: np.savez(path, structure=np.array("[1, 2]")),
    "another format": lambda path: np.savez(path, structure=np.array(
        '{"format": "99", "state": {"dict": {}}}')),
    "an array missing": lambda path: np.savez(path, structure=np.array(
        '{"format": "numpy_dgm checkpoint 1", "state": {"dict": {"W": {"array": "array_0"}}}}')),
    "objects": lambda path: np.savez(path, structure=np.array([{}], dtype=object)),
    "a single array": lambda path: path.write_bytes(npy_bytes(path)),
    "a pickle": lambda path: path.write_bytes(pickle.dumps({"W": [1, 2]})),
    "a folder": lambda path: path.mkdir(),
    "missing": lambda path: None,
}


def npy_bytes(path):
    np.save(path.with_suffix(".npy"), np.zeros(3))
    return path.with_suffix(".npy").read_bytes()


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_no_checkpoint_is_refused_by_name(kind, tmp_path):
    path = tmp_path / "foreign.npz"
    FOREIGN[kind](path)
    refused(path)


def test_a_missing_file_and_another_format_are_called_so(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        load_checkpoint(tmp_path / "missing.npz")
    FOREIGN["another format"](tmp_path / "foreign.npz")
    with pytest.raises(InvalidInput, match="expected format 'numpy_dgm checkpoint 2', got '99'"):
        load_checkpoint(tmp_path / "foreign.npz")


class MakesAFolder:
    """What runs `os.mkdir` when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_file_that_would_run_code_is_refused_and_runs_none(tmp_path):
    payload = np.empty(1, dtype=object)
    payload[0] = MakesAFolder(tmp_path / "made")
    np.savez(tmp_path / "foreign.npz", structure=payload)
    refused(tmp_path / "foreign.npz")
    assert os.listdir(tmp_path) == ["foreign.npz"]


def test_the_file_is_on_the_disk_before_it_is_renamed_and_the_folder_after(tmp_path, monkeypatch):
    events, replace, fsync = [], os.replace, os.fsync

    def synced(handle):
        events.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def renamed(one, other):
        events.append("rename")
        replace(one, other)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    saved(tmp_path)
    assert events == (["file", "rename", "folder"] if os.name == "posix" else ["file", "rename"])


@pytest.mark.parametrize("module, name", [
    (np, "savez"), (os, "fsync"), (os, "replace"), (checkpoint.json, "dumps"),
])
@pytest.mark.parametrize("error", [OSError("no space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_state_and_nothing_else(module, name, error, tmp_path, monkeypatch):
    path = saved(tmp_path)
    before = path.read_bytes()

    def fails(*arguments, **options):
        raise error

    monkeypatch.setattr(module, name, fails)
    with pytest.raises(type(error)):
        save_checkpoint(path, some_state(2.0))
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["checkpoint.npz"] and path.read_bytes() == before


@pytest.mark.parametrize("value", [
    np.array([{}], dtype=object), np.zeros(2, dtype=[("a", object)]), {1: "a"}, {None: 1},
    object(), b"ab", 1j, {1, 2},
])
def test_what_could_not_be_loaded_again_is_not_written(value, tmp_path):
    path = saved(tmp_path)
    before = path.read_bytes()
    with pytest.raises((InvalidInput, TypeError)):
        save_checkpoint(path, {"W": value})
    assert os.listdir(tmp_path) == ["checkpoint.npz"] and path.read_bytes() == before


def test_saving_takes_a_tenth_of_the_time(tmp_path, monkeypatch):
    """The first time at once; after a save of 2 s, 20 s after its end."""
    now = [100.0]
    monkeypatch.setattr(checkpoint.time, "perf_counter", lambda: now[0])

    def save_in_two_seconds(path, state, save=save_checkpoint):
        now[0] += 2
        save(path, state)

    monkeypatch.setattr(checkpoint, "save_checkpoint", save_in_two_seconds)
    clock = SaveClock()
    assert clock.is_due()
    now[0] += 50
    for _ in range(2):
        clock.save(tmp_path / "checkpoint.npz", some_state())
        assert not clock.is_due()
        now[0] += 19.5
        assert not clock.is_due()
        now[0] += 0.5
        assert clock.is_due()
    assert same(load_checkpoint(tmp_path / "checkpoint.npz"), some_state())


# generators


def generator(kind, seed=7):
    return np.random.Generator(getattr(np.random, kind)(seed))


def draws(rng):
    """What a generator draws and what its children draw, of several kinds."""
    children = [child.random(3).tolist() for child in rng.spawn(2)]
    integers = rng.integers(0, 100, 3, dtype=np.int32)
    return [rng.random(3).tolist(), integers.tolist(), rng.normal(size=3).tolist(), children]


def worn(kind):
    """A generator that has drawn (an odd number of 32-bit words, half of one kept back) and spawned."""
    rng = generator(kind)
    rng.integers(0, 100, 3, dtype=np.int32)
    rng.normal(size=5)
    rng.spawn(3)
    return rng


@pytest.mark.parametrize("kind", BIT_GENERATORS)
@pytest.mark.parametrize("used_before", [False, True])
def test_a_restored_generator_draws_and_spawns_what_the_saved_one_would_have(kind, used_before, tmp_path):
    rng = worn(kind)
    path = saved(tmp_path, generator_state(rng))
    fresh = generator(kind)
    if used_before:  # as a run does that splits its data before it resumes
        fresh.random(11)
        fresh.spawn(1)
    restore_generator(fresh, load_checkpoint(path))
    assert draws(fresh) == draws(rng)
    assert draws(generator(kind)) != draws(worn(kind))


@pytest.mark.parametrize("seed", [0, 2**127 + 3, [1, 2, 3], np.random.SeedSequence(5, spawn_key=(1, 2)),
                                  np.random.SeedSequence(5, pool_size=8), None])
def test_every_kind_of_seed_is_restored(seed, tmp_path):
    seed = np.random.SeedSequence().entropy if seed is None else seed
    path = saved(tmp_path, generator_state(np.random.default_rng(seed)))
    if isinstance(seed, np.random.SeedSequence):
        seed = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key, pool_size=seed.pool_size)
    fresh = np.random.default_rng(seed)
    restore_generator(fresh, load_checkpoint(path))
    assert fresh.random() == np.random.default_rng(seed).random()


@pytest.mark.parametrize("other, what", [
    (np.random.default_rng(8), "entropy"),
    (np.random.default_rng([7]), "entropy"),
    (np.random.default_rng(), "entropy"),
    (np.random.default_rng(7).spawn(1)[0], "spawn_key"),
    (np.random.default_rng(np.random.SeedSequence(7, pool_size=8)), "pool_size"),
    (np.random.Generator(np.random.Philox(7)), "kind"),
])
def test_a_generator_of_another_seed_is_refused_and_left_as_it_was(other, what):
    state = generator_state(worn("PCG64"))
    before = other.bit_generator.state
    with pytest.raises(InvalidInput, match=f"^rng: .*{what}"):
        restore_generator(other, state)
    np.testing.assert_equal(other.bit_generator.state, before)


def test_a_generator_that_has_spawned_more_than_the_saved_one_is_refused():
    state = generator_state(worn("PCG64"))
    other = generator("PCG64")
    other.spawn(4)
    with pytest.raises(InvalidInput, match="at most 3 children, got one that has spawned 4"):
        restore_generator(other, state)


def test_taking_the_state_changes_nothing():
    rng = worn("PCG64")
    generator_state(rng)
    assert draws(rng) == draws(worn("PCG64"))


def test_a_generator_without_a_seed_sequence_is_refused():
    with pytest.raises(InvalidInput, match="default_rng"):
        generator_state(np.random.Generator(np.random.RandomState(3)._bit_generator))
