"""A GAN's run in a folder: train, go on, load, sample, evaluate."""
import numpy as np
import pytest

from numpy_dgm import evaluate_coverage, generate, init_mlp, load_run, make_gan, open_data
from numpy_dgm.adversarial.coverage import precision_and_recall, sliced_wasserstein
from numpy_dgm.data import ring_of_gaussians
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.progress import History
from numpy_dgm.gan_runs import Film, draw_samples, evaluate_gan_run, sample_gan_run, train_gan_in_folder
from numpy_dgm.neural.layers import BatchNorm, Dropout, LeakyReLU, MinibatchDiscrimination, Sigmoid
from numpy_dgm.runs import run_model, train_rbm_in_folder

RING = {"data": "ring", "n_latent": 2, "hidden": [8, 6], "steps": 30, "log_every": 10, "seed": 3, "rate": 0.01}
DIGITS = {**RING, "data": "digits", "n_latent": 5, "conditional": True}


def kinds(mlp):
    return [type(layer) for layer in mlp.layers]


def widths(mlp):
    return [layer.W.shape for layer in mlp.layers if hasattr(layer, "W")]


def test_the_trained_gan_comes_back_from_its_folder_and_the_same_call_changes_nothing(tmp_path):
    gan, history = train_gan_in_folder(tmp_path, **RING)
    assert run_model(tmp_path) == "GAN"
    np.testing.assert_array_equal(flatten(load_run(tmp_path)), flatten(gan))
    again, history_again = train_gan_in_folder(tmp_path, **RING)
    np.testing.assert_array_equal(flatten(again), flatten(gan))
    assert history.series == history_again.series
    with pytest.raises(InvalidInput, match="go on with the same settings"):
        train_gan_in_folder(tmp_path, **{**RING, "steps": 31})
    with pytest.raises(InvalidInput, match="a checkpoint of GAN came"):
        train_rbm_in_folder(tmp_path, data="digits", n_hidden=3, epochs=1)


def test_the_networks_are_the_ones_that_were_asked_for(tmp_path):
    gan, _ = train_gan_in_folder(tmp_path / "ring", **RING, packing=2, dropout=0.2)
    assert widths(gan.generator) == [(2, 8), (8, 6), (6, 2)] and LeakyReLU in kinds(gan.generator)
    assert widths(gan.discriminator) == [(4, 6), (6, 8), (8, 1)] and Dropout in kinds(gan.discriminator)
    gan, _ = train_gan_in_folder(tmp_path / "digits", **DIGITS, batch_norm=True, discrimination=(3, 2))
    assert gan.generator.layers[0].W.shape == (15, 8) and gan.n_latent == 5 and gan.n_classes == 10
    assert kinds(gan.generator)[-1] == Sigmoid and BatchNorm in kinds(gan.generator)
    assert gan.discriminator.layers[0].W.shape == (74, 6) and MinibatchDiscrimination in kinds(gan.discriminator)


def test_samples_come_back_in_the_data_s_own_unit(tmp_path):
    """The ring's standard deviation an axis is √(1/2 + .01²), by which the generator's are divided."""
    gan, _ = train_gan_in_folder(tmp_path, **RING)
    x, settings = sample_gan_run(tmp_path, 7, np.random.default_rng(1))
    expected = generate(gan, 7, np.random.default_rng(1)) * np.sqrt(0.5 + 0.01**2)
    np.testing.assert_allclose(x, expected, rtol=1e-6)
    assert settings["data_name"] == "ring"


def test_a_conditional_gan_samples_its_classes_in_turn(tmp_path):
    gan, _ = train_gan_in_folder(tmp_path, **DIGITS)
    x, settings = sample_gan_run(tmp_path, 20, np.random.default_rng(1))
    np.testing.assert_array_equal(x, generate(gan, 20, np.random.default_rng(1), np.arange(20) % 10))
    assert settings["image_shape"] == [8, 8] and 0 <= x.min() and x.max() <= 1


def test_evaluation_on_the_ring_is_coverage_beside_real_cases(tmp_path):
    train_gan_in_folder(tmp_path, **RING)
    report = evaluate_gan_run(tmp_path, seed=4)
    x, _ = sample_gan_run(tmp_path, 2500, np.random.default_rng(4))
    expected = evaluate_coverage(x, ring_of_gaussians())
    assert (report["samples"].modes, report["samples"].high_quality) == (expected.modes, expected.high_quality)
    assert report["real"].modes == 8 and abs(report["real"].high_quality - 0.9889) < 4.5 * 0.0021


def test_evaluation_on_pictures_holds_samples_and_training_cases_against_unseen_ones(tmp_path):
    gan, _ = train_gan_in_folder(tmp_path, **DIGITS)
    report = evaluate_gan_run(tmp_path, seed=4)
    unseen = open_data("digits", part="test", bits="grey")[:]
    samples, real = report["samples"], report["real"]
    assert report["data"] == "digits, part test"
    assert real["precision"] > 0.8 and real["recall"] > 0.8 and real["mmd"].p_value > 0.01
    assert samples["mmd"].p_value < 0.01 and samples["sliced_wasserstein"] > 2 * real["sliced_wasserstein"]
    fake = draw_samples(gan, 360, np.random.default_rng(0))
    precision, recall = precision_and_recall(unseen, fake)
    assert abs(samples["precision"] - precision) < 0.1 and abs(samples["recall"] - recall) < 0.1
    distance = sliced_wasserstein(unseen, fake, 200, np.random.default_rng(0))
    np.testing.assert_allclose(samples["sliced_wasserstein"], distance, rtol=0.2)


def test_a_film_has_the_same_latents_in_every_frame():
    film, history = Film(seed=2, n_samples=5), History()
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 2], rng), init_mlp([2, 1], rng))
    for step in (10, 20):
        history.record(step=step)
        film.look(gan, history)
    assert [step for step, _ in film.frames] == [10, 20]
    np.testing.assert_array_equal(film.frames[0][1], film.frames[1][1])
    assert film.frames[0][1].shape == (5, 2)


@pytest.mark.parametrize("change, message", [
    ({"data": "ring", "conditional": True}, "conditional: ring has no labels"),
    ({"data": "ring", "part": "test"}, "part: 'test' came, but ring has no parts"),
    ({"data": "nonsense"}, "'nonsense' came"),
    ({"n_latent": 0}, "n_latent: 0 came"),
    ({"seed": -1}, "seed: -1 came"),
    ({"hidden": [0]}, "sizes: 0 came"),
    ({"packing": 3}, "batch_size: 64 came with packing 3"),
])
def test_what_cannot_be_is_refused(change, message, tmp_path):
    with pytest.raises(InvalidInput, match=message):
        train_gan_in_folder(tmp_path, **{**RING, **change})
    assert not list(tmp_path.iterdir())


def test_a_run_is_evaluated_on_data_of_its_own_kind(tmp_path):
    train_gan_in_folder(tmp_path, **RING)
    with pytest.raises(InvalidInput, match="data: digits came for a run on ring"):
        evaluate_gan_run(tmp_path, data="digits")
