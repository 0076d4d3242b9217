"""Running a student's function in a process of its own, with as little as it needs: see child.py.

What holds where: everywhere a fresh process in an empty temporary folder, with a clean environment, a time limit and
an audit hook; answers as raw numbers; no expected value computed before the process has ended. On Linux and macOS
limits on memory, processor time, file size and open files. On Linux besides no new process, no network, an
unprivileged user where the grader runs as root; and, where the kernel has Landlock and seccomp, no file but Python's
and no system call that no assignment needs. `missing_protections` says what this system lacks.
"""
import contextlib
import json
import os
import secrets
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..foundation.types import Array
from .child import MOST_NUMBERS, pack, pack_array, unpack
from .tasks import Answers, Arguments, Seed, Task

CHILD = Path(__file__).with_name("child.py")
MEMORY = 1 << 30  # bytes of address space; Python with NumPy takes some 300 MB of it
LONGEST_FILE = 10_000_000  # bytes of what it prints
MOST_BYTES = 8 * MOST_NUMBERS + (1 << 20)  # of all answers
FIRST_USER, N_USERS = 200_000, 60_000_000  # numbers that no account has; in each process another


@dataclass(frozen=True, eq=False)
class Run:
    """What came of running a function on the instances of a task."""

    answers: tuple[list[Answers], ...] = ()  # for each call, those of each repetition
    errors: tuple[str, ...] = ()  # for each call why it has no answers, or ""
    overwritten: tuple[int, ...] = ()  # the instances whose arguments it wrote over
    problem: str = ""  # why there are no answers, for the student
    refused: str = ""  # what it did that no assignment needs
    is_missing: bool = False  # the starter's own text is still in its place
    was_loaded: bool = True  # its text was executed to the end
    printed: str = ""
    seconds: float = 0.0


def run_function(submission: str | Path, task: Task, calls: list[tuple[Arguments, int]], seconds: float) -> Run:
    """Run the function of `task` in the file `submission` with each of the arguments, as often as the number says."""
    with tempfile.TemporaryDirectory(prefix="dgm-", ignore_cleanup_errors=True) as folder:
        box = Path(folder)
        shutil.copyfile(submission, box / "submission.py")
        (box / "job").write_bytes(write_job(task, calls, seconds))
        box.chmod(0o755)
        started = time.perf_counter()
        data, ended, printed = run_child(box, seconds)
        return read_run(data, ended, task, calls, printed, time.perf_counter() - started)


def write_job(task: Task, calls: list[tuple[Arguments, int]], seconds: float) -> bytes:
    """The job as frames: what to call with which arguments, and the limits; then the arrays among the arguments."""
    arrays: list = []
    limits = {"user": FIRST_USER + secrets.randbelow(N_USERS), "memory": MEMORY, "seconds": seconds,
              "file": LONGEST_FILE}
    described = [{"arguments": {name: describe(value, arrays) for name, value in arguments.items()}, "times": times}
                 for arguments, times in calls]
    job = {"function": task.function, "answers": list(task.answers), "calls": described, "limits": limits}
    return b"".join([pack(job), *(pack_array({}, array) for array in arrays)])


def describe(value: Any, arrays: list) -> Any:
    """An argument as JSON; the arrays within go into `arrays`."""
    if isinstance(value, Seed):
        return {"seed": value.number}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1, "dtype": value.dtype.str}
    if isinstance(value, SimpleNamespace):
        return {"record": {name: describe(one, arrays) for name, one in vars(value).items()}}
    if isinstance(value, tuple):
        return [describe(one, arrays) for one in value]
    return value


def run_child(box: Path, seconds: float) -> tuple[bytes, str, str]:
    """What the process wrote, how it ended ("" where by itself), and what the submission printed."""
    command = [sys.executable, "-I", "-B", "-u", str(CHILD), str(box / "job"), str(box / "submission.py")]
    is_posix = os.name == "posix"
    with open(box / "printed", "w+b") as printed:
        process = subprocess.Popen(command, cwd=box, env=clean_environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=printed, start_new_session=is_posix)
        try:
            data, ended = read_all(process, time.monotonic() + seconds)
        finally:
            if is_posix:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        printed.seek(0)
        return data, ended, printed.read(2_000).decode("utf8", "replace")


def plain_words(text: Any) -> str:
    """What a submission says of itself, as one line that Markdown, HTML and terminals take for words alone."""
    line = " ".join(str(text)[:2_000].split())
    visible = "".join(character if character.isprintable() else "?" for character in line)
    return visible.translate(str.maketrans("<>`|", "()'/"))[:400]


def clean_environment() -> dict[str, str]:
    """The environment of a submission: one thread, and what Python itself needs."""
    environment: dict[str, str] = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment["PYTHONIOENCODING"] = "utf8"
    environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return environment


def read_all(process: subprocess.Popen, deadline: float) -> tuple[bytes, str]:
    """All that it writes until it closes, and why it was not read to the end, or ""."""
    if os.name != "posix":  # pipes cannot be waited for there
        try:
            data, _ = process.communicate(timeout=max(deadline - time.monotonic(), 0.1))
            return data[:MOST_BYTES], ""
        except subprocess.TimeoutExpired:
            return b"", "time"
    assert process.stdout is not None  # it was started with a pipe
    parts: list[bytes] = []
    n_bytes, descriptor = 0, process.stdout.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(timeout=max(deadline - time.monotonic(), 0)):
                return b"".join(parts), "time"
            part = os.read(descriptor, 1 << 20)
            if not part:
                return b"".join(parts), ""
            parts.append(part)
            n_bytes += len(part)
            if n_bytes > MOST_BYTES:
                return b"", "it sent more than any answer has"


def read_run(data: bytes, ended: str, task: Task, calls: list, printed: str, seconds: float) -> Run:
    """The Run that the frames tell. What is not whole is no answer."""
    try:
        frames = unpack(data)
    except (ValueError, TypeError, KeyError, RecursionError):
        frames = []
    notes = {name: header[name] for header, array in frames if array is None for name in header}
    none = Run(printed=printed, seconds=seconds, was_loaded="loaded" in notes)
    if "refused" in notes:
        return replace(none, refused=plain_words(notes["refused"]))
    if ended == "time":
        return replace(none, problem="it took longer than the time that it has")
    if "problem" in notes:
        return replace(none, problem=plain_words(notes["problem"]))
    if "missing" in notes:
        return replace(none, is_missing=True)
    if "done" not in notes:
        return replace(none, problem=ended or "it ended the process before it had answered")
    arrays: list[list[Array]] = [[] for _ in calls]
    errors = [""] * len(calls)
    overwritten = set()
    for header, array in frames:
        number = header.get("call")
        if type(number) is not int or not 0 <= number < len(calls):
            continue
        if array is not None:
            arrays[number].append(array)
        elif "error" in header:
            errors[number] = plain_words(header["error"])
        elif "overwritten" in header:
            overwritten.add(number)
    width = len(task.answers)
    answers: list[list[Answers]] = []
    for number, (_, times) in enumerate(calls):
        if not errors[number] and len(arrays[number]) != width * times:
            errors[number] = f"expected {width * times} answers, got {len(arrays[number])}"
        whole = [] if errors[number] else arrays[number]
        answers.append([tuple(whole[i : i + width]) for i in range(0, len(whole), width)])
    return replace(none, answers=tuple(answers), errors=tuple(errors), overwritten=tuple(sorted(overwritten)))


@cache
def missing_protections() -> tuple[str, ...]:
    """What this system cannot hold a submission to, in words; nothing on a Linux that has all."""
    done = subprocess.run([sys.executable, "-I", "-B", str(CHILD), "--lacks"], stdout=subprocess.PIPE, encoding="utf8",
                          env=clean_environment(), check=True)
    return tuple(json.loads(done.stdout))
