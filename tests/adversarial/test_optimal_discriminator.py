"""The discriminator's loss against what theory says of its minimum (Goodfellow et al. 2014), on densities on a line.

    D*(x) = p(x) / (p(x) + q(x))        V(D*) = 2 JSD(p, q) - log 4        V = -loss

p (the data) is two bumps and q (the generator's) is one broad bump, on a grid of points x. Both are known, so D*
and the divergences come from their definitions.
"""
import math
from statistics import NormalDist

import numpy as np
import pytest

from numpy_dgm.adversarial.objectives import NonSaturating, Saturating
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.optimizers import Adam, scheduled_rate
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.neural.mlp import init_mlp, mlp_backward, mlp_forward


def grid(n):
    """Points x (n, 1) from -8 to 8, their spacing, and p and q there."""
    x, dx = np.linspace(-8, 8, n, retstep=True)
    p = [NormalDist(-1.5, 0.5).pdf(x_i) / 2 + NormalDist(1.5, 0.5).pdf(x_i) / 2 for x_i in x]
    q = [NormalDist(0, 1.5).pdf(x_i) for x_i in x]
    return x[:, None], dx, np.array(p)[:, None], np.array(q)[:, None]


def learn_with_exact_means(steps=1_000, rate=0.03):
    """A discriminator trained with E_p and E_q by quadrature: the loss gives each of n points the weight 1/n in both
    of its means, where p dx and q dx belong, so its derivatives are multiplied by n p dx and n q dx."""
    x, dx, p, q = grid(161)
    mlp = init_mlp([1, 12, 12, 1], np.random.default_rng(0), hidden="tanh", init="xavier", dtype=np.float64)
    vector, mlp = pack(mlp)
    adam = Adam()
    for step in range(steps):
        s, cache = mlp_forward(mlp, x)
        _, ds_real, ds_fake = NonSaturating().discriminator_loss(s, s)
        ds = len(x) * dx * (p * ds_real + q * ds_fake)
        _, gradient = mlp_backward(mlp, cache, ds, need_dx=False)
        adam.step(vector, flatten(gradient), -scheduled_rate("linear", rate, step / steps))
    return mlp


def test_a_trained_discriminator_is_within_0_02_of_the_best():
    """On a grid ten times as fine as that of training. Seeds 0 to 9 come within .012."""
    x, _, p, q = grid(1_601)
    counted = p + q > 0.01
    best = (p / (p + q))[counted]
    assert counted.sum() > 700 and best.min() < 0.01 and best.max() > 0.7
    s, _ = mlp_forward(learn_with_exact_means(), x)
    assert np.abs(sigmoid(s)[counted] - best).max() <= 0.02


def counted_cases(n_real, n_fake):
    """Real and fake cases on a grid: how many of each stand at each of its points, about n_real p dx and n_fake q dx.

    At least one everywhere, so that log p/q is finite.
    """
    _, dx, p, q = grid(41)
    return (np.maximum(1, np.rint(n * density * dx)).astype(int).ravel() for n, density in ((n_real, p), (n_fake, q)))


def kl(p, q):
    return math.fsum(p_i * math.log(p_i / q_i) for p_i, q_i in zip(p.tolist(), q.tolist()))


@pytest.mark.parametrize("objective", [NonSaturating(), Saturating()])
@pytest.mark.parametrize("n_real, n_fake", [(5_000, 5_000), (2_000, 7_000)])
def test_the_value_at_the_best_logits_is_twice_the_jsd_less_log_4(objective, n_real, n_fake):
    """With p = n/N and q = m/M, the loss of N real and M fake rows, n and m of them at a point, is the exact one."""
    n, m = counted_cases(n_real, n_fake)
    p, q = n / n.sum(), m / m.sum()
    best = np.log(p / q)
    loss, _, _ = objective.discriminator_loss(np.repeat(best, n)[:, None], np.repeat(best, m)[:, None])
    middle = (p + q) / 2
    jsd = kl(p, middle) / 2 + kl(q, middle) / 2
    assert 0.1 < jsd < 0.3
    assert -loss == pytest.approx(2 * jsd - math.log(4), abs=1e-12)


def test_the_value_of_two_densities_is_that_of_their_divergence():
    """The same by quadrature, to 1e-6; 1e-7 of q lies outside the grid. -log D and -log(1 - D) at a point are the loss
    of one row there, beside a row of the other kind of which D is so sure that it costs nothing."""
    _, dx, p, q = grid(321)
    sure = np.full((1, 1), 1e4)
    value = 0.0
    for p_x, q_x in zip(p.ravel(), q.ravel()):
        best = np.log(p_x / q_x).reshape(1, 1)
        of_real, _, _ = NonSaturating().discriminator_loss(best, -sure)
        of_fake, _, _ = NonSaturating().discriminator_loss(sure, best)
        value -= (p_x * of_real + q_x * of_fake) * dx
    middle = (p + q) / 2
    jsd = (kl(p.ravel(), middle.ravel()) + kl(q.ravel(), middle.ravel())) / 2 * dx
    assert value == pytest.approx(2 * jsd - math.log(4), abs=1e-6)


@pytest.mark.parametrize("real_label, fake_label", [(1.0, 0.0), (0.9, 0.0), (0.9, 0.2)])
def test_the_best_logits_are_where_the_derivative_is_zero(real_label, fake_label):
    """With the labels r and f the derivative at a point is p (D - r) + q (D - f), so D = (r p + f q) / (p + q)."""
    n, m = counted_cases(2_000, 7_000)
    p, q = n / n.sum(), m / m.sum()
    best = (real_label * p + fake_label * q) / (p + q)
    s = np.log(best / (1 - best))
    points = np.arange(len(n))
    real, fake = np.repeat(points, n), np.repeat(points, m)
    objective = NonSaturating(real_label, fake_label)
    _, ds_real, ds_fake = objective.discriminator_loss(s[real, None], s[fake, None])
    derivative = np.bincount(real, ds_real[:, 0]) + np.bincount(fake, ds_fake[:, 0])
    np.testing.assert_allclose(derivative, 0, atol=1e-14)
