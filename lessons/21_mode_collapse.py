# %% [markdown]
# # Lesson 21: mode collapse
#
# After this lesson you will be able to
#
# - count what a generator covers, and say what a perfect one would show, and what a collapsed one;
# - compare sets of cases whose modes nobody knows, by MMD, sliced Wasserstein, precision and recall, each with a limit;
# - prove why a discriminator that sees m cases at once minds lost modes more, and by how much;
# - say what minibatch discrimination measures, and show two generators that only a look at the batch tells apart;
# - measure what packing, minibatch discrimination and R1 buy, and what they cost.
#
# From lesson 3 you need the total variation TV; from lesson 18 V, JSD and the best discriminator; from lesson 19 the
# ring of Gaussians and `train_gan`; from lesson 20 R1, and distances that come from sorting.
#
# ## Counting modes
#
# By exercise 1 of lesson 18 a generator that makes one of two modes pays little for the other. If it makes only some of
# the modes, it has collapsed. Where the K modes are known one can count (Srivastava et al. 2017, Lin et al. 2018). A
# sample within 3 σ of the nearest centre is of high quality. Let n of the N samples be, n_k of them at mode k:
#
#     high-quality share = n / N          modes captured = how many n_k are above 0          definitions
#     reverse KL = KL(q || uniform),  q_k = n_k / n,  infinite for n = 0                     a definition
#
# The uniform has 1/K everywhere. So the last figure is Σ_k q_k log(K q_k), 0 where all modes are served alike:
#
#     reverse KL = log K - H(q)          with the entropy H(q) = -Σ_k q_k log q_k            (21.1)
#     reverse KL = log(K / j)          for j modes served alike; log K for one               (21.2)
#
# What would a perfect sampler show? Not 1, K and 0. In units of σ, the distance r of a sample from its centre has the
# density r exp(-r²/2): the two axes give exp(-r²/2) / 2π, and the circle of radius r is 2π r long. The integral from 0
# to 3 is 1 - exp(-9/2). If modes have the width c σ, 3 σ is 3/c of theirs:
#
#     P(high quality) = 1 - exp(-9 / 2c²)          .9889 for c = 1                           (21.3)
#
# That is the ceiling for the right width. A generator with a clearly higher share is not better than the data. Its
# modes are too narrow, c < 1. How much is clearly? n counts N independent draws, each a hit with s = .9889:
#
#     sd of the share = √(s (1 - s) / N)          .0021 for N = 2,500                        (21.4)
#
# Nor do N draws show all modes, or fall on them evenly. Take n draws of high quality. Each misses mode k with 1 - 1/K:
#
#     E[modes captured] = K (1 - (1 - 1/K)^n)                                                (21.5)
#
# n_k is binomial, n draws with the chance 1/K. The reverse KL is a sum over the modes, all with the same mean:
#
#     E[reverse KL] = K Σ_j P(n_k = j) (j/n) log(K j/n)                                      (21.6)
#
# Write q_k = (1 + e_k) / K. Then Σ_k e_k = 0, and (1 + e) log(1 + e) = e + e²/2 + terms with e³ and more. So the
# reverse KL is near Σ_k e_k² / 2K. E[e_k²] = K² Var(q_k) = K² (1/K) (1 - 1/K) / n = (K - 1)/n, and there are K of them:
#
#     E[reverse KL] → (K - 1) / 2n          for large n                                      (21.7)

# %% (21.1) to (21.7) the three figures; for (21.5) and (21.6) all 3⁶ ways in which 6 draws can fall on 3 modes
import itertools
import math
import time
from functools import reduce

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, NonSaturating, discriminator_gradient, evaluate_coverage, generate, make_gan, mmd,
    precision_and_recall, sliced_wasserstein, train_gan)
from numpy_dgm.adversarial.coverage import (
    high_quality_fraction, modes_captured, reverse_kl, squared_mmds, squared_wasserstein)
from numpy_dgm.data.mixtures import (
    MixtureOfGaussians, draw_mixture, grid_of_gaussians, ring_of_gaussians, to_unit_spread)
from numpy_dgm.foundation.enumeration import kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean
from numpy_dgm.neural import MLP, Affine, Linear, MinibatchDiscrimination, init_mlp, mlp_backward, mlp_forward

rng = np.random.default_rng(21)


def slow_figures(samples, mixture):
    """Share, modes and log K - H(q), sample by sample."""
    K = len(mixture.centres)
    counts = [0] * K
    for sample in samples:
        distances = [math.dist(sample, centre) for centre in mixture.centres]
        if min(distances) <= 3 * mixture.sigma:
            counts[distances.index(min(distances))] += 1
    q = [count / sum(counts) for count in counts if count > 0]
    return [sum(counts) / len(samples), len(q), math.log(K) + sum(q_k * math.log(q_k) for q_k in q)]


def expected_reverse_kl(K, n):
    """The sum of (21.6); an empty mode adds 0 log 0 = 0."""
    j = np.arange(1, n + 1)
    log_ways = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in j])
    chance = np.exp(log_ways + j * math.log(1 / K) + (n - j) * math.log(1 - 1 / K))  # P(n_k = j)
    return K * np.sum(chance * (j / n) * np.log(K * j / n))


ring = ring_of_gaussians()
loose = ring.centres[rng.integers(5, size=200)] + 2 * ring.sigma * rng.normal(size=(200, 2))  # around 5 modes of 8
found = evaluate_coverage(loose, ring)
verify("(21.1) reverse KL = log K - H(q), the share and the modes",
       [found.high_quality, found.modes, found.reverse_kl], slow_figures(loose, ring))
verify("(21.2) reverse KL = log(K / j)", [reverse_kl(np.tile(ring.centres[:j], (30, 1)), ring) for j in range(1, 9)],
       [math.log(8 / j) for j in range(1, 9)])
widths = np.array([0.75, 1, 1.5, 3])
mixtures = [MixtureOfGaussians(ring.centres, c * ring.sigma) for c in widths]
shares = np.array([[high_quality_fraction(draw_mixture(one, 100, rng), ring) for one in mixtures] for _ in range(600)])
s = 1 - math.exp(-9 / 2)
verify_mean("(21.3) P(high quality) = 1 - exp(-9 / 2c²)", shares, 1 - np.exp(-9 / (2 * widths**2)))
verify_mean("(21.4) (sd of the share)² = s (1 - s) / N", (shares[:, 1] - s) ** 2, s * (1 - s) / 100)
three = MixtureOfGaussians(ring.centres[:3].copy(), ring.sigma)
outcomes = [three.centres[list(which)] for which in itertools.product(range(3), repeat=6)]
verify("(21.5) E[modes captured] = K (1 - (1 - 1/K)^n)",
       np.mean([modes_captured(samples, three) for samples in outcomes]), 3 * (1 - (2 / 3) ** 6))
verify("(21.6) E[reverse KL] = K Σ_j P(n_k = j) (j/n) log(K j/n)",
       np.mean([reverse_kl(samples, three) for samples in outcomes]), expected_reverse_kl(3, 6))
exact = np.array([expected_reverse_kl(K, 2_500) for K in (8, 25)])
verify("(21.7) E[reverse KL] → (K - 1) / 2n: their ratio for n = 2,500", exact * 5_000 / [7, 24], [1, 1], 0.005)
print(f"  s {s:.4f}, sd {math.sqrt(s * (1 - s) / 2_500):.4f} for N = 2,500; reverse KL for K = 8, 25:", *exact.round(5))

# %% [markdown]
# ## Two sets of cases: the mean discrepancy
#
# Of pictures nobody knows the modes. There are N rows x of one distribution p, M rows y of another, q. Let k(x, y) be
# large where x is like y. If p = q, a row should be as like to rows of the other set as to rows of its own:
#
#     k(x, y) = exp(-|x - y|² / 2h²),   h the bandwidth                                      a definition
#     MMD² = E[k(x, x')] + E[k(y, y')] - 2 E[k(x, y)]                                        a definition
#
# Here x and x' are independent draws of p, y and y' of q. On a list of values, MMD² is (p - q)ᵀ k (p - q), with k as a
# matrix. It is 0 for p = q only (Gretton et al. 2012). To estimate it, put means over pairs in the place of E[]: all
# pairs of different rows of x, all pairs of different rows of y, all pairs of a row of each. A row must not be paired
# with itself, as k(x, x) = 1 whatever p is. Then each pair is a fair draw for its E[], and there is no bias:
#
#     E[estimate] = Σ_a Σ_b (p_a - q_a) k(a, b) (p_b - q_b)                                  (21.8)
#
# For p = q the mean is 0, so that the estimate may well be below 0. How far above is far? Put the R = N + M rows
# together, and divide them at random into N and M. If p = q, the division that came is one like any other. Each
# pair of rows is as often within x, within y and between them as any other pair, so all three means have the mean k̄:
#
#     mean of the estimate over all divisions = k̄ + k̄ - 2k̄ = 0                               (21.9)
#
# So hold the estimate against that of P random divisions. Count those at least as large, and the one that came:
#
#     p-value = (1 + how many of the P are at least as large) / (1 + P)                      a definition
#
# If p = q, the 1 + P divisions are alike. Sort them from the largest down. The one that came is as likely to stand at
# any of 1 + P places, and its p-value is its place, or later where there are ties, over 1 + P. So
#
#     P(p-value <= α) <= α          and = α for α = 1/(1 + P), 2/(1 + P), ..., without ties  (21.10)
#
# That is what a p-value promises. Without the 1 + it would be 0 for the first place, and promise too much.


# %% (21.8) to (21.10) the mean discrepancy: all 3⁵ draws of 2 and 3 rows, all choices of three divisions of 6 rows
def divisions(R, N):
    """All of R rows into N and R - N, a column each: 1 for the rows in x. (R, number of divisions)"""
    return np.array([np.isin(np.arange(R), rows) for rows in itertools.combinations(range(R), N)], dtype=float).T


values, p, q, h = rng.normal(size=(3, 2)), np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7]), 0.8
estimates, chances = [], []
for at in map(list, itertools.product(range(3), repeat=5)):
    estimates.append(mmd(values[at[:2]], values[at[2:]], rng, bandwidth=h, n_permutations=1).squared_mmd)
    chances.append(np.prod(p[at[:2]]) * np.prod(q[at[2:]]))
k_matrix = np.exp([[-math.dist(a, b) ** 2 / (2 * h**2) for b in values] for a in values])
verify("(21.8) E[estimate] = Σ_a Σ_b (p_a - q_a) k(a, b) (p_b - q_b)",
       np.dot(chances, estimates), (p - q) @ k_matrix @ (p - q))
z = rng.normal(size=(7, 2))
verify("(21.9) mean of the estimate over all divisions = 0", squared_mmds(z, divisions(7, 3), h).mean(), 0)
of_all = squared_mmds(z[:6], divisions(6, 3), h)  # a division and its mirror image tie
as_large = of_all >= of_all[:, None] - 1e-12  # [came, other]
p_values = (1 + as_large[:, :, None] + as_large[:, None, :]) / 3  # of one that came and two others: (20, 20, 20)
found = [np.mean(p_values <= alpha + 1e-12) for alpha in (1 / 3, 2 / 3, 1)]
verify_at_most("(21.10) P(p-value <= α) <= α, all choices of three divisions", found, [1 / 3, 2 / 3, 1])
found = np.array([mmd(*np.split(rng.normal(size=(16, 2)), [7]), rng, h, n_permutations=9).p_value for _ in range(500)])
alphas = np.array([0.1, 0.2, 0.5])  # ties are rare here: there are 11,440 divisions
verify_mean("(21.10) P(p-value <= α) = α for α = .1, .2, .5", found[:, None] <= alphas + 1e-12, alphas)

# %% [markdown]
# ## Slices, and balls
#
# **Slices.** In lesson 20 a distance between sets of numbers came from sorting. With squares in the place of sizes the
# same argument holds, as (a - c)² + (b - d)² <= (a - d)² + (b - c)² if a < b and c < d: multiply out, and what is left
# is (b - a)(d - c) >= 0. Along a direction θ of length 1, rows become numbers θ·x. Take the mean over all directions:
#
#     W²(θ) = min over all matchings π of mean (θ·x_i - θ·y_π(i))²                           a definition
#           = mean of (a_i - b_i)²          a and b the numbers θ·x and θ·y, sorted          (21.11)
#     SW² = E_θ[W²(θ)],  with every direction as likely                                      a definition
#
# Shift a set by δ: all θ·x move by θ·δ, and W²(θ) = (θ·δ)². By symmetry E[θ_i θ_j] = 0 for i ≠ j, and the D numbers
# E[θ_i²] are equal, with the sum E[|θ|²] = 1. So E[(θ·δ)²] = Σ_i δ_i² / D:
#
#     SW² = |δ|² / D          for a shift by δ, so that SW = |δ| / √D                        (21.12)
#
# SW is in the unit of the data. Two sets of draws from one source are not at 0 either: that is its floor.
#
# **Balls.** One number does not say whether cases are bad or missing. So give each row a ball that reaches to its
# k-th nearest neighbour in its own set, 3 by default (Kynkäänniemi et al. 2019):
#
#     precision = share of the fake rows in the ball of some real row
#     recall = share of the real rows in the ball of some fake row                           (21.13)
#
# Both count places, and not how often G goes there. Let a generator make one real case over and over. All is precise;
# its balls have the radius 0 and hold that one. If 99 of 100 draws are that case, and the others go through all cases,
# nothing at all is amiss. And one stray real row has a ball so large that nonsense lies in it:
#
#     (precision, recall) = (1, 1/N)          one of N real cases, copied                    (21.14)
#     (precision, recall) = (1, 1)            every case, one of them in 99 of 100 draws     (21.15)
#     precision = 1                           nonsense in the ball of one stray real row     (21.16)


# %% (21.11) to (21.16) slices and balls
def slow_share_inside(x, centres, k):
    radii = [sorted(math.dist(centre, other) for other in centres)[k] for centre in centres]  # 0 is itself
    return np.mean([any(math.dist(row, centre) <= r for centre, r in zip(centres, radii)) for row in x])


matchings = np.array(list(itertools.permutations(range(6))))  # (720, 6)
a, b = rng.normal(size=(10, 6)), 0.5 + 2 * rng.normal(size=(10, 6))
least = np.square(a[:, None] - b[:, matchings]).mean(axis=2).min(axis=1)
verify("(21.11) W²(θ) = mean of (a_i - b_i)², sorted", squared_wasserstein(a, b), least)
x, delta = rng.normal(size=(20, 3)), np.array([1.0, -2.0, 0.5])
squares = [sliced_wasserstein(x, x + delta, 1, rng) ** 2 for _ in range(2_000)]  # a direction each
verify_mean("(21.12) SW² = |δ|² / D", squares, np.sum(delta**2) / 3)
real, fake = rng.normal(size=(30, 2)), 0.8 + 0.7 * rng.normal(size=(25, 2))
verify("(21.13) precision and recall", precision_and_recall(real, fake),
       [slow_share_inside(fake, real, 3), slow_share_inside(real, fake, 3)])
cases = np.array(list(itertools.product([0.0, 1.0], repeat=5)))  # 32 real cases of 5 bits
copied = np.tile(cases[7], (100, 1))
verify("(21.14) (precision, recall) = (1, 1/N)", precision_and_recall(cases, copied), [1, 1 / 32])
verify("(21.15) (precision, recall) = (1, 1)", precision_and_recall(cases, np.vstack([cases] + 32 * [copied])), [1, 1])
stray = np.vstack([cases, 100 + 0 * cases[:1]])  # one row far away, whose neighbours are all here
verify("(21.16) precision = 1", precision_and_recall(stray, 150 + rng.normal(size=(50, 5)))[0], 1)

# %% [markdown]
# ## Packing: the discriminator sees m cases at once
#
# A look at one case says whether it is good. That the other modes are missing shows only in several. So put m cases of
# the same source side by side, and let D say whether all are real (PacGAN, Lin et al. 2018). In the library that is
# `make_gan(..., packing=m)`: N cases become N/m rows. They are independent, so D now sees
#
#     p^m(x_1, ..., x_m) = p(x_1) ... p(x_m)          or q^m, likewise                       a definition
#
# All of lesson 18 holds for them, with p^m for p:
#
#     s*(x_1, ..., x_m) = Σ_i [log p(x_i) - log q(x_i)]                                      (21.17)
#     V(D*, G) = 2 JSD(p^m, q^m) - log 4                                                     (21.18)
#
# The best packed D merely adds up logits. It knows nothing new; but what G descends is another divergence, and that
# weighs errors in another way. It is easiest to see with TV, which is what a D that answers yes or no lives on. Toss a
# coin for real or fake. To answer real on the set S is right with ½ p(S) + ½ (1 - q(S)) = ½ + ½ (p(S) - q(S)), and
# best is S = all x with p > q:
#
#     largest share of right answers = ½ + ½ TV(p, q)                                        (21.19)
#
# Let p be uniform on K values, τ < ½, and compare three generators that are all at TV = τ from it. The first has lost
# the share τ of the modes, and is uniform on the others. The second serves half of the modes too often, and half too
# rarely: (1 + 2τ)/K and (1 - 2τ)/K. The third makes nonsense in the share τ of its draws, and is right otherwise. A D
# of single cases that answers yes or no has the same success with each. With m cases:
#
#     TV(p^m, q^m) = 1 - (1 - τ)^m                                lost, and nonsense          (21.20)
#     TV(p^m, q^m) = ½ Σ_j C(m, j) |½^m - (½ + τ)^j (½ - τ)^(m-j)|          uneven            (21.21)
#
# Why? Lost: where q^m is above 0 it is above p^m, and the rest of p^m has the mass 1 - (1 - τ)^m. Nonsense: the same,
# with p and q exchanged. Uneven: all that matters is which of the m cases are of the half served too often. If j are,
# p has ½^m for it and q has (½ + τ)^j (½ - τ)^(m-j), and there are C(m, j) ways. No pair at TV = τ can go beyond
# (21.20): see exercise 2. So of errors alike for m = 1, packing makes a lost mode as visible as can be.


# %% (21.17) to (21.21) what a packed discriminator sees
def power(p, m):
    """p^m as a list of all m-tuples' probabilities."""
    return reduce(np.multiply.outer, [p] * m).ravel()


def total_variation(p, q):
    return 0.5 * np.abs(p - q).sum()


def JSD(p, q):
    return kl_divergence(p, (p + q) / 2) / 2 + kl_divergence(q, (p + q) / 2) / 2


def all_pairs(cases):
    """Every case beside every other, one below the other: (2 n², 3) one-hot rows for n cases of three values."""
    return np.eye(3)[np.array(list(itertools.product(cases, repeat=2))).ravel()]


p, q = np.array([3, 2, 1]) / 6, np.array([1, 1, 4]) / 6
real_pairs, fake_pairs = all_pairs([0, 0, 0, 1, 1, 2]), all_pairs([0, 1, 2, 2, 2, 2])  # as often as p² and q² say
adds_up = MLP((Affine(np.tile(np.log(p / q), 2)[:, None], np.zeros(1)),))
gan = make_gan(MLP((Linear(np.eye(3)),)), adds_up, packing=2)  # G(z) = z, so that the fakes are ours
found = discriminator_gradient(gan, real_pairs, fake_pairs, NonSaturating(), rng)
both = [math.log(p[a] * p[b] / (q[a] * q[b])) for a, b in real_pairs.argmax(axis=1).reshape(-1, 2)]
verify("(21.17) s*(x_1, ..., x_m) = Σ_i [log p(x_i) - log q(x_i)], and D's slope there",
       np.append(found.s_real, flatten(found.gradient)), np.append(both, np.zeros(7)))
p_2, q_2 = power(p, 2), power(q, 2)
verify("(21.18) V(D*, G) = 2 JSD(p^m, q^m) - log 4, m = 2", -found.loss, 2 * JSD(p_2, q_2) - math.log(4))
answers = np.array(list(itertools.product([0, 1], repeat=9)))  # every yes and no to the nine pairs
right = 0.5 * (answers @ p_2 + (1 - answers) @ q_2)
verify("(21.19) largest share of right answers = ½ + ½ TV(p, q)", right.max(), 0.5 + 0.5 * total_variation(p_2, q_2))
tau, ms, uniform = 0.2, range(1, 6), np.append(np.full(10, 0.1), 0)  # ten modes, and a place for nonsense
generators = {"lost": np.append(np.repeat([0.125, 0], [8, 2]), 0), "uneven": np.append(np.repeat([0.14, 0.06], 5), 0),
              "nonsense": np.append(np.full(10, 0.08), 0.2)}
TVs = {name: [total_variation(power(uniform, m), power(q, m)) for m in ms] for name, q in generators.items()}
verify("(21.20) TV(p^m, q^m) = 1 - (1 - τ)^m, lost", TVs["lost"], [1 - (1 - tau) ** m for m in ms])
verify("(21.20) TV(p^m, q^m) = 1 - (1 - τ)^m, nonsense", TVs["nonsense"], [1 - (1 - tau) ** m for m in ms])
verify("(21.21) TV(p^m, q^m) = ½ Σ_j C(m, j) |½^m - (½ + τ)^j (½ - τ)^(m-j)|", TVs["uneven"],
       [sum(math.comb(m, j) * abs(0.5**m - 0.7**j * 0.3 ** (m - j)) for j in range(m + 1)) / 2 for m in ms])
print("             TV for m = 1, 2, 3, 4, 5              2 JSD")
for name, q in generators.items():
    JSDs = [JSD(power(uniform, m), power(q, m)) for m in ms]
    print(f"  {name:8}", *[f"{tv:6.3f}" for tv in TVs[name]], "    ", *[f"{2 * jsd:6.3f}" for jsd in JSDs])

# %% [markdown]
# With m = 2 the generator that lost modes is at TV .36 and the uneven one at .24 (the figures of Lin et al.). This is
# the argument for packing. But look at 2 JSD, which is what our game is worth. There is no tie at m = 1: lost modes
# count 3.6 times as much as uneven ones, and at m = 5 still 3.3 times. Packing raises all by about the same factor. So
# for the best D of this game the argument is weaker than it looks. A second reason comes below, (21.25).
#
# ## Minibatch discrimination: each case beside its batch
#
# A second way (Salimans et al. 2016) lets D judge each case alone, but tells it how like the case is to the rest of
# its batch. A layer takes features x (N, D) of N cases. For B kernels it measures distances in C directions each, by a
# tensor T (D, B, C) that is learnt, and adds B numbers to each row:
#
#     M_ibc = Σ_d x_id T_dbc          close_ijb = exp(-Σ_c |M_ibc - M_jbc|)                  definitions
#     o_ib = Σ_{j≠i} close_ijb,   y_i = [x_i, o_i]                                           (21.22)
#
# o is near N - 1 where all cases are alike, near 0 where each is for itself. (Exercise 3 goes backward through it.)
#
# Here are two generators that single cases do not tell apart. Lesson 20's players went round in circles: a generator
# may make one mode now, and another when D has noticed. Let a case be a bit, real ones 0 or 1 with the chance ½. The
# hopping generator makes a batch of 0 or a batch of 1, with the chance ½. Over the run each of its cases is 0 or 1
# with the chance ½, as in the data:
#
#     V(D*, G) = -log 4          for a D of single cases                                     (21.23)
#
# But in a hopping batch o is as large as it can be, and in a real batch only if all N bits happen to agree, with the
# chance 2 · ½^N = ½^(N-1). So [x, o] of single rows differ as far as whole batches do:
#
#     TV(rows [x, o] of real batches, of hopping batches) = 1 - ½^(N-1)                      (21.24)
#     TV(m cases side by side, real and hopping) = 1 - ½^(m-1)                               (21.25)


# %% (21.22) to (21.25) minibatch discrimination, and a generator that hops from mode to mode
def slow_discrimination(x, T):
    o = np.zeros((len(x), T.shape[1]))
    for i, j in itertools.permutations(range(len(x)), 2):
        for b in range(T.shape[1]):
            o[i, b] += math.exp(-sum(abs(x[i] @ T[:, b, c] - x[j] @ T[:, b, c]) for c in range(T.shape[2])))
    return np.hstack([x, o])


x, layer = rng.normal(size=(5, 3)), MinibatchDiscrimination(rng.normal(size=(3, 2, 2)))
y, _ = layer.forward(x)
verify("(21.22) o_ib = Σ_{j≠i} close_ijb, y_i = [x_i, o_i]", y, slow_discrimination(x, layer.T))
N = 4
batches = np.array(list(itertools.product([0.0, 1.0], repeat=N)))[:, :, None]  # all 2^N, of N cases of one bit
real, hopping = np.full(2**N, 1 / 2**N), np.zeros(2**N)
hopping[[0, -1]] = 0.5
of_cases = [np.bincount(batches.astype(int).ravel(), np.repeat(chance / N, N)) for chance in (real, hopping)]
verify("(21.23) V(D*, G) = -log 4, single cases", 2 * JSD(*of_cases) - math.log(4), -math.log(4))
seen = np.round([MinibatchDiscrimination(np.ones((1, 1, 1))).forward(batch)[0] for batch in batches], 9)  # rows [x, o]
rows, which = np.unique(seen.reshape(-1, 2), axis=0, return_inverse=True)
of_rows = [np.bincount(which.ravel(), np.repeat(chance / N, N)) for chance in (real, hopping)]
verify("(21.24) TV of the rows [x, o] = 1 - ½^(N-1)", total_variation(*of_rows), 1 - 0.5 ** (N - 1))
verify("(21.25) TV(m cases side by side) = 1 - ½^(m-1), m = 4", total_variation(real, hopping), 1 - 0.5 ** (N - 1))

# %% [markdown]
# ## What each buys
#
# The ring of lesson 19 with modes five times as wide, so that 500 steps of small networks get somewhere: three layers
# of 32 leaky ReLUs each, z (4,), batches of 32, D at six times G's rate. With these the plain game loses modes. We
# change one thing at a time: D sees pairs (packing 2); minibatch discrimination with 4 kernels of 2 directions before
# D's last weights; R1 with γ = 0.1; D at G's own rate. Four starts each; ± is a standard error over the starts. Beside
# them: real cases, one mode of eight, and a blob N(0, I), which has the data's mean and spread, and no more. SW is
# taken to another set of real cases.


# %% experiment: plain, packed, with minibatch discrimination, with R1, and with a slower D
def play(seed, packing=1, discrimination=None, penalty=None, discriminator_rate=0.036, steps=500):
    """`(samples, seconds)` of a short run."""
    rng = np.random.default_rng(seed)
    G = init_mlp([4, 32, 32, 32, 2], rng)
    D = init_mlp([2 * packing, 32, 32, 32, 1], rng, discrimination=discrimination)
    started = time.process_time()
    gan, _ = train_gan(make_gan(G, D, packing=packing), ring, steps=steps, rng=rng, penalty=penalty, batch_size=32,
                       rate=0.006, discriminator_rate=discriminator_rate, schedule="linear", log_every=steps)
    return generate(gan, 2_500, rng), time.process_time() - started


def four_figures(x):
    found = evaluate_coverage(x, ring)
    SW = sliced_wasserstein(x, reference, 50, np.random.default_rng(0))  # the same directions for all
    return found.modes, found.high_quality, found.reverse_kl, SW


ring = to_unit_spread(MixtureOfGaussians(ring_of_gaussians().centres, sigma=0.05))
reference = draw_mixture(ring, 2_500, rng)
without_gan = {"real": ring, "one mode": MixtureOfGaussians(ring.centres[:1], ring.sigma),
               "blob": MixtureOfGaussians(np.zeros((1, 2)), 1.0)}
runs = {name: [(draw_mixture(source, 2_500, rng), 0) for _ in range(4)] for name, source in without_gan.items()}
for name, settings in (("plain", {}), ("packed, m = 2", {"packing": 2}), ("minibatch d.", {"discrimination": (4, 2)}),
                       ("R1", {"penalty": R1(0.1)}), ("D at G's rate", {"discriminator_rate": 0.006})):
    runs[name] = [play(seed, **settings) for seed in range(4)]
figures = {name: np.array([four_figures(x) for x, _ in found]) for name, found in runs.items()}
print("                          modes    high quality      reverse KL              SW   seconds a run")
for name, rows in figures.items():
    errors = rows.std(axis=0, ddof=1) / 2
    print(f"  {name:14}", "  ".join(f"{mean:6.3f} ± {error:.3f}" for mean, error in zip(rows.mean(axis=0), errors)),
          f"{np.mean([seconds for _, seconds in runs[name]]):15.1f}")

fig, axes = plots.new_figure(2, 3, width=11, height=7.8)
for ax, name in zip(axes, ("plain", "packed, m = 2", "minibatch d.", "R1", "D at G's rate", "real")):
    plots.draw_scatter(ax, runs[name][0][0], ring, title=f"{name}\n{figures[name][0, 0]:.0f} modes, share "
                       f"{figures[name][0, 1]:.0%}, reverse KL {figures[name][0, 2]:.2f}")
plots.save(fig, "21_samples.png")
fig, (left, right) = plots.new_figure(1, 2, width=11, height=3.8)
for name, style in (("lost", "o-"), ("nonsense", "x:"), ("uneven", "s-")):
    left.plot(ms, TVs[name], style, label=name)
left.set(xlabel="m", xticks=ms, ylabel="TV(p^m, q^m)", ylim=(0, 1), title="three errors, if D sees m cases at once")
for name, rows in figures.items():
    right.plot(rows[:, 2], rows[:, 1], "o", label=name, alpha=0.7)
right.set(xscale="log", xlabel="reverse KL", ylabel="high-quality share", title="each run by two figures")
for ax in (left, right):
    ax.legend(fontsize=8)
plots.save(fig, "21_figures.png")

# %% [markdown]
# What to see: after 500 steps all have found the ring, and none has cut it into modes. The plain game has an arc of it,
# in most starts, and the highest share of the GANs: the share alone would choose it. All four changes bring back the
# modes, or nearly so, and serve them more evenly, R1 best of all; and all four cost share. Lin et al. report the same
# of 25 modes and long runs: 17.3 modes and a share of .948 without packing, 23.8 and .913 with m = 2. Look at the third
# picture: its eight modes are captured, and four of them by a few strays. The reverse KL tells it, the count does not.
#
# The price: packing costs next to no time, as D has half as many rows with twice the inputs. R1 takes half as long
# again, as it goes back through D more often. Minibatch discrimination takes twice as long or more, since all pairs of
# a batch are compared; and it ties rows together, so that R1 cannot be had with it. A slower D costs nothing. But this
# is one problem, few steps, four starts. With more steps one of the four fails: exercise 4.
#
# ## What usually goes wrong
#
# - One figure is trusted. The blob has all modes and a reverse KL near 0, one mode has a perfect share, and the plain
#   GAN has the highest share of the GANs. They belong together, beside rows for real cases and for nonsense.
# - Too few samples: a perfect sampler asked 50 times misses modes, by (21.5), and is uneven, by (21.7).
# - The best of many looks is reported. The least of noisy figures is luck: choose by one set, report another.
# - G is judged by the cases that it learnt from. Who hands those out is perfect there.
# - A bandwidth that cannot see. The median distance is that between modes; modes of half the width look the same.

# %% wrong: few samples, the best look, training cases, a wide bandwidth
grid = to_unit_spread(grid_of_gaussians())
few = [evaluate_coverage(draw_mixture(grid, 50, rng), grid) for _ in range(100)]
divergences = [found.reverse_kl for found in few]
print(f"  a perfect sampler of 25 modes, 50 samples: {np.mean([found.modes for found in few]):.1f} modes, reverse KL "
      f"{np.mean(divergences):.2f}; the least of 100 looks {min(divergences):.2f}")
training, fresh, more = (draw_mixture(ring, 500, rng) for _ in range(3))
for name, held in (("training cases", training), ("fresh cases", fresh)):
    print(f"  precision and recall of training cases, held against {name}:", *precision_and_recall(held, training))
narrow = draw_mixture(MixtureOfGaussians(ring.centres, ring.sigma / 2), 500, rng)
for name, bandwidth in (("the median", None), ("σ", ring.sigma)):
    print(f"  modes of half the width, h = {name}: {mmd(narrow, more, rng, bandwidth)}")

# %% [markdown]
# ## Exercises
#
# 1. How many draws does a perfect sampler of K = 25 modes need, to miss any with a chance of 1 % at most?
# 2. Show that TV(p^m, q^m) <= 1 - (1 - TV(p, q))^m. (What p and q share, min(p, q), has the mass 1 - TV(p, q).)
# 3. Go backward through minibatch discrimination: find ∂T and dx from dy = [dy_x, do]. Where does close_ijb stand?
# 4. In the experiment, try packing=4, and all five with steps=2_000. Who has won?
#
# ## Solutions
#
# 1. Some mode is missed with the chance K (1 - 1/K)^n at most. That is .01 for n = log(.01/25) / log(24/25) = 191.7.
# 2. p^m and q^m share at least the m-fold product of min(p, q), with the mass (1 - TV)^m.
# 3. In o_ib and in o_jb, so dM_ibc = -Σ_j (do_ib + do_jb) close_ijb sign(M_ibc - M_jbc). M is linear in x and in T:
#    ∂T_dbc = Σ_i x_id dM_ibc, and dx_id = dy_id + Σ_bc dM_ibc T_dbc.
# 4. `np.mean([four_figures(play(seed, packing=4)[0]) for seed in range(4)], axis=0)`, and so on. Packing 4 has all
#    modes, evenly, and just the blob's share: it is still a blob. With 2,000 steps the plain game has a share above .6,
#    and its modes stay lost. D at G's rate now loses modes too, so that it had only put it off. Packing, minibatch
#    discrimination and R1 keep all eight, with shares of .4 to .5 and reverse KLs below .2: they do hold the modes.

# %% solutions 1 to 3
all_but = 25 * (24 / 25) ** np.array([191, 192])
verify_at_most("exercise 1: 192 draws will do, 191 will not", [all_but[1], 0.01], [0.01, all_but[0]])
pairs = rng.dirichlet(np.full(4, 0.5), size=(300, 2))
verify_at_most("exercise 2: TV(p³, q³), 300 pairs", [total_variation(power(p, 3), power(q, 3)) for p, q in pairs],
               [1 - (1 - total_variation(p, q)) ** 3 for p, q in pairs])


def weighed(network):
    return np.sum(dy * slow_discrimination(network.layers[0].W, network.layers[1].T))


dy, network = rng.normal(size=y.shape), MLP((Linear(x), layer))  # fed with the unit matrix, the first layer's W is x
_, cache = mlp_forward(network, np.eye(5))
_, gradient = mlp_backward(network, cache, dy)
verify("exercise 3: dx and ∂T", flatten(gradient), central_differences(weighed, network, 1e-4), tolerance=1e-8)
