"""Figures: the only module of the package that imports matplotlib.

Every function takes arrays and returns a matplotlib Figure, with no window and no global state, so
that it works on a server as in a notebook. `save` writes it to a file.

N images    D = rows * columns pixels each    K hidden units
"""
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from .data.mixtures import MixtureOfGaussians
from .energy.rbm import RBM
from .foundation.checks import invalid, one_line
from .foundation.progress import History
from .foundation.types import Array

BETWEEN = 0.8  # the grey between images


def new_figure(rows: int = 1, columns: int = 1, width: float = 8.0, height: float = 4.0) -> tuple[Figure, list[Axes]]:
    """`(fig, axes)`: a figure of `width` x `height` inches and its rows * columns axes in a flat list."""
    fig = Figure(figsize=(width, height), layout="constrained")
    axes = fig.subplots(rows, columns, squeeze=False)
    return fig, list(axes.flat)


def save(fig: Figure, name: str, folder: str | Path | None = None) -> Path:
    """Write `fig` as a PNG file, by default to `figures/` beside the script that is running, and print where.

    Returns the path.
    """
    path = figure_path(name, folder)
    fig.savefig(path, dpi=100)
    print(f"  figure {path.parent.name}/{path.name}")
    return path


def figure_path(name: str, folder: str | Path | None = None) -> Path:
    """Where `save` writes a figure; the folder is made if need be."""
    folder = Path(sys.argv[0]).resolve().parent / "figures" if folder is None else folder
    path = Path(folder).resolve() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


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


def label_text(name: object) -> str:
    """The name of a class as Matplotlib is to draw it: short, and no sign of it a formula."""
    return one_line(name, 20).replace("$", r"\$")


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
    path = figure_path(name, folder)
    with writer.saving(fig, path, dpi=80):
        for step, x in [*frames, *[frames[-1]] * 20]:
            points.set_data(*np.asarray(x).T)
            ax.set_title(f"step {step:,}", fontsize=10)
            writer.grab_frame()
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


def training_curves(history: History, names: Sequence[str] | None = None) -> Figure:
    """Series of a History against the epoch, those with the same unit on the same axes. Raises InvalidInput."""
    groups = [
        ("log p, nats a case", ("log_likelihood", "validation_log_likelihood")),
        ("free energy, nats", ("free_energy", "validation_free_energy")),
        ("squared error per pixel", ("reconstruction_error",)),
        ("cross-entropy, nats per case", ("loss", "validation_loss")),
        ("fraction of wrong classes", ("error", "validation_error")),
        ("norm of W", ("weight_norm",)),
        ("learning rate", ("rate",)),
    ]
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
