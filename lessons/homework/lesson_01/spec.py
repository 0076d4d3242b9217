"""Exercise to lesson 1: instances, oracles and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.data import best_log_likelihood


def rows_instance(rng, conventions, number):
    """Rows of which some stand there several times, not all equally often."""
    N, D = ((17, 3), (29, 6), (16, 16))[number]
    different = np.unique(rng.integers(0, 2, size=(9, D)), axis=0)
    rows = np.append(rng.integers(len(different), size=N - 5), np.zeros(5, int))
    return {"v": different[rng.permutation(rows)].astype(float)}


def by_the_package(v):
    return (-best_log_likelihood(v),)


def coins_instance(rng, conventions, number):
    """Pixels of very different means; as many cases as pixels in the last instance."""
    N, D = ((13, 5), (7, 10), (9, 9))[number]
    v = (rng.random((N, D)) < rng.uniform(0.1, 0.9, size=D)).astype(float)
    return {"v": v, "rate": float(rng.uniform(0.5, 1.5)), "steps": 6}


def coins_oracle(v, rate, steps):
    """The slopes by central differences of the mean log p."""
    b = np.zeros(v.shape[1])
    for _ in range(steps):
        up, down = mean_log_p(v, b + 1e-5), mean_log_p(v, b - 1e-5)
        b = b + rate * (up - down) / 2e-5
    return (b,)


def mean_log_p(v, b):
    """Of each pixel: (D,)."""
    theta = 1 / (1 + np.exp(-b))
    return np.log(np.where(v == 1, theta, 1 - theta)).mean(axis=0)


# BEGIN PROPERTIES
def property_dice(student):
    """if each of m rows stands there equally often, H is log m, however often that is"""
    rows = np.array(list(itertools.product([0.0, 1.0], repeat=3)))[[0, 3, 4, 6, 7]]
    for times in (1, 4):
        if not np.isclose(student.entropy_of_rows(np.tile(rows, (times, 1))), np.log(5)):
            return f"not for 5 rows that stand there {times} times each"
    return None


def property_rare_rows(student):
    """H is 0 if all rows are alike, and a bent coin's for two rows, one of which stands there 9 times of 13"""
    coin = np.array([[1.0, 0]] * 9 + [[0, 0]] * 4)
    bent = 9 / 13 * np.log(13 / 9) + 4 / 13 * np.log(13 / 4)
    right = np.isclose([student.entropy_of_rows(np.ones((6, 2))), student.entropy_of_rows(coin)], [0, bent])
    return None if right.all() else "it is not"


def property_means(student):
    """after many steps σ(b) is the mean picture"""
    v = np.array([[1.0, 0, 0], [1, 1, 0], [0, 1, 0], [1, 1, 1]])
    b = np.asarray(student.learn_coins(v, 1.0, 500))
    return None if b.shape == (3,) and np.allclose(1 / (1 + np.exp(-b)), [0.75, 0.75, 0.25]) else "it is not"
# END PROPERTIES


SLOPE = "slope = mean - theta"
ENTROPY_MISTAKES = (
    Edit(8, "q = counts / len(v)", "q = counts"),
    Edit(42, "q = counts / len(v)", "q = counts / (len(v) - 1)"),
    Edit(90, "np.log(q)", "np.log2(q)"),
    Edit(91, "return -np.sum(q * np.log(q))", "return np.log(len(q))"),
    Edit(92, "return -np.sum(q * np.log(q))", "return np.log(len(v))"),
    Edit(112, "-np.sum(q * np.log(q))", "-np.mean(np.log(q))"),
    Edit(112, "-np.sum(q * np.log(q))", "-np.mean(q * np.log(q))"),
    Edit(113, "-np.sum(q * np.log(q))", "np.sum(q * np.log(q))"),
)
COINS_MISTAKES = (
    Edit(6, SLOPE, "slope = theta - mean"),
    Edit(8, SLOPE, "slope = (v - theta).sum(axis=0)"),
    Edit(10, "v.mean(axis=0)", "v.mean()"),
    Edit(29, SLOPE, "slope = (mean - theta) * theta * (1 - theta)"),
    Edit(30, "v.mean(axis=0)", "v.mean(axis=1)"),
    Edit(42, "v.mean(axis=0)", "v.sum(axis=0) / (len(v) - 1)"),
    Edit(102, "b = b + rate * slope\n", "b = b + rate * slope\n    b = steps * rate * (v.mean(axis=0) - 0.5)\n"),
)

ASSIGNMENT = Assignment(
    title="coins for all pixels, and entropy",
    after="01",
    tasks=(
        Task("learn_coins", 1, 0.5, "01", "1.2", coins_instance, coins_oracle, ("b",), mistakes=COINS_MISTAKES,
             hints=("Nothing changes against one coin but the shapes: b, θ and the slope are (D,).",
                    "The fraction of heads of each pixel is v.mean(axis=0).")),
        Task("entropy_of_rows", 1, 0.5, "01", "1.8", rows_instance, by_the_package, ("H",),
             mistakes=ENTROPY_MISTAKES,
             hints=("np.unique(v, axis=0, return_counts=True) gives the different rows and how often each is there.",
                    "The fractions are counts / N; H is minus the sum of q log q over the different rows.")),
    ),
)
