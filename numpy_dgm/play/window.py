"""A figure with buttons and sliders that a game is played in; a film or a picture of it where there is no window.

A `Window` has a figure that pyplot shows, or, for films, pictures and tests, nothing. While it runs, a timer plays a
turn some times a second. What changes with each turn is drawn anew over the rest, which is kept: a third of the time.
A kind of game says what a turn is, and how its state is drawn.
"""
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import get_backend, rc_context
from matplotlib.animation import PillowWriter
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import TimerBase
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.widgets import Button, Slider

from .. import plots
from ..foundation.types import Array

SIZE = (11.0, 6.4)  # inches
BLUE, ORANGE, AMBER = "#0072b2", "#d55e00", "#f0b000"  # told apart by the colour-blind, too
PALE_BLUE, PALE_ORANGE = "#99ccff", "#ffcc99"
FACE, HOVER, RUNNING = "0.93", "0.85", "#ffe9a8"  # of buttons
LEFT, RIGHT, GAP = 0.03, 0.97, 0.01  # edges of what is drawn, and what lies between two buttons
FRAMES = 60  # of a film

Box = tuple[float, float, float, float]  # left, bottom, width, height, as fractions of the figure


def open_figure(title: str) -> tuple[Figure, str]:
    """`(fig, why)`: a figure in a window of its own, and ""; or one in no window, and why."""
    from matplotlib import pyplot  # which finds out what can be shown here

    try:
        with rc_context({"toolbar": "None"}):  # whose zoom and pan would take the clicks
            fig = pyplot.figure(num=title, figsize=SIZE)
    except ImportError as error:  # a backend that was asked for and cannot be had here
        return hidden_figure(), str(error)
    if type(fig.canvas.new_timer()) is TimerBase:  # which never fires
        pyplot.close(fig)
        return hidden_figure(), (f"matplotlib's backend {get_backend()} opens none (it takes a display, and a "
                                 "toolkit, such as pip install PySide6-Essentials)")
    return fig, ""


def hidden_figure() -> Figure:
    """A figure of the same size in no window."""
    return Figure(figsize=SIZE)


def show_windows() -> None:
    """Show what `open_figure` opened, until it is closed."""
    from matplotlib import pyplot

    pyplot.show(block=True)


class Window:
    """The figure of a game, with its buttons, its sliders and its timer."""

    milliseconds = 50  # from one turn to the next while it runs

    def __init__(self, fig: Figure):
        self.figure = fig
        self.buttons: dict[str, Button] = {}
        self.sliders: dict[str, Slider] = {}
        self.moving: list[Artist] = []  # what changes with each turn, in the order in which it is drawn
        self.background: Any = None  # the pixels of all the rest; None where they must be drawn first
        self.is_running = False
        self.timer = fig.canvas.new_timer(interval=self.milliseconds)
        self.timer.add_callback(self.turn)
        fig.canvas.mpl_connect("draw_event", self.keep_background)

    def move(self) -> None:
        """What a turn does to the game; a kind of window says."""
        raise TypeError(f"{type(self).__name__}.move is not defined")

    def draw(self) -> None:
        """Bring the artists to the state of the game; a kind of window says."""
        raise TypeError(f"{type(self).__name__}.draw is not defined")

    def turn(self) -> None:
        """A turn of the game, drawn."""
        self.move()
        self.refresh()

    def refresh(self) -> None:
        """Draw the game as it stands: what changes with each turn alone, where the rest is there."""
        self.draw()
        canvas: Any = self.figure.canvas
        if self.background is None:
            canvas.draw_idle()
        else:
            canvas.restore_region(self.background)
            self.draw_moving()
            canvas.blit(self.figure.bbox)

    def keep_background(self, event) -> None:
        """All has just been drawn except what moves: keep it, and draw that over it."""
        canvas: Any = self.figure.canvas
        if canvas.supports_blit and not canvas.is_saving():
            self.background = canvas.copy_from_bbox(self.figure.bbox)
            self.draw_moving()

    def draw_moving(self) -> None:
        """Draw what changes with each turn."""
        for artist in self.moving:
            self.figure.draw_artist(artist)

    def let_move(self, *artists: Artist) -> None:
        """Have these artists drawn after all others, turn by turn."""
        for artist in artists:
            artist.set_animated(self.figure.canvas.supports_blit)
            self.moving.append(artist)

    def run_or_pause(self) -> None:
        """Start the timer, or stop it."""
        self.is_running = not self.is_running
        button = self.buttons["run"]
        button.label.set_text("pause" if self.is_running else "run")
        button.color = RUNNING if self.is_running else FACE
        button.ax.set_facecolor(button.color)
        if self.is_running:
            self.timer.start()
        else:
            self.timer.stop()
        self.background = None

    def add_picture(self, box: Box, title: str) -> Axes:
        """Axes with a title and without ticks."""
        ax = self.figure.add_axes(box)
        ax.set_title(title, fontsize=11)
        ax.set(xticks=[], yticks=[], anchor="N")
        return ax

    def add_buttons(self, acts: dict[str, Callable[[], None]], left: float = LEFT) -> None:
        """Buttons side by side at the bottom, from `left` to the right edge; after each act the game is drawn."""
        width = (RIGHT + GAP - left) / len(acts)
        for i, (name, act) in enumerate(acts.items()):
            ax = self.figure.add_axes((left + i * width, 0.05, width - GAP, 0.065))
            for edge in ax.spines.values():
                edge.set_edgecolor("0.6")
            button = Button(ax, name, color=FACE, hovercolor=HOVER, useblit=False)
            button.label.set_fontsize(10)
            button.on_clicked(self.then_refresh(act))
            self.buttons[name] = button

    def then_refresh(self, act: Callable[[], None]) -> Callable:
        """A function of an event that acts, and has the game drawn."""
        def on_event(event):
            act()
            self.refresh()

        return on_event

    def add_slider(self, name: str, box: Box, low: float, high: float, start: float,
                   act: Callable[[float], None]) -> None:
        """A slider on a logarithmic scale, that acts on its value."""
        ax = self.figure.add_axes(box)
        slider = Slider(ax, name, math.log10(low), math.log10(high), valinit=math.log10(start), color=BLUE,
                        initcolor="none")
        slider.label.set_fontsize(10)
        slider.valtext.set_text(f"{start:.2g}")

        def on_change(exponent):
            value = min(max(10**exponent, low), high)
            slider.valtext.set_text(f"{value:.2g}")
            act(value)
            self.background = None
            self.refresh()

        slider.on_changed(on_change)
        self.sliders[name] = slider


def write(window: Window, path: Path) -> Path:
    """Play FRAMES turns, and write them as a film, .gif, or how the last one looks, .png. Returns the path."""
    path = plots.figure_path(path.name, path.parent)
    if path.suffix == ".png":
        for _ in range(FRAMES):
            window.move()
        window.draw()
        return plots.save(window.figure, path.name, path.parent)
    writer = PillowWriter(fps=10)
    with writer.saving(window.figure, path, dpi=72):
        for _ in range(FRAMES):
            window.draw()
            writer.grab_frame()
            window.move()
    print(f"  film {path.parent.name}/{path.name}")
    return path


def blend(start: str, stop: str, amount: Array) -> Array:
    """Colours from `start`, where amount (N,) is 0, to `stop`, where it is 1: (N, 3)."""
    low, high = np.array(to_rgb(start)), np.array(to_rgb(stop))
    return low + amount[:, None] * (high - low)
