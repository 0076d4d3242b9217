"""Mistakes to make in numpy_dgm/course/homework.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/homework.py"

MUTANTS = [
    Mutant("    if len(found) != 1:\n", "    if not found:\n", "the first of several assignments"),
    Mutant('found = [one for one in names if one == f"lesson_{int(name):02d}"]', "pass",
           "a lesson's number finds nothing"),
    Mutant('        return f\'{indent}raise NotImplementedError("write this")\\n\' if indent else ""',
           "        return match[2]", "the solution is given out"),
    Mutant("    return {line for line in lines - given if line and not line.startswith(\"#\")}",
           "    return {line for line in lines - given if False}", "no line counts as the solution's"),
    Mutant('message = "\\0".join(map(str, parts)).encode()', 'message = "".join(map(str, parts)).encode()',
           "two students with the same instances"),
    Mutant("hmac.new(secret, message", "hmac.new(b\"\", message", "instances that do not depend on the secret"),
    Mutant("chosen |= possibilities[rng.integers(len(possibilities))]", "chosen |= possibilities[0]",
           "the same conventions for all"),
    Mutant("seed_of(secret, assignment.name, student, task.function, number)",
           "seed_of(secret, assignment.name, task.function, number)", "the same instances for all students"),
    Mutant("        return value.copy()\n", "        return value\n", "functions share their arguments"),
    Mutant("    if count != 1:\n", "    if count < 1:\n", "an edit that is made twice",
           tests="course/test_mistakes.py"),
]
