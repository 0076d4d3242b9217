# %% [markdown]
# # Persistent chains: why start over?
#
# CD-k starts its chains at the data for every step of learning, and throws them away after k
# Gibbs steps. Its bias is what they have not yet forgotten. But a step of learning changes the
# model only a little. So let the chains go on from where they stand (Younes 1999; Tieleman 2008).
# This costs no more than CD-1. What does it buy, and what can go wrong?
#
# Afterwards you can
#
# - write persistent contrastive divergence (PCD) from memory: what differs from CD is one line;
# - say how fast its bias falls while the model holds still, and why the chains can follow a model
#   that moves slowly;
# - recognise a model that runs ahead of its chains, and choose a rate by it.
#
# About an hour and a half. You need the spectral gap and the total variation (lesson 6), CD
# (lesson 9) and its bias (lesson 10).
#
# ## A chain that goes on, in numbers
#
# Once more the tiny model of lessons 8 to 10, its case v = [1, 0], and the step of its first
# weight. The table says how a chain that started at the case is distributed after one step, two
# steps, three (by T, as in lesson 10), and what the mean step of the weight would be from there:
# .731 less the mean of v_0 p(h given v).
#
#     after     [0, 0]   [0, 1]   [1, 0]   [1, 1]      mean step of W_0
#     1 step     .144     .078     .634     .144            .229         CD-1, always
#     2 steps    .171     .122     .537     .171            .293
#     3 steps    .179     .134     .508     .179            .312
#     ...
#     the model  .182     .140     .496     .182            .320         the exact gradient
#
# CD-1 always asks after one step. A chain that goes on has made 100 steps at the 100th gradient.

# %% the same numbers
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, exact_gradient, hidden_probs, log_likelihood, pcd_gradient, sample_hidden, visible_probs)
from numpy_dgm.foundation.enumeration import (
    all_bits, draw_states, empirical_distribution, product_of_bernoullis, spectral_gap)
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten, windows
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean


def transition_matrix(model):
    """T(v→v') = Σ_h p(h given v) p(v' given h): (2^D, 2^D)."""
    all_v = all_bits(len(model.b))
    all_h = all_bits(len(model.c))
    to_h = product_of_bernoullis(hidden_probs(model, all_v))  # (2^D, 2^K)
    to_v = product_of_bernoullis(visible_probs(model, all_h))  # (2^K, 2^D)
    return to_h @ to_v


def g_of_every_v(model):
    """g(v) = -∂F(v)/∂θ in the order W, b, c: (2^D, P)."""
    all_v = all_bits(len(model.b))
    p_h = hidden_probs(model, all_v)
    v_p_h = all_v[:, :, None] * p_h[:, None, :]
    return np.hstack([v_p_h.reshape(len(all_v), -1), all_v, p_h])


tiny = RBM(W=np.array([[2.0], [-2.0]]), b=np.zeros(2), c=np.array([-1.0]))
q = np.array([0.0, 0.0, 1.0, 0.0])  # at the case [1, 0], the third of the four states
g_tiny = g_of_every_v(tiny)[:, 0]  # v_0 p(h = 1 given v)
mean_steps = []
for t in range(1, 9):
    q = q @ transition_matrix(tiny)
    mean_steps.append(g_tiny[2] - q @ g_tiny)
    print(f"after {t} steps {q.round(3)}   mean step of W_0 {mean_steps[-1]:.3f}")
p_tiny = np.exp(log_likelihood(tiny, all_bits(2)))
exact_W_0 = g_tiny[2] - p_tiny @ g_tiny
print(f"the model     {p_tiny.round(3)}   mean step of W_0 {exact_W_0:.3f}")

# %% figure: what each gradient asks for, on average
fig, (ax,) = plots.new_figure(width=7, height=2.8)
ax.axhline(exact_W_0, color="0.6", linewidth=1, label="the exact gradient")
ax.plot(range(1, 9), mean_steps, marker="o", color="tab:blue", label="a chain that goes on")
ax.plot(range(1, 9), [mean_steps[0]] * 8, marker="o", color="tab:orange",
        label="a chain that starts over, CD-1")
ax.set(xlabel="the gradient's number, the model held still", ylabel="mean step of W_0",
       ylim=(0.2, 0.35))
ax.legend(fontsize=8, loc="center right")
plots.save(fig, "11_goes_on.png")

# %% [markdown]
# **What to see.** While the model holds still, the chain that goes on forgets the case, and its
# gradient becomes the exact one. The chain that starts over never forgets.
#
# ## The loop on a page
#
# M chains, here as many as cases. Beside the loop of lesson 9 one thing differs: the h that goes
# down is not drawn from the cases, but is the one at which the chains were left. So the chains
# stand at hidden layers between the steps, and at the end of a step their h is drawn.

# %% PCD on a page
rng = np.random.default_rng(11)
cases = bars_and_stripes(3)  # (16, 9)
N, D, K = len(cases), 9, 8
M = 16
W = 0.01 * rng.standard_normal((D, K))
b = np.zeros(D)
c = np.zeros(K)
h = (rng.random((M, K)) < 0.5).astype(float)  # the chains, started once

for step in range(6_001):
    rate = 0.2 * (1 - step / 6_001)
    p_h_data = sigmoid(cases @ W + c)  # (N, K) positive phase: v is held at the cases
    p_v = sigmoid(h @ W.T + b)  # (M, D) negative phase: from where the chains stand
    v = (rng.random((M, D)) < p_v).astype(float)
    p_h = sigmoid(v @ W + c)  # (M, K)
    h = (rng.random((M, K)) < p_h).astype(float)  # kept for the next step

    W += rate * (cases.T @ p_h_data / N - v.T @ p_h / M)
    b += rate * (cases.mean(axis=0) - v.mean(axis=0))
    c += rate * (p_h_data.mean(axis=0) - p_h.mean(axis=0))

    if step % 1_500 == 0:
        log_p = log_likelihood(RBM(W, b, c), cases).mean()
        print(f"step {step:5,}   mean log p {log_p:6.3f}")
print(f"the best there can be is {best_log_likelihood(cases):.3f}")

# %% [markdown]
# Why the rate falls, we shall see.
#
# ## While the model holds still
#
# Suppose for a moment that θ does not move. The chains start with the distribution q_0, and at
# the t-th gradient with k = 1 they have made t steps: q_t = q_0 T^t. With g(v) = -∂F(v)/∂θ as in
# lesson 10,
#
#     E[PCD at t] = Σ_v p_data(v) g(v) - Σ_v q_t(v) g(v)                           (11.1)
#
# Chains that started at the data give CD-t by now. And if they ever are distributed as p, they
# stay so, since p T = p. From then on there is no bias at all:
#
#     E[PCD] = exact gradient          if the chains are distributed as p          (11.2)
#
# How fast do they get there? Let f_t(v) = q_t(v)/p(v) - 1 say how far off the chains are, in
# proportion, and let its size be √(Σ_v p(v) f_t(v)²). Let sd(g) be the standard deviation of an
# entry of g under p. The appendix shows that a Gibbs step leaves at most 1 - gap of that size,
# and so
#
#     |bias_t| <= (1 - gap)^t · size of f_0 · sd(g)                                (11.3)
#
# for each entry of the gradient. Here is the whole gain: t is not the k of CD-k, which one pays
# for at each gradient, but the number of gradients since the chains began.

# %% (11.1) to (11.3) persistent chains while the model holds still
rng = np.random.default_rng(110)
W_proof = rng.normal(scale=2, size=(4, 3))
b_proof = rng.normal(size=4) - W_proof.sum(axis=1) / 2
rbm = RBM(W=W_proof, b=b_proof, c=-W_proof.sum(axis=0) / 2)
all_v = all_bits(4)
rows = np.array([1, 1, 6, 7, 12, 12, 12, 15])  # eight cases, by their place in the list
v_data = all_v[rows]
p_data = np.bincount(rows, minlength=16) / 8
p = np.exp(log_likelihood(rbm, all_v))
T = transition_matrix(rbm)
g = g_of_every_v(rbm)
q = [p_data]  # the chains start at the data
for t in range(1, 31):
    q.append(q[-1] @ T)

draws = []
for _ in range(2_000):
    chains = sample_hidden(rbm, v_data, rng)
    for _ in range(3):
        gradient, chains = pcd_gradient(rbm, v_data, chains, 1, rng)
    draws.append(flatten(gradient))
by_sums = p_data @ g - q[3] @ g
verify_mean("(11.1) E[PCD at 3] = Σ_v p_data(v) g(v) - Σ_v q_3(v) g(v)", draws, by_sums)

exact = flatten(exact_gradient(rbm, v_data))
draws = []
for _ in range(2_000):
    from_model = all_v[draw_states(p, 8, rng)]  # eight draws from p(v)
    chains = sample_hidden(rbm, from_model, rng)  # so h is a draw from p(h)
    gradient, _ = pcd_gradient(rbm, v_data, chains, 1, rng)
    draws.append(flatten(gradient))
verify_mean("(11.2) E[PCD] = exact gradient", draws, exact)

gap = spectral_gap(T)
size = np.sqrt(p @ (p_data / p - 1) ** 2)
sd = np.sqrt(p @ (g - p @ g) ** 2)  # (P,)
bias = []
bound = []
for t in range(31):
    bias.append(np.abs(p_data @ g - q[t] @ g - exact))
    bound.append((1 - gap) ** t * size * sd)
verify_at_most("(11.3) |bias_t| <= (1 - gap)^t · size of f_0 · sd(g)", bias, bound)
some = np.max(bias, axis=1)[[1, 3, 10, 30]].round(4)
print(f"  gap {gap:.2f}; the largest |bias_t| for t = 1, 3, 10, 30: {some}")

# %% [markdown]
# ## While the model moves
#
# Now a learning step takes the model from p to p', and after it the chains make a Gibbs step of
# the new model: q' = q T'. Before that step they are at most TV(q, p) + TV(p, p') away from p',
# as any detour is at least as long. How much of it does a Gibbs step leave? Lesson 6: if ε' is
# the smallest T'(v→v') / p'(v'), then with probability ε' the step forgets where it was and draws
# from p'. So at most 1 - ε':
#
#     TV(q', p') <= (1 - ε') (TV(q, p) + TV(p, p'))                                (11.4)
#
# If no step moves the model by more than δ, and no ε' is below ε, then chains that lag by at most δ
# (1 - ε)/ε do so for ever (exercise 2). And δ goes with the learning rate. So the chains follow as
# closely as you like, if the rate is small enough. With a rate that falls to 0, but slowly enough,
# learning comes to rest where the gradient is 0 (Robbins and Monro 1951; for PCD Younes 1999).
#
# But mind ε. As the weights grow it falls, and the gap with it. A rate that was small enough at the
# start may be too large later on.
#
# In the cell PCD has infinitely many chains: T' moves their distribution, and nothing is drawn.


# %% (11.4) how far chains lag behind a model that learns
def total_variation(p, q):
    return 0.5 * np.abs(p - q).sum()


model = rbm
p_now = p
q_now = p_data
lag, bound = [], []
for step in range(150):
    g_now = g_of_every_v(model)
    theta = flatten(model) + 0.25 * (p_data @ g_now - q_now @ g_now)
    model = windows(model, theta)  # an RBM of these parameters
    p_new = np.exp(log_likelihood(model, all_v))
    T_new = transition_matrix(model)
    epsilon = np.min(T_new / p_new)
    before = total_variation(q_now, p_now) + total_variation(p_now, p_new)
    q_now = q_now @ T_new
    p_now = p_new
    lag.append(total_variation(q_now, p_now))
    bound.append((1 - epsilon) * before)
verify_at_most("(11.4) TV(q', p') <= (1 - ε') (TV(q, p) + TV(p, p'))", lag, bound)
print(f"  the lag: {lag[0]:.3f} after one step, {lag[9]:.4f} after ten, {lag[149]:.5f} after 150")

# %% [markdown]
# ## When the model runs ahead
#
# Bars and stripes again, 16 chains. PCD at a rate of .2 that stays as it is; the same at a rate
# that falls to 0; and CD-1 with either, as a yardstick. The lines of `learn` are those of the page,
# for several runs at once: the arrays have a leading axis for the run.

# %% experiment: PCD and CD-1, rate constant and falling
def learn(method, falling, seed, n_steps=6_000, n_runs=8, first_rate=0.2, every=50):
    """PCD or CD-1 in R runs at once, 16 chains each; snapshots of some steps.

    A snapshot is W (R, D, K), b (R, 1, D), c (R, 1, K) and the chains' v (R, 16, D).
    """
    rng = np.random.default_rng(seed)
    W = 0.01 * rng.standard_normal((n_runs, 9, 8))
    b = np.zeros((n_runs, 1, 9))
    c = np.zeros((n_runs, 1, 8))
    h = (rng.random((n_runs, 16, 8)) < 0.5).astype(float)
    snapshots = []
    for step in range(n_steps + 1):
        p_h_data = sigmoid(cases @ W + c)
        if method == "CD-1":  # the chains start at the cases, at every step anew
            h = (rng.random(p_h_data.shape) < p_h_data).astype(float)
        p_v = sigmoid(h @ W.transpose(0, 2, 1) + b)
        v = (rng.random(p_v.shape) < p_v).astype(float)
        p_h = sigmoid(v @ W + c)
        h = (rng.random(p_h.shape) < p_h).astype(float)
        if step % every == 0:
            snapshots.append((W.copy(), b.copy(), c.copy(), v))
        rate = first_rate * (1 - step / n_steps) if falling else first_rate
        W += rate * (cases.T @ p_h_data - v.transpose(0, 2, 1) @ p_h) / 16
        b += rate * (cases.mean(axis=0) - v.mean(axis=1, keepdims=True))
        c += rate * (p_h_data.mean(axis=1, keepdims=True) - p_h.mean(axis=1, keepdims=True))
    return snapshots


def log_likelihoods(snapshots):
    """Mean log p of the cases at each snapshot, for each run: (times, R)."""
    found = []
    for W, b, c, _ in snapshots:
        of_runs = []
        for r in range(len(W)):
            of_runs.append(log_likelihood(RBM(W[r], b[r, 0], c[r, 0]), cases).mean())
        found.append(of_runs)
    return np.array(found)


fig, axes = plots.new_figure(1, 2, width=8, height=3.3)
steps = 200 * np.arange(31)
curves = {}
for ax, falling in zip(axes, (False, True)):
    for method, colour in (("CD-1", "tab:orange"), ("PCD", "tab:blue")):
        n_runs = 20 if falling else 8
        snapshots = learn(method, falling, seed=111, n_runs=n_runs, every=200)
        curve = log_likelihoods(snapshots)  # (31, n_runs)
        curves[method, falling] = curve
        ax.plot(steps, curve.mean(axis=1), color=colour, label=f"{method}, mean of {n_runs} runs")
        ax.plot(steps, curve[:, 0], color=colour, linewidth=0.7, label=f"{method}, one run")
    ax.axhline(best_log_likelihood(cases), color="0.6", linewidth=1)
    ax.set(xlabel="step", ylabel="mean log p, nats", ylim=(-10, -2.3),
           title="rate falling from .2 to 0" if falling else "rate .2")
    ax.legend(fontsize=7, loc="lower left")
plots.save(fig, "11_likelihood.png")

lost = curves["PCD", False].max(axis=0) - curves["PCD", False][-10:].mean(axis=0)  # (8,)
ends = curves["PCD", True][-1] - curves["CD-1", True][-1]  # (20,)
error_of_lost = lost.std(ddof=1) / np.sqrt(8)
error_of_ends = ends.std(ddof=1) / np.sqrt(20)
print(f"rate .2: PCD loses {lost.mean():.2f} ± {error_of_lost:.2f} nats from its peak")
print(f"rate falling: PCD ends {ends.mean():.2f} ± {error_of_ends:.2f} nats above CD-1")
claim("At a constant rate PCD loses more than a nat from its peak", lost.mean() > 1,
      mean=lost.mean())
claim("With a rate that falls it ends above CD-1", ends.mean() > 0, mean=ends.mean(),
      standard_error=error_of_ends)

# %% [markdown]
# **What to see.** Both learn alike while the weights are small. On the left PCD comes to a peak;
# from there its likelihood falls and swings. At a constant rate PCD loses more than a nat from
# its peak. CD-1 does no such thing: it comes to a stand. On the right, PCD goes through the same
# bad time, but as the rate falls the chains catch up, and it ends above CD-1: with a rate that
# falls PCD is the better one, for the same work.
#
# What happens on the left? Look at where the model has its probability, and where its chains are. A
# column is a moment, a row is one of the 14 pictures, dark is much.

# %% figure: where the mass is, and where the chains are
def mass_and_chains(snapshots, r):
    """p(v) of the 14 pictures in run r, and the fraction of its chains at each: (times, 14)."""
    all_pictures = all_bits(9)
    is_case = np.flatnonzero(empirical_distribution(cases))  # 14 of 512
    mass, fraction = [], []
    for W, b, c, v in snapshots:
        model = RBM(W[r], b[r, 0], c[r, 0])
        mass.append(np.exp(log_likelihood(model, all_pictures[is_case])))
        fraction.append(empirical_distribution(v[r])[is_case])
    return np.array(mass), np.array(fraction)


snapshots = learn("PCD", False, seed=112, n_steps=3_000, n_runs=6, every=10)
mass, fraction = mass_and_chains(snapshots, 0)
fig, axes = plots.new_figure(1, 2, width=10, height=2.8)
for ax, shown, title in zip(axes, (mass, fraction), ("the model's mass", "its chains")):
    ax.imshow(shown[270:].T, aspect="auto", cmap="gray_r", vmin=0, vmax=0.4,
              interpolation="nearest", extent=(2_700, 3_000, 14, 0))
    ax.set_yticks([])
    ax.set(xlabel="step", ylabel="the 14 pictures", title=f"PCD, rate .2: {title}")
plots.save(fig, "11_where_the_mass_is.png")

heaviest, later, earlier = [], [], []
for r in range(6):
    mass, fraction = mass_and_chains(snapshots, r)
    mass, fraction = mass[200:], fraction[200:]  # from step 2,000 on, every 10 steps
    heaviest.append(mass.max(axis=1).mean())
    more_mass = mass - mass.mean(axis=0)  # than that picture has on average
    more_chains = fraction - fraction.mean(axis=0)
    after = np.corrcoef(more_mass[:-2].ravel(), more_chains[2:].ravel())  # the chains 20 steps on
    before = np.corrcoef(more_mass[2:].ravel(), more_chains[:-2].ravel())  # and 20 steps earlier
    later.append(after[0, 1])
    earlier.append(before[0, 1])
print(f"the heaviest picture has {np.mean(heaviest):.2f} of the mass; p_data is at most .125")
print(f"correlation of a picture's mass with its chains 20 steps later {np.mean(later):.2f}, "
      f"20 steps earlier {np.mean(earlier):.2f}")
claim("On average one picture holds more than a quarter of the mass", np.mean(heaviest) > 0.25,
      mean=np.mean(heaviest))
claim("Where the mass is, the chains are 20 steps later, and were not 20 steps before",
      min(later) > 0.1 and max(earlier) < -0.05, least_later=min(later), most_earlier=max(earlier))

# %% [markdown]
# **What to see.** These are the last 300 steps. The mass jumps from picture to picture. On average
# one picture holds more than a quarter of the mass, and the data give none more than an eighth. And
# the chains are late: where the mass is, the chains are 20 steps later, and were not 20 steps
# before. That is how it works. Where there is mass and no chain, learning knows of no excess, and
# adds to it. When the chains have come it takes away, until long after there is too little. It is a
# shower whose warm water comes late: turn the tap gently, or have water that comes at once. A small
# rate is the first; lesson 12 is the second.
#
# ## What goes wrong
#
# - **The rate is too large for the chains.** The model runs away from them. Below, PCD at a rate
#   of 1 ends worse than no learning at all.
# - **The chains are reset.** They are started at the data inside the function, say, or what it
#   returns is not kept. No error is raised, and one has CD (exercise 1). The cell finds it by the
#   mean.
# - **The chains' sum is divided by N.** M chains and N cases need not be as many.

# %% wrong: a rate too large; chains that are not kept
snapshots = learn("PCD", False, seed=113, n_steps=1_500, first_rate=1.0)
ends = log_likelihoods(snapshots[-1:])[0]
print(f"rate 1: mean log p from {ends.min():.1f} to {ends.max():.1f}; before learning -6.24")
claim("PCD at a rate of 1 ends worse than no learning at all", np.median(ends) < -8,
      median=np.median(ends))

rng = np.random.default_rng(114)
for name in ("chains kept", "chains reset"):
    draws = []
    for _ in range(500):
        chains = sample_hidden(rbm, v_data, rng)
        for _ in range(10):
            gradient, new_chains = pcd_gradient(rbm, v_data, chains, 1, rng)
            if name == "chains kept":
                chains = new_chains
        draws.append(flatten(gradient))
    draws = np.array(draws)
    expected = p_data @ g - q[10] @ g
    standard_error = draws.std(axis=0) / np.sqrt(len(draws))
    off = np.max(np.abs(draws.mean(axis=0) - expected) / standard_error)
    print(f"{name:13} the 10th gradient is {off:5.1f} standard errors off (11.1)")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 11 --stop pcd_gradient
#
# stops at the library's first step, on the model of (11.1). Its lines are those of the page;
# `chains` is where the last gradient left them.
#
#     (Pdb) p v_data
#     array float64 (8, 4) [0, 1]
#     (Pdb) p chains.shape
#     (8, 3)
#
# (`train_rbm` takes PCD's gradient from a faster twin that is hard to read. With fused=False it
# calls this function, and the debugger stops there.)
#
# ## Appendix: why the bias falls like (1 - gap)^t
#
# A Gibbs step of v is in detailed balance, for v and v' may be exchanged in
#
#     p(v) T(v→v') = Σ_h p(v) p(h given v) p(v' given h) = Σ_h p(v, h) p(v', h) / p(h)
#
#     p(v) T(v→v') = p(v') T(v'→v)                                                 (11.5)
#
# With it, f_t(v) = q_t(v)/p(v) - 1 obeys
#
#     f_{t+1}(v') = Σ_v q_t(v) T(v→v') / p(v') - 1 = Σ_v T(v'→v) f_t(v)        detailed balance
#
# So each step multiplies f, as a column, by T, and √p f by the matrix √p(v) T(v→v') / √p(v').
# That has the eigenvalues of T, and by (11.5) it is symmetric, so that its eigenvectors stand at
# right angles. One is √p, with the eigenvalue 1, and √p f has no part along it, as Σ_v p(v) f(v)
# = 0. Every other part shrinks to 1 - gap of its length or less:
#
#     size of f_t <= (1 - gap)^t · size of f_0                                     (11.6)
#
# Last, `bias_t = Σ_v (p(v) - q_t(v)) g(v) = -Σ_v p(v) f_t(v) (g(v) - <g>)`, as Σ_v p(v) f_t(v) = 0.
# By the inequality of Cauchy and Schwarz, |Σ p f a|² <= Σ p f² · Σ p a², that is at most the size
# of f_t times sd(g), which is (11.3).

# %% (11.5) and (11.6) detailed balance, and the size of f
flow = p[:, None] * T
verify("(11.5) p(v) T(v→v') = p(v') T(v'→v)", flow, flow.T)
sizes = []
for t in range(31):
    sizes.append(np.sqrt(p @ (q[t] / p - 1) ** 2))
shrunk = (1 - gap) ** np.arange(31)
verify_at_most("(11.6) size of f_t <= (1 - gap)^t · size of f_0", sizes, shrunk * sizes[0])

# %% [markdown]
# ## Exercises
#
# 1. On paper: the chains are reset to the data before each gradient. Which other estimator has the
#    same mean as PCD-k then? Check it with 2,000 draws for k = 2.
# 2. On paper: put TV(q, p) <= δ (1 - ε)/ε into (11.4), with TV(p, p') <= δ, and find the same
#    again.
# 3. In code, with nothing but NumPy:
#
#        def pcd_k(W, b, c, v_data, h, k, rng):
#            """PCD-k for W (D, K), b (D,), c (K,) at the cases v_data (N, D): (dW, db, dc, h).
#
#            h (M, K) are the chains. Draws with rng.random, k times: (M, D) for v, (M, K) for h.
#            """
#
#    Hold it against `pcd_gradient` with generators of the same seed, for N = 10 cases and M = 7
#    chains. `lessons/solutions/11.md` shows the check.
#
# `dgm course release 11 --out .` writes a file for the exercise in code, and
# `dgm course check 11` judges what you write into it.
#
# Solutions: `lessons/solutions/11.md`, for when you have tried.
