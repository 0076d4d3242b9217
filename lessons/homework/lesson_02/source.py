# %% [markdown]
# # Exercise to lesson 2: filling in what is not seen
#
# A mixture of M components for D bits: h is m with the probability π_m, and given h = m the pixels
# are independent, pixel i on with the probability μ_mi. In a case some pixels are seen, the same
# ones in all N cases, and the others are not. What is seen makes some components more probable than
# π says: r_m is the probability of h = m given the seen pixels, and
#
#     p(v_i = 1 given the seen pixels) = Σ_m r_m μ_mi          for a pixel that is not seen
#
# What stands in v at the pixels that are not seen must make no difference. Pictures may have
# thousands of pixels: then the product of all their probabilities is 0 in floating point. All π and
# μ are above 0, all μ below 1. The function does not change its arguments.

# %%
import numpy as np


def fill_in(pi, mu, v, seen):
    """p(v_i = 1 given the seen pixels) of the pixels that are not seen.

    pi (M,)  mu (M, D)  v (N, D) bits  seen (D,) booleans  ->  (N, number not seen)
    """
    # BEGIN SOLUTION
    v_seen = v[:, seen]
    mu_seen = mu[:, seen]
    log_p_vh = np.log(pi) + v_seen @ np.log(mu_seen).T + (1 - v_seen) @ np.log(1 - mu_seen).T
    weights = np.exp(log_p_vh - log_p_vh.max(axis=1, keepdims=True))
    r = weights / weights.sum(axis=1, keepdims=True)  # (N, M)
    return r @ mu[:, ~seen]
    # END SOLUTION
