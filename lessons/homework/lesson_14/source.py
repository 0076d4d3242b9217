# %% [markdown]
# # Exercise to lesson 14: annealed importance sampling
#
# Write AIS with NumPy alone. An RBM with D visible and K hidden units, 0 or 1, has
#
#     E(v, h) = -b·v - c·h - vᵀ W h          F(v) = -log Σ_h exp(-E(v, h))
#
# The base has the visible biases b_base and nothing else: its W and its c are 0. On the way from
# the base to the model stand L + 1 models, the l-th with the energy
#
#     E_l(v, h) = (1 - β_l) E_base(v, h) + β_l E(v, h)          β_0 = 0, ..., β_L = 1
#
# M walks start at draws from the base. Each step from l to l + 1 first adds the walk's share to its
# log weight,
#
#     log w = Σ_l F_l(v_l) - F_{l+1}(v_l)
#
# and then makes a Gibbs step with model l + 1: h given v, then v given h. So exp of log w is, on
# average, Z / Z_base, however few the steps are. The log weights of all walks are the answer, not
# their mean. Inputs to units may be of any size: exp(x) may be more than a float can hold.

# %%
import numpy as np


def ais_log_weights(W, b, c, b_base, betas, M, rng):
    """(M,) log weights w of M walks from the base (b_base, no connections) to (W, b, c).

    W (D, K), b (D,), c (K,), b_base (D,); betas (L + 1,) from 0 to 1. Draws by rng.random, in this
    order: v (M, D) from the base; at each step h (M, K), then v (M, D). A unit is on where its
    number is below its probability.
    """
    # BEGIN SOLUTION
    D, K = W.shape
    v = (rng.random((M, D)) < sigmoid(b_base)).astype(float)
    log_w = np.zeros(M)
    for here, following in zip(betas[:-1], betas[1:]):
        b_here = (1 - here) * b_base + here * b
        b_following = (1 - following) * b_base + following * b
        log_w = log_w + free_energies(here * W, b_here, here * c, v)
        log_w = log_w - free_energies(following * W, b_following, following * c, v)

        p_h = sigmoid(following * (v @ W + c))
        h = (rng.random((M, K)) < p_h).astype(float)
        p_v = sigmoid(following * (h @ W.T) + b_following)
        v = (rng.random((M, D)) < p_v).astype(float)
    return log_w
    # END SOLUTION


# BEGIN SOLUTION
def free_energies(W, b, c, v):
    """(M,) F(v) of bits."""
    x = v @ W + c
    return -(v @ b) - np.logaddexp(0, x).sum(axis=1)


def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
