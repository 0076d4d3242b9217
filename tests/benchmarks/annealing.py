"""Annealed importance sampling beside its bare matrix products: 100 walks, 1,000 temperatures, 784 and 500 units.

    python tests/benchmarks/annealing.py [--pairs 5]

float32, log weights summed in float64. "Products" are the two products that each temperature cannot do without,
v W and h Wᵀ for the 100 walks at once, and nothing else. The two take turns in one process; the table gives
medians, and of the ratios of neighbours in time the median with the quartiles. Run it twice: with
OPENBLAS_NUM_THREADS=1 in the environment, and with 2. With 1, which is what an executor wants, then four times as many
walks: in this process, by pools of two and three processes and of two threads, and whether they gave the same bits.
PyDeep took 7.9 s for the 100 walks, on another machine.
"""
import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np

from numpy_dgm import RBM
from numpy_dgm.energy.annealing import base_rbm, forward_walks

WALKS, TEMPERATURES, VISIBLE, HIDDEN = 100, 1_000, 784, 500
POOLED = 400  # walks that pools share


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    rng = np.random.default_rng(0)
    rbm = RBM(0.05 * rng.standard_normal((VISIBLE, HIDDEN), dtype=np.float32), np.zeros(VISIBLE, np.float32),
              np.zeros(HIDDEN, np.float32))
    annealing, products = [], []
    for _ in range(pairs):
        annealing.append(seconds(forward_walks, rbm, base_rbm(rbm), TEMPERATURES, WALKS, rng))
        products.append(seconds(matrix_products, rbm, TEMPERATURES))
    ratios = np.divide(annealing, products)
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    print(f"NumPy {np.__version__}; OPENBLAS_CORETYPE {os.environ.get('OPENBLAS_CORETYPE', 'not set')}")
    print("threads    annealing   products   ratio [quartiles]")
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "default")
    print(f"{threads:<8} {np.median(annealing):9.2f} s {np.median(products):8.2f} s   "
          f"{middle:.2f} [{low:.2f}, {high:.2f}]")
    if threads != "1":
        return
    started = time.perf_counter()
    here = forward_walks(rbm, base_rbm(rbm), TEMPERATURES, POOLED, np.random.default_rng(1))
    print(f"{POOLED} walks: {time.perf_counter() - started:.2f} s")
    for kind, workers in ((ProcessPoolExecutor, 2), (ProcessPoolExecutor, 3), (ThreadPoolExecutor, 2)):
        with kind(workers) as executor:
            list(executor.map(abs, range(workers)))  # so that the processes stand
            started = time.perf_counter()
            there = forward_walks(rbm, base_rbm(rbm), TEMPERATURES, POOLED, np.random.default_rng(1), executor)
            taken = time.perf_counter() - started
        same = np.array_equal(here.log_weights, there.log_weights)
        what = "processes" if kind is ProcessPoolExecutor else "threads"
        print(f"{workers} {what}: {taken:.2f} s, {'the same bits' if same else 'OTHER NUMBERS'}")


def matrix_products(rbm, n):
    v, h = np.ones((WALKS, VISIBLE), np.float32), np.ones((WALKS, HIDDEN), np.float32)
    for _ in range(n):
        v @ rbm.W
        h @ rbm.W.T


def seconds(work, *arguments):
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
