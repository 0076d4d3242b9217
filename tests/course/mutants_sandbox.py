"""Mistakes to make in numpy_dgm/course/sandbox.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/sandbox.py"

MUTANTS = [
    Mutant('        return {"seed": value.number}', '        return {"seed": 0}',
           "another seed than the expected answers'", tests="course/test_grading.py"),
    Mutant('"-I", "-B", "-u",', '"-I", "-B",', "what is printed is lost"),
    Mutant('    if "refused" in notes:\n', "    if False:\n", "the reason of a refusal is not said"),
    Mutant('    if ended == "time":\n', "    if False:\n", "running out of time is not said"),
    Mutant('    if "missing" in notes:\n', "    if False:\n", "a starter has no word", tests="course/test_practice.py"),
    Mutant('    if "done" not in notes:\n', "    if False:\n", "an early end passes"),
    Mutant("if not errors[number] and len(arrays[number]) != width * times:", "if False:",
           "answers that are missing"),
]
