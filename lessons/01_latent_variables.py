# %% [markdown]
# # Lesson 1: latent variables
#
# After this lesson you will be able to
#
# - say what a generative model is, what learning one means, and why unseen cases are the judge;
# - show that the most likely parameters are those that bring the model nearest to the data;
# - build a distribution over 2^64 pictures from simple ones and a value that nobody observes;
# - infer that value, draw new pictures, and tell digits apart, all with the same model;
# - derive two ways to learn it: up the gradient, and by a step (EM) that never makes it worse.
#
# You need probability, linear algebra and derivatives, but no machine learning. Every numbered equation
# is checked in the next cell: one side is computed by its definition, as plainly as can be (`slow_...`),
# the other by the formula that was derived, and `verify` stops the lesson if they differ.
#
# ## A model, and how good it is
#
# A case is one observation. Here it is D bits, x = (x_0, ..., x_{D-1}), such as the pixels of a picture:
# 1 is ink, 0 is paper. The data are N cases, the rows of an array (N, D). A generative model is a
# distribution p(x) over all 2^D possible cases. It says how probable each is, and new ones can be drawn
# from it. The numbers that p depends on are its parameters θ. To learn is to choose θ by the data.
#
# A model gives N independent cases the probability Π_n p(x_n). Seen as a function of θ, that is the
# likelihood, and maximum likelihood chooses the θ that makes it largest. Its logarithm (always the
# natural one) is a sum, and divided by N it is a figure for one case:
#
#     mean log p = (1/N) Σ_n log p(x_n)                                  a definition
#
# The unit is the nat. One nat more means that a case gets e = 2.72 times the probability. A model that
# tosses a fair coin for each bit gives every case 2^-D, which is -D log 2 = -0.69 D nats.
#
# What does maximum likelihood aim at? Let q(x) be the share of the N cases that are x. Then
#
#     mean log p = Σ_x q(x) log p(x)                                     equal cases together
#                = Σ_x q(x) log q(x) - Σ_x q(x) log(q(x) / p(x))         log p = log q - log(q/p)
#
# The sums run over the x with q(x) > 0. The second is the Kullback-Leibler divergence:
#
#     KL(q || p) = Σ_x q(x) log(q(x) / p(x))                             a definition
#     mean log p = Σ_x q(x) log q(x) - KL(q || p)                        (1.1)
#
# As log z <= z - 1, with equality only at z = 1, -KL = Σ q log(p/q) <= Σ q (p/q - 1) = Σ p - Σ q <= 0:
#
#     0 <= KL(q || p)          and 0 only for p = q                      (1.2)
#
# So KL says how far p is from q. The first sum in (1.1) has no p in it: maximum likelihood is minimum KL
# from the data.
#
# ## Why unseen cases are the judge
#
# Then the best p of all is q itself, a table of the cases at hand: it has learnt them by heart. To any
# other case it gives probability 0, and log 0 is -∞. But what we want is p near the source that the
# cases come from. Let s(x) be its distribution, which we do not know. We keep some cases back, the test
# cases, and learn only from the others, the training cases. Many test cases have the shares s(x), and
# the steps to (1.1) give
#
#     mean log p of test cases → Σ_x s(x) log s(x) - KL(s || p)          (1.3)
#
# The sum is the same for all models. So of two models, the one that is better by 0.1 nats on test cases
# is nearer to the source by 0.1 nats, as far as that many cases can tell. On training cases this does
# not hold, for p was fitted to them.

# %% (1.1), (1.2), (1.3) eight states
import itertools
import math
from dataclasses import dataclass

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.enumeration import (
    all_bits, bits_to_index, boltzmann_distribution, draw_states, empirical_distribution, kl_divergence,
    product_of_bernoullis)
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import bernoulli, logit, logsumexp, sigmoid, softplus
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import Record, flatten, pack, windows
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean

rng = np.random.default_rng(1)
s, p = rng.dirichlet(np.ones(8), size=2)  # a source and a model: any two distributions over three bits
drawn = draw_states(s, 20, rng)  # 20 cases from the source, each as its place in 000, 001, 010, ...
mean_log_p = sum(math.log(p[place]) for place in drawn) / 20
q = empirical_distribution(all_bits(3)[drawn])
at_best = sum(q_x * math.log(q_x) for q_x in q if q_x > 0)  # the mean log p of p = q
verify("(1.1) mean log p = Σ_x q(x) log q(x) - KL(q || p)", mean_log_p, at_best - kl_divergence(q, p))
KL = [kl_divergence(one, other) for one, other in rng.dirichlet(np.ones(8), size=(1000, 2))]
verify_at_most("(1.2) 0 <= KL(q || p), 1,000 pairs", np.zeros(1000), KL)
test_log_p = np.log(p)[draw_states(s, 100_000, rng)]
limit = sum(s_x * math.log(s_x) for s_x in s) - kl_divergence(s, p)
verify_mean("(1.3) mean log p of test cases → Σ_x s(x) log s(x) - KL(s || p)", test_log_p, limit)
print(f"  KL(s || p) = {kl_divergence(s, p):.3f}; of the table q instead of p: {kl_divergence(s, q)}")

# %% [markdown]
# ## A value that nobody observes
#
# For 64 pixels a table is out of the question: it would have 2^64 = 2·10^19 entries, and we have 1,437
# pictures. p must be a rule with few parameters. The simplest lets each pixel be on with a probability
# of its own, independently of the others, but then half of a picture says nothing about the other half.
#
# So we add a value h which the data do not show. It is called hidden, or latent. Here h is one of K
# kinds, 0 to K-1. Think of ways to write a digit; but nobody says what the kinds are, and learning will
# use them as the data suggest. The model is a joint distribution of x and h:
#
#     π_k = p(h = k)                 m_ki = p(x_i = 1 given h = k)       a definition
#     p(x given h = k) = Π_i (m_ki if x_i = 1, else 1 - m_ki)            a definition
#     p(x, h) = p(h) p(x given h)                                        a definition
#
# π must be positive and add up to 1, m must lie between 0 and 1, and steps of learning would run into
# these bounds. So we write both with numbers that may be anything, the logits a (K,) and B (K, D):
#
#     π_k = exp(a_k) / Σ_l exp(a_l)          m_ki = 1 / (1 + exp(-B_ki))          a definition
#
# Only x is seen. Its probability, the marginal, adds up every h that could stand behind it:
#
#     p(x) = Σ_h p(x, h) = Σ_k π_k p(x given h = k)                      (1.4)
#
# This is a mixture of K components, each of them independent pixels (a mixture of Bernoullis). It has
# K - 1 + KD free parameters. Its pixels are not independent. The mean of x_i is M_i = Σ_k π_k m_ki, and
# within a component the mean of x_i x_j is m_ki m_kj, if i ≠ j. So
#
#     Cov(x_i, x_j) = Σ_k π_k m_ki m_kj - M_i M_j            mean of the product less product of the means
#     Cov(x_i, x_j) = Σ_k π_k (m_ki - M_i)(m_kj - M_j)       for i ≠ j   (1.5)
#
# as multiplying out shows. Pixels that are on in the same components are on together. That is what h is
# for: given h, all is simple; unknown, it ties the pixels to one another.
#
# To draw a case, follow the order of p(h) p(x given h): first h, then x given that h. This is ancestral
# sampling. The pair has the probability p(x, h), and if we forget h, x has the marginal:
#
#     share of the draws that are x → p(x)                               (1.6)


# %% (1.4), (1.5), (1.6) three components, four bits
@dataclass(frozen=True, eq=False, repr=False)
class Mixture(Record):
    """Parameters of a mixture of Bernoullis. A gradient with respect to them has the same type."""

    a: np.ndarray  # (K,) logits of the components
    B: np.ndarray  # (K, D) logits of the pixels

    trainable = ("a", "B")  # what learning moves


def slow_joint(mixture, x):
    """p(x, h = k) by its definition, for one x (D,) and all k: (K,)."""
    joint = []
    for a_k, B_k in zip(mixture.a, mixture.B):
        p = math.exp(a_k) / sum(math.exp(a_l) for a_l in mixture.a)  # π_k
        for B_ki, x_i in zip(B_k, x):
            m_ki = 1 / (1 + math.exp(-B_ki))
            p *= m_ki if x_i == 1 else 1 - m_ki
        joint.append(p)
    return np.array(joint)


def probabilities(mixture):
    """π (K,) and m (K, D)."""
    return np.exp(mixture.a - logsumexp(mixture.a)), sigmoid(mixture.B)


def draw(mixture, n, rng):
    """n cases by ancestral sampling: (n, D)."""
    pi, m = probabilities(mixture)
    h = draw_states(pi, n, rng)
    return bernoulli(m[h], rng)  # m[h] (n, D): for each case the pixel probabilities of its h


K, D = 3, 4
small = Mixture(a=rng.normal(size=K), B=2 * rng.normal(size=(K, D)))
pi, m = probabilities(small)
x = np.array(list(itertools.product([0, 1], repeat=D)))  # all 2^D cases
joint = np.array([slow_joint(small, x_n) for x_n in x])  # a row for each x, a column for each h
p_x = joint.sum(axis=1)
verify("(1.4) p(x) = Σ_h p(x, h) = Σ_k π_k p(x given h = k)", p_x, pi @ product_of_bernoullis(m))
covariance, M = np.cov(x.T, aweights=p_x, ddof=0), pi @ m
verify("(1.5) Cov(x_i, x_j) = Σ_k π_k (m_ki - M_i)(m_kj - M_j)",
       np.triu(covariance, k=1), np.triu(((m - M).T * pi) @ (m - M), k=1))
draws = draw(small, 50_000, rng)
verify_mean("(1.6) share of the draws that are x → p(x)", np.eye(2**D)[bits_to_index(draws)], p_x)

# %% [markdown]
# ## Logarithms, and which h it was
#
# With the logits, m = exp(B) / (1 + exp(B)) and 1 - m = 1 / (1 + exp(B)). On or off, a pixel contributes
# the factor exp(B_ki x_i) / (1 + exp(B_ki)), and
#
#     log p(x, h = k) = a_k - log Σ_l exp(a_l) + Σ_i B_ki x_i - Σ_i log(1 + exp(B_ki))       (1.7)
#
# p(x) adds up the exponentials of (1.7), which may be too small for a computer: in float64, exp(-746) is
# 0, and pictures of 784 pixels get there. So the largest of the K logarithms, L, is taken out:
#
#     log p(x) = L + log Σ_k exp(log p(x, h = k) - L)                    (1.8)
#
# Now one of the terms is exp(0) = 1. `logsumexp` is this formula. Which h stands behind a given x? By
# Bayes' rule, with r_k for short, the responsibility of component k for x:
#
#     r_k = p(h = k given x) = p(x, h = k) / p(x) = exp(log p(x, h = k) - log p(x))          (1.9)
#
# ## Labels: one joint model, two uses
#
# Our digits come with a label y, 0 to 9. Let every component belong to one label, so that h says what y
# is. Then p(x, y) adds up the components of y only:
#
#     p(x, y) = Σ_{h of y} p(x, h)                                       a definition
#
# The generative use: draw an x for a given y, or judge by p(x) how usual a picture is. The
# discriminative use: which label belongs to x? Divide by p(x), as in (1.9):
#
#     p(y given x) = Σ_{h of y} p(h given x)                             (1.10)
#     log p(x, y) = log p(x) + log p(y given x)                          (1.11)
#
# Maximum likelihood for p(x, y) works at both terms of (1.11). Whoever wants labels only can model
# p(y given x) alone, by a discriminative model. It learns what tells labels apart, and cannot draw.


# %% (1.7) to (1.11) the mixture as it is computed, against its definition
def log_joint(mixture, x):
    """(1.7) for cases x (N, D) and all components: (N, K)."""
    log_pi = mixture.a - logsumexp(mixture.a)
    return log_pi + x @ mixture.B.T - softplus(mixture.B).sum(axis=1)


def log_p(mixture, x):
    """(1.8) for cases x (N, D): (N,)."""
    return logsumexp(log_joint(mixture, x), axis=1)


def responsibilities(mixture, x):
    """(1.9) for cases x (N, D) and all components: (N, K)."""
    log_p_xh = log_joint(mixture, x)
    return np.exp(log_p_xh - logsumexp(log_p_xh, axis=1)[:, None])


verify("(1.7) log p(x, h = k) = a_k - log Σ_l exp(a_l) + ...", np.log(joint), log_joint(small, x))
verify("(1.8) log p(x) = L + log Σ_k exp(... - L)", np.log(p_x), log_p(small, x))
r = responsibilities(small, x)
verify("(1.9) r_k = p(x, h = k) / p(x)", [row / sum(row) for row in joint], r)
is_of = np.array([[1, 0], [0, 1], [0, 1]])  # components in rows: the first has label 0, the others label 1
p_xy = np.array([[row[0], row[1] + row[2]] for row in joint])
verify("(1.10) p(y given x) = Σ_{h of y} p(h given x)", [row / sum(row) for row in p_xy], r @ is_of)
verify("(1.11) log p(x, y) = log p(x) + log p(y given x)",
       np.log(p_xy), log_p(small, x)[:, None] + np.log(r @ is_of))

# %% [markdown]
# ## Up the gradient
#
# To climb we need the slope of mean log p for every parameter. Let ∇ be the vector of all slopes. Then
#
#     ∇ log p(x) = (1/p(x)) Σ_h ∇p(x, h)                     (1.4), and the chain rule for the logarithm
#                = Σ_h (p(x, h) / p(x)) ∇ log p(x, h)        as ∇p = p ∇ log p
#     ∇ log p(x) = Σ_h p(h given x) ∇ log p(x, h)                        (1.12)
#
# In words: take the slopes that each h would give if we knew it, and average them by how probable each h
# is once x has been seen. This holds for every model with hidden values, and the course rests on it. For
# the mixture, write [k = l] for 1 if k = l, else 0. In (1.7) the slope of log Σ_l exp(a_l) is
# exp(a_l) / Σ_l exp(a_l) = π_l, and the slope of log(1 + exp(B)) is exp(B) / (1 + exp(B)) = m:
#
#     ∂ log p(x, h = k)/∂a_l = [k = l] - π_l          ∂ log p(x, h = k)/∂B_li = [k = l] (x_i - m_li)
#
# Put that into (1.12). The sum over h leaves one term, and the mean over the cases is
#
#     ∂ mean log p/∂a_k  = mean of r_k - π_k
#     ∂ mean log p/∂B_ki = mean of r_k (x_i - m_ki)                      (1.13)
#
# `flatten` lays the arrays of a record end to end in one vector. `central_differences` moves each entry
# of that vector a little forward and back: all slopes by their definition.


# %% (1.12), (1.13) slopes
def gradient(mixture, x):
    """(1.13) for cases x (N, D)."""
    (pi, m), r = probabilities(mixture), responsibilities(mixture, x)
    return Mixture(a=r.mean(axis=0) - pi, B=r.T @ x / len(x) - r.mean(axis=0)[:, None] * m)


def slow_mean_log_p(mixture):
    """By definition, over the rows of `cases`."""
    return sum(math.log(sum(slow_joint(mixture, x))) for x in cases) / len(cases)


cases = x[5:6]  # a single case: the mean of log p is its log p
if_known = np.array([flatten(Mixture(a=is_k - pi, B=is_k[:, None] * (cases[0] - m))) for is_k in np.eye(K)])
slope, r = central_differences(slow_mean_log_p, small), responsibilities(small, cases)[0]
verify("(1.12) ∇ log p(x) = Σ_h p(h given x) ∇ log p(x, h)", slope, r @ if_known, tolerance=1e-8)
cases = rng.integers(0, 2, size=(40, D))
slope = central_differences(slow_mean_log_p, small)
verify("(1.13) ∂ mean log p/∂B_ki = mean of r_k (x_i - m_ki)", slope, flatten(gradient(small, cases)), 1e-8)

# %% [markdown]
# ## A step without a rate: EM
#
# How long should a step up the gradient be? Here we can do without that question. Let r be any
# distribution over h. As p(x, h) = p(x) p(h given x),
#
#     Σ_h r(h) log(p(x, h) / r(h)) = log p(x) - Σ_h r(h) log(r(h) / p(h given x))
#     log p(x) = Σ_h r(h) log(p(x, h) / r(h)) + KL(r || p(h given x))    (1.14)
#
# As KL >= 0, the first sum is a bound: log p(x) is at least that, and is equal to it if r is
# p(h given x). The EM algorithm (Dempster, Laird and Rubin 1977) repeats two steps:
#
# - E, for expectation: let r_nk = p(h = k given x_n), with the present θ. Now every bound is exact.
# - M, for maximisation: hold r, and take the θ' that makes the mean of the bounds largest. It is then at
#   least what mean log p was, and the new mean log p is at least that. So
#
#     mean log p with θ <= mean log p with θ'                            (1.15)
#
# Which θ' is it? Let R_k = Σ_n r_nk and u_ki = Σ_n r_nk x_ni / R_k. What depends on θ in the bounds is
#
#     Σ_n Σ_k r_nk log p(x_n, h = k) = Σ_k R_k log π_k
#                                      + Σ_k Σ_i R_k (u_ki log m_ki + (1 - u_ki) log(1 - m_ki))
#
# By (1.1) and (1.2), a sum Σ q log p is largest for p = q. Here the shares q are the R_k / N of the
# components, and u_ki and 1 - u_ki of the two values of a pixel. So π'_k = R_k / N and m'_ki = u_ki: a
# component takes the share of the cases that it is responsible for, and their mean as its picture. (If
# K = 1, that is the share of cases with pixel i on, and one step is enough.) With the slopes (1.13),
#
#     π'_k  = R_k / N                 = π_k + ∂ mean log p/∂a_k
#     m'_ki = Σ_n r_nk x_ni / R_k     = m_ki + (N / R_k) ∂ mean log p/∂B_ki                 (1.16)
#
# So EM moves every parameter uphill, and stands still just where the gradient is 0. There are many such
# places, and the start decides which one is reached. (`em_step` also keeps every m within [0.01, 0.99].
# Why, and why (1.15) still holds, comes with the digits.)


# %% (1.14), (1.15), (1.16) bound and step
def em_step(mixture, x, edge=0.01):
    """(1.16) for cases x (N, D), with every m kept within [edge, 1 - edge]."""
    r = responsibilities(mixture, x)
    m = (r.T @ x) / r.sum(axis=0)[:, None]
    return Mixture(a=np.log(r.mean(axis=0)), B=logit(np.clip(m, edge, 1 - edge)))


some_r = rng.dirichlet(np.ones(K), size=40)  # any distribution over h, for each case
p_xh = np.array([slow_joint(small, x_n) for x_n in cases])
bound = np.sum(some_r * np.log(p_xh / some_r), axis=1)
KL = [kl_divergence(r_n, p_h_given_x) for r_n, p_h_given_x in zip(some_r, responsibilities(small, cases))]
verify("(1.14) log p(x) = Σ_h r(h) log(p(x, h) / r(h)) + KL(r || p(h given x))",
       np.log(p_xh.sum(axis=1)), bound + KL)
path = [small]
for _ in range(30):
    path.append(em_step(path[-1], cases))
log_p_path = [slow_mean_log_p(passed) for passed in path]
verify_at_most("(1.15) mean log p with θ <= mean log p with θ', 30 steps", log_p_path[:-1], log_p_path[1:])
pi_new, m_new = probabilities(path[1])
up = windows(small, slope)  # the slopes in the form of a mixture
pi_moved = np.exp(small.a) / sum(np.exp(small.a)) + up.a
m_moved = 1 / (1 + np.exp(-small.B)) + up.B / pi_moved[:, None]
verify("(1.16) π'_k = π_k + ∂ mean log p/∂a_k, m'_ki = m_ki + (N / R_k) ∂ mean log p/∂B_ki",
       np.vstack([pi_moved, m_moved.T]), np.vstack([pi_new, m_new.T]), tolerance=1e-8)

# %% [markdown]
# ## A mixture learnt on digits
#
# The shipped digits are pictures of 8 x 8 grey pixels, taken as on where they are darker than half:
# 1,437 training cases and 360 test cases. K is not learnt. The training cases cannot choose it, since
# more components fit them better. The test cases must not, since whoever chooses by them has learnt from
# them. So 237 of the training cases are held out to choose K by.
#
# If a pixel is never on in the cases of a component, its m is 0 by (1.16). Where that is so in every
# component, one new digit with that pixel on has p(x) = 0 and log p(x) = -∞. So no m may come nearer
# than 0.01 to 0 or 1. (The bounds are concave in each m. The limit is then the best that is allowed, and
# (1.15) stands.) The start is the mean picture for each component, with noise added to its logits.
#
# Then the labels: 8 components for each, learnt from the training digits that have it. Together they are
# a joint model p(x, y) of 80 components.


# %% experiment: how many components
def near_the_mean(K, cases, rng, noise=0.5):
    mean = np.clip(cases.mean(axis=0), 0.01, 0.99)
    return Mixture(a=np.zeros(K), B=logit(mean) + rng.normal(scale=noise, size=(K, cases.shape[1])))


def learn(mixture, cases, steps=20, edge=0.01):
    for _ in range(steps):
        mixture = em_step(mixture, cases, edge)
    return mixture


train, test = open_data("digits", part="train"), open_data("digits", part="test")  # bits, and labels
digits, new_digits = train[:], test[:]
fit, held_out = digits[:1200], digits[1200:]
sizes, seeds = (1, 4, 16, 64, 256), 3
result = np.zeros((len(sizes), seeds, 2))
print("  components   parameters   mean log p, training   held out (± over 3 starts)")
for row, K in enumerate(sizes):
    for seed in range(seeds):
        mixture = learn(near_the_mean(K, fit, np.random.default_rng(seed)), fit)
        result[row, seed] = log_p(mixture, fit).mean(), log_p(mixture, held_out).mean()
    mean, spread = result[row].mean(axis=0), result[row].std(axis=0)
    print(f"  {K:10} {65 * K - 1:12,} {mean[0]:22.2f} {mean[1]:10.2f} ± {spread[1]:.2f}")
best_K = sizes[result[:, :, 1].mean(axis=1).argmax()]

m = np.clip(digits.mean(axis=0), 0.01, 0.99)
alone = np.log(np.where(new_digits == 1, m, 1 - m)).sum(axis=1)  # independent pixels, with no mixture
sixteen, best = (learn(near_the_mean(K, digits, np.random.default_rng(0)), digits) for K in (16, best_K))
for name, values in (("independent pixels", alone), ("16 components", log_p(sixteen, new_digits)),
                     (f"{best_K} components, best on held-out digits", log_p(best, new_digits))):
    error = values.std() / math.sqrt(len(values))
    print(f"  test digits: mean log p {values.mean():.2f}, standard error {error:.2f}: {name}")

# %% the joint model of digits and labels, and a picture
rng, parts = np.random.default_rng(0), []
for y in range(10):
    of_y = digits[train.labels == y]
    parts.append(learn(near_the_mean(8, of_y, rng), of_y))
log_p_of_y = np.log(np.bincount(train.labels) / len(train))
labelled = Mixture(a=np.concatenate([part.a + log_p_of_y[y] for y, part in enumerate(parts)]),
                   B=np.concatenate([part.B for part in parts]))
p_y = responsibilities(labelled, new_digits) @ np.repeat(np.eye(10), 8, axis=0)  # (1.10): (360, 10)
log_p_y, right = np.log(p_y[np.arange(360), test.labels]), p_y.argmax(axis=1) == test.labels
print(f"  80 labelled components, test digits: mean log p(x) {log_p(labelled, new_digits).mean():.2f}, "
      f"mean log p(y given x) {log_p_y.mean():.2f}")
print(f"  the most probable label is right for {right.mean():.1%} of the test digits")

fig, (curves, components, drawn) = plots.new_figure(1, 3, width=12, height=4.2)
for side, name in enumerate(("training", "held out")):
    mean, spread = result[:, :, side].mean(axis=1), result[:, :, side].std(axis=1)
    curves.errorbar(sizes, mean, spread, marker="o", capsize=3, label=name)
curves.set(xscale="log", xlabel="components", ylabel="nats a digit", title="mean log p")
curves.set_xticks(sizes, sizes)
curves.minorticks_off()
curves.legend()
plots.draw_tiles(components, sigmoid(sixteen.B), title="pixel means m of 16 components, no labels")
rows = np.swapaxes([draw(part, 10, rng) for part in parts], 0, 1).reshape(100, 64)
plots.draw_tiles(drawn, rows, title="drawn from p(x given y), columns y = 0 to 9")
plots.save(fig, "01_mixture.png")

# %% [markdown]
# What to see: the training curve climbs on, and the held-out curve turns. Of 256 components each has
# five cases or so, and learns them by heart. In the middle, nobody told the mixture about labels, but
# most components are a way to write one digit, and the blurred ones are several. On the right, most of
# the digits can be read. They have specks: given h, a pixel knows nothing of the others.
#
# Remember what 16 components reach. A mixture needs a component for each combination of properties:
# which digit, slanted or not, thick or thin. Why not a hidden value of several bits, one a property? 16
# bits have 2^16 combinations, and with a weight for each bit and pixel about as many parameters as 16
# components. But then p(x, h) is no longer made of factors that each sum to 1. Lesson 2 does without
# such factors, and lesson 4 builds that model.
#
# ## What usually goes wrong
#
# Probabilities are multiplied where logarithms should be added: the product is soon 0. All components
# start equal: so are their responsibilities and slopes, and they stay one component. One component
# starts far from all cases: its responsibilities are next to 0, and so, by (1.13), are the slopes of its
# B. Up the gradient it never comes back. No limits are set to m, and the training cases like it better.

# %% wrong: a product, equal starts, a start far away, no limits
print(f"  probability of the 360 test digits, as a product: {np.prod(np.exp(log_p(best, new_digits)))}")
equal = learn(near_the_mean(16, digits, rng, noise=0), digits)
print(f"  16 components that start equal: mean log p of test digits {log_p(equal, new_digits).mean():.2f}")
far = Mixture(a=sixteen.a, B=np.concatenate([sixteen.B[:15], np.full((1, 64), 5.0)]))  # the last: all ink
print(f"  a component far from all cases: responsibilities up to {responsibilities(far, digits)[:, 15].max():.0e}, "
      f"slopes up to {np.abs(gradient(far, digits).B[15]).max():.0e}")
for name, mixture in (("with", learn(best, digits)), ("without", learn(best, digits, edge=1e-12))):
    print(f"  {name} limits on m: mean log p of training digits {log_p(mixture, digits).mean():.2f}, "
          f"of test digits {log_p(mixture, new_digits).mean():.2f}")

# %% [markdown]
# ## Exercises
#
# 1. Only some pixels of x are seen. Show that p(x_i = 1 given the seen ones) = Σ_k r_k m_ki for an unseen
#    pixel i, with r_k the responsibilities for the seen pixels alone. How many nats does the upper half
#    of a digit save on the lower half?
# 2. Lesson 2 writes a distribution as exp(-E) / Z, Z being the sum of exp(-E) over all states. Find E and
#    Z for p(x, h). Why is Z no trouble here?
# 3. Learn 16 components by (1.13) and an optimizer of the library instead of EM, from the same start.
#
# ## Solutions
#
# 1. Sum p(x, h) over the unseen pixels: their factors add up to 1. So the seen pixels are a mixture with
#    the same π and their columns of m. Given h, pixel i does not depend on them: average m_ki over h.
# 2. E(x, h = k) = -a_k + Σ_i log(1 + exp(B_ki)) - Σ_i B_ki x_i, and Z = Σ_l exp(a_l), by (1.7). The sum
#    over x goes pixel by pixel, so only the K terms of the sum over h are left.
# 3. `pack` gives a vector, and a mixture whose arrays are windows onto it: what moves one moves both.

# %% solutions 1 to 3
p_x = p_x.reshape(4, 4)  # rows: x_0 and x_1, which are seen; columns: x_2 and x_3
r = responsibilities(Mixture(small.a, small.B[:, :2]), all_bits(2))
verify("exercise 1: p(x_2 = 1 given x_0, x_1)",
       p_x[:, 2:].sum(axis=1) / p_x.sum(axis=1), r @ sigmoid(small.B)[:, 2])
upper, lower = (log_p(Mixture(best.a, best.B[:, half]), new_digits[:, half]).mean()
                for half in (slice(0, 32), slice(32, 64)))
print(f"  exercise 1: mean log p of the lower half {lower:.2f}, given the upper half "
      f"{log_p(best, new_digits).mean() - upper:.2f}")
p_xh, _ = boltzmann_distribution(softplus(small.B).sum(axis=1) - small.a - x @ small.B.T)
verify("exercise 2: p(x, h) = exp(-E(x, h)) / Z", joint, p_xh)
vector, climbing = pack(near_the_mean(16, digits, np.random.default_rng(0)))
optimizer = Adam()
for _ in range(100):
    optimizer.step(vector, flatten(gradient(climbing, digits)), rate=0.1)
print(f"  exercise 3: mean log p of test digits {log_p(climbing, new_digits).mean():.2f}, "
      f"by EM {log_p(sixteen, new_digits).mean():.2f}")
