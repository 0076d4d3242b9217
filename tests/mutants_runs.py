"""Mistakes to make in numpy_dgm/runs.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs.py"

MUTANTS = [
    Mutant("    for _ in range(steps - 1):", "    for _ in range(steps):", "k + 1 steps (21)"),
    Mutant("evaluate_rbm(rbm, v, np.random.default_rng(seed), **settings)",
           "evaluate_rbm(rbm, trained_on[:], np.random.default_rng(seed), **settings)",
           "evaluated on the cases that it was trained on"),
    Mutant("(1 - v) @ np.log1p(-p)", "(1 - v) @ np.log(p)", "off pixels priced as on"),
]
