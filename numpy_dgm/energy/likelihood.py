"""The likelihood of an RBM, exactly, where one of its layers is small enough to be listed.

    log p(v) = -F(v) - log Z          log Z = log Σ_h exp(-F(h))

where F(h) is the free energy of the hidden layer, all visible layers summed out in closed form: the sum
has 2^K terms, not 2^(D+K). Where D < K the visible layer is listed instead. Each unit more doubles the
time: 20 units take seconds, 25 minutes.

N cases    D visible units    K hidden units    S states of the listed layer, in blocks
"""
import time
import warnings

import numpy as np

from ..foundation.doors import BadInput
from ..foundation.numerics import logsumexp
from .rbm import flipped, free_energy

MOST_STATES = 2**25  # that many take minutes; the next doubling, the better part of an hour


def log_partition(rbm):
    """log Z = log Σ exp(-F(s)) over all states s of the smaller layer, a number, summed in float64.

    Memory stays within a few MB: the states are visited in blocks. Where the first blocks show that it
    will take more than 10 s, a warning says how long beforehand. BadInput where the smaller layer has
    more than 2^25 states.
    """
    layer = smaller_layer_visible(rbm)
    n_states = count_states(rbm)
    log_weights = []  # log of each block's summed weight
    started, warned = time.perf_counter(), False
    for states, stop in state_blocks(layer):
        log_weights.append(logsumexp(-free_energy(layer, states)))
        seconds = time.perf_counter() - started
        if not warned and seconds > 0.2:
            warned = True
            _warn_of_a_long_sum(n_states, seconds * n_states / stop)
    return float(logsumexp(np.array(log_weights)))


def log_likelihood(rbm, v, log_z=None):
    """log p(v) = -F(v) - log Z in nats, one number a case: (N, D) -> (N,), in float64.

    `log_z` is log Z where it is known already; by default `log_partition(rbm)`, exactly.
    """
    if log_z is None:
        log_z = log_partition(rbm)
    return -free_energy(rbm, v).astype(np.float64) - log_z


def count_states(rbm):
    """The number of states of the smaller layer, or BadInput where they are too many to list."""
    n_states = smallest_layer_states(rbm)
    if n_states > MOST_STATES:
        n_visible, n_hidden = rbm.W.shape
        raise BadInput(
            f"rbm: {n_visible} visible and {n_hidden} hidden units came, the exact log Z needs a layer of at most "
            f"{MOST_STATES.bit_length() - 1}; compare free energies of one model on two sets of data (log Z cancels), "
            "or train a model with a smaller layer to have it exactly"
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
    return flipped(rbm) if hidden_is_smaller else rbm


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
