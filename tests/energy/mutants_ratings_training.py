"""Mistakes to make in numpy_dgm/energy/ratings_training.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/ratings_training.py"

MUTANTS = [
    Mutant("        if held_out.shape != data.shape:", "        if False:", "held-out ratings of other cases"),
    Mutant('saved = ("optimizer",)', "saved = ()", "the optimizer is not kept"),
    Mutant("        self.train_rows = np.unique(case)\n", "        self.train_rows = np.arange(len(data))\n",
           "cases without ratings are trained on"),
    Mutant("        if len(case) == 0:", "        if False:", "training on nothing"),
    Mutant("np.linspace(0, len(case) - 1, MONITORED_RATINGS)", "np.arange(min(len(case), MONITORED_RATINGS))",
           "the first ratings are monitored"),
    Mutant("        self.done += 1\n", "        self.done += 2\n", "an epoch counted twice"),
    Mutant("ratings_cd_gradient(rbm, v, s.k, rng, check=False)", "ratings_cd_gradient(rbm, v, 1, rng, check=False)",
           "one step, whatever k"),
    Mutant("parts.W[:] -= s.weight_decay * rbm.W", "parts.W[:] += s.weight_decay * rbm.W", "weights grow"),
    Mutant("        parts.U[:] -= s.weight_decay * rbm.U\n", "", "U does not decay"),
    Mutant("        parts.U[:] -= s.weight_decay * rbm.U\n",
           "        parts.U[:] -= s.weight_decay * rbm.U\n        parts.c[:] -= s.weight_decay * rbm.c\n",
           "biases decay as well"),
    Mutant("        if not s.conditional:\n            parts.U[:] = 0\n", "", "U learns, asked for or not"),
    Mutant("self.optimizer.step(self.vector, direction, self.rate)",
           "self.optimizer.step(self.vector, direction, -self.rate)", "down the gradient (6)"),
    Mutant("        if self.average is not None:\n            self.average.update(self.vector)\n", "", "no average"),
    Mutant('if values["rmse"] > WORSE * self.start_rmse:', "if False:", "nothing is said of a wild run"),
    Mutant('values["validation_rmse"] = self.error_at(rbm, *self.held_out)',
           'values["validation_rmse"] = self.error_at(rbm, *self.monitored_ratings)',
           "training ratings called held out"),
    Mutant("        p = _rating_probs(rbm, self.data, case, unit)\n",
           '        p = _rating_probs(rbm, self.data, case, unit, "mean-field")\n',
           "the history's errors by mean field"),
    Mutant("cases.append(case + rows.start)", "cases.append(case)", "cases numbered anew in each block"),
]
