"""Correct answers to the exercise of lesson 24, written differently from the solution: each has full marks."""
ALTERNATIVES = {"lesson_24": {}}

ALTERNATIVES["lesson_24"]["loops"] = '''import math


def softplus(x):
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


def predict(W, b, c, levels, v, i):
    D, K = W.shape
    logs = []
    for m, level in enumerate(levels):
        total = b[i, m]
        for j in range(K):
            x = c[j] + level * W[i, j]
            for k in range(D):
                if v[k] != -1:
                    x += levels[v[k]] * W[k, j]
            total += softplus(x)
        logs.append(total)
    top = max(logs)
    sums = sum(math.exp(one - top) for one in logs)
    return [math.exp(one - top) / sums for one in logs]
'''
ALTERNATIVES["lesson_24"]["seen units alone, in single precision"] = '''import numpy as np


def predict(W, b, c, levels, v, i):
    seen = [k for k in range(len(v)) if v[k] >= 0]
    x = np.float64(c) + np.einsum("k,kj->j", levels[v[seen]], W[seen])
    logits = b[i] + sum(np.logaddexp(0, x[j] + levels * W[i, j]) for j in range(len(c)))
    p = np.exp(logits - np.logaddexp.reduce(logits))
    return np.float32(p)
'''
