"""Mistakes to make in numpy_dgm/course/release.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/release.py"
TESTS = "course/test_homework.py"

MUTANTS = [
    Mutant("    if there:\n", "    if False:\n", "a student's work is written over"),
    Mutant("made_with + starter(assignment)", "starter(assignment)", "a release does not say what it is"),
    Mutant("made_with + starter(assignment)", "made_with + assignment.source",
           "the solution is given out as the starter"),
    Mutant("handout(assignment) + table", "handout(assignment)", "a handout without points and hours"),
    Mutant('template.replace(f\'"{there}"\', f\'"{instead}"\')', "template", "a check without a name",
           tests="course/test_mistakes.py"),
]
