# %% [markdown]
# # Lesson 19: training a GAN
#
# After this lesson you will be able to
#
# - derive both players' gradients: D's from two forward passes with two caches, G's by the chain rule down through D;
# - compare the saturating and the non-saturating loss: case by case, where D is sure, and at the fixed point;
# - say what soft labels do to the best D, and to the slope that G gets of it;
# - write the whole training of a GAN on a page of NumPy;
# - train one on the ring of eight Gaussians, and tell from its curves whether it gets better.
#
# From lesson 17 you need the backward pass and its caches, and Adam; from lesson 18 the game, the cross-entropy
# CE(s, t) of a logit s with a target t, the best discriminator D*, and what the generator's slope is a slope of.
#
# ## D's step
#
# The two players take turns. D, with all its parameters in the vector φ, descends minus the V of (18.2). With N real
# cases x_n, and M fake ones x'_m = G(z_m),
#
#     L_D = (1/N) Σ_n CE(s(x_n), 1) + (1/M) Σ_m CE(s(x'_m), 0)               a definition
#
# φ stands in s(x_n) of each real case and in s(x'_m) of each fake one, and gets a slope from every place where it
# stands. The slopes along the logits are those of (18.3), each over its own number of cases:
#
#     ds_n = (D(x_n) - 1) / N          ds'_m = D(x'_m) / M
#     ∂L_D/∂φ = Σ_n ds_n ∂s(x_n)/∂φ + Σ_m ds'_m ∂s(x'_m)/∂φ                  (19.1)
#
# Each sum is a backward pass, and needs the cache of its own forward pass. So `discriminator_gradient` runs D on both
# and keeps two caches. If D kept one in itself, the fake pass would write over the real one. Take the smallest D, s(x)
# = w·x + c, with w = 0 and c = 0. It says 1/2 of every case, and ∂w is Σ x ds over all of them, by (17.3):
#
#     ∂L_D/∂w = ½ (mean of x'_m - mean of x_n)                               (19.2)
#
# D's first step goes against this: from the fake cases to the real ones. With N = M and the fake pass's cache in both
# backward passes, x'_n stands in the place of x_n:
#
#     Σ_n ds_n x'_n + Σ_m ds'_m x'_m = 0          with the wrong cache       (19.3)
#
# This D stays where it is, whatever the data: the real cases come in by their ds_n, and never by where they lie. In a
# deeper network the gradient is not 0 but wrong; by how much, see below. Published code has had this mistake.
#
# In the cell both players have 4 tanh units. `forward` runs such a network, from its parameters in one vector, and
# `slopes` takes central differences: these two are the brute force of the next sections.

# %% (19.1) to (19.3) D's gradient, from 7 real cases and 5 fake ones
import warnings

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, NonSaturating, Saturating, TrainingWarning, diagnose_gan, discriminator_gradient, evaluate_coverage, generate,
    generator_gradient, make_gan, sliced_wasserstein, train_gan)
from numpy_dgm.data.mixtures import MixtureOfGaussians, draw_mixture, ring_of_gaussians, to_unit_spread
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.optimizers import SGD, Momentum
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.verify import verify, verify_at_most
from numpy_dgm.neural import MLP, Affine, Tanh, init_mlp, mlp_backward, mlp_forward

rng = np.random.default_rng(19)
N, M = 7, 5


def split(parameters, K):
    """W_1 (2, H), b_1 (H,), W_2 (H, K) and b_2 (K,) of the vector that has them end to end."""
    H = (len(parameters) - K) // (3 + K)
    W_1, b_1, W_2, b_2 = np.split(parameters, np.cumsum([2 * H, H, H * K]))
    return W_1.reshape(2, H), b_1, W_2.reshape(H, K), b_2


def forward(parameters, x, K):
    """A network of 2 inputs, H tanh units and K outputs: y (N, K), and its hidden values h (N, H)."""
    W_1, b_1, W_2, b_2 = split(parameters, K)
    h = np.tanh(x @ W_1 + b_1)
    return h @ W_2 + b_2, h


def slopes(f, at, step=1e-4):
    """∂f/∂(every entry of `at`), by moving each forward and back; for every entry of f, where it has several."""
    moves = step * np.eye(at.size).reshape(-1, *at.shape)
    found = np.array([(f(at + move) - f(at - move)) / (2 * step) for move in moves])
    return found.T.reshape((*np.shape(f(at)), *at.shape))


def D_of(phi, x):
    """D(x) = 1 / (1 + exp(-s(x))): (N, 1)."""
    return 1 / (1 + np.exp(-forward(phi, x, K=1)[0]))


def slow_L_D(players):
    """L_D of θ and φ in one vector, for the cases x and the noise z."""
    theta, phi = players[:22], players[22:]
    return -np.mean(np.log(D_of(phi, x))) - np.mean(np.log(1 - D_of(phi, forward(theta, z, K=2)[0])))


def a_network(K):
    """A network of the library like those of `forward`, and the vector that its arrays are windows onto."""
    return pack(MLP((Affine(rng.normal(size=(2, 4)), rng.normal(size=4)), Tanh(),
                     Affine(rng.normal(size=(4, K)), rng.normal(size=K)))))


(theta, G), (phi, D) = a_network(2), a_network(1)
gan, before = make_gan(G, D), np.append(theta, phi)
x, z = rng.normal(loc=1, size=(N, 2)), rng.normal(size=(M, 2))
x_fake, _ = forward(theta, z, K=2)
slow = slopes(slow_L_D, before)
of_D = discriminator_gradient(gan, x, z, NonSaturating(), rng)
verify("(19.1) ∂L_D/∂φ = Σ_n ds_n ∂s(x_n)/∂φ + Σ_m ds'_m ∂s(x'_m)/∂φ", flatten(of_D.gradient), slow[22:],
       tolerance=1e-7)

smallest = MLP((Affine(np.zeros((2, 1)), np.zeros(1)),))
of_smallest = discriminator_gradient(make_gan(G, smallest), x, z, NonSaturating(), rng)
verify("(19.2) ∂L_D/∂w = ½ (mean of x'_m - mean of x_n)", of_smallest.gradient.layers[0].W[:, 0],
       (x_fake.sum(axis=0) / M - x.sum(axis=0) / N) / 2)
s, cache = mlp_forward(smallest, x_fake)  # and the same s of as many real cases
_, ds_real, ds_fake = NonSaturating().discriminator_loss(s, s)
wrong = [flatten(mlp_backward(smallest, cache, ds)[1]) for ds in (ds_real, ds_fake)]
verify("(19.3) Σ_n ds_n x'_n + Σ_m ds'_m x'_m = 0, with the wrong cache", wrong[0] + wrong[1], np.zeros(3))

# %% [markdown]
# ## G's step, down through D
#
# G, with its parameters in the vector θ, descends a loss of what D says of its cases. Write s_m for s(x'_m), and D_m
# for D(x'_m) = σ(s_m). Lesson 18 named two such losses. Their slopes along the logit are lesson 17's: log(1 - σ(s)) is
# -CE(s, 0), with the slope -(σ(s) - 0), and -log σ(s) is CE(s, 1), with the slope σ(s) - 1.
#
#     saturating          L_sat = (1/M) Σ_m log(1 - D_m)          ds_m = -D_m / M
#     non-saturating      L_ns = -(1/M) Σ_m log D_m               ds_m = (D_m - 1) / M         (19.4)
#
# θ moves x', x' moves s, and s moves the loss. The slope comes down the other way, by (17.2): first through D, from
# its logit to its input, and then through G, from its output to its parameters.
#
#     dx_m = ds_m ∂s(x'_m)/∂x'_m               D's backward pass             (19.5)
#     ∂L_G/∂θ = Σ_m Σ_d dx_md ∂x'_md/∂θ        G's backward pass             (19.6)
#
# dx (M, 2) is like the fake cases: D would have case m go along -dx_m. This is all that G ever hears of the data; it
# sees no real case. If D says the same of all, G has nothing to go by:
#
#     ∂L_G/∂θ = 0          if all weights of D are 0                         (19.7)
#
# D's backward pass could give ∂L_G/∂φ too. D must not step along that: it would learn to call fake cases real. So
# `generator_gradient` does not even compute it. Nor does G move in D's step:
#
#     φ after G's gradient, θ after D's gradient = what they were, bit for bit                 (19.8)
#
# L_D does depend on θ, through the x'_m. Its second sum is -L_sat, so what is good for D is as bad for G:
#
#     ∂L_D/∂θ = -∂L_sat/∂θ                                                   (19.9)


# %% (19.4) to (19.9) the chain of G's gradient, factor by factor
def L_G(s):
    """L_sat and L_ns of the logits s (M, 1): (2,)."""
    D_m = 1 / (1 + np.exp(-s))
    return np.array([np.mean(np.log(1 - D_m)), -np.mean(np.log(D_m))])


def L_G_of_cases(x_fake):
    return L_G(forward(phi, x_fake, K=1)[0])


def L_G_of_theta(theta):
    return L_G_of_cases(forward(theta, z, K=2)[0])


s, cache = mlp_forward(D, x_fake)
slow_ds, slow_dx, slow_of_G = slopes(L_G, s), slopes(L_G_of_cases, x_fake), slopes(L_G_of_theta, theta)
dx, of_G = [], []
for i, (name, objective) in enumerate((("L_sat", Saturating()), ("L_ns", NonSaturating()))):
    loss, ds = objective.generator_loss(s)
    verify(f"(19.4) {name} and its ds_m", np.append(loss, ds), np.append(L_G(s)[i], slow_ds[i]), tolerance=1e-7)
    dx.append(mlp_backward(D, cache, ds)[0])
    verify(f"(19.5) dx_m = ds_m ∂s(x'_m)/∂x'_m, {name}", dx[i], slow_dx[i], tolerance=1e-7)
    of_G.append(flatten(generator_gradient(gan, z, objective, rng).gradient))
    verify(f"(19.6) ∂L_G/∂θ = Σ_m Σ_d dx_md ∂x'_md/∂θ, {name}", of_G[i], slow_of_G[i], tolerance=1e-7)
    of_blind = generator_gradient(make_gan(G, smallest), z, objective, rng).gradient
    verify(f"(19.7) ∂L_G/∂θ = 0 if all weights of D are 0, {name}", flatten(of_blind), np.zeros(22))
verify("(19.8) φ after G's gradient, θ after D's gradient, bit for bit", flatten(gan), before, tolerance=0)
verify("(19.9) ∂L_D/∂θ = -∂L_sat/∂θ", slow[:22], -of_G[0], tolerance=1e-7)

# %% [markdown]
# ## The two losses compared
#
# Both ds_m are negative: either loss sends each case where D's logit rises. They differ in how much a case counts, D_m
# or 1 - D_m. As D_m / (1 - D_m) = exp(s_m),
#
#     dx_m of L_sat = exp(s_m) · dx_m of L_ns                                (19.10)
#
# So L_sat listens to the cases that D takes for real, and L_ns to those that D has caught, and the two gradients point
# in different directions: the cell prints the angle. Early in a run G's cases are easily told, with s_m far below 0:
#
#     M |ds_m| of L_sat <= exp(s_m)                                          (19.11)
#     M |ds_m| of L_ns >= 1/2          where s_m <= 0                        (19.12)
#
# At s = -10 the first is at most 1/22,026. This loss is flat where G loses: it saturates. Lesson 18 saw it in 2 JSD,
# which runs flat below log 4; here it is in each single case, for any D. Where D cannot tell, both count a case by 1/2:
#
#     ∂L_sat/∂θ = ∂L_ns/∂θ          if D(x'_m) = 1/2 for all m               (19.13)
#
# The game ends with q = p and D = 1/2 everywhere, by (18.4). There s is constant, and both gradients are 0, by (19.7):
# it is a fixed point for either. Near it they hardly differ (exercise 1). Far from it they descend different things:
# against the best D, 2 JSD(p, q) by (18.13), and 2 KL(m || p) by (18.15).

# %% (19.10) to (19.13) how much a case counts
verify("(19.10) dx_m of L_sat = exp(s_m) · dx_m of L_ns", dx[0], np.exp(s) * slow_dx[1], tolerance=1e-7)
angle = np.degrees(np.arccos(of_G[0] @ of_G[1] / np.linalg.norm(of_G[0]) / np.linalg.norm(of_G[1])))
print(f"  D_m: {', '.join(f'{D_m:.2f}' for D_m in sigmoid(s[:, 0]))}; angle of the gradients: {angle:.0f} degrees")
many_s = np.linspace(-30, 30, 601)[:, None]  # the first 301 are at most 0
(_, ds_sat), (_, ds_ns) = Saturating().generator_loss(many_s), NonSaturating().generator_loss(many_s)
verify_at_most("(19.11) M |ds_m| of L_sat <= exp(s_m)", 601 * np.abs(ds_sat), np.exp(many_s))
verify_at_most("(19.12) M |ds_m| of L_ns >= 1/2 where s_m <= 0", np.full((301, 1), 0.5), 601 * np.abs(ds_ns[:301]))
w, beside_w = np.array([[0.6], [0.8]]), [-0.8, 0.6]  # the cases of `on_a_line` lie where w·x' - 0.5 is 0
on_a_line = MLP((Affine(np.outer(rng.normal(size=2), beside_w), 0.5 * w[:, 0]),))
unsure = make_gan(on_a_line, MLP((Affine(w, np.array([-0.5])),)))
of_sat, of_ns = (generator_gradient(unsure, z, objective, rng) for objective in (Saturating(), NonSaturating()))
verify("(19.13) ∂L_sat/∂θ = ∂L_ns/∂θ if D(x'_m) = 1/2 for all m", np.append(of_sat.s_fake, flatten(of_sat.gradient)),
       np.append(np.zeros(M), flatten(of_ns.gradient)))

# %% [markdown]
# ## Soft labels
#
# The targets of CE need not be 1 and 0. One-sided label smoothing gives the real cases a target a < 1, say 0.9;
# two-sided smoothing also gives the fake ones a target b > 0. At a point x the loss is p CE(s, a) + q CE(s, b) on
# average, with p the data's density and q that of G. Its slope p (D - a) + q (D - b) is 0 at
#
#     D_ab(x) = (a p + b q) / (p + q) = b + (a - b) D*(x)                    (19.14)
#
# by (18.4); exercise 3 of lesson 18 was this for 0.9 and 0.1. So D_ab lies between b and a, and rises where D* rises.
# No real case is pulled beyond the logit log(a / (1 - a)), 2.2 for a = 0.9. And G? L_ns wants -log D_ab to fall, and
#
#     ∂ log D_ab/∂x = (a - b) ∂D*/∂x / (b + (a - b) D*)          by (19.14)
#     ∂ log D*/∂x   = ∂D*/∂x / D*
#
#     dx against D_ab = k · dx against D*,     k = (a - b) D* / (b + (a - b) D*)               (19.15)
#
# For b = 0, k is 1: one-sided smoothing leaves G's slope as it was, and (18.15) with it. For b > 0, k is 0 where D* is.
# So the cases that lie worst, where the data never are, get the least push: G saturates again, by the loss that was to
# prevent it. They have "no incentive to move nearer to the data", say Salimans et al. (2016), who smooth on one side
# only. It is also said that b q in (19.14) gives D_ab peaks at false modes, which then draw cases in. It cannot, since
# D_ab rises only where D* does. False modes are not fed; they are left alone.


# %% (19.14) and (19.15) soft labels, with a table for D and with two densities
def log_D_star(x):
    """log p / (p + q) for p = N(0, 1) and q = N(4, 1)."""
    return -np.log(1 + np.exp(-((x - 4) ** 2) / 2 + x**2 / 2))


def best_logit(x):
    """The logit of (19.14), for the a and b of the loop below."""
    D_ab = b + (a - b) * np.exp(log_D_star(x))
    return np.log(D_ab / (1 - D_ab))


n_real, n_fake = np.array([6, 5, 4, 3, 1, 1]), np.array([1, 2, 4, 8, 9, 6])  # cases at each of six points x
real, fake = np.repeat(np.arange(6), n_real), np.repeat(np.arange(6), n_fake)
places = np.linspace(-1, 6, 8)
slope_star = np.diag(slopes(log_D_star, places))  # a place moves its own value alone
print("  D* at x = " + ", ".join(f"{place:.0f}: {np.exp(log_D_star(place)):.2g}" for place in places))
for a, b in ((0.9, 0.0), (0.9, 0.1), (0.7, 0.3)):
    objective, D_ab = NonSaturating(a, b), (a * n_real / 20 + b * n_fake / 30) / (n_real / 20 + n_fake / 30)
    s = np.log(D_ab / (1 - D_ab))[:, None]
    _, ds_real, ds_fake = objective.discriminator_loss(s[real], s[fake])
    sums = np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])  # ∂L_D/∂s at each of the points
    verify(f"(19.14) ∂L_D/∂s = 0 where D_ab(x) = (a p + b q) / (p + q), a = {a}, b = {b}", sums, np.zeros(6))
    _, ds = objective.generator_loss(best_logit(places))
    pushes = len(places) * ds * np.diag(slopes(best_logit, places))
    D_star = np.exp(log_D_star(places))
    k = (a - b) * D_star / (b + (a - b) * D_star)
    verify(f"(19.15) dx against D_ab = k · dx against D*, a = {a}, b = {b}", pushes, -k * slope_star, tolerance=1e-7)
    print("    k at these x: " + ", ".join(f"{k_x:.2g}" for k_x in k))

# %% [markdown]
# ## The loop
#
# A step of training is D's gradient at a fresh batch, and Adam moves φ; then G's gradient at fresh noise, against the D
# that has just moved, and Adam moves θ. Below it stands with nothing but NumPy, for networks as in `forward`. Look for
# two forward passes of D with h_real and h_fake, each h being a cache; for dx on its way from D to G; and for the
# slopes of φ that G's step throws away. `backward` is (17.3) to (17.6).
#
# `train_gan` does this for any layers, and takes D's two passes in one where its layers treat each row by itself
# (fused.py). Before its first step it draws some 500 cases, as much noise, and 50 directions, through which its history
# looks at the run. Draw these first, and both runs get the same random numbers:
#
#     θ and φ after 100 steps of the loop = those of train_gan               (19.16)
#
# Each step takes its gradient anew. Many frameworks add it to the last one unless told to forget that; a test like
# this one finds it in the second step.


# %% (19.16) a GAN on a page
def backward(parameters, x, h, dy):
    """∂loss/∂x (N, 2), and ∂loss/∂parameters in one vector, from dy = ∂loss/∂y (N, K)."""
    W_1, _, W_2, _ = split(parameters, dy.shape[1])
    da = (dy @ W_2.T) * (1 - h**2)  # (N, H)
    return da @ W_1.T, np.concatenate([(x.T @ da).ravel(), da.sum(axis=0), (h.T @ dy).ravel(), dy.sum(axis=0)])


def adam_step(parameters, mean, square, gradient, t, rate):
    """The t-th step, in place; β₁ = 0.5, β₂ = 0.999."""
    mean += 0.5 * (gradient - mean)
    square += 0.001 * (gradient**2 - square)
    parameters -= rate * (mean / (1 - 0.5**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)


def train_by_hand(theta, phi, data, steps, n, rate, rng):
    """θ and φ in one vector after so many steps, each with n cases of either kind."""
    theta, phi = theta.copy(), phi.copy()
    memory_of_G, memory_of_D = np.zeros((2, len(theta))), np.zeros((2, len(phi)))
    for t in range(1, steps + 1):
        x = data[rng.integers(len(data), size=n)]  # D's step
        z = rng.standard_normal((n, 2))
        x_fake, _ = forward(theta, z, K=2)
        s_real, h_real = forward(phi, x, K=1)
        s_fake, h_fake = forward(phi, x_fake, K=1)
        _, from_real = backward(phi, x, h_real, (1 / (1 + np.exp(-s_real)) - 1) / n)
        _, from_fake = backward(phi, x_fake, h_fake, 1 / (1 + np.exp(-s_fake)) / n)
        adam_step(phi, *memory_of_D, from_real + from_fake, t, rate)

        z = rng.standard_normal((n, 2))  # G's step
        x_fake, h_of_G = forward(theta, z, K=2)
        s, h_of_D = forward(phi, x_fake, K=1)
        dx, _ = backward(phi, x_fake, h_of_D, (1 / (1 + np.exp(-s)) - 1) / n)
        _, gradient = backward(theta, z, h_of_G, dx)
        adam_step(theta, *memory_of_G, gradient, t, rate)
    return np.append(theta, phi)


data = rng.normal(loc=2, size=(300, 2))
trained, _ = train_gan(gan, data, steps=100, rng=np.random.default_rng(4), batch_size=20, rate=0.01)
same = np.random.default_rng(4)
same.integers(300, size=500)  # the cases that the history looks at
same.standard_normal((550, 2))  # its noise and its directions
verify("(19.16) θ and φ after 100 steps of the loop = those of train_gan", flatten(trained),
       train_by_hand(theta, phi, data, 100, 20, 0.01, same))

# %% [markdown]
# ## The ring of eight Gaussians
#
# Eight modes on a circle, each 77 of its own standard deviations away from the next (Lin et al. 2018). The plane is
# nearly empty, and a mode can be missed, as in large problems. But here we can count: `evaluate_coverage` says how many
# modes have a sample within 3 σ, what share of the samples lies so near, and how unevenly they do (lesson 21).
#
# G has three layers of 64 tanh units, D three of 64 leaky ReLUs. Four things are new. The rates fall to 0. D's is five
# times G's: D should never be far from the best. The G that is used has the mean θ of the last few hundred steps. And D
# pays 0.01 |∂s/∂x|² at real cases, to keep its slopes small: R1, see lesson 20. Without it some starts lose modes.


# %% experiment: the ring of eight Gaussians
def look(gan, history):
    looks.append((int(history["step"][-1]), gan))


ring = to_unit_spread(ring_of_gaussians())
rng = np.random.default_rng(0)
start = make_gan(init_mlp([2, 64, 64, 64, 2], rng, hidden="tanh", init="xavier"), init_mlp([2, 64, 64, 64, 1], rng))
looks = [(0, start)]
gan, history = train_gan(start, ring, steps=2_000, rng=rng, penalty=R1(0.02), batch_size=64, rate=2e-3,
                         discriminator_rate=1e-2, schedule="linear", average=0.995, log_every=100, on_record=look)
frames = [(step, generate(seen, 1_000, np.random.default_rng(1))) for step, seen in looks]

print("  step   L_D    L_ns   D right: real  fake   slope   distance   modes  within 3 σ")
for i in range(0, 20, 2):
    (step, x), at = frames[i + 1], {name: values[i] for name, values in history.series.items()}
    found = evaluate_coverage(x, ring)
    print(f"  {step:5,} {at['discriminator_loss']:5.2f} {at['generator_loss']:7.2f} {at['accuracy_real']:14.2f} "
          f"{at['accuracy_fake']:5.2f} {at['slope']:7.2f} {at['distance']:10.3f} {found.modes:7} "
          f"{found.high_quality:11.1%}")
samples, drawn, more = generate(gan, 2_500, rng), draw_mixture(ring, 2_500, rng), draw_mixture(ring, 2_500, rng)
print(f"  samples: {evaluate_coverage(samples, ring)}; distance {sliced_wasserstein(samples, drawn, 50, rng):.3f}")
print(f"  real:    {evaluate_coverage(more, ring)}; distance {sliced_wasserstein(more, drawn, 50, rng):.3f}")

fig, axes = plots.new_figure(2, 4, width=13, height=6.4)
across = np.linspace(-2, 2, 161)
plane = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2).astype(np.float32)
for column, i in enumerate((0, 2, 6, 20)):
    step, x = frames[i]
    plots.draw_scatter(axes[column], x, ring, title=f"step {step:,}: samples of G")
    s, _ = mlp_forward(looks[i][1].discriminator, plane)
    shades = axes[4 + column].contourf(across, across, sigmoid(s).reshape(161, 161), np.linspace(0, 1, 11), cmap="RdBu")
    axes[4 + column].plot(*ring.centres.T, "k+", markersize=10)
    axes[4 + column].plot(*x[:200].T, ".", color="0.2", markersize=2)
    axes[4 + column].set(aspect="equal", xlim=(-2, 2), ylim=(-2, 2))
    axes[4 + column].set_title(f"step {step:,}: D(x), and samples", fontsize=10)
fig.colorbar(shades, ax=axes, label="D(x)")
plots.save(fig, "19_ring.png")
plots.save(plots.gan_curves(history), "19_curves.png")
plots.save_film(frames, ring, "19_ring.gif")

# %% [markdown]
# What to see: at first nobody knows anything. Then D finds the modes, and rises towards each like a hill, while the
# samples are still everywhere, each on its way up. Later they sit on the ring, in clumps: D has turned against modes
# that G serves too often (reddish) and favours those left out (bluish). At the end D is near 1/2 wherever cases are. In
# `19_ring.gif` it moves. Some samples stay between modes: z has no gaps, and G is continuous.
#
# **How to read the curves.** In the table look down from step 1,300. L_D and L_ns hardly move, near 2 log 2 = 1.39 and
# log 2 = 0.69, which they would be for D = 1/2. Meanwhile ever more samples are good. Nor were they far from there at
# step 100, when next to none was. Each loss is measured against a player that moves: it tells of their balance, not of
# progress. `distance` does tell: how far samples and data are apart, as distributions. It comes down to about what two
# sets of real cases show, in the last line, and hardly sees the rest. So count, and look at samples. Of the other
# curves hope for accuracies near 1/2, a slope not near 0, and a spread near 1.
#
# ## What usually goes wrong
#
# **One line is wrong.** The cell makes one mistake at a time in the gradients of `train_by_hand`: how far off it is and
# how long, as shares of the right one's length, and the angle between them. Two hide well: 1/N twice (exercise 2), and,
# while D is near 1/2, the wrong loss. If D steps along ∂L_G/∂φ in G's step, L_G falls, and G is no better.
#
# **The generator is saturated.** D makes five steps for each of G's, the data lie beside G's first samples, and G
# descends L_sat by plain gradient steps. D is soon sure, and (19.11) leaves next to nothing. `diagnose_gan` says so.
# With L_ns the same players come near. So they do with L_sat and Adam, which divides by the size of the gradient.
#
# **D is too slow.** With a thirtieth of G's rate it lags behind, and G runs to where D was wrong some time ago, far
# from the data. What it descends is no divergence: for that D must be near the best.
#
# **Gradients are summed over the steps.** For plain descent that is momentum 1, which forgets nothing.


# %% wrong: one line of a gradient; a saturated generator, a slow D, gradients that are not forgotten
(theta, G), (phi, D) = a_network(2), a_network(1)
phi *= 0.2  # as at the start of a run, where D is near 1/2
M, gan, x, z = 100, make_gan(G, D), rng.normal(loc=1, size=(100, 2)), rng.normal(size=(100, 2))
(x_fake, h_of_G), (_, h_real) = forward(theta, z, K=2), forward(phi, x, K=1)
s, h_fake = forward(phi, x_fake, K=1)
D_real, D_fake = D_of(phi, x), D_of(phi, x_fake)
real_1, real_0 = (backward(phi, x, h_real, (D_real - label) / M)[1] for label in (1, 0))
(dx, fake_1), (_, fake_0) = (backward(phi, x_fake, h_fake, (D_fake - label) / M) for label in (1, 0))
dx_sat, one_cache = (backward(phi, x_fake, h_fake, ds / M)[i] for i, ds in ((0, -D_fake), (1, D_real - 1 + D_fake)))
right, of_sat, of_x = (backward(theta, z, h_of_G, slope)[1] for slope in (dx, dx_sat, (sigmoid(x_fake) - 1) / M))
print("                                         wrong by   length   angle")
for name, one, other in (
        ("D: the fake pass's cache for both", one_cache, real_1 + fake_0),
        ("D: 1/N twice", (real_1 + fake_0) / M, real_1 + fake_0),
        ("D: real called 0 and fake 1", real_0 + fake_1, real_1 + fake_0),
        ("G: L_sat where L_ns was meant", of_sat, right),
        ("G: the loss of x' and not of D(x')", of_x, right)):
    lengths = np.linalg.norm([one, other, one - other], axis=1)
    angle = np.degrees(np.arccos(min(1, one @ other / lengths[0] / lengths[1])))
    print(f"  {name:38} {lengths[2] / lengths[1]:8.0%} {lengths[0] / lengths[1]:8.2f} {angle:7.0f}")
moved = phi - fake_1  # ∂L_ns/∂φ
print(f"  D moves in G's step: L_ns from {L_G(s)[1]:.2f} to {L_G(forward(moved, x_fake, K=1)[0])[1]:.2f}, "
      f"L_D from {slow_L_D(np.append(theta, phi)):.2f} to {slow_L_D(np.append(theta, moved)):.2f}")


def play(data, seed=0, **settings):
    """A short run of small players, whose first samples lie close together at 0: its history."""
    rng = np.random.default_rng(seed)
    players = make_gan(init_mlp([2, 24, 2], rng, hidden="tanh", init=0.1), init_mlp([2, 24, 1], rng))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", TrainingWarning)  # what it says is printed below
        return train_gan(players, data, rng=rng, log_every=20, **settings)[1]


beside = MixtureOfGaussians(ring.centres + np.array([3.5, 0]), ring.sigma)
cloud = MixtureOfGaussians(np.array([[1.0, 0.0]]), 1.0)
plain = {"steps": 200, "critic_steps": 5, "rate": 0.02, "discriminator_rate": 0.1, "optimizer": SGD()}
print("                          D right     slope   distance at steps 20, 100, and the last")
for name, data, settings in (
        ("L_sat, plain descent", beside, {**plain, "objective": Saturating()}),
        ("L_ns, plain descent", beside, {**plain, "objective": NonSaturating()}),
        ("L_sat, Adam", beside, {"steps": 200, "critic_steps": 5, "rate": 4e-3, "objective": Saturating()}),
        ("D at a thirtieth", cloud, {"steps": 300, "rate": 6e-3, "discriminator_rate": 2e-4}),
        ("D at the same rate", cloud, {"steps": 300, "rate": 6e-3}),
        ("plain descent", cloud, {"steps": 300, "rate": 0.02, "optimizer": SGD()})):
    found = play(data, **settings)
    share = (found["accuracy_real"][-1] + found["accuracy_fake"][-1]) / 2
    away = "".join(f"{found['distance'][i]:8.2f}" for i in (0, 4, -1))
    print(f"  {name:22} {share:8.0%} {found['slope'][-1]:9.4f} {away}")
    if diagnose_gan(found) is not None:
        print(f"    diagnosis: {diagnose_gan(found)}")
try:
    play(cloud, steps=300, rate=0.02, optimizer=Momentum(1.0))
except Diverged as error:
    print(f"  the same, gradients summed: {error}")

# %% [markdown]
# ## Exercises
#
# 1. Find ∂L_sat/∂θ - ∂L_ns/∂θ. How large is it near the fixed point, where s = ε s_0 with a small ε?
# 2. Slopes are divided by N twice. What becomes of plain descent, and what of Adam?
# 3. D's own backward pass over the fake cases, in its step, can give dx too. What would it be to G?
#
# ## Solutions
#
# 1. D - (1 - D) = tanh(s/2), so it is -(1/M) Σ_m tanh(s_m/2) ∂s_m/∂θ, the slope of -(2/M) Σ_m log cosh(s_m/2). Both
#    factors have an ε: it is of the size of ε², and each of the two gradients of the size of ε.
# 2. Plain descent moves at 1/N of the rate. Adam's m and √s both shrink to 1/N, so but for its 1e-8 the run is the
#    same. A check of gradients finds this mistake; a look at the curves does not.
# 3. By (19.9), -dx taken on through G is ∂L_sat/∂θ: a pass less, if both players step from where they stand
#    (gradient reversal: Ganin and Lempitsky 2015). For L_ns divide each of its rows by exp(s_m) first.


# %% solutions 1 and 3
of_sat, of_ns = (flatten(generator_gradient(gan, z, loss, rng).gradient) for loss in (Saturating(), NonSaturating()))
verify("exercise 1: ∂L_sat/∂θ - ∂L_ns/∂θ", of_sat - of_ns,
       backward(theta, z, h_of_G, backward(phi, x_fake, h_fake, -np.tanh(s / 2) / M)[0])[1])
dx_fake, _ = backward(phi, x_fake, h_fake, D_fake / M)
verify("exercise 3: -dx taken on through G", of_sat, backward(theta, z, h_of_G, -dx_fake)[1])
