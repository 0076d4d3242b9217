"""`dgm course`, as it is typed; and the transcript in the course's README."""
import re
from pathlib import Path

import pytest

from numpy_dgm.__main__ import main
from numpy_dgm.course.homework import assignment_names, load_assignment
from numpy_dgm.course.lessons import FOLDER
from toy import SOLUTION, forget, install

README = (FOLDER / "homework" / "README.md").read_text(encoding="utf8")


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A working directory with the toy as the only assignment."""
    install(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget()


def test_a_students_way(work, capsys):
    assert main(["course", "list"]) == 0
    assert "toy                 3 points,  0.8 h, after lesson 09: a toy" in capsys.readouterr().out
    assert main(["course", "release", "toy", "--out", "mine"]) == 0
    assert sorted(path.name for path in (work / "mine").iterdir()) == ["check.py", "toy.md", "toy.py"]
    assert main(["course", "check", "toy", "mine/toy.py"]) == 1
    assert "0 of 2 tasks so far are right; the next is mean_square" in capsys.readouterr().out
    (work / "toy.py").write_text(SOLUTION, encoding="utf8")
    assert main(["course", "check", "toy"]) == 0 and main(["course", "watch", "toy"]) == 0
    assert main(["course", "check", "toy", "--task", "coins"]) == 0


def test_an_instructors_way(work, capsys):
    (work / "all").mkdir()
    (work / "all/alice.py").write_text(SOLUTION, encoding="utf8")
    grade = ["course", "grade", "all", "--secret", "secret.txt", "--out", "grades", "--jobs", "1"]
    assert main(grade) == 0 and "1 of 1  alice" in capsys.readouterr().out
    assert main(grade) == 2 and "--resume to go on" in capsys.readouterr().err
    assert main([*grade, "--resume"]) == 0 and "1 of them graded before" in capsys.readouterr().out
    assert main(["course", "rescore", "grades", "--secret", "secret.txt"]) == 0
    assert main(["course", "gradescope", "toy", "--secret", "secret.txt", "--out", "toy.zip"]) == 0
    assert (work / "toy.zip").exists()


@pytest.mark.parametrize("arguments, says", [
    (["release", "hw9", "--out", "x"], "dgm: assignment: expected one of toy, got hw9"),
    (["check", "toy"], "dgm: file: expected your toy.py, got no toy.py; dgm course release toy --out DIR writes"),
    (["grade", "nothing", "--secret", "s"], "dgm: submissions: expected a folder with a file or a folder for each "),
    (["grade", ".", "--secret", "s", "--jobs", "0"], "dgm: jobs: expected an integer >= 1, got 0"),
    (["tour", "x"], "dgm: tour: expected one of gibbs, cd, pcd, ais, backprop, gan-step, got x"),
])
def test_what_cannot_be_done_is_one_sentence(arguments, says, work, capsys):
    assert main(["course", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(says) and error.count("\n") == 1


def test_help_shows_every_part(capsys):
    with pytest.raises(SystemExit):
        main(["course", "--help"])
    text = capsys.readouterr().out
    for part in ("list", "release", "check", "watch", "grade", "rescore", "gradescope", "tour"):
        assert f"dgm course {part}" in text


def test_the_readme_names_every_assignment_with_its_points_and_hours():
    for name in assignment_names():
        assignment = load_assignment(name)
        if name.startswith("hw"):
            row = (name, assignment.title, assignment.after, assignment.points, f"{assignment.hours:g}")
            assert f"| {' | '.join(map(str, row))} |" in README


GIVEN = """\
    N = len(v_data)
    mean_h_data = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)
    v = v_data
    for _ in range(k):
        h, v = gibbs_step(v, W, b, c, conventions, rng)
    mean_h = mean_of(hidden_probs(v, W, b, c, conventions), conventions)
    dW = (v_data.T @ mean_h_data - v.T @ mean_h) / (N * conventions.T)
    db = (v_data.sum(axis=0) - v.sum(axis=0)) / (N * conventions.T)
    dc = (mean_h_data.sum(axis=0) - mean_h.sum(axis=0)) / (N * conventions.T)
    return as_D_by_K(dW, conventions), db, dc
"""
FIRST = """\
    mean_h_data = hidden_probs(v_data, W, b, c, conventions)
    v = v_data
    for _ in range(k):
        h, v = gibbs_step(v, W, b, c, conventions, rng)
    mean_h = h
    dW = (v_data.T @ mean_h_data - v.T @ mean_h) / conventions.T
    db = (v_data - v).sum(axis=0) / conventions.T
    dc = (mean_h_data - mean_h).sum(axis=0) / conventions.T
    return as_D_by_K(dW, conventions), db, dc
"""
TRIES = (  # of a student who makes three mistakes in CD-k, and mends one at a time
    FIRST,
    FIRST.replace("/ conventions.T", "/ (len(v) * conventions.T)"),
    FIRST.replace("/ conventions.T", "/ (len(v) * conventions.T)").replace(
        "mean_h = h\n", "mean_h = hidden_probs(v, W, b, c, conventions)\n"),
    GIVEN,
)


def test_the_transcript_in_the_readme_is_what_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    source = load_assignment("hw1_rbm").source
    assert source.count(GIVEN) == 1
    said = []
    for text in TRIES:
        Path("hw1_rbm.py").write_text(source.replace(GIVEN, text), encoding="utf8")
        main(["course", "check", "hw1", "--task", "cd_gradient"])
        said.append(capsys.readouterr().out)
    transcript = re.findall(r"(?m)^    \$ dgm course check hw1 --task cd_gradient\n((?:    .*\n)+)", README)
    assert [re.sub("(?m)^    ", "", text) for text in transcript] == said
