"""Completion: the rest of a visible layer, given part of it, by Gibbs sampling with that part clamped.

    h ~ p(h given v)        v ~ p(v given h), and then the held units go back to what they are held at

leaves p(v_free given v_held) as it is: given h the visible units are independent of one another, so that drawing the
free ones alone is a Gibbs step of the conditional distribution. Chains start with noise in the free units.

N cases    D visible units    v (N, D)    held (D,) which units are clamped
"""
from typing import Any

import numpy as np

from ..foundation.checks import as_rows, check_generator, check_integer, invalid
from ..foundation.types import Array, Generator
from .rbm import RBM, _gibbs_step, check_visible
from .units import BitsAndLabel, Softmax


def complete(rbm: RBM, v: Array, held: Any, steps: int, rng: Generator) -> Array:
    """The cases v (N, D) with new values in the units that are not held, drawn given those that are: (N, D).

    held (D,) of bool, alike for all cases: whole groups where the units are softmax. Units that are not held may have
    any values in v that the layer can have; they start at noise. steps >= 1 Gibbs steps. Draws, in this order: the
    noise, then h and v (all of it, also what is held) of each step. Raises InvalidInput.
    """
    v = as_rows(check_visible("v", rbm, v))
    held = np.asarray(held)
    if held.dtype != bool or held.shape != rbm.b.shape:
        raise invalid("held", f"booleans of shape {rbm.b.shape}", f"{held.dtype} of shape {held.shape}")
    if isinstance(rbm.visible, (Softmax, BitsAndLabel)):
        groups = rbm.visible.groups(held)
        if np.any(groups.any(axis=1) != groups.all(axis=1)):
            raise invalid("held", "whole softmax groups", "part of one")
    steps = check_integer("steps", steps)
    check_generator("rng", rng)
    no_input = np.zeros_like(v)
    noise = rbm.visible.sample(rbm.visible.mean(no_input), rng)
    chains = np.where(held, v, noise)
    for _ in range(steps):
        chains = _gibbs_step(rbm, chains, rng)
        chains = np.where(held, v, chains)
    return chains
