# %% [markdown]
# # Exercise to lesson 19: a layer of binomial units
#
# A binomial unit counts the heads of n coins: its values are s = 0, 1, ..., n, and the base of s is
# the number of ways in which s of the n coins can be heads, n! / (s! (n - s)!). As for every unit,
#
#     A(x) = log Σ_s base(s) exp(s x)          p(s given x) = base(s) exp(s x) / exp(A(x))
#     A'(x) = E[s]                                                            (19.1)
#
# Find A and its slope on paper first (which theorem sums such a series?), then write the three
# functions that a layer needs. x (N, K) holds the inputs to its units, case by case; n is the same
# for all. With n = 1 they are the bits of (19.3).
#
# The inputs may be of any size: exp(1000) is more than a float can hold. No function changes its
# arguments. Another order of draws is right too, if it is right on average.

# %%
import numpy as np


def log_normaliser(x, n):
    """(N,) Σⱼ A(xⱼ) of a layer with inputs x (N, K), n coins a unit."""
    # BEGIN SOLUTION
    A_of_a_coin = np.logaddexp(0, x)  # (N, K)
    return n * A_of_a_coin.sum(axis=1)
    # END SOLUTION


def mean(x, n):
    """(N, K) A'(x)."""
    # BEGIN SOLUTION
    return n * sigmoid(x)
    # END SOLUTION


def sample(x, n, rng):
    """(N, K) one draw of each unit, given its input x (N, K): numbers from 0 to n.

    Draws rng.random((N, K, n)): coin m of unit j of case i is heads where number [i, j, m] is below
    its probability.
    """
    # BEGIN SOLUTION
    p = sigmoid(x)
    uniform = rng.random((*x.shape, n))
    heads = uniform < p[:, :, None]
    return heads.sum(axis=2).astype(float)
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
