"""Exercise to lesson 15: instances, oracle and mistakes."""
from types import SimpleNamespace

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy.annealing import bennett


def instance(rng, conventions, number):
    """Log weights like those of walks, which overlap. In the last one exp overflows."""
    log_z = (rng.uniform(2, 4), -rng.uniform(5, 9), rng.uniform(20, 30), 2_000.0)[number]
    M, sd = ((9, 0.8), (12, 1.5), (16, 2.5), (10, 1.5))[number]
    up, down = log_z - sd**2 / 2 + sd * rng.normal(size=M), log_z + sd**2 / 2 + sd * rng.normal(size=M)
    return {"log_w_up": up, "log_w_down": down}


def by_the_package(log_w_up, log_w_down):
    return (bennett(SimpleNamespace(log_weights=log_w_up), SimpleNamespace(log_weights=log_w_down))[0],)


# BEGIN PROPERTIES
def property_one_walk(student):
    """with one walk in each direction it is halfway between them; with equal walks it is what they say"""
    for up, down in ((3.0, 5.0), (-2.0, -2.5), (1_000.0, 1_001.0)):
        if not np.isclose(student.join(np.array([up]), np.array([down])), (up + down) / 2):
            return f"not for {up} and {down}"
    return None if np.isclose(student.join(np.full(7, -4.0), np.full(7, -4.0)), -4.0) else "not for equal walks"


def property_shift(student):
    """a constant added to all log weights adds it to log Z"""
    rng = np.random.default_rng(0)
    up, down = rng.normal(size=8), 1 + rng.normal(size=8)
    first = student.join(up, down)
    shifted = [student.join(up + shift, down + shift) - shift for shift in (-30.0, 5.0, 900.0)]
    return None if np.allclose(shifted, first) else "it does not"


def property_two_sides(student):
    """at the number that comes back the two sums are equal"""
    rng = np.random.default_rng(1)
    for up, down in (rng.normal(size=(2, 6)), rng.normal(size=(2, 11)) + [[-2.0], [0.5]]):
        log_z = student.join(up, down)
        difference = np.sum(1 / (1 + np.exp(log_z - up))) - np.sum(1 / (1 + np.exp(down - log_z)))
        if not abs(difference) < 1e-5:
            return "they are not"
    return None
# END PROPERTIES


START = "for _ in range(60):"
UP = "log_mean_up = np.logaddexp.reduce(log_w_up) - np.log(len(log_w_up))\n    "
DOWN = "log_mean_down = np.log(len(log_w_down)) - np.logaddexp.reduce(-log_w_down)\n    "
MISTAKES = (
    Edit(3, "sigmoid(log_w_up - middle)", "(np.exp(log_w_up) / (np.exp(log_w_up) + np.exp(middle)))"),
    Edit(93, START, UP + DOWN + "return (log_mean_up + log_mean_down) / 2\n    " + START),
    Edit(93, START, "return (log_w_up.mean() + log_w_down.mean()) / 2\n    " + START),
    Edit(112, "return (low + high) / 2", "return low + high"),
    Edit(113, "left > right", "left < right"),
    Edit(113, "sigmoid(log_w_up - middle)", "sigmoid(middle - log_w_up)"),
    Edit(113, "sigmoid(middle - log_w_down)", "sigmoid(log_w_down - middle)"),
    Edit(119, START, UP + "return log_mean_up\n    " + START),
    Edit(119, START, DOWN + "return log_mean_down\n    " + START),
    Edit(119, "sigmoid(middle - log_w_down)", "sigmoid(middle - log_w_up)"),
)

ASSIGNMENT = Assignment(
    title="walks in both directions, joined",
    after="15",
    tasks=(
        Task("join", 1, 0.5, "15", "15.6", instance, by_the_package, ("log Z",), mistakes=MISTAKES, instances=4,
             hints=("Begin with low below all log weights and high above all: there the left side is the larger one.",
                    "If the left side is larger in the middle, log Z is above that. Sixty halvings are plenty.",
                    "σ(x) without overflow is 0.5 * (1 + np.tanh(0.5 * x)); take differences before any exp.")),
    ),
)
