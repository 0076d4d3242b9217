# %% [markdown]
# # Lesson 6: contrastive divergence
#
# After this lesson you will be able to
#
# - write the learning step of an RBM without any sum over all states (CD-k);
# - say what CD-k is the mean of, and prove it with the transition matrix;
# - name its bias, bound it, and measure it exactly against k;
# - name its variance, and say why the last hidden layer should not be sampled;
# - say in what sense CD-k descends a difference of two divergences, and in what sense it does not;
# - stop inside `cd_gradient` in a debugger and recognise everything that you see there.
#
# From lesson 3 you need the transition matrix T and p T = p; from lesson 4 the RBM, its free energy F and
# its conditionals; from lesson 5 the exact gradient.
#
# ## Two phases
#
# Lesson 5 gave the gradient of the mean log-likelihood of N cases. For a weight,
#
#     ∂ mean log p / ∂W_ij = <vᵢ pⱼ(v)>_data - <vᵢ pⱼ(v)>_model
#
# where pⱼ(v) = p(hⱼ = 1 given v) = σ(cⱼ + Σᵢ vᵢ W_ij). The first mean is over the cases: the positive
# phase. It is cheap. The second is over all visible layers, with the probabilities that the model gives
# them: the negative phase. It has 2^D terms, or 2^K with lesson 5's trick, and for a model worth training
# neither can be had.
#
# To have one name for all three kinds of parameters, collect what is averaged in one vector, with an
# entry for each weight and bias:
#
#     g(v) = (vᵢ pⱼ(v) for all i, j;  vᵢ for all i;  pⱼ(v) for all j)        a definition
#     exact gradient = Σ_v p_0(v) g(v) - Σ_v p(v) g(v)                       (6.1)
#
# with p_0(v) the share of the cases that are v, and p(v) the model's probability.
#
# ## A chain that stops early
#
# Gibbs sampling needs no Z. Started anywhere and run for long, its states come from p. The idea of
# contrastive divergence (Hinton 2002) is to start it at the data and stop after k steps, k as small as 1.
# Draw v from the data, and then, k times,
#
#     h from p(h given v),   v from p(v given h)
#
# One such step is a row of the transition matrix T (lesson 4). So after k steps v has the distribution
#
#     p_k = p_0 T^k                                                          a definition
#
# and CD-k puts the v it has arrived at into the negative phase. Its mean over everything that it may draw
# is therefore
#
#     E[CD-k] = Σ_v p_0(v) g(v) - Σ_v p_k(v) g(v)                            (6.2)
#
# The next cell takes a small RBM apart to see it: T is written out, state by state.

# %% (6.1) and (6.2) the exact gradient and the mean of CD-k, by sums over all states
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, cd_gradient, exact_gradient, hidden_probs, init_rbm, log_likelihood, train_rbm, visible_probs)
from numpy_dgm.energy.contrastive import reconstruction_error
from numpy_dgm.foundation.enumeration import all_bits, empirical_distribution, kl_divergence, product_of_bernoullis
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
    """T[v, v'] = Σ_h p(h given v) p(v' given h), (2^D, 2^D)."""
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
verify("(6.1) exact gradient = Σ_v p_0(v) g(v) - Σ_v p(v) g(v)", flatten(exact_gradient(rbm, v_data)), exact_by_definition)

p_k = {k: p_0 @ np.linalg.matrix_power(T, k) for k in range(1, 11)}
mean_cd = {k: p_0 @ g - p_k[k] @ g for k in p_k}
for k in (1, 2):
    draws = np.array([flatten(cd_gradient(rbm, v_data, k, rng)) for _ in range(4_000)])
    verify_mean(f"(6.2) E[CD-{k}] = Σ_v p_0(v) g(v) - Σ_v p_{k}(v) g(v)", draws, mean_cd[k])

# %% [markdown]
# ## The bias
#
# Subtract (6.1) from (6.2). The positive phases cancel, and what is left is how far the chain is from where
# it should be:
#
#     bias_k = E[CD-k] - exact gradient                                      a definition
#     bias_k = Σ_v (p(v) - p_k(v)) g(v)                                      (6.3)
#
# Every entry of g lies between 0 and 1, so no entry of the bias is larger than the summed distance of the
# two distributions:
#
#     |bias_k| <= Σ_v |p_k(v) - p(v)|                                        (6.4)
#
# And that distance falls. Since p T = p, a step takes p_k and p with the same T, and taking two
# distributions with the same T never takes them apart. (Each entry of the difference is spread over the
# next states with weights that sum to 1, and plus and minus may meet and cancel.) The same holds for the
# divergence, by the same reasoning:
#
#     Σ_v |p_{k+1}(v) - p(v)| <= Σ_v |p_k(v) - p(v)|                         (6.5)
#     KL(p_{k+1} || p) <= KL(p_k || p)                                       (6.6)
#
# So more steps are never worse in the bound, and by lesson 3 the bias dies like (1 - gap)^k. With small
# weights the gap is near 1, and one step is enough. With large weights the gap is near 0.

# %% (6.3) to (6.6) the bias of CD-k, and how it falls
exact = flatten(exact_gradient(rbm, v_data))
bias = {k: mean_cd[k] - exact for k in p_k}
verify("(6.3) bias_k = Σ_v (p(v) - p_k(v)) g(v)",
       np.array([bias[k] for k in p_k]), np.array([(p_model - p_k[k]) @ g for k in p_k]))
distance = np.array([np.abs(p_k[k] - p_model).sum() for k in p_k])
verify_at_most("(6.4) |bias_k| <= Σ_v |p_k(v) - p(v)|", np.array([np.abs(bias[k]).max() for k in p_k]), distance)
verify_at_most("(6.5) Σ_v |p_{k+1}(v) - p(v)| <= Σ_v |p_k(v) - p(v)|", distance[1:], distance[:-1])
divergence = np.array([kl_divergence(p_k[k], p_model) for k in p_k])
verify_at_most("(6.6) KL(p_{k+1} || p) <= KL(p_k || p)", divergence[1:], divergence[:-1])

# %% [markdown]
# ## The variance
#
# CD-k is a mean over N cases, each with a chain of its own. The positive phase draws nothing. Case n brings
# the noise of where its chain ends, which has the distribution T^k[v_n], the row of T^k that belongs to
# its v_n. The chains are independent, so their variances add up:
#
#     Var(CD-k) = (1 / N²) Σ_n Var_{v from T^k[v_n]}(g(v))                   (6.7)
#
# Why is the last hidden layer not sampled, but its probability pⱼ(v) taken? By the law of total variance.
# Given v, vᵢ hⱼ has the mean vᵢ pⱼ(v) and the variance vᵢ² pⱼ(v) (1 - pⱼ(v)). So over all v and h
#
#     Var(vᵢ hⱼ) = Var(vᵢ pⱼ(v)) + E[vᵢ² pⱼ(v) (1 - pⱼ(v))]                  (6.8)
#
# The mean is the same either way, and the second term is noise for nothing.

# %% (6.7) and (6.8) the variance of CD-1
row_of = [int(np.flatnonzero((all_v == case).all(axis=1))[0]) for case in v_data]
variance = np.zeros(g.shape[1])
for row in row_of:
    mean = T[row] @ g
    variance += T[row] @ (g - mean) ** 2 / N**2
draws = np.array([flatten(cd_gradient(rbm, v_data, 1, rng)) for _ in range(8_000)])
verify_mean("(6.7) Var(CD-k) = (1 / N²) Σ_n Var_{v from T^k[v_n]}(g(v))", (draws - mean_cd[1]) ** 2, variance)

p_h_given_v = joint_table(rbm) / p_model[:, None]
p_units = p_h_given_v @ all_h  # (2^D, K)
with_sample, with_mean, noise = np.zeros((3, D, K))
for i in range(D):
    for j in range(K):
        v_i, p_j = all_v[:, i], p_units[:, j]
        mean = p_k[1] @ (v_i * p_j)
        for row, q in enumerate(p_k[1]):  # every v, and every h that may follow it
            with_sample[i, j] += q * sum(p_h_given_v[row, m] * (v_i[row] * h[j] - mean) ** 2 for m, h in enumerate(all_h))
        with_mean[i, j] = p_k[1] @ (v_i * p_j - mean) ** 2
        noise[i, j] = p_k[1] @ (v_i**2 * p_j * (1 - p_j))
verify("(6.8) Var(vᵢ hⱼ) = Var(vᵢ pⱼ(v)) + E[vᵢ² pⱼ(v) (1 - pⱼ(v))]", with_sample, with_mean + noise)
print(f"\nfor a weight, the sampled hidden layer has {np.mean(with_sample / with_mean):.2f} times the variance")

# %% [markdown]
# ## A difference of two divergences
#
# Maximum likelihood makes KL(p_0 || p) small. Contrastive divergence has its name from another function:
#
#     C_k(θ) = KL(p_0 || p) - KL(p_k || p)                                   a definition
#
# with θ all the parameters. By (6.6) and p_0 T = p_1 it is never negative, and it is 0 when the chain
# started at the data stays there. Both p and p_k depend on θ. Hold p_k at what it is now, call it q, and
# take the slope through p alone. For any distribution q that is held fixed,
#
#     -∂ KL(q || p) / ∂θ = Σ_v q(v) ∂ log p(v) / ∂θ = Σ_v q(v) g(v) - Σ_v p(v) g(v)
#
# Subtract that for q = p_k from that for q = p_0. The model's mean, the one that cannot be had, cancels:
#
#     -∂ C_k / ∂θ, with p_k held fixed = E[CD-k]                             (6.9)
#
# That is the point of the second divergence. But p_k does move with θ, and its part of the slope is left
# out. So CD-k is not the gradient of C_k, and in fact of no function: the matrix of its own slopes is not
# symmetric, as the slopes of a gradient must be (Sutskever and Tieleman 2010). The next cell shows both.


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


q = p_k[1]
slope_held = slopes(lambda m: kl_divergence(p_0, model_distribution(m)) - kl_divergence(q, model_distribution(m)), rbm)
draws = np.array([flatten(cd_gradient(rbm, v_data, 1, rng)) for _ in range(4_000)])
verify_mean("(6.9) -∂ C_k / ∂θ, with p_k held fixed = E[CD-k]", draws, -slope_held)

left_out = slopes(C_1, rbm) - slope_held
print(f"\nthe part of the slope of C_1 that is left out: {np.linalg.norm(left_out):.3f}, "
      f"beside {np.linalg.norm(slope_held):.3f} that is kept")
slopes_of_cd = slopes(expected_cd_1, rbm)  # (P, P)
slopes_of_exact = slopes(lambda m: flatten(exact_gradient(m, v_data)), rbm)
print(f"asymmetry of the slopes of CD-1: {np.abs(slopes_of_cd - slopes_of_cd.T).max():.4f}; "
      f"of the exact gradient: {np.abs(slopes_of_exact - slopes_of_exact.T).max():.1e}")

# %% [markdown]
# ## Bias and variance while a model learns
#
# Now the same on bars and stripes, 3x3 pixels, with 8 hidden units. The machine is trained by the exact
# gradient. At four moments we stop and ask: how large is the bias of CD-k here, and how large is the noise
# of a batch of 16, both beside the exact gradient itself? T has 512 x 512 entries and everything is exact.

# %% experiment: bias and noise of CD-k as the weights grow
bars = bars_and_stripes(3)  # 16 rows of 9 pixels
every_v, every_h = all_bits(9), all_bits(8)  # (512, 9), (256, 8)
share = empirical_distribution(bars)  # (512,) p_0 of these cases


def bias_and_noise(model, ks):
    """Sizes of bias_k and of the noise of a batch of the 16 rows, in sizes of the exact gradient: two arrays."""
    p_h, p_v = hidden_probs(model, every_v), visible_probs(model, every_h)
    T = product_of_bernoullis(p_h) @ product_of_bernoullis(p_v)  # as above, by the library now: (512, 512)
    products = (every_v[:, :, None] * p_h[:, None, :]).reshape(len(every_v), -1)
    g = np.hstack([products, every_v, p_h])
    exact = flatten(exact_gradient(model, bars))
    bias, noise = [], []
    for k in ks:
        T_k = np.linalg.matrix_power(T, k)
        bias.append(np.linalg.norm(share @ g - share @ T_k @ g - exact))
        variance = share @ (T_k @ g**2 - (T_k @ g) ** 2) / len(bars)  # (6.7)
        noise.append(np.sqrt(variance.sum()))
    return np.array(bias) / np.linalg.norm(exact), np.array(noise) / np.linalg.norm(exact)


ks = [1, 2, 3, 5, 10, 20, 50]
untrained = init_rbm(9, 8, np.random.default_rng(0), bars, dtype=np.float64)
moments, curves = [30, 100, 300, 900], []
print("epochs   log p     size of W   bias of CD-1, CD-10    noise of a batch of 16 (CD-1)")
for epochs in moments:
    model, _ = train_rbm(untrained, bars, epochs=epochs, rng=np.random.default_rng(1), method="exact", batch_size=16,
                       rate=0.5, optimizer="momentum", schedule="constant")
    bias_sizes, noise_sizes = bias_and_noise(model, ks)
    curves.append((bias_sizes, noise_sizes))
    print(f"{epochs:6d} {log_likelihood(model, bars).mean():8.3f} {np.linalg.norm(model.W):10.1f} "
          f"{bias_sizes[0]:12.2f} {bias_sizes[ks.index(10)]:8.2f} {noise_sizes[0]:14.2f}")

fig, axes = plots.new_figure(1, 2, width=9, height=3.8)
for ax, which, title in zip(axes, (0, 1), ("bias", "noise of a batch of 16")):
    for epochs, pair in zip(moments, curves):
        ax.loglog(ks, pair[which], marker="o", label=f"after {epochs} epochs")
    ax.axhline(1, color="0.6", linewidth=1)
    ax.set(xlabel="k, Gibbs steps", ylabel="size, in exact gradients", title=title)
axes[0].legend(fontsize=8)
plots.save(fig, "06_bias_and_noise.png")

# %% [markdown]
# On the left of the figure, the grey line is where the bias is as large as the gradient itself. A few steps
# take most of it away while the weights are small (30 epochs). Later the curves are flat: T mixes slowly, and
# ten steps are hardly better than one. The noise, on the right, is many times the gradient, and the more so
# the smaller the gradient has become. It grows with k where the weights are large: chains that have had the
# time to leave the data end in more different places. A larger batch lowers the noise and leaves the bias.
# So: a rate that falls, and k = 1 to begin with, more later, or chains that never start anew.
#
# ## Learning with it
#
# Four runs from the same start. `train_rbm` calls the very `cd_gradient` that you have just proved: set a
# breakpoint there and run this cell in a debugger, or on the command line
#
#     python -m pdb lessons/06_contrastive_divergence.py
#
# `show_arrays_short` makes arrays print as a line with their shape and range, and a corner of the numbers.
# In `cd_gradient` look at `rbm`, `p_h_data`, and then, a step later, at `h`, `p_v`, `v`, `p_h`.

# %% training by CD-1, CD-5 and the exact gradient
show_arrays_short()
data = bars[np.arange(1600) % 16]  # 100 copies of each row: batches of 16 are then a fair sample
every = 2  # epochs between two looks
results = {}
for name, settings in {
    "CD-1": dict(method="cd", k=1), "CD-5": dict(method="cd", k=5), "exact": dict(method="exact"),
}.items():
    learner, learner_rng = untrained, np.random.default_rng(2)
    log_p, errors = [log_likelihood(untrained, bars).mean()], [reconstruction_error(untrained, bars)]
    for _ in range(20):
        learner, _ = train_rbm(learner, data, epochs=every, rng=learner_rng, batch_size=16, rate=0.1,
                               schedule="constant", **settings)
        log_p.append(log_likelihood(learner, bars).mean())
        errors.append(reconstruction_error(learner, bars))
    results[name] = np.array(log_p), np.array(errors)

best = best_log_likelihood(bars)
print(f"after {20 * every} epochs; the best there can be is {best:.3f} nats")
print("           log p   reconstruction error")
for name, (log_p, errors) in results.items():
    print(f"  {name:6s} {log_p[-1]:8.3f} {errors[-1]:14.4f}")
log_p, errors = results["CD-1"]
tiny = int(np.argmax(errors < 0.01 * errors[0]))  # the first look at which 99 % of the error is gone
print(f"CD-1: after {tiny * every} epochs 99 % of the reconstruction error is gone, "
      f"and {best - log_p[tiny]:.2f} nats are still to learn")

fig, axes = plots.new_figure(1, 2, width=9, height=3.6)
for name, (log_p, errors) in results.items():
    axes[0].plot(every * np.arange(21), log_p, label=name)
    axes[1].plot(every * np.arange(21), errors, label=name)
axes[0].axhline(best, color="0.6", linewidth=1)
axes[0].set(xlabel="epochs", ylabel="mean log p, nats", title="what learning is for (grey: the optimum)")
axes[1].set(xlabel="epochs", ylabel="squared error a pixel", title="reconstruction error")
axes[0].legend(fontsize=8)
plots.save(fig, "06_training.png")

# %% [markdown]
# In the left figure CD-1 follows the exact gradient at a distance, and CD-5 lies closer. In the right figure
# all three are at the bottom long before learning is done. The reconstruction error asks only whether v
# comes back after one step. A chain that never moves gets a perfect mark. It does not ask how probable the
# model finds v, and it is not what CD descends.
#
# ## What usually goes wrong
#
# Each of these runs, and learns something. The next cell makes the mistake and counts how many standard
# errors its mean is from (6.2).
#
# - **One step too few.** The negative phase then takes the data's own v, or k is one off.
# - **Probabilities drive the chain.** h = p_h in place of a draw: the chain is then no Gibbs sampler.
# - **Stale h.** The negative phase pairs the new v with the h that produced it, in place of its own p_h.
# - **The negative phase divides by the wrong N.** Harmless while both phases have the same number of rows,
#   and a bias as soon as a batch is short.

# %% four mistakes, and how far from CD-1 they are
def cd_1_with(mistake):
    """CD-1 for W alone, with a mistake in it."""
    p_h_data = hidden_probs(rbm, v_data)
    h = p_h_data if mistake == "probabilities drive the chain" else (rng.random(p_h_data.shape) < p_h_data) * 1.0
    p_v = visible_probs(rbm, h)
    v = (rng.random(p_v.shape) < p_v) * 1.0
    p_h = h if mistake == "stale h" else hidden_probs(rbm, v)
    if mistake == "one step too few":
        v, p_h = v_data, p_h_data
    n_model = len(v) + 1 if mistake == "wrong N" else len(v)
    return (v_data.T @ p_h_data / len(v_data) - v.T @ p_h / n_model).ravel()


expected = mean_cd[1][: rbm.W.size]
for mistake in ("none", "one step too few", "probabilities drive the chain", "stale h", "wrong N"):
    draws = np.array([cd_1_with(mistake) for _ in range(4_000)])
    standard_error = draws.std(axis=0) / np.sqrt(len(draws)) + 1e-12
    off = np.abs(draws.mean(axis=0) - expected) / standard_error
    print(f"  {mistake:30s} " + (f"{off.max():.1f} standard errors off" if off.max() < 1e6 else "no noise at all, and off"))

# %% [markdown]
# The right version is within what chance allows. Each of the others is far outside, though every one of them
# trains to something and its samples look busy. A sampler is judged by what it must be the mean of, not by
# its looks.
#
# ## Exercises
#
# 1. Which model has T[v, v'] that does not depend on v? What is CD-1's bias there?
# 2. Let v_data be 10,000 cases drawn from the model itself. What is the mean of CD-k, for every k?
# 3. Write CD-k with the chain started at random bits in place of the data. Is its bias larger or smaller
#    than CD-k's for the model of the proofs, at k = 1?
# 4. How many cases must a batch have so that CD-1's noise is as small as its bias, for the four moments of
#    the experiment?
# 5. When is (6.4) an equality? Show that the bound can be halved.
#
# ## Solutions

# %% solutions
# 1. W = 0: then p(h given v) does not depend on v. One step forgets the start, p_1 = p, and the bias is 0.
unconnected = RBM(W=np.zeros_like(rbm.W), b=rbm.b, c=rbm.c)
assert np.allclose(transition_matrix(unconnected), model_distribution(unconnected))

# 2. p_0 is near p, and p T^k = p: the mean is near 0 for every k. CD-k stands still where the model is right.

# 3. Start with p_0 uniform in the negative phase only; the positive phase keeps the data.
uniform = np.full(len(all_v), 1 / len(all_v))
bias_from_noise = (p_model - uniform @ T) @ g
print(f"bias at k = 1: from the data {np.linalg.norm(bias[1]):.2f}, from random bits {np.linalg.norm(bias_from_noise):.2f}")

# 4. The noise falls as 1/√N: N = 16 (noise / bias)².
for epochs, (bias_sizes, noise_sizes) in zip(moments, curves):
    print(f"after {epochs} epochs: about {16 * (noise_sizes[0] / bias_sizes[0]) ** 2:,.0f} cases")

# 5. None, unless p_k = p: p - p_k sums to 0, so the v at which it is positive hold half of the distance, and
#    an entry of g between 0 and 1 can pick up one half at the most: |bias_k| <= ½ Σ_v |p_k(v) - p(v)|.
assert all(np.abs(bias[k]).max() <= 0.5 * np.abs(p_k[k] - p_model).sum() for k in p_k)
