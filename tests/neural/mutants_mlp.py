"""Mistakes to make in numpy_dgm/neural/mlp.py, in the order of its lines."""
from mutant import Mutant

MODULE = "neural/mlp.py"

MUTANTS = [
    Mutant("layer.forward(h, rng, training)", "layer.forward(h, rng)", "always in training"),
    Mutant("None if out is None else out.layers[i]", "None", "the network's gradient does not go into out"),
    Mutant("backward(cache[i], dh", "backward(cache[i - 1], dh", "the cache of the wrong layer (31)"),
    Mutant("need_dx or i > 0", "need_dx or i > 1", "dx of the second layer not passed down"),
    Mutant("need_dx or i > 0", "True", "dx is there whether needed or not"),
    Mutant("    if not need_gradient:\n        return dh, None\n", "", "a gradient that was not asked for"),
    Mutant("tuple(reversed(gradients))", "tuple(gradients)", "gradients in the wrong order"),
    Mutant("layer.moved_on(layer_cache, share) if",
           "replace(layer.moved_on(layer_cache, share), gamma=layer.gamma.copy()) if",
           "moved statistics, and gamma is no window any more"),
    Mutant("return replace(mlp, layers=tuple(layers))", "return mlp", "running statistics never move"),
    Mutant('    check_choice("output", output, (None, *ELEMENTWISE))\n', "", "unknown output not refused"),
    Mutant('    if batch_norm and hidden == "maxout":\n', "    if False:\n",
           "batch norm with maxout silently left out"),
    Mutant("itertools.pairwise(sizes[:-1])", "itertools.pairwise(sizes[:-2])", "a hidden layer missing"),
    Mutant("layers.append(Dropout(dropout))", "layers.append(Dropout(1 - dropout))",
           "the fraction kept for the fraction dropped"),
    Mutant("init = math.sqrt(2 / n_in)", "init = 2 / n_in", "He: the variance for the deviation"),
    Mutant("init = math.sqrt(2 / n_in)", "init = math.sqrt(2 / n_out)", "He: outputs for inputs"),
    Mutant("math.sqrt(2 / (n_in + n_out))", "math.sqrt(1 / (n_in + n_out))", "Xavier: half the variance"),
    Mutant("rng.standard_normal(shape, dtype=dtype)", "rng.standard_normal(shape)", "float64 weights for float32"),
    Mutant("LeakyReLU(slope) if", "LeakyReLU() if", "the leaky slope that was asked for is not taken"),
    Mutant("BatchNorm(np.ones(n, dtype), np.zeros(n, dtype)", "BatchNorm(np.zeros(n, dtype), np.zeros(n, dtype)",
           "batch norm starts at gamma 0"),
    Mutant("T /= math.sqrt(n_in) * n_directions", "T /= math.sqrt(n_in)", "kernels so wide that nothing is close"),
    Mutant("values = {field.name: getattr(layer, field.name) for field in fields(layer)}",
           "values = {name: getattr(layer, name) for name in layer.trainable}",
           "saved without slopes and statistics", tests="adversarial/test_gan_training.py"),
]
