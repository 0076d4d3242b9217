"""What an assignment consists of: tasks, each a function that the student writes, and how its answers are judged.

An assignment is a folder with two files. `source.py` is the handout in percent format, with the solution between
`# BEGIN SOLUTION` and `# END SOLUTION`; `spec.py` lists the tasks:

    ASSIGNMENT = Assignment(...)      title, hours, conventions that vary, tasks

Everything that varies is drawn from a seed: the same seed gives the same instances and the same expected answers.
"""
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ..foundation.types import Array, Generator

Arguments = dict[str, Any]  # of the student's function, by name
Answers = tuple[Array, ...]  # what it returns, one array for each name in Task.answers


@dataclass(frozen=True)
class Seed:
    """An argument that the function receives as a fresh Generator, made of this number and of which run it is."""

    number: int


@dataclass(frozen=True)
class Statistics:
    """How a function that draws is judged when it draws in another order than the handout's: by many runs.

    draw      (rng, conventions) -> the arguments of a small instance
    exact     (**arguments without the Seed) -> the exact mean of each feature
    features  (*answers) -> what is averaged; the answers themselves by default
    times     how often it is run
    """

    draw: Callable[[Generator, SimpleNamespace], Arguments]
    exact: Callable[..., Answers]
    features: Callable[..., Answers] | None = None
    times: int = 1_000


@dataclass(frozen=True)
class Edit:
    """A mistake of that number (mistakes.py), made in the solution: what stands there once, and what instead of it."""

    number: int
    there: str
    instead: str
    within: str = ""  # the function that is edited, where it is another than the task's own, such as a helper
    is_right_usually: bool = False  # under the usual conventions it gives the right answer


@dataclass(frozen=True)
class Task:
    """One function that the student writes."""

    function: str  # its name
    points: int
    hours: float  # that a student needs, as far as we know
    lesson: str  # whose equation it is, such as "09"
    equation: str  # such as "9.1"
    draw: Callable[[Generator, SimpleNamespace, int], Arguments]  # the arguments of an instance, of which number
    expected: Callable[..., Answers] | None = None  # the oracle; None where the solution is replayed draw by draw
    answers: tuple[str, ...] = ("the result",)  # names of what it returns
    hints: tuple[str, ...] = ()  # one more is shown at each failed try
    mistakes: tuple[Edit, ...] = ()  # that make this function wrong; a mistake may be made in several ways
    instances: int = 3
    statistics: Statistics | None = None
    judge: Callable[..., str | None] | None = None  # (arguments, answers) -> None, or what is wrong, in a sentence
    in_parts: bool = True  # points for each right answer of several; False: all or nothing
    is_broken: bool = False  # given out with the first of its mistakes made, to be found and mended
    is_choice: bool = False  # its answers are numbers of a list: right or wrong, and nothing more is said of them


@dataclass(frozen=True)
class Assignment:
    """An assignment; `name`, `folder` and `source` are filled in by homework.py."""

    title: str
    after: str  # the lesson after which it is given out
    tasks: tuple[Task, ...]
    conventions: tuple[tuple[dict[str, Any], ...], ...] = ()  # for each that varies its possibilities, the usual first
    name: str = ""
    source: str = ""

    @property
    def points(self) -> int:
        """All points."""
        return sum(task.points for task in self.tasks)

    @property
    def hours(self) -> float:
        """All hours."""
        return sum(task.hours for task in self.tasks)
