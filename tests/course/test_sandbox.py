"""A submission can answer, and do nothing else."""
import os
import re
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

import numpy as np
import pytest

from cheats import CHEATS, texts
from numpy_dgm.course import child
from numpy_dgm.course.diagnosis import judge
from numpy_dgm.course.homework import HOMEWORK, draw_instances, load_assignment
from numpy_dgm.course.sandbox import missing_protections, plain_words, run_function
from numpy_dgm.course.tasks import Seed

ASSIGNMENT = load_assignment("hw1_rbm")
ENERGY = ASSIGNMENT.tasks[0]
TEXTS = texts(HOMEWORK / "hw1_rbm" / "source.py")
HEAD = "import numpy as np\n\n\ndef energy(v, h, W, b, c, conventions):\n    "


def try_energy(text, tmp_path, seconds=10.0):
    """What comes of a submission's energy: (its Run, its Verdict)."""
    path = tmp_path / "submission.py"
    path.write_text(text, encoding="utf8")
    instances = draw_instances(ASSIGNMENT, ENERGY, b"secret", "a student")
    run = run_function(path, ENERGY, [(arguments, 1) for arguments in instances.calls], seconds)
    return run, judge(ASSIGNMENT, ENERGY, instances, run)


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_scores_0_and_the_reason_is_said(name, tmp_path):
    if CHEATS[name][1] == "Permission" and any("only the audit hook" in line for line in missing_protections()):
        pytest.skip("what the kernel alone refuses, and not this one")
    reason = CHEATS[name][1]
    run, verdict = try_energy(TEXTS[name], tmp_path, 1.5 if "longer" in reason else 10)
    assert verdict.share == 0 and re.search(reason, " ".join(verdict.says)), (verdict, run.printed[-500:])
    assert sorted(os.listdir(tmp_path)) == ["submission.py"]


def test_nothing_is_left_running(tmp_path, monkeypatch):
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    boxes = tmp_path / "boxes"  # of this test's processes, and of no others on this machine
    boxes.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(boxes))
    run, _ = try_energy(HEAD + "import time\n    time.sleep(1000)", tmp_path, 1)
    assert "longer" in run.problem and not os.listdir(boxes)
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    assert os.fsencode(boxes) not in file.read()
            except OSError:
                continue  # it has just ended


def test_a_grader_that_is_killed_leaves_nothing_running(tmp_path):
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    (tmp_path / "s.py").write_text(HEAD + "while True:\n        pass", encoding="utf8")
    code = (f"import sys; sys.path[:0] = {sys.path!r}\n"
            "from numpy_dgm.course.sandbox import run_function\n"
            "from numpy_dgm.course.homework import draw_instances, load_assignment\n"
            "a = load_assignment('hw1_rbm'); t = a.tasks[0]\n"
            f"run_function({str(tmp_path / 's.py')!r}, t, "
            "[(one, 1) for one in draw_instances(a, t, b's', 'x').calls], 100)")
    grader = subprocess.Popen([sys.executable, "-c", code])

    def children():
        found = []
        for name in filter(str.isdecimal, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", encoding="utf8") as file:
                    if file.read().rpartition(")")[2].split()[1] == str(grader.pid):
                        found.append(name)
            except OSError:
                continue
        return found

    deadline = time.monotonic() + 30
    while not children() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.5)  # by now it is in its loop
    [process] = children()
    grader.kill()
    grader.wait()
    deadline = time.monotonic() + 10
    while os.path.exists(f"/proc/{process}") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{process}")


@pytest.mark.parametrize("body, right", [
    ("return -(v @ b) - h @ c - ((v @ (W if conventions.layout == 'DK' else W.T)) * h).sum(1)", True),
    ("print('hello')\n    return np.zeros(len(v))", False),
])
def test_answers_come_back_as_they_are_and_what_is_printed_apart(body, right, tmp_path):
    run, verdict = try_energy(HEAD + body, tmp_path)
    assert run.problem == "" and run.errors == ("", "", "") and (verdict.share == 1) == right
    assert len(run.answers) == 3 and all(len(answers) == 1 for answers in run.answers)
    assert run.printed.startswith("hello\n") == (not right)


@pytest.mark.parametrize("module", ["math", "itertools", "numpy.linalg", "numpy.testing", "numpy.fft", "statistics",
                                    "collections", "dataclasses", "typing", "random", "functools"])
def test_what_may_be_imported_can_be(module, tmp_path):
    record = "from dataclasses import dataclass\n\n@dataclass\nclass A:\n    x: int = 0\n\n"
    run, _ = try_energy(f"import {module}\n{record}{HEAD}return v @ b", tmp_path)
    assert run.problem == "" == run.refused


def test_a_file_that_runs_its_own_tests_is_not_disturbed(tmp_path):
    text = HEAD + "return v @ b\n\n\nif __name__ == '__main__':\n    raise SystemExit('not run')\n"
    assert try_energy(text, tmp_path)[0].problem == ""


def test_one_instance_that_raises_leaves_the_others(tmp_path):
    run, _ = try_energy(HEAD + "return v @ v", tmp_path)
    assert [bool(error) for error in run.errors] == [True, True, False]
    assert all("(line 5, in energy)" in error for error in run.errors[:2])


def test_arguments_that_are_written_over_are_noticed(tmp_path):
    run, verdict = try_energy(HEAD + "v[...] = 0\n    return v @ b", tmp_path)
    assert run.overwritten == (0, 1, 2) and 25 in verdict.mistakes


@pytest.mark.parametrize("result, says", [
    ((1.0, 2.0, 3.0), "^expected 2 values, dW, db, got 3 values"),
    ((1.0,), "^expected 2 values, dW, db, got 1 values"),
    (np.zeros((2, 3)), "^expected 2 values, dW, db, got an object of type ndarray"),
    ((1.0, None), "^db: expected numbers, got None"),
    (([1.0, "x"], 1.0), "^dW: expected an array or numbers, got an object of type str"),
    ((np.zeros(2, complex), 1.0), "^dW: expected real numbers"),
    ((1.0, (2.0, np.zeros(3))), "^db: expected an array, got an object of type tuple with parts of different shapes"),
])
def test_what_is_no_answer_is_said(result, says):
    with pytest.raises(child.NoAnswer, match=says):
        child.to_arrays(result, ["dW", "db"])


@pytest.mark.parametrize("data", [b"x", b"DGMF", b"DGMF" + b"\xff" * 8, b"DGMF" + bytes(8) + b"{",
                                  child.pack([1, 2]), child.pack({"shape": [3]}), child.pack({"shape": [10**12]}),
                                  child.pack({"shape": "x"}), child.pack({"shape": [-1]}), child.pack({"shape": [0.5]}),
                                  child.pack({"shape": [1] * 9}, bytes(8)), child.pack_array({}, np.zeros(3))[:-1],
                                  child.pack({"shape": [2**16] * 4}), child.pack({"a": 1}, bytes(8))[:-1]])
def test_frames_that_are_none_are_refused(data):
    with pytest.raises((ValueError, TypeError)):
        child.unpack(data)


def test_frames_come_back_as_they_were():
    array = np.array([[1.5, np.inf], [np.nan, -0.0]])
    [(first, none), (second, back)] = child.unpack(child.pack({"a": [1, "ü"]}) + child.pack_array({"b": 2}, array))
    assert first == {"a": [1, "ü"]} and none is None and second["b"] == 2
    assert back.tobytes() == array.tobytes() and back.shape == (2, 2)
    with pytest.raises(ValueError, match="more numbers"):
        child.unpack(child.pack_array({}, np.zeros(11)), most=10)


def test_arguments_arrive_as_they_are_and_each_run_draws_its_own_numbers(tmp_path):
    path = tmp_path / "submission.py"
    path.write_text("""\
import numpy as np

def energy(labels, pair, record, rng, name):
    numbers = [labels.dtype.kind == "i", labels[1], pair[0], pair[1].sum(), record.a[0], name == "x", rng.random()]
    return np.array(numbers)
""", encoding="utf8")
    arguments = {"labels": np.array([1, 2]), "pair": (3, np.ones(4)), "record": SimpleNamespace(a=np.array([5.0])),
                 "rng": Seed(7), "name": "x"}
    run = run_function(path, ENERGY, [(arguments, 2)], 10)
    [answers] = run.answers
    draws = [child.seeded_rng(7, repetition).random() for repetition in (0, 1)]
    assert [one.tolist() for (one,) in answers] == [[1, 2, 3, 4, 5, 1, draw] for draw in draws]


def test_what_the_system_cannot_prevent_is_said():
    lacks = missing_protections()
    assert all(isinstance(line, str) and line for line in lacks)
    if sys.platform == "linux":
        assert any("runs as root" in line for line in lacks) == (os.getuid() == 0)
    else:
        assert any("only the audit hook" in line for line in lacks)


@pytest.mark.parametrize("text, words", [
    ("a\nb\t c", "a b c"), ("\ud800 \x1b[2J", "? ?[2J"), ("## `x` | <b>", "## 'x' / (b)"),
    ("x" * 5_000, "x" * 400), (7, "7"),
])
def test_what_a_submission_says_of_itself_is_words_alone(text, words):
    assert plain_words(text) == words
