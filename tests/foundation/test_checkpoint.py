import io
import math
import os
import pickle
import stat
import tracemalloc
import zipfile
from pathlib import Path

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
    locked_folder,
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


def test_arrays_come_back_in_the_order_of_their_entries_and_can_be_written_to(tmp_path):
    state = {"C": np.arange(6.0).reshape(2, 3), "F": np.asfortranarray(np.arange(6.0).reshape(2, 3))}
    back = load_checkpoint(saved(tmp_path, state))
    assert same(back, state)
    assert back["C"].flags.c_contiguous and back["F"].flags.f_contiguous
    for array in back.values():
        array += 1


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
    with pytest.raises(InvalidInput, match="expected format 'numpy_dgm checkpoint 3', got '99'"):
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


# read whole or refused


def rewritten(path, change):
    """The archive at `path` written again, by zipfile, after `change` of its {member: bytes}."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_bit_of_a_header_that_shortens_an_array_is_noticed(tmp_path):
    """(3000,) becomes (1000,): NumPy alone would read less and never come to the CRC."""
    path = saved(tmp_path, {"W": np.arange(3000.0)})
    content = bytearray(path.read_bytes())
    content[content.index(b"(3000,)") + 1] ^= 2
    path.write_bytes(bytes(content))
    refused(path)


CHANGES = {
    "another array, its CRC right": lambda members: members.update({"array_0.npy": npy(np.full((30, 20), 2.0))}),
    "the same bytes of another dtype": lambda members: members.update({
        "array_0.npy": members["array_0.npy"].replace(b"<f8", b"<i8")}),
    "an array exchanged for a text": lambda members: members.update({"array_0.npy": npy(np.array("W"))}),
    "a number of the structure": lambda members: members.update({
        "structure.npy": npy(np.array(str(np.load(io.BytesIO(members["structure.npy"]))).replace("3", "4")))}),
    "a member too many": lambda members: members.update({"array_1.npy": npy(np.zeros(3))}),
    "no checksum": lambda members: members.pop("checksum.npy"),
    "a checksum of its own": lambda members: members.update({"checksum.npy": npy(np.array("0" * 64))}),
    "an array longer than announced": lambda members: members.update({"array_0.npy": members["array_0.npy"] + b"0"}),
    "an array of 10^12 entries": lambda members: members.update({
        "array_0.npy": members["array_0.npy"].replace(b"(30, 20), }", b"(10**12,),}")}),
    "an array of more entries than bytes": lambda members: members.update({
        "array_0.npy": members["array_0.npy"].replace(b"(30, 20), }", b"(99999999,)}")}),
    "a negative shape": lambda members: members.update({
        "array_0.npy": members["array_0.npy"].replace(b"(30, 20), }", b"(-30, -20)}")}),
    "objects": lambda members: members.update({"array_0.npy": members["array_0.npy"].replace(b"<f8", b"|O8")}),
    "a header that is no dict": lambda members: members.update({
        "array_0.npy": members["array_0.npy"].replace(b"{'descr'", b"(('descr'")}),
    "a structure that goes deep": lambda members: members.update({
        "structure.npy": npy(np.array("[" * 100_000 + "]" * 100_000))}),
    "a structure that is no JSON": lambda members: members.update({"structure.npy": npy(np.array("{"))}),
    "a structure of numbers": lambda members: members.update({"structure.npy": npy(np.zeros(3))}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_archive_whose_members_were_changed_is_refused(name, tmp_path):
    path = saved(tmp_path)
    rewritten(path, CHANGES[name])
    refused(path)


def test_a_state_that_is_no_dict_is_refused(tmp_path):
    path = tmp_path / "checkpoint.npz"
    save_checkpoint(path, [1, 2])
    refused(path)


def test_compressed_members_and_archives_of_very_many_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("array_0.npy", "w") as member:
            for _ in range(200):
                member.write(bytes(2**20))
    tracemalloc.start()
    refused(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
    path = saved(tmp_path)
    monkeypatch.setattr(checkpoint, "MOST_MEMBERS", 2)  # it has three
    refused(path)


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "folder"])
def test_a_path_that_cannot_be_a_file_is_refused(name, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInput, match="expected a checkpoint, got no such file"):
        load_checkpoint(tmp_path / name)


@pytest.mark.skipif(os.name != "posix", reason="FIFOs are POSIX's")
def test_a_fifo_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "checkpoint.npz")
    refused(tmp_path / "checkpoint.npz")


# one run a folder, and its temporary files


@pytest.mark.skipif(os.name != "posix", reason="Windows locks no folders")
def test_a_second_run_on_a_folder_is_refused_until_the_first_has_ended(tmp_path):
    path = tmp_path / "run" / "checkpoint.npz"
    with locked_folder(path):
        with pytest.raises(InvalidInput, match="checkpoint: expected a folder that no other run uses, got .*; wait"):
            with locked_folder(path):
                raise AssertionError("two runs hold the folder")
    with locked_folder(path):
        pass
    assert list(path.parent.iterdir()) == []
    with locked_folder(None):
        pass


@pytest.mark.parametrize("folder", ["afile/run", "a" * 300, "a\0b"])
def test_a_folder_that_cannot_be_made_is_refused(folder, tmp_path):
    (tmp_path / "afile").write_text("")
    with pytest.raises(InvalidInput, match="checkpoint: expected a folder that can be written to, got "):
        with locked_folder(tmp_path / folder / "checkpoint.npz"):
            pass


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path):
    for name in (".checkpoint.npz.0123.unfinished", "mine.unfinished", ".checkpoint.npz"):
        (tmp_path / name).write_text("")
    (tmp_path / ".checkpoint.npz.folder.unfinished").mkdir()
    with locked_folder(tmp_path / "checkpoint.npz"):
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            ".checkpoint.npz", ".checkpoint.npz.folder.unfinished", "mine.unfinished"]


def test_a_planted_link_in_the_temporary_file_s_place_is_not_followed(tmp_path, monkeypatch):
    path = saved(tmp_path)
    target = tmp_path / "target"
    target.write_text("mine")
    monkeypatch.setattr(checkpoint.secrets, "token_hex", lambda n: "planted")
    (tmp_path / ".checkpoint.npz.planted.unfinished").symlink_to(target)
    with pytest.raises(OSError, match="checkpoint.npz could not be written, and is as it was"):
        save_checkpoint(path, some_state(2.0))
    assert target.read_text() == "mine" and load_checkpoint(path)["W"][0, 0] == 1.0


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


@pytest.mark.parametrize("change", [
    {"n_children_spawned": 10**9}, {"n_children_spawned": -1}, {"n_children_spawned": 2.0},
    {"n_children_spawned": "3"}, {"state": {}}, {"state": None}, {"state": [1]}, {"state": "x"}, {"kind": 3},
    {"state": {"bit_generator": "PCG64", "state": {"state": "x", "inc": 1}, "has_uint32": 0, "uinteger": 0}},
    {"state": {"bit_generator": "PCG64", "state": {"state": -1, "inc": 2**200}, "has_uint32": 0, "uinteger": 0}},
    {"entropy": None}, {"extra": 1},
])
def test_a_saved_state_that_cannot_be_one_is_refused_and_the_generator_stays_as_it_was(change):
    rng, untouched = generator("PCG64"), generator("PCG64")
    with pytest.raises(InvalidInput):
        restore_generator(rng, {**generator_state(worn("PCG64")), **change})
    assert rng.bit_generator.state == untouched.bit_generator.state
    assert rng.bit_generator.seed_seq.n_children_spawned == 0


@pytest.mark.parametrize("saved_state", [None, [], {}, "state", 3])
def test_what_is_no_state_of_a_generator_is_refused(saved_state):
    with pytest.raises(InvalidInput, match="random: expected the state of a generator"):
        restore_generator(generator("PCG64"), saved_state)


@pytest.mark.parametrize("value", [object(), {1, 2}, 1j, b"bytes", np.complex128(1), Path("here")])
def test_what_is_no_plain_value_is_refused_and_nothing_is_written(value, tmp_path):
    with pytest.raises(InvalidInput, match="^checkpoint: expected arrays, numbers, texts, None, lists and dicts, got "):
        save_checkpoint(tmp_path / "checkpoint.npz", {"a": [1, {"b": value}]})
    assert list(tmp_path.iterdir()) == []
