# %% [markdown]
# # Lesson 7: persistent chains
#
# After this lesson you will be able to
#
# - say what is gained when chains are not started anew for every gradient (PCD), and how fast their bias falls;
# - say how quickly the parameters may move, so that the chains can follow;
# - derive the centred gradient from a change of coordinates, and say why flipped bits do not disturb it;
# - derive the swap of parallel tempering from detailed balance, and prove what it leaves unchanged;
# - recognise chains that have stopped mixing, by what they do to the likelihood.
#
# From lesson 3 you need detailed balance, the spectral gap and the total variation TV; from lesson 4 the
# free energy F and block Gibbs sampling; from lesson 6 T(v→v'), g(v), the data's p_0(v), and CD-k's bias.
#
# ## Chains that go on
#
# CD-k throws its chains away after each learning step, and starts new ones at the data. Its bias is what
# they have not yet forgotten. Persistent contrastive divergence (PCD; Younes 1999, Tieleman 2008) starts M
# chains once and keeps them. For each gradient they make k more steps, from wherever they stand:
#
#     PCD = (1/N) Σ_n g(v_n) - (1/M) Σ_m g(v of chain m)                     a definition
#
# A learning step moves the parameters θ only a little, so the chains need not start over. At first let θ
# hold quite still. A chain starts at v with the probability q_0(v). With k = 1, at the t-th gradient,
#
#     q_t = q_0 T^t                                                          a definition
#     E[PCD at t] = Σ_v p_0(v) g(v) - Σ_v q_t(v) g(v)                        (7.1)
#
# Chains that started at the data have the mean of CD-t by now, and each gradient cost no more than CD-1.
# How fast does the bias fall? A Gibbs step is in detailed balance, for v and v' may be exchanged in
#
#     p(v) T(v→v') = Σ_h p(v) p(h given v) p(v' given h) = Σ_h p(v, h) p(v', h) / p(h)
#
#     p(v) T(v→v') = p(v') T(v'→v)                                           (7.2)
#
# Write f_t for how far the chains are off, in proportion. It is 0 where they are distributed as p:
#
#     f_t(v) = q_t(v) / p(v) - 1                                             a definition
#     f_{t+1}(v') = Σ_v q_t(v) T(v→v') / p(v') - 1
#                 = Σ_v T(v'→v) q_t(v) / p(v) - 1                            by (7.2)
#                 = Σ_v T(v'→v) f_t(v)                                       as Σ_v T(v'→v) = 1
#
# So a step multiplies f, as a column, by T, and √p f by the matrix √p(v) T(v→v') / √p(v'). That one has the
# eigenvalues of T, and is symmetric by (7.2), so that its eigenvectors stand at right angles. One is √p, with
# the eigenvalue 1. √p f_t has no part along it: Σ_v p(v) f_t(v) = Σ_v q_t(v) - Σ_v p(v) = 0. Every other part
# shrinks to 1 - gap of its length or less. Call √(Σ_v p(v) f(v)²), the length of √p f, the size of f:
#
#     size of f_t <= (1 - gap)^t · size of f_0                               (7.3)
#
# And the bias of an entry of the gradient, with <g> for its mean under the model and sd(g) for its spread:
#
#     bias_t = Σ_v (p(v) - q_t(v)) g(v) = -Σ_v p(v) f_t(v) (g(v) - <g>)      as Σ_v p(v) f_t(v) <g> = 0
#
#     |bias_t| <= (1 - gap)^t · size of f_0 · sd(g)                          (7.4)
#
# by Cauchy and Schwarz: |Σ p f a|² <= Σ p f² · Σ p a². Once at p the chains stay there, as p T = p. From then
# on there is no bias (the library's chains stand at hidden layers, and go to v and to h for a gradient):
#
#     E[PCD] = exact gradient          if the chains are distributed as p    (7.5)

# %% (7.1) to (7.5) persistent chains while the parameters hold still
import itertools
from dataclasses import replace
from functools import reduce

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, cd_gradient, exact_gradient, gibbs_step, hidden_probs, init_rbm, log_likelihood, pcd_gradient,
    sample_hidden, sample_visible, visible_probs)
from numpy_dgm.energy.gradients import centre, reconstruction_error
from numpy_dgm.energy.gradient_report import CD, PCD, Tempered, gradient_report
from numpy_dgm.energy.tempering import (
    init_ladder, sample_tempered, start_ladder, swap_probs, tempered_gradient, tempered_sweep)
from numpy_dgm.foundation.enumeration import empirical_distribution, product_of_bernoullis, spectral_gap
from numpy_dgm.foundation.records import flatten, pack, windows
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean


def states(n):
    """All states of a layer of n bits, (2^n, n)."""
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def joint_table(rbm):
    """p(v, h) of every pair of layers, (2^D, 2^K), from E(v, h) = -b·v - c·h - vᵀ W h alone."""
    v, h = states(len(rbm.b)), states(len(rbm.c))
    minus_E = (v @ rbm.b)[:, None] + h @ rbm.c + v @ rbm.W @ h.T
    weight = np.exp(minus_E)
    return weight / weight.sum()


def transition_matrix(rbm):
    """T(v→v') = Σ_h p(h given v) p(v' given h), (2^D, 2^D)."""
    p = joint_table(rbm)
    return (p / p.sum(axis=1, keepdims=True)) @ (p / p.sum(axis=0)).T


def g_of_all_v(rbm):
    """g(v) for every v, in the order of the packed vector (W, b, c): (2^D, D K + D + K)."""
    p, v = joint_table(rbm), states(len(rbm.b))
    p_units = (p / p.sum(axis=1, keepdims=True)) @ states(len(rbm.c))
    return np.hstack([(v[:, :, None] * p_units[:, None, :]).reshape(len(v), -1), v, p_units])


rng = np.random.default_rng(7)
D, K = 4, 3
W = rng.normal(scale=5, size=(D, K))
rbm = RBM(W=W, b=rng.normal(size=D) - W.sum(axis=1) / 2, c=-W.sum(axis=0) / 2)
all_v, all_h = states(D), states(K)
rows = np.array([1, 1, 6, 7, 12, 12, 12, 15])
v_data, p_0 = all_v[rows], np.bincount(rows, minlength=2**D) / len(rows)
p_joint, T, g = joint_table(rbm), transition_matrix(rbm), g_of_all_v(rbm)
p = p_joint.sum(axis=1)

q = [p_0 @ np.linalg.matrix_power(T, t) for t in range(31)]  # the chains start at the data
draws = []
for _ in range(2_000):
    chains = sample_hidden(rbm, v_data, rng)
    for _ in range(3):
        gradient, chains = pcd_gradient(rbm, v_data, chains, 1, rng)
    draws.append(flatten(gradient))
verify_mean("(7.1) E[PCD at 3] = Σ_v p_0(v) g(v) - Σ_v q_3(v) g(v)", draws, p_0 @ g - q[3] @ g)

to_h, to_v = product_of_bernoullis(hidden_probs(rbm, all_v)), product_of_bernoullis(visible_probs(rbm, all_h))
verify("(7.2) p(v) T(v→v') = p(v') T(v'→v)", p[:, None] * (to_h @ to_v), (p[:, None] * T).T)
shrunk = (1 - spectral_gap(T)) ** np.arange(31)
size = np.array([np.sqrt(p @ (q_t / p - 1) ** 2) for q_t in q])
verify_at_most("(7.3) size of f_t <= (1 - gap)^t · size of f_0", size, shrunk * size[0])
sd = np.sqrt(p @ (g - p @ g) ** 2)  # an entry for each parameter
bias = np.abs([(p - q_t) @ g for q_t in q])
verify_at_most("(7.4) |bias_t| <= (1 - gap)^t · size of f_0 · sd(g)", bias, np.outer(shrunk * size[0], sd))

draws = []
for _ in range(2_000):
    chains = all_h[rng.choice(2**K, p=p_joint.sum(axis=0), size=8)]
    gradient, _ = pcd_gradient(rbm, v_data, chains, 1, rng)
    draws.append(flatten(gradient))
verify_mean("(7.5) E[PCD] = exact gradient", draws, p_0 @ g - p @ g)
print(f"  gap {spectral_gap(T):.2f}; largest |bias_t| for t = 1, 3, 10, 30:",
      ", ".join(f"{bias[t].max():.4f}" for t in (1, 3, 10, 30)))

# %% [markdown]
# ## While the parameters move
#
# Now a learning step takes the model from p to p', and then the chains make a Gibbs step of the new model,
# q' = q T'. Before it they are at most TV(q, p) + TV(p, p') away from p', by the triangle inequality, and by
# (3.10) it leaves at most 1 - ε' of that, where ε' is the smallest T'(v→v') / p'(v'):
#
#     TV(q', p') <= (1 - ε') (TV(q, p) + TV(p, p'))                          (7.6)
#
# If the model never moves by more than δ in a step, and no ε' is below ε, then chains that lag by at most
# δ (1 - ε) / ε do so for ever: put it in. δ goes with the learning rate. So the chains follow as closely as
# you like if the rate is small enough, and the noise of many short steps averages out. With a rate that falls
# to 0, slowly enough, learning comes to rest where the gradient is 0 (stochastic approximation: Robbins and
# Monro 1951; for PCD, and with the conditions, Younes 1999). But mind ε. As the weights grow it falls, and
# the gap with it: a rate that was small enough at first may be too large later.


# %% (7.6) how far chains lag behind a model that learns
def total_variation(p, q):
    return 0.5 * np.abs(p - q).sum()


def lags(rate, steps=150):
    """TV(q, p) after each step of PCD with infinitely many chains, q moved by T' exactly; and the bound (7.6)."""
    vector, learner = pack(replace(rbm, W=0.1 * rbm.W))
    p_then, q_then, found = joint_table(learner).sum(axis=1), p_0, []
    for _ in range(steps):
        g_then = g_of_all_v(learner)
        vector += rate * (p_0 @ g_then - q_then @ g_then)
        p_now, T_now = joint_table(learner).sum(axis=1), transition_matrix(learner)
        before = total_variation(q_then, p_then) + total_variation(p_then, p_now)
        p_then, q_then = p_now, q_then @ T_now
        found.append((total_variation(q_then, p_then), (1 - np.min(T_now / p_now)) * before))
    return np.array(found).T


found, bound = lags(rate=0.25)
verify_at_most("(7.6) TV(q', p') <= (1 - ε') (TV(q, p) + TV(p, p'))", found, bound)
print("  largest lag after the first 20 steps:",
      ", ".join(f"rate {rate}: {lags(rate)[0][20:].max():.4f}" for rate in (0.25, 0.5, 1, 2)))

# %% [markdown]
# ## Centring
#
# A bit that is nearly always on says little by being on. So measure v and h from where they usually are,
# from offsets μ (D,) and λ (K,), the means of the layers:
#
#     E_centred(v, h) = -b_c·v - c_c·h - (v - μ)ᵀ W (h - λ)                  a definition
#                     = -(b_c - W λ)·v - (c_c - Wᵀ μ)·h - vᵀ W h - μᵀ W λ    multiplied out
#
# The last term is the same for all states, and cancels between exp(-E) and Z. So it is an RBM as before, in
# other coordinates θ_c = (W, b_c, c_c):
#
#     p_centred(v) = p(v)          with b = b_c - W λ and c = c_c - Wᵀ μ     (7.7)
#
# But uphill is another direction there. In this section let g be the gradient, the slopes along θ. (7.7) is
# linear: it takes θ_c to θ by a matrix A. By the chain rule the slopes along θ_c are Aᵀ g. A step up these
# moves θ_c by Aᵀ g, and so θ by A Aᵀ g. That is the centred gradient, which `centre` gets without the
# matrix (Cho, Raiko and Ilin 2011; Melchior, Fischer and Wiskott 2016):
#
#     centre(g) = A Aᵀ g                                                     (7.8)
#
# It climbs wherever g does: g·(A Aᵀ g) = |Aᵀ g|² >= 0, and it is 0 only for g = 0, as A can be undone.
#
# What is it good for? Exchange 0 and 1 in all visible bits. The mirrored model has the weights -W and the
# biases -b and c + Wᵀ 1, for then each E changes by the same constant:
#
#     p_mirror(1 - v) = p(v)                                                 (7.9)
#
# The task is as hard as it was, so learning should not take notice. Measured from its offset a flipped bit
# is (1 - v) - (1 - μ) = -(v - μ). So the centred gradient of W just changes its sign, as W did, and a
# centred step leads from mirrored models to mirrored models. Write p⁺ for the model after the step:
#
#     p⁺_mirror(1 - v) = p⁺(v)          after a centred step                 (7.10)
#
# After a plain step it is not so: the cell prints by how much.


# %% (7.7) to (7.10) centring as a change of coordinates
def plain_from_centred(theta_c):
    """θ of θ_c, by (7.7)."""
    at = windows(rbm, theta_c)
    return flatten(replace(at, b=at.b - at.W @ lam, c=at.c - mu @ at.W))


def mirror(rbm):
    return replace(rbm, W=-rbm.W, b=-rbm.b, c=rbm.c + rbm.W.sum(axis=0))


def after_step(model, cases, v_offset=None):
    """p⁺(v) after a step of rate 0.5, along the centred gradient where there is an offset."""
    gradient = exact_gradient(model, cases)
    if v_offset is not None:
        gradient = centre(gradient, v_offset, lam)
    vector, moved = pack(model)
    vector += 0.5 * flatten(gradient)
    return joint_table(moved).sum(axis=1)


mu, lam = v_data.mean(axis=0), hidden_probs(rbm, v_data).mean(axis=0)
b_c, c_c = rbm.b + rbm.W @ lam, rbm.c + mu @ rbm.W
weight = np.exp([[b_c @ v + c_c @ h + (v - mu) @ rbm.W @ (h - lam) for h in all_h] for v in all_v])
verify("(7.7) p_centred(v) = p(v)", weight.sum(axis=1) / weight.sum(), np.exp(log_likelihood(rbm, all_v)))

A = np.array([plain_from_centred(u) for u in np.eye(D * K + D + K)]).T  # column by column
by_library = flatten(centre(exact_gradient(rbm, v_data), mu, lam))
verify("(7.8) centre(g) = A Aᵀ g", by_library, A @ A.T @ (p_0 @ g - p @ g))

p_mirror = np.exp(log_likelihood(mirror(rbm), 1 - all_v))
verify("(7.9) p_mirror(1 - v) = p(v)", p_mirror, p)
p_plus, p_plus_mirror = after_step(rbm, v_data, mu), after_step(mirror(rbm), 1 - v_data, 1 - mu)
verify("(7.10) p⁺_mirror(1 - v) = p⁺(v)", p_plus_mirror[::-1], p_plus)  # all_v from the end is 1 - all_v
plain, plain_mirror = after_step(rbm, v_data), after_step(mirror(rbm), 1 - v_data)
print(f"  TV between the two after a plain step: {total_variation(plain_mirror[::-1], plain):.3f}")

# %% [markdown]
# ## Parallel tempering
#
# What if the gap is next to 0? Then a chain stays in one mode, and no rate that one would wait for is small
# enough. Take a base that mixes at once, with W = 0 and c = 0, and L models on the way from there to ours:
#
#     θ_l = (1 - β_l) θ_base + β_l θ,   0 = β_0 < β_1 < ... < β_{L-1} = 1    a definition
#     π(v_0, ..., v_{L-1}) = p_0(v_0) p_1(v_1) ... p_{L-1}(v_{L-1})          a definition
#
# (Here p_l belongs to rung l of this ladder; p_0 is the base, not the data.) Each rung has a chain of its
# own. So far the last one, which is ours, gains nothing. So let neighbours swap (Swendsen and Wang 1986;
# Geyer 1991; for RBMs Desjardins et al. 2010, Cho, Raiko and Ilin 2010). Rung l is at u, rung m = l + 1 at
# v. Propose to exchange the two, and do it with the probability a(u, v). π is left alone if as much flows
# one way as the other:
#
#     p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u)                          detailed balance, wanted
#
# Let r = p_l(v) p_m(u) / (p_l(u) p_m(v)). Then a(u, v) = min(1, r) will do. Where r < 1 the left side becomes
# p_l(v) p_m(u), and so does the right, as a(v, u) = min(1, 1/r) = 1. Where r > 1, exchange u and v. In r both
# Z cancel. So there is detailed balance with
#
#     a(u, v) = min(1, exp(F_l(u) + F_m(v) - F_l(v) - F_m(u)))               (7.11)
#
# F has the hidden layers summed out, so they are not exchanged: the next step v→h→v draws new ones, and
# leaves p_l(v) by (4.9). A sweep offers swaps to the pairs (0, 1), (2, 3), ..., then to (1, 2), (3, 4), ...,
# and then makes a Gibbs step on every rung. Each of these leaves π alone, and so does the sweep:
#
#     π S = π          S the sweep's matrix, with (2^D)^L rows               (7.12)
#
# We write out S for three rungs of two bits, and start `tempered_sweep` from each of the 64 states s:
#
#     E[states of all rungs after a sweep from s] = Σ_s' S(s→s') s'          (7.13)
#
# Last a model with two modes, 00 and 11: all weights are 8 and all biases against them. Its own chain hardly
# ever crosses from one to the other. The ladder does, through the base:
#
#     1000 · gap of T <= gap of S          for that model                    (7.14)


# %% (7.11) to (7.14) the swap, the sweep, and the gap of a ladder
def two_modes(n_visible, n_hidden, weight):
    """All bits off, or all on, which is e times as likely."""
    W = np.full((n_visible, n_hidden), weight)
    return RBM(W=W, b=-W.sum(axis=1) / 2 + 1 / n_visible, c=-W.sum(axis=0) / 2)


def swap_matrix(p_rungs, l):
    """Rungs l and m = l + 1 are offered a swap; a row and a column for each state of the ladder."""
    m, shape = l + 1, [len(p_rung) for p_rung in p_rungs]
    S = np.zeros((np.prod(shape), np.prod(shape)))
    for here, at in enumerate(np.ndindex(*shape)):
        u, v = at[l], at[m]
        r = p_rungs[l][v] * p_rungs[m][u] / (p_rungs[l][u] * p_rungs[m][v])
        there = np.ravel_multi_index((*at[:l], v, u, *at[m + 1 :]), shape)
        S[here, there] += min(1, r)
        S[here, here] += 1 - min(1, r)
    return S


def three_rungs(model):
    """p of each rung, for β = 0, 1/2 and 1 and a base with b = 0, and the sweep's matrix S."""
    rungs = [RBM(beta * model.W, beta * model.b, beta * model.c) for beta in (0.0, 0.5, 1.0)]
    p_rungs = [joint_table(rung).sum(axis=1) for rung in rungs]
    swaps = swap_matrix(p_rungs, 0) @ swap_matrix(p_rungs, 1)
    return p_rungs, swaps @ reduce(np.kron, [transition_matrix(rung) for rung in rungs])


mild = RBM(W=rng.normal(scale=2, size=(2, 3)), b=rng.normal(size=2), c=rng.normal(size=3))
ladder, (p_rungs, S) = init_ladder(mild, n_rungs=3), three_rungs(mild)
pairs = np.array([[u, v] for u in states(2) for v in states(2)]).transpose(1, 0, 2)  # (2, 16, 2): u below, v above
a = swap_probs(mild, ladder.betas[1:], pairs @ mild.b, pairs @ mild.W + mild.c).reshape(4, 4)
p_pair = np.outer(p_rungs[1], p_rungs[2])  # p_l(u) p_m(v)
a_slow = np.minimum(1, p_pair.T / p_pair)
verify("(7.11) p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u)", p_pair * a, (p_pair * a_slow).T)

pi, s = reduce(np.kron, p_rungs), states(6)  # s: v_0, v_1 and v_2 side by side
verify("(7.12) π S = π", pi @ S, pi)
start = np.tile(s, (2_000, 1)).reshape(-1, 3, 2).transpose(1, 0, 2)  # (3, 2000 · 64, 2)
after, _ = tempered_sweep(mild, ladder, start, rng)
verify_mean("(7.13) E[states of all rungs after a sweep from s] = Σ_s' S(s→s') s'",
            np.hstack(after).reshape(2_000, 64, 6), S @ s)

deep = two_modes(2, 3, weight=8.0)
gap_T, gap_S = spectral_gap(transition_matrix(deep)), spectral_gap(three_rungs(deep)[1])
verify_at_most("(7.14) 1000 · gap of T <= gap of S", 1000 * gap_T, gap_S)
print(f"  gap of T {gap_T:.6f}, of S {gap_S:.3f}")

# %% [markdown]
# ## When chains stop mixing
#
# 3 x 3 bars and stripes and 8 hidden units, as in lessons 5 and 6. The gradient of all 16 rows, at a rate of
# 0.2 that stays as it is. PCD has 16 chains; tempering has 16 ladders of 5 rungs, so 5 times as many Gibbs
# steps, and the swaps besides. So we also try PCD-5, with 5 steps for each gradient. (`train_rbm` knows these
# methods, "tempered" among them; here the loop is written out, to be stepped through.)

# %% experiment: learning with chains of several kinds
bars = bars_and_stripes(3)  # 16 rows of 9 pixels
best, every_v = best_log_likelihood(bars), states(9)
pictures = np.flatnonzero(empirical_distribution(bars))  # the 14 of them, as rows of every_v
EVERY, UPDATES = 50, 2_500  # updates between two looks, and in all
untrained = init_rbm(9, 8, np.random.default_rng(0), bars, dtype=np.float64)


def learn(method, k=1, rate=0.2, falling=False, seed=0):
    """The RBM at the end; at each look mean log p, the mass p(v) of the 14 pictures, the chains' share of them."""
    rng, (vector, rbm) = np.random.default_rng(seed), pack(untrained)
    chains = sample_hidden(rbm, bars, rng)
    ladder = init_ladder(rbm, n_rungs=5, data_mean=bars.mean(axis=0))
    v, looks, looker = start_ladder(rbm, ladder, 16, rng), [], np.random.default_rng(0)
    for update in range(1, UPDATES + 1):
        if method == "CD":
            gradient = cd_gradient(rbm, bars, k, rng)
        elif method == "PCD":
            gradient, chains = pcd_gradient(rbm, bars, chains, k, rng)
        else:
            gradient, v, _ = tempered_gradient(rbm, bars, ladder, v, k, rng)
        vector += rate * (1 - update / UPDATES if falling else 1) * flatten(gradient)
        if update % EVERY == 0:
            shown = v[-1] if method == "tempering" else sample_visible(rbm, chains, looker)
            p = np.exp(log_likelihood(rbm, every_v))
            looks.append((log_likelihood(rbm, bars).mean(), p[pictures], empirical_distribution(shown)[pictures]))
    return rbm, *map(np.array, zip(*looks))


def gap_of(model):
    """T's gap. Its eigenvalues are the squared singular values of p(v, h) / √(p(v) p(h)), by the line above (7.2)."""
    p = joint_table(model)
    balanced = p / np.sqrt(p.sum(axis=1, keepdims=True)) / np.sqrt(p.sum(axis=0))
    return 1 - np.linalg.svd(balanced, compute_uv=False)[1] ** 2


results = {
    "CD-1": learn("CD"), "PCD": learn("PCD"), "PCD, seed 1": learn("PCD", seed=1), "PCD-5": learn("PCD", k=5),
    "PCD, rate falling": learn("PCD", falling=True), "PCD, rate 1": learn("PCD", rate=1.0),
    "tempering": learn("tempering"),
}
print(f"  mean log p in nats; the best there can be is {best:.2f}")
print("                     highest   last 500 updates   gap at the end   reconstruction error")
for name, (model, log_p, _, _) in results.items():
    print(f"  {name:17} {log_p.max():9.2f} {log_p[-500 // EVERY:].mean():18.2f} {gap_of(model):16.4f} "
          f"{reconstruction_error(model, bars):22.4f}")

fig, (left, right) = plots.new_figure(1, 2, width=10, height=3.8)
for ax, names in ((left, ("PCD", "PCD, seed 1", "PCD, rate falling")), (right, ("PCD-5", "CD-1"))):
    for name in (*names, "tempering"):
        log_p, colour = results[name][1], "black" if name == "tempering" else None
        ax.plot(EVERY * np.arange(1, len(log_p) + 1), log_p, label=name, color=colour)
    ax.axhline(best, color="0.6", linewidth=1)
    ax.set(xlabel="updates", ylabel="nats", ylim=(-8, -2.3), title="mean log p (grey: the best there can be)")
    ax.legend(loc="lower left", fontsize=8)
plots.save(fig, "07_likelihood.png")

fig, axes = plots.new_figure(2, 2, width=10, height=5)
for row, name in enumerate(("PCD", "tempering")):
    for ax, shares, title in zip(axes[2 * row :], results[name][2:], ("the model's mass", "its chains")):
        ax.imshow(shares.T, aspect="auto", cmap="gray_r", vmin=0, vmax=0.4, extent=(0, UPDATES, 14, 0))
        ax.set_yticks([])
        ax.set(xlabel="updates", ylabel="the 14 pictures", title=f"{name}: {title}")
plots.save(fig, "07_where_the_mass_is.png")

# %% [markdown]
# What to see in the first figure: all learn alike while the weights are small. Then PCD comes to a peak, and
# from there its mean log p falls and swings by several nats, with either seed. PCD-5 swings less. With a rate
# that falls to 0 it does not, but learns more slowly. CD-1 does not swing either; it comes to a stand below
# tempering, which is the best of them and stays so.
#
# The second figure says why. A column is a moment, dark is much. Under PCD the mass jumps from picture to
# picture. Its chains are late: with a gap below 0.01 they need a hundred steps and more to follow. Where there
# is too much mass, and few chains as yet, learning adds to it. When they have come it takes away, until long
# after there is too little: a shower whose warm water comes late. Under tempering the mass is spread out,
# and so are the chains. And yet the gap is as small there: good models mix badly too. The reconstruction
# error sees nothing of all this.
#
# How wrong is each estimator on the model that PCD ended with? `gradient_report` holds the parameters still,
# runs each 40 times on the 16 rows, and compares with the exact gradient. The chains of PCD(k, updates) start
# at the data, and serve as many gradients before the one that counts; Tempered's ladders start at the base.

# %% the estimators side by side
fallen = results["PCD"][0]
print(gradient_report(fallen, bars, {
    "CD-1": CD(1), "PCD, chains reset": PCD(1, updates=0), "PCD": PCD(1, updates=30), "PCD-5": PCD(5, updates=30),
    "tempering": Tempered(1, updates=30, n_rungs=5),
}, np.random.default_rng(3), n_runs=40))

# %% [markdown]
# The bias of CD-1 is about as long as the exact gradient. One step from the data leads back to the data, so
# it finds little to change, though the model has most of its mass on a few pictures. The longer chains have
# run the less bias there is. Tempering has the least, and what is left of its error is noise.
#
# ## What usually goes wrong
#
# **The rate is too large for the chains.** See PCD with a rate of 1 in the first table. The model runs away
# from its chains, and ends worse than the untrained one.
#
# **The chains are reset.** They are started at the data inside the function, say, or what it returns is not
# kept. That is CD (exercise 1): see the report's second line.
#
# **One run of chains is believed.** With two far modes they stay where they started, and look settled.
#
# **A ladder with a broken rung.** If two neighbours hardly ever swap, those above are on their own. So look
# at the swap rates. By exercise 2 they say how far neighbours overlap.

# %% wrong: stuck in one mode; too few rungs
far = two_modes(6, 3, weight=4.0)
print(f"  two modes, gap {spectral_gap(transition_matrix(far)):.0e}; {1 / (1 + np.exp(-1)):.2f} of the mass in one")
for seed in (0, 1, 2):
    rng = np.random.default_rng(seed)
    v = np.tile(rng.integers(0, 2, size=6).astype(float), (20, 1))  # 20 chains from the same place
    ladders, _ = sample_tempered(far, init_ladder(far, n_rungs=5), np.tile(v, (5, 1, 1)), 200, rng)
    for _ in range(1_000):
        v = gibbs_step(far, v, rng)
    print(f"  seed {seed}: {np.mean(v.sum(axis=1) > 3):.2f} of 20 chains are there after 1,000 Gibbs steps, "
          f"{np.mean(ladders[-1].sum(axis=1) > 3):.2f} of 20 ladders after 200 sweeps")

for n_rungs in (2, 3, 5, 10):
    ladder = init_ladder(fallen, n_rungs, data_mean=bars.mean(axis=0))
    _, swap_rates = sample_tempered(fallen, ladder, start_ladder(fallen, ladder, 50, rng), 100, rng)
    print(f"  {n_rungs:2} rungs swap at rates of", " ".join(f"{rate:.2f}" for rate in swap_rates))

# %% [markdown]
# ## Exercises
#
# 1. The chains are reset to the data before each gradient. What is the mean of PCD-k then?
# 2. Two rungs are at p_l and p_m. Show that they swap with the probability 1 - TV(p_l(u) p_m(v), p_l(v) p_m(u)).
# 3. Show that at β = 0 a Gibbs step forgets everything. What is that good for?
#
# ## Solutions
#
# 1. The v of (7.1) is then k steps of T away from the data, so it is that of CD-k, by (6.2).
# 2. The mean of a(u, v) is Σ_u Σ_v p_l(u) p_m(v) min(1, r) = Σ_u Σ_v min(p_l(u) p_m(v), p_l(v) p_m(u)). And
#    Σ min(P, Q) = Σ (P + Q - |P - Q|)/2 = 1 - TV(P, Q) for any two distributions P and Q.
# 3. W = 0, so p(v' given h) = p_0(v') for all h, and T_0(v→v') = p_0(v'). A state that has come down to the
#    foot is replaced by a new one, which may go up to another mode.

# %% solutions 1 to 3
draws = [flatten(pcd_gradient(rbm, v_data, sample_hidden(rbm, v_data, rng), 2, rng)[0]) for _ in range(2_000)]
verify_mean("exercise 1: E[PCD-2, reset] = E[CD-2]", draws, p_0 @ g - q[2] @ g)
verify("exercise 2: 1 - TV(p_l(u) p_m(v), p_l(v) p_m(u))", np.sum(p_pair * a), 1 - total_variation(p_pair, p_pair.T))
unconnected = replace(rbm, W=0 * rbm.W)
verify("exercise 3: T_0(v→v') = p_0(v')", transition_matrix(unconnected), [joint_table(unconnected).sum(axis=1)] * 16)
