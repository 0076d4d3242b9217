"""Deep belief nets against the sum over all their hidden layers."""
import itertools
from dataclasses import replace

import numpy as np
import pytest
from chi_square import chi_square_p_value
from models import random_bits, random_rbm, random_values, small_rbm, transition_matrix, written_out

from numpy_dgm.energy import (
    DBN,
    RBM,
    Bernoulli,
    Gaussian,
    Softmax,
    evaluate_dbn,
    init_dbn,
    layer_from_below,
    log_likelihood,
    lower_bound,
    sample_chains,
    sample_dbn,
    sample_downwards,
    sample_upwards,
    untied,
    up_down_gradient,
)
from numpy_dgm.energy.dbn import check_dbn, log_conditional
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits, empirical_distribution
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import flatten, leaves

SIZES = (4, 3, 2, 3)  # D, and three hidden layers


def random_dbn(sizes=SIZES, scale=1.0, seed=0, is_untied=True):
    """A stack with random parameters; the way down has others than the way up."""
    layers = [random_rbm(below, above, scale, [seed, i]) for i, (below, above) in enumerate(zip(sizes, sizes[1:]))]
    others = [random_rbm(len(rbm.b), len(rbm.c), scale, [seed, 9, i]) for i, rbm in enumerate(layers)]
    return DBN(tuple(layers), tuple(others[:-1]) if is_untied else ())


def log_bernoulli(p, s):
    """log probability of bits s (..., n) that are on with probability p (..., n)."""
    return np.log(np.where(s == 1, p, 1 - p)).sum(axis=-1)


def on(W, bias, s):
    return 1 / (1 + np.exp(-(s @ W + bias)))


def written_out_dbn(dbn):
    """`(states, log_p, log_q)`: every (v, h_1, ..., h_{L-1}) as a tuple of arrays, log p of each, log q given its v."""
    sizes = [len(rbm.b) for rbm in dbn.layers]
    chosen = np.array(list(itertools.product(*[range(2**n) for n in sizes])))
    states = tuple(all_bits(n)[chosen[:, i]] for i, n in enumerate(sizes))
    top = dbn.layers[-1]
    v, h = all_bits(len(top.b)), all_bits(len(top.c))
    weight = np.exp(v @ top.b[:, None] + (h @ top.c)[None] + v @ top.W @ h.T)
    log_p = np.log(weight.sum(axis=1) / weight.sum())[chosen[:, -1]]
    log_q = np.zeros(len(chosen))
    for i, down in enumerate(dbn.generative or dbn.layers[:-1]):
        log_p = log_p + log_bernoulli(on(down.W.T, down.b, states[i + 1]), states[i])
        log_q += log_bernoulli(on(dbn.layers[i].W, dbn.layers[i].c, states[i]), states[i + 1])
    return states, log_p, log_q


def exact_log_p(dbn):
    """log p(v) for each row of all_bits(D)."""
    _, log_p, _ = written_out_dbn(dbn)
    return np.log(np.exp(log_p).reshape(2 ** len(dbn.layers[0].b), -1).sum(axis=1))


def exact_bound(dbn):
    """E_q[log p(v, h)] + H(q) for each row of all_bits(D)."""
    _, log_p, log_q = written_out_dbn(dbn)
    return (np.exp(log_q) * (log_p - log_q)).reshape(2 ** len(dbn.layers[0].b), -1).sum(axis=1)


def assert_mean(draws, exact):
    """The mean of independent draws (S, ...) is `exact` to 4.5 standard errors."""
    draws = np.asarray(draws, dtype=float)
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    np.testing.assert_array_less(np.abs(draws.mean(axis=0) - exact), 4.5 * error + 1e-12)


# ---- the bound


@pytest.mark.parametrize("is_untied", [False, True])
def test_the_bound_is_what_its_definition_says_and_below_log_p(is_untied):
    dbn = random_dbn(is_untied=is_untied)
    exact = exact_bound(dbn)
    v = np.repeat(all_bits(4), 4_000, axis=0)
    draws = lower_bound(dbn, v, np.random.default_rng(1)).reshape(16, 4_000).T
    assert_mean(draws, exact)
    assert np.all(exact < exact_log_p(dbn) - 0.01)


@pytest.mark.parametrize("visible, hidden, size", [
    (Bernoulli(), Bernoulli(), 4), (Softmax(3), Bernoulli(), 6), (Gaussian(), Bernoulli(), 2),
    (Bernoulli(), Softmax(3), 4), (Bernoulli(), Gaussian(), 4)])
def test_a_layer_from_below_starts_the_bound_at_log_p_of_the_one_below(visible, hidden, size):
    """For every draw of h, not only on average."""
    rbm = small_rbm(visible, hidden, 2, 2, 1.5, 0)
    dbn = check_dbn(DBN((rbm, layer_from_below(rbm, len(rbm.b), np.random.default_rng(0)))))
    v = random_values(visible, 30, len(rbm.b), 1)
    draws = lower_bound(dbn, v, np.random.default_rng(2))
    np.testing.assert_allclose(draws, log_likelihood(rbm, v), rtol=0, atol=1e-10)
    assert len(rbm.b) == size


def test_a_third_layer_from_below_leaves_the_bound_where_it_was():
    below = random_dbn((4, 3, 4), is_untied=False)
    more = DBN((*below.layers, layer_from_below(below.layers[1], 3, np.random.default_rng(0))))
    np.testing.assert_allclose(exact_bound(more), exact_bound(below), atol=1e-12)


def test_units_beyond_those_below_start_small_and_unlike_and_hardly_move_the_bound():
    rbm = random_rbm(4, 3, 1.5, 0, dtype=np.float32)
    top = layer_from_below(rbm, 300, np.random.default_rng(0))
    np.testing.assert_array_equal(top.W[:, :4], rbm.W.T)
    np.testing.assert_array_equal(top.b, rbm.c)
    np.testing.assert_array_equal(top.c, [*rbm.b, *np.zeros(296)])
    assert abs(top.W[:, 4:].std() - 0.01) < 0.001 and top.W.dtype == top.c.dtype == np.float32
    assert not np.shares_memory(top.b, rbm.c)
    few = layer_from_below(random_rbm(4, 3, 1.5, 0), 10, np.random.default_rng(0))
    start = exact_log_p(DBN((random_rbm(4, 3, 1.5, 0),)))
    np.testing.assert_allclose(exact_bound(DBN((random_rbm(4, 3, 1.5, 0), few))), start, atol=0.05)


def test_one_layer_alone_is_an_rbm():
    rbm = random_rbm(4, 3, 1.0, 0)
    np.testing.assert_allclose(lower_bound(DBN((rbm,)), all_bits(4), np.random.default_rng(0)),
                               log_likelihood(rbm, all_bits(4)), rtol=1e-12)
    v, p_v = sample_dbn(DBN((rbm,)), 20, 5, np.random.default_rng(1))
    expected_v, expected_p_v = sample_chains(rbm, 20, 5, np.random.default_rng(1))
    assert v.tobytes() == expected_v.tobytes() and p_v.tobytes() == expected_p_v.tobytes()


def test_a_known_log_z_is_used_as_it_is():
    dbn = random_dbn()
    log_z = written_out(dbn.layers[-1])[3]
    exact = lower_bound(dbn, all_bits(4), np.random.default_rng(0))
    with_another = lower_bound(dbn, all_bits(4), np.random.default_rng(0), log_z=5.0)
    np.testing.assert_allclose(with_another, exact + log_z - 5, rtol=1e-12)


@pytest.mark.parametrize("visible", [Bernoulli(), Softmax(3), Gaussian()])
def test_the_probability_of_a_layer_given_another_is_that_of_the_joint(visible):
    rbm = small_rbm(visible, Bernoulli(), 2, 1, 1.0, 3)
    v, h, p, _ = written_out(rbm)
    x = h @ rbm.W.T + rbm.b
    log_p = np.array([log_conditional(visible, np.tile(x[j], (len(v), 1)), v) for j in range(len(h))]).T
    if visible == Gaussian():  # p is of grid points, of the volume (1/2)² each
        log_p = log_p + 2 * np.log(0.5)
    np.testing.assert_allclose(np.exp(log_p), p / p.sum(axis=0), rtol=1e-9, atol=1e-14)


# ---- its evaluation


def test_the_evaluation_is_the_mean_bound_of_one_draw_a_case():
    dbn, v = random_dbn(), random_bits(1_500, 4, 0)  # more than go through a model together
    found = evaluate_dbn(dbn, v, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    draws = np.concatenate([lower_bound(dbn, v[:1000], rng), lower_bound(dbn, v[1000:], rng)])
    np.testing.assert_allclose(found.bound, draws.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, draws.std(ddof=1) / np.sqrt(1_500), rtol=1e-12)
    np.testing.assert_allclose(found.interval, (found.bound, found.bound), rtol=1e-12)
    assert found.trusted and found.top.method == "exact" and found.n_cases == 1_500
    text = str(found)
    assert f"bound on log p    {found.bound:.3f} nats, ± {found.standard_error:.3f} over the 1,500 cases" in text
    assert "verdict           trust; of the top RBM alone" in text and "    log Z            " in text


def test_the_evaluation_by_annealed_walks_agrees_with_the_exact_one():
    dbn, v = random_dbn((6, 8, 9)), random_bits(200, 6, 0)
    exact = evaluate_dbn(dbn, v, np.random.default_rng(3))
    annealed = evaluate_dbn(dbn, v, np.random.default_rng(3), method="ais", n_temperatures=300, n_walks=40)
    assert annealed.trusted and annealed.top.method == "ais" and len(annealed.top.forward.log_weights) == 40
    assert abs(annealed.bound - exact.bound) < 4.5 * annealed.top.log_z_error + 1e-4
    low, high = annealed.interval
    np.testing.assert_allclose((low + high) / 2, annealed.bound, rtol=1e-12)
    np.testing.assert_allclose(high - low, 2 * 1.96 * annealed.top.log_z_error, rtol=1e-6)


def test_a_verdict_of_the_top_is_that_of_the_whole(monkeypatch):
    from numpy_dgm.energy import evaluation

    monkeypatch.setattr(evaluation, "MOST_SPREAD", 0.0)
    found = evaluate_dbn(random_dbn((6, 8, 9)), random_bits(20, 6, 0), np.random.default_rng(3), "ais", None, 20, 20)
    assert not found.trusted and "verdict           do not trust; " in str(found)
    one = evaluate_dbn(random_dbn(), random_bits(1, 4, 0)[0], np.random.default_rng(3))
    assert np.isnan(one.standard_error) and "nats, 1 case; " in str(one)


# ---- sampling


def test_ancestral_samples_have_the_exact_distribution():
    """20,000 chains of 40 steps; weights of the top RBM are small enough to forget the noise that they start at."""
    dbn = random_dbn(seed=1)
    v, p_v = sample_dbn(dbn, 20_000, 40, np.random.default_rng(0))
    expected = 20_000 * np.exp(exact_log_p(dbn))
    assert chi_square_p_value(20_000 * empirical_distribution(v), expected * 20_000 / expected.sum()) > 1e-4
    assert_mean(v - p_v, np.zeros(4))
    assert np.all((0 < p_v) & (p_v < 1))


def test_the_way_down_is_drawn_layer_by_layer_with_its_own_weights():
    dbn = random_dbn()
    h = np.repeat(np.array([[1.0, 0.0]]), 20_000, axis=0)
    v, p_v = sample_downwards(dbn, h, np.random.default_rng(0))
    states, log_p, _ = written_out_dbn(dbn)
    given = np.all(states[2] == [1, 0], axis=1)
    p = np.bincount(np.arange(len(log_p))[given] // (8 * 4), np.exp(log_p[given]), minlength=16)
    assert chi_square_p_value(20_000 * empirical_distribution(v), 20_000 * p / p.sum()) > 1e-4
    assert_mean(p_v, p @ all_bits(4) / p.sum())


def test_the_way_up_is_drawn_layer_by_layer_with_its_own_weights():
    dbn = random_dbn()
    v = np.repeat(np.array([[1.0, 0, 0, 1]]), 20_000, axis=0)
    same_v, h_1, h_2 = sample_upwards(dbn, v, np.random.default_rng(0))
    states, _, log_q = written_out_dbn(dbn)
    given = np.all(states[0] == [1, 0, 0, 1], axis=1)
    counts = 20_000 * empirical_distribution(np.concatenate([h_1, h_2], axis=1))
    assert same_v.tobytes() == v.tobytes()
    assert chi_square_p_value(counts, 20_000 * np.exp(log_q[given])) > 1e-4


def test_single_precision_stays_single():
    dbn = untied(init_dbn(5, (4, 3), np.random.default_rng(0)))
    v, p_v = sample_dbn(dbn, 3, 2, np.random.default_rng(0))
    gradient, chains = up_down_gradient(dbn, np.zeros((2, 5)), None, 1, np.random.default_rng(0))
    assert {v.dtype, p_v.dtype, chains.dtype} | {array.dtype for _, array in leaves(gradient)} == {np.dtype(np.float32)}


# ---- up-down


def steps(dbn, v, chains, k, n_steps=60, n_rows=500):
    """Directions of `n_steps` independent up-down steps of many rows each: (n_steps, P)."""
    rng = np.random.default_rng(4)
    rows = np.tile(v, (n_rows, 1))
    starts = None if chains is None else np.tile(chains, (n_rows, 1))
    return np.array([flatten(up_down_gradient(dbn, rows, starts, k, rng)[0]) for _ in range(n_steps)])


def frozen(dbn, v, chains, k):
    """What up-down draws from, listed: `(p_awake, p_asleep)`, both over the states of `written_out_dbn`.

    Awake: a case, then upwards. Asleep: where the top's chains are after k steps and once more down, then downwards.
    """
    states, log_p, log_q = written_out_dbn(dbn)
    top = dbn.layers[-1]
    p_awake = np.repeat(empirical_distribution(v), len(log_q) // 2 ** v.shape[1]) * np.exp(log_q)
    h, h_top = all_bits(len(top.b)), all_bits(len(top.c))
    up = np.array([np.exp(log_bernoulli(on(top.W, top.c, one), h_top)) for one in h])
    down = np.array([np.exp(log_bernoulli(on(top.W.T, top.b, one), h)) for one in h_top])
    if chains is None:
        below_top = np.bincount(index_of(states[-1]), p_awake, minlength=len(h))
        start = below_top @ up
    else:
        start = empirical_distribution(chains)
    ended = start @ np.linalg.matrix_power(down @ up, k) @ down
    conditional = np.exp(log_p) / np.bincount(index_of(states[-1]), np.exp(log_p))[index_of(states[-1])]
    return p_awake, ended[index_of(states[-1])] * conditional, start


def index_of(bits):
    return (bits @ 2.0 ** np.arange(bits.shape[1] - 1, -1, -1)).astype(int)


@pytest.mark.parametrize("chains, k", [(None, 1), (None, 2), ([[1.0, 0, 0], [1, 1, 0]], 1), ([[0.0, 0, 1]], 2)])
def test_an_up_down_step_is_on_average_what_its_definition_says(chains, k):
    """Central differences of E_awake[log p(h_{l-1} given h_l)] and E_asleep[log q(h_l given h_{l-1})], listed.

    The distributions are held while the parameters move. The top: its gradient with the chains' exact distribution.
    """
    dbn = random_dbn(seed=2)
    v = np.array([[1.0, 0, 0, 1], [1, 1, 0, 1], [1, 1, 0, 1]])
    chains = None if chains is None else np.array(chains)
    p_awake, p_asleep, start = frozen(dbn, v, chains, k)
    states, _, _ = written_out_dbn(dbn)

    def learnt(model):
        total = 0.0
        for i in range(2):
            up, down = model.layers[i], model.generative[i]
            total += p_awake @ log_bernoulli(on(down.W.T, down.b, states[i + 1]), states[i])
            total += p_asleep @ log_bernoulli(on(up.W, up.c, states[i]), states[i + 1])
        return total

    expected = central_differences(learnt, dbn)
    top = dbn.layers[-1]
    h, h_top = all_bits(len(top.b)), all_bits(len(top.c))
    p_below_top = np.bincount(index_of(states[-1]), p_awake, minlength=len(h))
    down = np.array([np.exp(log_bernoulli(on(top.W.T, top.b, one), h)) for one in h_top])
    p_model = start @ down @ np.linalg.matrix_power(transition_matrix(top), k - 1)
    difference = p_below_top - p_model
    mean_h = on(top.W, top.c, h)
    of_top = RBM(W=(h * difference[:, None]).T @ mean_h, b=difference @ h, c=difference @ mean_h)
    n_lower = sum(flatten(rbm).size for rbm in dbn.layers[:2])
    expected[n_lower : n_lower + flatten(of_top).size] = flatten(of_top)
    draws = steps(dbn, v, chains, k)
    assert_mean(draws, expected)


def test_up_down_hands_on_where_the_chains_stand():
    dbn = random_dbn()
    chains = np.zeros((7, 3))
    _, first = up_down_gradient(dbn, random_bits(5, 4, 0), chains, 2, np.random.default_rng(0))
    assert first.shape == (7, 3) and set(np.unique(first)) == {0.0, 1.0} and not chains.any()
    _, contrastive = up_down_gradient(dbn, random_bits(5, 4, 0), None, 2, np.random.default_rng(0))
    assert contrastive.shape == (5, 3)


def test_what_takes_no_part_has_no_slope():
    gradient, _ = up_down_gradient(random_dbn(), random_bits(5, 4, 0), None, 1, np.random.default_rng(0))
    assert not any(rbm.b.any() for rbm in gradient.layers[:-1]) and not any(rbm.c.any() for rbm in gradient.generative)
    assert gradient.layers[-1].b.any() and all(rbm.W.any() and rbm.b.any() for rbm in gradient.generative)


# ---- what is refused


def test_a_new_stack_has_small_weights_and_starts_at_the_data():
    data = np.repeat([[0.0, 1, 1, 0, 1, 1]], 10, axis=0)
    data[:5] = [1, 1, 0, 0, 0, 1]
    dbn = init_dbn(6, [40, 30], np.random.default_rng(0), data, dtype=np.float64)
    assert [rbm.W.shape for rbm in dbn.layers] == [(6, 40), (40, 30)] and dbn.generative == ()
    np.testing.assert_allclose(1 / (1 + np.exp(-dbn.layers[0].b)), [0.5, 0.99, 0.5, 0.01, 0.5, 0.99], rtol=1e-10)
    assert dbn.layers[1].W.dtype == np.float64 and abs(dbn.layers[1].W.std() - 0.01) < 0.001
    assert init_dbn(6, [4], np.random.default_rng(0), visible=Softmax(3)).layers[0].visible == Softmax(3)


@pytest.mark.parametrize("hidden, message", [
    ((), r"hidden: expected at least one layer, got \(\)"),
    (5, r"hidden: expected a list of integers >= 1, such as \(500, 500\), got 5"),
    ((5, 0), "hidden: expected an integer >= 1, got 0"),
])
def test_hidden_layers_that_cannot_be_are_refused(hidden, message):
    with pytest.raises(InvalidInput, match=message):
        init_dbn(6, hidden, np.random.default_rng(0))


def broken(**changes):
    return replace(random_dbn(), **changes)


ONE = random_rbm(4, 3, 1.0, 0)
WITHOUT_Z = RBM(2 * np.eye(2), np.zeros(2), np.zeros(2), Gaussian(), Gaussian())


@pytest.mark.parametrize("dbn, message", [
    (None, "dbn: expected a DBN, got NoneType"),
    (DBN(()), "dbn: expected tuples of RBMs, at least one of them in layers"),
    (DBN([ONE]), "dbn: expected tuples of RBMs"),
    (DBN((ONE, None)), "rbm: expected an RBM, got NoneType"),
    (DBN((ONE, random_rbm(3, 2, 1.0, 0, dtype=np.float32))), "dbn: expected parameters of one dtype"),
    (DBN((ONE, random_rbm(2, 2, 1.0, 0))), r"dbn.layers\[1\]: expected 3 visible units of the kind Bernoulli\(\), as "),
    (DBN((ONE, random_rbm(3, 2, 1.0, 0, visible=Gaussian()))), r"got 3 of the kind Gaussian\(\)"),
    (DBN((random_rbm(4, 2, 1.0, 0, hidden=Gaussian()), WITHOUT_Z)), "rbm: expected a largest singular value of W"),
    (broken(generative=(ONE,)), "dbn.generative: expected nothing, or an RBM like each of the layers but the top one"),
    (broken(generative=random_dbn().layers[:2][::-1]), "dbn.generative: expected nothing"),
])
def test_what_is_no_stack_is_refused(dbn, message):
    with pytest.raises(InvalidInput, match=message):
        check_dbn(dbn)
    with pytest.raises(InvalidInput, match=message):
        evaluate_dbn(dbn, random_bits(5, 4, 0), np.random.default_rng(0))
    with pytest.raises(InvalidInput, match=message):
        sample_dbn(dbn, 5, 1, np.random.default_rng(0))


@pytest.mark.parametrize("act, message", [
    (lambda dbn, rng: layer_from_below(dbn.layers[0], 3, rng), "n_hidden: expected an integer >= 4, got 3"),
    (lambda dbn, rng: layer_from_below(None, 3, rng), "rbm: expected an RBM"),
    (lambda dbn, rng: layer_from_below(random_rbm(6, 2, 1.0, 0, visible=Softmax(3)), 7, rng),
     "n_hidden: expected a multiple of 3 units"),
    (lambda dbn, rng: lower_bound(dbn, np.full((2, 4), 0.5), rng), "v: expected states of the visible layer, got grey"),
    (lambda dbn, rng: evaluate_dbn(dbn, np.full((2, 4), 0.5), rng), "data: expected states of the visible layer, got"),
    (lambda dbn, rng: evaluate_dbn(dbn, random_bits(5, 3, 0), rng), r"data: expected shape \(cases, 4\)"),
    (lambda dbn, rng: sample_upwards(dbn, random_bits(5, 3, 0), rng), "v: expected a last axis of 4"),
    (lambda dbn, rng: sample_upwards(None, random_bits(5, 4, 0), rng), "dbn: expected a DBN"),
    (lambda dbn, rng: sample_upwards(dbn, random_bits(5, 4, 0), 0), "rng: expected a numpy.random.Generator"),
    (lambda dbn, rng: sample_downwards(dbn, random_bits(5, 3, 0), rng), "h: expected a last axis of 2"),
    (lambda dbn, rng: sample_downwards(dbn, random_bits(5, 2, 0), 0), "rng: expected a numpy.random.Generator"),
    (lambda dbn, rng: up_down_gradient(dbn, random_bits(5, 3, 0), None, 1, rng), "v_data: expected a last axis of 4"),
    (lambda dbn, rng: up_down_gradient(dbn, random_bits(5, 4, 0), np.zeros((2, 2)), 1, rng), "chains: expected a last"),
    (lambda dbn, rng: up_down_gradient(dbn, random_bits(5, 4, 0), None, 0, rng), "k: expected an integer >= 1, got 0"),
    (lambda dbn, rng: up_down_gradient(dbn, random_bits(5, 4, 0), None, 1, 0), "rng: expected a numpy.random.Gen"),
    (lambda dbn, rng: up_down_gradient(None, random_bits(5, 4, 0), None, 1, rng), "dbn: expected a DBN"),
])
def test_arguments_that_cannot_be_right_are_refused(act, message):
    with pytest.raises(InvalidInput, match=message):
        act(random_dbn(), np.random.default_rng(0))


def test_lists_and_one_case_are_taken():
    dbn = random_dbn()
    one = lower_bound(dbn, [1, 0, 0, 1], np.random.default_rng(0))
    assert one.shape == (1,)
    np.testing.assert_array_equal(one, lower_bound(dbn, [[True, False, False, True]], np.random.default_rng(0)))
