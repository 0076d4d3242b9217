"""Mistakes to make in numpy_dgm/adversarial/noise.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/noise.py"

MUTANTS = [
    Mutant("(noise.end / noise.start) **", "(noise.start / noise.end) **", "the level rises"),
    Mutant("min(progress / noise.until, 1)", "progress / noise.until", "the level goes on falling"),
    Mutant("place = is_coarse * rng.random((n, 1), dtype=dtype)", "place = rng.random((n, 1), dtype=dtype)",
           "all rows are coarse"),
    Mutant("(finest * (noise.start / finest) ** place)", "(finest + (noise.start - finest) * place)",
           "coarse levels evenly on a linear scale"),
    Mutant("np.repeat(levels, len(x) // len(levels), axis=0)", "np.tile(levels, (len(x) // len(levels), 1))",
           "the levels of a pack go to other packs"),
    Mutant("return x + level_of_row * normal", "return x + level_of_row**2 * normal",
           "a variance for a standard deviation"),
    Mutant('normal_like(x, rng, order="C")', "rng.standard_normal(x.shape, dtype=x.dtype)",
           "the blur is NumPy's whatever the cases are", tests="test_foreign_arrays.py"),
]
