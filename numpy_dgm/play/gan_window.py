"""The window of `dgm play gan`: the ring, G's samples, what D says of every place, and where the samples are pushed.

lessons/figures/play_gan.png is made by

    dgm play gan --seed 4 --out lessons/figures/play_gan.png
"""
from pathlib import Path

import numpy as np

from ..foundation.types import Array
from .ring import RATE, REMEMBERED, WEIGHT, RingGame
from .window import BLUE, ORANGE, PALE_BLUE, PALE_ORANGE, RIGHT, Figure, Window, blend

STEPS = 15  # of both players a turn
LIMIT = 2.2  # of the axes, in standard deviations of the data
GRID = 110  # points of D's surface along each axis
LEVELS = 4  # of either colour of the surface
ARROWS = 100  # samples that have one
LONGEST = 0.5  # arrow
MOST_LOSS = 3.0  # of the axes of the losses
GROUND = "ground: blue where D says real, orange where it says fake"
PUSH = (r"arrows: $-\partial L_G / \partial x$, where $x = G(z)$" "\n"
        r"$L_G = $ mean softplus$(-D(x))$" "\n"
        "a step of G moves its samples along them,\nas far as one network can")


class GANWindow(Window):
    """A RingGame in a window."""

    film = Path("play_gan.gif")

    def __init__(self, game: RingGame, fig: Figure):
        super().__init__(fig)
        self.game = game
        places = np.linspace(-LIMIT, LIMIT, GRID, dtype=np.float32)
        self.places = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
        self.add_plane()
        self.add_losses()
        self.add_controls()
        self.background = None  # the sliders had the figure drawn before all was in it
        self.refresh()

    def add_plane(self) -> None:
        """D's surface, real cases, samples and their arrows."""
        ax = self.plane = self.add_picture((0.03, 0.075, 0.50, 0.86), "")
        ax.set_xlabel(GROUND, fontsize=9, color="0.35")
        self.surface = ax.imshow(np.ones((GRID, GRID, 3)), extent=(-LIMIT, LIMIT, -LIMIT, LIMIT), origin="lower",
                                 interpolation="nearest")
        x = self.game.samples()
        self.arrows = ax.quiver(*x[:ARROWS].T, *x[:ARROWS].T, angles="xy", scale_units="xy", scale=1, width=0.0035,
                                color="0.25")
        (self.real,) = ax.plot(*self.game.real.T, "o", color=BLUE, markersize=5, label="real cases")
        (self.samples,) = ax.plot(*x.T, "o", color=ORANGE, markersize=4.5, markeredgecolor="white",
                                  markeredgewidth=0.5, label="samples G(z)")
        ax.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT))
        legend = ax.legend(loc="upper right", fontsize=9, framealpha=0.9)
        self.let_move(self.surface, self.arrows, self.real, self.samples, legend, *ax.spines.values(), ax.title)

    def add_losses(self) -> None:
        """Both players' latest losses, and what they are where D cannot tell real from fake."""
        ax = self.figure.add_axes((0.62, 0.66, RIGHT - 0.62, 0.275))
        ax.set_title("losses; dotted: where D cannot tell real from fake", fontsize=10)
        ax.axhline(2 * np.log(2), color=BLUE, linestyle=":", linewidth=1)
        ax.axhline(np.log(2), color=ORANGE, linestyle=":", linewidth=1)
        (self.discriminator_line,) = ax.plot([], [], color=BLUE, linewidth=1, label="$L_D$, with the penalty")
        (self.generator_line,) = ax.plot([], [], color=ORANGE, linewidth=1, label="$L_G$")
        ax.set(xlim=(-REMEMBERED, 0), ylim=(0, MOST_LOSS))
        ax.set_xlabel("steps ago", fontsize=9, color="0.35")
        ax.tick_params(labelsize=8)
        ax.legend(loc="upper left", fontsize=9, ncols=2)
        self.let_move(self.discriminator_line, self.generator_line)

    def add_controls(self) -> None:
        """What the arrows are, two sliders, and a row of buttons."""
        self.figure.text(0.62, 0.475, PUSH, fontsize=11, va="center", linespacing=1.5)
        self.add_slider("learning rate", (0.72, 0.275, 0.18, 0.03), 1e-4, 0.03, RATE, self.game.set_rate)
        self.add_slider("penalty R1", (0.72, 0.205, 0.18, 0.03), 1e-3, 10, WEIGHT, self.game.set_weight)
        self.add_buttons({"run": self.run_or_pause, "step D": self.game.step_discriminator,
                          "step G": self.game.step_generator, "begin anew": self.game.begin}, left=0.60)

    def begin_film(self) -> None:
        """A film shows the two from the start: nothing is to be done."""

    def move(self) -> None:
        """Steps of both players."""
        for _ in range(STEPS):
            self.game.step()

    def draw(self) -> None:
        """D's surface, the samples, their arrows, the losses."""
        game = self.game
        self.plane.set_title(f"{game.discriminator_steps:,} steps of D, {game.generator_steps:,} of G: "
                             f"samples at {game.modes_found()} of the 8 modes", fontsize=11)
        p = game.surface(self.places)
        self.surface.set_data(colours_of(p).reshape(GRID, GRID, 3))
        x = game.samples()
        self.samples.set_data(*x.T)
        self.arrows.set_offsets(x[:ARROWS])
        self.arrows.set_UVC(*arrows(game.push(x)[:ARROWS]).T)
        for line, losses in ((self.discriminator_line, game.discriminator_losses),
                             (self.generator_line, game.generator_losses)):
            line.set_data(np.arange(len(losses)) - len(losses) + 1, losses)


def arrows(push: Array) -> Array:
    """Arrows (N, 2) along push (N, 2), as long as LONGEST · |push| / (1 + |push|)."""
    return LONGEST * push / (1 + np.linalg.norm(push, axis=1, keepdims=True))


def colours_of(p: Array) -> Array:
    """The colours (N, 3) of p (N,): pale orange at 1/4 and below, white at 1/2, pale blue at 3/4 and above, in steps.

    So that the slope is seen, as on a map, and a film is small.
    """
    certainty = np.round(LEVELS * np.clip(4 * p - 2, -1, 1)) / LEVELS
    says_fake = blend("white", PALE_ORANGE, np.maximum(-certainty, 0))
    says_real = blend("white", PALE_BLUE, np.maximum(certainty, 0))
    return np.minimum(says_fake, says_real)
