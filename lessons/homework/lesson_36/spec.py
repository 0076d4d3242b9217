"""Exercise to lesson 36: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import MinibatchDiscrimination


def instance(rng, conventions, number):
    """N, D, B and C all different; alike in the last one. T is small, so that rows are close."""
    N, D, B, C = (4, 4, 4, 4) if number == 2 else rng.permutation([2, 3, 4, 5, 6])[:4]
    return {"x": rng.normal(size=(N, D)), "T": 0.4 * rng.normal(size=(D, B, C)), "dy": rng.normal(size=(N, D + B))}


def by_the_package(x, T, dy):
    layer = MinibatchDiscrimination(T)
    _, cache = layer.forward(x)
    dx, gradient = layer.backward(cache, dy)
    return dx, gradient.T


# BEGIN PROPERTIES
def loss(x, T, dy):
    """Σ dy y, whose slopes are asked: y by the definition, a pair of rows at a time."""
    o = np.zeros((len(x), T.shape[1]))
    for n, m in itertools.permutations(range(len(x)), 2):
        for b in range(T.shape[1]):
            o[n, b] += np.exp(-np.abs(x[n] @ T[:, b] - x[m] @ T[:, b]).sum())
    return np.sum(dy * np.hstack([x, o]))


def property_slopes(student):
    """dx and dT are the slopes of Σ dy y, by differences of the definition"""
    rng = np.random.default_rng(0)
    x, T, dy = rng.normal(size=(4, 3)), rng.normal(size=(3, 2, 5)), rng.normal(size=(4, 5))
    found = student.discrimination_backward(x, T, dy)
    for name, given, array in zip(("dx", "dT"), found, (x, T)):
        if np.shape(given) != array.shape:
            return f"{name}: expected the shape {array.shape}, got {np.shape(given)}"
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + 1e-6
            up = loss(x, T, dy)
            array[place] = kept - 1e-6
            down = loss(x, T, dy)
            array[place] = kept
            if abs((up - down) / 2e-6 - given[place]) > 1e-5:
                return f"{name} is not, at {place}"
    return None


def property_one_row(student):
    """a row alone has nothing to be close to: dx is dy's part of x, and dT is 0"""
    rng = np.random.default_rng(1)
    x, T, dy = rng.normal(size=(1, 3)), rng.normal(size=(3, 2, 4)), rng.normal(size=(1, 5))
    dx, dT = student.discrimination_backward(x, T, dy)
    return None if np.allclose(dx, dy[:, :3]) and np.allclose(dT, 0) else "it is not so"
# END PROPERTIES


MISTAKES = (
    Edit(27, "dM = -np.sum(", "dM = -1 / N * np.sum("),
    Edit(11, "np.tensordot(dM, T, axes=([1, 2], [1, 2]))", "np.tensordot(dM, T, axes=([1, 2], [0, 1]))"),
    Edit(137, "dM = -np.sum(", "dM = np.sum("),
    Edit(139, "weight = (do[:, None] + do[None]) * close", "weight = do[:, None] * close"),
    Edit(139, "weight = (do[:, None] + do[None]) * close", "weight = do[None] * close"),
    Edit(139, "weight = (do[:, None] + do[None]) * close", "weight = 2 * do[:, None] * close"),
    Edit(139, "dx = dy[:, :D] + np", "dx = np"),
    Edit(145, "np.sign(differences)", "differences"),
    Edit(145, "np.sign(differences)", "np.sign(differences.sum(axis=3, keepdims=True)) * np.ones(T.shape[2])"),
    Edit(148, "(do[:, None] + do[None]) * close", "(do[:, None] + do[None]) * np.ones_like(close)"),
)

ASSIGNMENT = Assignment(
    title="backward through minibatch discrimination",
    after="36",
    tasks=(
        Task("discrimination_backward", 1, 1.0, "36", "36.6", instance, by_the_package, ("dx", "dT"), mistakes=MISTAKES,
             hints=("close_nmb stands in o_nb, and again in o_mb, since close is the same for (n, m) and (m, n).",
                    "dM_nbc = -Σ_m (do_nb + do_mb) close_nmb sign(M_nbc - M_mbc).",
                    "From dM on, M = x T is an affine layer with one more axis; and x stands in y itself too.")),
    ),
)
