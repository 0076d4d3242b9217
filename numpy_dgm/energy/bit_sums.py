"""The weights of all states of a layer of bits, for log Z: by multiplications where the plain sum takes exponentials.

    exp(-F(s)) = exp(b·s) Πⱼ (1 + exp(xⱼ))        xⱼ = cⱼ + (sᵀW)ⱼ

Split s into its first bits, s_high, and its last ones, s_low. Then xⱼ is a sum of two terms, and its exponential
a product of two factors:

    exp(xⱼ) = exp(cⱼ + (s_highᵀ W_high)ⱼ) · exp((s_lowᵀ W_low)ⱼ)

The first factor is the same for every s_low, the second for every s_high: of 2^n states only some 2^(n/2) take
exponentials. Products of many 1 + exp(xⱼ) may overflow float64, so they are taken over segments of units short
enough that they cannot. All is computed in float64, whatever the dtype of the parameters.

n bits of the listed layer, the visible one    m bits of the other layer    E (rows, m) exponentials
"""
from collections.abc import Iterator

import numpy as np

from ..foundation.enumeration import all_bits
from ..foundation.types import Array
from .rbm import RBM
from .units import Bernoulli

LARGEST_LOG = 600.0  # exp(600) is safe in float64, and exp(-600) too
NUMBERS_AT_ONCE = 2**15  # as many as the processor's cache holds


def can_be_multiplied(layer: RBM) -> bool:
    """Whether both layers are bits and no exp(xⱼ), nor a factor of it, can overflow or underflow float64."""
    if not (isinstance(layer.visible, Bernoulli) and isinstance(layer.hidden, Bernoulli)):
        return False
    largest = np.abs(layer.c) + np.abs(layer.W).sum(axis=0, dtype=np.float64)
    return bool(largest.max() <= LARGEST_LOG)


def log_weights_of_bits(layer: RBM) -> Iterator[tuple[Array, int]]:
    """-F(s) of all states s of the visible layer, in blocks: pairs of log weights (S,) and the count of states done."""
    W, b, c = (array.astype(np.float64) for array in (layer.W, layer.b, layer.c))
    n, m = W.shape
    n_low = min(n, max(1, int(np.log2(max(2, NUMBERS_AT_ONCE // m)))))
    n_high = n - n_low
    s_low = all_bits(n_low)
    E_low, b_low = np.exp(s_low @ W[n_high:]), s_low @ b[n_high:]  # (2^n_low, m), (2^n_low,)
    starts, factors = segment_starts(W, c), np.empty_like(E_low)
    rows = max(1, NUMBERS_AT_ONCE // 2**n_low)  # of s_high at once
    for start in range(0, 2**n_high, rows):
        s_high = all_bits(n_high, start, min(start + rows, 2**n_high))
        E_high, b_high = np.exp(c + s_high @ W[:n_high]), s_high @ b[:n_high]
        log_weights = b_high[:, None] + b_low  # (rows, 2^n_low)
        for row, E in zip(log_weights, E_high):
            np.multiply(E_low, E, out=factors)
            factors += 1
            row += np.log(np.multiply.reduceat(factors, starts, axis=1)).sum(axis=1)
        yield log_weights.ravel(), (start + len(s_high)) * 2**n_low


def segment_starts(W: Array, c: Array) -> Array:
    """Where to begin the segments of the other layer's units so that Π (1 + exp(xⱼ)) over each stays below exp(700).

    W (n, m), c (m,) -> the first unit of each segment, in order.
    """
    largest_x = c + np.maximum(W, 0).sum(axis=0)
    largest_log = np.logaddexp(0, largest_x)  # log(1 + exp(x))
    starts, total = [0], 0.0
    for j, log in enumerate(largest_log):
        if total + log > 700:
            starts.append(j)
            total = 0.0
        total += log
    return np.array(starts)
