# %% [markdown]
# # Likelihood: choosing a model by its data
#
# A generative model says how probable each possible case is, and can make new cases. It has
# parameters, numbers that we may choose. Which choice do the data speak for? This lesson asks it of
# a bent coin, where you can see the whole answer in one plot, and then of pictures of digits, where
# the answer is the same and its weakness shows.
#
# Afterwards you can
#
# - write down a likelihood, plot it, and find its maximum by hand and by a loop of ten lines;
# - say what entropy counts, and what a mean log p of -25 nats means;
# - prove that the most likely model is the one nearest to the data, in one exact sense;
# - say why unseen cases are the judge of a model, and what they judge.
#
# About an hour and a quarter. You need probability and derivatives, and no machine learning. Every
# numbered equation is checked in the cell below it: `verify` stops the lesson where the two sides
# differ. `claim` does the same for what the text says of an experiment.
#
# ## Thirteen flips of a coin
#
# A coin that may be bent was flipped 13 times and fell like this (1 is heads):
#
#     1 1 0 1 1 1 0 1 0 1 1 0 1              9 heads, 4 tails
#
# The model has one parameter, θ, the probability of heads. If the flips are independent, it gives
# these thirteen the probability
#
#     L(θ) = θ·θ·(1 - θ)·θ· ...  =  θ⁹ (1 - θ)⁴
#
# As a function of θ, with the data held fixed, this is called the likelihood. Three values by hand:
#
#     θ = .5     .5¹³         = .000122
#     θ = .7     .7⁹  · .3⁴   = .000327      these data speak for .7 rather than for .5
#     θ = .9     .9⁹  · .1⁴   = .000039
#
# Maximum likelihood chooses the θ that makes L(θ) largest. The figure shows where that is.

# %% the three values, by the machine
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import best_log_likelihood, open_data
from numpy_dgm.foundation.enumeration import (
    all_bits, draw_states, empirical_distribution, kl_divergence)
from numpy_dgm.foundation.numerics import bernoulli, sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean

flips = [1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1]


def likelihood(theta, flips):
    """The probability of the flips in their order, multiplied up one by one."""
    L = 1.0
    for flip in flips:
        L *= theta if flip == 1 else 1 - theta
    return L


for theta in (0.5, 0.7, 0.9):
    print(f"  θ = {theta}   L(θ) = {likelihood(theta, flips):.6f}")

# %% figure: the likelihood, of 13 flips and of ten times as many
theta = np.linspace(0.001, 0.999, 999)
fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.4)
for n_times, label in ((1, "13 flips, 9 heads"), (10, "130 flips, 90 heads")):
    log_L = n_times * (9 * np.log(theta) + 4 * np.log(1 - theta))
    left.plot(theta, np.exp(log_L - log_L.max()), label=label)
    right.plot(theta, log_L - log_L.max(), label=label)
for ax in (left, right):
    ax.axvline(9 / 13, color="0.4", linestyle=":", label="9/13")
    ax.set_xlabel("θ, probability of heads")
left.set(ylabel="L(θ), largest value 1", title="the likelihood")
right.set(ylabel="nats below the maximum", title="its logarithm", ylim=(-25, 1))
left.legend(fontsize=8)
plots.save(fig, "01_coin.png")

# %% [markdown]
# **What to see.** Each curve is scaled so that its top is 1. Both have it at the same θ. More flips
# do not move it, they make the curve narrow: with 130 flips, .5 is out of the question. The
# logarithm has its top in the same place, since log rises with its argument, and it turns the
# product into a sum, which is easier to differentiate:
#
#     log L(θ) = 9 log θ + 4 log (1 - θ)
#     ∂ log L/∂θ = 9/θ - 4/(1 - θ)
#
# At the top this slope is 0, so 9 (1 - θ) = 4 θ, and θ = 9/13 = .692: the fraction of heads. There
# is no other place with slope 0, and towards 0 and 1 the likelihood falls to 0, so
#
#     L(θ) <= L(9/13)                                                               (1.1)

# %% (1.1) the top
at_theta = [likelihood(value, flips) for value in np.linspace(0.05, 0.95, 19)]
at_top = [likelihood(9 / 13, flips)] * 19
verify_at_most("(1.1) L(θ) <= L(9/13)", at_theta, at_top, tolerance=0)

# %% [markdown]
# ## The loop on a page
#
# Few models can be solved by hand. The others learn by climbing: start somewhere, and take steps
# in the direction of the slope, each of them the slope times a number called the learning rate.
# One obstacle: θ must stay between 0 and 1. So we write it as the sigmoid σ(b) of a number b that
# may be anything (b is called the logit of θ):
#
#     θ = σ(b) = 1 / (1 + exp(-b))            1 - θ = σ(-b)            a definition
#
# The slope of σ is σ(b) (1 - σ(b)) = θ (1 - θ). Divide log L by the number of flips N = 13, so that
# the step does not depend on how many there are, and use the chain rule:
#
#     ∂ (log L / N)/∂b = (1/N) (9/θ - 4/(1 - θ)) θ (1 - θ)         the chain rule
#                      = (1/N) (9 (1 - θ) - 4 θ)                   multiply out
#     ∂ (log L / N)/∂b = 9/13 - σ(b)                               9 + 4 = N         (1.2)
#
# Read it once more: what the data have, less what the model has. Where they agree the climb ends.
# Every learning rule of this course's second part will have this form.
#
# The cell first checks it against a slope by its definition, the rise from a little below b to a
# little above it. Then the coin learns.

# %% (1.2) the slope by b, and a coin that learns
b_values = np.linspace(-3, 3, 13)
slope = []
for b in b_values:
    ahead = math.log(likelihood(sigmoid(b + 1e-5), flips)) / 13
    behind = math.log(likelihood(sigmoid(b - 1e-5), flips)) / 13
    slope.append((ahead - behind) / 2e-5)
verify("(1.2) ∂ (log L / N)/∂b = 9/13 - σ(b)", slope, 9 / 13 - sigmoid(b_values), tolerance=1e-8)

rate = 1.0
b = 0.0  # a fair coin
for step in range(41):
    theta = 1 / (1 + math.exp(-b))
    if step % 10 == 0:
        log_L = math.log(likelihood(theta, flips))
        print(f"  step {step:2}   θ = {theta:.4f}   log L = {log_L:.4f}")
    b += rate * (9 / 13 - theta)
claim("forty steps bring θ to 9/13", abs(theta - 9 / 13) < 1e-4, theta=theta)

# %% [markdown]
# ## What entropy counts
#
# How good is the best? At θ = 9/13 the thirteen flips have the probability .000328 (log L =
# -8.02), which sounds hopeless and is not. There are many sequences with 9 heads. A model of
# independent flips finds them all equally probable, and their probabilities add up to at most 1.
#
# How many are there? Take N flips with a fraction q of heads. There are C(N, qN) orders, C(13, 9)
# = 715. A coin with θ = q gives each of them the same probability
#
#     q^(qN) (1 - q)^((1-q)N)  =  exp(-N H)          H = -q log q - (1 - q) log (1 - q)
#
# H is called the entropy. The orders together have a probability of at most 1, so there are at
# most exp(N H) of them, and for long sequences this is nearly their number: **entropy is the
# logarithm of a count, for one flip.** For q = 9/13, H = .617, so each flip multiplies the
# possibilities by exp(.617) = 1.85, for a fair coin by 2. In general, for a distribution q over
# any states v and by the same steps,
#
#     H(q) = -Σ_v q(v) log q(v)                                                 a definition
#     (1/N) log (number of orders of N cases with the fractions q) <= H(q)          (1.3)
#     the same, for N → ∞,                                          → H(q)          (1.4)
#
# If W states are equally likely, H = log W, simply: a card from a deck has log 52 = 3.95. With the
# natural logarithm the unit is the nat. A nat is 1/log 2 = 1.44 bits.
#
# The orders of N cases, N_v of them in state v, number N! / Π_v N_v!. The cell counts them for the
# coin and for six states. (`lgamma(n + 1)` is log n!.)


# %% (1.3) and (1.4) orders, counted
def log_number_of_orders(counts):
    """log (N! / Π_v N_v!) for the counts N_v of each state."""
    log_number = math.lgamma(sum(counts) + 1)
    for count in counts:
        log_number -= math.lgamma(count + 1)
    return log_number


for name, small in (("coin", [9, 4]), ("six states", [1, 1, 2, 3, 5, 8])):
    q = np.array(small) / sum(small)
    H = -np.sum(q * np.log(q))
    per_case = []
    for n_times in (1, 10, 100, 1_000_000):
        counts = [n_times * count for count in small]
        per_case.append(log_number_of_orders(counts) / sum(counts))
    print(f"  {name}: log of the number, for one case {np.round(per_case, 4)}   H = {H:.4f}")
    verify_at_most(f"(1.3) (1/N) log (number of orders) <= H(q), {name}", per_case, [H] * 4)
    verify(f"(1.4) (1/N) log (number of orders) → H(q), {name}", per_case[-1], H, tolerance=1e-5)

# %% [markdown]
# ## Maximum likelihood is minimum distance
#
# Now any data and any model. The data are N cases v_n, of which a fraction p_data(v) is v. The
# model gives each case a probability p(v). Divide the log-likelihood by N, so that cases and not
# data sets are compared:
#
#     mean log p = (1/N) Σ_n log p(v_n)                                         a definition
#                = Σ_v p_data(v) log p(v)                                       equal cases together
#                = Σ_v p_data(v) log p_data(v) - Σ_v p_data(v) log (p_data(v) / p(v))
#
# as log p = log p_data - log (p_data / p). The first sum is -H(p_data). The second is the
# Kullback-Leibler divergence (Kullback and Leibler 1951):
#
#     KL(q ‖ p) = Σ_v q(v) log (q(v) / p(v))          over v with q(v) > 0      a definition
#     mean log p = -H(p_data) - KL(p_data ‖ p)                                      (1.5)
#
# KL is a kind of distance (though not symmetric): never negative, and 0 only for equal
# distributions. For the line z - 1 touches the curve log z at z = 1, and lies above it elsewhere:
#
#     log z <= z - 1, and equal only at z = 1                                       (1.6)
#
# Put in z = p(v)/q(v), and average with the weights q(v):
#
#     -KL(q ‖ p) = Σ_v q(v) log (p(v)/q(v)) <= Σ_v q(v) (p(v)/q(v) - 1) <= 1 - 1 = 0
#     0 <= KL(q ‖ p), and 0 only for q = p                                          (1.7)
#
# (If p(v) = 0 where q(v) is not, KL is infinite.) H(p_data) belongs to the data and no model can
# change it. So to maximise the likelihood is to bring KL down, and what there is to reach is known
# before learning starts:
#
#     mean log p <= -H(p_data)                                                      (1.8)
#
# If someone reports a mean log p of -25 nats and the data have an entropy of 23, then 2 nats are
# missing: a case gets, in the geometric mean, a probability e² = 7.4 times smaller than it could.

# %% (1.5) to (1.8) eight states, any model
rng = np.random.default_rng(1)
rows = [0, 3, 3, 5, 5, 5, 7, 7]  # eight cases, as rows of the list 000, 001, 010, ..., 111
cases = all_bits(3)[rows]  # (8, 3)
p_data = empirical_distribution(cases)  # (8,) the fraction of each of the 8 states
at_best = best_log_likelihood(cases)  # -H(p_data)

mean_log_p, KL_data, KL = [], [], []
for _ in range(1000):
    q, p = rng.dirichlet(np.ones(8), size=2)  # any two distributions over three bits
    mean_log_p.append(np.mean(np.log(p[rows])))
    KL_data.append(kl_divergence(p_data, p))
    KL.append(kl_divergence(q, p))
verify("(1.5) mean log p = -H(p_data) - KL(p_data ‖ p)", mean_log_p, at_best - np.array(KL_data))
z = np.linspace(0.01, 5, 500)  # 1 is among them
verify_at_most("(1.6) log z <= z - 1", np.log(z), z - 1)
verify_at_most("(1.7) 0 <= KL(q ‖ p), 1,000 pairs", np.zeros(1000), KL)
verify_at_most("(1.8) mean log p <= -H(p_data)", mean_log_p, np.full(1000, at_best))

# %% [markdown]
# ## Why unseen cases are the judge
#
# By (1.5) the best model of all is p_data itself, a table of the cases that it was learnt from,
# the training cases. It has learnt them by heart, and to any other case it gives the probability 0.
# What we want is a p near the source that the cases come from, p_source, which we do not know. So
# some cases are kept back, the test cases. A mean over many of them is a mean over p_source, and
# the steps to (1.5) give
#
#     mean log p of test cases → -H(p_source) - KL(p_source ‖ p)                    (1.9)
#
# The first term is the same for all models. So of two models, the one that is better by .1 nats on
# test cases is nearer to the source by .1 nats, as far as that many cases can tell. For training
# cases this is not so: p was fitted to them.
#
# In the cell, N draws of log p with the standard deviation sd have a mean that is off by about
# sd/√N, its standard error. `verify_mean` lets it be off by 4.5 of these.

# %% (1.9) a source, and many test cases
p_source, p = rng.dirichlet(np.ones(8), size=2)
test_states = draw_states(p_source, 100_000, rng)
test_log_p = np.log(p)[test_states]  # (100,000,)
limit = np.sum(p_source * np.log(p_source)) - kl_divergence(p_source, p)
verify_mean("(1.9) mean log p of test cases → -H(p_source) - KL(p_source ‖ p)", test_log_p, limit)

# %% [markdown]
# ## From coins to pictures
#
# The shipped digits are pictures of 8 x 8 grey pixels, taken as on (1) where they are darker than
# half: 64 bits a case, 1,437 training cases and 360 test cases. The simplest model is a coin for
# each pixel, independent of the others:
#
#     p(v) = Π_i (θ_i if v_i = 1, else 1 - θ_i)          mean log p = Σ_i (that of coin i)
#
# Each θ_i occurs in one term only, so each pixel is learnt as its own coin: θ_i is the fraction of
# training cases with pixel i on. The most likely θ is the mean of all pictures. The cell learns it
# from 10 to 1,000 digits, twenty times each.


# %% experiment: 64 coins, learnt from few and from many digits
def log_p_of_coins(theta, v):
    """log p of cases v (N, D) under independent pixels with the probabilities theta (D,): (N,)."""
    return v @ np.log(theta) + (1 - v) @ np.log(1 - theta)


train = open_data("digits", part="train")[:].astype(float)  # (1437, 64) bits
test = open_data("digits", part="test")[:].astype(float)  # (360, 64)
rng = np.random.default_rng(11)
sizes = [10, 20, 50, 100, 200, 500, 1000]
on_training, on_test = np.zeros((7, 20)), np.zeros((7, 20))
for row, n_cases in enumerate(sizes):
    for draw in range(20):
        order = rng.permutation(len(train))
        chosen = train[order[:n_cases]]
        theta = np.clip(chosen.mean(axis=0), 0.01, 0.99)  # no coin is ever certain
        on_training[row, draw] = log_p_of_coins(theta, chosen).mean()
        on_test[row, draw] = log_p_of_coins(theta, test).mean()
on_training, on_test = on_training.mean(axis=1), on_test.mean(axis=1)
gap = on_training - on_test
claim("learnt from ten cases, the model looks some 5 nats better than it is", 3.5 < gap[0] < 7.5,
      gap=gap[0])
claim("learnt from a thousand, less than half a nat", gap[-1] < 0.5, gap=gap[-1])
fair = -64 * math.log(2)
claim("64 bent coins are some 20 nats better than 64 fair ones", 19 < on_test[-1] - fair < 20.5,
      bent=on_test[-1], fair=fair)

theta = np.clip(train.mean(axis=0), 0.01, 0.99)
drawn = bernoulli(np.tile(theta, (25, 1)), rng)
fig, (curve, real, mean, new) = plots.new_figure(1, 4, width=11, height=2.9)
curve.plot(sizes, on_training, marker="o", label="the cases learnt from")
curve.plot(sizes, on_test, marker="s", label="test cases")
curve.set(xscale="log", xlabel="cases learnt from", ylabel="mean log p, nats")
curve.legend(fontsize=8)
plots.draw_tiles(real, train[:25], title="training cases")
plots.draw_tiles(mean, theta[None], title="θ, the 64 coins")
plots.draw_tiles(new, drawn, title="new cases: 64 flips each")
plots.save(fig, "01_digits.png")

# %% [markdown]
# **What to see.** The two curves meet from either side: with few cases the coins fit these and not
# the source. A thousand cases pin 64 numbers down. A test case gets about e^20 times the
# probability that 64 fair coins would give it. But look at what the model makes. It knows where
# ink is frequent, and that is all: a stroke never goes on, since a pixel knows nothing of its
# neighbours. More data do not help; the model is too simple. The next lesson ties the pixels to
# one another.
#
# ## What goes wrong
#
# **The product itself.** 1,437 pictures of 64 pixels have a likelihood of about e^(-35,000). A
# float64 ends at e^(-745), and gives 0.
#
# **A certain coin.** If a pixel was never on in training, maximum likelihood says θ_i = 0. One test
# case with that pixel on has p = 0, and mean log p = -∞. So θ was kept within [.01, .99] above.
#
# **Judging by training cases.** The table p_data has the best mean log p there is, and hardly any
# test case is in it.

# %% wrong: a product, certain coins, a table
log_p_train = log_p_of_coins(theta, train)
print(f"  likelihood of the training cases as a product: {np.prod(np.exp(log_p_train))}, "
      f"its logarithm as a sum: {log_p_train.sum():,.0f}")

certain = train[:50].mean(axis=0)  # from 50 cases, without limits
with np.errstate(divide="ignore"):
    p_test = np.prod(np.where(test == 1, certain, 1 - certain), axis=1)
print(f"  50 cases, no limits: {np.mean(p_test == 0):.0%} of the test cases have the probability 0")

in_the_table = {tuple(v) for v in train}
n_known = sum(tuple(v) in in_the_table for v in test)
print(f"  the table: mean log p of training cases {best_log_likelihood(train):.1f}")
claim("the table gives hardly any test case a probability above 0", n_known < 0.05 * 360,
      of_360_it_knows=n_known)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 01 --stop draw_states
#
# stops where 100,000 cases are drawn from the source, and shows how a distribution becomes draws.
# An array is shown as its type, its shape and its smallest and largest value; `print(p)` shows all
# of it, and `q` ends the lesson.
#
#     (Pdb) p n_draws
#     100000
#     (Pdb) p p
#     array float64 (8,) [0.0235, 0.243]
#     (Pdb) p np.cumsum(p)
#     array float64 (8,) [0.0911, 1]
#
# A uniform number falls into state v with the probability p(v), the length of its piece of [0, 1].
#
# ## Exercises
#
# 1. On paper: five flips, no heads. Which θ is most likely? What would its mean log p be on a
#    sixth flip that is heads? Now pretend one more head and one more tail than were seen
#    (Laplace's rule): what is θ, and what is log p of that sixth flip?
# 2. On paper: what is the entropy of two cards drawn one after the other from a deck of 52? And of
#    the sum of two dice: is it more or less than that of one die, and than twice that of one die?
# 3. In code: let the loop learn all 64 coins at once, b (64,), from the training digits. Its judge
#    is (1.2): at the end σ(b) must be the mean picture to within .01.
#
# `dgm course release 01 --out .` writes a file for the exercise in code, and
# `dgm course check 01` judges what you write into it.
#
# Solutions: `lessons/solutions/01.md`, for when you have tried.
