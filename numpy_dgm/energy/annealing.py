"""Annealed importance sampling: log Z by walks from a model whose Z is known to the model of interest.

The path: models with θ_β = (1 - β) θ_base + β θ, from the base at β = 0, whose units are not connected, to the RBM
at β = 1.
With f_β(v) = exp(-F_β(v)), the unnormalised probability under the model at β, and 0 = β_0 < ... < β_{T-1} = 1:

    forward   v_0 ~ p_0, then v_t by one Gibbs step that leaves p_{β_t}
              w = Π_t f_{β_{t+1}}(v_t) / f_{β_t}(v_t)            E[w] = Z / Z_base
    reverse   v ~ p_1, the same walk from β = 1 down to 0
              1/w in place of w                                  E[1/w] = Z_base / Z

Forward, E[log mean w] <= log(Z / Z_base) since log is concave: a lower bound in expectation, and it seldom
overshoots: p(log w > log(Z / Z_base) + a) <= exp(-a). Reverse is an upper bound only where its chains start at
exact samples of the model, which are rarely available; started from long runs it is an estimate.

N cases    D visible units    K hidden units    M walks    T temperatures
log w (M,): each walk's own estimate of log Z, with log Z_base added, in both directions

Neal 2001 (AIS); Salakhutdinov and Murray 2008 (for RBMs, base rates); Burda, Grosse and Salakhutdinov 2015
(reverse); Crooks 1999 and Bennett 1976 (both directions combined).
"""
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.numerics import logsumexp, softplus
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .rbm import RBM, _gibbs_step

WALKS_PER_BLOCK = 100  # walks run together, with a generator of their own, whichever worker runs them


def base_rbm(rbm: RBM, data_mean: Array | None = None) -> RBM:
    """The model at the start of the path: W = 0, c = 0, and b with which its visible units have the means of the data.

    data_mean (D,); without it b = 0. No units are connected, so it can be sampled exactly and its log Z is known.
    """
    b = np.zeros_like(rbm.b)
    if data_mean is not None:
        b = rbm.visible.starting_bias(data_mean).astype(b.dtype)
    return replace(rbm, W=np.zeros_like(rbm.W), b=b, c=np.zeros_like(rbm.c))


def between(base: RBM, rbm: RBM, beta: float) -> RBM:
    """The model at β = `beta` on the path from `base` to `rbm`: θ = (1 - β) θ_base + β θ_rbm, for W, b and c.

    Its energy is (1 - β) E_base + β E_rbm.
    """
    return replace(
        rbm,
        W=(1 - beta) * base.W + beta * rbm.W,
        b=(1 - beta) * base.b + beta * rbm.b,
        c=(1 - beta) * base.c + beta * rbm.c,
    )


def base_log_partition(base: RBM) -> float:
    """log Z of a model whose W is 0, in nats: each unit is summed out by itself, Σᵢ A(bᵢ) + Σⱼ A(cⱼ).

    For bits: Σᵢ log(1 + exp(bᵢ)) + Σⱼ log(1 + exp(cⱼ)).
    """
    return float(base.visible.log_normaliser(base.b[None])[0] + base.hidden.log_normaliser(base.c[None])[0])


def sample_base(base: RBM, n: int, rng: Generator) -> Array:
    """n exact samples of the visible layer of a model whose W is 0: (n, D)."""
    mean = np.repeat(base.visible.mean(base.b[None]), n, axis=0)
    return base.visible.sample(mean, rng)


def anneal(rbm: RBM, base: RBM, betas: Sequence[float] | Array, v: Array,
           rng: Generator) -> tuple[Array, Array]:
    """Walk from betas[0] to betas[-1], up or down: v (M, D) -> `(log_weights, v)`, (M,) in float64 and (M, D).

        log_weights = Σ_t log f_{β_{t+1}}(v_t) - log f_{β_t}(v_t)

    base has W = 0 (see `base_rbm`), so the input to the hidden units at β is β vᵀW plus a bias. At each
    temperature: the weight, then one Gibbs step at the new β. Draws, in this order, each step: h, then v.
    """
    visible, hidden = rbm.visible, rbm.hidden
    log_weights = np.zeros(len(v))
    betas = [float(beta) for beta in betas]  # Python floats keep float32 arrays in float32
    for beta, next_beta in zip(betas[:-1], betas[1:]):
        v_W = v @ rbm.W  # (M, K)
        c, next_c = _mix(base.c, rbm.c, beta), _mix(base.c, rbm.c, next_beta)
        x, next_x = beta * v_W + c, next_beta * v_W + next_c  # inputs to the hidden units at β and next β
        b_step = (next_beta - beta) * (rbm.b - base.b)
        log_weights += v @ b_step + hidden.log_normaliser(next_x) - hidden.log_normaliser(x)

        h = hidden.sample(hidden.mean(next_x, out=next_x), rng)
        x = h @ rbm.W.T
        x *= next_beta
        x += _mix(base.b, rbm.b, next_beta)
        v = visible.sample(visible.mean(x, out=x), rng)
    return log_weights, v


def _mix(at_base, at_rbm, beta):
    return (1 - beta) * at_base + beta * at_rbm


@dataclass(frozen=True, eq=False, repr=False)
class Walks(Record):
    """The estimate of log Z by annealed walks in one direction. All logarithms are in nats."""

    log_weights: Array  # (M,) each walk's own estimate of log Z
    log_z: float  # their joint estimate
    standard_error: float  # of log_z, from the effective sample size
    effective_sample_size: float  # the number of equal weights whose mean would be as certain; at most M
    spread: float  # standard deviation of log_weights
    v: Array  # (M, D) where the walks ended


def temperatures(n: int) -> Array:
    """n inverse temperatures from 0 to 1, in steps that shrink linearly towards 1: β = 1 - (1 - t)², (n,)."""
    t = np.linspace(0, 1, n)
    return 1 - (1 - t) ** 2


def forward_walks(rbm: RBM, base: RBM, n_temperatures: int, n_walks: int, rng: Generator,
                  executor: Executor | None = None) -> Walks:
    """Walks from `base` up to `rbm`, a lower bound on log Z in expectation.

        log Z ≈ log Z_base + log mean w
    """
    v = sample_base(base, n_walks, rng)
    log_w, v = _walk(rbm, base, temperatures(n_temperatures), v, rng, executor)
    log_w += base_log_partition(base)
    effective = effective_sample_size(log_w)
    return Walks(log_w, float(logsumexp(log_w) - np.log(n_walks)), _log_mean_error(effective, n_walks), effective,
                 float(log_w.std()), v)


def reverse_walks(rbm: RBM, base: RBM, n_temperatures: int, v: Array, rng: Generator,
                  executor: Executor | None = None, n_sweeps: int = 0) -> Walks:
    """Walks from `rbm` down to `base`, started at v (M, D) after `n_sweeps` Gibbs steps of the model from there.

    The estimate is as good as these starting states are samples of the model.
    """
    minus_log_w, v = _walk(rbm, base, temperatures(n_temperatures)[::-1], v, rng, executor, n_sweeps)
    return summarise_reverse(base_log_partition(base) - minus_log_w, v)


def summarise_reverse(log_w: Array, v: Array) -> Walks:
    """The `Walks` of reverse walks with the log weights log_w (M,) that ended at v (M, D).

        log Z ≈ log Z_base - log mean (1/w)
    """
    effective = effective_sample_size(-log_w)
    return Walks(log_w, float(np.log(len(v)) - logsumexp(-log_w)), _log_mean_error(effective, len(v)), effective,
                 float(log_w.std()), v)


def _walk(rbm, base, betas, v, rng, executor, n_sweeps=0):
    """`sweep_and_anneal` in blocks of 100 walks, each with its own generator: the same bits with any executor."""
    blocks = [v[start : start + WALKS_PER_BLOCK] for start in range(0, len(v), WALKS_PER_BLOCK)]
    each = map if executor is None else executor.map
    same = [[argument] * len(blocks) for argument in (rbm, base, betas, n_sweeps)]  # Dask asks how many there are
    results = list(each(sweep_and_anneal, *same, blocks, rng.spawn(len(blocks))))
    return np.concatenate([log_w for log_w, _ in results]), np.concatenate([v for _, v in results])


def sweep_and_anneal(rbm: RBM, base: RBM, betas: Array, n_sweeps: int, v: Array,
                     rng: Generator) -> tuple[Array, Array]:
    """`n_sweeps` Gibbs steps of the model, then `anneal` from there: v (M, D) -> `(log_weights, v)`."""
    for _ in range(n_sweeps):
        v = _gibbs_step(rbm, v, rng)
    return anneal(rbm, base, betas, v, rng)


def effective_sample_size(log_weights: Array) -> float:
    """(Σ w)² / Σ w², between 1 and M: the number of equal weights whose mean would be as certain (Kong 1992)."""
    return float(np.exp(2 * logsumexp(log_weights) - logsumexp(2 * log_weights)))


def _log_mean_error(effective, n):
    """The standard error of log mean w, which is that of mean w divided by mean w: √(1/effective - 1/n)."""
    return float(np.sqrt(max(0.0, 1 / effective - 1 / n)))


def bennett(forward: Walks, reverse: Walks) -> tuple[float, float]:
    """`(log_z, standard_error)` from walks in both directions, by Bennett's acceptance ratio (Bennett 1976).

    Where the reverse walks start at samples of the model, p_reverse(log w) = p_forward(log w) w / (Z / Z_base)
    (Crooks 1999), so that log Z is the root of

        Σ_f σ(log w - log Z - m) = Σ_r σ(log Z - log w + m)        m = log(M_f / M_r)

    Both sums are dominated by the weights that occur in both directions, a mean of w or of 1/w by the largest few.
    """
    up, down = forward.log_weights, reverse.log_weights
    m = np.log(len(up) / len(down))
    low = min(up.min(), down.min()) - 50.0
    high = max(up.max(), down.max()) + 50.0
    for _ in range(80):  # bisection: left side less right side falls as log Z rises
        middle = (low + high) / 2
        above = logsumexp(_log_sigmoid(up - middle - m)) > logsumexp(_log_sigmoid(middle - down + m))
        low, high = (middle, high) if above else (low, middle)
    log_z = (low + high) / 2
    error_up = _log_mean_error(effective_sample_size(_log_sigmoid(up - log_z - m)), len(up))
    error_down = _log_mean_error(effective_sample_size(_log_sigmoid(log_z - down + m)), len(down))
    return float(log_z), float(np.hypot(error_up, error_down))


def _log_sigmoid(x):
    return -softplus(-x)
