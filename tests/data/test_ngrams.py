"""n-gram models against counts by brute force, and as distributions."""
import itertools

import numpy as np
import pytest

from numpy_dgm.data.names import words_to_letters
from numpy_dgm.data.ngrams import (
    STRENGTHS,
    conditional,
    fit_dirichlet,
    fit_kneser_ney,
    log_probs,
    tune_dirichlet,
)
from numpy_dgm.foundation.checks import InvalidInput

WORDS = ["abba", "ab", "baba", "aab", "b", "abab", "bbb", "a", "aba", "bab", "abba", "aabb"]
LETTERS = words_to_letters(WORDS, "ab", 5)
EDGE = {"^": 0, "$": 0, "a": 1, "b": 2}


def marked(order):
    """The words as texts, with order - 1 edge marks before them and one behind."""
    return ["^" * (order - 1) + word + "$" for word in WORDS]


def values(text):
    return tuple(EDGE[letter] for letter in text)


def count(text, order):
    """How often `text` stands in the marked words, by comparing at each place."""
    found = 0
    for word in marked(order):
        found += sum(word[place : place + len(text)] == text for place in range(len(word)))
    return found


def contexts(length):
    """All contexts of that length that a word can have, as texts: edge marks, then letters."""
    for n_edges in range(length + 1):
        for letters in itertools.product("ab", repeat=length - n_edges):
            yield "^" * n_edges + "".join(letters)


MODELS = {
    "Dirichlet": fit_dirichlet(LETTERS, [1.0, 2.0, 0.5], 3),
    "Kneser-Ney": fit_kneser_ney(LETTERS, 3, 3),
}


@pytest.mark.parametrize("name", MODELS)
def test_each_conditional_distribution_adds_up_to_1(name):
    """Of all contexts of up to 4 values, those that never came among them."""
    for length in range(5):
        for context in itertools.product(range(3), repeat=length):
            p = conditional(MODELS[name], context)
            assert np.all(p > 0)
            np.testing.assert_allclose(p.sum(), 1, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_all_words_together_are_certain(name):
    """p of the words of up to 7 letters, and of the beginnings of 8 letters: 1 in all."""
    model, total = MODELS[name], 0.0
    for length in range(8):
        words = ["".join(letters) for letters in itertools.product("ab", repeat=length)]
        total += np.exp(log_probs(model, words_to_letters(words, "ab", 8))).sum()
    for letters in itertools.product("ab", repeat=8):
        word, p = "^^" + "".join(letters), 1.0
        for t in range(2, 10):
            p *= conditional(model, values(word[t - 2 : t]))[EDGE[word[t]]]
        total += p
    np.testing.assert_allclose(total, 1, rtol=1e-10)


def test_dirichlet_smoothing_is_that_of_counts_by_brute_force():
    """(n(context, l) + a p(l given the shorter context)) / (n(context) + a)"""
    strengths = [1.0, 2.0, 0.5]

    def p(letter, context):
        lower = 1 / 3 if context == "" else p(letter, context[1:])
        n = {other: count(context + other, 3) for other in "ab$"}
        a = strengths[len(context)]
        return (n[letter] + a * lower) / (sum(n.values()) + a)

    for context in contexts(2):
        for letter in "ab$":
            found = conditional(MODELS["Dirichlet"], values(context))[EDGE[letter]]
            np.testing.assert_allclose(found, p(letter, context), rtol=1e-12)


def test_kneser_ney_is_that_of_counts_by_brute_force():
    """The longest contexts by how often, the shorter ones by how many different letters stood before, but for those
    that begin at the edge.
    """

    def weight_of(letter, context):
        if len(context) == 2 or context.startswith("^"):
            return count(context + letter, 3)
        return sum(count(before + context + letter, 3) > 0 for before in "^ab")

    def discount(length):
        every = [weight_of(letter, context) for context in contexts(length) for letter in "ab$"]
        return every.count(1) / (every.count(1) + 2 * every.count(2)) if every.count(1) else 0.5

    def p(letter, context):
        lower = 1 / 3 if context == "" else p(letter, context[1:])
        n = {other: weight_of(other, context) for other in "ab$"}
        total = sum(n.values())
        if total == 0:
            return lower
        d = discount(len(context))
        n_types = sum(n[other] > 0 for other in "ab$")
        return (max(n[letter] - d, 0) + d * n_types * lower) / total

    for context in contexts(2):
        for letter in "ab$":
            found = conditional(MODELS["Kneser-Ney"], values(context))[EDGE[letter]]
            np.testing.assert_allclose(found, p(letter, context), rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_log_p_of_a_word_adds_up_its_letters_and_one_end_mark(name):
    words = ["ab", "", "abbab"]
    for word, log_p in zip(words, log_probs(MODELS[name], words_to_letters(words, "ab", 5))):
        text, expected = "^^" + word + "$", 0.0
        for t in range(2, len(text)):
            expected += np.log(conditional(MODELS[name], values(text[t - 2 : t]))[EDGE[text[t]]])
        np.testing.assert_allclose(log_p, expected, rtol=1e-12)


def test_only_the_last_letters_of_a_context_count():
    for model in MODELS.values():
        np.testing.assert_array_equal(conditional(model, (1, 1, 2, 1)), conditional(model, (2, 1)))


def test_strengths_are_those_that_suit_the_last_tenth_best():
    """40 words: counts of 36, the strength of each length judged by the last 4, and then counts of all."""
    rng = np.random.default_rng(2)
    words = []
    for _ in range(40):
        word = "ab"[rng.integers(2)]
        while rng.random() < 0.7:
            word += word[-1] if rng.random() < 0.9 else "ab"[rng.integers(2)]
        words.append(word[:8])
    letters = words_to_letters(words, "ab", 8)

    def best_strengths(fit):
        chosen = []
        for _ in range(2):
            scores = {a: log_probs(fit_dirichlet(fit, [*chosen, a], 3), letters[36:]).sum() for a in STRENGTHS}
            chosen.append(max(scores, key=scores.get))
        return chosen

    chosen = best_strengths(letters[:36])
    assert len(set(chosen)) == 2 and chosen != best_strengths(letters)  # so that mistakes would be noticed
    found, expected = tune_dirichlet(letters, 2, 3), fit_dirichlet(letters, chosen, 3)
    for context in [(), (0,), (1,), (2,)]:
        np.testing.assert_array_equal(conditional(found, context), conditional(expected, context))


def test_where_no_count_is_1_half_is_taken_off():
    """a comes 4 times, b 2, the end mark 4, c never: ½ is taken off each of the three, and shared out among four."""
    model = fit_kneser_ney(words_to_letters(["ab", "ab", "a", "a"], "abc", 3), 1, 4)
    np.testing.assert_allclose(conditional(model, ()), np.array([3.5, 3.5, 1.5, 0]) / 10 + 0.5 * 3 / 10 / 4)


@pytest.mark.parametrize("order", [0, -1, 1.5, "3"])
def test_orders_that_cannot_be_are_refused(order):
    for fit in (tune_dirichlet, fit_kneser_ney):
        with pytest.raises(InvalidInput, match="order: expected an integer >= 1"):
            fit(LETTERS, order, 3)


def test_too_few_words_to_tune_on_are_refused():
    with pytest.raises(InvalidInput, match="letters: expected at least 10 words, got 9"):
        tune_dirichlet(LETTERS[:9], 2, 3)
