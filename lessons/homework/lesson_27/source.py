# %% [markdown]
# # Exercise to lesson 27: the gradient of log p(label given picture)
#
# A class RBM has D pixels, K hidden units and C labels. N pictures v lie in rows, `labels` are
# integers from 0 to C - 1. With the input of a picture to the hidden units, x_j = c_j + Σ_i v_i W_ij,
#
#     p(y given v) is proportional to exp(d_y) Π_j (1 + exp(x_j + U_yj))
#
# and adds up to 1 over the C labels. Write the gradient of the mean, over the N cases, of
# log p(label of the case given its picture), by W, U, c and d. It points uphill.
#
# The inputs may be of any size: exp(x) may be more than a float can hold. The function works for any
# N, D, K and C, and does not change its arguments.

# %%
import numpy as np


def label_gradient(W, U, c, d, v, labels):
    """∂ mean log p(y given v) by W (D, K), U (C, K), c (K,), d (C,): (dW, dU, dc, dd).

    v (N, D) pictures, labels (N,) integers from 0 to C - 1.
    """
    # BEGIN SOLUTION
    N, C = len(v), len(d)
    x = v @ W + c  # (N, K)
    inputs = x[:, None, :] + U  # (N, C, K)
    log_weights = d + np.logaddexp(0, inputs).sum(axis=2)  # (N, C)
    p = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    G = np.eye(C)[labels] - p  # (N, C)
    G = G / N
    S = sigmoid(inputs)  # (N, C, K)
    pull = G[:, :, None] * S
    on_x = pull.sum(axis=1)  # (N, K)
    dW = v.T @ on_x
    dU = pull.sum(axis=0)
    dc = on_x.sum(axis=0)
    dd = G.sum(axis=0)
    return dW, dU, dc, dd
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
