"""Mistakes to make in numpy_dgm/course/diagnosis.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/diagnosis.py"

MUTANTS = [
    Mutant("TOLERANCE = 2e-5", "TOLERANCE = 2e-3", "nearly right passes (42)"),
    Mutant("MOST_SD = 5.0", "MOST_SD = 50.0", "draws with another law pass"),
    Mutant("NOISIER = 1.15", "NOISIER = 1e9", "noise that is not needed has no word (22)"),
    Mutant('        return Verdict(0.0, (f"stopped, and no points: {run.refused}",))', "        return Verdict(1.0)",
           "a refused submission has all points"),
    Mutant("    share = sum(right) / len(right) if task.in_parts else 0.0", "    share = sum(right) / len(right)",
           "parts count where all or nothing was asked for"),
    Mutant("judge_many(assignment, task, instances.many, run.answers[len(calls)], given, expected) or", "",
           "draws in another order are wrong"),
    Mutant("    if number in verdict.mistakes:\n", "    if True:\n", "writing over arguments has no word (25)",
           tests="course/test_homework.py"),
    Mutant("    if given.shape != expected.shape:\n        return False\n", "", "shapes are not compared"),
    Mutant("    if len(runs) > 1 and all(same(one, runs[0]) for one in runs[1:]):\n", "    if False:\n",
           "draws that do not come from rng are not noticed (23)"),
    Mutant("        if (one is None) != (other is None):\n            return False\n", "",
           "an error agrees with an answer"),
    Mutant("(*before, edit), calls, given)", "(edit,), calls, given)", "a mistake on top of another has no name"),
    Mutant("        if one.number != other.number and gives(",
           "        if gives(assignment, task, (own(task, one),), calls, " "given) and gives(",
           "two mistakes at once have no names"),
    Mutant("    if before and gives(assignment, task, before, calls, given):\n", "    if False:\n",
           "a mistake costs twice"),
    Mutant("    if copied:\n", "    if False:\n", "a formula for other conventions has no word"),
    Mutant("    if all(BY_NUMBER[number].is_warning for number in numbers):\n", "    if False:\n",
           "a warning costs points (22)", tests="course/test_homework.py"),
    Mutant('if "times" in fact', 'if "time" not in fact', "the factor is not said"),
    Mutant('hint = ": is it transposed?" if', 'hint = "" if', "a transposed shape has no word"),
    Mutant('        return "it is transposed"\n', '        return ""\n', "a transposed matrix has no word"),
    Mutant("    ratio = float((given * expected).sum() / size)", "    ratio = float((given * expected).sum() * size)",
           "the ratio of two answers"),
    Mutant('factor = f"{size:.4g} times too large" if size > 1 else',
           'factor = f"{size:.4g} times too large" if size < 1 else', "too large and too small exchanged"),
]
