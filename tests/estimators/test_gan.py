"""GANGenerator against the package's own functions."""
import numpy as np
import pytest
from small_estimators import BITS, POINTS, fitted

from numpy_dgm.adversarial import generate, sliced_wasserstein
from numpy_dgm.estimators import GANGenerator
from numpy_dgm.foundation.checks import InvalidInput


def test_the_generator_makes_rows_in_the_unit_of_the_data():
    model = GANGenerator(4, (32,), learning_rate=0.005, n_iter=300, random_state=0).fit(POINTS)
    rows = model.sample(1000)
    mean, scale = POINTS.mean(axis=0), POINTS.std(axis=0)
    assert rows.shape == (1000, 2)
    assert np.abs((rows.mean(axis=0) - mean) / scale).max() < 0.5
    assert np.abs(np.log(rows.std(axis=0) / scale)).max() < 0.7
    assert model.history_["step"][-1] == 300 and model.gan_.n_latent == 4
    scaled = (POINTS - mean) / scale
    own = np.random.default_rng(0)
    made = generate(model.gan_, 80, own)
    assert model.score(POINTS) == pytest.approx(-sliced_wasserstein(scaled, made, 100, own))
    assert model.score(POINTS) > GANGenerator(4, (32,), n_iter=1, random_state=0).fit(POINTS).score(POINTS)
    many = np.repeat(POINTS, 40, axis=0)  # which are more than are scored
    assert model.score(many) == pytest.approx(model.score(many[::2]), abs=0.05)


def test_rows_in_the_unit_interval_are_learnt_as_they_are():
    model = fitted(GANGenerator, BITS)
    assert model.standardiser_ is None
    rows = model.sample(200)
    assert rows.min() >= 0 and rows.max() <= 1
    rng = fitted(GANGenerator, BITS).random_state_
    np.testing.assert_array_equal(rows, generate(model.gan_, 200, rng))


def test_samples_are_fresh_at_each_call_and_repeated_where_a_state_is_given():
    model = fitted(GANGenerator, POINTS)
    first = model.sample(3)
    assert (first != model.sample(3)).all()
    assert (first != model.sample(3, random_state=0)).all()  # which is where the fit began
    np.testing.assert_array_equal(model.sample(3, random_state=1), model.sample(3, random_state=1))
    assert model.sample().shape == (1, 2)
    with pytest.raises(InvalidInput, match="n_samples: expected an integer >= 1, got 0"):
        model.sample(0)
    with pytest.raises(InvalidInput, match="X: expected at least two rows, got one sample"):
        GANGenerator().fit(POINTS[:1])
