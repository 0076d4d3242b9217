# %% [markdown]
# # Latent variables: what nobody observes ties the pixels together
#
# Lesson 1 ended with pictures made of 64 independent coins, and they looked like it. A pixel must
# depend on its neighbours. A table of all pictures would do that, but it has 2^64 entries. This
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
# About an hour and a quarter. You need lesson 1: likelihood, mean log p, independent pixels.
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
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.enumeration import (
    all_bits, bits_to_index, draw_states, product_of_bernoullis)
from numpy_dgm.foundation.numerics import bernoulli, logsumexp
from numpy_dgm.foundation.verify import claim, verify, verify_mean


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
# This is also called the marginal of v. It has M - 1 + M D free numbers: 649 for ten kinds of 64
# pixels, and not 2^64.
#
# To draw a case, follow the order in which the model is written: first h, then v given that h.
# This is ancestral sampling. The pair then has the probability p(v, h). Forget h, and v has the
# marginal:
#
#     fraction of the draws that are v → p(v)                                       (2.2)


# %% (2.1) and (2.2) three components, four pixels
def draw(pi, mu, n, rng):
    """n cases by ancestral sampling: (n, D)."""
    h = draw_states(pi, n, rng)  # (n,)
    means = mu[h]  # (n, D) for each case those of its component
    return bernoulli(means, rng)


rng = np.random.default_rng(2)
M, D = 3, 4
pi = rng.dirichlet(np.ones(M))  # (M,)
mu = rng.uniform(0.05, 0.95, size=(M, D))
all_v = all_bits(D)  # (2^D, D) 0000, 0001, 0010, ...
joint = np.array([slow_joint(pi, mu, v) for v in all_v])  # a row for each v, a column for each h
p_v = joint.sum(axis=1)
p_v_given_h = product_of_bernoullis(mu)  # (M, 2^D) p(v given h = m), by the library
verify("(2.1) p(v) = Σ_h p(v, h) = Σ_m π_m p(v given h = m)", p_v, pi @ p_v_given_h)

draws = draw(pi, mu, 50_000, rng)
which = np.eye(2**D)[bits_to_index(draws)]  # (50,000, 2^D) a 1 at the state that each draw is
verify_mean("(2.2) fraction of the draws that are v → p(v)", which, p_v)

# %% [markdown]
# ## Which h was it, and in logarithms
#
# The question of the bag, for any mixture. By Bayes' rule
#
#     p(h = m given v) = p(v, h = m) / p(v)                                         (2.3)
#
# It is called the posterior of h. For 64 pixels p(v, h) is a product of 65 numbers; for 784 pixels
# it is below 10^-308, and the computer has 0. So everything is done in logarithms:
#
#     log p(v, h = m) = log π_m + Σ_i (v_i log μ_mi + (1 - v_i) log (1 - μ_mi))     (2.4)
#
# To add probabilities we must leave the logarithms, and here the trick is to take out the largest
# one first. With L = max_m log p(v, h = m),
#
#     log p(v) = L + log Σ_m exp(log p(v, h = m) - L)                               (2.5)
#
# In this sum one term is exp(0) = 1, and none is larger: nothing overflows, and what vanishes does
# not matter. The library has it as `logsumexp`. The posterior is then exp(log p(v, h) - log p(v)).


# %% (2.3), (2.4), (2.5) the mixture as it is computed
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
verify("(2.3) p(h = m given v) = p(v, h = m) / p(v)", by_bayes, posterior(pi, mu, all_v))
verify("(2.4) log p(v, h = m) = log π_m + Σ_i (...)", np.log(joint), log_joint(pi, mu, all_v))
verify("(2.5) log p(v) = L + log Σ_m exp(... - L)", np.log(p_v), log_p(pi, mu, all_v))

# %% [markdown]
# ## Half a picture
#
# Some pixels are seen, the others are not. Sum p(v, h) over the unseen pixels: each one's two
# factors, μ_mi and 1 - μ_mi, add up to 1 and are gone. So the seen pixels by themselves are a
# mixture again, with the same π and their columns of μ. Call its posterior r_m. Given h, an unseen
# pixel i does not depend on the seen ones, it is on with μ_mi. Average over what h may be:
#
#     p(v_i = 1 given the seen pixels) = Σ_m r_m μ_mi                               (2.6)
#
# In the bag, with the first pixel on and the second one unseen: r_0 = .9, r_1 = .1, and the second
# is on with .9 · .9 + .1 · .1 = .82, as above.
#
# ## Labels: one joint model, two uses
#
# Our digits come with a label y, 0 to 9. Let every component belong to one label; a label may have
# several. Then p(v, y) adds up the components of y only, and divided by p(v) it is
#
#     p(y given v) = Σ_{h of y} p(h given v)                                        (2.7)
#     log p(v, y) = log p(v) + log p(y given v)                                     (2.8)
#
# One model, two uses: draw a v for a given y, or say which label belongs to v. A classifier, a
# model of p(y given v) alone, learns what tells labels apart, and can draw nothing. Maximum
# likelihood for p(v, y) works at both terms of (2.8).

# %% (2.6), (2.7), (2.8) the unseen, and labels
p_table = p_v.reshape(4, 4)  # rows: v_0 and v_1, which are seen; columns: v_2 and v_3
by_table = p_table[:, 2:].sum(axis=1) / p_table.sum(axis=1)  # v_2 is on in columns 2 and 3
r = posterior(pi, mu[:, :2], all_bits(2))  # (4, M)
verify("(2.6) p(v_i = 1 given the seen pixels) = Σ_m r_m μ_mi", by_table, r @ mu[:, 2])

p_vy = np.stack([joint[:, 0], joint[:, 1] + joint[:, 2]], axis=1)  # component 0 has the label 0,
is_of = np.array([[1, 0], [0, 1], [0, 1]])  # components 1 and 2 have the label 1
p_y_given_v = posterior(pi, mu, all_v) @ is_of  # (16, 2)
verify("(2.7) p(y given v) = Σ_{h of y} p(h given v)", p_vy / p_v[:, None], p_y_given_v)
verify("(2.8) log p(v, y) = log p(v) + log p(y given v)",
       np.log(p_vy), log_p(pi, mu, all_v)[:, None] + np.log(p_y_given_v))

# %% [markdown]
# ## Ten kinds of digits
#
# Take the label itself for h, one component a label. The training digits show it, and then there
# is nothing to infer: learning is counting. The mean of log p(v, h) = log p(h) + log p(v given h)
# is a sum of terms of lesson 1's kind, each about one distribution: h among M kinds, and, for the
# cases of component m only, the coin of pixel i. By (1.8) each is largest at the fractions in the
# data. So the best π_m is the fraction of cases of kind m, and the best μ_m their mean picture.
# (Again no μ comes nearer than .01 to 0 or 1: lesson 1.) The test digits do not show h: p(v) adds
# up the ten.

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

upper, lower = new_digits[:, :32], new_digits[:, 32:]
r = posterior(pi_digits, mu_digits[:, :32], upper)  # from the upper half alone: (360, 10)
filled = r @ mu_digits[:, 32:]  # (2.6) for all lower pixels: (360, 32)
by_prior = pi_digits @ mu_digits[:, 32:]  # (32,) without any inference
error = np.mean((lower - filled) ** 2)
error_by_prior = np.mean((lower - by_prior) ** 2)
claim("who has seen the upper half fills in the lower one better than who has not",
      error < 0.9 * error_by_prior, squared_error=error, by_prior=error_by_prior)

# %% figure: what the ten components are, draw, and fill in
rng = np.random.default_rng(22)
rows = [mu_digits]
for _ in range(3):
    rows.append(bernoulli(mu_digits, rng))  # (10, 64) one of each digit
grey = np.full((10, 32), 0.5)
seen = np.hstack([upper[:10], grey])
guess = np.hstack([upper[:10], filled[:10]])
fig, (top, bottom) = plots.new_figure(2, 1, width=8, height=6.4)
plots.draw_tiles(top, np.concatenate(rows), columns=10,
                 title="first row: μ, the mean picture of each digit; below: drawn from it")
plots.draw_tiles(bottom, np.concatenate([seen, guess, new_digits[:10]]), columns=10,
                 title="test digits: upper half seen; lower half filled in; what it was")
plots.save(fig, "02_ten_kinds.png")

# %% [markdown]
# **What to see.** Many of the new digits can be read, which those of 64 coins could not. They have
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
# 0 / 0 is what (2.3) then has to divide.
#
# **exp before the largest is taken out.** On paper log Σ exp(log p) is the same as (2.5). In a
# computer all terms vanish, and the logarithm of 0 is left.
#
# **The prior in the place of the posterior.** Averaging the mean pictures by π and not by p(h given
# v) fills in the same lower half for every digit; the experiment's claim shows what that costs.

# %% wrong: a product, a naive sum
wide = np.full(784, 0.3)
log_of_product = np.log(wide).sum()
print(f"  .3 multiplied 784 times: {np.prod(wide)};  as a sum of logarithms: {log_of_product:.0f}")
log_terms = np.array([-900.0, -901.0])
with np.errstate(divide="ignore"):
    naive = np.log(np.exp(log_terms).sum())
print(f"  log (exp(-900) + exp(-901)): naive {naive}, by (2.5) {logsumexp(log_terms):.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 02 --stop logsumexp
#
# stops where (2.3) adds up three components for each of the 16 cases: (2.5) from within. x is the
# table of log p(v, h), so its exponentials add up to 1:
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
# 1. On paper: in the bag, both pixels are off. What is p(h = 0 given both off)? And if there were
#    a third pixel with the same μ, with what probability would it be on, by (2.6)?
# 2. On paper: the bag's μ are .9 and .1. What must they be for the pixels to be independent? For
#    them to be always equal? Compare p(both on) with p(v_0 on) p(v_1 on) in both cases.
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
# `dgm course release 02 --out .` writes a file for the exercise in code, and
# `dgm course check 02` judges what you write into it.
#
# Solutions: `lessons/solutions/02.md`, for when you have tried.
