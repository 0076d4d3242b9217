"""Mistakes to make in numpy_dgm/plots.py, in the order of its lines."""
from mutant import Mutant

MODULE = "plots.py"

MUTANTS = [
    Mutant("top, left = (i // columns) * (rows + 1), (i % columns) * (cols + 1)",
           "top, left = (i % columns) * (rows + 1), (i // columns) * (cols + 1)",
           "images tiled column by column"),
    Mutant("np.prod(shape) != n_pixels or not is_image_shape(shape)", "np.prod(shape) != n_pixels",
           "an image of four axes"),
    Mutant("    images = images.reshape(n, *shape)\n",
           "    images = np.swapaxes(images.reshape(n, *shape[::-1]), 1, -1)\n",
           "images transposed (11)"),
    Mutant("np.moveaxis(images, 1, -1)", "images.reshape(n, *shape[1:], 3)", "colours mixed up"),
    Mutant("shape[1:] if len(shape) == 3 and shape[-1] != 3 else shape[:2]", "shape[:2]",
           "three rows of colours first"),
    Mutant("canvas if limit is None else 0.5 + canvas / (2 * limit)", "canvas", "a weight of zero is black"),
    Mutant("ax.text(i % n_columns * width, i // n_columns * height,",
           "ax.text(i // n_columns * width, i % n_columns * height,",
           "names in the corners of other images"),
    Mutant('.replace("$", r"\\$")', "", "a name with a $ is a formula"),
    Mutant("images = (images - low) / max(high - low, 1e-12)", "pass", "colours beyond 0 and 1 are cut"),
    Mutant("        drawn.set_clim(low, high)\n", "", "numbers beyond 0 and 1 are cut"),
    Mutant("weights = rbm.W.T[:most]", "weights = rbm.W[:most]", "filters flipped (11)"),
    Mutant("limit = max(float(np.abs(weights).max()), 1e-12)", "limit = max(float(weights.max()), 1e-12)",
           "colours end at the largest weight, not at the largest |weight|"),
    Mutant("images = np.swapaxes(states, 0, 1).reshape(", "images = states.reshape(", "chains and times mixed up"),
    Mutant("limit = 1.4 * np.abs(mixture.centres).max()", "limit = 1.4 * mixture.centres.max() / 2", "axes too narrow"),
    Mutant("points.set_data(*np.asarray(x).T)", "points.set_data(*np.asarray(frames[0][1]).T)", "a film of one frame"),
    Mutant("np.arange(1, len(values) + 1)", "np.arange(len(values))", "epochs counted from 0"),
]
