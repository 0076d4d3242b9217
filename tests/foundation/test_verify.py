import numpy as np
import pytest

from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.verify import (
    ClaimDoesNotHold,
    EquationDoesNotHold,
    claim,
    verify,
    verify_at_most,
    verify_mean,
)


def refused(check, *arguments, **options):
    """The message with which `check` refuses; nothing may be printed."""
    with np.errstate(invalid="ignore"), pytest.raises(EquationDoesNotHold) as caught:
        check("(1.2) left = right", *arguments, **options)
    assert str(caught.value).startswith("(1.2) left = right")
    return str(caught.value)


def test_what_holds_prints_one_line_that_starts_with_ok_and_the_label(capsys):
    verify("(1.2) a = b", np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-12]))
    verify_at_most("(1.2) a <= b", [1.0, 2.0], [1.0, 5.0])
    verify_mean("(1.2) <s> = 0", np.array([-1.0, 1.0, -1.0, 1.0]), 0.0)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and all(line.startswith("  ok (1.2)") for line in lines)


def test_what_fails_says_where_both_values_and_their_ratio(capsys):
    right = np.arange(1.0, 7.0).reshape(2, 3)
    left = right.copy()
    left[1, 2] *= -4
    message = refused(verify, left, right)
    assert "[1, 2]: left -24, right 6, ratio -4\n" in message
    assert "1 of 6 entries" in message and capsys.readouterr().out == ""


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("factor", [-1.0, 0.25, 4.0, 1 + 1e-8])
def test_one_wrong_entry_anywhere_fails(place, factor):
    left = np.array([0.5, 3.0, -2.0, 1e6])
    right = left.copy()
    right[place] *= factor
    refused(verify, left, right)


def test_the_tolerance_is_relative_above_1_and_absolute_below():
    verify("(1.2)", 1e6, 1e6 * (1 + 0.9e-10))
    refused(verify, 1e6, 1e6 * (1 + 1.2e-10))
    verify("(1.2)", 1e-11, 9e-11)
    refused(verify, 1e-10, 2.2e-10)
    verify("(1.2)", 1.0, 1.009, tolerance=0.01)


@pytest.mark.parametrize("check", [verify, verify_at_most])
def test_shapes_must_be_the_same_and_not_empty(check):
    assert "shape" in refused(check, np.zeros(3), np.zeros((3, 1)))
    assert "shape" in refused(check, np.zeros(3), 0.0)
    assert "nothing to compare" in refused(check, np.zeros((0, 2)), np.zeros((0, 2)))


@pytest.mark.parametrize("check", [verify, verify_at_most])
def test_one_array_on_both_sides_proves_nothing(check):
    a = np.arange(6.0)
    for left, right in [(a, a), (a[:4], a[:4]), (a.reshape(2, 3), a.reshape(2, 3))]:
        assert "same array" in refused(check, left, right)


@pytest.mark.parametrize("check", [verify, verify_at_most])
def test_two_parts_of_one_array_may_be_compared(check):
    a = np.ones((3, 3))
    check("(1.2) halves", a[0], a[1])
    symmetric = a + np.eye(3)
    check("(1.2) W = Wᵀ", symmetric, symmetric.T[:])


@pytest.mark.parametrize("left, right", [(np.nan, np.nan), (np.nan, 1.0), (1.0, np.nan), (np.inf, 1.0),
                                         (1.0, np.inf), (-np.inf, np.inf), (np.inf, np.inf)])
def test_nan_and_infinity_are_never_equal_to_anything(left, right):
    refused(verify, np.array([0.0, left]), np.array([0.0, right]))


def test_at_most_takes_rounding_and_no_more():
    verify_at_most("(1.3)", [1.0, -5.0], [1.0 - 1e-12, 7.0])
    message = refused(verify_at_most, [1.0, 2.0], [1.5, 1.9])
    assert "[1]" in message and "left 2," in message
    refused(verify_at_most, [2.0, 0.0], [1.0, 100.0])


def test_at_most_knows_the_infinities():
    verify_at_most("(1.3) log 0 is at most anything", [-np.inf, 1.0], [0.0, np.inf])
    for left, right in [(np.inf, 0.0), (0.0, -np.inf), (np.nan, 0.0), (0.0, np.nan)]:
        refused(verify_at_most, left, right)


SAMPLES = np.random.default_rng(3).normal(loc=[0.0, 2.0], scale=[1.0, 0.1], size=(10_000, 2))


def test_the_mean_of_a_right_sampler_is_accepted():
    """4.5 standard errors: a right sampler fails with probability 7e-6 an entry."""
    verify_mean("(1.4)", SAMPLES, np.array([0.0, 2.0]))
    verify_mean("(1.4)", SAMPLES[:, 0], 0.0)


@pytest.mark.parametrize("entry, scale", [(0, 1.0), (1, 0.1)])
@pytest.mark.parametrize("errors_off", [-10, 10])
def test_a_mean_ten_standard_errors_off_is_refused(entry, scale, errors_off):
    exact = np.array([0.0, 2.0])
    exact[entry] += errors_off * scale / np.sqrt(len(SAMPLES))
    assert f"[{entry}]" in refused(verify_mean, SAMPLES, exact)


def test_the_standard_error_is_that_of_the_mean():
    """Samples 0 and 2 in turn: sd = √(S / (S - 1)), so that 4.5 standard errors are known exactly."""
    samples = np.tile([0.0, 2.0], 50)
    allowed = 4.5 / np.sqrt(len(samples) - 1)
    verify_mean("(1.4)", samples, 1 + 0.999 * allowed)
    refused(verify_mean, samples, 1 + 1.001 * allowed)


def test_an_entry_that_does_not_vary_must_be_exact():
    samples = np.stack([np.full(1000, 0.1), np.random.default_rng(0).normal(size=1000)], axis=1)
    verify_mean("(1.4)", samples, np.array([0.1, 0.0]))
    refused(verify_mean, samples, np.array([0.1 + 1e-9, 0.0]))


def test_a_mean_that_is_not_finite_or_of_another_shape_is_refused():
    for exact in (np.nan, np.inf):
        refused(verify_mean, SAMPLES[:, 0], exact)
    refused(verify_mean, np.array([0.0, np.nan, 1.0]), 0.0)
    assert "shape" in refused(verify_mean, SAMPLES, 0.0)


def test_a_claim_that_holds_prints_its_sentence_and_its_figures(capsys):
    claim("CD-1 ends below PCD", True, cd=-3.14159, pcd_at_3=np.float64(0.000123456))
    claim("two are more than one", np.bool_(True))
    claim("all sorts", True, n=12_345, rate=2345.678, gaps=np.array([0.12345, 2.0]), method="pcd", sure=np.True_)
    assert capsys.readouterr().out.splitlines() == [
        "  claim CD-1 ends below PCD   cd -3.14, pcd at 3 0.000123",
        "  claim two are more than one",
        "  claim all sorts   n 12,345, rate 2,346, gaps [0.123, 2], method pcd, sure True",
    ]


def test_a_claim_that_fails_says_what_was_claimed_with_its_figures_and_prints_nothing(capsys):
    with pytest.raises(ClaimDoesNotHold, match=r"^CD-1 ends below PCD: does not hold \(cd 3, pcd 0.25\)$"):
        claim("CD-1 ends below PCD", np.bool_(False), cd=3, pcd=0.25)
    with pytest.raises(AssertionError, match="^nothing: does not hold$"):
        claim("nothing", False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("holds, got", [
    (np.array([True, True]), r"an array of shape \(2,\)"), (np.array(True), r"an array of shape \(\)"), (1, "a int"),
    (0.0, "a float"), (None, "a NoneType"), ([True], "a list"),
])
def test_a_claim_takes_true_or_false_and_nothing_else(holds, got):
    with pytest.raises(InvalidInput, match=f"^holds: expected True or False, got {got}; compare, "):
        claim("sure", holds)
