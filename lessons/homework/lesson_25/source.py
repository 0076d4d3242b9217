# %% [markdown]
# # Exercise to lesson 25: the bound of a deep belief net
#
# Write what stands in the bound's bracket, with NumPy alone. Two RBMs, the second on top of the
# first. N cases, D visible units, K hidden units of the first RBM, which are the visible ones of
# the second, K_2 hidden units of the second; all units are 0 or 1, cases lie in rows.
#
#     E(v, h)   = -b_1·v - c_1·h   - vᵀ W_1 h          the first RBM
#     E(h, h_2) = -b_2·h - c_2·h_2 - hᵀ W_2 h_2        the second one
#
# The first gives p(v given h), downwards, and q(h given v), upwards: each unit by itself, on with
# the probability σ(its input). The second gives p₂(h), with h_2 summed out. Of each row,
#
#     log p₂(h) + log p(v given h) - log q(h given v)
#
# whose mean over h from q is the bound on log p(v). log Z of the second RBM is to be summed over
# the list of all 2^K states of h; K is at most ten.
#
# Work in logarithms: an input of 1,000 may come. The function works for any sizes, and does not
# change its arguments.

# %%
import numpy as np


def bound_of_draws(W_1, b_1, c_1, W_2, b_2, c_2, v, h):
    """log p₂(h) + log p(v given h) - log q(h given v) of each row: (N,).

    W_1 (D, K), b_1 (D,), c_1 (K,) the first RBM; W_2 (K, K_2), b_2 (K,), c_2 (K_2,) the
    second; v (N, D), h (N, K) bits.
    """
    # BEGIN SOLUTION
    every_h = list_of_bits(len(b_2))  # (2^K, K)
    log_weights = minus_free_energy(W_2, b_2, c_2, every_h)
    largest = log_weights.max()
    log_Z = largest + np.log(np.exp(log_weights - largest).sum())
    log_p_h = minus_free_energy(W_2, b_2, c_2, h) - log_Z
    down = h @ W_1.T + b_1  # (N, D)
    log_p_v = np.sum(v * down - np.logaddexp(0, down), axis=1)
    up = v @ W_1 + c_1  # (N, K)
    log_q = np.sum(h * up - np.logaddexp(0, up), axis=1)
    return log_p_h + log_p_v - log_q
    # END SOLUTION


# BEGIN SOLUTION
def list_of_bits(n):
    """All rows of n bits: (2^n, n)."""
    numbers = np.arange(2**n)
    return np.array([numbers >> i & 1 for i in range(n)]).T.astype(float)


def minus_free_energy(W, b, c, v):
    """-F(v) of an RBM: (N, D) -> (N,)."""
    return v @ b + np.logaddexp(0, v @ W + c).sum(axis=1)
# END SOLUTION
