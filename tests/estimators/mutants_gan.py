"""Mistakes to make in numpy_dgm/estimators/gan.py, in the order of its lines."""
from mutant import Mutant

MODULE = "estimators/gan.py"

MUTANTS = [
    Mutant("SCORED_ROWS = 2000", "SCORED_ROWS = 2", "a generator is scored by two rows"),
    Mutant("        if len(X) < 2:\n", "        if False:\n", "a generator of one row"),
    Mutant("None if is_in_unit_interval(X) else fit_standardiser(X)", "fit_standardiser(X)",
           "grey levels standardised"),
    Mutant("        self.random_state_ = rng\n        return self\n\n    def sample",
           "        self.random_state_ = as_generator(self.random_state)\n        return self\n\n    def sample",
           "samples of the noise that began the fit"),
    Mutant("self.random_state_ if random_state is None else as_generator(random_state)",
           "self.random_state_", "samples that a state does not repeat"),
    Mutant("return made if self.standardiser_ is None else unstandardise(self.standardiser_, made)", "return made",
           "samples in standard deviations"),
    Mutant("return -sliced_wasserstein(", "return sliced_wasserstein(", "the worst generator has the best score"),
    Mutant("sliced_wasserstein(self._seen(X[rows])", "sliced_wasserstein(X[rows]", "a score in another unit"),
    Mutant('output = "sigmoid" if self.standardiser_ is None else None', "output = None",
           "grey levels beyond black and white"),
]
