"""Mistakes to make in numpy_dgm/foundation/optimizers.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/optimizers.py"

MUTANTS = [
    Mutant("vector += direction if rate == 1 else rate * direction",
           "vector -= direction if rate == 1 else rate * direction",
           "SGD descends where it should climb (6)"),
    Mutant("        self.velocity *= self.momentum\n", "", "momentum never fades"),
    Mutant("        self.square *= self.decay\n", "", "RMSProp forgets nothing"),
    Mutant("        self.square += (1 - self.decay) * direction**2\n", "        self.square += direction**2\n",
           "RMSProp's mean of squares is a sum"),
    Mutant("vector += rate * direction / (np.sqrt(self.square) + self.epsilon)",
           "vector += rate * direction / (self.square + self.epsilon)",
           "RMSProp divides by the square, not its root"),
    Mutant("vector += rate * direction / (np.sqrt(self.square) + self.epsilon)",
           "vector += rate * direction / np.sqrt(self.square + self.epsilon)",
           "RMSProp's ε under the root"),
    Mutant("c = math.sqrt(1 - self.beta2**self.steps)", "c = 1.0", "Adam's second moment keeps its bias"),
    Mutant("rate *= c / (1 - self.beta1**self.steps)", "rate *= c", "Adam's first moment keeps its bias"),
    Mutant("range(0, len(vector), BLOCK)", "range(0, len(vector) - BLOCK, BLOCK)",
           "Adam leaves the last block where it is"),
    Mutant("g, m, s = direction[block], self.mean[block], self.square[block]",
           "g, m, s = direction[block], self.mean[:BLOCK], self.square[:BLOCK]",
           "all blocks share the first one's moments"),
    Mutant("            change *= 1 - self.beta2\n", "            change *= 1 - self.beta1\n", "β₁ for β₂"),
    Mutant("change += c * self.epsilon", "change += self.epsilon", "Adam's ε outside the correction"),
    Mutant("self.vector += (1 - decay) * (vector - self.vector)", "self.vector += decay * (vector - self.vector)",
           "the average forgets what it should keep"),
    Mutant("return rate * (1 - progress)", "return rate * progress", "the rate rises where it should fall"),
    Mutant("math.cos(math.pi * progress)", "math.cos(progress)", "cosine schedule does not end at 0"),
]
