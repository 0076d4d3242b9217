"""Mistakes to make in numpy_dgm/adversarial/diagnosis.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/diagnosis.py"

MUTANTS = [
    Mutant("draw_samples(gan.generator, gan, monitor), draw_samples(generator, gan, monitor)",
           "draw_samples(generator, gan, monitor), draw_samples(generator, gan, monitor)",
           "the discriminator judges the averaged generator"),
    Mutant("boundary = (s_real.mean() + s_fake.mean()) / 2", "boundary = 0", "a critic's logits are held against 0"),
    Mutant("np.mean(s_real > boundary)", "np.mean(s_real < boundary)", "accuracy on real cases upside down"),
    Mutant("s_fake <= boundary", "s_fake > boundary", "accuracy on fake cases upside down"),
    Mutant("np.abs(ds_fake).mean() * s_fake.size", "np.abs(ds_fake).mean()", "input gradient: divided by N"),
    Mutant("total_deviation(samples) / total_deviation(monitor.x)",
           "total_deviation(monitor.x) / total_deviation(samples)",
           "spread upside down"),
    Mutant("x.var(axis=0, dtype=np.float64).sum()", "x.var(dtype=np.float64)", "the spread of all numbers together"),
    Mutant("np.sqrt(squares.mean() * monitor.x.shape[1])", "np.sqrt(squares.mean())", "distance: √D is lost"),
    Mutant('if len(history["spread"]) < LATEST:', "if False:", "a sentence after one entry"),
    Mutant("{name: values[-LATEST:] for", "{name: values[:LATEST] for", "the first five entries for the latest"),
    Mutant('if min(latest["distance"]) > FAR:', 'if min(latest["distance"]) > 100 * FAR:', "divergence is not seen"),
    Mutant('if min(latest["distance"]) > FAR:', 'if max(latest["distance"]) > FAR:',
           "one distant entry is a divergence"),
    Mutant('min(latest["accuracy_real"]) > SURE and ', "", "a discriminator that calls all fake is sure"),
    Mutant('if is_sure and max(latest["slope"]) < FLAT:', "if is_sure:", "whoever loses is saturated"),
    Mutant('if max(latest["spread"]) < COLLAPSED_SPREAD:', 'if min(latest["spread"]) < COLLAPSED_SPREAD:',
           "one narrow record is a collapse"),
    Mutant("with_labels(monitor.z, monitor.labels, gan.n_classes), training=False)",
           "with_labels(monitor.z, monitor.labels, gan.n_classes))",
           "samples are measured with the statistics of their own batch"),
    Mutant("for start in range(0, len(x), monitor.batch_size):\n"
           "        rows = slice(start, start + monitor.batch_size)",
           "for start in range(1):\n        rows = slice(None)",
           "minibatch discrimination over all monitored cases"),
    Mutant("else monitor.labels[rows]", "else monitor.labels[: len(x[rows])]",
           "logits with the labels of the first batch"),
    Mutant("discriminator_input(gan, x[rows], labels), training=False)", "discriminator_input(gan, x[rows], labels))",
           "the discriminator is measured with dropout"),
]
