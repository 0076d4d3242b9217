"""A stack of layers, the one that meets the input first: forward, backward, and once more through `backward`.

    x = h_0 → h_1 = f_1(h_0) → ... → h_L = y          forward, keeping each layer's cache
    dx = dh_0 ← dh_1 ← ... ← dh_L = dy                backward, each layer turning dh_l into dh_(l-1)

A network is such a stack, and a layer that lets its input skip others holds one. The layers are those of layers.py,
which says what N, D, K and u are.
"""
import numpy as np

from ..foundation.checks import invalid
from ..foundation.records import sum_of
from ..foundation.types import Array, Generator


def stack_widths(layers: tuple) -> tuple[int, int]:
    """`(D, K)` of a stack: the inputs of its lowest layer that has its own widths, and the outputs of its highest.

    Raises InvalidInput where none has.
    """
    each = [layer.widths() for layer in layers]
    known = [widths for widths in each if widths is not None]
    if not known:
        raise invalid("layers", "at least one layer with weights", "none")
    D, K = known[0][0], known[-1][1]
    return D, K


def stack_forward(layers: tuple, x: Array, rng: Generator | None = None,
                  training: bool = True) -> tuple[Array, tuple]:
    """x (N, D) -> y (N, K), and the layers' caches."""
    h, caches = x, []
    for layer in layers:
        h, cache = layer.forward(h, rng, training)
        caches.append(cache)
    return h, tuple(caches)


def stack_backward(layers: tuple, caches: tuple, dy: Array, out: tuple | None = None, need_dx: bool = True,
                   need_gradient: bool = True) -> tuple[Array | None, tuple]:
    """dy (N, K) -> dx (N, D) and the layers' gradients, written into the layers of `out` where they are given."""
    dh: Array | None = dy
    gradients = []
    for i in reversed(range(len(layers))):
        layer_out = None if out is None else out[i]
        dh, gradient = layers[i].backward(caches[i], dh, layer_out, need_dx or i > 0, need_gradient)
        gradients.append(gradient)
    return dh, tuple(gradients[::-1])


def stack_backward_each(layers: tuple, caches: tuple, dy: Array) -> tuple[Array, list[Array]]:
    """`(dx, dys)`: ∂loss/∂x of a stack from dy (N, K) behind it, and ∂loss behind each layer, the lowest first."""
    dys = []
    for layer, layer_cache in zip(layers[::-1], caches[::-1]):
        dys.append(dy)
        dy, _ = layer.backward(layer_cache, dy, need_gradient=False)
    return dy, dys[::-1]


def stack_double_backward(layers: tuple, caches: tuple, dys: list[Array],
                          u: Array) -> tuple[Array, Array | int, tuple]:
    """`(u_dy, a, gradients)` of a stack, as of one layer; dys from `stack_backward_each`. a is 0 where no layer bends.

    u is taken up through the backward pass of each layer, and the a of the layers down through the forward pass.
    """
    through_backward, extras = [], []
    for layer, layer_cache, d in zip(layers, caches, dys):  # up through the backward pass
        u, a, gradient = layer.double_backward(layer_cache, d, u)
        through_backward.append(gradient)
        extras.append(a)
    total, below = [], None
    for i in reversed(range(len(layers))):
        a, gradient = extras[i], through_backward[i]
        if below is not None:  # down through the forward pass, from where the first a came in
            below, through_forward = layers[i].backward(caches[i], below)
            gradient = sum_of(gradient, through_forward)
        total.append(gradient)
        if np.any(a):
            below = a if below is None else below + a
    return u, 0 if below is None else below, tuple(total[::-1])
