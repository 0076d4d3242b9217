"""Exercise to lesson 2: instances, oracle and mistakes."""
from decimal import Decimal

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task

SIZES = ((5, 3, 7, 4), (8, 4, 6, 2), (6, 6, 12, 6), (2, 3, 1_800, 1_796))  # N, M, D, how many are seen


def instance(rng, conventions, number):
    """As many pixels seen as not, and as many components, in the third; in the last one products underflow."""
    N, M, D, n_seen = SIZES[number]
    mu = rng.uniform(0.1, 0.9, size=(M, D))
    if D > 1_000:  # nearly alike, or one component takes it all
        mu = np.clip(mu[0] + 0.01 * rng.normal(size=(M, D)), 0.05, 0.95)
        mu[:, -4:] = rng.uniform(0.1, 0.9, size=(M, 4))
        seen = np.arange(D) < n_seen
    else:
        seen = rng.permutation(D) < n_seen
    return {"v": rng.integers(0, 2, size=(N, D)).astype(float), "pi": rng.dirichlet(np.full(M, 2.0)), "mu": mu,
            "seen": seen}


def oracle(v, pi, mu, seen):
    """p(v_i on, seen pixels) / p(seen pixels), each a sum of products, in numbers that do not underflow."""
    hidden = np.flatnonzero(~seen)
    result = np.empty((len(v), len(hidden)))
    for n, case in enumerate(v):
        joint = [Decimal(float(one)) for one in pi]
        for m in range(len(pi)):
            for i in np.flatnonzero(seen):
                joint[m] *= Decimal(float(mu[m, i] if case[i] == 1 else 1 - mu[m, i]))
        for place, i in enumerate(hidden):
            with_i_on = sum(one * Decimal(float(mu[m, i])) for m, one in enumerate(joint))
            result[n, place] = with_i_on / sum(joint)
    return (result,)


# BEGIN PROPERTIES
def property_nothing_seen(student):
    """where no pixel is seen it is the mean of each pixel, Σ_m π_m μ_mi"""
    pi, mu = np.array([0.2, 0.8]), np.array([[0.9, 0.3, 0.5], [0.1, 0.2, 0.7]])
    filled = student.fill_in(pi, mu, np.ones((2, 3)), np.zeros(3, dtype=bool))
    return None if np.shape(filled) == (2, 3) and np.allclose(filled, [0.26, 0.22, 0.66]) else "it is not"


def property_bag(student):
    """from two kinds, each in half of the cases, with μ = .9 and .1: one pixel on makes the other one on with .82"""
    pi, mu, seen = np.full(2, 0.5), np.array([[0.9, 0.9], [0.1, 0.1]]), np.array([True, False])
    filled = student.fill_in(pi, mu, np.array([[1.0, 0], [1, 1], [0, 0]]), seen)
    return None if np.allclose(np.ravel(filled), [0.82, 0.82, 0.18]) else "it does not"


def property_many_pixels(student):
    """with 5,000 seen pixels that say nothing the answer is that of the prior"""
    pi, mu = np.array([0.25, 0.75]), np.full((2, 5_001), 0.5)
    mu[:, -1] = 0.9, 0.1
    filled = student.fill_in(pi, mu, np.zeros((1, 5_001)), np.arange(5_001) < 5_000)
    return None if np.allclose(filled, 0.3) else "it is not"
# END PROPERTIES


JOINT = "np.log(pi) + v_seen @ np.log(mu_seen).T + (1 - v_seen) @ np.log(1 - mu_seen).T"
SHARES = "r = weights / weights.sum(axis=1, keepdims=True)"
MISTAKES = (
    Edit(91, SHARES, "r = np.ones_like(weights) / len(pi)"),
    Edit(94, "np.log(pi) + ", ""),
    Edit(95, SHARES, "r = np.ones((len(v), 1)) * pi"),
    Edit(96, " + (1 - v_seen) @ np.log(1 - mu_seen).T", ""),
    Edit(97, "v_seen = v[:, seen]\n    mu_seen = mu[:, seen]", "v_seen = v\n    mu_seen = mu"),
    Edit(98, "np.exp(log_p_vh - log_p_vh.max(axis=1, keepdims=True))", "np.exp(log_p_vh)"),
    Edit(98, "weights = np.exp(log_p_vh - log_p_vh.max(axis=1, keepdims=True))",
         "weights = pi * np.where(v_seen[:, None] == 1, mu_seen, 1 - mu_seen).prod(axis=2)"),
    Edit(99, SHARES, "r = weights == weights.max(axis=1, keepdims=True)"),
    Edit(109, SHARES, "r = np.exp(log_p_vh)"),
)

ASSIGNMENT = Assignment(
    title="filling in what is not seen",
    after="02",
    tasks=(
        Task("fill_in", 1, 0.75, "02", "2.6", instance, oracle, ("p",), mistakes=MISTAKES, instances=4,
             hints=("log p(seen pixels, h = m) is log π_m plus two products (N, number seen) @ (number seen, M).",
                    "r is exp of that divided by its sum over m: take each row's largest off first.",
                    "The answer is a product (N, M) @ (M, number not seen).")),
    ),
)
