"""Exercise to lesson 34: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.adversarial.penalties import r1_penalty
from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import MLP, Affine, Tanh


def draw_discriminator(rng, D, H):
    return 0.7 * rng.normal(size=(D, H)), rng.normal(size=H), rng.normal(size=(H, 1)), rng.normal(size=1)


def instance(rng, conventions, number):
    """N, M, D and H all different; alike in the last one."""
    N, M, D, H = (5, 5, 5, 5) if number == 2 else rng.permutation([2, 4, 5, 7, 8])[:4]
    theta_D = draw_discriminator(rng, D, H)
    return {"x_real": rng.normal(size=(N, D)), "x_fake": rng.normal(size=(M, D)) + 0.5, "theta_D": theta_D,
            "gamma": float(rng.uniform(0.5, 3.0))}


def by_the_package(theta_D, x_real, x_fake, gamma):
    """R1 at the real cases, and R1 at the fake ones."""
    A, a, B, b = theta_D
    discriminator = MLP((Affine(A, a), Tanh(), Affine(B, b)))
    total = [np.array(0.0), np.zeros_like(A), np.zeros_like(a), np.zeros_like(B), np.zeros_like(b)]
    for x in (x_real, x_fake):
        penalty, gradient = r1_penalty(discriminator, x, gamma)
        first, _, second = gradient.layers
        for one, more in zip(total, (penalty, first.W, first.b, second.W, second.b)):
            one += more
    return tuple(total)


# BEGIN PROPERTIES
def small_arguments(seed):
    rng = np.random.default_rng(seed)
    theta_D = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), rng.normal(size=1)
    return theta_D, rng.normal(size=(6, 3)), rng.normal(size=(2, 3))


def property_penalty(student):
    """P is (γ/2) (mean |g|² + mean |g|²), with g by differences of the logit"""
    (A, a, B, b), x_real, x_fake = small_arguments(0)
    right = 0.0
    for rows in (x_real, x_fake):
        for i in range(3):
            step = 1e-5 * np.eye(3)[i]
            up, down = np.tanh((rows + step) @ A + a) @ B, np.tanh((rows - step) @ A + a) @ B
            right += 0.7 / 2 * np.mean(((up - down) / 2e-5) ** 2)
    found = student.zero_centred((A, a, B, b), x_real, x_fake, 0.7)[0]
    return None if np.isclose(found, right) else "it is not"


def property_slopes(student):
    """dA, da, dB and db are the slopes of your own P, by differences"""
    theta_D, x_real, x_fake = small_arguments(1)
    found = student.zero_centred(theta_D, x_real, x_fake, 0.7)[1:]
    for number, name in enumerate(("dA", "da", "dB", "db")):
        if np.shape(found[number]) != theta_D[number].shape:
            return f"{name}: expected the shape {theta_D[number].shape}, got {np.shape(found[number])}"
        for place in np.ndindex(theta_D[number].shape):
            moved = []
            for step in (1e-5, -1e-5):
                theta = [array.copy() for array in theta_D]
                theta[number][place] += step
                moved.append(student.zero_centred(tuple(theta), x_real, x_fake, 0.7)[0])
            if abs((moved[0] - moved[1]) / 2e-5 - found[number][place]) > 1e-5:
                return f"{name} is not, at {place}"
    return None
# END PROPERTIES


MISTAKES = (
    Edit(8, "u = gamma * g / len(x)", "u = gamma * g"),
    Edit(8, "penalty += gamma / 2 * np.sum(g**2) / len(x)\n\n        u = gamma * g / len(x)",
         "penalty += gamma / 2 * np.sum(g**2)\n\n        u = gamma * g"),
    Edit(30, "extra.sum(axis=0)", "extra.sum(axis=1)"),
    Edit(41, "+ x.T @ extra\n        slopes[1][...] += extra.sum(axis=0)", ""),
    Edit(41, " + x.T @ extra", ""),
    Edit(136, "for x in (x_real, x_fake):", "for x in (np.concatenate([x_real, x_fake]),):"),
    Edit(136, "for x in (x_real, x_fake):", "for x in (x_real,):"),
    Edit(137, "-2 * hidden * slope", "2 * hidden * slope"),
    Edit(138, "penalty += gamma / 2 * np.sum(g**2) / len(x)\n\n        u = gamma * g / len(x)",
         "penalty += gamma * np.sum(g**2) / len(x)\n\n        u = 2 * gamma * g / len(x)"),
    Edit(138, "u = gamma * g / len(x)", "u = gamma / 2 * g / len(x)"),
    Edit(138, "np.sum(g**2) / len(x)\n\n        u = gamma * g / len(x)",
         "np.sum(np.sqrt(np.sum(g**2, axis=1))) / len(x)\n\n"
         "        u = gamma / 2 * g / np.sqrt(np.sum(g**2, axis=1, keepdims=True)) / len(x)"),
    Edit(139, "slopes[0][...] += u.T @ d + x.T @ extra", "slopes[0][...] += x.T @ extra"),
    Edit(148, "extra = u_d * B[:, 0] * -2", "extra = u_d * -2"),
)

ASSIGNMENT = Assignment(
    title="a zero-centred penalty",
    after="34",
    tasks=(
        Task("zero_centred", 1, 1.0, "34", "34.3", instance, by_the_package, ("P", "dA", "da", "dB", "db"),
             mistakes=MISTAKES,
             hints=("Write the backward pass first, d = φ' B and g = d Aᵀ, then go through these two lines backward.",
                    "dB gets what comes up to d, times φ'. A stands in g = d Aᵀ, and once more in the hidden layer.",
                    "φ' depends on x A + a with the slope φ'' = -2 tanh φ': take that down to A and a, and b gets 0.")),
    ),
)
