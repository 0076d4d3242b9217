"""Mistakes to make in numpy_dgm/data/dataset.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/dataset.py"
TESTS = "data/test_catalog.py"

MUTANTS = [
    Mutant("(pixels > self.scale / 2)", "(pixels < self.scale / 2)", "threshold inverted", lessons="09"),
    Mutant("return pixels.astype(np.float32) / np.float32(self.scale)", "return pixels.astype(np.float32)",
           "grey pixels not divided by their scale"),
    Mutant("labels = None if self.labels is None else self.labels[rows]", "labels = self.labels",
           "rows taken without their labels"),
    Mutant("    labels = _checked_labels(name, labels, len(images))\n", "", "labels that do not fit pass"),
    Mutant('if bits == "threshold" and 0 < high <= scale / 2:', 'if bits == "threshold" and 0 < high < scale / 32:',
           "a threshold that leaves nothing on passes"),
    Mutant("        scale = 1  # what is kept now are bits\n", "", "sampled bits divided by 255"),
    Mutant("low, high = min(low, block_low), max(high, block_high)", "low, high = block_low, block_high",
           "only the last block's range counts"),
    Mutant("only_bits = only_bits and bool(", "only_bits = bool(", "grey pixels before the last block overlooked"),
    Mutant('255 if dtype.kind in "iu" and high > 1 else 1', '255 if dtype.kind in "iu" else 1',
           "integer bits divided by 255"),
    Mutant("    if low < 0 or high > scale:", "    if high > scale:", "negative pixels pass"),
    Mutant("bits[rows] = bernoulli(p, rng)", "bits[rows] = bernoulli(1 - p, rng)", "samples 1 - p (13)"),
    Mutant("return replace(images, rows=images.rows[rows],", "return replace(images, rows=rows,",
           "rows of chosen rows counted from the file's start"),
]
