"""Mistakes to make in numpy_dgm/foundation/enumeration.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/enumeration.py"

MUTANTS = [
    Mutant("    shifts = np.arange(n - 1, -1, -1)", "    shifts = np.arange(n)",
           "bits in the other order", lessons="06"),
    Mutant("    log_Z = logsumexp(-E)", "    log_Z = logsumexp(E)", "sign of the energy (1)", lessons="04 05"),
    Mutant("np.stack([1 - p[:, j], p[:, j]], axis=1)", "np.stack([p[:, j], 1 - p[:, j]], axis=1)",
           "on and off exchanged (13)", lessons="06 07"),
    Mutant("2 ** v.shape[1]) / len(v)", "2 ** v.shape[1])", "no 1/N (8)", lessons="01"),
    Mutant('np.searchsorted(cumulative, u, side="right")', 'np.searchsorted(cumulative, u, side="right") - 1',
           "off by one state"),
    Mutant("np.vstack([T.T - np.eye(n), np.ones(n)])", "np.vstack([T - np.eye(n), np.ones(n)])",
           "flipped (11)", lessons="06"),
    Mutant("return 1 - sizes[-2]", "return 1 - sizes[0]", "gap of the wrong eigenvalue", lessons="06"),
    Mutant("log_ratio = np.log(p[possible]) - np.log(q[possible])",
           "log_ratio = np.log(q[possible]) - np.log(p[possible])",
           "sign of the divergence", lessons="04"),
]
