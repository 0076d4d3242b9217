"""Mistakes to make in numpy_dgm/course/commands.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/commands.py"

MUTANTS = [
    Mutant("return 0 if check(options.assignment, options.file, options.task) else 1",
           "return 1 if check(options.assignment, options.file, options.task) else 0", "success and failure exchanged"),
    Mutant("check(options.assignment, options.file, options.task)", "check(options.assignment, options.file)",
           "--task is not heard"),
    Mutant("release(options.assignment, options.out)", "release(options.assignment)", "--out is not heard"),
    Mutant("resume=options.resume", "resume=True", "--resume without being asked"),
    Mutant("options.assignment, options.jobs,", "options.assignment, 2,", "--jobs is not heard"),
]
