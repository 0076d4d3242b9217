"""An assignment of two short tasks, for tests of what is done with assignments."""
from pathlib import Path

from numpy_dgm.course import gradescope, homework, release

SOURCE = '''\
# %% [markdown]
# # A toy
#
# Two functions.

# %%
import numpy as np


def mean_square(x, conventions):
    """The mean over the N rows of x (N, D) of their squares, times the scale: (D,)."""
    # BEGIN SOLUTION
    N = len(x)
    return conventions.scale * (x**2).sum(axis=0) / N
    # END SOLUTION


def coins(p, conventions, rng):
    """Bits that are 1 with the probabilities p (N, D). Draws rng.random((N, D))."""
    # BEGIN SOLUTION
    return np.where(rng.random(p.shape) < p, 1.0, 0.0)
    # END SOLUTION
'''

SPEC = '''\
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task

# BEGIN PROPERTIES
def property_sign(student):
    """a mean of squares is not negative"""
    value = student.mean_square(np.ones((2, 2)), SimpleNamespace(scale=1.0))
    return None if np.all(np.asarray(value) >= 0) else "it is"
# END PROPERTIES


def squares(rng, conventions, number):
    return {"x": rng.normal(size=(5, 3)), "conventions": conventions}


def oracle(x, conventions):
    return np.array([conventions.scale * np.mean([value**2 for value in column]) for column in x.T])


def probabilities(rng, conventions, number=0):
    return {"p": rng.random((3, 2)), "conventions": conventions, "rng": Seed(int(rng.integers(1000)))}


ASSIGNMENT = Assignment("a toy", "09", (
    Task("mean_square", 2, 0.5, "09", "9.1", squares, oracle, hints=("first", "second"),
         mistakes=(Edit(8, "N = len(x)", "N = 1"), Edit(10, "(x**2).sum(axis=0)", "(x**2).sum()"))),
    Task("coins", 1, 0.25, "09", "9.2", probabilities,
         statistics=Statistics(lambda rng, conventions: probabilities(rng, conventions),
                               lambda p, conventions: (p,), times=300),
         mistakes=(Edit(13, "< p", "> p"), Edit(12, "rng.random(p.shape) < p", "0.5 < p"))),
), conventions=(({"scale": 1.0}, {"scale": 2.0}),))
'''
SOLUTION = "# numpy_dgm 0.0.1, assignment toy\n" + SOURCE


def install(folder, monkeypatch):
    """The toy as the only assignment, in `folder`."""
    path = Path(folder) / "homework" / "toy"
    path.mkdir(parents=True)
    (path / "source.py").write_text(SOURCE, encoding="utf8")
    (path / "spec.py").write_text(SPEC, encoding="utf8")
    for module in (homework, release, gradescope):
        monkeypatch.setattr(module, "HOMEWORK", path.parent)
    forget()


def forget():
    """What was read of assignments."""
    homework.load_assignment.cache_clear()
    homework.solution_of.cache_clear()
