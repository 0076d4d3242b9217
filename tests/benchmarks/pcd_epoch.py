"""One PCD-1 epoch in float32: numpy_dgm, scikit-learn's BernoulliRBM fed float32, and the bare matrix products.

Run by hand, in an environment that has the peers:

    pip install -e . -r tests/benchmarks/requirements.txt
    python tests/benchmarks/pcd_epoch.py

Both learn the same rows with the same batches, one Gibbs step a batch, no momentum, no decay, as many chains
as a batch has rows (scikit-learn has no other choice), from weights of N(0, 0.01²), each through the call that
its users make. They take turns within one process; a ratio is of two neighbours in time, and the table gives
the median of the ratios with the quartiles. "Products" are the five matrix products that a step cannot do
without, and nothing else: two up, one down, two for the gradient.
"""
import argparse
import platform
import time

import numpy as np
import sklearn
from sklearn.neural_network import BernoulliRBM

from numpy_dgm import init_rbm, train_rbm

SHAPES = [  # cases, visible units, hidden units, batch
    (10_000, 784, 500, 100),
    (10_000, 784, 500, 10),
    (1_797, 64, 100, 10),
    (1_797, 64, 256, 64),
    (20_000, 784, 1_000, 256),
]
RATE = 0.01


def numpy_dgm_epoch(X, n_hidden, batch):
    rng = np.random.default_rng(0)
    rbm = init_rbm(X.shape[1], n_hidden, rng)
    train_rbm(rbm, X, epochs=1, rng=rng, batch_size=batch, n_chains=batch, rate=RATE, schedule="constant",
              centred=False)


def scikit_learn_epoch(X, n_hidden, batch):
    BernoulliRBM(n_hidden, learning_rate=RATE, batch_size=batch, n_iter=1, random_state=0).fit(X)


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


def seconds(work, *arguments):
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9, help="how many times each takes its turn")
    pairs = parser.parse_args().pairs
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}, float32")
    print(f"{pairs} turns each; times faster: median [quartiles] of the pairs\n")
    print("   cases  visible hidden batch   scikit-learn   numpy_dgm    products   times faster        over products")
    for n_cases, n_visible, n_hidden, batch in SHAPES:
        X = (np.random.default_rng(1).random((n_cases, n_visible)) < 0.2).astype(np.float32)
        works = (scikit_learn_epoch, numpy_dgm_epoch, matrix_products)
        for work in works:
            work(X[: 4 * batch], n_hidden, batch)  # warm up
        turns = np.array([[seconds(work, X, n_hidden, batch) for work in works] for _ in range(pairs)])
        peer, ours, products = np.median(turns, axis=0)
        low, middle, high = np.percentile(turns[:, 0] / turns[:, 1], [25, 50, 75])
        over = np.median(turns[:, 1] / turns[:, 2])
        print(f"{n_cases:8,d} {n_visible:8d} {n_hidden:6d} {batch:5d} {peer:12.3f} s {ours:9.3f} s {products:9.3f} s"
              f"   {middle:5.2f} [{low:.2f}, {high:.2f}] {over:12.2f}", flush=True)


if __name__ == "__main__":
    main()
