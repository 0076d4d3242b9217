"""Exercise to lesson 38: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import MLP, Affine, Tanh, binary_cross_entropy, mlp_backward, mlp_forward


def instance(rng, conventions, number):
    """N, D, C and H all different; alike in the third. In the last one logits are large, on both sides of 0."""
    N, D, C, H = (4, 4, 4, 4) if number == 2 else rng.permutation([3, 4, 5, 6, 7])[:4]
    B = rng.normal(size=(H, 1))
    images, labels = rng.normal(size=(N, D)), rng.integers(0, C, size=N)
    A, a, b = 0.6 * rng.normal(size=(D + C, H)), rng.normal(size=H), rng.normal(size=1)
    if number == 3:
        A[:, 0] *= 0.1  # a unit that is not flat, and has a large weight
        A[:D, 0] += 0.2 * np.sign(images[0] - images[1])
        a[0] = -A[:D, 0] @ (images[0] + images[1]) / 2
        B[0] = 5_000.0
    return {"images": images, "one_hot": np.eye(C)[labels], "theta_D": (A, a, B, b)}


def by_the_package(theta_D, images, one_hot):
    """The cross-entropy of the target 1, and the library's backward pass, cut off behind the image."""
    A, a, B, b = theta_D
    discriminator = MLP((Affine(A, a), Tanh(), Affine(B, b)))
    s, cache = mlp_forward(discriminator, np.concatenate([images, one_hot], axis=1))
    _, ds = binary_cross_entropy(s, np.ones_like(s))
    dx, _ = mlp_backward(discriminator, cache, ds)
    return (dx[:, : images.shape[1]],)


# BEGIN PROPERTIES
def small_arguments(seed):
    rng = np.random.default_rng(seed)
    theta_D = rng.normal(size=(4 + 3, 5)), rng.normal(size=5), rng.normal(size=(5, 1)), rng.normal(size=1)
    return theta_D, rng.normal(size=(6, 4)), np.eye(3)[[0, 2, 1, 1, 0, 2]]


def property_slopes(student):
    """it is the slope of the mean of -log σ(s), by differences in each pixel"""
    (A, a, B, b), images, one_hot = small_arguments(0)
    found = student.image_slope((A, a, B, b), images, one_hot)
    if np.shape(found) != (6, 4):
        return f"expected the shape (6, 4), got {np.shape(found)}"
    for place in np.ndindex(images.shape):
        losses = []
        for step in (1e-5, -1e-5):
            moved = images.copy()
            moved[place] += step
            logits = np.tanh(np.concatenate([moved, one_hot], axis=1) @ A + a) @ B + b
            losses.append(np.log(1 + np.exp(-logits)).mean())
        if abs((losses[0] - losses[1]) / 2e-5 - found[place]) > 1e-7:
            return f"it is not, at {place}"
    return None


def property_sure(student):
    """where D is sure that all images are real, by logits of 5,000, nothing is left to gain, and the slope is 0"""
    (A, a, B, _), images, one_hot = small_arguments(1)
    with np.errstate(all="ignore"):
        found = student.image_slope((A, a, B, np.array([5_000.0])), images, one_hot)
    return None if np.allclose(found, 0) else "it is not"
# END PROPERTIES


MISTAKES = (
    Edit(8, "ds = (p - 1) / N", "ds = p - 1"),
    Edit(34, "ds = (p - 1) / N", "ds = -p / N"),
    Edit(29, "ds = (p - 1) / N", "ds = (p - 1) * p * (1 - p) / N"),
    Edit(137, "ds = (p - 1) / N", "ds = (1 - p) / N"),
    Edit(147, "d_seen[:, :D]", "d_seen[:, -D:]"),
    Edit(147, "d_seen[:, :D]", "d_seen"),
    Edit(147, "np.hstack([images, one_hot])", "np.hstack([one_hot, images])"),
    Edit(148, " * (1 - hidden**2)", ""),
    Edit(148, "ds = (p - 1) / N", "ds = -np.ones_like(p) / N"),
)

ASSIGNMENT = Assignment(
    title="the slope of an image",
    after="38",
    tasks=(
        Task("image_slope", 1, 0.5, "38", "38.4", instance, by_the_package, ("dx",), mistakes=MISTAKES, instances=4,
             hints=("The slope of -log σ(s) by s is σ(s) - 1, and each of the N cases has 1/N of it.",
                    "dhidden = (ds Bᵀ) (1 - hidden²), and the slope by all that D saw is dhidden Aᵀ, (N, D + C).",
                    "The first D of these entries are the image's; the labels were asked for, and are left aside.")),
    ),
)
