"""Mistakes to make in numpy_dgm/plots.py, in the order of its lines."""
from mutant import Mutant

MODULE = "plots.py"

MUTANTS = [
    Mutant("top, left = (i // columns) * (rows + 1), (i % columns) * (cols + 1)",
           "top, left = (i % columns) * (rows + 1), (i // columns) * (cols + 1)",
           "images tiled column by column"),
    Mutant("image.reshape(rows, cols)", "image.reshape(cols, rows).T", "images transposed (11)"),
    Mutant("weights = rbm.W.T[:most]", "weights = rbm.W[:most]", "filters flipped (11)"),
    Mutant("limit = max(float(np.abs(weights).max()), 1e-12)", "limit = max(float(weights.max()), 1e-12)",
           "colours end at the largest weight, not at the largest |weight|"),
    Mutant("images = np.swapaxes(states, 0, 1).reshape(", "images = states.reshape(", "chains and times mixed up"),
    Mutant("limit = 1.4 * np.abs(mixture.centres).max()", "limit = 1.4 * mixture.centres.max() / 2", "axes too narrow"),
    Mutant("points.set_data(*np.asarray(x).T)", "points.set_data(*np.asarray(frames[0][1]).T)", "a film of one frame"),
    Mutant("np.arange(1, len(values) + 1)", "np.arange(len(values))", "epochs counted from 0"),
]
