"""Runs of models of films in a folder: train, load, measure, make films."""
import numpy as np
import pytest
from PIL import Image

from numpy_dgm import plots
from numpy_dgm.data.balls import bouncing_balls
from numpy_dgm.energy.temporal import (
    ConditionalRBM,
    copied_frames,
    extrapolated_frames,
    generate_films,
    init_conditional_rbm,
    init_rtrbm,
    next_frame_error,
    predict_frames,
)
from numpy_dgm.energy.temporal_training import train_temporal
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import load_run
from numpy_dgm.runs.video import EvaluateOptions, SampleOptions, TrainOptions, draw_training, evaluate, sample, train

SHORT = {"data": "balls", "films": 6, "frames": 5, "side": 6, "balls": 2, "hidden": 4, "epochs": 2}


def balls(n, seed, n_frames=5):
    films = bouncing_balls(n, np.random.default_rng(seed), n_frames, 2, 6)
    return films.reshape(n, n_frames, 36).astype(np.float32) / np.float32(255)


def written(tmp_path, name="films.npy", dtype=np.uint8):
    """A file of 5 films of 4 frames of 3 x 5 pixels, and the films (5, 4, 15) in it."""
    films = np.random.default_rng(0).integers(0, 256, size=(5, 4, 3, 5)).astype(np.uint8)
    films = films if dtype == np.uint8 else (films / 255).astype(dtype)
    np.save(tmp_path / name, films)
    cases = films.astype(np.float32) / np.float32(255 if dtype == np.uint8 else 1)
    return str(tmp_path / name), cases.reshape(5, 4, 15)


def from_file(tmp_path, **changes):
    path, films = written(tmp_path)
    train(TrainOptions(**{"data": path, "hidden": 3, "epochs": 1, **changes}), tmp_path / "run")
    return load_run(tmp_path / "run"), films


@pytest.mark.parametrize("kind", ["rtrbm", "conditional"])
def test_the_run_is_that_of_train_temporal_on_films_of_the_seed(kind, tmp_path):
    settings = {"k": 2, "rate": 0.02, "batch_size": 3, "direct": False}
    past = 3 if kind == "conditional" else None
    options = TrainOptions(**SHORT, model=kind, past=past, seed=5, **settings)
    model, history = train(options, tmp_path)
    films, rng = balls(6, [5, 1]), np.random.default_rng(5)
    mean = films.reshape(-1, 36).mean(axis=0, dtype=np.float64)
    start = (init_rtrbm(36, 4, rng, mean, scale=0.05) if kind == "rtrbm" else
             init_conditional_rbm(36, 4, 3, rng, mean))
    expected, _ = train_temporal(start, films, rng=rng, epochs=2, **settings)
    assert flatten(model).tobytes() == flatten(expected).tobytes()
    run = load_run(tmp_path)
    assert run.kind == "video" and run.metadata == {"seed": 5, "film_shape": [5, 6, 6], "balls": 2}
    assert flatten(run.model).tobytes() == flatten(model).tobytes() and run.history.series == history.series
    again, _ = train(options, tmp_path)
    assert flatten(again).tobytes() == flatten(model).tobytes()


def test_films_of_balls_are_of_the_published_setting_where_nothing_else_is_said(tmp_path, capsys):
    train(TrainOptions(data="balls", films=2, hidden=2, epochs=1, k=1), tmp_path)
    assert "balls: 2 films of 100 frames of 30 x 30 pixels; 1 is 255" in capsys.readouterr().out
    assert load_run(tmp_path).metadata["balls"] == 3


def test_films_of_balls_are_measured_on_new_ones(tmp_path):
    model, _ = train(TrainOptions(**SHORT, seed=5, rate=0.3), tmp_path)
    report = evaluate(load_run(tmp_path), EvaluateOptions(films=7, steps=2))
    films = balls(7, [5, 2])
    assert abs(report.error / next_frame_error(films, predict_frames(model, films)) - 1) > 1e-3
    np.testing.assert_allclose(report.error, next_frame_error(films, predict_frames(model, films, 2)), rtol=1e-5)
    np.testing.assert_allclose(report.copied, next_frame_error(films, copied_frames(films)), rtol=1e-5)
    np.testing.assert_allclose(report.extrapolated, next_frame_error(films, extrapolated_frames(films)), rtol=1e-5)
    said = str(report)
    assert "7 films of 5 frames of 6 x 6 pixels" in said and "which are new" in said
    assert f"squared error {report.error:.3f}" in said and f"{report.copied:.3f} where the last" in said
    assert f"{report.extrapolated:.3f} where each" in said


def test_a_run_of_a_file_is_measured_on_it_or_on_another(tmp_path):
    run, films = from_file(tmp_path, model="conditional", past=1)
    assert isinstance(run.model, ConditionalRBM) and len(run.model.V) == 15
    report = evaluate(run, EvaluateOptions())
    np.testing.assert_allclose(report.error, next_frame_error(films, predict_frames(run.model, films)), rtol=1e-5)
    assert "the films that it learnt from" in str(report)
    other, films = written(tmp_path, "other.npy", np.float32)
    report = evaluate(run, EvaluateOptions(data=other, films=2))
    films = films[:2]
    np.testing.assert_allclose(report.error, next_frame_error(films, predict_frames(run.model, films)), rtol=1e-5)
    half = evaluate(run, EvaluateOptions(data=other, films=2, scale=2))
    np.testing.assert_allclose(half.copied, report.copied / 4, rtol=1e-5)
    assert "other.npy" in str(report) and "the first 2 of them" in str(report) and "learnt" not in str(report)


def test_made_films_go_on_from_true_ones_or_begin_with_nothing(tmp_path):
    model, _ = train(TrainOptions(**SHORT), tmp_path)
    run = load_run(tmp_path)
    sample(run, SampleOptions(out=tmp_path / "s.npy", count=2, frames=3, start=4, steps=2, seed=7))
    start = balls(2, [7, 3], 4)
    made = generate_films(model, 2, 3, np.random.default_rng(7), start, 2)
    expected = np.concatenate([start, made], axis=1).reshape(2, 7, 6, 6)
    np.testing.assert_array_equal(np.load(tmp_path / "s.npy"), expected)
    sample(run, SampleOptions(out=tmp_path / "n.npy", count=2, frames=3, start=0))
    made = generate_films(model, 2, 3, np.random.default_rng(0), None, 20)
    np.testing.assert_array_equal(np.load(tmp_path / "n.npy"), made.reshape(2, 3, 6, 6))


def test_films_of_a_file_begin_as_its_films_do(tmp_path):
    run, films = from_file(tmp_path)
    sample(run, SampleOptions(out=tmp_path / "s.npy", count=7, frames=1, start=3, steps=1))
    found = np.load(tmp_path / "s.npy")
    assert found.shape == (7, 4, 3, 5)
    np.testing.assert_array_equal(found[:, :3].reshape(7, 3, 15), films[[0, 1, 2, 3, 4, 0, 1], :3])
    with pytest.raises(InvalidInput, match="start: expected at most the 4 frames that a film has, got 5"):
        sample(run, SampleOptions(out=tmp_path / "s.npy", start=5))


def test_films_are_drawn_as_a_gif_or_as_an_image_of_frames(tmp_path):
    train(TrainOptions(**SHORT), tmp_path)
    run = load_run(tmp_path)
    sample(run, SampleOptions(out=tmp_path / "new" / "s.gif", count=2, frames=2, start=1, steps=1))
    with Image.open(tmp_path / "new" / "s.gif") as film:
        assert film.n_frames == 3
    sample(run, SampleOptions(out=tmp_path / "s.png", count=2, frames=20, start=1, steps=1))
    assert (tmp_path / "s.png").stat().st_size > 1000
    with pytest.raises(InvalidInput, match="out: expected a name that ends in .gif"):
        sample(run, SampleOptions(out=tmp_path / "s.jpg"))


@pytest.mark.parametrize("changes, message", [
    ({"data": "digits", "films": None}, "data: expected balls, or the path of an .npy file with films, got 'digits'"),
    ({"scale": 2.0}, "scale: expected None, since balls are no file, got 2.0"),
    ({"balls": 6}, "balls: expected an integer in [1, 5], got 6"),
    ({"frames": 1}, "frames: expected an integer >= 2, got 1"),
])
def test_what_cannot_be_trained_on_is_refused(changes, message, tmp_path):
    none = {"films": None, "frames": None, "side": None, "balls": None} if "data" in changes else {}
    with pytest.raises(InvalidInput) as error:
        train(TrainOptions(**{**SHORT, **none, **changes}), tmp_path)
    assert message in str(error.value) and not list(tmp_path.iterdir())


def test_files_that_are_no_films_are_refused(tmp_path):
    path, _ = written(tmp_path)
    with pytest.raises(InvalidInput, match="side: expected None, since .*films.npy is a file, got 9"):
        train(TrainOptions(data=path, side=9), tmp_path / "run")
    np.save(tmp_path / "images.npy", np.zeros((4, 3, 5)))
    with pytest.raises(InvalidInput, match="expected films .films, frames, rows, columns. of at least 2 frames, got"):
        train(TrainOptions(data=str(tmp_path / "images.npy")), tmp_path / "run")
    np.save(tmp_path / "stills.npy", np.zeros((4, 1, 3, 5)))
    with pytest.raises(InvalidInput, match="of at least 2 frames, got shape .1, 3, 5., a film"):
        train(TrainOptions(data=str(tmp_path / "stills.npy")), tmp_path / "run")
    with pytest.raises(InvalidInput, match="nowhere.npy"):
        train(TrainOptions(data=str(tmp_path / "nowhere.npy")), tmp_path / "run")
    run, _ = from_file(tmp_path)
    np.save(tmp_path / "other.npy", np.zeros((2, 3, 2, 2)))
    with pytest.raises(InvalidInput, match="data: expected frames of 15 pixels, got 2 x 2"):
        evaluate(run, EvaluateOptions(data=str(tmp_path / "other.npy")))
    with pytest.raises(InvalidInput, match="scale: expected None without a file as data, got 9"):
        evaluate(run, EvaluateOptions(scale=9))
    (tmp_path / "films.npy").unlink()
    with pytest.raises(InvalidInput, match="no such file or folder"):
        evaluate(run, EvaluateOptions())
    with pytest.raises(InvalidInput, match="no such file or folder"):
        sample(run, SampleOptions(out=tmp_path / "s.npy"))
    sample(run, SampleOptions(out=tmp_path / "s.npy", start=0, frames=1, steps=1))


def test_a_run_made_in_python_is_told_to_stay_there(tmp_path):
    train_temporal(init_rtrbm(36, 3, np.random.default_rng(0)), balls(2, 0), rng=np.random.default_rng(0), epochs=1,
                   checkpoint=tmp_path)
    run = load_run(tmp_path)
    for act, options in ((evaluate, EvaluateOptions(data="balls")), (sample, SampleOptions())):
        with pytest.raises(InvalidInput, match="in Python there are predict_frames and generate_films"):
            act(run, options)


def test_past_is_refused_where_it_would_do_nothing(tmp_path):
    with pytest.raises(InvalidInput, match="^past: expected None with --model rtrbm, .*, got 3$"):
        train(TrainOptions(**SHORT, past=3), tmp_path)


def test_the_curves_of_a_run_have_the_units_of_frames(tmp_path, monkeypatch):
    train(TrainOptions(**SHORT), tmp_path)
    drawn = []
    monkeypatch.setattr(plots, "save", lambda fig, name, folder: drawn.append([ax.get_ylabel() for ax in fig.axes]))
    draw_training(load_run(tmp_path))
    assert "squared error of the next frame" in drawn[0] and "fraction of wrong classes" not in drawn[0]
