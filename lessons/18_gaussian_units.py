# %% [markdown]
# # Gaussian units: an RBM of real numbers
#
# So far every pixel was on or off. Heights, voltages and grey levels are real numbers. This lesson
# gives the visible units real values, and finds that nothing else has to change, and that the model
# can be looked at as a whole: it is a mixture of many bumps, all of the same width, whose centres
# are tied together. A ring of points shows what that can and cannot do, and why the scale of the
# data decides.
#
# Afterwards you can
#
# - derive what a Gaussian visible unit does, by completing one square;
# - read a Gaussian RBM as a mixture of 2^K bumps, and draw their centres;
# - bring data to the right scale, and compare likelihoods of data that were scaled differently.
#
# About an hour and a half. You need the RBM (lesson 7), contrastive divergence (lesson 9) and
# mixtures (lesson 3).
#
# ## One number and one bit, by hand
#
# Let v be a number and h a bit. Give v a parabola of its own, so that large values are dear, and
# keep the rest of the energy:
#
#     E(v, h) = ½ v² + ½ log 2π - b v - c h - v W h
#
# exp(-E) is exp(c h) times exp(v x) times the normal density N(v; 0, 1), where x = b + W h is the
# input to v. Complete the square in v:
#
#     v x - ½ v² = ½ x² - ½ (v - x)²
#     exp(-E(v, h)) = exp(c h + ½ x²) N(v; x, 1)
#
# Given h, v is its input x plus noise of variance 1. Take W = 4, b = -1, c = -4:
#
#     h = 0     x = -1     weight exp(½ · 1)      = 1.65        a bump at -1
#     h = 1     x =  3     weight exp(-4 + ½ · 9) = 1.65        a bump at 3
#
# Two equal bumps. With c = 0 the weight of the second would be exp(4.5) = 90: **a centre weighs the
# more the farther out it is**, and c has to make up for it.

# %% the same numbers by the library
import itertools
import warnings
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import (
    RBM, Gaussian, exact_gradient, free_energy, init_rbm, log_likelihood, log_partition,
    sample_hidden, sample_visible, train_rbm, visible_probs)
from numpy_dgm.energy.likelihood import gaussian_moments
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.numerics import logsumexp, sigmoid
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.standardiser import (
    fit_standardiser, log_jacobian, standardise, unstandardise)
from numpy_dgm.foundation.verify import claim, verify

bumps = RBM(np.array([[4.0]]), np.array([-1.0]), np.array([-4.0]), visible=Gaussian())
print("inputs x for h = 0, 1:", visible_probs(bumps, np.array([[0.0], [1.0]])).ravel())
print(f"Z = {np.exp(log_partition(bumps)):.2f}, twice 1.65")

# %% figure: the two bumps
fig, axes = plots.new_figure(1, 3, width=9, height=2.4)
line = np.linspace(-5, 7, 241)[:, None]  # (241, 1)
for ax, c in zip(axes, (-4.0, -3.0, 0.0)):
    bumps = RBM(np.array([[4.0]]), np.array([-1.0]), np.array([c]), visible=Gaussian())
    ax.plot(line[:, 0], np.exp(log_likelihood(bumps, line)))
    ax.set(title=f"W = 4, b = -1, c = {c:g}", xlabel="v", ylim=(0, 0.45))
axes[0].set_ylabel("density p(v)")
plots.save(fig, "18_bumps.png")

# %% [markdown]
# **What to see.** On the left the two equal bumps. With c = -3 the right one weighs exp(1) = 2.7
# times as much as the left one, and with c = 0 nothing can be seen of the left one.
#
# ## D numbers and K bits
#
# Now v has D numbers, and the square is completed in each of them. With |x|² = Σᵢ xᵢ² and I the
# matrix with ones in its diagonal, N(v; x, I) is a round normal density about x = b + W h:
#
#     exp(-E(v, h)) = exp(c·h + ½ |b + W h|²) N(v; b + W h, I)                (18.1)
#
# Everything follows. Integrate over v, where the density gives 1, and sum over h:
#
#     log Z = log Σ_h exp(c·h + ½ |b + W h|²)                                 (18.2)
#
# Divide by Z and sum over h:
#
#     p(v) = Σ_h p(h) N(v; b + W h, I)        p(h) = exp(c·h + ½ |b + W h|²) / Z         (18.3)
#
# **The model is a mixture of 2^K bumps**, all round and of the same width. D K weights and D + K
# biases describe them all, so they are tied: a centre is b plus some of the columns of W. With
# K = 2 the four centres are the corners of a parallelogram.
#
# For given v the energy is in h what it always was. So the hidden layer is summed out as in lesson
# 7, and p(hⱼ = 1 given v) = σ(xⱼ) as ever:
#
#     F(v) = ½ |v|² + (D/2) log 2π - b·v - Σⱼ log(1 + exp(cⱼ + Σᵢ vᵢ W_ij))   (18.4)
#
# Nor did lesson 8 use that v was a bit when it took the slopes of F and of log Z:
#
#     ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model                       (18.5)
#
# so that CD and PCD stay what they were. Only the step down has changed: a coin with σ(x) has
# become x plus a normal number.
#
# In the cell, integrals over v are sums over points ½ apart. For curves as smooth as normal
# densities of width 1, such a sum is off by less than rounding.


# %% (18.1) to (18.5) two numbers and three bits, by sums over both layers
def log_normal(v, mean, sd):
    """(N,) log density of independent normal numbers, for rows v (N, D)."""
    each = -(((v - mean) / sd) ** 2) / 2 - np.log(np.sqrt(2 * np.pi) * sd)
    return each.sum(axis=-1)


def minus_energies(rbm, v, h):
    """(N, S) -E of each v (N, 2) with each h (S, K), by definition."""
    parabola = -0.5 * np.sum(v**2, axis=1) - np.log(2 * np.pi)  # for each v, D = 2 numbers
    return parabola[:, None] + (v @ rbm.b)[:, None] + h @ rbm.c + v @ rbm.W @ h.T


def slow_mean_log_p(rbm):
    """Mean log p of `points`, by sums over the grid."""
    minus_F = logsumexp(minus_energies(rbm, points, h), axis=1)
    log_z = logsumexp(minus_energies(rbm, grid, h)) + np.log(0.25)
    return minus_F.mean() - log_z


rng = np.random.default_rng(18)
axis_points = np.arange(-16, 16.5, 0.5)
grid = np.array(list(itertools.product(axis_points, repeat=2)))  # (R, 2), each for an area of 1/4
h = all_bits(3)  # (8, 3)
rbm = RBM(rng.normal(scale=1.5, size=(2, 3)), rng.normal(size=2), rng.normal(size=3), Gaussian())
minus_E = minus_energies(rbm, grid, h)  # (R, 8)
centres = np.zeros((8, 2))
for row, on in enumerate(h):
    centres[row] = rbm.b
    for j in range(3):
        if on[j] == 1:
            centres[row] += rbm.W[:, j]

log_bumps = np.zeros(minus_E.shape)
for row, centre in enumerate(centres):
    log_weight = rbm.c @ h[row] + 0.5 * centre @ centre
    log_bumps[:, row] = log_weight + log_normal(grid, centre, 1.0)
verify("(18.1) exp(-E(v, h)) = exp(c·h + ½ |b + W h|²) N(v; b + W h, I)", minus_E, log_bumps)
by_grid = logsumexp(minus_E) + np.log(0.25)
verify("(18.2) log Z = log Σ_h exp(c·h + ½ |b + W h|²)", log_partition(rbm), by_grid)

points = rng.normal(scale=2, size=(20, 2))
p_h = np.exp(minus_E - by_grid).sum(axis=0) * 0.25  # (8,) by the grid
mixture = np.zeros(20)
for weight, centre in zip(p_h, centres):
    mixture += weight * np.exp(log_normal(points, centre, 1.0))
verify("(18.3) p(v) = Σ_h p(h) N(v; b + W h, I)", np.exp(log_likelihood(rbm, points)), mixture)
F = -logsumexp(minus_energies(rbm, points, h), axis=1)
F_library = free_energy(rbm, points)
verify("(18.4) F(v) = ½ |v|² + (D/2) log 2π - b·v - Σⱼ log(1 + exp(xⱼ))", F_library, F)
slope = central_differences(slow_mean_log_p, rbm)
gradient = flatten(exact_gradient(rbm, points))
verify("(18.5) ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model", gradient, slope, tolerance=1e-7)

# %% [markdown]
# ## The scale decides
#
# How wide is p(v)? By the law of total variance, Cov(v) is the mean of Cov(v given h), which is I,
# plus the covariance of the centres:
#
#     Cov(v) = I + W Cov(h) Wᵀ                                                (18.6)
#
# The second part is negative in no direction. So p(v) is nowhere narrower than the noise, which is
# 1, whatever is learnt: **the data must be brought to the scale at which their noise is about 1**.
# Column by column let yᵢ = (vᵢ - meanᵢ) / scaleᵢ. A piece dv of the line becomes dv / scaleᵢ and
# keeps its probability, so
#
#     log p(v) = log p(y) - Σᵢ log scaleᵢ                                     (18.7)
#
# The last term is the log of the Jacobian. Without it, log p(y) at different scales cannot be
# compared.

# %% (18.6) and (18.7) width and scale
p_v = np.exp(minus_E - by_grid).sum(axis=1) * 0.25
covariance = np.cov(grid.T, aweights=p_v, ddof=0)
covariance_h = np.cov(h.T, aweights=p_h, ddof=0)
verify("(18.6) Cov(v) = I + W Cov(h) Wᵀ", covariance, np.eye(2) + rbm.W @ covariance_h @ rbm.W.T)

raw = np.array([200.0, -3.0]) + np.array([40.0, 0.1]) * rng.normal(size=(50, 2))
scaler = fit_standardiser(raw)  # its means and scales, column by column
on_the_scale_of_v = np.zeros(50)  # the same bumps, moved and widened
for weight, centre in zip(p_h, centres):
    middle = scaler.mean + scaler.scale * centre
    on_the_scale_of_v += weight * np.exp(log_normal(raw, middle, scaler.scale))
log_p = log_likelihood(rbm, standardise(scaler, raw)) + log_jacobian(scaler)
verify("(18.7) log p(v) = log p(y) - Σᵢ log scaleᵢ", log_p, np.log(on_the_scale_of_v))

# %% [markdown]
# ## The loop on a page: a ring
#
# Points about a circle of radius 200 around (800, 300), with noise of sd 40. Along each axis the
# data have the sd √(200²/2 + 40²) = 147. Standardised they have the sd 1, and their noise 40/147:
# much too narrow for the model. So they are stretched by 147/40 = 3.7 as well: scale = sd / 3.7.
# Then it is CD-1 as in lesson 9, with eight hidden bits, and one line is new.

# %% a training run in fifteen lines
def draw_ring(n, rng):
    """n points (n, 2) about the circle."""
    angle = rng.uniform(0, 2 * np.pi, size=n)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    return np.array([800.0, 300.0]) + 200 * circle + 40 * rng.normal(size=(n, 2))


rng = np.random.default_rng(1)
fit = draw_ring(1500, rng)
held_out = draw_ring(500, rng)
standard = fit_standardiser(fit)
stretched = replace(standard, scale=standard.scale / 3.7)
y = standardise(stretched, fit)
N, K = 50, 8
W = 0.01 * rng.standard_normal((2, K))
b = np.zeros(2)
c = np.zeros(K)
for step in range(1501):
    v_data = y[rng.integers(len(y), size=N)]
    p_h_data = sigmoid(v_data @ W + c)  # positive phase
    h = (rng.random((N, K)) < p_h_data).astype(float)
    v = h @ W.T + b + rng.standard_normal((N, 2))  # the new line: the input, and noise
    p_h = sigmoid(v @ W + c)  # negative phase

    rate = 0.1 * (1 - step / 1500)
    W += rate * (v_data.T @ p_h_data - v.T @ p_h) / N
    b += rate * (v_data.mean(axis=0) - v.mean(axis=0))
    c += rate * (p_h_data.mean(axis=0) - p_h.mean(axis=0))
    if step in (0, 100, 500, 1500):
        by_loop = RBM(W, b, c, visible=Gaussian())
        log_p = log_likelihood(by_loop, standardise(stretched, held_out)) + log_jacobian(stretched)
        print(f"step {step:5,}   held-out points: mean log p {log_p.mean():.2f}")

# %% [markdown]
# ## How many bits, and which stretch?
#
# We know where the points come from: the mean of normal densities around all places of the circle.
# So we know what the best model would say. A single normal density, with the mean and the
# covariance of the points, is the one to beat. Now by PCD with the library, for several numbers of
# bits and stretches, three runs of each on points of their own. All figures are about the points as
# they came, by (18.7).


# %% experiment: a ring; the stretch and the number of hidden bits
def source_log_p(v):
    """(N,) log p under the density that the points are drawn from."""
    angle = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    places = np.array([800.0, 300.0]) + 200 * np.column_stack([np.cos(angle), np.sin(angle)])
    each = np.zeros((500, len(v)))
    for row, place in enumerate(places):
        each[row] = log_normal(v, place, 40.0)
    return logsumexp(each, axis=0) - np.log(500)


def one_normal_log_p(v, cases):
    """(N,) log p under the normal density with the mean and the covariance of `cases`."""
    off = v - cases.mean(axis=0)
    covariance = np.cov(cases.T)
    square = np.sum(off @ np.linalg.inv(covariance) * off, axis=1)
    return -0.5 * square - 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]


def learn(n_hidden, stretch, cases, rng, rate=0.1):
    """A Gaussian RBM with hidden bits, and the Standardiser that brings points to its scale."""
    standard = fit_standardiser(cases)
    scaler = replace(standard, scale=standard.scale / stretch)
    y = standardise(scaler, cases)
    start = init_rbm(2, n_hidden, rng, y, dtype=np.float64, visible=Gaussian())
    rbm, _ = train_rbm(start, y, epochs=25, rng=rng, rate=rate, batch_size=50)
    return rbm, scaler


def log_p_of(rbm, scaler, v):
    """(N,) log p of points as they came, by (18.7)."""
    return log_likelihood(rbm, standardise(scaler, v)) + log_jacobian(scaler)


sizes = (2, 4, 8)
stretches = (0.5, 1, 2, 3, 4, 6)
R = 3
score = np.zeros((len(sizes), len(stretches), R))
one_normal, source = np.zeros((2, R))
models = {}  # of the last run
for run in range(R):
    rng = np.random.default_rng([18, run])
    cases, judges = draw_ring(1500, rng), draw_ring(500, rng)
    one_normal[run] = one_normal_log_p(judges, cases).mean()
    source[run] = source_log_p(judges).mean()
    for row, n_hidden in enumerate(sizes):
        for column, stretch in enumerate(stretches):
            rbm, scaler = learn(n_hidden, stretch, cases, rng)
            models[n_hidden, stretch] = rbm, scaler
            score[row, column, run] = log_p_of(rbm, scaler, judges).mean()
mean_score = score.mean(axis=2)
print("mean log p, held out, by stretch", stretches)
for row, n_hidden in enumerate(sizes):
    print(f"{n_hidden} hidden bits", mean_score[row].round(2))
print(f"one normal density {one_normal.mean():.2f}, the source {source.mean():.2f}")

claim("at stretch 1 each RBM does as well as one normal density and no better, within .05 nats",
      np.abs(score[:, 1] - one_normal).max() < 0.05, off=np.abs(score[:, 1] - one_normal).max())
claim("with 8 bits and stretch 4 the RBM is within .25 nats of the source, and .3 better than that",
      (source - score[2, 4]).max() < 0.25 and (score[2, 4] - one_normal).min() > 0.3,
      below_the_source=source - score[2, 4])
claim("2 bits are best at stretch 2, 8 bits at 3 or 4",
      stretches[mean_score[0].argmax()] == 2 and stretches[mean_score[2].argmax()] in (3, 4))

fig, axes = plots.new_figure(1, 4, width=9, height=2.6)
extent = (460, 1140, -40, 640)
across, up = np.meshgrid(np.linspace(460, 1140, 50), np.linspace(-40, 640, 50))
plane = np.column_stack([across.ravel(), up.ravel()])
for ax, n_hidden in zip(axes, (None, 2, 8)):
    if n_hidden is None:
        log_p = one_normal_log_p(plane, cases)
        ax.set_title("one normal density")
    else:
        rbm, scaler = models[n_hidden, 4]
        log_p = log_p_of(rbm, scaler, plane)
        layers = all_bits(n_hidden)
        x = rbm.b + layers @ rbm.W.T
        p_h = np.exp(layers @ rbm.c + 0.5 * np.sum(x**2, axis=1) - log_partition(rbm))
        places = unstandardise(scaler, x)
        ax.scatter(places[:, 0], places[:, 1], s=200 * p_h, color="tab:orange")
        ax.set_title(f"{n_hidden} hidden bits, stretch 4")
    ax.imshow(np.exp(log_p).reshape(50, 50), origin="lower", extent=extent, cmap="Blues",
              interpolation="nearest")
    ax.plot(cases[:150, 0], cases[:150, 1], ".", color="0.3", markersize=1.5)
    ax.set(xticks=[600, 800, 1000], yticks=[100, 300, 500])
for row, n_hidden in enumerate(sizes):
    axes[3].plot(stretches, mean_score[row], ("o-", "s--", "^:")[row], label=f"{n_hidden} bits")
axes[3].axhline(one_normal.mean(), color="black", linestyle=":", label="one normal")
axes[3].axhline(source.mean(), color="0.6", label="the source")
axes[3].set(xlabel="stretch", ylabel="nats a point", ylim=(-14.6, -12.1), title="held out")
axes[3].legend(fontsize=8, loc="lower left")
plots.save(fig, "18_ring.png")

# %% [markdown]
# **What to see.** One normal density finds the middle likeliest, where there is hardly a point.
# With 2 hidden bits there are four bumps on the corners of a parallelogram (orange, the larger the
# more probable), and much of the ring is left out. With 8 bits there are 256 centres; those that
# lie inside the ring have next to no weight, since by (18.3) a centre weighs the more the farther
# out it is. This model comes close to the density that the points are drawn from.
#
# On the right: at stretch 1, just standardised, no RBM is better than one normal density, since
# (18.6) leaves nothing to learn. The noise is 1 at a stretch of 3.7, and eight bits are best near
# it. Few bits cannot fill the ring with narrow bumps, and prefer wider ones.
#
# ## What goes wrong
#
#     the rate too high   the products of bits are at most 1, those of numbers are not bounded:
#                         large W makes large v, and large v make W larger
#     no scale            one unit of v is a fortieth of the noise
#     no noise            a chain that hands on the mean of v, not a draw, never leaves the centres
#     no Jacobian         then log p(y) is best where the data are squeezed most
#
# At the first two `train_rbm` warns, and stops where the model is worse than units that are not
# connected.

# %% wrong: the rate, no scale, no noise, no Jacobian
for wrong, stretch, rate in (("rate 3", 4, 3.0), ("no scale", standard.scale, 0.1)):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            learn(8, stretch, fit, np.random.default_rng(0), rate)
        except Diverged as error:
            print(f"{wrong}: {error}")

rbm, scaler = models[8, 4]
for name in ("v drawn", "v's mean"):
    rng = np.random.default_rng(0)
    v = rng.normal(size=(1000, 2))
    for _ in range(200):
        h = sample_hidden(rbm, v, rng)
        v = sample_visible(rbm, h, rng) if name == "v drawn" else visible_probs(rbm, h)
    radius = np.linalg.norm(unstandardise(scaler, v) - [800, 300], axis=1)
    places = len(np.unique(v.round(9), axis=0))
    print(f"1,000 chains, {name:8}: radius {radius.mean():.0f} ± {radius.std():.0f}, "
          f"{places:,} different places")

print("8 hidden bits, no Jacobian:")
for column, stretch in enumerate(stretches):
    log_p_y = mean_score[2, column] + np.log(standard.scale / stretch).sum()
    print(f"  stretch {stretch:3}   mean log p(y) {log_p_y:5.2f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 18 --stop energy.gradients.exact_gradient
#
# stops in the proof of (18.5), for twenty points and three hidden bits:
#
#     (Pdb) p rbm.visible
#     Gaussian()
#     (Pdb) p v
#     array float64 (20, 2) [-3.99, 3.71]
#     (Pdb) p rbm.b + rbm.W.sum(axis=1)
#     array float64 (2,) [-1.69, 3.32]
#
# (The last one is the centre of the bump with all three bits on.)
#
# ## Appendix: both layers Gaussian
#
# Let h be Gaussian too, with a parabola of its own. Completing the square in h, then in v,
#
#     -F(v) = b·v + ½ |c + Wᵀ v|² - ½ |v|² + a constant
#           = -½ vᵀ (I - W Wᵀ) v + (b + W c)·v + a constant
#
# This is the exponent of a normal density, if its quadratic part falls in every direction:
#
#     Cov(v) = (I - W Wᵀ)⁻¹          E[v] = Cov(v) (b + W c)                  (18.8)
#
# Along a singular vector of W with the singular value ρ the variance is 1 / (1 - ρ²). At ρ = 1 it
# is infinite, and from there on there is no Z. So **two Gaussian layers need a largest singular
# value below 1**; `init_rbm`, `train_rbm` and `evaluate_rbm` insist on it. All that they can learn
# is a mean and a covariance: one bump.

# %% (18.8) two numbers and one Gaussian hidden unit
W = np.array([[0.5], [-0.3]])
b = np.array([0.4, 0.2])
c = np.array([-0.6])
pair = RBM(W, b, c, Gaussian(), Gaussian())
h_points = axis_points[:, None]  # (S, 1)
minus_E = minus_energies(pair, grid, h_points) - 0.5 * h_points[:, 0] ** 2  # (R, S)
p_v = np.exp(logsumexp(minus_E, axis=1) - logsumexp(minus_E))
covariance = np.linalg.inv(np.eye(2) - pair.W @ pair.W.T)
expected = np.vstack([covariance, covariance @ (pair.b + pair.W @ pair.c)])
summed = np.vstack([np.cov(grid.T, aweights=p_v, ddof=0), p_v @ grid])
verify("(18.8) Cov(v) = (I - W Wᵀ)⁻¹, E[v] = Cov(v) (b + W c)", expected, summed)
mean_of_all, covariance_of_all = gaussian_moments(pair)  # of v and h together, by the library
by_library = np.vstack([covariance_of_all[:2, :2], mean_of_all[:2]])
verify("(18.8) the same by the library", by_library, summed)

# %% [markdown]
# ## Exercises
#
# 1. On paper: three hidden bits give 8 bumps. Lay six of them on the corners of a regular hexagon
#    around 0, all with the same weight. Where are the other two, and what do they weigh?
# 2. On paper: let v be bits and h Gaussian. Show that p(v) is that of lesson 5's machine without
#    hidden units, each pair connected. What are its weights and biases?
# 3. In code: draw from the model as a mixture, with no chain at all.
#
#        def draw_exactly(W, b, c, n, rng):
#            """n exact samples (n, D) of a Gaussian RBM with hidden bits, by (18.3): first a row of
#            all 2^K hidden layers for each, by p(h), then v from N(b + W h, I)."""
#
#    Hold the mean and the covariance of 20,000 of them against (18.6): `lessons/solutions/18.md`
#    shows the check.
#
# `dgm course release 18 --out .` writes a file for the exercise in code, and
# `dgm course check 18` judges what you write into it.
#
# Solutions: `lessons/solutions/18.md`, for when you have tried.
