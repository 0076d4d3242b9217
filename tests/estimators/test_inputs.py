"""Rows and random states in the forms in which scikit-learn's users have them."""
import numpy as np
import pytest
from small_estimators import BITS, SMALL, Table, arrays_of, assert_same, fitted

from numpy_dgm.estimators import BernoulliRBM
from numpy_dgm.estimators.inputs import as_generator, in_unit_interval
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import TrainingWarning


class Sparse:
    """Like a matrix of scipy.sparse."""

    nnz, format = 3, "csr"

    def __init__(self, values):
        self.values, self.shape = values, values.shape

    def toarray(self):
        return self.values


def test_random_states():
    def weights(state):
        return BernoulliRBM(2, n_iter=0, random_state=state).fit(BITS).components_

    assert_same([weights(3)], [weights(np.int64(3))])
    assert_same([weights(3)], [weights(np.random.default_rng(3))])
    for state in (None, np.random.default_rng(0), np.random.RandomState(0)):
        assert (weights(state) != weights(state)).all()
    assert_same([weights(np.random.RandomState(0))], [weights(np.random.RandomState(0))])
    rng = np.random.default_rng(0)
    assert as_generator(rng) is rng


@pytest.mark.parametrize("X", [
    BITS.tolist(), BITS.astype(object), Sparse(BITS), Table(BITS, range(5)), np.asfortranarray(BITS), BITS.astype(bool),
])
def test_rows_in_any_form(X):
    rbm, expected = BernoulliRBM(**SMALL[BernoulliRBM]).fit(X), fitted(BernoulliRBM)
    assert_same(arrays_of(rbm), arrays_of(expected))
    np.testing.assert_array_equal(rbm.transform(X), expected.transform(BITS))
    assert not hasattr(rbm, "feature_names_in_")


class Foreign:
    """An array of another library, which does not let NumPy have it."""

    def __array_function__(self, function, types, arguments, options):
        return NotImplemented

    def __array__(self, dtype=None, copy=None):
        raise TypeError("not allowed")


@pytest.mark.parametrize("X, message, error", [
    (BITS[0], r"X: expected a 2-D array, one case a row, got shape \(5,\); Reshape your data", InvalidInput),
    (BITS[:, :0], r"X: expected at least one column, got 0 feature\(s\) \(shape=\(60, 0\)\) while a min", InvalidInput),
    (BITS[:0], "X: expected at least one entry", InvalidInput),
    (BITS * 1j, "X: expected real numbers, got dtype complex128; Complex data not supported", InvalidInput),
    (BITS * np.nan, "X: expected finite values, got NaN or infinity in 300 of 300", InvalidInput),
    (BITS * 1e13, "X: expected values in .*, got values from 0 to 1e.13", InvalidInput),
    ([[{}, 1]], r"X: expected real numbers, got objects of which one is none \(float\(\) argument must be", TypeError),
    (Foreign(), r"X: expected an array of NumPy's, got a Foreign \(not allowed\)", InvalidInput),
])
@pytest.mark.parametrize("kind", SMALL)
def test_rows_that_cannot_be_right_are_refused(kind, X, message, error):
    for model in (kind(**SMALL[kind]), fitted(kind)):
        with pytest.raises(error, match=f"^{message}") as caught:
            model.fit(X, BITS[:, 0])
        assert isinstance(caught.value, InvalidInput)


def test_values_in_the_unit_interval_stay_as_they_are_and_others_are_clipped():
    inside = np.array([[0.0, 0.3, 1.0]])
    assert in_unit_interval(inside) is inside
    for beyond in (np.array([[-0.1, 0.3, 1.0]]), np.array([[0.0, 0.3, 1.1]])):
        with pytest.warns(TrainingWarning, match="X: expected values in .0, 1., got values from .* which are clipped"):
            np.testing.assert_array_equal(in_unit_interval(beyond), inside)
