"""Exercise to lesson 16: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import RBM, pseudo_log_likelihood


def instance(rng, conventions, number):
    """N, D and K all different; alike in the third. In the last one exp overflows, and some σ are 0."""
    N, D, K = (6, 6, 6) if number == 2 else rng.permutation([4, 5, 6, 7])[:3]
    arguments = {"v": rng.integers(0, 2, size=(N, D)).astype(float), "W": rng.normal(size=(D, K)),
                 "b": rng.normal(size=D), "c": rng.normal(size=K)}
    if number == 3:
        arguments["b"] *= 1000.0
        arguments["c"][::2] += 3000.0
    return arguments


def by_the_package(v, W, b, c):
    return (pseudo_log_likelihood(RBM(W=W, b=b, c=c), v),)


# BEGIN PROPERTIES
def log_p_by_sums(W, b, c):
    """log p(v) of all v in the order of itertools.product, and these v: by the sum over all states."""
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=len(b))))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=len(c))))
    weights = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T)
    return np.log(weights.sum(axis=1) / weights.sum()), all_v


def property_independent(student):
    """with W = 0 it is log p(v), of all v"""
    rng = np.random.default_rng(0)
    W, b, c = np.zeros((4, 3)), rng.normal(size=4), rng.normal(size=3)
    right, all_v = log_p_by_sums(W, b, c)
    found = student.pseudo_likelihood(W, b, c, all_v)
    if np.shape(found) != (16,):
        return f"expected the shape (16,), got {np.shape(found)}"
    return None if np.allclose(found, right) else "it is not"


def property_conditionals(student):
    """it is the sum over the bits of log p(that bit given all others), by sums over all states"""
    rng = np.random.default_rng(1)
    model = 2 * rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    log_p, all_v = log_p_by_sums(*model)
    right = np.zeros(8)
    for bit, place in enumerate((4, 2, 1)):  # the number of a state changes by that much with the bit
        other = [number - place if all_v[number, bit] else number + place for number in range(8)]
        right += log_p - np.logaddexp(log_p, log_p[other])
    return None if np.allclose(student.pseudo_likelihood(*model, all_v), right) else "it is not"


def property_large(student):
    """it is finite for biases of 2,000"""
    b, v = np.array([2_000.0, -2_000.0]), np.array([[1.0, 0], [0, 1], [1, 1]])
    found = student.pseudo_likelihood(np.ones((2, 1)), b, np.array([2_000.0]), v)
    return None if np.isfinite(found).all() else "it is not"
# END PROPERTIES


FLIP = "flipped = v.copy()"
ADD = "PL -= np.logaddexp(0, -change)"
MISTAKES = (  # 25 and 104 give the same numbers: the bits flipped before stay flipped
    Edit(2, "return -(v @ b) -", "return v @ b -", "free_energies"),
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))", "free_energies"),
    Edit(3, ADD, "PL += np.log(1 / (1 + np.exp(-change)))"),
    Edit(4, "v @ W + c", "v @ W", "free_energies"),
    Edit(5, "return -(v @ b) -", "return -", "free_energies"),
    Edit(11, "v @ W + c", "v @ W.T + c", "free_energies"),
    Edit(25, FLIP, "flipped = v"),
    Edit(104, FLIP, "flipped = v.copy() if i == 0 else flipped"),
    Edit(112, "return PL", "return PL / v.shape[1]"),
    Edit(112, "return PL", "return PL.mean()"),
    Edit(113, "free_energies(W, b, c, flipped) - F", "F - free_energies(W, b, c, flipped)"),
    Edit(113, "return PL", "return -PL"),
)

ASSIGNMENT = Assignment(
    title="the pseudo-likelihood",
    after="16",
    tasks=(
        Task("pseudo_likelihood", 1, 0.5, "16", "16.2", instance, by_the_package, ("PL",), mistakes=MISTAKES,
             instances=4,
             hints=("Write F(v) (N,) as a function of its own, with np.logaddexp(0, x) for log(1 + exp(x)).",
                    "For bit i take a fresh copy of v with column i replaced by 1 - v[:, i].",
                    "log σ(x) is -log(1 + exp(-x)), again by np.logaddexp.")),
    ),
)
