"""Mistakes to make in numpy_dgm/energy/rating_biases.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/rating_biases.py"

MUTANTS = [
    Mutant("rating.mean(), rating - rating.mean()", "rating.mean(), rating", "biases of ratings that keep their mean"),
    Mutant("n_row = np.bincount(row, minlength=shape[0]) + damping", "n_row = np.bincount(row, minlength=shape[0])",
           "rows not damped"),
    Mutant("n_column = np.bincount(column, minlength=shape[1]) + damping",
           "n_column = np.bincount(column, minlength=shape[1]) + 1", "columns damped by 1"),
    Mutant("for _ in range(sweeps):", "for _ in range(sweeps - 1):", "a sweep too few"),
    Mutant("left = centred - of_column[column]", "left = centred + of_column[column]", "sign of the columns' biases"),
    Mutant("left = centred - of_row[row]", "left = centred", "columns do not know the rows' biases"),
    Mutant("of_column = np.bincount(column, weights=left", "of_column = np.bincount(column, weights=centred",
           "columns of what is not left"),
    Mutant("np.clip(biases.mean + biases.row[row] + biases.column[column], biases.low, biases.high)",
           "biases.mean + biases.row[row] + biases.column[column]", "predictions beyond the ratings"),
    Mutant("np.clip(biases.mean + ", "np.clip(", "the mean left out"),
    Mutant("float(rating.min()), float(rating.max())", "0.0, float(rating.max())", "0 stars"),
    Mutant("np.sqrt(np.mean((prediction - rating) ** 2))", "np.mean((prediction - rating) ** 2)", "no root"),
    Mutant("np.sqrt(np.mean((prediction - rating) ** 2))", "np.mean(np.abs(prediction - rating))",
           "mean absolute error"),
    Mutant("    if len(prediction) != len(rating):", "    if False:", "predictions of other ratings"),
    Mutant("errors = predictions - rating", "errors = predictions - rating.mean()", "weights by predictions alone"),
    Mutant("    if not np.linalg.cond(C) < 1e12:", "    if False:", "models that are the same"),
    Mutant("return w / w.sum()", "return w", "weights of another sum"),
]
