"""Mistakes to make in numpy_dgm/data/toys.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/toys.py"

MUTANTS = [
    Mutant("bars = np.repeat(patterns, n, axis=1)", "bars = np.tile(patterns, (1, n))", "bars are stripes"),
    Mutant("    return np.concatenate([bars, stripes])",
           "    return np.unique(np.concatenate([bars, stripes]), axis=0)",
           "rows that occur twice counted once", lessons="08"),
    Mutant("np.roll(bar, place)", "np.roll(bar, 2 * place)", "a bar that leaves places out"),
    Mutant("zip(np.eye(3), (-1, 0, 1))", "zip(np.eye(3), (1, 0, -1))", "left and right exchanged"),
    Mutant("shifted = np.roll(pattern, shift, axis=1)", "shifted = np.roll(pattern, shift, axis=0)",
           "patterns shifted in place of their bits"),
    Mutant("counts / len(v)", "counts / len(counts)", "divided by the distinct rows"),
    Mutant("return float(np.sum(q * np.log(q)))", "return -float(np.sum(q * np.log(q)))",
           "sign of the best log-likelihood", lessons="01 08"),
]
