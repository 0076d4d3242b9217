"""Mistakes to make in numpy_dgm/estimators/dbn.py, in the order of its lines."""
from mutant import Mutant

MODULE = "estimators/dbn.py"

MUTANTS = [
    Mutant("unit_ranges(rows)", "unit_ranges(X)", "ranges without the rows that have no labels"),
    Mutant("self._pretrained(self._scaled(rows), checked, rng)", "self._pretrained(self._scaled(X), checked, rng)",
           "rows without labels left out"),
    Mutant("rng, checked.dropout)", "rng)", "no dropout"),
    Mutant("batch_size=checked.batch_size, rate=checked.learning_rate)",
           "batch_size=checked.batch_size, rate=checked.pretrain_learning_rate)",
           "fine-tuning at the rate of pretraining"),
    Mutant("        return self.classes_[log_p.argmax(axis=1)]\n", "        return log_p.argmax(axis=1)\n",
           "numbers for classes"),
    Mutant("logits - logsumexp(logits, axis=1)[:, None]", "logits - np.log(np.exp(logits).sum(axis=1))[:, None]",
           "a sure network overflows"),
    Mutant("np.mean(predicted == y)", "np.mean(predicted != y)", "the error given for the score"),
    Mutant("        seed = int(rng.integers(2**63))\n", "        seed = 0\n", "the same RBMs whatever the state"),
    Mutant("n_chains=checked.batch_size,\n", "\n", "a hundred chains in pretraining"),
    Mutant("np.clip((X - self.lowest_) / self.widths_, 0, 1)", "(X - self.lowest_) / self.widths_",
           "columns beyond their range"),
    Mutant("is_inside = (lowest >= 0) & (highest <= 1)", "is_inside = lowest > highest",
           "columns of grey levels stretched"),
    Mutant("    widths[widths == 0] = 1\n", "", "a column that does not vary divided by 0"),
    Mutant("    if y is None:\n", "    if False:\n", "no word on classes that are not there"),
    Mutant('        check_values("y", y)\n', "        pass\n", "NaN is a class"),
    Mutant('    if y.dtype.kind == "f" and (y != np.floor(y)).any():\n', "    if False:\n", "real numbers are classes"),
    Mutant("    except TypeError as error:\n        raise invalid(\"y\"",
           "    except ZeroDivisionError as error:\n        raise invalid(\"y\"", "classes that do not sort"),
    Mutant("    if len(classes) < 2:\n", "    if len(classes) < 1:\n", "one class"),
    Mutant("        y = y[:, 0]\n", "        pass\n", "classes in a column refused"),
    Mutant("    if y.shape != (n_rows,):\n", "    if len(y) != n_rows:\n", "classes of two columns"),
    Mutant('    if y.dtype.kind not in "biufOUS":\n', "    if False:\n", "complex numbers are classes"),
    Mutant("        y = np.array(y.tolist())\n", "        pass\n", "numbers that are objects are not checked"),
]
