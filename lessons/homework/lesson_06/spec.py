"""Exercise to lesson 6: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid


def draw_arguments(rng, N, D, n_draws):
    return {"s": rng.integers(0, 2, size=(N, D)).astype(float), "W": np.triu(rng.normal(size=(D, D)), k=1),
            "b": rng.normal(size=D), "n_draws": n_draws, "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    N, D, n_draws = ((31, 5, 9), (18, 7, 12), (12, 12, 15))[number]
    return draw_arguments(rng, N, D, n_draws)


def energy(W, b, s):
    return -(b @ s) - s @ W @ s


def oracle(W, b, s, n_draws, rng):
    """Chain by chain: p from the energies of the two states that the unit can be in."""
    s = s.copy()
    for _ in range(n_draws):
        units, u = rng.integers(len(b), size=len(s)), rng.random(len(s))
        for n, i in enumerate(units):
            s[n, i] = 0.0
            E_off = energy(W, b, s[n])
            s[n, i] = 1.0
            p = 1 / (1 + np.exp(energy(W, b, s[n]) - E_off))
            s[n, i] = float(u[n] < p)
    return (s,)


def small(rng, conventions):
    """Two different states, each in 20 chains: the mean over many rows shows small errors."""
    arguments = draw_arguments(rng, 2, 3, 3)
    return {**arguments, "s": np.repeat(all_bits(3)[rng.permutation(8)[:2]], 20, axis=0)}


def features(s):
    """s averaged over chains alike, its products within chains, and those of pairs of chains, which are independent."""
    first, last = s[:20], s[20:]
    return (first.mean(axis=0), last.mean(axis=0), first.T @ first / 20, last.T @ last / 20, first.T @ last / 20,
            first[:-1].T @ first[1:] / 19)


def exact_means(W, b, s, n_draws):
    """The exact means of those, from R = (T_0 + ... + T_{D-1}) / D."""
    states = all_bits(len(b))
    R = np.zeros((len(states), len(states)))
    for i in range(len(b)):
        means = states.copy()
        means[:, i] = sigmoid(b[i] + states @ (W + W.T)[i])
        R += product_of_bernoullis(means) / len(b)
    p = np.linalg.matrix_power(R, n_draws)[bits_to_index(s[[0, -1]])]
    first, last = p @ states
    within = np.einsum("ns,si,sk->nik", p, states, states)
    return first, last, within[0], within[1], np.outer(first, last), np.outer(first, first)


# BEGIN PROPERTIES
def property_one_unit(student):
    """a single draw changes at most one unit of a chain, in each chain another, and not s itself"""
    rng = np.random.default_rng(0)
    W, b = np.triu(rng.normal(size=(4, 4)), k=1), rng.normal(size=4)
    s = rng.integers(0, 2, size=(1_000, 4)).astype(float)
    kept = s.copy()
    after = np.asarray(student.random_scan(W, b, s, 1, rng))
    if after.shape != s.shape or not np.isin(after, (0, 1)).all():
        return f"expected 0 and 1 in the shape {s.shape}, got {after.shape}"
    if not np.array_equal(s, kept):
        return "s is another one afterwards"
    changed = after != s
    if changed.sum(axis=1).max() > 1:
        return "several units of a chain changed"
    return None if changed.any(axis=0).all() else "the same units are drawn in all chains"


def property_machine_is_kept(student):
    """50,000 chains that are draws of exp(-E) / Z are draws of it after 5 draws"""
    rng = np.random.default_rng(1)
    W, b = np.triu(2 * rng.normal(size=(3, 3)), k=1), rng.normal(size=3)
    states = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    weights = np.exp(states @ b + ((states @ W) * states).sum(axis=1))
    p_of_s = weights / weights.sum()
    chains = states[rng.choice(8, size=50_000, p=p_of_s)]
    numbers = np.asarray(student.random_scan(W, b, chains, 5, rng)).astype(int) @ [4, 2, 1]
    often = np.bincount(numbers, minlength=8) / 50_000
    return None if np.abs(often - p_of_s).max() < 0.012 else "they are not"
# END PROPERTIES


DRAW = "s[rows, i] = rng.random(len(s)) < p"
MISTAKES = (
    Edit(1, "x = b[i] + np.sum(both_ways[i] * s, axis=1)", "x = -b[i] - np.sum(both_ways[i] * s, axis=1)"),
    Edit(5, "b[i] + ", ""),
    Edit(12, DRAW, "rng.random(len(s))\n        s[rows, i] = p > 0.5"),
    Edit(12, DRAW, "s[rows, i] = p > 0.5"),
    Edit(13, DRAW, "s[rows, i] = rng.random(len(s)) > p"),
    Edit(14, DRAW, "s[rows, i] = rng.standard_normal(len(s)) < p"),
    Edit(15, DRAW, "s[rows, i] = rng.random() < p"),
    Edit(16, DRAW, "s[rows, i] = p"),
    Edit(20, "range(n_draws)", "range(n_draws - 1)"),
    Edit(21, "range(n_draws)", "range(n_draws + 1)"),
    Edit(23, "both_ways = W + W.T", "rng = np.random.default_rng(0)\n    both_ways = W + W.T"),
    Edit(25, "s = s.copy()\n", "\n"),
    Edit(110, "i = rng.integers(len(b), size=len(s))", "i = rng.integers(len(b))"),
    Edit(111, "both_ways = W + W.T", "both_ways = W"),
    Edit(111, "both_ways = W + W.T", "both_ways = W.T"),
)

ASSIGNMENT = Assignment(
    title="Gibbs sampling in random order",
    after="06",
    tasks=(
        Task("random_scan", 1, 0.5, "06", "6.3", instance, oracle, ("s",), mistakes=MISTAKES,
             statistics=Statistics(small, exact_means, features),
             hints=("Write it for one chain first: choose i, work out x_i, draw s_i.",
                    "For all chains at once i is an array (N,): b[i] is (N,), (W + W.T)[i] is (N, D).",
                    "One entry a row is set by s[np.arange(N), i] = ...; take a copy of s before.")),
    ),
)
