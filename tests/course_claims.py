"""Do the claims of the lessons hold elsewhere: with other seeds, another number of threads, other BLAS kernels?

    python tests/course_claims.py                    all lessons, 12 conditions: about an hour on two cores
    python tests/course_claims.py 09 32              those lessons
    python tests/course_claims.py --changed main     those that differ from a revision; HEAD by default

Each run is a process of its own, in which np.random.default_rng(k) is default_rng([k, seed]) and a claim that fails is
counted and does not stop the lesson. A line a lesson with the claims that held; then those that failed, with their
figures. Exit code 1 where a claim failed, or a lesson did.
"""
import argparse
import itertools
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IS_X86 = platform.machine().lower() in ("x86_64", "amd64")
KERNELS = ("Haswell", "Nehalem") if IS_X86 else ("ARMV8", "NEOVERSEN1")  # of OpenBLAS; other libraries pay no heed
TIME_LIMIT = 300  # seconds
HELD = re.compile(r"^  claim ", re.MULTILINE)
FAILED = re.compile(r"^  FAILED (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Condition:
    seed: int
    threads: int
    kernels: str

    def __str__(self):
        return f"{self.seed}/{self.threads}/{self.kernels[:4]}"


@dataclass(frozen=True)
class Outcome:
    n_held: int
    failed: tuple  # the claims that failed, with their figures
    error: str  # what stopped the lesson, or ""

    def __str__(self):
        return f"{self.n_held}" + f"+{len(self.failed)}F" * bool(self.failed) + "!" * bool(self.error)


def run_here(path, seed):
    """In this process: run the lesson with `seed` beside its own seeds, and go on where a claim fails."""
    import numpy as np

    from numpy_dgm.course.lessons import set_up
    from numpy_dgm.foundation import verify

    default_rng, claim = np.random.default_rng, verify.claim

    def seeded_rng(own=None):
        if own is None or not isinstance(own, (int, np.integer, list, tuple, np.ndarray)):
            return default_rng(own)  # a SeedSequence, or a generator, which comes from one of the others
        return default_rng([*np.atleast_1d(own).tolist(), seed])

    def counted_claim(sentence, holds, **figures):
        try:
            claim(sentence, holds, **figures)
        except verify.ClaimDoesNotHold as error:
            print(f"  FAILED {error}")

    np.random.default_rng, verify.claim = seeded_rng, counted_claim
    with tempfile.TemporaryDirectory() as folder:  # for the figures
        variables = {**set_up(path), "__file__": str(Path(folder) / path.name)}
        exec(compile(path.read_text(encoding="utf8"), str(path), "exec"), variables)


def run(path, condition):
    """The Outcome of a lesson under a Condition."""
    command = [sys.executable, __file__, "--run", str(path), "--seeds", str(condition.seed)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(condition.threads), "OPENBLAS_CORETYPE": condition.kernels,
                   "PYTHONIOENCODING": "utf8", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf8", env=environment, check=False,
                              timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired as stopped:
        printed = (stopped.stdout or b"").decode("utf8", "replace")
        return Outcome(len(HELD.findall(printed)), tuple(FAILED.findall(printed)), f"longer than {TIME_LIMIT} s")
    error = ""
    if done.returncode:
        error = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        error = next((line for line in done.stderr.splitlines() if "DoesNotHold: " in line), error)
    return Outcome(len(HELD.findall(done.stdout)), tuple(FAILED.findall(done.stdout)), error)


def changed_lessons(revision):
    """The lessons that differ from `revision`, uncommitted and new ones included."""
    changed = set()
    for command in (["diff", "--name-only", revision], ["ls-files", "--others", "--exclude-standard"]):
        done = subprocess.run(["git", *command], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf8")
        changed.update(ROOT / line for line in done.stdout.splitlines())
    return changed


def choose(numbers, revision):
    """The paths of the lessons to run."""
    from numpy_dgm.course.lessons import find_lessons

    paths = find_lessons(numbers)
    return [path for path in paths if path in changed_lessons(revision)] if revision else paths


def try_all(paths, conditions, n_jobs):
    """Run the lessons under all conditions, a line a lesson: {(path, condition): Outcome}."""
    width = max([len(str(condition)) for condition in conditions]) + 1
    print(f"{'claims held, +F failed, ! stopped':<34}" + "".join(f"{condition!s:>{width}}" for condition in conditions))
    print(f"{'seed/threads/kernels':<34}", flush=True)
    outcomes = {}
    for path in paths:
        for threads in sorted({condition.threads for condition in conditions}):  # no more threads than processors
            alike = [condition for condition in conditions if condition.threads == threads]
            with ThreadPoolExecutor(max(n_jobs // threads, 1)) as executor:
                outcomes.update(zip([(path, condition) for condition in alike],
                                    executor.map(lambda condition, path=path: run(path, condition), alike)))
        cells = "".join(f"{outcomes[path, condition]!s:>{width}}" for condition in conditions)
        print(f"{path.stem:<34}{cells}", flush=True)
    return outcomes


def main(arguments):
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="of lessons, or their files; all by default")
    parser.add_argument("--changed", nargs="?", const="HEAD", metavar="REV", help="only lessons that differ from REV")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--kernels", nargs="+", default=KERNELS, help="values of OPENBLAS_CORETYPE")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="threads at a time, in all processes")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.run:
        run_here(options.run, options.seeds[0])
        return 0
    conditions = list(itertools.starmap(Condition, itertools.product(options.seeds, options.threads, options.kernels)))
    outcomes = try_all(choose(options.numbers, options.changed), conditions, options.jobs)
    for (path, condition), outcome in outcomes.items():
        for claim in outcome.failed:
            print(f"FAILED  {path.stem}  {condition}  {claim}")
        if outcome.error:
            print(f"STOPPED {path.stem}  {condition}  {outcome.error}")
    n_held = sum(outcome.n_held for outcome in outcomes.values())
    n_failed = sum(len(outcome.failed) for outcome in outcomes.values())
    n_stopped = sum(bool(outcome.error) for outcome in outcomes.values())
    print(f"{len(outcomes)} runs: {n_held} claims held, {n_failed} failed, {n_stopped} runs stopped; "
          f"{time.perf_counter() - began:.0f} s")
    return 1 if n_failed or n_stopped else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
