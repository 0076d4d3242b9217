"""Completion against the exact conditional distribution of small models."""
import numpy as np
import pytest
from chi_square import chi_square_p_value
from models import random_rbm

from numpy_dgm.energy import Bernoulli, Softmax, free_energy, gibbs_step
from numpy_dgm.energy.completion import complete
from numpy_dgm.energy.units import BitsAndLabel
from numpy_dgm.foundation.checks import InvalidInput

CHAINS = 6_000


@pytest.mark.parametrize("visible, n, held", [
    (Softmax(3), 9, [True, True, True, False, False, False, False, False, False]),
    (Softmax(3), 9, [False, False, False, True, True, True, False, False, False]),
    (Bernoulli(), 4, [True, False, True, False]),
])
def test_completions_are_distributed_as_the_rest_given_what_is_held(visible, n, held):
    """6,000 chains after 30 steps, by chi-square over all values of the rest."""
    rbm = random_rbm(n, 2, 1.0, 0, visible=visible)
    held = np.array(held)
    states = visible.states(n, 0, visible.n_states(n))
    start = states[-2]
    fits = (states[:, held] == start[held]).all(axis=1)
    weights = np.exp(-free_energy(rbm, states[fits]))
    p = weights / weights.sum()
    v = complete(rbm, np.tile(start, (CHAINS, 1)), held, 30, np.random.default_rng(1))
    assert (v[:, held] == start[held]).all()
    counts = [(v == state).all(axis=1).sum() for state in states[fits]]
    assert len(counts) >= 4 and chi_square_p_value(counts, CHAINS * p) > 1e-3


@pytest.mark.parametrize("steps", [1, 3])
def test_draws_come_in_the_order_that_the_docstring_says(steps):
    """The noise, then h and v of each step; what is held goes back after each."""
    rbm, held = random_rbm(4, 3, 3.0, 2), np.array([True, False, False, True])
    v = np.tile([[1.0, 0, 0, 1], [0, 1, 1, 1]], (100, 1))
    rng = np.random.default_rng(3)
    expected = np.where(held, v, (rng.random((200, 4)) < 0.5).astype(float))
    for _ in range(steps):
        expected = np.where(held, v, gibbs_step(rbm, expected, rng))
    np.testing.assert_array_equal(complete(rbm, v, held, steps, np.random.default_rng(3)), expected)


def test_what_the_free_units_held_before_does_not_matter():
    rbm, held = random_rbm(6, 3, 1.0, 2, visible=Softmax(3)), np.arange(6) < 3
    one, other = np.eye(3)[[[0, 1]]].reshape(1, 6), np.eye(3)[[[0, 2]]].reshape(1, 6)
    found = [complete(rbm, v, held, 2, np.random.default_rng(4)) for v in (one, other)]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("change, message", [
    ({"held": [True, False]}, "held: expected booleans of shape .6,., got bool of shape .2,."),
    ({"held": np.ones(6)}, "held: expected booleans of shape .6,., got float64"),
    ({"held": np.arange(6) < 2}, "held: expected whole softmax groups, got part of one"),
    ({"steps": 0}, "steps"), ({"rng": 3}, "rng"), ({"v": np.ones((2, 6))}, "v: expected groups of 3"),
])
def test_arguments_that_cannot_be_are_refused(change, message):
    rbm = random_rbm(6, 3, 1.0, 2, visible=Softmax(3))
    arguments = {"v": np.eye(3)[[[0, 1]]].reshape(1, 6), "held": np.arange(6) < 3, "steps": 1,
                 "rng": np.random.default_rng(0)}
    with pytest.raises(InvalidInput, match=message):
        complete(rbm, **{**arguments, **change})


def test_a_part_of_the_labels_of_an_image_is_refused():
    rbm = random_rbm(7, 3, 1.0, 2, visible=BitsAndLabel(3))
    v = np.array([[1.0, 0, 1, 0, 0, 1, 0]])
    held = np.array([True, False, False, False, False, True, False])
    with pytest.raises(InvalidInput, match="^held: expected whole softmax groups, got part of one$"):
        complete(rbm, v, held, 2, np.random.default_rng(0))
    held[4:] = True
    assert (complete(rbm, v, held, 2, np.random.default_rng(0))[0, held] == v[0, held]).all()
