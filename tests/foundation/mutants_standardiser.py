"""Mistakes to make in numpy_dgm/foundation/standardiser.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/standardiser.py"

MUTANTS = [
    Mutant("mean, scale = v.mean(axis=0), v.std(axis=0)", "mean, scale = v.mean(axis=0), v.var(axis=0)",
           "variance taken for the scale"),
    Mutant("mean, scale = v.mean(axis=0), v.std(axis=0)", "mean, scale = v.mean(), v.std()",
           "one scale for all columns"),
    Mutant("np.flatnonzero(scale <= 1e-12 * np.abs(v).max(axis=0))", "np.flatnonzero(scale <= 1e-12)",
           "columns in small units taken for constant"),
    Mutant("    if len(constant) > 0:", "    if False:", "a column that does not vary gets the scale 0"),
    Mutant("y = (v - standardiser.mean) / standardiser.scale", "y = v / standardiser.scale - standardiser.mean",
           "mean taken off after scaling", lessons="10"),
    Mutant('return y.astype(v.dtype) if v.dtype.kind == "f" else y', "return y.astype(v.dtype)",
           "integers are cut off"),
    Mutant("v = standardiser.mean + standardiser.scale * y", "v = standardiser.scale * (standardiser.mean + y)",
           "mean scaled on the way back"),
    Mutant("return -float(np.log(standardiser.scale).sum())", "return float(np.log(standardiser.scale).sum())",
           "sign of the Jacobian", lessons="10"),
    Mutant("return -float(np.log(standardiser.scale).sum())", "return -float(np.log(standardiser.scale).mean())",
           "Jacobian a column", lessons="10"),
]
