"""For the student: a task at a time, on the student's own machine, with hints that grow with the tries.

Each task is tried on instances of three rounds: the first under the conventions of the lessons, the others under drawn
ones. What is right, and how often the rest was tried, is kept in `.dgm_course.json` beside the student's file.
"""
import ast
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..foundation.checks import invalid
from ..foundation.types import Array
from .diagnosis import TOLERANCE, Verdict, close, judge
from .homework import (
    Instances,
    calls_of,
    draw_instances,
    expected_answers,
    find_assignment,
    find_task,
    usual_conventions,
)
from .sandbox import Run, run_function
from .tasks import Assignment, Edit, Seed, Task

SECRET = b"numpy_dgm practice instances"
ROUNDS = ("practice", "practice 2", "practice 3")
PROGRESS = ".dgm_course.json"
SECONDS = 20.0
MOST_SHOWN = 6  # rows and columns of an array


def check(name: str, file: str | Path | None = None, only: str | None = None,
          report: Callable[[str], Any] = print) -> bool:
    """Check the student's file, task by task, up to the first that is not right; whether all are.

    file: NAME.py in the working directory by default. only: the name of one task. Raises InvalidInput.
    """
    assignment = find_assignment(name)
    tasks = find_tasks(assignment, only)
    n_right = 0
    for tried in try_tasks(assignment, file, tasks):
        for line in tried.lines:
            report(line)
        n_right += tried.is_right
    if n_right < len(tasks):
        if len(tasks) > 1:
            report(f"{n_right} of {len(tasks)} tasks so far are right; the next is {tried.function} "
                   "(--task NAME tries another one)")
        return False
    report(f"all {len(tasks)} tasks of {assignment.name} are right" if len(tasks) > 1 else "right")
    return True


def check_as_record(name: str, file: str | Path | None = None, only: str | None = None) -> dict[str, Any]:
    """Like `check`, but it reports nothing: what was found, as json_output.KEYS says."""
    assignment = find_assignment(name)
    tasks = find_tasks(assignment, only)
    all_tried = list(try_tasks(assignment, file, tasks))
    n_right = sum(tried.is_right for tried in all_tried)
    found = [{"task": tried.function, "right": tried.is_right, "says": [line.strip() for line in tried.lines[1:]]}
             for tried in all_tried]
    return {"assignment": assignment.name, "right": n_right == len(tasks), "n_tasks": len(tasks), "tasks": found}


def find_tasks(assignment: Assignment, only: str | None) -> list[Task]:
    """All tasks of the assignment, or the one of that name. Raises InvalidInput."""
    return [find_task(assignment, only)] if only else list(assignment.tasks)


@dataclass(frozen=True)
class Tried:
    """A task of the student's file that was tried."""

    function: str
    is_right: bool
    lines: list[str]  # to tell the student; the first says whether it is right


def try_tasks(assignment: Assignment, file: str | Path | None, tasks: list[Task]) -> Iterator[Tried]:
    """Try task by task, up to the first that is not right, and keep how often each was tried. Raises InvalidInput."""
    path = find_file(assignment, file)
    progress = read_progress(path.parent)
    known = progress.setdefault(assignment.name, {})
    text = path.read_text(encoding="utf8", errors="replace")
    before: tuple[Edit, ...] = ()
    for task in tasks:
        verdict, run, instances = try_task(assignment, task, path, before)
        before += verdict.edits
        was = known.get(task.function, {"tries": 0, "text": 0})
        is_new = was["text"] != hash_of(text) and not run.is_missing
        is_right = verdict.share == 1
        now = {"tries": was["tries"] + (is_new and not is_right), "text": hash_of(text), "right": is_right}
        known[task.function] = now
        write_progress(path.parent, progress)
        if not is_right:
            yield Tried(task.function, False, explain(assignment, task, verdict, run, instances, now["tries"]))
            return
        warnings = [f"         warning: {warning}" for warning in verdict.warnings]
        yield Tried(task.function, True, [f"  right  {task.function}", *warnings])


def watch(name: str, file: str | Path | None = None, report: Callable[[str], Any] = print,
          pause: float = 0.5) -> bool:
    """`check` again whenever the student's file is saved, until all is right."""
    path = find_file(find_assignment(name), file)
    while True:
        saved = path.stat().st_mtime_ns
        report(f"\n{path.name}, {time.strftime('%H:%M:%S')}")
        if check(name, path, report=report):
            return True
        report(f"waiting for {path.name} to be saved; Ctrl-C ends")
        while not path.exists() or path.stat().st_mtime_ns == saved:
            time.sleep(pause)


def find_file(assignment: Assignment, file: str | Path | None) -> Path:
    """The student's file. InvalidInput where it is not there."""
    path = Path(file) if file is not None else Path(f"{assignment.name}.py")
    if not path.is_file():
        raise invalid("file", f"your {assignment.name}.py", f"no {path}",
                      f"dgm course release {assignment.name} --out DIR writes the starter")
    return path.resolve()


def try_task(assignment: Assignment, task: Task, path: Path,
             before: tuple[Edit, ...]) -> tuple[Verdict, Run, Instances]:
    """The first round that is not right, or the last one: its Verdict, Run and instances."""
    rounds = [draw_round(assignment, task, number) for number in range(len(ROUNDS) if assignment.conventions else 1)]
    calls = [calls_of(task, instances) for instances in rounds]
    run = run_function(path, task, [call for one in calls for call in one], SECONDS)
    place = 0
    for instances, its_calls in zip(rounds, calls):
        part = slice(place, place + len(its_calls))
        overwritten = tuple(call - place for call in run.overwritten if part.start <= call < part.stop)
        one = replace(run, answers=run.answers[part], errors=run.errors[part], overwritten=overwritten)
        place = part.stop
        verdict = judge(assignment, task, instances, one, before)
        if verdict.share < 1 or run.problem or run.refused or run.is_missing:
            break
    return verdict, one, instances


def draw_round(assignment: Assignment, task: Task, number: int) -> Instances:
    """The instances of a round; those of the first under the usual conventions."""
    usual = usual_conventions(assignment) if number == 0 else None
    return draw_instances(assignment, task, SECRET, ROUNDS[number], usual)


def explain(assignment: Assignment, task: Task, verdict: Verdict, run: Run, instances: Instances,
            tries: int) -> list[str]:
    """What to tell the student about a task that is not right: more at each try."""
    lines = [f"  not yet  {task.function}", *(f"    {line}" for line in (*verdict.says, *verdict.warnings))]
    if run.is_missing:
        return [*lines, f"    it is about lesson {int(task.lesson)}, equation {task.equation}; about {task.hours:g} h"]
    if tries >= 2:
        lines += beside(assignment, task, run, instances)
    for hint in task.hints[: max(tries - 1, 0)]:
        lines.append(f"    hint: {hint}")
    if tries - 1 < len(task.hints):
        lines.append("    (a change and another try bring one more hint)")
    if run.printed:
        lines.append("    its output: " + run.printed.strip().replace("\n", "\n                "))
    return lines


def beside(assignment: Assignment, task: Task, run: Run, instances: Instances) -> list[str]:
    """Expected beside given, for the first answer that differs."""
    if task.judge is not None or task.is_choice:
        return []
    for arguments, answers in zip(instances.calls, run.answers):
        where = f"    an instance with {', '.join(show_argument(*one) for one in arguments.items())}"
        if not answers:
            return [where]
        for name, given, right in zip(task.answers, answers[0], expected_answers(assignment, task, arguments)):
            if not close(given, right):
                place, row, other = first_difference(given, right)
                return [where, f"      {name}{place} expected {row}", f"      {name}{place} got      {other}"]
    return []


def show_argument(name: str, value: Any) -> str:
    """An argument in a few characters: the shape of an array, the value of a number, the fields of a record."""
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    if isinstance(value, SimpleNamespace):
        return ", ".join(f"{key} = {one}" for key, one in vars(value).items())
    if isinstance(value, tuple):
        return f"{name} of {len(value)}"
    return name if isinstance(value, Seed) else f"{name} = {value}"


def first_difference(given: Array, right: Array) -> tuple[str, str, str]:
    """The first row that differs: where it is, and its numbers as expected and as given."""
    if given.shape != right.shape:
        return "", f"the shape {right.shape}", f"the shape {given.shape}"
    if given.ndim == 0:
        return "", f"{right:.6g}", f"{given:.6g}"
    with np.errstate(invalid="ignore"):
        differs = ~(np.abs(given - right) <= TOLERANCE * max(float(np.abs(right).max()), 1e-3))
    row = tuple(np.argwhere(differs)[0][:-1])
    start = max(int(np.flatnonzero(differs[row])[0]) - MOST_SHOWN + 1, 0)
    place = "".join(f"[{index}]" for index in row) + (f" from {start}" if start else "")
    return place, show(right[row][start:]), show(given[row][start:])


def show(row: Array) -> str:
    """The first numbers of a row."""
    numbers = " ".join(f"{number:.4f}" for number in row[:MOST_SHOWN])
    return f"[{numbers}{' ...' if len(row) > MOST_SHOWN else ''}]"


def hash_of(text: str) -> int:
    """A number that tells programs apart, whatever their comments and blank lines, the same in every process."""
    try:
        text = ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        pass
    return zlib.crc32(text.encode())


def read_progress(folder: Path) -> dict[str, Any]:
    """What is kept beside the student's file; nothing where that cannot be read."""
    try:
        progress = json.loads((folder / PROGRESS).read_text(encoding="utf8"))
        return progress if isinstance(progress, dict) else {}
    except (OSError, ValueError):
        return {}


def write_progress(folder: Path, progress: dict[str, Any]) -> None:
    """Written in one step; a folder that cannot be written to keeps nothing."""
    temporary = folder / f"{PROGRESS}.part"
    try:
        temporary.write_text(json.dumps(progress, indent=1), encoding="utf8")
        os.replace(temporary, folder / PROGRESS)
    except OSError:
        pass
