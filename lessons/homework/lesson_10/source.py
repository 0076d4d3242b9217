# %% [markdown]
# # Exercise to lesson 10: the bias of CD-k, exactly
#
# An RBM with D visible and K hidden units, 0 or 1, is so small that all layers can be listed. N
# cases lie in rows, the same one may stand there several times. Then
#
#     bias_k = Σ_v (p(v) - p_k(v)) g(v)
#
# is a sum over 2^D visible layers. In it p(v) is the model's probability of v; p_k(v) is the
# probability that a chain is at v which has started at a case of the data, each as probable as
# another, and has made k block Gibbs steps v → h → v'; and g(v) are the numbers vᵢ p(hⱼ = 1 given
# v) for W (row by row), vᵢ for b and p(hⱼ = 1 given v) for c, end to end: P = D K + D + K of them.
# So the bias is the mean of CD-k less the exact gradient. With the energy
#
#     E(v, h) = -b·v - c·h - vᵀ W h
#
# p(v, h) and both conditionals are exp(-E) over sums of it. The function does not change its
# arguments.

# %%
import itertools

import numpy as np


def bias_of_cd(W, b, c, v_data, k):
    """bias_k of W, b and c end to end, (P,), by lists of all visible and hidden layers.

    W (D, K), b (D,), c (K,), v_data (N, D) cases, k >= 1 steps.
    """
    # BEGIN SOLUTION
    D, K = W.shape
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))
    minus_E = (all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T
    weight = np.exp(minus_E - minus_E.max())
    h_given_v = weight / weight.sum(axis=1, keepdims=True)
    v_given_h = weight / weight.sum(axis=0, keepdims=True)
    T = h_given_v @ v_given_h.T
    p = weight.sum(axis=1) / weight.sum()

    p_units = h_given_v @ all_h
    v_p_h = all_v[:, :, None] * p_units[:, None, :]
    g = np.hstack([v_p_h.reshape(len(all_v), -1), all_v, p_units])

    p_k = np.zeros(len(all_v))
    for case in v_data:
        row = np.flatnonzero((all_v == case).all(axis=1))[0]
        p_k[row] += 1 / len(v_data)
    for _ in range(k):
        p_k = p_k @ T
    return (p - p_k) @ g
    # END SOLUTION
