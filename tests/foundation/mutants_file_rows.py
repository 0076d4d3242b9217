"""Mistakes to make in numpy_dgm/foundation/file_rows.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/file_rows.py"

MUTANTS = [
    Mutant("            self.file.close()\n", "            pass\n", "files stay open"),
    Mutant("            if step == 1:\n", "            if True:\n", "every second row is every row"),
    Mutant("max(0, stop - first)", "stop - first", "an empty slice ends in a traceback"),
    Mutant("np.flatnonzero(rows) if rows.dtype == bool else rows", "rows if rows.dtype == bool else rows",
           "a mask counts rows 0 and 1"),
    Mutant("if rows.size and not -len(self) <= rows.min() <= rows.max() < len(self):", "if False:",
           "what follows the last row is a row"),
    Mutant("np.where(rows < 0, rows + len(self), rows)", "rows", "rows from the end are not there"),
    Mutant("self.start + row * self.row_bytes", "row * self.row_bytes", "the header read as pixels"),
    Mutant("        if len(content) != len(firsts) * n_bytes:\n", "        if False:\n",
           "a file that has become shorter"),
    Mutant("array.nbytes <= LARGE_FILE", "array.nbytes <= 0", "small files are read row by row"),
    Mutant(" and root.mode == \"r\"", "", "what was written to a private copy is lost"),
    Mutant(" and array.flags.c_contiguous", "", "columns that were left out are read"),
    Mutant("root.offset + array.ctypes.data - root.ctypes.data", "root.offset", "a part of a map starts at its start"),
    Mutant("return rows if is_same else array", "return rows", "another file that stands there by now is read"),
    Mutant("[read_whole(file, n_bytes, place) for place in places]",
           "[read_at(file, n_bytes, place) for place in places]",
           "what the system reads in parts is taken for a file that changed"),
    Mutant("len(content), place + len(content))", "len(content), place)",
           "the second part read from where the first was"),
]
