"""The likelihood of an RBM on data, with a verdict: may the figure be trusted, and if not, why not.

Where a layer can be listed, log Z is exact and so is log p. Otherwise log Z is estimated by annealed walks in
both directions (annealing.py), and an estimate can be wrong without any sign of it in its own weights: where a
region of the states holds most of the mass and no walk has found it, forward and reverse walks agree with one
another on the rest. So chains are also started at places that have nothing to do with the data, run for a long
time, and walked down from where they end. Of a region R that they found and the forward walks did not,

    log w of a walk down from R  ≈  log Z_R - log p(a forward walk ends in R)

which lies far above the forward walks' estimate when R matters. No finite search can exclude a region that none
of its chains came near; the verdict says what was searched and what was found.

log w: a walk's own estimate of log Z, in nats
"""
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.doors import BadInput, check_choice, check_count, check_generator
from ..foundation.records import Record
from .annealing import Walks, base_rbm, bennett, forward_walks, reverse_walks, sample_base, summarize_reverse
from .likelihood import has_exact_log_z, log_partition
from .rbm import check_rbm, free_energy, gibbs_step, sample_visible

METHODS = ("auto", "exact", "ais")

# the verdict's limits, tuned on models whose log Z is known (lessons/reproductions/verdict.py)
LEAST_EFFECTIVE_SHARE = 0.1  # of the forward walks, by their effective sample size
MOST_SPREAD = 2.5  # nats, standard deviation of log w in either direction
MOST_DISAGREEMENT = 0.5  # nats between forward and reverse
FAR_ABOVE = 4.0  # nats by which a walk's log w gives away a region that forward walks do not know
MOST_WALKS_FAR_ABOVE = 0.03  # the share of such walks that chance may bring


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Record):
    """What `evaluate_rbm` found. All in nats; printing it gives the report in words."""

    method: str  # "exact" or "ais"
    n_cases: int
    log_likelihood: float  # mean log p over the cases
    standard_error: float  # of that mean, over the cases; NaN for one case
    interval: tuple  # (low, high): 95 % for log_likelihood on these cases, from what is uncertain about log Z
    log_z: float
    log_z_error: float  # standard error of log_z; 0 where it is exact
    forward: Walks | None  # up from the data's base rates
    reverse: dict  # starting place -> Walks down from where its chains ended
    trusted: bool
    reasons: tuple  # sentences: why not, or on what grounds

    def __repr__(self):
        return "\n".join(_report_lines(self))


def evaluate_rbm(rbm, data, rng, method="auto", executor=None, n_temperatures=1000, n_walks=100):
    """Mean log p of the data and whether to trust it: an Evaluation.

    data (N, D)      states of the visible layer, no grey levels: an array or a Data
    rng              a numpy Generator; the exact method draws nothing
    method           "exact": log Z summed over the smaller layer, at most 2^25 states; "ais": estimated by
                     annealed walks both ways; "auto": exact where it can be
    executor         any concurrent.futures.Executor to share the walks out to; the numbers stay the same bits
    n_temperatures   models on the path from the base rates to the RBM; more of them narrow the weights
    n_walks          forward walks, at least 20; half as many reverse ones from each of five starting places

    Raises BadInput. Neal 2001; Salakhutdinov and Murray 2008; Bennett 1976.
    """
    check_rbm(rbm)
    check_generator("rng", rng)
    check_choice("method", method, METHODS)
    check_count("n_temperatures", n_temperatures, least=2)
    check_count("n_walks", n_walks, least=20)
    v = rbm.visible.check("data", data[:], len(rbm.b)).astype(rbm.W.dtype)
    if not rbm.visible.are_states(v):
        raise BadInput("data: grey levels (or softmax groups that are missing) came, states of the visible layer were "
                       "wanted; open_data's `bits` says how grey becomes bits")
    if method == "exact" or method == "auto" and has_exact_log_z(rbm):
        return _exact_evaluation(rbm, v)
    return _annealed_evaluation(rbm, v, rng, executor, n_temperatures, n_walks)


def _exact_evaluation(rbm, v):
    log_z = log_partition(rbm)
    log_p = -free_energy(rbm, v) - log_z
    mean = float(log_p.mean())
    return Evaluation(
        method="exact", n_cases=len(v), log_likelihood=mean, standard_error=_error_of_mean(log_p), interval=(mean, mean),
        log_z=log_z, log_z_error=0.0, forward=None, reverse={}, trusted=True,
        reasons=("log Z is exact, no estimate",),
    )


def _annealed_evaluation(rbm, v, rng, executor, n_temperatures, n_walks):
    base = base_rbm(rbm, v.mean(axis=0, dtype=np.float64))
    forward = forward_walks(rbm, base, n_temperatures, n_walks, rng, executor)
    reverse = {}
    for place, states in starting_places(rbm, v, base, forward, n_temperatures, n_walks // 2, rng, executor).items():
        reverse[place] = reverse_walks(rbm, base, n_temperatures, states, rng, executor)
    known = _together(reverse["the data"], reverse["the forward walks' ends"])
    log_z, log_z_error = bennett(forward, known)
    reasons = doubts(forward, known, reverse)
    log_p = -free_energy(rbm, v) - log_z
    mean, margin = float(log_p.mean()), 1.96 * log_z_error
    return Evaluation(
        method="ais", n_cases=len(v), log_likelihood=mean, standard_error=_error_of_mean(log_p),
        interval=(mean - margin, mean + margin), log_z=log_z, log_z_error=log_z_error, forward=forward,
        reverse=reverse, trusted=not reasons, reasons=reasons or _grounds(forward, known, reverse),
    )


def starting_places(rbm, v, base, forward, n_sweeps, n_chains, rng, executor=None):
    """Where reverse walks start: a dict from the name of a place to states (n_chains, D), after `n_sweeps` // 2
    block Gibbs sweeps of the model from there.

    The data, and the forward walks' ends drawn by their weights, are where the mass is known to be. The other
    three know nothing of the data: the ends of walks up from a base with b = 0; a base with the biases
    mirrored, where what was on is off; random hidden layers.
    """
    shares = np.exp(forward.log_weights - forward.log_weights.max())
    flat_base = replace(base, b=np.zeros_like(base.b))
    flat = forward_walks(rbm, flat_base, n_sweeps, n_chains, rng, executor)
    mirrored_base = replace(base, b=-base.b)
    no_input = np.zeros((n_chains, len(rbm.c)), rbm.c.dtype)
    places = {
        "the data": v[rng.integers(len(v), size=n_chains)],
        "the forward walks' ends": forward.v[rng.choice(len(shares), size=n_chains, p=shares / shares.sum())],
        "a flat base": flat.v,
        "mirrored base rates": sample_base(mirrored_base, n_chains, rng),
        "random hidden layers": sample_visible(rbm, rbm.hidden.sample(rbm.hidden.mean(no_input), rng), rng),
    }
    for place, states in places.items():
        for _ in range(n_sweeps // 2):
            states = gibbs_step(rbm, states, rng)
        places[place] = states
    return places


def doubts(forward, known, reverse):
    """Why the estimate should not be trusted, as sentences; none where it may be.

    forward, known: Walks up, and Walks down from the data and from the forward walks' ends together; reverse:
    Walks down from each starting place.
    """
    reasons = []
    n_walks = len(forward.log_weights)
    if forward.effective_sample_size < LEAST_EFFECTIVE_SHARE * n_walks:
        reasons.append(f"low effective sample size: the {n_walks} forward walks are worth "
                       f"{forward.effective_sample_size:.1f}; try more temperatures")
    for name, walks in (("forward", forward), ("reverse", known)):
        if walks.spread > MOST_SPREAD:
            reasons.append(f"weights too spread: the {name} log weights have a standard deviation of "
                           f"{walks.spread:.1f} nats; try more temperatures")
    gap = known.log_z - forward.log_z
    if abs(gap) > MOST_DISAGREEMENT:
        reasons.append(f"directions disagree: reverse says {abs(gap):.1f} nats {'more' if gap > 0 else 'less'} than "
                       "forward; try more temperatures")
    strange = {}
    for place, walks in reverse.items():
        share = np.mean(walks.log_weights > forward.log_z + FAR_ABOVE)
        if share > MOST_WALKS_FAR_ABOVE:
            strange[place] = f"{share:.0%} of the chains from {place}"
    if strange:
        reasons.append(f"different regions: {', '.join(strange.values())} ended where the forward walks hardly come, in "
                       "a region that may hold most of the mass; longer runs of parallel tempering may join the two")
    return tuple(reasons)


def _grounds(forward, known, reverse):
    """The sentences of a verdict of trust."""
    return (
        f"forward and reverse walks agree to {abs(known.log_z - forward.log_z):.2f} nats",
        f"the {len(forward.log_weights)} forward walks are worth {forward.effective_sample_size:.0f}",
        f"chains from {len(reverse)} different places found no region that the forward walks do not know",
    )


def _together(*several):
    """The walks down from several places as one set, each walk counting the same."""
    return summarize_reverse(np.concatenate([walks.log_weights for walks in several]),
                             np.concatenate([walks.v for walks in several]))


def _error_of_mean(log_p):
    return float(log_p.std(ddof=1) / np.sqrt(len(log_p))) if len(log_p) > 1 else np.nan


def _report_lines(evaluation):
    """The report, line by line."""
    yield (f"log p a case     {evaluation.log_likelihood:.3f} nats, ± {evaluation.standard_error:.3f} over the "
           f"{evaluation.n_cases:,} cases")
    if evaluation.method == "exact":
        yield f"log Z            {evaluation.log_z:.3f}, exact"
    else:
        low, high = evaluation.interval
        forward = evaluation.forward
        yield f"95 % interval    [{low:.3f}, {high:.3f}] for these cases, from what is uncertain about log Z"
        yield f"log Z            {evaluation.log_z:.3f} ± {evaluation.log_z_error:.3f}, by walks in both directions"
        yield "walks                               log Z   spread   worth"
        yield _walks_line("forward, from base rates", forward)
        for place, walks in evaluation.reverse.items():
            yield _walks_line(f"reverse, from {place}", walks)
    yield f"verdict          {'trust' if evaluation.trusted else 'do not trust'}"
    for reason in evaluation.reasons:
        yield f"  - {reason}"


def _walks_line(name, walks):
    n = len(walks.log_weights)
    return f"  {name:<38} {walks.log_z:10.3f} {walks.spread:8.2f} {walks.effective_sample_size:7.1f} of {n}"
