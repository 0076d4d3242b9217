"""Runs of autoencoders in a folder: train, load, evaluate, codes and maps."""
import numpy as np
import pytest

from numpy_dgm import open_data, plots
from numpy_dgm.energy import train_stack, unroll_autoencoder
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.pca import fit_pca, pca_codes, pca_error
from numpy_dgm.foundation.records import flatten
from numpy_dgm.neural import encode, init_autoencoder, reconstruct, squared_reconstruction_error, train_autoencoder
from numpy_dgm.runs import load_run
from numpy_dgm.runs.autoencoder import (
    EvaluateOptions,
    SampleOptions,
    TrainOptions,
    above_reconstructions,
    evaluate,
    on_a_plane,
    sample,
    train,
)


def test_the_run_is_that_of_train_autoencoder_from_the_start_that_the_seed_draws(tmp_path):
    settings = {"rate": 0.01, "optimizer": "momentum", "batch_size": 100, "schedule": "cosine", "loss": "squared_error"}
    options = TrainOptions(data="digits", hidden=(12,), code=3, units="tanh", epochs=2, seed=3, **settings)
    autoencoder, history = train(options, tmp_path)
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(3)
    start = init_autoencoder((64, 12, 3), rng, hidden="tanh")
    expected, _ = train_autoencoder(start, data, rng=rng, epochs=2, **settings)
    assert flatten(autoencoder).tobytes() == flatten(expected).tobytes()
    run = load_run(tmp_path)
    assert run.kind == "autoencoder" and run.metadata == {"seed": 3} and run.history.series == history.series
    np.testing.assert_array_equal(flatten(run.model), flatten(autoencoder))


def test_a_pretrained_run_starts_from_a_stack_that_is_kept_beside_it(tmp_path):
    options = TrainOptions(data="digits", hidden=(12,), code=3, pretrain=2, epochs=1, seed=3, rate=1e-300)
    autoencoder, _ = train(options, tmp_path)
    data = open_data("digits", part="train", bits="grey")
    rbms = train_stack(data, (12, 3), seed=3, gaussian_code=True, epochs=2, method="cd", batch_size=50, rate=0.1)
    np.testing.assert_array_equal(flatten(autoencoder), flatten(unroll_autoencoder(rbms)))
    assert load_run(tmp_path / "rbm1").model.W.shape == (64, 12)
    assert load_run(tmp_path / "rbm2").model.W.shape == (12, 3)
    again, _ = train(options, tmp_path)
    assert flatten(again).tobytes() == flatten(autoencoder).tobytes()
    with pytest.raises(InvalidInput, match="units: expected sigmoid with --pretrain, as hidden bits have it, got relu"):
        train(TrainOptions(data="digits", pretrain=2, units="relu"), tmp_path / "new")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    train(TrainOptions(data="digits", hidden=(16,), code=3, epochs=2), folder)
    return load_run(folder)


def test_evaluation_measures_the_test_part_beside_linear_codes_and_the_mean_case(run):
    report = evaluate(run, EvaluateOptions())
    training, cases = (open_data("digits", part=part, bits="grey") for part in ("train", "test"))
    mean_case = np.square(cases[:] - training[:].mean(axis=0)).sum(axis=1).mean()
    assert report.n_cases == 360 and report.n_numbers == 3 and "digits, part test" in report.data
    assert report.squared_error == squared_reconstruction_error(run.model, cases)
    assert report.principal_components == pca_error(fit_pca(training, 3), cases)
    assert report.mean_case == pytest.approx(mean_case, rel=1e-5)
    assert f"{report.squared_error:.4g} a case, by codes of 3 numbers" in str(report)
    assert f"{report.principal_components:.4g} with 3 principal components and {mean_case:.4g} with" in str(report)
    assert "part train" in evaluate(run, EvaluateOptions(part="train")).data


def test_a_run_on_an_array_is_measured_on_data_that_are_named(tmp_path):
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(0)
    train_autoencoder(init_autoencoder((64, 70), rng), data[:], rng=rng, epochs=1, checkpoint=tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions(data="digits"))
    assert report.principal_components is None and "comparison" not in str(report) and "bits grey" in report.data
    with pytest.raises(InvalidInput, match="data: expected cases of 64 numbers, as the run learnt from, got 9"):
        evaluate(load_run(tmp_path), EvaluateOptions(data="bars-and-stripes"))


def test_a_code_of_more_numbers_than_a_case_is_held_against_all_components(tmp_path):
    train(TrainOptions(data="digits", hidden=(8,), code=65, epochs=1), tmp_path)
    assert evaluate(load_run(tmp_path), EvaluateOptions()).principal_components == pytest.approx(0, abs=1e-9)


def test_samples_are_the_codes_or_a_map_of_them(run, tmp_path, monkeypatch):
    cases = open_data("digits", part="test", bits="grey")
    sample(run, SampleOptions(out=tmp_path / "codes.npy"))
    codes = np.load(tmp_path / "codes.npy")
    np.testing.assert_array_equal(codes, encode(run.model, cases))
    sample(run, SampleOptions(out=tmp_path / "train.npy", part="train"))
    assert len(np.load(tmp_path / "train.npy")) == 1437
    drawn = {}
    code_map, samples = plots.code_map, plots.samples
    monkeypatch.setattr(plots, "code_map", lambda *given: drawn.setdefault("map", given) and code_map(*given))
    monkeypatch.setattr(plots, "samples", lambda *given, **more: drawn.setdefault("cases", given) and samples(*given,
                                                                                                              **more))
    sample(run, SampleOptions(out=tmp_path / "m.png"))
    assert {"m.png", "m_reconstructions.png"} <= {path.name for path in tmp_path.iterdir()}
    points, labels, names = drawn["map"]
    np.testing.assert_array_equal(points, on_a_plane(codes))
    assert (labels == cases.labels).all() and names == cases.label_names
    images, shape = drawn["cases"]
    np.testing.assert_array_equal(images, above_reconstructions(run.model, cases[:60]))
    assert list(shape) == [8, 8]


def test_lines_of_cases_and_of_their_reconstructions_take_turns(run):
    v = open_data("digits", part="test", bits="grey")[:14]
    lines = above_reconstructions(run.model, v)
    back = reconstruct(run.model, v)
    for place, expected in ((0, v[:12]), (12, back[:12]), (24, v[12:]), (26, back[12:])):
        np.testing.assert_array_equal(lines[place : place + len(expected)], expected)
    assert len(lines) == 28


def test_codes_of_any_length_come_on_a_plane():
    codes = np.random.default_rng(0).normal(size=(20, 4))
    np.testing.assert_allclose(on_a_plane(codes), pca_codes(fit_pca(codes, 2), codes), rtol=1e-12)
    np.testing.assert_array_equal(on_a_plane(codes[:, :2]), codes[:, :2])
    np.testing.assert_array_equal(on_a_plane(codes[:, :1]), np.column_stack([codes[:, 0], np.zeros(20)]))
