# %% [markdown]
# # Exercise to lesson 8: the exact gradient by a sum over visible layers
#
# An RBM with D visible and K hidden units, 0 or 1, and N cases in rows. With the inputs to the
# hidden units, x_j = c_j + Σ_i v_i W_ij,
#
#     F(v) = -b·v - Σ_j log (1 + exp(x_j))          p(v) = exp(-F(v)) / Z
#
# The lesson's page works out the model's averages by a sum over hidden layers. Here it is the sum
# over all 2^D visible layers: list them, weigh each by its p(v), and take the averages of
# vᵢ p(hⱼ = 1 given v), of vᵢ and of p(hⱼ = 1 given v). The gradient of the mean log-likelihood is
# the data's averages of the same less these. It points uphill.
#
# The inputs x may be of any size: exp(x) may be more than a float can hold, and so may exp(-F).
# The function does not change its arguments.

# %%
import itertools

import numpy as np


def gradient_over_v(W, b, c, cases):
    """∂ mean log p/∂W (D, K), /∂b (D,), /∂c (K,) by a sum over all 2^D visible layers.

    W (D, K), b (D,), c (K,), cases (N, D); p(v) = exp(-F(v)) / Z with F(v) of lesson 7.
    """
    # BEGIN SOLUTION
    all_v = np.array(list(itertools.product([0.0, 1.0], repeat=len(b))))  # (2^D, D)
    x = all_v @ W + c  # (2^D, K)
    minus_F = all_v @ b + np.logaddexp(0, x).sum(axis=1)
    weights = np.exp(minus_F - minus_F.max())
    p_v = weights / weights.sum()
    p_h = sigmoid(x)

    p_h_data = sigmoid(cases @ W + c)
    N = len(cases)
    dW = cases.T @ p_h_data / N - (all_v * p_v[:, None]).T @ p_h
    db = cases.sum(axis=0) / N - p_v @ all_v
    dc = p_h_data.sum(axis=0) / N - p_v @ p_h
    return dW, db, dc
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
