"""What the tests of the estimators share: small data, an estimator of each kind, a table that is not NumPy's.

The estimators are held against the package's own functions, and to the manner that scikit-learn asks for, without it.
With scikit-learn itself: tests/benchmarks/estimators.py.
"""
import numpy as np

from numpy_dgm.estimators import BernoulliRBM, DBNClassifier, GANGenerator

RNG = np.random.default_rng(0)
PATTERNS = np.array([[1, 1, 0, 0, 0], [0, 0, 1, 1, 1], [1, 0, 1, 0, 1]])
BITS = (PATTERNS[RNG.integers(3, size=60)] ^ (RNG.random((60, 5)) < 0.05)).astype(float)
POINTS = RNG.normal([3.0, -100.0], [0.5, 20.0], size=(80, 2))
NAMES = np.array(["a", "b", "c", "d", "e"], dtype=object)
SMALL = {
    BernoulliRBM: dict(n_components=3, n_iter=2, random_state=0),
    DBNClassifier: dict(hidden_layer_sizes=(4,), pretrain_n_iter=1, n_iter=2, random_state=0),
    GANGenerator: dict(n_latent=2, hidden_layer_sizes=(4,), n_iter=5, random_state=0),
}


class Table:
    """Like a DataFrame."""

    def __init__(self, values, columns):
        self.values, self.columns = values, columns

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


def fitted(kind, X=BITS, **more):
    labels = np.where(X[:, 0] > 0.5, "on", "off")
    return kind(**{**SMALL[kind], **more}).fit(X, labels)


def arrays_of(rbm):
    return rbm.components_, rbm.intercept_visible_, rbm.intercept_hidden_, rbm.h_samples_


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)
