"""Mistakes to make in numpy_dgm/foundation/checks.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/checks.py"

MUTANTS = [
    Mutant('if array.dtype.kind not in "biuf":', 'if array.dtype.kind not in "biufc":', "complex numbers pass"),
    Mutant("if array.ndim != ndim and (isinstance(ndim, int) or array.ndim not in ndim):",
           "if isinstance(ndim, int) and array.ndim < ndim:", "an axis too many passes"),
    Mutant("array.shape[-1] != width:\n"
           '        raise invalid(name, f"a last axis of {width}", f"shape {array.shape}")\n    if dtype',
           'array.shape[0] != width:\n        raise invalid(name, f"a last axis of {width}", f"shape {array.shape}")\n'
           "    if dtype",
           "the number of cases taken for the width"),
    Mutant("math.isfinite(smallest) and math.isfinite(largest)", "math.isfinite(smallest) or math.isfinite(largest)",
           "infinity at one end passes"),
    Mutant("low is not None and smallest < low", "low and smallest < low", "a lower bound of 0 taken for none"),
    Mutant("high is not None and largest > high", "high is not None and largest > high + 1",
           "255 is let in, 2 at least"),
    Mutant("isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= least",
           "value >= least",
           "half a step is let in"),
    Mutant("most is not None and int(value) > most",
           "most is not None and int(value) >= most", "the largest integer refused"),
    Mutant(" and not isinstance(value, bool) and math.isfinite(value)", " and math.isfinite(value)",
           "True passes for a number"),
    Mutant(" and not isinstance(value, bool) and math.isfinite(value)", " and not isinstance(value, bool)",
           "infinity passes for a number"),
    Mutant("number > low if open_low else number >= low", "number >= low", "an open lower end is in the interval"),
    Mutant("number < high if open_high else number <= high", "number <= high", "an open upper end is in the interval"),
    Mutant("isinstance(value, np.random.Generator)", 'hasattr(value, "normal")',
           "the old RandomState passes for a generator"),
]
