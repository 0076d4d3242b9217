"""DBNClassifier: a deep belief net as a classifier, with scikit-learn's conventions."""
import numbers
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..energy.unrolling import train_stack, unroll_classifier
from ..foundation.checks import check_values, invalid
from ..foundation.numerics import logsumexp
from ..foundation.settings import Settings, setting
from ..foundation.types import Array
from ..neural.mlp_training import class_logits, train_classifier
from .base import Estimator, scikit_learns
from .inputs import as_generator, dense, in_unit_interval


@dataclass(frozen=True, kw_only=True)
class DBNParameters(Settings):
    """The parameters of DBNClassifier as they are used, but for verbose and random_state."""

    hidden_layer_sizes: tuple = setting(help="hidden units of each RBM, the lowest first")
    pretrain_learning_rate: float = setting(help="of the RBMs", above=0)
    pretrain_n_iter: int = setting(help="passes over the rows for each RBM")
    learning_rate: float = setting(help="of the network", above=0)
    n_iter: int = setting(help="passes over the rows for the network")
    batch_size: int = setting(help="rows a step")
    dropout: float = setting(help="fraction of a hidden layer's values that is dropped", below=1)


class DBNClassifier(Estimator):
    """A deep belief net for classification: RBMs stacked without labels, unrolled, fine-tuned with labels.

        h_l = σ(c_l + h_(l-1) W_l)        p(y given v) = softmax(c + h_L W)_y        h_0 = v

    hidden_layer_sizes        hidden units of each RBM, the lowest first
    pretrain_learning_rate    of the RBMs, by persistent contrastive divergence
    pretrain_n_iter           passes over the rows for each RBM
    learning_rate             of the network, by Adam; it falls linearly to 0
    n_iter                    passes over the rows for the network
    batch_size                rows a step
    dropout                   fraction of a hidden layer's values that is dropped in fine-tuning
    verbose                   whether `fit` says on standard error how far it is
    random_state              an integer, None, a numpy Generator or RandomState, as in BernoulliRBM

    Columns of which values lie outside [0, 1] are brought there by their least and greatest value among the rows
    that are fitted, and clipped.

    Attributes after `fit`: classes_ (C,), sorted; rbms_, the list of RBMs before fine-tuning; mlp_, the network;
    history_ of the fine-tuning; n_features_in_, and feature_names_in_ (D,) of a DataFrame; lowest_ and widths_ (D,),
    what is taken off the columns and what they are then divided by. Hinton, Osindero and Teh 2006; Bengio, Lamblin,
    Popovici and Larochelle 2007.
    """

    kind = "classifier"
    learnt = "mlp_"
    parameters = DBNParameters

    def __init__(self, hidden_layer_sizes: Any = (256,), *, pretrain_learning_rate: float = 0.1,
                 pretrain_n_iter: int = 20, learning_rate: float = 0.01, n_iter: int = 60, batch_size: int = 20,
                 dropout: float = 0.3, verbose: int = 0, random_state: Any = None):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.pretrain_learning_rate = pretrain_learning_rate
        self.pretrain_n_iter = pretrain_n_iter
        self.learning_rate = learning_rate
        self.n_iter = n_iter
        self.batch_size = batch_size
        self.dropout = dropout
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: Any, y: Any, unlabelled: Any = None) -> "DBNClassifier":
        """Learn from the rows X (N, D) and their classes y (N,), any labels that sort: the estimator itself.

        unlabelled     None, or more rows (M, D), from which the RBMs learn, too

        Draws: a seed for the RBMs, the weights to the classes, then as `train_classifier`. Raises InvalidInput, and
        Diverged.
        """
        checked = self._checked()
        rng = as_generator(self.random_state)
        X = self._rows_to_fit(X)
        self.classes_, labels = classes_of(y, len(X), type(self).__name__)
        rows = X if unlabelled is None else np.concatenate([X, self._columns_of(unlabelled, "unlabelled")])
        self.lowest_, self.widths_ = unit_ranges(rows)
        self.rbms_ = self._pretrained(self._scaled(rows), checked, rng)
        mlp = unroll_classifier(self.rbms_, len(self.classes_), rng, checked.dropout)
        self.mlp_, self.history_ = train_classifier(
            mlp, self._scaled(X), labels, rng=rng, progress=bool(self.verbose), epochs=checked.n_iter,
            batch_size=checked.batch_size, rate=checked.learning_rate)
        return self

    def predict(self, X: Any) -> Array:
        """The likeliest class of each row of X: (N, D) -> (N,), of classes_. Raises InvalidInput, NotFitted."""
        log_p = self.predict_log_proba(X)
        return self.classes_[log_p.argmax(axis=1)]

    def predict_proba(self, X: Any) -> Array:
        """p(y given v) for each row v of X and each of classes_: (N, D) -> (N, C). Raises InvalidInput, NotFitted."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> Array:
        """log p(y given v) = s_y - log Σ_k exp(s_k), s the logits of the row v: (N, D) -> (N, C), in float64.

        Raises InvalidInput, NotFitted.
        """
        X = self._rows(X)
        logits = class_logits(self.mlp_, self._scaled(X)).astype(np.float64)
        return logits - logsumexp(logits, axis=1)[:, None]

    def score(self, X: Any, y: Any) -> float:
        """The fraction of the rows X (N, D) whose class in y (N,) is predicted. Raises InvalidInput, NotFitted."""
        predicted = self.predict(X)
        y = label_array(y, len(predicted))
        return float(np.mean(predicted == y))

    def _pretrained(self, cases, checked, rng):
        """The stack of RBMs that `cases` (N, D) in [0, 1] give, a list."""
        seed = int(rng.integers(2**63))
        return train_stack(cases, checked.hidden_layer_sizes, seed=seed, progress=bool(self.verbose),
                           epochs=checked.pretrain_n_iter, batch_size=checked.batch_size, n_chains=checked.batch_size,
                           rate=checked.pretrain_learning_rate)

    def _scaled(self, X):
        """X with its columns in [0, 1], as they were brought there in `fit`: X itself where nothing was to be done."""
        if not self.lowest_.any() and (self.widths_ == 1).all():
            return in_unit_interval(X)
        return np.clip((X - self.lowest_) / self.widths_, 0, 1)


def unit_ranges(X: Array) -> tuple[Array, Array]:
    """`(lowest, widths)` with which (X - lowest) / widths lies in [0, 1], both (D,): 0 and 1 where X does already.

    A column that does not vary has the width 1.
    """
    lowest, highest = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
    is_inside = (lowest >= 0) & (highest <= 1)
    lowest[is_inside] = 0
    highest[is_inside] = 1
    widths = highest - lowest
    widths[widths == 0] = 1
    return lowest, widths


def classes_of(y: Any, n_rows: int, name: str) -> tuple[Array, Array]:
    """`(classes, labels)` of y (N,): the sorted classes (C,), and which of them each row is of, (N,) integers.

    Raises InvalidInput, also where there is one class only.
    """
    if y is None:
        raise invalid("y", "a class for each row", None, f"{name} requires y to be passed, but the target y is None")
    y = label_array(y, n_rows)
    if y.dtype.kind == "f" and (y != np.floor(y)).any():
        raise invalid("y", "class labels", "real numbers", "Unknown label type: continuous")
    try:
        classes, labels = np.unique(y, return_inverse=True)
    except TypeError as error:
        raise invalid("y", "class labels that can be sorted", f"objects of several types ({error})",
                      "Unknown label type") from error
    if len(classes) < 2:
        raise invalid("y", "at least two classes", "one class")
    return classes, labels


def label_array(y: Any, n_rows: int) -> Array:
    """The labels y (N,) as an array; a column (N, 1) is taken, with a warning. Raises InvalidInput."""
    y = dense("y", y)
    if y.ndim == 2 and y.shape[1] == 1:
        warnings.warn("A column-vector y was passed when a 1d array was expected; its .ravel() is taken",
                      scikit_learns("DataConversionWarning", UserWarning), stacklevel=4)
        y = y[:, 0]
    if y.shape != (n_rows,):
        raise invalid("y", f"a class for each of the {n_rows} rows", f"shape {y.shape}")
    if y.dtype.kind not in "biufOUS":
        raise invalid("y", "class labels", f"dtype {y.dtype}", "Unknown label type")
    if y.dtype.kind == "O" and all(isinstance(label, numbers.Real) for label in y):
        y = np.array(y.tolist())
    if y.dtype.kind == "f":
        check_values("y", y)
    return y
