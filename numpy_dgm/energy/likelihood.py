"""The likelihood of an RBM, exactly, where one of its layers is small enough to be listed; the pseudo-likelihood.

    log p(v) = -F(v) - log Z          log Z = log Σ_h exp(-F(h))

where F(h) is the free energy of the hidden layer, all visible layers summed (or integrated) out in closed
form: for bits the sum has 2^K terms, not 2^(D+K). Where the visible layer has fewer states it is listed
instead. Each additional bit doubles the time: 20 take a moment, 25 some ten
seconds, or a minute or two where the other layer has 784 units. The states of Gaussian units cannot
be listed, but where both layers are Gaussian v and h are jointly normal, and Z is the integral of a normal density.

N cases    D visible units    K hidden units    S states of the listed layer, in blocks
"""
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..foundation.checks import LARGEST, as_rows, check_choice, check_number, invalid
from ..foundation.numerics import logsumexp, sum_of_softplus
from ..foundation.types import Array
from .bit_sums import can_be_multiplied, log_weights_of_bits
from .rbm import RBM, _free_energy, check_rbm, check_visible, is_gaussian_pair, transposed
from .units import Bernoulli, Softmax

MOST_STATES = 2**25  # of 25 units: some ten seconds, and twice as many for each unit more


def log_partition(rbm: RBM) -> float:
    """log Z = log Σ exp(-F(s)) over all states s of the smaller layer, in nats, summed in float64.

    Memory stays within a few MB: the states are summed in blocks, those of bits by a faster method (bit_sums.py).
    Where the first blocks show that the sum will take more than 10 s, a warning says how long. Two Gaussian
    layers need no sum. Raises InvalidInput, also where the smaller layer has more than 2^25 states.
    """
    check_rbm(rbm)
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


def log_weights(layer: RBM) -> Iterator[tuple[Array, int]]:
    """-F(s) of all states s of the visible layer, in blocks: pairs of log weights (S,) and the count of states done."""
    for states, stop in state_blocks(layer):
        yield -_free_energy(layer, states), stop


def gaussian_moments(rbm: RBM) -> tuple[Array, Array]:
    """Mean (D + K,) and covariance (D + K, D + K) of [v, h] where both layers are Gaussian, in float64.

        p(v, h) ∝ exp([b, c]·[v, h] - ½ [v, h]ᵀ Λ [v, h])        Λ = [[I, -W], [-Wᵀ, I]]

    so the covariance is Λ⁻¹ and the mean Λ⁻¹ [b, c]. Λ is positive definite where W's singular values are below 1.
    """
    W = rbm.W.astype(np.float64)
    n_visible, n_hidden = W.shape
    precision = np.block([[np.eye(n_visible), -W], [-W.T, np.eye(n_hidden)]])
    covariance = np.linalg.inv(precision)
    return covariance @ np.concatenate([rbm.b, rbm.c]), covariance


def _gaussian_log_partition(rbm):
    """log Z = ½ [b, c]ᵀ Λ⁻¹ [b, c] - ½ log det Λ, Λ as in `gaussian_moments`; the base measures hold the 2π."""
    mean, covariance = gaussian_moments(rbm)
    _, log_det_covariance = np.linalg.slogdet(covariance)
    return float(0.5 * np.concatenate([rbm.b, rbm.c]) @ mean + 0.5 * log_det_covariance)


def log_likelihood(rbm: RBM, v: Array, log_z: float | None = None, missing_groups: bool = False) -> Array:
    """log p(v) = -F(v) - log Z in nats, one number per case: (N, D) -> (N,), in float64.

    `log_z` is log Z where it is known already; by default `log_partition(rbm)`, exactly. Raises InvalidInput, also
    where v are not states: for grey levels, and for missing softmax groups, since a case with missing groups
    belongs to another model, without these groups and with another Z. `missing_groups=True` takes log p of each
    case under the model of its present groups, exactly; `log_z` is then not used.
    """
    v = check_visible("v", rbm, v)
    if check_choice("missing_groups", missing_groups, (False, True)):
        log_p = _log_likelihood_of_present_groups(rbm, as_rows(v))
        return log_p if v.ndim > 1 else log_p[0]
    if not rbm.visible.are_states(v):
        raise invalid("v", "states of the visible layer", "grey levels or missing softmax groups",
                      "missing_groups=True takes log p of each case under the model of its present groups")
    log_z = log_partition(rbm) if log_z is None else check_number("log_z", log_z, -LARGEST**2, LARGEST**2)
    return -_free_energy(rbm, v).astype(np.float64) - log_z


def _log_likelihood_of_present_groups(rbm, v):
    """log p of the present groups of each case under the model that has only these groups: (N, D) -> (N,)."""
    if not isinstance(rbm.visible, Softmax):
        raise invalid("missing_groups", "softmax visible units", rbm.visible, "only softmax groups can be missing")
    present = rbm.visible.present(v)
    log_p = np.zeros(len(v))  # of a case with no group at all: log 1
    for pattern in np.unique(present, axis=0):
        if pattern.any():
            rows = (present == pattern).all(axis=1)
            part = replace(rbm, W=rbm.W[pattern], b=rbm.b[pattern])
            log_p[rows] = log_likelihood(part, v[rows][:, pattern])
    return log_p


def pseudo_log_likelihood(rbm: RBM, v: Array) -> Array:
    """Σᵢ log p(vᵢ given all other v) over all D bits, in nats, one number per case: (N, D) -> (N,), in float64.

        log p(vᵢ given the rest) = log σ(F(v with bit i flipped) - F(v))

    log Z cancels, which makes it cheap; but it is not the likelihood: a model can predict every bit from the
    others and be wrong about which patterns there are. Raises InvalidInput, also where the visible units or v are no
    bits. Besag 1975.
    """
    v = check_visible("v", rbm, v)
    if not isinstance(rbm.visible, Bernoulli):
        raise invalid("rbm.visible", "bits, Bernoulli()", rbm.visible, "the pseudo-likelihood flips one bit at a time")
    if not rbm.visible.are_states(v):
        raise invalid("v", "bits", "grey levels", "only a bit can be flipped")
    x = v @ rbm.W + rbm.c  # (N, K)
    log_weight = v @ rbm.b + rbm.hidden.log_normaliser(x)  # -F(v)
    total = np.zeros(v.shape[:-1])
    for i in range(v.shape[-1]):
        change = 1 - 2 * v[..., i]  # (N,) what flipping bit i adds to it: 1 or -1
        flipped_log_weight = (
            v @ rbm.b + change * rbm.b[i] + rbm.hidden.log_normaliser(x + change[..., None] * rbm.W[i])
        )
        total -= sum_of_softplus((flipped_log_weight - log_weight)[..., None])  # log σ(y) = -log(1 + exp(-y))
    return total


def most_log_likelihood(rbm: RBM, free_energies: Array, others: Array) -> float:
    """An upper bound on the mean log p of cases with those free energies F (N,), from other visible layers (M, D).

        log p(s) = -F(s) - log Z <= m        so        log Z >= -F(s) - m        for any s
        mean log p <= -mean F + min_s F(s) + m

    s a case or one of the others, m the units' `most_log_p`; log Z is not needed. As F is concave in bits, their means
    do for s as well. It is tight where a model has its mass far from the cases, near one of the others.
    """
    lowest = min(free_energies.min(), _free_energy(rbm, others).min())
    return float(-free_energies.mean() + lowest + rbm.visible.most_log_p(len(rbm.b)))


def has_exact_log_z(rbm: RBM, most_states: int = MOST_STATES) -> bool:
    """Whether log Z can be computed exactly, from at most `most_states` states or in closed form."""
    return is_gaussian_pair(rbm) or smallest_layer_states(rbm) <= most_states


def count_states(rbm: RBM) -> int:
    """The number of states of the smaller layer, or InvalidInput where they are too many to list."""
    n_states = smallest_layer_states(rbm)
    if n_states > MOST_STATES:
        n_visible, n_hidden = rbm.W.shape
        raise invalid(
            "rbm",
            f"a layer of at most {MOST_STATES.bit_length() - 1} bits for an exact log Z",
            f"{n_visible} visible and {n_hidden} hidden units",
            "evaluate_rbm estimates log Z and says whether to trust the estimate",
        )
    return int(n_states)


def smallest_layer_states(rbm: RBM) -> float:
    """The number of states of the layer that has fewer of them; infinity where both layers are Gaussian."""
    n_visible, n_hidden = rbm.W.shape
    return min(rbm.visible.n_states(n_visible), rbm.hidden.n_states(n_hidden))


def smaller_layer_visible(rbm: RBM) -> RBM:
    """`rbm`, transposed where the hidden layer has fewer states, so that the visible layer has."""
    n_visible, n_hidden = rbm.W.shape
    hidden_is_smaller = rbm.hidden.n_states(n_hidden) < rbm.visible.n_states(n_visible)
    return transposed(rbm) if hidden_is_smaller else rbm


def state_blocks(rbm: RBM) -> Iterator[tuple[Array, int]]:
    """All states of the visible layer, in blocks: pairs of states (S, D), in W's dtype, and the count of states done.

    A block and its inputs (S, K) hold some 33,000 numbers each: small enough for the processor's cache.
    """
    n_visible, n_hidden = rbm.W.shape
    n_states = int(rbm.visible.n_states(n_visible))
    block = max(16, 2**15 // max(n_visible, n_hidden))
    for start in range(0, n_states, block):
        stop = min(start + block, n_states)
        yield rbm.visible.states(n_visible, start, stop).astype(rbm.W.dtype), stop


def _warn_of_a_long_sum(n_states, seconds):
    if seconds > 10:
        expected = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
        warnings.warn(f"log_partition: {n_states:,} states to sum, which takes about {expected}", stacklevel=3)
