"""A study of four seeds, and annealed walks, on executors: here, over a process pool, over Dask; the same bits?

    python tests/benchmarks/study.py [--dask]     about a minute; see study.txt. Dask must be installed for --dask

Each model, and each series of the history but the clock's, is compared with that of a plain run of the same seed; the
evaluation, with that of no executor.
"""
import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

from numpy_dgm import evaluate_rbm, load_run, open_data, train_study  # noqa: E402
from numpy_dgm.foundation.records import flatten  # noqa: E402
from numpy_dgm.runs import KINDS  # noqa: E402

SEEDS = (0, 1, 2, 3)
STUDIES = {
    "rbm": {"data": "digits", "hidden": 64, "epochs": 100},
    "gan": {"data": "digits", "steps": 600, "conditional": True},
    "classifier": {"data": "digits", "epochs": 30},
}


def numbers(folder):
    """All that a run has computed: its model and its history without the clock's, bit for bit."""
    run = load_run(folder)
    series = {name: values for name, values in run.history.series.items() if name != "seconds"}
    return flatten(run.model).tobytes(), series


def walks(model, executor):
    """Log Z by annealed walks, each weight of them."""
    test = open_data("digits", part="test")
    evaluation = evaluate_rbm(model, test, np.random.default_rng(0), method="ais", executor=executor)
    weights = [evaluation.forward, *evaluation.reverse.values()]
    return np.concatenate([walk.log_weights for walk in weights]).tobytes()


def compare(folder, name, executor):
    """A line for each kind: how long the study took, and whether its numbers are those of plain runs."""
    for kind, options in STUDIES.items():
        began = time.perf_counter()
        study = train_study(kind, options, SEEDS, folder / name / kind, executor=executor)
        seconds = time.perf_counter() - began
        same = all(numbers(run.run) == numbers(folder / "plain" / kind / str(run.seed)) for run in study.runs)
        print(f"{name:<14} {kind:<12} {seconds:6.1f} s, the same bits {same}", flush=True)
    began = time.perf_counter()
    model = load_run(folder / "plain" / "rbm" / "0").model
    found = walks(model, executor)
    seconds = time.perf_counter() - began
    print(f"{name:<14} {'evaluate_rbm':<12} {seconds:6.1f} s, the same bits {found == walks(model, None)}", flush=True)


def dask_executor():
    """An executor of a cluster of two workers, for a with statement."""
    from dask.distributed import Client, LocalCluster

    @contextlib.contextmanager
    def opened():
        with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster) as client:
            yield client.get_executor()
    return opened()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dask", action="store_true")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    for kind, options in STUDIES.items():
        for seed in SEEDS:
            run = folder / "plain" / kind / str(seed)
            settings = KINDS[kind].TrainOptions(**options, seed=seed)
            KINDS[kind].train(settings, run, progress=False)
    compare(folder, "here", None)
    with ProcessPoolExecutor(2) as pool:
        compare(folder, "process pool", pool)
    if arguments.dask:
        with dask_executor() as executor:
            compare(folder, "Dask", executor)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
