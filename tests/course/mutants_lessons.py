"""Mistakes to make in numpy_dgm/course/lessons.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/lessons.py"
TESTS = "test_command.py"

MUTANTS = [
    Mutant("if not str(number).isdigit() or int(number) not in paths:", "if not str(number).isdigit():",
           "a lesson that does not exist passes"),
    Mutant("succeeded=done.returncode == 0", "succeeded=done.returncode != 0", "success and failure exchanged"),
    Mutant("EXPERIMENT.split(source)[0]", "EXPERIMENT.split(source)[-1]", "the experiment in place of the proofs"),
]
