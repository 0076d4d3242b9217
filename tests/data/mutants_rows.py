"""Mistakes to make in numpy_dgm/data/rows.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/rows.py"

MUTANTS = [
    Mutant("            if step == 1:\n", "            if True:\n", "every second row is every row"),
    Mutant("max(0, stop - first)", "stop - first", "an empty slice ends in a traceback"),
    Mutant("np.flatnonzero(rows) if rows.dtype == bool else rows", "rows", "a mask counts rows 0 and 1"),
    Mutant("        rows = np.where(rows < 0, rows + len(self), rows)\n", "", "rows from the end are not there"),
    Mutant("if rows.size and not 0 <= rows.min() <= rows.max() < len(self):", "if False:",
           "what follows the last row is a row"),
    Mutant("            self.fill(buffer[i * length : (i + 1) * length], row)\n",
           "            self.fill(buffer[i * length : (i + 1) * length], i)\n",
           "the first rows, whichever are asked for"),
    Mutant("place = self.start + row * self.row_bytes", "place = row * self.row_bytes", "the header read as pixels"),
    Mutant("            if n_read == 0:\n", "            if n_read < 0:\n",
           "a file that has become shorter is waited for"),
    Mutant("            buffer, place = buffer[n_read:], place + n_read\n", "            break\n",
           "what comes in pieces is cut"),
    Mutant("        rows = self.rows[index]\n", "        rows = index\n",
           "chosen rows counted from the file's start when they are read"),
]
