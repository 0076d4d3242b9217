# %% [markdown]
# # Exercise to lesson 5: the data's average of a Boltzmann machine
#
# A machine of n = D + K units, 0 or 1, of which the first D are visible and the last K hidden. W
# (n, n) is 0 on and below the diagonal, W_ij for i < j is the weight between units i and j:
#
#     E(s) = -b·s - sᵀ W s          s = (v, h)
#
# In the gradient of log p(v) stands <s_i s_j>_data: the mean of s_i s_j where the visible units
# are held at the case v and the hidden ones are distributed as p(h given v). Each state of h has
# there a share in proportion to exp(-E(v, h)). A list of all 2^n states is not needed for it: only
# the 2^K states of h differ.
#
# exp(-E) may be more than a float can hold. The function does not change its arguments.

# %%
import itertools

import numpy as np


def data_term(W, b, v, n_hidden):
    """<s_i s_j>_data for i < j, (n, n), 0 elsewhere: v (D,) one case, n = D + n_hidden units."""
    # BEGIN SOLUTION
    h = np.array(list(itertools.product([0.0, 1.0], repeat=n_hidden)))  # (2^K, K)
    s = np.hstack([np.tile(v, (len(h), 1)), h])
    minus_E = s @ b + np.sum((s @ W) * s, axis=1)
    weights = np.exp(minus_E - minus_E.max())
    p_h_given_v = weights / weights.sum()
    return np.triu((s.T * p_h_given_v) @ s, k=1)
    # END SOLUTION
