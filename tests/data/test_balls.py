"""Films of bouncing balls: conservation laws, walls, collisions by hand, pixels by their definition."""
import numpy as np
import pytest

from numpy_dgm.data.balls import (
    ball_places,
    bounce_off_each_other,
    bounce_off_walls,
    bouncing_balls,
    draw_balls,
    is_free,
    start_places,
)
from numpy_dgm.foundation.checks import InvalidInput


def test_films_are_bytes_and_the_same_for_the_same_generator():
    films = bouncing_balls(3, np.random.default_rng(0), n_frames=5, n_balls=2, side=12)
    assert films.shape == (3, 5, 12, 12) and films.dtype == np.uint8 and films.max() == 255 and films.min() == 0
    np.testing.assert_array_equal(films, bouncing_balls(3, np.random.default_rng(0), 5, 2, 12))
    places = ball_places(3, np.random.default_rng(0), 5, 2)
    for film, path in zip(films, places):
        np.testing.assert_array_equal(film, np.rint(255 * draw_balls(path, 12)))
    assert bouncing_balls(1, np.random.default_rng(0)).shape == (1, 100, 30, 30)


def test_copying_the_last_frame_scores_as_at_the_published_setting():
    """TARGETS: 11.82 at 30 x 30, and 2.99 at 15 x 15, of 200 films; here of 20, with a standard error of about .15."""
    for side, expected in ((30, 11.82), (15, 2.99)):
        films = bouncing_balls(20, np.random.default_rng(1), side=side) / 255
        error = np.square(np.diff(films, axis=1)).sum(axis=(2, 3)).mean()
        assert abs(error / expected - 1) < 0.05


def test_balls_start_free_of_walls_and_of_each_other_with_the_speed_of_a_film():
    places = ball_places(200, np.random.default_rng(0), 2, 3)
    start = places[:, 0]
    assert start.min() >= 2 and start.max() <= 10 - 1.2
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.sqrt(np.square(start[:, i] - start[:, j]).sum(axis=1)).min() >= 2.4
    moved = np.square(places[:, 1] - start).sum(axis=(1, 2))  # no more than the speed; less where some bounced
    assert np.median(moved) == pytest.approx(0.25, rel=1e-9) and moved.max() <= 0.25 + 1e-9


def test_velocities_have_no_favoured_direction_and_are_drawn_first():
    places = ball_places(4000, np.random.default_rng(0), 2, 1)
    velocity = places[:, 1] - places[:, 0]
    assert np.abs(velocity.mean(axis=0)).max() < 4.5 * 0.5 / np.sqrt(2 * 4000)
    rng = np.random.default_rng(0)
    drawn = rng.standard_normal((4000, 1, 2))
    drawn *= 0.5 / np.sqrt(np.square(drawn).sum(axis=(1, 2), keepdims=True))
    free = (places[:, 0] > 1.8).all(axis=(1, 2)) & (places[:, 0] < 8.2).all(axis=(1, 2))
    np.testing.assert_allclose(velocity[free], drawn[free], rtol=1e-9)
    np.testing.assert_array_equal(places[:, 0], start_places(4000, rng, 1))


def test_balls_stay_in_the_box_but_for_half_a_step_and_mostly_apart():
    places = ball_places(50, np.random.default_rng(0), 200, 3)
    assert places.min() > 1.2 - 0.25 and places.max() < 8.8 + 0.25
    gaps = [np.sqrt(np.square(places[:, :, i] - places[:, :, j]).sum(axis=2)) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert np.min(gaps) > 2.4 - 0.5
    assert places[:, 100:].max() > 8.5 and places[:, 100:].min() < 1.5  # and they reach all walls


def test_walls_turn_a_velocity_inwards():
    place = np.array([[[1.1, 5.0]], [[8.9, 1.0]], [[5.0, 8.9]], [[1.1, 5.0]], [[1.3, 8.7]]])
    velocity = np.array([[[-0.3, 0.1]], [[0.3, -0.1]], [[-0.2, 0.2]], [[0.3, 0.1]], [[-0.3, 0.1]]])
    bounce_off_walls(place, velocity)
    np.testing.assert_array_equal(velocity[:, 0], [[0.3, 0.1], [-0.3, 0.1], [-0.2, -0.2], [0.3, 0.1], [-0.3, 0.1]])


def test_a_collision_by_hand():
    """Head on along x: velocities are exchanged in x and kept in y. Apart, or already moving apart: nothing."""
    place = np.array([[[3.0, 4], [5, 4]], [[3, 4], [5, 4]], [[3, 4], [5.5, 4]]])
    velocity = np.array([[[0.4, 0.1], [-0.2, 0.3]], [[-0.4, 0.1], [0.2, 0.3]], [[0.4, 0.1], [-0.2, 0.3]]])
    bounce_off_each_other(place, velocity)
    np.testing.assert_allclose(velocity, [[[-0.2, 0.1], [0.4, 0.3]], [[-0.4, 0.1], [0.2, 0.3]],
                                          [[0.4, 0.1], [-0.2, 0.3]]], atol=1e-15)


def test_collisions_keep_momentum_and_energy():
    rng = np.random.default_rng(0)
    place, velocity = 5 + 0.8 * rng.normal(size=(300, 2, 2)), rng.normal(size=(300, 2, 2))
    before = velocity.copy()
    bounce_off_each_other(place, velocity)
    changed = np.any(velocity != before, axis=(1, 2))
    assert 50 < changed.sum() < 250
    np.testing.assert_allclose(velocity.sum(axis=1), before.sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(np.square(velocity).sum(axis=(1, 2)), np.square(before).sum(axis=(1, 2)))


def test_all_pairs_of_balls_collide():
    for i, j in ((0, 1), (0, 2), (1, 2)):
        place = np.array([[[1.0, 1.0], [9.0, 9.0], [1.0, 9.0]]])
        place[0, j] = place[0, i] + [2.0, 0]
        velocity = np.zeros((1, 3, 2))
        velocity[0, i, 0] = 0.3
        bounce_off_each_other(place, velocity)
        assert velocity[0, i, 0] == 0 and velocity[0, j, 0] == pytest.approx(0.3)


def test_a_place_is_free_where_nothing_touches():
    place = np.array([[[2.0, 2], [6, 6]], [[1.1, 2], [6, 6]], [[2, 8.9], [6, 6]], [[4, 4], [5, 5]]])
    np.testing.assert_array_equal(is_free(place), [True, False, False, False])


def test_pixels_are_those_of_the_definition():
    """Pixel by pixel; the first coordinate of a ball is its column, and where two overlap white is the most."""
    places = np.array([[[3.0, 6.5], [4.0, 6.5]]])
    frame = draw_balls(places, 20)[0]
    for row, column in np.ndindex(20, 20):
        light = 0.0
        for x, y in places[0]:
            squared = (((column + 0.5) / 2 - x) ** 2 + ((row + 0.5) / 2 - y) ** 2) / 1.2**2
            light += np.exp(-(squared**4))
        np.testing.assert_allclose(frame[row, column], min(1, light), atol=1e-5)
    assert frame.max() == 1


@pytest.mark.parametrize("changes, message", [
    (dict(n_films=0), "n_films: expected an integer >= 1, got 0"),
    (dict(n_frames=0), "n_frames: expected an integer >= 1, got 0"),
    (dict(n_balls=6), "n_balls: expected an integer in [1, 5], got 6"),
    (dict(side=0), "side: expected an integer >= 1, got 0"),
    (dict(rng=0), "rng: expected a numpy.random.Generator"),
    (dict(n_films=10**9), "n_films: expected what fits into this machine's memory"),
])
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        bouncing_balls(**{"n_films": 1, "rng": np.random.default_rng(0), **changes})
    assert message in str(error.value)
