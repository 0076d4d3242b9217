"""Toys: data sets of bits so small that the best that any model can do is known exactly.

A model gives every row a probability. The mean log p(v) over the rows is largest where p = q, q(v) the
fraction of the rows that are v, and there it is minus the entropy of q:

    best mean log p = Σ_v q(v) log q(v)          q(v) = (how often v occurs) / N

What a model still lacks to that optimum is its Kullback-Leibler divergence from the data, KL(q || p).

N rows    D bits    v (N, D) float64, 0 or 1

Bars and stripes, and the labelled shifter by that name: MacKay 2003, Information Theory, Inference, and
Learning Algorithms, chapter 43. The shifter itself: Hinton and Sejnowski 1986, Learning and relearning in
Boltzmann machines.
"""
import numpy as np

from ..foundation.checks import check_array, check_integer
from ..foundation.enumeration import all_bits
from ..foundation.types import Array


def bars_and_stripes(n: int) -> Array:
    """All images of n x n pixels in which every row is of one colour, then all with one colour a column.

    n from 1 to 12 -> (2^(n+1), n²), pixels row by row. The empty image and the full one are both, so
    they occur twice: 2^(n+1) rows, 2^(n+1) - 2 of them distinct (n > 1). Raises InvalidInput.

        best mean log p = -(1 - 2^(1-n)) log 2^(n+1) - 2^(1-n) log 2^n
    """
    n = check_integer("n", n, least=1, most=12)
    patterns = all_bits(n)  # (2^n, n)
    bars = np.repeat(patterns, n, axis=1)  # bit i colours row i, which is n pixels in a line
    stripes = np.tile(patterns, (1, n))  # bit j colours column j, once in each row
    return np.concatenate([bars, stripes])


def shifting_bar(n: int, width: int) -> Array:
    """A bar of `width` ones at each of the n places of a ring of n bits: n >= 1, width <= n -> (n, n).

    Raises InvalidInput.

        best mean log p = -log n          (width < n, so that all rows are distinct)
    """
    n = check_integer("n", n)
    width = check_integer("width", width, least=1, most=n)
    bar = np.zeros(n)
    bar[:width] = 1
    return np.stack([np.roll(bar, place) for place in range(n)])


def labelled_shifter(n: int) -> Array:
    """A pattern of n bits, the same pattern shifted by one place in a ring, and which way it went.

        v = [pattern (n), shifted pattern (n), left, none, right]

    n from 1 to 16 -> (3 · 2^n, 2n + 3). Each of the 2^n patterns comes with each of the three shifts:
    all of them to the left, then all without a shift, then all to the right. One of the last three bits
    is on. The rows are all distinct. Raises InvalidInput.

        best mean log p = -log(3 · 2^n)
    """
    n = check_integer("n", n, least=1, most=16)
    pattern = all_bits(n)  # (2^n, n)
    parts = []
    for label, shift in zip(np.eye(3), (-1, 0, 1)):
        shifted = np.roll(pattern, shift, axis=1)
        labels = np.tile(label, (len(pattern), 1))
        parts.append(np.concatenate([pattern, shifted, labels], axis=1))
    return np.concatenate(parts)


def best_log_likelihood(v: Array) -> float:
    """Σ_v q(v) log q(v), in nats: the largest mean log p over the rows of v (N, D) there can be.

    N times it is the largest log-likelihood of all rows together. Raises InvalidInput.
    """
    v = check_array("v", v)
    _, counts = np.unique(v, axis=0, return_counts=True)
    q = counts / len(v)
    return float(np.sum(q * np.log(q)))
