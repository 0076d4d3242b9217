# %% [markdown]
# # Energy and the partition function: from what is likely to how probable it is
#
# So far a model was put together from factors that each add up to 1. That is a strong condition:
# with a hidden value of sixteen bits it would already be in the way. This lesson says only which
# states are to be more likely than which, by an energy, with no condition at all. What
# probabilities follow from that, and what do they cost?
#
# Afterwards you can
#
# - sum a machine of three units by hand, and say what each number means;
# - say why p = exp(-E) / Z is the distribution to take when all you have is an energy, and prove
#   it;
# - read means and covariances off the derivatives of log Z;
# - say what pairs of units can express, and give an example that they cannot.
#
# About an hour and a half. You need lesson 1: entropy and KL.
#
# ## Three units
#
# A Boltzmann machine is made of units that are on (1) or off (0). Each pair has a weight:
# positive, if the two like to be on together, negative, if they do not. Here are three units, a
# state s = (s_0, s_1, s_2), and an energy that each pair of units that are both on lowers by its
# weight:
#
#     W_01 = log 3        W_02 = log 2        W_12 = -log 2
#     E(s) = - W_01 s_0 s_1 - W_02 s_0 s_2 - W_12 s_1 s_2
#
# A state of low energy shall be a likely one: give each the weight exp(-E(s)), and divide by the
# sum of all weights, Z, so that they add up to 1. (The logarithms were chosen so that exp gives
# small numbers.)
#
#     state    -E(s)                        exp(-E)     p = exp(-E) / Z
#     0 0 0    0                              1           .08
#     0 0 1    0                              1           .08
#     0 1 0    0                              1           .08
#     0 1 1    -log 2                         1/2         .04
#     1 0 0    0                              1           .08
#     1 0 1    log 2                          2           .16
#     1 1 0    log 3                          3           .24
#     1 1 1    log 3 + log 2 - log 2          3           .24
#                                        Z = 12.5        1.00
#
# The means can be read from the last column. Unit 0 is on in four states:
#
#     <s_0> = .08 + .16 + .24 + .24 = .72          <s_0 s_1> = .24 + .24 = .48
#
# Nobody gave unit 0 a bias. It is on more often than not because the others like its company.

# %% the same numbers, by the library
import itertools
import math
import time
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import BoltzmannMachine, init_boltzmann
from numpy_dgm.energy.boltzmann import energy, exact_distribution, log_likelihood
from numpy_dgm.foundation.enumeration import all_bits, boltzmann_distribution, kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

every_pair = np.triu(np.ones((3, 3)), k=1)  # 1 where a pair is connected: above the diagonal
W = np.array([[0, math.log(3), math.log(2)], [0, 0, -math.log(2)], [0, 0, 0]])
triangle = BoltzmannMachine(W=W, b=np.zeros(3), mask=every_pair, n_visible=3)
p_triangle, log_Z_triangle = exact_distribution(triangle)
for s, p_s in zip(all_bits(3).astype(int), p_triangle):
    print(f"  s = {s}   exp(-E) = {p_s * math.exp(log_Z_triangle):.1f}   p = {p_s:.2f}")
print(f"  Z = {math.exp(log_Z_triangle):.1f}   <s> = {p_triangle @ all_bits(3)}")

# %% figure: the machine and its eight states
fig, (graph, bars) = plots.new_figure(1, 2, width=8, height=3)
places = np.array([[0.5, 0.85], [0.1, 0.15], [0.9, 0.15]])
for i, j, label in ((0, 1, "log 3"), (0, 2, "log 2"), (1, 2, "-log 2")):
    colour = "tab:blue" if W[i, j] < 0 else "tab:orange"
    graph.plot(*places[[i, j]].T, color=colour, linewidth=1 + 3 * abs(W[i, j]), zorder=1)
    graph.text(*places[[i, j]].mean(axis=0), label, ha="center", va="center",
               bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
for i, (x, y) in enumerate(places):
    graph.scatter(x, y, s=700, color="white", edgecolor="black", zorder=2)
    graph.text(x, y, f"$s_{i}$", ha="center", va="center", fontsize=12)
graph.set(xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), title="orange: likes to be on together")
graph.axis("off")
names = ["".join(map(str, s)) for s in all_bits(3).astype(int)]
bars.bar(names, p_triangle)
bars.set(xlabel="state s", ylabel="p(s)", title="and what that makes of eight states")
plots.save(fig, "04_three_units.png")

# %% [markdown]
# ## Why exp?
#
# Why not 1/E, or anything else that falls with the energy? Suppose that we know the energies and
# one thing more, how large the energy is on average: Σ_s p(s) E(s) = U. Many distributions have
# that mean. Take the one that is otherwise as undecided as possible, the one with the largest
# entropy. (Any other one would claim something that we do not know.) That one is
#
#     Z = Σ_s exp(-β E(s))                                                          a definition
#     p*(s) = exp(-β E(s)) / Z                                                      (4.1)
#
# with the number β, the inverse temperature, for which the mean energy is U. It is called the
# Boltzmann distribution, and Z the partition function. (How one finds it: the appendix.) That no
# other has more entropy takes five lines. Let q be any distribution with the mean energy U. Then
#
#     KL(q ‖ p*) = -H(q) - Σ_s q(s) log p*(s)               the logarithm of a quotient
#                = -H(q) + Σ_s q(s) (β E(s) + log Z)        as log p* = -β E - log Z
#                = -H(q) + β U + log Z                      q sums to 1 and has the mean energy U
#
# For q = p* the left side is 0, so H(p*) = β U + log Z. Put that in:
#
#     H(p*) - H(q) = KL(q ‖ p*)                                                     (4.2)
#     H(q) <= β U + log Z                                                           (4.3)
#
# by (1.9), with equality only for q = p*. The same lines work with several conditions: among all
# distributions with the same <s_i> and <s_i s_j> for all units and pairs, our machine is the one of
# largest entropy, since those means fix its mean energy, whatever the weights are.
#
# In the cell, 200 distributions q are p* plus a random step that changes neither Σ q nor Σ q E.


# %% (4.1), (4.2), (4.3) six states with any energies
def entropy(p):
    return -np.sum(p * np.log(p))


rng = np.random.default_rng(4)
E = rng.normal(size=6)
beta = 0.7
weights = [math.exp(-beta * E_s) for E_s in E]
p_star = np.array(weights) / sum(weights)
p_library, log_Z = boltzmann_distribution(beta * E)
verify("(4.1) p*(s) = exp(-β E(s)) / Z", p_star, p_library)

q_list = []
for _ in range(200):
    move = rng.normal(size=6)
    move -= move.mean()  # now it sums to 0
    move -= (E - E.mean()) * (move @ E) / (E.var() * 6)  # and has no part along E
    longest = 1 / np.max(-move / p_star)  # here the first entry of q would reach 0
    q_list.append(p_star + rng.uniform(0.1, 0.99) * longest * move)
assert np.allclose(q_list @ E, p_star @ E), "every q should have the mean energy of p*"
H_of_q = np.array([entropy(q) for q in q_list])
KL = [kl_divergence(q, p_library) for q in q_list]
verify("(4.2) H(p*) - H(q) = KL(q ‖ p*)", entropy(p_star) - H_of_q, KL)
U = p_library @ E
verify_at_most("(4.3) H(q) <= β U + log Z", H_of_q, np.full(200, beta * U + log_Z))

# %% [markdown]
# ## The general Boltzmann machine
#
# From here on β is taken into the energy, β = 1. A machine has D units. Unit i has a bias b_i, by
# which it lowers the energy when it is on, and each pair i < j a weight W_ij:
#
#     E(s) = -Σ_i b_i s_i - Σ_{i<j} W_ij s_i s_j            Z = Σ_s exp(-E(s))      a definition
#
# Each pair counts once: W is 0 on and below its diagonal. Then the double sum is a matrix product,
#
#     E(s) = -b·s - sᵀ W s                                                          (4.4)
#
# ## Z, and what it costs
#
# Z has two troubles. The first is size: exp(710) is more than a float64 holds. So one works with
# log Z, and takes the largest exponent out of the sum, L = max_s(-E(s)), as in (2.6):
#
#     log Z = L + log Σ_s exp(-E(s) - L)                                            (4.5)
#
# The second is time: the sum has 2^D terms, and nothing as convenient as a formula is known for
# it. Each further unit doubles the time. The cell measures 16 units on your computer and goes on
# from there.


# %% (4.4) and (4.5) the energy pair by pair; log Z; and what it takes
def slow_energy(machine, s):
    E = 0.0
    for i in range(len(s)):
        E -= machine.b[i] * s[i]
        for j in range(i + 1, len(s)):
            E -= machine.W[i, j] * s[i] * s[j]
    return E


def slow_log_Z(machine):
    Z = 0.0
    for s in itertools.product([0, 1], repeat=len(machine.b)):  # 0000, 0001, 0010, ...
        Z += math.exp(-slow_energy(machine, s))
    return math.log(Z)


def random_machine(D, rng):
    machine = init_boltzmann(D, D, rng, scale=1.0)  # random weights above the diagonal
    return replace(machine, b=rng.normal(size=D))  # a copy with these biases


machine = random_machine(4, rng)
states = all_bits(4)  # (16, 4)
E_slow = [slow_energy(machine, s) for s in states]
verify("(4.4) E(s) = -b·s - sᵀ W s", E_slow, energy(machine, states))
p, log_Z = exact_distribution(machine)
verify("(4.5) log Z = L + log Σ_s exp(-E(s) - L)", slow_log_Z(machine), log_Z)

large = random_machine(16, rng)
start = time.perf_counter()
exact_distribution(large)
seconds = time.perf_counter() - start
print("  units   states   seconds for Z (16 measured, the rest in proportion; a year is 3e+07 s)")
for D in (10, 16, 20, 30, 50, 100):
    print(f"  {D:5}   {2.0**D:6.0e}   {seconds * 2.0 ** (D - 16):.0e}")

# %% [markdown]
# ## The derivatives of log Z are means
#
#     <f> = Σ_s p(s) f(s), the mean of f under the machine                          a definition
#     ∂ log Z/∂b_i = (1/Z) Σ_s ∂exp(-E(s))/∂b_i             the chain rule for the logarithm
#                  = (1/Z) Σ_s exp(-E(s)) (-∂E(s)/∂b_i)     the chain rule for exp
#                  = Σ_s p(s) s_i                           as exp(-E)/Z = p and -∂E/∂b_i = s_i
#     ∂ log Z/∂b_i = <s_i>                                                          (4.6)
#
# For a weight only the last step changes, to -∂E/∂W_ij = s_i s_j:
#
#     ∂ log Z/∂W_ij = <s_i s_j>          for i < j                                  (4.7)
#
# So raising W_01 of the three units by a little, δ, raises log Z by .48 δ. Once more: how does the
# mean of one unit answer to the bias of another?
#
#     ∂<s_i>/∂b_j = Σ_s s_i p(s) ∂ log p(s)/∂b_j            as ∂p = p ∂ log p
#                 = Σ_s s_i p(s) (s_j - <s_j>)              by (4.6), as log p = -E - log Z
#     ∂² log Z/∂b_i ∂b_j = <s_i s_j> - <s_i><s_j>                                   (4.8)
#
# The second derivatives are covariances. The same lines give them for weights, with s_i s_j in the
# place of s_i. A covariance matrix has no negative eigenvalue, and a function whose matrix of
# second derivatives has none is convex: log Z is convex in all weights and biases together. Lesson
# 5 needs it.
#
# `central_differences` moves every weight and bias a little forward and back, the definition of a
# derivative; `windows` puts the slopes into the form of a machine, as `.W` and `.b`.


# %% (4.6), (4.7), (4.8) slopes of log Z against means under p
def slopes(f, machine):
    return windows(machine, central_differences(f, machine))


means = p @ states  # (4,) <s_i> from the library's p
pair_means = (states.T * p) @ states  # (4, 4) <s_i s_j>
slope = slopes(slow_log_Z, machine)
verify("(4.6) ∂ log Z/∂b_i = <s_i>", slope.b, means, tolerance=1e-8)
verify("(4.7) ∂ log Z/∂W_ij = <s_i s_j>", slope.W, np.triu(pair_means, k=1), tolerance=1e-8)
second = []  # slopes of the slopes, a row for each bias that moves
for move in 1e-4 * np.eye(4):
    ahead = slopes(slow_log_Z, replace(machine, b=machine.b + move)).b
    behind = slopes(slow_log_Z, replace(machine, b=machine.b - move)).b
    second.append((ahead - behind) / 2e-4)
covariance = pair_means - np.outer(means, means)
verify("(4.8) ∂² log Z/∂b_i ∂b_j = <s_i s_j> - <s_i><s_j>", second, covariance, tolerance=1e-7)

# %% [markdown]
# ## What pairs cannot see
#
# Data: the four patterns of three bits in which an odd number of bits is on (001, 010, 100, 111),
# each with p_data = 1/4. This is called parity. Each bit is on in half of them and each pair in a
# quarter of them, just as under the uniform distribution over all eight patterns. A machine of
# three units deals in nothing but <s_i> and <s_i s_j>, so it cannot tell parity from no pattern at
# all:
#
#     mean of E over parity = mean of E over all eight             E is a sum of s_i and s_i s_j
#     mean log p over parity = mean of log p over all eight        log p = -E - log Z, for both
#     mean log p over parity = -3 log 2 - KL(uniform ‖ p)                           (4.9)
#
# by (1.7) for the uniform distribution, whose entropy is 3 log 2. So -3 log 2 is the most that any
# three units can reach, by W = 0 and b = 0, where the best of all models has -2 log 2. They lack
# log 2 = .693 nats, and no learning will change it.
#
# What helps is a fourth unit that the data do not show. As in lesson 2, p(v) = Σ_h p(v, h). Take a
# number a, visible biases a, weights -2a between visible units, weights 4a to the hidden unit and
# its bias -8a. If r visible units are on, they lower the energy by a r - 2a r(r-1)/2, and the two
# values of h add up to 1 + exp(4a r - 8a):
#
#     log p(v) = a r - a r (r-1) + log (1 + exp(4a (r-2))) - log Z                  (4.10)
#
# For r = 0, 1, 2, 3 that is nearly 0, a, log 2, a (less log Z). As a grows, only odd r are left.


# %% (4.9) and (4.10) parity
def slow_log_p(machine, v):
    """log p(v) by its definition, the log of Σ_h p(v, h), for one v."""
    n_hidden = len(machine.b) - machine.n_visible
    total = 0.0
    for h in itertools.product([0, 1], repeat=n_hidden):  # a single, empty h if none is hidden
        total += math.exp(-slow_energy(machine, [*v, *h]))
    return math.log(total) - slow_log_Z(machine)


def parity_machine(a):
    W = a * np.array([[0, -2, -2, 4], [0, 0, -2, 4], [0, 0, 0, 4], [0, 0, 0, 0]])
    b = a * np.array([1, 1, 1, -8])
    return BoltzmannMachine(W=W, b=b, mask=np.triu(np.ones((4, 4)), k=1), n_visible=3)


parity = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]])
on_parity, by_KL = [], []
for _ in range(10):
    three = random_machine(3, rng)
    on_parity.append(np.mean([slow_log_p(three, v) for v in parity]))
    p_three, _ = exact_distribution(three)
    by_KL.append(-3 * math.log(2) - kl_divergence(np.full(8, 1 / 8), p_three))
verify("(4.9) mean log p over parity = -3 log 2 - KL(uniform ‖ p)", on_parity, by_KL)

a = 1.5
four = parity_machine(a)
r = all_bits(3).sum(axis=1)
_, log_Z_four = exact_distribution(four)
by_r = a * r - a * r * (r - 1) + np.log(1 + np.exp(4 * a * (r - 2))) - log_Z_four
log_p_slow = [slow_log_p(four, v) for v in all_bits(3)]
verify("(4.10) log p(v) = a r - a r (r-1) + log (1 + exp(4a (r-2))) - log Z", log_p_slow, by_r)

# %% experiment: three units and a hidden one
fig, (ax,) = plots.new_figure(width=7.5, height=3.2)
places = np.arange(8)
ax.bar(places - 0.3, r % 2 / 4, width=0.2, color="lightgrey", label="data: parity")
ax.bar(places - 0.1, np.full(8, 1 / 8), width=0.2, color="tab:orange", label="best of three units")
for place, a, colour in ((0.1, 2.0, "lightblue"), (0.3, 8.0, "tab:blue")):
    log_p = log_likelihood(parity_machine(a), all_bits(3))
    KL = math.log(1 / 4) - log_p[r % 2 == 1].mean()
    print(f"  a = {a:.0f}: KL(p_data ‖ p) = {KL:.5f}, without a hidden unit at best .69315")
    label = f"a hidden unit, a = {a:.0f}"
    ax.bar(places + place, np.exp(log_p), width=0.2, color=colour, label=label)
claim("with a hidden unit and a = 8 the KL is below .001", KL < 0.001, KL=KL)
ax.set_xticks(places, names)
ax.set(xlabel="three visible bits", ylabel="probability", ylim=(0, 0.35))
ax.legend(ncols=2, fontsize=8)
plots.save(fig, "04_parity.png")

# %% [markdown]
# **What to see.** The hidden unit is on for 111 and off for the others, mostly. Where it is on,
# each visible unit has the bias a + 4a, enough for three of them to bear each other's company. So
# one unit that nobody observes gives the others what no weights among themselves could. Can it be
# learnt? Lesson 5.
#
# ## What goes wrong
#
# **Pairs counted twice.** With a symmetric W, sᵀ W s counts each pair twice; then it takes a
# factor 1/2.
#
# **exp(-E) before anything else.** It overflows, and ∞/∞ is no probability.
#
# **Energies of two machines compared.** E of one and the same state says nothing about which of
# two machines finds it more probable. Each has its own Z: add 10 to all energies and nothing
# changes; make all weights larger and a state may have lower energy and less probability.

# %% wrong: pairs counted twice, an overflow, two machines
s = all_bits(3)
twice = -np.sum((s @ (W + W.T)) * s, axis=1)
p_twice, _ = boltzmann_distribution(twice)
print(f"  p(111) = {p_triangle[-1]:.3f}; pairs counted twice {p_twice[-1]:.3f}")
strong = random_machine(10, rng)
strong = replace(strong, W=20 * strong.mask)  # energies to -900
with np.errstate(over="ignore", invalid="ignore"):
    naive = np.exp(-energy(strong, all_bits(10)))
    p_strong, _ = exact_distribution(strong)
    print(f"  p(all on) = {p_strong[-1]:.4f}; naive {naive[-1] / naive.sum()}")
eager = replace(triangle, b=np.array([2.0, 2.0, 2.0]))
for name, other in (("triangle", triangle), ("with biases 2", eager)):
    p_other, _ = exact_distribution(other)
    print(f"  {name:13}: E(110) = {energy(other, s[6]):6.2f}, p(110) = {p_other[6]:.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 04 --stop exact_distribution
#
# stops with the three units: their weights, the list of their states, and the energies.
#
#     (Pdb) p machine.W
#     array float64 (3, 3) [-0.693, 1.1]
#     (Pdb) p all_states(machine)
#     array float64 (8, 3) [0, 1]
#     (Pdb) p energy(machine, all_states(machine))
#     array float64 (8,) [-1.1, 0.693]
#
# ## Exercises
#
# 1. By hand: two units, b = 0, one weight W_01. Work out Z, p(both on) and <s_0>. What are they
#    for a very large W_01, and for a very negative one?
# 2. On paper: Z(β) = Σ_s exp(-β E(s)). Show that `∂ log Z/∂β = -<E>`, and that `∂<E>/∂β` is minus
#    the variance of E. Why is there then only one β for each mean energy U?
# 3. On paper: find E(v, h) and Z for lesson 2's mixture. Why is Z no trouble there?
# 4. In code: a chain, in which unit i is connected only to unit i + 1. Write
#
#        def chain_log_Z(b, w):
#            """log Z of D units in a chain: b (D,) biases, w (D - 1,) weights."""
#
#    for D = 1,000 units (2^1000 states) in a moment. Hint: let z (2,) be the sum over all units up
#    to i, for s_i = 0 and for s_i = 1, and ask for the same at i + 1. Its judge is
#    `exact_distribution` of the same machine with 12 units.
#
# ## Appendix: how one finds it
#
# To maximise H(p) with Σ p = 1 and Σ p E = U, give each condition a multiplier (Lagrange's
# method), λ and β, and look for the p where no small change of any p(s) makes a difference:
#
#     H(p) - λ (Σ_s p(s) - 1) - β (Σ_s p(s) E(s) - U)
#     its slope by p(s):   -log p(s) - 1 - λ - β E(s) = 0       the slope of -p log p is -log p - 1
#     p(s) = exp(-β E(s)) · exp(-1 - λ)                         the second factor is 1/Z
#
# That a slope of 0 is the top here, and not a bottom or a saddle, is what (4.2) settles.
#
# Solutions: `lessons/solutions/04.md`, for when you have tried.
