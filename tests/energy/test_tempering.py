"""Tempering against enumeration: every rung listed, all rungs together as one chain with an exact transition matrix."""
from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given, settings
from models import random_bits, random_rbm, rbms, two_mode_rbm

from numpy_dgm.energy import (
    RBM,
    exact_gradient,
    free_energy,
    hidden_probs,
    log_likelihood,
    sample_visible,
    tempering,
    visible_probs,
)
from numpy_dgm.energy.annealing import base_rbm, between
from numpy_dgm.energy.gradients import model_means
from numpy_dgm.energy.rbm import transposed
from numpy_dgm.energy.tempering import (
    init_ladder,
    rung_free_energy,
    sample_tempered,
    start_ladder,
    swap_neighbours,
    swap_probs,
    tempered_gradient,
    tempered_sweep,
)
from numpy_dgm.energy.units import Bernoulli, Gaussian, Softmax
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import (
    all_bits,
    bits_to_index,
    boltzmann_distribution,
    draw_states,
    empirical_distribution,
    product_of_bernoullis,
    spectral_gap,
)
from numpy_dgm.foundation.records import flatten

TINY_MEAN = np.array([0.3, 0.6])  # of the data, for the base of the tiny model


def tiny_rbm():
    return random_rbm(2, 2, 2.0, 3)


def rung_models(rbm, ladder, data_mean=None):
    """The RBM of each rung, by the path's definition."""
    base = base_rbm(rbm, data_mean)
    return [between(base, rbm, beta) for beta in ladder.betas]


def rung_distribution(rung):
    """p_l(v) of all visible states of bits, (2^D,)."""
    p, _ = boltzmann_distribution(free_energy(rung, all_bits(len(rung.b))))
    return p


def gibbs_matrix(rbm):
    """p(next v given v) of one block Gibbs step, (2^D, 2^D)."""
    v_to_h = product_of_bernoullis(hidden_probs(rbm, all_bits(len(rbm.b))))
    h_to_v = product_of_bernoullis(visible_probs(rbm, all_bits(len(rbm.c))))
    return v_to_h @ h_to_v


def statistics_of_all_v(rbm):
    """v hᵀ, v and h, the last averaged over p(h given v), for every v, in the packed order: (2^D, P)."""
    v = all_bits(len(rbm.b))
    p_h = hidden_probs(rbm, v)
    return np.hstack([(v[:, :, None] * p_h[:, None, :]).reshape(len(v), -1), v, p_h])


def swap_matrix(rungs, low):
    """The move "propose a swap to rungs `low` and `low` + 1", exactly, on the S^L states of all rungs."""
    p = [rung_distribution(rung) for rung in rungs]
    shape = tuple(len(p_l) for p_l in p)
    T = np.zeros((np.prod(shape), np.prod(shape)))
    for states in np.ndindex(shape):
        u, v = states[low], states[low + 1]
        swapped = (*states[:low], v, u, *states[low + 2 :])
        accept = min(1.0, p[low][v] * p[low + 1][u] / (p[low][u] * p[low + 1][v]))
        here, there = np.ravel_multi_index(states, shape), np.ravel_multi_index(swapped, shape)
        T[here, there] += accept
        T[here, here] += 1 - accept
    return T


def sweep_matrices(rungs):
    """`(swaps, sweep)`: the even pairs, then the odd ones; and then a Gibbs step on each rung, (S^L, S^L) each."""
    pairs = [*range(0, len(rungs) - 1, 2), *range(1, len(rungs) - 1, 2)]
    swaps = reduce(np.matmul, [swap_matrix(rungs, low) for low in pairs])
    return swaps, swaps @ reduce(np.kron, [gibbs_matrix(rung) for rung in rungs])


def index_of(v):
    """The number of the joint state of each ladder: v (L, M, D) of bits -> (M,)."""
    return bits_to_index(np.concatenate(list(v), axis=1))


def exact_start(rungs, n_ladders, rng):
    """Every rung at a draw from its own distribution: (L, n_ladders, D)."""
    v = all_bits(len(rungs[0].b))
    return np.stack([v[draw_states(rung_distribution(rung), n_ladders, rng)] for rung in rungs])


def p_value(counts, p):
    """Chi-square p-value of counts against p, with the states of fewer than 5 expected counts merged into one."""
    expected = counts.sum() * p
    rare = expected < 5
    merged = [np.append(x[~rare], x[rare].sum()) for x in (counts, expected)]
    return chi_square_p_value(*merged)


# ---- the swap


@settings(max_examples=30)
@given(rbms)
def test_free_energies_of_the_rungs_are_those_of_the_models_on_the_path(rbm):
    """Up to a function of v alone: so differences from rung to rung are compared."""
    check_rung_free_energies(rbm, random_bits(4, len(rbm.b), 1), np.full(len(rbm.b), 0.3))


@pytest.mark.parametrize("visible, hidden", [
    (Softmax(3), Bernoulli()), (Gaussian(), Bernoulli()), (Bernoulli(), Gaussian()), (Gaussian(), Softmax(2)),
])
def test_free_energies_of_the_rungs_for_other_kinds_of_units(visible, hidden):
    rng = np.random.default_rng(0)
    rbm = RBM(rng.normal(size=(6, 4)), rng.normal(size=6), rng.normal(size=4), visible, hidden)
    v = visible.sample(visible.mean(rng.normal(size=(5, 6))), rng)
    check_rung_free_energies(rbm, v, np.full(6, 0.3))


def check_rung_free_energies(rbm, v, data_mean):
    ladder = init_ladder(rbm, 4, data_mean)
    n_rungs, n_cases = 4, len(v)
    expected = np.stack([free_energy(rung, v) for rung in rung_models(rbm, ladder, data_mean)])
    bias_term = np.tile(v @ (rbm.b - ladder.base_b), (n_rungs, 1))
    x = np.broadcast_to(v @ rbm.W + rbm.c, (n_rungs, n_cases, len(rbm.c)))
    F = rung_free_energy(rbm, ladder.betas, bias_term, x)
    np.testing.assert_allclose(F[1:] - F[:-1], expected[1:] - expected[:-1], rtol=1e-9, atol=1e-9)


def test_the_swap_is_in_detailed_balance_and_no_likelier_swap_is():
    """All pairs of states of two rungs: p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u); of the two a, one is 1."""
    rbm, v = random_rbm(3, 2, 2.0, 1), all_bits(3)
    ladder = init_ladder(rbm, 3)
    p_low, p_high = [rung_distribution(rung) for rung in rung_models(rbm, ladder)[1:]]
    u_rows, v_rows = np.divmod(np.arange(64), 8)  # a ladder for each pair of states
    pairs = np.stack([v[u_rows], v[v_rows]])  # (2, 64, 3)
    accept = swap_probs(rbm, ladder.betas[1:], pairs @ (rbm.b - ladder.base_b), pairs @ rbm.W + rbm.c).reshape(8, 8)
    flow = np.outer(p_low, p_high) * accept
    np.testing.assert_allclose(flow, flow.T, rtol=1e-10)
    np.testing.assert_allclose(np.maximum(accept, accept.T), 1, rtol=1e-12)
    assert accept.min() < 0.5


@pytest.mark.parametrize("n_rungs", [2, 3, 4])
def test_swaps_happen_as_often_as_enumeration_says(n_rungs):
    """From exact draws each swap of a pair is a coin with the mean Σ_u Σ_v p_l(u) p_m(v) min(1, ratio).

    That holds for the odd pairs too, as the even ones leave the rungs' product as it is. 4.5 standard errors.
    """
    rbm, rng, n_ladders = random_rbm(4, 3, 2.0, 5), np.random.default_rng(0), 20_000
    ladder = init_ladder(rbm, n_rungs, np.full(4, 0.4))
    rungs = rung_models(rbm, ladder, np.full(4, 0.4))
    p = [rung_distribution(rung) for rung in rungs]
    _, _, swap_rates = swap_neighbours(rbm, ladder, exact_start(rungs, n_ladders, rng), rng)
    assert swap_rates.shape == (n_rungs - 1,)
    for low, rate in enumerate(swap_rates):
        here = np.outer(p[low], p[low + 1])
        expected = np.minimum(here, here.T).sum()
        assert 0.05 < expected < 0.95
        assert abs(rate - expected) < 4.5 * np.sqrt(expected * (1 - expected) / n_ladders)


def test_a_swap_moves_states_and_their_inputs_within_a_ladder():
    rbm, rng = random_rbm(5, 3, 1.0, 0), np.random.default_rng(1)
    ladder, before = init_ladder(rbm, 5), np.random.default_rng(2).integers(0, 2, size=(5, 40, 5)).astype(float)
    v, x, swap_rates = swap_neighbours(rbm, ladder, before, rng)
    np.testing.assert_allclose(x, v @ rbm.W + rbm.c, rtol=1e-12)
    assert np.all(swap_rates > 0) and not np.array_equal(v, before)
    for m in range(40):
        np.testing.assert_array_equal(np.sort(bits_to_index(v[:, m])), np.sort(bits_to_index(before[:, m])))


# ---- the sweep, as one chain of all rungs


@pytest.mark.parametrize("n_rungs", [2, 3])
def test_a_sweep_goes_where_its_exact_transition_matrix_says(n_rungs):
    """From three joint states of all rungs: the swaps alone, and the whole sweep. Six p-values, each above 1e-3."""
    rbm, rng, n_ladders = tiny_rbm(), np.random.default_rng(0), 10_000
    ladder = init_ladder(rbm, n_rungs, TINY_MEAN)
    swaps, sweep = sweep_matrices(rung_models(rbm, ladder, TINY_MEAN))
    for start in (1, 4**n_rungs // 2 - 1, 4**n_rungs - 4):
        joint = all_bits(2 * n_rungs)[start].reshape(n_rungs, 1, 2)
        v = np.repeat(joint, n_ladders, axis=1)
        for move, T in ((swap_neighbours, swaps), (tempered_sweep, sweep)):
            after = index_of(move(rbm, ladder, v, rng)[0])
            assert p_value(np.bincount(after, minlength=4**n_rungs), T[start]) > 1e-3


def stationary_p_values(n_rungs=3, n_ladders=20_000):
    """P-values of the joint state of all rungs after the swaps alone and after a sweep, from exact draws."""
    rbm, rng = tiny_rbm(), np.random.default_rng(1)
    ladder = init_ladder(rbm, n_rungs, TINY_MEAN)
    rungs = rung_models(rbm, ladder, TINY_MEAN)
    p = reduce(np.kron, [rung_distribution(rung) for rung in rungs])
    start = exact_start(rungs, n_ladders, rng)
    moved = [move(rbm, ladder, start, rng)[0] for move in (swap_neighbours, tempered_sweep)]
    return [p_value(np.bincount(index_of(v), minlength=len(p)), p) for v in moved]


def test_swaps_and_sweeps_leave_the_product_of_all_rungs():
    """A right sampler has a p-value below 1e-3 once in a thousand seeds; this seed is fixed."""
    assert min(stationary_p_values()) > 1e-3


def test_that_test_catches_swaps_that_are_always_accepted(monkeypatch):
    monkeypatch.setattr(tempering, "swap_probs", lambda rbm, betas, bias_term, x: np.ones_like(bias_term[1::2]))
    assert max(stationary_p_values()) < 1e-9


def test_the_bottom_of_the_ladder_is_drawn_from_the_base_whatever_its_state_was():
    rbm, rng = random_rbm(4, 3, 3.0, 0), np.random.default_rng(0)
    data_mean = np.array([0.1, 0.4, 0.5, 0.9])
    ladder = init_ladder(rbm, 3, data_mean)
    v, _ = tempered_sweep(rbm, ladder, np.zeros((3, 20_000, 4)), rng)
    started = start_ladder(rbm, ladder, 10_000, rng)
    assert started.shape == (3, 10_000, 4)
    p = product_of_bernoullis(data_mean[None])[0]
    for drawn in (v[0], started[0], started[2]):
        assert p_value(len(drawn) * empirical_distribution(drawn), p) > 1e-3


@pytest.mark.parametrize("visible, hidden", [(Softmax(3), Bernoulli()), (Bernoulli(), Gaussian())])
def test_a_sweep_leaves_the_product_of_all_rungs_for_other_kinds_of_units(visible, hidden):
    rng, n_ladders = np.random.default_rng(0), 20_000
    rbm = RBM(rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2), visible, hidden)
    states = visible.states(3, 0, visible.n_states(3))
    ladder = init_ladder(rbm, 3)
    p = [boltzmann_distribution(free_energy(rung, states))[0] for rung in rung_models(rbm, ladder)]
    start = np.stack([states[draw_states(p_l, n_ladders, rng)] for p_l in p])
    v, _ = tempered_sweep(rbm, ladder, start, rng)
    number = (v[:, :, None, :] == states).all(axis=-1).argmax(axis=-1)  # (L, M)
    counts = np.zeros([len(states)] * 3)
    np.add.at(counts, tuple(number), 1)
    assert p_value(counts.ravel(), reduce(np.kron, p)) > 1e-3


def test_a_sweep_leaves_gaussian_visible_units_their_means_at_every_rung():
    """v cannot be listed, but h can: exact draws of h and then v. <v>, <h> and <v hᵀ>, 4.5 standard errors."""
    rng, n_ladders = np.random.default_rng(0), 10_000
    rbm = RBM(rng.normal(size=(2, 3)), rng.normal(size=2), rng.normal(size=3), visible=Gaussian())
    ladder = init_ladder(rbm, 3, np.array([0.5, -0.5]))
    rungs = rung_models(rbm, ladder, np.array([0.5, -0.5]))
    h = [all_bits(3)[draw_states(rung_distribution(transposed(rung)), n_ladders, rng)] for rung in rungs]
    start = np.stack([sample_visible(rung, h_l, rng) for rung, h_l in zip(rungs, h)])
    v, _ = tempered_sweep(rbm, ladder, start, rng)
    for rung, v_l in zip(rungs, v):
        p_h = hidden_probs(rung, v_l)
        products = v_l[:, :, None] * p_h[:, None, :]
        draws = np.hstack([products.reshape(n_ladders, -1), v_l, p_h])
        standard_error = draws.std(axis=0) / np.sqrt(n_ladders) + 1e-12  # on the bottom rung p_h does not vary
        assert np.all(np.abs(draws.mean(axis=0) - flatten(model_means(rung))) < 4.5 * standard_error)


# ---- two far modes, which a Gibbs chain does not leave


N_RUNGS, SWEEPS = 5, 60


def tempered_upper_fraction(n_ladders=1_500):
    """The fraction of samples with most bits on after SWEEPS sweeps; all rungs start with all bits off."""
    rbm, rng = two_mode_rbm(), np.random.default_rng(0)
    ladder = init_ladder(rbm, N_RUNGS)
    v, _ = sample_tempered(rbm, ladder, np.zeros((N_RUNGS, n_ladders, 6)), SWEEPS, rng)
    return (v[-1].sum(axis=1) > 3).mean()


def test_tempering_finds_the_other_mode_where_gibbs_never_does():
    """Exactly, from the transition matrix: a chain that starts with all bits off is there after as many sweeps, and
    after N_RUNGS times as many. Tempering must come within .05 of the true fraction (4 standard errors: .046)."""
    rbm = two_mode_rbm()
    T, upper = gibbs_matrix(rbm), all_bits(6).sum(axis=1) > 3
    assert spectral_gap(T) < 1e-4
    fraction = rung_distribution(rbm)[upper].sum()
    assert 0.7 < fraction < 0.75
    for steps in (SWEEPS, N_RUNGS * SWEEPS):
        assert np.linalg.matrix_power(T, steps)[0, upper].sum() < 1e-3
    assert abs(tempered_upper_fraction() - fraction) < 0.05


def test_that_test_catches_a_ladder_without_swaps(monkeypatch):
    monkeypatch.setattr(tempering, "swap_probs", lambda rbm, betas, bias_term, x: 0 * bias_term[1::2])
    assert tempered_upper_fraction(100) < 0.05


def test_the_gradient_by_tempering_beats_that_of_gibbs_chains_on_two_far_modes():
    """Data all off or nearly so. The chains' mean gradient is exact, from the matrix, for chains that start at the data
    and make as many steps as tempering makes sweeps, and N_RUNGS times as many: both are off by more than ten times
    what tempering is, its noise included (a mean over 2,000 ladders)."""
    rbm, data, rng = two_mode_rbm(), all_bits(6)[[0, 0, 0, 1]], np.random.default_rng(0)
    ladder, exact = init_ladder(rbm, N_RUNGS), flatten(exact_gradient(rbm, data))
    g, p_data = statistics_of_all_v(rbm), empirical_distribution(data)
    off_by = {}
    for steps in (SWEEPS, N_RUNGS * SWEEPS):
        p_chains = p_data @ np.linalg.matrix_power(gibbs_matrix(rbm), steps)
        off_by[steps] = np.linalg.norm(p_data @ g - p_chains @ g - exact)
    start = np.tile(data, (N_RUNGS, 500, 1))
    gradient, _, _ = tempered_gradient(rbm, data, ladder, start, SWEEPS, rng)
    tempered_off_by = np.linalg.norm(flatten(gradient) - exact)
    assert min(off_by.values()) > 10 * tempered_off_by


# ---- sampling and gradient


@pytest.mark.parametrize("k", [1, 2])
def test_the_gradient_takes_the_model_from_the_top_after_k_sweeps(k):
    """Its mean from known states, by the exact matrix of all rungs; k + 1 sweeps must be more than 10 errors away.

    The negative phase is a mean over independent ladders, so that its standard error is exact too.
    """
    rbm, data, rng, n_ladders = random_rbm(2, 2, 2.0, 6), all_bits(2)[[0, 1, 1]], np.random.default_rng(k), 10_000
    ladder = init_ladder(rbm, 2, TINY_MEAN)
    _, T = sweep_matrices(rung_models(rbm, ladder, TINY_MEAN))
    start = np.repeat(all_bits(4)[12].reshape(2, 1, 2), n_ladders, axis=1)  # 11 at the bottom, 00 at the top
    gradient, _, _ = tempered_gradient(rbm, data, ladder, start, k, rng)
    g, p_data = statistics_of_all_v(rbm), empirical_distribution(data)

    def errors_from(sweeps):
        p_top = np.linalg.matrix_power(T, sweeps)[12].reshape(4, 4).sum(axis=0)
        variance = p_top @ g**2 - (p_top @ g) ** 2
        return np.max(np.abs(flatten(gradient) - (p_data - p_top) @ g) / np.sqrt(variance / n_ladders))

    assert errors_from(k) < 4.5
    assert errors_from(k + 1) > 10


def test_sampling_is_sweep_after_sweep():
    rbm = random_rbm(4, 3, 1.5, 0)
    ladder = init_ladder(rbm, 4, np.full(4, 0.3))
    v = start_ladder(rbm, ladder, 6, np.random.default_rng(0))
    sampled, swap_rates = sample_tempered(rbm, ladder, v, 3, np.random.default_rng(1))
    _, moved, gradient_rates = tempered_gradient(rbm, v[0], ladder, v, 3, np.random.default_rng(1))
    rng, rates = np.random.default_rng(1), []
    for _ in range(3):
        v, rate = tempered_sweep(rbm, ladder, v, rng)
        rates.append(rate)
    for states, mean_rates in ((sampled, swap_rates), (moved, gradient_rates)):
        np.testing.assert_array_equal(states, v)
        np.testing.assert_allclose(mean_rates, np.mean(rates, axis=0), rtol=1e-12)


def test_samples_have_the_exact_distribution():
    rbm, rng = random_rbm(4, 3, 1.5, 2), np.random.default_rng(0)
    ladder = init_ladder(rbm, 4)
    v, _ = sample_tempered(rbm, ladder, start_ladder(rbm, ladder, 3_000, rng), 30, rng)
    assert p_value(3_000 * empirical_distribution(v[-1]), np.exp(log_likelihood(rbm, all_bits(4)))) > 1e-3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arguments_stay_as_they_were_and_the_dtype_follows_the_parameters(dtype):
    rbm, rng = random_rbm(5, 4, 1.0, 0, dtype), np.random.default_rng(0)
    data, data_mean = random_bits(6, 5, 1).astype(dtype), np.full(5, 0.5)
    ladder = init_ladder(rbm, 4, data_mean)
    start = start_ladder(rbm, ladder, 3, rng)
    before = [array.copy() for array in (data, start, ladder.betas, ladder.base_b, rbm.W, rbm.b, rbm.c)]
    gradient, v, _ = tempered_gradient(rbm, data, ladder, start, 2, rng)
    for array in (ladder.betas, ladder.base_b, start, v, flatten(gradient)):
        assert array.dtype == dtype
    for array, copy in zip((data, start, ladder.betas, ladder.base_b, rbm.W, rbm.b, rbm.c), before):
        np.testing.assert_array_equal(array, copy)


def test_a_ladder_prints_one_line_per_field():
    text = repr(init_ladder(random_rbm(5, 4, 1.0, 0), 3))
    assert text == "Ladder\n  betas   float64 (3,) [0, 1]\n  base_b  float64 (5,) [0, 0]"


@pytest.mark.parametrize("arguments, message", [
    ({"rbm": None}, "rbm: expected an RBM, got NoneType"),
    ({"n_rungs": 1}, "n_rungs: expected an integer >= 2, got 1"),
    ({"data_mean": np.zeros(3)}, "data_mean: expected a last axis of 5, got shape (3,)"),
    ({"data_mean": np.full(5, 16.0)}, "data_mean: expected values in [0, 1], got values from 16 to 16"),
])
def test_init_ladder_refuses_what_cannot_be_right(arguments, message):
    with pytest.raises(InvalidInput) as error:
        init_ladder(**{"rbm": random_rbm(5, 4, 1.0, 0), **arguments})
    assert message in str(error.value)


@pytest.mark.parametrize("changes, message", [
    (dict(betas=np.array([0, 0.7, 0.3, 1])), r"ladder.betas: expected at least two numbers that rise from 0 to 1, got"),
    (dict(betas=np.array([0, 0.5, 0.9])), "ladder.betas: expected at least two numbers that rise from 0 to 1, got"),
    (dict(betas=np.array([0.1, 1])), "ladder.betas: expected at least two numbers that rise from 0 to 1, got"),
    (dict(betas=np.array([0.0, 0.5, 0.5, 1])), "ladder.betas: expected at least two numbers that rise from 0 to 1,"),
    (dict(betas=np.array([1.0])), "ladder.betas: expected at least two numbers that rise from 0 to 1, got"),
    (dict(betas=np.array([0, 1], np.float32)), "ladder: expected parameters of one dtype, .* got float32 and float64"),
    (dict(base_b=np.zeros(3)), r"ladder.base_b: expected a last axis of 2, got shape \(3,\)"),
])
def test_a_ladder_that_does_not_fit_the_model_is_refused(changes, message):
    rbm = tiny_rbm()
    ladder = replace(init_ladder(rbm, 3), **changes)
    with pytest.raises(InvalidInput, match=message):
        start_ladder(rbm, ladder, 2, np.random.default_rng(0))
