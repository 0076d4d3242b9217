"""Estimators in the manner of scikit-learn, for its pipelines and searches. scikit-learn is not imported.

    BernoulliRBM     a restricted Boltzmann machine with the parameters, attributes and methods of scikit-learn's
    DBNClassifier    RBMs stacked without labels, unrolled into a network, fine-tuned with labels
    GANGenerator     a generator of rows like those that it was fitted to

An estimator keeps its parameters as they are given. `fit` checks them, learns by the package's own training loop, and
leaves what was learnt in attributes whose names end in an underscore. The models of the package are among these
(`rbm_`, `mlp_`, `gan_`), for whatever else the package can do with them.

X may be anything of real numbers that NumPy can make an array of, a DataFrame, or a sparse matrix, of which its
.toarray() is taken. BernoulliRBM reads the rows of a memory map as it needs them.

N rows    D columns    K hidden units    C classes    v (N, D) visible values    h (N, K) hidden values

Buitinck et al. 2013 (the manner).
"""
import difflib
import importlib
import inspect
import sys
import warnings
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from .adversarial.coverage import sliced_wasserstein
from .adversarial.gan import generate, make_gan
from .adversarial.gan_training import train_gan
from .adversarial.penalties import R1
from .energy.rbm import RBM, _free_energy, _hidden_probs, check_rbm, gibbs_step, init_rbm
from .energy.rbm_training import RBMSettings, RBMTrainer, check_settings
from .energy.unrolling import stack_means, train_stack, unroll_classifier
from .foundation.batches import case_blocks, count_minibatches, mean_of_cases
from .foundation.checks import (
    LARGEST,
    InvalidInput,
    as_array,
    check_array,
    check_generator,
    check_integer,
    check_values,
    invalid,
    shown,
    speaks_numpy,
)
from .foundation.guards import TrainingWarning
from .foundation.numerics import logsumexp, sum_of_softplus
from .foundation.optimizers import Adam
from .foundation.progress import History
from .foundation.settings import Settings, setting
from .foundation.standardiser import fit_standardiser, standardise, unstandardise
from .foundation.training import run_training, take_turn
from .foundation.types import Array, Generator
from .neural.mlp import init_mlp
from .neural.mlp_training import class_logits, train_classifier

__all__ = ["BernoulliRBM", "DBNClassifier", "GANGenerator", "NotFitted"]

AVERAGED = 0.1  # of the steps of a fit: about so many of the last ones go into the moving average of the parameters
HASH_SCALE = 2**16  # by which grey levels, too, are spread over whole turns
AVERAGE = 0.999  # decay of the generator's moving average, a step
SCORED_ROWS = 2000  # at most so many rows that a GAN is scored by
SCORED_DIRECTIONS = 100


class NotFitted(InvalidInput, AttributeError):
    """A method that needs what `fit` leaves was called before it."""


class NoNumbers(InvalidInput, TypeError):
    """Objects that cannot be made numbers of."""


@dataclass(frozen=True, kw_only=True)
class RBMParameters(Settings):
    """The parameters of BernoulliRBM as they are used, but for verbose and random_state, as in the other two."""

    n_components: int = setting(help="hidden units")
    learning_rate: float = setting(help="of each step", above=0)
    batch_size: int = setting(help="rows a step, and chains")
    n_iter: int = setting(help="passes over the rows", least=0)


@dataclass(frozen=True, kw_only=True)
class DBNParameters(Settings):
    """Those of DBNClassifier."""

    hidden_layer_sizes: tuple = setting(help="hidden units of each RBM, the lowest first")
    pretrain_learning_rate: float = setting(help="of the RBMs", above=0)
    pretrain_n_iter: int = setting(help="passes over the rows for each RBM")
    learning_rate: float = setting(help="of the network", above=0)
    n_iter: int = setting(help="passes over the rows for the network")
    batch_size: int = setting(help="rows a step")
    dropout: float = setting(help="fraction of a hidden layer's values that is dropped", below=1)


@dataclass(frozen=True, kw_only=True)
class GANParameters(Settings):
    """Those of GANGenerator."""

    n_latent: int = setting(help="numbers of noise that a row is made of")
    hidden_layer_sizes: tuple = setting(help="hidden units of the generator's layers")
    learning_rate: float = setting(help="of both players", above=0)
    n_iter: int = setting(help="steps of either player")
    batch_size: int = setting(help="rows a step")
    penalty: float = setting(help="weight of R1")


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
                nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
                advice = f"did you mean {nearest[0]}?" if nearest else f"expected one of {', '.join(names)}"
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


class BernoulliRBM(Estimator):
    """A restricted Boltzmann machine of bits, with scikit-learn's parameters, attributes and methods.

        E(v, h) = -b·v - c·h - vᵀ W h        p(v, h) = exp(-E(v, h)) / Z

    n_components     K, the number of hidden units
    learning_rate    of each step
    batch_size       rows a step, and chains
    n_iter           passes of `fit` over the rows; 0 leaves the RBM as it starts
    verbose          whether `fit` prints a line a pass
    random_state     an integer, from which the same numbers are drawn at each call; None; a numpy Generator or
                     RandomState, which goes on from call to call

    It learns by persistent contrastive divergence, as scikit-learn's does, and differs from it where that learns
    better: each phase of the gradient is the mean over its own rows (theirs divides both by the rows of the data, and
    so is wrong for a last batch that is short), it is centred, the rows come in a new order each pass, the visible
    biases start at the base rates of the columns, chains start at rows, and `fit` ends with a moving average of the
    parameters over about the last tenth of its steps. Rows have values in [0, 1]; beyond these they are clipped, and a
    TrainingWarning says so.

    Attributes after `fit` or `partial_fit`:

    components_ (K, D)              Wᵀ, the weights
    intercept_hidden_ (K,)          c, the hidden biases
    intercept_visible_ (D,)         b, the visible biases
    h_samples_ (batch_size, K)      the hidden states of the chains
    rbm_                            the RBM of this package with these weights and biases
    n_features_in_                  D
    feature_names_in_ (D,)          the names of the columns, where X is a DataFrame with names
    n_samples_seen_, visible_means_ (D,)    how many rows there were, and their mean
    random_state_                   the Generator that `partial_fit` and `gibbs` go on with

    They are in float32 where X is, else in float64. Smolensky 1986; Tieleman 2008 (PCD); Melchior, Fischer and Wiskott
    2016 (centring).
    """

    kind = "transformer"
    learnt = "components_"
    parameters = RBMParameters

    def __init__(self, n_components: int = 256, *, learning_rate: float = 0.1, batch_size: int = 10, n_iter: int = 10,
                 verbose: int = 0, random_state: Any = None):
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> "BernoulliRBM":
        """Learn from the rows X (N, D), afresh: the estimator itself. y is not used.

        Draws: the weights, the chains, then for each pass the order of the rows and each step's Gibbs step. Raises
        InvalidInput, and Diverged.
        """
        checked = self._checked()
        rng = as_generator(self.random_state)
        X = in_unit_interval(self._rows_to_fit(X))
        rbm = init_rbm(X.shape[1], checked.n_components, rng, X, float_type(X))
        n_steps = checked.n_iter * count_minibatches(X, checked.batch_size)
        decay = 1 - 1 / (AVERAGED * n_steps) if AVERAGED * n_steps > 1 else None
        trainer = rbm_trainer(rbm, X, rng, checked, checked.batch_size, max(1, checked.n_iter), decay)
        if checked.n_iter > 0:
            report = FitReport(type(self).__name__, X) if self.verbose else None
            rbm, _ = run_training(trainer, rng, on_record=report)
        self.n_samples_seen_, self.visible_means_ = len(X), mean_of_cases(X, np.arange(len(X)))
        return self._keep(rbm, trainer, rng)

    def partial_fit(self, X: Any, y: Any = None) -> "BernoulliRBM":
        """One pass over the rows X (N, D), from where the RBM and its chains are: the estimator itself. y is not used.

        Up to batch_size rows are one step, as they are in scikit-learn; more are several, so that it does not matter
        how a stream of rows is cut. The steps are of the whole learning_rate and not averaged: lower it by
        `set_params` as the stream goes on. The first rows set the visible biases, by Laplace's rule of succession, to
        base rates of (n₁ + 1) / (N + 2). Draws: before the first rows the weights; always as `fit`. Raises
        InvalidInput, and Diverged.
        """
        checked = self._checked()
        is_first = not hasattr(self, "components_")
        X = in_unit_interval(self._rows_to_fit(X) if is_first else self._rows(X))
        rng = as_generator(self.random_state) if is_first else self.random_state_
        base_rates = self._see(X, is_first)
        if is_first:
            rbm = init_rbm(X.shape[1], checked.n_components, rng, dtype=float_type(X))
            rbm.b[:] = rbm.visible.starting_bias(base_rates)
            trainer = rbm_trainer(rbm, X, rng, checked, checked.batch_size)
        else:
            trainer = rbm_trainer(self.rbm_, X, rng, checked, len(self.h_samples_))
            trainer.chains[:] = self.h_samples_
        trainer.v_offset[:] = base_rates
        trainer.h_offset[:] = _hidden_probs(trainer.model, trainer.v_offset[None])[0]
        rbm = take_turn(trainer, rng)
        return self._keep(rbm, trainer, rng)

    def transform(self, X: Any) -> Array:
        """p(hⱼ = 1 given v) = σ(cⱼ + (vᵀW)ⱼ) for each row v of X: (N, D) -> (N, K). Raises InvalidInput, NotFitted."""
        X = in_unit_interval(self._rows(X))
        return stack_means([self.rbm_], X)

    def fit_transform(self, X: Any, y: Any = None) -> Array:
        """`fit` to the rows X (N, D), and `transform` of them: (N, K). Raises InvalidInput, and Diverged."""
        return self.fit(X).transform(X)

    def score_samples(self, X: Any) -> Array:
        """A draw of the pseudo-likelihood of each row v of X, one bit of which is flipped: (N, D) -> (N,), in nats.

            D log σ(F(v with bit i flipped) - F(v))        i drawn, each bit as likely as any other

        Its mean over i is Σᵢ log p(vᵢ given all other v), which `pseudo_log_likelihood` gives exactly, in D times the
        time. Grey levels are flipped to 1 - vᵢ, as in scikit-learn. Which bit it is of a row is drawn afresh at each
        call, unless random_state is an integer; it does not depend on the other rows, so that a row has the same score
        alone and among others. Raises InvalidInput, NotFitted. Besag 1975.
        """
        X = in_unit_interval(self._rows(X))
        return pseudo_likelihoods(self.rbm_, X, as_generator(self.random_state))

    def gibbs(self, v: Any) -> Array:
        """One step of block Gibbs sampling from each row of v: (N, D) -> (N, D), 0 and 1 as floats.

        Draws, in this order: h, then v. Raises InvalidInput, NotFitted.
        """
        v = in_unit_interval(self._rows(v))
        return gibbs_step(self.rbm_, v, self.random_state_)

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """The names bernoullirbm0, bernoullirbm1, ... of the columns that `transform` gives: (K,) of objects.

        input_features     None, or the names of the D columns of X. Raises InvalidInput, NotFitted.
        """
        n_components = len(self.rbm_.c)
        known = getattr(self, "feature_names_in_", None)
        if input_features is not None:
            names = dense("input_features", input_features)
            if known is not None and not np.array_equal(names, known):
                raise invalid("input_features", f"the names {', '.join(known)}", shown(input_features),
                              "input_features is not equal to feature_names_in_")
            if names.shape != (self.n_features_in_,):
                raise invalid("input_features", f"{self.n_features_in_} names", shown(input_features),
                              "input_features should have length equal to number of features")
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{j}" for j in range(n_components)], dtype=object)

    @property
    def rbm_(self) -> RBM:
        """The RBM of components_, intercept_visible_ and intercept_hidden_. Raises InvalidInput, NotFitted."""
        self._require_fit()
        return check_rbm(RBM(self.components_.T, self.intercept_visible_, self.intercept_hidden_))

    def _see(self, X, is_first):
        """Take the rows X into their running mean: the base rates (n₁ + 1) / (N + 2) of all rows so far, (D,)."""
        seen, means = (0, 0.0) if is_first else (self.n_samples_seen_, self.visible_means_)
        self.n_samples_seen_ = seen + len(X)
        sums = seen * means + len(X) * mean_of_cases(X, np.arange(len(X)))
        self.visible_means_ = sums / self.n_samples_seen_
        return (sums + 1) / (self.n_samples_seen_ + 2)

    def _keep(self, rbm, trainer, rng):
        self.components_, self.intercept_visible_, self.intercept_hidden_ = rbm.W.T, rbm.b, rbm.c
        self.h_samples_ = trainer.chains
        self.random_state_ = rng
        return self


def rbm_trainer(rbm: RBM, X: Array, rng: Generator, checked: RBMParameters, n_chains: int, epochs: int = 1,
                average: Any = None) -> RBMTrainer:
    """The package's run of PCD that begins at `rbm`, with the rate and the batches of `checked`. Raises InvalidInput.
    """
    settings = RBMSettings(method="pcd", batch_size=checked.batch_size, rate=checked.learning_rate, epochs=epochs,
                           schedule="constant", n_chains=n_chains, average=average)
    check_settings(rbm, settings)
    return RBMTrainer(rbm, X, settings, rng)


class FitReport:
    """What `BernoulliRBM.fit` prints after each pass over the rows X, a line as scikit-learn's."""

    def __init__(self, name: str, X: Array):
        self.name, self.X, self.seconds_before = name, X, 0.0

    def __call__(self, rbm: RBM, history: History) -> None:
        """Print the number of the pass, the mean pseudo-likelihood of the rows, and the seconds that it took."""
        score = pseudo_likelihoods(rbm, self.X, np.random.default_rng(0)).mean()  # the run's own draws stay as they are
        seconds = history.last("seconds", 0.0)
        print(f"[{self.name}] Iteration {history.last('epoch', 0):.0f}, pseudo-likelihood = {score:.2f}, "
              f"time = {seconds - self.seconds_before:.2f}s")
        self.seconds_before = seconds


def pseudo_likelihoods(rbm: RBM, data: Array, rng: Generator) -> Array:
    """D log σ(F(v with bit i flipped) - F(v)) of each row v of data (N, D), which are in [0, 1]: (N,).

    i is a hash of the row, i = ⌊D frac(r₀ + r·v)⌋ with numbers r drawn here. Over r each bit is as likely as any other,
    and independently so for any two rows that differ; rows that are alike have the same bit. Draws D + 1 uniform
    numbers. Carter and Wegman 1979 (hashing).
    """
    n_visible = len(rbm.b)
    r0 = rng.random()
    r = HASH_SCALE * rng.random(n_visible)
    scores = []
    for v in case_blocks(data, np.arange(len(data)), rbm.W.dtype):
        rows = np.arange(len(v))
        turns = r0 + v.astype(np.float64) @ r
        i = (n_visible * (turns % 1)).astype(np.int64)
        flipped = v.copy()
        flipped[rows, i] = 1 - v[rows, i]
        difference = _free_energy(rbm, flipped) - _free_energy(rbm, v)
        scores.append(-n_visible * sum_of_softplus(-difference[:, None]))  # log σ(y) = -log(1 + exp(-y))
    return np.concatenate(scores)


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
        settings = {"epochs": checked.n_iter, "batch_size": checked.batch_size, "rate": checked.learning_rate}
        self.mlp_, self.history_ = train_classifier(mlp, self._scaled(X), labels, rng=rng, progress=bool(self.verbose),
                                                    **settings)
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
        settings = {"epochs": checked.pretrain_n_iter, "batch_size": checked.batch_size,
                    "n_chains": checked.batch_size, "rate": checked.pretrain_learning_rate}
        return train_stack(cases, checked.hidden_layer_sizes, seed=seed, progress=bool(self.verbose), **settings)

    def _scaled(self, X):
        """X with its columns in [0, 1], as they were brought there in `fit`: X itself where nothing was to be done."""
        if not self.lowest_.any() and (self.widths_ == 1).all():
            return in_unit_interval(X)
        return np.clip((X - self.lowest_) / self.widths_, 0, 1)


class GANGenerator(Estimator):
    """A generative adversarial network that makes rows like those it was fitted to.

        z ~ N(0, I)    x = G(z)        D tells x from the rows; G learns until it cannot

    n_latent              numbers of noise that a row is made of
    hidden_layer_sizes    of the generator, and in the other order of the discriminator; leaky ReLUs
    learning_rate         of both players at the start, by Adam; it falls linearly to 0
    n_iter                steps of the generator, and of the discriminator
    batch_size            rows a step
    penalty               weight of R1, on the discriminator's gradient at the rows
    verbose               whether `fit` says on standard error how far it is
    random_state          an integer, None, a numpy Generator or RandomState, as in BernoulliRBM

    Rows that all lie in [0, 1], such as grey levels, are learnt as they are, and the generator ends in σ; the columns
    of others are standardised first. The generator is given back as its moving average.

    Attributes after `fit`: gan_, the GAN; standardiser_, from the rows to what the networks see and back, or None;
    history_; n_features_in_, and feature_names_in_ (D,) of a DataFrame; random_state_, the Generator that `sample` goes
    on with. Goodfellow et al. 2014; Mescheder, Geiger and Nowozin 2018 (R1).
    """

    kind = "density_estimator"
    learnt = "gan_"
    parameters = GANParameters

    def __init__(self, n_latent: int = 16, hidden_layer_sizes: Any = (128, 128), *, learning_rate: float = 0.001,
                 n_iter: int = 6000, batch_size: int = 64, penalty: float = 0.5, verbose: int = 0,
                 random_state: Any = None):
        self.n_latent = n_latent
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate = learning_rate
        self.n_iter = n_iter
        self.batch_size = batch_size
        self.penalty = penalty
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> "GANGenerator":
        """Learn from the rows X (N, D), two or more that differ: the estimator itself. y is not used.

        Draws: the generator's weights, the discriminator's, then as `train_gan`. Raises InvalidInput, and Diverged.
        """
        checked = self._checked()
        rng = as_generator(self.random_state)
        X = self._rows_to_fit(X)
        if len(X) < 2:
            raise invalid("X", "at least two rows", "one sample")
        self.standardiser_ = None if is_in_unit_interval(X) else fit_standardiser(X)
        gan = self._new_gan(X.shape[1], checked, rng)
        settings = {"steps": checked.n_iter, "batch_size": checked.batch_size, "rate": checked.learning_rate,
                    "penalty": R1(checked.penalty)}
        self.gan_, self.history_ = train_gan(gan, self._seen(X), rng=rng, progress=bool(self.verbose),
                                             schedule="linear", optimizer=Adam(0.5, 0.99), average=AVERAGE, **settings)
        self.random_state_ = rng
        return self

    def sample(self, n_samples: int = 1, random_state: Any = None) -> Array:
        """Rows that the generator makes of fresh noise: (n_samples, D), in float32, in the unit of the data.

        random_state     as in the constructor; None goes on with random_state_. Raises InvalidInput, NotFitted.
        """
        self._require_fit()
        n_samples = check_integer("n_samples", n_samples)
        rng = self.random_state_ if random_state is None else as_generator(random_state)
        made = generate(self.gan_, n_samples, rng)
        return made if self.standardiser_ is None else unstandardise(self.standardiser_, made)

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the sliced Wasserstein distance of the generator's rows to X (N, D): a float, the higher the better.

        In the unit that the networks see: a standard deviation of a column, or that of the data where these lie in
        [0, 1]. Of 2,000 rows at most, spread over X, and as many that the generator makes; the draws are the same at
        each call. y is not used. Raises InvalidInput, NotFitted. Rabin, Peyré, Delon and Bernot 2012.
        """
        X = self._rows(X)
        rows = np.unique(np.linspace(0, len(X) - 1, SCORED_ROWS).astype(np.int64))
        own = np.random.default_rng(0)
        made = generate(self.gan_, len(rows), own)
        return -sliced_wasserstein(self._seen(X[rows]), made, SCORED_DIRECTIONS, own)

    def _new_gan(self, width, checked, rng):
        """A fresh GAN of rows of `width` numbers."""
        hidden = checked.hidden_layer_sizes
        output = "sigmoid" if self.standardiser_ is None else None
        generator = init_mlp([checked.n_latent, *hidden, width], rng, output=output)
        discriminator = init_mlp([width, *reversed(hidden), 1], rng)
        return make_gan(generator, discriminator)

    def _seen(self, X):
        """The rows X as the networks see them."""
        return X if self.standardiser_ is None else standardise(self.standardiser_, X)


# ---- checks


def as_generator(random_state: Any) -> Generator:
    """A numpy Generator: of the integer `random_state`, of fresh entropy for None, of a seed that a RandomState draws.

    A Generator is returned as it is. Raises InvalidInput.
    """
    if random_state is None:
        return np.random.default_rng()
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31 - 1, size=4))
    if isinstance(random_state, (int, np.integer)):
        return np.random.default_rng(check_integer("random_state", random_state, least=0))
    try:
        return check_generator("random_state", random_state)
    except InvalidInput as error:
        raise invalid("random_state", "None, an integer >= 0, a numpy Generator or RandomState",
                      shown(random_state)) from error


def check_rows(X: Any, name: str = "X") -> Array:
    """X (N, D) as an array of numbers up to LARGEST in size, not copied where it is one; else InvalidInput.

    Sparse matrices and arrays of objects that are numbers are converted. The words that scikit-learn's users may look
    for are among those of the messages.
    """
    X = dense(name, X)
    if X.dtype.kind == "c":
        raise invalid(name, "real numbers", f"dtype {X.dtype}", "Complex data not supported")
    if X.dtype.kind == "O":
        X = numbers_of(X, name)
    if X.ndim != 2:
        raise invalid(name, "a 2-D array, one case a row", f"shape {X.shape}",
                      "Reshape your data: .reshape(1, -1) makes one row of it, .reshape(-1, 1) one column")
    if X.shape[1] == 0:
        raise invalid(name, "at least one column", f"0 feature(s) (shape={X.shape}) while a minimum of 1 is required.")
    return check_array(name, X, low=-LARGEST, high=LARGEST)


def dense(name: str, value: Any) -> Array:
    """`value` as NumPy's own array, sparse matrices too; InvalidInput where it is none."""
    if hasattr(value, "toarray"):
        value = value.toarray()
    if speaks_numpy(value):
        try:
            value = np.asarray(value)
        except Exception as error:  # whatever comes of the object's own conversion
            raise invalid(name, "an array of NumPy's", f"a {type(value).__name__} ({error})") from error
    return as_array(name, value)


def numbers_of(X: Array, name: str) -> Array:
    """An array of objects in float64, else NoNumbers."""
    try:
        return X.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise NoNumbers(f"{name}: expected real numbers, got objects of which one is none ({error})") from error


def column_names(X: Any) -> Array | None:
    """The names of the columns of a DataFrame (D,), of objects, where all of them are texts; else None."""
    names = getattr(X, "columns", None)
    if names is None or not all(isinstance(name, str) for name in names):
        return None
    return np.array(list(names), dtype=object)


def float_type(X: Array) -> type:
    """The dtype in which rows X are learnt from: float32 where they have it, else float64."""
    return np.float32 if X.dtype == np.float32 else np.float64


def is_in_unit_interval(X: Array) -> bool:
    """Whether all of X lies in [0, 1]."""
    return bool(X.min() >= 0 and X.max() <= 1)


def in_unit_interval(X: Array) -> Array:
    """X where it lies in [0, 1], at which bits can be held; else clipped, with a TrainingWarning."""
    if is_in_unit_interval(X):
        return X
    warnings.warn(f"X: expected values in [0, 1], got values from {X.min():g} to {X.max():g}, which are clipped; bring "
                  "the columns there first, as MinMaxScaler does", TrainingWarning, stacklevel=3)
    return np.clip(X, 0, 1)


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
    if y.dtype.kind == "f":
        check_values("y", y)
        if (y != np.floor(y)).any():
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
    return y


def scikit_learns(name: str, otherwise: type) -> Any:
    """The exception or warning of that name of scikit-learn where somebody has imported it, else `otherwise`.

    So whoever expects theirs meets theirs. It is looked up, not imported.
    """
    return getattr(sys.modules.get("sklearn.exceptions"), name, otherwise)
