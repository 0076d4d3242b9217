"""What a run looks like and what is wrong with it: numbers by hand, each sickness provoked, ten healthy runs silent."""
import warnings
from dataclasses import replace

import numpy as np
import pytest

from numpy_dgm.adversarial.diagnosis import Monitor, diagnose_gan, judge, observe
from numpy_dgm.adversarial.gan import make_gan
from numpy_dgm.adversarial.gan_training import train_gan
from numpy_dgm.adversarial.objectives import Hinge, LeastSquares, NonSaturating, Saturating, Wasserstein
from numpy_dgm.adversarial.penalties import R1
from numpy_dgm.data.mixtures import ring_of_gaussians
from numpy_dgm.foundation.optimizers import SGD, Adam
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.progress import History
from numpy_dgm.neural.layers import BatchNorm
from numpy_dgm.neural.mlp import init_mlp, mlp_forward


def logit(x):
    return -np.log(1 / x - 1)


def measured(s_real, s_fake, objective):
    """`observe` of a GAN of one number, whose generator hands on its latent, whose discriminator its case."""
    rng = np.random.default_rng(0)
    one = init_mlp([1, 1], rng, dtype=np.float64)
    one.layers[0].W[:] = 1
    gan = make_gan(one, one)
    s_real, s_fake = np.array(s_real, dtype=float)[:, None], np.array(s_fake, dtype=float)[:, None]
    monitor = Monitor(s_real, s_fake, None, np.array([[1.0], [-1.0]]), batch_size=len(s_real))
    return observe(gan, gan.generator, monitor, objective)


def test_accuracy_is_the_share_on_the_right_side_of_the_objective_s_boundary():
    s_real, s_fake = [0.2, 0.7, -0.1, 3.0], [0.4, 0.6, -2.0, 0.1]
    expected = ((NonSaturating(), 3 / 4, 1 / 4), (Hinge(), 3 / 4, 1 / 4), (LeastSquares(), 2 / 4, 3 / 4),
                (Wasserstein(), 2 / 4, 2 / 4))  # whose boundary, the middle of the means .95 and -.225, is .3625
    for objective, real, fake in expected:
        values = measured(s_real, s_fake, objective)
        assert (values["accuracy_real"], values["accuracy_fake"]) == (real, fake), objective


def test_losses_and_slope_are_the_objective_s():
    p_real, p_fake = np.array([0.9, 0.6]), np.array([0.3, 0.1])
    values = measured(logit(p_real), logit(p_fake), NonSaturating())
    np.testing.assert_allclose(values["discriminator_loss"], -np.log(p_real).mean() - np.log(1 - p_fake).mean())
    np.testing.assert_allclose(values["generator_loss"], -np.log(p_fake).mean())
    np.testing.assert_allclose(values["slope"], np.mean(1 - p_fake))
    np.testing.assert_allclose(measured(logit(p_real), logit(p_fake), Saturating())["slope"], np.mean(p_fake))
    np.testing.assert_allclose(measured(logit(p_real), logit(p_fake), Wasserstein())["slope"], 1)


def test_spread_and_distance_are_in_standard_deviations_of_the_data():
    """Samples are the data times -2 plus 5, so their spread is 2; the distance is by matching sorted values."""
    x = np.random.default_rng(1).normal(size=12)
    values = measured(x, 5 - 2 * x, Wasserstein())
    np.testing.assert_allclose(values["spread"], 2)
    expected = np.sqrt(np.mean((np.sort(x) - np.sort(5 - 2 * x)) ** 2)) / x.std()
    np.testing.assert_allclose(values["distance"], expected)
    np.testing.assert_allclose(measured(x, x + 3 * x.std(), Wasserstein())["distance"], 3)


def test_in_more_dimensions_spread_adds_variances_and_distance_averages_directions():
    rng = np.random.default_rng(2)
    x, z = rng.normal(size=(40, 3)) * [1.0, 2.0, 3.0], rng.normal(size=(40, 3))
    G, D = init_mlp([3, 3], rng, dtype=np.float64), init_mlp([3, 1], rng, dtype=np.float64)
    directions = rng.normal(size=(7, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    values = observe(make_gan(G, D), G, Monitor(x, z, None, directions, 10), NonSaturating())
    samples = z @ G.layers[0].W + G.layers[0].b
    np.testing.assert_allclose(values["spread"], np.sqrt(samples.var(axis=0).sum() / x.var(axis=0).sum()))
    squares = [np.mean((np.sort(samples @ d) - np.sort(x @ d)) ** 2) for d in directions]
    np.testing.assert_allclose(values["distance"], np.sqrt(np.mean(squares) / (x.var(axis=0).sum() / 3)))


def test_samples_are_of_the_generator_that_is_given_back_and_logits_of_the_one_that_plays():
    rng = np.random.default_rng(3)
    gan = make_gan(init_mlp([2, 2], rng, dtype=np.float64), init_mlp([2, 1], rng, dtype=np.float64))
    x, z = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))
    monitor = Monitor(x, z, None, np.eye(2), 20)
    other = init_mlp([2, 2], np.random.default_rng(9), dtype=np.float64)
    mine, mixed = observe(gan, gan.generator, monitor, NonSaturating()), observe(gan, other, monitor, NonSaturating())
    theirs = observe(replace(gan, generator=other), other, monitor, NonSaturating())
    assert mixed["generator_loss"] == mine["generator_loss"] != theirs["generator_loss"]
    assert mixed["spread"] == theirs["spread"] != mine["spread"]


def test_minibatch_discrimination_sees_batches_of_the_size_that_it_learnt_from():
    rng = np.random.default_rng(4)
    gan = make_gan(init_mlp([2, 2], rng, dtype=np.float64),
                   init_mlp([2, 4, 1], rng, discrimination=(3, 2), dtype=np.float64))
    x, z = rng.normal(size=(12, 2)), rng.normal(size=(12, 2))
    losses = []
    for rows in (slice(0, 6), slice(6, 12)):
        monitor = Monitor(x[rows], z[rows], None, np.eye(2), 6)
        losses.append(observe(gan, gan.generator, monitor, NonSaturating())["generator_loss"])
    both = observe(gan, gan.generator, Monitor(x, z, None, np.eye(2), 6), NonSaturating())
    np.testing.assert_allclose(both["generator_loss"], np.mean(losses))


def test_no_dropout_running_statistics_and_each_batch_with_its_labels():
    rng = np.random.default_rng(5)
    generator = init_mlp([2 + 3, 4, 2], rng, batch_norm=True, dropout=0.5, dtype=np.float64)
    norm = generator.layers[1]
    assert isinstance(norm, BatchNorm)
    norm.running_mean[:], norm.running_variance[:] = rng.normal(size=4), 1 + rng.random(4)
    gan = make_gan(generator, init_mlp([2 + 3, 4, 1], rng, dropout=0.5, dtype=np.float64), n_classes=3)
    x, z, labels = rng.normal(size=(12, 2)), rng.normal(size=(12, 2)), rng.integers(3, size=12)
    values = observe(gan, generator, Monitor(x, z, labels, np.eye(2), 4), NonSaturating())
    one_hot = np.eye(3)[labels]
    samples, _ = mlp_forward(generator, np.hstack([z, one_hot]), training=False)
    s_real, _ = mlp_forward(gan.discriminator, np.hstack([x, one_hot]), training=False)
    s_fake, _ = mlp_forward(gan.discriminator, np.hstack([samples, one_hot]), training=False)
    loss, _, _ = NonSaturating().discriminator_loss(s_real, s_fake)
    np.testing.assert_allclose(values["discriminator_loss"], loss)
    np.testing.assert_allclose(values["spread"], np.sqrt(samples.var(axis=0).sum() / x.var(axis=0).sum()))


# ---- the sentences


HEALTHY = {"accuracy_real": 0.6, "accuracy_fake": 0.6, "slope": 0.5, "spread": 1.0, "distance": 0.3}


@pytest.mark.parametrize("sick, sentence", [
    ({}, None),
    ({"distance": 3.1}, "has diverged"),
    ({"accuracy_real": 0.995, "accuracy_fake": 0.995, "slope": 0.01}, "is saturated"),
    ({"accuracy_real": 0.995, "accuracy_fake": 0.995}, None),  # the generator still learns
    ({"accuracy_real": 0.0, "accuracy_fake": 0.0, "slope": 0.01}, None),  # it is the discriminator that lost
    ({"accuracy_real": 0.0, "accuracy_fake": 1.0, "slope": 0.01}, None),  # it calls everything fake
    ({"accuracy_real": 1.0, "accuracy_fake": 0.0, "slope": 0.01}, None),  # it calls everything real
    ({"spread": 0.09}, "has collapsed"),
])
def test_each_sentence_needs_its_signs_at_five_looks_in_a_row(sick, sentence):
    history = History()
    for _ in range(4):
        history.record(**{**HEALTHY, **sick})
    assert diagnose_gan(history) == ""
    history.record(**{**HEALTHY, **sick})
    assert diagnose_gan(history) == "" if sentence is None else sentence in diagnose_gan(history)
    history.record(**HEALTHY)
    assert diagnose_gan(history) == ""


def test_a_generator_whose_gradient_has_been_0_does_not_learn():
    history = History()
    for gradient in (0.0, 1e-9, 0.0, 0.0, 0.0, 0.0):
        history.record(**HEALTHY, generator_gradient=gradient)
    assert diagnose_gan(history) == ""
    history.record(**HEALTHY, generator_gradient=0.0)
    assert diagnose_gan(history) == ("the generator does not learn: its gradient is 0; try a smaller rate, or leaky "
                                     "units in both players")


@pytest.mark.parametrize("start, limit", [(0.3, 10), (1, 10), (7, 70)])
def test_samples_far_from_where_generators_start_are_said_at_once_and_farther_ones_stop_the_run(start, limit):
    def said(distance):
        return judge({"distance": distance}, lambda: start, {}, "step 3")

    assert said(limit) == ""
    assert said(1.01 * limit).startswith(f"the run has diverged: its samples lie {1.01 * limit:.1f} standard dev")
    assert said(30 * limit).startswith("the run has diverged")
    with pytest.raises(Diverged, match="training stopped in step 3: the samples lie [0-9,.]+ standard deviations from"):
        said(30.1 * limit)


def test_the_start_is_not_asked_for_while_the_samples_are_near():
    assert judge({"distance": 9.9}, lambda: 1 / 0, {"generator": 0.3, "discriminator": 0.3}, "step 3") == ""


@pytest.mark.parametrize("steps, sentence", [
    ({"generator": 0.31, "discriminator": 0.0}, "the generator: a step moved the parameters by 31% of their norm"),
    ({"generator": 0.0, "discriminator": 1.5}, "the discriminator: a step moved the parameters by 150% of their norm"),
])
def test_the_player_that_steps_too_far_is_named(steps, sentence):
    assert judge({"distance": 1.0}, lambda: 1.0, steps, "step 3").startswith(sentence)


# ---- real runs


def ring_run(seed=0, G=None, width=16, **settings):
    rng = np.random.default_rng(seed)
    gan = make_gan(init_mlp([2, width, width, 2], rng, **(G or {})), init_mlp([2, width, width, 1], rng))
    return train_gan(gan, ring_of_gaussians(), rng=rng, log_every=20, **{"steps": 300, **settings})


def test_a_generator_that_plays_against_a_discriminator_that_stands_still_collapses():
    """It goes to where the discriminator's logit is largest, in one point; tanh keeps it from running away."""
    with pytest.warns(TrainingWarning, match="step 160: the generator has collapsed.*try packing") as caught:
        ring_run(2, G={"output": "tanh"}, rate=1e-2, discriminator_rate=1e-9)
    assert len(caught) == 1  # said once


def test_the_saturating_loss_goes_flat_where_the_discriminator_is_far_ahead():
    with pytest.warns(TrainingWarning, match="the generator is saturated.*try the non-saturating objective"):
        ring_run(G={"init": 0.02}, objective=Saturating(), rate=0.01, discriminator_rate=1, optimizer=SGD())


def test_a_critic_without_a_bound_on_its_slope_drives_the_samples_away():
    with pytest.warns(TrainingWarning, match="the generator: a step moved the parameters by .*% of their norm"):
        with pytest.raises(Diverged, match=r"step \d+: the samples lie [\d,.]+ standard deviations from the data"):
            ring_run(3, steps=400, objective=Wasserstein(), rate=0.5)


@pytest.mark.filterwarnings("error")
def test_a_run_that_is_not_finite_any_more_stops():
    with pytest.raises(Diverged, match="no longer finite; a smaller learning rate"):
        ring_run(objective=Wasserstein(), rate=50.0, optimizer=SGD())


@pytest.mark.parametrize("seed", range(10))
def test_a_healthy_run_is_silent(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, history = ring_run(seed, rate=2e-3, penalty=R1(0.1), optimizer=Adam(beta1=0.5))
    assert 0.5 < history["spread"][-1] < 1.5 and history["distance"][-1] < 1
