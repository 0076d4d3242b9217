# %% [markdown]
# # The game of a GAN: a model that can only draw, and its judge
#
# An RBM can say how probable a case is, up to Z, and needs a chain to draw one. Turn it round: take
# a network that draws a case in one pass, and cannot say how probable it is. How can it learn
# anything, with no likelihood to climb? By a game against a second network, which learns to tell
# its cases from real ones.
#
# Afterwards you can
#
# - write the game down, min and max, and see that one player is a plain classifier;
# - derive the best classifier, and read the ratio of two densities off its logit;
# - prove that the game against the best classifier is a divergence, and say where it is stuck.
#
# About an hour and a half. You need KL (lesson 1), backpropagation and the cross-entropy of a logit
# (lesson 20), and Adam (lesson 22).
#
# ## Two players
#
# The generator G draws noise z, L numbers from N(0, 1), and makes of it a case G(z). The
# discriminator D is shown a case and gives it a logit s(x); D(x) = σ(s(x)) is its probability that
# the case is real, from the data, and not fake, from G. One number is at stake
# (Goodfellow et al. 2014):
#
#     min_G max_D V(D, G)        V(D, G) = E_x~data[log D(x)] + E_z[log(1 - D(G(z)))]
#
# Both terms are at most 0, and near 0 where D is sure and right. D climbs V; G descends it. Write
# p_data for the distribution of the data and p_G for that of G's cases. In the tables below cases
# have few values, and means are sums.
#
# The smallest game: a case is 0 or 1. The data are 1 three times in four. G, badly, makes 1 only
# once in four.
#
#                           x = 1      x = 0
#     p_data                 .75        .25
#     p_G                    .25        .75
#     D says, at best        .75        .25      1s are from the data three times in four
#
#     V = .75 log .75 + .25 log .25  +  .25 log(1 - .75) + .75 log(1 - .25)  = -1.125
#
# Had D just said 1/2 of everything, V would be 2 log ½ = -1.386. And were p_G = p_data, D could not
# do better than that. So G wants to bring V down to -1.386, and the only way is to be right.

# %% the smallest game
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import NonSaturating, Saturating, generator_gradient, make_gan
from numpy_dgm.foundation.enumeration import draw_states
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.optimizers import Adam, scheduled_rate
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean
from numpy_dgm.neural import MLP, Affine, Softplus, init_mlp, mlp_backward, mlp_forward


def value_of_game(D, p_data, p_G):
    """V for cases with few values: D, p_data and p_G are tables of the same length."""
    return np.sum(p_data * np.log(D)) + np.sum(p_G * np.log(1 - D))


p_data, p_G = np.array([0.75, 0.25]), np.array([0.25, 0.75])
for name, D in (("at best", np.array([0.75, 0.25])), ("1/2 everywhere", np.array([0.5, 0.5]))):
    print(f"  D {name:15} V = {value_of_game(D, p_data, p_G):.3f}")

# %% figure: the two players
fig, (ax,) = plots.new_figure(width=9, height=2.3)
boxes = {"noise z": (0, 1), "G": (1.3, 1), "fake case G(z)": (3, 1), "real case x": (3, 0),
         "D": (4.8, 0.5), "logit s: real or fake?": (6.8, 0.5)}
for name, (across, up) in boxes.items():
    color = "C0" if name == "G" else "C1" if name == "D" else "0.3"
    ax.text(across, up, name, ha="center", va="center", color=color, fontsize=11,
            bbox={"boxstyle": "round", "facecolor": "white", "edgecolor": color})
arrows = [((0.5, 1), (1.05, 1)), ((1.55, 1), (2.2, 1)), ((3.8, 0.9), (4.5, 0.6)),
          ((3.6, 0.1), (4.5, 0.4)), ((5.05, 0.5), (5.75, 0.5))]
for start, end in arrows:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "0.3"})
ax.text(4.8, -0.05, "climbs V: tell them apart", ha="center", color="C1", fontsize=9)
ax.text(1.3, 0.45, "descends V: be taken for real", ha="center", color="C0", fontsize=9)
ax.set(xlim=(-0.7, 8.2), ylim=(-0.4, 1.4))
ax.set_axis_off()
plots.save(fig, "30_players.png")

# %% [markdown]
# ## A model that only draws
#
# What is p_G? With one number in and one out, and G rising, a stretch dz at z is taken to a stretch
# G'(z) dz at x = G(z), with the same probability. So p_G(x) = N(z; 0, 1) / G'(z), at the z with
# G(z) = x, and the mean of any f over the draws is an integral with p_G:
#
#     E_z[f(G(z))] = ∫ p_G(x) f(x) dx                                         (30.1)
#
# For pictures of 784 pixels one would have to solve G(z) = x, and z has fewer numbers than x: all
# cases lie on a thin surface, off which p_G is 0. There is no log p_G to climb. But the left side
# of (30.1) takes draws and no p_G, and V is made of such means.
#
# ## D is a classifier
#
# -log D is lesson 20's cross-entropy with the target 1, and -log(1 - D) with the target 0. With
# N real cases x_n and M fake ones x'_m in the place of the two means,
#
#     V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)                 (30.2)
#
# where CE(s, t) = log(1 + exp(s)) - t s. So D descends -V like any network that says yes or no.
# The library's `NonSaturating().discriminator_loss` is -V.


# %% (30.1) and (30.2) a density that can be found, and V of 20 real and 30 fake cases
def normal(x, mean=0.0, sd=1.0):
    """N(x; mean, sd²)."""
    return np.exp(-(((x - mean) / sd) ** 2) / 2) / (math.sqrt(2 * math.pi) * sd)


rng = np.random.default_rng(30)
a, c, w = rng.uniform(0.5, 2, size=3), rng.normal(size=3), rng.uniform(0.2, 1, size=3)
G = MLP((Affine(a[None], c), Softplus(), Affine(w[:, None], np.array([-2.0]))))  # it rises
many_z = np.linspace(-6, 6, 10_001)
many_x, _ = mlp_forward(G, many_z[:, None])
x, dx = np.linspace(many_x[0, 0], many_x[-1, 0], 4_001, retstep=True)
z = np.interp(x, many_x[:, 0], many_z)  # G(z) = x, solved for z
_, cache = mlp_forward(G, z[:, None])
G_slope, _ = mlp_backward(G, cache, np.ones((len(z), 1)))
density = normal(z) / G_slope[:, 0]
integrals = [np.sum(density * f) * dx for f in (x, x**2, np.cos(x))]
drawn = np.log(1 + np.exp(rng.normal(size=(20_000, 1)) * a + c)) @ w - 2  # the same G, written out
means = np.transpose([drawn, drawn**2, np.cos(drawn)])
verify_mean("(30.1) E_z[f(G(z))] = ∫ p_G(x) f(x) dx, for x, x² and cos x", means, integrals)

n_real, n_fake = np.array([6, 5, 4, 3, 1, 1]), np.array([1, 2, 4, 8, 9, 6])  # cases of each value
real, fake = np.repeat(np.arange(6), n_real), np.repeat(np.arange(6), n_fake)  # 20 and 30 cases
p_data, p_G = n_real / 20, n_fake / 30
s = rng.normal(size=6)  # D is a table: a logit for each value
loss, _, _ = NonSaturating().discriminator_loss(s[real, None], s[fake, None])
verify("(30.2) V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)",
       -loss, value_of_game(1 / (1 + np.exp(-s)), p_data, p_G))

# %% [markdown]
# ## The best discriminator
#
# Hold G still, and let D be any function. What it says at one x does not bind it elsewhere, so
# V = Σ_x [p_data log D + p_G log(1 - D)] is largest if every term is. At one x, with a number d to
# be chosen, the slope p_data / d - p_G / (1 - d) is 0 at
#
#     D*(x) = p_data(x) / (p_data(x) + p_G(x))                                (30.3)
#     V(D, G) <= V(D*, G)                                                     (30.4)
#
# That is Bayes' rule: toss a coin, draw x from the data or from G; D* is the probability that it
# was the data. And since the logit of D is log(D / (1 - D)),
#
#     s*(x) = log p_data(x) - log p_G(x)                                      (30.5)
#
# Look at this twice. D has seen draws only, and neither density. Yet its logit is the log of their
# ratio: a plain classifier measures what the generator could not say. Draws from G, weighted by
# exp(s*), even serve for means under the data, as long as p_G is nowhere 0 where p_data is not:
#
#     E_x~G[exp(s*(x)) f(x)] = E_x~data[f(x)]                                 (30.6)
#
# In the cell, (30.3) is found by trying 99,999 values of d. For (30.5) the table of six logits
# descends the library's loss of the 50 cases.


# %% (30.3) to (30.6) the best d by trial, the best table by descent
def best_table(objective, real, fake, rate):
    """Six logits that descend D's loss of the cases `real` (20,) and `fake` (30,)."""
    s = np.zeros(6)
    for _ in range(300):
        _, ds_real, ds_fake = objective.discriminator_loss(s[real, None], s[fake, None])
        slope = np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])
        s -= rate * slope
    return s


d = np.arange(1, 100_000) / 100_000
terms = p_data[:, None] * np.log(d) + p_G[:, None] * np.log(1 - d)  # (6, 99999)
D_star = p_data / (p_data + p_G)
verify("(30.3) D*(x) = p_data(x) / (p_data(x) + p_G(x))", d[terms.argmax(axis=1)], D_star, 1e-5)
V_best = value_of_game(D_star, p_data, p_G)
V_others = np.zeros(1_000)
for i in range(1_000):
    near = np.log(D_star / (1 - D_star)) + rng.normal(size=6) * rng.random()
    loss, _, _ = NonSaturating().discriminator_loss(near[real, None], near[fake, None])
    V_others[i] = -loss
verify_at_most("(30.4) V(D, G) <= V(D*, G), 1,000 tables", V_others, np.full(1_000, V_best))
s_star = best_table(NonSaturating(), real, fake, rate=8)
verify("(30.5) s*(x) = log p_data(x) - log p_G(x)", s_star, np.log(p_data) - np.log(p_G))
drawn = draw_states(p_G, 20_000, rng)
weighted = np.exp(s_star[drawn])[:, None] * np.eye(6)[drawn]  # six f, each 1 at one value, else 0
verify_mean("(30.6) E_x~G[exp(s*(x)) f(x)] = E_x~data[f(x)]", weighted, p_data)

# %% [markdown]
# ## What the game is worth
#
# Let m = (p_data + p_G) / 2, half of each. Then D* = p_data / 2m and 1 - D* = p_G / 2m:
#
#     V(D*, G) = E_x~data[log(p_data / 2m)] + E_x~G[log(p_G / 2m)]           put D* in
#              = KL(p_data ‖ m) + KL(p_G ‖ m) - 2 log 2                      take out the 2, twice
#
#     JSD(p_data, p_G) = ½ KL(p_data ‖ m) + ½ KL(p_G ‖ m)                    a definition
#     V(D*, G) = 2 JSD(p_data, p_G) - log 4                                   (30.7)
#
# This is the Jensen-Shannon divergence (Lin 1991). No KL is negative, and p_data is nowhere more
# than 2m, so that no logarithm in KL(p_data ‖ m) is more than log 2:
#
#     0 <= JSD(p, q) <= log 2          for any two distributions              (30.8)
#
# It is 0 only if both are the same. So against the best D, G descends a divergence whose only
# minimum is the data. Mind the two conditions: D can be any function, and D is the best. The next
# lessons are about what comes without.
#
# ## Stuck
#
# Let the data be uniform on [0, 1] and G uniform on [a, 1 + a]. Where they overlap both are m, and
# the logarithms are 0. Elsewhere one is 0 and the other 2m, with the logarithm log 2, and each has
# the mass min(a, 1) there:
#
#     JSD(p, q) = min(a, 1) log 2                                             (30.9)
#
# From a = 1 on, the distance makes no difference. D* is sure of every case, and no small move of
# G changes V. With pictures this is the rule: those of G lie on a thin surface, the data presumably
# near another, and two thin surfaces hardly meet (Arjovsky and Bottou 2017).


# %% (30.7) to (30.9) the value by its definition, and a divergence that is stuck
def KL(p, q):
    """Σ p log(p / q), value by value, over those where p > 0."""
    total = 0.0
    for p_x, q_x in zip(p, q):
        if p_x > 0:
            total += p_x * math.log(p_x / q_x)
    return total


def JSD(p, q):
    m = (p + q) / 2
    return KL(p, m) / 2 + KL(q, m) / 2


loss, _, _ = NonSaturating().discriminator_loss(s_star[real, None], s_star[fake, None])
verify("(30.7) V(D*, G) = 2 JSD(p_data, p_G) - log 4", -loss, 2 * JSD(p_data, p_G) - math.log(4))
pairs = rng.dirichlet(np.full(6, 0.1), size=(1_000, 2))
found = np.array([JSD(one, other) for one, other in pairs])
verify_at_most("(30.8) 0 <= JSD(p, q), 1,000 pairs", np.zeros(1_000), found)
verify_at_most("(30.8) JSD(p, q) <= log 2, 1,000 pairs", found, np.full(1_000, math.log(2)))
place = np.arange(500)  # a hundred of them to a length of 1
for a in (0, 0.25, 0.5, 1, 1.5, 4):
    uniform = (place < 100) / 100
    moved = ((place >= 100 * a) & (place < 100 * (1 + a))) / 100
    expected = min(a, 1) * math.log(2)
    verify(f"(30.9) JSD(p, q) = min(a, 1) log 2, a = {a}", JSD(uniform, moved), expected)

# %% [markdown]
# ## What the generator's slope is a slope of
#
# G has parameters θ, and p_G depends on them. In its step G moves and D is held. Only the second
# term of V has G in it: E_z[log(1 - D(G(z)))], whose slope comes by backprop, down through D and on
# through G. Say D is the best for the present θ. Is the slope with D held that of 2 JSD, in which
# D* moves along with θ? By the chain rule the latter has one part more, Σ_x ∂V/∂D(x) · ∂D*(x)/∂θ.
# But D* is a maximum of V, so ∂V/∂D(x) = 0 there, and nothing is lost:
#
#     ∂V(D* held, G)/∂θ = ∂ 2 JSD(p_data, p_G)/∂θ                             (30.10)
#     E_z[∂ log(1 - D*(G(z)))/∂θ] = ∂ 2 JSD(p_data, p_G)/∂θ                   (30.11)
#
# The first is checked by integrals, the second by the library's backprop on draws. Let the data be
# N(0, 1) and G(z) = w z + b, so that θ = (w, b) and p_G = N(b, w²). At w = 1 the best logit is
# -x²/2 + (x - b)²/2 = -b x + b²/2. That is an affine layer: here D* is a network.


# %% (30.10) and (30.11) the generator's slope, by integrals and by backprop on draws
def two_JSD(w, b, x):
    """2 JSD of N(0, 1) and N(b, w²), as a sum over points x."""
    p, q = normal(x), normal(x, b, w)
    terms = p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))
    return np.sum(terms) * (x[1] - x[0])


def two_KL_of_m(w, b, x):
    """2 KL(m ‖ N(0, 1)), m half N(0, 1) and half N(b, w²), for later."""
    m = (normal(x) + normal(x, b, w)) / 2
    return 2 * np.sum(m * np.log(m / normal(x))) * (x[1] - x[0])


def V_held(w, b, x, D):
    return np.sum(normal(x) * np.log(D) + normal(x, b, w) * np.log(1 - D)) * (x[1] - x[0])


def slope_by_b_and_w(f, w, b, *others):
    """(∂f/∂w, ∂f/∂b) by central differences."""
    step = 1e-4
    by_w = (f(w + step, b, *others) - f(w - step, b, *others)) / (2 * step)
    by_b = (f(w, b + step, *others) - f(w, b - step, *others)) / (2 * step)
    return [by_w, by_b]


def slopes_by_backprop(objective, w, b, rng):
    """The gradient by (w, b) against D*, of 400 batches of 50 draws: (400, 2)."""
    G = MLP((Affine(np.array([[w]]), np.array([b])),))
    D = MLP((Affine(np.array([[-b]]), np.array([b**2 / 2])),))
    gan = make_gan(G, D)
    slopes = np.zeros((400, 2))
    for i in range(400):
        z = rng.normal(size=(50, 1))
        slopes[i] = flatten(generator_gradient(gan, z, objective, rng).gradient)
    return slopes


x = np.linspace(-15, 15, 3_001)
w, b = 1.0, 1.5
D_held = normal(x) / (normal(x) + normal(x, b, w))
slope = slope_by_b_and_w(two_JSD, w, b, x)
verify("(30.10) ∂V(D* held, G)/∂θ = ∂ 2 JSD(p_data, p_G)/∂θ",
       slope_by_b_and_w(V_held, w, b, x, D_held), slope, tolerance=1e-7)
verify_mean("(30.11) E_z[∂ log(1 - D*(G(z)))/∂θ] = ∂ 2 JSD(p_data, p_G)/∂θ",
            slopes_by_backprop(Saturating(), w, b, rng), slope)

# %% [markdown]
# ## A trained discriminator
#
# How near does a network come to D*? Let the data have two bumps and G one broad one, and take
# points .1 apart. The means are exact: a point counts p_data(x) dx as a real case and p_G(x) dx as
# a fake one. D has two layers of 12 tanh units. Here is its training, the whole of it: 1,000 steps
# down -V. Held against D* at points .01 apart,
#
#     |D(x) - D*(x)| <= 0.02          wherever p_data(x) + p_G(x) > 0.01      (30.12)


# %% (30.12) a network trained with exact means
def two_bumps(x):
    return normal(x, -1.5, 0.5) / 2 + normal(x, 1.5, 0.5) / 2


def learn(points, weight_real, weight_fake, sizes=(1, 12, 12, 1), steps=1_000, rate=0.03, seed=0):
    """A discriminator of cases at `points` (S, 1) that count with these weights (S, 1)."""
    rng = np.random.default_rng(seed)
    D = init_mlp(sizes, rng, hidden="tanh", init="xavier", dtype=np.float64)
    vector, D = pack(D)
    adam = Adam()
    for step in range(steps):
        s, cache = mlp_forward(D, points)
        ds = weight_real * (sigmoid(s) - 1) + weight_fake * sigmoid(s)  # down the loss -V
        _, gradient = mlp_backward(D, cache, ds, need_dx=False)
        adam.step(vector, flatten(gradient), -scheduled_rate("linear", rate, step / steps))
    return D


points, fine_x = np.linspace(-8, 8, 161)[:, None], np.linspace(-8, 8, 1_601)[:, None]
exact = 0.1 * two_bumps(points), 0.1 * normal(points, 0, 1.5)
trained = learn(points, *exact)
p_fine, q_fine = two_bumps(fine_x), normal(fine_x, 0, 1.5)
D_star, counted = p_fine / (p_fine + q_fine), p_fine + q_fine > 0.01
s, _ = mlp_forward(trained, fine_x)
off = np.abs(sigmoid(s) - D_star)[counted]
verify_at_most("(30.12) |D(x) - D*(x)| <= 0.02 wherever p_data(x) + p_G(x) > 0.01",
               off, np.full(len(off), 0.02))
print(f"  largest difference {off.max():.4f}; D* goes from {D_star[counted].min():.3f} "
      f"to {D_star[counted].max():.3f}")

# %% [markdown]
# ## Draws in the place of exact means
#
# In life there are N real cases and as many fake ones. The same training again, six times for each
# N: a point now counts by its fraction of N draws. We ask for the error |D - D*|, its mean under m,
# and for V twice: of the draws that D learnt from, and with exact means, which is what D is worth.


# %% experiment: the trained D against D*, by the number of draws
def draw_weights(probability, n, rng):
    """The fraction of n draws that falls on each point (S, 1)."""
    drawn = draw_states(probability[:, 0], n, rng)
    return np.bincount(drawn, minlength=len(probability))[:, None] / n


def value(D, points, weight_real, weight_fake):
    """V where `points` count with these weights, from the logits: log D = -log(1 + exp(-s))."""
    s, _ = mlp_forward(D, points)
    return -np.sum(weight_real * np.logaddexp(0, -s) + weight_fake * np.logaddexp(0, s))


counts = (100, 1_000, 10_000)
errors, of_draws, worth = np.zeros((3, len(counts), 6))
examples = {}
V_star = 2 * JSD(exact[0][:, 0], exact[1][:, 0]) - math.log(4)  # (30.7)
for i, n in enumerate(counts):
    for seed in range(6):
        rng = np.random.default_rng([30, n, seed])
        weights = draw_weights(exact[0], n, rng), draw_weights(exact[1], n, rng)
        D = learn(points, *weights, seed=seed)
        examples.setdefault(f"{n:,} draws", D)
        s, _ = mlp_forward(D, fine_x)
        off = np.abs(sigmoid(s) - D_star)
        errors[i, seed] = np.sum(off * (p_fine + q_fine)) / np.sum(p_fine + q_fine)
        of_draws[i, seed] = value(D, points, *weights)
        worth[i, seed] = value(D, points, *exact)
    print(f"  {n:6,} draws   mean |D - D*| {errors[i].mean():.4f}   V of the draws "
          f"{of_draws[i].mean():.3f}   with exact means {worth[i].mean():.3f}   of D* {V_star:.3f}")

fig, (left, right) = plots.new_figure(1, 2, width=8, height=2.8)
left.plot(fine_x, p_fine, label="p_data")
left.plot(fine_x, q_fine, label="p_G")
left.set(xlabel="x", title="two densities", xlim=(-5, 5), ylim=(0, 0.5))
for name in ("100 draws", "1,000 draws"):
    s, _ = mlp_forward(examples[name], fine_x)
    right.plot(fine_x, sigmoid(s), label=name)
s, _ = mlp_forward(trained, fine_x)
right.plot(fine_x, sigmoid(s), "C4", label="exact means")
right.plot(fine_x, D_star, "k:", linewidth=2, label="D*")
right.set(xlabel="x", title="D(x), trained", xlim=(-5, 5), ylim=(-0.02, 1.45), yticks=(0, 0.5, 1))
left.legend(fontsize=8)
right.legend(fontsize=8, ncols=2)
plots.save(fig, "30_trained_against_best.png")
claim("a hundred times the draws make the mean error at least four times smaller",
      4 * errors[2].mean() < errors[0].mean(), of_100=errors[0].mean(), of_10_000=errors[2].mean())
claim("V of its own 100 draws is far above what that D is worth, every time",
      (of_draws[0] > worth[0] + 0.05).all(), of_draws=of_draws[0].mean(), worth=worth[0].mean())
claim("what a D is worth is never above V of D*", worth.max() < V_star + 1e-3,
      largest=worth.max(), best=V_star)

# %% [markdown]
# **What to see.** D of exact means lies on D*; D of 1,000 draws is nearby; D of 100 draws bends for
# single cases. It knows its draws by heart: V of these is far above what it is worth. Whoever reads
# a divergence off the loss of training cases reads too much. And x was one number here. With 784
# pixels nobody gets near D*. What must hold is less: that D's slope tells G a useful way to go.
#
# The other trouble was distributions that hardly meet. There is a second loss for G, -log D(G(z))
# in the place of log(1 - D(G(z))), which wants the same and is steep where the other is flat
# (lesson 31). Against D* it descends 2 KL(m ‖ p_data), as the appendix shows. The cell draws both,
# for p_data = N(0, 1) and p_G = N(distance, 1).

# %% figure: two divergences and their slopes, by the distance of two normal densities
distances = np.linspace(0, 10, 41)
curves = np.zeros((len(distances), 4))
for i, distance in enumerate(distances):
    curves[i, 0], curves[i, 2] = two_JSD(1.0, distance, x), two_KL_of_m(1.0, distance, x)
    curves[i, 1] = slope_by_b_and_w(two_JSD, 1.0, distance, x)[1]
    curves[i, 3] = slope_by_b_and_w(two_KL_of_m, 1.0, distance, x)[1]
    if distance in (0.25, 0.5, 1, 2, 4, 8):
        print(f"  distance {distance:4}   2 JSD {curves[i, 0]:8.5f}, its slope {curves[i, 1]:9.6f}"
              f"   2 KL(m ‖ p_data) {curves[i, 2]:8.4f}, its slope {curves[i, 3]:.4f}")
fig, axes = plots.new_figure(1, 2, width=9, height=3)
for column, (ax, title) in enumerate(zip(axes, ("divergence", "its slope by the distance"))):
    ax.plot(distances, curves[:, column], label="2 JSD: G descends log(1 - D*)")
    ax.plot(distances, curves[:, 2 + column], label="2 KL(m ‖ p_data): G descends -log D*")
    ax.set(xlabel="distance", title=title, ylim=(-0.5, 10.5))
axes[0].axhline(math.log(4), color="0.6", linewidth=1, linestyle=":", label="log 4")
axes[0].legend(fontsize=8, loc="center right")
plots.save(fig, "30_stuck.png")
ratio = curves[1:, 1] / curves[1:, 3]
claim("the slopes part from the start: 2 JSD has .97 of the other at .25, .9 at .5, 2/3 at 1",
      0.95 < ratio[0] < 0.98 and 0.86 < ratio[1] < 0.91 and 0.64 < ratio[3] < 0.68,
      ratios=ratio[[0, 1, 3]])
claim("at distance 8, 2 JSD is flat and the other is not", curves[32, 1] < 1e-3 < 5 < curves[32, 3],
      of_JSD=curves[32, 1], of_KL=curves[32, 3])

# %% [markdown]
# **What to see.** The two slopes agree only as the distance goes to 0: at half a standard
# deviation 2 JSD has already a ninth less. Farther out it runs flat below log 4, and its slope is
# gone: a generator that starts there stays there. The other slope goes on growing.
#
# ## What goes wrong
#
# **The loss is taken for progress.** V = -log 4 says that D can only guess. Either p_G is p_data,
# or D is too weak: one without hidden layers sees no difference between the two bumps and the
# broad one, whose means are the same.
#
# **D is trained to the end on few draws.** Even with p_G = p_data, V of the draws rises above
# -log 4: D finds a difference where there is none, and its slopes send G away.

# %% wrong: a weak D, few draws
weak = learn(points, *exact, sizes=(1, 1))
weak_V = value(weak, points, *exact)
claim("a D without hidden layers says that the two are the same",
      abs(weak_V + math.log(4)) < 0.01 < 0.2 < V_star - weak_V, weak=weak_V, of_D_star=V_star)
rows = np.zeros((2, 8, 2))
for i, n in enumerate((50, 5_000)):
    for seed in range(8):
        rng = np.random.default_rng([31, n, seed])
        both = draw_weights(exact[0], n, rng), draw_weights(exact[0], n, rng)  # both from the data
        D = learn(points, *both, seed=seed)
        rows[i, seed] = value(D, points, *both), value(D, points, exact[0], exact[0])
of_few, of_many = rows.mean(axis=1) + math.log(4)
claim("p_G = p_data, 50 draws: V of the draws is above -log 4 by .08 or more, and D is worth less",
      of_few[0] > 0.08 and of_few[1] < -0.1, of_draws_above=of_few[0], worth_above=of_few[1])
claim("with 5,000 draws both are within .01 of -log 4", np.abs(of_many).max() < 0.01,
      of_draws_above=of_many[0], worth_above=of_many[1])

# %% [markdown]
# ## Appendix: what G descends with -log D
#
# With D* held, -log D* = log((p_data + p_G) / p_data) = log(p_G / p_data) - log(1 - D*). Take the
# mean under p_G, and its slope. The second part gives -∂ 2 JSD, by (30.11). The first is the slope
# of KL(p_G ‖ p_data) = Σ_x p_G log(p_G / p_data), as the rest of that is Σ_x ∂p_G = 0. So G follows
# the slope of KL(p_G ‖ p_data) - 2 JSD (Arjovsky and Bottou 2017). Does it climb the JSD, then?
# Write it out: it is E_x~G[log(m / p_data)] + E_x~data[log(m / p_data)], and half of each is m.
#
#     KL(p_G ‖ p_data) - 2 JSD(p_data, p_G) = 2 KL(m ‖ p_data)                (30.13)
#     E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m ‖ p_data)/∂θ                         (30.14)
#
# A divergence too, and 0 only if both are the same. Where G has mass and the data next to none,
# log(m / p_data) is as large as you like. Where the data have mass and G none, m / p_data is 1/2,
# no worse. What G makes wrongly costs it dear; what it leaves out does not (exercise 1).


# %% (30.13) and (30.14) by tables, and by backprop on draws
verify("(30.13) KL(p_G ‖ p_data) - 2 JSD(p_data, p_G) = 2 KL(m ‖ p_data)",
       KL(p_G, p_data) - 2 * JSD(p_data, p_G), 2 * KL((p_data + p_G) / 2, p_data))
verify_mean("(30.14) E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m ‖ p_data)/∂θ",
            slopes_by_backprop(NonSaturating(), 1.0, 1.5, np.random.default_rng(5)),
            slope_by_b_and_w(two_KL_of_m, 1.0, 1.5, x))

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 30 --stop generator_gradient
#
# stops where the library takes G's gradient against D*, for the first batch of (30.11).
#
#     (Pdb) p z
#     array float64 (50, 1) [-1.58, 2.82]
#     (Pdb) p gan.discriminator.layers[0].W.item()
#     -1.5
#     (Pdb) p gan.discriminator.layers[0].b.item()
#     1.125
#
# That is D*: its logit is -b x + b²/2 with b = 1.5. `n` a few times leads to `s`, the logits of the
# cases, to `ds`, and to `dx`, which way D would have each case move.
#
# ## Exercises
#
# 1. On paper: the data have two equal modes, far apart. G makes one of them, perfectly. Find JSD,
#    KL(m ‖ p_data), and KL(p_data ‖ p_G), which maximum likelihood descends.
# 2. On paper: N real rows and M fake ones are put together, under one mean over N + M. What is the
#    best logit?
# 3. On paper: least squares (Mao et al. 2017) has the loss ½ p_data (s - 1)² + ½ p_G s² at x. Find
#    the best logit, and show that the loss is then ¼ - ¼ χ², χ² = Σ_x (p_data - m)² / m.
# 4. In code: D as a measuring instrument.
#
#        def estimate_kl(x_real, x_fake, rng):
#            """KL(p_data ‖ p_G) in nats, from draws alone: x_real (N, 1) and x_fake (M, 1).
#
#            Trains a discriminator on them, and uses (30.5).
#            """
#
#    Judge it by two normal densities with standard deviation 1, at distance 1, whose KL is 1/2:
#    `lessons/solutions/30.md` shows the check.
#
# Solutions: `lessons/solutions/30.md`, for when you have tried.
