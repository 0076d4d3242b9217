"""Exercise to lesson 20: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import MLP, Affine, Tanh, mlp_backward, mlp_forward, softmax_cross_entropy


def instance(rng, conventions, number):
    """All sizes different, alike in the last instance; in the second the logits are too large for exp."""
    N, D, H, L, C = (5, 5, 5, 5, 5) if number == 2 else rng.permutation([4, 5, 6, 7, 8])[:5]
    sizes = {"W_1": (D, H), "b_1": H, "W_2": (H, L), "b_2": L, "W_3": (L, C), "b_3": C}
    arrays = {name: 0.7 * rng.normal(size=size) for name, size in sizes.items()}
    if number == 1:
        arrays["b_3"] += 800.0
    return {"x": rng.normal(size=(N, D)), "labels": rng.integers(0, C, size=N), **arrays}


def by_the_package(x, labels, W_1, b_1, W_2, b_2, W_3, b_3):
    network = MLP((Affine(W_1, b_1), Tanh(), Affine(W_2, b_2), Tanh(), Affine(W_3, b_3)))
    s, cache = mlp_forward(network, x)
    loss, ds = softmax_cross_entropy(s, labels)
    first, _, second, _, third = mlp_backward(network, cache, ds)[1].layers
    return loss, first.W, first.b, second.W, second.b, third.W, third.b


# BEGIN PROPERTIES
def small_network():
    """x (5, 4), labels, and arrays of a network with 3 and 2 hidden units and 3 classes."""
    rng = np.random.default_rng(0)
    shapes = (4, 3), (3,), (3, 2), (2,), (2, 3), (3,)
    return rng.normal(size=(5, 4)), np.array([0, 2, 1, 1, 0]), [rng.normal(size=shape) for shape in shapes]


def property_loss(student):
    """where the logits of all classes are alike the loss is log C, also at 800"""
    x, labels, arrays = small_network()
    for bias in (0.0, 800.0):
        arrays[4:] = np.zeros((2, 3)), np.full(3, bias)
        with np.errstate(all="ignore"):
            loss = student.gradients(x, labels, *arrays)[0]
        if not np.allclose(loss, np.log(3)):
            return f"with W_3 = 0 and all of b_3 at {bias:g} it is {loss}"
    return None


def property_slopes(student):
    """each slope has the shape of its array, and is that of your own loss, by differences"""
    x, labels, arrays = small_network()
    _, *slopes = student.gradients(x, labels, *arrays)
    for name, array, slope in zip(("W_1", "b_1", "W_2", "b_2", "W_3", "b_3"), arrays, slopes):
        if np.shape(slope) != array.shape:
            return f"d{name}: expected the shape {array.shape}, got {np.shape(slope)}"
        for place in np.ndindex(array.shape):
            value = array[place]
            array[place] = value + 1e-3
            up = student.gradients(x, labels, *arrays)[0]
            array[place] = value - 1e-3
            down = student.gradients(x, labels, *arrays)[0]
            array[place] = value
            if abs(np.asarray(slope)[place] - (up - down) / 2e-3) > 1e-3:
                return f"d{name} is not, at {place}"
    return None
# END PROPERTIES


MISTAKES = (
    Edit(3, "np.exp(s - s.max(axis=1, keepdims=True))", "np.exp(s)"),
    Edit(8, "    ds /= N\n", ""),
    Edit(11, "da_1 = dx_2 @ W_2.T", "da_1 = dx_2 @ W_2"),
    Edit(27, "dx_1 = da_1 * (1 - a_1**2)\n", "dx_1 = da_1 * (1 - a_1**2) / N\n"),
    Edit(27, "ds /= N", "ds /= N * N"),
    Edit(28, "da_2 = ds @ W_3.T", "da_2 = ds * W_3.T"),
    Edit(29, "ds /= N", "ds *= p * (1 - p) / N"),
    Edit(30, "db_1 = dx_1.sum(axis=0)", "db_1 = dx_1.sum(axis=1)"),
    Edit(30, "db_3 = ds.sum(axis=0)", "db_3 = ds.sum(axis=1)"),
    Edit(31, "da_2 * (1 - a_2**2)", "da_2 * (1 - a_1**2)"),
    Edit(129, "da_2 * (1 - a_2**2)", "da_2 * (1 - np.tanh(a_2)**2)"),
    Edit(129, "da_1 * (1 - a_1**2)", "da_1 * (1 - np.tanh(a_1)**2)"),
    Edit(129, "da_1 * (1 - a_1**2)", "da_1"),
    Edit(129, "da_2 * (1 - a_2**2)", "da_2"),
)

ASSIGNMENT = Assignment(
    title="the slopes of a network with two hidden layers",
    after="20",
    tasks=(
        Task("gradients", 1, 0.75, "20", "20.10", instance, by_the_package,
             ("loss", "dW_1", "db_1", "dW_2", "db_2", "dW_3", "db_3"), mistakes=MISTAKES,
             hints=("Begin with p, the softmax of s: take the largest logit of each row off before exp.",
                    "ds = (p - [k = label]) / N. The 1/N enters here, and nowhere else.",
                    "Each affine layer: dW = (what came in).T @ dy, db = dy.sum(axis=0), and dy @ W.T goes down.")),
    ),
)
