"""Assignment 2: instances, oracles, mistakes and points."""
import itertools
from types import SimpleNamespace

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM
from numpy_dgm.energy.likelihood import log_partition
from numpy_dgm.foundation.numerics import logsumexp


def draw_model(rng, conventions, D, K, scale=1.0):
    """Parameters of which none is 0, in the layout that is asked for."""
    W = scale * rng.normal(size=(D, K))
    return {"W": W if conventions.layout == "DK" else np.ascontiguousarray(W.T),
            "b": scale * rng.normal(size=D), "c": scale * rng.normal(size=K)}


def draw_units(rng, conventions, *shape):
    return np.where(rng.random(shape) < 0.5, conventions.high, conventions.low).astype(float)


def draw_sizes(rng, number):
    """N or M, D and K, all different; alike in the last instance, where a transpose raises no error."""
    return (6, 6, 6) if number == 2 else tuple(int(n) for n in rng.permutation([4, 5, 6, 7])[:3])


def draw_betas(rng, n_steps):
    """From 0 to 1, in steps of different lengths."""
    steps = rng.uniform(0.5, 1.5, size=n_steps)
    betas = np.concatenate([[0.0], np.cumsum(steps) / steps.sum()])
    betas[-1] = 1.0
    return betas


def every_other(values, large):
    """The values, with `large` added to every other one."""
    return values + np.where(np.arange(len(values)) % 2 == 0, large, 0.0)


def partition_instance(rng, conventions, number):
    """Few hidden units and many visible ones, the reverse, and as many of each; the second one has large biases."""
    D, K = [(40, 4), (3, 40), (5, 5)][number]
    model = draw_model(rng, conventions, D, K, scale=0.7)
    if number == 1:
        model["c"][:2] += 900.0
    return {**model, "conventions": conventions}


def up_instance(rng, conventions, number):
    """In the first one the inputs to some hidden units are large."""
    M, D, K = draw_sizes(rng, number)
    model = draw_model(rng, conventions, D, K)
    if number == 0:
        model["c"] = every_other(model["c"], 1500.0)
    return {**model, "b_base": rng.normal(size=D), "betas": draw_betas(rng, 5), "n_walks": M,
            "conventions": conventions, "rng": Seed(int(rng.integers(2**31)))}


def down_instance(rng, conventions, number):
    arguments = up_instance(rng, conventions, number)
    n_walks, b = arguments.pop("n_walks"), arguments["b"]
    return {"v": draw_units(rng, conventions, n_walks, len(b)), **arguments}


def estimates_instance(rng, conventions, number):
    """Weights of the size of 1, in the first instance of exp(900) and exp(-900). Single precision holds their logs."""
    M_up, D, M_down = draw_sizes(rng, number)
    shift = 900.0 if number == 0 else 0.0
    log_w_up = shift + np.round(128 * rng.normal(size=M_up)) / 64
    return {"log_w_up": log_w_up, "log_w_down": -shift + np.round(128 * rng.normal(size=M_down)) / 64,
            "b_base": rng.normal(size=D), "n_hidden": int(rng.integers(8, 12)), "conventions": conventions}


def pseudo_instance(rng, conventions, number):
    """In the first one some units are nearly sure of one of their values, and others are at the other."""
    N, D, K = draw_sizes(rng, number)
    model = draw_model(rng, conventions, D, K)
    v = draw_units(rng, conventions, N, D)
    if number == 0:
        model["b"] = every_other(model["b"], 800.0)
        v[0] = conventions.low
    return {"v": v, **model, "conventions": conventions}


# --- oracles


def as_bits(W, b, c, conventions):
    """An RBM of bits with the same Z but for a factor, and that factor's log: each unit is low + (high - low) bit."""
    W = W if conventions.layout == "DK" else W.T
    low, difference = conventions.low, conventions.high - conventions.low
    log_factor = low * b.sum() + low * c.sum() + low**2 * W.sum()
    rbm = RBM(W=difference**2 * W, b=difference * (b + low * W.sum(axis=1)), c=difference * (c + low * W.sum(axis=0)))
    return rbm, log_factor


def partition_oracle(W, b, c, conventions):
    """By the library, for bits."""
    rbm, log_factor = as_bits(W, b, c, conventions)
    return (log_partition(rbm) + log_factor,)


def all_states(n, conventions):
    return np.array(list(itertools.product([conventions.low, conventions.high], repeat=n)), dtype=float)


def log_weight_table(W, b, c, conventions):
    """-E of all pairs of layers, term by term: (2^D, 2^K)."""
    W = W if conventions.layout == "DK" else W.T
    all_v, all_h = all_states(len(b), conventions), all_states(len(c), conventions)
    table = np.zeros((len(all_v), len(all_h)))
    for i in range(len(b)):
        table += (b[i] * all_v[:, i])[:, None]
        for j in range(len(c)):
            table += W[i, j] * np.outer(all_v[:, i], all_h[:, j])
    for j in range(len(c)):
        table += c[j] * all_h[:, j]
    return table


def estimates_oracle(log_w_up, log_w_down, b_base, n_hidden, conventions):
    """log Z_base unit by unit; the means of the weights with the first one's size taken out, and put back."""
    log_z_base = sum(np.log(np.exp(conventions.low * b) + np.exp(conventions.high * b)) for b in b_base)
    for _ in range(n_hidden):
        log_z_base += np.log(np.exp(conventions.low * 0.0) + np.exp(conventions.high * 0.0))
    w = [np.exp(one - log_w_up[0]) for one in log_w_up]
    one_over_w = [np.exp(log_w_down[0] - one) for one in log_w_down]
    mean = sum(w) / len(w)
    variance = sum((one - mean) ** 2 for one in w) / len(w)
    log_z_up = log_z_base + log_w_up[0] + np.log(mean)
    log_z_down = log_z_base + log_w_down[0] - np.log(sum(one_over_w) / len(one_over_w))
    return log_z_up, np.sqrt(variance / len(w)) / mean, log_z_down


def pseudo_oracle(v, W, b, c, conventions):
    """Each log p(v_i given the others), from F of both values by the sum over all states of h."""
    W_DK = W if conventions.layout == "DK" else W.T
    all_h = all_states(len(c), conventions)
    total = np.zeros(len(v))
    for n, v_n in enumerate(v):
        for i in range(len(b)):
            log_weights = []
            for value in (conventions.low, conventions.high):
                state = v_n.copy()
                state[i] = value
                log_weights.append(logsumexp(state @ b + all_h @ c + all_h @ (state @ W_DK)))
            which = 0 if v_n[i] == conventions.low else 1
            total[n] += log_weights[which] - logsumexp(np.array(log_weights))
    return (total,)


def draw_strong(rng, conventions, *shape):
    """Numbers of either sign that are neither small nor large, for the energies of the two values of a unit."""
    size = rng.uniform(0.8, 1.8, size=shape) * rng.choice([-1, 1], size=shape)
    return size / (conventions.high - conventions.low)


def small_up(rng, conventions):
    """Of ten models the one in which two wrong kinds of steps show most."""
    return max([strong_model(rng, conventions) for _ in range(10)], key=wrong_steps_show)


def wrong_steps_show(arguments):
    """How far the mean of log w moves, at least, when steps are driven by the mean of h, or leave out c."""
    W, b, c, b_base, betas, conventions = (arguments[name] for name in ("W", "b", "c", "b_base", "betas", "conventions"))
    minus_F, steps = path_tables(W, b, c, b_base, betas, conventions)
    W = W if conventions.layout == "DK" else W.T
    all_v, all_h = all_states(len(b), conventions), all_states(len(c), conventions)
    by_mean, without_c = [], []
    for beta in betas:
        b_l = (1 - beta) * b_base + beta * b
        up = rows_to_one(beta * (all_h @ c + all_v @ W @ all_h.T))
        up_without_c = rows_to_one(beta * (all_v @ W @ all_h.T))
        by_mean.append(rows_to_one(all_v @ b_l + beta * (up @ all_h) @ W.T @ all_v.T))
        without_c.append(up_without_c @ rows_to_one(all_v @ b_l + beta * all_h @ W.T @ all_v.T))
    right = mean_log_weight(minus_F, steps)
    return min(abs(mean_log_weight(minus_F, wrong) - right) for wrong in (by_mean, without_c))


def rows_to_one(log_weights):
    """Probabilities in proportion to exp of them, each row's sum 1."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def mean_log_weight(minus_F, steps):
    """The exact mean of log w of walks up that take these steps."""
    p, total = np.exp(minus_F[0]) / np.exp(minus_F[0]).sum(), 0.0
    for before, after, step in zip(minus_F[:-1], minus_F[1:], steps[1:]):
        total += p @ (after - before)
        p = p @ step
    return total


def strong_model(rng, conventions):
    """Couplings so strong, and steps so long, that a wrong step shows in the mean."""
    W = draw_strong(rng, conventions, 3, 2) * 2 / (conventions.high - conventions.low)
    return {"W": W if conventions.layout == "DK" else np.ascontiguousarray(W.T), "b": draw_strong(rng, conventions, 3),
            "c": draw_strong(rng, conventions, 2), "b_base": draw_strong(rng, conventions, 3),
            "betas": np.array([0.0, 0.25, 0.5, 1.0]), "n_walks": 16, "conventions": conventions,
            "rng": Seed(int(rng.integers(2**31)))}


def small_down(rng, conventions):
    """Two walks from each state."""
    arguments = small_up(rng, conventions)
    arguments.pop("n_walks")
    return {"v": np.repeat(all_states(3, conventions), 2, axis=0), **arguments}


def path_tables(W, b, c, b_base, betas, conventions):
    """-F_l of all visible states for each model (L + 1, 2^D), and T_l (2^D, 2^D), by the energies mixed."""
    of_base = log_weight_table(0 * W, b_base, 0 * c, conventions)
    of_model = log_weight_table(W, b, c, conventions)
    minus_F, steps = [], []
    for beta in betas:
        weights = np.exp((1 - beta) * of_base + beta * of_model)
        up = weights / weights.sum(axis=1, keepdims=True)
        down = (weights / weights.sum(axis=0)).T
        minus_F.append(np.log(weights.sum(axis=1)))
        steps.append(up @ down)
    return np.array(minus_F), steps


def all_paths(minus_F):
    """Rows of v_0, ..., v_{L-1} of every path, and its log w."""
    L = len(minus_F) - 1
    paths = np.array(list(itertools.product(range(minus_F.shape[1]), repeat=L)))
    log_w = sum(minus_F[l + 1][paths[:, l]] - minus_F[l][paths[:, l]] for l in range(L))
    return paths, log_w


def walk_features(log_w):
    """Means over the walks of what tells one distribution from another, a product of two walks, and each walk."""
    return *(one.mean() for one in (log_w, log_w**2, np.tanh(log_w))), log_w[0] * log_w[1], log_w


def up_means(W, b, c, b_base, betas, n_walks, conventions):
    """The exact means of those, over all paths."""
    minus_F, steps = path_tables(W, b, c, b_base, betas, conventions)
    paths, log_w = all_paths(minus_F)
    p = (np.exp(minus_F[0]) / np.exp(minus_F[0]).sum())[paths[:, 0]]
    for l in range(1, paths.shape[1]):
        p = p * steps[l][paths[:, l - 1], paths[:, l]]
    return p @ log_w, p @ log_w**2, p @ np.tanh(log_w), (p @ log_w) ** 2, np.full(n_walks, p @ log_w)


def down_means(v, W, b, c, b_base, betas, conventions):
    """The exact means of those, over all paths that begin at each row of v."""
    minus_F, steps = path_tables(W, b, c, b_base, betas, conventions)
    paths, log_w = all_paths(minus_F)
    p = np.ones(len(paths))
    for l in range(1, paths.shape[1]):
        p = p * steps[l][paths[:, l], paths[:, l - 1]]
    all_v = all_states(len(b), conventions)
    means = []
    for row in v:
        begins = (all_v[paths[:, -1]] == row).all(axis=1) * p
        means.append([begins @ log_w, begins @ log_w**2, begins @ np.tanh(log_w)])
    return *np.mean(means, axis=0), means[0][0] * means[1][0], np.array(means)[:, 0]


def blocks_instance(rng, conventions, number):
    """Ten RBMs of 4 and 4 units in one, in an order that hides them: its log Z is the sum of theirs."""
    scale = 1.5 if conventions.low == 0 else 0.6
    W = np.zeros((40, 40))
    for block in range(0, 40, 4):
        W[block : block + 4, block : block + 4] = scale * rng.normal(size=(4, 4))
    W = W[rng.permutation(40)][:, rng.permutation(40)]
    return {"W": W if conventions.layout == "DK" else np.ascontiguousarray(W.T), "b": scale * rng.normal(size=40),
            "c": scale * rng.normal(size=40), "conventions": conventions, "rng": Seed(int(rng.integers(2**31)))}


def log_z_of_blocks(W, b, c, conventions):
    """log Z of such a model, block by block: visible units that have the same hidden ones belong together."""
    W = W if conventions.layout == "DK" else W.T
    usual = SimpleNamespace(**{**vars(conventions), "layout": "DK"})
    total = 0.0
    for hidden in np.unique(W != 0, axis=0):
        visible = ((W != 0) == hidden).all(axis=1)
        total += logsumexp(log_weight_table(W[visible][:, hidden], b[visible], c[hidden], usual))
    return total


def judge_by_walks(arguments, answers):
    """None where log Z is near enough."""
    [log_z] = answers
    if log_z.shape != ():
        return f"expected a number, got an array of the shape {log_z.shape}"
    exact = log_z_of_blocks(*(arguments[name] for name in ("W", "b", "c", "conventions")))
    if abs(log_z - exact) <= 0.3:
        return None
    if not np.isfinite(log_z):
        return "log Z is not finite: something overflows"
    side = "low: walks up err to that side where the steps are too long or the walks too few"
    if log_z > exact:
        side = "high, which walks up seldom are: is the sum right?"
    return f"log Z is {abs(log_z - exact):.2f} nats too {side}"


# BEGIN PROPERTIES
def small_model(seed, low, high, layout, D=3, K=2):
    """Parameters of a small model, the conventions among them, and all states of both layers."""
    rng = np.random.default_rng(seed)
    W = 0.8 * rng.normal(size=(D, K))
    conventions = SimpleNamespace(low=low, high=high, layout=layout)
    model = {"W": W if layout == "DK" else W.T.copy(), "b": rng.normal(size=D), "c": rng.normal(size=K),
             "conventions": conventions}
    all_v = np.array(list(itertools.product([low, high], repeat=D)), dtype=float)
    all_h = np.array(list(itertools.product([low, high], repeat=K)), dtype=float)
    return model, all_v, all_h


MODELS = ((1, 0, 1, "DK"), (2, -1, 1, "DK"), (3, 0, 1, "KD"), (4, -1, 1, "KD"))
B_BASE = np.array([0.7, -0.4, 0.3])
BETAS = np.array([0.0, 0.2, 0.5, 0.7, 1.0])


def weights_of_pairs(model, all_v, all_h):
    """exp(-E) of all pairs of layers, by the definition of E: (states of v, states of h)."""
    W = model["W"] if model["conventions"].layout == "DK" else model["W"].T
    return np.exp((all_v @ model["b"])[:, None] + all_h @ model["c"] + all_v @ W @ all_h.T)


def weights_of_base(model, all_v, all_h):
    """The same of the base with the biases B_BASE."""
    return weights_of_pairs({**model, "W": 0 * model["W"], "b": B_BASE, "c": 0 * model["c"]}, all_v, all_h)


def property_log_partition(student):
    """log_partition is the log of the sum of exp(-E) over all pairs of layers, whichever is the smaller one"""
    for seed, low, high, layout in MODELS:
        for D, K in ((3, 2), (2, 4)):
            model, all_v, all_h = small_model(seed, low, high, layout, D, K)
            exact = np.log(weights_of_pairs(model, all_v, all_h).sum())
            if not np.allclose(student.log_partition(**model), exact):
                return f"it is not, with D = {D} and K = {K}"
    return None


def property_sizes(student):
    """log_partition can be had for 4 and 40 units, and is finite for large parameters"""
    for D, K in ((4, 40), (40, 4)):
        rng = np.random.default_rng(0)
        conventions = SimpleNamespace(low=0, high=1, layout="DK")
        W, b, c = rng.normal(size=(D, K)), rng.normal(size=D), rng.normal(size=K)
        with np.errstate(all="ignore"):
            log_z = student.log_partition(W=W, b=b + 2_000, c=c, conventions=conventions)
        if not np.isfinite(log_z):
            return "it is not finite where b is 2,000"
    return None


def property_one_leap(student):
    """with betas 0 and 1 each log w is the F of the base less F of the model, at one v, up and down"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        leap = np.log(weights_of_pairs(model, all_v, all_h).sum(axis=1))
        leap -= np.log(weights_of_base(model, all_v, all_h).sum(axis=1))
        common = {"b_base": B_BASE, "betas": np.array([0.0, 1.0]), "rng": np.random.default_rng(0)}
        up = np.asarray(student.ais_log_weights(n_walks=50, **model, **common))
        if up.shape != (50,) or np.abs(up[:, None] - leap).min(axis=1).max() > 1e-6:
            return "up it is not"
        down = student.reverse_ais_log_weights(v=all_v.copy(), **model, **common)
        if not np.allclose(down, leap):
            return "down it is not"
    return None


def is_off(values, exact):
    """Whether their mean is more than five standard errors away from `exact`."""
    return abs(np.mean(values) - exact) > 5 * np.std(values) / np.sqrt(len(values))


def property_mean_weights(student):
    """the mean of w is Z / Z_base up, and the mean of 1/w is Z_base / Z down, and no argument is changed"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        weights = weights_of_pairs(model, all_v, all_h)
        ratio = weights.sum() / weights_of_base(model, all_v, all_h).sum()
        rng = np.random.default_rng(0)
        common = {"b_base": B_BASE.copy(), "betas": BETAS.copy(), "rng": rng}
        up = student.ais_log_weights(n_walks=3_000, **model, **common)
        if is_off(np.exp(up), ratio):
            return "up it is not"
        v = all_v[rng.choice(len(all_v), size=3_000, p=weights.sum(axis=1) / weights.sum())]
        before = v.copy()
        down = student.reverse_ais_log_weights(v=v, **model, **common)
        if not np.array_equal(v, before):
            return "v is another one afterwards"
        if is_off(np.exp(-np.asarray(down)), 1 / ratio):
            return "down it is not"
    return None


def property_estimates(student):
    """of equal weights both estimates are log Z_base and that log w, the error is 0, and nothing overflows"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        log_z_base = np.log(weights_of_base(model, all_v, all_h).sum())
        for shift in (0.0, 1.5, 5_000.0, -5_000.0):
            up, error, down = student.estimates(np.full(6, shift), np.full(4, shift), B_BASE, 2, model["conventions"])
            if not np.allclose([up, down], log_z_base + shift) or abs(error) > 1e-6:
                return f"not so where log w is {shift}"
    return None


def property_by_walks(student):
    """log_z_by_walks agrees with your log_partition on a model that is small enough for both"""
    for seed, low, high, layout in MODELS[1:3]:
        model, _, _ = small_model(seed, low, high, layout, 7, 6)
        log_z = student.log_z_by_walks(**model, rng=np.random.default_rng(0))
        if not abs(log_z - student.log_partition(**model)) < 0.3:
            return "it does not"
    return None


def property_pseudo(student):
    """pseudo_log_likelihood is the sum of log p(v_i given the others), from the table of all states"""
    for model, all_v, all_h in (small_model(*one) for one in MODELS):
        p = weights_of_pairs(model, all_v, all_h).sum(axis=1)
        exact = np.zeros(len(all_v))
        for n, v in enumerate(all_v):
            for i in range(len(v)):
                alike = np.delete(all_v == v, i, axis=1).all(axis=1)  # v and v with unit i flipped
                exact[n] += np.log(p[n] / p[alike].sum())
        if not np.allclose(student.pseudo_log_likelihood(all_v.copy(), **model), exact):
            return "it is not"
    return None
# END PROPERTIES


# --- the mistakes, as edits of the solution

WRITTEN_OUT = "np.log(np.exp(conventions.low * x) + np.exp(conventions.high * x))"
LOG_PARTITION_MISTAKES = (
    Edit(1, "-free_energy(states,", "free_energy(states,"),
    Edit(3, "np.logaddexp(conventions.low * x, conventions.high * x)", WRITTEN_OUT, "free_energy"),
    Edit(3, "largest + np.log(np.exp(log_terms - largest).sum())", "np.log(np.exp(log_terms).sum())", "log_of_sum"),
    Edit(4, "    listed, other = b, c\n", "    c = 0 * c\n    listed, other = b, c\n"),
    Edit(5, "    listed, other = b, c\n", "    b = 0 * b\n    listed, other = b, c\n"),
    Edit(4, "x = v @ W_DK + c", "x = v @ W_DK", "free_energy"),  # c or b, whichever layer is summed out
    Edit(5, "-(v @ b) - log_sums", "-log_sums", "free_energy"),
    Edit(11, "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
    Edit(50, "W_DK, listed, other = W_DK.T, c, b", "W_DK, listed = W_DK.T, c"),
    Edit(51, ".sum())", ".mean())", "log_of_sum"),
)
OF_FREE_ENERGY = (
    Edit(3, "np.logaddexp(conventions.low * x, conventions.high * x)", WRITTEN_OUT, "free_energy"),
    Edit(4, "x = v @ W_DK + c", "x = v @ W_DK", "free_energy"),
    Edit(5, "-(v @ b) - log_sums", "-log_sums", "free_energy"),
)
OF_WALKS = (  # up or down
    *OF_FREE_ENERGY,
    Edit(1, "p_h = sigmoid(difference", "p_h = sigmoid(-difference", "gibbs_step"),
    Edit(1, "p_v = sigmoid(difference", "p_v = sigmoid(-difference", "gibbs_step"),
    Edit(4, "beta * c", "0 * c", "between"),
    Edit(4, "v @ W_DK + c", "v @ W_DK", "gibbs_step"),
    Edit(5, "(1 - beta) * b_base + beta * b", "(1 - beta) * b_base", "between"),
    Edit(5, "h @ W_DK.T + b", "h @ W_DK.T", "gibbs_step"),
    Edit(11, "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T", "between"),
    Edit(12, "uniform < p", "0.5 < p", "draw"),
    Edit(13, "uniform < p", "uniform > p", "draw"),
    Edit(14, "rng.random(p.shape)", "rng.standard_normal(p.shape)", "draw"),
    Edit(15, "rng.random(p.shape)", "rng.random(p.shape[1:])", "draw"),
    Edit(16, "h = draw(p_h, conventions, rng)", "h = conventions.low + difference * p_h", "gibbs_step"),
    Edit(16, "return draw(p_v, conventions, rng)", "return conventions.low + difference * p_v", "gibbs_step"),
    Edit(23, "    difference", "    rng = np.random.default_rng(0)\n    difference", "gibbs_step"),
    Edit(53, "gibbs_step(v, *here,", "gibbs_step(v, *following,"),
    Edit(53, "gibbs_step(v, *here,", "gibbs_step(v, *between(betas[l - 1], W, b, c, b_base, conventions),"),
    Edit(53, "gibbs_step(v, *here,", "gibbs_step(v, as_D_by_K(W, conventions), b, c,"),
    Edit(53, "gibbs_step(v, *here,", "gibbs_step(v, here[0], b, here[2],"),
    Edit(54, "(1 - beta) * b_base + beta * b", "beta * b", "between"),
    Edit(54, "(1 - beta) * b_base + beta * b", "b", "between"),
    Edit(57, "return log_w", "return -log_w"),
)
UP_MISTAKES = (
    *OF_WALKS,
    Edit(23, "    difference", "    rng = np.random.default_rng(0)\n    difference"),
    Edit(52, "        if l > 0:\n            v = gibbs_step(v, *here, conventions, rng)\n",
         "        v = gibbs_step(v, *following, conventions, rng)\n"),
    Edit(54, "np.tile(p_base, (n_walks, 1))", "np.full((n_walks, len(b)), 0.5)"),
    Edit(58, "range(len(betas) - 1)", "range(len(betas) - 2)"),
    Edit(58, "rng)\n        log_w", "rng)\n            log_w"),
)
DOWN_MISTAKES = (
    *OF_WALKS,
    Edit(25, "            v = gibbs", "            v[...] = gibbs"),
    Edit(52, """        log_w = log_w + free_energy(v, *here, conventions) - free_energy(v, *following, conventions)
        if l > 0:
            v = gibbs_step(v, *here, conventions, rng)
""", """        if l > 0:
            v = gibbs_step(v, *here, conventions, rng)
        log_w = log_w + free_energy(v, *here, conventions) - free_energy(v, *following, conventions)
"""),
    Edit(58, "reversed(range(len(betas) - 1))", "reversed(range(len(betas) - 2))"),
    Edit(58, "reversed(range(len(betas) - 1))", "reversed(range(1, len(betas) - 1))"),
)
ESTIMATES_MISTAKES = (
    Edit(3, "largest + np.log(np.exp(log_terms - largest).sum())", "np.log(np.exp(log_terms).sum())", "log_of_sum"),
    Edit(3, "np.exp(log_w_up - log_w_up.max())", "np.exp(log_w_up)"),
    Edit(42, "w.std()", "w.std(ddof=1)"),
    Edit(51, " - np.log(M_up)", ""),
    Edit(51, " + np.log(M_down)", ""),
    Edit(54, "np.logaddexp(conventions.low * b_base, conventions.high * b_base).sum()", "len(b_base) * np.log(2)"),
    Edit(55, "log_of_sum(log_w_up) - np.log(M_up)", "log_w_up.mean()"),
    Edit(55, "log_z_base - log_of_sum(-log_w_down) + np.log(M_down)", "log_z_base + log_w_down.mean()"),
    Edit(56, "log_z_up = log_z_base + ", "log_z_up = "),
    Edit(56, "log_z_down = log_z_base - ", "log_z_down = -"),
    Edit(56, "return log_z_up, error_up, log_z_down",
         "return log_z_up - log_z_base, error_up, log_z_down - log_z_base"),
    Edit(56, " + n_hidden * np.log(2)", ""),
    Edit(57, "log_z_base - log_of_sum(-log_w_down) + np.log(M_down)",
         "log_z_base + log_of_sum(log_w_down) - np.log(M_down)"),
)
PSEUDO_MISTAKES = (
    *OF_FREE_ENERGY[1:],
    Edit(1, "F - F_flipped", "F_flipped - F"),
    Edit(3, "total - np.logaddexp(0, F - F_flipped)", "total + np.log(1 / (1 + np.exp(F - F_flipped)))"),
    Edit(11, "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
    Edit(51, "return total", "return total / v.shape[1]"),
    Edit(59, "conventions.low + conventions.high - v[:, i]", "1 - v[:, i]", is_right_usually=True),
    Edit(59, "    for i in range(v.shape[1]):\n        flipped = v.copy()\n",
         "    flipped = v.copy()\n    for i in range(v.shape[1]):\n"),
)

ASSIGNMENT = Assignment(
    title="how probable does an RBM find the data?",
    after="16",
    conventions=(({"low": 0, "high": 1}, {"low": -1, "high": 1}),
                 ({"layout": "DK"}, {"layout": "KD"})),
    tasks=(
        Task("log_partition", 4, 1.25, "14", "14.1", partition_instance, partition_oracle,
             mistakes=LOG_PARTITION_MISTAKES,
             hints=("Z = Σ_v exp(-F(v)), and just so Z = Σ_h exp(-F(h)), where the visible layer is summed out.",
                    "If the hidden layer is the smaller one, W is transposed and b and c change places: then one "
                    "piece of code does for both.",
                    "log Σ exp(a) = m + log Σ exp(a - m), where m is the largest a.")),
        Task("ais_log_weights", 6, 2.0, "14", "14.6", up_instance,
             statistics=Statistics(small_up, up_means, walk_features, 2_000), mistakes=UP_MISTAKES,
             hints=("Model l has the parameters β_l W, (1 - β_l) b_base + β_l b and β_l c: write a function for them.",
                    "Factor l is taken at v_l, before the step that leads to v_{l+1}; that step is one of model l + 1.",
                    "There are L factors and L - 1 steps. v_0 is drawn from the base itself.")),
        Task("reverse_ais_log_weights", 3, 0.75, "15", "15.2", down_instance,
             statistics=Statistics(small_down, down_means, walk_features, 2_000), mistakes=DOWN_MISTAKES,
             hints=("The v that is given is v_{L-1}: factor L - 1 is taken there, before anything is drawn.",
                    "For l = L - 1 down to 0: factor l, then, but for l = 0, a step of model l.",
                    "The sign is that of the walks up: F_l(v_l) - F_{l+1}(v_l).")),
        Task("estimates", 3, 0.75, "14", "14.10", estimates_instance, estimates_oracle,
             answers=("log_z_up", "error_up", "log_z_down"), mistakes=ESTIMATES_MISTAKES,
             hints=("log mean w = log Σ exp(log w) - log M. In Z_base each unit is summed out by itself, also the "
                    "hidden ones.",
                    "Down, the mean of 1/w is Z_base / Z: log Z = log Z_base - log mean exp(-log w).",
                    "The error does not change if all w are divided by the largest one.")),
        Task("log_z_by_walks", 3, 0.75, "14", "14.7", blocks_instance, answers=("log_z",), judge=judge_by_walks,
             instances=1,
             hints=("Only calls of functions that you have already are needed.",
                    "200 walks along 400 models, with b_base = 0, will do. Look at the error of the estimate.")),
        Task("pseudo_log_likelihood", 4, 0.75, "16", "16.2", pseudo_instance, pseudo_oracle,
             mistakes=PSEUDO_MISTAKES,
             hints=("A loop over the D units: F of the cases with unit i flipped, all N at once.",
                    "log σ(y) = -log(1 + exp(-y)), and np.logaddexp(0, -y) is log(1 + exp(-y)) without overflow.",
                    "low + high - v is the other one of the two values.")),
    ),
)
