"""Lessons as pages to read on the web: `dgm lessons --pages` writes lessons/pages/NN_name.md for each.

Text cells stay as they are, code cells stand in a block of their own, and below it what the cell prints, with the
figures where they are drawn. The files of the figures are those of lessons/figures/.
"""
import re
import subprocess
import sys
from pathlib import Path

from ..foundation.checks import invalid
from .lessons import Cell, cells_of, lesson_environment, set_up

END_OF_CELL = "\x1e"  # what `print_by_cell` prints after each code cell: the record separator, which no lesson prints
FIGURE = re.compile(r"  figure figures/(\S+)")
OUTPUT = re.compile(r"\n```text\n.*?\n```\n|\n!\[[^\]\n]*\]\(\.\./figures/[^)\n]*\)\n", re.DOTALL)


def write_page(path: str | Path) -> Path:
    """Run the lesson at `path` and write its page to pages/ beside it. Returns the page's path.

    InvalidInput where the lesson fails.
    """
    path = Path(path)
    page = path.parent / "pages" / f"{path.stem}.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(render(path, outputs_of(path)), encoding="utf8")
    return page


def render(path: str | Path, outputs: list[str] | None = None) -> str:
    """The page of the lesson at `path` as Markdown, with what each of its code cells prints, or without output."""
    path = Path(path)
    number = path.name[:2]
    links = f"[This lesson as a script](../{path.name}) · [solutions](../solutions/{number}.md) · " \
            "[all lessons](../README.md)"
    left = iter(outputs or [])
    parts = []
    for cell in cells_of(path.read_text(encoding="utf8")):
        parts.append(markdown_of(cell) if cell.is_markdown else code_of(cell) + shown_output(next(left, "")))
    title, _, rest = "\n".join(parts).partition("\n")
    return f"{title}\n\n{links}\n{rest}"


def markdown_of(cell: Cell) -> str:
    """The text of a Markdown cell, out of its comment."""
    return "".join(f"{line.removeprefix('#').removeprefix(' ')}\n" for line in cell.text.strip("\n").splitlines())


def code_of(cell: Cell) -> str:
    """A code cell as a block, its title as a comment."""
    title = f"# {cell.title}\n" if cell.title else ""
    code = cell.text.strip("\n")
    return f"```python\n{title}{code}\n```\n"


def shown_output(output: str) -> str:
    """What a cell prints as blocks of text, and its figures as images, in their order."""
    shown = []
    for i, part in enumerate(FIGURE.split(output)):  # text and names of figures in turn
        if i % 2:
            shown.append(f"\n![{Path(part).stem}](../figures/{part})\n")
        elif part.strip():
            shown.append("\n```text\n" + part.strip("\n") + "\n```\n")
    return "".join(shown)


def without_output(page: str) -> str:
    """A page as `render` makes it without output."""
    return OUTPUT.sub("", page)


def outputs_of(path: Path) -> list[str]:
    """Run the lesson in a process of its own: what each code cell prints, in order."""
    done = subprocess.run([sys.executable, "-m", __name__, str(path)], capture_output=True, encoding="utf8",
                          env=lesson_environment(), check=False)
    if done.returncode:
        *_, reason = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise invalid(path.name, "a lesson that runs to its end", reason)
    return done.stdout.split(END_OF_CELL)[:-1]


def print_by_cell(path: str | Path) -> None:
    """Run the lesson in this process, cell by cell, and print END_OF_CELL after each code cell."""
    source = Path(path).read_text(encoding="utf8")
    variables = set_up(path)
    for cell in cells_of(source):
        if not cell.is_markdown:
            code = "\n" * cell.line + cell.text  # so that a traceback has the lesson's line numbers
            exec(compile(code, str(path), "exec"), variables)
            print(END_OF_CELL, end="", flush=True)


if __name__ == "__main__":
    print_by_cell(sys.argv[1])
