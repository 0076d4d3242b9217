"""Mistakes to make in numpy_dgm/data/rows.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/rows.py"
TESTS = "foundation/test_file_rows.py"

MUTANTS = [
    Mutant("        rows = self.rows[index]\n", "        rows = index\n",
           "chosen rows counted from the file's start when they are read"),
    Mutant(".reshape(*np.shape(rows), self.shape[1])", "", "images of two axes where rows of pixels belong"),
]
