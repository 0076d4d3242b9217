# %% [markdown]
# # Training a GAN: two players on a page
#
# Lesson 30 asked what the best discriminator D would say of a generator G, and what the game
# between them is worth. Nobody has the best D. This lesson lets two small networks play: each in
# turn takes one step down its own loss. The whole game is written out, with no library behind it.
#
# Afterwards you can
#
# - take one step of each player by hand, and say which way the slope travels;
# - write the training loop of a GAN from memory;
# - say why G's loss is not the one of the game, and prove what the exchange buys;
# - recognise a cache written over, a D that moves in G's step, a generator that is saturated.
#
# About an hour and a half. You need backprop (lesson 20), Adam (lesson 22) and the game (lesson
# 30).
#
# ## The smallest game, in numbers
#
# Data: the number 1, always. The generator has one parameter and no noise: it says θ. The
# discriminator has one parameter too: D(x) = σ(s), with the logit s = w x. Let θ = 0, w = .5.
#
#     real  x = 1    s = .5    D = .622        D's loss there   -log .622       = .474
#     fake  x = 0    s = 0     D = .500        D's loss there   -log (1 - .500) = .693
#
# The slope of the loss by the logit is D - 1 at a real case and D at a fake one (lesson 20, target
# 1 and target 0). D's step goes down its loss, by w:
#
#     ∂L_D/∂w = (D - 1) x  +  D x   = (.622 - 1) · 1  +  .500 · 0  = -.378      so w goes up
#
# G's step: it wants D to say "real" of θ, so its loss is -log D(θ). (Lesson 30's game has
# log(1 - D(θ)) there, which wants the same: more below.) The slope starts at the logit, goes down
# *through* D, which stays as it is, and arrives at what G made:
#
#     ds = D - 1 = -.5        dx = w ds = -.25        ∂L_G/∂θ = dx · 1 = -.25    so θ goes up
#
# θ moves towards 1, where the data are, although nobody told G where that is. All it ever learns
# is dx: which way D would like the case to move.

# %% the same numbers, and how the game goes on
import warnings

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    NonSaturating, Saturating, TrainingWarning, diagnose_gan, discriminator_gradient,
    generator_gradient, make_gan, train_gan)
from numpy_dgm.data.mixtures import (
    MixtureOfGaussians, draw_mixture, ring_of_gaussians, to_unit_spread)
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.optimizers import SGD, Adam
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify, verify_at_most
from numpy_dgm.neural import MLP, Affine, Tanh, init_mlp

theta, w = 0.0, 0.5
for step in range(9):
    D_real, D_fake = sigmoid(np.array([w * 1.0, w * theta]))
    dw = (D_real - 1) * 1.0 + D_fake * theta
    dx = w * (D_fake - 1)
    if step % 2 == 0:
        print(f"step {step}   θ {theta:6.3f}   w {w:6.3f}   ∂L_D/∂w {dw:6.3f}   ∂L_G/∂θ {dx:6.3f}")
    w -= 0.5 * dw
    theta -= 0.5 * dx

# %% [markdown]
# θ runs past 1. By then D has learnt that large is real, and must first unlearn it. Players that
# chase one another go round in circles: lesson 32 says why, and what holds them. (Here both step
# from where both stand; from now on D steps first, and G against the D that has moved.)
#
# ## Two networks
#
# Now a ring of eight narrow Gaussians in the plane, noise z of two numbers, and one hidden layer
# of H tanh units in each player. Each has four arrays, A, a, B and b, in one list, theta_G or
# theta_D:
#
#     z (N, 2) → tanh(z A + a) (N, H) → x = hidden B + b (N, 2)              the generator
#     x (N, 2) → tanh(x A + a) (N, H) → s = hidden B + b (N, 1)              the discriminator
#
# Backprop through either is lesson 20's. With dy the slope at the output,
#
#     ∂B = hiddenᵀ dy     dhidden = (dy Bᵀ) (1 - hidden²)     ∂A = xᵀ dhidden     dx = dhidden Aᵀ
#
# D's step needs the slopes of its arrays, at real and at fake cases. Each of the two backward
# passes needs the hidden layer of its own forward pass. G's step needs dx: it comes out of D's
# lower end and goes into G's upper end, and D's own slopes are thrown away. Adam forgets faster
# than in lesson 22, with .5 in the place of .9, as is usual where the other player moves too.


# %% the whole game, on a page
def forward(theta, x):
    """Hidden layer and output of a player with the arrays theta = [A, a, B, b]: (N, H), (N, K)."""
    A, a, B, b = theta
    hidden = np.tanh(x @ A + a)
    return hidden, hidden @ B + b


def backward(theta, x, hidden, dy):
    """dx and the slopes of the four arrays, from dy at the output."""
    A, a, B, b = theta
    dhidden = (dy @ B.T) * (1 - hidden**2)
    slopes = [x.T @ dhidden, dhidden.sum(axis=0), hidden.T @ dy, dy.sum(axis=0)]
    return dhidden @ A.T, slopes


def gradient_of_D(theta_D, x_real, x_fake):
    """The slopes of L_D by theta_D: real cases up, fake cases down."""
    hidden_real, s_real = forward(theta_D, x_real)
    hidden_fake, s_fake = forward(theta_D, x_fake)
    ds_real = (sigmoid(s_real) - 1) / len(x_real)
    ds_fake = sigmoid(s_fake) / len(x_fake)
    _, from_real = backward(theta_D, x_real, hidden_real, ds_real)
    _, from_fake = backward(theta_D, x_fake, hidden_fake, ds_fake)
    return [one + other for one, other in zip(from_real, from_fake)]


def gradient_of_G(theta_G, theta_D, z):
    """The slopes of L_G by theta_G, the cases that it made, and their dx."""
    hidden_G, x_fake = forward(theta_G, z)
    hidden_D, s_fake = forward(theta_D, x_fake)
    ds = (sigmoid(s_fake) - 1) / len(z)
    dx, _ = backward(theta_D, x_fake, hidden_D, ds)
    _, slopes = backward(theta_G, z, hidden_G, dx)
    return slopes, x_fake, dx


def move(theta, adams, slopes, rate):
    """A step of Adam (lesson 22) down the slopes, in place; each array has an Adam of its own."""
    for array, adam, slope in zip(theta, adams, slopes):
        adam.step(array.reshape(-1), slope.reshape(-1), -rate)


def play(theta_G, theta_D, mixture, steps, n, rate, rng, look_at=()):
    """Move both players in place, with n cases a step; return what was seen at steps `look_at`."""
    adams_G = [Adam(0.5) for _ in theta_G]
    adams_D = [Adam(0.5) for _ in theta_D]
    seen = {}
    for step in range(1, steps + 1):
        x_real = draw_mixture(mixture, n, rng)  # D's step: G only makes the cases
        _, x_fake = forward(theta_G, rng.standard_normal((n, 2)))
        slopes = gradient_of_D(theta_D, x_real, x_fake)
        move(theta_D, adams_D, slopes, rate)

        z = rng.standard_normal((n, 2))  # G's step: fresh noise, and the D that has just moved
        slopes, x_fake, dx = gradient_of_G(theta_G, theta_D, z)
        move(theta_G, adams_G, slopes, rate)

        if step in look_at:
            _, s_real = forward(theta_D, x_real)
            _, s_fake = forward(theta_D, x_fake)
            seen[step] = x_real, x_fake, dx, s_real, s_fake
    return seen


def new_player(H, K, rng):
    """Starting arrays of a player with 2 inputs, H hidden units and K outputs."""
    A = rng.standard_normal((2, H))
    B = rng.standard_normal((H, K)) / np.sqrt(H)
    return [A, np.zeros(H), B, np.zeros(K)]


# %% experiment: the ring of eight Gaussians
ring = ring_of_gaussians()
rng = np.random.default_rng(31)
theta_G, theta_D = new_player(64, 2, rng), new_player(64, 1, rng)
look_at = (1, 500, 1_000, 2_000, 3_000)
seen = play(theta_G, theta_D, ring, 3_000, 128, 0.002, rng, look_at=look_at)
print("   step     L_D     L_G   within .1 of a Gaussian   agreement of the arrows")
near, loss_D, loss_G, agreement = {}, {}, {}, {}
for step, (x_real, x_fake, dx, s_real, s_fake) in seen.items():
    distance = np.linalg.norm(x_fake[:, None] - ring.centres, axis=2)  # (128, 8)
    near[step] = np.mean(distance.min(axis=1) < 0.1)
    minus_log_D = np.logaddexp(0, -s_fake)  # log(1 + exp(-s)), of the fake cases
    loss_D[step] = np.mean(np.logaddexp(0, -s_real)) + np.mean(np.logaddexp(0, s_fake))
    loss_G[step] = np.mean(minus_log_D)
    unit = -dx / np.linalg.norm(dx, axis=1, keepdims=True)
    agreement[step] = np.linalg.norm(unit.mean(axis=0))
    print(f"  {step:5,} {loss_D[step]:7.2f} {loss_G[step]:7.2f} {near[step]:25.0%} "
          f"{agreement[step]:25.2f}")

fig, axes = plots.new_figure(1, 3, width=9, height=3.2)
for ax, step in zip(axes, (1, 500, 3_000)):
    _, x_fake, dx, _, _ = seen[step]
    plots.draw_scatter(ax, x_fake, ring, f"step {step:,}")
    some, pull = x_fake[:64], -dx[:64]
    ax.quiver(some[:, 0], some[:, 1], pull[:, 0], pull[:, 1], color="C1", width=0.005)
plots.save(fig, "31_pull.png")

claim("at the start the arrows agree, at the end they cancel",
      agreement[1] > 0.5 and agreement[3_000] < 0.35, start=agreement[1], end=agreement[3_000])
claim("samples come close to the Gaussians", near[1] < 0.15 and near[3_000] > 0.25,
      start=near[1], end=near[3_000])
most_D = max(abs(loss - 2 * np.log(2)) for loss in loss_D.values())
most_G = max(abs(loss - np.log(2)) for loss in loss_G.values())
claim("meanwhile both losses stay near what they are for D = 1/2, 2 log 2 and log 2",
      most_D < 0.35 and most_G < 0.3, D_within=most_D, G_within=most_G)

# %% [markdown]
# **What to see.** Each arrow is -dx, where D would like that sample to go; half of the samples have
# theirs drawn, at a scale of its own in each picture. At the start D knows hardly more than one
# direction, and the arrows agree: make each 1 long, and their mean is nearly 1 long. At the end
# each sample is pulled its own way, towards a cross or out of it, since D moves too, and they
# cancel.
#
# **How to read the losses.** They stand still, near 1.39 and .69, while the samples come from
# nowhere onto the ring. Each loss is measured against a player that moves: it tells of their
# balance, not of progress. So look at samples, and count (lessons 35 and 37). What makes such a run
# better comes in lessons 32 to 36.
#
# ## Both gradients
#
# Now the proofs, on small networks. With N real cases x_n and M fake ones x'_m, D descends
#
#     L_D = -(1/N) Σ_n log D(x_n) - (1/M) Σ_m log(1 - D(x'_m))
#     ds_n = (D(x_n) - 1) / N          ds'_m = D(x'_m) / M                   by lesson 20
#     ∂L_D/∂θ_D = Σ_n ds_n ∂s(x_n)/∂θ_D + Σ_m ds'_m ∂s(x'_m)/∂θ_D             (31.1)
#
# θ_D is a fork to every case, so the slopes add up. Each sum is one backward pass.
#
# G descends a loss of s_m = s(x'_m). The game's own is called *saturating*, the one above
# *non-saturating*. With D_m = D(x'_m):
#
#     saturating          L_sat = (1/M) Σ_m log(1 - D_m)          ds_m = -D_m / M
#     non-saturating      L_ns = -(1/M) Σ_m log D_m               ds_m = (D_m - 1) / M     (31.2)
#
# θ_G moves x', x' moves s, and s moves the loss. The slope comes down the other way:
#
#     dx_m = ds_m ∂s(x'_m)/∂x'_m               D's backward pass             (31.3)
#     ∂L_G/∂θ_G = Σ_m Σ_d dx_md ∂x'_md/∂θ_G    G's backward pass             (31.4)
#
# D's backward pass could give ∂L_G/∂θ_D too; D must not step along that. Nor does G move in D's
# step, although L_D depends on θ_G, through its second sum, -L_sat: what is good for D is as bad
# for G.
#
#     θ_D after G's gradient, θ_G after D's gradient, bit for bit             (31.5)
#     ∂L_D/∂θ_G = -∂L_sat/∂θ_G                                                (31.6)


# %% (31.1) to (31.6) both gradients, the library and the page against differences
def losses_of_cases(theta_D, x_real, x_fake):
    """L_D, L_sat and L_ns, from probabilities."""
    _, s_real = forward(theta_D, x_real)
    _, s_fake = forward(theta_D, x_fake)
    D_real = 1 / (1 + np.exp(-s_real))
    D_fake = 1 / (1 + np.exp(-s_fake))
    L_sat = np.mean(np.log(1 - D_fake))
    L_ns = -np.mean(np.log(D_fake))
    L_D = -np.mean(np.log(D_real)) - np.mean(np.log(1 - D_fake))
    return np.array([L_D, L_sat, L_ns])


def losses_of_game(theta_G, theta_D, x_real, z):
    _, x_fake = forward(theta_G, z)
    return losses_of_cases(theta_D, x_real, x_fake)


def differences(losses, arguments, arrays):
    """The slopes (entries, 3) of the three losses by each entry of `arrays`, all arguments' own."""
    slopes = []
    for array in arrays:
        for place in np.ndindex(array.shape):
            value = array[place]
            array[place] = value + 1e-5
            up = losses(*arguments)
            array[place] = value - 1e-5
            down = losses(*arguments)
            array[place] = value
            slopes.append((up - down) / 2e-5)
    return np.array(slopes)


def as_mlp(theta):
    return MLP((Affine(theta[0], theta[1]), Tanh(), Affine(theta[2], theta[3])))


rng = np.random.default_rng(19)
N, M = 7, 5
theta_G = [rng.normal(size=shape) for shape in ((2, 4), 4, (4, 2), 2)]
theta_D = [rng.normal(size=shape) for shape in ((2, 4), 4, (4, 1), 1)]
x_real, z = rng.normal(loc=1, size=(N, 2)), rng.normal(size=(M, 2))
_, x_fake = forward(theta_G, z)
hidden, s = forward(theta_D, x_fake)  # s (M, 1): the logits of the fake cases
D_fake = 1 / (1 + np.exp(-s))
game = theta_G, theta_D, x_real, z
slow_by_G = differences(losses_of_game, game, theta_G)  # (22, 3)
slow_by_D = differences(losses_of_game, game, theta_D)  # (17, 3)
slow_dx = differences(losses_of_cases, (theta_D, x_real, x_fake), [x_fake]).reshape(M, 2, 3)

gan = make_gan(as_mlp(theta_G), as_mlp(theta_D))
before = flatten(gan)
of_D = discriminator_gradient(gan, x_real, z, NonSaturating(), rng)
verify("(31.1) ∂L_D/∂θ_D = Σ_n ds_n ∂s(x_n)/∂θ_D + Σ_m ds'_m ∂s(x'_m)/∂θ_D",
       flatten(of_D.gradient), slow_by_D[:, 0], 1e-7)
ds_of = {"L_sat": -D_fake / M, "L_ns": (D_fake - 1) / M}
of_G = {}
for which, name, objective in ((1, "L_sat", Saturating()), (2, "L_ns", NonSaturating())):
    loss, ds = objective.generator_loss(s)
    verify(f"(31.2) {name} and its ds_m, the loss", loss, losses_of_game(*game)[which])
    verify(f"(31.2) {name} and its ds_m, ds_m", ds, ds_of[name])
    dx, _ = backward(theta_D, x_fake, hidden, ds)
    verify(f"(31.3) dx_m = ds_m ∂s(x'_m)/∂x'_m, {name}", dx, slow_dx[:, :, which], 1e-7)
    of_G[name] = flatten(generator_gradient(gan, z, objective, rng).gradient)
    verify(f"(31.4) ∂L_G/∂θ_G = Σ_m Σ_d dx_md ∂x'_md/∂θ_G, {name}",
           of_G[name], slow_by_G[:, which], 1e-7)
after = flatten(gan)
verify("(31.5) θ_D after G's gradient, θ_G after D's gradient, bit for bit", after, before, 0)
verify("(31.6) ∂L_D/∂θ_G = -∂L_sat/∂θ_G", slow_by_G[:, 0], -of_G["L_sat"], 1e-7)

# %% [markdown]
# ## Why G does not descend the game's own loss
#
# Both ds_m are negative: either loss sends each case where D's logit rises. They differ in how much
# a case counts, D_m or 1 - D_m, and D_m / (1 - D_m) = exp(s_m):
#
#     dx_m of L_sat = exp(s_m) · dx_m of L_ns                                 (31.7)
#
#     D_m             .01       .1       .5       .9       .99
#     L_sat counts    .01       .1       .5       .9       .99
#     L_ns counts     .99       .9       .5       .1       .01
#
# So L_sat listens to the cases that D takes for real, L_ns to those that D has caught. Early in a
# run G's cases are easily told, with s_m far below 0. There L_sat is flat, while L_ns counts a case
# at least half:
#
#     M |ds_m| of L_sat <= exp(s_m)      and, where s_m <= 0, M |ds_m| of L_ns >= 1/2     (31.8)
#
# L_sat is flat where G loses: it saturates, as 2 JSD did in lesson 30, and here in each single case
# and for any D. Where D cannot tell, the two are one:
#
#     ∂L_sat/∂θ_G = ∂L_ns/∂θ_G          if D(x'_m) = 1/2 for all m           (31.9)
#
# So a program that takes the one for the other starts well, and nobody sees the mistake.

# %% (31.7) to (31.9) how much a case counts
dx_sat, dx_ns = slow_dx[:, :, 1], slow_dx[:, :, 2]
verify("(31.7) dx_m of L_sat = exp(s_m) · dx_m of L_ns", dx_sat, np.exp(s) * dx_ns, 1e-7)
many_s = np.linspace(-30, 30, 601)[:, None]  # the first 301 are at most 0
_, ds_sat = Saturating().generator_loss(many_s)
_, ds_ns = NonSaturating().generator_loss(many_s)
half = np.full((301, 1), 0.5)
verify_at_most("(31.8) M |ds_m| of L_sat <= exp(s_m)", 601 * np.abs(ds_sat), np.exp(many_s))
verify_at_most("(31.8) M |ds_m| of L_ns >= 1/2 where s_m <= 0", half, 601 * np.abs(ds_ns[:301]))

unsure_G = [np.zeros((2, 4)), *theta_G[1:]]  # all noise ends at one place,
_, all_alike = forward(unsure_G, z)
_, s_alike = forward(theta_D, all_alike)
unsure_D = [*theta_D[:3], theta_D[3] - s_alike[0]]  # where D says 1/2
of_sat = generator_gradient(make_gan(as_mlp(unsure_G), as_mlp(unsure_D)), z, Saturating(), rng)
slow = differences(losses_of_game, (unsure_G, unsure_D, x_real, z), unsure_G)
verify("(31.9) ∂L_sat/∂θ_G = ∂L_ns/∂θ_G if D(x'_m) = 1/2 for all m",
       flatten(of_sat.gradient), slow[:, 2], 1e-7)

# %% [markdown]
# ## The library's run is this loop
#
# `train_gan` plays with any layers. Before its first step it draws 500 cases, as much noise and 50
# directions, through which its history watches the run. Draw these first, and both get the same
# random numbers:
#
#     θ_G and θ_D after 100 steps of the loop = those of train_gan            (31.10)
#
# This finds what a check of one gradient cannot: the gradient of step 2 added to that of step 1, as
# frameworks do unless told to forget.

# %% (31.10) the loop, and the library's run
broad = MixtureOfGaussians(np.array([[2.0, 2.0], [2.0, -1.0]]), 0.5)
trained, _ = train_gan(
    gan, broad, steps=100, rng=np.random.default_rng(4), batch_size=20, rate=0.01)
rng = np.random.default_rng(4)
draw_mixture(broad, 500, rng)  # the cases that the history looks at,
rng.standard_normal((550, 2))  # its noise and its directions
play(theta_G, theta_D, broad, 100, 20, 0.01, rng)
ours = np.concatenate([array.ravel() for array in (*theta_G, *theta_D)])
verify("(31.10) θ_G and θ_D after 100 steps of the loop = those of train_gan",
       flatten(trained), ours, 1e-7)

# %% [markdown]
# ## What goes wrong
#
# **A cache is written over**, the commonest mistake in D's step. Take the smallest D, s(x) = x w +
# c with w = 0 and c = 0, which says 1/2 of everything. Then ds_n = -1/(2N) and ds'_m = 1/(2M), so
# ∂L_D/∂w is half of (mean fake case - mean real case): a good first step. But let D keep in itself
# what its forward pass wants to remember, and run it on real and then on fake cases before it goes
# back. Now the fake cases stand in both sums. With N = M they cancel, whatever the data:
#
#     Σ_n ds_n x'_n + Σ_m ds'_m x'_m = 0          with the cache written over (31.11)


# %% (31.11) a cache that is written over
class ForgetfulAffine:
    """s = x w + c, which keeps its input in itself: the mistake."""

    def __init__(self, w, c):
        self.w, self.c, self.x = w, c, None

    def forward(self, x):
        self.x = x  # and what was there is gone
        return x @ self.w + self.c

    def backward(self, ds):
        return self.x.T @ ds


forgetful = ForgetfulAffine(np.zeros((2, 1)), np.zeros(1))
for shift in (0, 100):
    s_real = forgetful.forward(x_real[:M] + shift)  # as many real cases as fake ones
    s_fake = forgetful.forward(x_fake)
    dw = forgetful.backward((sigmoid(s_real) - 1) / M) + forgetful.backward(sigmoid(s_fake) / M)
    name = f"real cases moved by {shift}"
    verify(f"(31.11) Σ_n ds_n x'_n + Σ_m ds'_m x'_m = 0, {name}", dw, np.zeros((2, 1)))

# %% [markdown]
# **D moves in G's step.** The way down through D also gives the slopes of L_G by θ_D. If D steps
# down these, it learns to call fake cases real: L_G falls, while G has not moved. (31.5) finds it.
#
# **The generator is saturated.** D makes five steps for each of G's (`critic_steps`), the data lie
# beside G's first samples, and G descends L_sat by plain gradient steps. D is soon sure, and (31.8)
# leaves next to nothing. `diagnose_gan` reads it off the run's history. With L_ns the same players
# come near. So they do with L_sat and Adam, which divides by the size of the gradient.

# %% wrong: a saturated generator
unit = to_unit_spread(ring)
beside = MixtureOfGaussians(unit.centres + np.array([3.5, 0]), unit.sigma)
descent = {"optimizer": SGD(), "rate": 0.02, "discriminator_rate": 0.1}
runs = (("L_sat, plain descent", Saturating(), descent),
        ("L_ns, plain descent", NonSaturating(), descent),
        ("L_sat, Adam", Saturating(), {"rate": 0.004}))
ends = {}
print("                          distance of the samples from the data, at the end of three runs")
for name, objective, settings in runs:
    ends[name] = np.zeros(3)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        G = init_mlp([2, 24, 2], rng, hidden="tanh", init=0.1)  # first samples close together at 0
        D = init_mlp([2, 24, 1], rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TrainingWarning)  # what it says is printed below
            _, history = train_gan(make_gan(G, D), beside, steps=200, rng=rng, critic_steps=5,
                                   objective=objective, log_every=20, **settings)
        ends[name][seed] = history["distance"][-1]
    print(f"  {name:22} {ends[name].round(2)}   {diagnose_gan(history)}")
nearest = max(ends["L_ns, plain descent"].max(), ends["L_sat, Adam"].max())
claim("the saturated generator stays more than twice as far away as with L_ns or with Adam",
      ends["L_sat, plain descent"].min() > 2 * nearest)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 31 --stop generator_gradient:2
#
# stops where the library takes G's step, for the first time in the proof of (31.4). (The first call
# of the function checks what it was given, and makes the second.)
#
#     (Pdb) p z
#     array float64 (5, 2) [-0.778, 1.19]
#     (Pdb) p objective
#     Saturating(real_label=1.0, fake_label=0.0)
#
# `n`, seven times, leads past `x`, `s` and `ds` to `dx`: see the slope come down through D, with
# need_gradient=False where D's own slopes are left out. `--stop gradient_of_G` does the same on the
# page.
#
# ## Exercises
#
# 1. By hand: the smallest game with θ = 2 and w = .5. Which way do both players step, and does G do
#    what you would want?
# 2. On paper: slopes are divided by N twice. What becomes of plain descent, and what of Adam?
# 3. On paper: all weights of D are 0. What is ∂L_G/∂θ_G, for either loss?
# 4. In code: one pass less. D's own backward pass over the fake cases, in its step, gives dx too.
#
#        def gradient_of_G_from_D(theta_G, theta_D, z):
#            """The slopes of L_ns by theta_G (four arrays) from the dx of *D's* loss, L_D.
#
#            Take ds = D(x') / N, D's own, down to dx, and make of this dx that of L_ns.
#            """
#
#    Hold it against `gradient_of_G` of the page; `lessons/solutions/31.md` holds it against the
#    library's `generator_gradient`.
#
# `dgm course release 31 --out .` writes a file for the exercise in code, and
# `dgm course check 31` judges what you write into it.
#
# ## Appendix: soft labels
#
# The targets need not be 1 and 0. One-sided label smoothing gives the real cases a target a < 1,
# say .9; two-sided smoothing also gives the fake ones b > 0. At x the slope of the mean loss by the
# logit, p_data (D - a) + p_G (D - b), is 0 at
#
#     D_ab(x) = (a p_data + b p_G) / (p_data + p_G) = b + (a - b) D*(x)       (31.12)
#
# No real case is pulled beyond the logit log(a / (1 - a)), 2.2 for a = .9. And G? For b = 0 its
# loss -log D_ab is -log D* - log a, so that its slope stays as it was. For b > 0 it is never above
# -log b, and flat where D* is near 0: the cases that lie worst get the least push. So Salimans et
# al. (2016) smooth on one side only.

# %% (31.12) soft labels: the best table of six logits, by descent
n_real, n_fake = np.array([6, 5, 4, 3, 1, 1]), np.array([1, 2, 4, 8, 9, 6])  # cases at six points
real, fake = np.repeat(np.arange(6), n_real), np.repeat(np.arange(6), n_fake)
p_data, p_G = n_real / 20, n_fake / 30
for a, b in ((0.9, 0.0), (0.9, 0.1), (0.7, 0.3)):
    objective = NonSaturating(a, b)
    s = np.zeros(6)
    for _ in range(600):
        _, ds_real, ds_fake = objective.discriminator_loss(s[real, None], s[fake, None])
        slope = np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])
        s -= 4 * slope / (p_data + p_G)
    D_ab = (a * p_data + b * p_G) / (p_data + p_G)
    name = f"a = {a}, b = {b}"
    verify(f"(31.12) D_ab(x) = (a p_data + b p_G) / (p_data + p_G), {name}", sigmoid(s), D_ab)

# %% [markdown]
# Solutions: `lessons/solutions/31.md`, for when you have tried.
