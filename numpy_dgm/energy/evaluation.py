"""The likelihood of an RBM on data, with a verdict: can the estimate be trusted, and if not, why not.

Where the states of a layer can be listed, log Z is exact and so is log p. Otherwise log Z is estimated by annealed
walks in both directions (annealing.py), and an estimate can be wrong without any sign of it in its own weights:
where a region of the states holds most of the mass and no walk has found it, forward and reverse walks agree with
one another on the rest. So chains are also started at places that do not depend on the data, run for a long time,
and annealed down from where they end. For a region R that they found and the forward walks did not,

    log w of a walk down from R  ≈  log Z_R - log p(a forward walk ends in R)

which lies far above the forward walks' estimate when R matters. No finite search can exclude a region that none
of its chains came near; the verdict says what was searched and what was found.

How many temperatures a model needs is not known beforehand. So they come in rounds, 1,000 first and then three times
as many as before, until the estimate of a round may be trusted or the next would take more than the minutes allowed.
The forward walks, about a fifth of the work, come first: where they show by themselves that a round will not do, the
rest of it is left out.

log w: a walk's own estimate of log Z, in nats
"""
import sys
import time
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.batches import check_cases, mean_of_cases
from ..foundation.checks import (
    as_rows,
    check_array,
    check_choice,
    check_executor,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    invalid,
)
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .annealing import Walks, base_rbm, bennett, forward_walks, reverse_walks, sample_base, summarise_reverse
from .likelihood import has_exact_log_z, log_partition
from .rbm import RBM, are_states, check_rbm, free_energies, sample_visible

METHODS = ("auto", "exact", "ais")
FIRST_TEMPERATURES = 1000  # of the first round
GROWTH = 3  # as many temperatures as in the round before, times this
MINUTES = 10.0  # for all rounds, unless told otherwise

# the verdict's limits, tuned on models whose log Z is known (lessons/reproductions/verdict.py)
LEAST_EFFECTIVE_FRACTION = 0.1  # effective sample size of the forward walks over their number
MOST_SPREAD = 2.5  # nats, standard deviation of log w in either direction
MOST_DISAGREEMENT = 0.5  # nats between forward and reverse beyond what chance explains
OUTLIER_MARGIN = 2.0  # nats beyond what chance explains: a log w there is of a region that forward walks do not reach
MOST_OUTLIERS = 0.1  # the fraction of reverse walks from a place that may be outliers; a tenth of the mass is .1 nats


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Record):
    """The result of `evaluate_rbm`. All logarithms are in nats; it prints as a report."""

    method: str  # "exact" or "ais"
    n_cases: int
    log_likelihood: float  # mean log p over the cases
    standard_error: float  # of that mean, over the cases; NaN for one case
    interval: tuple[float, float]  # 95 % interval of log_likelihood on these cases, from the uncertainty of log Z
    log_z: float
    log_z_error: float  # standard error of log_z; 0 where it is exact
    forward: Walks | None  # up from the base rates of the data; None where log Z is exact
    reverse: dict[str, Walks]  # starting place -> walks down from where its chains ended
    n_temperatures: int  # of the walks; 0 where log Z is exact
    trusted: bool
    reasons: tuple[str, ...]  # sentences: why it should not be trusted, or why it may be

    def __repr__(self):
        return "\n".join(_report_lines(self))


def evaluate_rbm(rbm: RBM, data: Any, rng: Generator, method: str = "auto", executor: Executor | None = None,
                 n_temperatures: int | None = None, n_walks: int = 100, minutes: float = MINUTES,
                 progress: bool = False) -> Evaluation:
    """Mean log p of the data, in nats, and whether to trust it.

    data (N, D)      states of the visible layer, no grey levels: an array or a Data; or one case (D,)
    rng              a numpy Generator; the exact method draws nothing
    method           "exact": log Z summed over the smaller layer, at most 2^25 states; "ais": estimated by
                     annealed walks in both directions; "auto": exact where possible, else "ais"
    executor         any concurrent.futures.Executor to run the walks in parallel, such as ThreadPoolExecutor(2); the
                     results are the same bits. With OPENBLAS_NUM_THREADS=1 in the environment: workers whose matrix
                     products each take all cores wait for one another
    n_temperatures   models on the path from the base rates to the RBM, at least 2; more of them narrow the weights.
                     None: 1,000, then in rounds three times as many, until a round's estimate may be trusted
    n_walks          forward walks, at least 20; half as many reverse walks from each of five starting places
    minutes          with n_temperatures=None: no round begins that would end later, going by the time of the one before
    progress         say on standard error how long it may take, and why a round is followed by another

    How many rounds fit into the minutes depends on the machine; what each of them draws does not. Raises InvalidInput.
    Neal 2001; Salakhutdinov and Murray 2008; Bennett 1976.
    """
    check_rbm(rbm)
    check_generator("rng", rng)
    check_choice("method", method, METHODS)
    check_executor("executor", executor)
    if n_temperatures is not None:
        n_temperatures = check_integer("n_temperatures", n_temperatures, least=2)
        check_fits("n_temperatures", n_temperatures, n_temperatures)
    n_walks = check_integer("n_walks", n_walks, least=20)
    check_fits("n_walks", n_walks, n_walks, sum(rbm.W.shape))
    minutes = check_number("minutes", minutes, 0, 1e6)
    check_choice("progress", progress, (False, True))
    data = check_cases("data", data, len(rbm.b), rbm.visible.check, one_case=True)
    if not are_states(rbm, data, np.arange(len(data))):
        raise invalid("data", "states of the visible layer", "grey levels",
                      "open_data's `bits` says how grey levels become bits")
    if method == "exact" or method == "auto" and has_exact_log_z(rbm):
        return _exact_evaluation(rbm, data)
    if n_temperatures is not None:
        return _annealed_evaluation(rbm, data, rng, executor, n_temperatures, n_walks)
    return _evaluation_in_rounds(rbm, data, rng, executor, n_walks, minutes, progress)


def _exact_evaluation(rbm, data):
    log_z = log_partition(rbm)
    log_p = -free_energies(rbm, data, np.arange(len(data))) - log_z
    mean = float(log_p.mean())
    return Evaluation(
        method="exact", n_cases=len(data), log_likelihood=mean, standard_error=_error_of_mean(log_p),
        interval=(mean, mean), log_z=log_z, log_z_error=0.0, forward=None, reverse={}, n_temperatures=0, trusted=True,
        reasons=("log Z is exact, not an estimate",),
    )


def _evaluation_in_rounds(rbm, data, rng, executor, n_walks, minutes, progress):
    """The first evaluation that may be trusted, or the last one for which there was time."""
    n_temperatures, ends = FIRST_TEMPERATURES, time.monotonic() + 60 * minutes
    whole = 0.0  # seconds of the latest whole round, over those of its forward walks
    say(progress, f"log Z by annealed walks over {n_temperatures:,} temperatures, then more, for {minutes:g} minutes "
                  "at most")
    while True:
        started = time.monotonic()
        base, forward = _forward_part(rbm, data, rng, executor, n_temperatures, n_walks)
        forward_seconds = max(1e-3, time.monotonic() - started)
        reasons = reasons_of_forward(forward)
        expected = GROWTH * whole * forward_seconds  # of the next round
        is_first = n_temperatures == FIRST_TEMPERATURES
        is_last = not is_first and len(reasons) > 0 and time.monotonic() + expected > ends
        if is_first or is_last or not reasons:
            evaluation = _reverse_part(rbm, data, rng, executor, base, forward, n_temperatures, n_walks)
            whole = (time.monotonic() - started) / forward_seconds
            reasons, expected = evaluation.reasons, GROWTH * whole * forward_seconds
            if evaluation.trusted:
                return evaluation
            if is_last or time.monotonic() + expected > ends:
                next_round = f"{GROWTH * n_temperatures:,} temperatures would take about {expected / 60:.1f} minutes"
                out_of_time = f"no time for more: {next_round}, and {minutes:g} were allowed in all"
                return replace(evaluation, reasons=(*reasons, out_of_time))
        labels = ", ".join(dict.fromkeys(reason.partition(":")[0] for reason in reasons))
        say(progress, f"{n_temperatures:,} temperatures do not suffice ({labels}); {GROWTH * n_temperatures:,} "
                      f"temperatures would take about {expected / 60:.1f} minutes")
        n_temperatures *= GROWTH


def say(progress: bool, line: str) -> None:
    """A line on standard error, where progress is wanted."""
    if progress:
        print(line, file=sys.stderr, flush=True)


def _annealed_evaluation(rbm, data, rng, executor, n_temperatures, n_walks):
    base, forward = _forward_part(rbm, data, rng, executor, n_temperatures, n_walks)
    return _reverse_part(rbm, data, rng, executor, base, forward, n_temperatures, n_walks)


def _forward_part(rbm, data, rng, executor, n_temperatures, n_walks):
    """`(base, forward)`: the model at the start of the path, and walks up from it."""
    base = base_rbm(rbm, mean_of_cases(data, np.arange(len(data))))
    return base, forward_walks(rbm, base, n_temperatures, n_walks, rng, executor)


def _reverse_part(rbm, data, rng, executor, base, forward, n_temperatures, n_walks):
    """The evaluation: walks down from every place, and what they say together with the walks up."""
    places = starting_places(rbm, data, base, forward, n_temperatures, n_walks // 2, rng, executor)
    reverse = walks_down(rbm, base, places, n_temperatures, rng, executor)
    log_z, log_z_error = bennett(forward, reverse["the forward walks' ends"])
    reasons = reasons_for_distrust(forward, reverse)
    log_p = -free_energies(rbm, data, np.arange(len(data))) - log_z
    mean, margin = float(log_p.mean()), 1.96 * log_z_error
    return Evaluation(
        method="ais", n_cases=len(data), log_likelihood=mean, standard_error=_error_of_mean(log_p),
        interval=(mean - margin, mean + margin), log_z=log_z, log_z_error=log_z_error, forward=forward,
        reverse=reverse, n_temperatures=n_temperatures, trusted=not reasons,
        reasons=reasons or _reasons_for_trust(forward, reverse),
    )


def starting_places(rbm: RBM, data: Any, base: RBM, forward: Walks, n_temperatures: int, n_chains: int,
                    rng: Generator, executor: Executor | None = None) -> dict[str, Array]:
    """Where chains start: a dict from the name of a place to states (n_chains, D).

    The forward walks' ends, drawn by their weights, and the data are where the mass is known to be. The other
    three do not depend on the data, or go against them: the ends of walks up from a base with b = 0; samples of
    a base with the biases negated, where what was on is off; visible layers drawn given random hidden layers.
    """
    weights = np.exp(forward.log_weights - forward.log_weights.max())
    flat_base = replace(base, b=np.zeros_like(base.b))
    flat = forward_walks(rbm, flat_base, n_temperatures, n_chains, rng, executor)
    mirrored_base = replace(base, b=-base.b)
    no_input = np.zeros((n_chains, len(rbm.c)), rbm.c.dtype)
    return {
        "the forward walks' ends": forward.v[rng.choice(len(weights), size=n_chains, p=weights / weights.sum())],
        "the data": np.asarray(data[rng.integers(len(data), size=n_chains)], dtype=rbm.W.dtype),
        "a flat base": flat.v,
        "mirrored base rates": sample_base(mirrored_base, n_chains, rng),
        "random hidden layers": sample_visible(rbm, rbm.hidden.sample(rbm.hidden.mean(no_input), rng), rng),
    }


def walks_down(rbm: RBM, base: RBM, places: dict[str, Array], n_temperatures: int, rng: Generator,
               executor: Executor | None = None) -> dict[str, Walks]:
    """Reverse walks from each place after n_temperatures // 2 Gibbs steps from there: a dict from its name to Walks.

    The walks from all places are run together, so that an executor has as many as possible to distribute.
    """
    v = np.concatenate(list(places.values()))
    walks = reverse_walks(rbm, base, n_temperatures, v, rng, executor, n_sweeps=n_temperatures // 2)
    stops = np.cumsum([len(states) for states in places.values()])[:-1]
    parts = zip(np.split(walks.log_weights, stops), np.split(walks.v, stops))
    return {place: summarise_reverse(log_w, v) for place, (log_w, v) in zip(places, parts)}


def reasons_for_distrust(forward: Walks, reverse: dict[str, Walks]) -> tuple[str, ...]:
    """Why the estimate should not be trusted, as sentences; none where it may be.

    forward: walks up; reverse: walks down, by the name of the place that their chains started from.
    """
    reasons = list(reasons_of_forward(forward))
    known = {place: reverse[place] for place in ("the forward walks' ends", "the data")}
    for place, walks in known.items():
        if walks.spread > MOST_SPREAD:
            reasons.append(f"weights too spread: the log weights down from {place} have a standard deviation of "
                           f"{walks.spread:.1f} nats; try more temperatures")
    for place, walks in known.items():
        gap = walks.log_z - forward.log_z
        by_chance = 1.96 * np.hypot(walks.standard_error, forward.standard_error)
        if abs(gap) > MOST_DISAGREEMENT + by_chance:
            reasons.append(f"directions disagree: walks down from {place} estimate log Z {abs(gap):.1f} nats "
                           f"{'higher' if gap > 0 else 'lower'} than forward walks; try more temperatures")
    limit = outlier_limit(forward)
    fractions = {place: np.mean(walks.log_weights > limit) for place, walks in reverse.items()}
    outliers = [f"{fraction:.0%} from {place}" for place, fraction in fractions.items() if fraction > MOST_OUTLIERS]
    if outliers:
        reasons.append("different regions: chains ended where forward walks rarely end, in a region that may hold most "
                       f"of the mass ({', '.join(outliers)}); try more temperatures")
    return tuple(reasons)


def reasons_of_forward(forward: Walks) -> tuple[str, ...]:
    """Those of `reasons_for_distrust` that walks up give by themselves."""
    reasons = []
    n_walks = len(forward.log_weights)
    if forward.effective_sample_size < LEAST_EFFECTIVE_FRACTION * n_walks:
        reasons.append(f"low effective sample size: {forward.effective_sample_size:.1f} of {n_walks} forward walks; "
                       "try more temperatures")
    if forward.spread > MOST_SPREAD:
        reasons.append(f"weights too spread: the forward log weights have a standard deviation of {forward.spread:.1f} "
                       "nats; try more temperatures")
    return tuple(reasons)


def outlier_limit(forward: Walks) -> float:
    """The log w that hardly any walk down exceeds if the forward walks reach all regions.

    If log w is normal with standard deviation s on the way up, it is normal with the same s on the way down,
    around log Z + s²/2 (Crooks 1999). s is taken from the middle two thirds of the forward walks, so that a few
    that did find a heavy region do not hide it.
    """
    low, high = np.quantile(forward.log_weights, [1 / 6, 5 / 6])
    s = (high - low) / 2
    return forward.log_z + s**2 / 2 + 3 * s + OUTLIER_MARGIN


def _reasons_for_trust(forward, reverse):
    """Why the estimate may be trusted, as sentences."""
    gap = reverse["the forward walks' ends"].log_z - forward.log_z
    return (
        f"forward and reverse walks agree to {abs(gap):.2f} nats",
        f"the effective sample size of the {len(forward.log_weights)} forward walks is "
        f"{forward.effective_sample_size:.0f}",
        f"of the chains from each of {len(reverse)} different places at most {MOST_OUTLIERS:.0%} ended where forward "
        "walks rarely end",
    )


def _error_of_mean(log_p):
    return float(log_p.std(ddof=1) / np.sqrt(len(log_p))) if len(log_p) > 1 else np.nan


def _report_lines(evaluation):
    """The lines of the report."""
    n = evaluation.n_cases
    over_cases = "1 case" if n == 1 else f"± {evaluation.standard_error:.3f} over the {n:,} cases"
    yield f"log p per case   {evaluation.log_likelihood:.3f} nats, {over_cases}"
    if evaluation.method == "exact":
        yield f"log Z            {evaluation.log_z:.3f}, exact"
    else:
        low, high = evaluation.interval
        unless = "" if evaluation.trusted else ", if the estimate could be trusted"
        yield f"95 % interval    [{low:.3f}, {high:.3f}] for these cases, from the uncertainty of log Z{unless}"
        yield (f"log Z            {evaluation.log_z:.3f} ± {evaluation.log_z_error:.3f}, by walks in both directions "
               f"over {evaluation.n_temperatures:,} temperatures")
        yield f"{'walks':<40} {'log Z':>10} {'spread':>8} {'ESS':>7}"  # effective sample size
        yield _walks_line("forward, from base rates", evaluation.forward)
        for place, walks in evaluation.reverse.items():
            yield _walks_line(f"reverse, from {place}", walks)
    yield f"verdict          {'trust' if evaluation.trusted else 'do not trust'}"
    for reason in evaluation.reasons:
        yield f"  - {reason}"


def _walks_line(name, walks):
    n = len(walks.log_weights)
    return f"  {name:<38} {walks.log_z:10.3f} {walks.spread:8.2f} {walks.effective_sample_size:7.1f} of {n}"


def independent_pixels(p: Array, v: Array) -> float:
    """Mean log p(v) of bits v (N, D) where pixel i is on with probability pᵢ, independently of the others, in nats.

        log p(v) = Σᵢ vᵢ log pᵢ + (1 - vᵢ) log(1 - pᵢ)

    The baseline that a model has to beat: p (D,) are the means of the training cases, clipped to [.01, .99]. Raises
    InvalidInput.
    """
    p = np.clip(check_array("p", p, ndim=1, low=0, high=1, dtype=np.float64), 0.01, 0.99)
    v = as_rows(check_array("v", v, ndim=(1, 2), width=len(p), low=0, high=1, dtype=np.float64))
    return float(np.mean(v @ np.log(p) + (1 - v) @ np.log1p(-p)))
