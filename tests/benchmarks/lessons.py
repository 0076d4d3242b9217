"""How long are the lessons?

    python tests/benchmarks/lessons.py         about three minutes; the table is kept in lessons.txt

A line a lesson: words of text, lines of code, numbered equations, claims and seconds of a whole run, the longest line,
comprehensions within comprehensions, and the hours that the syllabus gives.
"""
import ast
import re

from numpy_dgm.course.lessons import FOLDER, announced_labels, cells_of, find_lessons, run_lesson

COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


def count_nested(source):
    """Comprehensions that hold another one."""
    n_nested = 0
    for outer in ast.walk(ast.parse(source)):
        if isinstance(outer, COMPREHENSIONS):
            n_nested += sum(isinstance(inner, COMPREHENSIONS) for inner in ast.walk(outer)) > 1
    return n_nested


def hours_of(number):
    """The hours of the lesson's row in the syllabus."""
    return re.search(rf"\[{number} [^|]*\| ([\d.]+) \|", (FOLDER / "README.md").read_text(encoding="utf8"))[1]


def main():
    columns = ("words", "code", "equations", "claims", "seconds", "longest", "nested", "hours")
    print(f"{'lesson':<34}" + "".join(f"{name:>10}" for name in columns))
    totals = [0.0] * 8
    for path in find_lessons():
        source = path.read_text(encoding="utf8")
        cells = cells_of(source)
        words = sum(len(line.removeprefix("#").split()) for cell in cells if cell.is_markdown
                    for line in cell.text.splitlines())
        code = sum(bool(line.strip()) for cell in cells if not cell.is_markdown for line in cell.text.splitlines())
        run = run_lesson(path)
        row = (words, code, len(announced_labels(path)), len(run.claims), run.seconds,
               max(map(len, source.splitlines())), count_nested(source), float(hours_of(path.name[:2])))
        failed = "" if run.succeeded else "   FAILED"
        print(f"{path.stem:<34}" + "".join(f"{value:10.4g}" for value in row) + failed, flush=True)
        totals = [one + more for one, more in zip(totals, row)]
    totals[5] = 0
    print(f"{'all':<34}" + "".join(f"{value:10.5g}" for value in totals))


if __name__ == "__main__":
    main()
