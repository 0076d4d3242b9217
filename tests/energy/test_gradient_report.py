"""The report against estimators whose bias and variance are known: by the transition matrix, or by construction."""
import math
from dataclasses import replace

import numpy as np
import pytest
from models import expected_cd_gradient, random_bits, random_rbm, slowly_mixing_rbm, two_mode_rbm

from numpy_dgm.energy import RBM, exact_gradient
from numpy_dgm.energy.gradient_report import CD, PCD, Tempered, debiased_norm, gradient_report, summarise
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.records import flatten, windows

CASES = all_bits(4)[[1, 2, 7, 7, 12]]
MANY_CASES = np.tile(CASES, (8, 1))  # the same bias with an eighth of the variance


def exact_bias(rbm, v, k):
    """|E[CD-k] - exact|, from k steps of the transition matrix."""
    return np.linalg.norm(expected_cd_gradient(rbm, v, k) - flatten(exact_gradient(rbm, v)))


# ---- the estimators


def test_the_bias_of_cd_falls_with_k_and_is_what_the_transition_matrix_says():
    """Each within 4.5 standard errors of its exact bias, and more than 4.5 away from those of the other two."""
    rbm, ks = slowly_mixing_rbm(), (1, 3, 8)
    report = gradient_report(rbm, MANY_CASES, {k: CD(k) for k in ks}, np.random.default_rng(0), n_runs=200)
    exact = {k: exact_bias(rbm, CASES, k) for k in ks}
    assert report[1].bias > report[3].bias > report[8].bias
    for k in ks:
        errors_off = {other: abs(report[k].bias - exact[other]) / report[k].bias_error for other in ks}
        assert errors_off.pop(k) < 4.5
        assert min(errors_off.values()) > 4.5


@pytest.mark.parametrize("pcd, n_steps", [(PCD(1, updates=0), 1), (PCD(1, updates=2), 3), (PCD(3, updates=0), 3)])
def test_pcd_has_run_for_k_steps_a_gradient_since_it_stood_at_the_data(pcd, n_steps):
    rbm = slowly_mixing_rbm()
    found = gradient_report(rbm, MANY_CASES, {"pcd": pcd}, np.random.default_rng(0), n_runs=150)["pcd"]
    assert abs(found.bias - exact_bias(rbm, CASES, n_steps)) < 4.5 * found.bias_error
    assert abs(found.bias - exact_bias(rbm, CASES, 4 - n_steps)) > 4.5 * found.bias_error  # 3 for 1, 1 for 3


def test_on_two_far_modes_tempering_beats_gibbs_chains():
    """The cases lie half in each mode, the model puts .73 on one, and a Gibbs chain does not leave its mode: not in as
    many steps as tempering makes sweeps, nor in 5 times as many, which is what 5 rungs cost."""
    rbm, v = two_mode_rbm(), all_bits(6)[[0] * 16 + [63] * 16]
    estimators = {"tempered": Tempered(1, 39, n_rungs=5), "PCD": PCD(1, 39), "PCD, 5 times as long": PCD(5, 39)}
    report = gradient_report(rbm, v, estimators, np.random.default_rng(0), n_runs=15)
    tempered = report["tempered"]
    for name in ("PCD", "PCD, 5 times as long"):
        assert abs(report[name].bias - exact_bias(rbm, v, 40)) < 4.5 * report[name].bias_error + 0.01
        assert tempered.bias + 4.5 * tempered.bias_error < report[name].bias
        assert tempered.rmse < report[name].rmse and tempered.cosine > report[name].cosine


@pytest.mark.parametrize("wrong, message", [
    (lambda: CD(0), "k: expected an integer >= 1, got 0"),
    (lambda: PCD(k=1.5), "k: expected an integer >= 1, got 1.5"),
    (lambda: PCD(1, -1), "updates: expected an integer >= 0, got -1"),
    (lambda: Tempered(0), "k: expected an integer >= 1, got 0"),
    (lambda: Tempered(1, -1), "updates: expected an integer >= 0, got -1"),
    (lambda: Tempered(1, 1, 1), "n_rungs: expected an integer >= 2, got 1"),
])
def test_estimators_refuse_what_cannot_be_right(wrong, message):
    with pytest.raises(InvalidInput, match=message):
        wrong()


@pytest.mark.parametrize("estimator", [CD(2), PCD(1, 2), Tempered(1, 2, n_rungs=3)])
def test_one_case_is_taken_as_a_row_of_its_own(estimator):
    rbm = random_rbm(4, 3, 1.0, 0)
    case, row = [estimator(rbm, v, np.random.default_rng(0)) for v in ([0, 1, 1, 0], np.array([[0.0, 1, 1, 0]]))]
    np.testing.assert_array_equal(flatten(case), flatten(row))


# ---- the summary


def made_up_summary(bias, n_runs, rng, scale=1.0):
    """The summary of skewed, correlated runs with the given bias (5,) and covariance scale² A Aᵀ."""
    exact = RBM(W=np.ones((2, 1)), b=np.ones(2), c=np.ones(1))
    noise = (rng.exponential(size=(n_runs, 5)) - 1) @ mixing().T
    return summarise(1 + bias + scale * noise, exact)


def mixing():
    """A (5, 5): an entry's noise is a row of it times five numbers of variance 1."""
    return np.random.default_rng(1).normal(scale=0.5, size=(5, 5))


@pytest.mark.parametrize("norm", [0.0, 0.3, 2.0])
def test_the_standard_error_of_the_bias_is_its_standard_deviation_over_reports(norm):
    """400 reports: an sd of so many is known to 3.5 % if normal, 7 % allows for skewed runs; 4.5 of these. Without
    bias the rule is a rough one, and must hold to 40 %."""
    rng, bias = np.random.default_rng(2), norm * np.array([0.6, 0, -0.8, 0, 0])
    found = [made_up_summary(bias, 200, rng) for _ in range(400)]
    norms, errors = np.array([(one.bias, one.bias_error) for one in found]).T
    assert abs(norms.std() / errors.mean() - 1) < (0.4 if norm == 0 else 0.3)
    if norm > 0:
        assert abs(norms.mean() - norm) < 4.5 * norms.std() / np.sqrt(400) + 0.1 * errors.mean()  # a root is concave
    else:
        assert np.mean(norms == 0) > 0.4 and np.mean(norms < 4.5 * errors) == 1


def test_the_noise_of_the_mean_is_taken_out_of_the_bias():
    """B is |bias|² on average; without the correction it would be larger by tr C / R, here 10 standard errors."""
    rng, bias = np.random.default_rng(3), np.array([0.6, 0, -0.8, 0, 0])
    squares = np.array([made_up_summary(bias, 10, rng, scale=0.5).bias ** 2 for _ in range(600)])
    standard_error = squares.std() / np.sqrt(600)
    assert abs(squares.mean() - 1) < 4.5 * standard_error
    assert np.sum((0.5 * mixing()) ** 2) / 10 > 4.5 * standard_error


@pytest.mark.parametrize("n_runs, n_parameters", [(40, 6), (6, 40)])
def test_the_error_is_its_formula_with_more_runs_or_with_more_parameters(n_runs, n_parameters):
    rng = np.random.default_rng(6)
    noise, d = rng.normal(size=(n_runs, n_parameters)), 3 + rng.normal(size=n_parameters)
    noise -= noise.mean(axis=0)
    C = np.cov(noise.T)
    B = d @ d - np.trace(C) / n_runs
    bias_C_bias = d @ C @ d - np.trace(C @ C) / n_runs
    s = np.sqrt(4 * bias_C_bias / n_runs + 2 * np.trace(C @ C) / (n_runs * (n_runs - 1)))
    assert B > s and bias_C_bias > 0
    np.testing.assert_allclose(debiased_norm(d, noise), (np.sqrt(B), s / (2 * np.sqrt(B))), rtol=1e-10)


def test_variance_error_and_cosine_are_their_definitions():
    rng, bias = np.random.default_rng(4), np.array([0.6, 0, -0.8, 0, 0])
    found = made_up_summary(bias, 100_000, rng)
    variance = np.sum(mixing() ** 2)
    assert math.isclose(found.variance, variance, rel_tol=0.03)  # 4.5 standard errors of about 0.6 %
    assert math.isclose(found.rmse, np.sqrt(1 + variance), rel_tol=0.02)
    assert math.isclose(found.cosine, 4.8 / np.sqrt(5 * np.sum((1 + bias) ** 2)), rel_tol=0.01)


def test_the_worst_entry_is_named():
    rng, bias = np.random.default_rng(5), np.array([0, 0.5, 0, 0, 0])
    found = made_up_summary(bias, 1_000, rng)
    expected = 0.5 / np.sqrt(np.sum(mixing()[1] ** 2) / 1_000)
    assert found.worst_entry == "W[1, 0]" and abs(found.worst_z - expected) < 4.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_exact_gradient_itself_has_neither_bias_nor_noise(dtype):
    rbm = random_rbm(4, 3, 1.0, 0, dtype)

    def exact(rbm, v, rng):
        return exact_gradient(rbm, v)

    def wrong_sign(rbm, v, rng):
        vector = flatten(exact_gradient(rbm, v))
        vector[5] *= -1
        return windows(rbm, vector)

    report = gradient_report(rbm, CASES, {"exact": exact, "W[1, 2] flipped": wrong_sign}, np.random.default_rng(0), 3)
    found, flipped = report["exact"], report["W[1, 2] flipped"]
    assert found.bias < 1e-6 and found.rmse < 1e-6 and found.variance < 1e-12 and found.worst_z == 0
    assert math.isclose(found.cosine, 1, rel_tol=1e-6)
    assert flipped.worst_z == np.inf and flipped.worst_entry == "W[1, 2]"
    assert math.isclose(flipped.bias, 2 * abs(flatten(exact_gradient(rbm, CASES))[5]), rel_tol=1e-5)


# ---- the report


def test_it_prints_one_line_per_estimator():
    rbm, v = random_rbm(5, 3, 1.0, 0), random_bits(4, 5, 1)
    report = gradient_report(rbm, v, {"CD-1": CD(1), "chains that go on": PCD(1, 5)}, np.random.default_rng(0), 10)
    first, heads, *lines = repr(report).splitlines()
    assert first == f"|exact gradient| {report.exact_norm:.4g}; 10 runs of each estimator"
    assert math.isclose(report.exact_norm, np.linalg.norm(flatten(exact_gradient(rbm, v))))
    assert heads.split() == ["estimator", "|bias|", "±", "variance", "rmse", "cosine", "worst", "entry"]
    assert [line[:17].strip() for line in lines] == ["CD-1", "chains that go on"]
    for line, found in zip(lines, (report["CD-1"], report["chains that go on"])):
        assert f"{found.bias:.4g}" in line and f"{found.rmse:.4g}" in line
        assert line.index(found.worst_entry) == heads.index("worst entry")
        assert line.endswith(f"{found.worst_entry}: {found.worst_z:.1f} standard errors")


def returns(value):
    """An estimator that returns `value`."""
    def estimator(rbm, v, rng):
        return value

    return estimator


SMALL = random_rbm(4, 3, 1.0, 0)


@pytest.mark.parametrize("arguments, message", [
    ({"rbm": None}, "rbm: expected an RBM, got NoneType"),
    ({"v": np.zeros((2, 3))}, "v: expected a last axis of 4, got shape (2, 3)"),
    ({"rng": 0}, "rng: expected a numpy.random.Generator such as numpy.random.default_rng(0), got int"),
    ({"n_runs": 1}, "n_runs: expected an integer >= 2, got 1"),
    ({"estimators": {}}, "estimators: expected a dict such as {'CD-1': CD(1)}, got {}"),
    ({"estimators": CD(1)}, "estimators: expected a dict such as {'CD-1': CD(1)}, got CD(k=1)"),
    ({"estimators": {"one": 1}}, "estimators['one']: expected a function of (rbm, v, rng), such as CD(1), got 1"),
    ({"estimators": {"one": returns(None)}},
     "estimators['one']: expected an RBM of gradients to be returned, got NoneType"),
    ({"estimators": {"one": returns(replace(SMALL, W=SMALL.W.T))}},
     "gradient.W of estimators['one']: expected shape (4, 3), got shape (3, 4)"),
    ({"estimators": {"one": returns(replace(SMALL, b=SMALL.b * np.nan))}},
     "gradient.b of estimators['one']: expected finite values, got NaN or infinity in 4 of 4"),
])
def test_gradient_report_refuses_what_cannot_be_right(arguments, message):
    good = {"rbm": SMALL, "v": CASES, "estimators": {"CD-1": CD(1)}, "rng": np.random.default_rng(0), "n_runs": 2}
    with pytest.raises(InvalidInput) as error:
        gradient_report(**{**good, **arguments})
    assert message in str(error.value)
