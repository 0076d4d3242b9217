"""Settings: one line serves the call, the check, the command and the help."""
import argparse
import inspect
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path

import numpy as np
import pytest

from numpy_dgm.energy.boltzmann_training import BoltzmannSettings, train_boltzmann
from numpy_dgm.adversarial.gan_training import GANSettings, train_gan
from numpy_dgm.energy.rbm_training import RBMSettings, train_rbm
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.settings import Settings, add_options, document_settings, make_settings, setting
from numpy_dgm.neural.mlp_training import ClassifierSettings, train_classifier


@dataclass(frozen=True, kw_only=True)
class Example(Settings):
    epochs: int = setting(help="passes over the data")
    k: int = setting(1, "steps", least=0, most=5)
    rate: float = setting(0.1, "learning rate, 100 % of it", above=0)
    decay: float = setting(None, "of an average", above=0, below=1)
    fraction: float = setting(0.5, "between two limits that are allowed", least=0.25, most=0.75)
    batch_size: int = setting(20, "cases a step")
    method: str = setting("cd", "how", choices=("cd", "pcd"))
    name: str = setting("a", "any text")
    spectral: bool = setting(False, "divide the weights")
    centred: bool = setting(True, "centre the gradient")
    hidden: tuple = setting((8, 4), "units a layer")
    pair: tuple = setting(None, "two integers", n_values=2, metavar=("A", "B"))
    out: Path = setting(Path("x.png"), "where to")
    noise: object = setting(None, "an object", option=False)


def test_values_are_kept_in_one_form():
    example = Example(epochs=np.int64(3), rate=1, hidden=[5], pair=np.array([1, 2]), spectral=np.True_, out="y.png")
    assert example.epochs == 3 and type(example.epochs) is int
    assert example.rate == 1.0 and type(example.rate) is float
    assert example.hidden == (5,) and example.pair == (1, 2) and type(example.pair[0]) is int
    assert example.spectral is True and example.out == Path("y.png") and example.noise is None
    with pytest.raises(FrozenInstanceError):
        example.epochs = 4


def test_the_limits_themselves_are_allowed_where_they_are_said_by_least_and_most():
    for fraction in (0.25, 0.75):
        assert Example(epochs=1, fraction=fraction).fraction == fraction
    assert Example(epochs=1, k=0).k == 0 and Example(epochs=1, k=5).k == 5


@dataclass(frozen=True, kw_only=True)
class Larger(Example):
    seed: int = setting(0, "of all that is drawn", least=0)


def test_the_settings_of_a_smaller_class_can_be_taken_out():
    assert make_settings(Example, Larger(epochs=3, seed=2, name="b").only(Example)) == Example(epochs=3, name="b")


@pytest.mark.parametrize("change, message", [
    ({"epochs": 0}, "epochs: expected an integer >= 1, got 0"),
    ({"epochs": None}, "epochs: expected an integer >= 1, got None"),
    ({"k": -1}, "k: expected an integer in [0, 5], got -1"),
    ({"k": 6}, "k: expected an integer in [0, 5], got 6"),
    ({"k": True}, "k: expected an integer in [0, 5], got True"),
    ({"rate": 0}, "rate: expected a number in (0, inf), got 0"),
    ({"rate": float("nan")}, "rate: expected a number in (0, inf), got nan"),
    ({"rate": "0.1"}, "rate: expected a number in (0, inf), got '0.1'"),
    ({"decay": 1}, "decay: expected a number in (0, 1), got 1"),
    ({"fraction": 0.2}, "fraction: expected a number in [0.25, 0.75], got 0.2"),
    ({"fraction": 0.8}, "fraction: expected a number in [0.25, 0.75], got 0.8"),
    ({"method": "CD"}, "method: expected one of 'cd', 'pcd', got 'CD'"),
    ({"method": None}, "method: expected one of 'cd', 'pcd', got None"),
    ({"method": np.zeros(2)}, "method: expected one of 'cd', 'pcd', got array"),
    ({"name": 3}, "name: expected a text, got 3"),
    ({"spectral": 1}, "spectral: expected True or False, got 1"),
    ({"centred": None}, "centred: expected True or False, got None"),
    ({"hidden": ()}, "hidden: expected integers >= 1, such as (64, 64), got ()"),
    ({"hidden": (3, 0)}, "hidden: expected an integer >= 1, got 0"),
    ({"hidden": 5}, "hidden: expected integers >= 1, such as (64, 64), got 5"),
    ({"pair": (1,)}, "pair: expected 2 integers >= 1, got (1,)"),
    ({"out": 3}, "out: expected a path, got 3"),
])
def test_a_value_out_of_its_range_is_refused_by_name(change, message):
    with pytest.raises(InvalidInput) as caught:
        Example(**{"epochs": 1, **change})
    assert str(caught.value).startswith(message) and "\n" not in str(caught.value)


@pytest.mark.parametrize("values, message", [
    ({"epochs": 1, "epoch": 2}, "epoch: no such setting; did you mean epochs?"),
    ({"epochs": 1, "methd": "cd"}, "methd: no such setting; did you mean method?"),
    ({"epochs": 1, "zzz": "cd"}, "zzz: no such setting; expected one of epochs, k, rate, decay, fraction"),
    ({}, "epochs: expected passes over the data, got nothing"),
])
def test_an_unknown_name_is_refused_with_the_nearest_and_a_missing_one_is_named(values, message):
    with pytest.raises(InvalidInput) as caught:
        make_settings(Example, values)
    assert str(caught.value).startswith(message)


def parse(*arguments):
    parser = argparse.ArgumentParser()
    add_options(parser, Example)
    return vars(parser.parse_args(arguments))


def test_the_commands_options_have_the_settings_defaults():
    options = parse("--epochs", "3")
    assert "noise" not in options
    assert make_settings(Example, options) == Example(epochs=3)


def test_the_commands_options_are_read_as_their_types():
    options = parse("--epochs", "3", "--k", "2", "--batch-size", "9", "--rate", "1e-3", "--decay", ".5",
                    "--method", "pcd", "--spectral", "--no-centred", "--hidden", "5", "6", "7", "--pair", "1", "2",
                    "--out", "y.png", "--name", "b")
    assert make_settings(Example, options) == Example(
        epochs=3, k=2, batch_size=9, rate=1e-3, decay=0.5, method="pcd", spectral=True, centred=False, hidden=(5, 6, 7),
        pair=(1, 2), out=Path("y.png"), name="b")


@pytest.mark.parametrize("arguments", [[], ["--epochs", "x"], ["--epochs", "1", "--method", "CD"],
                                       ["--epochs", "1", "--pair", "1"], ["--epochs", "1", "--noise", "1"]])
def test_the_command_refuses_what_cannot_be_read(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        parse(*arguments)
    assert stopped.value.code == 2 and "error:" in capsys.readouterr().err


def test_the_commands_help_says_what_each_setting_means(capsys):
    with pytest.raises(SystemExit):
        parse("--help")
    text = capsys.readouterr().out
    assert "100 % of it" in text and "do not centre the gradient" in text and "{cd,pcd}" in text and "A B" in text


def test_the_commands_help_begins_with_what_the_class_itself_declares():
    parser = argparse.ArgumentParser()
    add_options(parser, Larger)
    text = parser.format_help()
    assert text.index("\n  --seed ") < text.index("\n  --epochs ")


@pytest.mark.parametrize("function, kind", [
    (train_rbm, RBMSettings), (train_boltzmann, BoltzmannSettings), (train_gan, GANSettings),
    (train_classifier, ClassifierSettings),
])
def test_help_and_signature_show_every_setting_with_its_default(function, kind):
    parameters = inspect.signature(function).parameters
    assert "settings" not in parameters and "rng" in parameters
    for name, one in kind.__dataclass_fields__.items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        [line] = [line for line in function.__doc__.splitlines() if line.split()[:1] == [name] and "  " in line.strip()
                  and one.metadata["help"] in line]
        assert all(repr(choice) in line for choice in one.metadata.get("choices", ()))
        if parameters[name].default is inspect.Parameter.empty:
            assert "required" in line
        else:
            assert repr(parameters[name].default) in line


def test_documenting_leaves_the_function_as_it_works():
    def train(model, *, rng, **settings):
        """Train."""
        return model, rng, settings

    document_settings(train, Example)
    assert train(1, rng=2, epochs=3) == (1, 2, {"epochs": 3})
    assert list(inspect.signature(train).parameters)[:3] == ["model", "rng", "epochs"]
