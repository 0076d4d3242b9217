"""Peak memory and time of opening, training on, evaluating on and sampling from a memory-mapped file.

    python tests/benchmarks/mapped_file.py [--rows 100000 500000 2000000]

The file is an .npy of 784 bytes a row, sparse: it takes no room on the disk until something is written. A tenth of a
percent of its rows hold pixels. Each part runs in a process of its own, whose peak resident memory the system tells.
The last columns are the processor time of a second epoch of 20,000 of its rows, drawn from all, over that of the same
rows in memory: the median of seven pairs, one in turn with the other, for three sizes of model and batch.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

PEAK = "import resource; print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
OPEN = "from numpy_dgm import open_data; open_data('x.npy')"
COMMAND = "from numpy_dgm.__main__ import main; assert main({!r}.split()) == 0"
PARTS = {
    "open": OPEN,
    "train": COMMAND.format("train rbm --data x.npy --hidden 8 --epochs 1 --batch-size 500 --out run"),
    "evaluate": COMMAND.format("evaluate run"),
    "sample": COMMAND.format("sample run --steps 10 --out s.png"),
}
SIZES = {"64, 20": (64, 20), "100, 100": (100, 100), "8, 500": (8, 500)}  # hidden units, cases a batch
RATES = """
import time
import numpy as np
from numpy_dgm import init_rbm, open_data, train_rbm
from numpy_dgm.data.dataset import data_from_arrays
whole = open_data("x.npy")
rows = np.random.default_rng(0).permutation(len(whole))[:{n_cases}]
mapped = whole.take(rows)
in_memory = data_from_arrays(np.array(np.load("x.npy", mmap_mode="r")[rows]), name="x")
seconds = {{}}
for _ in range(7):
    for name, data in (("mapped", mapped), ("memory", in_memory)):
        rng = np.random.default_rng(0)
        times = []
        train_rbm(init_rbm(784, {hidden}, rng), data, epochs=2, batch_size={batch}, rng=rng,
                  on_record=lambda *_: times.append(time.process_time()))
        seconds.setdefault(name, []).append(times[1] - times[0])
ratios = [a / b for a, b in zip(seconds["mapped"], seconds["memory"])]
print("RATIO", np.median(ratios))
"""


def make_file(path, n_rows):
    """A sparse .npy with pixels in every thousandth row."""
    mapped = np.lib.format.open_memmap(path, "w+", np.uint8, (n_rows, 784))
    rng = np.random.default_rng(0)
    for row in range(0, n_rows, 1000):
        mapped[row] = 255 * (rng.random(784) < 0.15)
    mapped.flush()


def measured(code, folder):
    """(peak MiB, seconds, what it printed) of a process that runs `code` in `folder`."""
    import time

    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", f"{code}\n{PEAK}"], cwd=folder, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split("PEAK")[1]), time.perf_counter() - started, done.stdout


def main():
    """A line for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 500_000, 2_000_000])
    options = parser.parse_args()
    header = f"{'rows':>10}" + "".join(f"{part + ', MiB':>15}{'s':>7}" for part in PARTS)
    print(header + "   time, in memory 1:" + "".join(f"{size:>10}" for size in SIZES))
    for n_rows in options.rows:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            make_file(folder / "x.npy", n_rows)
            cells = ""
            for code in PARTS.values():
                peak, seconds, _ = measured(code, folder)
                cells += f"{peak:15.0f}{seconds:7.1f}"
            cells += " " * 21
            for hidden, batch in SIZES.values():
                _, _, printed = measured(RATES.format(n_cases=20_000, hidden=hidden, batch=batch), folder)
                cells += f"{float(printed.split('RATIO')[1].split()[0]):10.2f}"
            print(f"{n_rows:10,}{cells}", flush=True)


if __name__ == "__main__":
    main()
