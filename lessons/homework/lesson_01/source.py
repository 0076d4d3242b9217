# %% [markdown]
# # Exercise to lesson 1: entropy, and coins for all pixels
#
# N cases of D bits lie in rows; the same row may stand there several times. The data's distribution
# gives each different row the fraction of the cases that it makes up, and its entropy, in nats, is
#
#     H(p_data) = -Σ_v p_data(v) log p_data(v)
#
# No model can have a larger mean log p of these cases than -H. Neither function changes its
# arguments.

# %%
import numpy as np


def entropy_of_rows(v):
    """H(p_data) in nats of the cases v (N, D), bits, equal rows taken together: a number."""
    # BEGIN SOLUTION
    _, counts = np.unique(v, axis=0, return_counts=True)
    q = counts / len(v)
    return -np.sum(q * np.log(q))
    # END SOLUTION


# %% [markdown]
# Now D coins at once, one for each pixel. Coin i is heads, vᵢ = 1, with the probability θᵢ = σ(bᵢ).
# All b begin at 0. Each step adds to b the rate times the slope of the mean log-likelihood by b,
# which is (1.3), for each pixel.

# %%
def learn_coins(v, rate, steps):
    """b (D,) after so many steps up the mean log-likelihood of v (N, D), bits, from b = 0."""
    # BEGIN SOLUTION
    b = np.zeros(v.shape[1])
    mean = v.mean(axis=0)
    for _ in range(steps):
        theta = 1 / (1 + np.exp(-b))  # (D,)
        slope = mean - theta
        b = b + rate * slope
    return b
    # END SOLUTION
