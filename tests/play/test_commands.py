"""`dgm play` as a person meets it."""
import numpy as np
import pytest
from matplotlib import pyplot
from PIL import Image

from numpy_dgm import init_mlp, init_rbm, load_run, make_gan, train_gan, train_rbm
from numpy_dgm.__main__ import main
from numpy_dgm.data import open_data, ring_of_gaussians
from numpy_dgm.play import commands, window
from numpy_dgm.play.chain import Chain
from numpy_dgm.play.gan_window import GANWindow
from numpy_dgm.play.rbm_window import RBMWindow
from numpy_dgm.play.ring import RingGame


@pytest.fixture(autouse=True)
def no_window(monkeypatch):
    """No window on any machine, and films of one frame."""
    pyplot.switch_backend("agg")
    monkeypatch.setattr(window, "FRAMES", 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run on named data in `run`, one on an array of 12 pixels in `array`, and a GAN's in `gan`."""
    folder = tmp_path_factory.mktemp("play")
    rng = np.random.default_rng(0)
    digits = open_data("digits", part="train")
    train_rbm(init_rbm(64, 4, rng, digits), digits, rng=rng, epochs=1, checkpoint=folder / "run")
    x = rng.integers(0, 2, (20, 12)).astype(float)
    train_rbm(init_rbm(12, 3, rng), x, rng=rng, epochs=1, checkpoint=folder / "array")
    gan = make_gan(init_mlp([2, 4, 2], rng), init_mlp([2, 4, 1], rng))
    train_gan(gan, ring_of_gaussians(), rng=rng, steps=1, checkpoint=folder / "gan")
    return folder


def played(monkeypatch):
    """The windows that are shown, in place of showing them."""
    shown = []
    monkeypatch.setattr(commands, "open_figure", lambda title: (window.hidden_figure(), ""))
    monkeypatch.setattr(commands, "show_windows", lambda: shown.append("shown"))
    for name, kind in (("RBMWindow", RBMWindow), ("GANWindow", GANWindow)):
        def make(*arguments, kind=kind):
            shown.append(kind(*arguments))
            return shown[-1]

        monkeypatch.setattr(commands, name, make)
    return shown


@pytest.mark.parametrize("arguments, name", [(["rbm", "run"], "play_rbm.gif"), (["gan"], "play_gan.gif")])
def test_without_a_display_a_film_is_written_and_it_is_said_why_and_where(folder, arguments, name, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    written = []
    monkeypatch.setattr(commands, "write", lambda window, path: written.append((window, path)) or path)
    assert main(["play", *arguments]) == 0
    [(game, path)] = written
    assert path.name == str(path) == name and (name == "play_gan.gif" or game.chain.clamped[32:].all())
    out = capsys.readouterr().out
    assert out.startswith("no window, since matplotlib's backend agg opens none")
    assert out.endswith(f"; {name} is a film of 60 frames instead\n")


def test_out_is_written_whether_there_is_a_display_or_not(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    shown = played(monkeypatch)
    monkeypatch.setattr(commands, "open_figure", None)
    assert main(["play", "rbm", "run", "--out", "new/x.png"]) == 0
    assert "no window" not in capsys.readouterr().out and "shown" not in shown
    assert shown[0].chain.clamped[32:].all() and not shown[0].chain.clamped[:32].any() and shown[0].chain.steps == 1
    with Image.open("new/x.png") as image:
        assert image.size == (1100, 640)


def test_a_window_is_shown_where_there_is_one(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    shown = played(monkeypatch)
    before = set(folder.rglob("*"))
    assert main(["play", "rbm", "run", "--seed", "3"]) == 0 and main(["play", "gan", "--seed", "3"]) == 0
    assert shown[1] == shown[3] == "shown" and set(folder.rglob("*")) == before and capsys.readouterr() == ("", "")
    assert (shown[0].rows, shown[0].columns) == (8, 8) and not shown[0].chain.clamped.any()
    chain = Chain(load_run("run").model, np.random.default_rng(3))
    assert len(shown[0].chain.cases) == 1437 and np.array_equal(shown[0].chain.v, chain.v)
    assert np.array_equal(shown[2].game.z, RingGame(np.random.default_rng(3)).z)


def test_a_run_whose_data_are_not_there_is_played_without_cases(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    shown = played(monkeypatch)
    assert main(["play", "rbm", "array", "--image-shape", "3", "4"]) == 0
    assert capsys.readouterr().err == ("dgm: no training cases to start at: the run's data are not there, or have "
                                       "changed\n")
    assert shown[0].chain.cases is None and (shown[0].rows, shown[0].columns) == (3, 4)


@pytest.mark.parametrize("arguments, message", [
    (["rbm", "gan"], "gan: expected a run of kind rbm, got gan"),
    (["rbm", "nowhere"], "expected a checkpoint, got no such file"),
    (["rbm", "array"], "image_shape: expected (rows, columns), got None for images of 12 pixels, which are not square"),
    (["rbm", "run", "--image-shape", "3", "4"], "image_shape: expected rows and columns of 64 pixels, got 3 x 4"),
    (["rbm", "run", "--out", "x.mp4"], "expected a name that ends in .gif (a film) or .png (a picture), got x.mp4"),
    (["gan", "--out", "x"], "out: expected a name that ends in .gif"),
    (["gan", "--seed", "-1"], "seed: expected an integer >= 0, got -1"),
    (["rbm"], "required: RUN"),
    ([], "required: GAME"),
])
def test_what_cannot_be_played_is_refused_in_a_sentence(folder, arguments, message, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    before = set(folder.rglob("*"))
    try:
        code = main(["play", *arguments])
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2 and message in capsys.readouterr().err and set(folder.rglob("*")) == before


def test_images_in_colour_have_no_rows_and_columns_of_bits(folder, monkeypatch):
    run = commands.load_run(folder / "array")
    run.description["image_shape"] = [2, 2, 3]
    options = commands.RBMOptions()
    message = "^image_shape: expected rows and columns of 12 pixels, got 2 x 2 x 3$"
    with pytest.raises(commands.InvalidInput, match=message):
        commands.shape_of_images(run, options)


@pytest.mark.parametrize("game", [[], ["rbm"], ["gan"]])
def test_help_teaches(game, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["play", *game, "--help"])
    out = capsys.readouterr().out
    assert stopped.value.code == 0 and len(out) > 300 and "dgm play" in out
