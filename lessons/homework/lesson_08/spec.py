"""Exercise to lesson 8: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import RBM, exact_gradient


def instance(rng, conventions, number):
    """N, D and K all different; alike in the third. In the last one the inputs are too large for exp."""
    N, D, K = (5, 5, 5) if number == 2 else rng.permutation([4, 5, 6, 7])[:3]
    c = rng.normal(size=K)
    if number == 3:
        c[::2] += 3000.0
    return {"cases": rng.integers(0, 2, size=(N, D)).astype(float), "W": rng.normal(size=(D, K)),
            "b": rng.normal(size=D), "c": c}


def by_the_package(W, b, c, cases):
    gradient = exact_gradient(RBM(W=W, b=b, c=c), cases)
    return gradient.W, gradient.b, gradient.c


# BEGIN PROPERTIES
def property_shapes(student):
    """dW, db and dc have the shapes of W, b and c, and no argument is changed"""
    rng = np.random.default_rng(0)
    arguments = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), np.eye(4)[[0, 0, 2, 3, 3]]
    kept = [one.copy() for one in arguments]
    found = student.gradient_over_v(*arguments)
    shapes = [np.shape(one) for one in found]
    if shapes != [(4, 3), (4,), (3,)]:
        return f"expected (4, 3), (4,) and (3,), got {shapes}"
    same = all(np.array_equal(one, was) for one, was in zip(arguments, kept))
    return None if same else "an argument is another one afterwards"


def property_slopes(student):
    """it is the slope of the mean log p, by differences over all states of both layers"""
    rng = np.random.default_rng(1)
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
    numbers = [1, 1, 2, 6, 7]
    theta = rng.normal(size=11)  # W (3, 2), b and c, end to end

    def mean_log_p(theta):
        W, b, c = theta[:6].reshape(3, 2), theta[6:9], theta[9:]
        of_pairs = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T)
        return np.mean(np.log(of_pairs.sum(axis=1)[numbers])) - np.log(of_pairs.sum())

    slopes = [(mean_log_p(theta + step) - mean_log_p(theta - step)) / 2e-5 for step in 1e-5 * np.eye(11)]
    found = student.gradient_over_v(theta[:6].reshape(3, 2), theta[6:9], theta[9:], all_v[numbers])
    found = np.concatenate([np.ravel(one) for one in found])
    return None if np.allclose(found, slopes, atol=1e-6) else "it is not"
# END PROPERTIES


RETURN = "return dW, db, dc"
MISTAKES = (
    Edit(2, "minus_F = all_v @ b", "minus_F = -(all_v @ b)"),
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))"),
    Edit(3, "np.exp(minus_F - minus_F.max())", "np.exp(minus_F)"),
    Edit(4, "all_v @ W + c", "all_v @ W"),
    Edit(5, "all_v @ b + ", ""),
    Edit(6, RETURN, "return -dW, -db, -dc"),
    Edit(7, RETURN, "return -dW, db, dc"),
    Edit(8, "N = len(cases)", "N = 1"),
    Edit(9, "cases.T @ p_h_data / N", "cases.T @ p_h_data"),
    Edit(10, RETURN, "return dW, db.sum(), dc.sum()"),
    Edit(11, RETURN, "return dW.T, db, dc"),
    Edit(42, "N = len(cases)", "N = len(cases) - 1"),
    Edit(91, "p_v = weights / weights.sum()", "p_v = np.full(len(all_v), 1 / len(all_v))"),
    Edit(108, "- (all_v * p_v[:, None]).T @ p_h", "- np.outer(p_v @ all_v, p_v @ p_h)"),
    Edit(109, "weights / weights.sum()", "weights"),
    Edit(112, "p_v = weights / weights.sum()", "p_v = weights / weights.mean()"),
)

ASSIGNMENT = Assignment(
    title="the exact gradient by a sum over visible layers",
    after="08",
    tasks=(
        Task("gradient_over_v", 1, 0.75, "08", "8.5", instance, by_the_package, ("dW", "db", "dc"), mistakes=MISTAKES,
             instances=4,
             hints=("np.array(list(itertools.product([0.0, 1.0], repeat=D))) lists all visible layers: (2^D, D).",
                    "Σ_v p(v) v_i p(h_j = 1 given v) is a product (D, 2^D) @ (2^D, K), with p(v) at one of the two.",
                    "Take the largest -F off before exp, and log(1 + exp(x)) is np.logaddexp(0, x).")),
    ),
)
