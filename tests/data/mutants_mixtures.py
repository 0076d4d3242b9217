"""Mistakes to make in numpy_dgm/data/mixtures.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/mixtures.py"

MUTANTS = [
    Mutant("angles = 2 * np.pi * np.arange(8) / 8", "angles = 2 * np.pi * np.arange(8) / 7",
           "first and last mode of the ring in one place"),
    Mutant("axis=1), sigma=0.01)", "axis=1), sigma=0.1)", "a ring ten times as wide"),
    Mutant("np.stack([first.ravel(), second.ravel()], axis=1)", "np.stack([first.ravel(), first.ravel()], axis=1)",
           "the grid is its diagonal"),
    Mutant("math.sqrt(np.square(centres - centres.mean(axis=0)).mean() + mixture.sigma**2)",
           "math.sqrt(np.square(centres - centres.mean(axis=0)).mean())",
           "unit spread without the modes' own"),
    Mutant("MixtureOfGaussians(centres / spread, mixture.sigma / spread)",
           "MixtureOfGaussians(centres / spread, mixture.sigma)",
           "modes that are not scaled with their centres"),
    Mutant("    modes = rng.integers(K, size=n)\n", "    modes = rng.integers(K - 1, size=n)\n",
           "the last mode is never drawn"),
    Mutant("noise = rng.standard_normal((n, D), dtype=mixture.centres.dtype)",
           "noise = rng.standard_normal((n, 1), dtype=mixture.centres.dtype)",
           "the same noise along every axis"),
    Mutant("mixture.centres[modes] + float(mixture.sigma) * noise", "mixture.centres[modes] + mixture.sigma**2 * noise",
           "variance taken for standard deviation"),
    Mutant("float(mixture.sigma) * noise", "mixture.sigma * noise", "draws in the dtype of sigma"),
]
