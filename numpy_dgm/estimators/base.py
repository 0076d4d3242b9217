"""What the estimators have in common: parameters by name, the columns that were fitted, what scikit-learn asks for."""
import importlib
import inspect
import sys
import warnings
from dataclasses import fields
from typing import Any

import numpy as np

from ..foundation.checks import InvalidInput, check_integer, invalid
from ..foundation.settings import Settings, did_you_mean
from ..foundation.types import Array
from .inputs import check_rows, column_names


class NotFitted(InvalidInput, AttributeError):
    """A method that needs what `fit` leaves was called before it."""


class Estimator:
    """What the estimators have in common: parameters by name, the check of X, what scikit-learn asks for.

    A subclass has an `__init__` that keeps each parameter in the attribute of its name, and does nothing else.
    """

    kind = ""  # of estimator, in scikit-learn's words
    learnt = ""  # the attribute that is there once it has learnt
    parameters: Any = Settings  # the class that checks them
    n_features_in_: int
    feature_names_in_: Array

    def get_params(self, deep: bool = True) -> dict:
        """The parameters of the constructor with their values, by name. `deep` changes nothing: none is an estimator.
        """
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **params: Any) -> Any:
        """Give parameters new values, and return the estimator. They are checked when it learns.

        Raises InvalidInput for a name that the constructor does not have.
        """
        names = list(self._defaults())
        for name in params:
            if name not in names:
                advice = did_you_mean(name, names)
                raise InvalidInput(f"{name}: {type(self).__name__} has no such parameter; {advice}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        """The call of the constructor that gives such an estimator, without what is at its default."""
        changed = [f"{name}={getattr(self, name)!r}" for name, default in self._defaults().items()
                   if repr(getattr(self, name)) != repr(default)]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn, from 1.6 on, wants to know of an estimator: an object of its own.

        Nothing but scikit-learn calls this, so it is there to be imported; a table of tags without its class would not
        do.
        """
        utils = importlib.import_module("sklearn.utils")
        is_classifier, is_transformer = self.kind == "classifier", self.kind == "transformer"
        return utils.Tags(
            estimator_type=self.kind,
            target_tags=utils.TargetTags(required=is_classifier),
            transformer_tags=utils.TransformerTags(preserves_dtype=["float64", "float32"]) if is_transformer else None,
            classifier_tags=utils.ClassifierTags() if is_classifier else None,
            input_tags=utils.InputTags(sparse=True),
        )

    def _defaults(self):
        """{parameter of the constructor: its default}"""
        parameters = inspect.signature(type(self).__init__).parameters.values()
        return {one.name: one.default for one in parameters if one.name != "self"}

    def _checked(self):
        """The parameters as they are used, a Settings with those names. Raises InvalidInput."""
        if not isinstance(self.verbose, (bool, np.bool_)):
            check_integer("verbose", self.verbose, least=0)
        return self.parameters(**{one.name: getattr(self, one.name) for one in fields(self.parameters)})

    def _require_fit(self):
        """NotFitted where nothing was learnt yet."""
        if not hasattr(self, self.learnt):
            message = f"{type(self).__name__}: expected to be fitted, got no call of fit yet"
            raise scikit_learns("NotFittedError", NotFitted)(message)

    def _rows_to_fit(self, X):
        """X (N, D) as an array; its width and the names of its columns are kept. Raises InvalidInput."""
        names = column_names(X)
        X = check_rows(X)
        self.n_features_in_ = X.shape[1]
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return X

    def _rows(self, X):
        """X (N, D) as an array, where it has the columns of those that were fitted. Raises InvalidInput, NotFitted."""
        self._require_fit()
        return self._columns_of(X, "X")

    def _columns_of(self, X, name):
        """Likewise, while `fit` is still under way; name is that of the argument."""
        names = column_names(X)
        X = check_rows(X, name)
        self._check_columns(name, X.shape[1], names)
        return X

    def _check_columns(self, argument, width, names):
        """InvalidInput where there are `width` columns and not D, or `names` (D,) differ; a warning where some lack."""
        name, expected = type(self).__name__, self.n_features_in_
        known = getattr(self, "feature_names_in_", None)
        if names is not None and known is not None and not np.array_equal(names, known):
            raise invalid(argument, f"the columns {', '.join(known)}", ", ".join(names),
                          "The feature names should match those that were passed during fit.")
        if (names is None) != (known is None):
            has, fitted = ("has", "without") if known is None else ("does not have valid", "with")
            warnings.warn(f"X {has} feature names, but {name} was fitted {fitted} feature names", stacklevel=4)
        if width != expected:
            raise invalid(argument, f"{expected} columns, as in fit", width,
                          f"X has {width} features, but {name} is expecting {expected} features as input")


def scikit_learns(name: str, otherwise: type) -> Any:
    """The exception or warning of that name of scikit-learn where somebody has imported it, else `otherwise`.

    So whoever expects theirs meets theirs. It is looked up, not imported.
    """
    return getattr(sys.modules.get("sklearn.exceptions"), name, otherwise)
