"""The general Boltzmann machine: bits, any of which may be connected.

    E(s) = -b·s - Σ_{i<j} W_ij s_i s_j = -b·s - sᵀ W s          p(s) = exp(-E(s)) / Z

N cases    n units, the first D of them visible    s (N, n) states, v (N, D) = s[:, :D]
W (n, n) weights, each pair once, above the diagonal    b (n,) biases    mask (n, n) which pairs are connected
x_i = b_i + Σ_j (W + Wᵀ)_ij s_j, the input to unit i: what E falls by when s_i goes from 0 to 1

A pair outside the mask has no weight: whatever W holds there counts for nothing. With all pairs between
two layers and none within, this is an RBM; with a third layer on the second, and so on, a layered machine
(deep Boltzmann machine), see `layered_mask`. The exact functions list all 2^n states.

Ackley, Hinton and Sejnowski 1985; Salakhutdinov and Hinton 2009 (layers).
"""
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.checks import InvalidInput, check_array, check_integer, check_generator
from ..foundation.enumeration import all_bits, bits_to_index, boltzmann_distribution
from ..foundation.numerics import bernoulli, logsumexp, sigmoid
from ..foundation.records import Record
from ..foundation.types import Array, Generator

MOST_UNITS = 20  # 2^20 states of 20 units are 160 MB


@dataclass(frozen=True, eq=False, repr=False)
class BoltzmannMachine(Record):
    """Parameters of a general Boltzmann machine. A gradient with respect to them has the same type."""

    W: np.ndarray  # (n, n) weights, above the diagonal
    b: np.ndarray  # (n,)   biases
    mask: np.ndarray  # (n, n) 1 where a pair i < j is connected, else 0
    n_visible: int  # D; units D, D + 1, ... are hidden

    trainable = ("W", "b")


def init_boltzmann(n_units, n_visible, rng, mask=None, scale=0.01, dtype=np.float64):
    """A fresh machine of n_units bits, the first n_visible of them visible: W ~ N(0, scale²) where connected, b = 0.

    mask (n, n) true where a pair i < j is connected, false on and below the diagonal; by default every pair.
    Raises InvalidInput.
    """
    check_integer("n_units", n_units)
    check_integer("n_visible", n_visible, most=n_units)
    check_generator("rng", rng)
    if mask is None:
        mask = np.triu(np.ones((n_units, n_units)), k=1)
    mask = check_mask("mask", mask, n_units)
    W = rng.normal(scale=scale, size=(n_units, n_units)) * mask
    return BoltzmannMachine(W.astype(dtype), np.zeros(n_units, dtype), mask.astype(dtype), n_visible)


def layered_mask(sizes):
    """The mask (n, n) of a layered machine: each unit of a layer connected with each unit of the next, and no other.

    sizes: the number of units of each layer, the visible one first, so n = Σ sizes. [D, K] is an RBM, [D, K, L]
    and more a deep Boltzmann machine (Salakhutdinov and Hinton 2009). Raises InvalidInput.
    """
    sizes = check_array("sizes", sizes, ndim=1).tolist()
    if len(sizes) < 2:
        raise InvalidInput(f"sizes: {len(sizes)} layer came, at least two were wanted")
    for size in sizes:
        check_integer("sizes", size)
    layer = np.repeat(np.arange(len(sizes)), sizes)  # (n,) the layer that each unit is in
    return (layer[None, :] == layer[:, None] + 1).astype(np.float64)


def check_mask(name, mask, n_units):
    """`mask` as an array that says which pairs i < j of n_units units are connected; else InvalidInput."""
    mask = check_array(name, mask, width=n_units, low=0, high=1)
    every_pair = np.triu(np.ones((n_units, n_units)), k=1)
    if mask.shape != every_pair.shape or (mask > every_pair).any():
        raise InvalidInput(f"{name}: connections on or below the diagonal or a shape of {mask.shape} came, "
                       f"pairs i < j of a ({n_units}, {n_units}) matrix were wanted")
    return mask


def check_boltzmann(machine):
    """`machine` where its arrays fit together, are finite and of one dtype, float32 or float64; else InvalidInput."""
    if not isinstance(machine, BoltzmannMachine):
        raise InvalidInput(f"machine: {type(machine).__name__} came, a BoltzmannMachine was wanted")
    n = len(check_array("machine.b", machine.b, ndim=1))
    W = check_array("machine.W", machine.W, width=n)
    if len(W) != n:
        raise InvalidInput(f"machine.W: shape {W.shape} came, ({n}, {n}) was wanted")
    check_mask("machine.mask", machine.mask, n)
    check_integer("machine.n_visible", machine.n_visible, most=n)
    dtypes = {array.dtype.name for array in (machine.W, machine.b, machine.mask)}
    if len(dtypes) > 1 or not dtypes <= {"float32", "float64"}:
        raise InvalidInput(f"machine: parameters of dtype {', '.join(sorted(dtypes))} came, "
                       "float32 or float64 throughout was wanted")
    return machine


def boltzmann_from_rbm(rbm):
    """The same model as an RBM of bits, written as a general machine: visible units first, then hidden ones."""
    n_visible, n_hidden = rbm.W.shape
    mask = layered_mask([n_visible, n_hidden]).astype(rbm.W.dtype)
    W = np.zeros_like(mask)
    W[:n_visible, n_visible:] = rbm.W
    return BoltzmannMachine(W, np.concatenate([rbm.b, rbm.c]), mask, n_visible)


def energy(machine, s):
    """E(s) = -b·s - sᵀ W s over the connected pairs, one number a case: (N, n) -> (N,)."""
    W = machine.W * machine.mask
    return -s @ machine.b - np.sum((s @ W) * s, axis=1)


def unit_input(machine, s, i):
    """x_i = b_i + Σ_j (W + Wᵀ)_ij s_j, the input to unit i from all the others: s (N, n) -> (N,)."""
    weights_to_i = machine.W[:, i] * machine.mask[:, i] + machine.W[i] * machine.mask[i]
    return s @ weights_to_i + machine.b[i]


def gibbs_sweep(machine, s, rng, units=None):
    """Each of `units` (all by default) drawn in turn given all the others: s (N, n) -> the next s (N, n).

        p(s_i = 1 given the rest) = σ(x_i)

    The first unit's draw is the second one's input, so the units cannot be drawn at once. Draws, a unit:
    one uniform number a case. `units` leaves the others clamped at what they are.
    """
    s = s.copy()
    for i in range(s.shape[1]) if units is None else units:
        p_i = sigmoid(unit_input(machine, s, i))
        s[:, i] = bernoulli(p_i, rng)
    return s


def exact_distribution(machine):
    """`(p, log_Z)`: the probability of each of the 2^n states, in `all_bits` order, and log Z."""
    s = all_states(machine)
    return boltzmann_distribution(energy(machine, s))


def log_likelihood(machine, v):
    """log p(v) = log Σ_h exp(-E(v, h)) - log Z, by listing every state: (N, D) -> (N,)."""
    E = energy(machine, all_states(machine)).reshape(2**machine.n_visible, -1)  # one row a visible state
    log_weight = logsumexp(-E, axis=1)
    log_Z = logsumexp(log_weight)
    return log_weight[bits_to_index(v)] - log_Z


def exact_gradient(machine, v):
    """∂ mean log p(v) / ∂(W, b), by listing every state: v (N, D) bits -> a machine of gradients.

        ∂ mean log p(v) / ∂W_ij = <s_i s_j>_data - <s_i s_j>_model      for connected i < j
        ∂ mean log p(v) / ∂b_i  = <s_i>_data - <s_i>_model

    <.>_data holds the visible units at the data and takes the hidden ones from p(h given v).
    """
    s = all_states(machine)
    p_model, _ = exact_distribution(machine)
    p_visible = np.bincount(bits_to_index(v), minlength=2**machine.n_visible) / len(v)  # the data's p(v)
    p_joint = p_model.reshape(2**machine.n_visible, -1)
    p_h_given_v = p_joint / p_joint.sum(axis=1, keepdims=True)
    p_data = (p_visible[:, None] * p_h_given_v).reshape(-1)
    difference = p_data - p_model  # (2^n,)
    W = (s.T * difference) @ s
    return replace(machine, W=W * machine.mask, b=difference @ s)


def all_states(machine):
    """Every state of the machine, (2^n, n); InvalidInput where they are too many to list."""
    n = len(machine.b)
    if n > MOST_UNITS:
        raise InvalidInput(f"machine: {n} units came, all states are listed for at most {MOST_UNITS}; "
                       "sample with gibbs_sweep instead")
    return all_bits(n)


def sample_boltzmann(machine: BoltzmannMachine, n_chains: int, n_sweeps: int, rng: Generator) -> Array:
    """`n_chains` free chains of `n_sweeps` Gibbs sweeps each, started at coin flips: s (n_chains, n)."""
    s = bernoulli(np.full((n_chains, len(machine.b)), 0.5, machine.b.dtype), rng)
    for _ in range(n_sweeps):
        s = gibbs_sweep(machine, s, rng)
    return s
