"""Mistakes to make in numpy_dgm/foundation/trainer.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/trainer.py"
TESTS = "foundation/test_training.py"

MUTANTS = [
    Mutant("self.vector, self.model = pack(model)", "self.vector, self.model = flatten(model), model",
           "the model is no window onto the vector"),
    Mutant("            if settings.validation == 0:\n", "            if False:\n", "patience without held-out cases"),
    Mutant("EarlyStopping(settings.patience, self.current())", "EarlyStopping(settings.patience + 1, self.current())",
           "patience off by one"),
    Mutant("self.metadata = check_metadata(metadata)", "self.metadata = metadata or {}",
           "metadata that cannot be kept are refused at the end of the first turn"),
    Mutant('{**outline("", to_state(model)), "data"', '{"data"', "a model of another kind or shape goes on"),
    Mutant('        self.identity["data"] = self.fingerprint()\n', "        pass\n", "a run goes on with other data"),
    Mutant(', "start": fingerprint(self.vector[None])}', "}",
           "a run goes on that started elsewhere"),
    Mutant("self.train_rows, self.validation_rows = split_rows(", "self.validation_rows, self.train_rows = split_rows(",
           "trained on what was to be held out", tests="energy/test_rbm_training.py"),
    Mutant("return np.asarray(self.data[self.train_rows[:MONITORED_CASES]],",
           "return np.asarray(self.data[:MONITORED_CASES],",
           "held-out cases among the training cases that are measured", tests="energy/test_rbm_training.py"),
    Mutant('return "" if schedule == "constant"', 'return "" if schedule != "cosine"',
           "a run whose rate falls to 0 is made longer"),
    Mutant("self.average is not None and self.average.steps > 0", "self.average is not None",
           "an average of nothing is given back"),
    Mutant("return windows(self.model, vector.copy())", "return windows(self.model, vector)",
           "the last good model moves on with the run"),
    Mutant("return self.current() if self.stopping is None else self.stopping.best_model", "return self.current()",
           "early stopping gives back the last model"),
    Mutant("return self.done >= self.total or", "return self.done >= self.total - 1 or", "a turn too few"),
    Mutant(" or (self.stopping is not None and self.stopping.is_over())", "", "patience is not heard"),
    Mutant("(self.done + i / n_batches) / self.total", "(self.done + 1 + i / n_batches) / self.total",
           "the rate is an epoch early", tests="energy/test_rbm_training.py"),
]
