"""Giving out an assignment: a starter to fill in, the handout, and a check that needs NumPy alone.

`check.py` holds the student's functions against each other and against definitions that the handout states, as
`property_...` functions between `# BEGIN PROPERTIES` and `# END PROPERTIES` of the assignment's spec.py do. It holds no
answers, and neither does any other file that is given out.
"""
import inspect
import re
from pathlib import Path

from .. import __version__
from ..foundation.checks import InvalidInput, invalid
from . import check_template
from .homework import HOMEWORK, find_assignment, handout, show_points, starter
from .tasks import Assignment

PROPERTIES = re.compile(r"^# BEGIN PROPERTIES\n(.*?)^# END PROPERTIES\n", re.MULTILINE | re.DOTALL)


def release(name: str, out: str | Path = ".") -> list[Path]:
    """Write the files of the assignment into the folder `out`; returns their paths. InvalidInput where one is there."""
    assignment = find_assignment(name)
    out = Path(out)
    files = released_files(assignment)
    there = [file for file in files if (out / file).exists()]
    if there:
        raise invalid("out", "a folder without the files of this assignment", f"{out / there[0]}",
                      "somebody's work may be in it: move it, or choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (out / file).write_text(text, encoding="utf8")
    return [out / file for file in files]


def released_files(assignment: Assignment) -> dict[str, str]:
    """{file name: text} of all that is given out."""
    made_with = f"# numpy_dgm {__version__}, assignment {assignment.name}\n"
    head = f"{show_points(assignment.points)}, about {assignment.hours:g} hours."
    tasks = "\n".join(f"| `{task.function}` | {task.points} | {task.hours:g} | {int(task.lesson)}, {task.equation} |"
                      for task in assignment.tasks)
    head += " A task's points are shared out over its answers; a mistake costs once, in its own task."
    table = f"\n{head}\n\n| function | points | hours | lesson, equation |\n|---|---|---|---|\n{tasks}\n"
    return {f"{assignment.name}.py": made_with + starter(assignment),
            f"{assignment.name}.md": handout(assignment) + table,
            "check.py": check_script(assignment)}


def check_script(assignment: Assignment) -> str:
    """The self-contained check: the template's text with the assignment's properties in it."""
    spec = (HOMEWORK / assignment.name / "spec.py").read_text(encoding="utf8")
    found = PROPERTIES.search(spec)
    if not found:
        raise InvalidInput(f"{assignment.name}: spec.py has no # BEGIN PROPERTIES")
    template = inspect.getsource(check_template).replace("  # noqa: F401", "")
    for there, instead in (("ASSIGNMENT", assignment.name), ("VERSION", __version__)):
        template = template.replace(f'"{there}"', f'"{instead}"')
    return template.replace("# the properties of the assignment stand here\n", found[1].strip("\n") + "\n")
