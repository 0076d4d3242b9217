# %% [markdown]
# # Exercise to lesson 23: principal components
#
# Write PCA with NumPy alone. N cases lie in rows, D numbers each. With their mean taken off, u_n =
# v_n - mean, and C the mean over the cases of u_n u_nᵀ (D, D), let Q (D, K) hold the K eigenvectors of C
# with the largest eigenvalues. Then
#
#     code_n = Qᵀ u_n        back_n = mean + Q code_n        error = mean over n of |v_n - back_n|²
#
# The squared distance is a sum over the D numbers of a case. The function works for any N, D and
# K <= D, and does not change its arguments. np.linalg.eigh gives eigenvalues from the smallest to the
# largest, and the eigenvectors as columns; np.linalg.svd will do as well.

# %%
import numpy as np


def best_plane(v, K):
    """The K principal components of v (N, D): (mean (D,), back (N, D), error).

    back is what the codes of K numbers give back, error the mean over the cases of the squared
    distance between case and what comes back.
    """
    # BEGIN SOLUTION
    mean = v.mean(axis=0)
    u = v - mean
    C = u.T @ u / len(v)  # (D, D)
    eigenvalues, vectors = np.linalg.eigh(C)
    largest_first = np.argsort(eigenvalues)[::-1]
    Q = vectors[:, largest_first[:K]]
    code = u @ Q  # (N, K)
    back = mean + code @ Q.T
    error = np.square(v - back).sum(axis=1).mean()
    return mean, back, error
    # END SOLUTION
