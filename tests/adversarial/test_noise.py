"""Instance noise: its levels over a run against their definition, and what it does to cases."""
import numpy as np
import pytest

from numpy_dgm.adversarial.gan import discriminator_gradient, generator_gradient, make_gan
from numpy_dgm.adversarial.noise import InstanceNoise, blurred, noise_levels
from numpy_dgm.adversarial.objectives import NonSaturating
from numpy_dgm.adversarial.penalties import R1, input_gradient
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.neural.mlp import init_mlp, mlp_forward


def levels(progress, n=20_000, seed=0, **settings):
    return noise_levels(InstanceNoise(**settings), progress, n, np.random.default_rng(seed), np.float64)[:, 0]


def test_the_finest_level_falls_geometrically_and_stays_from_until_on():
    """A quarter of the way to `until`, a quarter of the way from log start to log end."""
    for fraction in (0.0, 0.25, 0.5, 1.0):
        expected = np.exp((1 - fraction) * np.log(0.8) + fraction * np.log(0.02))
        found = levels(0.6 * fraction, 3, start=0.8, end=0.02, until=0.6, coarse=0.0)
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(levels(1.0, 3, start=0.8, end=0.02, until=0.6, coarse=0.0), 0.02, rtol=1e-9)


def test_a_fraction_of_the_rows_is_coarse_evenly_on_a_logarithmic_scale():
    """The fraction: a count of n draws, sd √(n p (1 - p)). Logs of coarse levels are uniform: mean within 4.5 sd/√n."""
    for progress, finest in ((0.3, np.sqrt(0.8 * 0.02)), (0.9, 0.02)):
        found = levels(progress, start=0.8, end=0.02, until=0.6, coarse=0.3)
        coarse = found[~np.isclose(found, finest)]
        assert abs(len(coarse) - 6_000) < 4.5 * np.sqrt(20_000 * 0.3 * 0.7)
        place = np.log(coarse / finest) / np.log(0.8 / finest)
        assert place.min() >= 0 and place.max() <= 1
        assert abs(place.mean() - 0.5) < 4.5 * np.sqrt(1 / 12 / len(place))
        assert abs(place.var() - 1 / 12) < 4.5 * np.sqrt(1 / 180 / len(place))  # Var (u - 1/2)² = 1/180
    assert np.isclose(levels(0.3, coarse=1.0), levels(0.3, coarse=0.0)[0]).mean() < 0.01


def test_each_pack_is_blurred_by_its_level_and_each_entry_by_its_own_draw():
    """The variance of n normal draws of standard deviation l is l² give or take l² √(2/n)."""
    x = np.random.default_rng(0).normal(size=(6, 40_000))
    of_packs = np.array([[0.0], [0.5], [2.0]])
    added = blurred(x, of_packs, np.random.default_rng(1)) - x
    assert not added[:2].any()
    for row, level in ((2, 0.5), (3, 0.5), (4, 2.0), (5, 2.0)):
        assert abs(added[row].var() - level**2) < 4.5 * level**2 * np.sqrt(2 / 40_000)
    assert abs(np.corrcoef(added[2], added[3])[0, 1]) < 4.5 / np.sqrt(40_000)
    assert blurred(x, None, None) is x


def test_noise_has_the_dtype_of_the_cases():
    made = noise_levels(InstanceNoise(), 0.1, 4, np.random.default_rng(0), np.float32)
    assert made.dtype == np.float32 and made.shape == (4, 1)
    assert blurred(np.zeros((4, 2), np.float32), made, np.random.default_rng(0)).dtype == np.float32


@pytest.mark.parametrize("n_classes, packing", [(0, 1), (2, 1), (0, 3)])
def test_both_gradients_are_those_of_the_losses_on_blurred_cases(n_classes, packing):
    """Losses written out: the blur's draws by hand, labels beside the blurred cases, R1 with weight · level²."""
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2 + n_classes, 4, 3], rng, hidden="tanh", init="xavier", dtype=np.float64),
                   init_mlp([packing * (3 + n_classes), 4, 1], rng, hidden="tanh", init="xavier", dtype=np.float64),
                   n_classes, packing)
    x_real, z = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    some = np.array([[0.0], [0.2], [0.7], [1.1], [0.4], [0.3]])[: 6 // packing]
    labels = np.array([0, 1, 1, 0, 1, 0]) if n_classes else None
    one_hot = np.eye(2)[labels] if n_classes else np.zeros((6, 0))

    def logits(D, x, draws):
        D_input = np.hstack([x + np.repeat(some, packing, axis=0) * draws, one_hot]).reshape(6 // packing, -1)
        return D_input, mlp_forward(D, D_input)[0]

    def loss_of_D(D):
        draws = np.random.default_rng(5)
        D_input, s_real = logits(D, x_real, draws.standard_normal((6, 3)))
        _, s_fake = logits(D, mlp_forward(gan.generator, np.hstack([z, one_hot]))[0], draws.standard_normal((6, 3)))
        g, _, _ = input_gradient(D, D_input)
        r1 = 0.5 * np.mean(0.8 * some[:, 0] ** 2 * np.sum(g**2, axis=1))
        return np.mean(np.logaddexp(0, -s_real)) + np.mean(np.logaddexp(0, s_fake)) + r1

    def loss_of_G(G):
        x = mlp_forward(G, np.hstack([z, one_hot]))[0]
        _, s = logits(gan.discriminator, x, np.random.default_rng(5).standard_normal((6, 3)))
        return np.mean(np.logaddexp(0, -s))

    of_D = discriminator_gradient(
        gan, x_real, z, NonSaturating(), np.random.default_rng(5), labels, labels, R1(0.8), some)
    of_G = generator_gradient(gan, z, NonSaturating(), np.random.default_rng(5), labels, some)
    assert of_D.loss == pytest.approx(loss_of_D(gan.discriminator), rel=1e-12)
    assert of_G.loss == pytest.approx(loss_of_G(gan.generator), rel=1e-12)
    check_gradient(loss_of_D, gan.discriminator, of_D.gradient, tolerance=1e-6, step=5e-4)
    check_gradient(loss_of_G, gan.generator, of_G.gradient, tolerance=1e-6, step=5e-4)


@pytest.mark.parametrize("settings, message", [
    ({"start": 0}, r"start: expected a number in \(0, inf\), got 0"),
    ({"end": 0}, r"end: expected a number in \(0, inf\), got 0"),
    ({"end": 0.6}, "end: expected a number of at most start, 0.5, got 0.6"),
    ({"until": 0}, r"until: expected a number in \(0, 1\], got 0"),
    ({"until": 1.1}, r"until: expected a number in \(0, 1\], got 1.1"),
    ({"coarse": 1.2}, r"coarse: expected a number in \[0, 1\], got 1.2"),
])
def test_what_is_no_noise_is_refused(settings, message):
    with pytest.raises(InvalidInput, match=f"^{message}$"):
        InstanceNoise(**settings)
