"""The kinds of units: one contract for all of them, from which everything else about an RBM follows.

A unit with input x takes its value s with the probability  base(s) exp(s x) / exp(A(x)), where

    A(x) = log Σ_s base(s) exp(s x)           the log-normaliser: log of the summed weight of all values
    A'(x)                                     the unit's mean

so a kind of unit is its base measure and its A (Welling, Rosen-Zvi and Hinton 2004).

N cases    n units in the layer    x (N, n) inputs    s (N, n) values    mean (N, n)
"""
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.checks import LARGEST, check_array, check_integer, invalid, shown
from ..foundation.enumeration import all_bits
from ..foundation.numerics import bernoulli, logit, logsumexp, normal_like, sigmoid, sum_of_softplus, uniform_like
from ..foundation.types import Array, Generator

Axes = int | tuple[int, ...]  # how many axes an array may have


@dataclass(frozen=True)
class Bernoulli:
    """Bits: s is 0 or 1, base(s) = 1 for both, A(x) = log(1 + exp(x)) and A'(x) = σ(x).

    A layer can be held at anything from `lowest` to `highest`: a grey level stands for the mean of a bit.
    """

    lowest = 0
    highest = 1

    def most_log_p(self, n: int) -> float:
        """The most that log p of a layer of n units can be, whatever it is connected to: log 1, of a sure state."""
        return 0.0

    def log_normaliser(self, x: Array) -> Array:
        """Σⱼ A(xⱼ) = Σⱼ log(1 + exp(xⱼ)), the layer's: (N, n) -> (N,), in float64."""
        return sum_of_softplus(x)

    def mean(self, x: Array, out: Array | None = None) -> Array:
        """A'(x) = σ(x): (N, n) -> (N, n). Written into `out` where it is given, which may be x."""
        return sigmoid(x, out)

    def sample(self, mean: Array, rng: Generator, out: Array | None = None) -> Array:
        """One draw of the layer from its means: (N, n) -> (N, n). Written into `out` where it is given.

        Draws one uniform number per unit.
        """
        return bernoulli(mean, rng, out)

    def log_base(self, s: Array) -> Array:
        """log base(s) of the layer, 0 for every state: (N, n) -> (N,)."""
        return np.zeros_like(s[..., 0])

    def n_states(self, n: int) -> int:
        """The number of states of a layer of n units: 2^n."""
        return 2**n

    def states(self, n: int, start: int, stop: int) -> Array:
        """Rows `start` to `stop` of the list of all states of a layer: (stop - start, n), in float64."""
        return all_bits(n, start, stop)

    def starting_bias(self, data_mean: Array) -> Array:
        """The biases b with which an unconnected layer has the means of the data, σ(b) = mean: (n,) -> (n,).

        b = logit(mean), the mean clipped to [.01, .99] so that a pixel which is always off can still be learnt.
        """
        return logit(np.clip(data_mean, 0.01, 0.99))

    def check_width(self, name: str, n: int) -> None:
        """A layer can have any number of units n: nothing is refused."""

    def check(self, name: str, s: Any, n: int, dtype: DTypeLike | None = None, ndim: Axes = 2) -> Array:
        """`s` as an array (N, n) of values in [0, 1], at which a layer of n bits can be held; else InvalidInput.

        dtype and ndim as in `check_array`.
        """
        return check_array(name, s, width=n, ndim=ndim, low=self.lowest, high=self.highest, dtype=dtype)

    def are_states(self, s: Array) -> bool:
        """Whether every entry is 0 or 1, and none a grey level between them."""
        return bool(np.isin(s, (0, 1)).all())


@dataclass(frozen=True)
class Gaussian:
    """Real numbers, unit variance: base(s) = N(s; 0, 1), A(x) = x²/2, A'(x) = x; given its input, s ~ N(x, 1).

    The standard deviation of a unit is 1 whatever its input, and p(v) is nowhere narrower than that, so data are
    first brought to a scale on which their noise is about 1 (foundation/standardiser.py). The base measure holds the
    quadratic, so the textbook form of a layer of such units, exp(-½|s - b|²) without 1/√(2π), has another Z:

        textbook log Z = log Z here - ½|b|² + (n/2) log 2π
    """

    lowest = None
    highest = None

    def most_log_p(self, n: int) -> float:
        """The most that log p of a layer of n units can be, whatever it is connected to: -(n/2) log 2π.

        Given the other layer it is N(x, I), whose density is nowhere higher.
        """
        return -n * math.log(2 * math.pi) / 2

    def log_normaliser(self, x: Array) -> Array:
        """Σⱼ A(xⱼ) = ½ Σⱼ xⱼ², the layer's: (N, n) -> (N,), in float64."""
        return 0.5 * np.square(x, dtype=np.float64).sum(axis=-1)

    def mean(self, x: Array, out: Array | None = None) -> Array:
        """A'(x) = x: (N, n) -> (N, n). Written into `out` where it is given, which may be x."""
        out = np.empty_like(x) if out is None else out
        out[...] = x
        return out

    def sample(self, mean: Array, rng: Generator, out: Array | None = None) -> Array:
        """One draw of the layer, mean + N(0, 1) noise: (N, n) -> (N, n). Written into `out` where it is given.

        Draws one normal number per unit.
        """
        s = normal_like(mean, rng, out)
        s += mean
        return s

    def log_base(self, s: Array) -> Array:
        """log base(s) = -½|s|² - (n/2) log 2π of the layer: (N, n) -> (N,), in float64."""
        return -0.5 * np.square(s, dtype=np.float64).sum(axis=-1) - s.shape[-1] * np.log(2 * np.pi) / 2

    def n_states(self, n: int) -> float:
        """Infinity: the states of a layer of real numbers cannot be listed."""
        return math.inf

    def states(self, n: int, start: int, stop: int) -> Array:
        """InvalidInput: the states of a layer of real numbers cannot be listed."""
        raise invalid("states", "a layer whose states can be listed", "a layer of Gaussian units")

    def starting_bias(self, data_mean: Array) -> Array:
        """The biases b with which an unconnected layer has the means of the data, b = mean: (n,) -> (n,)."""
        return np.array(data_mean)

    def check_width(self, name: str, n: int) -> None:
        """A layer can have any number of units n: nothing is refused."""

    def check(self, name: str, s: Any, n: int, dtype: DTypeLike | None = None, ndim: Axes = 2) -> Array:
        """`s` as an array (N, n) of numbers up to 1e12 in size, at which a layer of n such units can be held.

        Else InvalidInput. dtype and ndim as in `check_array`.
        """
        return check_array(name, s, width=n, ndim=ndim, low=-LARGEST, high=LARGEST, dtype=dtype)

    def are_states(self, s: Array) -> bool:
        """True: a Gaussian unit can take any real value."""
        return True


@dataclass(frozen=True)
class Softmax:
    """Groups of M units of which exactly one is on: a group is one of M values, written one-hot.

    Of a group: base = 1 for each of the M one-hot vectors, A = log Σ_m exp(x_m), A' = softmax(x). A layer of
    n units has G = n / M groups, one after the other. A group that is all zeros is missing: it takes no part
    in the sums over the layer, as though the model did not have it.
    """

    n_values: int  # M
    lowest = 0
    highest = 1

    def most_log_p(self, n: int) -> float:
        """The most that log p of a layer of n units can be, whatever it is connected to: log 1, of a sure state."""
        return 0.0

    def log_normaliser(self, x: Array) -> Array:
        """Σ_g log Σ_m exp(x_gm), the layer's: (N, n) -> (N,), in float64."""
        return logsumexp(self.groups(x), axis=-1).sum(axis=-1)

    def mean(self, x: Array, out: Array | None = None) -> Array:
        """exp(x_gm) / Σ_m' exp(x_gm') in each group g: (N, n) -> (N, n).

        Written into `out` where it is given, which may be x.
        """
        grouped = self.groups(x)
        p = np.exp(grouped - grouped.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        out = np.empty_like(x) if out is None else out
        out[...] = p.reshape(x.shape)
        return out

    def sample(self, mean: Array, rng: Generator, out: Array | None = None) -> Array:
        """One draw of the layer, one-hot: (N, n) -> (N, n). Written into `out` where it is given.

        Draws one uniform number u per group, which takes the first value whose cumulative probability exceeds u.
        """
        cumulated = np.cumsum(self.groups(mean), axis=-1)  # (N, G, M)
        total = cumulated[..., -1:]
        u = uniform_like(total, rng, order="C") * total
        value = (u >= cumulated[..., :-1]).sum(axis=-1)  # (N, G)
        s = np.empty_like(mean) if out is None else out
        s[...] = (value[..., None] == np.arange(self.n_values, like=value)).reshape(s.shape)
        return s

    def log_base(self, s: Array) -> Array:
        """log base(s) of the layer, 0 for every state: (N, n) -> (N,)."""
        return np.zeros_like(s[..., 0])

    def n_states(self, n: int) -> int:
        """The number of states of a layer of n units: M^G."""
        return self.n_values ** (n // self.n_values)

    def states(self, n: int, start: int, stop: int) -> Array:
        """Rows `start` to `stop` of the list of all states of a layer: (stop - start, n), in float64."""
        numbers = np.arange(start, stop, dtype=np.int64)[:, None]
        place_values = self.n_values ** np.arange(n // self.n_values - 1, -1, -1, dtype=np.int64)
        value = numbers // place_values % self.n_values  # (rows, G), the digits of the number in base M
        return (value[..., None] == np.arange(self.n_values)).reshape(len(numbers), n).astype(np.float64)

    def starting_bias(self, data_mean: Array) -> Array:
        """The biases b with which an unconnected layer has the means of the data, softmax(b) = mean: (n,) -> (n,).

        b = log(mean), the mean clipped at .001 so that a value which never occurred can still be learnt.
        """
        return np.log(np.maximum(data_mean, 0.001))

    def check_width(self, name: str, n: int) -> None:
        """InvalidInput where n units do not make whole groups."""
        check_integer("n_values", self.n_values, least=2)
        if n % self.n_values:
            raise invalid(name, f"a multiple of {self.n_values} units (whole softmax groups)", n)

    def check(self, name: str, s: Any, n: int, dtype: DTypeLike | None = None, ndim: Axes = 2,
              may_be_missing: bool = False) -> Array:
        """`s` as an array (N, n) of groups that add up to 1, at which a layer can be held; else InvalidInput.

        dtype and ndim as in `check_array`. With may_be_missing, groups of zeros pass as well.
        """
        s = check_array(name, s, width=n, ndim=ndim, low=self.lowest, high=self.highest, dtype=dtype)
        totals = self.groups(s).sum(axis=-1, dtype=np.float64)
        is_right = np.isclose(totals, 1, atol=1e-3)
        if may_be_missing:
            is_right |= totals == 0
        if not is_right.all():
            sums = f"sums from {totals.min():g} to {totals.max():g}"
            raise invalid(name, f"groups of {self.n_values} values that add up to 1", sums,
                          "a missing group (all zeros) makes the case one of another model")
        return s

    def are_states(self, s: Array) -> bool:
        """Whether every group is one-hot, none of them missing or between two values."""
        return bool(np.isin(s, (0, 1)).all() and (self.groups(s).sum(axis=-1) == 1).all())

    def groups(self, s: Array) -> Array:
        """The layer group by group: (N, n) -> (N, G, M)."""
        return s.reshape(*s.shape[:-1], -1, self.n_values)

    def present(self, s: Array) -> Array:
        """Which units belong to groups that are not missing: (N, n) -> (N, n) of bool."""
        return np.repeat(self.groups(s).any(axis=-1), self.n_values, axis=-1)


@dataclass(frozen=True)
class BitsAndLabel:
    """Bits, and after them one group of C units of which exactly one is on: an image and its class (class_rbm.py).

    A and base are those of `Bernoulli` for the bits and of `Softmax` for the group. A layer of n units has n - C bits.
    """

    n_classes: int  # C
    lowest = 0
    highest = 1

    def most_log_p(self, n: int) -> float:
        """The most that log p of a layer of n units can be, whatever it is connected to: log 1, of a sure state."""
        return 0.0

    def log_normaliser(self, x: Array) -> Array:
        """Σᵢ log(1 + exp(xᵢ)) over the bits + log Σ_y exp(x_y) over the group: (N, n) -> (N,), in float64."""
        bits, group = self.parts(x)
        return sum_of_softplus(bits) + logsumexp(group, axis=-1)

    def mean(self, x: Array, out: Array | None = None) -> Array:
        """σ(x) of the bits, softmax(x) of the group: (N, n) -> (N, n). Written into `out` where given, which may be x.
        """
        out = np.empty_like(x) if out is None else out
        bits, group = self.parts(x)
        out_bits, out_group = self.parts(out)
        sigmoid(bits, out_bits)
        Softmax(self.n_classes).mean(group, out_group)
        return out

    def sample(self, mean: Array, rng: Generator, out: Array | None = None) -> Array:
        """One draw of the layer from its means: (N, n) -> (N, n). Written into `out` where it is given.

        Draws one uniform number a bit, then one for the group of each case.
        """
        s = np.empty_like(mean) if out is None else out
        bits, group = self.parts(mean)
        s_bits, s_group = self.parts(s)
        s_bits[...] = bernoulli(bits, rng)
        Softmax(self.n_classes).sample(group, rng, s_group)
        return s

    def log_base(self, s: Array) -> Array:
        """log base(s) of the layer, 0 for every state: (N, n) -> (N,)."""
        return np.zeros_like(s[..., 0])

    def n_states(self, n: int) -> int:
        """The number of states of a layer of n units: 2^(n - C) C."""
        return 2 ** (n - self.n_classes) * self.n_classes

    def states(self, n: int, start: int, stop: int) -> Array:
        """Rows `start` to `stop` of the list of all states of a layer: (stop - start, n), in float64."""
        numbers = np.arange(start, stop, dtype=np.int64)
        first = start // self.n_classes
        bits = all_bits(n - self.n_classes, first, (stop - 1) // self.n_classes + 1)
        label = numbers % self.n_classes
        return np.concatenate([bits[numbers // self.n_classes - first], np.eye(self.n_classes)[label]], axis=1)

    def starting_bias(self, data_mean: Array) -> Array:
        """The biases b with which an unconnected layer has the means of the data, as those of its kinds: (n,) -> (n,).
        """
        bits, group = self.parts(data_mean)
        return np.concatenate([Bernoulli().starting_bias(bits), Softmax(self.n_classes).starting_bias(group)])

    def check_width(self, name: str, n: int) -> None:
        """InvalidInput where n units do not make a group and at least one bit."""
        check_integer("n_classes", self.n_classes, least=2)
        if n <= self.n_classes:
            raise invalid(name, f"more than the {self.n_classes} units of the label", n)

    def check(self, name: str, s: Any, n: int, dtype: DTypeLike | None = None, ndim: Axes = 2) -> Array:
        """`s` as an array (N, n) at which a layer can be held, bits in [0, 1] and a group of sum 1; else InvalidInput.

        dtype and ndim as in `check_array`.
        """
        s = check_array(name, s, width=n, ndim=ndim, low=self.lowest, high=self.highest, dtype=dtype)
        _, group = self.parts(s)
        Softmax(self.n_classes).check(name, group, self.n_classes, ndim=ndim)
        return s

    def are_states(self, s: Array) -> bool:
        """Whether every bit is 0 or 1, and the group of every case one-hot."""
        bits, group = self.parts(s)
        return Bernoulli().are_states(bits) and Softmax(self.n_classes).are_states(group)

    def groups(self, s: Array) -> Array:
        """The group, as `Softmax` has its own: (N, n) -> (N, 1, C)."""
        _, group = self.parts(s)
        return group[..., None, :]

    def parts(self, s: Array) -> tuple[Array, Array]:
        """The bits and the group, windows onto s: (N, n) -> (N, n - C) and (N, C)."""
        return s[..., : -self.n_classes], s[..., -self.n_classes :]


Units = Bernoulli | Gaussian | Softmax | BitsAndLabel
KINDS = (Bernoulli, Gaussian, Softmax, BitsAndLabel)


def check_units(name: str, units: Units) -> Units:
    """`units` where it is one of the kinds, or InvalidInput."""
    if not isinstance(units, KINDS):
        raise invalid(name, f"one of {', '.join(kind.__name__ for kind in KINDS)}, such as Bernoulli()", shown(units))
    return units


def check_layer(name: str, units: Units, s: Any, n: int, dtype: DTypeLike, ndim: Axes = (1, 2)) -> Array:
    """`s` (N, n), or one case (n,), in `dtype`, as a layer of n such units can be held at it; else InvalidInput.

    A softmax group may be missing.
    """
    if isinstance(units, Softmax):
        return units.check(name, s, n, dtype, ndim, may_be_missing=True)
    return units.check(name, s, n, dtype, ndim)
