"""Exercise to lesson 25: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import RBM, log_likelihood
from numpy_dgm.energy.dbn import log_conditional
from numpy_dgm.energy.units import Bernoulli


def instance(rng, conventions, number):
    """N, D, K and K_2 all different; alike in the third. In the last one the inputs are too large for exp."""
    N, D, K, K_2 = (6, 6, 6, 6) if number == 2 else rng.permutation([4, 5, 6, 7])
    b_1, c_1, c_2 = rng.normal(size=D), rng.normal(size=K), rng.normal(size=K_2)
    if number == 3:
        b_1[0] += 2000.0
        c_1[0] += 4000.0
        c_2[0] += 3000.0
    return {"W_1": rng.normal(size=(D, K)), "b_1": b_1, "c_1": c_1, "W_2": rng.normal(size=(K, K_2)),
            "b_2": rng.normal(size=K), "c_2": c_2, "v": rng.integers(0, 2, size=(N, D)).astype(float),
            "h": rng.integers(0, 2, size=(N, K)).astype(float)}


def by_the_package(W_1, b_1, c_1, W_2, b_2, c_2, v, h):
    log_p_h = log_likelihood(RBM(W=W_2, b=b_2, c=c_2), h)
    log_p_v = log_conditional(Bernoulli(), h @ W_1.T + b_1, v)
    log_q = log_conditional(Bernoulli(), v @ W_1 + c_1, h)
    return (log_p_h + log_p_v - log_q,)


# BEGIN PROPERTIES
def drawn(seed, D, K, K_2, N):
    """Parameters of two RBMs, and rows of bits."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(D, K)), rng.normal(size=D), rng.normal(size=K)
    second = rng.normal(size=(K, K_2)), rng.normal(size=K), rng.normal(size=K_2)
    bits = rng.integers(0, 2, size=(N, D)).astype(float), rng.integers(0, 2, size=(N, K)).astype(float)
    return first, second, bits


def property_shape(student):
    """it is one number a row, and no argument is changed"""
    first, second, bits = drawn(0, 4, 3, 5, 6)
    arguments = (*first, *second, *bits)
    kept = [one.copy() for one in arguments]
    found = student.bound_of_draws(*arguments)
    if np.shape(found) != (6,):
        return f"expected the shape (6,), got {np.shape(found)}"
    same = all(np.array_equal(one, was) for one, was in zip(arguments, kept))
    return None if same else "an argument is another one afterwards"


def property_turned_over(student):
    """with the first RBM turned over on top it is log p(v) of the first RBM, whatever h is"""
    (W, b, c), _, (v, h) = drawn(1, 3, 4, 1, 9)
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    Z = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T).sum()
    p = np.exp((v @ b)[:, None] + all_h @ c + v @ W @ all_h.T).sum(axis=1) / Z
    found = student.bound_of_draws(W, b, c, W.T, c, b, v, h)
    return None if np.allclose(found, np.log(p)) else "it is not"


def property_sums_to_log_p(student):
    """the mean of its exp over h from q is p(v), by the sum over every state of the three layers"""
    (W_1, b_1, c_1), (W_2, b_2, c_2), (v, _) = drawn(2, 3, 2, 3, 5)
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
    all_2 = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    weights = np.exp((all_h @ b_2)[:, None] + all_2 @ c_2 + all_h @ W_2 @ all_2.T).sum(axis=1)
    for one in v:
        up, down = 1 / (1 + np.exp(-(one @ W_1 + c_1))), 1 / (1 + np.exp(-(all_h @ W_1.T + b_1)))
        q = np.where(all_h == 1, up, 1 - up).prod(axis=1)
        p = (weights / weights.sum()) @ np.where(one == 1, down, 1 - down).prod(axis=1)
        rows = np.tile(one, (4, 1))
        found = np.asarray(student.bound_of_draws(W_1, b_1, c_1, W_2, b_2, c_2, rows, all_h))
        if found.shape != (4,) or not np.allclose(q @ np.exp(found), p):
            return "it is not"
    return None
# END PROPERTIES


RETURN = "return log_p_h + log_p_v - log_q"
MISTAKES = (
    Edit(3, "np.logaddexp(0, down)", "np.log(1 + np.exp(down))"),
    Edit(3, "np.logaddexp(0, v @ W + c)", "np.log(1 + np.exp(v @ W + c))", "minus_free_energy"),
    Edit(4, "up = v @ W_1 + c_1", "up = v @ W_1"),
    Edit(5, "down = h @ W_1.T + b_1", "down = h @ W_1.T"),
    Edit(250, RETURN, "return log_p_h + log_p_v + log_q"),
    Edit(251, RETURN, "return log_p_h + log_p_v"),
    Edit(252, " - log_Z", ""),
    Edit(253, "minus_free_energy(W_2, b_2, c_2, h)", "minus_free_energy(W_2, c_1, c_2, h)"),
    Edit(253, "every_h = list_of_bits(len(b_2))", "b_2 = c_1\n    every_h = list_of_bits(len(b_2))"),
    Edit(254, RETURN, "return np.mean(log_p_h + log_p_v - log_q)"),
    Edit(255, RETURN, "return log_p_h - log_q"),
    Edit(256, "log_p_h = minus_free_energy(W_2, b_2, c_2, h) - log_Z",
         "log_p_h = h @ b_2 - np.logaddexp(0, b_2).sum()"),
    Edit(257, "v * down - np.logaddexp(0, down)", "v * down"),
    Edit(258, "h * up - np.logaddexp(0, up)", "h * up"),
    Edit(259, "log_weights = minus_free_energy(W_2, b_2, c_2, every_h)",
         "log_weights = minus_free_energy(W_2, b_2, c_2, h)"),
)

ASSIGNMENT = Assignment(
    title="the bound of a deep belief net",
    after="25",
    tasks=(
        Task("bound_of_draws", 1, 0.5, "25", "25.1", instance, by_the_package, mistakes=MISTAKES, instances=4,
             hints=("Three terms, each of the shape (N,): log p₂(h), log p(v given h) and log q(h given v).",
                    "log p of a bit s with input x is s x - log(1 + exp(x)); of a layer, the sum of these.",
                    "log p₂(h) = -F₂(h) - log Z, with F₂(h) = -b_2·h - Σ_j log(1 + exp(c_2 + h W_2)_j), and Z sums "
                    "exp(-F₂) over all 2^K rows of bits.")),
    ),
)
