# %% [markdown]
# # Comparing samples: are these two sets drawn from the same thing?
#
# Of images nobody knows the modes. All there is are two sets of rows: cases, and what a generator
# made. Are they alike? And how far apart may two sets be that come from one source? This lesson
# has three answers that need nothing but the rows, each with what it cannot see, and says why two
# famous ones, the FID and the Inception score, are not used in this course.
#
# Afterwards you can
#
# - work out a sliced Wasserstein distance and a mean discrepancy by hand;
# - say what a p-value promises, and prove it;
# - read precision and recall, and name three ways in which they are fooled;
# - hold any figure against its floor, what two sets of real cases show.
#
# About an hour and a half. You need distances that come from sorting (lesson 33) and the counted
# figures of lesson 35.
#
# ## Slices
#
# On a line, lesson 33 matched two sets of numbers by sorting. With squares in place of absolute
# values the same matching is best: for a < b and c < d, (a - c)² + (b - d)² <= (a - d)² + (b - c)²,
# since what is left when you multiply out is 2 (b - a)(d - c) >= 0. Rows of D numbers become
# numbers along a direction e of length 1: e·x. So sort along many directions and take the mean:
#
#     W²(e) = min over all matchings of mean (e·x - e·y)² = mean of (a_i - b_i)², sorted     (37.1)
#     SW² = E[W²(e)],  every direction e as likely
#
# By hand: x = 0, 1, 5 and y = 2, 4, 9 on a line are 2, 3, 4 apart, W² = (4 + 9 + 16)/3 = 9.67.
# Shift a set by δ, and all e·x move by e·δ, so that W²(e) = (e·δ)². By symmetry E[e_i e_j] = 0 for
# i ≠ j, and the D numbers E[e_i²] are equal and add up to 1. Hence
#
#     SW² = |δ|² / D          for a shift by δ                                               (37.2)
#
# SW is the root, in the unit of the data: 0 where the sets are the same. `sliced_wasserstein` takes
# the mean over as many directions as it is asked for.

# %% (37.1) and (37.2) slices
import itertools
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import mmd, precision_and_recall, sliced_wasserstein
from numpy_dgm.adversarial.coverage import squared_mmds, squared_wasserstein
from numpy_dgm.data.mixtures import (
    MixtureOfGaussians, draw_mixture, ring_of_gaussians, to_unit_spread)
from numpy_dgm.foundation.enumeration import kl_divergence
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean

rng = np.random.default_rng(37)
a, b = rng.normal(size=(4, 6)), 0.5 + 2 * rng.normal(size=(4, 6))  # four directions, six rows
a[0, :3], b[0, :3] = (0, 1, 5), (2, 4, 9)
least = np.full(4, np.inf)
for order in itertools.permutations(range(6)):
    least = np.minimum(least, np.mean((a - b[:, list(order)]) ** 2, axis=1))
verify("(37.1) W²(e) = mean of (a_i - b_i)², sorted", squared_wasserstein(a, b), least)
by_hand = squared_wasserstein(np.array([[0.0, 1, 5]]), np.array([[2.0, 4, 9]]))
print(f"  0, 1, 5 against 2, 4, 9: W² {by_hand[0]:.2f}")

x, shift = rng.normal(size=(20, 3)), np.array([1.0, -2.0, 0.5])
squares = []
for _ in range(2_000):
    squares.append(sliced_wasserstein(x, x + shift, 1, rng) ** 2)  # a direction each
verify_mean("(37.2) SW² = |δ|² / D", squares, np.sum(shift**2) / 3)

# %% [markdown]
# ## The mean discrepancy
#
# Let k(x, y), the kernel, be near 1 where two rows are alike and near 0 where they are not, over a
# distance called the bandwidth (often the median distance of two rows; `mmd` takes that if it is
# given none):
#
#     k(x, y) = exp(-|x - y|² / (2 bandwidth²))
#
# If both sets come from one source, a row should be as like to rows of the other set as to those
# of its own. So compare means over pairs (Gretton et al. 2012):
#
#     MMD² = mean of k(x, x') + mean of k(y, y') - 2 mean of k(x, y)
#
# over different rows x, x' of the first set and y, y' of the second. (A row with itself has k = 1
# whatever the source, and is left out.) By hand: x = 0, 1 and y = 1, 3 with bandwidth 1 give k(0,
# 1) = .607, k(1, 3) = .135, and .607, .011, 1 and .135 across: MMD² = .607 + .135 - 2 · 1.753/4 =
# -.135. Below 0? It is an estimate, and it has no bias: each pair is a fair draw. For rows drawn
# from a list of values, with the probabilities p and q,
#
#     E[MMD²] = Σ_a Σ_b (p_a - q_a) k(a, b) (p_b - q_b)          which is 0 for p = q        (37.3)
#
# How far above 0 is far? Put all rows together and divide them at random. If there is one source,
# the division that we were given is one like any other. Over all divisions each pair of rows is as
# often within x, within y and across as any other pair, so the three means have the same mean, and
#
#     mean of MMD² over all divisions = 0                                                    (37.4)
#
# So hold the observed MMD², of the two sets as given, against those of P random divisions:
#
#     p-value = (1 + how many of the P are at least as large) / (1 + P)
#
# If there is one source, the 1 + P are alike. Sorted from the largest down, the observed one is as
# likely to stand at any place. Its p-value is its place over 1 + P, or larger where there are ties.
# So
#
#     P(p-value <= level) <= level          if there is one source                           (37.5)
#
# That is what a p-value promises. Without the 1 + it would be 0 for the first place, too much.

# %% (37.3) to (37.5) the mean discrepancy, over all draws and all divisions
def slow_squared_mmd(x, y, bandwidth):
    """MMD² by its definition, a pair of rows at a time."""
    means = []
    for first, second, is_one_set in ((x, x, True), (y, y, True), (x, y, False)):
        values = []
        for i, j in itertools.product(range(len(first)), range(len(second))):
            if not (is_one_set and i == j):
                values.append(math.exp(-math.dist(first[i], second[j]) ** 2 / (2 * bandwidth**2)))
        means.append(np.mean(values))
    return means[0] + means[1] - 2 * means[2]


tiny_x, tiny_y = np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
found = mmd(tiny_x, tiny_y, rng, bandwidth=1.0, n_permutations=1).squared_mmd
print(f"  0, 1 against 1, 3: MMD² {found:.3f}")

values = rng.normal(size=(3, 2))
p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
mean_estimate = 0.0
for which in itertools.product(range(3), repeat=5):  # all draws of 2 rows from p and 3 from q
    first, second = list(which[:2]), list(which[2:])
    chance = np.prod(p[first]) * np.prod(q[second])
    estimate = mmd(values[first], values[second], rng, bandwidth=0.8, n_permutations=1).squared_mmd
    mean_estimate += chance * estimate
exact = 0.0
for one, other in itertools.product(range(3), repeat=2):
    k = math.exp(-math.dist(values[one], values[other]) ** 2 / (2 * 0.8**2))
    exact += (p[one] - q[one]) * k * (p[other] - q[other])
verify("(37.3) E[MMD²] = Σ_a Σ_b (p_a - q_a) k(a, b) (p_b - q_b)", mean_estimate, exact)

rows = rng.normal(size=(6, 2))
in_x, by_definition = [], []
for chosen in itertools.combinations(range(6), 3):
    is_chosen = np.isin(np.arange(6), chosen)
    in_x.append(is_chosen.astype(float))
    by_definition.append(slow_squared_mmd(rows[is_chosen], rows[~is_chosen], 0.8))
of_all = squared_mmds(rows, np.array(in_x).T, 0.8)  # (20,)
verify("(37.4) mean of MMD² over all divisions = 0", np.mean(by_definition), 0)
verify("(37.4) each division's, by the library", of_all, by_definition)
below = np.zeros(3)
levels = np.array([1 / 3, 2 / 3, 1])
for observed, one, other in itertools.product(range(20), repeat=3):  # one and other are random
    is_as_large = of_all[[one, other]] >= of_all[observed] - 1e-12
    n_as_large = np.count_nonzero(is_as_large)
    below += (1 + n_as_large) / 3 <= levels + 1e-12
verify_at_most("(37.5) P(p-value <= level) <= level, all choices", below / 20**3, levels)

# %% [markdown]
# ## Balls: precision and recall
#
# One number does not say whether samples are bad or missing. So give each row a ball that reaches
# to its third nearest neighbour in its own set (Kynkäänniemi et al. 2019):
#
#     precision = fraction of the samples in the ball of some real row
#     recall = fraction of the real rows in the ball of some sample                          (37.6)
#
# Both count places, and not how often G goes there. One real case, copied over and over, is all
# precise. Let 97 of 100 draws be one case and the others go through all cases, and neither figure
# tells. And one stray real row has a ball so large that nonsense lies in it:
#
#     (precision, recall) = (1, 1/N)          one of N real cases, copied
#     (precision, recall) = (1, 1)            every case, one of them in 97 of 100 draws
#     precision = 1                           nonsense in the ball of one stray real row     (37.7)

# %% (37.6) and (37.7) precision and recall
def slow_fraction_inside(x, centres, k):
    """The fraction of the rows x in the ball of some centre, row by row."""
    radii = []
    for centre in centres:
        distances = sorted(math.dist(centre, other) for other in centres)
        radii.append(distances[k])  # place 0 is the centre itself
    n_inside = 0
    for row in x:
        is_inside = False
        for centre, radius in zip(centres, radii):
            is_inside = is_inside or math.dist(row, centre) <= radius
        n_inside += is_inside
    return n_inside / len(x)


real, fake = rng.normal(size=(30, 2)), 0.8 + 0.7 * rng.normal(size=(25, 2))
slow = [slow_fraction_inside(fake, real, 3), slow_fraction_inside(real, fake, 3)]
verify("(37.6) precision and recall", precision_and_recall(real, fake), slow)

cases = np.array(list(itertools.product([0.0, 1.0], repeat=5)))  # 32 real cases of 5 bits
copied = np.tile(cases[7], (100, 1))
verify("(37.7) one case copied: (1, 1/N)", precision_and_recall(cases, copied), [1, 1 / 32])
mostly_one = np.vstack([cases, np.tile(cases[7], (1_000, 1))])
found = precision_and_recall(cases, mostly_one)
verify("(37.7) every case, one nearly always: (1, 1)", found, [1, 1])
stray = np.vstack([cases, np.full((1, 5), 100.0)])  # one row far from its neighbours
nonsense = 150 + rng.normal(size=(50, 5))
verify("(37.7) a stray row: precision = 1", precision_and_recall(stray, nonsense)[0], 1)

# %% [markdown]
# ## Two that are not used here
#
# **The FID** (Heusel et al. 2017) takes the means μ and covariances C of both sets, as if they were
# Gaussians, and the squared Wasserstein distance of the two Gaussians; on a line with the standard
# deviations sd it is
#
#     W² of N(μ, sd²) and N(μ', sd'²) = (μ - μ')² + (sd - sd')²                              (37.8)
#
# **The Inception score** (Salimans et al. 2016) asks a classifier p(class given x) of each sample.
# It should be sure of each, and serve all K classes:
#
#     IS = exp(mean of KL(p(· given x) ‖ p(·))) = exp(H(class) - mean H(class given x)) <= K (37.9)
#
# Both use a network trained on a million photographs, for features or for classes. Digits and
# rings are no photographs, and the figure would be one of that network. That is the first reason.
# The others do not go away with a better network. The FID sees means and covariances and nothing
# else: a set with the right two, and no mode in its place, scores 0. Its estimate is biased: two
# sets of one source are above 0, the more the fewer rows, and two models asked for different
# numbers of samples cannot be compared. The Inception score never looks at the data: one perfect
# sample a class, copied, scores K.

# %% (37.8) and (37.9) what the two compute
one_set = 1.0 + 0.5 * np.random.default_rng(1).standard_normal((40, 20_000))  # N(1, .5²)
other_set = -0.3 + 2.0 * np.random.default_rng(2).standard_normal((40, 20_000))  # N(-.3, 2²)
of_draws = squared_wasserstein(one_set, other_set)  # (40,)
verify_mean("(37.8) W² = (μ - μ')² + (sd - sd')²", of_draws, (1.0 + 0.3) ** 2 + (0.5 - 2.0) ** 2)

p_class = rng.dirichlet(np.ones(4), size=50)  # p(class given x) of 50 samples
p_of_all = p_class.mean(axis=0)
divergences = []
for row in p_class:
    divergences.append(kl_divergence(row, p_of_all))
entropy_of_all = -np.sum(p_of_all * np.log(p_of_all))
mean_entropy = np.mean(-np.sum(p_class * np.log(p_class), axis=1))
score = math.exp(np.mean(divergences))
verify("(37.9) IS = exp(H(class) - mean H(class given x))",
       score, math.exp(entropy_of_all - mean_entropy))
sure = np.repeat(np.eye(4), 25, axis=0)  # one perfect sample a class, 25 copies of each
best_entropy = -np.sum(sure.mean(axis=0) * np.log(sure.mean(axis=0)))
verify_at_most("(37.9) IS <= K", [score, math.exp(best_entropy)], [4, 4])

# %% [markdown]
# ## All of them on one ring
#
# Real cases: the ring of eight modes, as in lesson 36. Five sets are held against them, 12 times
# each, 300 rows against 300: other real cases (the floor); the four modes of one side; modes of
# half the width; a blob with the ring's mean and covariance; 12 real cases, copied.

# %% experiment: five sets against the ring
def frechet(x, y):
    """What the FID computes, on the rows themselves: |μ - μ'|² + trace(C + C' - 2 (C C')^½)."""
    C_x, C_y = np.cov(x.T), np.cov(y.T)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(C_x @ C_y).real, 0))
    difference = x.mean(axis=0) - y.mean(axis=0)
    return difference @ difference + np.trace(C_x) + np.trace(C_y) - 2 * roots.sum()


RING = to_unit_spread(MixtureOfGaussians(ring_of_gaussians().centres, sigma=0.05))
SOURCES = {"real": RING, "one side": MixtureOfGaussians(RING.centres[:4].copy(), RING.sigma),
           "narrow": MixtureOfGaussians(RING.centres, RING.sigma / 2),
           "blob": MixtureOfGaussians(np.zeros((1, 2)), 1.0), "copies": RING}
shown, table = {}, {}
print("                             p-values of MMD, bandwidth:")
print("              SW   Fréchet           median           sd   precision   recall")
for name, source in SOURCES.items():
    figures = []
    for seed in range(12):
        rng = np.random.default_rng([37, seed])
        real = draw_mixture(RING, 300, rng)
        fake = draw_mixture(source, 300, rng)
        if name == "copies":
            fake = real[rng.integers(12, size=300)]
        SW = sliced_wasserstein(real, fake, 20, rng)
        wide = mmd(real, fake, rng, n_permutations=100).p_value
        fine = mmd(real, fake, rng, bandwidth=RING.sigma, n_permutations=100).p_value
        precision, recall = precision_and_recall(real, fake)
        figures.append((SW, frechet(real, fake), wide, fine, precision, recall))
    shown[name], table[name] = fake, np.array(figures)
    SW, distance, wide, fine, precision, recall = table[name].mean(axis=0)
    print(f"  {name:9} {SW:6.3f} {distance:9.3f} {wide:16.2f} {fine:12.2f} "
          f"{precision:11.2f} {recall:8.2f}")

mean = {name: figures.mean(axis=0) for name, figures in table.items()}
claim("SW tells a lost half of the modes, a blob less, narrow modes hardly",
      mean["one side"][0] > 1.5 * mean["blob"][0] > 1.5 * 1.2 * mean["real"][0]
      and mean["narrow"][0] < 1.2 * mean["real"][0], real=mean["real"][0],
      one_side=mean["one side"][0], blob=mean["blob"][0], narrow=mean["narrow"][0])
claim("what the FID computes does not tell the blob from other real cases",
      mean["blob"][1] < 2 * mean["real"][1] and mean["real"][1] > 0.005,
      real=mean["real"][1], blob=mean["blob"][1])
claim("the median bandwidth does not see narrow modes, a bandwidth of sd does",
      mean["narrow"][2] > 0.2 and mean["narrow"][3] < 0.05,
      median=mean["narrow"][2], sd=mean["narrow"][3])
recall_of = {name: mean[name][5] for name in ("one side", "copies", "narrow")}
claim("precision falls for the blob, recall for lost modes, for copies and for narrow modes",
      mean["blob"][4] < 0.7 and max(recall_of.values()) < 0.8,
      precision=mean["blob"][4], recall=list(recall_of.values()))
claim("other real cases do not reach 1 in either",
      0.8 < mean["real"][4] < 0.995 and mean["real"][5] < 0.995,
      precision=mean["real"][4], recall=mean["real"][5])

# %% figure: five sets
fig, axes = plots.new_figure(1, 5, width=9, height=2.5)
for ax, (name, fake) in zip(axes, shown.items()):
    plots.draw_scatter(ax, fake, RING, title=name)
    ax.set(xticks=[], yticks=[])
    ax.set_xlabel(f"SW {mean[name][0]:.2f}   Fréchet {mean[name][1]:.2f}\n"
                  f"precision {mean[name][4]:.2f}\nrecall {mean[name][5]:.2f}", fontsize=8)
plots.save(fig, "37_five_sets.png")

# %% [markdown]
# **What to see.** The Fréchet distance takes the blob for real. MMD with the median bandwidth,
# which is about the distance between modes, takes narrow modes for real; with a bandwidth of one sd
# it does not. For another fault another bandwidth is right, and nobody knows which beforehand.
# Precision tells the blob, recall the lost half, the copies and the narrow modes. SW hardly sees
# narrow modes. And real cases against real cases are not at 0 or at 1: read each row against the
# first.
#
# ## What goes wrong
#
# - No floor. "SW .15" means nothing until you know what two real sets show at that size.
# - Samples are held against the cases that G has learnt from: a G that copies those looks perfect.
# - Of six bandwidths the one with the largest difference is reported. Then the p-value promises
#   nothing.

# %% wrong: training cases; the best of six bandwidths
rng = np.random.default_rng(37)
training, fresh = draw_mixture(RING, 300, rng), draw_mixture(RING, 300, rng)
for name, held in (("training cases", training), ("fresh cases", fresh)):
    print(f"  training cases handed out, against {name}:", precision_and_recall(held, training))
n_found = 0
for _ in range(400):
    first, second = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))  # one source
    p_values = []
    for bandwidth in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6):
        p_values.append(mmd(first, second, rng, bandwidth, n_permutations=19).p_value)
    n_found += min(p_values) <= 0.05
claim("the best of six bandwidths finds a difference that is not there, far oftener than 5 %",
      n_found / 400 > 0.09, fraction=n_found / 400)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 37 --stop squared_mmds
#
# stops in the cell of (37.3), at the four numbers of the hand example. `in_x` has two columns: the
# division as given, and a random one. After six times `n` (`;;` stands between commands on
# one line) all kernels `k` are there; the least is k(0, 3) = .011.
#
#     (Pdb) p z
#     array float64 (4, 1) [0, 3]
#     (Pdb) p in_x
#     array float64 (4, 2) [0, 1]
#     (Pdb) n ;; n ;; n ;; n ;; n ;; n
#     (Pdb) p k
#     array float64 (4, 4) [0.0111, 1]
#
# ## Exercises
#
# 1. By hand: x = 0, 2 and y = 0, 4, bandwidth 2. Find MMD² and, over all three ways to divide the
#    four numbers in two pairs, its mean.
# 2. On paper: the Fréchet distance of two sets of N rows of one source N(0, 1) on a line. What are
#    the means of (μ - μ')² and, roughly, of (sd - sd')²? How does it fall with N?
# 3. In code: write
#
#        def two_sample_p_value(x, y, bandwidth, in_x):
#            """The p-value of MMD²; in_x (R, P): a random division of the R rows in each column."""
#
#    from one matrix of kernels and matrix products (no loop over pairs), and hold it against the
#    definition's. `lessons/solutions/37.md` shows the check.
#
# `dgm course release 37 --out .` writes a file for the exercise in code, and
# `dgm course check 37` judges what you write into it.
#
# Solutions: `lessons/solutions/37.md`, for when you have tried.
