# %% [markdown]
# # Exercise to lesson 26: an unrolled stack, fine-tuned
#
# Two RBMs of bits, one on the other, with weights and hidden biases W1 (D, K1), c1 and W2 (K1, K2),
# c2, become a classifier with fresh weights W3 (K2, C), c3 on top. N cases v (N, D), labels (N,) from 0
# to C - 1:
#
#     h1 = σ(c1 + v W1)      h2 = σ(c2 + h1 W2)      s = c3 + h2 W3      p = softmax of each row of s
#     loss = mean over the cases of -log p of the case's label
#
# Return the loss and its gradient with respect to the three W. By lesson 20, ∂loss/∂s is (p less the
# one-hot label)/N, and σ'(x) = h (1 - h) where h = σ(x).
#
# The function works for any N, D, K1, K2 and C, and does not change its arguments.

# %%
import numpy as np


def fine_tune(W1, c1, W2, c2, W3, c3, v, labels):
    """The loss (a number) of an unrolled stack, and its gradient: (loss, dW1, dW2, dW3)."""
    # BEGIN SOLUTION
    N = len(v)
    h1 = sigmoid(v @ W1 + c1)  # (N, K1)
    h2 = sigmoid(h1 @ W2 + c2)  # (N, K2)
    s = h2 @ W3 + c3  # (N, C)
    log_p = s - s.max(axis=1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    rows = np.arange(N)
    loss = -log_p[rows, labels].mean()
    ds = np.exp(log_p)
    ds[rows, labels] -= 1
    ds = ds / N
    dx2 = (ds @ W3.T) * h2 * (1 - h2)  # (N, K2)
    dx1 = (dx2 @ W2.T) * h1 * (1 - h1)  # (N, K1)
    return loss, v.T @ dx1, h1.T @ dx2, h2.T @ ds
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
