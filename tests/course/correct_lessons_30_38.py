"""Correct answers to the exercises of lessons 30 to 38, written differently from the solutions: each has full marks."""
ALTERNATIVES = {}

ALTERNATIVES["lesson_32"] = {}
ALTERNATIVES["lesson_32"]["matrix of slopes"] = '''import math

import numpy as np


def consensus_arrows(theta, w, gamma):
    """∂ ½|v|² = Jᵀ v, with J the slopes of v."""
    s = w * theta
    p = 1 / (1 + math.exp(-s)) if s > -700 else 0.0
    slope = p * (1 - p)
    v = np.array([p * w, -p * theta])
    J = np.array([[slope * w * w, p + slope * theta * w], [-p - slope * w * theta, -slope * theta * theta]])
    after = v - gamma * J.T @ v
    return after[0], after[1]
'''
ALTERNATIVES["lesson_32"]["logarithms"] = '''import numpy as np


def consensus_arrows(theta, w, gamma):
    """½|v|² = exp(l), l = log ½ + 2 log p + log(θ² + w²), whose slopes are short."""
    theta, w = np.float32(theta), np.float32(w)
    p = np.exp(-np.logaddexp(0, -w * theta))
    half_square = p * p * (theta * theta + w * w) / 2
    slope_theta = half_square * (2 * (1 - p) * w + 2 * theta / (theta * theta + w * w))
    slope_w = half_square * (2 * (1 - p) * theta + 2 * w / (theta * theta + w * w))
    return p * w - gamma * slope_theta, -p * theta - gamma * slope_w
'''

ALTERNATIVES["lesson_33"] = {}
ALTERNATIVES["lesson_33"]["loops"] = '''def w1(real, fake):
    """Walk from left to right: each real number adds 1/N to the surplus, each fake one takes off 1/M."""
    steps = [(float(x), 1 / len(real)) for x in real] + [(float(x), -1 / len(fake)) for x in fake]
    steps.sort()
    area, surplus = 0.0, 0.0
    for (place, step), (after, _) in zip(steps, steps[1:]):
        surplus += step
        area += abs(surplus) * (after - place)
    return area
'''
ALTERNATIVES["lesson_33"]["all numbers"] = '''import numpy as np


def w1(real, fake):
    """Which numbers are at most t, for every t, in single precision; equal places once."""
    real, fake = np.float32(real), np.float32(fake)
    places = np.unique(np.concatenate([fake, real]))
    share_real = np.mean(real[None] <= places[:, None], axis=1)
    share_fake = np.mean(fake[None] <= places[:, None], axis=1)
    heights = np.maximum(share_real - share_fake, share_fake - share_real)[:-1]
    return np.sum(heights * (places[1:] - places[:-1]))
'''
ALTERNATIVES["lesson_33"]["quantiles"] = '''import numpy as np


def w1(real, fake):
    """The mass between two levels goes from one quantile to the other: the area, seen from the side."""
    N, M = len(real), len(fake)
    levels = np.union1d(np.arange(N + 1) * M, np.arange(M + 1) * N)  # whole numbers, of N M
    masses = np.diff(levels)
    return np.dot(masses, np.abs(np.sort(real)[levels[:-1] // M] - np.sort(fake)[levels[:-1] // N])) / (N * M)
'''

ALTERNATIVES["lesson_34"] = {}
ALTERNATIVES["lesson_34"]["loops"] = '''import math

import numpy as np


def zero_centred(theta_D, x_real, x_fake, gamma):
    """Case by case, the slopes of ½ |g|² by the sum g_i = Σ_j A_ij φ'_j B_j written out."""
    A, a, B, b = theta_D
    D, H = A.shape
    P, dA, da, dB = 0.0, np.zeros((D, H)), np.zeros(H), np.zeros((H, 1))
    for x, weight in [(one, gamma / len(x_real)) for one in x_real] + [(one, gamma / len(x_fake)) for one in x_fake]:
        t = [math.tanh(a[j] + sum(x[i] * A[i, j] for i in range(D))) for j in range(H)]
        g = [sum(A[i, j] * (1 - t[j] ** 2) * B[j, 0] for j in range(H)) for i in range(D)]
        P += weight / 2 * sum(one**2 for one in g)
        for j in range(H):
            along = sum(g[i] * A[i, j] for i in range(D))
            dB[j, 0] += weight * along * (1 - t[j] ** 2)
            bend = weight * along * B[j, 0] * (-2 * t[j] + 2 * t[j] ** 3)
            da[j] += bend
            for i in range(D):
                dA[i, j] += weight * g[i] * (1 - t[j] ** 2) * B[j, 0] + bend * x[i]
    return P, dA, da, dB, np.zeros(1)
'''
ALTERNATIVES["lesson_34"]["one batch"] = '''import numpy as np


def zero_centred(theta_D, x_real, x_fake, gamma):
    """All cases at once, each with the weight of its set, by einsum."""
    A, a, B, b = theta_D
    x = np.vstack([x_real, x_fake])
    weights = gamma * np.repeat([1 / len(x_real), 1 / len(x_fake)], [len(x_real), len(x_fake)])
    cosh = np.cosh(x @ A + a)
    first = cosh**-2.0
    second = -2 * np.sinh(x @ A + a) / cosh**3
    g = np.einsum("nh,ih,h->ni", first, A, B[:, 0])
    gA = weights[:, None] * (g @ A)
    dA = np.einsum("n,ni,nh,h->ih", weights, g, first, B[:, 0]) + np.einsum("nh,nh,h,ni->ih", gA, second, B[:, 0], x)
    da = np.einsum("nh,nh,h->h", gA, second, B[:, 0])
    dB = np.einsum("nh,nh->h", gA, first)[:, None]
    return 0.5 * weights @ (g * g).sum(1), dA, da, dB, 0 * b
'''

ALTERNATIVES["lesson_35"] = {}
ALTERNATIVES["lesson_35"]["loops"] = '''import math


def coverage(samples, centres, sd):
    counts = [0] * len(centres)
    for sample in samples:
        to_all = [math.dist(sample, centre) for centre in centres]
        if min(to_all) <= 3 * sd:
            counts[to_all.index(min(to_all))] += 1
    n = sum(counts)
    if n == 0:
        return 0, 0, math.inf
    entropy = -sum(one / n * math.log(one / n) for one in counts if one)
    return n / len(samples), sum(one > 0 for one in counts), math.log(len(centres)) - entropy
'''
ALTERNATIVES["lesson_35"]["squares"] = '''import numpy as np


def coverage(samples, centres, sd):
    """By squared distances in single precision, and a table of who is nearest to whom."""
    samples, centres = samples.astype(np.float32), centres.astype(np.float32)
    squares = (samples[:, :1] - centres[:, 0]) ** 2 + (samples[:, 1:] - centres[:, 1]) ** 2
    is_at = (squares == squares.min(axis=1, keepdims=True)) & (squares <= 9 * sd**2)
    n_k = is_at.sum(axis=0)
    with np.errstate(all="ignore"):
        q = n_k / n_k.sum()
        terms = np.where(n_k > 0, q * np.log(q * len(n_k)), 0)
    return is_at.any(axis=1).mean(), (n_k > 0).sum(), terms.sum() if n_k.any() else np.inf
'''

ALTERNATIVES["lesson_36"] = {}
ALTERNATIVES["lesson_36"]["loops"] = '''import math

import numpy as np


def discrimination_backward(x, T, dy):
    """A pair of rows at a time: what moves close_nmb moves o_n and o_m."""
    (N, D), (_, B, C) = x.shape, T.shape
    dx, dT = dy[:, :D].copy(), np.zeros((D, B, C))
    for n in range(N):
        for m in range(n):
            for b in range(B):
                apart = (x[n] - x[m]) @ T[:, b]
                closeness = math.exp(-sum(abs(one) for one in apart))
                d_apart = -(dy[n, D + b] + dy[m, D + b]) * closeness * np.where(apart > 0, 1.0, -1.0)
                dT[:, b] += np.outer(x[n] - x[m], d_apart)
                dx[n] += T[:, b] @ d_apart
                dx[m] -= T[:, b] @ d_apart
    return dx, dT
'''
ALTERNATIVES["lesson_36"]["einsum"] = '''import numpy as np


def discrimination_backward(x, T, dy):
    """The slopes by either place of close, one after the other, in single precision."""
    x, T, dy = x.astype(np.float32), T.astype(np.float32), dy.astype(np.float32)
    N, D = x.shape
    M = np.einsum("ni,ibc->nbc", x, T)
    apart = M[:, np.newaxis] - M
    d_close = np.repeat(dy[:, np.newaxis, D:], N, axis=1)
    d_close[range(N), range(N)] = 0
    d_apart = np.einsum("nmb,nmb,nmbc->nmbc", d_close, -np.exp(-np.abs(apart).sum(-1)), np.sign(apart))
    dM = d_apart.sum(axis=1) - d_apart.sum(axis=0)
    return dy[:, :D] + np.einsum("nbc,ibc->ni", dM, T), np.einsum("ni,nbc->ibc", x, dM)
'''

ALTERNATIVES["lesson_37"] = {}
ALTERNATIVES["lesson_37"]["definition"] = '''import math
from itertools import combinations, product


def two_sample_p_value(x, y, bandwidth, in_x):
    """Division by division, over lists of pairs."""
    rows = [list(row) for row in x] + [list(row) for row in y]

    def alike(i, j):
        return math.exp(-sum((a - b) ** 2 for a, b in zip(rows[i], rows[j])) / (2 * bandwidth * bandwidth))

    kernel = {(i, j): alike(i, j) for i, j in product(range(len(rows)), repeat=2)}

    def discrepancy(one, other):
        means = []
        for pairs in (list(combinations(one, 2)), list(combinations(other, 2)), list(product(one, other))):
            means.append(sum(kernel[pair] for pair in pairs) / len(pairs))
        return means[0] + means[1] - 2 * means[2]

    observed = discrepancy(range(len(x)), range(len(x), len(rows)))
    count = 1
    for p in range(in_x.shape[1]):
        one = [i for i in range(len(rows)) if in_x[i, p]]
        other = [i for i in range(len(rows)) if not in_x[i, p]]
        count += discrepancy(one, other) >= observed - 1e-12
    return count / (in_x.shape[1] + 1)
'''
ALTERNATIVES["lesson_37"]["signs"] = '''import numpy as np


def two_sample_p_value(x, y, bandwidth, in_x):
    """MMD² as uᵀ k u plus what the different numbers of pairs add, k from scalar products."""
    rows = np.vstack([x, y])
    N, M = len(x), len(y)
    norms = (rows * rows).sum(axis=1)
    k = np.exp((2 * rows @ rows.T - norms[:, None] - norms) / (2 * bandwidth**2))
    k = k - np.diag(np.diag(k))
    u_x = np.vstack([np.r_[np.ones(N), np.zeros(M)], in_x.T])
    u = u_x / N - (1 - u_x) / M
    found = np.einsum("pi,ij,pj->p", u, k, u)
    found += np.einsum("pi,ij,pj->p", u_x, k, u_x) / N**2 / (N - 1)
    found += np.einsum("pi,ij,pj->p", 1 - u_x, k, 1 - u_x) / M**2 / (M - 1)
    return np.mean(found >= found[0] - 1e-12)
'''

ALTERNATIVES["lesson_38"] = {}
ALTERNATIVES["lesson_38"]["loops"] = '''import math


def image_slope(theta_D, images, one_hot):
    """Case by case and pixel by pixel: ds/dpixel is a sum over the hidden units."""
    A, a, B, b = theta_D
    result = []
    for image, label in zip(images, one_hot):
        seen = list(image) + list(label)
        t = [math.tanh(a[j] + sum(one * A[i, j] for i, one in enumerate(seen))) for j in range(len(a))]
        s = b[0] + sum(one * B[j, 0] for j, one in enumerate(t))
        minus_p = -1 / (1 + math.exp(s)) if s < 700 else 0.0
        slopes = [sum(A[i, j] * (1 - t[j] ** 2) * B[j, 0] for j in range(len(a))) for i in range(len(image))]
        result.append([minus_p * one / len(images) for one in slopes])
    return result
'''
ALTERNATIVES["lesson_38"]["only the image's weights"] = '''import numpy as np


def image_slope(theta_D, images, one_hot):
    """A label picks a row of A, which is added to the biases; the weights of the image alone go back."""
    A, a, B, b = theta_D
    W, biases = A[: images.shape[1]], A[images.shape[1] :]
    y = images @ W + (biases[one_hot.argmax(axis=1)] + a)
    logits = np.einsum("nh,hk->n", np.tanh(y), B) + b[0]
    weights = -np.exp(-np.logaddexp(0, logits)) / len(images)
    return np.einsum("n,nh,h,ih->ni", weights, 1 - np.tanh(y) ** 2, B[:, 0], W)
'''

ALTERNATIVES["lesson_31"] = {}
ALTERNATIVES["lesson_31"]["direct"] = '''import numpy as np


def gradient_of_G_from_D(theta_G, theta_D, z):
    """L_ns's own ds, all in single precision, by einsum."""
    A, a, B, b = (one.astype(np.float32) for one in theta_G)
    C, c, E, e = (one.astype(np.float32) for one in theta_D)
    z = np.asarray(z, dtype=np.float32)
    h = np.tanh(z @ A + a)
    q = np.tanh((h @ B + b) @ C + c)
    logit = (q @ E + e)[:, 0]
    down = -0.5 * (1 - np.tanh(logit / 2)) / np.float32(len(z))
    x_slope = np.einsum("n,nj,j,ij->ni", down, 1 - q * q, E[:, 0], C)
    y_slope = np.einsum("ni,hi,nh->nh", x_slope, B, 1 - h * h)
    ones = np.ones(len(z), dtype=np.float32)
    return np.einsum("nl,nh->lh", z, y_slope), ones @ y_slope, np.einsum("nh,ni->hi", h, x_slope), ones @ x_slope
'''
ALTERNATIVES["lesson_31"]["loops"] = '''import math

import numpy as np


def gradient_of_G_from_D(theta_G, theta_D, z):
    """Case by case; each row of D's dx times -exp(-s)."""
    A, a, B, b = theta_G
    C, c, E, e = theta_D
    total = [np.zeros(one.shape) for one in theta_G]
    for case in z:
        h = np.array([math.tanh(one) for one in case @ A + a])
        q = np.array([math.tanh(one) for one in (h @ B + b) @ C + c])
        s = float(q @ E[:, 0] + e[0])
        of_D = C @ (E[:, 0] * (1 - q**2)) * (1 / (1 + math.exp(-s)) / len(z))
        of_G = of_D * -math.exp(-s)
        back = (B @ of_G) * (1 - h**2)
        for one, more in zip(total, (np.outer(case, back), back, np.outer(h, of_G), of_G)):
            one += more
    return tuple(total)
'''

ALTERNATIVES["lesson_30"] = {}
ALTERNATIVES["lesson_30"]["smooth bumps"] = '''import numpy as np


def estimate_kl(x_real, x_fake, rng):
    """The logit is linear in x, x² and nine bumps, and the weights found by Newton's method."""
    def features(x):
        bumps = np.exp(-((x - np.linspace(-4, 4, 9)) ** 2) / 2)
        return np.hstack([np.ones_like(x), x, x**2, bumps])

    F = np.vstack([features(x_real), features(x_fake)])
    t = np.repeat([1.0, 0.0], [len(x_real), len(x_fake)])
    weights = np.where(t == 1, 1 / len(x_real), 1 / len(x_fake))
    theta = np.zeros(F.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(F @ theta, -30, 30)))
        slope = F.T @ (weights * (p - t)) + 1e-4 * theta
        second = (F.T * (weights * p * (1 - p))) @ F + 1e-4 * np.eye(len(theta))
        theta -= np.linalg.solve(second, slope)
    return np.mean(features(x_real) @ theta)
'''
ALTERNATIVES["lesson_30"]["batches"] = '''import numpy as np


def estimate_kl(x_real, x_fake, rng):
    """24 ReLU units, plain descent with momentum on batches of 150 and 150, in single precision."""
    x_real, x_fake = x_real.astype(np.float32), x_fake.astype(np.float32)
    W = rng.choice([-1.0, 1.0], size=24).astype(np.float32)
    knots = rng.uniform(-2.5, 2.5, size=24).astype(np.float32)
    v = np.zeros(25, dtype=np.float32)
    speed = np.zeros_like(v)

    def features(x):
        return np.hstack([np.maximum(W * (x - knots), 0), np.ones_like(x)])

    for step in range(3_000):
        real = features(x_real[rng.integers(len(x_real), size=150)])
        fake = features(x_fake[rng.integers(len(x_fake), size=150)])
        slope = fake.T @ (1 / (1 + np.exp(-fake @ v))) - real.T @ (1 / (1 + np.exp(real @ v)))
        speed = 0.9 * speed - 0.02 * (1 - step / 3_000) * slope / 150
        v = v + speed
    return float(np.mean(features(x_real) @ v))
'''
