"""Runs of deep belief nets in a folder: train, go on, load, sample, evaluate."""
import numpy as np
import pytest

from numpy_dgm import evaluate_rbm, open_data, plots
from numpy_dgm.data.files import DataWarning
from numpy_dgm.energy import Gaussian, evaluate_dbn, independent_pixels, init_dbn, sample_dbn, train_dbn
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import TrainingWarning
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import load_run
from numpy_dgm.runs.dbn import EvaluateOptions, SampleOptions, TrainOptions, evaluate, sample, train


def trained(folder, **changes):
    return train(TrainOptions(**{"data": "bars-and-stripes", "hidden": (4, 9), "epochs": 3, **changes}), folder)


def report(folder, **options):
    return evaluate(load_run(folder), EvaluateOptions(**options))


def made_in_python(folder, data, **kinds):
    rng = np.random.default_rng(0)
    dbn = init_dbn(data.shape[1], (4, 3), rng, data, **kinds)
    return train_dbn(dbn, data, rng=rng, checkpoint=folder, epochs=2, rate=0.01)


@pytest.mark.parametrize("settings", [{}, {"up_down_epochs": 2, "up_down_rate": 0.1, "rate": 0.2, "average": 0.9}])
def test_the_run_is_that_of_train_dbn_from_the_start_that_the_seed_draws_and_comes_back(tmp_path, settings):
    dbn, history = trained(tmp_path, seed=3, data="shifting-bar", **settings)
    data, rng = open_data("shifting-bar"), np.random.default_rng(3)
    expected, _ = train_dbn(init_dbn(data.shape[1], (4, 9), rng, data), data, rng=rng, epochs=3, **settings)
    run = load_run(tmp_path)
    assert flatten(dbn).tobytes() == flatten(expected).tobytes() == flatten(run.model).tobytes()
    assert (run.kind, run.done, run.metadata) == ("dbn", 6 + settings.get("up_down_epochs", 0), {"seed": 3})
    assert run.history.series == history.series and len(run.model.generative) == (len(settings) > 0)


def test_another_run_in_the_folder_is_never_written_over(tmp_path):
    trained(tmp_path)
    before = (tmp_path / "checkpoint.npz").read_bytes()
    refused = [({"hidden": (4, 8)}, "layers[1].W float32 (4, 9), this one float32 (4, 8)"), ({"seed": 1}, "start"),
               ({"up_down_epochs": 1}, "up_down_epochs 0, this one 1")]
    for change, message in refused:
        with pytest.raises(InvalidInput) as error:
            trained(tmp_path, **change)
        assert message in str(error.value)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before


def test_evaluation_is_the_bound_beside_the_lowest_layer_and_independent_pixels(tmp_path):
    dbn, _ = trained(tmp_path, data="digits", epochs=2)
    train_part, test = open_data("digits", part="train"), open_data("digits", part="test")
    found = report(tmp_path, seed=3)
    assert found.evaluation.bound == evaluate_dbn(dbn, test, np.random.default_rng(3)).bound
    assert found.lowest.log_likelihood == evaluate_rbm(dbn.layers[0], test, np.random.default_rng(3)).log_likelihood
    expected = independent_pixels(train_part[:].mean(axis=0), test[:])
    assert found.independent_pixels == pytest.approx(expected, rel=1e-6)
    text = str(found)
    assert "digits, part test, bits threshold" in text and "bound on log p" in text and "verdict" in text
    assert f"{found.lowest.log_likelihood:.3f} nats, log p of that RBM alone: exact" in text
    assert f"{found.independent_pixels:.3f} nats with independent pixels" in text


def test_the_walks_are_as_many_steps_as_were_asked_for_and_the_verdict_is_told(tmp_path):
    dbn, _ = trained(tmp_path)
    found = report(tmp_path, method="ais", temperatures=20)
    v = open_data("bars-and-stripes")[:]
    expected = evaluate_dbn(dbn, v, np.random.default_rng(0), "ais", n_temperatures=20)
    assert found.evaluation.bound == expected.bound and found.lowest.method == "ais"
    assert f"alone: {'trust' if found.lowest.trusted else 'do not trust'}\n" in str(found)


def test_after_up_down_there_is_no_lowest_rbm_to_measure(tmp_path):
    trained(tmp_path, up_down_epochs=1)
    found = report(tmp_path)
    assert found.lowest is None and "lowest layer" not in str(found) and found.independent_pixels is not None


def test_grey_pixels_other_widths_and_data_that_are_gone_are_said(tmp_path):
    trained(tmp_path / "grey", data="digits", bits="grey", epochs=1)
    with pytest.raises(InvalidInput, match="bits: expected 'threshold' or 'sampled', got 'grey', which leaves grey"):
        report(tmp_path / "grey")
    assert report(tmp_path / "grey", bits="threshold").evaluation.bound < 0
    with pytest.raises(InvalidInput, match="bars-and-stripes: expected cases of 64 numbers, got 9"):
        report(tmp_path / "grey", data="bars-and-stripes")
    np.save(tmp_path / "bits.npy", np.random.default_rng(0).integers(0, 2, size=(50, 9)).astype(np.uint8))
    made_in_python(tmp_path / "run", open_data(tmp_path / "bits.npy"))
    (tmp_path / "bits.npy").unlink()
    with pytest.warns(DataWarning, match="no comparison with what the run learnt from"):
        found = report(tmp_path / "run", data="bars-and-stripes")
    assert found.independent_pixels is None and "independent" not in str(found)


def test_real_numbers_are_not_priced_as_independent_bits(tmp_path):
    with pytest.warns(TrainingWarning, match="data: Gaussian units have the standard deviation 1"):
        made_in_python(tmp_path, open_data("digits", part="train", bits="grey"), visible=Gaussian())
    found = report(tmp_path)
    assert found.independent_pixels is None and np.isfinite(found.evaluation.bound)


def test_samples_are_ancestral_ones_and_images_show_probabilities(tmp_path, monkeypatch):
    dbn, _ = trained(tmp_path)
    v, p_v = sample_dbn(dbn, 9, 5, np.random.default_rng(3))
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "new" / "s.npy", count=9, steps=5, seed=3))
    written = np.load(tmp_path / "new" / "s.npy")
    assert written.dtype == np.uint8
    np.testing.assert_array_equal(written, v)
    drawn, draw = [], plots.samples
    monkeypatch.setattr(plots, "samples", lambda x, shape, **named: drawn.append((x, shape)) or draw(x, shape, **named))
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=9, steps=5, seed=3))
    np.testing.assert_array_equal(drawn[0][0], p_v)
    assert list(drawn[0][1]) == [3, 3] and {"s.png", "s_filters.png"} <= {path.name for path in tmp_path.iterdir()}
    with pytest.raises(InvalidInput, match="out: expected a name that ends in .png .* got s.jpg"):
        sample(load_run(tmp_path), SampleOptions(out="s.jpg"))


def test_samples_of_real_numbers_are_real(tmp_path):
    made_in_python(tmp_path, np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32), visible=Gaussian())
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.npy", count=5, steps=3))
    written = np.load(tmp_path / "s.npy")
    assert written.dtype == np.float32 and not np.isin(written, (0, 1)).any()
