"""Bouncing balls: the squared error of the next frame, beside published figures.

    python lessons/reproductions/bouncing_balls.py [--models direct published conditional] [--seeds 0] [--out FOLDER]

The setting of the published figures, after the data script of Sutskever, Hinton and Taylor 2008: films of three balls,
100 frames of 30 x 30 pixels, 4,000 for training and 200 for testing, made by `bouncing_balls` from two generators that
the seed gives. Errors are squared, summed over the 900 pixels, averaged over frames 2 to 100 of all test films. First
come two predictions that cost nothing, also for films of 15 x 15 pixels, where copying the last frame alone is below
what was published for 30 x 30. Then

    direct        the recurrent temporal RBM with V, direct weights from the past to the pixels
    published     with V = 0, as it was published
    conditional   the conditional RBM on the last two frames

each with 400 hidden units, trained in float32 by Adam, a film a step, at a rate that falls linearly to 0; W and R from
N(0, .05²) (conditional: W from N(0, .01²)). HOW has what they do not share. Without V the chains of CD start at the
frame before, as the prediction does: started at the frame itself, what they learn of the past is so little that after
12,000 steps copying was better. Settings were chosen with seed 100, by 20 films made for it beside its training films.
A prediction is mean field from the last frame, in 1, 2, 3, 5 or 10 steps, whichever does best on 20 training films.
With --out the runs are kept, and with each three films that the model makes up: 100 frames after ten true ones.

Published figures as Gan and others 2015 (deep temporal sigmoid belief networks) list them; recalled, not read again.
"""
import argparse
import time
from pathlib import Path

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data.balls import bouncing_balls
from numpy_dgm.data.dataset import data_from_arrays
from numpy_dgm.energy.temporal import (
    copied_frames,
    exact_film_gradient,
    extrapolated_frames,
    film_log_likelihoods,
    generate_films,
    init_conditional_rbm,
    init_rtrbm,
    next_frame_error,
    predict_frames,
)
from numpy_dgm.energy.temporal_training import train_temporal
from numpy_dgm.foundation.gradcheck import check_gradient

MODELS = ("direct", "published", "conditional")
HIDDEN, SCALE, N_PAST = 400, 0.05, 2
HOW = {
    "direct": dict(epochs=6, rate=0.005, k=2),
    "published": dict(epochs=14, rate=0.004, k=5, direct=False, from_before=True),
    "conditional": dict(epochs=3, rate=0.003, k=2),
}
STEPS = (1, 2, 3, 5, 10)  # of mean field
TRAIN, TEST, START = 1, 2, 3  # beside the seed, for generators


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--films", type=int, default=4_000, help="for training")
    parser.add_argument("--test-films", type=int, default=200)
    parser.add_argument("--out", type=Path, help="keep the runs here; the same line goes on with them")
    options = parser.parse_args()
    print(f"the gradient of a tiny model is off central differences of the exact log p by {gradient_error():.0e}")
    print(f"\nsquared error of the next frame, {options.test_films} test films")
    print(f"{'':<28} {'seed':>4} {'15 x 15':>9} {'30 x 30':>9} {'minutes':>8}")
    for seed in options.seeds:
        free_rows(options.test_films, seed)
    for name in options.models:
        for seed in options.seeds:
            model_row(name, seed, options)
    print("published (recalled): RTRBM 3.88, structured RTRBM 3.31, deep temporal sigmoid belief network 2.79")


def gradient_error():
    """The largest error of the gradient of a random RTRBM of 4 + 3 units, relative to its largest entry."""
    rng = np.random.default_rng(0)
    model = init_rtrbm(4, 3, rng, scale=0.7, dtype=np.float64)
    films = rng.integers(0, 2, size=(3, 6, 4))
    gradient = exact_film_gradient(model, films)
    return check_gradient(lambda moved: film_log_likelihoods(moved, films).mean(), model, gradient)


def free_rows(n_films, seed):
    """What copying and extrapolating score at both sizes."""
    errors = {}
    for side in (15, 30):
        films = as_floats(bouncing_balls(n_films, np.random.default_rng([seed, TEST]), side=side))
        predictions = {"the last frame copied": copied_frames, "two frames extrapolated": extrapolated_frames}
        for name, predict in predictions.items():
            errors.setdefault(name, []).append(next_frame_error(films, predict(films)))
    for name, (small, large) in errors.items():
        print(f"{name:<28} {seed:>4} {small:>9.2f} {large:>9.2f}", flush=True)


def as_floats(films):
    """Films of bytes (N, T, rows, columns) as (N, T, D) in [0, 1]."""
    return films.reshape(*films.shape[:2], -1).astype(np.float32) / np.float32(255)


def model_row(name, seed, options):
    """One model trained and measured; with --out a film that it makes up."""
    films = bouncing_balls(options.films, np.random.default_rng([seed, TRAIN]))
    rng = np.random.default_rng(seed)
    mean = films[:100].mean(axis=(0, 1)).ravel() / 255
    if name == "conditional":
        model = init_conditional_rbm(900, HIDDEN, N_PAST, rng, mean)
    else:
        model = init_rtrbm(900, HIDDEN, rng, mean, SCALE)
    cases = data_from_arrays(films.reshape(len(films), -1), name="balls", bits="grey", scale=255)
    folder = None if options.out is None else options.out / f"{name}-{seed}"
    started = time.process_time()
    model, _ = train_temporal(model, cases, rng=rng, batch_size=1, checkpoint=folder, progress=True, **HOW[name])
    minutes = (time.process_time() - started) / 60
    test = bouncing_balls(options.test_films, np.random.default_rng([seed, TEST]))
    steps = min(STEPS, key=lambda steps: mean_error(model, films[:20], steps))
    error = mean_error(model, test, steps)
    print(f"{name:<28} {seed:>4} {'':>9} {error:>9.3f} {minutes:>8.1f}   mean field in {steps}", flush=True)
    if folder is not None:
        made_up(model, seed, folder)


def mean_error(model, films, steps):
    """The error of the next frame in films of bytes (N, T, rows, columns), a film at a time."""
    errors = []
    for film in films:
        true = as_floats(film[None])
        errors.append(next_frame_error(true, predict_frames(model, true, steps)))
    return np.mean(errors)


def made_up(model, seed, folder):
    """Three films of 100 frames that the model makes up after ten true frames, as film.gif."""
    start = as_floats(bouncing_balls(3, np.random.default_rng([seed, START]), 10))
    films = generate_films(model, 3, 100, np.random.default_rng(seed), start)
    films = np.concatenate([start, films], axis=1)
    plots.save_frames(films.reshape(3, 110, 30, 30), "film.gif", folder)


if __name__ == "__main__":
    main()
