"""Mistakes to make in numpy_dgm/neural/losses.py, in the order of its lines."""
from mutant import Mutant

MODULE = "neural/losses.py"

MUTANTS = [
    Mutant("terms = np.maximum(logits, 0) - targets * logits\n    terms += np.log1p(np.exp(-np.abs(logits)))",
           "terms = np.log(1 + np.exp(logits)) - targets * logits",
           "log(1 + exp(x)) written out (3)"),
    Mutant("terms = np.maximum(logits, 0) - targets * logits\n    terms += np.log1p(np.exp(-np.abs(logits)))",
           "terms = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits))) - targets * logits",
           "a sure and right answer loses its small loss"),
    Mutant("np.maximum(logits, 0) - targets * logits", "np.maximum(logits, 0) - (1 - targets) * logits",
           "labels swapped (33)"),
    Mutant("    terms += np.log1p(np.exp(-np.abs(logits)))\n", "    terms += np.log1p(np.abs(logits))\n",
           "log of a logit (37)"),
    Mutant("    dlogits -= targets\n    dlogits /= len(logits)\n",
           "    dlogits -= targets\n    dlogits /= len(logits) ** 2\n",
           "divides by N twice (27)"),
    Mutant("    dlogits -= targets\n    dlogits /= len(logits)\n", "    dlogits -= targets\n", "no 1/N (8)"),
    Mutant("    dlogits -= targets\n",
           "    dlogits -= targets\n    dlogits *= sigmoid(logits) * (1 - sigmoid(logits))\n",
           "sigmoid's slope applied twice with cross-entropy (29)"),
    Mutant("return float(terms.sum(dtype=np.float64)) / len(logits)",
           "return float(terms.sum(dtype=np.float64)) / terms.size",
           "mean over entries, not over cases"),
    Mutant("return float(terms.sum(dtype=np.float64))", "return float(terms.sum())", "summed in float32"),
    Mutant("log_p = logits - logits.max(axis=1, keepdims=True)", "log_p = logits * 1", "softmax overflows (3)"),
    Mutant("np.exp(log_p).sum(axis=1, keepdims=True)", "np.exp(log_p).sum(axis=0, keepdims=True)",
           "softmax over the cases (30)"),
    Mutant("    dlogits[rows, labels] -= 1\n    dlogits /= len(logits)\n", "    dlogits[rows, labels] -= 1\n",
           "softmax: no 1/N (8)"),
    Mutant("dlogits[rows, labels] -= 1", "dlogits[:, labels] -= 1", "the labels of all cases in every row"),
    Mutant("dy = y.copy()", "dy = y", "writes over its input (25)"),
    Mutant("np.square(dy).sum(dtype=np.float64)", "np.square(dy).sum()", "squared error summed in float32"),
    Mutant("dy *= 2 / len(y)", "dy *= 1 / len(y)", "squared error: the 2 left out"),
]
