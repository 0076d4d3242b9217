"""Mistakes to make in numpy_dgm/foundation/interrupts.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/interrupts.py"

MUTANTS = [
    Mutant("not in_main_thread or ", "", "a thread that saves ends in an error"),
    Mutant(" or signal.getsignal(signal.SIGINT) is not signal.default_int_handler", "",
           "what the caller made of Ctrl-C is lost"),
    Mutant("        signal.signal(signal.SIGINT, signal.default_int_handler)\n", "        pass\n",
           "Ctrl-C is never heard again"),
    Mutant("        if held:\n", "        if False:\n", "Ctrl-C is forgotten"),
]
