"""Mistakes to make in numpy_dgm/data/catalog.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/catalog.py"

MUTANTS = [
    Mutant("(toys.shifting_bar, (9, 1), (1, 9))", "(toys.shifting_bar, (9, 2), (1, 9))", "a bar of two pixels"),
    Mutant('"labelled-shifter-8": (toys.labelled_shifter, (8,), None)',
           '"labelled-shifter-8": (toys.labelled_shifter, (4,), None)',
           "the larger shifter is the smaller one"),
    Mutant("    if part is not None:\n        check_choice(", "    if False:\n        check_choice(",
           "any word passes for a part"),
    Mutant("read_digits(part)", "read_digits()", "digits: the part is ignored", tests="data/test_digits.py"),
    Mutant("        scale = DIGITS_SCALE\n", "        pass\n",
           "digits: 255 taken for the brightest of 16 levels", tests="data/test_digits.py"),
    Mutant("(pathlib.Path(name), part)", "(pathlib.Path(name))", "files: the part is ignored"),
    Mutant("data = data_from_arrays(images, labels,", "data = data_from_arrays(images, None,",
           "labels of a file left behind"),
    Mutant("return replace(data, part=part, path=path)", "return replace(data, path=path)", "the part is not kept"),
    Mutant("path = os.path.abspath(name)", "path = name", "a path that another working directory cannot follow"),
    Mutant("return rows if image_shape is None else rows.reshape(-1, *image_shape)", "return rows",
           "toys without the shape of their images"),
]
