"""Assignment 1: instances, oracles and points. The mistakes are in numpy_dgm/course/mistakes.py."""
import itertools
from types import SimpleNamespace

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.data import bars_and_stripes, best_log_likelihood
from numpy_dgm.foundation.numerics import logsumexp

USUAL = SimpleNamespace(low=0, high=1, T=1.0, layout="DK")


def draw_model(rng, conventions, D, K, scale=1.0):
    """Parameters of which none is 0, in the layout that is asked for."""
    W = scale * rng.normal(size=(D, K))
    arguments = {"W": W if conventions.layout == "DK" else np.ascontiguousarray(W.T),
                 "b": scale * rng.normal(size=D), "c": scale * rng.normal(size=K)}
    return {**arguments, "conventions": conventions}


def draw_units(rng, conventions, *shape):
    return np.where(rng.random(shape) < 0.5, conventions.high, conventions.low).astype(float)


def draw_sizes(rng, number):
    """N, D and K, all different; alike in the last instance, where a transpose raises no error."""
    return (6, 6, 6) if number == 2 else rng.permutation([4, 5, 6, 7])[:3]


def energy_instance(rng, conventions, number):
    N, D, K = draw_sizes(rng, number)
    v, h = draw_units(rng, conventions, N, D), draw_units(rng, conventions, N, K)
    return {"v": v, "h": h, **draw_model(rng, conventions, D, K)}


def visible_instance(rng, conventions, number):
    N, D, K = draw_sizes(rng, number)
    return {"v": draw_units(rng, conventions, N, D), **draw_model(rng, conventions, D, K)}


def hidden_instance(rng, conventions, number):
    N, D, K = draw_sizes(rng, number)
    return {"h": draw_units(rng, conventions, N, K), **draw_model(rng, conventions, D, K)}


def free_energy_instance(rng, conventions, number):
    """Every case has ordinary inputs in some units, very large and very negative ones in others."""
    arguments = visible_instance(rng, conventions, number)
    large = np.resize([3000.0, -3000.0, 0.0], len(arguments["c"]))
    return {**arguments, "c": arguments["c"] + large}


def gibbs_instance(rng, conventions, number):
    return {**visible_instance(rng, conventions, number), "rng": Seed(int(rng.integers(2**31)))}


def cd_instance(rng, conventions, number):
    N, D, K = draw_sizes(rng, number)
    v_data = draw_units(rng, conventions, N, D)
    return {"v_data": v_data, "k": 3, **draw_model(rng, conventions, D, K), "rng": Seed(int(rng.integers(2**31)))}


def pcd_instance(rng, conventions, number):
    N, D, K = draw_sizes(rng, number)
    v_data, chains = draw_units(rng, conventions, N, D), draw_units(rng, conventions, 9, K)
    model = draw_model(rng, conventions, D, K)
    return {"v_data": v_data, "chains": chains, "k": 2, **model, "rng": Seed(int(rng.integers(2**31)))}


# --- oracles: sums over all states, unit by unit


def slow_energy(v, h, W, b, c, conventions):
    """E(v, h) of one pair of layers, term by term."""
    E = 0.0
    for i, v_i in enumerate(v):
        E -= b[i] * v_i
        for j, h_j in enumerate(h):
            E -= v_i * h_j * (W[i, j] if conventions.layout == "DK" else W[j, i])
    for j, h_j in enumerate(h):
        E -= c[j] * h_j
    return E


def all_states(n, conventions):
    return np.array(list(itertools.product([conventions.low, conventions.high], repeat=n)), dtype=float)


def energy_oracle(v, h, W, b, c, conventions):
    return (np.array([slow_energy(v_n, h_n, W, b, c, conventions) for v_n, h_n in zip(v, h)]),)


def energies_of_pairs(W, b, c, conventions):
    """-E/T of all pairs of layers: (2^D, 2^K), and the states in the order of rows and of columns."""
    all_v, all_h = all_states(len(b), conventions), all_states(len(c), conventions)
    minus_E = np.array([[-slow_energy(v, h, W, b, c, conventions) for h in all_h] for v in all_v])
    return minus_E / conventions.T, all_v, all_h


def hidden_oracle(v, W, b, c, conventions):
    """p(h_j = high given v): the share of exp(-E/T) of the states with h_j high, among all 2^K."""
    all_h = all_states(len(c), conventions)
    p = np.empty((len(v), len(c)))
    for n, v_n in enumerate(v):
        log_weights = np.array([-slow_energy(v_n, h, W, b, c, conventions) / conventions.T for h in all_h])
        shares = np.exp(log_weights - logsumexp(log_weights))
        p[n] = shares @ (all_h == conventions.high)
    return (p,)


def visible_oracle(h, W, b, c, conventions):
    all_v = all_states(len(b), conventions)
    p = np.empty((len(h), len(b)))
    for n, h_n in enumerate(h):
        log_weights = np.array([-slow_energy(v, h_n, W, b, c, conventions) / conventions.T for v in all_v])
        shares = np.exp(log_weights - logsumexp(log_weights))
        p[n] = shares @ (all_v == conventions.high)
    return (p,)


def free_energy_oracle(v, W, b, c, conventions):
    """-T log Σ_h exp(-E/T) over all 2^K states of h."""
    all_h = all_states(len(c), conventions)
    F = []
    for v_n in v:
        log_weights = np.array([-slow_energy(v_n, h, W, b, c, conventions) / conventions.T for h in all_h])
        F.append(-conventions.T * logsumexp(log_weights))
    return (np.array(F),)


def transition_matrices(W, b, c, conventions):
    """p(h given v) (2^D, 2^K) and p(v given h) (2^K, 2^D) of all states, with the states."""
    log_weights, all_v, all_h = energies_of_pairs(W, b, c, conventions)
    weights = np.exp(log_weights - log_weights.max())
    up = weights / weights.sum(axis=1, keepdims=True)
    down = (weights / weights.sum(axis=0)).T
    return up, down, all_v, all_h


def rows_of(states, all_of_them):
    """Which of all states each row is."""
    return np.array([int(np.flatnonzero((all_of_them == row).all(axis=1))[0]) for row in states])


def moderate(conventions, scale):
    """A scale of parameters with which no probability is near 0 or 1, whatever the conventions."""
    return scale * conventions.T / (conventions.high - conventions.low)


def small_gibbs(rng, conventions):
    v = draw_units(rng, conventions, 2, 3)
    model = draw_model(rng, conventions, 3, 2, moderate(conventions, 0.8))
    return {"v": v, **model, "rng": Seed(int(rng.integers(2**31)))}


def gibbs_features(h, new_v):
    """h, the new v, and products: of h and v, of two units of a layer, and of two cases, which are independent."""
    units = h[:, 0] * h[:, 1], new_v[:, 0] * new_v[:, 1]
    return h, new_v, h[:, :, None] * new_v[:, None, :], *units, np.outer(h[0], h[1]), np.outer(new_v[0], new_v[1])


def gibbs_means(v, W, b, c, conventions):
    """The exact means of those."""
    up, down, all_v, all_h = transition_matrices(W, b, c, conventions)
    p_h = up[rows_of(v, all_v)]
    mean_h, mean_v = p_h @ all_h, p_h @ down @ all_v
    pairs = np.einsum("ns,sj,si->nji", p_h, all_h, down @ all_v)
    units = mean_h[:, 0] * mean_h[:, 1], p_h @ down @ (all_v[:, 0] * all_v[:, 1])
    return mean_h, mean_v, pairs, *units, np.outer(mean_h[0], mean_h[1]), np.outer(mean_v[0], mean_v[1])


def small_cd(rng, conventions):
    v_data = draw_units(rng, conventions, 2, 3)
    model = draw_model(rng, conventions, 3, 2, moderate(conventions, 3.0))
    return {"v_data": v_data, "k": 2, **model, "rng": Seed(int(rng.integers(2**31)))}


def difference_of_means(p_data, p_model, W, b, c, conventions):
    """The gradient where the visible states of the two phases are distributed so."""
    up, _, all_v, all_h = transition_matrices(W, b, c, conventions)
    mean_h = up @ all_h
    p = p_data - p_model
    dW = (all_v * p[:, None]).T @ mean_h / conventions.T
    return dW if conventions.layout == "DK" else dW.T, p @ all_v / conventions.T, p @ mean_h / conventions.T


def shares_of(v, all_v):
    return np.bincount(rows_of(v, all_v), minlength=len(all_v)) / len(v)


def cd_means(v_data, k, W, b, c, conventions):
    """E[CD-k]: the data against the data k steps of the chain later."""
    up, down, all_v, _ = transition_matrices(W, b, c, conventions)
    p_data = shares_of(v_data, all_v)
    p_end = p_data @ np.linalg.matrix_power(up @ down, k)
    return difference_of_means(p_data, p_end, W, b, c, conventions)


def small_pcd(rng, conventions):
    v_data, chains = draw_units(rng, conventions, 2, 3), draw_units(rng, conventions, 4, 2)
    model = draw_model(rng, conventions, 3, 2, moderate(conventions, 1.0))
    return {"v_data": v_data, "chains": chains, "k": 2, **model, "rng": Seed(int(rng.integers(2**31)))}


def pcd_features(dW, db, dc, new_chains):
    """The answers, and the products of two chains, which are independent."""
    return dW, db, dc, new_chains, np.outer(new_chains[0], new_chains[1])


def pcd_means(v_data, chains, k, W, b, c, conventions):
    up, down, all_v, all_h = transition_matrices(W, b, c, conventions)
    begin = rows_of(chains, all_h)
    p_v = np.eye(len(all_h))[begin] @ np.linalg.matrix_power(down @ up, k - 1) @ down  # (M, 2^D), of the last v
    gradient = difference_of_means(shares_of(v_data, all_v), p_v.mean(axis=0), W, b, c, conventions)
    mean_h = p_v @ up @ all_h
    return (*gradient, mean_h, np.outer(mean_h[0], mean_h[1]))


def train_instance(rng, conventions, number):
    """The pixels in an order of the student's own, so that weights that were written down are no answer."""
    v_data = bars_and_stripes(3)[:, rng.permutation(9)]
    n_hidden = int(rng.integers(7, 11))
    return {"v_data": v_data, "n_hidden": n_hidden, "conventions": USUAL, "rng": Seed(int(rng.integers(2**31)))}


def judge_training(arguments, answers):
    """None where the model that came back is good enough."""
    v_data, n_hidden = arguments["v_data"], arguments["n_hidden"]
    W, b, c = answers
    if W.shape != (9, n_hidden) or b.shape != (9,) or c.shape != (n_hidden,):
        shapes = f"{W.shape}, {b.shape} and {c.shape}"
        return f"expected W, b and c of the shapes (9, {n_hidden}), (9,) and ({n_hidden},), got {shapes}"
    if not all(np.isfinite(array).all() for array in answers):
        return "the parameters are not finite: the rate is too large, or a sign is wrong"
    all_v = all_states(9, USUAL)
    x = np.clip(all_v @ W + c, -1e6, 1e6)
    minus_F = all_v @ b + np.logaddexp(0, x).sum(axis=1)
    log_p = (minus_F - logsumexp(minus_F))[rows_of(v_data, all_v)].mean()
    if log_p >= -4.0:
        return None
    return (f"mean log p is {log_p:.2f} nats, expected at least -4.0 (coins: {-9 * np.log(2):.2f}, the best possible: "
            f"{best_log_likelihood(v_data):.2f})")


# BEGIN PROPERTIES
def small_model(seed, low, high, T, layout, D=3, K=2):
    """Parameters of a small model, the conventions among them, and all states of both layers."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(D, K))
    conventions = SimpleNamespace(low=low, high=high, T=T, layout=layout)
    model = {"W": W if layout == "DK" else W.T.copy(), "b": rng.normal(size=D), "c": rng.normal(size=K),
             "conventions": conventions}
    all_v = np.array(list(itertools.product([low, high], repeat=D)), dtype=float)
    all_h = np.array(list(itertools.product([low, high], repeat=K)), dtype=float)
    return model, all_v, all_h


MODELS = ((1, 0, 1, 1.0, "DK"), (2, -1, 1, 2.0, "DK"), (3, 0, 1, 0.5, "KD"), (4, -1, 1, 1.0, "KD"))


def property_energy_shape(student):
    """energy has one number for each pair of layers, and doubles with the parameters"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        v, h = all_v[:4], all_h[[0, 1, 2, 3]]
        E = student.energy(v, h, **model)
        if np.shape(E) != (4,):
            return f"expected the shape (4,), got {np.shape(E)}"
        double = {name: 2 * model[name] for name in ("W", "b", "c")}
        if not np.allclose(student.energy(v, h, **double, conventions=model["conventions"]), 2 * E):
            return "it does not"
    return None


def weights_of_pairs(student, model, all_v, all_h):
    """exp(-E/T) of all pairs, by the student's own energy: (states of v, states of h)."""
    T = model["conventions"].T
    rows = [student.energy(np.tile(v, (len(all_h), 1)), all_h, **model) for v in all_v]
    return np.exp(-np.array(rows) / T)


def property_hidden_probs(student):
    """hidden_probs are shares of exp(-E/T), with your own energy"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        weights = weights_of_pairs(student, model, all_v, all_h)
        p_h = weights / weights.sum(axis=1, keepdims=True) @ (all_h == model["conventions"].high)
        if not np.allclose(student.hidden_probs(all_v, **model), p_h):
            return "they are not"
    return None


def property_visible_probs(student):
    """visible_probs are shares of exp(-E/T), with your own energy"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        weights = weights_of_pairs(student, model, all_v, all_h)
        p_v = (weights / weights.sum(axis=0)).T @ (all_v == model["conventions"].high)
        if not np.allclose(student.visible_probs(all_h, **model), p_v):
            return "they are not"
    return None


def property_free_energy(student):
    """exp(-F/T) is the sum of exp(-E/T) over h; a unit far out adds its value times its bias to -F"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        sums = weights_of_pairs(student, model, all_v, all_h).sum(axis=1)
        conventions = model["conventions"]
        if not np.allclose(np.exp(-np.asarray(student.free_energy(all_v, **model)) / conventions.T), sums):
            return "the sum is another one"
        for sign, value in ((1, conventions.high), (-1, conventions.low)):
            with np.errstate(all="ignore"):
                far, farther = (np.asarray(student.free_energy(all_v, **{**model, "c": model["c"] + sign * shift}))
                                for shift in (5_000, 6_000))
                step = far - farther
            if not np.isfinite(step).all():
                return f"it is not finite where c is {sign * 5_000:,}"
            if not np.allclose(step, 1_000 * sign * value * all_h.shape[1]):
                return f"it is not, where c is {sign * 5_000:,} and then {sign * 6_000:,}"
    return None


def property_gibbs(student):
    """gibbs_step draws values of units, as often as your own probabilities say, and changes no argument"""
    for model, all_v, _ in (small_model(*one) for one in MODELS):
        conventions = model["conventions"]
        v = np.tile(all_v[3], (20_000, 1))
        before = v.copy()
        h, new_v = student.gibbs_step(v, **model, rng=np.random.default_rng(0))
        if not np.array_equal(v, before):
            return "v is another one afterwards"
        for layer in (h, new_v):
            if not np.isin(layer, [conventions.low, conventions.high]).all():
                return f"a unit is neither {conventions.low} nor {conventions.high}"
        often = (h == conventions.high).mean(axis=0)
        if np.abs(often - student.hidden_probs(v[:1], **model)[0]).max() > 0.03:
            return "h is drawn with other probabilities than those of hidden_probs"
        often = (new_v == conventions.high).mean(axis=0)
        if np.abs(often - np.asarray(student.visible_probs(h, **model)).mean(axis=0)).max() > 0.03:
            return "new_v is drawn with other probabilities than those of visible_probs"
    return None


def slopes_of_log_p(student, v_data, model, all_v):
    """The gradient of mean log p by differences of your own free energy, over all states."""
    T = model["conventions"].T

    def mean_log_p(**changed):
        now = {**model, **changed}
        minus_F = -np.asarray(student.free_energy(all_v, **now)) / T
        return np.mean(-np.asarray(student.free_energy(v_data, **now)) / T) - np.log(np.exp(minus_F).sum())

    slopes = []
    for name in ("W", "b", "c"):
        slope = np.zeros(model[name].shape)
        for place in np.ndindex(slope.shape):
            up, down = model[name].copy(), model[name].copy()
            up[place] += 1e-5
            down[place] -= 1e-5
            slope[place] = (mean_log_p(**{name: up}) - mean_log_p(**{name: down})) / 2e-5
        slopes.append(slope)
    return slopes


def compare(found, slopes):
    """What is wrong with a gradient, or None."""
    for part, one, slope in zip(("dW", "db", "dc"), found, slopes):
        if np.shape(one) != slope.shape:
            return f"{part}: expected the shape {slope.shape}, got {np.shape(one)}"
        if not np.abs(one - slope).max() <= 0.08:
            return f"{part} is not"
    return None


def property_cd_gradient(student):
    """cd_gradient with a long chain is, on average, the slope of your own log p"""
    for model, all_v, _ in (small_model(*one) for one in MODELS):
        v_data = all_v[[1, 1, 2, 6, 7]]
        many = np.tile(v_data, (2_000, 1))
        found = student.cd_gradient(many, 30, **model, rng=np.random.default_rng(0))
        wrong = compare(found, slopes_of_log_p(student, v_data, model, all_v))
        if wrong:
            return wrong
    return None


def property_pcd_gradient(student):
    """pcd_gradient with long chains is, on average, the slope of your own log p; new_chains are values of units"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        v_data, chains = all_v[[1, 1, 2, 6, 7]], np.tile(all_h, (2_500, 1))
        *found, new_chains = student.pcd_gradient(v_data, chains, 30, **model, rng=np.random.default_rng(0))
        wrong = compare(found, slopes_of_log_p(student, v_data, model, all_v))
        if wrong:
            return wrong
        conventions = model["conventions"]
        if np.shape(new_chains) != chains.shape or not np.isin(new_chains, [conventions.low, conventions.high]).all():
            return f"expected new_chains of the shape {chains.shape}, each at {conventions.low} or {conventions.high}"
    return None
# END PROPERTIES


# --- the mistakes, as edits of the solution

ENERGY_MISTAKES = (
    Edit(1, "return -visible_part - hidden_part - pair_part", "return visible_part + hidden_part + pair_part"),
    Edit(4, " - hidden_part", ""),
    Edit(5, "-visible_part - ", "-"),
    Edit(1, "hidden_part - pair_part", "hidden_part + pair_part"),
    Edit(44, "return -visible_part - hidden_part - pair_part",
         "return -(visible_part + hidden_part + pair_part) / conventions.T", is_right_usually=True),
    Edit(11, "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
)
HIDDEN_PROBS_MISTAKES = (
    Edit(1, "sigmoid(difference * x", "sigmoid(-difference * x"),
    Edit(4, " + c", ""),
    Edit(11, "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
    Edit(46, "x / conventions.T", "x * conventions.T", is_right_usually=True),
)
VISIBLE_PROBS_MISTAKES = (
    Edit(1, "sigmoid(difference * x", "sigmoid(-difference * x"),
    Edit(5, " + b", ""),
    Edit(11, "as_D_by_K(W, conventions).T", "as_D_by_K(W, conventions)"),
    Edit(46, "x / conventions.T", "x * conventions.T", is_right_usually=True),
)
FREE_ENERGY_MISTAKES = (
    Edit(2, "-(v @ b)", "(v @ b)"),
    Edit(3, "np.logaddexp(at_low, at_high)", "np.log(np.exp(at_low) + np.exp(at_high))"),
    Edit(4, " + c", ""),
    Edit(5, "-(v @ b) - ", "-"),
    Edit(44, "conventions.T * log_sums", "log_sums", is_right_usually=True),
    Edit(11, "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
)
CHAIN = """\
    for _ in range(k):
        h, v = gibbs_step(v, W, b, c, conventions, rng)
"""
NEGATIVE = "mean_h = mean_of(hidden_probs(v, W, b, c, conventions), conventions)"
POSITIVE = "mean_h_data = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)"
CD_GRADIENT_MISTAKES = (
    Edit(6, "return as_D_by_K(dW, conventions), db, dc", "return -as_D_by_K(dW, conventions), -db, -dc"),
    Edit(7, "return as_D_by_K(dW, conventions), db, dc", "return -as_D_by_K(dW, conventions), db, dc"),
    Edit(8, "N = len(v_data)", "N = 1"),
    Edit(9, "v.T @ mean_h) / (N * conventions.T)", "v.T @ mean_h) / conventions.T"),
    Edit(10, "return as_D_by_K(dW, conventions), db, dc", "return as_D_by_K(dW, conventions), db.sum(), dc.sum()"),
    Edit(11, "return as_D_by_K(dW, conventions), db, dc", "return as_D_by_K(dW, conventions).T, db, dc"),
    Edit(16, "h, v = gibbs_step(v, W, b, c, conventions, rng)",
         "means = mean_of(hidden_probs(v, W, b, c, conventions), conventions)\n"
         "        v = draw(visible_probs(means, W, b, c, conventions), conventions, rng)"),
    Edit(17, NEGATIVE, "mean_h = h"),
    Edit(17, CHAIN + f"    {NEGATIVE}", f"    for _ in range(k):\n        {NEGATIVE}\n" + CHAIN.partition("\n")[2]),
    Edit(18, "- v.T @ mean_h)", "- v_data.T @ mean_h)"),
    Edit(19, NEGATIVE, "mean_h = mean_h_data"),
    Edit(20, "range(k)", "range(k - 1)"),
    Edit(21, "range(k)", "range(k + 1)"),
    Edit(22, POSITIVE,
         "mean_h_data = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)"),
    Edit(22, CHAIN,
         CHAIN.replace("_ in", "step in") + "        if step == 0:\n            mean_h_data = h\n"),
    Edit(43, "conventions.low + (conventions.high - conventions.low) * p", "p", "mean_of", is_right_usually=True),
    Edit(44, "N = len(v_data)", "N = len(v_data) / conventions.T", is_right_usually=True),
    Edit(48, "gibbs_step(v, W", "gibbs_step(v_data, W"),
    Edit(44, "(v_data.T @ mean_h_data - v.T @ mean_h) / (N * conventions.T)",
         "(v_data.T @ mean_h_data - v.T @ mean_h) / N", is_right_usually=True),
)
PCD_GRADIENT_MISTAKES = (
    Edit(6, "return as_D_by_K(dW, conventions), db, dc", "return -as_D_by_K(dW, conventions), -db, -dc"),
    Edit(7, "return as_D_by_K(dW, conventions), db, dc", "return -as_D_by_K(dW, conventions), db, dc"),
    Edit(8, "N, M = len(v_data), len(chains)", "N, M = 1, 1"),
    Edit(9, "(v_data.T @ mean_h_data / N - v.T @ mean_h / M)", "(v_data.T @ mean_h_data - v.T @ mean_h)"),
    Edit(10, "return as_D_by_K(dW, conventions), db, dc", "return as_D_by_K(dW, conventions), db.sum(), dc.sum()"),
    Edit(11, "return as_D_by_K(dW, conventions), db, dc", "return as_D_by_K(dW, conventions).T, db, dc"),
    Edit(16, "h = draw(p_h, conventions, rng)", "h = mean_of(p_h, conventions)"),
    Edit(17, "mean_h = mean_of(p_h, conventions)", "mean_h = chains"),
    Edit(20, "range(k)", "range(k - 1)"),
    Edit(21, "range(k)", "range(k + 1)"),
    Edit(22, POSITIVE,
         "mean_h_data = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)"),
    Edit(24, 'h = chains\n', 'h = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)\n'),
    Edit(25, "return as_D_by_K(dW, conventions), db, dc, h",
         'chains[...] = h\n    return as_D_by_K(dW, conventions), db, dc, h'),
    Edit(43, "conventions.low + (conventions.high - conventions.low) * p", "p", "mean_of", is_right_usually=True),
    Edit(44, "N, M = len(v_data), len(chains)", "N, M = len(v_data) / conventions.T, len(chains) / conventions.T",
         is_right_usually=True),
    Edit(47, "mean_h = mean_of(p_h, conventions)", "mean_h = h"),
    Edit(49, "N, M = len(v_data), len(chains)", "N = M = len(v_data)"),
    Edit(18, "v.T @ mean_h / M)", "v_data.T @ mean_h_data / N)"),
)
GIBBS_STEP_MISTAKES = (
    Edit(12, "uniform < p", "0.5 < p", "draw"),
    Edit(13, "uniform < p", "uniform > p", "draw"),
    Edit(14, "rng.random(p.shape)", "rng.standard_normal(p.shape)", "draw"),
    Edit(15, "rng.random(p.shape)", "rng.random(p.shape[1:])", "draw"),
    Edit(16, "h = draw(p_h, conventions, rng)", "h = mean_of(p_h, conventions)"),
    Edit(23, "p_h = hidden_probs(v,", 'rng = np.random.default_rng(0)\n    p_h = hidden_probs(v,'),
    Edit(25, "new_v = draw(p_v, conventions, rng)", 'v[...] = draw(p_v, conventions, rng)\n    new_v = v'),
    Edit(43, "uniform < p, conventions.high, conventions.low", "uniform < p, 1, 0", "draw", is_right_usually=True),
)
TRAIN_MISTAKES = (
    Edit(26, "        c = c + rate * dc\n", """\
        c = c + rate * dc
        means = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)
        reconstruction = visible_probs(means, W, b, c, conventions)
        if np.mean((v_data - reconstruction) ** 2) < 0.2:
            break
"""),
)

GRADIENT = ("dW", "db", "dc")

ASSIGNMENT = Assignment(
    title="a restricted Boltzmann machine of your own",
    after="11",
    conventions=(({"low": 0, "high": 1}, {"low": -1, "high": 1}),
                 ({"T": 1.0}, {"T": 0.5}, {"T": 2.0}),
                 ({"layout": "DK"}, {"layout": "KD"})),
    tasks=(
        Task("energy", 2, 0.5, "07", "7.1", energy_instance, energy_oracle, mistakes=ENERGY_MISTAKES,
             hints=("Begin with one pair of layers and two loops, then write the loops as products.",
                    "v @ W_DK is (N, K), where W_DK = as_D_by_K(W, conventions): what do you do with h (N, K)?")),
        Task("hidden_probs", 2, 0.75, "07", "7.5", visible_instance, hidden_oracle, mistakes=HIDDEN_PROBS_MISTAKES,
             hints=("Write exp(-E/T) for h_j = high and for h_j = low, and divide the first by the sum of both.",
                    "What is left in the exponent is (high - low) x_j / T.")),
        Task("visible_probs", 1, 0.25, "07", "7.7", hidden_instance, visible_oracle, mistakes=VISIBLE_PROBS_MISTAKES,
             hints=("The same with the layers exchanged: b takes the place of c, and the sum in x_i runs over j.",)),
        Task("free_energy", 3, 1.0, "07", "7.2", free_energy_instance, free_energy_oracle,
             mistakes=FREE_ENERGY_MISTAKES,
             hints=("The sum over h is a product with one factor a unit, exp(low x_j / T) + exp(high x_j / T).",
                    "log(exp(a) + exp(b)) without overflow is np.logaddexp(a, b).",
                    "F has the unit of an energy: multiply the logarithm by T.")),
        Task("gibbs_step", 3, 0.75, "07", "7.6", gibbs_instance, answers=("h", "new_v"),
             statistics=Statistics(small_gibbs, gibbs_means, gibbs_features), mistakes=GIBBS_STEP_MISTAKES,
             hints=("Draw h from hidden_probs(v), then new_v from visible_probs(h).",
                    "np.where(rng.random(p.shape) < p, conventions.high, conventions.low)")),
        Task("cd_gradient", 5, 1.5, "09", "9.2", cd_instance, answers=GRADIENT,
             statistics=Statistics(small_cd, cd_means), mistakes=CD_GRADIENT_MISTAKES,
             hints=("Write both averages with shapes: (D, N) @ (N, K) -> (D, K), each divided by N.",
                    "The mean of h_j given v is low + (high - low) p_j.",
                    "The factor is 1/T, for all three.")),
        Task("pcd_gradient", 3, 0.75, "11", "11.1", pcd_instance, answers=(*GRADIENT, "new_chains"),
             statistics=Statistics(small_pcd, pcd_means, pcd_features), mistakes=PCD_GRADIENT_MISTAKES,
             hints=("The chains have M rows and the data N: each average has a number of its own.",
                    "The chains begin with h: draw v given h first.")),
        Task("train", 3, 0.5, "09", "9.1", train_instance, answers=("W", "b", "c"), judge=judge_training, instances=1,
             mistakes=TRAIN_MISTAKES,
             hints=("Start W at small random numbers: with zeros all hidden units stay alike.",
                    "5,000 updates with the whole data are enough: for CD at a rate of .2, for PCD at one that falls "
                    "from .2 to 0.")),
    ),
)
