"""Mistakes to make in numpy_dgm/course/practice.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/practice.py"

MUTANTS = [
    Mutant('        is_new = was["text"] != hash_of(text) and not run.is_missing\n', "        is_new = True\n",
           "looking again is another try"),
    Mutant('was["tries"] + (is_new and not is_right)', 'was["tries"] + is_new', "a right answer is a try"),
    Mutant("        write_progress(path.parent, progress)\n", "", "tries are forgotten"),
    Mutant("[f\"  right  {task.function}\", *warnings]", "[f\"  right  {task.function}\"]", "warnings are not shown",
           tests="course/test_practice.py"),
    Mutant('"right": n_right == len(tasks), "n_tasks"', '"right": n_right > 0, "n_tasks"',
           "JSON calls half of it right",
           tests="test_json_output.py"),
    Mutant("for line in tried.lines[1:]]", "for line in tried.lines[:0]]", "JSON does not say what is wrong",
           tests="test_json_output.py"),
    Mutant("range(len(ROUNDS) if assignment.conventions else 1)", "range(1)", "the usual conventions alone are tried"),
    Mutant("    usual = usual_conventions(assignment) if number == 0 else None\n", "    usual = None\n",
           "the first round has other conventions"),
    Mutant("    if tries >= 2:\n", "    if tries >= 1:\n", "the expected numbers at the first try"),
    Mutant("task.hints[: max(tries - 1, 0)]", "task.hints", "all hints at once"),
    Mutant("    if run.printed:\n", "    if False:\n", "what was printed is lost"),
    Mutant('            if not close(given, right):\n                place',
           '            if True:\n                place', "an answer that is right is shown beside the expected one"),
    Mutant("        return progress if isinstance(progress, dict) else {}\n", "        return progress\n",
           "progress of another kind ends in a traceback"),
    Mutant("        while not path.exists() or path.stat().st_mtime_ns == saved:\n",
           "        while not path.exists():\n", "watching does not wait"),
]
