"""Exercise to lesson 27: instances, oracle and mistakes."""
import itertools

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import ClassRBM, discriminative_gradient


def instance(rng, conventions, number):
    """N, D, K and C all different; alike in the third. In the last one the inputs are too large for exp."""
    N, D, K, C = (5, 5, 5, 5) if number == 2 else rng.permutation([4, 5, 6, 7])
    c = rng.normal(size=K)
    if number == 3:
        c[::2] += 3000.0
    return {"W": rng.normal(size=(D, K)), "U": rng.normal(size=(C, K)), "c": c, "d": rng.normal(size=C),
            "v": rng.integers(0, 2, size=(N, D)).astype(float), "labels": rng.integers(C, size=N)}


def by_the_package(W, U, c, d, v, labels):
    gradient = discriminative_gradient(ClassRBM(W=W, U=U, b=np.zeros(len(W)), d=d, c=c), v, labels)
    return gradient.W, gradient.U, gradient.c, gradient.d


# BEGIN PROPERTIES
def property_shapes(student):
    """dW, dU, dc and dd have the shapes of W, U, c and d, and no argument is changed"""
    rng = np.random.default_rng(0)
    arguments = (rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=2),
                 np.eye(4)[[0, 0, 2, 3, 3]], np.array([0, 1, 1, 0, 0]))
    kept = [one.copy() for one in arguments]
    shapes = [np.shape(one) for one in student.label_gradient(*arguments)]
    if shapes != [(4, 3), (2, 3), (3,), (2,)]:
        return f"expected (4, 3), (2, 3), (3,) and (2,), got {shapes}"
    same = all(np.array_equal(one, was) for one, was in zip(arguments, kept))
    return None if same else "an argument is another one afterwards"


def property_slopes(student):
    """it is the slope of the mean log p(y given v), by differences over all states of the hidden layer"""
    rng = np.random.default_rng(1)
    all_h = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
    v, labels = np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 1, 0]]), np.array([0, 1, 2, 2])
    theta = rng.normal(size=17)  # W (3, 2), U (3, 2), c (2,) and d (3,), end to end

    def parts(theta):
        return theta[:6].reshape(3, 2), theta[6:12].reshape(3, 2), theta[12:14], theta[14:]

    def mean_log_p(theta):
        W, U, c, d = parts(theta)
        total = 0.0
        for one, label in zip(v, labels):
            weights = [sum(np.exp(d[y] + (one @ W + c + U[y]) @ h) for h in all_h) for y in range(3)]
            total += np.log(weights[label] / sum(weights)) / len(v)
        return total

    slopes = [(mean_log_p(theta + step) - mean_log_p(theta - step)) / 2e-5 for step in 1e-5 * np.eye(17)]
    found = np.concatenate([np.ravel(one) for one in student.label_gradient(*parts(theta), v, labels)])
    return None if np.allclose(found, slopes, atol=1e-6) else "it is not"
# END PROPERTIES


RETURN = "return dW, dU, dc, dd"
MISTAKES = (
    Edit(3, "np.logaddexp(0, inputs)", "np.log(1 + np.exp(inputs))"),
    Edit(4, "x = v @ W + c", "x = v @ W"),
    Edit(6, RETURN, "return -dW, -dU, -dc, -dd"),
    Edit(7, RETURN, "return -dW, dU, dc, dd"),
    Edit(8, "G = G / N", "G = G / 1"),
    Edit(280, "G = np.eye(C)[labels] - p", "G = np.eye(C)[labels]"),
    Edit(281, "log_weights = d + np.logaddexp", "log_weights = np.logaddexp"),
    Edit(282, "np.logaddexp(0, inputs).sum(axis=2)", "sigmoid(x) @ U.T"),
    Edit(283, "S = sigmoid(inputs)", "S = sigmoid(x[:, None, :] + U[labels][:, None, :] + 0 * U)"),
    Edit(284, "S = sigmoid(inputs)", "S = sigmoid(x[:, None, :] + 0 * U)"),
    Edit(285, "dU = pull.sum(axis=0)", "dU = np.eye(C)[labels].T @ on_x"),
    Edit(286, "G = G / N", "G = G / (N * C)"),
)

ASSIGNMENT = Assignment(
    title="the gradient of log p(label given picture)",
    after="27",
    tasks=(
        Task("label_gradient", 1, 0.75, "27", "27.5", instance, by_the_package, ("dW", "dU", "dc", "dd"),
             mistakes=MISTAKES, instances=4,
             hints=("x[:, None, :] + U has the shape (N, C, K): what goes into each hidden unit for each label.",
                    "For each case, what the label is missed by adds up to 0 over the labels.",
                    "The slope by x adds up over the labels; the slope by U_y does not, it adds up over the cases.")),
    ),
)
