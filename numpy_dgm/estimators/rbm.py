"""BernoulliRBM: scikit-learn's estimator of that name, which learns by the package's own training loop."""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..energy.rbm import RBM, _free_energy, _hidden_probs, check_rbm, gibbs_step, init_rbm
from ..energy.rbm_training import RBMSettings, RBMTrainer, check_settings
from ..energy.unrolling import stack_means
from ..foundation.batches import case_blocks, count_minibatches, mean_of_cases
from ..foundation.checks import invalid, shown
from ..foundation.numerics import sum_of_softplus
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from ..foundation.training import run_training, take_turn
from ..foundation.types import Array, Generator
from .base import Estimator
from .inputs import as_generator, dense, in_unit_interval

AVERAGED = 0.1  # of the steps of a fit: about so many of the last ones go into the moving average of the parameters
HASH_SCALE = 2**16  # by which grey levels, too, are spread over whole turns


@dataclass(frozen=True, kw_only=True)
class RBMParameters(Settings):
    """The parameters of BernoulliRBM as they are used, but for verbose and random_state."""

    n_components: int = setting(help="hidden units")
    learning_rate: float = setting(help="of each step", above=0)
    batch_size: int = setting(help="rows a step, and chains")
    n_iter: int = setting(help="passes over the rows", least=0)


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
        n_seen, means = self._seen_with(X, is_first)
        base_rates = (n_seen * means + 1) / (n_seen + 2)
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
        self.n_samples_seen_, self.visible_means_ = n_seen, means
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

    def _seen_with(self, X, is_first):
        """`(n, means)`: how many rows there are with the rows X, and their means (D,)."""
        seen, means = (0, 0.0) if is_first else (self.n_samples_seen_, self.visible_means_)
        n = seen + len(X)
        return n, (seen * means + len(X) * mean_of_cases(X, np.arange(len(X)))) / n

    def _keep(self, rbm, trainer, rng):
        self.components_, self.intercept_visible_, self.intercept_hidden_ = rbm.W.T, rbm.b, rbm.c
        self.h_samples_ = trainer.chains
        self.random_state_ = rng
        return self


def float_type(X: Array) -> type:
    """The dtype in which rows X are learnt from: float32 where they have it, else float64."""
    return np.float32 if X.dtype == np.float32 else np.float64


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
