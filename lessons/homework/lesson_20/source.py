# %% [markdown]
# # Exercise to lesson 20: the slopes of a network with two hidden layers
#
# A network with two hidden layers of tanh units. x (N, D) are N cases, labels (N,) their classes,
# integers from 0 to C - 1. W_1 (D, H), b_1 (H,), W_2 (H, L), b_2 (L,), W_3 (L, C), b_3 (C,):
#
#     x_1 = x W_1 + b_1          a_1 = tanh(x_1)          (N, H)
#     x_2 = a_1 W_2 + b_2        a_2 = tanh(x_2)          (N, L)
#     s = a_2 W_3 + b_3                                   (N, C)
#     loss = (1/N) Σ_n [log Σ_j exp(s_nj) - s_n,label]    (20.8)
#
# Write the forward pass, then the backward pass, line by line in the opposite order: ds, then what
# the top layer hands down, and so on to the first one. Logits may be large: exp(800) is more than a
# float can hold, though the loss is an ordinary number. The function does not change its arguments.

# %%
import numpy as np


def gradients(x, labels, W_1, b_1, W_2, b_2, W_3, b_3):
    """The loss, and its slopes by the six arrays, in this order, in a tuple of seven.

    x (N, D), labels (N,), W_1 (D, H), W_2 (H, L), W_3 (L, C). Each slope has the shape of its array.
    """
    # BEGIN SOLUTION
    N = len(x)
    rows = np.arange(N)
    a_1 = np.tanh(x @ W_1 + b_1)
    a_2 = np.tanh(a_1 @ W_2 + b_2)
    s = a_2 @ W_3 + b_3
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[rows, labels]).mean()

    ds = p.copy()
    ds[rows, labels] -= 1
    ds /= N
    dW_3 = a_2.T @ ds
    db_3 = ds.sum(axis=0)
    da_2 = ds @ W_3.T
    dx_2 = da_2 * (1 - a_2**2)
    dW_2 = a_1.T @ dx_2
    db_2 = dx_2.sum(axis=0)
    da_1 = dx_2 @ W_2.T
    dx_1 = da_1 * (1 - a_1**2)
    dW_1 = x.T @ dx_1
    db_1 = dx_1.sum(axis=0)
    return loss, dW_1, db_1, dW_2, db_2, dW_3, db_3
    # END SOLUTION
