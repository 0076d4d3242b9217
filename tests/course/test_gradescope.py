"""The autograder's archive, in a local imitation of Gradescope's folders."""
import json
import os
import py_compile
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from numpy_dgm.course import child
from numpy_dgm.course.gradescope import student_of, write_archive
from numpy_dgm.course.grading import grade
from numpy_dgm.foundation.checks import InvalidInput
from toy import SOLUTION, forget, install


@pytest.fixture
def autograder(tmp_path, monkeypatch):
    """/autograder with the archive of the toy unpacked."""
    install(tmp_path, monkeypatch)
    (tmp_path / "secret").write_text("0123456789abcdef", encoding="utf8")
    py_compile.compile(child.__file__)  # so that there are compiled files to leave out
    path = write_archive("toy", tmp_path / "secret", tmp_path / "toy.zip")
    folder = tmp_path / "autograder"
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            file = Path(archive.extract(entry, folder / "source"))
            if entry.external_attr >> 16:
                file.chmod(entry.external_attr >> 16)
    (folder / "submission").mkdir()
    users = {"users": [{"email": "zoe@example.org", "name": "Zoe"}]}
    (folder / "submission_metadata.json").write_text(json.dumps(users), encoding="utf8")
    yield folder
    forget()


def run(folder, tmp_path):
    environment = {**os.environ, "DGM_AUTOGRADER": str(folder), "DGM_PYTHON": sys.executable, "PYTHONPATH": ""}
    done = subprocess.run(["bash", str(folder / "source/run_autograder")], capture_output=True, encoding="utf8",
                          env=environment, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "results/results.json").read_text(encoding="utf8"))


@pytest.mark.skipif(os.name != "posix", reason="Gradescope's machine is a Linux")
def test_results_are_those_of_dgm_course_grade(autograder, tmp_path):
    text = SOLUTION.replace("< p", "> p")
    (autograder / "submission/toy.py").write_text(text, encoding="utf8")
    (autograder / "source/secret").chmod(0o644)
    assert os.access(autograder / "source/run_autograder", os.X_OK)
    results = run(autograder, tmp_path)
    assert results["score"] == 2 and [test["score"] for test in results["tests"][:2]] == [2, 0]
    assert results["tests"][-1]["visibility"] == "hidden" and results["tests"][-1]["output"]
    (tmp_path / "all/zoe@example.org").mkdir(parents=True)
    (tmp_path / "all/zoe@example.org/toy.py").write_text(text, encoding="utf8")
    out = grade(tmp_path / "all", tmp_path / "secret", tmp_path / "grades", report=lambda line: None)
    alone = json.loads((out / "students/zoe@example.org/results.json").read_text(encoding="utf8"))
    assert alone["tests"] == results["tests"][:2] and alone["score"] == results["score"]
    assert (autograder / "source/secret").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name != "posix", reason="Gradescope's machine is a Linux")
@pytest.mark.parametrize("files, says", [
    ({}, "expected one .py file, got 0"), ({"a.py": "x", "b.py": "y"}, "expected one .py file, got 2"),
    ({"toy.py": "raise SystemExit"}, "ended Python"), ({"toy.py": f"open({'/autograder'!r})"}, "opens a file"),
])
def test_results_are_written_whatever_is_handed_in(files, says, autograder, tmp_path):
    for name, text in files.items():
        (autograder / "submission" / name).write_text(text, encoding="utf8")
    results = run(autograder, tmp_path)
    assert results["score"] == 0 and says in results["tests"][0]["output"]


def test_the_archive_holds_the_package_as_it_is_and_installs_this_numpy(autograder):
    package = Path(__file__).parents[2] / "numpy_dgm"
    for path in ("course/child.py", "energy/rbm.py", "__init__.py"):
        assert (autograder / "source/numpy_dgm" / path).read_bytes() == (package / path).read_bytes()
    setup = (autograder / "source/setup.sh").read_text(encoding="utf8")
    assert f'pip install "numpy=={np.__version__}"' in setup
    assert not list((autograder / "source").rglob("__pycache__"))
    subprocess.run(["bash", "-n", str(autograder / "source/setup.sh")], check=True)


def test_who_hands_in(tmp_path):
    assert student_of(tmp_path) == "unknown"
    path = tmp_path / "submission_metadata.json"
    for text, student in (("{}", "unknown"), ("[", "unknown"), ('{"users": []}', "unknown"),
                          ('{"users": [{"email": "b@x"}, {"email": "a@x"}]}', "a@x,b@x")):
        path.write_text(text, encoding="utf8")
        assert student_of(tmp_path) == student


def test_an_archive_is_not_written_over(autograder, tmp_path):
    with pytest.raises(InvalidInput, match="^out: expected a new file"):
        write_archive("toy", tmp_path / "secret", tmp_path / "toy.zip")
