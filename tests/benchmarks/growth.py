"""How the time of `train_rbm` grows with the cases, the hidden units, the batch and the Gibbs steps.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/growth.py [--turns 5]

One epoch of PCD on random bits, float32, as many chains as a batch has cases, started with what CENTRE says; one of
the four is varied, the rest stay. Times are the processor's with one thread, medians of turns that go round all values
of the one that is varied. "Slope": of log time against log value, from this line's neighbours: 1 is in proportion. The
last column has scikit-learn's BernoulliRBM for the same work, where it is installed (it has no k). The plot goes to
growth.png, beside this file.
"""
import argparse
import time
from pathlib import Path

import numpy as np

from numpy_dgm import init_rbm, plots, train_rbm

try:
    from sklearn.neural_network import BernoulliRBM
except ImportError:
    BernoulliRBM = None

N_VISIBLE = 784
CENTRE = {"cases": 5_000, "hidden": 256, "batch": 50, "k": 1}
VALUES = {"cases": (1_250, 2_500, 5_000, 10_000, 20_000), "hidden": (64, 128, 256, 512, 1_024),
          "batch": (5, 10, 20, 50, 100, 200, 500), "k": (1, 2, 5, 10, 25)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    tables = {}
    for name, values in VALUES.items():
        ours = medians(our_epoch, name, values, turns)
        peer = medians(scikit_learn_epoch, name, values, turns) if BernoulliRBM is not None and name != "k" else None
        print_table(name, values, ours, peer)
        tables[name] = (values, ours, peer)
    draw(tables)


def draw(tables):
    fig, axes = plots.new_figure(1, 4, width=11, height=2.8)
    for axis, (name, (values, ours, peer)) in zip(axes, tables.items()):
        axis.loglog(values, ours, marker="o", label="numpy_dgm")
        if peer is not None:
            axis.loglog(values, peer, marker="s", label="scikit-learn")
        others = [f"{other} {value:,}" for other, value in CENTRE.items() if other != name]
        axis.set(xlabel=name, title=", ".join(others), ylim=(0.02, 2))
        axis.title.set_fontsize(8)
        axis.set_xticks(values[::2], [f"{value:,}" for value in values[::2]])
        axis.minorticks_off()
    axes[0].set_ylabel("seconds an epoch")
    axes[0].legend(fontsize=8)
    plots.save(fig, "growth.png", Path(__file__).parent)


def medians(epoch, name, values, turns):
    """The median seconds of an epoch at each of the values of `name`."""
    seconds = np.zeros((turns, len(values)))
    for turn in range(turns):
        for i, value in enumerate(values):
            seconds[turn, i] = epoch(**{**CENTRE, name: value})
    return np.median(seconds, axis=0)


def our_epoch(cases, hidden, batch, k):
    X = random_bits(cases)
    rng = np.random.default_rng(0)
    rbm = init_rbm(N_VISIBLE, hidden, rng)
    started = time.process_time()
    train_rbm(rbm, X, epochs=1, rng=rng, batch_size=batch, n_chains=batch, k=k, rate=0.01, schedule="constant",
              centred=False)
    return time.process_time() - started


def scikit_learn_epoch(cases, hidden, batch, k):
    X = random_bits(cases)
    started = time.process_time()
    BernoulliRBM(hidden, learning_rate=0.01, batch_size=batch, n_iter=1, random_state=0).fit(X)
    return time.process_time() - started


def random_bits(n):
    return (np.random.default_rng(1).random((n, N_VISIBLE)) < 0.2).astype(np.float32)


def print_table(name, values, ours, peer):
    slopes = np.gradient(np.log(ours), np.log(values))
    print(f"\n{name:>8}  numpy_dgm   slope" + ("" if peer is None else "   scikit-learn"))
    for i, value in enumerate(values):
        line = f"{value:8,d} {ours[i]:9.3f} s {slopes[i]:7.2f}"
        print(line + ("" if peer is None else f" {peer[i]:12.3f} s"), flush=True)


if __name__ == "__main__":
    main()
