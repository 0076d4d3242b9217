"""Mistakes to make in numpy_dgm/neural/stacks.py, in the order of its lines."""
from mutant import Mutant

MODULE = "neural/stacks.py"

MUTANTS = [
    Mutant("    if not known:\n", "    if False:\n", "no word on a stack that takes any width"),
    Mutant("D, K = known[0][0], known[-1][1]", "D, K = known[0][0], known[0][1]", "the outputs of the lowest layer"),
    Mutant("layer.forward(h, rng, training)", "layer.forward(h, rng)", "always in training"),
    Mutant("None if out is None else out[i]", "None", "the stack's gradient does not go into out"),
    Mutant("backward(caches[i], dh", "backward(caches[i - 1], dh", "the cache of the wrong layer (31)"),
    Mutant("need_dx or i > 0", "need_dx or i > 1", "dx of the second layer not passed down"),
    Mutant("need_dx or i > 0", "True", "dx is there whether needed or not"),
    Mutant("need_dx or i > 0", "need_dx", "without need_dx nothing goes down the stack"),
    Mutant("    return dh, tuple(gradients[::-1])\n", "    return dh, tuple(gradients)\n",
           "gradients in the wrong order"),
    Mutant("            gradient = sum_of(gradient, through_forward)\n", "",
           "double backward without what comes down to the parameters"),
    Mutant("        if np.any(a):\n            below = a if below is None else below + a\n", "",
           "the gradient penalty without its second (φ'') pass (41)", tests="adversarial/test_penalties.py",
           lessons="34"),
    Mutant("            below = a if below is None else below + a\n", "            below = a\n",
           "double backward with the lowest a alone"),
    Mutant("return u, 0 if below is None else below, tuple", "return u, 0, tuple", "the stack's a left out"),
    Mutant("    return dy, dys[::-1]\n", "    return dy, dys\n",
           "what is behind the highest layer given to the lowest"),
]
