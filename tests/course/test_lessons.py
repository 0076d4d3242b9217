"""Running lessons: small ones, written for the test."""
import configparser
from pathlib import Path

import pytest

from numpy_dgm.__main__ import main
from numpy_dgm.course import lessons
from numpy_dgm.course.lessons import cells_of, find_lessons, proofs_of, run_lesson, set_up
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


def test_a_file_is_a_lesson_too(lesson, monkeypatch):
    monkeypatch.chdir(lesson.parent)
    assert find_lessons(["98_short.py", 4]) == [lesson, *find_lessons(["04"])]
    with pytest.raises(InvalidInput, match="got 99_short.py$"):
        find_lessons(["99_short.py"])


def test_lessons_are_copied_with_their_texts_to_a_new_folder(tmp_path, monkeypatch, capsys):
    texts = ["01_a.py", "30_b.py", "NOTATION.md", "README.md", "solutions/01.md"]
    for name in [*texts, "pages/01_a.md", "figures/01.png", "reproductions/x.py"]:
        path = tmp_path / "lessons" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf8")
    monkeypatch.setattr(lessons, "FOLDER", tmp_path / "lessons")
    folder = tmp_path / "new" / "course"
    assert main(["lessons", "--copy", str(folder)]) == 0
    assert f"2 lessons in {folder}: read " in capsys.readouterr().out
    copied = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert copied == set(texts) and all((folder / name).read_text(encoding="utf8") == name for name in texts)
    assert main(["lessons", "--copy", str(folder)]) == 2
    assert "course: expected a new or an empty folder, got a folder with files" in capsys.readouterr().err
    assert main(["lessons", "--copy", str(folder / "NOTATION.md")]) == 2
    assert "got a file" in capsys.readouterr().err


def test_figures_of_installed_lessons_are_written_to_the_working_directory(lesson, tmp_path, monkeypatch):
    assert set_up(lesson)["__file__"] == str(lesson)
    monkeypatch.setattr(lessons, "INSTALLED", lesson.parent)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert set_up(lesson)["__file__"] == str(tmp_path / "here" / "98_short.py")


def test_the_folder_of_the_lessons_must_hold_some(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "FOLDER", tmp_path)
    with pytest.raises(InvalidInput, match="expected the folder of the lessons, got no lessons there; install"):
        find_lessons()


def test_a_wheel_has_every_subpackage_and_the_lessons():
    root = Path(lessons.__file__).parents[2]
    settings = configparser.ConfigParser()
    settings.read(root / "setup.cfg", encoding="utf8")
    listed = settings["options"]["packages"].split()
    parts = [path.parent.relative_to(root).parts for path in (root / "numpy_dgm").rglob("__init__.py")]
    assert sorted(listed) == sorted([".".join(part) for part in parts] + ["numpy_dgm.lessons"])


def test_a_run_tells_equations_and_claims(lesson):
    run = run_lesson(lesson)
    assert run.succeeded and run.proved == ("98.1", "98.2")
    assert run.claims == ("two is more than one   two 2", "in a proof")


def test_the_proofs_are_all_cells_but_experiments_figures_and_what_goes_wrong(lesson):
    run = run_lesson(lesson, proofs_only=True)
    assert run.succeeded and run.proved == ("98.1", "98.2") and run.claims == ("in a proof",)
    proofs = proofs_of(LESSON)
    assert "two is more" not in proofs and "number" not in proofs and "two is more" not in proofs_of(LESSON[:-60])
    assert len(proofs.splitlines()) == len(LESSON.splitlines())


def test_cells_know_their_titles_and_lines():
    cells = cells_of("a = 1\n" + LESSON)
    assert [cell.title for cell in cells] == ["", "[markdown]", "(98.1) one", "experiment: two claims", "figure: none",
                                              "wrong: nothing", "(98.2) two"]
    assert [cell.is_markdown for cell in cells] == [False, True] + 5 * [False]
    lines = ("a = 1\n" + LESSON).splitlines()
    for cell in cells:
        assert cell.text.splitlines()[0] == lines[cell.line]
    assert cells_of(LESSON)[0].title == "[markdown]"


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
