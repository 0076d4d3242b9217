"""Assignment 5 solved in other ways than ours: each of these submissions must get full marks."""

LOOPS = '''
import math

import numpy as np


def sigma(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def residual(x, W, b, dy):
    (N, D), y, dx = x.shape, x.copy(), dy.copy()
    dW, db = np.zeros((D, D)), np.zeros(D)
    for n in range(N):
        for k in range(D):
            value = b[k] + sum(x[n, d] * W[d, k] for d in range(D))
            if value <= 0:
                continue
            y[n, k] += value
            db[k] += dy[n, k]
            for d in range(D):
                dW[d, k] += x[n, d] * dy[n, k]
                dx[n, d] += W[d, k] * dy[n, k]
    return y, dx, dW, db


def free_energy(v, W, b, c):
    F = []
    for case in v:
        total = sum(float(b_i) for v_i, b_i in zip(case, b) if v_i)
        for j in range(len(c)):
            value = c[j] + sum(W[i, j] for i in range(len(b)) if case[i])
            total += max(value, 0) + math.log1p(math.exp(-abs(value)))
        F.append(-total)
    return F


def discriminator_step(x_real, x_fake, w, a, rate):
    dw, da = [0.0] * len(w), 0.0
    for cases, t in ((x_real, 1), (x_fake, 0)):
        for case in cases:
            ds = (sigma(sum(x_d * w_d for x_d, w_d in zip(case, w)) + a) - t) / len(cases)
            da += ds
            dw = [old + ds * x_d for old, x_d in zip(dw, case)]
    return [float(w_d - rate * slope) for w_d, slope in zip(w, dw)], float(a - rate * da)


def up(v, W, c):
    return [sigma(c[j] + sum(v[i] * W[i, j] for i in range(len(v)))) for j in range(len(c))]


def coins(p, rng):
    return [1.0 if rng.random() < one else 0.0 for one in p]


def block(v, W, b, c, rng):
    """A chain's own step: other draws than the handout's order, case by case."""
    h = coins(up(v, W, c), rng)
    return h, coins(up(h, W.T, b), rng)


def cd_gradient(v_data, W, b, c, rng):
    total = [np.zeros(W.shape), np.zeros(len(b)), np.zeros(len(c))]
    for case in v_data:
        _, end = block(case, W, b, c, rng)
        for v, sign in ((np.array(case), 1), (np.array(end), -1)):
            p = np.array(up(v, W, c))
            for part, more in zip(total, (np.outer(v, p), v, p)):
                part += sign * more / len(v_data)
    return tuple(total)


def gibbs_step(v, W, b, c, rng):
    both = [block(case, W, b, c, rng) for case in v]
    return [h for h, _ in both], [new_v for _, new_v in both]


def score_and_slope(x, W_1, b_1, w_2):
    s, slopes = [], np.zeros(x.shape)
    for n, case in enumerate(x):
        total = 0.0
        for j in range(len(b_1)):
            value = b_1[j] + sum(case[d] * W_1[d, j] for d in range(len(case)))
            slope = 1.0 if value > 0 else 0.2
            total += float(w_2[j] * slope * value)
            for d in range(len(case)):
                slopes[n, d] += W_1[d, j] * slope * w_2[j]
        s.append(total)
    return s, slopes


def learn(v_data, W, b, c, rate, updates, rng):
    chains = [list(case) for case in v_data]
    for _ in range(updates):
        chains = [block(chain, W, b, c, rng)[1] for chain in chains]
        dW, db, dc = np.zeros(W.shape), np.zeros(len(b)), np.zeros(len(c))
        for cases, sign in ((v_data, 1), (chains, -1)):
            for case in cases:
                p = np.array(up(case, W, c))
                dW += sign * np.outer(case, p)
                db += sign * np.array(case)
                dc += sign * p
        W, b, c = [old + rate * slope / len(v_data) for old, slope in ((W, dW), (b, db), (c, dc))]
    return W, b, c, chains


def generator_step(z, A, m, w, a, rate):
    A, m, held_A, held_m = A.copy(), m.copy(), A.copy(), m.copy()
    for z_m in z:
        x = [held_m[d] + sum(z_m[k] * held_A[k, d] for k in range(len(z_m))) for d in range(len(m))]
        missing = 1 - sigma(sum(x_d * w_d for x_d, w_d in zip(x, w)) + a)
        for d in range(len(m)):
            m[d] += rate * missing * w[d] / len(z)
            for k in range(len(z_m)):
                A[k, d] += rate * missing * w[d] * z_m[k] / len(z)
    return A, m


def negative_phase(v, k, W, b, c, rng):
    vh, mean_v, mean_h = np.zeros(W.shape), np.zeros(len(b)), np.zeros(len(c))
    for case in v:
        for _ in range(k):
            _, case = block(case, W, b, c, rng)
        p = np.array(up(case, W, c))
        vh, mean_v, mean_h = vh + np.outer(case, p) / len(v), mean_v + np.array(case) / len(v), mean_h + p / len(v)
    return vh, mean_v, mean_h


def classifier_gradient(x, labels, W_1, b_1, W_2, b_2):
    slopes, loss = [np.zeros(array.shape) for array in (W_1, b_1, W_2, b_2)], 0.0
    for case, label in zip(x, labels):
        a = np.tanh(case @ W_1 + b_1)
        e = np.exp(a @ W_2 + b_2)
        p = e / e.sum()
        loss -= math.log(p[label]) / len(x)
        p[label] -= 1
        below = (W_2 @ p) * (1 - a * a)
        for slope, more in zip(slopes, (np.outer(case, below), below, np.outer(a, p), p)):
            slope += more / len(x)
    return (loss, *slopes)


def names_of_the_bugs():
    return (4, 14, 10, 19, 3, 8, 17, 13, 2, 12)
'''

OTHER_FORMULAS = '''
import numpy as np


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def residual(x, W, b, dy):
    move = (x @ W + b).clip(min=0)
    through = np.where(move > 0, dy, 0)
    return x + move, dy + np.einsum("nk,dk->nd", through, W), np.einsum("nd,nk->dk", x, through), through.sum(0)


def free_energy(v, W, b, c):
    x = np.einsum("ni,ij->nj", v, W) + c
    return -np.einsum("ni,i->n", v, b) - (x.clip(min=0) + np.log1p(np.exp(-abs(x)))).sum(1)


def discriminator_step(x_real, x_fake, w, a, rate):
    away = 1 - sigmoid(x_real @ w + a)
    taken = sigmoid(x_fake @ w + a)
    dw = taken @ x_fake / len(taken) - away @ x_real / len(away)
    return w - rate * dw, a - rate * (taken.mean() - away.mean())


def cd_gradient(v_data, W, b, c, rng):
    """One product for both phases; uniforms compared the other way round."""
    p = sigmoid(v_data @ W + c)
    h = np.float64(rng.random(p.shape) > 1 - p)
    v = np.float64(rng.random(v_data.shape) > 1 - sigmoid(h @ W.T + b))
    both = np.vstack([v_data, -v])
    q = np.vstack([p, sigmoid(v @ W + c)])
    N = len(v)
    return both.T @ q / N, both.sum(0) / N, (q[:N] - q[N:]).sum(0) / N


def gibbs_step(v, W, b, c, rng):
    """By the logit of a uniform: a logistic number."""
    h = (rng.logistic(size=(len(v), len(c))) < v @ W + c).astype(int)
    return h, (rng.logistic(size=v.shape) < h @ W.T + b).astype(int)


def score_and_slope(x, W_1, b_1, w_2):
    x_1 = x @ W_1 + b_1
    slope = np.full(x_1.shape, 0.2)
    slope[x_1 > 0] = 1
    return (slope * x_1 * w_2).sum(1), np.einsum("nh,dh->nd", slope * w_2, W_1)


def learn(v_data, W, b, c, rate, updates, rng):
    chains, N = v_data.copy(), len(v_data)
    for _ in range(updates):
        _, chains = gibbs_step(chains, W, b, c, rng)
        rows, signs = np.vstack([v_data, chains]), np.repeat([rate / N, -rate / N], N)[:, None]
        p = sigmoid(rows @ W + c)
        W, b, c = W + (signs * rows).T @ p, b + (signs * rows).sum(0), c + (signs * p).sum(0)
    return W, b, c, chains


def generator_step(z, A, m, w, a, rate):
    push = rate * sigmoid(-((z @ A + m) @ w + a))
    return A + np.outer(push @ z, w) / len(z), m + push.mean() * w


def negative_phase(v, k, W, b, c, rng):
    if k:
        return negative_phase(gibbs_step(v, W, b, c, rng)[1], k - 1, W, b, c, rng)
    p = sigmoid(v @ W + c)
    return (v[:, :, None] * p[:, None]).mean(axis=0), v.mean(axis=0), p.mean(axis=0)


def classifier_gradient(x, labels, W_1, b_1, W_2, b_2):
    a = np.tanh(x @ W_1 + b_1)
    e = np.exp(a @ W_2 + b_2)
    p = e / e.sum(1, keepdims=True)
    right = np.eye(len(b_2))[labels]
    loss = -np.log((p * right).sum(1)).sum() / len(x)
    ds = p - right
    below = ds @ W_2.T * (1 - a) * (1 + a)
    with_ones = [np.column_stack([rows, np.ones(len(x))]) for rows in (x, a)]
    lower, upper = with_ones[0].T @ below / len(x), with_ones[1].T @ ds / len(x)
    return loss, lower[:-1], lower[-1], upper[:-1], upper[-1]


def names_of_the_bugs():
    return tuple(np.array([4, 14, 10, 19, 3, 8, 17, 13, 2, 12]))
'''

SINGLE = '''
import numpy as np
from numpy import float32 as f


def sigmoid(x):
    return f(0.5) + f(0.5) * np.tanh(x / 2)


def as_single(*arrays):
    return [np.asarray(array, dtype=f) for array in arrays]


def residual(x, W, b, dy):
    x, W, b, dy = as_single(x, W, b, dy)
    inputs = x @ W + b
    d_inputs = (inputs > 0).astype(f) * dy
    return x + np.maximum(inputs, 0), dy + (W @ d_inputs.T).T, (d_inputs.T @ x).T, np.ones(len(x), f) @ d_inputs


def free_energy(v, W, b, c):
    v, W, b, c = as_single(v, W, b, c)
    return -np.logaddexp(0, v @ W + c).sum(axis=1) - v @ b


def discriminator_step(x_real, x_fake, w, a, rate):
    x_real, x_fake, w = as_single(x_real, x_fake, w)
    for_real = (sigmoid(x_real @ w + f(a)) - 1) / f(len(x_real))
    for_fake = sigmoid(x_fake @ w + f(a)) / f(len(x_fake))
    dw = (for_real[:, None] * x_real).sum(0) + (for_fake[:, None] * x_fake).sum(0)
    return w - f(rate) * dw, f(a) - f(rate) * (for_real.sum() + for_fake.sum())


def chain(v, k, W, b, c, rng):
    """Visible noise is drawn first."""
    for _ in range(k):
        for_v, for_h = rng.random(v.shape, dtype=f), rng.random((len(v), len(c)), dtype=f)
        h = (for_h < sigmoid(v @ W + c)).astype(f)
        v = (for_v < sigmoid(h @ W.T + b)).astype(f)
    return h, v


def cd_gradient(v_data, W, b, c, rng):
    v_data, W, b, c = as_single(v_data, W, b, c)
    _, v = chain(v_data, 1, W, b, c, rng)
    parts = [(rows.T @ p / f(len(rows)), rows.mean(0), p.mean(0))
             for rows, p in ((rows, sigmoid(rows @ W + c)) for rows in (v_data, v))]
    return tuple(data - model for data, model in zip(*parts))


def gibbs_step(v, W, b, c, rng):
    return chain(*as_single(v), 1, *as_single(W, b, c), rng)


def score_and_slope(x, W_1, b_1, w_2):
    x, W_1, b_1, w_2 = as_single(x, W_1, b_1, w_2)
    x_1 = x @ W_1 + b_1
    positive = x_1 > 0
    s = np.maximum(x_1, f(0.2) * x_1) @ w_2
    return s, f(0.2) * (W_1 @ w_2) + f(0.8) * (positive * w_2) @ W_1.T


def learn(v_data, W, b, c, rate, updates, rng):
    v_data, W, b, c = as_single(v_data, W, b, c)
    chains = v_data
    for _ in range(updates):
        _, chains = chain(chains, 1, W, b, c, rng)
        steps = []
        for rows in (v_data, chains):
            p = sigmoid(rows @ W + c)
            steps.append((np.einsum("ni,nj->ij", rows, p), rows.sum(0), p.sum(0)))
        scale = f(rate / len(v_data))
        W, b, c = (old + scale * (data - model) for old, data, model in zip((W, b, c), *steps))
    return W, b, c, chains


def generator_step(z, A, m, w, a, rate):
    z, A, m, w = as_single(z, A, m, w)
    M = len(z)
    D = sigmoid(z @ (A @ w) + (m @ w + f(a)))
    by_x = -(1 - D)[:, None] * w / f(M)
    return A - f(rate) * np.einsum("mk,md->kd", z, by_x), m - f(rate) * by_x.sum(axis=0)


def negative_phase(v, k, W, b, c, rng):
    W, b, c = as_single(W, b, c)
    _, end = chain(np.asarray(v, dtype=f), k, W, b, c, rng)
    p = sigmoid(end @ W + c)
    return np.tensordot(end, p, axes=(0, 0)) / f(len(v)), np.average(end, axis=0), np.average(p, axis=0)


def classifier_gradient(x, labels, W_1, b_1, W_2, b_2):
    x, W_1, b_1, W_2, b_2 = as_single(x, W_1, b_1, W_2, b_2)
    N = f(len(x))
    a = np.tanh(x @ W_1 + b_1)
    s = a @ W_2 + b_2
    log_sums = np.logaddexp.reduce(s, axis=1)
    ds = np.exp(s - log_sums[:, None])
    np.subtract.at(ds, (np.arange(len(x)), labels), 1)
    below = ds @ W_2.T - ds @ W_2.T * a * a
    loss = (log_sums - np.take_along_axis(s, labels[:, None], 1)[:, 0]).mean()
    return loss, (below.T @ x).T / N, below.sum(0) / N, (ds.T @ a).T / N, ds.sum(0) / N


def names_of_the_bugs():
    return 4.0, 14.0, 10.0, 19.0, 3.0, 8.0, 17.0, 13.0, 2.0, 12.0
'''

ALTERNATIVES = {"hw5_find_the_bug": {
    "loops, case by case": LOOPS, "other formulas": OTHER_FORMULAS, "single precision": SINGLE}}
