"""The window of `dgm play gan`, played by simulated events."""
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from pointer import click_button, drawn, fire, saved

from numpy_dgm.play.gan_window import ARROWS, GRID, LIMIT, LONGEST, STEPS, GANWindow, arrows, colours_of
from numpy_dgm.play.ring import RingGame
from numpy_dgm.play.window import PALE_BLUE, PALE_ORANGE, hidden_figure


def new_window(on_agg=False):
    fig = hidden_figure()
    if on_agg:
        FigureCanvasAgg(fig)
    return GANWindow(RingGame(np.random.default_rng(0)), fig)


def test_the_buttons_move_the_player_that_they_name():
    window = new_window()
    game = window.game
    assert list(window.buttons) == ["run", "step D", "step G", "begin anew"]
    click_button(window, "step D")
    click_button(window, "step D")
    assert (game.discriminator_steps, game.generator_steps) == (2, 0)
    click_button(window, "step G")
    assert (game.discriminator_steps, game.generator_steps) == (2, 1)
    assert window.plane.get_title().startswith("2 steps of D, 1 of G: samples at ")
    x = game.samples()
    click_button(window, "begin anew")
    assert (game.discriminator_steps, game.generator_steps) == (0, 0) and not np.array_equal(x, game.samples())
    assert window.plane.get_title().startswith("0 steps of D, 0 of G")


def test_while_it_runs_both_players_step(monkeypatch):
    window = new_window()
    started = []
    monkeypatch.setattr(window.timer, "start", lambda: started.append(True))
    click_button(window, "run")
    fire(window.timer)
    fire(window.timer)
    assert started and window.game.discriminator_steps == window.game.generator_steps == 2 * STEPS


def test_the_sliders_set_rate_and_penalty():
    window = new_window()
    window.sliders["learning rate"].set_val(-2)
    window.sliders["penalty R1"].set_val(np.log10(2.5))
    np.testing.assert_allclose([window.game.trainer.rate, window.game.weight], [0.01, 2.5])
    assert window.sliders["learning rate"].valtext.get_text() == "0.01"
    assert window.sliders["penalty R1"].valtext.get_text() == "2.5"


def test_what_is_drawn_is_the_state_of_the_game():
    window = new_window()
    game = window.game
    for _ in range(2):
        window.turn()
    x = game.samples()
    np.testing.assert_array_equal(np.column_stack(window.samples.get_data()), x)
    np.testing.assert_array_equal(window.arrows.get_offsets(), x[:ARROWS])
    push = game.push(x)[:ARROWS]
    np.testing.assert_allclose(np.column_stack([window.arrows.U, window.arrows.V]), arrows(push), rtol=1e-6)
    np.testing.assert_array_equal(np.column_stack(window.real.get_data()), game.real)
    steps, losses = window.discriminator_line.get_data()
    assert list(losses) == list(game.discriminator_losses) and steps[-1] == 0 and len(steps) == 2 * STEPS
    assert list(window.generator_line.get_data()[1]) == list(game.generator_losses)


def test_the_ground_has_the_colour_of_what_d_says_there():
    """The first row of the surface is the lowest, y = -LIMIT; and so on up."""
    window = new_window()
    axis = np.linspace(-LIMIT, LIMIT, GRID, dtype=np.float32)
    for y, row in zip(axis, window.surface.get_array()):
        p = window.game.surface(np.column_stack([axis, np.full(GRID, y)]))
        assert np.mean(row == colours_of(p)) > 0.98  # the others are at an edge of two colours
    assert window.surface.origin == "lower" and window.surface.get_extent() == [-LIMIT, LIMIT, -LIMIT, LIMIT]


def test_colours_go_from_orange_by_white_to_blue():
    drawn_as = colours_of(np.array([0.0, 0.25, 0.5, 0.75, 1.0]))
    expected = [to_rgb(name) for name in (PALE_ORANGE, PALE_ORANGE, "white", PALE_BLUE, PALE_BLUE)]
    np.testing.assert_allclose(drawn_as, expected)
    assert len(np.unique(colours_of(np.linspace(0, 1, 1000)), axis=0)) == 9  # four steps of either, and white


def test_arrows_point_along_the_push_and_grow_with_it_up_to_a_longest():
    push = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0], [-3e6, -4e6]])
    drawn_as = arrows(push)
    np.testing.assert_allclose(np.linalg.norm(drawn_as, axis=1), LONGEST * np.array([5 / 6, 1 / 3, 0, 1]), rtol=1e-6)
    np.testing.assert_allclose(drawn_as[:, 0] * 4, drawn_as[:, 1] * 3)
    assert np.all(np.sign(drawn_as) == np.sign(push))


def test_a_window_shows_after_a_turn_what_it_shows_drawn_whole_and_in_a_picture():
    window = new_window(on_agg=True)  # which is drawn whole at first
    window.turn()
    moved = drawn(window)
    window.figure.canvas.draw()
    np.testing.assert_array_equal(moved, drawn(window))
    np.testing.assert_allclose(moved.astype(int), saved(window), atol=40)  # where lines cross the edge of axes


def test_a_film_shows_the_players_from_the_start():
    window = new_window()
    window.begin_film()
    assert window.game.discriminator_steps == window.game.generator_steps == 0
