"""Mistakes to make in numpy_dgm/runs/study.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/study.py"

MUTANTS = [
    Mutant("        lines += [f\"seed {one.seed}: {one.problem}\" for one in self.runs if one.problem]\n", "",
           "which run diverged is not said"),
    Mutant("shown = [f\"{value:>{max(len(head), 10)}.4g}\"", "shown = [f\"{value:>10.4g}\"",
           "columns do not stand below their heads"),
    Mutant("    if \"seed\" in options:\n", "    if False:\n", "a seed beside the seeds is passed over"),
    Mutant("Path(folder) / f\"seed{seed}\") for seed", "Path(folder) / \"seed\") for seed", "all runs in one folder"),
    Mutant("runs = list(run_apart(executor, calls, len(calls), progress))", "runs = list(run_here(calls, progress))",
           "the executor is left idle"),
    Mutant("    elif jobs > 1:\n", "    elif False:\n", "jobs are run one after the other"),
    Mutant("run_apart(pool, calls, jobs, progress)", "run_apart(pool, calls, len(calls), progress)",
           "Ctrl-C lets those run that were handed out in advance"),
    Mutant("    runs.sort(key=lambda one: seeds.index(one.seed))\n", "    runs.sort(key=lambda one: one.seed)\n",
           "seeds in another order than they were asked for"),
    Mutant(" or len(set(found)) < len(found):", ":", "one seed twice"),
    Mutant("if len(found) == 0 or", "if", "a study of nothing"),
    Mutant("            print(f\"seed {call[2]}\", file=sys.stderr)\n", "            pass\n",
           "whose progress it is is not said"),
    Mutant("yield train_seed(*call, progress=progress)", "yield train_seed(*call)", "no progress in a study"),
    Mutant("{**options, \"seed\": seed})\n    try", "{**options, \"seed\": 0})\n    try", "every run has the seed 0"),
    Mutant("    except Diverged as error:\n", "    except ZeroDivisionError as error:\n",
           "a run that diverges stops the others"),
    Mutant("if name in one.last])", "])", "a figure that a run lacks is a traceback"),
    Mutant("values.std(ddof=1)", "values.std()", "the standard error is too small"),
    Mutant("/ math.sqrt(len(values)))", ")", "a standard deviation for the standard error"),
]
