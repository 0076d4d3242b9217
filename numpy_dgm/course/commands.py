"""The `dgm course` command: a parser, and thin calls into the modules of this folder."""
import argparse
from collections.abc import Callable
from pathlib import Path

from ..json_output import add_json, print_json
from .gradescope import write_archive
from .grading import SECONDS, grade, rescore
from .homework import assignment_names, find_assignment, show_points
from .practice import check, check_as_record, watch
from .release import release
from .tours import TOURS, run_tour

HELP = "Set and grade assignments; solve them with mistakes named; walk through one real step in the debugger."
DESCRIPTION = """\
Assignments and exercises, for those who solve them and for those who set them.

  dgm course list                              the assignments: points, hours, after which lesson
  dgm course release hw1 --out work/           write starter, handout and check.py
  dgm course check hw1 work/hw1_rbm.py         which tasks are right; of the first that is not, what is wrong
  dgm course watch hw1 work/hw1_rbm.py         the same whenever the file is saved
  dgm course check 09                          the code exercise of lesson 9, in lesson_09.py
  dgm course tour cd                           one real step in the debugger, with a word at each stop

  dgm course grade submissions/ --secret secret.txt --out grades/ --jobs 2 --resume
  dgm course rescore grades/ --secret secret.txt
  dgm course gradescope hw1 --secret secret.txt --out hw1.zip"""


def add_course(commands, add_command: Callable) -> None:
    """dgm course, and its subcommands."""
    command = commands.add_parser("course", help=HELP, description=DESCRIPTION,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = command.add_subparsers(title="what to do", metavar="WHAT", required=True)
    add_command(parts, "list", list_assignments, "List the assignments and exercises.", "dgm course list")
    add_release(add_command(parts, "release", run_release, """\
Write the files of an assignment: the starter to fill in, the handout, and check.py, which needs NumPy alone.""",
                            "dgm course release hw1 --out work/"))
    for name, run, text in (("check", run_check, "Try a solution, a task at a time, and say what is wrong with it."),
                            ("watch", run_watch, "Try a solution whenever its file is saved.")):
        part = add_command(parts, name, run, text, f"dgm course {name} hw1 work/hw1_rbm.py")
        part.add_argument("assignment", help="such as hw1; 09 is the code exercise of lesson 9")
        part.add_argument("file", nargs="?", type=Path, help="your file; ASSIGNMENT.py here by default")
        if name == "check":
            part.add_argument("--task", help="try this function alone")
            add_json(part)
    add_grade(add_command(parts, "grade", run_grade, """\
Grade all submissions in a folder, a file or a folder for each student. Each function runs in a process of its own; the
state is kept line by line in the folder --out, and --resume goes on with it.""",
                          "dgm course grade submissions/ --secret secret.txt --out grades/ --jobs 2"))
    part = add_command(parts, "rescore", run_rescore, """\
Judge the stored answers of graded submissions again, without running students' code: after a change of points.""",
                       "dgm course rescore grades/ --secret secret.txt")
    part.add_argument("out", type=Path, help="the folder of the grades")
    part.add_argument("--secret", type=Path, required=True, help="the file with which they were graded")
    part = add_command(parts, "gradescope", run_gradescope, "Write the autograder of an assignment for Gradescope.",
                       "dgm course gradescope hw1 --secret secret.txt --out hw1.zip")
    part.add_argument("assignment", help="such as hw1")
    part.add_argument("--secret", type=Path, required=True, help="a file of at least 16 bytes; made if it is not there")
    part.add_argument("--out", type=Path, required=True, help="the zip file to write")
    part = add_command(parts, "tour", run_tour_command, f"""\
Run one real step under the debugger, with a word at each stop on what to look at. Type c for the next stop, q to end.
Tours: {', '.join(TOURS)}.""", "dgm course tour cd")
    part.add_argument("tour", help=f"one of {', '.join(TOURS)}")


def add_release(part: argparse.ArgumentParser) -> None:
    """dgm course release"""
    part.add_argument("assignment", help="such as hw1; 09 is the code exercise of lesson 9")
    part.add_argument("--out", type=Path, required=True, help="the folder to write to")


def add_grade(part: argparse.ArgumentParser) -> None:
    """dgm course grade"""
    part.add_argument("submissions", type=Path, help="a folder")
    part.add_argument("--secret", type=Path, required=True, help="a file of at least 16 bytes; made if it is not there")
    part.add_argument("--assignment", help="its name; by default that which most submissions name in their first line")
    part.add_argument("--out", type=Path, default=Path("grades"), help="the folder of the results")
    part.add_argument("--jobs", type=int, default=2, help="how many submissions at a time")
    part.add_argument("--seconds", type=float, default=SECONDS, help="that each task has")
    part.add_argument("--resume", action="store_true", help="go on with what --out holds")


def list_assignments(options: argparse.Namespace) -> int:
    """dgm course list"""
    for name in assignment_names():
        assignment = find_assignment(name)
        tasks = ", ".join(task.function for task in assignment.tasks)
        head = f"{name:<18} {show_points(assignment.points):>9}, {assignment.hours:4.1f} h"
        print(f"{head}, after lesson {assignment.after}: {assignment.title}\n{'':<19}{tasks}")
    return 0


def run_release(options: argparse.Namespace) -> int:
    """dgm course release"""
    for path in release(options.assignment, options.out):
        print(path)
    return 0


def run_check(options: argparse.Namespace) -> int:
    """dgm course check"""
    if options.json:
        record = check_as_record(options.assignment, options.file, options.task)
        print_json(record)
        return 0 if record["right"] else 1
    return 0 if check(options.assignment, options.file, options.task) else 1


def run_watch(options: argparse.Namespace) -> int:
    """dgm course watch"""
    watch(options.assignment, options.file)
    return 0


def run_grade(options: argparse.Namespace) -> int:
    """dgm course grade"""
    out = grade(options.submissions, options.secret, options.out, options.assignment, options.jobs,
                resume=options.resume, seconds=options.seconds)
    print(f"{out / 'grades.csv'}   {out / 'report.md'}   {out / 'students'}")
    return 0


def run_rescore(options: argparse.Namespace) -> int:
    """dgm course rescore"""
    rescore(options.out, options.secret)
    return 0


def run_gradescope(options: argparse.Namespace) -> int:
    """dgm course gradescope"""
    print(write_archive(options.assignment, options.secret, options.out))
    return 0


def run_tour_command(options: argparse.Namespace) -> int:
    """dgm course tour"""
    run_tour(options.tour)
    return 0
