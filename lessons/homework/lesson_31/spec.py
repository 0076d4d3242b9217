"""Exercise to lesson 31: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.adversarial import NonSaturating, generator_gradient, make_gan
from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import MLP, Affine, Tanh


def draw_player(rng, n_inputs, H, n_outputs):
    return (0.5 * rng.normal(size=(n_inputs, H)), 0.5 * rng.normal(size=H), 0.7 * rng.normal(size=(H, n_outputs)),
            rng.normal(size=n_outputs))


def instance(rng, conventions, number):
    """All sizes different; alike in the last one."""
    N, L, D, H_G, H_D = (5, 5, 5, 5, 5) if number == 2 else rng.permutation([2, 3, 4, 5, 6, 7])[:5]
    return {"theta_G": draw_player(rng, L, H_G, D), "theta_D": draw_player(rng, D, H_D, 1),
            "z": rng.normal(size=(N, L))}


def by_the_package(theta_G, theta_D, z):
    generator, discriminator = (MLP((Affine(A, a), Tanh(), Affine(B, b))) for A, a, B, b in (theta_G, theta_D))
    gan = make_gan(generator, discriminator)
    first, _, second = generator_gradient(gan, z, NonSaturating(), np.random.default_rng(0)).gradient.layers
    return first.W, first.b, second.W, second.b


# BEGIN PROPERTIES
def small_arguments():
    rng = np.random.default_rng(0)
    theta_G = rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=3)
    theta_D = rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=(5, 1)), rng.normal(size=1)
    return theta_G, theta_D, rng.normal(size=(6, 2))


def output(theta, rows):
    A, a, B, b = theta
    return np.tanh(rows @ A + a) @ B + b


def property_slopes(student):
    """dA, da, dB and db are the slopes of L_ns by theta_G, by differences"""
    theta_G, theta_D, z = small_arguments()
    found = student.gradient_of_G_from_D(theta_G, theta_D, z)
    for name, given, array in zip(("dA", "da", "dB", "db"), found, theta_G):
        if np.shape(given) != array.shape:
            return f"{name}: expected the shape {array.shape}, got {np.shape(given)}"
        for place in np.ndindex(array.shape):
            kept, losses = array[place], []
            for step in (1e-5, -1e-5):
                array[place] = kept + step
                logits = output(theta_D, output(theta_G, z))
                losses.append(np.log(1 + np.exp(-logits)).mean())
            array[place] = kept
            if abs((losses[0] - losses[1]) / 2e-5 - given[place]) > 1e-7:
                return f"{name} is not, at {place}"
    return None


def property_blind(student):
    """a D whose weights are 0 says the same of all: G has nothing to go by"""
    theta_G, theta_D, z = small_arguments()
    found = student.gradient_of_G_from_D(theta_G, tuple(0 * array for array in theta_D), z)
    return None if all(np.allclose(one, 0) for one in found) else "it moves all the same"
# END PROPERTIES


TURN = "dx = -dx_of_D / np.exp(s)"
MISTAKES = (
    Edit(8, "/ len(z)  # D's own", ""),
    Edit(30, "dhidden.sum(axis=0)", "dhidden.sum(axis=1)"),
    Edit(31, "* (1 - hidden_D**2)", "* (1 - hidden_G**2)"),
    Edit(34, TURN, "dx = -dx_of_D"),
    Edit(35, "return z.T @ dhidden, dhidden.sum(axis=0), hidden_G.T @ dx, dx.sum(axis=0)",
         "dhidden = (ds @ B_D.T) * (1 - hidden_D**2)\n"
         "    return x_fake.T @ dhidden, dhidden.sum(axis=0), hidden_D.T @ ds, ds.sum(axis=0)"),
    Edit(137, TURN, "dx = dx_of_D / np.exp(s)"),
    Edit(137, TURN, "dx = dx_of_D"),
    Edit(146, TURN, "dx = -dx_of_D * np.exp(s)"),
    Edit(148, "* (1 - hidden_D**2)", ""),
    Edit(148, "dhidden = (dx @ B_G.T) * (1 - hidden_G**2)", "dhidden = dx @ B_G.T"),
)

ASSIGNMENT = Assignment(
    title="G's gradient from D's own pass",
    after="31",
    tasks=(
        Task("gradient_of_G_from_D", 1, 0.75, "31", "31.7", instance, by_the_package, ("dA", "da", "dB", "db"),
             mistakes=MISTAKES,
             hints=("First D's step as it is: s of the fake cases, ds = σ(s) / N, and down to dx.",
                    "The fake part of L_D is -L_sat, so that this dx is the one of L_sat with its sign turned.",
                    "By (31.7) the dx of L_sat is exp(s) times that of L_ns, row by row.")),
    ),
)
