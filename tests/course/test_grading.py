"""Grading a folder of submissions: the same table however it is run, and nothing lost."""
import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from numpy_dgm import __version__
from numpy_dgm.course import grading
from numpy_dgm.course.grading import choose_file, find_submissions, grade, read_journal, read_runs, rescore, write_runs
from numpy_dgm.course.homework import load_assignment
from numpy_dgm.foundation.checks import InvalidInput
from toy import SOLUTION, forget, install

SUBMISSIONS = {
    "alice": SOLUTION,
    "bob": SOLUTION.replace("N = len(x)", "N = 1"),
    "carol": "import os\nos._exit(0)\n",
    "dave": SOLUTION.replace("< p", "> p"),
    "erin": SOLUTION.replace("0.0.1", __version__) + "\nprint('done')\n",
}
POINTS = {"alice": 3, "bob": 1, "carol": 0, "dave": 2, "erin": 3}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with submissions, a secret, and the toy as the only assignment."""
    install(tmp_path, monkeypatch)
    folder = tmp_path / "submissions"
    folder.mkdir()
    for student, text in SUBMISSIONS.items():
        (folder / f"{student}.py").write_text(text, encoding="utf8")
    (tmp_path / "secret").write_text("0123456789abcdef", encoding="utf8")
    yield tmp_path
    forget()


def graded(course, out="grades", **options):
    lines = []
    grade(course / "submissions", course / "secret", course / out, report=lines.append, **options)
    return lines


def rows(course, out="grades"):
    with open(course / out / "grades.csv", encoding="utf8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_points_feedback_and_results(course, monkeypatch):
    monkeypatch.setattr(grading, "missing_protections", lambda: ("nothing holds a submission here",))
    lines = graded(course)
    table = rows(course)
    assert {student: float(row["points"]) for student, row in table.items()} == POINTS
    assert float(table["bob"]["mean_square"]) == 0 and table["bob"]["of"] == "3"
    assert f"released with numpy_dgm 0.0.1 and graded with {__version__}" in table["alice"]["notes"]
    assert table["erin"]["notes"] == "" == table["carol"]["notes"]
    assert any("5 of 5" in line and "0 s left" in line for line in lines)
    feedback = (course / "grades/students/bob/feedback.md").read_text(encoding="utf8")
    assert "it is 5 times too large: the mean over the 5 cases is missing (lesson 9, equation 9.1)" in feedback
    assert "pages/09_contrastive_divergence.md" in feedback and "## `coins`: 1 of 1" in feedback
    results = json.loads((course / "grades/students/dave/results.json").read_text(encoding="utf8"))
    assert results["score"] == 2 == sum(test["score"] for test in results["tests"])
    assert [(test["name"], test["max_score"]) for test in results["tests"]] == [("mean_square", 2), ("coins", 1)]
    assert "draws with 1 - p" in results["tests"][1]["output"] and results["tests"][0]["output"] == "right"
    report = (course / "grades/report.md").read_text(encoding="utf8")
    assert "5 submissions" in report and "| mean_square | 2 | 1.20 | 3 | 8: 1 |" in report
    note = "nothing holds a submission here"
    assert f"**Note:** {note}" in report and f"note: {note}" in lines


def test_the_table_is_the_same_with_any_number_of_jobs_and_any_executor(course):
    graded(course, "one", jobs=1)
    with ThreadPoolExecutor(3) as executor:
        graded(course, "three", executor=executor)
    assert (course / "one/grades.csv").read_bytes() == (course / "three/grades.csv").read_bytes()
    assert (course / "one/answers/bob.frames").read_bytes() == (course / "three/answers/bob.frames").read_bytes()


GRADER = """\
import sys
sys.path[:0] = {path!r}
import pytest
from toy import install
from numpy_dgm.course.grading import grade
from pathlib import Path
from numpy_dgm.course import gradescope, homework, release
homework.HOMEWORK = Path({folder!r}) / "homework"
course = Path({folder!r})
grade(course / "submissions", course / "secret", course / "killed", jobs=1, resume={resume})
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_grader_that_is_killed_goes_on_to_the_same_table(course):
    graded(course, "whole", jobs=1)
    command = [sys.executable, "-c", GRADER.format(path=sys.path, folder=str(course), resume=False)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    journal, deadline = course / "killed" / "journal.jsonl", time.monotonic() + 60
    while time.monotonic() < deadline and not (journal.exists() and journal.read_bytes().count(b"\n") >= 3):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = journal.read_bytes().count(b"\n") - 1
    assert 2 <= done < 5
    with open(journal, "ab") as file:
        file.write(b'{"student": "a whole line but for its end"}' if done % 2 else b'{"student": "half a li')
    lines = graded(course, "killed", resume=True)
    assert f"toy: 5 submissions, {done} of them graded before" in lines
    assert (course / "killed/grades.csv").read_bytes() == (course / "whole/grades.csv").read_bytes()
    assert sorted(read_journal(course / "killed")[1]) == sorted(SUBMISSIONS)
    with open(journal, "ab") as file:
        file.write(b'{"student": "zoe"}')
    assert "zoe" not in read_journal(course / "killed")[1]


def test_a_submission_that_was_changed_is_graded_again_when_resumed(course):
    graded(course)
    (course / "submissions/carol.py").write_text(SOLUTION, encoding="utf8")
    assert "toy: 5 submissions, 4 of them graded before" in graded(course, resume=True)
    assert float(rows(course)["carol"]["points"]) == 3
    (course / "submissions/carol.py").unlink()
    graded(course, resume=True)
    assert "carol" not in rows(course)


def test_rescoring_runs_no_code_and_hears_new_points(course, monkeypatch):
    graded(course)
    before = (course / "grades/grades.csv").read_bytes()
    monkeypatch.setattr(grading, "run_function", None)
    rescore(course / "grades", course / "secret", report=print)
    assert (course / "grades/grades.csv").read_bytes() == before
    spec = course / "homework/toy/spec.py"
    spec.write_text(spec.read_text(encoding="utf8").replace('"mean_square", 2', '"mean_square", 10'), encoding="utf8")
    forget()
    rescore(course / "grades", course / "secret", report=print)
    assert float(rows(course)["alice"]["points"]) == 11 and rows(course)["bob"]["of"] == "11"
    (course / "other").write_text("fedcba9876543210", encoding="utf8")
    with pytest.raises(InvalidInput, match="^secret: expected the one with which .* was graded, got another one"):
        rescore(course / "grades", course / "other")


def test_what_cannot_be_graded_is_refused_in_words(course):
    graded(course)
    with pytest.raises(InvalidInput, match="^out: expected a new folder, or --resume to go on with the grades in it"):
        graded(course)
    (course / "other").write_text("fedcba9876543210", encoding="utf8")
    with pytest.raises(InvalidInput, match="got another one"):
        grade(course / "submissions", course / "other", course / "grades", resume=True)
    (course / "short").write_text("short", encoding="utf8")
    with pytest.raises(InvalidInput, match="^secret: expected a file of at least 16 bytes, got 5"):
        grade(course / "submissions", course / "short", course / "new")
    (course / "full").mkdir()
    (course / "full/file").write_text("x", encoding="utf8")
    with pytest.raises(InvalidInput, match="^out: expected a new or an empty folder"):
        grade(course / "submissions", course / "secret", course / "full")
    with pytest.raises(InvalidInput, match="^submissions: expected a folder with a file or a folder for each student"):
        grade(course / "nothing", course / "secret", course / "new")
    (course / "empty").mkdir()
    with pytest.raises(InvalidInput, match="none in"):
        grade(course / "empty", course / "secret", course / "new")
    (course / "empty/zoe.py").write_text("x = 1\n", encoding="utf8")
    with pytest.raises(InvalidInput, match="give --assignment"):
        grade(course / "empty", course / "secret", course / "new")
    grade(course / "empty", course / "secret", course / "new", assignment="toy", report=print)
    assert float(rows(course, "new")["zoe"]["points"]) == 0


def test_a_secret_is_made_where_there_is_none_and_is_nobody_elses_to_read(course):
    first = grading.read_secret(course / "made")
    assert len(first) == 64 and grading.read_secret(course / "made") == first
    if os.name == "posix":
        assert (course / "made").stat().st_mode & 0o077 == 0
    with pytest.raises(InvalidInput, match="secret"):
        grading.read_secret(course / "none", make=False)


def test_folders_links_and_several_files(course):
    folder = course / "submissions"
    for name, files in {"finn": ["toy.py", "numpy.py", "conftest.py", "check.py"], "gina": ["a.py", "b.py"],
                        "hugo": ["anything.py", "check.py"], "iris": []}.items():
        (folder / name).mkdir()
        for file in files:
            (folder / name / file).write_text(SOLUTION if file in ("toy.py", "anything.py") else "raise SystemExit(0)",
                                              encoding="utf8")
    (folder / "judy.py").symlink_to(folder / "alice.py")
    (folder / "kate.py").write_text("#" * 2_000_000, encoding="utf8")
    (folder / "notes.txt").write_text("not a submission", encoding="utf8")
    assert list(find_submissions(folder)) == sorted([*SUBMISSIONS, "finn", "gina", "hugo", "iris", "judy", "kate"])
    graded(course)
    table = rows(course)
    got = {name: float(table[name]["points"]) for name in ("finn", "gina", "hugo", "iris", "judy", "kate")}
    assert got == {"finn": 3, "gina": 0, "hugo": 3, "iris": 0, "judy": 0, "kate": 0}
    text = (course / "grades/students/judy/feedback.md").read_text(encoding="utf8")
    assert "expected a file, got a link" in text
    text = (course / "grades/students/kate/feedback.md").read_text(encoding="utf8")
    assert "expected at most 1,000,000 bytes, got 2,000,000" in text
    assert choose_file(folder / "gina", "toy") == (None, "expected one .py file, got 2")
    (folder / "alice").mkdir()
    with pytest.raises(InvalidInput, match="expected one submission a student, got two of alice"):
        find_submissions(folder)


def test_the_assignment_is_that_which_most_submissions_name(course):
    (course / "submissions/zoe.py").write_text("# numpy_dgm 0.2.0, assignment nothing\n", encoding="utf8")
    graded(course)
    assert rows(course)["zoe"]["notes"] == "written for nothing"


def test_a_submission_has_its_time_in_all(course, monkeypatch, tmp_path):
    monkeypatch.setattr(grading, "SUBMISSION_TASKS", 1)
    path = tmp_path / "slow.py"
    path.write_text("import time\n\n\ndef mean_square(**arguments):\n    time.sleep(100)\n\n\ncoins = mean_square\n",
                    encoding="utf8")
    runs = grading.run_all(load_assignment("toy"), "x", path, b"k", 1.5)
    assert "took longer" in runs["mean_square"].problem and "had used up the 2 seconds" in runs["coins"].problem


def test_a_name_is_no_formula_in_a_spreadsheet(course):
    (course / "submissions/=cmd.py").write_text(SOLUTION, encoding="utf8")
    graded(course)
    assert "'=cmd" in rows(course)


def test_a_submission_that_hangs_uses_up_its_time_and_no_more(course, tmp_path):
    path = tmp_path / "slow.py"
    path.write_text("import time\n\n\ndef mean_square(**arguments):\n    time.sleep(100)\n\n\ncoins = mean_square\n",
                    encoding="utf8")
    toy = load_assignment("toy")
    grading_limit = 0.3
    runs = grading.run_all(toy, "x", path, b"k", 1.5)
    assert all("took longer" in run.problem for run in runs.values())
    path.write_text("while True:\n    pass\n", encoding="utf8")
    started = time.perf_counter()
    runs = grading.run_all(toy, "x", path, b"k", 1.5)
    assert len({id(run) for run in runs.values()}) == 1 and time.perf_counter() - started < 1.5 * 2 + grading_limit * 10


def test_numbers_of_the_practice_instances_that_were_written_down_are_recognised(course):
    from numpy_dgm.course.homework import draw_instances, expected_answers
    from numpy_dgm.course.practice import ROUNDS, SECRET

    toy = load_assignment("toy")
    arguments = draw_instances(toy, toy.tasks[0], SECRET, ROUNDS[1]).calls[0]
    [numbers] = expected_answers(toy, toy.tasks[0], arguments)
    (course / "submissions/liam.py").write_text(
        f"import numpy as np\n\n\ndef mean_square(x, conventions):\n    return np.array({numbers.tolist()})\n",
        encoding="utf8")
    graded(course)
    text = (course / "grades/students/liam/feedback.md").read_text(encoding="utf8")
    assert "these are the numbers of a practice instance, written down" in text


def test_stored_answers_come_back(course, tmp_path):
    graded(course)
    runs = read_runs(course / "grades/answers/dave.frames")
    write_runs(tmp_path / "again.frames", runs)
    assert (tmp_path / "again.frames").read_bytes() == (course / "grades/answers/dave.frames").read_bytes()
    assert len(runs["coins"].answers[3]) == 300 and runs["coins"].answers[0][0][0].shape == (3, 2)
    (tmp_path / "broken.frames").write_bytes(b"x")
    with pytest.raises(InvalidInput, match="expected the answers of a submission"):
        read_runs(tmp_path / "broken.frames")


def test_a_journal_without_a_head_is_refused(course):
    graded(course)
    (course / "grades/journal.jsonl").write_bytes(b"\n")
    with pytest.raises(InvalidInput, match="a journal without a head"):
        read_journal(course / "grades")
    with pytest.raises(InvalidInput, match="out: expected a folder with grades in it"):
        read_journal(course / "submissions")
