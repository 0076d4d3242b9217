"""The two players of `dgm play gan`: steps as train_gan makes them, and arrows that are slopes."""
from dataclasses import replace

import numpy as np
import pytest

from numpy_dgm import InvalidInput, init_mlp, make_gan, train_gan
from numpy_dgm.adversarial import R1
from numpy_dgm.data import draw_mixture, ring_of_gaussians
from numpy_dgm.data.mixtures import to_unit_spread
from numpy_dgm.foundation.numerics import softplus
from numpy_dgm.foundation.optimizers import SGD, Adam
from numpy_dgm.foundation.records import flatten, windows
from numpy_dgm.neural import mlp_forward
from numpy_dgm.play.ring import BATCH_SIZE, SHOWN, RingGame


def new_game(seed=0):
    return RingGame(np.random.default_rng(seed))


def players(game):
    """The parameters of G and of D, copied."""
    return flatten(game.trainer.model.generator), flatten(game.trainer.model.discriminator)


def loss_of_generator(discriminator, x):
    s, _ = mlp_forward(discriminator, x)
    return softplus(-s).mean(dtype=np.float64)


def test_running_is_train_gan_bit_for_bit():
    game = new_game(3)
    game.set_rate(0.01)
    game.set_weight(0.5)
    for _ in range(7):
        game.step()
    rng = np.random.default_rng(3)
    ring = to_unit_spread(ring_of_gaussians())
    draw_mixture(ring, SHOWN, rng)
    rng.standard_normal((SHOWN, 2), dtype=np.float32)
    generator = init_mlp([2, 32, 32, 2], rng, hidden="tanh")
    gan = make_gan(generator, init_mlp([2, 32, 32, 1], rng))
    gan, history = train_gan(gan, ring, rng=rng, steps=7, rate=0.01, penalty=R1(0.5), batch_size=BATCH_SIZE,
                             optimizer=Adam(0.5, 0.99), log_every=7)
    assert np.array_equal(flatten(gan), flatten(game.trainer.model))
    assert len(game.discriminator_losses) == len(game.generator_losses) == 7


def test_a_step_moves_its_own_player_and_is_counted():
    game = new_game()
    before = players(game)
    game.step_discriminator()
    after_d = players(game)
    assert np.array_equal(before[0], after_d[0])
    assert not np.array_equal(before[1], after_d[1])
    assert (game.discriminator_steps, game.generator_steps) == (1, 0)
    assert (len(game.discriminator_losses), len(game.generator_losses)) == (1, 0)
    game.step_generator()
    after_g = players(game)
    assert np.array_equal(after_d[1], after_g[1]) and not np.array_equal(after_d[0], after_g[0])
    assert (game.discriminator_steps, game.generator_steps) == (1, 1)
    assert (len(game.discriminator_losses), len(game.generator_losses)) == (1, 1)


def test_the_arrows_are_minus_the_slope_of_the_generator_s_loss():
    """By central differences in float64."""
    game = new_game()
    for _ in range(20):
        game.step()
    discriminator = game.trainer.model.discriminator
    exact = windows(discriminator, flatten(discriminator).astype(np.float64))
    game.trainer.model = replace(game.trainer.model, discriminator=exact)
    x, h = game.samples()[:10].astype(np.float64), 1e-6
    slope = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slope[i] = (loss_of_generator(exact, up) - loss_of_generator(exact, down)) / (2 * h)
    np.testing.assert_allclose(game.push(x), -len(x) * slope, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_a_step_of_g_moves_the_samples_along_the_arrows_and_down_their_objective(seed):
    """To first order in the step, L_G falls by mean push · Δx. A plain step, so that it is down the slope."""
    game = new_game(seed)
    for _ in range(20):
        game.step()
    game.trainer.generator_optimizer = SGD()
    game.set_rate(1e-3)
    x, discriminator = game.samples(), game.trainer.model.discriminator
    push, before = game.push(x), loss_of_generator(discriminator, x)
    game.step_generator()
    moved = game.samples() - x
    along = (push * moved).sum(axis=1).mean()
    assert along > 0
    np.testing.assert_allclose(loss_of_generator(discriminator, x + moved) - before, -along, rtol=0.1)


@pytest.mark.parametrize("player", [0, 1])
def test_a_first_step_is_as_long_as_the_rate(player):
    moved = []
    for rate in (0.001, 0.002):
        game = new_game()
        game.set_rate(rate)
        before = players(game)[player]
        (game.step_generator, game.step_discriminator)[player]()
        moved.append(players(game)[player] - before)
    np.testing.assert_allclose(moved[1], 2 * moved[0], atol=2e-6)
    assert np.abs(moved[0]).max() > 0.0005


def test_the_penalty_is_weighed():
    losses, moved = [], []
    for weight in (0, 1, 2):
        game = new_game()
        game.set_weight(weight)
        game.step_discriminator()
        losses.append(game.discriminator_losses[0])
        moved.append(players(game)[1])
    assert losses[1] > losses[0] + 0.01
    np.testing.assert_allclose(losses[2] - losses[0], 2 * (losses[1] - losses[0]), rtol=1e-5)
    assert not np.array_equal(moved[0], moved[1])


def test_the_penalty_that_is_set_on_the_way_holds_from_then_on_and_for_new_players():
    game = new_game()
    game.step()
    game.set_weight(50)
    game.set_rate(0.01)
    before = players(game)
    game.begin()
    assert (game.discriminator_steps, game.generator_steps, len(game.discriminator_losses)) == (0, 0, 0)
    assert not np.array_equal(before[0], players(game)[0]) and len(game.generator_losses) == 0
    assert game.trainer.settings.penalty == R1(50) and game.trainer.rate == game.trainer.discriminator_rate == 0.01
    game.step_discriminator()
    assert game.discriminator_losses[0] > 3  # most of which is the penalty


def test_the_surface_is_the_probability_of_being_real():
    game = new_game()
    x = game.samples()
    s, _ = mlp_forward(game.trainer.model.discriminator, x)
    np.testing.assert_allclose(game.surface(x), 1 / (1 + np.exp(-s[:, 0])), rtol=1e-5)


def test_the_same_samples_are_followed():
    game = new_game()
    x = game.samples()
    assert x.shape == game.real.shape == (SHOWN, 2) and np.array_equal(x, game.samples())
    game.step_discriminator()
    assert np.array_equal(x, game.samples())
    expected, _ = mlp_forward(game.trainer.model.generator, game.z)
    assert np.array_equal(x, expected)


def test_modes_are_counted_where_samples_are_near(monkeypatch):
    game = new_game()
    near = np.repeat(game.ring.centres[[1, 4, 6]] + [0.2, 0], 50, axis=0)
    monkeypatch.setattr(game, "samples", lambda: near)
    assert game.modes_found() == 3
    monkeypatch.setattr(game, "samples", lambda: near + [0.1, 0])
    assert game.modes_found() == 0


def test_the_players_find_the_ring():
    game = new_game()
    for _ in range(900):
        game.step()
    assert game.modes_found() == 8
    distance = np.linalg.norm(game.samples()[:, None] - game.ring.centres, axis=2).min(axis=1)
    assert (distance < 0.25).mean() > 0.5


def test_what_cannot_be_set_is_refused():
    game = new_game()
    with pytest.raises(InvalidInput, match=r"^rate: expected a number in \(0, inf\), got 0$"):
        game.set_rate(0)
    with pytest.raises(InvalidInput, match=r"^weight: expected a number in \[0, 1e\+12\], got -1$"):
        game.set_weight(-1)
    with pytest.raises(InvalidInput, match="^rng: expected a numpy.random.Generator"):
        RingGame(0)
    assert game.weight == 0.1 and game.rate == 0.004
