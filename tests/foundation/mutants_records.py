"""Mistakes to make in numpy_dgm/foundation/records.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/records.py"

MUTANTS = [
    Mutant("for inner, array in leaves(value)]", "for inner, array in leaves(value)[:1]]",
           "only the first array of an inner record is packed"),
    Mutant("changed[name] = tuple(with_leaves(part, arrays) for part in value)",
           "changed[name] = tuple(with_leaves(part, arrays) for part in value[::-1])[::-1]",
           "layers packed in one order and taken out in another"),
    Mutant("vector[start:stop].reshape(array.shape)", "vector[start:stop].reshape(array.shape).copy()",
           "copies in place of windows"),
    Mutant("        index -= array.size\n", "", "an entry gets another's name"),
    Mutant('return f"array {describe(array)}"', "return str(array)", "a debugger prints all numbers"),
    Mutant("    Record.__repr__ = one_line_repr", "    pass", "a debugger prints a record in many lines"),
    Mutant("told = f\"({', '.join(repr(part) for part in value)})\"", "told = describe(value)",
           "a debugger prints a network in many lines"),
]
