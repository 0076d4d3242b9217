"""Figures: the one module of the package that imports matplotlib, beside play/window.py.

Every function takes arrays and returns a matplotlib Figure, with no window and no global state, so
that it works on a server as in a notebook. `save` writes it to a file.

N images    D = rows * columns pixels each    K hidden units
"""
import io
import math
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.animation import PillowWriter
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage, imread, imsave
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, Rectangle

from .data.mixtures import MixtureOfGaussians
from .energy.rbm import RBM
from .foundation.checks import check_choice, check_integer, invalid, one_line
from .foundation.progress import History
from .foundation.types import Array

BETWEEN = 0.8  # the grey between images
ORANGE = "#c25700"  # C1, darker: for numbers, which must be read on white


def new_figure(rows: int = 1, columns: int = 1, width: float = 8.0, height: float = 4.0) -> tuple[Figure, list[Axes]]:
    """`(fig, axes)`: a figure of `width` x `height` inches and its rows * columns axes in a flat list."""
    fig = Figure(figsize=(width, height), layout="constrained")
    axes = fig.subplots(rows, columns, squeeze=False)
    return fig, list(axes.flat)


def save(fig: Figure, name: str, folder: str | Path | None = None) -> Path:
    """Write `fig` as a PNG file, show it where the code runs under IPython, and print where it was written.

    By default to `figures/` beside the file whose code calls this. A cell of a notebook is in no file: from there to
    `lessons/figures/` where the working directory has a folder `lessons`, else to its own `figures/`. Returns the path.
    """
    path = figure_path(name, caller_folder(sys._getframe(1).f_globals) if folder is None else folder)
    drawn = io.BytesIO()
    fig.savefig(drawn, format="png", dpi=100)
    drawn.seek(0)
    pixels = imread(drawn)[..., :3]  # in [0, 1]
    few_levels = np.round(pixels * 20) / 20  # of each colour, which are enough for a plot, in half of the bytes
    imsave(path, few_levels, format="png", pil_kwargs={"optimize": True})
    show(path)
    print(f"  figure {path.parent.name}/{path.name}")
    return path


def show(path: Path) -> None:
    """Show an image file under IPython: in a notebook, or an editor's interactive window. Elsewhere do nothing."""
    ipython, display = sys.modules.get("IPython"), sys.modules.get("IPython.display")
    if ipython is not None and display is not None and ipython.get_ipython() is not None:
        display.display(display.Image(data=path.read_bytes()))


def figure_path(name: str, folder: str | Path) -> Path:
    """Where a figure is written; the folder is made if need be."""
    path = Path(folder).resolve() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def caller_folder(caller: dict) -> Path:
    """The folder for the figures of code with these global variables; see `save`."""
    if "__file__" in caller:
        return Path(caller["__file__"]).resolve().parent / "figures"
    return Path("lessons", "figures") if Path("lessons").is_dir() else Path("figures")


def tile(images: Array, image_shape: Sequence[int] | None = None, columns: int | None = None) -> Array:
    """N images (N, D) side by side in one array with a line between them, row by row.

    image_shape (rows, columns), by default the square with D pixels: the line is NaN. With 3 for the colours before or
    after them, the array has a last axis of these, and the line is grey. InvalidInput where D is no such shape.
    """
    n, n_pixels = images.shape
    shape = square_shape(n_pixels) if image_shape is None else tuple(image_shape)
    if np.prod(shape) != n_pixels or not is_image_shape(shape):
        raise invalid("image_shape", f"a shape of {n_pixels} pixels", " x ".join(map(str, shape)))
    images = images.reshape(n, *shape)
    if len(shape) == 3 and shape[-1] != 3:
        images = np.moveaxis(images, 1, -1)  # the colours last
    rows, cols, *colours = images.shape[1:]
    columns = min(n, int(np.ceil(np.sqrt(n)))) if columns is None else columns
    lines = -(-n // columns)
    canvas = np.full((lines * (rows + 1) - 1, columns * (cols + 1) - 1, *colours), BETWEEN if colours else np.nan)
    for i, image in enumerate(images):
        top, left = (i // columns) * (rows + 1), (i % columns) * (cols + 1)
        canvas[top : top + rows, left : left + cols] = image
    return canvas


def is_image_shape(shape: Sequence[int]) -> bool:
    """Whether images of that shape can be drawn: (rows, columns), (rows, columns, 3) or (3, rows, columns)."""
    return len(shape) == 2 or (len(shape) == 3 and 3 in (shape[0], shape[-1]))


def image_size(shape: Sequence[int]) -> tuple[int, int]:
    """(rows, columns) of images of that shape, in colour or not."""
    rows, cols = shape[1:] if len(shape) == 3 and shape[-1] != 3 else shape[:2]
    return rows, cols


def square_shape(n_pixels: int) -> tuple[int, int]:
    """(side, side) of the square image with that many pixels; InvalidInput where there is none."""
    side = math.isqrt(n_pixels)
    if side * side != n_pixels:
        raise invalid("image_shape", "(rows, columns)", f"None for images of {n_pixels} pixels, which are not square")
    return side, side


def draw_tiles(ax: Axes, images: Array, image_shape: Sequence[int] | None = None, columns: int | None = None,
               limit: float | None = None, title: str | None = None, names: Sequence | None = None) -> AxesImage:
    """N images (N, D) as one tiled image on `ax`: grey from 0 to 1, or blue to red from -limit to limit.

    Colours are shown as they are, from 0 to 1, or each from -limit, dark, to limit. names (N,): what to write into the
    corner of each image.
    """
    canvas = tile(np.asarray(images, dtype=np.float64), image_shape, columns)
    if canvas.ndim == 3:
        canvas = np.clip(canvas if limit is None else 0.5 + canvas / (2 * limit), 0, 1)
    low, high, colours = (0.0, 1.0, "gray_r") if limit is None else (-limit, limit, "RdBu_r")
    drawn = ax.imshow(canvas, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
    ax.set_facecolor(str(BETWEEN))
    ax.set_xticks([])
    ax.set_yticks([])
    for edge in ax.spines.values():
        edge.set_visible(False)
    if title:
        ax.set_title(title, fontsize=10)
    if names is not None:
        n_columns = min(len(images), int(np.ceil(np.sqrt(len(images))))) if columns is None else columns
        height, width = (canvas.shape[0] + 1) / -(-len(images) // n_columns), (canvas.shape[1] + 1) / n_columns
        for i, name in enumerate(names):
            ax.text(i % n_columns * width, i // n_columns * height, label_text(name), fontsize=6, color="C3", va="top")
    return drawn


def draw_table(ax: Axes, table: Array, limit: float | None = None, title: str | None = None,
               names: Sequence | None = None) -> AxesImage:
    """Numbers (N, D) as a table on `ax`, a line a case: grey from 0 to 1, or blue to red from -limit to limit.

    names (N,): what to write beside each line.
    """
    low, high, colours = (0.0, 1.0, "gray_r") if limit is None else (-limit, limit, "RdBu_r")
    drawn = ax.imshow(np.asarray(table, dtype=np.float64), cmap=colours, vmin=low, vmax=high, interpolation="nearest",
                      aspect="auto")
    ax.set_xlabel("column")
    if names is not None:
        ax.set_yticks(range(len(names)), [label_text(name) for name in names], fontsize=6)
    if title:
        ax.set_title(title, fontsize=10)
    return drawn


def label_text(name: object, most: int = 20) -> str:
    """A name as Matplotlib is to draw it: of at most so many characters, and no sign of it a formula."""
    return one_line(name, most).replace("$", r"\$")


def samples(images: Array, image_shape: Sequence[int] | None = None, columns: int | None = None,
            title: str | None = None, names: Sequence | None = None) -> Figure:
    """N samples (N, D) in one figure: as images, dark where 1, or where D is no image's as a table, a line each.

    Numbers in [0, 1] are drawn from 0 to 1, others from the lowest to the highest. names (N,): those of their classes.
    """
    images = np.asarray(images, dtype=np.float64)
    low, high = float(images.min()), float(images.max())
    fits = 0 <= low and high <= 1
    fig, (ax,) = new_figure(width=6.0 if fits else 6.5, height=6.0)
    if is_in_colour(image_shape) and not fits:
        images = (images - low) / max(high - low, 1e-12)
    if is_drawn_as_images(images.shape[1], image_shape):
        drawn = draw_tiles(ax, images, image_shape, columns, title=title, names=names)
    else:
        drawn = draw_table(ax, images, title=title, names=names)
        ax.set_ylabel("sample")
    if not is_in_colour(image_shape) and not fits:
        drawn.set_clim(low, high)
        fig.colorbar(drawn, ax=ax, shrink=0.7)
    return fig


def is_drawn_as_images(n_numbers: int, image_shape: Sequence[int] | None) -> bool:
    """Whether cases of so many numbers are images: where they have a shape, or are a square."""
    return image_shape is not None or math.isqrt(n_numbers) ** 2 == n_numbers


def is_in_colour(image_shape: Sequence[int] | None) -> bool:
    """Whether images of that shape have three numbers a pixel."""
    return image_shape is not None and len(image_shape) == 3


def filters(rbm: RBM, image_shape: Sequence[int] | None = None, columns: int | None = None, most: int = 100) -> Figure:
    """The weights of each hidden unit as an image, blue below 0 and red above: the first `most` of the K units.

    One colour scale for all, so that a unit which learnt nothing looks pale. Where cases are no images, a table with a
    line a unit.
    """
    weights = rbm.W.T[:most]
    limit = max(float(np.abs(weights).max()), 1e-12)
    fig, (ax,) = new_figure(width=6.5, height=6.0)
    title = "weights of each hidden unit"
    if is_drawn_as_images(weights.shape[1], image_shape):
        drawn = draw_tiles(ax, weights, image_shape, columns, limit=limit, title=title)
    else:
        drawn = draw_table(ax, weights, limit, title)
        ax.set_ylabel("hidden unit")
    if not is_in_colour(image_shape):
        fig.colorbar(drawn, ax=ax, shrink=0.7, label="weight")
    return fig


def chains_over_time(states: Array, image_shape: Sequence[int] | None = None, steps: Iterable | None = None) -> Figure:
    """Chains (T, M, D) as a grid: a line a chain, a column a time; `steps` (T,) labels the columns."""
    n_times, n_chains, n_pixels = states.shape
    images = np.swapaxes(states, 0, 1).reshape(n_chains * n_times, n_pixels)
    rows, cols = square_shape(n_pixels) if image_shape is None else image_size(image_shape)
    fig, (ax,) = new_figure(width=1 + 0.6 * n_times, height=1 + 0.6 * n_chains * rows / cols)
    draw_tiles(ax, images, image_shape, columns=n_times)
    labels = np.arange(n_times) if steps is None else steps
    ax.set_xticks(np.arange(n_times) * (cols + 1) + (cols - 1) / 2, [str(int(step)) for step in labels])
    ax.set_xlabel("Gibbs steps")
    ax.set_ylabel("chains")
    return fig


def scatter(x: Array, mixture: MixtureOfGaussians | None = None, title: str | None = None) -> Figure:
    """Cases x (N, 2) in the plane; with a mixture its centres as crosses, and the axes wide enough for all of them."""
    fig, (ax,) = new_figure(width=5.5, height=5.5)
    draw_scatter(ax, x, mixture, title)
    return fig


def draw_scatter(ax: Axes, x: Array, mixture: MixtureOfGaussians | None = None, title: str | None = None) -> Line2D:
    """Cases x (N, 2) on `ax`, drawn over the mixture's centres; see `scatter`. Returns the drawn points."""
    limit = None
    if mixture is not None:
        ax.plot(*mixture.centres.T, "+", color="0.6", markersize=14, markeredgewidth=1)
        limit = 1.4 * np.abs(mixture.centres).max()
    (points,) = ax.plot(*np.asarray(x).T, ".", markersize=2, color="C0", alpha=0.6)
    ax.set_aspect("equal")
    if limit is not None:
        ax.set_xlim(-limit, limit)
        ax.set_ylim(-limit, limit)
    if title:
        ax.set_title(title, fontsize=10)
    return points


def save_film(frames: Sequence[tuple[int, Array]], mixture: MixtureOfGaussians, name: str,
              folder: str | Path | None = None) -> Path:
    """Write samples in the plane as a GIF, a frame for each (step, x (N, 2)) of `frames`. Returns the path.

    To `folder` as `save` does it. Ten frames a second, the last one for two seconds.
    """
    fig, (ax,) = new_figure(width=4.0, height=4.2)
    points = draw_scatter(ax, frames[0][1], mixture)
    writer = PillowWriter(fps=10)
    path = figure_path(name, caller_folder(sys._getframe(1).f_globals) if folder is None else folder)
    with writer.saving(fig, path, dpi=80):
        for step, x in [*frames, *[frames[-1]] * 20]:
            points.set_data(*np.asarray(x).T)
            ax.set_title(f"step {step:,}", fontsize=10)
            writer.grab_frame()
    show(path)
    print(f"  figure {path.parent.name}/{path.name}")
    return path


def gan_curves(history: History) -> Figure:
    """A GAN's run: distance and spread of its samples, the discriminator's accuracy, both losses and gradient norms."""
    groups = [
        ("standard deviations of the data", ("distance", "spread")),
        ("accuracy", ("accuracy_real", "accuracy_fake")),
        ("loss", ("discriminator_loss", "generator_loss")),
        ("norm of the gradient", ("discriminator_gradient", "generator_gradient")),
    ]
    fig, axes = new_figure(1, len(groups), width=3.2 * len(groups), height=3.0)
    for ax, (label, names) in zip(axes, groups):
        for name in names:
            ax.plot(history["step"], history[name], label=name.replace("_", " "))
        ax.set_xlabel("step")
        ax.set_ylabel(label)
        ax.legend(fontsize=8)
    axes[-1].set_yscale("log")
    return fig


def training_curves(history: History, names: Sequence[str] | None = None,
                    units: dict[str, str] | None = None) -> Figure:
    """Series of a History against the epoch, those with the same unit on the same axes. Raises InvalidInput.

    units    of series whose name means another thing than usual, such as {"error": "squared error of a frame"}
    """
    units = {} if units is None else units
    usual = [
        ("log p, nats a case", ("log_likelihood", "validation_log_likelihood")),
        ("bound on log p, nats a case", ("bound",)),
        ("free energy, nats", ("free_energy", "validation_free_energy")),
        ("squared error per pixel", ("reconstruction_error",)),
        ("cross-entropy, nats per case", ("loss", "validation_loss")),
        ("squared error per case", ("squared_error", "validation_squared_error")),
        ("fraction of wrong classes", ("error", "validation_error")),
        ("root mean square error, stars", ("rmse", "validation_rmse")),
        ("norm of W", ("weight_norm",)),
        ("learning rate", ("rate",)),
    ]
    own = [(unit, [name for name in units if units[name] == unit]) for unit in dict.fromkeys(units.values())]
    groups = own + [(label, [name for name in group if name not in units]) for label, group in usual]
    chosen = history.series if names is None else names
    drawn = [(label, [name for name in group if name in chosen and name in history]) for label, group in groups]
    drawn = [(label, group) for label, group in drawn if group]
    if not drawn:
        raise invalid("names", f"some of {', '.join(history.series)}", repr(names))
    fig, axes = new_figure(1, len(drawn), width=3.2 * len(drawn), height=3.0)
    for ax, (label, group) in zip(axes, drawn):
        for name in group:
            values = history[name]
            ax.plot(np.arange(1, len(values) + 1), values, label=name.replace("_", " "))
        ax.set_xlabel("epoch")
        ax.set_ylabel(label)
        if len(group) > 1:
            ax.legend(fontsize=8)
    return fig


def free_energy_histogram(named_free_energies: dict[str, Array], bins: int = 40) -> Figure:
    """Histograms of free energies, one a name, on common bins: {"training": (N,), "held out": (M,), ...}."""
    everything = np.concatenate(list(named_free_energies.values()))
    edges = np.linspace(everything.min(), everything.max() + 1e-9, bins + 1)
    fig, (ax,) = new_figure(width=6.5, height=3.5)
    for name, values in named_free_energies.items():
        label = f"{name} (mean {values.mean():.1f})"
        ax.hist(values, bins=edges.tolist(), density=True, histtype="step", linewidth=1.5, label=label)
    ax.set_xlabel("free energy, nats (low is probable)")
    ax.set_ylabel("density per nat")
    ax.legend(fontsize=8)
    return fig


def rbm_graph(W: Array, visible_names: Sequence | None = None, hidden_names: Sequence | None = None,
              title: str | None = None) -> Figure:
    """The graph of an RBM with the weights W (D, K): the hidden units above, the visible ones below, an edge a weight.

    Edges are blue below 0 and red above, the thicker and darker the larger |W_ij|; up to 12 of them carry their number.
    visible_names (D,) and hidden_names (K,) stand beside the units v_0, v_1, ... and h_0, h_1, ...
    """
    W = np.asarray(W, dtype=np.float64)
    if W.ndim != 2 or W.size == 0:
        raise invalid("W", "weights (D, K)", f"shape {W.shape}")
    n_visible, n_hidden = W.shape
    check_names("visible_names", visible_names, n_visible)
    check_names("hidden_names", hidden_names, n_hidden)
    half = max(0.6 * (max(n_visible, n_hidden) - 1), 1.0)
    height = max(2.0, 0.5 * half)
    lowest = -0.5 if visible_names is None else -1.0
    highest = height + (0.5 if hidden_names is None else 1.0)
    fig, ax = drawing(2 * half + 1.6, highest - lowest, inches=0.8, title=title, beside=1.2)
    limit = max(float(np.abs(W).max()), 1e-12)
    scale = ScalarMappable(Normalize(-limit, limit), "RdBu_r")
    lower = [(x, 0.0) for x in places(n_visible, half)]
    upper = [(x, height) for x in places(n_hidden, half)]
    for i, start in enumerate(lower):
        for j, stop in enumerate(upper):
            strength = abs(W[i, j]) / limit
            ax.plot(*zip(start, stop), color=scale.to_rgba(W[i, j]), linewidth=0.5 + 4 * strength, zorder=1 + strength,
                    solid_capstyle="butt")
    if W.size <= 12:
        label_edges(ax, W, lower, upper)
    draw_units(ax, lower, visible_names, "v")
    draw_units(ax, upper, hidden_names, "h")
    ax.set_xlim(-half - 0.8, half + 0.8)
    ax.set_ylim(lowest, highest)
    fig.colorbar(scale, ax=ax, shrink=0.7, aspect=14, label="weight")
    return fig


def gibbs_chain(layers: Sequence[tuple[str, Array]], image_shape: Sequence[int] | None = None) -> Figure:
    """A chain such as v → h → v from left to right: each of `layers` (label, its values), hidden ones higher up.

    A layer is hidden where its label begins with h or p(h. Values are drawn from 0, white, to 1, black; of units as a
    column of cells, and where image_shape (rows, columns) has as many pixels as the layer units, as that image.
    """
    if not layers:
        raise invalid("layers", "at least one (label, values)", "none")
    gap, left = 0.55, 0.0
    boxes = []  # of each layer: its grid of values, left end, middle, width, height
    for label, values in layers:
        grid = as_cells(values, image_shape)
        cell = min(0.28, 1 / len(grid))
        middle = 1.1 if label.startswith(("h", "p(h")) else 0.0
        boxes.append((grid, left, middle, cell * grid.shape[1], cell * len(grid)))
        left += cell * grid.shape[1] + gap
    lowest = min(middle - height / 2 for _, _, middle, _, height in boxes) - 0.3
    highest = max(middle + height / 2 for _, _, middle, _, height in boxes) + 0.08
    fig, ax = drawing(left - gap + 0.4, highest - lowest, inches=1.9)
    for (label, _), (grid, x, middle, width, height) in zip(layers, boxes):
        draw_cells(ax, grid, x, middle - height / 2, height / len(grid))
        ax.text(x + width / 2, middle - height / 2 - 0.06, label_text(label), ha="center", va="top", fontsize=12)
    for (_, x, middle, width, _), (_, next_x, next_middle, _, _) in zip(boxes, boxes[1:]):
        ax.add_patch(FancyArrowPatch((x + width + 0.05, middle), (next_x - 0.05, next_middle), arrowstyle="-|>",
                                     mutation_scale=14, color="0.3", linewidth=1.4, shrinkA=0, shrinkB=0, zorder=2))
    ax.set_xlim(-0.2, left - gap + 0.2)
    ax.set_ylim(lowest, highest)
    return fig


def network(layers: Sequence[tuple[str, int]], title: str | None = None) -> Figure:
    """A fully connected network from left to right: each of `layers` (label, number of units).

    Of a layer of more than 8 units three are drawn at either end, and dots between.
    """
    if not layers:
        raise invalid("layers", "at least one (label, number of units)", "none")
    columns = [unit_rows(check_integer(f"units of {label}", n_units)) for label, n_units in layers]
    top = max(max(rows) for rows, _ in columns)
    step = 3.2
    fig, ax = drawing(step * (len(layers) - 1) + 3.0, 2 * top + 3.2, inches=0.45, title=title)
    for column, ((rows, _), (next_rows, _)) in enumerate(zip(columns, columns[1:])):
        for row in rows:
            for next_row in next_rows:
                ax.plot([step * column, step * (column + 1)], [row, next_row], color="0.75", linewidth=0.7, zorder=1)
    for column, ((label, n_units), (rows, dots)) in enumerate(zip(layers, columns)):
        for row in rows:
            ax.add_patch(Circle((step * column, row), 0.33, facecolor="white", edgecolor="C0", linewidth=1.8, zorder=3))
        for dot in dots:
            ax.add_patch(Circle((step * column, dot), 0.06, color="C0", zorder=3))
        ax.text(step * column, top + 0.6, label_text(label), ha="center", va="bottom", fontsize=12)
        ax.text(step * column, -top - 0.6, f"{n_units:,}", ha="center", va="top", fontsize=11, color="0.3")
    ax.set_xlim(-1.5, step * (len(layers) - 1) + 1.5)
    ax.set_ylim(-top - 1.6, top + 1.6)
    return fig


def circuit(nodes: dict[str, tuple], edges: Iterable[tuple[str, str]], title: str | None = None) -> Figure:
    """A computation as a circuit: `nodes` {name: (column, row, value, slope)}, `edges` (from, to) by their names.

    Columns count from the left, rows from the top. The value, which goes forward, stands above its node in blue, the
    slope of the output by it, which comes back, below in orange; None leaves one out.
    """
    edges = list(edges)
    for name in [name for edge in edges for name in edge]:
        check_choice("edges", name, list(nodes))
    xs = [1.6 * column for column, *_ in nodes.values()]
    ys = [-1.2 * row for _, row, *_ in nodes.values()]
    fig, ax = drawing(max(xs) - min(xs) + 1.6, max(ys) - min(ys) + 1.8, inches=1.05, title=title)
    boxes = {}
    for (name, (_, _, value, slope)), x, y in zip(nodes.items(), xs, ys):
        half = max(0.22, 0.075 * len(name) + 0.06)
        boxes[name] = FancyBboxPatch((x - half, y - 0.18), 2 * half, 0.36, boxstyle="round,pad=0.04,rounding_size=0.16",
                                     facecolor="white", edgecolor="0.25", linewidth=1.4, zorder=3)
        ax.add_patch(boxes[name])
        ax.text(x, y, label_text(name), ha="center", va="center", fontsize=12, zorder=4)
        number_beside(ax, x, y + 0.28, value, "C0", "bottom")
        number_beside(ax, x, y - 0.28, slope, ORANGE, "top")
    for start, stop in edges:
        ends = [box_centre(boxes[name]) for name in (start, stop)]
        ax.add_patch(FancyArrowPatch(*ends, patchA=boxes[start], patchB=boxes[stop], shrinkA=1, shrinkB=2,
                                     arrowstyle="-|>", mutation_scale=12, color="0.45", linewidth=1.2, zorder=2))
    ax.set_xlim(min(xs) - 0.8, max(xs) + 0.8)
    ax.set_ylim(min(ys) - 0.8, max(ys) + 0.8)
    meanings = [Patch(color="C0", label="value, forward →"), Patch(color=ORANGE, label="slope, ← backward")]
    fig.legend(handles=meanings, loc="outside lower center", ncols=2, fontsize=10, frameon=False, handlelength=1)
    return fig


def drawing(across: float, up: float, inches: float, title: str | None = None,
            beside: float = 0.0) -> tuple[Figure, Axes]:
    """A figure of one drawing, `across` x `up` units of so many inches, or fewer so that it is 9 wide at most.

    No ticks, no frame, a unit as long across as up. beside: inches on the right for a colour bar.
    """
    inches = min(inches, (9.0 - beside) / across)
    fig, (ax,) = new_figure(width=max(inches * across + beside, 3.6), height=max(inches * up, 1.0) + 0.4 * bool(title))
    ax.set_axis_off()
    ax.set_aspect("equal")
    if title:
        ax.set_title(label_text(title, most=80), fontsize=12)
    return fig, ax


def check_names(argument: str, names: Sequence | None, n_units: int) -> None:
    """InvalidInput unless there is a name for each unit, or none at all."""
    if names is not None and len(names) != n_units:
        raise invalid(argument, f"{n_units} names, one a unit", len(names))


def places(n_units: int, half: float) -> list[float]:
    """Where the units of a row stand: from -half to half, or closer together, so that a step is at most 2.4."""
    step = min(2 * half / max(n_units - 1, 1), 2.4)
    return [step * (i - (n_units - 1) / 2) for i in range(n_units)]


def draw_units(ax: Axes, centres: Sequence[tuple[float, float]], names: Sequence | None, letter: str) -> None:
    """Circles with letter and number in them, and beside them the names: of v below, of h above."""
    size = min(12, 150 / len(centres))
    away, alignment = (-0.42, "top") if letter == "v" else (0.42, "bottom")
    for number, (x, y) in enumerate(centres):
        colour = "0.92" if letter == "v" else "white"
        ax.add_patch(Circle((x, y), 0.32, facecolor=colour, edgecolor="0.25", linewidth=1.4, zorder=5))
        ax.text(x, y - 0.02, f"${letter}_{{{number}}}$", ha="center", va="center", fontsize=size, zorder=6)
        if names is not None:
            text = textwrap.fill(label_text(names[number], most=40), width=11)
            ax.text(x, y + away, text, ha="center", va=alignment, fontsize=min(10, size), linespacing=1.0)


def label_edges(ax: Axes, W: Array, lower: Sequence[tuple[float, float]], upper: Sequence[tuple[float, float]]) -> None:
    """The weight as a number on each edge, those of one hidden unit in a line of their own."""
    for j, (to_x, to_y) in enumerate(upper):
        part = 0.3 + 0.3 * j / max(len(upper) - 1, 1)
        for i, (x, y) in enumerate(lower):
            number = f"{W[i, j]:.2g}".replace("-", "−")
            ax.text(x + part * (to_x - x), y + part * (to_y - y), number, ha="center", va="center", fontsize=9,
                    zorder=4, bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"})


def as_cells(values: Array, image_shape: Sequence[int] | None) -> Array:
    """One layer's values (D,) or (1, D) as rows of cells: in image_shape where it has D pixels, else a column."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 0 or values.size == 0 or values.size != values.shape[-1]:
        raise invalid("layers", "the values of one case, (D,) or (1, D)", f"shape {values.shape}")
    if image_shape is not None and math.prod(image_shape) == values.size and len(image_shape) == 2:
        return values.reshape(image_shape)
    return values.reshape(-1, 1)


def draw_cells(ax: Axes, grid: Array, left: float, bottom: float, cell: float) -> None:
    """A grid of values in [0, 1] as squares from white to black, with the number in it where it is no bit."""
    colours = colormaps["gray_r"]
    for row, line in enumerate(grid[::-1]):
        for column, value in enumerate(line):
            corner = (left + cell * column, bottom + cell * row)
            ax.add_patch(Rectangle(corner, cell, cell, facecolor=colours(0.85 * float(np.clip(value, 0, 1))),
                                   edgecolor="0.45", linewidth=0.8, zorder=3))
            if value not in (0, 1) and grid.size <= 16:
                ax.text(corner[0] + cell / 2, corner[1] + cell / 2, f"{value:.2f}".removeprefix("0"), ha="center",
                        va="center", fontsize=8, color="white" if value > 0.55 else "black", zorder=4)


def unit_rows(n_units: int) -> tuple[list[float], list[float]]:
    """Where the units of a layer stand, about 0, and where dots stand for those that are left out."""
    if n_units <= 8:
        return [i - (n_units - 1) / 2 for i in range(n_units)], []
    return [-3.5, -2.5, -1.5, 1.5, 2.5, 3.5], [-0.4, 0.0, 0.4]


def number_beside(ax: Axes, x: float, y: float, number: float | None, colour: str, alignment: str) -> None:
    """A number above or below a node, on a white ground that keeps arrows off it."""
    if number is not None:
        ax.text(x, y, f"{number:.3g}".replace("-", "−"), ha="center", va=alignment, fontsize=11, color=colour, zorder=5,
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85})


def box_centre(box: FancyBboxPatch) -> tuple[float, float]:
    """The middle of a box."""
    return box.get_x() + box.get_width() / 2, box.get_y() + box.get_height() / 2


def save_frames(films: Array, name: str, folder: str | Path | None = None) -> Path:
    """Write films (N, T, rows, columns) as a GIF, side by side, ten frames a second, dark where 1. Returns the path.

    To `folder` as `save` does it.
    """
    films = np.asarray(films)
    n_films, n_frames, *image_shape = films.shape
    cases = films.reshape(n_films, n_frames, -1)
    path = figure_path(name, caller_folder(sys._getframe(1).f_globals) if folder is None else folder)
    fig, (ax,) = new_figure(width=1.2 * n_films, height=1.2 * image_shape[0] / image_shape[1])
    drawn = draw_tiles(ax, cases[:, 0], image_shape, columns=n_films)
    writer = PillowWriter(fps=10)
    with writer.saving(fig, path, dpi=100):
        for t in range(n_frames):
            drawn.set_data(tile(cases[:, t].astype(np.float64), image_shape, columns=n_films))
            writer.grab_frame()
    show(path)
    print(f"  figure {path.parent.name}/{path.name}")
    return path


def code_map(codes: Array, labels: Array | None = None, names: Sequence | None = None,
             title: str | None = None) -> Figure:
    """Cases where their codes (N, 2) are; see `draw_code_map`."""
    fig, (ax,) = new_figure(width=7.0, height=6.0)
    draw_code_map(ax, codes, labels, names, title)
    return fig


def draw_code_map(ax: Axes, codes: Array, labels: Array | None = None, names: Sequence | None = None,
                  title: str | None = None) -> None:
    """Codes (N, 2) on `ax`, in a colour a class, with the name of each class where most of its cases are.

    labels (N,) are indices into names (C,); without them all cases have one colour.
    """
    colours = colormaps["tab10"].colors  # type: ignore[attr-defined]
    if labels is None:
        ax.plot(*np.asarray(codes).T, ".", markersize=4, color=colours[0], alpha=0.6)
    classes = [] if labels is None else [int(label) for label in np.unique(labels)]
    for label in classes:
        ax.plot(*codes[labels == label].T, ".", markersize=4, color=colours[label % len(colours)], alpha=0.6)
    for label in classes:
        if names is None:
            break
        x, y = np.median(codes[labels == label], axis=0)
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": colours[label % len(colours)], "linewidth": 1.5,
               "alpha": 0.85}
        ax.text(x, y, label_text(names[label]), fontsize=13, weight="bold", ha="center", va="center", bbox=box)
    ax.set(xticks=[], yticks=[])
    if title:
        ax.set_title(title, fontsize=10)
