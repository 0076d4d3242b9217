# %% [markdown]
# # Units of any kind: one function that says it all
#
# An RBM of bits and an RBM of real numbers had the same free energy but for one function, and the
# same gradient. This lesson finds out why, and takes what is common: a kind of unit is one function
# A, whose slope is the unit's mean. From A alone follow energy, free energy, Gibbs sampling and
# gradient, once for all kinds. A third kind, with M values of which one is on, brings back the
# mixture of lesson 3 as an RBM.
#
# Afterwards you can
#
# - describe a kind of unit by A, and read its mean and its variance off it;
# - write down the RBM of any two kinds of units, and say when it has a Z;
# - say what softmax units are for, and why a mixture is an RBM.
#
# About an hour and a half. You need the RBM (lesson 7), exact learning (lesson 8), mixtures
# (lesson 3) and Gaussian units (lesson 18).
#
# ## What a unit does with its input
#
# In an RBM of bits, hidden unit j with the input x weighs its two values with exp(0 · x) = 1 and
# exp(1 · x). Their sum, 1 + exp(x), was all that the free energy needed. In lesson 18 a visible
# unit with the input x weighed each real number s with N(s; 0, 1) exp(s x), and the sum of that, an
# integral, was exp(½ x²). So let a unit have any values s, and let base(s) say what each weighs by
# itself (Welling, Rosen-Zvi and Hinton 2004):
#
#     A(x) = log Σ_s base(s) exp(s x)                                        a definition
#     p(s given x) = base(s) exp(s x) / exp(A(x))                            a definition
#
# A is called the **log-normaliser**. As an example take a unit with three values, -1, 0 and 1, all
# of base 1, at the input x = 1:
#
#     s                     -1        0        1       sum
#     exp(s x)             .368    1.000    2.718     4.086       A(1) = log 4.086 = 1.408
#     p(s given x)         .090     .245     .665     1.000       mean .575
#
# Now a little more input: A(1.01) = 1.41338, which is .00577 more than A(1) = 1.40761. The slope,
# .577, lies between the mean at 1, which is .575, and that at 1.01, .579. The slope of A is the
# mean! In general, since the slope of the log of a sum is the sum of the slopes over the sum,
#
#     A'(x) = Σ_s base(s) s exp(s x) / exp(A(x)) = Σ_s s p(s given x)
#
#     A'(x) = E[s]                                                            (19.1)
#
# The slope of p(s given x) by x is p(s given x) (s - A'(x)). So the slope of the mean is
# Σ_s s p(s given x) (s - E[s]):
#
#     A''(x) = E[s²] - E[s]² = Var(s)                                         (19.2)
#
# A variance is never negative, so A is convex, and the mean never falls as the input grows.
#
# ## Three kinds
#
# **A bit** has the values 0 and 1:
#
#     A(x) = log(1 + exp(x))          A'(x) = σ(x)                            (19.3)
#
# **A Gaussian unit** has any real value and the base N(s; 0, 1). With s x - ½ s² = ½ x² - ½ (s -
# x)²,
#
#     A(x) = x²/2          A'(x) = x                                          (19.4)
#
# and A'' = 1: its variance is 1 whatever its input is.
#
# **A softmax group** has one of M values, all of base 1. Value m is written as M units of which
# unit m alone is on, s = [0, .., 1, .., 0], so that each value has an input of its own, s·x = x_m:
#
#     A(x) = log Σ_m exp(x_m)          ∂A/∂x_m = exp(x_m) / Σ_l exp(x_l)      (19.5)
#
# and the slope by x_m is the mean of unit m, the probability of value m. With M = 2 it is a bit in
# disguise: only x_2 - x_1 counts.

# %% (19.1) to (19.5) three kinds of units, by sums over their values
import itertools
import warnings
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, Bernoulli, Gaussian, Softmax, exact_gradient, free_energy, hidden_probs, init_rbm,
    log_likelihood, log_partition, train_rbm, visible_probs)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import logsumexp
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify

three = np.array([-1.0, 0.0, 1.0])
for x in (1.0, 1.01):
    weight = np.exp(three * x)
    print(f"x = {x:4}   A = {np.log(weight.sum()):.5f}   mean {three @ weight / weight.sum():.4f}")


def all_values(units, n):
    """All values of a layer of n units (S, n), and the log of the base of each (S,).

    Real numbers are points ½ apart, each of which stands for a piece of ½ in each direction.
    """
    if units == Gaussian():
        points = np.arange(-13, 13.5, 0.5)
        s = np.array(list(itertools.product(points, repeat=n)))
        log_base = -0.5 * np.sum(s**2, axis=1) - n * np.log(2 * np.pi) / 2 + n * np.log(0.5)
        return s, log_base
    if units == Bernoulli():
        s = all_bits(n)
    else:
        groups = itertools.product(np.eye(units.n_values), repeat=n // units.n_values)
        s = np.array(list(groups)).reshape(-1, n)  # group beside group
    return s, np.zeros(len(s))


def of_one_unit(units, x):
    """A, mean (n,) and variance (n,) of a unit (or group) with input x (n,), by its values."""
    s, log_base = all_values(units, len(x))
    weight = np.exp(log_base + s @ x)
    p = weight / weight.sum()
    return np.log(weight.sum()), p @ s, p @ s**2 - (p @ s) ** 2


rng = np.random.default_rng(19)
slopes, means, slopes_of_means, variances = [], [], [], []
for units, n in ((Bernoulli(), 1), (Gaussian(), 1), (Softmax(3), 3)):
    x = rng.normal(size=n)
    _, mean, variance = of_one_unit(units, x)
    further = x + 1e-4 * np.eye(n)  # (n, n): row m has input m moved a little
    before = x - 1e-4 * np.eye(n)
    slopes.append((units.log_normaliser(further) - units.log_normaliser(before)) / 2e-4)
    slopes_of_means.append(np.diag(units.mean(further) - units.mean(before)) / 2e-4)
    means.append(mean)
    variances.append(variance)
verify("(19.1) A'(x) = E[s]", np.hstack(slopes), np.hstack(means), tolerance=1e-8)
verify("(19.2) A''(x) = Var(s)", np.hstack(slopes_of_means), np.hstack(variances), tolerance=1e-8)

x = 0.7
A, mean, _ = of_one_unit(Bernoulli(), np.array([x]))
by_formula = [np.log(1 + np.exp(x)), 1 / (1 + np.exp(-x))]
verify("(19.3) A(x) = log(1 + exp(x)), A'(x) = σ(x)", by_formula, [A, mean[0]])
A, mean, _ = of_one_unit(Gaussian(), np.array([x]))
verify("(19.4) A(x) = x²/2, A'(x) = x", [x**2 / 2, x], [A, mean[0]])
x = rng.normal(size=3)
A, mean, _ = of_one_unit(Softmax(3), x)
by_formula = [np.log(np.exp(x).sum()), *(np.exp(x) / np.exp(x).sum())]
verify("(19.5) A(x) = log Σ_m exp(x_m), ∂A/∂x_m", by_formula, [A, *mean])
for units in (Bernoulli(), Gaussian(), Softmax(3)):  # and the library's are these
    A, mean, _ = of_one_unit(units, x)
    whole_layer = np.append(units.log_normaliser(x[None]), units.mean(x[None]))
    verify(f"(19.1) A and A' of the library, {units}", whole_layer, np.append(A, mean))

# %% figure: A, its slope and its slope's slope
fig, axes = plots.new_figure(1, 3, width=9, height=2.8)
x = np.linspace(-4, 4, 161)
weight = np.exp(np.outer(x, three))  # (161, 3) of the unit with the values -1, 0, 1
p = weight / weight.sum(axis=1, keepdims=True)
bit = 1 / (1 + np.exp(-x))
curves = (("bit", np.log(1 + np.exp(x)), bit, bit * (1 - bit)),
          ("Gaussian", x**2 / 2, x, np.ones(161)),
          ("-1, 0, 1", np.log(weight.sum(axis=1)), p @ three, p @ three**2 - (p @ three) ** 2))
for place, (name, A, mean, variance) in enumerate(curves):
    style = ("-", "--", ":")[place]
    for ax, values in zip(axes, (A, mean, variance)):
        ax.plot(x, values, style, label=name)
axes[0].set(title="A(x)", xlabel="input x", ylim=(-0.2, 5))
axes[1].set(title="A'(x), the mean", xlabel="input x", ylim=(-2, 2))
axes[2].set(title="A''(x), the variance", xlabel="input x", ylim=(0, 1.1))
axes[0].legend(fontsize=9)
plots.save(fig, "19_kinds.png")

# %% [markdown]
# **What to see.** All three A are convex. Their slopes are the means: that of a bit goes from 0 to
# 1, that of the unit with three values from -1 to 1, and that of a Gaussian unit has no bounds. On
# the right, units with finitely many values get surer as the input leaves 0, and a Gaussian unit
# never does.
#
# ## An RBM of any two kinds
#
# The base of a layer is the product of the bases of its units. Put it into lesson 7's energy:
#
#     E(v, h) = -b·v - c·h - vᵀ W h - log base(v) - log base(h)              a definition
#
# Given v, hidden unit j has the input xⱼ = cⱼ + Σᵢ vᵢ W_ij, and exp(-E) is a product with one
# factor base(hⱼ) exp(hⱼ xⱼ) for each j. Its sum over hⱼ is exp(A(xⱼ)), where lesson 7 had 1 +
# exp(xⱼ):
#
#     F(v) = -b·v - log base(v) - Σⱼ A(xⱼ)                                    (19.6)
#
# A factor over its sum is p(hⱼ given v), that of a unit with the input xⱼ. So by (19.1), and once
# more with the layers exchanged,
#
#     E[hⱼ given v] = A'(cⱼ + Σᵢ vᵢ W_ij)                                     (19.7)
#     E[vᵢ given h] = A'(bᵢ + Σⱼ W_ij hⱼ)                                     (19.8)
#
# where A is that of h's kind in (19.7), of v's kind in (19.8). Z sums over both layers. One of them
# is done by A; the other must be a layer that can be listed (or both are Gaussian, lesson 18's
# appendix):
#
#     log Z = log Σ_h exp(-F(h))                                              (19.9)
#
# Last, the slope of F by W_ij is -A'(xⱼ) vᵢ, by the chain rule, and that of log Z is the model's
# mean of vᵢ hⱼ, as in lesson 8. With E[hⱼ given v] where p(hⱼ = 1 given v) was, the gradient is the
# old one,
#
#     ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model                       (19.10)
#
# and so are CD and PCD. That is why the library has one `free_energy`, one `cd_gradient`, one
# `anneal`, whatever the units are. The cell writes out all nine pairs of the three kinds.


# %% (19.6) to (19.10) nine pairs of kinds, by sums over both layers
def written_out(rbm):
    """All values of v (R, D) and of h (S, K), and -E of each pair (R, S), by its definition."""
    v, log_base_v = all_values(rbm.visible, len(rbm.b))
    h, log_base_h = all_values(rbm.hidden, len(rbm.c))
    of_v = v @ rbm.b + log_base_v
    of_h = h @ rbm.c + log_base_h
    return v, h, of_v[:, None] + of_h + v @ rbm.W @ h.T


def slow_mean_log_p(rbm):
    """Mean log p of the values `rows` of the visible layer (up to the size of a piece)."""
    _, _, minus_E = written_out(rbm)
    return logsumexp(minus_E[rows], axis=1).mean() - logsumexp(minus_E)


def some_rows(s, rng):
    """Five of the values s (S, n), by their row, none with a number beyond 2."""
    near = np.flatnonzero(np.abs(s).max(axis=1) <= 2)
    return rng.permutation(near)[:5]


names = ("F", "mean of h", "mean of v", "log Z", "slopes")
by_sums = {name: [] for name in names}  # of all pairs, one after the other
by_library = {name: [] for name in names}
for visible, D in ((Bernoulli(), 3), (Gaussian(), 2), (Softmax(3), 6)):
    for hidden, K in ((Bernoulli(), 2), (Gaussian(), 1), (Softmax(3), 3)):
        W = rng.normal(scale=0.4, size=(D, K))
        rbm = RBM(W, rng.normal(scale=0.4, size=D), rng.normal(scale=0.4, size=K), visible, hidden)
        v, h, minus_E = written_out(rbm)
        rows, columns = some_rows(v, rng), some_rows(h, rng)
        F = -logsumexp(minus_E[rows], axis=1)  # (5,)
        F_h = -logsumexp(minus_E[:, columns], axis=0)  # at most (5,)
        mean_h = np.exp(minus_E[rows] + F[:, None]) @ h
        mean_v = np.exp(minus_E[:, columns] + F_h).T @ v
        piece = D * np.log(0.5) if visible == Gaussian() else 0.0  # F is that of a density
        by_sums["F"].append(F + piece)
        by_sums["mean of h"].append(mean_h.ravel())
        by_sums["mean of v"].append(mean_v.ravel())
        by_sums["log Z"].append(logsumexp(minus_E))
        by_sums["slopes"].append(central_differences(slow_mean_log_p, rbm))

        by_library["F"].append(free_energy(rbm, v[rows]))
        by_library["mean of h"].append(hidden_probs(rbm, v[rows]).ravel())
        by_library["mean of v"].append(visible_probs(rbm, h[columns]).ravel())
        by_library["log Z"].append(log_partition(rbm))
        by_library["slopes"].append(flatten(exact_gradient(rbm, v[rows])))

ours, sums = {}, {}
for name in names:
    ours[name] = np.hstack(by_library[name])
    sums[name] = np.hstack(by_sums[name])
verify("(19.6) F(v) = -b·v - log base(v) - Σⱼ A(xⱼ)", ours["F"], sums["F"])
verify("(19.7) E[hⱼ given v] = A'(cⱼ + Σᵢ vᵢ W_ij)", ours["mean of h"], sums["mean of h"])
verify("(19.8) E[vᵢ given h] = A'(bᵢ + Σⱼ W_ij hⱼ)", ours["mean of v"], sums["mean of v"])
verify("(19.9) log Z = log Σ_h exp(-F(h))", ours["log Z"], sums["log Z"])
verify("(19.10) ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model", ours["slopes"], sums["slopes"],
       1e-7)

# %% [markdown]
# ## A mixture is an RBM
#
# Let h be one softmax group of M values, and v bits. For h = m the input to pixel i is bᵢ + W_im,
# so that each value has a picture of its own. By (19.6) with the layers exchanged, -F(h = m) = c_m
# + Σᵢ log(1 + exp(bᵢ + W_im)), and
#
#     p(v) = Σ_m π_m Πᵢ p(vᵢ given h = m)          π_m = exp(-F(h = m)) / Z   (19.11)
#
# This is the mixture of lesson 3, with M components: a hidden layer of one group. The RBM of M bits
# is the same thing but for the rule "exactly one of them is on".

# %% (19.11) a hidden layer of one group
chooser = RBM(rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), hidden=Softmax(3))
every_v, _, minus_E = written_out(chooser)
p_of_h = np.exp(logsumexp(minus_E, axis=0) - logsumexp(minus_E))  # (3,) π, by sums over v
mixture = np.zeros(len(every_v))
for m in range(3):
    on = 1 / (1 + np.exp(-(chooser.b + chooser.W[:, m])))  # p(vᵢ = 1 given h = m)
    pixels = np.where(every_v == 1, on, 1 - on)
    mixture += p_of_h[m] * np.prod(pixels, axis=1)
p_library = np.exp(log_likelihood(chooser, every_v))
verify("(19.11) p(v) = Σ_m π_m Πᵢ p(vᵢ given h = m)", p_library, mixture)

# %% [markdown]
# ## An experiment: one of sixteen, or sixteen bits
#
# The digits of lesson 17, and one and the same call of `train_rbm`, with 16 hidden units: one
# softmax group, four groups of four, or bits. They have the same number of weights, and 16, 256 and
# 65,536 hidden states.

# %% experiment: three hidden layers of sixteen units
train = open_data("digits", part="train")[:].astype(np.float64)
test = open_data("digits", part="test")[:].astype(np.float64)
kinds = {"one of 16": Softmax(16), "4 x one of 4": Softmax(4), "16 bits": Bernoulli()}
R = 4
log_p, learnt = {}, {}
in_use = np.zeros(R)  # values of "one of 16" that are the likeliest for some digit
for name, hidden in kinds.items():
    log_p[name] = np.zeros(R)
    for run in range(R):
        rng = np.random.default_rng(run)
        start = init_rbm(64, 16, rng, train, hidden=hidden)
        learnt[name], _ = train_rbm(start, train, epochs=30, rng=rng, rate=1.0)
        log_p[name][run] = log_likelihood(learnt[name], test).mean()
        if name == "one of 16":
            likeliest = hidden_probs(learnt[name], train).argmax(axis=1)
            in_use[run] = len(np.unique(likeliest))
    print(f"{name:13} test digits: mean log p {log_p[name].mean():.2f} ± {log_p[name].std():.2f}")

one = log_p["one of 16"].mean()
fours = log_p["4 x one of 4"].mean()
bits = log_p["16 bits"].mean()
claim("four groups are better than one by a nat or more", fours - one > 1, one=one, fours=fours)
claim("sixteen bits are better than four groups by .2 nats or more", bits - fours > 0.2, bits=bits)
claim("one of sixteen uses fewer than 13 of its values, in every run", (in_use < 13).all(),
      in_use=in_use)

fig, (left, right) = plots.new_figure(1, 2, width=7, height=3.6)
pictures = visible_probs(learnt["one of 16"], np.eye(16))  # (16, 64) one for each value
plots.draw_tiles(left, pictures, title="one of 16: means of v")
plots.draw_tiles(right, learnt["16 bits"].W.T, limit=4.0, title="16 bits: weights")
plots.save(fig, "19_sixteen.png")

# %% [markdown]
# **What to see.** The more hidden states, the better, with the same number of weights. The values
# of a mixture are whole pictures, one at a time (left: the mean of v for each value). Bits are
# parts that are put together (right: their weights, red for liked).
#
# On the left, several pictures are the same pale blot: values that hardly any digit chooses. Lesson
# 3 has the reason: where a component is responsible for nothing, its slope is next to 0, and by the
# gradient it never comes back. EM brought 16 components to about -19 in lesson 3, nearly two nats
# better than "one of 16" here, and it is the same family of models. What a model can say and what a
# learner finds are two things.
#
# ## What goes wrong
#
#     the wrong kind     bits as Gaussian units: what comes out is a density, and no probability
#     no Z               two kinds may be such that exp(-E) cannot be summed: two Gaussian layers
#                        with a large W, or two layers of counts that excite each other (exercise 2)

# %% wrong: bits taken for real numbers, no Z
rng = np.random.default_rng(0)
start = init_rbm(64, 16, rng, train, visible=Gaussian())
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that the data are not at the scale of Gaussian units
    rbm, _ = train_rbm(start, train, epochs=30, rng=rng, rate=0.01)
print(f"digits as real numbers: mean log density {log_likelihood(rbm, test).mean():.1f}, "
      f"as bits: mean log p {bits:.1f}; the two cannot be compared")
for w in (0.9, 0.99, 1.0):
    pair = RBM(np.array([[w]]), np.zeros(1), np.zeros(1), Gaussian(), Gaussian())
    try:
        print(f"two Gaussian units, W = {w}: log Z = {log_partition(pair):.2f}")
    except InvalidInput as error:
        print(f"two Gaussian units, W = {w}: {error}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 19 --stop Softmax.mean
#
# stops in the library's softmax, at the first cell's three inputs, each of them moved a little:
#
#     (Pdb) p self
#     Softmax(n_values=3)
#     (Pdb) p x
#     array float64 (3, 3) [-0.618, 0.672]
#     (Pdb) p self.groups(x)
#     array float64 (3, 1, 3) [-0.618, 0.672]
#
# ## Appendix: categories, and missing ones
#
# Visible groups are categories: stars from 1 to 5, letters from a to z. A group may be **missing**,
# and is then written as zeros. It adds nothing to b·v, nor to any input:
#
#     F(v without group i) = F(v) of the RBM that has no group i              (19.12)
#
# So a case with missing groups belongs to a model of its own, with a Z of its own, made of the
# weights that are there. `log_likelihood` refuses such cases unless told to take them so, by
# `missing_groups=True`. This is not the probability of what is seen under the full model, which is
# the sum of p(v) over the values of the missing group: the cell prints both.

# %% (19.12) a missing group
rng = np.random.default_rng(190)
ratings = RBM(rng.normal(size=(9, 4)), rng.normal(size=9), rng.normal(size=4), visible=Softmax(3))
without = replace(ratings, W=ratings.W[:6], b=ratings.b[:6])  # two groups of the three
seen, _, minus_E = written_out(without)
with_missing = np.hstack([seen, np.zeros((len(seen), 3))])
F_without = -logsumexp(minus_E, axis=1)
verify("(19.12) F(v without group i)", free_energy(ratings, with_missing), F_without)
of_its_own = np.exp(log_likelihood(ratings, with_missing[:1], missing_groups=True))[0]
completed = np.hstack([np.tile(seen[0], (3, 1)), np.eye(3)])
of_the_full = np.exp(log_likelihood(ratings, completed)).sum()
print(f"two groups of three: p = {of_its_own:.4f} by the model of its own, "
      f"{of_the_full:.4f} by the full model")

# %% [markdown]
# ## Exercises
#
# 1. On paper: the unit with the values -1, 0, 1 and base 1. Find A, A' and A'', and the input at
#    which it is least sure.
# 2. On paper: a Poisson unit counts, s = 0, 1, 2, ... with base 1/s!. Find A, the mean and the
#    variance. Which weights may stand between two such units?
# 3. In code: a layer of binomial units, each the number of heads of n coins, s = 0, ..., n with the
#    base n! / (s! (n - s)!).
#
#        def log_normaliser(x, n):
#            """(N,) Σⱼ A(xⱼ) of a layer with inputs x (N, K), n coins a unit."""
#
#        def mean(x, n):
#            """(N, K) A'(x)."""
#
#        def sample(x, n, rng):
#            """(N, K) one draw of each unit, given its input."""
#
#    Judge A by the sum over s, the mean by central differences of A, and 20,000 draws by both:
#    `lessons/solutions/19.md` shows the checks.
#
# `dgm course release 19 --out .` writes a file for the exercise in code, and
# `dgm course check 19` judges what you write into it.
#
# Solutions: `lessons/solutions/19.md`, for when you have tried.
