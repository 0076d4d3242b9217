"""A mutant: the package with one mistake in it; and the process in which tests and lessons run on it.

Each mutant has a copy of the repository to itself. That copy comes first on the search path of a new process and of
all that the process starts, so that imports, the command and the lessons meet the mistake and nothing else.
"""
import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import cache_from_source
from multiprocessing.connection import Connection, wait
from pathlib import Path

TIME_LIMIT = 120  # seconds more than tests take without a mistake; what runs longer hangs, and so is noticed
# A fork starts with all that this process has imported. Elsewhere than on Linux not every library survives one.
PROCESSES = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass(frozen=True)
class Mutant:
    text: str  # stands in the module exactly once
    replacement: str
    mistake: str
    tests: str = ""  # the test file that must fail, under tests/; by default the one named after the module
    lessons: str = ""  # numbers of the lessons whose proofs must fail as well, such as "04 06"
    module: str = ""  # under numpy_dgm/, such as "energy/rbm.py"; filled in where the mutants are read
    killer: str = ""  # the test that failed first last time; filled in there too


@dataclass(frozen=True)
class Verdict:
    tests: str  # "red", "GREEN", "hang" (until TIME_LIMIT) or "DIED" (with the process)
    failed: str = ""  # the first test that failed, without its parameters
    lessons: str = ""  # numbers of those whose proofs still hold


@dataclass(frozen=True)
class Job:
    mutant: Mutant
    folder: Path
    process: multiprocessing.Process
    answer: Connection
    started: float


class FirstFailure:
    """A pytest plugin that keeps the name of the first test that fails."""

    name = ""

    def pytest_runtest_logreport(self, report):
        if report.failed and not self.name:
            self.name = report.nodeid.partition("::")[2].partition("[")[0]


def copy_repository(origin, folder):
    """What the tests need; compiled modules too, since they save time."""
    ignored = shutil.ignore_patterns("figures", "pages", "benchmarks", "reproductions")
    for name in ("numpy_dgm", "tests", "lessons"):
        shutil.copytree(origin / name, folder / name, ignore=ignored)
    shutil.copy(origin / "setup.cfg", folder)


def mutate(mutant, folder):
    path = folder / "numpy_dgm" / mutant.module
    source = path.read_text(encoding="utf8")
    path.write_text(source.replace(mutant.text, mutant.replacement), encoding="utf8")
    Path(cache_from_source(path)).unlink(missing_ok=True)


def run_tests(targets):
    """("red", the test that failed) or ("GREEN", "")."""
    import pytest

    for target in targets:
        failure = FirstFailure()
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", f"tests/{target}"], plugins=[failure])
        if code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):  # interrupted by a failing import
            return "red", failure.name
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest {target}: {code!r}, nothing was tested")
    return "GREEN", ""


def proofs_hold(number):
    """Whether the lesson's proofs hold on the package that this process imports."""
    [path] = Path("lessons").glob(f"{number}_*.py")
    try:
        from numpy_dgm.course.lessons import execute

        execute(path, proofs_only=True)
    except (Exception, SystemExit):
        return False
    return True


def examine(mutant, folder, sender):
    """In a process of its own: run the lessons and the tests in `folder`, and send the Verdict."""
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, to be killed together with what the tests start
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = str(folder)
    holding = [number for number in mutant.lessons.split() if proofs_hold(number)]
    targets = [f"{mutant.tests}::{mutant.killer}"] if mutant.killer else []
    targets += [mutant.tests] if mutant.tests else []
    tests, failed = run_tests(targets) if targets else ("GREEN", "")
    sender.send(Verdict(tests, failed, " ".join(holding)))


def start(mutant, origin):
    """The Job of testing the mutant in a copy of the repository at `origin`."""
    folder = Path(tempfile.mkdtemp(dir=origin.parent))
    copy_repository(origin, folder)
    if mutant.text:
        mutate(mutant, folder)
    answer, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=examine, args=(mutant, folder, sender))
    process.start()
    sender.close()
    return Job(mutant, folder, process, answer, time.perf_counter())


def read_verdict(job):
    if not job.answer.poll():
        return Verdict("hang")
    try:
        return job.answer.recv()
    except EOFError:
        return Verdict("DIED")


def stop(job):
    with contextlib.suppress(OSError, AttributeError):  # no such group any more; no groups on Windows
        os.killpg(job.process.pid, signal.SIGKILL)
    job.process.kill()
    job.process.join()
    shutil.rmtree(job.folder, ignore_errors=True)


def run(mutants, origin, usual=None):
    """Yield (mutant, its Verdict, seconds) as they finish, as many at a time as there are processors.

    usual: {file of tests: the seconds that it takes without a mistake}, half as much again of which is allowed for.
    """
    limits = {file: TIME_LIMIT + 1.5 * seconds for file, seconds in (usual or {}).items()}
    waiting, running = list(mutants), []
    try:
        while waiting or running:
            while waiting and len(running) < os.cpu_count():
                running.append(start(waiting.pop(0), origin))
            wait([job.answer for job in running], timeout=1)
            for job in list(running):
                seconds = time.perf_counter() - job.started
                if job.answer.poll() or seconds > limits.get(job.mutant.tests, TIME_LIMIT):
                    yield job.mutant, read_verdict(job), seconds
                    running.remove(job)
                    stop(job)
    finally:
        for job in running:
            stop(job)
