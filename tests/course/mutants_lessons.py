"""Mistakes to make in numpy_dgm/course/lessons.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/lessons.py"
TESTS = "course/test_lessons.py"

MUTANTS = [
    Mutant("    if not files:\n", "    if False:\n", "no lessons and no word of it"),
    Mutant("if not number.isdecimal() or int(number) not in paths:", "if not number.isdecimal():",
           "a lesson that does not exist passes"),
    Mutant('if number.endswith(".py") and Path(number).is_file():', "if False:", "a file is no lesson"),
    Mutant("any(folder.iterdir())", "False", "lessons copied over files"),
    Mutant(', "solutions/*.md")', ")", "lessons copied without their solutions"),
    Mutant("is_installed = Path(path).parent == INSTALLED", "is_installed = False", "figures in site-packages"),
    Mutant("succeeded=done.returncode == 0", "succeeded=done.returncode != 0", "success and failure exchanged"),
    Mutant("claims=tuple(CLAIMED.findall", "claims=tuple(PROVED.findall", "equations counted as claims"),
    Mutant("source = proofs_of(source)", "pass", "the proofs are the whole lesson"),
    Mutant("(experiment|figure|wrong)", "(experiment|figure)", "what goes wrong is run as a proof"),
    Mutant('[""] * n_lines', "[]", "--proofs loses count of the lines"),
]
