# %% [markdown]
# # Collaborative filtering: an RBM with most of its data missing
#
# A thousand people have each rated about a hundred of two thousand films. What would they give the
# others? Such a table of ratings has nineteen holes in twenty places. This lesson builds an RBM
# for it: a case is a model of the ratings that it has, and of nothing else. The model then says of
# any hole not only which rating to expect, but how sure it is.
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
# The ratings here are planted, so that what is to be found is known: each user has a taste, two
# numbers, each item two traits, and a rating is 3 + what the user gives on average more + what the
# item gets more + taste · trait, with noise, rounded to 1 to 5 stars. Four pairs in ten are rated,
# and a fifth of these ratings are held out to be predicted.

# %% a table of planted ratings
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import planted_ratings, split_ratings
from numpy_dgm.energy import (
    RatingsRBM, expected_rating, fit_biases, init_ratings_rbm, predict_by_biases,
    rating_deviation, rating_probs, ratings_cd_gradient, ratings_exact_gradient,
    ratings_free_energy, ratings_log_likelihood, rmse, train_ratings)
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.numerics import logsumexp, sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_mean

STARS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def table_of(seed):
    """(learnt from, held out) of planted ratings of 50 items by 60 users."""
    ratings, _ = planted_ratings(60, 50, 2, 0.4, np.random.default_rng([24, seed]))
    return split_ratings(ratings, 0.2, "random", np.random.default_rng([25, seed]))


train, test = table_of(0)
print(train)
v = train.matrix("items")[:]  # (N, D) = (50, 60): the value's place in the list of stars, or -1
print(v[:4, :16])

# %% figure: the table
fig, (ax,) = plots.new_figure(width=6, height=4.6)
shown = np.where(v >= 0, v + 1.0, np.nan)
image = ax.imshow(shown, cmap="viridis", interpolation="nearest")
ax.set(xlabel="user (a visible unit)", ylabel="item (a case)")
fig.colorbar(image, label="stars; white: no rating", shrink=0.8)
plots.save(fig, "24_table.png")

# %% [markdown]
# Rows are cases, as ever. Here **a case is an item**, and a visible unit is a user: an item's row
# holds what the users gave it. The other way round works too, and was published first; the end of
# the lesson compares them.
#
# ## One row, in numbers
#
# A rating is one of M = 5 values, so a visible unit is a softmax group (lesson 19). Ratings are
# ordered: 4 lies between 3 and 5. So a value sends to the hidden units its **level**, from -1 for
# the lowest to 1 for the highest, times one weight for the pair of units: the weights of the five
# values are *tied*. With three values only, two users and one hidden unit:
#
#     level(m) = -1, 0, 1 for 1, 2, 3 stars        W = [2]  b = 0, c = 0
#                                                      [2]
#
# An item has 3 stars from the first user. The second has not rated it. Then
#
#     up      x = 1 · 2 = 2         p(h = 1 given v) = σ(2) = .881
#     down    the second user's value m weighs 1 + exp(x + level(m) · 2), h being 0 or 1:
#
#     stars                1               2               3          sum
#     weight       1 + e^0 = 2   1 + e^2 = 8.39  1 + e^4 = 55.60    65.99
#     probability         .030            .127            .843      mean rating 2.81
#
# The second user mostly agrees with the first, since both weights have the same sign.

# %% the same numbers by the library
tiny = RatingsRBM(W=np.full((2, 1, 1), 2.0), U=np.zeros((2, 1)), b=np.zeros((2, 3)), c=np.zeros(1),
                  levels=np.array([[-1.0], [0.0], [1.0]]), values=np.array([1.0, 2.0, 3.0]))
row = np.array([[2, -1]])  # value 2 is the third one, 3 stars; -1 is no rating
p = rating_probs(tiny, row, case=[0], unit=[1])
print("p(1, 2, 3 stars) ", p.round(3))
print("mean rating      ", expected_rating(tiny, p).round(2))
print("its deviation    ", rating_deviation(tiny, p).round(2))

# %% [markdown]
# ## Each row is a model of its own
#
# Write r_i = 1 where user i has rated the item, else 0. The energy of the row has a term for each
# rating that there is, and none for those that are missing:
#
#     E(v, h given r) = -Σ_i r_i (b[i, v_i] + Σ_j (level(v_i) W_ij + U_ij) h_j) - c·h   a definition
#
# U is new. It says what the mere fact that i has rated this item tells: people do not rate at
# random (Salakhutdinov, Mnih and Hinton 2007). r is given, so the model need not explain it.
#
# The hidden units are bits, so they are summed out as in lesson 7, with x what each receives:
#
#     x_j = c_j + Σ_i r_i (level(v_i) W_ij + U_ij)                           a definition
#
#     F(v given r) = -Σ_i r_i b[i, v_i] - Σ_j log(1 + exp(x_j))              (24.1)
#
# And Z? It sums over what *this row* can be: all values at the places where it has ratings. Two
# items that other people have rated have other Zs. They are two models, which share parameters:
#
#     log p(v given r) = -F(v given r) - log Z(r)
#     Z(r) = Σ_h exp(h·(c + r U)) Π_{i rated} Σ_m exp(b[i, m] + level(m) (W h)_i)   (24.2)
#
# Given h, the units are independent, so the sum over values is a product of sums. The cells write a
# row out from the energy, with three users, three values, two hidden units, and a rating missing.

# %% (24.1) and (24.2) a row's own model
rng = np.random.default_rng(240)
D, K, M = 3, 2, 3
levels = np.array([-1.0, 0.0, 1.0])
W = np.array([[1.0, -1.0], [2.0, 2.0], [1.0, -2.0]])
rbm = RatingsRBM(W=W[:, None, :], U=0.5 * rng.normal(size=(D, K)), b=0.5 * rng.normal(size=(D, M)),
                 c=-np.ones(K), levels=levels[:, None], values=np.array([1.0, 2.0, 3.0]))
all_h = all_bits(K)  # (4, K)


def minus_energy(rbm, v, h, r):
    """-E(v, h given r) of one row, from the definition. A unit with a value and r_i = 0 is unseen.
    """
    total = rbm.c @ h
    for i, value in enumerate(v):
        if value >= 0:
            total += rbm.b[i, value]
            total += rbm.levels[value, 0] * (rbm.W[i, 0] @ h)
            total += r[i] * (rbm.U[i] @ h)
    return total


def all_rows(row):
    """Every row that has ratings where `row` has some: (M^ratings, D)."""
    possible = []
    for value in row:
        possible.append([-1] if value < 0 else range(M))
    return np.array(list(itertools.product(*possible)))


def log_weights_of(rbm, row):
    """log Σ_h exp(-E) of every row with ratings at those places."""
    r = (row >= 0).astype(float)
    sums = []
    for v in all_rows(row):
        sums.append(logsumexp([minus_energy(rbm, v, h, r) for h in all_h]))
    return np.array(sums)


row = np.array([2, -1, 0])
rows = all_rows(row)  # (9, 3)
log_weights = log_weights_of(rbm, row)
verify("(24.1) F(v given r) = -Σ_i r_i b[i, v_i] - Σ_j log(1 + exp(x_j))",
       ratings_free_energy(rbm, rows), -log_weights)
verify("(24.2) log p(v given r) = -F(v given r) - log Z(r)",
       ratings_log_likelihood(rbm, rows), log_weights - logsumexp(log_weights))

# %% [markdown]
# ## Why absent, and not summed over?
#
# It would be more natural to keep a unit for every user, and to sum over the values of those that
# are missing. That is a good model, and a hard one. The missing units then join in:
#
#     p(h given the seen ratings)
#       ∝ exp(h·x) Π_{i missing} Σ_m exp(b[i, m] + level(m) (W h)_i)         (24.3)
#
# Without the product, the hidden units are independent, each with its σ(x_j). The product couples
# them: it is no longer a product of one factor for each hidden unit. Then the positive phase needs
# sampling, too. Where units are absent there is no product, and p(h_j = 1 given v, r) = σ(x_j).

# %% (24.3) missing units that are summed over couple the hidden ones
r = (row >= 0).astype(float)
full = []
for v in all_rows(np.zeros(D, int)):  # every value of all three
    if v[0] == row[0] and v[2] == row[2]:
        full.append([minus_energy(rbm, v, h, r) for h in all_h])
p_summed = np.exp(logsumexp(np.array(full), axis=0) - logsumexp(full))  # (4,) by the definition

x = rbm.c + levels[row[0]] * rbm.W[0, 0] + rbm.U[0] + levels[row[2]] * rbm.W[2, 0] + rbm.U[2]
factor = np.exp(rbm.b[1] + np.outer(all_h @ rbm.W[1, 0], levels)).sum(axis=1)  # (4,)
by_formula = np.exp(all_h @ x) * factor
verify("(24.3) p(h given the seen ratings) ∝ exp(h·x) Π Σ_m exp(b[i, m] + level(m) (W h)_i)",
       by_formula / by_formula.sum(), p_summed)
both = p_summed[(all_h == 1).all(axis=1)][0]
apart = (p_summed @ all_h).prod()
claim("Summed over, a missing unit couples the hidden units", abs(both - apart) > 0.005,
      both_on=both, product_of_means=apart)
p_absent = np.exp(all_h @ x) / np.exp(all_h @ x).sum()
claim("left out, it does not", abs(p_absent[-1] - (p_absent @ all_h).prod()) < 1e-12)

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
# then values *at the rated places only*, then takes h's mean once more. On average it is
#
#     E[CD-1] = mean over rows of ( g(v) - Σ_v' T_r(v→v') g(v') )                   (24.5)
#
# with g(v)_ij = r_i level(v_i) σ(x_j), and T_r the step of the row's own chain, from one set of
# values at its places to another. The cell holds the library's two gradients against
# differences of the sums above, and against T_r written out.

# %% (24.4) and (24.5) the exact gradient, and CD on average
v_data = np.array([[2, -1, 0], [1, 1, -1], [0, 2, 2], [-1, 2, -1]])


def mean_log_p(W):
    """The mean log p of v_data with the weights W (D, K), by the energies."""
    moved = RatingsRBM(W[:, None, :], rbm.U, rbm.b, rbm.c, rbm.levels, rbm.values)
    total = 0.0
    for row in v_data:
        log_weights = log_weights_of(moved, row)
        here = (all_rows(row) == row).all(axis=1)
        total += log_weights[here][0] - logsumexp(log_weights)
    return total / len(v_data)


slopes = np.zeros((D, K))
for i, j in itertools.product(range(D), range(K)):
    step = np.zeros((D, K))
    step[i, j] = 1e-4
    slopes[i, j] = (mean_log_p(rbm.W[:, 0] + step) - mean_log_p(rbm.W[:, 0] - step)) / 2e-4
exact = ratings_exact_gradient(rbm, v_data)
verify("(24.4) ∂ mean log p/∂W_ij = <r_i level(v_i) h_j>_data - <r_i level(v_i) h_j>_model",
       exact.W[:, 0], slopes, tolerance=1e-6)

expected = np.zeros((D, K))
for row in v_data:
    r = (row >= 0).astype(float)
    rows = all_rows(row)  # (R, D)
    weight = np.zeros((len(rows), len(all_h)))  # exp(-E) of every pair of layers
    for place, v in enumerate(rows):
        for state, h in enumerate(all_h):
            weight[place, state] = np.exp(minus_energy(rbm, v, h, r))
    h_given_v = weight / weight.sum(axis=1, keepdims=True)
    v_given_h = weight / weight.sum(axis=0, keepdims=True)
    T_r = h_given_v @ v_given_h.T  # (R, R)
    sent = r * np.where(rows >= 0, levels[rows], 0.0)  # (R, D)
    g = sent[:, :, None] * (h_given_v @ all_h)[:, None, :]  # (R, D, K)
    start = np.flatnonzero((rows == row).all(axis=1))[0]
    expected += (g[start] - np.tensordot(T_r[start], g, axes=1)) / len(v_data)
rng = np.random.default_rng(241)
draws = np.array([ratings_cd_gradient(rbm, v_data, 1, rng).W[:, 0] for _ in range(6_000)])
verify_mean("(24.5) E[CD-1] = mean of g(v) - Σ_v' T_r(v→v') g(v')", draws, expected)

# %% [markdown]
# ## The loop on a page
#
# All items at once, with nothing from the library but the sigmoid. It leaves out U: these ratings
# are missing at random, and there is nothing to learn from r. Look for the three places where `r`
# stands: they are all that missing ratings need.

# %% a training run on a page
def learn(v, n_hidden, n_steps, rate, rng):
    """(W, b, c) learnt from ratings v (N, D) of five values, -1 where there is none."""
    N, D = v.shape
    r = v >= 0  # (N, D)
    levels = np.linspace(-1, 1, 5)
    sent = np.where(r, levels[v], 0.0)  # (N, D) what each rating sends up; a hole sends nothing
    is_value = v[:, :, None] == np.arange(5)  # (N, D, 5)
    W = 0.01 * rng.standard_normal((D, n_hidden))
    b = np.log(is_value.sum(axis=0) + 1.0)
    c = np.zeros(n_hidden)
    for _ in range(n_steps):
        p_h_data = sigmoid(sent @ W + c)  # (N, K) positive phase
        h = (rng.random(p_h_data.shape) < p_h_data).astype(float)
        logits = b + (h @ W.T)[:, :, None] * levels  # (N, D, 5)
        weights = np.exp(logits - logits.max(axis=2, keepdims=True))
        p_v = weights / weights.sum(axis=2, keepdims=True)
        passed = rng.random((N, D, 1)) > p_v.cumsum(axis=2)[:, :, :-1]
        drawn = passed.sum(axis=2)  # (N, D) a value for every place
        sent_model = np.where(r, levels[drawn], 0.0)  # of which only the rated ones count
        p_h = sigmoid(sent_model @ W + c)  # (N, K) negative phase

        W += rate * ((sent.T @ p_h_data - sent_model.T @ p_h) / N - 0.002 * W)
        b += rate * np.where(r[:, :, None], is_value - p_v, 0.0).sum(axis=0) / N
        c += rate * (p_h_data - p_h).mean(axis=0)
    return W, b, c


v = train.matrix("items")[:]
W, b, c = learn(v, n_hidden=12, n_steps=600, rate=0.5, rng=np.random.default_rng(242))
by_loop = RatingsRBM(W[:, None, :], np.zeros_like(W), b, c, np.linspace(-1, 1, 5)[:, None], STARS)

# %% [markdown]
# ## Predicting a hole
#
# Add the unit of the unseen rating to the row. (r stays as it was: the rating has not been seen.)
# Each of its values changes what the hidden units receive, and these are summed out once more:
#
#     p(v_i = m given the seen ratings)
#       ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m) W_ij))                           (24.6)
#
# That is exact for one hole at a time. The prediction with the least expected squared error is the
# mean of this distribution, and its standard deviation says how sure the model is.

# %% (24.6) an unseen rating
row = np.array([2, -1, 0])
r = (row >= 0).astype(float)
weight = np.zeros(M)
for v_1 in range(M):
    for h in all_h:
        weight[v_1] += np.exp(minus_energy(rbm, np.array([2, v_1, 0]), h, r))
p = rating_probs(rbm, row[None], case=[0], unit=[1])
verify("(24.6) p(v_i = m given the seen ratings) ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m) W_ij))",
       p[0], weight / weight.sum())

# %% [markdown]
# ## What must be beaten
#
# A prediction is judged by its root mean square error (RMSE) on ratings that were not learnt from.
# Say always what is easy: the mean of all ratings; and the mean, plus how generous the user is,
# plus how good the item is. Of real ratings these **biases** are most of what can be predicted,
# and a model that is not compared with them has shown nothing.

# %% experiment: the loop's model on ratings that it has not seen
def error_of(rbm, train, test, cases="items"):
    """RMSE of the held-out ratings, predicted from those learnt from."""
    p = rating_probs(rbm, train.matrix(cases), *test.places(cases))
    return rmse(expected_rating(rbm, p), test.stars())


def error_of_biases(train, test):
    """The same of mean + user bias + item bias."""
    shape = (len(train.items), len(train.users))
    biases = fit_biases(*train.places("items"), train.stars(), shape, damping=3)
    return rmse(predict_by_biases(biases, *test.places("items")), test.stars())


of_mean = rmse(np.full(len(test), train.stars().mean()), test.stars())
of_biases, of_loop = error_of_biases(train, test), error_of(by_loop, train, test)
print(f"RMSE of {len(test)} held-out ratings: the mean {of_mean:.2f}, biases {of_biases:.2f}, "
      f"the loop's RBM {of_loop:.2f}")
claim("The loop on the page beats the biases clearly", of_loop < 0.92 * of_biases,
      biases=of_biases, loop=of_loop)

# %% [markdown]
# ## What matters
#
# The library's `train_ratings` takes the same steps in minibatches, with momentum and weight decay.
# Twelve tables, four models on each: as in the loop; with *free* weights, five of them for a pair
# of units, as first published; with U, the weights of r; and with users as cases.

# %% experiment: levers, twelve tables
def trained(train, cases="items", tied=True, conditional=False, seed=0):
    """An RBM of ratings of 12 hidden units, by 60 epochs of masked CD-1."""
    data, rng = train.matrix(cases), np.random.default_rng([26, seed])
    rbm = init_ratings_rbm(data, train.values, 12, rng, tied=tied)
    rbm, _ = train_ratings(rbm, data, rng=rng, epochs=60, batch_size=10, rate=0.1,
                           conditional=conditional)
    return rbm


names = ["biases", "tied, no U", "tied, with U", "free, no U", "users as cases"]
errors = np.zeros((12, len(names)))
for seed in range(12):
    train, test = table_of(seed)
    errors[seed, 0] = error_of_biases(train, test)
    errors[seed, 1] = error_of(trained(train, seed=seed), train, test)
    errors[seed, 2] = error_of(trained(train, conditional=True, seed=seed), train, test)
    errors[seed, 3] = error_of(trained(train, tied=False, seed=seed), train, test)
    errors[seed, 4] = error_of(trained(train, cases="users", seed=seed), train, test, "users")
for name, column in zip(names, errors.T):
    print(f"{name:15} {column.mean():.3f} ± {column.std(ddof=1) / np.sqrt(12):.3f}")

fig, (ax,) = plots.new_figure(width=7, height=3.4)
for place in range(5):
    ax.scatter(errors[:, place], np.full(12, place), s=18, color="tab:blue", alpha=0.6)
    mean = errors[:, place].mean()
    ax.plot([mean, mean], [place - 0.3, place + 0.3], color="tab:orange", linewidth=3)
ax.set_yticks(np.arange(5), names)
ax.invert_yaxis()
ax.set(xlabel="RMSE of held-out ratings, stars (points: tables; bars: means)")
plots.save(fig, "24_levers.png")
tied_gain = errors[:, 3] - errors[:, 1]
u_gain = errors[:, 1] - errors[:, 2]
claim("The RBM is below the biases on every table", (errors[:, 1] < errors[:, 0]).all(),
      biases=errors[:, 0].mean(), rbm=errors[:, 1].mean())
claim("tied weights are clearly better than free ones", tied_gain.mean() > 0.08,
      tied=errors[:, 1].mean(), free=errors[:, 3].mean())
claim("U does not help here", u_gain.mean() < 0.01, gain=u_gain.mean())

# %% [markdown]
# **What to see.** The RBM is below the biases on every table. On tables this small tied weights are
# clearly better than free ones: a fifth of the parameters, and what is learnt of 4 stars helps with
# 5. U does not help here, and cannot: pairs were picked at random, so r says nothing. People are
# not like that. They see films that they expect to like. On the ratings of MovieLens U, tied
# weights and films as cases each lower the error by .02 or more, out of the .05 by which an RBM is
# better than the biases: `lessons/reproductions/movielens.py` says how that was measured. (To try
# ratings of your own: `dgm train ratings --help`.)
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
# And one of NumPy's own: `levels[v]` for v = -1 is the *last* level. Without the `np.where` of the
# loop, every hole sends up five stars.

# %% wrong: holes filled, masks lost, errors of what was seen
def learn_without_mask(v, n_steps, rng):
    """As by `learn`, but the negative phase has values at all places; b stays where it starts."""
    rbm = init_ratings_rbm(v, STARS, 12, rng, dtype=np.float64)
    N, r = len(v), v >= 0
    levels = rbm.levels[:, 0]
    sent = np.where(r, levels[v], 0.0)
    W, c = rbm.W[:, 0].copy(), rbm.c.copy()
    for _ in range(n_steps):
        p_h_data = sigmoid(sent @ W + c)
        h = (rng.random(p_h_data.shape) < p_h_data).astype(float)
        logits = rbm.b + (h @ W.T)[:, :, None] * levels
        p_v = np.exp(logits - logsumexp(logits, axis=2)[:, :, None])
        drawn = (rng.random((*v.shape, 1)) > p_v.cumsum(axis=2)[:, :, :-1]).sum(axis=2)
        sent_model = levels[drawn]  # at all places
        p_h = sigmoid(sent_model @ W + c)
        W += 0.3 * (sent.T @ p_h_data - sent_model.T @ p_h) / N
        c += 0.3 * (p_h_data - p_h).mean(axis=0)
    return RatingsRBM(W[:, None, :], rbm.U, rbm.b, c, rbm.levels, rbm.values)


def error_when_filled(filled, test, seed):
    """RMSE of the held-out ratings where the holes of the table were filled before learning."""
    rng = np.random.default_rng([26, seed])
    rbm = init_ratings_rbm(filled, STARS, 12, rng)
    rbm, _ = train_ratings(rbm, filled, rng=rng, epochs=60, batch_size=10, rate=0.1)
    emptied = filled.copy()
    emptied[test.places("items")] = -1  # the hole itself is not seen
    p = rating_probs(rbm, emptied, *test.places("items"))
    return rmse(expected_rating(rbm, p), test.stars())


slips = {"right": [], "a hole is a 1": [], "a hole is average": [], "no mask going down": [],
         "seen ratings": []}
for seed in range(5):
    train, test = table_of(seed)
    v = train.matrix("items")[:].astype(int)
    rbm = trained(train, seed=seed)
    means = np.rint(np.where(v >= 0, v, 0).sum(axis=1) / (v >= 0).sum(axis=1)).astype(int)
    rng = np.random.default_rng([27, seed])
    slips["right"].append(errors[seed, 1])
    slips["a hole is a 1"].append(error_when_filled(np.where(v < 0, 0, v), test, seed))
    filled = np.where(v < 0, means[:, None], v)
    slips["a hole is average"].append(error_when_filled(filled, test, seed))
    slips["no mask going down"].append(error_of(learn_without_mask(v, 200, rng), train, test))
    slips["seen ratings"].append(error_of(rbm, train, train))
mean_of = {}
for name, found in slips.items():
    mean_of[name] = np.mean(found)
    print(f"{name:20} {mean_of[name]:.3f}")
claim("A hole that is a 1 is far worse than the biases",
      mean_of["a hole is a 1"] > 1.5 * errors[:, 0].mean(), error=mean_of["a hole is a 1"])
claim("one that is average, and a lost mask, cost much of what the RBM had won",
      min(mean_of["a hole is average"], mean_of["no mask going down"]) > 1.1 * mean_of["right"],
      average=mean_of["a hole is average"], no_mask=mean_of["no mask going down"])
claim("The error of seen ratings promises what unseen ones do not keep",
      mean_of["seen ratings"] < 0.85 * mean_of["right"], seen=mean_of["seen ratings"])

# %% [markdown]
# A hole that is a 1 is far worse than the biases: the model learns which pairs have a rating, and
# predicts that there is none. A hole that is average, and a lost mask, cost much of what the RBM
# had won. The error of seen ratings promises what unseen ones do not keep; never report it. Such a
# leak has subtler ways, too: biases, frequencies or standardised columns that were computed before
# the split. Hold out first, compute then.
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
#     array float64 (8, 3) [-4.82, 3.45]
#
# There is a row of logits for each rating, and none for a hole. `c` goes on to the next call.
#
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
