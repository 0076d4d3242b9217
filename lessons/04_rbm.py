# %% [markdown]
# # Lesson 4: the restricted Boltzmann machine
#
# After this lesson you will be able to
#
# - write down the energy of a restricted Boltzmann machine (RBM) and say what the restriction is;
# - sum out its hidden layer in closed form and get the free energy;
# - derive why each layer is independent unit by unit once the other is known;
# - read an RBM as a product of experts and as a mixture of 2^K simple distributions;
# - say, with numbers, what the restriction buys over the general machine of lesson 3.
#
# From lesson 2 you need the Boltzmann distribution p = exp(-E) / Z and log Z; from lesson 3, Gibbs
# sampling, the transition matrix T and its spectral gap.
#
# ## The restriction
#
# Take a general Boltzmann machine and divide its units into two layers: D visible units v, which the data
# show us, and K hidden units h, which nobody sees. Then take away every connection within a layer. What is
# left are the D·K connections between the layers. Their weights fill a matrix W (D, K), with visible biases
# b (D,) and hidden biases c (K,):
#
#     E(v, h) = -Σᵢ bᵢ vᵢ - Σⱼ cⱼ hⱼ - Σᵢ Σⱼ vᵢ W_ij hⱼ                     a definition
#     p(v, h) = exp(-E(v, h)) / Z           Z = Σ_v Σ_h exp(-E(v, h))        a definition
#
# The sums are products of vectors and a matrix, which is how the library writes them:
#
#     E(v, h) = -b·v - c·h - vᵀ W h                                          (4.1)
#
# And nothing is new here: it is the general machine with the weights of one layer to the other and no
# others. `boltzmann_from_rbm` lays the RBM out in that way, all visible units first, so that a state of
# the machine is s = (v, h):
#
#     E_machine(s) = E(v, h)                                                 (4.2)

# %% (4.1) and (4.2) the energy, term by term, and as a general machine
import itertools
import time

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import (
    RBM, boltzmann, energy, free_energy, gibbs_step, hidden_probs, log_likelihood, log_partition, visible_probs)
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
# We only ever see v. Its probability adds up every hidden layer that could go with it. We give minus the
# logarithm of that sum a name, the free energy F, since it takes the place that E has in p(v, h):
#
#     F(v) = -log Σ_h exp(-E(v, h))                                          a definition
#     p(v) = Σ_h p(v, h) = exp(-F(v)) / Z                                    from the two definitions
#
# The sum has 2^K terms. Write xⱼ for everything that multiplies hⱼ, the input to hidden unit j:
#
#     xⱼ = cⱼ + Σᵢ vᵢ W_ij                                                   a definition
#     -E(v, h) = b·v + Σⱼ hⱼ xⱼ                                              collect what goes with each hⱼ
#
# No term ties two hidden units together. So the exponential of the sum is a product with one factor a
# unit, and the sum over all h can be taken factor by factor:
#
#     Σ_h exp(-E(v, h)) = exp(b·v) · Σ_h Πⱼ exp(hⱼ xⱼ)
#                       = exp(b·v) · Πⱼ Σ_{hⱼ ∈ {0, 1}} exp(hⱼ xⱼ)           each hⱼ is in one factor only
#                       = exp(b·v) · Πⱼ (1 + exp(xⱼ))                        hⱼ = 0 gives 1, hⱼ = 1 gives exp(xⱼ)
#
# Take minus the logarithm:
#
#     F(v) = -b·v - Σⱼ log(1 + exp(xⱼ))                                      (4.3)
#
# 2^K terms became K. The same holds for Z, where one of the two sums is done in this way. Turn the machine
# round, so that hidden is visible, and F(h) is the free energy of a hidden layer:
#
#     log Z = log Σ_h exp(-F(h))                                             (4.4)
#
# 2^(D+K) terms became 2^K, which is what makes an exact log p(v) of a small RBM possible:
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
# ## Given one layer, the other falls apart into single units
#
# Divide p(v, h) by p(v). The factors that belong to v alone cancel:
#
#     p(h given v) = exp(-E(v, h)) / Σ_h exp(-E(v, h))
#                  = Πⱼ exp(hⱼ xⱼ) / (1 + exp(xⱼ))                           exp(b·v) cancels
#
# That is a product over j, and the factor j sums to 1 over hⱼ = 0 and 1. So the hidden units are
# independent given v, and with σ(x) = 1 / (1 + exp(-x)), lesson 3's sigmoid,
#
#     p(hⱼ = 1 given v) = exp(xⱼ) / (1 + exp(xⱼ)) = σ(xⱼ)                    (4.6)
#     p(h given v) = Πⱼ p(hⱼ given v)                                        (4.7)
#
# The energy does not mind which layer is called hidden. With the roles exchanged, the input to a visible
# unit is bᵢ + Σⱼ W_ij hⱼ:
#
#     p(vᵢ = 1 given h) = σ(bᵢ + Σⱼ W_ij hⱼ)                                 (4.8)
#
# So a whole layer can be drawn at once, every unit with its own uniform number. That is block Gibbs
# sampling: all of h given v, then all of v given h. One such step leaves p(v) as it is: if v is drawn from
# p(v) and h from p(h given v), the pair is drawn from p(v, h), and so is the next pair. In terms of
# lesson 3, with T[v, v'] the probability that a step leads from v to v',
#
#     p T = p           T[v, v'] = Σ_h p(h given v) p(v' given h)            (4.9)
#     E[v' given v] = Σ_{v'} T[v, v'] v'                                     (4.10)
#
# (4.10) says that the library's `gibbs_step` does follow T: the mean of many draws from one start.

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

T = p_h_given_v @ p_v_given_h.T  # (2^D, 2^D)
T_library = product_of_bernoullis(hidden_probs(rbm, all_v)) @ product_of_bernoullis(visible_probs(rbm, all_h))
verify("(4.9) p T = p", p_v_by_definition @ T_library, p_v_by_definition)

start = all_v[19]
after_one_step = gibbs_step(rbm, np.tile(start, (20_000, 1)), rng)
verify_mean("(4.10) E[v' given v] = Σ_{v'} T[v, v'] v'", after_one_step, T[19] @ all_v)

# %% [markdown]
# ## Two ways to read an RBM
#
# **A product of experts.** By (4.3), exp(-F(v)) is a product: one factor exp(bᵢ vᵢ) a pixel, and one factor
# a hidden unit. Each hidden unit is an expert that multiplies the weight of every v it likes by up to
# 1 + exp(xⱼ), and leaves alone what it does not like, since 1 + exp(xⱼ) is near 1 when xⱼ is far below 0:
#
#     p(v) = (1 / Z) Πᵢ exp(bᵢ vᵢ) · Πⱼ (1 + exp(cⱼ + Σᵢ vᵢ W_ij))            (4.11)
#
# Experts that multiply can veto: for a picture to be probable, no expert may find it improbable.
#
# **A mixture.** For each hidden layer h, p(v given h) is a product of independent pixels. p(v) averages
# over them. Only K biases and D·K weights describe all 2^K components:
#
#     p(v) = Σ_h p(h) Πᵢ p(vᵢ given h)                                       (4.12)

# %% (4.11) and (4.12) both ways give the same p(v)
experts = np.ones(len(all_v))
for j in range(K):
    experts *= 1 + np.exp(rbm.c[j] + all_v @ rbm.W[:, j])
pixels = np.exp(all_v @ rbm.b)
p_v = np.exp(log_likelihood(rbm, all_v))
verify("(4.11) p(v) = (1 / Z) Πᵢ exp(bᵢ vᵢ) · Πⱼ (1 + exp(xⱼ))", p_v, pixels * experts / Z_by_definition)

p_h = p_joint.sum(axis=0)
mixture = np.zeros(len(all_v))
for weight_of_h, p_pixels in zip(p_h, visible_probs(rbm, all_h)):
    for row, v in enumerate(all_v):
        mixture[row] += weight_of_h * np.prod(np.where(v == 1, p_pixels, 1 - p_pixels))
verify("(4.12) p(v) = Σ_h p(h) Πᵢ p(vᵢ given h)", mixture, p_v_by_definition)

# %% [markdown]
# ## What the restriction buys
#
# Now the price and the gain, measured. On one side stands lesson 3's machine: n units, every pair of them
# connected, drawn unit by unit. On the other an RBM with the same n units, half of them hidden, drawn
# layer by layer. All couplings are normal with a scale s, and each model's couplings are scaled so that
# the input to a unit has the same spread: a unit has n - 1 neighbours in the one and n/2 in the other.
#
# First the mixing. For 8 units the transition matrices can be written out. A sweep of the general machine
# is the product of its 8 single-unit updates, as in lesson 3. A step of the RBM is (4.9). We compare
# the spectral gaps: how much of the distance to the right distribution a sweep takes away.

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
    """The transition matrix of v in one step of block Gibbs sampling, as in (4.9)."""
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
# The two mix about equally well while couplings are weak, and both slow down as couplings grow: the
# restriction is no cure for slow mixing. What it changes is the cost. A sweep of the general machine must
# go unit by unit, since each draw is the next one's input. A layer of the RBM is one product of matrices.

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
    left.errorbar(spreads, gaps[:, :, model].mean(axis=1), gaps[:, :, model].std(axis=1), marker="o", label=name)
    right.loglog(sizes, milliseconds[:, model], marker="o", label=name)
left.set(xlabel="spread of a unit's input", ylabel="spectral gap of a sweep", ylim=(0, 1), title="mixing, 8 units, 5 models")
right.set(xlabel="units", ylabel="milliseconds a sweep", title="cost, 100 chains at once")
left.legend(fontsize=8)
right.legend(fontsize=8)
plots.save(fig, "04_what_restricted_buys.png")

# %% [markdown]
# In the figure, the two curves on the left lie close together: per sweep, the RBM mixes about as well. On
# the right the RBM's sweep costs a fraction of the general machine's: the table says how many times less, on
# the machine where you ran this. And the sums of (4.3) and (4.4) are the second gain: a free energy in closed form, for
# which the general machine would need 2^K terms a case. The price is what a single layer of hidden units
# cannot say. Lesson 2's machine could connect two pixels directly; here two pixels speak to one another
# only through a hidden unit.
#
# ## What usually goes wrong
#
# **The sign of a term in F.** All of them are minus. With the sign of the bias flipped, the "probabilities"
# no longer add up to 1 when divided by the right Z.
#
# **log(1 + exp(x)) written out.** In float64 it overflows above x = 709, in float32 above 88, and below -37
# (-17 in float32) it rounds to 0. The library writes max(x, 0) + log(1 + exp(-|x|)), which is the same.
#
# **One noise row for the whole batch.** `rng.random(K) < p_h` broadcasts silently: every chain gets the same
# uniform numbers. Each chain alone looks right, but the chains move together, and a mean over them is worth
# no more than a single one.

# %% the three mistakes, made
F_wrong_bias = all_v @ rbm.b - np.logaddexp(0, all_v @ rbm.W + rbm.c).sum(axis=1)
print(f"sign of b flipped: the probabilities add up to {np.exp(-F_wrong_bias - log_partition(rbm)).sum():.3f}")
with np.errstate(over="ignore"):
    print(f"log(1 + exp(1000)) written out: {np.log(1 + np.exp(1000.0))}")
p_h = hidden_probs(rbm, np.tile(start, (1000, 1)))
right_h, wrong_h = rng.random(p_h.shape) < p_h, rng.random(K) < p_h
print(f"1,000 chains from one start, shared noise: {len(np.unique(wrong_h, axis=0))} distinct hidden layer(s);"
      f" noise of their own: {len(np.unique(right_h, axis=0))}")

# %% [markdown]
# ## Exercises
#
# 1. With W = 0, what are F(v), Z and p(v)? Check Z against `log_partition`.
# 2. Flip every visible bit, v' = 1 - v. Find the RBM with parameters (W', b', c') that gives v' the
#    probability which the old one gives v.
# 3. An RBM with one hidden unit is a mixture of two components. Give the weight of the component h = 1.
# 4. Which terms of (4.3) change when one pixel vᵢ flips? How many operations does F(v) cost then, if x is
#    known?
# 5. Show that two hidden units with equal weights and biases w, c are not one unit with 2w, 2c: compare
#    their factors in (4.11).
#
# ## Solutions

# %% solutions
# 1. F(v) = -b·v - Σⱼ log(1 + exp(cⱼ)), Z = Πᵢ (1 + exp(bᵢ)) Πⱼ (1 + exp(cⱼ)), p(v) = Πᵢ σ(bᵢ)^vᵢ (1 - σ(bᵢ))^(1 - vᵢ)
unconnected = RBM(W=np.zeros((D, K)), b=rbm.b, c=rbm.c)
by_hand = np.log1p(np.exp(rbm.b)).sum() + np.log1p(np.exp(rbm.c)).sum()
assert abs(log_partition(unconnected) - by_hand) < 1e-12

# 2. Put v = 1 - v' into E: b' = -b, W' = -W, c' = c + Σᵢ W_ij; the rest is a constant that cancels with Z.
mirror = RBM(W=-rbm.W, b=-rbm.b, c=rbm.c + rbm.W.sum(axis=0))
assert np.allclose(log_likelihood(mirror, 1 - all_v), log_likelihood(rbm, all_v))

# 3. By (4.4) for K = 1: p(h = 1) = exp(-F(h = 1)) / Z = exp(c) Πᵢ (1 + exp(bᵢ + Wᵢ)) / Z.
one_unit = RBM(W=rbm.W[:, :1], b=rbm.b, c=rbm.c[:1])
by_hand = np.exp(one_unit.c[0] + np.log1p(np.exp(one_unit.b + one_unit.W[:, 0])).sum() - log_partition(one_unit))
p_v_one = np.exp(log_likelihood(one_unit, all_v))
assert np.isclose(by_hand, p_v_one @ hidden_probs(one_unit, all_v)[:, 0])

# 4. b·v changes by bᵢ and every xⱼ by W_ij: K additions and K logarithms, where a fresh F(v) takes D·K products.

# 5. (1 + exp(x))² = 1 + 2 exp(x) + exp(2x), against 1 + exp(2x): the two units have a middle way, one of them on.
x = 0.3
assert (1 + np.exp(x)) ** 2 > 1 + np.exp(2 * x)
