"""dgm lessons NN --stop FUNCTION: where it stops, what it shows, and what the lessons say that one sees there."""
import subprocess
import sys

import pytest
from transcripts import Transcript, are_alike, is_printed, read_transcripts, run_commands

from numpy_dgm.__main__ import main
from numpy_dgm.course import debugger
from numpy_dgm.course.debugger import find_function, parse_stop
from numpy_dgm.course.lessons import find_lessons
from numpy_dgm.foundation.checks import InvalidInput

LESSON = '''\
# %% [markdown]
# # Short: for the test

# %% (98.1) one
import numpy as np

from numpy_dgm.energy import RBM, cd_gradient, free_energy

rbm = RBM(W=np.array([[2.0], [-2.0]]), b=np.zeros(2), c=np.array([-1.0]))


def twice(x):
    """Its docstring is no statement."""
    while x < 100:
        x = 2 * x
    return x


def draws(n):
    for i in range(n):
        yield i


for n in range(1, 6):
    cd_gradient(rbm, np.eye(2)[:1], n, np.random.default_rng(0))
twice(40)
twice(7)
print("sum of", list(draws(3)), sum(draws(4)))
print("the end")

# %% experiment: long
raise SystemExit("the experiment ran")
'''


@pytest.fixture
def stopped(tmp_path):
    """What `--stop` prints for commands, in the lesson above: (before the first prompt, by command)."""
    path = tmp_path / "98_short.py"
    path.write_text(LESSON, encoding="utf8")

    def run(stop, *commands, proofs_only=True, code=0):
        program = "import sys\nfrom numpy_dgm.course.debugger import stop_in_lesson\n" \
                  f"stop_in_lesson({str(path)!r}, {stop!r}, {proofs_only})\nprint('(Pdb) past the lesson')"
        done = subprocess.run([sys.executable, "-c", program], input="\n".join([*commands, ""]), capture_output=True,
                              encoding="utf8", check=False, timeout=60)
        assert done.returncode == code, done.stderr
        return done.stdout.split("(Pdb) ") if code == 0 else done.stderr

    return run


def test_it_stops_in_a_function_of_the_package_and_shows_arrays_and_records_short(stopped):
    before, rbm, v, k, numbers, *_ = stopped("cd_gradient", "p rbm", "v_data", "p k", "print(v_data)", "q")
    assert before.startswith("> ") and "gradients.py(" in before and ")cd_gradient()\n-> " in before
    assert rbm.startswith("RBM W float64 (2, 1) [-2, 2], b float64 (2,) [0, 0], c float64 (1,) [-1, -1]")
    assert rbm.count("\n") == 1 and v == "array float64 (1, 2) [0, 1]\n" and k == "1\n" and numbers == "[[1. 0.]]\n"


def test_the_frames_are_those_of_the_lesson_and_below(stopped):
    where = stopped("energy.gradients.cd_gradient", "where", "q")[1]
    line = LESSON[: LESSON.index("    cd_gradient(")].count("\n") + 1
    assert where.count("\n-> ") == 2 and where.index(f"98_short.py({line})<module>") < where.index(")cd_gradient()")


def test_it_stops_at_a_later_call_and_then_at_each_one(stopped):
    printed = stopped("cd_gradient:4", "p k", "c", "p k", "c")
    assert printed[1] == "4\n" and printed[3] == "5\n"
    assert "the end\n" in printed[4] and printed[5] == "past the lesson\n"


def test_the_proofs_alone_or_the_whole_lesson(stopped):
    assert "the experiment ran" in stopped("twice", "cl 1", "c", proofs_only=False, code=1)


def test_a_function_of_the_lesson_is_found_and_the_calls_are_counted_not_the_turns_of_its_loop(stopped):
    before, x, *_ = stopped("twice:2", "p x", "q")
    assert "98_short.py(14)twice()\n-> while x < 100:" in before and x == "7\n"


def test_a_generator_is_called_once(stopped):
    assert stopped("draws:2", "p n", "q")[1] == "4\n"


def test_stepping_ends_with_the_lesson(stopped):
    printed = stopped("twice:2", "cl 1", "r", *["n"] * 9)
    assert printed[-1] == "past the lesson\n" and "98_short.py" in printed[-3]
    assert "lessons.py(" not in "".join(printed) and "debugger.py(" not in "".join(printed)


def test_q_ends_the_lesson(stopped):
    assert stopped("twice", "q")[1:] == ["", "past the lesson\n"]


def test_too_few_calls_are_said(stopped):
    error = stopped("cd_gradient:6", code=1)
    assert "--stop cd_gradient:6: expected at least 6 calls in 98_short.py, got 5" in error and "fused" not in error
    error = stopped("pcd_gradient", code=1)
    assert "got 0; train with fused=False where a fused twin takes its place" in error


@pytest.mark.parametrize("name, dotted", [
    ("cd_gradient", "energy.gradients.cd_gradient"), ("gradients.cd_gradient", "energy.gradients.cd_gradient"),
    ("energy.cd_gradient", "energy.gradients.cd_gradient"), ("Affine.forward", "neural.layers.Affine.forward"),
    ("numpy_dgm.energy.gradients.cd_gradient", "energy.gradients.cd_gradient"), ("twice", "twice"),
])
def test_a_function_is_found_by_its_last_name_or_more_of_it(name, dotted, tmp_path):
    lesson = tmp_path / "98_short.py"
    lesson.write_text(LESSON, encoding="utf8")
    function = find_function(name, lesson)
    lines = function.path.read_text(encoding="utf8").splitlines()
    assert function.name == dotted and f"def {name.rpartition('.')[2]}(" in lines[function.first_line - 1]
    assert not lines[function.body_line - 1].strip().startswith('"""')


@pytest.mark.parametrize("stop, message", [
    ("cd_gradent", r"^--stop: expected a function of numpy_dgm or of .*\.py, got cd_gradent; "
                   r"nearest: energy\.gradients\.cd_gradient, "),
    ("xyzzy", "^--stop: expected a function of numpy_dgm or of .*\\.py, got xyzzy$"),
    ("neural.cd_gradient", "^--stop: expected a function of .*, got neural.cd_gradient; nearest: energy.gradients"),
    ("forward", r"^--stop: expected the name of one function, got forward, which is that of several; such as neural\."),
])
def test_a_name_that_is_not_found_gets_the_nearest(stop, message):
    with pytest.raises(InvalidInput, match=message):
        find_function(stop, find_lessons()[0])


def test_the_first_call_is_1():
    assert parse_stop("f") == ("f", 1) and parse_stop("a.f:200") == ("a.f", 200)
    for stop in ("f:", "f:0", "f:-1", "f:x", ":3", ""):
        with pytest.raises(InvalidInput, match="^--stop: expected FUNCTION or FUNCTION:CALL"):
            parse_stop(stop)


def test_the_command_stops_in_one_lesson(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("numpy_dgm.command.stop_in_lesson", lambda *arguments: asked.append(arguments))
    [path] = find_lessons(["09"])
    assert main(["lessons", "9", "--stop", "f:3"]) == 0 and asked == [(path, "f:3", False)]
    for numbers in ([], ["8", "9"]):
        assert main(["lessons", *numbers, "--stop", "f"]) == 2
    assert "dgm: --stop: expected the number of one lesson, got 2 numbers; such as " in capsys.readouterr().err
    monkeypatch.setattr("numpy_dgm.command.stop_in_lesson", debugger.stop_in_lesson)
    assert main(["lessons", "9", "--stop", "cd_gradent"]) == 2
    assert "nearest: energy.gradients.cd_gradient" in capsys.readouterr().err


# what the lessons say that one sees

PARAGRAPH = """\
# ## Stop here with a debugger
#
#     dgm lessons 98 --stop cd_gradient:2
#
# stops there.
#
#     (Pdb) n
#     (Pdb) p p_h
#     array float64 (7, 3) [0.0512, 0.961]
#
# More:
#
#     dgm lessons 98 --stop twice
#     (Pdb) p x
#     7
#
# ## Exercises
#
#     (Pdb) p no more
"""


def test_transcripts_are_read():
    assert read_transcripts(PARAGRAPH) == [
        Transcript("98", "cd_gradient:2", (("n", []), ("p p_h", ["array float64 (7, 3) [0.0512, 0.961]"]))),
        Transcript("98", "twice", (("p x", ["7"]),)),
    ]
    assert read_transcripts("# ## Exercises\n") == []


def test_what_is_printed_is_compared_to_a_percent():
    assert are_alike("array float64 (7, 3) [0.0512, 0.961]", "array  float64 (7, 3) [0.0515, 0.96]")
    assert are_alike("x .5 1,000 −2", "x 0.5 1000 -2") and are_alike("0.5", "np.float64(0.5)")
    assert not are_alike("[0.0512, 0.961]", "[0.0512, 0.94]") and not are_alike("a 1", "b 1")
    assert not are_alike("1 2", "1") and not are_alike("0.5", "-0.5") and not are_alike("0", "1e-3")
    assert is_printed(["-> a", "1"], "> x.py(3)f()\n-> a\n1\n") and not is_printed(["1", "-> a"], "-> a\n1\n")


LESSONS = [path for path in find_lessons() if read_transcripts(path.read_text(encoding="utf8"))]


@pytest.mark.experiments
@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_the_debugger_shows_what_the_lesson_says(path):
    for transcript in read_transcripts(path.read_text(encoding="utf8")):
        assert transcript.number == path.name[:2] and transcript.commands
        commands = [command for command, _ in transcript.commands]
        _, printed = run_commands([transcript.number, "--stop", transcript.stop], commands)
        for (command, expected), text in zip(transcript.commands, printed):
            assert is_printed(expected, text), f"--stop {transcript.stop}: {command}: {expected}, got {text!r}"
