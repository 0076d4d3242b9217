import itertools
import math

import numpy as np
import pytest
from chi_square import chi_square_p_value, chi_square_survival
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.foundation.enumeration import (
    all_bits,
    bits_to_index,
    boltzmann_distribution,
    draw_states,
    empirical_distribution,
    kl_divergence,
    product_of_bernoullis,
    spectral_gap,
    stationary_distribution,
)

SEEDS = st.integers(0, 2**32 - 1)


def random_distribution(rng, n_states, n_zeros=0):
    p = rng.dirichlet(np.ones(n_states))
    p[rng.permutation(n_states)[:n_zeros]] = 0
    return p / p.sum()


@pytest.mark.parametrize("n", range(1, 7))
def test_all_bits_lists_every_state_once_in_binary_order(n):
    np.testing.assert_array_equal(all_bits(n), list(itertools.product([0.0, 1.0], repeat=n)))
    assert all_bits(n).dtype == np.float64


@pytest.mark.parametrize("start, stop", [(0, 5), (3, 4), (7, 32), (31, 32), (4, 4)])
def test_blocks_of_all_bits_are_rows_of_the_whole_list(start, stop):
    np.testing.assert_array_equal(all_bits(5, start, stop), all_bits(5)[start:stop])


def test_a_block_of_a_list_too_long_to_hold_is_right():
    block = all_bits(60, 2**59 + 5, 2**59 + 7)
    np.testing.assert_array_equal(bits_to_index(block), [2**59 + 5, 2**59 + 6])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8, bool])
def test_bits_to_index_is_the_inverse_of_all_bits(dtype):
    rows = np.random.default_rng(0).permutation(64)
    np.testing.assert_array_equal(bits_to_index(all_bits(6)[rows].astype(dtype)), rows)


@settings(max_examples=50)
@given(SEEDS, st.sampled_from([-3000.0, 0.0, 3000.0]))
def test_boltzmann_distribution_is_its_definition_whatever_is_added_to_the_energies(seed, constant):
    E = np.random.default_rng(seed).normal(scale=2, size=(3, 4))
    Z = math.fsum(math.exp(-value) for value in E.ravel())
    p, log_Z = boltzmann_distribution(E + constant)
    np.testing.assert_allclose(p, np.exp(-E) / Z, rtol=1e-11)
    assert math.isclose(log_Z, math.log(Z) - constant, abs_tol=1e-11)


def test_a_state_of_infinite_energy_has_no_probability():
    p, log_Z = boltzmann_distribution(np.array([0.0, np.inf, 0.0]))
    np.testing.assert_array_equal(p, [0.5, 0, 0.5])
    assert math.isclose(log_Z, math.log(2))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_product_of_bernoullis_is_the_product_over_bits(n):
    p = np.random.default_rng(n).random((3, n))
    probability = product_of_bernoullis(p)
    assert probability.shape == (3, 2**n)
    for row, probability_of in zip(p, probability):
        for state, value in zip(all_bits(n), probability_of):
            by_definition = math.prod(q if bit else 1 - q for q, bit in zip(row, state))
            assert math.isclose(value, by_definition, rel_tol=1e-13)


def test_empirical_distribution_counts_each_state():
    v = np.random.default_rng(2).integers(0, 2, size=(50, 3)).astype(float)
    counts = [sum(np.array_equal(row, state) for row in v) for state in all_bits(3)]
    np.testing.assert_allclose(empirical_distribution(v), np.array(counts) / 50, rtol=1e-15)
    np.testing.assert_array_equal(empirical_distribution(np.zeros((4, 3))), np.eye(8)[0])


@pytest.mark.parametrize("n_states", [2, 8, 32])
def test_states_are_drawn_with_their_probabilities(n_states):
    """A right sampler fails this for one seed in 10^5; the shifted counts show that it can fail."""
    rng = np.random.default_rng(n_states)
    p = random_distribution(rng, n_states)
    p = (p + 0.2 / n_states) / 1.2  # no state so rare that chi-square would not do
    drawn = draw_states(p, 20_000, rng)
    counts = np.bincount(drawn, minlength=n_states)
    assert chi_square_p_value(counts, 20_000 * p) > 1e-5
    assert chi_square_p_value(np.roll(counts, 1), 20_000 * p) < 1e-5


def test_states_are_drawn_independently():
    p = np.array([0.2, 0.5, 0.3])
    drawn = draw_states(p, 20_000, np.random.default_rng(0))
    pairs = np.bincount(3 * drawn[::2] + drawn[1::2], minlength=9)
    assert chi_square_p_value(pairs, 10_000 * np.outer(p, p).ravel()) > 1e-5


@settings(max_examples=50)
@given(SEEDS, st.integers(1, 5))
def test_impossible_states_are_never_drawn(seed, n_zeros):
    rng = np.random.default_rng(seed)
    p = random_distribution(rng, 6, n_zeros)
    drawn = draw_states(p, 1000, rng)
    assert drawn.shape == (1000,) and np.all(p[drawn] > 0)


class FixedDraw:
    """A generator whose uniform numbers are all the same."""

    def __init__(self, value):
        self.value = value

    def random(self, n):
        return np.full(n, self.value)


def test_the_ends_of_the_uniform_draw_are_possible_states():
    p = np.array([0.0, 0.0, 0.3, 0.7, 0.0])
    assert draw_states(p, 1, FixedDraw(0.0)) == [2]
    assert draw_states(p, 1, FixedDraw(np.nextafter(1.0, 0))) == [3]
    tenths = np.full(10, 0.1)  # in float64 they add up to less than 1
    assert draw_states(tenths, 1, FixedDraw(np.nextafter(1.0, 0))) == [9]


@settings(max_examples=50)
@given(SEEDS, st.integers(2, 12))
def test_the_stationary_distribution_stays_and_is_where_powers_lead(seed, n):
    T = np.random.default_rng(seed).dirichlet(np.ones(n), size=n)  # ergodic: no entry is 0
    p = stationary_distribution(T)
    np.testing.assert_allclose(p @ T, p, atol=1e-12)
    np.testing.assert_allclose(p, np.linalg.matrix_power(T, 4096)[0], atol=1e-10)
    assert abs(p.sum() - 1) < 1e-12


def test_the_stationary_distribution_of_a_chain_that_goes_round_is_uniform():
    """Powers of this T never settle: it is solved for, not iterated."""
    T = np.roll(np.eye(5), 1, axis=1)
    np.testing.assert_allclose(stationary_distribution(T), np.full(5, 0.2), atol=1e-12)


@pytest.mark.parametrize("a, b", [(0.1, 0.2), (0.5, 0.5), (0.9, 0.8), (1.0, 1.0), (0.0, 0.0), (0.3, 0.7)])
def test_two_states_have_the_gap_and_the_distribution_of_the_closed_form(a, b):
    """T = [[1-a, a], [b, 1-b]] has the eigenvalues 1 and 1 - a - b, and p = (b, a) / (a + b)."""
    T = np.array([[1 - a, a], [b, 1 - b]])
    assert math.isclose(spectral_gap(T), 1 - abs(1 - a - b), abs_tol=1e-12)
    if a + b > 0:
        np.testing.assert_allclose(stationary_distribution(T), [b / (a + b), a / (a + b)], atol=1e-12)


def test_the_gap_of_two_independent_chains_is_that_of_the_slower():
    """The eigenvalues of a product of chains are the products of theirs: 1, 0.7, -0.4 and -0.28 here."""
    slow, fast = np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([[0.2, 0.8], [0.6, 0.4]])
    assert math.isclose(spectral_gap(np.kron(slow, fast)), 1 - 0.7, abs_tol=1e-12)
    assert math.isclose(spectral_gap(np.kron(fast, fast)), 1 - 0.4, abs_tol=1e-12)


def test_a_chain_that_forgets_at_once_has_gap_1():
    assert math.isclose(spectral_gap(np.tile([0.2, 0.3, 0.5], (3, 1))), 1, abs_tol=1e-7)


@settings(max_examples=100)
@given(SEEDS, st.integers(2, 9), st.integers(0, 1))
def test_kl_divergence_is_its_definition_and_positive_unless_equal(seed, n, n_zeros):
    rng = np.random.default_rng(seed)
    p, q = random_distribution(rng, n, n_zeros), random_distribution(rng, n)
    by_definition = math.fsum(a * math.log(a / b) for a, b in zip(p, q) if a > 0)
    assert math.isclose(kl_divergence(p, q), by_definition, rel_tol=1e-9, abs_tol=1e-14)
    assert kl_divergence(p, q) >= np.sum(np.abs(p - q)) ** 2 / 2 - 1e-14  # Pinsker's inequality
    assert kl_divergence(p, p) == 0


def test_kl_divergence_is_infinite_where_what_happens_was_ruled_out():
    with np.errstate(all="raise"):
        assert kl_divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == np.inf
        assert kl_divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == math.log(2)
        assert kl_divergence(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0


@pytest.mark.parametrize("x", [1e-6, 0.1, 1.0, 7.3, 60.0, 600.0])
def test_chi_square_has_the_closed_forms_of_1_and_2_degrees(x):
    """One degree: x is the square of a normal number. Two: exponential with mean 2."""
    assert math.isclose(chi_square_survival(x, 1), math.erfc(math.sqrt(x / 2)), rel_tol=1e-12)
    assert math.isclose(chi_square_survival(x, 2), math.exp(-x / 2), rel_tol=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 31, 200])
def test_minus_the_derivative_of_the_survival_function_is_the_density(degrees):
    """f(x) = x^(k/2 - 1) exp(-x/2) / (2^(k/2) Γ(k/2)); the derivative by the five-point formula."""
    for x in degrees + math.sqrt(2 * degrees) * np.array([-0.6, 0.0, 2.0]):  # mean k, variance 2k
        at = [chi_square_survival(x + offset * 1e-3 * x, degrees) for offset in (-2, -1, 1, 2)]
        derivative = (8 * (at[2] - at[1]) - (at[3] - at[0])) / (12e-3 * x)
        half = degrees / 2
        log_density = (half - 1) * math.log(x) - x / 2 - half * math.log(2) - math.lgamma(half)
        assert math.isclose(-derivative, math.exp(log_density), rel_tol=1e-5)
    assert chi_square_survival(0.0, degrees) == 1
    assert chi_square_survival(50.0 * degrees, degrees) < 1e-9


def test_chi_square_p_values_of_right_counts_are_uniform():
    """Of 2,000 p-values, the fraction below q is q, up to 4.5 standard errors √(q (1 - q) / 2000)."""
    rng, p = np.random.default_rng(1), np.array([0.1, 0.2, 0.3, 0.4, 0.0])
    p_values = np.array([chi_square_p_value(rng.multinomial(5000, p), 5000 * p) for _ in range(2000)])
    for q in (0.05, 0.25, 0.5, 0.9):
        assert abs(np.mean(p_values < q) - q) < 4.5 * math.sqrt(q * (1 - q) / 2000)


def test_chi_square_gives_nothing_to_impossible_counts_and_insists_on_one_total():
    assert chi_square_p_value([9, 1], [10, 0]) == 0
    assert chi_square_p_value([10, 0], [10, 0]) == 1
    with pytest.raises(AssertionError, match="totals"):
        chi_square_p_value([5, 5], [5, 6])
