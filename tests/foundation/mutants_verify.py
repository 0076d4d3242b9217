"""Mistakes to make in numpy_dgm/foundation/verify.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/verify.py"

MUTANTS = [
    Mutant("np.isfinite(difference) & (difference <= tolerance * size)", "~(difference > tolerance * size)",
           "NaN equals anything"),
    Mutant("(excess < np.inf) & (excess <= tolerance * size)", "(excess < np.inf) & (-excess <= tolerance * size)",
           "verify_at_most bounds from the other side"),
    Mutant("/ np.sqrt(len(samples))", "/ 1", "verify_mean: standard deviation for standard error"),
    Mutant("4.5 * standard_error", "45 * standard_error", "verify_mean allows ten times too much"),
    Mutant("if both_arrays and left.__array_interface__", "if False and left.__array_interface__",
           "an array equals itself"),
    Mutant("if left.shape != right.shape:", "if False:", "verify compares a number with an array"),
    Mutant("    if left.size == 0:", "    if False:", "nothing equals nothing"),
    Mutant("    if holds.all():", "    if True:", "verify always holds"),
    Mutant("    if not isinstance(holds, (bool, np.bool_)):", "    if False:", "a claim takes an array"),
    Mutant("    if not holds:\n", "    if holds is False:\n", "NumPy's False is a claim that holds"),
    Mutant("{value:.3g}", "{value:.2g}", "a claim's figures have two digits"),
]
