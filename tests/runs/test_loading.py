"""load_run: what a folder gives back, and what it refuses."""
import numpy as np
import pytest

from numpy_dgm.energy import init_rbm, train_rbm
from numpy_dgm.foundation.checkpoint import load_checkpoint, save_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.runs import KINDS, load_run
from numpy_dgm.runs.loading import open_test_data, open_training_data, reopen_data
from numpy_dgm.runs.rbm import TrainOptions, train


@pytest.mark.parametrize("contents", [None, b"", b"not an archive", b"PK\x03\x04 cut short"])
def test_a_missing_or_broken_run_is_named(tmp_path, contents):
    if contents is not None:
        (tmp_path / "checkpoint.npz").write_bytes(contents)
    with pytest.raises(InvalidInput, match="checkpoint.npz: expected a"):
        load_run(tmp_path)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    train(TrainOptions(data="digits", hidden=4, epochs=2), folder)
    return folder


def test_a_loaded_run_prints_as_what_it_is(run_folder):
    text = repr(load_run(run_folder))
    assert "of kind rbm, finished" in text and "W        float32 (64, 4)" in text and "reconstruction_error" in text


def test_a_run_that_was_stopped_says_how_far_it_is(tmp_path):
    def stop(rbm, history):
        if len(history["rate"]) == 3:
            raise KeyboardInterrupt

    data, rng = np.random.default_rng(0).integers(0, 2, size=(20, 6)), np.random.default_rng(0)
    with pytest.raises(KeyboardInterrupt):
        train_rbm(init_rbm(6, 3, rng), data, rng=rng, epochs=9, checkpoint=tmp_path, on_record=stop)
    run = load_run(tmp_path)
    assert (run.done, run.total) == (2, 9) and "of kind rbm, 2 of 9\n" in repr(run)


def test_sampled_bits_are_those_of_the_seed_again_and_others_for_the_test(tmp_path):
    """Data without parts: the same grey pixels, drawn once for training and once for the test."""
    np.save(tmp_path / "grey.npy", np.random.default_rng(0).random((30, 9)).astype(np.float32))
    path = str(tmp_path / "grey.npy")
    train(TrainOptions(data=path, bits="sampled", hidden=2, epochs=1, seed=5), tmp_path / "run")
    run = load_run(tmp_path / "run")
    expected = open_training_data(path, None, "sampled", 5)[:]
    np.testing.assert_array_equal(reopen_data(run)[:], expected)
    assert np.any(open_training_data(path, None, "sampled", 6)[:] != expected)
    cases, what = open_test_data(run, None, None, None)
    assert "bits sampled" in what and np.mean(cases[:] != expected) > 0.1


CHANGES = {
    "another kind": ({"kind": "net"}, "expected a run of one of the kinds rbm, boltzmann, gan, classifier, got 'net'"),
    "no kind": ({"kind": None}, "expected a run of one of the kinds .*, got None"),
    "a kind that is no text": ({"kind": ["rbm"]}, "expected a run of one of the kinds"),
    "a part missing": ({"history": ...}, "expected a whole checkpoint, got one without history"),
    "another model": ({"result": {"kind": "MLP", "layers": []}}, "result: expected one of RBM, .* got 'MLP'"),
    "no record": ({"result": 3}, "rbm: expected an RBM, got int"),
    "settings of another kind": ({"settings": {"steps": 3}}, "settings: expected average, batch_size, .* got steps"),
    "settings that are none": ({"settings": [1]}, "settings: expected average, batch_size, "),
    "a history that is none": ({"history": [1]}, "history: expected series and snapshots"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_no_run_of_a_known_kind_is_named(name, run_folder, tmp_path):
    changes, message = CHANGES[name]
    state = {**load_checkpoint(run_folder / "checkpoint.npz"), **changes}
    state = {part: value for part, value in state.items() if value is not ...}
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    with pytest.raises(InvalidInput, match=message) as error:
        load_run(tmp_path)
    assert str(error.value).startswith(str(tmp_path))


@pytest.mark.parametrize("array, message", [
    (np.zeros((64, 5), np.float32), "rbm"), (np.full((64, 4), np.nan, np.float32), "result.W: expected finite"),
    (np.full((64, 4), 1e30, np.float32), "result.W: expected finite values up to 1e.15 in size, got up to 1e.30"),
    (np.zeros(3), "rbm"), (np.array(["a"]), "rbm.W: expected real numbers"),
])
def test_a_model_that_cannot_be_one_is_refused(array, message, run_folder, tmp_path):
    state = load_checkpoint(run_folder / "checkpoint.npz")
    state["result"]["W"] = array
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    with pytest.raises(InvalidInput, match=message):
        load_run(tmp_path)


def test_every_kind_keeps_the_contract_of_the_registry():
    for name, module in KINDS.items():
        assert module.TRAINER.kind == name and module.HELP and module.DESCRIPTION
        assert issubclass(module.TrainOptions, module.SETTINGS)
        for part in ("train", "draw_training", "check_model", "evaluate", "EvaluateOptions", "SampleOptions", "sample"):
            assert hasattr(module, part), (name, part)
        assert (module.sample is None) == (module.SampleOptions is None)
