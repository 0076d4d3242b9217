# %% [markdown]
# # Exercise to lesson 12: rungs that exchange their states
#
# An RBM with D visible and K hidden units, 0 or 1, at the inverse temperature β has the energy β
# E(v, h), with E(v, h) = -b·v - c·h - vᵀ W h: it is an RBM whose W, b and c are β times as large.
# Its free energy F_β is that of such an RBM, and the probability of v is in proportion to
# exp(-F_β(v)).
#
# M pairs of rungs stand at u and at v, one pair a row: the lower rung l at u, the upper one m at v.
# To each pair an exchange is offered, which is accepted with the probability
#
#     a(u, v) = min(1, r)          r = p_l(v) p_m(u) / (p_l(u) p_m(v))
#
# Where it is, the lower rung goes on from v and the upper one from u. F may be as large as several
# thousands, and the inputs to units too. The function does not change its arguments.

# %%
import numpy as np


def swap(W, b, c, beta_l, beta_m, u, v, rng):
    """Offer an exchange to M pairs of rungs at u (M, D) and v (M, D): the new (u, v).

    One number of rng.random((1, M)) for each pair; exchanged where it is below a(u, v).
    W (D, K), b (D,), c (K,); beta_l and beta_m are numbers.
    """
    # BEGIN SOLUTION
    log_r = free_energy(u, beta_l, W, b, c) + free_energy(v, beta_m, W, b, c)
    log_r = log_r - free_energy(v, beta_l, W, b, c) - free_energy(u, beta_m, W, b, c)
    a = np.exp(np.minimum(log_r, 0))  # min(1, r) without overflow
    exchanged = rng.random((1, len(u)))[0] < a
    new_u = np.where(exchanged[:, None], v, u)
    new_v = np.where(exchanged[:, None], u, v)
    return new_u, new_v
    # END SOLUTION


# BEGIN SOLUTION
def free_energy(v, beta, W, b, c):
    """F_β(v) of bits: v (M, D) -> (M,)."""
    x = v @ W + c
    return -beta * (v @ b) - np.logaddexp(0, beta * x).sum(axis=1)
# END SOLUTION
