"""Grading: every submission in processes of its own, journalled line by line, resumed where it was stopped.

    SUBMISSIONS/alice.py                     or SUBMISSIONS/alice/anything.py, one file a student
    OUT/journal.jsonl                        a line a student, on the disk before the next one is begun
    OUT/answers/alice.frames                 what the functions answered: `rescore` reads it, nothing is run again
    OUT/grades.csv   report.md               for the instructor
    OUT/students/alice/feedback.md   results.json       for each student; the latter in Gradescope's format

Instances and conventions come from HMAC(secret, student). The result depends on the submissions and the secret alone:
not on the number of jobs, nor on the executor, nor on whether it was resumed.
"""
import csv
import hashlib
import json
import os
import re
import secrets
import time
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..foundation.checks import InvalidInput, check_integer, invalid
from .child import pack, pack_array, unpack
from .diagnosis import Verdict, judge, same
from .homework import calls_of, draw_instances, expected_answers, find_assignment, load_assignment
from .lessons import find_lessons
from .practice import ROUNDS, SECRET
from .sandbox import Run, missing_protections, run_function
from .tasks import Assignment, Edit, Task

HEAD = re.compile(r"^# numpy_dgm (\S+), assignment (\w+)", re.MULTILINE)
SHORTEST_SECRET = 16  # bytes
LONGEST_SUBMISSION = 1_000_000  # bytes
LONGEST_NAME = 100
SECONDS = 10.0  # that a task has
SUBMISSION_TASKS = 3  # a submission has the time of so many tasks in all
LESSON = "lessons/pages/"  # where the feedback's links lead, in a clone and on the web


def grade(submissions: str | Path, secret: str | Path, out: str | Path = "grades", assignment: str | None = None,
          jobs: int = 2, executor: Executor | None = None, resume: bool = False, seconds: float = SECONDS,
          report: Callable[[str], Any] = print) -> Path:
    """Grade all submissions in a folder; returns the folder of the results.

    submissions  a folder with a file or a folder for each student
    secret       a file of at least 16 bytes, which is made where there is none; keep it from students
    assignment   its name; that which most submissions name in their first line, by default
    jobs         how many are run at a time; or an `executor`, any concurrent.futures.Executor
    resume       go on with what `out` holds; without it `out` must be new or empty
    seconds      that each task has; a submission has three times as much in all

    Raises InvalidInput.
    """
    jobs = check_integer("jobs", jobs)
    files = find_submissions(submissions)
    chosen = find_assignment(assignment) if assignment else named_in(files)
    key = read_secret(secret)
    out = Path(out)
    done = open_journal(out, chosen, key, seconds, resume)
    waiting = {student: path for student, path in files.items()
               if done.get(student, {}).get("file") != hash_of(path, chosen.name)}
    for line in missing_protections():
        report(f"note: {line}")
    report(f"{chosen.name}: {len(files)} submissions, {len(files) - len(waiting)} of them graded before")
    began = time.monotonic()
    pool = executor or ThreadPoolExecutor(jobs)
    try:
        futures = [pool.submit(grade_one, chosen.name, student, str(path), key, seconds, str(out))
                   for student, path in waiting.items()]
        with open(out / "journal.jsonl", "a", encoding="utf8") as journal:
            for number, future in enumerate(as_completed(futures), start=1):
                entry = future.result()
                write_line(journal, entry)
                done[entry["student"]] = entry
                each = (time.monotonic() - began) / number
                left = each * (len(waiting) - number)
                report(f"{number:4} of {len(waiting)}  {entry['student']:<24} {entry['points']:g} of {chosen.points}   "
                       f"{show_seconds(left)} left")
    finally:
        if executor is None:
            pool.shutdown(wait=True, cancel_futures=True)
    return write_results(out, chosen, {student: done[student] for student in files})


def rescore(out: str | Path, secret: str | Path, report: Callable[[str], Any] = print) -> Path:
    """Judge the stored answers anew, by the tasks as they are now, without running any student's code.

    Raises InvalidInput where `out` holds no grades, or those of another secret.
    """
    out = Path(out)
    head, entries = read_journal(out)
    key = read_secret(secret, make=False)
    check_head(out, head, key)
    assignment = load_assignment(head["assignment"])
    rescored = {}
    for student, entry in sorted(entries.items()):
        runs = read_runs(out / "answers" / f"{student}.frames")
        rescored[student] = judge_all(assignment, student, runs, key, entry)
    with open(out / "rescored.jsonl", "w", encoding="utf8") as journal:
        write_line(journal, {**head, "version": __version__})
        for entry in rescored.values():
            write_line(journal, entry)
    os.replace(out / "rescored.jsonl", out / "journal.jsonl")
    report(f"{len(rescored)} submissions of {assignment.name} scored again")
    return write_results(out, assignment, rescored)


# --- what is graded


def find_submissions(folder: str | Path) -> dict[str, Path]:
    """{student: file or folder}, in the order of names. InvalidInput where there are none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise invalid("submissions", "a folder with a file or a folder for each student", folder)
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or not (path.is_dir() or path.suffix.lower() == ".py"):
            continue
        student = path.name if path.is_dir() else path.stem
        if student in found:
            raise invalid(folder, "one submission a student", f"two of {student}")
        if len(student) > LONGEST_NAME or not student.isprintable():  # bytes that are no text are not printable either
            expected = f"names of at most {LONGEST_NAME} printable characters"
            raise invalid(folder, expected, ascii(student)[:LONGEST_NAME], "rename that file or folder")
        found[student] = path
    if not found:
        raise invalid("submissions", "a folder with a file or a folder for each student", f"none in {folder}")
    return found


def choose_file(path: Path, assignment: str = "") -> tuple[Path | None, str]:
    """The file of a submission, or why there is none: of several, that with the name of the starter."""
    files = [path]
    if path.is_dir() and not path.is_symlink():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".py" and file.name != "check.py")
        files = [file for file in files if file.name == f"{assignment}.py"] or files
    if len(files) != 1:
        return None, f"expected one .py file, got {len(files)}"
    if path.is_symlink() or files[0].is_symlink() or not files[0].is_file():
        return None, "expected a file, got a link or something else"
    if files[0].stat().st_size > LONGEST_SUBMISSION:
        return None, f"expected at most {LONGEST_SUBMISSION:,} bytes, got {files[0].stat().st_size:,}"
    if not os.access(files[0], os.R_OK):
        return None, "expected a file that can be read"
    return files[0], ""


def named_in(submissions: dict[str, Path]) -> Assignment:
    """The assignment that most submissions name in their head."""
    files = [file for file, _ in map(choose_file, submissions.values()) if file]
    names = Counter(name for _, name in map(head_of, files) if name)
    if not names:
        raise InvalidInput("no submission says in its first line which assignment it is: give --assignment")
    return find_assignment(max(names, key=lambda name: (names[name], name)))


def head_of(path: Path) -> tuple[str, str]:
    """(version, assignment) of the line with which the starter began; ("", "") without it."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        found = HEAD.search(file.read(2_000))
    return (found[1], found[2]) if found else ("", "")


def hash_of(path: Path, assignment: str) -> str:
    """What tells a submission from another version of it."""
    file, problem = choose_file(path, assignment)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file else problem


def read_secret(path: str | Path, make: bool = True) -> bytes:
    """The bytes of the secret's file, which is made where there is none."""
    path = Path(path)
    if make and not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    key = path.read_bytes().strip() if path.is_file() else b""
    if len(key) < SHORTEST_SECRET:
        raise invalid("secret", f"a file of at least {SHORTEST_SECRET} bytes", f"{len(key)} in {path}")
    return key


# --- the journal


def open_journal(out: Path, assignment: Assignment, key: bytes, seconds: float, resume: bool) -> dict[str, dict]:
    """The entries that are done, by student; the journal and its folders are made where there are none."""
    head = {"assignment": assignment.name, "version": __version__, "secret": hash_of_secret(key), "seconds": seconds}
    if (out / "journal.jsonl").exists():
        if not resume:
            raise invalid("out", "a new folder, or --resume to go on with the grades in it", out)
        was, entries = read_journal(out)
        check_head(out, was, key)
        if was["assignment"] != assignment.name or was["version"] != __version__:
            raise invalid("out", f"grades of {assignment.name} with numpy_dgm {__version__}",
                          f"those of {was['assignment']} with {was['version']} in {out}")
        return entries
    if out.exists() and any(out.iterdir()):
        raise invalid("out", "a new or an empty folder", out)
    (out / "answers").mkdir(parents=True, exist_ok=True)
    with open(out / "journal.jsonl", "w", encoding="utf8") as journal:
        write_line(journal, head)
    return {}


def hash_of_secret(key: bytes) -> str:
    return hashlib.sha256(b"numpy_dgm course " + key).hexdigest()[:16]


def check_head(out: Path, head: dict, key: bytes) -> None:
    """InvalidInput where the grades in `out` were made with another secret."""
    if head["secret"] != hash_of_secret(key):
        raise invalid("secret", f"the one with which {out} was graded", "another one")


def write_line(journal: Any, entry: dict) -> None:
    """A line of the journal, on the disk when this returns."""
    journal.write(json.dumps(entry) + "\n")
    journal.flush()
    os.fsync(journal.fileno())


def read_journal(out: Path) -> tuple[dict, dict[str, dict]]:
    """The head and the entries by student; a last line that is not whole is cut off. InvalidInput without a journal."""
    path = out / "journal.jsonl"
    if not path.is_file():
        raise invalid("out", "a folder with grades in it", out)
    whole, entries = [], []
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
        if not line.endswith(b"\n"):
            entries.pop()
            break
        whole.append(line)
    if not entries or "assignment" not in entries[0]:
        raise invalid("out", "a folder with grades in it", f"a journal without a head in {out}")
    with open(path, "r+b") as file:
        file.truncate(sum(map(len, whole)))
    return entries[0], {entry["student"]: entry for entry in entries[1:]}


# --- one submission


def grade_one(name: str, student: str, path: str, key: bytes, seconds: float, out: str | None) -> dict:
    """Run one submission and judge it: its entry in the journal. Its answers are stored in `out`."""
    assignment = load_assignment(name)
    file, problem = choose_file(Path(path), name)
    version, written_for = head_of(file) if file else ("", "")
    head = {"file": hash_of(Path(path), name), "made_with": version, "written_for": written_for}
    if file is None:
        runs = {task.function: Run(problem=problem) for task in assignment.tasks}
    else:
        runs = run_all(assignment, student, file, key, seconds)
    if out is not None:
        write_runs(Path(out) / "answers" / f"{student}.frames", runs)
    return judge_all(assignment, student, runs, key, head)


def run_all(assignment: Assignment, student: str, path: Path, key: bytes, seconds: float) -> dict[str, Run]:
    """What each task's function answered. A submission that never comes as far as a function is run once."""
    runs: dict[str, Run] = {}
    left = SUBMISSION_TASKS * seconds
    for task in assignment.tasks:
        if left <= 0:
            limit = f"{SUBMISSION_TASKS * seconds:.0f} seconds that it has in all"
            runs[task.function] = Run(problem=f"the submission had used up the {limit}")
            continue
        run = run_function(path, task, calls_of(task, draw_instances(assignment, task, key, student)), seconds)
        left -= run.seconds if run.seconds > 1 else 0
        runs[task.function] = run
        if not run.was_loaded:
            return {one.function: run for one in assignment.tasks}
    return runs


def judge_all(assignment: Assignment, student: str, runs: dict[str, Run], key: bytes, head: dict) -> dict:
    """The journal's entry: points, and what to say, for each task."""
    tasks: dict[str, dict] = {}
    before: tuple[Edit, ...] = ()
    for task in assignment.tasks:
        instances = draw_instances(assignment, task, key, student)
        run = runs.get(task.function, Run(problem="it was not run"))
        verdict = judge(assignment, task, instances, run, before)
        if verdict.share < 1:
            before += verdict.edits
            if not verdict.mistakes and is_constant(run):
                verdict = name_source(assignment, task, run, verdict)
        tasks[task.function] = {"points": round(task.points * verdict.share, 2), "says": verdict.says,
                                "mistakes": verdict.mistakes, "warnings": verdict.warnings}
    total = round(sum(one["points"] for one in tasks.values()), 2)
    return {"student": student, "points": total, **{name: head[name] for name in ("file", "made_with", "written_for")},
            "tasks": tasks}


def is_constant(run: Run) -> bool:
    """Whether the function answered all instances alike: numbers that were written down."""
    firsts = [answers[0] for answers in run.answers if answers]
    return len(firsts) > 1 and all(same(one, firsts[0]) for one in firsts)


def name_source(assignment: Assignment, task: Task, run: Run, verdict: Verdict) -> Verdict:
    """Where numbers that were written down come from, if from the practice instances."""
    firsts = [answers[0] for answers in run.answers if answers]
    for student in ROUNDS:
        for arguments in draw_instances(assignment, task, SECRET, student).calls:
            if same(firsts[0], expected_answers(assignment, task, arguments)):
                return replace(verdict, says=("these are the numbers of a practice instance, written down",))
    return verdict


# --- stored answers


def write_runs(path: Path, runs: dict[str, Run]) -> None:
    """The runs as compressed frames, in one step."""
    parts = []
    for function, run in runs.items():
        fields = {name: getattr(run, name) for name in ("overwritten", "problem", "refused", "is_missing", "errors",
                                                        "was_loaded")}
        parts.append(pack({"function": function, **fields, "n_calls": len(run.answers)}))
        for number, answers in enumerate(run.answers):
            for repetition in answers:
                parts += [pack_array({"call": number}, array) for array in repetition]
            parts.append(pack({"width": len(answers[0]) if answers else 0}))
    temporary = path.with_suffix(".part")
    temporary.write_bytes(zlib.compress(b"".join(parts), 3))
    os.replace(temporary, path)


def read_runs(path: Path) -> dict[str, Run]:
    """The runs that `write_runs` wrote. InvalidInput where they are not whole."""
    try:
        frames = unpack(zlib.decompress(path.read_bytes()), most=1 << 40)
        runs: dict[str, Run] = {}
        arrays: list[np.ndarray] = []
        for header, array in frames:
            if array is not None:
                arrays.append(array)
            elif "function" in header:
                function = header["function"]
                runs[function] = Run((), tuple(header["errors"]), tuple(header["overwritten"]), header["problem"],
                                     header["refused"], header["is_missing"], was_loaded=header["was_loaded"])
            else:
                width = header["width"]
                grouped = [tuple(arrays[i : i + width]) for i in range(0, len(arrays), width)] if width else []
                runs[function] = replace(runs[function], answers=(*runs[function].answers, grouped))
                arrays = []
        return runs
    except (OSError, ValueError, KeyError, zlib.error) as error:
        raise InvalidInput(f"{path}: expected the answers of a submission, got {error}") from error


# --- results


def write_results(out: Path, assignment: Assignment, entries: dict[str, dict]) -> Path:
    """grades.csv, report.md, and feedback.md and results.json for each student."""
    with open(out / "grades.part", "w", encoding="utf8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", "points", "of", *(task.function for task in assignment.tasks), "notes"])
        for student, entry in entries.items():
            points = [entry["tasks"][task.function]["points"] for task in assignment.tasks]
            notes = "; ".join(notes_of(assignment, entry))
            table.writerow([plain_cell(student), entry["points"], assignment.points, *points, notes])
    os.replace(out / "grades.part", out / "grades.csv")
    (out / "report.md").write_text(report_of(assignment, entries), encoding="utf8")
    for student, entry in entries.items():
        folder = out / "students" / student
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "feedback.md").write_text(feedback_of(assignment, entry), encoding="utf8")
        results = json.dumps(results_of(assignment, entry), indent=1)
        (folder / "results.json").write_text(results + "\n", encoding="utf8")
    return out


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def notes_of(assignment: Assignment, entry: dict) -> list[str]:
    """What is to be noticed about a submission as a whole."""
    notes = []
    if entry["made_with"] and entry["made_with"] != __version__:
        notes.append(f"released with numpy_dgm {entry['made_with']} and graded with {__version__}")
    if entry["written_for"] and entry["written_for"] != assignment.name:
        notes.append(f"written for {entry['written_for']}")
    return notes


def report_of(assignment: Assignment, entries: dict[str, dict]) -> str:
    """For the instructor: what this system lacks, how the class did, task by task, and which mistakes were made."""
    lines = [f"# {assignment.name}: {assignment.title}", "", f"{len(entries)} submissions, numpy_dgm {__version__}."]
    lines += ["", *(f"- **Note:** {line}" for line in missing_protections())]
    totals = sorted(entry["points"] for entry in entries.values())
    lines += ["", f"Points of {assignment.points}: median {totals[len(totals) // 2]:g}, "
              f"lowest {totals[0]:g}, highest {totals[-1]:g}.", "", "| task | points | mean | full | mistakes |",
              "|---|---|---|---|---|"]
    for task in assignment.tasks:
        results = [entry["tasks"][task.function] for entry in entries.values()]
        mean = sum(one["points"] for one in results) / len(results)
        n_full = sum(one["points"] == task.points for one in results)
        counts = Counter(number for one in results for number in one["mistakes"])
        mistakes = ", ".join(f"{number}: {n}" for number, n in counts.most_common(6))
        lines.append(f"| {task.function} | {task.points} | {mean:.2f} | {n_full} | {mistakes} |")
    return "\n".join(lines) + "\n"


def feedback_of(assignment: Assignment, entry: dict) -> str:
    """For the student, in Markdown."""
    lines = [f"# {assignment.name}: {entry['points']:g} of {assignment.points} points", ""]
    lines += [f"- {note}" for note in notes_of(assignment, entry)]
    for task in assignment.tasks:
        result = entry["tasks"][task.function]
        lines += ["", f"## `{task.function}`: {result['points']:g} of {task.points}", ""]
        lines += [f"- {line}" for line in lines_of(result)] or ["- right"]
        if result["points"] < task.points:
            lines.append(f"- read on: {link_to(task)}")
    return "\n".join(lines) + "\n"


def lines_of(result: dict) -> list[str]:
    """What is said of a task."""
    return [*result["says"], *(f"warning, no loss: {line}" for line in result["warnings"])]


def link_to(task: Task) -> str:
    """The lesson of a task, as a link."""
    [path] = find_lessons([task.lesson])
    return f"[lesson {int(task.lesson)}, equation {task.equation}]({LESSON}{path.stem}.md)"


def results_of(assignment: Assignment, entry: dict) -> dict:
    """The results as Gradescope reads them."""
    tests = []
    for task in assignment.tasks:
        result = entry["tasks"][task.function]
        text = "\n".join(lines_of(result)) or "right"
        tests.append({"name": task.function, "score": result["points"], "max_score": task.points, "output": text,
                      "visibility": "visible"})
    return {"score": entry["points"], "output": "\n".join(notes_of(assignment, entry)), "visibility": "visible",
            "tests": tests}


def show_seconds(seconds: float) -> str:
    """About how long, for a person."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
