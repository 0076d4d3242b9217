"""Exercise to lesson 5: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.foundation.enumeration import all_bits

SIZES = ((5, 3), (3, 4), (4, 4), (4, 2))  # D, K


def instance(rng, conventions, number):
    """As many hidden units as visible ones in the third; exp overflows in the last one."""
    D, K = SIZES[number]
    W, b = np.triu(rng.normal(size=(D + K, D + K)), k=1), rng.normal(size=D + K)
    v = rng.permutation(np.arange(D) % 2).astype(float)  # some on, some off
    if number == 3:
        b[:D] += 1000.0
    return {"v": v, "W": W, "b": b, "n_hidden": K}


def oracle(v, W, b, n_hidden):
    """Pair by pair from all 2^n states: those that have the case's v, with their shares of the sum of exp(-E)."""
    states = all_bits(len(b))
    states = states[(states[:, : len(v)] == v).all(axis=1)]
    E = np.array([-(b @ s) - s @ W @ s for s in states])
    weights = np.exp(E.min() - E)
    means = np.zeros(W.shape)
    for i, j in zip(*np.triu_indices(len(b), k=1)):
        means[i, j] = sum(weight * s[i] * s[j] for weight, s in zip(weights, states)) / weights.sum()
    return (means,)


# BEGIN PROPERTIES
def property_visible_pairs(student):
    """for two visible units it is v_i v_j, and on and below the diagonal it is 0"""
    rng = np.random.default_rng(0)
    W, b, v = np.triu(rng.normal(size=(5, 5)), k=1), rng.normal(size=5), np.array([1.0, 0, 1])
    means = np.asarray(student.data_term(W, b, v, 2))
    if means.shape != (5, 5):
        return f"expected the shape (5, 5), got {means.shape}"
    if np.tril(means).any():
        return "it is not 0 on and below the diagonal"
    return None if np.allclose(means[:3, :3], [[0, 0, 1], [0, 0, 0], [0, 0, 0]]) else "it is not"


def property_one_hidden_unit(student):
    """with one hidden unit, <v_i h>_data is v_i σ(x), x the input to that unit, also where exp(-E) overflows"""
    W, v = np.array([[0, 1.0, 0.5], [0, 0, -2], [0, 0, 0]]), np.array([1.0, 1.0])
    for b in (np.array([0.3, -0.2, 1.0]), np.array([900.0, 500.0, 1.0])):
        means = student.data_term(W, b, v, 1)
        if not np.allclose(np.asarray(means)[:2, 2], 1 / (1 + np.exp(-(1.0 + 0.5 - 2)))):
            return f"not for b = {b}"
    return None
# END PROPERTIES


LAST = "return np.triu((s.T * p_h_given_v) @ s, k=1)"
SHARES = "p_h_given_v = weights / weights.sum()"
MISTAKES = (
    Edit(1, "minus_E = s @ b + np.sum((s @ W) * s, axis=1)", "minus_E = -(s @ b) - np.sum((s @ W) * s, axis=1)"),
    Edit(3, "np.exp(minus_E - minus_E.max())", "np.exp(minus_E)"),
    Edit(5, "s @ b + ", ""),
    Edit(91, SHARES, "p_h_given_v = np.full(len(h), 1 / len(h))"),
    Edit(106, LAST, "return (s.T * p_h_given_v) @ s"),
    Edit(106, LAST, "return np.triu((s.T * p_h_given_v) @ s)"),
    Edit(108, LAST, "mean_s = p_h_given_v @ s\n    return np.triu(np.outer(mean_s, mean_s), k=1)"),
    Edit(109, SHARES, "p_h_given_v = weights"),
    Edit(107, "np.sum((s @ W) * s, axis=1)", "h @ W[:len(v), len(v):].T @ v"),
    Edit(112, SHARES, "p_h_given_v = weights / weights.sum() / len(h)"),
)

ASSIGNMENT = Assignment(
    title="the data's average of a Boltzmann machine",
    after="05",
    tasks=(
        Task("data_term", 1, 0.5, "05", "5.4", instance, oracle, ("<s s>_data",), mistakes=MISTAKES, instances=4,
             hints=("Write the 2^K states of h under each other and v before each of them: s is (2^K, n).",
                    "-E of all rows is s @ b + ((s @ W) * s).sum(axis=1); p(h given v) is its exp over the sum.",
                    "Σ_h p(h given v) s_i s_j is a product (n, 2^K) @ (2^K, n); np.triu(..., k=1) keeps i < j.")),
    ),
)
