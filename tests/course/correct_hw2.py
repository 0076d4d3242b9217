"""Correct submissions of assignment 2, written in other ways than its solution: each must have full marks."""

LOOPS = '''
import itertools
import math

import numpy as np


def weight(W, conventions, i, j):
    return W[i][j] if conventions.layout == "DK" else W[j][i]


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def unit_sum(x, conventions):
    """log of exp(low x) + exp(high x)."""
    return conventions.low * x + softplus((conventions.high - conventions.low) * x)


def minus_F(v, W, b, c, conventions):
    total = sum(b[i] * v[i] for i in range(len(b)))
    for j in range(len(c)):
        x = c[j] + sum(v[i] * weight(W, conventions, i, j) for i in range(len(b)))
        total += unit_sum(x, conventions)
    return total


def minus_F_hidden(h, W, b, c, conventions):
    total = sum(c[j] * h[j] for j in range(len(c)))
    for i in range(len(b)):
        x = b[i] + sum(h[j] * weight(W, conventions, i, j) for j in range(len(c)))
        total += unit_sum(x, conventions)
    return total


def log_sum(terms):
    largest = max(terms)
    return largest + math.log(math.fsum(math.exp(term - largest) for term in terms))


def log_partition(W, b, c, conventions):
    function, n = (minus_F, len(b)) if len(b) <= len(c) else (minus_F_hidden, len(c))
    states = itertools.product((conventions.low, conventions.high), repeat=n)
    return log_sum([function(state, W, b, c, conventions) for state in states])


def p_high(x, conventions):
    x = (conventions.high - conventions.low) * x
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def mixed(beta, W, b, c, b_base):
    return beta * W, [(1 - beta) * one + beta * other for one, other in zip(b_base, b)], [beta * one for one in c]


def step(v, W, b, c, conventions, rng):
    M, D, K = len(v), len(b), len(c)
    uniform = rng.random((M, K))
    h = np.zeros((M, K))
    for m in range(M):
        for j in range(K):
            x = c[j] + sum(v[m, i] * weight(W, conventions, i, j) for i in range(D))
            h[m, j] = conventions.high if uniform[m, j] < p_high(x, conventions) else conventions.low
    uniform = rng.random((M, D))
    new_v = np.zeros((M, D))
    for m in range(M):
        for i in range(D):
            x = b[i] + sum(h[m, j] * weight(W, conventions, i, j) for j in range(K))
            new_v[m, i] = conventions.high if uniform[m, i] < p_high(x, conventions) else conventions.low
    return new_v


def factor(v, one, other, conventions):
    return np.array([minus_F(row, *other, conventions) - minus_F(row, *one, conventions) for row in v])


def ais_log_weights(W, b, c, b_base, betas, n_walks, conventions, rng):
    uniform = rng.random((n_walks, len(b)))
    v = np.zeros((n_walks, len(b)))
    for i in range(len(b)):
        v[:, i] = np.where(uniform[:, i] < p_high(b_base[i], conventions), conventions.high, conventions.low)
    models = [mixed(beta, W, b, c, b_base) for beta in betas]
    total = np.zeros(n_walks)
    for one, other in zip(models, models[1:]):
        total += factor(v, one, other, conventions)
        v = step(v, *other, conventions, rng)
    return total


def reverse_ais_log_weights(v, W, b, c, b_base, betas, conventions, rng):
    models = [mixed(beta, W, b, c, b_base) for beta in betas]
    total = np.zeros(len(v))
    for l in range(len(betas) - 2, -1, -1):
        total += factor(v, models[l], models[l + 1], conventions)
        v = step(v, *models[l], conventions, rng)
    return total


def estimates(log_w_up, log_w_down, b_base, n_hidden, conventions):
    log_z_base = sum(unit_sum(b, conventions) for b in b_base) + n_hidden * math.log(2)
    up, down = list(log_w_up), list(log_w_down)
    log_z_up = log_z_base + log_sum(up) - math.log(len(up))
    log_z_down = log_z_base - log_sum([-one for one in down]) + math.log(len(down))
    largest = max(up)
    w = [math.exp(one - largest) for one in up]
    mean = sum(w) / len(w)
    variance = sum((one - mean) ** 2 for one in w) / len(w)
    return log_z_up, math.sqrt(variance / len(w)) / mean, log_z_down


def log_z_by_walks(W, b, c, conventions, rng):
    """The same walks on arrays: loops over units would take too long here."""
    W = W if conventions.layout == "DK" else W.T
    low, high = conventions.low, conventions.high
    v = rng.choice([low, high], size=(300, len(b)))
    log_w = np.zeros(300)
    betas = 1 - (1 - np.linspace(0, 1, 301)) ** 1.3
    for beta, following in zip(betas, betas[1:]):
        x = v @ W + c
        log_w += (following - beta) * (v @ b)
        for sign, at in ((1, following), (-1, beta)):
            log_w += sign * np.logaddexp(low * at * x, high * at * x).sum(axis=1)
        h = np.where(rng.random(x.shape) * (1 + np.exp(-(high - low) * following * x)) < 1, high, low)
        x = h @ W.T + b
        v = np.where(rng.random(x.shape) * (1 + np.exp(-(high - low) * following * x)) < 1, high, low)
    log_z_base = (len(b) + len(c)) * math.log(2)
    return log_z_base + log_sum(list(log_w)) - math.log(300)


def pseudo_log_likelihood(v, W, b, c, conventions):
    result = []
    for row in v:
        total = 0.0
        for i in range(len(b)):
            other = list(row)
            other[i] = conventions.high if row[i] == conventions.low else conventions.low
            total -= softplus(minus_F(other, W, b, c, conventions) - minus_F(row, W, b, c, conventions))
        result.append(total)
    return result
'''

AS_BITS = '''
import numpy as np


def as_bits(W, b, c, conventions):
    """Parameters of the model whose units are 0 and 1, and what its energies lack."""
    W = W if conventions.layout == "DK" else W.T
    low, d = conventions.low, conventions.high - conventions.low
    constant = low * (b.sum() + c.sum()) + low * low * W.sum()
    return d * d * W, d * (b + low * W.sum(axis=1)), d * (c + low * W.sum(axis=0)), constant


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x):
    return np.exp(-softplus(-x))


def all_bits(n):
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def log_partition(W, b, c, conventions):
    W, b, c, constant = as_bits(W, b, c, conventions)
    if len(b) > len(c):
        W, b, c = W.T, c, b
    s = all_bits(len(b))
    return constant + np.logaddexp.reduce(s @ b + softplus(np.einsum("si,ij->sj", s, W) + c).sum(axis=1))


def base_as_bits(b_base, K, conventions):
    """b of the base, and what its energies lack."""
    d = conventions.high - conventions.low
    return d * b_base, conventions.low * b_base.sum()


def one_walk(v, betas, model, base_b, rng):
    """log w of a single walk of bits from betas[0] to betas[-1], up or down; the sign is that of its direction."""
    W, b, c, b_0 = model
    log_w = 0.0
    for now, then in zip(betas, betas[1:]):
        x_now, x_then = now * (v @ W + c), then * (v @ W + c)
        log_w += (then - now) * (v @ (b - base_b)) + softplus(x_then).sum() - softplus(x_now).sum()
        h = rng.random(len(c)) < sigmoid(x_then)
        v = rng.random(len(b)) < sigmoid(then * (W @ h + b) + (1 - then) * base_b)
    return log_w


def prepared(W, b, c, b_base, conventions):
    """In bits W, b, c are not mixed by beta alone: the base's c in bits is that of W = 0, which is 0."""
    W_1, b_1, c_1, constant = as_bits(W, b, c, conventions)
    b_0, constant_0 = base_as_bits(b_base, len(c), conventions)
    return (W_1, b_1, c_1, None), b_0, constant - constant_0


def ais_log_weights(W, b, c, b_base, betas, n_walks, conventions, rng):
    model, b_0, constant = prepared(W, b, c, b_base, conventions)
    walks = []
    for _ in range(n_walks):
        v = rng.random(len(b)) < sigmoid(b_0)
        walks.append(constant + one_walk(v.astype(float), list(betas), model, b_0, rng))
    return np.array(walks)


def reverse_ais_log_weights(v, W, b, c, b_base, betas, conventions, rng):
    model, b_0, constant = prepared(W, b, c, b_base, conventions)
    bits = (v == conventions.high).astype(float)
    down = list(betas)[::-1]
    return np.array([constant - one_walk(row, down, model, b_0, rng) for row in bits])


def estimates(log_w_up, log_w_down, b_base, n_hidden, conventions):
    d = conventions.high - conventions.low
    log_z_base = conventions.low * b_base.sum() + softplus(d * b_base).sum() + n_hidden * np.log(2.0)
    up = np.logaddexp.reduce(log_w_up)
    down = np.logaddexp.reduce(-log_w_down)
    effective = np.exp(2 * up - np.logaddexp.reduce(2 * log_w_up))
    error = np.sqrt(1 / effective - 1 / len(log_w_up))
    return log_z_base + up - np.log(len(log_w_up)), error, log_z_base - down + np.log(len(log_w_down))


def log_z_by_walks(W, b, c, conventions, rng):
    W, b, c, constant = as_bits(W, b, c, conventions)
    v = (rng.random((250, len(b))) < 0.5).astype(float)
    log_w = np.zeros(250)
    betas = np.linspace(0, 1, 350)
    for now, then in zip(betas, betas[1:]):
        x = v @ W + c
        log_w += (then - now) * (v @ b) + (softplus(then * x) - softplus(now * x)).sum(axis=1)
        h = rng.random(x.shape) < sigmoid(then * x)
        v = (rng.random(v.shape) < sigmoid(then * (h @ W.T + b))).astype(float)
    return constant + (len(b) + len(c)) * np.log(2) + np.logaddexp.reduce(log_w) - np.log(250)


def pseudo_log_likelihood(v, W, b, c, conventions):
    W, b, c, _ = as_bits(W, b, c, conventions)
    v = (v == conventions.high).astype(float)
    x = v @ W + c
    change = 1 - 2 * v
    moved = x[:, None, :] + np.einsum("ni,ij->nij", change, W)
    difference = change * b + softplus(moved).sum(axis=2) - softplus(x).sum(axis=1)[:, None]
    return -softplus(difference).sum(axis=1)
'''

SINGLE = '''
from functools import reduce

import numpy as np

FLOAT = np.float32


def singles(*arrays):
    return [np.asarray(array, dtype=FLOAT) for array in arrays]


def layers(W, b, c, conventions):
    W, b, c = singles(W, b, c)
    return (W.T if conventions.layout == "KD" else W), b, c


def log_cosh_form(x, conventions):
    """log(exp(low x) + exp(high x)) by the middle and half of the difference: m x + |d x| + log(1 + exp(-2 |d x|))."""
    middle, half = (conventions.low + conventions.high) / 2, (conventions.high - conventions.low) / 2
    size = FLOAT(half) * np.abs(x)
    return FLOAT(middle) * x + size + np.log1p(np.exp(-2 * size))


def minus_F(v, W, b, c, conventions):
    return np.dot(v, b) + np.sum(log_cosh_form(np.dot(v, W) + c, conventions), axis=-1)


def log_mean(values):
    top = np.max(values)
    return top + np.log(np.mean(np.exp(values - top)))


def log_partition(W, b, c, conventions):
    W, b, c = layers(W, b, c, conventions)
    swap = b.size > c.size
    first, second = (c, b) if swap else (b, c)
    states = np.zeros((1, 0), dtype=FLOAT)
    for _ in range(first.size):
        low = np.hstack([states, np.full((len(states), 1), conventions.low, dtype=FLOAT)])
        high = np.hstack([states, np.full((len(states), 1), conventions.high, dtype=FLOAT)])
        states = np.vstack([low, high])
    values = minus_F(states, W.T if swap else W, first, second, conventions)
    return log_mean(values) + first.size * np.log(2)


def flip_coins(x, conventions, rng):
    """Units with the inputs x: drawn by a logistic number, which is below an input with the probability sigmoid."""
    u = rng.random(x.shape)
    is_high = np.log(u) - np.log1p(-u) < (conventions.high - conventions.low) * x
    return np.where(is_high, FLOAT(conventions.high), FLOAT(conventions.low))


def model_at(beta, W, b, c, b_base):
    beta = FLOAT(beta)
    return beta * W, b_base + beta * (b - b_base), beta * c


def walk(v, W, b, c, conventions, rng):
    h = flip_coins(np.dot(v, W) + c, conventions, rng)
    return flip_coins(np.dot(h, W.T) + b, conventions, rng)


def ais_log_weights(W, b, c, b_base, betas, n_walks, conventions, rng):
    W, b, c = layers(W, b, c, conventions)
    b_base = b_base.astype(FLOAT)
    path = [model_at(beta, W, b, c, b_base) for beta in betas]
    v = flip_coins(np.broadcast_to(b_base, (n_walks, b.size)), conventions, rng)
    log_w = minus_F(v, *path[1], conventions) - minus_F(v, *path[0], conventions)
    for l in range(1, len(path) - 1):
        v = walk(v, *path[l], conventions, rng)
        log_w = log_w + minus_F(v, *path[l + 1], conventions) - minus_F(v, *path[l], conventions)
    return log_w


def reverse_ais_log_weights(v, W, b, c, b_base, betas, conventions, rng):
    W, b, c = layers(W, b, c, conventions)
    b_base = b_base.astype(FLOAT)
    path = [model_at(beta, W, b, c, b_base) for beta in betas]
    visited = [v.astype(FLOAT)]
    for model in path[-2:0:-1]:
        visited.append(walk(visited[-1], *model, conventions, rng))
    factors = [minus_F(v, *after, conventions) - minus_F(v, *before, conventions)
               for v, before, after in zip(visited[::-1], path, path[1:])]
    return reduce(np.add, factors)


def estimates(log_w_up, log_w_down, b_base, n_hidden, conventions):
    up, down, b_base = singles(log_w_up, log_w_down, b_base)
    log_z_base = log_cosh_form(b_base, conventions).sum() + n_hidden * np.log(2)
    w = np.exp(up - up.max())
    error = np.sqrt(np.mean(w**2) - np.mean(w) ** 2) / (np.sqrt(len(w)) * np.mean(w))
    return log_z_base + log_mean(up), error, log_z_base - log_mean(-down)


def log_z_by_walks(W, b, c, conventions, rng):
    b_base = np.full(len(b), 1e-3)
    values = []
    for _ in range(4):
        log_w = ais_log_weights(W, b, c, b_base, np.linspace(0, 1, 400) ** 1.2, 100, conventions, rng)
        values.append(log_w)
    log_z, _, _ = estimates(np.concatenate(values), -values[0], b_base, len(c), conventions)
    return float(log_z)


def pseudo_log_likelihood(v, W, b, c, conventions):
    W, b, c = layers(W, b, c, conventions)
    v = v.astype(FLOAT)
    total = np.zeros(len(v))
    for i in range(b.size):
        both = []
        for value in (conventions.low, conventions.high):
            state = v.copy()
            state[:, i] = value
            both.append(minus_F(state, W, b, c, conventions))
        here = np.where(v[:, i] == conventions.low, both[0], both[1])
        total += here - np.logaddexp(both[0], both[1])
    return total
'''

ALTERNATIVES = {"hw2_likelihood": {"loops": LOOPS, "as bits, walk by walk": AS_BITS, "single precision": SINGLE}}
