# %% [markdown]
# # Exercise to lesson 24: an unseen rating
#
# Write (24.6) with NumPy alone: the probabilities of each value of a rating that a case does not
# have, given those that it has. K hidden units, D visible ones of M values each; levels (M,) is what
# a value sends along the weights. The model has no U. With
#
#     x_j = c_j + Σ_i r_i level(v_i) W_ij          r_i = 1 where v_i >= 0, else 0
#
#     p(v_i = m given the seen ratings) ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m) W_ij))      (24.6)
#
# Weights may be large: exp(1000) is more than a float can hold. The function does not change its
# arguments.

# %%
import numpy as np


def predict(W, b, c, levels, v, i):
    """p (M,): the probabilities of the M values of unit i, which v has not rated.

    W (D, K), b (D, M), c (K,), levels (M,) rising; v (D,) integers from 0 to M - 1, or -1 where
    there is no rating.
    """
    # BEGIN SOLUTION
    is_rated = v >= 0
    sent = np.where(is_rated, levels[v], 0.0)  # (D,)
    x = c + sent @ W  # (K,)
    moved = x + levels[:, None] * W[i]  # (M, K)
    log_weights = b[i] + np.logaddexp(0, moved).sum(axis=1)  # (M,)
    log_weights = log_weights - log_weights.max()
    weights = np.exp(log_weights)
    return weights / weights.sum()
    # END SOLUTION
