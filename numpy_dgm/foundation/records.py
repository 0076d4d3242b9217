"""Records of arrays: what a model is made of, how a debugger shows it, and its one vector.

A model is a frozen dataclass of arrays; so is its gradient. The fields named in `trainable` are the
parameters that learning moves. `pack` lays them end to end in one contiguous vector and gives back
the same record with its arrays as windows onto that vector:

    vector, rbm = pack(rbm)
    vector += 0.1          # every weight and bias has moved, rbm.W among them

Whatever works on "all the parameters" (optimizers, gradient checks, checkpoints, moving averages) is
written once, on that vector. Fields not in `trainable` (kinds of units, masks) stay as they are.
"""
import dataclasses

import numpy as np


class Record:
    """Base of every record. A subclass is a frozen dataclass with `eq=False`.

    `eq=False`, since `==` between arrays is elementwise; and no arithmetic: `2 * record` is an error,
    where a tuple of arrays would silently be repeated.
    """

    trainable = ()  # names of the fields that make up the vector, in this order

    def __repr__(self):
        """One line a field: name, dtype, shape and range."""
        names = [field.name for field in dataclasses.fields(self)]
        width = max(len(name) for name in names)
        lines = [f"  {name:<{width}}  {describe(getattr(self, name))}" for name in names]
        return "\n".join([type(self).__name__, *lines])


def describe(value):
    """What `value` is, in one short line: dtype, shape and range of an array, else its repr."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.size == 0 or value.dtype.kind not in "biuf":
        return f"{value.dtype} {value.shape}"
    return f"{value.dtype} {value.shape} [{value.min():.3g}, {value.max():.3g}]"


def flatten(record):
    """The trainable arrays of `record` end to end: a new vector (P,)."""
    return np.concatenate([getattr(record, name).ravel() for name in record.trainable])


def windows(record, vector):
    """A record like `record` whose trainable arrays are windows onto `vector` (P,), not copies."""
    wanted = sum(getattr(record, name).size for name in record.trainable)
    if len(vector) != wanted:
        raise ValueError(f"windows: a vector of {len(vector)} came, {wanted} entries were wanted")
    views, start = {}, 0
    for name in record.trainable:
        array = getattr(record, name)
        stop = start + array.size
        views[name] = vector[start:stop].reshape(array.shape)
        start = stop
    return dataclasses.replace(record, **views)


def pack(record):
    """`(vector, record)`: a copy of the trainable arrays in one vector, and windows onto it."""
    vector = flatten(record)
    return vector, windows(record, vector)


def entry_name(record, index):
    """The name of entry `index` of the packed vector, such as 'W[3, 2]'."""
    for name in record.trainable:
        array = getattr(record, name)
        if index < array.size:
            position = ", ".join(str(int(i)) for i in np.unravel_index(index, array.shape))
            return f"{name}[{position}]"
        index -= array.size
    raise IndexError("entry_name: no such entry")


def show_arrays_short():
    """From here on, arrays of more than 20 entries print as a line with dtype, shape and range, then a corner.

    For the debugger: `p p_h_data` then says what a student needs and not 2,000 numbers. It is a
    setting of NumPy's printing for the whole process; `np.set_printoptions(override_repr=None)`
    takes it back (`np.set_string_function(None)` before NumPy 2).
    """
    if hasattr(np, "set_string_function"):  # NumPy 1.26
        np.set_string_function(_short_repr, repr=True)
    else:
        np.set_printoptions(override_repr=_short_repr)


def _short_repr(array):
    if array.size <= 20:
        return np.array2string(array, precision=3, separator=", ")
    corner = np.array2string(array, threshold=20, edgeitems=2, precision=3, suppress_small=True)
    return f"{describe(array)}\n{corner}"
