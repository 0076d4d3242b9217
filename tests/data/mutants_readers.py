"""Mistakes to make in numpy_dgm/data/readers.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/readers.py"

MUTANTS = [
    Mutant('        check_unused(path, layout, TABLE_FIELDS, "table")\n', "        pass\n",
           "a label column of an image file is not missed"),
    Mutant("return read_folder(path, part)", "return read_folder(path)",
           "a folder's training part whatever is asked for", tests="data/test_catalog.py"),
    Mutant("return read_npz(path, part, layout)", "return read_npz(path, part)", "the array asked for is not read",
           tests="data/test_catalog.py"),
    Mutant("    if part is not None:\n", "    if False:\n", "a part of what has none"),
    Mutant("tuple(sorted(find_in_folder(path), reverse=True))", "tuple(sorted(find_in_folder(path)))",
           "the test part comes first"),
    Mutant(" or start.startswith(mark):", ":", "an .npy is told by its name alone"),
    Mutant("            start = file.read(256)\n", "            pass\n", "a gzipped file is told by gzip's bytes"),
    Mutant('raise invalid(path, f"an .{kind}", "a gzipped file", "unpack it first, with gunzip")', "pass",
           "a gzipped .npy is mapped"),
    Mutant("ending.endswith(TABLE_ENDINGS) or (is_text and start)", "ending.endswith(TABLE_ENDINGS)",
           "text by another ending is no table"),
]
