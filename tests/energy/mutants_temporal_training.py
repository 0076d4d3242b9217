"""Mistakes to make in numpy_dgm/energy/temporal_training.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/temporal_training.py"

MUTANTS = [
    Mutant("MONITORED_FILMS = 10", "MONITORED_FILMS = 9", "a film fewer in the history"),
    Mutant("TOO_MUCH = 1.5", "TOO_MUCH = 1.0", "a warning in the first epochs of a good run"),
    Mutant("    if len(shape) == 3 and shape[2] != n_visible:", "    if False:", "frames of another size"),
    Mutant("or shape[1] < 2 * n_visible:", "or shape[1] < n_visible:", "films of one frame"),
    Mutant("return check_array(name, values, width=width, low=0, high=1)",
           "return check_array(name, values, width=width)",
           "values outside of [0, 1]"),
    Mutant('    saved = ("optimizer",)', "    saved = ()", "a resumed run forgets its moments",
           tests="foundation/test_training.py"),
    Mutant('    headline = ("error", "validation_error")', "    headline = ()", "progress does not say the error"),
    Mutant("        self.split(rng)\n", "        self.train_rows = self.validation_rows = np.arange(len(data))\n",
           "nothing is held out"),
    Mutant("        self.done += 1\n", "        self.done += 2\n", "every other epoch is left out"),
    Mutant("_cd_film_gradient(self.model, films, self.settings.k, rng)", "_cd_film_gradient(self.model, films, 1, rng)",
           "k is not heard"),
    Mutant("        if not self.settings.direct:", "        if False:", "V moves where it should be held"),
    Mutant("V=np.zeros_like(gradient.V)", "R=np.zeros_like(gradient.R)", "R held in the place of V"),
    Mutant("flatten(gradient), self.rate)", "flatten(gradient), -self.rate)", "down the likelihood (6)"),
    Mutant("flatten(gradient), self.rate)", "flatten(gradient), self.settings.rate)", "the schedule is not heard"),
    Mutant("            self.average.update(self.vector)\n", "            pass\n", "nothing is averaged"),
    Mutant("return cases.reshape(len(rows), -1, len(self.model.b))",
           "return cases.reshape(len(rows), len(self.model.b), -1).swapaxes(1, 2)", "frames and pixels mixed up"),
    Mutant("            values[\"validation_error\"] = self.error(model, self.validation_rows)",
           "            values[\"validation_error\"] = self.error(model, self.train_rows)", "the error of seen films"),
    Mutant("_predict_frames(model, film, self.settings.mean_field_steps)", "_predict_frames(model, film, 10)",
           "mean-field steps are not heard"),
    Mutant("_predict_frames(model, film, self", "_predict_frames(self.model, film, self",
           "the average's error is that of the latest model"),
    Mutant("max(self.error_of_mean, self.error_at_the_start)", "1e9", "a run gone astray is not told"),
    Mutant('        return -values["validation_error"]', '        return values["validation_error"]',
           "patience keeps the worst model"),
]
