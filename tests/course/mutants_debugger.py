"""Mistakes to make in numpy_dgm/course/debugger.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/debugger.py"

MUTANTS = [
    Mutant("if debugger.n_calls < call:", "if False:", "a call that never comes is not told"),
    Mutant(" if debugger.n_calls == 0 else \"\"", "", "fused=False recommended to one who has stopped too late"),
    Mutant("int(call) >= 1", "int(call) >= 0", "call 0 passes"),
    Mutant('name.removeprefix("numpy_dgm.")', "name", "a name with the package's own is not found"),
    Mutant("    if len(found) > 1:\n", "    if False:\n", "one of several functions of a name"),
    Mutant("node.body[int(has_docstring)].lineno", "node.body[0].lineno", "a breakpoint on the docstring"),
    Mutant("all(part in rest for part in parts)", "True", "a function of another module"),
    Mutant(" == frame.f_lineno  #", "  #", "a generator's turns are calls"),
    Mutant("if self.n_calls < self.call:", "if False:", "stops at the first call whichever is asked for"),
    Mutant("if not starts or code.co_filename != str(function.path):", "if not starts:", "stops in another file"),
    Mutant("        show_arrays_short()\n", "", "arrays printed in full"),
    Mutant("        self.set_break(str(function.path), function.body_line)\n", "", "c does not stop at the next call"),
    Mutant("            self.botframe = frame\n", "            pass\n", "the frames of the command are shown"),
    Mutant("            frame.f_trace = None\n", "            pass\n", "stepping goes on beyond the lesson"),
]
