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
# The generator G draws noise z, some numbers from N(0, 1), and makes of it a case G(z). The
# discriminator D is shown a case and gives it a logit s(x); D(x) = σ(s(x)) is its probability that
# the case is real, from the data, and not fake, from G.
#
#     noise z  →  G  →  fake case G(z)  ↘
#                                          D  →  logit s: real or fake?
#                          real case x  ↗
#
# One number is at stake (Goodfellow et al. 2014):
#
#     min_G max_D V(D, G)        V(D, G) = E_x~data[log D(x)] + E_z[log(1 - D(G(z)))]
#
# Both terms are at most 0, and near 0 where D is sure and right. D climbs V; G descends it. Write
# p_data for the distribution of the data and p_G for that of G's cases.
#
# The smallest game: a case is 0 or 1. The data are 1 three times in four. G, badly, makes 1 only
# once in four. D is shown as many real cases as fake ones. So of all the 1s that it sees, three in
# four are real, and of all the 0s one in four:
#
#                           x = 1      x = 0
#     p_data                 .75        .25
#     p_G                    .25        .75
#     D says, at best        .75        .25
#
#     V = .75 log .75 + .25 log .25  +  .25 log(1 - .75) + .75 log(1 - .25)  = -1.125
#
# Had D just said 1/2 of everything, V would be 2 log ½ = -1.386. With p_G = p_data, D can do no
# better than that (we prove it below). So G brings V down to -1.386 only by being right.

# %% the smallest game
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import NonSaturating, Saturating, generator_gradient, make_gan
from numpy_dgm.foundation.enumeration import draw_states, kl_divergence
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.optimizers import Adam, scheduled_rate
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean
from numpy_dgm.neural import MLP, Affine, init_mlp, mlp_backward, mlp_forward


def value_of_game(D, p_data, p_G):
    """V for cases with few values: D, p_data and p_G are tables of the same length."""
    return np.sum(p_data * np.log(D)) + np.sum(p_G * np.log(1 - D))


p_data, p_G = np.array([0.75, 0.25]), np.array([0.25, 0.75])
for name, D in (("at best", np.array([0.75, 0.25])), ("1/2 everywhere", np.array([0.5, 0.5]))):
    print(f"  D {name:15} V = {value_of_game(D, p_data, p_G):.3f}")

# %% figure: both players, with three numbers of noise and pictures of four pixels
players = [("z, noise", 3), ("G's hidden units", 5), ("x, a case", 4)]
players += [("D's hidden units", 5), ("s, a logit", 1)]
plots.save(plots.network(players), "30_players.png")

# %% [markdown]
# **What to see.** Both players are one network from noise to logit: G ends where D begins, at the
# case. A real case comes in there too, in the middle.
#
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
# takes draws and no p_G, and V is made of such means.
#
# ## D is a classifier
#
# -log D is lesson 20's cross-entropy with the target 1, and -log(1 - D) that with the target 0.
# Take N real cases x_n and M fake ones x'_m for the two means, and write
# CE(s, t) = log(1 + exp(s)) - t s. Then
#
#     V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)                 (30.2)
#
# So D descends -V like any network that says yes or no. In the library -V and its slopes by the
# logits are `NonSaturating().discriminator_loss(s_real, s_fake)`: its name is about G's loss, and
# comes in lesson 31.
#
# The cell takes G(z) = z + .8 sin z for (30.1). For (30.2), cases have six values, and D is a table
# of six logits. Such tables serve below too.


# %% (30.1) and (30.2) a density that can be found, and V of 20 real and 30 fake cases
def normal(x, mean=0.0, sd=1.0):
    """N(x; mean, sd²)."""
    return np.exp(-(((x - mean) / sd) ** 2) / 2) / (math.sqrt(2 * math.pi) * sd)


rng = np.random.default_rng(30)
many_z = np.linspace(-8, 8, 20_001)
x, dx = np.linspace(-7, 7, 4_001, retstep=True)
z = np.interp(x, many_z + 0.8 * np.sin(many_z), many_z)  # G(z) = x, solved for z
density = normal(z) / (1 + 0.8 * np.cos(z))
integrals = [np.sum(density * f) * dx for f in (x, x**2, np.cos(x))]
z = rng.normal(size=20_000)
drawn = z + 0.8 * np.sin(z)
means = np.transpose([drawn, drawn**2, np.cos(drawn)])
verify_mean("(30.1) E_z[f(G(z))] = ∫ p_G(x) f(x) dx, for x, x² and cos x", means, integrals)

n_real, n_fake = np.array([6, 5, 4, 3, 1, 1]), np.array([1, 2, 4, 8, 9, 6])  # cases of each value
real, fake = np.repeat(np.arange(6), n_real), np.repeat(np.arange(6), n_fake)  # a value a case
p_data, p_G = n_real / 20, n_fake / 30
s = rng.normal(size=6)  # D's table; s[real] are the logits of the real cases
loss, _, _ = NonSaturating().discriminator_loss(s[real, None], s[fake, None])
verify("(30.2) V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)",
       -loss, value_of_game(1 / (1 + np.exp(-s)), p_data, p_G))

# %% [markdown]
# ## The best discriminator
#
# Hold G still, and let D be any function. What it says at one x does not bind it elsewhere, so
# V = Σ_x [p_data log D + p_G log(1 - D)] is largest if every term is. One term, as a function of
# the number d that D says there, is concave: log d and log(1 - d) are. So it is largest where its
# slope p_data / d - p_G / (1 - d) is 0:
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
# ratio: a plain classifier measures what the generator could not say.
#
# The cell finds (30.3) by trying 99,999 values of d, and (30.5) by descent: the table of six logits
# descends the library's loss of the 50 cases.

# %% (30.3) to (30.5) the best d by trial, the best table by descent
d = np.arange(1, 100_000) / 100_000
terms = p_data[:, None] * np.log(d) + p_G[:, None] * np.log(1 - d)  # (6, 99999)
D_star = p_data / (p_data + p_G)
verify("(30.3) D*(x) = p_data(x) / (p_data(x) + p_G(x))", d[terms.argmax(axis=1)], D_star, 1e-5)

others = rng.uniform(size=(1_000, 6))
V_others = [value_of_game(D, p_data, p_G) for D in others]
V_best = np.full(1_000, value_of_game(D_star, p_data, p_G))
verify_at_most("(30.4) V(D, G) <= V(D*, G), 1,000 tables", V_others, V_best)

s_star = np.zeros(6)
for _ in range(300):
    _, ds_real, ds_fake = NonSaturating().discriminator_loss(s_star[real, None], s_star[fake, None])
    slope = np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])  # a value's cases
    s_star -= 8 * slope
verify("(30.5) s*(x) = log p_data(x) - log p_G(x)", s_star, np.log(p_data) - np.log(p_G))

# %% [markdown]
# ## What the game is worth
#
# Let m = (p_data + p_G) / 2, half of each. Then D* = p_data / 2m and 1 - D* = p_G / 2m:
#
#     V(D*, G) = E_x~data[log(p_data / 2m)] + E_x~G[log(p_G / 2m)]           put D* in
#              = KL(p_data ‖ m) - log 2  +  KL(p_G ‖ m) - log 2              take out each log 2
#
#     JSD(p_data, p_G) = ½ KL(p_data ‖ m) + ½ KL(p_G ‖ m)                    a definition
#     V(D*, G) = 2 JSD(p_data, p_G) - log 4                                   (30.6)
#
# This is the Jensen-Shannon divergence (Lin 1991). No KL is negative, and p_data is nowhere more
# than 2m, so that no logarithm in KL(p_data ‖ m) is more than log 2:
#
#     0 <= JSD(p, q) <= log 2          for any two distributions              (30.7)
#
# It is 0 only if both are the same. So against the best D, G descends a divergence whose only
# minimum is the data. Mind the two conditions: D can be any function, and D is the best.
#
# ## Stuck
#
# Let the data be uniform on [0, 1] and G uniform on [a, 1 + a]. Where they overlap both are m, and
# the logarithms are 0. Elsewhere one is 0 and the other 2m, with the logarithm log 2, and each has
# the mass min(a, 1) there:
#
#     JSD(p, q) = min(a, 1) log 2                                             (30.8)
#
# From a = 1 on, the distance makes no difference. D* is sure of every case, and no small move of
# G changes V. With pictures this is the rule: those of G lie on a thin surface, the data presumably
# near another, and two thin surfaces hardly meet (Arjovsky and Bottou 2017).


# %% (30.6) to (30.8) the value by its definition, and a divergence that is stuck
def JSD(p, q):
    m = (p + q) / 2
    return kl_divergence(p, m) / 2 + kl_divergence(q, m) / 2  # lesson 1's KL


loss, _, _ = NonSaturating().discriminator_loss(s_star[real, None], s_star[fake, None])
verify("(30.6) V(D*, G) = 2 JSD(p_data, p_G) - log 4", -loss, 2 * JSD(p_data, p_G) - math.log(4))
pairs = rng.dirichlet(np.full(6, 0.1), size=(1_000, 2))
found = np.array([JSD(one, other) for one, other in pairs])
verify_at_most("(30.7) 0 <= JSD(p, q), 1,000 pairs", np.zeros(1_000), found)
verify_at_most("(30.7) JSD(p, q) <= log 2, 1,000 pairs", found, np.full(1_000, math.log(2)))
place = np.arange(500)  # a hundred of them to a length of 1
for a in (0, 0.25, 1, 4):
    uniform = (place < 100) / 100
    moved = ((place >= 100 * a) & (place < 100 * (1 + a))) / 100
    expected = min(a, 1) * math.log(2)
    verify(f"(30.8) JSD(p, q) = min(a, 1) log 2, a = {a}", JSD(uniform, moved), expected)

# %% [markdown]
# ## What the generator's slope is a slope of
#
# G has parameters θ, and p_G depends on them. In its step G moves and D is held. Only the second
# term of V has G in it: E_z[log(1 - D(G(z)))], whose slope comes by backprop, down through D and on
# through G. Say D is the best for the present θ. As θ moves, the best D moves too, and the chain
# rule gives V(D*, G), which is 2 JSD - log 4, a slope of two parts:
#
#     ∂V(D*, G)/∂θ = ∂V(D* held, G)/∂θ + Σ_x ∂V/∂D(x) · ∂D*(x)/∂θ
#
# But D* is a maximum of V, so ∂V/∂D(x) = 0 there. The sum is 0, and nothing is lost by holding D:
#
#     ∂V(D* held, G)/∂θ = ∂ 2 JSD(p_data, p_G)/∂θ                             (30.9)
#
# The cell takes the left side as G's step does, by the library's backprop on draws, with the
# game's own loss for G (`Saturating`: for the name see lesson 31). The right side is an integral,
# with b moved up and down. Let the data be N(0, 1) and G(z) = z + b, so that θ = b and p_G is
# N(b, 1). The best logit is -x²/2 + (x - b)²/2 = -b x + b²/2: here D* is an affine layer.


# %% (30.9) the generator's slope, by backprop on draws and by an integral
def two_JSD(b, x):
    """2 JSD of N(0, 1) and N(b, 1), as a sum over the points x."""
    p, q = normal(x), normal(x, b)
    terms = p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))
    return np.sum(terms) * (x[1] - x[0])


def difference(f, b, x):
    """∂f/∂b: b is moved up and down."""
    return (f(b + 1e-4, x) - f(b - 1e-4, x)) / 2e-4


def slopes_by_backprop(objective, b, rng):
    """The slope of G's loss by b, against D*: 400 batches of 50 draws give (400, 1)."""
    G = MLP((Affine(np.array([[1.0]]), np.array([b])),))
    D = MLP((Affine(np.array([[-b]]), np.array([b**2 / 2])),))
    gan = make_gan(G, D)
    slopes = np.zeros((400, 1))
    for i in range(400):
        z = rng.normal(size=(50, 1))
        step = generator_gradient(gan, z, objective, rng)
        slopes[i] = step.gradient.layers[0].b
    return slopes


x = np.linspace(-15, 25, 4_001)
b = 1.5
verify_mean("(30.9) ∂V(D* held, G)/∂θ = ∂ 2 JSD(p_data, p_G)/∂θ, backprop on draws",
            slopes_by_backprop(Saturating(), b, rng), [difference(two_JSD, b, x)])

# %% [markdown]
# ## A trained discriminator
#
# How near does a network come to D*? Let the data have two bumps and G one broad one, and take
# points .1 apart. With exact means, a point x counts p_data(x) dx as a real case and p_G(x) dx as
# a fake one: these are its weights. D has two layers of 12 tanh units. `learn` is its whole
# training, 1,000 steps of Adam down -V. Held against D* at points .01 apart,
#
#     |D(x) - D*(x)| <= 0.02          wherever p_data(x) + p_G(x) > 0.01      (30.10)


# %% (30.10) a network trained with exact means
def two_bumps(x):
    return normal(x, -1.5, 0.5) / 2 + normal(x, 1.5, 0.5) / 2


def learn(points, weight_real, weight_fake, sizes=(1, 12, 12, 1), steps=1_000, rate=0.03, seed=0):
    """A discriminator of the cases `points` (S, 1), which count with these weights (S, 1)."""
    rng = np.random.default_rng(seed)
    D = init_mlp(sizes, rng, hidden="tanh", init="xavier", dtype=np.float64)
    vector, D = pack(D)  # all of D's parameters are views of one vector
    adam = Adam()
    for step in range(steps):
        s, cache = mlp_forward(D, points)
        ds = weight_real * (sigmoid(s) - 1) + weight_fake * sigmoid(s)  # of the loss -V
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
verify_at_most("(30.10) |D(x) - D*(x)| <= 0.02 wherever p_data(x) + p_G(x) > 0.01",
               off, np.full(len(off), 0.02))

# %% [markdown]
# ## Draws in the place of exact means
#
# In life there are N real cases and as many fake ones. The same training again, six times for each
# N: a point now counts by its fraction of N draws. We look at V twice: of the draws that D learnt
# from, and with exact means, which is what D is worth.


# %% experiment: the trained D against D*, by the number of draws
def draw_weights(probability, n, rng):
    """The fraction of n draws that falls on each point (S, 1)."""
    drawn = draw_states(probability[:, 0], n, rng)
    return np.bincount(drawn, minlength=len(probability))[:, None] / n


def value(D, points, weight_real, weight_fake):
    """V where `points` count with these weights, from the logits: log D = -log(1 + exp(-s))."""
    s, _ = mlp_forward(D, points)
    return -np.sum(weight_real * np.logaddexp(0, -s) + weight_fake * np.logaddexp(0, s))


V_star = 2 * JSD(exact[0][:, 0], exact[1][:, 0]) - math.log(4)  # (30.6)
fig, (ax,) = plots.new_figure(width=9, height=3)
ax.plot(fine_x, p_fine, "0.6", label="p_data")
ax.plot(fine_x, q_fine, "0.6", linestyle="--", label="p_G")
counts = (100, 1_000, 10_000)
of_draws, worth = np.zeros((2, len(counts), 6))
for i, n in enumerate(counts):
    for seed in range(6):
        rng = np.random.default_rng([30, n, seed])
        weights = draw_weights(exact[0], n, rng), draw_weights(exact[1], n, rng)
        D = learn(points, *weights, seed=seed)
        of_draws[i, seed] = value(D, points, *weights)
        worth[i, seed] = value(D, points, *exact)
    if n < 10_000:
        s, _ = mlp_forward(D, fine_x)
        ax.plot(fine_x, sigmoid(s), label=f"D of {n:,} draws")
    print(f"  {n:6,} draws   V of the draws {of_draws[i].mean():.3f}   with exact means "
          f"{worth[i].mean():.3f}   of D* {V_star:.3f}")
ax.plot(fine_x, D_star, "k:", linewidth=2, label="D*")
ax.set(xlabel="x", xlim=(-5, 8), ylim=(-0.02, 1.05), title="trained discriminators")
ax.legend(loc="center right")
plots.save(fig, "30_trained_against_best.png")
claim("V of its own 100 draws is far above what that D is worth, every time",
      (of_draws[0] > worth[0] + 0.05).all(), of_draws=of_draws[0].mean(), worth=worth[0].mean())
off = max(np.abs(of_draws[2] - V_star).max(), np.abs(worth[2] - V_star).max())
claim("with 10,000 draws both are within .04 of V of D*", off < 0.04, off=off)

# %% [markdown]
# **What to see.** One D of each size is drawn. That of 1,000 draws is near D*; that of 100 draws
# bends for single cases. It knows its draws by heart: V of these is far above what it is worth. So
# whoever reads a divergence off the loss of training cases reads too much. And x was one number
# here. With 784 pixels nobody gets near D*. What must hold is less: that D's slope tells G a useful
# way to go (lesson 31).
#
# ## What goes wrong
#
# **The loss is taken for progress.** V = -log 4 says that D can only guess. Either p_G is p_data,
# or D is too weak: one without hidden layers sees no difference between the two bumps and the
# broad one, whose means are the same.
#
# **D is trained to the end on few draws.** That is the blue curve above. Its slopes, all that G
# will ever learn from, point to single cases.

# %% wrong: a weak D
weak = learn(points, *exact, sizes=(1, 1))
weak_V = value(weak, points, *exact)
claim("a D without hidden layers says that the two are the same",
      abs(weak_V + math.log(4)) < 0.01 < 0.2 < V_star - weak_V, weak=weak_V, of_D_star=V_star)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 30 --stop generator_gradient:2
#
# stops where the library takes G's gradient against D*, for the first batch of (30.9). (The first
# call of the function checks what it was given, and makes the second.)
#
#     (Pdb) p z
#     array float64 (50, 1) [-1.56, 2.3]
#     (Pdb) p gan.discriminator.layers[0].W.item()
#     -1.5
#     (Pdb) p gan.discriminator.layers[0].b.item()
#     1.125
#
# That is D*: its logit is -b x + b²/2 with b = 1.5. `n`, seven times, leads past `s`, the logits of
# the cases, and `ds`, to `dx`: all positive, so that each case would move down, to the data.
#
# ## Exercises
#
# 1. On paper: the data have two equal modes, far apart. G makes one of them, perfectly. Find JSD,
#    KL(m ‖ p_data), and KL(p_data ‖ p_G), which maximum likelihood descends.
# 2. On paper: (a) N real rows and M fake ones are put together, under one mean over N + M. What is
#    the best logit? (b) Show that draws from G, weighted by exp(s*), have the means of the data:
#    E_x~G[exp(s*(x)) f(x)] = E_x~data[f(x)]. When does this fail?
# 3. On paper: least squares (Mao et al. 2017) has the loss ½ p_data (s - 1)² + ½ p_G s² at x. Find
#    the best logit, and show that the loss is then ¼ - ¼ χ², χ² = Σ_x (p_data - m)² / m.
# 4. In code: D as a measuring instrument. (`learn` takes cases, and what each counts as real and as
#    fake: 1/N or 0, and 0 or 1/M.)
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
# `dgm course release 30 --out .` writes a file for the exercise in code, and
# `dgm course check 30` judges what you write into it.
#
# ## Appendix: the other loss for G
#
# Lesson 31 has G descend -log D(G(z)) in the place of log(1 - D(G(z))): it wants the same, and is
# steep where the other is flat. What is its slope against D*, held? Write
# -log D* = log(p_G / p_data) - log(1 - D*) and take the mean under p_G. The second part gives
# -∂ 2 JSD, by (30.9). The first gives ∂ KL(p_G ‖ p_data), since the logarithm's own slope adds only
# Σ_x ∂p_G = 0. So G follows the slope of KL(p_G ‖ p_data) - 2 JSD (Arjovsky and Bottou 2017). Does
# it climb the JSD, then? Write that out: E_x~G[log(m / p_data)] + E_x~data[log(m / p_data)], and
# half of each is m.
#
#     KL(p_G ‖ p_data) - 2 JSD(p_data, p_G) = 2 KL(m ‖ p_data)                (30.11)
#     E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m ‖ p_data)/∂θ                         (30.12)
#
# A divergence too, and 0 only if both are the same. Where G has mass and the data next to none,
# log(m / p_data) is as large as you like. Where the data have mass and G none, m / p_data is 1/2,
# no worse. What G makes wrongly costs it dear; what it leaves out does not (exercise 1).


# %% (30.11) and (30.12) by tables, and by backprop on draws
def two_KL_of_m(b, x):
    """2 KL(m ‖ N(0, 1)), m half N(0, 1) and half N(b, 1)."""
    m = (normal(x) + normal(x, b)) / 2
    return 2 * np.sum(m * np.log(m / normal(x))) * (x[1] - x[0])


m = (p_data + p_G) / 2
verify("(30.11) KL(p_G ‖ p_data) - 2 JSD(p_data, p_G) = 2 KL(m ‖ p_data)",
       kl_divergence(p_G, p_data) - 2 * JSD(p_data, p_G), 2 * kl_divergence(m, p_data))
verify_mean("(30.12) E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m ‖ p_data)/∂θ",
            slopes_by_backprop(NonSaturating(), b, np.random.default_rng(5)),
            [difference(two_KL_of_m, b, x)])

# %% [markdown]
# Solutions: `lessons/solutions/30.md`, for when you have tried.
