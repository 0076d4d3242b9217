"""Every lesson proves what its text announces and what the course promises of it, in the course's form.

The whole lessons, experiments included, run under the marker `experiments`, which takes some minutes: pytest -m
experiments. Their figures go to a temporary folder.
"""
import ast
import os
import re
import shutil
import subprocess
import sys

import pytest
from promised import PROMISED

from numpy_dgm.course.lessons import FOLDER, announced_labels, cells_of, find_lessons, run_lesson

LESSONS = find_lessons()
COURSE = {*range(1, 23), 25, *range(30, 39)}  # numbers of lessons; 23 to 29 come later
HTML = re.compile(r"<[A-Za-z][A-Za-z0-9-]*(\s+[A-Za-z_:][\w.:-]*)*\s*/?>")


def number_of(path):
    return int(path.name[:2])


def each_of(paths):
    return pytest.mark.parametrize("path", paths, ids=[path.stem for path in paths])


@pytest.fixture(scope="module")
def run_once(tmp_path_factory):
    """A function that runs a lesson, once each way, in a copy."""
    runs = {}

    def run(path, proofs_only):
        if (path, proofs_only) not in runs:
            copy = shutil.copy(path, tmp_path_factory.mktemp("lessons"))
            runs[path, proofs_only] = run_lesson(copy, proofs_only)
        return runs[path, proofs_only]

    return run


def has_what_is_promised(run, promises):
    proved = [line for line in run.output.splitlines() if line.startswith("  ok (")]
    missing = [promise for promise in promises if not any(promise in line for line in proved)]
    assert not missing, missing


def announced_equations_are_verified_in_the_very_next_code_cell(path):
    cells = cells_of(path.read_text(encoding="utf8"))
    for here, cell in enumerate(cells):
        announced = set(re.findall(r"^#     .*\((\d+\.\d+)\)\s*$", cell.text, flags=re.MULTILINE))
        if announced and cell.is_markdown:
            following = next(other for other in cells[here + 1 :] if not other.is_markdown)
            verified = set(re.findall(r"verify\w*\(\s*f?\"\((\d+\.\d+)\)", following.text))
            assert announced <= verified, announced - verified


def no_verify_compares_a_thing_with_itself(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith("verify"):
            left, right = node.args[1:3]
            assert ast.dump(left) != ast.dump(right), ast.unparse(node)


@each_of(LESSONS)
class TestLesson:
    def test_its_proofs_run_alone_and_are_those_that_its_text_announces(self, path, run_once):
        run = run_once(path, proofs_only=True)
        assert run.succeeded, run.output
        assert set(run.proved) == announced_labels(path) and run.proved
        assert all(label.split(".")[0] == str(number_of(path)) for label in run.proved)

    def test_it_proves_what_the_course_promises(self, path, run_once):
        has_what_is_promised(run_once(path, proofs_only=True), PROMISED.get(number_of(path), []))

    def test_announced_equations_are_verified_in_the_very_next_code_cell(self, path):
        announced_equations_are_verified_in_the_very_next_code_cell(path)

    def test_no_verify_compares_a_thing_with_itself(self, path):
        no_verify_compares_a_thing_with_itself(path)

    def test_it_begins_with_its_question_and_what_one_can_do_afterwards(self, path):
        lines = path.read_text(encoding="utf8").splitlines()
        assert lines[0] == "# %% [markdown]" and re.match(r"# # (?!Lesson \d)\S", lines[1]), lines[1]
        head = path.read_text(encoding="utf8").partition("\n# ## ")[0]
        _, _, goals = head.partition("\n# Afterwards you can\n")
        assert 2 <= len(re.findall(r"^# - ", goals, flags=re.MULTILINE)) <= 5
        needs = goals[goals.index("You need") :]
        assert re.search(r"\b[Aa]bout (an hour|two hours)", goals)
        assert all(int(needed) < number_of(path) for needed in re.findall(r"\d+", needs)), needs

    def test_its_headings_come_in_their_order(self, path):
        source = path.read_text(encoding="utf8")
        headings = re.findall(r"^# ## (.*)$", source, flags=re.MULTILINE)
        order = ["What goes wrong", "Stop here", "Exercises"]
        ends = [next(word for word in order if heading.startswith(word)) for heading in headings
                if heading.startswith(tuple(order))]
        assert ends == order and not headings[0].startswith(tuple(order))
        appendices = [here for here, heading in enumerate(headings) if heading.startswith("Appendix")]
        assert all(here > headings.index(next(h for h in headings if h.startswith(order[0]))) for here in appendices)
        last = f"# Solutions: `lessons/solutions/{path.name[:2]}.md`, for when you have tried."
        assert source.rstrip("\n").splitlines()[-1] == last

    def test_it_can_be_read_in_an_editor_and_on_the_web(self, path):
        source = path.read_text(encoding="utf8")
        too_long = [line for line in source.splitlines() if len(line) > 100]
        assert not too_long, too_long
        for cell in cells_of(source):
            if cell.is_markdown:
                lines = cell.text.splitlines()
                for before, line in zip(lines, lines[1:]):
                    begins = line.startswith("#     ") and before.startswith("# ") and not before.startswith("#  ")
                    assert not begins or before.startswith("# -"), f"no empty line before the block: {line}"
                prose = [re.sub(r"`[^`]*`", "", line) for line in lines if not line.startswith("#     ")]
                assert not (tags := [line for line in prose if HTML.search(line)]), f"read as HTML: {tags}"

    def test_its_solutions_run(self, path, tmp_path):
        text = (FOLDER / "solutions" / f"{path.name[:2]}.md").read_text(encoding="utf8")
        blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        assert text.startswith("# ") and blocks
        program = tmp_path / "solutions.py"
        program.write_text("\n".join(blocks), encoding="utf8")
        done = subprocess.run([sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              encoding="utf8", env={**os.environ, "PYTHONIOENCODING": "utf8"}, cwd=tmp_path)
        assert done.returncode == 0, done.stdout


@pytest.mark.experiments
@each_of(LESSONS)
def test_the_whole_lesson_runs_and_draws(path, run_once):
    run = run_once(path, proofs_only=False)
    assert run.succeeded, run.output
    assert set(run.proved) == announced_labels(path) and run.claims
    assert run.figures and all((run.path.parent / figure).stat().st_size > 5_000 for figure in run.figures)


def test_every_lesson_of_the_course_has_its_promises():
    assert {number_of(path) for path in LESSONS} == COURSE == set(PROMISED) and all(PROMISED.values())


def test_the_syllabus_names_every_lesson_and_its_hours():
    text = (FOLDER / "README.md").read_text(encoding="utf8")
    rows = dict(re.findall(r"\(pages/(\d\d_\w+)\.md\)[ *]*\| ([\d.]+) \|", text))
    assert {path.stem for path in LESSONS} <= set(rows) and {int(name[:2]) for name in rows} == COURSE
    assert all(1 <= float(hours) <= 2 for hours in rows.values())
