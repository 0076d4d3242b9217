"""Mistakes to make in numpy_dgm/__main__.py, in the order of its lines."""
from mutant import Mutant

MODULE = "__main__.py"
TESTS = "test_command.py"

MUTANTS = [
    Mutant("arguments = sys.argv[1:] if arguments is None else arguments", "arguments = sys.argv[1:]",
           "arguments passed in are not heard"),
    Mutant('    if arguments[:1] in (["demo"], ["lessons"], ["play"]):', '    if arguments[:1] == ["train"]:',
           "training in one thread, the demo in all"),
    Mutant('os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")', 'os.environ["OPENBLAS_NUM_THREADS"] = "1"',
           "the threads that were asked for are not heard"),
    Mutant('            stream.reconfigure(errors="backslashreplace")\n', "            pass\n",
           "a narrow encoding ends in a traceback"),
    Mutant("    flushed = in_words(sys.stdout.flush)\n", "    flushed = 0\n", "a full disk goes unnoticed"),
    Mutant("        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())\n", "        pass\n",
           "Python complains at its end"),
    Mutant("    return code or flushed\n", "    return code\n", "what could not be printed is a success"),
    Mutant('    if arguments == ["--version"]:\n', "    if False:\n", "--version is no command"),
    Mutant('"; ".join(["dgm: interrupted", *map(str, interrupt.args)])', '"dgm: interrupted"',
           "what is kept of an interrupted run is not said"),
    Mutant("file=sys.stderr)\n        return 130\n", "file=sys.stderr)\n        return 1\n",
           "an interrupt looks like a failure"),
    Mutant("    except BrokenPipeError:", "    except BlockingIOError:", "a closed pipe is an error"),
    Mutant("        return 2\n", "        return 0\n", "a full disk is a success"),
]
