"""Mistakes to make in numpy_dgm/course/tours.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/tours.py"

MUTANTS = [
    Mutant("    if len(found) != 1:\n", "    if len(found) > 1:\n", "a stop that is gone",
           tests="course/test_tours.py"),
    Mutant("    if name not in TOURS:\n", "    if False:\n", "any word is a tour"),
    Mutant("    if not guide.was_left:\n", "    if True:\n", "q is the last stop"),
    Mutant("            self.set_continue()\n            return\n", "            pass\n",
           "a stop before the first one"),
    Mutant('            print(f"\\n[{number} of', '            number and print(f"\\n[{number + 1} of',
           "stops are counted from 2"),
    Mutant("            self.clear_break(str(stop.path), stop.line)\n", "", "a stop comes back"),
]
