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
    completion.py          the rest of a visible layer given part of it, by clamped Gibbs sampling
    evaluation.py          the likelihood, exact where possible, else estimated, with a verdict: trust it or not
    class_rbm.py           an RBM over an image and its label: p(y given v) exactly, samples of a class, completion
    class_rbm_training.py  training it: generative, discriminative, hybrid
    boltzmann.py           the general Boltzmann machine: any connections
    boltzmann_gradients.py its gradient: both phases sampled, or mean field
    boltzmann_training.py  training by that gradient
    ratings.py             an RBM of ratings, most of them missing: a softmax unit for each rating that there is
    ratings_training.py    training by masked contrastive divergence
    rating_biases.py       what a model of ratings must beat, and blends
    temporal.py            RBMs of films, whose biases come from the frames before; backpropagation through time
    temporal_training.py   training by that gradient
    unrolling.py           a stack of RBMs as a classifier or a deep autoencoder of neural/
    dbn.py                 deep belief nets: RBMs stacked, the bound on the likelihood, ancestral samples, up-down
    dbn_training.py        training them: layer upon layer, then all layers by up-down

Gradients point up the mean log-likelihood, throughout the subpackage.
"""
from .boltzmann import BoltzmannMachine, init_boltzmann, layered_mask, sample_boltzmann
from .boltzmann_gradients import mean_field, mean_field_gradient, sampled_gradient, variational_bound
from .boltzmann_training import train_boltzmann
from .class_rbm import (
    ClassRBM,
    complete_images,
    discriminative_gradient,
    generative_gradient,
    init_class_rbm,
    joint_rbm,
    label_probs,
    sample_of_class,
)
from .class_rbm_training import train_class_rbm
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
from .rating_biases import blend_weights, fit_biases, predict_by_biases, rmse
from .ratings import (
    RatingsRBM,
    expected_rating,
    init_ratings_rbm,
    rating_deviation,
    rating_probs,
    ratings_cd_gradient,
    ratings_exact_gradient,
    ratings_free_energy,
    ratings_log_likelihood,
)
from .ratings_training import train_ratings
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
from .temporal import (
    RTRBM,
    ConditionalRBM,
    cd_film_gradient,
    exact_film_gradient,
    film_log_likelihoods,
    generate_films,
    init_conditional_rbm,
    init_rtrbm,
    predict_frames,
)
from .temporal_training import train_temporal
from .units import Bernoulli, BitsAndLabel, Gaussian, Softmax
from .unrolling import stack_means, train_stack, unroll_autoencoder, unroll_classifier

__all__ = [
    "Bernoulli", "BitsAndLabel", "BoltzmannMachine", "CD", "ClassRBM", "ConditionalRBM", "DBN", "Gaussian", "PCD",
    "RBM", "RTRBM", "RatingsRBM", "Softmax", "Tempered", "blend_weights", "cd_film_gradient", "cd_gradient",
    "complete_images", "discriminative_gradient", "energy", "evaluate_dbn", "evaluate_rbm", "exact_film_gradient",
    "exact_gradient", "expected_rating", "film_log_likelihoods", "fit_biases", "free_energy", "generate_films",
    "generative_gradient", "gibbs_step", "gradient_report", "hidden_probs", "independent_pixels", "init_boltzmann",
    "init_class_rbm", "init_conditional_rbm", "init_dbn", "init_ladder", "init_ratings_rbm", "init_rbm", "init_rtrbm",
    "joint_rbm", "label_probs", "layer_from_below", "layered_mask", "log_likelihood", "log_partition", "lower_bound",
    "mean_field", "mean_field_gradient", "pcd_gradient", "predict_by_biases", "predict_frames", "pseudo_log_likelihood",
    "rating_deviation", "rating_probs", "ratings_cd_gradient", "ratings_exact_gradient", "ratings_free_energy",
    "ratings_log_likelihood", "rmse", "sample_boltzmann", "sample_chains", "sample_dbn", "sample_downwards",
    "sample_hidden", "sample_of_class", "sample_tempered", "sample_upwards", "sample_visible", "sampled_gradient",
    "stack_means", "start_ladder", "tempered_gradient", "train_boltzmann", "train_class_rbm", "train_dbn",
    "train_ratings", "train_rbm", "train_stack", "train_temporal", "unroll_autoencoder", "unroll_classifier", "untied",
    "up_down_gradient", "variational_bound", "visible_probs",
]
