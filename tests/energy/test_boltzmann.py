"""The general Boltzmann machine against loops over its pairs, and against the RBM that it can be."""
from dataclasses import replace

import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given, settings
from models import machines, random_bits, random_machine, random_rbm, rbm_by_mask, sweep_matrix

from numpy_dgm.energy import Gaussian, hidden_probs, log_partition, visible_probs
from numpy_dgm.energy import energy as rbm_energy
from numpy_dgm.energy import exact_gradient as rbm_exact_gradient
from numpy_dgm.energy import log_likelihood as rbm_log_likelihood
from numpy_dgm.energy.boltzmann import (
    BoltzmannMachine,
    boltzmann_from_rbm,
    check_boltzmann,
    energy,
    exact_distribution,
    exact_gradient,
    gibbs_sweep,
    init_boltzmann,
    layered_mask,
    log_likelihood,
    unit_input,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import (
    all_bits,
    bits_to_index,
    draw_states,
    product_of_bernoullis,
    stationary_distribution,
)
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.numerics import sigmoid


def energy_by_pairs(machine, s):
    pairs = [(i, j) for i in range(len(s)) for j in range(i + 1, len(s)) if machine.mask[i, j]]
    return -sum(machine.b[i] * s[i] for i in range(len(s))) - sum(machine.W[i, j] * s[i] * s[j] for i, j in pairs)


@given(machines)
def test_energy_is_the_sum_over_connected_pairs(machine):
    s = all_bits(len(machine.b))
    np.testing.assert_allclose(energy(machine, s), [energy_by_pairs(machine, row) for row in s], atol=1e-10)


@given(machines)
def test_distribution_and_log_likelihood_are_sums_over_all_states(machine):
    n, s = len(machine.b), all_bits(len(machine.b))
    weight = np.exp(-np.array([energy_by_pairs(machine, row) for row in s]))
    p, log_z = exact_distribution(machine)
    np.testing.assert_allclose(log_z, np.log(weight.sum()), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(p, weight / weight.sum(), rtol=1e-9)
    p_v = p.reshape(-1, 2 ** (n - machine.n_visible)).sum(axis=1)
    np.testing.assert_allclose(log_likelihood(machine, all_bits(machine.n_visible)), np.log(p_v), rtol=1e-9, atol=1e-9)


@given(machines)
def test_the_input_to_a_unit_is_what_the_energy_falls_by_when_it_comes_on(machine):
    s = random_bits(5, len(machine.b), 0)
    for i in range(len(machine.b)):
        off, on = s.copy(), s.copy()
        off[:, i], on[:, i] = 0, 1
        np.testing.assert_allclose(unit_input(machine, s, i), energy(machine, off) - energy(machine, on), atol=1e-10)


@settings(max_examples=40)
@given(machines)
def test_exact_gradient_is_the_derivative_of_the_exact_log_likelihood(machine):
    v = random_bits(6, machine.n_visible, 3)
    gradient = exact_gradient(machine, v)
    check_gradient(lambda m: log_likelihood(m, v).mean(), machine, gradient, tolerance=1e-7)


def test_a_machine_with_an_rbms_connections_is_that_rbm():
    rbm = random_rbm(4, 3, 1.5, 0)
    machine = boltzmann_from_rbm(rbm)
    s = all_bits(7)
    v, h = s[:, :4], s[:, 4:]
    np.testing.assert_allclose(energy(machine, s), rbm_energy(rbm, v, h), atol=1e-12)
    np.testing.assert_allclose(log_likelihood(machine, v), rbm_log_likelihood(rbm, v), rtol=1e-12)
    for j in range(3):
        np.testing.assert_allclose(sigmoid(unit_input(machine, s, 4 + j)), hidden_probs(rbm, v)[:, j], rtol=1e-12)
    data = random_bits(9, 4, 1)
    of_rbm, of_machine = rbm_exact_gradient(rbm, data), exact_gradient(machine, data)
    np.testing.assert_allclose(of_machine.W[:4, 4:], of_rbm.W, atol=1e-12)
    np.testing.assert_allclose(of_machine.b, np.concatenate([of_rbm.b, of_rbm.c]), atol=1e-12)


# ---- the mask of layers


def test_a_layered_mask_connects_neighbouring_layers_and_nothing_else():
    connected = {(i, j) for i in (0, 1, 2) for j in (3, 4)} | {(3, 5), (4, 5)} | {(5, 6), (5, 7)}
    mask = layered_mask([3, 2, 1, 2])
    assert mask.shape == (8, 8) and set(zip(*np.nonzero(mask))) == connected and set(mask.flat) == {0, 1}


def test_a_layered_machine_has_an_energy_of_products_between_layers():
    """E = -b·s - vᵀ W₁ h₁ - h₁ᵀ W₂ h₂."""
    machine = init_boltzmann(7, 3, np.random.default_rng(0), mask=layered_mask([3, 2, 2]), scale=1.0)
    s = all_bits(7)
    v, h1, h2 = s[:, :3], s[:, 3:5], s[:, 5:]
    first, second = machine.W[:3, 3:5], machine.W[3:5, 5:]
    expected = -s @ machine.b - np.sum((v @ first) * h1, axis=1) - np.sum((h1 @ second) * h2, axis=1)
    np.testing.assert_allclose(energy(machine, s), expected, atol=1e-12)


@pytest.mark.parametrize("sizes, message", [
    ([4], "sizes: expected at least two layers, got 1"),
    ([4, 0], "sizes: expected an integer >= 1, got 0"),
    ([4, 2.5], "sizes: expected an integer >= 1, got 4.0"),
    ([], "sizes: expected at least one entry, got an empty array of shape (0,)"),
    (4, "sizes: expected a 1-D array, got shape ()"),
    ([[4, 2]], "sizes: expected a 1-D array, got shape (1, 2)"),
])
def test_layers_that_cannot_be_are_refused(sizes, message):
    with pytest.raises(InvalidInput) as error:
        layered_mask(sizes)
    assert message in str(error.value)


@pytest.mark.parametrize("n_visible, n_hidden", [(4, 3), (2, 5), (1, 1)])
def test_with_an_rbms_mask_a_machine_has_its_energies_and_its_conditionals(n_visible, n_hidden):
    rbm, machine = rbm_by_mask(n_visible, n_hidden, 0)
    s = all_bits(n_visible + n_hidden)
    v, h = s[:, :n_visible], s[:, n_visible:]
    np.testing.assert_allclose(energy(machine, s), rbm_energy(rbm, v, h), atol=1e-12)
    x = np.stack([unit_input(machine, s, i) for i in range(n_visible + n_hidden)], axis=1)
    np.testing.assert_allclose(sigmoid(x), np.hstack([visible_probs(rbm, h), hidden_probs(rbm, v)]), rtol=1e-12)


# ---- the sweep


@pytest.mark.parametrize("n_visible, n_hidden", [(4, 3), (2, 5), (1, 1)])
def test_with_an_rbms_mask_the_chain_is_block_gibbs_and_settles_on_that_rbm(n_visible, n_hidden):
    """T(v, h → v', h') = p(v' given h) p(h' given v'): the same matrix, and so the same stationary distribution."""
    rbm, machine = rbm_by_mask(n_visible, n_hidden, 1)
    n = n_visible + n_hidden
    s = all_bits(n)
    v, h = s[:, :n_visible], s[:, n_visible:]
    to_v = product_of_bernoullis(visible_probs(rbm, h))  # (2^n, 2^D)
    to_h = product_of_bernoullis(hidden_probs(rbm, all_bits(n_visible)))  # (2^D, 2^K)
    block_gibbs = (to_v[:, :, None] * to_h[None, :, :]).reshape(2**n, 2**n)
    T = sweep_matrix(machine, range(n))
    np.testing.assert_allclose(T, block_gibbs, atol=1e-13)
    p_rbm = np.exp(-rbm_energy(rbm, v, h) - log_partition(rbm))
    np.testing.assert_allclose(stationary_distribution(T), p_rbm, atol=1e-11)


@pytest.mark.parametrize("start", [0, 13, 31])
def test_a_sweep_follows_the_matrix_of_visible_then_hidden_units(start):
    """Chi-square, 20,000 sweeps from one state of an RBM by its mask."""
    _, machine = rbm_by_mask(3, 2, 2)
    T = sweep_matrix(machine, range(5))
    after = gibbs_sweep(machine, np.tile(all_bits(5)[start], (20_000, 1)), np.random.default_rng(start))
    assert chi_square_p_value(np.bincount(bits_to_index(after), minlength=32), 20_000 * T[start]) > 1e-3


def test_a_sweep_leaves_the_exact_distribution():
    """Chi-square, one sweep from rows drawn exactly; a right sampler is below 1e-3 once in a thousand seeds."""
    machine = random_machine(4, 4, 1.5, 2)
    p, _ = exact_distribution(machine)
    s = all_bits(4)[draw_states(p, 20_000, np.random.default_rng(0))]
    after = gibbs_sweep(machine, s, np.random.default_rng(1))
    assert chi_square_p_value(np.bincount(bits_to_index(after), minlength=16), 20_000 * p) > 1e-3


def test_a_sweep_moves_towards_the_exact_distribution_from_anywhere():
    """30 sweeps from all zeros: what is left of the start is far below the sampling error."""
    machine = random_machine(4, 4, 0.8, 3)
    p, _ = exact_distribution(machine)
    s, rng = np.zeros((20_000, 4)), np.random.default_rng(4)
    for _ in range(30):
        s = gibbs_sweep(machine, s, rng)
    assert chi_square_p_value(np.bincount(bits_to_index(s), minlength=16), 20_000 * p) > 1e-3


def test_clamped_units_stay_and_the_rest_are_drawn_given_them():
    machine = random_machine(5, 3, 1.0, 4)
    s = random_bits(50, 5, 5)
    after = gibbs_sweep(machine, s, np.random.default_rng(0), units=[3, 4])
    np.testing.assert_array_equal(after[:, :3], s[:, :3])
    assert np.any(after[:, 3:] != s[:, 3:])


def test_the_argument_of_a_sweep_stays_as_it_was():
    machine, s = random_machine(4, 4, 1.0, 0), np.zeros((3, 4))
    gibbs_sweep(machine, s, np.random.default_rng(0))
    assert np.all(s == 0)


def test_init_gives_each_pair_once_and_respects_the_mask():
    machine = init_boltzmann(5, 3, np.random.default_rng(0), scale=1.0)
    assert isinstance(machine, BoltzmannMachine) and np.all(np.tril(machine.W) == 0) and machine.mask.sum() == 10
    mask = np.zeros((5, 5))
    mask[0, 4] = 1
    assert np.count_nonzero(init_boltzmann(5, 3, np.random.default_rng(0), mask=mask).W) == 1


EXPECTED_MASK = "expected shape (5, 5) with connections above the diagonal only"
EXPECTED_DTYPE = "expected parameters of one dtype, float32 or float64"


@pytest.mark.parametrize("change, message", [
    (dict(n_units=0), "n_units: expected an integer >= 1, got 0"),
    (dict(n_visible=6), "n_visible: expected an integer in [1, 5], got 6"),
    (dict(mask=np.ones((5, 5))), f"mask: {EXPECTED_MASK}, got connections on or below it"),
    (dict(mask=np.zeros((4, 5))), f"mask: {EXPECTED_MASK}, got shape (4, 5)"),
    (dict(rng=None), "rng: expected a numpy.random.Generator such as numpy.random.default_rng(0), got NoneType"),
])
def test_init_refuses_what_cannot_be_right(change, message):
    good = dict(n_units=5, n_visible=3, rng=np.random.default_rng(0))
    with pytest.raises(InvalidInput) as error:
        init_boltzmann(**{**good, **change})
    assert message in str(error.value)


@pytest.mark.parametrize("change, message", [
    (dict(b=np.zeros((5, 5))), "machine.b: expected a 1-D array with at least one entry, got shape (5, 5)"),
    (dict(W=np.zeros((5, 4))), "machine.W: expected a last axis of 5, got shape (5, 4)"),
    (dict(W=np.zeros((4, 5))), "machine.W: expected shape (5, 5), got shape (4, 5)"),
    (dict(mask=np.zeros((5, 4))), "machine.mask: expected shape (5, 5), got shape (5, 4)"),
    (dict(mask=np.triu(np.full((5, 5), 0.5), 1)), "machine.mask: expected 1 where a pair is connected and 0 elsewhere"),
    (dict(W=np.full((5, 5), np.inf)), "machine.W: expected finite values, got NaN or infinity in 25 of 25"),
    (dict(mask=np.ones((5, 5))), f"machine.mask: {EXPECTED_MASK}, got connections on or below it"),
    (dict(n_visible=6), "machine.n_visible: expected an integer in [1, 5], got 6"),
    (dict(b=np.zeros(5, np.float32)), f"machine: {EXPECTED_DTYPE}, got float32 and float64"),
    (dict(mask=np.zeros((5, 5), int)), f"machine: {EXPECTED_DTYPE}, got float64 and int64"),
])
def test_a_machine_that_does_not_fit_together_is_refused(change, message):
    machine = init_boltzmann(5, 3, np.random.default_rng(0))
    assert check_boltzmann(machine) is machine
    with pytest.raises(InvalidInput) as error:
        check_boltzmann(replace(machine, **change))
    assert message in str(error.value)


def test_what_is_no_machine_is_refused():
    with pytest.raises(InvalidInput, match="machine: expected a BoltzmannMachine, got RBM"):
        check_boltzmann(random_rbm(2, 2, 1.0, 0))


@pytest.mark.parametrize("units", [{"visible": Gaussian()}, {"hidden": Gaussian()}])
def test_only_an_rbm_of_bits_is_a_boltzmann_machine(units):
    with pytest.raises(InvalidInput, match="rbm: expected two layers of bits, got .*Gaussian"):
        boltzmann_from_rbm(replace(random_rbm(3, 2, 0.1, 0), **units))


@pytest.mark.parametrize("units, got", [([-1], "-1"), ([5], "5"), ([0.5], "0.5"), ([True], "True")])
def test_units_to_sweep_are_counted_from_0(units, got):
    machine, rng = random_machine(5, 3, 1.0, 0), np.random.default_rng(0)
    with pytest.raises(InvalidInput, match=rf"units: expected an integer in \[0, 4\], got {got}"):
        gibbs_sweep(machine, np.zeros((2, 5)), rng, units)
    swept = gibbs_sweep(machine, np.full((9, 5), 0.5), rng, np.array([4, 1]))
    assert np.all(swept[:, [0, 2, 3]] == 0.5) and np.isin(swept[:, [1, 4]], (0, 1)).all()


@pytest.mark.filterwarnings("error")
def test_the_exact_gradient_at_cases_that_the_machine_never_shows():
    """v = 1 has a probability of exp(-2000); the hidden unit is then on with σ(3)."""
    W, b = np.array([[0.0, 3.0], [0.0, 0.0]]), np.array([-2000.0, 0.0])
    machine = BoltzmannMachine(W, b, np.triu(np.ones((2, 2)), 1), n_visible=1)
    gradient, on = exact_gradient(machine, np.ones((3, 1))), 1 / (1 + np.exp(-3))
    np.testing.assert_allclose(gradient.W, [[0, on], [0, 0]])
    np.testing.assert_allclose(gradient.b, [1, on - 0.5])


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_states_are_bits_or_their_means(value):
    machine = random_machine(5, 3, 1.0, 0)
    energy(machine, np.full((2, 5), 0.5))
    for call in (lambda s: energy(machine, s), lambda s: gibbs_sweep(machine, s, np.random.default_rng(0)),
                 lambda s: unit_input(machine, s, 0)):
        with pytest.raises(InvalidInput, match=r"s: expected values in \[0, 1\], got values from"):
            call(np.full((2, 5), value))


def test_too_many_units_to_list_are_refused():
    machine = init_boltzmann(21, 3, np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="machine: expected at most 20 units .*, got 21; sample with gibbs_sweep"):
        exact_distribution(machine)
