"""What a student at home is told: a task at a time, more at each try."""
import json
import os
import threading
import time

import pytest

from numpy_dgm.course.homework import load_assignment, starter
from numpy_dgm.course.practice import PROGRESS, check, watch
from numpy_dgm.foundation.checks import InvalidInput
from toy import SOLUTION, forget, install


@pytest.fixture
def student(tmp_path, monkeypatch):
    """A function that saves a text as the student's file, checks it, and returns (all right?, the lines)."""
    install(tmp_path, monkeypatch)
    path = tmp_path / "work" / "toy.py"
    path.parent.mkdir()

    def try_text(text, **options):
        path.write_text(text, encoding="utf8")
        lines = []
        return check("toy", path, report=lines.append, **options), "\n".join(lines)

    try_text.path = path
    yield try_text
    forget()


def test_the_starter_names_the_first_task_and_its_lesson(student):
    is_right, said = student(starter(load_assignment("toy")))
    assert not is_right and "not yet  mean_square\n    not written yet" in said
    assert "lesson 9, equation 9.1; about 0.5 h" in said
    assert "0 of 2 tasks so far are right; the next is mean_square" in said
    assert "hint" not in said


def test_the_mistake_is_named_and_hints_grow_with_the_tries_not_with_looking(student):
    wrong = SOLUTION.replace("N = len(x)", "N = 1")
    _, first = student(wrong)
    assert "it is 5 times too large: the mean over the 5 cases is missing (lesson 9, equation 9.1)" in first
    assert "hint" not in first.replace("one more hint", "") and "expected [" not in first
    assert student(wrong)[1] == first  # nothing was changed: no other try
    assert student(wrong + "\n# a comment\n")[1] == first
    _, second = student(wrong + "\nx = 1\n")
    assert "hint: first" in second and "hint: second" not in second
    assert "expected [" in second and "got      [" in second and "scale = 1.0" in second
    _, third = student(wrong + "\nx = 2\n")
    assert "hint: first" in third and "hint: second" in third and "one more hint" not in third


def test_what_is_right_under_the_usual_conventions_alone_is_not_right(student):
    is_right, said = student(SOLUTION.replace("conventions.scale * ", ""))
    assert not is_right and "right for scale = 1.0, but the conventions here are scale = 2.0" in said


def test_all_right(student):
    is_right, said = student(SOLUTION)
    assert is_right and said.splitlines() == ["  right  mean_square", "  right  coins", "all 2 tasks of toy are right"]
    progress = json.loads((student.path.parent / PROGRESS).read_text(encoding="utf8"))
    assert progress["toy"]["coins"]["right"] and progress["toy"]["coins"]["tries"] == 0


def test_one_task_alone(student):
    text = SOLUTION.replace("N = len(x)", "N = 1")
    assert student(text, only="coins") == (True, "  right  coins\nright")
    with pytest.raises(InvalidInput, match="^task: expected one of mean_square, coins, got dice"):
        student(text, only="dice")


def test_what_a_function_printed_is_shown_where_it_is_not_right(student):
    _, said = student("def mean_square(x, conventions):\n    print('look\\nhere')\n")
    assert "its output: look\n                here" in said


def test_a_warning_is_shown_and_of_several_answers_the_one_that_is_wrong(tmp_path):
    source = load_assignment("hw1_rbm").source
    path, lines = tmp_path / "hw1_rbm.py", []
    mean = "mean_h_data = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)\n    v = v_data"
    drawn = "mean_h_data = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)\n    v = v_data"
    path.write_text(source.replace(mean, drawn), encoding="utf8")
    assert check("hw1", path, "cd_gradient", report=lines.append)
    assert "         warning: in the positive phase h is drawn where its mean is known" in "\n".join(lines)
    answer = "return as_D_by_K(dW, conventions), db, dc\n"
    for blank in ("", "\nx = 1\n"):
        path.write_text(source.replace(answer, answer.replace("dc\n", "dc + 1\n")) + blank, encoding="utf8")
        lines.clear()
        assert not check("hw1", path, "cd_gradient", report=lines.append)
    said = "\n".join(lines)
    assert "dc: every entry is off by the same amount, 1" in said
    assert "dc expected" in said and "dW expected" not in said


@pytest.mark.parametrize("progress", ["", "[]", "{", "[1, 2]"])
def test_progress_that_cannot_be_read_begins_anew(progress, student):
    (student.path.parent / PROGRESS).write_text(progress, encoding="utf8")
    assert student(SOLUTION)[0]


def test_a_file_that_is_not_there(student, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match="^file: expected your toy.py, got no toy.py; dgm course release toy"):
        check("toy")
    (tmp_path / "toy.py").write_text(SOLUTION, encoding="utf8")
    assert check("toy", report=lambda line: None)


def test_watching_checks_again_when_the_file_is_saved_and_ends_when_all_is_right(student):
    student.path.write_text(SOLUTION.replace("N = len(x)", "N = 1"), encoding="utf8")
    lines = []

    def save():
        while not any("waiting" in line for line in lines):
            time.sleep(0.05)
        student.path.write_text(SOLUTION, encoding="utf8")
        os.utime(student.path)

    saver = threading.Thread(target=save)
    saver.start()
    assert watch("toy", student.path, report=lines.append, pause=0.05)
    saver.join()
    assert sum("waiting" in line for line in lines) == 1 and lines[-1] == "all 2 tasks of toy are right"
