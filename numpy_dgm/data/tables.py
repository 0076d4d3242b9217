"""Tables: text with a row of numbers a line, between commas, semicolons, tabs or spaces; gzipped or not.

    label,pixel0,pixel1,...          a header, where a line below has numbers in place of its names
    5,0,255,...                      a row

With a header, a column by the name of label, class, target or y holds the labels wherever it stands, and one by the
name of id or index, or without a name, is left out. Text is read in blocks, each straight into the smallest dtype that
holds its numbers: uint8 for integers up to 255, int64 for others, float64 for the rest.
"""
import csv
import io
import math
import pathlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.checks import InvalidInput, invalid, one_line
from ..foundation.types import Array
from .files import Contents, DataWarning, Layout, content_size, open_content, readable
from .labels import NO_LABELS, Labels, as_integer, sorted_labels

LABEL_COLUMNS = ("label", "labels", "class", "target", "targets", "y", "category")
INDEX_COLUMNS = ("", "id", "index", "idx", "image_id", "imageid", "row_id", "rowid", "unnamed: 0")
DELIMITERS = ("\t", ";", ",")
BLOCK_CHARS, MOST_LINE = 2**22, 2**24
FEWEST_PIXELS = 9  # from 3² on, a column more than a square of them is taken for a label
LONG_RUN = 10  # a first line 0,1,2,... of at least so many numbers is a header, as pandas writes it


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are."""

    delimiter: str | None  # None for white space
    n: int
    names: tuple | None  # of the header, None where there is none
    label: int | None  # which of them holds the labels
    skipped: tuple  # which are left out

    def numbers(self) -> list[int]:
        """Which are to be learnt from."""
        return [i for i in range(self.n) if i != self.label and i not in self.skipped]

    def show(self, i: int) -> str:
        """Column i in a message: its number from 0, and its name."""
        return f"column {i}" if self.names is None else f"column {i} ({one_line(self.names[i], 40)!r})"

    def describe(self) -> str:
        """What is not learnt from; empty where all are."""
        parts = [] if self.label is None else [f"labels in {self.show(self.label)}"]
        parts += [f"without {self.show(i)}" for i in self.skipped[:5]]
        parts += [f"and {len(self.skipped) - 5} more"] if len(self.skipped) > 5 else []
        return ", ".join(parts)


def read_table(path: pathlib.Path, layout: Layout = Layout()) -> Contents:
    """Images (N, D) and labels from text. Raises InvalidInput, which names the line."""
    content_size(path)  # it is not empty, whole, and unpacks to no more than it may
    columns: Columns | None = None
    guessed = None  # which column, for its labels
    blocks: list[Array] = []
    codes: dict[str, int] = {}  # of the labels
    indices = []
    for first, lines in line_blocks(path):
        n_head = 0
        if columns is None:
            n_head, columns = read_head(path, lines, layout)
        rows = {first + i: line for i, line in enumerate(lines) if i >= n_head and line.strip()}
        if not rows or columns is None:
            continue
        check_fields(path, rows, columns)
        if not blocks and columns.label is None and layout.label_column is None:
            columns = guess_label(path, rows, columns)
            guessed = columns.label
        blocks.append(read_numbers(path, rows, columns))
        if columns.label is not None:
            texts = read_column(rows, columns, columns.label)
            indices.append(np.array([codes.setdefault(text, len(codes)) for text in texts]))
    if columns is None or not blocks:
        raise invalid(path, "at least one line of numbers", "none")
    labels = labels_of_column(list(codes), np.concatenate(indices)) if indices else NO_LABELS
    return Contents(np.concatenate(blocks), labels, remark=columns.describe(), label_column=guessed)


def line_blocks(path: pathlib.Path) -> Iterator[tuple[int, list[str]]]:
    """`(number of its first line, lines)` of one block of whole lines after the other. Raises InvalidInput."""
    number, rest = 1, ""
    with readable(path, "text in UTF-8"), open_content(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig")  # some programs put a byte order mark first
        while chunk := text.read(BLOCK_CHARS):
            lines = (rest + chunk).split("\n")
            rest = lines.pop()
            if len(rest) > MOST_LINE:
                raise invalid(f"{one_line(path)}, line {number + len(lines)}", f"at most {MOST_LINE:,} characters",
                              "more")
            yield number, lines
            number += len(lines)
        yield number, [rest]


def check_fields(path: pathlib.Path, rows: dict[int, str], columns: Columns) -> None:
    """InvalidInput where one of the rows {line: text} has more or fewer fields than the table has columns."""
    for number, row in rows.items():
        n_fields = count_fields(row, columns.delimiter)
        if n_fields != columns.n:
            raise invalid(f"{one_line(path)}, line {number}", f"{columns.n} fields", n_fields)


def read_numbers(path: pathlib.Path, rows: dict[int, str], columns: Columns) -> Array:
    """The numbers to be learnt from (n, D) of the rows {line: text}, in the smallest dtype. Raises InvalidInput."""
    try:
        table = np.loadtxt(list(rows.values()), delimiter=columns.delimiter, comments=None, quotechar='"', ndmin=2,
                           usecols=columns.numbers())
    except ValueError as error:
        raise bad_field(path, rows, columns, error) from error
    return integers_where_exact(table)


def read_column(rows: dict[int, str], columns: Columns, i: int) -> list[str]:
    """The texts in column i of the rows."""
    fields = np.loadtxt(list(rows.values()), dtype=object, delimiter=columns.delimiter, comments=None, quotechar='"',
                        ndmin=1, usecols=[i])
    return [str(field).strip() for field in fields]


def bad_field(path: pathlib.Path, rows: dict[int, str], columns: Columns, error: ValueError) -> InvalidInput:
    """The InvalidInput that says which field is no number."""
    for number, row in rows.items():
        fields = split_line(row, columns.delimiter)
        for i in columns.numbers():
            if i < len(fields) and not is_number(fields[i]):
                return invalid(f"{one_line(path)}, line {number}, {columns.show(i)}", "a number", repr(fields[i][:60]),
                               f"skip_columns={i} leaves the column out, label_column={i} takes it as the labels")
    return invalid(path, "numbers", f"text that cannot be read ({error})")


def integers_where_exact(table: Array) -> Array:
    """float64 numbers as uint8 or int64 where all are integers, unchanged where one is not."""
    finite = np.isfinite(table).all()
    if not finite or np.abs(table).max(initial=0) > 2**53 or (table != np.rint(table)).any():
        return table
    fits_a_byte = table.min(initial=0) >= 0 and table.max(initial=0) <= 255
    return table.astype(np.uint8 if fits_a_byte else np.int64)


def labels_of_column(texts: list[str], indices: Array) -> Labels | str:
    """The Labels of the distinct texts of a column, and indices (N,) into them; else why there are none."""
    if all(map(is_number, texts)) and None in map(as_integer, texts):
        return "whose labels are real numbers, not classes"
    return sorted_labels(texts, indices)


# the first lines


def read_head(path: pathlib.Path, lines: list[str], layout: Layout) -> tuple[int, Columns | None]:
    """`(how many lines are no rows, the Columns)`, from the first lines; (0, None) where all of them are blank."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    comment = ""
    while filled and lines[filled[0]].startswith("#"):
        comment = lines[filled.pop(0)].lstrip("# ")
    if not filled:
        return 0, None
    first, second = lines[filled[0]], lines[filled[1]] if len(filled) > 1 else ""
    delimiter = find_delimiter(first, second)
    names, row, n_head = None, split_line(first, delimiter), filled[0]
    if is_header(row, split_line(second, delimiter)):
        names, n_head = row, filled[0] + 1
        row = split_line(second, delimiter) if second else names
        if len(names) != len(row):
            raise invalid(path, "as many names in the header as fields in a line",
                          f"{len(names)} names and {len(row)} fields")
    elif comment and len(split_line(comment, delimiter)) == len(row):  # as numpy.savetxt writes it
        names = split_line(comment, delimiter)
    return n_head, choose_columns(path, names, len(row), delimiter, layout)


def find_delimiter(first: str, second: str) -> str | None:
    """What stands between the fields of both lines as often, of tab, semicolon and comma; None for white space."""
    for delimiter in DELIMITERS:
        if first.count(delimiter) == second.count(delimiter) > 0:
            return delimiter
    return next((delimiter for delimiter in DELIMITERS if delimiter in (second or first)), None)


def split_line(line: str, delimiter: str | None) -> list[str]:
    """The fields of a line, without the white space around them."""
    if delimiter is None:
        return [field.strip('"') for field in line.split()]
    if '"' not in line:
        return [field.strip() for field in line.split(delimiter)]
    try:
        return [field.strip() for field in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, StopIteration):  # such as a field of more than 131,072 characters
        return [field.strip() for field in line.split(delimiter)]


def count_fields(row: str, delimiter: str | None) -> int:
    """How many fields a line has."""
    if delimiter is None or '"' in row:
        return len(split_line(row, delimiter))
    return row.count(delimiter) + 1


def is_header(first: list[str], second: list[str]) -> bool:
    """Whether the first line holds names: a text stands above a number, and what numbers it has count up by one.

    A row in which a value is missing is none: its other numbers do not count up.
    """
    numbers = [field for field in first if is_number(field)]
    texts = [field for field in first if field and not is_number(field)]
    if not texts:
        return len(first) == len(second) and count_up(numbers) and (len(numbers) >= LONG_RUN or first[0] == "")
    stands_above = any(name and not is_number(name) and is_number(below) for name, below in zip(first, second))
    return (stands_above or len(first) != len(second)) and (not numbers or count_up(numbers))


def count_up(fields: list[str]) -> bool:
    """Whether they are at least three integers, each one more than the one before."""
    integers = [as_integer(field) for field in fields]
    start = integers[0] if integers else None
    return start is not None and len(fields) >= 3 and integers == list(range(start, start + len(fields)))


def is_number(text: str) -> bool:
    """Whether the text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


# which column is what


def choose_columns(path: pathlib.Path, names: list[str] | None, n: int, delimiter: str | None, layout: Layout
                   ) -> Columns:
    """The Columns of a table of n columns with those names, or None. Raises InvalidInput."""
    known = None if names is None else [name.lower() for name in names]
    skipped = {find_column("skip_columns", column, known, n) for column in layout.skip_columns if column != "none"}
    label = find_label(path, known, n, skipped, layout.label_column)
    if known is not None and "none" not in layout.skip_columns:
        skipped |= {i for i, name in enumerate(known) if name in INDEX_COLUMNS and i != label}
    columns = Columns(delimiter, n, None if names is None else tuple(names), label, tuple(sorted(skipped)))
    if not columns.numbers():
        raise invalid(path, "columns of numbers beside the labels", "none")
    return columns


def find_label(path: pathlib.Path, names: list[str] | None, n: int, skipped: set, asked: str | int | None
               ) -> int | None:
    """Which column holds the labels, None where none does. Raises InvalidInput."""
    if asked == "none":
        return None
    if asked is not None:
        return find_column("label_column", asked, names, n)
    if names is None:
        return None
    found = [i for i, name in enumerate(names) if name in LABEL_COLUMNS and i not in skipped]
    if "x" in names:  # x and y are a point in the plane
        found = [i for i in found if names[i] != "y"]
    if len(found) > 1:
        raise invalid("label_column", f"the name of one column of {one_line(path)}, which has several of labels: "
                      f"{', '.join(one_line(names[i], 40) for i in found[:10])}", "nothing",
                      "skip_columns=... leaves the others out")
    return found[0] if found else None


def find_column(option: str, asked: str | int, names: list[str] | None, n: int) -> int:
    """The number of a column that is asked for as "first", "last", a name or a number from 0. Raises InvalidInput."""
    text = str(asked).strip()
    if names is not None and names.count(text.lower()) == 1:
        return names.index(text.lower())
    places = {"first": 0, "last": n - 1} | ({text: int(text)} if text.isascii() and text.isdigit() else {})
    if text not in places or places[text] >= n or (names is not None and text.lower() in names):
        some = [] if names is None else [one_line(name, 40) for name in names[:10]]
        known = f", or one name of {', '.join(some)}{', ...' if n > 10 else ''}" if some else ""
        raise invalid(option, f"first, last, a number from 0 to {n - 1}{known}", repr(asked))
    return places[text]


def guess_label(path: pathlib.Path, rows: dict[int, str], columns: Columns) -> Columns:
    """The Columns, with a label where nothing says so but a square of pixels and one more column make it likely.

    The first or the last of them is taken, with a DataWarning, where it alone counts classes. InvalidInput where both
    or neither do, although they are integers.
    """
    numbers = columns.numbers()
    side = math.isqrt(len(numbers) - 1)
    if side * side != len(numbers) - 1 or side * side < FEWEST_PIXELS:
        return columns
    texts = {i: read_column(rows, columns, i) for i in (numbers[0], numbers[-1])}
    likely = [i for i, column in texts.items() if counts_classes(column)]
    square = f"{len(numbers)} = {side}² + 1 columns"
    if len(likely) == 1:
        warnings.warn(f"{one_line(path)}: {square}, of which {columns.show(likely[0])} is taken as the labels; "
                      f"label_column={likely[0]} says the same, label_column=none that all are pixels", DataWarning,
                      stacklevel=6)
        return replace(columns, label=likely[0])
    if all(as_integer(column[0]) is None for column in texts.values()):
        return columns
    raise invalid("label_column", f"to be told whether labels stand in one of the {square} of {one_line(path)}",
                  "nothing", "first, last, a number from 0, a name, or none")


def counts_classes(texts: list[str]) -> bool:
    """Whether a column holds the integers 0, 1, ... or 1, 2, ..., at least two of them, each three times on average."""
    integers = {as_integer(text) for text in set(texts)}
    n = len(integers)
    return None not in integers and 2 <= n <= len(texts) / 3 and (
        integers == set(range(n)) or integers == set(range(1, n + 1)))
