"""What a run says and keeps of itself: its history, and a line that tells how far it is."""
import sys
import time
from typing import Any, TextIO

import numpy as np

from .checks import invalid
from .types import Array


class History:
    """Named series of numbers, an entry each time that a run is recorded. `history["rate"]` is a float64 array.

    `snapshots` holds what `on_record` returned, with when: a list of pairs (epoch or step, array).
    """

    def __init__(self, series: dict | None = None, snapshots: list | None = None):
        self.series = dict(series or {})  # name -> list of floats
        self.snapshots = list(snapshots or [])

    def record(self, **values: float) -> None:
        """Append one number to each named series."""
        for name, value in values.items():
            self.series.setdefault(name, []).append(float(value))

    def __getitem__(self, name: str) -> Array:
        return np.array(self.series[name])

    def __contains__(self, name: str) -> bool:
        return name in self.series

    def last(self, name: str, default: float) -> float:
        """The latest number of a series, `default` where there is none yet."""
        return self.series[name][-1] if name in self.series else default

    def latest(self) -> dict[str, float]:
        """The latest number of each series, by name."""
        return {name: values[-1] for name, values in self.series.items()}

    def __repr__(self) -> str:
        lines = [
            f"  {name:<28} {len(values):4d} values, {values[0]:.4g} first, {values[-1]:.4g} last"
            for name, values in self.series.items()
        ]
        return "\n".join(["History", *lines])

    def to_state(self) -> dict:
        """The history as plain values and arrays, for a checkpoint."""
        series = {name: list(values) for name, values in self.series.items()}
        return {"series": series, "snapshots": [[done, array] for done, array in self.snapshots]}


def history_from_state(name: str, state: Any) -> History:
    """The History that `to_state` made `state` of; InvalidInput where it is none."""
    parts = isinstance(state, dict) and set(state) == {"series", "snapshots"}
    if not parts or not isinstance(state["series"], dict) or not isinstance(state["snapshots"], list):
        raise invalid(name, "series and snapshots", repr(state)[:60])
    for values in state["series"].values():
        if not isinstance(values, list) or not all(isinstance(value, float) for value in values):
            raise invalid(name, "series of numbers", repr(values)[:60])
    for entry in state["snapshots"]:
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[1], np.ndarray):
            raise invalid(name, "snapshots (when, array)", repr(entry)[:60])
    return History(state["series"], [(done, array) for done, array in state["snapshots"]])


class Progress:
    """A line that says how far a run is: it renews itself on a terminal, and is a plain line elsewhere.

    Plain lines come at the first and the last turn and otherwise at most one every `seconds`.
    """

    def __init__(self, total: int, done: int = 0, unit: str = "epoch", cases: int = 0, stream: TextIO | None = None,
                 seconds: float = 5.0):
        """`total` units in all, `done` of them before; `cases` is how many cases a unit has, for the rate."""
        self.total, self.done_before, self.unit, self.cases, self.seconds = total, done, unit, cases, seconds
        self.stream = sys.stderr if stream is None else stream
        self.on_terminal = self.stream.isatty()
        self.has_shown = self.line_is_open = False
        self.started = self.last_line = time.monotonic()

    def show(self, done: int, values: dict) -> None:
        """Say that `done` units are done, and the named values."""
        now = time.monotonic()
        is_due = now - self.last_line >= self.seconds or not self.has_shown or done == self.total
        self.has_shown = True
        if not self.on_terminal and not is_due:
            return
        self.last_line = now
        line = self._line(done, now - self.started, values)
        if self.on_terminal:
            self.stream.write(f"\r\033[K{line}")
            self.line_is_open = True
        else:
            self.stream.write(f"{line}\n")
        self.stream.flush()

    def finish(self) -> None:
        """End the line on a terminal, however the run ended."""
        if self.line_is_open:
            self.stream.write("\n")
            self.stream.flush()
            self.line_is_open = False

    def _line(self, done, elapsed, values):
        seconds_each = max(elapsed / (done - self.done_before), 1e-9)
        parts = [f"{self.unit} {done:,}/{self.total:,}", f"{self.cases / seconds_each:,.0f} cases/s"]
        parts += [f"{name.replace('_', ' ')} {value:.4g}" for name, value in values.items()]
        left = (self.total - done) * seconds_each
        parts.append(f"{int(left) // 60}:{int(left) % 60:02d} left")
        return "   ".join(parts)
