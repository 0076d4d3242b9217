# %% [markdown]
# # Parallel tempering: how a chain crosses a valley
#
# All that lessons 9 to 11 do rests on chains that move. But a good model has most of its
# probability in a few places, its modes, and next to nothing between them. Gibbs sampling changes
# one layer at a time, so it must walk through the valley, and may not do so for a million steps.
# This lesson lets it jump.
#
# Afterwards you can
#
# - work out by hand whether two chains may exchange their states, and why that is allowed;
# - write a sweep of parallel tempering in twenty lines, and prove what it leaves unchanged;
# - say what it buys for sampling and for learning, and how to see that a ladder is broken.
#
# About an hour and a quarter. You need detailed balance and the spectral gap (lesson 6), the free
# energy (lesson 7) and persistent chains (lesson 11).
#
# ## A valley, in numbers
#
# Two pixels that want to be alike, and one hidden unit: W = [8, 8]ᵀ, b = [-4, -4], c = [-8]. By
# lesson 7
#
#     v        x     exp(b·v) (1 + exp(x))    p(v)
#     [0, 0]  -8     1 · 1.0003               .482        a mode
#     [0, 1]   0     .0183 · 2                .018        the valley
#     [1, 0]   0     .0183 · 2                .018        the valley
#     [1, 1]   8     .000335 · 2982           .482        a mode
#
# A chain at [0, 0] is there to stay. Now run a second chain beside it, of a model that has no
# valley: all weights and biases 0, so each of the four states has p_base = .25. It draws a new
# state at every step. Then let the two exchange their states, now and then. When is that fair?
# Say the base is at u and the model at v. Before the exchange the pair has the probability
# p_base(u) p(v), after it p_base(v) p(u). Do it always if that is more, else in the ratio of the
# two:
#
#     a(u, v) = min(1, r)          r = p_base(v) p(u) / (p_base(u) p(v))
#
#     the model at v = [0, 0], the base at u = [1, 1]     r = .482 / .482 = 1       always
#                                             [0, 1]      r = .018 / .482 = .037    hardly ever
#
# So in every fourth step the base stands ready in the other mode, and the model is there in one
# move. It never saw the valley. (With larger models the base is hardly ever somewhere useful. So
# one puts more models in between, a ladder.)

# %% the same numbers
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import RBM, gibbs_step, hidden_probs, log_likelihood, visible_probs
from numpy_dgm.energy.tempering import (
    init_ladder, sample_tempered, start_ladder, swap_probs, tempered_sweep)
from numpy_dgm.foundation.enumeration import all_bits, product_of_bernoullis, spectral_gap
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean


def distribution(model):
    """p(v) of every v: (2^D,)."""
    return np.exp(log_likelihood(model, all_bits(len(model.b))))


def transition_matrix(model):
    """T(v→v') = Σ_h p(h given v) p(v' given h), as in lesson 11: (2^D, 2^D)."""
    to_h = product_of_bernoullis(hidden_probs(model, all_bits(len(model.b))))  # (2^D, 2^K)
    to_v = product_of_bernoullis(visible_probs(model, all_bits(len(model.c))))  # (2^K, 2^D)
    return to_h @ to_v


valley = RBM(W=np.array([[8.0], [8.0]]), b=np.array([-4.0, -4.0]), c=np.array([-8.0]))
p_valley = distribution(valley)
print("p(v) of [0, 0], [0, 1], [1, 0], [1, 1]:", p_valley.round(3))
a_by_hand = np.minimum(1, p_valley / p_valley[0])
print("a for the model at [0, 0] and the base at each:", a_by_hand.round(3))
print(f"T from [0, 0] to [1, 1] in a step: {transition_matrix(valley)[0, 3]:.6f}")

# %% [markdown]
# ## A ladder, on a page
#
# L rungs, each a model and a state of it. With a base whose parameters are all 0,
#
#     θ_l = β_l θ          0 = β_0 < β_1 < ... < β_{L-1} = 1                        a definition
#
# β_l is the inverse temperature: at β = 0 everything is alike, at β = 1 it is our model. In the
# figure below are three rungs of the valley: the lower the rung, the shallower the valley.
# (Swendsen and Wang 1986; Geyer 1991; for RBMs Desjardins et al. 2010, Cho, Raiko and Ilin 2010.)
# Let rung l be at u and its neighbour m = l + 1 at v. With p_l(v) = exp(-F_l(v))/Z_l both Z
# cancel in r:
#
#     a(u, v) = min(1, exp(F_l(u) + F_m(v) - F_l(v) - F_m(u)))
#
# A sweep offers an exchange to the pairs (0, 1), (2, 3), ..., then to (1, 2), (3, 4), ..., and then
# makes a Gibbs step on every rung. Hidden layers need not be exchanged: the step draws new ones.

# %% figure: three rungs
fig, axes = plots.new_figure(1, 3, width=8, height=2.4)
for ax, beta in zip(axes, (0.0, 0.5, 1.0)):
    rung = RBM(beta * valley.W, beta * valley.b, beta * valley.c)
    ax.bar(["00", "01", "10", "11"], distribution(rung))
    ax.set(ylim=(0, 0.55), xlabel="v", title=f"β = {beta}")
axes[0].set_ylabel("p_l(v)")
plots.save(fig, "12_rungs.png")


# %% a sweep of parallel tempering, on a page
def rung_free_energy(W, b, c, beta, v):
    """F_l(v) = -β b·v - Σⱼ log(1 + exp(β xⱼ)) of the rung at β: v (..., M, D) -> (..., M)."""
    x = v @ W + c
    return -beta * np.sum(v * b, axis=-1) - np.log(1 + np.exp(beta * x)).sum(axis=-1)


def sweep(W, b, c, betas, v, rng):
    """One sweep of M ladders: v (L, M, D), rung by rung -> the next v."""
    v = v.copy()
    L = len(betas)
    for first in (0, 1):
        for l in range(first, L - 1, 2):
            m = l + 1
            here = rung_free_energy(W, b, c, betas[l], v[l])  # F_l(u)
            here = here + rung_free_energy(W, b, c, betas[m], v[m])  # + F_m(v)
            there = rung_free_energy(W, b, c, betas[l], v[m])  # F_l(v)
            there = there + rung_free_energy(W, b, c, betas[m], v[l])  # + F_m(u)
            a = np.exp(np.minimum(here - there, 0))  # min(1, exp(...)), (M,)
            swap = rng.random(a.shape) < a
            lower = np.where(swap[..., None], v[m], v[l])
            upper = np.where(swap[..., None], v[l], v[m])
            v[l] = lower
            v[m] = upper
    for l in range(L):
        p_h = sigmoid(betas[l] * (v[l] @ W + c))
        h = (rng.random(p_h.shape) < p_h).astype(float)
        p_v = sigmoid(betas[l] * (h @ np.swapaxes(W, -1, -2) + b))  # h Wᵀ + b
        v[l] = (rng.random(p_v.shape) < p_v).astype(float)
    return v


rng = np.random.default_rng(12)
betas = np.linspace(0, 1, 3)
v = np.zeros((3, 1_000, 2))  # a thousand ladders of three rungs, all at [0, 0]
for step in range(1, 31):
    v = sweep(valley.W, valley.b, valley.c, betas, v, rng)
    if step in (1, 3, 10, 30):
        in_other_mode = np.mean(v[-1].sum(axis=1) == 2)
        print(f"after {step:2} sweeps {in_other_mode:.3f} of the top rungs are at [1, 1]; "
              f"the model says {p_valley[3]:.3f}")

# %% [markdown]
# ## Why that is allowed
#
# All rungs together have the state (v_0, ..., v_{L-1}), and if each chain is distributed as its own
# model, that state has the probability
#
#     p_ladder(v_0, ..., v_{L-1}) = p_0(v_0) p_1(v_1) ... p_{L-1}(v_{L-1})          a definition
#
# Does an exchange leave it alone? It does if as much flows one way as the other, detailed balance:
#
#     p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u)                                (12.1)
#
# Let r = p_l(v) p_m(u) / (p_l(u) p_m(v)), so that a(u, v) = min(1, r) and a(v, u) = min(1, 1/r).
# Where r < 1, the left side is p_l(u) p_m(v) r = p_l(v) p_m(u), and so is the right, as a(v, u)
# is 1. Where r > 1 exchange the names u and v. And a Gibbs step on rung l leaves p_l alone (lesson
# 7). So all parts of a sweep leave p_ladder alone, and so does the sweep. With T_ladder for its
# matrix, a row for each of the (2^D)^L states of the ladder,
#
#     p_ladder T_ladder = p_ladder                                                 (12.2)
#
# In particular the top rung stays distributed as our model. In the cell T_ladder is written out for
# three rungs of two pixels, 64 states, and the library's `tempered_sweep` is run from each of them:
#
#     E[all rungs after a sweep from s] = Σ_s' T_ladder(s→s') s'                   (12.3)
#
# What is it good for? Make the valley deeper, with all weights and biases doubled, and compare the
# gaps of its own chain and of its ladder:
#
#     400 · gap of T <= gap of T_ladder          for the deeper valley             (12.4)

# %% (12.1) to (12.4) the exchange, the sweep, and the gap of a ladder
def rung_distributions(model):
    """p_l(v) for β = 0, 1/2 and 1: a list of (2^D,), and the three models."""
    rungs, p_rungs = [], []
    for beta in (0.0, 0.5, 1.0):
        rung = RBM(beta * model.W, beta * model.b, beta * model.c)
        rungs.append(rung)
        p_rungs.append(distribution(rung))
    return p_rungs, rungs


def swap_matrix(p_rungs, l):
    """Rungs l and l + 1 are offered an exchange: (64, 64), a row for each state of the ladder."""
    shape = (4, 4, 4)
    S = np.zeros((64, 64))
    for here, at in enumerate(np.ndindex(shape)):
        u, v = at[l], at[l + 1]
        r = p_rungs[l][v] * p_rungs[l + 1][u] / (p_rungs[l][u] * p_rungs[l + 1][v])
        exchanged = list(at)
        exchanged[l], exchanged[l + 1] = v, u
        there = np.ravel_multi_index(exchanged, shape)
        S[here, there] += min(1, r)
        S[here, here] += 1 - min(1, r)
    return S


def ladder_matrix(model):
    """p_ladder (64,) and T_ladder (64, 64) of three rungs of two pixels."""
    p_rungs, rungs = rung_distributions(model)
    p_ladder = np.kron(np.kron(p_rungs[0], p_rungs[1]), p_rungs[2])
    steps = [transition_matrix(rung) for rung in rungs]
    gibbs = np.kron(np.kron(steps[0], steps[1]), steps[2])
    T_ladder = swap_matrix(p_rungs, 0) @ swap_matrix(p_rungs, 1) @ gibbs
    return p_ladder, T_ladder


rng = np.random.default_rng(120)
mild = RBM(W=1.5 * rng.normal(size=(2, 3)), b=0.5 * rng.normal(size=2), c=-2 * np.ones(3))
ladder = init_ladder(mild, n_rungs=3)
p_rungs, rungs = rung_distributions(mild)
two = all_bits(2)
pairs = np.zeros((2, 16, 2))  # all pairs of u, below, and v, above
for n, (i, j) in enumerate(np.ndindex(4, 4)):
    pairs[0, n] = two[i]
    pairs[1, n] = two[j]
a = swap_probs(mild, ladder.betas[1:], pairs @ mild.b, pairs @ mild.W + mild.c)  # the library's
a = a.reshape(4, 4)  # a(u, v), a row for each u
p_pair = np.outer(p_rungs[1], p_rungs[2])  # p_l(u) p_m(v)
r = p_pair.T / p_pair
flow_back = (p_pair * np.minimum(1, r)).T
verify("(12.1) p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u)", p_pair * a, flow_back)

p_ladder, T_ladder = ladder_matrix(mild)
verify("(12.2) p_ladder T_ladder = p_ladder", p_ladder @ T_ladder, p_ladder)

s = all_bits(6)  # the three rungs side by side
starts = np.tile(s, (3_000, 1)).reshape(-1, 3, 2).transpose(1, 0, 2)  # (3, 3000 · 64, 2)
after, _ = tempered_sweep(mild, ladder, starts, rng)
side_by_side = np.hstack(list(after)).reshape(3_000, 64, 6)
verify_mean("(12.3) E[all rungs after a sweep from s] = Σ_s' T_ladder(s→s') s'",
            side_by_side, T_ladder @ s)

deeper = RBM(2 * valley.W, 2 * valley.b, 2 * valley.c)
gap_alone = spectral_gap(transition_matrix(deeper))
gap_ladder = spectral_gap(ladder_matrix(deeper)[1])
verify_at_most("(12.4) 400 · gap of T <= gap of T_ladder", 400 * gap_alone, gap_ladder)
print(f"  gap of T {gap_alone:.4f}, of T_ladder {gap_ladder:.3f}")

# %% [markdown]
# ## A thousand chains that agree, and are wrong
#
# Six pixels, three hidden units, and a deeper valley: all off, or all on, the latter e times as
# likely. A thousand chains start inside the mode of lower probability, and so do a thousand
# ladders of five rungs. How many of them are in the other mode, where 73 % of the probability is?

# %% experiment: chains and ladders that start inside one mode
def two_modes(n_visible, n_hidden, weight):
    """All pixels off, or all on, which is e times as likely."""
    W = np.full((n_visible, n_hidden), weight)
    return RBM(W=W, b=-W.sum(axis=1) / 2 + 1 / n_visible, c=-W.sum(axis=0) / 2)


rng = np.random.default_rng(121)
deep = two_modes(6, 3, weight=4.0)
p_deep = distribution(deep)
on = all_bits(6).sum(axis=1) > 3
betas = np.linspace(0, 1, 5)
chains = np.zeros((1_000, 6))
ladders = np.zeros((5, 1_000, 6))
of_chains, of_ladders = [0.0], [0.0]
for step in range(300):
    chains = gibbs_step(deep, chains, rng)
    ladders = sweep(deep.W, deep.b, deep.c, betas, ladders, rng)
    of_chains.append(np.mean(chains.sum(axis=1) > 3))
    of_ladders.append(np.mean(ladders[-1].sum(axis=1) > 3))
print(f"gap of the chain {spectral_gap(transition_matrix(deep)):.0e}; mass of the mode 'all on' "
      f"{p_deep[on].sum():.3f}; after 300 steps {of_chains[-1]:.3f} of the chains are there, "
      f"{of_ladders[-1]:.3f} of the ladders")

fig, (ax,) = plots.new_figure(width=7, height=3)
ax.plot(of_ladders, color="tab:blue", label="top rungs of ladders")
ax.plot(of_chains, color="tab:orange", label="chains")
ax.axhline(p_deep[on].sum(), color="0.6", linewidth=1, label="the model")
ax.set(xlabel="Gibbs steps, or sweeps", ylabel="in the other mode", ylim=(-0.05, 1))
ax.legend(fontsize=8)
plots.save(fig, "12_crossing.png")
claim("Hardly any chain has left its mode after 300 steps", of_chains[-1] < 0.02,
      fraction=of_chains[-1])
claim("the ladders are where the model is", abs(of_ladders[-1] - p_deep[on].sum()) < 0.07,
      fraction=of_ladders[-1])

# %% [markdown]
# **What to see.** Hardly any chain has left its mode after 300 steps, and whoever looks at them
# sees a thousand chains that agree, and look settled. That is the trap: chains that all start in
# one place say nothing of another. The ladders are where the model is.
#
# ## Learning with ladders
#
# Bars and stripes, a rate of .2 that stays as it is, as in lesson 11: PCD with 16 chains, and
# tempering with 16 ladders of five rungs, of which the top rung makes the negative phase. A ladder
# makes five times as many Gibbs steps, so PCD-5, with five steps for each gradient, is tried as
# well. Eight runs each, at once as in lesson 11; `sweep` is that of the page.

# %% experiment: learning by PCD, PCD-5 and tempering
cases = bars_and_stripes(3)  # (16, 9)


def learn(method, seed, n_steps=2_500, n_runs=8):
    """R runs: mean log p every 50 steps, (51, R), and the RBM that the first run ends with."""
    rng = np.random.default_rng(seed)
    W = 0.01 * rng.standard_normal((n_runs, 9, 8))
    b = np.zeros((n_runs, 1, 9))
    c = np.zeros((n_runs, 1, 8))
    h = (rng.random((n_runs, 16, 8)) < 0.5).astype(float)
    rungs = (rng.random((5, n_runs, 16, 9)) < 0.5).astype(float)  # states of the ladders
    betas = np.linspace(0, 1, 5)
    curve = []
    for step in range(n_steps + 1):
        if step % 50 == 0:
            of_runs = []
            for r in range(n_runs):
                of_runs.append(log_likelihood(RBM(W[r], b[r, 0], c[r, 0]), cases).mean())
            curve.append(of_runs)
        if method == "tempering":
            rungs = sweep(W, b, c, betas, rungs, rng)
            v = rungs[-1]
            p_h = sigmoid(v @ W + c)
        else:
            for _ in range(5 if method == "PCD-5" else 1):
                p_v = sigmoid(h @ W.transpose(0, 2, 1) + b)
                v = (rng.random(p_v.shape) < p_v).astype(float)
                p_h = sigmoid(v @ W + c)
                h = (rng.random(p_h.shape) < p_h).astype(float)
        p_h_data = sigmoid(cases @ W + c)
        W += 0.2 * (cases.T @ p_h_data - v.transpose(0, 2, 1) @ p_h) / 16
        b += 0.2 * (cases.mean(axis=0) - v.mean(axis=1, keepdims=True))
        c += 0.2 * (p_h_data.mean(axis=1, keepdims=True) - p_h.mean(axis=1, keepdims=True))
    return np.array(curve), RBM(W[0], b[0, 0], c[0, 0])


last = {}
fig, (ax,) = plots.new_figure(width=7, height=3.6)
for method, colour in (("PCD", "tab:orange"), ("PCD-5", "0.5"), ("tempering", "tab:blue")):
    curve, learnt = learn(method, seed=122)
    last[method] = curve[-10:].mean(axis=0)  # (8,) the last 500 steps of each run
    ax.plot(50 * np.arange(51), curve.mean(axis=1), color=colour, label=f"{method}, mean of 8 runs")
    ax.plot(50 * np.arange(51), curve[:, 0], color=colour, linewidth=0.7)
    print(f"{method:10} mean log p over the last 500 steps {last[method].mean():.2f} ± "
          f"{last[method].std(ddof=1) / np.sqrt(8):.2f}")
ax.axhline(best_log_likelihood(cases), color="0.6", linewidth=1)
ax.set(xlabel="step", ylabel="mean log p, nats", ylim=(-8, -2.3), title="thin: one run")
ax.legend(fontsize=8)
plots.save(fig, "12_likelihood.png")
claim("Tempering is above PCD-5", last["tempering"].mean() > last["PCD-5"].mean() + 0.1,
      tempering=last["tempering"].mean(), PCD_5=last["PCD-5"].mean())
claim("and PCD-5 far above PCD", last["PCD-5"].mean() > last["PCD"].mean() + 0.5,
      PCD=last["PCD"].mean())

# %% [markdown]
# **What to see.** Tempering is above PCD-5, and PCD-5 far above PCD. Under PCD the chains come
# late, and the mass runs away from them, as in lesson 11. The top rungs need not walk, and are
# there as soon as the mass is: the water comes at once. (By itself the model mixes badly all the
# same: lesson 10 saw the gap fall as the weights grow.)
#
# ## What goes wrong
#
# **A ladder has a broken rung.** If two neighbours hardly ever exchange, those above are on their
# own, and the ladder is as stuck as a chain. So look at the swap rates, which the library gives.
# They say how far neighbours overlap (exercise 2). More rungs make swaps likelier, and the way
# from bottom to top longer. Here are ladders for the model that a run of tempering has learnt.

# %% wrong: too few rungs
rng = np.random.default_rng(124)
lowest = {}
for n_rungs in (2, 3, 5, 10):
    ladder = init_ladder(learnt, n_rungs)
    start = start_ladder(learnt, ladder, 100, rng)
    _, swap_rates = sample_tempered(learnt, ladder, start, 100, rng)
    lowest[n_rungs] = swap_rates.min()
    print(f"{n_rungs:2} rungs swap at rates of {swap_rates.round(2)}")
claim("With two rungs hardly anything is exchanged, with ten every pair at more than half",
      lowest[2] < 0.2 and lowest[10] > 0.5, two=lowest[2], ten=lowest[10])

# %% [markdown]
# With two rungs hardly anything is exchanged, with ten every pair at more than half of the offers.
#
# ## Stop here with a debugger
#
#     dgm lessons 12 --stop sweep
#
# stops at the first sweep of the page: a thousand ladders of three rungs, all at [0, 0]. Go on with
# `n` to `swap`, and see how many of them exchange.
#
#     (Pdb) p betas
#     array float64 (3,) [0, 1]
#     (Pdb) p v
#     array float64 (3, 1000, 2) [0, 0]
#
# ## Exercises
#
# 1. By hand: the valley, with a third rung at β = 1/2, whose p is (.395, .105, .105, .395).
#    It is at [0, 1], and the model at [0, 0]. How likely is an exchange? And if it is at [1, 1]?
# 2. On paper: rungs l and m are distributed as p_l and p_m. Show that they exchange with the
#    probability 1 - TV(P, Q), where P(u, v) = p_l(u) p_m(v) and Q(u, v) = p_l(v) p_m(u). (First:
#    Σ min(P, Q) = 1 - TV(P, Q) for any two distributions.)
# 3. In code, with nothing but NumPy:
#
#        def swap(W, b, c, beta_l, beta_m, u, v, rng):
#            """Offer an exchange to M pairs of rungs at u (M, D) and v (M, D): the new (u, v).
#
#            One number of rng.random((1, M)) for each pair; exchanged where it is below a(u, v).
#            """
#
#    Hold it against the library's `swap_neighbours` for a ladder of two rungs, β = 0 and 1, with
#    generators of the same seed. `lessons/solutions/12.md` shows the check.
#
# `dgm course release 12 --out .` writes a file for the exercise in code, and
# `dgm course check 12` judges what you write into it.
#
# Solutions: `lessons/solutions/12.md`, for when you have tried.
