"""Annealed walks against enumeration: exact weights through the transition matrices of all temperatures."""
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from chi_square import chi_square_p_value
from models import draw_exactly, random_rbm, random_values, small_rbm, written_out

from numpy_dgm.energy import (
    RBM,
    Bernoulli,
    Gaussian,
    Softmax,
    energy,
    free_energy,
    gibbs_step,
    hidden_probs,
    log_partition,
    visible_probs,
)
from numpy_dgm.energy.annealing import (
    Walks,
    anneal,
    base_log_partition,
    base_rbm,
    bennett,
    between,
    effective_sample_size,
    forward_walks,
    reverse_walks,
    sample_base,
    summarise_reverse,
    temperatures,
)
from numpy_dgm.foundation.enumeration import (
    all_bits,
    bits_to_index,
    boltzmann_distribution,
    draw_states,
    product_of_bernoullis,
)
from numpy_dgm.foundation.numerics import logsumexp, softplus
from numpy_dgm.foundation.records import flatten

BITS = Bernoulli()
KINDS = (BITS, Gaussian(), Softmax(3))
every_kind = pytest.mark.parametrize("units", KINDS, ids=repr)
every_pair = pytest.mark.parametrize("visible, hidden", [(v, h) for v in KINDS for h in KINDS], ids=repr)


def model_and_base(visible=BITS, hidden=BITS, seed=0, dtype=np.float64):
    """An RBM of 6 and 3 units of these kinds, and a base of which nothing is 0 but W."""
    rbm = random_rbm(6, 3, 0.8, seed, dtype, visible=visible, hidden=hidden)
    other = random_rbm(6, 3, 0.8, seed + 1, dtype, visible=visible, hidden=hidden)
    return rbm, replace(other, W=np.zeros((6, 3), dtype))


def weighted(values, log_weights):
    """Values (M,) or (M, S) times weights exp(log_weights) (M,), in the same shape: their terms in a weighted mean."""
    return (values.T * np.exp(log_weights)).T


def check_mean(samples, exact):
    """The mean of the samples (M, ...) is `exact` (...), within 4.5 standard errors an entry."""
    standard_error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    assert np.all(np.abs(samples.mean(axis=0) - exact) <= 4.5 * standard_error + 1e-12)


# ---- the path


@every_pair
@pytest.mark.parametrize("beta", [0, 0.3, 1])
def test_a_model_between_has_the_mix_of_the_energies(visible, hidden, beta):
    rbm, base = model_and_base(visible, hidden)
    v, h = random_values(visible, 8, 6, 1), random_values(hidden, 8, 3, 2)
    mixed = (1 - beta) * energy(base, v, h) + beta * energy(rbm, v, h)
    np.testing.assert_allclose(energy(between(base, rbm, beta), v, h), mixed, rtol=1e-12)


@every_kind
def test_the_base_is_unconnected_and_has_the_means_of_the_data(units):
    rbm = random_rbm(6, 3, 0.8, 0, np.float32, visible=units)
    means = units.mean(np.random.default_rng(0).normal(size=(1, 6)))[0]  # means that such units can have
    base = base_rbm(rbm, means)
    np.testing.assert_allclose(units.mean(base.b[None])[0], means, rtol=1e-6)
    assert not base.W.any() and not base.c.any() and (base.visible, base.hidden) == (rbm.visible, rbm.hidden)
    assert not base_rbm(rbm).b.any()
    assert flatten(base).dtype == flatten(base_rbm(rbm)).dtype == np.float32


@every_pair
def test_the_base_s_log_z_is_the_sum_over_all_its_states(visible, hidden):
    rbm = small_rbm(visible, hidden, 2, 2, 0.8, 0)
    base = replace(rbm, W=np.zeros_like(rbm.W))
    _, _, _, log_z = written_out(base)
    np.testing.assert_allclose(base_log_partition(base), log_z, rtol=1e-10)


def test_the_base_s_log_z_by_hand():
    """Bits: Σ log(1 + exp(b)). Gaussian units: ½ Σ b². Softmax groups: Σ log(exp(b_1) + exp(b_2) + exp(b_3))."""
    b, c = np.array([0.5, -1.0, 2.0]), np.array([0.3, -0.4])
    of_hidden = np.log(1 + np.exp(0.3)) + np.log(1 + np.exp(-0.4))
    for units, of_visible in (
        (Bernoulli(), np.log(1 + np.exp(0.5)) + np.log(1 + np.exp(-1)) + np.log(1 + np.exp(2))),
        (Gaussian(), (0.25 + 1 + 4) / 2),
        (Softmax(3), np.log(np.exp(0.5) + np.exp(-1) + np.exp(2))),
    ):
        base = RBM(np.zeros((3, 2)), b, c, visible=units)
        np.testing.assert_allclose(base_log_partition(base), of_visible + of_hidden, rtol=1e-12)


@pytest.mark.parametrize("units", [Bernoulli(), Softmax(3)], ids=repr)
def test_samples_of_the_base_are_as_frequent_as_the_sum_over_all_states_says(units):
    _, base = model_and_base(units)
    v, _, p, _ = written_out(base)
    drawn = sample_base(base, 20_000, np.random.default_rng(0))
    number = (drawn[:, None] == v).all(axis=2).argmax(axis=1)
    assert drawn.shape == (20_000, 6)
    assert chi_square_p_value(np.bincount(number, minlength=len(v)), 20_000 * p.sum(axis=1)) > 1e-3


def test_gaussian_samples_of_the_base_are_normal_around_its_biases():
    _, base = model_and_base(Gaussian())
    drawn = sample_base(base, 20_000, np.random.default_rng(0))
    check_mean(drawn, base.b)
    check_mean((drawn - base.b) ** 2, 1)


def test_temperatures_rise_from_0_to_1_in_steps_that_shrink_evenly():
    betas = temperatures(50)
    steps = np.diff(betas)
    assert betas.shape == (50,) and betas[0] == 0 and betas[-1] == 1 and np.all(steps > 0)
    np.testing.assert_allclose(np.diff(steps), np.full(48, -2 / 49**2), rtol=1e-9)
    np.testing.assert_array_equal(temperatures(2), [0, 1])


# ---- one walk: its states, its weight


BETAS = np.array([0.0, 0.15, 0.5, 0.6, 1.0])  # uneven, so that no two steps can be mistaken for one another


@every_pair
@pytest.mark.parametrize("betas", [BETAS, BETAS[::-1]], ids=["up", "down"])
def test_a_weight_is_the_product_of_the_ratios_at_the_states_visited(visible, hidden, betas):
    """The walk again, with gibbs_step and free_energy of each model on the path, on an equal generator."""
    rbm, base = model_and_base(visible, hidden)
    start = random_values(visible, 7, 6, 3)
    log_weights, end = anneal(rbm, base, betas, start, np.random.default_rng(4))
    rng, v, expected = np.random.default_rng(4), start, 0.0
    for beta, next_beta in pairwise(betas):
        here, there = between(base, rbm, beta), between(base, rbm, next_beta)
        expected = expected + free_energy(here, v) - free_energy(there, v)
        v = gibbs_step(there, v, rng)
    np.testing.assert_allclose(log_weights, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(end, v, rtol=1e-10, atol=1e-10)


def path_models():
    """A tiny RBM whose Gibbs steps forget slowly, its base, and all models on the path, each with its T: (8, 8)."""
    rbm = random_rbm(3, 2, 2.5, 1)
    base = base_rbm(rbm, np.array([0.3, 0.6, 0.8]))
    models = [between(base, rbm, beta) for beta in BETAS]
    return rbm, base, models, [gibbs_matrix(model) for model in models]


def gibbs_matrix(rbm):
    """p(next v given v) of one block Gibbs step, (2^D, 2^D)."""
    v_to_h = product_of_bernoullis(hidden_probs(rbm, all_bits(len(rbm.b))))
    h_to_v = product_of_bernoullis(visible_probs(rbm, all_bits(len(rbm.c))))
    return v_to_h @ h_to_v


def distribution(rbm):
    """`(p, log_Z)` over the 2^D visible states."""
    return boltzmann_distribution(free_energy(rbm, all_bits(len(rbm.b))))


def expected_weight_at_each_end(start, models, matrices):
    """E[w 1(the walk ends at v)] for all v, (2^D,): no draws. start (2^D,), the law of the first state.

        row ← (row · f_{β_{t+1}} / f_{β_t}) T_{β_{t+1}}        t after t
    """
    v, row = all_bits(3), start
    for t in range(len(models) - 1):
        row = row * np.exp(free_energy(models[t], v) - free_energy(models[t + 1], v))
        row = row @ matrices[t + 1]
    return row


def test_the_expected_weight_is_the_ratio_of_the_zs_both_ways_and_no_other_order_of_steps_is():
    """Exactly. Up, E[w] = Z / Z_base; down from the model itself, E[1/w] = Z_base / Z. With matrices that come a
    temperature early, it is not."""
    rbm, base, models, matrices = path_models()
    (p_base, log_z_base), (p, log_z) = distribution(base), distribution(rbm)
    ratio = np.exp(log_z - log_z_base)
    up = expected_weight_at_each_end(p_base, models, matrices)
    down = expected_weight_at_each_end(p, models[::-1], matrices[::-1])
    np.testing.assert_allclose(up, ratio * p, rtol=1e-12)  # weighted, the ends are distributed like the model
    np.testing.assert_allclose(down, p_base / ratio, rtol=1e-12)
    early = expected_weight_at_each_end(p_base, models, [np.eye(8), *matrices[:-1]])
    assert abs(early.sum() / ratio - 1) > 0.1


@pytest.mark.parametrize("direction", ["up", "down"])
def test_walks_end_where_they_must_and_weigh_what_they_must(direction):
    """100,000 walks from exact samples. The mean of w at each of the 8 ends within 4.5 standard errors of its exact
    value, and so the total; the ends themselves, not weighted, by chi-square."""
    rbm, base, models, matrices = path_models()
    betas = BETAS
    if direction == "down":
        models, matrices, betas = models[::-1], matrices[::-1], BETAS[::-1]
    rng = np.random.default_rng(0)
    start, _ = distribution(models[0])
    v = all_bits(3)[draw_states(start, 100_000, rng)]
    log_weights, v = anneal(rbm, base, betas, v, rng)
    expected = expected_weight_at_each_end(start, models, matrices)
    ended_at = bits_to_index(v)
    check_mean(weighted(np.eye(8)[ended_at], log_weights), expected)
    check_mean(np.exp(log_weights), expected.sum())
    law = start
    for T in matrices[1:]:
        law = law @ T
    assert chi_square_p_value(np.bincount(ended_at, minlength=8), 100_000 * law) > 1e-3


def test_the_mean_of_log_w_lies_below_log_z_and_few_walks_overshoot():
    """Exactly E[log w] = Σ_t Σ_v q_t(v) log(f_{t+1}(v) / f_t(v)), q_t the law of v_t, and log is concave. Markov:
    p(log w > log(Z / Z_base) + a) <= exp(-a), here for the fraction of 100,000 walks, 4.5 standard errors added."""
    rbm, base, models, matrices = path_models()
    (law, log_z_base), (_, log_z), v = distribution(base), distribution(rbm), all_bits(3)
    mean_log_w = 0.0
    for t in range(len(models) - 1):
        mean_log_w += law @ (free_energy(models[t], v) - free_energy(models[t + 1], v))
        law = law @ matrices[t + 1]
    rng = np.random.default_rng(1)
    log_w, _ = anneal(rbm, base, BETAS, sample_base(base, 100_000, rng), rng)
    check_mean(log_w, mean_log_w)
    assert mean_log_w < log_z - log_z_base - 0.1
    for a in (0.1, 0.5, 1.0):
        fraction = np.mean(log_w > log_z - log_z_base + a)
        assert fraction <= np.exp(-a) + 4.5 * np.sqrt(np.exp(-a) * (1 - np.exp(-a)) / 100_000)


def test_float32_walks_weigh_what_float64_says_of_the_states_that_they_visit():
    """1,000 temperatures of a model whose log w is near 32: weights in float64, from float32 parameters and states."""
    rbm = random_rbm(40, 20, 0.5, 0, np.float32)
    base, betas, rng = base_rbm(rbm, np.full(40, 0.3)), temperatures(1000), np.random.default_rng(1)
    start = sample_base(base, 10, rng)
    log_weights, end = anneal(rbm, base, betas, start, np.random.default_rng(2))
    assert log_weights.dtype == np.float64 and start.dtype == end.dtype == np.float32
    in_float64 = [RBM(*(getattr(model, name).astype(np.float64) for name in "Wbc")) for model in (base, rbm)]
    rng, v, expected = np.random.default_rng(2), start, 0.0
    for beta, next_beta in pairwise(betas):
        states = v.astype(np.float64)
        expected = expected + free_energy(between(*in_float64, beta), states)
        expected = expected - free_energy(between(*in_float64, next_beta), states)
        v = gibbs_step(between(base, rbm, float(next_beta)), v, rng)  # float32 noise, float32 means
    np.testing.assert_array_equal(end, v)
    np.testing.assert_allclose(log_weights, expected, rtol=0, atol=2e-4)


# ---- walks together


def test_forward_walks_sum_up_their_weights():
    rbm, base, _, _ = path_models()
    walks = forward_walks(rbm, base, 4, 60, np.random.default_rng(0))
    w = np.exp(walks.log_weights)  # each an estimate of Z, Z_base included
    np.testing.assert_allclose(walks.log_z, np.log(w.mean()), rtol=1e-12)
    np.testing.assert_allclose(walks.standard_error, w.std() / w.mean() / np.sqrt(60), rtol=1e-9)
    np.testing.assert_allclose(walks.spread, walks.log_weights.std(), rtol=1e-12)
    np.testing.assert_allclose(walks.effective_sample_size, w.sum() ** 2 / (w**2).sum(), rtol=1e-9)
    assert walks.v.shape == (60, 3) and walks.log_weights.shape == (60,)


def test_reverse_walks_average_one_over_their_weights():
    rbm, base, _, _ = path_models()
    v = draw_exactly(rbm, 60, np.random.default_rng(1))
    walks = reverse_walks(rbm, base, 4, v, np.random.default_rng(0))
    one_over_w = np.exp(-walks.log_weights)
    np.testing.assert_allclose(walks.log_z, -np.log(one_over_w.mean()), rtol=1e-12)
    np.testing.assert_allclose(walks.standard_error, one_over_w.std() / one_over_w.mean() / np.sqrt(60), rtol=1e-9)
    np.testing.assert_allclose(walks.spread, walks.log_weights.std(), rtol=1e-12)
    np.testing.assert_allclose(walks.effective_sample_size, one_over_w.sum() ** 2 / (one_over_w**2).sum(), rtol=1e-9)


@every_pair
def test_walks_of_every_kind_of_units_find_log_z(visible, hidden):
    """E[w / Z] = 1 up, E[Z / w] = 1 down from exact samples, within 4.5 standard errors; log Z is exact."""
    rbm, rng = small_rbm(visible, hidden, 1, 2, 0.8, 0), np.random.default_rng(0)
    base, log_z = base_rbm(rbm, visible.mean(0.5 * rbm.b[None])[0]), log_partition(rbm)
    up = forward_walks(rbm, base, 8, 2_000, rng)
    down = reverse_walks(rbm, base, 8, draw_exactly(rbm, 2_000, rng), rng)
    check_mean(np.exp(up.log_weights - log_z), 1)
    check_mean(np.exp(log_z - down.log_weights), 1)
    estimate, standard_error = bennett(up, down)
    assert abs(estimate - log_z) < 4.5 * standard_error < 0.2


def test_a_model_that_is_its_own_base_needs_no_luck():
    _, base = model_and_base()
    walks = forward_walks(base, base, 5, 20, np.random.default_rng(0))
    np.testing.assert_allclose(walks.log_weights, base_log_partition(base), rtol=1e-12)
    assert walks.standard_error < 1e-6 and walks.spread < 1e-12
    np.testing.assert_allclose(walks.effective_sample_size, 20, rtol=1e-12)


def test_effective_sample_size_is_m_for_equal_weights_and_1_for_one_that_counts():
    log_weights = np.random.default_rng(0).normal(scale=2, size=50)
    w = np.exp(log_weights)
    np.testing.assert_allclose(effective_sample_size(log_weights), w.sum() ** 2 / (w**2).sum(), rtol=1e-12)
    np.testing.assert_allclose(effective_sample_size(log_weights + 5_000), w.sum() ** 2 / (w**2).sum(), rtol=1e-9)
    np.testing.assert_allclose(effective_sample_size(np.full(50, -3_000.0)), 50, rtol=1e-12)
    np.testing.assert_allclose(effective_sample_size(np.append(np.zeros(49), 100.0)), 1, rtol=1e-12)


# ---- both directions in one


def gaussian_walks(log_z, spread, n_up, n_down, rng):
    """Walks whose log weights are normal and obey Crooks: N(log Z - s²/2, s²) up, N(log Z + s²/2, s²) down.

        p_down(x) = p_up(x) exp(x - log Z)
    """
    up = rng.normal(log_z - spread**2 / 2, spread, n_up)
    down = rng.normal(log_z + spread**2 / 2, spread, n_down)
    return walks_with(up), walks_with(down)


def walks_with(log_weights):
    return Walks(log_weights, np.nan, np.nan, np.nan, np.nan, np.empty((len(log_weights), 1)))


@pytest.mark.parametrize("n_up, n_down", [(20_000, 20_000), (20_000, 1_000), (1_000, 20_000)])
def test_bennett_is_right_at_the_quantiles_of_weights_that_obey_crooks(n_up, n_down):
    """No draws: the weights of each direction are the midpoint quantiles of their law. A wrong sign of
    log(n_up / n_down) would be off by more than a nat."""
    normal = NormalDist()
    up, down = (np.array([normal.inv_cdf((i + 0.5) / n) for i in range(n)]) for n in (n_up, n_down))
    log_z, spread = 70.0, 2.0
    estimate, _ = bennett(walks_with(log_z - spread**2 / 2 + spread * up),
                          walks_with(log_z + spread**2 / 2 + spread * down))
    assert abs(estimate - log_z) < 2e-3


@pytest.mark.parametrize("n_up, n_down", [(60, 60), (150, 30)])
def test_bennett_s_standard_error_is_the_spread_over_repetitions(n_up, n_down):
    """150 repetitions know their own spread to 1/√300 = 5.8 %, and 4.5 times that is 26 %. The mean is log Z within
    4.5 standard errors, and the estimate spreads less than that of either direction alone."""
    rng, repetitions, log_z = np.random.default_rng(0), 150, 70.0
    found, alone = np.empty((repetitions, 2)), np.empty((repetitions, 2))
    for i in range(repetitions):
        up, down = gaussian_walks(log_z, 1.2, n_up, n_down, rng)
        found[i] = bennett(up, down)
        alone[i] = logsumexp(up.log_weights) - np.log(n_up), np.log(n_down) - logsumexp(-down.log_weights)
    estimates, errors = found.T
    assert abs(np.sqrt(np.mean(errors**2)) / estimates.std() - 1) < 0.26
    assert abs(estimates.mean() - log_z) < 4.5 * estimates.std() / np.sqrt(repetitions)
    assert estimates.std() < alone.std(axis=0).min()


def test_bennett_s_estimate_is_the_root_of_its_equation():
    up, down = gaussian_walks(-3.0, 1.5, 70, 20, np.random.default_rng(0))
    log_z, _ = bennett(up, down)
    m = np.log(70 / 20)
    left = np.exp(-softplus(log_z + m - up.log_weights)).sum()
    right = np.exp(-softplus(down.log_weights - log_z - m)).sum()
    np.testing.assert_allclose(left, right, rtol=1e-9)


def test_walks_of_several_places_can_be_summed_up_as_one_set():
    log_w, v = np.array([1.0, 2.0, 4.0]), np.zeros((3, 2))
    walks = summarise_reverse(log_w, v)
    np.testing.assert_allclose(walks.log_z, -np.log(np.mean(np.exp(-log_w))), rtol=1e-12)
    assert walks.v is v


# ---- randomness, executors


def both_ways(executor=None):
    """230 walks up and 230 down, in three blocks each."""
    rbm, base = model_and_base()
    rng = np.random.default_rng(0)
    up = forward_walks(rbm, base, 5, 230, rng, executor)
    return up, reverse_walks(rbm, base, 5, up.v, rng, executor)


def assert_same_bits(walks, others):
    for one, other in zip(walks, others):
        np.testing.assert_array_equal(one.log_weights, other.log_weights)
        np.testing.assert_array_equal(one.v, other.v)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_numbers_are_the_same_bits_however_many_threads_walk(workers):
    with ThreadPoolExecutor(workers) as executor:
        assert_same_bits(both_ways(executor), both_ways())


def test_every_block_of_walks_and_every_call_has_noise_of_its_own():
    """Were it shared, rows 0 to 99 and 100 to 199 would go the same way from the same start; so would the next call."""
    rbm, base = model_and_base(visible=Gaussian())
    rng, v = np.random.default_rng(0), np.zeros((200, 6))
    first, second = (reverse_walks(rbm, base, 3, v, rng) for _ in range(2))
    assert len(np.unique(np.concatenate([first.v[:, 0], second.v[:, 0]]))) == 400


def test_arguments_stay_as_they_were():
    rbm, base = model_and_base()
    v = random_values(rbm.visible, 5, 6, 1)
    before = [flatten(rbm), flatten(base), v.copy()]
    anneal(rbm, base, BETAS, v, np.random.default_rng(0))
    reverse_walks(rbm, base, 3, v, np.random.default_rng(0))
    base_rbm(rbm, v.mean(axis=0))
    for array, copy in zip((flatten(rbm), flatten(base), v), before):
        np.testing.assert_array_equal(array, copy)


def test_walks_print_one_line_per_field():
    text = repr(both_ways()[0])
    assert text.startswith("Walks\n  log_weights            float64 (230,) [") and text.count("\n") == 6


def test_directions_that_are_worlds_apart_have_a_middle_and_no_nan():
    """4,000 nats between them: every σ would be 0 in float64."""
    log_z, error = bennett(walks_with(np.array([0.0, 1.0])), walks_with(np.array([4000.0, 4001.0])))
    assert 1.0 < log_z < 4000.0 and np.isfinite(error)
