"""Files of a few MB that unpack to gigabytes: how soon, and in how much memory, the command refuses them.

    python tests/bombs.py [--gigabytes 3]

Each file is made here and given to a command of its own, which must end with exit code 2 and one sentence. The peak is
the resident memory of that process, NumPy's own included; "none" is that of a command that refuses a missing file.
"""
import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

MB = 2**20


def write_npz(path, n_bytes, member="x.npy"):
    """An archive with one array of zeros, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(member, "w", force_zip64=True) as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (n_bytes // 1000, 1000)}
            np.lib.format.write_array_header_1_0(file, header)
            for _ in range(n_bytes // MB):
                file.write(bytes(MB))


def write_gz(path, start, block, n_bytes):
    """A gzipped file: `start`, then as many of `block` as make `n_bytes`."""
    with gzip.open(path, "wb") as file:
        file.write(start)
        for _ in range(n_bytes // len(block)):
            file.write(block)


def write_checkpoint(path, n_bytes):
    """A checkpoint's name around a compressed array."""
    path.mkdir()
    write_npz(path / "checkpoint.npz", n_bytes, "array_0.npy")


def write_many(path, n_bytes):
    """An archive of 100,000 members; n_bytes plays no part."""
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(100_000):
            archive.writestr(f"a{i}.npy", b"")


IDX = b"\0\0\x08\x03" + (3_000_000).to_bytes(4, "big") + (32).to_bytes(4, "big") * 2
LINE = b",".join([b"0"] * 784) + b"\n"
BOMBS = {
    "none": (lambda path, n: None, "train rbm --epochs 1 --out out --data {}"),
    ".npz": (write_npz, "train rbm --epochs 1 --out out --data {}"),
    "idx.gz": (lambda path, n: write_gz(path, IDX, bytes(MB), n), "train rbm --epochs 1 --out out --data {}"),
    "csv.gz": (lambda path, n: write_gz(path, b"", LINE * 600, n), "train rbm --epochs 1 --out out --data {}"),
    "many.npz": (write_many, "train rbm --epochs 1 --out out --data {}"),
    "checkpoint": (write_checkpoint, "evaluate {}"),
}
NAMES = {".npz": "x.npz", "idx.gz": "x-images-idx3-ubyte.gz", "csv.gz": "x.csv.gz", "many.npz": "many.npz"}


def outcome(line, folder):
    """(seconds, peak in MiB, standard error) of the command, which must be refused."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "numpy_dgm", *line.split()], cwd=folder, env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != 2 or "Traceback" in err or len(err.splitlines()) != 1:
        raise AssertionError(f"exit code {process.returncode}: {err[:500]}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024, err.strip()


def main(arguments=None):
    """A line a bomb."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=3)
    options = parser.parse_args(arguments)
    n_bytes = int(options.gigabytes * 2**30)
    print(f"{'bomb':<12} {'file, MiB':>10} {'seconds':>8} {'peak, MiB':>10}  what is said")
    for name, (write, line) in BOMBS.items():
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / NAMES.get(name, name)
            write(path, n_bytes)
            files = path.rglob("*") if path.is_dir() else [path] if path.exists() else []
            size = sum(file.stat().st_size for file in files) / MB
            seconds, peak, said = outcome(line.format(path.name), temporary)
            print(f"{name:<12} {size:10.1f} {seconds:8.1f} {peak:10.0f}  {said}", flush=True)


if __name__ == "__main__":
    main()
