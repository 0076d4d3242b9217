"""Every known cheat as a submission, in one class with honest ones: what each gets, and whether anyone is harmed.

    python tests/benchmarks/cheats.py [--jobs 2]       some five minutes; see cheats.txt

A line a cheat: its points and the reason that its first task is given. Then: whether the honest submissions have full
points, whether the package, the secret and the submissions are the same bytes as before, and what is left running.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "course")]

from cheats import texts  # noqa: E402
from correct_hw1 import ALTERNATIVES  # noqa: E402

from numpy_dgm import __version__  # noqa: E402
from numpy_dgm.course.homework import HOMEWORK, load_assignment  # noqa: E402


def hash_of_files(*folders):
    """One number of the names and bytes of all files in the folders, compiled ones apart."""
    whole = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                whole.update(str(path).encode() + path.read_bytes())
    return whole.hexdigest()


def processes():
    """{number: command line} of what runs on this machine, where /proc says so."""
    found = {}
    for name in filter(str.isdecimal, os.listdir("/proc") if Path("/proc").is_dir() else ()):
        try:
            found[name] = Path("/proc", name, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has just ended
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    assignment = load_assignment("hw1_rbm")
    head = f"# numpy_dgm {__version__}, assignment hw1_rbm\n"
    cheats = list(texts(HOMEWORK / "hw1_rbm" / "source.py").items())
    honest = [assignment.source, *ALTERNATIVES["hw1_rbm"].values()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "all").mkdir()
        (folder / "secret").write_text("of this class alone\n", encoding="ascii")
        for number, (_, text) in enumerate(cheats):
            (folder / "all" / f"cheat_{number:03}.py").write_bytes((head + text).encode("utf8"))
        for number, text in enumerate(honest):
            (folder / "all" / f"cheat_{20 * number:03}_honest.py").write_text(head + text, encoding="utf8")
        before, running = hash_of_files(ROOT / "numpy_dgm", ROOT / "lessons", folder / "all"), processes()
        command = [sys.executable, "-m", "numpy_dgm", "course", "grade", str(folder / "all"), "--secret",
                   str(folder / "secret"), "--out", str(folder / "out"), "--jobs", str(options.jobs)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={
            **os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"})
        lines = (folder / "out" / "journal.jsonl").read_text(encoding="utf8").splitlines()[1:]
        entries = {entry["student"]: entry for entry in map(json.loads, lines)}
        n_caught = 0
        for number, (name, _) in enumerate(cheats):
            entry = entries[f"cheat_{number:03}"]
            says = entry["tasks"]["energy"]["says"]
            n_caught += entry["points"] == 0 and all(task["says"] for task in entry["tasks"].values())
            print(f"{name:<48} {entry['points']:g}  {says[0].splitlines()[0][:140] if says else ''}")
        points = [entry["points"] for student, entry in entries.items() if student.endswith("honest")]
        n_full = sum(one == assignment.points for one in points)
        same = hash_of_files(ROOT / "numpy_dgm", ROOT / "lessons", folder / "all") == before
        left = [line for number, line in processes().items()
                if number not in running and ("course/child.py" in line or "sleep 1000" in line)]
    print(f"{n_caught} of {len(cheats)} cheats have 0 points and a reason in every task")
    print(f"{n_full} of {len(points)} honest submissions between them have full points")
    print(f"package, lessons and submissions are the same bytes: {same}; left running: {left or 'nothing'}")


if __name__ == "__main__":
    main()
