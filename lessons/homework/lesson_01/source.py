# %% [markdown]
# # Exercise to lesson 1: coins for all pixels, and entropy
#
# N cases of D bits lie in rows. D coins at once are to be learnt, one for each pixel: coin i is
# heads, vᵢ = 1, with the probability θᵢ = σ(bᵢ). All b begin at 0. Each step adds to b the rate
# times the slope of the mean log-likelihood (1/N) log L by b, for each pixel as in lesson 1 for
# one coin.
#
# Neither function of this exercise changes its arguments.

# %%
import numpy as np


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


# %% [markdown]
# Coins treat the pixels one by one. The best that any model can do is to give each picture the
# fraction of the cases that it makes up, p_data; then the mean log p of the cases is -H(p_data),
# with the entropy in nats
#
#     H(p_data) = -Σ_v p_data(v) log p_data(v)
#
# where each different row is counted once, however often it stands there.

# %%
def entropy_of_rows(v):
    """H(p_data) in nats of the cases v (N, D), bits, equal rows taken together: a number."""
    # BEGIN SOLUTION
    _, counts = np.unique(v, axis=0, return_counts=True)
    q = counts / len(v)
    return -np.sum(q * np.log(q))
    # END SOLUTION
