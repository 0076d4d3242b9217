"""Exercise to lesson 33: instances, oracle and mistakes."""
import math

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task

SIZES = ((5, 8), (9, 6), (10, 4), (6, 6))


def instance(rng, conventions, number):
    """The sets overlap, so that the surplus changes its sign; in the third many numbers are alike."""
    N, M = SIZES[number]
    real, fake = 1.5 * rng.normal(size=N), rng.normal(size=M) + rng.uniform(0.2, 0.8)
    if number == 2:
        real, fake = rng.integers(0, 4, size=N).astype(float), rng.integers(1, 6, size=M).astype(float)
    return {"real": real, "fake": fake}


def oracle(real, fake):
    """Sorting, after each number is written so often that both sets have as many: the masses stay what they are."""
    n = math.lcm(len(real), len(fake))
    real, fake = sorted(np.repeat(real, n // len(real))), sorted(np.repeat(fake, n // len(fake)))
    return (np.array(sum(abs(one - other) for one, other in zip(real, fake)) / n),)


# BEGIN PROPERTIES
def property_one_size(student):
    """for sets of one size it is the mean distance of the two, sorted"""
    rng = np.random.default_rng(0)
    for n in (1, 2, 7):
        real, fake = rng.normal(size=n), rng.normal(size=n)
        if not np.isclose(student.w1(real, fake), np.abs(np.sort(real) - np.sort(fake)).mean()):
            return f"not for {n} and {n} numbers"
    return None


def property_written_twice(student):
    """it is as it was if all numbers of one set are written twice, and 0 for the same set"""
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=4), rng.normal(size=7)
    once, twice = student.w1(real, fake), student.w1(np.repeat(real, 2), fake)
    if not np.isclose(once, twice):
        return f"it was {once:.4f} and is {twice:.4f}"
    same = student.w1(real, np.repeat(real, 3))
    return None if abs(same) < 1e-9 else f"it is {same:.4g} for the same set"
# END PROPERTIES


ALL = "    places = np.sort(np.concatenate([real, fake]))"
MISTAKES = (
    Edit(8, "/ len(real)\n    below_fake = np.searchsorted(np.sort(fake), left, side=\"right\") / len(fake)",
         "\n    below_fake = np.searchsorted(np.sort(fake), left, side=\"right\")"),
    Edit(25, ALL, f"    real.sort()\n    fake.sort()\n{ALL}"),
    Edit(136, "side=\"right\") / len(fake)", "side=\"right\") / len(real)"),
    Edit(138, "return surplus @ np.diff(places)", "return np.sqrt(surplus**2 @ np.diff(places))"),
    Edit(140, ALL, "    n = min(len(real), len(fake))\n"
         f"    return np.abs(np.sort(real)[:n] - np.sort(fake)[:n]).mean()\n{ALL}"),
    Edit(140, ALL, "    n = min(len(real), len(fake))\n"
         f"    return np.abs(np.sort(real[:n]) - np.sort(fake[:n])).mean()\n{ALL}"),
    Edit(143, "np.searchsorted(np.sort(real), left, side=\"right\")", "np.searchsorted(np.sort(real), left)"),
    Edit(143, "np.searchsorted(np.sort(real), left, side=\"right\") / len(real)\n"
         "    below_fake = np.searchsorted(np.sort(fake), left, side=\"right\")",
         "np.searchsorted(np.sort(real), left) / len(real)\n    below_fake = np.searchsorted(np.sort(fake), left)"),
    Edit(145, "np.abs(below_real - below_fake)", "(below_real - below_fake)"),
    Edit(145, "np.abs(below_real - below_fake)", "(below_fake - below_real)"),
    Edit(145, ALL, f"    return abs(real.mean() - fake.mean())\n{ALL}"),
)

ASSIGNMENT = Assignment(
    title="W1 of sets of different sizes",
    after="33",
    tasks=(
        Task("w1", 1, 0.5, "33", "33.2", instance, oracle, ("W1",), mistakes=MISTAKES, instances=len(SIZES),
             hints=("Sort all N + M numbers together: from each to the next both fractions stay as they are.",
                    "np.searchsorted(np.sort(real), t, side=\"right\") is how many real numbers are at most t.",
                    "The area is a sum of height times width; np.diff gives the widths.")),
    ),
)
