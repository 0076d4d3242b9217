"""Exercise to lesson 22: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.neural import BatchNorm


def instance(rng, conventions, number):
    """N and K different, alike in the last instance. The first row has so small a spread that epsilon counts."""
    N, K = (5, 5) if number == 2 else rng.permutation([3, 4, 5, 6])[:2]
    x = rng.normal(scale=2, size=(N, K)) + rng.normal(size=(N, 1))
    x[0] *= 0.002
    gamma = rng.uniform(0.5, 2, size=K) * rng.choice([-1, 1], size=K)
    return {"x": x, "gamma": gamma, "beta": rng.normal(size=K), "dy": rng.normal(size=(N, K))}


def by_the_package(x, gamma, beta, dy):
    """By the package's batch norm of the transposed batch; y is linear in gamma and beta, so unit vectors show both."""
    N, K = x.shape
    norm = BatchNorm(np.ones(N), np.zeros(N), np.zeros(N), np.ones(N))
    transposed, cache = norm.forward(x.T)
    dx, _ = norm.backward(cache, (dy * gamma).T)
    dgamma, dbeta = np.zeros(K), np.zeros(K)
    for k, unit in enumerate(np.eye(K)):
        dgamma[k] = np.sum(dy * unit * transposed.T)
        dbeta[k] = np.sum(dy * unit)
    return gamma * transposed.T + beta, dx.T, dgamma, dbeta


# BEGIN PROPERTIES
def small_batch():
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=4), rng.normal(size=(3, 4))


def property_rows(student):
    """each row of y depends on its own row of x alone, and stays as it is where a number is added to that row"""
    x, gamma, beta, dy = small_batch()
    y = np.asarray(student.layer_norm(x, gamma, beta, dy)[0])
    alone = student.layer_norm(x[1:2], gamma, beta, dy[1:2])[0]
    if np.shape(alone) != (1, 4) or not np.allclose(alone, y[1:2], atol=1e-5):
        return "a row alone has another y than among others"
    moved = student.layer_norm(x + np.array([[1.0], [2.0], [3.0]]), gamma, beta, dy)[0]
    return None if np.allclose(moved, y, atol=1e-5) else "y does not stay as it is"


def property_slopes(student):
    """dx, dgamma and dbeta are the slopes of Σ dy · y, by differences of your own y"""
    x, gamma, beta, dy = small_batch()
    found = student.layer_norm(x, gamma, beta, dy)[1:]
    for name, array, slope in zip(("dx", "dgamma", "dbeta"), (x, gamma, beta), found):
        if np.shape(slope) != array.shape:
            return f"{name}: expected the shape {array.shape}, got {np.shape(slope)}"
        for place in np.ndindex(array.shape):
            value = array[place]
            array[place] = value + 1e-3
            up = np.sum(dy * student.layer_norm(x, gamma, beta, dy)[0])
            array[place] = value - 1e-3
            down = np.sum(dy * student.layer_norm(x, gamma, beta, dy)[0])
            array[place] = value
            if abs(np.asarray(slope)[place] - (up - down) / 2e-3) > 3e-3:
                return f"{name} is not, at {place}"
    return None
# END PROPERTIES


FORWARD = """    mu = x.mean(axis=1, keepdims=True)  # (N, 1)
    variance = ((x - mu) ** 2).mean(axis=1, keepdims=True)
"""
BACKWARD = """    r = np.sqrt(variance + 1e-5)
    x_hat = (x - mu) / r
    y = gamma * x_hat + beta

    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    mean_of_dx_hat = dx_hat.mean(axis=1, keepdims=True)
    mean_with_x_hat = (dx_hat * x_hat).mean(axis=1, keepdims=True)
"""
MISTAKES = (
    Edit(25, "dx_hat = dy * gamma\n", "dy *= gamma\n    dx_hat = dy\n"),
    Edit(30, "dgamma = (dy * x_hat).sum(axis=0)", "dgamma = (dy * x_hat).sum(axis=1)"),
    Edit(30, "dbeta = dy.sum(axis=0)", "dbeta = dy.sum(axis=1)"),
    Edit(42, "variance = ((x - mu) ** 2).mean(axis=1, keepdims=True)",
         "variance = x.var(axis=1, ddof=1, keepdims=True)"),
    Edit(133, FORWARD, FORWARD.replace("axis=1", "axis=0")),
    Edit(133, FORWARD + BACKWARD, (FORWARD + BACKWARD).replace("axis=1", "axis=0")),  # batch norm, throughout
    Edit(60, "dx = (dx_hat - mean_of_dx_hat - x_hat * mean_with_x_hat) / r", "dx = dx_hat / r"),
    Edit(60, " - x_hat * mean_with_x_hat", ""),
    Edit(60, "dx_hat - mean_of_dx_hat", "dx_hat"),
    Edit(61, "np.sqrt(variance + 1e-5)", "(np.sqrt(variance) + 1e-5)"),
    Edit(61, "np.sqrt(variance + 1e-5)", "np.sqrt(variance)"),
    Edit(68, "dx_hat = dy * gamma", "dx_hat = dy"),
    Edit(68, "(dy * x_hat).sum", "(dy * x).sum"),
)

ASSIGNMENT = Assignment(
    title="layer norm, forward and backward",
    after="22",
    tasks=(
        Task("layer_norm", 1, 0.75, "22", "22.7", instance, by_the_package, ("y", "dx", "dgamma", "dbeta"),
             mistakes=MISTAKES,
             hints=("x.mean(axis=1, keepdims=True) is (N, 1), and goes along with x (N, K).",
                    "gamma and beta serve all rows: their slopes are sums over rows, axis=0.",
                    "Take dx_hat = dy * gamma, then do with rows what the lesson does with columns.")),
    ),
)
