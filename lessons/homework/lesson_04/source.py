# %% [markdown]
# # Exercise to lesson 4: log Z of a chain
#
# D units, 0 or 1, stand in a row, and unit i is connected to unit i + 1 alone, by the weight w[i]:
#
#     E(s) = -Σ_i b[i] s_i - Σ_i w[i] s_i s_{i+1}          Z = Σ_s exp(-E(s))
#
# There are 2^D states. Yet Z can be had in a time that grows as D does: go along the chain, and let
# z (2,) be the sum over all units up to i, once for s_i = 0 and once for s_i = 1. What are the two
# sums up to i + 1? The result must hold for 1,000 units and for biases and weights of any size, and
# exp of an energy may be more than a float can hold.

# %%
import numpy as np


def chain_log_Z(b, w):
    """log Z of D units in a chain, in nats: b (D,) biases, w (D - 1,) weights. D >= 1."""
    # BEGIN SOLUTION
    log_off, log_on = 0.0, b[0]
    for b_next, w_next in zip(b[1:], w):
        off = np.logaddexp(log_off, log_on)
        on = np.logaddexp(log_off, log_on + w_next) + b_next
        log_off, log_on = off, on
    return np.logaddexp(log_off, log_on)
    # END SOLUTION
