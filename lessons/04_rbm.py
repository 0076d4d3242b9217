# %% [markdown]
# # Lesson 4: the restricted Boltzmann machine
#
# After this lesson you will be able to
#
# - write down the energy of a restricted Boltzmann machine (RBM) and say what the restriction is;
# - sum out its hidden layer in closed form, which gives the free energy;
# - derive why the units of a layer are independent of one another once the other layer is known;
# - read an RBM as a product of experts and as a mixture of 2^K simple distributions;
# - say, with numbers, what the restriction buys over the general machine of lesson 3, and what not.
#
# From lesson 2 you need the Boltzmann distribution p = exp(-E) / Z and log Z; from lesson 3 the sigmoid
# σ, Gibbs sampling, the transition matrix T and its spectral gap.
#
# ## The restriction
#
# Take a general Boltzmann machine and divide its units into two layers: D visible units v, whose values
# the data give, and K hidden units h, which nobody sees. Then take away every connection within a layer.
# The D·K connections between the layers are left. Their weights fill a matrix W (D, K); b (D,) are the
# visible biases, c (K,) the hidden ones. Throughout, i counts visible units and j hidden ones:
#
#     E(v, h) = -Σᵢ bᵢ vᵢ - Σⱼ cⱼ hⱼ - Σᵢ Σⱼ vᵢ W_ij hⱼ                     a definition
#     p(v, h) = exp(-E(v, h)) / Z           Z = Σ_v Σ_h exp(-E(v, h))        a definition
#
# The sums are products of vectors and a matrix, and the library computes them as such:
#
#     E(v, h) = -b·v - c·h - vᵀ W h                                          (4.1)
#
# An RBM is a special case of lesson 2's machine. `boltzmann_from_rbm` writes it as one, visible units
# first, so that a state is s = (v, h). The weights within a layer are 0 there, and
#
#     E_machine(s) = E(v, h)                                                 (4.2)

# %% (4.1) and (4.2) the energy, term by term, and as a general machine
import itertools
import time

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import (
    RBM, boltzmann, energy, free_energy, gibbs_step, hidden_probs, log_likelihood, log_partition,
    visible_probs)
from numpy_dgm.foundation.enumeration import product_of_bernoullis, spectral_gap
from numpy_dgm.foundation.verify import verify, verify_mean

rng = np.random.default_rng(4)
D, K = 5, 3
rbm = RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
all_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
all_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)


def slow_energy(v, h):
    """E(v, h) by its definition, for one pair of layers."""
    E = 0.0
    for i in range(D):
        E -= rbm.b[i] * v[i]
    for j in range(K):
        E -= rbm.c[j] * h[j]
    for i in range(D):
        for j in range(K):
            E -= v[i] * rbm.W[i, j] * h[j]
    return E


pairs = [(v, h) for v in all_v for h in all_h]  # all 2^(D+K) states
v_of_pair = np.array([v for v, _ in pairs])
h_of_pair = np.array([h for _, h in pairs])
E_by_definition = np.array([slow_energy(v, h) for v, h in pairs])
verify("(4.1) E(v, h) = -b·v - c·h - vᵀ W h", energy(rbm, v_of_pair, h_of_pair), E_by_definition)

machine = boltzmann.boltzmann_from_rbm(rbm)
s = np.hstack([v_of_pair, h_of_pair])
verify("(4.2) E_machine(s) = E(v, h)", boltzmann.energy(machine, s), E_by_definition)

# %% [markdown]
# ## Summing out the hidden layer
#
# Only v is seen. Its probability adds up all hidden layers that could stand behind it. Minus the
# logarithm of their sum is called the free energy F, as it stands in p(v) where E stands in p(v, h):
#
#     F(v) = -log Σ_h exp(-E(v, h))                                          a definition
#     p(v) = Σ_h p(v, h) = exp(-F(v)) / Z                                    from the two definitions
#
# The sum has 2^K terms. Write xⱼ for everything that multiplies hⱼ. It is lesson 3's input to a unit:
#
#     xⱼ = cⱼ + Σᵢ vᵢ W_ij                                                   a definition
#     -E(v, h) = b·v + Σⱼ hⱼ xⱼ                                              collect what goes with each hⱼ
#
# No term holds two hidden units. So the exponential of the sum is a product with one factor for each
# unit, and the sum over all h can be taken factor by factor:
#
#     Σ_h exp(-E(v, h)) = exp(b·v) · Σ_h Πⱼ exp(hⱼ xⱼ)                       b·v does not depend on h
#                       = exp(b·v) · Πⱼ Σ_{hⱼ ∈ {0, 1}} exp(hⱼ xⱼ)           each hⱼ is in one factor only
#                       = exp(b·v) · Πⱼ (1 + exp(xⱼ))                        exp(0) = 1 and exp(xⱼ)
#
# Take minus the logarithm:
#
#     F(v) = -b·v - Σⱼ log(1 + exp(xⱼ))                                      (4.3)
#
# 2^K terms have become K. The energy does not mind which layer is called hidden: exchange v with h, b
# with c, and W with Wᵀ. So the visible layer can be summed out in the same way, which gives the free
# energy of a hidden layer:
#
#     F(h) = -log Σ_v exp(-E(v, h))                                          a definition
#          = -c·h - Σᵢ log(1 + exp(bᵢ + Σⱼ W_ij hⱼ))                         as (4.3), roles exchanged
#
# In Z, that takes care of one of the two sums, since Σ_v exp(-E(v, h)) = exp(-F(h)):
#
#     log Z = log Σ_h exp(-F(h))                                             (4.4)
#
# 2^(D+K) terms have become 2^K (or 2^D, by F(v), if that is less). So a model with one small layer has
# an exact log p(v):
#
#     log p(v) = -F(v) - log Z                                               (4.5)

# %% (4.3) to (4.5) against the sums over all hidden layers and all pairs
weight = np.exp(-E_by_definition).reshape(len(all_v), len(all_h))  # exp(-E), a row for each v
F_by_definition = -np.log(weight.sum(axis=1))
Z_by_definition = weight.sum()
p_v_by_definition = weight.sum(axis=1) / Z_by_definition

verify("(4.3) F(v) = -b·v - Σⱼ log(1 + exp(xⱼ))", free_energy(rbm, all_v), F_by_definition)
verify("(4.4) log Z = log Σ_h exp(-F(h))", log_partition(rbm), np.log(Z_by_definition))
verify("(4.5) log p(v) = -F(v) - log Z", log_likelihood(rbm, all_v), np.log(p_v_by_definition))

# %% [markdown]
# ## Given one layer, the units of the other are independent
#
# Divide p(v, h) by p(v). What belongs to v alone cancels, Z with it:
#
#     p(h given v) = exp(-E(v, h)) / Σ_h exp(-E(v, h))
#                  = Πⱼ exp(hⱼ xⱼ) / (1 + exp(xⱼ))                           exp(b·v) cancels
#
# Factor j depends on hⱼ alone, and its two values, for hⱼ = 0 and hⱼ = 1, add up to 1. So factor j is
# the probability of hⱼ given v, and the hidden units are independent given v. At hⱼ = 1 the factor is
#
#     p(hⱼ = 1 given v) = exp(xⱼ) / (1 + exp(xⱼ)) = σ(xⱼ)                    (4.6)
#
# and all factors together are
#
#     p(h given v) = Πⱼ p(hⱼ given v)                                        (4.7)
#
# With the roles exchanged, the input to visible unit i is bᵢ + Σⱼ W_ij hⱼ:
#
#     p(vᵢ = 1 given h) = σ(bᵢ + Σⱼ W_ij hⱼ)                                 (4.8)
#
# So a whole layer can be drawn at once, each unit with a random number of its own. Block Gibbs sampling
# does that in turn: all of h given v, then all of v given h. Write T(v→v') for the probability that such
# a step leads from v to v'. It may pass through any h:
#
#     T(v→v') = Σ_h p(h given v) p(v' given h)                               a definition
#
# If v is drawn from p(v), then (v, h) is drawn from p(v, h), as p(v) p(h given v) = p(v, h). So h by
# itself is drawn from p(h), and in the same way (v', h) is drawn from p(v, h), and v' from p(v). With p
# as a row of 2^D probabilities:
#
#     p T = p                                                                (4.9)
#
# Does the library's `gibbs_step` follow T? We let it start 20,000 times from one v and take the mean of
# v'. (The letter E with square brackets is a mean, not an energy.)
#
#     E[v' given v] = Σ_{v'} T(v→v') v'                                      (4.10)

# %% (4.6) to (4.10) against the table of all pairs
p_joint = weight / Z_by_definition  # (2^D, 2^K)
p_h_given_v = p_joint / p_joint.sum(axis=1, keepdims=True)  # (2^D, 2^K), rows sum to 1
p_v_given_h = p_joint / p_joint.sum(axis=0, keepdims=True)  # (2^D, 2^K), columns sum to 1
verify("(4.6) p(hⱼ = 1 given v) = σ(xⱼ)", hidden_probs(rbm, all_v), p_h_given_v @ all_h)

p_units = hidden_probs(rbm, all_v)
product = np.ones((len(all_v), len(all_h)))
for j in range(K):
    for column, h in enumerate(all_h):
        product[:, column] *= p_units[:, j] if h[j] == 1 else 1 - p_units[:, j]
verify("(4.7) p(h given v) = Πⱼ p(hⱼ given v)", product, p_h_given_v)
verify("(4.8) p(vᵢ = 1 given h) = σ(bᵢ + Σⱼ W_ij hⱼ)", visible_probs(rbm, all_h), p_v_given_h.T @ all_v)

T = p_h_given_v @ p_v_given_h.T  # (2^D, 2^D), by definition
to_h = product_of_bernoullis(hidden_probs(rbm, all_v))  # the same by the library
to_v = product_of_bernoullis(visible_probs(rbm, all_h))
verify("(4.9) p T = p", p_v_by_definition @ to_h @ to_v, p_v_by_definition)

start = all_v[19]
after_one_step = gibbs_step(rbm, np.tile(start, (20_000, 1)), rng)
verify_mean("(4.10) E[v' given v] = Σ_{v'} T(v→v') v'", after_one_step, T[19] @ all_v)

# %% [markdown]
# ## Two ways to read an RBM
#
# **A product of experts.** By (4.3), exp(-F(v)) is a product: one factor exp(bᵢ vᵢ) for each visible
# unit and one factor 1 + exp(xⱼ) for each hidden unit:
#
#     p(v) = (1 / Z) Πᵢ exp(bᵢ vᵢ) · Πⱼ (1 + exp(cⱼ + Σᵢ vᵢ W_ij))           (4.11)
#
# Think of each hidden unit as an expert. Where xⱼ is far below 0 its factor is near 1. Where xⱼ is
# large it is near exp(xⱼ): the expert favours such v. Since the factors multiply, v is probable above
# all where many experts favour it at once. Say that of four pictures one expert favours the first two,
# the other the first and the third, each with the factor 9 against 1. The product gives 81, 9, 9, 1:
# the first picture has the probability 0.81. By itself, each expert would give it 9/20 = 0.45. So a
# product can be more certain than any of its factors. An average of the two experts gives 0.45, and no
# average of distributions gives a picture more than the largest of their probabilities.
#
# **A mixture.** p(v) is an average all the same, but of very many distributions. Given h the visible
# units are independent, and p(v, h) = p(h) p(v given h). Sum over h:
#
#     p(v) = Σ_h p(h) Πᵢ p(vᵢ given h)                                       (4.12)
#
# This is a mixture of 2^K components, described by no more than D·K weights and D + K biases.

# %% (4.11) and (4.12) both ways give the same p(v)
experts = np.ones(len(all_v))
for j in range(K):
    experts *= 1 + np.exp(rbm.c[j] + all_v @ rbm.W[:, j])
visible_factors = np.exp(all_v @ rbm.b)
p_v = np.exp(log_likelihood(rbm, all_v))
p_by_experts = visible_factors * experts / Z_by_definition
verify("(4.11) p(v) = (1 / Z) Πᵢ exp(bᵢ vᵢ) · Πⱼ (1 + exp(xⱼ))", p_v, p_by_experts)

p_h = p_joint.sum(axis=0)
mixture = np.zeros(len(all_v))
for p_of_h, p_on in zip(p_h, visible_probs(rbm, all_h)):
    for row, v in enumerate(all_v):
        mixture[row] += p_of_h * np.prod(np.where(v == 1, p_on, 1 - p_on))
verify("(4.12) p(v) = Σ_h p(h) Πᵢ p(vᵢ given h)", mixture, p_v_by_definition)

# %% [markdown]
# ## What the restriction buys
#
# Now we measure it. On one side stands lesson 3's machine: n units, every pair connected, drawn unit by
# unit. On the other side an RBM with the same number of units, half of them hidden, drawn layer by
# layer. One sweep draws all n units in either. All biases are 0 and the weights are normal. A unit has
# n - 1 neighbours in the general machine and n/2 in the RBM, so the weights have the standard
# deviations spread / √(n - 1) and spread / √(n/2). Then the input to a unit whose neighbours are all on
# has the standard deviation `spread` in both.
#
# First the mixing. For 8 units the transition matrices can be written out: for the general machine the
# product of 8 single-unit matrices, by (3.6), for the RBM the T above. We compare the spectral gaps. By
# (3.11), the gap is the share of the distance to p that a sweep takes away in the long run.

# %% experiment: what the restriction buys, in mixing and in time
n_units = 8
all_s = np.array(list(itertools.product([0.0, 1.0], repeat=n_units)))  # (256, 8)
place_value = 2 ** np.arange(n_units - 1, -1, -1)  # the row of all_s that a state is


def random_pair(spread, seed, n=n_units):
    """A general machine and an RBM with n units each, whose units have inputs of the same spread."""
    pair_rng = np.random.default_rng(seed)
    machine = boltzmann.init_boltzmann(n, n, pair_rng, scale=spread / np.sqrt(n - 1))
    half = n // 2
    W = pair_rng.normal(scale=spread / np.sqrt(half), size=(half, half))
    return machine, RBM(W=W, b=np.zeros(half), c=np.zeros(half))


def sweep_matrix(machine):
    """The transition matrix of one sweep, unit by unit: the product of the single-unit updates."""
    T = np.eye(len(all_s))
    for i in range(n_units):
        p_on = 1 / (1 + np.exp(-boltzmann.unit_input(machine, all_s, i)))
        off, on = all_s.copy(), all_s.copy()
        off[:, i], on[:, i] = 0, 1
        update = np.zeros((len(all_s), len(all_s)))
        rows = np.arange(len(all_s))
        update[rows, (off @ place_value).astype(int)] += 1 - p_on
        update[rows, (on @ place_value).astype(int)] += p_on
        T = T @ update
    return T


def block_matrix(rbm):
    """The transition matrix of v in one step of block Gibbs sampling, T(v→v')."""
    half_states = np.array(list(itertools.product([0.0, 1.0], repeat=n_units // 2)))
    to_h = product_of_bernoullis(hidden_probs(rbm, half_states))
    return to_h @ product_of_bernoullis(visible_probs(rbm, half_states))


spreads = [0.5, 1.0, 2.0, 4.0]
gaps = np.empty((len(spreads), 5, 2))  # spread, seed, which model
for row, spread in enumerate(spreads):
    for seed in range(5):
        machine, small_rbm = random_pair(spread, seed)
        gaps[row, seed] = spectral_gap(sweep_matrix(machine)), spectral_gap(block_matrix(small_rbm))
print("spectral gap, mean of 5 random models of 8 units each")
print("  spread of a unit's input   general machine    RBM")
for spread, row in zip(spreads, gaps.mean(axis=1)):
    print(f"  {spread:24.1f} {row[0]:17.3f} {row[1]:6.3f}")

# %% [markdown]
# With weak couplings the gaps are nearly equal. As the couplings grow both chains slow down, by about
# as much: where the two means differ here, they differ by less than five draws of the models can tell.
# So the restriction does not make a chain mix better. What it changes is the cost of a sweep. In the
# general machine each draw is an input to the next one, so a sweep is n small steps, one after the
# other. In the RBM it is two, each a product of matrices. The multiplications are not much fewer: n (n
# - 1) for a chain against n²/2.

# %% the cost of a sweep against the number of units, 100 chains at once
sizes = [8, 50, 200, 500]
milliseconds = np.empty((len(sizes), 2))
for row, n in enumerate(sizes):
    machine, wide_rbm = random_pair(1.0, 0, n)
    s, v = np.zeros((100, n)), np.zeros((100, n // 2))
    seconds = {"general": [], "rbm": []}
    for _ in range(7):
        started = time.perf_counter()
        boltzmann.gibbs_sweep(machine, s, rng)
        seconds["general"].append(time.perf_counter() - started)
        started = time.perf_counter()
        gibbs_step(wide_rbm, v, rng)
        seconds["rbm"].append(time.perf_counter() - started)
    milliseconds[row] = 1000 * min(seconds["general"]), 1000 * min(seconds["rbm"])
print("\nmilliseconds for one sweep of 100 chains, the quickest of 7")
print("  units   general machine      RBM   times")
for n, (general, block) in zip(sizes, milliseconds):
    print(f"  {n:5d} {general:17.2f} {block:8.2f} {general / block:7.0f}")

fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.6)
for model, name in enumerate(["general machine, unit by unit", "RBM, layer by layer"]):
    mean, deviation = gaps[:, :, model].mean(axis=1), gaps[:, :, model].std(axis=1)
    left.errorbar(spreads, mean, deviation, marker="o", capsize=3, label=name)
    right.loglog(sizes, milliseconds[:, model], marker="o", label=name)
left.set(xlabel="spread of a unit's input", ylabel="spectral gap of a sweep", ylim=(0, 1))
left.set_title("mixing, 8 units, 5 models")
right.set_xticks(sizes, sizes)
right.set(xlabel="units", ylabel="milliseconds a sweep", title="cost, 100 chains at once")
left.legend(loc="lower left", fontsize=8)
right.legend(fontsize=8)
plots.save(fig, "04_what_restricted_buys.png")

# %% [markdown]
# What to see: on the left, the two curves part as the couplings grow, with the RBM below. The bars are
# the standard deviations over five random models: at strong couplings the models of one kind differ by
# more than the two means do. On the right, the RBM's sweep costs a fraction of the general machine's,
# and the fraction is smaller the more units there are. The last column of the table says how many times
# less it is on your machine.
#
# The second gain is (4.3). In a general machine whose hidden units are tied to one another, F(v) needs
# a sum of 2^K terms, for each v anew. The price: two visible units are no longer tied to each other
# directly, but only through hidden units. Exercise 4 shows what one hidden unit does for two visible
# ones.
#
# ## What usually goes wrong
#
# **The sign of a term in F.** Both are minus. With the sign of b·v flipped, the "probabilities"
# exp(-F) / Z, Z being right, do not add up to 1.
#
# **log(1 + exp(x)) written out.** exp(x) overflows above x = 709 in float64 and above 88 in float32. The
# library uses log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), where no exponent is above 0.
#
# **One noise row for the whole batch.** `rng.random(K) < p_h` broadcasts without a word: every chain
# gets the same K random numbers. Each chain by itself is right, but chains from the same start stay one
# and the same, and a mean over them is worth no more than a single chain.

# %% the three mistakes, made
F_wrong_bias = all_v @ rbm.b - np.logaddexp(0, all_v @ rbm.W + rbm.c).sum(axis=1)
total = np.exp(-F_wrong_bias - log_partition(rbm)).sum()
print(f"sign of b flipped: the probabilities add up to {total:.3f}")
with np.errstate(over="ignore"):
    print(f"log(1 + exp(1000)) written out: {np.log(1 + np.exp(1000.0))}")
p_h = hidden_probs(rbm, np.tile(start, (1000, 1)))
right_h, wrong_h = rng.random(p_h.shape) < p_h, rng.random(K) < p_h
print(f"1,000 chains from one start, shared noise: {len(np.unique(wrong_h, axis=0))} hidden layer(s) seen;"
      f" noise of their own: {len(np.unique(right_h, axis=0))}")

# %% [markdown]
# ## Exercises
#
# 1. With W = 0, what are F(v), Z and p(v)?
# 2. Flip every visible bit, u = 1 - v. Find the RBM (W', b', c') that gives u the probability which the
#    old one gives v.
# 3. An RBM with one hidden unit is a mixture of two components. What is the weight of the one with
#    h = 1?
# 4. Sum out the one hidden unit of an RBM with two visible units. Show that p(v_0, v_1) is that of
#    lesson 2's machine with two connected units and no hidden one. What is its weight between them?
# 5. Two hidden units have equal weights and biases w, c. Are they the same as one unit with 2w, 2c?
#    Compare their factors in (4.11).
#
# ## Solutions
#
# 1. xⱼ = cⱼ, so F(v) = -b·v - Σⱼ log(1 + exp(cⱼ)). Sum exp(-F(v)) over each vᵢ by itself:
#    Z = Πᵢ (1 + exp(bᵢ)) · Πⱼ (1 + exp(cⱼ)). In p(v) = exp(-F(v)) / Z the factors with c cancel, and
#    p(v) = Πᵢ exp(bᵢ vᵢ) / (1 + exp(bᵢ)): the visible units are independent.
# 2. Put v = 1 - u into E: the terms with u and h are b·u - Σⱼ (cⱼ + Σᵢ W_ij) hⱼ + uᵀ W h, so b' = -b,
#    c'ⱼ = cⱼ + Σᵢ W_ij and W' = -W. What is left, -Σᵢ bᵢ, is a constant, which cancels with Z.
# 3. p(h) = exp(-F(h)) / Z, so p(h = 1) = exp(c) Πᵢ (1 + exp(bᵢ + Wᵢ)) / Z.
# 4. log p(v) = b·v + f(w·v) + a constant, w being the column W and f(x) = log(1 + exp(c + x)). On two bits
#    f(w·v) = f(0) + (f(w_0) - f(0)) v_0 + (f(w_1) - f(0)) v_1 + A v_0 v_1, where v_0 = v_1 = 1 gives
#    A = f(w_0 + w_1) - f(w_0) - f(w_1) + f(0). The weight is A. It is positive if w_0 and w_1 have the same
#    sign, negative if they do not, since the slope of f grows with x.
# 5. No: (1 + exp(x))² = 1 + 2 exp(x) + exp(2x), against 1 + exp(2x). Two units have states in
#    between, one on and one off, and one unit has not.

# %% solutions 1 to 4
unconnected = RBM(W=np.zeros((D, K)), b=rbm.b, c=rbm.c)
log_Z_by_hand = np.log(1 + np.exp(rbm.b)).sum() + np.log(1 + np.exp(rbm.c)).sum()
verify("exercise 1: log Z", log_Z_by_hand, log_partition(unconnected))

mirror = RBM(W=-rbm.W, b=-rbm.b, c=rbm.c + rbm.W.sum(axis=0))
verify("exercise 2: p'(u) = p(v)", np.log(p_v_by_definition), log_likelihood(mirror, 1 - all_v))

one_unit = RBM(W=rbm.W[:, :1], b=rbm.b, c=rbm.c[:1])
Z_one = np.exp(log_partition(one_unit))
p_h_1 = np.exp(one_unit.c[0]) * np.prod(1 + np.exp(one_unit.b + one_unit.W[:, 0])) / Z_one
p_v_one = np.exp(log_likelihood(one_unit, all_v))
p_h_1_by_library = p_v_one @ hidden_probs(one_unit, all_v)[:, 0]  # Σ_v p(v) p(h = 1 given v)
verify("exercise 3: p(h = 1)", p_h_1, p_h_1_by_library)


def f(x):
    return np.log(1 + np.exp(c + x))


b, c, (w_0, w_1) = rbm.b[:2], rbm.c[0], rbm.W[:2, 0]
A = f(w_0 + w_1) - f(w_0) - f(w_1) + f(0)
pair = boltzmann.BoltzmannMachine(
    W=np.array([[0, A], [0, 0]]), b=b + [f(w_0) - f(0), f(w_1) - f(0)],
    mask=np.array([[0, 1], [0, 0]]), n_visible=2)
four = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
two_visible = RBM(W=rbm.W[:2, :1], b=b, c=rbm.c[:1])
p_pair, _ = boltzmann.exact_distribution(pair)
verify("exercise 4: the same p(v)", p_pair, np.exp(log_likelihood(two_visible, four)))
