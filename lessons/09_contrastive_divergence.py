# %% [markdown]
# # Contrastive divergence: learning without the sum
#
# Lesson 8 learnt an RBM by comparing two averages, and summed over every state of a layer to get
# the second one. With 784 pixels and 500 hidden units that sum has 2^500 terms. This lesson
# replaces it by a single step of Gibbs sampling, trains a model with a loop that you can read in
# one glance, and then asks what that replacement costs.
#
# Afterwards you can
#
# - write the learning step of an RBM from memory, and say what each line is for;
# - say what its answer is on average, and prove it on a model small enough to list;
# - catch the usual slips, none of which raises an error, by what that average must be.
#
# About an hour and a quarter. You need Gibbs sampling (lesson 6), the RBM (lesson 7) and the exact
# gradient (lesson 8).
#
# ## The two averages
#
#     ∂ mean log p/∂W_ij  =  <vᵢ hⱼ>_data   -  <vᵢ hⱼ>_model              lesson 8
#                            positive phase    negative phase
#
# The data pull up the weights between units that are on together when the visible layer is held at
# a case. The model pulls down those of units that are on together in its own samples. The first
# average is over the cases: cheap. The second is over all that the model might produce, and that is
# the expensive one. Gibbs sampling would give a sample of it, but only after a long run.
#
# ## The idea, in numbers
#
# Do not wait so long. Start at a case, take one step of Gibbs sampling, and use where it ends
# (Hinton 2002). Two visible units and one hidden unit are enough to do it by hand. This is the
# model of lesson 8, and its case:
#
#     W = [ 2]     b = [0, 0]     c = [-1]     one case: v = [1, 0]
#         [-2]
#
#     up      p(h = 1 given v) = σ(-1 + 1·2 + 0·(-2)) = σ(1) = .731      a coin says h = 1
#     down    p(v = 1 given h) = σ(0 + 2), σ(0 - 2)   = .881, .119       two coins say v' = [1, 1]
#     up      p(h = 1 given v') = σ(-1 + 2 - 2)       = σ(-1) = .269
#
#     v p(h)   at the case  [1, 0] · .731 = [.731, 0   ]
#     v' p(h)  at the end   [1, 1] · .269 = [.269, .269]
#     step of W             the difference [.462, -.269]      (lesson 8's exact one: [.320, -.056])
#
# The first weight goes up, since the case has that pixel on. The second goes down: the model came
# up with a pixel that the case does not have. The cell repeats it with the library, and the figure
# shows the chain.

# %% the same numbers by the library
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.energy import (
    RBM, cd_gradient, exact_gradient, hidden_probs, log_likelihood, visible_probs)
from numpy_dgm.foundation.numerics import bernoulli, sigmoid
from numpy_dgm.foundation.verify import claim, verify_mean

tiny = RBM(W=np.array([[2.0], [-2.0]]), b=np.zeros(2), c=np.array([-1.0]))
case = np.array([[1.0, 0.0]])
h = np.array([[1.0]])  # what the coin said
end = np.array([[1.0, 1.0]])  # what the two coins said
p_h_case = hidden_probs(tiny, case)
p_v = visible_probs(tiny, h)
p_h_end = hidden_probs(tiny, end)
print("up     p(h = 1 given v)  ", p_h_case.round(3))
print("down   p(v = 1 given h)  ", p_v.round(3))
print("up     p(h = 1 given v') ", p_h_end.round(3))
step_of_W = case.T @ p_h_case - end.T @ p_h_end
print("step of W                ", step_of_W.ravel().round(3))

# %% figure: a step of the chain
chain = [("v, the case", case), ("h, a coin", h), ("v', two coins", end)]
chain.append(("p(h given v')", p_h_end))
fig = plots.gibbs_chain(chain)
plots.save(fig, "09_chain.png")

# %% [markdown]
# ## The loop on a page
#
# With N cases, take the mean over them. That is all there is to it. Here is a whole training run,
# on 3 x 3 pictures of bars and stripes, with nothing from the library but the sigmoid.

# %% a training run on a page
rng = np.random.default_rng(9)
cases = bars_and_stripes(3)  # (16, 9)
N, D, K = len(cases), 9, 8
W = 0.01 * rng.standard_normal((D, K))
b = np.zeros(D)
c = np.zeros(K)

for step in range(4_001):
    p_h_data = sigmoid(cases @ W + c)  # (N, K) positive phase: v is held at the cases
    h = (rng.random((N, K)) < p_h_data).astype(float)  # a coin for each hidden unit of each case
    p_v = sigmoid(h @ W.T + b)  # (N, D) back down
    v = (rng.random((N, D)) < p_v).astype(float)
    p_h = sigmoid(v @ W + c)  # (N, K) negative phase: up once more, no coin needed

    W += 0.2 * (cases.T @ p_h_data - v.T @ p_h) / N
    b += 0.2 * (cases.mean(axis=0) - v.mean(axis=0))
    c += 0.2 * (p_h_data.mean(axis=0) - p_h.mean(axis=0))

    if step % 1_000 == 0:
        log_p = log_likelihood(RBM(W, b, c), cases).mean()
        print(f"step {step:5,}   mean log p {log_p:6.3f}")
print(f"the best there can be is {best_log_likelihood(cases):.3f}")

# %% [markdown]
# The log-likelihood, exact on a model this small, climbs from that of coins, -9 log 2 = -6.238,
# most of the way to the best there can be. Nothing in the loop ever looked at it.
#
# Three choices in these lines deserve a word. A *case* starts the chain, at every step anew. The
# hidden layer is *drawn* on the way down: in a sample of the model it is on or off. At the end
# p_h is *not* drawn, since its mean is known; lesson 10 shows that a coin would only add noise.
#
# ## What does one step aim at, on average?
#
# Each case v_n ends somewhere else every time. Where? One step up and down is the transition
# matrix T of lessons 6 and 7, so v_n ends at v' with probability T(v_n→v'). Write
#
#     g(v)ᵢⱼ = vᵢ p(hⱼ = 1 given v)                                          a definition
#
# for what the loop averages. (It is -∂F(v)/∂W_ij, by lesson 8.) Average over what is drawn, then
# over the cases:
#
#     E[CD-1] = mean over n of ( g(v_n) - Σ_v' T(v_n→v') g(v') )             (9.1)
#
# So CD-1 compares the data with the data one step later. Where one step changes nothing on
# average, learning stops. Nothing keeps us from k steps: k times down and up before the negative
# phase. That is CD-k, and k steps have the matrix T^k, T multiplied by itself k times:
#
#     E[CD-k] = mean over n of ( g(v_n) - Σ_v' T^k(v_n→v') g(v') )           (9.2)
#
# As k grows, T^k forgets where it started (lesson 6), each of its rows becomes p, and what is
# subtracted becomes `Σ_v' p(v') g(v') = <v hᵀ>_model`. So the exact gradient is CD with infinitely
# many steps:
#
#     E[CD-k] → exact gradient          for large k                          (9.3)
#
# The cell writes T out from the energy, and holds 8,000 draws of the library's `cd_gradient`
# against (9.1), and fewer against the other two.

# %% (9.1) to (9.3) the mean of CD-k
rng = np.random.default_rng(90)
D, K = 3, 2
rbm = RBM(W=np.array([[3.0, -2.0], [2.0, 1.0], [-2.0, 3.0]]), b=np.zeros(D), c=-np.ones(K))
every_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)

weight = np.zeros((len(every_v), len(every_h)))  # exp(-E(v, h)) of every pair of layers
for i, v in enumerate(every_v):
    for j, h in enumerate(every_h):
        weight[i, j] = np.exp(rbm.b @ v + rbm.c @ h + v @ rbm.W @ h)
h_given_v = weight / weight.sum(axis=1, keepdims=True)  # (2^D, 2^K)
v_given_h = weight / weight.sum(axis=0, keepdims=True)  # (2^D, 2^K)
T = h_given_v @ v_given_h.T  # (2^D, 2^D)

p_units = h_given_v @ every_h  # (2^D, K) p(hⱼ = 1 given v) for every v
g = every_v[:, :, None] * p_units[:, None, :]  # (2^D, D, K)
rows = np.array([1, 4, 4, 4])  # four cases, by their place in the list
v_data = every_v[rows]


def mean_of_cd(k):
    """E[CD-k] for W, by (9.2)."""
    T_k = np.linalg.matrix_power(T, k)
    total = np.zeros((D, K))
    for row in rows:
        total += g[row] - np.tensordot(T_k[row], g, axes=1)
    return total / len(rows)


def draws_of_cd(k, n_draws):
    """So many draws of the library's CD-k for W: (n_draws, D, K)."""
    draws = np.zeros((n_draws, D, K))
    for i in range(n_draws):
        draws[i] = cd_gradient(rbm, v_data, k, rng).W
    return draws


one_step = mean_of_cd(1)
three_steps = mean_of_cd(3)
exact = exact_gradient(rbm, v_data).W
draws = draws_of_cd(1, 8_000)
verify_mean("(9.1) E[CD-1] = mean of g(v_n) - Σ_v' T(v_n→v') g(v')", draws, one_step)
draws = draws_of_cd(3, 3_000)
verify_mean("(9.2) E[CD-3] = mean of g(v_n) - Σ_v' T^3(v_n→v') g(v')", draws, three_steps)
draws = draws_of_cd(50, 500)
verify_mean("(9.3) E[CD-k] → exact gradient, k = 50", draws, exact)
for k in (1, 2, 3, 10):
    off_by = np.abs(mean_of_cd(k) - exact).max()
    print(f"  k = {k:2}: E[CD-k] is off the exact gradient by {off_by:.5f}")

# %% [markdown]
# ## What it costs
#
# On this little model ten steps do. What about a model that learns? Twelve runs of CD-1 and twelve
# of CD-5: the steps of the page, taken by the library's `cd_gradient`.

# %% experiment: CD-1 and CD-5, twelve runs each
def learn(k, seed, n_steps=3_000, rate=0.2):
    """Mean log p of bars and stripes every 200 steps of CD-k: (16,)."""
    rng = np.random.default_rng([91, k, seed])
    rbm = RBM(W=0.01 * rng.standard_normal((9, 8)), b=np.zeros(9), c=np.zeros(8))
    curve = []
    for step in range(n_steps + 1):
        if step % 200 == 0:
            curve.append(log_likelihood(rbm, cases).mean())
        gradient = cd_gradient(rbm, cases, k, rng)
        W = rbm.W + rate * gradient.W
        b = rbm.b + rate * gradient.b
        c = rbm.c + rate * gradient.c
        rbm = RBM(W, b, c)
    return np.array(curve)


fig, (ax,) = plots.new_figure(width=7, height=3.6)
final = {}
for k, colour in ((1, "tab:blue"), (5, "tab:orange")):
    curves = np.array([learn(k, seed) for seed in range(12)])  # (12, 16)
    final[k] = curves[:, -1]
    steps = 200 * np.arange(curves.shape[1])
    ax.plot(steps, curves.mean(axis=0), color=colour, label=f"CD-{k}, mean of 12 runs")
    ax.plot(steps, curves.min(axis=0), color=colour, linewidth=0.6)
    ax.plot(steps, curves.max(axis=0), color=colour, linewidth=0.6)
    print(f"CD-{k}: mean log p after 3,000 steps {final[k].mean():.3f} ± "
          f"{final[k].std(ddof=1) / np.sqrt(12):.3f}")
ax.axhline(best_log_likelihood(cases), color="0.6", linewidth=1, label="the best there can be")
ax.set(xlabel="step", ylabel="mean log p, nats")
ax.legend()
plots.save(fig, "09_cost.png")
claim("CD-1 stops clearly below CD-5", final[5].mean() - final[1].mean() > 0.1,
      CD_1=final[1].mean(), CD_5=final[5].mean())

# %% [markdown]
# **What to see.** Both learn alike at first. Then CD-1 stops clearly below CD-5. (The thin lines
# are the worst and the best of the twelve runs.) As the weights grow the chain moves less and less.
# T^k forgets slowly, and a chain that began at a case is still near it when it ends. How much that
# amounts to, lesson 10 computes; lesson 11 finds a way out.
#
# ## What goes wrong
#
# Five slips that run without an error message, each a function of a few lines beside the right one.
#
#     no coin              p_h_data goes down in the place of h
#     stale hidden layer   the last "up" is left out, and h is used in the negative phase
#     one step too few     the negative phase takes the cases themselves
#     wrong N              the negative phase is divided by the size of a full batch, 5, not by 4
#     one coin for all     rng.random(K) in the place of rng.random((N, K)): all cases share a coin
#
# Each is drawn 6,000 times. The table says how many standard errors its mean is away from (9.1),
# in the worst of the weights, and how much it scatters, relative to the right one.

# %% wrong: five slips, in standard errors
def difference(v_data, p_h_data, v, p_h):
    """The step of W from both phases, each a mean over its own rows."""
    return v_data.T @ p_h_data / len(v_data) - v.T @ p_h / len(v)


def right_one(rbm, v_data, rng):
    p_h_data = hidden_probs(rbm, v_data)
    h = bernoulli(p_h_data, rng)
    v = bernoulli(visible_probs(rbm, h), rng)
    return difference(v_data, p_h_data, v, hidden_probs(rbm, v))


def no_coin(rbm, v_data, rng):
    p_h_data = hidden_probs(rbm, v_data)
    v = bernoulli(visible_probs(rbm, p_h_data), rng)
    return difference(v_data, p_h_data, v, hidden_probs(rbm, v))


def stale_hidden_layer(rbm, v_data, rng):
    p_h_data = hidden_probs(rbm, v_data)
    h = bernoulli(p_h_data, rng)
    v = bernoulli(visible_probs(rbm, h), rng)
    return difference(v_data, p_h_data, v, h)


def one_step_too_few(rbm, v_data, rng):
    p_h_data = hidden_probs(rbm, v_data)
    return difference(v_data, p_h_data, v_data, p_h_data)


def wrong_N(rbm, v_data, rng):
    p_h_data = hidden_probs(rbm, v_data)
    h = bernoulli(p_h_data, rng)
    v = bernoulli(visible_probs(rbm, h), rng)
    return v_data.T @ p_h_data / 4 - v.T @ hidden_probs(rbm, v) / 5


def one_coin_for_all(rbm, v_data, rng):
    p_h_data = hidden_probs(rbm, v_data)
    h = (rng.random(p_h_data.shape[1]) < p_h_data).astype(float)
    v = bernoulli(visible_probs(rbm, h), rng)
    return difference(v_data, p_h_data, v, hidden_probs(rbm, v))


rng = np.random.default_rng(93)
off = {}
scatter = {}
for slip in (right_one, no_coin, stale_hidden_layer, one_step_too_few, wrong_N, one_coin_for_all):
    draws = np.zeros((6_000, D, K))
    for i in range(len(draws)):
        draws[i] = slip(rbm, v_data, rng)
    distance = np.abs(draws.mean(axis=0) - one_step)
    standard_error = draws.std(axis=0) / np.sqrt(len(draws))
    scatter[slip] = np.sqrt(draws.var(axis=0).sum())
    if scatter[slip] < 1e-12:
        print(f"{slip.__name__:20} always the same, and off by {distance.max():.2f}")
        continue
    off[slip] = np.max(distance / standard_error)
    print(f"{slip.__name__:20} {off[slip]:6.1f} standard errors off   "
          f"scatter {scatter[slip] / scatter[right_one]:.2f}")
claim("The right one is as near as chance allows", off[right_one] < 4.5,
      standard_errors=off[right_one])
claim("three slips are more than eight standard errors away",
      min(off[no_coin], off[stale_hidden_layer], off[wrong_N]) > 8,
      no_coin=off[no_coin], stale=off[stale_hidden_layer], wrong_N=off[wrong_N])
claim("The shared coin is right on average, and scatters more",
      off[one_coin_for_all] < 4.5 and scatter[one_coin_for_all] > 1.02 * scatter[right_one],
      standard_errors=off[one_coin_for_all], ratio=scatter[one_coin_for_all] / scatter[right_one])

# %% [markdown]
# The right one is as near as chance allows; three slips are more than eight standard errors away,
# and the one that takes a step too few learns nothing at all, for ever. The shared coin is right
# on average, and scatters more: each case for itself sees a fair coin, but the errors of the
# cases no longer cancel. A mean alone does not catch it. So judge a sampler by what its mean must
# be, and by its scatter, not by its looks.
#
# ## Stop here with a debugger
#
#     dgm lessons 09 --stop cd_gradient
#
# runs this lesson under pdb and stops at the library's first step, on the four cases of (9.1). `n`
# goes to the next line, and one sees the loop of the page:
#
#     (Pdb) p v_data
#     array float64 (4, 3) [0, 1]
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p p_h_data
#     array float64 (4, 2) [0.0474, 0.881]
#
# Go on with `n`, and print `h`, `p_v`, `v` and `p_h` as they come. `c` leaves the function and
# stops at the next call of it.
#
# ## Exercises
#
# 1. By hand: the numbers of the beginning, but the coin for h says 0. What are the probabilities
#    on the way down? Let the coins say v' = [0, 1]. What is the step of W now?
# 2. On paper: for W = 0, show that CD-1 has no error on average: E[CD-1] is the exact gradient.
# 3. In code, with nothing but NumPy:
#
#        def cd_k(W, b, c, v_data, k, rng):
#            """CD-k for W (D, K), b (D,), c (K,) at the cases v_data (N, D): (dW, db, dc).
#
#            Draws with rng.random, k times: (N, K) for h, then (N, D) for v. A unit is on where
#            its random number is below its probability.
#            """
#
#    Hold it against `cd_gradient` for k = 1 and k = 3, with generators of the same seed: the
#    numbers must be the same, not only their mean. `lessons/solutions/09.md` shows the check.
#
# `dgm course release 09 --out .` writes a file for the exercise in code, and
# `dgm course check 09` judges what you write into it.
#
# Solutions: `lessons/solutions/09.md`, for when you have tried.
