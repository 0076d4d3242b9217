"""The kinds of units: one contract, and everything else about an RBM follows from it.

A unit with input x takes its value s with the probability  base(s) exp(s x) / exp(A(x)), where

    A(x) = log Σ_s base(s) exp(s x)           the log-normaliser: log of the unit's summed weight
    A'(x)                                     the unit's mean

so a kind of unit is its base measure and its A (Welling, Rosen-Zvi and Hinton 2004).

N cases    n units in the layer    x (N, n) inputs    s (N, n) values    mean (N, n)
"""
from dataclasses import asdict, dataclass

import numpy as np

from ..foundation.doors import BadInput, check_array
from ..foundation.enumeration import all_bits
from ..foundation.numerics import bernoulli, logit, sigmoid, sum_of_softplus


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

    def check(self, name, s, n):
        """`s` as an array that a layer of n such units can be held at: values in [0, 1]; else BadInput."""
        return check_array(name, s, width=n, low=self.lowest, high=self.highest)

    def are_states(self, s):
        """Whether every entry is a value that a unit can take, 0 or 1, and not a grey level between: a bool."""
        return bool(np.isin(s, (0, 1)).all())


KINDS = {kind.__name__: kind for kind in (Bernoulli,)}


def units_to_dict(units):
    """A kind of unit with its settings as a dict of texts and numbers, for a checkpoint."""
    return {"kind": type(units).__name__, **asdict(units)}


def units_from_dict(settings):
    """The kind of unit that `units_to_dict` wrote down. BadInput where there is no such kind."""
    settings = dict(settings)
    kind = settings.pop("kind")
    if kind not in KINDS:
        raise BadInput(f"units: the kind {kind!r} came, one of {', '.join(KINDS)} was wanted")
    return KINDS[kind](**settings)
