"""Backpropagation by hand: a forward and a backward pass for every layer.

    layers.py   the kinds of layers: affine, maxout, elementwise, Fourier, skip, dropout, batch norm, minibatch
                discrimination
    stacks.py   layers one on the other: forward, backward, and once more through the backward pass
    mlp.py      a network: such a stack, its initialisation and its checks
    losses.py   cross-entropies on logits and squared error, each with its derivative
    mlp_training.py  training a network to tell classes apart
    autoencoder.py   two networks, through a code of a few numbers and back
    autoencoder_training.py  training them

Losses are descended throughout this subpackage, and are means over cases.
"""
from .autoencoder import (
    Autoencoder,
    autoencoder_gradient,
    decode,
    encode,
    init_autoencoder,
    reconstruct,
    squared_reconstruction_error,
)
from .autoencoder_training import train_autoencoder
from .layers import (
    Affine,
    BatchNorm,
    Dropout,
    Fourier,
    LeakyReLU,
    Linear,
    Maxout,
    MinibatchDiscrimination,
    ReLU,
    Sigmoid,
    Skip,
    Softplus,
    Tanh,
)
from .losses import binary_cross_entropy, softmax_cross_entropy, squared_error
from .mlp import MLP, init_fourier, init_mlp, mlp_backward, mlp_forward, with_running_statistics
from .mlp_training import class_logits, train_classifier

__all__ = [
    "Affine", "Autoencoder", "BatchNorm", "Dropout", "Fourier", "LeakyReLU", "Linear", "MLP", "Maxout",
    "MinibatchDiscrimination", "ReLU", "Sigmoid", "Skip", "Softplus", "Tanh", "autoencoder_gradient",
    "binary_cross_entropy", "class_logits", "decode", "encode", "init_autoencoder", "init_fourier", "init_mlp",
    "mlp_backward", "mlp_forward", "reconstruct", "softmax_cross_entropy", "squared_error",
    "squared_reconstruction_error", "train_autoencoder", "train_classifier", "with_running_statistics",
]
