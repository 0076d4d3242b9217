"""Exercise to lesson 21: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task


def instance(rng, conventions, number):
    """Three entries are wrong. The worst is off downwards; another is off upwards, less, and the third is tiny.

    So the worst one is another where the sign of the error counts, and where each entry is divided by its own size.
    """
    P = int(rng.integers(5, 9))
    vector, a, B = rng.normal(size=P), rng.uniform(0.5, 1.5, size=P), rng.normal(size=(P, P))
    order = rng.permutation(P)
    tiny = order[0]
    a[tiny], vector[tiny], B[tiny], B[:, tiny] = 0.01, 0.3, 0.0, 0.0
    gradient = differences_of(vector, 0.1, a, B)
    if number == 0 and gradient.max() > -gradient.min():  # here the largest slope is below 0
        gradient, a, B = -gradient, -a, -B
    largest = np.abs(gradient).max()
    worst = np.abs(gradient).argmax() if number == 1 else order[1]  # in one instance that of the largest slope
    other = order[2] if order[1] == worst else order[1]
    gradient[worst] -= 0.4 * largest
    gradient[other] += 0.3 * largest
    gradient[tiny] *= 50.0
    return {"vector": vector, "gradient": gradient, "step": 0.1, "a": a, "B": B}


def differences_of(vector, step, a, B):
    """By (21.1): the difference of θ³ is 3 θ² + ε², those of θ² and of products are exact."""
    return a * (3 * vector**2 + step**2) + B @ vector + B.T @ vector


def by_the_equation(vector, gradient, step, a, B):
    differences = differences_of(vector, step, a, B)
    off = [abs(one - other) for one, other in zip(gradient, differences)]
    return max(off) / max(abs(differences)), off.index(max(off))


# BEGIN PROPERTIES
def bowl(theta):
    """Its slope is 2 θ, and its differences are exact."""
    return float(np.sum(np.asarray(theta) ** 2))


def property_right_gradient(student):
    """a right gradient has an error below 1e-7, for several steps, and vector is left as it was"""
    vector = np.array([0.5, -1.0, 2.0, 0.25])
    for step in (0.1, 1e-3):
        error, _ = student.worst_entry(bowl, vector, 2 * vector, step)
        if not error < 1e-7:
            return f"with the step {step:g} it is {error}"
    return None if np.array_equal(vector, [0.5, -1.0, 2.0, 0.25]) else "vector is another one afterwards"


def property_names_the_entry(student):
    """where one sign is turned, its place is named, and the error is twice the slope over the largest slope"""
    vector = np.array([0.5, -1.0, 2.0, 0.25])
    for place in range(4):
        gradient = 2 * vector
        gradient[place] *= -1
        error, i = student.worst_entry(bowl, vector, gradient, 0.01)
        if i != place:
            return f"expected {place}, got {i}"
        if not np.isclose(error, 2 * abs(2 * vector[place]) / 4.0):
            return "the place is right, the error is not"
    return None
# END PROPERTIES


WITHIN = "worst_entry"
MISTAKES = (
    Edit(25, "moved = vector.copy()", "moved = vector", WITHIN),
    Edit(25, "np.abs(gradient - differences)", "np.abs(np.subtract(gradient, differences, out=gradient))", WITHIN),
    Edit(130, "        moved[i] = vector[i] - step\n        down = f(moved)\n        moved[i] = vector[i]\n"
         "        differences[i] = (up - down) / (2 * step)\n",
         "        moved[i] = vector[i]\n        differences[i] = (up - f(vector)) / step\n", WITHIN),
    Edit(130, "(2 * step)", "step", WITHIN),
    Edit(130, "(2 * step)", "2 * step", WITHIN),
    Edit(131, "        moved[i] = vector[i]\n", "", WITHIN),
    Edit(132, "np.abs(gradient - differences)", "gradient - differences", WITHIN),
    Edit(132, "i = int(np.argmax(off))\n    error = off[i] / np.abs(differences).max()",
         "off = off / np.abs(differences)\n    i = int(np.argmax(off))\n    error = off[i]", WITHIN),
    Edit(132, "off[i] / np.abs(differences).max()", "off[i]", WITHIN),
    Edit(132, "off[i] / np.abs(differences).max()", "off[i] / differences.max()", WITHIN),
    Edit(132, "off[i] / np.abs(differences).max()", "off[i] / np.abs(gradient).max()", WITHIN),
)

ASSIGNMENT = Assignment(
    title="the check that misses nothing",
    after="21",
    tasks=(
        Task("worst_of_polynomial", 1, 0.5, "21", "21.1", instance, by_the_equation, ("error", "i"),
             mistakes=MISTAKES,
             hints=("Take a copy of vector, move its entry i up, take f, move it down, take f, and put it back.",
                    "Fill an array of all differences first; only then take the errors and the largest of each.",
                    "np.argmax(np.abs(gradient - differences)) is the place.")),
    ),
)
