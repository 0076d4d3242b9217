"""The gradient of a general Boltzmann machine: both phases sampled, or mean field for the data's.

    ∂ mean log p(v) / ∂W_ij = <s_i s_j>_data - <s_i s_j>_model      for connected i < j
    ∂ mean log p(v) / ∂b_i  = <s_i>_data - <s_i>_model

Gradients point up the mean log-likelihood. <.>_data holds the visible units at the data; the hidden ones
are tied to one another, so that, other than in an RBM, p(h given v) is out of reach too. It comes

    sampled       from clamped chains: one for each case, its visible units held, its hidden ones drawn in turn
    mean-field    from Π_i q(h_i), the product of independent bits that makes the bound below largest:
                  log p(v) >= E_q[-E(v, h)] + H(q) - log Z,  with equality where q(h) = p(h given v)

and <.>_model from free chains, in which all units are drawn. All chains persist: the parameters move
little in a step, so a chain that goes on from where it stood stays near what it should be drawn from.

N cases    n units, the first D of them visible, the other K = n - D hidden    M free chains    k Gibbs sweeps
v (N, D) data, bits    s (N, n) states    mu (N, n) means: v, then the mean of each hidden unit under q

Ackley, Hinton and Sejnowski 1985 (the rule, both phases sampled); Neal 1992 (clamped and free chains that
persist); Salakhutdinov and Hinton 2009 (mean field with free chains).
"""
from dataclasses import replace
from typing import Any

import numpy as np

from ..foundation.batches import case_blocks
from ..foundation.checks import LARGEST, as_rows, check_array, check_generator, check_integer, check_number, invalid
from ..foundation.numerics import sigmoid
from ..foundation.types import Array, Generator
from .boltzmann import BoltzmannMachine, _energy, _gibbs_sweep, check_states, check_visible, connections

MOST_SWEEPS = 30  # of mean field
TOLERANCE = 1e-4  # change of the means at which it ends


def sampled_gradient(machine: BoltzmannMachine, v: Array, clamped: Array, chains: Array, k: int, rng: Generator,
                     check: bool = True) -> tuple[BoltzmannMachine, Array, Array]:
    """∂ mean log p(v) / ∂(W, b) with both phases sampled, and the chains moved on: `(gradient, clamped, chains)`.

    v (N, D) bits; clamped (N, K), the hidden units at which the clamped chains stand, one chain a case;
    chains (M, n), the states at which the free chains stand; k >= 1 sweeps from there. Draws, in this
    order: k sweeps of the clamped chains over units D, ..., n - 1, then k sweeps of the free ones over
    all, one uniform number a unit and chain. Raises InvalidInput; without `check`, as in a training loop that has
    checked them, the arguments are trusted. Neal 1992.
    """
    if check:
        v = as_rows(check_visible("v", machine, v))
        clamped = check_clamped("clamped", machine, clamped, len(v))
        chains = as_rows(check_states("chains", machine, chains))
        k = check_integer("k", k)
        check_generator("rng", rng)
    n_visible, n_units = machine.n_visible, len(machine.b)

    # positive phase: the visible units are held at the data
    s_data = np.concatenate([v, clamped], axis=1)
    for _ in range(k):
        s_data = _gibbs_sweep(machine, s_data, rng, units=range(n_visible, n_units))

    # negative phase: all units run free
    s_model = chains
    for _ in range(k):
        s_model = _gibbs_sweep(machine, s_model, rng, units=range(n_units))

    return phase_difference(machine, s_data, s_model), s_data[:, n_visible:], s_model


def mean_field_gradient(machine: BoltzmannMachine, v: Array, chains: Array, k: int, rng: Generator,
                        check: bool = True) -> tuple[BoltzmannMachine, Array]:
    """∂ mean log p(v) / ∂(W, b), mean field in the positive phase, and the chains moved on: `(gradient, chains)`.

    v (N, D) bits; chains (M, n), the states at which the free chains stand; k >= 1 sweeps over all units
    from there, the only draws. Where the chains are drawn from the model, its mean is the slope of the mean
    `variational_bound` at mu = mean_field(machine, v). Raises InvalidInput; check as in `sampled_gradient`.
    Salakhutdinov and Hinton 2009.
    """
    if check:
        v = as_rows(check_visible("v", machine, v))
        chains = as_rows(check_states("chains", machine, chains))
        k = check_integer("k", k)
        check_generator("rng", rng)
    mu = _mean_field(machine, v, MOST_SWEEPS, TOLERANCE)
    for _ in range(k):
        chains = _gibbs_sweep(machine, chains, rng, units=range(len(machine.b)))
    return phase_difference(machine, mu, chains), chains


def check_clamped(name: str, machine: BoltzmannMachine, h: Any, n: int) -> Array:
    """`h` (n, K) as states of the hidden units, of which there may be none, for n cases; else InvalidInput."""
    shape = (n, len(machine.b) - machine.n_visible)
    if shape[1] == 0 and np.shape(h) == shape:
        return np.zeros(shape, machine.b.dtype)
    h = as_rows(check_array(name, h, width=shape[1], ndim=(1, 2), low=0, high=1, dtype=machine.b.dtype))
    if len(h) != n:
        raise invalid(name, f"shape {shape}, a row a case", f"shape {h.shape}")
    return h


def phase_difference(machine: BoltzmannMachine, s_data: Array, s_model: Array) -> BoltzmannMachine:
    """<s_i s_j>_data - <s_i s_j>_model for connected pairs, and likewise <s_i>: s_data (N, n), s_model (M, n).

    Each mean is over its own rows. Rows of independent means do in place of states, since for i < j
    the mean of s_i s_j is then the product of the two.
    """
    n, m = len(s_data), len(s_model)
    W = s_data.T @ s_data / n - s_model.T @ s_model / m
    b = s_data.sum(axis=0) / n - s_model.sum(axis=0) / m
    return replace(machine, W=W * machine.mask, b=b)


def mean_field(machine: BoltzmannMachine, v: Array, n_sweeps: int = MOST_SWEEPS, tolerance: float = TOLERANCE) -> Array:
    """v and the hidden units' means under a best q(h) = Π_i q(h_i), by coordinate ascent: (N, D) -> mu (N, n).

        mu_i = σ(x_i(mu))          for each hidden unit i in turn, from means of 1/2

    Each such step makes `variational_bound` as large as mu_i alone can make it, so the bound never falls; it
    ends at a local maximum. At most n_sweeps sweeps: one that moves no mean by more than `tolerance` is the last.
    Raises InvalidInput.
    """
    v = check_visible("v", machine, v)
    n_sweeps = check_integer("n_sweeps", n_sweeps, least=0)
    tolerance = check_number("tolerance", tolerance, 0, LARGEST)
    mu = _mean_field(machine, as_rows(v), n_sweeps, tolerance)
    return mu if v.ndim > 1 else mu[0]


def _mean_field(machine, v, n_sweeps, tolerance):
    mu = np.full((len(v), len(machine.b)), 0.5, machine.W.dtype)
    mu[:, : machine.n_visible] = v
    weights = connections(machine)
    for _ in range(n_sweeps):
        before = mu.copy()
        for i in range(machine.n_visible, len(machine.b)):
            x_i = mu @ weights[i] + machine.b[i]
            mu[:, i] = sigmoid(x_i)
        if np.abs(mu - before).max() <= tolerance:
            break
    return mu


def variational_bound(machine: BoltzmannMachine, mu: Array, log_z: float) -> Array:
    """E_q[-E(s)] + H(q) - log Z <= log p(v), one number a case: mu (N, n), of which the first D are v -> (N,).

    q makes the units independent with the means mu, so E_q[-E(s)] = -E(mu), no pair being a unit with itself,
    and H(q) = -Σ_i mu_i log mu_i + (1 - mu_i) log (1 - mu_i). What it lacks is KL(q || p(h given v)). Raises
    InvalidInput.
    """
    log_z = check_number("log_z", log_z, -LARGEST**2, LARGEST**2)
    return -variational_free_energy(machine, mu) - log_z


def variational_free_energy(machine: BoltzmannMachine, mu: Array) -> Array:
    """E_q[E(s)] - H(q) >= -log p(v) - log Z, one number a case: mu (N, n) -> (N,); see `variational_bound`."""
    mu = check_states("mu", machine, mu).astype(np.float64)
    return _energy(machine, mu) - entropy_of_bits(mu)


def mean_field_free_energies(machine: BoltzmannMachine, data: Any, rows: Array) -> Array:
    """`variational_free_energy` of the cases `rows` (n,) of `data`, bits, which row numbers index: (n,)."""
    parts = []
    for v in case_blocks(data, rows, machine.W.dtype):
        mu = mean_field(machine, v)
        parts.append(variational_free_energy(machine, mu))
    return np.concatenate(parts)


def entropy_of_bits(mu: Array) -> Array:
    """-Σ_i mu_i log mu_i + (1 - mu_i) log (1 - mu_i), where 0 log 0 = 0: means mu (N, n) -> (N,)."""
    on, off = np.where(mu > 0, mu, 1), np.where(mu < 1, 1 - mu, 1)  # log 1 = 0
    return -np.sum(mu * np.log(on) + (1 - mu) * np.log(off), axis=-1)
