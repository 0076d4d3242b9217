"""Exercise to lesson 17: instances, oracle and mistakes."""
from pathlib import Path

import numpy as np

from numpy_dgm.course.child import seeded_rng
from numpy_dgm.course.homework import namespace_of
from numpy_dgm.course.tasks import Assignment, Edit, Seed, Task
from numpy_dgm.energy import RBM, log_likelihood

TURNS = 20
ten_epochs = namespace_of(Path(__file__).with_name("source.py").read_text(encoding="utf8"))["ten_epochs"]  # given


def instance(rng, conventions, number):
    """Drawn anew until mistakes would show: in each of the three another one."""
    while True:
        arguments = draw_arguments(rng)
        if number == 2:
            for _ in range(10):  # the start has learnt what is held out: nothing gets better
                learnt = ten_epochs(arguments["W"], arguments["b"], arguments["c"], arguments["held_out"], rng)
                arguments.update(zip("Wbc", learnt))
        seed = Seed(int(rng.integers(2**31)))
        _, log_p = all_turns(**arguments, rng=seeded_rng(seed.number, 0))
        for patience in rng.permutation([2, 3, 4]).tolist():
            if mistakes_show(log_p, patience, number):
                return {**arguments, "patience": patience, "rng": seed}


def draw_arguments(rng):
    """Thirty cases and twenty held out, about four rows of bits, and some model to start from."""
    D, K = 6, 3
    rows = rng.integers(0, 2, size=(4, D))[rng.integers(4, size=50)]
    bits = np.where(rng.random((50, D)) < 0.15, 1 - rows, rows).astype(float)
    return {"W": rng.normal(size=(D, K)), "b": rng.normal(size=D), "c": rng.normal(size=K),
            "cases": bits[:30], "held_out": bits[30:]}


def all_turns(W, b, c, cases, held_out, rng):
    """The models of many turns, the start first, and log p of what was held out by the package."""
    models = [(W, b, c)]
    for _ in range(TURNS):
        models.append(ten_epochs(*models[-1], cases, rng))
    return models, np.array([log_likelihood(RBM(*model), held_out).mean() for model in models])


def best_turn(log_p, patience):
    """The first turn after which none of the next `patience` is better; None where that is beyond the list's end."""
    for turn in range(len(log_p) - patience):
        if log_p[turn] == log_p[: turn + patience + 1].max():
            return turn
    return None


def mistakes_show(log_p, patience, number):
    """Whether other rules keep other models: 0 and 1, a turn less or more, a count of all; 2, to pass the start."""
    best, too_soon, too_late = (best_turn(log_p, patience + more) for more in (0, -1, 1))
    if best is None or too_late is None:
        return False
    no_better = np.flatnonzero(log_p < np.maximum.accumulate(log_p))  # turns
    never_set_back = log_p[: no_better[patience - 1] + 1].argmax()
    of_all_turns = log_p[: patience + 1].argmax()
    if number == 2:
        return best == 0
    return best != too_late and of_all_turns != too_soon if number else len({best, too_soon, never_set_back}) == 3


def by_all_turns(W, b, c, cases, held_out, patience, rng):
    models, log_p = all_turns(W, b, c, cases, held_out, rng)
    return models[best_turn(log_p, patience)]


# BEGIN PROPERTIES
def small_run(seed):
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, size=(20, 4)).astype(float)
    return 0.1 * rng.normal(size=(4, 2)), np.zeros(4), np.zeros(2), bits[:8], bits[8:]


def property_no_patience(student):
    """with patience 0 it is the model that one starts from"""
    W, b, c, cases, held_out = small_run(0)
    found = student.train_with_patience(W, b, c, cases, held_out, 0, np.random.default_rng(0))
    same = all(np.array_equal(one, was) for one, was in zip(found, (W, b, c)))
    return None if same else "it is not"


def property_never_worse(student):
    """what comes back is never worse on the held-out cases than the start, and better with more patience if anything"""
    for seed in range(10):
        W, b, c, cases, held_out = small_run(seed)
        before = student.mean_log_p(W, b, c, held_out)
        for patience in (1, 2, 4):
            found = student.train_with_patience(W, b, c, cases, held_out, patience, np.random.default_rng(seed))
            log_p = student.mean_log_p(*found, held_out)
            if log_p < before:
                return f"with patience {patience} it is worse"
            before = log_p
    return None
# END PROPERTIES


START = "best, best_log_p, turns_without = (W, b, c), mean_log_p(W, b, c, held_out), 0"
COUNT = """        turns_without += 1
        if log_p > best_log_p:
            best, best_log_p, turns_without = (W, b, c), log_p, 0
"""
MISTAKES = (
    Edit(26, "return minus_F.mean() - log_Z",
         "return -np.mean((cases - sigmoid(sigmoid(cases @ W + c) @ W.T + b)) ** 2)", "mean_log_p"),
    Edit(120, "return best", "return W, b, c"),
    Edit(121, START, f"held_out = cases\n    {START}"),
    Edit(122, "best, best_log_p, turns_without = (W, b, c), log_p, 0", "best, best_log_p = (W, b, c), log_p"),
    Edit(122, COUNT, """        if log_p > best_log_p:
            best, best_log_p = (W, b, c), log_p
        else:
            turns_without += 1
"""),
    Edit(123, "turns_without < patience", "turns_without <= patience"),
    Edit(123, "turns_without < patience", "turns_without < patience - 1"),
    Edit(126, START, START.replace("mean_log_p(W, b, c, held_out)", "-np.inf")),
    Edit(126, COUNT, COUNT + "        else:\n            best_log_p = log_p\n"),
)

ASSIGNMENT = Assignment(
    title="patience, by hand",
    after="17",
    tasks=(
        Task("train_with_patience", 1, 0.5, "17", "17.3", instance, by_all_turns, ("W", "b", "c"), mistakes=MISTAKES,
             hints=("Keep three things: the best model so far, its log p, and how many turns there were since.",
                    "Begin with the model that is given, and judge it before the first turn.",
                    "A turn that is better sets the count back to 0; any other adds 1 to it.")),
    ),
)
