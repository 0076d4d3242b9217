"""Assignment 3: instances, oracles, points and mistakes."""
from types import SimpleNamespace

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.foundation.optimizers import SGD, Adam
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.neural import (
    MLP,
    Affine,
    BatchNorm,
    LeakyReLU,
    Linear,
    mlp_backward,
    mlp_forward,
    softmax_cross_entropy,
)

# --- instances


def draw_sizes(rng, number, last=2):
    """Seven sizes, all different; alike in the last instance, where a wrong axis raises no error."""
    return [6] * 7 if number == last else [int(size) for size in rng.permutation([4, 5, 6, 7, 8, 9, 3])]


def scattered(rng, *shape):
    """Numbers of either sign, none of which is near 0."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.2, 2.0, size=shape)


def affine_instance(rng, conventions, number):
    N, D, K, *_ = draw_sizes(rng, number)
    return {"x": rng.normal(size=(N, D)), "W": rng.normal(size=(D, K)), "b": rng.normal(size=K),
            "dy": rng.normal(size=(N, K))}


def leaky_instance(rng, conventions, number):
    """One entry is 0, where the kink is."""
    N, K, *_ = draw_sizes(rng, number)
    x = scattered(rng, N, K)
    x[1, 2] = 0
    return {"x": x, "slope": float(rng.uniform(0.25, 0.6))}


def leaky_backward_instance(rng, conventions, number):
    arguments = leaky_instance(rng, conventions, number)
    return {**arguments, "dy": scattered(rng, *arguments["x"].shape)}


def draw_batch(rng, N, K):
    """Columns of different means and sizes; the last but one is constant."""
    x = 2 * rng.normal(size=K) + rng.uniform(0.5, 3, size=K) * rng.normal(size=(N, K))
    x[:, -2] = 1.25
    return x


def batch_norm_instance(rng, conventions, number):
    N, K, *_ = draw_sizes(rng, number, last=3)
    return {"x": draw_batch(rng, N, K), "gamma": scattered(rng, K), "beta": scattered(rng, K),
            "running_mean": scattered(rng, K), "running_variance": rng.uniform(0.5, 3, size=K),
            "epsilon": float(rng.uniform(0.02, 0.2)), "keep": float(rng.uniform(0.7, 0.95)), "training": number != 2}


def batch_norm_backward_instance(rng, conventions, number):
    N, K, *_ = draw_sizes(rng, number)
    return {"x": draw_batch(rng, N, K), "gamma": scattered(rng, K), "epsilon": float(rng.uniform(0.02, 0.2)),
            "dy": scattered(rng, N, K)}


def binary_instance(rng, conventions, number):
    """The targets are 0, 1 and numbers between. Two logits are so large that p is 0 or 1: both below 0, both above, one
    of each; so that what overflows on one side alone is told from what rounds p.
    """
    N = 6 + number
    t = np.array([0.0, 1.0, 1.0, 0.0, 0.9, *rng.choice([0.0, 0.1, 1.0], size=N - 5)])
    s = np.array([*rng.uniform(750, 900, size=2), *scattered(rng, N - 2)])
    s[:2] *= ((-1, -1), (1, 1), (1, -1))[number]
    return {"s": s, "t": t}


def softmax_instance(rng, conventions, number):
    """Rows of ordinary logits, one of them far up and one far down, and one whose label has no chance. In the second
    instance the highest class does not occur.
    """
    N, C, *_ = draw_sizes(rng, number)
    N, C = max(N, 5), max(C, 4)
    s = scattered(rng, N, C)
    labels = rng.integers(C - 1, size=N)
    labels[-1] = C - 2 if number == 1 else C - 1
    s[0] += 900
    s[1] -= 900
    s[2, labels[2]] -= 800
    return {"s": s, "labels": labels}


SHAPES = {"W_1": "DH", "gamma": "H", "beta": "H", "W_2": "HL", "b_2": "L", "W_3": "LC", "b_3": "C"}


def network_instance(rng, conventions, number):
    """No unit's input is near the kink, where single precision could tell the sides apart differently."""
    N, D, H, L, C, *_ = draw_sizes(rng, number)
    N, H = max(N, 5), max(H, 4)
    L = H if number == 1 else L  # a mask from the wrong layer then raises no error
    size = {"D": D, "H": H, "L": L, "C": C}
    while True:
        arguments = {"x": rng.normal(size=(N, D)), "labels": rng.integers(C, size=N)}
        for name, letters in SHAPES.items():
            arguments[name] = 0.8 * scattered(rng, *(size[letter] for letter in letters))
        arguments |= {"slope": float(rng.uniform(0.25, 0.6)), "epsilon": float(rng.uniform(0.02, 0.2))}
        values = network_values(**arguments)
        if min(np.abs(values["y_1"]).min(), np.abs(values["x_2"]).min()) > 5e-3:
            return arguments


def descend_instance(rng, conventions, number):
    """One step first, where what is wrong in a step shows in its own parameter alone."""
    while True:
        arguments = {**network_instance(rng, conventions, number), "rate": float(rng.uniform(0.1, 0.3)),
                     "steps": number + 1}
        if nearest_to_kink(arguments) > 1e-3:
            return arguments


def two_batches_instance(rng, conventions, number):
    """Batches of different sizes in the first instance; then as many cases in both, where what one pass kept is of use
    to the other.
    """
    N, D, H, M, *_ = draw_sizes(rng, number)
    M = M if number == 0 else N
    while True:
        arguments = {"x_high": rng.normal(size=(N, D)), "x_low": rng.normal(size=(M, D)),
                     "W_1": rng.normal(size=(D, H)), "b_1": scattered(rng, H), "W_2": scattered(rng, H, 1),
                     "b_2": scattered(rng, 1), "slope": float(rng.uniform(0.25, 0.6))}
        both = np.vstack([arguments["x_high"], arguments["x_low"]])
        if np.abs(both @ arguments["W_1"] + arguments["b_1"]).min() > 5e-3:
            return arguments


def adam_instance(rng, conventions, number):
    """The first step, which finds running means of 0 and one slope that is 0; later ones; a matrix."""
    K, L, *_ = draw_sizes(rng, number)
    shape = (K, L) if number == 2 else (K,)
    g, mean, square = scattered(rng, *shape), scattered(rng, *shape), rng.uniform(0.1, 2, size=shape)
    if number == 0:
        g[1], mean, square = 0, np.zeros(shape), np.zeros(shape)
    return {"theta": scattered(rng, *shape), "g": g, "mean": mean, "square": square, "t": (1, 4, 9)[number],
            "rate": float(rng.uniform(0.05, 0.2)), "beta_1": float(rng.uniform(0.6, 0.8)),
            "beta_2": float(rng.uniform(0.88, 0.97)), "epsilon": float(rng.uniform(0.05, 0.2))}


# --- oracles: definitions, and slopes by a step into the imaginary, f(x + iε) = f(x) + iε f'(x), which loses no digits

TINY = 1e-30


def slopes(f, arguments, name):
    """∂f/∂(that argument): all its entries are moved at once, each in a copy of its own, which f takes together."""
    array = arguments[name]
    moves = 1j * TINY * np.eye(array.size).reshape(array.size, *array.shape)
    return f(**{**arguments, name: array + moves}).imag.reshape(array.shape) / TINY


def as_row(b):
    """b (..., K) as (..., 1, K), to be added to each case."""
    return np.asarray(b)[..., None, :]


def added_up(terms):
    return terms.sum(axis=(-2, -1))


def affine_value(x, W, b, dy):
    return added_up(dy * (x @ W + as_row(b)))


def affine_oracle(x, W, b, dy):
    arguments = {"x": x, "W": W, "b": b, "dy": dy}
    return tuple(slopes(affine_value, arguments, name) for name in ("x", "W", "b"))


def bent(x, slope):
    return np.where(np.real(x) > 0, x, slope * x)


def leaky_oracle(x, slope):
    return (np.array([[value if value > 0 else slope * value for value in row] for row in x]),)


def leaky_backward_oracle(x, slope, dy):
    return (slopes(lambda x, slope: added_up(dy * bent(x, slope)), {"x": x, "slope": slope}, "x"),)


def normed(x, gamma, beta, epsilon):
    """Batch norm in training, from its definition; x (..., N, K)."""
    N = x.shape[-2]
    centred = x - x.sum(axis=-2, keepdims=True) / N
    variance = (centred * centred).sum(axis=-2, keepdims=True) / N
    return as_row(gamma) * centred / np.sqrt(variance + epsilon) + as_row(beta)


def batch_norm_oracle(x, gamma, beta, running_mean, running_variance, epsilon, keep, training):
    """Column by column."""
    y, new_mean, new_variance = np.empty(x.shape), running_mean.copy(), running_variance.copy()
    for k, column in enumerate(x.T):
        mean, variance = running_mean[k], running_variance[k]
        if training:
            mean = sum(column) / len(column)
            variance = sum((value - mean) ** 2 for value in column) / len(column)
            new_mean[k] = keep * running_mean[k] + (1 - keep) * mean
            new_variance[k] = keep * running_variance[k] + (1 - keep) * variance
        for n, value in enumerate(column):
            y[n, k] = gamma[k] * (value - mean) / np.sqrt(variance + epsilon) + beta[k]
    return y, new_mean, new_variance


def batch_norm_backward_oracle(x, gamma, epsilon, dy):
    def value(x, gamma, beta):
        return added_up(dy * normed(x, gamma, beta, epsilon))

    arguments = {"x": x, "gamma": gamma, "beta": np.zeros(len(gamma))}
    return tuple(slopes(value, arguments, name) for name in arguments)


def binary_loss(s, t):
    """The mean of minus log of what was right; s (..., N). log(1 + exp(a)) is a + log(1 + exp(-a)) where a > 0."""
    size = np.where(np.real(s) > 0, s, -s)
    return (np.where(np.real(s) > 0, s, 0) + np.log1p(np.exp(-size)) - t * s).sum(axis=-1) / s.shape[-1]


def binary_oracle(s, t):
    return np.asarray(binary_loss(s, t)), slopes(binary_loss, {"s": s, "t": t}, "s")


def softmax_loss(s, labels):
    """The mean of minus log p of the label; s (..., N, C)."""
    largest = np.real(s).max(axis=-1, keepdims=True)
    log_sums = np.log(np.exp(s - largest).sum(axis=-1)) + largest[..., 0]
    rows = np.arange(s.shape[-2])
    return (log_sums - s[..., rows, labels]).sum(axis=-1) / s.shape[-2]


def softmax_oracle(s, labels):
    return np.asarray(softmax_loss(s, labels)), slopes(softmax_loss, {"s": s, "labels": labels}, "s")


def network_values(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon, **given):
    """{name: value} of the forward pass; where a name is given, with that value and not its own."""
    values = {}

    def keep(name, value):
        values[name] = given.get(name, value)
        return values[name]

    x_1 = keep("x_1", x @ W_1)
    y_1 = keep("y_1", normed(x_1, gamma, beta, epsilon))
    a_1 = keep("a_1", bent(y_1, slope))
    x_2 = keep("x_2", a_1 @ W_2 + as_row(b_2))
    a_2 = keep("a_2", bent(x_2, slope))
    s = keep("s", a_2 @ W_3 + as_row(b_3))
    keep("loss", softmax_loss(s, labels))
    return values


def network_loss(**arguments):
    return network_values(**arguments)["loss"]


FORWARD = ("x_1", "y_1", "a_1", "x_2", "a_2", "s", "loss")
BACKWARD = ("s", "W_3", "b_3", "a_2", "x_2", "W_2", "b_2", "a_1", "y_1", "gamma", "beta", "x_1", "W_1", "x")


def network_forward_oracle(**arguments):
    values = network_values(**arguments)
    return tuple(np.asarray(values[name]) for name in FORWARD)


def network_backward_oracle(**arguments):
    values = network_values(**arguments)
    return tuple(slopes(network_loss, {name: values.get(name), **arguments}, name) for name in BACKWARD)


def as_network(arguments):
    """The network as the library's, in one vector."""
    slope, epsilon = arguments["slope"], arguments["epsilon"]
    n_units = len(arguments["gamma"])
    norm = BatchNorm(arguments["gamma"], arguments["beta"], np.zeros(n_units), np.ones(n_units), epsilon=epsilon)
    layers = (Linear(arguments["W_1"]), norm, LeakyReLU(slope), Affine(arguments["W_2"], arguments["b_2"]),
              LeakyReLU(slope), Affine(arguments["W_3"], arguments["b_3"]))
    return pack(MLP(layers))


def library_steps(arguments):
    """The network after each step, from the one at the start."""
    vector, network = as_network(arguments)
    yield network
    for _ in range(arguments["steps"]):
        s, cache = mlp_forward(network, arguments["x"])
        _, ds = softmax_cross_entropy(s, arguments["labels"])
        _, gradient = mlp_backward(network, cache, ds)
        SGD().step(vector, flatten(gradient), -arguments["rate"])
        yield network


def descend_oracle(**arguments):
    *_, network = library_steps(arguments)
    first, norm, _, second, _, third = network.layers
    return first.W, norm.gamma, norm.beta, second.W, second.b, third.W, third.b


def nearest_to_kink(arguments):
    """How near an input to a leaky ReLU comes to 0, during the steps."""
    nearest = np.inf
    for network in library_steps(arguments):
        x_n = arguments["x"]
        for layer in network.layers:
            if isinstance(layer, LeakyReLU):
                nearest = min(nearest, np.abs(x_n).min())
            x_n, _ = layer.forward(x_n)
    return nearest


def two_batches_loss(x_high, x_low, W_1, b_1, W_2, b_2, slope):
    def score(x):
        return (bent(x @ W_1 + as_row(b_1), slope) @ W_2 + as_row(b_2))[..., 0]

    return binary_loss(score(x_high), 1.0) + binary_loss(score(x_low), 0.0)


def two_batches_oracle(**arguments):
    by_name = [slopes(two_batches_loss, arguments, name) for name in ("W_1", "b_1", "W_2", "b_2")]
    return (np.asarray(two_batches_loss(**arguments)), *by_name)


def adam_oracle(theta, g, mean, square, t, rate, beta_1, beta_2, epsilon):
    vector = theta.ravel().copy()
    adam = Adam(beta_1, beta_2, epsilon, t - 1, mean.ravel().copy(), square.ravel().copy())
    adam.step(vector, g.ravel(), -rate)
    return tuple(one.reshape(theta.shape) for one in (vector, adam.mean, adam.square))


# BEGIN PROPERTIES
def differences(f, array):
    """The slope of the number f() by each entry of `array`, which f uses: moved up and down by a little."""
    slope = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + 1e-5
        up = float(f())
        array[place] = value - 1e-5
        down = float(f())
        array[place] = value
        slope[place] = (up - down) / 2e-5
    return slope


def compare(named, size=1e-6):
    """What is wrong with the first (name, found, expected) that is not alike, by its first such entry, or None."""
    for name, found, expected in named:
        found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
        if found.shape != expected.shape:
            return f"{name}: expected the shape {expected.shape}, got {found.shape}"
        wrong = np.argwhere(~(np.abs(found - expected) < size * max(1, np.abs(expected).max())))
        if len(wrong):
            entry = tuple(int(place) for place in wrong[0])
            one, right = float(found[entry]), float(expected[entry])
            ratio = f", {one / right:.4g} times that" if right and np.isfinite(one) else ""
            return f"{name}{f' at {list(entry)}' if entry else ''}: expected {right:.5g}, got {one:.5g}{ratio}"
    return None


def property_affine(student):
    """affine_backward gives the slopes of Σ dy · (x W + b), by differences"""
    rng = np.random.default_rng(0)
    x, W, b, dy = (rng.normal(size=shape) for shape in ((4, 3), (3, 5), 5, (4, 5)))

    def value():
        return np.sum(dy * (x @ W + b))

    found = student.affine_backward(x, W, b, dy)
    return compare(zip(("dx", "dW", "db"), found, [differences(value, array) for array in (x, W, b)]))


def property_leaky_relu(student):
    """leaky_relu is straight on either side of 0; leaky_relu_backward is its slope, by differences, at 0 as below 0"""
    x = np.array([[0.5, -0.5, 2.0], [-3.0, 1.0, -0.1]])
    dy = np.array([[-1.0, 2.0, 3.0], [-2.0, -1.0, 1.0]])
    for slope in (0.1, 0.45):

        def value():
            return np.sum(dy * student.leaky_relu(x, slope))

        at_0, below = (student.leaky_relu_backward(np.full((2, 3), place), slope, dy) for place in (0.0, -1.0))
        wrong = compare([("leaky_relu / x", student.leaky_relu(x, slope) / x, np.where(x > 0, 1, slope)),
                         ("leaky_relu_backward", student.leaky_relu_backward(x, slope, dy), differences(value, x)),
                         ("leaky_relu_backward where x is 0", at_0, below)])
        if wrong:
            return f"where slope is {slope}, {wrong}"
    return None


@np.errstate(all="ignore")
def property_batch_norm(student):
    """batch_norm: mean and spread of y's columns, how running statistics move; in use each case is alone, none moves"""
    rng = np.random.default_rng(1)
    x, gamma, beta, mean = (rng.normal(size=shape) for shape in ((6, 3), 3, 3, 3))
    variance = np.array([0.5, 1.0, 2.0])
    of_batch = sum((row - x.mean(axis=0)) ** 2 for row in x) / 6
    for epsilon in (0.1, 0.9):
        y, new_mean, new_variance = student.batch_norm(x, gamma, beta, mean, variance, epsilon, 0.75, True)
        wrong = compare([("mean of the columns", np.mean(y, axis=0), beta),
                         ("(variance of y) · (variance of x + epsilon)", np.var(y, axis=0) * (of_batch + epsilon),
                          gamma**2 * of_batch),
                         ("new_running_mean", new_mean, mean + (x.mean(axis=0) - mean) / 4),
                         ("new_running_variance", new_variance, variance + (of_batch - variance) / 4)])
        if wrong:
            return wrong
    y, new_mean, new_variance = student.batch_norm(x, gamma, beta, mean, variance, 0.1, 0.75, False)
    alone, *_ = student.batch_norm(x[2:3], gamma, beta, mean, variance, 0.1, 0.75, False)
    return compare([("y of a case alone in use", alone, np.asarray(y)[2:3]),
                    ("new_running_mean in use", new_mean, mean),
                    ("new_running_variance in use", new_variance, variance)])


@np.errstate(all="ignore")
def property_batch_norm_backward(student):
    """batch_norm_backward gives the slopes of Σ dy · (your batch_norm), by differences, and with x in other units"""
    rng = np.random.default_rng(2)
    x, gamma, beta, dy = (rng.normal(size=shape) for shape in ((5, 3), 3, 3, (5, 3)))
    mean, variance = np.zeros(3), np.ones(3)

    def value():
        y, _, _ = student.batch_norm(x, gamma, beta, mean, variance, 0.1, 0.9, True)
        return np.sum(dy * y)

    found = student.batch_norm_backward(x, gamma, 0.1, dy)
    larger, *_ = student.batch_norm_backward(10 * x, gamma, 100 * 0.1, dy)
    expected = [differences(value, array) for array in (x, gamma, beta)]
    return compare([*zip(("dx", "dgamma", "dbeta"), found, expected),
                    ("10 dx where x is 10 times and epsilon 100 times as large", 10 * np.asarray(larger), found[0])])


@np.errstate(all="ignore")
def property_binary_cross_entropy(student):
    """binary_cross_entropy: log 2 at s = 0, straight in t, and in s far out; ds is its slope, by differences"""
    s, t = np.array([0.3, -1.2, 2.0, 0.7]), np.array([1.0, 0.0, 0.0, 0.9])
    far, t_far = np.array([1000.0, -1000.0]), np.array([0.0, 1.0])
    loss, _ = student.binary_cross_entropy(np.zeros(4), t)
    at_t = [student.binary_cross_entropy(s, np.full(4, target))[0] for target in (0.0, 0.9, 1.0)]
    _, ds = student.binary_cross_entropy(s, t)
    wrong = compare([("the loss at 0", loss, np.log(2)),
                     ("the loss where all t are .9", at_t[1], 0.1 * at_t[0] + 0.9 * at_t[2]),
                     ("ds", ds, differences(lambda: student.binary_cross_entropy(s, t)[0], s))])
    losses = [student.binary_cross_entropy(times * far, t_far)[0] for times in (1, 2)]
    if wrong or not (losses[0] > 0 and losses[1] / losses[0] == 2):
        return wrong or "far from 0 the loss is no straight line"
    _, ds = student.binary_cross_entropy(far, t_far)
    return compare([("ds far from 0", ds, differences(lambda: student.binary_cross_entropy(far, t_far)[0], far))])


@np.errstate(all="ignore")
def property_softmax_cross_entropy(student):
    """softmax_cross_entropy: log C at s = 0, whatever the labels, straight far out; ds is its slope, by differences"""
    s = np.random.default_rng(3).normal(size=(5, 3))
    for labels in (np.array([0, 2, 1, 1, 0]), np.array([0, 1, 1, 1, 0])):  # then none of the last class
        loss, _ = student.softmax_cross_entropy(np.zeros((5, 3)), labels)
        _, ds = student.softmax_cross_entropy(s, labels)
        wrong = compare([("the loss at 0", loss, np.log(3)),
                         ("ds", ds, differences(lambda: student.softmax_cross_entropy(s, labels)[0], s))])
        if wrong:
            return f"{wrong}, with the labels {labels}"
    far, labels = np.array([[1000.0, 0.0], [-1000.0, 0.0]]), np.array([1, 0])
    losses = [student.softmax_cross_entropy(times * far, labels)[0] for times in (1, 2)]
    if not (losses[0] > 0 and losses[1] / losses[0] == 2):
        return "far from 0 the loss is no straight line"
    _, ds = student.softmax_cross_entropy(far, labels)
    return compare([("ds far from 0", ds, differences(lambda: student.softmax_cross_entropy(far, labels)[0], far))])


def small_network():
    """Cases with their labels, and the parameters with the slope and epsilon, of a network of units (4, 5, 3, 2)."""
    rng = np.random.default_rng(4)
    shapes = {"W_1": (4, 5), "gamma": 5, "beta": 5, "W_2": (5, 3), "b_2": 3, "W_3": (3, 2), "b_3": 2}
    x, labels = rng.normal(size=(6, 4)), np.array([0, 1, 1, 0, 1, 0])
    parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return {"x": x, "labels": labels, **parameters, "slope": 0.3, "epsilon": 0.05}, list(shapes)


@np.errstate(all="ignore")
def property_network(student):
    """network_backward gives the slopes of the loss of your network_forward, by differences, from the last on"""
    arguments, _ = small_network()
    order = ("s", "W_3", "b_3", "a_2", "x_2", "W_2", "b_2", "a_1", "y_1", "gamma", "beta", "x_1", "W_1", "x")
    *values, all_loss = student.network_forward(**arguments)
    values = dict(zip(("x_1", "y_1", "a_1", "x_2", "a_2", "s"), [np.array(value, dtype=float) for value in values]))
    bent, the = student.leaky_relu, SimpleNamespace(**arguments)

    def normed(x_1):
        return student.batch_norm(x_1, the.gamma, the.beta, the.beta, the.beta**2, the.epsilon, 0.9, True)[0]

    onward = {"s": lambda s: student.softmax_cross_entropy(s, the.labels)[0]}  # the loss, from that name on
    onward["a_2"] = lambda a_2: onward["s"](a_2 @ the.W_3 + the.b_3)
    onward["x_2"] = lambda x_2: onward["a_2"](bent(x_2, the.slope))
    onward["a_1"] = lambda a_1: onward["x_2"](a_1 @ the.W_2 + the.b_2)
    onward["y_1"] = lambda y_1: onward["a_1"](bent(y_1, the.slope))
    onward["x_1"] = lambda x_1: onward["y_1"](normed(x_1))
    wrong = compare([(f"the loss of network_forward, beside that from its {name} on", all_loss, loss(values[name]))
                     for name, loss in onward.items()])
    found = student.network_backward(**arguments)
    if wrong or len(found) != len(order):
        return wrong or f"expected {len(order)} slopes, got {len(found)}"

    def expected(name):
        if name in onward:
            return differences(lambda: onward[name](values[name]), values[name])
        return differences(lambda: student.network_forward(**arguments)[-1], arguments[name])

    return compare((f"d{name}", one, expected(name)) for name, one in zip(order, found))


@np.errstate(all="ignore")
def property_descend(student):
    """descend: the loss falls; one step goes against the slopes of your network_backward, three are one taken thrice"""
    arguments, names = small_network()
    at_once = student.descend(**arguments, rate=0.07, steps=3)
    slopes, places = student.network_backward(**arguments), (12, 9, 10, 5, 6, 1, 2)
    one_step = student.descend(**arguments, rate=0.07, steps=1)
    after = student.network_forward(**{**arguments, **dict(zip(names, one_step))})[-1]
    if not after < student.network_forward(**arguments)[-1]:
        return "the loss does not fall in one step"
    wrong = compare((f"what {name} has moved by, over minus the rate,", (arguments[name] - found) / 0.07, slopes[place])
                    for name, found, place in zip(names, one_step, places))
    if wrong:
        return f"in one step {wrong}"
    one_by_one = arguments
    for _ in range(3):
        one_by_one = {**one_by_one, **dict(zip(names, student.descend(**one_by_one, rate=0.07, steps=1)))}
    wrong = compare((name, found, one_by_one[name]) for name, found in zip(names, at_once))
    return f"after three steps, {wrong}" if wrong else None


@np.errstate(all="ignore")
def property_two_batches(student):
    """two_batches: each mean is over its own batch, small where s is as asked; its slopes, by differences"""
    rng = np.random.default_rng(5)
    shapes = {"x_high": (5, 3), "x_low": (4, 3), "W_1": (3, 4), "b_1": 4, "W_2": (4, 1), "b_2": 1}
    arguments = {**{name: rng.normal(size=shape) for name, shape in shapes.items()}, "slope": 0.35}
    flat = {**arguments, "W_2": np.zeros((4, 1)), "b_2": np.zeros(1)}
    twice = {**arguments, "x_low": np.repeat(arguments["x_low"], 2, axis=0)}
    one = np.ones((1, 1))
    loss, *found = student.two_batches(**arguments)
    wrong = compare([("the loss where all s are 0", student.two_batches(**flat)[0], 2 * np.log(2)),
                     ("the loss where each case of x_low is there twice", student.two_batches(**twice)[0], loss)])
    if wrong or not student.two_batches(one, -one, one, np.zeros(1), 9 * one, np.zeros(1), 0.35)[0] < 0.1:
        return wrong or "the loss is large where s is high for x_high and low for x_low"
    names = ("W_1", "b_1", "W_2", "b_2")
    expected = [differences(lambda: student.two_batches(**arguments)[0], arguments[name]) for name in names]
    return compare(zip((f"d{name}" for name in names), found, expected))


@np.errstate(all="ignore")
def property_adam(student):
    """adam_step: the same g again moves by the rate times g / (|g| + epsilon); g = 0 leaves beta times a mean"""
    g = np.array([1e-3, -2.0, 500.0, 0.0])
    for beta_1, beta_2, epsilon in ((0.9, 0.999, 1e-12), (0.5, 0.8, 0.1)):
        theta, mean, square = np.ones(4), np.zeros(4), np.zeros(4)
        for t in (1, 2, 3):
            theta, mean, square = student.adam_step(theta, g, mean, square, t, 0.01, beta_1, beta_2, epsilon)
            moved = (1 - np.asarray(theta)) / 0.01
            wrong = compare([("what theta has moved by, over minus the rate,", moved, t * g / (np.abs(g) + epsilon))])
            if wrong:
                return f"after step {t}, with epsilon = {epsilon:g}, {wrong}"
        _, mean, square = student.adam_step(theta, 0 * g, np.ones(4), np.ones(4), 2, 0.01, beta_1, beta_2, epsilon)
        wrong = compare([("mean, was 1, where g is 0", mean, np.full(4, beta_1)),
                         ("square, was 1, where g is 0", square, np.full(4, beta_2))])
        if wrong:
            return wrong
    return None


@np.errstate(all="ignore")
def property_arguments(student):
    """no function changes its arguments"""
    rng = np.random.default_rng(6)
    x, dy, W = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    b, gamma, beta, variance = (rng.uniform(1, 2, size=3) for _ in range(4))
    network, _ = small_network()
    calls = {"affine_backward": (x, W, b, dy), "leaky_relu": (x, 0.3), "leaky_relu_backward": (x, 0.3, dy),
             "batch_norm": (x, gamma, beta, b, variance, 0.1, 0.9, True), "batch_norm_backward": (x, gamma, 0.1, dy),
             "binary_cross_entropy": (b, variance - 1), "softmax_cross_entropy": (x, np.array([0, 2, 1, 1])),
             "network_forward": tuple(network.values()), "network_backward": tuple(network.values()),
             "descend": (*network.values(), 0.1, 2), "two_batches": (x, dy, W, b, W[:, :1], b[:1], 0.3),
             "adam_step": (x, dy, W[[0, 1, 2, 0]], x**2, 3, 0.1, 0.9, 0.99, 1e-8)}
    for name, arguments in calls.items():
        before = [np.copy(one) for one in arguments]
        getattr(student, name)(*arguments)
        if not all(np.array_equal(*pair) for pair in zip(before, arguments)):
            return f"{name} does"
    return None
# END PROPERTIES


# --- the mistakes, as edits of the solution

AFFINE_MISTAKES = (
    Edit(10, "dy.sum(axis=0)", "dy.sum()"),
    Edit(11, "dW = x.T @ dy", "dW = dy.T @ x"),
    Edit(11, "dy @ W.T", "dy @ W"),
    Edit(169, "dW = x.T @ dy\n    db = dy.sum(axis=0)", "dW = x.T @ dy / len(x)\n    db = dy.sum(axis=0) / len(x)"),
    Edit(169, "dW = x.T @ dy\n", "dW = x.T @ dy / len(x)\n"),
    Edit(169, "db = dy.sum(axis=0)", "db = dy.mean(axis=0)"),
    Edit(28, "dx = dy @ W.T", "dx = dy * W"),
    Edit(28, "dW = x.T @ dy", "dW = x * dy"),
    Edit(30, "dy.sum(axis=0)", "dy.sum(axis=1)"),
    Edit(42, "    return dx, dW, db", "    dW[0, -1] = 1.01 * dW[0, -1]\n    return dx, dW, db"),
)
LEAKY_MISTAKES = (
    Edit(25, "return np.where(x > 0, x, slope * x)", "x[x <= 0] *= slope\n    return x"),
    Edit(40, "slope * x)", "0.01 * x)"),
    Edit(40, "slope * x)", "0.2 * x)"),
    Edit(40, "slope * x)", "0 * x)"),
    Edit(40, "slope * x)", "0.1 * x)"),
)
LEAKY_BACKWARD_MISTAKES = (
    Edit(25, "return np.where(x > 0, dy, slope * dy)", "dy[x <= 0] *= slope\n    return dy"),
    Edit(156, "np.where(x > 0", "np.where(x >= 0"),
    Edit(170, "np.where(x > 0", "np.where(dy > 0"),
    Edit(40, "slope * dy)", "0.01 * dy)"),
    Edit(40, "slope * dy)", "0.2 * dy)"),
    Edit(40, "slope * dy)", "0 * dy)"),
    Edit(40, "slope * dy)", "0.1 * dy)"),
)
BATCH_NORM_MISTAKES = (
    Edit(25, "new_mean = keep * running_mean + (1 - keep) * mean",
         "running_mean *= keep\n        running_mean += (1 - keep) * mean\n        new_mean = running_mean"),
    Edit(42, "variance = ((x - mean) ** 2).mean(axis=0)", "variance = x.var(axis=0, ddof=1)"),
    Edit(42, "(1 - keep) * variance", "(1 - keep) * x.var(axis=0, ddof=1)"),
    Edit(61, "np.sqrt(variance + epsilon)", "(np.sqrt(variance) + epsilon)"),
    Edit(61, "np.sqrt(variance + epsilon)", "np.sqrt(variance)"),
    Edit(62, "(x - mean) / np.sqrt(variance + epsilon)", "(x - running_mean) / np.sqrt(running_variance + epsilon)"),
    Edit(62, "np.sqrt(variance + epsilon)", "np.sqrt(running_variance + epsilon)"),
    Edit(62, "(x - mean) / np.sqrt(variance + epsilon)", "(x - new_mean) / np.sqrt(new_variance + epsilon)"),
    Edit(62, "if training:", "if True:"),
    Edit(62, "    x_hat =",
         "    if not training:\n        mean, variance = x.mean(axis=0), x.var(axis=0)\n    x_hat ="),
    Edit(63, "keep * running_mean + (1 - keep) * mean\n        "
         "new_variance = keep * running_variance + (1 - keep) * variance",
         "(1 - keep) * running_mean + keep * mean\n        "
         "new_variance = (1 - keep) * running_variance + keep * variance"),
    Edit(63, "keep * running_mean + (1 - keep) * mean", "(1 - keep) * running_mean + keep * mean"),
    Edit(63, "keep * running_variance + (1 - keep) * variance", "(1 - keep) * running_variance + keep * variance"),
    Edit(64, "        mean = x.mean(axis=0)\n        variance = ((x - mean) ** 2).mean(axis=0)\n",
         "        mean = x.mean(axis=1, keepdims=True)\n"
         "        variance = ((x - mean) ** 2).mean(axis=1, keepdims=True)\n"),
    Edit(150, "np.sqrt(variance + epsilon)", "np.sqrt(variance + 1e-5)"),
    Edit(150, "np.sqrt(variance + epsilon)", "np.sqrt(variance + 1e-3)"),
    Edit(151, "    mean, variance = running", "    keep = 0.9\n    mean, variance = running"),
    Edit(151, "    mean, variance = running", "    keep = 0.99\n    mean, variance = running"),
    Edit(151, "    mean, variance = running", "    keep = 0.1\n    mean, variance = running"),
    Edit(155, "    x_hat =",
         "    if not training:\n        new_mean = keep * running_mean + (1 - keep) * x.mean(axis=0)\n"
         "        new_variance = keep * running_variance + (1 - keep) * x.var(axis=0)\n    x_hat ="),
)
BATCH_NORM_BACKWARD_MISTAKES = (
    Edit(10, "dbeta = dy.sum(axis=0)", "dbeta = dy.sum()"),
    Edit(169, "return dx, dgamma, dbeta", "return dx, dgamma / N, dbeta / N"),
    Edit(169, "return dx, dgamma, dbeta", "return dx, dgamma / N, dbeta"),
    Edit(169, "return dx, dgamma, dbeta", "return dx, dgamma, dbeta / N"),
    Edit(30, "dbeta = dy.sum(axis=0)\n    dgamma = (dy * x_hat).sum(axis=0)",
         "dbeta = dy.sum(axis=1)\n    dgamma = (dy * x_hat).sum(axis=1)"),
    Edit(42, "variance = (centred**2).sum(axis=0) / N", "variance = (centred**2).sum(axis=0) / (N - 1)"),
    Edit(60, "dcentred = dx_hat / r + 2 * dvariance * centred / N\n    dx = dcentred - dcentred.mean(axis=0)",
         "dx = dx_hat / r"),
    Edit(60, "dcentred = dx_hat / r + 2 * dvariance * centred / N", "dcentred = dx_hat / r"),
    Edit(60, "dx = dcentred - dcentred.mean(axis=0)", "dx = dcentred"),
    Edit(61, "np.sqrt(variance + epsilon)", "(np.sqrt(variance) + epsilon)"),
    Edit(61, "np.sqrt(variance + epsilon)", "np.sqrt(variance)"),
    Edit(64, "centred = x - x.mean(axis=0)\n    variance = (centred**2).sum(axis=0) / N",
         "centred = x - x.mean(axis=1, keepdims=True)\n    variance = (centred**2).mean(axis=1, keepdims=True)"),
    Edit(68, "dx_hat = dy * gamma", "dx_hat = dy"),
    Edit(68, "dgamma = (dy * x_hat)", "dgamma = (dy * x)"),
    Edit(68, "dgamma = (dy * x_hat)", "dgamma = (dy * centred)"),
    Edit(150, "np.sqrt(variance + epsilon)", "np.sqrt(variance + 1e-5)"),
    Edit(150, "np.sqrt(variance + epsilon)", "np.sqrt(variance + 1e-3)"),
    Edit(150, "np.sqrt(variance + epsilon)", "np.sqrt(variance + 1e-8)"),
    Edit(152, "* centred / N", "* centred"),
    Edit(152, "dcentred - dcentred.mean(axis=0)", "dcentred - dcentred.sum(axis=0)"),
    Edit(152, "* centred / N\n    dx = dcentred - dcentred.mean(axis=0)",
         "* centred\n    dx = dcentred - dcentred.sum(axis=0)"),
    Edit(153, "dvariance = -(", "dvariance = ("),
    Edit(153, "dcentred - dcentred.mean(axis=0)", "dcentred + dcentred.mean(axis=0)"),
    Edit(154, "/ r + 2 * dvariance", "/ r + dvariance"),
    Edit(154, "(2 * r**2)", "r**2"),
    Edit(154, "(2 * r**2)", "(2 * r)"),
    Edit(154, "(2 * r**2)", "(2 * r**3)"),
)
BINARY_MISTAKES = (
    Edit(3, "np.logaddexp(0, s)", "np.log(1 + np.exp(s))"),
    Edit(3, "np.logaddexp(0, s) - t * s", "np.log(1 + np.exp(-s)) + (1 - t) * s"),
    Edit(8, "(p - t) / N", "p - t"),
    Edit(8, "terms.sum() / N", "terms.sum()"),
    Edit(8, "N = len(s)", "N = 1"),
    Edit(27, "(p - t) / N", "(p - t) / N**2"),
    Edit(29, "(p - t) / N", "(p - t) * p * (1 - p) / N"),
    Edit(37, "terms = np.logaddexp(0, s) - t * s", "terms = -(t * np.log(s) + (1 - t) * np.log(1 - s))"),
    Edit(66, "terms = np.logaddexp(0, s) - t * s",
         "q = 1 / (1 + np.exp(-s))\n    terms = -(t * np.log(q) + (1 - t) * np.log(1 - q))"),
    Edit(66, "terms = np.logaddexp(0, s) - t * s",
         "q = 1 / (1 + np.exp(-s))\n    terms = -(t * np.log(q + 1e-8) + (1 - t) * np.log(1 - q + 1e-8))"),
    Edit(66, "terms = np.logaddexp(0, s) - t * s",
         "q = 1 / (1 + np.exp(-s))\n    terms = -(t * np.log(q + 1e-12) + (1 - t) * np.log(1 - q + 1e-12))"),
    Edit(66, "terms = np.logaddexp(0, s) - t * s",
         "q = np.clip(1 / (1 + np.exp(-s)), 1e-7, 1 - 1e-7)\n    terms = -(t * np.log(q) + (1 - t) * np.log(1 - q))"),
    Edit(66, "terms = np.logaddexp(0, s) - t * s",
         "q = np.clip(1 / (1 + np.exp(-s)), 1e-12, 1 - 1e-12)\n    terms = -(t * np.log(q) + (1 - t) * np.log(1 - q))"),
    Edit(69, "(p - t) / N", "(t - p) / N"),
    Edit(157, "np.logaddexp(0, s) - t * s", "np.where(t == 1, np.logaddexp(0, -s), np.logaddexp(0, s))"),
    Edit(157, "np.logaddexp(0, s) - t * s", "np.where(t > 0.5, np.logaddexp(0, -s), np.logaddexp(0, s))"),
    Edit(157, "    N = len(s)\n", "    N = len(s)\n    t = np.where(t == 1, 1, 0)\n"),
    Edit(157, "    N = len(s)\n", "    N = len(s)\n    t = np.round(t)\n"),
    Edit(171, "0.5 * (1 + np.tanh(0.5 * s))", "np.exp(s) / (1 + np.exp(s))"),
)
SOFTMAX_MISTAKES = (
    Edit(3, "s - s.max(axis=1, keepdims=True)", "s"),
    Edit(8, "(p - right) / N", "p - right"),
    Edit(8, ".sum() / N", ".sum()"),
    Edit(8, "N = len(s)\n    shifted", "N = 1\n    shifted"),
    Edit(27, "(p - right) / N", "(p - right) / N**2"),
    Edit(29, "(p - right) / N", "(p - right) * p * (1 - p) / N"),
    Edit(37, "-log_p[np.arange(N), labels].sum()", "-np.log(s[np.arange(N), labels]).sum()"),
    Edit(64, "    shifted = s - s.max(axis=1, keepdims=True)\n"
         "    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
         "    shifted = s - s.max(axis=0)\n    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))"),
    Edit(160, "s.max(axis=1, keepdims=True)", "s.max()"),
    Edit(66, "-log_p[np.arange(N), labels].sum()", "-np.log(np.exp(log_p[np.arange(N), labels])).sum()"),
    Edit(66, "-log_p[np.arange(N), labels].sum()", "-np.log(np.exp(log_p[np.arange(N), labels]) + 1e-8).sum()"),
    Edit(66, "-log_p[np.arange(N), labels].sum()", "-np.log(np.exp(log_p[np.arange(N), labels]) + 1e-12).sum()"),
    Edit(69, "(p - right) / N", "(right - p) / N"),
    Edit(171, "p = np.exp(log_p)", "p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)"),
    Edit(158, "right = np.zeros(s.shape)", "right = np.zeros((N, labels.max() + 1))"),
    Edit(159, "right[np.arange(N), labels] = 1", "right[:, labels] = 1"),
    Edit(161, ".sum() / N", ".sum() / s.size"),
    Edit(161, "(p - right) / N", "(p - right) / s.size"),
    Edit(161, "    return loss, ds", "    return loss / s.shape[1], ds / s.shape[1]"),
)
NETWORK_FORWARD_MISTAKES = (
    Edit(28, "a_1 @ W_2", "a_1 * W_2"),
    Edit(40, "a_2 = leaky_relu(x_2, slope)", "a_2 = leaky_relu(x_2, 0.2)"),
    Edit(40, "a_2 = leaky_relu(x_2, slope)", "a_2 = np.maximum(x_2, 0)"),
    Edit(62, "none, none, epsilon, 1.0, True", "none, none + 1, epsilon, 1.0, False"),
    Edit(150, "none, none, epsilon,", "none, none, 1e-5,"),
)
RETURN = "return ds, dW_3, db_3, da_2, dx_2, dW_2, db_2, da_1, dy_1, dgamma, dbeta, dx_1, dW_1, dx"


def with_each(text, names, form):
    """The text with each of these names in that form."""
    for name in names:
        text = text.replace(name, form.format(name))
    return text


NETWORK_BACKWARD_MISTAKES = (
    Edit(8, "    da_2, dW_3,", "    ds = len(x) * ds\n    da_2, dW_3,"),
    Edit(10, RETURN, with_each(RETURN, ("db_3", "db_2"), "{}.sum()")),
    Edit(11, RETURN, with_each(RETURN, ("dW_3", "dW_2", "dW_1"), "{}.T")),
    Edit(11, "affine_backward(a_1, W_2, b_2, dx_2)", "affine_backward(a_1, W_2.T, b_2, dx_2)"),
    Edit(27, "    da_2, dW_3,", "    ds = ds / len(x)\n    da_2, dW_3,"),
    Edit(27, RETURN, with_each(RETURN, ("dW_3", "db_3", "dW_2", "db_2", "dgamma", "dbeta", "dW_1"), "{} / len(x)")),
    Edit(27, RETURN, with_each(RETURN, ("dW_3", "dW_2", "dW_1"), "{} / len(x)")),
    Edit(28, "    dx_2 =", "    da_2 = ds * W_3\n    dx_2 ="),
    Edit(29, "    da_2, dW_3,",
         "    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)\n    ds = ds * p * (1 - p)\n    da_2, dW_3,"),
    Edit(30, "    dx_2 =", "    db_3 = ds.sum(axis=1)\n    dx_2 ="),
    Edit(31, "leaky_relu_backward(y_1, slope, da_1)", "leaky_relu_backward(x_1, slope, da_1)"),
    Edit(31, "leaky_relu_backward(x_2, slope, da_2)", "leaky_relu_backward(y_1, slope, da_2)"),
    Edit(31, "leaky_relu_backward(y_1, slope, da_1)", "leaky_relu_backward(x_2, slope, da_1)"),
    Edit(31, "leaky_relu_backward(x_2, slope, da_2)", "leaky_relu_backward(da_2, slope, da_2)"),
    Edit(40, "leaky_relu_backward(x_2, slope, da_2)", "leaky_relu_backward(x_2, 0.2, da_2)"),
    Edit(40, "leaky_relu_backward(x_2, slope, da_2)", "leaky_relu_backward(x_2, 0, da_2)"),
    Edit(42, f"    {RETURN}", f"    dW_2[0, 0] = 1.01 * dW_2[0, 0]\n    {RETURN}"),
    Edit(60, "    dx, dW_1, _ =",
         "    r = np.sqrt(x_1.var(axis=0) + epsilon)\n    dx_1 = dy_1 * gamma / r\n    dx, dW_1, _ ="),
    Edit(68, "batch_norm_backward(x_1, gamma, epsilon, dy_1)",
         "batch_norm_backward(x_1, 1 + 0 * gamma, epsilon, dy_1)"),
    Edit(150, "batch_norm_backward(x_1, gamma, epsilon,", "batch_norm_backward(x_1, gamma, 1e-5,"),
    Edit(162, f"    {RETURN}", f"    da_2 = dx_2\n    {RETURN}"),
    Edit(162, f"    {RETURN}", f"    da_1 = dy_1\n    {RETURN}"),
    Edit(162, f"    {RETURN}", f"    da_2, da_1 = dx_2, dy_1\n    {RETURN}"),
    Edit(163, "batch_norm_backward(x_1,", "batch_norm_backward(y_1,"),
    Edit(163, "affine_backward(a_1, W_2,", "affine_backward(y_1, W_2,"),
    Edit(163, "affine_backward(a_2, W_3,", "affine_backward(x_2, W_3,"),
)
ONE_STEP = """\
        slopes = network_backward(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon)
        _, dW_3, db_3, _, _, dW_2, db_2, _, _, dgamma, dbeta, _, dW_1, _ = slopes
        W_3 = W_3 - rate * dW_3
        b_3 = b_3 - rate * db_3
        W_2 = W_2 - rate * dW_2
        b_2 = b_2 - rate * db_2
        gamma = gamma - rate * dgamma
        beta = beta - rate * dbeta
        W_1 = W_1 - rate * dW_1
"""
LAYER_BY_LAYER = """\
        x_1, y_1, a_1, x_2, a_2, s, _ = network_forward(
            x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon)
        _, ds = softmax_cross_entropy(s, labels)
        W_3 = W_3 - rate * a_2.T @ ds
        b_3 = b_3 - rate * ds.sum(axis=0)
        dx_2 = leaky_relu_backward(x_2, slope, ds @ W_3.T)
        W_2 = W_2 - rate * a_1.T @ dx_2
        b_2 = b_2 - rate * dx_2.sum(axis=0)
        dy_1 = leaky_relu_backward(y_1, slope, dx_2 @ W_2.T)
        dx_1, dgamma, dbeta = batch_norm_backward(x_1, gamma, epsilon, dy_1)
        gamma = gamma - rate * dgamma
        beta = beta - rate * dbeta
        W_1 = W_1 - rate * x.T @ dx_1
"""
GAMMA_FIRST = "        dx_1, dgamma, dbeta = batch_norm_backward(x_1, gamma, epsilon, dy_1)\n"
MOVES = ONE_STEP.splitlines(keepends=True)[2:]
DW_2 = "        W_2 = W_2 - rate * a_1.T @ dx_2\n"
DY_1 = "        dy_1 = leaky_relu_backward(y_1, slope, dx_2 @ W_2.T)\n"
DESCEND_MISTAKES = (
    Edit(25, "W_1 = W_1 - rate * dW_1", "W_1 -= rate * dW_1"),
    Edit(32, ONE_STEP, LAYER_BY_LAYER),
    Edit(32, ONE_STEP, LAYER_BY_LAYER.replace(
        GAMMA_FIRST, f"{GAMMA_FIRST}        "
        "dx_1, _, _ = batch_norm_backward(x_1, gamma - rate * dgamma, epsilon, dy_1)\n")),
    Edit(38, f"    for _ in range(steps):\n{ONE_STEP}",
         "    slopes = [0] * 14\n    for _ in range(steps):\n" + ONE_STEP.replace(
             "slopes = network_backward(", "now = network_backward(", 1).replace(
             "        _, dW_3", "        slopes = [one + more for one, more in zip(slopes, now)]\n        _, dW_3")),
    Edit(32, ONE_STEP, LAYER_BY_LAYER.replace(DY_1, "").replace(DW_2, DY_1 + DW_2)),
    Edit(75, "for _ in range(steps):", "rate = -rate\n    for _ in range(steps):"),
    Edit(102, f"    for _ in range(steps):\n{ONE_STEP}",
         "    slopes = network_backward(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon)\n"
         "    for _ in range(steps):\n" + ONE_STEP.split("\n", 1)[1]),
    Edit(174, "for _ in range(steps):", "for _ in range(1):"),
    *(Edit(164, move, "") for move in MOVES),
    Edit(164, "".join(MOVES[4:6]), ""),
)
BOTH_BATCHES = """\
    s_high, cache_high = score(x_high, W_1, b_1, W_2, b_2, slope)
    s_low, cache_low = score(x_low, W_1, b_1, W_2, b_2, slope)
    loss_high, ds_high = binary_cross_entropy(s_high, np.ones(len(s_high)))
    loss_low, ds_low = binary_cross_entropy(s_low, np.zeros(len(s_low)))
    of_high = score_backward(cache_high, W_1, b_1, W_2, b_2, slope, ds_high)
    of_low = score_backward(cache_low, W_1, b_1, W_2, b_2, slope, ds_low)
    dW_1, db_1, dW_2, db_2 = [high + low for high, low in zip(of_high, of_low)]
    return loss_high + loss_low, dW_1, db_1, dW_2, db_2
"""
ONE_BATCH = """\
    s, cache = score(np.concatenate([x_high, x_low]), W_1, b_1, W_2, b_2, slope)
    loss, ds = binary_cross_entropy(s, np.repeat([1.0, 0.0], [len(x_high), len(x_low)]))
    return loss, *score_backward(cache, W_1, b_1, W_2, b_2, slope, ds)
"""
N_BY_N = BOTH_BATCHES.replace("entropy(s_high,", "entropy(s_high[:, None],").replace(
    "entropy(s_low,", "entropy(s_low[:, None],")
ALL_CASES = "(len(x_high) * loss_high + len(x_low) * loss_low) / (len(x_high) + len(x_low))"
TWO_BATCHES_MISTAKES = (
    Edit(8, "slope, ds_high)\n    of_low = score_backward(cache_low, W_1, b_1, W_2, b_2, slope, ds_low)",
         "slope, len(x_high) * ds_high)\n    "
         "of_low = score_backward(cache_low, W_1, b_1, W_2, b_2, slope, len(x_low) * ds_low)"),
    Edit(10, "return loss_high + loss_low, dW_1, db_1,", "return loss_high + loss_low, dW_1, db_1.sum(),"),
    Edit(27, "slope, ds_high)\n    of_low = score_backward(cache_low, W_1, b_1, W_2, b_2, slope, ds_low)",
         "slope, ds_high / len(x_high))\n    "
         "of_low = score_backward(cache_low, W_1, b_1, W_2, b_2, slope, ds_low / len(x_low))"),
    Edit(31, "leaky_relu_backward(x_1, slope, da)", "leaky_relu_backward(da, slope, da)", "score_backward"),
    Edit(39, "score_backward(cache_high,", "score_backward(cache_low,"),
    Edit(40, "leaky_relu_backward(x_1, slope, da)", "leaky_relu_backward(x_1, 0.2, da)", "score_backward"),
    Edit(40, "leaky_relu_backward(x_1, slope, da)", "leaky_relu_backward(x_1, 0, da)", "score_backward"),
    Edit(67, "[high + low for", "[low for"),
    Edit(67, "[high + low for", "[high for"),
    Edit(69, "[high + low for", "[high - low for"),
    Edit(136, BOTH_BATCHES, ONE_BATCH),
    Edit(136, "return loss_high + loss_low,", f"return {ALL_CASES},"),
    Edit(136, BOTH_BATCHES, ONE_BATCH.replace("return loss", "return 2 * loss").replace(" ds)", " 2 * ds)")),
    Edit(136, BOTH_BATCHES, ONE_BATCH.replace("return loss", "return 2 * loss")),
    Edit(136, BOTH_BATCHES, ONE_BATCH.replace("slope, ds)", "slope, 2 * ds)")),
    Edit(165, "np.ones(len(s_high)))\n    loss_low, ds_low = binary_cross_entropy(s_low, np.zeros(len(s_low)))",
         "np.zeros(len(s_high)))\n    loss_low, ds_low = binary_cross_entropy(s_low, np.ones(len(s_low)))"),
    Edit(166, "[high + low for high, low in zip(of_high, of_low)]\n    return loss_high + loss_low,",
         "[(high + low) / 2 for high, low in zip(of_high, of_low)]\n    return (loss_high + loss_low) / 2,"),
    Edit(166, "return loss_high + loss_low,", "return (loss_high + loss_low) / 2,"),
    Edit(166, "[high + low for", "[(high + low) / 2 for"),
    *(Edit(172, BOTH_BATCHES, N_BY_N.replace("ds_high)\n    of", f"ds_high.{over}(axis=1))\n    of").replace(
        "ds_low)\n    dW", f"ds_low.{over}(axis=1))\n    dW")) for over in ("sum", "mean")),
)
ADAM_MISTAKES = (
    Edit(25, "mean = beta_1 * mean + (1 - beta_1) * g", "mean *= beta_1\n    mean += (1 - beta_1) * g"),
    Edit(61, "(np.sqrt(square_right) + epsilon)", "np.sqrt(square_right + epsilon)"),
    Edit(61, "(np.sqrt(square_right) + epsilon)", "np.sqrt(square_right)"),
    Edit(63, "mean = beta_1 * mean + (1 - beta_1) * g\n    square = beta_2 * square + (1 - beta_2) * g**2",
         "mean = (1 - beta_1) * mean + beta_1 * g\n    square = (1 - beta_2) * square + beta_2 * g**2"),
    Edit(65, "mean / (1 - beta_1**t)\n    square_right = square / (1 - beta_2**t)", "mean\n    square_right = square"),
    Edit(65, "mean / (1 - beta_1**t)", "mean"),
    Edit(65, "square / (1 - beta_2**t)", "square"),
    Edit(65, "    mean_right", "    t = t + 1\n    mean_right"),
    Edit(65, "    mean_right", "    t = t - 1\n    mean_right"),
    Edit(65, "(1 - beta_1**t)\n    square_right = square / (1 - beta_2**t)",
         "(1 - beta_1)\n    square_right = square / (1 - beta_2)"),
    Edit(75, "theta - rate", "theta + rate"),
    Edit(167, "return theta, mean, square", "return theta, mean_right, square_right"),
    Edit(150, "(np.sqrt(square_right) + epsilon)", "(np.sqrt(square_right) + 1e-8)"),
    Edit(173, "mean = beta_1 * mean + (1 - beta_1) * g\n    square = beta_2 * square + (1 - beta_2) * g**2",
         "mean = beta_2 * mean + (1 - beta_2) * g\n    square = beta_1 * square + (1 - beta_1) * g**2"),
    Edit(173, "    mean = beta_1", "    beta_1, beta_2 = beta_2, beta_1\n    mean = beta_1"),
    Edit(173, "    mean = beta_1", "    beta_1, beta_2 = 0.9, 0.999\n    mean = beta_1"),
    Edit(168, "(np.sqrt(square_right) + epsilon)", "((np.sqrt(square) + epsilon) / np.sqrt(1 - beta_2**t))"),
)

ASSIGNMENT = Assignment(
    title="backpropagation, each slope by its name",
    after="22",
    tasks=(
        Task("affine_backward", 2, 0.25, "20", "20.2", affine_instance, affine_oracle, ("dx", "dW", "db"),
             mistakes=AFFINE_MISTAKES,
             hints=("Write y_nk as a sum, and ask for each number of x, W and b into which y it goes.",
                    "Shapes leave little choice: (N, K) and (D, K) make (N, D), (N, D) and (N, K) make (D, K).")),
        Task("leaky_relu", 1, 0.25, "20", "20.5", leaky_instance, leaky_oracle, mistakes=LEAKY_MISTAKES,
             hints=("np.where chooses entry by entry.",
                    "The slope is the argument, and the x of the caller stays as it is.")),
        Task("leaky_relu_backward", 1, 0.25, "20", "20.5", leaky_backward_instance, leaky_backward_oracle, ("dx",),
             mistakes=LEAKY_BACKWARD_MISTAKES,
             hints=("dx is dy times the slope of the function at x: 1 or `slope`.",
                    "It is x, not dy, that says on which side of the kink an entry is.")),
        Task("batch_norm", 2, 0.5, "22", "22.4", batch_norm_instance, batch_norm_oracle,
             ("y", "new_running_mean", "new_running_variance"), instances=4, mistakes=BATCH_NORM_MISTAKES,
             hints=("Mean and variance of each column: axis=0.",
                    "Take them from the batch or from the running ones first; the line for y is then the same.",
                    "The running ones are weighted by keep, those of the batch by 1 - keep.")),
        Task("batch_norm_backward", 3, 0.75, "22", "22.5", batch_norm_backward_instance, batch_norm_backward_oracle,
             ("dx", "dgamma", "dbeta"), mistakes=BATCH_NORM_BACKWARD_MISTAKES,
             hints=("gamma and beta serve all cases: sums over rows. What stands beside gamma in y?",
                    "Three ways lead from x to y: through x - mean on top, through the variance, through the mean. "
                    "Mean and variance are means over N, so what goes back through them to each case has 1/N in it.",
                    "Leave one of the three ways out in forward and backward alike, and compare by differences: so you "
                    "see which one is wrong. At the end dx has the mean 0 in every column.")),
        Task("binary_cross_entropy", 2, 0.5, "20", "20.7", binary_instance, binary_oracle, ("loss", "ds"),
             mistakes=BINARY_MISTAKES,
             hints=("Put log σ(s) = s - log(1 + exp(s)) and log(1 - σ(s)) = -log(1 + exp(s)) into the loss.",
                    "log(exp(a) + exp(b)) without overflow is np.logaddexp(a, b).",
                    "The slope of log(1 + exp(s)) is σ(s). No slope of σ is left.")),
        Task("softmax_cross_entropy", 2, 0.25, "20", "20.9", softmax_instance, softmax_oracle, ("loss", "ds"),
             mistakes=SOFTMAX_MISTAKES,
             hints=("log p_k = s_k - log Σ_j exp(s_j): never take exp and then log of a single p.",
                    "Take the largest logit of each row out of all its logits first: p stays as it is.",
                    "p[np.arange(N), labels] are the entries of the labels.")),
        Task("network_forward", 1, 0.25, "20", "20.10", network_instance, network_forward_oracle, FORWARD,
             mistakes=NETWORK_FORWARD_MISTAKES,
             hints=("One line a name, with your functions from above.",
                    "batch_norm wants running statistics: give it any, and leave what comes back of them.")),
        Task("network_backward", 7, 0.5, "20", "20.10", network_instance, network_backward_oracle,
             tuple(f"d{name}" for name in BACKWARD), mistakes=NETWORK_BACKWARD_MISTAKES,
             hints=("Run network_forward first: the way back needs what it made.",
                    "Take the lines of the forward pass from last to first; each is one of your backward functions.",
                    "Each activation's mask is that of its own input: x_2 for a_2, y_1 for a_1.")),
        Task("descend", 1, 0.25, "20", "20.11", descend_instance, descend_oracle, tuple(SHAPES),
             mistakes=DESCEND_MISTAKES,
             hints=("Call network_backward once in each step, and only then change parameters, all seven of them.",
                    "W_1 -= ... writes into the array of the caller; W_1 = W_1 - ... makes a new one.")),
        Task("two_batches", 1, 0.5, "20", "20.1", two_batches_instance, two_batches_oracle,
             ("loss", "dW_1", "db_1", "dW_2", "db_2"), mistakes=TWO_BATCHES_MISTAKES,
             hints=("Each mean is over its own batch: a forward pass, a loss and a pass back for each.",
                    "s is (N, 1), and s[:, 0] is (N,), as binary_cross_entropy wants it; ds[:, None] is (N, 1) again.",
                    "A parameter that serves both batches is a fork: its slopes add up.")),
        Task("adam_step", 2, 0.25, "22", "22.10", adam_instance, adam_oracle, ("theta", "mean", "square"),
             mistakes=ADAM_MISTAKES,
             hints=("The means that come back are not put right; those in the step are.",
                    "1 - beta_1**t and 1 - beta_2**t, with t as it is given.",
                    "np.sqrt(...) + epsilon, not the root of the sum.")),
    ),
)
