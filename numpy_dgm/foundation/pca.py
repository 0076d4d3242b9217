"""Principal components: the directions along which data vary most, and codes of a few numbers made with them.

    code = (v - mean) Q        v̂ = mean + code Qᵀ        Q the K eigenvectors of the covariance with the largest
                                                         eigenvalues, as columns

Of all linear codes of K numbers this one leaves the smallest squared error |v - v̂|² on the cases that it was fitted
to: the sum of the eigenvalues that were left out (Pearson 1901; Hotelling 1933).

N cases    D numbers a case    K numbers a code    v (N, D) cases
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from .batches import case_blocks, check_cases, check_cases_of_any_width, mean_of_cases
from .checks import check_array, check_integer, check_numbers, invalid
from .records import Record
from .types import Array


@dataclass(frozen=True, eq=False, repr=False)
class PCA(Record):
    """The mean case and the directions of largest variance."""

    mean: Array  # (D,) float64
    directions: Array  # (D, K) float64, orthonormal columns Q, that of the largest variance first
    variances: Array  # (K,) float64, the variance along each


def fit_pca(data: Any, n_numbers: int) -> PCA:
    """The PCA of data (N, D) with K = n_numbers <= D directions, from the covariance, which is added up in blocks.

    Of a direction and its negative, both right, it takes the one whose largest entry is positive. Raises InvalidInput.
    """
    data = check_cases_of_any_width("data", data, check_numbers)
    width = data.shape[1]
    n_numbers = check_integer("n_numbers", n_numbers, most=width)
    rows = np.arange(len(data))
    mean = mean_of_cases(data, rows)
    products = np.zeros((width, width))
    for v in case_blocks(data, rows, np.float64):
        away = v - mean
        products += away.T @ away
    variances, directions = np.linalg.eigh(products / len(data))  # the smallest variance first
    variances, directions = variances[::-1][:n_numbers], directions[:, ::-1][:, :n_numbers]
    largest = np.abs(directions).argmax(axis=0)  # (K,)
    signs = np.sign(directions[largest, np.arange(n_numbers)])
    return PCA(mean, directions * signs, variances.copy())


def pca_codes(pca: PCA, v: Array) -> Array:
    """code = (v - mean) Q: (N, D) -> (N, K), or one case (D,) -> (K,), in float64. Raises InvalidInput."""
    mean, directions = _check_pca(pca)
    v = check_array("v", v, ndim=(1, 2), width=len(mean))
    return (v - mean) @ directions


def pca_decode(pca: PCA, codes: Array) -> Array:
    """v̂ = mean + code Qᵀ: (N, K) -> (N, D), or (K,) -> (D,), in float64. Raises InvalidInput."""
    mean, directions = _check_pca(pca)
    codes = check_array("codes", codes, ndim=(1, 2), width=directions.shape[1])
    return mean + codes @ directions.T


def pca_error(pca: PCA, data: Any) -> float:
    """The mean over the cases of data (N, D) of |v - v̂|², summed over the numbers of a case. Raises InvalidInput."""
    mean, _ = _check_pca(pca)
    data = check_cases("data", data, len(mean), check_numbers)
    total = 0.0
    for v in case_blocks(data, np.arange(len(data)), np.float64):
        total += np.square(v - pca_decode(pca, pca_codes(pca, v))).sum()
    return float(total / len(data))


def _check_pca(pca):
    """The mean (D,) and the directions (D, K) of a PCA, or InvalidInput."""
    if not isinstance(pca, PCA):
        raise invalid("pca", "a PCA (see fit_pca)", type(pca).__name__)
    mean = check_array("pca.mean", pca.mean, ndim=1)
    directions = check_array("pca.directions", pca.directions)
    if len(directions) != len(mean):
        raise invalid("pca.directions", f"{len(mean)} rows", len(directions))
    return mean, directions
