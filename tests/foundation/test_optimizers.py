import math

import numpy as np
import pytest

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.optimizers import (
    BLOCK,
    SCHEDULES,
    SGD,
    Adam,
    Momentum,
    MovingAverage,
    RMSProp,
    scheduled_rate,
)

T, P = 40, 7  # steps, parameters
DIRECTIONS = np.random.default_rng(0).normal(size=(T, P))
RATES = np.random.default_rng(1).uniform(0.01, 0.2, size=T).tolist()
START = np.random.default_rng(2).normal(size=P)
OPTIMIZERS = [SGD, Momentum, RMSProp, Adam]


def sgd_by_hand(theta, g, rates):
    for direction, rate in zip(g, rates):
        theta = theta + rate * direction
    return theta


def momentum_by_hand(theta, g, rates, mu=0.9):
    m = 0.0
    for direction, rate in zip(g, rates):
        m = mu * m + rate * direction
        theta = theta + m
    return theta


def rmsprop_by_hand(theta, g, rates, decay=0.9, epsilon=1e-8):
    s = 0.0
    for direction, rate in zip(g, rates):
        s = decay * s + (1 - decay) * direction**2
        theta = theta + rate * direction / (math.sqrt(s) + epsilon)
    return theta


def adam_by_hand(theta, g, rates, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m, s, t = 0.0, 0.0, 0
    for direction, rate in zip(g, rates):
        t = t + 1
        m = beta1 * m + (1 - beta1) * direction
        s = beta2 * s + (1 - beta2) * direction**2
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        theta = theta + rate * m_hat / (math.sqrt(s_hat) + epsilon)
    return theta


BY_HAND = {SGD: sgd_by_hand, Momentum: momentum_by_hand, RMSProp: rmsprop_by_hand, Adam: adam_by_hand}


def run(optimizer, directions=DIRECTIONS, rates=RATES, start=START):
    vector = start.copy()
    for direction, rate in zip(directions, rates):
        optimizer.step(vector, direction, rate)
    return vector


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("sign", [1, -1])
def test_every_parameter_follows_the_equation_written_for_one_number(kind, sign):
    rates = [sign * rate for rate in RATES]
    by_hand = [BY_HAND[kind](float(START[i]), DIRECTIONS[:, i].tolist(), rates) for i in range(P)]
    np.testing.assert_allclose(run(kind(), rates=rates), by_hand, rtol=1e-12)


@pytest.mark.parametrize("optimizer, by_hand, settings", [
    (Momentum(momentum=0.5), momentum_by_hand, (0.5,)),
    (RMSProp(decay=0.6, epsilon=0.1), rmsprop_by_hand, (0.6, 0.1)),
    (Adam(beta1=0.5, beta2=0.7, epsilon=0.1), adam_by_hand, (0.5, 0.7, 0.1)),
])
def test_other_settings_enter_the_equation_where_they_should(optimizer, by_hand, settings):
    vector = run(optimizer, DIRECTIONS[:, :1], start=np.zeros(1))
    expected = by_hand(0.0, DIRECTIONS[:, 0].tolist(), RATES, *settings)
    np.testing.assert_allclose(vector, expected, rtol=1e-12)


@pytest.mark.parametrize("kind, bad", [
    (Momentum, {"momentum": 1.1}), (Momentum, {"momentum": -0.1}), (RMSProp, {"decay": 1}), (RMSProp, {"epsilon": 0}),
    (Adam, {"beta1": 1}), (Adam, {"beta2": 1}), (Adam, {"epsilon": 0}), (Adam, {"beta1": np.nan}),
])
def test_settings_that_cannot_be_right_are_refused(kind, bad):
    [(name, value)] = bad.items()
    with pytest.raises(InvalidInput, match=f"{name}: expected a number in .*, got {value}"):
        kind(**bad)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_positive_rate_climbs_and_a_negative_one_descends(kind):
    """On f(θ) = -|θ|²/2, whose gradient is -θ, from θ = 1."""
    for rate, climbs in [(0.01, True), (-0.01, False)]:
        vector, optimizer = np.ones(P), kind()
        for _ in range(20):
            optimizer.step(vector, -vector, rate)
        assert np.all((vector < 1) == climbs)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_step_moves_the_vector_in_place_and_nothing_else(kind):
    vector, direction = START.copy(), DIRECTIONS[0].copy()
    window = vector[2:5]
    kind().step(vector, direction, 0.1)
    assert not np.array_equal(window, START[2:5])
    np.testing.assert_array_equal(direction, DIRECTIONS[0])


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("schedule", [*SCHEDULES, "late", "thirds"])
def test_float32_stays_float32_with_every_schedule(kind, schedule):
    optimizer, vector = kind(), START.astype(np.float32)
    directions = DIRECTIONS.astype(np.float32)
    for step in range(T):
        rate = scheduled_rate(schedule, 0.1, step / T)
        assert type(rate) is float  # a float64 scalar of NumPy's would promote the whole product
        assert (rate * directions[step]).dtype == np.float32
        optimizer.step(vector, directions[step], rate)
    state = [value for value in vars(optimizer).values() if isinstance(value, np.ndarray)]
    assert all(value.dtype == np.float32 for value in [vector, *state])
    rates = [scheduled_rate(schedule, 0.1, step / T) for step in range(T)]
    np.testing.assert_allclose(vector, run(kind(), rates=rates), atol=T * 1e-6)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_made_ready_is_like_one_that_has_moved_and_takes_the_same_steps(kind):
    """So that a fresh run says what a checkpoint of it must hold."""
    ready, moved = kind(), kind()
    ready.start(START)
    run(moved)
    for name, value in vars(moved).items():
        own = getattr(ready, name)
        assert type(own) is type(value) and np.shape(own) == np.shape(value)
    np.testing.assert_array_equal(run(ready), run(kind()))


def test_adam_with_a_direction_that_stays_the_same_steps_by_the_rate():
    """m̂ = g and ŝ = g² from the first step on, so each step is α sign(g) up to ε / |g|."""
    vector, g = np.zeros(2), np.array([3.0, -0.01])
    optimizer = Adam()
    for step in range(1, 6):
        vector_before = vector.copy()
        optimizer.step(vector, g, 0.1)
        np.testing.assert_allclose(vector - vector_before, 0.1 * np.sign(g), rtol=1e-5)


def test_adam_takes_a_vector_of_several_blocks_as_it_takes_its_parts():
    """A parameter's steps are its own: two whole blocks and a short one against three vectors, bit for bit."""
    rng = np.random.default_rng(0)
    start, directions = rng.normal(size=2 * BLOCK + 3), rng.normal(size=(3, 2 * BLOCK + 3))
    whole = run(Adam(), directions, start=start)
    for part in (slice(0, 1000), slice(1000, BLOCK + 1), slice(BLOCK + 1, None)):
        np.testing.assert_array_equal(whole[part], run(Adam(), directions[:, part], start=start[part]))


def test_rmsprop_with_a_direction_that_stays_the_same_steps_by_the_rate_in_the_end():
    """s = (1 - dᵗ) g² after t steps, so that a step is α sign(g) / √(1 - dᵗ), however large g is."""
    vector, g, optimizer = np.zeros(2), np.array([3.0, -0.01]), RMSProp(decay=0.5)
    for step in range(1, 30):
        vector_before = vector.copy()
        optimizer.step(vector, g, 0.1)
        np.testing.assert_allclose(vector - vector_before, 0.1 * np.sign(g) / math.sqrt(1 - 0.5**step), rtol=1e-5)


def test_momentum_with_a_direction_that_stays_the_same_grows_to_its_limit():
    vector, optimizer = np.zeros(1), Momentum(momentum=0.9)
    for _ in range(300):
        before = vector.copy()
        optimizer.step(vector, np.ones(1), 0.1)
    np.testing.assert_allclose(vector - before, 0.1 / (1 - 0.9), rtol=1e-9)


@pytest.mark.parametrize("schedule, at_start, half_way, at_end", [
    ("constant", 1, 1, 1), ("linear", 1, 0.5, 0), ("cosine", 1, 0.5, 0), ("late", 1, 1, 0),
    ("thirds", 1, math.sqrt(0.005), 0.005),
])
def test_schedules_have_their_ends_and_their_middle(schedule, at_start, half_way, at_end):
    rates = [scheduled_rate(schedule, 0.3, progress) for progress in (0, 0.5, 1)]
    np.testing.assert_allclose(rates, 0.3 * np.array([at_start, half_way, at_end]), atol=1e-15)


@pytest.mark.parametrize("progress", np.linspace(0, 1, 11).tolist())
def test_schedules_are_their_formulas_in_between(progress):
    assert scheduled_rate("linear", 0.3, progress) == 0.3 * (1 - progress)
    half_cosine = 0.3 * math.cos(math.pi * progress / 2) ** 2  # (1 + cos 2a) / 2 = cos² a
    assert math.isclose(scheduled_rate("cosine", 0.3, progress), half_cosine, abs_tol=1e-15)
    late = 0.3 if progress <= 0.7 else 0.3 - (progress - 0.7)  # 0 at 1
    assert math.isclose(scheduled_rate("late", 0.3, progress), late, abs_tol=1e-15)
    thirds = 0.3 if progress < 1 / 3 else 0.3 * 0.005 if progress > 2 / 3 else 0.3 * 200 ** (1 - 3 * progress)
    assert math.isclose(scheduled_rate("thirds", 0.3, progress), thirds, rel_tol=1e-12)


def test_an_unknown_schedule_is_named():
    with pytest.raises(ValueError, match="schedule: expected one of .*'linear'.*, got 'lineer'"):
        scheduled_rate("lineer", 0.1, 0.5)


def averages(decay, vectors):
    average = MovingAverage(decay)
    for vector in vectors:
        average.update(vector)
        yield average.vector.copy()


def test_the_moving_average_is_the_plain_mean_while_few_steps_are_taken():
    """t / (t + 1) <= d as long as t <= d / (1 - d), which is 19 for d = 0.95."""
    for t, value in enumerate(averages(0.95, DIRECTIONS[:20])):
        np.testing.assert_allclose(value, DIRECTIONS[: t + 1].mean(axis=0), atol=1e-14)


def test_the_moving_average_is_exponential_afterwards():
    value = DIRECTIONS[:5].mean(axis=0)  # d = 0.8: the plain mean of t / (t + 1) <= 0.8, the first 5
    *_, last = averages(0.8, DIRECTIONS)
    for vector in DIRECTIONS[5:]:
        value = 0.8 * value + 0.2 * vector
    np.testing.assert_allclose(last, value, atol=1e-13)


def test_the_moving_average_owns_its_vector_and_keeps_float32():
    vector = START.astype(np.float32)
    average = MovingAverage(0.9)
    average.update(vector)
    vector += 1
    np.testing.assert_array_equal(average.vector, START.astype(np.float32))
    average.update(vector)
    assert average.vector.dtype == np.float32
