# %% [markdown]
# # Mode collapse: why a generator makes one thing, and how to count what it covers
#
# The data have eight modes, say, eight kinds of things; the generator makes one kind, or three,
# well. Nothing in the game's value asks for that: its best generator makes all of them (lesson
# 30). So why does it happen? This lesson finds the reason in a game of two modes, sees a generator
# hop, counts what it covers, and asks why the modes that it does cover come out too narrow.
#
# Afterwards you can
#
# - say what the best move of a generator is while the discriminator stands still, and prove it;
# - say what the order of min and max has to do with it;
# - count modes, and say what a perfect sampler shows in each figure;
# - say why D may not see how wide a mode is, why G may not make it so, and give each what it needs.
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
    MixtureOfGaussians, draw_mixture, ring_of_gaussians, to_unit_spread)
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify, verify_mean
from numpy_dgm.neural import (
    MLP, Affine, Skip, Tanh, init_fourier, init_mlp, mlp_backward, mlp_forward)

rng = np.random.default_rng(35)
p_Gs = np.concatenate([np.eye(5), rng.dirichlet(np.full(5, 0.3), size=20_000)])  # on five places
for name, objective in (("-log D", NonSaturating()), ("log(1 - D)", Saturating())):
    s = rng.normal(size=(5, 1))  # D's logits at the five places, held
    loss_at = np.array([objective.generator_loss(s[place:place + 1])[0] for place in range(5)])
    D = 1 / (1 + np.exp(-s[:, 0]))
    least = -np.log(D.max()) if name == "-log D" else np.log(1 - D.max())
    verify(f"(35.1) min over p_G = -log max D, {name}", (p_Gs @ loss_at).min(), least)

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
    return np.exp(-np.sum(p * np.log(p + 1e-300), axis=-1))


counts, hops, over_time, pictures = {}, {}, {}, {}
for n in (1, 10, 100):
    p_G = np.array([play(n, seed) for seed in range(16)])  # (16, 150, 8)
    late = p_G[:, -100:]
    counts[n] = modes_in_use(late).mean(axis=1)
    hops[n] = np.count_nonzero(np.diff(late.argmax(axis=2)), axis=1)
    over_time[n] = modes_in_use(late.mean(axis=1))
    pictures[n] = p_G[-1]
full = [np.count_nonzero(counts[n] > 7) for n in (1, 10)]  # of 16; a rare start hops on
claim("a G that moves little while D stands mostly serves all modes", min(full) >= 13, of_16=full)
claim("one that runs to the end of its hill serves few at a time", counts[100].max() < 2,
      most_of_16=counts[100].max())
claim("and hops: over 100 steps of D it has made all of them",
      hops[100].min() > 20 and over_time[100].min() > 6, hops=hops[100].min())

# %% figure: p_G over time
fig, axes = plots.new_figure(1, 3, width=9, height=2.8)
for ax, (n, p_G) in zip(axes, pictures.items()):
    drawn = ax.imshow(p_G[:60].T, aspect="auto", cmap="Greys", vmin=0, vmax=1)
    ax.set(title=f"{n} of G for each of D", xlabel="step of D", ylabel="mode")
fig.colorbar(drawn, ax=axes, label="p_G")
plots.save(fig, "35_hops.png")

# %% [markdown]
# **What to see.** Left and in the middle all eight modes are soon in use alike. Right, one at a
# time: G is all on one mode until D has found out, then all on another, as players chase one
# another in lesson 32. Averaged over the run its samples look like the data; at no time are they.
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
# Nor do n draws find all modes. Each misses mode k with the probability 1 - 1/K, so that
#
#     E[modes captured] = K (1 - (1 - 1/K)^n)                                              (35.6)
#
# And they do not fall on the modes evenly. For large n write q_k = (1 + e_k)/K with Σ e_k = 0. As
# (1 + e) log(1 + e) = e + e²/2 + ..., the reverse KL is near Σ_k e_k²/(2K). Here n_k is binomial,
# which gives E[e_k²] = K² (1/K)(1 - 1/K)/n = (K - 1)/n. So
#
#     E[reverse KL] → (K - 1) / 2n                                                         (35.7)

# %% (35.4) to (35.7) the three figures, and their ceilings
def slow_figures(samples, mixture):
    """High-quality fraction, modes captured, log K - H(q), sample by sample."""
    K = len(mixture.centres)
    counts = np.zeros(K)
    for sample in samples:
        distances = np.linalg.norm(mixture.centres - sample, axis=1)
        if distances.min() <= 3 * mixture.sigma:
            counts[distances.argmin()] += 1
    q = counts[counts > 0] / counts.sum()
    entropy = -np.sum(q * np.log(q))
    return counts.sum() / len(samples), len(q), math.log(K) - entropy


def expected_reverse_kl(K, n):
    """K Σ_j P(n_k = j) (j/n) log(K j/n), exactly; an empty mode adds nothing."""
    j = np.arange(1, n + 1)
    log_ways = np.cumsum(np.log((n + 1 - j) / j))  # to choose j of the n
    P = np.exp(log_ways - j * math.log(K) + (n - j) * math.log(1 - 1 / K))  # P(n_k = j)
    return K * np.sum(P * (j / n) * np.log(K * j / n))


ring = ring_of_gaussians()
around_five = ring.centres[rng.integers(5, size=200)] + 2 * ring.sigma * rng.normal(size=(200, 2))
found = evaluate_coverage(around_five, ring)
verify("(35.4) reverse KL = log K - H(q), with the fraction and the modes",
       [found.high_quality, found.modes, found.reverse_kl], slow_figures(around_five, ring))
alike = np.tile(ring.centres[:2], (50, 1))
verify("(35.4) log(K/j), j = 2 modes alike", reverse_kl(alike, ring), math.log(8 / 2))

widths = np.array([0.75, 1, 1.5, 3])
fractions = np.zeros((600, 4))
for row, column in np.ndindex(600, 4):
    source = MixtureOfGaussians(ring.centres, widths[column] * ring.sigma)
    fractions[row, column] = high_quality_fraction(draw_mixture(source, 100, rng), ring)
verify_mean("(35.5) P(high quality) = 1 - exp(-9 / (2ρ²))",
            fractions, 1 - np.exp(-9 / (2 * widths**2)))

three = MixtureOfGaussians(ring.centres[:3].copy(), ring.sigma)
modes, divergences = [], []
for which in itertools.product(range(3), repeat=6):  # all 3⁶ ways in which 6 draws fall on 3 modes
    samples = three.centres[list(which)]
    modes.append(modes_captured(samples, three))
    divergences.append(reverse_kl(samples, three))
verify("(35.6) E[modes captured] = K (1 - (1 - 1/K)^n)", np.mean(modes), 3 * (1 - (2 / 3) ** 6))
verify("(35.7) E[reverse KL], K = 3, n = 6", np.mean(divergences), expected_reverse_kl(3, 6))
for K in (8, 25):
    ratio = expected_reverse_kl(K, 2_500) / ((K - 1) / 5_000)
    verify(f"(35.7) E[reverse KL] → (K - 1) / 2n, their ratio, K = {K}", ratio, 1, 0.005)

# %% [markdown]
# ## Too narrow: what D can see of a mode's width
#
# A generator may reach all modes, in balance, and make each too narrow. By (35.5) the fraction of
# high quality then even rises. Why does the game not widen them? Let G's modes have ρ = .36 of the
# right width, and be far apart. Near a centre, with r in units of σ, the densities of r are
# r exp(-r²/2) and r exp(-r²/(2ρ²))/ρ², and the best D's logit is log p_data - log p_G (lesson 30):
#
#     s*(r) = 2 log ρ + r² (1/ρ² - 1) / 2                                                  (35.8)
#
# It is -2.04 at the centre and 1.31 at r = 1, and its loss is .79, far below the 2 log 2 = 1.386 of
# a D that knows nothing. But r = 1 is one σ. On the ring with unit spread that is .014, and s* has
# to rise by 3.36 on the way, and again at each of eight places. A new network is nearly flat over
# so short a distance. All of a mode is one place to it.
#
# So give D short waves to build from: beside x the sines and cosines of x along fixed directions,
# the columns of B, whose lengths are the frequencies. A wave of frequency 100 rises from 0 to .84
# over a distance of .01. The layer (`Fourier`) learns nothing, and passes slopes down (exercise 3):
#
#     y = [x, sin xB, cos xB]                                                              (35.9)

# %% (35.8) and (35.9) the best logit at a mode, and a layer of waves
rho = 0.36
radii = (np.arange(80_000) + 0.5) / 10_000  # midpoints, from 0 to 8 σ
p_radius = radii * np.exp(-radii**2 / 2)
q_radius = radii * np.exp(-radii**2 / (2 * rho**2)) / rho**2
s_star = 2 * math.log(rho) + radii**2 * (1 / rho**2 - 1) / 2
verify("(35.8) s*(r) = 2 log ρ + r² (1/ρ² - 1) / 2", np.log(p_radius / q_radius), s_star)
loss_at_radius = p_radius * np.logaddexp(0, -s_star) + q_radius * np.logaddexp(0, s_star)
best_loss = loss_at_radius.sum() / 10_000

waves = init_fourier(2, 3, rng, dtype=np.float64)
x = rng.normal(size=(4, 2))
y, _ = waves.forward(x)
angle = x[:, :1] * waves.B[0] + x[:, 1:] * waves.B[1]  # (4, 3)
verify("(35.9) y = [x, sin xB, cos xB]", y, np.hstack([x, np.sin(angle), np.cos(angle)]))

# %% [markdown]
# **D alone.** G stands still, and D has 300 steps to tell its cases from real ones; then it is
# judged on fresh cases. It has two hidden layers of 32, with 64 waves below them or none, of
# frequencies from 1, for data of spread 1, to 100, for a hundredth of it. Nothing is said of σ.

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


alone = np.array([judge(rho, 0, seed) for seed in range(12)])
waved = np.array([judge(rho, 64, seed) for seed in range(12)])
claim("from x alone D learns nothing of the width", alone.min() > 1.36, least_of_12=alone.min())
claim("with waves it comes near the best D", waved.max() < 1, most=waved.max(), best=best_loss)

# %% [markdown]
# ## Too narrow: what G can make of a mode's width
#
# What D cannot see, G is not told. Now say that D sees all. Can G do what it is told? Two numbers
# of noise and four tanh units make a ring of radius 1. Let e_1 to e_4 be unit vectors, each 45° on
# from the last, and
#
#     G(z) = .383 Σ_i tanh(g e_i·z) e_i          .383 = sin 22.5°
#
# With a large gain g each tanh is -1 or 1, and the plane of z falls into eight sectors on each of
# which G stands still: a plateau for each mode. All the width of a mode comes from the edges of its
# sector, where one tanh is on its way. At a distance t from an edge 1 - tanh(gt) = 2/(1 + exp(2gt))
# is missing, and the sample is δ/(1 + exp(2gt)) from its centre, with δ = 2 · .383 = 76.5 σ, the
# distance of two modes. That is 3 σ where 2gt = log(25.5 - 1) = 3.2, and σ where it is 4.3. Over so
# short a way z is spread evenly. So for each 11 samples between σ and 3 σ, where real modes have 59
# % of theirs, some 30 belong to no mode, whatever g. What parts the modes is all that widens them.
#
# So let noise come to the last layer by another way. `Skip` hands on [scale · z, h] in place of the
# tanh units' h, and the last layer has rows A for z: y = scale · zA + hW + b. On a plateau hW + b
# is fixed. Give z two numbers more that choose no mode, and let A be 0 in its other rows. Then zA
# varies in every mode alike. The covariance of z is I, that of zA is AᵀA, and so in each mode
#
#     covariance of the samples = scale² AᵀA                                              (35.10)
#
# The width of all modes is read off A alone. A = (σ/scale) I is right; 2A doubles all eight. (Rows
# for the two numbers that choose would not do: they vary in another way in each sector.)

# %% (35.10) the width of every mode is in the last layer's rows
def ring_maker(gain, A, scale=5.0):
    """z (N, 4) -> (N, 2): z_1 and z_2 choose the mode, and A (2, 2) has the rows of z_3 and z_4."""
    angles = math.pi / 8 + math.pi / 4 * np.arange(4)
    e = np.array([np.cos(angles), np.sin(angles)])  # (2, 4), a column for each tanh
    below = Affine(np.vstack([gain * e, np.zeros((2, 4))]), np.zeros(4))
    last = Affine(np.vstack([np.zeros((2, 2)), A, math.sin(math.pi / 8) * e.T]), np.zeros(2))
    return MLP((Skip((below, Tanh()), scale), last))


A, z = 0.01 * rng.normal(size=(2, 2)), rng.normal(size=(20_000, 4))
y, _ = mlp_forward(ring_maker(1e9, A), z)
for k, direction in enumerate(ring.centres):
    in_sector = z[:, :2] @ direction > math.cos(math.pi / 8) * np.linalg.norm(z[:, :2], axis=1)
    off = y[in_sector] - ring.centres[k]
    products = off[:, :, None] * off[:, None, :]  # (n, 2, 2)
    verify_mean(f"(35.10) covariance of the samples = scale² AᵀA, mode {k}", products, 25 * A.T @ A)

# %% experiment: the width and the quality of that ring, by its gain and with a skip
skip = ring.sigma / 5.0 * np.eye(2)
figures, shown = [], []
for gain in (5, 10, 20, 40, 80, 160, 1_000):
    A = skip if gain == 1_000 else 0 * skip
    samples, _ = mlp_forward(ring_maker(gain, A), rng.normal(size=(20_000, 4)))
    distance = np.linalg.norm(samples[:, None] - ring.centres, axis=2).min(axis=1) / ring.sigma
    good = distance[distance <= 3]
    width, quality = math.sqrt(np.mean(good**2) / 2), len(good) / 20_000
    figures.append((width, quality))
    shown.append(samples)
    print(f"  gain {gain:5}, A {A[0, 0]:.3f} I   width {width:.2f}   high quality {quality:.3f}")
claim("no gain gives both width and quality", np.min(figures[:-1], axis=1).max() < 0.7)
claim("the skip gives both", min(figures[-1]) > 0.95, width=width, quality=quality)

# %% figure: one mode, magnified
fig, axes = plots.new_figure(1, 3, width=9, height=3.3)
for ax, place, title in zip(axes, (1, 5, 6), ("gain 10", "gain 160", "gain 1,000 and a skip")):
    plots.draw_scatter(ax, shown[place], ring, title)
    ax.set(xlim=(0.92, 1.08), ylim=(-0.08, 0.08))
plots.save(fig, "35_width.png")

# %% [markdown]
# **What to see.** Without the skip a mode is a point with streaks to its two neighbours: too many
# samples there, or hardly any. With it, a Gaussian (cut off at 3 σ, so that .97 is right). Larger
# networks have other ways than this ring's. Yet where five layers of 80 tanh learn, in
# `lessons/reproductions/gan_modes.py`, the ring stays at .36 of its width ("lite"); waves for D and
# other rates take it to .39 to .55 ("waves"), a skip for G besides to .89 to .95 ("wide").
#
# ## What goes wrong
#
# - One figure is trusted. A blob N(0, I), which knows nothing of modes, captures all; one mode
#   alone has a perfect fraction. Read them together, beside rows for real cases and for nonsense.
# - Too few samples. A perfect sampler of 25 modes that is asked for 50 misses three, by (35.6).

# %% wrong: one figure alone
wide_ring = to_unit_spread(MixtureOfGaussians(ring.centres, sigma=0.05))
sources = {"real": wide_ring, "blob": MixtureOfGaussians(np.zeros((1, 2)), 1.0),
           "one mode": MixtureOfGaussians(wide_ring.centres[:1], wide_ring.sigma)}
table = {}
for name, source in sources.items():
    table[name] = evaluate_coverage(draw_mixture(source, 2_500, rng), wide_ring)
    print(f"  {name:9} {table[name]}")
blob, one_mode = table["blob"], table["one mode"]
claim("the blob has all modes, and its reverse KL is small",
      blob.modes == 8 and blob.reverse_kl < 0.1, reverse_kl=blob.reverse_kl)
claim("one mode has a perfect fraction", one_mode.high_quality > 0.98)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 35 --stop reverse_kl
#
# stops in the cell of (35.4), at 200 samples around five of the eight modes; some lie beyond 3 sd.
# After four times `n` (`;;` stands between commands on one line) they are counted:
#
#     (Pdb) n ;; n ;; n ;; n
#     (Pdb) p counts
#     array int64 (8,) [0, 30]
#     (Pdb) p len(counts)
#     8
#
# ## Exercises
#
# 1. On paper: G makes all A, D has learnt D*(A) = 1/3, D*(B) = 1. In the saturating game, where
#    does all of G go, and what is D* then? Write down the next two rounds.
# 2. On paper: how many draws does a perfect sampler of 25 modes need, so that it misses any with a
#    probability of at most 1 %?
# 3. On paper: go backward through (35.9), from dy = [dy_x, ds, dc] of its three parts to dx.
# 4. In code: write
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
