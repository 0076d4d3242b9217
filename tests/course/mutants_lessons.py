"""Mistakes to make in numpy_dgm/course/lessons.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/lessons.py"
TESTS = "course/test_lessons.py"

MUTANTS = [
    Mutant("if not str(number).isdigit() or int(number) not in paths:", "if not str(number).isdigit():",
           "a lesson that does not exist passes"),
    Mutant("succeeded=done.returncode == 0", "succeeded=done.returncode != 0", "success and failure exchanged"),
    Mutant("claims=tuple(CLAIMED.findall", "claims=tuple(PROVED.findall", "equations counted as claims"),
    Mutant("source = proofs_of(source)", "pass", "the proofs are the whole lesson"),
    Mutant("(experiment|figure|wrong)", "(experiment|figure)", "what goes wrong is run as a proof"),
    Mutant('"\\n" * cell.count("\\n") if', '"" if', "--proofs loses count of the lines"),
]
