"""Every assignment: what is given out holds no answer, the solution is right, every mistake is named."""
import re
from types import SimpleNamespace

import numpy as np
import pytest

from confusion import correct_submissions
from numpy_dgm.course.diagnosis import ELSEWHERE, edited
from numpy_dgm.course.grading import run_all
from numpy_dgm.course.homework import (
    assignment_names,
    draw_instances,
    find_assignment,
    load_assignment,
    namespace_of,
    own,
    seed_of,
    solution_lines,
    solution_of,
    starter,
)
from numpy_dgm.course.lessons import find_lessons
from numpy_dgm.course.mistakes import BY_NUMBER, MISTAKES
from numpy_dgm.course.release import check_script, release, released_files
from numpy_dgm.foundation.checks import InvalidInput
from submissions import SECRET, judge_here

NAMES = assignment_names()
SLOW = {("hw2_likelihood", "as bits, walk by walk"), ("hw4_gan", "einsum"), ("hw4_gan", "single precision")}


def in_time(name, *values):
    """A parameter set of `values`; with the experiments where it is of an exercise or takes long."""
    is_long = not name.startswith("hw") or (name, *values) in SLOW
    return pytest.param(name, *values, marks=pytest.mark.experiments if is_long else ())


MADE = [in_time(name, task.function, number) for name in NAMES for task in load_assignment(name).tasks
        for number in range(len(task.mistakes))]
CORRECT = [in_time(name, which) for name in NAMES for which in correct_submissions(name)]


@pytest.mark.parametrize("name", NAMES)
class TestAssignment:
    def test_no_line_of_the_solution_is_given_out(self, name):
        assignment = load_assignment(name)
        hidden = solution_lines(assignment)
        assert len(hidden) >= len(assignment.tasks) - sum(task.is_broken for task in assignment.tasks)
        for text in released_files(assignment).values():
            assert not hidden & {line.strip() for line in text.splitlines()}

    def test_the_starter_scores_0(self, name, tmp_path):
        assignment = load_assignment(name)
        path = tmp_path / "starter.py"
        path.write_text(starter(assignment), encoding="utf8")
        if any(task.is_broken for task in assignment.tasks):
            functions = namespace_of(starter(assignment))
            for task in assignment.tasks:
                assert judge_here(assignment, task, functions[task.function], "a student").share == 0, task.function
            return
        [first] = run_all(assignment, "a student", path, b"a secret", 10)[assignment.tasks[0].function],
        assert first.is_missing
        functions = namespace_of(starter(assignment))
        for task in assignment.tasks:
            with pytest.raises(NotImplementedError):
                functions[task.function](*[None] * functions[task.function].__code__.co_argcount)

    def test_the_solution_has_full_marks(self, name):
        assignment = load_assignment(name)
        for task in assignment.tasks:
            for student in ("alice", "bob") if task.judge is None else ("alice",):
                verdict = judge_here(assignment, task, solution_of(name)[task.function], student)
                assert verdict.share == 1 and not verdict.says and not verdict.warnings, (task.function, verdict)

    def test_its_check_holds_for_the_solution_and_nothing_of_it_for_the_starter(self, name):
        assignment = load_assignment(name)
        script = namespace_of(check_script(assignment))
        properties = [one for key, one in script.items() if key.startswith("property_")]
        assert properties and all(one.__doc__ for one in properties)
        solution = SimpleNamespace(**solution_of(name))
        assert [one(solution) for one in properties] == [None] * len(properties)
        given = SimpleNamespace(**namespace_of(starter(assignment)))
        for one in properties:
            try:
                assert one(given) is not None
            except NotImplementedError:
                continue

    def test_its_tasks_name_equations_of_lessons_and_hints(self, name):
        assignment = load_assignment(name)
        for task in assignment.tasks:
            [lesson] = find_lessons([task.lesson])
            assert f"({task.equation})" in lesson.read_text(encoding="utf8"), (task.function, task.equation)
            assert task.points >= 1 and task.hours > 0 and task.hints
            assert all(edit.number in BY_NUMBER for edit in task.mistakes)
        [lesson] = find_lessons([assignment.after])


def is_usual(assignment, task, student):
    """Whether a convention of the student's is the usual one."""
    conventions = vars(draw_instances(assignment, task, SECRET, student).calls[0]["conventions"])
    return any(first.items() <= conventions.items() for first, *_ in assignment.conventions)


@pytest.mark.parametrize("name, function, number", MADE)
def test_a_mistake_is_named_and_loses_points(name, function, number):
    assignment = load_assignment(name)
    [task] = [task for task in assignment.tasks if task.function == function]
    edit = task.mistakes[number]
    wrong = edited(name, (own(task, edit),))[function]
    students = (f"student {n}" for n in range(50))
    student = next(one for one in students if not edit.is_right_usually or not is_usual(assignment, task, one))
    verdict = judge_here(assignment, task, wrong, student)
    assert edit.number in verdict.mistakes, verdict
    assert (verdict.share == 1) == BY_NUMBER[edit.number].is_warning
    says = " ".join((*verdict.says, *verdict.warnings))
    if task.is_broken and number == 0:
        assert "the bug that it was given out with is still in it" in says and BY_NUMBER[edit.number].says not in says
        return
    assert BY_NUMBER[edit.number].says.split("{")[0] in says


@pytest.mark.parametrize("name, which", CORRECT)
def test_a_right_answer_that_is_written_differently_has_full_marks(name, which):
    assignment, functions = load_assignment(name), namespace_of(correct_submissions(name)[which])
    for task in assignment.tasks:
        with np.errstate(all="ignore"):
            verdict = judge_here(assignment, task, functions[task.function], "carol")
        assert verdict.share == 1, (task.function, verdict)


def test_every_assignment_has_three_correct_submissions_of_its_own():
    for name in NAMES:
        assert len(correct_submissions(name)) >= (3 if name.startswith("hw") else 1), name


def test_the_mistakes_have_numbers_and_names_of_their_own():
    numbers, names = [one.number for one in MISTAKES], [one.name for one in MISTAKES]
    assert len(set(numbers)) == len(numbers) and len(set(names)) == len(names)
    assert set(range(1, 43)) <= set(numbers)
    assert all(one.says and one.says[0] not in " ." and not one.says.endswith(".") for one in MISTAKES)


def test_every_mistake_of_the_list_is_made_in_some_task():
    made = {edit.number for name in NAMES for task in load_assignment(name).tasks for edit in task.mistakes}
    made |= {ELSEWHERE}  # which no edit of a solution could make the same in two runs
    assert set(BY_NUMBER) <= made, set(BY_NUMBER) - made


def test_assignments_are_found_by_the_beginning_of_their_name_and_exercises_by_the_number_of_the_lesson():
    assert find_assignment("hw1").name == find_assignment("hw1_rbm").name == "hw1_rbm"
    if "lesson_09" in NAMES:
        assert find_assignment("9").name == find_assignment("09").name == "lesson_09"
    for wrong in ("hw", "hw99", "", "99"):
        with pytest.raises(InvalidInput, match="^assignment: expected one of hw1_rbm, "):
            find_assignment(wrong)


def test_instances_depend_on_the_secret_and_on_the_student_and_are_the_same_again():
    assignment = load_assignment("hw1_rbm")
    task = assignment.tasks[0]
    first, again, other, secret = (draw_instances(assignment, task, key, student).calls[0]["b"] for key, student in (
        (b"secret", "alice"), (b"secret", "alice"), (b"secret", "bob"), (b"other", "alice")))
    assert np.array_equal(first, again)
    assert not any(one.shape == first.shape and np.array_equal(one, first) for one in (other, secret))
    assert seed_of(b"secret", "a", "bc") != seed_of(b"secret", "ab", "c")
    conventions = [draw_instances(assignment, task, b"secret", f"s{n}").calls[0]["conventions"] for n in range(60)]
    assert len({str(one) for one in conventions}) == 12
    for task in assignment.tasks[1:4]:
        assert draw_instances(assignment, task, b"secret", "s0").calls[0]["conventions"] == conventions[0]


def test_what_is_released_says_with_which_version_and_is_not_written_over(tmp_path):
    paths = release("hw1", tmp_path / "new")
    assert [path.name for path in paths] == ["hw1_rbm.py", "hw1_rbm.md", "check.py"]
    first = paths[0].read_text(encoding="utf8").splitlines()[0]
    assert re.fullmatch(r"# numpy_dgm \S+, assignment hw1_rbm", first)
    text = paths[1].read_text(encoding="utf8")
    assert "def cd_gradient(v_data, k, W, b, c, conventions, rng):" in text
    assert "| `cd_gradient` | 5 | 1.5 | 9, 9.2 |" in text
    with pytest.raises(InvalidInput, match="out: expected a folder without the files of this assignment"):
        release("hw1", tmp_path / "new")
