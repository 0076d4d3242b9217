"""How long the exact log Z takes: 20 hidden units under 64 and 784 visible ones, and the memory of it.

    python tests/benchmarks/exact_log_z.py
"""
import time
import tracemalloc

import numpy as np

from numpy_dgm import RBM, log_partition


def main():
    print("visible hidden    dtype   seconds   largest memory")
    for n_visible, dtype in ((64, np.float32), (64, np.float64), (784, np.float32), (784, np.float64)):
        rng = np.random.default_rng(0)
        W = rng.normal(scale=0.3, size=(n_visible, 20)).astype(dtype)
        rbm = RBM(W=W, b=np.zeros(n_visible, dtype), c=np.zeros(20, dtype))
        started = time.perf_counter()
        log_partition(rbm)
        seconds = time.perf_counter() - started
        tracemalloc.start()
        log_partition(RBM(W=W[:, :14], b=rbm.b, c=rbm.c[:14]))  # the same blocks; tracing slows it too much for 20
        megabytes = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(f"{n_visible:7d} {20:6d} {np.dtype(dtype).name:>8} {seconds:9.1f} {megabytes:11.1f} MB", flush=True)


if __name__ == "__main__":
    main()
