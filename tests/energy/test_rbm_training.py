"""Training against known optima, the plain gradient, and everything that it must refuse."""
import numpy as np
import pytest
from models import random_bits, random_rbm

from numpy_dgm.data import bars_and_stripes, best_log_likelihood, open_data
from numpy_dgm.energy import (
    RBM,
    cd_gradient,
    exact_gradient,
    free_energy,
    hidden_probs,
    init_rbm,
    log_likelihood,
    pcd_gradient,
    train_rbm,
)
from numpy_dgm.energy.gradients import centre, reconstruction_error, sparsity_gradient
from numpy_dgm.energy.rbm_training import RBMSettings, RBMTrainer
from numpy_dgm.energy.tempering import init_ladder, start_ladder, tempered_gradient
from numpy_dgm.energy.units import Gaussian, Softmax
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.optimizers import OPTIMIZERS, scheduled_rate
from numpy_dgm.foundation.records import flatten, windows


def test_exact_learning_reaches_the_known_optimum_of_bars_and_stripes():
    """3x3, 8 hidden units: within .005 nats of -2.5993 from five seeds of five."""
    v = bars_and_stripes(3)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rbm = init_rbm(9, 8, rng, v, dtype=np.float64)
        rbm, _ = train_rbm(rbm, v, epochs=2000, rng=rng, method="exact", batch_size=16, rate=1.5, optimizer="momentum")
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


@pytest.mark.parametrize("method", ["cd", "pcd", "tempered", "exact"])
def test_a_step_is_the_rate_times_the_gradient(method):
    """One plain step of training against the gradient of the same name on the same generator."""
    data, rbm = (np.random.default_rng(0).random((12, 6)) < 0.85).astype(float), random_rbm(6, 4, 0.5, 1)
    rng = np.random.default_rng(2)
    trained, _ = train_rbm(rbm, data, epochs=1, rng=rng, method=method, k=2, batch_size=12, rate=0.3, n_chains=7,
                           schedule="constant", centred=False)
    rng = np.random.default_rng(2)
    ladder = init_ladder(rbm, 10, data.mean(axis=0))
    if method == "tempered":
        chains = start_ladder(rbm, ladder, 7, rng)
    else:
        chains = (rng.random((7, 4)) < hidden_probs(rbm, data[:7])).astype(float)
    v = data[rng.permutation(12)]
    gradient = {
        "cd": lambda: cd_gradient(rbm, v, 2, rng),
        "pcd": lambda: pcd_gradient(rbm, v, chains, 2, rng)[0],
        "tempered": lambda: tempered_gradient(rbm, v, ladder, chains, 2, rng)[0],
        "exact": lambda: exact_gradient(rbm, v),
    }[method]()
    np.testing.assert_allclose(flatten(trained), flatten(rbm) + 0.3 * flatten(gradient), rtol=1e-12, atol=1e-13)


def test_a_centred_run_is_steps_of_the_centred_gradient():
    """CD, two epochs of 12 batches. The visible offset is the mean case.

    The hidden offset starts at the hidden means that the mean case gives, and with the first batch of an epoch and
    every tenth one after it moves a tenth of the way to the means that this batch gives.
    """
    data, start = (np.random.default_rng(0).random((24, 6)) < 0.85).astype(float), random_rbm(6, 4, 0.5, 1)
    trained, _ = train_rbm(start, data, epochs=2, rng=np.random.default_rng(2), method="cd", batch_size=2, rate=0.3)
    vector, rng = flatten(start), np.random.default_rng(2)
    rbm = windows(start, vector)
    rng.random((100, 4))  # the chains, which CD does not use
    v_offset = data.mean(axis=0)
    h_offset = hidden_probs(rbm, v_offset[None])[0]
    for epoch in range(2):
        order = rng.permutation(24)
        for batch in range(12):
            v = data[order[2 * batch : 2 * batch + 2]]
            if batch in (0, 10):
                h_offset = 0.9 * h_offset + 0.1 * hidden_probs(rbm, v).mean(axis=0)
            gradient = centre(cd_gradient(rbm, v, 1, rng), v_offset, h_offset)
            vector += scheduled_rate("linear", 0.3, (epoch + batch / 12) / 2) * flatten(gradient)
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
def test_a_step_is_made_by_the_optimizer_that_was_asked_for(optimizer):
    data, rbm = random_bits(12, 6, 0), random_rbm(6, 4, 0.5, 1)
    trained, _ = train_rbm(rbm, data, epochs=2, rng=np.random.default_rng(0), method="exact", batch_size=12, rate=0.1,
                           schedule="constant", centred=False, optimizer=optimizer)
    vector, own = flatten(rbm), OPTIMIZERS[optimizer]()
    for _ in range(2):
        own.step(vector, flatten(exact_gradient(windows(rbm, vector), data)), 0.1)
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-9, atol=1e-12)


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


def test_tempered_learning_says_how_often_its_rungs_swap():
    _, history = small_run(method="tempered", n_rungs=4, n_chains=50)
    rates = history["lowest_swap_rate"]
    assert len(rates) == 5 and np.all((0.5 < rates) & (rates <= 1))  # a model that is nearly its own base


@pytest.mark.parametrize("fused", [True, False])
def test_a_sparsity_target_adds_its_gradient_of_the_cases(fused):
    """One step with the target less one without, on the same generator: rate times cost times the gradient."""
    data, rbm = random_bits(12, 6, 0), random_rbm(6, 4, 0.5, 1)
    run = dict(epochs=1, batch_size=12, rate=0.3, schedule="constant", centred=False, fused=fused)
    plain, _ = train_rbm(rbm, data, rng=np.random.default_rng(0), **run)
    sparse, _ = train_rbm(rbm, data, rng=np.random.default_rng(0), sparsity_target=0.1, sparsity_cost=2.0, **run)
    expected = 0.3 * 2.0 * flatten(sparsity_gradient(rbm, data, 0.1))
    np.testing.assert_allclose(flatten(sparse) - flatten(plain), expected, rtol=1e-9, atol=1e-12)


def test_a_sparsity_target_makes_hidden_units_sparse():
    train = open_data("digits", part="train")[:].astype(np.float64)
    activity = []
    for target in (None, 0.1):
        rng = np.random.default_rng(0)
        rbm = init_rbm(64, 16, rng, train)
        rbm, _ = train_rbm(rbm, train, epochs=20, rng=rng, sparsity_target=target, sparsity_cost=3.0)
        activity.append(hidden_probs(rbm, train).mean(axis=0))
    assert np.abs(activity[1] - 0.1).max() < 0.1 < np.abs(activity[0] - 0.1).mean()


def test_a_sparsity_target_is_for_bits():
    rbm = init_rbm(6, 4, np.random.default_rng(0), hidden=Gaussian())
    with pytest.raises(InvalidInput, match="sparsity_target: expected None, or .* bits, got hidden units Gaussian"):
        train_rbm(rbm, random_bits(20, 6, 0), epochs=1, rng=np.random.default_rng(0), sparsity_target=0.1)


def test_two_gaussian_layers_stop_before_they_lose_their_z():
    """Data of variance 25 want a singular value near 1; a large step takes it past."""
    rng = np.random.default_rng(0)
    data = rng.normal(scale=5, size=(200, 3)) + rng.normal(scale=5, size=(200, 1))
    rbm = init_rbm(3, 2, rng, visible=Gaussian(), hidden=Gaussian())
    with pytest.raises(Diverged, match="singular value of W") as error:
        train_rbm(rbm, data, epochs=50, rng=rng, method="exact", rate=0.5)
    assert np.linalg.norm(error.value.model.W, 2) < 1


def test_a_run_is_not_gone_on_with_by_another_kind_of_unit(tmp_path):
    data = random_bits(20, 6, 0)
    start = dict(epochs=1, checkpoint=tmp_path)
    train_rbm(init_rbm(6, 4, np.random.default_rng(0)), data, rng=np.random.default_rng(0), **start)
    softmax = init_rbm(6, 4, np.random.default_rng(0), hidden=Softmax(2))
    with pytest.raises(InvalidInput, match="the run there has hidden.kind Bernoulli, this one Softmax"):
        train_rbm(softmax, data, rng=np.random.default_rng(0), **start)


def test_ladders_go_on_from_step_to_step():
    """The same with two epochs of tempering: 30 ladders of 3 rungs, each step a sweep from where the last one ended."""
    data, rbm = random_bits(8, 6, 0), random_rbm(6, 4, 0.5, 1)
    trained, _ = train_rbm(rbm, data, epochs=2, rng=np.random.default_rng(2), method="tempered", n_rungs=3, n_chains=30,
                           batch_size=8, rate=0.3, schedule="constant", centred=False)
    rng = np.random.default_rng(2)
    ladder = init_ladder(rbm, 3, data.mean(axis=0))
    v = start_ladder(rbm, ladder, 30, rng)
    for _ in range(2):
        gradient, v, _ = tempered_gradient(rbm, data[rng.permutation(8)], ladder, v, 1, rng)
        rbm = RBM(rbm.W + 0.3 * gradient.W, rbm.b + 0.3 * gradient.b, rbm.c + 0.3 * gradient.c)
    np.testing.assert_allclose(flatten(trained), flatten(rbm), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("method", ["exact", "pcd"])
def test_weight_decay_pulls_weights_and_leaves_biases(method):
    data, rbm = random_bits(12, 6, 0), random_rbm(6, 4, 0.5, 1)
    run = dict(epochs=1, method=method, batch_size=12, rate=0.3, schedule="constant", centred=False)
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


@pytest.mark.parametrize("method", ["pcd", "tempered"])
def test_held_out_cases_are_not_learnt_from(method):
    """Nor are they among the cases at which chains start, or which give the offsets and the ladders' base rates."""
    data, rbm = random_bits(90, 6, 0), random_rbm(6, 4, 0.5, 1)
    held_out = np.random.default_rng(2).permutation(90)[:18]
    changed = data.copy()
    changed[held_out] = 1 - changed[held_out]
    run = dict(epochs=2, method=method, batch_size=10, validation=0.2)
    trained, _ = train_rbm(rbm, data, rng=np.random.default_rng(2), **run)
    again, _ = train_rbm(rbm, changed, rng=np.random.default_rng(2), **run)
    assert flatten(trained).tobytes() == flatten(again).tobytes()


def test_the_history_is_measured_on_200_training_cases_and_on_all_held_out_ones():
    data, rbm = random_bits(300, 6, 0), random_rbm(6, 4, 0.5, 1)
    trained, history = train_rbm(rbm, data, epochs=2, rng=np.random.default_rng(2), validation=0.2)
    order = np.random.default_rng(2).permutation(300)
    held_out, train = data[np.sort(order[:60])], data[np.sort(order[60:])[:200]]
    expected = {
        "reconstruction_error": reconstruction_error(trained, train),
        "weight_norm": np.sqrt(np.sum(trained.W**2)),
        "free_energy": free_energy(trained, train).mean(),
        "validation_free_energy": free_energy(trained, held_out).mean(),
        "log_likelihood": log_likelihood(trained, train).mean(),
        "validation_log_likelihood": log_likelihood(trained, held_out).mean(),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(history[name][-1], value, rtol=1e-10, err_msg=name)


def test_grey_levels_have_free_energies_and_no_likelihood():
    data = np.random.default_rng(0).random((40, 6))
    _, history = train_rbm(random_rbm(6, 4, 0.5, 1), data, epochs=2, rng=np.random.default_rng(2), validation=0.2)
    assert "validation_free_energy" in history and "validation_log_likelihood" not in history


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


def test_progress_is_said_on_standard_error_only_when_asked(capsys):
    small_run()
    assert capsys.readouterr().err == ""
    small_run(progress=True)
    assert "epoch 5/5" in capsys.readouterr().err


def test_a_run_that_diverges_stops_with_a_clear_sentence():
    with pytest.raises(Diverged, match="training stopped in epoch 1: W is no longer finite"):
        small_run(rate=3e38, epochs=50, optimizer="momentum")


@pytest.mark.parametrize("changes, message", [
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(epochs=2.5), "epochs: expected an integer >= 1, got 2.5"),
    (dict(k=0), "k: expected an integer >= 1, got 0"),
    (dict(k=True), "k: expected an integer >= 1, got True"),
    (dict(batch_size=0), "batch_size: expected an integer >= 1, got 0"),
    (dict(rate=0), "rate: expected a number in (0, inf), got 0"),
    (dict(rate=float("nan")), "rate: expected a number in (0, inf), got nan"),
    (dict(method="CD"), "method: expected one of 'pcd', 'cd', 'tempered', 'exact', got 'CD'"),
    (dict(schedule="step"), "schedule: expected one of 'constant', 'linear', 'cosine', got 'step'"),
    (dict(optimizer="lbfgs"), "optimizer: expected one of 'sgd', 'momentum', 'rmsprop', 'adam', got 'lbfgs'"),
    (dict(weight_decay=-1), "weight_decay: expected a number in [0, 1], got -1"),
    (dict(n_chains=0), "n_chains: expected an integer >= 1, got 0"),
    (dict(average=1), "average: expected a number in (0, 1), got 1"),
    (dict(sparsity_target=0), "sparsity_target: expected a number in (0, 1), got 0"),
    (dict(sparsity_cost=-1), "sparsity_cost: expected a number in [0, inf), got -1"),
    (dict(n_rungs=1), "n_rungs: expected an integer >= 2, got 1"),
    (dict(n_chains=10**12), "n_chains: expected what fits into this machine's memory of "),
    (dict(n_rungs=10**6, n_chains=10**6, method="tempered"),
     "n_rungs: expected what fits into this machine's memory of "),
    (dict(validation=1), "validation: expected a number in [0, 1), got 1"),
    (dict(validation=0.999), "leaves none to train on"),
    (dict(patience=3), "validation: expected a fraction > 0 of held-out cases for patience to watch"),
    (dict(epoch=3), "epoch: no such setting; did you mean epochs?"),
    (dict(notes={}), "notes: no such setting"),
    (dict(centred="no"), "centred: expected True or False, got 'no'"),
    (dict(metadata=[1]), "metadata: expected a dict of texts and numbers, got list"),
    (dict(rng=0), "rng: expected a numpy.random.Generator such as"),
])
def test_settings_that_cannot_be_right_are_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        small_run(**changes)
    assert message in str(error.value)


@pytest.mark.parametrize("data, message", [
    (np.zeros((5, 7)), "data: expected shape (cases, 6) with at least one case, got shape (5, 7)"),
    (np.zeros(6), "data: expected shape (cases, 6) with at least one case, got shape (6,)"),
    (np.zeros((0, 6)), "data: expected shape (cases, 6) with at least one case, got shape (0, 6)"),
    (np.full((5, 6), np.nan), "data: expected finite values, got NaN or infinity in 30 of 30"),
    (np.full((5, 6), 1.5), "data: expected values in [0, 1], got values from 1.5 to 1.5"),
    (np.full((5, 6), -1), "data: expected values in [0, 1], got values from -1 to -1"),
    (np.zeros((5, 6), object), "data: expected real numbers, got dtype object"),
    (np.zeros((5, 6), complex), "data: expected real numbers, got dtype complex128"),
    ("digits", "data: expected an array or what open_data gives, got str"),
])
def test_data_that_cannot_be_right_are_refused(data, message):
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidInput) as error:
        train_rbm(init_rbm(6, 4, rng), data, epochs=1, rng=rng)
    assert message in str(error.value)


def test_what_is_no_rbm_and_what_the_visible_units_cannot_be_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidInput, match="^rbm: expected an RBM, got NoneType"):
        train_rbm(None, random_bits(5, 6, 0), epochs=1, rng=rng)
    with pytest.raises(InvalidInput, match="^data: expected groups of 3 values that add up to 1"):
        train_rbm(init_rbm(6, 4, rng, visible=Softmax(3)), np.ones((5, 6)), epochs=1, rng=rng)


def noise_run(**changes):
    """A run of 20 + 30 units on 60 random cases, too large for an exact log Z after each epoch."""
    data, rng = random_bits(60, 20, 0).astype(np.float32), np.random.default_rng(1)
    rbm = init_rbm(20, 30, rng, data)
    run = dict(epochs=200, rng=rng, validation=0.3, rate=0.2, schedule="constant")
    return train_rbm(rbm, data, **{**run, **changes})


def gaps(history):
    return history["validation_free_energy"] - history["free_energy"]


def test_patience_on_a_model_too_large_for_log_z_watches_the_gap():
    """Random bits have nothing in common: the gap opens, and the run ends `patience` epochs after it has."""
    _, whole = noise_run()
    _, history = noise_run(patience=4)
    n_epochs = len(history["rate"])
    assert "validation_log_likelihood" not in history and 5 < n_epochs < 100
    np.testing.assert_array_equal(gaps(history), gaps(whole)[:n_epochs])
    kept = n_epochs - 5
    assert np.all(gaps(history)[kept + 1 :] > gaps(history)[kept]) and gaps(whole)[-1] > 2 * gaps(history)[kept]


def test_what_patience_gives_back_by_the_gap_is_the_last_without_a_visible_one():
    """The same run, stopped after as many epochs as were kept, has the same bits.

    Visible is a gap above 3 of its standard errors.
    """
    rbms = []
    kept, history = noise_run(patience=4, on_record=lambda rbm, _: rbms.append(rbm))
    shorter, _ = noise_run(epochs=len(history["rate"]) - 4)
    assert flatten(kept).tobytes() == flatten(shorter).tobytes()
    v = random_bits(60, 20, 0).astype(np.float32)
    rng = np.random.default_rng(1)
    init_rbm(20, 30, rng, v)
    order = rng.permutation(60)
    excess = []
    for rbm in rbms:
        held_out, train = free_energy(rbm, v[np.sort(order[:18])]), free_energy(rbm, v[np.sort(order[18:])])
        gap = held_out.mean() - train.mean()
        excess.append(gap - 3 * np.sqrt(held_out.var() / 18 + train.var() / 42))
    assert excess[-5] <= 0 < min(excess[-4:])


def test_on_record_sees_each_epoch_s_model_and_its_history():
    seen = []
    rbm, history = small_run(on_record=lambda model, so_far: seen.append((flatten(model), len(so_far["rate"]))))
    assert [n for _, n in seen] == [1, 2, 3, 4, 5]
    assert seen[-1][0].tobytes() == flatten(rbm).tobytes() and seen[0][0].tobytes() != seen[1][0].tobytes()


def test_a_model_is_judged_by_the_one_that_training_started_from():
    rbm, data = init_rbm(6, 4, np.random.default_rng(0)), random_bits(30, 6, 0)
    trainer = RBMTrainer(rbm, data, RBMSettings(epochs=2, rate=0.5, batch_size=10), np.random.default_rng(0))
    before = trainer.at_most_at_the_start()
    trainer.advance(np.random.default_rng(0))
    assert trainer.at_most_at_the_start() == before
