# %% [markdown]
# # Mode collapse: why a generator makes one thing, and how to count what it covers
#
# The data have eight modes, say, eight kinds of things; the generator makes one kind, or three,
# well. Nothing in the game's value asks for that: its best generator makes all of them (lesson
# 30). So why does it happen? This lesson finds the reason in a game of two modes, sees a generator
# hop, and then counts: which figures tell a collapsed generator, and what would a perfect one
# show?
#
# Afterwards you can
#
# - say what the best move of a generator is while the discriminator stands still, and prove it;
# - say what the order of min and max has to do with it;
# - count modes, and say what a perfect sampler shows in each figure;
# - say why a discriminator may not see the width of a mode, and give it what it needs to.
#
# About an hour and a half. You need the game and its value (lesson 30), G's losses (lesson 31)
# and why players go round (lesson 32).
#
# ## Two modes by hand
#
# The data are A or B, half and half. G makes A with the probability p, B with 1 - p. D gives each a
# probability that it is real. Say that D(A) = .6 and D(B) = .5 just now, and that D stands still
# for a while. G's loss is its mean of -log D:
#
#     all A        -log .6 = .511
#     half, half   (.511 + .693)/2 = .602
#     all B        -log .5 = .693
#
# Half and half is what the data are, and G pays for it. All A is best. In general the loss is a
# mean of the numbers -log D(x), and a mean is never below the least of them. So with D held
#
#     min over p_G of Σ_x p_G(x) (-log D(x)) = -log max D          all of p_G on D's maximum  (35.1)
#
# and the same for log(1 - D), or any other loss that falls as D rises. Whatever the noise, G is
# drawn to one place. Nothing rewards a difference between samples: each is judged by itself.
#
# ## The order of min and max
#
# Then D answers: it learns that A is mostly fake, D(A) falls below D(B), and all of G moves to B.
# To see what is amiss take the value of the game, V = Σ p_data log D + Σ p_G log(1 - D), in both
# orders.
#
#     min over G of max over D:   G moves, knowing that D will give its best answer
#     max over D of min over G:   D moves, knowing that G will give its best answer
#
# The first is the game that one means. If G makes all A there, D answers with D*(A) = .5/(.5 + 1) =
# 1/3 and D*(B) = .5/(.5 + 0) = 1. So V is
#
#     all A           .5 log(1/3) + .5 log 1 + log(1 - 1/3) = -.955
#     half and half   D* = 1/2 everywhere:          -log 4  = -1.386
#
# and G mixes. In the second order G's answer is all of p_G on D's maximum, by (35.1), and V is
# .5 log D(A) + .5 log D(B) + log(1 - max D). D loses nothing if it lifts the smaller of the two up
# to the larger, d say; and log d + log(1 - d) is largest at d = 1/2. With D = 1/2 everywhere V is
# -log 4 *whatever* G does:
#
#     max over D of min over G of V = -log 4                                               (35.2)
#     min over G of max over D of V = -log 4          by half and half only                (35.3)
#
# Same value, but only the first order says what G should be. Training steps in turn, and is between
# the two: the farther G moves while D stands, the more it plays the second order.

# %% (35.1) to (35.3) two modes
import itertools
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import evaluate_coverage
from numpy_dgm.adversarial.coverage import high_quality_fraction, modes_captured, reverse_kl
from numpy_dgm.adversarial.objectives import NonSaturating, Saturating
from numpy_dgm.data.mixtures import (
    MixtureOfGaussians, draw_mixture, grid_of_gaussians, ring_of_gaussians, to_unit_spread)
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify, verify_mean
from numpy_dgm.neural import MLP, init_fourier, init_mlp, mlp_backward, mlp_forward

rng = np.random.default_rng(35)
mixtures_of_five = rng.dirichlet(np.full(5, 0.3), size=20_000)  # p_G over five places
mixtures_of_five = np.concatenate([np.eye(5), mixtures_of_five])
for objective in (NonSaturating(), Saturating()):
    s = rng.normal(size=(5, 1))  # D's logits at the five places, held
    loss_at = np.array([objective.generator_loss(s[place:place + 1])[0] for place in range(5)])
    D = 1 / (1 + np.exp(-s[:, 0]))
    least = -np.log(D.max()) if type(objective) is NonSaturating else np.log(1 - D.max())
    name = type(objective).__name__
    verify(f"(35.1) min over p_G = -log max D, {name}", (mixtures_of_five @ loss_at).min(), least)

D_grid = np.linspace(0.001, 0.999, 999)
D_A, D_B = np.meshgrid(D_grid, D_grid, indexing="ij")
p_grid = np.linspace(0, 1, 101)
worst_for_D = np.full((999, 999), np.inf)
best_of_D = []
for p in p_grid:  # V at every D for this G
    V = (0.5 * np.log(D_A) + p * np.log(1 - D_A)) + (0.5 * np.log(D_B) + (1 - p) * np.log(1 - D_B))
    worst_for_D = np.minimum(worst_for_D, V)
    best_of_D.append(V.max())
verify("(35.2) max over D of min over G of V = -log 4", worst_for_D.max(), -math.log(4), 1e-5)
verify("(35.3) min over G of max over D of V = -log 4", min(best_of_D), -math.log(4), 1e-5)
verify("(35.3) by half and half only", p_grid[np.argmin(best_of_D)], 0.5)
print(f"  max over D of V: all A {best_of_D[-1]:.3f}, half and half {best_of_D[50]:.3f}")

# %% [markdown]
# ## The loop on a page: a generator that hops
#
# Eight modes, and both players are tables. D has a logit s_k for each mode; G has p_G =
# softmax(a). Their slopes are exact: ∂L_D/∂s_k = -p_data (1 - D_k) + p_G D_k (lesson 31), and with
# the loss of a mode, l_k = -log D_k, ∂L_G/∂a_k = p_G (l_k - mean l), the softmax's slope (lesson
# 20). Each has a probability of about 1/K in it, and so the rate has a K. The one thing that
# changes between the runs is how many steps G takes for each of D.

# %% experiment: steps of G for each step of D
def play(n_steps_of_G, seed, steps=150, K=8, rate=0.5):
    """p_G after each of D's steps: (steps, K)."""
    rng = np.random.default_rng([35, seed])
    s, a = np.zeros(K), rng.standard_normal(K)
    rows = []
    for _ in range(steps):
        p_G = np.exp(a) / np.exp(a).sum()
        D = 1 / (1 + np.exp(-s))
        s += rate * K * ((1 - D) / K - p_G * D)  # D: down its loss
        D = 1 / (1 + np.exp(-s))
        for _ in range(n_steps_of_G):  # G: down its loss, D held
            p_G = np.exp(a) / np.exp(a).sum()
            loss = -np.log(D)
            a -= rate * K * p_G * (loss - p_G @ loss)
        rows.append(np.exp(a) / np.exp(a).sum())
    return np.array(rows)


def modes_in_use(p):
    """exp of the entropy of each row: 8 for eight modes alike, 1 for one."""
    return np.exp(-np.sum(p * np.log(p + 1e-300), axis=1))


counts, hops, over_time, pictures = {}, {}, {}, {}
for n in (1, 10, 100):
    counts[n], hops[n], over_time[n] = np.zeros((3, 16))
    for seed in range(16):
        p_G = play(n, seed)
        late = p_G[-100:]
        counts[n][seed] = modes_in_use(late).mean()
        hops[n][seed] = np.count_nonzero(np.diff(late.argmax(axis=1)))
        over_time[n][seed] = modes_in_use(late.mean(axis=0, keepdims=True))[0]
    pictures[n] = p_G
    print(f"  {n:3} steps of G a step of D: modes in use {counts[n].mean():.2f}, of 16 starts")
least = [counts[1].min(), counts[10].min()]
claim("a G that moves little while D stands serves all modes", min(least) > 7, least_of_16=least)
claim("one that runs to the end of its hill serves few at a time", counts[100].max() < 2,
      most_of_16=counts[100].max())
claim("and hops: over 100 steps of D it has made all of them",
      hops[100].min() > 20 and over_time[100].min() > 6, hops=hops[100].min(),
      modes_over_time=over_time[100].min())

# %% figure: p_G over time
fig, axes = plots.new_figure(1, 3, width=9, height=2.8)
for ax, (n, p_G) in zip(axes, pictures.items()):
    drawn = ax.imshow(p_G[:60].T, aspect="auto", cmap="Greys", vmin=0, vmax=1,
                      interpolation="nearest")
    ax.set(xlabel="step of D", ylabel="mode")
    ax.set_title(f"{n} of G for each of D", fontsize=10)
fig.colorbar(drawn, ax=axes, label="p_G")
plots.save(fig, "35_hops.png")

# %% [markdown]
# **What to see.** Left and in the middle all eight modes are soon in use alike. Right, a dark
# square at a time: G is all on one mode until D has found out, then all on another, as the players
# of lesson 32 chased one another. Averaged over the run its samples look like the data; at no time
# are they.
#
# ## Counting
#
# Where the K modes are known one can count (Srivastava et al. 2017; Lin et al. 2018). A sample
# within three standard deviations of the nearest centre is of high quality. Let n of the N samples
# be, and n_k of them at mode k:
#
#     high-quality fraction = n / N          modes captured = how many n_k are above 0
#     reverse KL = KL(q ‖ uniform),  q_k = n_k / n;  infinite for n = 0
#
# With 8 modes, and counts 50, 50, 0, ..., 0 the reverse KL is ½ log(8/2) twice, log 4 = 1.386. In
# general it is Σ_k q_k log(K q_k), so
#
#     reverse KL = log K - H(q)          log(K/j) for j modes served alike                 (35.4)
#
# **What would a perfect sampler show?** Not 1, K and 0. In units of its standard deviation the
# distance r of a sample from its centre has the density r exp(-r²/2) in the plane; from 0 to 3
# that is 1 - exp(-9/2). If G's modes have ρ times the right width, 3 of these are 3/ρ of theirs:
#
#     P(high quality) = 1 - exp(-9 / (2ρ²))          .9889 for ρ = 1                       (35.5)
#
# That is the ceiling. A clearly higher fraction is not better than the data; it means modes that
# are too narrow. How much is clearly? With f = .9889 the fraction of N draws has the sd
# √(f (1 - f) / N), .0021 for N = 2,500.
#
# Nor do n draws find all modes, or fall on them evenly. Each misses mode k with 1 - 1/K, so that
#
#     E[modes captured] = K (1 - (1 - 1/K)^n)                                              (35.6)
#
# and n_k is binomial, j with the probability P(n_k = j); the K modes have the same mean:
#
#     E[reverse KL] = K Σ_j P(n_k = j) (j/n) log(K j/n)                                    (35.7)
#
# For large n write q_k = (1 + e_k)/K with Σ e_k = 0. As (1 + e) log(1 + e) = e + e²/2 + ..., the
# reverse KL is near Σ_k e_k²/(2K), and E[e_k²] = K² (1/K)(1 - 1/K)/n = (K - 1)/n:
#
#     E[reverse KL] → (K - 1) / 2n                                                         (35.8)

# %% (35.4) to (35.8) the three figures, and their ceilings
def slow_figures(samples, mixture):
    """High-quality fraction, modes captured, log K - H(q), sample by sample."""
    K = len(mixture.centres)
    counts = [0] * K
    for sample in samples:
        distances = [math.dist(sample, centre) for centre in mixture.centres]
        if min(distances) <= 3 * mixture.sigma:
            counts[distances.index(min(distances))] += 1
    n, entropy, modes = sum(counts), 0.0, 0
    for count in counts:
        if count > 0:
            entropy -= count / n * math.log(count / n)
            modes += 1
    return n / len(samples), modes, math.log(K) - entropy


def expected_reverse_kl(K, n):
    """The sum of (35.7); an empty mode adds nothing."""
    total = 0.0
    for j in range(1, n + 1):
        log_ways = math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
        chance = math.exp(log_ways - j * math.log(K) + (n - j) * math.log(1 - 1 / K))  # P(n_k = j)
        total += K * chance * (j / n) * math.log(K * j / n)
    return total


ring = ring_of_gaussians()
around_five = ring.centres[rng.integers(5, size=200)] + 2 * ring.sigma * rng.normal(size=(200, 2))
found = evaluate_coverage(around_five, ring)
by_library = [found.high_quality, found.modes, found.reverse_kl]
verify("(35.4) reverse KL = log K - H(q), with the fraction and the modes",
       by_library, slow_figures(around_five, ring))
for j in (1, 2, 8):
    alike = np.tile(ring.centres[:j], (30, 1))
    verify(f"(35.4) log(K/j), j = {j} modes alike", reverse_kl(alike, ring), math.log(8 / j))

widths = np.array([0.75, 1, 1.5, 3])
fractions = []
for _ in range(600):
    row = []
    for width in widths:
        source = MixtureOfGaussians(ring.centres, width * ring.sigma)
        row.append(high_quality_fraction(draw_mixture(source, 100, rng), ring))
    fractions.append(row)
fractions = np.array(fractions)  # (600, 4)
ceilings = 1 - np.exp(-9 / (2 * widths**2))
verify_mean("(35.5) P(high quality) = 1 - exp(-9 / (2ρ²))", fractions, ceilings)

three = MixtureOfGaussians(ring.centres[:3].copy(), ring.sigma)
modes, divergences = [], []
for which in itertools.product(range(3), repeat=6):  # all 3⁶ ways in which 6 draws fall on 3 modes
    samples = three.centres[list(which)]
    modes.append(modes_captured(samples, three))
    divergences.append(reverse_kl(samples, three))
verify("(35.6) E[modes captured] = K (1 - (1 - 1/K)^n)", np.mean(modes), 3 * (1 - (2 / 3) ** 6))
verify("(35.7) E[reverse KL] = K Σ_j P(n_k = j) (j/n) log(K j/n)",
       np.mean(divergences), expected_reverse_kl(3, 6))
for K in (8, 25):
    ratio = expected_reverse_kl(K, 2_500) / ((K - 1) / 5_000)
    verify(f"(35.8) E[reverse KL] → (K - 1) / 2n, their ratio, K = {K}", ratio, 1, 0.005)

# %% [markdown]
# ## Too narrow: what D can see of a mode's width, and what it cannot
#
# A generator may reach all modes, in balance, and make each too narrow. By (35.5) the share of high
# quality then even rises. Why does the game not widen them? Let G's modes have ρ = .36 of the right
# width, and let them be far apart. Near a centre, r in units of σ, the densities are r exp(-r²/2)
# and r exp(-r²/(2ρ²))/ρ², and the best D has the logit log p_data - log p_G (lesson 30):
#
#     s*(r) = 2 log ρ + r² (1/ρ² - 1) / 2                                                  (35.9)
#
# It is -2.04 at the centre and 1.31 at r = 1, and its loss is .79, far below the 2 log 2 = 1.386 of
# a D that knows nothing. But r = 1 is one σ. On the ring with unit spread that is .014, and s* has
# to rise by 3.36 on the way, and again at each of eight places. A new network is nearly flat over
# so short a distance. All of a mode is one place to it.
#
# So give D short waves to build from: beside x the sines and cosines of x along fixed directions,
# the columns of B, whose lengths are the frequencies. A wave of frequency 100 rises from 0 to .84
# over a distance of .01. The layer learns nothing. It only has to pass slopes down, with sin' = cos
# and cos' = -sin, where dy = [dy_x, ds, dc] are the slopes with respect to its three parts:
#
#     y = [x, sin xB, cos xB]                                                             (35.10)
#     dx = dy_x + (ds · cos xB - dc · sin xB) Bᵀ                                          (35.11)

# %% (35.9) to (35.11) the best logit at a mode, and a layer of waves
rho = 0.36
sd = np.array([1.0, rho])  # in the plane: of the data's mode, of the narrow one
points = rng.normal(size=(6, 2))
r = np.linalg.norm(points, axis=1)
log_p = -(points**2).sum(axis=1)[:, None] / (2 * sd**2) - np.log(2 * math.pi * sd**2)  # (6, 2)
log_ratio = log_p[:, 0] - log_p[:, 1]
verify("(35.9) s*(r) = 2 log ρ + r² (1/ρ² - 1) / 2",
       log_ratio, 2 * math.log(rho) + r**2 * (1 / rho**2 - 1) / 2)

radii = (np.arange(80_000) + 0.5) / 10_000  # midpoints, from 0 to 8 σ
s_star = 2 * math.log(rho) + radii**2 * (1 / rho**2 - 1) / 2
p_radius = radii * np.exp(-radii**2 / 2)
q_radius = radii * np.exp(-radii**2 / (2 * rho**2)) / rho**2
loss_at_radius = p_radius * np.logaddexp(0, -s_star) + q_radius * np.logaddexp(0, s_star)
best_loss = loss_at_radius.sum() / 10_000
print(f"  the best D's loss against modes of {rho} of the width: {best_loss:.3f}; 2 log 2 is 1.386")

waves = init_fourier(2, 3, rng, dtype=np.float64)
x, dy = rng.normal(size=(4, 2)), rng.normal(size=(4, 8))
y, cache = waves.forward(x)
by_hand = []
for case in x:
    angles = [case[0] * waves.B[0, m] + case[1] * waves.B[1, m] for m in range(3)]
    by_hand.append([*case, *map(math.sin, angles), *map(math.cos, angles)])
verify("(35.10) y = [x, sin xB, cos xB]", y, by_hand)
differences = np.zeros((4, 2))
for place in np.ndindex(4, 2):
    step = np.zeros((4, 2))
    step[place] = 1e-7
    above, _ = waves.forward(x + step)
    below, _ = waves.forward(x - step)
    differences[place] = np.sum(dy * (above - below)) / 2e-7
dx, _ = waves.backward(cache, dy)
verify("(35.11) dx = dy_x + (ds · cos xB - dc · sin xB) Bᵀ", dx, differences, 1e-6)

# %% [markdown]
# **D alone.** G stands still, and D has 300 steps to tell its cases from real ones; then it is
# judged on fresh cases. It has two hidden layers of 32, with 64 waves below them or none. Their
# frequencies go from 1 to 100: from the whole of the data, whose spread is 1, to a hundredth of it.
# Nothing is said of σ. As a check, the same D with waves looks at modes as wide as the data's.

# %% experiment: D's loss against narrow modes, with and without waves
def judge(width, n_waves, seed, steps=300, n=128):
    """D's loss on fresh cases, after learning against a ring of `width` times the right width."""
    rng = np.random.default_rng([35, seed])
    real = to_unit_spread(ring_of_gaussians())
    fake = MixtureOfGaussians(real.centres, width * real.sigma)
    layers = init_mlp([2 + 2 * n_waves, 32, 32, 1], rng).layers
    if n_waves > 0:
        layers = (init_fourier(2, n_waves, rng), *layers)
    vector, D = pack(MLP(layers))
    adam = Adam(beta1=0.5, beta2=0.99)
    for _ in range(steps):
        x = np.concatenate([draw_mixture(real, n, rng), draw_mixture(fake, n, rng)])
        s, cache = mlp_forward(D, x)
        _, ds_real, ds_fake = NonSaturating().discriminator_loss(s[:n], s[n:])
        ds = np.concatenate([ds_real, ds_fake])
        _, gradient = mlp_backward(D, cache, ds, need_dx=False)
        adam.step(vector, flatten(gradient), -0.003)
    fresh = np.concatenate([draw_mixture(real, 4_000, rng), draw_mixture(fake, 4_000, rng)])
    s, _ = mlp_forward(D, fresh)
    return NonSaturating().discriminator_loss(s[:4_000], s[4_000:])[0]


losses = {}
for name, width, n_waves in [("narrow, x alone", rho, 0), ("narrow, with waves", rho, 64),
                             ("right width, with waves", 1.0, 64)]:
    losses[name] = np.array([judge(width, n_waves, seed) for seed in range(12)])
    print(f"  {name:24} {losses[name].mean():.3f} ± {losses[name].std():.3f}, of 12 starts")
claim("from x alone D learns nothing of the width", losses["narrow, x alone"].min() > 1.36,
      least_of_12=losses["narrow, x alone"].min())
claim("with waves it comes near the best D", losses["narrow, with waves"].max() < 1.0,
      most_of_12=losses["narrow, with waves"].max(), best=best_loss)
claim("and sees no difference where there is none", losses["right width, with waves"].min() > 1.37,
      least_of_12=losses["right width, with waves"].min())

# %% [markdown]
# What D cannot see, G is not told. In `lessons/reproductions/gan_modes.py` the configuration "lite"
# reaches all modes and leaves them at a third to a half of their width; "wide" gives D waves, and G
# a straight way from its noise to its last layer, by which it can widen all modes at once.
#
# ## What goes wrong
#
# - One figure is trusted. A blob N(0, I), which knows nothing of modes, captures all of them; one
#   mode alone has a perfect fraction. They belong together, beside rows for real cases and for
#   nonsense.
# - Too few samples. A perfect sampler of 25 modes that is asked for 50 misses some, by (35.6).
# - The best of many looks is reported. The least of a hundred noisy figures is luck.

# %% wrong: one figure, few samples, the best look
wide_ring = to_unit_spread(MixtureOfGaussians(ring.centres, sigma=0.05))
sources = {"real": wide_ring, "blob": MixtureOfGaussians(np.zeros((1, 2)), 1.0),
           "one mode": MixtureOfGaussians(wide_ring.centres[:1], wide_ring.sigma)}
rng = np.random.default_rng(35)
table = {}
for name, source in sources.items():
    table[name] = evaluate_coverage(draw_mixture(source, 2_500, rng), wide_ring)
    print(f"  {name:9} {table[name]}")
claim("the blob has all modes, and its reverse KL is small",
      table["blob"].modes == 8 and table["blob"].reverse_kl < 0.1,
      reverse_kl=table["blob"].reverse_kl)
claim("one mode has a perfect fraction", table["one mode"].high_quality > 0.98,
      fraction=table["one mode"].high_quality)

grid = to_unit_spread(grid_of_gaussians())
looks = [evaluate_coverage(draw_mixture(grid, 50, rng), grid) for _ in range(100)]
modes = [look.modes for look in looks]
divergences = [look.reverse_kl for look in looks]
print(f"  a perfect sampler of 25 modes, 50 samples: {np.mean(modes):.1f} modes, reverse KL "
      f"{np.mean(divergences):.2f}; the least of 100 looks {min(divergences):.2f}")
claim("asked for 50, a perfect sampler misses some of 25 modes, and its best look flatters it",
      np.mean(modes) < 23 and min(divergences) < 0.8 * np.mean(divergences),
      modes=np.mean(modes), mean=np.mean(divergences), least=min(divergences))

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 35 --stop reverse_kl
#
# stops in the cell of (35.4), at 200 samples around five of the eight modes. After four times `n`
# (`;;` stands between commands on one line) they are counted:
#
#     (Pdb) n ;; n ;; n ;; n
#     (Pdb) p counts
#     array int64 (8,) [0, 30]
#     (Pdb) p len(counts)
#     8
#
# (The samples have twice the width of the modes, so that some lie beyond 3 standard deviations.)
#
# ## Exercises
#
# 1. On paper: G makes all A, D has learnt D*(A) = 1/3, D*(B) = 1. In the saturating game, where
#    does all of G go, and what is D* then? Write down the next two rounds.
# 2. On paper: how many draws does a perfect sampler of 25 modes need, so that it misses any with a
#    probability of at most 1 %?
# 3. In code: write
#
#        def coverage(samples, centres, sd):
#            """(high-quality fraction, modes captured, reverse KL) of samples (N, 2), no loop."""
#
#    and hold it against `evaluate_coverage`: `lessons/solutions/35.md` shows the check.
#
# `dgm course release 35 --out .` writes a file for the exercise in code, and
# `dgm course check 35` judges what you write into it.
#
# Solutions: `lessons/solutions/35.md`, for when you have tried.
