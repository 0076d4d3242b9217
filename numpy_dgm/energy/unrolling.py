"""A stack of RBMs unrolled into a network of neural/, to be fine-tuned by backpropagation.

    h_0 = v        h_l = A'(c_l + h_(l-1) W_l)                         up: the mean of each hidden layer in turn
    g_L = code     g_(l-1) = A'(b_l + g_l W_lᵀ)                        down: the mean of each visible layer in turn

For bits A' = σ, so that the up pass of a stack is that of a network of affine layers (W_l, c_l) with sigmoids; a
Gaussian layer, A'(x) = x, is a linear one. A classifier is the up pass with fresh weights to the classes on top. A
deep autoencoder is the up pass as encoder and the down pass as decoder, whose weights are no longer tied once they
learn.

N cases    D visible units of the lowest RBM    K hidden units of the highest
W_l, b_l, c_l of RBM l, the lowest is 1    A' the mean of a unit of its layer (see units.py)

Hinton, Osindero and Teh 2006; Hinton and Salakhutdinov 2006; Bengio, Lamblin, Popovici and Larochelle 2007.
"""
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..foundation.batches import case_blocks, check_cases, check_cases_of_any_width
from ..foundation.checks import (
    check_array,
    check_choice,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    different_dtypes,
    invalid,
)
from ..foundation.training import checkpoint_path
from ..foundation.types import Array, Generator
from ..neural.autoencoder import Autoencoder
from ..neural.layers import Affine, Dropout, Sigmoid
from ..neural.mlp import MLP
from .rbm import RBM, _hidden_probs, check_rbm, init_rbm
from .rbm_training import train_rbm
from .units import Bernoulli, Gaussian, Units

OUTPUT_SCALE = 0.01  # standard deviation of a classifier's fresh weights to its logits
CODE_RATE = 0.01  # at which an RBM learns whose hidden units are not bounded by 1


def check_stack(rbms: Any) -> list[RBM]:
    """`rbms` as a list, where each is sound and fits on the one below; else InvalidInput."""
    if isinstance(rbms, RBM) or not isinstance(rbms, (list, tuple)) or len(rbms) == 0:
        raise invalid("rbms", "a list of RBMs, the lowest first", type(rbms).__name__)
    for rbm in rbms:
        check_rbm(rbm)
    for level, (lower, upper) in enumerate(zip(rbms, rbms[1:]), start=1):
        if len(upper.b) != len(lower.c):
            raise invalid(f"rbms[{level}]", f"{len(lower.c)} visible units, the hidden units below", len(upper.b))
        if upper.W.dtype != lower.W.dtype:
            raise different_dtypes("rbms", lower.W, upper.W)
    return list(rbms)


def stack_means(rbms: Sequence[RBM], data: Any) -> Array:
    """The mean-field up pass: h_L of the cases of data (N, D), read in blocks: (N, K). Raises InvalidInput.

    Each hidden layer stands with its mean in the place of a draw.
    """
    rbms = check_stack(rbms)
    data = check_cases("data", data, len(rbms[0].b), rbms[0].visible.check)
    blocks = []
    for h in case_blocks(data, np.arange(len(data)), rbms[0].W.dtype):
        for rbm in rbms:
            h = _hidden_probs(rbm, h)
        blocks.append(h)
    return np.concatenate(blocks)


def unroll_classifier(rbms: Sequence[RBM], n_classes: int, rng: Generator, dropout: float = 0.0,
                      input_dropout: float = 0.0) -> MLP:
    """The up pass of a stack as a network, with fresh weights to the logits of C = n_classes classes on top.

    dropout         the fraction of a hidden layer's values that is dropped in training, in [0, 1)
    input_dropout   that of the numbers of a case

    The fresh weights are N(0, 0.01²), their biases 0. Draws: these weights. Raises InvalidInput.
    """
    rbms = check_stack(rbms)
    n_classes = check_integer("n_classes", n_classes, least=2)
    check_fits("n_classes", n_classes, n_classes, len(rbms[-1].c))
    check_generator("rng", rng)
    dropout = check_number("dropout", dropout, 0, 1, open_high=True)
    input_dropout = check_number("input_dropout", input_dropout, 0, 1, open_high=True)
    layers: list[Any] = [Dropout(input_dropout)] if input_dropout > 0 else []
    for level, rbm in enumerate(rbms):
        layers.append(Affine(rbm.W, rbm.c))
        layers += activation(f"rbms[{level}].hidden", rbm.hidden)
        if dropout > 0:
            layers.append(Dropout(dropout))
    dtype, width = rbms[-1].W.dtype, len(rbms[-1].c)
    W = rng.standard_normal((width, n_classes), dtype=dtype) * dtype.type(OUTPUT_SCALE)
    layers.append(Affine(W, np.zeros(n_classes, dtype)))
    return MLP(tuple(layers))


def unroll_autoencoder(rbms: Sequence[RBM]) -> Autoencoder:
    """The up pass of a stack as encoder, its down pass as decoder: code = h_L, v̂ = g_0. Raises InvalidInput.

    Make the hidden units of the highest RBM Gaussian for a code of real numbers. The visible units of the lowest RBM
    say what comes out: for bits the decoder gives logits and the output is the sigmoid, for Gaussian ones it is linear.
    """
    rbms = check_stack(rbms)
    up: list[Any] = []
    down: list[Any] = []
    for level, rbm in enumerate(rbms):
        up.append(Affine(rbm.W, rbm.c))
        up += activation(f"rbms[{level}].hidden", rbm.hidden)
    for level in reversed(range(len(rbms))):
        rbm = rbms[level]
        squash = activation(f"rbms[{level}].visible", rbm.visible)
        down.append(Affine(np.ascontiguousarray(rbm.W.T), rbm.b))
        if level > 0:  # the lowest is left to the output
            down += squash
    output = "sigmoid" if isinstance(rbms[0].visible, Bernoulli) else "linear"
    return Autoencoder(MLP(tuple(up)), MLP(tuple(down)), output)


def activation(name: str, units: Units) -> list[Sigmoid]:
    """The layer that takes inputs of such units to their means: a sigmoid for bits, none for Gaussian units.

    Raises InvalidInput for softmax units.
    """
    if isinstance(units, Bernoulli):
        return [Sigmoid()]
    if isinstance(units, Gaussian):
        return []
    raise invalid(name, "Bernoulli() or Gaussian() units", units)


def train_stack(data: Any, sizes: Sequence[int], *, seed: int, gaussian_code: bool = False,
                code_rate: float = CODE_RATE, checkpoint: Any = None, progress: bool = False,
                **settings: Any) -> list[RBM]:
    """RBMs trained without labels, one on the other: each on the mean hidden layers of the one below.

    sizes             hidden units of each RBM, the lowest first
    seed              all that RBM l draws comes from a generator made of the seed and l
    gaussian_code     whether the hidden units of the highest are Gaussian; it then learns by CD, at the rate code_rate
    checkpoint        a folder in which each RBM keeps its own run: rbm1, rbm2, ...
    progress          say on standard error how far each is
    settings          of `train_rbm`, for every RBM

    data (N, D) in [0, 1], an array, memory map or what `open_data` gives. Raises InvalidInput, and Diverged. Hinton,
    Osindero and Teh 2006.
    """
    sizes = [check_integer("sizes", size) for size in check_array("sizes", sizes, ndim=1).tolist()]
    seed = check_integer("seed", seed, least=0)
    check_choice("gaussian_code", gaussian_code, (False, True))
    checkpoint_path(checkpoint)  # raises InvalidInput where it is no folder
    cases = check_cases_of_any_width("data", data, Bernoulli().check)
    rbms: list[RBM] = []
    for level, size in enumerate(sizes, start=1):
        rng = np.random.default_rng([seed, 2, level])
        is_code = gaussian_code and level == len(sizes)
        own = {**settings, "method": "cd", "rate": code_rate} if is_code else settings
        start = init_rbm(cases.shape[1], size, rng, cases, hidden=Gaussian() if is_code else Bernoulli())
        folder = None if checkpoint is None else Path(checkpoint) / f"rbm{level}"
        rbm, _ = train_rbm(start, cases, rng=rng, checkpoint=folder, metadata={"seed": seed}, progress=progress, **own)
        rbms.append(rbm)
        if level < len(sizes):
            cases = stack_means([rbm], cases)
    return rbms
