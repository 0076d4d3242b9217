"""Mistakes to make in numpy_dgm/foundation/guards.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/guards.py"

MUTANTS = [
    Mutant("if not np.vdot(entries, entries) <= LARGEST**2:", "if not np.any(np.isfinite(entries)):",
           "one NaN among many goes unnoticed"),
    Mutant("if not np.vdot(entries, entries) <= LARGEST**2:", "if np.any(np.isnan(entries)):",
           "infinity goes unnoticed"),
    Mutant("    check_finite_values(losses, when)\n", "", "a loss that is NaN goes unnoticed"),
    Mutant("    best_score: float = -np.inf\n", "    best_score: float = 0.0\n", "no negative score is good enough"),
    Mutant("if score >= self.best_score:", "if score > self.best_score:", "of two as good the earlier is kept"),
    Mutant("if score >= self.best_score:", "if score <= self.best_score:", "the worst model is kept"),
    Mutant("if score >= self.best_score:", "if not score < self.best_score:", "a score that is NaN is the best"),
    Mutant("self.best_score, self.best_model, self.turns_without = float(score), model, 0",
           "self.best_score, self.best_model = float(score), model",
           "patience counts all worse turns, not those in a row"),
    Mutant("self.best_score, self.best_model, self.turns_without = float(score), model, 0",
           "self.best_model, self.turns_without = model, 0",
           "every turn is the best"),
    Mutant("return self.turns_without >= self.patience", "return self.turns_without > self.patience",
           "patience off by one"),
    Mutant("x.var() / len(x) + y.var() / len(y)", "(x.var() + y.var()) / (len(x) + len(y))",
           "a difference as if of one sample"),
    Mutant('    if "validation_log_likelihood" in values:\n', "    if False:\n",
           "the gap is watched where the log-likelihood is there"),
    Mutant('gap_score(values["validation_free_energy"] - values["free_energy"], gap_error)',
           'gap_score(values["free_energy"] - values["validation_free_energy"], gap_error)',
           "sign of the free energy in the gap (1)"),
    Mutant("return -max(gap - 3 * error, 0.0)", "return max(gap - 3 * error, 0.0)",
           "overfitting is what is waited for"),
    Mutant("return -max(gap - 3 * error, 0.0)", "return -max(gap, 0.0)", "noise in the gap ends a run"),
    Mutant("return -max(gap - 3 * error, 0.0)", "return -(gap - 3 * error)", "a small gap counts as well"),
]
