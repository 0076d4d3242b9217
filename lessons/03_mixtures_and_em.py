# %% [markdown]
# # Mixtures and EM: learning what nobody labelled
#
# Lesson 2 built a mixture by counting, since the training data showed which component each case
# was from. Usually they do not: nobody wrote down which way of writing a seven is which. To count
# we would need h, to infer h we would need the parameters. This lesson starts with any parameters
# and lets the two questions answer each other, in turn, and proves that this never makes matters
# worse.
#
# Afterwards you can
#
# - do a step of EM by hand, and write its loop from memory;
# - derive the bound that it climbs, draw it, and say where it touches the likelihood;
# - derive the gradient of any model with hidden values, the rule on which the course rests;
# - choose the number of components, and recognise how a mixture fails.
#
# About an hour and a half. You need lesson 1 (mean log p, KL) and lesson 2 (mixture, posterior).
#
# ## Two coins again
#
# A bag holds a fair coin and a bent one. A coin was drawn, flipped ten times and put back; then
# once more. The first row shows 9 heads, the second 5. Which coin it was, nobody saw. The bent
# coin's probability of heads, θ, is unknown, and each coin is drawn half the time. Guess θ = .6.
#
# **E: which coin was it?** The posterior of lesson 2. The factor 1/2 of the bag cancels:
#
#     9 heads     bent .6⁹ · .4¹ = .00403    fair .5¹⁰ = .00098    q(bent) = .00403/.00501 = .805
#     5 heads     bent .6⁵ · .4⁵ = .00080    fair .5¹⁰ = .00098    q(bent) = .00080/.00177 = .449
#
# **M: count, with fractions.** The bent coin gets .805 of the first row's heads and .449 of the
# second's, and the same fractions of their ten flips:
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
from numpy_dgm.foundation.numerics import bernoulli, logsumexp, sigmoid, softplus
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

heads = np.array([9, 5])  # of ten flips each
theta = 0.6
path = [theta]
for step in range(30):
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)  # p(v, bent) of each row
    p_fair = 0.5 * 0.5**10
    log_p = np.log(p_bent + p_fair).mean()
    if step in (0, 1, 2, 5, 10, 29):
        print(f"  step {step:2}   θ = {theta:.4f}   mean log p = {log_p:.5f}")

    q = p_bent / (p_bent + p_fair)  # E: the posterior of "bent", row by row
    theta = np.sum(q * heads) / np.sum(q * 10)  # M: heads and flips, counted with q
    path.append(theta)

# %% [markdown]
# ## The bound
#
# Why does it climb? Let q be any distribution over h. As p(v, h) = p(v) p(h given v),
#
#     Σ_h q(h) log (p(v, h) / q(h)) = log p(v) - Σ_h q(h) log (q(h) / p(h given v))
#     log p(v) = Σ_h q(h) log (p(v, h) / q(h)) + KL(q ‖ p(h given v))               (3.1)
#
# Why any q? Because then we may choose one. A KL is never negative, so the first sum is a bound:
# log p(v) is at least that. And where q is p(h given v), KL is 0 and the bound touches.
#
# - E chooses q_n = p(h given v_n) for each case, with the present θ. The bounds now touch at θ.
# - M holds the q_n and moves θ to the θ' where the mean of the bounds is highest.
#
# At θ' the bound is at least what it was at θ, which was mean log p; and mean log p at θ' is at
# least the bound. So
#
#     mean log p with θ <= mean log p with θ'                                       (3.2)
#
# The figure shows it for the two coins. In the M step each bound is the mean log p of a coin whose
# flips are counted with q, and lesson 1 says where that is highest: at the fraction of heads. No
# step size has to be chosen.


# %% (3.1) and (3.2) on the two coins
def coin_log_p(theta):
    """Mean log p of the two rows."""
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)
    return np.log(p_bent + p_fair).mean()


def coin_bound(theta, q):
    """The mean bound at theta, for any q (2,): the probability of "bent" that it gives each row."""
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)
    return np.mean(q * np.log(p_bent / q) + (1 - q) * np.log(p_fair / (1 - q)))


def coin_posterior(theta):
    p_bent = 0.5 * theta**heads * (1 - theta) ** (10 - heads)
    return p_bent / (p_bent + p_fair)


rng = np.random.default_rng(3)
log_p_slow, bound_and_KL = [], []
for _ in range(100):
    theta, q_0, q_1 = rng.uniform(0.1, 0.9, size=3)  # any coin, any q
    log_p_slow.append(0.0)
    for n_heads in heads:
        bent = 0.5 * math.prod([theta] * n_heads + [1 - theta] * (10 - n_heads))  # flip by flip
        log_p_slow[-1] += math.log(bent + 0.5**11) / 2
    KL = 0.0
    for q_bent, p_bent in zip((q_0, q_1), coin_posterior(theta)):
        any_q, posterior = np.array([q_bent, 1 - q_bent]), np.array([p_bent, 1 - p_bent])
        KL += kl_divergence(any_q, posterior) / 2
    bound_and_KL.append(coin_bound(theta, np.array([q_0, q_1])) + KL)
verify("(3.1) log p(v) = Σ_h q(h) log (p(v, h) / q(h)) + KL(q ‖ p(h given v))",
       log_p_slow, bound_and_KL)
log_p_path = [coin_log_p(theta) for theta in path]
verify_at_most("(3.2) mean log p with θ <= mean log p with θ', the coins, 30 steps",
               log_p_path[:-1], log_p_path[1:])

# %% figure: the bound touches, is climbed, and touches again
grid = np.linspace(0.52, 0.93, 300)
fig, (ax,) = plots.new_figure(width=8, height=4)
log_p_curve = [coin_log_p(theta) for theta in grid]
ax.plot(grid, log_p_curve, color="black", linewidth=2, label="mean log p")
for step, style in ((0, "--"), (1, "-.")):
    here, there = path[step], path[step + 1]
    q = coin_posterior(here)
    bound = [coin_bound(theta, q) for theta in grid]
    ax.plot(grid, bound, style, color=f"C{step}", label=f"bound, q from θ = {here:.3f}")
    ax.plot(here, coin_log_p(here), "o", color=f"C{step}")
    ax.plot(there, coin_bound(there, q), "^", color=f"C{step}")
    ax.plot([there, there], [coin_bound(there, q), coin_log_p(there)], ":", color=f"C{step}")
ax.set(xlabel="θ of the bent coin", ylabel="nats a row of ten flips", ylim=(-6.75, -5.7))
ax.set_title("circle: the bound touches.  triangle: its top, the next θ", fontsize=10)
ax.legend(loc="lower right", fontsize=8)
plots.save(fig, "03_bound.png")

# %% [markdown]
# **What to see.** Each bound lies below the black curve and meets it in its circle, with the same
# slope. Its top (triangle) is the next θ; there the curve is higher still (dotted: that is a KL).
# The next bound touches there. The steps become small where the curve is flat.
#
# ## EM for a mixture
#
# Now a mixture as in lesson 2. Write r_nm = p(h = m given v_n), the responsibility of component m
# for case n (the q_n of the bound), and R_m = Σ_n r_nm, the number of cases it is responsible for.
# The part of the bounds that depends on the parameters is Σ_n Σ_m r_nm log p(v_n, h = m): the sum
# that lesson 2 solved by counting in (2.10), with every case counted r_nm times for component m.
# So
#
#     π'_m  = R_m / N                     μ'_mi = Σ_n r_nm v_ni / R_m               (3.3)
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
    log_p_vh = log_joint(pi, mu, v)
    log_p_v = logsumexp(log_p_vh, axis=1)
    return np.exp(log_p_vh - log_p_v[:, None])


def em_step(pi, mu, v, edge=0.01):
    """One step of EM; every mu is kept within [edge, 1 - edge]."""
    r = responsibilities(pi, mu, v)  # E
    R = r.sum(axis=0)  # (M,)
    pi = R / len(v)  # M
    mu = (r.T @ v) / R[:, None]
    return pi, np.clip(mu, edge, 1 - edge)


def slow_joint(pi, mu, v):
    """p(v, h = m) of one case, factor by factor: (M,)."""
    joint = []
    for pi_m, mu_m in zip(pi, mu):
        factors = np.where(v == 1, mu_m, 1 - mu_m)  # (D,)
        joint.append(pi_m * math.prod(factors))
    return np.array(joint)


M, D, N = 3, 4, 40
pi = rng.dirichlet(np.ones(M))
mu = rng.uniform(0.1, 0.9, size=(M, D))
cases = rng.integers(0, 2, size=(N, D)).astype(float)
joint = np.array([slow_joint(pi, mu, v) for v in cases])  # (N, M)

log_p_path = []
pi_step, mu_step = pi, mu
for _ in range(31):
    slow = [math.log(slow_joint(pi_step, mu_step, v).sum()) for v in cases]
    log_p_path.append(np.mean(slow))
    pi_step, mu_step = em_step(pi_step, mu_step, cases)
verify_at_most("(3.2) mean log p with θ <= mean log p with θ', the mixture, 30 steps",
               log_p_path[:-1], log_p_path[1:])

pi_next, mu_next = em_step(pi, mu, cases)
slow_r = joint / joint.sum(axis=1)[:, None]
best, others = 0.0, np.zeros(200)  # Σ_n Σ_m r_nm log p(v_n, h = m), by definition
for n in range(N):
    best += slow_r[n] @ np.log(slow_joint(pi_next, mu_next, cases[n]))
for trial in range(200):
    pi_other = rng.dirichlet(200 * pi_next)
    mu_other = np.clip(mu_next + rng.normal(scale=0.02, size=(M, D)), 0.01, 0.99)
    for n in range(N):
        others[trial] += slow_r[n] @ np.log(slow_joint(pi_other, mu_other, cases[n]))
verify_at_most("(3.3) no π, μ give a higher bound than π'_m = R_m / N, μ'_mi = Σ_n r_nm v_ni / R_m",
               others, np.full(200, best))

# %% [markdown]
# ## The slope of a model with hidden values
#
# EM needs an M step that can be solved. The gradient needs nothing of the kind. Let ∇ be the
# slopes by all parameters. Then
#
#     ∇ log p(v) = (1/p(v)) Σ_h ∇p(v, h)                     the chain rule for the logarithm
#                = Σ_h (p(v, h) / p(v)) ∇ log p(v, h)        as ∇p = p ∇ log p
#     ∇ log p(v) = Σ_h p(h given v) ∇ log p(v, h)                                   (3.4)
#
# In words: take the slopes that each h would give if we knew it, and average them by how probable
# each h is once v has been seen. This is why the bound touches with the same slope, and it holds
# for every model with hidden values in this course.
#
# To climb freely, π and μ must be written with numbers that may be anything, as in lesson 1:
# logits B (M, D), μ = σ(B), and a (M,), π_m = exp(a_m) / Σ_l exp(a_l). On or off, a pixel then
# contributes exp(B_mi v_i) / (1 + exp(B_mi)), so
#
#     log p(v, h = m) = a_m - log Σ_l exp(a_l) + Σ_i B_mi v_i - Σ_i log (1 + exp(B_mi))      (3.5)
#
# Its slope by B_mi is v_i - μ_mi; by a_m it is 1 - π_m, and by the a of another component -π. Put
# that into (3.4), where component m has the weight r_nm, and take the mean over the cases:
#
#     ∂ mean log p/∂a_m  = mean over n of r_nm - π_m
#     ∂ mean log p/∂B_mi = mean over n of r_nm (v_ni - μ_mi)                        (3.6)
#
# Data less model once more, each component with the cases it is responsible for. Compare with
# (3.3):
#
#     π'_m  = π_m + ∂ mean log p/∂a_m
#     μ'_mi = μ_mi + (N / R_m) ∂ mean log p/∂B_mi                                   (3.7)
#
# So EM goes uphill in every parameter, with a step size of its own for each component, and it
# stands still just where the gradient is 0.


# %% (3.4) to (3.7) slopes by their definition
def log_joint_of_logits(a, B, v):
    """(3.5) for cases v (N, D) and every m: (N, M)."""
    log_pi = a - logsumexp(a)
    return log_pi + v @ B.T - softplus(B).sum(axis=1)


def slow_mean_log_p(a, B, v):
    pi = np.exp(a) / np.exp(a).sum()
    mu = 1 / (1 + np.exp(-B))
    log_p = [math.log(slow_joint(pi, mu, v_n).sum()) for v_n in v]
    return np.mean(log_p)


def slopes(a, B, v, step=1e-4):
    """∂ mean log p by every entry of a and of B, each moved a little forward and back."""
    slope_a, slope_B = np.zeros_like(a), np.zeros_like(B)
    for m in range(len(a)):
        ahead, behind = a.copy(), a.copy()
        ahead[m] += step
        behind[m] -= step
        rise = slow_mean_log_p(ahead, B, v) - slow_mean_log_p(behind, B, v)
        slope_a[m] = rise / (2 * step)
        for i in range(B.shape[1]):
            ahead, behind = B.copy(), B.copy()
            ahead[m, i] += step
            behind[m, i] -= step
            rise = slow_mean_log_p(a, ahead, v) - slow_mean_log_p(a, behind, v)
            slope_B[m, i] = rise / (2 * step)
    return slope_a, slope_B


a, B = np.log(pi), np.log(mu / (1 - mu))
r = responsibilities(pi, mu, cases)
one_case = cases[:1]
slope_a, slope_B = slopes(a, B, one_case)
if_known_a, if_known_B = np.zeros(M), np.zeros((M, D))
for m in range(M):  # the slopes if h were known to be m, weighted by how probable that is
    is_m = np.eye(M)[m]
    if_known_a += r[0, m] * (is_m - pi)
    if_known_B += r[0, m] * is_m[:, None] * (one_case[0] - mu)
verify("(3.4) ∇ log p(v) = Σ_h p(h given v) ∇ log p(v, h)",
       np.append(slope_a, slope_B), np.append(if_known_a, if_known_B), tolerance=1e-6)
verify("(3.5) log p(v, h = m) = a_m - log Σ_l exp(a_l) + ...",
       np.log(joint), log_joint_of_logits(a, B, cases))

slope_a, slope_B = slopes(a, B, cases)
up_a = r.mean(axis=0) - pi
up_B = r.T @ cases / N - r.mean(axis=0)[:, None] * mu
verify("(3.6) ∂ mean log p/∂B_mi = mean over n of r_nm (v_ni - μ_mi)",
       np.append(slope_a, slope_B), np.append(up_a, up_B), tolerance=1e-6)
moved_pi = pi + slope_a
moved_mu = mu + slope_B / pi_next[:, None]  # π'_m is R_m / N
verify("(3.7) π'_m = π_m + ∂ mean log p/∂a_m, μ'_mi = μ_mi + (N / R_m) ∂ mean log p/∂B_mi",
       np.append(moved_pi, moved_mu), np.append(pi_next, mu_next), tolerance=1e-6)

# %% [markdown]
# ## Digits without labels, and how many components
#
# The start: for each component the mean picture, with noise added to its logits. M is not learnt.
# The training cases cannot choose it, since more components always fit them better. The test cases
# must not, for whoever chooses by them has learnt from them. So 237 training cases are held out to
# choose M by.
#
# No μ may come nearer than .01 to 0 or 1. The bound is concave in each μ, so the limit is then the
# best that is allowed, and (3.2) stands, provided that the start is inside the limits.


# %% experiment: how many components
def near_the_mean(M, v, rng, noise=0.5):
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
sizes = (1, 4, 16, 64, 256)
on_fit, on_held_out = np.zeros((5, 4)), np.zeros((5, 4))
print("  components   numbers   mean log p of the cases learnt from   held out (4 starts)")
for row, M in enumerate(sizes):
    for start in range(4):
        rng = np.random.default_rng([31, start])
        model = learn(*near_the_mean(M, fit, rng), fit)
        on_fit[row, start] = log_p(*model, fit).mean()
        on_held_out[row, start] = log_p(*model, held_out).mean()
    mean, sd = on_held_out[row].mean(), on_held_out[row].std(ddof=1)
    print(f"  {M:10} {65 * M - 1:9,} {on_fit[row].mean():37.2f} {mean:10.2f}, sd {sd:.2f}")
claim("each time more components fit the cases learnt from better by more than a nat",
      np.diff(on_fit.mean(axis=1)).min() > 1, gains=np.diff(on_fit.mean(axis=1)))
turn = on_held_out.mean(axis=1)
claim("the held-out curve turns: 64 components are best, 256 are worse by some half a nat",
      turn.argmax() == 3 and 0.15 < turn[3] - turn[4] < 1.2, held_out=turn)

sixteen = learn(*near_the_mean(16, digits, np.random.default_rng(32)), digits)
best = learn(*near_the_mean(64, digits, np.random.default_rng(33)), digits)
for name, (pi, mu) in (("16 components", sixteen), ("64 components", best)):
    log_p_new = log_p(pi, mu, new_digits)
    se = log_p_new.std() / math.sqrt(len(log_p_new))
    print(f"  {name}: mean log p of test digits {log_p_new.mean():.2f}, standard error {se:.2f}")

h = np.random.default_rng(34).choice(64, size=25, p=best[0])
drawn = bernoulli(best[1][h], np.random.default_rng(35))  # ancestral sampling
fig, (curves, components, new) = plots.new_figure(1, 3, width=11, height=3.9)
curves.plot(sizes, on_fit.mean(axis=1), marker="o", label="cases learnt from")
curves.plot(sizes, on_held_out.mean(axis=1), marker="s", label="held out")
curves.set(xscale="log", xlabel="components", ylabel="mean log p, nats a digit")
curves.set_xticks(sizes, sizes)
curves.minorticks_off()
curves.legend()
plots.draw_tiles(components, sixteen[1], title="16 components, learnt without labels")
plots.draw_tiles(new, drawn, title="drawn from 64 components")
plots.save(fig, "03_mixture.png")

# %% [markdown]
# **What to see.** The training curve climbs on and the held-out curve turns: of 256 components
# each has five cases or so, and learns them by heart. In the middle, nobody told the mixture of
# labels, but most components are a way to write one digit; the blurred ones are several. On the
# right, most new digits can be read; they have specks, as given h a pixel knows nothing of the
# others.
#
# 64 components reach about -17.5 on test digits, 16 about -18.8. A mixture needs a component for
# each combination of properties: which digit, slanted or not, thick or thin. Why not a hidden
# value of several bits, one a property? 16 bits have 2^16 combinations, with about as many
# parameters as 16 components. Lesson 17 learns that model from the same digits, and comes back to
# these figures. It takes a new idea: p(v, h) is then no longer made of factors that each sum to 1,
# and lesson 4 does without such factors.
#
# ## What goes wrong
#
# **Equal starts.** Components that start equal have equal responsibilities, and stay equal.
#
# **A start far away.** A component far from all cases has responsibilities of next to 0, and so, by
# (3.6), slopes of next to 0. Up the gradient it never comes back.
#
# **No limits.** A pixel never on in the cases of a component gets μ = 0 there. The training cases
# like it better; test cases do not.
#
# **A start outside the limits.** Then the first step is not an EM step but a jump to the limits,
# and mean log p may fall.

# %% wrong: equal, far, without limits, outside the limits
rng = np.random.default_rng(36)
equal = learn(*near_the_mean(16, digits, rng, noise=0), digits)
one = log_p(*learn(*near_the_mean(1, digits, rng), digits), new_digits).mean()
log_p_equal = log_p(*equal, new_digits).mean()
claim("16 components that start equal are one", abs(log_p_equal - one) < 0.01,
      sixteen=log_p_equal, one=one)

far_mu = np.concatenate([sixteen[1][:15], np.full((1, 64), 0.99)])  # the last one: all ink
r_far = responsibilities(sixteen[0], far_mu, digits)[:, 15]
print(f"  a component far from all cases is responsible for at most {r_far.max():.0e} of a case")

loose = learn(*best, digits, edge=1e-12)
tight = learn(*best, digits)
for name, model in (("with", tight), ("without", loose)):
    print(f"  {name} limits: mean log p of training digits {log_p(*model, digits).mean():.2f}, "
          f"of test digits {log_p(*model, new_digits).mean():.2f}")
claim("without limits the training digits gain and the test digits lose more than a nat",
      log_p(*loose, digits).mean() > log_p(*tight, digits).mean()
      and log_p(*loose, new_digits).mean() < log_p(*tight, new_digits).mean() - 1)

empty = np.zeros((5, 10))  # five cases of ten pixels that are never on
outside = np.ones(1), np.full((1, 10), 0.001)
print(f"  a start at μ = .001: mean log p {log_p(*outside, empty).mean():.3f}, after a step "
      f"{log_p(*em_step(*outside, empty), empty).mean():.3f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 03 --stop em_step
#
# stops in the step itself, before its first line, with 40 cases and three components:
#
#     (Pdb) p mu
#     array float64 (3, 4) [0.108, 0.895]
#     (Pdb) p log_joint(pi, mu, v)
#     array float64 (40, 3) [-7.65, -1.26]
#     (Pdb) p responsibilities(pi, mu, v)
#     array float64 (40, 3) [0.00366, 0.958]
#     (Pdb) p responsibilities(pi, mu, v).sum(axis=0)
#     array float64 (3,) [7.74, 17.3]
#
# The last line is R: the three components are responsible for 40 cases together.
#
# ## Exercises
#
# 1. By hand: start the two coins at θ = .5. What is q for either row, and what is θ'? And at θ =
#    .4: on which side of .5 is θ'?
# 2. On paper: why is the bound's slope by θ that of log p where it touches? (Differentiate (3.1),
#    and recall where a KL has its minimum.)
# 3. In code: lesson 1 learnt a coin by a loop, here you do it for a mixture. Write
#
#        def climb(a, B, v, rate, steps):
#            """(a, B) after so many steps of (3.6): a (M,), B (M, D), v (N, D)."""
#
#    Its judges are the slopes by definition (one step must be rate times `slopes`), and EM: from
#    the same start, 16 components reach about the same mean log p of the training digits.
#
# 4. In code: learn 8 components for the training digits of each label, and read the test digits
#    with all 80 by (2.8). Judge: more than 93 % must be right (ten components read about 90 %).
#
# Solutions: `lessons/solutions/03.md`, for when you have tried.
