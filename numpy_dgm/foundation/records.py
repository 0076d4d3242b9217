"""Records of arrays: what a model is made of, how a debugger shows it, and its one vector.

A model is a frozen dataclass of arrays; so is its gradient. The fields named in `trainable` are the
parameters that learning moves. `pack` lays them end to end in one contiguous vector and gives back
the same record with its arrays as windows onto that vector:

    vector, rbm = pack(rbm)
    vector += 0.1          # every weight and bias has moved, rbm.W among them

Whatever works on "all the parameters" (optimizers, gradient checks, checkpoints, moving averages) is
written once, on that vector. Fields not in `trainable` (kinds of units, masks) stay as they are. A model may
be made of smaller records, as a network is of layers; its vector is then theirs, one after the other.
"""
import dataclasses
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from .types import Array


class Record:
    """Base of every record. A subclass is a frozen dataclass with `eq=False`.

    `eq=False`, since `==` between arrays is elementwise; and no arithmetic: `2 * record` is an error,
    where a tuple of arrays would silently be repeated.
    """

    trainable: ClassVar[tuple] = ()  # names of the fields that make up the vector, in this order

    def __repr__(self):
        """One line a field: name, dtype, shape and range."""
        names = [field.name for field in dataclasses.fields(self)]
        width = max((len(name) for name in names), default=0)
        lines = [type(self).__name__]
        for name in names:
            value = describe(getattr(self, name)).replace("\n", "\n    ")  # what has lines of its own stands further in
            lines.append(f"  {name}{value}" if value.startswith("\n") else f"  {name:<{width}}  {value}")
        return "\n".join(lines)


def describe(value: Any) -> str:
    """What `value` is: dtype, shape and range of an array, in a line; the records of a tuple in turn; else its repr."""
    if isinstance(value, tuple) and any(isinstance(part, Record) for part in value):
        return "".join(f"\n[{i}] {part!r}" for i, part in enumerate(value))
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.size == 0 or value.dtype.kind not in "biuf":
        return f"{value.dtype} {value.shape}"
    return f"{value.dtype} {value.shape} [{value.min():.3g}, {value.max():.3g}]"


def leaves(record: Any) -> list[tuple[str, Array]]:
    """The trainable arrays of `record` with their names, in order: a list of pairs such as ("layers[0].W", array).

    A trainable field is an array, a record, or a tuple of records, whose own trainable arrays it then stands for.
    """
    found = []
    for name in record.trainable:
        value = getattr(record, name)
        if isinstance(value, tuple):
            for i, part in enumerate(value):
                found += [(f"{name}[{i}].{inner}", array) for inner, array in leaves(part)]
        elif isinstance(value, Record):
            found += [(f"{name}.{inner}", array) for inner, array in leaves(value)]
        else:
            found.append((name, value))
    return found


def with_leaves(record: Any, arrays: Iterator[Array]) -> Any:
    """A record like `record` with the next of `arrays`, an iterator, in the place of each trainable array."""
    changed: dict[str, Any] = {}
    for name in record.trainable:
        value = getattr(record, name)
        if isinstance(value, tuple):
            changed[name] = tuple(with_leaves(part, arrays) for part in value)
        elif isinstance(value, Record):
            changed[name] = with_leaves(value, arrays)
        else:
            changed[name] = next(arrays)
    return dataclasses.replace(record, **changed)


def sum_of(one: Any, other: Any) -> Any:
    """The sum of two records of the same kind, trainable array by array, such as of two gradients."""
    arrays = [a + b for (_, a), (_, b) in zip(leaves(one), leaves(other))]
    return with_leaves(one, iter(arrays))


def flatten(record: Any) -> Array:
    """The trainable arrays of `record` end to end: a new vector (P,)."""
    return np.concatenate([array.ravel() for _, array in leaves(record)])


def windows(record: Any, vector: Array) -> Any:
    """A record like `record` whose trainable arrays are windows onto `vector` (P,), not copies."""
    arrays = [array for _, array in leaves(record)]
    expected = sum(array.size for array in arrays)
    if len(vector) != expected:
        raise ValueError(f"windows: expected a vector of {expected} entries, got {len(vector)}")
    views, start = [], 0
    for array in arrays:
        stop = start + array.size
        views.append(vector[start:stop].reshape(array.shape))
        start = stop
    return with_leaves(record, iter(views))


def pack(record: Any) -> tuple[Array, Any]:
    """`(vector, record)`: a copy of the trainable arrays in one vector, and windows onto it."""
    vector = flatten(record)
    return vector, windows(record, vector)


def entry_name(record: Any, index: int) -> str:
    """The name of entry `index` of the packed vector, such as 'W[3, 2]' or 'layers[0].W[3, 2]'."""
    for name, array in leaves(record):
        if index < array.size:
            position = ", ".join(str(int(i)) for i in np.unravel_index(index, array.shape))
            return f"{name}[{position}]"
        index -= array.size
    raise IndexError("entry_name: no such entry")


def show_arrays_short() -> None:
    """From here on, the repr of an array is one line, `array float64 (7, 3) [0.0512, 0.961]`, and so is a record's.

    For the debugger: `p p_h_data` then says dtype, shape and range, and not 2,000 numbers; `print(p_h_data)` prints
    them as ever. It holds for the whole process; `np.set_printoptions(override_repr=None)` takes it back for arrays
    (`np.set_string_function(None)` before NumPy 2).
    """
    if hasattr(np, "set_string_function"):  # NumPy 1.26
        np.set_string_function(_short_repr, repr=True)
    else:
        np.set_printoptions(override_repr=_short_repr)
    Record.__repr__ = one_line_repr  # type: ignore[method-assign]


def one_line_repr(record: Record) -> str:
    """A record as one line: its name, and its fields as `describe` tells them; of a network, its layers in brackets."""
    fields = []
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if isinstance(value, tuple) and any(isinstance(part, Record) for part in value):
            told = f"({', '.join(repr(part) for part in value)})"
        else:
            told = describe(value).replace("\n", " ")
        fields.append(f"{field.name} {told}")
    return " ".join([type(record).__name__, ", ".join(fields)]).strip()


def _short_repr(array):
    return f"array {describe(array)}"
