"""Films of balls that bounce in a box: made films whose next frame follows from the last two, but for what is hidden.

The box is 10 x 10. Balls of radius 1.2 start at random places where they touch neither a wall nor one another, with
random velocities. A frame is one unit of time, two steps of 1/2: each ball moves along its velocity, then bounces off
the walls that it reaches, then pairs that touch exchange the parts of their velocities along the line between them,
which is an elastic collision of equal masses.

    pixel = min(1, Σ over balls of exp(-(d² / 1.2²)⁴))        d from the centre of the pixel to that of the ball

so that a ball is white with a soft edge. Velocities change neither their sum of squares, 1/4, nor anything else of the
balls than their places: what is moving where cannot be seen in a single frame.

N films    T frames    n balls

After the script for bouncing balls of Sutskever, Hinton and Taylor 2008, The recurrent temporal restricted Boltzmann
machine; 30 x 30 pixels, three balls and 100 frames are the setting that later papers compare with.
"""
import numpy as np

from ..foundation.checks import check_fits, check_generator, check_integer
from ..foundation.types import Array, Generator

BOX = 10.0  # length of a side
RADIUS = 1.2
SPEED = 0.5  # √(Σ of the squares of all velocities of a film)
LOWEST_START = 2.0  # balls start with both coordinates above it
STEPS_PER_FRAME = 2
MOST_BALLS = 5  # more hardly find room at random
WHITE = 255


def bouncing_balls(n_films: int, rng: Generator, n_frames: int = 100, n_balls: int = 3, side: int = 30) -> Array:
    """Films of bouncing balls, in grey levels from 0 to 255: (n_films, n_frames, side, side) of uint8.

    Draws, in this order: all velocities, then all places, those again that do not fit, until they all do.
    Raises InvalidInput.
    """
    n_films = check_integer("n_films", n_films)
    n_frames = check_integer("n_frames", n_frames)
    n_balls = check_integer("n_balls", n_balls, most=MOST_BALLS)
    side = check_integer("side", side)
    check_fits("n_films", n_films, n_films, n_frames, side, side)
    check_generator("rng", rng)
    films = np.empty((n_films, n_frames, side, side), np.uint8)
    places = ball_places(n_films, rng, n_frames, n_balls)
    for film, path in zip(films, places):
        film[:] = np.rint(WHITE * draw_balls(path, side))
    return films


def ball_places(n_films: int, rng: Generator, n_frames: int, n_balls: int) -> Array:
    """Where the balls are in each frame: (n_films, n_frames, n_balls, 2). Draws as `bouncing_balls` does."""
    velocity = rng.standard_normal((n_films, n_balls, 2))
    norm = np.sqrt(np.square(velocity).sum(axis=(1, 2), keepdims=True))
    velocity *= SPEED / norm
    place = start_places(n_films, rng, n_balls)
    places = np.empty((n_films, n_frames, n_balls, 2))
    for t in range(n_frames):
        places[:, t] = place
        for _ in range(STEPS_PER_FRAME):
            place += velocity / STEPS_PER_FRAME
            bounce_off_walls(place, velocity)
            bounce_off_each_other(place, velocity)
    return places


def start_places(n_films: int, rng: Generator, n_balls: int) -> Array:
    """Places at which no ball touches a wall or another: (n_films, n_balls, 2)."""
    place = np.empty((n_films, n_balls, 2))
    to_draw = np.arange(n_films)
    while len(to_draw) > 0:
        place[to_draw] = LOWEST_START + (BOX - LOWEST_START) * rng.random((len(to_draw), n_balls, 2))
        to_draw = to_draw[~is_free(place[to_draw])]
    return place


def is_free(place: Array) -> Array:
    """For each film whether its balls touch neither a wall nor one another: (N, n, 2) -> (N,) of bool."""
    inside = np.asarray(((place >= RADIUS) & (place <= BOX - RADIUS)).all(axis=(1, 2)))
    for i in range(place.shape[1]):
        for j in range(i):
            inside &= distance(place[:, i], place[:, j]) >= 2 * RADIUS
    return inside


def distance(one: Array, other: Array) -> Array:
    """The distance of points: (N, 2), (N, 2) -> (N,)."""
    return np.sqrt(np.square(one - other).sum(axis=1))


def bounce_off_walls(place: Array, velocity: Array) -> None:
    """Turn the velocities (N, n, 2), in place, away from the walls that balls have reached."""
    is_low = place < RADIUS
    is_high = place > BOX - RADIUS
    velocity[is_low] = np.abs(velocity[is_low])
    velocity[is_high] = -np.abs(velocity[is_high])


def bounce_off_each_other(place: Array, velocity: Array) -> None:
    """Let balls that touch and approach one another exchange velocities (N, n, 2), in place, along their line."""
    for i in range(place.shape[1]):
        for j in range(i):
            apart = distance(place[:, i], place[:, j])
            line = (place[:, i] - place[:, j]) / apart[:, None]  # (N, 2), of length 1
            closing = ((velocity[:, j] - velocity[:, i]) * line).sum(axis=1)  # the speed at which they approach
            exchanged = np.where((apart < 2 * RADIUS) & (closing > 0), closing, 0.0)[:, None] * line
            velocity[:, i] += exchanged
            velocity[:, j] -= exchanged


def draw_balls(places: Array, side: int) -> Array:
    """Frames with balls at those places: (T, n, 2) -> (T, side, side), in [0, 1]. The first coordinate is the column.
    """
    ticks = (np.arange(side) + 0.5) * BOX / side  # (side,) the centres of the pixels
    frames = np.zeros((len(places), side, side), np.float32)
    for ball in range(places.shape[1]):
        across = np.square(ticks - places[:, ball, 0, None]) / RADIUS**2  # (T, side)
        up = np.square(ticks - places[:, ball, 1, None]) / RADIUS**2
        squares = (up[:, :, None] + across[:, None, :]).astype(np.float32)  # (T, side, side) d² / radius²
        np.square(squares, out=squares)
        np.square(squares, out=squares)
        frames += np.exp(-squares)
    return np.minimum(frames, 1)
