"""Stopping in a lesson: `dgm lessons 09 --stop cd_gradient` runs it under pdb, and stops in that function.

The function is found in the text of the lesson or of the package, so that nothing need be imported before. Its calls
are counted by their code object; until the stop the lesson runs at almost its usual speed. From then on this is pdb:
`n` the next line, `s` into a call, `p NAME`, `u` and `d` along the calls, `c` to the function's next call, `q` the end.
Arrays and records are shown as one line.
"""
import ast
import bdb
import difflib
import pdb
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ..foundation.checks import invalid
from ..foundation.records import show_arrays_short
from .lessons import execute

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Function:
    """A function as its text tells it."""

    name: str  # dotted, from the package on, such as energy.gradients.cd_gradient; of a lesson's own function, its name
    path: Path
    first_line: int  # of its def, or of the first decorator
    body_line: int  # of its first statement after the docstring


def stop_in_lesson(path: str | Path, stop: str, proofs_only: bool = False) -> None:
    """Run the lesson at `path` under pdb, and stop at each call of a function, from the first or a later one on.

    stop: its name, "cd_gradient"; where several have it with more of it, "energy.gradients.cd_gradient"; and from
    which call on, "cd_gradient:200". Raises InvalidInput where there is no such function, or no such call.
    """
    name, call = parse_stop(stop)
    function = find_function(name, Path(path))
    debugger = LessonDebugger(function, call, str(path))
    sys.settrace(debugger.count_calls)
    try:
        execute(path, proofs_only)
    except bdb.BdbQuit:
        return
    finally:
        sys.settrace(None)
    if debugger.n_calls < call:
        advice = "train with fused=False where a fused twin takes its place" if debugger.n_calls == 0 else ""
        raise invalid(f"--stop {stop}", f"at least {call} calls in {Path(path).name}", debugger.n_calls, advice)


def parse_stop(stop: str) -> tuple[str, int]:
    """("cd_gradient", 200) of "cd_gradient:200"; the first call where none is named."""
    name, colon, call = stop.partition(":")
    if not name or colon and not (call.isdecimal() and int(call) >= 1):
        raise invalid("--stop", "FUNCTION or FUNCTION:CALL, where the first call is 1", stop)
    return name, int(call) if colon else 1


def find_function(name: str, lesson: Path) -> Function:
    """The function of that name: the lesson's own, or else the package's. InvalidInput where there is none, or several.

    Of a dotted name, any parts may be left out but the last.
    """
    own = functions_of(lesson, "")
    parts = name.removeprefix("numpy_dgm.").split(".")
    found = [function for function in own if matches(function, parts)]
    if found:
        return found[-1]  # a later definition of the same name replaces the one before
    package = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        package += functions_of(path, f"{module}.")
    found = [function for function in package if matches(function, parts)]
    if len(found) > 1:
        raise invalid("--stop", "the name of one function", f"{name}, which is that of several",
                      f"such as {' and '.join(function.name for function in found[:6])}")
    if not found:
        known = {function.name.rpartition(".")[2]: function.name for function in package + own}
        nearest = difflib.get_close_matches(parts[-1], known, n=3)
        names = ", ".join(known[near] for near in nearest)
        raise invalid("--stop", f"a function of numpy_dgm or of {lesson.name}", name, f"nearest: {names}" * bool(names))
    return found[0]


def functions_of(path: Path, prefix: str) -> list[Function]:
    """The functions and methods that a file defines, by their names after `prefix`; none within functions."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf8")).body:
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            found += [function_at(method, path, f"{prefix}{node.name}.") for method in methods]
        elif isinstance(node, ast.FunctionDef):
            found.append(function_at(node, path, prefix))
    return found


def function_at(node: ast.FunctionDef, path: Path, prefix: str) -> Function:
    """The Function that a definition in the file makes."""
    has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
    first_line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return Function(f"{prefix}{node.name}", path, first_line, node.body[int(has_docstring)].lineno)


def matches(function: Function, parts: list[str]) -> bool:
    """Whether `parts` are in the function's dotted name, in this order, and the last of them is its last."""
    rest = iter(function.name.split("."))
    return all(part in rest for part in parts) and function.name.rpartition(".")[2] == parts[-1]


class LessonDebugger(pdb.Pdb):
    """pdb that waits for a call of a function, and shows the frames of the lesson alone."""

    def __init__(self, function: Function, call: int, lesson: str):
        super().__init__()
        self.function, self.call, self.lesson = function, call, lesson
        self.n_calls = 0

    def count_calls(self, frame: FrameType, event: str, arg: Any) -> Any:
        """The trace function until the stop: from the call that is waited for on, that of pdb."""
        code, function = frame.f_code, self.function
        starts = code.co_firstlineno == function.first_line == frame.f_lineno  # a generator goes on further below
        if not starts or code.co_filename != str(function.path):
            return None
        self.n_calls += 1
        if self.n_calls < self.call:
            return None
        show_arrays_short()
        self.set_break(str(function.path), function.body_line)
        self.set_trace(frame)
        self.end_at_lesson(frame)
        return self.trace_dispatch

    def end_at_lesson(self, frame: FrameType | None) -> None:
        """Leave out of `where` what runs the lesson, and do not stop there."""
        while frame is not None and (frame.f_code.co_filename, frame.f_code.co_name) != (self.lesson, "<module>"):
            frame = frame.f_back
        if frame is not None:
            self.botframe = frame
        while frame is not None and frame.f_back is not None:
            frame = frame.f_back
            frame.f_trace = None
