"""Correct submissions to the exercises of lessons 23 and 26, written differently from the solutions."""
PLANE_BY_SINGULAR_VALUES = '''
import numpy as np


def best_plane(v, K):
    """By the singular values of the cases, and the error from those left out."""
    mean = np.sum(v, axis=0) / v.shape[0]
    _, sizes, rows = np.linalg.svd(v - mean, full_matrices=False)
    plane = rows[:K]
    back = (v - mean) @ plane.T @ plane + mean
    return mean, back, np.sum(sizes[K:] ** 2) / v.shape[0]
'''

PLANE_CASE_BY_CASE = '''
import numpy as np


def best_plane(v, K):
    """Case by case, in loops."""
    N, D = v.shape
    mean = np.array([sum(v[:, i]) / N for i in range(D)])
    C = sum(np.outer(one - mean, one - mean) for one in v)  # N times the covariance has the same directions
    _, vectors = np.linalg.eigh(C)
    back, error = np.tile(mean, (N, 1)), 0.0
    for n in range(N):
        for k in range(D - K, D):
            q = vectors[:, k]
            back[n] += q @ (v[n] - mean) * q
        error += sum((v[n] - back[n]) ** 2)
    return mean, back, error / N
'''

TUNE_CASE_BY_CASE = '''
import numpy as np


def fine_tune(W1, c1, W2, c2, W3, c3, v, labels):
    """Case by case, by outer products."""
    loss, dW1, dW2, dW3 = 0.0, np.zeros(W1.shape), np.zeros(W2.shape), np.zeros(W3.shape)
    for one, label in zip(v, labels):
        h1 = 1 / (1 + np.exp(-(one @ W1 + c1)))
        h2 = 1 / (1 + np.exp(-(h1 @ W2 + c2)))
        e = np.exp(h2 @ W3 + c3)
        p = e / e.sum()
        loss -= np.log(p[label]) / len(v)
        ds = (p - np.eye(len(p))[label]) / len(v)
        dx2 = (W3 @ ds) * (h2 - h2**2)
        dx1 = (W2 @ dx2) * (h1 - h1**2)
        dW3 += np.outer(h2, ds)
        dW2 += np.outer(h1, dx2)
        dW1 += np.outer(one, dx1)
    return loss, dW1, dW2, dW3
'''

ALTERNATIVES = {
    "lesson_23": {"singular values": PLANE_BY_SINGULAR_VALUES, "case by case": PLANE_CASE_BY_CASE},
    "lesson_26": {"case by case": TUNE_CASE_BY_CASE},
}
