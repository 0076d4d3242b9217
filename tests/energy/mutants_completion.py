"""Mistakes to make in numpy_dgm/energy/completion.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/completion.py"

MUTANTS = [
    Mutant('v = as_rows(check_visible("v", rbm, v))', "v = np.asarray(v)", "what is no visible layer is completed"),
    Mutant("held.dtype != bool or ", "", "numbers taken for what is held"),
    Mutant(" or held.shape != rbm.b.shape", "", "a mask of another width"),
    Mutant("groups.any(axis=1) != groups.all(axis=1)", "groups.any(axis=1) != groups.any(axis=1)",
           "part of a group is held"),
    Mutant('    steps = check_integer("steps", steps)\n', "", "no steps at all"),
    Mutant('    check_generator("rng", rng)\n', "", "no generator"),
    Mutant("    no_input = np.zeros_like(v)\n", "    no_input = np.zeros_like(v) + rbm.b\n",
           "free units start at the biases"),
    Mutant("    chains = np.where(held, v, noise)\n", "    chains = v\n", "free units start at what they held"),
    Mutant("    chains = np.where(held, v, noise)\n", "    chains = noise\n", "nothing held in the first step"),
    Mutant("    for _ in range(steps):\n", "    for _ in range(steps + 1):\n", "k + 1 steps (21)"),
    Mutant("        chains = _gibbs_step(rbm, chains, rng)\n",
           "        chains = _gibbs_step(rbm, chains, np.random.default_rng(0))\n", "reseeds inside the step (23)"),
    Mutant("        chains = _gibbs_step(rbm, chains, rng)\n        chains = np.where(held, v, chains)\n",
           "        chains = _gibbs_step(rbm, chains, rng)\n    chains = np.where(held, v, chains)\n",
           "clamped only at the end"),
    Mutant("        chains = np.where(held, v, chains)\n    return",
           "        chains = np.where(held, chains, v)\n    return",
           "the free units are held"),
    Mutant("isinstance(rbm.visible, (Softmax, BitsAndLabel))", "isinstance(rbm.visible, Softmax)",
           "part of a label held"),
]
