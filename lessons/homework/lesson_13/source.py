# %% [markdown]
# # Exercise to lesson 13: centred CD-1
#
# Write CD-1 with centred units, with NumPy alone. N cases, D visible units, K hidden units; units
# are 0 or 1, cases lie in rows. As in lesson 7
#
#     x_j = c_j + Σ_i v_i W_ij        to a hidden unit          p(h_j = 1 given v) = σ(x_j)
#     x_i = b_i + Σ_j W_ij h_j        to a visible one          p(v_i = 1 given h) = σ(x_i)
#
# CD-1 draws h given the cases and v given that h. Its estimates g_W, g_b and g_c are averages over
# the cases less the same averages over the v drawn, with p(hⱼ = 1 given v) for hⱼ in both. Centred,
# an average of (vᵢ - μᵢ)(hⱼ - λⱼ) takes the place of that of vᵢ hⱼ:
#
#     W' = <(v - μ)(h - λ)ᵀ>_data - <(v - μ)(h - λ)ᵀ>_model
#     b' = g_b - W' λ   and   c' = g_c - W'ᵀ μ
#
# The function works for any N, D and K. It does not change its arguments. In another order of draws
# it is right too, if it is right on average.

# %%
import numpy as np


def centred_cd_1(W, b, c, v_data, mu, lam, rng):
    """Centred CD-1 at the cases v_data (N, D), offsets mu (D,), lam (K,): (dW, db, dc).

    W (D, K), b (D,), c (K,). Draws with rng.random: (N, K) for h, then (N, D) for v. A unit is on
    where its random number is below its probability.
    """
    # BEGIN SOLUTION
    N = len(v_data)
    p_h_data = sigmoid(v_data @ W + c)  # (N, K)
    h = (rng.random(p_h_data.shape) < p_h_data).astype(float)
    p_v = sigmoid(h @ W.T + b)  # (N, D)
    v = (rng.random(p_v.shape) < p_v).astype(float)
    p_h = sigmoid(v @ W + c)
    dW = ((v_data - mu).T @ (p_h_data - lam) - (v - mu).T @ (p_h - lam)) / N
    g_b = (v_data.sum(axis=0) - v.sum(axis=0)) / N
    g_c = (p_h_data.sum(axis=0) - p_h.sum(axis=0)) / N
    return dW, g_b - dW @ lam, g_c - dW.T @ mu
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
