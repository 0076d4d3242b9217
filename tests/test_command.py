"""The `dgm` command as a person meets it: what it prints, what it leaves, how it refuses."""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from numpy_dgm import __version__, command, load_run
from numpy_dgm.__main__ import main
from numpy_dgm.course.lessons import LessonRun
from numpy_dgm.foundation.checkpoint import CHECKPOINT
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import KINDS
from numpy_dgm.runs.loading import LoadedRun


def dgm(*arguments, folder, encoding="utf8"):
    """Run `dgm` in a process of its own in `folder`: (exit code, standard output, standard error)."""
    done = subprocess.run([sys.executable, "-m", "numpy_dgm", *arguments], cwd=folder, capture_output=True,
                          encoding="utf8", env={**os.environ, "PYTHONIOENCODING": encoding}, check=False)
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
    assert "epoch 3/3" in err and "cases/s" in err and "left" in err and "\r" not in err and "Warning" not in err
    assert "W        float32 (64, 8)" in out and "reconstruction_error" in out and "dgm evaluate run" in out
    assert sorted(os.listdir(folder / "run")) == ["checkpoint.npz", "training.png"]


def test_evaluate_prints_an_exact_log_likelihood_with_its_error(trained):
    code, out, _ = dgm("evaluate", "run", folder=trained[0])
    assert code == 0 and "digits, part test" in out and "360 cases" in out and "exact" in out and "±" in out


def test_sample_draws_images_or_writes_bits(trained):
    folder = trained[0]
    code, out, _ = dgm("sample", "run", "--out", "new/s.png", "--count", "9", "--steps", "5", folder=folder)
    assert "None" not in out
    assert code == 0 and {"s.png", "s_filters.png"} <= set(os.listdir(folder / "new"))
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


def test_a_gan_of_images_takes_the_command_s_options(tmp_path):
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
    code, out, err = dgm("demo", "--out", "figures", folder=tmp_path)
    assert code == 0, err
    assert "add up to 1" in out and "every one of its 34 entries" in out and "01_likelihood" in out
    assert sorted(os.listdir(tmp_path / "figures")) == [
        "filters.png", "free_energies.png", "gan_training.png", "samples.png", "training.png"]
    exact = float(out.split("digit, exactly: ")[1].split(" nats")[0])
    assert exact > -18.6
    begun = out.split("goes on from mar: ")[1].split("\n")[0].split()
    assert len(begun) == len(set(begun)) == 10 and all(name.startswith("mar") for name in begun)
    made_up, _, names = out.split("it makes up, of which ")[1].split("\n")[0].partition(" in 100 are new: ")
    assert 50 < int(made_up) <= 100 and len(names.split()) == 10


def test_lessons_counts_what_was_proved(capsys):
    assert main(["lessons", "4", "--proofs"]) == 0
    out = capsys.readouterr().out
    assert "ok (4.1)" in out and "claims held in 1 lessons, 0 lessons failed" in out


def lesson_runs(monkeypatch, **outcomes):
    """Let each lesson end as it is said by its number, lesson_01=(succeeded, proved); what was asked of them."""
    asked = []

    def run_lesson(path, proofs_only):
        asked.append((path.name[:2], proofs_only))
        succeeded, proved = outcomes[f"lesson_{path.name[:2]}"]
        return LessonRun(path, 1.0, succeeded, "", proved, ("a claim",) * len(proved), ())

    monkeypatch.setattr(command, "run_lesson", run_lesson)
    return asked


def test_lessons_that_fail_are_counted_and_are_a_failure(monkeypatch, capsys):
    asked = lesson_runs(monkeypatch, lesson_04=(True, ("4.1", "4.2", "4.1")), lesson_05=(False, ("5.1",)))
    assert main(["lessons", "4", "5"]) == 1
    out = capsys.readouterr().out
    assert "3 equations proved and 4 claims held in 2 lessons, 1 lessons failed" in out and "1, then FAILED" in out
    assert main(["lessons", "4", "--proofs"]) == 0
    assert asked == [("04", False), ("05", False), ("04", True)]


def test_a_boltzmann_machine_is_trained_sampled_and_evaluated(tmp_path):
    code, out, err = dgm("train", "boltzmann", "--data", "bars-and-stripes", "--hidden", "4", "--epochs", "3", "--out",
                         "run", folder=tmp_path)
    assert code == 0, err
    assert "BoltzmannMachine" in out and "epoch 3/3" in err and "dgm sample run" in out
    code, out, _ = dgm("evaluate", "run", folder=tmp_path)
    assert code == 0 and "16 cases" in out and "exact" in out
    code, _, _ = dgm("sample", "run", "--steps", "3", folder=tmp_path)
    assert code == 0 and (tmp_path / "samples.png").stat().st_size > 1_000


def test_a_classifier_is_trained_and_evaluated_and_makes_no_samples(tmp_path):
    code, out, err = dgm("train", "classifier", "--data", "digits", "--epochs", "3", "--out", "run", folder=tmp_path)
    assert code == 0, err
    assert "MLP" in out and "dgm evaluate run" in out and "dgm sample" not in out
    code, out, _ = dgm("evaluate", "run", folder=tmp_path)
    assert code == 0 and "digits, part test" in out and "error" in out and "class 9" in out
    code, _, err = dgm("sample", "run", folder=tmp_path)
    assert code == 2 and "run: expected a run that can be sampled from, got one of kind classifier" in err


def test_more_epochs_of_a_finished_run_go_on_where_the_schedule_allows_it(tmp_path):
    line = ["train", "rbm", "--data", "digits", "--hidden", "4", "--schedule", "constant", "--out"]
    for folder, epochs in (("run", "2"), ("run", "4"), ("whole", "4")):
        code, _, err = dgm(*line, folder, "--epochs", epochs, folder=tmp_path)
        assert code == 0, err
    runs = [load_run(tmp_path / folder) for folder in ("run", "whole")]
    assert flatten(runs[0].model).tobytes() == flatten(runs[1].model).tobytes() and runs[0].total == 4


def test_the_version_is_that_of_the_package(tmp_path):
    code, out, _ = dgm("--version", folder=tmp_path)
    assert code == 0 and out == f"numpy_dgm {__version__}\n"
    installed = (Path(__file__).parents[1] / "setup.cfg").read_text(encoding="utf8")
    assert "version = attr: numpy_dgm.__version__" in installed


SHAPES = {
    "grey": ((8, 5, 1), []), "colour": ((6, 6, 3), []), "channels first": ((3, 4, 5), []), "a table": ((11,), []),
    "a table with a shape": ((12,), ["--image-shape", "3", "4"]), "grey levels": ((4, 4), ["--bits", "grey"]),
    "reals": ((7,), ["--bits", "sampled"]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_train_says_comes_next_works(tmp_path, name, capsys, monkeypatch):
    """For every shape of data, in a folder with a space in its name."""
    shape, options = SHAPES[name]
    monkeypatch.chdir(tmp_path)
    np.save("data.npy", np.random.default_rng(0).integers(0, 256, (30, *shape)).astype(np.uint8))
    line = ["train", "rbm", "--data", "data.npy", "--hidden", "4", "--epochs", "1", "--out", "a run", *options]
    assert main(line) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"data  data.npy: 30 cases of {np.prod(shape)} numbers")
    said = out.splitlines()[-1].removeprefix("next:  ")
    for command_line in said.split("      "):
        arguments = shlex.split(command_line)
        assert arguments[0] == "dgm"
        assert main([*arguments[1:], *(["--steps", "3"] if "sample" in arguments else ["--temperatures", "20"])]) == 0
    assert Path("samples.png").stat().st_size > 1000 and Path("samples_filters.png").stat().st_size > 1000


def test_an_autoencoder_is_trained_and_evaluated_and_gives_codes_and_a_map(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main("train autoencoder --data digits --hidden 8 --code 3 --epochs 1 --pretrain 1 --out run".split()) == 0
    assert "next:  dgm evaluate run      dgm sample run --out samples.png" in capsys.readouterr().out
    assert main(["evaluate", "run"]) == 0
    assert "with 3 principal components" in capsys.readouterr().out
    for out in ("map.png", "codes.npy"):
        assert main(["sample", "run", "--out", out]) == 0
    assert np.load("codes.npy").shape == (360, 3)
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert {"map.png", "map_reconstructions.png", "training.png"} <= files


def test_options_of_the_data_reach_every_kind(tmp_path, capsys, monkeypatch):
    """A table with labels in its middle column, an index, and integers up to 16; evaluate opens it in the same way."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = np.insert(rng.integers(0, 2, (40, 9)) * 16, 4, np.arange(40) % 2 + 7, axis=1)
    np.savetxt("f.txt", np.column_stack([rows, np.arange(40)]), fmt="%d")
    options = ["--data", "f.txt", "--label-column", "4", "--skip-columns", "10", "--scale", "16"]
    for kind, more in (("rbm", ["--epochs", "1", "--hidden", "2"]), ("boltzmann", ["--epochs", "1", "--hidden", "2"]),
                       ("gan", ["--steps", "2", "--conditional", "--hidden", "4"]), ("classifier", ["--epochs", "1"]),
                       ("autoencoder", ["--epochs", "1"])):
        assert main(["train", kind, *options, *more, "--out", kind]) == 0
        out = capsys.readouterr().out
        assert "f.txt: 40 cases of 9 numbers; images 3 x 3;" in out and "labels 7 8; labels in column 4, without" in out
        assert main(["evaluate", kind]) == 0
        assert "the cases that it learnt from" in capsys.readouterr().out
    np.savez("f.npz", spam=rows[:, :4] // 8, eggs=rows[:, 4])
    for kind in ("rbm", "classifier"):
        line = ["train", kind, "--data", "f.npz", "--array", "spam", "--labels", "eggs", "--epochs", "1", "--out", "z"]
        assert main([*line[:-1], f"{kind}2"]) == 0 and main(["evaluate", f"{kind}2"]) == 0
    err = capsys.readouterr().err
    assert "dgm: f.npz: integers up to 2, so 2 is taken as fully on; scale=2 says the same" in err


INTEGER = "expected an integer >= 1, got"


@pytest.mark.parametrize("arguments, message", [
    (["train", "rbm", "--data", "nonsense", "--out", "new"], "nonsense"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--k", "0"], f"k: {INTEGER} 0"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--rate", "nan"], "rate: expected a number in (0, inf), got"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--hidden", "-3"], f"hidden: {INTEGER} -3"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--epochs", "x"], "invalid int value: 'x'"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--seed", "-1"], "seed: expected an integer >= 0, got -1"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--epohcs", "3"], "unrecognized arguments: --epohcs"),
    (["train", "boltzmann", "--data", "digits", "--out", "new", "--hidden", "0"], f"hidden: {INTEGER} 0"),
    (["train", "classifier", "--data", "bars-and-stripes", "--out", "new"], "expected data with labels"),
    (["train", "classifier", "--data", "digits", "--out", "new", "--dropout", "1"], "dropout: expected a number"),
    (["train", "gan", "--data", "ring", "--out", "new", "--rate", "0"], "rate: expected a number in (0, inf), got 0.0"),
    (["train", "gan", "--data", "ring", "--out", "new", "--conditional"], "conditional: expected data with labels"),
    (["train", "gan", "--data", "ring", "--out", "new", "--dropout", "0.5"], "penalty: expected None for a"),
    (["train", "gan", "--data", "ring", "--out", "new", "--penalty-weight", "-1"], "penalty_weight: expected a"),
    (["train", "gan", "--data", "ring", "--out", "run"], "expected a run of kind gan, got rbm"),
    (["train", "gun", "--data", "digits", "--out", "new"], "invalid choice: 'gun'"),
    (["train", "rbm", "--data", "digits", "--out", "run"], "checkpoint.npz: "),
    (["train", "rbm", "--data", "digits", "--out", "notes.txt"], "notes.txt"),
    (["train", "rbm", "--data", "notes.txt", "--out", "new"], "notes.txt"),
    (["train", "rbm", "--data", "digits", "--out", "new", "--patience", "3"], "for patience to watch"),
    (["train", "rbm", "--data", "digits"], "required: --out"),
    (["evaluate", "nowhere"], "nowhere"),
    (["evaluate", "nowhere", "--seed", "3"], "expected a checkpoint, got no such file"),
    (["evaluate", "-1"], "expected a checkpoint, got no such file"),
    (["evaluate", "run", "--data", "bars-and-stripes"], "expected cases of 64 numbers, got 9"),
    (["evaluate", "run", "--steps", "3"], "unrecognized arguments: --steps 3"),
    (["evaluate"], "required: RUN"),
    (["sample", "run", "--out", "s.jpg"], "out: expected a name that ends in .png"),
    (["sample", "run", "--count", "0"], f"count: {INTEGER} 0"),
    (["sample", "run", "--steps", "0"], f"steps: {INTEGER} 0"),
    (["sample", "--steps", "0", "run"], f"steps: {INTEGER} 0"),
    (["lessons", "77"], "lesson: expected one of"),
    (["play", "gan", "--out", "x.jpg"], "out: expected a name that ends in .gif (a film) or .png (a picture)"),
    (["demo", "--seed", "-1"], "expected an integer >= 0, got '-1'"),
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


@pytest.mark.parametrize("command", [
    [], ["demo"], ["train"], *(["train", kind] for kind in KINDS), ["sample"], ["evaluate"], ["recommend"],
    ["lessons"], ["play"]])
def test_help_teaches(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0 and len(capsys.readouterr().out) > 300


def subcommands(parser, path=()):
    """(words after dgm, parser) of every subcommand and of theirs."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield (*path, name), inner
                yield from subcommands(inner, (*path, name))


def examples(text):
    """The command lines in a help: indented, and behind two spaces and more it may say what they do."""
    return [shlex.split(line) for line in re.findall(r"(?m)^  (dgm .*?)(?:  .*)?$", text)]


def test_every_help_has_an_example_and_every_example_parses():
    parsers = dict(subcommands(command.make_parser()))
    runs = [LoadedRun(Path("a run"), kind, None, None, None, {}, {}, 1, 1) for kind in KINDS]
    for run in runs:
        for name in ("evaluate", "sample"):
            if name == "evaluate" or KINDS[run.kind].SampleOptions is not None:
                parsers[name, run.kind] = command.run_parser(name, run)
    assert len(parsers) > 40 and ("course", "tour") in parsers
    for path, parser in parsers.items():
        lines = examples(parser.format_help())
        own = ["dgm", *path[:1]] if path[0] in ("evaluate", "sample") else ["dgm", *path]
        assert any(line[: len(own)] == own for line in lines), path
        for line in lines:
            if line[1] in ("evaluate", "sample"):
                of_run = path[1] if len(path) > 1 and path[1] in KINDS else "rbm"
                command.run_parser(line[1], runs[list(KINDS).index(of_run)]).parse_args(line[2:])
            else:
                command.make_parser().parse_args(line[1:])


@pytest.mark.parametrize("kind", KINDS)
def test_the_help_of_train_has_every_setting_of_the_kind(kind, capsys):
    with pytest.raises(SystemExit):
        main(["train", kind, "--help"])
    out = "".join(capsys.readouterr().out.split())  # lines are broken at hyphens, too
    assert "(default:None)" not in out and "(default:(" not in out
    for name, one in KINDS[kind].TrainOptions.__dataclass_fields__.items():
        if one.metadata.get("option", True):
            assert f"--{name.replace('_', '-')}" in out or f"--no-{name.replace('_', '-')}" in out
            assert "".join(one.metadata["help"].split()) in out


@pytest.mark.parametrize("command, has, has_not", [("evaluate", "--temperatures", "--count"),
                                                   ("sample", "--count", "--temperatures")])
def test_the_help_of_a_run_shows_the_options_of_its_kind_and_no_others(trained, command, has, has_not, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, str(trained[0] / "run"), "--help"])
    out = capsys.readouterr().out
    assert stopped.value.code == 0 and has in out and has_not not in out and "restricted Boltzmann machine" in out


def test_a_warning_is_a_line_without_the_place_in_the_code(monkeypatch, capsys):
    def warned(options):
        warnings.warn("the run is slow", UserWarning, stacklevel=1)
        return 0

    monkeypatch.setattr(command, "parse", lambda arguments: Namespace(run=warned))
    assert main(["demo"]) == 0
    assert capsys.readouterr() == ("", "dgm: the run is slow\n")


def test_too_little_memory_is_said_in_a_sentence(monkeypatch, capsys):
    def too_large(arguments):
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr(command, "parse", too_large)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == "dgm: not enough memory (Unable to allocate 9 TiB)\n"


@pytest.mark.parametrize("arguments, before, after", [
    (["demo"], None, "1"), (["demo"], "2", "2"), (["lessons"], None, "1"), (["play"], None, "1"),
    (["train"], None, None),
])
def test_demo_and_lessons_run_in_one_thread_unless_it_was_asked_for_more(arguments, before, after, monkeypatch):
    monkeypatch.setattr(command, "run_command", lambda arguments: 0)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", str(before))
    if before is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    assert main(arguments) == 0
    assert os.environ.get("OPENBLAS_NUM_THREADS") == after


def test_a_narrow_encoding_stops_nothing(trained):
    code, out, err = dgm("evaluate", "run", folder=trained[0], encoding="ascii")
    assert code == 0 and "\\xb1" in out and err == ""


def printed_to(output, folder):
    """`dgm --version` with its standard output there, buffered as it is usually: (exit code, standard error)."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run([sys.executable, "-m", "numpy_dgm", "--version"], cwd=folder, stdout=output,
                          stderr=subprocess.PIPE, encoding="utf8", env=environment, check=False)
    return done.returncode, done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is Linux's")
def test_a_full_disk_under_standard_output_is_said_in_one_sentence(tmp_path):
    with open("/dev/full", "w", encoding="utf8") as full:
        code, err = printed_to(full, tmp_path)
    assert code == 2 and err.startswith("dgm: [Errno 28]") and err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_that_nobody_reads_ends_the_command_without_a_word(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert printed_to(writer, tmp_path) == (141, "")
    finally:
        os.close(writer)


@pytest.mark.parametrize("folder, sentence", [
    ("new", "nothing was kept, no turn was whole yet"),
    ("run", "run keeps the run as far as it has come, and the same command goes on with it"),
    ("stack", "stack keeps the run as far as it has come, and the same command goes on with it"),
])
def test_an_interrupt_of_training_says_what_is_kept(folder, sentence, trained, monkeypatch, capsys):
    """"stack" has an RBM that a run was to start from, and no more."""
    def interrupted(options, folder, progress):
        raise KeyboardInterrupt

    monkeypatch.chdir(trained[0])
    (trained[0] / "stack" / "rbm1").mkdir(parents=True, exist_ok=True)
    shutil.copy(trained[0] / "run" / CHECKPOINT, trained[0] / "stack" / "rbm1")
    monkeypatch.setattr(KINDS["rbm"], "train", interrupted)
    assert main(["train", "rbm", "--data", "digits", "--out", folder]) == 130
    assert capsys.readouterr().err == f"dgm: interrupted; {sentence}\n"


def test_an_interrupt_is_answered_in_one_sentence(monkeypatch, capsys):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_command", interrupted)
    assert main(["lessons"]) == 130
    assert capsys.readouterr().err == "dgm: interrupted\n"
