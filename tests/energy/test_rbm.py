"""The RBM's equations against sums of exp(-E) over all states."""
import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given
from models import energy_table, random_bits, random_rbm, rbms

from numpy_dgm.energy import (
    RBM,
    Gaussian,
    energy,
    free_energy,
    gibbs_step,
    hidden_probs,
    init_rbm,
    log_likelihood,
    sample_chains,
    sample_hidden,
    sample_visible,
    visible_probs,
)
from numpy_dgm.energy.rbm import check_rbm, transposed
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import (
    all_bits,
    bits_to_index,
    boltzmann_distribution,
    draw_states,
    product_of_bernoullis,
)


def joint_distribution(rbm):
    """p(v, h) of every pair of layers, (2^D, 2^K), from nothing but E as it is written in the module's head."""
    v, h = all_bits(len(rbm.b)), all_bits(len(rbm.c))
    E = -np.einsum("i,vi->v", rbm.b, v)[:, None] - np.einsum("j,hj->h", rbm.c, h)
    E = E - np.einsum("vi,ij,hj->vh", v, rbm.W, h)
    return boltzmann_distribution(E)


@given(rbms)
def test_energy_is_its_definition(rbm):
    n_visible, n_hidden = rbm.W.shape
    p, log_z = joint_distribution(rbm)
    E = energy_table(lambda v, h: energy(rbm, v, h), all_bits(n_visible), all_bits(n_hidden))
    np.testing.assert_allclose(-E - log_z, np.log(p), rtol=1e-10, atol=1e-10)


@given(rbms)
def test_free_energy_is_minus_the_log_of_the_sum_over_hidden_layers(rbm):
    p, log_z = joint_distribution(rbm)
    expected = -(np.log(p.sum(axis=1)) + log_z)
    np.testing.assert_allclose(free_energy(rbm, all_bits(len(rbm.b))), expected, rtol=1e-10, atol=1e-10)


@given(rbms)
def test_conditionals_are_the_means_of_the_joint_distribution(rbm):
    p, _ = joint_distribution(rbm)
    v, h = all_bits(len(rbm.b)), all_bits(len(rbm.c))
    p_h_given_v, p_v_given_h = p / p.sum(axis=1, keepdims=True), p / p.sum(axis=0)
    np.testing.assert_allclose(hidden_probs(rbm, v), p_h_given_v @ h, rtol=1e-10)
    np.testing.assert_allclose(visible_probs(rbm, h), p_v_given_h.T @ v, rtol=1e-10)


@given(rbms)
def test_transposing_exchanges_the_layers_and_nothing_else(rbm):
    v, h = random_bits(4, len(rbm.b), 1), random_bits(4, len(rbm.c), 2)
    np.testing.assert_allclose(energy(transposed(rbm), h, v), energy(rbm, v, h), rtol=1e-12, atol=1e-12)


def gibbs_p_value(step, n_rows=20_000):
    """Chi-square p-value of v after one `step(rbm, v, rng)` from rows drawn exactly, against the exact p(v)."""
    rbm = random_rbm(4, 3, 1.5, 0)
    p = joint_distribution(rbm)[0].sum(axis=1)
    v = all_bits(4)[draw_states(p, n_rows, np.random.default_rng(1))]
    after = step(rbm, v, np.random.default_rng(2))
    return chi_square_p_value(np.bincount(bits_to_index(after), minlength=16), n_rows * p)


def test_one_gibbs_step_leaves_the_exact_distribution():
    """A right sampler has a p-value below 1e-3 once in a thousand seeds; this seed is fixed."""
    assert gibbs_p_value(gibbs_step) > 1e-3


def test_data_are_values_of_the_visible_units():
    data = np.array([[-3.0, 2.0], [5.0, 4.0]])
    rbm = init_rbm(2, 3, np.random.default_rng(0), data, visible=Gaussian())
    np.testing.assert_allclose(rbm.b, [1.0, 3.0])
    with pytest.raises(InvalidInput, match="data: expected values in .0, 1., got values from -3 to 5"):
        init_rbm(2, 3, np.random.default_rng(0), data, hidden=Gaussian())


def test_a_gibbs_step_draws_h_and_then_v_from_the_generator():
    rbm, v = random_rbm(7, 5, 1.0, 3), random_bits(40, 7, 4)
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(2):
        h = sample_hidden(rbm, v, one)
        np.testing.assert_array_equal(gibbs_step(rbm, v, other), sample_visible(rbm, h, one))
    assert one.random() == other.random()


def test_that_test_catches_one_noise_row_for_all_cases():
    def shared_noise(rbm, v, rng):
        p_h = hidden_probs(rbm, v)
        h = (rng.random(p_h.shape[1]) < p_h).astype(float)
        p_v = visible_probs(rbm, h)
        return (rng.random(p_v.shape[1]) < p_v).astype(float)

    assert gibbs_p_value(shared_noise) < 1e-9


def test_that_test_catches_an_inverted_comparison():
    def inverted(rbm, v, rng):
        h = sample_hidden(rbm, v, rng)
        return 1 - sample_visible(rbm, h, rng)

    assert gibbs_p_value(inverted) < 1e-9


def test_samples_have_the_conditional_means_case_by_case():
    """4.5 standard errors: 7e-6 an entry, 20 + 28 entries."""
    rbm, runs = random_rbm(7, 5, 1.0, 3), 4_000
    v, h = random_bits(4, 7, 4), random_bits(4, 5, 5)
    rng = np.random.default_rng(6)
    for p, draw, given_layer in ((hidden_probs(rbm, v), sample_hidden, v), (visible_probs(rbm, h), sample_visible, h)):
        mean = np.mean([draw(rbm, given_layer, rng) for _ in range(runs)], axis=0)
        assert np.all(np.abs(mean - p) < 4.5 * np.sqrt(p * (1 - p) / runs))


def test_float32_stays_float32_and_arguments_stay_as_they_were():
    rbm = random_rbm(5, 3, 1.0, 0, np.float32)
    v, rng = random_bits(6, 5, 1).astype(np.float32), np.random.default_rng(0)
    before = v.copy(), rbm.W.copy()
    h = sample_hidden(rbm, v, rng)
    for array in (h, hidden_probs(rbm, v), visible_probs(rbm, h), gibbs_step(rbm, v, rng), energy(rbm, v, h)):
        assert array.dtype == np.float32
    np.testing.assert_array_equal(v, before[0])
    np.testing.assert_array_equal(rbm.W, before[1])


def test_a_fresh_rbm_starts_at_the_means_of_the_data():
    data = (np.random.default_rng(0).random((500, 6)) < 0.3).astype(float)
    rbm = init_rbm(6, 40, np.random.default_rng(1), data)
    assert rbm.W.dtype == np.float32 and rbm.W.shape == (6, 40) and rbm.c.shape == (40,)
    np.testing.assert_allclose(visible_probs(rbm, np.zeros((1, 40), np.float32))[0], data.mean(axis=0), atol=1e-6)
    assert 0.008 < rbm.W.std() < 0.012  # N(0, 0.01²); the standard error of an sd of 240 is 0.0005
    assert np.all(init_rbm(6, 4, np.random.default_rng(1), dtype=np.float64).b == 0)


@pytest.mark.parametrize("arguments, message", [
    (dict(n_visible=0), "n_visible: expected an integer >= 1, got 0"),
    (dict(n_hidden=2.5), "n_hidden: expected an integer >= 1, got 2.5"),
    (dict(rng=7), "rng: expected a numpy.random.Generator such as numpy.random.default_rng(0), got int"),
    (dict(dtype=np.int32), "dtype: expected float32 or float64, got int32"),
    (dict(dtype=np.complex64), "dtype: expected float32 or float64, got complex64"),
    (dict(data=np.zeros((3, 5))), "data: expected shape (cases, 4) with at least one case, got shape (3, 5)"),
    (dict(data=np.full((3, 4), np.nan)), "data: expected finite values, got NaN or infinity in 12 of 12"),
    (dict(data=np.full((3, 4), 255)), "data: expected values in [0, 1], got values from 255 to 255"),
    (dict(data=np.zeros((0, 4))), "data: expected shape (cases, 4) with at least one case, got shape (0, 4)"),
    (dict(data=np.zeros((3, 4), object)), "data: expected real numbers, got dtype object"),
    (dict(data=np.zeros((3, 4), complex)), "data: expected real numbers, got dtype complex128"),
])
def test_init_rbm_refuses_what_cannot_be_right(arguments, message):
    good = dict(n_visible=4, n_hidden=3, rng=np.random.default_rng(0))
    with pytest.raises(InvalidInput) as error:
        init_rbm(**{**good, **arguments})
    assert message in str(error.value)


EXPECTED_DTYPE = "expected parameters of one dtype, float32 or float64"


@pytest.mark.parametrize("change, message", [
    (dict(b=np.zeros(3)), "rbm.b: expected a last axis of 4, got shape (3,)"),
    (dict(c=np.zeros(5)), "rbm.c: expected a last axis of 2, got shape (5,)"),
    (dict(W=np.zeros(4)), "rbm.W: expected a 2-D array with at least one entry, got shape (4,)"),
    (dict(W=np.full((4, 2), np.nan)), "rbm.W: expected finite values, got NaN or infinity in 8 of 8"),
    (dict(b=np.zeros(4, np.float32)), f"rbm: {EXPECTED_DTYPE}, got float32 and float64"),
    (dict(c=np.zeros(2, np.float32)), f"rbm: {EXPECTED_DTYPE}, got float32 and float64"),
    (dict(W=np.zeros((4, 2), int), b=np.zeros(4, int), c=np.zeros(2, int)),
     "rbm.W: expected an array of float32 or float64, got dtype int64"),
])
def test_an_rbm_whose_arrays_do_not_fit_is_refused(change, message):
    arrays = dict(W=np.zeros((4, 2)), b=np.zeros(4), c=np.zeros(2))
    with pytest.raises(InvalidInput) as error:
        check_rbm(RBM(**{**arrays, **change}))
    assert message in str(error.value)


def test_what_is_no_rbm_is_refused():
    with pytest.raises(InvalidInput, match="rbm: expected an RBM, got dict"):
        check_rbm({"W": np.zeros((4, 2))})


def test_sampled_chains_have_the_models_distribution_after_enough_steps():
    """3 bits, 20,000 chains, 50 steps: 4.5 standard errors of each state's share."""
    rng = np.random.default_rng(0)
    rbm = RBM(W=rng.normal(size=(3, 2)), b=rng.normal(size=3), c=rng.normal(size=2))
    v, p_v = sample_chains(rbm, 20_000, 50, rng)
    p = np.exp(log_likelihood(rbm, all_bits(3)))
    share = np.array([np.mean((v == state).all(axis=1)) for state in all_bits(3)])
    assert np.all(np.abs(share - p) < 4.5 * np.sqrt(p * (1 - p) / 20_000))
    np.testing.assert_allclose(p_v.mean(axis=0), p @ all_bits(3), atol=4.5 * 0.5 / np.sqrt(20_000))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_n_steps_are_n_steps(steps):
    """Started at fair coins, the chains' law after n steps is the uniform one times T^n, and not times T^(n+1)."""
    W = np.array([[4.0, -3.0], [4.0, 3.0], [-2.0, 4.0]])
    rbm = RBM(W=W, b=np.array([-3.0, -2.0, 1.0]), c=np.array([-3.0, -1.0]))
    v, h = all_bits(3), all_bits(2)
    T = product_of_bernoullis(hidden_probs(rbm, v)) @ product_of_bernoullis(visible_probs(rbm, h))
    drawn, _ = sample_chains(rbm, 100_000, steps, np.random.default_rng(steps))
    counts = np.bincount(bits_to_index(drawn), minlength=8)
    law = {n: np.full(8, 1 / 8) @ np.linalg.matrix_power(T, n) for n in (steps, steps + 1)}
    assert chi_square_p_value(counts, 100_000 * law[steps]) > 1e-3
    assert chi_square_p_value(counts, 100_000 * law[steps + 1]) < 1e-9
