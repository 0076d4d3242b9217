"""Films and pictures of a game, and where there is a window and where not."""
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.backend_bases import TimerBase
from PIL import Image, ImageSequence

from numpy_dgm.play import window as module
from numpy_dgm.play.window import Window, blend, hidden_figure, open_figure, write


class Counter(Window):
    """A game that counts, and paints its one picture so grey."""

    def __init__(self, fig):
        super().__init__(fig)
        self.count = 0
        ax = self.add_picture((0.1, 0.1, 0.8, 0.8), "")
        self.image = ax.imshow([[0.0]], cmap="gray", vmin=0, vmax=4)
        self.let_move(self.image)

    def move(self):
        self.count += 1

    def draw(self):
        self.image.set_data([[self.count]])


@pytest.fixture
def frames(monkeypatch):
    """Films of four frames."""
    monkeypatch.setattr(module, "FRAMES", 4)


def middle(image):
    """How light the middle of an image is, from 0 to 4."""
    pixels = np.asarray(image.convert("L"), float)
    return 4 * pixels[pixels.shape[0] // 2, pixels.shape[1] // 2] / 255


def test_a_film_has_a_frame_a_turn(frames, tmp_path):
    path = write(Counter(hidden_figure()), tmp_path / "new" / "film.gif")
    assert path == tmp_path / "new" / "film.gif"
    with Image.open(path) as film:
        assert film.info["duration"] == 100
        greys = [middle(frame) for frame in ImageSequence.Iterator(film)]
    np.testing.assert_allclose(greys, [0, 1, 2, 3], atol=0.1)


def test_a_picture_shows_the_last_turn(frames, tmp_path):
    path = write(Counter(hidden_figure()), tmp_path / "picture.png")
    with Image.open(path) as image:
        assert image.size == (1100, 640)
        np.testing.assert_allclose(middle(image), 4, atol=0.1)


def test_without_a_window_it_is_said_why():
    pyplot.switch_backend("agg")
    fig, why = open_figure("a title")
    assert why.startswith("matplotlib's backend agg opens none") and "PySide6" in why
    assert not pyplot.get_fignums() and fig.get_size_inches().tolist() == [11.0, 6.4]


def test_a_backend_that_cannot_be_had_is_no_window_either(monkeypatch):
    def refuse(*arguments, **named):
        raise ImportError("Cannot load backend 'QtAgg'")

    monkeypatch.setattr(pyplot, "figure", refuse)
    fig, why = open_figure("a title")
    assert why == "Cannot load backend 'QtAgg'" and fig.get_size_inches().tolist() == [11.0, 6.4]


def test_a_figure_whose_timers_fire_is_a_window_without_a_toolbar(monkeypatch):
    class Ticking(TimerBase):
        pass

    asked = {}

    def figure(**named):
        asked.update(named, toolbar=pyplot.rcParams["toolbar"])
        fig = hidden_figure()
        fig.canvas.new_timer = Ticking
        return fig

    monkeypatch.setattr(pyplot, "figure", figure)
    assert open_figure("a title")[1] == ""
    assert asked == {"num": "a title", "figsize": (11.0, 6.4), "toolbar": "None"}


def test_colours_are_mixed():
    np.testing.assert_allclose(blend("black", "#ff8000", np.array([0, 0.5, 1])),
                               [[0, 0, 0], [0.5, 64 / 255, 0], [1, 128 / 255, 0]])
