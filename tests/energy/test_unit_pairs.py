"""RBMs of every pair of kinds of units, against the models written out in full (`written_out` in models.py)."""
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given, settings
from hypothesis import strategies as st
from models import draw_exactly, places, random_rbm, random_values, reach_of, seeds, small_rbm, written_out

from numpy_dgm.energy import (
    RBM,
    Bernoulli,
    Gaussian,
    Softmax,
    cd_gradient,
    energy,
    evaluate_rbm,
    exact_gradient,
    free_energy,
    gibbs_step,
    hidden_probs,
    init_rbm,
    log_likelihood,
    log_partition,
    pcd_gradient,
    pseudo_log_likelihood,
    sample_hidden,
    sample_visible,
    train_rbm,
    visible_probs,
)
from numpy_dgm.energy.gradients import centre, model_means
from numpy_dgm.energy.fused import Workspace, fused_pcd_gradient
from numpy_dgm.energy.likelihood import gaussian_moments, has_exact_log_z
from numpy_dgm.energy.rbm import check_rbm, transposed, why_not_normalisable
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.numerics import logsumexp
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.standardiser import Standardiser, log_jacobian, standardise
from numpy_dgm.runs import load_run

KINDS = [Bernoulli(), Gaussian(), Softmax(3)]
every_pair = pytest.mark.parametrize("visible, hidden", list(itertools.product(KINDS, KINDS)), ids=repr)
every_hidden = pytest.mark.parametrize("hidden", KINDS, ids=repr)
few = settings(max_examples=10)
sizes = st.integers(1, 2)
scales = st.floats(0.01, 1.5)


# ---- the equations


@every_pair
@few
@given(sizes, sizes, scales, seeds)
def test_energy_is_its_definition(visible, hidden, n_visible, n_hidden, scale, seed):
    rbm = small_rbm(visible, hidden, n_visible, n_hidden, scale, seed)
    v, h = random_values(visible, 5, len(rbm.b), 1), random_values(hidden, 5, len(rbm.c), 2)
    expected = []
    for v_n, h_n in zip(v, h):
        E = -sum(rbm.b * v_n) - sum(rbm.c * h_n)
        E -= sum(v_n[i] * rbm.W[i, j] * h_n[j] for i in range(len(v_n)) for j in range(len(h_n)))
        for units, s in ((visible, v_n), (hidden, h_n)):
            if isinstance(units, Gaussian):
                E -= sum(math.log(math.exp(-x * x / 2) / math.sqrt(2 * math.pi)) for x in s)
        expected.append(E)
    np.testing.assert_allclose(energy(rbm, v, h), expected, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(energy(transposed(rbm), h, v), expected, rtol=1e-11, atol=1e-11)


@every_pair
@few
@given(sizes, sizes, scales, seeds)
def test_free_energy_conditionals_and_likelihood_are_those_of_the_model_written_out(
    visible, hidden, n_visible, n_hidden, scale, seed
):
    """Only likely places are compared: far out on the grid nothing is left of p but rounding."""
    rbm = small_rbm(visible, hidden, n_visible, n_hidden, scale, seed)
    v, h, p, log_z = written_out(rbm)
    np.testing.assert_allclose(log_partition(rbm), log_z, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(log_partition(transposed(rbm)), log_z, rtol=1e-10, atol=1e-10)

    p_v, p_h = p.sum(axis=1), p.sum(axis=0)
    likely_v, likely_h = p_v > 1e-6, p_h > 1e-6
    _, log_weight = places(visible, len(rbm.b), reach_of(rbm))
    log_density = np.log(p_v[likely_v]) - log_weight[likely_v] + visible.log_base(v[likely_v])
    np.testing.assert_allclose(log_likelihood(rbm, v[likely_v]), log_density, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(-free_energy(rbm, v[likely_v]) - log_z, log_density, rtol=1e-9, atol=1e-9)

    mean_h, mean_v = p[likely_v] @ h / p_v[likely_v, None], p.T[likely_h] @ v / p_h[likely_h, None]
    np.testing.assert_allclose(hidden_probs(rbm, v[likely_v]), mean_h, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(visible_probs(rbm, h[likely_h]), mean_v, rtol=1e-9, atol=1e-9)


@every_pair
@few
@given(sizes, sizes, scales, seeds)
def test_the_models_means_are_those_of_the_model_written_out(visible, hidden, n_visible, n_hidden, scale, seed):
    rbm = small_rbm(visible, hidden, n_visible, n_hidden, scale, seed)
    v, h, p, _ = written_out(rbm)
    means = model_means(rbm)
    np.testing.assert_allclose(means.W, v.T @ p @ h, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(means.b, p.sum(axis=1) @ v, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(means.c, p.sum(axis=0) @ h, rtol=1e-9, atol=1e-9)


@every_pair
@settings(max_examples=5)
@given(sizes, sizes, scales, seeds)
def test_exact_gradient_is_the_derivative_of_the_log_likelihood(visible, hidden, n_visible, n_hidden, scale, seed):
    rbm = small_rbm(visible, hidden, n_visible, n_hidden, scale, seed)
    v = random_values(visible, 4, len(rbm.b), 1)
    check_gradient(lambda model: log_likelihood(model, v).mean(), rbm, exact_gradient(rbm, v), tolerance=1e-7)


@pytest.mark.parametrize("n_visible, n_hidden", [(3, 2), (2, 4)])
def test_exact_gradient_of_wider_gaussian_layers(n_visible, n_hidden):
    rbm = random_rbm(n_visible, n_hidden, 1.0, 0, visible=Gaussian(), hidden=Gaussian())
    v = random_values(Gaussian(), 4, n_visible, 1)
    check_gradient(lambda model: log_likelihood(model, v).mean(), rbm, exact_gradient(rbm, v), tolerance=1e-7)


@every_pair
def test_float32_stays_float32_and_agrees_with_float64(visible, hidden):
    rbm = small_rbm(visible, hidden, 2, 2, 1.0, 0)
    in_float32 = replace(rbm, **{name: getattr(rbm, name).astype(np.float32) for name in rbm.trainable})
    v, rng = random_values(visible, 6, len(rbm.b), 1).astype(np.float32), np.random.default_rng(0)
    h = sample_hidden(in_float32, v, rng)
    for array in (h, hidden_probs(in_float32, v), visible_probs(in_float32, h), gibbs_step(in_float32, v, rng)):
        assert array.dtype == np.float32
    gradient = exact_gradient(in_float32, v)
    assert flatten(gradient).dtype == np.float32
    np.testing.assert_allclose(flatten(gradient), flatten(exact_gradient(rbm, v)), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(log_likelihood(in_float32, v), log_likelihood(rbm, v), rtol=1e-4, atol=1e-4)


# ---- densities of Gaussian visible units


@every_hidden
@pytest.mark.parametrize("n_visible", [1, 2])
def test_the_density_integrates_to_1(hidden, n_visible):
    rbm = random_rbm(n_visible, 3, 1.0, 0, visible=Gaussian(), hidden=hidden)
    v, _ = places(Gaussian(), n_visible, reach_of(rbm))
    np.testing.assert_allclose(np.exp(log_likelihood(rbm, v)).sum() * 0.5**n_visible, 1, rtol=1e-10)


@every_hidden
@pytest.mark.parametrize("n_visible", [1, 2])
def test_the_density_of_unscaled_data_carries_the_jacobian(hidden, n_visible):
    """A grid of step 0.1 in the data's own units, for scales of 3 and 0.25: at most 0.4 of a scale, see `places`."""
    rbm = random_rbm(n_visible, 3, 1.0, 1, visible=Gaussian(), hidden=hidden)
    standardiser = Standardiser(mean=np.array([40.0, -2.0][:n_visible]), scale=np.array([3.0, 0.25][:n_visible]))
    reach = reach_of(rbm) * standardiser.scale
    axes = [np.arange(mean - far, mean + far, 0.1) for mean, far in zip(standardiser.mean, reach)]
    v = np.array(list(itertools.product(*axes)))
    log_p = log_likelihood(rbm, standardise(standardiser, v)) + log_jacobian(standardiser)
    np.testing.assert_allclose(np.exp(log_p).sum() * 0.1**n_visible, 1, rtol=1e-10)


@pytest.mark.parametrize("hidden", [Bernoulli(), Softmax(3)], ids=repr)
@pytest.mark.parametrize("n_visible", [1, 2])
def test_the_textbook_z_of_a_gaussian_rbm_is_this_one_with_its_constants(hidden, n_visible):
    """E = 1/2 |v - b|² - c·h - vᵀ W h, integrated over v and summed over h."""
    rbm = random_rbm(n_visible, 3, 1.0, 2, visible=Gaussian(), hidden=hidden)
    v, _ = places(Gaussian(), n_visible, reach_of(rbm))
    h, _ = places(hidden, 3, 0)
    minus_E = -0.5 * np.sum((v - rbm.b) ** 2, axis=1)[:, None] + h @ rbm.c + v @ rbm.W @ h.T
    textbook_log_z = logsumexp(minus_E + n_visible * np.log(0.5))
    expected = log_partition(rbm) - 0.5 * rbm.b @ rbm.b + n_visible / 2 * np.log(2 * np.pi)
    np.testing.assert_allclose(textbook_log_z, expected, rtol=1e-12)


# ---- chains


def cells_of(rbm, v):
    """In which cell each case lies, and how probable each cell is: (N,), (cells,).

    A cell is a state, or for Gaussian visible units a box: each axis is cut at three places. Given h a unit is
    N(bᵢ + (Wh)ᵢ, 1), so a box has the probability Σ_h p(h) Πᵢ (Φ(right end) - Φ(left end)).
    """
    places_of_v, h, p, _ = written_out(rbm)
    if not isinstance(rbm.visible, Gaussian):
        same = (v[:, None] == places_of_v).all(axis=2)
        assert (same.sum(axis=1) == 1).all()
        return same.argmax(axis=1), p.sum(axis=1)
    cell, p_cells = np.zeros(len(v), int), p.sum(axis=0)[:, None]
    for i, mean in enumerate((rbm.b + h @ rbm.W.T).T):
        ends = p.sum(axis=0) @ mean + np.array([-0.8, 0.1, 1.0])
        cell = 4 * cell + np.searchsorted(ends, v[:, i])
        z = (np.concatenate([[-np.inf], ends, [np.inf]]) - mean[:, None]) / math.sqrt(2)
        p_box = np.diff(0.5 + 0.5 * np.vectorize(math.erf)(z), axis=1)  # (S, 4)
        p_cells = (p_cells[:, :, None] * p_box[:, None, :]).reshape(len(h), -1)
    return cell, p_cells.sum(axis=0)


def p_value_after(step, rbm, n_rows=20_000):
    """Chi-square p-value of v after one `step(rbm, v, rng)` from rows drawn exactly."""
    v = draw_exactly(rbm, n_rows, np.random.default_rng(1))
    cell, p = cells_of(rbm, step(rbm, v, np.random.default_rng(2)))
    return chi_square_p_value(np.bincount(cell, minlength=len(p)), n_rows * p)


@every_pair
def test_one_gibbs_step_leaves_the_exact_distribution(visible, hidden):
    """A right sampler has a p-value below 1e-3 once in a thousand seeds; these nine are fixed."""
    assert p_value_after(gibbs_step, small_rbm(visible, hidden, 2, 2, 1.0, 4)) > 1e-3


@every_pair
def test_that_test_catches_means_that_drive_the_chain(visible, hidden):
    def by_means(rbm, v, rng):
        return sample_visible(rbm, hidden_probs(rbm, v), rng)

    assert p_value_after(by_means, small_rbm(visible, hidden, 2, 2, 1.0, 4)) < 1e-9


@every_pair
@pytest.mark.parametrize("persistent", [False, True])
def test_on_cases_of_the_model_itself_the_sampled_gradients_have_mean_0(visible, hidden, persistent):
    """Cases and chains drawn exactly stay so, whatever k is; 4.5 standard errors, 2e-5 an entry for 100 draws."""
    rbm, rng = small_rbm(visible, hidden, 2, 1, 0.8, 4), np.random.default_rng(5)
    gradients = []
    for v in draw_exactly(rbm, 20_000, rng).reshape(100, 200, -1):
        if persistent:
            gradient, _ = pcd_gradient(rbm, v[:100], sample_hidden(rbm, v[100:], rng), 2, rng)
        else:
            gradient = cd_gradient(rbm, v, 2, rng)
        gradients.append(flatten(gradient))
    standard_error = np.std(gradients, axis=0, ddof=1) / np.sqrt(100)
    assert np.all(np.abs(np.mean(gradients, axis=0)) < 4.5 * standard_error)


@every_pair
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-11), (np.float32, 1e-4)])
def test_the_fused_gradient_is_the_plain_one(visible, hidden, dtype, tolerance):
    rbm = small_rbm(visible, hidden, 2, 2, 0.7, 0)
    rbm = replace(rbm, **{name: getattr(rbm, name).astype(dtype) for name in rbm.trainable})
    v = random_values(visible, 7, len(rbm.b), 1).astype(dtype)
    chains = random_values(hidden, 5, len(rbm.c), 2).astype(dtype)
    offsets = v.mean(axis=0), chains.mean(axis=0)
    plain, moved = pcd_gradient(rbm, v, chains, 2, np.random.default_rng(3))
    plain = centre(plain, *offsets)
    work = Workspace(rbm, batch_size=7, n_chains=5)
    fused = fused_pcd_gradient(rbm, v, chains, 2, np.random.default_rng(3), work, offsets, scale=0.5)
    np.testing.assert_allclose(flatten(fused), 0.5 * flatten(plain), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(chains, moved, rtol=tolerance, atol=tolerance)


# ---- two Gaussian layers


def gaussian_pair(largest, dtype=np.float64):
    """2 and 3 Gaussian units; the singular values of W are `largest` and half of it."""
    rng = np.random.default_rng(0)
    u, _, vt = np.linalg.svd(rng.normal(size=(2, 3)), full_matrices=False)
    W = (u * [largest, largest / 2]) @ vt
    return RBM(W.astype(dtype), np.array([0.3, -0.2], dtype), np.array([0.5, 0.1, -0.4], dtype), Gaussian(), Gaussian())


@pytest.mark.parametrize("largest", [1.0 + 1e-9, 1.3])
def test_two_gaussian_layers_with_a_singular_value_from_1_on_are_refused(largest):
    rbm = gaussian_pair(largest)
    message = "expected a largest singular value of W below 1 for two Gaussian layers, got 1"
    assert message in why_not_normalisable(rbm)
    with pytest.raises(InvalidInput, match=f"rbm: {message}.*no finite integral"):
        check_rbm(rbm)
    with pytest.raises(InvalidInput, match="no finite integral"):
        evaluate_rbm(rbm, np.zeros((4, 2)), np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="no finite integral"):
        train_rbm(rbm, np.zeros((4, 2)), epochs=1, rng=np.random.default_rng(0))


def test_a_fresh_gaussian_pair_so_large_that_it_has_no_z_is_refused():
    """W ~ N(0, 0.01²) of shape (1, 12,000) has one singular value, 0.01 √12,000 = 1.1 give or take 0.01."""
    with pytest.raises(InvalidInput, match="a largest singular value of W below 1 .*, got 1.*no finite integral"):
        init_rbm(1, 12_000, np.random.default_rng(0), visible=Gaussian(), hidden=Gaussian())


@every_pair
def test_only_a_gaussian_pair_needs_small_weights(visible, hidden):
    rbm = random_rbm(3, 6, 20.0, 0, visible=visible, hidden=hidden)
    assert check_rbm(rbm) is rbm and why_not_normalisable(rbm) is None


def normal_log_p(v, mean, covariance):
    """log N(v; mean, covariance): (N, D) -> (N,)."""
    off = v - mean
    quadratic = np.sum(off @ np.linalg.inv(covariance) * off, axis=1)
    return -0.5 * quadratic - 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]


def test_just_below_1_two_gaussian_layers_are_evaluated_exactly():
    """E[v] and the covariance of v, (I - WWᵀ)⁻¹, by hand; log p(v) is then that of a normal density."""
    rbm = gaussian_pair(0.999)
    covariance = np.linalg.inv(np.eye(2) - rbm.W @ rbm.W.T)
    mean = covariance @ (rbm.b + rbm.W @ rbm.c)
    moments = gaussian_moments(rbm)
    np.testing.assert_allclose(moments[0][:2], mean, rtol=1e-9)
    np.testing.assert_allclose(moments[1][:2, :2], covariance, rtol=1e-9)
    v = random_values(Gaussian(), 5, 2, 1)
    log_p = normal_log_p(v, mean, covariance)
    np.testing.assert_allclose(log_likelihood(rbm, v), log_p, rtol=1e-8)
    evaluation = evaluate_rbm(rbm, v, np.random.default_rng(0))
    assert evaluation.trusted and evaluation.method == "exact"
    np.testing.assert_allclose(evaluation.log_likelihood, log_p.mean(), rtol=1e-8)


def test_two_gaussian_layers_have_an_exact_log_z_however_wide_they_are():
    wide = random_rbm(60, 50, 0.01, 0, visible=Gaussian(), hidden=Gaussian())
    assert has_exact_log_z(wide) and np.isfinite(log_partition(wide))


def test_which_models_have_an_exact_log_z():
    for visible, hidden, n_hidden, is_exact in (
        (Gaussian(), Bernoulli(), 25, True),
        (Gaussian(), Bernoulli(), 26, False),
        (Bernoulli(), Bernoulli(), 26, False),
        (Bernoulli(), Softmax(3), 45, True),  # 3^15 = 14 million states
        (Bernoulli(), Softmax(3), 48, False),
        (Bernoulli(), Gaussian(), 5, False),  # 30 bits on the other side
    ):
        rbm = random_rbm(30, n_hidden, 0.1, 0, visible=visible, hidden=hidden)
        assert has_exact_log_z(rbm) is is_exact
        if not is_exact:
            with pytest.raises(InvalidInput, match="expected a layer of at most 25 bits for an exact log Z"):
                log_partition(rbm)


# ---- softmax groups


def test_layers_and_cases_that_are_not_whole_groups_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidInput, match="n_visible: expected a multiple of 3 units .*, got 7"):
        init_rbm(7, 4, rng, visible=Softmax(3))
    with pytest.raises(InvalidInput, match="n_hidden: expected a multiple of 3 units .*, got 4"):
        init_rbm(6, 4, rng, hidden=Softmax(3))
    with pytest.raises(InvalidInput, match="rbm.hidden: expected a multiple of 3 units .*, got 4"):
        check_rbm(random_rbm(6, 4, 1.0, 0, hidden=Softmax(3)))
    with pytest.raises(InvalidInput, match="data: expected groups of 3 values that add up to 1, got sums from 1 to 2"):
        init_rbm(3, 4, rng, data=np.array([[1, 0, 0], [1, 0, 1]]), visible=Softmax(3))
    with pytest.raises(InvalidInput, match="data: expected groups of 3 values .*, got sums from 0.6 to 1"):
        train_rbm(init_rbm(3, 4, rng, visible=Softmax(3)), np.array([[1, 0, 0], [0.2, 0.2, 0.2]]), epochs=1, rng=rng)


def with_a_reference(weights, axis):
    """A unit of weight 0 before each unit of `weights` along `axis`: pairs of units."""
    pairs = np.stack([np.zeros_like(weights), weights], axis=axis + 1)
    return pairs.reshape([2 * n if i == axis else n for i, n in enumerate(weights.shape)])


def test_a_softmax_of_two_values_of_which_one_has_no_weights_is_a_bit():
    """exp(0) + exp(x) = 1 + exp(x), on either side: the same log p, conditionals and gradient."""
    bits = random_rbm(4, 3, 1.0, 0)
    v = random_values(Bernoulli(), 5, 4, 1)
    pairs_v = np.stack([1 - v, v], axis=2).reshape(5, 8)  # off is (1, 0), on is (0, 1)
    hidden_pairs = replace(bits, W=with_a_reference(bits.W, 1), c=with_a_reference(bits.c, 0), hidden=Softmax(2))
    visible_pairs = replace(bits, W=with_a_reference(bits.W, 0), b=with_a_reference(bits.b, 0), visible=Softmax(2))
    np.testing.assert_allclose(log_likelihood(hidden_pairs, v), log_likelihood(bits, v), rtol=1e-12)
    np.testing.assert_allclose(log_likelihood(visible_pairs, pairs_v), log_likelihood(bits, v), rtol=1e-12)
    np.testing.assert_allclose(hidden_probs(hidden_pairs, v)[:, 1::2], hidden_probs(bits, v), rtol=1e-12)
    gradient = exact_gradient(bits, v)
    np.testing.assert_allclose(exact_gradient(hidden_pairs, v).W[:, 1::2], gradient.W, atol=1e-12)
    np.testing.assert_allclose(exact_gradient(visible_pairs, pairs_v).W[1::2], gradient.W, atol=1e-12)


def model_of_groups(rbm, groups):
    """The RBM which has these visible groups alone."""
    units = [m for g in groups for m in range(g * rbm.visible.n_values, (g + 1) * rbm.visible.n_values)]
    return replace(rbm, W=rbm.W[units], b=rbm.b[units]), units


@every_hidden
@few
@given(st.integers(2, 4), scales, seeds)
def test_a_missing_group_is_as_though_the_model_did_not_have_it(hidden, n_values, scale, seed):
    """Three groups, all 2³ patterns of what is present; log p of each from its own model, written out."""
    rbm = random_rbm(3 * n_values, 3, scale, seed, visible=Softmax(n_values), hidden=hidden)
    complete = random_values(Softmax(n_values), 8, 3 * n_values, 1)
    v, F, log_p = complete.copy(), np.empty(8), np.empty(8)
    for n, present in enumerate(itertools.product([False, True], repeat=3)):
        v[n] *= np.repeat(present, n_values)
        if not any(present):
            F[n], log_p[n] = -hidden.log_normaliser(rbm.c[None])[0], 0  # log p of nothing: log 1
            continue
        part, units = model_of_groups(rbm, np.flatnonzero(present))
        F[n] = free_energy(part, complete[[n]][:, units])[0]
        log_p[n] = log_likelihood(part, complete[[n]][:, units])[0]
    np.testing.assert_allclose(free_energy(rbm, v), F, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(log_likelihood(rbm, v, missing_groups=True), log_p, rtol=1e-11, atol=1e-11)


def test_likelihoods_of_what_is_not_a_state_are_refused():
    rbm = random_rbm(6, 2, 1.0, 0, visible=Softmax(3))
    message = "v: expected states of the visible layer, got grey levels or missing softmax groups"
    with pytest.raises(InvalidInput, match="v: expected groups of 3 values that add up to 1, got sums from 1 to 2"):
        log_likelihood(rbm, np.array([[1.0, 0, 0, 1, 1, 0]]))
    for v in ([[1, 0, 0, 0, 0, 0]], [[1, 0, 0, 0.5, 0.5, 0]]):
        with pytest.raises(InvalidInput, match=f"{message}; missing_groups=True takes log p of each case"):
            log_likelihood(rbm, np.array(v, float))
    for v in ([[1, 0, 0, 0.5, 0.5, 0]], [[0, 0, 0, 0.5, 0.5, 0]]):
        with pytest.raises(InvalidInput, match=message):
            log_likelihood(rbm, np.array(v, float), missing_groups=True)
    with pytest.raises(InvalidInput, match=message):
        log_likelihood(random_rbm(2, 2, 1.0, 0), np.array([[0.5, 1.0]]))
    with pytest.raises(InvalidInput, match="missing_groups: .* got Bernoulli.*; only softmax groups can be missing"):
        log_likelihood(random_rbm(2, 2, 1.0, 0), np.zeros((1, 2)), missing_groups=True)


# ---- the pseudo-likelihood


@every_hidden
@few
@given(sizes, scales, seeds)
def test_the_pseudo_likelihood_is_a_sum_of_conditionals(hidden, n_hidden, scale, seed):
    rbm = small_rbm(Bernoulli(), hidden, 2, n_hidden, scale, seed)
    v, _, p, _ = written_out(rbm)
    p_v = p.sum(axis=1)
    expected = np.zeros(16)
    for row, i in itertools.product(range(16), range(4)):
        same_elsewhere = (np.delete(v, i, axis=1) == np.delete(v[row], i)).all(axis=1)
        expected[row] += np.log(p_v[row] / p_v[same_elsewhere].sum())
    np.testing.assert_allclose(pseudo_log_likelihood(rbm, v), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("visible", [Gaussian(), Softmax(3)], ids=repr)
def test_the_pseudo_likelihood_is_that_of_bits(visible):
    rbm = random_rbm(3, 2, 1.0, 0, visible=visible)
    message = "rbm.visible: expected bits, Bernoulli.*, got .*; the pseudo-likelihood flips one bit at a time"
    with pytest.raises(InvalidInput, match=message):
        pseudo_log_likelihood(rbm, random_values(visible, 4, 3, 1))


# ---- learning


@pytest.mark.parametrize("method", ["exact", "pcd", "cd"])
def test_a_gaussian_rbm_learns_what_a_normal_density_cannot(method):
    """1,000 cases of a known Gaussian RBM, four bumps: on unseen ones the learnt model comes within .03 nats of it.

    The normal density with the cases' own mean and covariance stays .2 nats below.
    """
    rng = np.random.default_rng(0)
    W = np.array([[3.5, 1.0], [-1.0, 3.5]])
    source = RBM(W, -W.sum(axis=1) / 2, np.zeros(2), Gaussian())
    data, unseen = draw_exactly(source, 1000, rng), draw_exactly(source, 1000, rng)
    rbm = init_rbm(2, 2, rng, data, dtype=np.float64, visible=Gaussian())
    rbm, _ = train_rbm(rbm, data, epochs=20, rng=rng, method=method, rate=0.3, batch_size=50)
    best = log_likelihood(source, unseen).mean()
    assert best - 0.03 < log_likelihood(rbm, unseen).mean() <= best + 0.01
    assert normal_log_p(unseen, data.mean(axis=0), np.cov(data.T)).mean() < best - 0.2


@pytest.mark.parametrize("hidden", [Bernoulli(), Gaussian(), Softmax(3)], ids=repr)
def test_a_softmax_rbm_learns_that_its_groups_agree(hidden):
    """Three groups of three values, always the same value in all: the best mean log p is -log 3, at first -3 log 3."""
    data, rng = np.tile(np.eye(3), (20, 3)), np.random.default_rng(0)
    rbm = init_rbm(9, 6, rng, data, dtype=np.float64, visible=Softmax(3), hidden=hidden)
    rbm, _ = train_rbm(rbm, data, epochs=60, rng=rng, method="exact", rate=0.05, optimizer="adam")
    assert -math.log(3) >= log_likelihood(rbm, data).mean() > -math.log(3) - 0.1


def test_a_run_keeps_its_kinds_of_units(tmp_path):
    data, rng = random_values(Softmax(3), 20, 6, 0), np.random.default_rng(0)
    rbm = init_rbm(6, 4, rng, data, visible=Softmax(3), hidden=Gaussian())
    train_rbm(rbm, data, epochs=1, rng=rng, checkpoint=tmp_path)
    loaded = load_run(tmp_path).model
    assert loaded.visible == Softmax(3) and loaded.hidden == Gaussian()
