"""Guided stops: `dgm course tour cd` runs one real step under pdb and stops at named lines, with a word at each.

The texts stand in tours.txt beside this file:

    = NAME: TITLE                         a tour
        code                              indented: what is run
    - MODULE FUNCTION: LINE               a stop before that line of the function, which stands in it once
    text                                  two or three lines on what to look at
        p NAME                            indented: what to type
        array float64 (2, 1) [0.1, 0.9]   and what it prints

`c` goes on to the next stop, `q` ends; everything else is pdb.
"""
import linecache
import pdb
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType

from ..foundation.checks import InvalidInput, invalid
from ..foundation.records import show_arrays_short
from .homework import span_of

PACKAGE = Path(__file__).parents[1]
TEXTS = Path(__file__).with_name("tours.txt")
TOURS = ("gibbs", "cd", "pcd", "ais", "backprop", "gan-step")


@dataclass(frozen=True)
class Stop:
    """A line of the package before which a tour stops."""

    path: Path
    line: int
    text: str


@dataclass(frozen=True)
class Tour:
    """A tour: what it runs, and where it stops, in order."""

    name: str
    title: str
    code: str
    stops: tuple[Stop, ...]


@cache
def read_tours() -> dict[str, Tour]:
    """The tours of tours.txt by name."""
    tours = {}
    for part in re.split(r"^= ", TEXTS.read_text(encoding="utf8"), flags=re.MULTILINE)[1:]:
        head, *stops = re.split(r"^- ", part, flags=re.MULTILINE)
        first, _, code = head.partition("\n")
        name, _, title = first.partition(": ")
        code = "\n".join(line.removeprefix("    ") for line in code.rstrip().splitlines()) + "\n"
        tours[name] = Tour(name, title, code, tuple(map(read_stop, stops)))
    return tours


def read_stop(part: str) -> Stop:
    """A stop from its text. InvalidInput where its line does not stand in the function once."""
    head, _, text = part.partition("\n")
    place, _, wanted = head.partition(": ")
    module, function = place.split()
    path = PACKAGE / module
    source = path.read_text(encoding="utf8")
    begin, end = span_of(source, function)
    first = source[:begin].count("\n") + 1
    found = [number for number, line in enumerate(source[begin:end].splitlines(), first) if line.strip() == wanted]
    if len(found) != 1:
        raise InvalidInput(f"tours.txt: {wanted!r} stands {len(found)} times in {function} of {module}")
    return Stop(path, found[0], text.strip("\n"))


def find_tour(name: str) -> Tour:
    """The tour of that name. Raises InvalidInput."""
    if name not in TOURS:
        raise invalid("tour", f"one of {', '.join(TOURS)}", name)
    return read_tours()[name]


def run_tour(name: str) -> None:
    """Run a tour at the terminal."""
    tour = find_tour(name)
    show_arrays_short()
    guide = Guide(tour)
    file = f"tour {name}"
    linecache.cache[file] = (len(tour.code), None, tour.code.splitlines(keepends=True), file)  # so that `l` shows it
    print(f"{tour.title}\n\n{indented(tour.code)}")
    print(f"{len(tour.stops)} stops: c goes on to the next one, n to the next line, s into a call,\n"
          "p NAME prints, l shows the code, q ends.", flush=True)
    guide.run(compile(tour.code, file, "exec"), {"__name__": "__tour__"})
    if not guide.was_left:
        print("that was the last stop")


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


class Guide(pdb.Pdb):
    """pdb that says what is to be seen where it stops."""

    def __init__(self, tour: Tour):
        super().__init__()
        self.waiting = {(str(stop.path), stop.line): (number, stop) for number, stop in enumerate(tour.stops, start=1)}
        self.n_stops = len(tour.stops)
        self.is_at_start, self.was_left = True, False
        for stop in tour.stops:
            self.set_break(str(stop.path), stop.line)

    def user_line(self, frame: FrameType) -> None:
        """Go on from the start to the first stop; at a stop, say what is to be seen."""
        if self.is_at_start:
            self.is_at_start = False
            self.set_continue()
            return
        found = self.waiting.pop((frame.f_code.co_filename, frame.f_lineno), None)
        if found is not None:
            number, stop = found
            self.clear_break(str(stop.path), stop.line)
            print(f"\n[{number} of {self.n_stops}] {stop.text}\n", flush=True)
        super().user_line(frame)

    def set_quit(self) -> None:
        """`q`, or the end of the input."""
        self.was_left = True
        super().set_quit()
