"""Runs of general Boltzmann machines in a folder: train, load, sample, evaluate."""
import numpy as np
import pytest

from numpy_dgm import open_data
from numpy_dgm.energy import layered_mask
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


def test_evaluation_of_a_larger_machine_says_what_it_could_not_compute(tmp_path):
    train(TrainOptions(**SHORT, hidden=(8, 4)), tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions())
    assert report.log_likelihood is None and "not computed: log Z is summed for at most 20 units" in str(report)


def test_samples_are_free_chains(tmp_path):
    machine, _ = train(TrainOptions(**SHORT, hidden=(4,)), tmp_path)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.npy", count=6, steps=4, seed=2))
    expected = sample_boltzmann(machine, 6, 4, np.random.default_rng(2))[:, :9]
    np.testing.assert_array_equal(np.load(tmp_path / "s.npy"), expected)
    sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", count=6, steps=4))
    assert (tmp_path / "s.png").stat().st_size > 1000


def test_data_that_are_not_bits_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="data: expected bits, 0 or 1"):
        train(TrainOptions(data="digits", bits="grey", epochs=1, hidden=(2,)), tmp_path)
    assert not list(tmp_path.iterdir())
