"""Mistakes to make in numpy_dgm/data/files.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/files.py"
TESTS = "data/test_files.py"

MUTANTS = [
    Mutant("        if value not in (None, ()):\n", "        if False:\n", "options without use are not missed",
           tests="data/test_readers.py"),
    Mutant("return first_bytes(path, 2) == GZIP_MAGIC", 'return path.suffix == ".gz"', "gzip told by the name alone"),
    Mutant("    if n_bytes == 0:\n", "    if False:\n", "an empty file is called something else",
           tests="data/test_readers.py"),
    Mutant("            if total > most:\n", "            if False:\n", "a bomb is unpacked"),
    Mutant("return max(MOST_UNPACKED, MOST_TIMES * packed)", "return MOST_UNPACKED",
           "a large file that packs well is refused"),
    Mutant("    except UNREADABLE as error:\n", "    except OSError as error:\n", "foreign bytes end in a traceback"),
    Mutant('str(error).strip().partition("\\n")[0].rstrip(".") or type(error).__name__', "error.args[0].message",
           "a reason that errors do not give"),
]
