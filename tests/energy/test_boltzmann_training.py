"""Training the general machine: its steps, its history, what it refuses; runs against exact gradients."""
from dataclasses import replace

import numpy as np
import pytest
from models import random_bits, random_machine, remembering_machine

from numpy_dgm.data import best_log_likelihood, shifting_bar
from numpy_dgm.energy import boltzmann_training
from numpy_dgm.energy.boltzmann import (
    BoltzmannMachine,
    energy,
    exact_gradient,
    init_boltzmann,
    layered_mask,
    log_likelihood,
)
from numpy_dgm.energy.boltzmann_gradients import (
    mean_field,
    mean_field_gradient,
    sampled_gradient,
    variational_bound,
    variational_free_energy,
)
from numpy_dgm.energy.boltzmann_training import BoltzmannSettings, BoltzmannTrainer, settled, train_boltzmann
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.optimizers import scheduled_rate
from numpy_dgm.foundation.records import flatten


def small_run(**changes):
    """A short run of 6 + 3 + 2 units in layers on 50 random cases; changes are arguments of train_boltzmann."""
    rng = np.random.default_rng(1)
    machine = init_boltzmann(11, 6, rng, mask=layered_mask([6, 3, 2]), scale=0.5)
    run = dict(machine=machine, data=random_bits(50, 6, 0), epochs=4, rng=rng, batch_size=12)
    return train_boltzmann(**{**run, **changes})


@pytest.mark.parametrize("method", ["sampled", "mean-field", "exact"])
def test_a_run_is_steps_of_the_rate_times_the_gradient_and_its_chains_go_on(method):
    """Three epochs of three batches against the gradient functions on the same generator.

    A clamped chain belongs to its case: it goes on when the case comes again, in another batch.
    """
    data, machine = random_bits(8, 4, 0), remembering_machine(9, 4, 1)
    settings = dict(epochs=3, method=method, k=2, batch_size=3, rate=0.3, n_chains=10)
    trained, _ = train_boltzmann(machine, data, rng=np.random.default_rng(2), **settings)
    rng = np.random.default_rng(2)
    first_h = (rng.random((10, 5)) < 0.5).astype(float)
    chains = np.hstack([data[[0, 1, 2, 3, 4, 5, 6, 7, 0, 1]], first_h])
    clamped = (rng.random((8, 5)) < 0.5).astype(float) if method == "sampled" else None
    for epoch in range(3):
        order = rng.permutation(8)
        for batch, rows in enumerate((order[:3], order[3:6], order[6:])):
            v = data[rows]
            if method == "sampled":
                gradient, clamped[rows], chains = sampled_gradient(machine, v, clamped[rows], chains, 2, rng)
            elif method == "mean-field":
                gradient, chains = mean_field_gradient(machine, v, chains, 2, rng)
            else:
                gradient = exact_gradient(machine, v)
            rate = scheduled_rate("linear", 0.3, (epoch + batch / 3) / 3)
            machine = replace(machine, W=machine.W + rate * gradient.W, b=machine.b + rate * gradient.b)
    np.testing.assert_allclose(flatten(trained), flatten(machine), rtol=1e-10, atol=1e-12)


def test_training_leaves_its_arguments_as_they_were():
    machine, data = init_boltzmann(6, 4, np.random.default_rng(0)), random_bits(20, 4, 0)
    before = flatten(machine), data.copy()
    trained, _ = train_boltzmann(machine, data, epochs=2, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(flatten(machine), before[0])
    np.testing.assert_array_equal(data, before[1])
    assert np.any(trained.W != machine.W) and not np.shares_memory(trained.W, machine.W)


@pytest.mark.parametrize("method", ["sampled", "mean-field", "exact"])
def test_weights_outside_the_mask_never_move(method):
    """They count for nothing, whatever they are; weight decay must not touch them either."""
    machine = random_machine(7, 4, 1.0, 0)
    trained, history = train_boltzmann(machine, random_bits(30, 4, 1), epochs=3, rng=np.random.default_rng(0),
                                       method=method, rate=0.5, weight_decay=0.1)
    connected = machine.mask == 1
    np.testing.assert_allclose(history["weight_norm"][-1], np.sqrt(np.sum(trained.W[connected] ** 2)), rtol=1e-12)
    np.testing.assert_array_equal(trained.W[~connected], machine.W[~connected])
    assert np.all(trained.W[connected] != machine.W[connected])


def test_weight_decay_pulls_weights_and_leaves_biases():
    data, machine = random_bits(12, 4, 0), random_machine(6, 4, 0.5, 1)
    run = dict(epochs=1, method="exact", batch_size=12, rate=0.3, schedule="constant")
    plain, _ = train_boltzmann(machine, data, rng=np.random.default_rng(0), **run)
    decayed, _ = train_boltzmann(machine, data, rng=np.random.default_rng(0), weight_decay=0.1, **run)
    np.testing.assert_allclose(decayed.W, plain.W - 0.3 * 0.1 * machine.W * machine.mask, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(decayed.b, plain.b)


def test_the_average_is_that_of_the_steps():
    """Three steps of one batch each: with so few the average is the plain mean, of 1, 2 and 3 epochs' ends."""
    run = dict(batch_size=50, schedule="constant", method="exact")
    ends = [flatten(small_run(epochs=epochs, **run)[0]) for epochs in (1, 2, 3)]
    averaged, history = small_run(epochs=3, average=0.99, **run)
    np.testing.assert_allclose(flatten(averaged), np.mean(ends, axis=0), rtol=1e-10)
    expected = log_likelihood(averaged, random_bits(50, 6, 0)).mean()
    np.testing.assert_allclose(history["log_likelihood"][-1], expected, rtol=1e-10)


def test_the_history_has_what_it_says():
    machine, history = small_run(rate=0.8)
    data = random_bits(50, 6, 0)
    np.testing.assert_allclose(history["rate"], 0.8 * (1 - (np.arange(4) + 4 / 5) / 4))  # five batches an epoch
    np.testing.assert_allclose(history["log_likelihood"][-1], log_likelihood(machine, data).mean(), rtol=1e-12)
    connected = machine.W[np.nonzero(machine.mask)]
    np.testing.assert_allclose(history["weight_norm"][-1], np.sqrt((connected**2).sum()), rtol=1e-12)
    assert np.all(np.diff(history["seconds"]) > 0) and len(history["seconds"]) == 4


@pytest.mark.parametrize("n_units, monitored", [(16, True), (17, False)])
def test_the_log_likelihood_is_recorded_where_it_is_cheap(n_units, monitored):
    machine = init_boltzmann(n_units, 4, np.random.default_rng(0))
    _, history = train_boltzmann(machine, random_bits(10, 4, 0), epochs=1, rng=np.random.default_rng(0))
    assert ("log_likelihood" in history) == monitored


def test_a_run_in_float32_gives_float32():
    machine = init_boltzmann(7, 4, np.random.default_rng(0), dtype=np.float32)
    for method in ("sampled", "mean-field", "exact"):
        rng = np.random.default_rng(0)
        trained, _ = train_boltzmann(machine, random_bits(10, 4, 0), epochs=1, rng=rng, method=method)
        assert trained.W.dtype == trained.b.dtype == np.float32


def test_progress_is_said_on_standard_error_only_when_asked(capsys):
    small_run()
    assert capsys.readouterr().err == ""
    small_run(progress=True)
    said = capsys.readouterr().err
    assert "epoch 4/4" in said and "log likelihood -" in said


def test_a_run_that_diverges_stops_with_the_last_good_machine():
    """A pull of 1e80 times the weights themselves: five steps are too many."""
    with pytest.raises(Diverged, match="stopped in epoch 1: W is no longer finite") as error:
        small_run(rate=1e80, weight_decay=1)
    start = init_boltzmann(11, 6, np.random.default_rng(1), mask=layered_mask([6, 3, 2]), scale=0.5)
    np.testing.assert_array_equal(flatten(error.value.model), flatten(start))


@pytest.mark.parametrize("changes, message", [
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(method="pcd"), "method: expected one of 'sampled', 'mean-field', 'exact', got 'pcd'"),
    (dict(k=0), "k: expected an integer >= 1, got 0"),
    (dict(batch_size=0), "batch_size: expected an integer >= 1, got 0"),
    (dict(rate=0), "rate: expected a number in (0, inf), got 0"),
    (dict(schedule="step"), "schedule: expected one of 'constant', 'linear', 'cosine', got 'step'"),
    (dict(n_chains=0), "n_chains: expected an integer >= 1, got 0"),
    (dict(weight_decay=-1), "weight_decay: expected a number in [0, 1], got -1"),
    (dict(validation=1), "validation: expected a number in [0, 1), got 1"),
    (dict(patience=2), "validation: expected a fraction > 0"),
    (dict(epoch=1), "epoch: no such setting; did you mean epochs?"),
    (dict(average=1), "average: expected a number in (0, 1), got 1"),
    (dict(rng=0), "rng: expected a numpy.random.Generator"),
    (dict(machine=None), "machine: expected a BoltzmannMachine, got NoneType"),
    (dict(data=np.zeros((5, 7))), "data: expected shape (cases, 6) with at least one case, got shape (5, 7)"),
    (dict(data=np.full((5, 6), np.nan)), "data: expected finite values, got NaN or infinity in 30 of 30"),
    (dict(data=np.full((5, 6), 0.5)), "data: expected bits, 0 or 1, got other values"),
    (dict(data=np.full((5, 6), -1)), "data: expected bits, 0 or 1, got other values"),
])
def test_what_cannot_be_right_is_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        small_run(**changes)
    assert message in str(error.value)


def test_held_out_cases_are_not_learnt_from_and_their_log_likelihood_is_exact():
    """Of 50 cases 10: the history's figure is that of the model given back, at the rows that the split draws first.

    All pairs of units are connected, so that free chains remember the cases at which they start.
    """
    data, start = random_bits(50, 6, 0), remembering_machine(9, 6, 1)
    machine, history = small_run(machine=start, validation=0.2, rng=np.random.default_rng(5))
    held_out = np.sort(np.random.default_rng(5).permutation(50)[:10])
    expected = log_likelihood(machine, data[held_out]).mean()
    np.testing.assert_allclose(history["validation_log_likelihood"][-1], expected, rtol=1e-12)
    train = np.setdiff1d(np.arange(50), held_out)
    expected = log_likelihood(machine, data[train]).mean()
    np.testing.assert_allclose(history["log_likelihood"][-1], expected, rtol=1e-12)
    changed = data.copy()
    changed[held_out] = 1 - changed[held_out]
    again, _ = small_run(machine=start, validation=0.2, rng=np.random.default_rng(5), data=changed)
    np.testing.assert_array_equal(flatten(again), flatten(machine))


def test_a_larger_machine_reports_free_energies_by_mean_field():
    data = random_bits(50, 6, 0)
    start = init_boltzmann(18, 6, np.random.default_rng(0), mask=layered_mask([6, 8, 4]), scale=0.5)
    machine, history = train_boltzmann(start, data, epochs=2, rng=np.random.default_rng(5), validation=0.2)
    order = np.random.default_rng(5).permutation(50)
    held_out, train = np.sort(order[:10]), np.sort(order[10:])
    assert "log_likelihood" not in history and "validation_log_likelihood" not in history
    for name, rows in (("free_energy", train), ("validation_free_energy", held_out)):
        expected = -variational_bound(machine, mean_field(machine, data[rows]), 0.0).mean()
        np.testing.assert_allclose(history[name][-1], expected, rtol=1e-12)


def test_patience_gives_back_the_best_machine_on_held_out_cases():
    """Of 28 random cases nothing can be learnt but themselves: their own log-likelihood rises on."""
    data, start = random_bits(40, 6, 0), init_boltzmann(11, 6, np.random.default_rng(1), scale=0.5)
    machine, history = small_run(machine=start, data=data, method="exact", epochs=60, rate=0.2, schedule="constant",
                                 batch_size=28, validation=0.3, patience=3, rng=np.random.default_rng(5))
    scores = history["validation_log_likelihood"]
    assert 10 < len(scores) < 60 and np.argmax(scores) == len(scores) - 4
    assert np.all(np.diff(history["log_likelihood"]) > 0)
    held_out = np.sort(np.random.default_rng(5).permutation(40)[:12])
    np.testing.assert_allclose(log_likelihood(machine, data[held_out]).mean(), scores.max(), rtol=1e-12)


def test_patience_on_a_machine_too_large_to_list_watches_the_gap_of_the_free_energies():
    """Random bits have nothing in common: the gap opens. The last machine before it is visible is given back.

    20 + 20 units in two layers are too many for an exact log Z. Of 60 cases 18 are held out. The gap is visible where
    it is above 3 of its standard errors.
    """
    data, rng = random_bits(60, 20, 0), np.random.default_rng(1)
    start = init_boltzmann(40, 20, rng, mask=layered_mask([20, 20]))
    machines = []
    machine, history = train_boltzmann(
        start, data, epochs=150, rng=rng, method="mean-field", rate=0.2, schedule="constant", validation=0.3,
        patience=4, on_record=lambda one, _: machines.append(one))
    rng = np.random.default_rng(1)
    init_boltzmann(40, 20, rng)
    order = rng.permutation(60)
    excess = []
    for one, recorded in zip(machines, history["validation_free_energy"] - history["free_energy"]):
        held_out = variational_free_energy(one, mean_field(one, data[np.sort(order[:18])]))
        train = variational_free_energy(one, mean_field(one, data[np.sort(order[18:])]))
        gap = held_out.mean() - train.mean()
        np.testing.assert_allclose(gap, recorded, atol=1e-10)
        excess.append(gap - 3 * np.sqrt(held_out.var() / 18 + train.var() / 42))
    assert 10 < len(excess) < 150 and excess[-5] <= 0 < min(excess[-4:])
    assert flatten(machine).tobytes() == flatten(machines[-5]).tobytes()


def test_a_machine_too_large_to_list_is_not_trained_exactly():
    machine = init_boltzmann(21, 3, np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="machine: expected at most 20 units to list all states, got 21"):
        train_boltzmann(machine, random_bits(10, 3, 0), epochs=1, rng=np.random.default_rng(0), method="exact")


# ---- learning works


def learnt(data, machine, **settings):
    """The exact mean log-likelihood that each method comes to, from the same start: {method: nats a case}."""
    figures = {}
    for method in ("exact", "sampled", "mean-field"):
        rng = np.random.default_rng(2)
        trained, _ = train_boltzmann(machine, data, rng=rng, method=method, batch_size=20, **settings)
        figures[method] = log_likelihood(trained, data).mean()
    return figures


def test_a_layered_machine_learns_as_from_exact_gradients():
    """200 shifting bars of 5 bits, one bit in 20 wrong, by 5 + 3 + 2 units, layer by layer all connected.

    Independent pixels have -3.36 nats, no model is above -2.33. From twenty starts exact gradients came to -2.40
    to -2.52; of the forty other runs one ended .15 below the exact one of its start, the rest at most .1.
    """
    rng = np.random.default_rng(0)
    bars = shifting_bar(5, 2)[rng.integers(0, 5, size=200)]
    data = np.abs(bars - (rng.random((200, 5)) < 0.05))
    machine = init_boltzmann(10, 5, rng, mask=layered_mask([5, 3, 2]), scale=1.0)
    figures = learnt(data, machine, epochs=60, rate=0.8)
    independent_pixels = sum(best_log_likelihood(data[:, i : i + 1]) for i in range(5))
    assert independent_pixels + 0.7 < figures["exact"] < best_log_likelihood(data)
    assert figures["sampled"] > figures["exact"] - 0.25
    assert figures["mean-field"] > figures["exact"] - 0.25


def test_the_second_layer_learns_what_the_first_cannot():
    """200 times one bit, copied into 6 pixels with one copy in 10 wrong. Each hidden unit sees half of the pixels.

    Only the top unit ties the two hidden ones. Without it the halves are independent, and no model of
    independent halves is above the sum of the best figures for each, -3.13 nats. From twenty starts exact
    gradients came to -2.63 to -2.67; of the forty other runs one ended .12 below, the rest at most .07.
    """
    rng = np.random.default_rng(0)
    bit = rng.random((200, 1)) < 0.5
    data = (bit ^ (rng.random((200, 6)) < 0.1)).astype(float)
    mask = layered_mask([6, 2, 1])
    mask[:3, 7] = mask[3:6, 6] = 0
    machine = init_boltzmann(9, 6, rng, mask=mask, scale=1.0)
    figures = learnt(data, machine, epochs=100, rate=1.0, k=2)
    independent_halves = best_log_likelihood(data[:, :3]) + best_log_likelihood(data[:, 3:])
    assert figures["exact"] > independent_halves + 0.4
    assert figures["sampled"] > figures["exact"] - 0.2
    assert figures["mean-field"] > figures["exact"] - 0.2


# ---- what a machine is judged by


def trainer_of(machine, data, **settings):
    options = BoltzmannSettings(epochs=2, batch_size=10, **settings)
    return BoltzmannTrainer(machine, data, options, np.random.default_rng(0))


@pytest.mark.parametrize("scale", [0.5, 5.0])
def test_the_bound_that_needs_no_log_z_is_above_the_log_likelihood(scale, monkeypatch):
    """And near it where weights are large: all mass is then in few states. Without hidden units it says no more."""
    for n_visible in (7, 10):
        machine, data = random_machine(10, n_visible, scale, 3), random_bits(40, n_visible, 0)
        trainer = trainer_of(machine, data)
        exact = trainer.about_log_likelihood(machine, data)
        assert exact == pytest.approx(log_likelihood(machine, data).mean())
        monkeypatch.setattr(boltzmann_training, "MONITORED_UNITS", 0)
        bound = trainer.about_log_likelihood(machine, data)
        monkeypatch.undo()
        assert exact <= bound
        if scale == 5:
            assert bound - exact < (10 - n_visible) * np.log(2) + 0.1 * abs(exact)


def test_the_bound_is_what_its_definition_says(monkeypatch):
    """Without weights log Z >= 0 and log Σ_h exp(-E) = K log 2; and a chain in a mode far from the cases counts."""
    monkeypatch.setattr(boltzmann_training, "MONITORED_UNITS", 0)
    without_weights = init_boltzmann(9, 4, np.random.default_rng(0), scale=0)
    data = random_bits(30, 4, 2)
    assert trainer_of(without_weights, data).about_log_likelihood(without_weights, data) == pytest.approx(5 * np.log(2))
    two_modes = BoltzmannMachine(np.array([[0.0, 6], [0, 0]]), np.full(2, -2.0), np.triu(np.ones((2, 2)), 1), 2)
    trainer = trainer_of(two_modes, np.zeros((30, 2)))
    assert trainer.about_log_likelihood(two_modes, np.zeros((30, 2))) == 0  # E(0, 0), which is where units settle
    trainer.chains = np.array([[0.0, 0], [1, 1], [0, 0]])
    assert trainer.about_log_likelihood(two_modes, np.zeros((30, 2))) == -2  # E(1, 1)


def test_settled_units_have_no_higher_energy_and_the_others_stay():
    machine, s = random_machine(9, 4, 2.0, 1), random_bits(30, 9, 2)
    after = settled(machine, s, range(4, 9))
    np.testing.assert_array_equal(after[:, :4], s[:, :4])
    assert np.all(energy(machine, after) <= energy(machine, s)) and np.any(energy(machine, after) < energy(machine, s))


def test_a_machine_is_judged_by_the_one_that_training_started_from():
    machine, data = random_machine(9, 4, 0.5, 1), random_bits(30, 4, 2)
    trainer = trainer_of(machine, data, rate=0.5)
    before = trainer.at_most_at_the_start()
    trainer.advance(np.random.default_rng(0))
    assert trainer.at_most_at_the_start() == before == pytest.approx(log_likelihood(machine, data).mean())
    assert log_likelihood(trainer.current(), data).mean() != pytest.approx(before, abs=1e-3)
