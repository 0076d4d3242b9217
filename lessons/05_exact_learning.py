# %% [markdown]
# # Lesson 5: exact learning
#
# After this lesson you will be able to
#
# - say how well a model of given data can do at best, and how far from that it is;
# - derive the gradient of an RBM's log-likelihood for every weight and bias, and check it;
# - compute it exactly, by a sum over the smaller layer only, and climb it to the known optimum;
# - recognise the usual mistakes by what they do to the numbers.
#
# From lesson 2 you need the divergence KL and the means <.> under a model; from lesson 4 the restricted
# Boltzmann machine (RBM): its energy E, its free energy F, p(h given v) and log Z.
#
# ## How well a model can do
#
# The data are N rows of D bits, some perhaps equal. Each state v of the visible layer has a share:
#
#     q(v) = (how many of the N rows are v) / N                              a definition
#
# A model gives each state a probability p(v). We judge it by the mean of log p over the rows:
#
#     mean log p = (1/N) Σ_n log p(row n)                                    a definition
#                = Σ_v q(v) log p(v)                         equal rows together
#                = Σ_v q(v) log q(v) - Σ_v q(v) log(q(v) / p(v))             log p = log q - log(q/p)
#
# The first sum is minus the entropy H(q), the second is the divergence of lesson 2, at least 0, and 0
# only for p = q. H(q) belongs to the data, no learning can change it. So to raise mean log p is to lower
# the divergence from the data, and the best value is known beforehand:
#
#     mean log p = -H(q) - KL(q || p)                                        (5.1)
#
#     mean log p <= -H(q)                                                    (5.2)
#
# We check both on a small RBM with D = 4 visible and K = 3 hidden units, whose 2^(D+K) = 128 pairs of
# layers can be listed. Everything called `slow_...` is a definition, summed pair by pair.

# %% (5.1) and (5.2) a small RBM, all its pairs of layers
import itertools
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, exact_gradient, hidden_probs, init_rbm, log_likelihood, log_partition, train_rbm)
from numpy_dgm.energy.gradients import model_means, reconstruction_error
from numpy_dgm.foundation.enumeration import empirical_distribution, kl_divergence
from numpy_dgm.foundation.optimizers import Momentum
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import verify, verify_at_most

rng = np.random.default_rng(5)
D, K = 4, 3
all_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
all_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)


def random_rbm():
    return RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))


def slow_joint(rbm):
    """p(v, h) by its definition: a row for each v, a column for each h, (2^D, 2^K)."""
    weight = np.array([[math.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h) for h in all_h] for v in all_v])
    return weight / weight.sum()


def slow_mean_log_p(rbm):
    """Mean log p over the rows of `cases`, by its definition."""
    p_v = slow_joint(rbm).sum(axis=1)
    return sum(math.log(p_v[np.all(all_v == row, axis=1)].item()) for row in cases) / len(cases)


rbm = random_rbm()
cases = all_v[[3, 3, 5, 6, 9, 9, 9, 14]]  # N = 8 rows, five of them distinct
shares = empirical_distribution(cases)  # q(v)
divergence = kl_divergence(shares, np.exp(log_likelihood(rbm, all_v)))
minus_entropy = best_log_likelihood(cases)
verify("(5.1) mean log p = -H(q) - KL(q || p)", slow_mean_log_p(rbm), minus_entropy - divergence)
found = [slow_mean_log_p(random_rbm()) for _ in range(100)]
verify_at_most("(5.2) mean log p <= -H(q), 100 random RBMs", found, np.full(100, minus_entropy))

# %% [markdown]
# ## The data of this lesson, and their optimum
#
# Bars and stripes: pictures of 3 x 3 pixels. Either each row is of one colour (bars), which makes 2³ = 8
# pictures, or each column is (stripes), another 8. The empty picture and the full one are both, so of
# the 16 cases they fill two each, and 12 pictures fill one each:
#
#     -H(q) = 12 · (1/16) log(1/16) + 2 · (2/16) log(2/16)
#           = -(3/4) log 16 - (1/4) log 8                    12/16 = 3/4, 4/16 = 1/4
#           = -(3/4) · 4 log 2 - (1/4) · 3 log 2             16 = 2⁴, 8 = 2³
#
#     -H(q) = -(15/4) log 2                                                  (5.3)

# %% (5.3) the best that any model of 3 x 3 bars and stripes can reach
rows = bars_and_stripes(3)  # (16, 9)
verify("(5.3) -H(q) = -(15/4) log 2", -15 / 4 * math.log(2), best_log_likelihood(rows))
print(f"  the best mean log p of 3 x 3 bars and stripes: {-15 / 4 * math.log(2):.4f} nats")
print(f"  the uniform distribution over all 2^9 pictures: {-9 * math.log(2):.4f}, "
      f"so its KL is {9 * math.log(2) - 15 / 4 * math.log(2):.4f}")

# %% [markdown]
# ## The slope of the free energy
#
# Which way to move a weight? Lesson 4 gave log p(v) = -F(v) - log Z. We take the two terms in turn.
#
#     F(v) = -b·v - Σⱼ log(1 + exp(xⱼ))          xⱼ = cⱼ + Σᵢ vᵢ W_ij        from lesson 4
#
# The slope of log(1 + exp(x)) is exp(x) / (1 + exp(x)) = σ(x). W_ij occurs in xⱼ only, where it is
# multiplied by vᵢ. So ∂F(v)/∂W_ij = -σ(xⱼ) vᵢ, and σ(xⱼ) is p(hⱼ = 1 given v):
#
#     ∂F(v)/∂W_ij = -vᵢ p(hⱼ = 1 given v)                                    (5.4)
#     ∂F(v)/∂bᵢ   = -vᵢ                                                      (5.5)
#     ∂F(v)/∂cⱼ   = -p(hⱼ = 1 given v)                                       (5.6)
#
# For all i and j at once, (5.4) is the matrix -v p(h given v)ᵀ. Below, F is its definition, -log Σ_h
# exp(-E(v, h)). `slopes` moves each entry of W, b and c a little forward and back.


# %% (5.4) to (5.6) the slopes of F by their definition
def slopes(f, rbm, step=1e-5):
    """∂f(rbm)/∂(W, b, c): every entry moved by `step` forward and back."""
    result = {}
    for name in ("W", "b", "c"):
        array = getattr(rbm, name)
        result[name] = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            move = np.zeros_like(array)
            move[place] = step
            forward, back = replace(rbm, **{name: array + move}), replace(rbm, **{name: array - move})
            result[name][place] = (f(forward) - f(back)) / (2 * step)
    return RBM(**result)  # the derivatives in the form of an RBM


v = all_v[11]  # one visible layer: 1 0 1 1


def slow_free_energy(rbm):
    """F(v) by its definition."""
    return -math.log(sum(math.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h) for h in all_h))


slope_of_F = slopes(slow_free_energy, rbm)
p_h = hidden_probs(rbm, v[None])[0]  # the library takes rows of cases: here one row
verify("(5.4) ∂F(v)/∂W_ij = -vᵢ p(hⱼ = 1 given v)", slope_of_F.W, -np.outer(v, p_h), tolerance=1e-8)
verify("(5.5) ∂F(v)/∂bᵢ = -vᵢ", slope_of_F.b, -v, tolerance=1e-8)
verify("(5.6) ∂F(v)/∂cⱼ = -p(hⱼ = 1 given v)", slope_of_F.c, -p_h, tolerance=1e-8)

# %% [markdown]
# ## The slope of log Z
#
# An RBM is a Boltzmann machine, so by (2.7) of lesson 2 the slope of log Z is a mean under the model:
#
#     <vᵢ hⱼ>_model = Σ_v Σ_h p(v, h) vᵢ hⱼ                                  a definition
#     ∂ log Z/∂W_ij = <vᵢ hⱼ>_model                                          (5.7)
#
# Likewise ∂ log Z/∂bᵢ = <vᵢ>_model and ∂ log Z/∂cⱼ = <hⱼ>_model. These sums have 2^(D+K) terms. Most of
# that work can be saved:
#
#     <vᵢ hⱼ>_model = Σ_h Σ_v p(h) p(v given h) vᵢ hⱼ        as p(v, h) = p(h) p(v given h)
#                   = Σ_h p(h) hⱼ Σ_v p(v given h) vᵢ        what does not depend on v, in front
#
# The inner sum is the mean of the bit vᵢ given h, which is its probability to be on:
#
#     <vᵢ hⱼ>_model = Σ_h p(h) hⱼ p(vᵢ = 1 given h)                          (5.8)
#
# and p(h) = exp(-F(h)) / Z, with F(h) from lesson 4. That is 2^K terms. If the visible layer is smaller,
# exchange the roles: 2^D terms. `model_means` takes the smaller layer. It gives <v hᵀ>, <v> and <h> in
# the form of an RBM, as W, b and c.

# %% (5.7) and (5.8) means of the model, over all pairs
p_joint = slow_joint(rbm)
sum_over_pairs = np.einsum("vh,vi,hj->ij", p_joint, all_v, all_h)  # Σ_v Σ_h p(v, h) vᵢ hⱼ
slope_of_log_Z = slopes(log_partition, rbm)
verify("(5.7) ∂ log Z/∂W_ij = <vᵢ hⱼ>_model", slope_of_log_Z.W, sum_over_pairs, tolerance=1e-8)
verify("(5.8) <vᵢ hⱼ>_model = Σ_h p(h) hⱼ p(vᵢ = 1 given h)", sum_over_pairs, model_means(rbm).W)
print(f"  3 x 3 pixels and 8 hidden units: {2 ** (9 + 8):,} pairs of layers, {2**8} hidden layers")

# %% [markdown]
# ## The gradient
#
# Put the two together. Write <.>_data for the mean that takes v from the rows and averages h over p(h
# given v) in closed form: <vᵢ hⱼ>_data = (1/N) Σ_n vᵢ p(hⱼ = 1 given v), v being row n. Then
#
#     ∂ mean log p/∂W_ij = -(mean over the rows of ∂F/∂W_ij) - ∂ log Z/∂W_ij
#
#     ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model                      (5.9)
#     ∂ mean log p/∂bᵢ   = <vᵢ>_data - <vᵢ>_model                            (5.10)
#     ∂ mean log p/∂cⱼ   = <hⱼ>_data - <hⱼ>_model                            (5.11)
#
# Learning comes to rest where model and data agree on these means. `exact_gradient` is (5.9) to (5.11),
# with the model's means by (5.8). It must be the slope of mean log p by its definition.

# %% (5.9) to (5.11) the library's gradient against slopes
gradient = exact_gradient(rbm, cases)
slope = slopes(slow_mean_log_p, rbm)
verify("(5.9) ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model", slope.W, gradient.W, tolerance=1e-8)
verify("(5.10) ∂ mean log p/∂bᵢ = <vᵢ>_data - <vᵢ>_model", slope.b, gradient.b, tolerance=1e-8)
verify("(5.11) ∂ mean log p/∂cⱼ = <hⱼ>_data - <hⱼ>_model", slope.c, gradient.c, tolerance=1e-8)

# %% [markdown]
# ## A step uphill
#
# Lay W, b and c end to end in one vector θ (`flatten` does); let g be the gradient in the same order. A
# step moves θ to θ + α g, with a rate α > 0. How does L(θ) = mean log p change? By the chain rule,
#
#     d/dα L(θ + α g) = Σ_m g_m ∂L/∂θ_m          at α = 0, m running through all of θ
#                     = Σ_m g_m²                 as g_m is ∂L/∂θ_m
#
#     d/dα L(θ + α g) = |g|²          at α = 0                               (5.12)
#
# Unless g = 0 this is positive, so a small enough step raises mean log p. How small, (5.12) does not
# say. The cell prints what one step gains, for several rates, beside the α |g|² of a straight slope.


# %% (5.12) steps along the gradient
def after_step(alpha):
    return RBM(W=rbm.W + alpha * gradient.W, b=rbm.b + alpha * gradient.b, c=rbm.c + alpha * gradient.c)


slope_along_g = (slow_mean_log_p(after_step(1e-5)) - slow_mean_log_p(after_step(-1e-5))) / 2e-5
squared_size = np.sum(flatten(gradient) ** 2)
verify("(5.12) d/dα L(θ + α g) = |g|²", slope_along_g, squared_size, tolerance=1e-8)
print("      rate       gain    rate · |g|²")
for alpha in (0.001, 0.01, 0.1, 1.0, 10.0, 100.0):
    gain = slow_mean_log_p(after_step(alpha)) - slow_mean_log_p(rbm)
    print(f"  {alpha:8.3f} {gain:10.4f} {alpha * squared_size:14.4f}")

# %% [markdown]
# ## Where the gradient is 0
#
# Where g = 0, (5.10) says <vᵢ>_model = <vᵢ>_data: the model's means match the data's. One such place is
# known without learning. Let W = 0. Then no pixel knows of another, and p(vᵢ = 1) = σ(bᵢ). Write m for
# the data's means, mᵢ = <vᵢ>_data, and take the b for which σ(bᵢ) = mᵢ:
#
#     logit(m) = log(m / (1 - m))                                            a definition
#     σ(logit(m)) = 1 / (1 + (1 - m)/m) = m                                  exp(-logit(m)) = (1 - m)/m
#
#     <vᵢ>_model = mᵢ          if W = 0 and bᵢ = logit(mᵢ)                   (5.13)
#
# With W = 0 the hidden units do not know of v either: p(hⱼ = 1 given v) = σ(cⱼ) for all v, in the data
# term as in the model term. So (5.11) is 0, and (5.9) is mᵢ σ(cⱼ) - mᵢ σ(cⱼ) = 0:
#
#     ∂ mean log p/∂θ = 0          if W = 0 and bᵢ = logit(mᵢ)               (5.14)
#
# It is not the top, yet a climb that starts there stays there, rounding apart. So W starts at random.

# %% (5.13) and (5.14) a model without connections
m = sum(cases) / len(cases)
unconnected = RBM(W=np.zeros((D, K)), b=np.log(m / (1 - m)), c=rng.normal(size=K))
verify("(5.13) <vᵢ>_model = mᵢ", m, model_means(unconnected).b)
all_slopes = flatten(exact_gradient(unconnected, cases))
verify("(5.14) ∂ mean log p/∂θ = 0", np.zeros(len(all_slopes)), all_slopes)

# %% [markdown]
# ## Bars and stripes, learnt
#
# An RBM with 9 visible and 8 hidden units, 3 random starts. `init_rbm` draws W from N(0, 0.01²) and sets
# b by (5.13). `pack` lays W, b and c in one vector, such that they move when the vector moves.
# `Momentum` takes the step u ← 0.9 u + α g, θ ← θ + u: along a direction that lasts, steps grow up to
# ten times longer. By (5.1) and (5.3), KL(data || model) = -(15/4) log 2 - mean log p.

# %% experiment: bars and stripes by the exact gradient
all_pictures = np.array(list(itertools.product([0.0, 1.0], repeat=9)))  # (512, 9)
share = empirical_distribution(rows)  # q(v) of every picture, in the same order
EVERY = 10  # steps between two looks at the KL


def divergence_from_data(rbm):
    return -15 / 4 * math.log(2) - log_likelihood(rbm, rows).mean()


def climb(rbm, steps, rate):
    """`steps` steps up the exact gradient: the model then, and its KL after every 10 steps."""
    vector, rbm = pack(rbm)
    optimizer, curve = Momentum(0.9), [divergence_from_data(rbm)]
    for step in range(1, steps + 1):
        gradient = exact_gradient(rbm, rows)
        optimizer.step(vector, flatten(gradient), rate)
        if step % EVERY == 0:
            curve.append(divergence_from_data(rbm))
    return rbm, np.array(curve)


def fresh_rbm(n_hidden, seed):
    return init_rbm(9, n_hidden, np.random.default_rng(seed), rows, dtype=np.float64)


fig, (ax,) = plots.new_figure(width=7.5, height=4.2)
print("  hidden units  seed  KL after 0     100     200     500     800 steps   mass on 14 patterns")
for n_hidden, colour, seeds in ((2, "tab:red", [0]), (4, "tab:orange", [0]), (8, "tab:blue", [0, 1, 2])):
    for seed in seeds:
        learnt, curve = climb(fresh_rbm(n_hidden, seed), steps=800, rate=0.5)
        mass = np.exp(log_likelihood(learnt, all_pictures))[share > 0].sum()
        at = "  ".join(f"{curve[step // EVERY]:6.4f}" for step in (0, 100, 200, 500, 800))
        print(f"  {n_hidden:12} {seed:5}      {at}         {mass:.4f}")
        label = f"{n_hidden} hidden units" if seed == 0 else None
        ax.semilogy(np.arange(len(curve)) * EVERY, curve, color=colour, label=label)
ax.set(xlabel="step", ylabel="KL(data || model), nats", ylim=(5e-3, 10), title="3 x 3 bars and stripes")
ax.legend(loc="lower left")
plots.save(fig, "05_divergence.png")

p = np.exp(log_likelihood(learnt, all_pictures))  # 8 hidden units, the last seed
likeliest = np.argsort(-p, kind="stable")[:16]
fig, axes = plots.new_figure(2, 8, width=10, height=3.6)
for ax, i in zip(axes, likeliest):
    plots.draw_tiles(ax, all_pictures[[i]], title=f"model {p[i]:.4f}\ndata {share[i]:.4f}")
    for edge in ax.spines.values():
        edge.set_visible(True)
plots.save(fig, "05_patterns.png")
mismatch = np.abs(rows.mean(axis=0) - model_means(learnt).b).max()
print(f"  largest |<v>_data - <v>_model| at the end: {mismatch:.0e}")

# %% [markdown]
# What to see in the first figure: with 8 hidden units all three curves stay level at first, W being
# small and (5.14) near. Then they fall steeply, and go on towards 0 ever more slowly: a picture that
# must never occur has probability 0 only at infinite weights. 2 and 4 hidden units level off far above:
# so few units did not come near q. In the second figure the first two patterns are the empty and the
# full picture, at about 2/16. The next twelve stand at about 1/16; the last two are in no row.
#
# `train_rbm` runs this loop for you, and keeps its history. With all 16 rows in one batch and the plain
# gradient it takes the very same steps: compare the KL with the table's, 8 hidden units, seed 0, step
# 200. (What `centred=True` does is for lesson 7.)

# %% the same by train_rbm
by_library, history = train_rbm(
    fresh_rbm(8, 0), rows, epochs=200, rng=rng, method="exact", batch_size=16, rate=0.5,
    schedule="constant", optimizer="momentum", centred=False)
print(f"  train_rbm: KL after 200 epochs {divergence_from_data(by_library):.4f}")

# %% [markdown]
# ## What usually goes wrong
#
# **The rate is too large.** (5.12) promises nothing for long steps. Inputs of hidden units get so large
# that σ is flat there. Such a unit says the same for every v, and its gradient is too small to wake it.
#
# **The 1/N is forgotten in the data term.** The data then count N times, and the two terms of the
# gradient can never balance. The biases run off, at any rate.
#
# **All hidden units start alike.** Then they have the same gradient for ever (but for rounding), and K
# units say little more than one. With W = 0 not even that is learnt, by (5.14).

# %% wrong: the rate, the 1/N, the start
for rate in (0.05, 0.5, 2.0, 4.0):
    learnt, curve = climb(fresh_rbm(8, 0), steps=200, rate=rate)
    asleep = np.sum(np.ptp(hidden_probs(learnt, rows), axis=0) < 0.01)
    print(f"  rate {rate:4}: KL {curve[-1]:6.4f}, {asleep} hidden units say the same for all rows")

learnt = fresh_rbm(8, 0)
for step in range(1, 101):
    p_h, model = hidden_probs(learnt, rows), model_means(learnt)
    learnt = RBM(W=learnt.W + 0.01 * (rows.T @ p_h - model.W),  # should be rows.T @ p_h / 16
                 b=learnt.b + 0.01 * (rows.sum(axis=0) - model.b),
                 c=learnt.c + 0.01 * (p_h.sum(axis=0) - model.c))
    if step in (1, 10, 100):
        KL = divergence_from_data(learnt)
        print(f"  no 1/N, {step:3} short steps: KL {KL:6.2f}, mean b {learnt.b.mean():.2f}")

no_weights, alike = (replace(fresh_rbm(8, 0), W=np.full((9, 8), start)) for start in (0.0, 0.1))
print(f"  W = 0: largest slope {np.abs(flatten(exact_gradient(no_weights, rows))).max():.0e}")
learnt, curve = climb(alike, steps=200, rate=0.5)
print(f"  all weights 0.1: KL {curve[0]:.2f}, after 200 steps {curve[-1]:.2f}; "
      f"the hidden units differ by at most {np.ptp(learnt.W, axis=1).max():.0e}")

# %% [markdown]
# **The reconstruction error is taken for the likelihood.** It is cheap, so many programs print it: send
# v up to p(h given v), send that down again, and take the mean squared difference. Here is a model that
# makes it as small as you like. Give every pixel a hidden unit of its own, with weight w, and set all
# biases to -w/2. A pixel, on or off, brings its own unit to the same state, and the unit brings it back.
# But the free energy of a pixel is the same, on or off:
#
#     off: -log(1 + exp(-w/2))          on: w/2 - log(1 + exp(w/2)) = -log(exp(-w/2) + 1)
#
# So p(v) is uniform for every w, KL stays that of the uniform distribution, and nothing has been learnt.

# %% wrong: judging by the reconstruction error
for w in (0.0, 4.0, 8.0, 16.0):
    copier = RBM(W=w * np.eye(9), b=np.full(9, -w / 2), c=np.full(9, -w / 2))
    error, KL = reconstruction_error(copier, rows), divergence_from_data(copier)
    print(f"  w = {w:4}: reconstruction error {error:.6f}, KL {KL:.4f}")

# %% [markdown]
# ## Exercises
#
# 1. What is the best mean log p of 2 x 2 bars and stripes? Derive it as (5.3), and check it.
# 2. Show that the whole gradient is 0 where KL(q || p) = 0. Is KL = 0 wherever the gradient is 0?
# 3. Two hidden units have equal weights and biases. Show that a gradient step leaves them equal.
#
# ## Solutions
#
# 1. Of 8 rows, the empty and the full picture fill two each and four pictures one each. So
#    -H(q) = 4 · (1/8) log(1/8) + 2 · (2/8) log(2/8) = -(3/2) log 2 - log 2 = -(5/2) log 2.
# 2. <vᵢ hⱼ>_data = Σ_v q(v) vᵢ p(hⱼ = 1 given v), and <vᵢ hⱼ>_model is the same sum with p(v) in the
#    place of q(v). KL is 0 only if p = q, and then they are equal. No: (5.14) is a place with g = 0 and
#    KL > 0.
# 3. Column j of (5.9), written as in 2, depends on unit j only through p(hⱼ = 1 given v), which is the
#    same for both; and so does entry j of (5.11).

# %% solution 1
verify("exercise 1: -(5/2) log 2", -5 / 2 * math.log(2), best_log_likelihood(bars_and_stripes(2)))
