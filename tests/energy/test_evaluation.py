"""evaluate_rbm against exact likelihoods, and its verdict on models built to mislead it."""
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest
from chi_square import chi_square_survival
from models import draw_exactly, random_bits, random_rbm, small_rbm

from numpy_dgm import open_data
from numpy_dgm.energy import (
    RBM,
    Bernoulli,
    Gaussian,
    Softmax,
    annealing,
    evaluate_rbm,
    evaluation,
    free_energy,
    gibbs_step,
    independent_pixels,
    log_likelihood,
    log_partition,
)
from numpy_dgm.energy.annealing import (
    Walks,
    base_log_partition,
    base_rbm,
    bennett,
    effective_sample_size,
    summarise_reverse,
)
from numpy_dgm.energy.evaluation import reasons_for_distrust, starting_places, walks_down
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.numerics import logsumexp

KINDS = (Bernoulli(), Gaussian(), Softmax(3))
PLACES = ("the forward walks' ends", "the data", "a flat base", "mirrored base rates", "random hidden layers")


def by_walks(rbm, v, seed=0, n_temperatures=100, n_walks=40, executor=None):
    """`evaluate_rbm` by annealed walks, shorter ones than by default."""
    return evaluate_rbm(rbm, v, np.random.default_rng(seed), "ais", executor, n_temperatures, n_walks)


def labels(reasons):
    """What each reason begins with."""
    return {reason.partition(":")[0] for reason in reasons}


# ---- exactly


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_the_exact_evaluation_is_the_mean_of_the_exact_log_likelihood(dtype, tolerance):
    rbm, v, rng = random_rbm(7, 5, 1.0, 0, dtype), random_bits(30, 7, 1), np.random.default_rng(0)
    log_p = log_likelihood(RBM(*(getattr(rbm, name).astype(np.float64) for name in "Wbc")), v)
    for method in ("exact", "auto"):
        found = evaluate_rbm(rbm, v, rng, method)
        np.testing.assert_allclose(found.log_likelihood, log_p.mean(), rtol=tolerance)
        np.testing.assert_allclose(found.standard_error, log_p.std(ddof=1) / np.sqrt(30), rtol=1000 * tolerance)
        assert found.interval == (found.log_likelihood, found.log_likelihood)
        assert (found.method, found.log_z, found.log_z_error) == ("exact", log_partition(rbm), 0)
        assert found.forward is None and found.reverse == {} and found.trusted and len(found.reasons) == 1
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state  # nothing was drawn


def test_auto_anneals_only_where_no_layer_can_be_listed():
    """26 bits a layer are too many to list; where W is 0, Z is known all the same."""
    rbm, v = replace(random_rbm(26, 26, 0.5, 0), W=np.zeros((26, 26))), random_bits(30, 26, 1)
    found = evaluate_rbm(rbm, v, np.random.default_rng(0), n_temperatures=60, n_walks=40)
    assert found.method == "ais" and found.trusted
    assert abs(found.log_z - base_log_partition(rbm)) < 4.5 * found.log_z_error < 0.2
    with pytest.raises(InvalidInput, match="got 26 visible and 26 hidden units"):
        evaluate_rbm(rbm, v, np.random.default_rng(0), "exact")


def test_a_single_case_has_no_error_over_the_cases():
    found = evaluate_rbm(random_rbm(7, 5, 1.0, 0), random_bits(1, 7, 1), np.random.default_rng(0))
    assert np.isnan(found.standard_error) and np.isfinite(found.log_likelihood)


def test_shipped_data_can_be_handed_in_as_they_are():
    bars = open_data("bars-and-stripes")
    rbm = random_rbm(9, 4, 0.5, 0, np.float32)
    found = evaluate_rbm(rbm, bars, np.random.default_rng(0))
    np.testing.assert_allclose(found.log_likelihood, log_likelihood(rbm, bars[:]).mean(), rtol=1e-6)


# ---- by walks


@pytest.mark.parametrize("visible, hidden", [(v, h) for v in KINDS for h in KINDS], ids=repr)
def test_walks_find_the_exact_log_likelihood_for_every_kind_of_units(visible, hidden):
    """Within 4.5 standard errors of log Z, which are small here; the data are exact samples."""
    rbm = small_rbm(visible, hidden, 2, 2, 0.6, 1)
    v = draw_exactly(rbm, 40, np.random.default_rng(0))
    found = by_walks(rbm, v, n_temperatures=30)
    exact = log_likelihood(rbm, v)
    assert found.trusted and found.method == "ais" and found.n_cases == 40
    assert abs(found.log_likelihood - exact.mean()) < 4.5 * found.log_z_error < 0.2
    np.testing.assert_allclose(found.standard_error, exact.std(ddof=1) / np.sqrt(40), rtol=1e-9)


def test_the_parts_of_an_evaluation_fit_together():
    """log Z from the forward walks and those down from where they end, Bennett's way; 1.96 errors around."""
    rbm, v = random_rbm(8, 5, 1.0, 0, np.float32), random_bits(30, 8, 1)
    found = by_walks(rbm, v, n_walks=21)
    assert tuple(found.reverse) == PLACES
    assert len(found.forward.log_weights) == 21 and {len(walks.v) for walks in found.reverse.values()} == {10}
    assert (found.log_z, found.log_z_error) == bennett(found.forward, found.reverse["the forward walks' ends"])
    np.testing.assert_allclose(found.log_likelihood, np.mean(-free_energy(rbm, v.astype(np.float32))) - found.log_z)
    low, high = found.interval
    np.testing.assert_allclose([found.log_likelihood - low, high - found.log_likelihood], 1.96 * found.log_z_error)


def test_the_interval_covers_as_often_as_it_says():
    """40 easy models. The number of those within the interval is binomial, 95 % of 40: 33 or fewer has a probability
    of 3e-3. The errors over their standard errors are about N(0, 1), so that their squares add up to a chi-square:
    neither tail may be below 1e-3, which intervals half or twice as wide would miss."""
    squares = []
    for seed in range(40):
        rbm, v = random_rbm(8, 5, 0.6, seed), random_bits(20, 8, seed)
        found = by_walks(rbm, v, seed, n_temperatures=25)
        error = found.log_likelihood - log_likelihood(rbm, v).mean()
        assert found.trusted and abs(error) < 0.5
        squares.append((error / found.log_z_error) ** 2)
    assert np.sum(np.array(squares) < 1.96**2) > 33
    assert 1e-3 < chi_square_survival(sum(squares), 40) < 1 - 1e-3


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_numbers_are_the_same_bits_however_many_threads_walk(workers):
    rbm, v = random_rbm(8, 5, 1.0, 0), random_bits(30, 8, 1)
    with ThreadPoolExecutor(workers) as executor:
        shared = by_walks(rbm, v, n_temperatures=10, n_walks=220, executor=executor)
    assert_same_bits(shared, by_walks(rbm, v, n_temperatures=10, n_walks=220))


def test_the_numbers_are_the_same_bits_when_processes_walk():
    rbm, v = random_rbm(8, 5, 1.0, 0), random_bits(30, 8, 1)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        shared = by_walks(rbm, v, n_temperatures=10, n_walks=220, executor=executor)
    assert_same_bits(shared, by_walks(rbm, v, n_temperatures=10, n_walks=220))


def assert_same_bits(one, other):
    assert (one.log_z, one.log_z_error, one.interval) == (other.log_z, other.log_z_error, other.interval)
    assert one.reasons == other.reasons
    np.testing.assert_array_equal(one.forward.log_weights, other.forward.log_weights)
    for place in PLACES:
        np.testing.assert_array_equal(one.reverse[place].log_weights, other.reverse[place].log_weights)


def test_model_and_data_stay_as_they_were():
    rbm, v = random_rbm(8, 5, 1.0, 0), random_bits(30, 8, 1)
    before = [array.copy() for array in (rbm.W, rbm.b, rbm.c, v)]
    by_walks(rbm, v, n_temperatures=5)
    for array, copy in zip((rbm.W, rbm.b, rbm.c, v), before):
        np.testing.assert_array_equal(array, copy)


# ---- where the reverse walks start


def test_chains_start_at_five_places():
    rbm, v = RBM(np.zeros((6, 3)), np.full(6, 40.0), np.zeros(3)), np.zeros((5, 6))
    base, rng = base_rbm(rbm, np.full(6, 0.2)), np.random.default_rng(0)
    ends = Walks(np.zeros(20), 0.0, 0.0, 20.0, 0.0, np.zeros((20, 6)))
    places = starting_places(rbm, v, base, ends, 1, 400, rng)
    assert tuple(places) == PLACES and all(states.shape == (400, 6) for states in places.values())
    means = {place: states.mean() for place, states in places.items()}
    assert means["the data"] == means["the forward walks' ends"] == 0
    assert means["random hidden layers"] == 1  # drawn from p(v given h): all biases are far from 0
    assert abs(means["mirrored base rates"] - 0.8) < 4.5 * np.sqrt(0.8 * 0.2 / 2400)
    assert abs(means["a flat base"] - 0.5) < 4.5 * np.sqrt(0.25 / 2400)  # with one temperature there is no path


def test_chains_run_for_half_as_many_sweeps_as_there_are_temperatures(monkeypatch):
    sweeps = []
    monkeypatch.setattr(annealing, "_gibbs_step", lambda rbm, v, rng: sweeps.append(len(v)) or v)
    by_walks(random_rbm(6, 3, 1.0, 0), random_bits(4, 6, 1), n_temperatures=10, n_walks=60)
    assert sweeps == [100] * 5 + [50] * 5  # 150 chains, 30 from each of five places: two blocks, five sweeps


def test_walks_down_are_told_apart_by_their_place():
    """With one temperature there is neither a sweep nor a step, so that each walk stays where it starts."""
    rbm, places = random_rbm(1, 1, 1.0, 0), {"off": np.zeros((30, 1)), "on": np.ones((40, 1))}
    down = walks_down(rbm, base_rbm(rbm), places, 1, np.random.default_rng(0))
    assert list(down) == ["off", "on"] and [len(down[place].log_weights) for place in down] == [30, 40]
    assert not down["off"].v.any() and down["on"].v.all()


def test_forward_walks_ends_are_taken_by_their_weights():
    """Ends 0 and 1 with weights 3 : 1; their fractions of 2,000 chains within 4.5 standard errors."""
    rbm, v = RBM(np.zeros((1, 1)), np.zeros(1), np.zeros(1)), np.zeros((5, 1))
    ends = Walks(np.log([3.0, 1.0]) + 900, 0.0, 0.0, 2.0, 0.0, np.array([[0.0], [1.0]]))
    places = starting_places(rbm, v, base_rbm(rbm), ends, 1, 2_000, np.random.default_rng(0))
    fraction = places["the forward walks' ends"].mean()
    assert abs(fraction - 0.25) < 4.5 * np.sqrt(0.25 * 0.75 / 2_000)


# ---- the verdict


def two_mode_rbm(advantage=5.0, depth=2.0):
    """`(rbm, light)`: a pattern of 16 visible and 6 hidden units and its mirror image; light (16,) is the pattern.

    In ±1 units without biases a state and its mirror image have the same energy. The biases against the pattern
    x give the image `advantage` nats more than it, and so exp(advantage) times its mass.
    """
    x, g = np.resize([1.0, -1.0], 16), np.resize([1.0, 1.0, -1.0], 6)
    W = depth * np.outer(x, g)
    return RBM(W=W, b=-W.sum(axis=1) / 2 - advantage * x / 16, c=-W.sum(axis=0) / 2), (x + 1) / 2


def run_chains(rbm, v, sweeps):
    rng = np.random.default_rng(0)
    for _ in range(sweeps):
        v = gibbs_step(rbm, v, rng)
    return v


def test_a_mode_that_no_walk_from_the_data_finds_is_found_and_reported():
    """All data in a mode that holds 1/149 of the mass: both directions agree on it and are off by log 149 = 5.0."""
    rbm, light = two_mode_rbm()
    v = run_chains(rbm, np.tile(light, (50, 1)), 20)
    found, log_z = by_walks(rbm, v), log_partition(rbm)
    data_walks = found.reverse["the data"]
    assert abs(found.forward.log_z - data_walks.log_z) < 0.3
    assert abs(found.forward.log_z - log_z + 5) < 0.5 and abs(data_walks.log_z - log_z + 5) < 0.5
    assert found.forward.effective_sample_size > 35 and found.forward.spread < 0.5  # its own weights show nothing
    assert not found.trusted and labels(found.reasons) == {"different regions"}
    assert "mirrored base rates" in found.reasons[0]


def test_two_modes_that_the_walks_do_find_are_trusted():
    rbm, light = two_mode_rbm(advantage=0.5, depth=0.5)
    v = run_chains(rbm, np.array([light, 1 - light] * 50), 20)
    found = by_walks(rbm, v)
    assert found.trusted and abs(found.log_z - log_partition(rbm)) < 0.1


def test_a_path_of_two_temperatures_is_too_short_for_strong_weights():
    """Biases that make up for the weights, so that the model has many modes and its base none of them."""
    W = random_rbm(60, 12, 1.5, 3).W
    rbm = RBM(W=W, b=-W.sum(axis=1) / 2, c=-W.sum(axis=0) / 2)
    v, log_z = run_chains(rbm, random_bits(50, 60, 0), 200), log_partition(rbm)
    found = by_walks(rbm, v, n_temperatures=2)
    assert not found.trusted and found.forward.log_z < log_z - 5
    assert labels(found.reasons) >= {"low effective sample size", "weights too spread", "directions disagree"}
    found = by_walks(rbm, v, n_temperatures=200)
    assert found.trusted and abs(found.log_z - log_z) < 0.5


def up(log_weights):
    """Forward walks with these weights."""
    log_z = logsumexp(log_weights) - np.log(len(log_weights))
    return Walks(log_weights, log_z, 0.0, effective_sample_size(log_weights), log_weights.std(), None)


def down(log_weights):
    return summarise_reverse(log_weights, np.empty((len(log_weights), 1)))


def agreeing(log_weights):
    """Reverse walks with these weights, shifted so that their joint estimate is 0."""
    walks = down(log_weights)
    return down(log_weights - walks.log_z)


def two_values(spread):
    """100 log weights with exactly this standard deviation."""
    return spread * np.repeat([-1.0, 1.0], 50)


def one_heavy(effective):
    """100 weights, all 1 but one, with this effective sample size, (99 + w)² / (99 + w²): their logs."""
    w = max(np.roots([effective - 1, -198, 99 * effective - 99**2]).real)
    return np.append(np.zeros(99), np.log(w))


def with_outliers(n_outliers, height):
    """100 log weights, 0 but for `n_outliers` of this height."""
    return np.append(np.zeros(100 - n_outliers), np.full(n_outliers, height))


FRACTION, SPREAD = evaluation.LEAST_EFFECTIVE_FRACTION, evaluation.MOST_SPREAD
GAP, MARGIN = evaluation.MOST_DISAGREEMENT, evaluation.OUTLIER_MARGIN
MOST_OUTLIERS = int(evaluation.MOST_OUTLIERS * 100)  # of 100 walks
SAME = np.zeros(100)


PLACES_KNOWN = PLACES[:2]


@pytest.mark.parametrize("place", PLACES_KNOWN)
@pytest.mark.parametrize("forward, known, label", [
    (up(one_heavy(100 * FRACTION + 0.1)), None, None),
    (up(one_heavy(100 * FRACTION - 0.1)), None, "low effective sample size"),
    (up(two_values(SPREAD - 0.01)), None, None),
    (up(two_values(SPREAD + 0.01)), None, "weights too spread"),
    (up(SAME), agreeing(two_values(1.0)), None),
    (up(two_values(SPREAD - 0.1)), agreeing(two_values(SPREAD + 0.01)), "weights too spread"),
    (up(SAME), down(SAME + GAP - 0.01), None),
    (up(SAME), down(SAME + GAP + 0.01), "directions disagree"),
    (up(SAME), down(SAME - GAP - 0.01), "directions disagree"),
])
def test_each_reason_about_the_weights_is_given_at_its_limit_and_alone(forward, known, label, place):
    """All walks down agree with the walks up, but for those from `place`, which are `known` where it is given."""
    reverse = {name: down(SAME + forward.log_z) for name in PLACES}
    if known is not None:
        reverse[place] = down(known.log_weights + forward.log_z)
    assert labels(reasons_for_distrust(forward, reverse)) == (set() if label is None else {label})


@pytest.mark.parametrize("place", PLACES_KNOWN)
@pytest.mark.parametrize("error_up, error_down", [(0.3, 0.0), (0.0, 0.4), (0.3, 0.4)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_directions_may_disagree_by_as_much_more_as_chance_explains(sign, error_up, error_down, place):
    forward = replace(up(SAME), standard_error=error_up)
    most = GAP + 1.96 * np.sqrt(error_up**2 + error_down**2)
    for gap, expected in ((most - 0.01, set()), (most + 0.01, {"directions disagree"})):
        reverse = {name: down(SAME) for name in PLACES}
        reverse[place] = replace(down(SAME + sign * gap), standard_error=error_down)
        assert labels(reasons_for_distrust(forward, reverse)) == expected


@pytest.mark.parametrize("log_weights, is_reported", [
    (SAME - 50, False),  # a place that matters little
    (with_outliers(MOST_OUTLIERS, 50.0), False),
    (with_outliers(MOST_OUTLIERS + 1, MARGIN - 0.01), False),
    (with_outliers(MOST_OUTLIERS + 1, MARGIN + 0.01), True),
])
def test_a_place_is_reported_when_more_walks_from_there_are_outliers_than_chance_explains(log_weights, is_reported):
    reverse = {name: down(SAME) for name in PLACES}
    reasons = reasons_for_distrust(up(SAME), {**reverse, "the moon": down(log_weights)})
    assert labels(reasons) == ({"different regions"} if is_reported else set())
    for reason in reasons:
        assert f"{MOST_OUTLIERS + 1}% from the moon" in reason and not any(name in reason for name in PLACES)


@pytest.mark.parametrize("spread", [0.1, 1.0, 2.0])
def test_walks_down_that_obey_crooks_are_no_outliers(spread):
    """log w up is N(-s²/2, s²), down N(s²/2, s²), for log Z = 0: one walk in 700 is more than 3 s above its mean."""
    rng = np.random.default_rng(0)
    forward = up(rng.normal(-(spread**2) / 2, spread, size=100_000))
    limit = evaluation.outlier_limit(forward)
    np.testing.assert_allclose(limit, spread**2 / 2 + 3 * spread * 0.967 + MARGIN, atol=0.1 + 0.1 * spread)
    assert np.mean(rng.normal(spread**2 / 2, spread, size=100_000) > limit) < 2e-3


def test_a_few_walks_that_found_a_heavy_region_do_not_hide_it():
    weights = np.append(np.random.default_rng(0).normal(scale=0.1, size=95), np.full(5, 10.0))
    forward = up(weights)
    assert evaluation.outlier_limit(forward) < forward.log_z + MARGIN + 1


# ---- rounds of more and more temperatures


def test_rounds_end_with_the_first_that_may_be_trusted(monkeypatch, capsys):
    monkeypatch.setattr(evaluation, "FIRST_TEMPERATURES", 3)
    rbm, v = random_rbm(12, 9, 1.5, 0), random_bits(20, 12, 1)
    found = evaluate_rbm(rbm, v, np.random.default_rng(5), "ais", n_walks=40, minutes=0.2, progress=True)
    rounds, by_hand = [], None
    rng, n = np.random.default_rng(5), 3
    while by_hand is None or not by_hand.trusted:
        rounds.append(n)
        base, forward = evaluation._forward_part(rbm, v, rng, None, n, 40)
        if n == 3 or not evaluation.reasons_of_forward(forward):  # else the rest of the round is left out
            by_hand = evaluation._reverse_part(rbm, v, rng, None, base, forward, n, 40)
        n *= 3
    assert len(rounds) > 1 and found.n_temperatures == rounds[-1]
    assert_same_bits(found, by_hand)
    assert abs(found.log_z - log_partition(rbm)) < 0.5
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "log Z by annealed walks over 3 temperatures, then more, for 0.2 minutes at most"
    assert len(lines) == len(rounds)
    assert lines[1].startswith("3 temperatures do not suffice (") and "; 9 temperatures would take about" in lines[1]


@pytest.mark.parametrize("effective, minutes, rounds, whole", [
    (100, 0, [1000], [1000]),
    (100, 5.9, [1000], [1000]),
    (100, 6.1, [1000, 3000], [1000, 3000]),
    (100, 19.6, [1000, 3000, 9000], [1000, 3000, 9000]),
    (1, 5.9, [1000], [1000]),  # forward walks that will not do by themselves: the rest of the second round is left out
    (1, 15.8, [1000, 3000], [1000, 3000]),  # 1.5 + .9 + 13.5 minutes
    (1, 16.0, [1000, 3000, 9000], [1000, 9000]),
])
def test_no_round_begins_that_would_end_too_late(monkeypatch, effective, minutes, rounds, whole):
    now, forward_parts, whole_rounds = [1000.0], [], []  # seconds; a thousand temperatures take a minute and a half
    rbm, v = random_rbm(6, 3, 1.0, 0), random_bits(4, 6, 1)
    untrusted = replace(by_walks(rbm, v, n_temperatures=5), trusted=False, reasons=("weights too spread: by 3 nats",))

    def forward_part(rbm, data, rng, executor, n_temperatures, n_walks):
        forward_parts.append(n_temperatures)
        now[0] += 18 * n_temperatures / 1000
        return None, replace(untrusted.forward, effective_sample_size=effective, spread=0.0)

    def reverse_part(rbm, data, rng, executor, base, forward, n_temperatures, n_walks):
        whole_rounds.append(n_temperatures)
        now[0] += 72 * n_temperatures / 1000
        return replace(untrusted, n_temperatures=n_temperatures)

    monkeypatch.setattr(evaluation, "_forward_part", forward_part)
    monkeypatch.setattr(evaluation, "_reverse_part", reverse_part)
    monkeypatch.setattr(evaluation.time, "monotonic", lambda: now[0])
    found = evaluate_rbm(rbm, v, np.random.default_rng(0), "ais", minutes=minutes)
    assert forward_parts == rounds and whole_rounds == whole
    assert found.n_temperatures == rounds[-1] and not found.trusted
    more = 3 * rounds[-1]
    assert found.reasons == (*untrusted.reasons, f"no time for more: {more:,} temperatures would take about "
                             f"{1.5 * more / 1000:.1f} minutes, and {minutes:g} were allowed in all")


def test_a_round_that_was_finished_as_the_last_is_the_last(monkeypatch):
    """Its walks down turn out so quick that there would be time for another, whose draws would then be others."""
    now, whole_rounds = [0.0], []
    rbm, v = random_rbm(6, 3, 1.0, 0), random_bits(4, 6, 1)
    untrusted = replace(by_walks(rbm, v, n_temperatures=5), trusted=False, reasons=("weights too spread: by 3 nats",))

    def forward_part(rbm, data, rng, executor, n_temperatures, n_walks):
        now[0] += 18 * n_temperatures / 1000
        return None, replace(untrusted.forward, effective_sample_size=1, spread=0.0)

    def reverse_part(rbm, data, rng, executor, base, forward, n_temperatures, n_walks):
        whole_rounds.append(n_temperatures)
        now[0] += 72 if n_temperatures == 1000 else 1
        return replace(untrusted, n_temperatures=n_temperatures)

    monkeypatch.setattr(evaluation, "_forward_part", forward_part)
    monkeypatch.setattr(evaluation, "_reverse_part", reverse_part)
    monkeypatch.setattr(evaluation.time, "monotonic", lambda: now[0])
    evaluate_rbm(rbm, v, np.random.default_rng(0), "ais", minutes=12)
    assert whole_rounds == [1000, 3000]


# ---- the report


def test_the_report_of_an_exact_evaluation_is_complete():
    found = evaluate_rbm(random_rbm(7, 5, 1.0, 0), random_bits(30, 7, 1), np.random.default_rng(0))
    text = repr(found)
    for piece in (f"{found.log_likelihood:.3f}", f"{found.standard_error:.3f}", f"{found.log_z:.3f}", "30 cases",
                  "exact", "trust", *found.reasons):
        assert piece in text
    assert "do not trust" not in text


@pytest.mark.parametrize("advantage, depth, trusted", [(0.0, 0.2, True), (5.0, 2.0, False)])
def test_the_report_of_walks_is_complete(advantage, depth, trusted):
    rbm, light = two_mode_rbm(advantage, depth)
    found = by_walks(rbm, run_chains(rbm, np.tile(light, (1_000, 1)), 20))
    lines = repr(found).splitlines()
    assert "walks log Z spread ESS" in [" ".join(line.split()) for line in lines]
    text = "\n".join(lines)
    low, high = found.interval
    for piece in (f"{found.log_likelihood:.3f}", f"{low:.3f}", f"{high:.3f}", f"{found.log_z:.3f}",
                  f"{found.log_z_error:.3f}", "1,000 cases", "over 100 temperatures", *found.reasons):
        assert piece in text
    for name, walks in {"forward": found.forward, **found.reverse}.items():
        [line] = [line for line in lines if line.startswith("  ") and f"{walks.log_z:.3f}" in line and name in line]
        assert f"{walks.spread:.2f}" in line and f"{walks.effective_sample_size:.1f}" in line
        assert f"of {len(walks.log_weights)}" in line
    assert found.trusted == trusted == ("do not trust" not in text)
    assert len(found.reasons) >= 1 and sum(line.startswith("verdict") for line in lines) == 1


# ---- the checks of arguments


GREY = np.full((3, 6), 0.5)
MISSING = np.array([[0.0, 0, 0, 1, 0, 0]])


@pytest.mark.parametrize("arguments, message", [
    ({"rbm": None}, "rbm: expected an RBM, got NoneType"),
    ({"rbm": RBM(np.full((6, 3), np.nan), np.zeros(6), np.zeros(3))},
     "rbm.W: expected finite values, got NaN or infinity in 18 of 18"),
    ({"rbm": RBM(np.eye(6), np.zeros(6), np.zeros(6), Gaussian(), Gaussian())},
     "rbm: expected a largest singular value of W below 1 for two Gaussian layers, got 1;"),
    ({"data": np.zeros((3, 5))}, "data: expected shape (cases, 6) with at least one case, got shape (3, 5)"),
    ({"data": np.full((3, 6), 2.0)}, "data: expected values in [0, 1], got values from 2 to 2"),
    ({"data": np.full((3, 6), np.nan)}, "data: expected finite values, got NaN or infinity in 18 of 18"),
    ({"data": np.zeros((0, 6))}, "data: expected shape (cases, 6) with at least one case, got shape (0, 6)"),
    ({"data": GREY}, "data: expected states of the visible layer, got grey levels; open_data's `bits`"),
    ({"data": None}, "data: expected an array or what open_data gives, got NoneType"),
    ({"data": MISSING, "rbm": small_rbm(Softmax(3), Bernoulli(), 2, 1, 1.0, 0)}, "a missing group (all zeros)"),
    ({"rng": 0}, "rng: expected a numpy.random.Generator such as numpy.random.default_rng(0), got int"),
    ({"method": "AIS"}, "method: expected one of 'auto', 'exact', 'ais', got 'AIS'"),
    ({"n_temperatures": 1}, "n_temperatures: expected an integer >= 2, got 1"),
    ({"n_walks": 19}, "n_walks: expected an integer >= 20, got 19"),
    ({"minutes": -1}, "minutes: expected a number in [0, 1e+06], got -1"),
    ({"progress": 2}, "progress: expected one of False, True, got 2"),
])
def test_evaluate_rbm_refuses_what_cannot_be_right(arguments, message):
    settings = {"rbm": random_rbm(6, 3, 1.0, 0), "data": random_bits(4, 6, 1), "rng": np.random.default_rng(0)}
    with pytest.raises(InvalidInput) as error:
        evaluate_rbm(**{**settings, **arguments})
    assert message in str(error.value)


def test_independent_pixels_is_its_definition():
    p, v = np.array([0.2, 0.9, 0.0]), np.array([[1.0, 1, 0], [0, 1, 1]])
    expected = (np.log(0.2) + np.log(0.9) + np.log(0.99) + np.log(0.8) + np.log(0.9) + np.log(0.01)) / 2
    np.testing.assert_allclose(independent_pixels(p, v), expected)
