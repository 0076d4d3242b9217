"""Mistakes to make in numpy_dgm/demo.py, in the order of its lines."""
from mutant import Mutant

MODULE = "demo.py"
TESTS = "test_command.py"

MUTANTS = [
    Mutant("total = np.exp(log_likelihood(rbm, v)).sum()", "total = np.exp(log_likelihood(rbm, v)).mean()",
           "a mean of probabilities for their sum"),
    Mutant("through_h = logsumexp(-free_energy(", "through_h = logsumexp(free_energy(",
           "sign of the free energy in Z (1)"),
    Mutant("log_likelihood(model, cases).mean(), rbm,", "log_likelihood(model, cases).sum(), rbm,",
           "the gradient of a sum (8)"),
    Mutant("sum(name not in known for", "sum(name in known for", "known names called new"),
    Mutant('sample_words(rbm, "mar", words', 'sample_words(rbm, None, words', "nothing is held"),
    Mutant('plots.save(fig, "samples.png", folder)', 'plots.save(fig, "samples.png")', "a figure saved elsewhere"),
]
