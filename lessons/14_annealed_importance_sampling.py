# %% [markdown]
# # Annealed importance sampling: how probable does a model find the data?
#
# A trained RBM gives every picture a probability, p(v) = exp(-F(v)) / Z. F(v) takes a moment. Z is
# a sum over every state of the model: with 500 hidden units it cannot be had, and without it
# nobody can say whether one model is better than another. This lesson estimates Z by random walks
# that start at a model whose Z is known. Their weights are right on average, for a reason that you
# will prove.
#
# Afterwards you can
#
# - say up to what size log Z can be summed, and why an estimate is needed beyond it;
# - write annealed importance sampling (AIS) from memory, in a dozen lines;
# - prove that its weights have the mean Z / Z_base, however few steps are taken;
# - read its error bar, and say when the bar is too short.
#
# About an hour and a half. You need the RBM and its free energy F (lesson 7), block Gibbs sampling
# and p T = p (lesson 6), and inverse temperatures (lesson 4).
#
# ## What can be summed
#
# Z is a sum over all pairs of layers, 2^(D + K) terms. In F(v) the hidden layer is summed out by
# hand. Just so F(h) has the visible layer summed out, so that the sum over h alone is left:
#
#     log Z = log Σ_h exp(-F(h))                                              (14.1)
#
# These are 2^K terms. Where the visible layer is the smaller one, the roles change places, and it
# is 2^D. `log_partition` takes the smaller layer. 16 units are 65,536 terms, a blink of the eye;
# 25 are 33 million, some ten seconds; each further unit doubles that, and 500 are out of reach
# for ever.

# %% (14.1) against the sum over all pairs of layers
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import RBM, init_rbm, log_partition, train_rbm
from numpy_dgm.energy.annealing import (
    anneal, base_log_partition, base_rbm, between, effective_sample_size, forward_walks,
    sample_base)
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index
from numpy_dgm.foundation.numerics import logsumexp, sigmoid, softplus
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean


def weight_table(rbm):
    """exp(-E(v, h)) of every pair of layers, by E's definition: a row a v, a column an h."""
    every_v = all_bits(len(rbm.b))  # (2^D, D)
    every_h = all_bits(len(rbm.c))  # (2^K, K)
    table = np.zeros((len(every_v), len(every_h)))
    for row, v in enumerate(every_v):
        for column, h in enumerate(every_h):
            minus_E = rbm.b @ v + rbm.c @ h + v @ rbm.W @ h
            table[row, column] = np.exp(minus_E)
    return table


rng = np.random.default_rng(14)
D, K = 3, 2
rbm = RBM(W=rng.normal(scale=2.0, size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
log_z = log_partition(rbm)
verify("(14.1) log Z = log Σ_h exp(-F(h))", np.log(weight_table(rbm).sum()), log_z)

# %% [markdown]
# ## One leap, by hand
#
# Take a second model whose Z is known: the **base**. In it nothing is connected, W = 0 and c = 0.
# Each unit sums out by itself, and is drawn by itself:
#
#     log Z_base = Σᵢ log(1 + exp(bᵢ)) + K log 2                              (14.2)
#
# Draw v from the base, and give it the weight w = exp(-F(v)) / exp(-F_base(v)): how much more the
# model thinks of v than the base does. Two visible units and one hidden unit are enough for an
# example,
#
#     W = [2]     b = [-1, -1]     c = [-2]          base: b = [0, 0], so that Z_base = 2³ = 8
#         [2]
#
#     v          exp(-F(v))                      exp(-F_base(v))    w
#     [0, 0]     1 + exp(-2)          = 1.135          2            .568
#     [1, 0]     exp(-1) (1 + 1)      =  .736          2            .368
#     [0, 1]     the same             =  .736          2            .368
#     [1, 1]     exp(-2) (1 + exp(2)) = 1.135          2            .568
#                                   Z = 3.742                 mean  .468 = 3.742 / 8
#
# The base draws each v equally often, so E[w] is the mean of the last column, and that is
# Z / Z_base. Whoever draws three and gets .568, .568, .368 will say log Z = log(8 · .501) = 1.39;
# the truth is log 3.742 = 1.32. That it holds in general takes two lines. As p = exp(-F) / Z, for
# the model and for the base,
#
#     w = (Z p(v)) / (Z_base p_base(v))
#     E[w] = Σ_v p_base(v) w = (Z / Z_base) Σ_v p(v)
#
#     E[w] = Z / Z_base                                                       (14.3)
#
# ## Why one leap fails
#
# Right on average is not enough: how far do the weights scatter about their mean? From the line
# above, w / E[w] = p(v) / p_base(v), so that
#
#     E[w²] / E[w]² = Σ_v p_base(v) (p(v) / p_base(v))²
#
#     E[w²] / E[w]² = Σ_v p(v)² / p_base(v)                                   (14.4)
#
# Less 1, this is the variance of w / E[w]. Let there be a v with half of the mass of p, which the
# base draws once in exp(20) times. Then (14.4) is above exp(20) / 4. All draws that one can pay
# for miss this v; their weights may look alike; and nothing tells.

# %% (14.2) to (14.4) one leap
tiny = RBM(W=np.array([[2.0], [2.0]]), b=np.array([-1.0, -1.0]), c=np.array([-2.0]))
print("by hand: exp(-F(v))", weight_table(tiny).sum(axis=1).round(3))

base = base_rbm(rbm, data_mean=np.array([0.3, 0.6, 0.8]))
weight_v = weight_table(rbm).sum(axis=1)  # (2^D,) exp(-F(v)), by the definition of F
weight_v_base = weight_table(base).sum(axis=1)
p = weight_v / weight_v.sum()
p_base = weight_v_base / weight_v_base.sum()
w = weight_v / weight_v_base
log_z_base = base_log_partition(base)
ratio = np.exp(log_z - log_z_base)  # Z / Z_base, by the library
by_sum = np.log(weight_v_base.sum())
verify("(14.2) log Z_base = Σᵢ log(1 + exp(bᵢ)) + K log 2", log_z_base, by_sum)
verify("(14.3) E[w] = Z / Z_base", p_base @ w, ratio)
of_w = p_base @ w**2 / ratio**2
verify("(14.4) E[w²] / E[w]² = Σ_v p(v)² / p_base(v)", of_w, np.sum(p**2 / p_base))

# %% [markdown]
# ## Many small steps
#
# Do not leap from the base to the model: walk (Neal 2001). Put models between the two, numbered
# l = 0, 1, ..., L, with the parameters (1 - β_l) θ_base + β_l θ at 0 = β_0 < β_1 < ... < β_L = 1.
# An energy is linear in its parameters, so the energies are mixed just like them:
#
#     E_l(v, h) = (1 - β_l) E_base(v, h) + β_l E(v, h)                        (14.5)
#
# β is an inverse temperature, as in lesson 4: near 0 differences of energy hardly count, as in
# heat. Hence annealing, the smith's word for cooling slowly. Write F_l, Z_l, p_l for the model l,
# and T_l(v→v') for a Gibbs step of it, which leaves p_l as it is: p_l T_l = p_l.
#
#     v_0   from the base
#     v_l   from v_{l-1} by one step of T_l                 l = 1, ..., L - 1
#     log w = Σ_l F_l(v_l) - F_{l+1}(v_l)                                     (14.6)
#
# Each term of the sum, l = 0 to L - 1, compares neighbours at one and the same v, so that none is
# wild. With L = 1 it is the leap. In the example, with one model half-way, a walk might go
#
#     v_0 = [1, 0]     exp(-F_½) / exp(-F_base) = 1.213 / 2     = .607
#     v_1 = [1, 1]     exp(-F)   / exp(-F_½)    = 1.135 / 1.368 = .830          w = .503
#
# ## The loop on a page
#
# M walks at once, one in each row. `anneal` is the same in the library. (The base has W = 0 and
# c = 0, so between the two models W and c are only multiplied by β.)

# %% (14.5) and (14.6) annealed importance sampling on a page
L, M = 4, 1_000
betas = np.array([0.0, 0.2, 0.5, 0.7, 1.0])
page_rng = np.random.default_rng(0)
v = (page_rng.random((M, D)) < sigmoid(base.b)).astype(float)  # (M, D) v_0, exact draws
log_w = np.zeros(M)
walked = []  # v_0, v_1, ..., v_{L-1}, to look at afterwards
for l in range(L):
    walked.append(v)
    here, following = betas[l], betas[l + 1]
    b_here = (1 - here) * base.b + here * rbm.b
    b_following = (1 - following) * base.b + following * rbm.b
    F_here = -v @ b_here - softplus(here * (v @ rbm.W + rbm.c)).sum(axis=1)  # (M,)
    F_following = -v @ b_following - softplus(following * (v @ rbm.W + rbm.c)).sum(axis=1)
    log_w += F_here - F_following
    # a Gibbs step of model l + 1 (the last one could be left out, as nothing weighs its v)
    p_h = sigmoid(following * (v @ rbm.W + rbm.c))
    h = (page_rng.random((M, K)) < p_h).astype(float)
    p_v = sigmoid(following * (h @ rbm.W.T) + b_following)
    v = (page_rng.random((M, D)) < p_v).astype(float)
print(f"log Z by {M:,} walks {log_z_base + np.log(np.exp(log_w).mean()):.3f}, exactly {log_z:.3f}")

E_base = -np.log(weight_table(base))
E = -np.log(weight_table(rbm))
mixed, E_between, exp_minus_F = [], [], []  # of every model l
for beta in betas:
    model = between(base, rbm, beta)  # the library's model l: its parameters are mixed
    E_l = (1 - beta) * E_base + beta * E  # (2^D, 2^K)
    mixed.append(E_l)
    E_between.append(-np.log(weight_table(model)))
    exp_minus_F.append(np.exp(-E_l).sum(axis=1))  # (2^D,) by the definition of F
verify("(14.5) E_l(v, h) = (1 - β_l) E_base(v, h) + β_l E(v, h)", np.array(E_between), mixed)

by_definition = np.zeros(M)
for l in range(L):
    row = bits_to_index(walked[l])
    by_definition += np.log(exp_minus_F[l + 1][row] / exp_minus_F[l][row])
same_rng = np.random.default_rng(0)
v_0 = sample_base(base, M, same_rng)
by_library, _ = anneal(rbm, base, betas, v_0, same_rng)
verify("(14.6) log w = Σ_l F_l(v_l) - F_{l+1}(v_l)", by_library, by_definition)
verify("(14.6) and by the loop on the page", by_library, log_w)

# %% figure: the models between base and model, and where one walk went
fig, axes = plots.new_figure(1, L + 1, width=11, height=2.6)
for l, ax in enumerate(axes):
    p_l = exp_minus_F[l] / exp_minus_F[l].sum()
    colours = ["tab:blue"] * 2**D
    if l < L:
        colours[bits_to_index(walked[l])[0]] = "tab:orange"
    ax.bar(range(2**D), p_l, color=colours)
    ax.set(ylim=(0, 1), title=f"model {l}, β = {betas[l]}", xlabel="state v", xticks=range(2**D))
    ax.set_yticks([0, 0.5, 1])
axes[0].set_ylabel("probability")
plots.save(fig, "14_path.png")

# %% [markdown]
# **What to see.** The probabilities of the eight states go over from those of the base to those of
# the model, a little each time; orange is where the first walk stood when it was weighed.
#
# ## Why the mean weight is exact
#
# One step at each model does not bring v_l into the distribution p_l. Does E[w] suffer? As in the
# leap, the factor number l of w is
#
#     w_l = exp(F_l(v_l) - F_{l+1}(v_l)) = Z_{l+1} p_{l+1}(v_l) / (Z_l p_l(v_l))
#
# E[w] is the sum over all paths of what is drawn times what is weighed:
#
#     E[w] = Σ p_0(v_0) w_0 · T_1(v_0→v_1) w_1 · T_2(v_1→v_2) w_2 · ...
#
# Take the sum over v_0 first. Only the front holds it:
#
#     Σ_{v_0} p_0(v_0) w_0 T_1(v_0→v_1)
#         = (Z_1 / Z_0) Σ_{v_0} p_1(v_0) T_1(v_0→v_1)           p_0 goes out against w_0
#         = (Z_1 / Z_0) p_1(v_1)                                as p_1 T_1 = p_1
#
# What is left begins with p_1(v_1) w_1, just as it began with p_0(v_0) w_0. So the sum over v_1
# brings Z_2 / Z_1, the next one Z_3 / Z_2, and the last one Z_L / Z_{L-1}. Their product is
# Z_L / Z_0:
#
#     E[w] = Z / Z_base          however few the steps are                    (14.7)
#
# A step need only leave p_l as it is; it need not mix. What few or lazy steps cost is scatter.
#
# ## On which side it errs
#
# log is concave, so the mean of a log is at most the log of the mean (Jensen's inequality):
#
#     E[log w] <= log(Z / Z_base)                                             (14.8)
#
# The same holds of the log of the mean of M weights, which lies nearer. So AIS errs, on average,
# to the low side. Far too high it comes out seldom: no w is below 0, so at most one in ten can be
# ten times their mean. Nothing holds it from below. As log p(v) = -F(v) - log Z, **a log Z that is
# too small makes log p too good**: the less work is done, the better the model looks.

# %% (14.7) and (14.8) every path of four steps, 8^4 of them
steps = []  # T_l (2^D, 2^D) by definition: up by p(h given v), down by p(v given h)
for l in range(L + 1):
    weight = np.exp(-mixed[l])
    p_h_given_v = weight / weight.sum(axis=1, keepdims=True)
    p_v_given_h = weight / weight.sum(axis=0, keepdims=True)
    steps.append(p_h_given_v @ p_v_given_h.T)

paths = np.array(list(itertools.product(range(2**D), repeat=L)))  # (8^4, L) rows of v_0, ...
p_path = p_base[paths[:, 0]]
w_path = exp_minus_F[1][paths[:, 0]] / exp_minus_F[0][paths[:, 0]]
for l in range(1, L):
    p_path = p_path * steps[l][paths[:, l - 1], paths[:, l]]
    w_path = w_path * exp_minus_F[l + 1][paths[:, l]] / exp_minus_F[l][paths[:, l]]
verify("(14.7) E[w] = Z / Z_base, over all paths", p_path @ w_path, ratio)
v_0 = sample_base(base, 20_000, rng)
log_w_drawn, _ = anneal(rbm, base, betas, v_0, rng)
verify_mean("(14.7) E[w] = Z / Z_base, over walks", np.exp(log_w_drawn), ratio)
verify_at_most("(14.8) E[log w] <= log(Z / Z_base)", p_path @ np.log(w_path), np.log(ratio))

# %% [markdown]
# ## How sure
#
# If one weight dwarfs the others, M walks tell hardly more than one; M equal weights tell as much
# as can be. A count between 1 and M says how many equal weights would be worth as much:
#
#     effective sample size = (Σ w)² / Σ w²                                   (14.9)
#
# The mean of M weights has the standard error sd(w) / √M. Divided by the mean it is, to first
# order, that of the logarithm:
#
#     standard error of log mean w = √(1 / effective sample size - 1 / M)     (14.10)

# %% (14.9) and (14.10) the error bar
up = forward_walks(rbm, base, 6, 300, rng)  # six models; log Z_base is added to its log weights
w_up = np.exp(up.log_weights)
effective = w_up.sum() ** 2 / np.sum(w_up**2)
verify("(14.9) effective sample size = (Σ w)² / Σ w²", up.effective_sample_size, effective)
error_of_mean = w_up.std() / np.sqrt(300)
verify("(14.10) standard error of log mean w", up.standard_error, error_of_mean / w_up.mean())

# %% [markdown]
# ## An experiment: how many models?
#
# 16 hidden units, trained on digits, so that (14.1) knows the truth. The base is given the biases
# with which its pixels are on as often as those of the data: it starts where the model is likely
# to be (Salakhutdinov and Murray 2008). 100 walks make an estimate, and every estimate is made
# forty times.

# %% experiment: the estimate against the number of models on the path
train = open_data("digits", part="train")
rng = np.random.default_rng(8)
start = init_rbm(64, 16, rng, train)
of_digits, _ = train_rbm(start, train, epochs=20, rate=1.0, rng=rng)
exact = log_partition(of_digits)
base_of_digits = base_rbm(of_digits, train[:].mean(axis=0))

counts = [2, 4, 8, 16, 32, 64, 128]
R = 40  # estimates of each kind
off = np.zeros((len(counts), R))
bar = np.zeros_like(off)
off_mean_log = np.zeros_like(off)
ess = np.zeros_like(off)
for row, count in enumerate(counts):
    for r in range(R):
        up = forward_walks(of_digits, base_of_digits, count, 100, rng)
        off[row, r] = up.log_z - exact
        bar[row, r] = 1.96 * up.standard_error
        off_mean_log[row, r] = up.log_weights.mean() - exact
        ess[row, r] = up.effective_sample_size
covers = np.mean(np.abs(off) <= bar, axis=1)  # how often the 95 % interval holds the truth
print("models   log mean w, off    sd of it   95 % interval holds   mean log w, off    ESS of 100")
for row, count in enumerate(counts):
    print(f"{count:6} {off[row].mean():14.2f} {off[row].std():13.2f} {covers[row]:17.0%} "
          f"{off_mean_log[row].mean():18.2f} {ess[row].mean():13.0f}")

claim("the mean of log w is below the truth on average, whatever the number of models",
      (off_mean_log.mean(axis=1) < 0).all(), off=off_mean_log.mean(axis=1))
claim("with two models the log of the mean weight is too small on average",
      off[0].mean() < -3 * off[0].std() / np.sqrt(R), off=off[0].mean(), sd=off[0].std())
claim("and its 95 % interval misses the truth in more than two cases of five", covers[0] < 0.6,
      interval_holds=covers[0])
claim("with 32 models or more the estimate scatters by less than .3 nats", off[4:].std() < 0.3,
      sd=off[4:].std())
claim("and its interval holds the truth in more than three cases of four", covers[4:].mean() > 0.75,
      interval_holds=covers[4:].mean())

fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.4)
low, middle, high = np.quantile(off, [0.05, 0.5, 0.95], axis=1)
left.fill_between(counts, low, high, color="#c6dbef", label="nine estimates in ten")
left.plot(counts, middle, "o-", color="tab:blue", label="log of the mean w")
left.plot(counts, off_mean_log.mean(axis=1), "s:", color="tab:orange", label="mean of log w")
left.axhline(0, color="black", linewidth=1)
left.set(xlabel="models on the path", ylabel="nats off log Z", title="estimates less the truth")
left.legend(fontsize=9)
right.plot(counts, ess.mean(axis=1), "o-", color="tab:blue", label="effective sample size, of 100")
right.plot(counts, 100 * covers, "s:", color="tab:orange", label="intervals that hold the truth, %")
right.axhline(95, color="0.6", linewidth=1)
right.set(xlabel="models on the path", ylim=(0, 105), title="is the error bar right?")
right.legend(fontsize=9)
for ax in (left, right):
    ax.set_xscale("log")
    ax.set_xticks(counts, counts)
    ax.minorticks_off()
plots.save(fig, "14_models.png")

# %% [markdown]
# **What to see.** On the left, all walks end in the truth as the steps get smaller. With few
# models the estimate is mostly too low, now and then too high, when one walk in a hundred has
# found a heavy place. The mean of log w is lower still: it throws away what makes w exact. On the
# right, an interval of 95 % (grey) is nearly one once the effective sample size is some tens. Below
# that it is itself made of two or three weights: (14.10) cannot know of a weight that has not come
# yet.
#
# So double the number of models until nothing moves. That cures what can be seen here. Of a
# region where no walk has ever been, neither the weights nor the error bar know anything: that is
# lesson 15.
#
# ## What goes wrong
#
#     weighed late          the step is taken before the factor l is multiplied in, at v_{l+1}
#     a careless base       b = 0 in the place of the data's base rates
#
# The first runs without a word, and is wrong on average: the cell tells how wrong, by 20,000 walks
# on the small model. The second is right on average, but its weights scatter more.


# %% wrong: weighed late, a careless base
def weigh_late(rbm, base, betas, v, rng):
    """(M,) log weights, with the factor l taken at v_{l+1}: wrong."""
    log_w = np.zeros(len(v))
    for here, following in zip(betas[:-1], betas[1:]):
        _, v = anneal(rbm, base, [following, following], v, rng)  # first the step of model l + 1,
        one_factor, _ = anneal(rbm, base, [here, following], v, rng)  # then the factor: at v_{l+1}
        log_w += one_factor
    return log_w


few = np.array([0.0, 0.5, 1.0])
rng = np.random.default_rng(3)
v_0 = sample_base(base, 20_000, rng)
right_log_w, _ = anneal(rbm, base, few, v_0, rng)
late_log_w = weigh_late(rbm, base, few, v_0, rng)
for name, log_w in (("right", right_log_w), ("weighed late", late_log_w)):
    effective = effective_sample_size(log_w)
    error = np.sqrt(1 / effective - 1 / len(log_w))
    off_by = logsumexp(log_w) - np.log(len(log_w)) - np.log(ratio)
    print(f"{name:13} log mean w is {off_by:6.3f} off, {off_by / error:6.1f} standard errors")

up = forward_walks(of_digits, base_of_digits, 64, 100, rng)
flat_base = base_rbm(of_digits)
flat = forward_walks(of_digits, flat_base, 64, 100, rng)
print(f"64 models: sd of log w {up.spread:.2f} from the base rates, {flat.spread:.2f} from b = 0")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 14 --stop anneal
#
# stops where the library walks the 1,000 walks of the loop on the page. Here are their start, the
# path, and the weights of the model half-way and of the model; `n` goes on line by line:
#
#     (Pdb) p v
#     array float64 (1000, 3) [0, 1]
#     (Pdb) p betas
#     array float64 (5,) [0, 1]
#     (Pdb) p between(base, rbm, 0.5).W
#     array float64 (3, 2) [-2.92, 1.25]
#     (Pdb) p rbm.W
#     array float64 (3, 2) [-5.85, 2.5]
#
# ## Exercises
#
# 1. On paper: for the example with two visible units, work out (14.4) for one leap. Of 100 draws,
#    about what effective sample size will come out?
# 2. On paper: M walks have the effective sample size M / 10. What must M be for a standard error
#    of .1 nats? And if it is M / 100?
# 3. In code: write AIS yourself, without looking at the page.
#
#        def ais_log_weights(W, b, c, b_base, betas, M, rng):
#            """(M,) log weights w of M walks from the base (b_base, no connections) to (W, b, c).
#
#            W (D, K), b (D,), c (K,), b_base (D,); betas (L + 1,) from 0 to 1.
#            Draws, in this order: v (M, D) from the base; at each step h (M, K), then v (M, D).
#            """
#
#    Hold it against `anneal` of the library with a generator of the same seed, and its mean
#    against the exact Z: `lessons/solutions/14.md` shows both checks.
#
# `dgm course release 14 --out .` writes a file for the exercise in code, and
# `dgm course check 14` judges what you write into it.
#
# Solutions: `lessons/solutions/14.md`, for when you have tried.
