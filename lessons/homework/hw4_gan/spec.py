"""Assignment 4: instances, oracles, mistakes and points."""
import itertools
from types import SimpleNamespace

import numpy as np

from numpy_dgm.adversarial import NonSaturating, Saturating
from numpy_dgm.adversarial.objectives import cross_entropy
from numpy_dgm.course.tasks import Assignment, Edit, Seed, Task

USUAL = SimpleNamespace(activation="tanh", slope=0.2, target=1.0)


def draw_player(rng, n_inputs, n_hidden, n_outputs):
    """Arrays of which no entry is 0, with which few units are saturated."""
    W_1 = rng.normal(size=(n_inputs, n_hidden)) / np.sqrt(n_inputs)
    W_2 = rng.normal(size=(n_hidden, n_outputs)) / np.sqrt(n_hidden)
    return W_1, 0.5 * rng.normal(size=n_hidden), W_2, 0.5 * rng.normal(size=n_outputs)


def draw_sizes(rng, number):
    """N, M, D, L, H of G and H of D: all different; N = M in the second instance, all alike in the third one."""
    if number == 2:
        return (5, 5, 5, 5, 5, 5)
    N, M, D, L, H_G, H_D = (int(n) for n in rng.permutation([2, 3, 4, 5, 6, 7]))
    return (N, N, D, L, H_G, H_D) if number == 1 else (N, M, D, L, H_G, H_D)


def draw_logits(rng, n, number):
    """Of either sign; in the first instance some are so large that exp overflows."""
    s = 2 * rng.normal(size=(n, 1))
    if number == 0:
        s[:2] = [[800.0], [-900.0]]
    return s


def d_loss_instance(rng, conventions, number):
    N, M = (5, 5) if number == 2 else (int(n) for n in rng.permutation([3, 4, 5, 6])[:2])
    return {"s_real": draw_logits(rng, N, number), "s_fake": draw_logits(rng, M, number), "conventions": conventions}


def g_loss_instance(rng, conventions, number):
    """Both kinds with ordinary logits and both with large ones."""
    s_fake = draw_logits(rng, int(rng.integers(4, 8)), number // 2)
    return {"s_fake": s_fake, "kind": ("saturating", "non-saturating")[number % 2]}


def generate_instance(rng, conventions, number):
    _, M, D, L, H, _ = draw_sizes(rng, number)
    return {"z": rng.normal(size=(M, L)), "theta_G": draw_player(rng, L, H, D), "conventions": conventions}


def logits_instance(rng, conventions, number):
    N, _, D, _, _, H = draw_sizes(rng, number)
    return {"x": rng.normal(size=(N, D)), "theta_D": draw_player(rng, D, H, 1), "conventions": conventions}


def d_gradient_instance(rng, conventions, number):
    N, M, D, _, _, H = draw_sizes(rng, number)
    return {"x_real": rng.normal(size=(N, D)), "x_fake": rng.normal(size=(M, D)),
            "theta_D": draw_player(rng, D, H, 1), "conventions": conventions}


def g_gradient_instance(rng, conventions, number):
    _, M, D, L, H_G, H_D = draw_sizes(rng, number % 3)
    return {"z": rng.normal(size=(M, L)), "theta_G": draw_player(rng, L, H_G, D),
            "theta_D": draw_player(rng, D, H_D, 1), "kind": ("non-saturating", "saturating")[number % 2],
            "conventions": conventions}


def r1_instance(rng, conventions, number):
    N, _, D, _, _, H = draw_sizes(rng, number)
    return {"x_real": rng.normal(size=(N, D)), "theta_D": draw_player(rng, D, H, 1),
            "gamma": float(rng.uniform(0.5, 3.0)), "conventions": conventions}


def round_instance(rng, conventions, number):
    """Two steps of D, in which the players move by some tenths."""
    N, M, D, L, H_G, H_D = draw_sizes(rng, number)
    S = 2
    return {"x_real": rng.normal(size=(S, N, D)), "z_D": rng.normal(size=(S, M, L)), "z_G": rng.normal(size=(M, L)),
            "theta_G": draw_player(rng, L, H_G, D), "theta_D": draw_player(rng, D, H_D, 1),
            "rate": float(rng.uniform(0.1, 0.3)), "gamma": float(rng.uniform(0.5, 1.0)), "conventions": conventions}


# --- oracles: the losses by their definitions, and slopes by a step in the imaginary direction, f(θ + iε) = f + iε f'


def d_loss_oracle(s_real, s_fake, conventions):
    """By the library's cross-entropy."""
    of_real, ds_real = cross_entropy(s_real, conventions.target)
    of_fake, ds_fake = cross_entropy(s_fake, 0.0)
    return of_real + of_fake, ds_real, ds_fake


def g_loss_oracle(s_fake, kind):
    objective = Saturating() if kind == "saturating" else NonSaturating()
    return objective.generator_loss(s_fake)


def player_by_unit(x, theta, activation):
    """What comes out of a player, hidden unit by hidden unit."""
    W_1, b_1, W_2, b_2 = theta
    out = b_2 + np.zeros((len(x), 1))
    for j in range(len(b_1)):
        y = x @ W_1[:, j] + b_1[j]
        out = out + activation(y)[:, None] * W_2[j]
    return out


def leaky_of(conventions):
    return lambda y: y * np.where(np.real(y) > 0, 1, conventions.slope)


def curved_of(conventions):
    return np.tanh if conventions.activation == "tanh" else lambda y: np.log(1 + np.exp(y))


def generate_oracle(z, theta_G, conventions):
    return (player_by_unit(z, theta_G, leaky_of(conventions)),)


def logits_oracle(x, theta_D, conventions):
    return (player_by_unit(x, theta_D, curved_of(conventions)),)


def slopes_of(loss, theta):
    """∂loss(theta)/∂theta, entry by entry: no difference is taken, so that nothing is lost, and no kink is crossed."""
    slopes = []
    for place, array in enumerate(theta):
        slope = np.zeros(array.shape)
        for entry in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[entry] += 1e-30j
            slope[entry] = loss((*theta[:place], moved, *theta[place + 1 :])).imag / 1e-30
        slopes.append(slope)
    return tuple(slopes)


def log_D(s):
    return -np.log(1 + np.exp(-s))


def log_not_D(s):
    return -np.log(1 + np.exp(s))


def d_gradient_oracle(x_real, x_fake, theta_D, conventions):
    def L_D(theta):
        s_real = player_by_unit(x_real, theta, curved_of(conventions))
        s_fake = player_by_unit(x_fake, theta, curved_of(conventions))
        t = conventions.target
        return -np.mean(t * log_D(s_real) + (1 - t) * log_not_D(s_real)) - np.mean(log_not_D(s_fake))

    return slopes_of(L_D, theta_D)


def g_gradient_oracle(z, theta_G, theta_D, kind, conventions):
    def L_G(theta):
        x_fake = player_by_unit(z, theta, leaky_of(conventions))
        s = player_by_unit(x_fake, theta_D, curved_of(conventions))
        return np.mean(log_not_D(s)) if kind == "saturating" else -np.mean(log_D(s))

    return slopes_of(L_G, theta_G)


def slopes_by_input(x, theta, conventions, step=2e-3):
    """g (N, D): differences of s, over four places for each number of a case, all at once."""
    N, D = x.shape
    places = step * np.array([-2, -1, 1, 2])[:, None, None, None] * np.eye(D)[:, None, :]  # (4, D, 1, D)
    s = player_by_unit((x + places).reshape(-1, D), theta, curved_of(conventions)).reshape(4, D, N)
    return ((8 * (s[2] - s[1]) - (s[3] - s[0])) / (12 * step)).T


def r1_oracle(x_real, theta_D, gamma, conventions):
    def penalty(theta):
        g = slopes_by_input(x_real, theta, conventions)
        return gamma / 2 * (g**2).sum(axis=1).mean()

    return penalty(theta_D), *slopes_of(penalty, theta_D)


def round_oracle(x_real, z_D, z_G, theta_G, theta_D, rate, gamma, conventions):
    """The steps, each by those slopes."""
    for x, z in zip(x_real, z_D):
        [x_fake] = generate_oracle(z, theta_G, conventions)
        of_loss = d_gradient_oracle(x, x_fake, theta_D, conventions)
        of_penalty = r1_oracle(x, theta_D, gamma, conventions)[1:]
        theta_D = tuple(array - rate * one - rate * other for array, one, other in zip(theta_D, of_loss, of_penalty))
    of_G = g_gradient_oracle(z_G, theta_G, theta_D, "non-saturating", conventions)
    return *(array - rate * slope for array, slope in zip(theta_G, of_G)), *theta_D


def ring_of(angle):
    """The eight centres (8, 2), the first one at that angle."""
    angles = angle + 2 * np.pi * np.arange(8) / 8
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def angle_of(x_data):
    """The angle of a ring's cases, up to 45 degrees: eight times it is the same for all Gaussians."""
    return np.angle(np.mean((x_data[:, 0] + 1j * x_data[:, 1]) ** 8)) / 8


def train_instance(rng, conventions, number):
    """A ring that is turned by some angle, so that a generator made by hand does not fit."""
    modes = rng.integers(8, size=1_000)
    x_data = ring_of(rng.uniform(0, np.pi / 4))[modes] + 0.06 * rng.normal(size=(1_000, 2))
    return {"x_data": x_data, "conventions": USUAL, "rng": Seed(int(rng.integers(2**31)))}


def judge_training(arguments, answers):
    """None where the generator's cases are where the data are."""
    W_1, b_1, W_2, b_2 = answers
    if W_1.ndim != 2 or not W_1.size or W_1.shape[0] > 1_000 or W_1.shape[1] > 10_000:
        return f"expected W_1 of the shape (L, H), got {W_1.shape}"
    H = W_1.shape[1]
    if b_1.shape != (H,) or W_2.shape != (H, 2) or b_2.shape != (2,):
        shapes = f"{b_1.shape}, {W_2.shape} and {b_2.shape}"
        return f"expected b_1, W_2 and b_2 of the shapes ({H},), ({H}, 2) and (2,), got {shapes}"
    if not all(np.isfinite(array).all() and np.abs(array).max() < 1e6 for array in answers):
        return "the parameters are not finite, or far too large: is the rate too large, or a sign wrong?"
    z = np.random.default_rng(arguments["rng"].number).standard_normal((2_000, len(W_1)))
    y = z @ W_1 + b_1
    x = np.where(y > 0, y, USUAL.slope * y) @ W_2 + b_2
    centres = ring_of(angle_of(arguments["x_data"]))
    distance = np.linalg.norm(x[:, None] - centres, axis=2)  # (2000, 8)
    near = (distance < 0.2).mean(axis=0)
    if near.sum() < 0.6:
        return f"{near.sum():.0%} of the cases lie within .2 of a centre, expected at least 60 %"
    if near.min() < 0.02:
        lost = np.flatnonzero(near < 0.02)
        at = ", ".join(f"({place[0]:.2f}, {place[1]:.2f})" for place in centres[lost])
        return f"{len(lost)} of the eight Gaussians have fewer than 2 % of the cases: {at}"
    return None


# BEGIN PROPERTIES
def small_players(seed, activation, slope, target, N=4, M=3, D=2, L=3, H=5):
    """Players, cases, noise and conventions."""
    rng = np.random.default_rng(seed)
    theta_G = tuple(rng.normal(size=shape) for shape in ((L, H), H, (H, D), D))
    theta_D = tuple(rng.normal(size=shape) for shape in ((D, H), H, (H, 1), 1))
    conventions = SimpleNamespace(activation=activation, slope=slope, target=target)
    return theta_G, theta_D, rng.normal(size=(N, D)), rng.normal(size=(M, L)), conventions


GAMES = ((1, "tanh", 0.2, 1.0), (2, "softplus", 0.1, 0.9), (3, "tanh", 0.3, 0.9))
GRADIENT = ("dW_1", "db_1", "dW_2", "db_2")


def differences(loss, theta):
    """∂loss(theta)/∂theta by moving each entry up and down."""
    slopes = []
    for place, array in enumerate(theta):
        slope = np.zeros(array.shape)
        for entry in np.ndindex(array.shape):
            values = []
            for step in (1e-3, -1e-3):
                moved = array.copy()
                moved[entry] += step
                values.append(loss((*theta[:place], moved, *theta[place + 1 :])))
            slope[entry] = (values[0] - values[1]) / 2e-3
        slopes.append(slope)
    return slopes


def compare(found, slopes):
    """What is wrong with a gradient, or None."""
    for name, one, slope in zip(GRADIENT, found, slopes):
        if np.shape(one) != slope.shape:
            return f"{name}: expected the shape {slope.shape}, got {np.shape(one)}"
        if not np.allclose(one, slope, atol=1e-3, rtol=1e-3):
            return f"{name} is not"
    return None


def property_losses(student):
    """ds_real, ds_fake and G's ds_fake are the slopes of your own losses, finite for logits of 1,000"""
    s_real, s_fake = np.array([[0.5], [-1.2], [2.0]]), np.array([[-0.3], [1.7]])
    large = np.array([[1_000.0], [-1_000.0]])
    for *_, conventions in (small_players(*game) for game in GAMES):

        def L_D(both):
            return student.discriminator_loss(*both, conventions)[0]

        _, *found = student.discriminator_loss(s_real, s_fake, conventions)
        for one, slope in zip(found, differences(L_D, (s_real, s_fake))):
            if np.shape(one) != slope.shape or not np.allclose(one, slope, atol=1e-3):
                return "those of D are not"
        with np.errstate(all="ignore"):
            if not all(np.isfinite(one).all() for one in student.discriminator_loss(large, large, conventions)):
                return "that of D is not finite there"
    for kind in ("saturating", "non-saturating"):

        def L_G(alone):
            return student.generator_loss(*alone, kind)[0]

        _, found = student.generator_loss(s_fake, kind)
        [slope] = differences(L_G, (s_fake,))
        if np.shape(found) != slope.shape or not np.allclose(found, slope, atol=1e-3):
            return f"that of G is not, {kind}"
        with np.errstate(all="ignore"):
            if not all(np.isfinite(one).all() for one in student.generator_loss(large, kind)):
                return f"that of G is not finite there, {kind}"
    return None


def property_values(student):
    """where D says 1/2 of all, L_D is 2 log 2, L_ns log 2 and L_sat -log 2; who fools D has the smaller loss"""
    conventions = SimpleNamespace(activation="tanh", slope=0.2, target=1.0)
    zeros = np.zeros((3, 1))
    if not np.isclose(student.discriminator_loss(zeros, zeros[:2], conventions)[0], 2 * np.log(2)):
        return "L_D is not"
    for kind, value in (("non-saturating", np.log(2)), ("saturating", -np.log(2))):
        if not np.isclose(student.generator_loss(zeros, kind)[0], value):
            return f"G's loss is not, {kind}"
        if student.generator_loss(zeros + 1, kind)[0] >= value:
            return f"G's loss grows with the logits, {kind}"
    if student.discriminator_loss(zeros + 1, zeros[:2] - 1, conventions)[0] >= 2 * np.log(2):
        return "a D that is right has the larger loss"
    return None


def property_forward(student):
    """generate and logits treat each row by itself, and give the shapes (M, D) and (N, 1)"""
    for theta_G, theta_D, x_real, z, conventions in (small_players(*game) for game in GAMES):
        x_fake, s = student.generate(z, theta_G, conventions), student.logits(x_real, theta_D, conventions)
        if np.shape(x_fake) != (3, 2) or np.shape(s) != (4, 1):
            return f"got {np.shape(x_fake)} and {np.shape(s)}"
        if not np.allclose(student.generate(z[1:2], theta_G, conventions), x_fake[1:2]):
            return "generate does not"
        if not np.allclose(student.logits(x_real[1:2], theta_D, conventions), s[1:2]):
            return "logits does not"
    return None


def property_d_gradient(student):
    """discriminator_gradient is the gradient of your own L_D of your own logits"""
    for theta_G, theta_D, x_real, z, conventions in (small_players(*game) for game in GAMES):
        x_fake = z[:, :2]

        def L_D(theta):
            s_real, s_fake = student.logits(x_real, theta, conventions), student.logits(x_fake, theta, conventions)
            return student.discriminator_loss(s_real, s_fake, conventions)[0]

        found = student.discriminator_gradient(x_real, x_fake, theta_D, conventions)
        wrong = compare(found, differences(L_D, theta_D))
        if wrong:
            return wrong
    return None


def property_g_gradient(student):
    """generator_gradient is the gradient of your own loss of your own logits of your own cases"""
    for theta_G, theta_D, _, z, conventions in (small_players(*game) for game in GAMES):
        for kind in ("saturating", "non-saturating"):

            def L_G(theta):
                s_fake = student.logits(student.generate(z, theta, conventions), theta_D, conventions)
                return student.generator_loss(s_fake, kind)[0]

            wrong = compare(student.generator_gradient(z, theta_G, theta_D, kind, conventions),
                            differences(L_G, theta_G))
            if wrong:
                return f"{kind}: {wrong}"
    return None


def property_r1(student):
    """r1_gradient is the gradient of its own penalty, and that is R1, by differences of your own logits"""
    for theta_G, theta_D, x_real, _, conventions in (small_players(*game) for game in GAMES):

        def penalty(theta):
            return student.r1_gradient(x_real, theta, 1.5, conventions)[0]

        squares = 0.0
        for place in np.eye(2) * 1e-3:
            up, down = (student.logits(x_real + move, theta_D, conventions) for move in (place, -place))
            squares += np.sum(((up - down) / 2e-3) ** 2)
        value, *found = student.r1_gradient(x_real, theta_D, 1.5, conventions)
        if not np.isclose(value, 0.75 * squares / 4, rtol=1e-3):
            return "the penalty is not"
        wrong = compare(found, differences(penalty, theta_D))
        if wrong:
            return wrong
    return None


def property_round(student):
    """play_round changes no argument, moves G and D, and nobody where the rate is 0"""
    for theta_G, theta_D, x_real, z, conventions in (small_players(*game) for game in GAMES):
        before = [array.copy() for array in (*theta_G, *theta_D)]
        for rate in (0.1, 0.0):
            after = student.play_round(x_real[None], z[None], z, theta_G, theta_D, rate, 0.5, conventions)
            if not all(np.array_equal(one, other) for one, other in zip((*theta_G, *theta_D), before)):
                return "an argument is another one afterwards"
            if [np.shape(one) for one in after] != [one.shape for one in before]:
                return "the eight arrays have other shapes than theta_G and theta_D"
            if any(np.allclose(one, other) != (rate == 0) for one, other in zip(after, before)):
                return f"not so where the rate is {rate}"
    return None


def property_ring(student):
    """train makes cases of which at least 60 % lie within .2 of a centre, and 2 % at each"""
    rng = np.random.default_rng(0)
    angles = 2 * np.pi * np.arange(8) / 8
    centres = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    x_data = centres[rng.integers(8, size=1_000)] + 0.06 * rng.normal(size=(1_000, 2))
    conventions = SimpleNamespace(activation="tanh", slope=0.2, target=1.0)
    theta_G = student.train(x_data, conventions, np.random.default_rng(1))
    x = student.generate(rng.standard_normal((2_000, len(theta_G[0]))), theta_G, conventions)
    near = (np.linalg.norm(x[:, None] - centres, axis=2) < 0.2).mean(axis=0)
    if near.sum() < 0.6 or near.min() < 0.02:
        return f"{near.sum():.0%} of all, and {near.min():.1%} at one of them"
    return None
# END PROPERTIES


# --- the mistakes, as edits of the solution

AT_THE_OUTPUT = Edit(77, """        slope = 1 - np.tanh(y) ** 2
        curve = -2 * a * slope
    else:
        a = softplus(y)
        slope = sigmoid(y)
""", """        slope = 1 - np.tanh(a) ** 2
        curve = -2 * a * slope
    else:
        a = softplus(y)
        slope = sigmoid(a)
""", "forward_D")
ONE_WRONG_ENTRY = "    dW_1[0, 0] *= 1.5\n"
D_LOSS_MISTAKES = (
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))", "softplus"),
    Edit(3, "0.5 * (1 + np.tanh(0.5 * x))", "np.exp(x) / (1 + np.exp(x))", "sigmoid"),
    Edit(8, "N, M = len(s_real), len(s_fake)", "N, M = 1, 1"),
    Edit(8, "return loss, ds_real, ds_fake", "return loss, N * ds_real, M * ds_fake"),
    Edit(27, "return loss, ds_real, ds_fake", "return loss, ds_real / N, ds_fake / M"),
    Edit(29, "return loss,", "ds_real = ds_real * sigmoid(s_real) * (1 - sigmoid(s_real))\n"
         "    ds_fake = ds_fake * sigmoid(s_fake) * (1 - sigmoid(s_fake))\n    return loss,"),
    Edit(33, """    of_real = softplus(s_real) - conventions.target * s_real
    of_fake = softplus(s_fake)
    loss = of_real.sum() / N + of_fake.sum() / M
    ds_real = (sigmoid(s_real) - conventions.target) / N
    ds_fake = sigmoid(s_fake) / M
""", """    of_real = softplus(s_real)
    of_fake = softplus(s_fake) - conventions.target * s_fake
    loss = of_real.sum() / N + of_fake.sum() / M
    ds_real = sigmoid(s_real) / N
    ds_fake = (sigmoid(s_fake) - conventions.target) / M
"""),
    Edit(37, "loss = of_real.sum() / N + of_fake.sum() / M",
         "t = conventions.target\n    loss = -np.mean(t * np.log(s_real) + (1 - t) * np.log(1 - s_real))"
         " - np.mean(np.log(1 - s_fake))"),
    Edit(42, "N, M = len(s_real), len(s_fake)", "N, M = len(s_real) - 1, len(s_fake) - 1"),
    Edit(70, "return loss, ds_real, ds_fake", "return loss / 2, ds_real / 2, ds_fake / 2"),
    Edit(70, "N, M = len(s_real), len(s_fake)", "N = M = len(s_real) + len(s_fake)"),
    Edit(75, "return loss, ds_real, ds_fake", "return loss, -ds_real, -ds_fake"),
)
G_LOSS_MISTAKES = (
    Edit(3, "np.logaddexp(0, x)", "np.log(1 + np.exp(x))", "softplus"),
    Edit(3, "0.5 * (1 + np.tanh(0.5 * x))", "np.exp(x) / (1 + np.exp(x))", "sigmoid"),
    Edit(8, "M = len(s_fake)", "M = 1"),
    Edit(8, "return loss, ds_fake", "return loss, M * ds_fake"),
    Edit(27, "return loss, ds_fake", "return loss, ds_fake / M"),
    Edit(29, "return loss,", "ds_fake = ds_fake * sigmoid(s_fake) * (1 - sigmoid(s_fake))\n    return loss,"),
    Edit(34, 'kind == "saturating"', 'kind != "saturating"'),
    Edit(34, 'kind == "saturating"', "True"),
    Edit(34, 'kind == "saturating"', "False"),
    Edit(37, "    return loss,",
         '    loss = np.mean(np.log(1 - s_fake)) if kind == "saturating" else -np.mean(np.log(s_fake))\n'
         "    return loss,"),
    Edit(42, "M = len(s_fake)", "M = len(s_fake) - 1"),
    Edit(75, "return loss, ds_fake", "return loss, -ds_fake"),
    Edit(76, "    return loss,",
         "    loss, ds_fake = softplus(s_fake).sum() / M, sigmoid(s_fake) / M\n    return loss,"),
)
GENERATE_MISTAKES = (
    Edit(11, "z @ W_1", "z @ W_1.T", "forward_G"),
    Edit(28, "z @ W_1", "z * W_1", "forward_G"),
    Edit(28, "a @ W_2", "a * W_2", "forward_G"),
    Edit(40, "np.where(y > 0, y, conventions.slope * y)", "np.where(y > 0, y, 0.01 * y)", "forward_G"),
    Edit(40, "np.where(y > 0, y, conventions.slope * y)", "np.where(y > 0, y, 0.0)", "forward_G"),
)
LOGITS_MISTAKES = (
    Edit(11, "x @ W_1", "x @ W_1.T", "forward_D"),
    Edit(28, "x @ W_1", "x * W_1", "forward_D"),
    Edit(28, "a @ W_2", "a * W_2", "forward_D"),
    Edit(79, "return s", "return sigmoid(s)"),
)
OF_BACKWARD = (  # of either player
    Edit(10, "db_2 = dy.sum(axis=0)", "db_2 = dy.sum()", "backward"),
    Edit(10, "db_1 = dhidden.sum(axis=0)", "db_1 = dhidden.sum()", "backward"),
    Edit(30, "db_1 = dhidden.sum(axis=0)", "db_1 = dhidden.sum(axis=1)", "backward"),
    Edit(42, "    dx = dhidden", f"{ONE_WRONG_ENTRY}    dx = dhidden", "backward"),
    AT_THE_OUTPUT,
)
D_GRADIENT_MISTAKES = (
    *OF_BACKWARD,
    Edit(28, "a.T @ dy", "a.T * dy", "backward"),
    Edit(8, "    _, of_real", "    ds_real, ds_fake = len(x_real) * ds_real, len(x_fake) * ds_fake\n    _, of_real"),
    Edit(27, "    _, of_real", "    ds_real, ds_fake = ds_real / len(x_real), ds_fake / len(x_fake)\n    _, of_real"),
    Edit(29, "    _, of_real", "    ds_real = ds_real * sigmoid(s_real) * (1 - sigmoid(s_real))\n"
         "    ds_fake = ds_fake * sigmoid(s_fake) * (1 - sigmoid(s_fake))\n    _, of_real"),
    Edit(30, "db_2 = dy.sum(axis=0)", "db_2 = dy.sum(axis=1)", "backward"),
    Edit(33, "_, ds_real, ds_fake = discriminator_loss(s_real, s_fake, conventions)",
         "_, ds_fake, ds_real = discriminator_loss(s_fake, s_real, conventions)"),
    Edit(39, "backward(theta_D, x_real, a_real, slope_real, ds_real)",
         "backward(theta_D, x_fake, a_fake, slope_fake, ds_real)"),
    Edit(39, "backward(theta_D, x_real, a_real, slope_real, ds_real)",
         "backward(theta_D, x_real, a_fake, slope_fake, ds_real)"),
    Edit(42, "    _, of_real", "    ds_real = ds_real * len(x_real) / (len(x_real) - 1)\n"
         "    ds_fake = ds_fake * len(x_fake) / (len(x_fake) - 1)\n    _, of_real"),
    Edit(70, "one + other", "(one + other) / 2"),
    Edit(75, "one + other", "-one - other"),
)
G_GRADIENT_MISTAKES = (
    *OF_BACKWARD,
    Edit(8, "    dx, _", "    ds = len(z) * ds\n    dx, _"),
    Edit(27, "    dx, _", "    ds = ds / len(z)\n    dx, _"),
    Edit(29, "    dx, _", "    ds = ds * sigmoid(s_fake) * (1 - sigmoid(s_fake))\n    dx, _"),
    Edit(28, "dx = dhidden @ W_1.T", "dx = dhidden * W_1.T", "backward"),
    Edit(28, "(dy @ W_2.T)", "(dy * W_2.T)", "backward"),
    Edit(30, "db_2 = dy.sum(axis=0)", "db_2 = dy.sum(axis=1)", "backward"),
    Edit(34, "generator_loss(s_fake, kind)",
         'generator_loss(s_fake, "saturating" if kind == "non-saturating" else "non-saturating")'),
    Edit(34, "generator_loss(s_fake, kind)", 'generator_loss(s_fake, "saturating")'),
    Edit(34, "generator_loss(s_fake, kind)", 'generator_loss(s_fake, "non-saturating")'),
    Edit(36, "    dx, _ = backward(theta_D, x_fake, a_D, slope_D, ds)\n", "    _, dx = generator_loss(x_fake, kind)\n"),
    Edit(40, "slope = np.where(y > 0, 1.0, conventions.slope)", "slope = np.where(y > 0, 1.0, 0.01)", "forward_G"),
    Edit(40, "slope = np.where(y > 0, 1.0, conventions.slope)", "slope = np.where(y > 0, 1.0, 0.0)", "forward_G"),
    Edit(42, "    dx, _", "    ds = ds * len(z) / (len(z) - 1)\n    dx, _"),
    Edit(75, "return gradient", "return tuple(-slope for slope in gradient)"),
    Edit(76, "_, ds = generator_loss(s_fake, kind)", "ds = sigmoid(s_fake) / len(z)"),
)
R1_MISTAKES = (
    Edit(8, "N = len(x_real)", "N = 1"),
    Edit(8, "u_g = gamma * g / N", "u_g = gamma * g"),
    Edit(10, "db_1 = extra_y.sum(axis=0)", "db_1 = extra_y.sum()"),
    Edit(11, "u_g.T @ d_y", "d_y.T @ u_g"),
    Edit(27, "u_g = gamma * g / N", "u_g = gamma * g / N / N"),
    Edit(30, "db_1 = extra_y.sum(axis=0)", "db_1 = extra_y.sum(axis=1)"),
    Edit(41, "extra_y = u_y * d_a * curve", "extra_y = 0 * u_y"),
    Edit(42, "N = len(x_real)", "N = len(x_real) - 1"),
    Edit(42, "    db_1", f"{ONE_WRONG_ENTRY}    db_1"),
    Edit(72, "gamma / 2 *", "gamma *"),
    Edit(72, "u_g = gamma * g / N", "u_g = gamma / 2 * g / N"),
    Edit(72, "u_g = gamma * g / N", "u_g = 2 * gamma * g / N"),
    Edit(72, "N = len(x_real)", "gamma = 2 * gamma\n    N = len(x_real)"),
    Edit(73, "N = len(x_real)", "N = x_real.size"),
    Edit(73, "penalty = gamma / 2 * (g**2).sum() / N", "penalty = gamma / 2 * np.linalg.norm(g, axis=1).sum() / N"),
    AT_THE_OUTPUT,
    Edit(78, "u_y * d_a * curve", "-u_y * d_a * curve"),
    Edit(78, "u_y * d_a * curve", "u_y * d_y * curve"),
    Edit(78, "db_1 = extra_y.sum(axis=0)", "db_1 = np.zeros_like(b_1)"),
)
D_STEPS = """    for x, z in zip(x_real, z_D):
        x_fake = generate(z, theta_G, conventions)
        of_loss = discriminator_gradient(x, x_fake, theta_D, conventions)
        _, *of_penalty = r1_gradient(x, theta_D, gamma, conventions)
        gradient = [one + other for one, other in zip(of_loss, of_penalty)]
        theta_D = descend(theta_D, gradient, rate)
"""
G_GRADIENT = """    gradient = generator_gradient(z_G, theta_G, theta_D, "non-saturating", conventions)
"""
ROUND_MISTAKES = (
    Edit(25, "return tuple(array - rate * slope for array, slope in zip(theta, gradient))",
         "for array, slope in zip(theta, gradient):\n        array -= rate * slope\n    return theta", "descend"),
    Edit(34, '"non-saturating"', '"saturating"'),
    Edit(35, "    theta_G = descend(theta_G, gradient, rate)\n",
         "    x_fake = generate(z_G, theta_G, conventions)\n"
         "    s, a, slope, _ = forward_D(x_fake, theta_D, conventions)\n"
         '    _, ds = generator_loss(s, "non-saturating")\n    _, of_D = backward(theta_D, x_fake, a, slope, ds)\n'
         "    theta_G = descend(theta_G, gradient, rate)\n    theta_D = descend(theta_D, of_D, rate)\n"),
    Edit(38, D_STEPS, "    total = [0.0] * 4\n" + D_STEPS.replace(
        "        theta_D = descend(theta_D, gradient, rate)\n",
        "        total = [one + other for one, other in zip(total, gradient)]\n"
        "        theta_D = descend(theta_D, total, rate)\n")),
    Edit(71, D_STEPS + G_GRADIENT,
         "    stale = theta_D\n" + D_STEPS + G_GRADIENT.replace("theta_G, theta_D", "theta_G, stale")),
    Edit(74, "one + other for", "one for"),
    Edit(74, "r1_gradient(x, ", "r1_gradient(x_fake, "),
    Edit(75, "array - rate", "array + rate", "descend"),
    Edit(75, "theta_D = descend(theta_D, gradient, rate)", "theta_D = descend(theta_D, gradient, -rate)"),
    Edit(75, "theta_G = descend(theta_G, gradient, rate)", "theta_G = descend(theta_G, gradient, -rate)"),
)

GRADIENT_OF = tuple(f"d{name}" for name in ("W_1", "b_1", "W_2", "b_2"))
PLAYERS = tuple(f"{name} of {player}" for player in "GD" for name in ("W_1", "b_1", "W_2", "b_2"))

ASSIGNMENT = Assignment(
    title="two players of your own",
    after="34",
    conventions=(({"activation": "tanh"}, {"activation": "softplus"}),
                 ({"slope": 0.2}, {"slope": 0.1}, {"slope": 0.3}),
                 ({"target": 1.0}, {"target": 0.9})),
    tasks=(
        Task("discriminator_loss", 3, 1.0, "31", "31.1", d_loss_instance, d_loss_oracle,
             answers=("loss", "ds_real", "ds_fake"), mistakes=D_LOSS_MISTAKES,
             hints=("-log σ(s) = log(1 + exp(-s)), and -log(1 - σ(s)) = log(1 + exp(s)): np.logaddexp(0, s).",
                    "Of one real case: t log(1 + exp(-s)) + (1 - t) log(1 + exp(s)) = log(1 + exp(s)) - t s.",
                    "Its slope by s is σ(s) - t; then the mean over N cases, or over M.")),
        Task("generator_loss", 2, 0.5, "31", "31.2", g_loss_instance, g_loss_oracle, answers=("loss", "ds_fake"),
             mistakes=G_LOSS_MISTAKES, instances=4,
             hints=("Both slopes are negative: either loss falls where a logit rises.",
                    "L_sat has a loss below 0: it is the mean of -log(1 + exp(s)).")),
        Task("generate", 1, 0.25, "20", "20.5", generate_instance, generate_oracle, mistakes=GENERATE_MISTAKES,
             hints=("np.where(y > 0, y, conventions.slope * y), between two affine layers.",)),
        Task("logits", 1, 0.25, "20", "20.5", logits_instance, logits_oracle, mistakes=LOGITS_MISTAKES,
             hints=("The output is the logit s itself, of the shape (N, 1), without a sigmoid.",)),
        Task("discriminator_gradient", 4, 1.5, "31", "31.1", d_gradient_instance, d_gradient_oracle,
             answers=GRADIENT_OF, mistakes=D_GRADIENT_MISTAKES,
             hints=("Your discriminator_loss gives ds_real and ds_fake; take each down through D, and add the two.",
                    "dW_2 = hiddenᵀ ds, dhidden = (ds W_2ᵀ) φ'(y), dW_1 = xᵀ dhidden; biases: the sum over the cases.",
                    "φ' is taken at the input y of the unit: 1 - tanh(y)², or σ(y) for softplus.")),
        Task("generator_gradient", 4, 1.25, "31", "31.4", g_gradient_instance, g_gradient_oracle,
             answers=GRADIENT_OF, mistakes=G_GRADIENT_MISTAKES, instances=6,
             hints=("Forward: z to x' to s. Backward: ds, then dx at D's lower end, then down through G.",
                    "dx = dhidden W_1ᵀ of D is G's dy. D's own gradients are thrown away.",
                    "The slope of the leaky ReLU is 1 where its input is above 0, conventions.slope elsewhere.")),
        Task("r1_gradient", 5, 2.0, "34", "34.3", r1_instance, r1_oracle,
             answers=("penalty", *GRADIENT_OF), mistakes=R1_MISTAKES,
             hints=("Per case: d_a = W_2ᵀ, d_y = d_a φ'(y), g = d_y W_1ᵀ. The penalty by g is γ g / N.",
                    "Backward through these lines, from g to the left: u_y = u_g W_1, u_a = u_y φ'(y); W_1 gets "
                    "u_gᵀ d_y, W_2 the sum of u_a over the cases.",
                    "φ'(y) holds y too: extra_y = u_y d_a φ''(y) goes on down to W_1 and b_1 as any dy does.")),
        Task("play_round", 2, 0.5, "31", "31.5", round_instance, round_oracle, answers=PLAYERS,
             mistakes=ROUND_MISTAKES,
             hints=("Only calls of your own functions are needed, and array - rate * slope, which makes a new array.",
                    "In each of D's steps both gradients, of L_D and of R1, are taken at the D of that step.")),
        Task("train", 3, 1.5, "32", "32.9", train_instance, answers=("W_1", "b_1", "W_2", "b_2"), judge=judge_training,
             instances=1,
             hints=("64 hidden units each, 64 cases a step, gamma between .3 and 1, Adam at .01 with .5 and .99.",
                    "Let the rate fall to 0 in a straight line: 4,000 steps take about two seconds.",
                    "Start W_1 at standard normal numbers, W_2 at these divided by √H, the biases at 0.")),
    ),
)
