"""For the student: a task at a time, on the student's own machine, with hints that grow with the tries.

Each task is tried on instances of three rounds: the first under the conventions of the lessons, the others under drawn
ones. What is right, and how often the rest was tried, is kept in `.dgm_course.json` beside the student's file.
"""
import json
import os
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..foundation.checks import invalid
from ..foundation.types import Array
from .diagnosis import Verdict, close, judge
from .homework import Instances, draw_instances, expected_answers, find_assignment, find_task, usual_conventions
from .sandbox import Run, run_function
from .tasks import Assignment, Edit, Task

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
    path = find_file(assignment, file)
    tasks = [find_task(assignment, only)] if only else list(assignment.tasks)
    progress = read_progress(path.parent)
    known = progress.setdefault(assignment.name, {})
    text = path.read_text(encoding="utf8", errors="replace")
    before: tuple[Edit, ...] = ()
    for number, task in enumerate(tasks, start=1):
        verdict, run, instances = try_task(assignment, task, path, before)
        before += verdict.edits
        was = known.get(task.function, {"tries": 0, "text": 0})
        is_new = was["text"] != hash_of(text) and not run.is_missing
        is_right = verdict.share == 1
        now = {"tries": was["tries"] + (is_new and not is_right), "text": hash_of(text), "right": is_right}
        known[task.function] = now
        write_progress(path.parent, progress)
        if is_right:
            report(f"  right  {task.function}")
            for warning in verdict.warnings:
                report(f"         warning: {warning}")
            continue
        for line in explain(assignment, task, verdict, run, instances, now["tries"]):
            report(line)
        if len(tasks) > 1:
            report(f"{number - 1} of {len(tasks)} tasks are right; the next is {task.function}")
        return False
    report(f"all {len(tasks)} tasks of {assignment.name} are right" if len(tasks) > 1 else "right")
    return True


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
    calls = [(arguments, 1) for instances in rounds for arguments in instances.calls]
    many = rounds[0].many
    if many is not None and task.statistics is not None:
        calls.append((many, task.statistics.times))
    run = run_function(path, task, calls, SECONDS)
    place = 0
    for number, instances in enumerate(rounds):
        part = slice(place, place + len(instances.calls))
        place = part.stop
        answers, errors = run.answers[part], run.errors[part]
        if number == 0 and many is not None:
            answers, errors = (*answers, *run.answers[-1:]), (*errors, *run.errors[-1:])
        one = replace(run, answers=answers, errors=errors,
                      overwritten=tuple(call for call in run.overwritten if call in range(len(calls))[part]))
        instances = instances if number == 0 else replace(instances, many=None)
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
        lines.append("    it printed: " + run.printed.strip().replace("\n", "\n                "))
    return lines


def beside(assignment: Assignment, task: Task, run: Run, instances: Instances) -> list[str]:
    """Expected beside given, for the first answer that differs."""
    if task.judge is not None or task.is_choice:
        return []
    for arguments, answers in zip(instances.calls, run.answers):
        if not answers:
            continue
        for name, given, right in zip(task.answers, answers[0], expected_answers(assignment, task, arguments)):
            if not close(given, right):
                sizes = ", ".join(f"{key} {value.shape}" for key, value in arguments.items()
                                  if isinstance(value, np.ndarray))
                settings = arguments.get("conventions")
                where = f"{sizes}{'; ' + show_settings(settings) if settings is not None else ''}"
                return [f"    an instance with {where}", f"      {name} expected {show(right)}",
                        f"      {name} got      {show(given)}"]
    return []


def show_settings(settings: Any) -> str:
    return ", ".join(f"{name} = {value}" for name, value in vars(settings).items())


def show(array: Array) -> str:
    """The first row of an array, or what of it is short enough."""
    row = array.reshape(-1, array.shape[-1])[0] if array.ndim > 1 and array.size else np.atleast_1d(array)
    numbers = " ".join(f"{number:.4f}" for number in row[:MOST_SHOWN])
    more = " ..." if array.size > min(len(row), MOST_SHOWN) else ""
    return f"[{numbers}{more}], shape {array.shape}"


def hash_of(text: str) -> int:
    """A number that tells texts apart, the same in every process."""
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
