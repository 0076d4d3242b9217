# %% [markdown]
# # Exercise to lesson 18: exact samples of a Gaussian RBM
#
# D Gaussian visible units and K hidden bits, W (D, K), b (D,), c (K,). Summed over v, the model is
# a mixture of 2^K normal densities, one for each hidden layer h. Its centre is b + W h, and h has
# the probability
#
#     p(h) = exp(c·h + ½ |b + W h|²) / Z                                      (18.3)
#
# Draw from it as from any mixture, with no chain: first a hidden layer for each of the n samples,
# then v from N(b + W h, I). List the hidden layers so that h counts in binary: 000, 001, 010, ...
#
# The centres may lie far out: exp(1000) is more than a float can hold, though p(h) is an ordinary
# number. The function does not change its arguments. In another order of draws it is right too, if
# it is right on average.

# %%
import itertools

import numpy as np


def draw_exactly(W, b, c, n, rng):
    """n exact samples (n, D) of a Gaussian RBM with hidden bits: W (D, K), b (D,), c (K,).

    Draws rng.choice(2**K, size=n, p=p_h) for which row of the list of hidden layers each has, with
    p_h (2^K,) their probabilities, then rng.standard_normal((n, D)) for the noise.
    """
    # BEGIN SOLUTION
    h = np.array(list(itertools.product([0.0, 1.0], repeat=len(c))))  # (2^K, K)
    centres = b + h @ W.T  # (2^K, D)
    log_weights = h @ c + 0.5 * np.sum(centres**2, axis=1)
    weights = np.exp(log_weights - log_weights.max())
    p_h = weights / weights.sum()
    rows = rng.choice(len(h), size=n, p=p_h)
    noise = rng.standard_normal((n, len(b)))
    return centres[rows] + noise
    # END SOLUTION
