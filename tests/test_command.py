"""The `dgm` command as a person meets it: what it prints, what it leaves, how it refuses."""
import os
import subprocess
import sys

import numpy as np
import pytest

from numpy_dgm.__main__ import main


def dgm(*arguments, folder):
    """Run `dgm` in a process of its own in `folder`: (exit code, standard output, standard error)."""
    done = subprocess.run([sys.executable, "-m", "numpy_dgm", *arguments], cwd=folder, capture_output=True,
                          encoding="utf8", env={**os.environ, "PYTHONIOENCODING": "utf8"}, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a small trained run in `run`, and what training it printed."""
    folder = tmp_path_factory.mktemp("command")
    code, out, err = dgm("train", "rbm", "--data", "digits", "--hidden", "8", "--epochs", "3", "--out", "run",
                         "--validation", "0.1", folder=folder)
    assert code == 0, err
    return folder, out, err


def test_train_says_how_far_it_is_and_what_comes_next(trained):
    folder, out, err = trained
    assert "epoch 3/3" in err and "cases/s" in err and "left" in err and "\r" not in err
    assert "W        float32 (64, 8)" in out and "dgm evaluate run" in out
    assert sorted(os.listdir(folder / "run")) == ["checkpoint.npz", "training.png"]


def test_evaluate_prints_an_exact_log_likelihood_with_its_error(trained):
    code, out, _ = dgm("evaluate", "run", folder=trained[0])
    assert code == 0 and "digits, part test" in out and "360 cases" in out and "exact" in out and "±" in out


def test_sample_draws_pictures_or_writes_bits(trained):
    folder = trained[0]
    code, _, _ = dgm("sample", "run", "--out", "dreams/s.png", "--count", "9", "--steps", "5", folder=folder)
    assert code == 0 and {"s.png", "s_filters.png"} <= set(os.listdir(folder / "dreams"))
    code, _, _ = dgm("sample", "run", "--out", "s.npy", "--count", "9", "--steps", "5", folder=folder)
    bits = np.load(folder / "s.npy")
    assert code == 0 and bits.shape == (9, 64) and set(np.unique(bits)) <= {0, 1}


def test_a_gan_is_trained_filmed_sampled_and_evaluated(tmp_path):
    line = ["train", "gan", "--data", "ring", "--steps", "40", "--hidden", "8", "8", "--out", "run"]
    code, out, err = dgm(*line, folder=tmp_path)
    assert code == 0, err
    assert "step 40/40" in err and "distance" in err and "GAN" in out and "dgm evaluate run" in out
    assert sorted(os.listdir(tmp_path / "run")) == ["checkpoint.npz", "training.gif", "training.png"]
    code, out, _ = dgm("evaluate", "run", folder=tmp_path)
    assert code == 0 and "of 8 modes" in out and "real cases       8 of 8 modes" in out
    code, _, _ = dgm("sample", "run", "--out", "s.png", folder=tmp_path)
    assert code == 0 and (tmp_path / "s.png").stat().st_size > 5_000
    code, _, _ = dgm("sample", "run", "--out", "s.npy", "--count", "9", folder=tmp_path)
    assert code == 0 and np.load(tmp_path / "s.npy").shape == (9, 2)


def test_a_gan_of_pictures_takes_the_command_s_options(tmp_path):
    code, out, err = dgm(
        "train", "gan", "--data", "digits", "--steps", "20", "--hidden", "8", "--out", "run", "--conditional",
        "--packing", "2", "--objective", "wasserstein", "--penalty", "gradient", "--penalty-weight", "10",
        "--critic-steps", "2", "--rate", "0.001", "--discriminator-rate", "0.002", "--schedule", "cosine",
        "--average", "0", "--batch-norm", "--latents", "7", folder=tmp_path)
    assert code == 0, err
    assert "(17, 8)" in out and "(148, 8)" in out and "training.gif" not in os.listdir(tmp_path / "run")
    code, out, _ = dgm("evaluate", "run", folder=tmp_path)
    assert code == 0 and "precision" in out and "digits, part test" in out
    code, _, _ = dgm("sample", "run", "--out", "s.png", folder=tmp_path)
    assert code == 0 and (tmp_path / "s.png").stat().st_size > 5_000


def test_demo_runs_checks_and_draws(tmp_path):
    code, out, err = dgm("demo", "--out", "pictures", folder=tmp_path)
    assert code == 0, err
    assert "add up to 1" in out and "every one of its 34 entries" in out and "01_latent_variables" in out
    assert sorted(os.listdir(tmp_path / "pictures")) == [
        "filters.png", "free_energies.png", "gan_training.png", "samples.png", "training.png"]
    exact = float(out.split("digit, exactly: ")[1].split(" nats")[0])
    assert exact > -18.6


def test_lessons_counts_what_was_proved(capsys):
    assert main(["lessons", "4", "--proofs"]) == 0
    out = capsys.readouterr().out
    assert "ok (4.1)" in out and "equations proved in 1 lessons, 0 lessons failed" in out


@pytest.mark.parametrize("arguments, message", [
    (["train", "rbm", "--data", "nonsense", "--out", "new"], "'nonsense' came"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--k", "0"], "k: 0 came"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--rate", "nan"], "rate: nan came"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--hidden", "-3"], "n_hidden: -3 came"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--epochs", "x"], "invalid int value: 'x'"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--seed", "-1"], "--seed: -1 came"),
    (["train", "gan", "--data", "ring", "--out", "new", "--rate", "0"], "rate: 0.0 came"),
    (["train", "gan", "--data", "ring", "--out", "new", "--conditional"], "conditional: ring has no labels"),
    (["train", "gan", "--data", "ring", "--out", "new", "--dropout", "0.5"], "penalty: R1(weight=0.5) came"),
    (["train", "gan", "--data", "ring", "--out", "new", "--penalty-weight", "-1"], "--penalty-weight: -1.0 came"),
    (["train", "gan", "--data", "ring", "--out", "run"], "a checkpoint of RBM came"),
    (["train", "gun", "--data", "digits", "--out", "new"], "invalid choice: 'gun'"),
    (["train", "rbm", "--data", "digits", "--out", "run"], "checkpoint.npz: the run there has"),
    (["train", "rbm", "--data", "digits", "--out", "notes.txt"], "notes.txt"),
    (["train", "rbm", "--data", "notes.txt", "--out", "new"], "notes.txt"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--patience", "3"], "patience: it watches"),
    (["evaluate", "nowhere"], "nowhere"),
    (["evaluate", "run", "--data", "bars-and-stripes"], "a last axis of 64"),
    (["sample", "run", "--out", "s.jpg"], "--out: s.jpg came"),
    (["sample", "run", "--count", "0"], "--count: 0 came"),
    (["sample", "run", "--steps", "0"], "--steps: 0 came"),
    (["lessons", "77"], "lesson: 77 came"),
    ([], "required"),
])
def test_what_cannot_be_done_is_refused_in_one_sentence(trained, arguments, message, capsys, monkeypatch):
    """Exit code 2, no traceback, nothing written and nothing written over."""
    folder = trained[0]
    monkeypatch.chdir(folder)
    (folder / "notes.txt").write_text("not data", encoding="utf8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    try:
        code = main(arguments)
    except SystemExit as stopped:  # argparse's own refusals
        code = stopped.code
    err = capsys.readouterr().err
    assert code == 2 and message in err and "Traceback" not in err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("command", [[], ["demo"], ["train"], ["train", "rbm"], ["train", "gan"], ["sample"], ["evaluate"], ["lessons"]])
def test_help_teaches(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0 and len(capsys.readouterr().out) > 400
