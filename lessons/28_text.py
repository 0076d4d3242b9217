# %% [markdown]
# # Text: what a letter costs
#
# "Sharlene" is a name, and "shraleen" could be one. How does a model know? Until now the data were
# pictures. This lesson takes 8,403 first names, prices each letter in bits, and lets two kinds of
# model bid: counts of letters that follow one another, as they have been used since 1948, and an
# RBM that has the whole word before it at once. Then the RBM makes up names, and goes on from a
# beginning that you give it.
#
# Afterwards you can
#
# - say what a letter costs under a model, and compare two models of text by it;
# - build an n-gram model from counts, and smooth it so that nothing is impossible;
# - write a word as groups of units, and price, sample and complete words with an RBM;
# - say what an RBM pays for that an n-gram model does not.
#
# About an hour and a half. You need units of any kind (lesson 19), persistent chains (lesson 11),
# centring (lesson 13) and Gibbs sampling (lesson 6).
#
# ## The price of a letter
#
# A model that gives a word the probability p can code it in -log2 p bits (lesson 1, with log2 for
# log). Words differ in length, so the price is shared out among the letters. The end of a word
# has to be said too, as an end mark, which we write `$`:
#
#     bits a letter = -Σ_n log2 p(word n) / Σ_n (length n + 1)               a definition
#
# Who knows nothing pays log2 27 = 4.75: 26 letters and the end mark, all alike.
#
# ## Counting: n-gram models
#
# The oldest model of text (Shannon 1948) looks at the letter before, and knows from counts what
# follows it. Take three words, "ana", "nana" and "an". Before the first letter stands the edge of
# the word, written `^`:
#
#     after      a   n   $       how often
#     ^          2   1   0           3
#     a          0   3   2           5
#     n          3   0   1           4
#     in all     5   4   3          12
#
# Counts alone would say that "aa" is impossible, and one such word in a million would cost
# infinitely many bits. So a context that has come n times borrows from what is known without its
# first letter, as though a few more letters had come that way, as many as the **strength** says (a
# Dirichlet prior; MacKay and Peto 1995):
#
#     p(l given context) = (n(context, l) + strength · p(l given the shorter context))
#                          / (n(context) + strength)                         a definition
#
# where the empty context leans on the uniform distribution. Let the strength be 3 for the empty
# context, and 1 for a context of one letter:
#
#     p(a) = (5 + 3 · 1/3) / 15 = .400     p(n) = 5/15 = .333     p($) = 4/15 = .267
#     p(n given ^) = (1 + .333) / 4 = .333        p(a given n) = (3 + .400) / 5 = .680
#     p(n given a) = (3 + .333) / 6 = .556        p($ given n) = (1 + .267) / 5 = .253
#
#     p(nan) = .333 · .680 · .556 · .253 = .0319,   4.97 bits, or 1.24 a letter
#
# A **bigram** model has contexts of one letter, a **trigram** model of two, and so on. In general,
# with contexts of n - 1 letters,
#
#     p(word) = Π_t p(l_t given l_{t-n+1} .. l_{t-1})                        a definition
#
# over the letters and the end mark. Each factor is a distribution over what comes next, so the
# words share out a probability of 1. How much have the words of up to L letters? All but what is
# still going on, with a letter number L + 1. With Q the matrix of p(l' given l), letters alone, and
# q the row of p(l given ^),
#
#     Σ p(word), words of up to L letters = 1 - Σ_l (q Q^L)_l                (28.1)
#
# The cell counts, checks the numbers above, and adds up all words of up to 6 letters.

# %% (28.1) n-gram models, from counts
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data.names import (
    bits_per_letter, cases_to_words, one_hot, read_names, word_lengths, words_to_cases,
    words_to_letters)
from numpy_dgm.data.ngrams import conditional, fit_dirichlet, log_probs, tune_dirichlet
from numpy_dgm.energy import (
    RBM, Softmax, free_energy, gibbs_step, init_rbm, log_likelihood, sample_chains, train_rbm,
    visible_probs)
from numpy_dgm.energy.completion import complete
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

alphabet = "abcdefghijklmnopqrstuvwxyz"
three_words = words_to_letters(["ana", "nana", "an"], "an", 4)  # 0 the end mark, 1 a, 2 n
print(three_words)
bigram = fit_dirichlet(three_words, [3.0, 1.0], 3)
print("p($ a n given ^)", conditional(bigram, (0,)).round(3))
print("p($ a n given a)", conditional(bigram, (1,)).round(3))
nan = words_to_letters(["nan"], "an", 4)
log_p = log_probs(bigram, nan)
print(f"nan: {-log_p[0] / np.log(2):.2f} bits, {bits_per_letter(log_p, nan):.2f} a letter")

total = 0.0
for length in range(7):
    for word in itertools.product("an", repeat=length):
        letters = words_to_letters(["".join(word)], "an", 6)
        total += np.exp(log_probs(bigram, letters)[0])
q = conditional(bigram, (0,))[1:]  # (2,) the first letter
Q = np.stack([conditional(bigram, (1,))[1:], conditional(bigram, (2,))[1:]])  # (2, 2)
still_going_on = q @ np.linalg.matrix_power(Q, 6)  # (2,) by the seventh letter
verify("(28.1) Σ p(word) up to L letters = 1 - Σ_l (q Q^L)_l", total, 1 - still_going_on.sum())

# %% [markdown]
# ## A word as groups of units
#
# An n-gram model has a window of a few letters. An RBM can have the whole word before it: one
# softmax group of lesson 19 for each position, with M = 27 units, of which one is on. Unit 0 is the
# end mark, and it **pads**: behind the last letter it stands in every position.

# %% figure: a word in five groups
grid = words_to_cases(["anna"], alphabet, 5).reshape(5, 27)  # (P, M)
fig, (ax,) = plots.new_figure(width=8, height=2.2)
ax.imshow(grid, cmap="Blues", vmax=1.3)
ax.set_xticks(np.arange(27), ["$", *alphabet])
ax.set_yticks(np.arange(5), ["a", "n", "n", "a", "$"])
ax.set_xticks(np.arange(-0.5, 27), minor=True)
ax.set_yticks(np.arange(-0.5, 5), minor=True)
ax.grid(which="minor", color="0.85")
ax.set(xlabel="unit of the group", ylabel="position", title='"anna" in five positions')
plots.save(fig, "28_word.png")

# %% [markdown]
# With P positions there are D = P M visible units and M^P visible layers. By (19.8) and (19.5), the
# positions are independent given h, and each is a softmax of its own M inputs x = b + W h. With
# x_gm the input of unit m of position g,
#
#     p(position g has value m given h) = exp(x_gm) / Σ_l exp(x_gl)          (28.2)
#
# Now (19.6). vᵀW adds up, for each position, the row of W that belongs to the letter there. Write
# W_gm for that row, K numbers, and b_gm for the bias, and let l_g be the letter, or end mark, at
# position g:
#
#     p(word) ∝ exp(Σ_g b_{g,l_g}) Π_j (1 + exp(c_j + Σ_g W_{g,l_g,j}))      (28.3)
#
# Each hidden unit j is a **detector**: it adds up what the letters at all positions say to it, and
# where the sum is large, it multiplies the probability of the word. One may stand for "m at the
# beginning and e in the last place", however far apart these are. An n-gram model has only a window
# of neighbours.
#
# One thing is particular to groups. In each of them exactly one unit is on. So a number t_j may be
# added to all M rows of one group and taken off c_j, and no word notices:
#
#     p(word) is the same for W_gm + t (all m) and c - t                     (28.4)
#
# M units thus stand for M - 1 numbers, and a single weight says nothing: only differences within a
# group do. Lesson 13's centring takes the mean letter off each group, so that learning is about
# such differences from the start.
#
# The cell writes out all 27 words of a model with three positions of three values.

# %% (28.2) to (28.4) an RBM of words, written out
rng = np.random.default_rng(28)
P, M, K = 3, 3, 2
D = P * M
W = rng.normal(size=(D, K))
b = rng.normal(size=D)
c = rng.normal(size=K)
rbm = RBM(W=W, b=b, c=c, visible=Softmax(M))

every_word = np.array(list(itertools.product(range(M), repeat=P)))  # (27, P) values
every_v = one_hot(every_word, M)  # (27, D)
every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (4, K)
weight = np.exp((every_v @ b)[:, None] + every_h @ c + every_v @ W @ every_h.T)  # (27, 4) exp(-E)
joint = weight / weight.sum()
p_word = joint.sum(axis=1)  # (27,)

h = 3  # the last of every_h: both units on
given_h = joint[:, h] / joint[:, h].sum()  # (27,)
by_sums = np.zeros((P, M))
for n, word in enumerate(every_word):
    for g in range(P):
        by_sums[g, word[g]] += given_h[n]
x = (b + W @ every_h[h]).reshape(P, M)
softmax = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
verify("(28.2) p(position g has value m given h) = softmax", softmax, by_sums)
verify("(28.2) and so says the library", visible_probs(rbm, every_h[h]).reshape(P, M), by_sums)

unnormalised = np.zeros(27)
for n, word in enumerate(every_word):
    bias = 0.0
    detectors = c.copy()  # (K,)
    for g in range(P):
        bias += b[g * M + word[g]]
        detectors += W[g * M + word[g]]
    unnormalised[n] = np.exp(bias) * np.prod(1 + np.exp(detectors))
looked_up = unnormalised / unnormalised.sum()
verify("(28.3) p(word) ∝ exp(Σ_g b) Π_j (1 + exp(c_j + Σ_g W_gj))", looked_up, p_word)

t = rng.normal(size=K)
shifted_W = W.copy()
shifted_W[M : 2 * M] += t  # all units of the second position
shifted = RBM(W=shifted_W, b=b, c=c - t, visible=Softmax(M))
verify("(28.4) the same for W_gm + t and c - t", np.exp(log_likelihood(shifted, every_v)), p_word)

# %% [markdown]
# ## What the RBM pays for
#
# An n-gram model stops at the end mark. The RBM goes on: it has a probability for each of the M^P
# layers, "an$$$" as well as "an$na", which no data ever has. We read a layer up to its first end
# mark, so both read "an". What we charge the RBM for "an" is the padded layer alone:
#
#     p(padded layer) <= p(layer reads as the word)                          (28.5)
#
# Both are nearly the same where the model has learnt that nothing follows an end mark. Bits a
# letter by the left side are never too few: an RBM that bids less than an n-gram model does so
# although it pays for its padding.
#
# ## Going on from a beginning
#
# What names begin with "mar"? Clamp the units of the first three positions, and let Gibbs sampling
# draw the others:
#
#     h ~ p(h given v)        v_free ~ p(v_free given h)        v_held stays
#
# Given h, the positions do not know of one another, so drawing v_free alone needs no new formula.
# With T the transition matrix of this step, among the layers that have the held part,
#
#     Σ_v p(v given v_held) T(v→v') = p(v' given v_held)                     (28.6)
#
# It is Gibbs sampling of p(v_free, h given v_held), a model of its own, in which the held units
# have become part of the biases of h. An n-gram model can go on from a beginning as well, letter by
# letter. The RBM can be asked for the beginning of an *end* just as well: any positions can be
# held.

# %% (28.5) and (28.6) padding and clamping, in the model with 27 words
reads_as = {}
padded = {}
for n, word in enumerate(every_word):
    letters = word[: word_lengths(word[None])[0]]
    text = "".join("$an"[value] for value in letters)
    reads_as[text] = reads_as.get(text, 0.0) + p_word[n]
    if word_lengths(word[None])[0] + np.sum(word == 0) == P:  # only end marks behind the first one
        padded[text] = p_word[n]
texts = list(reads_as)
left = [padded[text] for text in texts]
right = [reads_as[text] for text in texts]
verify_at_most("(28.5) p(padded layer) <= p(layer reads as the word)", left, right)

begins = every_word[:, 0] == 2  # the words that begin with "n"
v = every_v[begins]  # (9, D)
conditional_p = p_word[begins] / p_word[begins].sum()
h_given_v = joint[begins] / joint[begins].sum(axis=1, keepdims=True)  # (9, 4)
v_given_h = joint[begins] / joint[begins].sum(axis=0)  # (9, 4) of the free units, v_held fixed
T = h_given_v @ v_given_h.T  # (9, 9)
one_step_later = conditional_p @ T
verify("(28.6) Σ_v p(v given v_held) T(v→v') = p(v' given v_held)", one_step_later, conditional_p)

start = one_hot(np.array([[2, 1, 1]]), M)
held = np.arange(D) < M  # the first group
ends = complete(rbm, np.repeat(start, 4_000, axis=0), held, 20, rng)
for row in (0, 4, 8):
    share = (ends == v[row]).all(axis=1).mean()
    word = every_word[begins][row]
    print(f"{word}   p {conditional_p[row]:.3f}   share of the chains {share:.3f}")

# %% [markdown]
# ## The loop on a page
#
# Real names now: those of up to five letters, so that twelve hidden units and 2^12 terms make log Z
# exact and the lesson short. PCD (lesson 11) with centring (lesson 13); the one new thing is how a
# letter is drawn, one uniform number for each position, which takes the first value at which the
# cumulated probabilities exceed it.

# %% a training run on a page
names = [name for name in read_names() if len(name) <= 5]
order = np.random.default_rng(280).permutation(len(names))
letters = words_to_letters(names, alphabet, 5)[order]  # (N, P)
train, test = letters[:-500], letters[-500:]
P, M, K, N = 5, 27, 12, len(train)
v_train = one_hot(train, M).astype(float)  # (N, P M)
v_test = one_hot(test, M)
print(f"{N:,} names to learn from, {len(test)} to be tested on")

rng = np.random.default_rng(281)
μ = v_train.mean(axis=0)  # (D,) how frequent each letter is at each position
W = 0.01 * rng.standard_normal((P * M, K))
b = np.log(np.maximum(μ, 0.001))
c = np.zeros(K)
h = (rng.random((100, K)) < 0.5).astype(float)  # 100 chains
n_steps = 500

for step in range(n_steps + 1):
    if step % 100 == 0:
        log_p = log_likelihood(RBM(W, b, c, visible=Softmax(M)), v_test)
        print(f"step {step:3}   {bits_per_letter(log_p, test):.3f} bits a letter")
    rate = 2 * (1 - step / (n_steps + 1))
    v_data = v_train[rng.integers(N, size=100)]
    p_h_data = sigmoid(v_data @ W + c)  # (100, K)

    x = (h @ W.T + b).reshape(100, P, M)
    p_v = np.exp(x - x.max(axis=2, keepdims=True))
    p_v /= p_v.sum(axis=2, keepdims=True)  # a softmax in each position
    uniform = rng.random((100, P, 1))
    letter = (uniform >= p_v.cumsum(axis=2)[:, :, :-1]).sum(axis=2)  # (100, P)
    v = one_hot(letter, M)
    p_h = sigmoid(v @ W + c)
    h = (rng.random((100, K)) < p_h).astype(float)

    λ = p_h_data.mean(axis=0)  # (K,)
    dW = ((v_data - μ).T @ (p_h_data - λ) - (v - μ).T @ (p_h - λ)) / 100
    db = v_data.mean(axis=0) - v.mean(axis=0) - dW @ λ
    dc = p_h_data.mean(axis=0) - p_h.mean(axis=0) - μ @ dW
    W += rate * dW
    b += rate * db
    c += rate * dc

# %% [markdown]
# The rate begins at 2, four times that of lesson 17's loop. A weight belongs to one letter in one
# position here, which most cases do not have: on average a visible unit is on in one case of 27,
# and its weights move that much less. The next cell compares rates, for the library's `train_rbm`,
# and puts n-gram models beside.

# %% experiment: rates, and n-gram models
def learn(rate, seed, epochs=40):
    """Bits a letter of the test names after 40 epochs, by an RBM with 12 hidden units."""
    rng = np.random.default_rng([282, seed])
    rbm = init_rbm(P * M, K, rng, v_train, visible=Softmax(M))
    rbm, _ = train_rbm(rbm, v_train, rng=rng, epochs=epochs, rate=rate, batch_size=100)
    return bits_per_letter(log_likelihood(rbm, v_test), test)


bars = {"all 27 alike": np.log2(27)}
for order_n, name in ((1, "letter by itself"), (2, "bigram"), (3, "trigram")):
    model = tune_dirichlet(train, order_n, M)
    bars[name] = bits_per_letter(log_probs(model, test), test)
found = {}
for rate in (0.1, 2.0):
    found[rate] = np.array([learn(rate, seed) for seed in range(6)])
    bars[f"RBM, rate {rate:g}"] = found[rate].mean()
for name, bits in bars.items():
    print(f"{name:<18} {bits:.3f}")
print("six runs each: from", {rate: float(bits.min().round(3)) for rate, bits in found.items()},
      "to", {rate: float(bits.max().round(3)) for rate, bits in found.items()})
fig, (ax,) = plots.new_figure(width=8, height=2.8)
colours = ["0.6"] * 4 + ["tab:blue"] * 2
ax.barh(list(bars), list(bars.values()), color=colours)
ax.bar_label(ax.containers[0], fmt="%.2f", padding=3)
ax.invert_yaxis()
ax.set(xlabel="bits a letter, of names that the model has not seen", xlim=(0, 5.3))
plots.save(fig, "28_bits.png")
claim("At a rate of .1 the RBM lags far behind", found[0.1].min() - found[2.0].max() > 0.15,
      rate_01=found[0.1].min(), rate_2=found[2.0].max())
claim("at a rate of 2 it bids less than the trigram",
      bars["trigram"] - found[2.0].mean() > 0.02, trigram=bars["trigram"],
      rbm=found[2.0].mean())

# %% [markdown]
# **What to see.** Each letter of context makes the next one cheaper. At a rate of .1 the RBM lags
# far behind; at a rate of 2 it bids less than the trigram, with twelve hidden units, and although
# it pays for its padding.
#
# On all 8,403 names, of up to 13 letters, a longer context is worth more. `lessons/reproductions/`
# holds the race (`names.py`, three splits; log Z by annealing, lesson 14, with its verdict, lesson
# 15): about 3.14 bits for the trigram, 2.94 for an RBM with 200 hidden units, 2.90 for a 4-gram
# model, and 2.82 for five letters with the smoothing of Kneser and Ney (1995). The RBM is past the
# trigram there, and long counts are past the RBM: what it learns about "nn" in one position, it has
# to learn again in the next.
#
# ## New names
#
# A larger model, 100 hidden units, for its samples. Chains start at noise, run for 300 steps, and
# are read where they end. Then the model is asked to go on: what can stand behind "mari"? There
# are only 27 answers, so the exact distribution is at hand, by lesson 7's free energy: p(v given
# v_held) is exp(-F(v)) over the sum of the 27.

# %% experiment: samples, and what follows "mari"
rng = np.random.default_rng(283)
large = init_rbm(P * M, 100, rng, v_train, visible=Softmax(M))
large, _ = train_rbm(large, v_train, rng=rng, epochs=40, rate=2.0, batch_size=100,
                     weight_decay=0.0003, average=0.99)
v, _ = sample_chains(large, 1_000, 300, rng)
made = cases_to_words(v, alphabet)
seen = set(cases_to_words(v_train, alphabet))
held_out = set(cases_to_words(v_test, alphabet))
new = [word for word in made if word not in seen]
unseen_but_real = [word for word in dict.fromkeys(new) if word in held_out]
print(" ".join(made[:50]))
print(f"{len(new) / len(made):.0%} are not among the names that it learnt from")
print(f"{len(unseen_but_real)} of them are names that were held out: {' '.join(unseen_but_real)}")
claim("Most are new", len(new) / len(made) > 0.5, share=len(new) / len(made))
claim("some are names that were held out", len(unseen_but_real) >= 2, n=len(unseen_but_real))

ends = np.arange(27)
prefix = words_to_letters(["mari"], alphabet, 5)  # (1, P)
answers = np.repeat(prefix, 27, axis=0)
answers[:, 4] = ends
log_weight = -free_energy(large, one_hot(answers, M)).astype(float)
exact = np.exp(log_weight - log_weight.max())
exact /= exact.sum()
held = np.arange(P * M) < 4 * M
start = np.repeat(one_hot(prefix, M), 4_000, axis=0)
last_group = complete(large, start, held, 30, rng)[:, 4 * M :]  # (4000, M)
share = last_group.mean(axis=0)
fig, (ax,) = plots.new_figure(width=8, height=2.8)
ax.bar(ends - 0.2, exact, width=0.4, label="exact, by 27 free energies")
ax.bar(ends + 0.2, share, width=0.4, label="4,000 clamped chains")
ax.set_xticks(ends, ["$", *alphabet])
ax.set(xlabel='what follows "mari"', ylabel="probability")
ax.legend()
plots.save(fig, "28_mari.png")
total_variation = 0.5 * np.abs(exact - share).sum()
claim("clamped chains agree with the exact answer", total_variation < 0.06,
      total_variation=total_variation)

# %% [markdown]
# **What to see.** Most are new, and many sound right. A few cannot be pronounced: with 40 epochs
# the model has not learnt all. But some are names that were held out: it never saw them, and made
# them all the same. In the figure, clamped chains agree with the exact answer, to within what 4,000
# draws can tell.
#
# ## What goes wrong
#
# **Bits in the place of groups.** Without softmax groups, each of the 135 units is a bit that may
# be on or off as it likes, and a position may come out with no letter or with two. The model spends
# its probability on layers that spell nothing: fewer than half of the layers spell anything.
#
# **The wrong divisor.** All 8,403 names fit into 13 positions. Who divides by them, and not by the
# letters and one end mark, counts the padding as text, which is easy to guess: every model looks
# better, by nearly half.
#
# **A beginning that is not held.** If the letters "mari" are only where the chain *starts*, it
# walks away from them: after 30 steps few begin so.

# %% wrong: bits for groups, the divisor, a beginning that is not held
rng = np.random.default_rng(284)
of_bits = init_rbm(P * M, K, rng, v_train)
of_bits, _ = train_rbm(of_bits, v_train, rng=rng, epochs=40, rate=0.2, batch_size=100)
v, _ = sample_chains(of_bits, 1_000, 300, rng)
on_in_group = v.reshape(1_000, P, M).sum(axis=2)  # (1000, P)
spelt = (on_in_group == 1).all(axis=1).mean()
print(f"bits for groups: {spelt:.0%} of the layers have one letter in each position")
claim("fewer than half of the layers spell anything", spelt < 0.5, share=spelt)

all_names = words_to_letters(read_names(), alphabet, 13)
nats = 15.0  # a name, whatever the model
by_letters = bits_per_letter(np.full(len(all_names), -nats), all_names)
by_positions = nats / np.log(2) / 13
print(f"15 nats a name: {by_letters:.2f} bits a letter, {by_positions:.2f} a position")
claim("every model looks better, by nearly half", by_positions < 0.6 * by_letters,
      by_positions=by_positions, by_letters=by_letters)

v = start[:1_000]
for step in range(1, 31):
    v = gibbs_step(large, v, rng)
    if step in (1, 3, 10, 30):
        spelling = cases_to_words(v, alphabet)
        begin_so = np.mean([word.startswith("mari") for word in spelling])
        print(f"after {step:2} steps {begin_so:.0%} begin with mari")
claim("after 30 steps few begin so", begin_so < 0.2, share=begin_so)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 28 --stop complete
#
# runs this lesson under pdb and stops where the chains of (28.6) begin, in the model with 27 words.
# The arguments are there: which units are held, and the 4,000 cases.
#
#     (Pdb) p held
#     array bool (9,) [0, 1]
#     (Pdb) p v
#     array float32 (4000, 9) [0, 1]
#     (Pdb) p int(v[0, :3].argmax())
#     2
#
# Go on with `n` to the loop, and there print `chains[:3]` before and after the line with
# `_gibbs_step`, and after the `np.where` below it: the first group leaves its 2, and is put back.
#
# ## Exercises
#
# 1. By hand: the probability of "an" under the bigram model of the three words. How many bits a
#    letter? Why is it cheaper than "nan"?
# 2. On paper: how many free numbers has a trigram model of 27 values, if each context has a
#    distribution of its own, and how many has the RBM of the 13 positions with 200 hidden units
#    (count M - 1 for a group, by (28.4))? Which of them can know that "ann" and "anne" both end as
#    names do?
# 3. In code, with nothing but NumPy:
#
#        def draw_letters(x, n_values, rng):
#            """One value for each position, given the inputs x (N, P M): one-hot (N, P M)."""
#
#        def go_on(W, b, c, v, n_held, steps, n_values, rng):
#            """v (N, P M) after Gibbs steps with the first n_held positions clamped."""
#
#    Hold both against the exact distributions of a small model, as `lessons/solutions/28.md` does.
#
# `dgm course release 28 --out .` writes a file for the exercise in code, and
# `dgm course check 28` judges what you write into it.
#
# Solutions: `lessons/solutions/28.md`, for when you have tried.
