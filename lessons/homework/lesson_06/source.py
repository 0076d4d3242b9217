# %% [markdown]
# # Exercise to lesson 6: units drawn in random order
#
# A Boltzmann machine of D units, 0 or 1, all of which may be connected. W (D, D) is 0 on and below
# the diagonal, W_ij for i < j is the weight between units i and j, and
#
#     E(s) = -b·s - sᵀ W s
#     x_i = b_i + Σ_j (W + Wᵀ)_ij s_j          p(s_i = 1 given the rest) = σ(x_i)
#
# A sweep draws the units one after the other. Here N chains run side by side, one a row, and at
# each draw every chain chooses one of the D units at random, all alike in probability, and draws
# that unit given the rest of its own state. The other units of that chain stay as they are.
#
# The function works for any N and D. It does not change its arguments. In another order of draws it
# is right too, if it draws from the right probabilities.

# %%
import numpy as np


def random_scan(W, b, s, n_draws, rng):
    """n_draws units a chain, drawn by (6.3): s (N, D) -> (N, D), of 0.0 and 1.0, s itself unchanged.

    W (D, D) is 0 on and below the diagonal, b (D,). Each of the n_draws times: the units by
    rng.integers(D, size=N), then rng.random(N); a unit is on where its number is below p.
    """
    # BEGIN SOLUTION
    s = s.copy()
    both_ways = W + W.T
    rows = np.arange(len(s))
    for _ in range(n_draws):
        i = rng.integers(len(b), size=len(s))  # (N,) a unit for each chain
        x = b[i] + np.sum(both_ways[i] * s, axis=1)
        p = 0.5 * (1 + np.tanh(0.5 * x))  # σ(x) without overflow
        s[rows, i] = rng.random(len(s)) < p
    return s
    # END SOLUTION
