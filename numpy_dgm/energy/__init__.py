"""Energy-based models: p = exp(-E) / Z.

    units.py               the kinds of units: a log-normaliser and a base measure each
    rbm.py                 the restricted Boltzmann machine: energy, free energy, conditionals, block Gibbs
    gradients.py           its gradient, exactly and from chains (CD, PCD); centring; sparsity
    rbm_training.py        training by that gradient, with checkpoints
    fused.py               the gradient of PCD in preallocated buffers, for long runs
    tempering.py           parallel tempering: chains at several temperatures that exchange states
    gradient_report.py     the bias and the variance of CD, PCD and tempered gradients
    likelihood.py          the likelihood, exactly; the pseudo-likelihood
    bit_sums.py            the exact sum over a layer of bits, by products, for speed
    annealing.py           log Z by annealed importance sampling, forward and reverse
    evaluation.py          the likelihood, exact where possible, else estimated, with a verdict: trust it or not
    boltzmann.py           the general Boltzmann machine: any connections
    boltzmann_gradients.py its gradient: both phases sampled, or mean field
    boltzmann_training.py  training by that gradient
    dbn.py                 deep belief nets: RBMs stacked, the bound on the likelihood, ancestral samples, up-down
    dbn_training.py        training them: layer upon layer, then all layers by up-down

Gradients point up the mean log-likelihood, throughout the subpackage.
"""
from .boltzmann import BoltzmannMachine, init_boltzmann, layered_mask, sample_boltzmann
from .boltzmann_gradients import mean_field, mean_field_gradient, sampled_gradient, variational_bound
from .boltzmann_training import train_boltzmann
from .dbn import (
    DBN,
    evaluate_dbn,
    init_dbn,
    layer_from_below,
    lower_bound,
    sample_dbn,
    sample_downwards,
    sample_upwards,
    untied,
    up_down_gradient,
)
from .dbn_training import train_dbn
from .evaluation import evaluate_rbm, independent_pixels
from .gradient_report import CD, PCD, Tempered, gradient_report
from .gradients import cd_gradient, exact_gradient, pcd_gradient
from .likelihood import log_likelihood, log_partition, pseudo_log_likelihood
from .rbm import (
    RBM,
    energy,
    free_energy,
    gibbs_step,
    hidden_probs,
    init_rbm,
    sample_chains,
    sample_hidden,
    sample_visible,
    visible_probs,
)
from .rbm_training import train_rbm
from .tempering import init_ladder, sample_tempered, start_ladder, tempered_gradient
from .units import Bernoulli, Gaussian, Softmax

__all__ = [
    "CD", "DBN", "PCD", "RBM", "Bernoulli", "BoltzmannMachine", "Gaussian", "Softmax", "Tempered", "cd_gradient",
    "energy", "evaluate_dbn", "evaluate_rbm", "exact_gradient", "free_energy", "gibbs_step", "gradient_report",
    "hidden_probs", "independent_pixels", "init_boltzmann", "init_dbn", "init_ladder", "init_rbm",
    "layer_from_below", "layered_mask", "log_likelihood", "log_partition", "lower_bound", "mean_field",
    "mean_field_gradient", "pcd_gradient", "pseudo_log_likelihood", "sample_boltzmann", "sample_chains",
    "sample_dbn", "sample_downwards", "sample_hidden", "sample_tempered", "sample_upwards", "sample_visible",
    "sampled_gradient", "start_ladder", "tempered_gradient", "train_boltzmann", "train_dbn", "train_rbm", "untied",
    "up_down_gradient", "variational_bound", "visible_probs",
]
