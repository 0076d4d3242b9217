"""Figures: what is drawn is what was passed in."""
import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageSequence

import numpy_dgm
from numpy_dgm import RBM, plots
from numpy_dgm.data import ring_of_gaussians
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.progress import History


def test_a_tile_holds_every_image_in_its_place():
    images = np.arange(5 * 6.0).reshape(5, 6)
    canvas = plots.tile(images, image_shape=(2, 3), columns=2)
    assert canvas.shape == (3 * 3 - 1, 2 * 4 - 1)
    for i in range(5):
        top, left = 3 * (i // 2), 4 * (i % 2)
        np.testing.assert_array_equal(canvas[top : top + 2, left : left + 3], images[i].reshape(2, 3))
    assert np.isnan(canvas[2]).all() and np.isnan(canvas[:, 3]).all() and np.isnan(canvas[6:, 4:]).all()


def test_images_are_square_where_no_shape_is_given():
    assert plots.square_shape(64) == (8, 8)
    message = r"^image_shape: expected \(rows, columns\), got None for images of 10 pixels, which are not square$"
    with pytest.raises(InvalidInput, match=message):
        plots.square_shape(10)
    with pytest.raises(InvalidInput, match="^image_shape: expected a shape of 5 pixels, got 2 x 3$"):
        plots.tile(np.zeros((1, 5)), image_shape=(2, 3))


@pytest.mark.parametrize("colours_first", [False, True])
def test_a_tile_of_colour_images_has_their_colours_last(colours_first):
    images = np.random.default_rng(0).random((5, 2, 4, 3))
    flat = (np.moveaxis(images, -1, 1) if colours_first else images).reshape(5, 24)
    shape = (3, 2, 4) if colours_first else (2, 4, 3)
    canvas = plots.tile(flat, image_shape=shape, columns=2)
    assert canvas.shape == (3 * 3 - 1, 2 * 5 - 1, 3) and np.isfinite(canvas).all()
    for i in range(5):
        top, left = 3 * (i // 2), 5 * (i % 2)
        np.testing.assert_array_equal(canvas[top : top + 2, left : left + 4], images[i])
    fig = plots.samples(flat, shape)
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array()[:2, :4], images[0])
    assert plots.image_size(shape) == plots.image_size((2, 4)) == (2, 4)
    plots.chains_over_time(flat.reshape(5, 1, 24), shape)


@pytest.mark.parametrize("shape", [(24,), (2, 2, 6), (2, 4, 3, 1), (5, 5)])
def test_other_shapes_are_no_images(shape):
    with pytest.raises(InvalidInput, match="^image_shape: expected a shape of 24 pixels, got "):
        plots.tile(np.zeros((2, 24)), image_shape=shape)


def test_cases_that_are_no_images_are_drawn_as_a_table():
    x = np.random.default_rng(0).random((7, 11))
    fig = plots.samples(x, names=[3, 8, 3, 8, 3, 8, 3])
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), x)
    assert fig.axes[0].get_xlabel() == "column" and fig.axes[0].get_ylabel() == "sample"
    assert [text.get_text() for text in fig.axes[0].get_yticklabels()][:2] == ["3", "8"]
    W = np.random.default_rng(0).normal(size=(11, 120))
    fig = plots.filters(RBM(W=W, b=np.zeros(11), c=np.zeros(120)))
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), W.T[:100])
    assert fig.axes[0].get_ylabel() == "hidden unit"
    np.testing.assert_allclose(fig.axes[0].images[0].get_clim(), np.array([-1, 1]) * np.abs(W[:, :100]).max())


def test_numbers_beyond_0_and_1_are_drawn_from_the_lowest_to_the_highest():
    for x, n_axes in ((np.array([[-2.0, 0.5, 0, 4]]), 2), (np.array([[0.0, 0.5, 0.25, 1]]), 1)):
        fig = plots.samples(x)
        assert len(fig.axes) == n_axes and fig.axes[0].images[0].get_clim() == (x.min(), x.max())
    rgb = np.array([[-1.0, 0, 3] * 4])
    np.testing.assert_allclose(plots.samples(rgb, (2, 2, 3)).axes[0].images[0].get_array()[0, 0], [0, 0.25, 1])


def test_filters_of_colour_images_are_grey_where_a_weight_is_zero():
    W = np.zeros((12, 2))
    W[:3, 0] = 2, -2, 1
    image = plots.filters(RBM(W=W, b=np.zeros(12), c=np.zeros(2)), (2, 2, 3)).axes[0].images[0].get_array()
    np.testing.assert_allclose(image[0, 0], [1, 0, 0.75])
    np.testing.assert_allclose(image[1, 1], 0.5)


def test_names_stand_in_the_corner_of_their_images_and_are_no_formulas(tmp_path):
    names = ["a", "$x^2", "long" * 10, 2**64, "b\x1b"]
    shown = ["a", r"\$x^2", "longlonglonglongl...", "18446744073709551616", "b\\x1b"]
    fig = plots.samples(np.random.default_rng(0).random((5, 6)), (2, 3), columns=2, names=names)
    texts = fig.axes[0].texts
    assert [text.get_text() for text in texts] == shown
    assert [text.get_position() for text in texts] == [(0, 0), (4, 0), (0, 3), (4, 3), (0, 6)]
    plots.save(fig, "names.png", tmp_path)


def drawn_image(fig):
    return fig.axes[0].images[0].get_array().filled(np.nan)


def test_filters_are_the_columns_of_W_on_one_scale():
    W = np.random.default_rng(0).normal(size=(9, 4))
    fig = plots.filters(RBM(W=W, b=np.zeros(9), c=np.zeros(4)))
    np.testing.assert_array_equal(drawn_image(fig)[:3, :3].ravel(), W[:, 0])
    np.testing.assert_array_equal(drawn_image(fig)[:3, 4:7].ravel(), W[:, 1])
    low, high = fig.axes[0].images[0].get_clim()
    assert -low == high == np.abs(W).max()


def test_a_line_of_chains_over_time_is_one_chain():
    states = np.random.default_rng(0).random((3, 2, 4))  # 3 times, 2 chains, 2x2 pixels
    image = drawn_image(plots.chains_over_time(states, steps=[0, 10, 100]))
    for chain in range(2):
        for time in range(3):
            drawn = image[3 * chain : 3 * chain + 2, 3 * time : 3 * time + 2]
            np.testing.assert_array_equal(drawn.ravel(), states[time, chain])


def test_scatter_shows_cases_and_centres_within_the_axes():
    x, ring = np.random.default_rng(0).normal(size=(30, 2)), ring_of_gaussians()
    centres, points = plots.scatter(x, ring, title="t").axes[0].lines
    np.testing.assert_array_equal(np.stack(points.get_data(), axis=1), x)
    np.testing.assert_array_equal(np.stack(centres.get_data(), axis=1), ring.centres)
    assert points.axes.get_xlim() == points.axes.get_ylim() == (-1.4, 1.4)
    assert len(plots.scatter(x).axes[0].lines) == 1


def test_a_film_has_a_frame_a_record_and_stays_on_the_last(tmp_path):
    frames = [(step, np.full((3, 2), step / 10)) for step in range(4)]
    path = plots.save_film(frames, ring_of_gaussians(), "film.gif", tmp_path / "new")
    with Image.open(path) as film:
        frames = ImageSequence.Iterator(film)
        images = [np.asarray(frame.convert("L"), dtype=float)[60:] for frame in frames]  # without the title
        assert film.info["duration"] >= 100
    changes = [np.abs(a - b).max() > 50 for a, b in zip(images, images[1:])]
    assert changes[:3] == [True, True, True] and not any(changes[3:])


def test_gan_curves_show_each_series_against_the_step():
    history, names = History(), ("distance", "spread", "accuracy_real", "accuracy_fake", "discriminator_loss",
                                 "generator_loss", "discriminator_gradient", "generator_gradient")
    for step in (10, 20):
        history.record(step=step, **{name: step + i for i, name in enumerate(names)})
    lines = {line.get_label(): line for ax in plots.gan_curves(history).axes for line in ax.lines}
    assert set(lines) == {name.replace("_", " ") for name in names}
    for i, name in enumerate(names):
        np.testing.assert_array_equal(lines[name.replace("_", " ")].get_data(), [[10, 20], [10 + i, 20 + i]])


def test_training_curves_show_each_series_against_the_epoch():
    history = History()
    for epoch in range(4):
        history.record(rate=0.1, free_energy=-epoch, validation_free_energy=-epoch / 2, weight_norm=epoch)
    fig = plots.training_curves(history)
    lines = {line.get_label(): line for ax in fig.axes for line in ax.lines}
    np.testing.assert_array_equal(lines["validation free energy"].get_ydata(), [0, -0.5, -1, -1.5])
    np.testing.assert_array_equal(lines["free energy"].get_xdata(), [1, 2, 3, 4])
    assert len(fig.axes) == 3  # the two free energies share one
    message = r"^names: expected some of rate, free_energy, .*, got \['nonsense'\]$"
    with pytest.raises(InvalidInput, match=message):
        plots.training_curves(history, ["nonsense"])


def test_series_that_mean_another_thing_are_drawn_in_their_own_unit():
    history = History({"loss": [3.0, 2.0], "squared_error": [5.0, 4.0], "error": [9.0, 8.0], "rate": [0.1, 0.0]})
    labels = [ax.get_ylabel() for ax in plots.training_curves(history).axes]
    assert labels == ["cross-entropy, nats per case", "squared error per case", "fraction of wrong classes",
                      "learning rate"]
    units = {"error": "squared error of a frame", "validation_error": "squared error of a frame"}
    labels = [ax.get_ylabel() for ax in plots.training_curves(history, units=units).axes]
    assert labels == ["squared error of a frame", "cross-entropy, nats per case", "squared error per case",
                      "learning rate"]


def test_the_errors_of_ratings_share_their_axes():
    history = History({"rmse": [1.0, 0.8], "validation_rmse": [1.1, 0.9], "rate": [0.1, 0.0]})
    first, _ = plots.training_curves(history).axes
    assert [line.get_label() for line in first.lines] == ["rmse", "validation rmse"]


def test_free_energy_histograms_are_densities_on_common_bins():
    rng = np.random.default_rng(0)
    fig = plots.free_energy_histogram({"training": rng.normal(size=300), "test": rng.normal(size=100) + 1})
    assert [text.get_text().split(" (")[0] for text in fig.axes[0].get_legend().get_texts()] == ["training", "test"]


def test_save_writes_a_png_and_prints_where(tmp_path, capsys):
    path = plots.save(plots.samples(np.eye(4)), "eye.png", tmp_path / "new")
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and "figure new/eye.png" in capsys.readouterr().out
    assert isinstance(plots.new_figure()[0], Figure)


def texts_of(fig):
    return {text.get_text(): text.get_position() for text in fig.axes[0].texts}


def test_the_graph_of_an_rbm_has_an_edge_a_weight_from_its_visible_to_its_hidden_unit():
    W = np.array([[3.0, -1.5], [0.0, 0.75], [-3.0, 1.0]])
    fig = plots.rbm_graph(W, ["a film", "b", "$c"], ["x", "y"], title="likes")
    circles = [patch.center for patch in fig.axes[0].patches]
    visible, hidden = circles[:3], circles[3:]
    assert len(circles) == 5 and all(y == 0 for _, y in visible) and all(y > 1 for _, y in hidden)
    edges = {tuple(line.get_xydata().ravel()): line for line in fig.axes[0].lines}
    assert len(edges) == 6
    for i, start in enumerate(visible):
        for j, stop in enumerate(hidden):
            line = edges[(*start, *stop)]
            red, _, blue, _ = line.get_color()
            assert np.sign(round(red - blue, 2)) == np.sign(W[i, j])
            np.testing.assert_allclose(line.get_linewidth(), 0.5 + 4 * abs(W[i, j]) / 3)
    texts = texts_of(fig)
    assert texts["a film"][0] == visible[0][0] and texts["a film"][1] < 0 and texts[r"\$c"][0] == visible[2][0]
    assert texts["y"][0] == hidden[1][0] and texts["y"][1] > hidden[1][1]
    x, y = texts["−1.5"]
    np.testing.assert_allclose((x - visible[0][0]) / (hidden[1][0] - visible[0][0]), y / hidden[1][1])
    assert {"$v_{0}$", "$h_{1}$", "3", "0", "−3"} <= set(texts) and fig.axes[0].get_title() == "likes"


def test_large_graphs_of_an_rbm_have_no_numbers_and_fit_a_page():
    fig = plots.rbm_graph(np.random.default_rng(0).normal(size=(64, 16)))
    assert len(fig.axes[0].lines) == 64 * 16 and len(fig.axes[0].texts) == 80 and fig.get_figwidth() <= 9
    assert plots.rbm_graph(np.zeros((1, 1))).axes[0].texts


@pytest.mark.parametrize("arguments, message", [
    (([1.0, 2.0],), r"^W: expected weights \(D, K\), got shape \(2,\)$"),
    (([[1.0], [2.0]], ["a"]), "^visible_names: expected 2 names, one a unit, got 1$"),
    (([[1.0], [2.0]], None, "ab"), "^hidden_names: expected 1 names, one a unit, got 2$"),
])
def test_a_graph_of_an_rbm_needs_its_weights_and_a_name_a_unit(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        plots.rbm_graph(*arguments)


def test_a_chain_shows_images_and_columns_with_hidden_layers_above():
    v, h = np.array([1, 0, 0, 1.0, 0, 1]), np.array([[0.25, 1]])
    fig = plots.gibbs_chain([("v", v), ("p(h given v)", h), ("v'", 1 - v)], image_shape=(2, 3))
    squares = [patch for patch in fig.axes[0].patches if type(patch).__name__ == "Rectangle"]
    assert len(squares) == 14 and len(fig.axes[0].patches) == 16  # and two arrows
    image, column = squares[:6], squares[6:8]
    by_place = sorted(image, key=lambda square: (-square.get_y(), square.get_x()))  # read as a page
    assert [square.get_facecolor()[0] < 0.5 for square in by_place] == [True, False, False, True, False, True]
    above = max(column, key=lambda square: square.get_y())  # h_1 stands above h_2
    assert above.get_facecolor()[0] > 0.7 and column[0].get_x() == column[1].get_x()
    assert min(square.get_y() for square in column) > 0.5 > max(square.get_y() for square in image)
    texts = texts_of(fig)
    assert {"v", "p(h given v)", "v'", ".25"} == set(texts)
    assert above.get_y() < texts[".25"][1] < above.get_y() + above.get_height()


def test_a_chain_needs_layers_of_one_case():
    with pytest.raises(InvalidInput, match=r"^layers: expected the values of one case, .*, got shape \(2, 3\)$"):
        plots.gibbs_chain([("v", np.zeros((2, 3)))])
    with pytest.raises(InvalidInput, match="^layers: expected at least one"):
        plots.gibbs_chain([])


def test_a_network_has_a_column_a_layer_and_dots_for_units_that_are_left_out():
    fig = plots.network([("x", 3), ("tanh", 64), ("s", 1)], title="D")
    circles = [patch for patch in fig.axes[0].patches if patch.radius > 0.1]
    dots = [patch for patch in fig.axes[0].patches if patch.radius < 0.1]
    columns = sorted({circle.center[0] for circle in circles})
    assert [sum(circle.center[0] == x for circle in circles) for x in columns] == [3, 6, 1]
    assert [dot.center[0] for dot in dots] == [columns[1]] * 3
    assert len(fig.axes[0].lines) == 3 * 6 + 6 * 1
    texts = texts_of(fig)
    assert set(texts) == {"x", "tanh", "s", "3", "64", "1"} and texts["64"][0] == texts["tanh"][0] == columns[1]
    assert len(plots.network([("x", 8)]).axes[0].patches) == 8
    with pytest.raises(InvalidInput, match="^units of x: expected an integer >= 1, got 0$"):
        plots.network([("x", 0)])
    with pytest.raises(InvalidInput, match="^layers: expected at least one"):
        plots.network([])


def test_a_circuit_has_values_above_and_slopes_below_its_nodes():
    nodes = {"x": (0, 0, -2.0, -4.0), "y": (0, 1, 5, None), "q": (1, 0.5, 3, 1)}
    fig = plots.circuit(nodes, [("x", "q"), ("y", "q")], title="q = x + y")
    texts = {(text.get_text(), text.get_color()): text.get_position() for text in fig.axes[0].texts}
    assert {text for text, _ in texts} == {"x", "y", "q", "−2", "−4", "5", "3", "1"}
    assert texts["−2", "C0"][1] > texts["x", "black"][1] > texts["−4", plots.ORANGE][1] > texts["y", "black"][1]
    assert texts["−2", "C0"][0] == texts["x", "black"][0] < texts["q", "black"][0]
    arrows = [patch for patch in fig.axes[0].patches if type(patch).__name__ == "FancyArrowPatch"]
    assert [arrow.patchB.get_x() > arrow.patchA.get_x() for arrow in arrows] == [True, True]
    with pytest.raises(InvalidInput, match="^edges: expected one of 'x', 'y', 'q', got 'z'$"):
        plots.circuit(nodes, [("x", "z")])


class FakeIPython:
    """What `save` needs of IPython: whether code runs under it, and what was displayed."""

    version_info = (9, 0)  # matplotlib asks for it when it makes its first canvas

    def __init__(self, shell):
        self.shell, self.displayed = shell, []
        self.display = self  # the module IPython.display

    def get_ipython(self):
        return self.shell

    def Image(self, data):  # noqa: N802
        return data

    def __call__(self, data):
        self.displayed.append(data)


@pytest.fixture
def ipython(monkeypatch):
    """Code that runs under IPython, as far as `save` can tell."""
    fake = FakeIPython("a shell")
    monkeypatch.setitem(sys.modules, "IPython", fake)
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    return fake


def test_under_ipython_a_figure_is_shown_once(ipython, tmp_path):
    path = plots.save(plots.samples(np.eye(4)), "eye.png", tmp_path)
    assert ipython.displayed == [path.read_bytes()]
    film = plots.save_film([(0, np.zeros((3, 2)))], ring_of_gaussians(), "film.gif", tmp_path)
    assert ipython.displayed[1:] == [film.read_bytes()]


def test_where_ipython_is_imported_but_does_not_run_nothing_is_shown(ipython, tmp_path):
    ipython.shell = None
    plots.save(plots.samples(np.eye(4)), "eye.png", tmp_path)
    assert not ipython.displayed


def test_ipython_is_not_imported():
    program = "import sys, numpy_dgm.plots; sys.exit('IPython' in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


CELL = "from numpy_dgm import plots\nplots.save(plots.new_figure()[0], 'x.png')\n"


def test_a_figure_is_written_beside_the_file_that_draws_it_wherever_it_is_run_from(tmp_path):
    script = tmp_path / "lessons" / "09_x.py"
    script.parent.mkdir()
    script.write_text(CELL, encoding="utf8")
    for folder, name in ((tmp_path, "lessons/09_x.py"), (tmp_path / "lessons", "09_x.py"), ("/", str(script))):
        done = subprocess.run([sys.executable, name], cwd=folder, capture_output=True, encoding="utf8", check=True)
        assert done.stdout == "  figure figures/x.png\n"
        (tmp_path / "lessons" / "figures" / "x.png").unlink()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["09_x.py", "figures", "lessons"]


@pytest.mark.parametrize("working_directory, written", [
    ("project", "project/lessons/figures/x.png"), ("project/lessons", "project/lessons/figures/x.png"),
    ("elsewhere", "elsewhere/figures/x.png"),
])
def test_a_cell_of_a_notebook_writes_to_the_lessons_it_runs_in(working_directory, written, tmp_path, monkeypatch):
    (tmp_path / "project" / "lessons").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / working_directory)
    exec(CELL, {"__name__": "__main__"})
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")] == [written]


def test_a_figure_keeps_its_colours_in_few_bytes(tmp_path):
    fig, (ax,) = plots.new_figure(width=9.0, height=4.0)
    rng = np.random.default_rng(0)
    for i in range(10):
        ax.plot(rng.random(50), rng.random(50), ".-", color=f"C{i}", linewidth=3)
    path = plots.save(fig, "lines.png", tmp_path)
    fig.savefig(tmp_path / "plain.png", dpi=100)
    with Image.open(path) as small, Image.open(tmp_path / "plain.png") as plain:
        difference = np.abs(np.asarray(small.convert("RGB"), float) - np.asarray(plain.convert("RGB"), float))
    assert difference.mean() < 2 and np.quantile(difference, 0.999) < 40
    assert path.stat().st_size < 0.6 * (tmp_path / "plain.png").stat().st_size


def test_no_other_module_imports_matplotlib():
    package = Path(numpy_dgm.__file__).parent
    drawing = (package / "plots.py", package / "play" / "window.py")
    for path in package.rglob("*.py"):
        imported = [
            name for node in ast.walk(ast.parse(path.read_text(encoding="utf8")))
            for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                         else [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        ]
        assert path in drawing or not any(name.startswith("matplotlib") for name in imported), path


def test_imports_never_run_up_the_package():
    """foundation < data, energy, neural < adversarial < estimators, plots < runs < json_output < course < demo,
    play < the command.

    Of energy, unrolling.py alone may use neural.
    """
    floors = {"__version__": 0, "foundation": 0, "data": 1, "energy": 1, "neural": 1, "adversarial": 2,
              "estimators": 3, "plots": 3, "runs": 4, "json_output": 5, "course": 6, "demo": 7, "play": 7, "command": 8,
              "__main__": 9}
    package = Path(numpy_dgm.__file__).parent
    for path in package.rglob("*.py"):
        own = path.relative_to(package).parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.ImportFrom) and node.level > 0:
                base = path.parent if node.level == 1 else path.parent.parent
                target = base.joinpath(*(node.module or "").split("."))
                names = [target] if node.module else [base / alias.name for alias in node.names]
                for name in names:
                    other = name.relative_to(package).parts[0]
                    unrolls = path.name == "unrolling.py" and other == "neural"
                    allowed = other == own or floors[other] < floors[own] or unrolls
                    assert allowed, f"{path} imports {other}"


def test_a_film_of_images_has_their_frames_side_by_side(tmp_path):
    """Two films of three frames of 4 x 6: a bar that goes down on the left, and up on the right."""
    films = np.zeros((2, 3, 4, 6))
    for t in range(3):
        films[0, t, t], films[1, t, 3 - t] = 1, 1
    path = plots.save_frames(films, "film.gif", tmp_path / "new")
    with Image.open(path) as film:
        assert film.info["duration"] == 100
        images = [np.asarray(frame.convert("L"), dtype=float) for frame in ImageSequence.Iterator(film)]
    assert len(images) == 3
    for t, image in enumerate(images):
        dark = image < 60
        rows, columns = np.nonzero(dark)
        left = rows[columns < dark.shape[1] / 2].mean() / dark.shape[0]
        right = rows[columns > dark.shape[1] / 2].mean() / dark.shape[0]
        np.testing.assert_allclose([left, right], [(t + 0.5) / 4, (3.5 - t) / 4], atol=0.06)


def test_a_map_has_a_colour_and_a_name_a_class():
    codes = np.random.default_rng(0).normal(size=(30, 2))
    labels = np.arange(30) % 3
    (ax,) = plots.code_map(codes, labels, ("a", "b", 7), "a map").axes
    for label, line in enumerate(ax.lines):
        np.testing.assert_array_equal(np.column_stack(line.get_data()), codes[labels == label])
    assert len({line.get_color() for line in ax.lines}) == 3 and ax.get_title() == "a map"
    assert [text.get_text() for text in ax.texts] == ["a", "b", "7"]
    np.testing.assert_allclose(ax.texts[1].get_position(), np.median(codes[labels == 1], axis=0))


def test_a_map_without_labels_has_all_cases_in_one_colour_and_no_names():
    codes = np.random.default_rng(0).normal(size=(30, 2))
    (ax,) = plots.code_map(codes).axes
    (line,) = ax.lines
    np.testing.assert_array_equal(np.column_stack(line.get_data()), codes)
    assert not ax.texts
    (ax,) = plots.code_map(codes, np.arange(30)).axes  # more classes than colours, and no names
    assert len(ax.lines) == 30 and not ax.texts
