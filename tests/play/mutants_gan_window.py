"""Mistakes to make in numpy_dgm/play/gan_window.py, in the order of its lines."""
from mutant import Mutant

MODULE = "play/gan_window.py"

MUTANTS = [
    Mutant("        self.background = None  # the sliders had the figure drawn before all was in it\n", "",
           "buttons that are not drawn at first"),
    Mutant("np.stack(np.meshgrid(places, places), axis=-1)",
           'np.stack(np.meshgrid(places, places, indexing="ij"), axis=-1)',
           "the surface mirrored"),
    Mutant('origin="lower"', 'origin="upper"', "the surface upside down"),
    Mutant("*self.game.real.T, ", "*self.game.ring.centres.T, ", "centres for real cases"),
    Mutant("self.let_move(self.surface, self.arrows, self.real, self.samples, legend,",
           "self.let_move(self.surface, self.arrows, self.samples, legend,", "real cases below the surface"),
    Mutant("RATE, self.game.set_rate)", "RATE, self.game.set_weight)", "the rate's slider sets the penalty"),
    Mutant("WEIGHT, self.game.set_weight)", "WEIGHT, float)", "the penalty's slider does nothing"),
    Mutant('"step D": self.game.step_discriminator', '"step D": self.game.step_generator', "step D moves G"),
    Mutant('"step G": self.game.step_generator', '"step G": self.game.step', "step G moves both"),
    Mutant('"begin anew": self.game.begin', '"begin anew": self.game.step', "begin anew goes on"),
    Mutant("        for _ in range(STEPS):\n", "        for _ in range(1):\n", "one step a turn"),
    Mutant("{game.discriminator_steps:,} steps of D, {game.generator_steps:,} of G",
           "{game.generator_steps:,} steps of D, {game.discriminator_steps:,} of G", "steps of the other"),
    Mutant("self.surface.set_data(", "(", "the surface stands still"),
    Mutant("self.samples.set_data(*x.T)", "pass", "the samples stand still"),
    Mutant("self.arrows.set_offsets(x[:ARROWS])", "pass", "the arrows stay where they were"),
    Mutant("self.arrows.set_UVC(*arrows(game.push(x)[:ARROWS]).T)", "pass", "the arrows do not turn"),
    Mutant("(self.generator_line, game.generator_losses)", "(self.generator_line, game.discriminator_losses)",
           "D's loss for G's"),
    Mutant("np.arange(len(losses)) - len(losses) + 1", "np.arange(len(losses))", "steps ahead"),
    Mutant("push / (1 + np.linalg.norm(push, axis=1, keepdims=True))", "push", "arrows without end"),
    Mutant("np.round(LEVELS * np.clip(4 * p - 2, -1, 1)) / LEVELS", "np.clip(4 * p - 2, -1, 1)",
           "a surface without steps"),
    Mutant('blend("white", PALE_ORANGE, np.maximum(-certainty, 0))',
           'blend("white", PALE_ORANGE, np.maximum(certainty, 0))',
           "orange where D says real"),
]
