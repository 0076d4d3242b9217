"""The discriminator's gradient in one pass against the plain one, on the same generator."""
import numpy as np
import pytest

from numpy_dgm.adversarial.fused import fused_discriminator_gradient
from numpy_dgm.adversarial.gan import discriminator_gradient, make_gan
from numpy_dgm.adversarial.objectives import OBJECTIVES, NonSaturating
from numpy_dgm.adversarial.penalties import R1, GradientPenalty
from numpy_dgm.foundation.records import flatten, pack, windows
from numpy_dgm.neural import MLP, init_fourier
from numpy_dgm.neural.mlp import init_mlp

SMOOTHED = NonSaturating(0.9)


def a_gan(n_classes=0, packing=1, dtype=np.float64, generator=(), **discriminator):
    """A GAN of 2 latents and 3 outputs, no parameter 0, and (x_real (6, 3), z (6, 2), labels, fake labels)."""
    rng = np.random.default_rng(0)
    settings = dict(init="xavier", dtype=dtype)
    G = init_mlp([2 + n_classes, 4, 3], rng, **settings, **dict(generator))
    D = init_mlp([packing * (3 + n_classes), 5, 4, 1], rng, **settings, **discriminator)
    nets = []
    for mlp in (G, D):
        vector, mlp = pack(mlp)
        vector += 0.3 * rng.standard_normal(len(vector), dtype=dtype)
        nets.append(mlp)
    x_real, z = rng.standard_normal((6, 3), dtype=dtype), rng.standard_normal((6, 2), dtype=dtype)
    labels = (None, None) if n_classes == 0 else tuple(rng.integers(0, n_classes, size=(2, 6)))
    return make_gan(*nets, n_classes=n_classes, packing=packing), x_real, z, labels


def check_same(gan, x_real, z, labels, objective=SMOOTHED, penalty=None, levels=None, tolerance=1e-12):
    rng, plain_rng = np.random.default_rng(1), np.random.default_rng(1)
    plain = discriminator_gradient(gan, x_real, z, objective, plain_rng, *labels, penalty, levels)
    vector = np.full_like(flatten(gan.discriminator), 1e9)
    before = [array.copy() for array in (flatten(gan), x_real, z)]
    step = fused_discriminator_gradient(gan, x_real, z, objective, rng, *labels, penalty, levels,
                                        out=windows(gan.discriminator, vector))
    assert step.loss == pytest.approx(plain.loss, rel=tolerance)
    assert step.penalty == pytest.approx(plain.penalty, rel=tolerance)
    close = dict(rtol=tolerance, atol=tolerance)
    for name in ("s_real", "s_fake", "x_fake"):
        np.testing.assert_allclose(getattr(step, name), getattr(plain, name), **close)
        assert getattr(step, name).dtype == x_real.dtype
    np.testing.assert_allclose(vector, flatten(plain.gradient), **close)
    np.testing.assert_array_equal(vector, flatten(step.gradient))
    without_out = fused_discriminator_gradient(gan, x_real, z, objective, np.random.default_rng(1), *labels, penalty,
                                               levels)
    np.testing.assert_array_equal(flatten(without_out.gradient), vector)
    for array, was in zip((flatten(gan), x_real, z), before):
        np.testing.assert_array_equal(array, was)
    assert rng.bit_generator.state == plain_rng.bit_generator.state
    return step


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
@pytest.mark.parametrize("n_classes, packing", [(0, 1), (2, 1), (0, 3), (2, 2)])
def test_it_is_the_plain_gradient_for_every_objective_packed_and_conditional(objective, n_classes, packing):
    check_same(*a_gan(n_classes, packing), objective)


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("hidden", ["relu", "leaky_relu", "tanh", "sigmoid", "softplus", "maxout"])
def test_it_is_the_plain_gradient_through_every_kind_of_layer_that_goes_row_by_row(hidden, dtype, tolerance):
    check_same(*a_gan(dtype=dtype, hidden=hidden), tolerance=tolerance)


@pytest.mark.parametrize("penalty", [None, R1(0.7)])
def test_it_is_the_plain_gradient_behind_waves(penalty):
    gan, x_real, z, labels = a_gan()
    rng = np.random.default_rng(0)
    D = x_real.shape[1]
    judge = init_mlp([D + 6, 4, 1], rng, hidden="tanh", dtype=x_real.dtype)
    waves = init_fourier(D, 3, rng, 1, 10, x_real.dtype)
    gan = make_gan(gan.generator, MLP((waves, *judge.layers)))
    check_same(gan, x_real, z, labels, penalty=penalty, levels=np.full((6, 1), 0.1))


@pytest.mark.parametrize("penalty", [None, R1(0.7), GradientPenalty(3.0)])
@pytest.mark.parametrize("n_classes, packing", [(0, 1), (2, 3)])
@pytest.mark.parametrize("blur", [False, True])
def test_blur_and_penalties_are_the_plain_ones_and_draw_the_same(penalty, n_classes, packing, blur):
    levels = np.linspace(0, 0.5, 6 // packing)[:, None] if blur else None
    gan, x_real, z, labels = a_gan(n_classes, packing, generator={"dropout": 0.3}, hidden="tanh")
    assert (check_same(gan, x_real, z, labels, penalty=penalty, levels=levels).penalty > 0) == (penalty is not None)


def test_real_and_fake_cases_may_differ_in_number():
    gan, x_real, z, labels = a_gan()
    check_same(gan, x_real[:4], z, labels)


@pytest.mark.parametrize("tied", [dict(batch_norm=True), dict(dropout=0.3), dict(discrimination=(2, 2))], ids=str)
def test_a_discriminator_that_ties_the_rows_of_a_batch_or_draws_gets_the_plain_gradient(tied):
    check_same(*a_gan(n_classes=2, packing=2, **tied), levels=np.full((3, 1), 0.1), tolerance=0)


def test_batch_norm_in_the_generator_is_over_the_generated_cases_alone():
    gan, x_real, z, labels = a_gan(generator={"batch_norm": True})
    step = check_same(gan, x_real, z, labels)
    mean, _ = step.generator_cache[1][2]
    np.testing.assert_allclose(mean, (z @ gan.generator.layers[0].W).mean(axis=0), rtol=1e-12)
