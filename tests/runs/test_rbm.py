"""Runs of RBMs in a folder: train, go on, load, sample, evaluate."""
from pathlib import Path

import numpy as np
import pytest

from numpy_dgm import evaluate_rbm, free_energy, log_likelihood, open_data, plots
from numpy_dgm.data.files import DataWarning
from numpy_dgm.energy import Gaussian, init_rbm, sample_chains, train_rbm
from numpy_dgm.energy.gradients import reconstruction_error
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import load_run
from numpy_dgm.runs.rbm import EvaluateOptions, SampleOptions, TrainOptions, evaluate, sample, train


def trained(folder, **changes):
    return train(TrainOptions(**{"data": "digits", "hidden": 8, "epochs": 3, **changes}), folder)


def report(folder, **options):
    return evaluate(load_run(folder), EvaluateOptions(**options))


def test_the_trained_model_comes_back_from_its_folder_and_the_same_call_changes_nothing(tmp_path):
    rbm, history = trained(tmp_path)
    run = load_run(tmp_path)
    assert (run.kind, run.done, run.total, run.settings.epochs) == ("rbm", 3, 3, 3)
    np.testing.assert_array_equal(flatten(run.model), flatten(rbm))
    assert run.history.series == history.series and run.metadata == {"seed": 0}
    assert run.description == open_data("digits", part="train").describe()
    again, history_again = trained(tmp_path)
    np.testing.assert_array_equal(flatten(again), flatten(rbm))
    assert history.series == history_again.series


def test_the_run_is_that_of_train_rbm_from_the_start_that_the_seed_draws(tmp_path):
    settings = {"rate": 0.05, "method": "cd", "k": 2, "batch_size": 50, "schedule": "cosine"}
    rbm, _ = trained(tmp_path, seed=3, **settings)
    data, rng = open_data("digits", part="train"), np.random.default_rng(3)
    expected, _ = train_rbm(init_rbm(64, 8, rng, data), data, rng=rng, epochs=3, **settings)
    assert flatten(rbm).tobytes() == flatten(expected).tobytes()
    assert load_run(tmp_path).metadata == {"seed": 3}


@pytest.mark.parametrize("change, message", [
    ({"seed": 1}, "start"),
    ({"hidden": 9}, "W float32 (64, 8), this one float32 (64, 9)"),
    ({"epochs": 4}, "epochs: the run there was planned for 3 epochs and cannot be changed to 4, since its linear"),
    ({"data": "bars-and-stripes"}, "W float32 (64, 8), this one float32 (9, 8)"),
    ({"bits": "grey"}, "has data "),
    ({"part": "test"}, "has data "),
])
def test_another_run_in_the_folder_is_never_written_over(tmp_path, change, message):
    trained(tmp_path)
    before = (tmp_path / "checkpoint.npz").read_bytes()
    with pytest.raises(InvalidInput) as error:
        trained(tmp_path, **change)
    assert message in str(error.value) and "checkpoint.npz" in str(error.value)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before


def test_evaluation_is_the_exact_log_likelihood_of_the_test_part(tmp_path):
    rbm, _ = trained(tmp_path)
    test = open_data("digits", part="test")
    log_p = log_likelihood(rbm, test[:])
    found = report(tmp_path)
    assert found.evaluation.n_cases == 360 and found.evaluation.method == "exact"
    np.testing.assert_allclose(found.evaluation.log_likelihood, log_p.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.evaluation.standard_error, log_p.std(ddof=1) / np.sqrt(360), rtol=1e-12)
    assert abs(found.independent_pixels + 24.72) < 0.005  # TARGETS: independent pixels on this split
    text = str(found)
    assert "digits, part test, bits threshold" in text and "independent pixels" in text and "free energy" in text


def test_the_gap_is_that_of_unseen_and_training_cases(tmp_path):
    rbm, _ = trained(tmp_path)
    found, test, train = report(tmp_path), open_data("digits", part="test")[:], open_data("digits", part="train")[:]
    np.testing.assert_allclose(found.reconstruction_error, reconstruction_error(rbm, test), rtol=1e-6)
    np.testing.assert_allclose(found.free_energy, free_energy(rbm, test).mean(), rtol=1e-6)
    np.testing.assert_allclose(found.training_free_energy, free_energy(rbm, train).mean(), rtol=1e-6)
    assert f"the gap of {found.free_energy - found.training_free_energy:.2f} nats grows" in str(found)


def test_the_walks_are_as_many_steps_as_were_asked_for_and_come_from_the_seed(tmp_path):
    rbm, _ = trained(tmp_path)
    found = report(tmp_path, method="ais", temperatures=20, seed=3).evaluation
    v, rng = open_data("digits", part="test")[:], np.random.default_rng(3)
    assert found.log_likelihood == evaluate_rbm(rbm, v, rng, method="ais", n_temperatures=20).log_likelihood


def test_walks_over_more_and_more_temperatures_keep_to_the_minutes(tmp_path, capsys):
    trained(tmp_path)
    found = report(tmp_path, method="ais", minutes=0).evaluation
    assert found.n_temperatures == 1000
    assert "1,000 temperatures, then more, for 0 minutes at most" in capsys.readouterr().err


def test_evaluation_by_annealed_walks_agrees_with_the_exact_one(tmp_path):
    trained(tmp_path)
    exact, annealed = report(tmp_path).evaluation, report(tmp_path, method="ais").evaluation
    assert annealed.method == "ais" and annealed.trusted
    assert abs(annealed.log_likelihood - exact.log_likelihood) < 4.5 * annealed.log_z_error + 1e-4


def test_grey_pixels_get_no_log_likelihood_unless_it_is_said_how_they_become_bits(tmp_path):
    trained(tmp_path, bits="grey")
    with pytest.raises(InvalidInput, match="bits: expected 'threshold' or 'sampled', got 'grey', which leaves grey"):
        report(tmp_path)
    assert report(tmp_path, bits="threshold").evaluation.log_likelihood < 0


def test_sampled_bits_come_from_the_seed_and_go_on(tmp_path):
    whole, _ = trained(tmp_path / "a", bits="sampled", seed=5)
    again, _ = trained(tmp_path / "b", bits="sampled", seed=5)
    other, _ = trained(tmp_path / "c", bits="sampled", seed=6)
    assert flatten(whole).tobytes() == flatten(again).tobytes() != flatten(other).tobytes()
    assert "bits sampled" in report(tmp_path / "a").data


def test_evaluation_on_data_of_another_width_is_refused(tmp_path):
    trained(tmp_path)
    with pytest.raises(InvalidInput, match="bars-and-stripes: expected cases of 64 numbers, got 9"):
        report(tmp_path, data="bars-and-stripes")


def test_samples_are_chains_of_the_model(tmp_path):
    rbm, _ = trained(tmp_path)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "new" / "s.npy", count=9, steps=5, seed=3))
    v, _ = sample_chains(rbm, 9, 5, np.random.default_rng(3))
    written = np.load(tmp_path / "new" / "s.npy")
    assert written.dtype == np.uint8
    np.testing.assert_array_equal(written, v)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=9, steps=5))
    assert {"s.png", "s_filters.png"} <= {path.name for path in tmp_path.iterdir()}
    with pytest.raises(InvalidInput, match="out: expected a name that ends in .png .* got s.jpg"):
        sample(load_run(tmp_path), SampleOptions(out="s.jpg"))


def test_images_show_probabilities(tmp_path, monkeypatch):
    rbm, _ = trained(tmp_path)
    drawn, draw = [], plots.samples

    def kept(values, *arguments, **named):
        drawn.append(values)
        return draw(values, *arguments, **named)

    monkeypatch.setattr(plots, "samples", kept)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=9, steps=5, seed=3))
    _, p_v = sample_chains(rbm, 9, 5, np.random.default_rng(3))
    np.testing.assert_array_equal(drawn, [p_v])


def test_an_image_shape_is_heard_where_the_data_have_none(tmp_path, monkeypatch):
    """Of an array in Python of twelve numbers a case: a table, or images of three by four."""
    data, drawn = np.random.default_rng(0).integers(0, 2, size=(20, 12)), []
    made_in_python(tmp_path, data)
    draw = plots.samples
    monkeypatch.setattr(plots, "samples", lambda x, shape, **named: drawn.append(shape) or draw(x, shape, **named))
    for shape in (None, (3, 4)):
        sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=4, steps=2, image_shape=shape))
    assert drawn == [None, (3, 4)]
    with pytest.raises(InvalidInput, match="image_shape: expected a shape of 12 pixels, got 5 x 5"):
        sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=4, steps=2, image_shape=(5, 5)))


# a run made in Python


def made_in_python(folder, data, **settings):
    rng = np.random.default_rng(0)
    rbm = init_rbm(data.shape[1], 8, rng, data)
    return train_rbm(rbm, data, rng=rng, checkpoint=folder, epochs=2, **settings)


def test_a_run_made_in_python_on_opened_data_is_evaluated_and_sampled(tmp_path):
    made_in_python(tmp_path, open_data("digits", part="train", bits="threshold"))
    found = report(tmp_path)
    assert found.data == "digits, part test, bits threshold" and found.training_free_energy is not None
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=4, steps=2))
    assert (tmp_path / "s.png").exists()


def test_a_run_made_in_python_on_a_file_finds_it_from_another_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    np.save("bits.npy", np.random.default_rng(0).integers(0, 2, size=(50, 9)).astype(np.uint8))
    made_in_python(tmp_path / "run", open_data("bits.npy"))
    monkeypatch.chdir(tmp_path)
    found = report(tmp_path / "run")
    assert found.evaluation.n_cases == 50 and str(Path(tmp_path) / "here" / "bits.npy") in found.data
    assert found.training_free_energy == pytest.approx(found.free_energy)
    (tmp_path / "here" / "bits.npy").unlink()
    with pytest.raises(InvalidInput, match="bits.npy"):
        report(tmp_path / "run")
    with pytest.warns(DataWarning, match="no comparison with what the run learnt from: .*bits.npy: expected the data"):
        assert report(tmp_path / "run", data="bars-and-stripes").training_free_energy is None


def test_a_run_made_in_python_on_an_array_is_evaluated_on_data_that_are_named(tmp_path):
    made_in_python(tmp_path, np.random.default_rng(0).integers(0, 2, size=(50, 9)))
    with pytest.raises(InvalidInput, match="data: expected a name or path to measure on, got nothing; this run learnt"):
        report(tmp_path)
    found = report(tmp_path, data="bars-and-stripes")
    assert found.evaluation.n_cases == 16 and found.training_free_energy is None and found.independent_pixels is None
    assert "independent" not in str(found)


def test_real_numbers_are_not_priced_as_independent_bits(tmp_path):
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(0)
    rbm = init_rbm(64, 3, rng, data, visible=Gaussian())
    train_rbm(rbm, data, rng=rng, checkpoint=tmp_path, epochs=1, rate=1e-3)
    found = report(tmp_path)
    assert found.independent_pixels is None and found.training_free_energy is not None


def test_a_run_with_gaussian_units_is_sampled_in_real_numbers(tmp_path):
    data, rng = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32), np.random.default_rng(0)
    rbm = init_rbm(4, 3, rng, data, visible=Gaussian())
    train_rbm(rbm, data, rng=rng, checkpoint=tmp_path, epochs=2, rate=0.01)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.npy", count=5, steps=3))
    written = np.load(tmp_path / "s.npy")
    assert written.dtype == np.float32 and not np.isin(written, (0, 1)).any()
