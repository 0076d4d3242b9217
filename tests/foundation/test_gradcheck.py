from dataclasses import dataclass, replace

import numpy as np
import pytest

from numpy_dgm.foundation.gradcheck import central_differences, check_gradient
from numpy_dgm.foundation.records import Record, entry_name, flatten, windows


@dataclass(frozen=True, eq=False, repr=False)
class Model(Record):
    W: np.ndarray  # (D, K)
    b: np.ndarray  # (K,)

    trainable = ("W", "b")


N = 5
X = np.random.default_rng(1).normal(size=(N, 3))


def some_model():
    rng = np.random.default_rng(0)
    return Model(W=rng.normal(size=(3, 2)), b=rng.normal(size=2))


def mean_softplus(model):
    """f = mean over cases of Σⱼ log(1 + exp(bⱼ + (xW)ⱼ)), whose gradient is known."""
    return np.log1p(np.exp(X @ model.W + model.b)).sum(axis=1).mean()


def its_gradient(model):
    p = 1 / (1 + np.exp(-(X @ model.W + model.b)))
    return Model(W=X.T @ p / N, b=p.sum(axis=0) / N)


N_ENTRIES = len(flatten(some_model()))


def changed(entry, factor):
    """The right gradient with one entry multiplied by `factor`."""
    model = some_model()
    vector = flatten(its_gradient(model))
    vector[entry] *= factor
    return windows(model, vector)


def refused(gradient, f=mean_softplus):
    with pytest.raises(AssertionError) as caught:
        check_gradient(f, some_model(), gradient)
    return str(caught.value)


def test_central_differences_are_exact_up_to_the_fourth_power():
    """The five-point formula's first error term has the fifth derivative: a quartic has only rounding."""
    model = some_model()
    gradient = central_differences(lambda m: np.sum(m.W**4) + np.sum(m.b**3), model)
    expected = np.concatenate([4 * model.W.ravel() ** 3, 3 * model.b**2])
    np.testing.assert_allclose(gradient, expected, atol=1e-10)


def test_the_right_gradient_passes_and_the_record_stays_as_it_was():
    model = some_model()
    error = check_gradient(mean_softplus, model, its_gradient(model))
    assert 0 <= error < 1e-9
    np.testing.assert_array_equal(flatten(model), flatten(some_model()))


@pytest.mark.parametrize("factor", [-1, 1 / N, N, 0, 1 + 1e-5, np.nan, np.inf])
@pytest.mark.parametrize("entry", range(N_ENTRIES))
def test_a_single_wrong_entry_is_caught_and_named_with_its_ratio(entry, factor):
    message = refused(changed(entry, factor))
    assert message.startswith(f"{entry_name(some_model(), entry)}:")
    assert f"ratio {factor:.4g}" in message and f"1 of {N_ENTRIES} entries" in message


@pytest.mark.parametrize("factor", [-1, N, 1 / N])
def test_a_wrong_sign_or_mean_throughout_is_caught(factor):
    wrong = windows(some_model(), factor * flatten(its_gradient(some_model())))
    message = refused(wrong)
    assert f"ratio {factor:.4g}" in message and f"{N_ENTRIES} of {N_ENTRIES} entries" in message


def test_a_gradient_transposed_or_of_another_size_is_caught():
    right = its_gradient(some_model())
    refused(replace(right, W=np.ascontiguousarray(right.W.T)))
    assert "gradient of 7 entries for 8 parameters" in refused(replace(right, b=right.b[:1]))


@pytest.mark.parametrize("edge", [1.5e-3, 0.5e-3])
def test_a_function_that_overflows_near_by_proves_nothing(edge):
    def infinite_from_edge(model):
        return np.inf if model.b[0] > edge else np.sum(flatten(model))

    at_zero = Model(W=np.zeros((3, 2)), b=np.zeros(2))
    ones = windows(at_zero, np.ones(N_ENTRIES))
    with np.errstate(invalid="ignore"), pytest.raises(AssertionError, match=r"b\[0\]"):
        check_gradient(infinite_from_edge, at_zero, ones)


def test_a_gradient_of_zero_is_accepted_for_a_constant_and_nothing_else():
    zeros = windows(some_model(), np.zeros(N_ENTRIES))
    check_gradient(lambda model: 3.0, some_model(), zeros)
    refused(replace(zeros, b=np.array([0.0, 1e-9])), f=lambda model: 3.0)
