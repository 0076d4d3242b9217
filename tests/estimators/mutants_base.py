"""Mistakes to make in numpy_dgm/estimators/base.py, in the order of its lines."""
from mutant import Mutant

MODULE = "estimators/base.py"

MUTANTS = [
    Mutant("            if name not in names:\n", "            if False:\n", "any name is a parameter"),
    Mutant("            setattr(self, name, value)\n", "            pass\n", "set_params sets nothing"),
    Mutant("if repr(getattr(self, name)) != repr(default)]", "if True]", "repr shows all parameters"),
    Mutant("TargetTags(required=is_classifier)", "TargetTags(required=False)", "a classifier that needs no classes"),
    Mutant('preserves_dtype=["float64", "float32"]', 'preserves_dtype=["float64"]', "float32 not told of"),
    Mutant("InputTags(sparse=True)", "InputTags(sparse=False)", "sparse matrices not told of"),
    Mutant(' if one.name != "self"}', "}", "self among the parameters"),
    Mutant('            check_integer("verbose", self.verbose, least=0)\n', "            pass\n", "any verbose"),
    Mutant("        if not hasattr(self, self.learnt):\n", "        if False:\n", "methods before fit"),
    Mutant("        elif hasattr(self, \"feature_names_in_\"):\n            del self.feature_names_in_\n", "",
           "names of columns that were fitted before"),
    Mutant("and not np.array_equal(names, known):\n            raise invalid(argument,",
           "and set(names) != set(known):\n            raise invalid(argument,", "columns in another order"),
    Mutant("        if (names is None) != (known is None):\n", "        if False:\n", "names that lack without a word"),
    Mutant('("has", "without") if known is None', '("has", "without") if names is None',
           "the warning on names the wrong way round"),
    Mutant("        if width != expected:\n", "        if width > expected:\n", "columns that are missing"),
    Mutant('sys.modules.get("sklearn.exceptions")', "None", "scikit-learn's users do not meet its errors"),
]
