"""numpy_dgm: deep generative models in pure NumPy, to read, step through and trust.

The house, from the ground up; an import never runs up this list:

    foundation/   numerics, the oracle (enumeration), records, gradient checks, optimizers, training, checkpoints
    energy/       energy-based models: Boltzmann machines and restricted Boltzmann machines
    neural/       layers and networks of them, every gradient by hand; losses
    data/         the shipped digits, toys with known optima, readers for files
    adversarial/  generative adversarial networks: objectives, penalties, both players' gradients, coverage
    runs.py       a training run in a folder: start it, go on with it, load it, sample from it, evaluate it
    gan_runs.py   the same for GANs
    plots.py      pictures: the only module that imports matplotlib
    course/       what runs the lessons
    demo.py       `dgm demo`
    __main__.py   the `dgm` command

The names that most users want stand here. `energy`, the wing, holds `energy`, the function, and the rest.
"""
from .adversarial import GAN, evaluate_coverage, generate, make_gan, train_gan
from .data import open_data
from .energy import (
    RBM,
    Bernoulli,
    Gaussian,
    Softmax,
    cd_gradient,
    evaluate_rbm,
    exact_gradient,
    free_energy,
    gibbs_step,
    hidden_probs,
    init_rbm,
    log_likelihood,
    log_partition,
    pcd_gradient,
    sample_hidden,
    sample_visible,
    train_rbm,
    visible_probs,
)
from .neural import MLP, init_mlp
from .runs import load_run

__all__ = [
    "GAN", "MLP", "RBM", "Bernoulli", "Gaussian", "Softmax", "cd_gradient", "evaluate_coverage", "evaluate_rbm",
    "exact_gradient", "free_energy", "generate", "gibbs_step", "hidden_probs", "init_mlp", "init_rbm", "load_run",
    "log_likelihood", "log_partition", "make_gan", "open_data", "pcd_gradient", "sample_hidden", "sample_visible",
    "train_gan", "train_rbm", "visible_probs",
]
