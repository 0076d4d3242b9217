"""Exercise to lesson 11: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM, pcd_gradient
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, empirical_distribution, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid


def draw_arguments(rng, N, M, D, K, k):
    """Cases (first, since what is said to a student counts its rows), chains, and parameters of which none is 0."""
    return {"v_data": rng.integers(0, 2, size=(N, D)).astype(float), "h": rng.integers(0, 2, size=(M, K)).astype(float),
            "W": rng.normal(size=(D, K)), "b": rng.normal(size=D), "c": rng.normal(size=K), "k": k,
            "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """N, M, D and K all different; D and K alike in the last instance, where a transpose raises no error."""
    N, M, D, K = (6, 9, 7, 7) if number == 2 else rng.permutation([4, 5, 6, 7, 8])[:4]
    return draw_arguments(rng, N, M, D, K, k=(2, 3, 2)[number])


def by_the_package(W, b, c, v_data, h, k, rng):
    gradient, h = pcd_gradient(RBM(W=W, b=b, c=c), v_data, h, k, rng)
    return gradient.W, gradient.b, gradient.c, h


def two_modes(rng, D, K):
    """Parameters of a chain that goes from one of two states to the other but slowly, and the layers of one of them."""
    sides_v, sides_h = rng.choice([-1.0, 1.0], size=D), rng.choice([-1.0, 1.0], size=K)
    W = 2.5 * np.outer(sides_v, sides_h) + 0.3 * rng.normal(size=(D, K))
    b, c = 0.3 * rng.normal(size=D) - W.sum(axis=1) / 2, 0.3 * rng.normal(size=K) - W.sum(axis=0) / 2
    return {"W": W, "b": b, "c": c}, (1 + sides_v) / 2, (1 + sides_h) / 2


def small(rng, conventions):
    """Two different chains, each 20 times, on one side: the mean over many rows shows small errors."""
    model, _, h = two_modes(rng, 3, 2)
    h = np.repeat([h, np.abs(h - [1, 0])], 20, axis=0)
    return {**draw_arguments(rng, 3, 40, 3, 2, k=2), "h": h, **model}


def features(dW, db, dc, h):
    """The answers, the chains averaged over those alike, and products: within chains and of pairs of chains."""
    first, last = h[:20], h[20:]
    return (dW, db, dc, first.mean(axis=0), last.mean(axis=0), h.T @ h / 40, first.T @ last / 20,
            first[:-1].T @ first[1:] / 19, db**2)


def exact_means(W, b, c, v_data, h, k):
    """The exact means of those by (11.1), with the transition matrices of all states."""
    all_v, all_h = all_bits(len(b)), all_bits(len(c))
    mean_h = sigmoid(all_v @ W + c)
    up, down = product_of_bernoullis(mean_h), product_of_bernoullis(sigmoid(all_h @ W.T + b))
    of_v = (np.linalg.matrix_power(down @ up, k - 1) @ down)[bits_to_index(h)]  # (M, 2^D), of the last v
    p = empirical_distribution(v_data) - of_v.mean(axis=0)
    gradient = (all_v * p[:, None]).T @ mean_h, p @ all_v, p @ mean_h
    of_h, mean_v = of_v @ up, of_v @ all_v
    first, last = of_h[0] @ all_h, of_h[-1] @ all_h
    within = (all_h * of_h.mean(axis=0)[:, None]).T @ all_h
    variance = (mean_v * (1 - mean_v)).sum(axis=0) / len(h) ** 2
    return *gradient, first, last, within, np.outer(first, last), np.outer(first, first), variance + gradient[1] ** 2


# BEGIN PROPERTIES
def property_certain_units(student):
    """with W = 0 and biases of ±50 every unit is certain, and gradient and chains are known"""
    b, c = np.array([50.0, -50.0, 50.0, -50.0]), np.array([-50.0, 50.0, 50.0])
    v_end, p_end = (b > 0).astype(float), (c > 0).astype(float)
    v_data = np.array([[1.0, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 1, 1], [1, 0, 1, 1]])
    chains = np.array([[1.0, 0, 0], [1, 1, 0]])
    kept = chains.copy()
    found = student.pcd_k(np.zeros((4, 3)), b, c, v_data, chains, 2, np.random.default_rng(0))
    if not np.array_equal(chains, kept):
        return "the chains that were handed over are other ones afterwards"
    rest = v_data.mean(axis=0) - v_end
    parts = (np.outer(rest, p_end), rest, np.zeros(3), [p_end, p_end])
    for part, one, right in zip(("dW", "db", "dc", "h"), found, parts):
        if np.shape(one) != np.shape(right):
            return f"{part}: expected the shape {np.shape(right)}, got {np.shape(one)}"
        if not np.allclose(one, right):
            return f"{part} is not"
    return None


def property_go_on(student):
    """the chains go on from where they were: with strong weights each stays near its own start"""
    W, b, c = 20 * np.eye(3), np.full(3, -10.0), np.full(3, -10.0)
    chains = np.array([[1.0, 0, 0], [0, 1, 1], [1, 1, 1], [0, 0, 0]])
    *_, after = student.pcd_k(W, b, c, np.ones((6, 3)), chains, 1, np.random.default_rng(0))
    return None if np.array_equal(after, chains) else "they do not"
# END PROPERTIES


RETURN = "return dW, db, dc, h"
DATA = "p_h_data = sigmoid(v_data @ W + c)"
MISTAKES = (
    Edit(4, "sigmoid(v @ W + c)", "sigmoid(v @ W)"),
    Edit(5, "h @ W.T + b", "h @ W.T"),
    Edit(6, RETURN, "return -dW, -db, -dc, h"),
    Edit(7, RETURN, "return -dW, db, dc, h"),
    Edit(8, RETURN, "return N * dW, N * db, N * dc, h"),
    Edit(8, "    dW = v_data.T", "    N = M = 1\n    dW = v_data.T"),
    Edit(9, "v_data.T @ p_h_data / N - v.T @ p_h / M", "v_data.T @ p_h_data - v.T @ p_h"),
    Edit(10, RETURN, "return dW, db.sum(), dc.sum(), h"),
    Edit(11, "h @ W.T", "h @ W"),
    Edit(13, "rng.random((M, K)) < p_h", "rng.random((M, K)) > p_h"),
    Edit(15, "rng.random(p_v.shape) < p_v", "rng.random(p_v.shape[1]) < p_v"),
    Edit(16, "h = (rng.random((M, K)) < p_h).astype(float)", "h = p_h"),
    Edit(17, RETURN, "dW = v_data.T @ p_h_data / N - v.T @ h / M\n"
                     "    dc = p_h_data.sum(axis=0) / N - h.sum(axis=0) / M\n    return dW, db, dc, h"),
    Edit(20, "range(k)", "range(k - 1)"),
    Edit(21, "range(k)", "range(k + 1)"),
    Edit(22, DATA, "p_h_data = (rng.random((N, K)) < sigmoid(v_data @ W + c)).astype(float)"),
    Edit(23, DATA, DATA + "\n    rng = np.random.default_rng(0)"),
    Edit(24, "for _ in range(k):",
         "M = N\n    h = (rng.random((N, K)) < p_h_data).astype(float)\n    for _ in range(k):"),
    Edit(25, "h = (rng.random((M, K)) < p_h).astype(float)", "h[...] = rng.random((M, K)) < p_h"),
)

ASSIGNMENT = Assignment(
    title="persistent chains with NumPy alone",
    after="11",
    tasks=(
        Task("pcd_k", 1, 0.5, "11", "11.1", instance, by_the_package, ("dW", "db", "dc", "h"), mistakes=MISTAKES,
             statistics=Statistics(small, exact_means, features),
             hints=("The chains begin with h: v given h first, then h given that v, and so k times.",
                    "There are N cases and M chains: each average is divided by its own number of rows.",
                    "The model's average takes the last v with the probabilities of h given it; the h drawn goes on.")),
    ),
)
