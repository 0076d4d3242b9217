"""Mistakes to make in numpy_dgm/data/digits.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/digits.py"

MUTANTS = [
    Mutant("DIGITS_SCALE = 16", "DIGITS_SCALE = 15", "15 taken for the brightest of 16 levels"),
    Mutant("N_TRAIN = 1437", "N_TRAIN = 1438", "a test digit among the training digits"),
    Mutant("pixels = np.ascontiguousarray(table[:, :-1])", "pixels = np.ascontiguousarray(table[:, 1:])",
           "the label taken for a pixel"),
    Mutant("order = np.random.default_rng(0).permutation(n)", "order = np.arange(n)", "rows split in the file's order"),
    Mutant('if part == "train" else', 'if part == "test" else', "training and test rows exchanged"),
    Mutant("    if sha256 != DIGITS_SHA256:", "    if False:", "other bytes pass for the digits"),
]
