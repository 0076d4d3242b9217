# %% [markdown]
# # The restricted Boltzmann machine: two layers, and what that buys
#
# In a general Boltzmann machine every average needs all states, and sampling goes unit by unit.
# Take away the connections within the visible layer and those within the hidden one. What is left
# is the restricted Boltzmann machine, RBM (Smolensky 1986). Most of its sums can be done on paper.
# Why, and what can it still express?
#
# Afterwards you can
#
# - write down the energy of an RBM, and sum out its hidden layer in closed form: the free energy;
# - draw a whole layer at once, and say why that is allowed;
# - read the weights of an RBM aloud, as a product of experts and as a mixture of 2^K components;
# - say what the restriction buys, and what it costs.
#
# About an hour and a half. You need lesson 4 (p = exp(-E) / Z), lesson 5's learning rule, Gibbs
# sampling (lesson 6) and mixtures (lesson 2).
#
# ## The smallest one, by hand
#
# Two visible units and one hidden unit. The visible ones are connected to the hidden one only.
# For each v there are two states, with weights exp(-E) = exp(h x):
#
#     W = [log 3]      b = [0, 0]      c = [-log 3]      the input to h:  x = c + W_0 v_0 + W_1 v_1
#         [log 3]
#
#     v      x         weight with h = 0, h = 1     sum      p(v)     p(h = 1 given v) = σ(x)
#     00     -log 3       1 + 1/3                   4/3      1/7      1/4
#     01     0            1 + 1                     2        3/14     1/2
#     10     0            1 + 1                     2        3/14     1/2
#     11     log 3        1 + 3                     4        3/7      3/4
#                                               Z = 28/3
#
# Each visible unit is on with 3/14 + 3/7 = .643. Independent units would be both on with .643² =
# .413. These are with 3/7 = .429: the hidden unit ties them, though no weight connects them. And
# the sum over h, in each row, was 1 + exp(x). Remember that: it is the whole trick.

# %% the same numbers, by the library
import itertools
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import best_log_likelihood
from numpy_dgm.energy import (
    RBM, boltzmann, energy, free_energy, gibbs_step, hidden_probs, log_likelihood, log_partition,
    visible_probs)
from numpy_dgm.foundation.enumeration import all_bits, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_mean

tiny = RBM(W=np.full((2, 1), math.log(3)), b=np.zeros(2), c=np.array([-math.log(3)]))
for v in all_bits(2):
    print(f"  v = {v.astype(int)}   p(v) = {np.exp(log_likelihood(tiny, v)):.4f}   "
          f"p(h = 1 given v) = {hidden_probs(tiny, v)[0]:.2f}")

# %% figure: an RBM of five visible and three hidden units
W = np.random.default_rng(7).normal(size=(5, 3))
plots.save(plots.rbm_graph(W, title="edges between the layers, none within"), "07_graph.png")

# %% [markdown]
# ## The restriction
#
# Take a general Boltzmann machine with D visible units v and K hidden units h, and take away every
# connection within a layer. The D·K connections between the layers are left, in the figure 5·3.
# Their weights fill a matrix W (D, K); b (D,) are the visible biases, c (K,) the hidden ones:
#
#     E(v, h) = -Σ_i b_i v_i - Σ_j c_j h_j - Σ_i Σ_j v_i W_ij h_j                   a definition
#     p(v, h) = exp(-E(v, h)) / Z           Z = Σ_v Σ_h exp(-E(v, h))               a definition
#     E(v, h) = -b·v - c·h - vᵀ W h                                                 (7.1)
#
# The last line is the second one, as products of arrays. It is the energy of lesson 4's machine
# with s = (v, h) and all weights within a layer 0, so all that was proved there holds here. The
# library's `boltzmann_from_rbm` lays an RBM out as such a machine.

# %% (7.1) the energy, term by term, and as a general machine
rng = np.random.default_rng(7)
D, K = 5, 3
rbm = RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
all_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
all_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)


def slow_energy(rbm, v, h):
    """E(v, h) by its definition, for one pair of layers."""
    E = 0.0
    for i in range(len(v)):
        E -= rbm.b[i] * v[i]
        for j in range(len(h)):
            E -= v[i] * rbm.W[i, j] * h[j]
    for j in range(len(h)):
        E -= rbm.c[j] * h[j]
    return E


E_slow = np.zeros((2**D, 2**K))  # a row for each v, a column for each h
for row, v in enumerate(all_v):
    for column, h in enumerate(all_h):
        E_slow[row, column] = slow_energy(rbm, v, h)
v_of_pair = np.repeat(all_v, 2**K, axis=0)  # all 2^(D+K) pairs of layers
h_of_pair = np.tile(all_h, (2**D, 1))
verify("(7.1) E(v, h) = -b·v - c·h - vᵀ W h", energy(rbm, v_of_pair, h_of_pair), E_slow.ravel())
machine = boltzmann.boltzmann_from_rbm(rbm)
s = np.hstack([v_of_pair, h_of_pair])
verify("(7.1) E(v, h) is the energy of that machine", boltzmann.energy(machine, s), E_slow.ravel())

# %% [markdown]
# ## Summing out the hidden layer
#
# Only v is seen. How probable is it? Sum over all that could stand behind it. Minus the logarithm
# of that sum is called the free energy F, as it stands in p(v) where E stands in p(v, h):
#
#     F(v) = -log Σ_h exp(-E(v, h))                                                 a definition
#     p(v) = Σ_h p(v, h) = exp(-F(v)) / Z                                from the two definitions
#
# The sum has 2^K terms. Write x_j for everything that multiplies h_j, lesson 6's input to a unit:
#
#     x_j = c_j + Σ_i v_i W_ij                                                      a definition
#     -E(v, h) = b·v + Σ_j h_j x_j                            collect what goes with each h_j
#
# No term holds two hidden units. So the exponential is a product with one factor for each unit,
# and the sum over all h is the product multiplied out, (exp(0) + exp(x_0)) (exp(0) + exp(x_1)) ...,
# where from each bracket h_j = 0 or h_j = 1 is chosen:
#
#     Σ_h exp(-E(v, h)) = exp(b·v) · Σ_h Π_j exp(h_j x_j)               b·v does not depend on h
#                       = exp(b·v) · Π_j (exp(0) + exp(x_j))            each h_j is in one factor
#     F(v) = -b·v - Σ_j log (1 + exp(x_j))                                          (7.2)
#
# 2^K terms have become K. The energy does not mind which layer is called hidden: exchange v with
# h, b with c, W with Wᵀ. So F(h) = -log Σ_v exp(-E(v, h)) = -c·h - Σ_i log (1 + exp(b_i + Σ_j W_ij
# h_j)), and
#
#     log Z = log Σ_h exp(-F(h))                                                    (7.3)
#     log p(v) = -F(v) - log Z                                                      (7.4)
#
# 2^(D+K) terms have become 2^K. A model with one small layer has an exact log p(v), however large
# the other layer is.
#
# ## A whole layer at once
#
# Divide p(v, h) by p(v). What belongs to v alone cancels, Z with it:
#
#     p(h given v) = Π_j exp(h_j x_j) / (1 + exp(x_j))
#
# Factor j depends on h_j alone, and its two values add up to 1. So it is the probability of h_j
# given v, and given v the hidden units are independent. With h_j = 1, and then with the roles
# exchanged:
#
#     p(h_j = 1 given v) = exp(x_j) / (1 + exp(x_j)) = σ(x_j)                       (7.5)
#     p(h given v) = Π_j p(h_j given v)                                             (7.6)
#     p(v_i = 1 given h) = σ(b_i + Σ_j W_ij h_j)                                    (7.7)
#
# Each layer is a block without connections, lesson 6's (6.10). So block Gibbs sampling draws all
# of h given v, then all of v given h: v → h → v'. Write T(v→v') for the chance that this leads
# from v to v', through any h:
#
#     T(v→v') = Σ_h p(h given v) p(v' given h)                                      a definition
#     p T = p                                                                       (7.8)
#     mean of v' after a block step from v = Σ_v' T(v→v') v'                        (7.9)
#
# (7.8) has the reason of lesson 6: start with v drawn from p(v). Then (v, h) is drawn from p(v, h),
# and so is (v', h). (7.9) holds the library's `gibbs_step` against T.

# %% (7.2) to (7.9) against the table of all pairs
weight = np.exp(-E_slow)  # (2^D, 2^K)
p_joint = weight / weight.sum()
p_v = p_joint.sum(axis=1)
F_slow = -np.log(weight.sum(axis=1))
verify("(7.2) F(v) = -b·v - Σ_j log (1 + exp(x_j))", free_energy(rbm, all_v), F_slow)
verify("(7.3) log Z = log Σ_h exp(-F(h))", log_partition(rbm), np.log(weight.sum()))
verify("(7.4) log p(v) = -F(v) - log Z", log_likelihood(rbm, all_v), np.log(p_v))

h_given_v = p_joint / p_joint.sum(axis=1, keepdims=True)  # (2^D, 2^K), rows sum to 1
v_given_h = p_joint / p_joint.sum(axis=0, keepdims=True)  # (2^D, 2^K), columns sum to 1
p_units = hidden_probs(rbm, all_v)  # (2^D, K)
verify("(7.5) p(h_j = 1 given v) = σ(x_j)", p_units, h_given_v @ all_h)
product = np.ones((2**D, 2**K))
for j in range(K):
    for column, h in enumerate(all_h):
        product[:, column] *= p_units[:, j] if h[j] == 1 else 1 - p_units[:, j]
verify("(7.6) p(h given v) = Π_j p(h_j given v)", product, h_given_v)
p_visible = visible_probs(rbm, all_h)
verify("(7.7) p(v_i = 1 given h) = σ(b_i + Σ_j W_ij h_j)", p_visible, v_given_h.T @ all_v)

T = h_given_v @ v_given_h.T  # (2^D, 2^D), by definition
to_h = product_of_bernoullis(hidden_probs(rbm, all_v))  # the same by the library
to_v = product_of_bernoullis(visible_probs(rbm, all_h))
verify("(7.8) p T = p", p_v @ to_h @ to_v, p_v)
v_start = all_v[19]
after_one_step = gibbs_step(rbm, np.tile(v_start, (20_000, 1)), rng)
verify_mean("(7.9) mean of v' after a block step = Σ_v' T(v→v') v'", after_one_step, T[19] @ all_v)

# %% [markdown]
# ## Two hidden units and twelve people
#
# Twelve people were asked which of six films they like. The model has two hidden units. What will
# they stand for? Nobody tells. The rule is lesson 5's, (5.4) and (5.5). By (7.5) the average over
# h is known for each v, so
#
#     <v_i h_j>_data  = mean of v_i p(h_j = 1 given v) over the twelve people
#     <v_i h_j>_model = Σ_v p(v) v_i p(h_j = 1 given v)           2^6 terms, p(v) = exp(-F(v)) / Z
#
# Of the twelve, four like science fiction, four love stories and two both; the last two hardly any.


# %% a training run on a page
films = ["Alien", "Blade Runner", "Star Wars", "Amélie", "Casablanca", "Notting Hill"]
likes = np.array([
    [1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0],
    [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 0, 1],
    [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]], dtype=float)


def learn(cases, n_hidden, rng, steps=500, rate=0.5):
    """An RBM learnt from the cases (N, D) by the exact rule."""
    N, D = cases.shape
    states = all_bits(D)  # (2^D, D) all visible layers
    W = 0.1 * rng.standard_normal((D, n_hidden))
    b, c = np.zeros(D), np.zeros(n_hidden)
    for step in range(steps):
        h_data = sigmoid(cases @ W + c)  # (N, K) p(h_j = 1 given v), v held at the cases
        x = states @ W + c  # (2^D, K)
        weight = np.exp(states @ b) * np.prod(1 + np.exp(x), axis=1)  # exp(-F(v))
        p = weight / weight.sum()  # (2^D,) p(v) of every v
        h_model = sigmoid(x)

        W += rate * (cases.T @ h_data / N - (states.T * p) @ h_model)
        b += rate * (cases.mean(axis=0) - p @ states)
        c += rate * (h_data.mean(axis=0) - p @ h_model)
    return RBM(W, b, c)


reached, models = [], []
for start in range(12):
    models.append(learn(likes, 2, np.random.default_rng([71, start])))
    reached.append(log_likelihood(models[-1], likes).mean())
learnt = models[np.argmax(reached)]
print("  mean log p from twelve starts:", np.round(reached, 2))
print(f"  fair coins {-6 * math.log(2):.2f}, the best there is {best_log_likelihood(likes):.2f}")

# %% [markdown]
# There is more than one hill (lesson 5): not every start gets equally far. Mean log p says which
# ones did, so the best of the twelve is kept.
#
# Before its weights are read, one thing must be known: nothing says whether "on" or "off" of a
# hidden unit stands for liking. Turn a unit over, h' = 1 - h. With the weights w = (W_0j, W_1j,
# ...) of that one unit and its bias c, its terms in the energy are then
#
#     -c h - v·w h = -c (1 - h') - v·w (1 - h')                put in h = 1 - h'
#                  = c h' + v·w h' - v·w - c                   multiply out
#
# Both signs have turned, the visible biases have taken up w, and the constant goes into Z:
#
#     W' = -W, c' = -c, b' = b + W give the same p(v)          for one hidden unit  (7.10)
#
# So we may turn each learnt unit such that its largest weight is positive: on is "likes".


# %% (7.10) a unit turned over
def turn_over(rbm, j):
    """The same model with hidden unit j turned over."""
    W, c = rbm.W.copy(), rbm.c.copy()
    W[:, j], c[j] = -W[:, j], -c[j]
    return RBM(W, rbm.b + rbm.W[:, j], c)


turned = turn_over(rbm, 1)
weight_turned = np.zeros(2**D)  # Σ_h exp(-E(v, h)) by definition
for row, v in enumerate(all_v):
    for h in all_h:
        weight_turned[row] += math.exp(-slow_energy(turned, v, h))
verify("(7.10) W' = -W, c' = -c, b' = b + W give the same p(v)",
       weight_turned / weight_turned.sum(), np.exp(log_likelihood(rbm, all_v)))

# %% figure: the learnt RBM, its units turned such that on is "likes"
for j in range(2):
    largest = np.abs(learnt.W[:, j]).argmax()
    if learnt.W[largest, j] < 0:
        learnt = turn_over(learnt, j)
print(f"  {'film':12}  {'b':>5}  {'to h_0':>6}  {'to h_1':>6}")
for film, b_i, (to_0, to_1) in zip(films, learnt.b, learnt.W):
    print(f"  {film:12}  {b_i:5.1f}  {to_0:6.1f}  {to_1:6.1f}")
print(f"  {'c':12}  {'':5}  {learnt.c[0]:6.1f}  {learnt.c[1]:6.1f}")
fig = plots.rbm_graph(learnt.W.round(1), visible_names=films, title="learnt from twelve people")
plots.save(fig, "07_films.png")

# %% [markdown]
# **Read aloud.** One hidden unit has weights of some 4 to 5 to Alien, Blade Runner and Star Wars,
# and next to none, or negative ones, to the rest: "likes science fiction". The other has them to
# Amélie, Casablanca and Notting Hill: "likes love stories". Nobody named these; they are what
# makes the table probable. The biases say that without a reason nobody likes anything: -4 is a
# chance of σ(-4) = .02. A unit that is on lifts its three films to about σ(-4 + 5) = .7. The two
# bits make four kinds of people: who likes neither, either or both.
#
# What does the model recommend to someone who likes Alien and Blade Runner? Hold the other films at
# 0 but for one, which is on or off. By (7.4) p(on) / p(off) = exp(F(off) - F(on)), as Z cancels, so
# the film is liked with the probability σ(F(off) - F(on)).

# %% experiment: one unit a genre, and what the model says to new people
strongest = np.argsort(learnt.W, axis=0)[3:]  # (3, 2) the three films of each unit
genres = {tuple(sorted(strongest[:, 0])), tuple(sorted(strongest[:, 1]))}
least = np.sort(learnt.W, axis=0)[3:].min()
claim("each genre has a unit of its own, with three weights above 3",
      genres == {(0, 1, 2), (3, 4, 5)} and least > 3, smallest=least)

new = np.array([[1, 1, 0, 0, 0, 0]], dtype=float)  # likes Alien and Blade Runner
print(f"  p(h = 1 given these two films) {hidden_probs(learnt, new)[0].round(2)}")
recommend = {}
for film in (2, 5):
    on = new.copy()
    on[0, film] = 1
    difference = free_energy(learnt, new) - free_energy(learnt, on)
    recommend[films[film]] = float(sigmoid(difference)[0])
    print(f"  {films[film]} with {recommend[films[film]]:.2f}")
claim("who likes Alien and Blade Runner will rather like Star Wars than Notting Hill",
      recommend["Star Wars"] > 3 * recommend["Notting Hill"])

# %% figure: a block step, v → h → v'
rng = np.random.default_rng(73)
person = likes[1]
p_hidden = hidden_probs(learnt, person)
hidden = (rng.random(2) < p_hidden).astype(float)
p_films = visible_probs(learnt, hidden)
next_person = (rng.random(6) < p_films).astype(float)
fig = plots.gibbs_chain([("v", person), ("p(h given v)", p_hidden), ("h", hidden),
                         ("p(v given h)", p_films), ("v'", next_person)])
plots.save(fig, "07_block_step.png")

# %% [markdown]
# **What to see.** One block step from the second person, films from top to bottom. Her two films
# switch on the unit for science fiction, and from that unit alone three films are drawn again,
# each by its own coin. What v' has in common with v is what h could carry.
#
# ## Two ways to read an RBM
#
# **A product of experts** (Hinton 2002). By (7.2), exp(-F(v)) is a product, with one factor for
# each unit:
#
#     p(v) = (1 / Z) Π_i exp(b_i v_i) · Π_j (1 + exp(x_j))                          (7.11)
#
# Each hidden unit is an expert: where x_j is far below 0 its factor is near 1 and it has no
# opinion; where x_j is large it favours such v by exp(x_j). Factors multiply. Say that of four
# pictures one expert favours the first two, another the first and the third, each by 9 to 1. The
# product gives 81, 9, 9, 1: the first picture has the probability .81. Each expert by itself gives
# it 9/20 = .45, and so does any average of the two. A product can be more certain than any of its
# factors.
#
# **A mixture.** p(v) is an average all the same, of very many distributions. Given h the visible
# units are independent, and
#
#     p(v) = Σ_h p(h) Π_i p(v_i given h)                                            (7.12)
#
# This is lesson 2's mixture, with 2^K components, described by D·K weights and D + K biases: what
# lesson 3 asked for, a hidden value of several bits.

# %% (7.11) and (7.12) both ways give the same p(v)
experts = np.ones(2**D)
for j in range(K):
    experts *= 1 + np.exp(rbm.c[j] + all_v @ rbm.W[:, j])
by_experts = np.exp(all_v @ rbm.b) * experts / weight.sum()
by_library = np.exp(log_likelihood(rbm, all_v))
verify("(7.11) p(v) = (1 / Z) Π_i exp(b_i v_i) · Π_j (1 + exp(x_j))", by_library, by_experts)

p_h = p_joint.sum(axis=0)  # (2^K,)
mixture = np.zeros(2**D)
for p_of_h, p_on in zip(p_h, visible_probs(rbm, all_h)):
    for row, v in enumerate(all_v):
        mixture[row] += p_of_h * np.prod(np.where(v == 1, p_on, 1 - p_on))
verify("(7.12) p(v) = Σ_h p(h) Π_i p(v_i given h)", mixture, p_v)

# %% [markdown]
# ## What the restriction buys, and what it costs
#
# It buys sums: 2^(D+K) terms became 2^K, and p(h given v) has K factors. It buys time: in a general
# machine each draw is an input to the next one, so that a sweep is as many small steps as there are
# units; here it is two products of matrices. It does not make a chain go further: a block step is
# a sweep like any other, by (6.11).
#
# The price: two visible units are no longer tied directly, only by way of hidden ones. Exercise 3
# shows what one hidden unit does for two visible ones.
#
# ## What goes wrong
#
# **The sign of a term in F.** Both are minus. With the sign of b·v flipped, the "probabilities"
# exp(-F) / Z do not add up to 1, though Z is right.
#
# **log(1 + exp(x)) written out.** exp(x) overflows above x = 709 in float64 and above 88 in
# float32. The library uses max(x, 0) + log(1 + exp(-|x|)), where no exponent is above 0.

# %% wrong: a sign, an overflow
F_wrong = all_v @ rbm.b - np.logaddexp(0, all_v @ rbm.W + rbm.c).sum(axis=1)
total = np.exp(-F_wrong - log_partition(rbm)).sum()
print(f"  sign of b·v flipped: the probabilities add up to {total:.3f}")
claim("they do not add up to 1", abs(total - 1) > 0.1, total=total)
with np.errstate(over="ignore"):
    print(f"  log(1 + exp(1000)) written out: {np.log(1 + np.exp(1000.0))}")
print(f"  by the library's formula:       {max(1000, 0) + math.log(1 + math.exp(-1000))}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 07 --stop gibbs_step
#
# stops where 20,000 block steps start from one v:
#
#     (Pdb) p v
#     array float64 (20000, 5) [0, 1]
#     (Pdb) p hidden_probs(rbm, v)
#     array float64 (20000, 3) [0.0866, 0.407]
#     (Pdb) p hidden_probs(rbm, v)[0].round(3).tolist()
#     [0.087, 0.407, 0.229]
#
# All rows are alike so far. `s` and `n` go on into `_gibbs_step`, where `h` is drawn, a coin a
# unit and row.
#
# ## Exercises
#
# 1. By hand: in the smallest RBM, start at v = 10, and let the coin say h = 1. With what
#    probabilities are the two visible units on in v'? And what is T(10→11), over both h?
# 2. On paper: with W = 0, what are F(v), Z and p(v)? And two hidden units with equal weights w and
#    bias c: are they the same as one unit with 2w and 2c? Compare their factors in (7.11).
# 3. On paper: sum out the one hidden unit of an RBM with two visible units. Show that p(v_0, v_1)
#    is that of lesson 4's machine with two connected units. Write its weight with f(x) = log(1 +
#    exp(c + x)). (Any function of two bits is A + B v_0 + C v_1 + w v_0 v_1.) When is w positive?
# 4. In code: without looking at the library, write
#
#        def block_step(W, b, c, v, rng):
#            """One step v → h → v' of block Gibbs sampling: v (N, D) -> (N, D), of 0.0 and 1.0.
#
#            Draws h, then v, each layer by one call of rng.random, on where it is below p.
#            """
#
#    Its judge: with a generator of the same seed it must give the very bits of `gibbs_step`.
#
# `dgm course release 07 --out .` writes a file for the exercise in code, and
# `dgm course check 07` judges what you write into it.
#
# Solutions: `lessons/solutions/07.md`, for when you have tried.
