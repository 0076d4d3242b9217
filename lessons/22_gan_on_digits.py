# %% [markdown]
# # Lesson 22: a GAN on digits, and an RBM beside it
#
# After this lesson you will be able to
#
# - ask a GAN for a class, and say what its discriminator compares then;
# - prove that the game with labels is one game a class, each weighted by the share of the class;
# - say which slopes go down to the generator and which are left aside;
# - hold a GAN and an RBM against the same unseen digits, and see through a likelihood that was read off samples;
# - say what a GAN could add to a hundred labelled digits, and find out whether it does.
#
# From lesson 4 you need the RBM; from lesson 8 log p by annealing; from lesson 10 the Gaussian RBM as a mixture; from
# lesson 17 networks; from lesson 18 the game, D* and the JSD; from lesson 21 how samples are held against data.
#
# ## A label for both players
#
# So far a GAN made whatever it liked. Now the data are pairs: a case x and its class y, one of C. Let π_y be the share
# of class y, and p(x given y) how its cases are spread. Written one-hot, a label is a row of C entries, 1 at place y
# and 0 elsewhere. The generator is handed noise and a label (Mirza and Osindero 2014):
#
#     y ~ π          z ~ N(0, I)          x = G([z, one-hot y])              a definition
#
# and q(x given y) is how the x of label y are spread. What does the label do in there? Let W_z be the first rows of
# G's first weights, which meet z, and W_y the row that meets entry y. All other entries are 0, so
#
#     [z, one-hot y] W + b = z W_z + (W_y + b)                               (22.1)
#
# A label is a bias of the class's own. All else is shared: strokes learnt with one class serve the others too.
#
# The discriminator sees [x, one-hot y]. A real case comes with its label, a fake with the label it was asked for:
#
#     V(D, G) = Σ_y π_y Σ_x [p(x given y) log D(x, y) + q(x given y) log(1 - D(x, y))]         a definition
#
# Let D be any function of the pair. Then lesson 18's argument holds for each pair by itself. The share π_y is in both
# of its terms, and goes:
#
#     D*(x, y) = p(x given y) / (p(x given y) + q(x given y))                (22.2)
#
# Put it in. For each y, the sum over x is then lesson 18's V(D*, G) for the two densities of that class. By (18.8),
#
#     V(D*, G) = Σ_y π_y (2 JSD(p(· given y), q(· given y)) - log 4)         (22.3)
#
# So it is C games, one a class, played by the same two networks, and least where every class is right. A rare class
# counts little. Forget the labels of what was made, and by the law of total probability it is spread as
#
#     q(x) = Σ_y π_y q(x given y)                                            (22.4)
#
# So this also is a GAN of all classes. Why not play the plain game, then? A D that pays no heed to labels is one of
# those that may look at them, so the best of all is no worse than the best of these. By (18.8) and (22.3),
#
#     JSD(p(x), q(x)) <= Σ_y π_y JSD(p(· given y), q(· given y))             (22.5)
#
# Take two classes with equal shares, and a G that makes perfect cases of the class that it was not asked for. Then q(x)
# = p(x), and the left side is 0. If no case could be of both classes, the right side is log 2, the worst there is.
#
# In the cell there are 3 classes and 4 values of x. z has 6 values, and a table says what G makes of z and y. D is a
# table too: a hidden unit max(x_i + y_j - 1, 0) for each pair is 1 for that pair only. The weight on it, which descends
# the library's loss, is the logit of the pair.

# %% (22.1) to (22.5) a game with labels, on 24 real and 24 fake cases
import math
import time

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, NonSaturating, discriminator_gradient, generate, generator_gradient, make_gan, mmd, precision_and_recall,
    train_gan)
from numpy_dgm.adversarial.gan import with_labels
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, Gaussian, evaluate_rbm, gibbs_step, init_rbm, log_likelihood, sample_hidden, sample_visible, train_rbm,
    visible_probs)
from numpy_dgm.foundation.enumeration import kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid, squared_distances
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean
from numpy_dgm.neural import (
    MLP, Affine, Linear, ReLU, class_logits, init_mlp, mlp_backward, mlp_forward, softmax_cross_entropy,
    train_classifier)

rng = np.random.default_rng(22)

z, y = rng.normal(size=(6, 2)), np.array([0, 2, 1, 1, 0, 2])
W, b = rng.normal(size=(2 + 3, 4)), rng.normal(size=4)
into, _ = mlp_forward(MLP((Affine(W, b),)), with_labels(z, y, 3))
by_hand = [[z_n[0] * W[0, k] + z_n[1] * W[1, k] + (W[2 + y_n, k] + b[k]) for k in range(4)] for z_n, y_n in zip(z, y)]
verify("(22.1) [z, one-hot y] W + b = z W_z + (W_y + b)", into, by_hand)

n_real = np.array([[3, 1, 1, 1], [1, 1, 2, 2], [2, 4, 3, 3]])  # a row a class: how many of its cases have each value
makes = np.array([[0, 0, 1, 1, 2, 3], [0, 1, 2, 2, 2, 3], [0, 0, 0, 1, 2, 3]])  # a row a class: G of each value of z
shares = np.array([1 / 4, 1 / 4, 1 / 2])  # π
p = n_real / n_real.sum(axis=1, keepdims=True)  # p(x given y), a row a class
q = np.array([[np.mean(row == x) for x in range(4)] for row in makes])


def unit_for_each_pair(n, m):
    """Layers for [one-hot i of n, one-hot j of m]: of their n m units, only number i m + j is 1."""
    W = [[float(place == i) for i in range(n) for _ in range(m)] for place in range(n)]
    W += [[float(place == j) for _ in range(n) for j in range(m)] for place in range(m)]
    return Affine(np.array(W), np.full(n * m, -1.0)), ReLU()


G = MLP((*unit_for_each_pair(6, 3), Linear(np.eye(4)[makes.T.ravel()])))
real_y, real_x = np.divmod(np.repeat(np.arange(12), n_real.ravel()), 4)
fake_y, z = np.repeat([2, 0, 1, 2], 6), np.tile(np.eye(6), (4, 1))  # class 2 twice as often


def discriminator_loss(logits):
    """-V of the 24 real and 24 fake pairs by the library, and its slope; logits (4, 3), row x, column y."""
    gan = make_gan(G, MLP((*unit_for_each_pair(4, 3), Linear(logits.reshape(12, 1)))), n_classes=3)
    step = discriminator_gradient(gan, np.eye(4)[real_x], z, NonSaturating(), rng, real_y, fake_y)
    return step.loss, step.gradient.layers[-1].W.reshape(4, 3)


def slow_JSD(p, q):
    return sum((a * math.log(2 * a / (a + b)) + b * math.log(2 * b / (a + b))) / 2 for a, b in zip(p, q))


logits = np.zeros((4, 3))
for _ in range(200):
    logits -= 4 * discriminator_loss(logits)[1] / (shares * (p + q).T)
verify("(22.2) D*(x, y) = p(x given y) / (p(x given y) + q(x given y))", sigmoid(logits).T, p / (p + q))
verify("(22.3) V(D*, G) = Σ_y π_y (2 JSD(p(· given y), q(· given y)) - log 4)", -discriminator_loss(logits)[0],
       sum(pi * (2 * slow_JSD(p_of, q_of) - math.log(4)) for pi, p_of, q_of in zip(shares, p, q)))

centres, asked = np.array([-2.0, 0.5, 3.0]), rng.choice(3, size=20_000, p=shares)
one_number = MLP((Affine(np.append(1.0, centres)[:, None], np.zeros(1)),))  # x = z + the centre of its class
x = generate(make_gan(one_number, init_mlp([4, 1], rng, dtype=np.float64), n_classes=3), len(asked), rng, asked)
points = np.array([-3.0, -1.0, 0.0, 1.0, 2.0, 4.0])
below = [[(1 + math.erf((t - c) / math.sqrt(2))) / 2 for t in points] for c in centres]  # of N(x; c, 1)
verify_mean("(22.4) q(x) = Σ_y π_y q(x given y), shares below 6 points", x < points, shares @ np.array(below))

left, right = [], []
for _ in range(1_000):
    pi, p_any, q_any = rng.dirichlet(np.ones(3)), rng.dirichlet(np.full(4, 0.3), 3), rng.dirichlet(np.full(4, 0.3), 3)
    p_x, q_x = pi @ p_any, pi @ q_any
    left.append((kl_divergence(p_x, (p_x + q_x) / 2) + kl_divergence(q_x, (p_x + q_x) / 2)) / 2)
    right.append(sum(pi[y] * slow_JSD(p_any[y], q_any[y]) for y in range(3)))
verify_at_most("(22.5) JSD(p(x), q(x)) <= Σ_y π_y JSD(p(· given y), q(· given y)), 1,000 tables", left, right)

# %% [markdown]
# ## The slopes of a label
#
# In G's step, the slope comes down through D to all that D saw, ∂L_G/∂[x, one-hot y]: for a case the pixels' entries
# and then C more. The first are the slope of the picture. G made it, so they go on down. The other C say how the loss
# would change if a 3 were called a little more of a 7. But G was asked for the label and did not make it: no parameter
# of G moves it. So these are left aside.
#
#     ∂L_G/∂θ = Σ_n dx_n ∂G([z_n, one-hot y_n])/∂θ          dx_n the pixels' entries         (22.6)
#
# The cell holds this against differences of L_G = -mean log D, written out.


# %% (22.6) the generator's gradient, by differences
def slow_generator_loss(generator):
    """-mean log D of the generator's cases, layer by layer; D is that of `small`."""
    one_hot = np.array([[float(label == k) for k in range(3)] for label in labels])
    (W_1, b_1), (W_2, b_2), (W_3, b_3), (W_4, b_4) = [
        (layer.W, layer.b) for network in (generator, small.discriminator) for layer in network.layers[::2]]
    pictures = np.tanh(np.hstack([latents, one_hot]) @ W_1 + b_1) @ W_2 + b_2
    s = np.tanh(np.hstack([pictures, one_hot]) @ W_3 + b_3) @ W_4 + b_4
    return np.mean(np.log(1 + np.exp(-s)))


small = make_gan(init_mlp([2 + 3, 5, 4], rng, hidden="tanh", dtype=np.float64),
                 init_mlp([4 + 3, 6, 1], rng, hidden="tanh", dtype=np.float64), n_classes=3)
latents, labels = rng.normal(size=(7, 2)), np.array([0, 1, 2, 2, 1, 0, 2])
slopes = central_differences(slow_generator_loss, small.generator)
step = generator_gradient(small, latents, NonSaturating(), rng, labels)
verify("(22.6) ∂L_G/∂θ = Σ_n dx_n ∂G([z_n, one-hot y_n])/∂θ", flatten(step.gradient), slopes, tolerance=1e-8)

# %% [markdown]
# ## What can be said of a GAN, and what of an RBM
#
# Both draw digits. Beyond that they hardly have anything in common:
#
#                            RBM                                         GAN
#     log p of a case        exact for few hidden units, else by         none: its cases fill no volume (lesson 18)
#                            annealing, with a verdict (lesson 8)
#     a sample               the end of a chain; the next is near it     one pass; each owes nothing to the others
#     learns by              climbing log p, by two means (lesson 5)     a game; no number that must fall
#     a pixel                has a kind: a bit, a real number            any number that a network puts out: grey
#     half a case is given   the other half by a chain that keeps it     no way that follows from the model
#
# What is measured of both must need nothing but samples. From lesson 21: each case has a ball, up to the third nearest
# case of its own set. The precision is the share of the samples inside the ball of a real case, the recall that of the
# real cases inside the ball of a sample. MMD² is a squared distance of the two sets, estimated without bias, and its p
# the share of random divisions of all rows with one as large. What counts as real are digits that no model has seen.
# They are few, so that the perfect score is not 1: it is that of other real digits.
#
# And it needs one kind of pixel. Our RBM's are bits, those of the GAN are grey. Pictures of an RBM are mostly means
# mᵢ = p(vᵢ = 1 given h). They are no samples, as they leave out the last draw. By the law of total variance, and since
# a bit with the mean m has the variance m (1 - m),
#
#     E[vᵢ] = E[mᵢ]          Var(vᵢ) = E[mᵢ (1 - mᵢ)] + Var(mᵢ)              (22.7)
#
# So means vary less than cases do, by the first term. Show them if you like, but measure the v.
#
# ## Reading a likelihood off samples
#
# The GAN has no log p. Its first paper lent it one (Goodfellow et al. 2014): put a round bump on each of M samples x_m,
#
#     w(x) = (1/M) Σ_m N(x; x_m, h² I)                                       a definition
#
# This is a Parzen window of width h. Choose h by cases that were held out, and report the mean log w of the test
# cases. In the plane, with many samples, that is a fair estimate. For pictures it is not. To see why, let p have M
# bumps N(x; centre_k, I), all alike often. Now hand in not samples, but the M centres, with h = 1. There is nothing to
# see in them of how cases vary. But
#
#     w of the centres = p                                                   (22.8)
#
# and by Gibbs' inequality, (1.2), no density has a higher mean log on the cases of p than p itself:
#
#     E_p[log w] = E_p[log p] - KL(p || w) <= E_p[log p]                     (22.9)
#
# So no samples can beat the centres. And true samples, ever so many? Each is a centre plus noise of variance 1, and the
# bump adds noise of variance h². Variances of independent noise add up, and for M → ∞ the window tends to
#
#     E[N(x; x_m, h² I)] = p with bumps of variance 1 + h²                   (22.10)
#
# too broad for every h > 0. A small h makes the loss small. But with 64 pixels and a few hundred samples, a test case
# is far from all of them, and h must be about as large as the noise: exercise 2 works out what that costs.
#
# For (22.8), remember lesson 10: a Gaussian RBM with 2 hidden units is a mixture of 4 bumps of variance 1, at the
# corners of a parallelogram. Here that is a rectangle, and c is such that by (10.12) all corners weigh the same.

# %% (22.7) to (22.10) means and cases; the Parzen window on four bumps
bits = RBM(W=rng.normal(size=(4, 3)), b=rng.normal(size=4), c=rng.normal(size=3))
all_v = np.array([[float(d) for d in f"{n:04b}"] for n in range(16)])
all_h = np.array([[float(d) for d in f"{n:03b}"] for n in range(8)])
joint = np.array([[math.exp(v @ bits.b + h @ bits.c + v @ bits.W @ h) for h in all_h] for v in all_v])
p_v, p_h = joint.sum(axis=1) / joint.sum(), joint.sum(axis=0) / joint.sum()
m = visible_probs(bits, all_h)
verify("(22.7) E[vᵢ] = E[mᵢ], Var(vᵢ) = E[mᵢ (1 - mᵢ)] + Var(mᵢ)", [p_v @ all_v, p_v @ (all_v - p_v @ all_v) ** 2],
       [p_h @ m, p_h @ (m * (1 - m)) + p_h @ (m - p_h @ m) ** 2])

W, b = np.array([[5.0, -1.5], [2.5, 3.0]]), np.array([1.0, -0.5])  # W with orthogonal columns
four_bumps = RBM(W=W, b=b, c=-(b @ W + np.sum(W**2, axis=0) / 2), visible=Gaussian())
corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
centres = np.array([b + W @ corner for corner in corners])


def log_window(x, points, h):
    """log w(x) of the Parzen window of width h on `points` (M, D), for rows x (N, D): (N,)."""
    exponents = -squared_distances(x, points) / (2 * h**2)
    largest = exponents.max(axis=1, keepdims=True)
    log_mean = np.log(np.exp(exponents - largest).mean(axis=1)) + largest[:, 0]
    return log_mean - x.shape[1] / 2 * math.log(2 * math.pi * h**2)


side = np.arange(-12, 12.1, 0.4)
grid = np.array([(x_1, x_2) for x_1 in side for x_2 in side])
log_p = log_likelihood(four_bumps, grid)
verify("(22.8) w of the centres = p", np.exp(log_window(grid, centres, 1.0)), np.exp(log_p))


def drawn(n):
    """n cases of p: a corner, and noise."""
    return sample_visible(four_bumps, corners[rng.integers(4, size=n)], rng)


mass = np.exp(log_p) * 0.4**2  # of each square of the grid
best = mass @ log_p
widths = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2)
found = [(n, max(mass @ log_window(grid, drawn(n), h) for h in widths)) for n in (10, 100, 1_000)]
verify_at_most("(22.9) E_p[log w] <= E_p[log p], the best h for 10, 100 and 1,000 true samples",
               [score for _, score in found], [best] * 3)
some, h = np.array([[0.0, 0.0], [2.0, 1.0], [4.0, -3.0]]), 0.8
bumps = np.exp(-squared_distances(drawn(20_000), some) / (2 * h**2)) / (2 * math.pi * h**2)
verify_mean("(22.10) E[N(x; x_m, h² I)] = p with bumps of variance 1 + h²", bumps,
            np.exp(log_window(some, centres, math.sqrt(1 + h**2))))
print(f"  mean log w: the 4 centres {best:.3f};", ", ".join(f"{n:,} true samples {score:.3f}" for n, score in found))

# %% [markdown]
# ## What could be added to a hundred labelled digits
#
# Say that only 100 digits have labels, too few for a good classifier. Train a GAN on these, draw from it as many as you
# like, and train the classifier on both: augmentation. Can it help? In this game p is the share of each of the 100
# cases. So by (22.3) the best that G can reach is q = p, and then its samples are copies. Let g(x, y) be the gradient
# of a classifier's loss at one case. Its mean over copies is
#
#     E_q[g(x, y)] = Σ_y Σ_x p(x, y) g(x, y) = (1/N) Σ_n g(x_n, y_n)         (22.11)
#
# that of the N cases: nothing is added. A G that wins its game cannot help. If it does, then by how it falls short: its
# cases lie beside and between the N, on smooth paths. That knows nothing of how people write, and may be right or not.
# So one has to try, on many draws of the hundred.


# %% (22.11) copies add nothing to the mean gradient
def slow_classifier_loss(classifier):
    """The mean of -log p(label) over the ten cases."""
    logits = few_x @ classifier.layers[0].W + classifier.layers[0].b
    return -np.mean([logits[n, few_y[n]] - math.log(sum(math.exp(s) for s in logits[n])) for n in range(10)])


few_x, few_y = rng.normal(size=(10, 2)), rng.integers(3, size=10)
classifier = MLP((Affine(rng.normal(size=(2, 3)), rng.normal(size=3)),))
gradients = []
for rows in rng.integers(10, size=(2_000, 8)):  # 2,000 batches of 8 copies
    logits, cache = mlp_forward(classifier, few_x[rows])
    gradients.append(flatten(mlp_backward(classifier, cache, softmax_cross_entropy(logits, few_y[rows])[1])[1]))
verify_mean("(22.11) E_q[g(x, y)] = (1/N) Σ_n g(x_n, y_n) for copies", gradients,
            central_differences(slow_classifier_loss, classifier))

# %% [markdown]
# ## Both on the same digits
#
# A GAN with labels learns the shipped digits, grey, in 1,500 steps; an RBM with 64 hidden units learns them as bits.
# Both are held against the 360 test digits: first grey, then bits, where the GAN's samples go through the threshold of
# the digits. The RBM's chains start at noise. The nearest training digit says whether a sample is of its class.


# %% experiment: a GAN with labels, and an RBM
def gan_of(x, labels, steps, seed):
    """A GAN of these digits and their labels, trained."""
    rng = np.random.default_rng(seed)
    generator = init_mlp([32 + 10, 64, 128, 64], rng, output="sigmoid")
    discriminator = init_mlp([64 + 10, 128, 64, 1], rng)
    gan, _ = train_gan(make_gan(generator, discriminator, n_classes=10), x, labels=labels, steps=steps, rng=rng,
                       rate=2e-3, schedule="linear", penalty=R1(0.1), average=0.995, log_every=500)
    return gan


def compare(title, real, rows):
    """Print what each of `rows`, a dict of names to cases, covers of the real ones."""
    print(f"  {title:<28} precision   recall      MMD²       p")
    for name, x in rows.items():
        precision, recall = precision_and_recall(real, x)
        test = mmd(real, x, np.random.default_rng(0))
        print(f"    {name:<26} {precision:9.2f} {recall:8.2f} {test.squared_mmd:9.4f} {test.p_value:7.3f}")


def to_bits(x):
    """On above half, as lesson 9 has it."""
    return (x > 0.5).astype(np.float32)


train, test = (open_data("digits", part=part, bits="grey") for part in ("train", "test"))
grey, unseen = train[:], test[:]
rng = np.random.default_rng(0)
gan = gan_of(grey, train.labels, steps=1_500, seed=0)
started = time.perf_counter()
made = generate(gan, len(unseen), rng, test.labels)
seconds_gan = time.perf_counter() - started
others = grey[rng.permutation(len(grey))[: len(unseen)]]
compare("grey", unseen, {"other real digits": others, "GAN": made})

rbm, _ = train_rbm(init_rbm(64, 64, rng, to_bits(grey)), to_bits(grey), epochs=50, rng=rng, rate=0.3)
v, chains, started = to_bits(rng.random(unseen.shape)), {}, time.perf_counter()
for step in range(1, 1_001):
    v = gibbs_step(rbm, v, rng)
    if step in (1, 10, 100, 1_000):
        chains[f"RBM, {step:,} Gibbs steps"] = v
seconds_rbm = time.perf_counter() - started
compare("bits", to_bits(unseen), {"other real digits": to_bits(others), "GAN": to_bits(made), **chains})
evaluation = evaluate_rbm(rbm, to_bits(unseen), rng, n_temperatures=500)
print(f"  log p of the unseen digits: RBM {evaluation.log_likelihood:.1f} nats, "
      f"{'to be trusted' if evaluation.trusted else 'not to be trusted'}; GAN: none")
print(f"  360 samples: GAN {1000 * seconds_gan:.1f} ms, RBM {1000 * seconds_rbm:.0f} ms for 1,000 Gibbs steps")
for name, x in (("unseen digits", unseen), ("GAN", made)):
    nearest = train.labels[squared_distances(x, grey).argmin(axis=1)]
    print(f"  {name}: {np.mean(nearest == test.labels):.0%} have the label of the nearest training digit")

means = visible_probs(rbm, sample_hidden(rbm, v, rng))
of_each = [np.flatnonzero(train.labels == label)[:10] for label in range(10)]
fig, axes = plots.new_figure(1, 3, width=12.6, height=4.4)
plots.draw_tiles(axes[0], grey[np.concatenate(of_each)], columns=10, title="digits, a row a class")
plots.draw_tiles(axes[1], generate(gan, 100, rng, np.repeat(range(10), 10)), columns=10, title="GAN, asked for them")
plots.draw_tiles(axes[2], means[:100], columns=10, title="RBM, means p(v given h)")
plots.save(fig, "22_digits.png")

# %% [markdown]
# What to see in the figure: the GAN's rows are the classes that it was asked for, greys and all, and here and there a
# picture is no digit. The RBM knows no classes. Its means are nearly black and white: it learnt bits.
#
# In the table, real digits are what can be had. The GAN falls short of them in grey, more so in recall. As bits
# neither of the two is far off, and the RBM reaches more of the real digits at about the same precision. But it took a
# hundred steps of its chains, and one pass of G. After 1 step the chains are noise, with a recall of almost 1: noise
# has balls so wide that all digits lie inside. Read no column alone. MMD² is near 0 for both, and its p changes with
# the seed. And only the RBM has a log p for a digit that it has not seen (independent pixels: -24.7, lesson 9).
#
# Now (22.8) on real digits: Parzen windows of real digits, of the GAN's samples, and of centroids of training digits by
# k-means (each digit goes to the nearest centroid, each centroid to the mean of its digits, ten times). Half of the
# unseen digits choose h, the other half is scored.


# %% the Parzen window on digits
def centroids_of(x, n):
    centroids = x[rng.permutation(len(x))[:n]]
    for _ in range(10):
        nearest = squared_distances(x, centroids).argmin(axis=1)
        centroids = np.array([x[nearest == k].mean(axis=0) if np.any(nearest == k) else centroids[k] for k in range(n)])
    return centroids


widths = np.arange(0.1, 0.4, 0.02)
print("  points                  h   mean log w")
for name, points in {"360 real digits": others, "360 centroids": centroids_of(grey, 360),
                     "100 centroids": centroids_of(grey, 100), "360 of the GAN": made}.items():
    h = widths[np.argmax([log_window(unseen[:180], points, h).mean() for h in widths])]
    print(f"  {name:<18} {h:6.2f} {log_window(unseen[180:], points, h).mean():12.1f}")

# %% [markdown]
# A hundred means of digits, which are blurs, beat 360 digits that somebody wrote. By this score one would throw away a
# perfect model for k-means. It is known to be so for MNIST too (Theis, van den Oord and Bethge 2016).
#
# Last, augmentation. A seed draws ten training digits of each class. A GAN learns from these 100 in 1,000 steps, and a
# classifier learns from them with none, 100 or 1,000 of its samples beside them, from the same fresh weights and from
# as many cases in batches. The last two columns are medians of the distance to the nearest of the 100, of unseen digits
# and of samples.


# %% two draws of a hundred digits
def fraction_read(x, labels, seed, n_cases=25_000):
    """The fraction of the unseen digits that a classifier of these cases, 500 batches of 50, reads right."""
    rng = np.random.default_rng(seed)
    net = init_mlp([64, 256, 10], rng, hidden="relu", dropout=0.5)
    net, _ = train_classifier(net, x, labels, rng=rng, epochs=round(n_cases / len(x)), batch_size=50, rate=0.01)
    return np.mean(class_logits(net, unseen).argmax(axis=1) == test.labels)


def median_to_nearest(x, points):
    return np.median(np.sqrt(squared_distances(x, points).min(axis=1)))


print("  seed    alone   + 100   + 1,000   precision   recall   to the 100: unseen   samples")
asked = np.arange(1_000) % 10
for seed in (0, 1):
    order = np.random.default_rng(seed).permutation(len(grey))
    rows = np.concatenate([order[train.labels[order] == label][:10] for label in range(10)])
    few_x, few_y = grey[rows], train.labels[rows]
    few_gan = gan_of(few_x, few_y, steps=1_000, seed=seed)
    samples = generate(few_gan, 1_000, np.random.default_rng(seed), asked)
    read = []
    for n in (0, 100, 1_000):
        more_x, more_y = np.concatenate([few_x, samples[:n]]), np.concatenate([few_y, asked[:n]])
        read.append(fraction_read(more_x, more_y, seed))
    precision, recall = precision_and_recall(unseen, samples[:360])
    print(f"  {seed:4} {read[0]:8.1%} {read[1]:7.1%} {read[2]:9.1%} {precision:11.2f} {recall:8.2f} "
          f"{median_to_nearest(unseen, few_x):20.2f} {median_to_nearest(samples, few_x):9.2f}")

# %% [markdown]
# No copies, by the last two columns. Two seeds tell little; `python lessons/reproductions/gan_augmentation.py` is the
# study: ten seeds, 3,000 steps of the GAN, settings chosen with other seeds. With the 100 alone 92.1 % of the digits
# are read right. In points against that, with the standard error of ten paired differences:
#
#     added                           50            100            300          1,000
#     samples of the GAN     -0.28 ± .16    -0.39 ± .26    -0.56 ± .23    -0.47 ± .22
#     copies with noise      -0.39 ± .17    -0.36 ± .19    -0.14 ± .18    +0.06 ± .14
#
# So here the GAN's samples do not help: they cost a little, some two standard errors from 300 on. Copies with noise,
# which need no GAN, do not help either. (22.11) had promised nothing.
#
# ## What usually goes wrong
#
# **Fakes with other labels than were asked for.** If D sees a fake with a label drawn afresh, a perfect G loses: its
# cases then come from the mix of all classes, whatever the label says.
#
# **Means, or bits, are held against grey digits.** Both then look worse than the RBM is.
#
# **Copies pass for a good model.** Training digits have the best precision, recall and MMD. So look at distances, too
# (which miss a copy that is moved by a pixel).

# %% wrong: other labels; means for samples
V_mixed = sum(pi * (2 * slow_JSD(p_of, shares @ p) - math.log(4)) for pi, p_of in zip(shares, p))
print(f"  V(D*, G) of a perfect G {-math.log(4):.3f}; of the same with labels drawn afresh for D {V_mixed:.3f}")
compare("grey", unseen, {"RBM, means": means, "RBM, bits": v})

# %% [markdown]
# ## Exercises
#
# 1. G is asked for labels in other shares, r_y in the place of π_y. Find D*. Is q = p still the best that G can do?
# 2. One bump N(x; 0, I) in D dimensions: what do ever so many true samples lose, by (22.10)? And with D = 64, h = 1?
# 3. D does not see the labels, G does. What can G do that (22.3) would not let pass?
#
# ## Solutions
#
# 1. D* = π_y p / (π_y p + r_y q), so s* = log p - log q + log(π_y / r_y). The slope of V(D*, G) with respect to q(x) is
#    r_y log(1 - D*): see (18.12). For q = p it is the same at all x, so that no mass is better elsewhere; and V(D*, G),
#    as a maximum of functions that are linear in q, is convex. So yes.
# 2. With w = N(x; 0, (1 + h²) I), KL(p || w) = (D/2) (log(1 + h²) + 1/(1 + h²) - 1): 6.2 nats, lost to the point 0.
# 3. It can make any class for any label, as long as the sum (22.4) is right. See the two exchanged classes at (22.5).

# %% solutions 1 and 2
fake_y, r = np.repeat([0, 1, 1, 2], 6), np.array([1 / 4, 1 / 2, 1 / 4])
logits = np.zeros((4, 3))
for _ in range(200):
    logits -= 4 * discriminator_loss(logits)[1] / (shares[:, None] * p + r[:, None] * q).T
verify("exercise 1: s* = log p - log q + log(π_y / r_y)", logits.T, np.log(p / q) + np.log(shares / r)[:, None])
bump = RBM(W=np.zeros((2, 1)), b=np.zeros(2), c=np.zeros(1), visible=Gaussian())
log_bump, log_broad = log_likelihood(bump, grid), log_window(grid, np.zeros((1, 2)), math.sqrt(1 + h**2))
verify("exercise 2: KL(p || w), D = 2", np.exp(log_bump) * 0.4**2 @ (log_bump - log_broad),
       math.log(1 + h**2) + 1 / (1 + h**2) - 1, tolerance=1e-8)
