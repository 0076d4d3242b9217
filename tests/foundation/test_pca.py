"""Principal components against the singular value decomposition, and what is refused."""
import numpy as np
import pytest

from numpy_dgm.data import open_data
from numpy_dgm.foundation.batches import CASES_AT_ONCE
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.pca import PCA, fit_pca, pca_codes, pca_decode, pca_error

V = np.random.default_rng(0).normal(size=(40, 6)) @ np.random.default_rng(1).normal(size=(6, 6)) + 3


def test_directions_and_variances_are_those_of_the_singular_value_decomposition():
    pca = fit_pca(V, 4)
    _, sizes, rows = np.linalg.svd(V - V.mean(axis=0))
    np.testing.assert_allclose(pca.mean, V.mean(axis=0))
    np.testing.assert_allclose(pca.variances, sizes[:4] ** 2 / 40, rtol=1e-10)
    np.testing.assert_allclose(np.abs(np.sum(pca.directions * rows[:4].T, axis=0)), 1, rtol=1e-10)
    assert (pca.directions.max(axis=0) == np.abs(pca.directions).max(axis=0)).all()  # the sign


def test_codes_and_what_they_give_back():
    """All directions give every case back; fewer lose the variances that they leave out."""
    everything, some = fit_pca(V, 6), fit_pca(V, 2)
    np.testing.assert_allclose(pca_decode(everything, pca_codes(everything, V)), V, rtol=1e-10)
    codes = (V - V.mean(axis=0)) @ some.directions
    np.testing.assert_allclose(pca_codes(some, V), codes, rtol=1e-10)
    np.testing.assert_allclose(pca_codes(some, V[3]), codes[3], rtol=1e-10)
    np.testing.assert_allclose(pca_decode(some, codes), V.mean(axis=0) + codes @ some.directions.T, rtol=1e-10)
    np.testing.assert_allclose(pca_error(some, V), everything.variances[2:].sum(), rtol=1e-10)
    assert pca_decode(some, codes[3]).shape == (6,)


def test_no_other_directions_lose_less():
    pca = fit_pca(V, 2)
    for seed in range(20):
        Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 2)))
        assert pca_error(PCA(pca.mean, Q, pca.variances), V) >= pca_error(pca, V)


def test_data_are_read_in_blocks():
    data = open_data("digits", part="train", bits="grey")
    assert len(data) > CASES_AT_ONCE
    v = data[:].astype(np.float64)
    pca = fit_pca(data, 3)
    np.testing.assert_allclose(pca.variances, np.linalg.svd(v - v.mean(axis=0))[1][:3] ** 2 / len(v), rtol=1e-6)
    np.testing.assert_allclose(pca_error(pca, data), np.square(v - pca_decode(pca, pca_codes(pca, v))).sum() / len(v))


@pytest.mark.parametrize("call, message", [
    (lambda: fit_pca(V, 7), r"n_numbers: expected an integer in \[1, 6\], got 7"),
    (lambda: fit_pca(np.full((3, 2), np.nan), 1), "data: expected finite values"),
    (lambda: fit_pca(3, 1), "data: expected a 2-D array, one case a row, or what open_data gives, got int"),
    (lambda: fit_pca(V[0], 1), r"data: expected a 2-D array, one case a row, .* got shape \(6,\)"),
    (lambda: pca_codes("pca", V), r"pca: expected a PCA \(see fit_pca\), got str"),
    (lambda: pca_codes(fit_pca(V, 2), V[:, :5]), "v: expected a last axis of 6"),
    (lambda: pca_decode(fit_pca(V, 2), V), "codes: expected a last axis of 2"),
    (lambda: pca_error(fit_pca(V, 2), V[:, :5]), "data: expected shape"),
    (lambda: pca_codes(PCA(np.zeros(6), np.zeros((5, 2)), np.zeros(2)), V), "pca.directions: expected 6 rows, got 5"),
])
def test_what_cannot_be_right_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
