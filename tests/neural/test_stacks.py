"""Stacks of layers against their layers written out, and both backward passes against central differences."""
from dataclasses import dataclass

import numpy as np
import pytest

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import Record, leaves, pack, windows
from numpy_dgm.neural import Affine, Dropout, Fourier, LeakyReLU, Linear, Sigmoid, Tanh
from numpy_dgm.neural.stacks import (
    stack_backward,
    stack_backward_each,
    stack_double_backward,
    stack_forward,
    stack_widths,
)


@dataclass(frozen=True, eq=False, repr=False)
class Stack(Record):
    """Layers, and what is put into them from either end."""

    layers: tuple
    x: np.ndarray
    dy: np.ndarray

    trainable = ("layers", "x", "dy")


def some_stack(seed=0):
    """Fourier, affine, tanh, linear, sigmoid, affine: 2 inputs, 3 outputs, 5 cases."""
    rng = np.random.default_rng(seed)
    layers = (Fourier(rng.normal(size=(2, 2))), Affine(rng.normal(size=(6, 4)), rng.normal(size=4)), Tanh(),
              Linear(rng.normal(size=(4, 3))), Sigmoid(), Affine(rng.normal(size=(3, 3)), rng.normal(size=3)))
    return Stack(layers, rng.normal(size=(5, 2)), rng.normal(size=(5, 3)))


def loss(stack):
    y, _ = stack_forward(stack.layers, stack.x)
    return np.sum(stack.dy * y)


def test_widths_are_those_of_the_lowest_and_the_highest_layer_that_have_any():
    layers = some_stack().layers
    assert stack_widths(layers) == (2, 3)
    assert stack_widths((Tanh(), *layers[1:4], Sigmoid())) == (6, 3)
    with pytest.raises(InvalidInput, match="^layers: expected at least one layer with weights, got none"):
        stack_widths((Tanh(), Dropout(0.5)))


def test_forward_is_one_layer_after_another():
    stack = some_stack()
    h = stack.x
    for layer in stack.layers:
        h, _ = layer.forward(h)
    y, caches = stack_forward(stack.layers, stack.x)
    np.testing.assert_array_equal(y, h)
    assert len(caches) == len(stack.layers)


def test_forward_hands_on_the_generator_and_whether_it_is_training():
    x = np.ones((50, 2))
    y, _ = stack_forward((Dropout(0.5),), x, np.random.default_rng(3))
    expected, _ = Dropout(0.5).forward(x, np.random.default_rng(3))
    np.testing.assert_array_equal(y, expected)
    y, _ = stack_forward((Dropout(0.5),), x, training=False)
    np.testing.assert_array_equal(y, x)


def test_backward_is_the_gradient_in_every_parameter_and_the_input():
    stack = some_stack()
    y, caches = stack_forward(stack.layers, stack.x)
    dx, gradients = stack_backward(stack.layers, caches, stack.dy)
    check_gradient(loss, stack, Stack(gradients, dx, y))


def test_backward_writes_into_out_and_leaves_out_what_is_not_needed():
    whole = some_stack()
    x = np.random.default_rng(1).normal(size=(5, 6))
    stack = Stack(whole.layers[1:], x, whole.dy)  # the lowest layer has a gradient, for which the second's dx is needed
    _, caches = stack_forward(stack.layers, stack.x)
    dx, expected = stack_backward(stack.layers, caches, stack.dy)
    vector, _ = pack(stack)
    out = windows(stack, np.full_like(vector, np.nan)).layers
    no_dx, gradients = stack_backward(stack.layers, caches, stack.dy, out, need_dx=False)
    assert no_dx is None
    for layer, written, same in zip(expected, out, gradients):
        for (_, array), (_, other), (_, third) in zip(leaves(layer), leaves(written), leaves(same)):
            np.testing.assert_array_equal(other, array)
            assert third is other
    only_dx, gradients = stack_backward(stack.layers, caches, stack.dy, need_gradient=False)
    np.testing.assert_array_equal(only_dx, dx)
    assert not any(isinstance(layer, (Affine, Linear)) for layer in gradients)


def test_what_is_behind_each_layer_is_the_gradient_there():
    stack = some_stack()
    _, caches = stack_forward(stack.layers, stack.x)
    dx, dys = stack_backward_each(stack.layers, caches, stack.dy)
    np.testing.assert_array_equal(dx, stack_backward(stack.layers, caches, stack.dy)[0])
    for i in range(len(stack.layers)):
        above, _ = stack_backward(stack.layers[i + 1 :], caches[i + 1 :], stack.dy)
        np.testing.assert_array_equal(dys[i], above)


def test_double_backward_is_the_gradient_of_what_is_computed_from_dx():
    stack = some_stack()
    u = np.random.default_rng(1).normal(size=stack.x.shape)

    def of_dx(moved):
        _, caches = stack_forward(moved.layers, moved.x)
        return np.sum(u * stack_backward(moved.layers, caches, moved.dy)[0])

    _, caches = stack_forward(stack.layers, stack.x)
    _, dys = stack_backward_each(stack.layers, caches, stack.dy)
    u_dy, a, gradients = stack_double_backward(stack.layers, caches, dys, u)
    check_gradient(of_dx, stack, Stack(gradients, a, u_dy))


def test_straight_layers_below_one_that_bends_have_no_part_in_a_but_for_what_comes_down():
    """The affine layers' a is the number 0; a leaky ReLU's is 0 on both sides of its kink."""
    rng = np.random.default_rng(0)
    layers = (Affine(rng.normal(size=(2, 3)), np.zeros(3)), LeakyReLU(), Linear(rng.normal(size=(3, 2))))
    x, dy = rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    _, caches = stack_forward(layers, x)
    _, dys = stack_backward_each(layers, caches, dy)
    _, a, _ = stack_double_backward(layers, caches, dys, np.ones_like(x))
    assert isinstance(a, int) and a == 0
