"""Ratings: read from files of every usual form, laid out as cases, split, planted."""
import gzip

import numpy as np
import pytest

from numpy_dgm.data import planted_ratings, ratings_from_arrays, read_ratings, split_ratings
from numpy_dgm.data.files import DataWarning
from numpy_dgm.foundation.checks import InvalidInput

ROWS = [("3", "20", 4.0, 100.0), ("1", "7", 2.0, 90.0), ("10", "7", 5.0, 95.0), ("1", "20", 4.0, 80.0)]
FORMS = {
    "u.data": "".join(f"{u}\t{i}\t{r:.0f}\t{t:.0f}\n" for u, i, r, t in ROWS),
    "ratings.dat": "".join(f"{u}::{i}::{r:g}::{t:.0f}\n" for u, i, r, t in ROWS),
    "ratings.csv": "userId,movieId,rating,timestamp\r\n" + "".join(f"{u},{i},{r},{t:.0f}\r\n" for u, i, r, t in ROWS),
    "mine.csv": "timestamp;Rating;Movie;title;User\n" + "".join(f'{t};{r};{i};"a; b";{u}\n' for u, i, r, t in ROWS),
    "quoted.csv": '"User-ID","Book-Rating","ISBN"\n' + "".join(f'"{u}","{r}","{i}"\n\n' for u, i, r, t in ROWS),
    "spaces.txt": "".join(f"{u} {i} {r}\n" for u, i, r, t in ROWS),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_usual_form_is_read_as_the_same_ratings(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(FORMS[name].encode())
    ratings = read_ratings(path)
    assert ratings.users == ("1", "3", "10") and ratings.items == ("7", "20") and ratings.values == (2.0, 4.0, 5.0)
    found = [(ratings.users[u], ratings.items[i], s) for u, i, s in zip(ratings.user, ratings.item, ratings.stars())]
    assert found == [row[:3] for row in ROWS]
    if name in ("quoted.csv", "spaces.txt"):
        assert ratings.time is None
    else:
        assert ratings.time.tolist() == [row[3] for row in ROWS]
    assert ratings.path == str(path) and len(ratings) == 4


def test_columns_are_those_that_are_asked_for(tmp_path):
    path = tmp_path / "u.txt.gz"
    path.write_bytes(gzip.compress(b"5,a,x\n3,b,x\n"))
    ratings = read_ratings(path, user_column="1", item_column="last", rating_column="first")
    assert ratings.users == ("a", "b") and ratings.items == ("x",) and ratings.stars().tolist() == [5, 3]
    assert ratings.opened_with == {"user_column": "1", "item_column": "last", "rating_column": "first"}
    path = tmp_path / "r.csv"
    path.write_text("user,item,rating,date\na,x,1,2001-01-01\nb,x,2,2001-01-02\n", encoding="utf8")
    with pytest.raises(InvalidInput, match="line 2: expected a number as the time, got '2001-01-01'; time_column=none"):
        read_ratings(path)
    assert read_ratings(path, time_column="none").time is None


@pytest.mark.parametrize("text, message", [
    ("", "expected data, got an empty file"),
    ("\n \n", "expected at least one line with a rating, got none"),
    ("user,item,rating\n", "expected at least one line with a rating, got none"),
    ("who,what,stars\na,b,1\n", "user_column: expected to be told which column of .* has the users, got columns who"),
    ("1 2\n", "rating_column: expected to be told which column of .* has the ratings, got 2 columns"),
    ("1 2 3\n1 3\n", "line 2: expected 3 fields, got 2"),
    ("1 2 3\n1 3 x\n", "line 2: expected a number as the rating, got 'x'"),
    ("1 2 nan\n1 3 4\n", "line 1: expected a number as the rating, got 'nan'"),
    ("1 2 3\n1 3 3\n", "expected from 2 to 20 different ratings, such as 1 to 5 stars, got 1"),
    ("".join(f"1 {i} {i}\n" for i in range(21)), "expected from 2 to 20 different ratings, .* got 21"),
    ('a,b,"1\nc",d,2\n', "line.* 1 to 1: expected fields of a table"),
    ('a,b,1\na,c,"2\n","3"\n', "lines 1 to 3: expected a row a line, got quotes that go on"),
])
def test_what_are_no_ratings_is_refused(text, message, tmp_path):
    path = tmp_path / "r.txt"
    path.write_text(text, encoding="utf8")
    with pytest.raises(InvalidInput, match=message):
        read_ratings(path)


def test_a_column_twice_a_folder_and_no_file_are_refused(tmp_path):
    path = tmp_path / "r.txt"
    path.write_text("1 2 3\n1 3 4\n", encoding="utf8")
    with pytest.raises(InvalidInput, match="expected a column of its own for users, items, ratings and times"):
        read_ratings(path, user_column="1")
    with pytest.raises(InvalidInput, match="expected a file of ratings, got a folder"):
        read_ratings(tmp_path)
    with pytest.raises(InvalidInput, match="expected a file of ratings, got no such file"):
        read_ratings(tmp_path / "none")


def test_of_two_ratings_of_a_pair_the_later_one_is_kept():
    """By time where there is one, else by place; the others stay in their order."""
    user, item, rating = ["a", "b", "a", "a"], ["x", "x", "x", "y"], [1, 2, 3, 4]
    with pytest.warns(DataWarning, match="1 ratings of pairs that were rated again later"):
        ratings = ratings_from_arrays(user, item, rating)
    assert ratings.stars().tolist() == [2, 3, 4]
    with pytest.warns(DataWarning):
        ratings = ratings_from_arrays(user, item, rating, [9, 8, 7, 6])
    assert ratings.stars().tolist() == [1, 2, 4] and ratings.time.tolist() == [9, 8, 6]


@pytest.mark.parametrize("changes, message", [
    ({"user": [1]}, "user: expected as many entries as ratings, 3"), ({"rating": [1, 2, np.nan]}, "finite values"),
    ({"item": [[1], [2], [3]]}, "item: expected as many entries as ratings, 3"),
    ({"time": [1]}, "time: expected as many entries as ratings, 3"),
])
def test_arrays_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        ratings_from_arrays(**{"user": [1, 2, 3], "item": [1, 1, 1], "rating": [1, 2, 3], **changes})


def test_names_stand_in_the_order_of_their_numbers_or_of_their_texts():
    user, item = [30, 1, 2, 100, 7], ["b", "a10", "c", "a9", "a9"]
    ratings = ratings_from_arrays(user, item, [1, 2, 3, 4, 5])
    assert ratings.users == ("1", "2", "7", "30", "100") and ratings.items == ("a10", "a9", "b", "c")
    assert [int(ratings.users[one]) for one in ratings.user] == user
    assert [ratings.items[one] for one in ratings.item] == item


def some_ratings(seed=0, n=60):
    rng = np.random.default_rng(seed)
    pairs = rng.permutation(10 * 12)[:n]
    return ratings_from_arrays(pairs // 12, pairs % 12, rng.integers(1, 6, n), rng.permutation(n))


def test_a_matrix_has_each_rating_at_its_place_and_minus_one_elsewhere():
    ratings = some_ratings().take(np.arange(5, 60))
    dense = np.full((len(ratings.users), len(ratings.items)), -1)
    for user, item, value in zip(ratings.user, ratings.item, ratings.value):
        dense[user, item] = value
    for cases, expected in (("users", dense), ("items", dense.T)):
        matrix = ratings.matrix(cases)
        assert matrix.shape == expected.shape and len(matrix) == len(expected)
        np.testing.assert_array_equal(matrix[:], expected)
        np.testing.assert_array_equal(matrix[np.array([3, 0, 3])], expected[[3, 0, 3]])
        row, column = ratings.places(cases)
        np.testing.assert_array_equal(expected[row, column], ratings.value)
    assert matrix.describe() == ratings.describe() and matrix[2:4].dtype == np.int8


def test_a_checksum_tells_ratings_apart_and_stays_with_a_part():
    ratings = some_ratings()
    assert ratings.take(np.arange(9)).checksum == ratings.checksum == some_ratings().checksum
    user, item, stars, time = ratings.user, ratings.item, ratings.stars(), ratings.time
    others = [ratings_from_arrays(9 - user, item, stars, time), ratings_from_arrays(user, 11 - item, stars, time),
              ratings_from_arrays(user, item, 6 - stars, time), ratings_from_arrays(user, item, stars, time + 1),
              ratings_from_arrays(user, item, stars)]
    assert len({ratings.checksum, *(one.checksum for one in others)}) == 6


def test_a_random_split_takes_the_last_of_a_permutation():
    ratings = some_ratings()
    train, test = split_ratings(ratings, 0.2, "random", np.random.default_rng(3))
    order = np.random.default_rng(3).permutation(60)
    for part, rows in ((train, np.sort(order[:48])), (test, np.sort(order[48:]))):
        for name in ("user", "item", "value", "time"):
            np.testing.assert_array_equal(getattr(part, name), getattr(ratings, name)[rows])
        assert part.users == ratings.users and part.values == ratings.values


def test_a_split_by_user_holds_out_the_same_fraction_of_each():
    ratings = some_ratings(n=90)
    train, test = split_ratings(ratings, 0.3, "user", np.random.default_rng(3))
    count = np.bincount(ratings.user)
    np.testing.assert_array_equal(np.bincount(test.user, minlength=len(count)), np.rint(0.3 * count))
    assert sorted([*zip(train.user, train.item), *zip(test.user, test.item)]) == sorted(zip(ratings.user, ratings.item))
    again, _ = split_ratings(ratings, 0.3, "user", np.random.default_rng(4))
    assert sorted(zip(again.user, again.item)) != sorted(zip(train.user, train.item))


def test_a_split_by_time_holds_out_the_latest():
    train, test = split_ratings(some_ratings(), 0.25, "time", np.random.default_rng(0))
    assert len(test) == 15 and train.time.max() < test.time.min()


@pytest.mark.parametrize("arguments, message", [
    ((1.0, "random"), "fraction: expected a number in"), ((0.001, "random"), "leaves some of 60 ratings on both"),
    ((0.2, "item"), "by: expected one of"),
])
def test_splits_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        split_ratings(some_ratings(), *arguments, np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="since the ratings have no times"):
        split_ratings(ratings_from_arrays([1, 2], [1, 2], [1, 2]), 0.5, "time", np.random.default_rng(0))


def test_planted_ratings_are_their_scores_and_noise():
    ratings, scores = planted_ratings(300, 200, 2, 0.3, np.random.default_rng(0), noise=0.0)
    np.testing.assert_array_equal(ratings.stars(), np.clip(np.rint(scores), 1, 5)[ratings.user, ratings.item])
    assert abs(len(ratings) - 0.3 * 60_000) < 5 * np.sqrt(0.3 * 0.7 * 60_000) and ratings.values == (1, 2, 3, 4, 5)
    centred = scores - scores.mean(axis=0)
    assert np.linalg.matrix_rank(centred - centred.mean(axis=1, keepdims=True)) == 2
    assert abs(centred.mean(axis=1).std() - 0.4) < 0.1 and abs(scores.mean(axis=0).std() - 0.4) < 0.1
    within = np.linalg.norm(centred - centred.mean(axis=1, keepdims=True)) / np.sqrt(60_000)
    assert abs(within - 1) < 0.2 and abs(scores.mean() - 3) < 0.2
    noisy, scores = planted_ratings(300, 200, 2, 0.3, np.random.default_rng(0), noise=0.5)
    error = noisy.stars() - scores[noisy.user, noisy.item]
    inside = (noisy.stars() > 1) & (noisy.stars() < 5)
    assert abs(error[inside].std() - np.sqrt(0.25 + 1 / 12)) < 0.08


def test_names_that_only_look_like_numbers_are_sorted_as_texts():
    ratings = ratings_from_arrays(["--1", "2", "10"], ["a", "b", "c"], [1, 2, 3])
    assert ratings.users == ("--1", "10", "2")
    assert ratings_from_arrays(["-1", "2", "10"], ["a", "b", "c"], [1, 2, 3]).users == ("-1", "2", "10")
