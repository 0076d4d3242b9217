# %% [markdown]
# # Exercise to lesson 22: layer norm, forward and backward
#
# Layer norm does with each *row* of x (N, K) what batch norm does with each column: it brings the
# K numbers to mean 0 and variance 1. Then column k gets the scale gamma_k and the place beta_k, as
# before:
#
#     y_nk = gamma_k x̂_nk + beta_k          x̂ = (x - μ) / r          r = √(variance + 1e-5)
#
# μ and the variance of a row are means over its K numbers. With dy = ∂loss/∂y given, find
# dx = ∂loss/∂x, dgamma = ∂loss/∂gamma and dbeta = ∂loss/∂beta. Go back through the steps one by
# one, as in the lesson, or put them into one another first: mind that each x moves the mean and the
# variance of its row, and that gamma stands between y and x̂.
#
# The function works for any N and K, and does not change its arguments.

# %%
import numpy as np


def layer_norm(x, gamma, beta, dy):
    """(y (N, K), dx (N, K), dgamma (K,), dbeta (K,)).

    x and dy (N, K), gamma and beta (K,); epsilon is 1e-5.
    """
    # BEGIN SOLUTION
    mu = x.mean(axis=1, keepdims=True)  # (N, 1)
    variance = ((x - mu) ** 2).mean(axis=1, keepdims=True)
    r = np.sqrt(variance + 1e-5)
    x_hat = (x - mu) / r
    y = gamma * x_hat + beta

    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    mean_of_dx_hat = dx_hat.mean(axis=1, keepdims=True)
    mean_with_x_hat = (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - mean_of_dx_hat - x_hat * mean_with_x_hat) / r
    return y, dx, dgamma, dbeta
    # END SOLUTION
