# %% [markdown]
# # Numbers that mislead: four figures that are cheaper than the likelihood
#
# log Z is dear, so people watch something cheaper while a model learns: how well it reconstructs
# its data, how well it predicts one pixel from the others, a likelihood by a quick annealing. This
# lesson trains models whose log p falls by a nat and more, while the first two numbers get better
# and better and the third stays where it was. Then it shows a fourth number, which costs as little
# and says something true.
#
# Afterwards you can
#
# - give a model with a perfect reconstruction that has learnt nothing, and say why;
# - derive the pseudo-likelihood, and say on which side it errs, and what it cannot see;
# - use the free-energy gap, which needs no Z, and say what it does not tell.
#
# About an hour and a half. You need the RBM (lesson 7), contrastive divergence (lesson 9) and
# annealed importance sampling (lesson 14).
#
# ## The reconstruction error
#
# Go up from v to the means of h, and down again to the means of v. How far from v does one arrive?
#
#     p_h = p(h = 1 given v)         p_v = σ(b + W p_h)
#     reconstruction error = mean over cases and pixels of (v - p_v)²
#
# It is nearly free, and everybody prints it. Now look at one pixel with one hidden unit of its own:
#
#     W = [8]     b = [-4]     c = [-4]
#
#     v = 0    up σ(-4) = .018    down σ(-4 + 8 · .018) = .021    exp(-F) = 1 + exp(-4)  = 1.018
#     v = 1    up σ(4)  = .982    down σ(-4 + 8 · .982) = .979    exp(-F) = exp(-4) + 1  = 1.018
#
# The pixel comes back as it went up: the error is .021² = .0004. But both values are equally
# probable. Let each of D pixels have such a unit, and the model is a copier, with a fair coin for
# each pixel:
#
#     log p(v) = -D log 2          for every v, whatever the data             (16.1)
#
# A reconstruction asks whether h remembers v. A model is asked which v there are.

# %% (16.1) the copier
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, free_energy, init_rbm, log_likelihood, log_partition, pseudo_log_likelihood, train_rbm)
from numpy_dgm.energy.annealing import base_rbm, forward_walks
from numpy_dgm.energy.gradients import reconstruction_error
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

D = 9
copier = RBM(W=8 * np.eye(D), b=np.full(D, -4.0), c=np.full(D, -4.0))
log_p = log_likelihood(copier, all_bits(D))
verify("(16.1) log p(v) = -D log 2, for every v", log_p, np.full(2**D, -D * np.log(2)))
of_bars = reconstruction_error(copier, bars_and_stripes(3))
of_all = reconstruction_error(copier, all_bits(D))
print(f"reconstruction error of bars and stripes {of_bars:.5f}, of all 512 pictures {of_all:.5f}")

# %% [markdown]
# ## The pseudo-likelihood
#
# How probable is each bit, given all the others (Besag 1975)?
#
#     PL(v) = Σᵢ log p(vᵢ given all other bits of v)                         a definition
#
# Two states have these other bits: v, and v with bit i flipped. So the probability is
# p(v) / (p(v) + p(v flipped)). Divide above and below by p(v) = exp(-F(v)) / Z, and Z is gone:
#
#     PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))                        (16.2)
#
# That is D free energies a case, and is exact. If W = 0 the other bits say nothing of bit i, and
#
#     PL(v) = log p(v)          if W = 0                                      (16.3)
#
# And otherwise? A small example with two bits. The data are [0, 0] and [1, 1], one as often as the
# other; a model has
#
#     v          p(v)
#     [0, 0]     .0100     bit 1 is 0, given that bit 2 is: .0100 / .0101 = .990    PL = -.020
#     [1, 1]     .9898     bit 1 is 1, given that bit 2 is: .9898 / .9899 = .9999   PL = -.0002
#     [0, 1]     .0001
#     [1, 0]     .0001
#
# Of two data states it has nearly lost one: mean log p = (log .01 + log .99) / 2 = -2.31, where the
# best is log ½ = -.69. But the mean PL is -.01, next to the best there can be, which is 0. Given
# all bits but one, either state is put right. **How much of the mass each has, PL does not see.**
#
# On which side does it err? Write p(v) bit by bit, log p(v) = Σᵢ log p(vᵢ given v_1, ..., v_{i-1}).
# PL gives each bit all the others, which is more. Knowing more makes a bit more probable, on
# average over p: the difference is a mean of KL(p(vᵢ given all others) ‖ p(vᵢ given those
# before it)) >= 0. So
#
#     Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)                                     (16.4)
#
# On its own samples every model looks better by PL than it is, and there is no limit to how much.

# %% (16.2) to (16.4) every bit of every state, from the table of p
rng = np.random.default_rng(16)
D, K = 3, 2
rbm = RBM(W=rng.normal(scale=2.5, size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
every_v, every_h = all_bits(D), all_bits(K)
weight = np.zeros((2**D, 2**K))  # exp(-E(v, h)) of every pair of layers
for row, v in enumerate(every_v):
    for column, h in enumerate(every_h):
        weight[row, column] = np.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h)
p = weight.sum(axis=1) / weight.sum()  # (2^D,)

PL = np.zeros(2**D)
for i in range(D):
    flipped = every_v.copy()
    flipped[:, i] = 1 - flipped[:, i]
    p_flipped = p[bits_to_index(flipped)]
    PL += np.log(p / (p + p_flipped))  # log p(vᵢ given all other bits), by its definition
PL_by_library = pseudo_log_likelihood(rbm, every_v)
verify("(16.2) PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))", PL_by_library, PL)

b = rng.normal(size=D)
unconnected = RBM(W=np.zeros((D, K)), b=b, c=rng.normal(size=K))
log_p = every_v @ np.log(sigmoid(b)) + (1 - every_v) @ np.log(sigmoid(-b))  # pixel by pixel
PL_unconnected = pseudo_log_likelihood(unconnected, every_v)
verify("(16.3) PL(v) = log p(v) if W = 0", PL_unconnected, log_p)
verify_at_most("(16.4) Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)", p @ np.log(p), p @ PL_by_library)

example = np.array([0.01, 0.0001, 0.0001, 0.9898])  # 00, 01, 10, 11
of_00 = 2 * np.log(example[0] / (example[0] + example[1]))
of_11 = 2 * np.log(example[3] / (example[3] + example[1]))
mean_log_p = (np.log(example[0]) + np.log(example[3])) / 2
print(f"the example: mean log p {mean_log_p:.2f}, mean PL {(of_00 + of_11) / 2:.3f}")

# %% [markdown]
# ## An experiment: learning for too long
#
# Bars and stripes on 4 x 4 pixels: 30 different pictures. 12 hidden units, so that log p is known
# exactly. Plain CD-1 for long (after Fischer and Igel 2010), twelve runs from different starts.
# Each is watched by four numbers: the exact log p; PL; the reconstruction error; and log p by AIS
# with five models on the path, the mean of four estimates of 100 walks each.

# %% experiment: learning by CD-1 for long, watched by four numbers
bars = bars_and_stripes(4)  # (32, 16): the empty and the full picture twice
copies = bars[np.arange(320) % 32]  # an epoch of ten steps
watched = 40 * np.arange(1, 13)  # epochs
R = 12
exact, PL, error, by_ais = np.zeros((4, R, len(watched)))
by_long_ais, mass, of_five = np.zeros((3, R))  # of the last model
for run in range(R):
    rng = np.random.default_rng(run)
    learner = init_rbm(16, 12, rng, bars, dtype=np.float64)
    base = base_rbm(learner, bars.mean(axis=0))
    for place in range(len(watched)):
        learner, _ = train_rbm(learner, copies, epochs=40, rng=rng, method="cd", rate=0.5,
                               schedule="constant", centred=False, batch_size=32)
        log_z = log_partition(learner)
        exact[run, place] = log_likelihood(learner, bars, log_z).mean()
        PL[run, place] = pseudo_log_likelihood(learner, bars).mean()
        error[run, place] = reconstruction_error(learner, bars)
        for _ in range(4):
            quick = forward_walks(learner, base, 5, 100, rng)
            by_ais[run, place] += (exact[run, place] + log_z - quick.log_z) / 4
    longer = forward_walks(learner, base, 100, 100, rng)
    by_long_ais[run] = exact[run, -1] + log_z - longer.log_z
    p_bars = np.exp(log_likelihood(learner, np.unique(bars, axis=0), log_z))
    mass[run] = p_bars.sum()
    of_five[run] = np.sort(p_bars)[-5:].sum() / p_bars.sum()

print("epochs   exact log p      PL    error     log p by AIS, 5 models     (means of the runs)")
for place in (0, 1, 2, 3, 5, 8, 11):
    print(f"{watched[place]:6} {exact[:, place].mean():13.2f} {PL[:, place].mean():7.2f} "
          f"{error[:, place].mean():8.5f} {by_ais[:, place].mean():17.2f}")
print(f"after {watched[-1]} epochs the 30 pictures hold {mass.mean():.0%} of the mass, of which "
      f"the five most probable hold {of_five.mean():.0%}")

lost = exact.max(axis=1) - exact[:, -1]
at_best = exact.mean(axis=0).argmax()
flattered = by_ais - exact
claim("log p is at its best within the first 200 epochs, in every run",
      (watched[exact.argmax(axis=1)] <= 200).all(), best_after=watched[exact.argmax(axis=1)])
claim("and falls by .8 nats or more after it, on average", lost.mean() > 0.8, lost=lost.mean())
claim("PL is higher after the last epoch than at that best, in every run",
      (PL[:, -1] > PL[:, at_best]).all(), then=PL[:, at_best].mean(), last=PL[:, -1].mean())
claim("the reconstruction error is lower, in every run", (error[:, -1] < error[:, at_best]).all(),
      then=error[:, at_best].mean(), last=error[:, -1].mean())
claim("AIS with five models makes the last model better by more than .7 nats than it is",
      flattered[:, -1].mean() > 0.7, last=flattered[:, -1].mean(),
      then=flattered[:, at_best].mean())
fall = exact[:, at_best].mean() - exact[:, -1].mean()
fall_seen = by_ais[:, at_best].mean() - by_ais[:, -1].mean()
claim("so that it shows less than two thirds of the fall", fall_seen < 2 / 3 * fall,
      fall=fall, shown=fall_seen)
claim("with 100 models it is within .3 nats of the truth again, on average",
      abs(by_long_ais.mean() - exact[:, -1].mean()) < 0.3,
      off=by_long_ais.mean() - exact[:, -1].mean())
claim("the pictures hold more than .85 of the mass, five of them more than half of that",
      mass.mean() > 0.85 and of_five.mean() > 0.5, pictures=mass.mean(), five=of_five.mean())

fig, axes = plots.new_figure(1, 4, width=9.5, height=2.7)
named = (("exact mean log p", exact), ("pseudo-likelihood", PL), ("reconstruction error", error),
         ("log p, by AIS, 5 models", by_ais))
for ax, (title, curves) in zip(axes, named):
    ax.fill_between(watched, curves.min(axis=0), curves.max(axis=0), color="#c6dbef")
    ax.plot(watched, curves.mean(axis=0), color="tab:blue", linewidth=2)
    ax.axvline(watched[at_best], color="tab:orange", linestyle="--", linewidth=1)
    ax.set_title(title, fontsize=10)
    ax.set_xlabel("epochs")
axes[0].axhline(best_log_likelihood(bars), color="0.6", linewidth=1)
axes[0].set_ylabel("nats (error: squared, a pixel)")
axes[2].set_yscale("log")
plots.save(fig, "16_numbers.png")

# %% [markdown]
# **What to see.** The line is the mean of the runs, the band goes from the lowest to the highest;
# the dashed line marks the best of log p, the grey one the best there can be. On the left log p
# rises for some 80 to 120 epochs and then falls. PL and the reconstruction error go on improving
# past the dashed line, in every run: whoever stops by one of them takes the last model, about a
# nat below the best. By AIS with five models hardly anything has happened.
#
# The model knows the pictures: nearly all of the mass is theirs, and a picture with one bit flipped
# is put right at once. But a few pictures hold most of it (of equal shares, five would hold a
# fifth). One Gibbs step from the data does not see how much each has, so CD-1 does not learn it. PL
# and reconstruction do not see it either, so they do not tell.
#
# And the quick annealing? Its log Z is too small where its walks do not find the heavy places, and
# the heavier and farther apart the places, the more is missed. It flatters bad models more than
# good ones. (Of its kind it is the only one that can be cured: take more models on the path.)
#
# ## A number that tells the truth
#
# Z is the same for every v. Take two sets of cases under **one** model, say training cases A, and
# cases B that it has never seen:
#
#     mean log p(A) = -mean F(A) - log Z
#     mean log p(B) = -mean F(B) - log Z
#
# Subtract, and log Z is gone, whatever it is. What is left is called the free-energy gap:
#
#     mean log p(A) - mean log p(B) = mean F(B) - mean F(A)                   (16.5)
#
# This is a difference of likelihoods, exactly, for the price of two free energies. Near 0 the model
# does as well on cases that it has not seen; where it grows, the model learns its training cases by
# heart. Lesson 17 watches it. What it does not say is how good the model is: of the copier the gap
# is 0 too, for any two sets of cases.
#
# The mean of F alone says nothing. And **between two models F cannot be compared at all**: their Z
# differ.

# %% (16.5) the gap, with Z summed over all pairs of layers
rng = np.random.default_rng(5)
D, K = 6, 3
rbm = RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
every_v, every_h = all_bits(D), all_bits(K)
weight = np.zeros((2**D, 2**K))
for row, v in enumerate(every_v):
    for column, h in enumerate(every_h):
        weight[row, column] = np.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h)
log_p = np.log(weight.sum(axis=1) / weight.sum())
A = rng.integers(0, 2**D, size=20)  # cases, by their place in the list of all v
B = rng.integers(0, 2**D, size=10)
gap = free_energy(rbm, every_v[B]).mean() - free_energy(rbm, every_v[A]).mean()
difference = log_p[A].mean() - log_p[B].mean()
verify("(16.5) mean log p(A) - mean log p(B) = mean F(B) - mean F(A)", difference, gap)

# %% [markdown]
# ## What goes wrong
#
#     F of two models compared    add 1 to each hidden bias of a model without connections: p stays
#                                 what it is, F moves
#     PL by one random bit        times D, as is often done to save time: right on average, and a
#                                 noisy figure
#     one figure trusted          each of the four above was alone when it misled

# %% wrong: F of two models, PL by one bit
shifted = RBM(W=np.zeros((3, 2)), b=unconnected.b, c=unconnected.c + 1)
for name, model in (("as it was", unconnected), ("shifted  ", shifted)):
    v = all_bits(3)
    print(f"{name}  mean F {free_energy(model, v).mean():6.3f}   "
          f"mean log p {log_likelihood(model, v).mean():6.3f}")

rng = np.random.default_rng(6)
cases = bars[rng.integers(32, size=400)]
cases = np.where(rng.random(cases.shape) < 0.05, 1 - cases, cases)  # with a few specks
i = rng.integers(16, size=400)  # a bit for each case
one_flipped = cases.copy()
one_flipped[np.arange(400), i] = 1 - cases[np.arange(400), i]
one_bit = 16 * np.log(sigmoid(free_energy(learner, one_flipped) - free_energy(learner, cases)))
all_of_them = pseudo_log_likelihood(learner, cases)
print(f"PL of 400 pictures with specks {all_of_them.mean():.2f}, sd {all_of_them.std():.1f}; "
      f"by one bit each {one_bit.mean():.2f}, sd {one_bit.std():.1f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 16 --stop pseudo_log_likelihood
#
# stops at the first call, for the eight states of the small model; `n` goes on into the loop, one
# bit after the other.
#
#     (Pdb) p v
#     array float64 (8, 3) [0, 1]
#     (Pdb) p rbm.W
#     array float64 (3, 2) [-1.49, 4.54]
#
# ## Exercises
#
# 1. On paper: what is PL for the copier? Does PL see through it?
# 2. On paper: work out the gap (16.5) for W = 0. What does it compare?
# 3. In code:
#
#        def pseudo_likelihood(W, b, c, v):
#            """(N,) PL(v) by (16.2): W (D, K), b (D,), c (K,), v (N, D). A loop over the D bits."""
#
#    Hold it against `pseudo_log_likelihood`. Then do it with one product v W for all bits: flipping
#    bit i moves the input of hidden unit j by ±W_ij, so no further product with W is needed.
#    `lessons/solutions/16.md` shows the checks.
#
# Solutions: `lessons/solutions/16.md`, for when you have tried.
