"""Exercise to lesson 32: instances, oracle and mistakes."""
import math

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task


def instance(rng, conventions, number):
    """Points on both sides of 0; in the last one exp(w θ) is more than a float can hold."""
    theta, w = rng.uniform(0.4, 2.0, size=2)
    if number == 1:
        theta, w = -theta, w
    if number == 3:
        theta, w = -30 * theta - 20, -30 * w - 20
    return {"theta": float(theta), "w": float(w), "gamma": float(rng.uniform(0.3, 1.5))}


def arrows(theta, w):
    """v_θ and v_w, from the losses' own definition: σ as a ratio that does not overflow."""
    s = w * theta
    p = 1 / (1 + math.exp(-s)) if s > 0 else math.exp(s) / (1 + math.exp(s))
    return p * w, -p * theta


def half_square(theta, w):
    v_theta, v_w = arrows(theta, w)
    return 0.5 * (v_theta**2 + v_w**2)


def difference(f, at, step):
    """The five-point formula of lesson 21."""
    return (8 * (f(at + step) - f(at - step)) - (f(at + 2 * step) - f(at - 2 * step))) / (12 * step)


def oracle(theta, w, gamma):
    v_theta, v_w = arrows(theta, w)
    slope_theta = difference(lambda moved: half_square(moved, w), theta, 1e-3)
    slope_w = difference(lambda moved: half_square(theta, moved), w, 1e-3)
    return np.array(v_theta - gamma * slope_theta), np.array(v_w - gamma * slope_w)


# BEGIN PROPERTIES
def property_no_weight(student):
    """with γ = 0 the arrows are those of the game, whose path is a circle: θ v_θ + w v_w = 0"""
    for theta, w in np.random.default_rng(0).normal(size=(10, 2)):
        v_theta, v_w = student.consensus_arrows(theta, w, 0.0)
        if abs(theta * v_theta + w * v_w) > 1e-9:
            return f"not at θ = {theta:.2f}, w = {w:.2f}"
    return None


def property_slopes(student):
    """what γ takes off is γ times the slope of ½ |v|², by differences of your own arrows for γ = 0"""
    def half_of_square(theta, w):
        return np.sum(np.square(student.consensus_arrows(theta, w, 0.0))) / 2

    for theta, w in np.random.default_rng(1).normal(size=(10, 2)):
        taken = np.subtract(student.consensus_arrows(theta, w, 0.0), student.consensus_arrows(theta, w, 0.7))
        by_theta = (half_of_square(theta + 1e-5, w) - half_of_square(theta - 1e-5, w)) / 2e-5
        by_w = (half_of_square(theta, w + 1e-5) - half_of_square(theta, w - 1e-5)) / 2e-5
        if not np.allclose(taken, (0.7 * by_theta, 0.7 * by_w), atol=1e-6):
            return f"not at θ = {theta:.2f}, w = {w:.2f}"
    return None
# END PROPERTIES


RETURN = "return v_theta - gamma * slope_theta, v_w - gamma * slope_w"
MISTAKES = (
    Edit(34, "v_theta, v_w = p_fake * w, -p_fake * theta", "v_theta, v_w = (1 - p_fake) * w, -p_fake * theta"),
    Edit(137, RETURN, "return v_theta + gamma * slope_theta, v_w + gamma * slope_w"),
    Edit(137, "v_theta, v_w = p_fake * w, -p_fake * theta", "v_theta, v_w = p_fake * w, p_fake * theta"),
    Edit(138, RETURN, "return v_theta - 2 * gamma * slope_theta, v_w - 2 * gamma * slope_w"),
    Edit(148, "dp_theta, dp_w = p_fake * (1 - p_fake) * w, p_fake * (1 - p_fake) * theta", "dp_theta, dp_w = 0.0, 0.0"),
    Edit(148, "dp_theta, dp_w = p_fake * (1 - p_fake) * w, p_fake * (1 - p_fake) * theta",
         "dp_theta, dp_w = p_fake * (1 - p_fake), p_fake * (1 - p_fake)"),
    Edit(148, "slope_theta = p_fake * dp_theta * square + p_fake**2 * theta\n"
         "    slope_w = p_fake * dp_w * square + p_fake**2 * w",
         "slope_theta = p_fake * dp_theta * square\n    slope_w = p_fake * dp_w * square"),
)

ASSIGNMENT = Assignment(
    title="consensus in the Dirac GAN",
    after="32",
    tasks=(
        Task("consensus_arrows", 1, 0.5, "32", "32.5", instance, oracle, ("v_theta", "v_w"), mistakes=MISTAKES,
             instances=4,
             hints=("|v|² = p² (θ² + w²): a product of two functions of θ, and of w.",
                    "The slope of p = σ(w θ) by θ is p (1 - p) w, and by w it is p (1 - p) θ.",
                    "The slope of ½ p² (θ² + w²) by θ is p (∂p/∂θ) (θ² + w²) + p² θ.")),
    ),
)
