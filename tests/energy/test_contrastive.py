"""Gradients against enumeration and the exact transition matrix; training against known optima."""
import numpy as np
import pytest
from chi_square import chi_square_p_value
from hypothesis import given, settings
from models import random_bits, random_rbm, rbms

from numpy_dgm.data import bars_and_stripes, best_log_likelihood, open_data
from numpy_dgm.energy import (
    RBM,
    cd_gradient,
    exact_gradient,
    hidden_probs,
    init_rbm,
    log_likelihood,
    pcd_gradient,
    train_rbm,
    visible_probs,
)
from numpy_dgm.energy.contrastive import centre, model_means, reconstruction_error
from numpy_dgm.energy.rbm import flipped
from numpy_dgm.foundation.doors import BadInput
from numpy_dgm.foundation.enumeration import (
    all_bits,
    bits_to_index,
    empirical_distribution,
    product_of_bernoullis,
    stationary_distribution,
)
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.training import Diverged


# ---- exact gradient


@settings(max_examples=40)
@given(rbms)
def test_exact_gradient_is_the_slope_of_the_exact_log_likelihood(rbm):
    v = random_bits(6, len(rbm.b), 1)
    check_gradient(lambda model: log_likelihood(model, v).mean(), rbm, exact_gradient(rbm, v), tolerance=1e-7)


def test_exact_gradient_does_not_depend_on_which_layer_is_listed():
    rbm, v = random_rbm(6, 3, 1.0, 0), random_bits(5, 6, 1)
    mean = model_means(rbm)
    mean_of_flipped = flipped(model_means(flipped(rbm)))
    np.testing.assert_allclose(flatten(mean), flatten(mean_of_flipped), rtol=1e-12)
    assert exact_gradient(rbm, v).W.shape == (6, 3)


# ---- CD-k and PCD against the transition matrix


def transition_matrix(rbm):
    """p(next v given v) of one block Gibbs step, (2^D, 2^D)."""
    v_to_h = product_of_bernoullis(hidden_probs(rbm, all_bits(len(rbm.b))))
    h_to_v = product_of_bernoullis(visible_probs(rbm, all_bits(len(rbm.c))))
    return v_to_h @ h_to_v


def expected_cd_gradient(rbm, data, k):
    """The mean of CD-k over all that it could draw: <.>_data minus the mean where k exact steps lead from the data."""
    v = all_bits(len(rbm.b))
    start = empirical_distribution(data)
    difference = start - start @ np.linalg.matrix_power(transition_matrix(rbm), k)  # (2^D,)
    p_h = hidden_probs(rbm, v)
    return np.concatenate([((v.T * difference) @ p_h).ravel(), difference @ v, difference @ p_h])


def slowly_mixing_rbm():
    """Weights so large that after three steps the chain still remembers its start."""
    rng = np.random.default_rng(5)
    W = 3 * rng.choice([-1.0, 1.0], size=(4, 3)) + rng.normal(scale=0.3, size=(4, 3))
    return RBM(W=W, b=-W.sum(axis=1) / 2, c=-W.sum(axis=0) / 2)


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
    """Twice the same cases, or twice the same chains, change nothing but the noise: exact with a deterministic model."""
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


# ---- training


def test_exact_learning_reaches_the_known_optimum_of_bars_and_stripes():
    """3x3, 8 hidden units: within .005 nats of -2.5993 from five seeds of five."""
    v = bars_and_stripes(3)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rbm = init_rbm(9, 8, rng, v, dtype=np.float64)
        rbm, _ = train_rbm(rbm, v, epochs=4000, rng=rng, method="exact", batch_size=16, rate=0.7, optimizer="momentum")
        lacking = best_log_likelihood(v) - log_likelihood(rbm, v).mean()
        assert 0 <= lacking < 0.005


@pytest.mark.parametrize("n_rows", [1600, 1601])
def test_pcd_learns_bars_and_stripes_whether_or_not_the_last_batch_is_short(n_rows):
    """1,601 rows in batches of 16 leave a batch of one; within .2 nats of the optimum either way."""
    v = bars_and_stripes(3)
    data, rng = v[np.arange(n_rows) % 16], np.random.default_rng(0)
    rbm = init_rbm(9, 8, rng, data, dtype=np.float64)
    rbm, _ = train_rbm(rbm, data, epochs=100, rng=rng, batch_size=16)
    assert best_log_likelihood(v) - log_likelihood(rbm, v).mean() < 0.2


def test_the_digits_are_learnt_to_a_known_standard():
    """16 hidden units, exact test log-likelihood; three seeds of PCD in TARGETS: at least -18.4 nats in the mean."""
    train, test = open_data("digits", part="train"), open_data("digits", part="test")
    scores = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rbm, _ = train_rbm(init_rbm(64, 16, rng, train), train, epochs=200, rng=rng, rate=0.2)
        scores.append(log_likelihood(rbm, test[:]).mean())
    assert np.mean(scores) > -18.4


def small_run(**changes):
    """A short run on 90 random cases; changes are arguments of train_rbm."""
    data = random_bits(90, 6, 0).astype(np.float32)
    rng = np.random.default_rng(1)
    rbm = init_rbm(6, 4, rng, data)
    return train_rbm(rbm, data, **{**dict(epochs=5, rng=rng, batch_size=10), **changes})


def test_training_leaves_its_arguments_as_they_were():
    rng = np.random.default_rng(0)
    rbm, data = init_rbm(6, 4, rng), random_bits(20, 6, 0)
    before = rbm.W.copy(), data.copy()
    trained, _ = train_rbm(rbm, data, epochs=2, rng=rng)
    np.testing.assert_array_equal(rbm.W, before[0])
    np.testing.assert_array_equal(data, before[1])
    assert np.any(trained.W != rbm.W) and not np.shares_memory(trained.W, rbm.W)


@pytest.mark.parametrize("method", ["cd", "pcd", "exact"])
def test_a_step_is_the_rate_times_the_gradient(method):
    """One plain step of training against the gradient of the same name on the same generator."""
    data, rbm = random_bits(12, 6, 0), random_rbm(6, 4, 0.5, 1)
    rng = np.random.default_rng(2)
    trained, _ = train_rbm(rbm, data, epochs=1, rng=rng, method=method, k=2, batch_size=12, rate=0.3, n_chains=7,
                           schedule="constant", centred=False)
    rng = np.random.default_rng(2)
    chains = (rng.random((7, 4)) < hidden_probs(rbm, data[:7])).astype(float)
    v = data[rng.permutation(12)]
    gradient = {
        "cd": lambda: cd_gradient(rbm, v, 2, rng),
        "pcd": lambda: pcd_gradient(rbm, v, chains, 2, rng)[0],
        "exact": lambda: exact_gradient(rbm, v),
    }[method]()
    np.testing.assert_allclose(flatten(trained), flatten(rbm) + 0.3 * flatten(gradient), rtol=1e-12, atol=1e-13)


def test_persistent_chains_go_on_from_step_to_step():
    """Two epochs of one batch each: the second step starts where the first left its chains."""
    data, rbm = random_bits(8, 6, 0), random_rbm(6, 4, 0.5, 1)
    trained, _ = train_rbm(rbm, data, epochs=2, rng=np.random.default_rng(2), batch_size=8, rate=0.3, n_chains=8,
                           schedule="constant", centred=False)
    rng = np.random.default_rng(2)
    chains = (rng.random((8, 4)) < hidden_probs(rbm, data)).astype(float)
    for _ in range(2):
        gradient, chains = pcd_gradient(rbm, data[rng.permutation(8)], chains, 1, rng)
        rbm = RBM(rbm.W + 0.3 * gradient.W, rbm.b + 0.3 * gradient.b, rbm.c + 0.3 * gradient.c)
    np.testing.assert_allclose(flatten(trained), flatten(rbm), rtol=1e-10, atol=1e-12)


def test_weight_decay_pulls_weights_and_leaves_biases():
    data, rbm = random_bits(12, 6, 0), random_rbm(6, 4, 0.5, 1)
    run = dict(epochs=1, method="exact", batch_size=12, rate=0.3, schedule="constant", centred=False)
    plain, _ = train_rbm(rbm, data, rng=np.random.default_rng(0), **run)
    decayed, _ = train_rbm(rbm, data, rng=np.random.default_rng(0), weight_decay=0.1, **run)
    np.testing.assert_allclose(decayed.W, plain.W - 0.3 * 0.1 * rbm.W, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(decayed.b, plain.b)
    np.testing.assert_array_equal(decayed.c, plain.c)


def test_the_rate_falls_to_zero_over_the_whole_run():
    _, history = small_run(epochs=4, rate=0.8, schedule="linear")
    last_step_of_epoch = (np.arange(4) + 8 / 9) / 4  # nine batches an epoch
    np.testing.assert_allclose(history["rate"], 0.8 * (1 - last_step_of_epoch), rtol=1e-12)


def test_the_average_lies_among_the_parameters_it_averages():
    last, _ = small_run(schedule="constant")
    averaged, _ = small_run(schedule="constant", average=0.9)
    assert 0 < np.linalg.norm(averaged.W - last.W) < np.linalg.norm(last.W)


def test_validation_is_held_out_and_reported_exactly():
    _, history = small_run(validation=0.2)
    for name in ("free_energy", "validation_free_energy", "log_likelihood", "validation_log_likelihood"):
        assert len(history[name]) == 5
    rbm, history = small_run(validation=0.2)
    log_z_from_validation = -history["validation_free_energy"] - history["validation_log_likelihood"]
    log_z_from_training = -history["free_energy"] - history["log_likelihood"]
    np.testing.assert_allclose(log_z_from_validation, log_z_from_training, rtol=1e-5)


def test_patience_stops_and_gives_back_the_best():
    """From 240 digits, 8 hidden units overfit: the held-out log-likelihood rises, peaks and falls."""
    data, rng = open_data("digits", part="train")[:300], np.random.default_rng(0)
    rbm, history = train_rbm(init_rbm(64, 8, rng, data), data, epochs=1000, rng=rng, rate=0.05, schedule="constant",
                             validation=0.2, patience=60)
    scores = history["validation_log_likelihood"]
    assert 100 < len(scores) < 1000 and np.argmax(scores) == len(scores) - 61
    assert scores.max() > scores[0] + 1 and scores.max() > scores[-1]
    rng = np.random.default_rng(0)
    init_rbm(64, 8, rng, data)
    held_out = np.sort(rng.permutation(300)[:60])  # the split is drawn first
    np.testing.assert_allclose(log_likelihood(rbm, data[held_out]).mean(), scores.max(), rtol=1e-5)


def test_reconstruction_error_is_its_definition():
    rbm, v = random_rbm(5, 4, 1.0, 0), random_bits(6, 5, 1)
    p_v = visible_probs(rbm, hidden_probs(rbm, v))
    expected = sum((v[i, j] - p_v[i, j]) ** 2 for i in range(6) for j in range(5)) / 30
    np.testing.assert_allclose(reconstruction_error(rbm, v), expected, rtol=1e-12)


def test_progress_is_said_on_standard_error_only_when_asked(capsys):
    small_run()
    assert capsys.readouterr().err == ""
    small_run(progress=True)
    assert "epoch 5/5" in capsys.readouterr().err


def test_a_run_that_diverges_stops_with_a_clear_sentence():
    with np.errstate(all="ignore"), pytest.raises(Diverged, match="training stopped in epoch .* no longer finite"):
        small_run(rate=3e38, epochs=50, optimizer="momentum")


@pytest.mark.parametrize("changes, message", [
    (dict(epochs=0), "epochs: 0 came"),
    (dict(epochs=2.5), "epochs: 2.5 came"),
    (dict(k=0), "k: 0 came"),
    (dict(k=True), "k: True came"),
    (dict(batch_size=0), "batch_size: 0 came"),
    (dict(rate=0), "rate: 0 came"),
    (dict(rate=float("nan")), "rate: nan came"),
    (dict(method="CD"), "method: 'CD' came, one of 'pcd', 'cd', 'exact' was wanted"),
    (dict(schedule="step"), "schedule: 'step' came"),
    (dict(optimizer="lbfgs"), "optimizer: 'lbfgs' came"),
    (dict(weight_decay=-1), "weight_decay: -1 came"),
    (dict(n_chains=0), "n_chains: 0 came"),
    (dict(average=1), "average: 1 came"),
    (dict(validation=1), "validation: 1 came"),
    (dict(validation=0.999), "leaves none to train on"),
    (dict(patience=3), "patience: it watches the held-out cases"),
    (dict(rng=0), "rng: int came"),
])
def test_settings_that_cannot_be_right_are_refused(changes, message):
    with pytest.raises(BadInput) as error:
        small_run(**changes)
    assert message in str(error.value)


@pytest.mark.parametrize("data, message", [
    (np.zeros((5, 7)), "data: shape (5, 7) came"),
    (np.zeros(6), "data: shape (6,) came"),
    (np.zeros((0, 6)), "data: shape (0, 6) came"),
    (np.full((5, 6), np.nan), "data: 30 of 30 values are NaN"),
    (np.full((5, 6), 1.5), "data: values from 1.5 to 1.5 came"),
    (np.full((5, 6), -1), "data: values from -1 to -1 came"),
    (np.zeros((5, 6), object), "data: dtype object came"),
    (np.zeros((5, 6), complex), "data: dtype complex128 came"),
    ("digits", "data: str came"),
])
def test_data_that_cannot_be_right_are_refused(data, message):
    rng = np.random.default_rng(0)
    with pytest.raises(BadInput) as error:
        train_rbm(init_rbm(6, 4, rng), data, epochs=1, rng=rng)
    assert message in str(error.value)


def test_patience_on_a_model_too_large_says_what_to_watch_instead():
    rng, data = np.random.default_rng(0), random_bits(20, 30, 0)
    with pytest.raises(BadInput, match="at most 16 units; here 30 visible and 40 hidden.*validation_free_energy"):
        train_rbm(init_rbm(30, 40, rng), data, epochs=1, rng=rng, validation=0.2, patience=2)
