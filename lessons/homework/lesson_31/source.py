# %% [markdown]
# # Exercise to lesson 31: one pass less
#
# Both players have one hidden layer of tanh units, and four arrays in a tuple (A, a, B, b):
#
#     z (N, L) → tanh(z A + a) (N, H_G) → x' = hidden B + b (N, D)         theta_G, the generator
#     x' (N, D) → tanh(x' A + a) (N, H_D) → s = hidden B + b (N, 1)        theta_D, D
#
# In its own step D descends L_D, of which the fake cases have the part -(1/N) Σ_m log(1 - σ(s_m)),
# with the slope ds_m = σ(s_m) / N. D's backward pass takes this ds down to its own arrays, and
# could take it on to dx, the slope of that part by the fake cases. So let it. What must be done to
# this dx, row by row, to make it that of
#
#     L_ns = -(1/N) Σ_m log σ(s_m)
#
# the loss that G descends? Lesson 31's equations have the answer. Then G's gradient is one backward
# pass through G: the slope of L_ns by the four arrays of theta_G. The function works for any N, L,
# D, H_G and H_D, and does not change its arguments.

# %%
import numpy as np


def gradient_of_G_from_D(theta_G, theta_D, z):
    """(dA, da, dB, db): the slopes of L_ns by theta_G's arrays, from the dx of D's loss, L_D.

    theta_G = (A (L, H_G), a (H_G,), B (H_G, D), b (D,)), theta_D = (A (D, H_D), a (H_D,), B (H_D, 1), b (1,)),
    z (N, L). Take ds = σ(s) / N, D's own, down to dx, and make of this dx that of L_ns.
    """
    # BEGIN SOLUTION
    A_G, a_G, B_G, b_G = theta_G
    A_D, a_D, B_D, b_D = theta_D
    hidden_G = np.tanh(z @ A_G + a_G)
    x_fake = hidden_G @ B_G + b_G
    hidden_D = np.tanh(x_fake @ A_D + a_D)
    s = hidden_D @ B_D + b_D
    ds = 1 / (1 + np.exp(-s)) / len(z)  # D's own
    dx_of_D = ((ds @ B_D.T) * (1 - hidden_D**2)) @ A_D.T
    dx = -dx_of_D / np.exp(s)
    dhidden = (dx @ B_G.T) * (1 - hidden_G**2)
    return z.T @ dhidden, dhidden.sum(axis=0), hidden_G.T @ dx, dx.sum(axis=0)
    # END SOLUTION
