"""Exercise to lesson 7: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM, gibbs_step
from numpy_dgm.foundation.enumeration import all_bits, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid


def draw_arguments(rng, N, D, K):
    return {"v": rng.integers(0, 2, size=(N, D)).astype(float), "W": rng.normal(size=(D, K)),
            "b": rng.normal(size=D), "c": rng.normal(size=K), "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """N, D and K all different; alike in the last instance, where a transpose raises no error."""
    sizes = (16, 16, 16) if number == 2 else rng.permutation([12, 13, 14, 15])[:3]
    return draw_arguments(rng, *sizes)


def by_the_package(W, b, c, v, rng):
    return (gibbs_step(RBM(W=W, b=b, c=c), v, rng),)


def small(rng, conventions):
    """Two different cases, each 20 times: the mean over many rows shows small errors. No v' is nearly certain."""
    while True:
        arguments = draw_arguments(rng, 2, 3, 3)
        v = np.repeat(all_bits(3)[rng.permutation(8)[:2]], 20, axis=0)
        W, b, c = 5 * arguments["W"], 2 * arguments["b"], 2 * arguments["c"]
        mean_v = np.array(exact_means(W, b, c, v)[:2])
        if mean_v.min() > 0.1 and mean_v.max() < 0.9:
            return {**arguments, "v": v, "W": W}


def features(v_next):
    """v' averaged over the cases alike, its products within cases, and those of two cases, which are independent."""
    first, last = v_next[:20], v_next[20:]
    return (first.mean(axis=0), last.mean(axis=0), first.T @ first / 20, last.T @ last / 20, first.T @ last / 20,
            first[:-1].T @ first[1:] / 19)


def exact_means(W, b, c, v):
    """The exact means of those, by sums over all h and all v'."""
    all_v, all_h = all_bits(len(b)), all_bits(len(c))
    up = product_of_bernoullis(sigmoid(v[[0, -1]] @ W + c))  # (2, 2^K)
    p = up @ product_of_bernoullis(sigmoid(all_h @ W.T + b))  # (2, 2^D)
    first, last = p @ all_v
    within = np.einsum("ns,si,sk->nik", p, all_v, all_v)
    return first, last, within[0], within[1], np.outer(first, last), np.outer(first, first)


# BEGIN PROPERTIES
def property_layers(student):
    """what comes back are units in the shape of v, and v is what it was"""
    rng = np.random.default_rng(0)
    W, b, c = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    v = rng.integers(0, 2, size=(50, 4)).astype(float)
    kept = v.copy()
    v_next = np.asarray(student.block_step(W, b, c, v, rng))
    if v_next.shape != (50, 4) or not np.isin(v_next, (0, 1)).all():
        return f"expected 0 and 1 in the shape (50, 4), got {v_next.shape}"
    return None if np.array_equal(v, kept) else "v is another one afterwards"


def property_model_is_kept(student):
    """50,000 chains that are draws of p(v) = Σ_h exp(-E(v, h)) / Z are draws of p(v) after a step"""
    rng = np.random.default_rng(1)
    W, b, c = 1.5 * rng.normal(size=(3, 2)), rng.normal(size=3), np.array([2.0, -2.0])
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
    weights = np.exp(all_v @ b + np.log(np.exp(all_h @ c + all_v @ W @ all_h.T).sum(axis=1)))
    p_of_v = weights / weights.sum()
    v = all_v[rng.choice(8, size=50_000, p=p_of_v)]
    v_next = student.block_step(W, b, c, v, rng)
    numbers = np.asarray(v_next).astype(int) @ [4, 2, 1]
    often = np.bincount(numbers, minlength=8) / 50_000
    return None if np.abs(often - p_of_v).max() < 0.012 else "they are not"
# END PROPERTIES


LAST = "return (rng.random(p_v.shape) < p_v).astype(float)"
MISTAKES = (
    Edit(1, "sigmoid(v @ W + c)", "sigmoid(-(v @ W + c))"),
    Edit(4, "v @ W + c", "v @ W"),
    Edit(5, "h @ W.T + b", "h @ W.T"),
    Edit(11, "h @ W.T", "h @ W"),
    Edit(12, "rng.random(p_h.shape) < p_h", "0.5 < p_h"),
    Edit(13, "rng.random(p_h.shape) < p_h", "rng.random(p_h.shape) > p_h"),
    Edit(13, "rng.random(p_v.shape) < p_v", "rng.random(p_v.shape) > p_v"),
    Edit(14, "rng.random(p_h.shape)", "rng.standard_normal(p_h.shape)"),
    Edit(15, "rng.random(p_h.shape)", "rng.random(p_h.shape[1])"),
    Edit(15, "rng.random(p_v.shape)", "rng.random(p_v.shape[1])"),
    Edit(16, "h = (rng.random(p_h.shape) < p_h).astype(float)", "h = p_h"),
    Edit(16, LAST, "return p_v"),
    Edit(23, "p_h = sigmoid", "rng = np.random.default_rng(0)\n    p_h = sigmoid"),
    Edit(25, LAST, "v[...] = rng.random(p_v.shape) < p_v\n    return v"),
)

ASSIGNMENT = Assignment(
    title="a step of block Gibbs sampling",
    after="07",
    tasks=(
        Task("block_step", 1, 0.25, "07", "7.5", instance, by_the_package, ("v'",), mistakes=MISTAKES,
             statistics=Statistics(small, exact_means, features),
             hints=("Four lines: p_h from v, h from p_h, p_v from that h, v' from p_v.",
                    "v @ W is (N, K), h @ W.T is (N, D).",
                    "A unit is on where its own uniform number is below p: rng.random(p.shape) < p.")),
    ),
)
