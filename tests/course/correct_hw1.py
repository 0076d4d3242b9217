"""Correct submissions to assignment 1, written differently from the solution."""

LOOPS = '''
"""Unit by unit and case by case, in loops."""
import math
import numpy as np


def weight(W, i, j, conventions):
    return W[i, j] if conventions.layout == "DK" else W[j, i]


def energy(v, h, W, b, c, conventions):
    out = []
    for n in range(len(v)):
        E = 0.0
        for i in range(len(b)):
            E -= b[i] * v[n, i]
            for j in range(len(c)):
                E -= v[n, i] * weight(W, i, j, conventions) * h[n, j]
        for j in range(len(c)):
            E -= c[j] * h[n, j]
        out.append(E)
    return out


def prob(x, conventions):
    """By the ratio of two weights, the larger taken out."""
    up, down = conventions.high * x / conventions.T, conventions.low * x / conventions.T
    top = max(up, down)
    return math.exp(up - top) / (math.exp(up - top) + math.exp(down - top))


def hidden_probs(v, W, b, c, conventions):
    p = np.zeros((len(v), len(c)))
    for n in range(len(v)):
        for j in range(len(c)):
            x = c[j] + sum(v[n, i] * weight(W, i, j, conventions) for i in range(len(b)))
            p[n, j] = prob(x, conventions)
    return p


def visible_probs(h, W, b, c, conventions):
    p = np.zeros((len(h), len(b)))
    for n in range(len(h)):
        for i in range(len(b)):
            x = b[i] + sum(h[n, j] * weight(W, i, j, conventions) for j in range(len(c)))
            p[n, i] = prob(x, conventions)
    return p


def free_energy(v, W, b, c, conventions):
    F = []
    for n in range(len(v)):
        total = -sum(b[i] * v[n, i] for i in range(len(b)))
        for j in range(len(c)):
            x = c[j] + sum(v[n, i] * weight(W, i, j, conventions) for i in range(len(b)))
            up, down = conventions.high * x / conventions.T, conventions.low * x / conventions.T
            top = max(up, down)
            total -= conventions.T * (top + math.log(math.exp(up - top) + math.exp(down - top)))
        F.append(total)
    return np.array(F)


def coins(p, conventions, rng):
    """Drawn a unit at a time: the same numbers as a matrix at once."""
    out = np.empty(p.shape)
    for n in range(p.shape[0]):
        for j in range(p.shape[1]):
            out[n, j] = conventions.high if rng.random() < p[n, j] else conventions.low
    return out


def gibbs_step(v, W, b, c, conventions, rng):
    h = coins(hidden_probs(v, W, b, c, conventions), conventions, rng)
    return h, coins(visible_probs(h, W, b, c, conventions), conventions, rng)


def means(v, W, b, c, conventions):
    p = hidden_probs(v, W, b, c, conventions)
    return p * conventions.high + (1 - p) * conventions.low


def outer_mean(v, h, conventions):
    total = np.zeros((v.shape[1], h.shape[1]))
    for v_n, h_n in zip(v, h):
        total += np.outer(v_n, h_n)
    total /= len(v)
    return total if conventions.layout == "DK" else total.T


def cd_gradient(v_data, k, W, b, c, conventions, rng):
    v = v_data.copy()
    for _ in range(k):
        _, v = gibbs_step(v, W, b, c, conventions, rng)
    h_data, h = means(v_data, W, b, c, conventions), means(v, W, b, c, conventions)
    T = conventions.T
    dW = outer_mean(v_data, h_data, conventions) - outer_mean(v, h, conventions)
    return dW / T, (v_data.mean(0) - v.mean(0)) / T, (h_data.mean(0) - h.mean(0)) / T


def pcd_gradient(v_data, chains, k, W, b, c, conventions, rng):
    h = chains.copy()
    for _ in range(k):
        v = coins(visible_probs(h, W, b, c, conventions), conventions, rng)
        h = coins(hidden_probs(v, W, b, c, conventions), conventions, rng)
    h_data, h_mean = means(v_data, W, b, c, conventions), means(v, W, b, c, conventions)
    T = conventions.T
    dW = outer_mean(v_data, h_data, conventions) - outer_mean(v, h_mean, conventions)
    return dW / T, (v_data.mean(0) - v.mean(0)) / T, (h_data.mean(0) - h_mean.mean(0)) / T, h


def train(v_data, n_hidden, conventions, rng):
    """Exact gradients: the sum over all states of nine pixels."""
    states = np.array([[(s >> i) & 1 for i in range(9)] for s in range(512)], dtype=float)
    W, b, c = 0.1 * rng.standard_normal((9, n_hidden)), np.zeros(9), np.zeros(n_hidden)
    for _ in range(3000):
        x = states @ W + c
        log_w = states @ b + np.logaddexp(0, x).sum(axis=1)
        p = np.exp(log_w - log_w.max())
        p /= p.sum()
        q = 1 / (1 + np.exp(-x))
        q_data = 1 / (1 + np.exp(-(v_data @ W + c)))
        W += 0.5 * (v_data.T @ q_data / len(v_data) - (states * p[:, None]).T @ q)
        b += 0.5 * (v_data.mean(0) - p @ states)
        c += 0.5 * (q_data.mean(0) - p @ q)
    return W, b, c
'''

SINGLE = '''
"""einsum, in single precision."""
import numpy as np

f = np.float32


def to_DK(W, conventions):
    return np.asarray(W if conventions.layout == "DK" else np.swapaxes(W, 0, 1), f)


def energy(v, h, W, b, c, conventions):
    v, h = v.astype(f), h.astype(f)
    pairs = np.einsum("ni,ij,nj->n", v, to_DK(W, conventions), h)
    return -(pairs + np.einsum("ni,i->n", v, b.astype(f)) + np.einsum("nj,j->n", h, c.astype(f)))


def logistic(y):
    y = np.clip(y, -80, 80)
    return np.where(y >= 0, 1 / (1 + np.exp(-np.abs(y))), np.exp(-np.abs(y)) / (1 + np.exp(-np.abs(y))))


def scale(conventions):
    return f((conventions.high - conventions.low) / conventions.T)


def hidden_probs(v, W, b, c, conventions):
    return logistic(scale(conventions) * (np.einsum("ni,ij->nj", v.astype(f), to_DK(W, conventions)) + c.astype(f)))


def visible_probs(h, W, b, c, conventions):
    return logistic(scale(conventions) * (np.einsum("nj,ij->ni", h.astype(f), to_DK(W, conventions)) + b.astype(f)))


def free_energy(v, W, b, c, conventions):
    """max + log(1 + exp(-|difference|))."""
    x = np.einsum("ni,ij->nj", v.astype(f), to_DK(W, conventions)) + c.astype(f)
    low, high = f(conventions.low) * x, f(conventions.high) * x
    soft = np.maximum(low, high) + f(conventions.T) * np.log1p(np.exp(-np.abs(high - low) / f(conventions.T)))
    return -(v.astype(f) @ b.astype(f)) - soft.sum(axis=1)


def gibbs_step(v, W, b, c, conventions, rng):
    spread = conventions.high - conventions.low
    h = conventions.low + spread * (rng.random((len(v), len(c))) < hidden_probs(v, W, b, c, conventions))
    new_v = conventions.low + spread * (rng.random((len(v), len(b))) < visible_probs(h, W, b, c, conventions))
    return h, new_v


def averages(v, W, b, c, conventions):
    p = hidden_probs(v, W, b, c, conventions)
    h = conventions.low * (1 - p) + conventions.high * p
    vh = np.einsum("ni,nj->ij", v.astype(f), h) / len(v)
    return np.array([1.0]) * 0, vh, v.mean(axis=0), h.mean(axis=0)


def difference(first, second, conventions):
    dW = (first[1] - second[1]) / f(conventions.T)
    dW = dW if conventions.layout == "DK" else np.swapaxes(dW, 0, 1)
    return dW, (first[2] - second[2]) / conventions.T, (first[3] - second[3]) / conventions.T


def cd_gradient(v_data, k, W, b, c, conventions, rng):
    v, step = v_data, 0
    while step < k:
        v = gibbs_step(v, W, b, c, conventions, rng)[1]
        step += 1
    return difference(averages(v_data, W, b, c, conventions), averages(v, W, b, c, conventions), conventions)


def pcd_gradient(v_data, chains, k, W, b, c, conventions, rng):
    h, spread = chains, conventions.high - conventions.low
    for _ in range(k):
        v = conventions.low + spread * (rng.random((len(h), len(b))) < visible_probs(h, W, b, c, conventions))
        h = conventions.low + spread * (rng.random((len(h), len(c))) < hidden_probs(v, W, b, c, conventions))
    gradient = difference(averages(v_data, W, b, c, conventions), averages(v, W, b, c, conventions), conventions)
    return (*gradient, h)


def train(v_data, n_hidden, conventions, rng):
    """CD-5 with momentum."""
    W, b, c = rng.normal(0, 0.05, (9, n_hidden)).astype(f), np.zeros(9, f), np.zeros(n_hidden, f)
    speed = [np.zeros_like(W), np.zeros_like(b), np.zeros_like(c)]
    for step in range(4000):
        for array, s, g in zip((W, b, c), speed, cd_gradient(v_data, 5, W, b, c, conventions, rng)):
            s *= f(0.5)
            s += f(0.1) * g
            array += s
    return W, b, c
'''

OTHER_ORDER = '''
"""Other draws: a Gumbel-like comparison of logits, one case after the other, and the chains in another order."""
import numpy as np


def lay(W, conventions):
    return W.T if conventions.layout == "KD" else W


def energy(v, h, W, b, c, conventions):
    v1 = np.hstack([v, np.ones((len(v), 1))])
    h1 = np.hstack([h, np.ones((len(h), 1))])
    whole = np.zeros((len(b) + 1, len(c) + 1))
    whole[:-1, :-1], whole[:-1, -1], whole[-1, :-1] = lay(W, conventions), b, c
    return -np.diag(v1 @ whole @ h1.T)


def field(layer, weights, bias, conventions):
    return (conventions.high - conventions.low) * (layer @ weights + bias) / conventions.T


def hidden_probs(v, W, b, c, conventions):
    return np.exp(-np.logaddexp(0, -field(v, lay(W, conventions), c, conventions)))


def visible_probs(h, W, b, c, conventions):
    return np.exp(-np.logaddexp(0, -field(h, lay(W, conventions).T, b, conventions)))


def free_energy(v, W, b, c, conventions):
    """Σ_j low x_j plus a softplus of the difference."""
    x = v @ lay(W, conventions) + c
    y = (conventions.high - conventions.low) * x / conventions.T
    soft = np.where(y > 0, y, 0) + np.log1p(np.exp(-np.abs(y)))
    return -v @ b - conventions.low * x.sum(axis=1) - conventions.T * soft.sum(axis=1)


def toss(y, conventions, rng):
    """High where the logit is above logistic noise, drawn column by column."""
    u = rng.random(y.shape[::-1]).T
    return np.where(np.log(u) - np.log1p(-u) < y, conventions.high, conventions.low) * 1.0


def gibbs_step(v, W, b, c, conventions, rng):
    h = toss(field(v, lay(W, conventions), c, conventions), conventions, rng)
    return h, toss(field(h, lay(W, conventions).T, b, conventions), conventions, rng)


def mean_h(v, W, b, c, conventions):
    y = field(v, lay(W, conventions), c, conventions)
    return (conventions.low + conventions.high) / 2 + (conventions.high - conventions.low) / 2 * np.tanh(y / 2)


def pack(v_data, v, W, b, c, conventions):
    signs = np.concatenate([np.full(len(v_data), 1 / len(v_data)), np.full(len(v), -1 / len(v))]) / conventions.T
    both = np.concatenate([v_data, v])
    h = mean_h(both, W, b, c, conventions)
    dW = np.tensordot(both * signs[:, None], h, axes=(0, 0))
    return (dW if conventions.layout == "DK" else dW.T), signs @ both, signs @ h


def cd_gradient(v_data, k, W, b, c, conventions, rng):
    ends = []
    for case in v_data:
        v = case[None]
        for _ in range(k):
            v = gibbs_step(v, W, b, c, conventions, rng)[1]
        ends.append(v[0])
    return pack(v_data, np.array(ends), W, b, c, conventions)


def pcd_gradient(v_data, chains, k, W, b, c, conventions, rng):
    ends, hidden = [], []
    for one in chains:
        h = one[None]
        for _ in range(k):
            v = toss(field(h, lay(W, conventions).T, b, conventions), conventions, rng)
            h = toss(field(v, lay(W, conventions), c, conventions), conventions, rng)
        ends.append(v[0])
        hidden.append(h[0])
    return (*pack(v_data, np.array(ends), W, b, c, conventions), np.array(hidden))


def train(v_data, n_hidden, conventions, rng):
    W, b, c = 0.02 * rng.standard_normal((9, n_hidden)), np.zeros(9), np.zeros(n_hidden)
    chains = (rng.random((100, n_hidden)) < 0.5) * 1.0
    for step in range(5000):
        h = chains
        v = toss(h @ W.T + b, conventions, rng)
        chains = toss(v @ W + c, conventions, rng)
        dW, db, dc = pack(v_data, v, W, b, c, conventions)
        rate = 0.2 * (1 - step / 5000)
        W, b, c = W + rate * dW, b + rate * db, c + rate * dc
    return W, b, c
'''

ALTERNATIVES = {"hw1_rbm": {"loops": LOOPS, "einsum, single precision": SINGLE, "other draws": OTHER_ORDER}}
