"""Both players' gradients against central differences of their losses, for every objective, packed and conditional."""
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.adversarial.gan import (
    discriminator_gradient,
    discriminator_input,
    draw_latents,
    generate,
    generator_gradient,
    make_gan,
)
from numpy_dgm.adversarial.objectives import OBJECTIVES, NonSaturating
from numpy_dgm.adversarial.penalties import R1, GradientPenalty
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import flatten, pack, windows
from numpy_dgm.neural.mlp import init_mlp, mlp_forward

SMOOTH = ("tanh", "softplus", "sigmoid")  # central differences need them; kinks are tested in test_layers.py


def a_gan(hidden="tanh", n_classes=0, packing=1, width=4, seed=0, **generator):
    """A GAN of 2 latents and 3 outputs in float64, all parameters away from 0, with 6 cases of either kind."""
    rng = np.random.default_rng(seed)
    nets = []
    of_G, of_D = [2 + n_classes, width, 3], [packing * (3 + n_classes), width, width, 1]
    for sizes, options in ((of_G, generator), (of_D, {})):
        vector, mlp = pack(init_mlp(sizes, rng, hidden=hidden, init="xavier", dtype=np.float64, **options))
        vector += 0.3 * rng.normal(size=len(vector))
        nets.append(mlp)
    gan = make_gan(*nets, n_classes=n_classes, packing=packing)
    x_real, z = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    labels = None if n_classes == 0 else (rng.integers(0, n_classes, size=6), rng.integers(0, n_classes, size=6))
    return gan, x_real, z, labels or (None, None)


def losses(gan, x_real, z, labels, objective, penalty=None):
    """(L_D, L_G) from nothing but forward passes, each case and its label put together by hand."""
    def D_input(x, of):
        rows = [np.append(row, np.eye(max(gan.n_classes, 1))[of[i]][: gan.n_classes] if of is not None else [])
                for i, row in enumerate(x)]
        m = gan.packing
        return np.array([np.concatenate(rows[i : i + m]) for i in range(0, len(rows), m)])

    noise = [np.append(row, np.eye(gan.n_classes)[labels[1][i]] if gan.n_classes else []) for i, row in enumerate(z)]
    x_fake, _ = mlp_forward(gan.generator, np.array(noise))
    s_real, _ = mlp_forward(gan.discriminator, D_input(x_real, labels[0]))
    s_fake, _ = mlp_forward(gan.discriminator, D_input(x_fake, labels[1]))
    L_D = objective.discriminator_loss(s_real, s_fake)[0]
    if penalty is not None:
        rng = np.random.default_rng(5)
        L_D += penalty(gan.discriminator, D_input(x_real, labels[0]), D_input(x_fake, labels[1]), rng)[0]
    return L_D, objective.generator_loss(s_fake)[0]


def both_steps(gan, x_real, z, labels, objective, penalty=None):
    of_D = discriminator_gradient(gan, x_real, z, objective, np.random.default_rng(5), *labels, penalty)
    of_G = generator_gradient(gan, z, objective, np.random.default_rng(5), labels[1])
    return of_D, of_G


def check_both(gan, x_real, z, labels, objective, penalty=None):
    of_D, of_G = both_steps(gan, x_real, z, labels, objective, penalty)
    L_D, L_G = losses(gan, x_real, z, labels, objective, penalty)
    assert of_D.loss == pytest.approx(L_D, rel=1e-12) and of_G.loss == pytest.approx(L_G, rel=1e-12)
    check_gradient(lambda D: losses(replace(gan, discriminator=D), x_real, z, labels, objective, penalty)[0],
                   gan.discriminator, of_D.gradient, tolerance=1e-6, step=5e-4)
    check_gradient(lambda G: losses(replace(gan, generator=G), x_real, z, labels, objective)[1],
                   gan.generator, of_G.gradient, tolerance=1e-6, step=5e-4)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
@settings(max_examples=3)
@given(st.sampled_from(SMOOTH), st.sampled_from((0, 2)), st.sampled_from((1, 2, 3)), st.integers(0, 10_000))
def test_every_parameter_of_both_players_has_the_gradient_of_its_own_loss(objective, hidden, n_classes, packing, seed):
    check_both(*a_gan(hidden, n_classes, packing, seed=seed), objective)


@pytest.mark.parametrize("penalty", [R1(0.7), GradientPenalty(3.0)])
@pytest.mark.parametrize("n_classes, packing", [(0, 1), (2, 1), (0, 2), (2, 3)])
def test_penalties_are_part_of_the_discriminators_loss_and_gradient(penalty, n_classes, packing):
    gan, x_real, z, labels = a_gan("tanh", n_classes, packing, seed=1)
    check_both(gan, x_real, z, labels, NonSaturating(), penalty)
    with_penalty = discriminator_gradient(gan, x_real, z, NonSaturating(), np.random.default_rng(5), *labels, penalty)
    assert with_penalty.penalty > 0


def test_a_generator_with_batch_norm_has_the_gradient_through_its_batch():
    check_both(*a_gan("tanh", batch_norm=True, seed=2), NonSaturating())


@pytest.mark.parametrize("batch_norm", [False, True])
def test_neither_step_moves_a_player(batch_norm):
    """Parameters and running statistics: the moved ones can be had from the step's generator_cache."""
    gan, x_real, z, labels = a_gan(batch_norm=batch_norm)
    running = [layer.running_mean.copy() for layer in gan.generator.layers if hasattr(layer, "running_mean")]
    before = flatten(gan).copy()
    both_steps(gan, x_real, z, labels, NonSaturating(), R1(1.0))
    np.testing.assert_array_equal(flatten(gan), before)
    for layer, mean in zip([lay for lay in gan.generator.layers if hasattr(lay, "running_mean")], running):
        np.testing.assert_array_equal(layer.running_mean, mean)


@pytest.mark.parametrize("penalty", [None, R1(0.7)])
def test_gradients_go_into_the_windows_that_are_given_and_are_not_added_up(penalty):
    gan, x_real, z, labels = a_gan(n_classes=2)
    of_D, of_G = both_steps(gan, x_real, z, labels, NonSaturating(), penalty)
    for_D, for_G = np.full_like(flatten(gan.discriminator), 1e9), np.full_like(flatten(gan.generator), 1e9)
    for _ in range(2):  # the second time over the first one's
        step = discriminator_gradient(gan, x_real, z, NonSaturating(), np.random.default_rng(5), *labels, penalty,
                                      out=windows(gan.discriminator, for_D))
        np.testing.assert_array_equal(for_D, flatten(of_D.gradient))
        np.testing.assert_array_equal(for_D, flatten(step.gradient))
        step = generator_gradient(gan, z, NonSaturating(), np.random.default_rng(5), labels[1],
                                  out=windows(gan.generator, for_G))
        np.testing.assert_array_equal(for_G, flatten(of_G.gradient))
        np.testing.assert_array_equal(for_G, flatten(step.gradient))


def test_the_generators_step_is_about_what_the_discriminator_says_of_its_cases():
    """With a constant D the generator has nothing to learn, whatever G(z) is (mistake 36)."""
    gan, x_real, z, labels = a_gan()
    vector, D = pack(gan.discriminator)
    vector[:] = 0
    still = make_gan(gan.generator, D)
    assert not flatten(generator_gradient(still, z, NonSaturating(), np.random.default_rng(0)).gradient).any()
    assert flatten(discriminator_gradient(still, x_real, z, NonSaturating(), np.random.default_rng(0)).gradient).shape \
        == flatten(D).shape


def test_cases_and_labels_stand_side_by_side_in_order():
    gan, _, _, _ = a_gan(n_classes=2, packing=2)
    x, labels = np.arange(12.0).reshape(4, 3), np.array([0, 1, 1, 0])
    np.testing.assert_array_equal(discriminator_input(gan, x, labels),
                                  [[0, 1, 2, 1, 0, 3, 4, 5, 0, 1], [6, 7, 8, 0, 1, 9, 10, 11, 1, 0]])


def test_generated_cases_come_from_normal_latents_and_the_running_statistics():
    gan, _, _, _ = a_gan(batch_norm=True)
    x = generate(gan, 5, np.random.default_rng(3))
    z = draw_latents(gan, 5, np.random.default_rng(3))
    np.testing.assert_array_equal(z, np.random.default_rng(3).standard_normal((5, 2)))
    np.testing.assert_array_equal(x, mlp_forward(gan.generator, z, training=False)[0])
    np.testing.assert_allclose(generate(gan, 1, np.random.default_rng(3)), x[:1])  # a row does not depend on the others


def test_labels_may_be_a_list():
    gan, _, _, _ = a_gan(n_classes=2)
    x = generate(gan, 3, np.random.default_rng(0), [0, 1, 1])
    np.testing.assert_array_equal(x, generate(gan, 3, np.random.default_rng(0), np.array([0, 1, 1])))


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 5, 3], rng, batch_norm=True), init_mlp([3, 5, 1], rng))
    x_real = rng.normal(size=(6, 3)).astype(np.float32)
    z = draw_latents(gan, 6, rng)
    of_D = discriminator_gradient(gan, x_real, z, NonSaturating(0.9), rng, penalty=GradientPenalty())
    of_G = generator_gradient(gan, z, NonSaturating(), rng)
    for array in (flatten(of_D.gradient), flatten(of_G.gradient), of_D.s_real, of_G.x_fake, generate(gan, 2, rng)):
        assert array.dtype == np.float32


def nets(n_in=2, n_out=3, n_inputs=3, n_logits=1):
    rng = np.random.default_rng(0)
    return init_mlp([n_in, 4, n_out], rng), init_mlp([n_inputs, 4, n_logits], rng)


@pytest.mark.parametrize("networks, changes, message", [
    (nets(n_inputs=4), {}, "discriminator: expected a network from 3 inputs to 1 output, got one from 4 to 1; "),
    (nets(n_logits=2), {}, "discriminator: expected a network from 3 inputs to 1 output, got one from 3 to 2; "),
    (nets(), dict(packing=2), "discriminator: expected a network from 6 inputs to 1 output, got one from 3 to 1; "),
    (nets(), dict(n_classes=2), "generator: expected more inputs than the 2 classes, got 2"),
    (nets(n_in=3), dict(n_classes=2), "discriminator: expected a network from 5 inputs to 1 output, got one from 3"),
    (nets(), dict(packing=0), "packing: expected an integer >= 1, got 0"),
    (nets(), dict(n_classes=-1), "n_classes: expected an integer >= 0, got -1"),
    ((None, nets()[1]), {}, "generator: expected an MLP (see init_mlp), got NoneType"),
])
def test_networks_that_do_not_fit_are_refused(networks, changes, message):
    with pytest.raises(InvalidInput) as error:
        make_gan(*networks, **changes)
    assert message in str(error.value)


@pytest.mark.parametrize("n_classes, labels, message", [
    (0, np.zeros(4, int), "labels: expected None for a GAN without classes, got ndarray"),
    (2, None, "labels: expected a label for each case for a GAN with 2 classes, got None"),
    (2, np.zeros(3, int), "labels: expected a last axis of 4, got shape (3,)"),
    (2, np.full(4, 2), "labels: expected values in [0, 1], got values from 2 to 2"),
    (2, np.full(4, 0.5), "labels: expected integers, got dtype float64"),
])
def test_labels_that_do_not_fit_are_refused(n_classes, labels, message):
    gan, _, _, _ = a_gan(n_classes=n_classes)
    with pytest.raises(InvalidInput) as error:
        generate(gan, 4, np.random.default_rng(0), labels)
    assert message in str(error.value)


@pytest.mark.parametrize("settings, changes, message", [
    ({"n_classes": 2}, {"labels": np.zeros(4, int)}, "labels: expected a last axis of 6, got shape (4,)"),
    ({"n_classes": 2}, {"fake_labels": np.zeros(3, int)}, "fake_labels: expected a last axis of 4, got shape (3,)"),
    ({"n_classes": 2}, {"fake_labels": np.full(4, 2)}, "fake_labels: expected values in [0, 1], got values from 2 to"),
    ({"n_classes": 2}, {"fake_labels": None}, "fake_labels: expected a label for each case for a GAN with 2 classes"),
    ({}, {"fake_labels": np.zeros(4, int)}, "fake_labels: expected None for a GAN without classes, got ndarray"),
    ({}, {"levels": np.ones((4, 1))}, "x_real: expected as many cases as z with levels, 4, got 6"),
    ({}, {"levels": np.ones((3, 1))}, "levels: expected shape (4, 1), got shape (3, 1)"),
    ({}, {"levels": -np.ones((4, 1))}, "levels: expected values in [0, 1e+12], got values from -1 to -1"),
    ({"packing": 2}, {"z": np.ones((3, 2))}, "z: expected a multiple of the packing, 2, of cases, got 3"),
    ({"packing": 2}, {"x_real": np.ones((5, 3))}, "x_real: expected a multiple of the packing, 2, of cases, got 5"),
    ({"batch_norm": True}, {"z": np.ones(2)}, "z: expected at least 2 cases, as batch norm takes their mean and"),
    ({}, {"out": a_gan(width=5)[0].discriminator}, "out: expected an MLP like the player whose gradient it takes, got"),
    ({}, {"objective": NonSaturating}, "objective: expected an objective such as NonSaturating(), got <class"),
])
def test_what_no_gradient_can_be_taken_of_is_refused(settings, changes, message):
    gan, x_real, z, labels = a_gan(**settings)
    if labels[0] is not None:
        changes = {"labels": labels[0], "fake_labels": labels[1][:4], **changes}
    arguments = {"x_real": x_real, "z": z[:4], "objective": NonSaturating(), "rng": np.random.default_rng(0), **changes}
    with pytest.raises(InvalidInput) as error:
        discriminator_gradient(gan, **arguments)
    assert message in str(error.value)


def test_levels_are_one_a_pack():
    gan, x_real, z, _ = a_gan(packing=2)
    levels = np.full((3, 1), 0.125)
    step = discriminator_gradient(gan, x_real, z, NonSaturating(), np.random.default_rng(0), levels=levels)
    assert step.s_real.shape == (3, 1)
    with pytest.raises(InvalidInput, match=r"levels: expected shape \(3, 1\), got shape \(6, 1\)"):
        generator_gradient(gan, z, NonSaturating(), np.random.default_rng(0), levels=np.full((6, 1), 0.125))


@pytest.mark.filterwarnings("error")
def test_players_that_overflow_are_refused():
    """Four layers of weights of 1e11 make 1e44, which float32 does not hold."""
    rng = np.random.default_rng(0)
    G, D = [init_mlp(sizes, rng, hidden="leaky_relu") for sizes in ([2, 3, 3, 3, 3], [3, 4, 1])]
    vector, huge = pack(G)
    vector *= 1e11 / np.abs(vector).max()
    with pytest.raises(InvalidInput, match="gan: expected a generator whose cases are finite, got NaN or infinity"):
        generate(make_gan(huge, D), 5, rng)
    with pytest.raises(InvalidInput, match="gan: expected players and cases whose loss and gradient are finite, got"):
        generator_gradient(make_gan(huge, D), rng.normal(size=(5, 2)), NonSaturating(), rng)


@pytest.mark.filterwarnings("error")
def test_a_gradient_that_overflows_is_refused_where_the_loss_does_not():
    """s = -1e-25 · 1e11⁵ is 1e30 in size, but ∂s/∂b of the lowest layer is 1e44."""
    rng = np.random.default_rng(0)
    G, D = init_mlp([1] * 6, rng), init_mlp([1, 1], rng)
    for layer in G.layers[::2]:
        layer.W[:] = 1e11
    D.layers[0].W[:] = -1
    with pytest.raises(InvalidInput, match="gan: expected players and cases whose loss and gradient are finite, got"):
        generator_gradient(make_gan(G, D), np.full((3, 1), 1e-25), NonSaturating(), rng)


@pytest.mark.parametrize("changes, message", [
    (dict(n_latent=3), "gan.n_latent: expected 2, the inputs of the generator without the classes, got 3"),
    (dict(packing=2), "discriminator: expected a network from 6 inputs to 1 output, got one from 3 to 1"),
    (dict(generator=None), "gan.generator: expected an MLP (see init_mlp), got NoneType"),
])
def test_a_gan_whose_parts_do_not_fit_is_refused(changes, message):
    gan, _, _, _ = a_gan()
    with pytest.raises(InvalidInput) as error:
        draw_latents(replace(gan, **changes), 4, np.random.default_rng(0))
    assert message in str(error.value)
