"""Mistakes to make in numpy_dgm/foundation/standardiser.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/standardiser.py"

MUTANTS = [
    Mutant("mean, scale = v.mean(axis=0), v.std(axis=0)", "mean, scale = v.mean(axis=0), v.var(axis=0)",
           "variance taken for the scale"),
    Mutant("mean, scale = v.mean(axis=0), v.std(axis=0)", "mean, scale = v.mean(), v.std()",
           "one scale for all columns"),
    Mutant("is_constant = scale <= 1e-12 * np.abs(v).max(axis=0)", "is_constant = scale <= 1e-12",
           "columns in small units taken for constant"),
    Mutant("    scale[is_constant] = 1.0\n", "", "a column that does not vary gets the scale 0"),
    Mutant("y = ((v - mean) / scale)", "y = (v / scale - mean)",
           "mean taken off after scaling", lessons="10"),
    Mutant("v = (mean + scale * y)", "v = (scale * (mean + y))",
           "mean scaled on the way back"),
    Mutant("return -float(np.log(scale).sum())", "return float(np.log(scale).sum())",
           "sign of the Jacobian", lessons="10"),
    Mutant("return -float(np.log(scale).sum())", "return -float(np.log(scale).mean())",
           "Jacobian a column", lessons="10"),
    Mutant("return v.astype(np.float32 if v.dtype == np.float32 else np.float64, copy=False)", "return v",
           "integers are cut off"),
]
