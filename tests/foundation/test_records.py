from dataclasses import dataclass

import numpy as np
import pytest

from numpy_dgm.foundation.records import (
    Record,
    describe,
    entry_name,
    flatten,
    leaves,
    pack,
    show_arrays_short,
    windows,
)


@dataclass(frozen=True, eq=False, repr=False)
class Model(Record):
    W: np.ndarray
    mask: np.ndarray
    b: np.ndarray
    kind: str = "bits"

    trainable = ("b", "W")  # not the order of the fields


def some_model(dtype=np.float64):
    W = np.arange(6, dtype=dtype).reshape(2, 3)
    return Model(W=W, mask=np.eye(2, dtype=bool), b=np.array([10, 11], dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pack_lays_the_trainable_arrays_end_to_end_in_their_order(dtype):
    vector, packed = pack(some_model(dtype))
    np.testing.assert_array_equal(vector, [10, 11, 0, 1, 2, 3, 4, 5])
    assert vector.dtype == packed.W.dtype == dtype and vector.flags.c_contiguous
    np.testing.assert_array_equal(flatten(packed), vector)


def test_the_packed_arrays_are_windows_both_ways():
    vector, packed = pack(some_model())
    assert np.shares_memory(vector, packed.W) and np.shares_memory(vector, packed.b)
    vector += 100
    np.testing.assert_array_equal(packed.W, some_model().W + 100)
    np.testing.assert_array_equal(packed.b, some_model().b + 100)
    packed.W[1, 2] = -1
    assert vector[-1] == -1


def test_the_record_that_was_packed_stays_as_it_was():
    model = some_model()
    vector, packed = pack(model)
    vector[:] = 0
    np.testing.assert_array_equal(model.W, some_model().W)
    assert not np.shares_memory(vector, model.W) and packed.mask is model.mask and packed.kind == "bits"


def test_pack_takes_transposed_arrays_by_their_entries():
    model = Model(W=np.arange(6.0).reshape(3, 2).T, mask=None, b=np.zeros(1))
    _, packed = pack(model)
    np.testing.assert_array_equal(packed.W, model.W)


@pytest.mark.parametrize("length", [0, 3, 7, 9])
def test_windows_of_a_vector_of_another_length_are_refused(length):
    with pytest.raises(ValueError, match=f"expected a vector of 8 entries, got {length}"):
        windows(some_model(), np.zeros(length))


def test_entry_name_says_where_each_entry_of_the_vector_belongs():
    model = some_model()
    vector, packed = pack(model)
    for i in range(len(vector)):
        name, position = entry_name(model, i)[:-1].split("[")
        vector[i] = -7
        assert getattr(packed, name)[tuple(int(part) for part in position.split(","))] == -7
        vector[i] = 0
    assert entry_name(model, 7) == "W[1, 2]"
    with pytest.raises(IndexError):
        entry_name(model, len(vector))


def test_a_record_shows_one_line_a_field_with_dtype_shape_and_range():
    lines = repr(some_model(np.float32)).splitlines()
    assert [line.split()[0] for line in lines] == ["Model", "W", "mask", "b", "kind"]
    assert lines[1].endswith("float32 (2, 3) [0, 5]") and lines[2].endswith("bool (2, 2) [0, 1]")
    assert lines[4].endswith("'bits'")


def test_describe_takes_arrays_without_a_range_too():
    assert describe(np.zeros((0, 3))) == "float64 (0, 3)"
    assert describe(np.array(["a"])) == "<U1 (1,)"
    assert describe(np.array([np.nan, 1.0])) == "float64 (2,) [nan, nan]"


def test_records_know_no_arithmetic_and_no_assignment():
    model = some_model()
    for operation in (lambda: 2 * model, lambda: model + model, lambda: model * 2, lambda: -model):
        with pytest.raises(TypeError):
            operation()
    with pytest.raises(AttributeError):
        model.W = np.zeros((2, 3))
    assert model != some_model()  # equal as objects only, never entry by entry


@pytest.fixture
def print_options_afterwards():
    before, record_repr = np.get_printoptions(), Record.__repr__
    yield
    Record.__repr__ = record_repr
    if hasattr(np, "set_string_function"):  # NumPy 1.26
        np.set_string_function(None)
    else:
        np.set_printoptions(**before)


def test_arrays_and_records_are_one_line_once_told_so(print_options_afterwards):
    long = np.linspace(-1, 1, 5000).reshape(50, 100)
    plain = str(long)
    show_arrays_short()
    assert repr(long) == "array float64 (50, 100) [-1, 1]" and str(long) == plain
    assert repr(np.array([1, 3])) == "array int64 (2,) [1, 3]" and repr(np.array(["a"])) == "array <U1 (1,)"
    model = "Model W float64 (1, 2) [100, 101], mask None, b float64 (1,) [200, 200], kind 'bits'"
    assert repr(some_pair().rest[0]) == model
    assert f"rest ({model}, Still size 3, Model W " in repr(some_pair()) and "\n" not in repr(some_pair())


# records made of records


@dataclass(frozen=True, eq=False, repr=False)
class Pair(Record):
    first: Model
    rest: tuple
    scale: np.ndarray
    name: str = "pair"

    trainable = ("rest", "first", "scale")


@dataclass(frozen=True, eq=False, repr=False)
class Still(Record):
    size: int = 3


def some_pair():
    other = Model(W=100 + np.arange(2.0).reshape(1, 2), mask=None, b=np.array([200.0]))
    return Pair(first=some_model(), rest=(other, Still(), some_model()), scale=np.array([[7.0]]))


def test_a_record_of_records_packs_theirs_one_after_the_other():
    vector, packed = pack(some_pair())
    np.testing.assert_array_equal(vector, [200, 100, 101, 10, 11, 0, 1, 2, 3, 4, 5, 10, 11, 0, 1, 2, 3, 4, 5, 7])
    vector += 1000
    np.testing.assert_array_equal(packed.rest[0].W, [[1100, 1101]])
    np.testing.assert_array_equal(packed.first.b, [1010, 1011])
    assert packed.scale[0, 0] == 1007 and packed.rest[1].size == 3 and packed.name == "pair"


def test_entries_of_a_record_of_records_are_named_by_their_place():
    names = [entry_name(some_pair(), i) for i in (0, 2, 3, 10, 11, 18, 19)]
    assert names == ["rest[0].b[0]", "rest[0].W[0, 1]", "rest[2].b[0]", "rest[2].W[1, 2]", "first.b[0]",
                     "first.W[1, 2]", "scale[0, 0]"]


def test_leaves_are_the_arrays_themselves():
    pair = some_pair()
    found = leaves(pair)
    assert [name for name, _ in found][:2] == ["rest[0].b", "rest[0].W"] and len(found) == 7
    assert found[-1][1] is pair.scale


def test_a_record_of_records_prints_each_further_in():
    assert repr(some_pair()).splitlines() == [
        "Pair",
        "  first  Model",
        "      W     float64 (2, 3) [0, 5]",
        "      mask  bool (2, 2) [0, 1]",
        "      b     float64 (2,) [10, 11]",
        "      kind  'bits'",
        "  rest",
        "    [0] Model",
        "      W     float64 (1, 2) [100, 101]",
        "      mask  None",
        "      b     float64 (1,) [200, 200]",
        "      kind  'bits'",
        "    [1] Still",
        "      size  3",
        "    [2] Model",
        "      W     float64 (2, 3) [0, 5]",
        "      mask  bool (2, 2) [0, 1]",
        "      b     float64 (2,) [10, 11]",
        "      kind  'bits'",
        "  scale  float64 (1, 1) [7, 7]",
        "  name   'pair'",
    ]
