# %% [markdown]
# # Lesson 10: kinds of units
#
# After this lesson you will be able to
#
# - describe a kind of unit by a base measure and a function A, and read its mean and variance off A;
# - write down energy, free energy, conditionals and gradient of an RBM once, for units of any kind;
# - read an RBM of real numbers as a mixture of 2^K bumps, and say why the scale of the data decides;
# - say when two Gaussian layers have a Z, and what softmax units are for;
# - compare likelihoods of real-valued data that were scaled in different ways.
#
# From lesson 1 you need the mixture; from lesson 4 the RBM, its free energy F and its conditionals; from
# lesson 5 the gradient; from lesson 6 the law of total variance.
#
# ## A unit and its log-normaliser
#
# So far every unit was a bit. But lesson 4 used little of that: hidden unit j, with input xⱼ, had values
# of the weight exp(hⱼ xⱼ), and their sum 1 + exp(xⱼ) could be written down. So let a unit have any values
# s, and let base(s) say what each weighs by itself (Welling, Rosen-Zvi and Hinton 2004):
#
#     A(x) = log Σ_s base(s) exp(s x)                                        a definition
#     p(s given x) = base(s) exp(s x) / exp(A(x))                            a definition
#
# Where s is a real number the sum is an integral. A is called the log-normaliser. Its slope is
#
#     A'(x) = Σ_s base(s) s exp(s x) / exp(A(x)) = Σ_s s p(s given x)        slope of the log of a sum
#
#     A'(x) = E[s]                                                           (10.1)
#
# The slope of p(s given x) is p(s given x) (s - A'(x)), so A''(x) = Σ_s s p(s given x) (s - E[s]):
#
#     A''(x) = E[s²] - E[s]² = Var(s)                                        (10.2)
#
# Three kinds. A bit has the values 0 and 1, with base 1 for both:
#
#     A(x) = log(1 + exp(x))          A'(x) = σ(x)                           (10.3)
#
# A Gaussian unit has any real value, and its base is the normal density N(s; 0, 1). Complete the square,
# s x - s²/2 = x²/2 - (s - x)²/2. Then base(s) exp(s x) = exp(x²/2) N(s; x, 1), whose integral over s is
# exp(x²/2). So, given x, s is x plus noise of variance 1, whatever x is:
#
#     A(x) = x²/2          A'(x) = x                                         (10.4)
#
# A softmax group has M values, with base 1. Value m is written as M units of which unit m alone is on, so
# that each value has an input of its own, s·x = x_m. The slope for x_m is the probability of m:
#
#     A(x) = log Σ_m exp(x_m)          ∂A/∂x_m = exp(x_m) / Σ_l exp(x_l)     (10.5)
#
# In the cells, integrals are sums over points 1/2 apart. For curves as smooth as normal densities of
# deviation 1, such a sum is off by far less than rounding.

# %% (10.1) to (10.5) three kinds of units, by sums over their values
import itertools
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, Bernoulli, Gaussian, Softmax, boltzmann, exact_gradient, free_energy, hidden_probs, init_rbm,
    log_likelihood, log_partition, sample_hidden, sample_visible, train_rbm, visible_probs)
from numpy_dgm.energy.likelihood import gaussian_moments
from numpy_dgm.energy.rbm import check_rbm, transposed
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import logsumexp
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.standardiser import fit_standardiser, log_jacobian, standardise, unstandardise
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.verify import verify

rng = np.random.default_rng(10)
bits, numbers, three_values = Bernoulli(), Gaussian(), Softmax(3)


def log_normal(s, mean=0.0, deviation=1.0):
    """log density of independent normal numbers, for rows s (N, D): (N,)."""
    return np.sum(-(((s - mean) / deviation) ** 2) / 2 - np.log(math.sqrt(2 * math.pi) * deviation), axis=-1)


def all_values(units, n):
    """Every value of a layer of n units, and the log of its base: (S, n), (S,). Numbers: points 1/2 apart."""
    if units == numbers:
        s = np.array(list(itertools.product(np.arange(-13, 13.5, 0.5), repeat=n)))
        return s, log_normal(s) + n * math.log(0.5)  # each point stands for a stretch of 1/2
    one_unit = [(0.0,), (1.0,)] if units == bits else [tuple(row) for row in np.eye(units.n_values)]
    s = np.array([sum(choice, ()) for choice in itertools.product(one_unit, repeat=n // len(one_unit[0]))])
    return s, np.zeros(len(s))


ours, sums = {}, {}
for units, n in ((bits, 1), (numbers, 1), (three_values, 3)):
    x = rng.normal(size=n)
    s, log_base = all_values(units, n)
    p = np.exp(log_base + s @ x)
    A, p = np.log(p.sum()), p / p.sum()
    mean, variance = p @ s, p @ s**2 - (p @ s) ** 2
    forward, back = x + 1e-4 * np.eye(n), x - 1e-4 * np.eye(n)  # row m: input m moved a little
    slope_of_A = (units.log_normaliser(forward) - units.log_normaliser(back)) / 2e-4
    slope_of_mean = np.diag(units.mean(forward) - units.mean(back)) / 2e-4
    verify(f"(10.1) A'(x) = E[s], {units}", slope_of_A, mean, tolerance=1e-8)
    verify(f"(10.2) A''(x) = E[s²] - E[s]² = Var(s), {units}", slope_of_mean, variance, tolerance=1e-8)
    ours[units], sums[units] = np.append(units.mean(x[None]), units.log_normaliser(x[None])), np.append(mean, A)
verify("(10.3) A(x) = log(1 + exp(x)), A'(x) = σ(x)", ours[bits], sums[bits])
verify("(10.4) A(x) = x²/2, A'(x) = x", ours[numbers], sums[numbers])
verify("(10.5) A(x) = log Σ_m exp(x_m), ∂A/∂x_m = exp(x_m) / Σ_l exp(x_l)", ours[three_values], sums[three_values])

# %% [markdown]
# ## An RBM of any kinds of units
#
# The base of a layer is the product of the bases of its units (or groups). Put it into lesson 4's energy:
#
#     E(v, h) = -b·v - c·h - vᵀ W h - log base(v) - log base(h)              a definition
#
# Given v, hidden unit j has the input xⱼ = cⱼ + Σᵢ vᵢ W_ij, and exp(-E) is a product with one factor
# base(hⱼ) exp(hⱼ xⱼ) for each j. Its sum over hⱼ is exp(A(xⱼ)), where lesson 4 had 1 + exp(xⱼ). So
#
#     F(v) = -b·v - log base(v) - Σⱼ A(xⱼ)                                   (10.6)
#
# A factor divided by its sum is p(hⱼ given v), that of a unit with input xⱼ. By (10.1), and again with
# the roles of the layers exchanged,
#
#     E[hⱼ given v] = A'(cⱼ + Σᵢ vᵢ W_ij)                                    (10.7)
#     E[vᵢ given h] = A'(bᵢ + Σⱼ W_ij hⱼ)                                    (10.8)
#
# where A is that of h's kind in (10.7), of v's kind in (10.8). Z sums (or integrates) over both layers. One
# of them is done by A. The other must be a layer that can be listed:
#
#     log Z = log Σ_h exp(-F(h))                                             (10.9)
#
# Last, ∂F/∂W_ij = -A'(xⱼ) vᵢ by the chain rule, and the slope of log Z is the model's mean of vᵢ hⱼ, as in
# lesson 5. With E[hⱼ given v] in the place of p(hⱼ = 1 given v), the gradient is the old one,
#
#     ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model                      (10.10)
#
# and Gibbs sampling, CD and PCD are the old ones too. The cell writes out all nine pairs of kinds.


# %% (10.6) to (10.10) nine pairs of kinds, by sums over both layers
def written_out(rbm):
    """All values of v (R, D) and of h (S, K), and -E of each pair, by its definition (R, S)."""
    (v, log_base_v), (h, log_base_h) = all_values(rbm.visible, len(rbm.b)), all_values(rbm.hidden, len(rbm.c))
    return v, h, (v @ rbm.b + log_base_v)[:, None] + h @ rbm.c + log_base_h + v @ rbm.W @ h.T


def slow_mean_log_p(rbm):
    """Mean log p of the values `some_v`."""
    minus_E = written_out(rbm)[2]
    return logsumexp(minus_E[some_v], axis=1).mean() - logsumexp(minus_E)


ours, sums = [], []  # a row a pair: F(v), E[h given v], E[v given h], log Z, gradient
for (visible, D), (hidden, K) in itertools.product(((bits, 3), (numbers, 2), (three_values, 6)),
                                                   ((bits, 2), (numbers, 1), (three_values, 3))):
    W, b, c = (rng.normal(scale=0.4, size=shape) for shape in ((D, K), D, K))
    rbm = RBM(W, b, c, visible, hidden)
    v, h, minus_E = written_out(rbm)
    some_v, some_h = (rng.permutation(np.flatnonzero(np.abs(s).max(axis=1) <= 2))[:5] for s in (v, h))
    log_stretch = D * math.log(0.5) if visible == numbers else 0.0
    F = -logsumexp(minus_E[some_v], axis=1)
    F_h = -logsumexp(minus_E[:, some_h], axis=0)
    sums.append((F + log_stretch, np.exp(minus_E[some_v] + F[:, None]) @ h, np.exp(minus_E[:, some_h] + F_h).T @ v,
                 logsumexp(minus_E), central_differences(slow_mean_log_p, rbm)))
    ours.append((free_energy(rbm, v[some_v]), hidden_probs(rbm, v[some_v]), visible_probs(rbm, h[some_h]),
                 log_partition(rbm), flatten(exact_gradient(rbm, v[some_v]))))
ours, sums = ([np.hstack([np.ravel(entry) for entry in column]) for column in zip(*rows)] for rows in (ours, sums))
verify("(10.6) F(v) = -b·v - log base(v) - Σⱼ A(xⱼ)", ours[0], sums[0])
verify("(10.7) E[hⱼ given v] = A'(cⱼ + Σᵢ vᵢ W_ij)", ours[1], sums[1])
verify("(10.8) E[vᵢ given h] = A'(bᵢ + Σⱼ W_ij hⱼ)", ours[2], sums[2])
verify("(10.9) log Z = log Σ_h exp(-F(h))", ours[3], sums[3])
verify("(10.10) ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model", ours[4], sums[4], tolerance=1e-8)

# %% [markdown]
# ## Real numbers: the marginal is a mixture
#
# Let v be Gaussian and h bits: the Gaussian RBM. Given h, vᵢ is its input plus noise of variance 1. So
# p(v given h) is a round normal density around b + W h, written N(v; b + W h, I), and from p(v, h) =
# p(h) p(v given h) follows
#
#     p(v) = Σ_h p(h) N(v; b + W h, I)                                       (10.11)
#     p(h) = exp(-F(h)) / Z = exp(c·h + ½|b + W h|²) / Z                     (10.12)
#
# This is a mixture of 2^K bumps, all round and of the same width. As D·K weights and D + K biases describe
# them all, they are tied: a centre is b plus some of the columns of W. With K = 2 the four centres are the
# corners of a parallelogram.
#
# How wide is p(v)? By the law of total variance, Cov(v) is the mean of Cov(v given h), which is I, plus the
# covariance of the centres:
#
#     Cov(v) = I + W Cov(h) Wᵀ                                               (10.13)
#
# The second part is negative in no direction. So p(v) is nowhere narrower than the noise, which is 1,
# whatever is learnt: the data must be brought to the scale at which their noise is about 1. Column by
# column, let y = (v - m) / s. A stretch dv becomes dv/s and keeps its probability, so
#
#     log p(v) = log p(y) - Σᵢ log sᵢ                                        (10.14)
#
# The last term is the log of the Jacobian. Without it, log p(y) at different s cannot be compared.
#
# Textbooks write E = ½|v - b|² - c·h - vᵀ W h, without a base. As ½|v - b|² = ½|v|² - b·v + ½|b|², and
# -log base(v) = ½|v|² + (D/2) log 2π, that is another constant in E: the same p, with another Z.
#
#     log Z of the textbook = log Z - ½|b|² + (D/2) log 2π                   (10.15)

# %% (10.11) to (10.15) a Gaussian RBM with three hidden bits, against the mixture written out
gaussian = RBM(W=rng.normal(scale=1.5, size=(2, 3)), b=rng.normal(size=2), c=rng.normal(size=3), visible=numbers)
v, h, minus_E = written_out(gaussian)
p = np.exp(minus_E - logsumexp(minus_E))
p_v, p_h = p.sum(axis=1), p.sum(axis=0)
centres = np.array([gaussian.b + sum(gaussian.W[:, j] for j in range(3) if on[j] == 1) for on in h])

points = rng.normal(scale=3, size=(50, 2))
mixture = sum(p_k * np.exp(log_normal(points, centre)) for p_k, centre in zip(p_h, centres))
verify("(10.11) p(v) = Σ_h p(h) N(v; b + W h, I)", np.exp(log_likelihood(gaussian, points)), mixture)
weight = np.exp(h @ gaussian.c + 0.5 * np.sum(centres**2, axis=1))
verify("(10.12) p(h) = exp(c·h + ½|b + W h|²) / Z", weight / np.exp(log_partition(gaussian)), p_h)

covariance, covariance_h = (np.cov(s.T, aweights=weights, ddof=0) for s, weights in ((v, p_v), (h, p_h)))
verify("(10.13) Cov(v) = I + W Cov(h) Wᵀ", covariance, np.eye(2) + gaussian.W @ covariance_h @ gaussian.W.T)

raw = np.array([200.0, -3.0]) + np.array([40.0, 0.1]) * rng.normal(size=(50, 2))
scaler = fit_standardiser(raw)  # m and s
mixture = sum(p_k * np.exp(log_normal(raw, scaler.mean + scaler.scale * centre, scaler.scale))
              for p_k, centre in zip(p_h, centres))  # the same bumps, on the scale of v
log_p = log_likelihood(gaussian, standardise(scaler, raw)) + log_jacobian(scaler)
verify("(10.14) log p(v) = log p(y) - Σᵢ log sᵢ", log_p, np.log(mixture))

minus_E_textbook = -0.5 * np.sum((v - gaussian.b) ** 2, axis=1)[:, None] + h @ gaussian.c + v @ gaussian.W @ h.T
constants = -0.5 * gaussian.b @ gaussian.b + 2 / 2 * math.log(2 * math.pi)
verify("(10.15) log Z of the textbook = log Z - ½|b|² + (D/2) log 2π",
       log_partition(gaussian) + constants, logsumexp(minus_E_textbook) + 2 * math.log(0.5))

# %% [markdown]
# ## Two Gaussian layers
#
# Let h be Gaussian too. By (10.6) with A(x) = x²/2, and log base(v) = -½|v|² - (D/2) log 2π,
#
#     -F(v) = b·v + ½|c + Wᵀ v|² - ½|v|² + a constant
#           = -½ vᵀ (I - W Wᵀ) v + (b + W c)·v + a constant       multiply out
#
# This is the exponent of a normal density, if its quadratic part falls in every direction:
#
#     Cov(v) = (I - W Wᵀ)⁻¹          E[v] = Cov(v) (b + W c)                 (10.16)
#
# Along a singular vector of W with singular value σ the variance is 1 / (1 - σ²). At σ = 1 it is infinite;
# from there on exp(-F) has no finite integral, and there is no Z. So two Gaussian layers need a largest
# singular value below 1, and `init_rbm`, `train_rbm` and `evaluate_rbm` insist on it. What they can learn
# is a mean and a covariance: one bump.
#
# ## Softmax groups: a mixture, and categories
#
# Let h be one softmax group: it is one of K values, and for h = k the input to vᵢ is bᵢ + W_ik. Let v be
# bits. By (10.6) with the roles exchanged, F(h = k) = -c_k - Σᵢ log(1 + exp(bᵢ + W_ik)), so that
#
#     p(v) = Σ_k π_k Πᵢ p(vᵢ given h = k),  log π_k = c_k + Σᵢ log(1 + exp(bᵢ + W_ik)) - log Z          (10.17)
#
# This is lesson 1's mixture, with the logits B_ki = bᵢ + W_ik. Each component is free of the others.
#
# Visible groups are categories: stars from 1 to 5, letters from a to z. A group may be missing, and is
# then written as zeros. It adds nothing to b·v, nor to any input:
#
#     F(v without group g) = F(v) of the RBM that has no group g             (10.18)
#
# So a case with missing groups belongs to a model of its own, with a Z of its own. `log_likelihood`
# refuses such cases unless told to take them so, by missing_groups=True. This is not the probability of
# what is seen under the full model, the sum of p(v) over the values of group g. The cell prints both.

# %% (10.16) to (10.18) two Gaussian layers; a softmax layer on either side
pair = RBM(np.array([[0.5], [-0.3]]), np.array([0.4, 0.2]), np.array([-0.6]), numbers, numbers)
v, h, minus_E = written_out(pair)
p_v = np.exp(logsumexp(minus_E, axis=1) - logsumexp(minus_E))
covariance = np.linalg.inv(np.eye(2) - pair.W @ pair.W.T)
moments = np.vstack([covariance, covariance @ (pair.b + pair.W @ pair.c)])
verify("(10.16) Cov(v) = (I - W Wᵀ)⁻¹, E[v] = Cov(v) (b + W c)",
       moments, np.vstack([np.cov(v.T, aweights=p_v, ddof=0), p_v @ v]))
mean_of_all, covariance_of_all = gaussian_moments(pair)  # of v and h together, by the library
verify("(10.16) the same by gaussian_moments", np.vstack([covariance_of_all[:2, :2], mean_of_all[:2]]), moments)
for largest in (0.9, 0.99, 0.9999, 1.0):
    scaled = replace(pair, W=pair.W * largest / np.linalg.norm(pair.W))
    try:
        log_z = log_partition(check_rbm(scaled))
        variance = np.linalg.eigvalsh(gaussian_moments(scaled)[1][:2, :2]).max()
        print(f"  singular value {largest}: log Z = {log_z:.2f}, largest variance of v {variance:.0f}")
    except InvalidInput as error:
        print(f"  singular value {largest}: {error}")

chooser = RBM(rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), hidden=three_values)
all_v, _, minus_E = written_out(chooser)
logits = chooser.b[:, None] + chooser.W  # a column for each h
pi = np.exp(chooser.c + np.log(1 + np.exp(logits)).sum(axis=0) - logsumexp(minus_E))
m = 1 / (1 + np.exp(-logits))  # p(vᵢ = 1 given h = k)
mixture = [sum(pi[k] * np.prod(np.where(v == 1, m[:, k], 1 - m[:, k])) for k in range(3)) for v in all_v]
verify("(10.17) p(v) = Σ_k π_k Πᵢ p(vᵢ given h = k)", np.exp(log_likelihood(chooser, all_v)), mixture)

ratings = RBM(rng.normal(size=(9, 4)), rng.normal(size=9), rng.normal(size=4), visible=three_values)
seen, _, minus_E = written_out(replace(ratings, W=ratings.W[:6], b=ratings.b[:6]))  # two groups of the three
missing = np.hstack([seen, np.zeros((len(seen), 3))])
verify("(10.18) F(v without group g) = F(v) of the RBM that has no group g",
       free_energy(ratings, missing), -logsumexp(minus_E, axis=1))
own = np.exp(log_likelihood(ratings, missing[:1], missing_groups=True)).item()
completed = np.hstack([np.tile(seen[0], (3, 1)), np.eye(3)])
full = np.exp(log_likelihood(ratings, completed)).sum()
print(f"  two groups of three seen: p = {own:.4f} by the model of its own, {full:.4f} by the full model")

# %% [markdown]
# ## A ring, learnt
#
# 1,500 points around a circle to learn from, 500 held out to choose by, 1,000 to test. As they came, the
# radius is 200 and the noise has the deviation 40. We know the density behind them, the mean of normal
# densities around all places of the circle, and so what the best model would say of the test points.
#
# The data are standardised and stretched, y = stretch · (v - m) / s, and learnt by PCD. By (10.14) all
# figures are about the points as they came. A single normal density is the one to beat.


# %% experiment: a ring; the stretch and the number of hidden bits, judged by points that were held out
def circle(angle):
    return np.array([800.0, 300.0]) + 200 * np.column_stack([np.cos(angle), np.sin(angle)])


def draw_ring(n, rng):
    return circle(rng.uniform(0, 2 * math.pi, size=n)) + 40 * rng.normal(size=(n, 2))


def source_log_p(v):
    around = circle(np.linspace(0, 2 * math.pi, 500, endpoint=False))
    return logsumexp(np.array([log_normal(v, place, 40.0) for place in around]), axis=0) - math.log(500)


def one_normal_log_p(v):
    """log p by the normal density that has the mean and the covariance of the points to learn from."""
    off, covariance = v - fit.mean(axis=0), np.cov(fit.T)
    square = np.sum(off @ np.linalg.inv(covariance) * off, axis=1)
    return -0.5 * square - 0.5 * np.linalg.slogdet(2 * math.pi * covariance)[1]


def learn(n_hidden, stretch, rate=0.1):
    """A Gaussian RBM with hidden bits, and the Standardiser that brings points to its scale."""
    scaler, rng = replace(standard, scale=standard.scale / stretch), np.random.default_rng(0)
    y = standardise(scaler, fit)
    rbm = init_rbm(2, n_hidden, rng, y, dtype=np.float64, visible=numbers)
    rbm, _ = train_rbm(rbm, y, epochs=25, rng=rng, rate=rate, batch_size=50)
    return rbm, scaler


def log_p_of(model, v):
    rbm, scaler = model
    return log_likelihood(rbm, standardise(scaler, v)) + log_jacobian(scaler)


rng = np.random.default_rng(0)
fit, held_out, test = draw_ring(1500, rng), draw_ring(500, rng), draw_ring(1000, rng)
standard = fit_standardiser(fit)
sizes, stretches = (2, 4, 8), (0.5, 1, 2, 3, 4, 6)
models = {key: learn(*key) for key in itertools.product(sizes, stretches)}
score = {key: log_p_of(model, held_out).mean() for key, model in models.items()}
print("  mean log p, held out; stretch " + "".join(f"{stretch:8}" for stretch in stretches))
for K in sizes:
    print(f"  {K:15} hidden bits   " + "".join(f"{score[K, stretch]:8.2f}" for stretch in stretches))
best = max(score, key=score.get)
for name, log_p in (("one normal density", one_normal_log_p(test)),
                    (f"{best[0]} hidden bits, stretch {best[1]}", log_p_of(models[best], test)),
                    ("the density they were drawn from", source_log_p(test))):
    print(f"  test points: mean log p {log_p.mean():.3f}, {name}")

fig, axes = plots.new_figure(1, 4, width=14, height=3.6)
extent = (460, 1140, -40, 640)
plane = np.stack(np.meshgrid(np.linspace(*extent[:2], 120), np.linspace(*extent[2:], 120)), axis=-1).reshape(-1, 2)
for ax, K in zip(axes, (None, 2, 8)):
    log_p = one_normal_log_p(plane) if K is None else log_p_of(models[K, 4], plane)
    ax.imshow(np.exp(log_p).reshape(120, 120), origin="lower", extent=extent, cmap="Blues")
    ax.plot(*test[:300].T, ".", color="0.3", markersize=1.5)
    ax.set_title("one normal density" if K is None else f"{K} hidden bits, stretch 4")
    if K is not None:
        rbm, scaler = models[K, 4]
        h, _ = all_values(bits, K)
        p_h = np.exp(-free_energy(transposed(rbm), h) - log_partition(rbm))
        ax.scatter(*unstandardise(scaler, rbm.b + h @ rbm.W.T).T, s=300 * p_h, color="tab:red", alpha=0.7)
for K in sizes:
    axes[3].plot(stretches, [score[K, stretch] for stretch in stretches], marker="o", label=f"{K} hidden bits")
axes[3].axhline(one_normal_log_p(held_out).mean(), color="black", linestyle=":", label="one normal density")
axes[3].axhline(source_log_p(held_out).mean(), color="0.6", label="the source")
axes[3].set(xlabel="stretch", ylabel="nats a point", ylim=(-14.6, -12.1), title="mean log p, held out")
axes[3].legend(fontsize=8, loc="lower left")
plots.save(fig, "10_ring.png")

# %% [markdown]
# What to see: one normal density finds the middle likeliest, where there is hardly a point. With 2 hidden
# bits there are four bumps, on the corners of a parallelogram (red, the larger the more probable), and
# most of the ring is left out. With 8 bits there are 256 centres. Those that lie inside the ring have next
# to no weight: by (10.12), a centre weighs the more the farther out it is. This model comes within 0.04
# nats of the density that the points were drawn from. On the right: at stretch 1, just standardised, each
# RBM does as well as one normal density and no better, since (10.13) leaves nothing to learn. The data have
# the deviation √(200²/2 + 40²) = 147 along each axis. So the noise is 1 at a stretch of 147/40 = 3.7, and
# the best stretch is near it. Few bits cannot fill the ring with narrow bumps, and prefer wider ones.
#
# ## What usually goes wrong
#
# **The data are not scaled.** Here one unit of v is a fortieth of the noise. `train_rbm` says so before it
# starts, and stops where the RBM has become worse than units that are not connected at all.
#
# **The rate is too high.** The products of bits are at most 1. Those of Gaussian units are not bounded: a
# large W makes large v, and large v make W larger. It ends at infinity.
#
# **The noise is left out.** A chain that passes on the mean of v and not a draw never leaves the centres.
#
# **The Jacobian is forgotten.** Then log p(y) is best where the data are squeezed most.
#
# **Grey pixels are read as Gaussian.** Half of the pixels are exactly 0, and where data sit on single
# values a density has no bound: the narrower its bumps, the better. Such a figure says nothing of digits.

# %% wrong: no scale, the rate, no noise, no Jacobian, grey pixels
for wrong, stretch, rate in (("no scale", standard.scale, 0.1), ("rate 0.1", 4, 0.1), ("rate 1", 4, 1.0),
                             ("rate 3", 4, 3.0)):
    try:
        print(f"  {wrong}: mean log p {log_p_of(learn(8, stretch, rate), held_out).mean():.2f}")
    except Diverged as error:
        print(f"  {wrong}: {error}")
rbm, scaler = models[8, 4]
for name, has_noise in (("v drawn", True), ("v's mean", False)):
    v = rng.normal(size=(1000, 2))
    for _ in range(200):
        h = sample_hidden(rbm, v, rng)
        v = sample_visible(rbm, h, rng) if has_noise else visible_probs(rbm, h)
    radius = np.linalg.norm(unstandardise(scaler, v) - [800, 300], axis=1)
    print(f"  1,000 chains with {name:8}: radius {radius.mean():.0f}, give or take {radius.std():.0f}, "
          f"{len(np.unique(v.round(9), axis=0)):,} different places")
print("  8 hidden bits, no Jacobian, stretch 0.5 to 6:", ", ".join(
    f"{score[8, stretch] - log_jacobian(models[8, stretch][1]):.2f}" for stretch in stretches))
grey, new_grey = (open_data("digits", part=part, bits="grey")[:] for part in ("train", "test"))
for least in (0.1, 0.01, 0.001):
    log_p = log_normal(new_grey, grey.mean(axis=0), np.maximum(grey.std(axis=0), least))
    print(f"  grey digits, normal pixels with deviations of at least {least}: mean log p {log_p.mean():.1f}")

# %% [markdown]
# ## Exercises
#
# 1. Three hidden bits give 8 bumps. Lay six of them on the corners of a regular hexagon around 0, all with
#    the same weight. Where are the other two?
# 2. A Poisson unit counts: s = 0, 1, 2, ... with base 1/s!. Find A, the mean and the variance. Which
#    weights may stand between two such units?
# 3. Let v be bits and h Gaussian. Show that p(v) is that of lesson 2's machine without hidden units, each
#    pair connected. What are its weights and biases?
#
# ## Solutions
#
# 1. Let the columns of W have the length r and the directions 0°, 60° and 120°: the second is the sum of
#    the others. With b = -½ (sum of the columns), the centres are half of ± ± ± the columns: the three
#    columns, their negatives, and twice 0. With c = 0, (10.12) gives the two exp(-r²/2) of a corner's weight.
# 2. exp(A(x)) = Σ_s exp(x)^s / s! = exp(exp(x)), so A(x) = exp(x), and mean and variance are exp(x) too.
#    With a weight w > 0, exp(w s t) outgrows s! t!. So w <= 0: such units can only inhibit each other.
# 3. F(v) = -b·v - ½|c + Wᵀ v|². Multiply out, with vᵢ² = vᵢ: the weight of the pair i, l is (W Wᵀ)_il, the
#    bias of i is bᵢ + (W c)ᵢ + ½ (W Wᵀ)_ii.

# %% solutions 1 to 3
r, angles = 3.0, np.radians([0, 60, 120])
W = r * np.array([np.cos(angles), np.sin(angles)])
hexagon = RBM(W, -W.sum(axis=1) / 2, np.zeros(3), visible=numbers)
h, _ = all_values(bits, 3)
p_h = np.exp(-free_energy(transposed(hexagon), h) - log_partition(hexagon))
order = np.argsort(p_h)
distance = np.linalg.norm(hexagon.b + h @ W.T, axis=1)
verify("exercise 1: distances from 0, and weights", [distance[order], p_h[order] / p_h.max()],
       [[0, 0, r, r, r, r, r, r], [math.exp(-r**2 / 2)] * 2 + [1] * 6])
x, s = 0.7, np.arange(60)
p = np.array([math.exp(k * x) / math.factorial(k) for k in s])
mean, variance = p @ s / p.sum(), np.cov(s, aweights=p, ddof=0)
verify("exercise 2: A, mean, variance", np.full(3, math.exp(x)), [math.log(p.sum()), mean, variance])
hopfield = RBM(rng.normal(size=(4, 2)), rng.normal(size=4), rng.normal(size=2), hidden=numbers)
W, connected = hopfield.W @ hopfield.W.T, np.triu(np.ones((4, 4)), k=1)
b = hopfield.b + hopfield.W @ hopfield.c + 0.5 * np.diag(W)
machine = boltzmann.BoltzmannMachine(W=W, b=b, mask=connected, n_visible=4)
verify("exercise 3: log p(v)", log_likelihood(hopfield, all_v), boltzmann.log_likelihood(machine, all_v))
