"""Mistakes to make in numpy_dgm/runs/classes.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/classes.py"

MUTANTS = [
    Mutant("    if len(names) < 2:\n", "    if False:\n", "a single class is learnt"),
    Mutant("least=len(np.unique(labels)), most=len(labels))", "most=len(labels))", "a class without labels"),
    Mutant("default_rng([seed, 2])", "default_rng(2)", "the same few labels for every seed"),
    Mutant("rank[rows] = np.arange(len(rows))", "rank[rows] = rows", "few labels at random, of whatever classes"),
    Mutant("names is not None and len(names) == n_classes else", "names is not None else", "names of other classes"),
    Mutant("    if unknown:\n", "    if False:\n", "a class that was not seen is the last"),
    Mutant("    return index_of[labels]\n", "    return labels\n", "a class of the test goes by its place there"),
    Mutant("errors[names[label]] =", "errors[int(label)] =", "classes under their numbers"),
    Mutant("int(is_wrong[is_of_class].sum())", "int(is_wrong.sum())", "each class with the errors of all"),
    Mutant("width = max(map(len, names))", "width = 6", "a table in which long names stand out"),
    Mutant("[one_line(name, 30) for name in errors]", "[str(name) for name in errors]", "names over several lines"),
]
