"""Each objective against its definition in probabilities, and its gradients against central differences."""
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numpy_dgm.adversarial.objectives import (
    OBJECTIVES,
    Hinge,
    LeastSquares,
    NonSaturating,
    Saturating,
    Wasserstein,
    cross_entropy,
)
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.records import Record


@dataclass(frozen=True, eq=False, repr=False)
class Logits(Record):
    real: np.ndarray
    fake: np.ndarray

    trainable = ("real", "fake")


def logits(n_real, n_fake, seed):
    """Logits away from the hinge's kinks at 1 and -1."""
    s = np.random.default_rng(seed).normal(scale=2, size=(n_real + n_fake, 1))
    s += 0.02 * np.sign(s - 1) * (np.abs(s - 1) < 0.02) + 0.02 * np.sign(s + 1) * (np.abs(s + 1) < 0.02)
    return Logits(s[:n_real], s[n_real:])


def p(s):
    return 1 / (1 + math.exp(-s))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


# (objective, the discriminator's loss, the generator's loss), from the papers' definitions, case by case
DEFINITIONS = [
    (NonSaturating(), lambda r, f: -mean(math.log(p(s)) for s in r) - mean(math.log(1 - p(s)) for s in f),
     lambda f: -mean(math.log(p(s)) for s in f)),
    (Saturating(), lambda r, f: -mean(math.log(p(s)) for s in r) - mean(math.log(1 - p(s)) for s in f),
     lambda f: mean(math.log(1 - p(s)) for s in f)),
    (NonSaturating(0.9, 0.2),
     lambda r, f: -mean(0.9 * math.log(p(s)) + 0.1 * math.log(1 - p(s)) for s in r)
     - mean(0.2 * math.log(p(s)) + 0.8 * math.log(1 - p(s)) for s in f),
     lambda f: -mean(math.log(p(s)) for s in f)),
    (LeastSquares(), lambda r, f: mean((s - 1) ** 2 / 2 for s in r) + mean(s**2 / 2 for s in f),
     lambda f: mean((s - 1) ** 2 / 2 for s in f)),
    (Wasserstein(), lambda r, f: mean(f) - mean(r), lambda f: -mean(f)),
    (Hinge(), lambda r, f: mean(max(0, 1 - s) for s in r) + mean(max(0, 1 + s) for s in f), lambda f: -mean(f)),
]
IDS = [repr(objective) for objective, _, _ in DEFINITIONS]


@pytest.mark.parametrize("objective, discriminator, generator", DEFINITIONS, ids=IDS)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10_000))
def test_losses_are_their_definitions(objective, discriminator, generator, n_real, n_fake, seed):
    s = logits(n_real, n_fake, seed)
    real, fake = s.real.ravel().tolist(), s.fake.ravel().tolist()
    assert objective.discriminator_loss(s.real, s.fake)[0] == pytest.approx(discriminator(real, fake), rel=1e-12)
    assert objective.generator_loss(s.fake)[0] == pytest.approx(generator(fake), rel=1e-12)


@pytest.mark.parametrize("objective", [objective for objective, _, _ in DEFINITIONS], ids=IDS)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10_000))
def test_gradients_are_those_of_the_losses(objective, n_real, n_fake, seed):
    s = logits(n_real, n_fake, seed)
    _, ds_real, ds_fake = objective.discriminator_loss(s.real, s.fake)
    check_gradient(lambda at: objective.discriminator_loss(at.real, at.fake)[0], s, Logits(ds_real, ds_fake))
    _, ds_fake = objective.generator_loss(s.fake)
    check_gradient(lambda at: objective.generator_loss(at.fake)[0], s, Logits(np.zeros_like(s.real), ds_fake))


def test_minus_the_saturating_generators_loss_is_its_part_of_the_discriminators():
    """The minimax game: what the generator descends is minus the term of the fake cases."""
    s = logits(3, 5, 0)
    of_fake, _ = cross_entropy(s.fake, 0.0)
    assert Saturating().generator_loss(s.fake)[0] == pytest.approx(-of_fake, rel=1e-12)


def test_a_sure_discriminator_stops_the_saturating_generator_and_not_the_other():
    s = np.full((4, 1), -30.0)
    assert np.abs(Saturating().generator_loss(s)[1]).max() < 1e-13
    np.testing.assert_allclose(NonSaturating().generator_loss(s)[1], -0.25)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_large_logits_overflow_nowhere_and_float32_stays(objective):
    s = np.array([[-1e4], [1e4]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        loss, ds_real, ds_fake = objective.discriminator_loss(s, s)
        generators_loss, ds = objective.generator_loss(s)
    assert np.isfinite([loss, generators_loss]).all()
    assert ds_real.dtype == ds_fake.dtype == ds.dtype == np.float32 and ds_real.shape == ds.shape == (2, 1)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_logits_may_be_integers_and_lists(objective):
    s_real, s_fake = np.array([[0.0], [2.0], [-1.0]]), np.array([[-3.0], [0.0]])
    expected = [*objective.discriminator_loss(s_real, s_fake), *objective.generator_loss(s_fake)]
    for form in (lambda s: s.astype(int), lambda s: s.tolist()):
        found = [*objective.discriminator_loss(form(s_real), form(s_fake)), *objective.generator_loss(form(s_fake))]
        for one, other in zip(found, expected):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(InvalidInput, match="s_fake: expected real numbers, got dtype complex128"):
        objective.generator_loss(s_fake * 1j)


@pytest.mark.parametrize("labels, message", [
    (dict(real_label=1.1), "real_label: expected a number in [0, 1], got 1.1"),
    (dict(fake_label=-0.1), "fake_label: expected a number in [0, 1], got -0.1"),
    (dict(real_label=0.4, fake_label=0.5), "fake_label: expected a number below real_label, 0.4, got 0.5"),
])
def test_labels_that_cannot_be_right_are_refused(labels, message):
    for kind in (NonSaturating, Saturating):
        with pytest.raises(InvalidInput) as error:
            kind(**labels)
        assert message in str(error.value)
