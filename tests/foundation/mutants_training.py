"""Mistakes to make in numpy_dgm/foundation/training.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/training.py"

MUTANTS = [
    Mutant("    order = rng.permutation(rows)\n", "    order = rows\n", "cases are not shuffled"),
    Mutant("range(0, len(order), batch_size)", "range(0, len(order) - batch_size, batch_size)",
           "the last batch is left out"),
    Mutant("np.sort(order[n_held_out:]), np.sort(order[:n_held_out])", "np.sort(order), np.sort(order[:n_held_out])",
           "held-out cases are trained on"),
    Mutant("        check(name, np.asarray(data[start : start + CASES_AT_ONCE]), width)\n",
           "        check(name, np.asarray(data[:CASES_AT_ONCE]), width)\n",
           "only the first block of cases is checked"),
    Mutant("(done - self.done_before)", "done", "a resumed run counts what others did"),
    Mutant("score > self.best_score", "score < self.best_score", "the worst epoch is given back"),
    Mutant("        if not np.isfinite(value).all():", "        if np.isinf(value).all():", "NaN goes unnoticed"),
]
