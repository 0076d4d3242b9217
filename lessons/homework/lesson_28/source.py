# %% [markdown]
# # Exercise to lesson 28: words that go on from a beginning
#
# A visible layer v (N, P M) has P positions, each a group of M units of which one is on. Units 0 to
# M - 1 are those of the first position, the next M those of the second, and so on. Hidden units
# are bits, with x_j = c_j + Σ_i v_i W_ij and p(h_j = 1 given v) = σ(x_j). Given h, the units of a
# position have the inputs x_i = b_i + Σ_j W_ij h_j, and within each position
#
#     p(position g has value m given h) = exp(x_gm) / Σ_l exp(x_gl)          (28.2)
#
# Write how the values of all positions are drawn, and then Gibbs sampling with the first positions
# clamped: each step draws h given v, then all positions given h, and puts the clamped ones back.
#
# Inputs may be of any size: exp(1000) is more than a float can hold. No function changes its
# arguments. Another order of draws is right too, if it is right on average.

# %%
import numpy as np


def draw_letters(x, n_values, rng):
    """One value for each position, given the inputs x (N, P M), M = n_values: one-hot (N, P M).

    Draws rng.random((N, P)), a number u for each position, which takes the first value whose
    cumulated probability p_0 + ... + p_m exceeds u.
    """
    # BEGIN SOLUTION
    N = len(x)
    grouped = x.reshape(N, -1, n_values)  # (N, P, M)
    largest = grouped.max(axis=2, keepdims=True)
    p = np.exp(grouped - largest)
    p /= p.sum(axis=2, keepdims=True)
    cumulated = p.cumsum(axis=2)
    u = rng.random(cumulated.shape[:2])
    value = (u[:, :, None] >= cumulated[:, :, :-1]).sum(axis=2)  # (N, P)
    units = value[:, :, None] == np.arange(n_values)
    return units.reshape(N, -1).astype(float)
    # END SOLUTION


def go_on(W, b, c, v, n_held, steps, n_values, rng):
    """v (N, P M) after so many Gibbs steps (>= 1), the first n_held positions clamped: (N, P M).

    W (P M, K), b (P M,), c (K,). The other positions start as they are in v. Draws with rng.random,
    in each step: (N, K) for h, a unit is on where its number is below its probability; then (N, P)
    for the values of all positions, as in draw_letters, those of the clamped ones too.
    """
    # BEGIN SOLUTION
    n_clamped = n_held * n_values  # units
    chains = v.copy()
    for _ in range(steps):
        p_h = sigmoid(chains @ W + c)  # (N, K)
        h = (rng.random(p_h.shape) < p_h).astype(float)
        x = h @ W.T + b  # (N, P M)
        chains = draw_letters(x, n_values, rng)
        chains[:, :n_clamped] = v[:, :n_clamped]
    return chains
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))

# END SOLUTION
