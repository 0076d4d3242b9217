"""train_autoencoder: its steps written out, what its history says, what it finds, what it refuses."""
import numpy as np
import pytest

from numpy_dgm.data import open_data
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.optimizers import Adam, scheduled_rate
from numpy_dgm.foundation.pca import fit_pca, pca_error
from numpy_dgm.foundation.records import flatten, windows
from numpy_dgm.neural import (
    autoencoder_gradient,
    init_autoencoder,
    reconstruct,
    squared_reconstruction_error,
    train_autoencoder,
)
from numpy_dgm.neural.autoencoder_training import AutoencoderSettings, AutoencoderTrainer

N, D = 30, 6


def cases(n=N, seed=0):
    return np.random.default_rng(seed).random((n, D))


def model(seed=1, dtype=np.float64, **options):
    return init_autoencoder((D, 5, 2), np.random.default_rng(seed), dtype=dtype, **options)


def small_run(start=None, data=None, **changes):
    """A run of two epochs of four batches; changes are arguments of train_autoencoder."""
    settings = {"epochs": 2, "batch_size": 8, "rng": np.random.default_rng(2), **changes}
    return train_autoencoder(model() if start is None else start, cases() if data is None else data, **settings)


@pytest.mark.parametrize("loss, decay", [("cross_entropy", 0.0), ("squared_error", 0.3)])
def test_a_run_is_steps_down_the_gradient_by_the_optimizer(loss, decay):
    """Written out: batches in the generator's order, Adam, a rate that falls linearly, and weight decay beside it."""
    trained, _ = small_run(rate=0.01, loss=loss, weight_decay=decay)
    vector, adam, rng = flatten(model()), Adam(), np.random.default_rng(2)
    moving = windows(model(), vector)
    for epoch in range(2):
        order = rng.permutation(N)
        for batch in range(4):
            rows = order[8 * batch : 8 * (batch + 1)]
            _, gradient = autoencoder_gradient(moving, cases()[rows], loss)
            rate = scheduled_rate("linear", 0.01, (epoch + batch / 4) / 2)
            vector *= 1 - rate * decay
            adam.step(vector, flatten(gradient), -rate)
    np.testing.assert_array_equal(flatten(trained), vector)


def test_the_moving_average_is_of_the_parameters_after_each_step():
    run = dict(batch_size=N, optimizer="sgd", rate=0.05, schedule="constant")
    after = [flatten(small_run(epochs=epochs, **run)[0]) for epochs in (1, 2, 3)]
    averaged, _ = small_run(epochs=3, average=0.6, **run)
    np.testing.assert_allclose(flatten(averaged), 0.3 * (after[0] + after[1]) + 0.4 * after[2], rtol=1e-12)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_the_history_is_measured_on_training_and_held_out_cases(loss):
    trained, history = small_run(validation=0.4, loss=loss)
    order = np.random.default_rng(2).permutation(N)
    held_out, train = np.sort(order[:12]), np.sort(order[12:])
    for name, rows in (("", train), ("validation_", held_out)):
        value, _ = autoencoder_gradient(trained, cases()[rows], loss)
        assert history[f"{name}loss"][-1] == pytest.approx(value, rel=1e-12)
        error = np.square(cases()[rows] - reconstruct(trained, cases()[rows])).sum(axis=1).mean()
        assert history[f"{name}squared_error"][-1] == pytest.approx(error, rel=1e-12)


def test_the_loss_of_many_held_out_cases_is_their_mean():
    """1,300 of them are read in two blocks, of which the second is smaller."""
    data = cases(1_400)
    trained, history = small_run(data=data, validation=1_300 / 1_400, epochs=1)
    held_out = np.random.default_rng(2).permutation(1_400)[:1_300]
    value, _ = autoencoder_gradient(trained, data[held_out])
    assert history["validation_loss"][-1] == pytest.approx(value, rel=1e-9)


def test_held_out_cases_are_not_learnt_from():
    changed = cases()
    changed[np.random.default_rng(2).permutation(N)[:12]] = 0.9
    trained, _ = small_run(validation=0.4)
    again, _ = small_run(data=changed, validation=0.4)
    assert flatten(trained).tobytes() == flatten(again).tobytes()


def test_patience_gives_back_the_autoencoder_with_the_best_held_out_loss():
    """Noise: what is learnt of it is overfitting."""
    data = cases(40, seed=5)
    trained, history = small_run(data=data, epochs=100, rate=0.05, schedule="constant", validation=0.5, patience=5)
    losses = history["validation_loss"]
    assert len(losses) < 100 and np.argmin(losses) == len(losses) - 6
    held_out = np.sort(np.random.default_rng(2).permutation(40)[:20])
    assert autoencoder_gradient(trained, data[held_out])[0] == pytest.approx(losses.min(), rel=1e-12)


def test_training_leaves_its_arguments_as_they_were():
    start, data = model(), cases()
    before = flatten(start), data.copy()
    trained, _ = small_run(start, data)
    np.testing.assert_array_equal(flatten(start), before[0])
    np.testing.assert_array_equal(data, before[1])
    assert np.any(flatten(trained) != before[0])
    assert not np.shares_memory(trained.encoder.layers[0].W, start.encoder.layers[0].W)


def test_a_linear_autoencoder_comes_to_the_error_of_the_principal_components():
    """No linear code loses less than they do, and a trained one has no worse place to stop at."""
    data = (cases(60) @ np.diag([4, 3, 1, 0.5, 0.5, 0.5])) - 1
    start = init_autoencoder((D, 2), np.random.default_rng(0), output="linear", dtype=np.float64, init=0.3)
    trained, _ = train_autoencoder(start, data, epochs=600, batch_size=60, rate=0.05, loss="squared_error",
                                   rng=np.random.default_rng(0))
    best = pca_error(fit_pca(data, 2), data)
    assert best <= squared_reconstruction_error(trained, data) < 1.001 * best


def test_a_deep_code_of_the_digits_loses_less_than_the_principal_components():
    train, test = (open_data("digits", part=part, bits="grey") for part in ("train", "test"))
    rng = np.random.default_rng(0)
    trained, _ = train_autoencoder(init_autoencoder((64, 64, 8), rng), train, epochs=16, rng=rng, rate=0.005)
    assert squared_reconstruction_error(trained, test) < 0.9 * pca_error(fit_pca(train, 8), test)


@pytest.mark.filterwarnings("error")  # no warning of NumPy's, either
def test_a_run_that_diverges_stops_with_the_last_good_autoencoder():
    with pytest.raises(Diverged, match="stopped in epoch 1: encoder.*; a smaller learning rate") as error:
        small_run(rate=1e308, optimizer="momentum")
    assert flatten(error.value.model).tobytes() == flatten(model()).tobytes()


def test_an_autoencoder_is_judged_by_the_mean_case_and_by_where_it_started():
    trainer = AutoencoderTrainer(model(), cases(), AutoencoderSettings(epochs=2), np.random.default_rng(0))
    mean_case = np.square(cases() - cases().mean(axis=0)).sum(axis=1).mean()
    assert trainer.limit == max(mean_case, squared_reconstruction_error(model(), cases()))
    assert trainer.judge(1.04 * trainer.limit) == ""
    assert "with the mean case or at the start; try a smaller learning rate" in trainer.judge(1.06 * trainer.limit)
    with pytest.raises(Diverged, match="epoch 0: the squared error is"):
        trainer.judge(10.1 * trainer.limit)
    trainer.relative_step = 0.31
    assert trainer.judge(trainer.limit) == ("a step moved the parameters by 31% of their norm; try a smaller learning "
                                            "rate")
    near = AutoencoderTrainer(small_run(epochs=100, rate=0.01)[0], cases(), AutoencoderSettings(epochs=2),
                              np.random.default_rng(0))
    assert near.limit == pytest.approx(mean_case)


def test_the_step_that_is_judged_is_the_first_of_an_epoch():
    settings = AutoencoderSettings(epochs=1, batch_size=8, optimizer="sgd", rate=1e-3)
    trainer = AutoencoderTrainer(model(), cases(), settings, np.random.default_rng(0))
    before, rng = trainer.vector.copy(), np.random.default_rng(0)
    trainer.advance(rng)
    _, gradient = autoencoder_gradient(model(), cases()[np.random.default_rng(0).permutation(N)[:8]])
    norm = np.linalg.norm(before)
    expected = 1e-3 * np.linalg.norm(flatten(gradient)) / max(norm, np.sqrt(5 + 2 + 5 + D))
    assert trainer.relative_step == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("changes, message", [
    (dict(start="net"), "autoencoder: expected an Autoencoder (see init_autoencoder), got str"),
    (dict(data=np.zeros((N, 4))), "data: expected shape (cases, 6) with at least one case, got shape (30, 4)"),
    (dict(data=2 * cases()), "data: expected values in [0, 1]"),
    (dict(loss="hinge"), "loss: expected one of 'cross_entropy', 'squared_error', got 'hinge'"),
    (dict(start=model(output="linear")), "loss: expected 'squared_error' with a linear output"),
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(patience=3), "validation: expected a fraction > 0 of held-out cases for patience to watch"),
    (dict(rng=0), "rng: expected a numpy.random.Generator"),
])
def test_what_cannot_be_right_is_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        small_run(**changes)
    assert message in str(error.value)
