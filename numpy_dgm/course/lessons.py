"""Running lessons: whole, or their proofs alone.

A lesson is a script in percent format. `verify` prints a line for each equation that holds, and `claim` one for
each conclusion from an experiment; at the first that does not hold the script stops. The proofs are all cells but
those whose title begins with experiment, figure or wrong.
"""
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..foundation.checks import invalid

INSTALLED = Path(__file__).parents[1] / "lessons"  # within the package, where it was installed from a wheel
FOLDER = INSTALLED if INSTALLED.is_dir() else Path(__file__).parents[2] / "lessons"  # beside it in a clone
CELL = re.compile(r"^(?=# %%)", re.MULTILINE)
NO_PROOF = re.compile(r"(experiment|figure|wrong)\b")  # how the title of a cell begins that --proofs leaves out
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


@dataclass(frozen=True)
class Cell:
    """A part of a lesson, from one `# %%` to the next."""

    title: str  # what stands after `# %%`, such as "(9.1) the mean of CD-1"; "" before the first
    text: str  # its lines, without the title
    line: int  # how many lines of the lesson stand before the text

    @property
    def is_markdown(self) -> bool:
        """Whether it is text in comments, not code."""
        return self.title == "[markdown]"


def cells_of(source: str) -> list[Cell]:
    """The cells of a lesson's text, in order."""
    cells, line = [], 0
    for part in CELL.split(source):
        title, _, text = part.partition("\n") if part.startswith("# %%") else ("", "", part)
        begins = line + bool(part.startswith("# %%"))
        if title or text.strip():
            cells.append(Cell(title.removeprefix("# %%").strip(), text, begins))
        line += part.count("\n")
    return cells


def find_lessons(numbers: Iterable[str | int] = ()) -> list[Path]:
    """The paths of the lessons with those numbers ("04" or 4), all by default. InvalidInput where one is missing.

    In the place of a number may stand the path of a file, such as a copy that was changed.
    """
    files = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    if not files:
        raise invalid(FOLDER, "the folder of the lessons", "no lessons there", "install numpy_dgm again, or clone it")
    paths = {int(path.name[:2]): path for path in files}
    return [find_lesson(str(number), paths) for number in numbers] or list(paths.values())


def find_lesson(number: str, paths: dict[int, Path]) -> Path:
    """The path of the lesson with that number, or the file of that name; `paths` {number: path} are the lessons."""
    if number.endswith(".py") and Path(number).is_file():
        return Path(number).resolve()
    if not number.isdecimal() or int(number) not in paths:
        raise invalid("lesson", f"one of {', '.join(f'{known:02d}' for known in paths)}", number)
    return paths[int(number)]


def copy_lessons(folder: str | Path) -> Path:
    """Copy lessons, solutions, NOTATION.md and README.md to a new or empty folder, to read and change. Returns it."""
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise invalid(folder, "a new or an empty folder", "a folder with files" if folder.is_dir() else "a file")
    (folder / "solutions").mkdir(parents=True, exist_ok=True)
    texts = [path for name in ("NOTATION.md", "README.md", "solutions/*.md") for path in sorted(FOLDER.glob(name))]
    for path in [*find_lessons(), *texts]:
        shutil.copyfile(path, folder / path.relative_to(FOLDER))
    return folder


def announced_labels(path: str | Path) -> set[str]:
    """The labels that the lesson's text gives to its equations, such as {"4.1", "4.2"}."""
    return set(ANNOUNCED.findall(Path(path).read_text(encoding="utf8")))


def run_lesson(path: str | Path, proofs_only: bool = False) -> LessonRun:
    """Run the lesson at `path` in a process of its own: a LessonRun."""
    command = [sys.executable, "-m", __name__, str(path)] + (["--proofs"] if proofs_only else [])
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf8",
                          env=lesson_environment(), check=False)
    return LessonRun(
        path=Path(path),
        seconds=time.perf_counter() - started,
        succeeded=done.returncode == 0,
        output=done.stdout,
        proved=tuple(PROVED.findall(done.stdout)),
        claims=tuple(CLAIMED.findall(done.stdout)),
        figures=tuple(FIGURE.findall(done.stdout)),
    )


def lesson_environment() -> dict[str, str]:
    """The environment of a process that runs a lesson."""
    # one BLAS thread unless told otherwise: a second gains nothing on a lesson's small matrices
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ, "PYTHONIOENCODING": "utf8", "PYTHONUNBUFFERED": "1"}


def execute(path: str | Path, proofs_only: bool) -> None:
    """Run the lesson at `path` in this process, as `python path` would, or its proofs alone."""
    source = Path(path).read_text(encoding="utf8")
    if proofs_only:
        source = proofs_of(source)
    exec(compile(source, str(path), "exec"), set_up(path))


def set_up(path: str | Path) -> dict:
    """The global variables with which the lesson at `path` starts in this process, whose script it becomes."""
    sys.argv = [str(path)]
    is_installed = Path(path).parent == INSTALLED  # then its figures go to the working directory
    return {"__name__": "__main__", "__file__": str(Path.cwd() / Path(path).name if is_installed else path)}


def proofs_of(source: str) -> str:
    """A lesson's text with empty lines in the place of its experiments, so that line numbers stay."""
    lines = source.split("\n")
    for cell in cells_of(source):
        if NO_PROOF.match(cell.title):
            n_lines = len(cell.text.splitlines())
            lines[cell.line : cell.line + n_lines] = [""] * n_lines
    return "\n".join(lines)


if __name__ == "__main__":
    execute(sys.argv[1], "--proofs" in sys.argv)
