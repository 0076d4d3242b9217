# %% [markdown]
# # Numbers that mislead: what is cheaper than the likelihood
#
# log Z is dear, so people watch something cheaper while a model learns: how well it reconstructs
# its data, how well it predicts one pixel from the others, a likelihood by a quick annealing. This
# lesson trains models whose log p falls by a nat and more, while the first two numbers get better
# and better and the third hardly moves, and asks why. Then it shows a fourth number that needs no Z
# either: an exact one, which answers another question.
#
# Afterwards you can
#
# - give a model with a perfect reconstruction that has learnt nothing, and say why;
# - derive the pseudo-likelihood, and say what it cannot see, and on which side it errs;
# - say why CD-1 makes a model worse that it has made good;
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
# That is D + 1 free energies a case, and is exact. If W = 0 the other bits say nothing of bit i,
# and
#
#     PL(v) = log p(v)          if W = 0                                      (16.3)
#
# And otherwise? A small example with two bits. The data are [0, 0] and [1, 1], one as often as the
# other; a model has
#
#     v          p(v)
#     [0, 0]     .0100     p(bit 1 = 0 given bit 2 = 0) = .0100 / .0101 = .990
#     [1, 1]     .9898     p(bit 1 = 1 given bit 2 = 1) = .9898 / .9899 = .9999
#     [0, 1]     .0001
#     [1, 0]     .0001
#
# and the same for bit 2 given bit 1. So PL([0, 0]) = 2 log .990 = -.020 and PL([1, 1]) = -.0002. Of
# two data states it has nearly lost one: mean log p = (log .01 + log .99) / 2 = -2.31, where the
# best is log ½ = -.69. But the mean PL is -.01, next to the best there can be, which is 0. Given
# all bits but one, either state is put right. **How much of the mass each has, PL does not see.**
#
# On which side does it err? First on the model's own samples. Write p(v) bit by bit,
# log p(v) = Σᵢ log p(vᵢ given v_1, ..., v_{i-1}). PL gives each bit all the others, not only those
# before it. Hold the others, and take the mean over vᵢ, by p(vᵢ given all others):
#
#     Σ_{vᵢ} p(vᵢ given all others) log (p(vᵢ given all others) / p(vᵢ given those before)) >= 0
#
# as it is a KL. So the mean over the others is not negative either, nor the sum over i:
#
#     Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)                                     (16.4)
#
# But what one watches are data, not samples of the model, and there PL may lie on either side. In
# the example PL([0, 1]) = log (.0001 / .9899) + log (.0001 / .0101) = -13.8, which is below
# log p = -9.2. And PL([0, 0]) = -.020 is above log p = log .01 = -4.6, without limit: divide .0100
# and both .0001 by whatever you like, and PL([0, 0]) stays, while log p([0, 0]) falls. **The data
# that a model has lost are where PL flatters it.**

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
other_1 = example[[2, 3, 0, 1]]  # p of the state with bit 1 flipped
other_2 = example[[1, 0, 3, 2]]
PL_example = np.log(example / (example + other_1)) + np.log(example / (example + other_2))
short = np.array2string(PL_example, precision=4, suppress_small=True)
print(f"the example, PL of 00, 01, 10, 11: {short}")
print(f"  the two data states: mean log p {np.log(example[[0, 3]]).mean():.2f}, "
      f"mean PL {PL_example[[0, 3]].mean():.2f}")
print(f"  its own samples:     mean log p {example @ np.log(example):.4f}, "
      f"mean PL {example @ PL_example:.4f}")

# %% [markdown]
# ## An experiment: learning for too long
#
# Bars and stripes on 4 x 4 pixels: 30 different pictures. 12 hidden units, so that log p is known
# exactly. Plain CD-1 for long (after Fischer and Igel 2010), twelve runs from different starts.
# Each is watched by four numbers: the exact log p; PL; the reconstruction error; and log p by AIS
# with five models on the path, base and model among them: the mean of eight estimates of 100 walks
# each.

# %% experiment: learning by CD-1 for long, watched by four numbers
bars = bars_and_stripes(4)  # (32, 16): the empty and the full picture twice
copies = np.tile(bars, (10, 1))  # so that an epoch has ten steps of 32 cases
watched = 40 * np.arange(1, 13)  # epochs
R = 12
exact, PL, error, by_ais = np.zeros((4, R, len(watched)))
by_long_ais, of_five, shrunk_log_p, shrunk_PL = np.zeros((4, R))  # of the last model
for run in range(R):
    rng = np.random.default_rng(run)
    walk_rng = np.random.default_rng([run, 1])  # its own, so that watching changes nothing
    learner = init_rbm(16, 12, rng, bars, dtype=np.float64)
    base = base_rbm(learner, bars.mean(axis=0))  # of the learner only the sizes count
    for place in range(len(watched)):
        learner, _ = train_rbm(learner, copies, epochs=40, rng=rng, method="cd", rate=0.5,
                               schedule="constant", centred=False, batch_size=32)
        mean_F = free_energy(learner, bars).mean()
        log_z = log_partition(learner)
        exact[run, place] = -mean_F - log_z
        PL[run, place] = pseudo_log_likelihood(learner, bars).mean()
        error[run, place] = reconstruction_error(learner, bars)
        for _ in range(8):
            quick = forward_walks(learner, base, 5, 100, walk_rng)
            by_ais[run, place] += (-mean_F - quick.log_z) / 8
    longer = forward_walks(learner, base, 100, 100, walk_rng)
    by_long_ais[run] = -mean_F - longer.log_z
    p_bars = np.sort(np.exp(log_likelihood(learner, np.unique(bars, axis=0), log_z)))  # (30,)
    of_five[run] = p_bars[-5:].sum() / p_bars.sum()
    shrunk = RBM(W=0.8 * learner.W, b=0.8 * learner.b, c=0.8 * learner.c)
    shrunk_log_p[run] = log_likelihood(shrunk, bars).mean()
    shrunk_PL[run] = pseudo_log_likelihood(shrunk, bars).mean()

flattered = by_ais - exact
best_there_is = best_log_likelihood(bars)
print(f"means of the runs; the best log p there can be is {best_there_is:.2f}")
print("epochs   exact log p      PL    error     log p by AIS, 5 models   less the exact one")
for place in (0, 1, 2, 3, 5, 8, 11):
    print(f"{watched[place]:6} {exact[:, place].mean():13.2f} {PL[:, place].mean():7.2f} "
          f"{error[:, place].mean():8.5f} {by_ais[:, place].mean():17.2f} "
          f"{flattered[:, place].mean():22.2f}")
print(f"the last models: of the mass of the 30 pictures five hold {of_five.mean():.0%}; with all "
      f"parameters times .8 log p is {shrunk_log_p.mean():.2f}, PL {shrunk_PL.mean():.2f}")

lost = exact.max(axis=1) - exact[:, -1]
at_best = exact.mean(axis=0).argmax()
claim("the mean of the runs is at its best within the first 160 epochs", watched[at_best] <= 160,
      best_after=watched[at_best])
claim("and falls by .8 nats or more after it, on average", lost.mean() > 0.8, lost=lost.mean())
claim("PL is higher after the last epoch than at that best, in every run",
      (PL[:, -1] > PL[:, at_best]).all(), then=PL[:, at_best].mean(), last=PL[:, -1].mean())
claim("the reconstruction error is lower, in every run", (error[:, -1] < error[:, at_best]).all(),
      then=error[:, at_best].mean(), last=error[:, -1].mean())
fall = exact[:, at_best].mean() - exact[:, -1].mean()
fall_seen = by_ais[:, at_best].mean() - by_ais[:, -1].mean()
claim("AIS with five models shows less than half of the fall", fall_seen < fall / 2, fall=fall,
      shown=fall_seen)
claim("as it makes the last model better by more than .7 nats than it is",
      flattered[:, -1].mean() > 0.7, last=flattered[:, -1].mean(),
      then=flattered[:, at_best].mean())
claim("with 100 models it is within .3 nats of the truth again, on average",
      abs(by_long_ais.mean() - exact[:, -1].mean()) < 0.3,
      off=by_long_ais.mean() - exact[:, -1].mean())
claim("five of the pictures hold more than half of the mass of the thirty", of_five.mean() > 0.5,
      five=of_five.mean())
claim("with all parameters times .8, log p rises and PL falls, in every run",
      (shrunk_log_p > exact[:, -1]).all() and (shrunk_PL < PL[:, -1]).all(),
      least_rise=np.min(shrunk_log_p - exact[:, -1]))

fig, axes = plots.new_figure(1, 4, width=9.5, height=2.7)
named = (("exact mean log p", exact), ("pseudo-likelihood", PL), ("reconstruction error", error),
         ("log p, by AIS, 5 models", by_ais))
for ax, (title, curves) in zip(axes, named):
    ax.fill_between(watched, curves.min(axis=0), curves.max(axis=0), color="#c6dbef")
    ax.plot(watched, curves.mean(axis=0), color="tab:blue", linewidth=2)
    ax.axvline(watched[at_best], color="tab:orange", linestyle="--", linewidth=1)
    ax.set_title(title, fontsize=10)
    ax.set_xlabel("epochs")
for ax in (axes[0], axes[3]):
    ax.axhline(best_there_is, color="0.6", linewidth=1)
    ax.set_ylim(-8, -3)
axes[0].set_ylabel("nats")
axes[2].set_yscale("log")
plots.save(fig, "16_numbers.png")

# %% [markdown]
# **What to see.** The line is the mean of the runs, the band goes from the lowest to the highest;
# the dashed line marks the best of log p, the grey one the best there can be. On the left log p
# rises for some 80 or 120 epochs and then falls. PL and the reconstruction error go on improving
# past the dashed line, in every run: whoever stops by one of them takes the last model, more than a
# nat below the best. By AIS with five models hardly anything has happened.
#
# **Why log p falls.** A few pictures come to hold most of the mass: with equal shares five would
# hold a sixth. CD-1 sees only where one step from a picture ends: nearly always at the picture
# itself, as the reconstruction error tells. The larger all parameters are, the surer the step comes
# back, so CD-1 goes on making them larger. But with the parameters the differences of F between the
# pictures grow too, and the mass moves to those that happen to have the lowest F. No step leads
# from picture to picture, so nothing holds these differences down. Hence the last line of the
# print: make all parameters smaller by a fifth, and log p is better, and PL worse. (A smaller rate
# goes the same way, more slowly.)
#
# **Why the numbers do not tell.** PL and the reconstruction error, like CD-1, look only next to the
# data. The quick annealing's log Z is too small where its walks do not find the heavy places. Here
# it misses the more, the worse the model has become (last column). It is the only one of the three
# that can be cured: take more models on the path.
#
# ## A number that is exact: the free-energy gap
#
# Z is the same for every v. Take two sets of cases under **one** model, say those that it was
# fitted to, and others that were held out:
#
#     mean log p(fit)      = -mean F(fit) - log Z
#     mean log p(held out) = -mean F(held out) - log Z
#
# Subtract, and log Z is gone, whatever it is. What is left is called the free-energy gap:
#
#     mean log p(fit) - mean log p(held out) = mean F(held out) - mean F(fit)       (16.5)
#
# This is a difference of likelihoods, exactly, for the price of two free energies. Near 0 the model
# does as well on cases that it has not seen; where it grows, the model learns its cases by heart.
# Lesson 17 watches it.
#
# What it does not say is how good the model is. Of the copier it is 0 for any two sets of cases.
# And where log p falls on both sets alike, it stays as it is: it is no cure for the experiment
# above. Between **two** models, F cannot be compared at all: their Z differ.

# %% (16.5) the gap, by the table of p
fit = rng.integers(0, 2**3, size=20)  # cases, by their row in the table
held_out = rng.integers(0, 2**3, size=10)
F_fit = free_energy(rbm, every_v[fit])
F_held_out = free_energy(rbm, every_v[held_out])
difference = np.log(p[fit]).mean() - np.log(p[held_out]).mean()
verify("(16.5) mean log p(fit) - mean log p(held out) = mean F(held out) - mean F(fit)",
       difference, F_held_out.mean() - F_fit.mean())

# %% [markdown]
# ## What goes wrong
#
#     F of two models compared    add 1 to each hidden bias of a model without connections: p stays
#                                 what it is, F moves
#     one number trusted          each of the three above was alone when it misled

# %% wrong: F of two models
shifted = RBM(W=np.zeros((3, 2)), b=unconnected.b, c=unconnected.c + 1)
for name, model in (("as it was", unconnected), ("shifted  ", shifted)):
    v = all_bits(3)
    print(f"{name}  mean F {free_energy(model, v).mean():6.3f}   "
          f"mean log p {log_likelihood(model, v).mean():6.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 16 --stop pseudo_log_likelihood
#
# stops at the first call, for the eight states of the small model. (The loop below is a solution
# of exercise 3: try that first.)
#
#     (Pdb) p v
#     array float64 (8, 3) [0, 1]
#     (Pdb) p rbm.W
#     array float64 (3, 2) [-1.49, 4.54]
#
# ## Exercises
#
# 1. On paper: what is PL for the copier? Does PL see through it?
# 2. On paper: work out the free-energy gap (16.5) for W = 0. What does it compare?
# 3. In code:
#
#        def pseudo_likelihood(W, b, c, v):
#            """(N,) PL(v) by (16.2): W (D, K), b (D,), c (K,), v (N, D). A loop over the D bits."""
#
#    Hold it against `pseudo_log_likelihood`. Then keep the loop, and save its D products with W:
#    flipping bit i moves the input of hidden unit j by ±W_ij, so v W is needed only once.
#    `lessons/solutions/16.md` shows the checks.
#
# `dgm course release 16 --out .` writes a file for the exercise in code, and
# `dgm course check 16` judges what you write into it.
#
# Solutions: `lessons/solutions/16.md`, for when you have tried.
