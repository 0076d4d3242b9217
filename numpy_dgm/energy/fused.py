"""The gradient of PCD in preallocated buffers: `pcd_gradient` and `centre` in one, for long training runs.

The plain functions allocate a dozen new arrays per step, and new memory costs more time than most of what is
computed in it. Here every large array is allocated once. The rows of the data and those of the chains are stacked,
so that one product takes both up to the hidden layer and one product makes the gradient:

    V = [v_data; v_model]  (N + M, D)        P = [p_h_data; p_h_model]  (N + M, K)
    w = [1/N, ..., 1/N, -1/M, ..., -1/M]     the weight of each row

    plain:    W = Vᵀ diag(w) P                   b = Vᵀ w            c = Pᵀ w
    centred:  W = (V - μ)ᵀ diag(w) (P - λ)       b = Vᵀ w - W λ      c = Pᵀ w - Wᵀ μ

Same results as those of the plain functions with the same generator, up to rounding, which a test checks. To step
through training in a debugger, train with `fused=False`, by the plain functions.
"""
import numpy as np

from ..foundation.records import pack
from ..foundation.types import Array, Generator
from .rbm import RBM


class Workspace:
    """The buffers of `fused_pcd_gradient`, for batches of up to `batch_size` cases and `n_chains` chains."""

    def __init__(self, rbm: RBM, batch_size: int, n_chains: int) -> None:
        n_visible, n_hidden = rbm.W.shape
        dtype = rbm.W.dtype
        self.v = np.empty((batch_size + n_chains, n_visible), dtype)  # V
        self.p_h = np.empty((batch_size + n_chains, n_hidden), dtype)  # P
        self.p_v = np.empty((n_chains, n_visible), dtype)
        self.w = np.empty(batch_size + n_chains, dtype)
        self.vector, self.gradient = pack(rbm)  # the result, and the same as an RBM of views of it


def fused_pcd_gradient(rbm: RBM, v_data: Array, chains: Array, k: int, rng: Generator, work: Workspace,
                       offsets: tuple[Array, Array] | None = None, scale: float = 1.0) -> RBM:
    """`scale` times the gradient of PCD-k, centred where `offsets` = (v_offset, h_offset) are given.

    v_data (N, D); chains (M, K), the hidden states of the chains, are updated in place; k >= 1 Gibbs steps. Draws,
    in this order, k times: v, then h. Returns work.gradient, views of work.vector, which the next call overwrites.
    """
    n, m = len(v_data), len(chains)
    v, p_h, w, gradient = work.v[: n + m], work.p_h[: n + m], work.w[: n + m], work.gradient
    v_model, p_h_model = v[n:], p_h[n:]
    v[:n] = v_data

    # k steps of the chains; in the last one the hidden means of data and chains are computed together
    for step in range(k):
        x = np.dot(chains, rbm.W.T, out=work.p_v)  # np.dot is np.matmul with less work before the product
        x += rbm.b
        p_v = rbm.visible.mean(x, out=x)
        rbm.visible.sample(p_v, rng, out=v_model)
        is_last = step == k - 1
        x = np.dot(v if is_last else v_model, rbm.W, out=p_h if is_last else p_h_model)
        x += rbm.c
        rbm.hidden.mean(x, out=x)
        rbm.hidden.sample(p_h_model, rng, out=chains)

    # <.>_data - <.>_model, the rows weighted by w
    w[:n] = scale / n
    w[n:] = -scale / m
    np.dot(w, v, out=gradient.b)
    np.dot(w, p_h, out=gradient.c)
    if offsets is not None:
        v_offset, h_offset = offsets
        v -= v_offset
        p_h -= h_offset
    p_h[:n] *= scale / n
    p_h_model *= -scale / m
    W = np.dot(v.T, p_h, out=gradient.W)
    if offsets is not None:
        gradient.b[:] -= W @ h_offset
        gradient.c[:] -= v_offset @ W
    return gradient
