# %% [markdown]
# # An RBM on digits: a run as one would do it in earnest
#
# Everything is in place: a gradient from persistent chains, a likelihood, and a list of numbers not
# to believe. This lesson trains RBMs on handwritten digits and makes the choices that every such
# run asks for: how pixels become bits, where to start, which learning rate, when to stop, what to
# do against learning by heart. At the end stands the question of lesson 3: what do hidden bits
# reach that a mixture does not?
#
# Afterwards you can
#
# - start a run at the best model without connections, and know its log p by hand;
# - choose a learning rate by digits that were held out, and see why it should fall to 0;
# - see overfitting with and without Z, and use weight decay, patience and a sparsity target;
# - say what filters and chains show, and compare an RBM with a mixture fairly.
#
# About an hour and three quarters. You need lessons 11 (persistent chains), 14 and 16, and
# lesson 3 (mixtures).
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
    RBM, evaluate_rbm, exact_gradient, free_energy, gibbs_step, hidden_probs, init_rbm,
    log_likelihood, log_partition, sample_hidden, sample_visible, train_rbm, visible_probs)
from numpy_dgm.energy.gradients import reconstruction_error, sparsity_gradient
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.guards import TrainingWarning
from numpy_dgm.foundation.numerics import logsumexp, sigmoid
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify

train, test = open_data("digits", part="train"), open_data("digits", part="test")
digits, new_digits = train[:], test[:]  # (1437, 64) and (360, 64), bits as float32
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
W, b, c = 0.01 * rng.standard_normal((64, K)), np.log(mean / (1 - mean)), np.zeros(K)
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
# four starts each, are judged by the held-out digits: by log p, which 16 hidden units leave exact,
# and by the reconstruction error.

# %% experiment: the learning rate, judged by digits that were held out
rates, schedules, R = (0.03, 0.1, 0.3, 1.0, 3.0), ("constant", "linear"), 4
log_p, error = np.zeros((2, len(schedules), len(rates), R))
with warnings.catch_warnings():
    warnings.simplefilter("ignore", TrainingWarning)  # "try a smaller learning rate": we know
    for row, schedule in enumerate(schedules):
        for column, rate in enumerate(rates):
            for run in range(R):
                rng = np.random.default_rng(run)
                start = init_rbm(64, 16, rng, fit)
                rbm, _ = train_rbm(start, fit, epochs=10, rng=rng, rate=rate, schedule=schedule)
                log_p[row, column, run] = log_likelihood(rbm, held_out).mean()
                error[row, column, run] = reconstruction_error(rbm, held_out)
mean_log_p, mean_error = log_p.mean(axis=2), error.mean(axis=2)
print("          mean log p, held out     reconstruction error, held out")
print("  rate   constant    falling      constant    falling")
for column, rate in enumerate(rates):
    print(f"{rate:6} {mean_log_p[0, column]:10.2f} {mean_log_p[1, column]:10.2f} "
          f"{mean_error[0, column]:13.4f} {mean_error[1, column]:10.4f}")

best, by_error = mean_log_p[0].argmax(), mean_error[0].argmin()
claim("of the constant rates .3 is best, and rate 3 ends below the independent pixels",
      rates[best] == 0.3 and mean_log_p[0, 4] < log_p_by_hand.mean(), of_rate_3=mean_log_p[0, 4])
claim("the reconstruction error recommends a larger one, at a cost of more than .7 nats",
      by_error > best and mean_log_p[0, best] - mean_log_p[0, by_error] > 0.7,
      cost=mean_log_p[0, best] - mean_log_p[0, by_error])
gain = mean_log_p[1].max() - mean_log_p[0].max()
claim("the best falling rate beats the best constant one by more than .7 nats", gain > 0.7, by=gain)

fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.2)
for row, label in enumerate(("constant", "falling to 0")):
    left.semilogx(rates, mean_log_p[row], ("o-", "s--")[row], label=label)
    right.semilogx(rates, mean_error[row], ("o-", "s--")[row], label=label)
left.axhline(log_p_by_hand.mean(), color="black", linestyle=":", linewidth=1, label="independent")
left.set(xlabel="learning rate", ylabel="nats a digit", ylim=(-32, -17))
left.set_title("mean log p, held out")
right.set(xlabel="learning rate", ylabel="squared error a pixel", ylim=(0, None))
right.set_title("reconstruction error, held out")
left.legend(fontsize=9)
plots.save(fig, "17_rates.png")

# %% [markdown]
# **What to see.** On the left, the constant rates make a hill. Too small a rate has got hardly away
# from the independent pixels after 10 epochs. Too large a one ends below them: single steps are
# noisy, and the parameters wander about the top at a distance that grows with the rate. A rate that
# falls to 0 starts fast, and at the end the noise averages out: it ends higher, and may begin some
# ten times as large. On the right, the lowest point of the constant rates lies at a larger rate
# than the top of their hill.
#
# ## Learning by heart, and what helps
#
# Fifty digits only, so that learning them by heart is easy. Three remedies are in use.
#
# **Weight decay.** Each step also takes α d W from W: large weights must go on being earned. That
# is a step up another goal:
#
#     ∂/∂W_ij (mean log p - (d/2) Σ W²) = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model - d W_ij          (17.3)
#
# **Patience.** Hold some cases out, judge by them after each epoch, and stop when there has been
# nothing better for so many epochs (patience); take the best model, not the last.
#
# **A sparsity target.** Ask each hidden unit to be on for a small fraction of the cases, `target`,
# so that it stands for something particular. With qⱼ = mean over cases of p(hⱼ = 1 given v), go
# down Σⱼ (target - qⱼ)². The slope of σ is σ (1 - σ), so with p_nj = p(hⱼ = 1 given case n)
#
#     -∂/∂W_ij Σⱼ (target - qⱼ)² = (2/N) Σ_n (target - qⱼ) p_nj (1 - p_nj) v_ni          (17.4)
#
# This is not about log p, and may cost some. What it buys is units that each say something when
# they are on.

# %% (17.3) and (17.4) decay and sparsity, against slopes of their goals
def mean_log_p_less_decay(rbm):
    """mean log p - (d/2) Σ W² of the cases `six`, with d = .3."""
    return log_likelihood(rbm, six).mean() - 0.15 * np.sum(rbm.W**2)


def minus_squared_distance(rbm):
    """-Σⱼ (.2 - qⱼ)² of the cases `six`."""
    q = sigmoid(six @ rbm.W + rbm.c).mean(axis=0)
    return -np.sum((0.2 - q) ** 2)


rng = np.random.default_rng(3)
six = rng.integers(0, 2, size=(6, 4)).astype(float)
small = RBM(W=rng.normal(size=(4, 3)), b=rng.normal(size=4), c=rng.normal(size=3))
slope = central_differences(mean_log_p_less_decay, small)[:12].reshape(4, 3)  # those by W
decayed = exact_gradient(small, six).W - 0.3 * small.W
verify("(17.3) ∂/∂W_ij (mean log p - (d/2) Σ W²)", decayed, slope, tolerance=1e-8)
slope = central_differences(minus_squared_distance, small)
p_h = sigmoid(six @ small.W + small.c)  # (6, 3)
by_formula = np.zeros((4, 3))
for n in range(6):
    pull = (0.2 - p_h.mean(axis=0)) * p_h[n] * (1 - p_h[n])  # (3,)
    by_formula += 2 / 6 * np.outer(six[n], pull)
slope_W = slope[:12].reshape(4, 3)
verify("(17.4) -∂/∂W_ij Σⱼ (target - qⱼ)²", by_formula, slope_W, tolerance=1e-8)
by_library = flatten(sparsity_gradient(small, six, 0.2))  # W, b and c
verify("(17.4) the library's, b and c too", by_library, slope, tolerance=1e-8)

# %% experiment: fifty digits
few = fit[:50]
watched, R = 100 * np.arange(1, 9), 4  # epochs; runs
own, held, gap, error = np.zeros((4, 2, R, len(watched)))  # without decay, with it
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
            error[row, run, place] = reconstruction_error(rbm, held_out)
print("                  no decay                                decay .01")
print("epochs   the 50   held out     gap    error      the 50   held out     gap    error")
for place in range(len(watched)):
    a, b = own[:, :, place].mean(axis=1), held[:, :, place].mean(axis=1)
    g, e = gap[:, :, place].mean(axis=1), error[:, :, place].mean(axis=1)
    print(f"{watched[place]:6} {a[0]:8.2f} {b[0]:10.2f} {g[0]:7.2f} {e[0]:8.4f} "
          f"{a[1]:11.2f} {b[1]:10.2f} {g[1]:7.2f} {e[1]:8.4f}")
mean_held, mean_own, mean_gap, mean_error = (x.mean(axis=1) for x in (held, own, gap, error))
turned = mean_held[0].argmax()
claim("no decay: log p of the fifty goes on rising by more than 1.5 nats after that of the "
      "held-out digits has turned", mean_own[0, -1] - mean_own[0, turned] > 1.5,
      turned_after=watched[turned])
claim("which falls by more than a nat", mean_held[0].max() - mean_held[0, -1] > 1,
      best=mean_held[0].max(), last=mean_held[0, -1])
claim("the gap grows all the while, and the held-out reconstruction error is lower at the end "
      "than where log p was best", (np.diff(mean_gap[0]) > 0).all()
      and mean_error[0, -1] < mean_error[0, turned], gap=mean_gap[0])
claim("decay: the best is higher by .2 nats or more, and the fall smaller by one or more",
      mean_held[1].max() - mean_held[0].max() > 0.2
      and mean_held[1, -1] - mean_held[0, -1] > 1 + mean_held[1].max() - mean_held[0].max(),
      best=mean_held.max(axis=1), last=mean_held[:, -1])

fig, axes = plots.new_figure(1, 3, width=9.5, height=3.0)
axes[0].plot(watched, mean_own[0], "k:", label="the 50, no decay")
for row, label in enumerate(("no decay", "decay .01")):
    style = ("o-", "s--")[row]
    axes[0].plot(watched, mean_held[row], style, label=f"held out, {label}")
    axes[1].plot(watched, mean_gap[row], style, label=label)
    axes[2].plot(watched, mean_error[row], style, label=label)
axes[0].set(xlabel="epochs", ylabel="nats a digit", title="mean log p")
axes[1].set(xlabel="epochs", ylabel="nats", ylim=(0, None), title="free-energy gap")
axes[2].set(xlabel="epochs", ylabel="squared error a pixel", ylim=(0, None))
axes[2].set_title("reconstruction error, held out")
axes[0].legend(fontsize=8)
axes[1].legend(fontsize=8)
plots.save(fig, "17_overfitting.png")

# %% [markdown]
# **What to see.** On the left log p of the fifty digits climbs on, while that of the held-out
# digits turns: from there on the model learns by heart. In the middle the gap, which needed no Z,
# grows all the while. On the right the reconstruction error falls on, even on digits never seen,
# and warns of nothing. With decay the held-out curve turns later and hardly falls.
#
# ## Filters and chains
#
# 64 hidden units. Z is out of reach, but filters and samples can be looked at. A filter is a column
# of W as a picture: what the unit likes (red) and dislikes (blue). Two models, one with a sparsity
# target of .1. Four chains start at new digits, four at noise: pixels drawn one by one with the
# probabilities m of (17.2). Shown is p(v given h), grey where the model is undecided.

# %% experiment: filters and chains
models = {}
for name, settings in (("no target", {}), ("target .1", {"sparsity_target": 0.1})):
    rng = np.random.default_rng(0)
    start = init_rbm(64, 64, rng, fit)
    models[name], _ = train_rbm(start, fit, epochs=25, rng=rng, rate=0.5, **settings)
on, log_p_large = {}, {}
for name, rbm in models.items():
    on[name] = hidden_probs(rbm, held_out).mean()
    judged = evaluate_rbm(rbm, held_out, np.random.default_rng(1), n_temperatures=200)
    log_p_large[name] = judged.log_likelihood
    verdict = "trusted" if judged.trusted else "not trusted"
    print(f"{name}: hidden units are on for {on[name]:.0%} of the held-out digits, "
          f"mean log p {judged.log_likelihood:.2f}, {verdict}")
claim("the target is kept, and costs less than .5 nats",
      abs(on["target .1"] - 0.1) < 0.03 and on["no target"] > 0.35
      and log_p_large["no target"] - log_p_large["target .1"] < 0.5)

fig, axes = plots.new_figure(1, 2, width=8.5, height=4.3)
for ax, (name, rbm) in zip(axes, models.items()):
    plots.draw_tiles(ax, rbm.W.T, limit=2.0, title=f"filters, {name}")
plots.save(fig, "17_filters.png")

large = models["no target"]
rng = np.random.default_rng(1)
noise = (rng.random((4, 64)) < m).astype(np.float32)
v = np.concatenate([new_digits[:4], noise])
shown, pictures = (0, 1, 2, 5, 10, 30, 100, 300, 1000), [v]
for step in range(1, 1001):
    h = sample_hidden(large, v, rng)
    p_v = visible_probs(large, h)
    v = sample_visible(large, h, rng)
    if step in shown:
        pictures.append(p_v)
plots.save(plots.chains_over_time(np.array(pictures), steps=shown), "17_chains.png")

# %% [markdown]
# **What to see.** Filters of 8 x 8 pixels are mostly specks: a few neighbouring pixels liked and
# their surroundings disliked; a few are strokes. The edges, where there is hardly ever ink, stay
# pale. In the chains a row that started at a digit (the upper four) has become another one after
# some ten to thirty steps; a row that started at noise is a blot at first, and looks like a digit
# after some five to ten. A row that kept its digit for 1,000 steps would be a warning. Some
# pictures are no digits.
#
# ## And the mixture of lesson 3?
#
# A mixture of 16 components has 16 · 65 - 1 = 1,039 parameters, an RBM with 16 hidden units
# 64 · 16 + 80 = 1,104. But its 16 bits have 65,536 combinations. Now the test digits may be used.
# Both learn from all training digits; the EM is lesson 3's, in a few lines.

# %% experiment: hidden bits against components
def mixture_log_joint(pi, mu, v):
    """(N, components) log p(v, component)."""
    return np.log(pi) + v @ np.log(mu).T + (1 - v) @ np.log(1 - mu).T


def learn_mixture(n_components, cases, rng):
    """Twenty steps of EM from near the mean picture: weights pi (n,), means mu (n, 64)."""
    logits = np.log(m / (1 - m)) + 0.5 * rng.standard_normal((n_components, 64))
    pi, mu = np.full(n_components, 1 / n_components), sigmoid(logits)
    for _ in range(20):
        joint = mixture_log_joint(pi, mu, cases)
        r = np.exp(joint - logsumexp(joint, axis=1)[:, None])  # E: responsibilities
        pi = r.mean(axis=0)  # M
        mu = np.clip(r.T @ cases / r.sum(axis=0)[:, None], 0.01, 0.99)
    return pi, mu


R = 3
of_mixture, of_rbm = np.zeros((2, 2, R))  # 16, then 64
for run in range(R):
    for row, n in enumerate((16, 64)):
        rng = np.random.default_rng(run)
        pi, mu = learn_mixture(n, digits, rng)
        of_mixture[row, run] = logsumexp(mixture_log_joint(pi, mu, new_digits), axis=1).mean()
        start = init_rbm(64, n, rng, digits)
        rbm, _ = train_rbm(start, digits, epochs=30, rng=rng, rate=(1.0, 0.5)[row])
        judged = evaluate_rbm(rbm, new_digits, rng, n_temperatures=200)
        of_rbm[row, run] = judged.log_likelihood
print("test digits, mean log p      mixture        RBM")
for row, n in enumerate((16, 64)):
    print(f"  {n} components, or bits {of_mixture[row].mean():12.2f} {of_rbm[row].mean():10.2f}")
claim("with 16 of either, the RBM is better by more than .3 nats",
      of_rbm[0].mean() - of_mixture[0].mean() > 0.3, rbm=of_rbm[0], mixture=of_mixture[0])
claim("with 64 of either, by more than .2", of_rbm[1].mean() - of_mixture[1].mean() > 0.2,
      rbm=of_rbm[1], mixture=of_mixture[1])
claim("but a mixture of 64 is better than 16 bits by more than .2 nats",
      of_mixture[1].mean() - of_rbm[0].mean() > 0.2)

# %% [markdown]
# **What to see.** Parameter for parameter the bits win, by half a nat a digit or more. It is no
# landslide: not all combinations of sixteen bits can be digits, and a mixture with four times the
# components is ahead of them, at four times the parameters.
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
#     sparsity above all           a cost of 10, and all units are off: independent pixels again
#     patience too short           at the start W is near 0 and nothing moves for a while; with 20
#                                  epochs of patience the run may end there

# %% wrong: grey pixels, a rate too high, sparsity above all, patience too short
rng = np.random.default_rng(0)
start = init_rbm(64, 16, rng, fit)
rbm, _ = train_rbm(start, fit, epochs=40, rng=rng, rate=1.0)
log_z = log_partition(rbm)
for way in ("threshold", "sampled", "grey"):
    cases = open_data("digits", part="test", bits=way, rng=np.random.default_rng(0))[:]
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

rng = np.random.default_rng(0)
start = init_rbm(64, 64, rng, fit)
rbm, _ = train_rbm(start, fit, epochs=25, rng=rng, rate=0.5, sparsity_target=0.1, sparsity_cost=10)
print(f"sparsity cost 10: hidden units are on for {hidden_probs(rbm, held_out).mean():.4%}")

for patience in (20, 100):
    rng = np.random.default_rng(0)
    start = init_rbm(64, 14, rng, fit[:150])
    rbm, history = train_rbm(start, fit[:150], epochs=500, rng=rng, rate=0.1,
                             schedule="constant", validation=1 / 3, patience=patience)
    print(f"patience {patience:3}: stopped after {len(history['epoch'])} epochs, "
          f"held-out digits {log_likelihood(rbm, held_out).mean():.2f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 17 --stop sparsity_gradient
#
# stops in the proof of (17.4), for six cases and three hidden units:
#
#     (Pdb) p v
#     array float64 (6, 4) [0, 1]
#     (Pdb) p target
#     0.2
#
# (To step through training itself, train with `fused=False`, so that `pcd_gradient` of lesson 11
# is called.)
#
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
# Solutions: `lessons/solutions/17.md`, for when you have tried.
