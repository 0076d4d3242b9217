"""Correct answers to the exercises of lessons 1 to 16, written differently from the solutions: each has full marks."""
ALTERNATIVES = {}

ALTERNATIVES["lesson_09"] = {}
ALTERNATIVES["lesson_09"]["loops"] = '''import math

import numpy as np


def on(x):
    return 1 / (1 + math.exp(-x))


def cd_k(W, b, c, v_data, k, rng):
    N, D, K = len(v_data), len(b), len(c)
    dW, db, dc = np.zeros((D, K)), np.zeros(D), np.zeros(K)
    v = [list(row) for row in v_data]
    for _ in range(k):
        u_h, u_v = rng.random((N, K)), rng.random((N, D))
        for n in range(N):
            h = [float(u_h[n, j] < on(c[j] + sum(v[n][i] * W[i, j] for i in range(D)))) for j in range(K)]
            v[n] = [float(u_v[n, i] < on(b[i] + sum(W[i, j] * h[j] for j in range(K)))) for i in range(D)]
    for n in range(N):
        for sign, layer in ((1 / N, v_data[n]), (-1 / N, v[n])):
            p = np.array([on(c[j] + sum(layer[i] * W[i, j] for i in range(D))) for j in range(K)])
            dW += sign * np.outer(layer, p)
            db += sign * np.array(layer)
            dc += sign * p
    return dW, db, dc
'''
ALTERNATIVES["lesson_09"]["other order"] = '''import numpy as np


def cd_k(W, b, c, v_data, k, rng):
    """The chains one after the other, and choice by a binomial draw."""
    ends = []
    for case in v_data:
        v = case
        for _ in range(k):
            h = rng.binomial(1, 1 / (1 + np.exp(-c - v @ W)))
            v = rng.binomial(1, 1 / (1 + np.exp(-b - W @ h)))
        ends.append(v)
    rows = np.vstack([v_data, ends]).astype(float)
    signs = np.repeat([1 / len(v_data), -1 / len(v_data)], len(v_data))
    p = 1 / (1 + np.exp(-c - rows @ W))
    return np.einsum("n,ni,nj->ij", signs, rows, p), signs @ rows, signs @ p
'''

ALTERNATIVES["lesson_07"] = {}
ALTERNATIVES["lesson_07"]["loops"] = '''import math


def block_step(W, b, c, v, rng):
    D, K = W.shape
    u_h = rng.random((len(v), K))
    u_v = rng.random((len(v), D))
    result = []
    for n, case in enumerate(v):
        h, after = [], []
        for j in range(K):
            x = c[j]
            for i in range(D):
                x += case[i] * W[i][j]
            h.append(1.0 if u_h[n, j] < 1 / (1 + math.exp(-x)) else 0.0)
        for i in range(D):
            x = b[i]
            for j in range(K):
                x += h[j] * W[i][j]
            after.append(1.0 if u_v[n, i] < 1 / (1 + math.exp(-x)) else 0.0)
        result.append(after)
    return result
'''
ALTERNATIVES["lesson_07"]["other order"] = '''import numpy as np


def block_step(W, b, c, v, rng):
    """Case by case, and on where the random number is above 1 - p."""
    after = np.empty_like(v)
    for n in range(len(v)):
        p_h = np.exp(-np.logaddexp(0, -c - v[n] @ W))
        h = rng.random(len(c)) >= 1 - p_h
        p_v = np.exp(-np.logaddexp(0, -b - W @ h))
        after[n] = rng.random(len(b)) >= 1 - p_v
    return after
'''

ALTERNATIVES["lesson_04"] = {}
ALTERNATIVES["lesson_04"]["scaled matrices"] = '''import math

import numpy as np


def chain_log_Z(b, w):
    """From the right end to the left, z kept at the sum 1."""
    z, total = [1.0, 1.0], 0.0
    for i in range(len(w) - 1, -1, -1):
        largest = max(0.0, b[i + 1], b[i + 1] + w[i])
        down = math.exp(-largest) * z[0]
        z = [down + math.exp(b[i + 1] - largest) * z[1], down + math.exp(b[i + 1] + w[i] - largest) * z[1]]
        total += largest + math.log(sum(z))
        z = [one / sum(z) for one in z]
    largest = max(0.0, b[0])
    return total + largest + math.log(math.exp(-largest) * z[0] + math.exp(b[0] - largest) * z[1])
'''

ALTERNATIVES["lesson_06"] = {}
ALTERNATIVES["lesson_06"]["loops"] = '''import math


def random_scan(W, b, s, n_draws, rng):
    N, D = s.shape
    chains = [list(map(float, row)) for row in s]
    for _ in range(n_draws):
        units = rng.integers(D, size=N)
        noise = rng.random(N)
        for n in range(N):
            i, x = units[n], b[units[n]]
            for j in range(D):
                x += (W[i, j] if i < j else W[j, i]) * chains[n][j]
            chains[n][i] = 1.0 if noise[n] < 1 / (1 + math.exp(-x)) else 0.0
    return chains
'''
ALTERNATIVES["lesson_06"]["other order"] = '''import numpy as np


def random_scan(W, b, s, n_draws, rng):
    """A chain to its end, then the next one."""
    after = np.array(s)
    for state in after:
        for i in rng.choice(len(b), size=n_draws):
            x = b[i] + W[i] @ state + W[:, i] @ state
            state[i] = rng.binomial(1, 1 / (1 + np.exp(-x)))
    return after
'''

ALTERNATIVES["lesson_08"] = {}
ALTERNATIVES["lesson_08"]["loops"] = '''import itertools
import math


def gradient_over_v(W, b, c, cases):
    """Unit by unit: the model's average is a running one, which is scaled where a larger weight comes."""
    D, K = len(W), len(W[0])

    def look(v):
        x = [c[j] + sum(v[i] * W[i][j] for i in range(D)) for j in range(K)]
        p = [1 / (1 + math.exp(-one)) if one > -700 else 0.0 for one in x]
        softplus = [max(one, 0.0) + math.log1p(math.exp(-abs(one))) for one in x]
        g = [v[i] * p[j] for i in range(D) for j in range(K)] + list(v) + p
        return sum(b[i] * v[i] for i in range(D)) + sum(softplus), g

    data = [0.0] * (D * K + D + K)
    for case in cases:
        _, g = look(case)
        data = [one + more / len(cases) for one, more in zip(data, g)]
    largest = max(look(v)[0] for v in itertools.product((0, 1), repeat=D))
    Z, model = 0.0, [0.0] * len(data)
    for v in itertools.product((0, 1), repeat=D):
        log_weight, g = look(v)
        Z += math.exp(log_weight - largest)
        model = [one + math.exp(log_weight - largest) * more for one, more in zip(model, g)]
    slopes = [one - other / Z for one, other in zip(data, model)]
    dW = [slopes[i * K : (i + 1) * K] for i in range(D)]
    return dW, slopes[D * K : D * K + D], slopes[D * K + D :]
'''
ALTERNATIVES["lesson_08"]["as an average"] = '''import itertools

import numpy as np


def gradient_over_v(W, b, c, cases):
    v = np.array(list(itertools.product([0, 1], repeat=len(b))))
    minus_F = v @ b + np.logaddexp(0, v @ W + c).sum(axis=1)
    p = np.exp(minus_F - np.logaddexp.reduce(minus_F))
    rows, weights = np.vstack([cases, v]), np.append(np.full(len(cases), 1 / len(cases)), -p)
    means = np.exp(-np.logaddexp(0, -(rows @ W + c)))
    return np.einsum("n,ni,nj", weights, rows, means), weights @ rows, np.average(
        means[: len(cases)], axis=0) - np.average(means[len(cases) :], axis=0, weights=p)
'''

ALTERNATIVES["lesson_11"] = {}
ALTERNATIVES["lesson_11"]["loops"] = '''import math

import numpy as np


def on(x):
    return 1 / (1 + math.exp(-x))


def pcd_k(W, b, c, v_data, h, k, rng):
    (D, K), N, M = W.shape, len(v_data), len(h)
    chains, ends = [list(row) for row in h], [None] * M
    for _ in range(k):
        u_v, u_h = rng.random((M, D)), rng.random((M, K))
        for m in range(M):
            v = [float(u_v[m, i] < on(b[i] + sum(W[i, j] * chains[m][j] for j in range(K)))) for i in range(D)]
            p = [on(c[j] + sum(W[i, j] * v[i] for i in range(D))) for j in range(K)]
            chains[m] = [float(u_h[m, j] < p[j]) for j in range(K)]
            ends[m] = v, p
    dW, db, dc = np.zeros((D, K)), np.zeros(D), np.zeros(K)
    for case in v_data:
        p = np.array([on(c[j] + sum(W[i, j] * case[i] for i in range(D))) for j in range(K)])
        dW, db, dc = dW + np.outer(case, p) / N, db + case / N, dc + p / N
    for v, p in ends:
        dW, db, dc = dW - np.outer(v, p) / M, db - np.array(v) / M, dc - np.array(p) / M
    return dW, db, dc, np.array(chains)
'''
ALTERNATIVES["lesson_11"]["other order"] = '''import numpy as np


def pcd_k(W, b, c, v_data, h, k, rng):
    """The chains one after the other."""
    W_c, W_b = np.vstack([W, c]), np.vstack([W.T, b])  # the biases as weights of a unit that is always on
    rows, h = [], h.copy()
    for m in range(len(h)):
        for _ in range(k):
            v = rng.binomial(1, 1 / (1 + np.exp(-np.append(h[m], 1) @ W_b)))
            p = 1 / (1 + np.exp(-np.append(v, 1) @ W_c))
            h[m] = rng.binomial(1, p)
        rows.append(np.outer(np.append(v, 1), np.append(p, 1)))
    v_1 = np.hstack([v_data, np.ones((len(v_data), 1))])
    p_1 = np.hstack([1 / (1 + np.exp(-v_1 @ W_c)), np.ones((len(v_data), 1))])
    block = v_1.T @ p_1 / len(v_data) - np.mean(rows, axis=0)
    return block[:-1, :-1], block[:-1, -1], block[-1, :-1], h
'''

ALTERNATIVES["lesson_14"] = {}
ALTERNATIVES["lesson_14"]["walk by walk"] = '''import math

import numpy as np


def on(x):
    return 1 / (1 + math.exp(-max(x, -700)))


def ais_log_weights(W, b, c, b_base, betas, M, rng):
    """The numbers of all walks first, then one walk after the other."""
    D, K = W.shape
    u_start = rng.random((M, D))
    noise = [(rng.random((M, K)), rng.random((M, D))) for _ in betas[1:]]
    result = []
    for m in range(M):
        v = [float(u_start[m, i] < on(b_base[i])) for i in range(D)]
        total = 0.0
        for before, after, (u_h, u_v) in zip(betas[:-1], betas[1:], noise):
            x = [c[j] + sum(v[i] * W[i, j] for i in range(D)) for j in range(K)]
            total += (after - before) * sum(v[i] * (b[i] - b_base[i]) for i in range(D))
            for one in x:
                for sign, beta in ((1, after), (-1, before)):
                    total += sign * (max(beta * one, 0) + math.log1p(math.exp(-abs(beta * one))))
            h = [float(u_h[m, j] < on(after * x[j])) for j in range(K)]
            for i in range(D):
                x_i = (1 - after) * b_base[i] + after * (b[i] + sum(W[i, j] * h[j] for j in range(K)))
                v[i] = float(u_v[m, i] < on(x_i))
        result.append(total)
    return np.array(result)
'''
ALTERNATIVES["lesson_14"]["other order"] = '''import numpy as np


def ais_log_weights(W, b, c, b_base, betas, M, rng):
    """F by the sum over all h; h given v and v given h by binomial draws."""
    K = len(c)
    all_h = (np.arange(2**K)[:, None] >> np.arange(K)) & 1

    def minus_F(beta, v):
        minus_E = beta * (all_h @ c + v @ W @ all_h.T)
        return v @ ((1 - beta) * b_base + beta * b) + np.logaddexp.reduce(minus_E, axis=1)

    v = rng.binomial(1, 1 / (1 + np.exp(-b_base)), size=(M, len(b)))
    log_w = np.zeros(M)
    for l in range(1, len(betas)):
        log_w += minus_F(betas[l], v) - minus_F(betas[l - 1], v)
        h = rng.binomial(1, 1 / (1 + np.exp(-betas[l] * (v @ W + c))))
        x = (1 - betas[l]) * b_base + betas[l] * (b + h @ W.T)
        v = rng.binomial(1, 1 / (1 + np.exp(-x)))
    return log_w
'''

ALTERNATIVES["lesson_01"] = {}
ALTERNATIVES["lesson_01"]["loops"] = '''import math
from collections import Counter


def entropy_of_rows(v):
    counts = Counter(tuple(row) for row in v)
    return math.log(len(v)) - sum(count * math.log(count) for count in counts.values()) / len(v)


def learn_coins(v, rate, steps):
    b = [0.0] * len(v[0])
    for _ in range(steps):
        for i in range(len(b)):
            theta = 1 / (1 + math.exp(-b[i]))
            slope = sum((1 - theta) if case[i] == 1 else -theta for case in v) / len(v)
            b[i] += rate * slope
    return b
'''

ALTERNATIVES["lesson_02"] = {}
ALTERNATIVES["lesson_02"]["loops"] = '''import math


def fill_in(pi, mu, v, seen):
    M, D = mu.shape
    result = []
    for case in v:
        shares = []
        for m in range(M):
            log_ratio = [math.log(pi[l]) for l in range(M)]
            for i in range(D):
                if seen[i]:
                    for l in range(M):
                        log_ratio[l] += math.log(mu[l, i]) if case[i] else math.log1p(-mu[l, i])
            shares.append(1 / sum(math.exp(min(one - log_ratio[m], 700)) for one in log_ratio))
        result.append([sum(shares[m] * mu[m, i] for m in range(M)) for i in range(D) if not seen[i]])
    return result
'''

ALTERNATIVES["lesson_03"] = {}
ALTERNATIVES["lesson_03"]["loops"] = '''import math


def climb(B, v, rate, steps):
    M, D, N = len(B), len(B[0]), len(v)
    B = [list(row) for row in B]
    for _ in range(steps):
        mu = [[1 / (1 + math.exp(-one)) for one in row] for row in B]
        slope = [[0.0] * D for _ in range(M)]
        for case in v:
            log_p = [sum(math.log(mu[m][i] if case[i] else 1 - mu[m][i]) for i in range(D)) for m in range(M)]
            for m in range(M):
                r = 1 / sum(math.exp(min(one - log_p[m], 700)) for one in log_p)
                for i in range(D):
                    slope[m][i] += r * (case[i] - mu[m][i]) / N
        for m in range(M):
            for i in range(D):
                B[m][i] += rate * slope[m][i]
    return B
'''

ALTERNATIVES["lesson_05"] = {}
ALTERNATIVES["lesson_05"]["loops"] = '''import itertools
import math

import numpy as np


def data_term(W, b, v, n_hidden):
    n, states = len(b), []
    for h in itertools.product((0, 1), repeat=n_hidden):
        s = [*v, *h]
        minus_E = sum(b[i] * s[i] for i in range(n))
        minus_E += sum(W[i, j] * s[i] * s[j] for i in range(n) for j in range(i + 1, n))
        states.append((minus_E, s))
    top = max(minus_E for minus_E, _ in states)
    total, means = 0.0, np.zeros((n, n))
    for minus_E, s in states:
        weight = math.exp(minus_E - top)
        total += weight
        for i, j in itertools.combinations(range(n), 2):
            means[i, j] += weight * s[i] * s[j]
    return means / total
'''

ALTERNATIVES["lesson_10"] = {}
ALTERNATIVES["lesson_10"]["loops"] = '''import itertools
import math

import numpy as np


def on(x):
    return 1 / (1 + math.exp(-x))


def bias_of_cd(W, b, c, v_data, k):
    """From the factors of the conditionals; p(v) is where a chain of 2^12 steps ends."""
    D, K = W.shape
    states = list(itertools.product((0, 1), repeat=D))
    T = np.zeros((len(states), len(states)))
    for row, v in enumerate(states):
        p_h = [on(c[j] + sum(v[i] * W[i, j] for i in range(D))) for j in range(K)]
        for h in itertools.product((0, 1), repeat=K):
            p = math.prod(p_h[j] if h[j] else 1 - p_h[j] for j in range(K))
            p_v = [on(b[i] + sum(h[j] * W[i, j] for j in range(K))) for i in range(D)]
            T[row] += [p * math.prod(p_v[i] if w[i] else 1 - p_v[i] for i in range(D)) for w in states]
    long = T
    for _ in range(20):
        long = long @ long
        long /= long.sum(axis=1, keepdims=True)
    start = np.array([sum(tuple(case) == v for case in v_data) for v in states]) / len(v_data)
    difference = long[0] - start @ np.linalg.matrix_power(T, k)
    bias = np.zeros(D * K + D + K)
    for share, v in zip(difference, states):
        p_h = [on(c[j] + sum(v[i] * W[i, j] for i in range(D))) for j in range(K)]
        bias += share * np.array([v[i] * p_h[j] for i in range(D) for j in range(K)] + list(v) + p_h)
    return bias
'''

ALTERNATIVES["lesson_12"] = {}
ALTERNATIVES["lesson_12"]["loops"] = '''import math


def swap(W, b, c, beta_l, beta_m, u, v, rng):
    D, K = W.shape
    noise = rng.random((1, len(u)))

    def log_weight(beta, state):
        total = beta * sum(b[i] * state[i] for i in range(D))
        for j in range(K):
            x = beta * (c[j] + sum(state[i] * W[i, j] for i in range(D)))
            total += x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))
        return total

    pairs = []
    for m, (low, high) in enumerate(zip(u, v)):
        log_r = log_weight(beta_l, high) - log_weight(beta_l, low) + log_weight(beta_m, low) - log_weight(beta_m, high)
        is_taken = log_r >= 0 or noise[0, m] < math.exp(log_r)
        pairs.append((high, low) if is_taken else (low, high))
    return [list(low) for low, _ in pairs], [list(high) for _, high in pairs]
'''
ALTERNATIVES["lesson_12"]["other draws"] = '''import numpy as np


def swap(W, b, c, beta_l, beta_m, u, v, rng):
    """An exponential number in the place of -log of a uniform one, and the states by their places."""
    def log_weight(beta, state):
        return beta * (state @ b) + np.logaddexp(0, beta * (state @ W + c)).sum(axis=-1)

    both = np.stack([u, v])  # (2, M, D)
    l, m = log_weight(beta_l, both), log_weight(beta_m, both)
    stays = rng.exponential(size=len(u)) < (l[0] - l[1]) - (m[0] - m[1])
    place = np.where(stays, 0, 1)
    rows = np.arange(len(u))
    return both[place, rows], both[1 - place, rows]
'''

ALTERNATIVES["lesson_13"] = {}
ALTERNATIVES["lesson_13"]["loops"] = '''import math

import numpy as np


def on(x):
    return 1 / (1 + math.exp(-x))


def centred_cd_1(W, b, c, v_data, mu, lam, rng):
    """By (13.3): from the plain gradient."""
    (D, K), N = W.shape, len(v_data)
    u_h, u_v = rng.random((N, K)), rng.random((N, D))
    g_W, g_b, g_c = np.zeros((D, K)), np.zeros(D), np.zeros(K)

    def mean_h(v):
        return [on(c[j] + sum(v[i] * W[i, j] for i in range(D))) for j in range(K)]

    for n, case in enumerate(v_data):
        p = mean_h(case)
        h = [float(u_h[n, j] < p[j]) for j in range(K)]
        v = [float(u_v[n, i] < on(b[i] + sum(W[i, j] * h[j] for j in range(K)))) for i in range(D)]
        q = mean_h(v)
        for i in range(D):
            g_b[i] += (case[i] - v[i]) / N
            for j in range(K):
                g_W[i, j] += (case[i] * p[j] - v[i] * q[j]) / N
        for j in range(K):
            g_c[j] += (p[j] - q[j]) / N
    dW = [[g_W[i, j] - mu[i] * g_c[j] - g_b[i] * lam[j] for j in range(K)] for i in range(D)]
    db = [g_b[i] - sum(dW[i][j] * lam[j] for j in range(K)) for i in range(D)]
    dc = [g_c[j] - sum(dW[i][j] * mu[i] for i in range(D)) for j in range(K)]
    return dW, db, dc
'''
ALTERNATIVES["lesson_13"]["other order"] = '''import numpy as np


def centred_cd_1(W, b, c, v_data, mu, lam, rng):
    """Both averages as one, over rows with signs, case after case."""
    ends = []
    for case in v_data:
        h = rng.binomial(1, 1 / (1 + np.exp(-c - case @ W)))
        ends.append(rng.binomial(1, 1 / (1 + np.exp(-b - W @ h))))
    rows = np.vstack([v_data, ends]).astype(float)
    signs = np.repeat([1 / len(v_data), -1 / len(v_data)], len(v_data))
    p = 1 / (1 + np.exp(-c - rows @ W))
    dW = np.einsum("n,ni,nj->ij", signs, rows - mu, p - lam)
    return dW, signs @ rows - dW @ lam, signs @ p - mu @ dW
'''

ALTERNATIVES["lesson_15"] = {}
ALTERNATIVES["lesson_15"]["steps that halve"] = '''import math


def join(log_w_up, log_w_down):
    """Halving by a sum of differences, one walk after the other, from an interval of its own."""
    def on(x):
        return 1 / (1 + math.exp(-x)) if x > -700 else 0.0

    def excess(log_z):
        total = 0.0
        for up in log_w_up:
            total += on(up - log_z)
        for down in log_w_down:
            total -= on(log_z - down)
        return total

    width = max(abs(one) for one in [*log_w_up, *log_w_down]) + 50
    log_z = 0.0
    while width > 1e-11 * max(1.0, abs(log_z)):
        width /= 2
        log_z += width if excess(log_z) > 0 else -width
    return log_z
'''

ALTERNATIVES["lesson_16"] = {}
ALTERNATIVES["lesson_16"]["one product"] = '''import numpy as np


def pseudo_likelihood(W, b, c, v):
    x = np.einsum("ni,ij->nj", v, W) + c
    sign = 1 - 2 * v  # (N, D), 1 where the bit goes on
    moved = x[:, None, :] + sign[:, :, None] * W  # (N, D, K)
    softplus = np.maximum(moved, 0) + np.log1p(np.exp(-np.abs(moved)))
    now = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    gain = sign * b + softplus.sum(axis=2) - now.sum(axis=1)[:, None]  # F - F flipped
    return -(np.maximum(gain, 0) + np.log1p(np.exp(-np.abs(gain)))).sum(axis=1)
'''
