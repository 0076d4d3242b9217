"""Exercise to lesson 3: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.foundation.numerics import logsumexp

SIZES = ((9, 3, 5), (6, 4, 7), (5, 5, 5), (4, 2, 1_600))  # N, M, D


def instance(rng, conventions, number):
    """All sizes different; alike in the third. In the last one products underflow."""
    N, M, D = SIZES[number]
    B = rng.normal(size=(M, D))
    if D > 1_000:  # nearly alike, or one component takes it all
        B = B[0] + 0.02 * rng.normal(size=(M, D))
    return {"v": rng.integers(0, 2, size=(N, D)).astype(float), "B": B, "rate": float(rng.uniform(1, 2)), "steps": 3}


def mean_log_p(B, v):
    on, off = -np.logaddexp(0, -B), -np.logaddexp(0, B)  # log μ and log(1 - μ)
    log_p_vh = [[(case * on[m] + (1 - case) * off[m]).sum() for m in range(len(B))] for case in v]
    return logsumexp(np.array(log_p_vh), axis=1).mean() - np.log(len(B))


def oracle(B, v, rate, steps):
    """By central differences where B is small; else r from differences of logarithms, case by case."""
    for _ in range(steps):
        slope = np.zeros_like(B)
        if B.size < 100:
            for place in np.ndindex(B.shape):
                move = np.zeros_like(B)
                move[place] = 1e-4
                slope[place] = (mean_log_p(B + move, v) - mean_log_p(B - move, v)) / 2e-4
        else:
            for case in v:
                terms = np.where(case == 1, -np.logaddexp(0, -B), -np.logaddexp(0, B)).sum(axis=1)
                for m in range(len(B)):
                    r = 1 / np.exp(terms - terms[m]).sum()
                    slope[m] += r * (case - 1 / (1 + np.exp(-B[m]))) / len(v)
        B = B + rate * slope
    return (B,)


# BEGIN PROPERTIES
def property_one_component(student):
    """with one component the pixels are coins: a step adds rate (mean picture - σ(B))"""
    v = np.array([[1.0, 0, 0], [1, 1, 0], [0, 1, 0], [1, 1, 1]])
    start = np.array([[0.0, 1.0, -1.0]])
    found = student.climb(start, v, 0.5, 1)
    right = start + 0.5 * (v.sum(axis=0) / 4 - 1 / (1 + np.exp(-start)))
    return None if np.shape(found) == (1, 3) and np.allclose(found, right) else "it does not"


def property_slopes(student):
    """one step at a small rate, divided by the rate, is the slope by differences"""
    rng = np.random.default_rng(0)
    logits, v = rng.normal(size=(3, 4)), rng.integers(0, 2, size=(10, 4)).astype(float)

    def mean_log_p(logits):
        p = 1 / (1 + np.exp(-logits))
        return np.log(np.where(v[:, None] == 1, p, 1 - p).prod(axis=2).sum(axis=1) / 3).mean()

    one_step = (np.asarray(student.climb(logits, v, 1e-4, 1)) - logits) / 1e-4
    for place in np.ndindex(3, 4):
        move = np.zeros((3, 4))
        move[place] = 1e-5
        if abs(one_step[place] - (mean_log_p(logits + move) - mean_log_p(logits - move)) / 2e-5) > 1e-6:
            return f"it is not, in component {place[0]}, pixel {place[1]}"
    return None


def property_many_pixels(student):
    """with 5,000 pixels all is finite"""
    v = np.random.default_rng(1).integers(0, 2, size=(3, 5_000)).astype(float)
    return None if np.isfinite(student.climb(np.zeros((2, 5_000)), v, 1.0, 2)).all() else "it is not"
# END PROPERTIES


SLOPE = "slope = (r.T @ v - R[:, None] * mu) / N"
SHARES = "r = weights / weights.sum(axis=1, keepdims=True)"
MISTAKES = (
    Edit(6, SLOPE, "slope = (R[:, None] * mu - r.T @ v) / N"),
    Edit(8, "N = len(v)", "N = 1"),
    Edit(25, "B = B + rate * slope", "B += rate * slope"),
    Edit(29, SLOPE, "slope = (r.T @ v - R[:, None] * mu) * mu * (1 - mu) / N"),
    Edit(95, SHARES, "r = np.full(log_p_vh.shape, 1 / len(B))"),
    Edit(96, " + (1 - v) @ np.log(1 - mu).T", ""),
    Edit(98, "np.exp(log_p_vh - log_p_vh.max(axis=1, keepdims=True))", "np.exp(log_p_vh)"),
    Edit(99, SHARES, "r = (weights == weights.max(axis=1, keepdims=True)).astype(float)"),
    Edit(101, "r.T @ v - R[:, None] * mu", "r.T @ v - N * mu"),
    Edit(101, "r.T @ v - R[:, None] * mu", "r.T @ v - mu"),
    Edit(102, "B = B + rate * slope", "return B + steps * rate * slope"),
    Edit(109, SHARES, "r = weights"),
    Edit(112, "- R[:, None] * mu) / N", "- R[:, None] * mu) / R[:, None]"),
)

ASSIGNMENT = Assignment(
    title="a mixture learnt up the gradient",
    after="03",
    tasks=(
        Task("climb", 1, 0.75, "03", "3.4", instance, oracle, ("B",), mistakes=MISTAKES, instances=4,
             hints=("r is what lesson 2 computes: p(v, h = m) over p(v), by logarithms, the largest taken off.",
                    "The slope of log p(v, h = m) by B_mi is v_i - μ_mi; average r_nm times it over the cases.",
                    "Σ_n r_nm v_ni is r.T @ v (M, D); Σ_n r_nm is r.sum(axis=0) (M,).")),
    ),
)
