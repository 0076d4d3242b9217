"""Exercise to lesson 10: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy import RBM, exact_gradient
from numpy_dgm.foundation.enumeration import all_bits, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid

SIZES = ((7, 4, 3, 2), (6, 3, 5, 1), (5, 4, 4, 3))  # N, D, K, k


def instance(rng, conventions, number):
    """All sizes different; D and K alike in the last one, where a transpose raises no error."""
    N, D, K, k = SIZES[number]
    return {"v_data": rng.integers(0, 2, size=(N, D)).astype(float), "W": 1.5 * rng.normal(size=(D, K)),
            "b": rng.normal(size=D), "c": rng.normal(size=K), "k": k}


def oracle(v_data, W, b, c, k):
    """E[CD-k] case by case, from the factors of the conditionals, less the package's exact gradient."""
    D, K = W.shape
    all_v, all_h = all_bits(D), all_bits(K)
    up = product_of_bernoullis(sigmoid(all_v @ W + c))
    down = product_of_bernoullis(sigmoid(all_h @ W.T + b))
    parts = [np.zeros((D, K)), np.zeros(D), np.zeros(K)]
    for case in v_data:
        start = np.all(all_v == case, axis=1).astype(float)
        end = start @ np.linalg.matrix_power(up @ down, k)
        for sign, p_of_all in ((1, start), (-1, end)):
            for chance, v in zip(p_of_all, all_v):
                mean_h = sigmoid(c + v @ W)
                for part, one in zip(parts, (np.outer(v, mean_h), v, mean_h)):
                    part += sign * chance * one / len(v_data)
    exact = exact_gradient(RBM(W=W, b=b, c=c), v_data)
    return (np.concatenate([(one - right).ravel() for one, right in zip(parts, (exact.W, exact.b, exact.c))]),)


# BEGIN PROPERTIES
def property_no_connections(student):
    """with W = 0 one step forgets the start, and the bias is 0; it has D K + D + K numbers"""
    rng = np.random.default_rng(0)
    v_data = rng.integers(0, 2, size=(5, 4)).astype(float)
    bias = np.asarray(student.bias_of_cd(np.zeros((4, 3)), rng.normal(size=4), rng.normal(size=3), v_data, 1))
    if bias.shape != (19,):
        return f"expected the shape (19,), got {bias.shape}"
    return None if np.allclose(bias, 0, atol=1e-9) else "it is not"


def property_many_steps(student):
    """it vanishes for large k; the data's distribution alone counts: twice the same cases have the same bias"""
    rng = np.random.default_rng(1)
    model = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    v_data = np.array([[1.0, 0, 1], [0, 0, 1], [0, 0, 1], [1, 1, 1]])
    bias = np.asarray(student.bias_of_cd(*model, v_data, 2))
    if np.abs(bias).max() < 1e-3 or not np.allclose(student.bias_of_cd(*model, np.tile(v_data, (2, 1)), 2), bias):
        return "not for twice the same cases"
    return None if np.allclose(student.bias_of_cd(*model, v_data, 300), 0, atol=1e-9) else "it does not vanish"
# END PROPERTIES


RETURN = "return (p - p_k) @ g"
MISTAKES = (
    Edit(4, " + all_h @ c", ""),
    Edit(5, "(all_v @ b)[:, None] + ", ""),
    Edit(8, "p_k[row] += 1 / len(v_data)", "p_k[row] += 1"),
    Edit(11, "v_p_h = all_v[:, :, None] * p_units[:, None, :]", "v_p_h = all_v[:, None, :] * p_units[:, :, None]"),
    Edit(20, "range(k)", "range(k - 1)"),
    Edit(21, "range(k)", "range(k + 1)"),
    Edit(91, "p = weight.sum(axis=1) / weight.sum()", "p = np.full(len(all_v), 1 / len(all_v))"),
    Edit(92, "p_k[row] += 1 / len(v_data)", "p_k[row] = 1 / len(v_data)"),
    Edit(109, "p = weight.sum(axis=1) / weight.sum()", "p = weight.sum(axis=1)"),
    Edit(113, RETURN, "return (p_k - p) @ g"),
    Edit(114, "p_k = p_k @ T", "p_k = T @ p_k"),
)

ASSIGNMENT = Assignment(
    title="the bias of CD-k, exactly",
    after="10",
    tasks=(
        Task("bias_of_cd", 1, 1.0, "10", "10.1", instance, oracle, ("bias",), mistakes=MISTAKES,
             hints=("-E of all pairs of layers is one array (2^D, 2^K); all probabilities come of its exp and sums.",
                    "T is p(h given v) (2^D, 2^K) times p(v' given h) (2^K, 2^D), and the row p_k goes on as p_k @ T.",
                    "Collect g as an array (2^D, P); then the bias is (p - p_k) @ g.")),
    ),
)
