# %% [markdown]
# # Bias and variance: wrong on average, or only noisy?
#
# CD-1 never gives the exact gradient. Part of that is luck: another draw gives another answer, and
# over many draws or many cases luck evens out. Part of it is not luck: the chain stopped too soon,
# and the mean itself is off. The first part is variance, the second is bias. They have different
# causes and different cures, and this lesson tells them apart.
#
# Afterwards you can
#
# - compute the bias and the variance of CD-k exactly, and say what each is made of;
# - say what more cases, more Gibbs steps and smaller weights do to either;
# - say why the last hidden layer is never drawn.
#
# About an hour and a half. You need contrastive divergence (lesson 9), and the transition matrix
# and the total variation of lesson 6.
#
# ## The tiny case, all of it
#
# The model and the case of lessons 8 and 9: W = [2, -2]ᵀ, b = [0, 0], c = [-1], v = [1, 0]. From
# the case the chain goes to h = 1 with probability .731 and to h = 0 with .269, and from there
# down by .881, .119 or by .5, .5. So all four ends can be listed, each with its step of the first
# weight, W_0:
#
#     end v'   probability                                step of W_0 = .731 - v'_0 p(h given v')
#     [0, 0]   .731 · .119 · .881 + .269 · .25 = .144     .731 - 0 = .731
#     [0, 1]   .731 · .119 · .119 + .269 · .25 = .078     .731 - 0 = .731
#     [1, 0]   .731 · .881 · .881 + .269 · .25 = .634     .731 - .731 = 0
#     [1, 1]   .731 · .881 · .119 + .269 · .25 = .144     .731 - .269 = .462
#
#     mean       .144 · .731 + .078 · .731 + .144 · .462           =  .229
#     exact      lesson 8                                          =  .320
#     bias       mean - exact                                      = -.091
#     variance   .222 · .731² + .144 · .462² - .229²               =  .097, its root .311
#
# The mean is off by .09, and a single draw misses the mean by .31 or so. With N copies of the case,
# each with a chain of its own, the root of the variance is .311 / √N, and the bias is what it was.
# At N = 12 they are alike. At N = 1,000 the noise is .01, and what is left is bias.

# %% the same numbers by the library
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes
from numpy_dgm.energy import (
    RBM, cd_gradient, exact_gradient, hidden_probs, log_likelihood, visible_probs)
from numpy_dgm.foundation.enumeration import (
    empirical_distribution, kl_divergence, product_of_bernoullis, spectral_gap)
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean

tiny = RBM(W=np.array([[2.0], [-2.0]]), b=np.zeros(2), c=np.array([-1.0]))
case = np.array([[1.0, 0.0]])
exact_W_0 = exact_gradient(tiny, case).W[0, 0]
rng = np.random.default_rng(10)
for N in (1, 12, 1_000):
    copies = np.tile(case, (N, 1))
    draws = np.zeros(1_000)
    for i in range(len(draws)):
        draws[i] = cd_gradient(tiny, copies, 1, rng).W[0, 0]
    print(f"N = {N:5,}: mean {draws.mean():.3f}, exact {exact_W_0:.3f}, "
          f"bias {draws.mean() - exact_W_0:6.3f}, noise {draws.std():.3f}")

# %% [markdown]
# ## The bias
#
# Put what is averaged into one vector, an entry for each weight and bias, g(v) = -∂F(v)/∂θ:
#
#     g(v) = (vᵢ p(hⱼ = 1 given v) for all i, j;  vᵢ for all i;  p(hⱼ = 1 given v) for all j)
#
# Let p_data(v) be the fraction of the cases that are v. After k steps from the data the chains are
# distributed as p_k = p_data T^k, a row of 2^D probabilities. By lessons 8 and 9,
#
#     exact gradient = Σ_v p_data(v) g(v) - Σ_v p(v) g(v)
#     E[CD-k]        = Σ_v p_data(v) g(v) - Σ_v p_k(v) g(v)
#     bias_k         = E[CD-k] - exact gradient                               a definition
#
# Subtract. The positive phases cancel, and what is left is how far the chains are from the model:
#
#     bias_k = Σ_v (p(v) - p_k(v)) g(v)                                       (10.1)
#
# How large can that be? Every entry of g lies between 0 and 1, and p - p_k sums to 0: where p is
# larger there is as much too much as elsewhere too little, and each is the total variation
# TV(p_k, p) = ½ Σ_v |p_k(v) - p(v)| of lesson 6. At most, an entry of g is 1 on all of the one
# and 0 on all of the other. So, with |bias_k| for its largest entry,
#
#     |bias_k| <= TV(p_k, p)                                                  (10.2)
#
# And TV never grows, since p T = p:
#
#     p_{k+1}(v') - p(v') = Σ_v (p_k(v) - p(v)) T(v→v')
#     Σ_v' |p_{k+1}(v') - p(v')| <= Σ_v' Σ_v |p_k(v) - p(v)| T(v→v')          |sum| <= sum of |·|
#                                 = Σ_v |p_k(v) - p(v)|                       rows of T sum to 1
#
#     TV(p_{k+1}, p) <= TV(p_k, p)                                            (10.3)
#
# In the end it falls like (1 - gap)^k, by lesson 6, and the bias with it. In the cell, (10.1) has
# the mean of 5,000 draws of the library's CD-k, less the library's exact gradient, on one side.
# The other is T from the energy.

# %% (10.1) to (10.3) the bias of CD-k
D, K = 4, 3
rng = np.random.default_rng(101)
rbm = RBM(W=rng.normal(scale=2, size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
every_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)
rows = np.array([1, 1, 6, 7, 12, 12, 12, 15])  # eight cases, by their place in the list
v_data = every_v[rows]
N = len(rows)
p_data = np.bincount(rows, minlength=2**D) / N

weight = np.zeros((2**D, 2**K))  # exp(-E(v, h)) of every pair of layers
for i, v in enumerate(every_v):
    for j, h in enumerate(every_h):
        weight[i, j] = np.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h)
p = weight.sum(axis=1) / weight.sum()  # (2^D,)
h_given_v = weight / weight.sum(axis=1, keepdims=True)  # (2^D, 2^K)
v_given_h = weight / weight.sum(axis=0, keepdims=True)  # (2^D, 2^K)
T = h_given_v @ v_given_h.T  # (2^D, 2^D)
p_k = [p_data]
for k in range(1, 21):
    p_k.append(p_k[-1] @ T)

p_units = h_given_v @ every_h  # (2^D, K) p(hⱼ = 1 given v) of every v
v_p_h = every_v[:, :, None] * p_units[:, None, :]  # (2^D, D, K)
g = np.hstack([v_p_h.reshape(2**D, D * K), every_v, p_units])  # (2^D, P) in the order W, b, c
exact = flatten(exact_gradient(rbm, v_data))


def draws_of_cd(k, n_draws):
    """So many draws of the library's CD-k: (n_draws, P)."""
    draws = []
    for _ in range(n_draws):
        draws.append(flatten(cd_gradient(rbm, v_data, k, rng)))
    return np.array(draws)


draws = {1: draws_of_cd(1, 5_000), 3: draws_of_cd(3, 5_000)}
for k in (1, 3):
    by_sum = (p - p_k[k]) @ g
    verify_mean(f"(10.1) bias_k = Σ_v (p(v) - p_k(v)) g(v), k = {k}", draws[k] - exact, by_sum)

bias = []
distance = []
for k in range(21):
    bias.append((p - p_k[k]) @ g)
    distance.append(0.5 * np.abs(p_k[k] - p).sum())
largest = np.abs(bias).max(axis=1)
verify_at_most("(10.2) |bias_k| <= TV(p_k, p)", largest, distance)
verify_at_most("(10.3) TV(p_{k+1}, p) <= TV(p_k, p)", distance[1:], distance[:-1])
some = largest[[1, 3, 10, 20]].round(4)
print(f"  gap {spectral_gap(T):.3f}; |bias_k| for k = 1, 3, 10, 20: {some}")

# %% [markdown]
# ## The variance
#
# In CD-k only the ends of the chains are random: the positive phase draws nothing. The chain of
# case n ends at v with the probability T^k(v_n→v). The chains are independent, so the variances
# of their N terms g(v)/N add up:
#
#     Var(CD-k) = (1/N²) Σ_n Var(g(v)), v with the probabilities T^k(v_n→v)   (10.4)
#
# N terms over N²: the variance falls like 1/N. The bias does not depend on N at all.
#
# Why does the negative phase take p(h given v) at the end, and not a drawn h? For any random X
# and v, Var(X) = Var(E[X given v]) + E[Var(X given v)], the law of total variance. Take X = vᵢ
# hⱼ. Given v the bit hⱼ has the mean pⱼ = p(hⱼ = 1 given v) and the variance pⱼ (1 - pⱼ), so
#
#     Var(vᵢ hⱼ) = Var(vᵢ pⱼ) + E[vᵢ² pⱼ (1 - pⱼ)]                            (10.5)
#
# The mean is the same either way. The last term is noise that a coin adds and that buys nothing.
#
# Both faults together: with |·|² for the sum of the squared entries, and Var for the sum of all
# variances, the mean squared distance from the exact gradient is
#
#     E|CD-k - exact gradient|² = |bias_k|² + Var(CD-k)                       (10.6)
#
# as E|X - a|² = |E[X] - a|² + Var(X) for any random X and fixed a.

# %% (10.4) to (10.6) the variance of CD-k
def variance_of_cd(k):
    """The variance of every entry of CD-k, by (10.4): (P,)."""
    T_k = np.linalg.matrix_power(T, k)
    variance = np.zeros(g.shape[1])
    for row in rows:
        mean = T_k[row] @ g
        variance += T_k[row] @ (g - mean) ** 2 / N**2
    return variance


squares = (draws[1] - (p_data - p_k[1]) @ g) ** 2
verify_mean("(10.4) Var(CD-k) = (1/N²) Σ_n Var(g(v))", squares, variance_of_cd(1))

i, j = 1, 2  # one weight,
entry = i * K + j  # and its place in g
pairs = np.outer(every_v[:, i], every_h[:, j])  # vᵢ hⱼ for every v and every h
probability = p_k[1][:, None] * h_given_v  # of v after a step, and of h after it
v_i, p_j = every_v[:, i], p_units[:, j]
mean = p_k[1] @ (v_i * p_j)
with_coin = np.sum(probability * (pairs - mean) ** 2)
without_coin = p_k[1] @ (v_i * p_j - mean) ** 2
noise = p_k[1] @ (v_i**2 * p_j * (1 - p_j))
verify("(10.5) Var(vᵢ hⱼ) = Var(vᵢ pⱼ) + E[vᵢ² pⱼ (1 - pⱼ)]", with_coin, without_coin + noise)

squared_distance = np.sum((draws[3] - exact) ** 2, axis=1)
both = np.sum(((p - p_k[3]) @ g) ** 2) + np.sum(variance_of_cd(3))
verify_mean("(10.6) E|CD-k - exact gradient|² = |bias_k|² + Var(CD-k)", squared_distance, both)

# %% [markdown]
# The picture of (10.6), nothing drawn: the root of the mean squared distance against the number of
# cases (copies of these eight), for four values of k.

# %% figure: more cases against more steps
sizes = 8 * 4 ** np.arange(8)
fig, (ax,) = plots.new_figure(width=7, height=3.6)
colours = {1: "tab:blue", 2: "tab:orange", 3: "0.5", 10: "black"}
for k, colour in colours.items():
    bias_squared = np.sum(((p - p_k[k]) @ g) ** 2)
    variance_of_eight = np.sum(variance_of_cd(k))
    distances = np.sqrt(bias_squared + variance_of_eight * 8 / sizes)
    ax.loglog(sizes, distances, marker="o", color=colour, label=f"k = {k}")
    ax.axhline(np.sqrt(bias_squared), color=colour, linewidth=0.7, linestyle=":")
ax.set(xlabel="cases in a batch", ylabel="distance from exact", title="dotted: the bias alone",
       ylim=(1e-3, 1))
ax.legend(fontsize=8)
plots.save(fig, "10_floor.png")

# %% [markdown]
# **What to see.** More cases bring each curve down to its own floor, the bias, and no further. More
# steps lower the floor. With 8 cases a third step buys nothing; with 100,000 it is all that
# matters.
#
# ## The same while a model learns
#
# 3 x 3 bars and stripes, 8 hidden units, learnt by the exact gradient as in lesson 8. At four
# moments: how large is the bias of CD-k, and how large the noise of a batch of 16 cases, each
# relative to the exact gradient there? T has 512 x 512 entries, so nothing is drawn here either.
# Three starts.

# %% experiment: bias and noise of CD-k as the weights grow
pictures = bars_and_stripes(3)  # (16, 9)
all_v = np.array(list(itertools.product([0.0, 1.0], repeat=9)))  # (512, 9)
all_h = np.array(list(itertools.product([0.0, 1.0], repeat=8)))  # (256, 8)
p_pictures = empirical_distribution(pictures)  # (512,)
ks = [1, 2, 3, 5, 10, 20, 30]
moments = [600, 1_200, 1_800, 2_800]


def bias_and_noise(model):
    """|bias_k| and root of Var(CD-k), 16 cases, over |exact gradient|, for all ks; the gap."""
    p_h = hidden_probs(model, all_v)
    to_h = product_of_bernoullis(p_h)  # (512, 256)
    to_v = product_of_bernoullis(visible_probs(model, all_h))  # (256, 512)
    T = to_h @ to_v
    gap = spectral_gap(to_v @ to_h)  # the chain of h has T's eigenvalues, but for zeros
    v_p_h = all_v[:, :, None] * p_h[:, None, :]
    g = np.hstack([v_p_h.reshape(512, 72), all_v, p_h])  # (512, P)
    exact = flatten(exact_gradient(model, pictures))
    bias, noise = [], []
    after, after_squared = g, g**2  # T^k g and T^k g², the means of g and g² after k steps
    for k in range(1, ks[-1] + 1):
        after = T @ after
        after_squared = T @ after_squared
        if k in ks:
            bias.append(np.linalg.norm(p_pictures @ g - p_pictures @ after - exact))
            variance = p_pictures @ (after_squared - after**2) / 16  # (10.4)
            noise.append(np.sqrt(variance.sum()))
    size = np.linalg.norm(exact)
    return np.array(bias) / size, np.array(noise) / size, gap


bias_found = np.zeros((3, len(moments), len(ks)))  # start, moment, k
noise_found = np.zeros((3, len(moments), len(ks)))
gaps = np.zeros((3, len(moments)))
for start in range(3):
    rng = np.random.default_rng([102, start])
    model = RBM(W=0.01 * rng.standard_normal((9, 8)), b=np.zeros(9), c=np.zeros(8))
    for step in range(1, moments[-1] + 1):
        gradient = exact_gradient(model, pictures)
        W = model.W + 0.25 * gradient.W
        b = model.b + 0.25 * gradient.b
        c = model.c + 0.25 * gradient.c
        model = RBM(W, b, c)
        if step in moments:
            m = moments.index(step)
            bias_found[start, m], noise_found[start, m], gaps[start, m] = bias_and_noise(model)

print("means of 3 starts, bias and noise in exact gradients")
print("  steps      gap   bias of CD-1   CD-10   noise of CD-1   CD-10")
for m, step in enumerate(moments):
    bias_m = bias_found[:, m].mean(axis=0)
    noise_m = noise_found[:, m].mean(axis=0)
    print(f"  {step:5,} {gaps[:, m].mean():8.4f} {bias_m[0]:14.2f} {bias_m[4]:7.2f} "
          f"{noise_m[0]:15.1f} {noise_m[4]:7.1f}")

fig, axes = plots.new_figure(1, 2, width=9, height=3.6)
for ax, found, title in zip(axes, (bias_found, noise_found), ("bias", "noise of a batch of 16")):
    for m, colour in enumerate(("0.7", "tab:blue", "tab:orange", "black")):
        ax.loglog(ks, found[:, m].mean(axis=0), marker="o", color=colour,
                  label=f"after {moments[m]:,} steps")
    ax.axhline(1, color="0.6", linewidth=1)
    ax.set_xticks(ks, ks)
    ax.set(xlabel="k, Gibbs steps", ylabel="in exact gradients", title=title)
axes[0].set_ylim(1e-3, 3)
axes[0].legend(fontsize=8)
plots.save(fig, "10_bias_and_noise.png")

left_by_ten = bias_found[:, :, 4] / bias_found[:, :, 0]  # what ten steps leave of CD-1's bias
claim("Early, ten steps leave next to nothing of the bias", left_by_ten[:, 0].max() < 0.1,
      largest=left_by_ten[:, 0].max())
claim("The gap has fallen to less than a hundredth", gaps[:, -1].max() < 0.01,
      largest=gaps[:, -1].max())
claim("late, they leave more than half of it", left_by_ten[:, -1].min() > 0.5,
      smallest=left_by_ten[:, -1].min())
claim("The noise of CD-1 on 16 cases is larger than the gradient itself at every moment",
      noise_found[:, :, 0].min() > 1.5, smallest=noise_found[:, :, 0].min())
claim("Late, more steps make the noise larger",
      np.all(noise_found[:, -1, 4] > 1.05 * noise_found[:, -1, 0]),
      least_ratio=np.min(noise_found[:, -1, 4] / noise_found[:, -1, 0]))

# %% [markdown]
# **What to see.** At the grey line the fault is as large as the gradient. On the left, early, ten
# steps leave next to nothing of the bias; late, they leave more than half of it. The weights have
# grown, the gap has fallen to less than a hundredth, and the chain hardly moves.
#
# On the right, the noise of CD-1 on 16 cases is larger than the gradient itself at every moment,
# and yet learning works: the noise of one step is undone by the next, and over hundreds of small
# steps it averages out. Bias does not average out. Late, more steps make the noise larger: chains
# that have had more time to leave the data end in more different places.
#
# So: noise calls for more cases or a smaller rate; bias for more steps, if the gap is wide. Where
# it is not, no k that one would pay for helps, and lesson 11 starts from there.

# %% [markdown]
# ## What goes wrong
#
# - **A bias is averaged over.** Five thousand draws of CD-1 have a mean with few digits in doubt:
#   those of the wrong number.
# - **The last h is drawn.** Right on average, and noisier for nothing.

# %% wrong: averaging over a bias; drawing the last h
for n_draws in (10, 100, 1_000, 5_000):
    off = np.linalg.norm(draws[1][:n_draws].mean(axis=0) - exact)
    print(f"the mean of {n_draws:5,} draws of CD-1 is off by {off:.3f}")
print(f"the bias itself has the length {np.linalg.norm(bias[1]):.3f}")
without = variance_of_cd(1)[entry]  # of the weight of (10.5)
ratio = (without + noise / N) / without
print(f"with the last h drawn, the variance of one weight is {ratio:.2f} times as large")
claim("The mean of five thousand draws is off by the bias",
      0.9 < off / np.linalg.norm(bias[1]) < 1.1, off=off, bias=np.linalg.norm(bias[1]))

# %% [markdown]
# The mean of five thousand draws is off by the bias, and no number of draws would mend it.
#
# ## Stop here with a debugger
#
#     dgm lessons 10 --stop variance_of_cd
#
# stops where (10.4) is written out, for k = 1. After two `n` the loop over the cases begins. A
# row of T_k is where one case's chain ends; g has a row for each v, and an entry for each of 12
# weights, 4 and 3 biases.
#
#     (Pdb) p k
#     1
#     (Pdb) n
#     (Pdb) p T_k.shape
#     (16, 16)
#     (Pdb) p g
#     array float64 (16, 19) [0, 1]
#
# ## Exercises
#
# 1. By hand: the tiny case again, for the second weight, W_1. Its step is 0 - v'_1 p(h given v').
# Find
#    its mean, bias and variance. At which N are bias and noise alike?
# 2. On paper: the cases are very many, and drawn from the model itself. What is the bias of CD-k?
# 3. On paper: for which RBMs is CD-1 without bias, whatever the cases?
# 4. In code:
#
#        def bias_of_cd(rbm, v_data, k):
#            """bias_k of W, b and c end to end, (P,), by lists of all visible and hidden layers."""
#
#    Hold it against the mean of 5,000 draws of `cd_gradient`, less `exact_gradient`, by
#    `verify_mean`. `lessons/solutions/10.md` shows the check.
#
# `dgm course release 10 --out .` writes a file for the exercise in code, and
# `dgm course check 10` judges what you write into it.
#
# ## Appendix: of what CD-k is the gradient, nearly
#
# Maximum likelihood makes KL(p_data ‖ p) small. Contrastive divergence has its name from
#
#     C_k(θ) = KL(p_data ‖ p) - KL(p_k ‖ p)                                   a definition
#
# Hold p_k fixed at what it is now, and move p alone. For any distribution q that is held fixed,
#
#     -∂KL(q ‖ p)/∂θ = Σ_v q(v) ∂ log p(v)/∂θ             Σ_v q(v) log q(v) does not move
#                    = Σ_v q(v) g(v) - Σ_v p(v) g(v)      lesson 8
#
# Take this with q = p_data, and subtract it with q = p_k. The model's mean, which cannot be had,
# cancels:
#
#     -∂ C_k / ∂θ, with p_k held fixed = E[CD-k]                              (10.7)
#
# But p_k moves with θ as well, and that part is left out. The cell prints how large it is. (CD-k is
# not the gradient of any other function either: Sutskever and Tieleman 2010.)


# %% (10.7) CD-k as the slope of a difference of divergences, with p_k held fixed
def C_1_held(model):
    """C_1 with p_1 as it is at `rbm`."""
    p_model = np.exp(log_likelihood(model, every_v))
    return kl_divergence(p_data, p_model) - kl_divergence(p_k[1], p_model)


def C_1(model):
    """C_1 with p_1 = p_data T as it is at `model`."""
    p_model = np.exp(log_likelihood(model, every_v))
    to_h = product_of_bernoullis(hidden_probs(model, every_v))
    to_v = product_of_bernoullis(visible_probs(model, every_h))
    p_1 = p_data @ to_h @ to_v
    return kl_divergence(p_data, p_model) - kl_divergence(p_1, p_model)


slope_held = central_differences(C_1_held, rbm)  # (P,)
verify_mean("(10.7) -∂ C_k / ∂θ, with p_k held fixed = E[CD-k]", draws[1], -slope_held)
left_out = central_differences(C_1, rbm) - slope_held
print(f"  the part that is left out has the length {np.linalg.norm(left_out):.3f}, "
      f"the part that is kept {np.linalg.norm(slope_held):.3f}")

# %% [markdown]
# Solutions: `lessons/solutions/10.md`, for when you have tried.
