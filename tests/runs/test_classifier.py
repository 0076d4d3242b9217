"""Runs of classifiers in a folder: train, load, evaluate."""
import numpy as np
import pytest

from numpy_dgm import open_data
from numpy_dgm.energy import train_stack, unroll_classifier
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.neural import init_mlp, mlp_forward, softmax_cross_entropy, train_classifier
from numpy_dgm.neural.layers import BatchNorm, Dropout, Tanh
from numpy_dgm.runs import load_run
from numpy_dgm.runs.classes import few_labels
from numpy_dgm.runs.classifier import EvaluateOptions, Report, TrainOptions, evaluate, train


def test_the_network_is_the_one_asked_for_and_comes_back(tmp_path):
    options = TrainOptions(data="digits", hidden=(12, 8), units="tanh", dropout=0.1, batch_norm=True, epochs=2)
    mlp, history = train(options, tmp_path)
    assert [layer.W.shape for layer in mlp.layers if hasattr(layer, "W")] == [(64, 12), (12, 8), (8, 10)]
    assert {BatchNorm, Dropout, Tanh} <= {type(layer) for layer in mlp.layers}
    run = load_run(tmp_path)
    assert run.kind == "classifier" and repr(run.model) == repr(mlp) and run.history.series == history.series
    np.testing.assert_array_equal(flatten(run.model), flatten(mlp))


def test_the_run_is_that_of_train_classifier_from_the_start_that_the_seed_draws(tmp_path):
    settings = {"rate": 0.01, "optimizer": "momentum", "batch_size": 100, "schedule": "cosine"}
    mlp, _ = train(TrainOptions(data="digits", hidden=(12,), epochs=2, seed=3, **settings), tmp_path)
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(3)
    expected, _ = train_classifier(init_mlp([64, 12, 10], rng), data, data.labels, rng=rng, epochs=2, **settings)
    assert flatten(mlp).tobytes() == flatten(expected).tobytes()
    assert load_run(tmp_path).metadata == {"seed": 3}


def test_a_run_made_in_python_on_bits_is_measured_on_bits(tmp_path):
    data, rng = open_data("digits", part="train", bits="threshold"), np.random.default_rng(0)
    mlp, _ = train_classifier(init_mlp([64, 10], rng), data, data.labels, rng=rng, epochs=1, checkpoint=tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions())
    test = open_data("digits", part="test", bits="threshold")
    logits, _ = mlp_forward(mlp, test[:], training=False)
    assert report.error == np.mean(logits.argmax(axis=1) != test.labels) and "bits threshold" in report.data


def test_a_run_made_in_python_on_an_array_is_measured_on_grey_pixels(tmp_path):
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(0)
    train_classifier(init_mlp([64, 10], rng), data[:], data.labels, rng=rng, epochs=1, checkpoint=tmp_path)
    assert "bits grey" in evaluate(load_run(tmp_path), EvaluateOptions(data="digits")).data


def test_classes_that_the_run_does_not_know_are_refused(tmp_path):
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(0)
    few = data.take(data.labels < 3)
    train_classifier(init_mlp([64, 3], rng), few, few.labels, rng=rng, epochs=1, checkpoint=tmp_path)
    with pytest.raises(InvalidInput, match="data: expected labels that the run knows: 0 1 2, got 3 4 5 6 7 8 9"):
        evaluate(load_run(tmp_path), EvaluateOptions())


def test_the_counts_stand_below_one_another_however_long_the_names_of_the_classes_are():
    lines = str(Report("digits", 30, 0.1, 0.2, {"cat": (1, 10), "rhinoceros": (2, 20)})).splitlines()[-2:]
    assert lines == ["  class cat            1 of 10 wrong", "  class rhinoceros     2 of 20 wrong"]


def test_evaluation_counts_wrong_classes_on_the_test_part(tmp_path):
    mlp, _ = train(TrainOptions(data="digits", epochs=20), tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions())
    test = open_data("digits", part="test", bits="grey")
    logits, _ = mlp_forward(mlp, test[:], training=False)
    wrong = logits.argmax(axis=1) != test.labels
    assert report.error == wrong.mean() < 0.08 and report.n_cases == 360
    np.testing.assert_allclose(report.loss, softmax_cross_entropy(logits, test.labels)[0], rtol=1e-6)
    assert report.errors[3] == (wrong[test.labels == 3].sum(), (test.labels == 3).sum())
    assert sum(n for n, _ in report.errors.values()) == wrong.sum()
    assert "digits, part test" in str(report) and "class 3" in str(report)
    standard_error = wrong.std() / np.sqrt(360)
    assert f"error            {wrong.mean():.2%} ± {standard_error:.2%}\n" in str(report)
    seen = evaluate(load_run(tmp_path), EvaluateOptions(part="train"))
    assert seen.error < report.error and "part train" in seen.data


def test_data_without_labels_and_of_another_width_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="data: expected data with labels, got bars-and-stripes, which has none"):
        train(TrainOptions(data="bars-and-stripes", epochs=1), tmp_path)
    assert not list(tmp_path.iterdir())
    train(TrainOptions(data="digits", epochs=1), tmp_path)
    with pytest.raises(InvalidInput, match="data: expected cases of 64 numbers, as the run learnt from, got 9"):
        evaluate(load_run(tmp_path), EvaluateOptions(data="bars-and-stripes"))


# labels under their own names


def labelled(tmp_path, names, test_names):
    """Data in which a class is told by its pixel, with a training and a test part."""
    parts = {}
    for part, chosen in (("train", names), ("test", test_names)):
        labels = [chosen[i % len(chosen)] for i in range(40)]
        parts[f"y_{part}"] = np.array(labels, np.uint64 if max(names, key=str) == 2**64 - 1 else None)
        parts[f"x_{part}"] = np.eye(len(names))[[names.index(label) for label in labels]]
    np.savez(tmp_path / "f.npz", **parts)
    return str(tmp_path / "f.npz")


@pytest.mark.parametrize("names", [[3, 8], [-5, 10**12, 7], ["cat", "a dog"], [2**64 - 1, 1], ["$x", "a\x1b[31m", "b"]])
def test_a_network_has_the_classes_that_were_seen_and_names_them(tmp_path, names):
    """Also where the test part has fewer, whose indices are then others than in training."""
    data = labelled(tmp_path, names, names[1:])
    mlp, _ = train(TrainOptions(data=data, epochs=60, rate=0.1, batch_size=8), tmp_path / "run")
    assert mlp.layers[-1].W.shape[1] == len(names)
    report = evaluate(load_run(tmp_path / "run"), EvaluateOptions())
    assert report.error == 0 and set(report.errors) == set(names[1:]) and report.loss < 0.2
    for name in names[1:]:
        shown = str(name).replace("\x1b", "\\x1b")
        assert f"  class {shown}" in str(report)
    assert str(report).replace("\n", "").isprintable()


def test_a_class_that_was_not_seen_and_a_single_class_are_refused(tmp_path):
    train(TrainOptions(data=labelled(tmp_path, [3, 8], [3, 8]), epochs=1), tmp_path / "run")
    np.savez(tmp_path / "other.npz", x=np.eye(2), y=[3, 9])
    with pytest.raises(InvalidInput, match="data: expected labels that the run knows: 3 8, got 9"):
        evaluate(load_run(tmp_path / "run"), EvaluateOptions(data=str(tmp_path / "other.npz")))
    np.savez(tmp_path / "other.npz", x=np.eye(2), y=[3, 3])
    with pytest.raises(InvalidInput, match="data: expected labels of at least two classes, got one, 3"):
        train(TrainOptions(data=str(tmp_path / "other.npz"), epochs=1), tmp_path / "new")
    np.savez(tmp_path / "other.npz", x=np.eye(2), y=[0.5, 3])
    with pytest.raises(InvalidInput, match="expected data with labels, got .*other.npz, whose labels are real numbers"):
        train(TrainOptions(data=str(tmp_path / "other.npz"), epochs=1), tmp_path / "new")


def test_labels_that_have_changed_are_noticed(tmp_path):
    data = labelled(tmp_path, [3, 8], [3, 8])
    train(TrainOptions(data=data, epochs=1), tmp_path / "run")
    labelled(tmp_path, [3, 9], [3, 9])  # the same indices, under another name
    with pytest.raises(InvalidInput, match="the run there has data 40 x 2, .*, this one 40 x 2, "):
        train(TrainOptions(data=data, epochs=1), tmp_path / "run")
    with pytest.raises(InvalidInput, match="data that have changed since .* with other labels"):
        evaluate(load_run(tmp_path / "run"), EvaluateOptions())


def test_a_run_made_in_python_on_labels_of_its_own_is_evaluated_on_these(tmp_path):
    """Its classes are numbers, whatever the data call theirs."""
    rng = np.random.default_rng(0)
    data = open_data(labelled(tmp_path, [1, 0], [1, 0]), bits="grey")
    train_classifier(init_mlp([2, 3, 2], rng), data[:], data.labels, rng=rng, epochs=1, checkpoint=tmp_path / "run")
    report = evaluate(load_run(tmp_path / "run"), EvaluateOptions(data=str(tmp_path / "f.npz")))
    assert set(report.errors) == {0, 1}


# few labels, and pretraining without any


def test_a_run_with_few_labels_learns_from_these_and_is_measured_on_the_rest(tmp_path):
    mlp, _ = train(TrainOptions(data="digits", n_labels=40, hidden=(12,), epochs=2, seed=3), tmp_path)
    data, rng = open_data("digits", part="train", bits="grey"), np.random.default_rng(3)
    rows = few_labels(data.labels, 40, 3)
    expected, _ = train_classifier(init_mlp([64, 12, 10], rng), data[rows], data.labels[rows], rng=rng, epochs=2)
    assert flatten(mlp).tobytes() == flatten(expected).tobytes()
    assert "part test" in evaluate(load_run(tmp_path), EvaluateOptions()).data
    seen = evaluate(load_run(tmp_path), EvaluateOptions(part="train"))
    assert seen.n_cases == 1437 and "some of which it learnt from" in seen.data


def test_a_pretrained_network_starts_from_a_stack_that_all_cases_have_taught(tmp_path):
    options = TrainOptions(data="digits", n_labels=40, pretrain=2, hidden=(12, 8), dropout=0.5, input_dropout=0.2,
                           epochs=1, seed=3, rate=1e-300)
    mlp, _ = train(options, tmp_path)
    data = open_data("digits", part="train", bits="grey")
    rbms = train_stack(data, (12, 8), seed=3, epochs=2, method="pcd", batch_size=50, rate=0.1)
    start = unroll_classifier(rbms, 10, np.random.default_rng(3), 0.5, 0.2)
    np.testing.assert_array_equal(flatten(mlp), flatten(start))
    assert [layer.fraction for layer in mlp.layers if isinstance(layer, Dropout)] == [0.2, 0.5, 0.5]
    assert load_run(tmp_path / "rbm2").kind == "rbm"


def test_numbers_of_a_case_are_dropped_where_that_is_asked_for(tmp_path):
    mlp, _ = train(TrainOptions(data="digits", input_dropout=0.2, hidden=(12,), epochs=1), tmp_path)
    assert [layer.fraction for layer in mlp.layers if isinstance(layer, Dropout)] == [0.2]
    assert isinstance(mlp.layers[0], Dropout)


@pytest.mark.parametrize("changes, message", [
    (dict(n_labels=9), r"n_labels: expected an integer in \[10, 1437\], got 9"),
    (dict(pretrain=1, units="relu"), "units: expected sigmoid with --pretrain, as hidden bits have it, got relu"),
    (dict(pretrain=1, batch_norm=True), "batch_norm: expected none with --pretrain, got batch norm"),
])
def test_labels_and_starts_that_cannot_be_had_are_refused(tmp_path, changes, message):
    with pytest.raises(InvalidInput, match=message):
        train(TrainOptions(data="digits", **changes), tmp_path / "run")
    assert not (tmp_path / "run").exists()
