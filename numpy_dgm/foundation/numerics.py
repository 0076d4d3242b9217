"""Numerics that the whole package relies on: stable in float32 and float64, dtype in is dtype out.

    σ(x) = 1 / (1 + exp(-x))        softplus(x) = log(1 + exp(x))        logsumexp(x) = log Σ exp(x)

Work in logs; never exponentiate what could be large.
"""
from typing import Any

import numpy as np

from .types import Array, Generator


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """σ(x) = 1 / (1 + exp(-x)), elementwise, in x's dtype and shape. Written to `out` where it is given.

    Exact to the last digits on both sides, small probabilities too. Where exp(-x) overflows to infinity,
    1 / (1 + infinity) = 0 is what σ(x) rounds to.
    """
    y = np.negative(x, out=out)
    if y.ndim == 0:
        y = y[...]  # an array of one number
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.divide(1, y, out=y)  # np.reciprocal gives the same and takes twice as long


def logit(p: Array) -> Array:
    """The inverse of σ: log(p / (1 - p)), elementwise, for p in (0, 1)."""
    return np.log(p) - np.log1p(-p)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), elementwise, in x's dtype and shape.

        log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))

    The exponent on the right is never positive, so nothing overflows.
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sum_of_softplus(x: Array) -> Array:
    """Σⱼ log(1 + exp(xⱼ)) over the last axis, (..., n) -> (...), summed in float64.

        Σⱼ log(1 + exp(xⱼ)) = Σⱼ max(xⱼ, 0) + log Πⱼ (1 + exp(-|xⱼ|))

    Each factor lies in (1, 2], so 1,000 of them multiply to at most 2^1000, which float64 holds: one
    logarithm does for 1,000 units, and the logarithm is what costs most.
    """
    positive = np.maximum(x, np.zeros_like(x))  # an array of zeros: with the number 0 it takes three times as long
    total = positive.sum(axis=-1, dtype=np.float64)
    factors = np.exp(-np.abs(x))
    factors += 1
    for start in range(0, x.shape[-1], 1000):
        product = factors[..., start : start + 1000].prod(axis=-1, dtype=np.float64)
        total = total + np.log(product)
    return total


def logsumexp(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """log Σ exp(x) along `axis` (over everything by default), computed in float64: an array, or a number.

    The largest entry is taken out first, so that the largest exponential is exp(0). A slice that is
    -∞ throughout (the log of nothing but zeros) gives -∞. Of the two numbers 0 and x it is softplus(x).
    """
    x = np.asarray(x, dtype=np.float64)
    largest = x.max(axis=axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):  # log 0 = -∞ is the right answer
        total = np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))
    return (total + largest).squeeze(axis=axis)[()]


def squared_distances(x: Array, y: Array) -> Array:
    """|xᵢ - yⱼ|² for all pairs of rows: (N, D), (M, D) -> (N, M), in float64.

        |x - y|² = |x|² + |y|² - 2 x·y

    so that a matrix product does the work. Off by up to some 1e-15 (|x|² + |y|²), never below 0; exact for bits.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    squares = x @ y.T
    squares *= -2
    squares += np.sum(x**2, axis=1)[:, None]
    squares += np.sum(y**2, axis=1)
    return np.maximum(squares, 0, out=squares)


def bernoulli(p: Array, rng: Generator, out: Array | None = None) -> Array:
    """One draw of 0 or 1 for each entry of p, 1 with probability p, in p's dtype and shape.

    One uniform number an entry: u < p is true with probability p. Written to `out`, another array than p,
    where it is given.
    """
    u = np.empty_like(p) if out is None else out
    rng.random(out=u, dtype=u.dtype)
    return np.less(u, p, out=u)  # True and False written as 1 and 0 into u's own memory
