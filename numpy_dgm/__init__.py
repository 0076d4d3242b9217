"""numpy_dgm: deep generative models in pure NumPy, to read, step through and trust.

The package from the bottom up; an import never runs up this list:

    foundation/   numerics, the oracle (enumeration), records, gradient checks, settings, the training loop, checkpoints
    neural/       layers and networks of them, every gradient by hand; losses; classifiers and autoencoders
    energy/       energy-based models: Boltzmann machines, restricted Boltzmann machines, and what is made of these:
                  deep belief nets, joint models of images and labels, models of ratings and of films
    data/         the shipped digits and names, toys with known optima, bouncing balls, n-grams, readers for files
    adversarial/  generative adversarial networks: objectives, penalties, both players' gradients, coverage
    estimators/   scikit-learn's manner: BernoulliRBM, DBNClassifier, GANGenerator
    plots.py      figures: with play/window.py the only module that imports matplotlib
    runs/         what the command and `load_run` do with a run, a module a kind of model
    json_output.py  what `--json` prints, and what its keys mean
    course/       what runs the lessons, and the assignments: given out, checked, graded
    demo.py       `dgm demo`
    play/         `dgm play`: windows to play with an RBM's chain, and with the two players of a GAN
    command.py    the parser of the `dgm` command, and what its subcommands do
    __main__.py   the `dgm` command

The names that most users want stand here, and are loaded when they are first used. `energy`, the subpackage, holds
`energy`, the function, and the rest.
"""
import importlib
from typing import TYPE_CHECKING

__version__ = "0.2.0"

if TYPE_CHECKING:
    from .adversarial import GAN, evaluate_coverage, generate, make_gan, train_gan
    from .data import open_data
    from .energy import (
        RBM,
        Bernoulli,
        BoltzmannMachine,
        Gaussian,
        Softmax,
        cd_gradient,
        evaluate_rbm,
        exact_gradient,
        free_energy,
        gibbs_step,
        hidden_probs,
        init_boltzmann,
        init_rbm,
        log_likelihood,
        log_partition,
        pcd_gradient,
        sample_hidden,
        sample_visible,
        train_boltzmann,
        train_rbm,
        visible_probs,
    )
    from .foundation.checks import InvalidInput
    from .neural import MLP, init_mlp, train_classifier
    from .runs import load_run
    from .runs.study import train_study

SUBPACKAGES = ("adversarial", "command", "course", "data", "energy", "estimators", "foundation", "neural", "play",
               "plots", "runs")
HOMES = {
    "adversarial": ("GAN", "evaluate_coverage", "generate", "make_gan", "train_gan"),
    "data": ("open_data",),
    "energy": (
        "RBM", "Bernoulli", "BoltzmannMachine", "Gaussian", "Softmax", "cd_gradient", "evaluate_rbm", "exact_gradient",
        "free_energy", "gibbs_step", "hidden_probs", "init_boltzmann", "init_rbm", "log_likelihood", "log_partition",
        "pcd_gradient", "sample_hidden", "sample_visible", "train_boltzmann", "train_rbm", "visible_probs"),
    "foundation.checks": ("InvalidInput",),
    "neural": ("MLP", "init_mlp", "train_classifier"),
    "runs": ("load_run",),
    "runs.study": ("train_study",),
}

__all__ = [
    "GAN", "MLP", "RBM", "Bernoulli", "BoltzmannMachine", "Gaussian", "InvalidInput", "Softmax", "cd_gradient",
    "evaluate_coverage", "evaluate_rbm", "exact_gradient", "free_energy", "generate", "gibbs_step", "hidden_probs",
    "init_boltzmann", "init_mlp", "init_rbm", "load_run", "log_likelihood", "log_partition", "make_gan", "open_data",
    "pcd_gradient", "sample_hidden", "sample_visible", "train_boltzmann", "train_classifier", "train_gan", "train_rbm",
    "train_study", "visible_probs",
]


def __getattr__(name):
    """Load a name of the package when it is first asked for, so that the command starts at once."""
    if name in SUBPACKAGES:
        return importlib.import_module(f".{name}", __name__)
    for home, names in HOMES.items():
        if name in names:
            value = getattr(importlib.import_module(f".{home}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__, *SUBPACKAGES])
