"""Layers: each a forward pass, and the backward pass that turns ∂loss/∂y into ∂loss/∂x and the gradient.

    y, cache = layer.forward(x, rng, training)                     y = f(x), row by row
    dx, gradient = layer.backward(cache, dy)                       dx = ∂loss/∂x, gradient = ∂loss/∂parameters
    u_dy, a, gradient = layer.double_backward(cache, dy, u)        the same once more, through `backward`
    layer.widths()                                                 (D, K), or None where any width will do

N cases    D inputs of a layer    K outputs    x (N, D) input    y (N, K) output    P pieces of a maxout unit
dx, dy     the derivative of the loss with respect to x, to y, in the shape of x, of y
u (N, D)   the derivative with respect to dx of something computed from dx, such as a penalty on its norm

Nothing is kept between calls: all that the backward pass needs is in the cache, so that a network may run forward
on two batches before it goes backward on either. A gradient is a record like the layer; it is written into `out`,
such a record, where one is given. Without `need_dx` the product for dx is saved and dx is None; without
`need_gradient` the product for the gradient is, and the gradient is None.

`double_backward` is for a loss L that depends on dx. `backward` computes dx from x, dy and the parameters; given
u = ∂L/∂dx it returns u_dy = ∂L/∂dy, a = ∂L/∂x (the number 0 where dx does not depend on x) and ∂L/∂parameters.
Kinds that tie the rows of a batch together have none and raise InvalidInput.

Rumelhart, Hinton and Williams 1986; Drucker and LeCun 1992 (double backpropagation).
"""
from dataclasses import dataclass, replace
from typing import ClassVar, NoReturn

import numpy as np

from ..foundation.checks import check_generator, check_number, invalid, shown
from ..foundation.numerics import sigmoid, softplus, uniform_like
from ..foundation.records import Record, leaves, with_leaves
from ..foundation.types import Array, Generator
from .stacks import stack_backward, stack_backward_each, stack_double_backward, stack_forward, stack_widths


class Layer(Record):
    """What the kinds have in common, and what those say of themselves that have no arrays."""

    not_learnt: ClassVar[dict] = {}  # {name: number of axes} of the other arrays, which are checked as parameters are

    def widths(self) -> tuple[int, int] | None:
        """(D, K), the numbers of inputs and outputs; None where these are one number, and any."""
        return None


def _gradient_buffer(layer, out):
    """`out` where it is given, else a record like `layer` with new arrays, not yet filled."""
    if out is not None:
        return out
    return with_leaves(layer, iter([np.empty_like(array) for _, array in leaves(layer)]))


def _refuse_double_backward(layer) -> NoReturn:
    raise invalid("double_backward", "an affine, maxout, elementwise, Fourier, skip or dropout layer",
                  f"a {type(layer).__name__} layer, which ties the rows of a batch together")


# ---- weights


@dataclass(frozen=True, eq=False, repr=False)
class Affine(Layer):
    """y = x W + b, in every row:  y_nk = Σ_d x_nd W_dk + b_k."""

    W: Array  # (D, K) weights
    b: Array  # (K,)   biases

    trainable = ("W", "b")

    def widths(self) -> tuple[int, int]:
        """(D, K), the axes of W."""
        D, K = self.W.shape
        return D, K

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, Array]:
        """x (N, D) -> y (N, K); the cache is x."""
        y = x @ self.W
        y += self.b
        return y, x

    def backward(self, cache: Array, dy: Array, out: "Affine | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "Affine | None"]:
        """dy (N, K) -> dx (N, D) and the gradient. W_dk meets x_nd in every row n, and b_k meets 1:

            ∂W_dk = Σ_n x_nd dy_nk        ∂b_k = Σ_n dy_nk        dx_nd = Σ_k dy_nk W_dk
        """
        x, gradient = cache, None
        if need_gradient:
            gradient = _gradient_buffer(self, out)
            np.matmul(x.T, dy, out=gradient.W)
            dy.sum(axis=0, out=gradient.b)
        dx = dy @ self.W.T if need_dx else None
        return dx, gradient

    def double_backward(self, cache: Array, dy: Array, u: Array) -> tuple[Array, int, "Affine"]:
        """u (N, D) -> u_dy (N, K). From dx = dy Wᵀ, which contains neither x nor b:

            u_dy = u W        a = 0        ∂W = uᵀ dy        ∂b = 0
        """
        gradient = replace(self, W=u.T @ dy, b=np.zeros_like(self.b))
        return u @ self.W, 0, gradient


@dataclass(frozen=True, eq=False, repr=False)
class Linear(Layer):
    """y = x W: an affine layer without biases, for where the next layer takes the mean out anyway."""

    W: Array  # (D, K) weights

    trainable = ("W",)

    def widths(self) -> tuple[int, int]:
        """(D, K), the axes of W."""
        D, K = self.W.shape
        return D, K

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, Array]:
        """x (N, D) -> y (N, K); the cache is x."""
        return x @ self.W, x

    def backward(self, cache: Array, dy: Array, out: "Linear | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "Linear | None"]:
        """dy (N, K) -> dx = dy Wᵀ (N, D) and the gradient, ∂W = xᵀ dy."""
        x, gradient = cache, None
        if need_gradient:
            gradient = _gradient_buffer(self, out)
            np.matmul(x.T, dy, out=gradient.W)
        dx = dy @ self.W.T if need_dx else None
        return dx, gradient

    def double_backward(self, cache: Array, dy: Array, u: Array) -> tuple[Array, int, "Linear"]:
        """u (N, D) -> u_dy = u W (N, K), a = 0, ∂W = uᵀ dy."""
        return u @ self.W, 0, replace(self, W=u.T @ dy)


@dataclass(frozen=True, eq=False, repr=False)
class Maxout(Layer):
    """y_nk = max_p z_pnk,  z_p = x W_p + b_p: the largest of P affine pieces (Goodfellow et al. 2013)."""

    W: Array  # (P, D, K) weights, piece by piece
    b: Array  # (P, K)    biases

    trainable = ("W", "b")

    def widths(self) -> tuple[int, int]:
        """(D, K), the axes of W behind that of the pieces."""
        _, D, K = self.W.shape
        return D, K

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, tuple]:
        """x (N, D) -> y (N, K); the cache is x and `chosen` (P, N, K), 1 at the largest piece and 0 elsewhere.

        Pieces that tie, as all do where x = 0 and b = 0, get equal parts of the 1.
        """
        z = x @ self.W  # (P, N, K)
        z += self.b[:, None]
        y = z.max(axis=0)
        chosen = (z == y).astype(z.dtype)
        chosen /= chosen.sum(axis=0)
        return y, (x, chosen)

    def backward(self, cache: tuple, dy: Array, out: "Maxout | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "Maxout | None"]:
        """dy (N, K) -> dx (N, D) and the gradient. Only the chosen piece moves y, so each piece is an affine layer with

            dz_p = chosen_p · dy        ∂W_p = xᵀ dz_p        ∂b_p = Σ_n dz_pn        dx = Σ_p dz_p W_pᵀ
        """
        (x, chosen), gradient = cache, None
        dz = chosen * dy  # (P, N, K)
        if need_gradient:
            gradient = _gradient_buffer(self, out)
            np.matmul(x.T, dz, out=gradient.W)
            dz.sum(axis=1, out=gradient.b)
        dx = (dz @ self.W.transpose(0, 2, 1)).sum(axis=0) if need_dx else None
        return dx, gradient

    def double_backward(self, cache: tuple, dy: Array, u: Array) -> tuple[Array, int, "Maxout"]:
        """u (N, D) -> u_dy (N, K). From dx = Σ_p (chosen_p · dy) W_pᵀ, where x only does the choosing:

            u_dy = Σ_p chosen_p · (u W_p)        a = 0        ∂W_p = uᵀ dz_p        ∂b = 0
        """
        _, chosen = cache
        dz = chosen * dy
        u_dz = u @ self.W  # (P, N, K)
        gradient = replace(self, W=u.T @ dz, b=np.zeros_like(self.b))
        return (chosen * u_dz).sum(axis=0), 0, gradient


# ---- elementwise


class Elementwise(Layer):
    """y = φ(x), entry by entry. A kind gives φ as `value`, and φ' and φ'' as functions of y, which is all the cache.

    The entries do not meet, so the chain rule is a product entry by entry, here `·`.
    """

    def value(self, x: Array) -> Array:
        """φ(x): (N, K) -> (N, K)."""
        raise NotImplementedError

    def derivative(self, y: Array) -> Array:
        """φ'(x) from y = φ(x): (N, K) -> (N, K), a new array."""
        raise NotImplementedError

    def second_derivative(self, y: Array) -> Array | int:
        """φ''(x) from y = φ(x): (N, K) -> (N, K), or 0."""
        raise NotImplementedError

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, Array]:
        """y = φ(x): x (N, K) -> y (N, K); the cache is y."""
        y = self.value(x)
        return y, y

    def backward(self, cache: Array, dy: Array, out: Record | None = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, Record | None]:
        """dx = dy · φ'(x): dy (N, K) -> dx (N, K); the gradient has no entries."""
        if not need_dx:
            return None, self
        dx = self.derivative(cache)
        dx *= dy
        return dx, self

    def double_backward(self, cache: Array, dy: Array, u: Array) -> tuple[Array, Array, Record]:
        """u (N, K) -> u_dy (N, K) and a (N, K). From dx = dy · φ'(x), which contains both dy and x:

            u_dy = u · φ'(x)        a = u · dy · φ''(x)
        """
        u_dy = u * self.derivative(cache)
        a = u * dy * self.second_derivative(cache)
        return u_dy, a, self


@dataclass(frozen=True, eq=False)
class ReLU(Elementwise):
    """φ(x) = max(x, 0). Its derivative at the kink, x = 0, is taken as 0."""

    def value(self, x: Array) -> Array:
        """max(x, 0)."""
        return np.maximum(x, 0)

    def derivative(self, y: Array) -> Array:
        """φ'(x) = 1 where x > 0, which is where y > 0, else 0; a new array."""
        return (y > 0).astype(y.dtype)

    def second_derivative(self, y: Array) -> int:
        """φ''(x) = 0, on both sides of the kink."""
        return 0


@dataclass(frozen=True, eq=False)
class LeakyReLU(Elementwise):
    """φ(x) = x where x > 0, else slope · x, with a slope in [0, 1) (Maas, Hannun and Ng 2013)."""

    slope: float = 0.2

    def __post_init__(self) -> None:
        check_number("slope", self.slope, 0, 1, open_high=True)

    def value(self, x: Array) -> Array:
        """max(x, slope · x), which is the same thing since the slope is below 1."""
        y = self.slope * x
        return np.maximum(x, y, out=y)

    def derivative(self, y: Array) -> Array:
        """φ'(x) = 1 where x > 0, which is where y > 0, else the slope; a new array."""
        derivative = (y > 0).astype(y.dtype)
        derivative *= 1 - self.slope
        derivative += self.slope
        return derivative

    def second_derivative(self, y: Array) -> int:
        """φ''(x) = 0, on both sides of the kink."""
        return 0


@dataclass(frozen=True, eq=False)
class Tanh(Elementwise):
    """φ(x) = tanh(x)."""

    def value(self, x: Array) -> Array:
        """tanh(x)."""
        return np.tanh(x)

    def derivative(self, y: Array) -> Array:
        """φ'(x) = 1 - tanh²(x) = 1 - y²."""
        return 1 - y * y

    def second_derivative(self, y: Array) -> Array:
        """φ''(x) = -2 y φ'(x) = -2 y (1 - y²)."""
        return -2 * y * (1 - y * y)


@dataclass(frozen=True, eq=False)
class Sigmoid(Elementwise):
    """φ(x) = σ(x) = 1 / (1 + exp(-x))."""

    def value(self, x: Array) -> Array:
        """σ(x)."""
        return sigmoid(x)

    def derivative(self, y: Array) -> Array:
        """φ'(x) = σ(x) (1 - σ(x)) = y (1 - y)."""
        return y * (1 - y)

    def second_derivative(self, y: Array) -> Array:
        """φ''(x) = φ'(x) (1 - 2 σ(x)) = y (1 - y) (1 - 2 y)."""
        return y * (1 - y) * (1 - 2 * y)


@dataclass(frozen=True, eq=False)
class Softplus(Elementwise):
    """φ(x) = log(1 + exp(x)), a ReLU with its kink rounded off."""

    def value(self, x: Array) -> Array:
        """log(1 + exp(x))."""
        return softplus(x)

    def derivative(self, y: Array) -> Array:
        """φ'(x) = σ(x) = 1 - 1 / (1 + exp(x)) = 1 - exp(-y)."""
        return -np.expm1(-y)

    def second_derivative(self, y: Array) -> Array:
        """φ''(x) = σ(x) (1 - σ(x)) = (1 - exp(-y)) exp(-y)."""
        return -np.expm1(-y) * np.exp(-y)


# ---- what the next layer is given of x itself


@dataclass(frozen=True, eq=False, repr=False)
class Fourier(Layer):
    """y = [x, sin xB, cos xB]: beside each row, waves along M fixed directions (Tancik et al. 2020).

        s_nm = sin Σ_d x_nd B_dm        c_nm = cos Σ_d x_nd B_dm

    B is not learnt. Column m makes a wave of length 2π / |B_m| along B_m, so that a network of smooth units behind
    the layer sees differences over distances of about 1 / |B_m|, which it would be long in learning to see.
    """

    B: Array  # (D, M) M directions, each with its frequency as its length

    not_learnt = {"B": 2}

    def widths(self) -> tuple[int, int]:
        """(D, D + 2M): x itself, and a sine and a cosine a direction."""
        D, M = self.B.shape
        return D, D + 2 * M

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, tuple]:
        """x (N, D) -> y (N, D + 2M); the cache is sin xB and cos xB, (N, M) each."""
        angle = x @ self.B  # (N, M)
        s, c = np.sin(angle), np.cos(angle)
        return np.concatenate([x, s, c], axis=1), (s, c)

    def backward(self, cache: tuple, dy: Array, out: "Fourier | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "Fourier"]:
        """dy = [dy_x, ds, dc] (N, D + 2M) -> dx (N, D); the gradient has no entries. With sin' = cos, cos' = -sin

            dx = dy_x + (ds · c - dc · s) Bᵀ
        """
        if not need_dx:
            return None, self
        s, c = cache
        dy_x, ds, dc = self._split(dy)
        d_angle = ds * c - dc * s
        return dy_x + d_angle @ self.B.T, self

    def double_backward(self, cache: tuple, dy: Array, u: Array) -> tuple[Array, Array, "Fourier"]:
        """u (N, D) -> u_dy (N, D + 2M) and a (N, D). From dx, which contains dy and, by s and c, x:

            u_dy = [u, uB · c, -uB · s]        a = (-uB · (ds · s + dc · c)) Bᵀ
        """
        s, c = cache
        _, ds, dc = self._split(dy)
        u_angle = u @ self.B  # (N, M)
        u_dy = np.concatenate([u, u_angle * c, -u_angle * s], axis=1)
        a = -(u_angle * (ds * s + dc * c)) @ self.B.T
        return u_dy, a, self

    def _split(self, dy):
        """dy (N, D + 2M) as its parts for x (N, D), the sines and the cosines (N, M)."""
        D, M = self.B.shape
        return dy[:, :D], dy[:, D : D + M], dy[:, D + M :]


@dataclass(frozen=True, eq=False, repr=False)
class Skip(Layer):
    """y = [scale · x, f(x)]: beside what a stack of layers f makes of x, x itself, which has skipped them.

    An affine layer behind it makes scale · x A + f(x) W + b. With a generator's latents for x, and units in f that
    are saturated, f(x) is the same for all samples of a mode: its covariance is scale² AᵀA where A has rows only for
    latents that do not choose the mode, and all modes are as wide as A's rows say (lesson 35). The stack may hold
    affine, linear, maxout and elementwise layers.
    """

    layers: tuple  # of f, the one that meets x first
    scale: float = 1.0

    trainable = ("layers",)

    def __post_init__(self) -> None:
        kinds = (Affine, Linear, Maxout, Elementwise)
        if not isinstance(self.layers, tuple) or not all(isinstance(layer, kinds) for layer in self.layers):
            raise invalid("layers", "a tuple of affine, linear, maxout and elementwise layers", shown(self.layers))
        check_number("scale", self.scale, 0, np.inf, open_low=True, open_high=True)

    def widths(self) -> tuple[int, int]:
        """(D, D + K): x itself, and the K numbers of f(x)."""
        D, K = stack_widths(self.layers)
        return D, D + K

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, tuple]:
        """x (N, D) -> y (N, D + K), K the width of f(x); the cache is D and the caches of f's layers."""
        h, caches = stack_forward(self.layers, x, rng, training)
        return np.concatenate([self.scale * x, h], axis=1), (x.shape[1], caches)

    def backward(self, cache: tuple, dy: Array, out: "Skip | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "Skip | None"]:
        """dy = [dy_x, dy_f] (N, D + K) -> dx = scale dy_x + (dy_f taken down through f), (N, D), and f's gradient."""
        D, caches = cache
        into = None if out is None else out.layers
        dx_f, gradients = stack_backward(self.layers, caches, dy[:, D:], into, need_dx, need_gradient)
        dx = None if dx_f is None else self.scale * dy[:, :D] + dx_f
        return dx, replace(self, layers=gradients) if need_gradient else None

    def double_backward(self, cache: tuple, dy: Array, u: Array) -> tuple[Array, Array | int, "Skip"]:
        """u (N, D) -> u_dy = [scale u, u_f] (N, D + K), u_f what f's layers make of u; a (N, D) and the gradient."""
        D, caches = cache
        _, dys = stack_backward_each(self.layers, caches, dy[:, D:])
        u_f, a, gradients = stack_double_backward(self.layers, caches, dys, u)
        u_dy = np.concatenate([self.scale * u, u_f], axis=1)
        return u_dy, a, replace(self, layers=gradients)


# ---- regularisers


@dataclass(frozen=True, eq=False)
class Dropout(Layer):
    """y = x · mask: each entry is 0 with probability `fraction`, else x / (1 - fraction), so that the mean of y is x.

    In training only; y = x otherwise. Srivastava et al. 2014.
    """

    fraction: float  # of the entries that are dropped, in [0, 1)

    def __post_init__(self) -> None:
        check_number("fraction", self.fraction, 0, 1, open_high=True)

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, Array | None]:
        """x (N, K) -> y (N, K); the cache is the mask (N, K), None where nothing is dropped. A uniform number an entry.

        An entry stays where its number u >= fraction, which has the probability 1 - fraction. Raises InvalidInput
        where something is to be drawn and rng is no Generator.
        """
        if not training:
            return x, None
        rng = check_generator("rng", rng)
        u = uniform_like(x, rng, order="C")
        mask = np.greater_equal(u, self.fraction, out=u)  # True and False written as 1 and 0 into u's own memory
        mask /= 1 - self.fraction
        return x * mask, mask

    def backward(self, cache: Array | None, dy: Array, out: "Dropout | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "Dropout | None"]:
        """dx = dy · mask, with the mask of the forward pass: dy (N, K) -> dx (N, K); the gradient has no entries."""
        if not need_dx:
            return None, self
        mask = cache
        dx = dy if mask is None else dy * mask
        return dx, self

    def double_backward(self, cache: Array | None, dy: Array, u: Array) -> tuple[Array, int, "Dropout"]:
        """u (N, K) -> u_dy = u · mask (N, K); a = 0, since dx = dy · mask does not contain x."""
        mask = cache
        u_dy = u if mask is None else u * mask
        return u_dy, 0, self


@dataclass(frozen=True, eq=False, repr=False)
class BatchNorm(Layer):
    """y = gamma · x̂ + beta,  x̂ = (x - μ) / √(v + epsilon), column by column (Ioffe and Szegedy 2015).

    In training μ and v are the mean and the variance of the batch, v = Σ_n (x_n - μ)² / N, so that each row's output
    depends on all rows. Otherwise they are the running statistics, and the layer is affine, row by row. A forward
    pass does not move the running statistics: it puts the batch's into the cache, for `with_running_statistics`.
    """

    gamma: Array  # (K,)
    beta: Array  # (K,)
    running_mean: Array  # (K,)
    running_variance: Array  # (K,)
    momentum: float = 0.1  # the weight of the newest batch in the running statistics
    epsilon: float = 1e-5

    trainable = ("gamma", "beta")
    not_learnt = {"running_mean": 1, "running_variance": 1}

    def __post_init__(self) -> None:
        check_number("momentum", self.momentum, 0, 1)
        check_number("epsilon", self.epsilon, 0, 1)

    def widths(self) -> tuple[int, int]:
        """(K, K)."""
        (K,) = self.gamma.shape
        return K, K

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, tuple]:
        """x (N, K) -> y (N, K); the cache is x̂ (N, K), √(v + epsilon) (K,) and `batch`, the pair μ (K,) and v (K,).

        `batch` is None where the running statistics were used. In training N is at least 2.
        """
        mean = x.sum(axis=0) / len(x) if training else self.running_mean
        centred = x - mean
        variance = np.square(centred).sum(axis=0) / len(x) if training else self.running_variance
        deviation = np.sqrt(variance + self.epsilon)
        x_hat = centred / deviation
        y = self.gamma * x_hat
        y += self.beta
        batch = (mean, variance) if training else None
        return y, (x_hat, deviation, batch)

    def backward(self, cache: tuple, dy: Array, out: "BatchNorm | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "BatchNorm | None"]:
        """dy (N, K) -> dx (N, K) and the gradient. With the running statistics, x̂ depends on its own x alone:

            ∂gamma = Σ_n dy_n · x̂_n        ∂beta = Σ_n dy_n        dx = gamma / √(v + epsilon) · dy

        In training x_n moves μ and v too, with ∂μ/∂x_n = 1/N and ∂v/∂x_n = 2 (x_n - μ) / N, and through them every row:

            dx = gamma / √(v + epsilon) · (dy - ∂beta / N - x̂ · ∂gamma / N)

        So each column of dx adds up to 0: no loss can tell a batch from the same batch with a constant added.
        """
        x_hat, deviation, batch = cache
        gradient = _gradient_buffer(self, out)
        (dy * x_hat).sum(axis=0, out=gradient.gamma)
        dy.sum(axis=0, out=gradient.beta)
        dx: Array | None = dy
        if batch is not None:
            dx = dy - gradient.beta / len(dy)
            dx -= x_hat * (gradient.gamma / len(dy))
        dx = dx * (self.gamma / deviation) if need_dx else None
        return dx, gradient if need_gradient else None

    def double_backward(self, cache: tuple, dy: Array, u: Array) -> NoReturn:
        """Raises InvalidInput."""
        _refuse_double_backward(self)

    def with_running_statistics(self, cache: tuple, momentum: float | None = None) -> "BatchNorm":
        """The layer with its running statistics moved towards the batch's, found in the cache of a training pass:

            running ← (1 - momentum) running + momentum · batch          the layer's own momentum where None is given

        where the batch's v counts N / (N - 1) times, which makes it right on average (Ioffe and Szegedy 2015,
        algorithm 2). gamma and beta are the same arrays as before.
        """
        x_hat, _, (mean, variance) = cache
        unbiased = variance * (len(x_hat) / (len(x_hat) - 1))
        momentum = self.momentum if momentum is None else momentum
        return replace(
            self,
            running_mean=(1 - momentum) * self.running_mean + momentum * mean,
            running_variance=(1 - momentum) * self.running_variance + momentum * unbiased,
        )


@dataclass(frozen=True, eq=False, repr=False)
class MinibatchDiscrimination(Layer):
    """y = [x, o]: beside each row, how close it comes to the other rows of its batch (Salimans et al. 2016).

        M_nbc = Σ_i x_ni T_ibc        close_nmb = exp(-Σ_c |M_nbc - M_mbc|)        o_nb = Σ_{m≠n} close_nmb

    A discriminator that sees o can tell a batch of near copies from one as varied as the data. The paper's sum also
    counts each row with itself, which adds 1 to every entry of o; here it is left out.
    """

    T: Array  # (D, B, C): B kernels, each measuring distance in C directions

    trainable = ("T",)

    def widths(self) -> tuple[int, int]:
        """(D, D + B): x itself, and a number a kernel."""
        D, B, _ = self.T.shape
        return D, D + B

    def forward(self, x: Array, rng: Generator | None = None, training: bool = True) -> tuple[Array, tuple]:
        """x (N, D) -> y (N, D + B); the cache is x, M as (C, N, B), and `close` (N, N, B) with 0 where n = m."""
        n, (n_inputs, n_kernels, n_directions) = len(x), self.T.shape
        M = (x @ self.T.reshape(n_inputs, -1)).reshape(n, n_kernels, n_directions)
        M = M.transpose(2, 0, 1).copy()  # (C, N, B)
        distance = np.zeros_like(M, shape=(n, n, n_kernels))
        for m in M:  # one direction at a time: nothing larger than (N, N, B) is made
            distance += np.abs(m[:, None] - m)
        close = np.exp(-distance)
        close[np.arange(n), np.arange(n)] = 0
        o = close.sum(axis=1)
        return np.concatenate([x, o], axis=1), (x, M, close)

    def backward(self, cache: tuple, dy: Array, out: "MinibatchDiscrimination | None" = None, need_dx: bool = True,
                 need_gradient: bool = True) -> tuple[Array | None, "MinibatchDiscrimination | None"]:
        """dy = [dy_x, do] (N, D + B) -> dx (N, D) and the gradient. close_nmb stands in o_nb and again in o_mb, so

            dM_nbc = -Σ_m (do_nb + do_mb) close_nmb sign(M_nbc - M_mbc)
            ∂T_ibc = Σ_n x_ni dM_nbc        dx_ni = dy_ni + Σ_bc dM_nbc T_ibc
        """
        (x, M, close), gradient = cache, None
        n, n_inputs = x.shape
        do = dy[:, n_inputs:]
        pull = -(do[:, None] + do) * close  # (N, N, B)
        dM = np.empty_like(M)
        for m, dm in zip(M, dM):
            sign = np.sign(m[:, None] - m)
            sign *= pull
            sign.sum(axis=1, out=dm)
        dM = dM.transpose(1, 2, 0).reshape(n, -1)  # (N, B C)
        if need_gradient:
            gradient = _gradient_buffer(self, out)
            gradient.T[...] = (x.T @ dM).reshape(self.T.shape)
        dx = dy[:, :n_inputs] + dM @ self.T.reshape(n_inputs, -1).T if need_dx else None
        return dx, gradient

    def double_backward(self, cache: tuple, dy: Array, u: Array) -> NoReturn:
        """Raises InvalidInput."""
        _refuse_double_backward(self)
