"""Exercise to lesson 9: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM, cd_gradient
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, empirical_distribution, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid


def draw_arguments(rng, N, D, K, k, scale=1.0):
    """Parameters of which none is 0, and cases (first, since what is said to a student counts its rows)."""
    return {"v_data": rng.integers(0, 2, size=(N, D)).astype(float), "W": scale * rng.normal(size=(D, K)),
            "b": scale * rng.normal(size=D), "c": scale * rng.normal(size=K), "k": k,
            "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """N, D and K all different; alike in the last instance, where a transpose raises no error."""
    N, D, K = (6, 6, 6) if number == 2 else rng.permutation([4, 5, 6, 7])[:3]
    return draw_arguments(rng, N, D, K, k=3)


def by_the_package(W, b, c, v_data, k, rng):
    gradient = cd_gradient(RBM(W=W, b=b, c=c), v_data, k, rng)
    return gradient.W, gradient.b, gradient.c


def two_modes(rng, D, K):
    """Parameters of a chain that goes from one of two states to the other but slowly, and the layers of one of them."""
    sides_v, sides_h = rng.choice([-1.0, 1.0], size=D), rng.choice([-1.0, 1.0], size=K)
    W = 2.5 * np.outer(sides_v, sides_h) + 0.3 * rng.normal(size=(D, K))
    b, c = 0.3 * rng.normal(size=D) - W.sum(axis=1) / 2, 0.3 * rng.normal(size=K) - W.sum(axis=0) / 2
    return {"W": W, "b": b, "c": c}, (1 + sides_v) / 2, (1 + sides_h) / 2


def small(rng, conventions):
    """Two different cases, each 20 times, on one side of a slow chain: the mean over many rows shows small errors."""
    model, v, _ = two_modes(rng, 3, 2)
    v_data = np.repeat([v, np.abs(v - [1, 0, 0])], 20, axis=0)
    return {**draw_arguments(rng, 40, 3, 2, k=2), "v_data": v_data, **model}


def features(dW, db, dc):
    """The answers, and the squares of db, which are larger where cases share random numbers."""
    return dW, db, dc, db**2


def exact_means(W, b, c, v_data, k):
    """E[CD-k] by (9.2), with the transition matrix of all states."""
    all_v, all_h = all_bits(len(b)), all_bits(len(c))
    mean_h = sigmoid(all_v @ W + c)
    T = product_of_bernoullis(mean_h) @ product_of_bernoullis(sigmoid(all_h @ W.T + b))
    ends = np.linalg.matrix_power(T, k)[bits_to_index(v_data)]  # (N, 2^D)
    p = empirical_distribution(v_data) - ends.mean(axis=0)
    mean_v = ends @ all_v
    variance = (mean_v * (1 - mean_v)).sum(axis=0) / len(v_data) ** 2
    return (all_v * p[:, None]).T @ mean_h, p @ all_v, p @ mean_h, variance + (p @ all_v) ** 2


# BEGIN PROPERTIES
def property_certain_units(student):
    """with W = 0 and biases of ±50 every unit is certain, and the step is known"""
    b, c = np.array([50.0, -50.0, 50.0, -50.0]), np.array([-50.0, 50.0, 50.0])
    v_end, p_end = (b > 0).astype(float), (c > 0).astype(float)
    v_data = np.array([[1.0, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 1, 1], [1, 0, 1, 1]])
    found = student.cd_k(np.zeros((4, 3)), b, c, v_data, 2, np.random.default_rng(0))
    parts = (np.outer(v_data.mean(axis=0) - v_end, p_end), v_data.mean(axis=0) - v_end, np.zeros(3))
    for part, one, right in zip(("dW", "db", "dc"), found, parts):
        if np.shape(one) != right.shape:
            return f"{part}: expected the shape {right.shape}, got {np.shape(one)}"
        if not np.allclose(one, right):
            return f"{part} is not"
    return None


def property_long_chains(student):
    """with long chains it is, on average, the slope of the mean log p, by differences over all states"""
    rng = np.random.default_rng(1)
    theta = rng.normal(size=6 + 3 + 2)  # W (3, 2), b and c, end to end
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    v_data = all_v[[1, 1, 2, 6, 7]]

    def mean_log_p(theta):
        W, b, c = theta[:6].reshape(3, 2), theta[6:9], theta[9:]
        log_weights = [v @ b + np.logaddexp(0, v @ W + c).sum() for v in np.vstack([v_data, all_v])]
        return np.mean(log_weights[:5]) - np.log(np.sum(np.exp(log_weights[5:])))

    slopes = [(mean_log_p(theta + step) - mean_log_p(theta - step)) / 2e-5 for step in 1e-5 * np.eye(11)]
    found = student.cd_k(theta[:6].reshape(3, 2), theta[6:9], theta[9:], np.tile(v_data, (4_000, 1)), 30, rng)
    found = np.concatenate([np.ravel(one) for one in found])
    return None if found.shape == (11,) and np.abs(found - slopes).max() < 0.05 else "it is not"
# END PROPERTIES


RETURN = "return dW, db, dc"
MISTAKES = (
    Edit(4, "v @ W + c", "v @ W"),
    Edit(5, "h @ W.T + b", "h @ W.T"),
    Edit(6, RETURN, "return -dW, -db, -dc"),
    Edit(7, RETURN, "return -dW, db, dc"),
    Edit(8, RETURN, "return N * dW, N * db, N * dc"),
    Edit(9, RETURN, "return N * dW, db, dc"),
    Edit(10, RETURN, "return dW, db.sum(), dc.sum()"),
    Edit(11, RETURN, "return dW.T, db, dc"),
    Edit(11, "h @ W.T + b", "h @ W + b"),
    Edit(12, "(rng.random((N, K)) < p_h)", "(p_h > 0.5)"),
    Edit(13, "rng.random((N, K)) < p_h", "rng.random((N, K)) > p_h"),
    Edit(14, "rng.random((N, K)) < p_h", "rng.standard_normal((N, K)) < p_h"),
    Edit(15, "rng.random((N, D)) < p_v", "rng.random(D) < p_v"),
    Edit(16, "h = (rng.random((N, K)) < p_h).astype(float)", "h = p_h"),
    Edit(16, "v = (rng.random((N, D)) < p_v).astype(float)", "v = p_v"),
    Edit(17, "dW = (v_data.T @ p_h_data - v.T @ p_h) / N", "p_h = h\n    dW = (v_data.T @ p_h_data - v.T @ p_h) / N"),
    Edit(18, "- v.T @ p_h)", "- v_data.T @ p_h)"),
    Edit(19, "dW = (v_data.T @ p_h_data - v.T @ p_h) / N",
         "p_h = p_h_data\n    dW = (v_data.T @ p_h_data - v.T @ p_h) / N"),
    Edit(20, "range(k)", "range(k - 1)"),
    Edit(21, "range(k)", "range(k + 1)"),
    Edit(22, "    for _ in range(k):\n        h = (rng.random((N, K)) < p_h).astype(float)\n",
         "    for step in range(k):\n        h = (rng.random((N, K)) < p_h).astype(float)\n"
         "        if step == 0:\n            p_h_data = h\n"),
    Edit(23, "p_h = p_h_data\n", "p_h = p_h_data\n    rng = np.random.default_rng(0)\n"),
)

ASSIGNMENT = Assignment(
    title="contrastive divergence with NumPy alone",
    after="09",
    tasks=(
        Task("cd_k", 1, 0.5, "09", "9.2", instance, by_the_package, ("dW", "db", "dc"), mistakes=MISTAKES,
             statistics=Statistics(small, exact_means, features),
             hints=("Write the chain first: p_h from v, h from p_h, p_v from h, v from p_v; and again from h.",
                    "Each average of dW is a product (D, N) @ (N, K) -> (D, K), divided by N.",
                    "After the last v, take p_h once more: v and p_h of the second average belong together.")),
    ),
)
