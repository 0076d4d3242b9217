"""Exercise to lesson 23: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.foundation.pca import fit_pca, pca_codes, pca_decode, pca_error


def instance(rng, conventions, number):
    """Cases far from 0, with variances that differ and are not along the axes; N = D in the last instance."""
    N, D, K = ((9, 5, 2), (12, 6, 3), (6, 6, 3))[number]
    turn = np.linalg.qr(rng.normal(size=(D, D)))[0]
    scales = 3.0 / (1 + np.arange(D))
    v = rng.normal(size=(N, D)) * scales @ turn + rng.normal(size=D) + 2.0
    return {"v": v, "K": K}


def by_the_package(v, K):
    pca = fit_pca(v, K)
    return pca.mean, pca_decode(pca, pca_codes(pca, v)), np.array(pca_error(pca, v))


# BEGIN PROPERTIES
def property_all_directions(student):
    """with K = D every case comes back, and the error is 0"""
    v = np.random.default_rng(0).normal(size=(8, 4)) + 1.0
    mean, back, error = student.best_plane(v, 4)
    if np.shape(back) != v.shape:
        return f"back: expected the shape {v.shape}, got {np.shape(back)}"
    return None if np.allclose(back, v) and abs(error) < 1e-9 else "it is not"


def property_cases_on_a_line(student):
    """cases that lie on a line need one number"""
    v = np.array([[1.0, 2.0, 3.0]]) + np.array([[0.0], [1.0], [3.0], [4.0]]) * np.array([[2.0, -1.0, 2.0]])
    _, back, error = student.best_plane(v, 1)
    return None if np.allclose(back, v) and abs(error) < 1e-9 else "it is not"
# END PROPERTIES


MISTAKES = (
    Edit(260, "u = v - mean", "u = v"),
    Edit(261, "back = mean + code @ Q.T", "back = code @ Q.T"),
    Edit(262, "np.argsort(eigenvalues)[::-1]", "np.argsort(eigenvalues)"),
    Edit(263, "vectors[:, largest_first[:K]]", "vectors[largest_first[:K]].T"),
    Edit(264, ".sum(axis=1).mean()", ".mean()"),
    Edit(265, "largest_first[:K]", "largest_first[: K - 1]"),
    Edit(265, "largest_first[:K]", "largest_first[: K + 1]"),
    Edit(266, "C = u.T @ u / len(v)", "C = np.corrcoef(v.T)"),
    Edit(267, ".sum(axis=1).mean()", ".sum()"),
)

ASSIGNMENT = Assignment(
    title="principal components with NumPy alone",
    after="23",
    tasks=(
        Task("best_plane", 1, 0.4, "23", "23.1", instance, by_the_package, ("mean", "back", "error"), mistakes=MISTAKES,
             hints=("C is a product (D, N) @ (N, D), divided by N.",
                    "eigh sorts from the smallest eigenvalue up: the last K columns are the ones you want.",
                    "back has the shape of v: the codes (N, K) times Qᵀ (K, D), and the mean added to each row.")),
    ),
)
