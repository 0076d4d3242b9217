"""The gradient of the general machine: both phases against enumeration, and the bound."""
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from models import machines, random_bits, random_machine, rbm_by_mask, remembering_machine, sweep_matrix

from numpy_dgm.energy import hidden_probs
from numpy_dgm.energy.boltzmann import (
    BoltzmannMachine,
    exact_distribution,
    exact_gradient,
    gibbs_sweep,
    log_likelihood,
)
from numpy_dgm.energy.boltzmann_gradients import (
    mean_field,
    mean_field_gradient,
    sampled_gradient,
    variational_bound,
    variational_free_energy,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, draw_states, kl_divergence, product_of_bernoullis
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import flatten


def features(machine, s):
    """s_i s_j for each connected pair and then each s_i, as a machine is flattened: (N, n) -> (N, n² + n)."""
    pairs = s[:, :, None] * s[:, None, :] * machine.mask
    return np.concatenate([pairs.reshape(len(s), -1), s], axis=1)


def hidden_given_visible(machine, v):
    """p(h given v) by enumeration, a row a case: (N, 2^K)."""
    p, _ = exact_distribution(machine)
    p_joint = p.reshape(2**machine.n_visible, -1)[bits_to_index(v)]
    return p_joint / p_joint.sum(axis=1, keepdims=True)


def with_every_hidden_state(machine, v):
    """One case v (D,) beside each of the 2^K hidden states: (2^K, n)."""
    h = all_bits(len(machine.b) - machine.n_visible)
    return np.hstack([np.tile(v, (len(h), 1)), h])


def assert_within_errors(gradient, expected, variance):
    """Entry by entry within 4.5 standard errors, which a right mean exceeds with a probability of 7e-6."""
    difference = np.abs(flatten(gradient) - expected)
    assert np.all(difference <= 4.5 * np.sqrt(variance) + 1e-12), np.max(difference / np.sqrt(variance + 1e-12))


# ---- both phases sampled


@pytest.mark.parametrize("n_visible", [1, 3, 5])
@pytest.mark.parametrize("k", [1, 2])
def test_the_sampled_gradient_has_the_exact_one_as_its_mean(n_visible, k):
    """Chains that start at the exact distributions stay there, whatever k; 5 visible units of 5 leave none hidden.

    4 cases, 5,000 clamped chains each, 20,000 free ones. Every s_i s_j and s_i is a bit, of mean q: the
    means over independent chains have the variances Σ_cases q (1 - q) / (4² 5,000) and q (1 - q) / 20,000.
    """
    machine, cases = random_machine(5, n_visible, 1.0, n_visible), random_bits(4, n_visible, 1)
    rng, (p, _) = np.random.default_rng(k), exact_distribution(machine)
    p_h = hidden_given_visible(machine, cases)
    clamped = np.concatenate([all_bits(5 - n_visible)[draw_states(row, 5000, rng)] for row in p_h])
    chains = all_bits(5)[draw_states(p, 20_000, rng)]
    gradient, _, _ = sampled_gradient(machine, np.repeat(cases, 5000, axis=0), clamped, chains, k, rng)
    q_data = np.array([row @ features(machine, with_every_hidden_state(machine, v)) for row, v in zip(p_h, cases)])
    q_model = p @ features(machine, all_bits(5))
    variance = (q_data * (1 - q_data)).sum(axis=0) / (16 * 5000) + q_model * (1 - q_model) / 20_000
    assert_within_errors(gradient, flatten(exact_gradient(machine, cases)), variance)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_both_kinds_of_chains_move_by_k_sweeps_from_where_they_stood(k):
    """From one known state: the means after k steps of the exact matrices; k + 1 must be more than 10 errors away."""
    machine, rng = remembering_machine(5, 2, k), np.random.default_rng(k)
    v, h, s = np.array([1.0, 0.0]), np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    n = 40_000
    gradient, clamped, chains = sampled_gradient(
        machine, np.tile(v, (n, 1)), np.tile(h, (n, 1)), np.tile(s, (n, 1)), k, rng)
    at_end = features(machine, np.hstack([np.tile(v, (n, 1)), clamped])).mean(0) - features(machine, chains).mean(0)
    np.testing.assert_allclose(flatten(gradient), at_end, atol=1e-12)

    def mean_and_variance(steps):
        q = []
        for start, units in ((np.append(v, h), [2, 3, 4]), (s, range(5))):
            row = bits_to_index(start[None])[0]
            q.append(np.linalg.matrix_power(sweep_matrix(machine, units), steps)[row] @ features(machine, all_bits(5)))
        return q[0] - q[1], sum(mean * (1 - mean) for mean in q) / n

    expected, variance = mean_and_variance(k)
    assert_within_errors(gradient, expected, variance)
    one_more, variance = mean_and_variance(k + 1)
    possible = variance > 1e-9
    assert np.max(np.abs(flatten(gradient) - one_more)[possible] / np.sqrt(variance[possible])) > 10


def test_the_clamped_chains_are_drawn_first_and_the_hidden_units_alone():
    machine, v = random_machine(6, 3, 1.0, 0), random_bits(4, 3, 1)
    clamped, chains = random_bits(4, 3, 2), random_bits(7, 6, 3)
    _, clamped_after, chains_after = sampled_gradient(machine, v, clamped, chains, 1, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    s = gibbs_sweep(machine, np.hstack([v, clamped]), rng, units=[3, 4, 5])
    np.testing.assert_array_equal(clamped_after, s[:, 3:])
    np.testing.assert_array_equal(chains_after, gibbs_sweep(machine, chains, rng))


# ---- mean field in the positive phase


def slow_mean_field(machine, v, n_sweeps):
    """One case, unit by unit, pair by pair, from means of 1/2."""
    n, mu = len(machine.b), [*v, *[0.5] * (len(machine.b) - len(v))]
    for _ in range(n_sweeps):
        for i in range(len(v), n):
            x = machine.b[i]
            for j in range(n):
                if machine.mask[min(i, j), max(i, j)]:
                    x += machine.W[min(i, j), max(i, j)] * mu[j]
            mu[i] = 1 / (1 + np.exp(-x))
    return mu


@settings(max_examples=40)
@given(machines)
def test_mean_field_is_its_loop_over_units_and_pairs(machine):
    v = random_bits(3, machine.n_visible, 1)
    for n_sweeps in (1, 4):
        expected = [slow_mean_field(machine, case, n_sweeps) for case in v]
        np.testing.assert_allclose(mean_field(machine, v, n_sweeps, tolerance=0), expected, atol=1e-10)


def test_mean_field_stops_when_a_sweep_moves_no_mean_by_more_than_the_tolerance():
    machine, v = random_machine(6, 2, 1.0, 0), random_bits(5, 2, 1)
    sweeps = [mean_field(machine, v, n_sweeps, tolerance=0) for n_sweeps in range(30)]
    moved = [np.abs(after - before).max() for before, after in itertools.pairwise(sweeps)]
    for tolerance in (1e-2, 1e-4):
        last = next(i for i, step in enumerate(moved) if step <= tolerance) + 1
        assert 1 < last < 29
        np.testing.assert_array_equal(mean_field(machine, v, 29, tolerance), sweeps[last])


@settings(max_examples=40)
@given(machines)
def test_the_bound_is_its_definition_and_lacks_the_divergence_from_the_posterior(machine):
    """At any means, 0 and 1 among them: Σ_h q(h) (-E(v, h) - log q(h)) - log Z = log p(v) - KL(q || p(h given v))."""
    rng, n_hidden = np.random.default_rng(0), len(machine.b) - machine.n_visible
    v = random_bits(6, machine.n_visible, 1)
    means = rng.choice([0.0, 1.0, 0.3, 0.9], size=(6, n_hidden))
    bound = variational_bound(machine, np.hstack([v, means]), exact_distribution(machine)[1])
    p_h, log_p = hidden_given_visible(machine, v), log_likelihood(machine, v)
    for case in range(6):
        q = product_of_bernoullis(means[case : case + 1])[0]
        np.testing.assert_allclose(bound[case], log_p[case] - kl_divergence(q, p_h[case]), rtol=1e-9, atol=1e-9)


def test_free_energies_of_a_machine_in_float32_are_taken_in_float64():
    machine, v = random_machine(6, 3, 1.0, 0), random_bits(5, 3, 1)
    single = BoltzmannMachine(*(array.astype(np.float32) for array in (machine.W, machine.b, machine.mask)), 3)
    mu = mean_field(single, v.astype(np.float32))
    double = BoltzmannMachine(*(array.astype(np.float64) for array in (single.W, single.b, single.mask)), 3)
    expected = variational_free_energy(double, mu.astype(np.float64))
    np.testing.assert_allclose(variational_free_energy(single, mu), expected, rtol=1e-13)


@settings(max_examples=60)
@given(machines)
def test_no_sweep_lowers_the_bound_and_it_never_exceeds_the_log_likelihood(machine):
    v, (_, log_z) = all_bits(machine.n_visible), exact_distribution(machine)
    bounds = np.array([variational_bound(machine, mean_field(machine, v, n, tolerance=0), log_z) for n in range(6)])
    assert np.all(np.diff(bounds, axis=0) >= -1e-10)
    assert np.all(bounds <= log_likelihood(machine, v) + 1e-10)


def test_with_an_rbms_mask_one_sweep_of_mean_field_is_exact():
    rbm, machine = rbm_by_mask(4, 3, 0)
    v = all_bits(4)
    mu = mean_field(machine, v, n_sweeps=1)
    np.testing.assert_allclose(mu, np.hstack([v, hidden_probs(rbm, v)]), rtol=1e-12)
    bound = variational_bound(machine, mu, exact_distribution(machine)[1])
    np.testing.assert_allclose(bound, log_likelihood(machine, v), rtol=1e-12)


def test_the_mean_field_gradient_is_a_difference_of_means_over_pairs():
    machine, v, chains = random_machine(6, 3, 1.0, 0), random_bits(5, 3, 1), random_bits(8, 6, 2)
    gradient, moved = mean_field_gradient(machine, v, chains, 2, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    s = gibbs_sweep(machine, gibbs_sweep(machine, chains, rng), rng)
    np.testing.assert_array_equal(moved, s)
    mu = mean_field(machine, v)
    for i in range(6):
        np.testing.assert_allclose(gradient.b[i], sum(mu[:, i]) / 5 - sum(s[:, i]) / 8, atol=1e-12)
        for j in range(6):
            mean_pair = sum(row[i] * row[j] for row in mu) / 5 - sum(row[i] * row[j] for row in s) / 8
            np.testing.assert_allclose(gradient.W[i, j], mean_pair if machine.mask[i, j] else 0, atol=1e-12)


@pytest.mark.parametrize("n_visible", [2, 5])
def test_the_mean_of_the_mean_field_gradient_is_the_slope_of_the_bound(n_visible):
    """Free chains from the exact distribution: only they vary, each entry with the variance q (1 - q) / 40,000."""
    machine, v = random_machine(5, n_visible, 0.7, 1), random_bits(6, n_visible, 1)
    rng, (p, _) = np.random.default_rng(0), exact_distribution(machine)
    chains = all_bits(5)[draw_states(p, 40_000, rng)]
    gradient, _ = mean_field_gradient(machine, v, chains, 1, rng)
    mu = mean_field(machine, v)

    def mean_bound(m):
        return variational_bound(m, mu, exact_distribution(m)[1]).mean()

    q = p @ features(machine, all_bits(5))
    assert_within_errors(gradient, central_differences(mean_bound, machine), q * (1 - q) / 40_000)


def test_with_an_rbms_mask_the_mean_of_the_mean_field_gradient_is_the_exact_gradient():
    _, machine = rbm_by_mask(3, 2, 3)
    v, rng, (p, _) = random_bits(6, 3, 1), np.random.default_rng(0), exact_distribution(machine)
    chains = all_bits(5)[draw_states(p, 40_000, rng)]
    gradient, _ = mean_field_gradient(machine, v, chains, 1, rng)
    q = p @ features(machine, all_bits(5))
    assert_within_errors(gradient, flatten(exact_gradient(machine, v)), q * (1 - q) / 40_000)


# ---- both gradients


def test_arguments_stay_as_they_were_and_float32_stays_float32():
    machine, rng = random_machine(6, 3, 1.0, 0), np.random.default_rng(0)
    machine = BoltzmannMachine(*(array.astype(np.float32) for array in (machine.W, machine.b, machine.mask)), 3)
    v, clamped, chains = (bits.astype(np.float32) for bits in
                          (random_bits(4, 3, 1), random_bits(4, 3, 2), random_bits(5, 6, 3)))
    before = [array.copy() for array in (v, clamped, chains, machine.W, machine.b)]
    gradient, clamped_after, chains_after = sampled_gradient(machine, v, clamped, chains, 2, rng)
    mean_field_one, moved = mean_field_gradient(machine, v, chains, 2, rng)
    for array in (flatten(gradient), flatten(mean_field_one), clamped_after, chains_after, moved):
        assert array.dtype == np.float32
    for array, copy in zip((v, clamped, chains, machine.W, machine.b), before):
        np.testing.assert_array_equal(array, copy)


def test_a_machine_without_hidden_units_has_no_clamped_states():
    machine, v = random_machine(4, 4, 1.0, 0), random_bits(3, 4, 1)
    rng = np.random.default_rng(0)
    gradient, clamped, _ = sampled_gradient(machine, v, np.zeros((3, 0)), random_bits(5, 4, 2), 1, rng)
    assert clamped.shape == (3, 0) and np.isfinite(flatten(gradient)).all()
    with pytest.raises(InvalidInput, match="clamped: expected "):
        sampled_gradient(machine, v, np.zeros((2, 0)), random_bits(5, 4, 2), 1, rng)


def test_mean_field_in_training_is_mean_field_as_it_stands():
    machine, v, chains = remembering_machine(9, 4, 1), random_bits(6, 4, 0), random_bits(5, 9, 3)
    gradient, moved = mean_field_gradient(machine, v, chains, 1, np.random.default_rng(0))
    expected = mean_field(machine, v).mean(axis=0) - moved.mean(axis=0)
    np.testing.assert_allclose(gradient.b, expected, atol=1e-12)
    assert np.abs(mean_field(machine, v, n_sweeps=1).mean(axis=0) - mean_field(machine, v).mean(axis=0)).max() > 1e-3
