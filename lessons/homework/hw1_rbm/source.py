# %% [markdown]
# # Assignment 1: a restricted Boltzmann machine of your own
#
# You write an RBM with NumPy alone: its energy, its free energy, its conditionals, a step of Gibbs
# sampling, the gradients of contrastive divergence and of persistent chains. Then your own code
# learns bars and stripes. Lessons 7, 8, 9 and 11 are what you need.
#
# ## Conventions
#
# A formula that was copied from somewhere is right for somebody's conventions. Here these vary, so
# every function is told them, in `conventions`:
#
#     conventions.low, conventions.high   the two values of a unit: 0 and 1, or -1 and 1
#     conventions.T                       the temperature: p(v, h) = exp(-E(v, h) / T) / Z
#     conventions.layout                  "DK": W has the shape (D, K). "KD": W has the shape (K, D)
#
# N cases, D visible units, K hidden units; v (N, D), h (N, K), b (D,), c (K,): cases lie in rows.
# At 0 and 1, T = 1 and "DK" you have the RBM of the lessons. The input to a unit is, as there,
#
#     x_j = c_j + Σ_i v_i W_ij        to a hidden unit          x_i = b_i + Σ_j W_ij h_j    to a visible one
#
# Every function works for any N, D and K. None of them changes its arguments. Where numbers are
# drawn, use `rng` and nothing else, in the order that the docstring says: then your answer can be
# compared number by number. (Another order is accepted where the answer is right on average; numbers
# from anywhere else than `rng` are not.)
#
# `python check.py` tells you whether your functions fit together. `dgm course check` says more.

# %%
import numpy as np


def as_D_by_K(W, conventions):
    """W in the shape (D, K), whichever way it lies. It is given; it undoes itself: use it on dW too."""
    return W if conventions.layout == "DK" else W.T


# %% [markdown]
# ## Energy
#
#     E(v, h) = -b·v - c·h - vᵀ W h
#
# The temperature is not part of E. Neither are the values that a unit takes: they are in v and h.

# %%
def energy(v, h, W, b, c, conventions):
    """E(v, h) of each pair of layers: v (N, D), h (N, K) -> (N,)."""
    # BEGIN SOLUTION
    W_DK = as_D_by_K(W, conventions)
    visible_part = v @ b
    hidden_part = h @ c
    pair_part = ((v @ W_DK) * h).sum(axis=1)
    return -visible_part - hidden_part - pair_part
    # END SOLUTION


# %% [markdown]
# ## Conditionals
#
# Given one layer, the units of the other are independent. A unit with input x is at `high` with a
# probability that is a sigmoid. Of what, at temperature T and for the values `low` and `high`?
# Compare exp(-E/T) for the unit at its two values: everything else is the same and divides out.

# %%
def hidden_probs(v, W, b, c, conventions):
    """p(h_j = high given v): v (N, D) -> (N, K)."""
    # BEGIN SOLUTION
    x = v @ as_D_by_K(W, conventions) + c
    difference = conventions.high - conventions.low
    return sigmoid(difference * x / conventions.T)
    # END SOLUTION


def visible_probs(h, W, b, c, conventions):
    """p(v_i = high given h): h (N, K) -> (N, D)."""
    # BEGIN SOLUTION
    x = h @ as_D_by_K(W, conventions).T + b
    difference = conventions.high - conventions.low
    return sigmoid(difference * x / conventions.T)
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION


# %% [markdown]
# ## Free energy
#
#     exp(-F(v) / T) = Σ_h exp(-E(v, h) / T)
#
# Sum over the 2^K states of h on paper first. The result must hold for inputs of any size and sign:
# x = 900 and x = -900 occur while a model learns at a large rate, and exp(900) is more than a float
# can hold.

# %%
def free_energy(v, W, b, c, conventions):
    """F(v) of each case: v (N, D) -> (N,). Finite for inputs to units of any size."""
    # BEGIN SOLUTION
    x = v @ as_D_by_K(W, conventions) + c
    at_low = conventions.low * x / conventions.T
    at_high = conventions.high * x / conventions.T
    log_sums = np.logaddexp(at_low, at_high)
    return -(v @ b) - conventions.T * log_sums.sum(axis=1)
    # END SOLUTION


# %% [markdown]
# ## A Gibbs step
#
# Up and down once: the hidden layer is drawn given v, then the visible layer given that h. A unit
# with probability p is at `high` where a uniform number of its own is below p.

# %%
def gibbs_step(v, W, b, c, conventions, rng):
    """One step of block Gibbs sampling: v (N, D) -> (h (N, K), new_v (N, D)).

    Draws rng.random((N, K)) for h, then rng.random((N, D)) for new_v.
    """
    # BEGIN SOLUTION
    p_h = hidden_probs(v, W, b, c, conventions)
    h = draw(p_h, conventions, rng)
    p_v = visible_probs(h, W, b, c, conventions)
    new_v = draw(p_v, conventions, rng)
    return h, new_v
    # END SOLUTION


# BEGIN SOLUTION
def draw(p, conventions, rng):
    """One draw of units with the probabilities p (N, n): (N, n)."""
    uniform = rng.random(p.shape)
    return np.where(uniform < p, conventions.high, conventions.low).astype(float)
# END SOLUTION


# %% [markdown]
# ## Contrastive divergence
#
# The gradient of the mean log-likelihood by W compares two averages of vᵢ hⱼ, by b and c those of
# vᵢ and of hⱼ. At temperature T there is a factor: which? (∂ log p = -∂F/T - ∂ log Z.) In CD-k the
# second average is over where k Gibbs steps from the cases end.
#
# In both averages the mean of hⱼ given v stands for hⱼ. (A draw of it is right on average, but
# noisier: a warning.) The mean of a unit that is `high` with probability p is not p, in general.

# %%
def cd_gradient(v_data, k, W, b, c, conventions, rng):
    """CD-k estimate of ∂ mean log p(v_data) / ∂(W, b, c): v_data (N, D) -> (dW, db, dc), to be ascended.

    dW has the shape of W. Draws as k calls of `gibbs_step` do.
    """
    # BEGIN SOLUTION
    N = len(v_data)
    mean_h_data = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)
    v = v_data
    for _ in range(k):
        h, v = gibbs_step(v, W, b, c, conventions, rng)
    mean_h = mean_of(hidden_probs(v, W, b, c, conventions), conventions)
    dW = (v_data.T @ mean_h_data - v.T @ mean_h) / (N * conventions.T)
    db = (v_data.sum(axis=0) - v.sum(axis=0)) / (N * conventions.T)
    dc = (mean_h_data.sum(axis=0) - mean_h.sum(axis=0)) / (N * conventions.T)
    return as_D_by_K(dW, conventions), db, dc
    # END SOLUTION


# BEGIN SOLUTION
def mean_of(p, conventions):
    """The mean of a unit that is at `high` with probability p."""
    return conventions.low + (conventions.high - conventions.low) * p
# END SOLUTION


# %% [markdown]
# ## Persistent chains
#
# M chains go on where they were, from update to update; `chains` holds their hidden layers. The
# averages are each over their own number of rows: N cases, M chains.

# %%
def pcd_gradient(v_data, chains, k, W, b, c, conventions, rng):
    """PCD-k estimate of the same gradient: v_data (N, D), chains (M, K) -> (dW, db, dc, new_chains (M, K)).

    k times: rng.random((M, D)) for the visible layer of the chains given their hidden one, then rng.random((M, K)) for
    the hidden layer given that. The model's average is over the last visible layer and the means of h given it.
    """
    # BEGIN SOLUTION
    N, M = len(v_data), len(chains)
    mean_h_data = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)
    h = chains
    for _ in range(k):
        v = draw(visible_probs(h, W, b, c, conventions), conventions, rng)
        p_h = hidden_probs(v, W, b, c, conventions)
        h = draw(p_h, conventions, rng)
    mean_h = mean_of(p_h, conventions)
    dW = (v_data.T @ mean_h_data / N - v.T @ mean_h / M) / conventions.T
    db = (v_data.sum(axis=0) / N - v.sum(axis=0) / M) / conventions.T
    dc = (mean_h_data.sum(axis=0) / N - mean_h.sum(axis=0) / M) / conventions.T
    return as_D_by_K(dW, conventions), db, dc, h
    # END SOLUTION


# %% [markdown]
# ## Bars and stripes
#
# Now learn. The data are the 3 x 3 pictures of bars and stripes, their nine pixels in an order that
# is drawn; there are 7 to 10 hidden units; conventions are those of the lessons. Which gradient,
# rate, and how many updates is yours to choose; a second of computing is enough, and ten are the
# limit. The model's log-likelihood is computed exactly, by the sum over all
# states: the mean over the cases must be at least -4.0 nats. (Coins have -6.24; the best possible
# is -2.60: 16 rows, of which the empty and the full picture stand there twice.)

# %%
def train(v_data, n_hidden, conventions, rng):
    """An RBM with n_hidden hidden units that has learnt v_data (N, D): (W, b, c)."""
    # BEGIN SOLUTION
    N, D = v_data.shape
    W = as_D_by_K(0.01 * rng.standard_normal((D, n_hidden)), conventions)
    b = np.zeros(D)
    c = np.zeros(n_hidden)
    chains = draw(np.full((64, n_hidden), 0.5), conventions, rng)
    for step in range(6_000):
        rate = 0.2 * (1 - step / 6_000)
        dW, db, dc, chains = pcd_gradient(v_data, chains, 1, W, b, c, conventions, rng)
        W = W + rate * dW
        b = b + rate * db
        c = c + rate * dc
    return W, b, c
    # END SOLUTION
