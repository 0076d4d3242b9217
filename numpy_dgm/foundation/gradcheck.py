"""Central differences over a packed vector: the definition that every gradient is checked against.

    ∂f/∂θᵢ ≈ (8 (f(θ + ε eᵢ) - f(θ - ε eᵢ)) - (f(θ + 2ε eᵢ) - f(θ - 2ε eᵢ))) / 12ε

The five-point formula's error falls as ε⁴, so that ε = 1e-3 leaves about 12 digits of a smooth
function of order one in float64 (Abramowitz and Stegun 1964, 25.3.6). Where the function has kinks, as
with ReLU, a step across one accuses a right gradient: ε = 1e-5 seldom crosses any, and leaves about 10
digits. It walks the packed vector, so no parameter can be left out.
"""
from collections.abc import Callable
from typing import Any

import numpy as np

from .records import Record, entry_name, flatten, windows
from .types import Array


def central_differences(f: Callable[[Any], float], record: Record, step: float = 1e-3) -> Array:
    """The gradient of `f(record)`, a number, with respect to every trainable entry: (P,) in float64.

    Four calls of f for each of the P entries; `record` in float64 is left as it was.
    """
    vector = flatten(record)
    moved = windows(record, vector)
    gradient = np.empty(len(vector))
    for i in range(len(vector)):
        value = vector[i]
        f_at = {}
        for offset in (-2, -1, 1, 2):
            vector[i] = value + offset * step
            f_at[offset] = f(moved)
        vector[i] = value
        gradient[i] = (8 * (f_at[1] - f_at[-1]) - (f_at[2] - f_at[-2])) / (12 * step)
    return gradient


def check_gradient(f: Callable[[Any], float], record: Record, gradient: Record, tolerance: float = 1e-7,
                   step: float = 1e-3) -> float:
    """Check that `gradient`, a record like `record`, is ∂f/∂record, entry by entry.

    Every entry may be off by `tolerance` times the largest entry of the true gradient, no more.
    Returns the largest such relative error; AssertionError names the worst entry, both values and
    their ratio (-1 is a flipped sign, N a missing mean).
    """
    expected = central_differences(f, record, step)
    by_hand = flatten(gradient)
    assert by_hand.shape == expected.shape, f"gradient of {by_hand.size} entries for {expected.size} parameters"
    error = np.abs(by_hand - expected)
    scale = max(np.abs(expected).max(), 1e-6)  # a gradient of exactly zero has no scale of its own
    worst = int(np.argmax(np.where(np.isfinite(error), error, np.inf)))
    holds = np.isfinite(error) & (error <= tolerance * scale)
    if not holds.all():
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = by_hand[worst] / expected[worst]
        n_wrong = int(np.sum(~holds))
        raise AssertionError(
            f"{entry_name(record, worst)}: the gradient says {by_hand[worst]:.8g}, central differences say "
            f"{expected[worst]:.8g} (ratio {ratio:.4g}); {n_wrong} of {error.size} entries are off"
        )
    return error[worst] / scale
