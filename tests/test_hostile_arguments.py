"""Whatever is passed to a public function, the outcome is a right result, InvalidInput or Diverged, and nothing else.

Every function that energy, neural, adversarial and the standardiser make public, and every method of the estimators, is
called with good arguments, of which one or two are then exchanged: for hostile values, for arrays of any dtype, shape
and contents, or for the same values in another form, which must give the same result. NumPy's own warnings count as
errors.
"""
import copy
import dataclasses
import datetime
import functools
import inspect
import re
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from numpy_dgm import adversarial, energy, estimators, neural
from numpy_dgm.adversarial import (
    GAN,
    R1,
    Hinge,
    LeastSquares,
    NonSaturating,
    Saturating,
    Wasserstein,
    coverage,
    penalties,
)
from numpy_dgm.data import MixtureOfGaussians
from numpy_dgm.energy import RBM, Bernoulli, Gaussian, Softmax, boltzmann, gradients
from numpy_dgm.foundation import standardiser
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.progress import History
from numpy_dgm.neural import MLP, Affine

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, size=(6, 4)).astype(np.float64)
X = RNG.integers(0, 17, size=(6, 4)) / 16  # which float16 holds exactly
MODEL = energy.init_rbm(4, 3, RNG, BITS, dtype=np.float64)
CLASS_MODEL = energy.init_class_rbm(4, 3, 3, RNG, dtype=np.float64)
DEEP = energy.DBN((MODEL, energy.init_rbm(3, 4, RNG, dtype=np.float64)))
LADDER = energy.init_ladder(MODEL, 3)
STARS = np.where(BITS == 1, [0, 1, 0, 1], -1)
RATER = energy.init_ratings_rbm(STARS, [1, 2], 3, RNG, dtype=np.float64)
MACHINE = energy.init_boltzmann(6, 4, RNG)
STATES = RNG.integers(0, 2, size=(6, 6)).astype(np.float64)
NET = neural.init_mlp([4, 5, 3], RNG, dtype=np.float64)
LABELS = np.array([0, 1, 2, 0, 1, 2])
LOGITS, CACHE = RNG.integers(-32, 32, size=(6, 3)) / 16, neural.mlp_forward(NET, X)[1]
PLAYERS = adversarial.make_gan(neural.init_mlp([2, 5, 4], RNG, dtype=np.float64),
                               neural.init_mlp([4, 5, 1], RNG, dtype=np.float64))
MIXTURE = MixtureOfGaussians(np.zeros((2, 4)) + [[0.0], [1.0]], 0.3)
Z = RNG.integers(-32, 32, size=(6, 2)) / 16
FILM_MODEL = energy.init_rtrbm(4, 3, RNG, scale=0.5, dtype=np.float64)
FILMS = RNG.integers(0, 2, size=(3, 2, 4)).astype(np.float64)
HISTORY = History({name: [0.5] * 5 for name in ("spread", "distance", "accuracy_real", "accuracy_fake", "slope")})
SCALES = standardiser.Standardiser(np.zeros(4), np.ones(4))
CODER = neural.init_autoencoder([4, 3, 2], np.random.default_rng(1), dtype=np.float64)
STACK = [MODEL, energy.init_rbm(3, 2, np.random.default_rng(2), dtype=np.float64)]


def rng():
    return np.random.default_rng(0)


# good arguments of each function, by name; in the place of `rng` stands a generator of its own each time
ENERGY = {
    "cd_film_gradient": dict(model=FILM_MODEL, films=FILMS, k=1, rng=rng, from_before=False),
    "cd_gradient": dict(rbm=MODEL, v_data=BITS, k=1, rng=rng),
    "energy": dict(rbm=MODEL, v=BITS, h=BITS[:, :3]),
    "evaluate_rbm": dict(rbm=MODEL, data=BITS, rng=rng, method="ais", executor=None, n_temperatures=3, n_walks=20,
                         minutes=0.0, progress=False),
    "exact_film_gradient": dict(model=FILM_MODEL, films=FILMS),
    "exact_gradient": dict(rbm=MODEL, v=BITS),
    "film_log_likelihoods": dict(model=FILM_MODEL, films=FILMS),
    "free_energy": dict(rbm=MODEL, v=BITS),
    "generate_films": dict(model=FILM_MODEL, n_films=3, n_frames=2, rng=rng, start=FILMS, steps=2, grey=True),
    "gibbs_step": dict(rbm=MODEL, v=BITS, rng=rng),
    "gradient_report": dict(rbm=MODEL, v=BITS, estimators={"CD-1": energy.CD(1)}, rng=rng, n_runs=2),
    "hidden_probs": dict(rbm=MODEL, v=BITS),
    "independent_pixels": dict(p=BITS.mean(axis=0), v=BITS),
    "init_boltzmann": dict(n_units=6, n_visible=4, rng=rng, mask=MACHINE.mask, scale=0.1, dtype=np.float64),
    "init_conditional_rbm": dict(n_visible=4, n_hidden=3, n_past=2, rng=rng, mean=BITS.mean(axis=0), scale=0.1,
                                 dtype=np.float64),
    "init_ladder": dict(rbm=MODEL, n_rungs=3, data_mean=BITS.mean(axis=0)),
    "init_rbm": dict(n_visible=4, n_hidden=3, rng=rng, data=BITS, dtype=np.float64, visible=Bernoulli(),
                     hidden=Bernoulli()),
    "init_rtrbm": dict(n_visible=4, n_hidden=3, rng=rng, mean=BITS.mean(axis=0), scale=0.1, dtype=np.float64),
    "layered_mask": dict(sizes=[4, 2]),
    "log_likelihood": dict(rbm=MODEL, v=BITS, log_z=None, missing_groups=False),
    "log_partition": dict(rbm=MODEL),
    "mean_field": dict(machine=MACHINE, v=BITS, n_sweeps=3, tolerance=1e-3),
    "mean_field_gradient": dict(machine=MACHINE, v=BITS, chains=STATES, k=1, rng=rng),
    "pcd_gradient": dict(rbm=MODEL, v_data=BITS, chains=BITS[:, :3], k=1, rng=rng),
    "predict_frames": dict(model=FILM_MODEL, films=FILMS, steps=2),
    "pseudo_log_likelihood": dict(rbm=MODEL, v=BITS),
    "blend_weights": dict(predictions=X.T, rating=[1.0, 5.0, 2.0, 3.0, 3.0, 4.0]),
    "expected_rating": dict(rbm=RATER, p=np.full((5, 2), 0.5)),
    "fit_biases": dict(row=[0, 1, 1], column=[0, 0, 1], rating=[1.0, 2.0, 2.0], shape=(2, 2), damping=10.0, sweeps=2),
    "init_ratings_rbm": dict(data=STARS, values=[1, 2], n_hidden=3, rng=rng, tied=True, dtype=np.float64),
    "predict_by_biases": dict(biases=energy.fit_biases([0, 1], [0, 1], [1, 2], (2, 2)), row=[0, 1], column=[1, 1]),
    "rating_deviation": dict(rbm=RATER, p=np.full((5, 2), 0.5)),
    "rating_probs": dict(rbm=RATER, data=STARS, case=[0, 5], unit=[1, 3], method="marginal"),
    "ratings_cd_gradient": dict(rbm=RATER, v_data=STARS, k=1, rng=rng),
    "ratings_exact_gradient": dict(rbm=RATER, v=STARS),
    "ratings_free_energy": dict(rbm=RATER, v=STARS),
    "ratings_log_likelihood": dict(rbm=RATER, v=STARS),
    "rmse": dict(prediction=[1.0, 2.0, 3.0], rating=[1.0, 1.0, 5.0]),
    "train_ratings": dict(rbm=RATER, data=STARS, rng=rng, held_out=np.where(STARS < 0, 0, -1), checkpoint=None,
                          metadata=None, on_record=None, progress=False, epochs=1, batch_size=3),
    "sample_boltzmann": dict(machine=MACHINE, n_chains=3, n_sweeps=2, rng=rng),
    "sample_chains": dict(rbm=MODEL, n_chains=3, steps=2, rng=rng),
    "sample_hidden": dict(rbm=MODEL, v=BITS, rng=rng),
    "sample_tempered": dict(rbm=MODEL, ladder=LADDER, v=np.zeros((3, 2, 4)), n_sweeps=1, rng=rng),
    "sample_visible": dict(rbm=MODEL, h=BITS[:, :3], rng=rng),
    "sampled_gradient": dict(machine=MACHINE, v=BITS, clamped=STATES[:, 4:], chains=STATES, k=1, rng=rng),
    "stack_means": dict(rbms=STACK, data=BITS),
    "start_ladder": dict(rbm=MODEL, ladder=LADDER, n_ladders=2, rng=rng),
    "tempered_gradient": dict(rbm=MODEL, v_data=BITS, ladder=LADDER, v=np.zeros((3, 2, 4)), k=1, rng=rng),
    "train_boltzmann": dict(machine=MACHINE, data=BITS, rng=rng, checkpoint=None, metadata=None, on_record=None,
                            progress=False, epochs=1, method="sampled", batch_size=3, rate=0.1, n_chains=2),
    "train_rbm": dict(rbm=MODEL, data=BITS, rng=rng, checkpoint=None, metadata=None, on_record=None, progress=False,
                      epochs=1, method="cd", batch_size=3, rate=0.1, n_chains=2, optimizer="adam"),
    "train_temporal": dict(model=FILM_MODEL, films=FILMS, rng=rng, checkpoint=None, metadata=None, on_record=None,
                           progress=False, epochs=1, k=1, batch_size=2, rate=0.1, optimizer="adam", direct=True),
    "train_stack": dict(data=BITS, sizes=(3, 2), seed=0, gaussian_code=True, code_rate=0.01, checkpoint=None,
                        progress=False, epochs=1, batch_size=3, n_chains=2),
    "unroll_autoencoder": dict(rbms=STACK),
    "unroll_classifier": dict(rbms=STACK, n_classes=3, rng=rng, dropout=0.1, input_dropout=0.1),
    "evaluate_dbn": dict(dbn=DEEP, data=BITS, rng=rng, method="ais", executor=None, n_temperatures=3, n_walks=20,
                         minutes=0.0, progress=False),
    "init_dbn": dict(n_visible=4, hidden=(3, 4), rng=rng, data=BITS, dtype=np.float64, visible=Bernoulli()),
    "layer_from_below": dict(below=MODEL, n_hidden=5, rng=rng),
    "lower_bound": dict(dbn=DEEP, v=BITS, rng=rng, log_z=None),
    "sample_dbn": dict(dbn=DEEP, n_chains=3, steps=2, rng=rng),
    "sample_downwards": dict(dbn=DEEP, h=BITS[:, :3], rng=rng),
    "sample_upwards": dict(dbn=DEEP, v=BITS, rng=rng),
    "train_dbn": dict(dbn=DEEP, data=BITS, rng=rng, checkpoint=None, metadata=None, on_record=None, progress=False,
                      epochs=1, batch_size=3, rate=0.1, n_chains=2, optimizer="adam", up_down_epochs=1),
    "untied": dict(dbn=DEEP),
    "up_down_gradient": dict(dbn=DEEP, v_data=BITS, chains=None, k=1, rng=rng),
    "variational_bound": dict(machine=MACHINE, mu=STATES, log_z=3.0),
    "visible_probs": dict(rbm=MODEL, h=BITS[:, :3]),
    "CD": dict(k=1), "PCD": dict(k=1, updates=2), "Tempered": dict(k=1, updates=2, n_rungs=3),
}
ENERGY |= {
    "complete_images": dict(model=CLASS_MODEL, v=BITS, known=np.array([True, False, True, False]), steps=2, rng=rng),
    "discriminative_gradient": dict(model=CLASS_MODEL, v=BITS, labels=LABELS),
    "generative_gradient": dict(model=CLASS_MODEL, v=BITS, labels=LABELS),
    "init_class_rbm": dict(n_visible=4, n_hidden=3, n_classes=3, rng=rng, data=BITS, weight_sd=0.1, label_sd=0.5,
                           dtype=np.float64),
    "joint_rbm": dict(model=CLASS_MODEL),
    "label_probs": dict(model=CLASS_MODEL, v=BITS),
    "sample_of_class": dict(model=CLASS_MODEL, labels=LABELS, steps=2, rng=rng),
    "train_class_rbm": dict(model=CLASS_MODEL, data=X, labels=LABELS, rng=rng, checkpoint=None, metadata=None,
                            on_record=None, progress=False, epochs=1, batch_size=3, rate=0.01, n_chains=2),
}
NEURAL = {
    "autoencoder_gradient": dict(autoencoder=CODER, v=BITS, loss="squared_error"),
    "decode": dict(autoencoder=CODER, codes=BITS[:, :2]),
    "encode": dict(autoencoder=CODER, data=X),
    "init_autoencoder": dict(sizes=[4, 5, 2], rng=rng, hidden="tanh", output="linear", init="he", dtype=np.float64),
    "reconstruct": dict(autoencoder=CODER, data=X),
    "squared_reconstruction_error": dict(autoencoder=CODER, data=X),
    "train_autoencoder": dict(autoencoder=CODER, data=BITS, rng=rng, checkpoint=None, metadata=None, on_record=None,
                              progress=False, epochs=1, batch_size=3, rate=0.01, validation=0.3, patience=1),
    "binary_cross_entropy": dict(logits=X, targets=BITS),
    "class_logits": dict(mlp=NET, data=X, rows=None),
    "init_fourier": dict(n_inputs=4, n_directions=3, rng=rng, lowest=1.0, highest=100.0, dtype=np.float64),
    "init_mlp": dict(sizes=[4, 5, 3], rng=rng, hidden="maxout", slope=0.2, pieces=2, output="tanh", batch_norm=False,
                     dropout=0.1, discrimination=(2, 3), init="he", dtype=np.float64),
    "mlp_backward": dict(mlp=NET, cache=CACHE, dy=LOGITS, out=None, need_dx=True, need_gradient=True),
    "mlp_forward": dict(mlp=NET, x=X, rng=None, training=True),
    "softmax_cross_entropy": dict(logits=LOGITS, labels=LABELS),
    "squared_error": dict(y=X, targets=BITS),
    "train_classifier": dict(mlp=NET, data=X, labels=LABELS, rng=rng, checkpoint=None, metadata=None, on_record=None,
                             progress=False, epochs=1, batch_size=3, rate=0.01, validation=0.3, patience=1),
    "with_running_statistics": dict(mlp=NET, cache=CACHE, momentum=0.5),
    "Dropout": dict(fraction=0.2), "LeakyReLU": dict(slope=0.2),
    "Skip": dict(layers=(neural.Affine(np.ones((4, 3)), np.ones(3)), neural.Tanh()), scale=5.0),
}
ADVERSARIAL = {
    "diagnose_gan": dict(history=HISTORY),
    "discriminator_gradient": dict(gan=PLAYERS, x_real=X, z=Z, objective=NonSaturating(), rng=rng, labels=None,
                                   fake_labels=None, penalty=R1(0.1), levels=np.full((6, 1), 0.125), out=None),
    "draw_latents": dict(gan=PLAYERS, n=3, rng=rng),
    "evaluate_coverage": dict(samples=X, mixture=MIXTURE),
    "generate": dict(gan=PLAYERS, n=3, rng=rng, labels=None),
    "generator_gradient": dict(gan=PLAYERS, z=Z, objective=Hinge(), rng=rng, labels=None, levels=None, out=None),
    "make_gan": dict(generator=PLAYERS.generator, discriminator=PLAYERS.discriminator, n_classes=0, packing=1),
    "mmd": dict(x=X, y=X[:4] + 0.125, rng=rng, bandwidth=None, n_permutations=5),
    "precision_and_recall": dict(real=X, fake=X[:5], k=2),
    "sliced_wasserstein": dict(x=X, y=X[:4], n_directions=3, rng=rng),
    "train_gan": dict(gan=PLAYERS, data=X, rng=rng, labels=None, checkpoint=None, metadata=None, on_record=None,
                      progress=False, steps=2, batch_size=3, objective=LeastSquares(), penalty=R1(0.1), rate=0.01,
                      optimizer=Adam(), noise=None, spectral=True),
    "GradientPenalty": dict(weight=1.0), "R1": dict(weight=1.0),
    "InstanceNoise": dict(start=0.5, end=0.005, until=0.5, coarse=0.4),
    "NonSaturating": dict(real_label=1.0, fake_label=0.0), "Saturating": dict(real_label=1.0, fake_label=0.0),
}
RECORDS = {"RBM", "DBN", "BitsAndLabel", "ClassRBM", "RatingsRBM", "BoltzmannMachine", "ConditionalRBM", "RTRBM", "MLP",
           "GAN", "Affine", "BatchNorm", "Fourier", "Linear", "Maxout", "MinibatchDiscrimination", "Autoencoder",
           "TrainingWarning"}  # hold what they are given; what acts on them checks it
WITHOUT_ARGUMENTS = {"Bernoulli", "Gaussian", "ReLU", "Sigmoid", "Softplus", "Tanh", "Hinge", "LeastSquares",
                     "Wasserstein"}
MODULES = {
    boltzmann: {
        "boltzmann_from_rbm": dict(rbm=MODEL),
        "energy": dict(machine=MACHINE, s=STATES),
        "exact_distribution": dict(machine=MACHINE),
        "exact_gradient": dict(machine=MACHINE, v=BITS),
        "gibbs_sweep": dict(machine=MACHINE, s=STATES, rng=rng, units=[0, 5]),
        "log_likelihood": dict(machine=MACHINE, v=BITS),
        "unit_input": dict(machine=MACHINE, s=STATES, i=2),
    },
    coverage: {
        "high_quality_fraction": dict(samples=X, mixture=MIXTURE),
        "mode_counts": dict(samples=X, mixture=MIXTURE),
        "modes_captured": dict(samples=X, mixture=MIXTURE),
        "reverse_kl": dict(samples=X, mixture=MIXTURE),
    },
    gradients: {
        "model_means": dict(rbm=MODEL),
        "reconstruction_error": dict(rbm=MODEL, v=BITS),
        "sparsity_gradient": dict(rbm=MODEL, v=BITS, target=0.1),
    },
    penalties: {
        "gradient_penalty": dict(discriminator=PLAYERS.discriminator, x_real=X, x_fake=X[::-1].copy(), weight=1.0,
                                 rng=rng),
        "r1_penalty": dict(discriminator=PLAYERS.discriminator, x_real=X, weight=np.ones((6, 1))),
    },
    standardiser: {
        "fit_standardiser": dict(v=X),
        "log_jacobian": dict(standardiser=SCALES),
        "standardise": dict(standardiser=SCALES, v=X),
        "unstandardise": dict(standardiser=SCALES, y=X),
    },
}
FUNCTIONS = {
    f"{where.__name__.removeprefix('numpy_dgm.')}.{name}": (getattr(where, name), good)
    for where, listed in ((energy, ENERGY), (neural, NEURAL), (adversarial, ADVERSARIAL), *MODULES.items())
    for name, good in listed.items()
}


# the methods of the estimators, each as a function; what is fitted comes as arrays


def fit_rbm(method, **arguments):
    rbm = estimators.BernoulliRBM(**{key: value for key, value in arguments.items() if key != "X"})
    rbm = getattr(rbm, method)(arguments["X"])
    return rbm.components_, rbm.intercept_visible_, rbm.intercept_hidden_, rbm.h_samples_


def fit_dbn(X, y, unlabelled, **parameters):
    return estimators.DBNClassifier(**parameters).fit(X, y, unlabelled).mlp_


def fit_gan(X, **parameters):
    return estimators.GANGenerator(**parameters).fit(X).gan_


def of_fitted(fitted, method, **arguments):
    return getattr(copy.deepcopy(fitted), method)(**arguments)


OF_RBM = dict(n_components=3, learning_rate=0.1, batch_size=3, n_iter=1, verbose=0, random_state=0)
OF_DBN = dict(hidden_layer_sizes=(3,), pretrain_learning_rate=0.1, pretrain_n_iter=1, learning_rate=0.01, n_iter=1,
              batch_size=3, dropout=0.1, verbose=0, random_state=0)
OF_GAN = dict(n_latent=2, hidden_layer_sizes=(3,), learning_rate=0.01, n_iter=2, batch_size=3, penalty=0.1, verbose=0,
              random_state=0)
FITTED = {"BernoulliRBM": estimators.BernoulliRBM(**OF_RBM).fit(BITS),
          "DBNClassifier": estimators.DBNClassifier(**OF_DBN).fit(X, LABELS),
          "GANGenerator": estimators.GANGenerator(**OF_GAN).fit(X)}
ESTIMATORS = {
    ("BernoulliRBM", "transform"): dict(X=X), ("BernoulliRBM", "score_samples"): dict(X=X),
    ("BernoulliRBM", "gibbs"): dict(v=BITS),
    ("BernoulliRBM", "get_feature_names_out"): dict(input_features=list("abcd")),
    ("DBNClassifier", "predict"): dict(X=X), ("DBNClassifier", "predict_proba"): dict(X=X),
    ("DBNClassifier", "predict_log_proba"): dict(X=X), ("DBNClassifier", "score"): dict(X=X, y=LABELS.tolist()),
    ("GANGenerator", "sample"): dict(n_samples=3, random_state=0), ("GANGenerator", "score"): dict(X=X, y=None),
}
FUNCTIONS |= {f"estimators.{kind}.{method}": (functools.partial(of_fitted, FITTED[kind], method), good)
              for (kind, method), good in ESTIMATORS.items()}
FUNCTIONS |= {
    "estimators.BernoulliRBM.fit": (functools.partial(fit_rbm, "fit"), dict(X=BITS.tolist(), **OF_RBM)),
    "estimators.BernoulliRBM.partial_fit": (functools.partial(fit_rbm, "partial_fit"), dict(X=BITS.tolist(), **OF_RBM)),
    "estimators.DBNClassifier.fit": (fit_dbn, dict(X=X.tolist(), y=list("abcabc"), unlabelled=None, **OF_DBN)),
    "estimators.GANGenerator.fit": (fit_gan, dict(X=X.tolist(), **OF_GAN)),
}


class Table:
    """Like a DataFrame: NumPy makes an array of it, and its index names columns."""

    def __init__(self, values):
        self.values, self.shape = values, values.shape

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, columns):
        raise KeyError(columns)


class Sparse:
    """Like a matrix of scipy.sparse."""

    nnz, shape, dtype, ndim, format = 3, (6, 4), np.dtype(float), 2, "csr"

    def toarray(self):
        return np.zeros((6, 4))

    def __len__(self):
        raise TypeError("sparse array length is ambiguous")

    def __getitem__(self, rows):
        return self


class Broken:
    """Fails where NumPy asks for its numbers."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("no array")


SCALARS = [
    None, True, False, 0, 1, -1, 2, 7, 10**12, -(10**12), 10**400, 0.5, -0.5, 1e-300, 1e300, np.nan, np.inf, -np.inf,
    1j, Fraction(1, 3), np.float16(0.3), np.longdouble("1e4000"), np.uint8(3), np.int64(-3), np.bool_(True), "", "text",
    "he\nsaid", "3", b"bytes", datetime.date(2020, 1, 1), np.datetime64("2020-01-01"),
]
OBJECTS = [
    object(), Broken(), {}, {"a": 1}, set(), {1, 2}, (), [], [[]], [[1, 0], [1]], [None], ["a", "b"], range(4),
    range(10**12), int, Bernoulli, Gaussian(), Softmax(2), Softmax(0), R1, Adam, Wasserstein, Saturating(0.9),
    np.random, np.random.RandomState(0), iter([1, 2]), slice(None), Ellipsis, {"one": energy.CD}, {1: 1}, History(),
    (None, None),
]
ARRAYS = [
    np.array(0.5), np.array([]), np.zeros((0, 4)), np.zeros(3), np.zeros(4), np.ones(4), np.zeros((6, 5)),
    np.zeros((2, 3, 4)), np.full((6, 4), np.nan), np.full((6, 4), np.inf), np.full((6, 4), 1e300),
    np.full((6, 4), -1e30), np.full((6, 4), 1e11), np.full((6, 4), 0.5), np.full((6, 4), 7), np.zeros((6, 4), object),
    np.zeros((6, 4), complex), np.array([["a"] * 4] * 6), np.zeros((6, 4), "M8[s]"), np.zeros(6, [("a", float)]),
    np.ma.masked_equal(BITS, 1), np.ma.masked_array(BITS), [np.ma.masked_equal(row, 1) for row in BITS],
    Sparse(), Table(BITS), Table(np.full((6, 4), np.nan)), np.full((6, 4), np.longdouble("1e4000")),
    np.ones((6, 4), np.float16) * np.float16(np.inf), BITS.astype(">f8"), BITS[:1],
    np.ones((6, 4), np.uint64) * (2**64 - 1), np.zeros((1, 4), bool), np.eye(4),
]


def rbm_like(W=np.zeros((4, 3)), b=np.zeros(4), c=np.zeros(3), visible=Bernoulli(), hidden=Bernoulli()):
    return RBM(W, b, c, visible, hidden)


def affine_net(W, b, *more):
    return MLP((Affine(W, b), *more))


MODELS = [
    RBM([[0.1] * 3] * 4, [0.0] * 4, [0.0] * 3), RBM(None, None, None), rbm_like(np.full((4, 3), np.nan)),
    rbm_like(np.zeros((4, 3), int), np.zeros(4, int), np.zeros(3, int)), rbm_like(np.full((4, 3), 1e200)),
    rbm_like(np.full((4, 3), 1e11)), rbm_like(b=np.zeros(3)), rbm_like(visible=Softmax(3)),
    rbm_like(np.eye(4)[:, :3] * 2, visible=Gaussian(), hidden=Gaussian()), rbm_like(visible=Bernoulli),
    rbm_like(np.ones((4, 3)), visible=Softmax(2)), rbm_like(np.ones((4, 3)), hidden=Gaussian()),
    rbm_like(np.ones((4, 3)), visible=Gaussian()),
    dataclasses.replace(MACHINE, W=MACHINE.W.tolist()), dataclasses.replace(MACHINE, b=np.full(6, np.inf)),
    dataclasses.replace(MACHINE, n_visible=9), dataclasses.replace(MACHINE, mask=np.ones((6, 6))),
    dataclasses.replace(MACHINE, W=MACHINE.W * 1e13), dataclasses.replace(LADDER, betas=LADDER.betas[::-1]),
    MLP(()), MLP([]), MLP(("relu",)), affine_net([[1.0]] * 4, [0.0]), affine_net(np.full((4, 3), np.nan), np.zeros(3)),
    affine_net(np.full((4, 3), 1e11), np.zeros(3)), affine_net(np.ones((4, 3)), np.zeros(2)), CACHE[:1],
    affine_net(np.ones((4, 1)), np.zeros(1), neural.Sigmoid()), neural.init_mlp([4, 3], RNG, dtype=np.float32),
    MLP((neural.Fourier(None), neural.Affine(np.ones((10, 3)), np.ones(3)))),
    MLP((neural.Fourier(np.ones((4, 3), int)), neural.Affine(np.ones((10, 3)), np.ones(3)))),
    MLP((neural.Fourier(np.full((4, 3), 1e200)), neural.Affine(np.ones((10, 3)), np.ones(3)))),
    MLP((neural.Skip((neural.Affine(None, None),)), neural.Affine(np.ones((7, 3)), np.ones(3)))),
    GAN(None, None, 2), GAN(PLAYERS.generator, PLAYERS.generator, 2), dataclasses.replace(PLAYERS, n_latent=5),
    dataclasses.replace(PLAYERS, packing=0), dataclasses.replace(PLAYERS, n_classes=-1),
    standardiser.Standardiser(np.zeros(4), np.zeros(4)), standardiser.Standardiser([0.0] * 4, [1.0] * 4),
]
HOSTILE = [*SCALARS, *OBJECTS, *ARRAYS, *MODELS]
REPEATS = {"k", "n_sweeps", "sweeps", "steps", "epochs", "up_down_epochs", "n_runs", "n_permutations", "updates",
           "n_iter", "pretrain_n_iter"}  # what takes time, not memory
MAY_BE_INFINITE = {"adversarial.evaluate_coverage", "adversarial.coverage.reverse_kl", "energy.evaluate_rbm",
                   "energy.evaluate_dbn",
                   "energy.gradient_report"}  # reverse KL of no sample; error of one case; cosine of a gradient of 0


def outcome(name, changed):
    """What a function gives with some of its good arguments changed, or the InvalidInput or Diverged that it raises.

    Anything else that it raises or warns of is a failure.
    """
    function, good = FUNCTIONS[name]
    arguments = {key: value() if value is rng else value for key, value in {**good, **changed}.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("error", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            result = function(**arguments)
        except (InvalidInput, Diverged) as error:
            assert "\n" not in str(error)
            return error
    if name not in MAY_BE_INFINITE:
        assert all(np.isfinite(array).all() for array in arrays_in(result)), f"{result!r} is not finite"
    return result


def arrays_in(value):
    """The arrays of floats, and the numbers, in a result: arrays, records, histories and tuples of them."""
    if isinstance(value, (float, np.floating, np.ndarray)) and np.asarray(value).dtype.kind == "f":
        return [np.asarray(value)]
    if isinstance(value, History):
        return [np.array(values) for name, values in value.series.items() if name != "seconds"]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [array for field in dataclasses.fields(value) for array in arrays_in(getattr(value, field.name))]
    if isinstance(value, (tuple, list)):
        return [array for part in value for array in arrays_in(part)]
    return []


def is_left_out(key, value):
    """What would run for ever, as asked for; and functions not of (model, history), whose errors are their own."""
    return key in REPEATS and isinstance(value, int) and value > 1000 or key == "on_record" and callable(value)


def assert_same(result, expected):
    """That the arrays of two results are the same, up to the rounding of float32."""
    pairs = list(zip(arrays_in(result), arrays_in(expected), strict=True))
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("where", [energy, neural, adversarial, *MODULES])
def test_every_public_function_is_among_those_that_are_tried(where):
    prefix = where.__name__.removeprefix("numpy_dgm.")
    tried = {name.rpartition(".")[2] for name in FUNCTIONS if name.rpartition(".")[0] == prefix}
    public = set(where.__all__) if hasattr(where, "__all__") else tried
    assert public == tried | (RECORDS | WITHOUT_ARGUMENTS | {"Softmax"}) & public
    for name in tried:
        parameters = inspect.signature(getattr(where, name)).parameters.values()
        needed = {one.name for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD}
        assert needed <= set(FUNCTIONS[f"{prefix}.{name}"][1])


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Where a text is taken for the name of a folder, it is made there."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_good_arguments_are_taken_and_any_one_hostile_value_is_a_right_result_or_a_sentence(name):
    assert not isinstance(outcome(name, {}), Exception)
    for key in FUNCTIONS[name][1]:
        for value in HOSTILE:
            if not is_left_out(key, value):
                outcome(name, {key: value})


# ---- arrays of any kind, two arguments at a time


DTYPES = st.sampled_from(["bool", "int8", "uint8", "int64", "uint64", "float16", "float32", "float64", "complex64",
                          "U2"])
SHAPES = st.sampled_from([(6, 4), (6, 3), (6, 6), (4,), (3,), (6,), (6, 1), (1, 4), (3, 2, 4), (2, 4), (4, 4), (6, 2)])
SOME_ARRAYS = st.one_of(
    DTYPES.flatmap(lambda dtype: npst.arrays(dtype, SHAPES)),
    npst.arrays(np.float64, SHAPES, elements=st.sampled_from([0.0, 1.0, 0.5, -1.0, 2.0, 1e6, np.nan, np.inf, 1e200])),
)


@settings(max_examples=600)
@given(st.data())
def test_any_arrays_in_the_places_of_any_two_arguments_are_a_right_result_or_a_sentence(data):
    name = data.draw(st.sampled_from(sorted(FUNCTIONS)))
    keys = data.draw(st.lists(st.sampled_from(sorted(FUNCTIONS[name][1])), min_size=1, max_size=2, unique=True))
    changed = {key: data.draw(st.one_of(SOME_ARRAYS, st.sampled_from(HOSTILE))) for key in keys}
    if not any(is_left_out(key, value) for key, value in changed.items()):
        outcome(name, changed)


# ---- the same values in another form


def forms_of(array):
    """The same numbers as lists, tables, in other dtypes and layouts, each with its name."""
    yield "list", array.tolist()
    yield "tuple", tuple(map(tuple, array.tolist())) if array.ndim == 2 else tuple(array.tolist())
    yield "table", Table(array)
    yield "masked array without masked entries", np.ma.masked_array(array, mask=np.zeros(array.shape, bool))
    yield "Fortran order", np.asfortranarray(array)
    yield "every second entry", np.repeat(array, 2, axis=-1)[..., ::2]
    yield "read only", np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)
    for dtype in ("bool", "uint8", "int8", "uint64", "int32", "float16", "float32", "longdouble", ">f4"):
        if np.array_equal(array.astype(dtype), array):
            yield dtype, array.astype(dtype)


@pytest.mark.parametrize("name, key", [
    (name, key) for name, (_, good) in FUNCTIONS.items() for key, value in good.items() if isinstance(value, np.ndarray)
])
def test_the_same_numbers_in_any_form_give_the_same_result(name, key):
    good = FUNCTIONS[name][1][key]
    expected = outcome(name, {})
    for form, value in forms_of(good):
        is_index = key in ("labels", "rows") and np.asarray(value).dtype.kind == "f"  # which classes and rows are not
        result = outcome(name, {key: value})
        assert isinstance(result, InvalidInput) == is_index, (form, result)
        if not is_index:
            assert_same(result, expected)


# ---- one case


ALONE = {  # what a function gives for one case is what it gives for that row, without the axis of the cases
    "energy.energy": ("v", "h"), "energy.free_energy": ("v",), "energy.hidden_probs": ("v",),
    "energy.visible_probs": ("h",), "energy.gibbs_step": ("v",), "energy.sample_hidden": ("v",),
    "energy.sample_visible": ("h",),
    "energy.log_likelihood": ("v",), "energy.pseudo_log_likelihood": ("v",), "energy.mean_field": ("v",),
    "energy.variational_bound": ("mu",), "energy.boltzmann.energy": ("s",), "energy.boltzmann.log_likelihood": ("v",),
    "energy.boltzmann.unit_input": ("s",), "energy.boltzmann.gibbs_sweep": ("s",), "neural.class_logits": ("data",),
    "neural.encode": ("data",), "neural.decode": ("codes",), "neural.reconstruct": ("data",),
    "foundation.standardiser.standardise": ("v",), "foundation.standardiser.unstandardise": ("y",),
}
AS_A_ROW = {  # a result that has no such axis is that of one row
    "energy.cd_gradient": ("v_data",), "energy.exact_gradient": ("v",), "energy.pcd_gradient": ("v_data", "chains"),
    "energy.tempered_gradient": ("v_data",), "energy.mean_field_gradient": ("v", "chains"),
    "energy.sampled_gradient": ("v", "clamped", "chains"), "energy.evaluate_rbm": ("data",),
    "energy.independent_pixels": ("v",), "energy.gradient_report": ("v",), "energy.boltzmann.exact_gradient": ("v",),
    "energy.gradients.reconstruction_error": ("v",), "energy.gradients.sparsity_gradient": ("v",),
    "adversarial.evaluate_coverage": ("samples",), "adversarial.coverage.reverse_kl": ("samples",),
    "adversarial.coverage.mode_counts": ("samples",), "adversarial.coverage.modes_captured": ("samples",),
    "adversarial.coverage.high_quality_fraction": ("samples",), "adversarial.generator_gradient": ("z",),
    "adversarial.penalties.gradient_penalty": ("x_real", "x_fake"),
}


@pytest.mark.parametrize("name", [*ALONE, *AS_A_ROW])
@pytest.mark.parametrize("form", [np.asarray, list, tuple])
def test_one_case_gives_what_its_row_gives_without_the_axis_of_the_cases(name, form):
    keys = ALONE.get(name) or AS_A_ROW[name]
    good = FUNCTIONS[name][1]
    row = outcome(name, {key: good[key][:1] for key in keys})
    case = outcome(name, {key: form(good[key][0]) for key in keys})
    assert not isinstance(case, Exception), case
    if name in AS_A_ROW:
        assert_same(case, row)
        return
    assert np.shape(case) == np.shape(row)[1:]
    np.testing.assert_array_equal(case, row[0])


def test_one_case_through_a_network_and_back():
    y, cache = neural.mlp_forward(NET, X[0].tolist())
    row, row_cache = neural.mlp_forward(NET, X[:1])
    np.testing.assert_array_equal(y, row[0])
    dx, gradient = neural.mlp_backward(NET, cache, LOGITS[0].tolist())
    row_dx, row_gradient = neural.mlp_backward(NET, row_cache, LOGITS[:1])
    np.testing.assert_array_equal(dx, row_dx[0])
    assert_same(gradient, row_gradient)
    loss, dlogits = neural.softmax_cross_entropy(LOGITS[0], 2)
    row_loss, row_dlogits = neural.softmax_cross_entropy(LOGITS[:1], [2])
    assert loss == row_loss
    np.testing.assert_array_equal(dlogits, row_dlogits[0])


@pytest.mark.parametrize("name, key", [("energy.train_rbm", "data"), ("energy.train_boltzmann", "data"),
                                       ("neural.train_classifier", "data"), ("adversarial.train_gan", "data"),
                                       ("adversarial.mmd", "x"), ("foundation.standardiser.fit_standardiser", "v")])
def test_what_needs_many_cases_refuses_one(name, key):
    assert isinstance(outcome(name, {key: FUNCTIONS[name][1][key][0]}), InvalidInput)


# ---- arrays of another library


class Foreign(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that is none of NumPy's, but on which NumPy's functions act, as they do on CuPy's."""

    def __init__(self, values):
        self.values = values

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if out is not None:
            options["out"] = tuple(map(plain, out))
        result = getattr(ufunc, method)(*map(plain, inputs), **options)
        return out[0] if out is not None else Foreign(result)

    def __array_function__(self, function, types, arguments, options):
        return Foreign(function(*map(plain, arguments), **{key: plain(value) for key, value in options.items()}))

    def __array__(self, *arguments, **options):
        raise TypeError("conversion to a NumPy array is not allowed")

    def __getattr__(self, name):
        if name.startswith("__"):  # such as __array_interface__, by which NumPy would read the numbers
            raise AttributeError(name)
        value = getattr(self.values, name)
        if callable(value):
            return lambda *arguments, **options: Foreign(value(*map(plain, arguments), **options))
        return Foreign(value) if isinstance(value, np.ndarray) else value

    def __getitem__(self, index):
        return Foreign(self.values[index])

    def __len__(self):
        return len(self.values)

    def __float__(self):
        return float(self.values)

    def __bool__(self):
        return bool(self.values)


def plain(value):
    return value.values if isinstance(value, Foreign) else value


@pytest.mark.parametrize("function, argument", [
    (energy.free_energy, "v"), (energy.hidden_probs, "v"), (energy.visible_probs, "h"),
])
def test_arrays_of_another_library_pass_through_the_maths(function, argument):
    foreign = RBM(Foreign(MODEL.W), Foreign(MODEL.b), Foreign(MODEL.c))
    x = BITS if argument == "v" else BITS[:, :3]
    result = function(foreign, Foreign(x))
    assert isinstance(result, Foreign)
    np.testing.assert_array_equal(result.values, function(MODEL, x))


def test_arrays_of_another_library_pass_through_a_network():
    layers = [dataclasses.replace(layer, W=Foreign(layer.W), b=Foreign(layer.b)) if isinstance(layer, Affine) else layer
              for layer in NET.layers]
    y, _ = neural.mlp_forward(MLP(tuple(layers)), Foreign(X))
    np.testing.assert_array_equal(y.values, neural.mlp_forward(NET, X)[0])


# ---- what a sentence says


def net(*sizes, **options):
    return neural.init_mlp(sizes, rng(), dtype=np.float64, **options)


def used(optimizer):
    optimizer.start(np.zeros(3))
    return optimizer


SENTENCES = [
    ("energy.gibbs_step", dict(rng=0), "rng: expected a numpy.random.Generator such as .*, got int"),
    ("energy.gibbs_step", dict(rng=np.random), "rng: expected a numpy.random.Generator such as .*, got module"),
    ("energy.cd_gradient", dict(k=0), "k: expected an integer >= 1, got 0"),
    ("energy.cd_gradient", dict(k=True), "k: expected an integer >= 1, got True"),
    ("energy.free_energy", dict(rbm=RBM([[0.0]], [0.0], [0.0])), "rbm.W: expected an array of float32 or .*, got a li"),
    ("energy.free_energy", dict(v=np.ma.masked_equal(BITS, 1)), "v: expected values for all .*, got masked entries; g"),
    ("energy.free_energy", dict(v=list(np.ma.masked_equal(BITS, 1))), "v: expected values for all entries, got masked"),
    ("energy.train_rbm", dict(data=np.ma.masked_equal(BITS, 1)), "data: expected values for all entries, got masked"),
    ("energy.free_energy", dict(v=Sparse()), "v: expected an array, got a sparse matrix; its .toarray.. is one"),
    ("energy.train_rbm", dict(data=Sparse()), "data: expected an array, got a sparse matrix; its .toarray.. is one"),
    ("energy.free_energy", dict(v=Broken()), "v: expected an array, got a Broken that NumPy cannot convert .RuntimeEr"),
    ("energy.free_energy", dict(v=BITS * 1j), "v: expected real numbers, got dtype complex128"),
    ("energy.free_energy", dict(v=BITS.astype(object)), "v: expected real numbers, got dtype object; values of one ty"),
    ("energy.free_energy", dict(v=BITS * np.nan), "v: expected finite values, got NaN or infinity in 24 of 24"),
    ("energy.free_energy", dict(rbm=rbm_like(np.full((4, 3), np.nan))), "rbm.W: expected finite values, got NaN or in"),
    ("energy.free_energy", dict(rbm=rbm_like(np.full((4, 3), 1e13))), "rbm.W: expected values in .*, got values from "),
    ("energy.free_energy", dict(rbm=rbm_like(visible=Gaussian()), v=BITS * 1e13), r"v: expected values in \[-1e\+12, "),
    ("energy.energy", dict(h=np.zeros((2, 3))), r"h: expected as many cases as v, of shape .*, got shape \(2, 3\)"),
    ("energy.init_rbm", dict(visible=Bernoulli), "visible: expected one of Bernoulli, Gaussian, Softmax, "),
    ("energy.init_rbm", dict(dtype=int), "dtype: expected float32 or float64, got int64"),
    ("energy.init_rbm", dict(dtype=None), "dtype: expected float32 or float64, got None"),
    ("energy.init_rbm", dict(n_hidden=10**12), "n_hidden: expected what fits into this machine's memory of .* GB, got"),
    ("energy.init_boltzmann", dict(scale=np.nan), r"scale: expected a number in \[0, 1e\+12\], got nan"),
    ("energy.init_boltzmann", dict(mask=np.triu(np.full((6, 6), 0.5), 1)), "mask: expected 1 where a pair is connecte"),
    ("energy.evaluate_rbm", dict(executor=5), "executor: expected None or a concurrent.futures.Executor, got 5"),
    ("energy.evaluate_rbm", dict(method=BITS), "method: expected one of 'auto', 'exact', 'ais', got array"),
    ("energy.train_rbm", dict(method=Table(BITS)), "method: expected one of 'pcd', 'cd', 'tempered', 'exact', got <"),
    ("energy.gradient_report", dict(estimators={"CD": energy.CD}), "estimators.'CD'.: expected a function of .*, such"),
    ("energy.sample_tempered", dict(v=np.zeros((2, 2, 4))), "v: expected states of 3 rungs, got 2"),
    ("energy.sampled_gradient", dict(clamped=np.zeros((2, 2))), r"clamped: expected shape \(6, 2\), a row a case, got"),
    ("energy.boltzmann.gibbs_sweep", dict(units=[6]), r"units: expected an integer in \[0, 5\], got 6"),
    ("energy.boltzmann.gibbs_sweep", dict(units=3), "units: expected numbers of units from 0 to 5, got 3"),
    ("energy.boltzmann.log_likelihood", dict(v=BITS / 2), "v: expected bits, 0 or 1, got other values"),
    ("neural.mlp_forward", dict(mlp=MLP(())), "mlp: expected at least one layer with weights, got none"),
    ("neural.mlp_forward", dict(mlp=net(4, 3, 2, batch_norm=True), x=X[:1]), "x: expected at least 2 cases, as batch "),
    ("neural.mlp_forward", dict(mlp=affine_net(np.ones((4, 3)), np.zeros(2))),
     "mlp: the widths of its layers do not fit together"),
    ("neural.mlp_backward", dict(dy=X), r"dy: expected a last axis of 3, got shape \(6, 4\)"),
    ("neural.mlp_backward", dict(dy=np.ones((1, 3))), "dy: expected 6 cases, as many as y has, got 1"),
    ("neural.binary_cross_entropy", dict(targets=BITS[:, :1]), r"targets: expected one number, or shape \(6, 4\), got"),
    ("neural.class_logits", dict(rows=[6]), r"rows: expected values in \[0, 5\], got values from 6 to 6"),
    ("neural.class_logits", dict(rows=[0.5]), "rows: expected integers, got dtype float64"),
    ("adversarial.train_gan", dict(objective=NonSaturating), "objective: expected an objective such as NonSaturating"),
    ("adversarial.train_gan", dict(penalty=R1), "penalty: expected None, R1.weight. or GradientPenalty.weight., got <"),
    ("adversarial.train_gan", dict(optimizer=Adam), "optimizer: expected one of SGD.., Momentum.., RMSProp.., Adam..,"),
    ("adversarial.train_gan", dict(optimizer=used(Adam())), "optimizer: expected one that has not made a step yet, go"),
    ("adversarial.R1", dict(weight=-1), "weight: expected a number in .*, got -1"),
    ("adversarial.GradientPenalty", dict(weight=np.nan), "weight: expected a number in .*, got nan"),
    ("adversarial.discriminator_gradient", dict(levels=np.zeros((2, 1))), r"levels: expected shape \(6, 1\), got shap"),
    ("adversarial.diagnose_gan", dict(history=History()), "history: expected the History of train_gan, got History"),
    ("adversarial.make_gan", dict(discriminator=net(4, 3, 1, output="sigmoid")),
     "discriminator: expected a network that ends in weights and gives logits, any real numbers, got one that ends in "
     "Sigmoid; leave it out, output=None: the objectives put the logits through σ"),
    ("adversarial.train_gan", dict(data=X[:1]), "data: expected cases that differ from one another, got one case, or "),
    ("adversarial.train_gan", dict(data=np.ones((6, 4))), "data: expected cases that differ from one another, got one"),
]


@pytest.mark.parametrize("name, changed, message", SENTENCES)
def test_a_sentence_says_what_was_expected_what_was_got_and_what_to_do(name, changed, message):
    error = outcome(name, changed)
    assert isinstance(error, InvalidInput) and re.match(message, str(error)), error


@pytest.mark.parametrize("last", ["sigmoid", "tanh", "softplus", "relu"])
def test_a_discriminator_that_gives_no_logits_is_refused_in_training_too(last):
    gan = dataclasses.replace(PLAYERS, discriminator=net(4, 3, 1, output=last))
    error = outcome("adversarial.train_gan", dict(gan=gan))
    assert isinstance(error, InvalidInput) and "gives logits" in str(error)
    outcome("adversarial.make_gan", dict(discriminator=net(4, 3, 1, output="leaky_relu")))  # of either sign


@pytest.mark.parametrize("last, low, high", [("sigmoid", 0, 1), ("tanh", -1, 1), ("relu", 0, 9), ("softplus", 0, 9),
                                             (None, -9, 9), ("leaky_relu", -9, 9)])
def test_data_that_a_generator_cannot_make_are_refused_with_both_ranges(last, low, high):
    gan = adversarial.make_gan(net(2, 3, 4, output=last), PLAYERS.discriminator)
    fits = low + (high - low) * X / X.max()
    assert not isinstance(outcome("adversarial.train_gan", dict(gan=gan, data=fits)), Exception)
    width = high - low
    too_high, too_low = fits + 0.02 * width, fits - 0.02 * width
    assert not isinstance(outcome("adversarial.train_gan", dict(gan=gan, data=fits + 0.005 * width)), Exception)
    for data, is_outside in ((too_high, last in ("sigmoid", "tanh")), (too_low, last not in (None, "leaky_relu"))):
        result = outcome("adversarial.train_gan", dict(gan=gan, data=data))
        assert isinstance(result, InvalidInput) == is_outside
        if is_outside:
            assert re.match(r"data: expected numbers in \[.*\], which is what a generator that ends in \w+ makes, got "
                            "numbers from .* to .*; bring the data to that range", str(result))


@pytest.mark.parametrize("last, constant, is_said", [(None, 0.5, True), ("sigmoid", 0.5, True), ("sigmoid", 0.0, False),
                                                     ("sigmoid", 1.0, False), ("tanh", 0.0, True)])
def test_columns_that_do_not_vary_get_a_word_where_a_generator_cannot_make_them(last, constant, is_said):
    data = X / X.max()
    data[:, 1:3] = constant
    gan = adversarial.make_gan(net(2, 3, 4, output=last), PLAYERS.discriminator)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        adversarial.train_gan(gan, data, steps=1, rng=rng(), rate=1e-9)
    assert [one.filename for one in said] == [__file__] * is_said
    for one in said:
        assert str(one.message).startswith("data: 2 of 4 columns do not vary, the first at index 1; a discriminator")


# ---- data that are no array


class Columns(Table):
    """A DataFrame without names: its columns are numbers, too, so that row numbers pick columns."""

    iloc = None

    def __getitem__(self, columns):
        return self.values[:, columns]


class OnDisk(Table):
    """Like an HDF5 data set: rows in rising order only, each once."""

    def __getitem__(self, rows):
        if np.ndim(rows) == 1 and np.any(np.diff(rows) <= 0):
            raise TypeError("Indexing elements must be in increasing order")
        return self.values[rows]


class Lazy(Table):
    """Rows in any order, so that there is no need to read all; and an array, which would."""

    def __array__(self, dtype=None, copy=None):
        raise MemoryError("too large to be read whole")

    def __getitem__(self, rows):
        return self.values[rows]


@pytest.mark.parametrize("kind", [Table, Columns, OnDisk, Lazy])
@pytest.mark.parametrize("square", [False, True])
def test_data_are_indexed_where_row_numbers_index_them_and_else_read(kind, square):
    values = BITS[:4] if square else BITS
    of_array, _ = energy.train_rbm(MODEL, values, epochs=2, rng=rng(), batch_size=2, n_chains=2)
    of_kind, _ = energy.train_rbm(MODEL, kind(values), epochs=2, rng=rng(), batch_size=2, n_chains=2)
    np.testing.assert_array_equal(of_kind.W, of_array.W)
