"""What any model of ratings must beat: a mean, and a bias for each user and for each item. And what comes of blending.

    prediction = mean + user bias + item bias, within the lowest and the highest rating

    user bias  = Σ (rating - mean - item bias) / (damping + how many)      over the user's ratings; of items likewise

R ratings    RMSE = √ mean (prediction - rating)²

Koren 2008 (biases); Bell, Koren and Volinsky 2007 (blending).
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.checks import LARGEST, check_array, check_fits, check_integer, check_number, invalid, shown
from ..foundation.records import Record
from ..foundation.types import Array
from .ratings import check_integers

FEWEST = 1e-9  # ratings to divide by, where there are none and nothing is damped


@dataclass(frozen=True, eq=False, repr=False)
class Biases(Record):
    """A mean rating, and by how much users and items are off it."""

    mean: float
    row: Array  # (N,)
    column: Array  # (D,)
    low: float  # the lowest rating
    high: float  # the highest rating


def fit_biases(row: Any, column: Any, rating: Any, shape: tuple, damping: float = 10.0, sweeps: int = 20) -> Biases:
    """Biases of ratings (R,) that stand in those rows and columns of a matrix of that shape (N, D).

    In turn, `sweeps` times: the biases of the rows given those of the columns, then the other way round. A row or a
    column without ratings has bias 0. Raises InvalidInput.
    """
    shape = check_shape("shape", shape)
    row, column = check_places(row, column, shape)
    rating = check_array("rating", rating, ndim=1, dtype=np.float64)
    if len(rating) != len(row):
        raise invalid("rating", f"as many as places, {len(row)}", len(rating))
    damping = check_number("damping", damping, 0, LARGEST)
    sweeps = check_integer("sweeps", sweeps)
    mean, centred = rating.mean(), rating - rating.mean()
    of_row, of_column = np.zeros(shape[0]), np.zeros(shape[1])
    n_row = np.bincount(row, minlength=shape[0]) + damping
    n_column = np.bincount(column, minlength=shape[1]) + damping
    for _ in range(sweeps):
        left = centred - of_column[column]
        of_row = np.bincount(row, weights=left, minlength=shape[0]) / np.maximum(n_row, FEWEST)
        left = centred - of_row[row]
        of_column = np.bincount(column, weights=left, minlength=shape[1]) / np.maximum(n_column, FEWEST)
    return Biases(float(mean), of_row, of_column, float(rating.min()), float(rating.max()))


def check_shape(name: str, value: Any) -> tuple[int, int]:
    """`value` as two lengths, of which each bias has a number, or InvalidInput."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise invalid(name, "two lengths, (N, D)", shown(value))
    lengths = check_integer(name, value[0]), check_integer(name, value[1])
    check_fits(name, lengths, sum(lengths))
    return lengths


def check_places(row: Any, column: Any, shape: tuple) -> tuple[Array, Array]:
    """`(row, column)` as indices (n,) of a matrix of that shape, or InvalidInput."""
    row, column = check_integers("row", row, shape[0]), check_integers("column", column, shape[1])
    if len(row) != len(column):
        raise invalid("column", f"as many as rows, {len(row)}", len(column))
    return row, column


def predict_by_biases(biases: Biases, row: Any, column: Any) -> Array:
    """mean + bias of the row + bias of the column, within the ratings that there are: (n,), (n,) -> (n,).

    Raises InvalidInput.
    """
    if not isinstance(biases, Biases):
        raise invalid("biases", "Biases, as fit_biases gives", type(biases).__name__)
    row, column = check_places(row, column, (len(biases.row), len(biases.column)))
    return np.clip(biases.mean + biases.row[row] + biases.column[column], biases.low, biases.high)


def rmse(prediction: Any, rating: Any) -> float:
    """√ mean (prediction - rating)² of two arrays (n,). Raises InvalidInput."""
    prediction = check_array("prediction", prediction, ndim=1, dtype=np.float64)
    rating = check_array("rating", rating, ndim=1, dtype=np.float64)
    if len(prediction) != len(rating):
        raise invalid("prediction", f"as many as ratings, {len(rating)}", len(prediction))
    return float(np.sqrt(np.mean((prediction - rating) ** 2)))


def blend_weights(predictions: Any, rating: Any) -> Array:
    """The weights, of sum 1, with which predictions (L, n) of L models have the least squared error: (L,).

        w = C⁻¹ 1 / (1ᵀ C⁻¹ 1)        C_ab = mean of (error of a)(error of b)

    Fit them on ratings that none of the models has learnt from, and that are not those to be reported on. Raises
    InvalidInput, also where two models are the same.
    """
    predictions = check_array("predictions", predictions, dtype=np.float64)
    rating = check_array("rating", rating, ndim=1, dtype=np.float64)
    if predictions.shape[1] != len(rating):
        raise invalid("predictions", f"a row a model, {len(rating)} long", f"shape {predictions.shape}")
    errors = predictions - rating
    C = errors @ errors.T / len(rating)
    if not np.linalg.cond(C) < 1e12:  # NaN, where all errors are 0
        raise invalid("predictions", "models that differ", "some that make the same errors")
    w = np.linalg.solve(C, np.ones(len(C)))
    return w / w.sum()
