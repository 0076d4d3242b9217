"""Small models with random parameters, for the tests that hold the library against enumeration."""
import numpy as np
from hypothesis import strategies as st

from numpy_dgm.energy import RBM
from numpy_dgm.energy.boltzmann import BoltzmannMachine


def random_rbm(n_visible, n_hidden, scale, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return RBM(
        W=rng.normal(scale=scale, size=(n_visible, n_hidden)).astype(dtype),
        b=rng.normal(scale=scale, size=n_visible).astype(dtype),
        c=rng.normal(scale=scale, size=n_hidden).astype(dtype),
    )


def random_machine(n_units, n_visible, scale, seed):
    """A general machine in which about three pairs in four are connected."""
    rng = np.random.default_rng(seed)
    mask = np.triu(rng.random((n_units, n_units)) < 0.75, k=1).astype(float)
    W = rng.normal(scale=scale, size=(n_units, n_units))  # also outside the mask, where it must not count
    return BoltzmannMachine(W, rng.normal(scale=scale, size=n_units), mask, n_visible)


def random_bits(n_cases, n, seed):
    return np.random.default_rng(seed).integers(0, 2, size=(n_cases, n)).astype(np.float64)


seeds = st.integers(0, 10_000)
scales = st.floats(0.01, 3.0)
rbms = st.builds(random_rbm, st.integers(1, 7), st.integers(1, 7), scales, seeds)
machines = st.integers(2, 7).flatmap(
    lambda n: st.builds(random_machine, st.just(n), st.integers(1, n), scales, seeds)
)
