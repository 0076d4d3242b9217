"""Assignment 5: instances, oracles, points and mistakes. The first mistake of each piece is the bug that it is given
out with; the others are what becomes of a piece that is mended in the wrong way.
"""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.foundation.numerics import logsumexp

# --- instances


def draw_sizes(rng, number):
    """Four sizes, all different; alike in the last instance, where a wrong axis raises no error."""
    return [5] * 4 if number == 2 else [int(size) for size in rng.permutation([3, 4, 6, 7])]


def draw_many_sizes(rng, number):
    """The same with more cases, so that chains that are driven otherwise end elsewhere, one of them at least."""
    _, *sizes = draw_sizes(rng, number)
    return int(rng.integers(16, 20)), *sizes


def draw_rbm(rng, D, K, scale=1.0):
    return {"W": scale * rng.normal(size=(D, K)), "b": scale * rng.normal(size=D), "c": scale * rng.normal(size=K)}


def draw_bits(rng, *shape):
    return (rng.random(shape) < 0.5).astype(float)


def draw_seed(rng):
    return Seed(int(rng.integers(2**31)))


def away_from_kink(draw, inputs):
    """What `draw` draws, again and again until none of the inputs to a kink is near it."""
    while True:
        arguments = draw()
        if np.abs(inputs(**arguments)).min() > 5e-3:
            return arguments


def residual_instance(rng, conventions, number):
    N, D, *_ = draw_sizes(rng, number)
    shapes = {"x": (N, D), "W": (D, D), "b": D, "dy": (N, D)}
    return away_from_kink(lambda: {name: rng.normal(size=shape) for name, shape in shapes.items()},
                          lambda x, W, b, dy: x @ W + b)


def free_energy_instance(rng, conventions, number):
    """Every case has ordinary inputs in some units and large ones in others."""
    N, D, K, _ = draw_sizes(rng, number)
    model = draw_rbm(rng, D, K)
    model["c"] = model["c"] + np.where(np.arange(K) % 2 == 0, 3000.0, 0.0)
    return {"v": draw_bits(rng, N, D), **model}


def discriminator_instance(rng, conventions, number):
    N, M, D, _ = draw_sizes(rng, number)
    return {"x_real": rng.normal(loc=1, size=(N, D)), "x_fake": rng.normal(size=(M, D)), "w": rng.normal(size=D),
            "a": float(rng.uniform(0.2, 1)), "rate": float(rng.uniform(0.1, 0.5))}


def cd_instance(rng, conventions, number):
    N, D, K, _ = draw_many_sizes(rng, number)
    return {"v_data": draw_bits(rng, N, D), **draw_rbm(rng, D, K), "rng": draw_seed(rng)}


def gibbs_instance(rng, conventions, number):
    N, D, K, _ = draw_many_sizes(rng, number)
    return {"v": draw_bits(rng, N, D), **draw_rbm(rng, D, K), "rng": draw_seed(rng)}


def score_instance(rng, conventions, number):
    N, D, H, _ = draw_sizes(rng, number)
    shapes = {"x": (N, D), "W_1": (D, H), "b_1": H, "w_2": H}
    return away_from_kink(lambda: {name: rng.normal(size=shape) for name, shape in shapes.items()},
                          lambda x, W_1, b_1, w_2: x @ W_1 + b_1)


def learn_instance(rng, conventions, number):
    N, D, K, _ = draw_many_sizes(rng, number)
    return {"v_data": draw_bits(rng, N, D), **draw_rbm(rng, D, K), "rate": float(rng.uniform(0.1, 0.3)), "updates": 4,
            "rng": draw_seed(rng)}


def generator_instance(rng, conventions, number):
    M, L, D, _ = draw_sizes(rng, number)
    return {"z": rng.normal(size=(M, L)), "A": rng.normal(size=(L, D)), "m": rng.normal(size=D),
            "w": rng.normal(size=D), "a": float(rng.uniform(0.2, 1)), "rate": float(rng.uniform(0.1, 0.5))}


def negative_instance(rng, conventions, number):
    N, D, K, _ = draw_many_sizes(rng, number)
    return {"v": draw_bits(rng, N, D), "k": 3, **draw_rbm(rng, D, K), "rng": draw_seed(rng)}


def classifier_instance(rng, conventions, number):
    N, D, H, C = draw_sizes(rng, number)
    return {"x": rng.normal(size=(N, D)), "labels": rng.integers(C, size=N), "W_1": rng.normal(size=(D, H)),
            "b_1": rng.normal(size=H), "W_2": rng.normal(size=(H, C)), "b_2": rng.normal(size=C)}


def no_instance(rng, conventions, number):
    return {}


# --- oracles: definitions, slopes by central differences, sums over all states


def slopes(f, arguments, name):
    """∂f/∂(that argument), entry by entry, from four points around it."""
    array = np.array(arguments[name], dtype=float)
    slope = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        values = []
        for step in (-2e-4, -1e-4, 1e-4, 2e-4):
            moved = array.copy()
            moved[place] += step
            values.append(f(**{**arguments, name: moved}))
        slope[place] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / 1.2e-3
    return slope


def logistic(x):
    return 1 / (1 + np.exp(-x))


def residual_value(x, W, b):
    return np.array([[x_nd + max(row @ W[:, d] + b[d], 0) for d, x_nd in enumerate(row)] for row in x])


def residual_oracle(x, W, b, dy):
    arguments = {"x": x, "W": W, "b": b}
    by_name = [slopes(lambda **now: np.sum(dy * (now["x"] + np.maximum(now["x"] @ now["W"] + now["b"], 0))),
                      arguments, name) for name in arguments]
    return (residual_value(**arguments), *by_name)


def all_states(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def free_energy_oracle(v, W, b, c):
    """-log Σ_h exp(-E) over all 2^K states of h."""
    all_h = all_states(len(c))
    return (np.array([-logsumexp(b @ v_n + all_h @ c + all_h @ (v_n @ W)) for v_n in v]),)


def discriminator_loss(x_real, x_fake, w, a):
    return -np.log(logistic(x_real @ w + a)).mean() - np.log(1 - logistic(x_fake @ w + a)).mean()


def discriminator_oracle(x_real, x_fake, w, a, rate):
    arguments = {"x_real": x_real, "x_fake": x_fake, "w": w, "a": a}
    return tuple(arguments[name] - rate * slopes(discriminator_loss, arguments, name) for name in ("w", "a"))


def score_oracle(x, W_1, b_1, w_2):
    """Case by case."""
    def score(x):
        x_1 = x @ W_1 + b_1
        return sum(w * (value if value > 0 else 0.2 * value) for w, value in zip(w_2, x_1))

    return np.array([score(row) for row in x]), np.array([slopes(score, {"x": row}, "x") for row in x])


def generator_loss(z, A, m, w, a):
    return -np.log(logistic((z @ A + m) @ w + a)).mean()


def generator_oracle(z, A, m, w, a, rate):
    arguments = {"z": z, "A": A, "m": m, "w": w, "a": a}
    return tuple(arguments[name] - rate * slopes(generator_loss, arguments, name) for name in ("A", "m"))


def classifier_loss(x, labels, W_1, b_1, W_2, b_2):
    e = np.exp(np.tanh(x @ W_1 + b_1) @ W_2 + b_2)
    return -np.log(e[np.arange(len(x)), labels] / e.sum(axis=1)).mean()


def classifier_oracle(**arguments):
    by_name = [slopes(classifier_loss, arguments, name) for name in ("W_1", "b_1", "W_2", "b_2")]
    return (np.array(classifier_loss(**arguments)), *by_name)


ANSWERS = (4, 14, 10, 19, 3, 8, 17, 13, 2, 12)  # in the handout's list, piece by piece


def names_oracle():
    return tuple(np.array(number) for number in ANSWERS)


# --- the exact means of the pieces that draw, on small instances


def conditionals(W, b, c):
    """p(h given v) (2^D, 2^K) and p(v given h) (2^K, 2^D) of all states, with the states."""
    all_v, all_h = all_states(len(b)), all_states(len(c))
    weights = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T)
    return weights / weights.sum(axis=1, keepdims=True), (weights / weights.sum(axis=0)).T, all_v, all_h


def rows_of(states, all_of_them):
    """Which of all states each row is."""
    return np.array([int(np.flatnonzero((all_of_them == row).all(axis=1))[0]) for row in states])


def small_cd(rng, conventions):
    return {"v_data": draw_bits(rng, 2, 3), **draw_rbm(rng, 3, 2, scale=1.5), "rng": draw_seed(rng)}


def cd_means(v_data, W, b, c):
    """E[CD-1]: the data against one step of the chain later."""
    up, down, all_v, all_h = conditionals(W, b, c)
    p_data = np.bincount(rows_of(v_data, all_v), minlength=len(all_v)) / len(v_data)
    p = p_data - p_data @ up @ down
    mean_h = up @ all_h
    return (all_v * p[:, None]).T @ mean_h, p @ all_v, p @ mean_h


def small_gibbs(rng, conventions):
    return {"v": draw_bits(rng, 2, 3), **draw_rbm(rng, 3, 2), "rng": draw_seed(rng)}


def gibbs_features(h, new_v):
    """h, the new v, their products in each case, and those of two cases, which are independent."""
    return h, new_v, h[:, :, None] * new_v[:, None, :], np.outer(h[0], h[1]), np.outer(new_v[0], new_v[1])


def gibbs_means(v, W, b, c):
    up, down, all_v, all_h = conditionals(W, b, c)
    p_h = up[rows_of(v, all_v)]
    mean_h, mean_v = p_h @ all_h, p_h @ down @ all_v
    pairs = np.einsum("ns,sj,si->nji", p_h, all_h, down @ all_v)
    return mean_h, mean_v, pairs, np.outer(mean_h[0], mean_h[1]), np.outer(mean_v[0], mean_v[1])


def small_negative(rng, conventions):
    return {"v": draw_bits(rng, 2, 3), "k": 2, **draw_rbm(rng, 3, 2, scale=1.5), "rng": draw_seed(rng)}


def negative_means(v, k, W, b, c):
    up, down, all_v, all_h = conditionals(W, b, c)
    p_v = np.linalg.matrix_power(up @ down, k)[rows_of(v, all_v)].mean(axis=0)
    mean_h = up @ all_h
    return (all_v * p_v[:, None]).T @ mean_h, p_v @ all_v, p_v @ mean_h


def small_learn(rng, conventions):
    return {"v_data": draw_bits(rng, 2, 2), **draw_rbm(rng, 2, 2, scale=1.5), "rate": 0.5, "updates": 2,
            "rng": draw_seed(rng)}


def learn_features(W, b, c, chains):
    """The answers, and the products of two chains."""
    return W, b, c, chains, np.outer(chains[0], chains[1])


def learn_means(v_data, W, b, c, rate, updates):
    """After two updates: a sum over where both chains may be after the first one, with the parameters that follow."""
    total: list = [0.0] * 5
    up, down, all_v, all_h = conditionals(W, b, c)
    first = (up @ down)[rows_of(v_data, all_v)]
    for places in itertools.product(range(len(all_v)), repeat=2):
        p = first[0, places[0]] * first[1, places[1]]
        p_h, at = up @ all_h, list(places)
        new = step_of_mean(v_data, np.eye(len(all_v))[at].mean(axis=0), p_h, all_v, W, b, c, rate)
        up_2, down_2, _, _ = conditionals(*new)
        second = (up_2 @ down_2)[at]
        last = step_of_mean(v_data, second.mean(axis=0), up_2 @ all_h, all_v, *new, rate)
        mean_v = second @ all_v
        for i, value in enumerate((*last, mean_v, np.outer(mean_v[0], mean_v[1]))):
            total[i] = total[i] + p * value
    return tuple(total)


def step_of_mean(v_data, p_v, mean_h, all_v, W, b, c, rate):
    """The parameters after an update, where the chains are distributed as p_v (2^D,); mean_h (2^D, K) of each state."""
    p = np.bincount(rows_of(v_data, all_v), minlength=len(all_v)) / len(v_data) - p_v
    return W + rate * (all_v * p[:, None]).T @ mean_h, b + rate * p @ all_v, c + rate * p @ mean_h


# BEGIN PROPERTIES
def differences(f, array):
    """The slope of the number f(array) by each entry of `array`, which is moved up and down by a little."""
    slope = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[place] += 1e-5
        down[place] -= 1e-5
        slope[place] = (f(up) - f(down)) / 2e-5
    return slope


def are_close(found, expected, size=1e-6):
    return np.shape(found) == np.shape(expected) and bool(np.abs(np.asarray(found) - expected).max() < size)


def all_layers(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def small_rbm():
    """W (3, 2), b, c; p(h given v) and p(v given h) of all states, and the states. Its chains mix slowly."""
    W, b, c = np.array([[2.5, 1.5], [1.5, 2.0], [2.0, 2.5]]), np.array([-2.5, -1.5, -2.0]), np.array([-3.0, -3.5])
    all_v, all_h = all_layers(3), all_layers(2)
    weights = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T)
    return W, b, c, weights / weights.sum(axis=1, keepdims=True), (weights / weights.sum(axis=0)).T, all_v, all_h


def property_piece_1(student):
    """piece 1: dx, dW and db are slopes of Σ dy · y, by differences"""
    rng = np.random.default_rng(0)
    x, W, b, dy = (rng.normal(size=shape) for shape in ((5, 4), (4, 4), 4, (5, 4)))
    _, dx, dW, db = student.residual(x, W, b, dy)
    by_x = differences(lambda x: np.sum(dy * student.residual(x, W, b, dy)[0]), x)
    by_W = differences(lambda W: np.sum(dy * student.residual(x, W, b, dy)[0]), W)
    by_b = differences(lambda b: np.sum(dy * student.residual(x, W, b, dy)[0]), b)
    return None if are_close(dx, by_x) and are_close(dW, by_W) and are_close(db, by_b) else "they are not"


def property_piece_2(student):
    """piece 2: exp(-F) is the sum of exp(-E) over h, and F is a number wherever E is"""
    W, b, c, _, _, all_v, all_h = small_rbm()
    sums = np.exp((all_v @ b)[:, None] + all_h @ c + all_v @ W @ all_h.T).sum(axis=1)
    with np.errstate(all="ignore"):
        far = student.free_energy(all_v, 5000 * W, b, c)
    right = are_close(np.exp(-np.asarray(student.free_energy(all_v, W, b, c))) / sums, np.ones(8))
    return None if right and are_close(far, 5000 * -(all_v @ W).sum(axis=1), 100) else "it is not"


def property_piece_3(student):
    """piece 3: a small step takes w and a down the slope of L_D, by differences"""
    rng = np.random.default_rng(1)
    x_real, x_fake, w = rng.normal(size=(5, 3)) + 1, rng.normal(size=(4, 3)), rng.normal(size=3)

    def L_D(w, a):
        return np.logaddexp(0, -(x_real @ w + a)).mean() + np.logaddexp(0, x_fake @ w + a).mean()

    new_w, new_a = student.discriminator_step(x_real, x_fake, w, 0.3, 0.01)
    by_w = differences(lambda w: L_D(w, 0.3), w)
    by_a = differences(lambda a: L_D(w, a), np.array(0.3))
    return None if are_close(new_w, w - 0.01 * by_w) and are_close(new_a, 0.3 - 0.01 * by_a) else "it does not"


def property_piece_4(student):
    """piece 4: over many cases dW, db and dc are their exact means, by a sum over all states"""
    W, b, c, up, down, all_v, all_h = small_rbm()
    v_data = np.tile(all_v[[1, 6, 6, 2]], (20_000, 1))
    found = student.cd_gradient(v_data, W, b, c, np.random.default_rng(2))
    p_data = np.bincount([1, 6, 6, 2], minlength=8) / 4
    p = p_data - p_data @ up @ down
    mean_h = up @ all_h
    expected = (all_v * p[:, None]).T @ mean_h, p @ all_v, p @ mean_h
    return None if all(are_close(*pair, 0.02) for pair in zip(found, expected)) else "they are not"


def property_piece_5(student):
    """piece 5: over many cases all pairs of an h and a new v are as frequent as they should be"""
    W, b, c, up, down, all_v, all_h = small_rbm()
    h, new_v = student.gibbs_step(np.tile(all_v[3], (20_000, 1)), W, b, c, np.random.default_rng(3))
    which = np.asarray(h) @ [8, 16] + np.asarray(new_v) @ [4, 2, 1]  # the pairs of layers, by a number
    often = np.bincount(which.astype(int), minlength=32).reshape(4, 8)[[0, 2, 1, 3]] / 20_000
    return None if are_close(often, up[3][:, None] * down, 0.02) else "they are not"


def property_piece_6(student):
    """piece 6: the slopes are those of your own score, by differences, and below 0 they are .2"""
    rng = np.random.default_rng(4)
    x, W_1, b_1, w_2 = (rng.normal(size=shape) for shape in ((5, 4), (4, 3), 3, 3))
    _, dx = student.score_and_slope(x, W_1, b_1, w_2)
    by_x = differences(lambda x: np.sum(student.score_and_slope(x, W_1, b_1, w_2)[0]), x)
    one = np.ones((1, 1))
    _, below = student.score_and_slope(-one, one, np.zeros(1), np.ones(1))
    return None if are_close(dx, by_x) and are_close(below, 0.2 * one) else "they are not"


def property_piece_7(student):
    """piece 7: the first update has its exact mean, and at rate 0 many take the chains to the model's distribution"""
    W, b, c, up, down, all_v, all_h = small_rbm()
    v_data = np.tile(all_v[[1, 6, 6, 2]], (20_000, 1))
    new = student.learn(v_data, W, b, c, 0.5, 1, np.random.default_rng(5))[:3]
    p_data = np.bincount([1, 6, 6, 2], minlength=8) / 4
    p, mean_h = p_data - p_data @ up @ down, up @ all_h
    expected = W + 0.5 * (all_v * p[:, None]).T @ mean_h, b + 0.5 * p @ all_v, c + 0.5 * p @ mean_h
    if not all(are_close(*pair, 0.02) for pair in zip(new, expected)):
        return "the first update has another mean"
    p_v = np.exp(all_v @ b) * (1 + np.exp(all_v @ W + c)).prod(axis=1)
    *_, chains = student.learn(np.ones((20_000, 3)), W, b, c, 0.0, 40, np.random.default_rng(5))
    return None if are_close(np.mean(chains, axis=0), p_v @ all_v / p_v.sum(), 0.02) else "they do not get there"


def property_piece_8(student):
    """piece 8: a small step takes A and m down the slope of the non-saturating loss, by differences"""
    rng = np.random.default_rng(6)
    z, A, m, w = (rng.normal(size=shape) for shape in ((5, 3), (3, 4), 4, 4))

    def loss(A, m):
        return np.logaddexp(0, -((z @ A + m) @ w + 0.3)).mean()

    new_A, new_m = student.generator_step(z, A, m, w, 0.3, 0.01)
    by_A = differences(lambda A: loss(A, m), A)
    by_m = differences(lambda m: loss(A, m), m)
    return None if are_close(new_A, A - 0.01 * by_A) and are_close(new_m, m - 0.01 * by_m) else "it does not"


def property_piece_9(student):
    """piece 9: over many chains the averages are their exact means, by a sum over all states"""
    W, b, c, up, down, all_v, all_h = small_rbm()
    found = student.negative_phase(np.tile(all_v[7], (40_000, 1)), 2, W, b, c, np.random.default_rng(8))
    p = np.linalg.matrix_power(up @ down, 2)[7]
    mean_h = up @ all_h
    expected = (all_v * p[:, None]).T @ mean_h, p @ all_v, p @ mean_h
    return None if all(are_close(*pair, 0.01) for pair in zip(found, expected)) else "they are not"


def property_piece_10(student):
    """piece 10: the gradient is that of its own loss, by differences"""
    rng = np.random.default_rng(9)
    x, W_1, b_1, W_2, b_2 = (rng.normal(size=shape) for shape in ((6, 4), (4, 5), 5, (5, 3), 3))
    labels = np.array([0, 1, 2, 2, 1, 0])
    _, *found = student.classifier_gradient(x, labels, W_1, b_1, W_2, b_2)
    arrays = [W_1, b_1, W_2, b_2]
    for i, array in enumerate(arrays):
        def loss(moved, i=i):
            return student.classifier_gradient(x, labels, *arrays[:i], moved, *arrays[i + 1 :])[0]

        if not are_close(found[i], differences(loss, array)):
            return "it is not"
    return None


def property_names(student):
    """names_of_the_bugs gives ten numbers of the list, no two the same"""
    numbers = [int(number) for number in student.names_of_the_bugs()]
    if len(numbers) != 10 or len(set(numbers)) != 10 or not all(1 <= number <= 20 for number in numbers):
        return f"got {numbers}"
    return None
# END PROPERTIES


# --- the mistakes, as edits of the solution: first the bug

RESIDUAL_MISTAKES = (
    Edit(31, "active = inputs > 0", "active = x > 0"),
    Edit(31, "active = inputs > 0", "active = x + np.maximum(inputs, 0) > 0"),
    Edit(31, "active = inputs > 0", "active = dy > 0"),
    Edit(10, "d_inputs.sum(axis=0)", "d_inputs.sum()"),
    Edit(11, "d_inputs @ W.T", "d_inputs @ W"),
    Edit(11, "x.T @ d_inputs", "d_inputs.T @ x"),
    Edit(27, "x.T @ d_inputs\n    db = d_inputs.sum(axis=0)",
         "x.T @ d_inputs / len(x)\n    db = d_inputs.mean(axis=0)"),
    Edit(30, "d_inputs.sum(axis=0)", "d_inputs.sum(axis=1)"),
    Edit(67, "dx = dy + d_inputs @ W.T", "dx = d_inputs @ W.T"),
)
FREE_ENERGY_MISTAKES = (
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))"),
    Edit(2, "-(visible_part + hidden_part)", "visible_part - hidden_part"),
    Edit(4, "v @ W + c", "v @ W"),
    Edit(5, "-(visible_part + hidden_part)", "-hidden_part"),
    Edit(80, "np.logaddexp(0, x)", "np.log(1 + np.exp(np.clip(x, -500, 500)))"),
    Edit(80, "np.logaddexp(0, x)", "np.log(1 + np.exp(np.minimum(x, 700)))"),
    Edit(80, "np.logaddexp(0, x)", "np.log(1 + np.exp(np.minimum(x, 709)))"),
    Edit(80, "np.logaddexp(0, x)", "np.log(1 + np.exp(np.minimum(x, 100)))"),
    Edit(80, "np.logaddexp(0, x)", "np.log(1 + np.exp(np.minimum(x, 50)))"),
)
DISCRIMINATOR_MISTAKES = (
    Edit(33, "np.repeat([1.0, 0.0]", "np.repeat([0.0, 1.0]"),
    Edit(8, "    ds =", "    weights = np.ones(len(x))\n    ds ="),
    Edit(27, "    ds =", "    weights = weights**2\n    ds ="),
    Edit(29, "(sigmoid(x @ w + a) - targets)",
         "(sigmoid(x @ w + a) - targets) * sigmoid(x @ w + a) * (1 - sigmoid(x @ w + a))"),
    Edit(69, "w - rate * dw, a - rate * da", "w + rate * dw, a + rate * da"),
)
CD_MISTAKES = (
    Edit(9, "(v_data.T @ p_data - v.T @ p_model) / len(v_data)", "v_data.T @ p_data - v.T @ p_model"),
    Edit(6, "return dW, db, dc", "return -dW, -db, -dc"),
    Edit(8, "    return", "    dW, db, dc = len(v) * dW, len(v) * db, len(v) * dc\n    return"),
    Edit(10, "return dW, db, dc", "return dW, db.sum(), dc.sum()"),
    Edit(11, "return dW, db, dc", "return dW.T, db, dc"),
    Edit(16, "h @ W.T", "p_data @ W.T"),
    Edit(17, "p_model = sigmoid(v @ W + c)", "p_model = h"),
    Edit(19, "p_model = sigmoid(v @ W + c)", "p_model = p_data"),
    Edit(27, "    return", "    dW, db, dc = dW / len(v), db / len(v), dc / len(v)\n    return"),
    Edit(27, "    return", "    db, dc = db / len(v), dc / len(v)\n    return"),
)
GIBBS_MISTAKES = (
    Edit(15, "rng.random((N, D)) < p_v", "rng.random(D) < p_v"),
    Edit(12, "rng.random((N, D)) < p_v", "0.5 < p_v"),
    Edit(13, "rng.random((N, D)) < p_v", "rng.random((N, D)) > p_v"),
    Edit(14, "rng.random((N, D))", "rng.standard_normal((N, D))"),
    Edit(15, "rng.random((N, D)) < p_v", "rng.random((N, 1)) < p_v"),
    Edit(15, "rng.random((N, K)) < p_h", "rng.random(K) < p_h"),
    Edit(16, "b + h @ W.T", "b + p_h @ W.T"),
    Edit(23, "    p_v =", "    rng = np.random.default_rng(0)\n    p_v ="),
)
BETWEEN = "    s = a @ w_2\n\n    da = np.tile(w_2, (len(x), 1))\n"
SCORE_MISTAKES = (
    Edit(40, "1.0, 0.2)", "1.0, 0.01)"),
    Edit(40, f"x_1, 0.2 * x_1)\n{BETWEEN}    dx_1 = np.where(x_1 > 0, 1.0, 0.2)",
         f"x_1, 0.01 * x_1)\n{BETWEEN}    dx_1 = np.where(x_1 > 0, 1.0, 0.01)"),
    Edit(40, "1.0, 0.2)", "1.0, 0.0)"),
    Edit(11, "dx_1 @ W_1.T", "dx_1 @ W_1"),
    Edit(31, "np.where(x_1 > 0, 1.0", "np.where(da > 0, 1.0"),
)
LEARN_MISTAKES = (
    Edit(24, "    v = v_data\n    for _ in range(updates):\n", "    for _ in range(updates):\n        v = v_data\n"),
    Edit(6, "W + rate * (", "W - rate * ("),
    Edit(8, "N = len(v_data)", "N = 1"),
    Edit(16, "sigmoid(h @ W.T + b)", "sigmoid(p_h @ W.T + b)"),
    Edit(17, "p_model = sigmoid(v @ W + c)", "p_model = p_h"),
    Edit(17, "p_model = sigmoid(v @ W + c)", "p_model = h"),
    Edit(20, "range(updates)", "range(updates - 1)"),
    Edit(25, "W = W + rate * (v_data.T @ p_data - v.T @ p_model) / N",
         "W += rate * (v_data.T @ p_data - v.T @ p_model) / N"),
)
GENERATOR_MISTAKES = (
    Edit(34, "(p_real - 1) / len(z)", "-p_real / len(z)"),
    Edit(8, "(p_real - 1) / len(z)", "p_real - 1"),
    Edit(27, "(p_real - 1) / len(z)", "(p_real - 1) / len(z)**2"),
    Edit(29, "(p_real - 1) / len(z)", "(p_real - 1) * p_real * (1 - p_real) / len(z)"),
    Edit(33, "(p_real - 1) / len(z)", "p_real / len(z)"),
    Edit(69, "A - rate * dA, m - rate * dm", "A + rate * dA, m + rate * dm"),
)
NEGATIVE_MISTAKES = (
    Edit(17, "    p_h = sigmoid(v @ W + c)\n    vh", "    vh"),
    Edit(17, "    p_h = sigmoid(v @ W + c)\n    vh", "    p_h = h\n    vh"),
    Edit(8, "    vh = v.T @ p_h / len(v)", "    vh = v.T @ p_h"),
    Edit(16, "sigmoid(h @ W.T + b)", "sigmoid(p_h @ W.T + b)"),
    Edit(20, "range(k)", "range(k - 1)"),
    Edit(21, "range(k)", "range(k + 1)"),
)
CLASSIFIER_MISTAKES = (
    Edit(30, "x.T @ dx_1, dx_1.sum(axis=0)", "x.T @ dx_1, dx_1.sum(axis=1)"),
    Edit(8, "ds /= len(x)", "ds /= 1"),
    Edit(10, "x.T @ dx_1, dx_1.sum(axis=0)", "x.T @ dx_1, dx_1.sum()"),
    Edit(11, "ds @ W_2.T", "ds @ W_2"),
    Edit(27, "x.T @ dx_1, dx_1.sum(axis=0)", "x.T @ dx_1, dx_1.mean(axis=0)"),
    Edit(27, "ds /= len(x)", "ds /= len(x)**2"),
    Edit(29, "ds /= len(x)", "ds *= np.exp(log_p) * (1 - np.exp(log_p)) / len(x)"),
)


def piece(function, hours, lesson, equation, draw, expected, answers, mistakes, hints, statistics=None):
    return Task(function, 1, hours, lesson, equation, draw, expected, answers, hints, mistakes, statistics=statistics,
                in_parts=False, is_broken=True)


GRADIENT = ("dW", "db", "dc")

ASSIGNMENT = Assignment(
    title="find the bug",
    after="31",
    tasks=(
        piece("residual", 0.4, "20", "20.1", residual_instance, residual_oracle, ("y", "dx", "dW", "db"),
              RESIDUAL_MISTAKES,
              ("Which of the four answers are wrong? Differences say.", "Take one case of one number, by hand.")),
        piece("free_energy", 0.25, "07", "7.2", free_energy_instance, free_energy_oracle, ("F",), FREE_ENERGY_MISTAKES,
              ("Compare with the sum over all h: when is it right, and when not?",
               "Multiply W and c by 100, and once more.")),
        piece("discriminator_step", 0.4, "31", "31.1", discriminator_instance, discriminator_oracle, ("w", "a"),
              DISCRIMINATOR_MISTAKES,
              ("Does L_D fall when the step is small?", "Take one real case and one fake one, and w = 0.")),
        piece("cd_gradient", 0.4, "09", "9.1", cd_instance, None, GRADIENT, CD_MISTAKES,
              ("Give it each case twice: what should change?", "Look at the sizes of dW, db and dc, side by side."),
              Statistics(small_cd, cd_means)),
        piece("gibbs_step", 0.4, "07", "7.6", gibbs_instance, None, ("h", "new_v"), GIBBS_MISTAKES,
              ("Give it a thousand copies of a case, and look at the columns of what comes back.",
               "How many random numbers does a step need?"),
              Statistics(small_gibbs, gibbs_means, gibbs_features)),
        piece("score_and_slope", 0.4, "20", "20.5", score_instance, score_oracle, ("s", "the slopes"), SCORE_MISTAKES,
              ("For which cases do differences agree with it?", "Which units are right in it, and which are not?")),
        piece("learn", 0.5, "11", "11.1", learn_instance, None, ("W", "b", "c", "chains"), LEARN_MISTAKES,
              ("With a rate of 0 nothing is learnt. Where are the chains after 1, 10, 100 updates?",
               "Follow one chain through two updates on paper."),
              Statistics(small_learn, learn_means, learn_features)),
        piece("generator_step", 0.4, "31", "31.4", generator_instance, generator_oracle, ("A", "m"), GENERATOR_MISTAKES,
              ("Which case moves G most: one that D takes for real, or one that it does not?",
               "Write the loss down, and its slope by the logit.")),
        piece("negative_phase", 0.4, "09", "9.2", negative_instance, None, ("vh", "mean_v", "mean_h"),
              NEGATIVE_MISTAKES,
              ("Which of the three averages are wrong?", "Write down, for k = 1, what each name holds at the end."),
              Statistics(small_negative, negative_means)),
        piece("classifier_gradient", 0.25, "20", "20.10", classifier_instance, classifier_oracle,
              ("loss", "dW_1", "db_1", "dW_2", "db_2"), CLASSIFIER_MISTAKES,
              ("Take as many cases as hidden units, then one more.", "Look at the shapes.")),
        Task("names_of_the_bugs", 10, 0.7, "21", "21.5", no_instance, names_oracle,
             tuple(f"piece {number}" for number in range(1, 11)), instances=1, is_choice=True,
             hints=("Mend a piece first. Then look at what you changed, and say it in words.",)),
    ),
)
