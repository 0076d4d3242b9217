"""Settings of a training run: a frozen record with a line for each, which says type, default, meaning and range.

    rate: float = setting(0.1, "learning rate at the start", above=0)

The same line serves the Python call, the check of the value, the checkpoint, the command's option and its help.
"""
import argparse
import difflib
import inspect
import os
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from .checks import InvalidInput, check_choice, check_integer, check_number, invalid


def setting(default: Any = MISSING, help: str = "", **limits: Any) -> Any:
    """A field of a Settings class. A setting without a default must be given; where it is None, None is allowed.

    limits      choices; for an int least (1 by default) and most; for a float above or least (0 by default), below or
                most; for a tuple of ints n_values, how many there must be
    option      False for a setting that the command has no option for, such as an object
    """
    return field(default=default, metadata={"help": help, **limits})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of every kind's settings. Raises InvalidInput, naming the setting, for a value out of its range."""

    def __post_init__(self):
        for one in fields(self):
            object.__setattr__(self, one.name, check_setting(one, getattr(self, one.name)))

    def only(self, kind: type) -> dict:
        """The values of the settings that the Settings class `kind` has, too, by name."""
        return {one.name: getattr(self, one.name) for one in fields(kind)}


def make_settings(kind: type, values: dict) -> Any:
    """The Settings of class `kind` with those values by name. InvalidInput also for unknown and missing names."""
    names = [one.name for one in fields(kind)]
    for name in values:
        if name not in names:
            raise InvalidInput(f"{name}: no such setting; {did_you_mean(name, names)}")
    for one in fields(kind):
        if one.default is MISSING and one.name not in values:
            raise invalid(one.name, one.metadata["help"], "nothing")
    return kind(**values)


def did_you_mean(name: str, names: list[str]) -> str:
    """The one of `names` that is most like `name`, in a question; all of them where none is like it."""
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {nearest[0]}?" if nearest else f"expected one of {', '.join(names)}"


def check_setting(one: Field, value: Any) -> Any:
    """`value` in the form in which the field `one` keeps it, or InvalidInput."""
    limits = one.metadata
    if value is None and one.default is None:
        return None
    if "choices" in limits:
        return check_choice(one.name, value, limits["choices"])
    if one.type is int:
        return check_integer(one.name, value, limits.get("least", 1), limits.get("most"))
    if one.type is float:
        low, high = limits.get("above", limits.get("least", 0)), limits.get("below", limits.get("most", np.inf))
        return check_number(one.name, value, low, high, open_low="above" in limits, open_high="below" in limits)
    if one.type is bool:
        if not isinstance(value, (bool, np.bool_)):
            raise invalid(one.name, "True or False", repr(value))
        return bool(value)
    if one.type is tuple:
        return _check_integers(one, value)
    if one.type is Path:
        if not isinstance(value, (str, os.PathLike)):
            raise invalid(one.name, "a path", repr(value))
        return Path(value)
    if one.type is str and not isinstance(value, str):
        raise invalid(one.name, "a text", repr(value))
    return value


def _check_integers(one, value):
    """A tuple of ints >= 1, as many as `n_values` says if it says so."""
    n_values = one.metadata.get("n_values")
    expected = "integers >= 1, such as (64, 64)" if n_values is None else f"{n_values} integers >= 1"
    try:
        values = tuple(check_integer(one.name, entry) for entry in value)
    except (TypeError, LookupError) as error:  # of an object that has no entries, or others
        raise invalid(one.name, expected, repr(value)) from error
    if len(values) == 0 or n_values not in (None, len(values)):
        raise invalid(one.name, expected, repr(value))
    return values


def add_options(parser: argparse.ArgumentParser, kind: type) -> None:
    """An option of an argparse parser for each field of a Settings class: --batch-size for batch_size.

    Those that the class itself declares come first, then those of its base. A switch that is on by default becomes
    --no-...: --no-centred for `centred`. Values are read as the field's type; whether they are in range is for the
    Settings to say.
    """
    own = inspect.get_annotations(kind)
    for one in sorted(fields(kind), key=lambda one: one.name not in own):
        limits = one.metadata
        if not limits.get("option", True):
            continue
        name, help = f"--{one.name.replace('_', '-')}", limits["help"].replace("%", "%%")
        required = one.default is MISSING
        default = None if required else one.default
        if one.type is bool and default:
            name = f"--no-{name[2:]}"
            parser.add_argument(name, dest=one.name, action="store_false", help=f"do not {help}", default=True)
        elif one.type is bool:
            parser.add_argument(name, action="store_true", help=help)
        elif one.type is tuple:
            nargs = limits.get("n_values", "+")
            parser.add_argument(name, type=int, nargs=nargs, default=default, help=help, metavar=limits.get("metavar"))
        else:
            parser.add_argument(name, type=one.type, default=default, required=required, help=help,
                                choices=limits.get("choices"))


def document_settings(function: Any, kind: type) -> None:
    """Show the settings of class `kind` where a reader looks for them: in help(function) and in its signature.

    `function` takes them as **settings. Its docstring gets a line for each, its signature a keyword each.
    """
    signature = inspect.signature(function)
    parameters = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    lines = []
    for one in fields(kind):
        default = inspect.Parameter.empty if one.default is MISSING else one.default
        parameters.append(inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=default,
                                            annotation=one.type))
        value = "required" if one.default is MISSING else repr(one.default)
        lines.append(f"    {one.name:<24} {value:<14} {describe_setting(one)}")
    function.__signature__ = signature.replace(parameters=parameters)
    function.__doc__ = "\n".join([function.__doc__.rstrip(), "\n    Settings, with their defaults:\n", *lines, ""])


def describe_setting(one: Field) -> str:
    """The meaning of a setting, and its choices where it has some."""
    choices = one.metadata.get("choices")
    return one.metadata["help"] + (f": {', '.join(map(repr, choices))}" if choices else "")
