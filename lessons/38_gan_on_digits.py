# %% [markdown]
# # A GAN on digits: asked for a class, and held against an RBM
#
# So far a GAN made whatever it liked. Here it is asked: "make a 3". It learns the shipped digits,
# next to an RBM that learns the same ones, and both are held against digits that neither has seen.
# What can be said of a model that has no likelihood, next to one that has?
#
# Afterwards you can
#
# - say what the discriminator compares when there are labels, and prove what the game is then
#   worth;
# - say what the slope of a label is, and why G has no use for it;
# - hold a GAN and an RBM against the same digits, over several trainings, and say which
#   differences are beyond chance.
#
# About an hour and a quarter. You need the RBM (lessons 7 and 17), the game (lesson 30), its
# training (lesson 31) and how samples are compared (lesson 37).
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
#     [z_1, z_2, 0, 1, 0] W + b = z_1 W_1 + z_2 W_2 + W_4 + b          W_1 to W_5: the rows of W
#
# All entries of a label but one are 0, so that it picks one row of W: a bias of the class's own.
# All else is shared, and strokes learnt with one class serve the others.
#
#     [z, one-hot k] W + b = z W_z + (W_k + b)          W_k the row of class k               (38.1)
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
# So it is C games, one a class, played by the same two networks. A rare class counts little. And
# why must D see the labels too? Without them it cannot tell a G that makes perfect 7s when it is
# asked for 3s, and perfect 3s when it is asked for 7s.
#
# In the cell a case has 4 values and one of 3 classes. As in lesson 30, D is a table of logits, now
# one for each of the 12 pairs, and descends the library's loss.

# %% (38.1) to (38.3) a game with labels
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, NonSaturating, generate, generator_gradient, make_gan, precision_and_recall, train_gan)
from numpy_dgm.adversarial.gan import with_labels
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, evaluate_rbm, gibbs_step, init_rbm, sample_hidden, train_rbm, visible_probs)
from numpy_dgm.foundation.enumeration import all_bits, kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid, squared_distances
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify, verify_mean
from numpy_dgm.neural import (
    MLP, Affine, init_mlp, mlp_backward, mlp_forward, softmax_cross_entropy)

rng = np.random.default_rng(38)
z, labels = rng.normal(size=(6, 2)), np.array([0, 2, 1, 1, 0, 2])
W, b = rng.normal(size=(2 + 3, 4)), rng.normal(size=4)
by_library, _ = mlp_forward(MLP((Affine(W, b),)), with_labels(z, labels, 3))
by_hand = []
for z_n, label in zip(z, labels):
    by_hand.append(z_n[0] * W[0] + z_n[1] * W[1] + (W[2 + label] + b))
verify("(38.1) [z, one-hot k] W + b = z W_z + (W_k + b)", by_library, by_hand)

n_real = np.array([[3, 1, 1, 1], [1, 1, 2, 2], [2, 4, 3, 3]])  # a row a class: cases of each value
n_fake = np.array([[2, 2, 1, 1], [1, 1, 3, 1], [6, 2, 2, 2]])  # asked for in the same fractions
real, fake = np.repeat(np.arange(12), n_real.ravel()), np.repeat(np.arange(12), n_fake.ravel())
s = np.zeros(12)  # D's logits: that of the value x and the class k at place 4 k + x
for _ in range(300):
    loss, ds_real, ds_fake = NonSaturating().discriminator_loss(s[real, None], s[fake, None])
    slope = np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])  # a pair's cases
    s -= 4 * slope / ((n_real + n_fake).ravel() / 24)  # frequent pairs have larger slopes
p_data = n_real / n_real.sum(axis=1, keepdims=True)  # (3, 4), p_data(x given k)
p_G = n_fake / n_fake.sum(axis=1, keepdims=True)
verify("(38.2) D*(x, k) = p_data(x given k) / (p_data(x given k) + p_G(x given k))",
       sigmoid(s).reshape(3, 4), p_data / (p_data + p_G), 1e-8)
worth = 0.0
for pi_k, p, q in zip((1 / 4, 1 / 4, 1 / 2), p_data, p_G):
    m = (p + q) / 2
    JSD = kl_divergence(p, m) / 2 + kl_divergence(q, m) / 2
    worth += pi_k * (2 * JSD - math.log(4))
verify("(38.3) V(D*, G) = Σ_k π_k (2 JSD(p_data(· given k), p_G(· given k)) - log 4)",
       -loss, worth)

# %% [markdown]
# ## The slope of a label
#
# In G's step the slope comes down through D to all that D saw: for each case the entries of the
# image, and then C more. The first are dx. G made the image, so they go on down. The other C say
# how the loss would change if a 3 were called a little more of a 7. But G was asked for the label
# and did not make it, so they are left aside.
#
#     ∂L_G/∂θ_G = Σ_n dx_n ∂G([z_n, one-hot k_n])/∂θ_G          dx_n the image's entries     (38.4)

# %% (38.4) the generator's gradient, by differences
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
verify("(38.4) ∂L_G/∂θ_G = Σ_n dx_n ∂G([z_n, one-hot k_n])/∂θ_G",
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
#     E[v_i] = E[m_i]          Var(v_i) = E[m_i (1 - m_i)] + Var(m_i)                        (38.5)
#
# Means vary less than cases do. Show them if you like, but measure the v.

# %% (38.5) means and cases of an RBM, all of them listed
bits = RBM(W=rng.normal(size=(4, 3)), b=rng.normal(size=4), c=rng.normal(size=3))
all_v, all_h = all_bits(4), all_bits(3)  # (16, 4), (8, 3)
joint = np.exp((all_v @ bits.b)[:, None] + all_h @ bits.c + all_v @ bits.W @ all_h.T)  # (16, 8)
joint /= joint.sum()
p_v, p_h = joint.sum(axis=1), joint.sum(axis=0)
m = visible_probs(bits, all_h)  # (8, 4)
mean_v, mean_m = p_v @ all_v, p_h @ m
verify("(38.5) E[v_i] = E[m_i]", mean_v, mean_m)
verify("(38.5) Var(v_i) = E[m_i (1 - m_i)] + Var(m_i)",
       p_v @ (all_v - mean_v) ** 2, p_h @ (m * (1 - m)) + p_h @ (m - mean_m) ** 2)

# %% [markdown]
# ## Both on the same digits
#
# A GAN with labels learns the shipped digits, grey, in 2,500 steps: the loop is lesson 31's, with
# labels beside z and x, R1 (lesson 32), and at the end a running mean of G's weights (`average`),
# which is steadier than the last ones. An RBM with 64 hidden units learns the digits as bits. One
# training says little, so each is trained three times, from other starts. The RBM's chains start at
# noise. All samples are held against the 360 test digits, the GAN's in grey and, on above one half,
# as bits. The best that can be had is what other real digits show.

# %% experiment: a GAN with labels, and an RBM, three trainings of each
def to_bits(x):
    """On above half."""
    return (x > 0.5).astype(np.float32)


def train_both(seed):
    """A GAN of grey digits with their labels and an RBM of the same digits as bits."""
    rng = np.random.default_rng([38, seed])
    generator = init_mlp([32 + 10, 64, 128, 64], rng, output="sigmoid")
    discriminator = init_mlp([64 + 10, 96, 64, 1], rng)
    gan = make_gan(generator, discriminator, n_classes=10)
    gan, _ = train_gan(gan, grey, labels=train.labels, steps=2_500, rng=rng, batch_size=32,
                       rate=0.002, schedule="linear", penalty=R1(0.1), average=0.995,
                       log_every=2_500)
    rbm = init_rbm(64, 64, rng, to_bits(grey))
    rbm, _ = train_rbm(rbm, to_bits(grey), epochs=40, rng=rng, rate=0.3)
    return gan, rbm, rng


train = open_data("digits", part="train", bits="grey")
test = open_data("digits", part="test", bits="grey")
grey, unseen = train[:], test[:]
names = ("grey, other digits", "grey, GAN", "bits, other digits", "bits, GAN",
         "bits, RBM after 1", "bits, RBM after 10", "bits, RBM after 100", "grey, RBM's means")
found = {name: np.zeros((3, 2)) for name in names}  # precision and recall of each training
right_class = np.zeros(3)
for seed in range(3):
    gan, rbm, rng = train_both(seed)
    made = generate(gan, len(unseen), rng, test.labels)
    nearest = train.labels[squared_distances(made, grey).argmin(axis=1)]  # of training digits
    right_class[seed] = np.mean(nearest == test.labels)
    others = grey[rng.permutation(len(grey))[: len(unseen)]]
    samples = {"grey, other digits": others, "grey, GAN": made,
               "bits, other digits": to_bits(others), "bits, GAN": to_bits(made)}
    v = to_bits(rng.random(unseen.shape))  # noise, where the chains start
    for step in range(1, 101):
        v = gibbs_step(rbm, v, rng)
        if step in (1, 10, 100):
            samples[f"bits, RBM after {step}"] = v
    means = visible_probs(rbm, sample_hidden(rbm, v, rng))
    samples["grey, RBM's means"] = means
    for name, x in samples.items():
        held_out = to_bits(unseen) if name.startswith("bits") else unseen
        found[name][seed] = precision_and_recall(held_out, x)

print("  three trainings         precision              recall")
for name in names:
    print(f"  {name:22} {found[name][:, 0].round(2)}   {found[name][:, 1].round(2)}")
evaluation = evaluate_rbm(rbm, to_bits(unseen), rng, n_temperatures=300)  # annealing, lesson 14
print(f"  log p of the unseen digits: RBM {evaluation.log_likelihood:.1f} nats; GAN: none")

claim("the GAN makes the class that it is asked for", right_class.min() > 0.85,
      fraction=right_class)
recall = {name: found[name][:, 1] for name in names}
claim("in grey the GAN's recall is far below that of other real digits, every time",
      recall["grey, GAN"].max() < recall["grey, other digits"].min() - 0.1,
      GAN=recall["grey, GAN"], real=recall["grey, other digits"])
claim("as bits it is below the RBM's, on average",
      recall["bits, GAN"].mean() < recall["bits, RBM after 100"].mean() - 0.03,
      GAN=recall["bits, GAN"], RBM=recall["bits, RBM after 100"])
precision = {name: found[name][:, 0] for name in names}
claim("neither model has the precision of other real digits, on average",
      max(precision["bits, GAN"].mean(), precision["bits, RBM after 100"].mean())
      < precision["bits, other digits"].mean() - 0.02, GAN=precision["bits, GAN"],
      RBM=precision["bits, RBM after 100"], real=precision["bits, other digits"])
claim("after one Gibbs step the chains have a low precision and a recall near 1",
      precision["bits, RBM after 1"].max() < 0.5 and recall["bits, RBM after 1"].min() > 0.9,
      precision=precision["bits, RBM after 1"], recall=recall["bits, RBM after 1"])
claim("after ten they are about where they are after a hundred",
      abs(found["bits, RBM after 10"].mean(axis=0)
          - found["bits, RBM after 100"].mean(axis=0)).max() < 0.15)

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
# In the table, read each row against other real digits, which are what can be had. Neither model
# has their precision, and which of the two has more of it three trainings do not settle. The GAN
# leaves out more: its recall falls short, in grey most of all. After one Gibbs step the chains are
# half noise, with a recall near 1: noise has balls so wide that digits lie inside. Read no column
# alone. Ten steps from noise are about as good as a hundred here. And only the RBM has a log p for
# a digit that it has not seen.
#
# ## From 64 pixels to 784
#
# On MNIST's digits, of 28x28 pixels, the recipe that most people meet first (the script `gan.py` of
# PyTorch-GAN, Linder-Norén 2018) collapses, without classes: its precision is .43 after 11,256
# steps and its recall .00, where other real digits show .86 and .87. Another recipe, of MLPs too,
# has .87 and .83. Eight things differ. Which of them mends the collapse? Change one at a time, both
# ways: into the recipe that fails, and out of the one that works. Precision and recall after 5,000
# steps (`lessons/reproductions/gan_digits.py changes`):
#
#                                           added to the first    left out of the second
#                                         precision     recall     precision     recall
#     nothing                              .13  .23   .00  .00      .88  .89   .42  .42
#     a smaller G, fewer latents           .18  .25   .00  .00      .07  .29   .00  .00
#     no batch norm in G                   .03  .02   .00  .00      .87  .87   .53  .52
#     He's fresh weights (lesson 22)       .62  .63   .01  .02      .93  .93   .33  .33
#     a sigmoid, pixels from 0 to 1        .32  .38   .00  .00      .94  .93   .40  .36
#     ten times the rate, falling to 0     .66  .40   .03  .04      .43  .45   .34  .35
#     Adam with β2 of .99                  .03  .10   .00  .00      .87  .85   .42  .47
#     R1 of .03 (lesson 32)                .25  .19   .00  .00      .00  .00   .00  .00
#     a moving average of G                .97  .98   .00  .00      .77  .79   .45  .46
#
# (Two trainings of each.) No change mends it by itself: the recall stays below .05. With the
# moving average alone most samples are like digits, and like one another: the third neighbour is
# about 2 away, where other digits have it at 6. Read no column alone. R1, ten times the rate and
# the smaller G at once come to .64 and .24, part of the way. And backwards: without R1, or with
# the large G, no recall is left, as neither bears that rate. At the low rate digits are poor after
# 5,000 steps. Batch norm, where one looks first, does no harm. So what works is a high rate, a
# penalty and a G that bear it, and patience: after 80,000 steps, with classes, it is .88 and .84.
#
# ## What goes wrong
#
# - Means are held against grey digits, as the last row of the table does: that says nothing of the
#   RBM's cases, which are bits.
# - Copies pass for a good model: training digits have the best precision and recall. Look at
#   distances to the nearest training case, too.
# - Fakes with other labels than were asked for. If D sees a fake with a label drawn afresh, a
#   perfect G loses: for every label its cases then come from the mix of all classes.

# %% wrong: means for samples; labels drawn afresh
claim("by its means against grey digits an RBM looks far worse than by its cases against bits",
      precision["grey, RBM's means"].max() < precision["bits, RBM after 100"].min() - 0.1,
      means=precision["grey, RBM's means"], cases=precision["bits, RBM after 100"])
pi = np.array([1 / 4, 1 / 4, 1 / 2])
mix = pi @ p_data  # (4,), all classes together
mixed = 0.0
for pi_k, p in zip(pi, p_data):
    m = (p + mix) / 2
    mixed += pi_k * (kl_divergence(p, m) + kl_divergence(mix, m) - math.log(4))
print(f"  V(D*, G) of a perfect G {-math.log(4):.3f}; with labels drawn afresh for D {mixed:.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 38 --stop generator_gradient:2
#
# stops in G's gradient at the small GAN of (38.4): 7 cases of 4 pixels and 3 classes. After seven
# times `n` the slope has come down through D, with the labels' entries and without them
# (`;;` stands between commands on one line):
#
#     (Pdb) n ;; n ;; n ;; n ;; n ;; n ;; n
#     (Pdb) p fake_input
#     array float64 (7, 7) [-1.82, 2.25]
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
#    with `mlp_forward` and `mlp_backward`, and hold it against differences.
#    `lessons/solutions/38.md` shows the check.
#
# `dgm course release 38 --out .` writes a file for the exercise in code, and
# `dgm course check 38` judges what you write into it.
#
# ## Appendix: a likelihood read off samples
#
# The first paper on GANs lent them a likelihood (Goodfellow et al. 2014): a round bump on each of M
# samples x_m, a Parzen window of some width,
#
#     p_window(x) = mean over m of N(x; x_m, width² I)
#
# with the width chosen on held-out cases. For images it misleads. Let p be some bumps of variance
# 1. Hand in their centres alone, with width 1, and p_window is p itself: no samples score better,
# although nothing is to be seen in them of how cases vary. And true samples, ever so many? Each is
# a centre plus noise of variance 1, and the window adds noise of variance width². Variances add up:
#
#     E[N(x; x_m, width² I)] = p with bumps of variance 1 + width²                           (38.6)
#
# too broad for any width above 0. So k-means scores better than true cases (Theis, van den Oord and
# Bethge 2016 found it so on digits), and by this score one would throw away a perfect model.


# %% (38.6) a Parzen window on true samples, four bumps in the plane
def bumps_at(x, centres, variance):
    """N(x; centre, variance I) in the plane, for every x (N, 2) and every centre (M, 2): (N, M)."""
    return np.exp(-squared_distances(x, centres) / (2 * variance)) / (2 * math.pi * variance)


rng = np.random.default_rng(39)
centres = np.array([[0.0, 0.0], [3.0, 1.0], [-1.0, 4.0], [5.0, -2.0]])
drawn = centres[rng.integers(4, size=20_000)] + rng.standard_normal((20_000, 2))
places, width = np.array([[0.0, 0.0], [2.0, 1.0], [4.0, -3.0]]), 0.8
too_broad = bumps_at(places, centres, 1 + width**2).mean(axis=1)
verify_mean("(38.6) E[N(x; x_m, width² I)] = p with bumps of variance 1 + width²",
            bumps_at(drawn, places, width**2), too_broad)

# %% [markdown]
# ## Appendix: can a GAN's samples teach a classifier?
#
# Say that only N digits have labels. Train a GAN on these, draw as many as you like, and train a
# classifier on both. In this game p_data is 1/N at each of the N cases. So by (38.3) the best G is
# the one whose samples are copies. Let g(x, k) be the gradient of a classifier's loss at one case.
# Its mean over copies is
#
#     E_G[g(x, k)] = (1/N) Σ_n g(x_n, k_n) for copies                                        (38.7)
#
# that of the N cases: nothing is added. If a GAN helps, then by how it falls short of winning.
# `lessons/reproductions/gan_augmentation.py` tries it on ten draws of a hundred digits; there it
# did not help.

# %% (38.7) copies add nothing to the mean gradient
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
verify_mean("(38.7) E_G[g(x, k)] = (1/N) Σ_n g(x_n, k_n) for copies",
            gradients, central_differences(slow_classifier_loss, classifier))

# %% [markdown]
# Solutions: `lessons/solutions/38.md`, for when you have tried.
