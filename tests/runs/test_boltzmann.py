"""Runs of general Boltzmann machines in a folder: train, load, sample, evaluate."""
import numpy as np
import pytest

from numpy_dgm import open_data
from numpy_dgm.energy import init_boltzmann, layered_mask, train_boltzmann
from numpy_dgm.energy.boltzmann import log_likelihood, sample_boltzmann
from numpy_dgm.energy.boltzmann_gradients import mean_field, variational_free_energy
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import load_run
from numpy_dgm.runs.boltzmann import EvaluateOptions, SampleOptions, TrainOptions, evaluate, sample, train

SHORT = {"data": "bars-and-stripes", "epochs": 3}


def test_the_connections_are_the_ones_asked_for_and_the_machine_comes_back(tmp_path):
    machine, history = train(TrainOptions(**SHORT, hidden=(3, 2)), tmp_path / "layers")
    assert machine.n_visible == 9 and len(machine.b) == 14
    np.testing.assert_array_equal(machine.mask, layered_mask([9, 3, 2]))
    run = load_run(tmp_path / "layers")
    assert run.kind == "boltzmann" and run.history.series == history.series
    np.testing.assert_array_equal(flatten(run.model), flatten(machine))
    machine, _ = train(TrainOptions(**SHORT, hidden=(3,), connections="all"), tmp_path / "all")
    np.testing.assert_array_equal(machine.mask, np.triu(np.ones((12, 12)), k=1))


def test_the_run_is_that_of_train_boltzmann_from_the_start_that_the_seed_draws(tmp_path):
    settings = {"rate": 0.2, "method": "mean-field", "k": 2, "batch_size": 5, "schedule": "cosine"}
    machine, _ = train(TrainOptions(**SHORT, hidden=(4, 3), seed=3, **settings), tmp_path)
    rng = np.random.default_rng(3)
    start = init_boltzmann(16, 9, rng, layered_mask([9, 4, 3]))
    expected, _ = train_boltzmann(start, open_data("bars-and-stripes"), rng=rng, epochs=3, **settings)
    assert flatten(machine).tobytes() == flatten(expected).tobytes()
    assert load_run(tmp_path).metadata == {"seed": 3}


def test_evaluation_of_a_small_machine_is_exact(tmp_path):
    machine, _ = train(TrainOptions(**{**SHORT, "epochs": 500}, hidden=(5,), rate=1.0), tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions())
    v = open_data("bars-and-stripes")[:]
    np.testing.assert_allclose(report.log_likelihood, log_likelihood(machine, v).mean(), rtol=1e-12)
    np.testing.assert_allclose(report.standard_error, log_likelihood(machine, v).std() / 4, rtol=1e-12)
    expected = variational_free_energy(machine, mean_field(machine, v)).mean()
    np.testing.assert_allclose([report.free_energy, report.training_free_energy], expected, rtol=1e-12)
    assert report.log_likelihood > report.independent_pixels + 0.5
    assert "exact" in str(report) and "16 cases" in str(report)


def test_evaluation_is_exact_up_to_20_units(tmp_path):
    train(TrainOptions(**SHORT, hidden=(11,)), tmp_path)
    assert evaluate(load_run(tmp_path), EvaluateOptions()).log_likelihood is not None


def test_the_gap_is_that_of_unseen_and_training_cases(tmp_path):
    machine, _ = train(TrainOptions(data="digits", epochs=2, hidden=(3,)), tmp_path)
    run = load_run(tmp_path)
    found = evaluate(run, EvaluateOptions())
    for value, part in ((found.free_energy, "test"), (found.training_free_energy, "train")):
        v = open_data("digits", part=part)[:]
        np.testing.assert_allclose(value, variational_free_energy(machine, mean_field(machine, v)).mean(), rtol=1e-6)
    assert f"the gap of {found.free_energy - found.training_free_energy:.2f} nats grows" in str(found)
    assert abs(found.independent_pixels + 24.72) < 0.005  # TARGETS: independent pixels on this split
    with pytest.raises(InvalidInput, match="digits: expected bits, 0 or 1"):
        evaluate(run, EvaluateOptions(bits="grey"))


def test_evaluation_of_a_larger_machine_says_what_it_could_not_compute(tmp_path):
    train(TrainOptions(**SHORT, hidden=(8, 4)), tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions())
    assert report.log_likelihood is None and "not computed: log Z is summed for at most 20 units" in str(report)


def test_samples_are_free_chains(tmp_path):
    machine, _ = train(TrainOptions(**SHORT, hidden=(4,)), tmp_path)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.npy", count=6, steps=4, seed=2))
    expected = sample_boltzmann(machine, 6, 4, np.random.default_rng(2))[:, :9]
    written = np.load(tmp_path / "s.npy")
    assert written.dtype == np.uint8
    np.testing.assert_array_equal(written, expected)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=6, steps=4))
    assert (tmp_path / "s.png").stat().st_size > 1000


def test_data_that_are_not_bits_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="data: expected bits, 0 or 1"):
        train(TrainOptions(data="digits", bits="grey", epochs=1, hidden=(2,)), tmp_path)
    assert not list(tmp_path.iterdir())
