# %% [markdown]
# # Exercise to lesson 36: backward through minibatch discrimination
#
# The layer takes features x (N, D) of a batch and weights T (D, B, C): B kernels, each measuring
# distances in C directions. Forward, from lesson 36:
#
#     M_nbc = Σ_i x_ni T_ibc          close_nmb = exp(-Σ_c |M_nbc - M_mbc|)
#     o_nb = Σ_{m≠n} close_nmb,   y_n = [x_n, o_n]                             y (N, D + B)
#
# Backward, the slope dy (N, D + B) of a loss by y is given, and asked are dx (N, D) and dT, in the
# shape of T. dy is the slope of the whole loss: there is no mean left to take. Where does close_nmb
# stand in y? And x? The slope of |M| is sign(M), with np.sign, which is 0 at 0.
#
# The function does not change its arguments.

# %%
import numpy as np


def discrimination_backward(x, T, dy):
    """(dx, dT) from dy = [dy_x, do] (N, D + B); x (N, D), T (D, B, C)."""
    # BEGIN SOLUTION
    N, D = x.shape
    do = dy[:, D:]  # (N, B)
    M = np.tensordot(x, T, axes=1)  # (N, B, C)
    differences = M[:, None] - M[None]  # (N, N, B, C)
    close = np.exp(-np.abs(differences).sum(axis=3))  # (N, N, B); sign is 0 where n = m
    weight = (do[:, None] + do[None]) * close  # close_nmb stands in o_nb and in o_mb
    dM = -np.sum(weight[:, :, :, None] * np.sign(differences), axis=1)  # (N, B, C)
    dT = np.tensordot(x.T, dM, axes=1)
    dx = dy[:, :D] + np.tensordot(dM, T, axes=([1, 2], [1, 2]))
    return dx, dT
    # END SOLUTION
