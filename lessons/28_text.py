# %% [markdown]
# # Text: what a letter costs
#
# "Marla" is a name, and "mrlaa" is none. How does a model know? Until now the data were pictures.
# This lesson takes first names, and gives each letter a price in bits: the better the model, the
# fewer. Two kinds of model are compared: counts of letters that follow one another, as they have
# been used since 1948, and an RBM that sees all letters of a word at once. Then the RBM makes up
# names, and goes on from a beginning that you give it.
#
# Afterwards you can
#
# - say what a letter costs under a model, and compare two models of text by it;
# - build an n-gram model from counts, and smooth it so that nothing is impossible;
# - write a word as groups of units, and learn, sample and complete words with an RBM.
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
# By these counts alone "aa" would be impossible, and one such word in a million would cost
# infinitely many bits. So each context is credited with a few letters more than it has seen, as
# many as the **strength** says, and these are spread as a shorter context would have it (a
# Dirichlet prior; MacKay and Peto 1995):
#
#     p(l given context) = (n(context, l) + strength · p(l given the shorter context))
#                          / (n(context) + strength)                         a definition
#
# n(context) is how often the context came, n(context, l) how often l came after it. A shorter
# context lacks the first letter of the longer one; the empty context's few letters are spread
# evenly. Let the strength be 3 for the empty context, and 1 for a context of one letter:
#
#     p(a) = (5 + 3 · 1/3) / 15 = .400     p(n) = 5/15 = .333     p($) = 4/15 = .267
#     p(n given ^) = (1 + .333) / 4 = .333        p(a given n) = (3 + .400) / 5 = .680
#     p(n given a) = (3 + .333) / 6 = .556        p($ given n) = (1 + .267) / 5 = .253
#
#     p(nan) = .333 · .680 · .556 · .253 = .0319,   4.97 bits, or 1.24 a letter
#
# This is a **bigram** model, of contexts of one letter. A **trigram** model has contexts of two,
# an n-gram model of n - 1. A word's probability is the product over its letters and its end mark.
#
# Do all words together have the probability 1? Let Q be the matrix of p(l' given l), letters alone,
# and q the row of p(l given ^). Entry l of q Q is the probability that the second letter is l, and
# entry l of q Q^L that letter number L + 1 is l. A word that has no such letter has ended:
#
#     Σ p(word), words of up to L letters = 1 - Σ_l (q Q^L)_l                (28.1)
#
# The cell counts, repeats the numbers above, and adds up all words of up to 6 letters as the
# library's model has them.

# %% (28.1) n-gram models, from counts
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data.names import (
    bits_per_letter, cases_to_words, one_hot, read_names, word_lengths, words_to_cases,
    words_to_letters)
from numpy_dgm.data.ngrams import fit_dirichlet, log_probs, tune_dirichlet
from numpy_dgm.energy import (
    RBM, Softmax, free_energy, gibbs_step, init_rbm, log_likelihood, sample_chains, train_rbm,
    visible_probs)
from numpy_dgm.energy.completion import complete
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most

alphabet = "abcdefghijklmnopqrstuvwxyz"
three_words = words_to_letters(["ana", "nana", "an"], "an", 5)  # 0 the end mark, 1 a, 2 n
print(three_words)
counts = np.zeros((3, 3))  # row: the letter before, 0 for the edge; column: what follows
for word in three_words:
    before = 0
    for letter in word:
        counts[before, letter] += 1
        if letter == 0:
            break
        before = letter
p_letter = (counts.sum(axis=0) + 3 / 3) / (counts.sum() + 3)  # (3,) the empty context, strength 3
p_next = (counts + p_letter) / (counts.sum(axis=1, keepdims=True) + 1)  # (3, 3) strength 1
print("p($ a n), after ^, a and n:\n", p_next.round(3))

bigram = fit_dirichlet(three_words, [3.0, 1.0], 3)  # the strengths; how many values
nan = words_to_letters(["nan"], "an", 4)
log_p = log_probs(bigram, nan)
print(f"nan: {-log_p[0] / np.log(2):.2f} bits, {bits_per_letter(log_p, nan):.2f} a letter")

total = 0.0
for length in range(7):
    for word in itertools.product("an", repeat=length):
        letters = words_to_letters(["".join(word)], "an", 6)
        total += np.exp(log_probs(bigram, letters)[0])
q = p_next[0, 1:]  # (2,) the first letter
Q = p_next[1:, 1:]  # (2, 2)
still_going_on = q @ np.linalg.matrix_power(Q, 6)  # (2,) by the seventh letter
verify("(28.1) Σ p(word) up to L letters = 1 - Σ_l (q Q^L)_l", total, 1 - still_going_on.sum())

# %% [markdown]
# ## A word as groups of units
#
# An n-gram model has a window of a few letters. An RBM can see the whole word: one softmax group of
# lesson 19 for each position, with M = 27 units, of which one is on. Unit 0 is the end mark, and it
# **pads**: behind the last letter it stands in every position.

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
# beginning and e in the last place", however far apart these are.
#
# One thing needs care. An n-gram model stops at the end mark. The RBM goes on: it has a probability
# for each of the M^P layers, "an$$$" as well as "an$na", which no data ever has. We read a layer up
# to its first end mark, so both read "an". But we take the padded layer alone for the word's
# probability, which is at most what the word should get:
#
#     p(padded layer) <= p(layer reads as the word)                          (28.4)
#
# So the bits a letter that we find for the RBM are never too few. Where it has learnt that nothing
# follows an end mark, the two are nearly the same.
#
# The cell writes out all 27 words of a model with three positions of three values.

# %% (28.2) to (28.4) an RBM of words, written out
rng = np.random.default_rng(28)
W = rng.normal(size=(9, 2))  # three positions of three values, two hidden units
b = rng.normal(size=9)
c = rng.normal(size=2)
tiny = RBM(W=W, b=b, c=c, visible=Softmax(3))

every_word = np.array(list(itertools.product(range(3), repeat=3)))  # (27, 3) values
every_v = one_hot(every_word, 3)  # (27, 9)
every_h = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
weight = np.exp((every_v @ b)[:, None] + every_h @ c + every_v @ W @ every_h.T)  # (27, 4) exp(-E)
joint = weight / weight.sum()
p_word = joint.sum(axis=1)  # (27,)

given_h = joint[:, 3] / joint[:, 3].sum()  # (27,) both hidden units on
by_sums = np.zeros((3, 3))
for n, word in enumerate(every_word):
    for g in range(3):
        by_sums[g, word[g]] += given_h[n]
x = (b + W @ every_h[3]).reshape(3, 3)
softmax = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
verify("(28.2) p(position g has value m given h) = softmax", softmax, by_sums)
verify("(28.2) and so says the library", visible_probs(tiny, every_h[3]).reshape(3, 3), by_sums)

unnormalised = np.zeros(27)
for n, word in enumerate(every_word):
    bias = 0.0
    detectors = c.copy()  # (K,)
    for g in range(3):
        bias += b[3 * g + word[g]]
        detectors += W[3 * g + word[g]]
    unnormalised[n] = np.exp(bias) * np.prod(1 + np.exp(detectors))
looked_up = unnormalised / unnormalised.sum()
verify("(28.3) p(word) ∝ exp(Σ_g b) Π_j (1 + exp(c_j + Σ_g W_gj))", looked_up, p_word)

reads_as, padded = {}, {}
for n, word in enumerate(every_word):
    length = word_lengths(word[None])[0]
    text = "".join("$an"[value] for value in word[:length])
    reads_as[text] = reads_as.get(text, 0.0) + p_word[n]
    if np.all(word[length:] == 0):  # nothing but end marks behind the first one
        padded[text] = p_word[n]
left = [padded[text] for text in reads_as]
right = list(reads_as.values())
verify_at_most("(28.4) p(padded layer) <= p(layer reads as the word)", left, right)

# %% [markdown]
# ## The loop on a page
#
# Real names now: those of up to five letters, so that twelve hidden units and 2^12 terms make log Z
# exact and the lesson short. PCD (lesson 11) with centring (lesson 13), which takes the mean letter
# μ off each position. The one new thing is how a letter is drawn: one uniform number for each
# position, which takes the first value at which the cumulated probabilities exceed it.
#
# The rate begins at 2, which is high. A weight belongs to one letter in one position here, and most
# cases do not have it: on average a visible unit is on in one case of 27, and its weights move that
# much less.

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
        rbm = RBM(W.copy(), b.copy(), c.copy(), visible=Softmax(M))
        bits = bits_per_letter(log_likelihood(rbm, v_test), test)
        print(f"step {step:3}   {bits:.3f} bits a letter")
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
# ## Who pays less?
#
# The library's `train_rbm` takes the same steps, here for 40 epochs. It is compared with n-gram
# models on the 500 names that none of them has seen, and then with itself on the same names with
# their letters in disorder.

# %% experiment: bits a letter, of n-gram models and of an RBM
bars = {"all 27 alike": np.log2(27)}
for order_n, name in ((1, "letter by itself"), (2, "bigram"), (3, "trigram")):
    ngram = tune_dirichlet(train, order_n, M)  # with strengths that suit a tenth of the names best
    bars[name] = bits_per_letter(log_probs(ngram, test), test)

rng = np.random.default_rng(282)
shuffled = test.copy()
for word, length in zip(shuffled, word_lengths(test)):
    word[:length] = rng.permutation(word[:length])

of_rbm = np.zeros(6)
of_shuffled = np.zeros(6)
for seed in range(6):
    rng = np.random.default_rng([283, seed])
    start = init_rbm(P * M, K, rng, v_train, visible=Softmax(M))
    learnt, _ = train_rbm(start, v_train, rng=rng, epochs=40, rate=2.0, batch_size=100)
    of_rbm[seed] = bits_per_letter(log_likelihood(learnt, v_test), test)
    of_shuffled[seed] = bits_per_letter(log_likelihood(learnt, one_hot(shuffled, M)), shuffled)
bars["RBM, 12 hidden"] = of_rbm.mean()
bars["RBM, in disorder"] = of_shuffled.mean()
print(f"the RBM, six runs: from {of_rbm.min():.3f} to {of_rbm.max():.3f}")
for text in ("marla", "mrlaa"):
    word = words_to_letters([text], alphabet, 5)
    log_p = log_likelihood(learnt, one_hot(word, M))
    print(f"{text}   trigram {bits_per_letter(log_probs(ngram, word), word):.2f}   "
          f"RBM {bits_per_letter(log_p, word):.2f} bits a letter")

fig, (ax,) = plots.new_figure(width=8, height=2.8)
ax.barh(list(bars), list(bars.values()), color=["0.6"] * 4 + ["tab:blue"] * 2)
ax.bar_label(ax.containers[0], fmt="%.2f", padding=3)
ax.invert_yaxis()
ax.set(xlabel="bits a letter, of names that the model has not seen", xlim=(0, 5.3))
plots.save(fig, "28_bits.png")
claim("The RBM needs fewer bits than the trigram", bars["trigram"] - of_rbm.mean() > 0.02,
      trigram=bars["trigram"], rbm=of_rbm.mean())
claim("letters in disorder cost about a bit more", abs((of_shuffled - of_rbm).mean() - 1) < 0.3,
      more=(of_shuffled - of_rbm).mean())
claim("Each letter of context makes the next one cheaper",
      bars["letter by itself"] - bars["bigram"] > 0.3 and bars["bigram"] - bars["trigram"] > 0.1)

# %% [markdown]
# **What to see.** Each letter of context makes the next one cheaper. The RBM needs fewer bits than
# the trigram, with twelve hidden units, and although its padding is counted. And a model knows
# "mrlaa" by its price: letters in disorder cost about a bit more, each of them.
#
# On all 8,403 names, of up to 13 letters, a longer context is worth more. A letter costs about 3.14
# bits by the trigram, 2.94 by an RBM with 200 hidden units, 2.90 by a 4-gram model, and 2.82 by
# contexts of four letters with the smoothing of Kneser and Ney (1995), in the mean of three splits
# (`lessons/reproductions/names.py`; log Z by annealing, lesson 14). The RBM is past the trigram,
# and long counts are past the RBM: what it learns about "nn" in one position, it has to learn again
# in the next.
#
# ## Going on from a beginning
#
# What names begin with "mari"? Clamp the units of the first four positions, and let Gibbs sampling
# draw the others:
#
#     h ~ p(h given v)        v_free ~ p(v_free given h)        v_held stays
#
# Given h, the positions do not know of one another, so drawing v_free alone needs no new formula.
# It is Gibbs sampling of p(v_free, h given v_held), a model of its own, in which the held units
# have become part of the biases of h. So with T(v→v') the probability of a step between layers
# that have the held part,
#
#     Σ_v p(v given v_held) T(v→v') = p(v' given v_held)                     (28.5)
#
# Any positions can be held, the last ones as well, where an n-gram model goes from left to right.

# %% (28.5) clamping, in the model with 27 words
begins = every_word[:, 0] == 2  # the words that begin with "n"
v_begins = every_v[begins]  # (9, 9)
conditional_p = p_word[begins] / p_word[begins].sum()
h_given_v = joint[begins] / joint[begins].sum(axis=1, keepdims=True)  # (9, 4)
v_given_h = joint[begins] / joint[begins].sum(axis=0)  # (9, 4) of the free units, v_held fixed
T = h_given_v @ v_given_h.T  # (9, 9)
one_step_later = conditional_p @ T
verify("(28.5) Σ_v p(v given v_held) T(v→v') = p(v' given v_held)", one_step_later, conditional_p)

start = np.repeat(v_begins[:1], 4_000, axis=0)
held = np.array([True] * 3 + [False] * 6)  # the first group
ends = complete(tiny, start, held, 20, np.random.default_rng(284))
share = [(ends == v).all(axis=1).mean() for v in v_begins]
print("p of the nine words that begin so", conditional_p.round(2))
print("share of them among the chains   ", np.round(share, 2))

# %% [markdown]
# ## New names
#
# A larger model, 100 hidden units, for its samples. Chains start at noise, run for 300 steps, and
# are read where they end. Then the model is asked what can stand behind "mari". There are only 27
# answers, so the exact distribution is at hand, by the free energy: p(v given v_held) is exp(-F(v))
# over the sum of the 27.

# %% experiment: samples, and what follows "mari"
rng = np.random.default_rng(285)
start = init_rbm(P * M, 100, rng, v_train, visible=Softmax(M))
large, _ = train_rbm(start, v_train, rng=rng, epochs=40, rate=2.0, batch_size=100,
                     weight_decay=0.0003, average=0.99)
v, _ = sample_chains(large, 1_000, 300, rng)
made = cases_to_words(v, alphabet)
learnt_from = set(cases_to_words(v_train, alphabet))
held_out = set(cases_to_words(v_test, alphabet))
new = [word for word in made if word not in learnt_from]
found = sorted(held_out.intersection(new))
print(" ".join(made[:50]))
print(f"{len(new) / len(made):.0%} are not among the names that it learnt from")
print(f"{len(found)} of them are names that were held out: {' '.join(found)}")
claim("Most are new", len(new) / len(made) > 0.5, share=len(new) / len(made))
claim("some are names that were held out", len(found) >= 2, n=len(found))

answers = np.repeat(words_to_letters(["mari"], alphabet, 5), 27, axis=0)  # (27, P)
answers[:, 4] = np.arange(27)
v_answers = one_hot(answers, M)
log_weight = -free_energy(large, v_answers).astype(float)
exact = np.exp(log_weight - log_weight.max())
exact /= exact.sum()
held = np.arange(P * M) < 4 * M
mari = np.repeat(v_answers[:1], 4_000, axis=0)
last_group = complete(large, mari, held, 30, rng)[:, 4 * M :]  # (4000, M)
share = last_group.mean(axis=0)
fig, (ax,) = plots.new_figure(width=8, height=2.8)
ax.bar(np.arange(27) - 0.2, exact, width=0.4, label="exact, by 27 free energies")
ax.bar(np.arange(27) + 0.2, share, width=0.4, label="4,000 clamped chains")
ax.set_xticks(np.arange(27), ["$", *alphabet])
ax.set(xlabel='what follows "mari"', ylabel="probability")
ax.legend()
plots.save(fig, "28_mari.png")
total_variation = 0.5 * np.abs(exact - share).sum()
claim("clamped chains agree with the exact answer", total_variation < 0.06,
      total_variation=total_variation)

# %% [markdown]
# **What to see.** Most are new, many sound right, and a few cannot be pronounced. Some are names
# that were held out: the model never saw them, and made them all the same. In the figure, clamped
# chains agree with the exact answer.
#
# ## What goes wrong
#
# **Bits in the place of groups.** Without softmax groups, each of the 135 units is a bit that may
# be on or off as it likes, and a position may come out with no letter or with two. Fewer than half
# of the layers spell anything.
#
# **The wrong divisor.** All 8,403 names fit into 13 positions. Who divides by 13, and not by the
# letters and one end mark, counts the padding as text, which is easy to guess. A name has 6 letters
# on average, so every model looks better, by nearly half.
#
# **A beginning that is not held.** If the letters "mari" are only where the chain *starts*, it
# walks away from them at once, and after 30 steps few begin so.

# %% wrong: bits for groups, a beginning that is not held
rng = np.random.default_rng(286)
start = init_rbm(P * M, K, rng, v_train)
of_bits, _ = train_rbm(start, v_train, rng=rng, epochs=40, rate=0.2, batch_size=100)
v, _ = sample_chains(of_bits, 1_000, 300, rng)
on_in_group = v.reshape(1_000, P, M).sum(axis=2)  # (1000, P)
spelt = (on_in_group == 1).all(axis=1).mean()
print(f"bits for groups: {spelt:.0%} of the layers have one letter in each position")
claim("Fewer than half of the layers spell anything", spelt < 0.5, share=spelt)

v = mari[:1_000]
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
# runs this lesson under pdb and stops where the chains of (28.5) begin, in the model with 27 words.
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
# ## Appendix: a weight by itself says nothing
#
# In each group exactly one unit is on. So a number t_j may be added to all M rows of one group and
# taken off c_j, and no word notices:
#
#     p(word) is the same for W_gm + t (all m) and c - t                     (28.6)
#
# M units thus stand for M - 1 numbers, and only differences within a group mean something. Centring
# takes the mean letter off each group, so that learning is about such differences from the start.

# %% (28.6) the same words, with other weights
t = np.random.default_rng(287).normal(size=2)
shifted_W = tiny.W.copy()
shifted_W[3:6] += t  # all units of the second position
shifted = RBM(W=shifted_W, b=tiny.b, c=tiny.c - t, visible=Softmax(3))
verify("(28.6) the same for W_gm + t and c - t", np.exp(log_likelihood(shifted, every_v)), p_word)

# %% [markdown]
# ## Exercises
#
# 1. By hand: the probability of "an" under the bigram model of the three words. How many bits a
#    letter? Why is it cheaper than "nan"?
# 2. On paper: how many free numbers has a trigram model of 27 values, if each context has a
#    distribution of its own, and how many has the RBM of the 13 positions with 200 hidden units
#    (count M - 1 for a group, by (28.6))? Which of them can know that "ann" and "anne" both end as
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
