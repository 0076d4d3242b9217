# %% [markdown]
# # Energy and the partition function: from what is likely to how probable it is
#
# Lesson 2 put a model together from factors that each add up to 1: p(h), then p(v given h). That
# needs an order, what comes first and what depends on it, and the units of a network that tie one
# another have none. This lesson says only how much each state is favoured, by an energy, with no
# condition at all. What probabilities follow from that, and what do they cost?
#
# Afterwards you can
#
# - sum a machine of three units by hand, and say what each number means;
# - say why p = exp(-E) / Z is the distribution to take, and what it costs;
# - read means and covariances off the derivatives of log Z;
# - say what pairs of units can express, and give an example that they cannot.
#
# About an hour and a half. You need lesson 1 (entropy and KL) and lesson 2 (hidden values).
#
# ## Three units
#
# A Boltzmann machine is made of units that are on (1) or off (0). Each pair of units has a weight:
# positive, if the two like to be on together, negative, if they do not. Here are three units, s =
# (s_0, s_1, s_2), with the weights
#
#     W_01 = log 3        W_02 = log 2        W_12 = -log 2
#
# The energy of a state is the sum of the weights of all pairs that are both on, with the sign
# turned round:
#
#     E(s) = - W_01 s_0 s_1 - W_02 s_0 s_2 - W_12 s_1 s_2
#
# A state of low energy shall be a likely one. So work out exp(-E(s)) for each state, and divide by
# the sum over all states, Z, so that the probabilities add up to 1. (The logarithms were chosen so
# that exp gives small numbers.)
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
# Write `<f>` for the mean of f under the machine, Σ_s p(s) f(s). Two of them, from the last column:
#
#     <s_0> = .08 + .16 + .24 + .24 = .72          <s_0 s_1> = .24 + .24 = .48
#
# Nothing in the energy favours unit 0 by itself. It is on more often than not because the others
# like its company.

# %% the same numbers, by the library
import itertools
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import BoltzmannMachine, init_boltzmann
from numpy_dgm.energy.boltzmann import energy, exact_distribution, log_likelihood
from numpy_dgm.foundation.enumeration import all_bits, boltzmann_distribution, kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

W = np.array([[0, math.log(3), math.log(2)], [0, 0, -math.log(2)], [0, 0, 0]])
every_pair = np.triu(np.ones((3, 3)), k=1)  # 1 where a pair is connected: above the diagonal
triangle = BoltzmannMachine(W=W, b=np.zeros(3), mask=every_pair, n_visible=3)  # none is hidden
states = all_bits(3)  # (8, 3)
p_triangle, log_Z_triangle = exact_distribution(triangle)
exp_minus_E = np.exp(-energy(triangle, states))
for s, e, p in zip(states.astype(int), exp_minus_E, p_triangle):
    print(f"  s = {s}   exp(-E) = {e:.1f}   p = {p:.2f}")
print(f"  Z = {math.exp(log_Z_triangle):.1f}   <s> = {p_triangle @ states}")

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
graph.set(xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), title="orange: positive weight, blue: negative")
graph.axis("off")
bars.bar(["000", "001", "010", "011", "100", "101", "110", "111"], p_triangle, color="0.5")
bars.set(xlabel="state s", ylabel="p(s)", title="and what that makes of eight states")
plots.save(fig, "04_three_units.png")

# %% [markdown]
# **What to see.** Units 0 and 1 together, 110 and 111, are the likeliest. Unit 2 is then on half of
# the time: unit 0 draws it in as much as unit 1 keeps it out.
#
# ## The general Boltzmann machine, and what Z costs
#
# A machine has D units. Each pair i < j has a weight W_ij, and unit i has a bias b_i, by which it
# lowers the energy when it is on:
#
#     E(s) = -Σ_i b_i s_i - Σ_{i<j} W_ij s_i s_j            Z = Σ_s exp(-E(s))      a definition
#
# Each pair counts once: W is 0 on and below its diagonal. Then the double sum is a matrix product,
#
#     E(s) = -b·s - sᵀ W s                                                          (4.1)
#
# Z is called the partition function. It has two troubles. The first is size: exp(710) is more than
# a float64 holds. So one works with log Z, and takes the largest exponent out of the sum, L =
# max_s(-E(s)), as in (2.5):
#
#     log Z = L + log Σ_s exp(-E(s) - L)                                            (4.2)
#
# The second is time. The sum has 2^D terms, each further unit doubles them, and for machines in
# general no way round is known. At a thousand million terms a second 30 units take a second, 60
# units take 37 years, and the 784 pixels of a picture are out of reach.


# %% (4.1) and (4.2) the energy pair by pair, and log Z
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
    """D units, all visible, with random weights between all pairs and random biases."""
    machine = init_boltzmann(n_units=D, n_visible=D, rng=rng, scale=1.0)
    return replace(machine, b=rng.normal(size=D))  # a copy with these biases


rng = np.random.default_rng(4)
machine = random_machine(4, rng)
states = all_bits(4)  # (16, 4)
E = [slow_energy(machine, s) for s in states]
verify("(4.1) E(s) = -b·s - sᵀ W s", E, energy(machine, states))
p, log_Z = exact_distribution(machine)
verify("(4.2) log Z = L + log Σ_s exp(-E(s) - L)", slow_log_Z(machine), log_Z)

# %% [markdown]
# ## Why exp?
#
# Why not 1/E², or anything else that falls with the energy? Because with exp the machine claims
# least. Suppose that all you know of a distribution are the means <s_i> and <s_i s_j>, how often
# each unit is on and each pair. Many distributions have these. The one that is otherwise as
# undecided as possible, the one of largest entropy, is exp(-E)/Z with an energy of the form (4.1).
# The appendix proves it, and tells of exp(-βE), with an inverse temperature β, which lessons 12 and
# 14 need.
#
# ## The derivatives of log Z are means
#
#     ∂ log Z/∂b_i = (1/Z) Σ_s ∂exp(-E(s))/∂b_i             the chain rule for the logarithm
#                  = (1/Z) Σ_s exp(-E(s)) (-∂E(s)/∂b_i)     the chain rule for exp
#                  = Σ_s p(s) s_i                           as exp(-E)/Z = p and -∂E/∂b_i = s_i
#     ∂ log Z/∂b_i = <s_i>                                                          (4.3)
#
# For a weight only the last step changes, to -∂E/∂W_ij = s_i s_j:
#
#     ∂ log Z/∂W_ij = <s_i s_j>          for i < j                                  (4.4)
#
# So raising W_01 of the three units by a small ε raises log Z by .48 ε. Once more: how does the
# mean of one unit answer to the bias of another?
#
#     ∂² log Z/∂b_i ∂b_j = ∂<s_i>/∂b_j                            by (4.3)
#                        = Σ_s s_i p(s) ∂ log p(s)/∂b_j           as ∂p = p ∂ log p
#                        = Σ_s s_i p(s) (s_j - <s_j>)             as log p = -E - log Z, and (4.3)
#     ∂² log Z/∂b_i ∂b_j = <s_i s_j> - <s_i><s_j>                                   (4.5)
#
# The second derivatives are covariances. The same lines give them for weights, with s_i s_j in the
# place of s_i. In any direction a the second derivative is then Σ_ij a_i a_j Cov(s_i, s_j), which
# is the variance of Σ_i a_i s_i, and no variance is negative. So log Z curves upwards in every
# direction; it is called convex. Lesson 5 needs it.
#
# In the cell, `central_differences` moves every weight and bias a little forward and back, the
# definition of a derivative, and returns all slopes in one vector; `windows` gives its parts the
# names that they have in a machine, `.W` and `.b`.


# %% (4.3), (4.4), (4.5) slopes of log Z against means under p
def slow_means(machine):
    """<s_i> by its definition: (D,)."""
    log_Z = slow_log_Z(machine)
    means = np.zeros(len(machine.b))
    for s in itertools.product([0, 1], repeat=len(machine.b)):
        p_s = math.exp(-slow_energy(machine, s) - log_Z)
        means += p_s * np.array(s)
    return means


means = p @ states  # (4,) <s_i>, with the library's p
pair_means = (states.T * p) @ states  # (4, 4) <s_i s_j>
slopes = windows(machine, central_differences(slow_log_Z, machine))
verify("(4.3) ∂ log Z/∂b_i = <s_i>", slopes.b, means, tolerance=1e-8)
verify("(4.4) ∂ log Z/∂W_ij = <s_i s_j>", slopes.W, np.triu(pair_means, k=1), tolerance=1e-8)

second = np.zeros((4, 4))  # ∂<s_i>/∂b_j in row j
for j in range(4):
    move = np.zeros(4)
    move[j] = 1e-4
    ahead = slow_means(replace(machine, b=machine.b + move))
    behind = slow_means(replace(machine, b=machine.b - move))
    second[j] = (ahead - behind) / 2e-4
covariance = pair_means - np.outer(means, means)
verify("(4.5) ∂² log Z/∂b_i ∂b_j = <s_i s_j> - <s_i><s_j>", second, covariance, tolerance=1e-7)

# %% [markdown]
# ## What pairs cannot see
#
# Data: the four states of three bits in which an odd number of bits is on (001, 010, 100, 111),
# each with p_data = 1/4. This is called parity. Each bit is on in half of them and each pair in a
# quarter of them, just as under the uniform distribution over all eight states. The energy of three
# units is a sum of s_i and s_i s_j, so its mean over the four is its mean over the eight: no
# weights and biases can tell parity from noise. And with log p = -E - log Z,
#
#     mean log p over parity = mean of log p over all eight states
#     mean log p over parity = -3 log 2 - KL(uniform ‖ p)                           (4.6)
#
# by (1.5) for the uniform distribution, whose entropy is log 8 = 3 log 2. So -3 log 2 is the most
# that any three units can reach, by W = 0 and b = 0. A model that knew parity would have -log 4 =
# -2 log 2. They lack log 2 = .693 nats, and no learning will change it.
#
# What helps is a fourth unit that the data do not show, so that p(v) = Σ_h p(v, h) as in lesson 2.
# Give the three visible units the bias a, a large number, and the weight -2a to one another. With
# one, two or three of them on, -E is a, 2a - 2a and 3a - 3 · 2a: too little for three, by 4a. That
# is for the hidden unit to mend: with the weight 4a to each visible unit and the bias -8a, it adds
# 4a · (number on) - 8a when it is on.
#
#     visible units on              0      1      2      3
#     -E, hidden unit off           0      a      0    -3a
#     -E, hidden unit on          -8a    -3a      0      a
#
# The largest -E is a, and belongs to one or three. As a grows, only these are left.

# %% (4.6) parity and three units
parity = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]])
on_parity, by_KL = [], []
for _ in range(10):
    three = random_machine(3, rng)
    mean_E = sum(slow_energy(three, v) for v in parity) / 4
    on_parity.append(-mean_E - slow_log_Z(three))
    p_three, _ = exact_distribution(three)
    by_KL.append(-3 * math.log(2) - kl_divergence(np.full(8, 1 / 8), p_three))
verify("(4.6) mean log p over parity = -3 log 2 - KL(uniform ‖ p)", on_parity, by_KL)

# %% experiment: three units and a hidden one
is_odd = all_bits(3).sum(axis=1) % 2  # (8,) 1 for the states of parity
p_hidden = []
for a in (2.0, 8.0):
    W = a * np.array([[0, -2, -2, 4], [0, 0, -2, 4], [0, 0, 0, 4], [0, 0, 0, 0]])
    b = a * np.array([1, 1, 1, -8])
    four = BoltzmannMachine(W=W, b=b, mask=np.triu(np.ones((4, 4)), k=1), n_visible=3)
    log_p = log_likelihood(four, all_bits(3))  # the hidden unit is summed out
    KL = math.log(1 / 4) - log_p[is_odd == 1].mean()
    print(f"  a = {a:.0f}: KL(p_data ‖ p) = {KL:.5f}, without a hidden unit at best .69315")
    p_hidden.append(np.exp(log_p))
claim("with a hidden unit and a = 8 the KL is below .001", KL < 0.001, KL=KL)

fig, (ax,) = plots.new_figure(width=7.5, height=3.2)
x = np.arange(8)
ax.bar(x - 0.3, is_odd / 4, width=0.2, color="lightgrey", label="data: parity")
ax.bar(x - 0.1, np.full(8, 1 / 8), width=0.2, color="tab:orange", label="best of three units")
ax.bar(x + 0.1, p_hidden[0], width=0.2, color="lightblue", label="a hidden unit, a = 2")
ax.bar(x + 0.3, p_hidden[1], width=0.2, color="tab:blue", label="a hidden unit, a = 8")
ax.set_xticks(x, ["000", "001", "010", "011", "100", "101", "110", "111"])
ax.set(xlabel="three visible bits", ylabel="probability", ylim=(0, 0.35))
ax.legend(ncols=2, fontsize=8)
plots.save(fig, "04_parity.png")

# %% [markdown]
# **What to see.** With a = 2 the odd states stand out already, with a = 8 they have everything. So
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
# **Energies of two machines compared.** Each machine has a Z of its own. Double the weights of the
# three units: the state 101 has a lower energy than before, and a smaller probability.

# %% wrong: pairs counted twice, an overflow, two machines
s = all_bits(3)
symmetric = triangle.W + triangle.W.T
twice = -np.sum((s @ symmetric) * s, axis=1)  # -sᵀ W s for each state
p_twice, _ = boltzmann_distribution(twice)
print(f"  p(111) = {p_triangle[-1]:.3f}; pairs counted twice {p_twice[-1]:.3f}")

strong = random_machine(10, rng)
strong = replace(strong, W=20 * strong.mask)  # energies to -900
p_strong, _ = exact_distribution(strong)
with np.errstate(over="ignore", invalid="ignore"):
    naive = np.exp(-energy(strong, all_bits(10)))
    print(f"  p(all on) = {p_strong[-1]:.4f}; naive {naive[-1] / naive.sum()}")

doubled = replace(triangle, W=2 * triangle.W)
for name, other in (("triangle", triangle), ("doubled", doubled)):
    p_other, _ = exact_distribution(other)
    print(f"  {name:8}: E(101) = {energy(other, s[5]):5.2f}, p(101) = {p_other[5]:.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 04 --stop exact_distribution
#
# stops at its first call, with the three units. An array is shown as its type, its shape and its
# smallest and largest value; `print` shows all of it.
#
#     (Pdb) p machine.W
#     array float64 (3, 3) [-0.693, 1.1]
#     (Pdb) p all_states(machine)
#     array float64 (8, 3) [0, 1]
#     (Pdb) print(np.exp(-energy(machine, all_states(machine))))
#     [1.  1.  1.  0.5 1.  2.  3.  3. ]
#
# The last line is the column exp(-E) of the table. `q` ends the lesson.
#
# ## Exercises
#
# 1. By hand: two units, b = 0, one weight W_01. Work out Z, p(both on) and <s_0>. What are they
#    for a very large W_01, and for a very negative one?
# 2. On paper, for the appendix: let Z = Σ_s exp(-β E(s)), with energies that are not all equal.
#    Show that `∂ log Z/∂β = -<E>`, and that `∂<E>/∂β` is minus the variance of E. Why does then no
#    mean energy belong to two β?
# 3. On paper: find an E(v, h) for lesson 2's mixture. What is Z, and why is it no trouble there?
# 4. In code: a chain, in which unit i is connected only to unit i + 1. Write
#
#        def chain_log_Z(b, w):
#            """log Z of D units in a chain: b (D,) biases, w (D - 1,) weights."""
#
#    for D = 1,000 units (2^1000 states) in a moment. Hint: let z (2,) be the sum of exp(-E) of the
#    units up to i alone, over all their states with s_i = 0 and with s_i = 1. What is it for i + 1?
#    (Keep log z: z itself passes the end of float64.) Its judges: for 12 units `exact_distribution`
#    of the same machine, `BoltzmannMachine(W=np.diag(w, k=1), b=b, mask=np.diag(np.ones(11), k=1),
#    n_visible=12)`; for 1,000 units with b = 0 and w = 0, 1,000 log 2.
#
# `dgm course release 04 --out .` writes a file for the exercise in code, and
# `dgm course check 04` judges what you write into it.
#
# ## Appendix: the distribution of largest entropy
#
# Let E(s) be any function of the states, and suppose we know of a distribution that its mean is U:
# Σ_s p(s) E(s) = U. Many distributions have that mean. The one of largest entropy is
#
#     p*(s) = exp(-β E(s)) / Z              Z = Σ_s exp(-β E(s))                    (4.7)
#
# with the number β for which its mean is U. It is called the Boltzmann distribution, and β the
# inverse temperature. At β = 0 all states are equally likely. The larger β is (the colder, in
# physics), the more the states of low energy are favoured. To see that no other has more entropy,
# let q be any distribution with the same mean U. Then
#
#     KL(q ‖ p*) = -H(q) - Σ_s q(s) log p*(s)               the logarithm of a quotient
#                = -H(q) + Σ_s q(s) (β E(s) + log Z)        as log p* = -β E - log Z
#                = -H(q) + β U + log Z                      q sums to 1 and has the mean U
#
# For q = p* the left side is 0, so H(p*) = β U + log Z. Put that in:
#
#     H(p*) - H(q) = KL(q ‖ p*)                                                     (4.8)
#     H(q) <= β U + log Z                                                           (4.9)
#
# by (1.7), with equality only for q = p*.
#
# Now the machine, where β = 1. Its energy is a sum of s_i and s_i s_j. So a distribution q that has
# the machine's <s_i> and <s_i s_j>, for all units and pairs, has its mean energy too, and (4.9)
# holds: among all distributions with these means, the machine is the one of largest entropy.
#
# In the cell, q is any distribution over six states. It has some mean U, and the β for that is
# found by halving an interval, as the mean under p* falls when β grows (exercise 2).


# %% (4.7), (4.8), (4.9) six states with any energies
def beta_with_mean(E, U):
    """The β for which the Boltzmann distribution has the mean U, which falls as β grows."""
    low, high = -100.0, 100.0
    for _ in range(60):
        beta = (low + high) / 2
        p, _ = boltzmann_distribution(beta * E)
        if p @ E > U:
            low = beta
        else:
            high = beta
    return beta


def entropy(p):
    return -np.sum(p * np.log(p))


E = rng.normal(size=6)
by_definition, by_library, more_entropy, KL, H_of_q, bound = [], [], [], [], [], []
for _ in range(100):
    q = rng.dirichlet(np.ones(6))
    U = q @ E
    beta = beta_with_mean(E, U)
    p_star = np.exp(-beta * E) / np.sum(np.exp(-beta * E))
    p_library, log_Z = boltzmann_distribution(beta * E)
    by_definition.append(p_star)
    by_library.append(p_library)
    more_entropy.append(entropy(p_star) - entropy(q))
    KL.append(kl_divergence(q, p_library))
    H_of_q.append(entropy(q))
    bound.append(beta * U + log_Z)
verify("(4.7) p*(s) = exp(-β E(s)) / Z", by_definition, by_library)
verify("(4.8) H(p*) - H(q) = KL(q ‖ p*)", more_entropy, KL)
verify_at_most("(4.9) H(q) <= β U + log Z", H_of_q, bound)

# %% [markdown]
# Solutions: `lessons/solutions/04.md`, for when you have tried.
