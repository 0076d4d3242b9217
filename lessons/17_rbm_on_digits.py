# %% [markdown]
# # An RBM on digits: a run as one would do it in earnest
#
# Everything is in place: a gradient from persistent chains, a likelihood, and a list of numbers not
# to believe. This lesson trains RBMs on handwritten digits and makes the choices that every such
# run asks for: how pixels become bits, where to start, which learning rate, and what to do against
# learning by heart. At the end stands the question of lesson 3: what do hidden bits reach that a
# mixture does not?
#
# Afterwards you can
#
# - start a run at the best model without connections, and know its log p by hand;
# - choose a learning rate by digits that were held out, and see why it should fall to 0;
# - see overfitting with and without Z, and use weight decay and patience;
# - compare an RBM with a mixture fairly, and say what its filters and chains show.
#
# About an hour and a half. You need lessons 11 (persistent chains), 14 and 16, and lesson 3
# (mixtures).
#
# ## From grey to bits
#
# The digits are pictures of 8 x 8 pixels, each a grey level from 0 to 16. The RBM's visible units
# are bits. So every pixel is put through a threshold at half:
#
#     vᵢ = 1 if greyᵢ / 16 > 1/2, else 0                                      (17.1)
#
# From here on the bits are the data. A log p speaks of these bits and not of the grey pictures:
# with another threshold it would be another number. `open_data` applies (17.1).
#
# ## Where to start
#
# Let W = 0. Then no pixel is tied to another, and F and Z fall apart into pixels:
#
#     F(v) = -Σᵢ bᵢ vᵢ - Σⱼ log(1 + exp(cⱼ))                xⱼ = cⱼ, whatever v is
#     Z    = Πᵢ (1 + exp(bᵢ)) · Πⱼ (1 + exp(cⱼ))            each unit is 0 or 1, by itself
#     log p(v) = Σᵢ (bᵢ vᵢ - log(1 + exp(bᵢ)))              c has cancelled
#
# Let mᵢ be the fraction of the training digits in which pixel i is on, and take
# bᵢ = log(mᵢ / (1 - mᵢ)). Then 1 + exp(bᵢ) = 1 / (1 - mᵢ), and a term of the sum is log(1 - mᵢ) for
# vᵢ = 0, and bᵢ + log(1 - mᵢ) = log mᵢ for vᵢ = 1:
#
#     log p(v) = Σᵢ (vᵢ log mᵢ + (1 - vᵢ) log(1 - mᵢ))          if W = 0      (17.2)
#
# `init_rbm` starts with these b and a W near 0, so that learning can begin at once with how pixels
# depend on one another. It keeps m within [.01, .99]: a pixel that was never on in training may be
# on in a new digit, and log 0 is -∞.

# %% (17.1) and (17.2) the digits, and independent pixels
import warnings

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, evaluate_rbm, exact_gradient, free_energy, gibbs_step, init_rbm, log_likelihood,
    log_partition, sample_hidden, sample_visible, train_rbm, visible_probs)
from numpy_dgm.energy.gradients import sparsity_gradient
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.guards import TrainingWarning
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify

train = open_data("digits", part="train")
digits = train[:]  # (1437, 64) bits as float32
new_digits = open_data("digits", part="test")[:]  # (360, 64)
by_hand = np.zeros(digits.shape)
for n, grey_picture in enumerate(train.images):
    for i, grey in enumerate(grey_picture):
        by_hand[n, i] = 1.0 if grey / 16 > 1 / 2 else 0.0
verify("(17.1) vᵢ = 1 if greyᵢ / 16 > 1/2, else 0", digits, by_hand)

rng = np.random.default_rng(17)
m = np.clip(by_hand.mean(axis=0), 0.01, 0.99)
log_p_by_hand = np.zeros(len(new_digits))
for n, v in enumerate(new_digits):
    for i in range(64):
        log_p_by_hand[n] += np.log(m[i]) if v[i] == 1 else np.log(1 - m[i])
started = init_rbm(64, 8, rng, train, dtype=np.float64)
unconnected = RBM(W=np.zeros((64, 8)), b=started.b, c=rng.normal(size=8))
log_p = log_likelihood(unconnected, new_digits)
verify("(17.2) log p(v) = Σᵢ (vᵢ log mᵢ + (1 - vᵢ) log(1 - mᵢ))", log_p, log_p_by_hand)
print(f"{digits.mean():.0%} of the bits are on; independent pixels: mean log p {log_p.mean():.2f}")

# %% [markdown]
# ## The loop on a page
#
# 237 of the training digits are held out to choose by. The test digits are left alone until the
# end: whoever chooses by them has learnt from them. The loop is that of lesson 11, with two
# additions: **minibatches**, twenty cases a step in an order that is drawn anew in each epoch (a
# pass over the cases), and a rate that **falls to 0** along a straight line.

# %% a run on digits in twenty lines
fit, held_out = digits[:1200], digits[1200:]
rng = np.random.default_rng(17)
K, M, epochs, first_rate = 16, 100, 10, 0.5
mean = np.clip(fit.mean(axis=0, dtype=np.float64), 0.01, 0.99)
W = 0.01 * rng.standard_normal((64, K))
b = np.log(mean / (1 - mean))
c = np.zeros(K)
h = rng.integers(0, 2, size=(M, K)).astype(float)  # the chains, kept from step to step

step, n_steps = 0, epochs * len(fit) // 20
for epoch in range(epochs):
    order = rng.permutation(len(fit))
    for start in range(0, len(fit), 20):
        v_data = fit[order[start : start + 20]]
        p_h_data = sigmoid(v_data @ W + c)  # positive phase

        v = (rng.random((M, 64)) < sigmoid(h @ W.T + b)).astype(float)  # negative phase
        p_h = sigmoid(v @ W + c)
        h = (rng.random((M, K)) < p_h).astype(float)

        rate = first_rate * (1 - step / n_steps)
        W += rate * (v_data.T @ p_h_data / 20 - v.T @ p_h / M)
        b += rate * (v_data.mean(axis=0) - v.mean(axis=0))
        c += rate * (p_h_data.mean(axis=0) - p_h.mean(axis=0))
        step += 1
    if epoch in (0, 4, 9):
        log_p = log_likelihood(RBM(W, b, c), held_out).mean()
        print(f"epoch {epoch + 1:2}   held-out digits: mean log p {log_p:.2f}")

# %% [markdown]
# ## Which rate?
#
# `train_rbm` is this loop, with the centred gradient of lesson 13. Short runs of 10 epochs, from
# four starts each, are judged by log p of the held-out digits, which 16 hidden units leave exact.

# %% experiment: the learning rate, judged by digits that were held out
rates = (0.03, 0.1, 0.3, 1.0, 3.0)
R = 4  # runs
log_p = {"constant": np.zeros((len(rates), R)), "linear": np.zeros((len(rates), R))}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", TrainingWarning)  # "try a smaller learning rate": we know
    for schedule in log_p:
        for row, rate in enumerate(rates):
            for run in range(R):
                rng = np.random.default_rng(run)
                start = init_rbm(64, 16, rng, fit)
                rbm, _ = train_rbm(start, fit, epochs=10, rng=rng, rate=rate, schedule=schedule)
                log_p[schedule][row, run] = log_likelihood(rbm, held_out).mean()
constant = log_p["constant"].mean(axis=1)  # (rates,)
falling = log_p["linear"].mean(axis=1)
independent = log_likelihood(unconnected, held_out).mean()
print("mean log p, held out, by the rate at the start: constant, falling to 0")
for row, rate in enumerate(rates):
    print(f"{rate:6} {constant[row]:10.2f} {falling[row]:10.2f}")

claim("of the constant rates .3 is best, and rate 3 ends below the independent pixels",
      rates[constant.argmax()] == 0.3 and constant[4] < independent, of_rate_3=constant[4])
gain = falling.max() - constant.max()
claim("the best falling rate beats the best constant one by more than .7 nats", gain > 0.7, by=gain)
claim("and it is a larger one", falling.argmax() > constant.argmax(), rate=rates[falling.argmax()])

fig, (ax,) = plots.new_figure(1, 1, width=5.5, height=3.2)
ax.semilogx(rates, constant, "o-", label="constant")
ax.semilogx(rates, falling, "s--", label="falling to 0")
ax.axhline(independent, color="black", linestyle=":", linewidth=1, label="independent pixels")
ax.set(xlabel="learning rate at the start", ylabel="mean log p, held out", ylim=(-32, -17))
ax.set_xticks(rates, rates)
ax.minorticks_off()
ax.legend(fontsize=9)
plots.save(fig, "17_rates.png")

# %% [markdown]
# **What to see.** The constant rates make a hill. Too small a rate has hardly got away from the
# independent pixels after 10 epochs. Too large a one ends below them: single steps are noisy, and
# the parameters wander about the top at a distance that grows with the rate. A rate that falls to 0
# starts fast, and at the end the noise averages out: it ends higher, and may begin some ten times
# as large.
#
# ## Learning by heart, and what helps
#
# Fifty digits only, so that learning them by heart is easy. Two remedies are in use.
#
# **Weight decay.** Each step also takes α d W from W: large weights must go on being earned. That
# is a step up another goal:
#
#     ∂/∂W_ij (mean log p - (d/2) Σ W²) = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model - d W_ij          (17.3)
#
# **Patience.** Hold some cases out, judge by them after each epoch, and stop when there has been
# nothing better for so many epochs (the patience); take the best model, not the last. It must not
# be short: at the start W is near 0, and nothing moves for a while.

# %% (17.3) decay, against slopes of its goal
def mean_log_p_less_decay(rbm):
    """mean log p - (d/2) Σ W² of the cases `six`, with d = .3."""
    return log_likelihood(rbm, six).mean() - 0.15 * np.sum(rbm.W**2)


rng = np.random.default_rng(3)
six = rng.integers(0, 2, size=(6, 4)).astype(float)
small = RBM(W=rng.normal(size=(4, 3)), b=rng.normal(size=4), c=rng.normal(size=3))
slope = central_differences(mean_log_p_less_decay, small)[:12].reshape(4, 3)  # those by W
decayed = exact_gradient(small, six).W - 0.3 * small.W
verify("(17.3) ∂/∂W_ij (mean log p - (d/2) Σ W²)", decayed, slope, tolerance=1e-8)

# %% experiment: fifty digits
few = fit[:50]
watched = 100 * np.arange(1, 9)  # epochs
own, held, gap = np.zeros((3, 2, R, len(watched)))  # each (2, R, times): no decay, decay
for row, decay in enumerate((0.0, 0.01)):
    for run in range(R):
        rng = np.random.default_rng(run)
        rbm = init_rbm(64, 14, rng, few)
        for place in range(len(watched)):
            rbm, _ = train_rbm(rbm, few, epochs=100, rng=rng, n_chains=40, rate=0.1,
                               schedule="constant", weight_decay=decay)
            log_z = log_partition(rbm)
            own[row, run, place] = log_likelihood(rbm, few, log_z).mean()
            held[row, run, place] = log_likelihood(rbm, held_out, log_z).mean()
            gap[row, run, place] = free_energy(rbm, held_out).mean() - free_energy(rbm, few).mean()
own = own.mean(axis=1)  # (2, times)
held = held.mean(axis=1)
gap = gap.mean(axis=1)
print("              no decay                       decay .01")
print("epochs   the 50   held out     gap      the 50   held out     gap")
for place in range(len(watched)):
    print(f"{watched[place]:6} {own[0, place]:8.2f} {held[0, place]:10.2f} {gap[0, place]:7.2f} "
          f"{own[1, place]:11.2f} {held[1, place]:10.2f} {gap[1, place]:7.2f}")
turned = held[0].argmax()
climb = own[0, -1] - own[0, turned]
claim("no decay: log p of the fifty goes on rising by more than 1.5 nats after that of the "
      "held-out digits has turned", climb > 1.5, turned_after=watched[turned])
fall = held.max(axis=1) - held[:, -1]  # (2,)
claim("which falls by more than a nat", fall[0] > 1, best=held[0].max(), last=held[0, -1])
claim("the gap grows all the while", (np.diff(gap[0]) > 0).all(), gap=gap[0])
claim("decay: the best is higher by .2 nats or more, and the fall smaller by one or more",
      held[1].max() - held[0].max() > 0.2 and fall[0] - fall[1] > 1, fall=fall)

fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.2)
left.plot(watched, own[0], "k:", label="the 50, no decay")
for row, label in enumerate(("no decay", "decay .01")):
    style = ("o-", "s--")[row]
    left.plot(watched, held[row], style, label=f"held out, {label}")
    right.plot(watched, gap[row], style, label=label)
left.set(xlabel="epochs", ylabel="nats a digit", title="mean log p")
right.set(xlabel="epochs", ylabel="nats", ylim=(0, None), title="free-energy gap")
left.legend(fontsize=8)
right.legend(fontsize=8)
plots.save(fig, "17_overfitting.png")

# %% [markdown]
# **What to see.** On the left log p of the fifty digits climbs on, while that of the held-out
# digits turns: from there on the model learns by heart. Patience takes the model at the turn. With
# decay the held-out curve turns later, is higher, and hardly falls. On the right the gap of lesson
# 16, which needed no Z, grows all the while, and grows more slowly with decay.
#
# ## And the mixture of lesson 3?
#
# A mixture of 16 components has 16 · 65 - 1 = 1,039 parameters, an RBM with 16 hidden units
# 64 · 16 + 80 = 1,104. But its 16 bits have 65,536 combinations. Lesson 3's mixtures learnt all
# training digits; so do these RBMs, and now the test digits may be used. `evaluate_rbm` sums Z
# where it can, and takes lesson 14's walks where it cannot: with 64 hidden units.

# %% experiment: 16 and 64 hidden bits on the test digits
of_test = {16: np.zeros(R), 64: np.zeros(R)}  # mean log p of each run
for n_hidden, rate in ((16, 1.0), (64, 0.5)):
    for run in range(R):
        rng = np.random.default_rng(run)
        start = init_rbm(64, n_hidden, rng, digits)
        rbm, _ = train_rbm(start, digits, epochs=30, rng=rng, rate=rate)
        judged = evaluate_rbm(rbm, new_digits, rng, n_temperatures=200)
        of_test[n_hidden][run] = judged.log_likelihood
    print(f"{n_hidden} hidden bits: mean log p of test digits {of_test[n_hidden].mean():.2f}")
gain = of_test[64].mean() - of_test[16].mean()
claim("16 bits reach about -18 nats a test digit", abs(of_test[16].mean() + 18) < 0.6,
      runs=of_test[16])
claim("64 bits reach about a nat more", 0.6 < gain < 1.4, runs=of_test[64])

# %% [markdown]
# **What to see.** Lesson 3 got about -19 nats a digit with 16 components, and about -17.5 with 64.
# Parameter for parameter the bits win, by a few tenths of a nat or more. It is no landslide: not
# all combinations of sixteen bits can be digits, and a mixture with four times the components is
# ahead of them, at four times the parameters.
#
# ## Filters and chains
#
# What has the last model learnt, that of 64 hidden units? A filter is a column of W as a picture:
# what the unit likes (red) and dislikes (blue). And eight chains: four start at new digits, four at
# noise, pixels drawn one by one with the probabilities m of (17.2). Shown is p(v given h), grey
# where the model is undecided.

# %% figure: filters and chains
fig, (ax,) = plots.new_figure(1, 1, width=4.3, height=4.3)
plots.draw_tiles(ax, rbm.W.T, limit=2.0, title="64 filters")
plots.save(fig, "17_filters.png")

rng = np.random.default_rng(1)
noise = (rng.random((4, 64)) < m).astype(np.float32)
v = np.concatenate([new_digits[:4], noise])
shown = (0, 1, 2, 5, 10, 30, 100, 300, 1000)
pictures = [v]
for step in range(1, 1001):
    h = sample_hidden(rbm, v, rng)
    p_v = visible_probs(rbm, h)
    v = sample_visible(rbm, h, rng)
    if step in shown:
        pictures.append(p_v)
plots.save(plots.chains_over_time(np.array(pictures), steps=shown), "17_chains.png")

# %% [markdown]
# **What to see.** Filters of 8 x 8 pixels are mostly specks: a few neighbouring pixels liked and
# their surroundings disliked; a few are strokes. In the chains a row that started at a digit (the
# upper four) has become another one after some ten to a hundred steps; a row that started at noise
# looks like a digit after some five to ten. A row that kept its digit for 1,000 steps would be a
# warning. Some pictures are no digits.
#
# ## The same without a program
#
#     dgm train rbm --data digits --hidden 16 --rate 1 --epochs 40 --validation 0.1 --out run/
#     dgm evaluate run/
#     dgm sample run/ --out samples.png
#
# ## What goes wrong
#
#     grey pixels as bits          F takes any numbers, and -F - log Z looks like a log p. But
#                                  exp(-F) / Z adds up to 1 over bits only
#     the rate outruns the chains  W moves, the hidden layers of the chains freeze, all at a few
#                                  places, and <v hᵀ>_model is a mean over next to nothing

# %% wrong: grey pixels, a rate too high
rng = np.random.default_rng(0)
start = init_rbm(64, 16, rng, fit)
rbm, _ = train_rbm(start, fit, epochs=40, rng=rng, rate=1.0)
log_z = log_partition(rbm)
for way in ("threshold", "grey"):
    cases = open_data("digits", part="test", bits=way)[:]
    print(f"pixels {way:9}   -F - log Z = {-free_energy(rbm, cases).mean() - log_z:.2f}")

for rate in (0.3, 3.0):
    rng = np.random.default_rng(0)
    start = init_rbm(64, 16, rng, fit)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rbm, _ = train_rbm(start, fit, epochs=10, rng=rng, rate=rate, schedule="constant")
    v = (rng.random((200, 64)) < m).astype(np.float32)
    for _ in range(300):
        v = gibbs_step(rbm, v, rng)
    n_layers = len(np.unique(sample_hidden(rbm, v, rng), axis=0))
    print(f"rate {rate}: 200 chains of 300 steps stand at {n_layers} different hidden layers")
for warning in caught:
    print(f"train_rbm, rate 3: {str(warning.message)[:90]}...")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 17 --stop Bernoulli.starting_bias
#
# stops where `init_rbm` makes b of the fractions m of (17.2). A pixel that is never on would get
# -∞; within [.01, .99] it gets log(.01 / .99):
#
#     (Pdb) p data_mean
#     array float64 (64,) [0, 0.836]
#     (Pdb) p logit(np.clip(data_mean, 0.01, 0.99))
#     array float64 (64,) [-4.6, 1.63]
#
# (To step through training itself, train with `fused=False`, so that `pcd_gradient` of lesson 11
# is called.)
#
# ## Appendix: a sparsity target
#
# One can ask each hidden unit to be on for a small fraction of the cases, `target`, so that it
# stands for something particular when it is on. With qⱼ = mean over cases of p(hⱼ = 1 given v), go
# down Σⱼ (target - qⱼ)². The slope of σ is σ (1 - σ), so with p_nj = p(hⱼ = 1 given case n)
#
#     -∂/∂W_ij Σⱼ (target - qⱼ)² = (2/N) Σ_n (target - qⱼ) p_nj (1 - p_nj) v_ni          (17.4)
#
# This is not about log p, and may cost some. `train_rbm(..., sparsity_target=0.1)` adds it to the
# gradient.

# %% (17.4) the sparsity target, against slopes of its goal
def minus_squared_distance(rbm):
    """-Σⱼ (.2 - qⱼ)² of the cases `six`."""
    q = sigmoid(six @ rbm.W + rbm.c).mean(axis=0)
    return -np.sum((0.2 - q) ** 2)


slope = central_differences(minus_squared_distance, small)  # by W, b and c
p_h = sigmoid(six @ small.W + small.c)  # (6, 3)
q = p_h.mean(axis=0)  # (3,)
by_formula = np.zeros((4, 3))
for n in range(6):
    pull = (0.2 - q) * p_h[n] * (1 - p_h[n])  # (3,)
    by_formula += 2 / 6 * np.outer(six[n], pull)
slope_W = slope[:12].reshape(4, 3)
verify("(17.4) -∂/∂W_ij Σⱼ (target - qⱼ)²", by_formula, slope_W, tolerance=1e-8)
by_library = flatten(sparsity_gradient(small, six, 0.2))
verify("(17.4) the library's, b and c too", by_library, slope, tolerance=1e-8)

# %% [markdown]
# ## Exercises
#
# 1. On paper: a model without connections has the m of (17.2), and the new digits have the same m.
#    What is their mean log p? Which number of lesson 1 is that, for each pixel?
# 2. On paper: what does decay do to a weight whose data and model term are equal, in 100 steps
#    with α = .1 and d = .01?
# 3. In code: patience, by hand.
#
#        def train_with_patience(rbm, cases, held_out, patience, rng):
#            """The RBM that was best on held_out: ten epochs of `train_rbm` at a time (rate .1,
#            constant), until there has been nothing better for `patience` turns."""
#
#    Judge by the exact log p, with 14 hidden units and the fifty digits. Its result must be as good
#    on the held-out digits as the best of the table above: `lessons/solutions/17.md` shows the
#    check.
#
# `dgm course release 17 --out .` writes a file for the exercise in code, and
# `dgm course check 17` judges what you write into it.
#
# Solutions: `lessons/solutions/17.md`, for when you have tried.
