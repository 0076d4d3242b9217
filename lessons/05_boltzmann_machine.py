# %% [markdown]
# # The Boltzmann machine: learning from two averages
#
# Lesson 4 took weights as given, and ended with a hidden unit whose weights had been found by
# hand. Now the machine finds them. The rule that comes out is one of the best known in this field:
# each weight looks at how often its two units are on together, once with the data before the
# machine and once without, and moves by the difference.
#
# Afterwards you can
#
# - do a step of learning by hand, with and without a hidden unit;
# - derive the rule, and write the whole training loop from memory;
# - say why a machine without hidden units always learns what can be learnt, and one with them may
#   not.
#
# About an hour and a half. You need lesson 4 (energy, Z, the derivatives of log Z) and lesson 3's
# gradient of a model with hidden values.
#
# ## A step by hand
#
# The three units of lesson 4, W_01 = log 3, W_02 = log 2, W_12 = -log 2, b = 0:
#
#     state          000  001  010  011  100  101  110  111
#     exp(-E)         1    1    1   1/2   1    2    3    3            Z = 12.5
#     p              .08  .08  .08  .04  .08  .16  .24  .24
#
# **All units seen.** One case is observed, s = 110. Should W_01 grow? In the case units 0 and 1
# are both on: 1. Left to itself, the machine has them both on with .24 + .24 = .48. The difference
# is the slope of log p(s), as we shall see, and the direction of the step:
#
#     W_01     1 - .48 = +.52           both on in the case: more of that
#     W_02     0 - .40 = -.40           <s_0 s_2> = .16 + .24
#     W_12     0 - .28 = -.28           <s_1 s_2> = .04 + .24
#
# **Unit 2 hidden.** Now the case is v = 11 only, and nobody knows about unit 2. The machine itself
# has an opinion: of the states 110 and 111, which have the weights 3 and 3, the second has p(h = 1
# given v) = 3/6 = .5. Use that where the data say nothing:
#
#     W_01     1  - .48 = +.52
#     W_02     .5 - .40 = +.10          unit 0 on for certain, unit 2 with .5
#     W_12     .5 - .28 = +.22
#
# So a connection to a unit that nobody sees learns by the same rule.

# %% the same numbers, by the library
import itertools
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import BoltzmannMachine, init_boltzmann, train_boltzmann
from numpy_dgm.energy.boltzmann import exact_distribution, exact_gradient, log_likelihood
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

every_pair = np.triu(np.ones((3, 3)), k=1)  # (3, 3) 1 where a pair is connected
W = np.array([[0, math.log(3), math.log(2)], [0, 0, -math.log(2)], [0, 0, 0]])
all_seen = BoltzmannMachine(W=W, b=np.zeros(3), mask=every_pair, n_visible=3)
one_hidden = BoltzmannMachine(W=W, b=np.zeros(3), mask=every_pair, n_visible=2)
print("  all seen, s = 110; the step of W:")
print(exact_gradient(all_seen, np.array([[1, 1, 0]])).W.round(2))
print("  unit 2 hidden, v = 11; the step of W:")
print(exact_gradient(one_hidden, np.array([[1, 1]])).W.round(2))

# %% [markdown]
# ## The rule
#
# First all units are seen. Which way should W_ij move to make a state s more probable?
#
#     log p(s) = -E(s) - log Z                                the logarithm of exp(-E)/Z
#     ∂ log p(s)/∂W_ij = -∂E(s)/∂W_ij - ∂ log Z/∂W_ij
#     ∂ log p(s)/∂W_ij = s_i s_j - <s_i s_j>                  by (4.4) and (4.7)    (5.1)
#
# The first term belongs to the data: units that are on together in s are to be tied more strongly.
# The second belongs to the model: loosen them as often as the machine, left to itself, has them on
# together. Where both agree, nothing moves. (Lesson 1's coin learnt by data less model too: it is
# the case of one unit.)
#
# Now only D units are visible, v, and K are hidden, h, so that s = (v, h). Data tell us v, and
#
#     p(v) = Σ_h p(v, h)                                                            a definition
#     log p(v) = log Σ_h exp(-E(v, h)) - log Z                                      (5.2)
#
# The first term is a log Z as well: that of a machine whose visible units are held at v. Its
# states have the probabilities exp(-E(v, h)) / Σ_h exp(-E(v, h)), and that is p(h given v). So its
# slope is a mean too, by the same lines as (4.7):
#
#     ∂ log Σ_h exp(-E(v, h))/∂W_ij = Σ_h p(h given v) s_i s_j                      (5.3)
#
# (Or by (3.4): average over h what the slope would be if h were known.) Write <.>_data for the
# mean that takes v from the N cases and then h from p(h given v), and <.>_model for the mean under
# p(v, h). Averaged over the cases,
#
#     ∂ mean log p/∂W_ij = <s_i s_j>_data - <s_i s_j>_model                         (5.4)
#     ∂ mean log p/∂b_i  = <s_i>_data - <s_i>_model                                 (5.5)
#
# One rule for every connection, to units that are seen and to units that are not (Ackley, Hinton
# and Sejnowski 1985). Each weight needs to know of its own two units only.


# %% (5.1) to (5.5) slopes of log p by its definition
def slow_energy(machine, s):
    E = 0.0
    for i in range(len(s)):
        E -= machine.b[i] * s[i]
        for j in range(i + 1, len(s)):
            E -= machine.W[i, j] * s[i] * s[j]
    return E


def slow_log_sum(machine, v):
    """log Σ_h exp(-E(v, h)) for one v; with v = [] all units are summed: log Z."""
    total = 0.0
    for h in itertools.product([0, 1], repeat=len(machine.b) - len(v)):
        total += math.exp(-slow_energy(machine, [*v, *h]))
    return math.log(total)


def slow_mean_log_p(machine, cases):
    log_Z = slow_log_sum(machine, [])
    log_p = [slow_log_sum(machine, v) - log_Z for v in cases]
    return np.mean(log_p)


def random_machine(n_units, n_visible, rng):
    machine = init_boltzmann(n_units, n_visible, rng, scale=1.0)  # random weights, b = 0
    return replace(machine, b=rng.normal(size=n_units))  # a copy with these biases


rng = np.random.default_rng(5)
seen = random_machine(4, 4, rng)
one_state = np.array([[1, 0, 1, 1]])


def log_p_of_one_state(machine):
    return slow_mean_log_p(machine, one_state)


slope = windows(seen, central_differences(log_p_of_one_state, seen))  # slopes as .W and .b
verify("(5.1) ∂ log p(s)/∂W_ij = s_i s_j - <s_i s_j>",
       slope.W, exact_gradient(seen, one_state).W, tolerance=1e-8)

machine = random_machine(5, 3, rng)  # three visible units and two hidden ones
cases = rng.integers(0, 2, size=(6, 3))
log_p_slow = [slow_mean_log_p(machine, [v]) for v in cases]
log_p_library = log_likelihood(machine, cases)
verify("(5.2) log p(v) = log Σ_h exp(-E(v, h)) - log Z", log_p_slow, log_p_library)


def log_sum_at_first_case(machine):
    return slow_log_sum(machine, cases[0])


slope = windows(machine, central_differences(log_sum_at_first_case, machine))
p_all, _ = exact_distribution(machine)
states = all_bits(5)  # (32, 5)
agrees = (states[:, :3] == cases[0]).all(axis=1)  # (32,) whether v is the first case
p_given_v = np.where(agrees, p_all, 0) / p_all[agrees].sum()
means_given_v = (states.T * p_given_v) @ states  # (5, 5) Σ_h p(h given v) s_i s_j
verify("(5.3) ∂ log Σ_h exp(-E(v, h))/∂W_ij = Σ_h p(h given v) s_i s_j",
       slope.W, np.triu(means_given_v, k=1), tolerance=1e-8)


def mean_log_p_of_cases(machine):
    return slow_mean_log_p(machine, cases)


slope = windows(machine, central_differences(mean_log_p_of_cases, machine))
gradient = exact_gradient(machine, cases)
verify("(5.4) ∂ mean log p/∂W_ij = <s_i s_j>_data - <s_i s_j>_model", slope.W, gradient.W, 1e-8)
verify("(5.5) ∂ mean log p/∂b_i = <s_i>_data - <s_i>_model", slope.b, gradient.b, 1e-8)

# %% [markdown]
# ## The loop on a page
#
# Parity, from lesson 4: four patterns that no three units can tell from noise, -3 log 2 being
# their best. With a hidden unit a machine built by hand came near -2 log 2, which is the best
# there is. Here it learns it. A machine of four units has 16 states, so both averages can be
# summed, and the whole of training is this:


# %% a training run on a page
def learn(cases, n_hidden, rng, steps=1500, rate=1.0):
    """(W, b, curve): weights learnt from random ones, and mean log p at each step."""
    n_visible = cases.shape[1]
    n = n_visible + n_hidden
    states = all_bits(n)  # (2^n, n)
    agrees = np.zeros((len(cases), len(states)))  # 1 where a state has the case as its visible part
    for row, v in enumerate(cases):
        agrees[row] = (states[:, :n_visible] == v).all(axis=1)
    above = np.triu(np.ones((n, n)), k=1)  # each pair once
    W = rng.normal(size=(n, n)) * above
    b = np.zeros(n)
    curve = []
    for step in range(steps):
        weight = np.exp(states @ b + np.sum((states @ W) * states, axis=1))  # exp(-E) (2^n,)
        p_model = weight / weight.sum()
        weight_at_case = agrees @ weight  # (N,) Σ_h exp(-E(v, h)) for each case
        h_given_v = agrees * weight / weight_at_case[:, None]  # (N, 2^n)
        p_data = h_given_v.mean(axis=0)  # v from the cases, then h from p(h given v)

        curve.append(np.log(weight_at_case / weight.sum()).mean())
        W = W + rate * ((states.T * p_data) @ states - (states.T * p_model) @ states) * above
        b = b + rate * (p_data @ states - p_model @ states)
    return W, b, curve


parity = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]])
W, b, curve = learn(parity, n_hidden=1, rng=np.random.default_rng(5), steps=300)
for step in (0, 10, 100, 299):
    print(f"  step {step:3}   mean log p {curve[step]:.3f}   KL(p_data ‖ p) "
          f"{-2 * math.log(2) - curve[step]:.3f}")

# %% [markdown]
# ## The library's training
#
# `train_boltzmann` is that loop, with what a longer run needs around it. One pass over the data is
# called an epoch, and a step takes a minibatch, `batch_size` of the cases, in random order: with
# all four cases in each, a step is a step of the loop. With `method="exact"` it sums the averages
# as we did. After 300 steps from the same start it must have the same weights:
#
#     W, b of the loop after 300 steps = W, b of train_boltzmann                    (5.6)
#
# (The other methods, "sampled" and "mean-field", are for machines that cannot be summed. The first
# is lesson 6.)
#
# ## Without hidden units there is one hill
#
# Without hidden units log p = -E - log Z. E is linear in the parameters θ = (W, b), and log Z is
# convex, by (4.8). So mean log p is concave: on the straight line between any two machines it lies
# nowhere below the straight line between their values, such as half way:
#
#     (mean log p at θ + mean log p at θ') / 2 <= mean log p at (θ + θ') / 2        (5.7)
#
# A concave function has no second hill. Small enough steps uphill end at the top, wherever they
# began, and there (5.4) and (5.5) are 0: the machine has all means and pair means of the data,
#
#     <s_i s_j>_model = <s_i s_j>_data at the top                                   (5.8)
#
# and among all distributions with these it is the one of largest entropy, by lesson 4. With hidden
# units, (5.2) is one convex function minus another, and nothing of the kind is true.

# %% (5.6), (5.7), (5.8) the library's training; one hill; what is learnt at its top
start_W = np.random.default_rng(5).normal(size=(4, 4))
start = init_boltzmann(4, 3, rng)
start = replace(start, W=start_W * start.mask)
learnt, history = train_boltzmann(start, parity, rng=rng, epochs=300, batch_size=4, rate=1.0,
                                  schedule="constant", method="exact")
verify("(5.6) W, b of the loop = W, b of train_boltzmann", [*W[start.mask > 0], *b],
       [*learnt.W[learnt.mask > 0], *learnt.b], tolerance=1e-8)

halves, middles = [], []
data = rng.integers(0, 2, size=(10, 4))
for _ in range(50):
    one, other = random_machine(4, 4, rng), random_machine(4, 4, rng)
    middle = replace(one, W=(one.W + other.W) / 2, b=(one.b + other.b) / 2)
    halves.append((slow_mean_log_p(one, data) + slow_mean_log_p(other, data)) / 2)
    middles.append(log_likelihood(middle, data).mean())
verify_at_most("(5.7) (mean log p at θ + at θ') / 2 <= mean log p at (θ + θ') / 2", halves, middles)

data = all_bits(3)[[0, 1, 2, 2, 4, 5, 6, 7]]
W_top, b_top, _ = learn(data, n_hidden=0, rng=rng, steps=800)
top = replace(all_seen, W=W_top, b=b_top)
p_top, _ = exact_distribution(top)
pairs_model = (all_bits(3).T * p_top) @ all_bits(3)
pairs_data = data.T @ data / len(data)
verify("(5.8) <s_i s_j>_model = <s_i s_j>_data at the top", pairs_model, pairs_data, tolerance=1e-4)

# %% experiment: parity from twelve starts, without and with hidden units
final, curves = {}, {}
for n_hidden in (0, 1, 3):
    runs = []
    for start in range(12):
        rng = np.random.default_rng([51, n_hidden, start])
        _, _, curve = learn(parity, n_hidden, rng, steps=1000)
        runs.append(-2 * math.log(2) - np.array(curve))  # KL(p_data ‖ p)
    curves[n_hidden] = np.array(runs)
    final[n_hidden] = np.sort(curves[n_hidden][:, -1])
    print(f"  {n_hidden} hidden: KL after 1,000 steps {final[n_hidden].round(2)}")
claim("without hidden units every start ends at log 2", np.ptp(final[0]) < 0.001
      and abs(final[0][0] - math.log(2)) < 0.001, lowest=final[0][0], highest=final[0][-1])
below = [int(np.sum(final[n_hidden] < 0.3)) for n_hidden in (0, 1, 3)]
claim("with three hidden units nearly every start gets below .3", below[2] >= 9, starts=below[2])
claim("with one hidden unit a good part of them does", below[1] >= 3, starts=below[1])
claim("the best start with one hidden unit gets below .2", final[1][0] < 0.2, KL=final[1][0])

fig, axes = plots.new_figure(1, 3, width=8.6, height=2.9)
for ax, (n_hidden, runs) in zip(axes, curves.items()):
    for run in runs:
        ax.plot(np.arange(1, 1001), run, color="tab:blue", linewidth=1)
    ax.axhline(math.log(2), color="black", linestyle=":", label="log 2")
    ax.set(xscale="log", xlabel="step", ylim=(0, 1.6), title=f"hidden units: {n_hidden}")
    ax.legend(fontsize=8)
axes[0].set_ylabel("KL(p_data ‖ p), nats")
plots.save(fig, "05_parity.png")

# %% [markdown]
# **What to see.** Without hidden units all starts come down to log 2 and stay: one hill, and its
# top is the uniform distribution. With one hidden unit most runs linger at that level, now and
# then for as long as one cares to wait, and drop as the hidden unit finds its use. No step of
# theirs is wrong; the surface has level places, and (as W = 0 and b = 0 shows) at least one where
# the gradient is 0 and which is no top. With three hidden units to choose from, hardly any run
# stays. KL goes on falling ever more slowly, since a probability of 0 needs an infinite weight.
#
# ## What goes wrong
#
# **No model term.** Without <s_i s_j>_model nothing holds the weights back: in the end all units
# that are ever on together are always on.
#
# **Hidden units that start at W = 0.** Every hidden unit then has the same means whatever v is, the
# data term of its weights equals the model term, and it never begins. Small random weights are not
# much better here: try it in exercise 4.
#
# **The data term from a guess of h.** Setting h to its more probable value, in place of averaging
# over p(h given v), is no longer the slope of anything.

# %% wrong: no model term, weights that start at 0, a guess
W, b = np.zeros((3, 3)), np.zeros(3)
for step in range(10):
    W = W + 1.0 * np.triu(parity.T @ parity / 4, k=1)
    b = b + 1.0 * parity.mean(axis=0)
runaway = replace(all_seen, W=W, b=b)
log_p = log_likelihood(runaway, parity).mean()
p_all_on = np.exp(log_likelihood(runaway, np.ones((1, 3)))[0])
print(f"  ten steps without the model term: mean log p {log_p:.1f}, p(111) = {p_all_on:.4f}")

still = init_boltzmann(4, 3, np.random.default_rng(0), scale=0.0)
slope = exact_gradient(still, parity)
print(f"  from W = 0: largest slope of any weight {np.abs(slope.W).max():.1e}")

machine = random_machine(4, 3, np.random.default_rng(52))
p, _ = exact_distribution(machine)
p_h = p.reshape(8, 2)[:, 1] / p.reshape(8, 2).sum(axis=1)  # p(h = 1 given v) of all eight v
of_parity = p_h[[1, 2, 4, 7]]
right = parity.T @ of_parity / 4  # <v_i h>_data
guessed = parity.T @ (of_parity > 0.5) / 4
print(f"  <v_i h>_data: averaged {right.round(2)}, guessed {guessed.round(2)}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 05 --stop boltzmann.exact_gradient
#
# stops in the first step by hand, where all three units are seen:
#
#     (Pdb) p v
#     array int64 (1, 3) [0, 1]
#     (Pdb) p machine.W
#     array float64 (3, 3) [-0.693, 1.1]
#     (Pdb) p exact_distribution(machine)[0]
#     array float64 (8,) [0.04, 0.24]
#
# `n` leads through the function: p_data is 1 for the state 110 and 0 for the others, and the
# difference p_data - p_model is all that the gradient needs.
#
# ## Exercises
#
# 1. By hand: the three units with unit 2 hidden, and the case v = 01. What is the step of each
#    weight?
# 2. On paper: two units, all seen; in the data the first is on in half the cases, the second in
#    half, and both in .4 of them. Which weight and biases does the machine learn? (Use (5.8), and
#    the table of four probabilities that it fixes.)
# 3. On paper: why does a hidden unit with W = 0 to all others stay so, by (5.4)?
# 4. In code: write the gradient without a list of all states for the data term, by
#
#        def data_term(W, b, v, n_hidden):
#            """<s_i s_j>_data for i < j, (n, n): v (D,) one case, n = D + n_hidden units."""
#
#    summing over the 2^n_hidden states of h only. Its judge is `exact_gradient` plus the model's
#    pair means, for a random machine. Then start `learn` from weights a hundred times smaller.
#
# Solutions: `lessons/solutions/05.md`, for when you have tried.
