"""Running lessons: whole, or their proofs alone.

A lesson is a script in percent format. `verify` prints a line for each equation that holds, and `claim` one for
each conclusion from an experiment; at the first that does not hold the script stops. The proofs are all cells but
those whose title begins with experiment, figure or wrong.
"""
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..foundation.checks import invalid

FOLDER = Path(__file__).parents[2] / "lessons"  # beside the package in a clone of the repository
CELL = re.compile(r"^(?=# %%)", re.MULTILINE)
NO_PROOF = re.compile(r"# %% (experiment|figure|wrong)\b")  # how a cell begins that --proofs leaves out
ANNOUNCED = re.compile(r"^#     .*\((\d+\.\d+)\)\s*$", re.MULTILINE)  # an indented equation that ends in its label
PROVED = re.compile(r"^  ok \((\d+\.\d+)\)", re.MULTILINE)
CLAIMED = re.compile(r"^  claim (.+)$", re.MULTILINE)
FIGURE = re.compile(r"^  figure (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class LessonRun:
    """The result of running a lesson."""

    path: Path
    seconds: float
    succeeded: bool
    output: str  # all that it printed, a traceback included
    proved: tuple  # labels of the equations that held, in order
    claims: tuple  # the conclusions that held, with their figures, in order
    figures: tuple  # the files that it drew, relative to the lessons' folder


def find_lessons(numbers: Iterable[str | int] = ()) -> list[Path]:
    """The paths of the lessons with those numbers ("04" or 4), all by default. InvalidInput where one is missing."""
    if not FOLDER.is_dir():
        raise invalid(FOLDER, "the folder of the lessons", "no such folder", "they come with a clone of the repository")
    paths = {int(path.name[:2]): path for path in sorted(FOLDER.glob("[0-9][0-9]_*.py"))}
    for number in numbers:
        if not str(number).isdigit() or int(number) not in paths:
            known = ", ".join(f"{known:02d}" for known in paths)
            raise invalid("lesson", f"one of {known}", number)
    return [paths[int(number)] for number in numbers] or list(paths.values())


def announced_labels(path: str | Path) -> set[str]:
    """The labels that the lesson's text gives to its equations, such as {"4.1", "4.2"}."""
    return set(ANNOUNCED.findall(Path(path).read_text(encoding="utf8")))


def run_lesson(path: str | Path, proofs_only: bool = False) -> LessonRun:
    """Run the lesson at `path` in a process of its own: a LessonRun."""
    command = [sys.executable, "-m", __name__, str(path)] + (["--proofs"] if proofs_only else [])
    # one BLAS thread unless told otherwise: a second gains nothing on a lesson's small matrices
    environment = {"OPENBLAS_NUM_THREADS": "1", **os.environ, "PYTHONIOENCODING": "utf8", "PYTHONUNBUFFERED": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf8", env=environment, check=False
    )
    return LessonRun(
        path=Path(path),
        seconds=time.perf_counter() - started,
        succeeded=done.returncode == 0,
        output=done.stdout,
        proved=tuple(PROVED.findall(done.stdout)),
        claims=tuple(CLAIMED.findall(done.stdout)),
        figures=tuple(FIGURE.findall(done.stdout)),
    )


def execute(path: str | Path, proofs_only: bool) -> None:
    """Run the lesson at `path` in this process, as `python path` would, or its proofs alone."""
    source = Path(path).read_text(encoding="utf8")
    if proofs_only:
        source = proofs_of(source)
    sys.argv = [str(path)]
    exec(compile(source, str(path), "exec"), {"__name__": "__main__", "__file__": str(path)})


def proofs_of(source: str) -> str:
    """A lesson's text with empty lines in the place of its experiments, so that line numbers stay."""
    if source.startswith("# %% [markdown]\n# # Lesson "):  # the first edition: all that stands before the experiment
        return re.split(r"^# %% experiment:", source, flags=re.MULTILINE)[0]
    return "".join("\n" * cell.count("\n") if NO_PROOF.match(cell) else cell for cell in CELL.split(source))


if __name__ == "__main__":
    execute(sys.argv[1], "--proofs" in sys.argv)
