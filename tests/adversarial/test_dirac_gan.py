"""The Dirac GAN, whose dynamics are known exactly, driven through the library's gradients of both players.

    D(x) = ψ x    G(z) = θ z with z = 1    one real case, x = 0    so that s_real = 0 and s_fake = ψ θ

A point is the packed vector (θ, ψ); both players are at rest at 0. With f(t) = -log(1 + exp(-t)) the losses are
L_D = log 2 - f(-ψ θ) and L_G = f(-ψ θ), saturating, or -f(ψ θ), non-saturating. Mescheder, Geiger and Nowozin 2018.
"""
import cmath
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_dgm.adversarial.gan import discriminator_gradient, generator_gradient, make_gan
from numpy_dgm.adversarial.objectives import NonSaturating, Saturating, Wasserstein
from numpy_dgm.adversarial.penalties import R1, r1_penalty
from numpy_dgm.foundation.records import flatten, windows
from numpy_dgm.neural.layers import Linear
from numpy_dgm.neural.mlp import MLP

REST = np.zeros(2)
DIRAC = make_gan(MLP((Linear(np.zeros((1, 1))),)), MLP((Linear(np.zeros((1, 1))),)))
LOGISTIC = (Saturating(), NonSaturating())
both = pytest.mark.parametrize("objective", LOGISTIC, ids=("saturating", "non-saturating"))


def field(point, objective, weight=0.0):
    """v = -(∂L_G/∂θ, ∂L_D/∂ψ), with R1 of that weight."""
    gan, rng = windows(DIRAC, point), np.random.default_rng(0)
    of_D = discriminator_gradient(gan, np.zeros((1, 1)), np.ones((1, 1)), objective, rng, penalty=R1(weight)).gradient
    of_G = generator_gradient(gan, np.ones((1, 1)), objective, rng).gradient
    return -np.concatenate([flatten(of_G), flatten(of_D)])


def simultaneous(point, h, objective, weight=0.0):
    return point + h * field(point, objective, weight)


def alternating(point, h, objective, weight=0.0):
    """D steps, then G."""
    point = point + [0, h] * field(point, objective, weight)
    return point + [h, 0] * field(point, objective, weight)


def jacobian_at_rest(update, *settings):
    """The matrix of an update, or of v, at rest: its columns are update(ε e) / ε.

    update(0) = 0, so that nothing is subtracted and nothing cancels; what is left out is of the size ε² = 1e-16.
    """
    epsilon = 1e-8
    return np.array([update(epsilon * e, *settings) / epsilon for e in np.eye(2)]).T


def field_jacobian(objective, weight):
    """The same for v, by hand from the library's derivatives. At rest s = 0 and θ = ψ = 0, so that of

        v_θ = -ds_G ψ          v_ψ = -ds_fake θ - weight ψ

    the derivatives in ψ and θ are the factors themselves: those of ds_G and ds_fake are multiplied by 0.
    """
    s = np.zeros((1, 1))
    _, _, ds_fake = objective.discriminator_loss(s, s)
    _, ds_G = objective.generator_loss(s)
    _, of_R1 = r1_penalty(MLP((Linear(np.ones((1, 1))),)), s, weight)  # at ψ = 1; it is linear in ψ
    return np.array([[0, -ds_G.item()], [-ds_fake.item(), -flatten(of_R1).item()]])


@both
@settings(max_examples=20)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 5))
def test_the_field_is_that_of_the_losses(objective, theta, psi, weight):
    """f'(t) = 1 / (1 + exp(t))."""
    of_G = -psi * theta if objective == Saturating() else psi * theta  # where f' is taken in G's loss
    expected = [psi / (1 + math.exp(of_G)), -theta / (1 + math.exp(-psi * theta)) - weight * psi]
    np.testing.assert_allclose(field(np.array([theta, psi]), objective, weight), expected, rtol=1e-12, atol=1e-12)


@both
@pytest.mark.parametrize("h", [0.01, 0.5, 1.0, 4.0, 10.0])
def test_simultaneous_steps_have_the_modulus_of_one_and_h_squared_over_four(objective, h):
    for matrix in (jacobian_at_rest(simultaneous, h, objective), np.eye(2) + h * field_jacobian(objective, 0.0)):
        np.testing.assert_allclose(np.abs(np.linalg.eigvals(matrix)), math.sqrt(1 + h**2 / 4), rtol=1e-12)


@settings(max_examples=20)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 5))
def test_simultaneous_steps_of_the_saturating_game_lead_away_from_everywhere(theta, psi, h):
    """v is at right angles to (θ, ψ), and of the length p |(θ, ψ)|, p = σ(ψ θ)."""
    after = simultaneous(np.array([theta, psi]), h, Saturating())
    p = 1 / (1 + math.exp(-psi * theta))
    assert after @ after == pytest.approx((1 + (h * p) ** 2) * (theta**2 + psi**2), rel=1e-12)


@both
@pytest.mark.parametrize("h", [0.01, 0.5, 1.0, 3.0, 3.9, 4.0])
def test_alternating_steps_up_to_four_stay_on_the_unit_circle(objective, h):
    """Trace 2 - h²/4 and determinant 1: a pair of conjugates of modulus 1 where |trace| < 2, and twice -1 at h = 4."""
    J = field_jacobian(objective, 0.0)
    by_hand = (np.eye(2) + h * np.diag([1, 0]) @ J) @ (np.eye(2) + h * np.diag([0, 1]) @ J)
    for matrix in (jacobian_at_rest(alternating, h, objective), by_hand):
        assert np.trace(matrix) == pytest.approx(2 - h**2 / 4, abs=1e-12)
        assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-12)
        if h < 4:  # at 4 the two are one, and rounding of the entries moves it by its square root
            np.testing.assert_allclose(np.abs(np.linalg.eigvals(matrix)), 1, rtol=1e-12)


@both
def test_alternating_steps_beyond_four_leave_it(objective):
    sizes = np.sort(np.abs(np.linalg.eigvals(jacobian_at_rest(alternating, 4.1, objective))))
    half_trace = 4.1**2 / 8 - 1
    np.testing.assert_allclose(sizes[1], half_trace + math.sqrt(half_trace**2 - 1), rtol=1e-12)
    assert sizes[1] > 1.3


@both
@pytest.mark.parametrize("g", [0.0, 0.3, 0.9, 1.1, 3.0])
def test_with_r1_the_flow_has_the_eigenvalues_known(objective, g):
    """-g/2 ± √(g²/4 - 1/4), which solve λ² + g λ + 1/4 = 0."""
    root = cmath.sqrt(g**2 / 4 - 1 / 4)
    for J in (jacobian_at_rest(field, objective, g), field_jacobian(objective, g)):
        found = np.sort_complex(np.linalg.eigvals(J))
        np.testing.assert_allclose(found, np.sort_complex([-g / 2 - root, -g / 2 + root]), rtol=0, atol=1e-12)


@both
def test_with_r1_of_weight_one_it_is_critical(objective):
    """trace² - 4 determinant, the squared difference of the two eigenvalues, is below 0, 0 and above 0."""
    matrices = [jacobian_at_rest(field, objective, g) for g in (0.99, 1.0, 1.01)]
    squared = [np.trace(J) ** 2 - 4 * np.linalg.det(J) for J in matrices]
    np.testing.assert_allclose(squared, [0.99**2 - 1, 0, 1.01**2 - 1], rtol=0, atol=1e-12)


def test_the_game_xy_in_alternating_unit_steps_has_the_period_six():
    """Wasserstein without a bound: L_D = ψ θ, L_G = -ψ θ, which is f = xy with x = ψ, y = θ. Integers, so exactly."""
    path = [np.array([1.0, 1.0])]
    for _ in range(12):
        path.append(alternating(path[-1], 1.0, Wasserstein()))
    x_and_y = [(psi, theta) for theta, psi in path]
    assert x_and_y[:7] == [(1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1), (1, 0), (1, 1)]
    assert x_and_y[6:] == x_and_y[:7]
