"""Mistakes to make in numpy_dgm/energy/gradient_report.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/gradient_report.py"

MUTANTS = [
    Mutant("return cd_gradient(rbm, v, self.k, rng)", "return cd_gradient(rbm, v, 1, rng)", "CD-1 whatever k (20)"),
    Mutant("n_steps = self.k * (self.updates + 1)", "n_steps = self.k", "PCD's chains reset at each gradient (24)"),
    Mutant('        v = as_rows(check_visible("v", rbm, v))\n        ladder', "        ladder",
           "one case for tempering has no mean a unit"),
    Mutant("n_sweeps = self.k * (self.updates + 1)", "n_sweeps = self.k", "tempering's ladders reset (24)"),
    Mutant(" or isinstance(estimator, type):", ":", "a class for an estimator", tests="test_hostile_arguments.py"),
    Mutant("worst = int(np.argmax(np.abs(d)))", "worst = int(np.argmax(d))", "only entries too large are seen"),
    Mutant("np.sqrt(variances[worst] / n_runs)", "np.sqrt(variances[worst])",
           "z in deviations of a run, not of the mean"),
    Mutant("variance=float(variances.sum()),", "variance=float(variances.mean()),",
           "variance averaged over the parameters"),
    Mutant("np.sum((gradients - exact_vector) ** 2, axis=1)", "np.sum((gradients - mean) ** 2, axis=1)",
           "rmse without the bias"),
    Mutant("square = d @ d - trace / n_runs", "square = d @ d", "the noise of the mean taken for bias"),
    Mutant("- trace_of_square / n_runs, 0)", "+ trace_of_square / n_runs, 0)", "sign in the error of the bias"),
    Mutant("np.sqrt(4 * bias_C_bias / n_runs", "np.sqrt(bias_C_bias / n_runs", "error of the bias too small"),
    Mutant("+ 2 * trace_of_square /", "+ 0 * trace_of_square /", "error without the part of a bias of 0"),
    Mutant("np.sqrt(max(square, s))", "np.sqrt(max(square, 1e-300))", "infinite error of a bias near 0"),
    Mutant("        if array.shape != parameter.shape:", "        if False:",
           "a flipped gradient is let in (11)"),
]
