# %% [markdown]
# # The Boltzmann machine: learning from two averages
#
# Lesson 4 took weights as given, and ended with a hidden unit whose weights had been found by
# hand. Now the machine finds them: which way should each weight move, so that the data become more
# probable? The rule that comes out is one of the best known in this field. Each weight looks at how
# often its two units are on together, once with the data before the machine and once without, and
# moves by the difference.
#
# Afterwards you can
#
# - do a step of learning by hand, with and without a hidden unit;
# - derive the rule, and write the whole training loop from memory;
# - say why a machine without hidden units always learns what can be learnt, and one with them may
#   not.
#
# About an hour and a quarter. You need lesson 4 (energy, Z, the derivatives of log Z) and the slope
# of a model with hidden values (lesson 3).
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
# has an opinion: of the states 110 and 111, with exp(-E) = 3 and 3, the second has p(h = 1 given v)
# = 3/6 = .5. Use that where the data say nothing:
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
from numpy_dgm.energy.boltzmann import (
    energy, exact_distribution, exact_gradient, log_likelihood)
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

every_pair = np.triu(np.ones((3, 3)), k=1)  # (3, 3) 1 where a pair is connected
W = np.array([[0, math.log(3), math.log(2)], [0, 0, -math.log(2)], [0, 0, 0]])
all_seen = BoltzmannMachine(W=W, b=np.zeros(3), mask=every_pair, n_visible=3)
one_hidden = BoltzmannMachine(W=W, b=np.zeros(3), mask=every_pair, n_visible=2)
step = exact_gradient(all_seen, np.array([[1, 1, 0]])).W
print(f"  s = 110   W_01 {step[0, 1]:+.2f}   W_02 {step[0, 2]:+.2f}   W_12 {step[1, 2]:+.2f}")
step = exact_gradient(one_hidden, np.array([[1, 1]])).W
print(f"  v = 11    W_01 {step[0, 1]:+.2f}   W_02 {step[0, 2]:+.2f}   W_12 {step[1, 2]:+.2f}")

# %% [markdown]
# ## The rule
#
# First all units are seen. Which way should W_ij move to make a state s more probable?
#
#     log p(s) = -E(s) - log Z                                the logarithm of exp(-E)/Z
#     ∂ log p(s)/∂W_ij = -∂E(s)/∂W_ij - ∂ log Z/∂W_ij
#     ∂ log p(s)/∂W_ij = s_i s_j - <s_i s_j>                  by (4.1) and (4.4)    (5.1)
#     ∂ log p(s)/∂b_i  = s_i - <s_i>                          by (4.1) and (4.3)    (5.2)
#
# The first term belongs to the data: units that are on together in s are to be tied more strongly.
# The second belongs to the model: loosen them as often as the machine, left to itself, has them on
# together. Where both agree, nothing moves. (Lesson 1's coin learnt by data less model too: it is
# the case of one unit.)
#
# Now only the first units are visible, v, and the others hidden, h, so that s = (v, h). Data tell
# us v, and
#
#     log p(v) = log Σ_h p(v, h) = log Σ_h exp(-E(v, h)) - log Z                    (5.3)
#
# By (3.4), its slope is that which each h would give if it were known, which is (5.1), averaged
# over p(h given v):
#
#     ∂ log p(v)/∂W_ij = Σ_h p(h given v) s_i s_j - <s_i s_j>
#
# Last, average over the cases. Write `<.>_data` for the mean that takes v from the N cases and then
# h from p(h given v), and `<.>_model` for the mean under p(v, h):
#
#     ∂ mean log p/∂W_ij = <s_i s_j>_data - <s_i s_j>_model                         (5.4)
#     ∂ mean log p/∂b_i  = <s_i>_data - <s_i>_model                                 (5.5)
#
# One rule for every connection, to units that are seen and to units that are not (Ackley, Hinton
# and Sejnowski 1985). Each weight needs to know of its own two units only.


# %% (5.1) to (5.5) slopes of log p by its definition
def slow_log_sum(machine, v):
    """log Σ_h exp(-E(v, h)) for one v; with v = [] all units are summed: log Z."""
    total = 0.0
    for h in itertools.product([0, 1], repeat=len(machine.b) - len(v)):
        state = np.array([*v, *h])
        total += math.exp(-energy(machine, state))
    return math.log(total)


def slow_log_p(machine, cases):
    """log p(v) of each case, by (5.3): (N,)."""
    log_Z = slow_log_sum(machine, [])
    return np.array([slow_log_sum(machine, v) - log_Z for v in cases])


def slopes(machine, cases):
    """The slopes of mean log p by their definition, in the form of a machine: .W and .b."""

    def mean_log_p(moved):
        return slow_log_p(moved, cases).mean()

    return windows(machine, central_differences(mean_log_p, machine))


def random_machine(n_units, n_visible, rng):
    machine = init_boltzmann(n_units, n_visible, rng, scale=1.0)  # random weights, b = 0
    return replace(machine, b=rng.normal(size=n_units))  # a copy with these biases


rng = np.random.default_rng(5)
seen = random_machine(4, 4, rng)  # four units, all of them visible
s = np.array([1, 0, 1, 1])
slope = slopes(seen, [s])
states = all_bits(4)  # (16, 4)
p, _ = exact_distribution(seen)
pair_means = (states.T * p) @ states  # (4, 4) <s_i s_j>
by_rule = np.triu(np.outer(s, s) - pair_means, k=1)  # for i < j
verify("(5.1) ∂ log p(s)/∂W_ij = s_i s_j - <s_i s_j>", slope.W, by_rule, tolerance=1e-8)
verify("(5.2) ∂ log p(s)/∂b_i = s_i - <s_i>", slope.b, s - p @ states, tolerance=1e-8)

machine = random_machine(5, 3, rng)  # three visible units and two hidden ones
cases = rng.integers(0, 2, size=(6, 3))
verify("(5.3) log p(v) = log Σ_h exp(-E(v, h)) - log Z",
       slow_log_p(machine, cases), log_likelihood(machine, cases))
slope = slopes(machine, cases)
gradient = exact_gradient(machine, cases)
verify("(5.4) ∂ mean log p/∂W_ij = <s_i s_j>_data - <s_i s_j>_model", slope.W, gradient.W, 1e-8)
verify("(5.5) ∂ mean log p/∂b_i = <s_i>_data - <s_i>_model", slope.b, gradient.b, 1e-8)

# %% [markdown]
# ## The loop on a page
#
# Parity, from lesson 4: four patterns that no three units can tell from noise, -3 log 2 being
# their best. With a hidden unit a machine built by hand came near -2 log 2, which is the best
# there is. Here it learns it. A machine of four units has 16 states, so both averages can be
# summed, and the whole of training is this (for rows s of `states` and weights p, the product
# (states.T * p) @ states is Σ_s p(s) s_i s_j in row i, column j):


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
        minus_E = states @ b + np.sum((states @ W) * states, axis=1)  # (2^n,) b·s + sᵀ W s
        exp_minus_E = np.exp(minus_E)
        p_model = exp_minus_E / exp_minus_E.sum()
        sum_over_h = agrees @ exp_minus_E  # (N,) Σ_h exp(-E(v, h)) for each case
        h_given_v = agrees * exp_minus_E / sum_over_h[:, None]  # (N, 2^n)
        p_data = h_given_v.mean(axis=0)  # v from the cases, then h from p(h given v)
        curve.append(np.log(sum_over_h / exp_minus_E.sum()).mean())  # (5.3)

        pairs_data = (states.T * p_data) @ states  # (n, n) <s_i s_j>_data
        pairs_model = (states.T * p_model) @ states
        W = W + rate * (pairs_data - pairs_model) * above
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
# as we did, and with `schedule="constant"` its learning rate stays as it is. After 300 steps from
# the same start it must have the same weights:
#
#     W, b of the loop after 300 steps = W, b of train_boltzmann                    (5.6)
#
# (The other methods, "sampled" and "mean-field", are for machines that cannot be summed. The first
# is lesson 6.)
#
# ## Without hidden units there is one hill
#
# Without hidden units log p = -E - log Z. E is linear in the parameters θ = (W, b), and log Z
# curves upwards in every direction, by (4.5). So mean log p curves downwards (it is concave): on
# the way from any machine to any other it lies nowhere below the straight line between their
# values, such as half way:
#
#     (mean log p at θ + mean log p at θ') / 2 <= mean log p at (θ + θ') / 2        (5.7)
#
# So there is no second hill. Small enough steps uphill end at the top, wherever they began, and
# there (5.4) and (5.5) are 0: the machine has all means and pair means of the data,
#
#     <s_i s_j>_model = <s_i s_j>_data at the top                                   (5.8)
#
# With hidden units, the first term of (5.3) curves upwards as well (it is the log Z of a machine
# whose visible units are held at v), and nothing of the kind is true.

# %% (5.6), (5.7), (5.8) the library's training; one hill; what is learnt at its top
start_W = np.random.default_rng(5).normal(size=(4, 4))  # as the loop drew it
start = init_boltzmann(4, 3, rng)
start = replace(start, W=start_W * start.mask)
learnt, _ = train_boltzmann(start, parity, rng=rng, epochs=300, batch_size=4, rate=1.0,
                            schedule="constant", method="exact")
verify("(5.6) W, b of the loop = W, b of train_boltzmann", [*W[start.mask > 0], *b],
       [*learnt.W[learnt.mask > 0], *learnt.b], tolerance=1e-8)

halves, middles = [], []
data = rng.integers(0, 2, size=(10, 4))
for _ in range(50):
    one, other = random_machine(4, 4, rng), random_machine(4, 4, rng)
    middle = replace(one, W=(one.W + other.W) / 2, b=(one.b + other.b) / 2)
    halves.append((slow_log_p(one, data).mean() + slow_log_p(other, data).mean()) / 2)
    middles.append(log_likelihood(middle, data).mean())
verify_at_most("(5.7) (mean log p at θ + at θ') / 2 <= mean log p at (θ + θ') / 2", halves, middles)

data = all_bits(3)[[0, 1, 2, 2, 4, 5, 6, 7]]  # 010 twice, 011 never
W_top, b_top, _ = learn(data, n_hidden=0, rng=rng, steps=800)
top = replace(all_seen, W=W_top, b=b_top)
p_top, _ = exact_distribution(top)
pairs_model = (all_bits(3).T * p_top) @ all_bits(3)
pairs_data = data.T @ data / len(data)
verify("(5.8) <s_i s_j>_model = <s_i s_j>_data at the top", pairs_model, pairs_data, tolerance=1e-4)

# %% experiment: parity from twelve starts, without and with hidden units
curves, final, left_at = {}, {}, {}
for n_hidden in (0, 1, 3):
    runs = []
    for start in range(12):
        rng = np.random.default_rng([51, n_hidden, start])
        _, _, curve = learn(parity, n_hidden, rng, steps=2000, rate=0.5)
        runs.append(-2 * math.log(2) - np.array(curve))  # KL(p_data ‖ p)
    curves[n_hidden] = np.array(runs)  # (12, 2000)
    final[n_hidden] = np.sort(curves[n_hidden][:, -1])
    left_at[n_hidden] = np.median(np.sum(curves[n_hidden] > 0.5, axis=1))  # steps above .5
    print(f"  {n_hidden} hidden: KL after 2,000 steps {final[n_hidden].round(2)}")
off = np.abs(final[0] - math.log(2)).max()
claim("without hidden units every start ends at log 2", off < 0.001, largest_difference=off)
n_below = np.sum(final[1] < 0.5)
claim("with one hidden unit most starts get away from there, after hundreds of steps",
      n_below >= 7 and left_at[1] > 200, of_twelve=n_below)
claim("with three the median start does so sooner", left_at[3] < 0.8 * left_at[1],
      steps_with_one=left_at[1], with_three=left_at[3])

fig, axes = plots.new_figure(1, 3, width=8.6, height=2.9)
for ax, (n_hidden, runs) in zip(axes, curves.items()):
    for run in runs:
        ax.plot(np.arange(1, 2001), run, color="tab:blue", linewidth=1)
    ax.axhline(math.log(2), color="black", linestyle=":", label="log 2")
    ax.set(xscale="log", xlabel="step", ylim=(0, 1.6), title=f"hidden units: {n_hidden}")
    ax.legend(fontsize=8)
axes[0].set_ylabel("KL(p_data ‖ p), nats")
plots.save(fig, "05_parity.png")

# %% [markdown]
# **What to see.** Without hidden units all starts come down to log 2 and stay: one hill, and its
# top is the uniform distribution. With one hidden unit the runs linger at that level, some for
# hundreds of steps, and drop when the hidden unit finds its use. No step of theirs is wrong; the
# surface has level places, and at W = 0 and b = 0 even one where the gradient is 0 and which is no
# top. With three hidden units to choose from, they get away sooner. KL goes on falling ever more
# slowly, since a probability of 0 needs an infinite weight.
#
# ## What goes wrong
#
# **No model term.** Without <s_i s_j>_model nothing holds the weights back: in the end all units
# that are ever on together are always on.
#
# **Hidden units that start at W = 0.** Every hidden unit then has the same means whatever v is, the
# data term of its weights equals the model term, and it never begins. Small random weights are not
# much better here: try it in exercise 4.

# %% wrong: no model term, weights that start at 0
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
#     (Pdb) print(exact_distribution(machine)[0])
#     [0.08 0.08 0.08 0.04 0.08 0.16 0.24 0.24]
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
# `dgm course release 05 --out .` writes a file for the exercise in code, and
# `dgm course check 05` judges what you write into it.
#
# Solutions: `lessons/solutions/05.md`, for when you have tried.
