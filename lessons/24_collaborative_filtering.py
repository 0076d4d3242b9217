# %% [markdown]
# # Collaborative filtering: an RBM with most of its data missing
#
# A thousand people have each rated about a hundred of two thousand films. What would they give the
# others? Such a table of ratings has nineteen holes in twenty places. This lesson builds an RBM
# for it: a case is a model of the ratings that it has, and of nothing else. Of any hole it then
# says how probable each rating is.
#
# Afterwards you can
#
# - say why a missing rating is left out of the energy, and not summed over or filled in;
# - write the learning step of such an RBM, with its mask in both phases;
# - predict an unseen rating exactly, and judge the prediction against what is easy to beat;
# - name the slips with missing data that run without an error message.
#
# About an hour and a half. You need the RBM (lesson 7), exact learning (lesson 8), contrastive
# divergence (lesson 9) and softmax units (lesson 19).
#
# ## A table with holes
#
# The ratings here are made up by a rule, so that we know what there is to find. Each user has a
# taste, two numbers, and each item has two traits. A rating is 3 stars, plus a number of the user
# (how generous?), plus a number of the item (how good?), plus taste · trait, plus noise, rounded to
# 1 to 5 stars. Four pairs in ten are rated, and a fifth of these ratings are held out to be
# predicted.

# %% a table of ratings
import itertools
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import planted_ratings, split_ratings
from numpy_dgm.energy import (
    RatingsRBM, expected_rating, fit_biases, predict_by_biases, rating_probs, ratings_cd_gradient,
    ratings_exact_gradient, ratings_free_energy, ratings_log_likelihood, rmse)
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify, verify_mean

STARS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def table_of(seed):
    """(learnt from, held out): ratings of 50 items by 60 users."""
    ratings, _ = planted_ratings(60, 50, 2, 0.4, np.random.default_rng([24, seed]))
    return split_ratings(ratings, 0.2, "random", np.random.default_rng([25, seed]))


train, test = table_of(0)
print(train)
table = train.matrix("items")[:]  # (N, D) = (50, 60): 0 to 4 for 1 to 5 stars, -1 for no rating
print(table[:4, :16])

# %% figure: the table
fig, (ax,) = plots.new_figure(width=6, height=4.6)
shown = np.where(table >= 0, table + 1.0, np.nan)
image = ax.imshow(shown, cmap="viridis", interpolation="nearest")
ax.set(xlabel="user (a visible unit)", ylabel="item (a case)")
fig.colorbar(image, label="stars; white: no rating", shrink=0.8)
plots.save(fig, "24_table.png")

# %% [markdown]
# **What to see.** Two places in three are white, and each row has its ratings at other places. Rows
# are cases, as ever: **a case is an item**, and a visible unit is a user. (The other way round
# works too, and was published first.)
#
# ## One row, in numbers
#
# A rating is one of M values, so a visible unit is a softmax group (lesson 19). Ratings are
# ordered: 4 lies between 3 and 5. So a value sends its **level** to the hidden units, from -1 for
# the lowest to 1 for the highest, times one weight W_ij for user i and hidden unit j. One says that
# the weights of the M values are *tied*. Take three values, two users and one hidden unit, both
# weights 2, and no biases:
#
#     stars       1     2     3
#     level      -1     0     1
#
# An item has 3 stars from the first user. The second has not rated it. A pair of m, the second
# user's value, and h weighs exp(2 h + 2 level(m) h): 1 if h = 0, and exp(2 + 2 level(m)) if h = 1.
#
#     without the second user       p(h = 1 given 3 stars) = σ(2) = .881
#
#     the second user's stars       1               2               3          sum
#     weight, h summed out    1 + e^0 = 2   1 + e^2 = 8.39  1 + e^4 = 55.60    65.99
#     probability                 .030            .127            .843      mean rating 2.81
#
# The second user mostly agrees with the first, since both weights have the same sign. The cell
# repeats it with the library, whose W has the shape (D, 1, K) where weights are tied, one for each
# pair; U, of which the appendix speaks, is 0 until there.

# %% the same numbers by the library
tiny = RatingsRBM(W=np.full((2, 1, 1), 2.0), U=np.zeros((2, 1)), b=np.zeros((2, 3)), c=np.zeros(1),
                  levels=np.array([[-1.0], [0.0], [1.0]]), values=np.array([1.0, 2.0, 3.0]))
row = np.array([[2, -1]])  # value 2 is the third one, 3 stars; -1 is no rating
p = rating_probs(tiny, row, case=[0], unit=[1])
print("p(1, 2, 3 stars)  ", p.round(3))
print("mean rating       ", expected_rating(tiny, p).round(2))

# %% [markdown]
# ## Each row is a model of its own
#
# Write r_i = 1 where user i has rated the item, else 0, and v_i for the value. The energy of the
# row has a term for each rating that there is, and none for those that are missing:
#
#     E(v, h given r) = -Σ_i r_i (b[i, v_i] + level(v_i) Σ_j W_ij h_j) - c·h       a definition
#
# with a bias b[i, m] for each value m of user i. The hidden units are bits, so they are summed out
# as in lesson 7, with x_j what unit j receives:
#
#     x_j = c_j + Σ_i r_i level(v_i) W_ij                                           a definition
#
#     F(v given r) = -Σ_i r_i b[i, v_i] - Σ_j log(1 + exp(x_j))                     (24.1)
#
# And Z? It sums over what *this row* can be: all values at the places where it has ratings. Two
# items that other people have rated have other Zs. They are two models, which share parameters:
#
#     log p(v given r) = -F(v given r) - log Z(r)
#     Z(r) = Σ_h exp(h·c) Π_{i rated} Σ_m exp(b[i, m] + level(m) (W h)_i)           (24.2)
#
# Given h, the units are independent, so the sum over values is a product of sums. The cell writes a
# row out from the energy, with three users, three values, two hidden units, and a rating missing.

# %% (24.1) and (24.2) a row's own model
rng = np.random.default_rng(240)
D, K, M = 3, 2, 3
levels = np.array([-1.0, 0.0, 1.0])
W = np.array([[1.0, -1.0], [2.0, 2.0], [1.0, -2.0]])  # (D, K)
b = 0.5 * rng.normal(size=(D, M))
c = np.array([-1.0, -1.0])
rbm = RatingsRBM(W[:, None, :], np.zeros((D, K)), b, c, levels[:, None], values=levels + 2)
all_h = all_bits(K)  # (4, K)


def minus_energy(rbm, v, h):
    """-E(v, h given r) of one row v (D,) and one hidden layer h (K,), from the definition."""
    total = rbm.c @ h
    for i, value in enumerate(v):
        if value >= 0:  # r_i = 1
            total += rbm.b[i, value]
            total += rbm.levels[value, 0] * (rbm.W[i, 0] @ h)
    return total


def all_rows(row):
    """Every row that has ratings where `row` has some: (M^ratings, D)."""
    possible = []
    for value in row:
        possible.append([-1] if value < 0 else range(M))
    return np.array(list(itertools.product(*possible)))


def weights_of(rbm, rows):
    """exp(-E) of each of the rows with each hidden layer: (rows, 4)."""
    weight = np.zeros((len(rows), len(all_h)))
    for n, v in enumerate(rows):
        for s, h in enumerate(all_h):
            weight[n, s] = np.exp(minus_energy(rbm, v, h))
    return weight


row = np.array([2, -1, 0])
rows = all_rows(row)  # (9, D)
sums = weights_of(rbm, rows).sum(axis=1)  # (9,) over h
verify("(24.1) F(v given r) = -Σ_i r_i b[i, v_i] - Σ_j log(1 + exp(x_j))",
       ratings_free_energy(rbm, rows), -np.log(sums))
verify("(24.2) log p(v given r) = -F(v given r) - log Z(r)",
       ratings_log_likelihood(rbm, rows), np.log(sums / sums.sum()))

# %% [markdown]
# ## Why absent, and not summed over?
#
# It would be more natural to keep a unit for every user, and to sum over the values of those that
# are missing. That is a good model, and a hard one, since the missing units then join in:
#
#     p(h given the seen ratings)
#       ∝ exp(h·x) Π_{i missing} Σ_m exp(b[i, m] + level(m) (W h)_i)                (24.3)
#
# exp(h·x) is a product with one factor for each hidden unit: without the rest, they are
# independent, and p(h_j = 1 given v, r) = σ(x_j). A sum over m holds all hidden units at once, and
# couples them. Then the positive phase, too, needs sampling, with nineteen such sums for each
# rating. Where units are absent there are no such sums.

# %% (24.3) missing units that are summed over couple the hidden ones
p_summed = np.zeros(len(all_h))  # from the definition: over the values of user 1
for m in range(M):
    p_summed += weights_of(rbm, [[row[0], m, row[2]]])[0]
p_summed /= p_summed.sum()

x = c + levels[row[0]] * W[0] + levels[row[2]] * W[2]  # (K,)
p_absent = np.exp(all_h @ x)
p_absent /= p_absent.sum()
factor = np.zeros(len(all_h))
for m in range(M):
    factor += np.exp(b[1, m] + levels[m] * (all_h @ W[1]))
by_formula = p_absent * factor
verify("(24.3) p(h given the seen ratings) ∝ exp(h·x) Π Σ_m exp(b[i, m] + level(m) (W h)_i)",
       by_formula / by_formula.sum(), p_summed)
for name, p in (("absent", p_absent), ("summed over", p_summed)):
    means = p @ all_h  # (K,) p(h_j = 1)
    print(f"{name:12} p(both on) {p[-1]:.3f}   product of p(one on) {means[0] * means[1]:.3f}")
claim("Summed over, a missing unit couples the hidden units",
      abs(p_summed[-1] - np.prod(p_summed @ all_h)) > 0.005)
claim("left out, it does not", abs(p_absent[-1] - np.prod(p_absent @ all_h)) < 1e-12)

# %% [markdown]
# ## The gradient keeps the mask
#
# log p(v given r) has a data term and a model term, as in lesson 8. Both are those of the row's
# own model, so both have r_i in front:
#
#     ∂ mean log p/∂W_ij = <r_i level(v_i) h_j>_data - <r_i level(v_i) h_j>_model   (24.4)
#
# where <.>_model is for each row the mean under *its* model. A user's weights learn from the items
# that the user has rated, and from no others. Contrastive divergence starts at the row, draws h,
# then values *at the rated places only*, and takes h's mean once more. Write g(v)_ij for
# r_i level(v_i) σ(x_j), and T_r(v→v') for the probability that the row's own chain goes from v to
# v'. Then CD-1 is on average what it was in lesson 9:
#
#     E[CD-1] = mean over rows of ( g(v) - Σ_v' T_r(v→v') g(v') )                   (24.5)
#
# The cell holds the library's two gradients against differences of the sums above, and against T_r
# written out.

# %% (24.4) and (24.5) the exact gradient, and CD on average
v_data = np.array([[2, -1, 0], [1, 1, -1], [0, 2, 2], [-1, 2, -1]])


def mean_log_p(rbm):
    """The mean of log p(v given r) over v_data, each row by sums over its own model."""
    total = 0.0
    for row in v_data:
        weight_of_row = weights_of(rbm, [row]).sum()
        Z = weights_of(rbm, all_rows(row)).sum()
        total += np.log(weight_of_row / Z)
    return total / len(v_data)


slopes = windows(rbm, central_differences(mean_log_p, rbm))
exact = ratings_exact_gradient(rbm, v_data)
verify("(24.4) ∂ mean log p/∂W_ij = <r_i level(v_i) h_j>_data - <r_i level(v_i) h_j>_model",
       exact.W, slopes.W, tolerance=1e-8)

expected = np.zeros((D, K))
for row in v_data:
    rows = all_rows(row)  # (R, D)
    weight = weights_of(rbm, rows)  # (R, 4)
    h_given_v = weight / weight.sum(axis=1, keepdims=True)
    v_given_h = weight / weight.sum(axis=0, keepdims=True)
    T_r = h_given_v @ v_given_h.T  # (R, R)
    sent = np.where(rows >= 0, levels[rows], 0.0)  # (R, D) r_i level(v_i)
    p_h = h_given_v @ all_h  # (R, K)
    g = sent[:, :, None] * p_h[:, None, :]  # (R, D, K)
    start = np.flatnonzero((rows == row).all(axis=1))[0]  # the place of `row` among the rows
    expected += (g[start] - np.tensordot(T_r[start], g, axes=1)) / len(v_data)
rng = np.random.default_rng(241)
draws = np.array([ratings_cd_gradient(rbm, v_data, 1, rng).W[:, 0] for _ in range(6_000)])
verify_mean("(24.5) E[CD-1] = mean of g(v) - Σ_v' T_r(v→v') g(v')", draws, expected)

# %% [markdown]
# ## The loop on a page
#
# All items at once, with nothing from the library but the sigmoid. Look for the three places where
# the mask `r` is used: they are all that missing ratings need. (`mask_down` is there for later: it
# forgets the second one.) A little *weight decay*, 0.002 W in each step, pulls the weights towards
# 0, which helps where there are few ratings for each weight.

# %% a training run on a page
def learn(v, n_steps, rate, rng, mask_down=True, K=12):
    """An RBM of ratings v (N, D), values 0 to 4, -1 where there is none; K hidden units."""
    N, D = v.shape
    r = v >= 0  # (N, D)
    levels = np.linspace(-1, 1, 5)
    sent = np.where(r, levels[v], 0.0)  # (N, D) what each rating sends up; a hole sends nothing
    is_value = v[:, :, None] == np.arange(5)  # (N, D, 5)
    W = 0.01 * rng.standard_normal((D, K))
    b = np.log(is_value.sum(axis=0) + 1.0)  # (D, 5) from how often each value came
    c = np.zeros(K)
    for _ in range(n_steps):
        p_h_data = sigmoid(sent @ W + c)  # (N, K) positive phase
        h = (rng.random((N, K)) < p_h_data).astype(float)
        logits = b + (h @ W.T)[:, :, None] * levels  # (N, D, 5)
        p_v = np.exp(logits - logits.max(axis=2, keepdims=True))
        p_v /= p_v.sum(axis=2, keepdims=True)  # a softmax for each place
        uniform = rng.random((N, D, 1))
        passed = uniform > p_v.cumsum(axis=2)[:, :, :-1]  # (N, D, 4) the borders between values
        drawn = passed.sum(axis=2)  # (N, D) a value for every place,
        sent_model = levels[drawn]
        if mask_down:
            sent_model = np.where(r, sent_model, 0.0)  # of which only the rated places count
        p_h = sigmoid(sent_model @ W + c)  # (N, K) negative phase

        W += rate * ((sent.T @ p_h_data - sent_model.T @ p_h) / N - 0.002 * W)
        b += rate * np.where(r[:, :, None], is_value - p_v, 0.0).sum(axis=0) / N
        c += rate * (p_h_data - p_h).mean(axis=0)
    return RatingsRBM(W[:, None, :], np.zeros((D, K)), b, c, levels[:, None], STARS)


learnt = learn(table, n_steps=300, rate=0.5, rng=np.random.default_rng(242))  # 12 hidden units

# %% [markdown]
# ## Predicting a hole
#
# Add the unit of the unseen rating to the row. Each of its values changes what the hidden units
# receive, and these are summed out once more, as in the numbers of the beginning:
#
#     p(v_i = m given the seen ratings)
#       ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m) W_ij))                           (24.6)
#
# That is exact, in the model of the row with that one unit more. The mean of this distribution is
# the prediction of least expected squared error.

# %% (24.6) an unseen rating
row = np.array([2, -1, 0])
completed = np.array([[2, 0, 0], [2, 1, 0], [2, 2, 0]])  # user 1 with each value
weight = weights_of(rbm, completed).sum(axis=1)  # (M,)
p = rating_probs(rbm, row[None], case=[0], unit=[1])
verify("(24.6) p(v_i = m given the seen ratings) ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m) W_ij))",
       p[0], weight / weight.sum())

p = rating_probs(learnt, table, case=[0], unit=[0])  # the first hole, by the loop's model
print("the table's first hole: p(1, 2, 3, 4, 5 stars)", p[0].round(2))

# %% [markdown]
# ## What must be beaten
#
# A prediction is judged by its root mean square error (RMSE) on ratings that were not learnt from.
# Two predictions are easy: the mean of all ratings; and the mean, plus how generous the user is,
# plus how good the item is. Of real ratings these **biases** are most of what can be predicted,
# and a model that is not compared with them has shown nothing.
#
# Here are twelve tables, and the loop on the page on each. (The library's `train_ratings` takes the
# same step in minibatches, with momentum, and is the one to use on large tables.)

# %% experiment: twelve tables
def error_of(rbm, train, test):
    """RMSE of the ratings `test`, predicted from those of `train`."""
    p = rating_probs(rbm, train.matrix("items"), *test.places("items"))
    return rmse(expected_rating(rbm, p), test.stars())


errors = {"biases": [], "loop on the page": [], "seen ratings": []}
for seed in range(12):
    train, test = table_of(seed)
    places = train.places("items")  # row and column of each rating
    biases = fit_biases(*places, train.stars(), shape=(50, 60), damping=3)  # 3: pulled a bit to 0
    predicted = predict_by_biases(biases, *test.places("items"))
    v = train.matrix("items")[:]
    learnt = learn(v, n_steps=300, rate=0.5, rng=np.random.default_rng([26, seed]))
    errors["biases"].append(rmse(predicted, test.stars()))
    errors["loop on the page"].append(error_of(learnt, train, test))
    errors["seen ratings"].append(error_of(learnt, train, train))  # a slip: see below

gain = np.array(errors["biases"]) - errors["loop on the page"]
mean_error = {}
for name in ("biases", "loop on the page"):
    mean_error[name] = np.mean(errors[name])
    print(f"{name:17} {mean_error[name]:.2f}, the tables from {min(errors[name]):.2f}",
          f"to {max(errors[name]):.2f}")
claim("The loop's model is below the biases on every table", gain.min() > 0, gain=gain.min())

# %% [markdown]
# The loop's model is below the biases on every table. On real ratings the gain is smaller: of the
# MovieLens ratings, biases miss by .945 stars, and an RBM by .886 (measured by
# `lessons/reproductions/movielens.py`). To try ratings of your own: `dgm train ratings --help`.
#
# ## What goes wrong
#
# None of these raises an error.
#
#     a hole is a 1        -1 becomes 0, the place of the lowest value
#     a hole is average    holes are filled with the item's mean, rounded, before learning
#     no mask going down   the negative phase has values at all places, the positive one does not
#     seen ratings         the error is measured on ratings that the model has learnt from
#
# And one of NumPy's own: `levels[v]` for v = -1 is the *last* level. Without the first `np.where`
# of the loop, every hole sends up five stars.

# %% wrong: holes filled, masks lost, errors of what was seen
for name in ("a hole is a 1", "a hole is average", "no mask going down"):
    errors[name] = []
for seed in range(6):
    train, test = table_of(seed)
    v = train.matrix("items")[:].astype(int)
    rng = np.random.default_rng([27, seed])
    with_ones = np.where(v < 0, 0, v)
    learnt = learn(with_ones, 300, 0.5, rng)
    errors["a hole is a 1"].append(error_of(learnt, train, test))

    item_sum = np.where(v >= 0, v, 0).sum(axis=1)
    item_mean = np.rint(item_sum / (v >= 0).sum(axis=1)).astype(int)
    with_means = np.where(v < 0, item_mean[:, None], v)
    learnt = learn(with_means, 300, 0.5, rng)
    errors["a hole is average"].append(error_of(learnt, train, test))

    learnt = learn(v, 300, 0.5, rng, mask_down=False)
    errors["no mask going down"].append(error_of(learnt, train, test))

fig, (ax,) = plots.new_figure(width=7, height=3.4)
for place, (name, found) in enumerate(errors.items()):
    mean = np.mean(found)
    mean_error[name] = mean
    ax.plot(found, np.full(len(found), place), "o", markersize=4, color="tab:blue", alpha=0.6)
    ax.plot([mean, mean], [place - 0.3, place + 0.3], color="tab:orange", linewidth=3)
ax.set_yticks(np.arange(len(errors)), list(errors))
ax.invert_yaxis()
ax.set(xlabel="RMSE, stars (points: tables; bars: means)")
plots.save(fig, "24_errors.png")
of_biases, of_loop = mean_error["biases"], mean_error["loop on the page"]
of_ones, of_means = mean_error["a hole is a 1"], mean_error["a hole is average"]
no_mask, of_seen = mean_error["no mask going down"], mean_error["seen ratings"]
claim("A hole that is a 1 is far worse than the biases", of_ones > 1.5 * of_biases, error=of_ones)
claim("one that is average, and a lost mask, cost much of what the RBM had won",
      min(of_means, no_mask) > 1.1 * of_loop, average=of_means, no_mask=no_mask)
claim("The error of seen ratings promises what unseen ones do not keep", of_seen < 0.85 * of_loop,
      seen=of_seen)

# %% [markdown]
# **What to see.** A hole that is a 1 is far worse than the biases: the model learns which pairs
# have a rating, and predicts that there is none. A hole that is average, and a lost mask, cost much
# of what the RBM had won. The error of seen ratings promises what unseen ones do not keep; never
# report it. Such a leak has subtler ways, too: biases or frequencies that were computed before the
# split. Hold out first, compute then.
#
# ## Stop here with a debugger
#
#     dgm lessons 24 --stop _value_probs
#
# stops in the library's way down, first called by CD on the four rows of (24.5). They have eight
# ratings at twelve places:
#
#     (Pdb) p h
#     array float64 (4, 2) [0, 1]
#     (Pdb) p case
#     array int64 (8,) [0, 3]
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p logits
#     array float64 (8, 3) [-4.29, 3.66]
#
# There is a row of logits for each rating, and none for a hole. `c` goes on to the next call.
#
# ## Appendix: what the presence of a rating tells
#
# People do not rate at random: they see films that they expect to like. So the mere fact that i
# has rated this item tells something, and the library's model has weights U for it (Salakhutdinov,
# Mnih and Hinton 2007). They only add to what the hidden units receive:
#
#     x_j = c_j + Σ_i r_i (level(v_i) W_ij + U_ij)                                  a definition
#
#     Z(r) = Σ_h exp(h·(c + r U)) Π_{i rated} Σ_m exp(b[i, m] + level(m) (W h)_i)   (24.7)
#
# r is given, and not modelled. The tables of this lesson have their ratings at random places, so
# that r tells nothing. On MovieLens U lowered the error by about .02.

# %% (24.7) a row's own model, with U
with_U = replace(rbm, U=rng.normal(size=(D, K)))
row = np.array([2, -1, 0])
rows = all_rows(row)
from_r = np.exp(all_h @ (with_U.U[0] + with_U.U[2]))  # (4,) users 0 and 2 have rated
sums = (weights_of(with_U, rows) * from_r).sum(axis=1)  # the energies, and r's share
verify("(24.7) log p(v given r), with Z(r) = Σ_h exp(h·(c + r U)) Π_{i rated} Σ_m ..",
       ratings_log_likelihood(with_U, rows), np.log(sums / sums.sum()))

# %% [markdown]
# ## Exercises
#
# 1. By hand: in the numbers of the beginning, let the second user's weight be -2 in the place of 2.
#    What does the model predict now, and what does the sign of a product of weights mean?
# 2. On paper: a user has rated nothing. What is F of that empty row, what is Z(r), and what does
#    (24.6) predict for a user (as a case) of whom nothing is known? Why is that sensible?
# 3. In code, with nothing but NumPy:
#
#        def predict(W, b, c, levels, v, i):
#            """p (M,): the probabilities of the M values of unit i, which v has not rated.
#
#            W (D, K), b (D, M), c (K,), levels (M,) rising, no U; v (D,) integers, -1 for no
#            rating.
#            """
#
#    It is (24.6). Hold it against `rating_probs`: `lessons/solutions/24.md` shows the check.
#
# `dgm course release 24 --out .` writes a file for the exercise in code, and
# `dgm course check 24` judges what you write into it.
#
# Solutions: `lessons/solutions/24.md`, for when you have tried.
