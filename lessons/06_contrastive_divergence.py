# %% [markdown]
# # Lesson 6: contrastive divergence
#
# After this lesson you will be able to
#
# - write a learning step of an RBM without any sum over all states (CD-k);
# - say what the mean of CD-k is, and prove it with the transition matrix;
# - name its bias, bound it, and compute it exactly for each k;
# - name its variance, and say why the last hidden layer should not be sampled;
# - say in what sense CD-k descends a difference of two divergences, and in what sense it does not;
# - stop inside `cd_gradient` in a debugger and recognise everything that you see there.
#
# From lesson 3 you need p T = p and the spectral gap; from lesson 4 the RBM, p(h given v), p(v given h)
# and the T of block Gibbs sampling; from lesson 5 the exact gradient and the vector θ of all parameters.
#
# ## Two phases
#
# Lesson 5 gave the gradient of the mean log-likelihood of N cases. For a weight,
#
#     ∂ mean log p/∂W_ij = <vᵢ pⱼ(v)>_data - <vᵢ pⱼ(v)>_model
#     pⱼ(v) = p(hⱼ = 1 given v) = σ(cⱼ + Σᵢ vᵢ W_ij)                         a definition
#
# (The index j is always a hidden unit. In p_0, p_1, p_k below, a number or k counts steps.) The first
# mean is over the cases. It is called the positive phase, and is cheap. The second is over all v, each
# with its probability under the model: the negative phase. It has 2^D terms, or 2^K by lesson 5. With
# hundreds of units in both layers neither sum can be done.
#
# To speak of all parameters at once, put what is averaged into one vector, an entry for each weight and
# bias. By (5.4) to (5.6) it is minus the slope of the free energy:
#
#     g(v) = (vᵢ pⱼ(v) for all i, j;  vᵢ for all i;  pⱼ(v) for all j)        a definition
#          = -∂F(v)/∂θ
#
# Let p_0(v) be the share of the cases that are v (lesson 5's q), p(v) the model's probability. Then
#
#     exact gradient = Σ_v p_0(v) g(v) - Σ_v p(v) g(v)                       (6.1)
#
# ## A chain that stops early
#
# Gibbs sampling needs no Z. Started anywhere and run for long, it arrives at v distributed like p. The
# idea of contrastive divergence (Hinton 2002) is to start at the data and to stop after k steps, k as
# small as 1. Each of the N cases v_n starts a chain of its own, which draws k times
#
#     h from p(h given v), then v from p(v given h)
#
# Call the v at which it ends v_n^k. It stands in for the model in the negative phase:
#
#     CD-k = (1/N) Σ_n g(v_n) - (1/N) Σ_n g(v_n^k)                           a definition
#
# What is the mean of CD-k over all that may be drawn? One step takes the chain from v to v' with
# probability T(v→v'), so k steps do with T^k(v→v'), T multiplied by itself k times. The mean of
# g(v_n^k) is Σ_v T^k(v_n→v) g(v). Average over n, equal cases together: v_n is u in a share p_0(u) of
# the cases, and
#
#     p_k(v) = Σ_u p_0(u) T^k(u→v)                                           a definition
#     E[CD-k] = Σ_v p_0(v) g(v) - Σ_v p_k(v) g(v)                            (6.2)
#
# As a row of 2^D probabilities, p_k = p_0 T^k. CD-k replaces the p of (6.1) by p_k. The next cell writes
# out T for a small RBM and takes the mean of 4,000 draws of CD-1 and of CD-2.

# %% (6.1) and (6.2) the exact gradient and the mean of CD-k, by sums over all states
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, cd_gradient, exact_gradient, hidden_probs, init_rbm, log_likelihood, train_rbm, visible_probs)
from numpy_dgm.energy.gradients import reconstruction_error
from numpy_dgm.foundation.enumeration import (
    all_bits, empirical_distribution, kl_divergence, product_of_bernoullis, spectral_gap)
from numpy_dgm.foundation.numerics import bernoulli
from numpy_dgm.foundation.records import flatten, pack, show_arrays_short
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean

rng = np.random.default_rng(6)
D, K = 4, 3
rbm = RBM(W=rng.normal(scale=1.5, size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
all_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
all_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)
v_data = all_v[[1, 1, 6, 7, 12, 12, 12, 15]]  # eight cases
N = len(v_data)
p_0 = np.array([np.mean([np.array_equal(case, v) for case in v_data]) for v in all_v])


def joint_table(rbm):
    """p(v, h) of every pair of layers, (2^D, 2^K), from E(v, h) = -b·v - c·h - vᵀ W h alone."""
    minus_E = np.array([[rbm.b @ v + rbm.c @ h + v @ rbm.W @ h for h in all_h] for v in all_v])
    weight = np.exp(minus_E)
    return weight / weight.sum()


def transition_matrix(rbm):
    """T(v→v') = Σ_h p(h given v) p(v' given h), a row for each v, (2^D, 2^D)."""
    p = joint_table(rbm)
    p_h_given_v = p / p.sum(axis=1, keepdims=True)
    p_v_given_h = p / p.sum(axis=0, keepdims=True)
    return p_h_given_v @ p_v_given_h.T


def g_of_all_v(rbm):
    """g(v) for every v, in the order of the packed vector (W, b, c): (2^D, D K + D + K)."""
    p = joint_table(rbm)
    p_units = (p / p.sum(axis=1, keepdims=True)) @ all_h  # (2^D, K) pⱼ(v)
    products = np.array([np.outer(v, p_v).ravel() for v, p_v in zip(all_v, p_units)])
    return np.hstack([products, all_v, p_units])


g, T, p_model = g_of_all_v(rbm), transition_matrix(rbm), joint_table(rbm).sum(axis=1)
exact_by_definition = p_0 @ g - p_model @ g
exact = flatten(exact_gradient(rbm, v_data))
verify("(6.1) exact gradient = Σ_v p_0(v) g(v) - Σ_v p(v) g(v)", exact, exact_by_definition)

p_k = {k: p_0 @ np.linalg.matrix_power(T, k) for k in range(11)}
mean_cd = {k: p_0 @ g - p_k[k] @ g for k in p_k}
for k in (1, 2):
    draws = np.array([flatten(cd_gradient(rbm, v_data, k, rng)) for _ in range(4_000)])
    verify_mean(f"(6.2) E[CD-{k}] = Σ_v p_0(v) g(v) - Σ_v p_{k}(v) g(v)", draws, mean_cd[k])

# %% [markdown]
# ## The bias
#
# Subtract (6.1) from (6.2). The positive phases cancel. What is left is how far p_k is from p:
#
#     bias_k = E[CD-k] - exact gradient                                      a definition
#     bias_k = Σ_v (p(v) - p_k(v)) g(v)                                      (6.3)
#
# Every entry of g lies between 0 and 1. Write |bias_k| for the largest entry in size. Then
#
#     |bias_k| <= Σ_v |p_k(v) - p(v)|                                        (6.4)
#
# The right side is twice lesson 3's total variation. It never grows with k, for as p T = p,
#
#     p_{k+1}(v') - p(v') = Σ_v (p_k(v) - p(v)) T(v→v')
#
# Take absolute values: on the right plus and minus may cancel. Sum over v': each row of T sums to 1. So
#
#     Σ_v |p_{k+1}(v) - p(v)| <= Σ_v |p_k(v) - p(v)|                         (6.5)
#
# The divergence never grows either. Look at two successive states, v and then v'. If v is drawn from p_k
# the pair has the probability p_k(v) T(v→v'); if v is drawn from p, p(v) T(v→v'). So their divergence is
#
#     Σ_v Σ_v' p_k(v) T(v→v') log(p_k(v) T(v→v') / (p(v) T(v→v'))) = KL(p_k || p)
#
# as T cancels in the logarithm and then sums to 1. The same pair can be read backwards. Its probability
# is that of v' times that of v given v': p_{k+1}(v') B_k(v given v') in the first case, p(v') B(v given
# v') in the second, where B_k and B name these conditional probabilities. The logarithm falls into two
# terms:
#
#     KL(p_k || p) = KL(p_{k+1} || p) + Σ_v' p_{k+1}(v') KL(B_k(. given v') || B(. given v'))
#
# The last term is an average of divergences, so it is not negative, and
#
#     KL(p_{k+1} || p) <= KL(p_k || p)                                       (6.6)
#
# By (3.11) the distance falls like (1 - gap)^k in the end, and the bias with it. If W = 0 the gap is 1
# and one step is enough (exercise 1). With large weights the gap can be near 0, and then so many steps
# are needed that CD-k is far from the exact gradient for any k that one would pay for.

# %% (6.3) to (6.6) the bias of CD-k, and how it falls
bias = {k: mean_cd[k] - exact for k in p_k}
bias_by_definition = [(p_model - p_k[k]) @ g for k in p_k]
verify("(6.3) bias_k = Σ_v (p(v) - p_k(v)) g(v)", [bias[k] for k in p_k], bias_by_definition)
largest = np.array([np.abs(bias[k]).max() for k in p_k])
distance = np.array([np.abs(p_k[k] - p_model).sum() for k in p_k])
verify_at_most("(6.4) |bias_k| <= Σ_v |p_k(v) - p(v)|", largest, distance)
verify_at_most("(6.5) Σ_v |p_{k+1}(v) - p(v)| <= Σ_v |p_k(v) - p(v)|", distance[1:], distance[:-1])
divergence = np.array([kl_divergence(p_k[k], p_model) for k in p_k])
verify_at_most("(6.6) KL(p_{k+1} || p) <= KL(p_k || p)", divergence[1:], divergence[:-1])
print(f"  gap {spectral_gap(T):.2f}; |bias_k| for k = 1, 2, 5, 10:",
      ", ".join(f"{largest[k]:.5f}" for k in (1, 2, 5, 10)))

# %% [markdown]
# ## The variance
#
# In CD-k only the ends v_n^k of the chains are random: the positive phase draws nothing. The end of
# chain n has the probabilities T^k(v_n→v), which are row v_n of T^k. The chains are independent, so the
# variances of their N terms g(v_n^k) / N add up. For each entry of the vector,
#
#     Var(CD-k) = (1/N²) Σ_n Var(g(v)), v with the probabilities T^k(v_n→v)  (6.7)
#
# Given v, the last h is not drawn; its probabilities pⱼ(v) are used. Why? Draw it all the same. The law
# of total variance says, for any random X and v, Var(X) = Var(E[X given v]) + E[Var(X given v)]. Take X
# = vᵢ hⱼ. Given v, the bit hⱼ has the mean pⱼ(v) and the variance pⱼ(v) (1 - pⱼ(v)), and vᵢ is a
# constant factor:
#
#     Var(vᵢ hⱼ) = Var(vᵢ pⱼ(v)) + E[vᵢ² pⱼ(v) (1 - pⱼ(v))]                  (6.8)
#
# The mean is the same either way. The second term is noise that a draw of h adds and that buys nothing.
# The cell checks (6.7) at k = 1 and (6.8) for v drawn from p_1.

# %% (6.7) and (6.8) the variance of CD-1
row_of = [int(np.flatnonzero((all_v == case).all(axis=1))[0]) for case in v_data]
variance = np.zeros(g.shape[1])
for row in row_of:
    mean = T[row] @ g
    variance += T[row] @ (g - mean) ** 2 / N**2
draws = np.array([flatten(cd_gradient(rbm, v_data, 1, rng)) for _ in range(8_000)])
verify_mean("(6.7) Var(CD-k) = (1/N²) Σ_n Var(g(v))", (draws - mean_cd[1]) ** 2, variance)

p_h_given_v = joint_table(rbm) / p_model[:, None]
p_units = p_h_given_v @ all_h  # (2^D, K)
with_sample, with_mean, noise = np.zeros((3, D, K))
for i in range(D):
    for j in range(K):
        v_i, p_j = all_v[:, i], p_units[:, j]
        mean = p_k[1] @ (v_i * p_j)
        for row, q in enumerate(p_k[1]):  # every v, and every h that may follow it
            for p_h, h in zip(p_h_given_v[row], all_h):
                with_sample[i, j] += q * p_h * (v_i[row] * h[j] - mean) ** 2
        with_mean[i, j] = p_k[1] @ (v_i * p_j - mean) ** 2
        noise[i, j] = p_k[1] @ (v_i**2 * p_j * (1 - p_j))
verify("(6.8) Var(vᵢ hⱼ) = Var(vᵢ pⱼ(v)) + E[vᵢ² pⱼ(v) (1 - pⱼ(v))]", with_sample, with_mean + noise)
variance_of_W = variance[: D * K].reshape(D, K)
ratio = (variance_of_W + noise / N) / variance_of_W  # (6.8) for each of the N chains, whose ends make up p_1
print(f"  with the last h drawn, CD-1 has {ratio.mean():.2f} times the variance, a mean over the weights")

# %% [markdown]
# ## A difference of two divergences
#
# Maximum likelihood makes KL(p_0 || p) small. Contrastive divergence has its name from another function
# of the parameters θ:
#
#     C_k(θ) = KL(p_0 || p) - KL(p_k || p)                                   a definition
#
# By (6.6), from 0 to k, it is never negative. For k >= 1 it is 0 only where p_0 = p: the average in
# (6.6)'s proof must be 0, so B_0 = B, that is p_0(v) T(v→v') / p_1(v') = p(v) T(v→v') / p(v'). No entry
# of T is 0, so p_0(v) / p(v) is the same for all v, and both sum to 1.
#
# Which way does C_k fall? Both p and p_k depend on θ. Hold p_k at what it is now and move p alone. For
# any distribution q that is held still,
#
#     -∂KL(q || p)/∂θ = Σ_v q(v) ∂ log p(v)/∂θ               Σ_v q(v) log q(v) does not move
#                     = Σ_v q(v) g(v) - Σ_v p(v) g(v)        as (6.1), with q in the place of p_0
#
# Take this for q = p_0, and subtract it for q = p_k. The model's mean, which cannot be had, cancels, and
# the right side of (6.2) is left:
#
#     -∂ C_k / ∂θ, with p_k held fixed = E[CD-k]                             (6.9)
#
# That is what the second divergence is for. But p_k does move with θ, and what this adds to the slope
# is left out. So E[CD-k] is not the downhill direction of C_k. It is not the gradient of any function
# at all (Sutskever and Tieleman 2010): the slopes of a gradient are second derivatives, a symmetric
# matrix, and those of E[CD-1] are not symmetric. The cell prints both.

# %% (6.9) CD-k as the slope of a difference of divergences, with p_k held fixed
def model_distribution(rbm):
    return joint_table(rbm).sum(axis=1)


def slopes(f, rbm, step=1e-4):
    """∂f/∂θ of a number or a vector f(rbm), by central differences: an array with a leading axis for θ."""
    vector, moved = pack(rbm)
    result = []
    for i in range(len(vector)):
        value = vector[i]
        vector[i] = value + step
        above = f(moved)
        vector[i] = value - step
        below = f(moved)
        vector[i] = value
        result.append((above - below) / (2 * step))
    return np.array(result)


def expected_cd_1(rbm):
    """The vector E[CD-1] at these parameters, by (6.2)."""
    g = g_of_all_v(rbm)
    return p_0 @ g - p_0 @ transition_matrix(rbm) @ g


def C_1(rbm):
    p = model_distribution(rbm)
    return kl_divergence(p_0, p) - kl_divergence(p_0 @ transition_matrix(rbm), p)


def C_1_held(rbm):
    """C_1 with p_1 held at what it is for the RBM of the proofs."""
    p = model_distribution(rbm)
    return kl_divergence(p_0, p) - kl_divergence(p_k[1], p)


def exact_vector(rbm):
    return flatten(exact_gradient(rbm, v_data))


slope_held = slopes(C_1_held, rbm)
draws = np.array([flatten(cd_gradient(rbm, v_data, 1, rng)) for _ in range(4_000)])
verify_mean("(6.9) -∂ C_k / ∂θ, with p_k held fixed = E[CD-k]", draws, -slope_held)

left_out = slopes(C_1, rbm) - slope_held
print(f"  slope of C_1: the part that is left out has the length {np.linalg.norm(left_out):.3f}, "
      f"the part that is kept {np.linalg.norm(slope_held):.3f}")
slopes_of_cd = slopes(expected_cd_1, rbm)  # (P, P)
slopes_of_exact = slopes(exact_vector, rbm)
print(f"  largest asymmetry of the slopes of E[CD-1]: {np.abs(slopes_of_cd - slopes_of_cd.T).max():.4f}, "
      f"of the exact gradient: {np.abs(slopes_of_exact - slopes_of_exact.T).max():.0e}")

# %% [markdown]
# ## Bias and variance while a model learns
#
# Now 3 x 3 bars and stripes, with 8 hidden units, as in lesson 5. We learn by the exact gradient (with
# lesson 5's momentum), stop at four moments and ask: how large is the bias of CD-k here, and how large
# is the noise of CD-k on the 16 rows, each in proportion to the exact gradient? The size of a vector is
# its length; the noise is the root of the sum of all variances. T has 512 x 512 entries: nothing is
# drawn.

# %% experiment: bias and noise of CD-k as the weights grow
bars = bars_and_stripes(3)  # 16 rows of 9 pixels
every_v, every_h = all_bits(9), all_bits(8)  # (512, 9), (256, 8)
share = empirical_distribution(bars)  # (512,) p_0 of these cases


def bias_and_noise(model, ks):
    """Sizes of bias_k and of the noise on the 16 rows, over that of the exact gradient; and the gap."""
    p_h, p_v = hidden_probs(model, every_v), visible_probs(model, every_h)
    to_h, to_v = product_of_bernoullis(p_h), product_of_bernoullis(p_v)
    T = to_h @ to_v  # T(v→v') as above, by the library now: (512, 512)
    gap = spectral_gap(to_v @ to_h)  # the chain of h has the same eigenvalues, 0 apart, in (256, 256)
    products = (every_v[:, :, None] * p_h[:, None, :]).reshape(len(every_v), -1)
    g = np.hstack([products, every_v, p_h])
    exact = flatten(exact_gradient(model, bars))
    bias, noise = [], []
    for k in ks:
        T_k = np.linalg.matrix_power(T, k)
        bias.append(np.linalg.norm(share @ g - share @ T_k @ g - exact))
        variance = share @ (T_k @ g**2 - (T_k @ g) ** 2) / len(bars)  # (6.7)
        noise.append(np.sqrt(variance.sum()))
    return np.array(bias) / np.linalg.norm(exact), np.array(noise) / np.linalg.norm(exact), gap


ks = [1, 2, 3, 5, 10, 20, 50]
untrained = init_rbm(9, 8, np.random.default_rng(0), bars, dtype=np.float64)
moments, curves = [30, 100, 300, 900], []
print("  epochs  mean log p   size of W     gap   bias of CD-1   CD-10   noise of CD-1   CD-10")
for epochs in moments:
    model, _ = train_rbm(
        untrained, bars, epochs=epochs, rng=np.random.default_rng(1), method="exact", batch_size=16,
        rate=0.5, schedule="constant", optimizer="momentum", centred=False)
    bias_sizes, noise_sizes, gap = bias_and_noise(model, ks)
    curves.append((bias_sizes, noise_sizes))
    mean_log_p, size = log_likelihood(model, bars).mean(), np.linalg.norm(model.W)
    print(f"  {epochs:6} {mean_log_p:11.3f} {size:11.1f} {gap:7.4f} {bias_sizes[0]:14.2f} "
          f"{bias_sizes[ks.index(10)]:7.2f} {noise_sizes[0]:15.1f} {noise_sizes[ks.index(10)]:7.1f}")

fig, axes = plots.new_figure(1, 2, width=9, height=3.8)
for ax, which, title in zip(axes, (0, 1), ("bias", "noise of a batch of 16")):
    for epochs, pair in zip(moments, curves):
        ax.loglog(ks, pair[which], marker="o", label=f"after {epochs} epochs")
    ax.axhline(1, color="0.6", linewidth=1)
    ax.set_xticks(ks, ks)
    ax.set(xlabel="k, Gibbs steps", ylabel="size, in exact gradients", title=title)
axes[0].set_ylim(1e-3, 3)
axes[0].legend(loc="lower left", fontsize=8)
plots.save(fig, "06_bias_and_noise.png")

# %% [markdown]
# What to see: on the left, the bias against k; at the grey line it is as large as the gradient itself.
# After 30 epochs the weights are small, and ten steps leave next to nothing of it. After 300 and 900
# epochs the gap is below 0.001, and 50 steps do little: T hardly moves. After 300 epochs CD-10 has even
# a little more bias than CD-1. By (6.5) the bound cannot grow with k, but the bias can. On the right,
# the noise of CD-1 is 5 to 35 times the gradient, most at the end, when the gradient has become small.
# It grows with k where T is slow: chains that have had more time to leave the data end in more
# different places. More cases in a batch make the noise smaller and leave the bias as it is. More steps
# lower the bias, if the gap is wide.
#
# ## Learning with it
#
# Three runs from the same start: by CD-1, by CD-5 and by the exact gradient of each batch. A cycle
# through the 16 rows, 100 times over, is the data set, so that a batch of 16 is a sample of the data,
# not all of them. `train_rbm` calls the `cd_gradient` that was proved above (centred=False: the
# gradient is used as it is). To see it at work, set a breakpoint in `cd_gradient` once the proofs are
# over. On the command line, `bias_and_noise` is a good place to stop first:
#
#     python -m pdb lessons/06_contrastive_divergence.py
#     tbreak bias_and_noise
#     continue
#     break cd_gradient
#     continue
#
# `show_arrays_short` makes arrays print as a line with their shape and range, and a corner of the
# numbers. In `cd_gradient` look at `rbm` and `v_data`, then, line by line, at `p_h_data`, `h`, `p_v`,
# `v` and `p_h`.

# %% training by CD-1, CD-5 and the exact gradient
show_arrays_short()
data = bars[np.arange(1600) % 16]  # 100 copies of each row
every = 2  # epochs between two looks
results = {}
for name, settings in {
    "CD-1": dict(method="cd", k=1), "CD-5": dict(method="cd", k=5), "exact": dict(method="exact"),
}.items():
    learner, learner_rng = untrained, np.random.default_rng(2)
    log_p, errors = [log_likelihood(untrained, bars).mean()], [reconstruction_error(untrained, bars)]
    for _ in range(20):
        learner, _ = train_rbm(
            learner, data, epochs=every, rng=learner_rng, batch_size=16, rate=0.2, schedule="constant",
            centred=False, **settings)
        log_p.append(log_likelihood(learner, bars).mean())
        errors.append(reconstruction_error(learner, bars))
    results[name] = np.array(log_p), np.array(errors)

best = best_log_likelihood(bars)
print(f"  after {20 * every} epochs; the best mean log p there can be is {best:.3f} nats")
print("          mean log p   reconstruction error")
for name, (log_p, errors) in results.items():
    print(f"  {name:6} {log_p[-1]:11.3f} {errors[-1]:22.5f}")
log_p, errors = results["CD-1"]
for look in (10, 20):
    print(f"  CD-1 after {every * look} epochs: reconstruction error {errors[look]:.5f}, "
          f"{best - log_p[look]:.2f} nats are still to learn")

fig, axes = plots.new_figure(1, 2, width=9, height=3.6)
for name, (log_p, errors) in results.items():
    axes[0].plot(every * np.arange(21), log_p, label=name)
    axes[1].plot(every * np.arange(21), errors, label=name)
axes[0].axhline(best, color="0.6", linewidth=1)
axes[0].set(xlabel="epochs", ylabel="nats", title="mean log p (grey: the best there can be)")
axes[1].set(xlabel="epochs", ylabel="squared error a pixel", yscale="log", title="reconstruction error")
axes[0].legend(fontsize=8)
plots.save(fig, "06_training.png")

# %% [markdown]
# What to see: on the left, all three learn alike at first, while the weights are small. Then CD-1 comes
# to a stand well below the best: with large weights, as the last figure showed, its bias can be as
# large as the gradient. CD-5 stays near the exact gradient. The jags come from the noise. On the right,
# the error of CD-1 goes on falling, much like the others': in the last 20 epochs to a tenth, for a gain
# of 0.17 nats. The reconstruction error asks whether v comes back after one step, and a chain that
# never moves gets a perfect mark. It does not ask how probable the model finds v (lesson 8 has more).
#
# ## What usually goes wrong
#
# None of these mistakes raises an error. The cell makes each of them in CD-1 for W, on the eight cases
# of the proofs, and counts how many standard errors the mean of 4,000 draws is off (6.2), in the worst
# entry.
#
# - **One step too few.** The negative phase takes v after k - 1 steps. With k = 1 these are the data, the two
#   phases are equal, and nothing is learnt.
# - **Probabilities drive the chain.** p_h is sent down in place of a drawn h: this is no Gibbs sampling.
# - **Stale h.** The negative phase pairs the new v with the h that it was drawn from, not with p_h of v.
# - **Wrong N.** The negative phase is divided by a number that is not its number of rows, here 9 for 8: as
#   when chains and cases differ in number, or the last batch of an epoch is short.

# %% four mistakes, and how far from CD-1 they are
def cd_1_with(mistake):
    """CD-1 for W alone, with a mistake in it."""
    p_h_data = hidden_probs(rbm, v_data)
    h = p_h_data if mistake == "probabilities drive the chain" else bernoulli(p_h_data, rng)
    p_v = visible_probs(rbm, h)
    v = bernoulli(p_v, rng)
    p_h = h if mistake == "stale h" else hidden_probs(rbm, v)
    if mistake == "one step too few":
        v, p_h = v_data, p_h_data
    n_model = len(v) + 1 if mistake == "wrong N" else len(v)
    return (v_data.T @ p_h_data / len(v_data) - v.T @ p_h / n_model).ravel()


expected = mean_cd[1][: rbm.W.size]
for mistake in ("none", "one step too few", "probabilities drive the chain", "stale h", "wrong N"):
    draws = np.array([cd_1_with(mistake) for _ in range(4_000)])
    off = np.abs(draws.mean(axis=0) - expected)
    standard_error = draws.std(axis=0) / np.sqrt(len(draws))
    if standard_error.max() < 1e-12:  # no draw differs from another
        print(f"  {mistake:30} always the same, and off by {off.max():.2f}")
    else:
        print(f"  {mistake:30} {np.max(off / standard_error):.1f} standard errors off")

# %% [markdown]
# Without a mistake the mean is as near as chance allows. With any of the four it is far outside. So
# judge a sampler by what its mean must be, not by its looks.
#
# ## Exercises
#
# 1. Name an RBM whose T(v→v') does not depend on v. What is CD-k's bias there?
# 2. The data are a large number of cases drawn from the model itself. What is the mean of CD-k?
# 3. How many cases must a batch have for CD-1's noise to be as small as its bias, at the four moments of
#    the experiment?
# 4. Show that the bound (6.4) can be halved. When is (6.4) an equality?
#
# ## Solutions
#
# 1. W = 0: then p(h given v) does not depend on v. One step forgets the start, p_1 = p, and the bias
#    is 0.
# 2. p_0 is near p, and p T^k = p. So p_k is near p too, and the mean is near 0 for every k: where the
#    model is right, CD-k stays, but for its noise.
# 3. By (6.7) the noise falls as 1/√N. At N = 16 it is known, so N = 16 (noise / bias)².
# 4. p - p_k sums to 0, so the v with p > p_k hold half of the distance and the others the other half. An
#    entry of g between 0 and 1 makes most of it by being 1 on one half and 0 on the other. So
#    |bias_k| <= ½ Σ_v |p_k(v) - p(v)|, which is lesson 3's TV(p_k, p). (6.4) is an equality only if p_k = p.

# %% solutions 1, 3 and 4
unconnected = RBM(W=np.zeros_like(rbm.W), b=rbm.b, c=rbm.c)
same_rows = np.tile(model_distribution(unconnected), (len(all_v), 1))
verify("exercise 1: T(v→v') = p(v')", transition_matrix(unconnected), same_rows)

for epochs, (bias_sizes, noise_sizes) in zip(moments, curves):
    n_cases = 16 * (noise_sizes[0] / bias_sizes[0]) ** 2
    print(f"  exercise 3: after {epochs} epochs about {n_cases:,.0f} cases")
verify_at_most("exercise 4: |bias_k| <= ½ Σ_v |p_k(v) - p(v)|", largest, 0.5 * distance)
