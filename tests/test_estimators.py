"""The estimators beside the package's own functions, and in the manner that scikit-learn asks for, without it.

With scikit-learn itself: tests/benchmarks/estimators.py.
"""
import ast
import copy
import pickle
import re
import sys
import types
import warnings

import numpy as np
import pytest

from numpy_dgm import estimators
from numpy_dgm.adversarial import generate, sliced_wasserstein
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
    train_stack,
    unroll_classifier,
)
from numpy_dgm.energy.gradients import centre
from numpy_dgm.energy.rbm_training import RBMTrainer
from numpy_dgm.estimators import BernoulliRBM, DBNClassifier, GANGenerator, NotFitted, as_generator
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import TrainingWarning
from numpy_dgm.neural import class_logits, train_classifier

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


class Sparse:
    """Like a matrix of scipy.sparse."""

    nnz, format = 3, "csr"

    def __init__(self, values):
        self.values, self.shape = values, values.shape

    def toarray(self):
        return self.values


def fitted(kind, X=BITS, **more):
    labels = np.where(X[:, 0] > 0.5, "on", "off")
    return kind(**{**SMALL[kind], **more}).fit(X, labels)


def arrays_of(rbm):
    return rbm.components_, rbm.intercept_visible_, rbm.intercept_hidden_, rbm.h_samples_


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


# ---- the RBM beside the package's functions


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
    report = estimators.FitReport("name", BITS)
    for seconds in (2.0, 5.0):
        report(rbm.rbm_, estimators.History({"epoch": [1.0], "seconds": [seconds]}))
    assert [line[-5:] for line in capsys.readouterr().out.splitlines()] == ["2.00s", "3.00s"]


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


# ---- the classifier


def test_the_classifier_is_a_stack_unrolled_and_fine_tuned():
    y = np.where(BITS[:, 0] == 1, "yes", "no")
    model = DBNClassifier((4, 3), pretrain_learning_rate=0.2, pretrain_n_iter=2, learning_rate=0.02, n_iter=3,
                          batch_size=7, dropout=0.1, random_state=4).fit(BITS, y)
    rng = np.random.default_rng(4)
    rbms = train_stack(BITS, (4, 3), seed=int(rng.integers(2**63)), epochs=2, batch_size=7, n_chains=7, rate=0.2)
    mlp = unroll_classifier(rbms, 2, rng, 0.1)
    mlp, history = train_classifier(mlp, BITS, (y == "yes").astype(int), rng=rng, epochs=3, batch_size=7, rate=0.02)
    logits = class_logits(mlp, BITS).astype(float)
    np.testing.assert_array_equal(class_logits(model.mlp_, BITS), logits)
    np.testing.assert_array_equal(model.history_["loss"], history["loss"])
    assert_same([rbm.W for rbm in model.rbms_], [rbm.W for rbm in rbms])
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(BITS), p)
    np.testing.assert_allclose(model.predict_log_proba(BITS), np.log(p))
    assert list(model.classes_) == ["no", "yes"]
    np.testing.assert_array_equal(model.predict(BITS), np.array(["no", "yes"])[p.argmax(axis=1)])
    assert model.score(BITS, y) == np.mean(model.predict(BITS) == y)


def test_the_classifier_learns_and_is_sure_without_overflow():
    y = BITS[:, 1].astype(int) * 5 - 2
    model = DBNClassifier((8,), learning_rate=0.03, dropout=0, random_state=0).fit(BITS, y)
    assert model.score(BITS, y) > 0.95 and set(model.predict(BITS)) == {-2, 3}
    model.mlp_.layers[-1].W[:] *= 1e4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(model.predict_log_proba(BITS)).all()
        np.testing.assert_allclose(model.predict_proba(BITS).sum(axis=1), 1)


def test_columns_beyond_the_unit_interval_are_brought_there():
    X = np.column_stack([BITS[:, 0], 100 - 20 * BITS[:, 1], np.full(60, 7.0), 0.5 * BITS[:, 2]])
    model = DBNClassifier(**SMALL[DBNClassifier]).fit(X, BITS[:, 0])
    np.testing.assert_array_equal(model.lowest_, [0, 80, 7, 0])
    np.testing.assert_array_equal(model.widths_, [1, 20, 1, 1])
    scaled = np.column_stack([BITS[:, 0], 1 - BITS[:, 1], np.zeros(60), 0.5 * BITS[:, 2]])
    same = DBNClassifier(**SMALL[DBNClassifier]).fit(scaled, BITS[:, 0])
    np.testing.assert_array_equal(model.predict_proba(X), same.predict_proba(scaled))
    beyond = X + [0, 50, 0, 0]
    clipped = np.clip(scaled + [0, 2.5, 0, 0], 0, 1)
    np.testing.assert_array_equal(model.predict_proba(beyond), same.predict_proba(clipped))


def test_rows_without_labels_serve_the_rbms():
    few, labels = BITS[:6], BITS[:6, 0]
    model = DBNClassifier(**SMALL[DBNClassifier]).fit(few, labels, unlabelled=2 * BITS[6:].astype(np.float32))
    assert model.widths_.max() == 2
    np.testing.assert_allclose(model.rbms_[0].b, fitted(DBNClassifier, np.concatenate([few, 2 * BITS[6:]]))
                               .rbms_[0].b, atol=1e-6)
    with pytest.raises(InvalidInput, match="unlabelled: expected 5 columns, as in fit, got 2"):
        model.fit(few, labels, unlabelled=BITS[:, :2])


@pytest.mark.parametrize("y, message", [
    (None, "y: expected a class for each row, got None; DBNClassifier requires y to be passed, but the target y is"),
    (BITS[:, 0] + 0.5 * (BITS[:, 1]), "y: expected class labels, got real numbers; Unknown label type: continuous"),
    (np.full(60, np.nan), "y: expected finite values"),
    (BITS[:59, 0], r"y: expected a class for each of the 60 rows, got shape \(59,\)"),
    (BITS[:, :2], r"y: expected a class for each of the 60 rows, got shape \(60, 2\)"),
    (np.ones(60), "y: expected at least two classes, got one class"),
    (np.array(["a", 1] * 30, object), "y: expected class labels that can be sorted, got objects of several types"),
    (BITS[:, 0] * 1j, "y: expected class labels, got dtype complex128; Unknown label type"),
])
def test_classes_that_cannot_be_right_are_refused(y, message):
    with pytest.raises(InvalidInput, match=f"^{message}"):
        DBNClassifier(**SMALL[DBNClassifier]).fit(BITS, y)


def test_classes_in_a_column_are_taken_with_a_warning():
    model = DBNClassifier(**SMALL[DBNClassifier])
    with pytest.warns(UserWarning, match="A column-vector y was passed when a 1d array was expected"):
        model.fit(BITS, BITS[:, :1])
    np.testing.assert_array_equal(model.predict_proba(BITS), fitted(DBNClassifier).predict_proba(BITS))
    with pytest.raises(InvalidInput, match=r"y: expected a class for each of the 60 rows, got shape \(59,\)"):
        model.score(BITS, BITS[:59, 0])
    with pytest.warns(UserWarning, match="A column-vector y"):
        assert model.score(BITS, BITS[:, :1]) == model.score(BITS, BITS[:, 0].tolist())


# ---- the generator


def test_the_generator_makes_rows_in_the_unit_of_the_data():
    model = GANGenerator(4, (32,), learning_rate=0.005, n_iter=300, random_state=0).fit(POINTS)
    rows = model.sample(1000)
    mean, scale = POINTS.mean(axis=0), POINTS.std(axis=0)
    assert rows.shape == (1000, 2)
    assert np.abs((rows.mean(axis=0) - mean) / scale).max() < 0.5
    assert np.abs(np.log(rows.std(axis=0) / scale)).max() < 0.7
    assert model.history_["step"][-1] == 300 and model.gan_.n_latent == 4
    scaled = (POINTS - mean) / scale
    own = np.random.default_rng(0)
    made = generate(model.gan_, 80, own)
    assert model.score(POINTS) == pytest.approx(-sliced_wasserstein(scaled, made, 100, own))
    assert model.score(POINTS) > GANGenerator(4, (32,), n_iter=1, random_state=0).fit(POINTS).score(POINTS)
    many = np.repeat(POINTS, 40, axis=0)  # which are more than are scored
    assert model.score(many) == pytest.approx(model.score(many[::2]), abs=0.05)


def test_rows_in_the_unit_interval_are_learnt_as_they_are():
    model = fitted(GANGenerator, BITS)
    assert model.standardiser_ is None
    rows = model.sample(200)
    assert rows.min() >= 0 and rows.max() <= 1
    rng = fitted(GANGenerator, BITS).random_state_
    np.testing.assert_array_equal(rows, generate(model.gan_, 200, rng))


def test_samples_are_fresh_at_each_call_and_repeated_where_a_state_is_given():
    model = fitted(GANGenerator, POINTS)
    first = model.sample(3)
    assert (first != model.sample(3)).all()
    assert (first != model.sample(3, random_state=0)).all()  # which is where the fit began
    np.testing.assert_array_equal(model.sample(3, random_state=1), model.sample(3, random_state=1))
    assert model.sample().shape == (1, 2)
    with pytest.raises(InvalidInput, match="n_samples: expected an integer >= 1, got 0"):
        model.sample(0)
    with pytest.raises(InvalidInput, match="X: expected at least two rows, got one sample"):
        GANGenerator().fit(POINTS[:1])


# ---- what all have in common


@pytest.mark.parametrize("kind", SMALL)
def test_parameters_go_round(kind):
    model = kind(**SMALL[kind])
    parameters = model.get_params()
    assert parameters == {**kind().get_params(), **SMALL[kind]} == model.get_params(deep=False)
    assert kind(**parameters).get_params() == parameters
    assert kind().set_params(**parameters).get_params() == parameters
    assert model.set_params() is model
    assert vars(model) == parameters
    with pytest.raises(InvalidInput, match=f"batchsize: {kind.__name__} has no such parameter; did you mean batch_si"):
        model.set_params(random_state=3, batchsize=5)
    with pytest.raises(InvalidInput, match="zzz: .* has no such parameter; expected one of .*batch_size, .*random_"):
        model.set_params(zzz=5)
    assert model.get_params() == parameters


def test_an_estimator_shows_what_is_not_at_its_default():
    assert repr(BernoulliRBM(3, n_iter=10, verbose=True)) == "BernoulliRBM(n_components=3, verbose=True)"
    assert repr(GANGenerator(hidden_layer_sizes=np.array([3, 4]))) == "GANGenerator(hidden_layer_sizes=array([3, 4]))"


@pytest.mark.parametrize("kind, name", [
    (BernoulliRBM, "transform"), (BernoulliRBM, "score_samples"), (BernoulliRBM, "gibbs"), (DBNClassifier, "predict"),
    (DBNClassifier, "predict_proba"), (DBNClassifier, "predict_log_proba"), (GANGenerator, "score"),
])
def test_a_method_before_fit_says_so(kind, name):
    with pytest.raises(NotFitted, match=f"^{kind.__name__}: expected to be fitted, got no call of fit yet"):
        getattr(kind(), name)(BITS)
    assert issubclass(NotFitted, InvalidInput) and issubclass(NotFitted, AttributeError)


def test_what_takes_no_rows_says_so_before_fit_too():
    for call in (GANGenerator().sample, BernoulliRBM().get_feature_names_out, lambda: BernoulliRBM().rbm_):
        with pytest.raises(NotFitted):
            call()
    assert not hasattr(BernoulliRBM(), "rbm_")


@pytest.mark.parametrize("kind", SMALL)
def test_an_estimator_is_pickled_with_what_it_learnt(kind):
    model = fitted(kind)
    again = pickle.loads(pickle.dumps(model))
    for name, value in vars(model).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(again, name), value)
    method = {BernoulliRBM: "gibbs", DBNClassifier: "predict", GANGenerator: "score"}[kind]
    np.testing.assert_array_equal(getattr(again, method)(BITS), getattr(model, method)(BITS))


BAD = [
    ("batch_size", 0, "batch_size: expected an integer >= 1, got 0"),
    ("learning_rate", 0, r"learning_rate: expected a number in \(0, inf\), got 0"),
    ("verbose", -1, "verbose: expected an integer >= 0, got -1"),
    ("random_state", -1, "random_state: expected an integer >= 0, got -1"),
    ("random_state", "0", "random_state: expected None, an integer >= 0, a numpy Generator or RandomState, got '0'"),
]
OWN_BAD = [
    (BernoulliRBM, "n_components", 1.5, "n_components: expected an integer >= 1, got 1.5"),
    (BernoulliRBM, "n_iter", -1, "n_iter: expected an integer >= 0, got -1"),
    (DBNClassifier, "n_iter", 0, "n_iter: expected an integer >= 1, got 0"),
    (DBNClassifier, "pretrain_n_iter", 0, "pretrain_n_iter: expected an integer >= 1, got 0"),
    (DBNClassifier, "pretrain_learning_rate", 0, r"pretrain_learning_rate: expected a number in \(0, inf\), got 0"),
    (DBNClassifier, "dropout", 1, r"dropout: expected a number in \[0, 1\), got 1"),
    (GANGenerator, "n_latent", 0, "n_latent: expected an integer >= 1, got 0"),
    (GANGenerator, "n_iter", 0, "n_iter: expected an integer >= 1, got 0"),
    (GANGenerator, "penalty", -1, r"penalty: expected a number in \[0, inf\), got -1"),
    (GANGenerator, "hidden_layer_sizes", (3, 0), "hidden_layer_sizes: expected an integer >= 1, got 0"),
]


@pytest.mark.parametrize("kind, name, value, message", [(kind, *bad) for kind in SMALL for bad in BAD] + OWN_BAD)
def test_a_parameter_out_of_range_is_refused_when_it_is_used(kind, name, value, message):
    model = kind(**{**SMALL[kind], name: value})
    with pytest.raises(InvalidInput, match=f"^{message}"):
        model.fit(BITS, BITS[:, 0])
    if kind is BernoulliRBM and name != "random_state":
        with pytest.raises(InvalidInput, match=f"^{message}"):
            model.partial_fit(BITS)


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


def test_the_dtype_is_that_of_the_rows():
    for dtype in (np.float32, np.float64, np.uint8, bool):
        expected = np.float32 if dtype == np.float32 else np.float64
        rbm = BernoulliRBM(**SMALL[BernoulliRBM])
        assert rbm.fit_transform(BITS.astype(dtype)).dtype == expected == rbm.gibbs(BITS).dtype
        assert {array.dtype for array in arrays_of(rbm)} == {np.dtype(expected)}
        assert {array.dtype for array in arrays_of(rbm.partial_fit(BITS))} == {np.dtype(expected)}
        first = BernoulliRBM(**SMALL[BernoulliRBM]).partial_fit(BITS.astype(dtype))
        assert first.components_.dtype == expected


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


def test_names_of_columns():
    table = Table(BITS, list(NAMES))
    rbm = fitted(BernoulliRBM)
    rbm.fit(table)
    assert list(rbm.feature_names_in_) == list(NAMES) and rbm.feature_names_in_.dtype == object
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rbm.transform(table)
    with pytest.raises(InvalidInput, match="X: expected the columns a, b, c, d, e, got b, a, c, d, e; The feature na"):
        rbm.transform(Table(BITS, ["b", "a", "c", "d", "e"]))
    with pytest.warns(UserWarning, match="X does not have valid feature names, but BernoulliRBM was fitted with fe"):
        rbm.transform(BITS)
    rbm.fit(BITS)
    assert not hasattr(rbm, "feature_names_in_")
    with pytest.warns(UserWarning, match="X has feature names, but BernoulliRBM was fitted without feature names"):
        rbm.transform(table)


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


# ---- scikit-learn, which is not there


def test_scikit_learn_is_not_imported():
    tree = ast.parse(open(estimators.__file__, encoding="utf8").read())
    imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert not any("sklearn" in ast.unparse(node) for node in imported)
    assert not hasattr(BernoulliRBM, "set_output")


def test_tags_are_made_of_scikit_learns_classes(monkeypatch):
    names = ("Tags", "TargetTags", "TransformerTags", "ClassifierTags", "InputTags")
    utils = types.SimpleNamespace(**dict.fromkeys(names, dict))
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.utils", utils)
    common = dict(input_tags=dict(sparse=True))
    assert BernoulliRBM().__sklearn_tags__() == dict(
        estimator_type="transformer", target_tags=dict(required=False), classifier_tags=None,
        transformer_tags=dict(preserves_dtype=["float64", "float32"]), **common)
    assert DBNClassifier().__sklearn_tags__() == dict(
        estimator_type="classifier", target_tags=dict(required=True), classifier_tags={}, transformer_tags=None,
        **common)
    assert GANGenerator().__sklearn_tags__() == dict(
        estimator_type="density_estimator", target_tags=dict(required=False), classifier_tags=None,
        transformer_tags=None, **common)


def test_whoever_has_imported_scikit_learn_meets_its_errors(monkeypatch):
    class NotFittedError(ValueError, AttributeError):
        pass

    class DataConversionWarning(UserWarning):
        pass

    exceptions = types.SimpleNamespace(NotFittedError=NotFittedError, DataConversionWarning=DataConversionWarning)
    monkeypatch.setitem(sys.modules, "sklearn.exceptions", exceptions)
    with pytest.raises(NotFittedError, match="BernoulliRBM: expected to be fitted"):
        BernoulliRBM().transform(BITS)
    with pytest.warns(DataConversionWarning):
        DBNClassifier(**SMALL[DBNClassifier]).fit(BITS, BITS[:, :1])
