# %% [markdown]
# # The Wasserstein distance: a critic that can tell near from far
#
# Against the best discriminator a GAN descends the JSD of data and samples (lesson 30). Where the
# two do not overlap that is log 2, be they a hair or a mile apart, and it has no slope. This lesson
# measures how far apart two sets of numbers are, finds out that a discriminator could do the
# measuring if only its slope were held, and trains a GAN on it.
#
# Afterwards you can
#
# - work out W1 of two sets of numbers in three ways, one of them a critic of slope at most 1;
# - hold a critic's slope by clipping, by a penalty and by spectral norm, and say what each costs;
# - write the training loop of a Wasserstein GAN.
#
# About an hour and a half. You need the game (lesson 30), its training (lesson 31) and backprop
# (lesson 20).
#
# ## Three numbers by hand
#
# Real numbers 0, 1, 5. Fake ones 2, 4, 9. Carry each fake number to a real one of its own. What
# does it cost, as the mean distance carried? There are 3! = 6 ways:
#
#     2→0  4→1  9→5     2 + 3 + 4 = 9      mean 3
#     2→1  4→0  9→5     1 + 4 + 4 = 9      mean 3
#     2→5  4→1  9→0     3 + 3 + 9 = 15     mean 5       and three more
#
# The cheapest of all ways is the Wasserstein distance, W1 = 3 here, also called earth mover's:
#
#     W1 = min over all matchings of the mean |x_real - x_fake|
#
# Does one have to try all N! of them? Where two ways cross, the smaller real number goes with the
# larger fake one. To exchange the partners never makes the sum longer (draw the orders that four
# points can have). So sort both sides and match in order. Or stand at a place t, and count what
# must be carried past you: the surplus of one side below t. Then sum over all places:
#
#     W1 = mean of |x_real(i) - x_fake(i)|                      both sorted             (33.1)
#     W1 = ∫ |P(real <= t) - P(fake <= t)| dt                   over all places         (33.2)

# %% (33.1) and (33.2) three ways to the same distance
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import Saturating, Wasserstein
from numpy_dgm.adversarial.penalties import (
    clip_weights, gradient_penalty, spectral_norm, spectral_norm_gradient, start_singular_vectors)
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import flatten, pack, sum_of
from numpy_dgm.foundation.verify import claim, verify, verify_at_most
from numpy_dgm.neural import MLP, Affine, ReLU, init_mlp, mlp_backward, mlp_forward


def cheapest_matching(real, fake):
    """The least mean distance over all N! matchings: the definition."""
    least = np.inf
    for order in itertools.permutations(fake):
        least = min(least, np.mean(np.abs(real - np.array(order))))
    return least


def area_between(real, fake):
    """∫ |P(real <= t) - P(fake <= t)| dt, which is constant from one number to the next."""
    places = np.sort(np.concatenate([real, fake]))
    area = 0.0
    for left, right in zip(places[:-1], places[1:]):
        area += abs(np.mean(real <= left) - np.mean(fake <= left)) * (right - left)
    return area


def w1_by_sorting(real, fake):
    return np.mean(np.abs(np.sort(real) - np.sort(fake)))


three_real, three_fake = np.array([0.0, 1.0, 5.0]), np.array([2.0, 4.0, 9.0])
rng = np.random.default_rng(33)
pairs_of_sets = [(three_real, three_fake)]
for shift in (0.0, 0.5, 1.0, 3.0):
    pairs_of_sets.append((rng.normal(size=6), shift + rng.normal(size=6)))
distances = np.array([cheapest_matching(real, fake) for real, fake in pairs_of_sets])
by_sorting = [w1_by_sorting(real, fake) for real, fake in pairs_of_sets]
by_area = [area_between(real, fake) for real, fake in pairs_of_sets]
verify("(33.1) W1 = mean of |x_real(i) - x_fake(i)|, both sorted", by_sorting, distances)
verify("(33.2) W1 = ∫ |P(real <= t) - P(fake <= t)| dt", by_area, distances)
print("  W1 of the three numbers by hand:", distances[0])

# %% [markdown]
# ## What a critic has to do with it
#
# Let s(x) be any function that nowhere rises or falls faster than `slope`: |s(x) - s(y)| is at most
# slope · |x - y|. Take the cheapest matching, and the mean of s(x_real) - s(x_fake) over its pairs.
# Each is at most slope · |x_real - x_fake|, so
#
#     mean s(x_real) - mean s(x_fake) <= slope · W1                                     (33.3)
#
# The left side is what a discriminator gains that just pulls its outputs apart: a critic. Can it
# reach the right side? Going up from left to right, s changes by s'(t) dt at t, and that lifts the
# P(real > t) of the real numbers beyond t, and the P(fake > t) of the fake ones. So
#
#     the left side = ∫ s'(t) (P(real > t) - P(fake > t)) dt
#                   = ∫ s'(t) (P(fake <= t) - P(real <= t)) dt
#
# Let s' be 1 where more of the fake numbers lie below t, and -1 elsewhere. Then by (33.2)
#
#     mean s(x_real) - mean s(x_fake) = W1                      the best s of slope 1   (33.4)
#
# So W1 is the most that a critic of slope 1 can gain (Kantorovich and Rubinstein; it holds in any
# dimension, and on a line we have proved it). That makes a game (Arjovsky, Chintala and Bottou
# 2017): the critic climbs its gain, the generator descends it. And it can tell near from far. For
# data at 0 and fakes at θ > 0 the best critic is s(x) = -x:
#
#     W1 = θ,   where JSD = log 2 for every θ > 0                                       (33.5)


# %% (33.3) to (33.5) critics on a line
def gain(critic, real, fake):
    """mean s(x_real) - mean s(x_fake), minus the library's loss; real and fake (N, D)."""
    s_real, _ = mlp_forward(critic, real)
    s_fake, _ = mlp_forward(critic, fake)
    return -Wasserstein().discriminator_loss(s_real, s_fake)[0]


def best_critic(real, fake):
    """ReLU units with a kink at each number: slope 1 where more fakes lie below, else -1."""
    places = np.sort(np.concatenate([real, fake]))
    slopes = []
    for place in places:
        more_fake = np.mean(fake <= place) > np.mean(real <= place)
        slopes.append(1.0 if more_fake else -1.0)
    changes = np.diff(slopes, prepend=0)  # of the slope, at each kink
    kinks = Affine(np.ones((1, len(places))), -places)
    return MLP((kinks, ReLU(), Affine(changes[:, None], np.zeros(1))))


gains, bounds, best_gains = [], [], []
for (real, fake), distance in zip(pairs_of_sets, distances):
    places = np.sort(np.concatenate([real, fake]))[:, None]
    for _ in range(40):
        critic = init_mlp([1, 8, 8, 1], rng, hidden="tanh", init=1.5, dtype=np.float64)
        s_at_places, _ = mlp_forward(critic, places)
        slopes = np.diff(s_at_places[:, 0]) / np.diff(places[:, 0])  # between the numbers
        gains.append(gain(critic, real[:, None], fake[:, None]))
        bounds.append(np.abs(slopes).max() * distance)
    best = best_critic(real, fake)
    best_gains.append(gain(best, real[:, None], fake[:, None]))
verify_at_most("(33.3) mean s(x_real) - mean s(x_fake) <= slope · W1, 200 critics", gains, bounds)
verify("(33.4) mean s(x_real) - mean s(x_fake) = W1, the best s", best_gains, distances)

downhill = MLP((Affine(np.array([[-1.0]]), np.zeros(1)),))  # s(x) = -x
sure_of_real = np.array([[800.0]])  # the logit of a D that knows; -800 at a fake case
value = -Saturating().discriminator_loss(sure_of_real, -sure_of_real)[0]  # V(D*, G) = 2 JSD - log 4
for theta in (0.01, 1.0, 100.0):
    reached = gain(downhill, np.zeros((4, 1)), np.full((4, 1), theta))
    jsd = (value + np.log(4)) / 2
    verify(f"(33.5) W1 = θ = {theta}, where JSD = log 2", [reached, jsd], [theta, np.log(2)])

# %% [markdown]
# ## Holding the slope of a network
#
# A critic without a bound has no best: twice s gains twice as much. Three ways to hold it are in
# use.
#
# **Clipping**: after each step cut every parameter back into [-limit, limit] (Arjovsky et al.
# 2017). That bounds the slope, by a number that nobody knows.
#
# **A penalty**: make the critic pay where its slope g = ∂s/∂x is not 1, at points between a real
# and a fake case (Gulrajani et al. 2017). Its gradient is lesson 34.
#
#     GP = γ · mean (|g| - 1)²
#
# **Spectral norm** (Miyato et al. 2018): divide each W by the most that it stretches a row, its
# largest singular value. (How that is found, and how the critic's gradient goes through the
# division, is in the appendix.)
#
#     W_n = W / ‖W‖,   ‖W‖ = max |u W| / |u|          over all rows u                   (33.6)
#
# Divided so, no layer stretches, nor does a φ with slopes from 0 to 1. So
#
#     |s(x) - s(y)| <= |x - y|          of the normalised network                       (33.7)

# %% (33.6) and (33.7) spectral norm
W = np.array([[3.0, 0.0], [4.0, 5.0]])
two_by_two = MLP((Affine(W, np.zeros(2)),))
two_by_two_start = ((np.array([1.0, 0.0]), np.array([1.0, 0.0])),)  # u and v to start from
normalised, _ = spectral_norm(two_by_two, two_by_two_start, n_iterations=50)
angles = np.linspace(0, np.pi, 300_001)
rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
longest = np.linalg.norm(rows @ W, axis=1).max()
verify("(33.6) W_n = W / ‖W‖, ‖W‖ = max |u W| / |u|", normalised.layers[0].W, W / longest)

deep = init_mlp([2, 8, 8, 1], rng, dtype=np.float64)
deep_normalised, deep_singular = spectral_norm(deep, start_singular_vectors(deep, rng), 500)
# a network whose two layers stretch along the same directions reaches the bound
up, hidden = np.array([[0.6], [0.8]]), np.array([[0.5, 0.5, 0.5, 0.5]])
in_line = MLP((Affine(3 * up @ hidden, np.zeros(4)), ReLU(), Affine(7 * hidden.T, np.zeros(1))))
in_line_normalised, _ = spectral_norm(in_line, start_singular_vectors(in_line, rng), 500)
x = 1.0 + rng.normal(size=(2_000, 2))
y = np.concatenate([x[:1_000] + rng.normal(size=(1_000, 2)), x[1_000:] + 0.3 * up.T])
critics = {"a random critic": deep_normalised, "all layers in line": in_line_normalised}
for name, critic in critics.items():
    rises = np.abs(mlp_forward(critic, x)[0] - mlp_forward(critic, y)[0])[:, 0]
    lengths = np.linalg.norm(x - y, axis=1)
    verify_at_most(f"(33.7) |s(x) - s(y)| <= |x - y|, {name}", rises, lengths)
largest_ratio = (rises / lengths).max()  # of the second critic
verify("(33.7) |s(x) - s(y)| = |x - y|, at best", largest_ratio, 1.0)

# %% [markdown]
# ## Four critics, held in three ways
#
# The data from here on: two clumps of numbers, at -2 and 2, and fakes around 0. The best critic is
# s(x) = |x|, to about W1. Four critics of 16 units learn for 100 steps to pull the two sets apart,
# from 12 starts each.


# %% experiment: critics of two clumps, held in three ways
def two_clumps(n, rng):
    sides = np.where(rng.random((n, 1)) < 0.5, -2.0, 2.0)
    return sides + 0.3 * rng.standard_normal((n, 1))


def critic_step(D, singular, vector, adam, x_real, x_fake, hold, rng, rate=0.02):
    """One step of the critic, in place. Returns the critic that was used, and u and v.

    vector holds all of D's parameters; singular is the (u, v) of each W, for the next round.
    """
    N = len(x_real)
    kind, size = hold
    critic = D
    if kind == "spectral norm":
        critic, singular = spectral_norm(D, singular)
    _, cache_real = mlp_forward(critic, x_real)
    _, cache_fake = mlp_forward(critic, x_fake)
    _, from_real = mlp_backward(critic, cache_real, np.full((N, 1), -1 / N))  # real ones up
    _, from_fake = mlp_backward(critic, cache_fake, np.full((N, 1), 1 / N))  # fake ones down
    gradient = sum_of(from_real, from_fake)
    if kind == "penalty":
        _, from_penalty = gradient_penalty(D, x_real, x_fake, size, rng)
        gradient = sum_of(gradient, from_penalty)
    if kind == "spectral norm":
        gradient = spectral_norm_gradient(D, singular, gradient)  # through the division
    adam.step(vector, flatten(gradient), -rate)
    if kind == "clipping":
        clip_weights(vector, size)
    return critic, singular


HOLDS = {"penalty, γ = 1": ("penalty", 1.0), "spectral norm": ("spectral norm", None),
         "clipped at 0.15": ("clipping", 0.15), "clipped at 0.4": ("clipping", 0.4)}
rng = np.random.default_rng(33)
x_real, x_fake = two_clumps(64, rng), 0.3 * rng.standard_normal((64, 1))
w1 = w1_by_sorting(x_real[:, 0], x_fake[:, 0])
line = np.linspace(-3, 3, 61)[:, None]
curves, ratios = {}, {}
for name, hold in HOLDS.items():
    ratios[name] = []
    for seed in range(12):
        rng = np.random.default_rng([33, seed])
        vector, D = pack(init_mlp([1, 16, 16, 1], rng, dtype=np.float64))
        singular = start_singular_vectors(D, rng)
        adam = Adam(0.5, 0.9)
        for _ in range(100):
            in_pairs = rng.permutation(x_fake)  # the penalty lies between the pairs
            used, singular = critic_step(D, singular, vector, adam, x_real, in_pairs, hold, rng)
        ratios[name].append(gain(used, x_real, x_fake) / w1)
    curves[name] = mlp_forward(used, line)[0][:, 0]
    least, most = min(ratios[name]), max(ratios[name])
    print(f"  {name:16} gain / W1 over 12 starts: {least:.2f} to {most:.2f}")

penalised, spectral, flat, steep = ratios.values()
claim("the penalty's critic is as steep as exercise 2 says, 1 + W1/(2 γ)",
      abs(np.mean(penalised) - (1 + w1 / 2)) < 0.15, mean=np.mean(penalised), exercise=1 + w1 / 2)
claim("spectral norm keeps its word, at most W1, and wastes part of it",
      max(spectral) <= 1.03 and np.mean(spectral) < 0.9, most=max(spectral), mean=np.mean(spectral))
claim("clipping makes any slope: at .15 too flat, at .4 too steep",
      max(flat) < 0.5 and min(steep) > 2, most_at_15=max(flat), least_at_40=min(steep))

# %% figure: four critics
fig, axes = plots.new_figure(1, 4, width=9, height=2.6)
for ax, (name, curve) in zip(axes, curves.items()):
    ax.plot(line, np.abs(line), color="0.7", linewidth=3, label="|x|")
    ax.plot(line, curve - curve[30], color="C1", label="s(x) - s(0)")
    ax.plot(x_real, np.full(64, -0.4), "|", color="C0")
    ax.plot(x_fake, np.full(64, -0.4), "|", color="C1")
    ax.set(ylim=(-0.8, 8), xlabel="x")
    ax.set_title(f"{name}: {ratios[name][-1]:.2f} W1", fontsize=9)
axes[0].legend(fontsize=8)
plots.save(fig, "33_critics.png")

# %% [markdown]
# **What to see.** The grey line is the best critic |x|, the ticks below are the real (blue) and
# the fake cases (orange). With the penalty s has the right shape and is too steep, by as much as a
# light penalty must be (exercise 2). Spectral norm holds every layer for itself; the layers do not
# line up, and part of the slope is wasted. Clipped at .15 the critic is about four times too flat,
# at .4 about four times too steep: its gain is no distance unless you know its slope.
#
# ## The loop on a page
#
# Now the generator learns too. Its noise is one number z. Three steps of the critic go with each
# step of the generator, so that the critic is near its best when the generator asks it for a
# direction. The rates fall to 0, since players go round (lesson 31). Twelve starts of each way;
# at the end, W1 is taken between 1,000 samples and 1,000 fresh cases.


# %% experiment: a Wasserstein GAN, step by step, held in three ways
def train(hold, seed, steps=120, N=64):
    """The trained G; W1 at each step, by sorting; and the critic's gain there."""
    rng = np.random.default_rng([33, seed])
    G = init_mlp([1, 16, 16, 1], rng, hidden="tanh", init="xavier", dtype=np.float64)
    vector_G, G = pack(G)
    vector_D, D = pack(init_mlp([1, 16, 16, 1], rng, dtype=np.float64))
    singular = start_singular_vectors(D, rng)
    adam_G, adam_D = Adam(0.5, 0.9), Adam(0.5, 0.9)
    distances, gains = [], []
    for step in range(steps):
        falling = 1 - step / steps
        for _ in range(3):  # the critic
            x_real = two_clumps(N, rng)
            x_fake, _ = mlp_forward(G, rng.standard_normal((N, 1)))
            rate = 0.02 * falling
            critic, singular = critic_step(
                D, singular, vector_D, adam_D, x_real, x_fake, hold, rng, rate)
        distances.append(w1_by_sorting(x_real[:, 0], x_fake[:, 0]))
        gains.append(gain(critic, x_real, x_fake))

        z = rng.standard_normal((N, 1))  # the generator: its cases up, as the critic sees them
        x_fake, cache_G = mlp_forward(G, z)
        s_fake, cache_D = mlp_forward(critic, x_fake)
        dx, _ = mlp_backward(critic, cache_D, np.full((N, 1), -1 / N))
        _, gradient = mlp_backward(G, cache_G, dx)
        adam_G.step(vector_G, flatten(gradient), -0.01 * falling)
    return G, distances, gains


rng = np.random.default_rng(33)
fresh, z = two_clumps(1_000, rng), rng.standard_normal((1_000, 1))
runs, ends = {}, {}
for name in ("penalty, γ = 1", "spectral norm", "clipped at 0.15"):
    runs[name], ends[name] = [], []
    for seed in range(12):
        G, distances, gains = train(HOLDS[name], seed)
        samples, _ = mlp_forward(G, z)
        runs[name].append((distances, gains))
        ends[name].append(w1_by_sorting(fresh[:, 0], samples[:, 0]))
    runs[name] = np.array(runs[name])  # (12, 2, steps)
    print(f"  {name:16} W1 at the end, 12 starts: {np.sort(ends[name]).round(2)}")
starts = [runs[name][:, 0, 0].mean() for name in runs]
mean_ends = [np.mean(ends[name]) for name in runs]
of_all = np.mean(list(runs.values()), axis=(0, 1))  # (2, steps), over all 36 runs
valley, back_up = of_all[0, 5:12].mean(), of_all[0, 14:22].mean()
claim("held in any of the three ways, W1 falls to less than half of what it was, on average",
      max(mean_ends) < 0.5 * min(starts), starts=starts, ends=mean_ends)
claim("at first the generator runs past the data: on average W1 falls, and rises again",
      valley < 0.8 * np.mean(starts) and back_up > 1.1 * valley, valley=valley, back_up=back_up)

# %% figure: W1, and what the critic says of it
fig, axes = plots.new_figure(1, 3, width=9, height=2.8)
for ax, (name, of_starts) in zip(axes, runs.items()):
    w1_of_starts, gain_of_starts = of_starts[:, 0], of_starts[:, 1]  # (12, steps)
    ax.fill_between(np.arange(120), w1_of_starts.min(axis=0), w1_of_starts.max(axis=0),
                    color="C0", alpha=0.2, linewidth=0)
    ax.plot(w1_of_starts.mean(axis=0), color="C0", label="W1")
    ax.plot(gain_of_starts.mean(axis=0), color="C1", label="the critic's gain")
    ax.set(xlabel="step", ylim=(-0.5, 2.6))
    ax.set_title(name, fontsize=10)
axes[0].legend(fontsize=8)
plots.save(fig, "33_wgan.png")

# %% [markdown]
# **What to see.** The lines are means of twelve starts; the shade spans the twelve W1. At first W1
# falls fast, rises again as the generator runs past the data, and then comes down slowly. The gain
# starts above W1 where the penalty is light (exercise 2), and far below it where the critic is held
# flatter than need be. Later the generator moves as fast as the critic can turn, and the gain
# hardly says anything of W1: a critic is a gauge only while it is at its best.
#
# The library's `train_gan` takes these steps with `objective=Wasserstein()`, `critic_steps=3` and
# one of `penalty=GradientPenalty(1.0)`, `spectral=True` and `clip=0.15`.
#
# ## What goes wrong
#
# - The critic is not held, and its gain grows without end.
# - The gain is read as a distance, though nobody knows the slope (the clipped critics above).
# - The critic is no critic: a σ or a tanh at its end, which is what the JSD's D has.

# %% wrong: a critic that nothing holds
rng = np.random.default_rng(33)
vector, D = pack(init_mlp([1, 16, 16, 1], rng, dtype=np.float64))
adam, gains = Adam(0.5, 0.9), []
for _ in range(100):
    used, _ = critic_step(D, None, vector, adam, x_real, x_fake, ("none", None), rng)
    gains.append(gain(used, x_real, x_fake))
claim("a critic that nothing holds gains many times W1", gains[-1] > 20 * w1, gain=gains[-1], W1=w1)

# %% [markdown]
# ## Appendix: how spectral norm is found, and its gradient
#
# How to find ‖W‖? Take any row u, and apply W and its transpose in turn, each time scaled to the
# length 1. A round multiplies the part of u along each singular vector by the square of its
# singular value, so the largest wins:
#
#     v = u W / |u W|,   u = v Wᵀ / |v Wᵀ|,   again and again:   u W vᵀ → ‖W‖
#
#     W = [3 0]     u = [1, 0]        v = [1, 0]        u = [.600, .800]     u W vᵀ = 5.00
#         [4 5]                       v = [.781, .625]  u = [.351, .936]              6.67
#                                     v = [.716, .698]  u = [.320, .947]              6.71
#
# and ‖W‖ = √45 = 6.708. In training W moves little from step to step: one round a step, from the u
# of the step before, is enough.
#
# Let W_n = W/‖W‖ be what the critic uses, and ∂W_n = ∂loss/∂W_n what its backward pass gives. ‖W‖
# = u W vᵀ is at its largest over unit vectors, so to first order it does not mind how these move,
# and ∂‖W‖/∂W = uᵀ v. Then the quotient rule gives
#
#     ∂loss/∂W = (∂W_n - (Σ ∂W_n · W_n) uᵀ v) / ‖W‖                                     (33.8)

# %% (33.8) the rounds, and the gradient
for n_rounds in (1, 2, 3, 50):
    normalised, _ = spectral_norm(two_by_two, two_by_two_start, n_iterations=n_rounds)
    largest = W[0, 0] / normalised.layers[0].W[0, 0]
    print(f"  after {n_rounds:2} rounds u W vᵀ = {largest:.4f}")


def slow_loss(critic):
    """mean s² of the critic with each W divided by its largest singular value (NumPy's SVD)."""
    out = x[:5]
    for layer in critic.layers:
        if isinstance(layer, Affine):
            out = out @ (layer.W / np.linalg.norm(layer.W, 2)) + layer.b
        else:
            out = np.where(out > 0, out, 0.2 * out)
    return np.mean(out**2)


s, cache = mlp_forward(deep_normalised, x[:5])
_, of_normalised = mlp_backward(deep_normalised, cache, 2 * s / s.size)
through = spectral_norm_gradient(deep, deep_singular, of_normalised)
by_differences = central_differences(slow_loss, deep, step=1e-4)
verify("(33.8) ∂loss/∂W = (∂W_n - (Σ ∂W_n · W_n) uᵀ v) / ‖W‖",
       flatten(through), by_differences, 1e-8)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 33 --stop spectral_norm
#
# stops at the matrix with 3, 0, 4, 5, in its first round. `n` walks through the lines that the
# appendix shows in numbers.
#
#     (Pdb) p discriminator
#     MLP layers (Affine W float64 (2, 2) [0, 5], b float64 (2,) [0, 0])
#     (Pdb) n ;; n ;; n ;; n ;; n ;; n ;; n ;; n
#     (Pdb) p v
#     array float64 (2,) [0, 1]
#     (Pdb) p u
#     array float64 (2,) [0.6, 0.8]
#
# (`;;` stands between commands on one line: after eight times `n` the first round is done.)
#
# ## Exercises
#
# 1. On paper: real numbers 0, 0, 6, fake ones 1, 2, 3. Find W1 by sorting, by the area, and the
#    best critic of slope 1.
# 2. On paper: let |g| be k everywhere between the sets. Which k is best for a critic that gains k
#    W1 and pays γ (k - 1)²? What is it for γ = 1 and W1 = 2?
# 3. In code: sets of different sizes. Write
#
#        def w1(real, fake):
#            """W1 of real (N,) and fake (M,) numbers, N and M any sizes: the area (33.2)."""
#
# with no loop over places. Where N = M hold it against sorting; for N = 2, M = 3 against the
# cheapest matching after each real number is written three times and each fake one twice (why is
# that the same distance?). `lessons/solutions/33.md` shows the check.
#
# `dgm course release 33 --out .` writes a file for the exercise in code, and
# `dgm course check 33` judges what you write into it.
#
# Solutions: `lessons/solutions/33.md`, for when you have tried.
