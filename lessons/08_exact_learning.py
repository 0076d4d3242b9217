# %% [markdown]
# # Exact learning: the step that a perfect learner would take
#
# An RBM gives every visible layer v a probability p(v). The data want some of them to be likely.
# Which way should each weight move, and how good can the model become? On a model that is small
# enough to be listed, both questions have an exact answer. All later lessons of this part look for
# cheaper ways to the same step.
#
# Afterwards you can
#
# - derive the gradient of an RBM's log-likelihood, for every weight and bias;
# - compute it with a sum over the smaller layer only, and train with it;
# - say how good any model of given data can be, and how far from that a model is;
# - recognise three usual mistakes, none of which raises an error.
#
# About an hour and a quarter. You need maximum likelihood and KL (lesson 1), the learning rule of
# lesson 5 and the RBM with its free energy F and its conditionals (lesson 7).
#
# ## The tiny case, in numbers
#
# Two visible units, one hidden unit, and one case, v = [1, 0]:
#
#     W = [ 2]     b = [0, 0]     c = [-1]     so the hidden unit's input is x = -1 + 2 v_0 - 2 v_1
#         [-2]
#
# Lesson 7 gave p(v) = exp(b·v) (1 + exp(x)) / Z and p(h = 1 given v) = σ(x). So
#
#     v        x     1 + exp(x)    p(v)    p(h = 1 given v)
#     [0, 0]  -1       1.368       .182         .269
#     [0, 1]  -3       1.050       .140         .047
#     [1, 0]   1       3.718       .496         .731          the case
#     [1, 1]  -1       1.368       .182         .269
#                  Z = 7.504
#
# The model gives the case about one half. Which way must W move for more? We shall find that the
# slope of log p for W is the difference of two averages of v p(h = 1 given v): at the case, and
# over all four v, each with its probability under the model.
#
#     at the case       [1, 0] · .731                                        = [.731, 0   ]
#     over the model    [.496 · .731 + .182 · .269, .140 · .047 + .182 · .269] = [.411, .056]
#     slope of W        the difference                                         [.320, -.056]
#
# The cell repeats it by the library, then takes a step of length 1 along the slopes, and another.

# %% the same numbers by the library, and two steps
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import RBM, exact_gradient, hidden_probs, log_likelihood, log_partition
from numpy_dgm.energy.gradients import model_means
from numpy_dgm.foundation.enumeration import empirical_distribution, kl_divergence
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify

four_v = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
case = np.array([[1.0, 0.0]])
tiny = RBM(W=np.array([[2.0], [-2.0]]), b=np.zeros(2), c=np.array([-1.0]))

p_of_four = []  # p(v) of the four v, before and after each step
for step in range(3):
    slope = exact_gradient(tiny, case)
    p_v = np.exp(log_likelihood(tiny, four_v))
    p_of_four.append(p_v)
    print(f"after {step} steps   p(v) {p_v.round(3)}   slope of W {slope.W.ravel().round(3)}")
    tiny = RBM(W=tiny.W + slope.W, b=tiny.b + slope.b, c=tiny.c + slope.c)

# %% figure: a tug of war
fig, (ax,) = plots.new_figure(width=7, height=3)
names = ["[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]"]
place = np.arange(4)
ax.bar(place - 0.3, [0, 0, 1, 0], width=0.2, color="0.75", label="the data")
for step, colour in ((0, "tab:blue"), (1, "tab:orange"), (2, "black")):
    ax.bar(place - 0.1 + 0.2 * step, p_of_four[step], width=0.2, color=colour,
           label=f"the model after {step} steps")
ax.set_xticks(place, names)
ax.set(xlabel="visible layer v", ylabel="probability")
ax.legend(fontsize=8)
plots.save(fig, "08_tug_of_war.png")

# %% [markdown]
# **What to see.** The probabilities of a model sum to 1. What the case gains, the three others
# lose.
#
# ## The slope of the free energy
#
# Lesson 7: log p(v) = -F(v) - log Z. So log p has two slopes, and we take them in turn. First
#
#     F(v) = -b·v - Σⱼ log(1 + exp(xⱼ))          xⱼ = cⱼ + Σᵢ vᵢ W_ij        from lesson 7
#
# The slope of log(1 + exp(x)) is exp(x) / (1 + exp(x)) = σ(x), and σ(xⱼ) = p(hⱼ = 1 given v). The
# weight W_ij occurs in xⱼ alone, with the factor vᵢ. So by the chain rule
#
#     ∂F(v)/∂W_ij = -vᵢ p(hⱼ = 1 given v)                                          (8.1)
#     ∂F(v)/∂bᵢ = -vᵢ   and   ∂F(v)/∂cⱼ = -p(hⱼ = 1 given v)                       (8.2)
#
# The cell checks it at one v of a model with D = 4 and K = 3. There F is its definition, -log Σ_h
# exp(-E(v, h)), and `central_differences` moves each parameter a little forward and back, as in
# lesson 5. `windows` gives the slopes back as W, b and c.


# %% (8.1) and (8.2) the slopes of F by its definition
rng = np.random.default_rng(8)
D, K = 4, 3
every_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)
rbm = RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
cases = every_v[[3, 3, 5, 6, 9, 9, 9, 14]]  # N = 8 cases, five of them distinct


def slow_free_energy(model, v):
    """F(v) = -log Σ_h exp(-E(v, h)) by its definition, for one v."""
    total = 0.0
    for h in every_h:
        E = -(model.b @ v) - model.c @ h - v @ model.W @ h
        total += np.exp(-E)
    return -np.log(total)


one_v = np.array([1.0, 0.0, 1.0, 1.0])


def F_of_one_v(model):
    return slow_free_energy(model, one_v)


slope = windows(rbm, central_differences(F_of_one_v, rbm))  # ∂F/∂W, ∂F/∂b and ∂F/∂c
p_h = hidden_probs(rbm, one_v)  # (K,)
verify("(8.1) ∂F(v)/∂W_ij = -vᵢ p(hⱼ = 1 given v)", slope.W, -np.outer(one_v, p_h), 1e-8)
verify("(8.2) ∂F(v)/∂bᵢ = -vᵢ", slope.b, -one_v, 1e-8)
verify("(8.2) ∂F(v)/∂cⱼ = -p(hⱼ = 1 given v)", slope.c, -p_h, 1e-8)

# %% [markdown]
# ## The slope of log Z
#
#     ∂ log Z/∂W_ij = (1/Z) Σ_v Σ_h ∂ exp(-E(v, h))/∂W_ij         Z is the sum of all exp(-E)
#                   = (1/Z) Σ_v Σ_h exp(-E(v, h)) vᵢ hⱼ           as -E contains vᵢ W_ij hⱼ
#                   = Σ_v Σ_h p(v, h) vᵢ hⱼ                       exp(-E) / Z is p(v, h)
#
# That is a mean under the model, of how often vᵢ and hⱼ are on together:
#
#     ∂ log Z/∂W_ij = <vᵢ hⱼ>_model                                                (8.3)
#
# The biases likewise: ∂ log Z/∂bᵢ = <vᵢ>_model and ∂ log Z/∂cⱼ = <hⱼ>_model. The sum has 2^(D+K)
# terms. One of its two halves can be done by hand, since p(v, h) = p(h) p(v given h):
#
#     <vᵢ hⱼ>_model = Σ_h p(h) hⱼ Σ_v p(v given h) vᵢ             what belongs to h goes in front
#
# The inner sum is the mean of the bit vᵢ, which is the probability that it is on:
#
#     <vᵢ hⱼ>_model = Σ_h p(h) hⱼ p(vᵢ = 1 given h)                                (8.4)
#
# 2^K terms are left. (If the visible layer is the smaller one, exchange the roles: 2^D.) The
# library's `model_means` does that, and gives `<v hᵀ>`, `<v>` and `<h>` as W, b and c of an RBM.

# %% (8.3) and (8.4) means of the model, over all pairs
Z = 0.0
over_pairs = np.zeros((D, K))
for v in every_v:
    for h in every_h:
        weight = np.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h)  # exp(-E(v, h))
        Z += weight
        over_pairs += weight * np.outer(v, h)
over_pairs /= Z
slope = windows(rbm, central_differences(log_partition, rbm))
verify("(8.3) ∂ log Z/∂W_ij = <vᵢ hⱼ>_model", slope.W, over_pairs, 1e-8)
verify("(8.4) <vᵢ hⱼ>_model = Σ_h p(h) hⱼ p(vᵢ = 1 given h)", model_means(rbm).W, over_pairs)

# %% [markdown]
# ## The gradient
#
# Write <·>_data for a mean over the N cases, with h averaged out given the case:
#
#     <vᵢ hⱼ>_data = (1/N) Σ_n v_ni p(hⱼ = 1 given v_n)                            a definition
#
# Put the two slopes together: mean log p = -(mean of F over the cases) - log Z, so
#
#     ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model                            (8.5)
#     ∂ mean log p/∂bᵢ = <vᵢ>_data - <vᵢ>_model                                    (8.6)
#     ∂ mean log p/∂cⱼ = <hⱼ>_data - <hⱼ>_model                                    (8.7)
#
# This is the learning rule of lesson 5, for a machine whose hidden layer can be summed out. Read it
# as a tug of war. The data pull up the weight between two units that are on together when the
# visible layer is held at a case. The model pulls it down as often as it has them on together when
# left to itself. Learning comes to rest where both pull alike. The library's `exact_gradient` is
# (8.5) to (8.7); the cell holds it against the slopes of mean log p by its definition.


# %% (8.5) to (8.7) the library's gradient against slopes
def slow_mean_log_p(model):
    """Mean log p = -(mean of F over the cases) - log Z by definition."""
    Z = 0.0
    for v in every_v:
        Z += np.exp(-slow_free_energy(model, v))
    total = 0.0
    for v in cases:
        total += -slow_free_energy(model, v) - np.log(Z)
    return total / len(cases)


slope = windows(rbm, central_differences(slow_mean_log_p, rbm))
gradient = exact_gradient(rbm, cases)
verify("(8.5) ∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model", slope.W, gradient.W, 1e-8)
verify("(8.6) ∂ mean log p/∂bᵢ = <vᵢ>_data - <vᵢ>_model", slope.b, gradient.b, 1e-8)
verify("(8.7) ∂ mean log p/∂cⱼ = <hⱼ>_data - <hⱼ>_model", slope.c, gradient.c, 1e-8)

# %% [markdown]
# ## The loop on a page
#
# Here is a whole training run. The data are 3 x 3 pictures of bars and stripes: either each row is
# of one colour, or each column is. Nothing comes from the library but the sigmoid. The model has 8
# hidden units, so the model's average is a sum over 256 hidden layers. The weights start small and
# random; at 0 they would stay there, as (8.10) will show. Every 300 steps the cell prints how far
# mean log p is below the best there can be, of which the next section says what it is.

# %% a training run on a page
pictures = bars_and_stripes(3)  # (16, 9)


def average_of_model(W, b, c, all_h):
    """<v hᵀ>, <v> and <h> under the model, by (8.4); all_h (2^K, K) lists the hidden layers."""
    x = b + all_h @ W.T  # (2^K, 9) inputs to the visible units
    p_v = sigmoid(x)
    minus_F = all_h @ c + np.log(1 + np.exp(x)).sum(axis=1)  # (2^K,)
    weights = np.exp(minus_F - minus_F.max())  # the largest is 1, so that none overflows
    p_of_h = weights / weights.sum()
    vh = (p_v * p_of_h[:, None]).T @ all_h  # (9, K)
    return vh, p_of_h @ p_v, p_of_h @ all_h


def learn(n_hidden, seed, n_steps=1_500, rate=0.5):
    """Exact learning of `pictures`: the model at the end, and KL(p_data ‖ p) every 20 steps."""
    rng = np.random.default_rng([80, seed])
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=n_hidden)))
    W = 0.01 * rng.standard_normal((9, n_hidden))
    b = np.zeros(9)
    c = np.zeros(n_hidden)
    curve = []
    for step in range(n_steps + 1):
        if step % 20 == 0:
            log_p = log_likelihood(RBM(W, b, c), pictures).mean()
            curve.append(best_log_likelihood(pictures) - log_p)

        p_h_data = sigmoid(pictures @ W + c)  # (16, K) the visible layer is held at the cases
        vh_model, v_model, h_model = average_of_model(W, b, c, all_h)

        W = W + rate * (pictures.T @ p_h_data / 16 - vh_model)
        b = b + rate * (pictures.mean(axis=0) - v_model)
        c = c + rate * (p_h_data.mean(axis=0) - h_model)
    return RBM(W, b, c), np.array(curve)


model, curve = learn(n_hidden=8, seed=0)
for step in range(0, 1_501, 300):
    print(f"step {step:5,}   nats below the best there can be: {curve[step // 20]:.3f}")

# %% [markdown]
# ## How good can it get?
#
# Let p_data(v) be the fraction of the cases that are v. Lesson 1 wrote the mean log-likelihood as
#
#     mean log p = Σ_v p_data(v) log p(v)                              equal cases together
#                = Σ_v p_data(v) log p_data(v) - Σ_v p_data(v) log(p_data(v) / p(v))
#
#     mean log p = -H(p_data) - KL(p_data ‖ p)                                     (8.8)
#
# No learning changes the entropy H of the data, and KL is at least 0. So -H(p_data) is the best
# that any model can reach, and KL says how much is still to learn. For bars and stripes it can be
# counted. The rows give 8 pictures and the columns another 8, but the empty and the full picture
# are in both. So 12 pictures have p_data = 1/16, and 2 have 2/16:
#
#     -H(p_data) = 12 · (1/16) log(1/16) + 2 · (2/16) log(2/16)
#                = -(3/4) · 4 log 2 - (1/4) · 3 log 2                  16 = 2⁴ and 8 = 2³
#
#     -H(p_data) = -(15/4) log 2                                                   (8.9)
#
# That is -2.599 nats. A model that knows nothing, all 2^9 pictures alike, has -9 log 2 = -6.238, so
# its KL is 3.639.

# %% (8.8) and (8.9) the best there can be
p_data = np.array([0.0, 0, 0, 2, 0, 1, 1, 0, 0, 3, 0, 0, 0, 0, 1, 0]) / 8  # counted in `cases`
p_v = np.exp(log_likelihood(rbm, every_v))
minus_H = best_log_likelihood(cases)
divergence = kl_divergence(p_data, p_v)
verify("(8.8) mean log p = -H(p_data) - KL(p_data ‖ p)", slow_mean_log_p(rbm), minus_H - divergence)
minus_H_by_hand = -15 / 4 * np.log(2)
verify("(8.9) -H(p_data) = -(15/4) log 2", best_log_likelihood(pictures), minus_H_by_hand)

# %% [markdown]
# ## A place that is flat and no top
#
# At the top the gradient is 0. But it is 0 in other places too. Let W = 0, and let bᵢ be such that
# σ(bᵢ) = <vᵢ>_data. Then the model has the right mean for each pixel: (8.6) is 0. Its units know
# nothing of one another: p(hⱼ = 1 given v) is the same number σ(cⱼ) for every v. So both averages
# in (8.7) are σ(cⱼ), and those in (8.5) are <vᵢ>_data σ(cⱼ) and <vᵢ>_model σ(cⱼ), which are equal.
# In short
#
#     ∂ mean log p/∂θ = 0          if W = 0 and σ(bᵢ) = <vᵢ>_data                  (8.10)
#
# (θ is W, b and c in one vector.) A climb that starts there stays there. That is why W starts at
# small random numbers.

# %% (8.10) a flat place
m = cases.mean(axis=0)  # σ(b) = m for b = log(m / (1 - m))
flat = RBM(W=np.zeros((D, K)), b=np.log(m / (1 - m)), c=rng.normal(size=K))
everywhere = central_differences(slow_mean_log_p, flat)  # (P,)
verify("(8.10) ∂ mean log p/∂θ = 0", everywhere, np.zeros(D * K + D + K), 1e-9)

# %% [markdown]
# ## How many hidden units are enough?
#
# Twelve random starts, for each of 2, 4 and 8 hidden units. What is still to learn is KL, by (8.8).

# %% experiment: KL while learning, twelve runs for each number of hidden units
fig, (ax,) = plots.new_figure(width=7.5, height=4)
final = {}
for n_hidden, colour in ((2, "0.6"), (4, "tab:orange"), (8, "tab:blue")):
    curves = []
    for seed in range(12):
        eight, curve = learn(n_hidden, seed)
        curves.append(curve)
    lines = ax.semilogy(20 * np.arange(len(curve)), np.transpose(curves), color=colour, linewidth=1)
    lines[0].set_label(f"{n_hidden} hidden units")
    final[n_hidden] = np.array(curves)[:, -1]  # (12,)
    print(f"{n_hidden} hidden units: KL after 1,500 steps from {final[n_hidden].min():.3f} "
          f"to {final[n_hidden].max():.3f}, mean {final[n_hidden].mean():.3f}")
ax.set(xlabel="step", ylabel="KL(p_data ‖ p), nats", title="twelve starts each")
ax.legend()
plots.save(fig, "08_divergence.png")

all_pictures = np.array(list(itertools.product([0.0, 1.0], repeat=9)))  # (512, 9)
p = np.exp(log_likelihood(eight, all_pictures))  # the last run with 8
p_data_of_all = empirical_distribution(pictures)  # (512,), in the same order
likeliest = np.argsort(-p)[:16]
fig, axes = plots.new_figure(2, 8, width=9, height=3.2)
for ax, row in zip(axes, likeliest):
    title = f"{p[row]:.3f}\n({p_data_of_all[row]:.3f})"
    plots.draw_tiles(ax, all_pictures[[row]], title=title)
    for edge in ax.spines.values():
        edge.set_visible(True)
plots.save(fig, "08_patterns.png")

claim("With 8 hidden units every run comes within .5 nats of the data",
      final[8].max() < 0.5, largest=final[8].max())
claim("with 2 none comes within 1.5 nats", final[2].min() > 1.5, smallest=final[2].min())
claim("The 14 likeliest pictures are those of the data",
      p[p_data_of_all > 0].min() > 2 * p[p_data_of_all == 0].max(),
      least_of_data=p[p_data_of_all > 0].min(), most_of_others=p[p_data_of_all == 0].max())

# %% [markdown]
# **What to see.** With 8 hidden units every run comes within .5 nats of the data. With 2 none comes
# within 1.5 nats: so few units cannot say it. At first the curves stay level: W is small, and the
# flat place (8.10) is near. Then they fall steeply. And then ever more slowly: a picture that must
# never occur has the probability 0 only for infinite weights. Where a curve jumps up, a step was
# too long: the gradient says which way is up from here, not how far that holds.
#
# In the second figure the probability under one of the models with 8 units stands above each
# picture, and p_data in brackets. The 14 likeliest pictures are those of the data. The empty and
# the full one come first, since they are there twice.
#
# ## What goes wrong
#
# None of these raises an error.
#
# - **The rate is too large.** Inputs become so large that σ is flat there, and the gradient is too
#   small to bring them back.
# - **1/N is forgotten in the data's average.** The data pull 16 times too hard. No model can pull
#   back as hard, since <vᵢ>_model is never above 1, so the biases run off, at any rate.
# - **All hidden units start alike.** Then they have the same gradient, and stay alike for ever
#   (exercise 2). Eight units do the work of one.

# %% wrong: the rate, the 1/N, the start
too_fast = []
for seed in range(12):
    _, curve = learn(8, seed, rate=4.0)
    too_fast.append(curve[-1])
print(f"rate 4: KL after 1,500 steps {np.sort(too_fast).round(2)}")

all_h = np.array(list(itertools.product([0.0, 1.0], repeat=8)))
W = 0.01 * np.random.default_rng(80).standard_normal((9, 8))
b, c = np.zeros(9), np.zeros(8)
for step in range(100):
    p_h_data = sigmoid(pictures @ W + c)
    vh_model, v_model, h_model = average_of_model(W, b, c, all_h)
    W = W + 0.01 * (pictures.T @ p_h_data - vh_model)  # / 16 is missing
    b = b + 0.01 * (pictures.sum(axis=0) - v_model)
    c = c + 0.01 * (p_h_data.sum(axis=0) - h_model)
KL_without_N = best_log_likelihood(pictures) - log_likelihood(RBM(W, b, c), pictures).mean()
print(f"no 1/N: KL after 100 steps at a rate of .01 {KL_without_N:.1f}, mean b {b.mean():.1f}")

W = np.tile(0.1 * np.random.default_rng(80).standard_normal((9, 1)), (1, 8))  # eight equal columns
p_h_data = sigmoid(pictures @ W + np.zeros(8))
vh_model, _, _ = average_of_model(W, np.zeros(9), np.zeros(8), all_h)
slope_alike = pictures.T @ p_h_data / 16 - vh_model
spread = np.ptp(slope_alike, axis=1).max()
print(f"all units alike: the slopes of W differ from unit to unit by {spread:.0e}")
claim("At a rate of 4 every run ends more than a nat away from the data",
      min(too_fast) > 1, least_KL=min(too_fast))
claim("Without 1/N a hundred short steps lose more than 50 nats",
      KL_without_N > 3.64 + 50, KL=KL_without_N)
claim("Equal units have equal slopes", spread < 1e-12, spread=spread)

# %% [markdown]
# At a rate of 4 every run ends more than a nat away from the data, where .5 comes to a tenth of
# one. Without 1/N a hundred short steps lose more than 50 nats. Equal units have equal slopes.
#
# ## Stop here with a debugger
#
#     dgm lessons 08 --stop energy.gradients.exact_gradient
#
# stops at the first call, which is that of the tiny model. (There are two `exact_gradient`: that of
# lesson 5 belongs to any Boltzmann machine.) `n` goes to the next line; three times
# brings you past both averages, and there stand the numbers that you worked out by hand.
#
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p p_h_data
#     array float64 (1, 1) [0.731, 0.731]
#     (Pdb) p model.W
#     array float64 (2, 1) [0.0556, 0.411]
#
# ## Exercises
#
# 1. By hand: 2 x 2 bars and stripes. How many pictures are there, with which p_data? Derive the
#    best mean log p as in (8.9), and hold it against `best_log_likelihood(bars_and_stripes(2))`.
# 2. On paper: two hidden units have the same weights and the same bias. Show with (8.5) and (8.7)
#    that a step leaves them equal. Is KL = 0 wherever the gradient is 0?
# 3. In code: the page sums over hidden layers. Write the gradient with a sum over visible layers,
#
#        def gradient_over_v(W, b, c, cases):
#            """∂ mean log p/∂W (D, K), /∂b (D,), /∂c (K,) by a sum over all 2^D visible layers.
#
#            cases (N, D); p(v) = exp(-F(v)) / Z with F(v) of lesson 7; no library but NumPy.
#            """
#
#    and hold it against `exact_gradient` on the model `rbm` and `cases` of this lesson.
#    `lessons/solutions/08.md` shows the check.
#
# `dgm course release 08 --out .` writes a file for the exercise in code, and
# `dgm course check 08` judges what you write into it.
#
# Solutions: `lessons/solutions/08.md`, for when you have tried.
