"""Every lesson as a notebook: it round-trips, runs from top to bottom, and shows as many pictures as it draws.

    pip install jupytext nbclient ipykernel
    python tests/benchmarks/notebooks.py [NN ...]

A line a lesson; exit code 1 where one does not. The table is kept in notebooks.txt.
"""
import re
import sys
import tempfile
import time

import jupytext
from nbclient import NotebookClient

from numpy_dgm.course.lessons import find_lessons


def outputs_of(notebook):
    """All outputs of its cells, in order."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def as_a_notebook(path):
    """(whether the text comes back the same, how many figures it draws, how many pictures are shown)."""
    source = path.read_text(encoding="utf8")
    notebook = jupytext.reads(source, fmt="py:percent")
    back = jupytext.writes(notebook, fmt="py:percent")
    header = re.compile(r"\A# ---\n.*?# ---\n\n", re.DOTALL)  # which Jupytext adds
    comes_back = header.sub("", back).rstrip() == source.rstrip()
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    outputs = outputs_of(notebook)
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    n_drawn = len(re.findall(r"^ *figure \S", printed, re.MULTILINE))
    n_shown = sum("image/png" in output.get("data", {}) for output in outputs)
    return comes_back, n_drawn, n_shown


def main(numbers):
    """Try the lessons with those numbers, or all."""
    print(f"{'lesson':<34} {'comes back':>10} {'figures':>8} {'shown':>6} {'seconds':>8}")
    failed = False
    for path in find_lessons(numbers):
        started = time.perf_counter()
        comes_back, n_drawn, n_shown = as_a_notebook(path)
        is_right = comes_back and 0 < n_drawn == n_shown
        failed = failed or not is_right
        print(f"{path.stem:<34} {'yes' if comes_back else 'NO':>10} {n_drawn:8d} {n_shown:6d} "
              f"{time.perf_counter() - started:8.1f}{'' if is_right else '  WRONG'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
