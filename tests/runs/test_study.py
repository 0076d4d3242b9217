"""A study of several seeds: the same numbers as plain runs, whoever runs them; its table; how it goes on."""
import json
import math
from concurrent.futures import Executor, Future, ProcessPoolExecutor

import numpy as np
import pytest

from numpy_dgm import load_run, train_study
from numpy_dgm.__main__ import main
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.progress import History
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import KINDS
from numpy_dgm.runs.study import SeedRun, Study, summarise

OPTIONS = {"data": "bars-and-stripes", "hidden": 3, "epochs": 4}


def numbers(folder):
    """All that a run has computed: its model, bit for bit, and its history without the clock's."""
    run = load_run(folder)
    series = {name: values for name, values in run.history.series.items() if name != "seconds"}
    return flatten(run.model).tobytes(), series


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """{seed: the numbers of a plain run}."""
    folder = tmp_path_factory.mktemp("plain")
    found = {}
    for seed in (0, 1, 5):
        options = KINDS["rbm"].TrainOptions(**OPTIONS, seed=seed)
        KINDS["rbm"].train(options, folder / str(seed), progress=False)
        found[seed] = numbers(folder / str(seed))
    return found


class Watched(Executor):
    """Runs what it is given at once, and may be interrupted."""

    def __init__(self, interrupted_at=math.inf):
        self.interrupted_at, self.futures = interrupted_at, []

    def submit(self, function, /, *arguments, **options):
        future = Future()
        self.futures.append(future)
        if len(self.futures) == self.interrupted_at:
            raise KeyboardInterrupt
        future.set_result(function(*arguments, **options))
        return future


@pytest.mark.parametrize("how", ["here", "jobs", "executor"])
def test_the_numbers_are_those_of_plain_runs_whoever_runs_them(how, plain, tmp_path):
    more = {"jobs": 2} if how == "jobs" else {}
    if how == "executor":
        with ProcessPoolExecutor(2) as pool:
            study = train_study("rbm", OPTIONS, (5, 0, 1), tmp_path, executor=pool)
    else:
        study = train_study("rbm", OPTIONS, (5, 0, 1), tmp_path, **more)
    assert [run.seed for run in study.runs] == [5, 0, 1]
    for run in study.runs:
        assert run.run == tmp_path / f"seed{run.seed}" and numbers(run.run) == plain[run.seed]
        assert run.last == load_run(run.run).history.latest() and run.problem == ""
    assert len({model for model, _ in plain.values()}) == 3


def test_a_study_that_was_stopped_goes_on(plain, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train_study("rbm", OPTIONS, (0, 1, 5), tmp_path, executor=Watched(interrupted_at=3))
    done = (tmp_path / "seed0" / "checkpoint.npz").read_bytes()
    assert not (tmp_path / "seed5").exists()
    train_study("rbm", OPTIONS, (0, 1, 5), tmp_path)
    assert (tmp_path / "seed0" / "checkpoint.npz").read_bytes() == done
    assert {seed: numbers(tmp_path / f"seed{seed}") for seed in plain} == plain


def test_no_more_runs_are_handed_out_than_go_on_at_a_time(tmp_path, monkeypatch):
    """An interrupt would leave those that an executor has taken in advance to be run to their ends."""
    held = []

    class Pool(Watched):
        def __init__(self, n_workers):
            super().__init__()
            assert n_workers == 2

        def submit(self, function, /, *arguments, **options):
            held.append(sum(not future.seen for future in self.futures))
            future = super().submit(function, *arguments, **options)
            future.seen = False
            return future

    def seen(futures, return_when):
        first = next(iter(futures))
        first.seen = True
        return {first}, futures - {first}

    monkeypatch.setattr("numpy_dgm.runs.study.ProcessPoolExecutor", Pool)
    monkeypatch.setattr("numpy_dgm.runs.study.wait", seen)
    study = train_study("rbm", {**OPTIONS, "epochs": 1}, range(4), tmp_path, jobs=2)
    assert len(study.runs) == 4 and held == [0, 1, 1, 1]


def test_the_table_has_the_last_figures_with_mean_and_standard_error():
    runs = [SeedRun(0, "a", {"epoch": 3.0, "loss": 1.0}), SeedRun(1, "b", {}, "it diverged"),
            SeedRun(7, "c", {"epoch": 3.0, "loss": 2.0, "extra": 4.0}), SeedRun(8, "d", {"epoch": 3.0, "loss": 6.0})]
    mean, error = summarise(runs)
    assert mean == {"epoch": 3, "loss": 3, "extra": 4} and error["epoch"] == 0 and math.isnan(error["extra"])
    np.testing.assert_allclose(error["loss"], np.sqrt(((1 - 3)**2 + (2 - 3)**2 + (6 - 3)**2) / 2 / 3))
    lines = str(Study("rbm", "s", tuple(runs), mean, error)).splitlines()
    assert lines[0].split("  ")[0] == "figure" and lines[0].split()[1:] == [
        "seed", "0", "seed", "1", "seed", "7", "seed", "8", "mean", "standard", "error"]
    assert lines[2].split() == ["loss", "1", "nan", "2", "6", "3", "1.528"] and lines[4] == "seed 1: it diverged"
    assert len({len(line) for line in lines[:4]}) == 1


def test_the_command_prints_the_table_and_draws_each_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    drawn = []
    monkeypatch.setattr(KINDS["rbm"], "draw_training", lambda run: drawn.append(run.folder.name) or print("figure"))
    line = "train rbm --data bars-and-stripes --hidden 3 --epochs 4 --out s --seeds 0 5".split()
    assert main(line) == 0
    out, err = capsys.readouterr()
    assert "weight_norm" in out and "standard error" in out and drawn == ["seed0", "seed5"]
    assert "seed 0\nepoch 1/4" in err and "seed 5\n" in err
    assert main([*line, "--json", "--quiet", "--jobs", "2"]) == 0
    out, err = capsys.readouterr()
    study = json.loads(out)
    assert err == "" and [run["seed"] for run in study["runs"]] == [0, 5] and study["mean"]["epoch"] == 4
    assert main([*line, "--jobs", "2"]) == 0
    assert "is done, 2 of 2" in capsys.readouterr().err


def test_a_run_that_diverges_stops_no_other(tmp_path, monkeypatch, capsys):
    def train(options, folder, progress):
        if options.seed == 1:
            raise Diverged("it went too far")
        return None, History({"epoch": [1.0]})

    monkeypatch.setattr(KINDS["rbm"], "train", train)
    monkeypatch.setattr(KINDS["rbm"], "draw_training", lambda run: None)
    monkeypatch.setattr("numpy_dgm.command.load_run", lambda folder: None)
    line = ["train", "rbm", "--data", "digits", "--out", str(tmp_path), "--seeds", "0", "1", "2"]
    assert main(line) == 2
    out, err = capsys.readouterr()
    assert "seed 1: it went too far" in out and err.endswith("dgm: 1 of 3 runs diverged\n")


@pytest.mark.parametrize("changed, message", [
    (dict(seeds=(0, 0)), "seeds: expected different integers, at least one, got .0, 0."),
    (dict(seeds=()), "seeds: expected different integers, at least one, got .."),
    (dict(seeds=3), "seeds: expected integers >= 0, such as .0, 1, 2, 3., got 3"),
    (dict(seeds=(0, -1)), "seeds: expected an integer >= 0, got -1"),
    (dict(jobs=0), "jobs: expected an integer >= 1, got 0"),
    (dict(executor=5), "executor: expected None or a concurrent.futures.Executor, got 5"),
    (dict(kind="gun"), "kind: expected one of 'rbm', "),
    (dict(options={**OPTIONS, "seed": 3}), "seed: expected none beside seeds, got 3"),
    (dict(options={**OPTIONS, "hiden": 3}), "hiden: no such setting; did you mean hidden?"),
])
def test_what_is_no_study_is_refused_before_anything_runs(changed, message, tmp_path):
    arguments = {"kind": "rbm", "options": OPTIONS, "seeds": (0, 1), "folder": tmp_path, **changed}
    with pytest.raises(InvalidInput, match=message):
        train_study(**arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more, message", [
    (["--seeds", "0", "1", "--seed", "3"], "dgm: --seed: expected none beside --seeds, got 3\n"),
    (["--jobs", "2"], "dgm: --jobs: expected 1 without --seeds, got 2\n"),
])
def test_options_that_do_not_go_together_are_refused(more, message, tmp_path, capsys):
    assert main(["train", "rbm", "--data", "digits", "--out", str(tmp_path / "new"), *more]) == 2
    assert capsys.readouterr().err == message and not (tmp_path / "new").exists()
