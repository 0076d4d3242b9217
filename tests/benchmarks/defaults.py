"""Is a first try good? `train_rbm` with its defaults, beside other rates and other numbers of chains.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/defaults.py [FOLDER]

Mean log p of cases that were not learnt, in nats, after few and after more epochs: the shipped digits with 16 and with
256 hidden units; bars and stripes (4x4), which are their own test, and whose modes lie so far apart that chains get
lost at high rates; and, where FOLDER holds the files of MNIST, 5,000 of its digits with 64 and with 500 hidden units.
Exact where a layer has at most 16 units, else by annealing (1,000 temperatures). Means of two seeds, and half their
range. "best" stands behind the best of a line, "default" in the head. The last table has the default rate and other
numbers of chains; a case costs about as much as a chain.
"""
import argparse
import time
import warnings
from dataclasses import fields
from pathlib import Path

import numpy as np

from numpy_dgm import evaluate_rbm, init_rbm, open_data, train_rbm
from numpy_dgm.data import bars_and_stripes
from numpy_dgm.energy.rbm_training import RBMSettings
from numpy_dgm.foundation.guards import Diverged

RATES = (0.03, 0.1, 0.2, 0.5)
CHAINS = (20, 50, 100, 200)
SEEDS = 2
DEFAULTS = {one.name: one.default for one in fields(RBMSettings)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="of MNIST's files")
    works = tasks(parser.parse_args().folder)
    warnings.simplefilter("ignore")  # rates that are too large are part of the table
    for name, values in (("rate", RATES), ("n_chains", CHAINS)):
        heads = [f"{value:g}" + " (default)" * (value == DEFAULTS[name]) for value in values]
        print(f"\n{name:<34}" + "".join(f"{head:>18}" for head in heads))
        for work in works:
            for epochs in work["epochs"]:
                print_line(work, epochs, name, values)


def tasks(folder):
    train, test = (open_data("digits", part=part, bits="threshold")[:] for part in ("train", "test"))
    patterns = bars_and_stripes(4)
    works = [
        {"name": "digits, 16 hidden", "train": train, "test": test, "hidden": 16, "epochs": (10, 50)},
        {"name": "digits, 256 hidden", "train": train, "test": test, "hidden": 256, "epochs": (10, 50)},
        {"name": "bars and stripes, 16 hidden", "train": np.tile(patterns, (50, 1)), "test": patterns, "hidden": 16,
         "epochs": (50,)},
    ]
    if folder is not None:
        mnist = open_data(folder, part="train", bits="threshold")
        for hidden in (64, 500):
            works.append({"name": f"MNIST, {hidden} hidden", "train": mnist[:5_000], "test": mnist[50_000:51_000],
                          "hidden": hidden, "epochs": (5, 20)})
    return [{**work, "train": work["train"].astype(np.float32)} for work in works]


def print_line(work, epochs, name, values):
    found = np.array([[log_p(work, epochs, seed, {name: value}) for seed in range(SEEDS)] for value in values])
    means, half_ranges = found.mean(axis=1), np.ptp(found, axis=1) / 2
    cells = [f"{mean:.1f} ± {half:.1f}" + " best" * bool(mean == means.max()) for mean, half in zip(means, half_ranges)]
    print(f"{work['name'] + f', {epochs} epochs':<34}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


def log_p(work, epochs, seed, settings):
    """Mean log p of the test cases; -∞ where training stopped."""
    rng = np.random.default_rng(seed)
    rbm = init_rbm(work["train"].shape[1], work["hidden"], rng, work["train"])
    try:
        rbm, _ = train_rbm(rbm, work["train"], epochs=epochs, rng=rng, **settings)
    except Diverged:
        return -np.inf
    walks = {} if min(rbm.W.shape) <= 16 else {"n_temperatures": 1_000, "n_walks": 50}
    return evaluate_rbm(rbm, work["test"], np.random.default_rng([seed, 1]), **walks).log_likelihood


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"\n{(time.perf_counter() - started) / 60:.0f} minutes")
