"""Exercise to lesson 24: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import RatingsRBM, rating_probs


def instance(rng, conventions, number):
    """D, K and M different, alike in the third; rows with holes; in the last one inputs beyond what exp can hold."""
    D, K, M = (5, 5, 5) if number == 2 else rng.permutation([4, 5, 6])
    scale = 400.0 if number == 3 else 1.0
    v = rng.integers(0, M, size=D)
    holes = rng.permutation(D)[:2]
    v[holes] = -1
    W = scale * rng.normal(size=(D, K))
    levels = np.sort(rng.uniform(-1, 1, size=M))
    levels[[0, -1]] = -0.9, 1.0
    b, c = rng.normal(size=(D, M)), scale * rng.normal(size=K)
    c[0] += 15 * scale if number == 3 else 0.0
    return {"W": W, "b": b, "c": c, "levels": levels, "v": v, "i": int(holes[0])}


def oracle(W, b, c, levels, v, i):
    rbm = RatingsRBM(W[:, None, :], np.zeros_like(W), b, c, levels[:, None], np.arange(len(levels)) + 1.0)
    return rating_probs(rbm, v[None], [0], [i])[0]


# BEGIN PROPERTIES
def property_sums_over_h(student):
    """it is what the energy gives when every state of the hidden units is summed over"""
    rng = np.random.default_rng(0)
    W, b, c = rng.normal(size=(3, 2)), rng.normal(size=(3, 4)), rng.normal(size=2)
    levels, v = np.array([-1.0, -0.5, 0.2, 1.0]), np.array([3, -1, 0])
    weights = np.zeros(4)
    for m in range(4):
        for h in itertools.product([0.0, 1.0], repeat=2):
            sent = levels[3] * W[0] + levels[m] * W[1] + levels[0] * W[2]
            weights[m] += np.exp(b[1, m] + (c + sent) @ np.array(h))
    found = np.asarray(student.predict(W, b, c, levels, v, 1))
    if found.shape != (4,):
        return f"the shape is {found.shape}, not (4,)"
    return None if np.allclose(found, weights / weights.sum()) else "it is not"


def property_no_ratings(student):
    """where nothing is rated and W = 0, it is the softmax of the unit's biases"""
    b = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, -1.0]])
    found = student.predict(np.zeros((2, 3)), b, np.ones(3), np.array([-1.0, 0.0, 1.0]), np.array([-1, -1]), 1)
    right = np.exp(b[1]) / np.exp(b[1]).sum()
    return None if np.shape(found) == (3,) and np.allclose(found, right) else "it is not"
# END PROPERTIES


MISTAKES = (
    Edit(1, "moved = x + levels[:, None] * W[i]", "moved = x - levels[:, None] * W[i]"),
    Edit(3, "np.logaddexp(0, moved)", "np.log(1 + np.exp(moved))"),
    Edit(4, "x = c + sent @ W", "x = sent @ W"),
    Edit(5, "log_weights = b[i] + np", "log_weights = np"),
    Edit(290, "np.where(is_rated, levels[v], 0.0)", "levels[v]"),
    Edit(291, "np.where(is_rated, levels[v], 0.0)", "np.where(is_rated, levels[v], levels[0])"),
    Edit(292, "np.logaddexp(0, moved).sum(axis=1)", "(levels[:, None] * W[i] / (1 + np.exp(-x))).sum(axis=1)"),
    Edit(293, "np.logaddexp(0, moved).sum(axis=1)", "np.logaddexp(0, moved.sum(axis=1))"),
    Edit(294, "moved = x + levels[:, None] * W[i]", "moved = levels[:, None] * W[i]"),
    Edit(295, "levels[:, None] * W[i]", "levels[:, None] * W.sum(axis=0)"),
    Edit(296, "levels[v], 0.0)", "v, 0.0)"),
    Edit(297, "    return weights / weights.sum()", "    return weights"),
)

ASSIGNMENT = Assignment(
    title="an unseen rating",
    after="24",
    tasks=(
        Task("predict", 1, 0.5, "24", "24.6", instance, oracle, ("p",), instances=4, mistakes=MISTAKES,
             hints=("Write x first. levels[v] has an entry for each unit; a hole must send 0: np.where(v >= 0, ...).",
                    "For each value m the inputs are x + levels[m] * W[i]: (M, K) in all, levels[:, None] * W[i].",
                    "Take logs: the product over the hidden units becomes a sum of np.logaddexp(0, ...). Take out the "
                    "largest before exp.")),
    ),
)
