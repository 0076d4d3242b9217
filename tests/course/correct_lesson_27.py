"""Right answers to the exercise of lesson 27, written differently from the solution."""
ALTERNATIVES = {"lesson_27": {}}

ALTERNATIVES["lesson_27"]["loops"] = '''import math


def label_gradient(W, U, c, d, v, labels):
    """Case by case, label by label, unit by unit."""
    (N, D), (C, K) = (len(v), len(W)), (len(U), len(c))
    dW, dU = [[0.0] * K for _ in range(D)], [[0.0] * K for _ in range(C)]
    dc, dd = [0.0] * K, [0.0] * C
    for n in range(N):
        x = [c[j] + sum(v[n][i] * W[i][j] for i in range(D)) for j in range(K)]
        of_label = []
        for y in range(C):
            inputs = [x[j] + U[y][j] for j in range(K)]
            of_label.append(d[y] + sum(max(one, 0.0) + math.log1p(math.exp(-abs(one))) for one in inputs))
        largest = max(of_label)
        Z = sum(math.exp(one - largest) for one in of_label)
        for y in range(C):
            G = (float(y == labels[n]) - math.exp(of_label[y] - largest) / Z) / N
            dd[y] += G
            for j in range(K):
                one = x[j] + U[y][j]
                p = 1 / (1 + math.exp(-one)) if one > -700 else 0.0
                dU[y][j] += G * p
                dc[j] += G * p
                for i in range(D):
                    dW[i][j] += v[n][i] * G * p
    return dW, dU, dc, dd
'''

ALTERNATIVES["lesson_27"]["two phases"] = '''import numpy as np


def label_gradient(W, U, c, d, v, labels):
    """Picture and label held, less picture held, label by label."""
    x = c + v.dot(W)
    of_label = np.stack([d[y] + np.logaddexp(x + U[y], 0).sum(1) for y in range(len(d))])  # (C, N)
    p = np.exp(of_label - np.logaddexp.reduce(of_label, axis=0))
    positive = np.exp(-np.logaddexp(0, -(x + U[labels])))
    dW, dc = v.T @ positive, positive.sum(0)
    dU, dd = np.zeros(U.shape), np.zeros(len(d))
    for n, label in enumerate(labels):
        dU[label] += positive[n]
        dd[label] += 1
    for y in range(len(d)):
        negative = p[y][:, None] * np.exp(-np.logaddexp(0, -(x + U[y])))
        dW -= v.T @ negative
        dc -= negative.sum(0)
        dU[y] -= negative.sum(0)
        dd[y] -= p[y].sum()
    return dW / len(v), dU / len(v), dc / len(v), dd / len(v)
'''

ALTERNATIVES["lesson_27"]["einsum"] = '''import numpy as np


def label_gradient(W, U, c, d, v, labels):
    inputs = np.einsum("nd,dk->nk", v, W)[:, np.newaxis] + c + U[np.newaxis]
    score = np.where(inputs > 0, inputs, 0).sum(2) + np.log1p(np.exp(-np.abs(inputs))).sum(2) + d
    p = 1 / np.exp(score[:, np.newaxis, :] - score[:, :, np.newaxis]).sum(2)
    G = ((np.arange(len(d)) == np.asarray(labels)[:, np.newaxis]) - p) / v.shape[0]
    on = 1 / (1 + np.exp(-np.clip(inputs, -700, 700)))
    return (np.einsum("nd,ny,nyk->dk", v, G, on), np.einsum("ny,nyk->yk", G, on), np.einsum("ny,nyk->k", G, on),
            G.sum(0))
'''
