"""Mistakes to make in numpy_dgm/foundation/numerics.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/numerics.py"

MUTANTS = [
    Mutant("y = np.negative(x, out=out)", "y = np.positive(x, out=out)",
           "sign inside the sigmoid (1)", lessons="06 07"),
    Mutant("np.log(p) - np.log1p(-p)", "np.log(p) + np.log1p(-p)", "sign in the logit"),
    Mutant("return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))", "return np.log(1 + np.exp(x))",
           "log(1 + exp(x)) written out (3)"),
    Mutant("np.maximum(x, np.zeros_like(x))", "np.minimum(x, np.zeros_like(x))",
           "softplus of the wrong side", lessons="07"),
    Mutant("factors = np.exp(-np.abs(x))", "factors = np.exp(np.abs(x))",
           "sum of softplus overflows (3)", lessons="07"),
    Mutant("largest = x.max(axis=axis, keepdims=True)", "largest = 0 * x.max(axis=axis, keepdims=True)",
           "logsumexp overflows (3)"),
    Mutant("return (total + largest)", "return (total - largest)", "logsumexp's shift taken off twice"),
    Mutant("    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)\n    squares", "    squares",
           "distances of float32 rows in float32"),
    Mutant("    squares *= -2\n", "    squares *= -1\n", "the cross term of a squared distance once"),
    Mutant("    return np.maximum(squares, 0, out=squares)", "    return squares", "squared distances below 0"),
    Mutant("    rng.random(out=u, dtype=u.dtype)\n", "    u[:] = rng.random(u.shape[-1], dtype=u.dtype)\n",
           "one noise row for the whole batch (15)"),
    Mutant("    rng.random(out=u, dtype=u.dtype)\n", "    rng.standard_normal(out=u, dtype=u.dtype)\n",
           "normal noise where uniform belongs (14)", lessons="06 07 09"),
    Mutant("    rng.random(out=u, dtype=u.dtype)\n", "    u[...] = 0.5\n",
           "rounds instead of sampling (12)", lessons="06 07 09"),
    Mutant("np.less(u, p, out=u)", "np.greater(u, p, out=u)",
           "comparison inverted: samples 1 - p (13)", lessons="06 07 09"),
]
