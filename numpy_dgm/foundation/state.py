"""The state of records as plain values, for a checkpoint, and back.

    to_state      a record becomes a dict with its `kind`, the name of its class, and its fields in turn
    from_state    a dict becomes a record again, if its kind is on the list that the caller gives

What comes from a file is not trusted: only kinds on the list are built, and where the run that goes on has a record of
its own, `like`, every field must have its type and every array its dtype and shape.
"""
import dataclasses
from typing import Any

import numpy as np

from .checks import InvalidInput, invalid

LARGEST = 1e15
ANYTHING = object()  # in the place of `like` where nothing is known


def to_state(value: Any) -> Any:
    """`value` as arrays, numbers, texts, None, lists and dicts of these; arrays are copied.

    A record (any dataclass) becomes a dict, a tuple a list. Raises InvalidInput for other objects.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [to_state(part) for part in value]
    if isinstance(value, dict):
        return {name: to_state(part) for name, part in value.items()}
    if dataclasses.is_dataclass(value):
        parts = {one.name: to_state(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **parts}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise invalid("state", "arrays, numbers, texts and dataclasses", repr(value))


def from_state(name: str, state: Any, kinds: tuple, like: Any = ANYTHING) -> Any:
    """What `to_state` made `state` of. Records are of one of the classes `kinds`; lists come back as tuples.

    name    what it is called in a message
    like    a value of the same structure, if there is one: the same kinds, types, dtypes and shapes are then required

    Raises InvalidInput.
    """
    if like is not ANYTHING:
        check_like(name, state, like)
    if isinstance(state, np.ndarray):
        check_numbers(name, state)
    if isinstance(state, list):
        likes = [ANYTHING] * len(state) if like is ANYTHING else like
        return tuple(from_state(f"{name}[{i}]", part, kinds, likes[i]) for i, part in enumerate(state))
    if not isinstance(state, dict):
        return state
    known = {kind.__name__: kind for kind in kinds}
    kind_name = state.get("kind")
    kind = known.get(kind_name) if isinstance(kind_name, str) else None
    if kind is None:
        raise invalid(name, f"one of {', '.join(known)}", repr(kind_name))
    expected = {one.name for one in dataclasses.fields(kind)}
    if set(state) - {"kind"} != expected:
        raise invalid(name, f"a {kind.__name__} of {', '.join(sorted(expected))}", f"{', '.join(sorted(state))}")
    parts = {part: from_state(f"{name}.{part}", state[part], kinds, getattr(like, part, ANYTHING)) for part in expected}
    try:
        return kind(**parts)
    except (TypeError, AttributeError) as error:  # a kind that checks its fields and did not expect such a value
        raise InvalidInput(f"{name}: the values of this {kind.__name__} cannot be used ({error})") from error


def check_numbers(name: str, array: np.ndarray) -> None:
    """InvalidInput where a float array holds what no run comes to: NaN, infinity, or more than 1e15 in size."""
    if array.dtype.kind == "f" and array.size and not np.abs(array).max() <= LARGEST:
        raise invalid(name, f"finite values up to {LARGEST:g} in size", f"up to {np.abs(array).max():g}")


def check_like(name: str, state: Any, like: Any) -> None:
    """InvalidInput unless `state` could have been made of a value like `like`."""
    expected, got = describe_type(like), describe_type(state)
    if isinstance(like, (list, tuple)):
        expected, got = f"{len(like)} entries", f"{len(state)} entries" if isinstance(state, list) else "no list"
    elif dataclasses.is_dataclass(like) and isinstance(state, dict):
        got = str(state.get("kind"))
    if expected != got:
        raise invalid(name, expected, got)


def describe_type(value: Any) -> str:
    """The dtype and shape of an array, such as 'float32 (64, 16)', or the name of another value's type."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    return type(value).__name__


def outline(name: str, state: Any) -> dict:
    """What is fixed in a state, by name: dtypes and shapes of arrays, and all other values.

    Of a small RBM it is {"W": "float32 (64, 16)", ..., "visible.kind": "Bernoulli"}.
    """
    if isinstance(state, list):
        state = {f"[{i}]": part for i, part in enumerate(state)}
    if not isinstance(state, dict):
        return {name: describe_type(state) if isinstance(state, np.ndarray) else state}
    found: dict[str, Any] = {}
    for part, value in state.items():
        separator = "." if name and not part.startswith("[") else ""
        found |= outline(f"{name}{separator}{part}", value)
    return found
