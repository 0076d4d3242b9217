"""Exercise to lesson 26: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import MLP, Affine, Sigmoid, mlp_backward, mlp_forward, softmax_cross_entropy


def instance(rng, conventions, number):
    """Layers of different sizes; alike in the last instance, where a transpose raises no error."""
    N, D, K1, K2, C = ((7, 5, 4, 6, 3), (5, 6, 7, 4, 3), (5, 5, 5, 5, 5))[number]
    return {"W1": rng.normal(size=(D, K1)), "c1": rng.normal(size=K1), "W2": rng.normal(size=(K1, K2)),
            "c2": rng.normal(size=K2), "W3": rng.normal(size=(K2, C)), "c3": rng.normal(size=C),
            "v": rng.random((N, D)), "labels": rng.integers(0, C, size=N)}


def by_the_package(W1, c1, W2, c2, W3, c3, v, labels):
    mlp = MLP((Affine(W1, c1), Sigmoid(), Affine(W2, c2), Sigmoid(), Affine(W3, c3)))
    logits, cache = mlp_forward(mlp, v)
    loss, dlogits = softmax_cross_entropy(logits, labels)
    _, gradient = mlp_backward(mlp, cache, dlogits)
    return np.array(loss), gradient.layers[0].W, gradient.layers[2].W, gradient.layers[4].W


# BEGIN PROPERTIES
def property_differences(student):
    """the slopes of each W are differences of the loss"""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 2)), rng.normal(size=2),
               rng.normal(size=(2, 3)), rng.normal(size=3)]
    v, labels = rng.random((6, 3)), np.array([0, 1, 2, 2, 1, 0])
    found = student.fine_tune(*weights, v, labels)
    for part, slopes in zip((0, 2, 4), found[1:]):
        step = np.zeros_like(weights[part])
        step[1, 1] = 1e-5
        up, down = [[one + sign * step if i == part else one for i, one in enumerate(weights)] for sign in (1, -1)]
        slope = (student.fine_tune(*up, v, labels)[0] - student.fine_tune(*down, v, labels)[0]) / 2e-5
        if np.shape(slopes) != step.shape or abs(slopes[1, 1] - slope) > 1e-6:
            return f"dW{part // 2 + 1} is not"
    return None


def property_sure_and_right(student):
    """a network that is sure of the right labels has the loss 0"""
    W3 = 200 * np.eye(2)
    W1 = W2 = 40 * np.eye(2)
    c = np.full(2, -20.0)
    found = student.fine_tune(W1, c, W2, c, W3, np.zeros(2), np.eye(2), np.array([0, 1]))
    return None if abs(found[0]) < 1e-6 else "it is not"
# END PROPERTIES


MISTAKES = (
    Edit(268, "h1 = sigmoid(v @ W1 + c1)", "h1 = (sigmoid(v @ W1 + c1) > 0.5).astype(float)"),
    Edit(269, "dx1 = (dx2 @ W2.T) * h1 * (1 - h1)", "dx1 = dx2 @ W2.T"),
    Edit(269, "dx2 = (ds @ W3.T) * h2 * (1 - h2)", "dx2 = ds @ W3.T"),
    Edit(270, "h2 = sigmoid(h1 @ W2 + c2)", "h2 = sigmoid(h1 @ W2)"),
    Edit(270, "h1 = sigmoid(v @ W1 + c1)", "h1 = sigmoid(v @ W1)"),
    Edit(271, "return loss, v.T @ dx1, h1.T @ dx2, h2.T @ ds", "return loss, -v.T @ dx1, -h1.T @ dx2, -h2.T @ ds"),
    Edit(272, "    ds = ds / N\n", ""),
    Edit(273, "return loss, v.T @ dx1, h1.T @ dx2", "return loss, 0 * (v.T @ dx1), 0 * (h1.T @ dx2)"),
    Edit(274, "loss = -log_p[rows, labels].mean()", "loss = -log_p[rows, labels].sum()"),
    Edit(275, "dx2 = (ds @ W3.T) * h2 * (1 - h2)", "dx2 = (ds @ W3.T) * sigmoid(h2) * (1 - sigmoid(h2))"),
)

ASSIGNMENT = Assignment(
    title="an unrolled stack, fine-tuned",
    after="26",
    tasks=(
        Task("fine_tune", 1, 0.6, "26", "26.2", instance, by_the_package, ("loss", "dW1", "dW2", "dW3"),
             mistakes=MISTAKES,
             hints=("Go down layer by layer: ds, then ∂loss/∂h2 = ds W3ᵀ, then times h2 (1 - h2).",
                    "The slope of a W is (what went into the layer)ᵀ times (∂loss/∂ what came out, before σ).",
                    "1/N comes in once, in ds.")),
    ),
)
