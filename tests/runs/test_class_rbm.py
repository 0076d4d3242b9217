"""Runs of class RBMs in a folder: train, load, evaluate, sample, complete."""
import numpy as np
import pytest

from numpy_dgm import evaluate_rbm, open_data, plots
from numpy_dgm.energy.class_rbm import complete_images, init_class_rbm, join, joint_rbm, log_p_label, sample_of_class
from numpy_dgm.energy.class_rbm_training import train_class_rbm
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import load_run
from numpy_dgm.runs.class_rbm import (
    EvaluateOptions,
    Report,
    SampleOptions,
    TrainOptions,
    covered_half,
    evaluate,
    sample,
    train,
)
from numpy_dgm.runs.classes import few_labels


def trained(folder, **changes):
    return train(TrainOptions(**{"data": "digits", "hidden": 8, "epochs": 3, **changes}), folder)


def report(folder, **options):
    return evaluate(load_run(folder), EvaluateOptions(**options))


def test_the_run_is_that_of_train_class_rbm_from_the_start_that_the_seed_draws_and_comes_back(tmp_path):
    settings = {"rate": 0.05, "objective": "generative", "k": 2, "batch_size": 50, "schedule": "cosine"}
    model, history = trained(tmp_path, seed=3, **settings)
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(3)
    start = init_class_rbm(64, 8, 10, rng, data)
    expected, _ = train_class_rbm(start, data, data.labels, rng=rng, epochs=3, **settings)
    assert flatten(model).tobytes() == flatten(expected).tobytes()
    run = load_run(tmp_path)
    assert run.kind == "class-rbm" and run.metadata == {"seed": 3} and run.history.series == history.series
    np.testing.assert_array_equal(flatten(run.model), flatten(model))
    again, _ = trained(tmp_path, seed=3, **settings)
    assert flatten(again).tobytes() == flatten(model).tobytes()


def test_evaluation_counts_wrong_classes_on_the_test_part(tmp_path):
    model, _ = trained(tmp_path, epochs=10, hidden=30)
    found, test = report(tmp_path), open_data("digits", part="test", bits="grey")
    log_p = log_p_label(model, test[:])
    wrong = log_p.argmax(axis=1) != test.labels
    assert found.error == wrong.mean() < 0.2 and found.n_cases == 360
    np.testing.assert_allclose(found.log_p_label, log_p[np.arange(360), test.labels].mean(), rtol=1e-6)
    assert found.errors[3] == (wrong[test.labels == 3].sum(), (test.labels == 3).sum())
    assert sum(n for n, _ in found.errors.values()) == wrong.sum() and found.joint is None
    text = str(found)
    assert "digits, part test, bits grey" in text and "class 3" in text
    assert f"error            {wrong.mean():.2%} ± {wrong.std() / np.sqrt(360):.2%}\n" in text
    assert "not measured: it needs at most 25 hidden units, and there are 30" in text


def test_log_p_of_image_and_label_is_exact_on_bits_with_few_hidden_units(tmp_path):
    model, _ = trained(tmp_path)
    assert "not measured: it needs bits, such as --bits threshold makes" in str(report(tmp_path))
    found, test = report(tmp_path, bits="threshold"), open_data("digits", part="test", bits="threshold")
    expected = evaluate_rbm(joint_rbm(model), join(test[:], test.labels, 10), np.random.default_rng(0), method="exact")
    np.testing.assert_allclose(found.joint.log_likelihood, expected.log_likelihood, rtol=1e-12)
    assert f"log p(v, y)      {expected.log_likelihood:.3f} nats a case, exact" in str(found)


def test_a_run_on_bits_is_measured_on_bits(tmp_path):
    trained(tmp_path, bits="threshold")
    found = report(tmp_path)
    assert "bits threshold" in found.data and found.joint is not None


def test_names_of_classes_stand_below_one_another():
    lines = str(Report("digits", 30, 0.1, -0.2, {"cat": (1, 10), "rhinoceros": (2, 20)}, None, "x")).splitlines()[-2:]
    assert lines == ["  class cat            1 of 10 wrong", "  class rhinoceros     2 of 20 wrong"]


def labelled(tmp_path, names, test_names):
    """Data in which a class is told by its pixel, with a training and a test part."""
    parts = {}
    for part, chosen in (("train", names), ("test", test_names)):
        labels = [chosen[i % len(chosen)] for i in range(40)]
        parts[f"y_{part}"] = np.array(labels)
        parts[f"x_{part}"] = np.eye(len(names))[[names.index(label) for label in labels]]
    np.savez(tmp_path / "f.npz", **parts)
    return str(tmp_path / "f.npz")


@pytest.mark.parametrize("names", [[-5, 7, 8], ["a dog", "cat", "x"]])
def test_classes_go_by_their_own_names(tmp_path, names):
    """Also where the test part has fewer, whose indices are then others than in training."""
    data = labelled(tmp_path, names, names[1:])
    model, _ = train(TrainOptions(data=data, epochs=60, rate=0.1, batch_size=8, hidden=6), tmp_path / "run")
    assert model.U.shape == (3, 6)
    found = report(tmp_path / "run")
    assert found.error == 0 and set(found.errors) == set(names[1:])


def test_data_that_the_run_cannot_be_measured_on_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="data: expected data with labels, got bars-and-stripes, which has none"):
        train(TrainOptions(data="bars-and-stripes", epochs=1), tmp_path)
    assert not list(tmp_path.iterdir())
    np.savez(tmp_path / "one.npz", x=np.eye(2), y=[3, 3])
    with pytest.raises(InvalidInput, match="data: expected labels of at least two classes, got one, 3"):
        train(TrainOptions(data=str(tmp_path / "one.npz"), epochs=1), tmp_path / "run")
    trained(tmp_path / "run", epochs=1)
    for act, options in ((evaluate, EvaluateOptions(data="bars-and-stripes")),
                         (sample, SampleOptions(data="bars-and-stripes", complete=True))):
        with pytest.raises(InvalidInput, match="data: expected cases of 64 numbers, as the run learnt from, got 9"):
            act(load_run(tmp_path / "run"), options)


def test_labels_that_have_changed_are_noticed(tmp_path):
    data = labelled(tmp_path, [3, 8], [3, 8])
    train(TrainOptions(data=data, epochs=1, hidden=2), tmp_path / "run")
    labelled(tmp_path, [3, 9], [3, 9])
    with pytest.raises(InvalidInput, match="data that have changed since .* with other labels"):
        report(tmp_path / "run")


# ---- few labels


def test_a_run_learns_from_the_labelled_cases_alone(tmp_path):
    model, _ = trained(tmp_path, n_labels=30, seed=2)
    data = open_data("digits", part="train", bits="grey")
    rows = few_labels(data.labels, 30, 2)
    few, rng = data.take(rows), np.random.default_rng(2)
    expected, _ = train_class_rbm(init_class_rbm(64, 8, 10, rng, few), few, data.labels[rows], rng=rng, epochs=3)
    assert flatten(model).tobytes() == flatten(expected).tobytes()
    assert report(tmp_path).n_cases == 360 and "some of which it learnt from" in report(tmp_path, part="train").data


# ---- samples


@pytest.fixture
def drawn(monkeypatch):
    """What plots.samples is called with."""
    calls, draw = [], plots.samples

    def kept(images, image_shape=None, **named):
        calls.append((images, image_shape, named))
        return draw(images, image_shape, **named)

    monkeypatch.setattr(plots, "samples", kept)
    return calls


def test_samples_are_rows_of_each_class(tmp_path, drawn):
    model, _ = trained(tmp_path)
    run, labels = load_run(tmp_path), np.repeat(np.arange(10), 2)
    v, p_v = sample_of_class(model, labels, 5, np.random.default_rng(3))
    sample(run, SampleOptions(out=tmp_path / "new" / "s.npy", count=2, steps=5, seed=3))
    written = np.load(tmp_path / "new" / "s.npy")
    assert written.dtype == np.uint8
    np.testing.assert_array_equal(written, v)
    sample(run, SampleOptions(out=tmp_path / "s.png", count=2, steps=5, seed=3))
    [(images, image_shape, named)] = drawn
    np.testing.assert_array_equal(images, p_v)
    assert tuple(image_shape) == (8, 8) and named["columns"] == 2 and named["names"] == labels.tolist()
    assert (tmp_path / "s.png").exists()


def test_completions_are_of_test_images_of_which_half_was_covered(tmp_path, drawn):
    model, _ = trained(tmp_path)
    run, test = load_run(tmp_path), open_data("digits", part="test", bits="grey")
    rng = np.random.default_rng(3)
    whole = test[np.sort(rng.permutation(360)[:4])]
    known = np.arange(64) % 8 < 4
    expected = [complete_images(model, whole, known, 5, rng) for _ in range(3)]
    options = {"complete": True, "cover": "right", "count": 4, "steps": 5, "seed": 3}
    sample(run, SampleOptions(out=tmp_path / "s.npy", **options))
    np.testing.assert_array_equal(np.load(tmp_path / "s.npy"), [v for v, _, _ in expected])
    sample(run, SampleOptions(out=tmp_path / "s.png", **options))
    [(images, _, named)] = drawn
    np.testing.assert_array_equal(images[:4], whole)
    np.testing.assert_array_equal(images[4:8], np.where(known, whole, 0.5))
    np.testing.assert_array_equal(images[8:], np.concatenate([p_v for _, p_v, _ in expected]))
    assert named["columns"] == 4


@pytest.mark.parametrize("side, shape, covered", [
    ("bottom", (3, 2), [0, 0, 0, 0, 1, 1]),
    ("top", (2, 3), [1, 1, 1, 0, 0, 0]),
    ("left", (2, 3), [1, 0, 0, 1, 0, 0]),
    ("right", (2, 3), [0, 0, 1, 0, 0, 1]),
    ("bottom", None, [0, 0, 0, 1, 1, 1]),
    ("left", None, [1, 1, 1, 0, 0, 0]),
    ("top", (2, 1, 3), [1, 1, 1, 0, 0, 0]),
    ("left", (3, 1, 2), [1, 0, 1, 0, 1, 0]),
])
def test_the_half_on_a_side_is_covered(side, shape, covered):
    assert covered_half(6, shape, side).astype(int).tolist() == covered


def test_a_square_without_a_shape_is_an_image_and_a_wrong_shape_is_refused():
    assert covered_half(9, None, "bottom").astype(int).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    with pytest.raises(InvalidInput, match="image_shape: expected .* of 6 numbers, got 2 x 2"):
        covered_half(6, (2, 2), "top")


def test_data_without_complete_and_other_endings_are_refused(tmp_path):
    trained(tmp_path, epochs=1)
    for option in ({"data": "digits"}, {"part": "test"}):
        with pytest.raises(InvalidInput, match="(data|part): expected None without --complete, got"):
            sample(load_run(tmp_path), SampleOptions(out=tmp_path / "s.png", **option))
    with pytest.raises(InvalidInput, match="out: expected a name that ends in .png .* got s.jpg"):
        sample(load_run(tmp_path), SampleOptions(out="s.jpg"))
