"""Ratings: who gave what how many stars; read from files, split into what is learnt from and what is held out.

    read_ratings("u.data")           MovieLens 100K: user, item, rating, time between tabs
    read_ratings("ratings.dat")      MovieLens 1M and 10M: the same between double colons
    read_ratings("ratings.csv")      MovieLens 20M and later: with a header; so any table whose header says what is what

Most pairs of a user and an item have no rating. A Ratings keeps those that there are, a row each; `matrix` lays them
out as cases for a model, -1 where there is none.

Harper and Konstan 2015, The MovieLens datasets.
"""
import csv
import math
import pathlib
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..foundation.checks import (
    check_array,
    check_choice,
    check_generator,
    check_integer,
    check_number,
    invalid,
    one_line,
)
from ..foundation.types import Array, Generator
from .files import DataWarning, content_size
from .tables import find_column, find_delimiter, is_number, line_blocks

CASES = ("items", "users")  # what the rows of a matrix are; the others are its columns
SPLITS = ("random", "user", "time")
MOST_VALUES = 20  # different ratings: each is a value of a softmax unit
COLUMN_NAMES = {
    "user": ("user", "userid", "user_id", "uid", "user id", "user-id", "reviewer", "reviewerid", "reviewer_id"),
    "item": ("item", "itemid", "item_id", "iid", "item id", "movie", "movieid", "movie_id", "book", "bookid", "book_id",
             "isbn", "product", "productid", "product_id", "business_id", "track_id", "artist_id", "anime_id", "asin"),
    "rating": ("rating", "ratings", "score", "stars", "value", "overall", "book-rating", "preference"),
    "time": ("timestamp", "time", "unixreviewtime", "date", "tid"),
}
PLACES = {"user": 0, "item": 1, "rating": 2, "time": 3}  # of the columns where there is no header


@dataclass(frozen=True, eq=False)
class Ratings:
    """R ratings, one of each pair of a user and an item at most. Parts of a split share the names and the values."""

    user: Array  # (R,) indices into users
    item: Array  # (R,) indices into items
    value: Array  # (R,) indices into values
    time: Array | None  # (R,) when it was given, as the file counts; None where it does not say
    users: tuple  # their names, texts
    items: tuple  # their names, texts
    values: tuple  # the different ratings, floats, from the lowest to the highest
    name: str = "ratings"
    path: str | None = None  # the absolute path of the file that they were read from, if any
    opened_with: dict = field(default_factory=dict)  # what read_ratings was told beside the path
    checksum: str = ""  # of all ratings, before any were taken out

    def __len__(self) -> int:
        return len(self.user)

    def __repr__(self) -> str:
        return f"Ratings {self.summary()}"

    def take(self, rows: Any) -> "Ratings":
        """The ratings of those rows alone, a mask or an integer array (n,), with the same names and values."""
        time = None if self.time is None else self.time[rows]
        return replace(self, user=self.user[rows], item=self.item[rows], value=self.value[rows], time=time)

    def stars(self) -> Array:
        """The ratings themselves: (R,) floats."""
        return np.array(self.values)[self.value]

    def places(self, cases: str) -> tuple[Array, Array]:
        """`(row, column)` of each rating in the matrix of those cases, both (R,)."""
        check_choice("cases", cases, CASES)
        return (self.item, self.user) if cases == "items" else (self.user, self.item)

    def matrix(self, cases: str) -> "RatingMatrix":
        """The ratings with items or users as cases, for row numbers to index."""
        row, column = self.places(cases)
        shape = (len(self.items), len(self.users))
        if cases == "users":
            shape = shape[::-1]
        order = np.lexsort((column, row))
        starts = np.searchsorted(row[order], np.arange(shape[0] + 1))
        return RatingMatrix(self, starts, column[order], self.value[order], shape)

    def describe(self) -> dict:
        """What a run keeps of its ratings, in values that JSON can hold: to read them again, and to tell whether they
        have changed since.
        """
        return {"ratings": self.name, "path": self.path, "opened_with": self.opened_with, "checksum": self.checksum}

    def summary(self) -> str:
        """One line for a person."""
        share = len(self) / (len(self.users) * len(self.items))
        values = " ".join(f"{value:g}" for value in self.values)
        return (f"{one_line(self.name)}: {len(self):,} ratings by {len(self.users):,} users of {len(self.items):,} "
                f"items ({share:.1%} of the pairs), of {values}")


@dataclass(frozen=True, eq=False)
class RatingMatrix:
    """Ratings as cases: matrix[rows] gives (n, D) integers, indices into the values, -1 where there is no rating."""

    ratings: Ratings
    starts: Array  # (N + 1,) where each case's ratings begin
    column: Array  # (R,) case by case
    value: Array  # (R,) case by case
    shape: tuple  # (N, D)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        """Those cases as int8 (n, D): rows a slice or an integer array (n,)."""
        rows = np.arange(len(self))[rows]
        v = np.full((len(rows), self.shape[1]), -1, np.int8)
        for n, row in enumerate(rows):
            of_case = slice(self.starts[row], self.starts[row + 1])
            v[n, self.column[of_case]] = self.value[of_case]
        return v

    def describe(self) -> dict:
        """What a run keeps of its data."""
        return self.ratings.describe()


def ratings_from_arrays(user: Any, item: Any, rating: Any, time: Any = None, name: str = "ratings") -> Ratings:
    """Ratings made of arrays (R,): who rated what, names or numbers, and how. Raises InvalidInput.

    Of two ratings of one pair the later one is kept, with a DataWarning.
    """
    stars = check_array("rating", rating, ndim=1, dtype=np.float64)
    columns = {"user": np.asarray(user), "item": np.asarray(item)}
    for label, column in columns.items():
        if column.shape != stars.shape:
            raise invalid(label, f"as many entries as ratings, {len(stars)}", f"shape {column.shape}")
    if time is not None:
        time = check_array("time", time, ndim=1, dtype=np.float64)
        if time.shape != stars.shape:
            raise invalid("time", f"as many entries as ratings, {len(stars)}", f"shape {time.shape}")
    coded = {}
    for label, column in columns.items():
        texts, code = np.unique(column.astype(str), return_inverse=True)
        coded[label] = sort_names([str(text) for text in texts], code.reshape(-1))
    return make_ratings(name, coded["user"], coded["item"], stars, time)


def make_ratings(name: str, user: tuple, item: tuple, stars: Array, time: Array | None, **origin: Any) -> Ratings:
    """Ratings of coded columns: user and item are pairs `(codes (R,), names)`. Raises InvalidInput."""
    values, value = np.unique(stars, return_inverse=True)
    if not 2 <= len(values) <= MOST_VALUES:
        raise invalid(name, f"from 2 to {MOST_VALUES} different ratings, such as 1 to 5 stars", len(values))
    last = last_of_each_pair(name, user[0], item[0], len(item[1]), time)
    whole = Ratings(user[0][last], item[0][last], value.reshape(-1)[last], None if time is None else time[last],
                    user[1], item[1], tuple(float(one) for one in values), name, **origin)
    return replace(whole, checksum=checksum(whole))


def last_of_each_pair(name: str, user: Array, item: Array, n_items: int, time: Array | None) -> Array:
    """The rows to keep, in their order: of the ratings of one pair the latest, or the last in the file."""
    age = np.arange(len(user)) if time is None else time
    order = np.lexsort((np.arange(len(user)), age))
    pair = (user * n_items + item)[order]
    _, from_the_end = np.unique(pair[::-1], return_index=True)
    kept = np.sort(order[len(order) - 1 - from_the_end])
    if len(kept) < len(user):
        warnings.warn(f"{one_line(name)}: {len(user) - len(kept):,} ratings of pairs that were rated again later are "
                      "left out", DataWarning, stacklevel=4)
    return kept


def checksum(ratings: Ratings) -> str:
    """A short text that tells these ratings from others, their names, values and times included."""
    total = zlib.crc32(repr((ratings.users, ratings.items, ratings.values)).encode())
    for column in (ratings.user, ratings.item, ratings.value):
        total = zlib.crc32(np.ascontiguousarray(column, dtype="<i8").data, total)
    if ratings.time is not None:
        total = zlib.crc32(np.ascontiguousarray(ratings.time, dtype="<f8").data, total)
    return f"{len(ratings)} ratings, checksum {total:08x}"


def sort_names(names: list, codes: Array) -> tuple[Array, tuple]:
    """`(codes, names)` with the names in order: as numbers where all of them are integers, else as texts."""
    are_integers = all(re.fullmatch("-?[0-9]+", name) for name in names)
    order = sorted(range(len(names)), key=lambda i: (int(names[i]), names[i]) if are_integers else names[i])
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    return place[codes], tuple(names[i] for i in order)


# files


def read_ratings(path: Any, user_column: str | None = None, item_column: str | None = None,
                 rating_column: str | None = None, time_column: str | None = None) -> Ratings:
    """The ratings in a file of text, gzipped or not: a rating a line. Raises InvalidInput, which names the line.

    Fields stand between commas, semicolons, tabs, double colons or white space. With a header the columns are found by
    their usual names (userId, movieId, rating, timestamp and others); without one they are taken in the order user,
    item, rating, time. The arguments say otherwise: a name of the header, or a number from 0; time_column "none" leaves
    the time out.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise invalid(path, "a file of ratings", "a folder" if path.is_dir() else "no such file")
    content_size(path)  # it is not empty, whole, and unpacks to no more than it may
    asked = {"user": user_column, "item": item_column, "rating": rating_column, "time": time_column}
    codes: dict[str, dict] = {"user": {}, "item": {}}
    parts: dict[str, list] = {"user": [], "item": [], "rating": [], "time": []}
    columns: dict[str, int] = {}
    for columns, fields in table_blocks(path, asked):
        for label, code in codes.items():
            texts = [row[columns[label]].strip() for row in fields.values()]
            parts[label].append(np.array([code.setdefault(text, len(code)) for text in texts], dtype=np.int64))
        for label in ("rating", "time"):
            if label in columns:
                parts[label].append(read_numbers(path, fields, label, columns[label]))
    if not codes["user"]:
        raise invalid(path, "at least one line with a rating", "none")
    coded = {label: sort_names(list(code), np.concatenate(parts[label])) for label, code in codes.items()}
    time = np.concatenate(parts["time"]) if "time" in columns else None
    told = {f"{label}_column": str(column) for label, column in asked.items() if column is not None}
    return make_ratings(str(path), coded["user"], coded["item"], np.concatenate(parts["rating"]), time,
                        path=str(path.absolute()), opened_with=told)


def table_blocks(path: pathlib.Path, asked: dict) -> Iterator[tuple[dict, dict]]:
    """`(which column is what, {line: its fields})` of one block of the file after the other. Raises InvalidInput."""
    columns: dict[str, int] = {}
    delimiter: str | None = None
    n_fields = 0
    for first, lines in line_blocks(path):
        rows = {first + i: line.replace("::", "\t") for i, line in enumerate(lines) if line.strip()}
        if not rows:
            continue
        if not columns:
            numbers = list(rows)
            second = rows[numbers[1]] if len(numbers) > 1 else ""
            delimiter = find_delimiter(rows[numbers[0]], second)
            head = split_rows(path, {numbers[0]: rows[numbers[0]]}, delimiter)[numbers[0]]
            names = None if any(is_number(text) for text in head) else [text.strip().lower() for text in head]
            columns, n_fields = find_columns(path, names, len(head), asked), len(head)
            if names is not None:
                del rows[numbers[0]]
        fields = split_rows(path, rows, delimiter)
        for number, row in fields.items():
            if len(row) != n_fields:
                raise invalid(f"{one_line(path)}, line {number}", f"{n_fields} fields", len(row))
        yield columns, fields


def split_rows(path: pathlib.Path, rows: dict, delimiter: str | None) -> dict:
    """The fields of each row {line: text}: {line: list of texts}. InvalidInput where quotes are not closed."""
    if delimiter is None or not rows:
        return {number: row.split() for number, row in rows.items()}
    where = f"{one_line(path)}, lines {min(rows)} to {max(rows)}"
    try:
        split = list(csv.reader(rows.values(), delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise invalid(where, "fields of a table", f"text that cannot be read ({error})") from error
    if len(split) != len(rows):
        raise invalid(where, "a row a line", "quotes that go on over several lines")
    return dict(zip(rows, split))


def find_columns(path: pathlib.Path, names: list | None, n: int, asked: dict) -> dict:
    """Which column holds the users, the items, the ratings, and the times where there are any. Raises InvalidInput."""
    columns = {}
    for label, usual in COLUMN_NAMES.items():
        if asked[label] == "none" and label == "time":
            continue
        if asked[label] is not None:
            columns[label] = find_column(f"{label}_column", asked[label], names, n)
            continue
        if names is None:
            found = [PLACES[label]] if PLACES[label] < n else []
        else:
            found = [i for i, name in enumerate(names) if name in usual]
        if len(found) == 1:
            columns[label] = found[0]
        elif label != "time":
            shown = f"columns {', '.join(one_line(name, 40) for name in names[:10])}" if names else f"{n} columns"
            raise invalid(f"{label}_column", f"to be told which column of {one_line(path)} has the {label}s", shown)
    if len(set(columns.values())) < len(columns):
        raise invalid(path, "a column of its own for users, items, ratings and times", columns)
    return columns


def read_numbers(path: pathlib.Path, fields: dict, label: str, column: int) -> Array:
    """The numbers in a column of the rows {line: fields}: (n,). InvalidInput, naming the line, where one is none."""
    numbers = np.empty(len(fields))
    for i, (line, row) in enumerate(fields.items()):
        number = float(row[column]) if is_number(row[column]) else math.nan
        if not math.isfinite(number):
            advice = "time_column=none leaves the times out" if label == "time" else ""
            raise invalid(f"{one_line(path)}, line {line}", f"a number as the {label}", repr(row[column][:60]), advice)
        numbers[i] = number
    return numbers


# parts


def split_ratings(ratings: Ratings, fraction: float, by: str, rng: Generator) -> tuple[Ratings, Ratings]:
    """`(ratings to learn from, ratings held out)`, each in the order of the file; `fraction` of them are held out.

    by      "random": any of them. "user": that fraction of each user's, so that everyone stays in both, up to rounding.
            "time": the latest, which is what a recommender has to predict
    rng     draws one permutation of the ratings; by time none

    Raises InvalidInput where one of the two would be empty.
    """
    fraction = check_number("fraction", fraction, 0, 1, open_low=True, open_high=True)
    check_choice("by", by, SPLITS)
    check_generator("rng", rng)
    n = len(ratings)
    is_held_out = np.zeros(n, bool)
    if by == "time":
        if ratings.time is None:
            raise invalid("by", "'random' or 'user', since the ratings have no times", "'time'")
        order = np.argsort(ratings.time, kind="stable")
    else:
        order = rng.permutation(n)
    if by == "user":
        order = order[np.argsort(ratings.user[order], kind="stable")]  # user by user, each in random order
        count = np.bincount(ratings.user, minlength=len(ratings.users))
        place = np.arange(n) - np.repeat(np.cumsum(count) - count, count)  # of each rating among those of its user
        is_held_out[order] = place < np.rint(fraction * np.repeat(count, count))
    else:
        is_held_out[order[n - round(fraction * n) :]] = True
    if not 0 < is_held_out.sum() < n:
        raise invalid("fraction", f"one that leaves some of {n} ratings on both sides", fraction)
    return ratings.take(~is_held_out), ratings.take(is_held_out)


def planted_ratings(n_users: int, n_items: int, rank: int, share: float, rng: Generator, noise: float = 0.5
                    ) -> tuple[Ratings, Array]:
    """Ratings of 1 to 5 stars with a known structure, and what is behind them: `(ratings, scores)`.

        scores = 3 + .4 u + .4 t + taste · trait / sqrt(rank)       ratings = scores + noise, rounded, within 1 to 5

    u of a user, t of an item and the `rank` entries of taste and trait are standard normal numbers; `share` of the
    pairs are rated, picked at random. scores (users, items) are without noise. Draws, in this order: u, t, taste,
    trait, which pairs are rated, the noise of all pairs. Raises InvalidInput.
    """
    n_users, n_items = check_integer("n_users", n_users), check_integer("n_items", n_items)
    rank = check_integer("rank", rank)
    share = check_number("share", share, 0, 1, open_low=True)
    noise = check_number("noise", noise, 0, 10)
    check_generator("rng", rng)
    user_bias, item_bias = rng.standard_normal(n_users), rng.standard_normal(n_items)
    taste, trait = rng.standard_normal((n_users, rank)), rng.standard_normal((n_items, rank))
    scores = 3 + 0.4 * user_bias[:, None] + 0.4 * item_bias + taste @ trait.T / np.sqrt(rank)
    user, item = np.nonzero(rng.random((n_users, n_items)) < share)
    noisy = scores + noise * rng.standard_normal((n_users, n_items))
    stars = np.clip(np.rint(noisy), 1, 5)[user, item]
    users, items = tuple(map(str, range(n_users))), tuple(map(str, range(n_items)))
    return make_ratings("planted", (user, users), (item, items), stars, None), scores
