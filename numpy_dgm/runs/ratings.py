"""Runs of RBMs of ratings: `dgm train ratings`, what `dgm evaluate` does with them, and `dgm recommend`."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.ratings import CASES, SPLITS, Ratings, planted_ratings, read_ratings, split_ratings
from ..energy.rating_biases import fit_biases, predict_by_biases, rmse
from ..energy.ratings import (
    RatingsRBM,
    check_ratings_rbm,
    expected_rating,
    init_ratings_rbm,
    rating_deviation,
    rating_probs,
)
from ..energy.ratings_training import RatingsSettings, RatingsTrainer, train_ratings
from ..foundation.checks import check_choice, check_number, invalid, one_line
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from ..foundation.types import Array
from .loading import LoadedRun, draw_curves, seed_of

HELP = "an RBM of ratings, which recommends what a user has not seen"
DESCRIPTION = """\
Train an RBM on ratings of items by users, most of which are missing. A missing rating is no value: each case is a model
of the ratings that it has. The run holds out a part of the ratings, for dgm evaluate to predict; see also
dgm recommend.

  dgm train ratings --data u.data --out run/              MovieLens 100K
  dgm train ratings --data u1.base --test 0 --out run/    and then: dgm evaluate run/ --data u1.test

What to try: --validation 0.1 to see how well ratings are predicted while it learns; --weight-decay from 0.002 to 0.02;
--cases users, which is how these models were published."""
TRAINER, SETTINGS = RatingsTrainer, RatingsSettings
PLANTED = "planted"
FILES_HELP = "the path of u.data, ratings.csv, ratings.dat or of any text with a rating a line"
check_model = check_ratings_rbm
draw_training = draw_curves


@dataclass(frozen=True, kw_only=True)
class ColumnOptions(Settings):
    """Which column of a file is what: arguments of `read_ratings`."""

    user_column: str = setting(None, "a name in the header, or a number from 0 (default: by its usual names)")
    item_column: str = setting(None, "likewise")
    rating_column: str = setting(None, "likewise")
    time_column: str = setting(None, "likewise; none leaves the times out")


@dataclass(frozen=True, kw_only=True)
class TrainOptions(ColumnOptions, RatingsSettings):
    """`dgm train ratings`"""

    data: str = setting(help=f"{FILES_HELP}; or {PLANTED}, 8,000 ratings of known structure")
    cases: str = setting("items", "what is a case; the others are the visible units", choices=CASES)
    test: float = setting(0.2, "fraction of the ratings to hold out for dgm evaluate", below=1)
    split: str = setting("random", "which are held out: any, that fraction of each user's, or the latest",
                         choices=SPLITS)
    validation: float = setting(0.0, "fraction of the other ratings to hold out and predict after each epoch", below=1)
    hidden: int = setting(400, "hidden units")
    tied: bool = setting(True, "take one weight for a pair of units, times the rating's level, for all its values")
    epochs: int = setting(80, "passes over the cases")
    average: float = setting(0.997, "give back the moving average of the parameters with this decay", above=0, below=1)
    seed: int = setting(0, "everything drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(ColumnOptions):
    """The root mean square error of predicted ratings that the run has not learnt from, beside that of biases of users
    and items.
    """

    data: str = setting(None, "other ratings to predict, such as u1.test (default: those that the run holds out)")
    ratings: str = setting(None, "where the ratings are that the run learnt from (default: where they were)")


SampleOptions = sample = None  # each row of ratings is a model of its own: there are no whole samples


@dataclass(frozen=True, kw_only=True)
class RecommendOptions(Settings):
    """`dgm recommend RUN`"""

    user: str = setting(help="the user to recommend to, as the data call them")
    count: int = setting(10, "how many items")
    ratings: str = setting(None, "where the ratings are that the run learnt from (default: where they were)")


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[RatingsRBM, History]:
    """Train an RBM with its state kept in `folder`, or go on with the run that is there: `(rbm, history)`."""
    ratings = open_ratings(options.data, opening(options))
    if progress:
        print(f"data  {ratings.summary()}")
    how = {name: getattr(options, name) for name in ("seed", "cases", "test", "split", "validation")}
    learnt, validation, _ = parts_of(ratings, how)
    data, rng = learnt.matrix(options.cases), np.random.default_rng(options.seed)
    rbm = init_ratings_rbm(data, ratings.values, options.hidden, rng, tied=options.tied)
    held_out = None if validation is None else validation.matrix(options.cases)
    return train_ratings(rbm, data, rng=rng, held_out=held_out, checkpoint=folder, metadata=how, progress=progress,
                         **options.only(RatingsSettings))


def opening(options: ColumnOptions) -> dict:
    """What of the options read_ratings is to be told, by name."""
    return {name: value for name, value in options.only(ColumnOptions).items() if value is not None}


def open_ratings(source: str, columns: dict) -> Ratings:
    """The ratings of that name or path. Raises InvalidInput."""
    if source != PLANTED:
        return read_ratings(source, **columns)
    ratings, _ = planted_ratings(200, 160, 3, 0.25, np.random.default_rng(0))
    return ratings


def parts_of(ratings: Ratings, how: dict) -> tuple[Ratings, Ratings | None, Ratings | None]:
    """`(learnt from, held out in training, held out for the test)` of a run with that seed, test, split, validation.

    The second and the third are None where nothing is held out. Draws of two generators of their own, made of the seed.
    """
    learnt, validation, test = ratings, None, None
    if how["test"] > 0:
        learnt, test = split_ratings(ratings, how["test"], how["split"], np.random.default_rng([how["seed"], 1]))
    if how["validation"] > 0:
        learnt, validation = split_ratings(learnt, how["validation"], "random", np.random.default_rng([how["seed"], 2]))
    return learnt, validation, test


def reopen_ratings(run: LoadedRun, source: str | None) -> tuple[Ratings, dict]:
    """`(the ratings that the run has parts of, how it was split)`, read again, from `source` where it is given.

    InvalidInput where they are not there, or have changed.
    """
    known, how = run.description, run.metadata
    is_ours = isinstance(known.get("ratings"), str) and isinstance(known.get("opened_with"), dict)
    if not is_ours or not {"cases", "test", "split", "validation"} <= set(how):
        raise invalid(run.folder, "a run of dgm train ratings", "one made in Python",
                      "how its ratings were split is not known; rating_probs predicts")
    how = {
        "cases": check_choice("cases", how["cases"], CASES),
        "split": check_choice("split", how["split"], SPLITS),
        "test": check_number("test", how["test"], 0, 1, open_high=True),
        "validation": check_number("validation", how["validation"], 0, 1, open_high=True),
        "seed": seed_of(run),
    }
    where = source or known.get("path") or known["ratings"]
    columns = {name: value for name, value in known["opened_with"].items() if name in ColumnOptions.__annotations__}
    advice = "--ratings says where they are"
    if where != PLANTED and not Path(where).is_file():
        raise invalid(where, "the ratings that the run learnt from", "no such file", advice)
    ratings = open_ratings(where, columns)
    if ratings.checksum != known.get("checksum"):
        raise invalid(where, f"the ratings that the run learnt from ({one_line(known.get('checksum'), 60)})",
                      f"others ({ratings.checksum})", advice)
    width = len(ratings.users if how["cases"] == "items" else ratings.items)
    if len(run.model.b) != width:
        raise invalid(run.folder, f"a model of {width} units", len(run.model.b))
    return ratings, how


@dataclass(frozen=True, eq=False)
class Report:
    """How well ratings are predicted. Printing it gives the report in words."""

    data: str  # on what it was measured
    n_ratings: int
    rmse: float  # of the exact marginal's mean
    mean_field: float  # of mean field's
    biases: float  # of mean + user bias + item bias
    deviation: float  # that the model gives for its own predictions, root mean square
    left_out: str = ""

    def __str__(self) -> str:
        excess = self.biases / self.rmse - 1
        than = f"{abs(excess):.1%} {'more' if excess > 0 else 'less'}"
        lines = [
            f"measured on      {self.data}, {self.n_ratings:,} ratings",
            f"error            {self.rmse:.4f} stars, root mean square",
            f"mean field       {self.mean_field:.4f}, where the marginal is approximated",
            f"for comparison   {self.biases:.4f} by biases of users and items alone, {than}",
            f"how sure it is   {self.deviation:.4f}, the error that it expects itself",
        ]
        return "\n".join([*lines, self.left_out] if self.left_out else lines)


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """The error of predictions of ratings that the run has not learnt from, beside that of biases."""
    ratings, how = reopen_ratings(run, options.ratings)
    learnt, _, test = parts_of(ratings, how)
    left_out = ""
    if options.data is not None:
        user, item, stars, left_out = other_pairs(learnt, open_ratings(options.data, opening(options)))
        what = one_line(options.data, 400)
    elif test is not None:
        user, item, stars = test.user, test.item, test.stars()
        what = f"the {how['test']:.0%} of {one_line(ratings.name, 400)} that the run held out ({how['split']})"
    else:
        raise invalid("data", "ratings to predict, such as u1.test", "nothing", "this run holds none out")
    if len(stars) == 0:
        raise invalid("data", "ratings to predict", f"none that the run can predict ({left_out})")
    case, unit = (item, user) if how["cases"] == "items" else (user, item)
    data = learnt.matrix(how["cases"])
    p = rating_probs(run.model, data, case, unit)
    p_mean_field = rating_probs(run.model, data, case, unit, method="mean-field")
    biases = fit_biases(*learnt.places(how["cases"]), learnt.stars(), data.shape)
    return Report(
        data=what,
        n_ratings=len(stars),
        rmse=rmse(expected_rating(run.model, p), stars),
        mean_field=rmse(expected_rating(run.model, p_mean_field), stars),
        biases=rmse(predict_by_biases(biases, case, unit), stars),
        deviation=float(np.sqrt(np.mean(rating_deviation(run.model, p) ** 2))),
        left_out=left_out,
    )


def other_pairs(learnt: Ratings, other: Ratings) -> tuple[Array, Array, Array, str]:
    """`(user, item, stars, what was left out)` of other ratings, by the indices of those that the run learnt from.

    Users and items that the run does not know are left out, and pairs that it has learnt from.
    """
    user = indices_of(other.users, learnt.users)[other.user]
    item = indices_of(other.items, learnt.items)[other.item]
    is_known = (user >= 0) & (item >= 0)
    n_items = len(learnt.items)
    is_learnt = is_known & np.isin(user * n_items + item, learnt.user * n_items + learnt.item)
    kept = is_known & ~is_learnt
    left_out = (f"left out         {(~is_known).sum():,} ratings of users or items that the run does not know, "
                f"{is_learnt.sum():,} that it learnt from")
    return user[kept], item[kept], other.stars()[kept], left_out if not kept.all() else ""


def indices_of(names: tuple, known: tuple) -> Array:
    """The index in `known` of each of the names, -1 for those that are not there: (n,)."""
    index = {name: i for i, name in enumerate(known)}
    return np.array([index.get(name, -1) for name in names], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Recommendations:
    """Items for a user, the best first. Printing it gives them in words."""

    user: str
    n_seen: int  # ratings of the user in the data
    items: tuple  # their names
    rating: Array  # (n,) predicted
    deviation: Array  # (n,) how far the rating may well be off: its standard deviation
    n_ratings: Array  # (n,) how many ratings of the item the run has learnt from

    def __str__(self) -> str:
        names = [one_line(name, 60) for name in self.items]
        width = max(map(len, [*names, "item"]))
        lines = [f"for user {one_line(self.user, 60)}, who has rated {self.n_seen:,} items",
                 f"{'item':<{width}}  predicted rating     learnt from"]
        lines += [f"{name:<{width}}  {rating:.2f} ± {deviation:.2f} {n:>14,} ratings"
                  for name, rating, deviation, n in zip(names, self.rating, self.deviation, self.n_ratings)]
        return "\n".join(lines)


def recommend(run: LoadedRun, options: RecommendOptions) -> Recommendations:
    """The `count` items with the highest predicted ratings, of those that the user has not rated anywhere in the data.

    Raises InvalidInput for a user that the run does not know, and where `run` is of another kind.
    """
    if run.kind != TRAINER.kind:
        raise invalid(run.folder, f"a run of kind {TRAINER.kind}", f"one of kind {run.kind}")
    ratings, how = reopen_ratings(run, options.ratings)
    if options.user not in ratings.users:
        some = ", ".join(one_line(name, 30) for name in ratings.users[:5])
        raise invalid("user", f"one of the {len(ratings.users):,} users, such as {some}", repr(options.user))
    user = ratings.users.index(options.user)
    seen = ratings.item[ratings.user == user]
    unseen = np.setdiff1d(np.arange(len(ratings.items)), seen)
    if len(unseen) == 0:
        raise invalid("user", "one who has not rated every item", repr(options.user))
    learnt, _, _ = parts_of(ratings, how)
    same = np.full(len(unseen), user)
    case, unit = (unseen, same) if how["cases"] == "items" else (same, unseen)
    p = rating_probs(run.model, learnt.matrix(how["cases"]), case, unit)
    predicted = expected_rating(run.model, p)
    best = np.argsort(-predicted, kind="stable")[: options.count]
    n_ratings = np.bincount(learnt.item, minlength=len(ratings.items))[unseen[best]]
    return Recommendations(options.user, len(seen), tuple(ratings.items[i] for i in unseen[best]), predicted[best],
                           rating_deviation(run.model, p)[best], n_ratings)
