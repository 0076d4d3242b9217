"""Mistakes to make in numpy_dgm/data/labels.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/labels.py"

MUTANTS = [
    Mutant("if array.ndim == 2 and array.shape[1] == 1:", "if False:", "labels in a column are none"),
    Mutant('    if array.dtype.kind == "f" and not _are_whole(array):\n', "    if False:\n",
           "real numbers cut to integers"),
    Mutant('not in "biufUS":', 'not in "biufUSOM":', "objects and dates pass for names"),
    Mutant("    if len(names) > MOST_CLASSES:\n", "    if len(names) >= MOST_CLASSES:\n", "a class too few"),
    Mutant('    if "" in names:\n', "    if False:\n", "a missing label is a class"),
    Mutant("    if None not in integers:\n", "    if False:\n", "10 comes before 9"),
    Mutant("ordered = sorted(set(names))", "ordered = sorted(names)", "1 and 1.0 are two classes"),
    Mutant("    return Labels(index_of[indices], tuple(ordered))\n", "    return Labels(indices, tuple(ordered))\n",
           "cases of other classes"),
    Mutant("number.is_integer() and abs(number) <= 2**53", "number.is_integer()", "1e300 is an integer"),
    Mutant("(np.abs(array) <= 2**53).all() and ", "", "floats beyond all integers are classes"),
    Mutant('entry.decode("utf8", "backslashreplace")', 'entry.decode("utf8")', "bytes of another encoding"),
]
