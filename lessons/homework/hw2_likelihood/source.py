# %% [markdown]
# # Assignment 2: how probable does an RBM find the data?
#
# You compute log Z of an RBM exactly where that can be done, and estimate it by annealed importance
# sampling where it cannot: walks up from a base, walks down from the model, and what the weights of
# both say. The pseudo-likelihood, which needs no Z, comes last. Lessons 14, 15 and 16 are what you
# need, and the free energy and the Gibbs step of lesson 7.
#
# ## Conventions
#
# A formula that was copied from somewhere is right for somebody's conventions. Here these vary, so
# every function is told them, in `conventions`:
#
#     conventions.low, conventions.high   the two values of a unit: 0 and 1, or -1 and 1
#     conventions.layout                  "DK": W has the shape (D, K). "KD": W has the shape (K, D)
#
# D visible units, K hidden units, N cases, M walks; v (N, D) or (M, D), h (N, K), b (D,), c (K,):
# cases and walks lie in rows. There is no temperature but the β of the walks. So, everywhere,
#
#     E(v, h) = -b·v - c·h - vᵀ W h          p(v, h) = exp(-E(v, h)) / Z
#     exp(-F(v)) = Σ_h exp(-E(v, h))         Z = Σ_v exp(-F(v))
#
# where each sum is over all states of a layer, each unit at `low` or at `high`. At 0 and 1 and "DK"
# you have the RBM of the lessons. Below you will want a free energy and a Gibbs step: write them as
# functions of your own, or bring those of assignment 1, where T = 1 here.
#
# Every function works for any D, K, N and M. None of them changes its arguments. Where numbers are
# drawn, use `rng` and nothing else, in the order that the docstring says: then your answer can be
# compared number by number. (Another order is accepted where the answer is right on average.) A
# unit with the probability p of being high is at `high` where a uniform number of its own is below
# p.
#
# Logarithms are natural. Parameters may be large: no exp may overflow.
#
# `python check.py` tells you whether your functions fit together. `dgm course check` says more.

# %%
import itertools

import numpy as np


def as_D_by_K(W, conventions):
    """W in the shape (D, K), whichever way it lies. It is given; it undoes itself."""
    return W if conventions.layout == "DK" else W.T


# %% [markdown]
# ## log Z, exactly
#
# A sum over all pairs of layers has 2^(D + K) terms. Sum out one layer on paper, and 2^D are left,
# or 2^K. It must be the smaller layer that is listed: the function is called with 3 visible and 40
# hidden units, and with 40 visible and 4 hidden ones.

# %%
def log_partition(W, b, c, conventions):
    """log Z, a number. It lists the states of the smaller layer alone."""
    # BEGIN SOLUTION
    W_DK = as_D_by_K(W, conventions)
    listed, other = b, c
    if len(c) < len(b):
        W_DK, listed, other = W_DK.T, c, b
    values = [conventions.low, conventions.high]
    states = np.array(list(itertools.product(values, repeat=len(listed))), dtype=float)
    minus_F = -free_energy(states, W_DK, listed, other, conventions)
    return log_of_sum(minus_F)
    # END SOLUTION


# BEGIN SOLUTION
def free_energy(v, W_DK, b, c, conventions):
    """F(v) of each row, for W in the shape (D, K)."""
    x = v @ W_DK + c
    log_sums = np.logaddexp(conventions.low * x, conventions.high * x)
    return -(v @ b) - log_sums.sum(axis=1)


def log_of_sum(log_terms):
    """log Σ exp(log_terms) without overflow."""
    largest = log_terms.max()
    return largest + np.log(np.exp(log_terms - largest).sum())
# END SOLUTION


# %% [markdown]
# ## Walks up
#
# The base has the visible biases b_base, and W and c are 0 in it. `betas` are β_0 = 0 < β_1 < ... <
# β_L = 1, and model l has the energy
#
#     E_l = (1 - β_l) E_base + β_l E
#
# Walk as lesson 14 does: v_0 from the base, v_l from v_{l-1} by one block Gibbs step of model l (h
# given v, then v given h), for l = 1, ..., L - 1. The answer is the log of each walk's weight,
#
#     log w = Σ_l F_l(v_l) - F_{l+1}(v_l)          l = 0, ..., L - 1
#
# so that the mean of w is Z / Z_base. log Z_base is *not* added here.

# %%
def ais_log_weights(W, b, c, b_base, betas, n_walks, conventions, rng):
    """(M,) log w of M = n_walks walks from the base (b_base (D,)) up to (W, b, c); betas (L + 1,) from 0 to 1.

    Draws rng.random((M, D)) for v_0, then at each step rng.random((M, K)) for h and rng.random((M, D)) for v.
    """
    # BEGIN SOLUTION
    difference = conventions.high - conventions.low
    p_base = sigmoid(difference * b_base)
    v = draw(np.tile(p_base, (n_walks, 1)), conventions, rng)
    log_w = np.zeros(n_walks)
    for l in range(len(betas) - 1):
        here = between(betas[l], W, b, c, b_base, conventions)
        following = between(betas[l + 1], W, b, c, b_base, conventions)
        if l > 0:
            v = gibbs_step(v, *here, conventions, rng)
        log_w = log_w + free_energy(v, *here, conventions) - free_energy(v, *following, conventions)
    return log_w
    # END SOLUTION


# BEGIN SOLUTION
def between(beta, W, b, c, b_base, conventions):
    """The parameters of the model at beta, W in the shape (D, K)."""
    return beta * as_D_by_K(W, conventions), (1 - beta) * b_base + beta * b, beta * c


def gibbs_step(v, W_DK, b, c, conventions, rng):
    """v after one block Gibbs step."""
    difference = conventions.high - conventions.low
    p_h = sigmoid(difference * (v @ W_DK + c))
    h = draw(p_h, conventions, rng)
    p_v = sigmoid(difference * (h @ W_DK.T + b))
    return draw(p_v, conventions, rng)


def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def draw(p, conventions, rng):
    """One draw of units with the probabilities p."""
    uniform = rng.random(p.shape)
    return np.where(uniform < p, conventions.high, conventions.low).astype(float)
# END SOLUTION


# %% [markdown]
# ## Walks down
#
# Lesson 15 goes the other way: v_{L-1} is a sample of the model itself, v_{l-1} comes from v_l by a
# step of model l, and v_0 is the end. What is asked for is the log w of the same path, by the same
# formula as above, of v_0 to v_{L-1}: so that the mean of 1/w, not of w, is known, and is
# Z_base / Z.

# %%
def reverse_ais_log_weights(v, W, b, c, b_base, betas, conventions, rng):
    """(M,) log w of walks down from v (M, D), samples of (W, b, c); betas (L + 1,) from 0 to 1, as above.

    Draws, for l = L - 1 down to 1, rng.random((M, K)) for h, then rng.random((M, D)) for v_{l-1}.
    """
    # BEGIN SOLUTION
    log_w = np.zeros(len(v))
    for l in reversed(range(len(betas) - 1)):
        here = between(betas[l], W, b, c, b_base, conventions)
        following = between(betas[l + 1], W, b, c, b_base, conventions)
        log_w = log_w + free_energy(v, *here, conventions) - free_energy(v, *following, conventions)
        if l > 0:
            v = gibbs_step(v, *here, conventions, rng)
    return log_w
    # END SOLUTION


# %% [markdown]
# ## What the weights say
#
# Walks up give an estimate of log Z, by the mean of w, and walks down give another one, by the mean
# of 1/w. There need not be as many of the one kind as of the other. The first estimate has the
# standard error
#
#     (sd(w) / √M) / mean w          sd² the mean squared distance from the mean, with 1/M
#
# Do not leave the logarithms without need: log w of some thousands, above or below 0, is usual.

# %%
def estimates(log_w_up, log_w_down, b_base, n_hidden, conventions):
    """log_w_up (M_up,), log_w_down (M_down,) -> (log_z_up, error_up, log_z_down), three numbers.

    The base has the visible biases b_base (D,) and n_hidden hidden units.
    """
    # BEGIN SOLUTION
    M_up, M_down = len(log_w_up), len(log_w_down)
    log_z_base = np.logaddexp(conventions.low * b_base, conventions.high * b_base).sum() + n_hidden * np.log(2)
    log_z_up = log_z_base + log_of_sum(log_w_up) - np.log(M_up)
    log_z_down = log_z_base - log_of_sum(-log_w_down) + np.log(M_down)
    w = np.exp(log_w_up - log_w_up.max())
    error_up = w.std() / np.sqrt(M_up) / w.mean()
    return log_z_up, error_up, log_z_down
    # END SOLUTION


# %% [markdown]
# ## A model that cannot be summed
#
# Now use what you have written. The model has 40 visible and 40 hidden units, and log Z is asked
# for, to within .3 nats. (We know it, since we have made the model in a certain way. To list the
# 2^40 states of a layer would take days.) How many models lie between, how they are spaced, the
# base and the number of walks are yours to choose. A second of computing is enough, and ten are the
# limit.

# %%
def log_z_by_walks(W, b, c, conventions, rng):
    """log Z of a model that is too large for log_partition, to within .3 nats: a number."""
    # BEGIN SOLUTION
    betas = np.linspace(0, 1, 401)
    b_base = np.zeros(len(b))
    log_w = ais_log_weights(W, b, c, b_base, betas, 200, conventions, rng)
    log_z, _, _ = estimates(log_w, log_w, b_base, len(c), conventions)
    return log_z
    # END SOLUTION


# %% [markdown]
# ## The pseudo-likelihood
#
#     PL(v) = Σᵢ log p(vᵢ given all other units of v)
#
# Only the unit's two values have to be compared, so that Z is not needed (lesson 16). To flip a
# unit is to give it the other one of its two values.

# %%
def pseudo_log_likelihood(v, W, b, c, conventions):
    """PL(v) of each case, exactly: v (N, D) -> (N,)."""
    # BEGIN SOLUTION
    W_DK = as_D_by_K(W, conventions)
    F = free_energy(v, W_DK, b, c, conventions)
    total = np.zeros(len(v))
    for i in range(v.shape[1]):
        flipped = v.copy()
        flipped[:, i] = conventions.low + conventions.high - v[:, i]
        F_flipped = free_energy(flipped, W_DK, b, c, conventions)
        total = total - np.logaddexp(0, F - F_flipped)
    return total
    # END SOLUTION
