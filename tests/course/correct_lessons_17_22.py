"""Correct submissions to the exercises of lessons 17 to 22, written differently from the solutions."""
from numpy_dgm.course.homework import HOMEWORK

GIVEN, _ = (HOMEWORK / "lesson_17" / "source.py").read_text(encoding="utf8").split("def train_with_patience")

GRADIENTS_IN_LOOPS = '''
import math


def through(x, W, b):
    """An affine layer, case by case and unit by unit."""
    return [[b[k] + sum(one[d] * W[d, k] for d in range(len(one))) for k in range(len(b))] for one in x]


def back(x, W, dy):
    """dW, db and dx of an affine layer."""
    D, K = W.shape
    dW = [[sum(x[n][d] * dy[n][k] for n in range(len(x))) for k in range(K)] for d in range(D)]
    db = [sum(row[k] for row in dy) for k in range(K)]
    dx = [[sum(row[k] * W[d, k] for k in range(K)) for d in range(D)] for row in dy]
    return dW, db, dx


def slope(a, da):
    return [[da_k / math.cosh(math.atanh(a_k)) ** 2 for a_k, da_k in zip(*rows)] for rows in zip(a, da)]


def gradients(x, labels, W_1, b_1, W_2, b_2, W_3, b_3):
    a_1 = [[math.tanh(one) for one in row] for row in through(x, W_1, b_1)]
    a_2 = [[math.tanh(one) for one in row] for row in through(a_1, W_2, b_2)]
    s = through(a_2, W_3, b_3)
    loss, ds = 0.0, []
    for row, label in zip(s, labels):
        top = max(row)
        log_sum = top + math.log(sum(math.exp(one - top) for one in row))
        loss += (log_sum - row[label]) / len(s)
        ds.append([(math.exp(one - log_sum) - (k == label)) / len(s) for k, one in enumerate(row)])
    dW_3, db_3, da_2 = back(a_2, W_3, ds)
    dW_2, db_2, da_1 = back(a_1, W_2, slope(a_2, da_2))
    dW_1, db_1, _ = back(x, W_1, slope(a_1, da_1))
    return loss, dW_1, db_1, dW_2, db_2, dW_3, db_3
'''

GRADIENTS_CASE_BY_CASE = '''
import numpy as np


def gradients(x, labels, W_1, b_1, W_2, b_2, W_3, b_3):
    """In single precision, layer by layer in a list, a case at a time, averaged at the end."""
    layers = [(np.float32(W), np.float32(b)) for W, b in ((W_1, b_1), (W_2, b_2), (W_3, b_3 - b_3.max()))]
    totals = [np.zeros(shape) for W, b in layers for shape in (W.shape, b.shape)]
    loss = 0.0
    for case, label in zip(np.float32(x), labels):
        a = [case]
        for W, b in layers[:2]:
            a.append(np.tanh(a[-1] @ W + b))
        s = np.float64(a[-1] @ layers[2][0] + layers[2][1])
        log_p = s - np.logaddexp.reduce(s)
        loss -= log_p[label]
        d = np.exp(log_p)
        d[label] -= 1
        for place in (2, 1, 0):
            totals[2 * place] += np.outer(a[place], d)
            totals[2 * place + 1] += d
            d = layers[place][0] @ d * (1 - a[place] * a[place])
    return (loss / len(x), *(total / len(x) for total in totals))
'''

LAYER_NORM_ROW_BY_ROW = '''
import math
import numpy as np


def layer_norm(x, gamma, beta, dy):
    """Row by row, with the Jacobian of x̂ by x written out."""
    N, K = x.shape
    y, dx = np.zeros((N, K)), np.zeros((N, K))
    dgamma, dbeta = [0.0] * K, [0.0] * K
    for n in range(N):
        mean = sum(x[n]) / K
        r = math.sqrt(sum((one - mean) ** 2 for one in x[n]) / K + 1e-5)
        for k in range(K):
            x_hat = (x[n, k] - mean) / r
            y[n, k] = gamma[k] * x_hat + beta[k]
            dgamma[k] += dy[n, k] * x_hat
            dbeta[k] += dy[n, k]
            for j in range(K):
                J = ((k == j) - 1 / K) / r - (x[n, k] - mean) * (x[n, j] - mean) / (K * r**3)
                dx[n, j] += dy[n, k] * gamma[k] * J
    return y, dx, dgamma, dbeta
'''

LAYER_NORM_IN_STEPS = '''
import numpy as np


def layer_norm(x, gamma, beta, dy):
    """The steps of the lesson, with einsum, in single precision."""
    x, gamma, beta, dy = (np.float32(one) for one in (x, gamma, beta, dy))
    K = x.shape[1]
    centred = x - np.einsum("nk->n", x)[:, None] / K
    v = np.einsum("nk,nk->n", centred, centred) / K
    inverse = (v + np.float32(1e-5)) ** -0.5
    x_hat = np.einsum("nk,n->nk", centred, inverse)
    dx_hat = np.einsum("nk,k->nk", dy, gamma)
    dinverse = np.einsum("nk,nk->n", dx_hat, centred)
    dv = -0.5 * dinverse * inverse**3
    dcentred = dx_hat * inverse[:, None] + 2 / K * dv[:, None] * centred
    dx = dcentred - dcentred.mean(axis=1)[:, None]
    return np.einsum("nk,k->nk", x_hat, gamma) + beta, dx, np.einsum("nk,nk->k", dy, x_hat), dy.sum(axis=0)
'''

POLYNOMIAL = '''

def worst_of_polynomial(vector, gradient, step, a, B):
    return worst_entry(lambda theta: np.sum(a * theta**3) + theta @ B @ theta, vector, gradient, step)
'''

WORST_BY_ROWS = '''
import numpy as np


def worst_entry(f, vector, gradient, step):
    """A row of a matrix for each move; the place by sorting."""
    moves = step * np.eye(len(vector))
    up, down = (np.array([f(row) for row in vector + sign * moves]) for sign in (1, -1))
    differences = 0.5 * (up - down) / step
    off = np.sqrt((gradient - differences) ** 2)
    order = np.argsort(-off, kind="stable")
    return off[order[0]] / np.linalg.norm(differences, np.inf), order[0]
''' + POLYNOMIAL

WORST_IN_PLACE = '''
import numpy as np


def worst_entry(f, vector, gradient, step):
    """Moves the vector itself and puts it back; keeps the worst so far."""
    worst, place, largest = -1.0, -1, 0.0
    for i, value in enumerate(vector.tolist()):
        vector[i] = value + step
        difference = f(vector)
        vector[i] = value - step
        difference = (difference - f(vector)) / (2 * step)
        vector[i] = value
        largest = max(largest, abs(difference))
        if abs(gradient[i] - difference) > worst:
            worst, place = abs(gradient[i] - difference), i
    return worst / largest, place
''' + POLYNOMIAL

DRAW_ONE_BY_ONE = '''
import math


def draw_exactly(W, b, c, n, rng):
    """Sample by sample: a hidden layer by where a uniform number falls, then its noise."""
    D, K = W.shape
    centres, logs = [], []
    for number in range(2**K):
        h = [number >> j & 1 for j in range(K)]
        centres.append([b[i] + sum(W[i, j] for j in range(K) if h[j]) for i in range(D)])
        logs.append(sum(c[j] for j in range(K) if h[j]) + sum(one * one for one in centres[-1]) / 2)
    weights = [math.exp(one - max(logs)) for one in logs]
    samples = []
    for _ in range(n):
        u = rng.random() * sum(weights)
        number = 0
        while number < 2**K - 1 and u >= weights[number]:
            u -= weights[number]
            number += 1
        samples.append([rng.normal(one) for one in centres[number]])
    return samples
'''

DRAW_SAME_ORDER = '''
import numpy as np


def draw_exactly(W, b, c, n, rng):
    """The documented order, with bits by shifts, and the square multiplied out."""
    K = W.shape[1]
    h = np.arange(2**K)[:, None] >> np.arange(K)[::-1] & 1
    pairs = W.T @ W
    log_p = h @ (c + W.T @ b) + 0.5 * np.einsum("sj,jl,sl->s", h, pairs, h)
    p = np.exp(log_p - np.logaddexp.reduce(log_p))
    return rng.normal(b + h[rng.choice(2**K, n, p=p / p.sum())] @ W.T)
'''

DRAW_BITS_IN_TURN = '''
import numpy as np


def draw_exactly(W, b, c, n, rng):
    """The noise first; then the hidden layer by the largest of its log p and Gumbel noise."""
    K = len(c)
    v = rng.standard_normal((n, len(b))) + b
    h = np.stack(np.meshgrid(*[[0, 1]] * K), axis=-1).reshape(-1, K)
    log_p = h @ c + np.square(h @ W.T + b).sum(axis=1) / 2
    chosen = (log_p + rng.gumbel(size=(n, 2**K))).argmax(axis=1)
    return v + h[chosen] @ W.T
'''

BINOMIAL_BY_VALUES = '''
import math


def log_weights(x, n):
    return [math.log(math.comb(n, s)) + s * x for s in range(n + 1)]


def A(x, n):
    logs = log_weights(x, n)
    return max(logs) + math.log(math.fsum(math.exp(one - max(logs)) for one in logs))


def log_normaliser(x, n):
    return [math.fsum(A(float(one), n) for one in row) for row in x]


def p_of(x, n):
    return [math.exp(one - A(x, n)) for one in log_weights(x, n)]


def mean(x, n):
    return [[sum(s * p for s, p in enumerate(p_of(float(one), n))) for one in row] for row in x]


def sample(x, n, rng):
    """By where a uniform number falls among the values."""
    s = []
    for row in x:
        s.append([])
        for one in row:
            u, value, p = rng.random(), 0, p_of(float(one), n)
            while value < n and u >= p[value]:
                u -= p[value]
                value += 1
            s[-1].append(value)
    return s
'''

BINOMIAL_BY_NUMPY = '''
import numpy as np


def log_normaliser(x, n):
    x = np.float32(x)
    return (n * (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))) @ np.ones(x.shape[1])


def mean(x, n):
    return n * np.exp(-np.logaddexp(0, -np.float32(x)))


def sample(x, n, rng):
    return rng.binomial(n, mean(x, n) / n)
'''

BINOMIAL_COIN_BY_COIN = '''
import numpy as np


def log_normaliser(x, n):
    return sum(np.logaddexp(np.zeros(len(x)), column) for column in np.repeat(x.T, n, axis=0))


def mean(x, n):
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1, e) * n / (1 + e)


def sample(x, n, rng):
    """Heads where the input is above logistic noise, in the documented order."""
    u = rng.random(x.shape + (n,))
    return np.count_nonzero(np.log(u / (1 - u)) < np.repeat(x[..., None], n, axis=-1), axis=-1)
'''

PATIENCE_BY_A_LIST = GIVEN + '''
def train_with_patience(W, b, c, cases, held_out, patience, rng):
    """Keeps all models, and looks back for the best of them."""
    models, log_p = [(W, b, c)], [mean_log_p(W, b, c, held_out)]
    while len(models) - 1 - int(np.argmax(log_p)) < patience:
        models.append(ten_epochs(*models[-1], cases, rng))
        log_p.append(mean_log_p(*models[-1], held_out))
    return models[int(np.argmax(log_p))]
'''

PATIENCE_BY_TRIES = GIVEN + '''
def train_with_patience(W, b, c, cases, held_out, patience, rng):
    """From the best model on: up to so many turns, to the first that is better, and so on from there."""
    best = tuple(np.copy(one) for one in (W, b, c))
    now = best
    for _ in range(patience):
        now = ten_epochs(*now, cases, rng)
        if mean_log_p(*now, held_out) > mean_log_p(*best, held_out):
            return train_with_patience(*now, cases, held_out, patience, rng)
    return best
'''

ALTERNATIVES = {
    "lesson_17": {"by a list": PATIENCE_BY_A_LIST, "by tries": PATIENCE_BY_TRIES},
    "lesson_18": {"one by one": DRAW_ONE_BY_ONE, "the same order": DRAW_SAME_ORDER, "noise first": DRAW_BITS_IN_TURN},
    "lesson_19": {"by values": BINOMIAL_BY_VALUES, "by NumPy, single precision": BINOMIAL_BY_NUMPY,
                  "coin by coin": BINOMIAL_COIN_BY_COIN},
    "lesson_20": {"loops": GRADIENTS_IN_LOOPS, "case by case, single precision": GRADIENTS_CASE_BY_CASE},
    "lesson_21": {"by rows": WORST_BY_ROWS, "in place": WORST_IN_PLACE},
    "lesson_22": {"row by row": LAYER_NORM_ROW_BY_ROW, "in steps, single precision": LAYER_NORM_IN_STEPS},
}
