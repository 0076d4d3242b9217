"""A class of 300 submissions to assignment 1, graded; killed halfway and gone on with; over Dask.

    python tests/benchmarks/grading.py [--n 300] [--jobs 2] [--compare killed dask]     some 20 minutes; see grading.txt

Two in five are right, two in five have one of the known mistakes, the rest hang, crash or cheat. Printed: how long
grading took, the highest memory of the grader and of a submission, and whether the table is the same byte for byte
after SIGKILL halfway and --resume, or over a cluster of two workers (Dask must be installed then).
"""
import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "course")]

from cheats import functions, texts  # noqa: E402
from correct_hw1 import ALTERNATIVES  # noqa: E402

from numpy_dgm import __version__  # noqa: E402
from numpy_dgm.course.grading import grade  # noqa: E402
from numpy_dgm.course.homework import HOMEWORK, edit_text, load_assignment, own  # noqa: E402

HANGING = (functions("while True:\n    pass"), "while True:\n    pass\n", functions("import time\ntime.sleep(1000)"))
CRASHING = ("raise ValueError\n", functions("return 1 / 0"), "def f(:\n", functions("return undefined"))


def write_class(folder, n):
    """n submissions in the folder."""
    assignment = load_assignment("hw1_rbm")
    head = f"# numpy_dgm {__version__}, assignment hw1_rbm\n"
    right = [assignment.source, *ALTERNATIVES["hw1_rbm"].values()]
    edits = [own(task, edit) for task in assignment.tasks for edit in task.mistakes]
    cheats = list(texts(HOMEWORK / "hw1_rbm" / "source.py").values())
    for i in range(n):
        kind, number = i % 15, i // 15
        if kind < 6:
            text = right[(6 * number + kind) % len(right)]
        elif kind < 12:
            text = edit_text(assignment.source, (edits[(6 * number + kind - 6) % len(edits)],))
        else:
            others = (HANGING, CRASHING, cheats)[kind - 12]
            text = others[number % len(others)]
        (folder / f"student_{i:03}.py").write_text(head + text, encoding="utf8")


def run_command(folder, out, jobs, *more):
    """The process of `dgm course grade`."""
    command = [sys.executable, "-m", "numpy_dgm", "course", "grade", str(folder / "all"), "--secret",
               str(folder / "secret"), "--out", str(out), "--jobs", str(jobs), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf8", env=environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--compare", nargs="+", default=["killed"], choices=["killed", "dask"])
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    (folder / "all").mkdir()
    write_class(folder / "all", options.n)

    began = time.perf_counter()
    process = run_command(folder, folder / "whole", options.jobs)
    last = [line for line in process.stdout][-2:]
    assert process.wait() == 0
    print(f"{options.n} submissions, {options.jobs} jobs: {time.perf_counter() - began:.0f} s")
    print("  ".join(line.strip() for line in last))
    highest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"highest memory of a process, the grader's among them: {highest:.0f} MB", flush=True)
    table = (folder / "whole" / "grades.csv").read_bytes()

    if "killed" in options.compare:
        process = run_command(folder, folder / "killed", options.jobs)
        for line in process.stdout:
            if line.strip().startswith(f"{options.n // 2} of "):
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
        n_done = (folder / "killed" / "journal.jsonl").read_bytes().count(b"\n") - 1
        process = run_command(folder, folder / "killed", options.jobs, "--resume")
        process.communicate()
        same = (folder / "killed" / "grades.csv").read_bytes() == table
        print(f"killed with {n_done} graded, then resumed: the same table {same}", flush=True)

    if "dask" in options.compare:
        from dask.distributed import Client, LocalCluster

        with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster) as client:
            began = time.perf_counter()
            grade(folder / "all", folder / "secret", folder / "dask", executor=client.get_executor(),
                  report=lambda line: None)
            same = (folder / "dask" / "grades.csv").read_bytes() == table
            print(f"over Dask, two workers: {time.perf_counter() - began:.0f} s, the same table {same}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
