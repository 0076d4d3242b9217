"""Mistakes to make in numpy_dgm/foundation/pca.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/pca.py"

MUTANTS = [
    Mutant("n_numbers, most=width)", "n_numbers)", "more directions than numbers a case"),
    Mutant("        away = v - mean\n", "        away = v\n", "the mean is not taken off", lessons="23"),
    Mutant("products += away.T @ away", "products = away.T @ away", "the covariance of the last block"),
    Mutant("products / len(data)", "products", "variances are sums"),
    Mutant("variances[::-1][:n_numbers], directions[:, ::-1][:, :n_numbers]",
           "variances[:n_numbers], directions[:, :n_numbers]", "the smallest variances", lessons="23"),
    Mutant("directions[:, ::-1][:, :n_numbers]", "directions[:, :n_numbers]",
           "the smallest variance's direction with the largest variance"),
    Mutant("return PCA(mean, directions * signs,", "return PCA(mean, directions,", "signs as they come"),
    Mutant("return (v - mean) @ directions", "return v @ directions", "codes of cases with their mean", lessons="23"),
    Mutant("return mean + codes @ directions.T", "return codes @ directions.T",
           "the mean is not put back", lessons="23"),
    Mutant("v - pca_decode(pca, pca_codes(pca, v))).sum()", "v - pca_decode(pca, pca_codes(pca, v))).mean()",
           "a mean over the numbers of a case"),
    Mutant("        total += np.square(v", "        total = np.square(v", "the error of the last block"),
    Mutant("    return float(total / len(data))", "    return float(total)", "a sum over the cases"),
    Mutant("    if not isinstance(pca, PCA):", "    if False:", "anything is taken for a PCA"),
    Mutant("    if len(directions) != len(mean):", "    if False:", "directions of another width"),
    Mutant('v = check_array("v", v, ndim=(1, 2), width=len(mean))', 'v = np.asarray(v)', "cases of another width"),
]
