# %% [markdown]
# # A deep belief net: what a second layer buys
#
# An RBM turns a picture into hidden bits. Those bits are data too: a second RBM can learn them, a
# third one the bits of the second. Stacks of this kind made deep networks trainable (Hinton,
# Osindero and Teh 2006). But what is such a stack a model of? And is it a better model of the
# pictures than its first RBM alone, or does it only look deeper?
#
# Afterwards you can
#
# - say what a deep belief net is, and draw a sample from it layer by layer;
# - derive the bound on its log p, and prove that a second layer can start without any loss;
# - stack two RBMs with a loop of a page, and say how much the second one can gain, and when little;
# - let both layers learn together by up-down.
#
# About an hour and a half. You need the RBM (lesson 7), its exact gradient (lesson 8), persistent
# chains (lesson 11), and entropy and KL (lesson 1).
#
# ## Half of the RBM stays
#
# Read an RBM from above. It draws h, and then v given h:
#
#     p(v) = Σ_h p(h) p(v given h)
#
# Both factors come from the same W, b and c. Keep p(v given h), and put a better p(h) in the place
# of the RBM's own: that of a second RBM, whose visible layer is h. This is a deep belief net, or
# DBN. Write h₁ for h, h₂ for the second RBM's hidden layer, and an index for whose parameters are
# meant:
#
#     p(v, h₁, h₂) = p₂(h₁, h₂) p(v given h₁)        p(vᵢ = 1 given h₁) = σ(b₁ᵢ + (W₁ h₁)ᵢ)
#
# The upper two layers are an RBM. From there it goes down only. A sample is drawn in two parts: a
# Gibbs chain of the second RBM until it has forgotten its start, then h₁ → v, once.

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

# %% figure: a stack of two
fig, (ax,) = plots.new_figure(width=6.5, height=3.4)
heights = {"v": 0, "h₁": 1, "h₂": 2}
for name, height in heights.items():
    ax.text(0, height, name, ha="center", va="center", fontsize=13,
            bbox={"boxstyle": "round,pad=0.5", "facecolor": "white"})
    for i in range(4):
        ax.plot(1 + 0.5 * i, height, "o", markersize=16, markerfacecolor="white",
                markeredgecolor="black")
arrows = [(0.3, 0.3, 1.8, 1.2, "<->", "tab:blue"), (0.3, 0.3, 0.8, 0.2, "->", "tab:blue"),
          (-0.3, -0.3, 0.2, 0.8, "->", "tab:orange")]
for x, x_end, y, y_end, style, colour in arrows:
    look = {"arrowstyle": style, "color": colour, "lw": 2}
    ax.annotate("", (x_end, y_end), (x, y), arrowprops=look)
ax.text(3, 1.5, "p₂(h₁, h₂), an RBM", va="center", color="tab:blue")
ax.text(3, 0.5, "p(v given h₁), downwards", va="center", color="tab:blue")
ax.text(-0.5, 0.5, "q(h₁ given v),\nno part of the model", va="center", ha="right",
        color="tab:orange")
ax.set(xlim=(-2.6, 5.4), ylim=(-0.4, 2.4))
ax.axis("off")
plots.save(fig, "25_stack.png")

# %% [markdown]
# ## The loss, in numbers
#
# One visible unit, one hidden unit, W₁ = 2, b₁ = c₁ = -1. This RBM gives both units the
# probability ½, and knows that they are mostly alike:
#
#     p(v = 1 given h = 1) = σ(-1 + 2) = .731        p(v = 1 given h = 0) = σ(-1) = .269
#
# Now let something better say that h = 1 has the probability .8. Then
#
#     p(v = 1) = .8 · .731 + .2 · .269 = .639        log p(v = 1) = -.449, it was log ½ = -.693
#
# With 500 hidden units there are 2^500 terms in the place of these two. Something cheaper is needed
# that is never too high. The RBM could say which h belong to a v: p(h = 1 given v = 1) = .731.
# With the new p(h) that is no longer right (it is .8 · .731 / .639 = .916), but nothing forbids to
# go on using it. Call it q. Take log p(h) + log p(v given h) - log q(h given v), and its mean under
# q:
#
#     h = 1    log .8 + log .731 - log .731 = -.223        with q = .731
#     h = 0    log .2 + log .269 - log .269 = -1.609       with q = .269
#     mean     .731 · (-.223) + .269 · (-1.609) = -.596    below -.449, as it must be
#
# With the old p(h) = ½ the same mean is log ½ for both h: exactly log p(v). So the bound has gone
# up from where log p was, and log p went up even more.

# %% the same numbers by the library
tiny = RBM(W=np.array([[2.0]]), b=np.array([-1.0]), c=np.array([-1.0]))
b_top = np.log(0.8 / 0.2)
top = RBM(W=np.array([[0.0]]), b=np.array([b_top]), c=np.array([0.0]))  # p(h = 1) = .8
v_on = np.ones((20_000, 1))
draws = lower_bound(DBN((tiny, top)), v_on, np.random.default_rng(25))
print("values that the bracket takes ", np.unique(draws.round(3)))
print("mean of 20,000 draws          ", draws.mean().round(3))
print("log p(v = 1) of the first RBM ", log_likelihood(tiny, v_on[:1]).round(3))

# %% [markdown]
# ## The bound
#
# Let q(h given v) be any distribution of h. From p(h given v) = p(v, h) / p(v),
#
#     log p(v) = log p(v, h) - log p(h given v)                        for every h
#              = log p(v, h) - log q(h given v) + log (q(h given v) / p(h given v))
#
# The left side has no h. So take the mean of the right side under q; call the first part B:
#
#     B(v) = E_q[log p(v, h)] + H(q)                                   (25.1)
#     log p(v) = B(v) + KL(q(h given v) ‖ p(h given v))                (25.2)
#     B(v) <= log p(v)                                                 (25.3)
#
# the last one since no KL is below 0 (lesson 1). B is a bound that needs no sum over h: draw h from
# q, and average. (With log Z of the second RBM, which is in log p₂(h₁): lessons 14 and 15.)
#
# The cells list every state of a model with D = 4, K₁ = 3 and K₂ = 4, and hold the library's draws
# against the list.

# %% (25.1) to (25.3) the bound, by listing
every_v = all_bits(4)  # (16, 4)
every_h = all_bits(3)  # (8, 3)


def log_given(x, s):
    """log probability of bits s (n,) with inputs x (n,): Σ s log σ(x) + (1 - s) log σ(-x)."""
    return s @ np.log(sigmoid(x)) + (1 - s) @ np.log(sigmoid(-x))


def log_p_of_h(top, every_h):
    """log p₂(h₁) of every h₁, from the energies of the second RBM."""
    every_h_2 = all_bits(len(top.c))
    weight = np.zeros((len(every_h), len(every_h_2)))
    for i, h in enumerate(every_h):
        for j, h_2 in enumerate(every_h_2):
            weight[i, j] = np.exp(top.b @ h + top.c @ h_2 + h @ top.W @ h_2)
    return np.log(weight.sum(axis=1) / weight.sum())


def list_states(up, down, top):
    """log p(v, h₁) and log q(h₁ given v) of every v and h₁: both (16, 8)."""
    log_p_h = log_p_of_h(top, every_h)
    log_p = np.zeros((16, 8))
    log_q = np.zeros((16, 8))
    for i, v in enumerate(every_v):
        for j, h in enumerate(every_h):
            log_p[i, j] = log_p_h[j] + log_given(down.b + down.W @ h, v)
            log_q[i, j] = log_given(up.c + v @ up.W, h)
    return log_p, log_q


rng = np.random.default_rng(2500)
first = RBM(rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3))
second = RBM(rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4))
stack = DBN((first, second))

log_p, log_q = list_states(first, first, second)
q = np.exp(log_q)
B = np.sum(q * log_p, axis=1) - np.sum(q * log_q, axis=1)
log_p_v = np.log(np.exp(log_p).sum(axis=1))
posterior = np.exp(log_p - log_p_v[:, None])
KL = np.sum(q * (log_q - np.log(posterior)), axis=1)

many_v = np.tile(every_v, (3_000, 1))
draws = lower_bound(stack, many_v, rng).reshape(3_000, 16)
verify_mean("(25.1) B(v) = E_q[log p(v, h)] + H(q)", draws, B)
verify("(25.2) log p(v) = B(v) + KL(q(h given v) ‖ p(h given v))", log_p_v, B + KL)
verify_at_most("(25.3) B(v) <= log p(v)", B, log_p_v)

# %% [markdown]
# ## A start without loss
#
# Where should the second RBM start? Its visible layer should have the distribution that h has in
# the first one. There is an RBM that has it: the first one itself, turned over.
#
#     W₂ = W₁ᵀ    b₂ = c₁    c₂ = b₁            so p₂(h₁) = Σ_v p₁(v, h₁)
#
# Now p(v, h₁) is what it was in the first RBM, so q is right, KL = 0, and
#
#     B(v) = log p₁(v)            where the second RBM is the first one turned over    (25.4)
#
# not only on average: the bracket is the same for every h. It takes K₂ = D. With more units than
# that, the others start with small weights; with fewer, the start is not for free.
#
# From there on it can only be gained. In B = E_q[log p₂(h₁)] + (E_q[log p(v given h₁)] + H(q)) the
# bracket has nothing of the second RBM. So
#
#     ∂ mean B/∂θ₂ = ∂ mean E_q[log p₂(h₁)]/∂θ₂                            (25.5)
#
# and the right side is what training an RBM climbs, lesson 8's gradient, with h₁ drawn from q as
# its cases. That is the whole method: *train the second RBM on the hidden bits of the first*.

# %% (25.4) and (25.5) the second RBM
turned = layer_from_below(first, 4, rng)
energies = np.zeros((16, 8))
for i, v in enumerate(every_v):
    for j, h in enumerate(every_h):
        energies[i, j] = -(first.b @ v + first.c @ h + v @ first.W @ h)
log_p_first = np.log(np.exp(-energies).sum(axis=1) / np.exp(-energies).sum())
draws = lower_bound(DBN((first, turned)), every_v, rng)
verify("(25.4) B(v) = log p₁(v), for whatever h is drawn", draws, log_p_first)


def mean_B(top):
    """The mean of B over all sixteen v, by listing."""
    log_p, log_q = list_states(first, first, top)
    return np.sum(np.exp(log_q) * (log_p - log_q)) / 16


slopes = central_differences(mean_B, second)
often = np.exp(log_q).mean(axis=0)  # (8,) how often each h₁ comes up
expected = np.zeros_like(slopes)
for j, h in enumerate(every_h):
    expected += often[j] * flatten(exact_gradient(second, h))
verify("(25.5) ∂ mean B/∂θ₂ = ∂ mean E_q[log p₂(h₁)]/∂θ₂", slopes, expected, tolerance=1e-8)

# %% [markdown]
# ## The loop on a page
#
# A world in which the first RBM leaves something to be learnt. Three bits, of which exactly one is
# on. Each is seen through three pixels, of which one in ten is wrong. The first RBM has a hidden
# unit for each three pixels, W = 2 log (.9/.1) to each of its own and 0 to the others. It knows the
# bits, each by itself, and nothing about *exactly one*.
#
# Only the second RBM learns below, by persistent chains (lesson 11), as you know it. What is new is
# one line: its cases are coins, thrown with the first RBM's probabilities.

# %% a second RBM on the bits of the first
def one_of_three(N, rng):
    """N cases (N, 9)."""
    which = rng.integers(3, size=N)
    bits = np.eye(3)[which]
    pixels = np.repeat(bits, 3, axis=1)
    is_wrong = rng.random((N, 9)) < 0.1
    return np.abs(pixels - is_wrong)


def knows_the_bits():
    """The first RBM: p(h = 1) = 1/3 for each unit by itself, .9 of its pixels are as it is."""
    w = 2 * np.log(0.9 / 0.1)
    W = np.zeros((9, 3))
    for j in range(3):
        W[3 * j : 3 * j + 3, j] = w
    return RBM(W, b=np.full(9, -w / 2), c=np.full(3, -3 * w / 2 - np.log(2)))


def coins(p, rng):
    """A coin for each entry of p, in its shape."""
    return (rng.random(p.shape) < p).astype(float)


def learn_second(first, cases, seed, n_steps=1_500):
    """Train a second RBM on the bits of the first: [the DBN at every 150th step]."""
    rng = np.random.default_rng([25, seed])
    W, b, c = first.W.T.copy(), first.c.copy(), first.b.copy()  # the first one turned over
    h = coins(sigmoid(cases[:100] @ first.W + first.c), rng)
    chains = coins(sigmoid(h @ W + c), rng)  # (M, K₂)
    stacks = []
    for step in range(n_steps + 1):
        if step % 150 == 0:
            stacks.append(DBN((first, RBM(W.copy(), b.copy(), c.copy()))))
        rate = 0.1 * (1 - step / (n_steps + 1))
        v = cases[rng.integers(len(cases), size=50)]  # (N, D)
        h = coins(sigmoid(v @ first.W + first.c), rng)  # (N, K₁) the cases of the second RBM

        p_up = sigmoid(h @ W + c)  # (N, K₂) positive phase
        h_model = coins(sigmoid(chains @ W.T + b), rng)  # (M, K₁) negative phase: the chains go on
        p_up_model = sigmoid(h_model @ W + c)
        chains = coins(p_up_model, rng)

        W += rate * (h.T @ p_up / 50 - h_model.T @ p_up_model / 100)
        b += rate * (h.mean(axis=0) - h_model.mean(axis=0))
        c += rate * (p_up.mean(axis=0) - p_up_model.mean(axis=0))
    return stacks


def means_of_stack(stack, cases):
    """Mean B and mean log p of the cases, exactly, by the list of all h₁."""
    up, top = stack.layers
    down = stack.generative[0] if stack.generative else up
    h = all_bits(len(up.c))  # (S, K₁)
    x = h @ down.W.T + down.b  # (S, D)
    log_p = log_likelihood(top, h) + cases @ np.log(sigmoid(x)).T
    log_p += (1 - cases) @ np.log(sigmoid(-x)).T  # (N, S) log p(v, h)
    x = cases @ up.W + up.c
    log_q = np.log(sigmoid(x)) @ h.T + np.log(sigmoid(-x)) @ (1 - h).T
    B = np.sum(np.exp(log_q) * (log_p - log_q), axis=1)
    return B.mean(), np.log(np.exp(log_p).sum(axis=1)).mean()


cases = one_of_three(400, np.random.default_rng(2501))
simple = knows_the_bits()
for number, stack_then in enumerate(learn_second(simple, cases, seed=0)):
    if number % 2 == 0:
        B_then, log_p_then = means_of_stack(stack_then, cases)
        print(f"step {150 * number:5,}   bound {B_then:6.3f}   log p {log_p_then:6.3f}")
print(f"the first RBM alone: {log_likelihood(simple, cases).mean():.3f}")

# %% [markdown]
# At step 0 bound and log p are the first RBM's log p: nothing was lost by the new layer. Then both
# climb, log p higher than the bound. Twelve runs, each with cases of its own:

# %% experiment: what the second layer gains
gains = []
for seed in range(12):
    cases_now = one_of_three(400, np.random.default_rng([2502, seed]))
    start = log_likelihood(simple, cases_now).mean()
    curve = []
    for stack_then in learn_second(simple, cases_now, seed):
        B_then, log_p_then = means_of_stack(stack_then, cases_now)
        curve.append([B_then - start, log_p_then - start])
    gains.append(curve)
gains = np.array(gains)  # (12, 11, 2)

fig, (ax,) = plots.new_figure(width=7, height=3.4)
steps = 150 * np.arange(gains.shape[1])
for k, (name, colour) in enumerate((("bound", "tab:blue"), ("log p", "tab:orange"))):
    ax.plot(steps, gains[:, :, k].mean(axis=0), color=colour, label=f"{name}, mean of 12 runs")
    ax.plot(steps, gains[:, :, k].min(axis=0), color=colour, linewidth=0.6)
    ax.plot(steps, gains[:, :, k].max(axis=0), color=colour, linewidth=0.6)
ax.axhline(0, color="0.6", linewidth=1, label="the first RBM alone")
ax.set(xlabel="step of the second RBM", ylabel="gain, nats a case")
ax.legend(loc="lower right")
plots.save(fig, "25_gain.png")
claim("A new layer begins exactly where the first RBM stood", np.abs(gains[:, 0]).max() < 1e-9,
      largest_difference=np.abs(gains[:, 0]).max())
claim("the second layer gains more than .25 nats in every run", gains[:, -1].min() > 0.25,
      bound=gains[:, -1, 0].mean(), log_p=gains[:, -1, 1].mean(), worst=gains[:, -1].min())

# %% [markdown]
# **What to see.** A new layer begins exactly where the first RBM stood. Then the second layer gains
# more than .25 nats in every run, and log p more than its bound: the two part as q goes wrong. How
# much is there to gain? Exactly one bit of three has the entropy log 3 = 1.099; three bits that are
# each on in one case of three, by themselves, have 1.910. The difference, .811 nats, is all that
# *exactly one* is worth to one who sees the bits; through pixels that may be wrong it is less.
#
# ## Samples
#
# A sample of the stack is a sample h₁ of the second RBM, sent down:
#
#     p(v) = Σ_h₁ p₂(h₁) Πᵢ p(vᵢ given h₁)                                      (25.6)
#
# The cell counts how often each v comes, among 20,000 samples of the library.

# %% (25.6) ancestral sampling
v, _ = sample_dbn(stack, 20_000, 30, rng)
is_there = np.zeros((20_000, 16))
is_there[np.arange(20_000), bits_to_index(v)] = 1
verify_mean("(25.6) p(v) = Σ_h₁ p₂(h₁) Πᵢ p(vᵢ given h₁)", is_there, np.exp(log_p_v))

# %% [markdown]
# ## Up-down: all layers together
#
# So far the first RBM stayed as it was. But p(v given h₁) could now be better, and so could q. To
# let both learn, untie them: the way down gets weights of its own, W_down and b_down, the way up
# W_up and c_up. Both start at W₁. Then each sample of one serves as the lesson of the other:
#
#     wake     v a case, h₁ from q:              climb E_q[log p(v given h₁)] by the way down
#     sleep    h₁ from the second RBM, then v:   climb E_p[log q(h₁ given v)] by the way up
#
# Each is the slope of a layer of logistic units (lesson 20): what was, less what was expected,
# times what it was told from.
#
#     ∂ log p(v given h₁)/∂W_down = (v - σ(b_down + W_down h₁)) h₁ᵀ                 (25.7)
#     ∂ log q(h₁ given v)/∂W_up   = v (h₁ - σ(c_up + W_upᵀ v))ᵀ                     (25.8)
#
# Wake climbs B itself. Sleep does not: it makes q like p(h₁ given v) on the model's own samples,
# by the KL the other way round, and that is what one gives up for its being so cheap. The second
# RBM goes on learning in the middle.

# %% (25.7) and (25.8) wake and sleep
other = RBM(rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3))
loose = DBN((first, second), (other,))  # up by `first`, down by `other`
v_data = every_v[[1, 6, 6, 12]]
h_top = all_bits(4)[[3, 9]]  # where two chains of the second RBM stand

q_of_cases = np.exp(list_states(first, other, second)[1])[[1, 6, 6, 12]].mean(axis=0)
asleep = np.zeros(8)  # how often each h₁ comes from the top, one Gibbs step on
for one in h_top:
    for j, h in enumerate(every_h):
        down_once = np.exp(log_given(second.b + second.W @ one, h))
        for one_next in all_bits(4):
            up_again = np.exp(log_given(second.c + h @ second.W, one_next))
            for m, h_next in enumerate(every_h):
                down_again = np.exp(log_given(second.b + second.W @ one_next, h_next))
                asleep[m] += down_once * up_again * down_again / 2


def awake_log_p(down):
    """Mean E_q[log p(v given h₁)] of the cases."""
    total = 0.0
    for v in v_data:
        for h in every_h:
            total += np.exp(log_given(first.c + v @ first.W, h)) * log_given(down.b + down.W @ h, v)
    return total / 4


def asleep_log_q(up):
    """E[log q(h₁ given v)] of what comes down."""
    total = 0.0
    for m, h in enumerate(every_h):
        for v in every_v:
            p = asleep[m] * np.exp(log_given(other.b + other.W @ h, v))
            total += p * log_given(up.c + v @ up.W, h)
    return total


wake = np.zeros((60, len(flatten(other))))
sleep = np.zeros((60, len(flatten(first))))
for i in range(60):
    many = np.tile(v_data, (200, 1))
    chains = np.tile(h_top, (300, 1))
    gradient, _ = up_down_gradient(loose, many, chains, 1, rng)
    wake[i] = flatten(gradient.generative[0])
    sleep[i] = flatten(gradient.layers[0])
slopes = central_differences(awake_log_p, other)
verify_mean("(25.7) wake = ∂E_q[log p(v given h₁)]", wake, slopes)
slopes = central_differences(asleep_log_q, first)
verify_mean("(25.8) sleep = ∂E_p[log q(h₁ given v)]", sleep, slopes)

# %% [markdown]
# ## On digits
#
# The world above was made for the second layer. What about 300 digits of 64 pixels, an RBM of six
# hidden units on them, a second RBM on those six bits, and up-down? The bound is exact: there are
# only 64 states of h₁.

# %% experiment: two layers on digits
digits = open_data("digits", part="train")[:300].astype(float)
results = []
for seed in range(5):
    rng_now = np.random.default_rng([2503, seed])
    rbm = init_rbm(64, 6, rng_now, digits, dtype=np.float64)
    rbm, _ = train_rbm(rbm, digits, rng=rng_now, epochs=100, rate=0.2)
    start = log_likelihood(rbm, digits).mean()
    longer, _ = train_rbm(rbm, digits, rng=rng_now, epochs=40, rate=0.05)
    empty = init_rbm(6, 64, rng_now, dtype=np.float64)  # its turn will start it from below
    two, _ = train_dbn(DBN((rbm, empty)), digits, rng=rng_now, epochs=40, rate=0.05, keep=1)
    tuned, _ = train_dbn(two, digits, rng=rng_now, epochs=1, keep=2, up_down_epochs=40,
                         up_down_rate=0.02)
    log_p_longer = log_likelihood(longer, digits).mean()
    B_two, _ = means_of_stack(two, digits)
    B_tuned, _ = means_of_stack(tuned, digits)
    results.append([log_p_longer - start, B_two - start, B_tuned - start])
results = np.array(results)  # (5, 3)
names = ("the RBM alone, 40 epochs more", "a second layer", "and up-down after it")
for k, name in enumerate(names):
    print(f"{name:30} {results[:, k].mean():6.3f} nats gained, "
          f"{results[:, k].min():.3f} to {results[:, k].max():.3f}")
claim("A second layer gains here too", results[:, 1].mean() > 0.002, mean=results[:, 1].mean())
claim("up-down gains more than the layer did", np.min(results[:, 2] - results[:, 1]) > 0.01,
      layer=results[:, 1].mean(), up_down=results[:, 2].mean() - results[:, 1].mean())
claim("the RBM alone gains more by learning on than by a second layer",
      np.min(results[:, 0] - results[:, 1]) > 0, alone=results[:, 0].mean(),
      layer=results[:, 1].mean())

# %% [markdown]
# **What to see.** A second layer gains here too, as it must, and it gains little: a few hundredths
# of a nat; up-down gains more than the layer did. And the RBM alone gains more by learning on than
# by a second layer. So first train the first RBM to its end. A layer on top can only add what the
# first one leaves undone in p(h), and six hidden bits of a trained RBM leave little. That the bits
# of a deep stack are *useful*, to tell digits apart, is another question; lesson 26 asks it.
#
# ## What goes wrong
#
# The start from below has three parts. Leave one out, and nothing complains: the layer is an RBM
# like any other, and will learn. The cell prints where the bound starts.

# %% wrong: starts that are not from below
right = layer_from_below(rbm, 64, rng_now)
starts = {
    "turned over": right,
    "b₂ left at 0": RBM(right.W, np.zeros(6), right.c),
    "c₂ left at 0": RBM(right.W, right.b, np.zeros(64)),
    "a new RBM": empty,
}
lost = {}
for name, top in starts.items():
    B_start, _ = means_of_stack(DBN((rbm, top)), digits)
    lost[name] = log_likelihood(rbm, digits).mean() - B_start
    print(f"{name:14} the bound starts {lost[name]:8.3f} nats below log p of the first RBM")
claim("Only the first starts without loss, each of the others loses more than a tenth of a nat",
      abs(lost["turned over"]) < 1e-6 and sorted(lost.values())[1] > 0.1, **{
          name.replace(" ", "_"): value for name, value in lost.items()})

# %% [markdown]
# Only the first starts without loss; each of the others loses more than a tenth of a nat. A fourth
# mistake is not in the table: means in the place of coins, sigmoid(v W + c) as the second RBM's
# cases. (25.5) asks for E_q[log p₂(h₁)], which is not log p₂ at the mean of h₁.
#
# And a last warning. Greedy learning climbs the bound only as far as its gradient is right. Where
# persistent chains get stuck (lesson 11), a second layer can end *below* its start. Compare the
# bound with log p of the first RBM before you believe in depth: `dgm evaluate` prints both.
#
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
