# %% [markdown]
# # Exercise to lesson 9: contrastive divergence
#
# Write CD-k with NumPy alone. N cases, D visible units, K hidden units; units are 0 or 1, cases lie
# in rows. The input to a unit and its probability of being on are, as in lesson 7,
#
#     x_j = c_j + Σ_i v_i W_ij        to a hidden unit          p(h_j = 1 given v) = σ(x_j)
#     x_i = b_i + Σ_j W_ij h_j        to a visible one          p(v_i = 1 given h) = σ(x_i)
#
# CD-k starts a chain at every case: k times it draws h given v, then v given that h. The estimate
# of the gradient is an average over the cases less the same average over where the chains have
# ended. In both, hⱼ is not drawn but stands there with its mean, p(hⱼ = 1 given v). The gradient
# points uphill.
#
# The function works for any N, D and K, and for k >= 1. It does not change its arguments.
# In another order of draws it is right too, if it is right on average.

# %%
import numpy as np


def cd_k(W, b, c, v_data, k, rng):
    """CD-k for W (D, K), b (D,), c (K,) at the cases v_data (N, D): (dW, db, dc).

    Draws with rng.random, k times: (N, K) for h, then (N, D) for v. A unit is on where
    its random number is below its probability.
    """
    # BEGIN SOLUTION
    N, D = v_data.shape
    K = len(c)
    p_h_data = sigmoid(v_data @ W + c)  # (N, K)
    p_h = p_h_data
    for _ in range(k):
        h = (rng.random((N, K)) < p_h).astype(float)
        p_v = sigmoid(h @ W.T + b)  # (N, D)
        v = (rng.random((N, D)) < p_v).astype(float)
        p_h = sigmoid(v @ W + c)
    dW = (v_data.T @ p_h_data - v.T @ p_h) / N
    db = (v_data.sum(axis=0) - v.sum(axis=0)) / N
    dc = (p_h_data.sum(axis=0) - p_h.sum(axis=0)) / N
    return dW, db, dc
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
