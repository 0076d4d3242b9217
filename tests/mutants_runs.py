"""Mistakes to make in numpy_dgm/runs.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs.py"

MUTANTS = [
    Mutant("evaluate_rbm(rbm, v, np.random.default_rng(seed), **settings)",
           "evaluate_rbm(rbm, trained_on[:], np.random.default_rng(seed), **settings)",
           "evaluated on the cases that it was trained on"),
]
