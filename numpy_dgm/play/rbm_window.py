"""The window of `dgm play rbm`: the chain's pixels, to be clicked; the hidden units with their filters; temperature.

A click takes a pixel from free to clamped on, from there to clamped off, and then to free again; a drag does to further
pixels what the click did to the first. lessons/figures/play_rbm.png is made by

    dgm train rbm --data digits --hidden 36 --epochs 200 --weight-decay 0.002 --out run/
    dgm play rbm run/ --seed 2 --out lessons/figures/play_rbm.png
"""
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import plots
from ..foundation.types import Array
from .chain import HIGHEST, LOWEST, REMEMBERED, Chain
from .window import AMBER, BLUE, LEFT, PALE_BLUE, RIGHT, Figure, Window, blend

MOST_FILTERS = 100  # that are shown
BURN_IN = 1000  # steps from noise to a sample of the model
FADED = 0.2  # opacity of the filter of a hidden unit that is off
HINT = "click a pixel: clamped on, clamped off, free; drag for more"
EQUATION = r"$p_T(v, h) \;\propto\; p(v, h)^{1/T} \;\propto\; e^{-E(v, h) / T}$"
AT_ONE = "T = 1 is the model itself; more is more random,\nless keeps to states of low energy"


class RBMWindow(Window):
    """A Chain in a window. image_shape (rows, columns)."""

    milliseconds = 100
    film = Path("play_rbm.gif")

    def __init__(self, chain: Chain, image_shape: Sequence[int], fig: Figure):
        super().__init__(fig)
        self.chain = chain
        self.rows, self.columns = image_shape
        self.at: tuple[float, float] | None = None  # where a drag has come to, in pixels; None where there is none
        self.brush: float | None = None  # what it makes of the pixels that it meets
        self.add_visible()
        self.add_hidden()
        self.add_means()
        self.add_energies()
        self.add_controls()
        self.background = None  # the sliders had the figure drawn before all was in it
        self.refresh()
        fig.canvas.mpl_connect("button_press_event", self.press)
        fig.canvas.mpl_connect("motion_notify_event", self.drag)
        fig.canvas.mpl_connect("button_release_event", self.release)

    def add_visible(self) -> None:
        """The visible layer, with lines between its pixels."""
        ax = self.visible = self.add_picture((LEFT, 0.317, 0.345, 0.593), "")
        self.pixels = ax.imshow(np.ones((self.rows, self.columns, 3)), interpolation="nearest")
        width = min(1, 12 / self.columns)
        across = ax.hlines(np.arange(self.rows - 1) + 0.5, -0.5, self.columns - 0.5, "0.8", linewidth=width)
        down = ax.vlines(np.arange(self.columns - 1) + 0.5, -0.5, self.rows - 0.5, "0.8", linewidth=width)
        ax.set_xlabel(HINT, fontsize=9, color="0.35")
        self.let_move(self.pixels, across, down, *ax.spines.values(), ax.title)

    def add_hidden(self) -> None:
        """The weights of each hidden unit as an image, in front of a lamp."""
        weights = self.chain.rbm.W.T[:MOST_FILTERS].astype(np.float64)
        n_units, n_all = len(weights), len(self.chain.rbm.c)
        frame = 1 + self.rows // 14
        padded = np.pad(weights.reshape(n_units, self.rows, self.columns), ((0, 0), (frame, frame), (frame, frame)),
                        constant_values=np.nan)
        height, width = padded.shape[1] + 1, padded.shape[2] + 1  # from one image to the next
        canvas = plots.tile(padded.reshape(n_units, -1), padded.shape[1:])
        self.lines, self.lamps_a_line = (canvas.shape[0] + 1) // height, (canvas.shape[1] + 1) // width
        row, column = np.indices(canvas.shape)
        self.lamp_of_pixel = row // height * self.lamps_a_line + column // width
        shown = "" if n_units == n_all else f", {n_units} of {n_all:,}"
        ax = self.add_picture((0.405, 0.317, 0.345, 0.593), f"hidden units{shown}, lit by p(h = 1 given v)")
        edges = (-1, self.lamps_a_line * width - 1, self.lines * height - 1, -1)
        self.lamps = ax.imshow(np.ones((self.lines, self.lamps_a_line, 3)), interpolation="nearest", extent=edges)
        limit = max(float(np.abs(weights).max()), 1e-12)
        self.filters = ax.imshow(canvas, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
        ax.set(xlim=edges[:2], ylim=edges[2:])
        ax.set_xlabel("their weights to the pixels: blue below 0, red above", fontsize=9, color="0.35")
        self.let_move(self.lamps, self.filters, *ax.spines.values())

    def add_means(self) -> None:
        """p(v given h), which v was drawn with."""
        ax = self.add_picture((0.785, 0.592, RIGHT - 0.785, 0.318), "p(v given h)")
        self.means = ax.imshow(np.zeros((self.rows, self.columns)), cmap="gray_r", vmin=0, vmax=1)
        self.let_move(self.means, *ax.spines.values())

    def add_energies(self) -> None:
        """The free energy of the latest states."""
        ax = self.energies = self.figure.add_axes((0.815, 0.317, RIGHT - 0.815, 0.19))
        ax.set_title("F(v) = −log p(v) − log Z", fontsize=10)
        ax.set_xlabel("steps ago", fontsize=9, color="0.35")
        ax.set_xlim(-REMEMBERED, 0)
        ax.tick_params(labelsize=8)
        (self.energy_line,) = ax.plot([], [], color=BLUE, linewidth=1.2)
        self.let_move(self.energy_line)

    def add_controls(self) -> None:
        """The temperature, and a row of buttons."""
        self.add_slider("temperature T", (0.135, 0.165, 0.19, 0.03), LOWEST, HIGHEST, 1.0, self.chain.set_temperature)
        self.figure.text(0.405, 0.182, EQUATION, fontsize=12, va="center")
        self.figure.text(0.67, 0.182, AT_ONE, fontsize=9, color="0.35", va="center")
        acts = {"run": self.run_or_pause, "step": self.chain.step, "start at noise": self.chain.start_at_noise}
        if self.chain.cases is not None:
            acts["start at a case"] = self.chain.start_at_case
        acts |= {"clamp lower half": self.clamp_lower_half, "free all": self.chain.free}
        self.add_buttons(acts)

    def clamp_lower_half(self) -> None:
        """Clamp the lower half of the image at what it shows."""
        is_lower = np.arange(len(self.chain.v)) >= self.rows // 2 * self.columns
        self.chain.clamp(is_lower, self.chain.v[is_lower])

    def begin_film(self) -> None:
        """A training case, or a sample of the model, of which the lower half stays and the upper begins at noise."""
        if self.chain.cases is not None:
            self.chain.start_at_case()
        else:
            for _ in range(BURN_IN):
                self.chain.step()
        self.clamp_lower_half()
        self.chain.start_at_noise()

    def press(self, event) -> None:
        """A click in the image changes a pixel."""
        if event.inaxes is self.visible:
            self.at = event.xdata, event.ydata
            self.brush = self.chain.next_state(self.pixel_at(*self.at))
            self.drag(event)

    def drag(self, event) -> None:
        """A drag does to the pixels between here and where it was what the click did to the first."""
        if self.at is None or event.inaxes is not self.visible:
            return
        x, y = self.at
        n_parts = 1 + int(2 * max(abs(event.xdata - x), abs(event.ydata - y)))  # half a pixel long
        for part in np.arange(1, n_parts + 1) / n_parts:
            pixel = self.pixel_at(x + part * (event.xdata - x), y + part * (event.ydata - y))
            self.chain.set_state(pixel, self.brush)
        self.at = event.xdata, event.ydata
        self.refresh()

    def release(self, event) -> None:
        """The end of a drag."""
        self.at = None

    def pixel_at(self, x: float, y: float) -> int:
        """The index of the pixel at a point of the image."""
        row = min(max(round(y), 0), self.rows - 1)
        column = min(max(round(x), 0), self.columns - 1)
        return row * self.columns + column

    def move(self) -> None:
        """A Gibbs step."""
        self.chain.step()

    def draw(self) -> None:
        """Pixels, lamps and filters, p(v given h), the free energy."""
        chain = self.chain
        self.visible.set_title(f"visible layer v, step {chain.steps:,}", fontsize=11)
        self.pixels.set_data(self.colours_of_pixels())
        self.means.set_data(chain.p_v.reshape(self.rows, self.columns))
        p_h = np.zeros(self.lines * self.lamps_a_line)
        p_h[: len(chain.rbm.c)] = chain.hidden_probs()[: len(p_h)]
        self.lamps.set_data(blend("0.95", AMBER, p_h).reshape(self.lines, self.lamps_a_line, 3))
        self.filters.set_alpha((FADED + (1 - FADED) * p_h)[self.lamp_of_pixel])
        values = np.array(chain.free_energies)
        self.energy_line.set_data(np.arange(len(values)) - len(values) + 1, values)
        self.fit_height(values)

    def fit_height(self, values: Array) -> None:
        """Widen the axes of the free energy where a value lies outside."""
        low, high = self.energies.get_ylim()
        if values.min() < low or values.max() > high:
            margin = 0.1 * (values.max() - values.min()) + 1
            self.energies.set_ylim(values.min() - margin, values.max() + margin)
            self.background = None

    def colours_of_pixels(self) -> Array:
        """Grey where free, blue where clamped, dark where on: (rows, columns, 3)."""
        free = blend("1.0", "0.15", self.chain.v)
        clamped = blend(PALE_BLUE, BLUE, self.chain.v)
        return np.where(self.chain.clamped[:, None], clamped, free).reshape(self.rows, self.columns, 3)
