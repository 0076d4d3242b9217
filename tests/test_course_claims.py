"""The script that tries the lessons' claims elsewhere, on lessons of its own."""
import shutil
import subprocess
import sys

import course_claims
import pytest

LESSON = """\
# %% [markdown]
# # Short: for the test

# %% experiment: three claims
import os

import numpy as np

from numpy_dgm import plots
from numpy_dgm.foundation.verify import claim, verify

seed = np.random.default_rng(5).bit_generator.seed_seq.entropy
pair = np.random.default_rng([5, 6]).bit_generator.seed_seq.entropy
claim("the seed is another", seed in ([5, 1], [5, 2]) and pair[:2] == [5, 6] and pair[2:] == seed[1:], seed=seed)
claim("threads", os.environ["OPENBLAS_NUM_THREADS"] in "12")
claim("kernels", os.environ["OPENBLAS_CORETYPE"] == "Nehalem", kernels=os.environ["OPENBLAS_CORETYPE"])
plots.save(plots.new_figure()[0], "98_x.png")
"""


@pytest.fixture
def lesson(tmp_path):
    """(the path of the lesson, a function that runs the script on it: (exit code, lines))"""
    path = tmp_path / "98_short.py"
    path.write_text(LESSON, encoding="utf8")

    def run(*arguments):
        done = subprocess.run([sys.executable, course_claims.__file__, str(path), *arguments], capture_output=True,
                              encoding="utf8", check=False, timeout=120)
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout.splitlines()

    return path, run


def test_claims_that_hold_everywhere_are_a_success_and_leave_no_figure(lesson):
    path, run = lesson
    code, lines = run("--seeds", "1", "2", "--threads", "1", "2", "--kernels", "Nehalem")
    assert code == 0 and lines[0].split()[-4:] == ["1/1/Neha", "1/2/Neha", "2/1/Neha", "2/2/Neha"]
    assert lines[2].split() == ["98_short", "3", "3", "3", "3"]
    assert lines[3].startswith("4 runs: 12 claims held, 0 failed, 0 runs stopped")
    assert [file.name for file in path.parent.iterdir()] == ["98_short.py"]


def test_a_claim_that_is_false_somewhere_is_named_with_its_figures(lesson):
    code, lines = lesson[1]("--seeds", "1", "3", "--threads", "1", "--kernels", "Nehalem")
    assert code == 1 and lines[2].split() == ["98_short", "3", "2+1F"]
    assert lines[3] == "FAILED  98_short  3/1/Neha  the seed is another: does not hold (seed [5, 3])"
    assert lines[4].startswith("2 runs: 5 claims held, 1 failed, 0 runs stopped")


def test_a_lesson_that_stops_is_a_failure(lesson):
    path, run = lesson
    path.write_text(LESSON + 'verify("(98.1) 1 = 2", 1.0, 2.0)\n', encoding="utf8")
    code, lines = run("--seeds", "1", "--threads", "1", "--kernels", "Nehalem")
    assert code == 1 and lines[2].split() == ["98_short", "3!"]
    assert lines[3].startswith("STOPPED 98_short  1/1/Neha  ") and "(98.1) 1 = 2 does not hold" in lines[3]


def test_only_lessons_that_have_changed(tmp_path, monkeypatch, lesson):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x", *arguments], cwd=tmp_path, check=True)

    if shutil.which("git") is None:
        pytest.skip("needs git")
    path, _ = lesson
    monkeypatch.setattr(course_claims, "ROOT", tmp_path)
    git("init", "-q")
    assert course_claims.choose([str(path)], "") == [path]
    git("add", ".")
    git("commit", "-q", "-m", "all")
    assert course_claims.choose([str(path)], "HEAD") == []
    path.write_text(LESSON + "# more\n", encoding="utf8")
    assert course_claims.choose([str(path)], "HEAD") == [path]
