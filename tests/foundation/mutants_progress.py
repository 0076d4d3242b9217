"""Mistakes to make in numpy_dgm/foundation/progress.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/progress.py"

MUTANTS = [
    Mutant(".append(float(value))", ".append(value)", "integers in the history, which does not come back"),
    Mutant("return self.series[name][-1]", "return self.series[name][0]", "the first number for the latest"),
    Mutant("{name: list(values) for name, values in self.series.items()}", "dict(self.series)",
           "a saved history grows with the run"),
    Mutant("[[done, array] for done, array in self.snapshots]}", "[]}", "snapshots are not saved"),
    Mutant("not all(isinstance(value, float) for value in values)", "False", "a history of texts"),
    Mutant("len(entry) != 2 or not isinstance(entry[1], np.ndarray)", "len(entry) != 2", "a snapshot that is no array"),
    Mutant('return History(state["series"], [(done, array) for done, array in state["snapshots"]])',
           'return History(state["series"])',
           "snapshots are lost where a run goes on"),
    Mutant("{name: values[-1] for name, values", "{name: values[0] for name, values",
           "the first figures as the latest"),
    Mutant("or not self.has_shown or", "or", "the first turn is not shown"),
    Mutant(" or done == self.total\n", "\n", "the last turn is not shown"),
    Mutant("        if not self.on_terminal and not is_due:\n", "        if not is_due:\n",
           "a terminal's line stands still for seconds"),
    Mutant("        self.last_line = now\n", "", "a line a turn after five seconds"),
    Mutant('f"\\r\\033[K{line}"', 'f"\\r{line}"', "the end of a longer line stays on the terminal"),
    Mutant("        if self.line_is_open:\n", "        if self.on_terminal:\n", "a line is ended that was never begun"),
    Mutant("            self.line_is_open = False\n", "", "a line is ended twice"),
    Mutant("elapsed / (done - self.done_before)", "elapsed / done", "a run that goes on counts what others did"),
    Mutant("left = (self.total - done) * seconds_each", "left = self.total * seconds_each", "never nearer to the end"),
    Mutant("{int(left) % 60:02d} left", "{int(left) % 60} left", "5 s are left: 0:5"),
]
