"""The gradient of an RBM's log-likelihood: exactly, by contrastive divergence, by persistent chains; centred.

    ∂ mean log p(v_data) / ∂W = <v hᵀ>_data - <v hᵀ>_model
    ∂ mean log p(v_data) / ∂b = <v>_data    - <v>_model
    ∂ mean log p(v_data) / ∂c = <h>_data    - <h>_model

Gradients point up the mean log-likelihood. <.>_data holds the visible layer at the data; <.>_model is the
mean under the model: summed over all states (exact), estimated from chains that start at the data and
run for k steps (CD-k), or from chains that persist from update to update (PCD). Each mean is over its own
number of rows.

N cases    D visible units    K hidden units    M chains    k Gibbs steps

Hinton 2002 (CD); Younes 1999 and Tieleman 2008 (PCD); Cho, Raiko and Ilin 2011, Melchior, Fischer and
Wiskott 2016 (centring).
"""
from dataclasses import replace
from typing import Any

import numpy as np

from ..foundation.batches import case_blocks, check_cases
from ..foundation.checks import as_rows, check_generator, check_integer, check_number, invalid
from ..foundation.types import Array, Generator
from .likelihood import gaussian_moments, log_partition, smaller_layer_visible, state_blocks
from .rbm import (
    RBM,
    _free_energy,
    _hidden_probs,
    _visible_probs,
    check_hidden,
    check_parameters,
    check_rbm,
    check_visible,
    is_gaussian_pair,
    transposed,
)
from .units import Bernoulli


def exact_gradient(rbm: RBM, v: Array) -> RBM:
    """∂ mean log p(v) / ∂(W, b, c) without sampling, to be ascended: v (N, D) -> an RBM of gradients.

    The means under the model are sums over all states of the smaller layer; two Gaussian layers need no sum.
    Raises InvalidInput, also where the smaller layer has more than 2^25 states.
    """
    v = as_rows(check_visible("v", rbm, v))
    p_h_data = _hidden_probs(rbm, v)
    model = model_means(rbm)
    n, dtype = len(v), rbm.W.dtype
    return replace(
        rbm,
        W=v.T @ p_h_data / n - model.W,
        b=(v.sum(axis=0, dtype=np.float64) / n - model.b).astype(dtype),
        c=(p_h_data.sum(axis=0, dtype=np.float64) / n - model.c).astype(dtype),
    )


def model_means(rbm: RBM) -> RBM:
    """<v hᵀ>, <v> and <h> under the model, exactly, as the W, b and c of an RBM.

        <s tᵀ> = Σ_s p(s) s E[t given s]ᵀ        s the smaller layer, t the other one

    Raises InvalidInput, also where the smaller layer has more than 2^25 states.
    """
    check_rbm(rbm)
    if is_gaussian_pair(rbm):
        return _gaussian_means(rbm)
    layer = smaller_layer_visible(rbm)
    log_z = log_partition(rbm)
    s_t, s, t = np.zeros(layer.W.shape), np.zeros(layer.b.shape), np.zeros(layer.c.shape)
    for states, _ in state_blocks(layer):
        p = np.exp(-_free_energy(layer, states) - log_z)  # (S,)
        mean_t = _hidden_probs(layer, states)
        weighted_s = p[:, None] * states
        s_t += weighted_s.T @ mean_t
        s += weighted_s.sum(axis=0)
        t += p @ mean_t
    dtype = rbm.W.dtype
    means = replace(layer, W=s_t.astype(dtype), b=s.astype(dtype), c=t.astype(dtype))
    return means if layer is rbm else transposed(means)


def _gaussian_means(rbm):
    """<v hᵀ>, <v> and <h> where v and h are jointly normal: <v hᵀ> = covariance of v and h + <v> <h>ᵀ."""
    n_visible = len(rbm.b)
    mean, covariance = gaussian_moments(rbm)
    v, h = mean[:n_visible], mean[n_visible:]
    v_h = covariance[:n_visible, n_visible:] + np.outer(v, h)
    return replace(rbm, W=v_h.astype(rbm.W.dtype), b=v.astype(rbm.b.dtype), c=h.astype(rbm.c.dtype))


def cd_gradient(rbm: RBM, v_data: Array, k: int, rng: Generator, check: bool = True) -> RBM:
    """CD-k estimate of ∂ mean log p(v_data) / ∂(W, b, c), to be ascended (Hinton 2002, eq. 5).

    v_data (N, D), for bits in [0, 1]; k >= 1 Gibbs steps from the data. Draws, in this order, k times: h, then v.
    Raises InvalidInput; without `check`, as in a training loop that has checked them, the arguments are trusted.
    """
    if check:
        v_data = as_rows(check_visible("v_data", rbm, v_data))
        k = check_integer("k", k)
        check_generator("rng", rng)

    # positive phase: the visible layer is held at the data
    p_h_data = _hidden_probs(rbm, v_data)

    # negative phase: k steps of block Gibbs sampling, started at the data
    p_h = p_h_data
    for _ in range(k):
        h = rbm.hidden.sample(p_h, rng)
        p_v = _visible_probs(rbm, h)
        v = rbm.visible.sample(p_v, rng)
        p_h = _hidden_probs(rbm, v)

    return phase_difference(rbm, v_data, p_h_data, v, p_h)


def pcd_gradient(rbm: RBM, v_data: Array, chains: Array, k: int, rng: Generator,
                 check: bool = True) -> tuple[RBM, Array]:
    """PCD-k estimate of ∂ mean log p(v_data) / ∂(W, b, c), to be ascended, and the new chains: `(gradient, chains)`.

    v_data (N, D), for bits in [0, 1]; chains (M, K), the current hidden states of the chains; k >= 1 Gibbs
    steps from there. Draws, in this order, k times: v, then h. Raises InvalidInput; check as in `cd_gradient`.
    Tieleman 2008.
    """
    if check:
        v_data = as_rows(check_visible("v_data", rbm, v_data))
        chains = as_rows(check_hidden("chains", rbm, chains))
        k = check_integer("k", k)
        check_generator("rng", rng)

    # positive phase: the visible layer is held at the data
    p_h_data = _hidden_probs(rbm, v_data)

    # negative phase: k steps of block Gibbs sampling from the current states of the chains
    h = chains
    for _ in range(k):
        p_v = _visible_probs(rbm, h)
        v = rbm.visible.sample(p_v, rng)
        p_h = _hidden_probs(rbm, v)
        h = rbm.hidden.sample(p_h, rng)

    return phase_difference(rbm, v_data, p_h_data, v, p_h), h


def phase_difference(rbm: RBM, v_data: Array, p_h_data: Array, v_model: Array, p_h_model: Array) -> RBM:
    """<v hᵀ>_data - <v hᵀ>_model, and likewise for the biases, each mean over its own rows.

    v_data (N, D), p_h_data (N, K), v_model (M, D), p_h_model (M, K). A single product of the stacked phases
    serves for both, with the rows of the data weighted by 1/N and those of the model by -1/M.
    """
    n, m = len(v_data), len(v_model)
    v = np.concatenate([v_data, v_model])  # (N + M, D)
    p_h = np.concatenate([p_h_data / n, p_h_model / -m])  # (N + M, K)
    W = v.T @ p_h
    b = v_data.sum(axis=0) / n - v_model.sum(axis=0) / m
    c = p_h.sum(axis=0)
    return RBM(W, b, c, rbm.visible, rbm.hidden)


def centre(gradient: RBM, v_offset: Array, h_offset: Array) -> RBM:
    """The centred gradient: the same ascent as if v and h were measured from v_offset (D,) and h_offset (K,).

        W' = <(v - μ)(h - λ)ᵀ>_data - <(v - μ)(h - λ)ᵀ>_model = W - μ cᵀ - b λᵀ
        b' = b - W' λ
        c' = c - W'ᵀ μ

    with W, b, c the plain gradient, μ = v_offset, λ = h_offset. The weights no longer learn what the
    biases should, and learning is the same whether the data are bits or flipped bits (Melchior, Fischer
    and Wiskott 2016). Any μ and λ give an ascent direction; the means of the layers work best.
    """
    W = gradient.W - v_offset[:, None] * gradient.c
    W -= gradient.b[:, None] * h_offset
    b = gradient.b - W @ h_offset
    c = gradient.c - v_offset @ W
    return RBM(W, b, c, gradient.visible, gradient.hidden)


def sparsity_gradient(rbm: RBM, v: Array, target: float) -> RBM:
    """∂ of -Σⱼ (target - qⱼ)² / ∂(W, b, c), to be ascended: v (N, D) -> an RBM of gradients.

        qⱼ = mean over the cases of p(hⱼ = 1 given v)

    qⱼ is how often hidden bit j is on, and is pulled towards `target` in (0, 1). This is the full gradient, by
    the chain rule through σ, whose derivative is p (1 - p). Raises InvalidInput. Lee, Ekanadham and Ng 2008, who use
    its c alone.
    """
    v = as_rows(check_visible("v", rbm, v))
    target = check_number("target", target, 0, 1, open_low=True, open_high=True)
    if not isinstance(rbm.hidden, Bernoulli):
        raise invalid("rbm.hidden", "bits, Bernoulli()", rbm.hidden)
    return _sparsity_gradient(rbm, v, target)


def _sparsity_gradient(rbm, v, target):
    p_h = _hidden_probs(rbm, v)
    q = p_h.sum(axis=0) / len(v)  # (K,)
    pull = 2 * (target - q) * p_h * (1 - p_h) / len(v)  # (N, K), on each case's input to the hidden units
    return replace(rbm, W=v.T @ pull, b=np.zeros_like(rbm.b), c=pull.sum(axis=0))


def reconstruction_error(rbm: RBM, v: Any) -> float:
    """Mean squared difference between v (N, D) and its reconstruction through the mean of the hidden layer.

    v is an array or a Data, read in blocks. The figure shows that a run is learning and no more: it can fall while the
    likelihood falls too. Raises InvalidInput.
    """
    check_parameters(rbm)
    data = check_cases("v", v, len(rbm.b), rbm.visible.check, one_case=True)
    total = 0.0
    for v_block in case_blocks(data, np.arange(len(data)), rbm.W.dtype):
        p_v = _visible_probs(rbm, _hidden_probs(rbm, v_block))
        total += np.square(v_block - p_v, dtype=np.float64).sum()
    return float(total / (len(data) * len(rbm.b)))
