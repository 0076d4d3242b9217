"""The `dgm play` command: a window, or, where there is none or --out names a file, a film or a picture of the game."""
import argparse
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.dataset import Data
from ..data.files import DataWarning
from ..foundation.checks import InvalidInput, invalid
from ..foundation.settings import Settings, add_options, make_settings, setting
from ..plots import square_shape
from ..runs import load_run
from ..runs.loading import LoadedRun, image_shape_of, reopen_data
from .chain import Chain
from .gan_window import GANWindow
from .rbm_window import RBMWindow
from .ring import RingGame
from .window import FRAMES, Figure, hidden_figure, open_figure, show_windows, write

HELP = "Play with a model in a window: an RBM that fills in images, a GAN that takes its steps."
DESCRIPTION = f"""\
{HELP}

  dgm play rbm run/                    click pixels to clamp them, and watch the chain fill in the rest
  dgm play gan                         the two players on the ring, a step at a time or running

Where no window can be opened, a film of {FRAMES} frames is written, play_rbm.gif or play_gan.gif."""
RBM_DESCRIPTION = """\
The chain of an RBM of bits. Click a pixel to clamp it on, again to clamp it off, again to free it; drag to do so to
others. Run the chain and watch it fill in the rest; the hidden units light up beside their filters. The temperature T
makes p(v, h) into p(v, h)^(1/T), made to add up to 1.

  dgm train rbm --data digits --hidden 36 --epochs 200 --weight-decay 0.002 --out run/
  dgm play rbm run/"""
GAN_DESCRIPTION = """\
Generator and discriminator on the ring of eight Gaussians, from the start: a step of either, or both running. The
ground shows what D says of every place, and the arrows which way it pushes the samples of G. The learning rate and the
weight of the penalty R1 can be changed on the way.

  dgm play gan"""
OUT_HELP = f"no window: write a film of {FRAMES} frames, .gif, or a picture of the last one, .png"


@dataclass(frozen=True, kw_only=True)
class GANOptions(Settings):
    """`dgm play gan`"""

    out: Path = setting(None, OUT_HELP)
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class RBMOptions(GANOptions):
    """`dgm play rbm`"""

    image_shape: tuple = setting(None, "rows and columns of an image (default: the data's own, or a square)",
                                 n_values=2, metavar=("ROWS", "COLUMNS"))


def add_play(commands, add_command: Callable) -> None:
    """dgm play, and its subcommands."""
    command = commands.add_parser("play", help=HELP, description=DESCRIPTION,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    games = command.add_subparsers(title="what to play", metavar="GAME", required=True)
    part = add_command(games, "rbm", run_rbm, RBM_DESCRIPTION)
    part.add_argument("run_folder", metavar="RUN", help="folder of a run of `dgm train rbm`")
    add_options(part, RBMOptions)
    add_options(add_command(games, "gan", run_gan, GAN_DESCRIPTION), GANOptions)


def run_rbm(namespace: argparse.Namespace) -> int:
    """dgm play rbm RUN"""
    options = make_settings(RBMOptions, {"out": namespace.out, "seed": namespace.seed,
                                         "image_shape": namespace.image_shape})
    check_out(options.out)
    run = load_run(namespace.run_folder)
    if run.kind != "rbm":
        raise invalid(run.folder, "a run of kind rbm", run.kind)
    chain = Chain(run.model, np.random.default_rng(options.seed), cases_of(run))
    shape = shape_of_images(run, options)
    fig, why = figure_for(options.out, "dgm play rbm")
    return play(RBMWindow(chain, shape, fig), options.out, why)


def run_gan(namespace: argparse.Namespace) -> int:
    """dgm play gan"""
    options = make_settings(GANOptions, {"out": namespace.out, "seed": namespace.seed})
    check_out(options.out)
    game = RingGame(np.random.default_rng(options.seed))
    fig, why = figure_for(options.out, "dgm play gan")
    return play(GANWindow(game, fig), options.out, why)


def check_out(path: Path | None) -> None:
    """InvalidInput where a film or a picture cannot be written to `path`."""
    if path is not None and path.suffix not in (".gif", ".png"):
        raise invalid("out", "a name that ends in .gif (a film) or .png (a picture)", path)


def cases_of(run: LoadedRun) -> Data | None:
    """The training cases of the run; None, and a warning, where they are not there."""
    try:
        return reopen_data(run)
    except InvalidInput:
        warnings.warn("no training cases to start at: the run's data are not there, or have changed", DataWarning,
                      stacklevel=2)
        return None


def shape_of_images(run: LoadedRun, options: RBMOptions) -> Sequence[int]:
    """(rows, columns) of the visible layer as an image. Raises InvalidInput."""
    n_pixels = len(run.model.b)
    shape = image_shape_of(run, options) or square_shape(n_pixels)
    if len(shape) != 2 or math.prod(shape) != n_pixels:
        raise invalid("image_shape", f"rows and columns of {n_pixels} pixels", " x ".join(map(str, shape)))
    return shape


def figure_for(out: Path | None, title: str) -> tuple[Figure, str]:
    """`(fig, why)`: a figure in a window; or in none, and why, "" where --out names a file."""
    return open_figure(title) if out is None else (hidden_figure(), "")


def play(window: RBMWindow | GANWindow, out: Path | None, why: str) -> int:
    """Show the window until it is closed; or write to `out`, or where there is no window to the window's own file."""
    if out is None and not why:
        show_windows()
        return 0
    window.begin_film()
    path = write(window, window.film if out is None else out)
    if why:
        print(f"no window, since {why}; {path} is a film of {FRAMES} frames instead")
    return 0
