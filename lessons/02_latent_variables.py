# %% [markdown]
# # Latent variables: what nobody observes ties the pixels together
#
# Lesson 1 ended with pictures made of 64 independent coins, and they looked like it. A pixel must
# know of its neighbours. A table of all pictures would do that, but it has 2^64 entries. This
# lesson adds a value that the data do not show, and with it a few simple distributions become a
# rich one. How does one compute with a value that nobody observes?
#
# Afterwards you can
#
# - build a distribution over 2^64 pictures from a hidden value and independent pixels;
# - infer the hidden value of a case, draw new cases, and fill in half a picture;
# - use one joint model both ways: to draw pictures of a digit, and to read digits;
# - compute all of it in logarithms, where the product of 64 numbers does no harm.
#
# About an hour and a half. You need lesson 1: likelihood, mean log p, independent pixels.
#
# ## Two coins in a bag
#
# The thing in a picture: h is chosen first and remains hidden, each pixel v_i is flipped
# afterwards, with a probability that depends on h and on nothing else.
#
#             h                 one of M kinds, m = 0, ..., M - 1, with the probabilities π_m
#           / | \
#        v_0 v_1 v_2 ...        given h = m, pixel i is on with the probability μ_mi
#
# The smallest case: two kinds, equally likely, and two pixels.
#
#     kind 0 (dark)    π_0 = .5    μ_00 = μ_01 = .9
#     kind 1 (light)   π_1 = .5    μ_10 = μ_11 = .1
#
#     p(both on) = .5 · .9 · .9  +  .5 · .1 · .1  =  .405 + .005  =  .41
#     p(v_0 on)  = .5 · .9       +  .5 · .1       =  .5
#
# Independent pixels, each on half the time, would be both on with .25. Here the second one follows
# the first: p(v_1 on given v_0 on) = .41 / .5 = .82. Yet in each kind the pixels are independent.
# They are tied because both tell of h: see one of them on, and h is probably "dark", so the other
# is probably on. How probably, if both are on? Of the .41, .405 comes from kind 0:
#
#     p(h = 0 given both on) = .405 / .41 = .988

# %% the same numbers, by the machine
import itertools
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.enumeration import (
    all_bits, bits_to_index, draw_states, product_of_bernoullis)
from numpy_dgm.foundation.numerics import bernoulli, logsumexp
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean


def slow_joint(pi, mu, v):
    """p(v, h = m) for one case v (D,) and every m, factor by factor: (M,)."""
    joint = []
    for pi_m, mu_m in zip(pi, mu):
        p = pi_m
        for mu_mi, v_i in zip(mu_m, v):
            p *= mu_mi if v_i == 1 else 1 - mu_mi
        joint.append(p)
    return np.array(joint)


pi_bag = np.array([0.5, 0.5])
mu_bag = np.array([[0.9, 0.9], [0.1, 0.1]])
for v in ([0, 0], [0, 1], [1, 0], [1, 1]):
    joint = slow_joint(pi_bag, mu_bag, v)
    print(f"  v = {v}   p(v, h) = {joint.round(3)}   p(v) = {joint.sum():.3f}   "
          f"p(h = 0 given v) = {joint[0] / joint.sum():.3f}")

# %% [markdown]
# ## The model
#
# A hidden value is also called latent. The model is a joint distribution of what is seen and what
# is hidden; this one is a mixture of M components, each of them independent pixels:
#
#     p(v, h) = p(h) p(v given h)            p(h = m) = π_m                         a definition
#     p(v given h = m) = Π_i (μ_mi if v_i = 1, else 1 - μ_mi)                       a definition
#
# Only v is observed. Its probability adds up every h that could stand behind it:
#
#     p(v) = Σ_h p(v, h) = Σ_m π_m p(v given h = m)                                 (2.1)
#
# It has M - 1 + M D free numbers: 649 for ten kinds of 64 pixels, and not 2^64. What do they buy?
# The mean of v_i is v̄_i = Σ_m π_m μ_mi. Within component m the mean of v_i v_i' is μ_mi μ_mi', for
# two different pixels i and i'. So
#
#     Cov(v_i, v_i') = Σ_m π_m μ_mi μ_mi' - v̄_i v̄_i'       mean of product less product of means
#     Cov(v_i, v_i') = Σ_m π_m (μ_mi - v̄_i)(μ_mi' - v̄_i')          for i ≠ i'          (2.2)
#
# as multiplying out shows. Pixels that are on in the same components are on together. (In the bag:
# .5 · .4 · .4 twice, which is .16, and .41 - .25 is .16.)
#
# To draw a case, follow the order in which the model is written: first h, then v given that h.
# This is ancestral sampling. The pair then has the probability p(v, h). Forget h, and v has the
# marginal:
#
#     fraction of the draws that are v → p(v)                                       (2.3)


# %% (2.1), (2.2), (2.3) three components, four pixels
def draw(pi, mu, n, rng):
    """n cases by ancestral sampling, and the components they are from: (n, D), (n,)."""
    h = draw_states(pi, n, rng)
    v = bernoulli(mu[h], rng)  # mu[h] (n, D): for each case the means of its component
    return v, h


rng = np.random.default_rng(2)
M, D = 3, 4
pi = rng.dirichlet(np.ones(M))  # (M,)
mu = rng.uniform(0.05, 0.95, size=(M, D))
all_v = np.array(list(itertools.product([0, 1], repeat=D)))  # (2^D, D)
joint = np.array([slow_joint(pi, mu, v) for v in all_v])  # a row for each v, a column for each h
p_v = joint.sum(axis=1)
p_v_by_components = pi @ product_of_bernoullis(mu)
verify("(2.1) p(v) = Σ_h p(v, h) = Σ_m π_m p(v given h = m)", p_v, p_v_by_components)

by_definition = np.cov(all_v.T, aweights=p_v, ddof=0)  # (D, D) from the table of all v
mean_v = pi @ mu
by_components = ((mu - mean_v).T * pi) @ (mu - mean_v)
verify("(2.2) Cov(v_i, v_i') = Σ_m π_m (μ_mi - v̄_i)(μ_mi' - v̄_i')",
       np.triu(by_definition, k=1), np.triu(by_components, k=1))

draws, _ = draw(pi, mu, 50_000, rng)
which = np.eye(2**D)[bits_to_index(draws)]  # (50,000, 2^D) a 1 at the state that each draw is
verify_mean("(2.3) fraction of the draws that are v → p(v)", which, p_v)

# %% [markdown]
# ## Which h was it, and in logarithms
#
# The question of the bag, for any mixture. By Bayes' rule
#
#     p(h = m given v) = p(v, h = m) / p(v)                                         (2.4)
#
# It is called the posterior of h, and, when v is one of the data, the responsibility of component
# m for that case. For 64 pixels p(v, h) is a product of 65 numbers, for 784 it is below 10^-308
# and the computer has 0. So everything is done in logarithms:
#
#     log p(v, h = m) = log π_m + Σ_i (v_i log μ_mi + (1 - v_i) log (1 - μ_mi))     (2.5)
#
# To add probabilities we must leave the logarithms, and here the trick is to take out the largest
# one first. With L = max_m log p(v, h = m),
#
#     log p(v) = L + log Σ_m exp(log p(v, h = m) - L)                               (2.6)
#
# In this sum one term is exp(0) = 1, and none is larger: nothing overflows, and what vanishes does
# not matter. The library has it as `logsumexp`. The posterior is then exp(log p(v, h) - log p(v)).


# %% (2.4), (2.5), (2.6) the mixture as it is computed
def log_joint(pi, mu, v):
    """log p(v, h = m) for cases v (N, D) and every m: (N, M)."""
    log_on = v @ np.log(mu).T  # (N, M) what the pixels that are on contribute
    log_off = (1 - v) @ np.log(1 - mu).T
    return np.log(pi) + log_on + log_off


def log_p(pi, mu, v):
    """log p(v) for cases v (N, D): (N,)."""
    return logsumexp(log_joint(pi, mu, v), axis=1)


def posterior(pi, mu, v):
    """p(h = m given v) for cases v (N, D) and every m: (N, M)."""
    log_p_vh = log_joint(pi, mu, v)
    log_p_v = logsumexp(log_p_vh, axis=1)
    return np.exp(log_p_vh - log_p_v[:, None])


by_bayes = joint / p_v[:, None]
verify("(2.4) p(h = m given v) = p(v, h = m) / p(v)", by_bayes, posterior(pi, mu, all_v))
verify("(2.5) log p(v, h = m) = log π_m + Σ_i (...)", np.log(joint), log_joint(pi, mu, all_v))
verify("(2.6) log p(v) = L + log Σ_m exp(... - L)", np.log(p_v), log_p(pi, mu, all_v))

# %% [markdown]
# ## Half a picture
#
# Some pixels are seen, the others are not. Sum p(v, h) over the unseen pixels: each one's two
# factors add up to 1 and are gone. So the seen pixels by themselves are a mixture again, with the
# same π and their columns of μ. Call its posterior r_m. Given h, an unseen pixel i does not depend
# on the seen ones, it is on with μ_mi. Average over what h may be:
#
#     p(v_i = 1 given the seen pixels) = Σ_m r_m μ_mi                               (2.7)
#
# ## Labels: one joint model, two uses
#
# Our digits come with a label y, 0 to 9. Let every component belong to one label; a label may have
# several. Then p(v, y) adds up the components of y only, and divided by p(v) it is
#
#     p(y given v) = Σ_{h of y} p(h given v)                                        (2.8)
#     log p(v, y) = log p(v) + log p(y given v)                                     (2.9)
#
# The generative use: draw a v for a given y, or judge by p(v) how usual a picture is. The
# discriminative use: which label belongs to v? A model of p(y given v) alone, a classifier, learns
# what tells labels apart, and can neither draw nor judge. Maximum likelihood for p(v, y) works at
# both terms of (2.9).
#
# ## Learning, when h is seen
#
# If the data show h, there is nothing to infer, and learning is counting. The mean of log p(v, h)
# = log p(h) + log p(v given h) is a sum of terms of lesson 1's kind, each about one distribution:
# h among M kinds, and, for the cases of component m only, the coin of pixel i. By (1.10) each is
# largest at the fractions in the data. So the best π_m is the fraction of cases of kind m, the
# best μ_m the mean picture of that kind, and for any other π' and μ'
#
#     mean log p'(v, h) <= mean log p(v, h) at the fractions                        (2.10)

# %% (2.7) to (2.10) the unseen, the labels, and counting
p_table = p_v.reshape(4, 4)  # rows: v_0 and v_1, which are seen; columns: v_2 and v_3
by_table = p_table[:, 2:].sum(axis=1) / p_table.sum(axis=1)  # v_2 is on in columns 2 and 3
r = posterior(pi, mu[:, :2], all_bits(2))  # (4, M)
verify("(2.7) p(v_i = 1 given the seen pixels) = Σ_m r_m μ_mi", by_table, r @ mu[:, 2])

is_of = np.array([[1, 0], [0, 1], [0, 1]])  # the first component has label 0, the others label 1
p_vy = np.stack([joint[:, 0], joint[:, 1] + joint[:, 2]], axis=1)
p_y = posterior(pi, mu, all_v) @ is_of
verify("(2.8) p(y given v) = Σ_{h of y} p(h given v)", p_vy / p_vy.sum(axis=1)[:, None], p_y)
verify("(2.9) log p(v, y) = log p(v) + log p(y given v)",
       np.log(p_vy), log_p(pi, mu, all_v)[:, None] + np.log(p_y))

v_seen, h_seen = draw(pi, mu, 60, rng)  # here h is kept, as if the data showed it
pi_counted = np.bincount(h_seen, minlength=M) / 60
mu_counted = np.zeros((M, D))
for m in range(M):
    mu_counted[m] = v_seen[h_seen == m].mean(axis=0)
at_fractions = 0.0
for v, m in zip(v_seen, h_seen):
    at_fractions += math.log(slow_joint(pi_counted, mu_counted, v)[m]) / 60
others = []
for _ in range(200):
    pi_other = rng.dirichlet(np.ones(M))
    mu_other = np.clip(mu_counted + rng.normal(scale=0.1, size=(M, D)), 0.01, 0.99)
    others.append(log_joint(pi_other, mu_other, v_seen)[np.arange(60), h_seen].mean())
verify_at_most("(2.10) mean log p'(v, h) <= mean log p(v, h) at the fractions",
               others, np.full(200, at_fractions))

# %% [markdown]
# ## Ten kinds of digits
#
# Take the label itself for h, one component a label. The training digits show it, so we count: ten
# mean pictures. (Again no μ comes nearer than .01 to 0 or 1: lesson 1.) The test digits do not
# show it: p(v) adds up the ten.

# %% experiment: a component for each digit
train, test = open_data("digits", part="train"), open_data("digits", part="test")
digits, labels = train[:].astype(float), train.labels  # (1437, 64) bits, (1437,)
new_digits, new_labels = test[:].astype(float), test.labels  # (360, 64), (360,)

pi_digits = np.bincount(labels) / len(labels)
mu_digits = np.zeros((10, 64))
for y in range(10):
    mu_digits[y] = np.clip(digits[labels == y].mean(axis=0), 0.01, 0.99)

log_p_new = log_p(pi_digits, mu_digits, new_digits)  # (360,)
mean_picture = np.clip(digits.mean(axis=0), 0.01, 0.99)
log_p_coins = log_p(np.ones(1), mean_picture[None], new_digits)  # one component
gain = log_p_new - log_p_coins  # case by case
se = gain.std() / math.sqrt(len(gain))
claim("a component a digit is worth some 5 nats a test case, against one component for all",
      3.8 < gain.mean() < 6, gain=gain.mean(), standard_error=se)

p_label = posterior(pi_digits, mu_digits, new_digits)  # (360, 10)
right = p_label.argmax(axis=1) == new_labels
claim("the most probable label is right for about nine test digits in ten",
      0.83 < right.mean() < 0.96, right=right.mean())

upper = posterior(pi_digits, mu_digits[:, :32], new_digits[:, :32])  # from the upper half alone
lower_means = upper @ mu_digits[:, 32:]  # (2.7) for all lower pixels: (360, 32)
log_p_upper = log_p(pi_digits, mu_digits[:, :32], new_digits[:, :32])
log_p_lower = log_p(pi_digits, mu_digits[:, 32:], new_digits[:, 32:])
saved = (log_p_new - log_p_upper) - log_p_lower  # log p(lower given upper) - log p(lower)
se = saved.std() / math.sqrt(len(saved))
claim("the upper half tells about a nat of the lower half", 0.5 < saved.mean() < 1.5,
      nats=saved.mean(), standard_error=se)

# %% figure: what the ten components are, draw, and fill in
rng = np.random.default_rng(22)
drawn = []
for y in range(10):
    drawn.append(bernoulli(np.tile(mu_digits[y], (3, 1)), rng))  # (3, 64) with y given
drawn = np.swapaxes(drawn, 0, 1).reshape(30, 64)  # a column a digit
halves = np.concatenate([np.hstack([new_digits[:10, :32], np.full((10, 32), 0.5)]),
                         np.hstack([new_digits[:10, :32], lower_means[:10]]), new_digits[:10]])
fig, (means, new, filled) = plots.new_figure(3, 1, width=8, height=7.2)
plots.draw_tiles(means, mu_digits, columns=10, title="μ: the mean picture of each digit")
plots.draw_tiles(new, drawn, columns=10, title="drawn from p(v given y), columns y = 0 to 9")
plots.draw_tiles(filled, halves, columns=10,
                 title="test digits: upper half seen; lower half by (2.7); what it was")
plots.save(fig, "02_ten_kinds.png")

# %% [markdown]
# **What to see.** The new digits can mostly be read, which 64 coins could not do. They have
# specks: given the digit, a pixel knows nothing of its neighbours, so a stroke may be broken
# anywhere. Where the upper half fits two digits, the lower half is a blend of both.
#
# A digit is written in more than one way: a mean picture of all sevens, with and without a bar, is
# no seven. More components a digit would help, but which way of writing it is used nobody wrote
# down. Then h is hidden in the training data too, and counting is not possible. Lesson 3 learns it
# nevertheless.
#
# ## What goes wrong
#
# **Multiplying.** The joint probability of a picture of 784 pixels is 0 to a computer, and
# 0 / 0 is what (2.4) then has to divide.
#
# **exp before the largest is taken out.** On paper log Σ exp(log p) is the same as (2.6). In a
# computer all terms vanish, and the logarithm of 0 is left.
#
# **The posterior for the prior.** Averaging the mean pictures by π in the place of p(h given v)
# fills in the same lower half for every digit.

# %% wrong: a product, a naive sum, no inference
wide = np.full(784, 0.3)
log_of_product = np.log(wide).sum()
print(f"  .3 multiplied 784 times: {np.prod(wide)};  as a sum of logarithms: {log_of_product:.0f}")
log_terms = np.array([-900.0, -901.0])
with np.errstate(divide="ignore"):
    naive = np.log(np.exp(log_terms).sum())
print(f"  log (exp(-900) + exp(-901)): naive {naive}, by (2.6) {logsumexp(log_terms):.3f}")
by_prior = np.tile(pi_digits @ mu_digits[:, 32:], (360, 1))
lower = new_digits[:, 32:]
for name, means in (("by the posterior", lower_means), ("by the prior", by_prior)):
    error = np.mean((lower - means) ** 2)
    print(f"  lower half filled in {name}: squared error a pixel {error:.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 02 --stop logsumexp
#
# stops where (2.4) adds up three components for each of the 16 cases: (2.6) from within. x is the
# table of log p(v, h), and its exponentials are all there is:
#
#     (Pdb) p axis
#     1
#     (Pdb) p x
#     array float64 (16, 3) [-7.55, -2.29]
#     (Pdb) p round(float(np.exp(x).sum()), 3)
#     1.0
#
# ## Exercises
#
# 1. On paper: in the bag, only the first pixel is seen, and it is on. What are r_0 and r_1, and
#    what is the probability of the second pixel by (2.7)? Compare with .82 above.
# 2. On paper: the bag's μ are .9 and .1. What must they be for the pixels to be independent? For
#    them to be always equal? Find Cov(v_0, v_1) in both cases by (2.2).
# 3. In code: write
#
#        def fill_in(pi, mu, v, seen):
#            """p(v_i = 1 given the seen pixels) of the pixels that are not seen.
#
#            pi (M,)  mu (M, D)  v (N, D) bits  seen (D,) booleans  ->  (N, number not seen)
#            """
#
#    Its judge is the table of all 16 states of the three components above: for a seen pattern, add
#    up p(v) over the rows that agree with it, with and without pixel i on.
#
# Solutions: `lessons/solutions/02.md`, for when you have tried.
