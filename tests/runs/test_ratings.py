"""Runs of RBMs of ratings in a folder: train, go on, evaluate on what was held out, recommend."""
import numpy as np
import pytest

from numpy_dgm.__main__ import main
from numpy_dgm.data import planted_ratings, ratings_from_arrays, read_ratings, split_ratings
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
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import load_run
from numpy_dgm.runs.rbm import TrainOptions as RBMOptions
from numpy_dgm.runs.rbm import train as train_an_rbm
from numpy_dgm.runs.ratings import EvaluateOptions, RecommendOptions, Report, TrainOptions, evaluate, recommend, train


@pytest.fixture
def path(tmp_path):
    """A file in the form of u.data: 30 users, 24 items named from 101 on, with times."""
    ratings, _ = planted_ratings(30, 24, 2, 0.4, np.random.default_rng(0))
    time = np.random.default_rng(1).permutation(len(ratings))
    rows = zip(ratings.user + 1, ratings.item + 101, ratings.stars(), time)
    path = tmp_path / "u.data"
    path.write_text("".join(f"{u}\t{i}\t{r:.0f}\t{t}\n" for u, i, r, t in rows), encoding="utf8")
    return path


def trained(path, folder, **changes):
    return train(TrainOptions(**{"data": str(path), "hidden": 6, "epochs": 3, "batch_size": 8, **changes}), folder)


def same_by_hand(path, cases="items", by="random", seed=0, validation=0.0, tied=True, **settings):
    """(rbm, learnt, test) by the functions that the command calls."""
    ratings = read_ratings(path)
    learnt, test = split_ratings(ratings, 0.2, by, np.random.default_rng([seed, 1]))
    if validation:
        learnt, _ = split_ratings(learnt, validation, "random", np.random.default_rng([seed, 2]))
    data, rng = learnt.matrix(cases), np.random.default_rng(seed)
    rbm = init_ratings_rbm(data, ratings.values, 6, rng, tied=tied)
    rbm, _ = train_ratings(rbm, data, rng=rng, **{"epochs": 3, "batch_size": 8, "average": 0.997, **settings})
    return rbm, learnt, test


@pytest.mark.parametrize("cases, by, changes", [
    ("items", "random", {}), ("users", "time", {"rate": 0.01, "conditional": False}),
    ("items", "user", {"seed": 3, "validation": 0.2, "tied": False}),
])
def test_a_run_is_trained_measured_and_asked_by_the_functions_of_the_package(path, tmp_path, cases, by, changes):
    folder = tmp_path / "run"
    rbm, history = trained(path, folder, cases=cases, split=by, **changes)
    expected, learnt, test = same_by_hand(path, cases, by, **changes)
    assert flatten(rbm).tobytes() == flatten(expected).tobytes()
    assert ("validation_rmse" in history) == ("validation" in changes)
    run = load_run(folder)
    assert run.kind == "ratings" and flatten(run.model).tobytes() == flatten(rbm).tobytes()
    again, _ = trained(path, folder, cases=cases, split=by, **changes)
    assert flatten(again).tobytes() == flatten(rbm).tobytes()

    report = evaluate(run, EvaluateOptions())
    data, places = learnt.matrix(cases), test.places(cases)
    p = rating_probs(rbm, data, *places)
    biases = fit_biases(*learnt.places(cases), learnt.stars(), data.shape)
    assert report.n_ratings == len(test) and report.rmse == rmse(expected_rating(rbm, p), test.stars())
    assert report.biases == rmse(predict_by_biases(biases, *places), test.stars())
    mean_field = rating_probs(rbm, data, *places, method="mean-field")
    assert report.mean_field == rmse(expected_rating(rbm, mean_field), test.stars())
    assert report.deviation == pytest.approx(np.sqrt(np.mean(rating_deviation(rbm, p) ** 2)))
    assert f"({by}), {len(test)} ratings" in str(report) and f"{report.rmse:.4f} stars" in str(report)

    for user in ("1", "30"):
        found = recommend(run, RecommendOptions(user=user, count=5))
        u, ratings = learnt.users.index(user), read_ratings(path)
        unseen = np.setdiff1d(np.arange(len(ratings.items)), ratings.item[ratings.user == u])
        same = np.full(len(unseen), u)
        p = rating_probs(rbm, data, *((unseen, same) if cases == "items" else (same, unseen)))
        order = np.argsort(-expected_rating(rbm, p), kind="stable")[:5]
        assert found.items == tuple(learnt.items[i] for i in unseen[order])
        np.testing.assert_allclose(found.rating, expected_rating(rbm, p)[order], rtol=1e-12)
        np.testing.assert_allclose(found.deviation, rating_deviation(rbm, p)[order], rtol=1e-12)
        assert found.n_ratings.tolist() == [np.sum(learnt.item == i) for i in unseen[order]]


def test_a_report_says_whether_biases_do_better_or_worse():
    assert "1.2000 by biases of users and items alone, 20.0% more" in str(Report("x", 3, 1.0, 1.1, 1.2, 0.9))
    assert "0.9000 by biases of users and items alone, 10.0% less" in str(Report("x", 3, 1.0, 1.1, 0.9, 0.9))


def test_recommendations_are_a_table_with_how_sure_they_are(path, tmp_path, capsys):
    trained(path, tmp_path / "run")
    capsys.readouterr()
    assert main(["recommend", str(tmp_path / "run"), "--user", "7", "--count", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    seen = np.sum(read_ratings(path).user == read_ratings(path).users.index("7"))
    assert lines[0] == f"for user 7, who has rated {seen} items" and len(lines) == 5
    assert all(" ± " in line and line.endswith(" ratings") for line in lines[2:])
    ratings = [float(line.split()[1]) for line in lines[2:]]
    assert ratings == sorted(ratings, reverse=True)


def test_other_ratings_are_predicted_where_the_run_knows_user_and_item(path, tmp_path):
    """Those that it learnt from are left out."""
    folder = tmp_path / "run"
    rbm, _ = trained(path, folder, test=0)
    ratings = read_ratings(path)
    rated = {*zip(ratings.user, ratings.item)}
    pairs = [(u, i) for u in range(30) for i in range(len(ratings.items)) if (u, i) not in rated][:40]
    lines = [f"{ratings.users[u]},{ratings.items[i]},{1 + n % 5}" for n, (u, i) in enumerate(pairs)]
    known = f"{ratings.users[ratings.user[0]]},{ratings.items[ratings.item[0]]},1"
    other = tmp_path / "other.csv"
    other.write_text("\n".join(["who,what,stars", *lines, known, "999,101,5", "1,999,5", "999,999,4"]), encoding="utf8")
    columns = {"user_column": "who", "item_column": "what", "rating_column": "stars"}
    report = evaluate(load_run(folder), EvaluateOptions(data=str(other), **columns))
    user, item = np.array(pairs).T
    p = rating_probs(rbm, ratings.matrix("items"), item, user)
    assert report.n_ratings == 40
    assert report.rmse == pytest.approx(rmse(expected_rating(rbm, p), 1.0 + np.arange(40) % 5))
    assert "3 ratings of users or items that the run does not know, 1 that it learnt from" in str(report)
    other.write_text("999,1,5\n998,2,4\n", encoding="utf8")
    with pytest.raises(InvalidInput, match="data: expected ratings to predict, got none that the run can predict"):
        evaluate(load_run(folder), EvaluateOptions(data=str(other)))
    with pytest.raises(InvalidInput, match="data: expected ratings to predict, such as u1.test, got nothing; this run"):
        evaluate(load_run(folder), EvaluateOptions())


def test_ratings_that_have_moved_or_changed_are_noticed(path, tmp_path):
    folder, moved = tmp_path / "run", tmp_path / "moved.data"
    trained(path, folder)
    before = evaluate(load_run(folder), EvaluateOptions())
    path.rename(moved)
    with pytest.raises(InvalidInput, match="u.data: expected the ratings that the run learnt from, got no such"):
        evaluate(load_run(folder), EvaluateOptions())
    assert evaluate(load_run(folder), EvaluateOptions(ratings=str(moved))).rmse == before.rmse
    assert len(recommend(load_run(folder), RecommendOptions(user="1", ratings=str(moved))).items) <= 10
    lines = moved.read_text(encoding="utf8").splitlines()
    moved.write_text("\n".join(lines[:-1]), encoding="utf8")
    with pytest.raises(InvalidInput, match="expected the ratings that the run learnt from .*, got others"):
        recommend(load_run(folder), RecommendOptions(user="1", ratings=str(moved)))
    with pytest.raises(InvalidInput, match="the run there has "):
        trained(moved, folder)


def test_columns_that_were_asked_for_are_kept_with_the_run(tmp_path):
    ratings, _ = planted_ratings(12, 9, 2, 0.6, np.random.default_rng(0))
    rows = [f"{i},{r:.0f},{u}" for u, i, r in zip(ratings.user, ratings.item, ratings.stars())]
    path = tmp_path / "r.csv"
    path.write_text("\n".join(rows), encoding="utf8")
    trained(path, tmp_path / "run", user_column="2", item_column="0", rating_column="1")
    assert evaluate(load_run(tmp_path / "run"), EvaluateOptions()).n_ratings == round(0.2 * len(ratings))


def test_a_user_who_is_not_there_or_has_seen_everything_is_refused(path, tmp_path):
    trained(path, tmp_path / "run")
    with pytest.raises(InvalidInput, match="user: expected one of the 30 users, such as 1, 2, 3, 4, 5, got '31'"):
        recommend(load_run(tmp_path / "run"), RecommendOptions(user="31"))
    everything = tmp_path / "all.csv"
    everything.write_text("".join(f"{u} {i} {1 + (u + i) % 3}\n" for u in range(4) for i in range(5)), encoding="utf8")
    trained(everything, tmp_path / "all")
    with pytest.raises(InvalidInput, match="user: expected one who has not rated every item, got '2'"):
        recommend(load_run(tmp_path / "all"), RecommendOptions(user="2"))


def test_runs_of_another_kind_and_runs_made_in_python_are_refused(path, tmp_path):
    train_an_rbm(RBMOptions(data="bars-and-stripes", hidden=2, epochs=1), tmp_path / "rbm")
    with pytest.raises(InvalidInput, match="expected a run of kind ratings, got one of kind rbm"):
        recommend(load_run(tmp_path / "rbm"), RecommendOptions(user="1"))
    ratings, rng = read_ratings(path), np.random.default_rng(0)
    rbm = init_ratings_rbm(ratings.matrix("items"), ratings.values, 3, rng)
    train_ratings(rbm, ratings.matrix("items"), rng=rng, epochs=1, checkpoint=tmp_path / "python")
    for act, options in ((evaluate, EvaluateOptions()), (recommend, RecommendOptions(user="1"))):
        with pytest.raises(InvalidInput, match="expected a run of dgm train ratings, got one made in Python"):
            act(load_run(tmp_path / "python"), options)


def test_a_checkpoint_that_says_what_cannot_be_is_refused(path, tmp_path):
    other = ratings_from_arrays(np.arange(9) % 3, np.arange(9) // 3, 1 + np.arange(9) % 5)
    rng = np.random.default_rng(0)
    rbm = init_ratings_rbm(other.matrix("items"), other.values, 3, rng)
    how = {"seed": 0, "cases": "items", "test": 0.2, "split": "random", "validation": 0.0}

    class Lying:
        """A matrix that describes itself as another."""

        def __init__(self, matrix):
            self.matrix, self.shape = matrix, matrix.shape

        def __len__(self):
            return len(self.matrix)

        def __getitem__(self, rows):
            return self.matrix[rows]

        def describe(self):
            return read_ratings(path).describe()

    wrong = (({}, "expected a model of 30 units, got 3"), ({"cases": "x"}, "cases: expected one of"),
             ({"split": 3}, "split: expected one of"), ({"test": "x"}, "test: expected a number in"),
             ({"validation": 1}, "validation: expected a number in"))
    for n, (changes, message) in enumerate(wrong):
        folder = tmp_path / f"{n}"
        train_ratings(rbm, Lying(other.matrix("items")), rng=np.random.default_rng(0), epochs=1, checkpoint=folder,
                      metadata={**how, **changes})
        with pytest.raises(InvalidInput, match=message):
            evaluate(load_run(folder), EvaluateOptions())


def test_planted_ratings_need_no_file(tmp_path, capsys):
    options = ["--data", "planted", "--hidden", "4", "--epochs", "1", "--out", str(tmp_path)]
    assert main(["train", "ratings", *options]) == 0
    assert "200 users of 160 items" in capsys.readouterr().out and (tmp_path / "training.png").exists()
    assert main(["evaluate", str(tmp_path)]) == 0
    assert "by biases of users and items alone" in capsys.readouterr().out
    with pytest.raises(InvalidInput, match="none: expected a file of ratings, got no such file"):
        trained("none", tmp_path)
