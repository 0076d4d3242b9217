"""Mistakes to make in numpy_dgm/course/pages.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/pages.py"

MUTANTS = [
    Mutant('f"{title}\\n\\n{links}\\n{rest}"', 'f"{title}\\n{rest}"', "no way back to the script"),
    Mutant(".removeprefix(' ')", ".lstrip()", "formulas are no blocks"),
    Mutant('title = f"# {cell.title}\\n" if cell.title else ""', 'title = ""', "code without its title"),
    Mutant("        if i % 2:\n", "        if not i % 2:\n", "figures and text exchanged"),
    Mutant('part.strip("\\n")', "part.strip()", "an output's first line loses its indentation"),
    Mutant('return OUTPUT.sub("", page)', "return page", "output counted as the lesson's"),
    Mutant("    if done.returncode:\n", "    if False:\n", "the page of a lesson that fails"),
    Mutant("return done.stdout.split(END_OF_CELL)[:-1]", "return done.stdout.split(END_OF_CELL)[1:]",
           "each output below the cell before"),
]
