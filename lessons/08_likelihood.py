# %% [markdown]
# # Lesson 8: the likelihood, and numbers that mislead
#
# After this lesson you will be able to
#
# - compute log Z exactly where one layer is small, and say when that is out of reach;
# - derive annealed importance sampling (AIS), and prove that its weights have the mean Z / Z_base;
# - say which way it errs: forward, log p comes out too good; in reverse too bad, on a condition;
# - join both directions, give an error bar, and say what no error bar can see;
# - show a run in which two popular numbers get better and better while the model gets worse.
#
# From lesson 2 you need KL >= 0; from lesson 4 the RBM, F(v), block Gibbs sampling, its T(v→v') and
# p T = p; from lesson 6 contrastive divergence.
#
# ## Exactly
#
# log p(v) = -F(v) - log Z. Z is a sum over all pairs of layers, 2^(D+K) terms. As F(v) sums out h by
# hand, F(h) does v, so that 2^K terms are left, or 2^D by F(v), if that is less:
#
#     log Z = log Σ_h exp(-F(h))          2^K terms                          (8.1)
#     log Z = log Σ_v exp(-F(v))          2^D terms                          (8.2)
#
# `log_partition` takes the smaller layer. 16 units are 65,536 terms, a moment; 25 take minutes; 500 are
# out of reach for ever. For these, log Z must be estimated.

# %% (8.1) and (8.2) against the sum over all pairs of layers
import itertools

import numpy as np

from numpy_dgm import evaluate_rbm, open_data, plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, free_energy, gibbs_step, hidden_probs, init_rbm, log_likelihood, log_partition, pseudo_log_likelihood,
    train_rbm, visible_probs)
from numpy_dgm.energy.annealing import (
    anneal, base_log_partition, base_rbm, bennett, between, forward_walks, reverse_walks, sample_base)
from numpy_dgm.energy.gradients import reconstruction_error
from numpy_dgm.energy.rbm import transposed
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, draw_states, product_of_bernoullis
from numpy_dgm.foundation.numerics import logsumexp, sigmoid
from numpy_dgm.foundation.verify import verify, verify_at_most, verify_mean


def weight_table(rbm):
    """exp(-E(v, h)) of every pair, by E's definition: a row for each v, a column for each h."""
    every_v, every_h = all_bits(len(rbm.b)), all_bits(len(rbm.c))
    return np.exp([[rbm.b @ v + rbm.c @ h + v @ rbm.W @ h for h in every_h] for v in every_v])


rng = np.random.default_rng(8)
D, K = 3, 2
rbm = RBM(W=rng.normal(scale=2.5, size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
wide = RBM(W=rng.normal(size=(3, 5)), b=rng.normal(size=3), c=rng.normal(size=5))
verify("(8.1) log Z = log Σ_h exp(-F(h))", np.log(weight_table(rbm).sum()), log_partition(rbm))
verify("(8.2) log Z = log Σ_v exp(-F(v))", np.log(weight_table(wide).sum()), log_partition(wide))

# %% [markdown]
# ## Importance sampling, and why it fails
#
# Take a second model whose Z is known: the base, with W = 0, c = 0 and any b_base. Each of its units
# sums out by itself, and is drawn by itself:
#
#     log Z_base = Σᵢ log(1 + exp(b_baseᵢ)) + K log 2                        (8.3)
#
# Write f(v) = exp(-F(v)), so that p(v) = f(v) / Z. Draw v from the base and give it the weight
# w = f(v) / f_base(v). Its mean is
#
#     E[w] = Σ_v p_base(v) f(v) / f_base(v) = Σ_v f(v) / Z_base              as p_base = f_base / Z_base
#
#     E[w] = Z / Z_base                                                      (8.4)
#
# So the mean weight of M draws estimates Z / Z_base. How well? As w = (Z / Z_base) p(v) / p_base(v),
#
#     E[w²] / E[w]² = Σ_v p_base(v) (p(v) / p_base(v))² = Σ_v p(v)² / p_base(v)          (8.5)
#
# Less 1, that is the variance of w over E[w]². Let a region have half of the mass of p, and let the base
# draw it once in exp(20) times. Then (8.5) is above exp(20) / 4. All draws that one can pay for miss the
# region, their weights may look alike, and nothing tells.

# %% (8.3) to (8.5) one step of importance sampling
all_v = all_bits(D)
base = base_rbm(rbm, data_mean=np.array([0.3, 0.6, 0.8]))
f, f_base = weight_table(rbm).sum(axis=1), weight_table(base).sum(axis=1)  # by the definition of F
p, p_base = f / f.sum(), f_base / f_base.sum()
log_ratio = log_partition(rbm) - base_log_partition(base)  # log(Z / Z_base) by the library
verify("(8.3) log Z_base = Σᵢ log(1 + exp(b_baseᵢ)) + K log 2", np.log(f_base.sum()), base_log_partition(base))
verify("(8.4) E[w] = Z / Z_base", p_base @ (f / f_base), np.exp(log_ratio))
w = np.exp(free_energy(base, all_v) - free_energy(rbm, all_v))
verify("(8.5) E[w²] / E[w]² = Σ_v p(v)² / p_base(v)", p_base @ w**2 / (p_base @ w) ** 2, np.sum(p**2 / p_base))

# %% [markdown]
# ## Many small steps
#
# Do not leap from base to model: walk (Neal 2001). Put models between the two, with the parameters
# (1 - β) θ_base + β θ, at 0 = β_0 < β_1 < ... < β_n = 1. E is linear in its parameters, so E is mixed too:
#
#     E_β(v, h) = (1 - β) E_base(v, h) + β E(v, h)                           (8.6)
#
# (β is one over a temperature: near 0 differences of energy hardly count, as in heat. Hence annealing.)
# Write f_t, Z_t, p_t for the model at β_t, T_t(v→v') for a Gibbs step of it, and define a walk and its weight:
#
#     v_0 from p_0, the base; then v_t from T_t(v_{t-1}→.)                   t = 1, ..., n - 1
#     w = Π_t f_{t+1}(v_t) / f_t(v_t)                                        t = 0, ..., n - 1
#
# Each factor compares neighbours, so none is wild. In logarithms:
#
#     log w = Σ_t F_t(v_t) - F_{t+1}(v_t)                                    (8.7)
#
# One step each is not enough for v_t to be distributed like p_t. Does E[w] suffer? A path has the
# probability P_up = p_0(v_0) T_1(v_0→v_1) T_2(v_1→v_2) ..., and E[w] is the sum of P_up w over all paths:
#
#     E[w] = Σ p_0(v_0) f_1(v_0)/f_0(v_0) · T_1(v_0→v_1) f_2(v_1)/f_1(v_1) · T_2(v_1→v_2) ...
#
# Sum over v_0 first:
#
#     Σ_{v_0} p_0(v_0) f_1(v_0)/f_0(v_0) · T_1(v_0→v_1)
#       = (1/Z_0) Σ_{v_0} f_1(v_0) T_1(v_0→v_1)                              p_0 = f_0/Z_0
#       = (Z_1/Z_0) Σ_{v_0} p_1(v_0) T_1(v_0→v_1)                            f_1 = Z_1 p_1
#       = (Z_1/Z_0) p_1(v_1)                                                 p_1 T_1 = p_1
#
# This stands in front of f_2(v_1)/f_1(v_1), as p_0(v_0) stood in front of f_1(v_0)/f_0(v_0). So the sum
# over v_1 brings Z_2/Z_1, and so on. The product of all Z_{t+1}/Z_t is Z_n/Z_0, exactly:
#
#     E[w] = Z / Z_base          however few the steps are                   (8.8)

# %% (8.6) to (8.8) every path of four steps, 8^4 of them
betas = np.array([0.0, 0.2, 0.5, 0.7, 1.0])
n = len(betas) - 1
E_base, E = -np.log(weight_table(base)), -np.log(weight_table(rbm))
mixed = np.array([(1 - beta) * E_base + beta * E for beta in betas])  # (n + 1, 2^D, 2^K)
models = [between(base, rbm, beta) for beta in betas]
E_between = [-np.log(weight_table(model)) for model in models]
verify("(8.6) E_β(v, h) = (1 - β) E_base(v, h) + β E(v, h)", E_between, mixed)

f_at = np.exp(-mixed).sum(axis=2)  # f_t(v): (n + 1, 2^D)
p_h_given_v = np.exp(-mixed) / f_at[:, :, None]
p_v_given_h = np.exp(-mixed) / np.exp(-mixed).sum(axis=1, keepdims=True)
T = p_h_given_v @ p_v_given_h.swapaxes(1, 2)  # T_t(v→v'): (n + 1, 2^D, 2^D)

log_w, _ = anneal(rbm, base, betas, all_v, np.random.default_rng(0))
replay_rng, v, by_definition = np.random.default_rng(0), all_v, 0.0
for t in range(n):  # the same walks, from all v at once, with the Gibbs step of lesson 4
    row = bits_to_index(v)
    by_definition = by_definition + np.log(f_at[t + 1, row] / f_at[t, row])
    v = gibbs_step(models[t + 1], v, replay_rng)
verify("(8.7) log w = Σ_t F_t(v_t) - F_{t+1}(v_t)", log_w, by_definition)

paths = np.array(list(itertools.product(range(2**D), repeat=n)))  # (8^4, n): the rows of v_0, ..., v_{n-1}
P_up, w = p_base[paths[:, 0]], np.ones(len(paths))
for t in range(n):
    w *= f_at[t + 1, paths[:, t]] / f_at[t, paths[:, t]]
    if t > 0:
        P_up = P_up * T[t, paths[:, t - 1], paths[:, t]]
verify("(8.8) E[w] = Z / Z_base, over all paths", P_up @ w, np.exp(log_ratio))
log_w, _ = anneal(rbm, base, betas, sample_base(base, 20_000, rng), rng)
verify_mean("(8.8) E[w] = Z / Z_base, over walks", np.exp(log_w), np.exp(log_ratio))

# %% [markdown]
# ## A bound from below
#
# log is concave, so the mean of log w is at most the log of its mean (Jensen's inequality):
#
#     E[log w] <= log(Z / Z_base)                                            (8.9)
#
# The same holds for log of the mean of M weights, which is nearer. So forward AIS bounds log Z from
# below, in expectation. It may come out above, but seldom far: as w >= 0, E[w] >= x p(w >= x) for every x
# (Markov's inequality). Take x = exp(a) Z / Z_base:
#
#     p(log w >= log(Z / Z_base) + a) <= exp(-a)                             (8.10)
#
# and the same for means. Nothing holds it from below. As log p(v) = -F(v) - log Z, **a log Z that is too
# small makes log p too good**: in expectation, forward AIS bounds log p from above.
#
# ## In reverse
#
# p_t(v) T_t(v→v') = Σ_h p_t(v, h) p_t(v', h) / p_t(h) is the same if v and v' trade places. This is lesson
# 3's detailed balance, for a step in blocks:
#
#     p_t(v) T_t(v→v') = p_t(v') T_t(v'→v)                                   (8.11)
#
# So the walk can be run downward: v_{n-1} from p itself, then v_{t-1} from T_t(v_t→.), down to v_0. The
# path then has P_down = p(v_{n-1}) T_{n-1}(v_{n-1}→v_{n-2}) ... T_1(v_1→v_0). Turn its steps around:
#
#     p_n(v_{n-1}) = p_{n-1}(v_{n-1}) · f_n(v_{n-1})/f_{n-1}(v_{n-1}) · Z_{n-1}/Z_n
#     p_{n-1}(v_{n-1}) T_{n-1}(v_{n-1}→v_{n-2}) = p_{n-1}(v_{n-2}) T_{n-1}(v_{n-2}→v_{n-1})          by (8.11)
#
# Now p_{n-1}(v_{n-2}) is in front; repeat, down to p_0(v_0). The f make up w, the Z make Z_base / Z, and the
# T_t run upward (Crooks 1999):
#
#     P_down = P_up · w · Z_base / Z                                         (8.12)
#
# Divide by w and sum over all paths. Then take Jensen's inequality for 1/w. E_down is a mean over P_down:
#
#     E_down[1/w] = Z_base / Z                                               (8.13)
#     E_down[log w] >= log(Z / Z_base)                                       (8.14)
#
# So from **exact samples** of p, reverse walks bound log Z from above, in expectation. But who has exact
# samples? Started from where long runs ended, they give an estimate, and no bound (Burda, Grosse and
# Salakhutdinov 2015).

# %% (8.9) to (8.14) the same paths, up and down
verify_at_most("(8.9) E[log w] <= log(Z / Z_base)", P_up @ np.log(w), log_ratio)
heights = np.array([0.0, 0.1, 0.2, 0.5])
overshoot = [P_up[np.log(w) >= log_ratio + a].sum() for a in heights]
verify_at_most("(8.10) p(log w >= log(Z / Z_base) + a) <= exp(-a)", overshoot, np.exp(-heights))

flow, flow_back = [], []
for t, model in enumerate(models):  # the one way by definition, the other way by the library
    flow.append(f_at[t, :, None] / f_at[t].sum() * T[t])
    to_h, to_v = hidden_probs(model, all_v), visible_probs(model, all_bits(K))
    T_by_library = product_of_bernoullis(to_h) @ product_of_bernoullis(to_v)
    flow_back.append((np.exp(log_likelihood(model, all_v))[:, None] * T_by_library).T)
verify("(8.11) p_t(v) T_t(v→v') = p_t(v') T_t(v'→v)", flow, flow_back)
P_down = p[paths[:, n - 1]]
for t in range(n - 1, 0, -1):
    P_down = P_down * T[t, paths[:, t], paths[:, t - 1]]
verify("(8.12) P_down = P_up · w · Z_base / Z", P_down, P_up * w * np.exp(-log_ratio))
exact_samples = all_v[draw_states(p, 20_000, rng)]
down = reverse_walks(rbm, base, 5, exact_samples, rng)  # its log weights have log Z_base added in
verify_mean("(8.13) E_down[1/w] = Z_base / Z", np.exp(base_log_partition(base) - down.log_weights), np.exp(-log_ratio))
verify_at_most("(8.14) E_down[log w] >= log(Z / Z_base)", log_ratio, P_down @ np.log(w))
print(f"  log(Z / Z_base) {log_ratio:.3f}, between E[log w] {P_up @ np.log(w):.3f} and {P_down @ np.log(w):.3f}")

# %% [markdown]
# ## Both directions in one
#
# The mean of w lives on the largest w, which few walks up find; the mean of 1/w on the smallest, which
# few walks down find. Bennett (1976) uses what both know. Let M_up and M_down be the numbers of walks,
# m = log(M_up / M_down) and C = log(Z / Z_base). As σ(x) = exp(x) σ(-x), for every path
#
#     M_up P_up σ(log w - C - m) = M_up P_up w exp(-C) exp(-m) σ(C + m - log w)
#                                = M_down P_down σ(C + m - log w)            by (8.12); M_up exp(-m) = M_down
#
#     M_up E_up[σ(log w - C - m)] = M_down E_down[σ(C + m - log w)]          (8.15)
#
# `bennett` puts sums over the walks in place of M E[.], and solves for C. The walks' log weights have
# log Z_base added in, so that C is log Z itself:
#
#     Σ_up σ(log w - log Z - m) = Σ_down σ(log Z + m - log w)                (8.16)
#
# ## How sure
#
# If one weight dwarfs the others, M walks are worth hardly more than one. M equal weights are worth M:
#
#     effective sample size = (Σ w)² / Σ w²                                  (8.17)
#
# The mean of M weights has the standard error √((Σ w²/M - (Σ w/M)²) / M). Divided by the mean, Σ w/M, it
# is that of the logarithm:
#
#     standard error of log mean w = √(1 / effective sample size - 1/M)      (8.18)
#
# Of a region that no walk has been to, neither number knows anything.

# %% (8.15) to (8.18) both directions, and their error bars
m = np.log(300 / 80)
sum_up, sum_down = 300 * P_up @ sigmoid(np.log(w) - log_ratio - m), 80 * P_down @ sigmoid(log_ratio + m - np.log(w))
verify("(8.15) M_up E_up[σ(log w - C - m)] = M_down E_down[σ(C + m - log w)]", sum_up, sum_down)
up, down = forward_walks(rbm, base, 6, 300, rng), reverse_walks(rbm, base, 6, exact_samples[:80], rng)
log_z, error = bennett(up, down)
sum_up, sum_down = sigmoid(up.log_weights - log_z - m).sum(), sigmoid(log_z + m - down.log_weights).sum()
verify("(8.16) Σ_up σ(log w - log Z - m) = Σ_down σ(log Z + m - log w)", sum_up, sum_down)
w_up = np.exp(up.log_weights)
verify("(8.17) effective sample size = (Σ w)² / Σ w²", w_up.sum() ** 2 / np.sum(w_up**2), up.effective_sample_size)
of_log_mean = w_up.std() / np.sqrt(300) / w_up.mean()
verify("(8.18) standard error = √(1 / effective sample size - 1/M)", of_log_mean, up.standard_error)
print(f"  log Z {log_partition(rbm):.3f}: up {up.log_z:.3f} ± {up.standard_error:.3f}, "
      f"down {down.log_z:.3f} ± {down.standard_error:.3f}, both {log_z:.3f} ± {error:.3f}")

# %% [markdown]
# ## The pseudo-likelihood
#
# A number that needs no Z: how probable is each bit, given all the others (Besag 1975)?
#
#     PL(v) = Σᵢ log p(vᵢ given all other bits of v)                         a definition
#
# Two states have these other bits, v and v with bit i flipped, so the probability is p(v) / (p(v) +
# p(v flipped)). Divide above and below by p(v) = exp(-F(v)) / Z, and Z is gone:
#
#     PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))                       (8.19)
#
# If W = 0 the other bits say nothing of bit i, and
#
#     PL(v) = log p(v)          if W = 0                                     (8.20)
#
# In general log p(v) = Σᵢ log p(vᵢ given v_0, ..., v_{i-1}), each bit given fewer others than in PL. On
# average over p(v), knowing more makes a bit more probable: the difference is a mean of KL(p(vᵢ given
# all others) || p(vᵢ given those before it)) >= 0. Hence
#
#     Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)                                    (8.21)
#
# On its own samples every model looks better by PL than it is. And there is no limit to how much: PL
# compares a state with its nearest neighbours, and does not see how the mass is shared among far states.

# %% (8.19) to (8.21) every bit of every state, from the table of p
PL = np.zeros(2**D)
for i in range(D):
    v_flipped = all_v.copy()
    v_flipped[:, i] = 1 - all_v[:, i]
    PL += np.log(p / (p + p[bits_to_index(v_flipped)]))
PL_by_library = pseudo_log_likelihood(rbm, all_v)
verify("(8.19) PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))", PL, PL_by_library)
verify("(8.20) PL(v) = log p(v) if W = 0", np.log(p_base), pseudo_log_likelihood(base, all_v))
verify_at_most("(8.21) Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)", p @ np.log(p), p @ PL_by_library)

# %% [markdown]
# ## Two models
#
# The first: 16 hidden units, trained on digits as in lesson 9, with an exact log Z by (8.1). The second
# is made by hand, to deceive: a picture of 6 x 6 pixels, a ring, and its negative. With xᵢ = ±1 for the
# ring's pixels, all weights of pixel i are 0.8 xᵢ. The biases make up for them, so that both pictures are
# equally probable; then b moves by -5 xᵢ / 36, and the negative holds a hundred times the ring's mass.
# But the data are rings. No learner that looks near the data only, as in lesson 6, would notice.
#
# Walks go up from the data's base rates, and down from where 200 Gibbs steps from the data end.

# %% experiment: forward and reverse, against the number of temperatures
def run_chains(rbm, v, n_steps, rng):
    for _ in range(n_steps):
        v = gibbs_step(rbm, v, rng)
    return v


train, test = open_data("digits", part="train"), open_data("digits", part="test")
of_digits, _ = train_rbm(init_rbm(64, 16, rng, train), train, epochs=20, rate=1.0, rng=rng)
ring = np.zeros((6, 6))
ring[1:5, 1:5] = 1
ring[2:4, 2:4] = 0
ring = ring.ravel()
W = np.outer(0.8 * (2 * ring - 1), np.ones(8))
of_rings = RBM(W=W, b=-W.sum(axis=1) / 2 - 5 * (2 * ring - 1) / 36, c=-W.sum(axis=0) / 2)
rings = run_chains(of_rings, np.tile(ring, (200, 1)), 50, rng)

counts = [2, 4, 8, 16, 32, 64, 128, 256, 512]
fig, axes = plots.new_figure(1, 2, width=10, height=3.8)
for ax, name, model, data in zip(axes, ("digits", "ring"), (of_digits, of_rings), (train[:], rings)):
    log_z, base = log_partition(model), base_rbm(model, data.mean(axis=0))
    starts = run_chains(model, data[:100], 200, rng)
    print(f"  {name}: exact log Z {log_z:.2f}\n    temperatures  forward    off  worth   reverse    off  worth")
    walks = []
    for k in counts:
        up, down = forward_walks(model, base, k, 100, rng), reverse_walks(model, base, k, starts, rng)
        walks.append((up, down))
        print(f"    {k:12} {up.log_z:8.2f} {up.log_z - log_z:6.2f} {up.effective_sample_size:6.0f} {down.log_z:9.2f} "
              f"{down.log_z - log_z:6.2f} {down.effective_sample_size:6.0f}")
    for which, label in enumerate(("forward", "reverse, from the data")):
        estimates = [(pair[which].log_z, 1.96 * pair[which].standard_error) for pair in walks]
        drawn = ax.errorbar(counts, *np.transpose(estimates), marker="o", capsize=3, label=label)
        mean_log_w = [pair[which].log_weights.mean() for pair in walks]
        ax.plot(counts, mean_log_w, ":", color=drawn[0].get_color(), label=("mean log w", None)[which])
    ax.axhline(log_z, color="black", linewidth=1, label="exact")
    ax.set(xlabel="temperatures", ylabel="log Z, nats", title=name, xscale="log")
    ax.set_xticks(counts, counts)
    ax.minorticks_off()
axes[0].legend(fontsize=8)
plots.save(fig, "08_temperatures.png")

# %% [markdown]
# What to see: on the left, with few temperatures, forward lies below and reverse above, by more than
# their bars; the dotted lines, a mean of log w in place of log mean w, lie farther out. They close in on
# the truth as the steps get smaller. On the right the directions agree from the start, nearly all walks
# count, the bars vanish, and both are off by 4.6 nats: walks that meet only rings measure the mass of
# the rings. log p of the data comes out 4.6 nats too good. More temperatures do not help.
#
# So neither bars nor agreement prove anything about a region that no walk has found. `evaluate_rbm`
# starts chains at places that have nothing to do with the data too, and walks down from where they end:

# %% the verdict
print(evaluate_rbm(of_rings, rings, rng, method="ais", n_temperatures=300))
print(f"  by (8.1), log p a case is {log_likelihood(of_rings, rings).mean():.3f}")

# %% [markdown]
# A walk down from a region R that forward walks do not know has log w far above theirs: about log Z_R
# less log of the small probability that a forward walk ends in R. That gives it away; the size of these
# log w is no estimate of Z. And a region that no chain has found is still unseen: "trust" means that a
# search found nothing.
#
# ## Two numbers that get better while the model gets worse
#
# Bars and stripes, 4 x 4 pixels, 30 pictures, 12 hidden units, so that log p is exact. Plain CD-1, long
# (after Fischer and Igel 2010). Three runs from different starts.

# %% learning by CD-1 for long, watched by three numbers
bars = bars_and_stripes(4)
copies, looks = bars[np.arange(320) % 32], 40 * np.arange(1, 13)  # epochs of 10 steps
curves = np.zeros((3, len(looks), 3))
for seed, curve in enumerate(curves):
    learner_rng = np.random.default_rng(seed)
    learner = init_rbm(16, 12, learner_rng, bars, dtype=np.float64)
    for look in range(len(looks)):
        learner, _ = train_rbm(learner, copies, epochs=40, rng=learner_rng, method="cd", rate=0.5,
                               schedule="constant", centred=False, batch_size=32)
        judged = [log_likelihood(learner, bars), pseudo_log_likelihood(learner, bars)]
        curve[look] = *np.mean(judged, axis=1), reconstruction_error(learner, bars)
print("  epochs   exact log p    pseudo-likelihood   reconstruction error     (means of the three runs)")
for look in (0, 1, 2, 3, 5, 11):
    log_p, PL, error = curves[:, look].mean(axis=0)
    print(f"  {looks[look]:6} {log_p:13.2f} {PL:20.3f} {error:22.6f}")
mass = np.exp(log_likelihood(learner, np.unique(bars, axis=0)))
print(f"  the last run: the 30 pictures hold {mass.sum():.0%} of the mass, of which the five most probable hold "
      f"{np.sort(mass)[-5:].sum() / mass.sum():.0%}")
fig, axes = plots.new_figure(1, 3, width=11, height=3.5)
titles = ("exact mean log p (grey: the best)", "pseudo-likelihood", "reconstruction error")
for which, (ax, title) in enumerate(zip(axes, titles)):
    ax.plot(looks, curves[:, :, which].T)
    ax.set_title(title, fontsize=10)
    ax.set(xlabel="epochs", ylabel="squared error a pixel" if which == 2 else "nats")
axes[0].axhline(best_log_likelihood(bars), color="0.6", linewidth=1)
axes[2].set_yscale("log")
plots.save(fig, "08_numbers_that_mislead.png")

# %% [markdown]
# What to see: on the left, log p rises for some 80 to 120 epochs, and then falls, with jags. In the
# middle, the pseudo-likelihood goes on climbing towards 0, its best; on the right, the error goes on
# falling. Whoever stops by one of these two takes the last model, one or two nats below the best. The
# model knows the pictures: nearly all mass is theirs, and a picture with one bit flipped is put right at
# once. But a few pictures hold most of it. Chains of one step do not see which picture has how much, so
# CD-1 does not learn it; PL and the reconstruction do not see it either, so they do not tell.
#
# ## What usually goes wrong
#
# - **Too few temperatures**, which flatters: see the first figure. Double them until nothing moves.
# - **The mean of log w is read**, in place of log of the mean of w: the dotted lines.
# - **The weights leave the logarithm.** exp overflows above 88 in float32, above 709 in float64, and a
#   square at half of that. `logsumexp` takes out the largest first. Add up log w in float64, too.
# - **One direction's own weights are the test** of whether all is well. For the ring they were perfect.
# - **PL by one random bit a case**, times D: right on average, but one bit of D is a noisy sum.

# %% two of these mistakes, made
up = forward_walks(of_rings, base_rbm(of_rings, rings.mean(axis=0)), 100, 100, rng)
with np.errstate(all="ignore"):
    w = np.exp(up.log_weights.astype(np.float32))
    print(f"  effective sample size {up.effective_sample_size:.1f}; out of the logarithm, in float32: "
          f"{w.sum() ** 2 / np.sum(w**2)}")
v = test[:]
i, PL, one_flipped = rng.integers(64, size=len(v)), pseudo_log_likelihood(of_digits, v), v.copy()
one_flipped[np.arange(len(v)), i] = 1 - v[np.arange(len(v)), i]
one_bit = 64 * np.log(sigmoid(free_energy(of_digits, one_flipped) - free_energy(of_digits, v)))
print(f"  PL of {len(v)} digits {PL.mean():.2f}, standard deviation {PL.std():.1f}; by one bit {one_bit.mean():.2f}, "
      f"{one_bit.std():.1f}; exact log p {log_likelihood(of_digits, v).mean():.2f}")

# %% [markdown]
# ## Exercises
#
# 1. Walks find only the lighter of two far modes. The other holds exp(a) times its mass. How far off is
#    log Z? Check it on the ring.
# 2. M walks are worth M/10. What must M be for a standard error of 0.1 nats?
# 3. Lesson 5's copier has a uniform p(v), and a reconstruction error of nearly 0. What is its PL?
#
# ## Solutions
#
# 1. They say log Z_light, and Z = Z_light (1 + exp(a)): log Z is too small by log(1 + exp(a)).
# 2. √(10/M - 1/M) = 0.1, so 9/M = 0.01 and M = 900.
# 3. A flip does not change p, so each term is log 1/2 and PL = -D log 2, which is log p. PL sees through
#    the copier; the reconstruction error does not.

# %% solutions 1 to 3
h = all_bits(8)
log_mass = -free_energy(transposed(of_rings), h)  # log of the mass of all v with this h; a ring turns all h on
light, heavy = logsumexp(log_mass[h.sum(axis=1) > 4]), logsumexp(log_mass[h.sum(axis=1) < 4])
print(f"  exercise 1: log(1 + exp(a)) = {np.log(1 + np.exp(heavy - light)):.2f}, "
      f"log Z less the forward estimate {log_partition(of_rings) - up.log_z:.2f}")
verify("exercise 2: standard error 0.1 at M = 900", np.sqrt(1 / (900 / 10) - 1 / 900), 0.1)
copier = RBM(W=8 * np.eye(9), b=np.full(9, -4.0), c=np.full(9, -4.0))
verify("exercise 3: PL = -D log 2", pseudo_log_likelihood(copier, all_bits(9)), np.full(512, -9 * np.log(2)))
