# %% [markdown]
# # Lesson 3: Gibbs sampling
#
# After this lesson you will be able to
#
# - draw states of a Boltzmann machine without knowing Z, one unit at a time;
# - write the sampler as a matrix, and prove that the machine's distribution is what it settles on;
# - say from that matrix how many sweeps are enough, and how much a sample from a chain is worth;
# - tell which units may be drawn at once, and what goes wrong when the others are.
#
# ## Ratios do not need Z
#
# Lesson 2 learns with means under p(s) = exp(-E(s)) / Z, and Z has 2^n terms. Averages over states drawn
# from p would do in place of the means. But how to draw, without Z? A ratio does not need it:
#
#     p(t) / p(s) = exp(E(s) - E(t))          as both have the same Z    (3.1)
#
# Take two states that differ in one unit only: unit i is off in s⁰ and on in s¹. All terms without s_i
# are the same in both energies and cancel. W is 0 on and below its diagonal, as in lesson 2, so row i of
# W + Wᵀ holds the weights between unit i and all the others. Call the difference the input to unit i:
#
#     x_i = E(s⁰) - E(s¹)                                                a definition
#     x_i = b_i + Σ_j (W + Wᵀ)_ij s_j                                    (3.2)
#
# How likely is unit i to be on if we know all the others? Only s⁰ and s¹ are then left:
#
#     p(s_i = 1 given the rest) = p(s¹) / (p(s⁰) + p(s¹))           conditional probability
#                               = 1 / (1 + p(s⁰)/p(s¹))             divide by p(s¹)
#                               = 1 / (1 + exp(-x_i))               (3.1) with E(s¹) - E(s⁰) = -x_i
#
#     σ(x) = 1 / (1 + exp(-x)), the sigmoid                              a definition
#     p(s_i = 1 given the rest) = σ(x_i)                                 (3.3)

# %% (3.1), (3.2), (3.3) four units
import itertools
import math
import time
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy.boltzmann import (
    exact_distribution, gibbs_sweep, init_boltzmann, layered_mask, unit_input)
from numpy_dgm.energy.rbm import RBM, gibbs_step, hidden_probs, visible_probs
from numpy_dgm.foundation.enumeration import (
    all_bits, bits_to_index, empirical_distribution, product_of_bernoullis, spectral_gap,
    stationary_distribution)
from numpy_dgm.foundation.numerics import bernoulli, sigmoid
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean


def slow_energy(machine, s):
    """E(s) = -Σ_i b_i s_i - Σ_{i<j} W_ij s_i s_j, one state."""
    pairs = itertools.combinations(range(len(s)), 2)  # all i < j
    return -sum(machine.b * s) - sum(machine.W[i, j] * s[i] * s[j] for i, j in pairs)


def slow_distribution(machine):
    """p(s) = exp(-E(s)) / Z for all 2^n states: 0...00, 0...01, 0...10, and so on."""
    all_s = itertools.product([0, 1], repeat=len(machine.b))
    weights = np.array([math.exp(-slow_energy(machine, s)) for s in all_s])
    return weights / weights.sum()


n, rng = 4, np.random.default_rng(3)
machine = init_boltzmann(n, n_visible=n, rng=rng, scale=0.4)
machine = replace(machine, W=machine.W + 1.5 * machine.mask)  # weights of about 1.5: units like company
machine = replace(machine, b=rng.normal(scale=0.2, size=n) - 0.5 * (machine.W + machine.W.T).sum(axis=1))
states = list(itertools.product([0, 1], repeat=n))
p_slow, (p, _) = slow_distribution(machine), exact_distribution(machine)
E = np.array([slow_energy(machine, s) for s in states])
verify("(3.1) p(t) / p(s) = exp(E(s) - E(t))", np.exp(E[:, None] - E[None, :]), p[None, :] / p[:, None])
x_slow, p_on_slow = np.zeros((2**n, n)), np.zeros((2**n, n))  # by definition: states in rows
for row, s in enumerate(states):
    for i in range(n):
        off, on = (states.index((*s[:i], bit, *s[i + 1 :])) for bit in (0, 1))
        x_slow[row, i] = E[off] - E[on]
        p_on_slow[row, i] = p_slow[on] / (p_slow[off] + p_slow[on])
x = np.stack([unit_input(machine, all_bits(n), i) for i in range(n)], axis=1)
verify("(3.2) x_i = b_i + Σ_j (W + Wᵀ)_ij s_j", x_slow, x)
verify("(3.3) p(s_i = 1 given the rest) = σ(x_i)", p_on_slow, sigmoid(x))

# %% [markdown]
# ## Drawing one unit, as a matrix
#
# Gibbs sampling draws one unit from (3.3), then the next, and so on. The states that it runs through are
# a Markov chain: the next one depends on the present one only. A draw of unit i is described by its
# transition matrix, with a row for each present state s and a column for each next state t:
#
#     T_i(s→t) = p(t_i given the rest of s) if t equals s outside unit i, else 0    a definition
#
# If the present state is drawn from q, a row of 2^n probabilities, the next one has those of q T_i.
# Let s and t differ in unit i at most, and write r for the rest, which they share. Then
#
#     p(s) T_i(s→t) = p(r) p(s_i given r) p(t_i given r)            as p(s) = p(r) p(s_i given r)
#
# is the same with s and t exchanged: as much probability flows from s to t as back. This is called
# detailed balance:
#
#     p(s) T_i(s→t) = p(t) T_i(t→s)                                      (3.4)
#
# Add it up over s. On the right Σ_s T_i(t→s) = 1, for the chain must go somewhere. So p is stationary:
#
#     p T_i = p                                                          (3.5)
#
# `slow_matrix` is the definition, written for any block of units. `fast_matrix` knows only (3.3).


# %% (3.4), (3.5) every single unit
def slow_matrix(machine, block):
    """T(s→t) = p(t) / (sum of p over all states that equal s outside `block`), or 0 where t does not."""
    p = slow_distribution(machine)
    all_s = list(itertools.product([0, 1], repeat=len(machine.b)))
    T = []
    for s in all_s:
        same_rest = [all(s[k] == t[k] or k in block for k in range(len(s))) for t in all_s]
        T.append(p * same_rest / sum(p * same_rest))
    return np.array(T)


def fast_matrix(machine, block):
    """Each unit of `block` is on with probability σ(x_i); the others stay what they are."""
    s, means = all_bits(len(machine.b)), all_bits(len(machine.b))
    for i in block:
        means[:, i] = sigmoid(unit_input(machine, s, i))
    return product_of_bernoullis(means)


fast_one = [fast_matrix(machine, [i]) for i in range(n)]
slow_one = [slow_matrix(machine, [i]) for i in range(n)]
forward = [p[:, None] * T_i for T_i in fast_one]
backward = [(p_slow[:, None] * T_i).T for T_i in slow_one]
verify("(3.4) p(s) T_i(s→t) = p(t) T_i(t→s)", forward, backward)
verify("(3.5) p T_i = p", [p @ T_i for T_i in fast_one], [p_slow] * n)

# %% [markdown]
# ## A sweep
#
# A sweep draws all units in turn, 0 first, and so its matrix is the product in that order:
#
#     T = T_0 T_1 ... T_{n-1}                                            (3.6)
#
# Each factor leaves p alone, so p T = p. Nothing else is left alone: every entry of T is positive, and
# the next section shows that then every start ends up in the same place. So the only solution of
#
#     q T = q          is the Boltzmann distribution, q = p              (3.7)
#
# Detailed balance does not survive the product. Use (3.4) factor by factor and the order turns round:
# the flow forward in one sweep is the flow backward in a sweep from the last unit to the first.
#
#     p(s) T(s→t) = p(t) T'(t→s)          T' = T_{n-1} ... T_1 T_0       (3.8)
#
# T' is not T, so the flows differ. Stationarity is all we need.
#
#     0.01 <= largest |p(s) T(s→t) - p(t) T(t→s)|          this machine  (3.9)
#
# For (3.6) the library's `gibbs_sweep` runs 20,000 times from each state; we count where it arrives.

# %% (3.6) to (3.9) a sweep of four units
T = np.linalg.multi_dot(fast_one)  # the library's conditionals
T_slow, T_turned = np.linalg.multi_dot(slow_one), np.linalg.multi_dot(slow_one[::-1])
runs = 20_000
after = gibbs_sweep(machine, np.tile(all_bits(n), (runs, 1)), rng)
arrived = np.eye(2**n)[bits_to_index(after)].reshape(runs, 2**n, 2**n)  # a 1 at the state arrived at
verify_mean("(3.6) T = T_0 T_1 ... T_{n-1}", arrived, T_slow)
verify("(3.7) q T = q is p", stationary_distribution(T), p_slow)
verify("(3.8) p(s) T(s→t) = p(t) T'(t→s)", p[:, None] * T, (p_slow[:, None] * T_turned).T)
breach = np.max(np.abs(p[:, None] * T - (p[:, None] * T).T))
verify_at_most("(3.9) 0.01 <= largest |p(s) T(s→t) - p(t) T(t→s)|", 0.01, breach)

# %% [markdown]
# ## How fast it forgets its start
#
# After t sweeps the state has a distribution q_t. Its distance from p is the total variation, 0 to 1:
#
#     TV(q, p) = 1/2 Σ_s |q(s) - p(s)|                                   a definition
#
# Let ε be the smallest T(s→t) / p(t). Then T(s→t) = ε p(t) + (1 - ε) R(s→t), where R has no negative
# entries and rows that sum to 1: with probability ε the sweep forgets where it was and draws from p. The
# first part takes q and p to the same ε p, so (q - p) T = (1 - ε) (q - p) R. Moving differences about by
# R cannot make the sum of their sizes larger. So a sweep leaves at most 1 - ε of the distance:
#
#     TV(q_t, p) <= (1 - ε)^t                                            (3.10)
#
# So the chain converges. The true rate is in the eigenvalues of T. Write q_0 - p as a sum Σ_k a_k l_k
# of left eigenvectors, l_k T = λ_k l_k (where T has too few of them, powers of t come in as factors,
# which do not change the rate). Multiples of p have λ_k = 1, but q_0 - p sums to 0 and has no such
# part. A sweep multiplies each part by its λ_k:
#
#     q_t - p = Σ_k a_k λ_kᵗ l_k          all |λ_k| < 1, by the bound above
#
# If one λ_k is larger in size than all the others, its part alone is left in the end. `spectral_gap` is
# 1 minus that size:
#
#     TV(q_{t+1}, p) / TV(q_t, p) → 1 - gap          for large t         (3.11)


# %% (3.10), (3.11) forty sweeps, starting with all units off
def total_variation(q, p):
    return 0.5 * np.abs(q - p).sum()


q, distance = np.eye(2**n)[0], []
for sweep in range(40):
    distance.append(total_variation(q, p_slow))
    q = q @ T_slow
epsilon, gap = np.min(T / p[None, :]), spectral_gap(T)
verify_at_most("(3.10) TV(q_t, p) <= (1 - ε)^t", distance, (1 - epsilon) ** np.arange(40))
verify("(3.11) TV(q_{t+1}, p) / TV(q_t, p) → 1 - gap", distance[31] / distance[30], 1 - gap, 1e-6)
print(f"  ε = {epsilon:.3f}, gap = {gap:.3f}: from 1 to {distance[10]:.4f} in 10 sweeps")

# %% [markdown]
# ## Unit by unit, or in blocks
#
# A computer could draw a thousand units at once. When may it? Let B be a block of units with no
# connections among them. No term of the energy has two units of B, so for given values of the rest
# exp(-E) is a product with one factor for each unit of B. They are independent:
#
#     p(s_B given the rest) = Π_{i in B} (σ(x_i) if s_i = 1, else 1 - σ(x_i))    (3.12)
#
# If connections run only between units 0, 1, 2 (call them V) and units 3, 4 (H), two block draws are a
# whole sweep, with the same matrix and so the same p and the same gap:
#
#     T_V T_H = T_0 T_1 T_2 T_3 T_4                                      (3.13)
#
# What if connected units are drawn at once, each from the old values of the others? As we have
# σ(x) = exp(x) / (1 + exp(x)) and 1 - σ(x) = 1 / (1 + exp(x)), the chance of going from s to t is
#
#     A(s→t) = Π_i exp(t_i x_i(s)) / (1 + exp(x_i(s)))
#     π(s)   = exp(b·s) Π_i (1 + exp(x_i(s))) / constant                 a definition
#     π(s) A(s→t) = exp(b·s + Σ_i t_i x_i(s)) / constant             the product over i cancels
#                 = exp(b·s + b·t + tᵀ(W + Wᵀ) s) / constant         (3.2) put in
#
# W + Wᵀ is symmetric, so s and t may be exchanged: A is in detailed balance with π. The only solution of
#
#     q A = q          is q = π, which is not p                          (3.14)

# %% (3.12), (3.13), (3.14) blocks, rightly and wrongly
V, H = [0, 1, 2], [3, 4]
between = np.outer([1, 1, 1, 0, 0], [0, 0, 0, 1, 1])
layers = replace(init_boltzmann(5, 3, rng, mask=between, scale=1.5), b=rng.normal(size=5))
fast_V, fast_H = fast_matrix(layers, V), fast_matrix(layers, H)
slow = [slow_matrix(layers, V), slow_matrix(layers, H)]
verify("(3.12) p(s_B given the rest) = Π_{i in B} ...", slow, [fast_V, fast_H])
unit_by_unit = np.linalg.multi_dot([slow_matrix(layers, [i]) for i in range(5)])
verify("(3.13) T_V T_H = T_0 T_1 T_2 T_3 T_4", fast_V @ fast_H, unit_by_unit)
A = fast_matrix(machine, range(n))  # the connected machine, all four units at once
pi = np.array([math.exp(machine.b @ s) * math.prod(1 + math.exp(x_i) for x_i in x_slow[row])
               for row, s in enumerate(states)])
pi /= pi.sum()
verify("(3.14) q A = q is π", stationary_distribution(A), pi)

# %% [markdown]
# ## How long is long enough?
#
# Six units, all connected by the same weight: 0.5, 1.0 or 1.5. With the biases below, a state and its
# mirror image, every unit turned over, are equally likely. All on and all off are the two favourites.
# From one to the other a chain must cross unlikely states. All chains start with all units off.
# Lines: exact, from T. Dots: 20,000 chains of `gibbs_sweep`. Dashed: falling by 1 - gap a sweep.

# %% experiment: total variation against sweeps
n_units, sweeps = 6, np.arange(61)
fig, (left, right) = plots.new_figure(1, 2, width=10, height=4.2)
print("  weight    gap   sweeps to TV 0.01   1,000 sweeps are worth")
for weight, colour in ((0.5, "tab:green"), (1.0, "tab:blue"), (1.5, "tab:red")):
    six = init_boltzmann(n_units, n_visible=n_units, rng=rng)
    six = replace(six, W=weight * six.mask, b=np.full(n_units, -0.5 * weight * (n_units - 1)))
    p_six, _ = exact_distribution(six)
    T_six = np.linalg.multi_dot([fast_matrix(six, [i]) for i in range(n_units)])
    gap_six = spectral_gap(T_six)
    # q: distribution after t sweeps; f: number of units on, less its mean; later: mean of f in t sweeps
    q, f = np.eye(2**n_units)[0], all_bits(n_units).sum(axis=1)
    f -= p_six @ f
    later, exact, correlation = f, [], []
    for _ in range(500):
        exact.append(total_variation(q, p_six))
        correlation.append(p_six @ (f * later) / (p_six @ f**2))
        q, later = q @ T_six, T_six @ later
    enough = int(np.argmax(np.array(exact) <= 0.01))
    worth = 1000 / (1 + 2 * sum(correlation[1:]))
    print(f"  {weight:6.1f}  {gap_six:5.3f}   {enough:17}   {worth:.0f} independent draws")
    chains, dots, one_chain = np.zeros((20_000, n_units)), [], []
    for _ in sweeps:
        dots.append(total_variation(empirical_distribution(chains), p_six))
        one_chain.append(chains[0].sum())
        chains = gibbs_sweep(six, chains, rng)
    slope = 0.6 * exact[enough] * (1 - gap_six) ** (sweeps - float(enough))  # a little below, to be seen
    left.plot(sweeps, exact[:61], color=colour, label=f"weight {weight}, gap {gap_six:.2f}")
    left.plot(sweeps, slope, color=colour, linestyle="--", linewidth=0.9)
    left.plot(sweeps[::3], dots[::3], ".", color=colour)
    base = 16 * (weight - 0.5)  # the three chains above one another
    right.step(sweeps, base + np.array(one_chain), where="post", color=colour)
    right.text(0, base + 6.5, f"weight {weight}", color=colour, fontsize=9)
left.set(yscale="log", ylim=(0.003, 1.2), xlabel="sweeps", ylabel="TV(q_t, p)", title="Distance to p")
left.legend(loc="upper right", fontsize=8)
right.set_yticks([0, 6, 8, 14, 16, 22], [0, 6, 0, 6, 0, 6])
right.set(xlabel="sweeps", ylabel="units on, of six", ylim=(-1, 25), title="One chain of each")
plots.save(fig, "03_total_variation.png")

# %% [markdown]
# What to see: each distance becomes a straight line on the logarithmic scale, with the slope of the
# dashed line below it. The dots follow until they meet their own noise: 20,000 draws from p itself are
# about 0.02 away. On the right, the chain with weight 1.5 stays with one favourite for many sweeps.
# Successive states are alike, so 1,000 sweeps tell less than 1,000 independent draws. How much less, for
# the mean number of units on, is 1 + 2 Σ_t (its correlation t sweeps apart): the table's last column.
#
# ## Every pair connected, or two layers in two blocks
#
# Twelve units: all 66 pairs connected, drawn one by one, against the 36 between units 0 to 5 (V) and 6 to
# 11 (H) alone, drawn in two blocks (lesson 4 calls that machine an RBM). Weights are from N(0, scale²) in
# both, and again the biases make a state and its mirror image equally likely.
#
# How to have |λ₂| without T's 4,096² entries? The blocks draw V from H alone, so the 64 x 64 matrix from H
# to the next H has all eigenvalues of T but zeros. For all pairs, T times a function of the state is its
# mean after a sweep, taken unit by unit. Multiply eight functions by T and make them orthonormal, again
# and again: they come to span the eight that T shrinks least, where T is an 8 x 8 matrix.


# %% experiment: every pair connected against two layers, spectral gap and cost of a sweep
def gap_of_sweep(machine):
    p_on = [sigmoid(unit_input(machine, all_bits(12), i)) for i in range(12)]
    T_f = rng.normal(size=(2**12, 8))  # eight functions of the state
    for _ in range(15):
        f, _ = np.linalg.qr(T_f)
        T_f = f
        for i in reversed(range(12)):  # T f = T_0 (T_1 ... (T_11 f))
            off_or_on = T_f.reshape(2**i, 2, -1, 8)  # axis 1 is unit i; p_on[i] does not depend on it
            p_i = p_on[i].reshape(2**i, 2, -1, 1)[:, :1]
            mean = (1 - p_i) * off_or_on[:, :1] + p_i * off_or_on[:, 1:]
            T_f = np.repeat(mean, 2, axis=1).reshape(2**12, 8)
    return spectral_gap(f.T @ T_f)


scales, gaps = [0.25, 0.5, 1.0, 2.0], np.empty((4, 6, 2))  # scale, draw of the weights, which machine
print("  scale   gap, all pairs   gap, two layers   (medians of six draws of the weights)")
for row, scale in enumerate(scales):
    for draw in range(6):
        drawn = [init_boltzmann(12, 12, rng, mask, scale) for mask in (None, layered_mask([6, 6]))]
        pairs, two = (replace(m, b=-0.5 * (m.W + m.W.T).sum(axis=1)) for m in drawn)
        rbm = RBM(W=two.W[:6, 6:], b=two.b[:6], c=two.b[6:])
        H_to_V = product_of_bernoullis(visible_probs(rbm, all_bits(6)))
        V_to_H = product_of_bernoullis(hidden_probs(rbm, all_bits(6)))
        gaps[row, draw] = gap_of_sweep(pairs), spectral_gap(H_to_V @ V_to_H)
    medians = np.median(gaps[row], axis=0)
    print(f"  {scale:5.2f}   {medians[0]:14.3f}   {medians[1]:15.3f}")
verify("the gap of two layers, from 4,096 states and from 64", gap_of_sweep(two), gaps[-1, -1, 1], 1e-6)
s, seconds = rng.integers(0, 2, size=(1000, 12)).astype(float), np.empty((50, 3))
for trial in range(50):
    for way, (sweep, model) in enumerate([(gibbs_sweep, pairs), (gibbs_sweep, two), (gibbs_step, rbm)]):
        start = time.perf_counter()
        sweep(model, s[:, : len(model.b)], rng)  # the blocks start from V, six units
        seconds[trial, way] = time.perf_counter() - start
cost = 1000 * seconds.min(axis=0)  # milliseconds, the quickest of 50
print(f"  a sweep of 1,000 chains: all pairs, unit by unit {cost[0]:.2f} ms, two layers, in blocks {cost[2]:.2f} ms, "
      f"{cost[0] / cost[2]:.1f} times less")
fig, (left, right) = plots.new_figure(1, 2, width=10, height=3.8)
for model, (name, colour) in enumerate((("all 66 pairs", "tab:blue"), ("two layers, 36 pairs", "tab:orange"))):
    left.loglog(scales, gaps[:, :, model], ".", color=colour, alpha=0.6)
    left.loglog(scales, np.median(gaps[:, :, model], axis=1), color=colour, label=name)
left.set_xticks(scales, scales)
left.minorticks_off()
left.set(xlabel="scale of the weights", ylabel="spectral gap", title="Mixing: the gap of a sweep")
left.legend(loc="lower left")
ways = ["all pairs,\nunit by unit", "two layers,\nunit by unit", "two layers,\nin two blocks"]
right.bar(ways, cost, color=["tab:blue", "lightgrey", "tab:orange"])
right.set(ylabel="milliseconds", title="Cost: a sweep of 1,000 chains")
plots.save(fig, "03_general_against_rbm.png")

# %% [markdown]
# What to see: on the left, a dot for each draw of the weights, a line through the medians. Both gaps fall
# as the weights grow, that of all pairs faster: its units have 11 neighbours, not 6, and so larger inputs.
# (Lesson 4 compares at equal inputs.) On the right, fewer connections save nothing while units are drawn
# one by one. Six at once do, and lesson 4 shows how much more that saves with hundreds of units.
#
# ## What usually goes wrong
#
# On the machine of four units, from random states: all units at once settles on π, however long it runs.
# With the comparison inverted, u > σ(x) for u < σ(x), a unit is on with probability 1 - σ(x) = σ(-x), as
# for exp(+E): the likely states become the unlikely ones. With one noise row for all chains, every chain
# by itself is right, but soon all chains are the same one, and 20,000 of them tell no more than one.

# %% wrong: all at once, inverted, one noise row
for name in ("unit by unit", "all at once", "inverted", "one noise row"):
    s = rng.integers(0, 2, size=(20_000, n)).astype(float)
    for sweep in range(60):
        if name == "all at once":
            p_on = sigmoid(np.stack([unit_input(machine, s, i) for i in range(n)], axis=1))
            s = bernoulli(p_on, rng)
            continue
        for i in range(n):
            u = rng.random(1 if name == "one noise row" else len(s))
            p_i = sigmoid(unit_input(machine, s, i))
            s[:, i] = u > p_i if name == "inverted" else u < p_i
    q = empirical_distribution(s)
    print(f"  {name:13}: TV to p {total_variation(q, p):.3f}, to π {total_variation(q, pi):.3f}, "
          f"to exp(+E) {total_variation(q, (1 / p) / (1 / p).sum()):.3f}, {np.sum(q > 0):2} states seen")

# %% [markdown]
# ## Exercises
#
# 1. Draw the same unit twice in a row. Show that T_i T_i = T_i: the second draw gains nothing.
# 2. Two units, weight w, both biases -w/2. Show by hand that the sweep has the gap 1 - tanh²(w/4).
# 3. Draw a random unit: R = (T_0 + ... + T_{n-1})/n. Show that R is in detailed balance with p.
#    Do n such draws mix faster than a sweep?
#
# ## Solutions
#
# 1. The probability of t_i does not depend on the old s_i, which is all that the first draw changed.
# 2. Unit 1 is on with probability σ(w/2) if unit 0 is on, else with σ(-w/2), and likewise back. So each
#    draw shrinks what is left of the start by σ(w/2) - σ(-w/2) = tanh(w/4), and a sweep makes two draws.
# 3. (3.4) is linear in T_i: add the n equations and divide by n. For this machine a sweep is faster.

# %% solutions 1 to 3
w, R = 3.0, sum(fast_one) / n
verify("exercise 1: T_i T_i = T_i", [T_i @ T_i for T_i in fast_one], slow_one)
two = replace(init_boltzmann(2, 2, rng), W=np.array([[0, w], [0, 0]]), b=np.array([-w / 2, -w / 2]))
gap_two = spectral_gap(fast_matrix(two, [0]) @ fast_matrix(two, [1]))
verify("exercise 2: gap = 1 - tanh²(w/4)", gap_two, 1 - math.tanh(w / 4) ** 2)
verify("exercise 3: p(s) R(s→t) = p(t) R(t→s)", p[:, None] * R, (p_slow[:, None] * sum(slow_one) / n).T)
gap_R = spectral_gap(np.linalg.matrix_power(R, n))
print(f"  exercise 3: gap of a sweep {gap:.3f}, of {n} draws of random units {gap_R:.3f}")
