"""Exercise to lesson 19: instances, oracles by sums over the values of a unit, and mistakes."""
import math

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.foundation.numerics import logsumexp


def instance(rng, conventions, number):
    """N, K and n different, N and K alike in the third; in the last one inputs are beyond what exp can hold."""
    N, K = (4, 4) if number == 2 else rng.permutation([2, 3, 5])[:2]
    x = rng.normal(size=(N, K))
    if number == 3:
        x[:, 0] += np.where(np.arange(N) % 2 == 0, 1000.0, -1000.0)
    return {"x": x, "n": 6 + number}


def sample_instance(rng, conventions, number):
    return {**instance(rng, conventions, min(number, 2)), "rng": Seed(int(rng.integers(2**31)))}


def by_values(x, n):
    """All values s (n + 1,), A of each input (N, K), and p(s given x) (N, K, n + 1), by their definition."""
    s = np.arange(n + 1)
    log_base = np.array([math.log(math.comb(n, int(heads))) for heads in s])
    log_weights = log_base + x[:, :, None] * s
    A = logsumexp(log_weights, axis=2)
    return s, A, np.exp(log_weights - A[:, :, None])


def log_normaliser_oracle(x, n):
    return by_values(x, n)[1].sum(axis=1)


def mean_oracle(x, n):
    s, _, p = by_values(x, n)
    return p @ s


def small(rng, conventions):
    """Two cases, each of them 20 times."""
    return {"x": np.repeat(rng.normal(size=(2, 2)), 20, axis=0), "n": 4, "rng": Seed(int(rng.integers(2**31)))}


def features(s):
    """How often each value is drawn, and means of products: of two units of a case, and of a case and the next."""
    shares = [(s == value).reshape(2, 20, 2).mean(axis=1) for value in range(5)]
    return np.stack(shares), (s[:, 0] * s[:, 1]).mean(), (s * np.roll(s, 1, axis=0)).mean(axis=0)


def exact_means(x, n):
    s, _, p = by_values(x, n)
    mean = p @ s
    next_to = (mean * np.roll(mean, 1, axis=0)).mean(axis=0)
    return np.moveaxis(p[::20], 2, 0), (mean[:, 0] * mean[:, 1]).mean(), next_to


# BEGIN PROPERTIES
def property_bits(student):
    """with n = 1 the layer is one of bits: log(1 + exp(x)) and the sigmoid, also at ±1000"""
    x = np.array([[0.5, -1.0, 2.0], [0.0, 1000.0, -1000.0]])
    with np.errstate(all="ignore"):
        A, means = student.log_normaliser(x, 1), student.mean(x, 1)
    if np.shape(A) != (2,) or not np.allclose(A, [0.974077 + 0.313262 + 2.126928, 0.693147 + 1000.0]):
        return "log_normaliser is not"
    right = [[0.622459, 0.268941, 0.880797], [0.5, 1.0, 0.0]]
    return None if np.allclose(means, right, atol=1e-5) else "mean is not"


def property_slope(student):
    """mean is the slope of your own log_normaliser, by differences"""
    x = np.array([[0.3, -0.7], [1.1, 0.2], [-2.0, 0.6]])
    for j in range(2):
        step = 1e-2 * np.eye(2)[j]
        slope = (np.asarray(student.log_normaliser(x + step, 5)) - student.log_normaliser(x - step, 5)) / 2e-2
        if not np.allclose(np.asarray(student.mean(x, 5))[:, j], slope, atol=1e-3):
            return "it is not"
    return None


def property_draws(student):
    """draws are whole numbers from 0 to n, have your own mean, and the variance that is the mean's slope"""
    x = np.full((20_000, 2), [0.4, -1.0])
    s = np.asarray(student.sample(x, 4, np.random.default_rng(0)))
    if s.shape != x.shape or not np.isin(s, np.arange(5)).all():
        return "they are not numbers from 0 to 4, one for each input"
    if np.abs(s.mean(axis=0) - student.mean(x[:1], 4)[0]).max() > 0.05:
        return "the mean is another one"
    slope = (np.asarray(student.mean(x[:1] + 1e-2, 4)) - student.mean(x[:1] - 1e-2, 4))[0] / 2e-2
    return None if np.abs(s.var(axis=0) - slope).max() < 0.06 else "the variance is another one"
# END PROPERTIES


LOG_NORMALISER_MISTAKES = (
    Edit(1, "np.logaddexp(0, x)", "np.logaddexp(0, -x)"),
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))"),
    Edit(127, "return n * A_of_a_coin", "return A_of_a_coin"),
    Edit(127, "return n * A_of_a_coin.sum(axis=1)", "return n + A_of_a_coin.sum(axis=1)"),
)
MEAN_MISTAKES = (
    Edit(1, "sigmoid(x)", "sigmoid(-x)"),
    Edit(3, "sigmoid(x)", "np.exp(x) / (1 + np.exp(x))"),
    Edit(127, "n * ", ""),
)
SAMPLE_MISTAKES = (
    Edit(12, "uniform < p[:, :, None]", "np.full(uniform.shape, 0.5) < p[:, :, None]"),
    Edit(13, "uniform < p", "uniform > p"),
    Edit(14, "rng.random((*x.shape, n))", "rng.standard_normal((*x.shape, n))"),
    Edit(15, "rng.random((*x.shape, n))", "rng.random((x.shape[1], n))"),
    Edit(15, "rng.random((*x.shape, n))", "rng.random(n)"),
    Edit(23, "p = sigmoid(x)\n", "p = sigmoid(x)\n    rng = np.random.default_rng(0)\n"),
    Edit(127, "heads.sum(axis=2).astype(float)", "heads[:, :, 0].astype(float)"),
    Edit(128, "heads.sum(axis=2).astype(float)", "n * heads[:, :, 0].astype(float)"),
)

ASSIGNMENT = Assignment(
    title="a layer of binomial units",
    after="19",
    tasks=(
        Task("log_normaliser", 1, 0.4, "19", "19.3", instance, log_normaliser_oracle, ("A of each layer",), instances=4,
             mistakes=LOG_NORMALISER_MISTAKES,
             hints=("(1 + y)^n = Σ_s base(s) y^s, the binomial theorem. What is y here?",
                    "log(1 + exp(x)) without overflow is np.logaddexp(0, x); the sum over the units is axis=1.")),
        Task("mean", 1, 0.2, "19", "19.1", instance, mean_oracle, ("mean",), instances=4, mistakes=MEAN_MISTAKES,
             hints=("It is the slope of A by x. The slope of log(1 + exp(x)) is σ(x).",
                    "0.5 * (1 + np.tanh(0.5 * x)) is σ(x) without overflow.")),
        Task("sample", 1, 0.4, "19", "19.1", sample_instance, answers=("s",), mistakes=SAMPLE_MISTAKES,
             statistics=Statistics(small, exact_means, features),
             hints=("By the same theorem the n coins of a unit are independent, each heads with the probability σ(x).",
                    "Compare rng.random((N, K, n)) with the probabilities, p[:, :, None], and count along axis=2.")),
    ),
)
