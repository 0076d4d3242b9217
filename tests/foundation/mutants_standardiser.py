"""Mistakes to make in numpy_dgm/foundation/standardiser.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/standardiser.py"

MUTANTS = [
    Mutant('check_array("v", v, low=-LARGEST, high=LARGEST).astype(np.float64)',
           'check_array("v", v, low=-LARGEST, high=LARGEST)',
           "moments of float16 in float16"),
    Mutant("    if len(v) < 2:", "    if len(v) < 1:", "a scale from one case"),
    Mutant("mean, scale = v.mean(axis=0), v.std(axis=0)", "mean, scale = v.mean(axis=0), v.var(axis=0)",
           "variance taken for the scale"),
    Mutant("mean, scale = v.mean(axis=0), v.std(axis=0)", "mean, scale = v.mean(), v.std()",
           "one scale for all columns"),
    Mutant("is_constant = scale <= 1e-12 * np.abs(v).max(axis=0)", "is_constant = scale <= 1e-12",
           "columns in small units taken for constant"),
    Mutant("    scale[is_constant] = 1.0\n", "", "a column that does not vary gets the scale 0"),
    Mutant("    if is_constant.any():", "    if False:", "nothing said of a column that does not vary"),
    Mutant("{is_constant.argmax()}", "{is_constant.argmin()}", "a column that varies is named"),
    Mutant("y = ((v - mean) / scale)", "y = (v / scale - mean)",
           "mean taken off after scaling", lessons="18"),
    Mutant('    check_values("v in units of the scales", y)\n', "", "infinity for what is too far from the mean"),
    Mutant("v = (mean + scale * y)", "v = (scale * (mean + y))",
           "mean scaled on the way back"),
    Mutant('    check_values("y in the unit of the data", v)\n', "", "infinity on the way back"),
    Mutant("return -float(np.log(scale).sum())", "return float(np.log(scale).sum())",
           "sign of the Jacobian", lessons="18"),
    Mutant("return -float(np.log(scale).sum())", "return -float(np.log(scale).mean())",
           "Jacobian a column", lessons="18"),
    Mutant("return v.astype(np.float32 if v.dtype == np.float32 else np.float64, copy=False)", "return v",
           "integers are cut off"),
    Mutant("np.float32 if v.dtype == np.float32 else np.float64", "np.float64", "float32 becomes float64"),
    Mutant("    if scale.min() <= 0:", "    if scale.min() < 0:", "a scale of 0 passes"),
]
