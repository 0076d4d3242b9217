"""Mistakes to make in numpy_dgm/play/ring.py, in the order of its lines."""
from mutant import Mutant

MODULE = "play/ring.py"

MUTANTS = [
    Mutant('hidden="tanh")', ")", "another generator than train_gan is given"),
    Mutant("        self.set_rate(self.rate)\n", "", "new players have the rate of the settings"),
    Mutant("        self.set_weight(self.weight)\n", "", "new players have no penalty"),
    Mutant("self.trainer.rate = self.trainer.discriminator_rate = self.rate",
           "self.trainer.discriminator_rate = self.rate", "the rate of D alone"),
    Mutant("self.trainer.rate = self.trainer.discriminator_rate = self.rate", "self.trainer.rate = self.rate",
           "the rate of G alone"),
    Mutant("        self.weight = weight\n", "", "the penalty is forgotten with the players"),
    Mutant("self.trainer.settings = replace(self.trainer.settings, penalty=penalty)", "pass",
           "the penalty is not heard"),
    Mutant("        self.trainer.move_discriminator()\n", "", "step D does not move D"),
    Mutant("        self.discriminator_steps += 1\n", "", "steps of D are not counted"),
    Mutant("        self.discriminator_losses.append(step.loss)\n", "", "losses of D are not kept"),
    Mutant("        self.trainer.move_generator(step)\n", "", "step G does not move G"),
    Mutant("        self.generator_steps += 1\n", "", "steps of G are not counted"),
    Mutant("        self.generator_losses.append(step.loss)\n", "", "losses of G are not kept"),
    Mutant("        self.step_discriminator()\n        self.step_generator()\n",
           "        self.step_generator()\n        self.step_discriminator()\n", "G steps first"),
    Mutant("return -len(x) * dx", "return len(x) * dx", "arrows uphill"),
    Mutant("return -len(x) * dx", "return -dx", "the mean's slope for a sample's"),
    Mutant("_, ds = self.trainer.settings.objective.generator_loss(s)",
           "_, _, ds = self.trainer.settings.objective.discriminator_loss(s, s)",
           "arrows of the discriminator's loss"),
    Mutant("return sigmoid(s)[:, 0]", "return s[:, 0]", "logits for probabilities"),
    Mutant("distance.min(axis=0)", "distance.min(axis=1)", "samples counted for modes"),
]
