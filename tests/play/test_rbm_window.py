"""The window of `dgm play rbm`, played by simulated events."""
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from pointer import click, click_button, drawn, fire, pointer, saved

from numpy_dgm import RBM, init_rbm
from numpy_dgm.play.chain import Chain
from numpy_dgm.play.rbm_window import BURN_IN, FADED, MOST_FILTERS, RBMWindow
from numpy_dgm.play.window import AMBER, BLUE, PALE_BLUE, blend, hidden_figure

ROWS, COLUMNS = 3, 4


def new_window(cases=None, n_hidden=5, on_agg=False):
    rbm = init_rbm(ROWS * COLUMNS, n_hidden, np.random.default_rng(0), dtype=np.float64)
    rbm.W[:] *= 100
    fig = hidden_figure()
    if on_agg:
        FigureCanvasAgg(fig)
    return RBMWindow(Chain(rbm, np.random.default_rng(1), cases), (ROWS, COLUMNS), fig)


def test_a_click_clamps_the_pixel_below_it_on_then_off_and_then_frees_it():
    window = new_window()
    chain, pixel = window.chain, 1 * COLUMNS + 3
    for value, clamped in ((1, True), (0, True), (0, False)):
        click(window.visible, 3.2, 0.8)  # column, row
        assert chain.clamped.nonzero()[0].tolist() == [pixel] * clamped and chain.v[pixel] == value
        colour = {(1, True): BLUE, (0, True): PALE_BLUE, (0, False): "white"}[value, clamped]
        np.testing.assert_allclose(window.pixels.get_array()[1, 3], to_rgb(colour))
    for x, y, pixel in ((-0.49, -0.49, 0), (3.49, 2.49, 11)):  # corners
        click(window.visible, x, y)
        assert chain.clamped[pixel]
    assert chain.clamped.sum() == 2


def test_a_drag_does_to_all_pixels_on_its_way_what_the_click_did_to_the_first():
    window = new_window()
    window.chain.clamp(2, 0)
    pointer("motion_notify", window.visible, 1, 1)  # no button is held
    pointer("button_press", window.visible, 0, 0)
    pointer("motion_notify", window.visible, 3, 0)
    pointer("motion_notify", window.visible, 3, 2)
    pointer("motion_notify", window.energies, -50, 0)
    pointer("button_release", window.visible, 3, 2)
    pointer("motion_notify", window.visible, 0, 2)
    assert window.chain.clamped.nonzero()[0].tolist() == [0, 1, 2, 3, 7, 11]
    assert window.chain.v[window.chain.clamped].all()


def test_clicks_elsewhere_clamp_nothing():
    window = new_window()
    for ax in (window.filters.axes, window.energies, window.means.axes):
        click(ax, *np.mean([ax.get_xlim(), ax.get_ylim()], axis=1))
    pointer("button_press", window.energies, -50, 0)
    pointer("motion_notify", window.visible, 1, 1)
    assert not window.chain.clamped.any() and window.chain.steps == 0


def test_the_buttons_do_what_they_say():
    window = new_window(cases=np.eye(ROWS * COLUMNS))
    chain = window.chain
    assert list(window.buttons) == ["run", "step", "start at noise", "start at a case", "clamp lower half", "free all"]
    click_button(window, "step")
    click_button(window, "step")
    assert chain.steps == 2 and "step 2" in window.visible.get_title()
    click_button(window, "start at a case")
    case = chain.v
    assert case.sum() == 1 and chain.steps == 0 and "step 0" in window.visible.get_title()
    np.testing.assert_array_equal(window.means.get_array().ravel(), case)
    click_button(window, "clamp lower half")
    assert chain.clamped.tolist() == [False] * 4 + [True] * 8  # the middle row of three belongs to it
    click_button(window, "step")
    click_button(window, "start at noise")
    assert np.array_equal(chain.v[4:], case[4:]) and chain.steps == 0
    for _ in range(3):
        click_button(window, "step")
    assert np.array_equal(chain.v[4:], case[4:])
    click_button(window, "free all")
    assert not chain.clamped.any()


def test_without_training_cases_there_is_no_button_for_them():
    assert "start at a case" not in new_window().buttons


def test_the_slider_sets_the_temperature():
    window = new_window()
    slider = window.sliders["temperature T"]
    assert slider.valtext.get_text() == "1"
    lit = window.lamps.get_array().copy()
    for exponent, temperature, text in ((np.log10(2.5), 2.5, "2.5"), (1, 10, "10"), (-1, 0.1, "0.1")):
        slider.set_val(exponent)
        np.testing.assert_allclose(window.chain.temperature, temperature)
        assert slider.valtext.get_text() == text and not np.array_equal(window.lamps.get_array(), lit)
    click(slider.ax, 0.5, 0.5)
    np.testing.assert_allclose(window.chain.temperature, 10**0.5, rtol=1e-3)


def test_while_it_runs_the_timer_makes_steps(monkeypatch):
    window = new_window()
    calls = []
    monkeypatch.setattr(window.timer, "start", lambda: calls.append("start"))
    monkeypatch.setattr(window.timer, "stop", lambda: calls.append("stop"))
    click_button(window, "run")
    assert calls == ["start"] and window.buttons["run"].label.get_text() == "pause"
    window.chain.clamp(5, 1)
    for steps in (1, 2, 3):
        fire(window.timer)
        assert window.chain.steps == steps and window.chain.v[5] == 1
    assert window.timer.interval == 100
    click_button(window, "run")
    assert calls == ["start", "stop"] and window.buttons["run"].label.get_text() == "run"


def test_what_is_drawn_is_the_state_of_the_chain():
    window = new_window()
    chain = window.chain
    chain.clamp([3, 4], [1, 0])
    chain.set_temperature(2)
    for _ in range(5):
        window.turn()
    grey = np.where(chain.v == 1, 0.15, 1.0)
    colours = np.repeat(grey[:, None], 3, axis=1)
    colours[3], colours[4] = to_rgb(BLUE), to_rgb(PALE_BLUE)
    np.testing.assert_allclose(window.pixels.get_array(), colours.reshape(ROWS, COLUMNS, 3))
    np.testing.assert_array_equal(window.means.get_array().ravel(), chain.p_v)
    steps, values = window.energy_line.get_data()
    assert steps.tolist() == [-5, -4, -3, -2, -1, 0] and values.tolist() == list(chain.free_energies)
    low, high = window.energies.get_ylim()
    assert low < min(values) and max(values) < high


def test_each_filter_stands_before_the_lamp_of_its_own_unit():
    """Two lines of three; each filter in the middle of its lamp."""
    window = new_window()
    weights = window.chain.rbm.W.T.reshape(5, ROWS, COLUMNS)
    p_h = window.chain.hidden_probs()
    canvas, opacity, lamps = window.filters.get_array(), window.filters.get_alpha(), window.lamps.get_array()
    assert lamps.shape == (2, 3, 3)
    left, right, bottom, top = window.lamps.get_extent()
    for j in range(5):
        line, column = j // 3, j % 3
        y, x = 1 + line * (ROWS + 3), 1 + column * (COLUMNS + 3)  # behind a frame of one pixel
        region = np.s_[y : y + ROWS, x : x + COLUMNS]
        np.testing.assert_array_equal(canvas[region], weights[j])
        np.testing.assert_allclose(opacity[region], FADED + (1 - FADED) * p_h[j])
        np.testing.assert_allclose(lamps[line, column], blend("0.95", AMBER, p_h[j : j + 1])[0])
        wide, high = (right - left) / 3, (bottom - top) / 2  # of a lamp
        np.testing.assert_allclose(x + (COLUMNS - 1) / 2, left + (column + 0.5) * wide)
        np.testing.assert_allclose(y + (ROWS - 1) / 2, top + (line + 0.5) * high)
    low, high = window.filters.get_clim()
    assert -low == high == np.abs(weights).max()


def test_of_many_hidden_units_the_first_are_shown_and_it_is_said():
    window = new_window(n_hidden=MOST_FILTERS + 7)
    assert window.filters.axes.get_title().startswith("hidden units, 100 of 107, lit")
    assert window.lamps.get_array().shape == (10, 10, 3)
    np.testing.assert_allclose(window.filters.get_alpha()[1, 1], FADED + (1 - FADED) * window.chain.hidden_probs()[0])


def test_a_window_shows_after_a_turn_what_it_shows_drawn_whole_and_in_a_picture():
    window = new_window(on_agg=True)  # which is drawn whole at first
    click(window.visible, 1, 0)
    click(window.visible, 2, 1)
    click(window.visible, 2, 1)
    assert window.chain.clamped.nonzero()[0].tolist() == [1, 6]
    for _ in range(2):  # of which the first may draw all, with other numbers beside the free energy
        window.turn()
    moved = drawn(window)
    window.figure.canvas.draw()
    np.testing.assert_array_equal(moved, drawn(window))
    np.testing.assert_allclose(moved.astype(int), saved(window), atol=40)  # where lines cross the edge of axes


def test_a_film_begins_with_a_clamped_lower_half_of_a_case_and_noise_above():
    window = new_window(cases=np.tile([0, 1, 1], 4)[None])
    window.begin_film()
    assert window.chain.clamped.tolist() == [False] * 4 + [True] * 8 and window.chain.steps == 0
    assert window.chain.v[4:].tolist() == np.tile([0, 1, 1], 4)[4:].tolist()
    upper = []
    for _ in range(20):
        window.begin_film()
        upper.append(window.chain.v[:4])
    assert 0 < np.mean(upper) < 1 and np.std(upper, axis=0).all()


def test_without_cases_a_film_begins_with_half_of_a_sample():
    """Of an RBM whose pixels are all on but for one sample in a million."""
    rbm = RBM(np.zeros((ROWS * COLUMNS, 1)), np.full(ROWS * COLUMNS, 20.0), np.zeros(1))
    window = RBMWindow(Chain(rbm, np.random.default_rng(0)), (ROWS, COLUMNS), hidden_figure())
    window.begin_film()
    assert window.chain.v[4:].all() and BURN_IN >= 1000
