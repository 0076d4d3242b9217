"""Correct submissions to the exercise of lesson 25, written differently from the solution."""
ROW_BY_ROW = '''
import itertools
import math


def plus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def layer(inputs, values):
    return sum(s * x - plus(x) for x, s in zip(inputs, values))


def weight(W_2, b_2, c_2, h):
    inputs = [c_2[m] + sum(h[j] * W_2[j, m] for j in range(len(h))) for m in range(len(c_2))]
    return sum(b * one for b, one in zip(b_2, h)) + sum(plus(x) for x in inputs)


def bound_of_draws(W_1, b_1, c_1, W_2, b_2, c_2, v, h):
    D, K = W_1.shape
    weights = [weight(W_2, b_2, c_2, one) for one in itertools.product([0, 1], repeat=K)]
    top = max(weights)
    log_Z = top + math.log(sum(math.exp(one - top) for one in weights))
    found = []
    for v_n, h_n in zip(v, h):
        down = [b_1[i] + sum(W_1[i, j] * h_n[j] for j in range(K)) for i in range(D)]
        up = [c_1[j] + sum(v_n[i] * W_1[i, j] for i in range(D)) for j in range(K)]
        found.append(weight(W_2, b_2, c_2, h_n) - log_Z + layer(down, v_n) - layer(up, h_n))
    return found
'''

BY_SIGNS = '''
import numpy as np


def log_of_bits(x, s):
    """Of the value that each bit has: log σ(±x)."""
    return -np.logaddexp(0, (1 - 2 * s) * x).sum(axis=1)


def bound_of_draws(W_1, b_1, c_1, W_2, b_2, c_2, v, h):
    K = len(c_1)
    every = np.stack(np.meshgrid(*[[0.0, 1.0]] * K, indexing="ij"), axis=-1).reshape(-1, K)
    of_h = np.vstack([h, every])
    weights = of_h @ b_2 + np.logaddexp(0, of_h @ W_2 + c_2).sum(axis=1)
    log_p_h = weights[: len(h)] - np.logaddexp.reduce(weights[len(h) :])
    return log_p_h + log_of_bits(b_1 + h @ W_1.T, v) - log_of_bits(c_1 + v @ W_1, h)
'''

ALTERNATIVES = {"lesson_25": {"row by row": ROW_BY_ROW, "by signs": BY_SIGNS}}
