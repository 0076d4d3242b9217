# %% [markdown]
# # Exercise to lesson 11: persistent chains
#
# Write PCD-k with NumPy alone. N cases, M chains, D visible units, K hidden units; units are 0 or
# 1, cases and chains lie in rows. As in lesson 7
#
#     x_j = c_j + Σ_i v_i W_ij        to a hidden unit          p(h_j = 1 given v) = σ(x_j)
#     x_i = b_i + Σ_j W_ij h_j        to a visible one          p(v_i = 1 given h) = σ(x_i)
#
# The chains are not started at the cases: they go on where they were, k times v given h and h given
# that v, and come back with the gradient. The gradient is an average over the cases less the same
# average over the chains, at the last v and with the mean of h given it, as in CD. The gradient
# points uphill.
#
# The function works for any N, M, D and K, and for k >= 1. It does not change its arguments.
# In another order of draws it is right too, if it is right on average.

# %%
import numpy as np


def pcd_k(W, b, c, v_data, h, k, rng):
    """PCD-k for W (D, K), b (D,), c (K,) at the cases v_data (N, D): (dW, db, dc, h).

    h (M, K) are the chains. Draws with rng.random, k times: (M, D) for v, (M, K) for h. A unit is
    on where its random number is below its probability.
    """
    # BEGIN SOLUTION
    N = len(v_data)
    M, K = h.shape
    p_h_data = sigmoid(v_data @ W + c)  # (N, K)
    for _ in range(k):
        p_v = sigmoid(h @ W.T + b)  # (M, D)
        v = (rng.random(p_v.shape) < p_v).astype(float)
        p_h = sigmoid(v @ W + c)  # (M, K)
        h = (rng.random((M, K)) < p_h).astype(float)
    dW = v_data.T @ p_h_data / N - v.T @ p_h / M
    db = v_data.sum(axis=0) / N - v.sum(axis=0) / M
    dc = p_h_data.sum(axis=0) / N - p_h.sum(axis=0) / M
    return dW, db, dc, h
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
