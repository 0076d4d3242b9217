"""A run that is stopped, however and whenever, and started again by the same call ends in the same bits."""
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from numpy_dgm.energy import RBM, init_rbm, train_rbm
from numpy_dgm.foundation.checkpoint import load_checkpoint
from numpy_dgm.foundation.checks import InvalidInput

D, K = 12, 6


def some_bits(n=90, seed=1):
    """Bits of a few patterns with noise: something to learn, and little enough to overfit."""
    rng = np.random.default_rng(seed)
    patterns = rng.integers(0, 2, size=(5, D))
    noise = rng.random((n, D)) < 0.1
    return (patterns[rng.integers(5, size=n)] ^ noise).astype(np.uint8)


def run(folder, data=None, seed=3, n_hidden=K, dtype=np.float32, **changed):
    """A run of cd with Adam that holds out a fifth and stops early, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    rbm = init_rbm(D, n_hidden, rng, dtype=dtype)
    settings = {"epochs": 40, "method": "cd", "optimizer": "adam", "rate": 0.05, "batch_size": 8,
                "validation": 0.2, "patience": 5, **changed}
    return train_rbm(rbm, some_bits() if data is None else data, rng=rng, checkpoint=folder, **settings)


def series(history):
    return {name: values for name, values in history.series.items() if name != "seconds"}


def assert_same_run(result, unbroken):
    """The same parameters and the same history but for the seconds, bit for bit."""
    (rbm, history), (expected_rbm, expected_history) = result, unbroken
    for name in rbm.trainable:
        array, expected = getattr(rbm, name), getattr(expected_rbm, name)
        assert array.dtype == expected.dtype and array.tobytes() == expected.tobytes(), name
    assert series(history) == series(expected_history)
    assert len(history["seconds"]) == len(history["rate"]) and np.all(np.diff(history["seconds"]) >= 0)


# stopped by an error in the data


class Interrupted(Exception):
    pass


class FailingData:
    """Data whose n-th reading of rows fails."""

    def __init__(self, data, readings):
        self.data, self.shape, self.readings = data, data.shape, readings

    def __len__(self):
        return len(self.data)

    def __getitem__(self, rows):
        self.readings -= 1
        if self.readings < 0:
            raise Interrupted
        return self.data[rows]


VARIANTS = {
    "cd, adam, validation, patience": {},
    "cd, adam, to the last epoch": {"validation": 0.0, "patience": None, "epochs": 12},
    "pcd, momentum, average, patience": {"method": "pcd", "optimizer": "momentum", "average": 0.99},
    "exact, sgd, decay, cosine": {"method": "exact", "optimizer": "sgd", "weight_decay": 1e-3, "epochs": 12,
                                  "schedule": "cosine", "patience": None, "centred": False},
    "tempered, sparsity": {"method": "tempered", "n_rungs": 3, "n_chains": 9, "sparsity_target": 0.2, "epochs": 12,
                           "validation": 0.0, "patience": None},
    "float64": {"dtype": np.float64, "epochs": 12},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_run_that_failed_again_and_again_ends_like_the_unbroken_one(variant, tmp_path):
    changed = VARIANTS[variant]
    unbroken = run(None, **changed)
    n_failed, rng = 0, np.random.default_rng(0)
    while True:
        data = FailingData(some_bits(), readings=int(rng.integers(5, 60)))
        try:
            result = run(tmp_path, data, **changed)
            break
        except Interrupted:
            n_failed += 1
    assert n_failed >= 3
    assert_same_run(result, unbroken)
    trained = RBM(**load_checkpoint(tmp_path / "checkpoint.npz")["trained"])
    assert_same_run((trained, result[1]), unbroken)


def test_the_run_that_stops_early_does_so_before_the_last_epoch(tmp_path):
    """So that the variants with patience are about patience; it gives back the best epoch's parameters."""
    rbm, history = run(tmp_path)
    score = history["validation_log_likelihood"]
    assert len(set(score)) == len(score)  # each epoch's own parameters are looked at, not the best so far
    assert len(score) < 40 and np.argmax(score) == len(score) - 1 - 5
    state = load_checkpoint(tmp_path / "checkpoint.npz")
    assert state["stopped"] and state["stopping"]["best_score"] == score.max()
    assert not np.array_equal(np.concatenate([rbm.W.ravel(), rbm.b, rbm.c]), state["vector"])


def test_a_finished_run_started_again_gives_the_same_at_once(tmp_path):
    finished = run(tmp_path)
    before = (tmp_path / "checkpoint.npz").read_bytes()
    again = run(tmp_path, FailingData(some_bits(), readings=9))  # enough for the door, not for an epoch
    assert_same_run(again, finished)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before


# started again by another call


OTHER_SETTINGS = {
    "epochs": 41, "method": "pcd", "k": 2, "batch_size": 9, "rate": 0.06, "schedule": "cosine",
    "optimizer": "sgd", "weight_decay": 0.1, "centred": False, "n_chains": 99, "average": 0.9,
    "validation": 0.3, "patience": 6, "sparsity_target": 0.1, "sparsity_cost": 2.0, "n_rungs": 5,
}


def refused(folder, **changed):
    """The message with which another call in `folder` is refused; the checkpoint stays as it was."""
    path = folder / "checkpoint.npz"
    before = path.read_bytes()
    with pytest.raises(InvalidInput) as caught:
        run(folder, **changed)
    assert path.read_bytes() == before and os.listdir(folder) == ["checkpoint.npz"]
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    run(folder)
    return folder


@pytest.mark.parametrize("name", OTHER_SETTINGS)
def test_another_setting_is_refused_by_name(name, finished):
    assert f"has {name} " in refused(finished, **{name: OTHER_SETTINGS[name]})


def test_other_data_another_shape_and_another_precision_are_refused(finished):
    assert "has data " in refused(finished, data=some_bits(seed=2))
    assert "has data " in refused(finished, data=some_bits()[:-1])
    assert "has W float32 (12, 6), this one float32 (12, 7)" in refused(finished, n_hidden=7)
    assert "has W float32 (12, 6), this one float64 (12, 6)" in refused(finished, dtype=np.float64)


def test_another_start_is_refused(finished):
    assert "has start " in refused(finished, seed=4)


def test_another_seed_is_refused(finished):
    """The same starting model, and a generator with another seed."""
    start = init_rbm(D, K, np.random.default_rng(3))
    settings = {"epochs": 40, "method": "cd", "optimizer": "adam", "rate": 0.05, "batch_size": 8, "validation": 0.2,
                "patience": 5}
    with pytest.raises(InvalidInput) as caught:
        train_rbm(start, some_bits(), rng=np.random.default_rng(4), checkpoint=finished, **settings)
    assert "checkpoint.npz: rng: a generator with entropy 4 came, the checkpoint's has 3" in str(caught.value)


def test_a_damaged_checkpoint_is_refused_and_not_written_over(finished, tmp_path):
    path = tmp_path / "checkpoint.npz"
    path.write_bytes((finished / "checkpoint.npz").read_bytes()[:-100])
    assert "not a whole" in refused(tmp_path)


# killed


SCRIPT = """
import sys
import numpy as np
from numpy_dgm.energy import init_rbm, train_rbm

folder, epochs = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(11)
data = (rng.random((400, 16)) < rng.random(16)).astype(np.uint8)
rbm = init_rbm(16, 12, rng)
print("training", flush=True)
rbm, history = train_rbm(rbm, data, epochs=epochs, rng=rng, method="pcd", optimizer="momentum", average=0.999,
                         rate=0.01, checkpoint=folder)
print("done", flush=True)
"""
EPOCHS, N_KILLS = 900, 10


def start(folder):
    """A process that trains in `folder`, at the moment when its imports are done and training begins."""
    command = [sys.executable, "-c", SCRIPT, str(folder), str(EPOCHS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "training\n"
    return process


def finish(process):
    """Wait for its end: the seconds that it took."""
    started = time.perf_counter()
    assert process.stdout.readline() == "done\n" and process.wait(60) == 0
    return time.perf_counter() - started


def end_state(folder):
    """All that the last checkpoint holds but the seconds, as bytes and plain values."""
    state = load_checkpoint(folder / "checkpoint.npz")
    del state["history"]["series"]["seconds"]
    return plain(state)


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_run_killed_at_ten_random_moments_ends_like_the_unbroken_one(tmp_path):
    """Each moment is up to an eighth of the unbroken time after the start, so ten cannot reach the end:
    the fixed seed's moments add up to less than it, and what was done since the last checkpoint is lost."""
    seconds = finish(start(tmp_path / "unbroken"))
    moments = np.random.default_rng(2).uniform(0, seconds / 8, size=N_KILLS)
    assert moments.sum() < 0.8 * seconds
    folder, n_hit, epochs_done = tmp_path / "killed", 0, []
    for moment in moments:
        process = start(folder)
        time.sleep(moment)
        n_hit += process.poll() is None
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
        process.stdout.close()
        if (folder / "checkpoint.npz").exists():
            epochs_done.append(load_checkpoint(folder / "checkpoint.npz")["epoch"])  # never half a file
    assert n_hit == N_KILLS
    assert epochs_done == sorted(epochs_done) and len(set(epochs_done)) >= 5 and epochs_done[-1] < EPOCHS
    finish(start(folder))
    assert end_state(folder) == end_state(tmp_path / "unbroken")
