"""Exercise to lesson 4: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import BoltzmannMachine
from numpy_dgm.energy.boltzmann import exact_distribution
from numpy_dgm.foundation.numerics import logsumexp

SIZES = (5, 9, 1, 1_000)


def instance(rng, conventions, number):
    """Of any length: also one unit alone, and a chain whose Z is no float."""
    D = SIZES[number]
    return {"b": rng.normal(size=D), "w": 2 * rng.normal(size=D - 1)}


def oracle(b, w):
    """The sum over all states where they can be listed; else a product of 2 x 2 matrices, a power of two taken out."""
    if len(b) < 12:
        W = np.diag(w, k=1)
        chain = BoltzmannMachine(W=W, b=b, mask=(W != 0).astype(float), n_visible=len(b))
        return (exact_distribution(chain)[1],)
    row, power = np.array([1.0, np.exp(b[0])]), 0
    for b_next, w_next in zip(b[1:], w):
        row = row @ np.array([[1.0, np.exp(b_next)], [1.0, np.exp(b_next + w_next)]])
        _, exponent = np.frexp(row.sum())
        row, power = np.ldexp(row, -exponent), power + int(exponent)
    return (logsumexp(np.log(row)) + power * np.log(2),)


# BEGIN PROPERTIES
def property_all_states(student):
    """for a short chain it is the logarithm of the sum over all states"""
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 6):
        b, w = rng.normal(size=n), rng.normal(size=n - 1)
        states = np.array(list(itertools.product([0, 1], repeat=n)))
        minus_E = states @ b + (states[:, :-1] * states[:, 1:]) @ w
        if not np.allclose(student.chain_log_Z(b, w), np.log(np.exp(minus_E).sum())):
            return f"not for {n} units"
    return None


def property_without_weights(student):
    """with w = 0 it is a sum of log(1 + exp(b)), also for 1,000 units and for large biases"""
    b = np.random.default_rng(1).normal(size=1_000)
    for scale in (1, 1_000):
        right = np.logaddexp(0, scale * b).sum()
        if not np.allclose(student.chain_log_Z(scale * b, np.zeros(999)), right):
            return f"not for biases of about {scale}"
    return None
# END PROPERTIES


LAST = "return np.logaddexp(log_off, log_on)"
MISTAKES = (
    Edit(1, "log_off, log_on = 0.0, b[0]", "b, w = -b, -w\n    log_off, log_on = 0.0, b[0]"),
    Edit(3, "off = np.logaddexp(log_off, log_on)", "off = np.log(np.exp(log_off) + np.exp(log_on))"),
    Edit(3, "    log_off, log_on = 0.0, b[0]\n",
         "    z_off, z_on = 1.0, np.exp(b[0])\n    for b_next, w_next in zip(b[1:], w):\n"
         "        z_off, z_on = z_off + z_on, np.exp(b_next) * (z_off + z_on * np.exp(w_next))\n"
         "    return np.log(z_off + z_on)\n    log_off, log_on = 0.0, b[0]\n"),
    Edit(5, "0.0, b[0]", "0.0, 0.0"),
    Edit(5, " + b_next", ""),
    Edit(90, LAST, "return np.logaddexp(log_off, log_on) / np.log(2)"),
    Edit(91, "log_off, log_on = 0.0, b[0]", "return len(b) * np.log(2)\n    log_off, log_on = 0.0, b[0]"),
    Edit(103, "on = np.logaddexp(log_off, log_on + w_next)", "on = np.logaddexp(log_off + w_next, log_on + w_next)"),
    Edit(104, "on = np.logaddexp(log_off, log_on + w_next)", "on = np.logaddexp(off, log_on + w_next)"),
    Edit(112, LAST, "return np.logaddexp(log_off, log_on) - len(b) * np.log(2)"),
)

ASSIGNMENT = Assignment(
    title="log Z of a chain of 1,000 units",
    after="04",
    tasks=(
        Task("chain_log_Z", 1, 0.5, "04", "4.2", instance, oracle, ("log Z",), mistakes=MISTAKES, instances=len(SIZES),
             hints=("With one unit z = (1, exp(b[0])). Unit i + 1 is off, which adds nothing to -E, or on.",
                    "Where it is on, -E grows by b[i + 1], and by w[i] too if s_i = 1.",
                    "Keep log z instead of z: np.logaddexp(a, b) is log(exp(a) + exp(b)) without overflow.")),
    ),
)
