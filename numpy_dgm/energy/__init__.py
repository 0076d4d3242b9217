"""Energy-based models: p = exp(-E) / Z.

    units.py        the kinds of units: a log-normaliser and a base measure each
    rbm.py          the restricted Boltzmann machine: energy, free energy, conditionals, block Gibbs
    contrastive.py  its gradient, exactly and from chains (CD, PCD); centring
    learning.py     training by that gradient, with checkpoints
    fused.py        PCD's gradient in buffers of its own, for long runs
    likelihood.py   its likelihood, exactly
    boltzmann.py    the general Boltzmann machine: any connections

Gradients point up the mean log-likelihood, throughout the wing.
"""
from .boltzmann import BoltzmannMachine, init_boltzmann
from .contrastive import cd_gradient, exact_gradient, pcd_gradient
from .learning import train_rbm
from .likelihood import log_likelihood, log_partition
from .rbm import (
    RBM,
    energy,
    free_energy,
    gibbs_step,
    hidden_probs,
    init_rbm,
    sample_hidden,
    sample_visible,
    visible_probs,
)
from .units import Bernoulli

__all__ = [
    "RBM", "Bernoulli", "BoltzmannMachine", "cd_gradient", "energy", "exact_gradient", "free_energy", "gibbs_step",
    "hidden_probs", "init_boltzmann", "init_rbm", "log_likelihood", "log_partition", "pcd_gradient",
    "sample_hidden", "sample_visible", "train_rbm", "visible_probs",
]
