import os
import re
import warnings
from fractions import Fraction

import numpy as np
import pytest

from numpy_dgm.foundation import checks
from numpy_dgm.foundation.checks import (
    InvalidInput,
    check_array,
    check_choice,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    check_parameter,
    memory_in_gigabytes,
    shown,
)


def refused(check, *arguments, **options):
    """The message: one line that starts with the argument's name, says what was expected and what was got."""
    with pytest.raises(InvalidInput) as caught:
        check("x", *arguments, **options)
    message = str(caught.value)
    assert re.fullmatch("x: expected .+, got .+", message)
    return message


def test_bad_input_is_a_value_error():
    assert issubclass(InvalidInput, ValueError)


@pytest.mark.parametrize("value", [
    np.zeros((2, 3)), np.zeros((2, 3), np.float32), np.ones((2, 3), bool), np.ones((2, 3), np.uint8),
    [[0, 1, 0.5]],
])
def test_arrays_of_numbers_pass_as_they_are(value):
    array = check_array("x", value, width=3, low=0, high=1)
    np.testing.assert_array_equal(array, value)
    assert array is value or isinstance(value, list)


@pytest.mark.parametrize("value, got", [
    (np.zeros(3), "(3,)"),
    (np.zeros((2, 3, 1)), "(2, 3, 1)"),
    (np.zeros((2, 1, 3)), "(2, 1, 3)"),
    (np.zeros((2, 4)), "(2, 4)"),
    (np.zeros((0, 3)), "(0, 3)"),
    (np.array([[None, 1, 2]]), "object"),
    (np.zeros((2, 3), complex), "complex128"),
    ([["a", "b", "c"]], "<U1"),
    ([[0, 1, 0], [1, 0]], "different lengths"),
    (None, "object"),
    ([[np.nan, 0, np.inf]], "2 of 3"),
    ([[0.0, 1.5, 0.2]], "0 to 1.5"),
    ([[-1, 0, 1]], "-1 to 1"),
])
def test_arrays_that_cannot_be_right_are_refused(value, got):
    assert got in refused(check_array, value, width=3, low=0, high=1)


def test_one_open_end_bounds_only_the_other():
    check_array("x", [[1e9]], low=0)
    assert "[0, inf]" in refused(check_array, [[-1.0]], low=0)
    check_array("x", [[-1e9]], high=0)
    assert "[-inf, 0]" in refused(check_array, [[1.0]], high=0)
    check_array("x", [1.0, 2.0], ndim=1, width=2)
    assert "1 of 2" in refused(check_array, [[1.0, np.inf]])  # without any bound too


@pytest.mark.parametrize("value", [[[0, 1]], np.ones((1, 2), bool), np.ones((1, 2), np.uint8), np.ones((1, 2), ">f8"),
                                   np.ones((1, 2), np.longdouble)])
def test_arrays_become_the_floats_that_are_asked_for(value):
    for dtype in (np.float32, np.float64):
        array = check_array("x", value, dtype=dtype)
        assert array.dtype == dtype and array.dtype.isnative
        np.testing.assert_array_equal(array, value)
    single = np.ones((1, 2), np.float32)
    assert check_array("x", single, dtype=np.float32) is single


def test_floats_of_more_than_eight_bytes_become_float64():
    assert check_array("x", np.full((1, 2), np.longdouble(0.1))).dtype == np.float64
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "2 of 2" in refused(check_array, np.full((1, 2), np.longdouble("1e4000")))
        assert np.isinf(check_array("x", [[1e300]], high=np.inf, dtype=np.float32))


def test_what_is_computed_with_in_floats_is_at_most_1e12_in_size():
    for value in ([[1e12]], [[-1e12]]):
        np.testing.assert_array_equal(check_array("x", value, dtype=np.float64), value)
    for value in ([[1.1e12]], [[-1.1e12]], [[10**13]]):
        assert "values in [-1e+12, 1e+12]" in refused(check_array, value, dtype=np.float64)
        check_array("x", value)


def test_one_masked_row_among_whole_ones_is_refused():
    rows = [np.ma.masked_array([0.0, 1.0]), np.ma.masked_array([0.0, 1.0], mask=[True, False])]
    assert "masked entries" in refused(check_array, rows)


@pytest.mark.parametrize("array, got", [
    (np.zeros((2, 3)), "shape (2, 3)"), (np.zeros(0), "shape (0,)"), (np.zeros(4), "shape (4,)"),
    (np.array([0, np.nan, 0]), "NaN or infinity in 1 of 3"), (np.array([0, -np.inf, 0]), "NaN or infinity in 1 of 3"),
    (np.full(3, 1e12), "values from 1e+12 to 1e+12"), ([0.0, 0.0, 0.0], "a list"), (np.zeros(3, int), "dtype int64"),
    (np.zeros(3, np.float16), "dtype float16"),
])
def test_parameters_that_cannot_be_right_are_refused(array, got):
    assert got in refused(check_parameter, array, 1, 3)
    check_parameter("x", np.full(3, 1e11), 1, 3)


def test_parameters_have_entries():
    assert "at least one entry, got shape (0, 3)" in refused(check_parameter, np.zeros((0, 3)), 2, 3)


def test_what_would_take_more_than_a_quarter_of_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(checks, "memory_in_gigabytes", lambda: 16.0)
    check_fits("x", (512, 2**20), 512, 2**20)  # 2^29 numbers of 8 bytes
    assert refused(check_fits, 513, 513, 2**20) == (
        "x: expected what fits into this machine's memory of 16 GB, got 513, with arrays of 4.01 GB")


def test_a_machine_that_does_not_say_how_much_memory_it_has_is_taken_to_have_16_gb(monkeypatch):
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**21}[name], raising=False)
    assert memory_in_gigabytes() == 8
    monkeypatch.delattr(os, "sysconf")
    assert memory_in_gigabytes() == 16


class Unshowable:
    def __repr__(self):
        raise RuntimeError("no text")


def test_a_value_is_shown_on_one_short_line():
    assert shown(np.zeros((2, 2))) == "array([[0., 0.], [0., 0.]])"
    assert shown("a" * 100) == "'" + "a" * 76 + "..."
    assert shown(Unshowable()) == "a Unshowable"
    assert shown(10**5000) == "a int"


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(3)])
def test_whole_numbers_pass_as_ints(value):
    assert type(check_integer("x", value, most=7)) is int and check_integer("x", value) == value


@pytest.mark.parametrize("value", [0, -1, 8, 2.0, np.float64(2), True, "3", None, np.nan, [3]])
def test_what_is_no_integer_in_the_interval_is_refused(value):
    message = refused(check_integer, value, most=7)
    assert repr(value) in message and "an integer in [1, 7]" in message


@pytest.mark.parametrize("value", [0.5, 1, np.float32(0.5), np.int64(1), Fraction(1, 2)])
def test_real_numbers_pass_as_floats(value):
    assert type(check_number("x", value, 0, 1)) is float and check_number("x", value, 0, 1) == value


@pytest.mark.parametrize("value", [
    -0.1, 1.1, np.nan, np.inf, -np.inf, "0.5", None, True, 0.5j, np.array([0.5]),
])
def test_what_is_no_number_in_the_interval_is_refused(value):
    message = refused(check_number, value, 0, 1)
    assert repr(value) in message and "[0, 1]" in message


def test_an_open_end_excludes_itself():
    assert check_number("x", 0, 0, 1) == 0 and check_number("x", 1, 0, 1) == 1
    assert "(0, 1]" in refused(check_number, 0, 0, 1, open_low=True)
    assert "[0, 1)" in refused(check_number, 1, 0, 1, open_high=True)
    assert check_number("x", 1e300, 0, np.inf, open_low=True) == 1e300
    assert "got inf" in refused(check_number, np.inf, 0, np.inf)


@pytest.mark.parametrize("value", [np.array(True), np.array([True]), np.array(["cd"]), [True], Unshowable()])
def test_an_array_of_a_choice_is_no_choice(value):
    assert "expected one of False, True, 'cd'" in refused(check_choice, value, (False, True, "cd"))
    assert check_choice("x", np.bool_(True), (False, True))


def test_choices_are_listed():
    assert check_choice("x", "cd", ("pcd", "cd")) == "cd"
    assert refused(check_choice, "sgd", ("pcd", "cd")) == "x: expected one of 'pcd', 'cd', got 'sgd'"


@pytest.mark.parametrize("value", [0, None, np.random, np.random.RandomState(0)])
def test_only_a_generator_is_a_generator(value):
    assert "default_rng" in refused(check_generator, value)
    rng = np.random.default_rng(0)
    assert check_generator("x", rng) is rng


def test_another_library_s_generator_passes():
    rng = type("Generator", (), {"bit_generator": None})()
    assert check_generator("x", rng) is rng
    assert "got Generator" in refused(check_generator, type("Generator", (), {})())
    assert "got Other" in refused(check_generator, type("Other", (), {"bit_generator": None})())
