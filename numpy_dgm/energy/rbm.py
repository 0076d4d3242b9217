"""Restricted Boltzmann machine: an energy over two layers, with connections only between the layers.

    E(v, h) = -b·v - c·h - vᵀ W h - log base_v(v) - log base_h(h)        p(v, h) = exp(-E(v, h)) / Z

N cases    D visible units    K hidden units
v (N, D) visible values    h (N, K) hidden values    x the input to a unit
W (D, K) weights           b (D,) visible biases     c (K,) hidden biases
A, A', base: those of the units (see units.py). Bits, the default: base = 1, A(x) = log(1 + exp(x)), A' = σ

Units of the same layer are not connected, so given one layer the units of the other are independent, and a
layer can be summed out in closed form.

v and h may be anything of real numbers that NumPy can make an array of; they are computed with in the dtype of the
parameters. One case, v (D,) or h (K,), gives the result without the axis of the cases. A function whose name begins
with an underscore is the equation alone, for loops over arrays that have been checked.

Smolensky 1986 (harmonium); Hinton 2002 (contrastive divergence); Welling, Rosen-Zvi and Hinton 2004
(exponential-family harmonium).
"""
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.batches import case_blocks, check_cases, mean_of_cases
from ..foundation.checks import (
    InvalidInput,
    check_dtype,
    check_fits,
    check_generator,
    check_integer,
    check_parameter,
    different_dtypes,
    invalid,
    speaks_numpy,
)
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .units import Axes, Bernoulli, Gaussian, Units, check_layer, check_units


@dataclass(frozen=True, eq=False, repr=False)
class RBM(Record):
    """Parameters of an RBM. A gradient with respect to them has the same type."""

    W: Array  # (D, K) weights
    b: Array  # (D,)   visible biases
    c: Array  # (K,)   hidden biases
    visible: Units = Bernoulli()  # the kind of the visible units
    hidden: Units = Bernoulli()  # the kind of the hidden units

    trainable = ("W", "b", "c")


def init_rbm(n_visible: int, n_hidden: int, rng: Generator, data: Any = None, dtype: DTypeLike = np.float32,
             visible: Units = Bernoulli(), hidden: Units = Bernoulli()) -> RBM:
    """A new RBM: W ~ N(0, 0.01²), c = 0, and b with which an unconnected visible layer has the means of the data.

    n_visible, n_hidden  D and K, integers >= 1
    rng                  a numpy Generator; draws W, D K normal numbers
    data                 (N, D), values at which the visible units can be held, an array or a Data; without it b = 0
    dtype                float32 (to train) or float64 (to check)
    visible, hidden      the kinds of units, bits by default

    Raises InvalidInput. Hinton 2010, section 8.
    """
    n_visible = check_integer("n_visible", n_visible)
    n_hidden = check_integer("n_hidden", n_hidden)
    check_fits("n_hidden", n_hidden, n_visible, n_hidden)
    check_generator("rng", rng)
    float_type = check_dtype("dtype", dtype)
    check_units("visible", visible).check_width("n_visible", n_visible)
    check_units("hidden", hidden).check_width("n_hidden", n_hidden)
    b = np.zeros(n_visible)
    if data is not None:
        data = check_cases("data", data, n_visible, visible.check)
        b = visible.starting_bias(mean_of_cases(data, np.arange(len(data))))
    W = 0.01 * rng.standard_normal((n_visible, n_hidden), dtype=float_type)
    return check_rbm(RBM(W, b.astype(float_type), np.zeros(n_hidden, float_type), visible, hidden))


def check_rbm(rbm: Any) -> RBM:
    """`rbm` where its arrays fit together, are finite and of one dtype, and Z is finite; else InvalidInput."""
    check_parameters(rbm)
    reason = why_not_normalisable(rbm)
    if reason is not None:
        raise InvalidInput(f"rbm: {reason}")
    return rbm


def check_parameters(rbm: Any) -> None:
    """InvalidInput unless `rbm` is an RBM whose arrays are finite, of one dtype, and fit together and to its units."""
    if not isinstance(rbm, RBM):
        raise invalid("rbm", "an RBM", type(rbm).__name__)
    W, b, c = rbm.W, rbm.b, rbm.c
    if speaks_numpy(W):
        return
    check_parameter("rbm.W", W, ndim=2)
    check_parameter("rbm.b", b, ndim=1, width=W.shape[0])
    check_parameter("rbm.c", c, ndim=1, width=W.shape[1])
    if not W.dtype == b.dtype == c.dtype:
        raise different_dtypes("rbm", W, b, c)
    check_units("rbm.visible", rbm.visible).check_width("rbm.visible", len(b))
    check_units("rbm.hidden", rbm.hidden).check_width("rbm.hidden", len(c))


def check_visible(name: str, rbm: RBM, v: Any, ndim: Axes = (1, 2)) -> Array:
    """`v` (N, D), or one case (D,), in the dtype of the parameters, where the visible layer can be held at it.

    Else InvalidInput, also where `rbm` cannot be right.
    """
    check_parameters(rbm)
    return check_layer(name, rbm.visible, v, len(rbm.b), rbm.W.dtype, ndim)


def check_hidden(name: str, rbm: RBM, h: Any, ndim: Axes = (1, 2)) -> Array:
    """`h` (N, K), or one case (K,), likewise."""
    check_parameters(rbm)
    return check_layer(name, rbm.hidden, h, len(rbm.c), rbm.W.dtype, ndim)


def is_gaussian_pair(rbm: RBM) -> bool:
    """Whether both layers are Gaussian: v and h are then jointly normal, and the states of neither can be listed."""
    return isinstance(rbm.visible, Gaussian) and isinstance(rbm.hidden, Gaussian)


def why_not_normalisable(rbm: RBM) -> str | None:
    """Why the model has no finite Z, in words, or None where it has one.

    Only two Gaussian layers can lack one: exp(-E) holds exp(vᵀWh - ½|v|² - ½|h|²), whose integral is finite
    only while the largest singular value of W is below 1. Any other pair has a layer with finitely many
    states, and given each of them the integral over the other layer is finite.
    """
    if not is_gaussian_pair(rbm):
        return None
    largest = np.linalg.norm(rbm.W, 2)
    if largest < 1:
        return None
    return (f"expected a largest singular value of W below 1 for two Gaussian layers, got {largest:.4g}; "
            "from 1 on exp(-E) has no finite integral")


def energy(rbm: RBM, v: Array, h: Array) -> Array:
    """E(v, h) = -b·v - c·h - vᵀ W h - log base(v) - log base(h), one number per case: (N, D), (N, K) -> (N,).

    For bits: E(v, h) = -b·v - c·h - vᵀ W h. Raises InvalidInput.
    """
    v = check_visible("v", rbm, v)
    h = check_hidden("h", rbm, h)
    if v.shape[:-1] != h.shape[:-1]:
        raise invalid("h", f"as many cases as v, of shape {v.shape}", f"shape {h.shape}")
    visible_term = v @ rbm.b + rbm.visible.log_base(v)
    hidden_term = h @ rbm.c + rbm.hidden.log_base(h)
    interaction = np.sum((v @ rbm.W) * h, axis=-1)  # vᵀ W h without an (N, D, K) array
    return -visible_term - hidden_term - interaction


def free_energy(rbm: RBM, v: Array) -> Array:
    """F(v) = -b·v - log base(v) - Σⱼ A(cⱼ + (vᵀW)ⱼ), so that p(v) = exp(-F(v)) / Z: (N, D) -> (N,).

    For bits: F(v) = -b·v - Σⱼ log(1 + exp(cⱼ + (vᵀW)ⱼ)). The sum over hidden units is taken in float64. Raises
    InvalidInput.
    """
    v = check_visible("v", rbm, v)
    return _free_energy(rbm, v)


def _free_energy(rbm, v):
    x = v @ rbm.W + rbm.c  # (N, K) input to each hidden unit
    visible_term = v @ rbm.b + rbm.visible.log_base(v)
    return -visible_term - rbm.hidden.log_normaliser(x)  # for bits, log_normaliser is Σⱼ log(1 + exp(xⱼ))


def free_energies(rbm: RBM, data: Any, rows: Array) -> Array:
    """F(v) of the cases `rows` (n,) of `data`, which row numbers index and which have been checked: (n,)."""
    return np.concatenate([_free_energy(rbm, v) for v in case_blocks(data, rows, rbm.W.dtype)])


def are_states(rbm: RBM, data: Any, rows: Array) -> bool:
    """Whether the cases `rows` (n,) of `data`, likewise, are states of the visible layer: no grey levels among them."""
    return all(rbm.visible.are_states(v) for v in case_blocks(data, rows, rbm.W.dtype))


def hidden_probs(rbm: RBM, v: Array) -> Array:
    """E[hⱼ given v] = A'(cⱼ + (vᵀW)ⱼ); for bits p(hⱼ = 1 given v) = σ(cⱼ + (vᵀW)ⱼ): (N, D) -> (N, K).

    Raises InvalidInput.
    """
    v = check_visible("v", rbm, v)
    return _hidden_probs(rbm, v)


def _hidden_probs(rbm, v):
    x = v @ rbm.W
    x += rbm.c
    return rbm.hidden.mean(x)  # for bits, σ(x)


def visible_probs(rbm: RBM, h: Array) -> Array:
    """E[vᵢ given h] = A'(bᵢ + (Wh)ᵢ); for bits p(vᵢ = 1 given h) = σ(bᵢ + (Wh)ᵢ): (N, K) -> (N, D).

    Raises InvalidInput.
    """
    h = check_hidden("h", rbm, h)
    return _visible_probs(rbm, h)


def _visible_probs(rbm, h):
    x = h @ rbm.W.T
    x += rbm.b
    return rbm.visible.mean(x)  # for bits, σ(x)


def sample_hidden(rbm: RBM, v: Array, rng: Generator) -> Array:
    """One draw of h from p(h given v), each unit independently: (N, D) -> (N, K). Raises InvalidInput."""
    v = check_visible("v", rbm, v)
    check_generator("rng", rng)
    p_h = _hidden_probs(rbm, v)
    return rbm.hidden.sample(p_h, rng)


def sample_visible(rbm: RBM, h: Array, rng: Generator) -> Array:
    """One draw of v from p(v given h), each unit independently: (N, K) -> (N, D). Raises InvalidInput."""
    h = check_hidden("h", rbm, h)
    check_generator("rng", rng)
    p_v = _visible_probs(rbm, h)
    return rbm.visible.sample(p_v, rng)


def gibbs_step(rbm: RBM, v: Array, rng: Generator) -> Array:
    """One step of block Gibbs sampling: v (N, D) -> the next v (N, D). Draws, in this order: h, then v.

    Raises InvalidInput.
    """
    v = check_visible("v", rbm, v)
    check_generator("rng", rng)
    return _gibbs_step(rbm, v, rng)


def _gibbs_step(rbm, v, rng):
    p_h = _hidden_probs(rbm, v)
    h = rbm.hidden.sample(p_h, rng)
    p_v = _visible_probs(rbm, h)
    return rbm.visible.sample(p_v, rng)


def sample_chains(rbm: RBM, n_chains: int, steps: int, rng: Generator) -> tuple[Array, Array]:
    """`n_chains` Gibbs chains of `steps` >= 1 steps each, started at noise: `(v, p_v)`, both (n_chains, D).

    v are the states at which the chains end, p_v the means that these were drawn with, E[v given h]; for bits
    p_v are probabilities. The noise is v drawn with all inputs 0: for bits, fair coin flips. Draws, in this
    order: the noise, then h and v of each step. Raises InvalidInput.
    """
    check_parameters(rbm)
    n_chains = check_integer("n_chains", n_chains)
    check_fits("n_chains", n_chains, n_chains, sum(rbm.W.shape))
    steps = check_integer("steps", steps)
    check_generator("rng", rng)
    p_v = rbm.visible.mean(np.zeros_like(rbm.b, shape=(n_chains, len(rbm.b))))
    v = rbm.visible.sample(p_v, rng)
    for _ in range(steps - 1):
        v = _gibbs_step(rbm, v, rng)
    p_h = _hidden_probs(rbm, v)
    h = rbm.hidden.sample(p_h, rng)
    p_v = _visible_probs(rbm, h)
    v = rbm.visible.sample(p_v, rng)
    return v, p_v


def transposed(rbm: RBM) -> RBM:
    """The same model with its layers exchanged: hidden and visible change places, W is transposed.

    free_energy(transposed(rbm), h) is then the free energy of a hidden layer, all visible layers summed out.
    """
    return replace(rbm, W=rbm.W.T, b=rbm.c, c=rbm.b, visible=rbm.hidden, hidden=rbm.visible)
