"""The runner of mutants on a small module of its own, and what can be seen of the real lists without running them."""
import shutil
import subprocess
import sys

import pytest
from mutants import ROOT, find_faults, read_mutants

FILES = {
    "numpy_dgm/parts.py": '''
def half(x):
    return x / 2


def third(x):
    return x / 3


def quarter(x):
    return x / 4
''',
    "tests/test_parts.py": '''
import subprocess
import sys

from numpy_dgm.parts import half


def test_half():
    assert half(6) == 3


def test_third_in_a_process_of_its_own():
    program = "from numpy_dgm.parts import third; assert third(6) == 2"
    subprocess.run([sys.executable, "-c", program], check=True)
''',
    "lessons/01_parts.py": '''
from numpy_dgm.parts import half

assert half(2) == 1
# %% experiment: one that fails
assert half(2) == 2
''',
    "tests/mutants_parts.py": r'''
from mutant import Mutant

MODULE = "parts.py"

MUTANTS = [
    Mutant("x / 2", "x * 2", "caught by a test and a lesson", lessons="01"),
    Mutant("x / 3", "x * 3", "caught in a process that a test starts"),
    Mutant("def half", "raise ValueError\n\n\ndef half", "caught by the import"),
    Mutant("    return x / 2", "    while True:\n        pass", "hangs"),
    Mutant("x / 4", "x * 4", "survives its tests"),
    Mutant("x / 3", "3 * x", "survives its lesson", lessons="01"),
    Mutant("x / 2", "__import__('os')._exit(0)", "ends all at once"),
    Mutant("return x", "return -x", "faulty: found three times"),
    Mutant("x / 5", "x * 5", "faulty: not found"),
    Mutant("x / 2", "x /", "faulty: does not compile"),
    Mutant("x / 2", "x", "faulty: a name of two"),
    Mutant("x / 4", "x", "faulty: a name of two"),
]
''',
}


@pytest.fixture
def repository(tmp_path):
    """A repository with the runner, for which 5 s are a hang, and a module with tests, a lesson and mutants."""
    shutil.copytree(ROOT / "numpy_dgm", tmp_path / "numpy_dgm")
    (tmp_path / "tests").mkdir()
    (tmp_path / "lessons").mkdir()
    for name in ("setup.cfg", "tests/mutants.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    runner = (ROOT / "tests" / "mutant.py").read_text(encoding="utf8")
    assert runner.count("TIME_LIMIT = 120") == 1
    (tmp_path / "tests" / "mutant.py").write_text(runner.replace("TIME_LIMIT = 120", "TIME_LIMIT = 5"), encoding="utf8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf8")
    return tmp_path


def run_mutants(repository, *arguments):
    """(exit code, the lines of its output)"""
    command = [sys.executable, "tests/mutants.py", *arguments]
    done = subprocess.run(command, cwd=repository, capture_output=True, encoding="utf8", check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def test_mutants_that_are_caught_are_a_success_and_what_caught_them_is_noted(repository):
    code, lines = run_mutants(repository, "caught", "--update")
    assert code == 0 and lines[-1].startswith("3 mutants: 3 caught, 0 survived, 0 cannot be tested")
    assert sum(" red " in line for line in lines) == 3 and any("01 red" in line for line in lines)
    assert (repository / "tests" / "mutants_killed_by.txt").read_text(encoding="utf8").splitlines() == [
        "parts.py\tcaught by a test and a lesson\ttest_half",
        "parts.py\tcaught in a process that a test starts\ttest_third_in_a_process_of_its_own",
    ]
    code, lines = run_mutants(repository, "process that")  # by the test that was noted
    assert code == 0 and lines[-1].startswith("1 mutants: 1 caught")


def test_a_mutant_that_hangs_is_caught(repository):
    code, lines = run_mutants(repository, "hangs")
    assert code == 0 and " hang " in lines[1]


@pytest.mark.parametrize("name, verdict", [
    ("survives its tests", "GREEN"), ("survives its lesson", "red   01 GREEN"), ("ends all at once", "DIED"),
])
def test_a_mutant_that_survives_is_a_failure(repository, name, verdict):
    code, lines = run_mutants(repository, name)
    assert code == 1 and name in lines[1] and verdict in lines[1]
    assert lines[-1].startswith("1 mutants: 0 caught, 1 survived")


def test_mutants_that_cannot_be_tested_are_listed_first_and_the_others_are_run(repository):
    code, lines = run_mutants(repository, "faulty", "process")
    assert code == 1 and lines[-1].startswith("6 mutants: 1 caught, 0 survived, 5 cannot be tested")
    assert all(line.startswith("CANNOT BE TESTED  parts.py: faulty: ") for line in lines[:5])
    assert "its text was found 3 times: 'return x'" in lines[0] and "its text was found 0 times: 'x / 5'" in lines[1]
    assert "does not compile: invalid syntax" in lines[2]
    assert all(line.endswith("another mutant of the module has this name") for line in lines[3:5])


def test_nothing_is_tested_where_the_tests_fail_anyway(repository):
    path = repository / "tests" / "test_parts.py"
    path.write_text(path.read_text(encoding="utf8").replace("half(6) == 3", "half(6) == 4"), encoding="utf8")
    code, lines = run_mutants(repository, "process")
    assert code == 1 and lines == ["without any mistake these fail:", "  tests/test_parts.py test_half"]


def test_only_mutants_of_what_has_changed(repository):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x", *arguments], cwd=repository, check=True)

    if shutil.which("git") is None:
        pytest.skip("needs git")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "all")
    code, lines = run_mutants(repository, "process", "--changed")
    assert code == 0 and lines[-1].startswith("0 mutants")
    with open(repository / "tests" / "test_parts.py", "a", encoding="utf8") as file:
        file.write("\n")
    code, lines = run_mutants(repository, "process", "--changed", "HEAD")
    assert code == 0 and lines[-1].startswith("1 mutants: 1 caught")


def test_every_mutant_of_this_package_can_be_tested():
    faults = find_faults(read_mutants())
    assert not faults, "\n".join(f"{mutant.module}: {mutant.mistake}: {fault}" for mutant, fault in faults.items())
