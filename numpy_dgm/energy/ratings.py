"""RBM of ratings: a softmax unit for each rating that a case has, and none where it has none.

    E(v, h given r) = -Σ_i r_i ( b[i, v_i] + Σ_j (level(v_i)·W_ij + U_ij) h_j ) - c·h

N cases    D visible units    K hidden units    M values of a rating    Q weights of a pair of units
v (N, D)   which value, an index from 0 to M - 1; -1 where there is no rating        h (N, K) bits
r (N, D)   1 where there is a rating, else 0                                          x (N, K) the input to h
W (D, Q, K) weights    U (D, K) weights of r itself    b (D, M), c (K,) biases
levels (M, Q)          what a value sends along the weights: tied, Q = 1, its place between the lowest, -1, and the
                       highest, 1; free, Q = M, a weight for each value

The cases are items, and a visible unit is a user, or the other way round. A missing rating is not a value to be
summed over: its unit is absent, from the energy as from the gradient. So each row is a model of its own, with a Z of
its own, and they share their parameters. Contrastive divergence must therefore keep the mask: the negative phase has
values at the same places as the row has, and nowhere else.

    p(h_j = 1 given v, r) = σ(x_j)       x = Σ_i r_i (level(v_i)·W_i + U_i) + c
    p(v_i = m given h)    ∝ exp(b[i, m] + level(m)·(W_i h))                               where r_i = 1
    F(v given r)          = -Σ_i r_i b[i, v_i] - Σ_j log(1 + exp(x_j))

An unseen rating is predicted by adding its unit to the row (but not to r, which says what has been seen), and has then

    p(v_i = m given the seen ratings) ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m)·W_ij))

Salakhutdinov, Mnih and Hinton 2007 (free weights, users as cases; U is there called D); Truyen, Phung and Venkatesh
2009 (ordered values); Georgiev and Nakov 2013 (items as cases).
"""
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.batches import as_cases, check_cases, row_blocks
from ..foundation.checks import (
    as_rows,
    check_array,
    check_choice,
    check_dtype,
    check_fits,
    check_generator,
    check_integer,
    check_parameter,
    different_dtypes,
    invalid,
)
from ..foundation.enumeration import all_bits
from ..foundation.numerics import bernoulli, logsumexp, sigmoid, sum_of_softplus
from ..foundation.records import Record
from ..foundation.types import Array, Generator

PREDICTIONS = ("marginal", "mean-field")
PAIRS_AT_ONCE = 4000  # that are predicted together
MOST_HIDDEN = 16  # hidden units whose states are listed for an exact likelihood
PSEUDO_COUNTS = 5.0  # ratings that every unit is credited with, spread as all ratings are


@dataclass(frozen=True, eq=False, repr=False)
class RatingsRBM(Record):
    """Parameters of an RBM of ratings. A gradient with respect to them has the same type."""

    W: Array  # (D, Q, K) weights of the values
    U: Array  # (D, K)    weights of r, of whether there is a rating
    b: Array  # (D, M)    visible biases
    c: Array  # (K,)      hidden biases
    levels: Array  # (M, Q)  what a value sends along its weights; fixed
    values: Array  # (M,)    the ratings that the indices stand for, rising; fixed

    trainable = ("W", "U", "b", "c")


def init_ratings_rbm(data: Any, values: Any, n_hidden: int, rng: Generator, tied: bool = True,
                     dtype: DTypeLike = np.float32) -> RatingsRBM:
    """A new RBM of ratings: W ~ N(0, .01²), U = 0, c = 0, and b with which each unit alone has its own frequencies.

        b[i, m] = log ((count of m in column i + 5 share of m in all) / (ratings in column i + 5))

    data (N, D)      ratings to learn from, indices into values, -1 where there is none
    values (M,)      the different ratings, rising, such as [1, 2, 3, 4, 5]
    tied             one weight for a pair of units, times a value's level; else a weight for each value
    rng              draws W, D Q K normal numbers

    Raises InvalidInput.
    """
    values = check_array("values", values, ndim=1, dtype=np.float64)
    if len(values) < 2 or np.any(np.diff(values.astype(np.float32)) <= 0):
        raise invalid("values", "at least two ratings, rising", values)
    n_hidden = check_integer("n_hidden", n_hidden)
    check_generator("rng", rng)
    float_type = check_dtype("dtype", dtype)
    check_choice("tied", tied, (True, False))
    data = as_cases("data", data)
    shape = tuple(getattr(data, "shape", ()))
    if len(shape) != 2:
        raise invalid("data", "ratings (N, D), a row a case", f"shape {shape}")
    n_visible, n_values = shape[1], len(values)
    data = check_ratings("data", data, n_visible, n_values)
    check_fits("n_hidden", n_hidden, n_visible, n_hidden, 1 if tied else n_values)
    counts = count_values(data, n_values)  # (D, M)
    if counts.sum() == 0:
        raise invalid("data", "at least one rating", "none")
    shares = (counts.sum(axis=0) + 1) / (counts.sum() + n_values)
    smoothed = counts + PSEUDO_COUNTS * shares
    b = np.log(smoothed / smoothed.sum(axis=1, keepdims=True))
    middle, half = (values[-1] + values[0]) / 2, (values[-1] - values[0]) / 2
    levels = ((values - middle) / half)[:, None] if tied else np.eye(n_values)
    W = 0.01 * rng.standard_normal((n_visible, levels.shape[1], n_hidden), dtype=float_type)
    U = np.zeros((n_visible, n_hidden), float_type)
    c = np.zeros(n_hidden, float_type)
    return RatingsRBM(W, U, b.astype(float_type), c, levels.astype(float_type), values.astype(float_type))


def count_values(data: Any, n_values: int) -> Array:
    """How often each column of data (N, D) has each value: (D, M)."""
    counts = np.zeros((data.shape[1], n_values))
    for rows in row_blocks(*data.shape):
        v = np.asarray(data[rows])
        for m in range(n_values):
            counts[:, m] += (v == m).sum(axis=0)
    return counts


def check_ratings_rbm(rbm: Any) -> RatingsRBM:
    """`rbm` where its arrays are finite, of one dtype and fit together, else InvalidInput."""
    if not isinstance(rbm, RatingsRBM):
        raise invalid("rbm", "a RatingsRBM", type(rbm).__name__)
    check_parameter("rbm.W", rbm.W, ndim=3)
    n_visible, n_levels, n_hidden = rbm.W.shape
    check_parameter("rbm.U", rbm.U, ndim=2, width=n_hidden)
    check_parameter("rbm.b", rbm.b, ndim=2)
    check_parameter("rbm.c", rbm.c, ndim=1, width=n_hidden)
    check_parameter("rbm.levels", rbm.levels, ndim=2, width=n_levels)
    check_parameter("rbm.values", rbm.values, ndim=1, width=len(rbm.levels))
    if not len(rbm.U) == len(rbm.b) == n_visible or rbm.b.shape[1] != len(rbm.levels):
        raise invalid("rbm", f"U and b of {n_visible} units, b of {len(rbm.levels)} values",
                      f"shapes {rbm.U.shape} and {rbm.b.shape}")
    arrays = (rbm.W, rbm.U, rbm.b, rbm.c, rbm.levels, rbm.values)
    if len({array.dtype for array in arrays}) > 1:
        raise different_dtypes("rbm", *arrays)
    return rbm


def check_ratings(name: str, v: Any, n_visible: int, n_values: int) -> Any:
    """`v`, for row numbers to index, where it is ratings (N, D) or of one case (D,): integers from -1 to M - 1."""

    def check(name, block, width):
        block = check_array(name, block, width=width, low=-1, high=n_values - 1)
        if block.dtype.kind == "f" and np.any(block != np.rint(block)):
            raise invalid(name, f"indices of {n_values} values, -1 for a missing rating", "numbers between integers")

    return check_cases(name, v, n_visible, check, one_case=True)


def check_case_ratings(name: str, rbm: RatingsRBM, v: Any) -> Array:
    """`v` as an integer array (N, D), where `rbm` can be held at it; else InvalidInput."""
    check_ratings_rbm(rbm)
    v = check_ratings(name, v, *rbm.b.shape)
    return as_rows(np.asarray(v[np.arange(len(v))])).astype(np.int64)


# the equations; v has been checked


def rated(v: Array) -> tuple[Array, Array, Array]:
    """`(case, unit, value)` of each rating in v (N, D), all (R,)."""
    case, unit = np.nonzero(v >= 0)
    return case, unit, v[case, unit]


def features(rbm: RatingsRBM, shape: tuple, case: Array, unit: Array, value: Array) -> Array:
    """What the visible units send along W: level(v_i) at the rated places, 0 elsewhere, (N, D Q)."""
    sent = np.zeros((*shape, rbm.levels.shape[1]), rbm.W.dtype)
    sent[case, unit] = rbm.levels[value]
    return sent.reshape(len(sent), -1)


def flat_weights(rbm: RatingsRBM) -> Array:
    """W as the matrix that the features are multiplied by: (D Q, K)."""
    return rbm.W.reshape(-1, rbm.W.shape[2])


def hidden_inputs(rbm: RatingsRBM, v: Any) -> Array:
    """x = Σ_i r_i (level(v_i)·W_i + U_i) + c of each case: v (N, D) -> (N, K). Raises InvalidInput."""
    return _hidden_inputs(rbm, check_case_ratings("v", rbm, v))


def _hidden_inputs(rbm, v):
    sent = features(rbm, v.shape, *rated(v))
    r = (v >= 0).astype(rbm.W.dtype)
    return sent @ flat_weights(rbm) + r @ rbm.U + rbm.c


def _value_probs(rbm, h, case, unit):
    """p(v_i = m given h) of each rated place: h (N, K) -> (R, M)."""
    upward = (h @ flat_weights(rbm).T).reshape(len(h), *rbm.W.shape[:2])  # (N, D, Q) W_i h
    logits = rbm.b[unit] + upward[case, unit] @ rbm.levels.T
    return softmax(logits)


def softmax(logits: Array) -> Array:
    """exp(logits) / Σ exp(logits) over the last axis."""
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def draw_values(p: Array, rng: Generator) -> Array:
    """A value of each row of probabilities p (R, M): (R,). Draws R uniform numbers."""
    u = rng.random((len(p), 1), dtype=p.dtype)
    return (u >= np.cumsum(p, axis=1)[:, :-1]).sum(axis=1)


def ratings_free_energy(rbm: RatingsRBM, v: Any) -> Array:
    """F(v given r) = -Σ_i r_i b[i, v_i] - Σ_j log(1 + exp(x_j)): v (N, D) -> (N,). Raises InvalidInput."""
    return _free_energy(rbm, check_case_ratings("v", rbm, v))


def _free_energy(rbm, v):
    case, unit, value = rated(v)
    bias_term = np.bincount(case, weights=rbm.b[unit, value], minlength=len(v))
    return -bias_term - sum_of_softplus(_hidden_inputs(rbm, v))


# exactly, for few hidden units


def ratings_log_likelihood(rbm: RatingsRBM, v: Any) -> Array:
    """log p(v given r) = -F(v given r) - log Z(r) of each case, Z by all states of h: v (N, D) -> (N,).

        Z(r) = Σ_h exp(h·(c + r U)) Π_{i rated} Σ_m exp(b[i, m] + level(m)·(W_i h))

    Raises InvalidInput, also for more than 16 hidden units.
    """
    v = check_case_ratings("v", rbm, v)
    log_weights, _, _ = _states_of_h(rbm, v)
    return -_free_energy(rbm, v) - logsumexp(log_weights, axis=1)


def _states_of_h(rbm, v):
    """log of each state's part of Z(r) (N, S), the states h (S, K), p(v_i = m given h) of every unit (S, D, M)."""
    n_hidden = len(rbm.c)
    if n_hidden > MOST_HIDDEN:
        raise invalid("rbm", f"at most {MOST_HIDDEN} hidden units for an exact likelihood", n_hidden)
    h, r = all_bits(n_hidden), (v >= 0).astype(np.float64)
    upward = (h @ flat_weights(rbm).T).reshape(len(h), *rbm.W.shape[:2])  # (S, D, Q)
    logits = rbm.b + upward @ rbm.levels.T  # (S, D, M)
    log_sums = logsumexp(logits, axis=2)  # (S, D)
    log_weights = (rbm.c + r @ rbm.U) @ h.T + r @ log_sums.T
    return log_weights, h, softmax(logits)


def ratings_exact_gradient(rbm: RatingsRBM, v: Any) -> RatingsRBM:
    """∂ mean log p(v given r) / ∂(W, U, b, c), to be ascended: v (N, D) -> a RatingsRBM of gradients.

        ∂W_i     = <r_i level(v_i) h>_data - <r_i level(v_i) h>_model        ∂U_i = r_i (<h>_data - <h>_model)
        ∂b[i, m] = <r_i [v_i = m]>_data    - <r_i p(v_i = m given h)>_model   ∂c   = <h>_data - <h>_model

    Means over the cases; each row's model has its own r. Raises InvalidInput, also for more than 16 hidden units.
    """
    v = check_case_ratings("v", rbm, v)
    n, r = len(v), (v >= 0).astype(np.float64)
    log_weights, h, p_values = _states_of_h(rbm, v)
    p_h = np.exp(log_weights - logsumexp(log_weights, axis=1)[:, None])  # (N, S)
    mean_h = p_h @ h  # (N, K)
    of_unit = r.T @ p_h / n  # (D, S) how often a unit is there while h is in that state
    b = np.einsum("is,sim->im", of_unit, p_values)
    W = np.einsum("is,siq,sj->iqj", of_unit, p_values @ rbm.levels, h)
    p_h_data = sigmoid(_hidden_inputs(rbm, v))
    data = _data_term(rbm, v, p_h_data)
    difference = p_h_data - mean_h
    dtype = rbm.W.dtype
    return replace(rbm, W=(data.W - W).astype(dtype), U=(r.T @ difference / n).astype(dtype),
                   b=(data.b - b).astype(dtype), c=difference.mean(axis=0).astype(dtype))


def _data_term(rbm, v, p_h):
    """<level(v_i) h>, <h> where i is rated, <[v_i = m]> and <h> over the cases v (N, D), as a RatingsRBM."""
    case, unit, value = rated(v)
    n = len(v)
    W = features(rbm, v.shape, case, unit, value).T @ p_h / n
    U = (v >= 0).astype(p_h.dtype).T @ p_h / n
    b = np.bincount(unit * len(rbm.levels) + value, minlength=rbm.b.size).reshape(rbm.b.shape) / n
    return replace(rbm, W=W.reshape(rbm.W.shape), U=U, b=b.astype(p_h.dtype), c=p_h.sum(axis=0) / n)


def ratings_cd_gradient(rbm: RatingsRBM, v_data: Any, k: int, rng: Generator, check: bool = True) -> RatingsRBM:
    """CD-k estimate of ∂ mean log p(v_data given r) / ∂(W, U, b, c), to be ascended.

    v_data (N, D), -1 where a rating is missing: it stays missing in the negative phase. k >= 1 Gibbs steps from the
    data. Draws, in this order, k times: h, then a value for each rating. The last step's values are drawn for W, and
    stand with their probabilities in b. Raises InvalidInput; without `check` the arguments are trusted.
    """
    if check:
        v_data = check_case_ratings("v_data", rbm, v_data)
        k = check_integer("k", k)
        check_generator("rng", rng)
    n, r = len(v_data), (v_data >= 0).astype(rbm.W.dtype)
    case, unit, value_data = rated(v_data)
    from_r = r @ rbm.U + rbm.c  # (N, K), the same in both phases

    # positive phase: the ratings are held at the data
    sent_data = features(rbm, v_data.shape, case, unit, value_data)  # (N, D Q)
    p_h_data = sigmoid(sent_data @ flat_weights(rbm) + from_r)

    # negative phase: k steps of block Gibbs sampling from the data, at the same places
    p_h = p_h_data
    for _ in range(k):
        h = bernoulli(p_h, rng)
        p_value = _value_probs(rbm, h, case, unit)  # (R, M)
        value = draw_values(p_value, rng)
        sent = features(rbm, v_data.shape, case, unit, value)
        p_h = sigmoid(sent @ flat_weights(rbm) + from_r)

    # the difference of the phases, each a mean over the cases
    W = (sent_data.T @ p_h_data - sent.T @ p_h) / n
    U = r.T @ (p_h_data - p_h) / n
    is_value = value_data[:, None] == np.arange(len(rbm.levels))  # (R, M)
    place = unit[:, None] * len(rbm.levels) + np.arange(len(rbm.levels))
    b = np.bincount(place.ravel(), weights=(is_value - p_value).ravel(), minlength=rbm.b.size) / n
    c = (p_h_data - p_h).sum(axis=0) / n
    return replace(rbm, W=W.reshape(rbm.W.shape), U=U, b=b.reshape(rbm.b.shape).astype(W.dtype), c=c)


# predictions


def rating_probs(rbm: RatingsRBM, data: Any, case: Any, unit: Any, method: str = "marginal") -> Array:
    """p(v_i = m given the seen ratings) of pairs of a case and a unit that has not rated it: (n, M).

        marginal      p(m) ∝ exp(b[i, m]) Π_j (1 + exp(x_j + level(m)·W_ij))        exact: h is summed out
        mean-field    p(m) ∝ exp(b[i, m] + level(m)·(W_i σ(x)))                     h stands with its mean

    data (N, D)      the seen ratings, -1 where there is none; an array or what row numbers index
    case, unit       (n,) row and column of each pair, integers. Where there is a rating it is seen like the others:
                     the figure is then no prediction

    Raises InvalidInput.
    """
    check_ratings_rbm(rbm)
    check_choice("method", method, PREDICTIONS)
    data = check_ratings("data", data, *rbm.b.shape)
    case = check_integers("case", case, len(data))
    unit = check_integers("unit", unit, len(rbm.b))
    if len(case) != len(unit):
        raise invalid("unit", f"as many as cases, {len(case)}", len(unit))
    return _rating_probs(rbm, data, case, unit, method)


def _rating_probs(rbm, data, case, unit, method="marginal"):
    p = np.empty((len(case), len(rbm.values)))
    for x, pairs in inputs_of_pairs(rbm, data, case):
        if method == "marginal":
            moved = x[:, None, :] + rbm.levels @ rbm.W[unit[pairs]]  # (n, M, K)
            logits = rbm.b[unit[pairs]] + sum_of_softplus(moved)
        else:
            upward = np.einsum("nj,nqj->nq", sigmoid(x), rbm.W[unit[pairs]])
            logits = rbm.b[unit[pairs]] + upward @ rbm.levels.T
        p[pairs] = softmax(logits)
    return p


def inputs_of_pairs(rbm: RatingsRBM, data: Any, case: Array) -> Iterator[tuple[Array, Array]]:
    """`(x of their cases (n, K), which pairs (n,))` of some thousand pairs after the other, case by case."""
    order = np.argsort(case, kind="stable")
    for start in range(0, len(order), PAIRS_AT_ONCE):
        pairs = order[start : start + PAIRS_AT_ONCE]
        rows, place = np.unique(case[pairs], return_inverse=True)
        x = np.empty((len(rows), len(rbm.c)), rbm.W.dtype)
        for block in row_blocks(len(rows), data.shape[1]):
            x[block] = _hidden_inputs(rbm, np.asarray(data[rows[block]]).astype(np.int64))
        yield x[place.reshape(-1)], pairs


def check_integers(name: str, value: Any, below: int) -> Array:
    """`value` as integers (n,) from 0 to below - 1, or InvalidInput."""
    array = check_array(name, value, ndim=1, low=0, high=below - 1)
    if array.dtype.kind not in "iu":
        raise invalid(name, "integers", f"dtype {array.dtype}")
    return array.astype(np.int64)


def expected_rating(rbm: RatingsRBM, p: Any) -> Array:
    """Σ_m p(m) value(m): the prediction of least squared error, p (n, M) -> (n,). Raises InvalidInput."""
    p = check_value_probs(rbm, p)
    return p @ rbm.values.astype(np.float64)


def rating_deviation(rbm: RatingsRBM, p: Any) -> Array:
    """The standard deviation of a rating with probabilities p (n, M), (n,): how sure the prediction is.

    Raises InvalidInput.
    """
    p = check_value_probs(rbm, p)
    values = rbm.values.astype(np.float64)
    mean = p @ values
    return np.sqrt(np.maximum(p @ values**2 - mean**2, 0))


def check_value_probs(rbm: RatingsRBM, p: Any) -> Array:
    """`p` as probabilities (n, M) of the values of `rbm` in float64, or InvalidInput."""
    check_ratings_rbm(rbm)
    return check_array("p", p, width=len(rbm.values), low=0, high=1, dtype=np.float64)
