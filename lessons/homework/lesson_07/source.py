# %% [markdown]
# # Exercise to lesson 7: a step of block Gibbs sampling
#
# Write a block step of an RBM, v → h → v', with NumPy alone and without looking at the library. N
# cases, D visible units, K hidden units; units are 0 or 1, cases lie in rows. The energy is
#
#     E(v, h) = -b·v - c·h - vᵀ W h
#
# so that the input to a unit, and its probability of being on given the other layer, are
#
#     x_j = c_j + Σ_i v_i W_ij        to a hidden unit          p(h_j = 1 given v) = σ(x_j)
#     x_i = b_i + Σ_j W_ij h_j        to a visible one          p(v_i = 1 given h) = σ(x_i)
#
# The function works for any N, D and K, and does not change its arguments. In another order of
# draws it is right too, if it draws from the right probabilities.

# %%
import numpy as np


def block_step(W, b, c, v, rng):
    """One step v → h → v' of block Gibbs sampling: v (N, D) -> (N, D), of 0.0 and 1.0.

    Draws h, then v', each layer by one call of rng.random, on where it is below p.
    """
    # BEGIN SOLUTION
    p_h = sigmoid(v @ W + c)  # (N, K)
    h = (rng.random(p_h.shape) < p_h).astype(float)
    p_v = sigmoid(h @ W.T + b)  # (N, D)
    return (rng.random(p_v.shape) < p_v).astype(float)
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
