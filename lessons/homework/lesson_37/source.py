# %% [markdown]
# # Exercise to lesson 37: a p-value from matrix products
#
# N rows x and M rows y, of D numbers each: are they from one source? With the kernel
# k(a, b) = exp(-|a - b|² / (2 bandwidth²)), over different rows x, x' and y, y',
#
#     MMD² = mean of k(x, x') + mean of k(y, y') - 2 mean of k(x, y)
#
# Put all R = N + M rows together, x above y. A division puts N of them on the one side and M on the
# other; P random ones are given as the columns of in_x (R, P), 1 for the rows that it puts in the
# place of x, and 0 for those in the place of y. Then
#
#     p-value = (1 + how many of the P have an MMD² at least as large as the first one's) / (1 + P)
#
# where the first one is the observed division, in x and y. It may be among the P too, and its MMD²
# may then differ by rounding: count one as at least as large if it is not below by more than 10⁻¹².
# One matrix of kernels and matrix products serve all P divisions: no loop over pairs, nor over
# divisions. The function does not change its arguments.

# %%
import numpy as np


def two_sample_p_value(x, y, bandwidth, in_x):
    """The p-value of MMD²: x (N, D), y (M, D), in_x (R, P) of 0.0 and 1.0, a random division in each column."""
    # BEGIN SOLUTION
    z = np.concatenate([x, y])  # (R, D)
    squares = np.sum((z[:, None] - z) ** 2, axis=2)
    k = np.exp(-squares / (2 * bandwidth**2))
    np.fill_diagonal(k, 0)
    N, M = len(x), len(y)
    observed = np.concatenate([np.ones(N), np.zeros(M)])
    first = np.column_stack([observed, in_x])  # (R, 1 + P), the observed one before the others
    second = 1 - first
    within_x = np.sum(first * (k @ first), axis=0) / (N * (N - 1))
    within_y = np.sum(second * (k @ second), axis=0) / (M * (M - 1))
    across = np.sum(first * (k @ second), axis=0) / (N * M)
    squared_mmd = within_x + within_y - 2 * across
    n_as_large = np.count_nonzero(squared_mmd[1:] >= squared_mmd[0] - 1e-12)
    return (1 + n_as_large) / (1 + in_x.shape[1])
    # END SOLUTION
