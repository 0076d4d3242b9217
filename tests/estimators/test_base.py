"""What the estimators have in common, and what scikit-learn, which is not there, asks of them."""
import ast
import pickle
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import pytest
from small_estimators import BITS, NAMES, SMALL, Table, fitted

from numpy_dgm import estimators
from numpy_dgm.estimators import BernoulliRBM, DBNClassifier, GANGenerator, NotFitted
from numpy_dgm.foundation.checks import InvalidInput


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


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("width", [4, 6])
def test_rows_of_another_width_than_was_fitted_are_refused(kind, width):
    model, X = fitted(kind), np.zeros((3, width))
    method = {BernoulliRBM: "transform", DBNClassifier: "predict", GANGenerator: "score"}[kind]
    message = f"X: expected 5 columns, as in fit, got {width}; X has {width} features, but {kind.__name__} is expect"
    with pytest.raises(InvalidInput, match=f"^{message}ing 5 features"):
        getattr(model, method)(X)


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


# ---- scikit-learn, which is not there


def test_scikit_learn_is_not_imported():
    for path in Path(estimators.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf8"))
        imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert imported and not any("sklearn" in ast.unparse(node) for node in imported), path
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
