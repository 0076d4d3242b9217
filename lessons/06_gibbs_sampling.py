# %% [markdown]
# # Gibbs sampling: drawing states without knowing Z
#
# Lesson 5 learns from averages over all 2^D states of a machine. With 50 units nobody can list
# them. Averages over states *drawn* from p would do as well, but p(s) = exp(-E(s)) / Z has that
# same sum in it. How does one draw from a distribution that one cannot compute?
#
# Afterwards you can
#
# - draw states of a Boltzmann machine one unit at a time, by hand and in a loop of six lines;
# - write the sampler as a matrix, and prove that p is what it settles on;
# - say from that matrix how many sweeps are enough;
# - tell which units may be drawn at once, and recognise three mistakes by what they settle on.
#
# About an hour and a half. You need lesson 4 (energy, the three units) and the rule of lesson 5.
#
# ## One sweep by hand
#
# A ratio of probabilities does not need Z. And two states that differ in one unit only share all
# terms of the energy but those of that unit. Take the three units of lesson 4 (W_01 = log 3, W_02
# = log 2, W_12 = -log 2, no biases) in the state 011. Draw each unit anew, the others held. Let x
# be what the energy falls by if the unit is switched on, which is the sum of its weights to units
# that are on. Then exp(-E) is exp(x) times as large with the unit on as with it off, and so is the
# probability: the unit is on with exp(x) / (exp(x) + 1).
#
#     unit 0   011 or 111?   x = W_01 + W_02 = log 6     on with 6/7     = .857   a coin: 1 → 111
#     unit 1   101 or 111?   x = W_01 + W_12 = log 1.5   on with 1.5/2.5 = .6     a coin: 0 → 101
#     unit 2   100 or 101?   x = W_02        = log 2     on with 2/3     = .667   a coin: 1 → 101
#
# The table of lesson 4 agrees: p(111) = .24 to p(011) = .04 is 6 to 1.
#
# That was one sweep. The cell goes on like this, 20,000 times, and counts where it has been.

# %% Gibbs sampling on a page
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import init_boltzmann, layered_mask
from numpy_dgm.energy.boltzmann import energy, exact_distribution, gibbs_sweep, unit_input
from numpy_dgm.foundation.enumeration import (
    all_bits, bits_to_index, empirical_distribution, product_of_bernoullis, spectral_gap,
    stationary_distribution)
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean

W = np.array([[0, math.log(3), math.log(2)], [0, 0, -math.log(2)], [0, 0, 0]])
both_ways = W + W.T  # row i: the weights between unit i and all the others
rng = np.random.default_rng(6)
s = np.array([0, 1, 1])
visits = np.zeros(8)
for sweep in range(20_000):
    for i in range(3):
        x = both_ways[i] @ s  # no biases here
        p_on = 1 / (1 + math.exp(-x))
        s[i] = rng.random() < p_on  # a coin for this unit
    visits[4 * s[0] + 2 * s[1] + s[2]] += 1
print("  state             000   001   010   011   100   101   110   111")
print("  visited          ", "  ".join(f"{fraction:.2f}" for fraction in visits / 20_000))
print("  p, from lesson 4  .08   .08   .08   .04   .08   .16   .24   .24")

# %% [markdown]
# ## A unit, given all the others
#
# In general, for any two states
#
#     p(s') / p(s) = exp(E(s) - E(s'))          as both have the same Z             (6.1)
#
# Let unit i be off in s⁰ and on in s¹, all else equal. Call the difference of the energies the
# input to unit i. All terms without s_i cancel. W is 0 on and below its diagonal (lesson 4), so row
# i of W + Wᵀ holds the weights between unit i and the others:
#
#     x_i = E(s⁰) - E(s¹)                                                           a definition
#     x_i = b_i + Σ_j (W + Wᵀ)_ij s_j                                               (6.2)
#
# How likely is unit i to be on if we know all the others? Only s⁰ and s¹ are then left:
#
#     p(s_i = 1 given the rest) = p(s¹) / (p(s⁰) + p(s¹))         conditional probability
#                               = 1 / (1 + p(s⁰)/p(s¹))           divide by p(s¹)
#                               = 1 / (1 + exp(-x_i))             by (6.1), E(s¹) - E(s⁰) = -x_i
#     p(s_i = 1 given the rest) = σ(x_i)                                            (6.3)

# %% (6.1), (6.2), (6.3) four units
D = 4
machine = init_boltzmann(D, D, rng, scale=0.4)
# weights of about 1.5, and biases of about minus half of the weights of each unit: then all on and
# all off are about equally likely
W = machine.W + 1.5 * machine.mask
b = rng.normal(scale=0.2, size=D) - 0.5 * (W + W.T).sum(axis=1)
machine = replace(machine, W=W, b=b)
states = all_bits(D)  # (16, 4)
E = energy(machine, states)
p, _ = exact_distribution(machine)
verify("(6.1) p(s') / p(s) = exp(E(s) - E(s'))", np.exp(E[:, None] - E), p / p[:, None])

x_slow, p_on_slow = np.zeros((2**D, D)), np.zeros((2**D, D))  # by definition: states in rows
x = np.zeros((2**D, D))
for i in range(D):
    off, on = states.copy(), states.copy()
    off[:, i], on[:, i] = 0, 1
    row_off, row_on = bits_to_index(off), bits_to_index(on)  # (16,) where these stand in the list
    x_slow[:, i] = E[row_off] - E[row_on]
    p_on_slow[:, i] = p[row_on] / (p[row_off] + p[row_on])
    x[:, i] = unit_input(machine, states, i)
verify("(6.2) x_i = b_i + Σ_j (W + Wᵀ)_ij s_j", x_slow, x)
verify("(6.3) p(s_i = 1 given the rest) = σ(x_i)", p_on_slow, sigmoid(x))

# %% [markdown]
# ## Drawing one unit, as a matrix
#
# The states that Gibbs sampling runs through are a Markov chain: the next one depends on the
# present one only. A draw of unit i is described by its transition matrix, with a row for each
# present state s and a column for each next state s':
#
#     T_i(s→s') = p(s'_i given the rest of s) if s' is s outside unit i, else 0     a definition
#
# If the present state is drawn from q, a row of 2^D probabilities, the next one has those of q
# T_i. Let s and s' differ in unit i at most, and write r for the rest, which they share. Then
#
#     p(s) T_i(s→s') = p(r) p(s_i given r) p(s'_i given r)        as p(s) = p(r) p(s_i given r)
#
# is the same with s and s' exchanged: as much probability flows from s to s' as back. This is
# called detailed balance. Picture water in basins: if equal amounts flow both ways in every pipe,
# no level moves.
#
#     p(s) T_i(s→s') = p(s') T_i(s'→s)                                              (6.4)
#
# (Among the three units, .04 · 6/7 = .034 flows from 011 to 111, and .24 · 1/7 = .034 back.) Add it
# up over s. On the right Σ_s T_i(s'→s) = 1, for the chain must go somewhere. On the left stands
# entry s' of p T_i. So
#
#     p T_i = p                                                                     (6.5)
#
# and p is called stationary under T_i: a state drawn from p is still drawn from p afterwards.


# %% (6.4), (6.5) every single unit
def slow_matrix(machine, block):
    """T(s→s') = p(s') / (sum of p over all states that are s outside `block`), else 0."""
    p, _ = exact_distribution(machine)
    states = all_bits(len(machine.b))
    rest = np.delete(states, block, axis=1)
    T = np.zeros((len(p), len(p)))
    for row in range(len(p)):
        same_rest = (rest == rest[row]).all(axis=1)
        T[row, same_rest] = p[same_rest] / p[same_rest].sum()
    return T


def fast_matrix(machine, block):
    """T(s→s') if each unit of `block` is on with probability σ(x_i) and the others stay."""
    s = all_bits(len(machine.b))
    means = s.copy()  # a unit that stays what it is: 0 or 1
    for i in block:
        means[:, i] = sigmoid(unit_input(machine, s, i))
    return product_of_bernoullis(means)  # the chance of each s', for independent units


fast_one = [fast_matrix(machine, [i]) for i in range(D)]
slow_one = [slow_matrix(machine, [i]) for i in range(D)]
forward = [p[:, None] * T_i for T_i in fast_one]
backward = [(p[:, None] * T_i).T for T_i in slow_one]
verify("(6.4) p(s) T_i(s→s') = p(s') T_i(s'→s)", forward, backward)
verify("(6.5) p T_i = p", [p @ T_i for T_i in fast_one], [p] * D)

# %% [markdown]
# ## A sweep
#
# A sweep draws all units in turn, 0 first, and so its matrix is the product in that order:
#
#     T = T_0 T_1 ... T_{D-1}                                                       (6.6)
#
# Each factor leaves p alone, so p T = p. (Detailed balance itself does not survive the product,
# see exercise 3. It need not: stationarity is enough.) Nothing but p is left alone. For every
# entry of T is above 0, as each unit in its turn may come out on or off, and the next section shows
# that then every start ends up in the same place:
#
#     q T = q          only for q = p                                               (6.7)
#
# In the cell, the library's `gibbs_sweep` runs 20,000 times from each state, and we count where it
# arrives.
#
# ## How fast it forgets its start
#
# After k sweeps the state has a distribution q_k. Its distance from p is the total variation, 0 to
# 1:
#
#     TV(q, p) = 1/2 Σ_s |q(s) - p(s)|                                              a definition
#
# Let ε be the smallest T(s→s') / p(s'), over all s and s'. Then a sweep can be seen as a draw of
# two kinds: with probability ε from p itself, wherever the chain is, and else by some other rule. A
# draw from p has forgotten the start. So a sweep leaves at most 1 - ε of the distance (the appendix
# has the steps):
#
#     TV(q_k, p) <= (1 - ε)^k                                                       (6.8)
#
# So every start converges to p. The bound is often far off; the true rate is in the eigenvalues of
# T. Write q_0 - p as a sum of left eigenvectors, Σ_m a_m l_m with l_m T = λ_m l_m. A sweep
# multiplies each part by its λ_m:
#
#     q_k - p = Σ_m a_m λ_mᵏ l_m
#
# p itself has λ = 1, but q_0 - p sums to 0 and has no part of it. All other |λ_m| are below 1, by
# the bound, and in the end the part with the largest is the only one left. The spectral gap is 1
# less that |λ|, and a sweep then takes this fraction of the distance away:
#
#     TV(q_{k+1}, p) / TV(q_k, p) → 1 - gap          for large k                    (6.9)

# %% (6.6) to (6.9) a sweep of four units
T = np.linalg.multi_dot(fast_one)  # from the library's conditionals
T_slow = np.linalg.multi_dot(slow_one)
runs = 20_000
after = gibbs_sweep(machine, np.tile(states, (runs, 1)), rng)
arrived = np.eye(2**D)[bits_to_index(after)].reshape(runs, 2**D, 2**D)  # 1 at the state arrived at
verify_mean("(6.6) T = T_0 T_1 ... T_{D-1}", arrived, T_slow)
verify("(6.7) q T = q is p", stationary_distribution(T), p)


def total_variation(q, p):
    return 0.5 * np.abs(q - p).sum()


q = np.eye(2**D)[0]  # all units off
distance = []
for sweep in range(40):
    distance.append(total_variation(q, p))
    q = q @ T_slow
epsilon = np.min(T / p)
gap = spectral_gap(T)
verify_at_most("(6.8) TV(q_k, p) <= (1 - ε)^k", distance, (1 - epsilon) ** np.arange(40))
verify("(6.9) TV(q_{k+1}, p) / TV(q_k, p) → 1 - gap", distance[31] / distance[30], 1 - gap, 1e-5)
print(f"  ε = {epsilon:.3f}, gap = {gap:.3f}: TV {distance[0]:.2f} at first, {distance[10]:.4f} "
      "after 10 sweeps")

# %% [markdown]
# ## Unit by unit, or in blocks
#
# A computer could draw a thousand units at once. When may it? Let B be a block of units with no
# connections among them. No term of the energy has two units of B, so for given values of the rest
# exp(-E) is a product with one factor for each unit of B, and they are independent:
#
#     p(s_B given the rest) = Π_{i in B} (σ(x_i) if s_i = 1, else 1 - σ(x_i))       (6.10)
#
# If connections run only between units 0, 1, 2 (call them V) and units 3, 4 (H), drawing unit 0
# does not change the input to unit 1 or 2, so it makes no difference whether V is drawn at once or
# in turn. Two block draws are a whole sweep, with the same matrix and so the same p and gap:
#
#     T_V T_H = T_0 T_1 T_2 T_3 T_4                                                 (6.11)
#
# Connected units must not be drawn at once, each from the old values of the others. Such a chain
# settles too, and looks like sampling, but not on p: "What goes wrong" shows it.

# %% (6.10), (6.11) blocks
V, H = [0, 1, 2], [3, 4]
layers = init_boltzmann(5, 3, rng, mask=layered_mask([3, 2]), scale=1.5)
layers = replace(layers, b=rng.normal(size=5))
fast_V, fast_H = fast_matrix(layers, V), fast_matrix(layers, H)
slow_blocks = [slow_matrix(layers, V), slow_matrix(layers, H)]
verify("(6.10) p(s_B given the rest) = Π_{i in B} ...", slow_blocks, [fast_V, fast_H])
unit_by_unit = np.linalg.multi_dot([slow_matrix(layers, [i]) for i in range(5)])
verify("(6.11) T_V T_H = T_0 T_1 T_2 T_3 T_4", fast_V @ fast_H, unit_by_unit)

# %% [markdown]
# ## How long is long enough?
#
# Six units, all connected by the same weight: .5, 1.0 or 1.5. With the biases below a state and
# its mirror image, every unit turned over, are equally likely. All on and all off are the two
# favourites, and from one to the other a chain must cross unlikely states. All chains start with
# all units off.

# %% experiment: total variation against sweeps, and one chain
gaps, distances, one_chain = [], [], []  # each has a row for each weight
weights = (0.5, 1.0, 1.5)
for weight in weights:
    rng = np.random.default_rng([61, int(10 * weight)])
    six = init_boltzmann(6, 6, rng)
    b = np.full(6, -0.5 * weight * 5)  # minus half of each unit's five weights
    six = replace(six, W=weight * six.mask, b=b)
    p_six, _ = exact_distribution(six)
    T_six = np.linalg.multi_dot([fast_matrix(six, [i]) for i in range(6)])

    q = np.eye(64)[0]  # the distribution after so many sweeps: at first all units are off
    s = np.zeros((1, 6))  # one chain
    distance, units_on = [], []
    for sweep in range(121):
        distance.append(total_variation(q, p_six))
        units_on.append(s.sum())
        q = q @ T_six
        s = gibbs_sweep(six, s, rng)
    gaps.append(spectral_gap(T_six))
    distances.append(distance)
    one_chain.append(units_on)
    needed = np.argmax(np.array(distance) <= 0.01)
    print(f"  weight {weight}   gap {gaps[-1]:.3f}   TV is .01 after {needed} sweeps")
claim("the larger the weight, the smaller the gap: .65, .21, .04",
      np.allclose(gaps, [0.65, 0.21, 0.04], atol=0.01), gaps=gaps)

# %% figure: the distance, and one chain of each
fig, (left, right) = plots.new_figure(1, 2, width=10, height=4)
for row, colour in enumerate(("tab:purple", "tab:blue", "tab:orange")):
    label = f"weight {weights[row]}, gap {gaps[row]:.2f}"
    left.plot(distances[row], color=colour, label=label)
    base = 8 * row  # the three chains above one another
    right.step(range(121), base + np.array(one_chain[row]), where="post", color=colour)
    right.text(0, base + 6.5, f"weight {weights[row]}", color=colour, fontsize=9)
left.set(xlabel="sweeps", ylabel="TV(q_k, p)", title="distance to p")
left.set(yscale="log", xlim=(-2, 122), ylim=(0.003, 1.2))
left.legend(loc="upper right", fontsize=8)
right.set_yticks([0, 6, 8, 14, 16, 22], [0, 6, 0, 6, 0, 6])
right.set(xlabel="sweeps", ylabel="units on, of six", ylim=(-1, 25), title="one chain of each")
plots.save(fig, "06_total_variation.png")

# %% [markdown]
# **What to see.** On the logarithmic scale the distances become straight lines: a sweep multiplies
# them by 1 - gap. On the right, the chain with weight 1.5 stays with one favourite for many sweeps,
# and its successive states tell little that is new. Strong weights make slow chains, and learning
# makes weights strong. That is the trouble with learning from chains (`train_boltzmann` does it
# with `method="sampled"`), and lessons 9 to 12 deal with it.
#
# ## What goes wrong
#
# **All at once.** Connected units drawn from the old values of the others: it settles on another
# distribution, p_all, and stays there however long it runs.
#
# **The comparison inverted.** u > σ(x) in the place of u < σ(x): a unit is on with 1 - σ(x) =
# σ(-x), as for the energy -E. The likely states become the unlikely ones.
#
# **One row of random numbers for all chains.** Each chain by itself is right. But soon all chains
# are the same one, and 20,000 of them tell no more than one.


# %% wrong: all at once, inverted, one noise row
def all_at_once(machine, s, rng):
    new = s.copy()
    for i in range(D):
        p_on = sigmoid(unit_input(machine, s, i))  # from the old s, for every i
        new[:, i] = rng.random(len(s)) < p_on
    return new


def inverted(machine, s, rng):
    s = s.copy()
    for i in range(D):
        p_on = sigmoid(unit_input(machine, s, i))
        s[:, i] = rng.random(len(s)) > p_on
    return s


def one_noise_row(machine, s, rng):
    s = s.copy()
    for i in range(D):
        p_on = sigmoid(unit_input(machine, s, i))
        s[:, i] = rng.random() < p_on  # one number for all chains
    return s


rng = np.random.default_rng(63)
T_all = fast_matrix(machine, range(D))  # all four units at once
p_all = stationary_distribution(T_all)
p_inverted = (1 / p) / (1 / p).sum()  # exp(+E) / its sum
ends = {}
for sweep in (gibbs_sweep, all_at_once, inverted, one_noise_row):
    s = rng.integers(0, 2, size=(20_000, D)).astype(float)
    for _ in range(60):
        s = sweep(machine, s, rng)
    q = empirical_distribution(s)
    ends[sweep.__name__] = q
    print(f"  {sweep.__name__:13}   TV to p {total_variation(q, p):.3f}, to p_all "
          f"{total_variation(q, p_all):.3f}, to exp(+E) {total_variation(q, p_inverted):.3f}; "
          f"{np.sum(q > 0)} states seen")
claim("the right one is within its noise of p", total_variation(ends["gibbs_sweep"], p) < 0.03)
claim("all at once settles on p_all, which is not p",
      total_variation(ends["all_at_once"], p_all) < 0.03 and total_variation(p_all, p) > 0.1)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 06 --stop gibbs_sweep
#
# stops where 20,000 chains start from each of the 16 states:
#
#     (Pdb) p s
#     array float64 (320000, 4) [0, 1]
#     (Pdb) p connections(machine)
#     array float64 (4, 4) [0, 1.66]
#     (Pdb) p sigmoid(s @ connections(machine)[0] + machine.b[0])
#     array float64 (320000,) [0.109, 0.937]
#
# The last line is (6.3) for unit 0 of all chains. `s` steps on into `_gibbs_sweep`, where the loop
# is.
#
# ## Exercises
#
# 1. By hand: one more sweep of the three units, from 101, with the coins u = .5, .7, .3 (a unit is
#    on if u is below its probability).
# 2. On paper: why is T_i T_i = T_i? And for two units with the weight W_01 and biases -W_01/2, show
#    that the sweep has the gap 1 - tanh²(W_01/4). (How much of what unit 0 was is left in the
#    probability of unit 1, and how much of that in the next draw of unit 0?)
# 3. On paper: use (6.4) factor by factor and show that p(s) T(s→s') = p(s') T'(s'→s), where T' is
#    the sweep in the opposite order. So a sweep followed by one in the opposite order is in
#    detailed balance.
# 4. In code: in each chain draw a unit chosen at random, D times. Write
#
#        def random_scan(W, b, s, n_draws, rng):
#            """n_draws units a chain, drawn by (6.3): s (N, D) -> (N, D), s itself unchanged.
#
#            At each draw every chain chooses a unit of its own. W (D, D) is 0 on and below the
#            diagonal, b (D,).
#            """
#
#    Its judge: the matrix of one such draw is R = (T_0 + ... + T_{D-1}) / D. Start 20,000 chains
#    in one state of the machine of the proofs and hold where they arrive after D draws against
#    that state's row of R^D, by `verify_mean`, as (6.6) does. Which has the larger gap, R^D or T?
#
# `dgm course release 06 --out .` writes a file for the exercise in code, and
# `dgm course check 06` judges what you write into it.
#
# ## Appendix: why a sweep leaves at most 1 - ε
#
# With ε as in (6.8), take ε p(s') out of each entry of T:
#
#     T(s→s') = ε p(s') + (1 - ε) R(s→s')
#
# R has no negative entries and rows that sum to 1, so it is a transition matrix too. From any q and
# from p the first part leads to the same ε p. What differs is the rest:
#
#     q T - p = q T - p T = (1 - ε) (q - p) R                      p T = p, and ε p cancels
#     Σ_s' |Σ_s (q(s) - p(s)) R(s→s')| <= Σ_s |q(s) - p(s)|        as Σ_s' R(s→s') = 1
#
# The left side of the last line is twice the total variation of q R and p R, the right side that of
# q and p. So TV(q T, p) <= (1 - ε) TV(q, p). Take that k times, from a distance of at most 1.
#
# Solutions: `lessons/solutions/06.md`, for when you have tried.
