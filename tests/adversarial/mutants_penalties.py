"""Mistakes to make in numpy_dgm/adversarial/penalties.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/penalties.py"

MUTANTS = [
    Mutant("0.5 * float((weight * np.square(g)).sum(dtype=np.float64)) / n",
           "0.5 * float(np.square(weight * g).sum(dtype=np.float64)) / n",
           "R1: the weight squared"),
    Mutant("mlp_double_backward(discriminator, cache, ds, weight * g / n)",
           "mlp_double_backward(discriminator, cache, ds, 2 * weight * g / n)",
           "R1's gradient twice too large"),
    Mutant("weight * g / n)", "-weight * g / n)",
           "R1 pays for being flat (6)", tests="adversarial/test_dirac_gan.py", lessons="20"),
    Mutant("    x = fraction * x_real + (1 - fraction) * x_fake\n", "    x = x_real\n",
           "the gradient penalty at real cases alone"),
    Mutant("    direction = g / np.where(norm > 0, norm, 1)\n", "    direction = g / norm\n",
           "NaN where a gradient is 0"),
    Mutant("    u = (2 * weight / len(x)) * (norm - 1) * direction\n",
           "    u = (2 * weight / len(x)) * (norm - 1) * g\n",
           "the gradient penalty's direction is not of length 1"),
    Mutant("    u = (2 * weight / len(x)) * (norm - 1) * direction\n",
           "    u = (2 * weight / len(x)) * norm * direction\n",
           "the gradient penalty pulls the norm to 0 instead of 1", lessons="20"),
    Mutant("        if np.any(a):\n            below = a if below is None else below + a\n", "",
           "the gradient penalty without its second (φ'') pass (41)"),
    Mutant("self.weight * levels**2", "self.weight * levels",
           "R1 against the blur: level for level²", tests="adversarial/test_noise.py"),
    Mutant("np.clip(vector, -limit, limit, out=vector)", "np.clip(vector, 0, limit, out=vector)",
           "clipping lets no negative weight through"),
    Mutant("                v = _unit(u @ layer.W)\n", "",
           "power iteration that moves one of its two vectors", lessons="20"),
    Mutant("W=layer.W / (sigma or 1)", "W=layer.W / np.sqrt(np.square(layer.W).sum())",
           "Frobenius norm where the spectral one belongs"),
    Mutant("of_normalised.W - along * np.outer(u, v)", "of_normalised.W",
           "spectral norm's gradient without that of the norm"),
]
