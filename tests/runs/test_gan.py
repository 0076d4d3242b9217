"""Runs of GANs in a folder: train, go on, load, sample, evaluate."""
import numpy as np
import pytest

from numpy_dgm import MLP, evaluate_coverage, generate, init_mlp, make_gan, open_data, plots, train_gan
from numpy_dgm.adversarial import R1
from numpy_dgm.adversarial import GAN
from numpy_dgm.adversarial.coverage import mmd, precision_and_recall, sliced_wasserstein
from numpy_dgm.data import ring_of_gaussians
from numpy_dgm.foundation.checkpoint import load_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.progress import History
from numpy_dgm.foundation.records import flatten
from numpy_dgm.neural.layers import BatchNorm, Dropout, LeakyReLU, MinibatchDiscrimination, Sigmoid, Tanh
from numpy_dgm.runs import load_run
from numpy_dgm.runs.gan import (
    EvaluateOptions,
    Film,
    SampleOptions,
    TrainOptions,
    check_model,
    draw_samples,
    draw_training,
    evaluate,
    sample,
    train,
)

RING = {"data": "ring", "latents": 2, "hidden": (8, 6), "units": "leaky_relu", "steps": 30, "log_every": 10, "seed": 3,
        "rate": 0.01, "noise": 0.0, "batch_size": 64, "average": 0.0, "penalty": "none"}
DIGITS = {**RING, "data": "digits", "latents": 5, "conditional": True}


def trained(folder, **options):
    return train(TrainOptions(**options), folder)


def samples(folder, **options):
    """The numbers that `dgm sample` writes."""
    sample(load_run(folder), SampleOptions(out=folder / "s.npy", **options))
    return np.load(folder / "s.npy")


def kinds(mlp):
    return [type(layer) for layer in mlp.layers]


def widths(mlp):
    return [layer.W.shape for layer in mlp.layers if hasattr(layer, "W")]


def test_the_trained_gan_comes_back_from_its_folder_and_the_same_call_changes_nothing(tmp_path):
    gan, history = trained(tmp_path, **RING)
    run = load_run(tmp_path)
    assert run.kind == "gan" and run.settings.steps == 30 and run.settings.penalty is None
    np.testing.assert_array_equal(flatten(run.model), flatten(gan))
    again, history_again = trained(tmp_path, **RING)
    np.testing.assert_array_equal(flatten(again), flatten(gan))
    assert history.series == history_again.series


def test_settings_that_are_objects_come_back(tmp_path):
    options = {**RING, "penalty": "r1", "penalty_weight": 0.25, "noise": 0.5, "objective": "hinge"}
    trained(tmp_path, **options)
    settings = load_run(tmp_path).settings
    assert repr(settings.penalty) == repr(R1(0.25)) and settings.noise.start == 0.5
    assert type(settings.objective).__name__ == "Hinge" and settings.optimizer.beta2 == 0.99


@pytest.mark.parametrize("start, end", [(0.5, 0.005), (0.001, 0.001)])
def test_noise_falls_to_its_end_or_stays_where_it_is_below_that(start, end, tmp_path):
    trained(tmp_path, **{**RING, "noise": start})
    noise = load_run(tmp_path).settings.noise
    assert (noise.start, noise.end) == (start, end)


def test_the_networks_are_the_ones_that_were_asked_for(tmp_path):
    gan, _ = trained(tmp_path / "ring", **RING, packing=2, dropout=0.2)
    assert widths(gan.generator) == [(2, 8), (8, 6), (6, 2)] and LeakyReLU in kinds(gan.generator)
    assert widths(gan.discriminator) == [(4, 6), (6, 8), (8, 1)] and Dropout in kinds(gan.discriminator)
    gan, history = trained(tmp_path / "digits", **{**DIGITS, "units": "tanh"}, batch_norm=True, discrimination=(3, 2))
    assert Tanh in kinds(gan.generator) and not history.snapshots  # of images no film is drawn
    assert load_run(tmp_path / "digits").metadata == {"seed": 3, "mixture": None}
    assert gan.generator.layers[0].W.shape == (15, 8) and gan.n_latent == 5 and gan.n_classes == 10
    assert kinds(gan.generator)[-1] == Sigmoid and BatchNorm in kinds(gan.generator)
    assert gan.discriminator.layers[0].W.shape == (74, 6) and MinibatchDiscrimination in kinds(gan.discriminator)


def test_samples_come_back_in_the_data_s_own_unit(tmp_path):
    """The ring's standard deviation an axis is √(1/2 + .01²), by which the generator's are divided."""
    gan, _ = trained(tmp_path, **RING)
    expected = generate(gan, 7, np.random.default_rng(1)) * np.sqrt(0.5 + 0.01**2)
    np.testing.assert_allclose(samples(tmp_path, count=7, seed=1), expected, rtol=1e-6)


def test_a_conditional_gan_samples_its_classes_in_turn(tmp_path):
    gan, _ = trained(tmp_path, **DIGITS)
    x = samples(tmp_path, count=20, seed=1)
    np.testing.assert_array_equal(x, generate(gan, 20, np.random.default_rng(1), np.arange(20) % 10))
    assert 0 <= x.min() and x.max() <= 1


@pytest.mark.parametrize("names", [[1, 2, 3], [3, 8], ["cat", "dog"], [10**15, -4]])
def test_only_classes_that_were_seen_are_sampled_and_figures_name_them(tmp_path, names, monkeypatch, capsys):
    labels = np.array(names)[np.arange(60) % len(names)]
    np.savez(tmp_path / "f.npz", x=np.random.default_rng(0).random((60, 4, 5)), y=labels)
    gan, _ = trained(tmp_path / "run", **{**DIGITS, "data": str(tmp_path / "f.npz")})
    assert gan.n_classes == len(names) and gan.n_latent == 5
    drawn = []
    draw = plots.samples
    monkeypatch.setattr(plots, "samples", lambda *args, **named: drawn.append(named["names"]) or draw(*args, **named))
    sample(load_run(tmp_path / "run"), SampleOptions(out=tmp_path / "s.png", count=7))
    in_order = sorted(names)
    assert drawn == [[in_order[i % len(names)] for i in range(7)]]
    samples(tmp_path / "run", count=4)
    assert f"of each class in turn: {' '.join(map(str, in_order))}" in capsys.readouterr().out


def test_images_that_are_not_square_in_colour_and_tables_are_sampled(tmp_path):
    for i, shape in enumerate(((4, 5, 1), (4, 4, 3), (3, 4, 4), (11,))):
        np.save(tmp_path / "f.npy", np.random.default_rng(0).integers(0, 256, (60, *shape)).astype(np.uint8))
        options = {**RING, "data": str(tmp_path / "f.npy")}
        trained(tmp_path / str(i), **options)
        sample(load_run(tmp_path / str(i)), SampleOptions(out=tmp_path / "s.png", count=5))
        assert evaluate(load_run(tmp_path / str(i)), EvaluateOptions()).data.endswith("the cases that it learnt from")


def test_where_no_other_cases_are_there_halves_stand_on_both_sides(tmp_path):
    """Two halves of unlike cases: each real case would be its own nearest, were they the same."""
    x = np.random.default_rng(0).random((60, 4, 4))
    np.save(tmp_path / "f.npy", x)
    trained(tmp_path / "run", **{**RING, "data": str(tmp_path / "f.npy")})
    report = evaluate(load_run(tmp_path / "run"), EvaluateOptions())
    assert report.real.sliced_wasserstein > 0.01 and report.real.mmd.p_value > 0.001
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 8, 16], rng, output="sigmoid"), init_mlp([16, 8, 1], rng))
    train_gan(gan, x.reshape(60, 16), rng=rng, steps=2, checkpoint=tmp_path / "python")
    report = evaluate(load_run(tmp_path / "python"), EvaluateOptions(data=str(tmp_path / "f.npy")))
    assert report.data == f"{tmp_path / 'f.npy'}, bits grey" and report.real.sliced_wasserstein > 0.01
    with pytest.raises(InvalidInput, match="data: expected cases of 16 numbers, as the run learnt from, got 64"):
        evaluate(load_run(tmp_path / "python"), EvaluateOptions(data="digits"))
    np.save(tmp_path / "f.npy", x[:1])
    with pytest.raises(InvalidInput, match="data: expected at least two cases, got 1"):
        evaluate(load_run(tmp_path / "python"), EvaluateOptions(data=str(tmp_path / "f.npy")))


def test_training_cases_that_are_named_are_not_held_against_themselves(tmp_path):
    trained(tmp_path, **DIGITS)
    report = evaluate(load_run(tmp_path), EvaluateOptions(data="digits", part="train"))
    assert report.data == "digits, part train, bits grey, the cases that it learnt from"
    assert report.real.precision < 1 and report.real.sliced_wasserstein > 0


def test_evaluation_on_the_ring_is_coverage_beside_real_cases(tmp_path):
    trained(tmp_path, **RING)
    report = evaluate(load_run(tmp_path), EvaluateOptions(seed=4))
    expected = evaluate_coverage(samples(tmp_path, count=2500, seed=4), ring_of_gaussians())
    assert (report.samples.modes, report.samples.high_quality) == (expected.modes, expected.high_quality)
    assert report.real.modes == 8 and abs(report.real.high_quality - 0.9889) < 4.5 * 0.0021
    assert "measured on      ring" in str(report) and "real cases       8 of 8 modes" in str(report)


def test_evaluation_on_images_holds_samples_and_training_cases_against_unseen_ones(tmp_path):
    gan, _ = trained(tmp_path, **DIGITS)
    report = evaluate(load_run(tmp_path), EvaluateOptions(seed=5))
    unseen = open_data("digits", part="test", bits="grey")[:]
    assert report.data == "digits, part test, bits grey"
    assert report.real.precision > 0.8 and report.real.recall > 0.8 and report.real.mmd.p_value > 0.01
    assert report.samples.mmd.p_value < 0.01 and report.real.precision != report.real.recall
    rng = np.random.default_rng(5)
    seen = open_data("digits", part="train", bits="grey")[:]
    rows = np.sort(rng.permutation(360))
    fake = draw_samples(gan, 360, rng)
    training = seen[np.sort(rng.permutation(1437)[:360])]
    for found, others in ((report.samples, fake), (report.real, training)):
        assert (found.precision, found.recall) == precision_and_recall(unseen[rows], others)
        assert repr(found.mmd) == repr(mmd(unseen[rows], others, rng))
        assert found.sliced_wasserstein == sliced_wasserstein(unseen[rows], others, 200, rng)
    assert report.samples.sliced_wasserstein > 2 * report.real.sliced_wasserstein
    fake = draw_samples(gan, 360, np.random.default_rng(0))
    precision, recall = precision_and_recall(unseen, fake)
    assert abs(report.samples.precision - precision) < 0.1 and abs(report.samples.recall - recall) < 0.1
    distance = sliced_wasserstein(unseen, fake, 200, np.random.default_rng(0))
    np.testing.assert_allclose(report.samples.sliced_wasserstein, distance, rtol=0.2)


def test_the_training_cases_that_samples_are_held_beside_are_drawn_from_all_of_them(tmp_path):
    """Of data sorted by how bright they are, the first rows alone would be dark; so would the first half."""
    rng = np.random.default_rng(0)
    brightness = np.repeat([0.2, 0.4, 0.6, 0.8], 100)[:, None]
    images = (brightness + 0.1 * rng.random((400, 9))).astype(np.float32)
    np.save(tmp_path / "sorted.npy", images)
    np.save(tmp_path / "unseen.npy", images[::4])
    trained(tmp_path / "run", **{**RING, "data": str(tmp_path / "sorted.npy"), "steps": 1})
    for data in (str(tmp_path / "unseen.npy"), None):
        report = evaluate(load_run(tmp_path / "run"), EvaluateOptions(data=data))
        assert report.real.precision > 0.8 and report.real.recall > 0.8 and report.real.mmd.p_value > 0.01


def test_a_film_has_the_same_latents_in_every_frame():
    film, history = Film(seed=2, n_samples=5), History()
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 2], rng), init_mlp([2, 1], rng))
    first, second = film(gan, history), film(gan, history)
    np.testing.assert_array_equal(first, second)
    assert first.shape == (5, 2)


def test_the_frames_of_a_film_are_kept_with_the_run(tmp_path):
    """Also where it was stopped between: the film of a run in two pieces is that of the whole."""
    options = {**RING, "schedule": "constant"}
    _, whole = trained(tmp_path / "whole", **options)
    trained(tmp_path / "pieces", **{**options, "steps": 10})
    trained(tmp_path / "pieces", **options)
    run = load_run(tmp_path / "pieces")
    assert [step for step, _ in run.history.snapshots] == [10, 20, 30]
    for (_, frame), (_, expected) in zip(run.history.snapshots, whole.snapshots):
        np.testing.assert_array_equal(frame, expected)
    draw_training(run)
    assert {"training.gif", "training.png"} <= {path.name for path in run.folder.iterdir()}


def test_more_steps_go_on_with_the_entries_that_the_run_began_with(tmp_path):
    """Where log_every is not given, it is a sixtieth of the steps that the run began with."""
    options = {**RING, "schedule": "constant", "log_every": None}
    trained(tmp_path / "pieces", **{**options, "steps": 120})
    gan, history = trained(tmp_path / "pieces", **{**options, "steps": 241})
    assert history.series["step"] == [*range(2, 241, 2), 241]
    whole, _ = trained(tmp_path / "whole", **{**options, "steps": 241, "log_every": 2})
    np.testing.assert_array_equal(flatten(gan), flatten(whole))
    with pytest.raises(InvalidInput, match="the run there has log_every 2, this one 4"):
        trained(tmp_path / "pieces", **{**options, "steps": 241, "log_every": 4})


def test_a_run_made_in_python_on_a_mixture_is_evaluated_and_sampled(tmp_path):
    rng, ring = np.random.default_rng(0), ring_of_gaussians()
    gan = make_gan(init_mlp([2, 8, 2], rng), init_mlp([2, 8, 1], rng))
    train_gan(gan, ring, rng=rng, steps=5, checkpoint=tmp_path)
    run = load_run(tmp_path)
    report = evaluate(run, EvaluateOptions())
    assert report.data == "a mixture" and report.real.modes == 8
    x = samples(tmp_path, count=7, seed=1)
    np.testing.assert_array_equal(x, generate(run.model, 7, np.random.default_rng(1)))  # no unit to go back to
    sample(run, SampleOptions(out=tmp_path / "s.png"))
    draw_training(run)
    assert "training.gif" not in {path.name for path in tmp_path.iterdir()}


def test_a_run_made_in_python_on_bits_is_measured_on_bits(tmp_path):
    data, rng = open_data("digits", part="train", bits="threshold"), np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 8, 64], rng, output="sigmoid"), init_mlp([64, 8, 1], rng))
    train_gan(gan, data, rng=rng, steps=2, checkpoint=tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions())
    assert report.data == "digits, part test, bits threshold" and report.real.mmd.p_value > 0.01


def test_networks_that_do_not_fit_together_are_no_model():
    rng = np.random.default_rng(0)
    generator, discriminator = init_mlp([2, 8, 2], rng), init_mlp([2, 8, 1], rng)
    check_model(GAN(generator, discriminator, n_latent=2, n_classes=0, packing=1))
    of_other_width = init_mlp([3, 8, 1], rng)
    broken = MLP((*discriminator.layers[:-1], init_mlp([7, 1], rng).layers[0]))
    for other in (of_other_width, broken):
        with pytest.raises(InvalidInput, match="discriminator"):
            check_model(GAN(generator, other, n_latent=2, n_classes=0, packing=1))


@pytest.mark.parametrize("metadata", [{"mixture": "mine"}, {"mixture": "ring"}, {"mixture": ["ring"]}])
def test_the_metadata_of_a_run_made_in_python_do_nothing(metadata, tmp_path):
    """The ring as it is, not at unit spread as the command opens it: there is no unit to go back to."""
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 8, 2], rng), init_mlp([2, 8, 1], rng))
    train_gan(gan, ring_of_gaussians(), rng=rng, steps=5, checkpoint=tmp_path, metadata=metadata)
    run = load_run(tmp_path)
    x = samples(tmp_path, count=7, seed=1)
    np.testing.assert_array_equal(x, generate(run.model, 7, np.random.default_rng(1)))
    sample(run, SampleOptions(out=tmp_path / "s.png"))
    assert evaluate(run, EvaluateOptions()).data == "a mixture"


@pytest.mark.parametrize("change, message", [
    ({"conditional": True}, "conditional: expected data with labels, got ring, which has none"),
    ({"part": "test"}, "part: expected None, since ring has no parts, got 'test'"),
    ({"scale": 2.0}, "scale: expected None, since ring is no file, got 2.0"),
    ({"labels": "y"}, "labels: expected None, since ring is no file, got 'y'"),
    ({"data": "nonsense"}, "nonsense"),
    ({"packing": 3}, "batch_size: expected a multiple of the packing, 3, got 64"),
])
def test_what_cannot_be_is_refused(change, message, tmp_path):
    with pytest.raises(InvalidInput, match=message):
        trained(tmp_path, **{**RING, **change})
    assert not list(tmp_path.iterdir())


def test_a_run_is_evaluated_on_data_of_its_own_kind(tmp_path):
    trained(tmp_path / "ring", **RING)
    with pytest.raises(InvalidInput, match="data: expected data of the kind that the run learnt from, got digits"):
        evaluate(load_run(tmp_path / "ring"), EvaluateOptions(data="digits"))
    assert evaluate(load_run(tmp_path / "ring"), EvaluateOptions(data="grid")).real.modes == 25
    trained(tmp_path / "digits", **DIGITS)
    with pytest.raises(InvalidInput, match="data: expected data of the kind that the run learnt from, got ring"):
        evaluate(load_run(tmp_path / "digits"), EvaluateOptions(data="ring"))


def test_defaults_that_the_data_decide_are_filled_in(tmp_path):
    trained(tmp_path, data="ring", steps=3, hidden=(8,))
    state = load_checkpoint(tmp_path / "checkpoint.npz")
    settings = state["settings"]
    assert settings["batch_size"] == 256 and settings["rate"] == 0.001 and settings["noise"]["start"] == 0.5
    assert settings["log_every"] == 1 and settings["average"] == 0.999 and settings["schedule"] == "linear"
