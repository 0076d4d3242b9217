"""BernoulliRBM against the package's own functions."""
import copy
import re

import numpy as np
import pytest
from small_estimators import BITS, NAMES, SMALL, Table, arrays_of, assert_same, fitted

from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    gibbs_step,
    hidden_probs,
    init_rbm,
    log_likelihood,
    pcd_gradient,
    pseudo_log_likelihood,
    sample_hidden,
    train_rbm,
)
from numpy_dgm.energy.gradients import centre
from numpy_dgm.energy.rbm_training import RBMTrainer
from numpy_dgm.estimators import BernoulliRBM
from numpy_dgm.estimators.rbm import FitReport
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.progress import History


@pytest.mark.parametrize("n_iter, average", [(4, 1 - 1 / 2.4), (1, None)])  # 24 steps, 6 steps
def test_fit_is_train_rbm(n_iter, average):
    rbm = BernoulliRBM(3, learning_rate=0.2, n_iter=n_iter, random_state=7).fit(BITS)
    rng = np.random.default_rng(7)
    start = init_rbm(5, 3, rng, BITS, np.float64)
    expected, _ = train_rbm(start, BITS, rng=rng, epochs=n_iter, batch_size=10, n_chains=10, rate=0.2,
                            schedule="constant", average=average)
    np.testing.assert_allclose(rbm.components_, expected.W.T, rtol=1e-10)
    np.testing.assert_allclose(rbm.intercept_visible_, expected.b, rtol=1e-10)
    np.testing.assert_allclose(rbm.intercept_hidden_, expected.c, rtol=1e-10)
    assert rbm.h_samples_.shape == (10, 3) and set(np.unique(rbm.h_samples_)) <= {0, 1}
    assert rbm.n_features_in_ == 5 and rbm.n_samples_seen_ == 60
    np.testing.assert_allclose(rbm.visible_means_, BITS.mean(axis=0))
    assert rbm.rbm_.W.shape == (5, 3)


def test_no_pass_leaves_the_rbm_as_it_starts():
    rbm = BernoulliRBM(3, n_iter=0, random_state=7).fit(BITS)
    start = init_rbm(5, 3, np.random.default_rng(7), BITS, np.float64)
    np.testing.assert_array_equal(rbm.components_, start.W.T)
    np.testing.assert_array_equal(rbm.intercept_visible_, start.b)


def test_a_first_try_on_digits_is_good():
    """scikit-learn's, at its defaults, gives -22.9 and -22.5 nats with the states 0 and 1."""
    train, test = open_data("digits", part="train"), open_data("digits", part="test")
    rbm = BernoulliRBM(16, random_state=0).fit(train[:].astype(np.float32))
    assert log_likelihood(rbm.rbm_, test[:]).mean() > -20.3


def test_methods_are_those_of_the_package():
    rbm = fitted(BernoulliRBM)
    np.testing.assert_array_equal(rbm.transform(BITS), hidden_probs(rbm.rbm_, BITS))
    np.testing.assert_array_equal(rbm.transform(BITS), fitted(BernoulliRBM, n_iter=1).set_params(n_iter=2)
                                  .fit_transform(BITS))
    rng = copy.deepcopy(rbm.random_state_)
    for _ in range(2):
        np.testing.assert_array_equal(rbm.gibbs(BITS), gibbs_step(rbm.rbm_, BITS, rng))


def flip_scores(rbm, v):
    """D log σ(F(v with bit i flipped) - F(v)) for every bit i, written out: (N, D)."""
    def free_energy(v):
        x = v @ rbm.components_.T + rbm.intercept_hidden_
        return -v @ rbm.intercept_visible_ - np.log1p(np.exp(x)).sum(axis=1)

    scores = np.empty(v.shape)
    for i in range(v.shape[1]):
        flipped = v.copy()
        flipped[:, i] = 1 - v[:, i]
        scores[:, i] = -v.shape[1] * np.log1p(np.exp(free_energy(v) - free_energy(flipped)))
    return scores


@pytest.mark.parametrize("v", [np.unique(BITS, axis=0), np.array([[0.2, 0.5, 0.0, 1.0, 0.9], [0.0] * 5])])
def test_score_samples_flips_each_bit_as_often_as_any_other(v):
    rbm = fitted(BernoulliRBM, n_iter=20)
    each = flip_scores(rbm, v)
    draws = np.array([rbm.set_params(random_state=state).score_samples(v) for state in range(300)])  # (draws, N)
    distance = np.abs(draws[:, :, None] - each)
    assert distance.min(axis=2).max() < 1e-9
    counts = np.array([np.bincount(distance[:, n].argmin(axis=1), minlength=5) for n in range(len(v))])
    assert np.abs(counts - 60).max() < 5 * np.sqrt(300 * 0.2 * 0.8)
    if v[0, 0] in (0, 1):
        np.testing.assert_allclose(each.mean(axis=1), pseudo_log_likelihood(rbm.rbm_, v))
        assert np.abs(np.corrcoef(distance[:, :2].argmin(axis=2).T)[0, 1]) < 5 / np.sqrt(300)


def test_a_row_has_the_same_score_alone_and_among_others():
    rbm = fitted(BernoulliRBM)
    scores = rbm.score_samples(BITS)
    np.testing.assert_allclose(rbm.score_samples(BITS[::-1]), scores[::-1])
    np.testing.assert_allclose([rbm.score_samples(row[None])[0] for row in BITS], scores)
    fresh = rbm.set_params(random_state=None)
    assert (fresh.score_samples(BITS) != fresh.score_samples(BITS)).any()


def test_verbose_prints_a_line_a_pass_and_changes_nothing(capsys):
    rbm = fitted(BernoulliRBM, verbose=1)
    assert_same(arrays_of(rbm), arrays_of(fitted(BernoulliRBM)))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for i, line in enumerate(lines, start=1):
        expected = rf"\[BernoulliRBM\] Iteration {i}, pseudo-likelihood = (-\d\.\d\d), time = \d\.\d\ds"
        found = re.fullmatch(expected, line)
        assert found and -5 * np.log(2) < float(found[1]) < -1
    report = FitReport("name", BITS)
    for seconds in (2.0, 5.0):
        report(rbm.rbm_, History({"epoch": [1.0], "seconds": [seconds]}))
    assert [line[-5:] for line in capsys.readouterr().out.splitlines()] == ["2.00s", "3.00s"]


def test_the_dtype_is_that_of_the_rows():
    for dtype in (np.float32, np.float64, np.uint8, bool):
        expected = np.float32 if dtype == np.float32 else np.float64
        rbm = BernoulliRBM(**SMALL[BernoulliRBM])
        assert rbm.fit_transform(BITS.astype(dtype)).dtype == expected == rbm.gibbs(BITS).dtype
        assert {array.dtype for array in arrays_of(rbm)} == {np.dtype(expected)}
        assert {array.dtype for array in arrays_of(rbm.partial_fit(BITS))} == {np.dtype(expected)}
        first = BernoulliRBM(**SMALL[BernoulliRBM]).partial_fit(BITS.astype(dtype))
        assert first.components_.dtype == expected


def test_values_beyond_the_unit_interval_are_clipped_with_a_warning():
    rbm, beyond, inside = fitted(BernoulliRBM), 5 * BITS - 3, BITS.copy()
    beyond[0] = inside[0] = 0.25
    for method in ("fit", "partial_fit", "transform", "score_samples", "gibbs"):
        with pytest.warns(TrainingWarning, match="X: expected values in .0, 1., got values from -3 to 2, which are cl"):
            result = getattr(copy.deepcopy(rbm), method)(beyond)
        expected = getattr(copy.deepcopy(rbm), method)(inside)
        if isinstance(result, BernoulliRBM):
            result, expected = result.components_, expected.components_
        np.testing.assert_array_equal(result, expected)
    for X in (BITS - 1e-9, BITS + 1e-9):
        with pytest.warns(TrainingWarning):
            rbm.transform(X)


def test_names_of_hidden_units():
    rbm = fitted(BernoulliRBM)
    names = rbm.get_feature_names_out()
    assert list(names) == ["bernoullirbm0", "bernoullirbm1", "bernoullirbm2"] and names.dtype == object
    assert list(rbm.get_feature_names_out(list("vwxyz"))) == list(names)
    with pytest.raises(InvalidInput, match="input_features: expected 5 names, got .*; input_features should have len"):
        rbm.get_feature_names_out(["a"])
    rbm.fit(Table(BITS, list(NAMES)))
    assert list(rbm.get_feature_names_out(NAMES)) == list(names)
    with pytest.raises(InvalidInput, match="expected the names a, b, c, d, e, got .*; input_features is not equal to "):
        rbm.get_feature_names_out(list("vwxyz"))


# ---- partial_fit


def step_of(rbm, chains, X, means, rate, rng):
    """One centred step of PCD by the plain functions: (rbm, chains)."""
    X = X[rng.permutation(len(X))]
    h_offset = hidden_probs(rbm, means)
    h_offset += 0.1 * (hidden_probs(rbm, X).mean(axis=0) - h_offset)
    gradient, chains = pcd_gradient(rbm, X, chains, 1, rng)
    gradient = centre(gradient, means, h_offset)
    moved = [a + rate * g for a, g in zip((rbm.W, rbm.b, rbm.c), (gradient.W, gradient.b, gradient.c))]
    return type(rbm)(*moved), chains


@pytest.mark.parametrize("cuts", [[1, 1, 1], [7, 10, 1], [10, 3]])
def test_partial_fit_is_a_step_of_the_rows_from_where_the_chains_are(cuts):
    model, rng = BernoulliRBM(3, learning_rate=0.2, random_state=5), np.random.default_rng(5)
    rbm, start, seen, chains = init_rbm(5, 3, rng, dtype=np.float64), 0, 0, None
    for n in cuts:
        X = BITS[start : start + n]
        seen += n
        means = (BITS[:seen].sum(axis=0) + 1) / (seen + 2)
        if start == 0:
            rbm.b[:] = np.log(means / (1 - means))
        drawn = sample_hidden(rbm, X[np.arange(10) % n], rng)
        chains = drawn if start == 0 else chains  # the first rows start the chains
        rbm, chains = step_of(rbm, chains, X, means, 0.2, rng)
        assert model.partial_fit(X) is model
        np.testing.assert_allclose(model.components_, rbm.W.T, atol=1e-12)
        np.testing.assert_allclose(model.intercept_visible_, rbm.b, atol=1e-12)
        np.testing.assert_allclose(model.intercept_hidden_, rbm.c, atol=1e-12)
        np.testing.assert_array_equal(model.h_samples_, chains)
        start += n
        rbm.W[:] *= 10  # so that it matters where the chains are
        model.components_ = rbm.W.T.copy()
    assert model.n_samples_seen_ == seen
    np.testing.assert_allclose(model.visible_means_, BITS[:seen].mean(axis=0))


@pytest.mark.parametrize("n_rows, steps", [(1, [1]), (4, [4]), (10, [10]), (25, [10, 10, 5])])
def test_partial_fit_of_any_number_of_rows_is_a_pass_over_them(n_rows, steps, monkeypatch):
    sizes, step = [], RBMTrainer.step
    monkeypatch.setattr(RBMTrainer, "step", lambda self, v, rng: (sizes.append(len(v)), step(self, v, rng)))
    rbm = BernoulliRBM(3, random_state=0).partial_fit(BITS[:n_rows])
    assert sizes == steps and rbm.h_samples_.shape == (10, 3)


def test_a_stream_of_single_rows_is_learnt():
    """Better than independent columns are, which divides-by-one of ten chains' sums is not."""
    rbm = BernoulliRBM(4, learning_rate=0.2, random_state=0)
    for row in np.concatenate([BITS] * 5)[:, None]:
        rbm.partial_fit(row)
    p = BITS.mean(axis=0)
    independent = np.mean(np.sum(BITS * np.log(p) + (1 - BITS) * np.log(1 - p), axis=1))
    assert log_likelihood(rbm.rbm_, BITS).mean() > independent + 0.3


def test_partial_fit_goes_on_where_fit_ended():
    rbm = fitted(BernoulliRBM, batch_size=4)
    before = rbm.rbm_
    rbm.set_params(batch_size=100, learning_rate=1e-9).partial_fit(BITS[:3])
    np.testing.assert_allclose(rbm.components_, before.W.T, atol=1e-7)
    assert rbm.h_samples_.shape == (4, 3) and rbm.n_samples_seen_ == 63
    with pytest.raises(InvalidInput, match="X has 4 features, but BernoulliRBM is expecting 5 features as input"):
        rbm.partial_fit(BITS[:, :4])


def test_rows_of_a_call_that_diverged_are_not_counted():
    X = (np.random.default_rng(0).random((50, 6)) < 0.5).astype(float)
    rbm = BernoulliRBM(4, random_state=0).partial_fit(X)
    means = rbm.visible_means_.copy()
    rbm.set_params(learning_rate=1e30)
    with pytest.raises(Diverged):
        rbm.partial_fit(1 - X)
    assert rbm.n_samples_seen_ == 50
    np.testing.assert_array_equal(rbm.visible_means_, means)
