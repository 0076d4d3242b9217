"""train_classifier: its steps written out, what its history says, what it refuses."""
import numpy as np
import pytest

from numpy_dgm.data import open_data
from numpy_dgm.foundation.batches import CASES_AT_ONCE
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.optimizers import OPTIMIZERS, Adam, scheduled_rate
from numpy_dgm.foundation.records import flatten, leaves, windows
from numpy_dgm.neural import (
    MLP,
    BatchNorm,
    class_logits,
    init_mlp,
    mlp_backward,
    mlp_forward,
    softmax_cross_entropy,
    train_classifier,
)
from numpy_dgm.neural.mlp_training import ClassifierSettings, ClassifierTrainer

N, D, C = 30, 5, 3


def cases(n=N, seed=0):
    """Cases (n, 5) and the class (n,) of each: which of the first three numbers is the largest."""
    x = np.random.default_rng(seed).normal(size=(n, D))
    return x, x[:, :C].argmax(axis=1)


def network(seed=1, dtype=np.float64, sizes=(D, 7, C), **options):
    return init_mlp(list(sizes), np.random.default_rng(seed), dtype=dtype, **options)


def small_run(mlp=None, data=None, labels=None, **changes):
    """A run of two epochs of four batches; changes are arguments of train_classifier."""
    x, y = cases()
    settings = {"epochs": 2, "batch_size": 8, "rng": np.random.default_rng(2), **changes}
    return train_classifier(network() if mlp is None else mlp, x if data is None else data,
                            y if labels is None else labels, **settings)


def test_a_run_is_steps_down_the_gradient_by_the_optimizer():
    """Written out: batches in the generator's order, Adam, a rate that falls linearly, dropout from the generator."""
    x, y = cases()
    start = network(dropout=0.3)
    trained, _ = small_run(start, rate=0.01)
    vector, adam, rng = flatten(start), Adam(), np.random.default_rng(2)
    mlp = windows(start, vector)
    for epoch in range(2):
        order = rng.permutation(N)
        for batch in range(4):
            rows = order[8 * batch : 8 * (batch + 1)]
            logits, cache = mlp_forward(mlp, x[rows], rng)
            _, dlogits = softmax_cross_entropy(logits, y[rows])
            _, gradient = mlp_backward(mlp, cache, dlogits)
            adam.step(vector, flatten(gradient), -scheduled_rate("linear", 0.01, (epoch + batch / 4) / 2))
    np.testing.assert_array_equal(flatten(trained), vector)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_optimizer_is_the_one_that_is_named(name):
    """One step with all cases: the order in which they come does not matter, but for rounding."""
    (x, labels), start = cases(), network()
    trained, _ = small_run(epochs=1, batch_size=N, rate=0.1, optimizer=name, schedule="constant")
    logits, cache = mlp_forward(start, x)
    _, ds = softmax_cross_entropy(logits, labels)
    _, gradient = mlp_backward(start, cache, ds)
    by_hand = flatten(start)
    OPTIMIZERS[name]().step(by_hand, flatten(gradient), -0.1)
    np.testing.assert_allclose(flatten(trained), by_hand, rtol=1e-9, atol=1e-9)


def test_weight_decay_pulls_every_parameter_towards_0():
    run = dict(epochs=1, batch_size=N, rate=0.1, optimizer="sgd", schedule="constant")
    plain, _ = small_run(**run)
    decayed, _ = small_run(weight_decay=0.2, **run)
    np.testing.assert_allclose(flatten(decayed), flatten(plain) - 0.1 * 0.2 * flatten(network()), rtol=1e-12)


def test_adam_does_not_rescale_weight_decay():
    run = dict(epochs=1, batch_size=N, rate=0.1, optimizer="adam", schedule="constant")
    plain, _ = small_run(**run)
    decayed, _ = small_run(weight_decay=0.2, **run)
    np.testing.assert_allclose(flatten(decayed), flatten(plain) - 0.1 * 0.2 * flatten(network()), rtol=1e-12)


def test_running_statistics_move_on_with_every_batch_and_are_given_back():
    x, _ = cases()
    start = network(batch_norm=True)
    trained, _ = small_run(start, rate=1e-300)  # nothing moves, so that the batches can be made again
    mean, rng = np.zeros(7), np.random.default_rng(2)
    for _ in range(2):
        order = rng.permutation(N)
        for batch in range(4):
            mean = 0.9 * mean + 0.1 * (x[order[8 * batch : 8 * (batch + 1)]] @ start.layers[0].W).mean(axis=0)
    np.testing.assert_allclose(trained.layers[1].running_mean, mean, rtol=1e-12, atol=1e-15)


def test_an_averaged_network_comes_back_with_statistics_of_its_own():
    x, _ = cases()
    trained, _ = small_run(network(batch_norm=True), average=0.9, rate=0.1)
    assert isinstance(trained.layers[1], BatchNorm)
    np.testing.assert_allclose(trained.layers[1].running_mean, (x @ trained.layers[0].W).mean(axis=0), rtol=1e-12,
                               atol=1e-15)


def test_the_moving_average_is_of_the_parameters_after_each_step():
    """Decay .6: the plain mean of the first two steps, then .6 of it and .4 of the third; see MovingAverage."""
    run = dict(batch_size=N, optimizer="sgd", rate=0.5, schedule="constant")
    after = [flatten(small_run(epochs=epochs, **run)[0]) for epochs in (1, 2, 3)]
    averaged, _ = small_run(epochs=3, average=0.6, **run)
    np.testing.assert_allclose(flatten(averaged), 0.3 * (after[0] + after[1]) + 0.4 * after[2], rtol=1e-12)


def test_the_history_is_measured_without_dropout_on_training_and_held_out_cases():
    x, y = cases()
    trained, history = small_run(network(dropout=0.5), validation=0.4)
    order = np.random.default_rng(2).permutation(N)
    held_out, train = np.sort(order[:12]), np.sort(order[12:])
    for name, rows in (("", train), ("validation_", held_out)):
        logits, _ = mlp_forward(trained, x[rows], training=False)
        np.testing.assert_allclose(history[f"{name}loss"][-1], softmax_cross_entropy(logits, y[rows])[0], rtol=1e-12)
        assert history[f"{name}error"][-1] == np.mean(logits.argmax(axis=1) != y[rows])
    np.testing.assert_allclose(history["rate"], 0.003 * (1 - (np.array([0, 1]) + 2 / 3) / 2))  # three batches an epoch


def test_held_out_cases_are_not_learnt_from():
    """Nor are the running statistics that go with a moving average taken from them."""
    x, y = cases()
    held_out = np.random.default_rng(2).permutation(N)[:12]
    run = dict(mlp=network(batch_norm=True), validation=0.4, average=0.9)
    trained, _ = small_run(**run)
    changed, other = x.copy(), y.copy()
    changed[held_out], other[held_out] = 7.0, 0
    again, _ = small_run(data=changed, labels=other, **run)
    assert flatten(trained).tobytes() == flatten(again).tobytes()
    np.testing.assert_array_equal(trained.layers[1].running_mean, again.layers[1].running_mean)


def test_patience_gives_back_the_network_with_the_best_loss_of_the_held_out_labels():
    """Labels at random: what is learnt of them is overfitting. The loss is lowest where the error is not."""
    x, _ = cases(60)
    y = np.random.default_rng(6).integers(0, C, size=60)
    trained, history = small_run(data=x, labels=y, epochs=100, rate=0.05, schedule="constant", validation=0.4,
                                 patience=5)
    losses = history["validation_loss"]
    assert 6 < len(losses) < 100 and np.argmin(losses) == len(losses) - 6
    assert history["validation_error"][np.argmin(losses)] > history["validation_error"].min()
    held_out = np.sort(np.random.default_rng(2).permutation(60)[:24])
    logits, _ = mlp_forward(trained, x[held_out], training=False)
    np.testing.assert_allclose(softmax_cross_entropy(logits, y[held_out])[0], losses.min(), rtol=1e-12)


def test_logits_are_read_in_blocks_in_the_network_s_dtype_by_its_running_statistics():
    n = 2 * CASES_AT_ONCE + 3
    x = np.random.default_rng(0).integers(0, 2, size=(n, D)).astype(np.uint8)
    mlp = network(dtype=np.float32, batch_norm=True, dropout=0.5)
    logits = class_logits(mlp, x)
    expected, _ = mlp_forward(mlp, x.astype(np.float32), training=False)
    assert logits.dtype == np.float32 and logits.shape == (n, C)
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-6)
    assert class_logits(mlp, x.astype(np.float64)).dtype == np.float32
    rows = np.array([n - 1, 0, 5])
    np.testing.assert_allclose(class_logits(mlp, x, rows), expected[rows], rtol=1e-5, atol=1e-6)


def test_digits_are_told_apart():
    """Three seeds; a network of 64 hidden units gets at least 94 % of the unseen digits right."""
    train, test = (open_data("digits", part=part, bits="grey") for part in ("train", "test"))
    for seed in range(3):
        rng = np.random.default_rng(seed)
        mlp, _ = train_classifier(init_mlp([64, 64, 10], rng), train, train.labels, epochs=20, rng=rng)
        assert np.mean(class_logits(mlp, test).argmax(axis=1) == test.labels) > 0.94


def test_training_leaves_its_arguments_as_they_were():
    x, y = cases()
    start = network(batch_norm=True)
    before = flatten(start), x.copy(), y.copy(), start.layers[1].running_mean.copy()
    trained, _ = small_run(start, x, y)
    for array, copy in zip((flatten(start), x, y, start.layers[1].running_mean), before):
        np.testing.assert_array_equal(array, copy)
    assert np.any(flatten(trained) != before[0]) and not np.shares_memory(trained.layers[0].W, start.layers[0].W)


@pytest.mark.filterwarnings("error")  # no warning of NumPy's, either
def test_a_run_that_diverges_stops_with_the_last_good_network():
    with pytest.raises(Diverged, match="stopped in epoch 1: .* is no longer finite") as error:
        small_run(rate=1e308, optimizer="momentum")
    assert flatten(error.value.model).tobytes() == flatten(network()).tobytes()


def judge(loss, error=0.5, logits=None, start=None, step=0.0):
    """What is said of such a loss, where a guess is log 3 = 1.0986 and the network started from `start`."""
    x, y = cases()
    guesses = network()
    guesses.layers[-1].W[:] = 0
    trainer = ClassifierTrainer(guesses if start is None else start, x, y, ClassifierSettings(epochs=2),
                                np.random.default_rng(0))
    trainer.relative_step = step
    return trainer.judge(np.random.default_rng(0).normal(size=(N, C)) if logits is None else logits, np.arange(N),
                         loss, error)


def test_a_classifier_is_judged_by_a_guess_and_by_where_it_started():
    worse = "the loss is {} nats a case, and 1.1 by guessing; try a smaller learning rate"
    assert judge(1.15) == judge(0.01) == ""  # a guess is 1.0986, and 5% more may be noise
    assert judge(1.16) == worse.format("1.16") and judge(10.9) == worse.format("10.9")
    with pytest.raises(Diverged, match="training stopped in epoch 0: the loss is 11 nats a case, and 1.1 by guessing;"):
        judge(11.0)
    x, y = cases()
    far_off = network()
    far_off.layers[-1].b[:] = 30 * np.arange(C)
    start_loss, _ = softmax_cross_entropy(class_logits(far_off, x), y)
    assert start_loss > 20
    assert judge(start_loss, start=far_off) == judge(1.04 * start_loss, start=far_off) == ""
    assert "try a smaller" in judge(1.06 * start_loss, start=far_off)
    assert "try a smaller" in judge(9.9 * start_loss, start=far_off)
    with pytest.raises(Diverged):
        judge(10.1 * start_loss, start=far_off)


def test_a_step_too_far_is_said_where_the_loss_is_no_worse_than_a_guess():
    assert judge(0.5, step=0.3) == ""
    assert judge(0.5, step=0.31) == "a step moved the parameters by 31% of their norm; try a smaller learning rate"
    assert "by guessing" in judge(1.16, step=0.31)


def test_the_same_logits_for_all_cases_are_a_fault_unless_they_are_right():
    same = np.full((N, C), 0.3) + [0, 1, 2]
    dead = "the network gives all cases the same logits; try a smaller learning rate, or another activation"
    assert judge(1.0, logits=same) == judge(1.0, logits=same + 1e-7) == judge(0.6, logits=same) == dead
    assert judge(0.0, error=0.0, logits=same) == judge(0.5, logits=same) == judge(1.0, logits=same + np.eye(N, C)) == ""


def test_the_step_that_is_judged_is_the_first_of_an_epoch():
    x, y = cases()
    trainer = ClassifierTrainer(network(), x, y, ClassifierSettings(epochs=2, batch_size=8, optimizer="sgd", rate=1e-3),
                                np.random.default_rng(0))
    steps = []
    step = trainer.step
    trainer.step = lambda rows, rng: (steps.append(trainer.vector.copy()), step(rows, rng))
    for _ in range(2):
        trainer.advance(np.random.default_rng(0))
        expected = np.linalg.norm(steps[1] - steps[0]) / np.linalg.norm(steps[0])
        assert trainer.relative_step == pytest.approx(expected, rel=1e-9)
        steps.clear()


@pytest.mark.parametrize("changes, message", [
    (dict(mlp="net"), "mlp: expected an MLP (see init_mlp), got str"),
    (dict(mlp=MLP(())), "mlp: expected at least one layer with weights, got none"),
    (dict(data=np.zeros((N, 4))), "data: expected shape (cases, 5) with at least one case, got shape (30, 4)"),
    (dict(data=np.full((N, D), np.nan)), "data: expected finite values, got NaN or infinity in 150 of 150"),
    (dict(labels=np.zeros(3, int)), "labels: expected a last axis of 30, got shape (3,)"),
    (dict(labels=np.full(N, 3)), "labels: expected values in [0, 2], got values from 3 to 3"),
    (dict(labels=np.full(N, -1)), "labels: expected values in [0, 2], got values from -1 to -1"),
    (dict(labels=np.zeros(N)), "labels: expected integers, got dtype float64"),
    (dict(labels=["a"] * N), "labels: expected real numbers, got dtype <U1"),
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(rate=0), "rate: expected a number in (0, inf), got 0"),
    (dict(optimizer="lbfgs"), "optimizer: expected one of 'sgd', 'momentum', 'rmsprop', 'adam', got 'lbfgs'"),
    (dict(patience=3), "validation: expected a fraction > 0 of held-out cases for patience to watch"),
    (dict(validation=0.999), "leaves none to train on"),
    (dict(learning_rate=1), "learning_rate: no such setting"),
    (dict(rng=0), "rng: expected a numpy.random.Generator"),
])
def test_what_cannot_be_right_is_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        small_run(**changes)
    assert message in str(error.value)


def test_labels_that_are_missing_are_refused():
    with pytest.raises(InvalidInput, match="labels: expected a label for each case, got None"):
        train_classifier(network(), cases()[0], None, epochs=1, rng=np.random.default_rng(0))


def test_the_one_case_that_an_epoch_leaves_over_makes_no_step_with_batch_norm():
    rng = np.random.default_rng(0)
    mlp = init_mlp([4, 5, 2], rng, batch_norm=True)
    x, y = rng.normal(size=(21, 4)), np.arange(21) % 2
    trained, _ = train_classifier(mlp, x, y, epochs=2, batch_size=20, average=0.9, rng=np.random.default_rng(1))
    assert all(np.isfinite(array).all() for _, array in leaves(trained))
    assert (trained.layers[1].running_variance > 0).all()


@pytest.mark.parametrize("n, batch_size", [(1, 20), (30, 1)])
def test_batches_of_one_case_are_refused_with_batch_norm(n, batch_size):
    rng = np.random.default_rng(0)
    mlp = init_mlp([4, 5, 2], rng, batch_norm=True)
    with pytest.raises(InvalidInput, match=rf"^batch_size: .*, got batches of {batch_size} of {n} cases$"):
        train_classifier(mlp, rng.normal(size=(n, 4)), np.arange(n) % 2, epochs=1, batch_size=batch_size, rng=rng)
