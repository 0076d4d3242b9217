"""The kinds of units: one contract, and everything else about an RBM follows from it.

A unit with input x takes its value s with the probability  base(s) exp(s x) / exp(A(x)), where

    A(x) = log Σ_s base(s) exp(s x)           the log-normaliser: log of the unit's summed weight
    A'(x)                                     the unit's mean

so a kind of unit is its base measure and its A (Welling, Rosen-Zvi and Hinton 2004).

N cases    n units in the layer    x (N, n) inputs    s (N, n) values    mean (N, n)
"""
import math
from dataclasses import asdict, dataclass

import numpy as np

from ..foundation.checks import InvalidInput, check_array, check_integer
from ..foundation.enumeration import all_bits
from ..foundation.numerics import bernoulli, logit, logsumexp, sigmoid, sum_of_softplus


@dataclass(frozen=True)
class Bernoulli:
    """Bits: s is 0 or 1, the base measure counts both, A(x) = log(1 + exp(x)) and A'(x) = σ(x).

    A layer can be held at anything from `lowest` to `highest`: grey levels stand for the mean of a bit.
    """

    lowest = 0
    highest = 1

    def log_normaliser(self, x):
        """Σⱼ A(xⱼ) = Σⱼ log(1 + exp(xⱼ)), the layer's: (N, n) -> (N,), in float64."""
        return sum_of_softplus(x)

    def mean(self, x, out=None):
        """A'(x) = σ(x): (N, n) -> (N, n). Into `out` where it is given; it may be x."""
        return sigmoid(x, out)

    def sample(self, mean, rng, out=None):
        """One draw of the layer from its means, one uniform number a unit: (N, n) -> (N, n). Into `out` where given."""
        return bernoulli(mean, rng, out)

    def log_base(self, s):
        """log base(s) of the layer, which is 0 for every state: (N, n) -> (N,)."""
        return np.zeros_like(s[:, 0])

    def n_states(self, n):
        """How many states a layer of n units has."""
        return 2**n

    def states(self, n, start, stop):
        """Rows `start` to `stop` of the list of all states of a layer: (stop - start, n), in float64."""
        return all_bits(n, start, stop)

    def starting_bias(self, data_mean):
        """The biases with which an unconnected layer has the means of the data: (n,) -> (n,).

        logit(mean), the mean held within [.01, .99] so that a pixel which is always off can still be learnt.
        """
        return logit(np.clip(data_mean, 0.01, 0.99))

    def check_width(self, name, n):
        """Any number of units makes a layer."""

    def check(self, name, s, n):
        """`s` as an array that a layer of n such units can be held at: values in [0, 1]; else InvalidInput."""
        return check_array(name, s, width=n, low=self.lowest, high=self.highest)

    def are_states(self, s):
        """Whether every entry is a value that a unit can take, 0 or 1, and not a grey level between: a bool."""
        return bool(np.isin(s, (0, 1)).all())


@dataclass(frozen=True)
class Gaussian:
    """Real numbers, unit variance: base N(0, 1), A(x) = x²/2, A'(x) = x; given its input, s ~ N(x, 1).

    The noise of a unit is 1 whatever its input, and p(v) is nowhere narrower than that, so data are first brought
    to a scale on which what is noise in them is about 1 (foundation/standardiser.py). The base holds the quadratic, so
    the textbook form of a layer of such units, exp(-½|s - b|²) and no 1/√(2π), has another Z:

        textbook log Z = log Z here - ½|b|² + (n/2) log 2π
    """

    lowest = None
    highest = None

    def log_normaliser(self, x):
        """Σⱼ A(xⱼ) = ½ Σⱼ xⱼ², the layer's: (N, n) -> (N,), in float64."""
        return 0.5 * np.square(x).sum(axis=-1, dtype=np.float64)

    def mean(self, x, out=None):
        """A'(x) = x: (N, n) -> (N, n). Into `out` where it is given; it may be x."""
        out = np.empty_like(x) if out is None else out
        out[...] = x
        return out

    def sample(self, mean, rng, out=None):
        """One draw of the layer, mean + noise, one normal number a unit: (N, n) -> (N, n). Into `out` where given."""
        s = np.empty_like(mean) if out is None else out
        rng.standard_normal(out=s, dtype=s.dtype)
        s += mean
        return s

    def log_base(self, s):
        """log base(s) = -½|s|² - (n/2) log 2π of the layer: (N, n) -> (N,), in float64."""
        return -0.5 * np.square(s).sum(axis=-1, dtype=np.float64) - s.shape[-1] * np.log(2 * np.pi) / 2

    def n_states(self, n):
        """Infinitely many: a layer of real numbers cannot be listed."""
        return math.inf

    def states(self, n, start, stop):
        """Refused, with InvalidInput: there is no list of them."""
        raise InvalidInput("states: a layer of Gaussian units came, one whose states can be listed was wanted")

    def starting_bias(self, data_mean):
        """The biases with which an unconnected layer has the means of the data, these means: (n,) -> (n,)."""
        return np.array(data_mean)

    def check_width(self, name, n):
        """Any number of units makes a layer."""

    def check(self, name, s, n):
        """`s` as an array that a layer of n such units can be held at: finite numbers; else InvalidInput."""
        return check_array(name, s, width=n)

    def are_states(self, s):
        """Every number is a value of the unit: True."""
        return True


@dataclass(frozen=True)
class Softmax:
    """Groups of M units of which exactly one is on: a group is one of M values, written one-hot.

    The base counts the M one-hot vectors of a group; A = log Σ_m exp(x_m), A' = softmax(x), both a group. A
    layer of n units has G = n / M groups, one after the other. A group that is all zeros is missing: it
    takes no part in the sums over the layer, as though the model did not have it.
    """

    n_values: int  # M
    lowest = 0
    highest = 1

    def log_normaliser(self, x):
        """Σ_g log Σ_m exp(x_gm), the layer's: (N, n) -> (N,), in float64."""
        return logsumexp(self.groups(x), axis=-1).sum(axis=-1)

    def mean(self, x, out=None):
        """exp(x_gm) / Σ_m' exp(x_gm'), group by group: (N, n) -> (N, n). Into `out` where it is given; it may be x."""
        grouped = self.groups(x)
        p = np.exp(grouped - grouped.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        out = np.empty_like(x) if out is None else out
        out[...] = p.reshape(x.shape)
        return out

    def sample(self, mean, rng, out=None):
        """One draw of the layer, one uniform number a group: (N, n) -> (N, n), one-hot. Into `out` where given.

        The group takes the first value whose cumulated probability exceeds u.
        """
        cumulated = np.cumsum(self.groups(mean), axis=-1)  # (N, G, M)
        u = rng.random(cumulated.shape[:-1], dtype=mean.dtype)[..., None] * cumulated[..., -1:]
        value = (u >= cumulated[..., :-1]).sum(axis=-1)  # (N, G)
        s = np.empty_like(mean) if out is None else out
        s[...] = (value[..., None] == np.arange(self.n_values)).reshape(s.shape)
        return s

    def log_base(self, s):
        """log base(s) of the layer, which is 0 for every state: (N, n) -> (N,)."""
        return np.zeros_like(s[:, 0])

    def n_states(self, n):
        """How many states a layer of n units has: M^G."""
        return self.n_values ** (n // self.n_values)

    def states(self, n, start, stop):
        """Rows `start` to `stop` of the list of all states of a layer: (stop - start, n), in float64."""
        numbers = np.arange(start, stop, dtype=np.int64)[:, None]
        place_values = self.n_values ** np.arange(n // self.n_values - 1, -1, -1, dtype=np.int64)
        value = numbers // place_values % self.n_values  # (rows, G), the digits of the number in base M
        return (value[..., None] == np.arange(self.n_values)).reshape(len(numbers), n).astype(np.float64)

    def starting_bias(self, data_mean):
        """The biases with which an unconnected layer has the means of the data: (n,) -> (n,).

        log(mean), the mean held above .001 so that a value which never came can still be learnt.
        """
        return np.log(np.maximum(data_mean, 0.001))

    def check_width(self, name, n):
        """InvalidInput where n units do not make whole groups."""
        check_integer("n_values", self.n_values, least=2)
        if n % self.n_values:
            raise InvalidInput(f"{name}: {n} units came, a multiple of {self.n_values} (whole softmax groups) was wanted")

    def check(self, name, s, n):
        """`s` as an array that a layer of n such units can be held at: groups that add up to 1; else InvalidInput."""
        s = check_array(name, s, width=n, low=self.lowest, high=self.highest)
        totals = self.groups(s).sum(axis=-1)
        if not np.isclose(totals, 1).all():
            raise InvalidInput(f"{name}: groups of {self.n_values} that add up to {totals.min():g} to {totals.max():g} "
                           "came, 1 was wanted; a missing group (all zeros) makes the case one of another model")
        return s

    def are_states(self, s):
        """Whether every group is one-hot, none missing and none between values: a bool."""
        return bool(np.isin(s, (0, 1)).all() and (self.groups(s).sum(axis=-1) == 1).all())

    def groups(self, s):
        """The layer group by group: (N, n) -> (N, G, M)."""
        return s.reshape(*s.shape[:-1], -1, self.n_values)

    def present(self, s):
        """Which units belong to groups that are not missing: (N, n) -> (N, n) of bool."""
        return np.repeat(self.groups(s).any(axis=-1), self.n_values, axis=-1)


KINDS = {kind.__name__: kind for kind in (Bernoulli, Gaussian, Softmax)}


def units_to_dict(units):
    """A kind of unit with its settings as a dict of texts and numbers, for a checkpoint."""
    return {"kind": type(units).__name__, **asdict(units)}


def units_from_dict(settings):
    """The kind of unit that `units_to_dict` wrote down. InvalidInput where there is no such kind."""
    settings = dict(settings)
    kind = settings.pop("kind")
    if kind not in KINDS:
        raise InvalidInput(f"units: the kind {kind!r} came, one of {', '.join(KINDS)} was wanted")
    return KINDS[kind](**settings)


def check_units(name, units):
    """`units` where it is one of the kinds, or InvalidInput."""
    if not isinstance(units, tuple(KINDS.values())):
        raise InvalidInput(f"{name}: {units!r} came, one of {', '.join(KINDS)} was wanted, such as Bernoulli()")
    return units
