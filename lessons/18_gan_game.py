# %% [markdown]
# # Lesson 18: the game of a GAN
#
# After this lesson you will be able to
#
# - say what an implicit model is: it draws a case in one pass, and cannot say how probable it is;
# - write down the game of two networks in which it learns, and see that one of them is a plain classifier;
# - derive the best classifier, point by point, and read the ratio of two densities off its logit;
# - prove that the game against the best classifier is a divergence, and say where that divergence is stuck;
# - say what the generator's slope is a slope of, for either of its two losses;
# - hold a trained classifier against the best one, with exact means and with draws.
#
# From lesson 1 you need the divergence KL; from lesson 4 what an RBM can say of a case, and what not; from
# lesson 17 the forward and backward pass of a network, cross-entropy on logits, and training by Adam.
#
# ## A model that only draws
#
# An RBM has a weight for every case, exp(-F(v)). Its Z is a sum over all of them, and to draw from it takes a
# chain: lessons 5 to 8 were about these two. Turn it round. Take a model for which drawing is one line:
#
#     z ~ N(0, I)          x = G(z)                                          a definition
#
# z (L,) is noise, the latent values, and G is a network, the generator. Every pass gives a new case, which owes
# nothing to the last one: no chain, no mixing. But how probable is it? The model is implicit, a way to draw and
# not a formula. Its density q(x) collects what comes from every z with G(z) = x.
#
# With one number in and one out, and G rising, there is one such z. A stretch dz there has the probability
# N(z; 0, 1) dz. G takes it to a stretch G'(z) dz, which then has the same. So their ratio is the density,
#
#     q(x) = N(z; 0, 1) / G'(z)          at the z with G(z) = x
#
# and the mean of any f over the draws is an integral with q:
#
#     E_z[f(G(z))] = ∫ q(x) f(x) dx                                          (18.1)
#
# For pictures of 784 pixels one would have to solve G(z) = x, and in the place of G' stands the determinant of
# G's Jacobian. Mostly that is not even square, as z has fewer entries than x, say 100. Then all cases lie on a
# surface of 100 dimensions, which fills no volume: off it q is 0, on it q has no finite value. There is no log q
# to climb. So maximum likelihood is out of reach. But the left side of (18.1) takes draws, and no q. All that
# follows is made of such means.
#
# From here on p is the data's density and q the generator's (in earlier lessons p was the model's). Where x has a
# list of values, the integral is a sum:
#
#     E_p[f] = ∫ p(x) f(x) dx          or Σ_x p(x) f(x)                      a definition
#
# ## Two players
#
# If the model cannot say how probable its cases are, let a second network say how they differ from the data
# (Goodfellow et al. 2014). The discriminator gives a case the logit s(x). D(x) = σ(s(x)) is its probability that
# x is real, from the data, and not fake, from the generator. The game is about one number:
#
#     V(D, G) = E_p[log D(x)] + E_q[log(1 - D(x))]                           a definition
#
# Both terms are at most 0, and near 0 if D is sure and right. D climbs V, and G descends it.
#
# So D is a classifier like any other. Lesson 17's cross-entropy of a logit s with the target t, which we write
# CE(s, t) = log(1 + exp(s)) - t s, is -log D for t = 1 and -log(1 - D) for t = 0, and its slope is D - t. With N
# real cases x_n and M fake ones x'_m in the place of E_p and E_q:
#
#     V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)                (18.2)
#     ∂V/∂s(x_n) = (1 - D(x_n)) / N          ∂V/∂s(x'_m) = -D(x'_m) / M      (18.3)
#
# Each mean is over its own number of cases (exercise 2 says why). `NonSaturating().discriminator_loss` is -V, to
# be descended. Its name tells of a loss of the generator, which comes below. For the game, x has six values.

# %% (18.1) to (18.3) a density that can be found, and the game on 20 real and 30 fake cases
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial.gan import generator_gradient, make_gan
from numpy_dgm.adversarial.objectives import LeastSquares, NonSaturating, Saturating, cross_entropy
from numpy_dgm.foundation.enumeration import draw_states, kl_divergence
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.optimizers import Adam, scheduled_rate
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean
from numpy_dgm.neural import MLP, Affine, Softplus, binary_cross_entropy, init_mlp, mlp_backward, mlp_forward

rng = np.random.default_rng(18)


def normal(x, mean=0.0, deviation=1.0):
    """N(x; mean, deviation²)."""
    return np.exp(-(((x - mean) / deviation) ** 2) / 2) / (math.sqrt(2 * math.pi) * deviation)


# a generator of three softplus units; as all its weights are positive, it rises
a, c, w = rng.uniform(0.5, 2, size=3), rng.normal(size=3), rng.uniform(0.2, 1, size=3)
G = MLP((Affine(a[None], c), Softplus(), Affine(w[:, None], np.array([-2.0]))))
many_z = np.linspace(-6, 6, 10_001)
many_x = mlp_forward(G, many_z[:, None])[0][:, 0]
x, dx = np.linspace(many_x[0], many_x[-1], 4_001, retstep=True)
z = np.interp(x, many_x, many_z)  # G(z) = x, solved for z
_, cache = mlp_forward(G, z[:, None])
G_slope, _ = mlp_backward(G, cache, np.ones((len(z), 1)))
q = normal(z) / G_slope[:, 0]
integrals = [np.sum(q * f) * dx for f in (x, x**2, np.cos(x))]
x_drawn = np.log(1 + np.exp(rng.normal(size=(20_000, 1)) * a + c)) @ w - 2  # the same G, written out
drawn = np.transpose([x_drawn, x_drawn**2, np.cos(x_drawn)])
verify_mean("(18.1) E_z[f(G(z))] = ∫ q(x) f(x) dx, for x, x² and cos x", drawn, integrals)

n_real, n_fake = np.array([6, 5, 4, 3, 1, 1]), np.array([1, 2, 4, 8, 9, 6])  # how many cases have each value
real, fake = np.repeat(np.arange(6), n_real), np.repeat(np.arange(6), n_fake)  # the 20 and the 30 cases
p, q = n_real / 20, n_fake / 30


def slow_V(s):
    """V by its definition, for the logits of the 20 real cases and then the 30 fake ones."""
    D = [1 / (1 + math.exp(-s_n)) for s_n in s]
    return sum(math.log(D_n) for D_n in D[:20]) / 20 + sum(math.log(1 - D_n) for D_n in D[20:]) / 30


s = rng.normal(size=50)
loss, ds_real, ds_fake = NonSaturating().discriminator_loss(s[:20, None], s[20:, None])
verify("(18.2) V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)", -loss, slow_V(s))
slopes = [(slow_V(s + e) - slow_V(s - e)) / 2e-4 for e in 1e-4 * np.eye(50)]
verify("(18.3) ∂V/∂s(x_n) = (1 - D(x_n)) / N, ∂V/∂s(x'_m) = -D(x'_m) / M",
       -np.vstack([ds_real, ds_fake])[:, 0], slopes, tolerance=1e-8)

# %% [markdown]
# ## The best discriminator
#
# Hold G still, and let D be any function. Then its value at one x does not bind it elsewhere, and
#
#     V(D, G) = Σ_x [p(x) log D(x) + q(x) log(1 - D(x))]
#
# is as large as can be if every term is. A term is p log d + q log(1 - d), with a number d between 0 and 1 to be
# chosen. Its slope p/d - q/(1 - d) falls all the way, so the maximum is where it is 0, at p (1 - d) = q d:
#
#     D*(x) = p(x) / (p(x) + q(x))                                           (18.4)
#
# That is Bayes' rule: toss a coin, draw x from p or from q; D*(x) is the probability that it was p, given x. Then
# D* / (1 - D*) = p / q, and as the logit of D is log(D / (1 - D)),
#
#     s*(x) = log p(x) - log q(x)                                            (18.5)
#
# Look at this twice. D has seen draws only, and neither density. Yet its logit is the log of their ratio: a plain
# classifier measures what the generator could not say. With q(x) exp(s*(x)) = p(x), draws from q serve for means
# under p, as long as q is nowhere 0 where p is not:
#
#     E_q[exp(s*(x)) f(x)] = E_p[f(x)]                                       (18.6)
#     V(D, G) <= V(D*, G)                                                    (18.7)
#
# In the cell, (18.4) is found by trying 99,999 values of d for each x. For (18.5) the discriminator is a table,
# one logit for each x, that descends the library's loss of the 50 cases.


# %% (18.4) to (18.7) the best d by trial, the best table by descent
def loss_of_table(objective, s):
    """The discriminator's loss of the 50 cases, and its slope with respect to the six logits s (6,)."""
    loss, ds_real, ds_fake = objective.discriminator_loss(s[real, None], s[fake, None])
    return loss, np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])


def best_table(objective, rate):
    s = np.zeros(6)
    for _ in range(300):
        s -= rate * loss_of_table(objective, s)[1] / (p + q)
    return s


d = np.arange(1, 100_000) / 100_000
terms = p[:, None] * np.log(d) + q[:, None] * np.log(1 - d)  # (6, 99999)
verify("(18.4) D*(x) = p(x) / (p(x) + q(x))", d[terms.argmax(axis=1)], p / (p + q), tolerance=1e-5)
s_star = best_table(NonSaturating(), rate=4)
verify("(18.5) s*(x) = log p(x) - log q(x)", s_star, np.log(p) - np.log(q))
drawn = draw_states(q, 20_000, rng)
weighted = np.exp(s_star[drawn])[:, None] * np.eye(6)[drawn]  # six f, each 1 at one value and 0 elsewhere
verify_mean("(18.6) E_q[exp(s*(x)) f(x)] = E_p[f(x)]", weighted, p)
nearby = s_star + rng.random((1_000, 1)) * rng.normal(size=(1_000, 6))
V_best = np.sum(p * np.log(p / (p + q)) + q * np.log(q / (p + q)))
verify_at_most("(18.7) V(D, G) <= V(D*, G), 1,000 tables",
               [-loss_of_table(NonSaturating(), s)[0] for s in nearby], np.full(1_000, V_best))

# %% [markdown]
# ## The game against the best discriminator
#
# Let m = (p + q) / 2, half of each. Then D* = p / 2m and 1 - D* = q / 2m, and with lesson 1's KL
#
#     V(D*, G) = E_p[log(p / 2m)] + E_q[log(q / 2m)]                         put D* in
#              = KL(p || m) + KL(q || m) - 2 log 2                           take out the 2, twice
#
#     JSD(p, q) = ½ KL(p || m) + ½ KL(q || m)                                a definition
#     V(D*, G) = 2 JSD(p, q) - log 4                                         (18.8)
#
# This is the Jensen-Shannon divergence (Lin 1991). No KL is negative, by (1.2). And p is nowhere more than 2m, so
# no logarithm in KL(p || m) is more than log 2:
#
#     0 <= JSD(p, q) <= log 2                                                (18.9)
#     JSD(p, q) = JSD(q, p)                                                  (18.10)
#
# It is 0 only for p = q, and log 2 only if p and q are nowhere both above 0. KL(p || q) has no upper bound, and
# another value with p and q exchanged. So, were D the best at each moment, G would descend a divergence whose only
# minimum is the data. There V = -log 4 = -1.386 and D* = 1/2: the best that D can do is guess.
#
# Mind the two conditions: D can be any function, and is the best. The next lessons are about what comes without.
#
# ## Stuck
#
# Let p be uniform on [0, 1] and q on [a, 1 + a]. Where they overlap p = q = m, and log(p/m) = 0. Elsewhere one of
# them is 0 and the other is 2m, with the logarithm log 2, and each has the mass min(a, 1) there:
#
#     JSD(p, q) = min(a, 1) log 2                                            (18.11)
#
# From a = 1 on, the distance makes no difference. D* is sure of every case, and no small change of G changes V.
# With pictures this is the rule. Those from G lie on a thin surface, those of the data presumably near another,
# and two thin surfaces hardly meet (Arjovsky and Bottou 2017).


# %% (18.8) to (18.11) the value by its definition, and a divergence that is stuck
def slow_KL(p, q):
    return sum(p_x * math.log(p_x / q_x) for p_x, q_x in zip(p, q) if p_x > 0)


def JSD(p, q, KL=kl_divergence):
    m = (p + q) / 2
    return KL(p, m) / 2 + KL(q, m) / 2


V_cases = -loss_of_table(NonSaturating(), np.log(p / q))[0]
verify("(18.8) V(D*, G) = 2 JSD(p, q) - log 4, 50 cases", V_cases, 2 * JSD(p, q, slow_KL) - math.log(4))
x, dx = np.linspace(-15, 15, 3_001, retstep=True)
p_x, q_x = normal(x), normal(x, 1, 1.5)
CE = [(cross_entropy(s, 1.0)[0], cross_entropy(s, 0.0)[0]) for s in np.log(p_x / q_x)[:, None]]  # at each x
V_densities = -np.sum(np.array([p_x, q_x]) * np.transpose(CE)) * dx
verify("(18.8) V(D*, G) = 2 JSD(p, q) - log 4, two densities", V_densities,
       2 * JSD(p_x, q_x, slow_KL) * dx - math.log(4))

pairs = rng.dirichlet(np.full(6, 0.1), size=(1_000, 2))
found = np.array([JSD(one, other) for one, other in pairs])
verify_at_most("(18.9) 0 <= JSD(p, q), 1,000 pairs", np.zeros(1_000), found)
verify_at_most("(18.9) JSD(p, q) <= log 2, 1,000 pairs", found, np.full(1_000, math.log(2)))
exchanged = NonSaturating().discriminator_loss(np.log(q / p)[fake, None], np.log(q / p)[real, None])[0]  # q is real
verify("(18.10) JSD(p, q) = JSD(q, p)", JSD(p, q, slow_KL), (math.log(4) - exchanged) / 2)
print(f"  KL(p || q) = {kl_divergence(p, q):.3f}, KL(q || p) = {kl_divergence(q, p):.3f}, JSD = {JSD(p, q):.3f}")

place = np.arange(500)  # a hundred of them to a length of 1
moves = (0, 0.25, 0.5, 1, 1.5, 4)
found = [JSD((place < 100) / 100, ((place >= 100 * a) & (place < 100 * (1 + a))) / 100) for a in moves]
verify("(18.11) JSD(p, q) = min(a, 1) log 2", found, [min(a, 1) * math.log(2) for a in moves])

# %% [markdown]
# ## What the generator's slope is a slope of
#
# G has parameters θ, and q depends on them. In its step G moves and D is held. Only the second term of V has G in
# it. By (18.1) it is E_z[log(1 - D(G(z)))], a mean over draws, whose slope comes by backprop, down through D and on
# through G. Say D is the best one for the present θ. Is the slope with D held that of 2 JSD(p, q), in which D*
# moves along with θ? By the chain rule the latter has one part more:
#
#     slope of V(D*, G) = slope with D* held + Σ_x ∂V/∂D(x) · ∂D*(x)/∂θ
#
# But D* is a maximum of V, so ∂V/∂D(x) = 0 there, and nothing is lost. This is called the envelope theorem:
#
#     ∂V(D* held, G)/∂θ = ∂ 2 JSD(p, q)/∂θ                                   (18.12)
#     E_z[∂ log(1 - D*(G(z)))/∂θ] = ∂ 2 JSD(p, q)/∂θ                         (18.13)
#
# (18.12) is checked by integrals, (18.13) by the library's backprop on draws of z. Let p = N(x; 0, 1), and G(z) =
# w z + b, so that θ = (w, b) and q = N(x; b, w²). At w = 1 the best logit is log p - log q = -x²/2 + (x - b)²/2 =
# -b x + b²/2. That is an affine layer, so here D* is a network.
#
# There is a second loss. Where D is sure of a fake, log(1 - D) is flat, as lesson 19 will show, and in practice G
# descends -log D in its place: `Saturating` is the first, `NonSaturating` the second. With D* held,
#
#     -log D* = log((p + q) / p) = log(q / p) - log(q / (p + q)) = log(q / p) - log(1 - D*)
#
# Take the mean under q, and its slope. The second part gives -∂ 2 JSD, by (18.13). The first, Σ_x ∂q log(q/p), is
# the slope of KL(q || p) = Σ_x q log(q/p), as the rest of that is Σ_x q ∂ log q = Σ_x ∂q = 0. So G follows the
# slope of KL(q || p) - 2 JSD (Arjovsky and Bottou 2017). Does it climb the JSD, then? Write it out:
#
#     KL(q || p) - 2 JSD = E_q[log(q/p) - log(q/m)] - E_p[log(p/m)] = E_q[log(m/p)] + E_p[log(m/p)]
#
# and half of q and half of p is m:
#
#     KL(q || p) - 2 JSD(p, q) = 2 KL(m || p)                                (18.14)
#     E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m || p)/∂θ                            (18.15)
#
# A divergence too, and 0 only for q = p. It has no upper bound: where q has mass and p next to none, log(m/p) is as
# large as you like. But where p has mass and q has none, m/p is 1/2, no worse. What G makes wrongly costs it dear,
# and what it leaves out does not (exercise 1).


# %% (18.12) to (18.15) the generator's slope, by integrals and by backprop on draws
def slope_of(f, w, b, step=1e-4):
    """(∂f/∂w, ∂f/∂b) by central differences."""
    return [(f(w + step, b) - f(w - step, b)) / (2 * step), (f(w, b + step) - f(w, b - step)) / (2 * step)]


def two_JSD(w, b):
    q_x = normal(x, b, w)
    return np.sum(p_x * np.log(2 * p_x / (p_x + q_x)) + q_x * np.log(2 * q_x / (p_x + q_x))) * dx


def two_KL_of_m(w, b):
    m_x = (p_x + normal(x, b, w)) / 2
    return 2 * np.sum(m_x * np.log(m_x / p_x)) * dx


def V_held(w, b):
    return np.sum(p_x * np.log(D_held) + normal(x, b, w) * np.log(1 - D_held)) * dx


def slopes_by_backprop(objective, w, b):
    """The gradient with respect to (w, b), of 400 batches of 50 draws: (400, 2)."""
    G = MLP((Affine(np.array([[w]]), np.array([b])),))
    D = MLP((Affine(np.array([[-b]]), np.array([b**2 / 2])),))
    batches = rng.normal(size=(400, 50, 1))
    return [flatten(generator_gradient(make_gan(G, D), z, objective, rng).gradient) for z in batches]


w, b = 1.0, 1.5
D_held = p_x / (p_x + normal(x, b, w))
verify("(18.12) ∂V(D* held, G)/∂θ = ∂ 2 JSD(p, q)/∂θ", slope_of(V_held, w, b), slope_of(two_JSD, w, b), tolerance=1e-7)
verify_mean("(18.13) E_z[∂ log(1 - D*(G(z)))/∂θ] = ∂ 2 JSD(p, q)/∂θ",
            slopes_by_backprop(Saturating(), w, b), slope_of(two_JSD, w, b))
verify("(18.14) KL(q || p) - 2 JSD(p, q) = 2 KL(m || p)",
       kl_divergence(q, p) - 2 * JSD(p, q), 2 * slow_KL((p + q) / 2, p))
verify_mean("(18.15) E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m || p)/∂θ",
            slopes_by_backprop(NonSaturating(), w, b), slope_of(two_KL_of_m, w, b))

# %% [markdown]
# ## A trained discriminator
#
# How near does a network come to D*? Let p be two bumps and q one broad bump, and take points 0.1 apart. The means
# are exact: a point counts p(x) dx in the first and q(x) dx in the second. `discriminator_loss` gives each of S
# points the weight 1/S, so we multiply its slopes by S p(x) dx and S q(x) dx, and backprop does the rest. D has
# two layers of 12 tanh units, and takes 1,000 steps of Adam at a rate that falls to 0. Held against D* at points
# 0.01 apart,
#
#     |D(x) - D*(x)| <= 0.02          wherever p(x) + q(x) > 0.01            (18.16)


# %% (18.16) a network trained with exact means
def bumps(x):
    return normal(x, -1.5, 0.5) / 2 + normal(x, 1.5, 0.5) / 2


def learn(weight_real, weight_fake, sizes=(1, 12, 12, 1), steps=1_000, rate=0.03, seed=0):
    """A discriminator of real and fake cases that lie at `points` (S, 1) and count with these weights (S, 1)."""
    vector, D = pack(init_mlp(sizes, np.random.default_rng(seed), hidden="tanh", init="xavier", dtype=np.float64))
    adam = Adam()
    for step in range(steps):
        s, cache = mlp_forward(D, points)  # the same for real and fake, as the points are
        _, ds_real, ds_fake = NonSaturating().discriminator_loss(s, s)
        ds = len(points) * (weight_real * ds_real + weight_fake * ds_fake)
        _, gradient = mlp_backward(D, cache, ds, need_dx=False)
        adam.step(vector, flatten(gradient), -scheduled_rate("linear", rate, step / steps))
    return D


points, fine_x = np.linspace(-8, 8, 161)[:, None], np.linspace(-8, 8, 1_601)[:, None]
real_share, fake_share = 0.1 * bumps(points), 0.1 * normal(points, 0, 1.5)
trained = learn(real_share, fake_share)
p_fine, q_fine = bumps(fine_x), normal(fine_x, 0, 1.5)
D_star, counted = p_fine / (p_fine + q_fine), p_fine + q_fine > 0.01
off = np.abs(sigmoid(mlp_forward(trained, fine_x)[0]) - D_star)[counted]
verify_at_most("(18.16) |D(x) - D*(x)| <= 0.02 wherever p(x) + q(x) > 0.01", off, np.full(len(off), 0.02))
print(f"  largest difference {off.max():.4f}, at {len(off)} points between which D* goes from "
      f"{D_star[counted].min():.3f} to {D_star[counted].max():.3f}")

# %% [markdown]
# ## Draws in the place of exact means
#
# In life there are N real cases and as many fake ones. The same training again, but now a point counts by its
# share of N draws. The error is |D - D*|: its largest value on the points of (18.16), and its mean under m. And we
# ask for V twice: of the draws that D learnt from, and with exact means, which is what D is worth.


# %% experiment: the trained D against D*, by the number of draws
def shares(probability, n, rng):
    return np.bincount(draw_states(probability[:, 0], n, rng), minlength=len(points))[:, None] / n


def value(D, weight_real, weight_fake):
    """V where `points` count with these weights, from the logits: log D = -log(1 + exp(-s))."""
    s, _ = mlp_forward(D, points)
    return -np.sum(weight_real * np.logaddexp(0, -s) + weight_fake * np.logaddexp(0, s))


counts, exact = (100, 1_000, 10_000, 100_000), (real_share, fake_share)
weights = [(shares(real_share, n, rng), shares(fake_share, n, rng)) for n in counts]
learnt, errors = [learn(*pair) for pair in weights] + [trained], []
V_star = 2 * JSD(real_share, fake_share) - math.log(4)  # (18.8)
print(f"  V(D*, G) = {V_star:.3f}")
print("         draws   largest |D - D*|    mean   V of these draws   V, exact means")
for name, D, pair in zip([f"{n:,}" for n in counts] + ["exact means"], learnt, [*weights, exact]):
    off = np.abs(sigmoid(mlp_forward(D, fine_x)[0]) - D_star)
    errors.append((off[counted].max(), np.sum(off * (p_fine + q_fine)) / np.sum(p_fine + q_fine)))
    print(f"  {name:>12} {errors[-1][0]:18.3f} {errors[-1][1]:7.4f} {value(D, *pair):18.3f} {value(D, *exact):16.3f}")

fig, (densities, discriminators, curves) = plots.new_figure(1, 3, width=13, height=3.8)
densities.plot(fine_x, p_fine, label="p, the data")
densities.plot(fine_x, q_fine, label="q, the generator")
densities.set(xlabel="x", title="two densities", xlim=(-5, 5), ylim=(0, 0.5))
for which, name in ((0, "100 draws"), (1, "1,000 draws"), (4, "exact means")):
    discriminators.plot(fine_x, sigmoid(mlp_forward(learnt[which], fine_x)[0]), label=name)
discriminators.plot(fine_x, D_star, "k:", linewidth=2.5, label="D* = p / (p + q)")
discriminators.set(xlabel="x", title="D, trained", xlim=(-5, 5), ylim=(-0.02, 1.4), yticks=(0, 0.5, 1))
for which, name in enumerate(("largest", "mean under m")):
    (line,) = curves.loglog(counts, [error[which] for error in errors[:4]], marker="o", label=name)
    curves.axhline(errors[4][which], color=line.get_color(), linestyle=":")
curves.set(xlabel="draws from each", title="|D - D*| (dotted: exact means)")
for ax in (densities, discriminators, curves):
    ax.legend(fontsize=8)
plots.save(fig, "18_trained_against_best.png")

# %% [markdown]
# What to see: in the middle, D of exact means lies on D*, D of 1,000 draws is nearby, and D of 100 draws bends for
# single cases. On the right, ten times the draws make the errors roughly a third of what they were, down to those
# of exact means, which are the network's own and its 1,000 steps'.
#
# In the table, the last column is never above V(D*, G), by (18.7). But V of its own 100 draws is far above what
# that D is worth: it knows them by heart. Whoever reads a divergence off the loss of training cases reads too much.
# And it took 100,000 draws to be right for one number x; with 784 pixels nobody gets there. What must hold is less:
# that D's slope tells G a useful way to go.
#
# The other trouble was p and q that hardly meet. Here they are normal, with deviation 1, as in (18.13):

# %% two divergences and their slopes, by the distance of two normal densities
distances = np.linspace(0, 10, 41)
rows = np.array([(two_JSD(1.0, b), slope_of(two_JSD, 1.0, b)[1], two_KL_of_m(1.0, b), slope_of(two_KL_of_m, 1.0, b)[1])
                 for b in distances])
print("  distance     2 JSD   its slope   2 KL(m || p)   its slope")
for b, row in zip(distances, rows):
    if b in (1, 2, 4, 6, 8, 10):
        print(f"  {b:8.0f} {row[0]:9.5f} {row[1]:11.6f} {row[2]:14.5f} {row[3]:11.6f}")
fig, axes = plots.new_figure(1, 2, width=9, height=3.4)
for which, (ax, title) in enumerate(zip(axes, ("divergence", "its slope"))):
    ax.plot(distances, rows[:, which], label="2 JSD: G descends log(1 - D*)")
    ax.plot(distances, rows[:, 2 + which], label="2 KL(m || p): G descends -log D*")
    ax.set(xlabel="distance", title=title, ylim=(-0.5, 10.5))
axes[0].axhline(math.log(4), color="0.6", linewidth=1, linestyle=":", label="log 4")
axes[0].legend(fontsize=8, loc="center right")
plots.save(fig, "18_stuck.png")

# %% [markdown]
# What to see: close by, the two agree. Farther out 2 JSD runs flat below log 4, and its slope is gone: a generator
# that starts there stays there. The slope of 2 KL(m || p) goes on growing.
#
# ## What usually goes wrong
#
# **The loss is taken for progress.** V = -log 4 says that D can only guess. Either q = p, or D is too weak: one
# without hidden layers sees no difference between our p and q, whose means are the same.
#
# **D is trained to the end on few draws.** Even with q = p, V of these draws rises above -log 4: it finds a
# difference where there is none, and its slopes send G away. (A third mistake is the subject of exercise 2.)

# %% wrong: a weak D, few draws
weak = learn(*exact, sizes=(1, 1))
print(f"  -log 4 = {-math.log(4):.3f}, V(D*, G) = {V_star:.3f}; V of the weak D {value(weak, *exact):.3f}")
for n in (50, 5_000):
    pair = shares(real_share, n, rng), shares(real_share, n, rng)  # both from p
    D = learn(*pair)
    print(f"  q = p, {n:5,} draws: V of these draws {value(D, *pair):.3f}, "
          f"with exact means {value(D, real_share, real_share):.3f}")

# %% [markdown]
# ## Exercises
#
# 1. The data have two equal modes, far apart. G makes one of them, perfectly. Find JSD, KL(m || p), KL(p || q).
# 2. N real rows and M fake ones are put together, under one mean over N + M. What is the best logit?
# 3. `NonSaturating(0.9, 0.1)` has the targets 0.9 for real and 0.1 for fake. What is the best D, and which way does
#    it send G's cases where p is next to 0? What if only the target for real is changed?
# 4. Least squares (Mao et al. 2017): the loss at x is ½ p (s - 1)² + ½ q s². Find the best logit, and show that
#    the loss is then ¼ - ¼ χ²(p || m), with Pearson's χ²(p || m) = Σ_x (p - m)² / m.
#
# ## Solutions
#
# 1. With the modes as two values p = (½, ½), q = (1, 0) and m = (¾, ¼). JSD = ½ (½ log(2/3) + ½ log 2) +
#    ½ log(4/3) = 0.216, of at most 0.693. KL(m || p) = ¾ log(3/2) + ¼ log(1/2) = 0.131. KL(p || q), which maximum
#    likelihood descends, is infinite. To these games a lost mode is no great matter: see lesson 21.
# 2. A term is N p log d + M q log(1 - d), over N + M. So p becomes N p and q becomes M q in all that followed:
#    s* = log p - log q + log(N / M).
# 3. The slope is p (D - 0.9) + q (D - 0.1), so D = (0.9 p + 0.1 q) / (p + q). Where p is next to 0 it is 0.1 and
#    flat, and sends them nowhere. If only the target for real is changed, D = 0.9 p / (p + q), and log D still
#    rises towards the data (Salimans et al. 2016).
# 4. p (s - 1) + q s = 0, so s* = p / (p + q), and the loss is Σ_x ½ p q / (p + q). With e = p - m we have q = m - e.
#    So it is Σ_x (m² - e²) / 4m = ¼ - ¼ Σ_x e² / m.

# %% solutions 1 to 4
p_modes, q_modes = np.array([0.5, 0.5]), np.array([1.0, 0.0])
verify("exercise 1: JSD, KL(m || p)", [JSD(p_modes, q_modes), kl_divergence((p_modes + q_modes) / 2, p_modes)],
       [math.log(2 / 3 * 2) / 4 + math.log(4 / 3) / 2, 0.75 * math.log(1.5) + 0.25 * math.log(0.5)])
s, cases, targets = np.zeros(6), np.append(real, fake), np.repeat([1, 0], [20, 30])
for _ in range(500):
    _, ds = binary_cross_entropy(s[cases], targets)
    s -= 4 * np.bincount(cases, ds) / (p + q)
verify("exercise 2: s* = log p - log q + log(N / M)", s, np.log(p / q) + math.log(20 / 30))
smoothed = best_table(NonSaturating(0.9, 0.1), rate=4)
verify("exercise 3: D = (0.9 p + 0.1 q) / (p + q)", sigmoid(smoothed), (0.9 * p + 0.1 * q) / (p + q))
s, m = best_table(LeastSquares(), rate=1), (p + q) / 2
verify("exercise 4: s*, and its loss", np.append(s, loss_of_table(LeastSquares(), s)[0]),
       np.append(p / (p + q), (1 - sum((p - m) ** 2 / m)) / 4))
