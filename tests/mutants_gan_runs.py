"""Mistakes to make in numpy_dgm/gan_runs.py, in the order of its lines."""
from mutant import Mutant

MODULE = "gan_runs.py"

MUTANTS = [
    Mutant("*reversed(hidden), 1], rng, dropout", "*hidden, 1], rng, dropout",
           "the discriminator's widths in the generator's order"),
    Mutant("x = x * (own.sigma / to_unit_spread(own).sigma)", "x = x / (own.sigma / to_unit_spread(own).sigma)",
           "samples in the wrong unit"),
    Mutant("np.random.default_rng(self.seed)", "np.random.default_rng()", "a film of other latents in each frame"),
    Mutant("labels = np.arange(n) % gan.n_classes if", "labels = np.zeros(n, int) if", "one class only"),
    Mutant('part = default_part(name, "test") if', 'part = default_part(name, "train") if',
           "evaluated on what it learnt from"),
    Mutant("precision, recall = precision_and_recall(real, fake)",
           "recall, precision = precision_and_recall(real, fake)",
           "precision and recall exchanged"),
]
