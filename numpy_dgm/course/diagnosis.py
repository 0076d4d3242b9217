"""Judging a student's answers, and saying what is wrong with them.

An answer is right where it equals the expected one entry by entry, within what single precision loses; a function that
draws may draw in another order, and is then held by many runs to the exact mean. A wrong answer is compared with what
each known mistake would have given on the same instances, alone and in pairs, and with what other conventions would
have given. What is none of these is described: shape, sign, ratio, axis, the first row that differs.
"""
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..foundation.types import Array
from .homework import (
    Instances,
    call,
    draws,
    edit_text,
    expected_answers,
    load_assignment,
    namespace_of,
    other_conventions,
    own,
    solution_of,
    stacked,
    usual_conventions,
)
from .mistakes import BY_NUMBER
from .sandbox import Run
from .tasks import Answers, Arguments, Assignment, Edit, Seed, Task

NOISE = "right on average, but noisier than it need be: something is drawn whose mean is known"
SAMPLED = 22  # the mistake that is usually behind that
TOLERANCE = 2e-5  # of the largest entry: single precision, with room for sums
MOST_SD = 5.0  # how many standard errors a mean of many runs may be off, in the worst of its entries
MOST_RATIO = 1.5  # of the standard deviation of one run to that of the solution's
MOST_RARE = 14.0
N_USUAL = 400  # runs of the solution, to know how large that is
TOO_NOISY = 3.0  # times the sd of the solution's runs
NOISIER = 1.15  # from here on it is worth a word
OVERWRITTEN, RESEEDED, ELSEWHERE = 25, 23, 45  # mistakes that are seen without an edit


@dataclass(frozen=True)
class Verdict:
    """What came of one task."""

    share: float  # of the task's points, 0 to 1
    says: tuple[str, ...] = ()  # what is wrong, in sentences
    mistakes: tuple[int, ...] = ()  # numbers of the mistakes that would have given this answer
    warnings: tuple[str, ...] = ()  # what costs nothing
    edits: tuple[Edit, ...] = ()  # what makes the same mistakes of the solution


def judge(assignment: Assignment, task: Task, instances: Instances, run: Run, before: tuple[Edit, ...] = ()) -> Verdict:
    """The Verdict on what a student's function answered.

    before: the mistakes that were recognised in the tasks before. A function that calls those, and is right but for
    them, has all its points: a mistake costs once.
    """
    if run.refused:
        return Verdict(0.0, (f"stopped, and no points: {run.refused}",))
    if run.is_missing:
        return Verdict(0.0, ("not written yet",))
    if run.problem:
        return Verdict(0.0, (run.problem,))
    calls = instances.calls
    given = [answers[0] if answers else None for answers in run.answers[: len(calls)]]
    errors = run.errors[: len(calls)]
    if task.judge is not None:
        return with_overwriting(judge_by_property(assignment, task, calls, given, errors), run)
    expected = [expected_answers(assignment, task, arguments) for arguments in calls]
    right = [all(one is not None and close(one[i], should[i]) for one, should in zip(given, expected))
             for i in range(len(task.answers))]
    if all(right):
        return with_overwriting(with_other_draws(Verdict(1.0), instances, run), run)
    share = sum(right) / len(right) if task.in_parts else 0.0
    verdict = diagnose(assignment, task, calls, given, errors, expected, share, before)
    if not verdict.mistakes and instances.many is not None and run.answers[len(calls)]:
        verdict = judge_many(assignment, task, instances.many, run.answers[len(calls)], given, expected) or verdict
    return with_overwriting(with_other_draws(verdict, instances, run), run)


def with_overwriting(verdict: Verdict, run: Run) -> Verdict:
    """A function that writes over its arguments loses half of what it would have."""
    if not run.overwritten:
        return verdict
    return halved(verdict, OVERWRITTEN)


def with_other_draws(verdict: Verdict, instances: Instances, run: Run) -> Verdict:
    """A function that answers otherwise with the same seed draws from elsewhere, and loses half."""
    first, again = run.answers[0], run.answers[-1]
    if not draws(instances) or not first or not again or same(first[0], again[0]):
        return verdict
    return halved(verdict, ELSEWHERE)


def halved(verdict: Verdict, number: int) -> Verdict:
    """Half of the points, with the mistake of that number."""
    if number in verdict.mistakes:
        return replace(verdict, share=verdict.share / 2)
    return replace(verdict, share=verdict.share / 2, says=(*verdict.says, BY_NUMBER[number].says),
                   mistakes=(*verdict.mistakes, number))


def close(given: Array, expected: Array) -> bool:
    """Whether an answer is the expected one, but for rounding in single precision."""
    if given.shape != expected.shape:
        return False
    if not np.isfinite(expected).all():
        return bool(np.array_equal(given, expected, equal_nan=True))
    largest = np.abs(expected).max(initial=0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        return bool((np.abs(given - expected) <= TOLERANCE * max(largest, 1e-3)).all())


def judge_by_property(assignment, task, calls, given, errors) -> Verdict:
    """The Verdict of a task whose answer is judged by what it can do, such as a trained model."""
    for arguments, answers, error in zip(calls, given, errors):
        reason = error if answers is None else task.judge(arguments, answers)
        if reason:
            hits = matching_mistakes(assignment, task, calls, given)
            return verdict_of(task, hits, calls, (reason,), 0.0) if hits else Verdict(0.0, (reason,))
    return Verdict(1.0)


def judge_many(assignment, task, arguments, runs, given, expected) -> Verdict | None:
    """Full points for a function that draws in another order and is right on average; None where it is not."""
    for one, should in zip(given, expected):
        if one is None or [a.shape for a in one] != [a.shape for a in should]:
            return None
        if any(np.isfinite(b).all() and not np.isfinite(a).all() for a, b in zip(one, should)):
            return None
    if len(runs) > 1 and all(same(one, runs[0]) for one in runs[1:]):
        mistake = BY_NUMBER[RESEEDED]
        return Verdict(0.0, (mistake.says,), (mistake.number,))
    solution = solution_of(assignment.name)[task.function]
    shapes = [one.shape for one in call(solution, arguments)]
    if any([one.shape for one in answers] != shapes or not all(np.isfinite(one).all() for one in answers)
           for answers in runs):
        return None
    exact = task.statistics.exact(**{name: value for name, value in arguments.items() if not isinstance(value, Seed)})
    features = task.statistics.features
    usual = [call(solution, arguments, repetition) for repetition in range(min(len(runs), N_USUAL))]
    is_noisier = False
    for given_runs, usual_runs, should in zip(stacked(runs, features), stacked(usual, features), exact):
        sd, usual_sd = given_runs.std(axis=0), usual_runs.std(axis=0)
        ratio = np.sqrt(((sd**2).sum() + 1e-12) / ((usual_sd**2).sum() + 1e-12))  # 1 where neither varies
        # Bernstein's bound: the second term is for values that are so rare that no run may show them
        allowed = MOST_SD * sd / np.sqrt(len(runs)) + MOST_RARE * np.ptp(usual_runs) / len(runs)
        if ratio > TOO_NOISY or not (np.abs(given_runs.mean(axis=0) - should) <= allowed + 1e-9).all():
            return None
        if ratio * MOST_RATIO < 1:  # the mean itself, say, where a draw was asked for
            return None
        is_noisier |= bool(ratio > NOISIER)
    return Verdict(1.0, mistakes=(SAMPLED,), warnings=(NOISE,)) if is_noisier else Verdict(1.0)


def same(one: Answers, other: Answers) -> bool:
    """Whether two answers are the same numbers."""
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other))


# --- what the mistakes would have given


@cache
def edited(name: str, edits: tuple[Edit, ...]) -> dict[str, Any]:
    """The names that the solution defines once the edits are made. InvalidInput where one cannot be made."""
    return namespace_of(edit_text(load_assignment(name).source, edits))


def answers_of(function: Any, calls: Iterable[Arguments]) -> list[Answers | None]:
    """A function's answers to all instances, None where it raises."""
    answers: list[Answers | None] = []
    for arguments in calls:
        try:
            with np.errstate(all="ignore"):
                answers.append(call(function, arguments))
        except Exception:  # a mistake may raise anything
            answers.append(None)
    return answers


def agree(given: list[Answers | None], would_be: list[Answers | None]) -> bool:
    """Whether all answers are those, and not all of them are missing."""
    for one, other in zip(given, would_be):
        if (one is None) != (other is None):
            return False
        if one is not None and other is not None:
            if len(one) != len(other) or not all(alike(a, b) for a, b in zip(one, other)):
                return False
    return any(one is not None for one in given)


def alike(given: Array, would_be: Array) -> bool:
    """As `close`, where some entries may be infinite or no numbers."""
    if given.shape != would_be.shape:
        return False
    finite = np.isfinite(would_be)
    rest = np.array_equal(given[~finite], would_be[~finite], equal_nan=True)
    return rest and close(given[finite], would_be[finite])


def gives(assignment, task, edits, calls, given) -> bool:
    """Whether the solution with these mistakes gives these answers."""
    try:
        function = edited(assignment.name, edits)[task.function]
    except (ValueError, SyntaxError):  # two edits of the same lines
        return False
    return agree(given, answers_of(function, calls))


def matching_mistakes(assignment, task, calls, given, before=()) -> tuple[Edit, ...]:
    """The mistakes of this task that would have given these answers, on top of those made before."""
    candidates = [own(task, edit) for edit in task.mistakes]
    return tuple(edit for edit in candidates if gives(assignment, task, (*before, edit), calls, given))


def matching_pair(assignment, task, calls, given) -> tuple[Edit, ...]:
    """Two mistakes of this task that together would have given these answers."""
    for one, other in itertools.combinations(task.mistakes, 2):
        pair = own(task, one), own(task, other)
        if one.number != other.number and gives(assignment, task, pair, calls, given):
            return pair
    return ()


def matching_conventions(assignment, task, calls, given) -> SimpleNamespace | None:
    """Conventions under which these answers would have been right."""
    if not assignment.conventions or "conventions" not in calls[0]:
        return None
    solution = solution_of(assignment.name)[task.function]
    candidates = [usual_conventions(assignment), *other_conventions(assignment, calls[0]["conventions"])]
    for conventions in candidates:
        if conventions == calls[0]["conventions"]:
            continue
        if agree(given, answers_of(solution, [{**one, "conventions": conventions} for one in calls])):
            return conventions
    return None


def diagnose(assignment, task, calls, given, errors, expected, share, before=()) -> Verdict:
    """The Verdict on a wrong answer, by the mistakes that would have given it or by what can be seen."""
    facts = describe_all(task, given, errors, expected)
    if before and gives(assignment, task, before, calls, given):
        names = " and ".join(dict.fromkeys(edit.within for edit in before))
        return Verdict(1.0, warnings=(f"right but for what {names} gives it, which has cost its points there",))
    hits = matching_mistakes(assignment, task, calls, given)
    if not hits and before:
        hits = matching_mistakes(assignment, task, calls, given, before)
    is_of_conventions = all(edit.is_right_usually for edit in hits)  # and of none, where nothing was recognised
    conventions = matching_conventions(assignment, task, calls, given) if is_of_conventions else None
    copied = () if conventions is None else (by_conventions(conventions, calls[0]["conventions"]),)
    if hits:
        verdict = verdict_of(task, hits, calls, facts, share)
        return replace(verdict, says=(*verdict.says, *(f"or, which is the same here: {line}" for line in copied)))
    if copied:
        return Verdict(share, copied)
    pair = matching_pair(assignment, task, calls, given)
    if pair:
        says = ("two mistakes at once", *(worded(task, edit, calls[0]) for edit in pair), at_lesson(task))
        return Verdict(share, says, tuple(edit.number for edit in pair), edits=pair)
    if len(given) > 1 and given[0] is not None and all(one is not None and same(given[0], one) for one in given[1:]):
        facts = ("the same numbers come back whatever the function is given", *facts)
    return Verdict(share, facts)


def verdict_of(task, hits, calls, facts, share) -> Verdict:
    """The Verdict where mistakes were recognised."""
    numbers = tuple(dict.fromkeys(edit.number for edit in hits))
    says = " or, which is the same here: ".join(dict.fromkeys(worded(task, edit, calls[0]) for edit in hits))
    if all(BY_NUMBER[number].is_warning for number in numbers):
        return Verdict(1.0, (), numbers, (f"{says} {at_lesson(task)}",), hits[:1])
    ratio = "" if task.is_broken else next((f"{fact}: " for fact in facts if "times" in fact), "")
    return Verdict(share, (f"{ratio}{says} {at_lesson(task)}",), numbers, edits=hits[:1])


def worded(task: Task, edit: Edit, arguments: Arguments) -> str:
    """What a mistake says, with the number of cases of the instance.

    Which bug it is that a function was given out with is not said: the student is to find that.
    """
    if task.is_broken and edit == own(task, task.mistakes[0]):
        return "the bug that it was given out with is still in it"
    n_cases = next((len(value) for value in arguments.values() if isinstance(value, np.ndarray) and value.ndim), 0)
    return BY_NUMBER[edit.number].says.replace("{N}", str(n_cases))


def at_lesson(task: Task) -> str:
    """Where to read on."""
    return f"(lesson {int(task.lesson)}, equation {task.equation})"


def by_conventions(theirs: SimpleNamespace, ours: SimpleNamespace) -> str:
    """A right formula under other conventions."""
    differ = [name for name, value in vars(ours).items() if getattr(theirs, name) != value]
    got = ", ".join(f"{name} = {getattr(theirs, name)}" for name in differ)
    expected = ", ".join(f"{name} = {getattr(ours, name)}" for name in differ)
    return (f"this is right for {got}, but the conventions here are {expected}: "
            "use what `conventions` says, a formula that was copied knows only its own")


# --- what can be said of an answer that no known mistake gives


def describe_all(task: Task, given, errors, expected) -> tuple[str, ...]:
    """What is wrong with the answers to the first instance that is not right, a sentence for each."""
    says = []
    for number, (answers, error, should) in enumerate(zip(given, errors, expected)):
        if answers is None:
            return (error,)
        for name, one, right in zip(task.answers, answers, should):
            if not close(one, right):
                says.append(f"{name}: {'another one of the list' if task.is_choice else describe(one, right)}")
        if says:
            return (*says,)
    return ()


def describe(given: Array, expected: Array) -> str:
    """How an answer differs from the expected one, without saying the expected one."""
    if given.shape != expected.shape:
        hint = ": is it transposed?" if given.shape == expected.shape[::-1] and given.ndim == 2 else ""
        return f"expected the shape {expected.shape}, got {given.shape}{hint}"
    if not np.isfinite(given).all():
        return f"{np.sum(~np.isfinite(given))} of {given.size} numbers are infinite or NaN: something overflows"
    ratio = constant_ratio(given, expected)
    if ratio is not None and (given.size > 1 or is_telling(ratio)):
        return show_ratio(ratio)
    if given.size == 1:
        return "the number is another one"
    if given.ndim == 2 and given.shape[0] == given.shape[1] and close(given.T, expected):
        return "it is transposed"
    difference = given - expected
    if np.ptp(difference) <= TOLERANCE * max(np.abs(expected).max(), 1e-3):
        return f"every entry is off by the same amount, {difference.flat[0]:.4g}"
    wrong = np.abs(difference) > TOLERANCE * max(np.abs(expected).max(), 1e-3)
    rows = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))
    return (f"{wrong.sum()} of {given.size} entries differ, the first in row {rows[0]}, by up to "
            f"{np.abs(difference).max():.3g} where the largest entry is {np.abs(expected).max():.3g}")


def constant_ratio(given: Array, expected: Array) -> float | None:
    """given / expected where it is the same number for all entries, else None."""
    size = (expected**2).sum()
    if size == 0 or given.size == 0:
        return None
    ratio = float((given * expected).sum() / size)
    return ratio if abs(ratio) > 1e-9 and close(given, ratio * expected) else None


def is_telling(ratio: float) -> bool:
    """Whether a ratio of two numbers may be a factor that was forgotten: a sign, a whole number, or one over it."""
    size = max(abs(ratio), 1 / abs(ratio))
    return abs(size - round(size)) < 1e-3 and (size > 1.5 or ratio < 0)


def show_ratio(ratio: float) -> str:
    """A constant ratio in words."""
    size, sign = abs(ratio), "and of the wrong sign" if ratio < 0 else ""
    if abs(size - 1) < 1e-3:
        return "it has the wrong sign and the right size"
    factor = f"{size:.4g} times too large" if size > 1 else f"{1 / size:.4g} times too small"
    return f"it is {factor} {sign}".strip()
