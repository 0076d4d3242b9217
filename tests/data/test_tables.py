import gzip
import io
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from numpy_dgm.data import tables
from numpy_dgm.data.files import DataWarning, Layout
from numpy_dgm.data.tables import read_table
from numpy_dgm.foundation.checks import InvalidInput
from data_files import refused, some_images, write

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "spaces": "   "}


def text_of(rows, header=None, delimiter=","):
    """A table as bytes."""
    lines = [] if header is None else [delimiter.join(header)]
    lines += [delimiter.join(map(str, row)) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def table(tmp_path, content, **layout):
    """(images, labels under their own names or None) of a file with that content."""
    contents = read_table(write(tmp_path / "file.csv", content), Layout(**layout))
    if isinstance(contents.labels, str):
        return contents.images, None
    return contents.images, [contents.labels.names[i] for i in contents.labels.indices]


# numbers


@settings(derandomize=True, deadline=None, max_examples=60)
@given(table=arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(0, 1)),
       delimiter=st.sampled_from(list(DELIMITERS.values())))
def test_floats_come_back_exactly(tmp_path_factory, table, delimiter):
    text = "\n".join(delimiter.join(map(repr, row)) for row in table.tolist())
    contents = read_table(write(tmp_path_factory.mktemp("csv") / "file.csv", text.encode()))
    np.testing.assert_array_equal(contents.images, table)
    assert isinstance(contents.labels, str)


@pytest.mark.parametrize("block_chars", [1, 7, 100, 2**22])
@pytest.mark.parametrize("last, dtype", [(255, np.uint8), (256, np.int64), (-1, np.int64), (2**53, np.int64),
                                         (0.5, np.float64), (2.0**60, np.float64)])
def test_the_dtype_is_the_smallest_however_the_text_is_cut_into_blocks(tmp_path, monkeypatch, block_chars, last, dtype):
    monkeypatch.setattr(tables, "BLOCK_CHARS", block_chars)
    rows = [[0, 200, 3], [1, 2, 3], [4, 5, last]]
    images, _ = table(tmp_path, text_of(rows))
    assert images.dtype == dtype
    np.testing.assert_array_equal(images, rows)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_byte_order_marks_blank_lines_and_gzip(tmp_path, ending, zipped, mark):
    content = mark + ending.join([b"", b"a,b", b" ", b"1,2", b"", b"3,4"])
    images, labels = table(tmp_path, gzip.compress(content) if zipped else content)
    np.testing.assert_array_equal(images, [[1, 2], [3, 4]])
    assert labels is None


@pytest.mark.parametrize("delimiter", DELIMITERS.values(), ids=DELIMITERS)
@pytest.mark.parametrize("quoted", [False, True])
def test_every_delimiter_with_header_and_labels(tmp_path, delimiter, quoted):
    rows = [[5, 0.25, 7], [6, 0.5, 8]]
    content = text_of(rows, ["label", "p,0" if quoted and delimiter == ";" else "p0", "p1"], delimiter)
    if quoted:
        content = b"\n".join(delimiter.encode().join(b'"%b"' % field for field in line.split(delimiter.encode()[:1])
                                                     if field) for line in content.splitlines())
    images, labels = table(tmp_path, content)
    np.testing.assert_array_equal(images, [[0.25, 7], [0.5, 8]])
    assert labels == [5, 6]


def test_white_space_within_fields_and_delimiters_within_names(tmp_path):
    images, labels = table(tmp_path, b"a\tkind\tb\n1\tIris wild\t2\n3\tIris, tame\t4\n", label_column="kind")
    assert images.tolist() == [[1, 2], [3, 4]] and labels == ["Iris wild", "Iris, tame"]
    assert table(tmp_path, b'"a;b",c\n1,2\n3,4\n')[0].tolist() == [[1, 2], [3, 4]]


def test_what_numpy_savetxt_writes_is_read(tmp_path):
    rows = np.column_stack([np.arange(6) % 2 + 3, some_images().reshape(6, 20)])
    for options in ({}, {"header": "made by hand"}, {"header": " ".join(["label", *(f"p{i}" for i in range(20))])},
                    {"delimiter": ","}, {"delimiter": "\t", "fmt": "%d"}):
        out = io.BytesIO()
        np.savetxt(out, rows, **options)
        images, labels = table(tmp_path, out.getvalue())
        is_named = "label" in options.get("header", "")
        np.testing.assert_array_equal(images, rows[:, 1:] if is_named else rows)
        assert labels == ([3, 4, 3, 4, 3, 4] if is_named else None)


# headers


@pytest.mark.parametrize("content, n_rows", [
    ("1,2,3\n4,5,6\n", 2), ("a,b,c\n4,5,6\n", 1), ("a,b,c\n4,5,six\n4,5,6\n", "six"), ("0,1,2\n0,1,1\n", 2),
    (",0,1,2\n0,5,6,7\n", 1), (",".join(map(str, range(12))) + "\n" + ",".join("5" * 12) + "\n", 1),
    (",".join(map(str, range(1, 13))) + "\n" + ",".join("5" * 12) + "\n", 1),
    (",".join(map(str, range(12))) + "\n", 1), ("1,2,?\n4,5,6\n", "?"), ("?,2,3\n4,5,6\n", "?"),
    ("5.1,3.5,setosa\n4.9,3.0,setosa\n", "setosa"), ("label,0,1,2\n4,5,6,7\n", 1), ("1,,3\n4,5,6\n", "''"),
    ("# 1 2 3\n4 5 6\n", 1), ("nan,inf\n1,2\n", 2),
])
def test_a_header_is_told_from_a_row(tmp_path, content, n_rows):
    """By a text above a number, or by numbers that count up as pandas writes them; a missing value is no header."""
    if isinstance(n_rows, str):
        assert f"a number, got {n_rows if n_rows[0] == chr(39) else repr(n_rows)}" in refused(
            read_table, write(tmp_path / "file.csv", content.encode()))
    else:
        assert len(table(tmp_path, content.encode())[0]) == n_rows


# labels


@pytest.mark.parametrize("name", ["label", "Class", " target ", '"y"', "Labels"])
@pytest.mark.parametrize("place", [0, 7, 20])
def test_labels_are_found_by_the_header_wherever_they_stand(tmp_path, name, place):
    images, labels = some_images().reshape(6, 20), np.array([12, -3, 12, 10**12, -3, 12])
    rows = np.insert(images.astype(np.int64), place, labels, axis=1)
    names = [f"pixel{i}" for i in range(20)]
    got_images, got_labels = table(tmp_path, text_of(rows, [*names[:place], name, *names[place:]]))
    np.testing.assert_array_equal(got_images, images)
    assert got_labels == labels.tolist() and got_images.dtype == np.uint8


@pytest.mark.parametrize("value", [2**53 + 1, 2**64 - 1, 10**30])
def test_labels_that_floats_cannot_tell_apart_are_told_apart(tmp_path, value):
    assert table(tmp_path, f"label,a\n{value},1\n{value - 1},2\n".encode())[1] == [value, value - 1]


@pytest.mark.parametrize("block_chars", [5, 2**22])
def test_labels_may_be_texts(tmp_path, monkeypatch, block_chars):
    monkeypatch.setattr(tables, "BLOCK_CHARS", block_chars)
    content = b'a,species\n1,setosa\n2,"Iris, wild"\n3, setosa\n'
    images, labels = table(tmp_path, content, label_column="species")
    assert labels == ["setosa", "Iris, wild", "setosa"]
    np.testing.assert_array_equal(images, [[1], [2], [3]])
    message = refused(read_table, write(tmp_path / "file.csv", content))
    assert "file.csv, line 2, column 1 ('species'): expected a number, got 'setosa'; skip_columns=1 leaves" in message
    np.testing.assert_array_equal(table(tmp_path, content, skip_columns=(1,))[0], [[1], [2], [3]])


def test_labels_that_are_no_classes_are_no_obstacle(tmp_path):
    for labels, reason in ((["0.5", "1", "2"], "real numbers"), (["1", "", "2"], "missing")):
        contents = read_table(write(tmp_path / "f.csv", text_of(zip(labels, [1, 2, 3]), ["target", "a"])))
        assert reason in contents.labels and contents.images.tolist() == [[1], [2], [3]]


@pytest.mark.parametrize("name", ["", "id", "Index", "Unnamed: 0", "image_id"])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_column_of_an_index_is_left_out_wherever_it_stands(tmp_path, name, place):
    names, rows = ["label", "a", "b"], [[5, 10, 20], [6, 30, 40], [5, 50, 60]]
    names.insert(place, name)
    for i, row in enumerate(rows):
        row.insert(place, f"img_{i}")
    contents = read_table(write(tmp_path / "f.csv", text_of(rows, names)))
    assert contents.images.tolist() == [[10, 20], [30, 40], [50, 60]] and contents.labels.names == (5, 6)
    assert f"without column {place} ({name!r})" in contents.remark and "labels in column" in contents.remark
    kept = [[i, *row[:place], *row[place + 1 :]] for i, row in enumerate(rows)]
    names.pop(place)
    assert table(tmp_path, text_of(kept, [name, *names]), skip_columns=("none",))[0].shape == (3, 3)


@pytest.mark.parametrize("asked, label", [
    ("first", 0), ("last", 3), ("0", 0), (2, 2), ("c", 2), ("C", 2), ("none", None),
])
@pytest.mark.parametrize("has_header", [True, False])
def test_label_column_is_taken_at_its_word(tmp_path, asked, label, has_header):
    if not has_header and asked in ("c", "C"):
        return
    rows = [[1, 2, 3, 4], [5, 6, 7, 8]]
    images, labels = table(tmp_path, text_of(rows, list("abcd") if has_header else None), label_column=asked)
    if label is None:
        assert images.tolist() == rows and labels is None
    else:
        assert images.tolist() == [row[:label] + row[label + 1 :] for row in rows]
        assert labels == [row[label] for row in rows]


def test_skip_columns_leaves_out_names_and_numbers(tmp_path):
    rows = [[1, "x", 3, 4], [5, "y", 7, 8]]
    images, labels = table(tmp_path, text_of(rows, ["label", "file", "p", "class"]), skip_columns=("FILE", 3))
    assert images.tolist() == [[3], [7]] and labels == [1, 5]


@pytest.mark.parametrize("layout, message", [
    ({"label_column": "z"}, "label_column: .* first, last, a number from 0 to 2, or one name of a, b, c, got 'z'"),
    ({"label_column": 3}, "label_column: expected first, last, a number from 0 to 2, or .*, got 3"),
    ({"label_column": "-1"}, "label_column: expected .*, got '-1'"), ({"label_column": ""}, "label_column: expected"),
    ({"skip_columns": ("a", "z")}, "skip_columns: expected .*, got 'z'"),
    ({"skip_columns": ("a", "b", "c")}, "expected columns of numbers beside the labels, got none"),
])
def test_columns_that_are_not_there_are_refused(tmp_path, layout, message):
    with pytest.raises(InvalidInput, match=message):
        table(tmp_path, b"a,b,c\n1,2,3\n", **layout)


def test_of_several_columns_of_labels_the_user_names_one(tmp_path):
    content = b"label,class,a\n1,2,3\n4,5,6\n"
    message = "label_column: .* several of labels: label, class, got nothing; skip_columns"
    with pytest.raises(InvalidInput, match=message):
        table(tmp_path, content)
    images, labels = table(tmp_path, content, label_column="label", skip_columns=("class",))
    assert images.tolist() == [[3], [6]] and labels == [1, 4]
    assert table(tmp_path, content, skip_columns=("class",))[1] == [1, 4]


def test_x_and_y_are_a_point_in_the_plane(tmp_path):
    images, labels = table(tmp_path, b"x,y\n0.5,0.25\n0.75,1\n")
    assert images.tolist() == [[0.5, 0.25], [0.75, 1]] and labels is None


# a square of pixels and one column more


def square_and_one(n=60, side=5, seed=0):
    """Pixels (n, side²) and labels 1, 2, 3."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, size=(n, side * side)), rng.integers(1, 4, size=n)


@pytest.mark.parametrize("header", [None, [f"c{i}" for i in range(26)]])
@pytest.mark.parametrize("first", [True, False])
def test_a_column_that_counts_classes_beside_a_square_is_taken_with_a_word(tmp_path, header, first):
    pixels, labels = square_and_one()
    rows = np.column_stack([labels, pixels] if first else [pixels, labels])
    column = 0 if first else 25
    with pytest.warns(DataWarning, match=rf"file.csv: 26 = 5² \+ 1 columns, of which column {column}.* is taken as the "
                                         f"labels; label_column={column} says the same, label_column=none that all"):
        images, got = table(tmp_path, text_of(rows, header))
    np.testing.assert_array_equal(images, pixels)
    assert got == labels.tolist()


def test_where_it_is_not_to_be_told_the_user_is_asked(tmp_path, recwarn):
    pixels, labels = square_and_one()
    for rows in (np.column_stack([labels, pixels[:, 1:], labels]), np.column_stack([pixels, 7 * labels]),
                 np.column_stack([np.zeros(60, int), pixels]), np.column_stack([np.arange(60), pixels])):
        content = text_of(rows)
        message = refused(read_table, write(tmp_path / "f.csv", content))
        assert message.startswith("label_column: expected to be told whether labels stand in one of the 26 = 5² + 1")
        for asked in ("first", "last", "none"):  # the advice works
            images, got = table(tmp_path, content, label_column=asked)
            assert images.shape == (60, 26 if asked == "none" else 25) and (got is None) == (asked == "none")
    assert len(recwarn) == 0


@pytest.mark.parametrize("n_columns", [2, 5, 9, 11, 25])
def test_other_tables_are_read_without_a_word(tmp_path, n_columns, recwarn):
    rows = np.random.default_rng(0).integers(0, 2, size=(40, n_columns))
    assert table(tmp_path, text_of(rows))[0].shape == (40, n_columns) and len(recwarn) == 0


def test_real_numbers_beside_a_square_of_them_are_a_table(tmp_path):
    assert table(tmp_path, text_of(np.random.default_rng(0).random((9, 10))))[0].shape == (9, 10)


# what is refused


@pytest.mark.parametrize("content", [
    b"", b"\n\n", b"a,b,c\n", b"1,2,3\n4,5\n", b"1,2,3\n4,,6\n", b"1;2,3\n4;5;6\n", b"a,b\n1,2,3\n",
    b"\xff\xfe1,2", b"label\n1\n", b"1,2\nx,3\n", b"1,2\n#3,4\n", b"1,2\n3,4,5\n", b"\0\0\0\n1,2\n",
    b"5 1:3 9:7\n4 2:5\n",
    b"0,5;0,7\n0,1;0,2\n", '{"a": [1, 2]}\n'.encode(), "1,½\n".encode(),
])
def test_text_that_is_empty_ragged_or_no_table_of_numbers_is_refused(tmp_path, content):
    refused(read_table, write(tmp_path / "odd.csv", content))


@pytest.mark.parametrize("content, message", [
    (b"1,2\n3,4\n\n5\n", "line 4: expected 2 fields, got 1"),
    (b"a,b\n1,2\n3,x\x1b[31m\n", r"line 3, column 1 ('b'): "),
    (b"1,2\n3," + b"x" * 900 + b"\n", "line 2, column 1: expected a number, got 'xxx"),
    (b"1,2\n3,\x00\n", "line 2, column 1: expected a number, got "),
])
def test_a_refusal_names_the_line_and_the_column(tmp_path, monkeypatch, content, message):
    for block_chars in (2**22, 5):
        assert message in refused(read_table, write(tmp_path / "odd.csv", content))
        monkeypatch.setattr(tables, "BLOCK_CHARS", block_chars)


def test_a_field_of_a_million_characters_makes_a_short_sentence(tmp_path):
    message = refused(read_table, write(tmp_path / "odd.csv", b"1,2\n3," + b"x" * 10**6 + b"\n"))
    assert "line 2, column 1: expected a number, got 'xxx" in message


def test_a_header_of_a_million_characters_is_read(tmp_path):
    content = b"label," + b"p" * 10**6 + b',"' + b"q" * 10**6 + b'"\n1,2,3\n4,5,6\n'
    images, labels = table(tmp_path, content)
    assert images.tolist() == [[2, 3], [5, 6]] and labels == [1, 4]


def test_a_line_that_does_not_end_is_refused_in_bounded_memory(tmp_path):
    path = write(tmp_path / "line.csv.gz", gzip.compress(b"0" * 40_000_000))
    tracemalloc.start()
    assert "line 1: expected at most 16,777,216 characters, got more" in refused(read_table, path)
    assert tracemalloc.get_traced_memory()[1] < 1.5e8
    tracemalloc.stop()


def test_a_table_is_read_in_memory_of_the_order_of_its_file(tmp_path):
    """4,000 rows of 785 columns: 11 MB of text, 3 MB of uint8; read at once it would take five times the text."""
    rows = np.random.default_rng(0).integers(0, 256, size=(4000, 785))
    content = text_of(rows, ["label", *map(str, range(784))])
    path = write(tmp_path / "f.csv", content)
    del rows
    started = time.perf_counter()
    tracemalloc.start()
    contents = read_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert contents.images.dtype == np.uint8 and peak < 4 * len(content)
    assert time.perf_counter() - started < 20
