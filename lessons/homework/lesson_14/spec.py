"""Exercise to lesson 14: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM
from numpy_dgm.energy.annealing import anneal, base_rbm, sample_base
from numpy_dgm.foundation.enumeration import all_bits, product_of_bernoullis
from numpy_dgm.foundation.numerics import logsumexp, sigmoid


def draw_arguments(rng, D, K, M, n_betas, scale=1.0):
    inner = np.sort(rng.uniform(0.1, 0.9, size=n_betas - 2))
    return {"W": scale * rng.normal(size=(D, K)), "b": scale * rng.normal(size=D), "c": scale * rng.normal(size=K),
            "b_base": scale * rng.normal(size=D), "betas": np.array([0.0, *inner, 1.0]), "M": M,
            "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """D, K, M and the number of models all different; D and K alike in the third. In the last one exp overflows."""
    D, K, M, n_betas = ((6, 4, 7, 5), (4, 7, 9, 6), (5, 5, 8, 4), (5, 4, 6, 3))[number]
    arguments = draw_arguments(rng, D, K, M, n_betas)
    if number == 3:
        arguments["c"][::2] += 3000.0
    return arguments


def by_the_package(W, b, c, b_base, betas, M, rng):
    rbm = RBM(W=W, b=b, c=c)
    base = base_rbm(rbm, sigmoid(b_base))
    return (anneal(rbm, base, betas, sample_base(base, M, rng), rng)[0],)


def small(rng, conventions):
    """Many walks, strong couplings and large biases of the hidden units: the mean shows small errors."""
    arguments = draw_arguments(rng, 3, 2, 40, 4)
    return {**arguments, "W": 3 * arguments["W"], "b": 0.5 * arguments["b"], "c": 2 * arguments["c"],
            "b_base": 0.5 * arguments["b_base"]}


def features(log_w):
    """Means of w, of log w, of w², and of the products of two walks, which are independent."""
    w = np.exp(log_w)
    return w.mean(), log_w.mean(), (w**2).mean(), (w[:20] * w[20:]).mean()


def exact_means(W, b, c, b_base, betas, M):
    """Those from the transition matrices of all models: (14.7) and what else a walk does."""
    all_v, all_h = all_bits(len(b)), all_bits(len(c))
    minus_F, steps = [], []
    for beta in betas:
        b_l = (1 - beta) * b_base + beta * b
        x = beta * (all_v @ W + c)
        minus_F.append(all_v @ b_l + np.logaddexp(0, x).sum(axis=1))
        steps.append(product_of_bernoullis(sigmoid(x)) @ product_of_bernoullis(sigmoid(beta * (all_h @ W.T) + b_l)))
    p = np.exp(minus_F[0] - logsumexp(minus_F[0]))
    first, second, mean_log = p.copy(), p.copy(), 0.0
    for before, after, T in zip(minus_F[:-1], minus_F[1:], steps[1:]):
        mean_log += p @ (after - before)
        p = p @ T
        first = (first * np.exp(after - before)) @ T
        second = (second * np.exp(2 * (after - before))) @ T
    return first.sum(), mean_log, second.sum(), first.sum() ** 2


# BEGIN PROPERTIES
def property_mean_weight(student):
    """the mean of w over 20,000 walks is Z / Z_base, by the sums over all states, with few models and with many"""
    rng = np.random.default_rng(0)
    W, b, c, b_base = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), 0.5 * rng.normal(size=4)
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    Z = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T).sum()
    Z_base = np.exp(all_v @ b_base).sum() * len(all_h)
    for n_betas in (3, 12):
        log_w = np.asarray(student.ais_log_weights(W, b, c, b_base, np.linspace(0, 1, n_betas), 20_000, rng))
        if log_w.shape != (20_000,):
            return f"expected the shape (20000,), got {log_w.shape}"
        weights = np.exp(log_w)
        if abs(weights.mean() - Z / Z_base) > 5 * weights.std() / np.sqrt(20_000):
            return f"not for {n_betas} models"
    return None


def property_nowhere_to_go(student):
    """without connections and with the visible biases of the base the log weight is Σ_j log(1 + exp(c_j)) - K log 2"""
    b, betas = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, 1.0])
    for c in (np.zeros(2), np.array([3.0, -1.0]), np.array([2_000.0, -1.0])):
        log_w = student.ais_log_weights(np.zeros((3, 2)), b, c, b, betas, 5, np.random.default_rng(1))
        right = np.logaddexp(0, c).sum() - 2 * np.log(2)
        if not np.allclose(log_w, right):
            return f"not for c = {c}"
    return None
# END PROPERTIES


RETURN = "return log_w"
P_H = "p_h = sigmoid(following * (v @ W + c))"
MISTAKES = (
    Edit(2, "return -(v @ b) -", "return v @ b -", "free_energies"),
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))", "free_energies"),
    Edit(4, "following * (v @ W + c)", "following * (v @ W)"),
    Edit(11, "h @ W.T", "h @ W"),
    Edit(13, "rng.random((M, K)) < p_h", "rng.random((M, K)) > p_h"),
    Edit(15, "rng.random((M, D)) < p_v", "rng.random(D) < p_v"),
    Edit(16, "h = (rng.random((M, K)) < p_h).astype(float)", "h = p_h"),
    Edit(20, "zip(betas[:-1], betas[1:])", "zip(betas[:-2], betas[1:-1])"),
    Edit(23, "D, K = W.shape", "D, K = W.shape\n    rng = np.random.default_rng(0)"),
    Edit(112, RETURN, "return np.logaddexp.reduce(log_w) - np.log(M)"),
    Edit(113, RETURN, "return -log_w"),
    Edit(115, "free_energies(following * W, b_following, following * c, v)", "free_energies(following * W, b, c, v)"),
    Edit(115, P_H, "p_h = sigmoid(following * (v @ W) + c)"),
    Edit(115, "b_following = (1 - following) * b_base + following * b", "b_following = b_here = b"),
    Edit(117, P_H, "following, b_following = here, b_here\n        " + P_H),
)

ASSIGNMENT = Assignment(
    title="annealed importance sampling with NumPy alone",
    after="14",
    tasks=(
        Task("ais_log_weights", 1, 1.0, "14", "14.6", instance, by_the_package, ("log w",), mistakes=MISTAKES,
             instances=4, statistics=Statistics(small, exact_means, features, 1_500),
             hints=("Model l is an RBM with the weights β_l W and the biases (1 - β_l) b_base + β_l b and β_l c.",
                    "Write F(v) of such an RBM as a function of its own: -b·v - Σ_j log(1 + exp(x_j)).",
                    "In each step the weight comes first, at the old v, then h and v of model l + 1.")),
    ),
)
