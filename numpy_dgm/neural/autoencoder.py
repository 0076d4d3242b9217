"""Autoencoder: one network that squeezes a case into a code of a few numbers, and another that brings it back.

    code = f(v)        x = g(code)        v̂ = σ(x), or v̂ = x where the output is linear

    cross-entropy    1/N Σ_n Σ_i -v_ni log v̂_ni - (1 - v_ni) log(1 - v̂_ni)        grey levels v in [0, 1]
    squared error    1/N Σ_n Σ_i (v_ni - v̂_ni)²

f is the encoder, g the decoder. What they lose on the way is what a code of so few numbers cannot hold.

N cases    D numbers a case    K numbers a code    v (N, D) cases    x (N, D) output of g    v̂ (N, D) reconstruction

Rumelhart, Hinton and Williams 1986; Hinton and Salakhutdinov 2006 (deep, by way of RBMs: see energy/unrolling.py).
"""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.batches import as_cases, case_blocks, check_cases
from ..foundation.checks import as_rows, check_array, check_choice, check_numbers, different_dtypes, invalid
from ..foundation.numerics import sigmoid
from ..foundation.records import Record, leaves
from ..foundation.types import Array, Generator
from .layers import BatchNorm, Dropout, MinibatchDiscrimination
from .losses import binary_cross_entropy, squared_error
from .mlp import MLP, _mlp_backward, _mlp_forward, check_mlp, init_mlp, n_inputs, n_outputs, parameter_dtype

OUTPUTS = ("sigmoid", "linear")
LOSSES = ("cross_entropy", "squared_error")


@dataclass(frozen=True, eq=False, repr=False)
class Autoencoder(Record):
    """The two networks. A gradient with respect to them has the same type."""

    encoder: MLP  # D inputs, K outputs
    decoder: MLP  # K inputs, D outputs x
    output: str = "sigmoid"  # how x becomes a reconstruction, one of OUTPUTS

    trainable = ("encoder", "decoder")


def init_autoencoder(sizes: Sequence[int], rng: Generator, hidden: str = "relu", output: str = "sigmoid",
                     init: str | float = "he", dtype: DTypeLike = np.float32) -> Autoencoder:
    """A new autoencoder; sizes from the numbers of a case to those of a code, such as (784, 500, 250, 30).

    The decoder has the same layers the other way round; the code itself is linear. hidden, init and dtype as in
    `init_mlp`. Draws: the encoder's weights, then the decoder's. Raises InvalidInput.
    """
    check_choice("output", output, OUTPUTS)
    encoder = init_mlp(sizes, rng, hidden=hidden, init=init, dtype=dtype)
    decoder = init_mlp(list(sizes)[::-1], rng, hidden=hidden, init=init, dtype=dtype)
    return Autoencoder(encoder, decoder, output)


def check_autoencoder(autoencoder: Any) -> Autoencoder:
    """`autoencoder` where its two networks are sound and fit together; else InvalidInput."""
    if not isinstance(autoencoder, Autoencoder):
        raise invalid("autoencoder", "an Autoencoder (see init_autoencoder)", type(autoencoder).__name__)
    check_choice("autoencoder.output", autoencoder.output, OUTPUTS)
    encoder, decoder = autoencoder.encoder, autoencoder.decoder
    for name, mlp in (("autoencoder.encoder", encoder), ("autoencoder.decoder", decoder)):
        check_mlp(name, mlp)
        for layer in mlp.layers:
            if isinstance(layer, (BatchNorm, Dropout, MinibatchDiscrimination)):
                raise invalid(name, "layers that take each case by itself and draw nothing", type(layer).__name__)
    there, back = (n_inputs(encoder), n_outputs(encoder)), (n_outputs(decoder), n_inputs(decoder))
    if there != back:
        raise invalid("autoencoder.decoder", f"{there[1]} inputs and {there[0]} outputs, the encoder's turned round",
                      f"{back[1]} and {back[0]}")
    if parameter_dtype(encoder) != parameter_dtype(decoder):
        raise different_dtypes("autoencoder", leaves(encoder)[0][1], leaves(decoder)[0][1])
    return autoencoder


def encode(autoencoder: Autoencoder, data: Any) -> Array:
    """The codes f(v) of the cases of data (N, D), read in blocks: (N, K). One case (D,) gives (K,). InvalidInput."""
    check_autoencoder(autoencoder)
    data = as_cases("data", data)
    is_one_case = len(getattr(data, "shape", ())) == 1
    data = check_cases("data", data, n_inputs(autoencoder.encoder), check_numbers, one_case=True)
    codes = _run_in_blocks(autoencoder.encoder, data)
    return codes[0] if is_one_case else codes


def decode(autoencoder: Autoencoder, codes: Array) -> Array:
    """The cases v̂ = σ(g(code)), or g(code), that codes (N, K) stand for: (N, D). One code (K,) gives (D,).

    Raises InvalidInput.
    """
    check_autoencoder(autoencoder)
    codes = check_array("codes", codes, ndim=(1, 2), width=n_inputs(autoencoder.decoder),
                        dtype=parameter_dtype(autoencoder.decoder))
    reconstruction = _output(autoencoder, _run_in_blocks(autoencoder.decoder, as_rows(codes)))
    return reconstruction if codes.ndim > 1 else reconstruction[0]


def reconstruct(autoencoder: Autoencoder, data: Any) -> Array:
    """v̂: cases (N, D) through the code and back: (N, D). One case (D,) gives (D,). Raises InvalidInput."""
    return decode(autoencoder, encode(autoencoder, data))


def squared_reconstruction_error(autoencoder: Autoencoder, data: Any) -> float:
    """The mean over the cases of data (N, D) of |v - v̂|², summed over the numbers of a case. Raises InvalidInput."""
    check_autoencoder(autoencoder)
    data = check_cases("data", data, n_inputs(autoencoder.encoder), check_numbers)
    return float(_errors(autoencoder, data, np.arange(len(data))).mean())


def autoencoder_gradient(autoencoder: Autoencoder, v: Array, loss: str = "cross_entropy") -> tuple[float, Autoencoder]:
    """`(loss, gradient)` at the cases v (N, D), the gradient an Autoencoder, to be descended.

    loss is "cross_entropy", which needs the sigmoid output and v in [0, 1], or "squared_error". Raises InvalidInput.
    """
    check_autoencoder(autoencoder)
    check_loss(autoencoder, loss)
    low, high = value_range(loss)
    v = check_array("v", v, ndim=(1, 2), width=n_inputs(autoencoder.encoder), low=low, high=high,
                    dtype=parameter_dtype(autoencoder.encoder))
    return _autoencoder_gradient(autoencoder, as_rows(v), loss)


def _autoencoder_gradient(autoencoder, v, loss):
    code, encoder_cache = _mlp_forward(autoencoder.encoder, v)
    x, decoder_cache = _mlp_forward(autoencoder.decoder, code)
    value, dx = _loss(autoencoder, x, v, loss)
    dcode, decoder_gradient = _mlp_backward(autoencoder.decoder, decoder_cache, dx)
    _, encoder_gradient = _mlp_backward(autoencoder.encoder, encoder_cache, dcode, need_dx=False)
    return value, Autoencoder(encoder_gradient, decoder_gradient, autoencoder.output)


def _loss(autoencoder, x, v, loss):
    """The loss of outputs x (N, D) at the cases v (N, D), and its derivative with respect to x: `(loss, dx)`."""
    if loss == "cross_entropy":
        return binary_cross_entropy(x, v)
    reconstruction = _output(autoencoder, x)
    value, dx = squared_error(reconstruction, v)
    if autoencoder.output == "sigmoid":
        dx *= reconstruction * (1 - reconstruction)  # σ'(x)
    return value, dx


def _output(autoencoder, x):
    """v̂ of the decoder's outputs x (N, D)."""
    return sigmoid(x) if autoencoder.output == "sigmoid" else x


def _errors(autoencoder, data, rows):
    """|v - v̂|² of the cases `rows` (n,) of data: (n,), in float64."""
    errors = []
    for v in case_blocks(data, rows, parameter_dtype(autoencoder.encoder)):
        code, _ = _mlp_forward(autoencoder.encoder, v, training=False)
        x, _ = _mlp_forward(autoencoder.decoder, code, training=False)
        errors.append(np.square(v - _output(autoencoder, x), dtype=np.float64).sum(axis=1))
    return np.concatenate(errors)


def _run_in_blocks(mlp, data):
    """What the network makes of every row of data, which have been checked."""
    outputs = []
    for rows in case_blocks(data, np.arange(data.shape[0]), parameter_dtype(mlp)):
        y, _ = _mlp_forward(mlp, rows, training=False)
        outputs.append(y)
    return np.concatenate(outputs)


def check_loss(autoencoder: Autoencoder, loss: str) -> str:
    """`loss` where it is one of LOSSES and goes with the output of the autoencoder; else InvalidInput."""
    check_choice("loss", loss, LOSSES)
    if loss == "cross_entropy" and autoencoder.output != "sigmoid":
        raise invalid("loss", "'squared_error' with a linear output", repr(loss))
    return loss


def value_range(loss: str) -> tuple[float | None, float | None]:
    """Between what the numbers of a case may lie, for that loss."""
    return (0, 1) if loss == "cross_entropy" else (None, None)
