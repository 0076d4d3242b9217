"""Mistakes to make in numpy_dgm/energy/bit_sums.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/bit_sums.py"

MUTANTS = [
    Mutant("<= LARGEST_LOG)", "<= 1e9)", "exponentials that leave float64 are let in"),
    Mutant("np.exp(s_low @ W[n_high:]), s_low @ b[n_high:]", "np.exp(s_low @ W[:n_low]), s_low @ b[:n_low]",
           "low bits take the weights of the high ones"),
    Mutant("np.exp(c + s_high @ W[:n_high])", "np.exp(s_high @ W[:n_high])",
           "the other layer's biases left out of the short sum (4)"),
    Mutant("log_weights = b_high[:, None] + b_low", "log_weights = b_high[:, None] - b_low",
           "sign of the low bits' biases (2)"),
    Mutant("            factors += 1\n", "", "the state of a unit that is off left out"),
    Mutant("            row += np.log(", "            row -= np.log(",
           "sign of the free energy in Z (1)", lessons="07 08"),
    Mutant("        if total + log > 700:", "        if False:", "products outgrow float64"),
]
