import re
from fractions import Fraction

import numpy as np
import pytest

from numpy_dgm.foundation.checks import (
    InvalidInput,
    check_array,
    check_choice,
    check_generator,
    check_integer,
    check_number,
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


def test_choices_are_listed():
    assert check_choice("x", "cd", ("pcd", "cd")) == "cd"
    assert refused(check_choice, "sgd", ("pcd", "cd")) == "x: expected one of 'pcd', 'cd', got 'sgd'"


@pytest.mark.parametrize("value", [0, None, np.random, np.random.RandomState(0)])
def test_only_a_generator_is_a_generator(value):
    assert "default_rng" in refused(check_generator, value)
    rng = np.random.default_rng(0)
    assert check_generator("x", rng) is rng
