"""Mistakes to make in numpy_dgm/foundation/gradcheck.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/gradcheck.py"

MUTANTS = [
    Mutant("        vector[i] = value\n        gradient", "        gradient",
           "a moved entry is not put back", lessons="04 05"),
    Mutant("(8 * (f_at[1] - f_at[-1]) - (f_at[2] - f_at[-2]))", "(8 * (f_at[1] - f_at[-1]) + (f_at[2] - f_at[-2]))",
           "sign in the differences", lessons="04 05"),
    Mutant("/ (12 * step)", "/ (6 * step)", "differences twice as steep", lessons="04 05"),
    Mutant("error = np.abs(by_hand - expected)", "error = by_hand - expected", "too small a gradient passes"),
    Mutant("holds = np.isfinite(error) & (error <=", "holds = ~(error >", "a gradient of NaN passes"),
    Mutant("error <= tolerance * scale)", "error <= tolerance * scale).any()", "one right entry is enough"),
]
