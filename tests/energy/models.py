"""Small models with random parameters, and RBMs of any kinds of units written out in full, for the tests."""
import itertools

import numpy as np
from hypothesis import strategies as st

from numpy_dgm.energy import RBM, Bernoulli, Gaussian, Softmax, hidden_probs, layered_mask, visible_probs
from numpy_dgm.energy.boltzmann import BoltzmannMachine, unit_input
from numpy_dgm.foundation.enumeration import (
    all_bits,
    boltzmann_distribution,
    draw_states,
    empirical_distribution,
    product_of_bernoullis,
)
from numpy_dgm.foundation.numerics import sigmoid


def random_rbm(n_visible, n_hidden, scale, seed, dtype=np.float64, **kinds):
    """Parameters from N(0, scale²); `kinds` are visible= and hidden=, bits by default."""
    rng = np.random.default_rng(seed)
    rbm = RBM(
        W=rng.normal(scale=scale, size=(n_visible, n_hidden)).astype(dtype),
        b=rng.normal(scale=scale, size=n_visible).astype(dtype),
        c=rng.normal(scale=scale, size=n_hidden).astype(dtype),
        **kinds,
    )
    if rbm.visible == rbm.hidden == Gaussian():
        rbm.W[:] *= 0.7 / max(0.7, np.linalg.norm(rbm.W, 2))  # so that there is a Z
    return rbm


def random_machine(n_units, n_visible, scale, seed):
    """A general Boltzmann machine in which about three pairs in four are connected."""
    rng = np.random.default_rng(seed)
    mask = np.triu(rng.random((n_units, n_units)) < 0.75, k=1).astype(float)
    W = rng.normal(scale=scale, size=(n_units, n_units))  # also outside the mask, where it must not count
    return BoltzmannMachine(W, rng.normal(scale=scale, size=n_units), mask, n_visible)


def random_bits(n_cases, n, seed):
    return np.random.default_rng(seed).integers(0, 2, size=(n_cases, n)).astype(np.float64)


def random_values(units, n_cases, n, seed):
    """Cases of a layer of n units of that kind: bits, one-hot groups, or numbers from N(0, 1.5²)."""
    rng = np.random.default_rng(seed)
    if isinstance(units, Gaussian):
        return rng.normal(scale=1.5, size=(n_cases, n))
    if isinstance(units, Softmax):
        values = rng.integers(units.n_values, size=(n_cases, n // units.n_values))
        return np.eye(units.n_values)[values].reshape(n_cases, n)
    return rng.integers(0, 2, size=(n_cases, n)).astype(np.float64)


def energy_table(energy, all_v, all_h):
    """E of every pair of layers: all_v (R, D), all_h (S, K) -> (R, S); `energy(v, h)` takes as many rows of both."""
    table = np.empty((len(all_v), len(all_h)))
    for j, h in enumerate(all_h):
        table[:, j] = energy(all_v, np.tile(h, (len(all_v), 1)))
    return table


# ---- RBMs of two kinds of units, written out


def width(units, size):
    """How many units make a small layer of `size` 1 or 2: as many softmax groups or numbers, twice as many bits."""
    if isinstance(units, Softmax):
        return size * units.n_values
    return size if isinstance(units, Gaussian) else 2 * size


def small_rbm(visible, hidden, n_visible, n_hidden, scale, seed):
    """A random RBM whose layers have sizes 1 or 2 (see `width`), or 1 where both are Gaussian."""
    if visible == hidden == Gaussian():
        n_visible = n_hidden = 1
    return random_rbm(width(visible, n_visible), width(hidden, n_hidden), scale, seed, visible=visible, hidden=hidden)


def places(units, n, reach):
    """The states of a layer of n units (S, n), or a grid in place of them, and their log weights (S,), log base.

    Bits and one-hot groups are listed, with weight 1. For Gaussian units there is a grid of step 1/2 out to
    ±reach, where a point has the weight 1/2 · N(s; 0, 1) per unit. Such a sum over points is as good as an
    integral: by Poisson's summation formula it is off by

        Σ_{k ≠ 0} f̂(4π k),     where a normal f with covariance S has |f̂(ω)| = exp(-½ ωᵀ S ω)

    Given the other layer, S = I: exp(-8π²) = 5e-35 of the integral. Two Gaussian layers together have
    S = Λ⁻¹ with eigenvalues above 1/2: exp(-4π²) = 7e-18. What lies beyond `reach` must be negligible too.
    """
    if isinstance(units, Bernoulli):
        s = np.array(list(itertools.product([0.0, 1.0], repeat=n)))
        return s, np.zeros(len(s))
    if isinstance(units, Softmax):
        groups = itertools.product(np.eye(units.n_values), repeat=n // units.n_values)
        s = np.array([np.concatenate(one_of_each) for one_of_each in groups])
        return s, np.zeros(len(s))
    grid = np.arange(-np.ceil(reach), np.ceil(reach) + 0.5, 0.5)
    s = np.array(list(itertools.product(grid, repeat=n)))
    return s, np.sum(-(s**2) / 2 - np.log(2 * np.pi) / 2 + np.log(0.5), axis=1)


def reach_of(rbm):
    """How far from 0 a Gaussian unit of `rbm` can be: 9 standard deviations beyond its largest mean.

    Given a layer of 0s and 1s the mean is at most |b| + Σ|W|, the deviation 1. Two Gaussian layers: the
    covariance is Λ⁻¹ with eigenvalues of at most 1 / (1 - σ), σ the largest singular value of W.
    """
    biases = np.concatenate([rbm.b, rbm.c])
    if rbm.visible == rbm.hidden == Gaussian():
        largest_eigenvalue = 1 / (1 - np.linalg.norm(rbm.W, 2))
        return largest_eigenvalue * np.linalg.norm(biases) + 9 * np.sqrt(largest_eigenvalue)
    return np.abs(biases).max() + np.abs(rbm.W).sum() + 9


def written_out(rbm):
    """`(v, h, p, log_z)`: all places of both layers (R, D), (S, K), p of each pair (R, S), from E's definition."""
    reach = reach_of(rbm)
    v, log_base_v = places(rbm.visible, len(rbm.b), reach)
    h, log_base_h = places(rbm.hidden, len(rbm.c), reach)
    minus_E = np.einsum("i,vi->v", rbm.b, v)[:, None] + np.einsum("j,hj->h", rbm.c, h)
    minus_E = minus_E + np.einsum("vi,ij,hj->vh", v, rbm.W, h, optimize=True)
    minus_E = minus_E + log_base_v[:, None] + log_base_h
    p, log_z = boltzmann_distribution(-minus_E)
    return v, h, p, log_z


def draw_exactly(rbm, n_draws, rng):
    """`n_draws` independent visible layers from p(v): (n_draws, D)."""
    v, h, p, _ = written_out(rbm)
    if not isinstance(rbm.visible, Gaussian):
        return v[draw_states(p.sum(axis=1), n_draws, rng)]
    if not isinstance(rbm.hidden, Gaussian):
        drawn_h = h[draw_states(p.sum(axis=0), n_draws, rng)]
        return rbm.b + drawn_h @ rbm.W.T + rng.normal(size=(n_draws, len(rbm.b)))
    mean = p.sum(axis=1) @ v  # both Gaussian: v is normal
    return rng.multivariate_normal(mean, (v - mean).T @ (p.sum(axis=1)[:, None] * (v - mean)), n_draws)


def transition_matrix(rbm):
    """p(next v given v) of one block Gibbs step, (2^D, 2^D)."""
    v_to_h = product_of_bernoullis(hidden_probs(rbm, all_bits(len(rbm.b))))
    h_to_v = product_of_bernoullis(visible_probs(rbm, all_bits(len(rbm.c))))
    return v_to_h @ h_to_v


def expected_cd_gradient(rbm, data, k):
    """The expectation of CD-k: <.>_data minus the mean after k exact steps from the data, packed, (P,)."""
    v = all_bits(len(rbm.b))
    start = empirical_distribution(data)
    difference = start - start @ np.linalg.matrix_power(transition_matrix(rbm), k)  # (2^D,)
    p_h = hidden_probs(rbm, v)
    return np.concatenate([((v.T * difference) @ p_h).ravel(), difference @ v, difference @ p_h])


def slowly_mixing_rbm():
    """Weights so large that after three steps the chain still remembers its start."""
    rng = np.random.default_rng(5)
    W = 3 * rng.choice([-1.0, 1.0], size=(4, 3)) + rng.normal(scale=0.3, size=(4, 3))
    return RBM(W=W, b=-W.sum(axis=1) / 2, c=-W.sum(axis=0) / 2)


def two_mode_rbm():
    """All six bits off or all on; the second is e times as likely. Each weight 4, the biases against it."""
    W = np.full((6, 3), 4.0)
    return RBM(W=W, b=-W.sum(axis=1) / 2 + 1 / 6, c=-W.sum(axis=0) / 2)


def rbm_by_mask(n_visible, n_hidden, seed):
    """An RBM, and the general machine that equals it by its mask alone: outside the mask, W holds noise."""
    n, rng = n_visible + n_hidden, np.random.default_rng(seed)
    mask = layered_mask([n_visible, n_hidden])
    machine = BoltzmannMachine(rng.normal(size=(n, n)), rng.normal(size=n), mask, n_visible)
    rbm = RBM(machine.W[:n_visible, n_visible:], machine.b[:n_visible], machine.b[n_visible:])
    return rbm, machine


def sweep_matrix(machine, units):
    """T(s→t) of one sweep over `units` in turn, by enumeration: the product of the units' own matrices, (2^n, 2^n)."""
    s = all_bits(len(machine.b))
    T = np.eye(len(s))
    for i in units:
        means = s.copy()
        means[:, i] = sigmoid(unit_input(machine, s, i))
        T = T @ product_of_bernoullis(means)
    return T


seeds = st.integers(0, 10_000)
scales = st.floats(0.01, 3.0)
rbms = st.builds(random_rbm, st.integers(1, 7), st.integers(1, 7), scales, seeds)
machines = st.integers(2, 7).flatmap(
    lambda n: st.builds(random_machine, st.just(n), st.integers(1, n), scales, seeds)
)


def remembering_machine(n_units, n_visible, seed):
    """Weights of 3 and -3 and biases that balance them: after three sweeps a chain still remembers its start."""
    W = np.triu(3 * np.random.default_rng(seed).choice([-1.0, 1.0], size=(n_units, n_units)), k=1)
    return BoltzmannMachine(W, -(W + W.T).sum(axis=1) / 2, np.triu(np.ones_like(W), k=1), n_visible)
