"""Unrolled stacks against the means of their RBMs, layer by layer, and against differences in every parameter."""
import numpy as np
import pytest
from models import random_rbm

from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    Bernoulli,
    Gaussian,
    Softmax,
    hidden_probs,
    init_rbm,
    stack_means,
    train_rbm,
    train_stack,
    unroll_autoencoder,
    unroll_classifier,
    visible_probs,
)
from numpy_dgm.foundation.batches import CASES_AT_ONCE
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import flatten
from numpy_dgm.neural import (
    Dropout,
    autoencoder_gradient,
    class_logits,
    decode,
    encode,
    mlp_backward,
    mlp_forward,
    reconstruct,
    softmax_cross_entropy,
    squared_reconstruction_error,
)

V = np.random.default_rng(0).random((8, 6))
LABELS = np.array([0, 1, 2, 0, 1, 2, 2, 2])


def stack(code=Gaussian(), lowest=Bernoulli(), dtype=np.float64):
    """6, 5, 4 and 2 units with random parameters; `code` is the kind of the two."""
    return [random_rbm(6, 5, 1.0, 1, dtype, visible=lowest), random_rbm(5, 4, 1.0, 2, dtype),
            random_rbm(4, 2, 1.0, 3, dtype, hidden=code)]


def small_stack(lowest=Bernoulli()):
    """6, 3 and 2 units, so that differences in every parameter are soon taken."""
    return [random_rbm(6, 3, 1.0, 1, visible=lowest), random_rbm(3, 2, 1.0, 3, hidden=Gaussian())]


def up(rbms, v):
    for rbm in rbms:
        v = hidden_probs(rbm, v)
    return v


def down(rbms, h):
    for rbm in reversed(rbms):
        h = visible_probs(rbm, h)
    return h


def test_the_up_pass_takes_the_means_layer_by_layer_and_reads_in_blocks():
    v = np.random.default_rng(0).random((CASES_AT_ONCE + 5, 6))
    np.testing.assert_allclose(stack_means(stack(), v), up(stack(), v), rtol=1e-12)
    np.testing.assert_allclose(stack_means(stack()[:1], v), hidden_probs(stack()[0], v), rtol=1e-12)


@pytest.mark.parametrize("code", [Gaussian(), Bernoulli()])
def test_a_classifier_is_the_up_pass_with_fresh_weights_on_top(code):
    rbms = stack(code)
    mlp = unroll_classifier(rbms, 3, np.random.default_rng(5))
    W = 0.01 * np.random.default_rng(5).standard_normal((2, 3))
    np.testing.assert_allclose(class_logits(mlp, V), up(rbms, V) @ W, rtol=1e-12)
    assert not mlp.layers[-1].b.any()


def test_dropout_stands_before_the_first_weights_and_after_every_hidden_layer():
    mlp = unroll_classifier(stack(Bernoulli()), 3, np.random.default_rng(5), dropout=0.5,
                            input_dropout=0.2)
    kinds = [type(layer).__name__ for layer in mlp.layers]
    assert kinds == ["Dropout", *3 * ["Affine", "Sigmoid", "Dropout"], "Affine"]
    assert [layer.fraction for layer in mlp.layers if isinstance(layer, Dropout)] == [0.2, 0.5, 0.5, 0.5]
    plain = unroll_classifier(stack(), 3, np.random.default_rng(5))
    assert not any(isinstance(layer, Dropout) for layer in plain.layers)


def test_a_classifier_s_gradient_is_right_in_every_parameter():
    mlp = unroll_classifier(small_stack(), 3, np.random.default_rng(5))
    logits, cache = mlp_forward(mlp, V)
    _, dlogits = softmax_cross_entropy(logits, LABELS)
    _, gradient = mlp_backward(mlp, cache, dlogits)
    check_gradient(lambda mlp: softmax_cross_entropy(mlp_forward(mlp, V)[0], LABELS)[0], mlp, gradient)


@pytest.mark.parametrize("code", [Gaussian(), Bernoulli()])
@pytest.mark.parametrize("lowest", [Bernoulli(), Gaussian()])
def test_an_autoencoder_is_the_up_pass_and_the_down_pass(code, lowest):
    rbms = stack(code, lowest)
    autoencoder = unroll_autoencoder(rbms)
    code = up(rbms, V)
    np.testing.assert_allclose(encode(autoencoder, V), code, rtol=1e-12)
    np.testing.assert_allclose(decode(autoencoder, code), down(rbms, code), rtol=1e-12)
    np.testing.assert_allclose(reconstruct(autoencoder, V), down(rbms, code), rtol=1e-12)


@pytest.mark.parametrize("lowest, loss", [(Bernoulli(), "cross_entropy"), (Bernoulli(), "squared_error"),
                                          (Gaussian(), "squared_error")])
def test_an_autoencoder_s_gradient_is_right_in_every_parameter(lowest, loss):
    autoencoder = unroll_autoencoder(small_stack(lowest))
    _, gradient = autoencoder_gradient(autoencoder, V, loss)
    check_gradient(lambda one: autoencoder_gradient(one, V, loss)[0], autoencoder, gradient)


def test_the_weights_up_and_down_are_no_longer_tied():
    autoencoder = unroll_autoencoder(stack())
    first, last = autoencoder.encoder.layers[0], autoencoder.decoder.layers[-1]
    np.testing.assert_array_equal(first.W, last.W.T)
    vector = flatten(autoencoder)
    assert len(vector) == sum(2 * rbm.W.size + rbm.b.size + rbm.c.size for rbm in stack())


def test_a_stack_is_trained_one_on_the_means_of_the_other(tmp_path):
    data = np.random.default_rng(0).random((50, 6)).astype(np.float32)
    settings = dict(epochs=3, batch_size=10, rate=0.2)
    rbms = train_stack(data, (5, 4, 2), seed=7, gaussian_code=True, code_rate=0.02, checkpoint=tmp_path, **settings)
    cases = data
    for level, (size, own) in enumerate([(5, {}), (4, {}), (2, {"method": "cd", "rate": 0.02})], start=1):
        rng = np.random.default_rng([7, 2, level])
        kinds = {"hidden": Gaussian()} if own else {}
        start = init_rbm(cases.shape[1], size, rng, cases, **kinds)
        expected, _ = train_rbm(start, cases, rng=rng, **{**settings, **own})
        np.testing.assert_array_equal(flatten(rbms[level - 1]), flatten(expected))
        assert rbms[level - 1].hidden == expected.hidden
        cases = hidden_probs(expected, cases)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["rbm1", "rbm2", "rbm3"]
    again = train_stack(data, (5, 4, 2), seed=7, gaussian_code=True, code_rate=0.02, checkpoint=tmp_path, **settings)
    assert [flatten(rbm).tobytes() for rbm in again] == [flatten(rbm).tobytes() for rbm in rbms]
    bits = train_stack(data, (5, 4), seed=7, **settings)
    assert flatten(bits[1]).tobytes() == flatten(rbms[1]).tobytes()


def test_a_stack_of_the_digits_starts_where_it_gives_them_back():
    """Before any fine-tuning its reconstructions beat the mean case, which random weights do not."""
    data = open_data("digits", part="train", bits="grey")
    rbms = train_stack(data, (32, 16), seed=0, epochs=6, rate=0.3)
    mean_case = np.square(data[:] - data[:].mean(axis=0)).sum(axis=1).mean()
    assert squared_reconstruction_error(unroll_autoencoder(rbms), data) < 0.9 * mean_case


@pytest.mark.parametrize("call, message", [
    (lambda: unroll_autoencoder([]), "rbms: expected a list of RBMs, the lowest first, got list"),
    (lambda: unroll_autoencoder(stack()[0]), "rbms: expected a list of RBMs, the lowest first, got RBM"),
    (lambda: unroll_autoencoder(["rbm"]), "rbm: expected an RBM, got str"),
    (lambda: unroll_autoencoder(stack()[::2]), "rbms[1]: expected 5 visible units, the hidden units below, got 4"),
    (lambda: unroll_autoencoder([stack()[0], *stack(dtype=np.float32)[1:]]), "rbms: expected parameters of one dtype"),
    (lambda: unroll_classifier(stack(Softmax(2)), 3, np.random.default_rng(0)),
     "rbms[2].hidden: expected Bernoulli() or Gaussian() units, got Softmax"),
    (lambda: unroll_autoencoder(stack(lowest=Softmax(2))),
     "rbms[0].visible: expected Bernoulli() or Gaussian() units, got Softmax"),
    (lambda: unroll_classifier(stack(), 1, np.random.default_rng(0)), "n_classes: expected an integer >= 2, got 1"),
    (lambda: unroll_classifier(stack(), 3, 0), "rng: expected a numpy.random.Generator"),
    (lambda: unroll_classifier(stack(), 3, np.random.default_rng(0), dropout=1.0),
     "dropout: expected a number in [0, 1), got 1.0"),
    (lambda: unroll_classifier(stack(), 3, np.random.default_rng(0), input_dropout=1.0), "input_dropout: expected"),
    (lambda: train_stack(V, (0,), seed=0, epochs=1), "sizes: expected an integer >= 1, got 0"),
    (lambda: train_stack(V, (2,), seed=-1, epochs=1), "seed: expected an integer >= 0, got -1"),
    (lambda: train_stack(2 * V, (2,), seed=0, epochs=1), "data: expected values in [0, 1]"),
    (lambda: train_stack(V[0], (2,), seed=0, epochs=1), "data: expected a 2-D array, one case a row"),
    (lambda: train_stack(V, (2,), seed=0, epochs=1, checkpoint=3), "checkpoint: expected the path of a folder, got 3"),
    (lambda: stack_means(stack(), V[:, :5]), "data: expected shape (cases, 6)"),
    (lambda: stack_means(stack(), 2 * V), "data: expected values in [0, 1]"),
])
def test_what_cannot_be_right_is_refused(call, message):
    with pytest.raises(InvalidInput) as error:
        call()
    assert message in str(error.value)
