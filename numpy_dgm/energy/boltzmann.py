"""The general Boltzmann machine: bits, any of which may be connected.

    E(s) = -b·s - Σ_{i<j} W_ij s_i s_j = -b·s - sᵀ W s          p(s) = exp(-E(s)) / Z

N cases    n units, the first D of them visible    s (N, n) states, v (N, D) = s[:, :D]
W (n, n) weights, each pair once, above the diagonal    b (n,) biases    mask (n, n) which pairs are connected
x_i = b_i + Σ_j (W + Wᵀ)_ij s_j, the input to unit i: what E falls by when s_i goes from 0 to 1

A pair outside the mask has no weight: whatever W holds there is ignored. With all pairs between two layers and
none within them, this is an RBM; with a third layer on the second, and so on, a layered machine (deep Boltzmann
machine), see `layered_mask`. The exact functions list all 2^n states.

s and v may be anything of real numbers that NumPy can make an array of; they are computed with in the dtype of the
parameters. One case, s (n,) or v (D,), gives the result without the axis of the cases. A function whose name begins
with an underscore is the equation alone, for loops over arrays that have been checked.

Ackley, Hinton and Sejnowski 1985; Salakhutdinov and Hinton 2009 (layers).
"""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.batches import case_blocks
from ..foundation.checks import (
    LARGEST,
    as_rows,
    check_array,
    check_dtype,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    check_parameter,
    different_dtypes,
    invalid,
    shown,
    speaks_numpy,
)
from ..foundation.enumeration import all_bits, bits_to_index, boltzmann_distribution
from ..foundation.numerics import bernoulli, logsumexp, sigmoid
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .rbm import RBM, check_rbm
from .units import Bernoulli

MOST_UNITS = 20  # 2^20 states of 20 units take 160 MB


@dataclass(frozen=True, eq=False, repr=False)
class BoltzmannMachine(Record):
    """Parameters of a general Boltzmann machine. A gradient with respect to them has the same type."""

    W: Array  # (n, n) weights, above the diagonal
    b: Array  # (n,)   biases
    mask: Array  # (n, n) 1 where a pair i < j is connected, else 0
    n_visible: int  # D; units D, D + 1, ... are hidden

    trainable = ("W", "b")


def init_boltzmann(n_units: int, n_visible: int, rng: Generator, mask: Array | None = None, scale: float = 0.01,
                   dtype: DTypeLike = np.float64) -> BoltzmannMachine:
    """A new machine of n_units bits, the first n_visible of them visible: W ~ N(0, scale²) where connected, b = 0.

    mask (n, n) is true where a pair i < j is connected, false on and below the diagonal; by default every pair
    is connected. Draws W, n² normal numbers. Raises InvalidInput.
    """
    n_units = check_integer("n_units", n_units)
    n_visible = check_integer("n_visible", n_visible, most=n_units)
    check_fits("n_units", n_units, n_units, n_units)
    check_generator("rng", rng)
    scale = check_number("scale", scale, 0, LARGEST)
    dtype = check_dtype("dtype", dtype)
    if mask is None:
        mask = np.triu(np.ones((n_units, n_units)), k=1)
    mask = check_mask("mask", mask, n_units)
    W = rng.normal(scale=scale, size=(n_units, n_units)) * mask
    return BoltzmannMachine(W.astype(dtype), np.zeros(n_units, dtype), mask.astype(dtype), n_visible)


def layered_mask(sizes: Sequence[int]) -> Array:
    """The mask (n, n) of a layered machine: each unit is connected to every unit of the next layer, and to no other.

    sizes: the number of units of each layer, the visible layer first, so n = Σ sizes. [D, K] is an RBM, [D, K, L]
    and more a deep Boltzmann machine (Salakhutdinov and Hinton 2009). Raises InvalidInput.
    """
    sizes = check_array("sizes", sizes, ndim=1).tolist()
    if len(sizes) < 2:
        raise invalid("sizes", "at least two layers", len(sizes))
    sizes = [check_integer("sizes", size) for size in sizes]
    check_fits("sizes", sizes, sum(sizes), sum(sizes))
    layer = np.repeat(np.arange(len(sizes)), sizes)  # (n,) the layer that each unit is in
    return (layer[None, :] == layer[:, None] + 1).astype(np.float64)


def check_mask(name: str, mask: Any, n_units: int) -> Array:
    """`mask` as an array that says which pairs i < j of n_units units are connected; else InvalidInput."""
    mask = check_array(name, mask, width=n_units, low=0, high=1)
    if not np.isin(mask, (0, 1)).all():
        raise invalid(name, "1 where a pair is connected and 0 elsewhere", "other values")
    every_pair = np.triu(np.ones((n_units, n_units)), k=1)
    if mask.shape != every_pair.shape or (mask > every_pair).any():
        got = "connections on or below it" if mask.shape == every_pair.shape else f"shape {mask.shape}"
        raise invalid(name, f"shape {every_pair.shape} with connections above the diagonal only", got)
    return mask


def check_boltzmann(machine: Any) -> BoltzmannMachine:
    """`machine` where its arrays fit together, are finite and of one dtype, float32 or float64; else InvalidInput."""
    check_parameters(machine)
    check_mask("machine.mask", machine.mask, len(machine.b))
    if machine.mask.dtype != machine.W.dtype:
        raise different_dtypes("machine", machine.W, machine.mask)
    return machine


def check_parameters(machine: Any) -> None:
    """InvalidInput as `check_boltzmann`, without a look at each entry of the mask."""
    if not isinstance(machine, BoltzmannMachine):
        raise invalid("machine", "a BoltzmannMachine", type(machine).__name__)
    W, b, mask = machine.W, machine.b, machine.mask
    if speaks_numpy(W):
        return
    check_parameter("machine.b", b, ndim=1)
    check_parameter("machine.W", W, ndim=2, width=len(b))
    if not isinstance(mask, np.ndarray) or mask.dtype.kind not in "biuf":
        raise invalid("machine.mask", "an array of 0 and 1", getattr(mask, "dtype", type(mask).__name__))
    for name, array in (("machine.W", W), ("machine.mask", mask)):
        if array.shape != 2 * b.shape:
            raise invalid(name, f"shape ({len(b)}, {len(b)})", f"shape {array.shape}")
    if W.dtype != b.dtype:
        raise different_dtypes("machine", W, b)
    check_integer("machine.n_visible", machine.n_visible, most=len(b))


def check_states(name: str, machine: BoltzmannMachine, s: Any, ndim: int | tuple[int, ...] = (1, 2)) -> Array:
    """`s` as states (N, n), or one state (n,), of bits or their means, in the parameters' dtype; else InvalidInput."""
    check_parameters(machine)
    return check_array(name, s, width=len(machine.b), ndim=ndim, low=0, high=1, dtype=machine.b.dtype)


def check_visible(name: str, machine: BoltzmannMachine, v: Any) -> Array:
    """`v` as cases (N, D), or one case (D,), of bits, in the parameters' dtype; else InvalidInput."""
    check_parameters(machine)
    return check_bits(name, v, machine.n_visible, machine.b.dtype, ndim=(1, 2))


def check_bits(name: str, v: Any, width: int, dtype: DTypeLike | None = None, ndim: int | tuple[int, ...] = 2) -> Array:
    """`v` where it is an array (N, width) of 0 and 1; else InvalidInput. dtype and ndim as in `check_array`."""
    v = check_array(name, v, width=width, ndim=ndim, dtype=dtype)
    if not ((v == 0) | (v == 1)).all():
        raise invalid(name, "bits, 0 or 1", "other values", "open_data's bits=\"threshold\" makes bits of grey pixels")
    return v


def boltzmann_from_rbm(rbm: RBM) -> BoltzmannMachine:
    """An RBM of bits as a general Boltzmann machine: visible units first, then hidden units. Raises InvalidInput."""
    check_rbm(rbm)
    if not isinstance(rbm.visible, Bernoulli) or not isinstance(rbm.hidden, Bernoulli):
        raise invalid("rbm", "two layers of bits", f"{rbm.visible} and {rbm.hidden}")
    n_visible, n_hidden = rbm.W.shape
    mask = layered_mask([n_visible, n_hidden]).astype(rbm.W.dtype)
    W = np.zeros_like(mask)
    W[:n_visible, n_visible:] = rbm.W
    return BoltzmannMachine(W, np.concatenate([rbm.b, rbm.c]), mask, n_visible)


def energy(machine: BoltzmannMachine, s: Array) -> Array:
    """E(s) = -b·s - sᵀ W s over the connected pairs, one number per case: (N, n) -> (N,). Raises InvalidInput."""
    s = check_states("s", machine, s)
    return _energy(machine, s)


def _energy(machine, s):
    W = machine.W * machine.mask
    return -s @ machine.b - np.sum((s @ W) * s, axis=-1)


def unit_input(machine: BoltzmannMachine, s: Array, i: int) -> Array:
    """x_i = b_i + Σ_j (W + Wᵀ)_ij s_j, the input to unit i from all the others: s (N, n) -> (N,). Raises InvalidInput.
    """
    s = check_states("s", machine, s)
    i = check_integer("i", i, least=0, most=len(machine.b) - 1)
    return s @ connections(machine)[i] + machine.b[i]


def check_units(name: str, units: Any, n_units: int) -> list[int]:
    """`units` as a list of the numbers of units, from 0 to n_units - 1, or InvalidInput."""
    try:
        return [check_integer(name, i, least=0, most=n_units - 1) for i in units]
    except (TypeError, LookupError) as error:  # what cannot be gone through
        raise invalid(name, f"numbers of units from 0 to {n_units - 1}", shown(units)) from error


def connections(machine: BoltzmannMachine) -> Array:
    """W + Wᵀ over the connected pairs, (n, n): row i has the weights of unit i's connections to all the others."""
    W = machine.W * machine.mask
    return W + W.T


def gibbs_sweep(machine: BoltzmannMachine, s: Array, rng: Generator, units: Iterable[int] | None = None) -> Array:
    """Each of `units` (all by default) drawn in turn given all the others: s (N, n) -> the next s (N, n).

        p(s_i = 1 given the rest) = σ(x_i)

    What is drawn for one unit is part of the input to the next, so the units cannot be drawn at once. Units not
    in `units` stay clamped at their values. Draws, unit by unit: one uniform number per case. Raises InvalidInput.
    """
    s = check_states("s", machine, s)
    check_generator("rng", rng)
    if units is None:
        units = range(len(machine.b))
    else:
        units = check_units("units", units, len(machine.b))
    return _gibbs_sweep(machine, as_rows(s), rng, units).reshape(s.shape)


def _gibbs_sweep(machine, s, rng, units):
    s = s.copy()
    weights = connections(machine)
    for i in units:
        x_i = s @ weights[i] + machine.b[i]
        p_i = sigmoid(x_i)
        s[:, i] = bernoulli(p_i, rng)
    return s


def exact_distribution(machine: BoltzmannMachine) -> tuple[Array, float]:
    """`(p, log_Z)`: the probability of each of the 2^n states, (2^n,) in `all_bits` order, and log Z.

    Raises InvalidInput, also for more than 20 units.
    """
    s = all_states(machine)
    return boltzmann_distribution(_energy(machine, s))


def log_likelihood(machine: BoltzmannMachine, v: Array) -> Array:
    """log p(v) = log Σ_h exp(-E(v, h)) - log Z in nats, by listing all states: v (N, D) bits -> (N,).

    Raises InvalidInput, also for more than 20 units.
    """
    v = check_visible("v", machine, v)
    log_p = _log_p_of_all(machine)[bits_to_index(as_rows(v))]
    return log_p if v.ndim > 1 else log_p[0]


def _log_p_of_all(machine):
    """log p of every visible state, by its number: (2^D,)."""
    E = _energy(machine, all_states(machine)).reshape(2**machine.n_visible, -1)  # one row per visible state
    log_weight = logsumexp(-E, axis=1)
    log_Z = logsumexp(log_weight)
    return log_weight - log_Z


def log_likelihoods(machine: BoltzmannMachine, data: Any, rows: Array) -> Array:
    """log p of the cases `rows` (n,) of `data`, bits, which row numbers index and which have been checked: (n,)."""
    log_p = _log_p_of_all(machine)
    return np.concatenate([log_p[bits_to_index(v)] for v in case_blocks(data, rows)])


def exact_gradient(machine: BoltzmannMachine, v: Array) -> BoltzmannMachine:
    """∂ mean log p(v) / ∂(W, b), by listing all states: v (N, D) bits -> a BoltzmannMachine of gradients.

        ∂ mean log p(v) / ∂W_ij = <s_i s_j>_data - <s_i s_j>_model      for connected i < j
        ∂ mean log p(v) / ∂b_i  = <s_i>_data - <s_i>_model

    <.>_data holds the visible units at the data and averages the hidden ones over p(h given v). Raises
    InvalidInput, also for more than 20 units.
    """
    v = as_rows(check_visible("v", machine, v))
    s = all_states(machine)
    p_model, _ = exact_distribution(machine)
    p_visible = np.bincount(bits_to_index(v), minlength=2**machine.n_visible) / len(v)  # p(v) of the data
    log_weight = -_energy(machine, s).reshape(2**machine.n_visible, -1)  # one row per visible state
    p_h_given_v = np.exp(log_weight - logsumexp(log_weight, axis=1)[:, None])
    p_data = (p_visible[:, None] * p_h_given_v).reshape(-1)
    difference = p_data - p_model  # (2^n,)
    W = (s.T * difference) @ s
    return replace(machine, W=W * machine.mask, b=difference @ s)


def all_states(machine: BoltzmannMachine) -> Array:
    """All states of the machine, (2^n, n) in `all_bits` order; InvalidInput for more than 20 units."""
    check_parameters(machine)
    n = len(machine.b)
    if n > MOST_UNITS:
        raise invalid("machine", f"at most {MOST_UNITS} units to list all states", n, "sample with gibbs_sweep instead")
    return all_bits(n)


def sample_boltzmann(machine: BoltzmannMachine, n_chains: int, n_sweeps: int, rng: Generator) -> Array:
    """`n_chains` free chains of `n_sweeps` Gibbs sweeps each, started at coin flips: s (n_chains, n).

    Raises InvalidInput.
    """
    check_boltzmann(machine)
    n_chains = check_integer("n_chains", n_chains)
    check_fits("n_chains", n_chains, n_chains, len(machine.b))
    n_sweeps = check_integer("n_sweeps", n_sweeps, least=0)
    check_generator("rng", rng)
    s = bernoulli(np.full((n_chains, len(machine.b)), 0.5, machine.b.dtype), rng)
    for _ in range(n_sweeps):
        s = _gibbs_sweep(machine, s, rng, range(len(machine.b)))
    return s
