"""Gradients against enumeration and the exact transition matrix."""
from dataclasses import replace

import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given, settings
from models import expected_cd_gradient, random_bits, random_rbm, rbms, slowly_mixing_rbm

from numpy_dgm.energy import (
    RBM,
    Gaussian,
    cd_gradient,
    exact_gradient,
    hidden_probs,
    log_likelihood,
    pcd_gradient,
    visible_probs,
)
from numpy_dgm.energy.gradients import centre, model_means, reconstruction_error, sparsity_gradient
from numpy_dgm.energy.likelihood import state_blocks
from numpy_dgm.energy.rbm import transposed
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, empirical_distribution, product_of_bernoullis
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import flatten

# ---- exact gradient


@settings(max_examples=40)
@given(rbms)
def test_exact_gradient_is_the_derivative_of_the_exact_log_likelihood(rbm):
    v = random_bits(6, len(rbm.b), 1)
    check_gradient(lambda model: log_likelihood(model, v).mean(), rbm, exact_gradient(rbm, v), tolerance=1e-7)


def test_exact_gradient_does_not_depend_on_which_layer_is_listed():
    rbm, v = random_rbm(6, 3, 1.0, 0), random_bits(5, 6, 1)
    mean = model_means(rbm)
    mean_of_transposed = transposed(model_means(transposed(rbm)))
    np.testing.assert_allclose(flatten(mean), flatten(mean_of_transposed), rtol=1e-12)
    assert exact_gradient(rbm, v).W.shape == (6, 3)


def test_the_means_of_the_model_are_summed_over_all_blocks():
    """13 hidden units and 40 visible ones make eleven blocks; the sums over all states at once are the oracle."""
    rbm = random_rbm(40, 13, 0.5, 0)
    assert len(list(state_blocks(transposed(rbm)))) > 4
    h = all_bits(13)
    log_weight = h @ rbm.c + np.logaddexp(0, h @ rbm.W.T + rbm.b).sum(axis=1)
    p_h = np.exp(log_weight - log_weight.max())
    p_h /= p_h.sum()
    mean_v = visible_probs(rbm, h)
    means = model_means(rbm)
    np.testing.assert_allclose(means.W, (mean_v.T * p_h) @ h, rtol=1e-10)
    np.testing.assert_allclose(means.b, p_h @ mean_v, rtol=1e-10)
    np.testing.assert_allclose(means.c, p_h @ h, rtol=1e-10)


# ---- CD-k and PCD against the transition matrix


def errors_from_expectation(gradients, expected):
    """How many standard errors the mean of the gradients (runs, P) is from `expected` (P,), the largest of the P."""
    standard_error = gradients.std(axis=0, ddof=1) / np.sqrt(len(gradients))
    return np.max(np.abs(gradients.mean(axis=0) - expected) / standard_error)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_cd_k_has_the_mean_that_k_steps_of_the_transition_matrix_say(k):
    """4.5 standard errors, 19 entries; k + 1 steps must be more than 10 away, so an off-by-one cannot pass."""
    rbm, data, rng = slowly_mixing_rbm(), all_bits(4)[[1, 2, 7, 7, 12]], np.random.default_rng(k)
    gradients = np.array([flatten(cd_gradient(rbm, data, k, rng)) for _ in range(20_000)])
    assert errors_from_expectation(gradients, expected_cd_gradient(rbm, data, k)) < 4.5
    assert errors_from_expectation(gradients, expected_cd_gradient(rbm, data, k + 1)) > 10
    if k > 1:
        assert errors_from_expectation(gradients, expected_cd_gradient(rbm, data, k - 1)) > 10


@pytest.mark.parametrize("k", [1, 2, 3])
def test_pcd_k_moves_its_chains_by_k_steps_and_takes_the_model_from_there(k):
    """From chains at known hidden layers: the mean of the negative phase, and the law of the chains afterwards."""
    rbm, rng = slowly_mixing_rbm(), np.random.default_rng(k)
    data, chains = all_bits(4)[[1, 7, 12]], all_bits(3)[[0, 5, 6, 6]]
    v, h = all_bits(4), all_bits(3)
    h_to_v, v_to_h = product_of_bernoullis(visible_probs(rbm, h)), product_of_bernoullis(hidden_probs(rbm, v))
    runs = [pcd_gradient(rbm, data, chains, k, rng) for _ in range(20_000)]
    gradients = np.array([flatten(gradient) for gradient, _ in runs])
    start, p_h = empirical_distribution(chains), hidden_probs(rbm, v)

    def expected(steps):
        p_v = start @ np.linalg.matrix_power(h_to_v @ v_to_h, steps - 1) @ h_to_v
        difference = empirical_distribution(data) - p_v
        return np.concatenate([((v.T * difference) @ p_h).ravel(), difference @ v, difference @ p_h])

    assert errors_from_expectation(gradients, expected(k)) < 4.5
    assert errors_from_expectation(gradients, expected(k + 1)) > 10

    first_chain = np.array([chains_after[0] for _, chains_after in runs])
    p_first = np.linalg.matrix_power(h_to_v @ v_to_h, k)[0]  # chain 0 started at state 0
    assert chi_square_p_value(np.bincount(bits_to_index(first_chain), minlength=8), 20_000 * p_first) > 1e-3


def test_phases_are_means_over_their_own_rows():
    """Repeated cases, or repeated chains, change nothing but the noise: exact with a deterministic model."""
    rbm = RBM(W=np.array([[60.0], [60.0]]), b=np.array([-30.0, -30.0]), c=np.array([-60.0]))  # every p is 0 or 1
    v, chains, rng = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]), np.array([[1.0], [0.0]]), np.random.default_rng(0)
    once, _ = pcd_gradient(rbm, v, chains, 1, rng)
    doubled, _ = pcd_gradient(rbm, np.tile(v, (2, 1)), np.tile(chains, (5, 1)), 1, rng)
    np.testing.assert_allclose(flatten(once), flatten(doubled), atol=1e-9)
    np.testing.assert_allclose(once.b, v.mean(axis=0) - [0.5, 0.5], atol=1e-9)


def test_cases_of_a_batch_use_noise_of_their_own():
    """64 equal cases: were the noise shared, they would all move to the same place, and c's gradient be larger."""
    rbm, rng = random_rbm(6, 5, 1.0, 0), np.random.default_rng(1)
    v = np.tile(random_bits(1, 6, 2), (64, 1))
    spread_of_64 = np.std([cd_gradient(rbm, v, 1, rng).b for _ in range(400)], axis=0)
    spread_of_1 = np.std([cd_gradient(rbm, v[:1], 1, rng).b for _ in range(400)], axis=0)
    ratio = spread_of_1.mean() / spread_of_64.mean()
    assert 6.5 < ratio < 9.5  # √64 = 8; an sd from 400 draws is known to 4 %


def test_the_positive_phase_is_not_sampled():
    """With a chain that forgets its start at once (W = 0), only the positive phase depends on the data: no noise."""
    rbm, rng = RBM(W=np.zeros((3, 2)), b=np.full(3, 40.0), c=np.full(2, 0.3)), np.random.default_rng(0)
    v = np.ones((4, 3))
    np.testing.assert_allclose(flatten(cd_gradient(rbm, v, 1, rng)), 0, atol=1e-12)


def test_arguments_stay_as_they_were_and_float32_stays_float32():
    rbm, rng = random_rbm(5, 4, 1.0, 0, np.float32), np.random.default_rng(0)
    v, chains = random_bits(6, 5, 1).astype(np.float32), random_bits(3, 4, 2).astype(np.float32)
    before = [array.copy() for array in (v, chains, rbm.W, rbm.b, rbm.c)]
    gradient, moved = pcd_gradient(rbm, v, chains, 2, rng)
    for result in (gradient, cd_gradient(rbm, v, 2, rng), exact_gradient(rbm, v), centre(gradient, v[0], chains[0])):
        assert flatten(result).dtype == np.float32
    assert moved.dtype == np.float32 and moved.shape == (3, 4)
    for array, copy in zip((v, chains, rbm.W, rbm.b, rbm.c), before):
        np.testing.assert_array_equal(array, copy)


# ---- centring


@given(rbms)
def test_the_centred_gradient_is_a_difference_of_centred_means(rbm):
    rng = np.random.default_rng(0)
    v_offset, h_offset = rng.random(len(rbm.b)), rng.random(len(rbm.c))
    v_data, v_model = random_bits(7, len(rbm.b), 1), random_bits(5, len(rbm.b), 2)
    h_data, h_model = hidden_probs(rbm, v_data), hidden_probs(rbm, v_model)
    plain = RBM(
        W=v_data.T @ h_data / 7 - v_model.T @ h_model / 5,
        b=v_data.mean(axis=0) - v_model.mean(axis=0),
        c=h_data.mean(axis=0) - h_model.mean(axis=0),
    )
    centred = centre(plain, v_offset, h_offset)
    W = (v_data - v_offset).T @ (h_data - h_offset) / 7 - (v_model - v_offset).T @ (h_model - h_offset) / 5
    np.testing.assert_allclose(centred.W, W, atol=1e-12)
    np.testing.assert_allclose(centred.b, plain.b - W @ h_offset, atol=1e-12)
    np.testing.assert_allclose(centred.c, plain.c - W.T @ v_offset, atol=1e-12)


@given(rbms)
def test_the_centred_gradient_climbs(rbm):
    """It is the gradient times a positive matrix, so its product with the plain gradient is never negative."""
    rng = np.random.default_rng(0)
    gradient = exact_gradient(rbm, random_bits(6, len(rbm.b), 1))
    centred = centre(gradient, rng.random(len(rbm.b)), rng.random(len(rbm.c)))
    assert flatten(gradient) @ flatten(centred) >= 0


def test_centred_steps_are_the_same_on_flipped_bits():
    """Flip every visible bit and its weights and biases: centred learning is the same run, seen in a mirror."""
    rbm, data = random_rbm(5, 3, 0.5, 0), random_bits(8, 5, 1)
    mirror = RBM(W=-rbm.W, b=-rbm.b, c=rbm.c + rbm.W.sum(axis=0))
    np.testing.assert_allclose(log_likelihood(mirror, 1 - data), log_likelihood(rbm, data), rtol=1e-12)
    v_offset, h_offset = data.mean(axis=0), hidden_probs(rbm, data).mean(axis=0)
    step = centre(exact_gradient(rbm, data), v_offset, h_offset)
    mirror_step = centre(exact_gradient(mirror, 1 - data), 1 - v_offset, h_offset)
    moved = RBM(rbm.W + step.W, rbm.b + step.b, rbm.c + step.c)
    mirror_moved = RBM(mirror.W + mirror_step.W, mirror.b + mirror_step.b, mirror.c + mirror_step.c)
    np.testing.assert_allclose(log_likelihood(mirror_moved, 1 - data), log_likelihood(moved, data), rtol=1e-10)


def test_reconstruction_error_is_its_definition():
    rbm, v = random_rbm(5, 4, 1.0, 0), random_bits(6, 5, 1)
    p_v = visible_probs(rbm, hidden_probs(rbm, v))
    expected = sum((v[i, j] - p_v[i, j]) ** 2 for i in range(6) for j in range(5)) / 30
    np.testing.assert_allclose(reconstruction_error(rbm, v), expected, rtol=1e-12)


# ---- sparsity


@settings(max_examples=30)
@given(rbms)
def test_sparsity_gradient_is_the_derivative_of_its_penalty_for_every_parameter(rbm):
    v = random_bits(6, len(rbm.b), 1)
    gradient = sparsity_gradient(rbm, v, 0.1)
    check_gradient(lambda m: -np.sum((0.1 - hidden_probs(m, v).mean(axis=0)) ** 2), rbm, gradient, tolerance=1e-7)


def test_sums_over_many_cases_of_float32_are_taken_in_float64():
    """100,000 times 0.1 added up one by one in float32 are off by 1e-4 of themselves."""
    rbm, v = random_rbm(2, 2, 1.0, 0, np.float32), np.full((100_000, 2), 0.1, np.float32)
    gradient, of_one = exact_gradient(rbm, v), exact_gradient(rbm, v[:1])
    assert gradient.b.dtype == gradient.c.dtype == np.float32
    np.testing.assert_allclose([gradient.b, gradient.c], [of_one.b, of_one.c], atol=1e-7)


@pytest.mark.parametrize("target", [0, 1, -0.1, np.nan])
def test_a_sparsity_target_is_inside_0_and_1_and_for_bits(target):
    rbm, v = random_rbm(4, 3, 1.0, 0), random_bits(5, 4, 1)
    with pytest.raises(InvalidInput, match=r"target: expected a number in \(0, 1\), got"):
        sparsity_gradient(rbm, v, target)
    with pytest.raises(InvalidInput, match=r"rbm.hidden: expected bits, Bernoulli\(\), got Gaussian\(\)"):
        sparsity_gradient(replace(rbm, W=0.1 * rbm.W, hidden=Gaussian()), v, 0.1)
