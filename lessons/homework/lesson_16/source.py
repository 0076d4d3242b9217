# %% [markdown]
# # Exercise to lesson 16: the pseudo-likelihood
#
# An RBM with D visible and K hidden units, 0 or 1, and N cases in rows. Its free energy is
#
#     F(v) = -b·v - Σ_j log (1 + exp(x_j))          x_j = c_j + Σ_i v_i W_ij
#
# and the pseudo-likelihood of a case adds up how well each bit is told by all others:
#
#     PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))
#
# log Z is in none of it. Go through the D bits in a loop; all cases at once. (Then try it with one
# product v W for all bits: flipping bit i moves the input of hidden unit j by ±W_ij.)
#
# Inputs may be of any size: exp(x) may be more than a float can hold, and σ of a difference may be
# so small that it is 0 in floating point, while its logarithm is a number like any other. The
# function does not change its arguments.

# %%
import numpy as np


def pseudo_likelihood(W, b, c, v):
    """(N,) PL(v) by (16.2): W (D, K), b (D,), c (K,), v (N, D). A loop over the D bits."""
    # BEGIN SOLUTION
    F = free_energies(W, b, c, v)
    PL = np.zeros(len(v))
    for i in range(v.shape[1]):
        flipped = v.copy()
        flipped[:, i] = 1 - v[:, i]
        change = free_energies(W, b, c, flipped) - F
        PL -= np.logaddexp(0, -change)  # log σ(x) = -log(1 + exp(-x))
    return PL
    # END SOLUTION


# BEGIN SOLUTION
def free_energies(W, b, c, v):
    """(N,) F(v)."""
    x = v @ W + c
    return -(v @ b) - np.logaddexp(0, x).sum(axis=1)
# END SOLUTION
