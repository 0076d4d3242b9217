"""Mistakes to make in numpy_dgm/adversarial/diagnosis.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/diagnosis.py"

MUTANTS = [
    Mutant("_samples(gan.generator, gan, watch), _samples(generator, gan, watch)",
           "_samples(generator, gan, watch), _samples(generator, gan, watch)",
           "the discriminator judges the averaged generator"),
    Mutant("s_fake <= boundary", "s_fake > boundary", "accuracy on fake cases upside down"),
    Mutant("np.abs(ds_fake).mean() * s_fake.size", "np.abs(ds_fake).mean()", "input gradient: divided by N"),
    Mutant("total_deviation(samples) / total_deviation(watch.x)", "total_deviation(watch.x) / total_deviation(samples)",
           "spread upside down"),
    Mutant("x.var(axis=0, dtype=np.float64).sum()", "x.var(dtype=np.float64)", "the spread of all numbers together"),
    Mutant("np.sqrt(squares.mean() * watch.x.shape[1])", "np.sqrt(squares.mean())", "distance: √D is lost"),
    Mutant('if min(latest["distance"]) > FAR:', 'if min(latest["distance"]) > 100 * FAR:', "divergence is not seen"),
    Mutant('if is_sure and max(latest["slope"]) < FLAT:', "if is_sure:", "whoever loses is saturated"),
    Mutant('if max(latest["spread"]) < COLLAPSED_SPREAD:', 'if min(latest["spread"]) < COLLAPSED_SPREAD:',
           "one narrow record is a collapse"),
    Mutant("for start in range(0, len(x), watch.batch_size):\n        rows = slice(start, start + watch.batch_size)",
           "for start in range(1):\n        rows = slice(None)",
           "minibatch discrimination over all watched cases"),
]
