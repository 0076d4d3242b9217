"""Exercise to lesson 35: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.adversarial import evaluate_coverage
from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.data.mixtures import MixtureOfGaussians


def instance(rng, conventions, number):
    """Many samples of two modes, fewer of others, none of one; some near each but too far. In the last none is good.

    Centres lie 1 apart, so that a sample 3 to 4.5 sd from its own is not near another one.
    """
    K = (7, 9, 8, 5)[number]
    sd = float(rng.uniform(0.05, 0.1))
    centres = np.array([(i % 3, i // 3) for i in range(K)], dtype=float) + rng.uniform(-0.02, 0.02, size=(K, 2))
    centres = rng.permutation(centres)
    places = [np.repeat(centres[:2], rng.integers(9, 15, size=2), axis=0), np.repeat(centres[2:-1], 3, axis=0)]
    good = np.concatenate(places)
    good = good + sd * rng.uniform(-1.9, 1.9, size=good.shape)  # also in the corners within 3 sd
    angle = rng.uniform(0, 2 * np.pi, size=2 * K)
    far = np.repeat(centres, 2, axis=0) + 3.7 * sd * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    nowhere = rng.uniform(-2, -1, size=(3, 2))
    samples = np.concatenate([far, nowhere] if number == 3 else [good, far, nowhere])
    return {"samples": rng.permutation(samples), "centres": centres, "sd": sd}


def by_the_package(samples, centres, sd):
    found = evaluate_coverage(samples, MixtureOfGaussians(centres, sigma=sd))
    return np.array(found.high_quality), np.array(found.modes), np.array(found.reverse_kl)


# BEGIN PROPERTIES
def property_counts(student):
    """counts 50, 50, 0, ..., 0 of 8 modes have the reverse KL log 4, also with a sample far from all; all alike, 0"""
    corners = 10.0 * np.array(list(itertools.product([0, 1], [0, 1, 2, 3])))
    two, stray = np.repeat(corners[:2], 50, axis=0), corners[-1:] + 2
    for rows, right in ((two, (1.0, 2, np.log(4))), (np.concatenate([two, stray]), (100 / 101, 2, np.log(4))),
                        (np.repeat(corners, 50, axis=0), (1.0, 8, 0.0))):
        found = student.coverage(rows, corners, 0.5)
        if not np.allclose(found, right):
            return f"expected {right}, got {tuple(map(float, found))}"
    return None


def property_perfect(student):
    """of samples of the modes themselves about .9889 are of high quality, and all modes are captured"""
    rng = np.random.default_rng(0)
    corners = 10.0 * np.array(list(itertools.product([0, 1], [0, 1, 2])))
    rows = np.repeat(corners, 2_000, axis=0) + 0.5 * rng.standard_normal((12_000, 2))
    fraction, modes, reverse = student.coverage(rows, corners, 0.5)
    if abs(fraction - 0.9889) > 0.005 or modes != 6:
        return f"got {float(fraction):.4f} and {int(modes)} of 6"
    return None if 0 <= reverse < 0.002 else f"the reverse KL is {float(reverse):.4f}"
# END PROPERTIES


LAST = "return n_good / len(samples), len(q), np.sum(q * np.log(len(centres) * q))"
MISTAKES = (
    Edit(135, LAST, "K = len(centres)\n    q = counts / n_good\n"
         "    return n_good / len(samples), np.count_nonzero(counts), -np.sum(np.log(K * q)) / K"),
    Edit(135, "np.sum(q * np.log(len(centres) * q))", "-np.sum(q * np.log(q))"),
    Edit(135, "np.log(len(centres) * q)", "np.log(len(q) * q)"),
    Edit(138, "np.linalg.norm(samples[:, None] - centres, axis=2)",
         "np.sum((samples[:, None] - centres) ** 2, axis=2)"),
    Edit(140, "np.bincount(nearest[is_good], minlength=len(centres))", "np.bincount(nearest, minlength=len(centres))"),
    Edit(140, "counts = np.bincount(nearest[is_good], minlength=len(centres))",
         "everything = np.bincount(nearest, minlength=len(centres))\n"
         "    q = everything[everything > 0] / len(samples)\n"
         "    return is_good.mean(), len(q), np.sum(q * np.log(len(centres) * q))\n    counts = everything"),
    Edit(140, "q = counts[counts > 0] / n_good", "q = counts[counts > 0] / len(samples)"),
    Edit(141, LAST, "q = counts / n_good\n"
         "    return n_good / len(samples), np.count_nonzero(counts), np.sum(q * np.log(len(centres) * q))"),
    Edit(141, "    if n_good == 0:\n        return 0.0, 0, np.inf\n", ""),
)

ASSIGNMENT = Assignment(
    title="modes captured, and how evenly",
    after="35",
    tasks=(
        Task("coverage", 1, 0.5, "35", "35.4", instance, by_the_package,
             ("high-quality fraction", "modes captured", "reverse KL"), mistakes=MISTAKES, instances=4,
             hints=("samples[:, None] - centres is (N, K, 2): the distances of all samples to all centres.",
                    "np.bincount(numbers, minlength=K) counts how often each k stands in an array of whole numbers.",
                    "KL(q ‖ uniform) is Σ_k q_k log(K q_k), over the modes with n_k above 0.")),
    ),
)
