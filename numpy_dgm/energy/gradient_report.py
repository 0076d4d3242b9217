"""How good a gradient estimator is, measured: its bias and its variance, against the exact gradient.

    bias = E[g] - exact        variance = Σ_p Var(g_p)        rmse² = E|g - exact|² = |bias|² + variance

from R independent runs g_1, ..., g_R on the same cases, with fixed parameters. Let d = mean g_r - exact, and C the
covariance of a run. Even without bias d is not 0: E|d|² = |bias|² + tr C / R. So the second term is subtracted:

    B = |d|² - tr C / R        E[B] = |bias|²        √max(B, 0) estimates |bias|

B is the mean of (g_r - exact)·(g_s - exact) over all pairs r ≠ s. Such a mean has the variance (Hoeffding 1948)

    s² = (4/R) biasᵀ C bias + 2 tr C² / (R (R - 1))        biasᵀ C bias estimated by dᵀ C d - tr C² / R

and √B, by the delta method, the standard error s / (2 √B). Where B < s the delta method does not hold; there
s / (2 √s) is used, about the standard deviation of √max(B, 0) if there is no bias.

N cases    R runs    P parameters    g (P,) the gradient of one run, W, b and c end to end
"""
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..foundation.checks import as_rows, check_array, check_generator, check_integer, invalid, shown
from ..foundation.records import entry_name, flatten
from ..foundation.types import Array, Generator
from .gradients import cd_gradient, exact_gradient, pcd_gradient
from .rbm import RBM, check_rbm, check_visible, sample_hidden
from .tempering import init_ladder, start_ladder, tempered_gradient


@dataclass(frozen=True)
class CD:
    """CD-k: the chains start at the data. k >= 1 Gibbs steps."""

    k: int = 1

    def __post_init__(self):
        check_integer("k", self.k)

    def __call__(self, rbm: RBM, v: Array, rng: Generator) -> RBM:
        """The estimate of the gradient at the cases v (N, D), as an RBM of gradients."""
        return cd_gradient(rbm, v, self.k, rng)


@dataclass(frozen=True)
class PCD:
    """PCD-k with one chain per case, started at the data `updates` gradients earlier; with updates = 0, as CD-k."""

    k: int = 1
    updates: int = 20

    def __post_init__(self):
        check_integer("k", self.k)
        check_integer("updates", self.updates, least=0)

    def __call__(self, rbm: RBM, v: Array, rng: Generator) -> RBM:
        """The estimate of the gradient at the cases v (N, D), as an RBM of gradients."""
        v = as_rows(check_visible("v", rbm, v))
        chains = sample_hidden(rbm, v, rng)
        n_steps = self.k * (self.updates + 1)  # the parameters do not change, so that these are one run of the chains
        gradient, _ = pcd_gradient(rbm, v, chains, n_steps, rng)
        return gradient


@dataclass(frozen=True)
class Tempered:
    """Tempering with one ladder per case and k sweeps, started at draws from the base `updates` gradients earlier.

    The base has the means of the cases; see tempering.py.
    """

    k: int = 1
    updates: int = 20
    n_rungs: int = 10

    def __post_init__(self):
        check_integer("k", self.k)
        check_integer("updates", self.updates, least=0)
        check_integer("n_rungs", self.n_rungs, least=2)

    def __call__(self, rbm: RBM, v: Array, rng: Generator) -> RBM:
        """The estimate of the gradient at the cases v (N, D), as an RBM of gradients."""
        v = as_rows(check_visible("v", rbm, v))
        ladder = init_ladder(rbm, self.n_rungs, data_mean=v.mean(axis=0, dtype=np.float64))
        start = start_ladder(rbm, ladder, len(v), rng)
        n_sweeps = self.k * (self.updates + 1)
        gradient, _, _ = tempered_gradient(rbm, v, ladder, start, n_sweeps, rng)
        return gradient


@dataclass(frozen=True)
class EstimatorSummary:
    """Bias and variance of one estimator, from R runs. Norms are those of vectors of all P parameters."""

    bias: float  # |bias|, corrected for the noise of the mean
    bias_error: float  # its standard error
    variance: float  # of one run, summed over the parameters
    rmse: float  # of one run: bias and noise together
    cosine: float  # between the mean of the runs and the exact gradient; NaN where either is 0
    worst_entry: str  # the entry whose mean is furthest from exact, such as W[3, 2]
    worst_z: float  # its distance from exact, in standard errors


@dataclass(frozen=True)
class EstimatorReport:
    """The summaries by name of estimator, in their order: `report["CD-1"].bias`. It prints as a table."""

    summaries: dict[str, EstimatorSummary]
    exact_norm: float  # |exact gradient|
    n_runs: int

    def __getitem__(self, name: str) -> EstimatorSummary:
        return self.summaries[name]

    def __repr__(self):
        """One line per estimator."""
        width = max(len(name) for name in ("estimator", *self.summaries))
        lines = [
            f"|exact gradient| {self.exact_norm:.4g}; {self.n_runs:,} runs of each estimator",
            f"{'estimator':<{width}}     |bias|         ±   variance       rmse   cosine   worst entry",
        ]
        for name, s in self.summaries.items():
            lines.append(f"{name:<{width}} {s.bias:10.4g} {s.bias_error:9.2g} {s.variance:10.4g} {s.rmse:10.4g} "
                         f"{s.cosine:8.4f}   {s.worst_entry}: {s.worst_z:.1f} standard errors")
        return "\n".join(lines)


def gradient_report(rbm: RBM, v: Array, estimators: dict[str, Callable[..., RBM]], rng: Generator,
                    n_runs: int = 1000) -> EstimatorReport:
    """Run each estimator `n_runs` times on the cases v (N, D) and compare it with the exact gradient.

    rbm            small enough for `exact_gradient`
    estimators     a dict, name -> a function of (rbm, v, rng) that returns an RBM of gradients: CD(1), or a
                   function of your own, which must not write to its arguments
    rng            all runs draw from it, one after the other, so that they are independent
    n_runs         R, at least 2

    worst_z: without bias, the mean of an entry is off by 4.5 standard errors or more with a probability of 7e-6.
    Raises InvalidInput, also where an estimator returns something other than a gradient of `rbm`.
    """
    check_rbm(rbm)
    v = as_rows(rbm.visible.check("v", v, len(rbm.b), rbm.W.dtype, ndim=(1, 2)))
    check_generator("rng", rng)
    n_runs = check_integer("n_runs", n_runs, least=2)
    if not isinstance(estimators, dict) or not estimators:
        raise invalid("estimators", "a dict such as {'CD-1': CD(1)}", shown(estimators))
    exact = exact_gradient(rbm, v)
    summaries = {}
    for name, estimator in estimators.items():
        if not callable(estimator) or isinstance(estimator, type):
            raise invalid(f"estimators[{name!r}]", "a function of (rbm, v, rng), such as CD(1)", shown(estimator))
        gradients = [_checked_vector(name, estimator(rbm, v, rng), rbm) for _ in range(n_runs)]
        summaries[name] = summarise(np.array(gradients), exact)
    return EstimatorReport(summaries, exact_norm=float(np.linalg.norm(flatten(exact))), n_runs=n_runs)


def summarise(gradients: Array, exact: RBM) -> EstimatorSummary:
    """The summary of independent gradients (R, P) of one estimator, compared with `exact`, an RBM of gradients."""
    gradients, exact_vector = gradients.astype(np.float64), flatten(exact).astype(np.float64)
    n_runs = len(gradients)
    mean = gradients.mean(axis=0)
    d, noise = mean - exact_vector, gradients - mean
    variances = np.sum(noise**2, axis=0) / (n_runs - 1)  # (P,)
    bias, bias_error = debiased_norm(d, noise)

    worst = int(np.argmax(np.abs(d)))
    rounding = 100 * np.finfo(exact.W.dtype).eps * max(1, abs(exact_vector[worst]))
    with np.errstate(divide="ignore", invalid="ignore"):  # an estimator without noise; an exact gradient of 0
        worst_z = abs(d[worst]) / np.sqrt(variances[worst] / n_runs) if abs(d[worst]) > rounding else 0.0
        cosine = mean @ exact_vector / np.sqrt((mean @ mean) * (exact_vector @ exact_vector))
    return EstimatorSummary(
        bias=bias,
        bias_error=bias_error,
        variance=float(variances.sum()),
        rmse=float(np.sqrt(np.mean(np.sum((gradients - exact_vector) ** 2, axis=1)))),
        cosine=float(cosine),
        worst_entry=entry_name(exact, worst),
        worst_z=float(worst_z),
    )


def debiased_norm(d: Array, noise: Array) -> tuple[float, float]:
    """`(√max(B, 0), its standard error)`, see the head of the module; d (P,), noise (R, P) the runs minus their mean.

    With few runs the error is somewhat overestimated, as E[tr Ĉ²] is about tr C² + (tr C)² / R.
    """
    n_runs, n_parameters = noise.shape
    trace = np.sum(noise**2) / (n_runs - 1)
    gram = noise.T @ noise if n_parameters <= n_runs else noise @ noise.T  # both have the same sum of squares
    trace_of_square = np.sum(gram**2) / (n_runs - 1) ** 2
    square = d @ d - trace / n_runs  # B

    d_C_d = np.sum((noise @ d) ** 2) / (n_runs - 1)
    bias_C_bias = max(d_C_d - trace_of_square / n_runs, 0)
    s = np.sqrt(4 * bias_C_bias / n_runs + 2 * trace_of_square / (n_runs * (n_runs - 1)))
    norm = np.sqrt(max(square, 0))
    if s == 0:  # all runs are equal
        return float(norm), 0.0
    return float(norm), float(s / (2 * np.sqrt(max(square, s))))


def _checked_vector(name, gradient, rbm):
    """All entries of the gradient that an estimator returned, (P,); InvalidInput where it is no gradient of `rbm`."""
    if not isinstance(gradient, RBM):
        raise invalid(f"estimators[{name!r}]", "an RBM of gradients to be returned", type(gradient).__name__)
    for part in rbm.trainable:
        part_name, parameter = f"gradient.{part} of estimators[{name!r}]", getattr(rbm, part)
        array = check_array(part_name, getattr(gradient, part), ndim=parameter.ndim)
        if array.shape != parameter.shape:
            raise invalid(part_name, f"shape {parameter.shape}", f"shape {array.shape}")
    return flatten(gradient)
