"""Mutants of data/rows.py."""
from mutant import Mutant

MODULE = "data/rows.py"
TESTS = "data/test_rows.py"

MUTANTS = [
    Mutant("        rows = self.rows[index]\n", "        rows = index\n",
           "chosen rows counted from the file's start when they are read", tests="data/test_catalog.py"),
    Mutant("        rows = np.where(rows < 0, rows + len(self), rows)\n", "",
           "negative rows are not counted from the end"),
    Mutant("place = self.start + row * self.row_bytes", "place = row * self.row_bytes", "the header read as pixels"),
]
