"""Autoencoders: both losses against differences in every parameter, codes and reconstructions written out."""
from dataclasses import replace

import numpy as np
import pytest

from numpy_dgm.foundation.batches import CASES_AT_ONCE
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten
from numpy_dgm.neural import (
    Affine,
    Autoencoder,
    ReLU,
    Sigmoid,
    autoencoder_gradient,
    decode,
    encode,
    init_autoencoder,
    init_mlp,
    reconstruct,
    squared_reconstruction_error,
)
from numpy_dgm.neural.autoencoder import check_autoencoder

SIZES = (6, 5, 4, 2)


def autoencoder(seed=0, **options):
    """Of random parameters, the biases too, in float64."""
    options = {"hidden": "sigmoid", "dtype": np.float64, "init": 1.0, **options}
    rng = np.random.default_rng(seed)
    made = init_autoencoder(SIZES, rng, **options)
    for layer in (*made.encoder.layers, *made.decoder.layers):
        if isinstance(layer, Affine):
            layer.b[:] = rng.normal(size=len(layer.b))
    return made


def cases(n=7, seed=1):
    return np.random.default_rng(seed).random((n, 6))


def by_hand(model, v):
    """The code and the decoder's output x, layer by layer."""
    layers = [layer for layer in (*model.encoder.layers, *model.decoder.layers) if isinstance(layer, Affine)]
    h, outputs = v, []
    for i, layer in enumerate(layers):
        h = h @ layer.W + layer.b
        outputs.append(h)
        if i not in (2, 5):  # the code is linear, and so is x
            h = sigmoid(h)
    return outputs[2], outputs[5]


def test_codes_and_reconstructions_layer_by_layer():
    model, v = autoencoder(), cases(CASES_AT_ONCE + 3)
    code, x = by_hand(model, v)
    np.testing.assert_allclose(encode(model, v), code, rtol=1e-12)
    np.testing.assert_allclose(encode(model, v[2]), code[2], rtol=1e-12)
    np.testing.assert_allclose(decode(model, code), sigmoid(x), rtol=1e-12)
    np.testing.assert_allclose(decode(model, code[2]), sigmoid(x)[2], rtol=1e-12)
    np.testing.assert_allclose(reconstruct(model, v), sigmoid(x), rtol=1e-12)
    np.testing.assert_allclose(reconstruct(replace(model, output="linear"), v), x, rtol=1e-12)
    np.testing.assert_allclose(squared_reconstruction_error(model, v), np.square(v - sigmoid(x)).sum() / len(v))


@pytest.mark.parametrize("output, loss", [("sigmoid", "cross_entropy"), ("sigmoid", "squared_error"),
                                          ("linear", "squared_error")])
def test_the_gradient_is_right_in_every_parameter(output, loss):
    model, v = autoencoder(output=output), cases()

    def mean_loss(model):
        _, x = by_hand(model, v)
        if loss == "squared_error":
            return np.square((sigmoid(x) if output == "sigmoid" else x) - v).sum() / len(v)
        return -(v * np.log(sigmoid(x)) + (1 - v) * np.log(sigmoid(-x))).sum() / len(v)

    value, gradient = autoencoder_gradient(model, v, loss)
    assert value == pytest.approx(mean_loss(model), rel=1e-12)
    assert isinstance(gradient, Autoencoder) and gradient.output == output
    check_gradient(mean_loss, model, gradient)
    assert len(flatten(model)) == 2 * (6 * 5 + 5 * 4 + 4 * 2) + (5 + 4 + 2) + (4 + 5 + 6)
    _, of_one = autoencoder_gradient(model, v[0], loss)
    _, of_row = autoencoder_gradient(model, v[:1], loss)
    np.testing.assert_array_equal(of_one.encoder.layers[0].W, of_row.encoder.layers[0].W)


def test_a_new_autoencoder_has_the_layers_that_were_asked_for():
    rng = np.random.default_rng(0)
    model = init_autoencoder((6, 500, 2), rng)
    for network, sizes in ((model.encoder, (6, 500, 2)), (model.decoder, (2, 500, 6))):
        first, squash, last = network.layers
        assert isinstance(squash, ReLU) and first.W.dtype == np.float32
        assert (first.W.shape, last.W.shape) == ((sizes[0], sizes[1]), (sizes[1], sizes[2]))
        assert last.W.std() == pytest.approx(np.sqrt(2 / 500), rel=0.1)
    assert isinstance(init_autoencoder((6, 5, 2), rng, hidden="sigmoid").encoder.layers[1], Sigmoid)
    assert len(init_autoencoder((6, 2), rng).encoder.layers) == 1


def test_numbers_are_computed_with_in_the_dtype_of_the_parameters():
    model = autoencoder(dtype=np.float32)
    bits = np.random.default_rng(0).integers(0, 2, size=(3, 6)).astype(np.uint8)
    assert encode(model, bits).dtype == reconstruct(model, bits).dtype == np.float32


@pytest.mark.parametrize("call, message", [
    (lambda: encode("model", cases()), "autoencoder: expected an Autoencoder (see init_autoencoder), got str"),
    (lambda: encode(autoencoder(), cases()[:, :5]), "data: expected shape (cases, 6) with at least one case"),
    (lambda: decode(autoencoder(), cases()), "codes: expected a last axis of 2, got shape (7, 6)"),
    (lambda: encode(replace(autoencoder(), decoder=autoencoder().encoder), cases()),
     "autoencoder.decoder: expected 2 inputs and 6 outputs, the encoder's turned round, got 6 and 2"),
    (lambda: encode(replace(autoencoder(), decoder=autoencoder(dtype=np.float32).decoder), cases()),
     "autoencoder: expected parameters of one dtype"),
    (lambda: encode(replace(autoencoder(), output="tanh"), cases()), "autoencoder.output: expected one of 'sigmoid'"),
    (lambda: init_autoencoder(SIZES, np.random.default_rng(0), output="tanh"), "output: expected one of 'sigmoid'"),
    (lambda: autoencoder_gradient(autoencoder(), 2 * cases()), "v: expected values in [0, 1]"),
    (lambda: autoencoder_gradient(autoencoder(), cases(), "hinge"), "loss: expected one of 'cross_entropy'"),
    (lambda: autoencoder_gradient(autoencoder(output="linear"), cases()),
     "loss: expected 'squared_error' with a linear output, got 'cross_entropy'"),
])
def test_what_cannot_be_right_is_refused(call, message):
    with pytest.raises(InvalidInput) as error:
        call()
    assert message in str(error.value)


def test_the_squared_error_takes_any_numbers():
    autoencoder_gradient(autoencoder(output="linear"), 5 * cases() - 2, "squared_error")


@pytest.mark.parametrize("options, name", [
    ({"batch_norm": True}, "BatchNorm"), ({"dropout": 0.2}, "Dropout"),
    ({"discrimination": (2, 2)}, "MinibatchDiscrimination"),
])
def test_layers_that_draw_or_tie_the_rows_are_refused(options, name):
    rng = np.random.default_rng(0)
    plain, other = init_mlp([6, 4, 2], rng), init_mlp([2, 4, 6], rng, **options)
    with pytest.raises(InvalidInput, match=f"^autoencoder.decoder: expected layers that take each .*, got {name}$"):
        check_autoencoder(Autoencoder(plain, other, "linear"))
