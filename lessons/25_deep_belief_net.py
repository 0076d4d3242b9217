# %% [markdown]
# # A deep belief net: what a second layer buys
#
# An RBM turns a picture into hidden bits. Those bits are data too, and a second RBM can learn them.
# What is such a stack a model of? And is it a better model of the pictures than its first RBM
# alone, or does it only look deeper?
#
# Afterwards you can
#
# - say what a deep belief net is, and draw a sample from it;
# - derive a bound on its log p, and prove that a second layer starts without any loss;
# - put a second RBM on a first one with a loop of a page;
# - say, before the second one has learnt anything, how much the bound can gain.
#
# About an hour and a quarter. You need entropy and KL (lesson 1), the RBM (lesson 7), its exact
# gradient (lesson 8) and persistent chains (lesson 11).
#
# ## Half of the RBM stays
#
# Read an RBM from above. It draws h, and then v given h:
#
#     p(v) = Σ_h p(h) p(v given h)
#
# Both factors come from the same W, b and c. Keep p(v given h), and put another p(h) in the place
# of the RBM's own: that of a second RBM, whose visible layer is h. This is a deep belief net, or
# DBN (Hinton, Osindero and Teh 2006). Write h₁ for h, h₂ for the second RBM's hidden layer, and an
# index for whose parameters are meant:
#
#     p(v, h₁, h₂) = p₂(h₁, h₂) p(v given h₁)        p(vᵢ = 1 given h₁) = σ(b₁ᵢ + (W₁ h₁)ᵢ)
#
# The upper two layers are an RBM: h₁ and h₂ are drawn in turn. From h₁ to v it goes down only. The
# way up, q, is the first RBM's p(h₁ given v). It is no part of the model, but learning needs it.
#
#     h₂    o   o   o   o
#                 ↕           p₂(h₁, h₂), the second RBM
#     h₁      o   o   o
#                 ↓   ⇡       ↓ p(v given h₁), the rest of the first RBM      ⇡ q(h₁ given v)
#     v     o   o   o   o

# %% what this lesson uses
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    DBN, RBM, exact_gradient, init_rbm, layer_from_below, log_likelihood, lower_bound, sample_dbn,
    train_dbn, train_rbm, up_down_gradient)
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean

# %% [markdown]
# ## A bound, in numbers
#
# One visible unit, one hidden unit, W₁ = 2, b₁ = c₁ = -1. This RBM gives both units the
# probability ½, and knows that they are mostly alike:
#
#     p(v = 1 given h = 1) = σ(-1 + 2) = .731        p(v = 1 given h = 0) = σ(-1) = .269
#
# Now let a second RBM say that h = 1 has the probability .8. Then
#
#     p(v = 1) = .8 · .731 + .2 · .269 = .639        log p(v = 1) = -.449, it was log ½ = -.693
#
# With 500 hidden units there are 2^500 terms in the place of these two. We want something cheaper
# that is never too high. The first RBM could say which h belongs to a v: p(h = 1 given v = 1) =
# .731. With the new p(h) that is no longer right (it is .8 · .731 / .639 = .916), but nothing
# forbids to go on using it. Call it q. Take log p(h) + log p(v given h) - log q(h given v) for each
# h, and its mean under q:
#
#     h = 1    log .8 + log .731 - log .731 = -.223        with q = .731
#     h = 0    log .2 + log .269 - log .269 = -1.609       with q = .269
#     mean     .731 · (-.223) + .269 · (-1.609) = -.596    below -.449, as it must be
#
# A mean can be had from draws, without the sum. With the old p(h) = ½ both lines are log ½, exactly
# log p(v). So the second RBM has raised this mean from -.693 to -.596, and log p(v = 1) even more.

# %% the same numbers by the library
tiny = RBM(W=np.array([[2.0]]), b=np.array([-1.0]), c=np.array([-1.0]))
b_top = np.log(0.8 / 0.2)
top = RBM(W=np.array([[0.0]]), b=np.array([b_top]), c=np.array([0.0]))  # p(h = 1) = .8
v_on = np.ones((20_000, 1))
draws = lower_bound(DBN((tiny, top)), v_on, np.random.default_rng(25))
print("the two lines                 ", np.unique(draws.round(3)))
print("mean of 20,000 draws          ", draws.mean().round(3))
print("log p(v = 1) of the first RBM ", log_likelihood(tiny, v_on[:1]).round(3))

# %% [markdown]
# ## The bound
#
# Write h for h₁, so p(v, h) = p₂(h) p(v given h). Let q(h given v) be any distribution of h. From
# p(h given v) = p(v, h) / p(v), for every h,
#
#     log p(v) = log p(v, h) - log p(h given v)
#              = log p(v, h) - log q(h given v) + log (q(h given v) / p(h given v))
#
# There is no h on the left, so the mean of the right side under q is log p(v) too. The mean of its
# first two terms is the bound B; H(q) is the entropy of q(h given v). The mean of the last term is
# a KL, which is never below 0 (lesson 1):
#
#     B(v) = E_q[log p(v, h)] + H(q)                                   (25.1)
#     log p(v) = B(v) + KL(q(h given v) ‖ p(h given v))                (25.2)
#     B(v) <= log p(v)                                                 (25.3)
#
# The cell lists all eight h of a small stack, for all sixteen v, and holds the library's draws
# against the list. (In log p₂(h) is log Z of the second RBM: summed here, and estimated in lessons
# 14 and 15 where it cannot be.)

# %% (25.1) to (25.3) the bound, by listing
def log_given(x, s):
    """log p of each row of bits s (S, K) where the units have the inputs x (N, K): (N, S)."""
    return np.log(sigmoid(x)) @ s.T + np.log(sigmoid(-x)) @ (1 - s).T


def list_hidden(first, second, cases):
    """log p(v, h₁) and log q(h₁ given v) of each case and every h₁: both (N, 2^K₁)."""
    every_h = all_bits(len(first.c))  # (2^K₁, K₁)
    down = every_h @ first.W.T + first.b  # inputs to the visible units
    up = cases @ first.W + first.c  # inputs to the hidden units
    log_p = log_likelihood(second, every_h) + log_given(down, cases).T
    log_q = log_given(up, every_h)
    return log_p, log_q


def bound_and_log_p(first, second, cases):
    """B(v) and log p(v) of each case: both (N,)."""
    log_p, log_q = list_hidden(first, second, cases)
    B = np.sum(np.exp(log_q) * (log_p - log_q), axis=1)
    log_p_v = np.log(np.sum(np.exp(log_p), axis=1))
    return B, log_p_v


rng = np.random.default_rng(2500)
first = RBM(rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3))
second = RBM(rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4))
stack = DBN((first, second))
every_v = all_bits(4)  # (16, 4)
every_h = all_bits(3)  # (8, 3)

B, log_p_v = bound_and_log_p(first, second, every_v)
log_p, log_q = list_hidden(first, second, every_v)
q = np.exp(log_q)  # (16, 8)
posterior = np.exp(log_p - log_p_v[:, None])  # (16, 8) p(h₁ given v) of the stack
KL = np.sum(q * np.log(q / posterior), axis=1)

draws = np.zeros((3_000, 16))
for n in range(3_000):
    draws[n] = lower_bound(stack, every_v, rng)
verify_mean("(25.1) B(v) = E_q[log p(v, h)] + H(q)", draws, B)
verify("(25.2) log p(v) = B(v) + KL(q(h given v) ‖ p(h given v))", log_p_v, B + KL)
verify_at_most("(25.3) B(v) <= log p(v)", B, log_p_v)

# %% [markdown]
# ## A start without loss
#
# Where should the second RBM start? Its visible layer should have the distribution that h₁ has in
# the first one. There is an RBM that has it: the first one itself, turned over.
#
#     W₂ = W₁ᵀ    b₂ = c₁    c₂ = b₁            so p₂(h₁) = Σ_v p₁(v, h₁) = p₁(h₁)
#
# Then p(v, h₁) is what it was in the first RBM. So q is right, the KL of (25.2) is 0, and
#
#     B(v) = log p₁(v)            where the second RBM is the first one turned over    (25.4)
#
# not only on average: p(v, h₁) / q(h₁ given v) is then p₁(v), whichever h₁ was drawn. This takes
# K₂ = D hidden units on top.
#
# From there the second RBM learns, and the first one stays. Of
#
#     B(v) = E_q[log p₂(h₁)] + E_q[log p(v given h₁)] + H(q)
#
# only the first term depends on θ₂, the parameters of the second RBM. So
#
#     ∂ mean B/∂θ₂ = ∂ mean E_q[log p₂(h₁)]/∂θ₂                            (25.5)
#
# and the right side is what training an RBM climbs (lesson 8), with h₁ drawn from q as its cases.
# That is the whole method: *train the second RBM on the hidden bits of the first*.
#
# ## How much there is to gain
#
# Mix q(h₁ given v) over the cases: q̄(h₁), how often each h₁ comes up. Then
#
#     mean E_q[log p₂(h₁)] = Σ_h₁ q̄(h₁) log p₂(h₁)
#
# and at the start, where mean B = mean log p₁(v), there is p₁ in the place of p₂. The difference is
#
#     Σ_h₁ q̄ log p₂ - Σ_h₁ q̄ log p₁ = Σ_h₁ q̄ log (q̄/p₁) - Σ_h₁ q̄ log (q̄/p₂)
#
#     mean B = mean log p₁(v) + KL(q̄ ‖ p₁) - KL(q̄ ‖ p₂)                    (25.6)
#
# The first KL is all that the bound can gain: how far the h₁ of the cases (q̄) are from those that
# the first RBM draws by itself (p₁). The second KL is what the second RBM has not yet learnt of it.

# %% (25.4) to (25.6) the second RBM
turned = layer_from_below(first, 4, rng)  # 4 hidden units, as many as `first` has visible ones
draws = lower_bound(DBN((first, turned)), every_v, rng)
log_p_first = log_likelihood(first, every_v)
verify("(25.4) B(v) = log p₁(v), for whatever h is drawn", draws, log_p_first)


def mean_B(top):
    """The mean of B over all sixteen v as cases."""
    B, _ = bound_and_log_p(first, top, every_v)
    return B.mean()


def KL_of(q, p):
    return np.sum(q * np.log(q / p))


q_bar = q.mean(axis=0)  # (8,)
slopes = central_differences(mean_B, second)
expected = np.zeros_like(slopes)
for j, h in enumerate(every_h):
    expected += q_bar[j] * flatten(exact_gradient(second, h))
verify("(25.5) ∂ mean B/∂θ₂ = ∂ mean E_q[log p₂(h₁)]/∂θ₂", slopes, expected, tolerance=1e-8)
p_1 = np.exp(log_likelihood(turned, every_h))  # (8,)
p_2 = np.exp(log_likelihood(second, every_h))
gained = KL_of(q_bar, p_1) - KL_of(q_bar, p_2)
verify("(25.6) mean B = mean log p₁(v) + KL(q̄ ‖ p₁) - KL(q̄ ‖ p₂)",
       mean_B(second), log_p_first.mean() + gained)

# %% [markdown]
# ## The loop on a page
#
# A world in which the first RBM leaves something to be learnt. Three bits, of which exactly one is
# on. Each is seen through three pixels, of which one in ten is wrong. The first RBM has a hidden
# unit for each three pixels, W = 2 log (.9/.1) to its own and 0 to the others; b and c are such
# that a pixel is right with probability .9 and each bit is on in one case of three. It knows the
# bits, each by itself, and nothing about *exactly one*.
#
# Only the second RBM learns below, by persistent chains, as in lesson 11. What is new is one line:
# its cases are coins, thrown with the first RBM's probabilities.

# %% a second RBM on the bits of the first
w = 2 * np.log(0.9 / 0.1)
own_pixels = np.repeat(np.eye(3), 3, axis=0)  # (9, 3) 1 where a pixel is of that bit
simple = RBM(W=w * own_pixels, b=np.full(9, -w / 2), c=np.full(3, -3 * w / 2 - np.log(2)))


def one_of_three(N, rng):
    """N cases (N, 9)."""
    which = rng.integers(3, size=N)
    pixels = own_pixels.T[which]
    is_wrong = rng.random((N, 9)) < 0.1
    return np.abs(pixels - is_wrong)


def coins(p, rng):
    """A coin for each entry of p, in its shape."""
    return (rng.random(p.shape) < p).astype(float)


def learn_second(first, cases, seed, n_steps=1_500):
    """Train a second RBM on the bits of the first: [the second RBM at every 300th step]."""
    rng = np.random.default_rng([25, seed])
    W, b, c = first.W.T.copy(), first.c.copy(), first.b.copy()  # the first one turned over
    h = coins(sigmoid(cases[:100] @ first.W + first.c), rng)
    chains = coins(sigmoid(h @ W + c), rng)  # (M, K₂)
    on_the_way = []
    for step in range(n_steps + 1):
        if step % 300 == 0:
            on_the_way.append(RBM(W.copy(), b.copy(), c.copy()))
        rate = 0.1 * (1 - step / (n_steps + 1))  # smaller and smaller, so that it settles
        v = cases[rng.integers(len(cases), size=50)]  # (N, D)
        h = coins(sigmoid(v @ first.W + first.c), rng)  # (N, K₁) the cases of the second RBM

        p_up = sigmoid(h @ W + c)  # (N, K₂) positive phase
        h_model = coins(sigmoid(chains @ W.T + b), rng)  # (M, K₁) negative phase: the chains go on
        p_up_model = sigmoid(h_model @ W + c)  # (M, K₂)
        chains = coins(p_up_model, rng)

        W += rate * (h.T @ p_up / 50 - h_model.T @ p_up_model / 100)
        b += rate * (h.mean(axis=0) - h_model.mean(axis=0))
        c += rate * (p_up.mean(axis=0) - p_up_model.mean(axis=0))
    return on_the_way


cases = one_of_three(400, np.random.default_rng(2501))
print(f"the first RBM alone                      {log_likelihood(simple, cases).mean():6.3f}")
for number, second_then in enumerate(learn_second(simple, cases, seed=0)):
    B_then, log_p_then = bound_and_log_p(simple, second_then, cases)
    print(f"step {300 * number:5,}   bound {B_then.mean():6.3f}   log p {log_p_then.mean():6.3f}")

# %% [markdown]
# At step 0 bound and log p are the first RBM's log p: nothing was lost by the new layer. Then both
# climb, log p higher than the bound. Twelve runs, each with cases of its own, and beside them what
# (25.6) says there is to gain:

# %% experiment: what the second layer gains
def most_to_gain(first, cases):
    """KL(q̄ ‖ p₁), by the list of all h₁."""
    every_h = all_bits(len(first.c))
    q = np.exp(log_given(cases @ first.W + first.c, every_h))  # (N, 2^K₁)
    turned = RBM(first.W.T, first.c, first.b)
    p_1 = np.exp(log_likelihood(turned, every_h))
    return KL_of(q.mean(axis=0), p_1)


gains = np.zeros((12, 6, 2))  # run, every 300th step, bound or log p
most = np.zeros(12)
for seed in range(12):
    cases_now = one_of_three(400, np.random.default_rng([2502, seed]))
    start = log_likelihood(simple, cases_now).mean()
    most[seed] = most_to_gain(simple, cases_now)
    for number, second_then in enumerate(learn_second(simple, cases_now, seed)):
        B_then, log_p_then = bound_and_log_p(simple, second_then, cases_now)
        gains[seed, number] = B_then.mean() - start, log_p_then.mean() - start

fig, (ax,) = plots.new_figure(width=7, height=3.4)
steps = 300 * np.arange(6)
for k, (name, colour) in enumerate((("bound", "tab:blue"), ("log p", "tab:orange"))):
    ax.plot(steps, gains[:, :, k].mean(axis=0), color=colour, label=f"{name}, mean of 12 runs")
    ax.fill_between(steps, gains[:, :, k].min(axis=0), gains[:, :, k].max(axis=0), color=colour,
                    alpha=0.2, linewidth=0)
ax.axhline(most.mean(), color="tab:blue", linestyle="--", label="most for the bound to gain, mean")
ax.axhline(0, color="0.6", linewidth=1, label="the first RBM alone")
ax.set(xlabel="step of the second RBM", ylabel="gain, nats a case", ylim=(-0.05, None))
ax.legend(loc="lower right")
plots.save(fig, "25_gain.png")
claim("A new layer begins exactly where the first RBM stood", np.abs(gains[:, 0]).max() < 1e-9,
      largest_difference=np.abs(gains[:, 0]).max())
share = gains[:, -1, 0] / most
claim("the bound gains more than nine tenths of what there is, in every run", share.min() > 0.9,
      mean=share.mean(), worst=share.min(), most=most.mean())
claim("log p gains more than its bound", np.min(gains[:, -1, 1] - gains[:, -1, 0]) > 0.02,
      bound=gains[:, -1, 0].mean(), log_p=gains[:, -1, 1].mean())

# %% [markdown]
# **What to see.** (The bands go from the lowest run to the highest.) A new layer begins exactly
# where the first RBM stood. The bound gains more than nine tenths of what there is, in every run:
# about .4 nats a case. And log p gains more than its bound: the two part as q goes wrong. (25.6) is
# a limit to the bound, not to log p.
#
# ## Samples
#
# A sample of the stack comes in two parts. Run a Gibbs chain of the second RBM until it has
# forgotten its start, and take its h₁; then go down to v, once. Each v comes up with the
# probability
#
#     p(v) = Σ_h₁ p₂(h₁) Πᵢ p(vᵢ given h₁)                                      (25.7)
#
# The cell counts how often each v of the small stack comes, among 20,000 samples of the library.

# %% (25.7) samples, layer by layer
v, _ = sample_dbn(stack, 20_000, 30, rng)
is_there = np.zeros((20_000, 16))
is_there[np.arange(20_000), bits_to_index(v)] = 1
verify_mean("(25.7) p(v) = Σ_h₁ p₂(h₁) Πᵢ p(vᵢ given h₁)", is_there, np.exp(log_p_v))

# %% [markdown]
# ## On digits
#
# That world was made for the second layer: its first RBM had not learnt. Now let an RBM of six
# hidden units learn 300 digits of 64 pixels. What is left for a second one? There are only 64
# states of h₁, so all is exact again. `train_dbn` turns the RBM over and trains the second one, as
# the loop did.

# %% experiment: two layers on digits
digits = open_data("digits", part="train")[:300].astype(float)
results = np.zeros((6, 3))
for seed in range(6):
    rng_now = np.random.default_rng([2503, seed])
    rbm = init_rbm(64, 6, rng_now, digits, dtype=np.float64)
    rbm, _ = train_rbm(rbm, digits, rng=rng_now, epochs=100, rate=0.2)
    start = log_likelihood(rbm, digits).mean()

    new = init_rbm(6, 64, rng_now, dtype=np.float64)  # its turn will start it from below
    two, _ = train_dbn(DBN((rbm, new)), digits, rng=rng_now, epochs=40, rate=0.05, keep=1)
    B, _ = bound_and_log_p(rbm, two.layers[1], digits)
    longer, _ = train_rbm(rbm, digits, rng=rng_now, epochs=40, rate=0.2)
    log_p_longer = log_likelihood(longer, digits).mean()
    results[seed] = most_to_gain(rbm, digits), B.mean() - start, log_p_longer - start
names = ("most that the bound can gain", "the bound, by a second layer", "log p, by the RBM alone")
for k, name in enumerate(names):
    print(f"{name:30} {results[:, k].mean():6.3f} nats, "
          f"{results[:, k].min():.3f} to {results[:, k].max():.3f}")
claim("There is less than a fifth of a nat for the bound to gain", results[:, 0].max() < 0.2,
      mean=results[:, 0].mean(), most=results[:, 0].max())
claim("the second layer gets hold of a part of it", results[:, 1].min() > 0.002,
      mean=results[:, 1].mean(), least=results[:, 1].min())
claim("the RBM alone gains more than twice that by 40 more epochs",
      np.min(results[:, 2] - 2 * results[:, 0]) > 0, least=np.min(results[:, 2] / results[:, 0]))

# %% [markdown]
# **What to see.** There is less than a fifth of a nat for the bound to gain, and the second layer
# gets hold of a part of it. The RBM alone gains more than twice that by 40 more epochs. So train
# the first RBM well before you add another. One reason why KL(q̄ ‖ p₁) is small here: the first
# RBM's gradient by c_j is the mean of h_j under q̄, less that under p₁ (lesson 8). Where c is at
# rest, these means agree, and what is left for a second layer is how the h_j go together.
#
# So a second layer can make a better model, and KL(q̄ ‖ p₁) says beforehand by how much its bound
# can rise. Whether the bits of a deep stack are *useful*, to tell digits apart, is another
# question; lesson 26 asks it.
#
# ## What goes wrong
#
# The start from below has three parts. Leave one out, and nothing complains: the layer is an RBM
# like any other, and will learn. The cell prints where the bound starts, in the world of three
# bits.

# %% wrong: starts that are not from below
right = RBM(simple.W.T, simple.c, simple.b)
starts = {
    "turned over": right,
    "b₂ left at 0": RBM(right.W, np.zeros(3), right.c),
    "c₂ left at 0": RBM(right.W, right.b, np.zeros(9)),
    "a new RBM": init_rbm(3, 9, np.random.default_rng(2504), dtype=np.float64),
}
lost = {}
for name, top in starts.items():
    B_start, _ = bound_and_log_p(simple, top, cases)
    lost[name] = log_likelihood(simple, cases).mean() - B_start.mean()
    print(f"{name:14} the bound starts {lost[name]:8.3f} nats below log p of the first RBM")
wrong_ones = [lost["b₂ left at 0"], lost["c₂ left at 0"], lost["a new RBM"]]
claim("Only the first starts without loss, each of the others loses more than a tenth of a nat",
      abs(lost["turned over"]) < 1e-6 and min(wrong_ones) > 0.1, least=min(wrong_ones))

# %% [markdown]
# Only the first starts without loss; each of the others loses more than a tenth of a nat. Two more
# things to watch:
#
# - Coins go up, not means. (25.5) asks for E_q[log p₂(h₁)], and that is not log p₂ at the mean of
#   h₁. (Lesson 26 sends up means: it wants features, and no bound.)
# - (25.5) promises a climb for its own gradient. An estimate from chains that are stuck (lesson 11)
#   comes without that promise. Before you believe in depth, compare the bound with log p of the
#   first RBM: `dgm evaluate` prints both.
#
# ## Appendix: up-down, all layers together
#
# So far the first RBM stayed as it was. But p(v given h₁) could now be better, and so could q. To
# let both learn, untie them: the way down gets weights of its own, W_down and b_down, the way up
# W_up and c_up. Both start at those of the first RBM. Then each is taught by what the other draws:
#
#     wake     v a case, h₁ from q:              climb E_q[log p(v given h₁)] by the way down
#     sleep    h₁ from the second RBM, then v:   climb E_p[log q(h₁ given v)] by the way up
#
# A bit s with the input x has log p(s) = s x - log(1 + exp(x)), whose slope by x is s - σ(x): what
# was, less what was expected. From x it goes on to the weights:
#
#     ∂ log p(v given h₁)/∂W_down = (v - σ(b_down + W_down h₁)) h₁ᵀ                 (25.8)
#     ∂ log q(h₁ given v)/∂W_up   = v (h₁ - σ(c_up + W_upᵀ v))ᵀ                     (25.9)
#
# Wake climbs B itself. Sleep does not: it makes q like p(h₁ given v) on the model's own samples, by
# the KL the other way round, and that is the price of its being so cheap. The second RBM goes on
# learning between the two. `train_dbn` does all three where it is given `up_down_epochs`.
#
# The cell lists both means for a small stack, and holds the library's draws against their
# differences. Its second RBM has no weights, so that a Gibbs step draws h₁ from p₂(h₁) at once.

# %% (25.8) and (25.9) wake and sleep
other = RBM(rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3))
no_weights = RBM(np.zeros((3, 4)), rng.normal(size=3), rng.normal(size=4))
loose = DBN((first, no_weights), (other,))  # up by `first`, down by `other`
v_data = every_v[[1, 6, 6, 12]]


def awake_log_p(down):
    """Mean E_q[log p(v given h₁)] of the cases, by the list of all h₁."""
    q = np.exp(log_given(v_data @ first.W + first.c, every_h))  # (4, 8)
    log_p = log_given(every_h @ down.W.T + down.b, v_data).T  # (4, 8)
    return np.sum(q * log_p) / len(v_data)


def asleep_log_q(up):
    """E_p[log q(h₁ given v)], by the list of all v and h₁."""
    p_h = np.exp(log_likelihood(no_weights, every_h))  # (8,)
    p_v = np.exp(log_given(every_h @ other.W.T + other.b, every_v))  # (8, 16) given h₁
    log_q = log_given(every_v @ up.W + up.c, every_h).T  # (8, 16)
    return np.sum(p_h[:, None] * p_v * log_q)


wake = np.zeros((60, len(flatten(other))))
sleep = np.zeros((60, len(flatten(first))))
many = np.tile(v_data, (200, 1))
chains = np.zeros((600, 4))  # where the second RBM's chains stand
for i in range(60):
    gradient, _ = up_down_gradient(loose, many, chains, 1, rng)
    wake[i] = flatten(gradient.generative[0])
    sleep[i] = flatten(gradient.layers[0])
slopes = central_differences(awake_log_p, other)
verify_mean("(25.8) wake = ∂E_q[log p(v given h₁)]", wake, slopes)
slopes = central_differences(asleep_log_q, first)
verify_mean("(25.9) sleep = ∂E_p[log q(h₁ given v)]", sleep, slopes)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 25 --stop lower_bound
#
# stops in the tiny model of the beginning. A draw of h, the second RBM's log p of it, then what is
# added:
#
#     (Pdb) n
#     (Pdb) p states
#     (array float64 (20000, 1) [1, 1], array float64 (20000, 1) [0, 1])
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p log_p_top
#     array float64 (20000,) [-1.61, -0.223]
#
# ## Exercises
#
# 1. By hand: the tiny model with p(h = 1) = .8, for v = 0. What are B(0), log p(0) and their
#    difference?
# 2. On paper: two layers have learnt, and a third one starts as the second turned over. Show that
#    B stays what it was. Does it also start at log p(v) of the two?
# 3. In code, with nothing but NumPy:
#
#        def bound_of_draws(W_1, b_1, c_1, W_2, b_2, c_2, v, h):
#            """log p₂(h) + log p(v given h) - log q(h given v) of each row: (N,).
#
#            W_1 (D, K), b_1 (D,), c_1 (K,) the first RBM; W_2 (K, K_2), b_2 (K,), c_2 (K_2,) the
#            second; v (N, D), h (N, K) bits. log Z of the second by the list of all 2^K states.
#            """
#
#    With the first RBM turned over in the place of the second it must be log p(v) of the first,
#    whatever h is. `lessons/solutions/25.md` shows the check.
#
# `dgm course release 25 --out .` writes a file for the exercise in code, and
# `dgm course check 25` judges what you write into it.
#
# Solutions: `lessons/solutions/25.md`, for when you have tried.
