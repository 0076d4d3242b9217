"""Training an RBM: `train_rbm` climbs the mean log-likelihood, a minibatch a step.

    θ ← θ + α g          θ all of W, b and c in one vector, g the gradient, α the learning rate

g is taken by the method that is asked for (see gradients.py), or by its fused twin (fused.py).

N cases    D visible units    K hidden units    M chains    P = D K + D + K parameters
"""
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.batches import check_cases, mean_of_cases
from ..foundation.checks import check_fits, check_generator, invalid
from ..foundation.guards import (
    Diverged,
    TrainingWarning,
    judge_likelihood,
    likelihood_or_gap,
    standard_error_of_difference,
)
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES
from ..foundation.progress import History
from ..foundation.records import flatten, windows
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .fused import Workspace, fused_pcd_gradient
from .gradients import (
    _sparsity_gradient,
    cd_gradient,
    centre,
    exact_gradient,
    pcd_gradient,
)
from .likelihood import has_exact_log_z, log_partition, most_log_likelihood
from .rbm import (
    RBM,
    _free_energy,
    _hidden_probs,
    _visible_probs,
    are_states,
    check_rbm,
    free_energies,
    sample_hidden,
    why_not_normalisable,
)
from .tempering import init_ladder, start_ladder, tempered_gradient
from .units import Bernoulli, Gaussian, Softmax, Units

METHODS = ("pcd", "cd", "tempered", "exact")
JUDGED_CASES = 20  # with how many of them the model is held against independent units
SCALED_CASES = 1000  # how many cases the scale of data for Gaussian units is judged by
FAR_FROM_UNIT = 10
MONITORED_STATES = 2**16  # up to so many states of the smaller layer, log Z is summed after each epoch


@dataclass(frozen=True, kw_only=True)
class RBMSettings(Settings):
    """What `train_rbm` can be told."""

    epochs: int = setting(help="passes over the data")
    method: str = setting("pcd", "where the model's term of the gradient comes from", choices=METHODS)
    k: int = setting(1, "Gibbs steps a gradient; sweeps of a tempered ladder")
    batch_size: int = setting(20, "cases a step")
    rate: float = setting(0.1, "learning rate at the start", above=0)
    schedule: str = setting("linear", "how the rate falls", choices=SCHEDULES)
    optimizer: str = setting("sgd", "what makes a step of a gradient", choices=tuple(OPTIMIZERS))
    weight_decay: float = setting(0.0, "d: the gradient of W is less d * W; the biases are left alone", most=1)
    centred: bool = setting(True, "take the centred gradient")
    sparsity_target: float = setting(None, "fraction of the cases for which a hidden bit should be on", above=0,
                                     below=1)
    sparsity_cost: float = setting(1.0, "weight of the sparsity gradient")
    n_chains: int = setting(100, "persistent chains of pcd, ladders of tempered")
    n_rungs: int = setting(10, "temperatures of a tempered ladder", least=2)
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.999",
                             above=0, below=1)
    validation: float = setting(0.0, "fraction of the cases to hold out and report on", below=1)
    patience: int = setting(None, "stop after so many epochs without a better held-out score, and give back the best")
    fused: bool = setting(True, "take PCD's gradient from its fused twin, which is faster")


def train_rbm(rbm: RBM, data: Any, *, rng: Generator, checkpoint: Any = None, metadata: dict | None = None,
              on_record: Callable | None = None, progress: bool = False, **settings: Any) -> tuple[RBM, History]:
    """Climb the mean log-likelihood of `data`: `(rbm, history)`. The RBM that is passed in is left as it was.

    data (N, D)       an array, memory map or what `open_data` gives: anything that row numbers index; values that the
                      visible units can be held at (bits: [0, 1])
    rng               all that is drawn comes from it: the split (if a fraction is held out), the chains or ladders,
                      then for each epoch the order of the cases, and what each step's gradient draws
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the RBM as it would be given back, and the history
    progress          say on standard error how far it is

    Methods: "pcd" persistent chains, "cd" chains that start at the data, k Gibbs steps each; "tempered" persistent
    ladders of parallel tempering; "exact" by enumeration, for a layer of at most 25 bits. To step through PCD's
    gradient in a debugger, train with fused=False. n_chains beyond batch_size take time, a chain about as much as a
    case, and are worth it: 100 chains beside 20 give 20 nats on digits of 28x28 with 500 hidden units. The default rate
    is a compromise: .5 suits small digits better, and loses 6 nats on 4x4 bars and stripes and 35 on digits of 28x28
    with 500 hidden units (tests/benchmarks/defaults.txt).

    The history has, an epoch: epoch, seconds (so far), rate, reconstruction_error and free_energy of up to 200
    training cases, weight_norm; with the method "tempered" lowest_swap_rate, of the epoch's last step over the
    pairs of rungs; with a validation fraction also validation_free_energy and, where the smaller layer has at most
    16 units and the data are bits, log_likelihood (of the same training cases) and validation_log_likelihood.

    Early stopping watches validation_log_likelihood where it is there. Elsewhere it watches the gap
    validation_free_energy - free_energy, the mean log-likelihood of training cases less that of held-out ones (log Z
    drops out): it stops once the gap has been above 3 of its standard errors for `patience` epochs, the sign that
    training cases are learnt by heart, and gives back the last RBM before. That is no likelihood: it may stop before
    the held-out likelihood is at its highest. Raises InvalidInput, and Diverged with the last good RBM.
    """
    options = make_settings(RBMSettings, settings)
    check_generator("rng", rng)
    check_rbm(rbm)
    data = check_cases("data", data, len(rbm.b), rbm.visible.check)
    check_settings(rbm, options)
    if isinstance(rbm.visible, Gaussian):
        check_scale(rbm, data)
    trainer = RBMTrainer(rbm, data, options, rng, metadata)
    return run_training(trainer, rng, checkpoint, progress, on_record)


class RBMTrainer(Trainer):
    """A turn is an epoch. Draws at the start: the split (if a fraction is held out), the chains or ladders."""

    kind = "rbm"
    saved = ("optimizer", "chains", "h_offset")
    records = (RBM, Bernoulli, Gaussian, Softmax, *OPTIMIZERS.values())
    headline = ("reconstruction_error", "validation_free_energy", "validation_log_likelihood")

    def __init__(self, rbm: RBM, data: Any, settings: RBMSettings, rng: Generator, metadata: dict | None = None):
        if settings.sparsity_target is not None and not isinstance(rbm.hidden, Bernoulli):
            raise invalid("sparsity_target", "None, or hidden units that are bits", f"hidden units {rbm.hidden}")
        super().__init__(rbm, settings, data, settings.epochs, metadata)
        self.optimizer = OPTIMIZERS[settings.optimizer]()
        self.optimizer.start(self.vector)
        self.gap_error = 0.0  # of the latest gap between held-out and training cases
        self.trouble = ""  # what is wrong with the latest model
        self.split(rng)
        is_small = has_exact_log_z(rbm, MONITORED_STATES)
        self.has_exact_likelihood = is_small and are_states(rbm, data, self.validation_rows)
        v_mean = mean_of_cases(data, self.train_rows)
        self.v_offset = v_mean.astype(self.vector.dtype) if settings.centred else np.zeros_like(rbm.b)
        self.h_offset = _hidden_probs(self.model, self.v_offset[None])[0]  # (K,) running means of the hidden units
        self.ladder: Any = None
        self.swap_rates: Any = None  # (L - 1,) of the latest tempered step
        if settings.method == "tempered":
            self.ladder = init_ladder(self.model, settings.n_rungs, v_mean)
            self.chains = start_ladder(self.model, self.ladder, settings.n_chains, rng)  # (L, M, D)
        else:
            first = self.train_rows[np.arange(settings.n_chains) % len(self.train_rows)]
            self.chains = sample_hidden(self.model, np.asarray(data[first], dtype=self.vector.dtype), rng)  # (M, K)
        self.start_model = rbm
        self.baseline = independent_log_likelihood(rbm.visible, self.monitored()[:JUDGED_CASES], v_mean)
        self.work = Workspace(self.model, min(settings.batch_size, len(self.train_rows)), settings.n_chains)

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch."""
        for i, rows in enumerate(self.epoch_of_minibatches(rng)):
            v = np.asarray(self.data[rows], dtype=self.vector.dtype)
            if self.settings.centred and i % 10 == 0:  # the offsets need not be exact, so every tenth batch will do
                self.h_offset += 0.1 * (_hidden_probs(self.model, v).mean(axis=0) - self.h_offset)
            self.step(v, rng)
        self.done += 1

    def step(self, v: Array, rng: Generator) -> None:
        """One step up the gradient of the cases v (N, D): moves the vector, and the chains with PCD."""
        s, scale = self.settings, 1.0
        if s.method == "pcd" and s.fused:
            scale = self.rate if self.optimizer.linear else 1.0  # the rate comes in where it costs nothing
            offsets = (self.v_offset, self.h_offset) if s.centred else None
            fused_pcd_gradient(self.model, v, self.chains, s.k, rng, self.work, offsets, scale)
            direction = self.work.vector
        else:
            direction = flatten(self.gradient(v, rng))
        if s.sparsity_target is not None:
            direction += scale * s.sparsity_cost * flatten(_sparsity_gradient(self.model, v, s.sparsity_target))
        if s.weight_decay > 0:
            decayed = windows(self.model, direction)
            decayed.W[:] -= scale * s.weight_decay * self.model.W
        self.optimizer.step(self.vector, direction, self.rate / scale)
        if self.average is not None:
            self.average.update(self.vector)

    def gradient(self, v: Array, rng: Generator) -> RBM:
        """The gradient by the plain function of the method's name, centred if that was asked for."""
        rbm, s = self.model, self.settings
        if s.method == "cd":
            gradient = cd_gradient(rbm, v, s.k, rng, check=False)
        elif s.method == "pcd":
            gradient, self.chains = pcd_gradient(rbm, v, self.chains, s.k, rng, check=False)
        elif s.method == "tempered":
            gradient, self.chains, self.swap_rates = tempered_gradient(rbm, v, self.ladder, self.chains, s.k, rng)
        else:
            gradient = exact_gradient(rbm, v)
        return centre(gradient, self.v_offset, self.h_offset) if s.centred else gradient

    def check_model(self) -> None:
        """Raise Diverged where a parameter is not finite or Z is not."""
        super().check_model()
        reason = why_not_normalisable(self.model)
        if reason is not None:
            raise Diverged(f"training stopped in epoch {self.done}: {reason}; a smaller learning rate or weight decay "
                           "keeps it there")

    def observe(self, rbm: RBM) -> dict:
        """See `train_rbm`."""
        v = self.monitored()
        monitored_free_energies = _free_energy(rbm, v)
        reconstructions = _visible_probs(rbm, _hidden_probs(rbm, v))
        others = where_the_mass_may_be(rbm, reconstructions[:JUDGED_CASES])
        at_most = most_log_likelihood(rbm, monitored_free_energies[:JUDGED_CASES], others)
        self.trouble = judge_likelihood(at_most, self.baseline, self.at_most_at_the_start, len(rbm.b),
                                        f"epoch {self.done}")
        values = {
            "rate": self.rate,
            "reconstruction_error": np.square(v - reconstructions).mean(dtype=np.float64),
            "free_energy": monitored_free_energies.mean(),
            "weight_norm": np.linalg.norm(rbm.W),
        }
        if self.swap_rates is not None:
            values["lowest_swap_rate"] = self.swap_rates.min()
        if len(self.validation_rows) == 0:
            return values
        held_out_free_energies = free_energies(rbm, self.data, self.validation_rows)
        values["validation_free_energy"] = held_out_free_energies.mean()
        if self.has_exact_likelihood:
            log_z = log_partition(rbm)
            values["log_likelihood"] = (-monitored_free_energies - log_z).mean()
            values["validation_log_likelihood"] = (-held_out_free_energies - log_z).mean()
        self.gap_error = standard_error_of_difference(monitored_free_energies, held_out_free_energies)
        return values

    def at_most_at_the_start(self) -> float:
        """What the mean log p of the judged cases was at most under the RBM that training started from."""
        rbm, v = self.start_model, self.monitored()[:JUDGED_CASES]
        others = where_the_mass_may_be(rbm, _visible_probs(rbm, _hidden_probs(rbm, v)))
        return most_log_likelihood(rbm, _free_energy(rbm, v), others)

    def diagnose(self) -> str:
        """That the latest model is worse than independent units, where it is."""
        return self.trouble

    def score(self, values: dict) -> float:
        """The held-out log-likelihood, or where it is out of reach how far the gap is above its own noise, negated."""
        return likelihood_or_gap(values, self.gap_error)


def where_the_mass_may_be(rbm: RBM, v: Array) -> Array:
    """Visible layers of low free energy where a model has gone astray: v (n, D), its means where no hidden unit is on,
    or all are, and the reconstructions of these.
    """
    none_or_all = np.stack([np.zeros_like(rbm.c), np.ones_like(rbm.c)])
    start = np.concatenate([v, _visible_probs(rbm, none_or_all)])
    return np.concatenate([v, _visible_probs(rbm, _hidden_probs(rbm, start))])


def independent_log_likelihood(visible: Units, v: Array, mean: Array) -> float:
    """Mean log p of v (N, D) under visible units that are independent of one another, with those means (D,)."""
    b = visible.starting_bias(mean)
    log_weights = v @ b + visible.log_base(v)
    return float(log_weights.mean() - visible.log_normaliser(b[None])[0])


def check_settings(rbm: RBM, settings: RBMSettings) -> None:
    """InvalidInput where the chains or ladders that the settings ask for do not fit into memory."""
    check_fits("n_chains", settings.n_chains, settings.n_chains, sum(rbm.W.shape))
    if settings.method == "tempered":
        check_fits("n_rungs", settings.n_rungs, settings.n_rungs, settings.n_chains, sum(rbm.W.shape))


def check_scale(rbm: RBM, data: Any) -> None:
    """A TrainingWarning where data of Gaussian units are far from the unit scale that these have."""
    rows = np.unique(np.linspace(0, len(data) - 1, SCALED_CASES).astype(np.int64))
    v = np.asarray(data[rows], dtype=np.float64)
    off = np.abs(v.mean(axis=0) - rbm.b).max()
    scale = v.std(axis=0)
    varies = scale > 1e-12 * np.abs(v).max(axis=0)
    low, high = scale[varies].min(initial=np.inf), scale[varies].max(initial=0)
    if low < 1 / FAR_FROM_UNIT or high > FAR_FROM_UNIT or off > FAR_FROM_UNIT:
        warnings.warn("data: Gaussian units have the standard deviation 1, these columns have deviations from "
                      f"{low:.3g} to {high:.3g} and means up to {off:.3g} from the visible biases; fit_standardiser "
                      "and standardise of numpy_dgm.foundation.standardiser bring them to unit scale",
                      TrainingWarning, stacklevel=3)


document_settings(train_rbm, RBMSettings)
