"""What `--json` prints, for every kind of run: one object of documented keys, without a number that JSON lacks."""
import dataclasses
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest

from hostile_options import SMALL
from numpy_dgm.__main__ import main
from numpy_dgm.course.homework import load_assignment
from numpy_dgm.energy.annealing import Walks
from numpy_dgm.energy.evaluation import Evaluation
from numpy_dgm.json_output import KEYS, show_keys, to_plain
from numpy_dgm.runs import KINDS


def told(*arguments):
    """The object that the command prints, which prints nothing else on standard output; and its standard error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert main(list(arguments)) == 0
    [line] = out.getvalue().splitlines()
    return json.loads(line, parse_constant=pytest.fail), err.getvalue()


def undocumented(value, keys, where=""):
    """The keys of an object that `keys`, of the shape of KEYS, lacks."""
    found = []
    for name, part in value.items():
        if name not in keys:
            found.append(f"{where}{name}")
        elif isinstance(keys[name], dict) and part is not None:
            found += undocumented(part, keys[name], f"{where}{name}.")
    return found


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A working directory; runs draw no figures, and words are compared with no other models."""
    monkeypatch.chdir(tmp_path)
    for module in KINDS.values():
        monkeypatch.setattr(module, "draw_training", lambda run: print("  figure"))
    monkeypatch.setattr(KINDS["names"], "baselines", lambda run, letters: {"bigram": 4.0})
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_train_and_evaluate_print_one_object_of_documented_keys(kind, work):
    trained, err = told("train", kind, *SMALL[kind].split(), "--out", "run", "--json", "--quiet")
    assert undocumented(trained, KEYS["train"]) == [] and list(trained) == list(KEYS["train"])
    assert trained["kind"] == kind and trained["run"] == "run" and trained["done"] == trained["total"]
    assert trained["last"][trained["unit"]] == trained["done"] and err == ""
    evaluated, err = told("evaluate", "run", "--json")
    assert undocumented(evaluated, KEYS[f"evaluate {kind}"]) == [] and err == ""
    assert list(evaluated)[:2] == ["kind", "run"]
    assert {"kind", "run", *(one.name for one in dataclasses.fields(KINDS[kind].Report))} == set(evaluated)
    assert set(evaluated) == set(KEYS[f"evaluate {kind}"])


def test_recommend_prints_an_object_too(work):
    told("train", "ratings", *SMALL["ratings"].split(), "--out", "run", "--json", "--quiet")
    told_items, _ = told("recommend", "run", "--user", "3", "--count", "4", "--json")
    assert set(told_items) == set(KEYS["recommend"])
    assert len(told_items["items"]) == len(told_items["rating"]) == len(told_items["n_ratings"]) == 4


def test_words_go_to_standard_error_unless_it_is_to_be_quiet(work, capsys):
    line = ["train", *"rbm --data bars-and-stripes --hidden 3 --epochs 1 --out".split()]
    _, err = told(*line, "run", "--json")
    assert "data  bars-and-stripes" in err and "epoch 1/1" in err and "  figure" in err
    assert main([*line, "other", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == "" and "data  " not in out and "History" in out and "next:  dgm evaluate other" in out


def test_check_says_which_task_is_not_right_yet(work, capsys):
    source = load_assignment("hw1_rbm").source
    Path("hw1_rbm.py").write_text(source.replace("def visible_probs", "def other"), encoding="utf8")
    assert main(["course", "check", "hw1", "--json"]) == 1
    told_tasks = json.loads(capsys.readouterr().out)
    assert set(told_tasks) == set(KEYS["course check"]) and told_tasks["right"] is False
    *right, last = told_tasks["tasks"]
    assert all(task["right"] for task in right) and not last["right"] and len(last["says"]) > 0
    assert last["task"] == "visible_probs" and len(right) < told_tasks["n_tasks"]
    assert main(["course", "check", "hw1", "--task", right[0]["task"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["right"] is True


def test_every_value_becomes_what_json_knows():
    @dataclasses.dataclass
    class Report:
        count: int
        values: np.ndarray
        states: np.ndarray
        inner: dict
        path: Path

    report = Report(np.int64(3), np.float32([1, np.nan]), np.ones((2, 2)),
                    {7: (np.inf, np.True_, None), "x": np.float64(-np.inf)}, Path("a b"))
    plain = to_plain(report)
    assert plain == {"count": 3, "values": [1.0, None], "inner": {"7": [None, True, None], "x": None}, "path": "a b"}
    assert type(plain["count"]) is int and type(plain["inner"]["7"][1]) is bool


def test_the_keys_of_an_estimate_are_documented_all_of_them():
    of_evaluation = KEYS["evaluate rbm"]["evaluation"]
    assert set(of_evaluation) == {one.name for one in dataclasses.fields(Evaluation)}
    assert set(of_evaluation["forward"]) == {one.name for one in dataclasses.fields(Walks)} - {"v"}


def test_keys_are_shown_each_with_what_it_means(capsys):
    assert main(["keys"]) == 0
    out = capsys.readouterr().out
    assert out == show_keys() + "\n"
    for command in KEYS:
        assert f"\ndgm {command} ... --json\n  " in out
    assert "\n  interval                   [low, high], 95 % interval of bits" in out
    assert "\n      effective_sample_size  the number" in out
