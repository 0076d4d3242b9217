"""GANGenerator: a generative adversarial network as an estimator, with scikit-learn's conventions."""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..adversarial.coverage import sliced_wasserstein
from ..adversarial.gan import generate, make_gan
from ..adversarial.gan_training import train_gan
from ..adversarial.penalties import R1
from ..foundation.checks import check_integer, invalid
from ..foundation.optimizers import Adam
from ..foundation.settings import Settings, setting
from ..foundation.standardiser import fit_standardiser, standardise, unstandardise
from ..foundation.types import Array
from ..neural.mlp import init_mlp
from .base import Estimator
from .inputs import as_generator, is_in_unit_interval

AVERAGE = 0.999  # decay of the generator's moving average, a step
SCORED_ROWS = 2000  # at most so many rows that a GAN is scored by
SCORED_DIRECTIONS = 100


@dataclass(frozen=True, kw_only=True)
class GANParameters(Settings):
    """The parameters of GANGenerator as they are used, but for verbose and random_state."""

    n_latent: int = setting(help="numbers of noise that a row is made of")
    hidden_layer_sizes: tuple = setting(help="hidden units of the generator's layers")
    learning_rate: float = setting(help="of both players", above=0)
    n_iter: int = setting(help="steps of either player")
    batch_size: int = setting(help="rows a step")
    penalty: float = setting(help="weight of R1")


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
        self.gan_, self.history_ = train_gan(
            gan, self._seen(X), rng=rng, progress=bool(self.verbose), steps=checked.n_iter,
            batch_size=checked.batch_size, rate=checked.learning_rate, schedule="linear", penalty=R1(checked.penalty),
            optimizer=Adam(0.5, 0.99), average=AVERAGE)
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
