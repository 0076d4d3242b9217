# %% [markdown]
# # Lesson 9: an RBM on digits
#
# After this lesson you will be able to
#
# - turn grey pictures into bits, and say what that does to a likelihood;
# - start an RBM at the best model without connections, and know its log p by hand;
# - see overfitting without knowing Z, by the free-energy gap;
# - work out the centred gradient entry by entry, as `train_rbm` computes it;
# - choose a learning rate by cases that were held out, and look at filters and samples.
#
# From lesson 4 you need the RBM, its free energy F and log Z through the smaller layer; from lesson 5
# the gradient <v hᵀ>_data - <v hᵀ>_model; from lessons 6 and 7 CD and PCD.
#
# ## From grey to bits
#
# The data are handwritten digits of 8 x 8 pixels, shipped with the library, each pixel a grey level from
# 0 to 16. The RBM's visible units are bits. So every pixel is put through a threshold at half:
#
#     vᵢ = 1 if greyᵢ / 16 > 1/2, else 0                                     (9.1)
#
# From here on the bits are the data. A log p speaks of these bits and not of the grey pictures: with
# another threshold it would be another number. `open_data` applies (9.1) as rows are taken.

# %% (9.1) the digits
import itertools
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, exact_gradient, free_energy, gibbs_step, init_rbm, log_likelihood, log_partition, sample_hidden,
    train_rbm, visible_probs)
from numpy_dgm.energy.gradients import centre, reconstruction_error
from numpy_dgm.foundation.numerics import bernoulli
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import verify

train, test = open_data("digits", part="train"), open_data("digits", part="test")
bits_by_hand = [[1.0 if grey / 16 > 1 / 2 else 0.0 for grey in picture] for picture in train.images]
verify("(9.1) vᵢ = 1 if greyᵢ / 16 > 1/2, else 0", bits_by_hand, train[:])
print(f"  {len(train):,} training and {len(test)} test digits; {train[:].mean():.0%} of the bits are on")

# %% [markdown]
# ## Where to start
#
# Let W = 0. Then no pixel is tied to another, and lesson 4's F and Z fall apart into pixels:
#
#     F(v) = -Σᵢ bᵢ vᵢ - Σⱼ log(1 + exp(cⱼ))                  xⱼ = cⱼ, whatever v is
#     Z    = Πᵢ (1 + exp(bᵢ)) · Πⱼ (1 + exp(cⱼ))              each unit is 0 or 1, by itself
#     log p(v) = -F(v) - log Z = Σᵢ (bᵢ vᵢ - log(1 + exp(bᵢ)))         c has cancelled
#
# Let mᵢ be the share of training digits in which pixel i is on, and choose bᵢ = log(mᵢ / (1 - mᵢ)), as
# in lesson 5. Then 1 + exp(bᵢ) = 1 / (1 - mᵢ), and a term of the sum is
#
#     bᵢ vᵢ + log(1 - mᵢ) = log(1 - mᵢ)                       if vᵢ = 0
#                         = bᵢ + log(1 - mᵢ) = log mᵢ         if vᵢ = 1
#
#     log p(v) = Σᵢ (vᵢ log mᵢ + (1 - vᵢ) log(1 - mᵢ))        if W = 0       (9.2)
#
# In this model every pixel is on or off by itself. `init_rbm` starts with these b and a W near 0, so
# that learning can begin at once with how pixels depend on one another. It keeps m within [0.01, 0.99]:
# a pixel that was never on in training may be on in a test digit, and log 0 is -∞.

# %% (9.2) independent pixels
rng = np.random.default_rng(9)
m = [min(max(sum(pixel) / len(train), 0.01), 0.99) for pixel in zip(*bits_by_hand)]
log_p_by_hand = [
    sum(math.log(m_i) if on else math.log(1 - m_i) for on, m_i in zip(v, m)) for v in test[:]]

started = init_rbm(64, 8, rng, train, dtype=np.float64)
unconnected = replace(started, W=np.zeros((64, 8)), c=rng.normal(size=8))
log_p = log_likelihood(unconnected, test[:])
verify("(9.2) log p(v) = Σᵢ (vᵢ log mᵢ + (1 - vᵢ) log(1 - mᵢ))", log_p_by_hand, log_p)
print(f"  independent pixels: mean log p of the test digits {log_p.mean():.2f} nats, to be beaten")

# %% [markdown]
# ## What can be said without Z
#
# With many hidden units, Z is out of reach, and log p with it. But Z is the same for every v. Take two
# sets of cases under one model, say training cases A and cases B that it has never seen. Then
#
#     mean log p(A) = -mean F(A) - log Z
#     mean log p(B) = -mean F(B) - log Z
#
# Subtract. What is left is called the free-energy gap, and needs no Z:
#
#     mean log p(A) - mean log p(B) = mean F(B) - mean F(A)                  (9.3)
#
# Near 0, the model does as well on cases that it has not seen. When it grows, the model learns its
# training cases by heart. To compare the F of two models is no use: their Z differ.

# %% (9.3) the gap, with Z summed over all pairs of layers of a small RBM
D, K = 6, 3
all_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))
all_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))


def joint(minus_energy):
    """p(v, h) = exp(-E(v, h)) / Z by its definition: a row for each v, a column for each h."""
    weight = np.array([[math.exp(minus_energy(v, h)) for h in all_h] for v in all_v])
    return weight / weight.sum()


def plain(v, h):
    """-E(v, h) of the RBM `small`."""
    return small.b @ v + small.c @ h + v @ small.W @ h


small = RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
log_p = np.log(joint(plain).sum(axis=1))  # log p(v) of each of the 2^D visible layers
A, B = rng.integers(0, 2**D, size=20), rng.integers(0, 2**D, size=10)  # cases, as rows of all_v
F_A, F_B = free_energy(small, all_v[A]), free_energy(small, all_v[B])
verify("(9.3) mean log p(A) - mean log p(B) = mean F(B) - mean F(A)",
       log_p[A].mean() - log_p[B].mean(), F_B.mean() - F_A.mean())

# %% [markdown]
# ## Chains that never stop
#
# The gradient needs <v hᵀ>_model. CD starts its chains at the data, at every step anew, so they never
# come far. PCD starts them once and keeps them; by (7.6) they follow the model if W moves slowly compared
# with the chains. Over many learning steps they also reach places where the model puts probability and
# there are no data: what must be unlearnt. Unless told otherwise, `train_rbm` does this, with 100 chains.
#
# ## Centring
#
# Each entry of <v hᵀ>_data counts how often two units are on together. If both are often on anyway, the
# count is large and says little. Lesson 7 measured both from where they usually are, from offsets μ (D,)
# and λ (K,), and found the centred gradient by a matrix, A Aᵀ g. `train_rbm` takes the means of the layers
# for offsets, and needs no matrix. Here is how, entry by entry:
#
#     E_centred(v, h) = -b_centred·v - c_centred·h - (v - μ)ᵀ W (h - λ)      a definition
#
# Is that still an RBM? Multiply out, and collect what goes with v and with h:
#
#     E_centred(v, h) = -(b_centred - W λ)·v - (c_centred - Wᵀ μ)·h - vᵀ W h - μᵀ W λ
#
# The last term is a constant, which cancels between exp(-E) and Z. So it is the same family of models,
# written in other coordinates, and that is why we may use it:
#
#     p_centred(v) = p(v)          with b = b_centred - W λ, c = c_centred - Wᵀ μ          (9.4)
#
# But uphill is another direction in other coordinates. W now multiplies (v - μ) and (h - λ), so lesson
# 5's derivation gives the same rule with these in place of v and h. Call the result W':
#
#     W' = <(v - μ)(h - λ)ᵀ>_data - <(v - μ)(h - λ)ᵀ>_model                  a definition
#     ∂ mean log p/∂W = W'          with b_centred and c_centred held still  (9.5)
#
# Write G_W, G_b and G_c for the plain gradient of lesson 5. Multiply out; μ λᵀ is in both means, and
# goes:
#
#     W' = G_W - μ G_cᵀ - G_b λᵀ                                             (9.6)
#
# The slopes for b_centred and c_centred are G_b and G_c, as μ and λ cancel there too. A step along (W',
# G_b, G_c) in centred coordinates moves the plain b = b_centred - W λ and c = c_centred - Wᵀ μ by
#
#     b' = G_b - W' λ          c' = G_c - W'ᵀ μ                              (9.7)
#
# `centre` makes (W', b', c') of the plain gradient. Does that step climb? Take its product with the
# plain gradient, summed over all entries:
#
#     G_W·W' + G_b·(G_b - W' λ) + G_c·(G_c - W'ᵀ μ)
#       = G_W·W' - (G_b λᵀ)·W' - (μ G_cᵀ)·W' + |G_b|² + |G_c|²         G_b·(W' λ) = Σᵢ Σⱼ G_bᵢ W'_ij λⱼ
#       = (G_W - G_b λᵀ - μ G_cᵀ)·W' + |G_b|² + |G_c|²                 the bracket is W', by (9.6)
#
#     plain · centred = |W'|² + |G_b|² + |G_c|²                              (9.8)
#
# That is never negative, for any μ and λ, and 0 only where W', G_b and G_c are 0, that is where the
# plain gradient is 0. By lesson 5, a small enough step climbs.


# %% (9.4) to (9.8) centring, by sums over all pairs and by slopes
def centred(v, h):
    """-E_centred(v, h)."""
    return b_centred @ v + c_centred @ h + (v - mu) @ W_centred @ (h - lam)


mu, lam, W_centred = rng.uniform(size=D), rng.uniform(size=K), small.W.copy()
b_centred, c_centred = small.b + small.W @ lam, small.c + small.W.T @ mu
verify("(9.4) p_centred(v) = p(v)", joint(centred).sum(axis=1), np.exp(log_likelihood(small, all_v)))

slope = np.zeros((D, K))
for place in np.ndindex(D, K):  # each weight a little forward and back, as in lesson 5
    for sign in (1, -1):
        W_centred[place] = small.W[place] + sign * 1e-5
        slope[place] += sign * np.log(joint(centred).sum(axis=1))[A].mean() / 2e-5
    W_centred[place] = small.W[place]
G = exact_gradient(small, all_v[A])
step = centre(G, mu, lam)
verify("(9.5) ∂ mean log p/∂W = W'", slope, step.W, tolerance=1e-8)

p = joint(plain)
q = np.bincount(A, minlength=2**D) / len(A)  # the share of each v among the cases A
surplus = q[:, None] * p / p.sum(axis=1, keepdims=True) - p  # data less model, for each pair of layers
W_step = np.einsum("vh,vi,hj->ij", surplus, all_v - mu, all_h - lam)
b_step, c_step = np.einsum("vh,vi->i", surplus, all_v), np.einsum("vh,hj->j", surplus, all_h)
verify("(9.6) W' = G_W - μ G_cᵀ - G_b λᵀ", W_step, G.W - np.outer(mu, G.c) - np.outer(G.b, lam))

b_moved = (b_centred + b_step - (small.W + W_step) @ lam) - small.b
c_moved = (c_centred + c_step - (small.W + W_step).T @ mu) - small.c
moved = np.hstack([b_moved, c_moved])
verify("(9.7) b' = G_b - W' λ, c' = G_c - W'ᵀ μ", moved, np.hstack([step.b, step.c]))
sum_of_squares = np.sum(W_step**2) + np.sum(b_step**2) + np.sum(c_step**2)
verify("(9.8) plain · centred = |W'|² + |G_b|² + |G_c|²", sum_of_squares, flatten(G) @ flatten(step))

# %% [markdown]
# ## A practical run
#
# First the learning rate. We hold out some of the training digits to judge by, and leave the test digits
# alone until the end: whoever chooses by the test digits has learnt from them. 16 hidden units are few
# enough to have log p exactly. The runs are short, 10 epochs (passes over the cases). The rate either
# stays as it is, or falls to 0 along a straight line.

# %% experiment: the learning rate, judged by digits that were held out
fit, held_out = train[:1200], train[1200:]


def trained(n_hidden, cases, epochs, **settings):
    """A fresh RBM, trained by PCD with the centred gradient, the defaults of `train_rbm`."""
    rng = np.random.default_rng(0)
    fresh = init_rbm(64, n_hidden, rng, cases)
    rbm, _ = train_rbm(fresh, cases, epochs=epochs, rng=rng, **settings)
    return rbm


rates, schedules = (0.03, 0.1, 0.3, 1.0, 10.0), ("constant", "linear")
runs = {(rate, name): trained(16, fit, 10, rate=rate, schedule=name)
        for rate in rates for name in schedules}
log_p = {key: log_likelihood(rbm, held_out).mean() for key, rbm in runs.items()}
error = {key: reconstruction_error(rbm, held_out) for key, rbm in runs.items()}
print("          mean log p, held out     reconstruction error, held out")
print("    rate   constant    falling     constant    falling")
for rate in rates:
    print(f"  {rate:6} {log_p[rate, 'constant']:10.2f} {log_p[rate, 'linear']:10.2f} "
          f"{error[rate, 'constant']:12.4f} {error[rate, 'linear']:10.4f}")
best_rate = rates[np.argmax([log_p[rate, "linear"] for rate in rates])]
print(f"  the best falling rate is {best_rate}")

fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.6)
for name, label in zip(schedules, ("constant", "falling to 0")):
    left.semilogx(rates, [log_p[rate, name] for rate in rates], marker="o", label=label)
    right.semilogx(rates, [error[rate, name] for rate in rates], marker="o", label=label)
alone = log_likelihood(unconnected, held_out).mean()
left.axhline(alone, color="black", linestyle=":", linewidth=1, label="independent pixels")
left.set(xlabel="learning rate", ylabel="nats a digit", ylim=(-44, -16), title="mean log p, held out")
right.set(xlabel="learning rate", ylabel="squared error a pixel", ylim=(0, None))
right.set_title("reconstruction error, held out")
left.legend(fontsize=8)
plots.save(fig, "09_rates.png")

# %% [markdown]
# What to see: on the left a hill. Too small a rate has hardly left the independent pixels after 10
# epochs. Too large a constant rate ends below them. A rate that falls to 0 forgives more: it starts
# fast, and at the end the noise of single steps averages out. On the right the error's lowest point lies
# at a larger rate than the hill's top: of the constant rates, it recommends one that is worse by more
# than a nat.
#
# Now the run itself, four times as long at the best falling rate; and only now the test digits. Then
# what centring buys: the same short run with and without it, on the bits v and on the flipped bits (1 -
# v). (Here the biases start at 0, to make it hard.)

# %% the run; and centring, on bits and on flipped bits
rbm = trained(16, fit, 40, rate=best_rate)
log_z = log_partition(rbm)  # 2^16 terms
log_p_fit, log_p_test = log_likelihood(rbm, fit, log_z), log_likelihood(rbm, test[:], log_z)
print(f"  16 hidden units, 40 epochs: mean log p of the training digits {log_p_fit.mean():.2f}, "
      f"of the test digits {log_p_test.mean():.2f} nats")
print(f"  free-energy gap {free_energy(rbm, test[:]).mean() - free_energy(rbm, fit).mean():.2f}")
for is_centred in (True, False):
    result = []
    for cases, judges in ((fit, held_out), (1 - fit, 1 - held_out)):
        rng = np.random.default_rng(0)
        hard = init_rbm(64, 12, rng)
        hard, _ = train_rbm(hard, cases, epochs=10, rng=rng, rate=0.3, centred=is_centred)
        result.append(log_likelihood(hard, judges).mean())
    print(f"  centred={is_centred!s:5}  held-out log p {result[0]:.2f}, on flipped bits {result[1]:.2f}")

# %% [markdown]
# On the bits themselves the two do about equally well: most pixels are off, so that v is nearly centred
# as it is. Flipped, most are on. Nothing about the digits has changed, and the centred run takes no
# notice, while the plain one has learnt next to nothing.
#
# Now 64 hidden units. Z is out of reach, but filters and samples can be looked at. A filter is a column
# of W as a picture: what the unit likes (red) and dislikes (blue). A chain draws h and v in turn. Four
# chains start at test digits, four at noise: pixels drawn one by one with the probabilities m of (9.2).
# We show p(v given h), which is grey where the model is undecided.

# %% filters and chains
large = trained(64, fit, 25, rate=0.5)
gap = free_energy(large, held_out).mean() - free_energy(large, fit).mean()
print(f"  64 hidden units: free-energy gap {gap:.2f} nats, largest weight {np.abs(large.W).max():.1f}")
plots.save(plots.filters(large), "09_filters.png")
rng = np.random.default_rng(1)
v = np.concatenate([test[:4], bernoulli(np.tile(np.float32(m), (4, 1)), rng)])
looked_at, pictures = (0, 1, 2, 5, 10, 30, 100, 300, 1000), [v]
for step in range(1, 1001):
    h = sample_hidden(large, v, rng)
    p_v = visible_probs(large, h)
    v = bernoulli(p_v, rng)
    if step in looked_at:
        pictures.append(p_v)
plots.save(plots.chains_over_time(np.array(pictures), steps=looked_at), "09_chains.png")

# %% [markdown]
# What to see: many filters are strokes and spots of a few pixels; the left and right edges, where there
# is hardly ever ink, stay pale. In the chains each row looks like a digit after a step or two, wherever
# it started, and goes on from digit to digit: the chains mix. A row that kept its digit for 1,000 steps
# would be a warning. Some pictures are no digits; a longer run makes fewer of them.
#
# ## Overfitting, seen in the gap
#
# 50 training digits only, so that learning them by heart is easy. With 14 hidden units log p is exact
# and tells the truth. With 64 there is only the gap.

# %% fifty digits
few = fit[:50]
epochs = 100 * np.arange(1, 9)
seen = {}  # hidden units: rows of (log p of few, log p held out, gap, reconstruction error held out)
for n_hidden in (14, 64):
    rng, seen[n_hidden] = np.random.default_rng(0), []
    learner = init_rbm(64, n_hidden, rng, few)
    for _ in epochs:
        learner, _ = train_rbm(
            learner, few, epochs=100, rng=rng, n_chains=40, rate=0.1, schedule="constant")
        gap = free_energy(learner, held_out).mean() - free_energy(learner, few).mean()
        log_z = log_partition(learner) if n_hidden == 14 else np.nan
        exact = [log_likelihood(learner, cases, log_z).mean() for cases in (few, held_out)]
        seen[n_hidden].append((*exact, gap, reconstruction_error(learner, held_out)))
    seen[n_hidden] = np.array(seen[n_hidden])
print("          14 hidden units: log p,                 64 hidden units:")
print("  epochs  the 50   held out    gap    error         gap    error")
for n_epochs, small_row, large_row in zip(epochs, seen[14], seen[64]):
    print("  {:6} {:7.2f} {:10.2f} {:6.2f} {:8.4f} {:11.2f} {:8.4f}".format(
        n_epochs, *small_row, *large_row[2:]))

fig, axes = plots.new_figure(1, 3, width=11, height=3.5)
axes[0].plot(epochs, seen[14][:, 0], "k--", label="the 50 digits")
axes[0].plot(epochs, seen[14][:, 1], "tab:blue", label="held out")
for n_hidden, colour in ((14, "tab:blue"), (64, "tab:orange")):
    axes[1].plot(epochs, seen[n_hidden][:, 2], color=colour, label=f"{n_hidden} hidden units")
    axes[2].plot(epochs, seen[n_hidden][:, 3], color=colour)
axes[0].set(xlabel="epochs", ylabel="nats a digit", title="mean log p, 14 hidden units")
axes[1].set(xlabel="epochs", ylabel="nats", ylim=(0, None), title="free-energy gap")
axes[2].set(xlabel="epochs", ylabel="squared error a pixel", ylim=(0, None))
axes[2].set_title("reconstruction error, held out")
for ax in axes[:2]:
    ax.legend(fontsize=8)
plots.save(fig, "09_overfitting.png")

# %% [markdown]
# What to see: on the left, log p of the 50 digits climbs on, while that of the held-out digits soon
# turns and falls: from there on the model learns by heart. In the middle the gap grows all the while,
# for both models, and needed no Z. On the right the reconstruction error falls on, even on digits never
# seen, and warns of nothing. So stop where the held-out log p turns, or, with only the gap, before it is
# large.
#
# ## The same without a program
#
# A run in a folder, which goes on where it was stopped; its log p; its samples; and in Python the model:
#
#     dgm train rbm --data digits --hidden 16 --rate 1 --epochs 40 --validation 0.1 --out run/
#     dgm evaluate run/
#     dgm sample run/ --out samples.png
#     rbm = numpy_dgm.load_run("run/").model
#
# ## What usually goes wrong
#
# **Grey pixels are fed as bits.** F takes any numbers, and then -F - log Z looks like a log p. But
# exp(-F)/Z adds up to 1 over bits only. Bits drawn with the grey level as probability ("sampled") are
# data again, though other data. Say how grey became bits, and compare only models of the same bits.
#
# **The rate is too high for the chains.** With PCD, W must move slowly. When it runs ahead, the hidden
# layers of the chains freeze, all at a few places, and <v hᵀ>_model is a mean over next to nothing (lesson
# 7 shows what comes of it).
#
# **No cases are held out**, and the last epoch is taken, as the training digits recommend.

# %% the three mistakes, made
ways = {way: open_data("digits", part="test", bits=way, rng=np.random.default_rng(0))
        for way in ("threshold", "sampled", "grey")}
for way, cases in ways.items():
    minus_F = -free_energy(rbm, cases[:]).mean()  # log_likelihood itself would refuse the grey ones
    print(f"  pixels {way:12} -F - log Z = {minus_F - log_partition(rbm):.2f}")

for rate in (0.3, 10.0):
    rng, model = np.random.default_rng(0), runs[rate, "constant"]
    v = bernoulli(np.tile(np.float32(m), (200, 1)), rng)
    for _ in range(300):
        v = gibbs_step(model, v, rng)
    n_layers = len(np.unique(sample_hidden(model, v, rng), axis=0))
    print(f"  rate {rate:4}: 200 chains of 300 steps stand at {n_layers} different hidden layers")

on_few, on_held_out = seen[14][:, 0], seen[14][:, 1]
loss = on_held_out.max() - on_held_out[on_few.argmax()]
print(f"  50 digits: best after {epochs[on_few.argmax()]} epochs by their own log p, after "
      f"{epochs[on_held_out.argmax()]} by that of held-out digits: {loss:.2f} nats lost")

# %% [markdown]
# ## Exercises
#
# 1. Why may one not choose between two models by their mean F on the held-out digits? Make a pair with
#    the same p and different F.
# 2. Work out the gap (9.3) by hand for W = 0.
# 3. Flip the visible bits, v to 1 - v and μ to 1 - μ. What becomes of W'?
#
# ## Solutions
#
# 1. Add a constant to a hidden bias at W = 0: see the cell below.
# 2. F(v) = -b·v + a constant, so the gap is b·(mean of A - mean of B).
# 3. v - μ becomes -(v - μ), so W' changes its sign, as W itself does in the flipped model (lesson 4's
#    exercise 2; c moves by Σᵢ W_ij there). The run is the same run in a mirror; that is why flipping did not matter.

# %% solution 1: with W = 0 add 1 to every hidden bias: p does not change, F does
shifted = replace(unconnected, c=unconnected.c + 1)
for model in (unconnected, shifted):
    F, log_p = free_energy(model, test[:]), log_likelihood(model, test[:])
    print(f"  mean F {F.mean():.2f}, mean log p {log_p.mean():.2f}")
