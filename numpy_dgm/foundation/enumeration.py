"""The oracle: a small model written out in full, state by state.

A model of n bits has 2^n states. While n is small they can all be listed, and then everything about
the model is a finite sum: Z, every probability, every mean, the transition matrix of its sampler.
Whatever is derived, approximated or sampled elsewhere is checked against these sums.

S states    E (S,) energies    p (S,) probabilities    T (S, S) transition matrix, T[i, j] = p(j given i)
"""
import numpy as np

from .numerics import logsumexp
from .types import Array, Generator


def all_bits(n: int, start: int = 0, stop: int | None = None) -> Array:
    """Rows `start` to `stop` (all by default) of the list of the 2^n states of n bits: (rows, n).

    Row i is i in binary, the most significant bit first: 000, 001, 010, ... for n = 3.
    """
    stop = 2**n if stop is None else stop
    numbers = np.arange(start, stop, dtype=np.int64)[:, None]
    shifts = np.arange(n - 1, -1, -1)
    return ((numbers >> shifts) & 1).astype(np.float64)


def bits_to_index(v: Array) -> Array:
    """The row of `all_bits` that each row of v (N, n) is: (N,) integers."""
    place_values = 2 ** np.arange(v.shape[1] - 1, -1, -1, dtype=np.int64)
    return np.asarray(v).astype(np.int64) @ place_values


def boltzmann_distribution(E: Array) -> tuple[Array, float]:
    """`(p, log_Z)` for energies E of any shape: p = exp(-E) / Z, Z = Σ exp(-E)."""
    log_Z = logsumexp(-E)
    return np.exp(-E - log_Z), log_Z


def product_of_bernoullis(p: Array) -> Array:
    """The probability of each of the 2^n states of n independent bits: means p (R, n) -> (R, 2^n)."""
    probability = np.ones((len(p), 1))
    for j in range(p.shape[1]):
        off_or_on = np.stack([1 - p[:, j], p[:, j]], axis=1)  # (R, 2)
        probability = (probability[:, :, None] * off_or_on[:, None, :]).reshape(len(p), -1)
    return probability


def empirical_distribution(v: Array) -> Array:
    """The fraction of the rows of v (N, n) that each of the 2^n states is: (2^n,), summing to 1."""
    return np.bincount(bits_to_index(v), minlength=2 ** v.shape[1]) / len(v)


def draw_states(p: Array, n_draws: int, rng: Generator) -> Array:
    """`n_draws` independent states with the probabilities p (S,): indices (n_draws,). Draws n_draws uniform numbers."""
    cumulative = np.cumsum(p)
    u = rng.random(n_draws) * cumulative[-1]
    return np.searchsorted(cumulative, u, side="right")


def stationary_distribution(T: Array) -> Array:
    """The p (S,) with p T = p, for a transition matrix T (S, S) that has only one: solved, not iterated."""
    n = len(T)
    equations = np.vstack([T.T - np.eye(n), np.ones(n)])  # p T = p and Σ p = 1
    right_side = np.append(np.zeros(n), 1.0)
    p, *_ = np.linalg.lstsq(equations, right_side, rcond=None)
    return p


def spectral_gap(T: Array) -> float:
    """1 - |λ₂|, λ₂ the eigenvalue of T with the second largest modulus: 0 never mixes, 1 mixes at once."""
    sizes = np.sort(np.abs(np.linalg.eigvals(T)))
    return 1 - sizes[-2]


def kl_divergence(p: Array, q: Array) -> float:
    """KL(p || q) = Σ p log(p / q) in nats, over the states where p > 0; infinite where q = 0 < p."""
    possible = p > 0
    with np.errstate(divide="ignore"):
        log_ratio = np.log(p[possible]) - np.log(q[possible])
    return float(np.sum(p[possible] * log_ratio))
