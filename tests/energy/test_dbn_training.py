"""Training of deep belief nets: against `train_rbm` where there is one layer, by hand where there are more."""
import warnings

import numpy as np
import pytest
from models import random_bits, random_rbm

from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    DBN,
    RBM,
    Gaussian,
    free_energy,
    hidden_probs,
    init_dbn,
    layer_from_below,
    log_likelihood,
    lower_bound,
    pcd_gradient,
    sample_upwards,
    train_dbn,
    train_rbm,
    untied,
    up_down_gradient,
    visible_probs,
)
from numpy_dgm.energy.dbn_training import DBNSettings, DBNTrainer
from numpy_dgm.energy.gradients import centre
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten, windows


def patterns(n=60, width=6, seed=0):
    """Cases (n, width) near three patterns."""
    rng = np.random.default_rng(seed)
    return (rng.integers(0, 2, size=(3, width))[rng.integers(3, size=n)] ^ (rng.random((n, width)) < 0.1)).astype(float)


def random_stack(sizes, seed=0, scale=0.7):
    pairs = enumerate(zip(sizes, sizes[1:]))
    return DBN(tuple(random_rbm(below, above, scale, [seed, i]) for i, (below, above) in pairs))


def assert_same_bits(one, other):
    assert flatten(one).tobytes() == flatten(other).tobytes()


@pytest.mark.parametrize("changes", [
    {}, {"optimizer": "momentum", "rate": 0.02}, {"weight_decay": 0.1, "fused": False}, {"average": 0.9, "k": 2},
    {"weight_decay": 0.2, "rate": 0.5},
    {"centred": False, "schedule": "cosine"}, {"optimizer": "adam", "rate": 0.01, "weight_decay": 0.1}])
def test_a_single_layer_is_trained_as_train_rbm_does(changes):
    rbm, settings = random_rbm(6, 4, 0.5, 0), {"epochs": 3, "batch_size": 7, "n_chains": 9, **changes}
    expected, history = train_rbm(rbm, patterns(), rng=np.random.default_rng(1), **settings)
    dbn, history_of_dbn = train_dbn(DBN((rbm,)), patterns(), rng=np.random.default_rng(1), **settings)
    assert_same_bits(dbn.layers[0], expected)
    np.testing.assert_array_equal(history_of_dbn["rate"], history["rate"])
    for name in ("reconstruction_error", "free_energy", "weight_norm"):
        np.testing.assert_allclose(history_of_dbn[name], history[name], rtol=1e-12)


def test_the_layers_below_stay_as_they_ended_and_their_averages_are_built_upon():
    data, settings = patterns(), {"epochs": 3, "batch_size": 7, "average": 0.9}
    stack = random_stack((6, 4, 3))
    one, _ = train_dbn(DBN(stack.layers[:1]), data, rng=np.random.default_rng(1), **settings)
    both, history = train_dbn(stack, data, rng=np.random.default_rng(1), **settings)
    assert_same_bits(both.layers[0], one.layers[0])
    assert list(history["layer"]) == [1, 1, 1, 2, 2, 2]
    np.testing.assert_allclose(history["rate"][3:], history["rate"][:3])
    start = DBN((one.layers[0], stack.layers[1]))
    kept, history = train_dbn(start, data, rng=np.random.default_rng(1), keep=1, **settings)
    assert_same_bits(kept.layers[0], one.layers[0])
    assert list(history["layer"]) == [2, 2, 2] and np.any(kept.layers[1].W != stack.layers[1].W)


@pytest.mark.parametrize("n_top, starts_from_below", [(6, True), (8, True), (5, False), (8, None)])
def test_a_second_layer_s_first_epoch_by_hand(n_top, starts_from_below):
    """One batch: the start, the mean of what comes up, the chains, the order of the cases, what comes up, PCD-2."""
    data, stack = patterns(), random_stack((6, 4, n_top))
    trained, _ = train_dbn(stack, data, rng=np.random.default_rng(1), keep=1, epochs=1, batch_size=60, k=2, rate=0.3,
                           n_chains=70, fused=False, from_below=starts_from_below is not None)
    rng, lowest, top = np.random.default_rng(1), stack.layers[0], stack.layers[1]
    two = DBN((lowest, top))
    if starts_from_below:
        top = layer_from_below(lowest, n_top, rng)
    mean = sample_upwards(two, data, rng)[1].mean(axis=0)
    if not starts_from_below:
        clipped = np.clip(mean, 0.01, 0.99)
        top = RBM(top.W, np.log(clipped / (1 - clipped)), top.c)
    _, h = sample_upwards(two, data[np.arange(70) % 60], rng)
    h_mean = hidden_probs(top, mean[None])[0]
    chains = (rng.random((70, n_top)) < hidden_probs(top, h)).astype(float)
    _, h = sample_upwards(two, data[rng.permutation(60)], rng)
    gradient, _ = pcd_gradient(top, h, chains, 2, rng)
    h_mean = 0.9 * h_mean + 0.1 * hidden_probs(top, h).mean(axis=0)
    expected = flatten(top) + 0.3 * flatten(centre(gradient, mean, h_mean))
    np.testing.assert_allclose(flatten(trained.layers[1]), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("centred", [True, False])
def test_up_down_by_hand(centred):
    """Two epochs of two batches each after the layers, from their end, with the chains of the top one."""
    data, settings = patterns(), {"epochs": 2, "batch_size": 30, "n_chains": 9, "centred": centred}
    options = DBNSettings(**settings)
    rng = np.random.default_rng(1)
    trainer = DBNTrainer(random_stack((6, 4, 5, 3)), data, options, rng)
    for _ in range(6):
        trainer.advance(rng)
    model, chains = untied(trainer.current()), trainer.chains[-1].copy()
    assert_same_bits(DBN(model.generative), DBN(model.layers[:2]))
    vector = flatten(model)
    for epoch in range(2):
        order = rng.permutation(60)
        for batch in range(2):
            v = data[order[30 * batch : 30 * batch + 30]]
            gradient, chains = up_down_gradient(windows(model, vector), v, chains, 1, rng)
            if centred:
                top = centre(gradient.layers[2], trainer.v_offsets[2], trainer.h_offsets[2])
                gradient = DBN((*gradient.layers[:2], top), gradient.generative)
            vector += 0.2 * (1 - (epoch + batch / 2) / 2) * flatten(gradient)
    trained, history = train_dbn(random_stack((6, 4, 5, 3)), data, rng=np.random.default_rng(1), up_down_epochs=2,
                                 up_down_rate=0.2, **settings)
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-10, atol=1e-12)
    assert list(history["layer"]) == [1, 1, 2, 2, 3, 3, 0, 0]


def test_up_down_alone_by_hand():
    """One epoch of one batch: the mean of what comes up, the top's chains, the order of the cases, the step."""
    data, stack = patterns(), random_stack((6, 4, 3))
    trained, _ = train_dbn(stack, data, rng=np.random.default_rng(1), keep=2, epochs=7, up_down_epochs=1, batch_size=60,
                           n_chains=9, up_down_rate=0.2)
    rng, top = np.random.default_rng(1), stack.layers[1]
    mean = sample_upwards(stack, data, rng)[1].mean(axis=0)
    _, h = sample_upwards(stack, data[:9], rng)
    chains = (rng.random((9, 3)) < hidden_probs(top, h)).astype(float)
    gradient, _ = up_down_gradient(untied(stack), data[rng.permutation(60)], chains, 1, rng)
    of_top = centre(gradient.layers[1], mean, hidden_probs(top, mean[None])[0])
    expected = flatten(untied(stack)) + 0.2 * flatten(DBN((gradient.layers[0], of_top), gradient.generative))
    np.testing.assert_allclose(flatten(trained), expected, rtol=1e-10, atol=1e-12)


def test_up_down_alone_moves_what_has_learnt():
    stack = random_stack((6, 4, 3))
    trained, history = train_dbn(stack, patterns(), rng=np.random.default_rng(1), keep=2, epochs=1, up_down_epochs=2)
    assert list(history["layer"]) == [0, 0] and len(trained.generative) == 1
    for one, other in zip((*trained.layers, *trained.generative), (*stack.layers, stack.layers[0])):
        assert np.any(one.W != other.W) and np.abs(one.W - other.W).max() < 0.2
    again, _ = train_dbn(trained, patterns(), rng=np.random.default_rng(1), keep=2, epochs=1, up_down_epochs=1,
                         up_down_rate=1e-12)
    np.testing.assert_allclose(flatten(again), flatten(trained), atol=1e-9)  # what is untied already stays so


def test_the_history_is_of_what_comes_up_to_the_layer_that_learns():
    data = patterns(250)
    dbn, history = train_dbn(random_stack((6, 4, 6)), data, rng=np.random.default_rng(1), epochs=2, up_down_epochs=1)
    top = dbn.layers[1]
    _, h = sample_upwards(dbn, data[:200], np.random.default_rng(0))
    expected = {
        "reconstruction_error": np.square(h - visible_probs(top, hidden_probs(top, h))).mean(),
        "free_energy": free_energy(top, h).mean(),
        "weight_norm": np.sqrt(np.sum(top.W**2)),
        "bound": lower_bound(dbn, data[:200], np.random.default_rng(0)).mean(),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(history[name][-1], value, rtol=1e-10, err_msg=name)
    first, _ = train_dbn(DBN(random_stack((6, 4)).layers), data, rng=np.random.default_rng(1), epochs=2)
    np.testing.assert_allclose(history["bound"][1], log_likelihood(first.layers[0], data[:200]).mean(), rtol=1e-10)


@pytest.mark.parametrize("data, sizes", [(0.9 * patterns(), (6, 4)), (patterns(60, 20), (20, 17))])
def test_there_is_no_bound_for_grey_cases_and_large_layers(data, sizes):
    _, history = train_dbn(random_stack(sizes), data, rng=np.random.default_rng(1), epochs=1)
    assert "bound" not in history


def exact_bound(dbn, v):
    """The mean of E_q[log p(v, h)] + H(q) of two layers over the cases v, by the sum over all h."""
    h, (down,) = all_bits(len(dbn.layers[0].c)), dbn.generative or dbn.layers[:1]
    log_p_h = log_likelihood(dbn.layers[1], h)
    p, q = sigmoid(h @ down.W.T + down.b), sigmoid(v @ dbn.layers[0].W + dbn.layers[0].c)
    log_p_v = v @ np.log(p).T + (1 - v) @ np.log(1 - p).T
    log_q = np.log(q) @ h.T + np.log(1 - q) @ (1 - h).T
    return np.sum(np.exp(log_q) * (log_p_v + log_p_h - log_q), axis=1).mean()


def test_a_second_layer_raises_the_bound_and_up_down_raises_it_further():
    """600 digits, 64-6-64: from twelve seeds the layer gained .017 to .036 nats, up-down .19 to .26 more."""
    v, rng = open_data("digits", part="train")[:600].astype(float), np.random.default_rng(0)
    start = init_dbn(64, (6, 64), rng, v, dtype=np.float64)
    first, _ = train_dbn(DBN(start.layers[:1]), v, rng=rng, epochs=20)
    both, _ = train_dbn(DBN((*first.layers, start.layers[1])), v, rng=rng, epochs=20, rate=0.05, keep=1)
    tuned, _ = train_dbn(both, v, rng=rng, epochs=1, keep=2, up_down_epochs=20)
    log_p = log_likelihood(first.layers[0], v).mean()
    assert log_p + 0.01 < exact_bound(both, v) < exact_bound(tuned, v) - 0.1


def test_training_leaves_its_arguments_as_they_were():
    stack, data = random_stack((6, 4, 6)), patterns()
    before = flatten(stack), data.copy()
    trained, _ = train_dbn(stack, data, rng=np.random.default_rng(0), epochs=2, up_down_epochs=1, rate=0.5)
    assert flatten(stack).tobytes() == before[0].tobytes() and data.tobytes() == before[1].tobytes()
    assert np.any(trained.layers[0].W != stack.layers[0].W)


def test_real_numbers_far_from_unit_scale_get_a_sentence():
    dbn = init_dbn(6, (4, 3), np.random.default_rng(0), visible=Gaussian())
    with pytest.warns(TrainingWarning, match="data: Gaussian units have the standard deviation 1"):
        train_dbn(dbn, 100 * random_bits(50, 6, 0), rng=np.random.default_rng(0), epochs=1, rate=1e-9)


@pytest.mark.parametrize("sizes", [(6, 4, 3), (6, 4, 6)])
def test_a_rate_that_is_far_too_large_does_not_pass_in_silence(sizes):
    said = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for settings in ({"rate": 100.0}, {"rate": 100.0, "keep": 1}, {"rate": 0.1, "up_down_rate": 100.0,
                                                                       "up_down_epochs": 2}):
            before = len(caught)
            try:
                train_dbn(init_dbn(sizes[0], sizes[1:], np.random.default_rng(0), patterns()), patterns(), epochs=2,
                          rng=np.random.default_rng(1), schedule="constant", **settings)
                said.append(len(caught) > before)
            except Diverged as error:
                said.append("smaller learning rate" in str(error) and np.isfinite(flatten(error.model)).all())
    assert said == [True, True, True]


def test_an_upper_layer_that_is_worse_than_independent_units_is_said():
    """Also where the lowest one was bad from the start."""
    stack = init_dbn(6, (4, 6), np.random.default_rng(0), patterns(), dtype=np.float64)
    bad = DBN((random_rbm(6, 4, 20.0, 0), stack.layers[1]))
    run = {"epochs": 1, "schedule": "constant", "keep": 1}
    with pytest.warns(TrainingWarning, match="independent units of the same means; try a smaller learning rate"):
        train_dbn(stack, patterns(), rng=np.random.default_rng(1), rate=16.0, **run)
    with pytest.raises(Diverged, match="independent units of the same means; a smaller learning rate usually helps"):
        train_dbn(bad, patterns(), rng=np.random.default_rng(1), rate=100.0, **run)


def test_the_average_of_a_layer_begins_with_its_turn():
    """Of a single step it is where that step ended, whatever the layer below has taken."""
    options = DBNSettings(epochs=1, batch_size=60, average=0.9)
    rng = np.random.default_rng(1)
    trainer = DBNTrainer(random_stack((6, 4, 3)), patterns(), options, rng)
    for _ in range(2):
        trainer.advance(rng)
    np.testing.assert_allclose(flatten(trainer.current()), trainer.vector, rtol=1e-12)


def test_bits_are_not_put_on_top_as_real_numbers_turned_over():
    stack = init_dbn(6, (4, 6), np.random.default_rng(0), visible=Gaussian())
    run = {"epochs": 1, "keep": 1}
    either, _ = train_dbn(stack, patterns(), rng=np.random.default_rng(1), **run)
    never, _ = train_dbn(stack, patterns(), rng=np.random.default_rng(1), from_below=False, **run)
    assert_same_bits(either, never)


def test_a_run_that_overflows_stops_with_the_last_good_model():
    with pytest.raises(Diverged, match=r"training stopped in epoch 1: layers\[0\].W has grown beyond") as error:
        train_dbn(random_stack((6, 4, 3)), patterns(), rng=np.random.default_rng(0), epochs=2, rate=1e300,
                  optimizer="momentum")
    assert_same_bits(error.value.model, random_stack((6, 4, 3)))


def test_a_sensible_rate_is_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train_dbn(init_dbn(6, (4, 6, 3), np.random.default_rng(0)), patterns(), epochs=5, rng=np.random.default_rng(1),
                  up_down_epochs=5, optimizer="momentum", rate=0.02)


@pytest.mark.parametrize("changes, message", [
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(keep=-1), "keep: expected an integer >= 0, got -1"),
    (dict(keep=2), "keep: expected at most 1 of 2 layers, got 2"),
    (dict(keep=3, up_down_epochs=1), "keep: expected at most 2 of 2 layers, got 3"),
    (dict(dbn=untied(random_stack((6, 4, 3))), keep=1), "keep: expected 2, all layers of a stack whose ways"),
    (dict(up_down_rate=0), "up_down_rate: expected a number in (0, inf), got 0"),
    (dict(rng=0), "rng: expected a numpy.random.Generator"),
    (dict(dbn=random_rbm(6, 4, 1.0, 0)), "dbn: expected a DBN, got RBM"),
    (dict(data=np.zeros((5, 7))), "data: expected shape (cases, 6) with at least one case, got shape (5, 7)"),
    (dict(data=np.full((5, 6), 2.0)), "data: expected values in [0, 1], got values from 2 to 2"),
    (dict(n_chains=10**12), "n_chains: expected what fits into this machine's memory"),
    (dict(method="cd"), "method: no such setting"),
])
def test_what_cannot_be_right_is_refused(changes, message):
    run = {"dbn": random_stack((6, 4, 3)), "data": patterns(), "rng": np.random.default_rng(0), "epochs": 1, **changes}
    with pytest.raises(InvalidInput) as error:
        train_dbn(run.pop("dbn"), run.pop("data"), **run)
    assert message in str(error.value)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_stack_on_a_few_cases_is_not_called_diverged(n):
    """The means of a hidden layer are those of 20 draws at least: of one draw, another is improbable."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        x = (rng.random((n, 64)) < 0.3).astype(float)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            train_dbn(init_dbn(64, (32, 16), rng, x), x, epochs=3, n_chains=10, rng=rng)
