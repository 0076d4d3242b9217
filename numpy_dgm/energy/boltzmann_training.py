"""Training a general Boltzmann machine: `train_boltzmann` climbs the mean log-likelihood, a minibatch a step.

    θ ← θ + α g          θ all of W and b in one vector, g the gradient, α the learning rate

g is taken by the method that is asked for (see boltzmann_gradients.py).

N cases    n units, the first D of them visible, the other K = n - D hidden    M free chains    k Gibbs sweeps
"""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.batches import check_cases, mean_of_cases
from ..foundation.checks import check_fits, check_generator
from ..foundation.guards import judge_likelihood, likelihood_or_gap, standard_error_of_difference
from ..foundation.numerics import bernoulli
from ..foundation.optimizers import SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import MONITORED_CASES, Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .boltzmann import (
    BoltzmannMachine,
    _energy,
    check_bits,
    check_boltzmann,
    connections,
    exact_gradient,
    log_likelihood,
    log_likelihoods,
)
from .boltzmann_gradients import mean_field_free_energies, mean_field_gradient, sampled_gradient
from .evaluation import independent_pixels

METHODS = ("sampled", "mean-field", "exact")
BOUNDED_CASES = 50  # with how many of them it is judged where the likelihood is out of reach
MONITORED_UNITS = 16  # a machine of so many units has its 2^16 states listed after each epoch


@dataclass(frozen=True, kw_only=True)
class BoltzmannSettings(Settings):
    """What `train_boltzmann` can be told."""

    epochs: int = setting(help="passes over the data")
    method: str = setting("sampled", "where the two terms of the gradient come from", choices=METHODS)
    k: int = setting(1, "Gibbs sweeps a gradient")
    batch_size: int = setting(20, "cases a step")
    rate: float = setting(0.05, "learning rate at the start", above=0)
    schedule: str = setting("linear", "how the rate falls", choices=SCHEDULES)
    n_chains: int = setting(100, "free chains; clamped ones there are as many as cases")
    weight_decay: float = setting(0.0, "d: the gradient of W is less d * W; the biases are left alone", most=1)
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.999",
                             above=0, below=1)
    validation: float = setting(0.0, "fraction of the cases to hold out and report on", below=1)
    patience: int = setting(None, "stop after so many epochs without a better held-out score, and give back the best")


def train_boltzmann(machine: BoltzmannMachine, data: Any, *, rng: Generator, checkpoint: Any = None,
                    metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
                    **settings: Any) -> tuple[BoltzmannMachine, History]:
    """Climb the mean log-likelihood of `data`: `(machine, history)`. The machine passed in is left as it was.

    data (N, D)       bits: an array, memory map or what `open_data` gives, anything that row numbers index
    rng               all that is drawn comes from it: the split (if a fraction is held out), the hidden units of the
                      free chains, those of the clamped ones, then for each epoch the order of the cases, and what each
                      step's gradient draws
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the machine as it would be given back, and the history
    progress          say on standard error how far it is

    Methods: "sampled" clamped and free chains, k sweeps each; "mean-field" with free chains; "exact" by listing the
    states of a machine of at most 20 units. Pairs outside the mask do not move.

    The history has, an epoch: epoch, seconds (so far), rate, weight_norm of the connected pairs and, for machines of at
    most 16 units, the exact log_likelihood of up to 200 training cases. With a validation fraction also
    validation_log_likelihood for machines of at most 16 units; free_energy and validation_free_energy, by mean field
    (see `variational_free_energy`), for larger ones.

    Early stopping watches validation_log_likelihood where it is there, elsewhere the gap between the two free energies,
    as `train_rbm` does. Raises InvalidInput, and Diverged with the last good machine.
    """
    options = make_settings(BoltzmannSettings, settings)
    check_generator("rng", rng)
    check_boltzmann(machine)
    data = check_cases("data", data, machine.n_visible, check_bits)
    check_fits("n_chains", options.n_chains, options.n_chains, len(machine.b))
    trainer = BoltzmannTrainer(machine, data, options, rng, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


class BoltzmannTrainer(Trainer):
    """A turn is an epoch. The chains' visible units start at cases, their hidden ones at coin flips.

    Draws at the start: the split (if a fraction is held out), the hidden units of the free chains, then of the clamped
    ones (none unless the method is "sampled").
    """

    kind = "boltzmann"
    saved = ("clamped", "chains")
    records = (BoltzmannMachine,)
    headline = ("weight_norm", "log_likelihood", "validation_log_likelihood", "validation_free_energy")

    def __init__(self, machine: BoltzmannMachine, data: Any, settings: BoltzmannSettings, rng: Generator,
                 metadata: dict | None = None):
        super().__init__(machine, settings, data, settings.epochs, metadata)
        self.gap_error = 0.0  # of the latest gap between held-out and training cases
        self.trouble = ""  # what is wrong with the latest machine
        self.split(rng)
        n_hidden, dtype = len(machine.b) - machine.n_visible, self.vector.dtype
        n_clamped = len(data) if settings.method == "sampled" else 0
        first = self.train_rows[np.arange(settings.n_chains) % len(self.train_rows)]
        h_free = bernoulli(np.full((settings.n_chains, n_hidden), 0.5, dtype), rng)
        self.clamped = bernoulli(np.full((n_clamped, n_hidden), 0.5, dtype), rng)  # (N, K), a chain a case
        self.chains = np.concatenate([np.asarray(data[first], dtype=dtype), h_free], axis=1)  # (M, n)
        self.start_model = machine
        self.baseline = independent_pixels(mean_of_cases(data, self.train_rows), self.monitored())

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch."""
        for rows in self.epoch_of_minibatches(rng):
            self.step(rows, rng)
        self.done += 1

    def step(self, rows: Array, rng: Generator) -> None:
        """One step up the gradient of the cases `rows` (N,): moves the vector and the chains."""
        s = self.settings
        gradient = self.gradient(rows, rng)
        if s.weight_decay > 0:
            gradient = replace(gradient, W=gradient.W - s.weight_decay * self.model.W * self.model.mask)
        self.vector += self.rate * flatten(gradient)
        if self.average is not None:
            self.average.update(self.vector)

    def gradient(self, rows: Array, rng: Generator) -> BoltzmannMachine:
        """The gradient at the cases `rows` (N,) of the data, by the method that was asked for."""
        machine, s = self.model, self.settings
        v = np.asarray(self.data[rows], dtype=self.vector.dtype)
        if s.method == "sampled":
            gradient, clamped, self.chains = sampled_gradient(machine, v, self.clamped[rows], self.chains, s.k, rng,
                                                              check=False)
            self.clamped[rows] = clamped
        elif s.method == "mean-field":
            gradient, self.chains = mean_field_gradient(machine, v, self.chains, s.k, rng, check=False)
        else:
            gradient = exact_gradient(machine, v)
        return gradient

    def observe(self, machine: BoltzmannMachine) -> dict:
        """See `train_boltzmann`."""
        values = {"rate": self.rate, "weight_norm": np.linalg.norm(machine.W * machine.mask)}
        v = self.monitored()
        at_most = self.about_log_likelihood(machine, v)
        self.trouble = judge_likelihood(at_most, self.baseline, self.at_most_at_the_start, machine.n_visible,
                                        f"epoch {self.done}")
        is_held_out = len(self.validation_rows) > 0
        if len(machine.b) <= MONITORED_UNITS:
            values["log_likelihood"] = at_most
            if is_held_out:
                values["validation_log_likelihood"] = log_likelihoods(machine, self.data, self.validation_rows).mean()
        elif is_held_out:
            free_energies = mean_field_free_energies(machine, self.data, self.train_rows[:MONITORED_CASES])
            held_out_free_energies = mean_field_free_energies(machine, self.data, self.validation_rows)
            values["free_energy"] = free_energies.mean()
            values["validation_free_energy"] = held_out_free_energies.mean()
            self.gap_error = standard_error_of_difference(free_energies, held_out_free_energies)
        return values

    def at_most_at_the_start(self) -> float:
        """`about_log_likelihood` of the machine that training started from."""
        return self.about_log_likelihood(self.start_model, self.monitored())

    def about_log_likelihood(self, machine: BoltzmannMachine, v: Array) -> float:
        """The mean log p of v (n, D), exactly for at most 16 units. For more, the most that it can be, or nearly so:

            log Z >= -E(s)        log Σ_h exp(-E(v, h)) <= K log 2 - min_h E(v, h)

        with the lowest energies that are reached where units settle: s from the cases and from the free chains, all
        units; h from the cases, the hidden units.
        """
        n_units, n_visible = len(machine.b), machine.n_visible
        if n_units <= MONITORED_UNITS:
            return float(log_likelihood(machine, v).mean())
        v = v[:BOUNDED_CASES]
        unknown = np.full((len(v), n_units - n_visible), 0.5, v.dtype)
        at_cases = settled(machine, np.concatenate([v, unknown], axis=1), range(n_visible, n_units))
        anywhere = settled(machine, np.concatenate([at_cases, self.chains]), range(n_units))
        most_weight = (n_units - n_visible) * np.log(2) - _energy(machine, at_cases).mean(dtype=np.float64)
        return float(most_weight + _energy(machine, anywhere).min())

    def diagnose(self) -> str:
        """That the latest machine is worse than independent units, where it is."""
        return self.trouble

    def score(self, values: dict) -> float:
        """The held-out log-likelihood, or where it is out of reach how far the gap is above its own noise, negated."""
        return likelihood_or_gap(values, self.gap_error)


def settled(machine: BoltzmannMachine, s: Array, units: Iterable[int]) -> Array:
    """`units` set to their likelier values in turn, three times over: s (N, n) -> s (N, n) of no higher energy."""
    s, weights = s.copy(), connections(machine)
    for _ in range(3):
        for i in units:
            s[:, i] = s @ weights[i] + machine.b[i] > 0
    return s


document_settings(train_boltzmann, BoltzmannSettings)
