"""Deep belief net: RBMs stacked on one another. The top one stays an RBM; those below it only send downwards.

    p(v, h₁, ..., h_L) = p(v given h₁) p(h₁ given h₂) ... p(h_{L-1}, h_L)          the last one by the top RBM
    q(h₁, ..., h_{L-1} given v) = q(h₁ given v) q(h₂ given h₁) ...                 upwards, each layer given the last

p(h₁ given v) itself has no closed form once the layers above have learnt; q stands in for it, and gives a bound:

    log p(v) >= E_q[log p(v, h)] + H(q)
              = E_q[ log p(h_{L-1}) + Σ_l log p(h_{l-1} given h_l) - log q(h_l given h_{l-1}) ]

with h₀ = v and l from 1 to L - 1. Where the second RBM is the first one turned over (W₂ = W₁ᵀ, b₂ = c₁, c₂ = b₁), the
term in brackets is log p(v) of the first RBM for every h: adding a layer loses nothing, and what it learns is gained.

N cases    D visible units    K hidden units    L layers of weights    M chains    k Gibbs steps
v (N, D)   h_l (N, K_l) the hidden layer l, h_0 = v      W_l, b_l, c_l those of RBM l, the lowest first, as in rbm.py

Hinton, Osindero and Teh 2006 (greedy stacking, up-down); Salakhutdinov and Murray 2008 (the bound by annealing).
"""
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.batches import case_blocks, check_cases
from ..foundation.checks import (
    LARGEST,
    as_rows,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    different_dtypes,
    invalid,
    shown,
)
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .evaluation import MINUTES, Evaluation, evaluate_rbm
from .gradients import pcd_gradient
from .likelihood import log_partition
from .rbm import (
    RBM,
    _free_energy,
    _hidden_probs,
    _visible_probs,
    are_states,
    check_hidden,
    check_parameters,
    check_rbm,
    check_visible,
    free_energies,
    init_rbm,
    sample_chains,
    transposed,
)
from .units import Bernoulli, Units


@dataclass(frozen=True, eq=False, repr=False)
class DBN(Record):
    """A stack of RBMs. A gradient with respect to its parameters has the same type.

    A fresh stack sends up and down through the same weights, and `generative` is empty. Up-down learning unties them
    (see `untied`): W and b of `generative` then send down, W and c of `layers` up, and the top RBM is the last of
    `layers`. The c of the former and the b of the latter take no part, the top RBM's apart.
    """

    layers: tuple  # of L RBMs, the lowest first
    generative: tuple = ()  # of L - 1 RBMs likewise, or empty: those of `layers` without the last

    trainable = ("layers", "generative")


def init_dbn(n_visible: int, hidden: Sequence[int], rng: Generator, data: Any = None, dtype: DTypeLike = np.float32,
             visible: Units = Bernoulli()) -> DBN:
    """A new stack, each layer a new RBM (see `init_rbm`) with hidden bits: the lowest on D = n_visible units.

    hidden      units of each hidden layer, from the lowest up: integers >= 1
    rng         draws the weights, those of the lowest layer first
    data        (N, D), from which the lowest visible biases are made; without it they are 0

    Raises InvalidInput.
    """
    if not isinstance(hidden, (list, tuple)):
        raise invalid("hidden", "a list of integers >= 1, such as (500, 500)", shown(hidden))
    sizes = [check_integer("hidden", size) for size in hidden]
    if len(sizes) == 0:
        raise invalid("hidden", "at least one layer", shown(hidden))
    layers = [init_rbm(n_visible, sizes[0], rng, data, dtype, visible)]
    for n_below, n_above in zip(sizes[:-1], sizes[1:]):
        layers.append(init_rbm(n_below, n_above, rng, dtype=dtype))
    return DBN(tuple(layers))


def check_dbn(dbn: Any) -> DBN:
    """`dbn` where its layers are right RBMs that fit on one another, and the top one has a Z; else InvalidInput."""
    check_stack(dbn)
    check_rbm(dbn.layers[-1])
    return dbn


def check_stack(dbn: Any) -> None:
    """InvalidInput unless `dbn` is a DBN of one dtype whose layers fit together, in number of units and in kind."""
    if not isinstance(dbn, DBN):
        raise invalid("dbn", "a DBN", type(dbn).__name__)
    if not isinstance(dbn.layers, tuple) or not isinstance(dbn.generative, tuple) or len(dbn.layers) == 0:
        raise invalid("dbn", "tuples of RBMs, at least one of them in layers", "other layers")
    for rbm in (*dbn.layers, *dbn.generative):
        check_parameters(rbm)
        if rbm.W.dtype != dbn.layers[0].W.dtype:
            raise different_dtypes("dbn", dbn.layers[0].W, rbm.W)
    for i, (below, above) in enumerate(zip(dbn.layers[:-1], dbn.layers[1:])):
        if (len(below.c), below.hidden) != (len(above.b), above.visible):
            raise invalid(f"dbn.layers[{i + 1}]", f"{len(below.c)} visible units of the kind {below.hidden}, as the "
                          "layer below has hidden ones", f"{len(above.b)} of the kind {above.visible}")
    outlines = [(rbm.W.shape, rbm.visible, rbm.hidden) for rbm in dbn.layers[:-1]]
    if dbn.generative and [(rbm.W.shape, rbm.visible, rbm.hidden) for rbm in dbn.generative] != outlines:
        raise invalid("dbn.generative", "nothing, or an RBM like each of the layers but the top one", "others")


def downwards(dbn: DBN) -> tuple:
    """The L - 1 RBMs whose W and b send down, the lowest first: `generative`, or where it is empty those of `layers`.
    """
    return dbn.generative or dbn.layers[:-1]


def untied(dbn: DBN) -> DBN:
    """The same model with weights of its own for the way down, to be moved apart from those for the way up.

    Raises InvalidInput.
    """
    check_stack(dbn)
    return replace(dbn, generative=downwards(dbn))


def layer_from_below(below: RBM, n_hidden: int, rng: Generator) -> RBM:
    """The RBM to put on top of `below` so that the bound starts at log p(v) of `below`: that RBM turned over.

        W = [W_belowᵀ, small]    b = c_below    c = [b_below, 0]

    Its visible layer then has the distribution that the hidden layer of `below` has. Hidden units beyond the D of
    `below` start with weights from N(0, 0.01²), in place of 0, so that no two are alike; these move the bound by some
    hundredths of a nat. Draws K (n_hidden - D) normal numbers. Raises InvalidInput, also for n_hidden < D.
    """
    check_parameters(below)
    check_generator("rng", rng)
    n_visible, n_below = below.W.shape
    n_hidden = check_integer("n_hidden", n_hidden, least=n_visible)
    check_fits("n_hidden", n_hidden, n_below, n_hidden)
    turned = transposed(below)
    turned.hidden.check_width("n_hidden", n_hidden)
    n_more = n_hidden - n_visible
    small = 0.01 * rng.standard_normal((n_below, n_more), dtype=below.W.dtype)
    return replace(turned, W=np.concatenate([turned.W, small], axis=1),
                   b=turned.b.copy(), c=np.concatenate([turned.c, np.zeros_like(turned.c, shape=n_more)]))


def sample_upwards(dbn: DBN, v: Array, rng: Generator) -> tuple:
    """One draw from q: `(v, h₁, ..., h_{L-1})`, arrays (N, D), (N, K_1), ... The top RBM is not used.

    Draws h₁ given v, then h₂ given h₁, and so on. Raises InvalidInput.
    """
    check_stack(dbn)
    v = as_rows(check_visible("v", dbn.layers[0], v))
    check_generator("rng", rng)
    return _sample_upwards(dbn, v, rng)


def _sample_upwards(dbn, v, rng):
    states = [v]
    for rbm in dbn.layers[:-1]:
        q = _hidden_probs(rbm, states[-1])
        h = rbm.hidden.sample(q, rng)
        states.append(h)
    return tuple(states)


def sample_downwards(dbn: DBN, h: Array, rng: Generator) -> tuple[Array, Array]:
    """Ancestral sampling: visible layers drawn given the uppermost layer but one, h (M, K_{L-1}): `(v, p_v)`, (M, D).

    p_v is E[v given h₁], with which v is drawn. Draws h_{L-2} given h, and so on down to v. With a single layer h is v
    itself, and nothing is drawn. Raises InvalidInput.
    """
    check_stack(dbn)
    h = as_rows(check_visible("h", dbn.layers[-1], h))
    check_generator("rng", rng)
    states, means = _sample_downwards(dbn, h, rng)
    return states[0], means[0]


def _sample_downwards(dbn, h, rng):
    """`(states, means)`: of every layer from v up to h itself, whose mean stands for it."""
    states, means = [h], [h]
    for rbm in reversed(downwards(dbn)):
        mean = _visible_probs(rbm, states[0])
        below = rbm.visible.sample(mean, rng)
        states.insert(0, below)
        means.insert(0, mean)
    return states, means


def sample_dbn(dbn: DBN, n_chains: int, steps: int, rng: Generator) -> tuple[Array, Array]:
    """Samples of v: `(v, p_v)`, both (n_chains, D); for bits p_v are the probabilities that v was drawn with.

    Gibbs chains of the top RBM, started at noise, are run for `steps` >= 1 steps, as `sample_chains` does; where they
    end, each layer is drawn from the one above it. Raises InvalidInput.
    """
    check_dbn(dbn)
    h, p_h = sample_chains(dbn.layers[-1], n_chains, steps, rng)
    if len(dbn.layers) == 1:
        return h, p_h
    states, means = _sample_downwards(dbn, h, rng)
    return states[0], means[0]


def log_conditional(units: Units, x: Array, s: Array) -> Array:
    """log of the probability of a layer s (N, n) given the inputs x (N, n) to its units: (N,), in float64.

        log base(s) + s·x - Σᵢ A(xᵢ)          for bits Σᵢ sᵢ xᵢ - log(1 + exp(xᵢ))
    """
    return units.log_base(s) + np.sum(s * x, axis=-1, dtype=np.float64) - units.log_normaliser(x)


def _log_ratio(dbn, states):
    """Σ_l log p(h_{l-1} given h_l) - log q(h_l given h_{l-1}) of the layers of one draw, below the top RBM: (N,)."""
    total = np.zeros(len(states[0]))
    for up, down, below, above in zip(dbn.layers, downwards(dbn), states[:-1], states[1:]):
        log_p = log_conditional(down.visible, above @ down.W.T + down.b, below)
        log_q = log_conditional(up.hidden, below @ up.W + up.c, above)
        total += log_p - log_q
    return total


def lower_bound(dbn: DBN, v: Array, rng: Generator, log_z: float | None = None) -> Array:
    """The bound on log p(v) by one draw of h from q, in nats: v (N, D) -> (N,), in float64.

        log p(h_{L-1}) + Σ_l log p(h_{l-1} given h_l) - log q(h_l given h_{l-1})

    Its mean over draws is E_q[log p(v, h)] + H(q) <= log p(v). log_z is that of the top RBM; without it, it is summed
    exactly, which needs a small layer. Draws h₁, ..., h_{L-1}. Raises InvalidInput, also for grey levels.
    """
    states = sample_upwards(dbn, v, rng)
    if not dbn.layers[0].visible.are_states(states[0]):
        raise invalid("v", "states of the visible layer", "grey levels or missing softmax groups")
    top = dbn.layers[-1]
    log_z = log_partition(top) if log_z is None else check_number("log_z", log_z, -LARGEST**2, LARGEST**2)
    log_p_top = -_free_energy(top, states[-1]).astype(np.float64) - log_z
    return log_p_top + _log_ratio(dbn, states)


@dataclass(frozen=True, eq=False, repr=False)
class BoundEvaluation(Record):
    """The result of `evaluate_dbn`. All logarithms are in nats; it prints as a report."""

    n_cases: int
    bound: float  # mean over the cases, one draw of the hidden layers each
    standard_error: float  # of that mean, over cases and draws; NaN for one case
    interval: tuple[float, float]  # 95 % interval from the uncertainty of log Z
    trusted: bool  # the verdict on log Z of the top RBM
    top: Evaluation  # of the top RBM, on the layer below it

    def __repr__(self):
        n = self.n_cases
        over_cases = "1 case" if n == 1 else f"± {self.standard_error:.3f} over the {n:,} cases"
        low, high = self.interval
        lines = [f"bound on log p    {self.bound:.3f} nats, {over_cases}; log p itself is higher",
                 f"95 % interval     [{low:.3f}, {high:.3f}] from the uncertainty of the top RBM's log Z",
                 f"verdict           {'trust' if self.trusted else 'do not trust'}; of the top RBM alone, on the layer "
                 "below it:"]
        return "\n".join([*lines, *("    " + line for line in repr(self.top).splitlines())])


def evaluate_dbn(dbn: DBN, data: Any, rng: Generator, method: str = "auto", executor: Executor | None = None,
                 n_temperatures: int | None = None, n_walks: int = 100, minutes: float = MINUTES,
                 progress: bool = False) -> BoundEvaluation:
    """The mean variational bound of the data, in nats, and whether to trust the log Z in it.

    data (N, D)      states of the visible layer, no grey levels: an array or a Data; or one case (D,)
    rng              draws the hidden layers of each case once, then what `evaluate_rbm` draws

    The others as in `evaluate_rbm`, which is asked for the top RBM on the drawn layers h_{L-1}. With a single layer the
    bound is log p(v) itself. Raises InvalidInput.
    """
    check_dbn(dbn)
    check_generator("rng", rng)
    lowest, top = dbn.layers[0], dbn.layers[-1]
    data = check_cases("data", data, len(lowest.b), lowest.visible.check, one_case=True)
    rows = np.arange(len(data))
    if not are_states(lowest, data, rows):
        raise invalid("data", "states of the visible layer", "grey levels",
                      "open_data's `bits` says how grey levels become bits")
    below_top, log_ratios = [], []
    for v in case_blocks(data, rows, lowest.W.dtype):
        states = _sample_upwards(dbn, v, rng)
        below_top.append(states[-1])
        log_ratios.append(_log_ratio(dbn, states))
    h, log_ratio = np.concatenate(below_top), np.concatenate(log_ratios)
    of_top = evaluate_rbm(top, h, rng, method, executor, n_temperatures, n_walks, minutes, progress)
    per_case = log_ratio - free_energies(top, h, rows) - of_top.log_z
    low, high = of_top.interval
    error = float(per_case.std(ddof=1) / np.sqrt(len(rows))) if len(rows) > 1 else np.nan
    return BoundEvaluation(
        n_cases=len(rows), bound=float(per_case.mean()), standard_error=error,
        interval=(low + float(log_ratio.mean()), high + float(log_ratio.mean())), trusted=of_top.trusted, top=of_top,
    )


def up_down_gradient(dbn: DBN, v_data: Array, chains: Array | None, k: int, rng: Generator,
                     check: bool = True) -> tuple[DBN, Array]:
    """The directions of one up-down step of an untied stack, to be ascended, and the new chains: `(gradient, chains)`.

        wake    v, h₁, ..., h_{L-1} from the cases upwards:   ∂ mean log p(h_{l-1} given h_l) for the way down
        top     the CD or PCD gradient of the top RBM at h_{L-1}
        sleep   ..., h₁, v from the top's chains downwards:   ∂ mean log q(h_l given h_{l-1}) for the way up

    v_data (N, D); chains (M, K_L), the top hidden layers where the chains of the top RBM stand; None starts them at
    h_{L-1} of the cases, as CD does: contrastive wake-sleep. k >= 1 Gibbs steps. For units of any kind both are
    (value - mean) times what stands at the other end. Draws h₁, ..., h_{L-1} upwards; h_L where chains is None; k times
    the top's visible, then hidden layer; then its visible layer once more, and each layer below it. Raises
    InvalidInput; check as in `cd_gradient`. Hinton, Osindero and Teh 2006, appendix B.
    """
    if check:
        check_stack(dbn)
        v_data = as_rows(check_visible("v_data", dbn.layers[0], v_data))
        chains = None if chains is None else as_rows(check_hidden("chains", dbn.layers[-1], chains))
        k = check_integer("k", k)
        check_generator("rng", rng)
    top = dbn.layers[-1]

    # wake: the way up is drawn, the way down learns to get back
    awake = _sample_upwards(dbn, v_data, rng)
    generative = []
    for down, below, above in zip(downwards(dbn), awake[:-1], awake[1:]):
        missed = below - _visible_probs(down, above)  # (N, K_{l-1})
        generative.append(replace(down, W=missed.T @ above / len(missed), b=missed.mean(axis=0),
                                  c=np.zeros_like(down.c)))

    # the top: an RBM on what came up
    if chains is None:
        chains = top.hidden.sample(_hidden_probs(top, awake[-1]), rng)
    of_top, chains = pcd_gradient(top, awake[-1], chains, k, rng, check=False)

    # sleep: the way down is drawn, the way up learns to tell from what it came
    below_top = top.visible.sample(_visible_probs(top, chains), rng)
    asleep, _ = _sample_downwards(dbn, below_top, rng)
    recognition = []
    for up, below, above in zip(dbn.layers[:-1], asleep[:-1], asleep[1:]):
        missed = above - _hidden_probs(up, below)  # (M, K_l)
        recognition.append(replace(up, W=below.T @ missed / len(missed), b=np.zeros_like(up.b),
                                   c=missed.mean(axis=0)))
    return DBN((*recognition, of_top), tuple(generative)), chains
