"""Grading on Gradescope: the archive that it takes as an autograder, and what runs there.

    /autograder/source/                      the archive, unpacked: this package as it is, the assignments, the secret
    /autograder/submission/*.py              what the student has handed in
    /autograder/submission_metadata.json     who
    /autograder/results/results.json         what Gradescope reads

The student's number for HMAC(secret, student) is the e-mail address in the metadata, so `dgm course grade` on a file of
that name gives the same instances.
"""
import json
import os
import sys
import zipfile
from pathlib import Path

import numpy as np

from .. import __version__
from ..foundation.checks import invalid
from .grading import SECONDS, grade_one, read_secret, results_of
from .homework import HOMEWORK, find_assignment, load_assignment
from .lessons import find_lessons
from .sandbox import missing_protections

PACKAGE = Path(__file__).parents[1]
AUTOGRADER = Path("/autograder")
SETUP = f"""\
#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image.
set -e
apt-get update
apt-get install -y python3 python3-venv
python3 -m venv /autograder/venv
/autograder/venv/bin/pip install "numpy=={np.__version__}"
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission. DGM_AUTOGRADER and DGM_PYTHON are for trying it elsewhere.
folder="${DGM_AUTOGRADER:-/autograder}"
cd "$folder/source" && "${DGM_PYTHON:-/autograder/venv/bin/python}" -m numpy_dgm.course.gradescope "$folder"
"""


def write_archive(name: str, secret: str | Path, out: str | Path) -> Path:
    """The autograder of an assignment as a zip file; returns its path. Raises InvalidInput.

    secret: as in `grade`; it goes into the archive, which is for instructors alone.
    """
    assignment = find_assignment(name)
    key, out = read_secret(secret), Path(out)
    if out.exists():
        raise invalid("out", "a new file", out)
    settings = json.dumps({"assignment": assignment.name, "seconds": SECONDS, "version": __version__})
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(PACKAGE.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and PACKAGE / "lessons" not in path.parents:
                archive.write(path, Path("numpy_dgm", path.relative_to(PACKAGE)))
        for path in find_lessons():
            archive.write(path, Path("lessons", path.name))
        for path in sorted((HOMEWORK / assignment.name).glob("*.py")):
            archive.write(path, Path("lessons", "homework", assignment.name, path.name))
        archive.writestr("settings.json", settings)
        archive.writestr("secret", key)
        for file, text in (("setup.sh", SETUP), ("run_autograder", RUN)):
            entry = zipfile.ZipInfo(file)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, text)
    return out


def run_autograder(folder: Path = AUTOGRADER) -> None:
    """Grade the one submission in Gradescope's folders, and write results.json: always, whatever was handed in."""
    source = folder / "source"
    settings = json.loads((source / "settings.json").read_text(encoding="utf8"))
    os.chmod(source / "secret", 0o600)
    assignment = load_assignment(settings["assignment"])
    key = read_secret(source / "secret", make=False)
    submission = folder / "submission"
    entry = grade_one(assignment.name, student_of(folder), str(submission), key, settings["seconds"], None)
    results = results_of(assignment, entry)
    lacks = "\n".join(missing_protections()) or "nothing is lacking"
    results["tests"].append({"name": "what this system cannot prevent", "output": lacks, "visibility": "hidden"})
    (folder / "results").mkdir(exist_ok=True)
    (folder / "results" / "results.json").write_text(json.dumps(results, indent=1), encoding="utf8")


def student_of(folder: Path) -> str:
    """The e-mail addresses of those who hand in, in order; "unknown" where Gradescope does not say."""
    try:
        metadata = json.loads((folder / "submission_metadata.json").read_text(encoding="utf8"))
        return ",".join(sorted(str(user["email"]) for user in metadata["users"])) or "unknown"
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


if __name__ == "__main__":
    run_autograder(Path(sys.argv[1]) if len(sys.argv) > 1 else AUTOGRADER)
