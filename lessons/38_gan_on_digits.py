# %% [markdown]
# # A GAN on digits: asked for a class, and held against an RBM
#
# So far a GAN made whatever it liked. Here it is asked: "make a 3". It learns the shipped digits,
# next to an RBM that learns the same ones, and both are held against digits that neither has seen.
# What can be said of a model that has no likelihood? And what could its samples be good for?
#
# Afterwards you can
#
# - say what the discriminator compares when there are labels, and prove what the game is then
#   worth;
# - hold a GAN and an RBM against the same digits, and see through a likelihood read off samples;
# - say whether a GAN can help a classifier that has a hundred labelled digits, and find out.
#
# About an hour and a half. You need the RBM (lessons 7 and 17), the game (lesson 30), its training
# (lesson 31) and how samples are compared (lesson 37).
#
# ## A label for both players
#
# The data are pairs: a case x and its class k, one of C. π_k is the fraction of class k, and
# p_data(x given k) how its cases are spread. Written one-hot, a label is a row of C entries, 1 at
# place k and 0 elsewhere. The generator is handed noise and a label (Mirza and Osindero 2014):
#
#     k ~ π          z ~ N(0, I)          x = G([z, one-hot k])
#
# What does the label do in there? With 2 numbers of noise and 3 classes, say k = 1:
#
#     [z_1, z_2, 0, 1, 0] W + b = z_1 W_1 + z_2 W_2 + W_4 + b          the rows of W
#
# All entries but one are 0, so that a label picks a row of W: a bias of the class's own. All else
# is shared, and strokes learnt with one class serve the others.
#
#     [z, one-hot k] W + b = z W_z + (W_k + b)                                               (38.1)
#
# The discriminator sees [x, one-hot k]. A real case comes with its label, a fake with the label
# that it was asked for:
#
#     V(D, G) = Σ_k π_k Σ_x [ p_data(x given k) log D(x, k) + p_G(x given k) log(1 - D(x, k)) ]
#
# D may be any function of the pair, so lesson 30's argument holds for each pair by itself. π_k is
# in both of its terms, and goes. Put D* in, and the sum over x is lesson 30's, class by class:
#
#     D*(x, k) = p_data(x given k) / (p_data(x given k) + p_G(x given k))                    (38.2)
#     V(D*, G) = Σ_k π_k (2 JSD(p_data(· given k), p_G(· given k)) - log 4)                  (38.3)
#
# So it is C games, one a class, played by the same two networks. A rare class counts little.
# Without its labels what was made is spread as p_G(x) = Σ_k π_k p_G(x given k). Why not play the
# plain game then? A D that pays no heed to labels is one of those that may look at them, so
#
#     JSD(p_data(x), p_G(x)) <= Σ_k π_k JSD(p_data(· given k), p_G(· given k))               (38.4)
#
# Take two classes with equal π, and a G that makes perfect cases of the class that it was not
# asked for. The left side is 0. If no case could be of both classes, the right side is log 2, the
# worst there is.
#
# In the cell there are 3 classes and 4 values of x; z has 6 values, and a table says what G makes.
# D is a table too: a hidden unit max(x_i + k_j - 1, 0) for each pair is 1 for that pair only, and
# the weight on it, which descends the library's loss, is the logit of the pair.

# %% (38.1) to (38.4) a game with labels
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, NonSaturating, discriminator_gradient, generate, generator_gradient, make_gan, mmd,
    precision_and_recall, train_gan)
from numpy_dgm.adversarial.gan import with_labels
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, Gaussian, evaluate_rbm, gibbs_step, init_rbm, log_likelihood, sample_hidden,
    sample_visible, train_rbm, visible_probs)
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid, squared_distances
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean
from numpy_dgm.neural import (
    MLP, Affine, Linear, ReLU, init_mlp, mlp_backward, mlp_forward, softmax_cross_entropy)

rng = np.random.default_rng(38)
z, labels = rng.normal(size=(6, 2)), np.array([0, 2, 1, 1, 0, 2])
W, b = rng.normal(size=(2 + 3, 4)), rng.normal(size=4)
by_library, _ = mlp_forward(MLP((Affine(W, b),)), with_labels(z, labels, 3))
by_hand = []
for z_n, label in zip(z, labels):
    by_hand.append(z_n[0] * W[0] + z_n[1] * W[1] + (W[2 + label] + b))
verify("(38.1) [z, one-hot k] W + b = z W_z + (W_k + b)", by_library, by_hand)

# a row a class: how many of its real cases have each value, and what G makes of each value of z
n_real = np.array([[3, 1, 1, 1], [1, 1, 2, 2], [2, 4, 3, 3]])
makes = np.array([[0, 0, 1, 1, 2, 3], [0, 1, 2, 2, 2, 3], [0, 0, 0, 1, 2, 3]])
pi = np.array([1 / 4, 1 / 4, 1 / 2])
p_data = n_real / n_real.sum(axis=1, keepdims=True)  # (3, 4), a row a class
p_G = np.zeros((3, 4))
for k in range(3):
    p_G[k] = np.bincount(makes[k], minlength=4) / 6


def unit_for_each_pair(n, m):
    """Layers for [one-hot i of n, one-hot j of m]: of their n m units, only number i m + j is 1."""
    W = np.zeros((n + m, n * m))
    for i, j in np.ndindex(n, m):
        W[i, i * m + j] = 1
        W[n + j, i * m + j] = 1
    return Affine(W, np.full(n * m, -1.0)), ReLU()


G = MLP((*unit_for_each_pair(6, 3), Linear(np.eye(4)[makes.T.ravel()])))
table = np.zeros((12, 1))  # D's logits, of the value x and the class k at place 3 x + k
gan = make_gan(G, MLP((*unit_for_each_pair(4, 3), Linear(table))), n_classes=3)
real_k, real_x = np.divmod(np.repeat(np.arange(12), n_real.ravel()), 4)
fake_k, every_z = np.repeat([2, 0, 1, 2], 6), np.tile(np.eye(6), (4, 1))  # class 2 twice as often
rates = 4 / (pi * (p_data + p_G).T).reshape(12, 1)
for _ in range(200):
    step = discriminator_gradient(
        gan, np.eye(4)[real_x], every_z, NonSaturating(), rng, real_k, fake_k)
    table -= rates * step.gradient.layers[-1].W
D = sigmoid(table.reshape(4, 3))
verify("(38.2) D*(x, k) = p_data(x given k) / (p_data(x given k) + p_G(x given k))",
       D.T, p_data / (p_data + p_G), 1e-8)


def JSD(p, q):
    total = 0.0
    for one, other in zip(p, q):
        if one > 0:
            total += one * math.log(2 * one / (one + other)) / 2
        if other > 0:
            total += other * math.log(2 * other / (one + other)) / 2
    return total


worth = 0.0
for k in range(3):
    worth += pi[k] * (2 * JSD(p_data[k], p_G[k]) - math.log(4))
verify("(38.3) V(D*, G) = Σ_k π_k (2 JSD(p_data(· given k), p_G(· given k)) - log 4)",
       -step.loss, worth)

left, right = [], []
swapped = np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
tables = [(np.array([0.5, 0.5]), swapped, swapped[::-1])]  # the two exchanged classes
for _ in range(500):
    one = rng.dirichlet(np.full(4, 0.3), 3)
    tables.append((rng.dirichlet(np.ones(3)), one, rng.dirichlet(np.full(4, 0.3), 3)))
    tables.append((rng.dirichlet(np.ones(3)), np.tile(one[:1], (3, 1)), np.tile(one[1:2], (3, 1))))
for weights, of_data, of_G in tables:
    left.append(JSD(weights @ of_data, weights @ of_G))
    right.append(sum(weight * JSD(p, q) for weight, p, q in zip(weights, of_data, of_G)))
verify_at_most("(38.4) JSD(p_data(x), p_G(x)) <= Σ_k π_k JSD, tables", left, right)
print(f"  two exchanged classes: {left[0]:.3f} <= {right[0]:.3f}")

# %% [markdown]
# ## The slope of a label
#
# In G's step the slope comes down through D to all that D saw: for each case the entries of the
# image, and then C more. The first are dx. G made the image, so they go on down. The other C say
# how the loss would change if a 3 were called a little more of a 7. But G was asked for the label
# and did not make it, so they are left aside.
#
#     ∂L_G/∂θ_G = Σ_n dx_n ∂G([z_n, one-hot k_n])/∂θ_G          dx_n the image's entries     (38.5)

# %% (38.5) the generator's gradient, by differences
small = make_gan(init_mlp([2 + 3, 5, 4], rng, hidden="tanh", dtype=np.float64),
                 init_mlp([4 + 3, 6, 1], rng, hidden="tanh", dtype=np.float64), n_classes=3)
latents, asked = rng.normal(size=(7, 2)), np.array([0, 1, 2, 2, 1, 0, 2])


def slow_generator_loss(generator):
    """-mean log D of the generator's cases, layer by layer, with the labels written out."""
    first, _, second = generator.layers
    third, _, fourth = small.discriminator.layers
    one_hot = np.zeros((7, 3))
    one_hot[np.arange(7), asked] = 1
    images = np.tanh(np.hstack([latents, one_hot]) @ first.W + first.b) @ second.W + second.b
    s = np.tanh(np.hstack([images, one_hot]) @ third.W + third.b) @ fourth.W + fourth.b
    return np.mean(np.log(1 + np.exp(-s)))


of_G = generator_gradient(small, latents, NonSaturating(), rng, asked).gradient
verify("(38.5) ∂L_G/∂θ_G = Σ_n dx_n ∂G([z_n, one-hot k_n])/∂θ_G",
       flatten(of_G), central_differences(slow_generator_loss, small.generator), 1e-8)

# %% [markdown]
# ## What can be said of either
#
#                            RBM                                      GAN
#     log p of a case        exact for few hidden units, else by      none: its cases fill no volume
#                            annealing, with a verdict (14, 15)
#     a sample               the end of a chain, near the last one    one pass, each by itself
#     learns by              climbing log p                           a game; no number must fall
#     a pixel                has a kind: a bit, a real number         any number: grey
#     half a case is given   a chain fills in the rest                no way that follows from it
#
# What is measured of both must need nothing but samples (lesson 37), and one kind of pixel. Our
# RBM's are bits, the GAN's are grey. Images of an RBM are mostly means m_i = p(v_i = 1 given h),
# which leave out the last coin. A bit with the mean m has the variance m (1 - m), so by the law of
# total variance
#
#     E[v_i] = E[m_i]          Var(v_i) = E[m_i (1 - m_i)] + Var(m_i)                        (38.6)
#
# Means vary less than cases do. Show them if you like, but measure the v.
#
# ## Reading a likelihood off samples
#
# The first paper on GANs lent them a likelihood (Goodfellow et al. 2014): a round bump on each of M
# samples x_m, a Parzen window of some width,
#
#     p_window(x) = mean over m of N(x; x_m, width² I)
#
# with the width chosen on held-out cases. For images it misleads. Let p be M bumps N(x; centre_m,
# I), all alike often. Now hand in the M centres, with width 1: nothing is to be seen in them of
# how cases vary. But
#
#     p_window of the centres = p                                                            (38.7)
#     E_p[log p_window] <= E_p[log p]          so that no samples beat the centres           (38.8)
#
# And true samples, ever so many? Each is a centre plus noise of variance 1, and the bump adds
# noise of variance width². Variances add up, so that the window tends to
#
#     E[N(x; x_m, width² I)] = p with bumps of variance 1 + width²                           (38.9)
#
# too broad for any width above 0. For one bump in D dimensions the loss against the truth is
#
#     E_p[log p] - E_p[log p_window] = (D/2) (log(1 + width²) + 1/(1 + width²) - 1)          (38.10)
#
# For D = 64 and width 1 that is 6.2 nats, lost to a single point. And with a few hundred samples a
# test case is far from all of them, so that the width must be about that of the noise.

# %% (38.6) to (38.10) means and cases; the Parzen window
bits = RBM(W=rng.normal(size=(4, 3)), b=rng.normal(size=4), c=rng.normal(size=3))
all_v = np.array(list(np.ndindex(2, 2, 2, 2)), dtype=float)
all_h = np.array(list(np.ndindex(2, 2, 2)), dtype=float)
joint = np.exp((all_v @ bits.b)[:, None] + all_h @ bits.c + all_v @ bits.W @ all_h.T)
joint /= joint.sum()
p_v, p_h = joint.sum(axis=1), joint.sum(axis=0)
m = visible_probs(bits, all_h)  # (8, 4)
mean_v, mean_m = p_v @ all_v, p_h @ m
verify("(38.6) E[v_i] = E[m_i]", mean_v, mean_m)
verify("(38.6) Var(v_i) = E[m_i (1 - m_i)] + Var(m_i)",
       p_v @ (all_v - mean_v) ** 2, p_h @ (m * (1 - m)) + p_h @ (m - mean_m) ** 2)


def log_window(x, points, width):
    """log p_window of rows x (N, D) with bumps on `points` (M, D): (N,)."""
    exponents = -squared_distances(x, points) / (2 * width**2)
    largest = exponents.max(axis=1, keepdims=True)
    log_mean = np.log(np.exp(exponents - largest).mean(axis=1)) + largest[:, 0]
    return log_mean - x.shape[1] / 2 * math.log(2 * math.pi * width**2)


# lesson 18: a Gaussian RBM of 2 hidden units is a mixture of 4 bumps; with this c all weigh alike
W, b = np.array([[5.0, -1.5], [2.5, 3.0]]), np.array([1.0, -0.5])
c = -(b @ W + np.sum(W**2, axis=0) / 2)
four_bumps = RBM(W=W, b=b, c=c, visible=Gaussian())
corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
centres = b + corners @ W.T
side = np.arange(-12, 12.1, 0.4)
grid = np.array(np.meshgrid(side, side)).reshape(2, -1).T
log_p = log_likelihood(four_bumps, grid)
verify("(38.7) p_window of the centres = p", np.exp(log_window(grid, centres, 1.0)), np.exp(log_p))

mass = np.exp(log_p) * 0.4**2  # of each square of the grid
scores = [mass @ log_window(grid, centres, 1.0)]
for n in (10, 100, 1_000):
    drawn = sample_visible(four_bumps, corners[rng.integers(4, size=n)], rng)
    of_widths = []
    for width in (0.2, 0.4, 0.6, 0.8, 1.0, 1.2):
        of_widths.append(mass @ log_window(grid, drawn, width))
    scores.append(max(of_widths))
verify_at_most("(38.8) E_p[log p_window] <= E_p[log p], centres and 10, 100, 1,000 true samples",
               scores, [mass @ log_p] * 4)
print("  mean log: 4 centres, then 10, 100, 1,000 true samples", np.round(scores, 3))

places, width = np.array([[0.0, 0.0], [2.0, 1.0], [4.0, -3.0]]), 0.8
drawn = sample_visible(four_bumps, corners[rng.integers(4, size=20_000)], rng)
bumps = np.exp(-squared_distances(drawn, places) / (2 * width**2)) / (2 * math.pi * width**2)
broad = np.exp(log_window(places, centres, math.sqrt(1 + width**2)))
verify_mean("(38.9) E[N(x; x_m, width² I)] = p with bumps of variance 1 + width²", bumps, broad)

x = rng.standard_normal((20_000, 64))  # one bump, D = 64, width 1, ever so many samples
log_true = -np.sum(x**2, axis=1) / 2 - 32 * math.log(2 * math.pi)
log_limit = -np.sum(x**2, axis=1) / 4 - 32 * math.log(2 * math.pi * 2)
formula = 32 * (math.log(2) + 1 / 2 - 1)
verify_mean("(38.10) the loss is (D/2) (log(1 + width²) + ...)", log_true - log_limit, formula)

# %% [markdown]
# ## Both on the same digits
#
# A GAN with labels learns the shipped digits, grey, in 2,500 steps (the loop is lesson 31's, with
# labels beside z and x). An RBM with 64 hidden units learns them as bits. Both are held against
# the 360 test digits. The RBM's chains start at noise. The best that can be had is what other real
# digits show.

# %% experiment: a GAN with labels, and an RBM
def to_bits(x):
    """On above half."""
    return (x > 0.5).astype(np.float32)


def compare(name, real, made):
    """(precision, recall, MMD², p-value), printed."""
    precision, recall = precision_and_recall(real, made)
    test = mmd(real, made, np.random.default_rng(0))
    print(f"    {name:24} {precision:9.2f} {recall:8.2f} "
          f"{test.squared_mmd:9.4f} {test.p_value:7.3f}")
    return precision, recall, test.squared_mmd, test.p_value


train = open_data("digits", part="train", bits="grey")
test = open_data("digits", part="test", bits="grey")
grey, unseen = train[:], test[:]
rng = np.random.default_rng(38)
generator = init_mlp([32 + 10, 64, 128, 64], rng, output="sigmoid")
discriminator = init_mlp([64 + 10, 128, 64, 1], rng)
gan, _ = train_gan(make_gan(generator, discriminator, n_classes=10), grey, labels=train.labels,
                   steps=2_500, rng=rng, rate=2e-3, schedule="linear", penalty=R1(0.1),
                   average=0.995, log_every=500)
made = generate(gan, len(unseen), rng, test.labels)
others = grey[rng.permutation(len(grey))[: len(unseen)]]
rbm = init_rbm(64, 64, rng, to_bits(grey))
rbm, _ = train_rbm(rbm, to_bits(grey), epochs=40, rng=rng, rate=0.3)

print("  as grey                      precision   recall      MMD²       p")
of_others = compare("other real digits", unseen, others)
of_made = compare("GAN", unseen, made)
print("  as bits")
bits_of_others = compare("other real digits", to_bits(unseen), to_bits(others))
bits_of_made = compare("GAN", to_bits(unseen), to_bits(made))
v, chains = to_bits(rng.random(unseen.shape)), {}
for step in range(1, 301):
    v = gibbs_step(rbm, v, rng)
    if step in (1, 10, 100, 300):
        chains[step] = compare(f"RBM, {step} Gibbs steps", to_bits(unseen), v)
evaluation = evaluate_rbm(rbm, to_bits(unseen), rng, n_temperatures=300)
print(f"  log p of the unseen digits: RBM {evaluation.log_likelihood:.1f} nats; GAN: none")
nearest = train.labels[squared_distances(made, grey).argmin(axis=1)]
right_class = np.mean(nearest == test.labels)
means = visible_probs(rbm, sample_hidden(rbm, v, rng))

claim("the GAN makes the class that it is asked for", right_class > 0.85, fraction=right_class)
claim("in grey it falls short of real digits, in recall too",
      of_made[1] < of_others[1] - 0.05, GAN=of_made[1], real=of_others[1])
claim("after one Gibbs step the chains are half noise: a low precision, and the highest recall",
      chains[1][0] < chains[300][0] - 0.2 and chains[1][1] > 0.9,
      precision=chains[1][0], recall=chains[1][1])
claim("MMD finds the chains out after one step", chains[1][3] < 0.01,
      p_value=chains[1][3], least_possible=1 / 201)
claim("after ten they are about where they are after 300",
      abs(chains[10][0] - chains[300][0]) < 0.15 and abs(chains[10][1] - chains[300][1]) < 0.15,
      precision=[chains[10][0], chains[300][0]], recall=[chains[10][1], chains[300][1]])

# %% figure: digits, a GAN's and an RBM's
of_each = []
for label in range(10):
    of_each.append(np.flatnonzero(train.labels == label)[:10])
fig, axes = plots.new_figure(1, 3, width=9, height=3.4)
plots.draw_tiles(axes[0], grey[np.concatenate(of_each)], columns=10, title="digits, a row a class")
asked_for = generate(gan, 100, np.random.default_rng(0), np.repeat(np.arange(10), 10))
plots.draw_tiles(axes[1], asked_for, columns=10, title="GAN, asked for them")
plots.draw_tiles(axes[2], means[:100], columns=10, title="RBM, means p(v given h)")
plots.save(fig, "38_digits.png")

# %% [markdown]
# **What to see.** The GAN's rows are the classes that it was asked for, greys and all, and here
# and there an image is no digit. The RBM knows no classes; its means are nearly black and white,
# as it learnt bits.
#
# In the table, other real digits are what can be had, and neither model reaches them. The GAN
# falls short in recall most of all. The RBM's precision and recall are better. Do not make much of
# the p-values further down: of five trainings some gave 1/201 at every look, the least that 200
# divisions can give, so that such an RBM's cases are not quite the digits'; others gave up to 1.
# A large p does not say that two sets are alike, only that 360 rows did not show a difference.
# After one step the chains are half noise, with a recall near 1: noise has balls so wide that
# digits lie inside. Read no column alone. Ten steps from noise are as good as 300 here. And only
# the RBM has a log p for a digit that it has not seen.
#
# Now (38.7) on real digits: Parzen windows on real digits, on the GAN's samples, and on centroids
# by k-means (each digit goes to the nearest centroid, each centroid to the mean of its digits, ten
# times). Half of the unseen digits choose the width, the other half is scored.

# %% experiment: the Parzen window on digits
def centroids_of(x, n, rng):
    centroids = x[rng.permutation(len(x))[:n]]
    for _ in range(10):
        nearest = squared_distances(x, centroids).argmin(axis=1)
        for place in range(n):
            if np.any(nearest == place):
                centroids[place] = x[nearest == place].mean(axis=0)
    return centroids


def best_width(points):
    scores = []
    widths = np.arange(0.1, 0.4, 0.02)
    for width in widths:
        scores.append(log_window(unseen[:180], points, width).mean())
    return widths[np.argmax(scores)]


rng = np.random.default_rng(38)
points_of = {"360 real digits": others, "360 centroids": centroids_of(grey, 360, rng),
             "100 centroids": centroids_of(grey, 100, rng), "360 of the GAN": made}
window = {}
for name, points in points_of.items():
    width = best_width(points)
    window[name] = log_window(unseen[180:], points, width).mean()
    print(f"  {name:16} width {width:.2f}   mean log {window[name]:6.1f}")
claim("a hundred blurs beat 360 digits that somebody wrote",
      window["100 centroids"] > window["360 real digits"] + 1,
      centroids=window["100 centroids"], real=window["360 real digits"])

# %% [markdown]
# By this score one would throw away a perfect model for k-means. It is known to be so for MNIST too
# (Theis, van den Oord and Bethge 2016).
#
# ## A hundred labelled digits: can the GAN help?
#
# Say that only 100 digits have labels. Train a GAN on these, draw as many as you like, and train a
# classifier on both. In this game p_data is the fraction of each of the 100 cases. So by (38.3)
# the best G is the one with p_G = p_data: its samples are copies. Let g(x, k) be the gradient of a
# classifier's loss at one case. Its mean over copies is
#
#     E_G[g(x, k)] = Σ p_data(x, k) g(x, k) = (1/N) Σ_n g(x_n, k_n)                          (38.11)
#
# that of the N cases: nothing is added. A G that wins its game cannot help. If it does, then by
# how it falls short: its cases lie beside and between the N. One has to try, on many draws of the
# hundred.

# %% (38.11) copies add nothing to the mean gradient
few_x, few_k = rng.normal(size=(10, 2)), rng.integers(3, size=10)
classifier = MLP((Affine(rng.normal(size=(2, 3)), rng.normal(size=3)),))


def slow_classifier_loss(classifier):
    """The mean of -log p(label) over the ten cases."""
    logits = few_x @ classifier.layers[0].W + classifier.layers[0].b
    total = 0.0
    for row, label in zip(logits, few_k):
        total -= row[label] - math.log(np.exp(row).sum())
    return total / 10


gradients = []
for copies in rng.integers(10, size=(2_000, 8)):  # 2,000 batches of 8 copies
    logits, cache = mlp_forward(classifier, few_x[copies])
    _, ds = softmax_cross_entropy(logits, few_k[copies])
    _, gradient = mlp_backward(classifier, cache, ds)
    gradients.append(flatten(gradient))
verify_mean("(38.11) E_G[g(x, k)] = (1/N) Σ_n g(x_n, k_n) for copies",
            gradients, central_differences(slow_classifier_loss, classifier))

# %% [markdown]
# `python lessons/reproductions/gan_augmentation.py` is the trial: ten draws of a hundred, 3,000
# steps of the GAN, settings chosen with other draws. Its figures, percent of the test digits read
# right with the hundred alone, with 1,000 of the GAN's samples beside them, and with 1,000 copies
# with a little noise, stand in the cell, which takes paired differences.

# %% experiment: ten draws of a hundred digits
alone = np.array([92.5, 96.4, 90.8, 92.5, 91.9, 92.2, 90.8, 92.2, 90.3, 91.4])
with_300 = np.array([91.7, 96.4, 90.3, 91.7, 90.0, 91.1, 90.8, 91.4, 90.8, 91.4])
with_1000 = np.array([91.4, 96.1, 90.6, 91.9, 92.2, 92.5, 90.8, 90.8, 88.6, 91.4])
noisy_1000 = np.array([92.5, 95.6, 91.1, 92.2, 91.9, 91.9, 91.4, 92.8, 90.3, 91.9])
trials = {"300 of the GAN": with_300, "1,000 of the GAN": with_1000,
          "1,000 noisy copies": noisy_1000}
in_errors = {}
for name, right in trials.items():
    gained = right - alone
    error = gained.std(ddof=1) / math.sqrt(10)
    in_errors[name] = gained.mean() / error
    print(f"  {name:19} {gained.mean():+.2f} ± {error:.2f} points against the hundred alone")
claim("nothing that was added helps by two standard errors", max(in_errors.values()) < 2,
      in_standard_errors=list(in_errors.values()))

# %% [markdown]
# Here the GAN's samples do not help; they cost a little, some two standard errors. (38.11) had
# promised nothing.
#
# ## What goes wrong
#
# - Fakes with other labels than were asked for. If D sees a fake with a label drawn afresh, a
#   perfect G loses: its cases then come from the mix of all classes, whatever the label says.
# - Means are held against grey digits: that says nothing of the RBM's cases, which are bits.
# - Copies pass for a good model: training digits have the best precision, recall and MMD. Look at
#   distances to the nearest training case, too.

# %% wrong: other labels; means for samples
mixed = 0.0
for k in range(3):
    mixed += pi[k] * (2 * JSD(p_data[k], pi @ p_data) - math.log(4))
print(f"  V(D*, G) of a perfect G {-math.log(4):.3f}; with labels drawn afresh for D {mixed:.3f}")
print("  as grey                      precision   recall      MMD²       p")
of_means = compare("RBM, means", unseen, means)
claim("by its means against grey digits the same RBM looks worse than by its cases against bits",
      of_means[0] < chains[300][0] - 0.1, means=of_means[0], cases=chains[300][0])

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 38 --stop generator_gradient:2
#
# stops in G's gradient at the small GAN of (38.5): 7 cases of 4 pixels and 3 classes. After seven
# times `n` the slope has come down through D, with the labels' entries and without them
# (`;;` stands between commands on one line):
#
#     (Pdb) n ;; n ;; n ;; n ;; n ;; n ;; n
#     (Pdb) p fake_input
#     array float64 (7, 7) [-1.14, 1.25]
#     (Pdb) p d_input.shape
#     (7, 7)
#     (Pdb) p dx.shape
#     (7, 4)
#
# ## Exercises
#
# 1. On paper: G is asked for labels in other fractions, r_k in the place of π_k. Find D*. Is p_G =
#    p_data still the best that G can do?
# 2. On paper: D does not see the labels, G does. What can G do that (38.3) would not let pass?
# 3. In code: the slope of labels. Write
#
#        def image_slope(discriminator, images, one_hot):
#            """dx (N, D) of G's non-saturating loss at images (N, D) and their labels (N, C)."""
#
# with `mlp_forward` and `mlp_backward`, and hold it against differences. `lessons/solutions/38.md`
# shows the check.
#
# Solutions: `lessons/solutions/38.md`, for when you have tried.
