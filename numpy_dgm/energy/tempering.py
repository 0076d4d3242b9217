"""Parallel tempering: chains at several temperatures that exchange states, for models whose Gibbs chains get stuck.

    θ_l = (1 - β_l) θ_base + β_l θ        p_l(v) = exp(-F_l(v)) / Z_l        0 = β_0 < β_1 < ... < β_{L-1} = 1

A ladder has L rungs, each a model and a state of it: at the bottom the unconnected base of annealing.py, whose every
step is an independent draw, at the top the RBM, whose own chain may not leave a mode for thousands of steps. In a
sweep, first neighbouring rungs l and m = l + 1, at the states u and v, exchange these with the probability

    min(1, exp(F_l(u) + F_m(v) - F_l(v) - F_m(u)))

then each rung makes a Gibbs step of its own, h and then v. Both leave the product of all p_l invariant, so the
distribution of the states at the top converges to that of the model. Only visible layers are exchanged: the Gibbs
step draws new hidden ones. A sweep of M ladders takes about 2 L times as long as a Gibbs step of M chains, more in
small models.

    ladder = init_ladder(rbm, n_rungs=10, data_mean=data.mean(axis=0))
    v = start_ladder(rbm, ladder, 100, rng)
    v, swap_rates = sample_tempered(rbm, ladder, v, 500, rng)
    v[-1]                                                                     100 samples of the model

L rungs    M ladders    D visible units    K hidden units    β betas (L,)    v (L, M, D) states, rung by rung
x (L, M, K) inputs to the hidden units under the RBM, v W + c; those on a rung are β x, as W and c of the base are 0

Swendsen and Wang 1986; Geyer 1991. For RBMs Desjardins, Courville, Bengio, Vincent and Delalleau 2010; Cho,
Raiko and Ilin 2010.
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import (
    as_rows,
    check_array,
    check_fits,
    check_generator,
    check_integer,
    check_parameter,
    different_dtypes,
    invalid,
)
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .annealing import base_rbm
from .gradients import phase_difference
from .rbm import RBM, _hidden_probs, check_parameters, check_rbm, check_visible


@dataclass(frozen=True, eq=False, repr=False)
class Ladder(Record):
    """The rungs between base and model."""

    betas: Array  # (L,) inverse temperatures, rising from 0, the base, to 1, the model
    base_b: Array  # (D,) visible biases of the base, whose W and c are 0


def init_ladder(rbm: RBM, n_rungs: int = 10, data_mean: Array | None = None) -> Ladder:
    """A ladder of `n_rungs` >= 2 rungs for `rbm`, evenly spaced in β.

    data_mean (D,): the base has the means of the data; without it, b = 0. More rungs make swaps likelier and
    the way from bottom to top longer. A pair of rungs that hardly ever swaps cuts the ladder in two. Raises
    InvalidInput.
    """
    check_rbm(rbm)
    n_rungs = check_integer("n_rungs", n_rungs, least=2)
    check_fits("n_rungs", n_rungs, n_rungs)
    if data_mean is not None:
        low, high = rbm.visible.lowest, rbm.visible.highest
        data_mean = check_array("data_mean", data_mean, ndim=1, width=len(rbm.b), low=low, high=high, dtype=np.float64)
    betas = np.linspace(0, 1, n_rungs, dtype=rbm.b.dtype)
    return Ladder(betas=betas, base_b=base_rbm(rbm, data_mean).b)


def check_ladder(rbm: RBM, ladder: Any) -> None:
    """InvalidInput unless `ladder` is a Ladder for `rbm`, from base to model."""
    check_parameters(rbm)
    if not isinstance(ladder, Ladder):
        raise invalid("ladder", "a Ladder (see init_ladder)", type(ladder).__name__)
    check_parameter("ladder.betas", ladder.betas, ndim=1)
    check_parameter("ladder.base_b", ladder.base_b, ndim=1, width=len(rbm.b))
    if not rbm.W.dtype == ladder.betas.dtype == ladder.base_b.dtype:
        raise different_dtypes("ladder", rbm.W, ladder.betas, ladder.base_b)
    if len(ladder.betas) < 2 or ladder.betas[0] != 0 or ladder.betas[-1] != 1 or np.any(np.diff(ladder.betas) <= 0):
        raise invalid("ladder.betas", "at least two numbers that rise from 0 to 1", ladder.betas)


def check_ladder_states(name: str, rbm: RBM, ladder: Ladder, v: Any) -> Array:
    """`v` as states (L, M, D) on the rungs of `ladder`, in the parameters' dtype; else InvalidInput."""
    check_ladder(rbm, ladder)
    v = check_visible(name, rbm, v, ndim=3)
    if len(v) != len(ladder.betas):
        raise invalid(name, f"states of {len(ladder.betas)} rungs", len(v))
    return v


def start_ladder(rbm: RBM, ladder: Ladder, n_ladders: int, rng: Generator) -> Array:
    """States to start from, independent draws from the base on every rung: (L, n_ladders, D). Raises InvalidInput."""
    check_ladder(rbm, ladder)
    n_ladders = check_integer("n_ladders", n_ladders)
    check_fits("n_ladders", n_ladders, n_ladders, len(ladder.betas), len(rbm.b))
    check_generator("rng", rng)
    n_rungs, n_visible = len(ladder.betas), len(ladder.base_b)
    p_v = rbm.visible.mean(np.tile(ladder.base_b, (n_rungs * n_ladders, 1)))
    v = rbm.visible.sample(p_v, rng)
    return v.reshape(n_rungs, n_ladders, n_visible)


def tempered_sweep(rbm: RBM, ladder: Ladder, v: Array, rng: Generator) -> tuple[Array, Array]:
    """Swaps between neighbours, then a Gibbs step on every rung: v (L, M, D) -> `(v, swap_rates)`.

    swap_rates (L - 1,): the fraction of the M ladders in which rungs l and l + 1 swapped. Draws, in this order:
    the swaps (see `swap_neighbours`), h of all rungs, v of all rungs. At β = 0 v is a draw from the base.
    """
    n_rungs, n_ladders, n_visible = v.shape
    v, x, swap_rates = swap_neighbours(rbm, ladder, v, rng)
    beta = np.repeat(ladder.betas, n_ladders)[:, None]  # (L M, 1)
    p_h = rbm.hidden.mean(beta * x.reshape(n_rungs * n_ladders, -1))
    h = rbm.hidden.sample(p_h, rng)
    p_v = rbm.visible.mean(beta * (h @ rbm.W.T + rbm.b) + (1 - beta) * ladder.base_b)
    v = rbm.visible.sample(p_v, rng)
    return v.reshape(n_rungs, n_ladders, n_visible), swap_rates


def swap_neighbours(rbm: RBM, ladder: Ladder, v: Array, rng: Generator) -> tuple[Array, Array, Array]:
    """Propose a swap to each pair of neighbours: v (L, M, D) -> `(v, x, swap_rates)`, x the inputs of the v returned.

    Draws one uniform number per pair and ladder: for the pairs (0, 1), (2, 3), ..., then for (1, 2), (3, 4), ...
    """
    n_rungs, n_ladders, n_visible = v.shape
    states = v.reshape(-1, n_visible)  # (L M, D)
    x = states @ rbm.W + rbm.c  # (L M, K), one product for all rungs
    bias_term = states @ (rbm.b - ladder.base_b)  # (L M,)
    standing = np.arange(len(states)).reshape(n_rungs, n_ladders)  # the row of the state on each rung
    swap_rates = np.zeros(n_rungs - 1)
    for first in range(min(2, n_rungs - 1)):  # even pairs, then odd ones, of which two rungs have none
        low, high = slice(first, n_rungs - 1, 2), slice(first + 1, n_rungs, 2)
        now = standing[first:]
        p_swap = swap_probs(rbm, ladder.betas[first:], bias_term[now], x[now])  # (pairs, M)
        swaps = rng.random(p_swap.shape) < p_swap
        lower, upper = standing[low], standing[high]
        standing[low], standing[high] = np.where(swaps, upper, lower), np.where(swaps, lower, upper)
        swap_rates[low] = swaps.mean(axis=1)
    return states[standing], x[standing], swap_rates


def swap_probs(rbm: RBM, betas: Array, bias_term: Array, x: Array) -> Array:
    """min(1, exp(F_l(u) + F_m(v) - F_l(v) - F_m(u))) of the pairs of rungs (l, m) = (0, 1), (2, 3), ...: (pairs, M).

    betas (L,); of the states, u at rung l and v at rung m: bias_term (L, M) = (b - b_base)·v and x (L, M, K).
    """
    low, high = slice(0, len(betas) - 1, 2), slice(1, len(betas), 2)
    as_they_stand = rung_free_energy(rbm, betas[low], bias_term[low], x[low])
    as_they_stand += rung_free_energy(rbm, betas[high], bias_term[high], x[high])
    exchanged = rung_free_energy(rbm, betas[low], bias_term[high], x[high])
    exchanged += rung_free_energy(rbm, betas[high], bias_term[low], x[low])
    return np.exp(np.minimum(as_they_stand - exchanged, 0))


def rung_free_energy(rbm: RBM, betas: Array, bias_term: Array, x: Array) -> Array:
    """F_l(v) up to a term that is the same on all rungs, -b_base·v - log base(v): (L, M).

        F_l(v) = -β_l (b - b_base)·v - Σⱼ A(β_l xⱼ) + that term

    betas (L,); of the state on each of these rungs, bias_term (L, M) = (b - b_base)·v and x (L, M, K).
    """
    x_of_rung = betas[:, None, None] * x
    hidden_term = rbm.hidden.log_normaliser(x_of_rung.reshape(-1, x.shape[2]))
    return -betas[:, None] * bias_term - hidden_term.reshape(bias_term.shape)


def sample_tempered(rbm: RBM, ladder: Ladder, v: Array, n_sweeps: int, rng: Generator) -> tuple[Array, Array]:
    """`n_sweeps` >= 1 sweeps: v (L, M, D) -> `(v, swap_rates)`, the rates averaged over the sweeps.

    v[-1] (M, D) are then the samples of the model. Draws: those of `tempered_sweep`, sweep by sweep. Raises
    InvalidInput.
    """
    v = check_ladder_states("v", rbm, ladder, v)
    n_sweeps = check_integer("n_sweeps", n_sweeps)
    check_generator("rng", rng)
    total = np.zeros(len(ladder.betas) - 1)
    for _ in range(n_sweeps):
        v, swap_rates = tempered_sweep(rbm, ladder, v, rng)
        total = total + swap_rates
    return v, total / n_sweeps


def tempered_gradient(rbm: RBM, v_data: Array, ladder: Ladder, v: Array, k: int,
                      rng: Generator) -> tuple[RBM, Array, Array]:
    """Estimate of ∂ mean log p(v_data) / ∂(W, b, c) by tempering, to be ascended: `(gradient, v, swap_rates)`.

    v_data (N, D); v (L, M, D), the current states of the ladders, which are moved on by k >= 1 sweeps; the mean
    under the model is taken over the top rung. Draws: those of `tempered_sweep`, sweep by sweep. Raises InvalidInput.
    Desjardins et al. 2010.
    """
    v_data = as_rows(check_visible("v_data", rbm, v_data))
    k = check_integer("k", k)

    # positive phase: the visible layer is held at the data
    p_h_data = _hidden_probs(rbm, v_data)

    # negative phase: k sweeps of the ladders from their current states
    v, swap_rates = sample_tempered(rbm, ladder, v, k, rng)
    v_model = v[-1]
    p_h_model = _hidden_probs(rbm, v_model)

    return phase_difference(rbm, v_data, p_h_data, v_model, p_h_model), v, swap_rates
