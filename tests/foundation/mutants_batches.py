"""Mistakes to make in numpy_dgm/foundation/batches.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/batches.py"

MUTANTS = [
    Mutant("    order = rng.permutation(rows)\n", "    order = rows\n", "cases are not shuffled"),
    Mutant("range(0, len(order), batch_size)", "range(0, len(order) - batch_size + 1, batch_size)",
           "a short last batch is left out"),
    Mutant("return -(-len(rows) // batch_size)", "return len(rows) // batch_size", "a short last batch is not counted"),
    Mutant("    rows_at_once = max(1, rows_at_once)\n", "", "rows too wide for a block cannot be cut"),
    Mutant("min(start + rows_at_once, n_rows)", "min(start + rows_at_once, n_rows - 1)", "the last row is in no block"),
    Mutant("    order = rng.permutation(n_cases)\n", "    order = np.arange(n_cases)\n",
           "the first cases are held out"),
    Mutant("int(round(fraction * n_cases))", "int(fraction * n_cases)", "the fraction held out is rounded down"),
    Mutant("    if n_held_out == n_cases:\n", "    if False:\n", "nothing is left to train on"),
    Mutant("    if n_held_out == 0 and fraction > 0:\n", "    if False:\n", "nothing is held out"),
    Mutant("np.sort(order[n_held_out:]), np.sort(order[:n_held_out])", "np.sort(order), np.sort(order[:n_held_out])",
           "held-out cases are trained on"),
    Mutant("        check(name, np.asarray(data[rows]), width)\n",
           "        check(name, np.asarray(data[:CASES_AT_ONCE]), width)\n",
           "only the first block of cases is checked"),
    Mutant("row_blocks(shape[0], CASES_AT_ONCE)", "row_blocks(shape[0], shape[0])", "all cases are read at once"),
    Mutant("np.asarray(data[rows[block]])", "np.asarray(data[block])", "the mean of other cases"),
    Mutant("cases.sum(axis=0, dtype=np.float64)", "cases.sum(axis=0)", "sums in the precision of the data"),
    Mutant("return total / len(rows)", "return total / len(data)", "divided by all cases"),
    Mutant("smallest_exact(np.asarray(data[rows]))", "smallest_exact(np.asarray(data[:1]))",
           "the first case stands for all"),
    Mutant("zlib.crc32(block.dtype.char.encode(), checksum)", "checksum",
           "numbers that have the same bytes are the same"),
    Mutant("labels {fingerprint(labels[:, None])}{named}", "labels {len(labels)}{named}",
           "a run goes on with other labels"),
    Mutant("{fingerprint(labels[:, None])}{named}", "{fingerprint(labels[:, None])}",
           "a run goes on with other names of its classes"),
    Mutant("        if np.array_equal(small, block):\n", "        if np.allclose(small, block):\n",
           "numbers that are nearly the same are the same"),
    Mutant('return data.describe() if hasattr(data, "describe") else {}', "return {}",
           "a run forgets which data it learnt from"),
]
