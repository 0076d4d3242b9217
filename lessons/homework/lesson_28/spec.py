"""Exercise to lesson 28: instances, oracles by the package and by sums over all words, and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Statistics, Task
from numpy_dgm.energy import RBM, Softmax, hidden_probs, sample_hidden, visible_probs
from numpy_dgm.foundation.enumeration import all_bits


def letters_instance(rng, conventions, number):
    """N, P and M different, alike in the third; in the last one inputs are beyond what exp can hold, up and down."""
    N, P, M = (4, 4, 4) if number == 2 else rng.permutation([3, 5, 6])
    x = 2 * rng.normal(size=(N, P * M))
    if number == 3:
        x[::2] += 1000.0
        x[1::2] -= 1000.0
    return {"x": x, "n_values": int(M), "rng": Seed(int(rng.integers(2**31)))}


def letters_oracle(x, n_values, rng):
    units = Softmax(n_values)
    return units.sample(units.mean(x), rng)


def random_words(rng, N, P, M):
    return np.eye(M)[rng.integers(M, size=(N, P))].reshape(N, P * M)


def draw_model(rng, N, P, M, K, scale):
    return {"W": scale * rng.normal(size=(P * M, K)), "b": rng.normal(size=P * M), "c": scale * rng.normal(size=K),
            "v": random_words(rng, N, P, M), "n_values": M, "rng": Seed(int(rng.integers(2**31)))}


def instance(rng, conventions, number):
    """N, P, M and K different, alike in the third; some of the positions held, and more than one of them."""
    N, P, M, K = (4, 4, 4, 4) if number == 2 else (int(n) for n in rng.permutation([4, 5, 6, 7]))
    return {**draw_model(rng, 3 * N, P, M, K, 1.5), "n_held": int(rng.integers(2, P - 1)), "steps": 3}


def by_the_package(W, b, c, v, n_held, steps, n_values, rng):
    rbm = RBM(W=W, b=b, c=c, visible=Softmax(n_values))
    held = np.arange(len(b)) < n_held * n_values
    chains = v
    for _ in range(steps):
        h = sample_hidden(rbm, chains, rng)
        chains = np.where(held, v, rbm.visible.sample(visible_probs(rbm, h), rng))
    return chains


def letters_small(rng, conventions):
    """Two different cases of two positions, each of them 20 times."""
    x = 1.5 * rng.normal(size=(2, 6))
    return {"x": np.repeat(x, 20, axis=0), "n_values": 3, "rng": Seed(int(rng.integers(2**31)))}


def small(rng, conventions):
    """Two cases of three positions of three values, each 20 times, one position held; two steps."""
    model = draw_model(rng, 2, 3, 3, 2, 1.5)
    return {**model, "v": np.repeat(model["v"], 20, axis=0), "n_held": 1, "steps": 2}


def features(v):
    """Means of each of the two cases; of products of two positions of a case; and of a case and the next one."""
    by_case = np.reshape(v, (2, 20, -1))
    last_two = by_case[:, :, -6:]
    pairs = np.einsum("nri,nrj->nij", last_two[:, :, :3], last_two[:, :, 3:]) / 20
    next_to = (by_case * np.roll(by_case, 1, axis=1)).mean(axis=1)
    return by_case.mean(axis=1), pairs, next_to


def letters_exact(x, n_values):
    mean = Softmax(n_values).mean(x)[::20]
    return mean, mean[:, :3, None] * mean[:, None, 3:], mean**2


def exact_means(W, b, c, v, n_held, steps, n_values):
    """By the transition matrix among the 9 words that a case can become."""
    rbm = RBM(W=W, b=b, c=c, visible=Softmax(3))
    all_h = all_bits(2)
    means, pairs = [], []
    for start in v[::20]:
        free = rbm.visible.states(6, 0, 9)  # (9, 6)
        words = np.hstack([np.tile(start[:3], (9, 1)), free])
        p_h = hidden_probs(rbm, words)  # (9, 2)
        h_given_v = np.prod(np.where(all_h[None] == 1, p_h[:, None], 1 - p_h[:, None]), axis=2)  # (9, 4)
        p_free = visible_probs(rbm, all_h)[:, 3:]  # (4, 6)
        v_given_h = (p_free[:, :3] @ free[:, :3].T) * (p_free[:, 3:] @ free[:, 3:].T)  # (4, 9)
        T = h_given_v @ v_given_h
        place = int(np.flatnonzero((words == start).all(axis=1))[0])
        p = np.linalg.matrix_power(T, steps)[place]  # (9,)
        means.append(p @ words)
        pairs.append((free[:, :3] * p[:, None]).T @ free[:, 3:])
    means = np.stack(means)
    return means, np.stack(pairs), means**2


# BEGIN PROPERTIES
def property_certain_letters(student):
    """an input of 1000 more than all others decides, and so does one of 1000 less than none"""
    x = np.array([[0.0, 1000.0, 0.0, -1000.0, -2000.0, -2000.0], [-3000.0, -3000.0, -2000.0, 5.0, 5.0, 1005.0]])
    with np.errstate(all="ignore"):
        found = np.asarray(student.draw_letters(x, 3, np.random.default_rng(0)))
    right = [[0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 0, 1]]
    return None if found.shape == (2, 6) and np.array_equal(found, right) else "it does not"


def property_shares(student):
    """each position has one unit on, and value m in the share exp(x_m) / Σ exp(x_l) of 20,000 draws"""
    x = np.tile([0.0, 1.0, -1.0, 2.0, 0.0, 0.5, 0.5, 0.5], (20_000, 1))
    found = np.asarray(student.draw_letters(x, 4, np.random.default_rng(1)))
    if found.shape != x.shape or not np.array_equal(found.reshape(-1, 4).sum(axis=1), np.ones(40_000)):
        return "not every position has one unit on"
    weights = np.exp(x[0].reshape(2, 4))
    right = (weights / weights.sum(axis=1, keepdims=True)).ravel()
    return None if np.abs(found.mean(axis=0) - right).max() < 0.02 else "the shares are others"


def property_clamped(student):
    """the clamped positions stay, and what follows has the exact distribution given them, after 30 steps"""
    rng = np.random.default_rng(2)
    W, b, c = rng.normal(size=(6, 2)), rng.normal(size=6), rng.normal(size=2)
    start = np.tile([0.0, 0.0, 1.0, 1.0, 0.0, 0.0], (20_000, 1))
    found = np.asarray(student.go_on(W, b, c, start, 1, 30, 3, rng))
    if found.shape != start.shape or not np.array_equal(found[:, :3], start[:, :3]):
        return "the first position does not stay"
    words = np.hstack([np.tile(start[0, :3], (3, 1)), np.eye(3)])
    weights = np.exp(words @ b + np.logaddexp(0, words @ W + c).sum(axis=1))
    return None if np.abs(found[:, 3:].mean(axis=0) - weights / weights.sum()).max() < 0.02 else "it has not"
# END PROPERTIES


EXPONENTIAL = "p = np.exp(grouped - largest)"
LETTERS_MISTAKES = (
    Edit(1, EXPONENTIAL, "p = np.exp(largest - grouped)"),
    Edit(160, "largest = grouped.max(axis=2, keepdims=True)", "largest = grouped.max()"),
    Edit(171, EXPONENTIAL, "p = np.exp(grouped)"),
    Edit(310, "p /= p.sum(axis=2, keepdims=True)", "p /= p.sum(axis=(1, 2), keepdims=True)"),
    Edit(311, "value = (u[:, :, None] >= cumulated[:, :, :-1]).sum(axis=2)  # (N, P)", "value = p.argmax(axis=2)"),
    Edit(312, "u = rng.random(cumulated.shape[:2])", "u = np.tile(rng.random((N, 1)), (1, cumulated.shape[1]))"),
    Edit(15, "u = rng.random(cumulated.shape[:2])", "u = np.tile(rng.random(cumulated.shape[1]), (N, 1))"),
    Edit(14, "rng.random(cumulated.shape[:2])", "rng.standard_normal(cumulated.shape[:2])"),
    Edit(23, "u = rng.random(", "rng = np.random.default_rng(0)\n    u = rng.random("),
    Edit(313, "cumulated[:, :, :-1]).sum(axis=2)", "cumulated[:, :, 1:]).sum(axis=2)"),
    Edit(314, "units = value[:, :, None] == np.arange(n_values)", "units = u[:, :, None] < p"),
    Edit(315, "grouped = x.reshape(N, -1, n_values)  # (N, P, M)",
         "grouped = x.reshape(N, n_values, -1).swapaxes(1, 2)"),
)
MISTAKES = (
    Edit(4, "chains @ W + c", "chains @ W"),
    Edit(5, "h @ W.T + b", "h @ W.T"),
    Edit(12, "(rng.random(p_h.shape) < p_h)", "(p_h > 0.5)"),
    Edit(13, "rng.random(p_h.shape) < p_h", "rng.random(p_h.shape) > p_h"),
    Edit(16, "h = (rng.random(p_h.shape) < p_h).astype(float)", "h = p_h"),
    Edit(20, "range(steps)", "range(steps - 1)"),
    Edit(21, "range(steps)", "range(steps + 1)"),
    Edit(25, "        chains[:, :n_clamped] = v[:, :n_clamped]\n    return chains",
         "        chains[:, :n_clamped] = v[:, :n_clamped]\n    v[:] = chains\n    return chains"),
    Edit(316, "        chains[:, :n_clamped] = v[:, :n_clamped]\n", ""),
    Edit(317, "n_clamped = n_held * n_values  # units", "n_clamped = n_held"),
    Edit(318, "        chains[:, :n_clamped] = v[:, :n_clamped]\n", "    chains[:, :n_clamped] = v[:, :n_clamped]\n"),
    Edit(319, "chains[:, :n_clamped] = v[:, :n_clamped]", "chains[:, n_clamped:] = v[:, n_clamped:]"),
)

ASSIGNMENT = Assignment(
    title="words that go on from a beginning",
    after="28",
    tasks=(
        Task("draw_letters", 1, 0.4, "28", "28.2", letters_instance, letters_oracle, ("letters",), instances=4,
             mistakes=LETTERS_MISTAKES, statistics=Statistics(letters_small, letters_exact, features),
             hints=("x.reshape(N, P, M) has the groups; a softmax goes along its last axis.",
                    "Take the largest input of each group off before exp: the shares stay the same.",
                    "How many of the first M - 1 cumulated probabilities are at most u? That is the value.")),
        Task("go_on", 1, 0.4, "28", "28.6", instance, by_the_package, ("v",), mistakes=MISTAKES,
             statistics=Statistics(small, exact_means, features),
             hints=("It is Gibbs sampling as in lesson 7, with draw_letters for the way down.",
                    "A position is n_values units: how many units do n_held positions have?",
                    "The clamped ones are put back in each step, before h is drawn again.")),
    ),
)
