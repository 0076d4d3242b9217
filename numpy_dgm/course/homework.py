"""Assignments: finding them, drawing their instances, running their solutions and what mistakes make of these."""
import ast
import hashlib
import hmac
import itertools
import re
import runpy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..foundation.checks import InvalidInput, invalid
from ..foundation.types import Array, Generator
from .child import seeded_rng
from .lessons import FOLDER, cells_of
from .tasks import Answers, Arguments, Assignment, Edit, Seed, Task

HOMEWORK = FOLDER / "homework"
SOLUTION = re.compile(r"^( *)# BEGIN SOLUTION\n(.*?)^ *# END SOLUTION\n", re.MULTILINE | re.DOTALL)


def assignment_names() -> list[str]:
    """The names of all assignments and exercises, in order."""
    return sorted(path.parent.name for path in HOMEWORK.glob("*/spec.py"))


def find_assignment(name: str) -> Assignment:
    """The assignment of that name, or the only one whose name begins so: "hw1"; "09" is lesson 9's exercise."""
    names = assignment_names()
    found = [one for one in names if one == name] or [one for one in names if one.startswith((f"{name}_", name))]
    if name.isdecimal():
        found = [one for one in names if one == f"lesson_{int(name):02d}"]
    if len(found) != 1:
        raise invalid("assignment", f"one of {', '.join(names)}", name)
    return load_assignment(found[0])


@cache
def load_assignment(name: str) -> Assignment:
    """The assignment in the folder of that name."""
    folder = HOMEWORK / name
    spec = runpy.run_path(str(folder / "spec.py"))["ASSIGNMENT"]
    return replace(spec, name=name, source=(folder / "source.py").read_text(encoding="utf8"))


def find_task(assignment: Assignment, function: str) -> Task:
    """The task whose function has that name."""
    for task in assignment.tasks:
        if task.function == function:
            return task
    raise invalid("task", f"one of {', '.join(task.function for task in assignment.tasks)}", function)


# --- what the student is given


def starter(assignment: Assignment) -> str:
    """The source as it is given out: NotImplementedError in the place of solutions, and the bugs to be found."""

    def blank(match):
        indent = match[1]
        return f'{indent}raise NotImplementedError("write this")\n' if indent else ""

    return SOLUTION.sub(blank, edit_text(assignment.source, planted(assignment)))


def planted(assignment: Assignment) -> tuple[Edit, ...]:
    """The bugs of an assignment whose functions are to be mended."""
    return tuple(own(task, edit) for task in assignment.tasks for edit in task.mistakes[:1] if task.is_broken)


def own(task: Task, edit: Edit) -> Edit:
    """The edit, with the function that it is made in."""
    return replace(edit, within=edit.within or task.function)


def solution_lines(assignment: Assignment) -> set[str]:
    """The lines that stand in a solution and nowhere else, without their indent: none of them is given out."""
    source = assignment.source
    given = {line.strip() for line in SOLUTION.sub("", source).splitlines()}
    lines = {line.strip() for match in SOLUTION.finditer(source) for line in match[2].splitlines()}
    if planted(assignment):
        given = {line.strip() for line in starter(assignment).splitlines()}
        lines |= {line.strip() for line in source.splitlines()} - {"# BEGIN SOLUTION", "# END SOLUTION"}
    return {line for line in lines - given if line and not line.startswith("#")}


def edit_text(text: str, edits: tuple[Edit, ...]) -> str:
    """A solution's text with the edits made, each with its function. InvalidInput where one of them cannot be."""
    for edit in edits:
        begin, end = span_of(text, edit.within)
        text = text[:begin] + replace_once(text[begin:end], edit.there, edit.instead) + text[end:]
    return text


def span_of(text: str, function: str) -> tuple[int, int]:
    """Where a function's definition begins and ends in a text."""
    starts = [0, *itertools.accumulate(len(line) for line in text.splitlines(keepends=True))]
    [node] = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == function]
    return starts[node.lineno - 1], starts[node.end_lineno or node.lineno]


def handout(assignment: Assignment) -> str:
    """The text of the assignment as Markdown, with the head of each function, or with all code that is to be mended."""
    parts = []
    for cell in cells_of(starter(assignment)):
        if cell.is_markdown:
            parts.append("\n".join(line.removeprefix("#").removeprefix(" ") for line in cell.text.splitlines()))
        else:
            heads = [cell.text.strip("\n")] if planted(assignment) else list(function_heads(cell.text))
            if heads:
                parts.append("```python\n" + "\n\n\n".join(heads) + "\n```")
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def function_heads(code: str) -> Iterator[str]:
    """The functions that are given, and the def lines and docstrings of those that are to be written."""
    lines = code.splitlines()
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef):
            is_given = not isinstance(node.body[-1], ast.Raise)
            yield "\n".join(lines[node.lineno - 1 : node.end_lineno if is_given else node.body[0].end_lineno])


# --- instances


def seed_of(secret: bytes, *parts: object) -> int:
    """A number that nobody can tell without the secret: HMAC-SHA256 of the parts."""
    message = "\0".join(map(str, parts)).encode()
    return int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:16], "little")


def draw_conventions(assignment: Assignment, rng: Generator) -> SimpleNamespace:
    """One possibility of each convention."""
    chosen: dict[str, Any] = {}
    for possibilities in assignment.conventions:
        chosen |= possibilities[rng.integers(len(possibilities))]
    return SimpleNamespace(**chosen)


def usual_conventions(assignment: Assignment) -> SimpleNamespace:
    """Those of the lessons and the library."""
    return SimpleNamespace(**{name: value for first, *_ in assignment.conventions for name, value in first.items()})


def other_conventions(assignment: Assignment, conventions: SimpleNamespace) -> list[SimpleNamespace]:
    """All combinations but this one."""
    combinations = []
    for choice in itertools.product(*assignment.conventions):
        other = SimpleNamespace(**{name: value for one in choice for name, value in one.items()})
        if other != conventions:
            combinations.append(other)
    return combinations


@dataclass(frozen=True, eq=False)
class Instances:
    """What one student's function of one task is called with."""

    calls: tuple[Arguments, ...]
    many: Arguments | None  # the small instance that is run many times, where the task has Statistics


def draw_instances(assignment: Assignment, task: Task, secret: bytes, student: str,
                   conventions: SimpleNamespace | None = None) -> Instances:
    """The instances of a student; the conventions, drawn where none are given, are the same in all tasks."""
    if conventions is None:
        conventions = draw_conventions(assignment, np.random.default_rng(seed_of(secret, assignment.name, student)))
    calls = []
    for number in range(task.instances):
        rng = np.random.default_rng(seed_of(secret, assignment.name, student, task.function, number))
        calls.append(task.draw(rng, conventions, number))
    many = None
    if task.statistics is not None:
        rng = np.random.default_rng(seed_of(secret, assignment.name, student, task.function, "many"))
        many = task.statistics.draw(rng, conventions)
    return Instances(tuple(calls), many)


def show_points(points: int) -> str:
    """"1 point", "22 points"."""
    return "1 point" if points == 1 else f"{points} points"


def calls_of(task: Task, instances: Instances) -> list[tuple[Arguments, int]]:
    """What the function is called with, and how often: the instances, the one of many runs, the first one again.

    The last is for functions that draw: with the same seed they must answer the same.
    """
    calls = [(arguments, 1) for arguments in instances.calls]
    if instances.many is not None and task.statistics is not None:
        calls.append((instances.many, task.statistics.times))
    if draws(instances):
        calls.append((instances.calls[0], 1))
    return calls


def draws(instances: Instances) -> bool:
    """Whether the function is given a Generator."""
    return any(isinstance(value, Seed) for value in instances.calls[0].values())


# --- running solutions


def namespace_of(text: str) -> dict[str, Any]:
    """The names that a solution's text defines."""
    names: dict[str, Any] = {"__name__": "solution"}
    exec(compile(text, "solution", "exec"), names)
    return names


@cache
def solution_of(name: str) -> dict[str, Any]:
    """The names that the solution of the assignment defines."""
    return namespace_of(load_assignment(name).source)


def as_answers(result: Any) -> Answers:
    """What a function returned, as float64 arrays."""
    parts = result if isinstance(result, tuple) else (result,)
    return tuple(np.asarray(part, dtype=np.float64) for part in parts)


def call(function: Any, arguments: Arguments, repetition: int = 0) -> Answers:
    """The function's answers, from copies of the arguments and a fresh Generator."""
    return as_answers(function(**{name: fresh(value, repetition) for name, value in arguments.items()}))


def fresh(value: Any, repetition: int) -> Any:
    """An argument as the function receives it."""
    if isinstance(value, Seed):
        return seeded_rng(value.number, repetition)
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple):
        return tuple(fresh(one, repetition) for one in value)
    return value


def expected_answers(assignment: Assignment, task: Task, arguments: Arguments) -> Answers:
    """What the function should return: by the task's oracle, or by the solution draw by draw."""
    function = task.expected or solution_of(assignment.name)[task.function]
    return call(function, arguments)


def replace_once(text: str, there: str, instead: str) -> str:
    """The text with what stands there once replaced. InvalidInput where it stands there more or less often."""
    count = text.count(there)
    if count != 1:
        raise InvalidInput(f"a mistake's text is found {count} times: {there!r}")
    return text.replace(there, instead)


def stacked(runs: list[Answers], features: Callable[..., Answers] | None = None) -> list[Array]:
    """The answers of many runs, or their features, one array for each with the runs along its first axis."""
    rows = [features(*run) if features else run for run in runs]
    return [np.stack(parts) for parts in zip(*rows)]
