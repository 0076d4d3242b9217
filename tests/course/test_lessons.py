"""Running lessons: small ones, written for the test."""
import pytest

from numpy_dgm.course.lessons import find_lessons, proofs_of, run_lesson
from numpy_dgm.foundation.checks import InvalidInput

LESSON = """\
# %% [markdown]
# # Short: for the test

# %% (98.1) one
from numpy_dgm.foundation.verify import claim, verify

verify("(98.1) 1 = 1", 1.0, 1)

# %% experiment: two claims
claim("two is more than one", 2 > 1, two=2)

# %% figure: none
number = 3

# %% wrong: nothing
print(number)

# %% (98.2) two
verify("(98.2) 1 = 1", 1.0, 1)
claim("in a proof", True)
raise ValueError("line 21")
"""


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "98_short.py"
    path.write_text(LESSON.replace('raise ValueError("line 21")\n', ""), encoding="utf8")
    return path


def test_a_lesson_that_is_not_there_is_refused_with_the_numbers_of_those_that_are():
    for number in (77, "x"):
        with pytest.raises(InvalidInput, match=f"^lesson: expected one of 01, 02, .*, got {number}$"):
            find_lessons([number])


def test_a_run_tells_equations_and_claims(lesson):
    run = run_lesson(lesson)
    assert run.succeeded and run.proved == ("98.1", "98.2")
    assert run.claims == ("two is more than one   two 2", "in a proof")


def test_the_proofs_are_all_cells_but_experiments_figures_and_what_goes_wrong(lesson):
    run = run_lesson(lesson, proofs_only=True)
    assert run.succeeded and run.proved == ("98.1", "98.2") and run.claims == ("in a proof",)
    proofs = proofs_of(LESSON)
    assert "experiment" not in proofs and "number" not in proofs
    assert len(proofs.splitlines()) == len(LESSON.splitlines())


def test_a_traceback_names_the_line_of_the_lesson(lesson):
    lesson.write_text(LESSON, encoding="utf8")
    for proofs_only in (False, True):
        assert 'line 21, in <module>' in run_lesson(lesson, proofs_only).output


def test_a_lesson_whose_equation_or_claim_fails_says_so(tmp_path):
    lesson = tmp_path / "99_wrong.py"
    start = "from numpy_dgm.foundation.verify import claim, verify\nverify('(99.1) 1 = 1', 1.0, 1)\n"
    lesson.write_text(f"{start}verify('(99.2) 1 = 2', 1.0, 2.0)\n", encoding="utf8")
    run = run_lesson(lesson)
    assert not run.succeeded and run.proved == ("99.1",) and "(99.2) 1 = 2 does not hold" in run.output
    lesson.write_text(f"{start}claim('1 is 2', 1 == 2)\n", encoding="utf8")
    run = run_lesson(lesson)
    assert not run.succeeded and not run.claims and "ClaimDoesNotHold: 1 is 2: does not hold" in run.output
