"""Exercise to lesson 12: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM
from numpy_dgm.energy.tempering import Ladder, swap_neighbours
from numpy_dgm.foundation.enumeration import all_bits

SIZES = ((121, 6, 4), (93, 5, 7), (40, 40, 40), (48, 7, 3))  # M, D, K


def draw_arguments(rng, M, D, K, scale=1.0):
    beta_l, beta_m = rng.uniform(0.1, 0.4), rng.uniform(0.7, 1.0)
    u, v = rng.integers(0, 2, size=(2, M, D)).astype(float)
    return {"u": u, "v": v, "W": 2 * scale * rng.normal(size=(D, K)), "b": scale * rng.normal(size=D),
            "c": 4 * scale * rng.normal(size=K), "beta_l": float(beta_l), "beta_m": float(beta_m),
            "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """M, D and K all different, many a between 0 and 1; alike in the third. In the last one exp overflows."""
    arguments = draw_arguments(rng, *SIZES[number], scale=(0.5, 0.5, 1.0, 1.0)[number])
    if number == 3:
        arguments["c"][::2] += 5000.0
    return arguments


def by_the_package(u, v, W, b, c, beta_l, beta_m, rng):
    ladder = Ladder(betas=np.array([beta_l, beta_m]), base_b=np.zeros(len(b)))
    states, _, _ = swap_neighbours(RBM(W=W, b=b, c=c), ladder, np.stack([u, v]), rng)
    return states[0], states[1]


def small(rng, conventions):
    """Two pairs, each 20 times, of which neither always exchanges, nor hardly ever."""
    while True:
        arguments = draw_arguments(rng, 2, 3, 2, scale=0.7)
        a = acceptance(**{name: value for name, value in arguments.items() if name != "rng"})
        if a.min() > 0.15 and a.max() < 0.85:
            u, v = (np.repeat(arguments[name], 20, axis=0) for name in "uv")
            return {**arguments, "u": u, "v": v}


def features(new_u, new_v):
    """Both averaged over the pairs alike, their products in pairs, and those of two pairs, which are independent."""
    means = [one.reshape(2, 20, -1).mean(axis=1) for one in (new_u, new_v)]
    return *means, new_u[:20].T @ new_v[:20] / 20, new_u[20:].T @ new_v[20:] / 20, new_u[:20].T @ new_u[20:] / 20


def acceptance(u, v, W, b, c, beta_l, beta_m):
    """a(u, v) of each pair (M,), with the sums of exp(-β E) over all h."""
    all_h = all_bits(len(c))
    weights = {}
    for beta in (beta_l, beta_m):
        for name, state in (("u", u), ("v", v)):
            minus_E = (state @ b)[:, None] + all_h @ c + state @ W @ all_h.T
            weights[beta, name] = np.exp(beta * minus_E).sum(axis=1)
    r = weights[beta_l, "v"] * weights[beta_m, "u"] / (weights[beta_l, "u"] * weights[beta_m, "v"])
    return np.minimum(1, r)


def exact_means(u, v, W, b, c, beta_l, beta_m):
    """The exact means of those."""
    u, v = u[[0, -1]], v[[0, -1]]
    a = acceptance(u, v, W, b, c, beta_l, beta_m)[:, None]
    mean_u, mean_v = (1 - a) * u + a * v, (1 - a) * v + a * u
    in_pairs = [(1 - a[m]) * np.outer(u[m], v[m]) + a[m] * np.outer(v[m], u[m]) for m in range(2)]
    return mean_u, mean_v, *in_pairs, np.outer(mean_u[0], mean_u[1])


# BEGIN PROPERTIES
def property_the_same_states(student):
    """each pair has the same two states afterwards, exchanged or not, and u and v themselves are as before"""
    rng = np.random.default_rng(0)
    W, b, c = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    u, v = rng.integers(0, 2, size=(2, 200, 4)).astype(float)
    kept = u.copy(), v.copy()
    after_u, after_v = (np.asarray(one) for one in student.swap(W, b, c, 0.3, 1.0, u, v, rng))
    if not (np.array_equal(u, kept[0]) and np.array_equal(v, kept[1])):
        return "an argument is another one afterwards"
    stay = (after_u == u).all(axis=1) & (after_v == v).all(axis=1)
    went = (after_u == v).all(axis=1) & (after_v == u).all(axis=1)
    if not (stay | went).all():
        return "not in all pairs"
    return None if (stay & ~went).any() and (went & ~stay).any() else "all pairs did the same"


def property_rungs_are_kept(student):
    """100,000 pairs that are draws of exp(-β E) / Z at both rungs are draws of it afterwards"""
    rng = np.random.default_rng(1)
    W, b, c = 2 * rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
    minus_E = (all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T
    of_rungs = [np.exp(beta * minus_E).sum(axis=1) / np.exp(beta * minus_E).sum() for beta in (0.2, 1.0)]
    u, v = (all_v[rng.choice(8, size=100_000, p=one)] for one in of_rungs)
    for name, after, p_of_rung in zip("lm", student.swap(W, b, c, 0.2, 1.0, u, v, rng), of_rungs):
        often = np.bincount(np.asarray(after).astype(int) @ [4, 2, 1], minlength=8) / 100_000
        if np.abs(often - p_of_rung).max() > 0.01:
            return f"not at rung {name}"
    return None
# END PROPERTIES


BELOW = "rng.random((1, len(u)))[0] < a"
TAKE_OFF = " - free_energy(v, beta_l, W, b, c) - free_energy(u, beta_m, W, b, c)"
MISTAKES = (
    Edit(2, "return -beta * (v @ b) -", "return beta * (v @ b) -", "free_energy"),
    Edit(3, "np.logaddexp(0, beta * x)", "np.log(1 + np.exp(beta * x))", "free_energy"),
    Edit(4, "v @ W + c", "v @ W", "free_energy"),
    Edit(5, "-beta * (v @ b) -", "-", "free_energy"),
    Edit(12, BELOW, "a > 0.5"),
    Edit(13, BELOW, "rng.random((1, len(u)))[0] > a"),
    Edit(15, BELOW, "np.full(len(u), rng.random()) < a"),
    Edit(23, "exchanged = rng", "exchanged = np.random.default_rng(0)"),
    Edit(25, "return new_u, new_v", "u[...], v[...] = new_u, new_v\n    return u, v"),
    Edit(104, "np.where(exchanged[:, None], u, v)", "np.where(exchanged[:, None], new_u, v)"),
    Edit(113, "a = np.exp(np.minimum(log_r, 0))", "a = np.exp(np.minimum(-log_r, 0))"),
    Edit(115, "return -beta * (v @ b) - np.logaddexp(0, beta * x)",
         "return -(v @ b) - np.logaddexp(0, beta * (v @ W) + c)", "free_energy"),
    Edit(115, "x = v @ W + c", "x = v @ W + c / beta", "free_energy"),
    Edit(116, "log_r = log_r" + TAKE_OFF, "log_r = free_energy(v, beta_m, W, b, c) - free_energy(u, beta_m, W, b, c)"),
    Edit(116, "log_r = log_r" + TAKE_OFF, "log_r = free_energy(u, beta_l, W, b, c) - free_energy(v, beta_l, W, b, c)"),
)

ASSIGNMENT = Assignment(
    title="rungs that exchange their states",
    after="12",
    tasks=(
        Task("swap", 1, 0.75, "12", "12.1", instance, by_the_package, ("u", "v"), mistakes=MISTAKES, instances=4,
             statistics=Statistics(small, exact_means, features),
             hints=("log r is F_l(u) + F_m(v) - F_l(v) - F_m(u): both Z cancel.",
                    "F_β(v) = -β b·v - Σ_j log(1 + exp(β x_j)), the logarithm by np.logaddexp.",
                    "Make both new arrays from the old ones: np.where(exchanged[:, None], v, u), and the reverse.")),
    ),
)
