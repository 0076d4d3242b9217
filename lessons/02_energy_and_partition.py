# %% [markdown]
# # Lesson 2: energy and the partition function
#
# After this lesson you will be able to
#
# - say why p = exp(-E) / Z is the distribution to take when all you have is an energy, and prove it;
# - write down the general Boltzmann machine, its partition function Z, and what Z costs;
# - read means and covariances off the derivatives of log Z;
# - derive the learning rule, data term minus model term, with hidden units and without;
# - learn a small machine exactly, knowing beforehand how well it can do at best.
#
# ## From energies to probabilities
#
# Lesson 1 put p(x, h) together from factors that each sum to 1. Here we only say which states are to be
# likely, by an energy, and ask what p follows. A system is in one of finitely many states s. Each state
# has an energy E(s), a number, and a state of low energy is to be a likely one. Suppose we know only
# the mean energy, Σ_s p(s) E(s) = U, with U between the smallest and the largest energy. Many p fit. We
# take the one that is otherwise as undecided as it can be, as measured by the entropy:
#
#     H(p) = -Σ_s p(s) log p(s)                                          a definition
#
# It is 0 when one state is certain, and largest when all are equally likely (log is the natural one).
# To maximise H with Σ p = 1 and Σ p E = U, give each condition a multiplier (Lagrange's method):
#
#     L(p) = H(p) - α (Σ_s p(s) - 1) - β (Σ_s p(s) E(s) - U)
#     ∂L/∂p(s) = -log p(s) - 1 - α - β E(s)          the slope of -p log p is -log p - 1
#     log p(s) = -1 - α - β E(s)                     the slope is 0 at a maximum
#     p(s) = exp(-β E(s)) · exp(-1 - α)              the second factor is the same for all s
#
# As Σ p = 1, the second factor is 1/Z. p* is the Boltzmann distribution, Z the partition function:
#
#     Z = Σ_s exp(-β E(s))                                               a definition
#     p*(s) = exp(-β E(s)) / Z                                           (2.1)
#
# ## One line that settles it
#
# A slope of 0 could be a minimum or a saddle. Take the Kullback-Leibler divergence of lesson 1:
#
#     KL(q || p) = Σ_s q(s) log(q(s) / p(s))                             a definition
#
# Let q be any distribution with the mean energy U of p*. Then
#
#     KL(q || p*) = -H(q) - Σ_s q(s) log p*(s)              the logarithm of a quotient
#                 = -H(q) + Σ_s q(s) (β E(s) + log Z)       as log p* = -β E - log Z
#                 = -H(q) + β U + log Z                     q sums to 1 and has the mean energy U
#
# For q = p* the left side is 0, so H(p*) = β U + log Z. Put that in:
#
#     H(p*) - H(q) = KL(q || p*)                                         (2.2)
#
# A divergence is never negative, by (1.2). So no distribution with the same mean energy has more entropy
# than p*:
#
#     H(q) <= H(p*) = β U + log Z                                        (2.3)
#
# The 200 random q below are p* plus a random step that changes neither Σ q nor Σ q E.

# %% (2.1), (2.2), (2.3) six states, and 200 distributions with the same mean energy
import itertools
import math
import time
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy.boltzmann import (
    energy, exact_distribution, exact_gradient, init_boltzmann, log_likelihood)
from numpy_dgm.foundation.enumeration import all_bits, boltzmann_distribution, kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import verify, verify_at_most


def entropy(p):
    return -sum(p_s * math.log(p_s) for p_s in p)


rng = np.random.default_rng(2)
E = rng.normal(size=6)  # six states with any energies
beta = 0.7
Z = sum(math.exp(-beta * E_s) for E_s in E)
p_star = np.array([math.exp(-beta * E_s) / Z for E_s in E])
p_library, log_Z = boltzmann_distribution(beta * E)
verify("(2.1) p*(s) = exp(-β E(s)) / Z", p_star, p_library)
q_list = []
for _ in range(200):
    step = rng.normal(size=6)
    step -= step.mean()  # now it sums to 0
    step -= (E - E.mean()) * (step @ E) / (E.var() * 6)  # and has no part along E
    longest = 1 / np.max(-step / p_star)  # here the first entry of q would reach 0
    q_list.append(p_star + rng.uniform(0, 0.99) * longest * step)
assert np.allclose(q_list @ E, p_star @ E), "every q should have the mean energy of p*"
H_of_q = np.array([entropy(q) for q in q_list])
KL = [kl_divergence(q, p_library) for q in q_list]
verify("(2.2) H(p*) - H(q) = KL(q || p*)", entropy(p_star) - H_of_q, KL)
verify_at_most("(2.3) H(q) <= β U + log Z", H_of_q, np.full(200, beta * (p_library @ E) + log_Z))

# %% [markdown]
# ## The general Boltzmann machine
#
# β says how much energy counts. From here on it is taken into the energy, β = 1. Let a state be n bits
# s = (s_0, ..., s_{n-1}), called units, on (1) or off (0). Each unit i has a bias b_i and each pair of
# units i < j a weight W_ij:
#
#     E(s) = -Σ_i b_i s_i - Σ_{i<j} W_ij s_i s_j                         a definition
#     p(s) = exp(-E(s)) / Z          Z = Σ_s exp(-E(s))                  a definition
#
# A positive b_i makes unit i like to be on. A positive W_ij makes i and j like to be on together. Each
# pair counts once: W is 0 on and below its diagonal. Then the double sum is a matrix product, and
#
#     E(s) = -b·s - sᵀ W s                                               (2.4)


# %% (2.4) the energy, pair by pair and as a matrix product
def slow_energy(machine, s):
    E = 0.0
    for i in range(len(s)):
        E -= machine.b[i] * s[i]
        for j in range(i + 1, len(s)):
            E -= machine.W[i, j] * s[i] * s[j]
    return E


def random_machine(n_units, n_visible):
    machine = init_boltzmann(n_units, n_visible, rng, scale=1.0)  # random weights above the diagonal
    return replace(machine, b=rng.normal(size=n_units))  # a copy with these biases


n = 4
machine = random_machine(n, n_visible=n)
E_slow = [slow_energy(machine, s) for s in itertools.product([0, 1], repeat=n)]  # 0000, 0001, 0010, ...
verify("(2.4) E(s) = -b·s - sᵀ W s", E_slow, energy(machine, all_bits(n)))

# %% [markdown]
# ## Z, and what it costs
#
# Z has two troubles. The first is size: exp(710) is more than a float64 holds. So one works with log Z,
# and takes the largest exponent m = max_s(-E(s)) out of the sum:
#
#     log Z = log Σ_s exp(m) exp(-E(s) - m)                 exp(m) exp(-m) = 1
#           = m + log Σ_s exp(-E(s) - m)                                 (2.5)
#
# No exponent on the right is above 0. The second trouble is time: Z sums over 2^n states. At
# 50 units it is out of reach, and lesson 3 does without it.


# %% (2.5) log Z; then the time that it takes
def slow_log_Z(machine):
    all_s = itertools.product([0, 1], repeat=len(machine.b))
    return math.log(sum(math.exp(-slow_energy(machine, s)) for s in all_s))


p, log_Z = exact_distribution(machine)
verify("(2.5) log Z = m + log Σ_s exp(-E(s) - m)", slow_log_Z(machine), log_Z)
start = time.perf_counter()
exact_distribution(random_machine(16, n_visible=16))
seconds = time.perf_counter() - start
print("  units   states   seconds for Z (16 units measured, the others in proportion; a year is 3e+07)")
for n_units in (10, 16, 20, 30, 50, 100):
    print(f"  {n_units:5}   {2.0**n_units:6.0e}   {seconds * 2.0 ** (n_units - 16):.0e}")

# %% [markdown]
# ## The derivatives of log Z are means
#
#     <f> = Σ_s p(s) f(s), the mean of f under the machine               a definition
#     ∂ log Z/∂b_i = (1/Z) Σ_s ∂exp(-E(s))/∂b_i             the chain rule for the logarithm
#                  = (1/Z) Σ_s exp(-E(s)) (-∂E(s)/∂b_i)     the chain rule for exp
#                  = Σ_s p(s) s_i                           as exp(-E)/Z = p and -∂E/∂b_i = s_i
#     ∂ log Z/∂b_i = <s_i>                                               (2.6)
#
# For a weight only the last step changes, to -∂E/∂W_ij = s_i s_j:
#
#     ∂ log Z/∂W_ij = <s_i s_j>          for i < j                       (2.7)
#
# Once more: how does the mean of one unit answer to the bias of another?
#
#     ∂<s_i>/∂b_j = Σ_s s_i p(s) ∂ log p(s)/∂b_j            as ∂p = p ∂ log p
#                 = Σ_s s_i p(s) (s_j - <s_j>)              as log p = -E - log Z, with (2.6)
#     ∂² log Z/∂b_i ∂b_j = <s_i s_j> - <s_i><s_j>                        (2.8)
#
# The second derivatives are covariances, for weights as for biases. A covariance matrix has no negative
# eigenvalue, so log Z is convex in (W, b) together, which we shall need for the experiment.
# `central_differences` moves every weight and bias of a machine a little forward and back: a derivative
# by its definition. `windows` puts the slopes into the form of a machine, as `.W` and `.b`.


# %% (2.6), (2.7), (2.8) slopes of log Z against means under p
def slopes(f, machine):
    return windows(machine, central_differences(f, machine))


s = all_bits(n)
means = p @ s  # p is the library's
pair_means = (s.T * p) @ s  # <s_i s_j> for every i and j
slope = slopes(slow_log_Z, machine)
verify("(2.6) ∂ log Z/∂b_i = <s_i>", slope.b, means, tolerance=1e-8)
verify("(2.7) ∂ log Z/∂W_ij = <s_i s_j>", slope.W, np.triu(pair_means, k=1), tolerance=1e-8)
second = []  # slopes of the slopes, a row for each bias that moves
for step in 1e-4 * np.eye(n):
    forward = slopes(slow_log_Z, replace(machine, b=machine.b + step)).b
    back = slopes(slow_log_Z, replace(machine, b=machine.b - step)).b
    second.append((forward - back) / 2e-4)
covariance = pair_means - np.outer(means, means)
verify("(2.8) ∂² log Z/∂b_i ∂b_j = <s_i s_j> - <s_i><s_j>", second, covariance, tolerance=1e-7)

# %% [markdown]
# ## Learning
#
# We observe a state s and want it to be more likely. Which way should W_ij move?
#
#     log p(s) = -E(s) - log Z                              the logarithm of exp(-E)/Z
#     ∂ log p(s)/∂W_ij = -∂E(s)/∂W_ij - ∂ log Z/∂W_ij
#     ∂ log p(s)/∂W_ij = s_i s_j - <s_i s_j>                             (2.9)
#
# The first term belongs to the data: if i and j are on together in s, strengthen their connection. The
# second belongs to the model: weaken it as often as the machine, left to itself, has them on together.
# Now let only the first D units be visible, v, and the rest hidden, h, so that s = (v, h). Data tell us
# v only. As in lesson 1, the probability of v adds up all that could stand behind it:
#
#     p(v) = Σ_h p(v, h)                                                 a definition
#     log p(v) = log Σ_h exp(-E(v, h)) - log Z                           (2.10)
#
# The first term is a log Z as well: that of a machine whose visible units are held at v. So (2.7) works
# for both terms. Within the first, the states have the probabilities exp(-E(v, h)) / Σ_h exp(-E(v, h)),
# which is p(h given v). Write <.>_data for the mean that takes v from the data and then h from
# p(h given v), and <.>_model for the mean under p(v, h). Averaged over the data,
#
#     ∂ mean log p(v)/∂W_ij = <s_i s_j>_data - <s_i s_j>_model           (2.11)
#     ∂ mean log p(v)/∂b_i  = <s_i>_data - <s_i>_model                   (2.12)
#
# One rule serves every connection, also those to units that nobody sees (Ackley, Hinton and Sejnowski
# 1985). `exact_gradient` is that rule: its `.W` and `.b` are the two right sides.


# %% (2.9) to (2.12) first all units visible, then three visible and two hidden
def slow_log_p(machine):
    """log p(v) by its definition, the log of Σ_h p(v, h), for each row of v."""
    log_Z, n_hidden, result = slow_log_Z(machine), len(machine.b) - machine.n_visible, []
    for row in v:
        all_h = itertools.product([0, 1], repeat=n_hidden)  # a single, empty h if none is hidden
        result.append(math.log(sum(math.exp(-slow_energy(machine, [*row, *h]) - log_Z) for h in all_h)))
    return np.array(result)


def slow_mean_log_p(machine):
    return slow_log_p(machine).mean()


v = np.array([[1.0, 0.0, 1.0, 1.0]])  # one observed state
slope = slopes(slow_mean_log_p, machine)
verify("(2.9) ∂ log p(s)/∂W_ij = s_i s_j - <s_i s_j>", slope.W, exact_gradient(machine, v).W, 1e-8)
machine = random_machine(5, n_visible=3)
v = rng.integers(0, 2, size=(6, 3)).astype(float)  # six cases
verify("(2.10) log p(v) = log Σ_h exp(-E) - log Z", slow_log_p(machine), log_likelihood(machine, v))
slope, gradient = slopes(slow_mean_log_p, machine), exact_gradient(machine, v)
verify("(2.11) ∂/∂W_ij = <s_i s_j>_data - <s_i s_j>_model", slope.W, gradient.W, tolerance=1e-8)
verify("(2.12) ∂/∂b_i = <s_i>_data - <s_i>_model", slope.b, gradient.b, tolerance=1e-8)

# %% [markdown]
# ## What hidden units are for
#
# The data: the four patterns of three bits in which an odd number of bits is on (parity). Each bit is
# on in half of them and each pair in a quarter, just as under the uniform distribution over all 8
# patterns. A machine without hidden units learns from nothing but these means, by (2.9). With W = 0 and
# b = 0 it has them already, so its slope is 0. There is no higher point: log p = -E - log Z is concave,
# E being linear in (W, b) and log Z convex. What this machine lacks is known before we start:
#
#     KL(data || uniform) = Σ_v (1/4) log((1/4) / (1/8)) = log 2 = 0.693
#
# With one hidden unit the KL can come as near to 0 as we like: exercise 3 builds such a machine by
# hand. Can it be learnt? We climb from random weights, each step 0.5 times the gradient.

# %% experiment: parity with and without a hidden unit
parity = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]], dtype=float)


def divergence_from_parity(machine):
    """KL(data || model) = Σ_v (1/4) log (1/4) - mean log p(v)."""
    return math.log(1 / 4) - log_likelihood(machine, parity).mean()


fig, (left, right) = plots.new_figure(1, 2, width=10, height=4.2)
patterns, places = all_bits(3), np.arange(8)
right.bar(places - 0.27, patterns.sum(axis=1) % 2 / 4, width=0.27, color="lightgrey", label="data")
for n_hidden, colour, name in ((0, "tab:orange", "no hidden unit"), (1, "tab:blue", "one hidden unit")):
    machine, curve = init_boltzmann(3 + n_hidden, 3, np.random.default_rng(5), scale=1.0), []
    for step in range(4000):
        curve.append(divergence_from_parity(machine))
        gradient = exact_gradient(machine, parity)
        machine = replace(machine, W=machine.W + 0.5 * gradient.W, b=machine.b + 0.5 * gradient.b)
    print(f"  {name}, KL after 0, 10, 100, 1,000, 3,999 steps:",
          ", ".join(f"{curve[step]:.3f}" for step in (0, 10, 100, 1000, 3999)))
    left.plot(np.arange(1, 4001), curve, color=colour, label=name)
    p_of_patterns = np.exp(log_likelihood(machine, patterns))
    right.bar(places + 0.27 * n_hidden, p_of_patterns, width=0.27, color=colour, label=name)
left.axhline(math.log(2), color="black", linestyle=":", label="log 2, the best without hidden units")
left.set(xscale="log", xlabel="step", ylabel="KL(data || model), nats", ylim=(0, 1.05), title="Learning")
left.legend(loc="lower left")
right.set_xticks(places, ["".join(str(int(bit)) for bit in pattern) for pattern in patterns])
right.set(xlabel="three visible bits", ylabel="probability", ylim=(0, 0.3), title="What was learnt")
right.legend(loc="upper left", ncols=3, fontsize=8)
plots.save(fig, "02_parity.png")

# %% [markdown]
# What to see: the machine without hidden units falls to log 2 and stays; its bars are all 1/8. The other
# lingers at that level (0.687 after 100 steps) and then finds a use for its hidden unit. Its KL falls on
# towards 0, ever more slowly, since a probability of 0 needs an infinite weight. With hidden units log p
# is one convex function minus another, (2.10), and need not be concave: hence the level stretch.
#
# ## What usually goes wrong
#
# A symmetric W without a factor 1/2 counts each pair twice. exp(-E) before anything else overflows. And
# without the model term nothing holds the weights back: in the end all units are always on.

# %% wrong: pairs counted twice, an overflow, no model term
pair = replace(init_boltzmann(2, n_visible=2, rng=rng), W=np.array([[0.0, 1.0], [0.0, 0.0]]))  # b = 0
p_twice, _ = boltzmann_distribution(-np.sum((all_bits(2) @ (pair.W + pair.W.T)) * all_bits(2), axis=1))
print(f"  p(both on) = {exact_distribution(pair)[0][-1]:.3f}, counted twice {p_twice[-1]:.3f}")
strong = replace(random_machine(10, 10), W=20 * np.triu(np.ones((10, 10)), k=1))  # energies to -900
with np.errstate(over="ignore", invalid="ignore"):
    weights = np.exp(-energy(strong, all_bits(10)))
    print(f"  p(all on) = {exact_distribution(strong)[0][-1]:.4f}, naive {weights[-1] / weights.sum()}")
machine = init_boltzmann(3, n_visible=3, rng=rng)
data_term = np.triu(parity.T @ parity / 4, k=1)
for step in range(10):
    machine = replace(machine, W=machine.W + 0.5 * data_term, b=machine.b + 0.5 * parity.mean(axis=0))
print(f"  ten steps without the model term: KL has risen to {divergence_from_parity(machine):.2f}")

# %% [markdown]
# ## Exercises
#
# 1. Two units, b = 0, one weight w. Work out Z, p(both on) and <s_0> by hand, as functions of w.
# 2. Put β back: Z(β) = Σ_s exp(-β E(s)). Show that ∂ log Z/∂β = -<E>, and that ∂<E>/∂β is minus the
#    variance of E. Why is there then only one β for each mean energy U?
# 3. Find weights by hand with which one hidden unit makes three visible units odd. Hint: if all visible
#    units are treated alike, p(v) depends only on k, the number of them that are on.
#
# ## Solutions
#
# 1. The energies are 0, 0, 0, -w. So Z = 3 + exp(w), p(both on) = exp(w)/Z, <s_0> = (1 + exp(w))/Z.
# 2. As for (2.6), with ∂(-βE)/∂β = -E; then as for (2.8). A variance is positive unless all energies
#    are equal, so <E> falls strictly as β grows, and takes each value between the
#    largest and the smallest energy once.
# 3. Take a number A, visible biases A, weights -2A between visible units and 4A to the hidden unit,
#    whose bias is -8A. Summing out h, log p(v) = A k - A k (k-1) + log(1 + exp(4A (k-2))) + constant.
#    At k = 0, 1, 2, 3 that is nearly 0, A, log 2, A. As A grows only odd k are left.

# %% solutions 1 and 3
verify("exercise 1: Z at w = 1", 3 + math.e, math.exp(exact_distribution(pair)[1]))
for A in (2.0, 4.0, 8.0):
    W = A * np.array([[0, -2, -2, 4], [0, 0, -2, 4], [0, 0, 0, 4], [0, 0, 0, 0]])
    by_hand = replace(random_machine(4, n_visible=3), W=W, b=A * np.array([1, 1, 1, -8]))
    print(f"  exercise 3: A = {A:.0f}, KL(data || model) = {divergence_from_parity(by_hand):.5f}")
