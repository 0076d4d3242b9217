"""Whole runs of `train_rbm` beside scikit-learn's BernoulliRBM fed float32, and beside the bare matrix products.

Run by hand, in an environment that has the peers; it takes some minutes:

    pip install -e . -r tests/benchmarks/requirements.txt
    python tests/benchmarks/whole_runs.py [--pairs 9] [--part epochs]

"Epochs": one call of `train_rbm` and one of `fit`, from the check of the data to the last record. Both learn the same
float32 rows for one epoch with the same batches, one Gibbs step a batch, no momentum, no decay, as many chains as a
batch has rows (scikit-learn has no other choice), from weights of N(0, 0.01²). "Products" are the five matrix products
that a step cannot do without, and nothing else: two up, one down, two for the gradient.

"Quality": the shipped digits as bits, 16 hidden units, mean log p of the test digits, which is exact and not timed.
The peer learns with the best of 27 settings, which are tried first, ours with its defaults, and once more at a higher
rate, for the fewest epochs of a list that are at least as good on average. Then both train in turn, from another seed
each time.

Ours and the peer take turns within one process, a new one for each number of threads. A ratio is of two neighbours in
time, and the tables give the median of the ratios with the quartiles. Times are the processor's with one thread, and
the clock's with two, where other work on the machine tells.
"""
import argparse
import itertools
import os
import platform
import subprocess
import sys
import time

import numpy as np
import sklearn
from sklearn.neural_network import BernoulliRBM

from numpy_dgm import RBM, init_rbm, log_likelihood, open_data, train_rbm

SHAPES = [  # cases, visible units, hidden units, batch
    (10_000, 784, 500, 100),
    (10_000, 784, 500, 10),
    (1_797, 64, 100, 10),
    (1_797, 64, 256, 64),
    (20_000, 784, 1_000, 256),
]
RATE = 0.01
SHORTEST = 0.2  # seconds that a turn takes at least: short runs are repeated
N_HIDDEN = 16
SETTINGS = {"learning_rate": (0.02, 0.05, 0.1), "batch_size": (10, 20, 50), "n_iter": (30, 100, 300)}
RATES = (0.1, 0.5)  # the default, and a higher one
EPOCHS = (10, 15, 20, 30, 40, 50, 60, 80, 100, 150)
SEEDS = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9, help="how many times each takes its turn")
    parser.add_argument("--part", choices=("epochs", "quality"), help="only this one")
    parser.add_argument("--threads", type=int, help="in this process, which was started with so many")
    options = parser.parse_args()
    if options.threads is not None:
        measure = {"epochs": compare_epochs, "quality": compare_quality}[options.part]
        measure(options.pairs, time.process_time if options.threads == 1 else time.perf_counter)
        return
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}, float32; "
          f"{os.cpu_count()} cores, OPENBLAS_CORETYPE {os.environ.get('OPENBLAS_CORETYPE', 'not set')}")
    print(f"{options.pairs} turns each; times faster: median [quartiles] of the pairs")
    for part, threads in (("epochs", 1), ("epochs", 2), ("quality", 1)):
        if options.part in (None, part):
            print(f"\n{part}, threads: {threads}", flush=True)
            command = [sys.executable, __file__, "--pairs", str(options.pairs), "--part", part]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
            subprocess.run([*command, "--threads", str(threads)], env=environment, check=True)


def compare_epochs(pairs, clock):
    print("   cases  visible hidden batch   scikit-learn   numpy_dgm    products   times faster        over products")
    for n_cases, n_visible, n_hidden, batch in SHAPES:
        X = (np.random.default_rng(1).random((n_cases, n_visible)) < 0.2).astype(np.float32)
        works = (scikit_learn_epoch, numpy_dgm_epoch, matrix_products)
        repeats = 1
        while seconds(clock, repeats, numpy_dgm_epoch, X, n_hidden, batch) < SHORTEST:
            repeats *= 2
        turns = np.array([[seconds(clock, repeats, work, X, n_hidden, batch) / repeats for work in works]
                          for _ in range(pairs)])
        peer, ours, products = np.median(turns, axis=0)
        over = np.median(turns[:, 1] / turns[:, 2])
        print(f"{n_cases:8,d} {n_visible:8d} {n_hidden:6d} {batch:5d} {peer:12.4f} s {ours:9.4f} s {products:9.4f} s"
              f"   {times_faster(turns)} {over:12.2f}", flush=True)


def scikit_learn_epoch(X, n_hidden, batch):
    BernoulliRBM(n_hidden, learning_rate=RATE, batch_size=batch, n_iter=1, random_state=0).fit(X)


def numpy_dgm_epoch(X, n_hidden, batch):
    rng = np.random.default_rng(0)
    rbm = init_rbm(X.shape[1], n_hidden, rng)
    train_rbm(rbm, X, epochs=1, rng=rng, batch_size=batch, n_chains=batch, rate=RATE, schedule="constant",
              centred=False)


def matrix_products(X, n_hidden, batch):
    W = np.full((X.shape[1], n_hidden), 0.01, dtype=np.float32)
    h = np.zeros((batch, n_hidden), dtype=np.float32)
    for start in range(0, len(X), batch):
        v = X[start : start + batch]
        v @ W
        h[: len(v)] @ W.T
        v @ W
        v.T @ h[: len(v)]
        v.T @ h[: len(v)]


def compare_quality(pairs, clock):
    X, test = (open_data("digits", part=part, bits="threshold")[:] for part in ("train", "test"))
    X, test = X.astype(np.float32), test.astype(np.float32)
    settings = [dict(zip(SETTINGS, values)) for values in itertools.product(*SETTINGS.values())]
    settings.sort(key=lambda one: quality(scikit_learn_rbm(X, one, 0), test))
    best = settings[-1]
    aim = np.mean([quality(scikit_learn_rbm(X, best, seed), test) for seed in range(SEEDS)])
    print(f"scikit-learn's best of {len(settings)}: {best}, {aim:.2f} nats on average over {SEEDS} seeds")
    for rate in RATES:
        for epochs in EPOCHS:
            reached = np.mean([quality(numpy_dgm_rbm(X, rate, epochs, seed), test) for seed in range(SEEDS)])
            if reached >= aim:
                break
        turns = []
        for seed in range(pairs):
            turns.append([seconds(clock, 1, scikit_learn_rbm, X, best, seed),
                          seconds(clock, 1, numpy_dgm_rbm, X, rate, epochs, seed)])
        peer, ours = np.median(turns, axis=0)
        print(f"numpy_dgm, rate {rate}, {epochs} epochs: {reached:.2f} nats; scikit-learn {peer:.3f} s, "
              f"numpy_dgm {ours:.3f} s, times faster {times_faster(np.array(turns))}", flush=True)


def scikit_learn_rbm(X, settings, seed):
    peer = BernoulliRBM(N_HIDDEN, random_state=seed, **settings).fit(X)
    return RBM(np.ascontiguousarray(peer.components_.T), peer.intercept_visible_, peer.intercept_hidden_)


def numpy_dgm_rbm(X, rate, epochs, seed):
    rng = np.random.default_rng(seed)
    rbm = init_rbm(X.shape[1], N_HIDDEN, rng, X)
    return train_rbm(rbm, X, epochs=epochs, rate=rate, rng=rng)[0]


def quality(rbm, test):
    """Mean log p of the test digits in nats, exact, by 2^16 states in float64."""
    W, b, c = (array.astype(np.float64) for array in (rbm.W, rbm.b, rbm.c))
    return log_likelihood(RBM(W, b, c), test).mean()


def times_faster(turns):
    """Median [quartiles] of the first column of times (pairs, 2 or more) over the second, as text."""
    low, middle, high = np.percentile(turns[:, 0] / turns[:, 1], [25, 50, 75])
    return f"{middle:5.2f} [{low:.2f}, {high:.2f}]"


def seconds(clock, repeats, work, *arguments):
    started = clock()
    for _ in range(repeats):
        work(*arguments)
    return clock() - started


if __name__ == "__main__":
    main()
