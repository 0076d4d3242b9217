"""The chain of an RBM to play with: one visible layer, some of its pixels clamped, at a temperature T.

    p_T(v, h) ∝ p(v, h)^(1/T) ∝ exp(-E(v, h) / T)

    p_T(hⱼ = 1 given v) = σ((cⱼ + (vᵀW)ⱼ) / T)        p_T(vᵢ = 1 given h) = σ((bᵢ + (Wh)ᵢ) / T)

So the RBM at temperature T is the RBM with W/T, b/T and c/T, of which a step is drawn as of any other. T = 1 is the
model itself; near 0 only the states of lowest energy are left; as T grows every state is as likely as another. Clamped
pixels go back to their values after each step, which leaves p_T(v_free given v_clamped) as it is; see
energy/completion.py.

D visible units    K hidden units    v (D,) the chain    p_v (D,) what v was drawn with    clamped (D,) bool
"""
from collections import deque
from dataclasses import replace
from typing import Any

import numpy as np

from ..energy.rbm import RBM, _free_energy, _hidden_probs, _visible_probs, check_rbm
from ..energy.units import Bernoulli
from ..foundation.checks import check_array, check_generator, check_integer, check_number, invalid
from ..foundation.types import Array, Generator

LOWEST, HIGHEST = 0.1, 10.0  # temperatures
REMEMBERED = 200  # the latest states of which the free energy is kept


def at_temperature(rbm: RBM, temperature: float) -> RBM:
    """The RBM of bits with p_T(v, h) ∝ p(v, h)^(1/T), whose energy is E / T: W/T, b/T, c/T."""
    return replace(rbm, W=rbm.W / temperature, b=rbm.b / temperature, c=rbm.c / temperature)


class Chain:
    """A Gibbs chain of an RBM of bits, whose pixels can be clamped while it runs. Raises InvalidInput.

    cases       training cases (N, D) to start at, which row numbers index; None where there are none
    Draws at the start: the noise, one uniform number a visible unit.
    """

    def __init__(self, rbm: RBM, rng: Generator, cases: Any = None):
        self.rbm = check_rbm(rbm)
        for name, units in (("visible", rbm.visible), ("hidden", rbm.hidden)):
            if not isinstance(units, Bernoulli):
                raise invalid(f"rbm.{name}", "bits, which can be clamped on or off", type(units).__name__)
        self.rng = check_generator("rng", rng)
        self.cases = cases
        self.clamped = np.zeros(len(rbm.b), bool)
        self.v = self.p_v = np.zeros_like(rbm.b)
        self.set_temperature(1)
        self.start_at_noise()

    def set_temperature(self, temperature: float) -> None:
        """Go on at T in [0.1, 10]."""
        self.temperature = check_number("temperature", temperature, LOWEST, HIGHEST)
        self.tempered = at_temperature(self.rbm, self.temperature)

    def start_at_noise(self) -> None:
        """Begin anew with a fair coin for each pixel that is not clamped. Draws one uniform number a pixel."""
        fair = np.full_like(self.v, 0.5)
        self.start(np.where(self.clamped, self.v, self.rbm.visible.sample(fair, self.rng)))

    def start_at_case(self) -> None:
        """Begin anew at a training case, which the clamped pixels are then held at, too. Draws its row number."""
        case = self.cases[int(self.rng.integers(len(self.cases)))]
        self.start(check_array("case", case, width=len(self.v), ndim=1, low=0, high=1, dtype=self.v.dtype))

    def start(self, v: Array) -> None:
        """Begin anew at v (D,)."""
        self.v = self.p_v = v
        self.steps = 0
        self.free_energies = deque([self.free_energy()], maxlen=REMEMBERED)

    def step(self) -> None:
        """One Gibbs step at T; the clamped pixels stay. Draws, in this order: h, then v, all of it."""
        p_h = self.hidden_probs()
        h = self.rbm.hidden.sample(p_h, self.rng)
        p_v = _visible_probs(self.tempered, h)
        v = self.rbm.visible.sample(p_v, self.rng)
        self.p_v = np.where(self.clamped, self.v, p_v)
        self.v = np.where(self.clamped, self.v, v)
        self.steps += 1
        self.free_energies.append(self.free_energy())

    def hidden_probs(self) -> Array:
        """p_T(hⱼ = 1 given v) of each hidden unit: (K,)."""
        return _hidden_probs(self.tempered, self.v)

    def free_energy(self) -> float:
        """F(v) = -log p(v) - log Z of the model itself, T = 1: what temperatures can be compared by."""
        return float(_free_energy(self.rbm, self.v))

    def clamp(self, pixels: Any, values: Any) -> None:
        """Hold pixels (an index, indices or a mask) at values in [0, 1] from here on. Raises InvalidInput."""
        values = check_array("values", values, ndim=(0, 1), low=0, high=1)
        v, clamped = self.v.copy(), self.clamped.copy()
        v[pixels], clamped[pixels] = values, True
        self.v, self.clamped = v, clamped
        self.p_v = np.where(clamped, v, self.p_v)

    def free(self, pixels: Any = slice(None)) -> None:
        """Let pixels go, all of them by default; they stay as they are until the next step."""
        clamped = self.clamped.copy()
        clamped[pixels] = False
        self.clamped = clamped

    def next_state(self, pixel: int) -> float | None:
        """What a click makes of a pixel: free → clamped on, 1.0 → clamped off, 0.0 → free again, None."""
        if not self.clamped[pixel]:
            return 1.0
        return 0.0 if self.v[pixel] > 0.5 else None

    def set_state(self, pixel: int, state: float | None) -> None:
        """Clamp a pixel at 1.0 or 0.0, or free it, None."""
        pixel = check_integer("pixel", pixel, least=0, most=len(self.v) - 1)
        if state is None:
            self.free(pixel)
        else:
            self.clamp(pixel, state)
