"""Mistakes to make in numpy_dgm/neural/autoencoder_training.py, in the order of its lines."""
from mutant import Mutant

MODULE = "neural/autoencoder_training.py"

MUTANTS = [
    Mutant("self.vector *= 1 - self.rate", "self.vector *= 1 + self.rate", "parameters grow where they should decay"),
    Mutant("self.vector *= 1 - self.rate * self.settings", "self.vector *= 1 - self.settings",
           "weight decay that does not heed the rate"),
    Mutant('    check_generator("rng", rng)\n', "", "what is no generator is let in"),
    Mutant("    check_autoencoder(autoencoder)\n", "", "what is no autoencoder is trained"),
    Mutant("    check_loss(autoencoder, options.loss)\n", "", "the cross-entropy of a linear output is trained"),
    Mutant('saved = ("optimizer",)', "saved = ()", "a checkpoint without the optimizer's moments",
           tests="foundation/test_training.py"),
    Mutant("records = (Autoencoder, MLP, *LAYERS, *OPTIMIZERS", "records = (Autoencoder, *LAYERS, *OPTIMIZERS",
           "runs cannot go on", tests="foundation/test_training.py"),
    Mutant("OPTIMIZERS[settings.optimizer]()", 'OPTIMIZERS["adam"]()', "every optimizer is Adam"),
    Mutant("np.square(monitored - mean).sum(axis=1).mean()", "np.square(monitored - mean).mean()",
           "the mean case's error a pixel"),
    Mutant("self.limit = max(np", "self.limit = min(np", "held against the better of mean and start"),
    Mutant("        start = self.vector.copy()\n", "        start = self.vector\n",
           "a step measured from where it ends"),
    Mutant("_autoencoder_gradient(self.model, v, self.settings.loss)",
           '_autoencoder_gradient(self.model, v, "cross_entropy")', "every loss is the cross-entropy"),
    Mutant("flatten(gradient), -self.rate)", "flatten(gradient), self.rate)", "it climbs its loss (6)"),
    Mutant("            if i == 0:\n", "            if True:\n", "the last step of an epoch is measured"),
    Mutant("                self.average.update(self.vector)\n", "                pass\n", "no moving average"),
    Mutant("        self.done += 1\n", "        self.done += 2\n", "every other epoch left out"),
    Mutant('values["validation_loss"] = self.mean_loss(autoencoder, rows)',
           'values["validation_loss"] = values["loss"]', "the training loss for the held-out one"),
    Mutant("            total += loss * len(v)\n", "            total += loss * 1000\n", "blocks weigh alike"),
    Mutant("        if error > 10 * self.limit:", "        if error > 1000 * self.limit:", "goes on after diverging"),
    Mutant("if error > 1.05 * self.limit", "if error > 5 * self.limit", "worse than the mean case, and silent"),
    Mutant('return -values["validation_loss"]', 'return values["validation_loss"]', "the worst model is kept"),
    Mutant("        rows = self.validation_rows\n", "        rows = self.train_rows\n",
           "training cases as held-out ones"),
    Mutant("        return check_array(name, block, width=width, low=low, high=high)",
           "        return check_array(name, block, width=width)", "cross-entropy of numbers above 1"),
]
