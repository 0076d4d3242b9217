"""The likelihood of an RBM, exactly, where one of its layers is small enough to be listed; the pseudo-likelihood.

    log p(v) = -F(v) - log Z          log Z = log Σ_h exp(-F(h))

where F(h) is the free energy of the hidden layer, all visible layers summed (or integrated) out in closed
form: for bits the sum has 2^K terms, not 2^(D+K). Where the visible layer has fewer states it is listed
instead. Each bit more doubles the time: 20 take seconds, 25 minutes. Gaussian units cannot be listed, but
where both layers are Gaussian v and h are jointly normal, and Z is the integral of a normal density.

N cases    D visible units    K hidden units    S states of the listed layer, in blocks
"""
import time
import warnings
from dataclasses import replace

import numpy as np

from ..foundation.checks import InvalidInput
from ..foundation.numerics import logsumexp, sum_of_softplus
from .bit_sums import can_be_multiplied, log_weights_of_bits
from .rbm import transposed, free_energy, is_gaussian_pair
from .units import Bernoulli, Softmax

MOST_STATES = 2**25  # that many take minutes; the next doubling, the better part of an hour


def log_partition(rbm):
    """log Z = log Σ exp(-F(s)) over all states s of the smaller layer, a number, summed in float64.

    Memory stays within a few MB: the states are visited in blocks, bits by a shorter way (bit_sums.py). Where
    the first blocks show that it will take more than 10 s, a warning says how long beforehand. InvalidInput
    where the smaller layer has more than 2^25 states. Two Gaussian layers need no sum.
    """
    if is_gaussian_pair(rbm):
        return _gaussian_log_partition(rbm)
    layer = smaller_layer_visible(rbm)
    n_states = count_states(rbm)
    blocks = log_weights_of_bits(layer) if can_be_multiplied(layer) else log_weights(layer)
    totals = []  # log of each block's summed weight
    started, warned = time.perf_counter(), False
    for block, stop in blocks:
        totals.append(logsumexp(block))
        seconds = time.perf_counter() - started
        if not warned and seconds > 0.2:
            warned = True
            _warn_of_a_long_sum(n_states, seconds * n_states / stop)
    return float(logsumexp(np.array(totals)))


def log_weights(layer):
    """-F(s) of all states s of the visible layer, in blocks: pairs of log weights (S,) and how many are done."""
    for states, stop in state_blocks(layer):
        yield -free_energy(layer, states), stop


def gaussian_moments(rbm):
    """Mean (D + K,) and covariance (D + K, D + K) of [v, h] where both layers are Gaussian, in float64.

        p(v, h) ∝ exp([b, c]·[v, h] - ½ [v, h]ᵀ Λ [v, h])        Λ = [[I, -W], [-Wᵀ, I]]

    so the covariance is Λ⁻¹ and the mean Λ⁻¹ [b, c]. Λ is positive where W's singular values are below 1.
    """
    W = rbm.W.astype(np.float64)
    n_visible, n_hidden = W.shape
    precision = np.block([[np.eye(n_visible), -W], [-W.T, np.eye(n_hidden)]])
    covariance = np.linalg.inv(precision)
    return covariance @ np.concatenate([rbm.b, rbm.c]), covariance


def _gaussian_log_partition(rbm):
    """log Z = ½ [b, c]ᵀ Λ⁻¹ [b, c] - ½ log det Λ, with `gaussian_moments`' Λ; the bases hold the (2π)."""
    mean, covariance = gaussian_moments(rbm)
    _, log_det_covariance = np.linalg.slogdet(covariance)
    return float(0.5 * np.concatenate([rbm.b, rbm.c]) @ mean + 0.5 * log_det_covariance)


def log_likelihood(rbm, v, log_z=None, missing_groups=False):
    """log p(v) = -F(v) - log Z in nats, one number a case: (N, D) -> (N,), in float64.

    `log_z` is log Z where it is known already; by default `log_partition(rbm)`, exactly. v must be states:
    InvalidInput for grey levels, and for softmax groups that are missing, since a case with missing groups has
    another model, without these groups, and another Z. `missing_groups=True` takes every case by its own
    model, exactly; `log_z` is then not used.
    """
    if missing_groups:
        return _log_likelihood_of_present_groups(rbm, v)
    if not rbm.visible.are_states(v):
        raise InvalidInput("v: values that no unit can take came (grey levels, or softmax groups that are missing), states "
                       "of the visible layer were wanted; missing_groups=True takes each case by the model of its "
                       "present groups")
    if log_z is None:
        log_z = log_partition(rbm)
    return -free_energy(rbm, v).astype(np.float64) - log_z


def _log_likelihood_of_present_groups(rbm, v):
    """log p of what is present of each case, by the model that has these groups alone: (N, D) -> (N,)."""
    if not isinstance(rbm.visible, Softmax):
        raise InvalidInput(f"missing_groups: visible units of the kind {rbm.visible} came, "
                       "only softmax groups can be missing")
    present = rbm.visible.present(v)
    log_p = np.zeros(len(v))  # of a case with no group at all: log 1
    for pattern in np.unique(present, axis=0):
        if pattern.any():
            rows = (present == pattern).all(axis=1)
            part = replace(rbm, W=rbm.W[pattern], b=rbm.b[pattern])
            log_p[rows] = log_likelihood(part, v[rows][:, pattern])
    return log_p


def pseudo_log_likelihood(rbm, v):
    """Σᵢ log p(vᵢ given all other v), all D bits of every case, one number a case: (N, D) -> (N,), in float64.

        log p(vᵢ given the rest) = log σ(F(v with bit i flipped) - F(v))

    log Z cancels, which makes it cheap, and makes it no likelihood: a model can know every bit from the others
    and be wrong about which patterns there are. Besag 1975. InvalidInput unless the visible units are bits.
    """
    if not isinstance(rbm.visible, Bernoulli):
        raise InvalidInput(f"rbm.visible: {rbm.visible} came, the pseudo-likelihood by flips is that of bits")
    if not rbm.visible.are_states(v):
        raise InvalidInput("v: grey levels came, bits were wanted: only a bit can be flipped")
    x = v @ rbm.W + rbm.c  # (N, K)
    log_weight = v @ rbm.b + rbm.hidden.log_normaliser(x)  # -F(v)
    total = np.zeros(len(v))
    for i in range(v.shape[1]):
        change = 1 - 2 * v[:, i]  # (N,) what flipping bit i adds to it
        flipped_log_weight = (
            v @ rbm.b + change * rbm.b[i] + rbm.hidden.log_normaliser(x + change[:, None] * rbm.W[i])
        )
        total -= sum_of_softplus((flipped_log_weight - log_weight)[:, None])  # log σ(y) = -log(1 + exp(-y))
    return total


def has_exact_log_z(rbm, most_states=MOST_STATES):
    """Whether log Z can be had exactly, from at most `most_states` states or in closed form."""
    return is_gaussian_pair(rbm) or smallest_layer_states(rbm) <= most_states


def count_states(rbm):
    """The number of states of the smaller layer, or InvalidInput where they are too many to list."""
    n_states = smallest_layer_states(rbm)
    if n_states > MOST_STATES:
        n_visible, n_hidden = rbm.W.shape
        raise InvalidInput(
            f"rbm: {n_visible} visible and {n_hidden} hidden units came, the exact log Z needs a layer of at most "
            f"{MOST_STATES.bit_length() - 1} bits; evaluate_rbm estimates it and says whether to trust the estimate"
        )
    return n_states


def smallest_layer_states(rbm):
    """How many states the layer with fewer of them has."""
    n_visible, n_hidden = rbm.W.shape
    return min(rbm.visible.n_states(n_visible), rbm.hidden.n_states(n_hidden))


def smaller_layer_visible(rbm):
    """`rbm`, flipped where that makes the layer with fewer states the visible one."""
    n_visible, n_hidden = rbm.W.shape
    hidden_is_smaller = rbm.hidden.n_states(n_hidden) < rbm.visible.n_states(n_visible)
    return transposed(rbm) if hidden_is_smaller else rbm


def state_blocks(rbm):
    """All states of the visible layer, in blocks: pairs of states (S, D) in W's dtype and how many are done.

    A block and its inputs (S, K) hold some 33,000 numbers: small enough for the processor's cache.
    """
    n_visible, n_hidden = rbm.W.shape
    n_states = rbm.visible.n_states(n_visible)
    block = max(16, 2**15 // max(n_visible, n_hidden))
    for start in range(0, n_states, block):
        stop = min(start + block, n_states)
        yield rbm.visible.states(n_visible, start, stop).astype(rbm.W.dtype), stop


def _warn_of_a_long_sum(n_states, seconds):
    if seconds > 10:
        expected = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
        warnings.warn(f"log_partition: {n_states:,} states to sum, about {expected}", stacklevel=3)
