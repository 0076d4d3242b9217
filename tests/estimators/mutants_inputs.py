"""Mistakes to make in numpy_dgm/estimators/inputs.py, in the order of its lines."""
from mutant import Mutant

MODULE = "estimators/inputs.py"

MUTANTS = [
    Mutant("random_state.randint(2**31 - 1, size=4)", "0", "a RandomState that does not go on"),
    Mutant('        raise invalid(name, "real numbers", f"dtype {X.dtype}", "Complex data not supported")\n',
           "        X = X.real\n", "imaginary parts dropped"),
    Mutant('    if X.dtype.kind == "O":\n', "    if False:\n", "objects that are numbers refused"),
    Mutant("    if X.ndim != 2:\n", "    if False:\n", "no word on the shape"),
    Mutant("    if X.shape[1] == 0:\n", "    if False:\n", "no word on columns that are not there"),
    Mutant("check_array(name, X, low=-LARGEST, high=LARGEST)", "X", "NaN in the rows"),
    Mutant('    if hasattr(value, "toarray"):\n', "    if False:\n", "sparse matrices refused"),
    Mutant("        except Exception as error:  # whatever", "        except ZeroDivisionError as error:  # whatever",
           "an array of another library fails in its own way"),
    Mutant("except (TypeError, ValueError, OverflowError) as error:", "except ValueError as error:",
           "objects that are no numbers fail in their own way"),
    Mutant("names is None or not all(isinstance(name, str) for name in names)", "names is None",
           "numbers taken for names of columns"),
    Mutant("X.min() >= 0 and X.max() <= 1", "X.min() >= 0", "values above 1 let through"),
    Mutant("    return np.clip(X, 0, 1)\n", "    return X > 0\n", "grey levels become bits"),
]
