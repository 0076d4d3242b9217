"""Restricted Boltzmann machine: an energy over two layers, with connections only between the layers.

    E(v, h) = -b·v - c·h - vᵀ W h - log base_v(v) - log base_h(h)        p(v, h) = exp(-E(v, h)) / Z

N cases    D visible units    K hidden units
v (N, D) visible values    h (N, K) hidden values    x the input to a unit
W (D, K) weights           b (D,) visible biases     c (K,) hidden biases
A, A', base: the units' own (see units.py). Bits, the default: base = 1, A(x) = log(1 + exp(x)), A' = σ

Nothing ties the units of a layer to one another, so given one layer the other is independent unit by
unit, and a layer can be summed out in closed form.

Smolensky 1986 (harmonium); Hinton 2002 (contrastive divergence); Welling, Rosen-Zvi and Hinton 2004
(exponential-family harmonium).
"""
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.checks import InvalidInput, check_array, check_choice, check_integer, check_generator
from ..foundation.records import Record
from .units import Bernoulli, Gaussian, Softmax, check_units

Units = Bernoulli | Gaussian | Softmax


@dataclass(frozen=True, eq=False, repr=False)
class RBM(Record):
    """Parameters of an RBM. A gradient with respect to them has the same type."""

    W: np.ndarray  # (D, K) weights
    b: np.ndarray  # (D,)   visible biases
    c: np.ndarray  # (K,)   hidden biases
    visible: Units = Bernoulli()  # the kind of the visible units
    hidden: Units = Bernoulli()  # the kind of the hidden units

    trainable = ("W", "b", "c")


def init_rbm(n_visible, n_hidden, rng, data=None, dtype=np.float32, visible=Bernoulli(), hidden=Bernoulli()):
    """A fresh RBM: W ~ N(0, 0.01²), c = 0, and b with which an unconnected layer has the data's means.

    n_visible D, n_hidden K, whole numbers; rng a numpy Generator; data (N, D), optional: without it b = 0;
    dtype float32 (to train) or float64 (to check); visible, hidden the kinds of units, bits by default.
    Raises InvalidInput. Hinton 2010, section 8.
    """
    check_integer("n_visible", n_visible)
    check_integer("n_hidden", n_hidden)
    check_generator("rng", rng)
    check_choice("dtype", np.dtype(dtype).name, ("float32", "float64"))
    check_units("visible", visible).check_width("n_visible", n_visible)
    check_units("hidden", hidden).check_width("n_hidden", n_hidden)
    b = np.zeros(n_visible)
    if data is not None:
        v = visible.check("data", data[:], n_visible)
        b = visible.starting_bias(v.mean(axis=0, dtype=np.float64))
    W = 0.01 * rng.standard_normal((n_visible, n_hidden), dtype=dtype)
    return check_rbm(RBM(W, b.astype(dtype), np.zeros(n_hidden, dtype), visible, hidden))


def check_rbm(rbm):
    """`rbm` where its arrays fit together, are finite and of one dtype, and it has a Z; else InvalidInput."""
    if not isinstance(rbm, RBM):
        raise InvalidInput(f"rbm: {type(rbm).__name__} came, an RBM was wanted")
    W = check_array("rbm.W", rbm.W)
    check_array("rbm.b", rbm.b, ndim=1, width=W.shape[0])
    check_array("rbm.c", rbm.c, ndim=1, width=W.shape[1])
    dtypes = {array.dtype.name for array in (rbm.W, rbm.b, rbm.c)}
    if len(dtypes) > 1 or not dtypes <= {"float32", "float64"}:
        raise InvalidInput(f"rbm: parameters of dtype {', '.join(sorted(dtypes))} came, "
                       "float32 or float64 throughout was wanted")
    check_units("rbm.visible", rbm.visible).check_width("rbm.visible", W.shape[0])
    check_units("rbm.hidden", rbm.hidden).check_width("rbm.hidden", W.shape[1])
    reason = why_not_normalisable(rbm)
    if reason is not None:
        raise InvalidInput(f"rbm: {reason}")
    return rbm


def is_gaussian_pair(rbm):
    """Whether both layers are Gaussian: v and h are then jointly normal, and neither layer can be listed."""
    return isinstance(rbm.visible, Gaussian) and isinstance(rbm.hidden, Gaussian)


def why_not_normalisable(rbm):
    """Why the model has no Z, in words, or None where it has one.

    Only Gaussian units on both sides can fail: exp(-E) holds exp(vᵀWh - ½|v|² - ½|h|²), which has a finite
    integral only while the largest singular value of W is below 1. Any other pair has a layer whose states
    are finitely many, and given each of them the rest integrates.
    """
    if not is_gaussian_pair(rbm):
        return None
    largest = np.linalg.norm(rbm.W, 2)
    if largest < 1:
        return None
    return (f"Gaussian units on both sides and a largest singular value of W of {largest:.4g} came, below 1 was "
            "wanted: from 1 on exp(-E) has no finite integral")


def energy(rbm, v, h):
    """E(v, h) = -b·v - c·h - vᵀ W h - log base(v) - log base(h), one number a case: (N, D), (N, K) -> (N,)."""
    visible_term = v @ rbm.b + rbm.visible.log_base(v)
    hidden_term = h @ rbm.c + rbm.hidden.log_base(h)
    interaction = np.sum((v @ rbm.W) * h, axis=1)  # vᵀ W h without an (N, D, K) array
    return -visible_term - hidden_term - interaction


def free_energy(rbm, v):
    """F(v) = -b·v - log base(v) - Σⱼ A(cⱼ + (vᵀW)ⱼ), so that p(v) = exp(-F(v)) / Z: (N, D) -> (N,).

    For bits: F(v) = -b·v - Σⱼ log(1 + exp(cⱼ + (vᵀW)ⱼ)). The sum over hidden units is in float64.
    """
    x = v @ rbm.W + rbm.c  # (N, K) input to each hidden unit
    visible_term = v @ rbm.b + rbm.visible.log_base(v)
    return -visible_term - rbm.hidden.log_normaliser(x)


def hidden_probs(rbm, v):
    """E[hⱼ given v] = A'(cⱼ + (vᵀW)ⱼ); for bits p(hⱼ = 1 given v) = σ(cⱼ + (vᵀW)ⱼ): (N, D) -> (N, K)."""
    x = v @ rbm.W
    x += rbm.c
    return rbm.hidden.mean(x)


def visible_probs(rbm, h):
    """E[vᵢ given h] = A'(bᵢ + (Wh)ᵢ); for bits p(vᵢ = 1 given h) = σ(bᵢ + (Wh)ᵢ): (N, K) -> (N, D)."""
    x = h @ rbm.W.T
    x += rbm.b
    return rbm.visible.mean(x)


def sample_hidden(rbm, v, rng):
    """One draw of h from p(h given v), every unit on its own: (N, D) -> (N, K)."""
    p_h = hidden_probs(rbm, v)
    return rbm.hidden.sample(p_h, rng)


def sample_visible(rbm, h, rng):
    """One draw of v from p(v given h), every unit on its own: (N, K) -> (N, D)."""
    p_v = visible_probs(rbm, h)
    return rbm.visible.sample(p_v, rng)


def gibbs_step(rbm, v, rng):
    """One step of block Gibbs sampling, all of h and then all of v: v (N, D) -> the next v (N, D)."""
    h = sample_hidden(rbm, v, rng)
    return sample_visible(rbm, h, rng)


def transposed(rbm):
    """The same machine seen from the other side: hidden and visible change places, W is transposed.

    free_energy(transposed(rbm), h) is then the free energy of a hidden layer, all visible layers summed out.
    """
    return replace(rbm, W=rbm.W.T, b=rbm.c, c=rbm.b, visible=rbm.hidden, hidden=rbm.visible)


def sample_chains(rbm, n_chains, steps, rng):
    """`n_chains` chains of `steps` Gibbs steps each, started at noise, every unit drawn with input 0: (v, p_v).

    v (n_chains, D) are the states that the chains end at, p_v the means that the last ones were drawn with. For
    bits the noise is a coin for each, and p_v are probabilities.
    """
    p_v = rbm.visible.mean(np.zeros((n_chains, len(rbm.b)), rbm.b.dtype))
    v = rbm.visible.sample(p_v, rng)
    for _ in range(steps - 1):
        v = gibbs_step(rbm, v, rng)
    h = rbm.hidden.sample(hidden_probs(rbm, v), rng)
    p_v = visible_probs(rbm, h)
    return rbm.visible.sample(p_v, rng), p_v
