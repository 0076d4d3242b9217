"""Exercise to lesson 13: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM, cd_gradient
from numpy_dgm.energy.gradients import centre
from numpy_dgm.foundation.enumeration import all_bits, empirical_distribution, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid


def draw_arguments(rng, N, D, K, scale=1.0):
    """Cases (first, since what is said to a student counts its rows), parameters of which none is 0, offsets."""
    return {"v_data": rng.integers(0, 2, size=(N, D)).astype(float), "W": scale * rng.normal(size=(D, K)),
            "b": scale * rng.normal(size=D), "c": scale * rng.normal(size=K), "mu": rng.uniform(0.1, 0.9, size=D),
            "lam": rng.uniform(0.1, 0.9, size=K), "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """N, D and K all different; alike in the last instance, where a transpose raises no error."""
    N, D, K = (6, 6, 6) if number == 2 else rng.permutation([4, 5, 6, 7])[:3]
    return draw_arguments(rng, N, D, K)


def by_the_package(v_data, W, b, c, mu, lam, rng):
    gradient = centre(cd_gradient(RBM(W=W, b=b, c=c), v_data, 1, rng), mu, lam)
    return gradient.W, gradient.b, gradient.c


def two_cases(rng, D, times=20):
    """Two different cases, each so many times: the mean over many rows shows small errors."""
    number = rng.permutation(2**D)[:2]
    return np.repeat(all_bits(D)[number], times, axis=0)


def small(rng, conventions):
    arguments = draw_arguments(rng, 40, 3, 2)
    return {**arguments, "v_data": two_cases(rng, 3), "W": 2 * arguments["W"]}


def exact_means(v_data, W, b, c, mu, lam):
    """The exact means, from the transition matrix of all states and the definition of W'."""
    all_v, all_h = all_bits(len(b)), all_bits(len(c))
    mean_h = sigmoid(all_v @ W + c)
    T = product_of_bernoullis(mean_h) @ product_of_bernoullis(sigmoid(all_h @ W.T + b))
    p_data = empirical_distribution(v_data)
    p = p_data - p_data @ T
    dW = np.einsum("s,si,sj->ij", p, all_v - mu, mean_h - lam)
    return dW, p @ all_v - dW @ lam, p @ mean_h - mu @ dW


# BEGIN PROPERTIES
def certain(seed):
    """W = 0 and biases of ±50, where every unit is certain: the arguments, and where the chain ends."""
    rng = np.random.default_rng(seed)
    b, c = 50.0 * rng.choice([-1, 1], size=4), 50.0 * rng.choice([-1, 1], size=3)
    v_data = rng.integers(0, 2, size=(5, 4)).astype(float)
    return np.zeros((4, 3)), b, c, v_data, (b > 0).astype(float), (c > 0).astype(float)


def property_without_offsets(student):
    """with the offsets 0 it is plain CD-1, and known where every unit is certain"""
    for seed in range(3):
        W, b, c, v_data, v_end, p_end = certain(seed)
        rest = v_data.mean(axis=0) - v_end
        found = student.centred_cd_1(W, b, c, v_data, np.zeros(4), np.zeros(3), np.random.default_rng(0))
        for part, one, right in zip(("dW", "db", "dc"), found, (np.outer(rest, p_end), rest, np.zeros(3))):
            if np.shape(one) != right.shape or not np.allclose(one, right):
                return f"{part} is not"
    return None


def property_offsets(student):
    """where all hidden units are certain and λ is their value, the weights have nothing to learn"""
    for seed in range(3):
        W, b, c, v_data, v_end, p_end = certain(seed)
        offsets = np.random.default_rng(seed).uniform(size=4)
        dW, db, dc = student.centred_cd_1(W, b, c, v_data, offsets, p_end, np.random.default_rng(0))
        if np.abs(dW).max() > 1e-9:
            return "dW is not 0"
        if not np.allclose(db, v_data.mean(axis=0) - v_end):
            return "db is not that of plain CD then"
    return None
# END PROPERTIES


RETURN = "return dW, g_b - dW @ lam, g_c - dW.T @ mu"
NEGATIVE = "dW = ((v_data"
MISTAKES = (
    Edit(4, "sigmoid(v @ W + c)", "sigmoid(v @ W)"),
    Edit(5, "h @ W.T + b", "h @ W.T"),
    Edit(6, RETURN, "return -dW, dW @ lam - g_b, dW.T @ mu - g_c"),
    Edit(8, RETURN, "return N * dW, N * (g_b - dW @ lam), N * (g_c - dW.T @ mu)"),
    Edit(10, "p_h_data.sum(axis=0) - p_h.sum(axis=0)", "p_h_data.sum() - p_h.sum()"),
    Edit(11, RETURN, "return dW, g_b - dW.T @ lam, g_c - dW @ mu"),
    Edit(15, "rng.random(p_v.shape) < p_v", "rng.random(p_v.shape[1]) < p_v"),
    Edit(16, "h = (rng.random(p_h_data.shape) < p_h_data).astype(float)", "h = p_h_data"),
    Edit(16, "v = (rng.random(p_v.shape) < p_v).astype(float)", "v = p_v"),
    Edit(17, NEGATIVE, "p_h = h\n    " + NEGATIVE),
    Edit(22, NEGATIVE, "p_h_data = h\n    " + NEGATIVE),
    Edit(23, "N = len(v_data)", "N = len(v_data)\n    rng = np.random.default_rng(0)"),
    Edit(100, "(v_data - mu).T @ (p_h_data - lam) - (v - mu).T @ (p_h - lam)", "v_data.T @ p_h_data - v.T @ p_h"),
    Edit(105, "(v - mu).T @ (p_h - lam)", "v.T @ p_h"),
    Edit(105, "(v_data - mu).T @ (p_h_data - lam)", "v_data.T @ p_h_data"),
    Edit(113, RETURN, "return dW, g_b + dW @ lam, g_c + dW.T @ mu"),
    Edit(118, RETURN, "return dW, g_b, g_c"),
    Edit(118, RETURN, "g_W = (v_data.T @ p_h_data - v.T @ p_h) / N\n    return dW, g_b - g_W @ lam, g_c - g_W.T @ mu"),
)

ASSIGNMENT = Assignment(
    title="centred CD-1 with NumPy alone",
    after="13",
    tasks=(
        Task("centred_cd_1", 1, 0.5, "13", "13.4", instance, by_the_package, ("dW", "db", "dc"), mistakes=MISTAKES,
             statistics=Statistics(small, exact_means),
             hints=("Write plain CD-1 first: p_h_data, h, p_v, v, and p_h from that v.",
                    "The offsets are taken off in both averages, from v and from the probabilities of h.",
                    "W'λ is (D, K) @ (K,), W'ᵀμ is (K, D) @ (D,), both with the centred W'.")),
    ),
)
