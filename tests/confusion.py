"""Which mistake is named when which one was made, and whether a right answer is ever called wrong.

    python tests/confusion.py [ASSIGNMENT ...] [--seeds 20] [--correct 50]

Every mistake of every task is made in the solution and judged on the instances of as many students as --seeds says: it
must lose points, or be a warning, and be named; a set of names where several are the same function there. Then the
solution and the correct submissions of tests/course/correct_*.py are judged on the instances of --correct students:
full points. Takes an hour for all on one core. The table is kept in tests/benchmarks/confusion.txt.
"""
import argparse
import importlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "course"))

from submissions import judge_here  # noqa: E402

from numpy_dgm.course.diagnosis import edited  # noqa: E402
from numpy_dgm.course.homework import assignment_names, find_assignment, namespace_of, own, solution_of  # noqa: E402
from numpy_dgm.course.mistakes import BY_NUMBER  # noqa: E402


def correct_submissions(name):
    """{name: text} of submissions written differently, from tests/course/correct_*.py."""
    found = {}
    for path in sorted((Path(__file__).parent / "course").glob("correct_*.py")):
        alternatives = importlib.import_module(path.stem).ALTERNATIVES
        if name in alternatives:
            found |= alternatives[name]
    return found


def table_of_mistakes(assignment, seeds):
    """Print a line for each mistake that is made; (how many judgements, how many named the mistake and took points)."""
    n_runs = n_named = 0
    for task in assignment.tasks:
        for edit in task.mistakes:
            function = edited(assignment.name, (own(task, edit),))[task.function]
            seen = Counter()
            for seed in range(seeds):
                verdict = judge_here(assignment, task, function, f"student {seed}")
                if edit.is_right_usually and verdict.share == 1:
                    seen["right there"] += 1
                    continue
                is_right = edit.number in verdict.mistakes
                is_right &= BY_NUMBER[edit.number].is_warning == (verdict.share == 1)
                n_runs, n_named = n_runs + 1, n_named + is_right
                seen["+".join(map(str, verdict.mistakes)) or "no name"] += 1
            said = ", ".join(f"{names} x {times}" for names, times in seen.most_common())
            print(f"{assignment.name:<18} {task.function:<20} {edit.number:>4}  {said}", flush=True)
    return n_runs, n_named


def false_alarms(assignment, seeds):
    """Print a line for each correct submission; (how many judgements, how many gave full points without a word)."""
    n_runs = n_right = 0
    submissions = {"the solution": solution_of(assignment.name)}
    submissions |= {name: namespace_of(text) for name, text in correct_submissions(assignment.name).items()}
    for name, functions in submissions.items():
        wrong = Counter()
        for task in assignment.tasks:
            for seed in range(seeds if task.judge is None else min(seeds, 10)):
                with np.errstate(all="ignore"):
                    verdict = judge_here(assignment, task, functions[task.function], f"student {seed}")
                n_runs, n_right = n_runs + 1, n_right + (verdict.share == 1)
                wrong[task.function] += verdict.share < 1
        print(f"{assignment.name:<18} {name:<30} {sum(wrong.values())} false alarms {+wrong or ''}", flush=True)
    return n_runs, n_right


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignments", nargs="*", default=None)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--correct", type=int, default=50)
    options = parser.parse_args(arguments)
    totals = np.zeros((2, 2), int)
    print(f"{'assignment':<18} {'task':<20} made  named")
    for name in options.assignments or assignment_names():
        assignment = find_assignment(name)
        totals[0] += table_of_mistakes(assignment, options.seeds)
        totals[1] += false_alarms(assignment, options.correct)
    print(f"{totals[0, 0]} mistakes made, {totals[0, 1]} named ({totals[0, 1] / max(totals[0, 0], 1):.2%}); "
          f"{totals[1, 0]} right answers, {totals[1, 1]} with full points")
    return int((totals[:, 0] != totals[:, 1]).any())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
