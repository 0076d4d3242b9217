"""load_run: what a folder gives back, and what it refuses."""
import numpy as np
import pytest

from numpy_dgm import init_rbm, open_data, train_rbm
from numpy_dgm.data.files import DataWarning
from numpy_dgm.foundation.checkpoint import load_checkpoint, save_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.runs import KINDS, load_run
from numpy_dgm.runs.loading import (
    image_shape_of,
    open_measured_data,
    open_training_data,
    opening,
    reopen_data,
)
from numpy_dgm.runs.rbm import EvaluateOptions, SampleOptions, TrainOptions, train


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
    expected = open_training_data(TrainOptions(data=path, seed=5), "sampled", False)[:]
    np.testing.assert_array_equal(reopen_data(run)[:], expected)
    assert np.any(open_training_data(TrainOptions(data=path, seed=6), "sampled", False)[:] != expected)
    found = measured(run)
    assert "bits sampled" in found.what and np.mean(found.cases[:] != expected) > 0.1


CHANGES = {
    "another kind": ({"kind": "net"}, f"expected a run of one of the kinds {', '.join(KINDS)}, got 'net'"),
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
    (np.zeros(3), "rbm"), (np.array(["a"]), "rbm.W: expected an array of float32 or float64, got dtype <U1"),
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


# the data that a run is measured on


def bits(n=60, seed=0, width=9):
    return (np.random.default_rng(seed).random((n, width)) < 0.4).astype(np.uint8)


def a_run(folder, **options):
    """A small RBM on data that the options name."""
    train(TrainOptions(**{"hidden": 2, "epochs": 1, **options}), folder)
    return load_run(folder)


def measured(run, with_labels=False, **options):
    return open_measured_data(run, EvaluateOptions(**options), None, with_labels)


def parts(tmp_path, **changes):
    """An .npz with a training and a test part and labels."""
    arrays = {"x_train": bits(60), "y_train": np.arange(60) % 3 + 4, "x_test": bits(20, seed=1)}
    np.savez(tmp_path / "f.npz", **arrays | changes)
    return str(tmp_path / "f.npz")


def test_held_out_cases_are_measured_wherever_there_are_any(tmp_path):
    name = parts(tmp_path)
    run = a_run(tmp_path / "run", data=name)
    found = measured(run)
    assert found.what == f"{name}, part test, bits grey" and found.training.part == "train"
    np.testing.assert_array_equal(found.cases[:], bits(20, seed=1))
    np.testing.assert_array_equal(found.training[:], bits(60))
    found = measured(run, part="train")
    assert found.what == f"{name}, part train, bits grey, the cases that it learnt from"
    assert found.cases is found.training
    other_way_round = a_run(tmp_path / "other", data=name, part="test")
    assert measured(other_way_round).what == f"{name}, part train, bits grey"


def test_a_file_without_parts_is_called_what_the_run_learnt_from(tmp_path):
    np.save(tmp_path / "f.npy", bits())
    run = a_run(tmp_path / "run", data=str(tmp_path / "f.npy"))
    found = measured(run)
    assert found.what == f"{tmp_path / 'f.npy'}, bits grey, the cases that it learnt from"
    assert found.cases is found.training and len(found.cases) == 60
    assert measured(run, data="bars-and-stripes").what == "bars-and-stripes, bits grey"
    np.save(tmp_path / "g.npy", bits(7))
    assert measured(run, data=str(tmp_path / "g.npy")).what == f"{tmp_path / 'g.npy'}, bits grey"


@pytest.mark.parametrize("row", [0, 31, 59])
def test_data_that_have_changed_are_noticed_wherever_in_the_file(tmp_path, row):
    """By `train` and by `evaluate`; also where it is the test part that is measured."""
    name = parts(tmp_path)
    run = a_run(tmp_path / "run", data=name)
    changed = bits(60)
    changed[row, 8] ^= 1
    parts(tmp_path, x_train=changed)
    with pytest.raises(InvalidInput) as error:
        measured(run)
    assert str(error.value).startswith(f"{name}: expected the data that the run learnt from (60 x 9, checksum ")
    assert "got data that have changed since (60 x 9" in str(error.value) and "with --data" in str(error.value)
    with pytest.raises(InvalidInput, match="the run there has data 60 x 9, checksum .*, this one 60 x 9, checksum"):
        a_run(tmp_path / "run", data=name)
    with pytest.warns(DataWarning, match="no comparison with what the run learnt from: .*: expected the data that"):
        found = measured(run, data=name, part="test")  # what the refusal advises works
    assert found.training is None and len(found.cases) == 20


def test_data_of_another_range_or_shape_are_data_that_have_changed(tmp_path):
    name = parts(tmp_path)
    run = a_run(tmp_path / "run", data=name)
    for changed in (bits(60) * 7, bits(50, width=8), bits(60) / 2 - 1):
        parts(tmp_path, x_train=changed, y_train=np.arange(len(changed)))
        with pytest.raises(InvalidInput, match="data that the run learnt from|learnt from these data as they were"):
            measured(run)
    (tmp_path / "f.npz").unlink()
    with pytest.raises(InvalidInput, match="f.npz: expected the data that the run learnt from, got no such file or"):
        measured(run)


@pytest.mark.parametrize("labels", [np.arange(60) % 2 + 4, np.arange(60) % 3 + 5, np.array(list("abc") * 20)])
def test_labels_that_have_changed_matter_to_models_with_labels(tmp_path, labels):
    run = a_run(tmp_path / "run", data=parts(tmp_path))
    parts(tmp_path, y_train=labels)
    assert len(measured(run).cases) == 20
    with pytest.raises(InvalidInput, match="data that have changed since .* with other labels"):
        measured(run, with_labels=True)


def test_sampled_bits_are_no_change(tmp_path):
    grey = np.random.default_rng(0).random((40, 9))
    np.save(tmp_path / "f.npy", grey)
    run = a_run(tmp_path / "run", data=str(tmp_path / "f.npy"), bits="sampled", seed=4)
    found = measured(run)
    first_sample = open_data(tmp_path / "f.npy", bits="sampled", rng=np.random.default_rng([4, 1]))
    np.testing.assert_array_equal(found.training[:], first_sample[:])
    assert "bits sampled, the cases that it learnt from" in found.what


def test_options_of_training_open_the_data_again(tmp_path):
    rows = np.column_stack([np.arange(40) % 5, bits(40, width=8) * 16, np.arange(40)])
    np.savetxt(tmp_path / "f.csv", rows, fmt="%d", delimiter=";")
    options = {"label_column": "first", "skip_columns": "9", "scale": 16.0, "image_shape": (2, 4)}
    run = a_run(tmp_path / "run", data=str(tmp_path / "f.csv"), **options)
    found = measured(run)
    np.testing.assert_array_equal(found.cases[:], bits(40, width=8))
    assert found.cases.image_shape == (2, 4) and found.cases.label_names == (0, 1, 2, 3, 4)
    np.savez(tmp_path / "f.npz", a=bits(), b=bits(30, seed=2))
    run = a_run(tmp_path / "array", data=str(tmp_path / "f.npz"), array="a")
    assert measured(run).what.endswith("the cases that it learnt from")
    other = measured(run, array="b")
    assert len(other.cases) == 30 and "learnt from" not in other.what and len(other.training) == 60


def test_training_cases_that_are_named_again_are_known_as_such(tmp_path):
    name = parts(tmp_path)
    run = a_run(tmp_path / "run", data=name)
    found = measured(run, data=name, part="train")
    assert found.is_seen and found.what == f"{name}, part train, bits grey, the cases that it learnt from"
    found = measured(run, data=name)
    assert not found.is_seen and found.what == f"{name}, part test, bits grey"


def test_columns_that_are_said_again_in_another_form_are_the_same(tmp_path):
    rows = np.column_stack([np.arange(40) % 5, bits(40, width=8), np.arange(40)])
    np.savetxt(tmp_path / "f.csv", rows, fmt="%d", delimiter=";")
    run = a_run(tmp_path / "run", data=str(tmp_path / "f.csv"), label_column="0", skip_columns="9")
    for option in ({"skip_columns": "9"}, {"label_column": "first"}, {"skip_columns": " last"}):
        found = measured(run, **option)
        assert found.what.endswith(", the cases that it learnt from") and found.cases is found.training
    assert not measured(run, skip_columns="8,9").is_seen


def test_opening_is_what_was_said(tmp_path):
    assert opening(TrainOptions(data="digits")) == {}
    assert opening(EvaluateOptions(scale=3.0, image_shape=(2, 3), labels="y")) == {
        "scale": 3.0, "image_shape": (2, 3), "labels": "y"}


def test_rows_that_were_taken_in_python_are_not_called_all(tmp_path):
    np.save(tmp_path / "f.npy", bits())
    data, rng = open_data(tmp_path / "f.npy").take(np.arange(20)), np.random.default_rng(0)
    train_rbm(init_rbm(9, 2, rng), data, rng=rng, epochs=1, checkpoint=tmp_path / "run")
    found = measured(load_run(tmp_path / "run"))
    assert found.what.endswith(", some of which it learnt from") and found.training is None and len(found.cases) == 60


def test_the_training_data_are_said_in_a_line(tmp_path, capsys):
    a_run(tmp_path / "run", data=parts(tmp_path))
    assert f"data  {tmp_path / 'f.npz'}, part train: 60 cases of 9 numbers; images 3 x 3;" in capsys.readouterr().out


@pytest.mark.parametrize("change", [
    {"path": 3}, {"part": ["train"]}, {"bits": None}, {"opened_with": {"rng": 1}}, {"opened_with": [1]},
    {"checksum": None}, {"label_names": "abc"}, {"is_whole": ...},
])
def test_a_description_that_is_none_is_refused(run_folder, tmp_path, change):
    state = load_checkpoint(run_folder / "checkpoint.npz")
    description = {**state["description"], **change}
    state["description"] = {name: value for name, value in description.items() if value is not ...}
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    [name] = change
    with pytest.raises(InvalidInput, match=f"checkpoint.npz: description: expected {name} as Data describe them, got "):
        load_run(tmp_path)


@pytest.mark.parametrize("image_shape", ["8x8", [8, 8.0], [8, True], 64])
def test_a_shape_of_images_that_is_none_is_refused(run_folder, tmp_path, image_shape):
    state = load_checkpoint(run_folder / "checkpoint.npz")
    state["description"]["image_shape"] = image_shape
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    with pytest.raises(InvalidInput, match="checkpoint.npz: description: expected integers as image_shape, got "):
        load_run(tmp_path)


def test_the_shape_of_an_image_is_what_was_asked_for_or_that_of_the_data(run_folder):
    run = load_run(run_folder)
    assert image_shape_of(run, SampleOptions()) == [8, 8]
    assert image_shape_of(run, SampleOptions(image_shape=(4, 16))) == (4, 16)


def test_an_array_that_is_named_has_no_parts_and_other_data_are_measured_on_their_test_part(tmp_path):
    name = parts(tmp_path)
    run = a_run(tmp_path / "run", data=name, array="x_test")
    np.testing.assert_array_equal(reopen_data(run)[:], bits(20, seed=1))
    other = a_run(tmp_path / "other", data="bars-and-stripes")
    assert measured(other, data=name).what == f"{name}, part test, bits grey"
