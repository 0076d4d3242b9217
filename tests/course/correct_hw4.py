"""Correct submissions of assignment 4, written in other ways than its solution: each must have full marks."""

LOOPS = '''
import math

import numpy as np


def log_1_exp(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigma(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def discriminator_loss(s_real, s_fake, conventions):
    loss, ds_real, ds_fake = 0.0, [], []
    t = conventions.target
    for [s] in s_real:
        loss += (t * log_1_exp(-s) + (1 - t) * log_1_exp(s)) / len(s_real)
        ds_real.append([(sigma(s) - t) / len(s_real)])
    for [s] in s_fake:
        loss += log_1_exp(s) / len(s_fake)
        ds_fake.append([sigma(s) / len(s_fake)])
    return loss, ds_real, ds_fake


def generator_loss(s_fake, kind):
    loss, ds = 0.0, np.zeros(s_fake.shape)
    for m, s in enumerate(s_fake[:, 0]):
        if kind == "saturating":
            loss -= log_1_exp(s) / len(s_fake)
            ds[m] = -sigma(s) / len(s_fake)
        else:
            loss += log_1_exp(-s) / len(s_fake)
            ds[m] = -sigma(-s) / len(s_fake)
    return loss, ds


def phi(y, conventions):
    """φ, φ' and φ'' at a number."""
    if conventions.activation == "tanh":
        a = math.tanh(y)
        return a, 1 - a * a, -2 * a * (1 - a * a)
    p = sigma(y)
    return log_1_exp(y), p, p * (1 - p)


def leaky(y, conventions):
    return (y, 1.0) if y > 0 else (conventions.slope * y, conventions.slope)


def hidden_inputs(row, theta):
    W_1, b_1 = theta[:2]
    return [b_1[j] + sum(row[i] * W_1[i, j] for i in range(len(row))) for j in range(len(b_1))]


def output(row, theta, activation, conventions):
    W_2, b_2 = theta[2:]
    a = [activation(y, conventions)[0] for y in hidden_inputs(row, theta)]
    return [b_2[k] + sum(a[j] * W_2[j, k] for j in range(len(a))) for k in range(len(b_2))]


def generate(z, theta_G, conventions):
    return np.array([output(row, theta_G, leaky, conventions) for row in z])


def logits(x, theta_D, conventions):
    return np.array([output(row, theta_D, phi, conventions) for row in x])


def add_backward(gradient, row, theta, activation, dy, conventions):
    """Adds the gradient of one case to `gradient`, and gives dx of that case."""
    dW_1, db_1, dW_2, db_2 = gradient
    W_1, b_1, W_2, b_2 = theta
    dx = np.zeros(len(row))
    db_2 += dy
    for j, y in enumerate(hidden_inputs(row, theta)):
        a, slope = activation(y, conventions)[:2]
        dW_2[j] += a * dy
        dhidden = slope * sum(dy[k] * W_2[j, k] for k in range(len(dy)))
        db_1[j] += dhidden
        for i in range(len(row)):
            dW_1[i, j] += row[i] * dhidden
            dx[i] += W_1[i, j] * dhidden
    return dx


def nothing_yet(theta):
    return [np.zeros(array.shape) for array in theta]


def discriminator_gradient(x_real, x_fake, theta_D, conventions):
    s_real, s_fake = logits(x_real, theta_D, conventions), logits(x_fake, theta_D, conventions)
    _, ds_real, ds_fake = discriminator_loss(s_real, s_fake, conventions)
    gradient = nothing_yet(theta_D)
    for row, ds in zip([*x_real, *x_fake], [*ds_real, *ds_fake]):
        add_backward(gradient, row, theta_D, phi, np.array(ds), conventions)
    return tuple(gradient)


def generator_gradient(z, theta_G, theta_D, kind, conventions):
    x_fake = generate(z, theta_G, conventions)
    _, ds = generator_loss(logits(x_fake, theta_D, conventions), kind)
    gradient, thrown_away = nothing_yet(theta_G), nothing_yet(theta_D)
    for m in range(len(z)):
        dx = add_backward(thrown_away, x_fake[m], theta_D, phi, ds[m], conventions)
        add_backward(gradient, z[m], theta_G, leaky, dx, conventions)
    return tuple(gradient)


def r1_gradient(x_real, theta_D, gamma, conventions):
    """For one case g_i = Σ_j W_ij φ'(y_j) v_j, so that each ∂g_i is written down at once."""
    W_1, b_1, W_2, b_2 = theta_D
    N, (D, H) = len(x_real), W_1.shape
    penalty, gradient = 0.0, nothing_yet(theta_D)
    dW_1, db_1, dW_2, _ = gradient
    for row in x_real:
        at = [phi(y, conventions) for y in hidden_inputs(row, theta_D)]
        v = W_2[:, 0]
        g = [sum(W_1[i, j] * at[j][1] * v[j] for j in range(H)) for i in range(D)]
        penalty += gamma / 2 * sum(one * one for one in g) / N
        for j in range(H):
            along = sum(g[i] * W_1[i, j] for i in range(D)) * gamma / N
            dW_2[j, 0] += along * at[j][1]
            db_1[j] += along * at[j][2] * v[j]
            for i in range(D):
                dW_1[i, j] += gamma / N * g[i] * at[j][1] * v[j] + along * at[j][2] * v[j] * row[i]
    return penalty, *gradient


def play_round(x_real, z_D, z_G, theta_G, theta_D, rate, gamma, conventions):
    theta_G, theta_D = [array.copy() for array in theta_G], [array.copy() for array in theta_D]
    for s in range(len(x_real)):
        first = discriminator_gradient(x_real[s], generate(z_D[s], theta_G, conventions), theta_D, conventions)
        second = r1_gradient(x_real[s], theta_D, gamma, conventions)[1:]
        for k in range(4):
            theta_D[k] -= rate * first[k]
            theta_D[k] -= rate * second[k]
    slopes = generator_gradient(z_G, theta_G, theta_D, "non-saturating", conventions)
    for k in range(4):
        theta_G[k] -= rate * slopes[k]
    return (*theta_G, *theta_D)


def train(x_data, conventions, rng):
    """On arrays, since loops over units would take too long; 48 units, 80 in D, and real and fake cases in one pass."""
    G = [rng.normal(size=(2, 48)), np.zeros(48), rng.normal(size=(48, 2)) / 7, np.zeros(2)]
    D = [1.5 * rng.normal(size=(2, 80)), np.zeros(80), rng.normal(size=(80, 1)) / 9, np.zeros(1)]
    means = {id(array): [0.0, 0.0] for array in G + D}

    def step(arrays, slopes, t, rate):
        for array, slope in zip(arrays, slopes):
            m = means[id(array)]
            m[0] = 0.5 * m[0] + 0.5 * slope
            m[1] = 0.99 * m[1] + 0.01 * slope * slope
            array -= rate * m[0] / (1 - 0.5**t) / (np.sqrt(m[1] / (1 - 0.99**t)) + 1e-8)

    def make(z):
        y = z @ G[0] + G[1]
        return y, np.maximum(y, conventions.slope * y)

    n = 64
    for t in range(1, 4_001):
        rate = 0.01 * (1 - t / 4_001)
        _, a = make(rng.normal(size=(n, 2)))
        x = np.concatenate([x_data[rng.integers(len(x_data), size=n)], a @ G[2] + G[3]])
        h = np.tanh(x @ D[0] + D[1])
        p = 1 / (1 + np.exp(-(h @ D[2] + D[3])))
        ds = (p - np.repeat([[1.0], [0.0]], n, axis=0)) / n
        dh = ds @ D[2].T * (1 - h * h)
        d_a = D[2][:, 0] * (1 - h[:n] ** 2)
        u = (0.6 / n) * (d_a @ D[0].T)
        u_y = u @ D[0]
        extra = u_y * D[2][:, 0] * -2 * h[:n] * (1 - h[:n] ** 2)
        dW = x.T @ dh + u.T @ d_a + x[:n].T @ extra
        dV = h.T @ ds + (u_y * (1 - h[:n] ** 2)).sum(axis=0)[:, None]
        step(D, [dW, dh.sum(axis=0) + extra.sum(axis=0), dV, ds.sum(axis=0)], t, rate)
        z = rng.normal(size=(n, 2))
        y, a = make(z)
        h = np.tanh((a @ G[2] + G[3]) @ D[0] + D[1])
        ds = -1 / (1 + np.exp(h @ D[2] + D[3])) / n
        dx = (ds @ D[2].T * (1 - h * h)) @ D[0].T
        dy = dx @ G[2].T * np.where(y > 0, 1, conventions.slope)
        step(G, [z.T @ dy, dy.sum(axis=0), a.T @ dx, dx.sum(axis=0)], t, rate)
    return tuple(G)
'''

EINSUM = '''
import numpy as np


def discriminator_loss(s_real, s_fake, conventions):
    s = np.concatenate([s_real, s_fake])
    target = np.concatenate([np.full_like(s_real, conventions.target), np.zeros_like(s_fake)])
    weight = np.concatenate([np.full_like(s_real, 1 / s_real.size), np.full_like(s_fake, 1 / s_fake.size)])
    e = np.exp(-np.abs(s))
    p = np.where(s > 0, 1 / (1 + e), e / (1 + e))
    loss = np.sum(weight * (np.maximum(s, 0) - s * target + np.log1p(e)))
    ds = weight * (p - target)
    return loss, ds[: len(s_real)], ds[len(s_real) :]


def generator_loss(s_fake, kind):
    """Either loss is a cross-entropy: of the target 0, with the other sign, or of the target 1."""
    e = np.exp(-np.abs(s_fake))
    p = np.where(s_fake > 0, 1, e) / (1 + e)
    target, sign = (0, -1) if kind == "saturating" else (1, 1)
    loss = np.mean(np.maximum(s_fake, 0) - target * s_fake + np.log1p(e))
    return sign * loss, sign * (p - target) / s_fake.size


def phi(y, conventions):
    if conventions.activation == "tanh":
        q = np.tanh(y)
        return q, 1 / np.cosh(y) ** 2, -2 * np.sinh(y) / np.cosh(y) ** 3
    e = np.exp(-np.abs(y))
    return np.maximum(y, 0) + np.log1p(e), np.where(y > 0, 1, e) / (1 + e), e / (1 + e) ** 2


def generate(z, theta_G, conventions):
    U, u, C, c = theta_G
    y = np.einsum("ml,lh->mh", z, U) + u
    return np.einsum("mh,hd->md", np.maximum(y, conventions.slope * y), C) + c


def logits(x, theta_D, conventions):
    A, a, B, b = theta_D
    return np.einsum("nh,hk->nk", phi(np.einsum("nd,dh->nh", x, A) + a, conventions)[0], B) + b


def discriminator_gradient(x_real, x_fake, theta_D, conventions):
    """Real and fake cases in one pass."""
    A, a, B, b = theta_D
    x = np.vstack([x_real, x_fake])
    value, slope, _ = phi(x @ A + a, conventions)
    s = value @ B + b
    ds = np.vstack(discriminator_loss(s[: len(x_real)], s[len(x_real) :], conventions)[1:])
    dA = np.einsum("nd,nh,h,n->dh", x, slope, B[:, 0], ds[:, 0])
    da = np.einsum("nh,h,n->h", slope, B[:, 0], ds[:, 0])
    return dA, da, np.einsum("nh,nk->hk", value, ds), np.einsum("nk->k", ds)


def generator_gradient(z, theta_G, theta_D, kind, conventions):
    """With the slope of s by x of each case, then all at once."""
    U, u, C, c = theta_G
    A, a, B, b = theta_D
    y = z @ U + u
    on = (y > 0) + conventions.slope * (y <= 0)
    x = (y * on) @ C + c
    value, slope, _ = phi(x @ A + a, conventions)
    ds = generator_loss(value @ B + b, kind)[1]
    dx = np.einsum("mk,mh,hk,dh->md", ds, slope, B, A)
    dy = np.einsum("md,hd,mh->mh", dx, C, on)
    return z.T @ dy, np.ones(len(z)) @ dy, np.einsum("mh,md->hd", y * on, dx), np.ones(len(z)) @ dx


def r1_gradient(x_real, theta_D, gamma, conventions):
    """|g|² = qᵀ (AᵀA) q with q = φ' B: the gradient by q, and that by A itself."""
    A, a, B, b = theta_D
    N = len(x_real)
    _, slope, curve = phi(x_real @ A + a, conventions)
    q = slope * B[:, 0]
    Gram = A.T @ A
    penalty = gamma / 2 * np.einsum("nh,hk,nk->", q, Gram, q) / N
    dq = gamma / N * q @ Gram
    dy = dq * curve * B[:, 0]
    dA = gamma / N * A @ (q.T @ q) + x_real.T @ dy
    return penalty, dA, dy.sum(0), np.sum(dq * slope, axis=0, keepdims=True).T, 0 * b


def play_round(x_real, z_D, z_G, theta_G, theta_D, rate, gamma, conventions):
    for s in range(x_real.shape[0]):
        x_fake = generate(z_D[s], theta_G, conventions)
        game = discriminator_gradient(x_real[s], x_fake, theta_D, conventions)
        smooth = r1_gradient(x_real[s], theta_D, gamma, conventions)
        theta_D = [theta_D[k] - rate * (game[k] + smooth[k + 1]) for k in range(4)]
    game = generator_gradient(z_G, theta_G, theta_D, "non-saturating", conventions)
    return (*[theta_G[k] - rate * game[k] for k in range(4)], *theta_D)


def train(x_data, conventions, rng):
    """All parameters of a player in one vector; the cases are drawn by choice."""

    def shapes_of(n_in, n_out, H):
        return [(n_in, H), (H,), (H, n_out), (n_out,)]

    def cut(vector, shapes):
        arrays, start = [], 0
        for shape in shapes:
            size = int(np.prod(shape))
            arrays.append(vector[start : start + size].reshape(shape))
            start += size
        return arrays

    def flat(arrays):
        return np.concatenate([array.ravel() for array in arrays])

    of_G, of_D = shapes_of(2, 2, 64), shapes_of(2, 1, 64)
    G = flat([rng.normal(size=of_G[0]), np.zeros(64), 0.1 * rng.normal(size=of_G[2]), np.zeros(2)])
    D = flat([1.5 * rng.normal(size=of_D[0]), np.zeros(64), 0.1 * rng.normal(size=of_D[2]), np.zeros(1)])
    m_G, s_G, m_D, s_D = 0 * G, 0 * G, 0 * D, 0 * D
    for t in range(1, 3_001):
        rate = 0.01 * (1 - t / 3_001)
        x_real = rng.choice(x_data, size=64)
        x_fake = generate(rng.normal(size=(64, 2)), cut(G, of_G), conventions)
        slopes = flat(discriminator_gradient_fast(x_real, x_fake, cut(D, of_D), conventions))
        slopes = slopes + flat(r1_gradient(x_real, cut(D, of_D), 0.6, conventions)[1:])
        m_D, s_D = 0.5 * m_D + 0.5 * slopes, 0.99 * s_D + 0.01 * slopes**2
        D = D - rate * (m_D / (1 - 0.5**t)) / (np.sqrt(s_D / (1 - 0.99**t)) + 1e-8)
        slopes = flat(generator_gradient_fast(rng.normal(size=(64, 2)), cut(G, of_G), cut(D, of_D), conventions))
        m_G, s_G = 0.5 * m_G + 0.5 * slopes, 0.99 * s_G + 0.01 * slopes**2
        G = G - rate * (m_G / (1 - 0.5**t)) / (np.sqrt(s_G / (1 - 0.99**t)) + 1e-8)
    return tuple(cut(G, of_G))


def discriminator_gradient_fast(x_real, x_fake, theta_D, conventions):
    """Without einsum over four letters."""
    A, a, B, b = theta_D
    x = np.vstack([x_real, x_fake])
    h = np.tanh(x @ A + a)
    s = h @ B + b
    ds = np.vstack(discriminator_loss(s[: len(x_real)], s[len(x_real) :], conventions)[1:])
    dh = ds * B.T * (1 - h**2)
    return x.T @ dh, dh.sum(0), h.T @ ds, ds.sum(0)


def generator_gradient_fast(z, theta_G, theta_D, conventions):
    U, u, C, c = theta_G
    A, a, B, b = theta_D
    y = z @ U + u
    on = np.where(y > 0, 1.0, conventions.slope)
    h = np.tanh(((y * on) @ C + c) @ A + a)
    ds = generator_loss(h @ B + b, "non-saturating")[1]
    dx = (ds * B.T * (1 - h**2)) @ A.T
    dy = dx @ C.T * on
    return z.T @ dy, dy.sum(0), (y * on).T @ dx, dx.sum(0)
'''

SINGLE = '''
import numpy as np


class Layer:
    """An affine layer that keeps nothing."""

    def __init__(self, W, b):
        self.W, self.b = W.astype(np.float32), b.astype(np.float32)

    def up(self, x):
        return np.dot(x, self.W) + self.b

    def down(self, x, dy):
        return np.dot(dy, self.W.T), np.dot(x.T, dy), np.add.reduce(dy, axis=0)


def layers_of(theta):
    return Layer(*theta[:2]), Layer(*theta[2:])


def single(*arrays):
    return tuple(np.asarray(array, dtype=np.float32) for array in arrays)


def sigma(x):
    return np.exp(-np.logaddexp(np.float32(0), -x))


def discriminator_loss(s_real, s_fake, conventions):
    s_real, s_fake = single(s_real, s_fake)
    t = np.float32(conventions.target)
    log_D, log_not_D = -np.logaddexp(0, -s_real), -np.logaddexp(0, s_real)
    loss = -np.mean(t * log_D + (1 - t) * log_not_D) - np.mean(-np.logaddexp(0, s_fake))
    ds_real = t * (sigma(s_real) - 1) + (1 - t) * sigma(s_real)
    return float(loss), ds_real / len(s_real), sigma(s_fake) / len(s_fake)


def generator_loss(s_fake, kind):
    [s] = single(s_fake)
    if kind == "saturating":
        return float(np.mean(-np.logaddexp(0, s))), -sigma(s) / s.size
    return float(np.mean(np.logaddexp(0, -s))), -sigma(-s) / s.size


def leaky(y, conventions):
    positive = (y > 0).astype(np.float32)
    slope = positive + np.float32(conventions.slope) * (1 - positive)
    return slope * y, slope


def curved(y, conventions):
    if conventions.activation == "softplus":
        p = sigma(y)
        return np.logaddexp(np.float32(0), y), p, p - p * p
    a = 2 * sigma(2 * y) - 1
    return a, (1 - a) * (1 + a), 2 * a * (a - 1) * (a + 1)


def generate(z, theta_G, conventions):
    first, last = layers_of(theta_G)
    return last.up(leaky(first.up(single(z)[0]), conventions)[0])


def logits(x, theta_D, conventions):
    first, last = layers_of(theta_D)
    return last.up(curved(first.up(single(x)[0]), conventions)[0])


def through_D(x, theta_D, conventions):
    first, last = layers_of(theta_D)
    a, slope, _ = curved(first.up(x), conventions)
    return last.up(a), (x, a, slope)


def down_D(theta_D, cache, ds):
    first, last = layers_of(theta_D)
    x, a, slope = cache
    da, dW_2, db_2 = last.down(a, ds)
    dx, dW_1, db_1 = first.down(x, da * slope)
    return dx, (dW_1, db_1, dW_2, db_2)


def discriminator_gradient(x_real, x_fake, theta_D, conventions):
    x_real, x_fake = single(x_real, x_fake)
    s_real, cache_real = through_D(x_real, theta_D, conventions)
    s_fake, cache_fake = through_D(x_fake, theta_D, conventions)
    _, ds_real, ds_fake = discriminator_loss(s_real, s_fake, conventions)
    of_fake = down_D(theta_D, cache_fake, ds_fake)[1]
    of_real = down_D(theta_D, cache_real, ds_real)[1]
    return tuple(map(np.add, of_fake, of_real))


def generator_gradient(z, theta_G, theta_D, kind, conventions):
    [z] = single(z)
    first, last = layers_of(theta_G)
    a, slope = leaky(first.up(z), conventions)
    s, cache = through_D(last.up(a), theta_D, conventions)
    dx, _ = down_D(theta_D, cache, generator_loss(s, kind)[1])
    da, dW_2, db_2 = last.down(a, dx)
    _, dW_1, db_1 = first.down(z, da * slope)
    return dW_1, db_1, dW_2, db_2


def r1_gradient(x_real, theta_D, gamma, conventions):
    """By a difference in the direction of g: the gradient of γ/2N |g|² is γ/N times that of ∂s along a held g."""
    x = np.asarray(x_real, dtype=np.float64)
    theta = [np.asarray(array, dtype=np.float64) for array in theta_D]
    W_1, b_1, W_2, _ = theta
    N = len(x)
    _, slope, curve = curved(x @ W_1 + b_1, conventions)
    g = (slope * W_2[:, 0]) @ W_1.T
    held = gamma * g / N  # of s along `held`, Σ_n Σ_j φ'(y_nj) (held_n · W_j) v_j, all cases at once
    along = held @ W_1
    by_slope = along * W_2[:, 0]
    dW_1 = held.T @ (slope * W_2[:, 0]) + x.T @ (by_slope * curve)
    return 0.5 * np.sum(held * g), dW_1, np.sum(by_slope * curve, 0), np.sum(along * slope, 0)[:, None], np.zeros(1)


def play_round(x_real, z_D, z_G, theta_G, theta_D, rate, gamma, conventions):
    players = {"G": tuple(theta_G), "D": tuple(theta_D)}
    for x, z in zip(x_real, z_D):
        parts = discriminator_gradient(x, generate(z, players["G"], conventions), players["D"], conventions)
        more = r1_gradient(x, players["D"], gamma, conventions)[1:]
        players["D"] = tuple(np.subtract(old, rate * (one + other)) for old, one, other
                             in zip(players["D"], parts, more))
    parts = generator_gradient(z_G, players["G"], players["D"], "non-saturating", conventions)
    players["G"] = tuple(np.subtract(old, rate * one) for old, one in zip(players["G"], parts))
    return players["G"] + players["D"]


def train(x_data, conventions, rng):
    """A D of single precision twice as wide; D and G step at once, from where both stand."""
    [x_data] = single(x_data)
    G = single(rng.normal(size=(2, 64)), np.zeros(64), rng.normal(size=(64, 2)) / 8, np.zeros(2))
    D = single(1.5 * rng.normal(size=(2, 96)), np.zeros(96), rng.normal(size=(96, 1)) / 10, np.zeros(1))
    memory = [[[0.0, 0.0] for _ in G], [[0.0, 0.0] for _ in D]]

    def adam(theta, means, slopes, t, rate):
        moved = []
        for array, mean, slope in zip(theta, means, slopes):
            mean[0] += 0.5 * (slope - mean[0])
            mean[1] += 0.01 * (slope * slope - mean[1])
            step = rate / (1 - 0.5**t) * mean[0] / (np.sqrt(mean[1] / (1 - 0.99**t)) + 1e-8)
            moved.append((array - step).astype(np.float32))
        return tuple(moved)

    for t in range(1, 4_001):
        rate = 0.01 * (1 - t / 4_001)
        x = x_data[rng.integers(0, 1_000, 64)]
        z = rng.standard_normal((64, 2), dtype=np.float32)
        parts = discriminator_gradient(x, generate(z, G, conventions), D, conventions)
        more = r1_gradient(x, D, 0.6, conventions)[1:]
        of_G = generator_gradient(z, G, D, "non-saturating", conventions)
        D = adam(D, memory[1], map(np.add, parts, more), t, rate)
        G = adam(G, memory[0], of_G, t, rate)
    return G
'''

ALTERNATIVES = {"hw4_gan": {"loops": LOOPS, "einsum": EINSUM, "single precision": SINGLE}}
