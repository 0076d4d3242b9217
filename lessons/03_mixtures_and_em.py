# %% [markdown]
# # Mixtures and EM: learning what nobody labelled
#
# Lesson 2 built a mixture by counting, since the training data showed which component each case
# was from. Usually they do not: nobody wrote down which way of writing a seven is which. To count
# we would need h; to infer h we would need the parameters. How does one learn then? This lesson
# starts with any parameters, lets the two answer each other in turn, and proves that this never
# makes matters worse.
#
# Afterwards you can
#
# - do a step of EM by hand, and write its loop from memory;
# - derive the bound that it climbs, and say where it touches the likelihood;
# - derive the slope of any model with hidden values, the rule on which the course rests;
# - choose the number of components, and recognise how a mixture fails.
#
# About an hour and a half. You need lesson 1 (mean log p, KL) and lesson 2 (mixture, posterior).
#
# ## Two coins
#
# A bag holds a fair coin and a bent one. A coin was drawn, each with probability 1/2, flipped ten
# times and put back; then the same once more. The first row of ten shows 9 heads, the second 5.
# Which coin it was, nobody saw: that is h. The bent coin's probability of heads, θ, is the one
# parameter, and it is unknown. Guess θ = .6.
#
# **E: which coin was it?** The posterior of lesson 2, here called q. The factor 1/2 of the bag
# cancels:
#
#     9 heads     bent .6⁹ · .4¹ = .00403    fair .5¹⁰ = .00098    q(bent) = .00403/.00501 = .805
#     5 heads     bent .6⁵ · .4⁵ = .00080    fair .5¹⁰ = .00098    q(bent) = .00080/.00177 = .449
#
# **M: count, with fractions.** If we knew which rows are the bent coin's, its best θ would be
# their heads divided by their flips. We know only how probable that is, so the bent coin gets
# .805 of the first row, heads and flips, and .449 of the second:
#
#     θ' = (.805 · 9 + .449 · 5) / (.805 · 10 + .449 · 10) = 9.49 / 12.54 = .757
#
# Then the same again with .757. That is EM, for expectation and maximisation (Dempster, Laird and
# Rubin 1977). The cell is the whole of it.

# %% EM on a page
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.enumeration import kl_divergence
from numpy_dgm.foundation.numerics import bernoulli, logsumexp, sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

heads = np.array([9, 5])  # of ten flips each
theta = 0.6
path, log_p_path = [theta], []
for step in range(30):
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)  # p(v, bent) of each row
    p_fair = 0.5 * 0.5**10  # p(v, fair), the same for any row
    log_p_path.append(np.log(p_bent + p_fair).mean())
    if step in (0, 1, 2, 5, 10, 29):
        print(f"  step {step:2}   θ = {theta:.4f}   mean log p = {log_p_path[-1]:.5f}")

    q = p_bent / (p_bent + p_fair)  # E: the posterior of "bent", row by row
    theta = np.sum(q * heads) / np.sum(q * 10)  # M: heads and flips, counted with q
    path.append(theta)
print(f"  at the end q(bent) = {q.round(3)}")

# %% [markdown]
# It ends with the first row nearly certainly the bent coin's and the second the fair one's, and so
# with a θ near 9/10. Mean log p rises at each step.
#
# ## The bound
#
# Why does it rise? Let q be any distribution over h. For every h, p(v, h) = p(v) p(h given v), so
#
#     log (p(v, h) / q(h)) = log p(v) - log (q(h) / p(h given v))
#
# Average over h with the weights q(h). They sum to 1, so log p(v) stays, and the last term becomes
# a KL. Bring it to the other side:
#
#     log p(v) = Σ_h q(h) log (p(v, h) / q(h)) + KL(q ‖ p(h given v))               (3.1)
#
# A KL is never negative, so the sum is a bound: log p(v) is at least that, whatever q is. Where q
# is p(h given v), KL is 0 and the bound touches log p(v). Each case v_n may have a q_n of its own.
#
# - The E step chooses q_n = p(h given v_n) for each case, with the present θ. The bounds now touch
#   at θ.
# - The M step holds the q_n and moves θ to the θ' where the mean of the bounds is highest.
#
# At θ' the mean bound is at least what it was at θ, which was mean log p; and mean log p at θ' is
# at least the bound there. So
#
#     mean log p with θ <= mean log p with θ'                                       (3.2)
#
# For the coins, θ occurs in the bounds only as Σ_n q_n(bent) (heads_n log θ + tails_n log (1 - θ)).
# This is the log-likelihood of lesson 1 for one coin, each row counted q_n(bent) times, and is
# highest at the fraction of heads so counted. That is the M step from above.


# %% (3.1) and (3.2) on the two coins
def slow_log_p(theta, row):
    """log p(v) of one row by its definition, log Σ_h p(v, h), flip by flip."""
    bent = fair = 0.5  # the draw from the bag
    for flip in range(10):
        bent *= theta if flip < heads[row] else 1 - theta
        fair *= 0.5
    return math.log(bent + fair)


def coin_posterior(theta):
    """q(bent) of the two rows: (2,)."""
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)
    return p_bent / (p_bent + p_fair)


def coin_bound(theta, q):
    """The bound for the two rows, (2,), for any q (2,): the probability of "bent" in each row."""
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)
    return q * np.log(p_bent / q) + (1 - q) * np.log(p_fair / (1 - q))


rng = np.random.default_rng(3)
by_definition, bound_and_KL = [], []
for theta in np.linspace(0.1, 0.9, 9):
    q = rng.uniform(0.1, 0.9, size=2)  # any q
    posterior = coin_posterior(theta)
    bound = coin_bound(theta, q)
    for row in range(2):
        q_of_h = np.array([q[row], 1 - q[row]])
        p_of_h = np.array([posterior[row], 1 - posterior[row]])
        by_definition.append(slow_log_p(theta, row))
        bound_and_KL.append(bound[row] + kl_divergence(q_of_h, p_of_h))
verify("(3.1) log p(v) = Σ_h q(h) log (p(v, h) / q(h)) + KL(q ‖ p(h given v))",
       by_definition, bound_and_KL)
verify_at_most("(3.2) mean log p with θ <= mean log p with θ', 30 steps",
               log_p_path[:-1], log_p_path[1:])

# %% figure: the bound touches, is climbed, and touches again
grid = np.linspace(0.52, 0.93, 300)
fig, (ax,) = plots.new_figure(width=8, height=4)
log_p_curve = [coin_bound(theta, coin_posterior(theta)).mean() for theta in grid]  # KL is 0
ax.plot(grid, log_p_curve, color="black", linewidth=2, label="mean log p")
for step, style in ((0, "--"), (1, "-.")):
    here, there = path[step], path[step + 1]
    q = coin_posterior(here)
    bound = [coin_bound(theta, q).mean() for theta in grid]
    touch, top = coin_bound(here, q).mean(), coin_bound(there, q).mean()
    above = coin_bound(there, coin_posterior(there)).mean()  # log p there
    ax.plot(grid, bound, style, color=f"C{step}", label=f"mean bound, q from θ = {here:.3f}")
    ax.plot(here, touch, "o", color=f"C{step}")
    ax.plot(there, top, "^", color=f"C{step}")
    ax.plot([there, there], [top, above], ":", color=f"C{step}")
ax.set(xlabel="θ of the bent coin", ylabel="nats a row of ten flips", ylim=(-6.75, -5.7))
ax.set_title("circle: the bound touches.  triangle: its top, the next θ", fontsize=10)
ax.legend(loc="upper left", fontsize=9)
plots.save(fig, "03_bound.png")

# %% [markdown]
# **What to see.** Each bound lies below the black curve and meets it in its circle, with the same
# slope. Its top (triangle) is the next θ; there the curve is higher still (dotted: that is a mean
# KL). The next bound touches there.
#
# ## EM for a mixture
#
# Now a mixture as in lesson 2, with the weights π_m and the means μ_mi. Write r_nm for q_n(m) =
# p(h = m given v_n), the responsibility of component m for case n, and R_m = Σ_n r_nm: so many
# cases m is responsible for. The parameters occur in the bounds only as Σ_n Σ_m r_nm log p(v_n,
# h = m). Lesson 2 maximised that sum by counting, each case once for the component it was from. Now
# every case counts r_nm times for component m. So
#
#     π'_m = R_m / N                      μ'_mi = Σ_n r_nm v_ni / R_m               (3.3)
#
# A component takes the fraction of cases that it is responsible for, and their mean as its picture.


# %% (3.3) three components, four pixels
def log_joint(pi, mu, v):
    """log p(v, h = m) for cases v (N, D) and every m: (N, M). Lesson 2."""
    return np.log(pi) + v @ np.log(mu).T + (1 - v) @ np.log(1 - mu).T


def log_p(pi, mu, v):
    """log p(v) for cases v (N, D): (N,)."""
    return logsumexp(log_joint(pi, mu, v), axis=1)


def responsibilities(pi, mu, v):
    """r_nm = p(h = m given v_n): (N, M)."""
    log_r = log_joint(pi, mu, v) - log_p(pi, mu, v)[:, None]
    return np.exp(log_r)


def em_step(pi, mu, v, edge=0.01):
    """One step of EM; every mu is kept within [edge, 1 - edge]."""
    r = responsibilities(pi, mu, v)  # E
    R = r.sum(axis=0)  # (M,)
    pi = R / len(v)  # M
    mu = (r.T @ v) / R[:, None]
    return pi, np.clip(mu, edge, 1 - edge)


def slow_joint(pi, mu, v):
    """p(v_n, h = m) for cases v (N, D) and every m, factor by factor: (N, M)."""
    joint = np.zeros((len(v), len(pi)))
    for n in range(len(v)):
        for m in range(len(pi)):
            factors = np.where(v[n] == 1, mu[m], 1 - mu[m])  # (D,)
            joint[n, m] = pi[m] * math.prod(factors)
    return joint


M, D, N = 3, 4, 40
pi = np.array([0.5, 0.3, 0.2])
mu = rng.uniform(0.1, 0.9, size=(M, D))
cases = rng.integers(0, 2, size=(N, D)).astype(float)
pi_next, mu_next = em_step(pi, mu, cases)
joint = slow_joint(pi, mu, cases)  # (N, M)
slow_r = joint / joint.sum(axis=1)[:, None]
best = np.sum(slow_r * np.log(slow_joint(pi_next, mu_next, cases)))
others = []  # the same sum at other parameters near by
for _ in range(50):
    pi_other = rng.dirichlet(200 * pi_next)  # weights near pi_next
    mu_other = np.clip(mu_next + rng.normal(scale=0.02, size=(M, D)), 0.01, 0.99)
    others.append(np.sum(slow_r * np.log(slow_joint(pi_other, mu_other, cases))))
verify_at_most("(3.3) no π, μ give a higher bound than π'_m = R_m / N, μ'_mi = Σ_n r_nm v_ni / R_m",
               others, np.full(50, best))

# %% [markdown]
# ## Digits without labels, and how many components
#
# The start: all π_m equal, and for each component the mean picture with noise added to its logits.
# How many? The training cases cannot say, since more components always fit them better. The test
# cases must not, for whoever chooses by them has learnt from them. So 237 training cases are held
# out to choose the number by.
#
# No μ may come nearer than .01 to 0 or 1 (lesson 1). What the M step maximises falls on both sides
# of its top: where that lies beyond a limit, the limit is the best that is allowed, and (3.2)
# stands.


# %% experiment: how many components
def near_the_mean(M, v, rng, noise=0.5):
    """π (M,) equal, μ (M, D) the mean picture with noise on its logits."""
    mean = np.clip(v.mean(axis=0), 0.01, 0.99)
    B = np.log(mean / (1 - mean)) + rng.normal(scale=noise, size=(M, v.shape[1]))
    return np.full(M, 1 / M), np.clip(sigmoid(B), 0.01, 0.99)


def learn(pi, mu, v, steps=20, edge=0.01):
    for _ in range(steps):
        pi, mu = em_step(pi, mu, v, edge)
    return pi, mu


digits = open_data("digits", part="train")[:].astype(float)  # (1437, 64) bits
new_digits = open_data("digits", part="test")[:].astype(float)  # (360, 64)
fit, held_out = digits[:1200], digits[1200:]
sizes = [1, 4, 16, 64, 256]
on_fit, on_held_out = np.zeros((5, 4)), np.zeros((5, 4))
for row, M in enumerate(sizes):
    for start in range(4):
        rng = np.random.default_rng([31, start])
        pi, mu = near_the_mean(M, fit, rng)
        pi, mu = learn(pi, mu, fit)
        on_fit[row, start] = log_p(pi, mu, fit).mean()
        on_held_out[row, start] = log_p(pi, mu, held_out).mean()
on_fit, on_held_out = on_fit.mean(axis=1), on_held_out.mean(axis=1)
print("  components   numbers   mean log p of the cases learnt from   held out (4 starts)")
for M, of_fit, of_held_out in zip(sizes, on_fit, on_held_out):
    print(f"  {M:10} {65 * M - 1:9,} {of_fit:37.2f} {of_held_out:22.2f}")
claim("each time more components fit the cases learnt from better by more than a nat",
      np.diff(on_fit).min() > 1, gains=np.diff(on_fit))
worse = on_held_out[3] - on_held_out[4]
claim("the held-out curve turns: 64 components are best, 256 are worse by some half a nat",
      on_held_out.argmax() == 3 and 0.15 < worse < 1.2, worse_by=worse)

models = {}
for M in (16, 64):  # learnt from all training digits
    pi, mu = near_the_mean(M, digits, np.random.default_rng([32, M]))
    models[M] = learn(pi, mu, digits)
    of_new = log_p(*models[M], new_digits)
    se = of_new.std() / math.sqrt(len(of_new))
    print(f"  {M} components: mean log p of test digits {of_new.mean():.2f}, se {se:.2f}")
(pi_16, mu_16), (pi_64, mu_64) = models[16], models[64]

# %% figure: how many components, what they are, and new digits
rng = np.random.default_rng(34)
h = rng.choice(64, size=25, p=pi_64)  # ancestral sampling: first h,
drawn = bernoulli(mu_64[h], rng)  # then v given h
fig, (curves, components, new) = plots.new_figure(1, 3, width=11, height=3.9)
curves.plot(sizes, on_fit, marker="o", label="cases learnt from")
curves.plot(sizes, on_held_out, marker="s", label="held out")
curves.set(xscale="log", xlabel="components", ylabel="mean log p, nats a digit")
curves.set_xticks(sizes, sizes)
curves.minorticks_off()
curves.legend()
plots.draw_tiles(components, mu_16, title="16 components, learnt without labels")
plots.draw_tiles(new, drawn, title="drawn from 64 components")
plots.save(fig, "03_mixture.png")

# %% [markdown]
# **What to see.** The curve of the cases learnt from climbs on and the held-out curve turns: of
# 256 components each has five cases or so, and learns them by heart. In the middle, nobody told
# the mixture of labels, but most components are a way to write one digit; the blurred ones are
# several. On the right, many new digits can be read; they have specks, as given h a pixel knows
# nothing of the others.
#
# 64 components reach about -17.5 on test digits, 16 about -19. A mixture needs a component for
# each combination of properties: which digit, slanted or not, thick or thin. Why not a hidden
# value of several bits, one a property? 16 bits have 2^16 combinations, with about as many
# parameters as 16 components. Lesson 17 learns such a model from the same digits and compares. It
# takes two things more. Its p(v, h) is not made of factors that each add up to 1: lesson 4 does
# without. And its M step cannot be solved; here is what one does instead.
#
# ## When the M step cannot be solved: the slope
#
# A model can always climb by the slope of mean log p, as lesson 1's coin did. Let ∇ be the slopes
# by all parameters. Then, for any model with hidden values,
#
#     ∇ log p(v) = (1/p(v)) Σ_h ∇p(v, h)                     the chain rule for the logarithm
#                = Σ_h (p(v, h) / p(v)) ∇ log p(v, h)        as ∇p = p ∇ log p
#     ∇ log p(v) = Σ_h p(h given v) ∇ log p(v, h)                                   (3.4)
#
# In words: take the slopes that each h would give if we knew it, and average them by how probable
# each h is once v has been seen. By hand, for the row with 9 heads at θ = .6: if it was the bent
# coin, the slope is 9/.6 - 1/.4 = 12.5, as in lesson 1; if it was the fair one, θ does not matter
# and the slope is 0. So it is .805 · 12.5 + .195 · 0 = 10.1.

# %% (3.4) the slope for either row of flips
slope, averaged = [], []
for theta in (0.3, 0.6, 0.8):
    for row in range(2):
        ahead, behind = slow_log_p(theta + 1e-5, row), slow_log_p(theta - 1e-5, row)
        slope.append((ahead - behind) / 2e-5)
        if_bent = heads[row] / theta - (10 - heads[row]) / (1 - theta)
        if_fair = 0.0
        q = coin_posterior(theta)[row]
        averaged.append(q * if_bent + (1 - q) * if_fair)
verify("(3.4) ∇ log p(v) = Σ_h p(h given v) ∇ log p(v, h)", slope, averaged, tolerance=1e-7)

# %% [markdown]
# ## What goes wrong
#
# **Equal starts.** Components that start equal have equal responsibilities, and stay equal.
#
# **A start far away.** A component far from all cases has responsibilities of next to 0. By (3.4)
# its slopes are weighted with these: who climbs by the slope never brings it back.
#
# **No limits.** A pixel never on in the cases of a component gets μ = 0 there. The training cases
# like it better; test cases do not.

# %% wrong: equal, far, without limits
rng = np.random.default_rng(36)
pi, mu = near_the_mean(16, digits, rng, noise=0)
pi_equal, mu_equal = learn(pi, mu, digits)
of_equal = log_p(pi_equal, mu_equal, new_digits).mean()
of_one = log_p(np.ones(1), mu[:1], new_digits).mean()  # mu[0], the mean picture, alone
claim("16 components that start equal are one", abs(of_equal - of_one) < 0.01,
      sixteen=of_equal, one=of_one)

far = np.concatenate([mu_16[:15], np.full((1, 64), 0.99)])  # the last component: all ink
r_far = responsibilities(pi_16, far, digits)[:, 15]
print(f"  a component far from all cases is responsible for at most {r_far.max():.0e} of a case")

of_digits, of_new = [], []
for edge in (0.01, 1e-12):  # twenty steps more, with the limits and without
    pi, mu = learn(pi_64, mu_64, digits, edge=edge)
    of_digits.append(log_p(pi, mu, digits).mean())
    of_new.append(log_p(pi, mu, new_digits).mean())
claim("without limits the training digits gain", of_digits[1] > of_digits[0] + 0.1,
      with_limits=of_digits[0], without=of_digits[1])
claim("and the test digits lose more than a nat", of_new[1] < of_new[0] - 1,
      with_limits=of_new[0], without=of_new[1])

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 03 --stop em_step
#
# stops in the step itself, before its first line, with 40 cases and three components:
#
#     (Pdb) p mu
#     array float64 (3, 4) [0.101, 0.879]
#     (Pdb) p log_joint(pi, mu, v)
#     array float64 (40, 3) [-7.26, -1.76]
#     (Pdb) p responsibilities(pi, mu, v).sum(axis=0)
#     array float64 (3,) [8.62, 18]
#
# The last line is R: the three components are responsible for 40 cases together.
#
# ## Exercises
#
# 1. By hand: start the two coins at θ = .5. What is q for either row, and what is θ'? And at θ =
#    .4: on which side of .5 is θ'?
# 2. On paper: write B_mi for the logit of μ_mi, as in lesson 1. Show by (3.4) that the slope of
#    mean log p by B_mi is the mean over n of r_nm (v_ni - μ_mi): data less model, for each
#    component with the cases it is responsible for. Which multiple of it is EM's step in μ_mi?
# 3. In code: learn a mixture by that slope, with all π_m = 1/M. Write
#
#        def climb(B, v, rate, steps):
#            """B (M, D) after so many steps of rate times the slopes; v (N, D)."""
#
#    Its judges: with three components, four pixels and any cases, one step at a small rate,
#    divided by the rate, must be the slope by differences, as (3.4) was checked. And on the
#    training digits, from the logits of the μ of `near_the_mean` with 16 components, 300 steps at
#    the rate 5 must reach a mean log p between -19 and -17.5. (EM reaches about -18.2 in 20 steps.)
#
# `dgm course release 03 --out .` writes a file for the exercise in code, and
# `dgm course check 03` judges what you write into it.
#
# Solutions: `lessons/solutions/03.md`, for when you have tried.
