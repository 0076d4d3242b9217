"""Exercise to lesson 18: instances, oracle, exact means and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM, Gaussian, free_energy
from numpy_dgm.foundation.enumeration import all_bits


def draw_arguments(rng, D, K, n, far=0.0):
    """Parameters under which the hidden layers have all but equal weights: c takes back what the columns of W add.

    far: how far out all centres lie, in each direction.
    """
    W = rng.normal(size=(D, K))
    W *= 2 / np.linalg.norm(W, axis=0)
    b = far + rng.normal(size=D)
    c = -0.5 * np.sum(W**2, axis=0) - b @ W + 0.5 * rng.normal(size=K)
    return {"W": W, "b": b, "c": c, "n": n, "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """D and K different, alike in the third. In the last one all centres are far out, beyond what exp can hold."""
    D, K = ((2, 3), (4, 3), (3, 3), (3, 2))[number]
    return draw_arguments(rng, D, K, 12, 40.0 if number == 3 else 0.0)


def p_of_h(W, b, c):
    """All hidden layers, their centres and probabilities, by the package: h summed as the visible layer of an RBM."""
    h = all_bits(len(c))
    exchanged = RBM(W.T, c, b, hidden=Gaussian())
    log_p = -free_energy(exchanged, h)
    p = np.exp(log_p - log_p.max())
    return h, b + h @ W.T, p / p.sum()


def by_the_package(W, b, c, n, rng):
    h, centres, p = p_of_h(W, b, c)
    rows = rng.choice(len(h), size=n, p=p)
    return centres[rows] + rng.standard_normal((n, len(b)))


def small(rng, conventions):
    """Drawn anew until weights without c, or without b, are quite other ones."""
    while True:
        arguments = draw_arguments(rng, 2, 2, 60)
        if min(np.abs(arguments["c"]).min(), np.abs(arguments["b"] @ arguments["W"]).min()) > 0.7:
            return arguments


def features(v):
    """Mean and covariance of the samples, products of each with the next one, and the mean of what sees the bumps."""
    return v.mean(axis=0), np.cov(v.T), v.T @ np.roll(v, 1, axis=0) / len(v), np.cos(v).mean(axis=0)


def exact_means(W, b, c, n):
    """Sums over the mixture; E[cos] of N(m, 1) is cos(m) exp(-1/2)."""
    _, centres, p = p_of_h(W, b, c)
    mean = p @ centres
    covariance = np.eye(len(b)) + np.cov(centres.T, aweights=p, ddof=0)
    return mean, covariance, np.outer(mean, mean), p @ np.cos(centres) * np.exp(-0.5)


# BEGIN PROPERTIES
def property_one_bump(student):
    """with W = 0 it is one normal density about b, with the sd 1, whatever c is"""
    b = np.array([3.0, -2.0, 0.5])
    v = np.asarray(student.draw_exactly(np.zeros((3, 2)), b, np.array([1.0, -1.0]), 20_000, np.random.default_rng(0)))
    if v.shape != (20_000, 3):
        return f"expected the shape (20000, 3), got {v.shape}"
    if np.abs(v.mean(axis=0) - b).max() > 0.05:
        return "the mean is another one"
    return None if np.abs(np.cov(v.T) - np.eye(3)).max() < 0.06 else "the covariance is another one"


def property_two_bumps(student):
    """with one hidden bit two bumps that are equally far out, and the same in c, are drawn equally often, at 50 too"""
    for far in (5.0, 50.0):
        W, b = np.array([[2 * far], [0.0]]), np.array([-far, 1.0])
        v = np.asarray(student.draw_exactly(W, b, np.zeros(1), 20_000, np.random.default_rng(0)))
        if abs(np.mean(v[:, 0] > 0) - 0.5) > 0.02:
            return f"{np.mean(v[:, 0] > 0):.0%} are in the one with h = 1, at ±{far:g}"
        if np.abs(np.abs(v[:, 0]).mean() - far) > 0.05 or abs(v[:, 1].mean() - 1.0) > 0.05:
            return "they do not lie about their centres"
    return None
# END PROPERTIES


MISTAKES = (
    Edit(3, "np.exp(log_weights - log_weights.max())", "np.exp(log_weights)"),
    Edit(4, "h @ c + ", ""),
    Edit(5, "centres = b + h @ W.T", "centres = h @ W.T"),
    Edit(11, "h @ W.T", "h @ W"),
    Edit(15, "rng.standard_normal((n, len(b)))", "rng.standard_normal(len(b))"),
    Edit(15, "rng.standard_normal((n, len(b)))", "rng.standard_normal((n, 1))"),
    Edit(15, "rng.choice(len(h), size=n, p=p_h)", "rng.choice(len(h), p=p_h)"),
    Edit(23, "rows = rng", "rng = np.random.default_rng(0)\n    rows = rng"),
    Edit(124, " + 0.5 * np.sum(centres**2, axis=1)", ""),
    Edit(124, "0.5 * np.sum(centres**2, axis=1)", "0.5 * np.sum((centres - b)**2, axis=1)"),
    Edit(124, "+ 0.5 * np.sum", "- 0.5 * np.sum"),
    Edit(125, "centres[rows] + noise", "centres[rows]"),
)

ASSIGNMENT = Assignment(
    title="exact samples of a Gaussian RBM",
    after="18",
    tasks=(
        Task("draw_exactly", 1, 0.5, "18", "18.3", instance, by_the_package, ("v",), mistakes=MISTAKES, instances=4,
             statistics=Statistics(small, exact_means, features),
             hints=("np.array(list(itertools.product([0.0, 1.0], repeat=K))) lists all hidden layers: (2^K, K).",
                    "All centres at once are b + h @ W.T, (2^K, D); rows of it by centres[rows].",
                    "Take the largest of the logarithms off before exp, then divide by the sum.")),
    ),
)
