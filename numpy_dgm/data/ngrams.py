"""n-gram models of words: the next letter given the n - 1 letters before it, from counts. The baseline of a text model.

    p(word) = Π_t p(l_t given l_{t-n+1} ... l_{t-1})         t runs over the letters and one end mark behind them

A context that came seldom says little by itself, so each length k of context leans on the next shorter one, and the
empty context on the uniform distribution over the M values:

    p_k(l given context) = direct[l] + weight · p_{k-1}(l given the context without its first letter)
    Dirichlet      direct[l] = n(context, l) / (n(context) + a_k)          weight = a_k / (n(context) + a_k)
    Kneser-Ney     direct[l] = max(n(context, l) - d_k, 0) / n(context)    weight = d_k · types(context) / n(context)

n(context, l)   how often l came after the context    n(context) = Σ_l n(context, l)
types(context)  how many different letters came after it

For contexts shorter than the longest, Kneser-Ney does not count how often l came after the context, but how many
different letters stood before both: a shorter context is asked only where the longer one knows little, and then it
matters in how many longer contexts a letter came, not how often.

letters (N, P) values of positions, 0 the end mark (names.py). Before the first letter a context has the value 0.

MacKay and Peto 1995 (Dirichlet); Kneser and Ney 1995, interpolated as in Chen and Goodman 1998.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..foundation.checks import check_integer, invalid
from ..foundation.types import Array
from .names import END, word_lengths

STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # among which `tune_dirichlet` chooses
Counts = dict[tuple, Array]  # context -> (M,) how often each value came after it


@dataclass(frozen=True, eq=False)
class NGram:
    """A model of the next letter. tables[k] has the contexts of k letters: context -> (direct (M,), weight)."""

    tables: tuple
    n_values: int  # M


def conditional(model: NGram, context: tuple) -> Array:
    """p(next value given the values before it, the latest last): (M,). Only the last n - 1 of the context count."""
    p = np.full(model.n_values, 1 / model.n_values)
    for k, table in enumerate(model.tables):
        entry = table.get(context[len(context) - k :])
        if entry is not None:
            direct, weight = entry
            p = direct + weight * p
    return p


def log_probs(model: NGram, letters: Array) -> Array:
    """log p of each word with its end mark, in nats: letters (N, P) -> (N,)."""
    longest = len(model.tables) - 1
    known: dict[tuple, Array] = {}  # conditionals that were asked for before
    log_p = np.zeros(len(letters))
    for n, context, value in contexts_and_values(letters, longest):
        if context not in known:
            known[context] = conditional(model, context)
        log_p[n] += np.log(known[context][value])
    return log_p


def contexts_and_values(letters: Array, length: int) -> Iterator[tuple[int, tuple, int]]:
    """Of each letter and end mark: the number of its word, the `length` values before it, and its own value."""
    for n, (row, n_letters) in enumerate(zip(letters.tolist(), word_lengths(letters).tolist())):
        padded = [END] * length + row[:n_letters] + [END]
        for t in range(length, len(padded)):
            yield n, tuple(padded[t - length : t]), padded[t]


def count_values(letters: Array, length: int, n_values: int) -> Counts:
    """How often each value came after each context of `length` values: letters (N, P) -> Counts."""
    counts: Counts = {}
    for _, context, value in contexts_and_values(letters, length):
        if context not in counts:
            counts[context] = np.zeros(n_values)
        counts[context][value] += 1
    return counts


def fit_dirichlet(letters: Array, strengths: Sequence[float], n_values: int) -> NGram:
    """An n-gram model smoothed by Dirichlet priors: letters (N, P), and n strengths a_k > 0, of contexts 0 to n - 1.

    A prior of strength a weighs as much as `a` letters that came as the shorter context says. MacKay and Peto 1995.
    """
    tables = []
    for length, strength in enumerate(strengths):
        counts = count_values(letters, length, n_values)
        tables.append(dirichlet_table(counts, strength))
    return NGram(tuple(tables), n_values)


def dirichlet_table(counts: Counts, strength: float) -> dict:
    """What the contexts of one length say: context -> (n(context, .) / total (M,), a / total)."""
    table = {}
    for context, n in counts.items():
        total = n.sum() + strength
        table[context] = (n / total, strength / total)
    return table


def tune_dirichlet(letters: Array, order: int, n_values: int) -> NGram:
    """An n-gram model of that order, n >= 1, with strengths that suit a tenth of its words best.

    The strengths are chosen from the shortest context to the longest, by the log p of the last tenth of the words
    under counts of those before, which are in no order. Then all words are counted. Raises InvalidInput where there
    are fewer than ten.
    """
    order = check_integer("order", order)
    if len(letters) < 10:
        raise invalid("letters", "at least 10 words", len(letters))
    n_fit = len(letters) - len(letters) // 10
    fit, held_out = letters[:n_fit], letters[n_fit:]
    chosen: list[float] = []
    tables: list[dict] = []
    for length in range(order):
        counts = count_values(fit, length, n_values)
        candidates = [dirichlet_table(counts, strength) for strength in STRENGTHS]
        scores = [log_probs(NGram((*tables, table), n_values), held_out).sum() for table in candidates]
        best = int(np.argmax(scores))
        chosen.append(STRENGTHS[best])
        tables.append(candidates[best])
    return fit_dirichlet(letters, chosen, n_values)


def fit_kneser_ney(letters: Array, order: int, n_values: int) -> NGram:
    """An n-gram model of that order by interpolated Kneser-Ney smoothing: letters (N, P), order >= 1.

        d_k = n_1 / (n_1 + 2 n_2)        n_c the number of pairs of context and letter that came c times
    """
    order = check_integer("order", order)
    tables = []
    for length in range(order):
        counts = count_values(letters, length, n_values)
        if length < order - 1:
            counts = continuation_counts(counts, count_values(letters, length + 1, n_values))
        d = discount(counts)
        table = {}
        for context, n in counts.items():
            total = n.sum()
            types = np.count_nonzero(n)
            table[context] = (np.maximum(n - d, 0) / total, d * types / total)
        tables.append(table)
    return NGram(tuple(tables), n_values)


def continuation_counts(counts: Counts, longer: Counts) -> Counts:
    """How many different values stood before context and letter: from the counts of contexts that are one longer.

    Before a context that begins at the edge of the word nothing else can stand: it keeps its own counts.
    """
    found = {}
    for context, n in counts.items():
        at_the_edge = len(context) > 0 and context[0] == END
        found[context] = n if at_the_edge else np.zeros_like(n)
    for context, n in longer.items():
        shorter = context[1:]
        if len(shorter) == 0 or shorter[0] != END:
            found[shorter] += n > 0
    return found


def discount(counts: Counts) -> float:
    """d = n_1 / (n_1 + 2 n_2), of the counts that are 1 and 2; .5 where none is 1. Ney, Essen and Kneser 1994."""
    every = np.concatenate(list(counts.values()))
    n_1, n_2 = np.sum(every == 1), np.sum(every == 2)
    return float(n_1 / (n_1 + 2 * n_2)) if n_1 > 0 else 0.5
