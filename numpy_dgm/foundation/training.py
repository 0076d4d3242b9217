"""What every training run shares; the step itself is each model's own.

    for epoch in range(start, epochs):
        for x in minibatches(data, rows, batch_size, rng, dtype):
            ...                                   one step of the model
            check_finite(model, f"epoch {epoch + 1}")
        history.record(epoch=epoch + 1, ...)
        progress.show(epoch + 1, cases, ...)

N cases    P parameters, in one vector
"""
import sys
import time
import zlib

import numpy as np

from .checks import InvalidInput, check_array
from .records import leaves

CASES_AT_ONCE = 10_000  # rows of data that are looked at together: a memory map is never read whole


class Diverged(FloatingPointError):
    """A parameter or a loss is no longer finite. `model` is the last good one, or None where there is none."""

    def __init__(self, message, model=None):
        super().__init__(message)
        self.model = model


def minibatches(data, rows, batch_size, rng, dtype):
    """One epoch: the cases `rows` of `data` in a fresh order, `batch_size` at a time, in `dtype`.

    `data` is anything that an array of row numbers indexes: an array, a memory map, a Data. Only the
    rows of a batch are converted, as they are drawn. The last batch holds what is left.
    """
    order = rng.permutation(rows)
    for start in range(0, len(order), batch_size):
        batch_rows = order[start : start + batch_size]
        yield np.asarray(data[batch_rows], dtype=dtype)


def split_rows(n_cases, share, rng):
    """`(training rows, validation rows)`: a random `share` in [0, 1) of the cases is held out."""
    order = rng.permutation(n_cases)
    n_held_out = int(round(share * n_cases))
    if n_held_out == n_cases:
        raise InvalidInput(f"validation: a share of {share} of {n_cases} cases leaves none to train on")
    if n_held_out == 0 and share > 0:
        raise InvalidInput(f"validation: a share of {share} of {n_cases} cases holds out none, a larger one was wanted")
    return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])


def check_cases(name, data, width, check):
    """`data` where it can be trained on: two axes, `width` numbers a case, each block of cases passed by `check`.

    check(name, block, width) looks at the values, such as a kind of unit's own check. The cases are read in
    blocks of 10,000, so that a memory map larger than memory passes too. Raises InvalidInput.
    """
    if isinstance(data, list):
        data = check_array(name, data)
    shape = getattr(data, "shape", None)
    if shape is None:
        raise InvalidInput(f"{name}: {type(data).__name__} came, an array or what open_data gives was wanted")
    if len(shape) != 2 or shape[0] == 0 or shape[1] != width:
        raise InvalidInput(f"{name}: shape {tuple(shape)} came, (cases, {width}) with at least one case was wanted")
    for start in range(0, shape[0], CASES_AT_ONCE):
        check(name, np.asarray(data[start : start + CASES_AT_ONCE]), width)
    return data


def mean_of_cases(data, rows):
    """The mean of the cases `rows` of `data`, in float64, read in blocks: (D,)."""
    total = 0.0
    for start in range(0, len(rows), 500):
        block = np.asarray(data[rows[start : start + 500]])
        total = total + block.sum(axis=0, dtype=np.float64)
    return total / len(rows)


def fingerprint(data):
    """A short text that tells two data sets apart: the shape and a checksum of up to 64 cases."""
    rows = np.unique(np.linspace(0, len(data) - 1, 64).astype(np.int64))
    sample = np.ascontiguousarray(np.asarray(data[rows], dtype=np.float64))
    return f"{data.shape[0]} x {data.shape[1]}, checksum {zlib.crc32(sample.tobytes()):08x}"


class History:
    """Named series of numbers, an entry each time that the run is looked at. `history["rate"]` is a float64 array."""

    def __init__(self, series=None):
        self.series = dict(series or {})  # name -> list of floats

    def record(self, **values):
        """Append one number to each named series."""
        for name, value in values.items():
            self.series.setdefault(name, []).append(float(value))

    def __getitem__(self, name):
        return np.array(self.series[name])

    def __contains__(self, name):
        return name in self.series

    def __repr__(self):
        lines = [
            f"  {name:<28} {len(values):4d} values, {values[0]:.4g} first, {values[-1]:.4g} last"
            for name, values in self.series.items()
        ]
        return "\n".join(["History", *lines])


class Progress:
    """What a run says of itself: one line that renews itself on a terminal, plain lines elsewhere.

    Plain lines come at the first and the last turn and otherwise at most one every `seconds`.
    """

    def __init__(self, total, done=0, name="epoch", stream=None, seconds=5.0):
        self.total, self.done_before, self.name, self.seconds = total, done, name, seconds
        self.stream = sys.stderr if stream is None else stream
        self.on_terminal = self.stream.isatty()
        self.has_shown = False
        self.started = self.last_line = time.monotonic()

    def show(self, done, cases, **values):
        """Say that `done` epochs (or what else `name` says) are done; `cases` is how many cases one of them has."""
        now = time.monotonic()
        is_due = now - self.last_line >= self.seconds or not self.has_shown or done == self.total
        self.has_shown = True
        if not self.on_terminal and not is_due:
            return
        self.last_line = now
        line = self._line(done, cases, now - self.started, values)
        if self.on_terminal:
            end = "\n" if done == self.total else ""
            self.stream.write(f"\r\033[K{line}{end}")
        else:
            self.stream.write(f"{line}\n")
        self.stream.flush()

    def finish(self):
        """End the line of a run that stopped before its last epoch."""
        if self.on_terminal:
            self.stream.write("\n")
            self.stream.flush()

    def _line(self, done, cases, elapsed, values):
        seconds_each = max(elapsed / (done - self.done_before), 1e-9)
        parts = [f"{self.name} {done:,}/{self.total:,}", f"{cases / seconds_each:,.0f} cases/s"]
        parts += [f"{name.replace('_', ' ')} {value:.4g}" for name, value in values.items()]
        left = (self.total - done) * seconds_each
        parts.append(f"{int(left) // 60}:{int(left) % 60:02d} left")
        return "   ".join(parts)


class EarlyStopping:
    """Remembers the best score and the parameters that had it; says when `patience` epochs brought no better."""

    def __init__(self, patience, best_score=None, best_vector=None, epochs_without=0):
        self.patience = patience
        self.best_score, self.best_vector, self.epochs_without = best_score, best_vector, epochs_without

    def should_stop(self, score, vector):
        """Take in this epoch's `score` (higher is better) and its parameters (P,): is it time to stop?"""
        if self.best_score is None or score > self.best_score:
            self.best_score, self.best_vector, self.epochs_without = float(score), vector.copy(), 0
        else:
            self.epochs_without += 1
        return self.epochs_without >= self.patience


def check_finite(model, when, last_good=None, **losses):
    """Raise Diverged where a trainable array of `model` or one of the named losses is not finite.

    when      where the run stands, such as "epoch 3"
    """
    for name, value in [*leaves(model), *losses.items()]:
        if not np.isfinite(value).all():
            raise Diverged(
                f"training stopped in {when}: {name} is no longer finite; "
                "a smaller learning rate usually mends this",
                last_good,
            )
