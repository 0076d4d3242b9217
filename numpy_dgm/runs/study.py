"""A study: the same run once a seed, and what became of the runs in one table.

Each run is that of `dgm train KIND --seed S --out DIR/seedS`, its numbers the same bits, whoever runs it: this process,
processes of their own, or any concurrent.futures executor. A study that was stopped goes on when it is asked for again.
"""
import math
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..foundation.checks import check_choice, check_executor, check_integer, invalid
from ..foundation.guards import Diverged
from ..foundation.settings import make_settings
from . import KINDS

Call = tuple[str, dict, int, Path]  # the arguments of train_seed


@dataclass(frozen=True, eq=False)
class SeedRun:
    """One run of a study."""

    seed: int
    run: Path  # its folder
    last: dict[str, float]  # the latest number of each series of its history; empty where it diverged
    problem: str = ""  # what it diverged by


@dataclass(frozen=True, eq=False)
class Study:
    """What became of the runs of a study. Printing it gives the table."""

    kind: str
    run: Path  # the folder with the runs
    runs: tuple[SeedRun, ...]
    mean: dict[str, float]  # figure -> its mean over the runs that did not diverge
    standard_error: dict[str, float]  # of that mean; NaN for a single run

    def __str__(self) -> str:
        width = max(map(len, [*self.mean, "figure"]))
        heads = [*(f"seed {one.seed}" for one in self.runs), "mean", "standard error"]
        lines = ["  ".join([f"{'figure':<{width}}", *(f"{head:>10}" for head in heads)])]
        for name in self.mean:
            values = [*(one.last.get(name, math.nan) for one in self.runs), self.mean[name], self.standard_error[name]]
            shown = [f"{value:>{max(len(head), 10)}.4g}" for head, value in zip(heads, values)]
            lines.append("  ".join([f"{name:<{width}}", *shown]))
        lines += [f"seed {one.seed}: {one.problem}" for one in self.runs if one.problem]
        return "\n".join(lines)


def train_study(kind: str, options: dict, seeds: Iterable[int], folder: Any, *, jobs: int = 1,
                executor: Executor | None = None, progress: bool = False) -> Study:
    """Train a model of that kind with each of the seeds, or go on with the runs that are there.

    kind      as in `dgm train KIND`
    options   those of `dgm train KIND` by name, such as {"data": "digits", "hidden": 16}, but for seed
    seeds     different integers >= 0
    folder    seed 0 has its run in folder/seed0, and so on
    jobs      how many are run at a time, each in a process of its own; 1 for one after the other in this process
    executor  any concurrent.futures.Executor that runs them instead; paths are then as its workers see them
    progress  say on standard error how far it is

    A run that diverges is a result, too: the others go on. Raises InvalidInput.
    """
    check_choice("kind", kind, tuple(KINDS))
    if "seed" in options:
        raise invalid("seed", "none beside seeds", options["seed"])
    seeds = check_seeds(seeds)
    jobs = check_integer("jobs", jobs)
    check_executor("executor", executor)
    calls = [(kind, options, seed, Path(folder) / f"seed{seed}") for seed in seeds]
    if executor is not None:
        runs = list(run_apart(executor, calls, len(calls), progress))
    elif jobs > 1:
        with ProcessPoolExecutor(min(jobs, len(seeds))) as pool:
            runs = list(run_apart(pool, calls, jobs, progress))
    else:
        runs = list(run_here(calls, progress))
    runs.sort(key=lambda one: seeds.index(one.seed))
    return Study(kind, Path(folder), tuple(runs), *summarise(runs))


def check_seeds(seeds: Any) -> list[int]:
    """`seeds` as a list of different integers >= 0, at least one; else InvalidInput."""
    try:
        found = [check_integer("seeds", seed, least=0) for seed in seeds]
    except TypeError as error:
        raise invalid("seeds", "integers >= 0, such as (0, 1, 2, 3)", repr(seeds)) from error
    if len(found) == 0 or len(set(found)) < len(found):
        raise invalid("seeds", "different integers, at least one", found)
    return found


def run_here(calls: list[Call], progress: bool) -> Iterator[SeedRun]:
    """One run after the other, in this process."""
    for call in calls:
        if progress:
            print(f"seed {call[2]}", file=sys.stderr)
        yield train_seed(*call, progress=progress)


def run_apart(executor: Executor, calls: list[Call], at_once: int, progress: bool) -> Iterator[SeedRun]:
    """The runs as they end, no more than `at_once` of them in the executor's hands, so that Ctrl-C ends all there are.
    """
    waiting, n_done = list(calls), 0
    running: set[Future] = set()
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                running.add(executor.submit(train_seed, *waiting.pop(0)))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                run = future.result()
                n_done += 1
                if progress:
                    print(f"seed {run.seed} is done, {n_done} of {len(calls)}", file=sys.stderr)
                yield run
    finally:
        for future in running:
            future.cancel()


def train_seed(kind: str, options: dict, seed: int, folder: Path, progress: bool = False) -> SeedRun:
    """One run of a study, to its end."""
    module = KINDS[kind]
    settings = make_settings(module.TrainOptions, {**options, "seed": seed})
    try:
        _, history = module.train(settings, folder, progress)
    except Diverged as error:
        return SeedRun(seed, folder, {}, str(error))
    return SeedRun(seed, folder, history.latest())


def summarise(runs: list[SeedRun]) -> tuple[dict[str, float], dict[str, float]]:
    """`(mean, standard error)` of each figure over the runs that have it, by name."""
    mean, error = {}, {}
    for name in dict.fromkeys(name for one in runs for name in one.last):
        values = np.array([one.last[name] for one in runs if name in one.last])
        mean[name] = float(values.mean())
        error[name] = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
    return mean, error
