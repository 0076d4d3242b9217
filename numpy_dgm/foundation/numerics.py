"""Numerics that every wing stands on: stable in float32 and float64, dtype in is dtype out.

    σ(x) = 1 / (1 + exp(-x))        softplus(x) = log(1 + exp(x))        logsumexp(x) = log Σ exp(x)

Work in logs; never exponentiate what could be large.
"""
import numpy as np


def sigmoid(x, out=None):
    """σ(x) = 1 / (1 + exp(-x)), elementwise, in x's dtype and shape; x an array. Into `out` where it is given.

    Exact to the last digits on both sides, small probabilities too. Where exp(-x) overflows to infinity,
    1 / (1 + infinity) = 0 is what σ(x) rounds to.
    """
    y = np.negative(x, out=out)
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.reciprocal(y, out=y)


def logit(p):
    """The inverse of σ: log(p / (1 - p)), elementwise, for p in (0, 1)."""
    return np.log(p) - np.log1p(-p)


def softplus(x):
    """log(1 + exp(x)), elementwise, in x's dtype and shape.

        log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))

    The exponent on the right is never positive, so nothing overflows.
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sum_of_softplus(x):
    """Σⱼ log(1 + exp(xⱼ)) over the last axis, (..., n) -> (...), summed in float64.

        Σⱼ log(1 + exp(xⱼ)) = Σⱼ max(xⱼ, 0) + log Πⱼ (1 + exp(-|xⱼ|))

    Each factor lies in (1, 2], so 1,000 of them multiply to at most 2^1000, which float64 holds: one
    logarithm does for 1,000 units, and the logarithm is what costs most.
    """
    total = np.maximum(x, 0).sum(axis=-1, dtype=np.float64)
    factors = 1 + np.exp(-np.abs(x))
    for start in range(0, x.shape[-1], 1000):
        product = factors[..., start : start + 1000].prod(axis=-1, dtype=np.float64)
        total = total + np.log(product)
    return total


def logsumexp(x, axis=None):
    """log Σ exp(x) along `axis` (over everything by default), computed in float64.

    The largest entry is taken out first, so that the largest exponential is exp(0). A slice that is
    -∞ throughout (the log of nothing but zeros) gives -∞.
    """
    x = np.asarray(x, dtype=np.float64)
    largest = x.max(axis=axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):  # log 0 = -∞ is the right answer
        total = np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))
    return (total + largest).squeeze(axis=axis)[()]


def bernoulli(p, rng, out=None):
    """One draw of 0 or 1 for each entry of p, 1 with probability p, in p's dtype and shape.

    One uniform number an entry: u < p is true with probability p. Into `out`, another array than p, where
    it is given.
    """
    u = np.empty_like(p) if out is None else out
    rng.random(out=u, dtype=u.dtype)
    return np.less(u, p, out=u)  # True and False written as 1 and 0 into u's own memory
