"""Training a deep belief net: `train_dbn` stacks RBMs layer upon layer, then moves all layers together by up-down.

    layer l    θ_l ← θ_l + α g_l      g_l the PCD gradient of RBM l at h_{l-1} drawn from q given the cases;
                                      all layers below stay as they are
    up-down    θ ← θ + α g            g as in `up_down_gradient`, θ all layers, the way up untied from the way down

Each layer has its own epochs, with its own schedule of the rate; those of up-down come after the last layer's.

N cases    D visible units    K hidden units    L layers of weights    M chains
"""
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundation.batches import case_blocks, check_cases, count_minibatches, mean_of_cases, minibatches
from ..foundation.checks import check_fits, check_generator, invalid
from ..foundation.guards import judge_likelihood
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES, MovingAverage, scheduled_rate
from ..foundation.progress import History
from ..foundation.records import flatten, windows
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.trainer import MONITORED_CASES, Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .dbn import DBN, _sample_upwards, check_dbn, layer_from_below, lower_bound, up_down_gradient, untied
from .fused import Workspace, fused_pcd_gradient
from .gradients import centre, pcd_gradient
from .likelihood import has_exact_log_z, most_log_likelihood
from .rbm import RBM, _free_energy, _hidden_probs, _visible_probs, are_states
from .rbm_training import (
    JUDGED_CASES,
    MONITORED_STATES,
    check_scale,
    independent_log_likelihood,
    where_the_mass_may_be,
)
from .units import Bernoulli, Gaussian, Softmax

LEAST_DRAWS = 20  # of a hidden layer, for the means of its units: fewer cases are taken several times


@dataclass(frozen=True, kw_only=True)
class DBNSettings(Settings):
    """What `train_dbn` can be told."""

    epochs: int = setting(help="passes over the data for each layer")
    up_down_epochs: int = setting(0, "passes in which all layers learn together, at the end", least=0)
    keep: int = setting(0, "how many of the lowest layers have learnt already, and stay as they are until up-down",
                        least=0)
    k: int = setting(1, "Gibbs steps a gradient")
    batch_size: int = setting(20, "cases a step")
    rate: float = setting(0.1, "learning rate at the start of each layer", above=0)
    up_down_rate: float = setting(0.01, "learning rate at the start of up-down", above=0)
    schedule: str = setting("linear", "how the rate falls, for each layer and in up-down", choices=SCHEDULES)
    optimizer: str = setting("sgd", "what makes a step of a gradient", choices=tuple(OPTIMIZERS))
    weight_decay: float = setting(0.0, "d: the gradient of a layer's W is less d * W", most=1)
    centred: bool = setting(True, "take the centred gradient")
    n_chains: int = setting(100, "persistent chains of each RBM")
    from_below: bool = setting(True, "start a layer as the one below turned over, where it has as many hidden units as "
                                     "that has visible ones, or more")
    average: float = setting(None, "give back the moving average of the parameters with this decay, such as 0.999",
                             above=0, below=1)
    fused: bool = setting(True, "take PCD's gradient from its fused twin, which is faster")


def train_dbn(dbn: DBN, data: Any, *, rng: Generator, checkpoint: Any = None, metadata: dict | None = None,
              on_record: Callable | None = None, progress: bool = False, **settings: Any) -> tuple[DBN, History]:
    """Stack the RBMs of `dbn` layer upon layer on `data`: `(dbn, history)`. The DBN passed in is left as it was.

    data (N, D)       an array, memory map or what `open_data` gives: anything that row numbers index; values that the
                      visible units can be held at (bits: [0, 1])
    rng               all that is drawn comes from it: as a layer's turn comes, its start (if from below), the layers
                      below it for a mean, its chains; then for each epoch the order of the cases, and for each step the
                      layers below and what the gradient draws
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called after each epoch with the DBN as it would be given back, and the history
    progress          say on standard error how far it is

    The lowest layer starts from what `dbn` has; each later one from the layer below turned over (`layer_from_below`)
    where that has no more visible units than it has hidden ones, and of the same kind, else from what `dbn` has, with
    visible biases of the means of q. With up_down_epochs the DBN comes back untied. To step through PCD's gradient in
    a debugger, train with fused=False.

    The history has, an epoch: epoch, seconds (so far), layer (the number of the one that learns, 0 in up-down), rate,
    and of the uppermost RBM so far: reconstruction_error and free_energy at up to 200 training cases as they come up to
    it, weight_norm. Where its smaller layer has at most 16 units and the data are bits, also bound, the mean bound on
    log p of these cases; the draws for it come from a generator of their own. Raises InvalidInput, and Diverged with
    the last good DBN.
    """
    options = make_settings(DBNSettings, settings)
    check_generator("rng", rng)
    check_dbn(dbn)
    data = check_cases("data", data, len(dbn.layers[0].b), dbn.layers[0].visible.check)
    check_fits("n_chains", options.n_chains, options.n_chains, sum(sum(rbm.W.shape) for rbm in dbn.layers))
    if isinstance(dbn.layers[0].visible, Gaussian):
        check_scale(dbn.layers[0], data)
    return run_training(DBNTrainer(dbn, data, options, rng, metadata), rng, checkpoint, progress, on_record)


class DBNTrainer(Trainer):
    """A turn is an epoch: of the lowest layer first, then of the next, at last of all layers together."""

    kind = "dbn"
    saved = ("optimizers", "chains", "v_offsets", "h_offsets")
    records = (DBN, RBM, Bernoulli, Gaussian, Softmax, *OPTIMIZERS.values())
    headline = ("layer", "reconstruction_error", "bound")

    def __init__(self, dbn: DBN, data: Any, settings: DBNSettings, rng: Generator, metadata: dict | None = None):
        n_layers = len(dbn.layers)
        if settings.keep + (settings.up_down_epochs == 0) > n_layers:
            raise invalid("keep", f"at most {n_layers - (settings.up_down_epochs == 0)} of {n_layers} layers",
                          settings.keep)
        if dbn.generative and settings.keep < n_layers:
            raise invalid("keep", f"{n_layers}, all layers of a stack whose ways up and down are untied", settings.keep)
        model = untied(dbn) if settings.up_down_epochs > 0 else dbn
        total = settings.epochs * (n_layers - settings.keep) + settings.up_down_epochs
        super().__init__(model, settings, data, total, metadata)
        self.train_rows = np.arange(len(data))
        self.slices = layer_slices(dbn)
        dtype, s = self.vector.dtype, settings
        self.optimizers = tuple(OPTIMIZERS[s.optimizer]() for _ in range(n_layers + (s.up_down_epochs > 0)))
        for optimizer, part in zip(self.optimizers, (*self.slices, slice(None))):
            optimizer.start(self.vector[part])
        self.chains = tuple(np.zeros((s.n_chains, len(rbm.c)), dtype) for rbm in dbn.layers)  # (M, K_l) each
        self.v_offsets = tuple(np.zeros_like(rbm.b) for rbm in dbn.layers)  # for centring
        self.h_offsets = tuple(np.zeros_like(rbm.c) for rbm in dbn.layers)
        self.work: Any = None  # buffers of the layer that learns
        self.trouble = ""  # what is wrong with the latest model
        self.start_model = dbn
        self.has_states = are_states(dbn.layers[0], data, self.train_rows[:MONITORED_CASES])

    def why_fixed(self) -> str:
        """Every layer has its epochs: the next one has started where the last ended."""
        return "each layer starts where the one below it has ended"

    def layer(self, epoch: int) -> int:
        """The index of the layer that learns in that epoch, counted from 0; L in up-down."""
        return min(self.settings.keep + epoch // self.settings.epochs, len(self.slices))

    def advance(self, rng: Generator) -> None:
        """One epoch: a step a minibatch."""
        layer, s = self.layer(self.done), self.settings
        is_up_down = layer == len(self.slices)
        epoch = self.done - (layer - s.keep) * s.epochs  # of this layer
        if epoch == 0:
            self.start_layer(layer, rng)
        n_epochs, rate = (s.up_down_epochs, s.up_down_rate) if is_up_down else (s.epochs, s.rate)
        n_batches = count_minibatches(self.train_rows, s.batch_size)
        for i, rows in enumerate(minibatches(self.train_rows, s.batch_size, rng)):
            self.rate = scheduled_rate(s.schedule, rate, (epoch + i / n_batches) / n_epochs)
            v = np.asarray(self.data[rows], dtype=self.vector.dtype)
            if is_up_down:
                self.up_down_step(v, i, rng)
            else:
                self.layer_step(v, layer, i, rng)
            if self.average is not None:
                self.average.update(self.vector)
        self.done += 1

    def start_layer(self, layer: int, rng: Generator) -> None:
        """Bring the vector, the offsets and the chains to where that layer, or up-down, begins.

        Draws: the start from below, then the layers below, block by block, then chains.
        """
        self.work = None
        if self.average is not None:  # the layers below stay at their averages, and the average begins anew
            self.vector[:] = flatten(self.current())
            self.average = MovingAverage(self.settings.average)
            self.average.start(self.vector)
        if layer == len(self.slices):
            self.untie()
            if self.done > 0:
                return
            layer -= 1  # nothing has learnt before: the top RBM's chains begin here
        rbm = self.model.layers[layer]
        learns_alone = layer >= self.settings.keep
        starts_from_below = learns_alone and layer > 0 and self.settings.from_below and fits_on(
            self.model.layers[layer - 1], rbm)
        if starts_from_below:
            start = layer_from_below(self.model.layers[layer - 1], len(rbm.c), rng)
            rbm.W[:], rbm.b[:], rbm.c[:] = start.W, start.b, start.c
        v_mean = self.mean_below(layer, rng)
        if learns_alone and layer > 0 and not starts_from_below:
            rbm.b[:] = rbm.visible.starting_bias(v_mean)
        if self.settings.centred:
            self.v_offsets[layer][:] = v_mean
        self.h_offsets[layer][:] = _hidden_probs(rbm, self.v_offsets[layer][None])[0]
        first = self.train_rows[np.arange(self.settings.n_chains) % len(self.train_rows)]
        v = self.below(layer, np.asarray(self.data[first], dtype=self.vector.dtype), rng)
        self.chains[layer][:] = rbm.hidden.sample(_hidden_probs(rbm, v), rng)

    def untie(self) -> None:
        """The ways down of the layers that have learnt in this run begin as their ways up."""
        keep = self.settings.keep
        for down, rbm in zip(self.model.generative[keep:], self.model.layers[keep:]):
            down.W[:], down.b[:], down.c[:] = rbm.W, rbm.b, rbm.c

    def mean_below(self, layer: int, rng: Generator) -> Array:
        """The mean of what comes up to that layer from all cases, one draw each, more where they are few: (K_{l-1},).
        For layer 0 it is the mean of the data.
        """
        if layer == 0:
            return mean_of_cases(self.data, self.train_rows)
        total = np.zeros(len(self.model.layers[layer].b))
        rows = np.resize(self.train_rows, max(len(self.train_rows), LEAST_DRAWS))
        for v in case_blocks(self.data, rows, self.vector.dtype):
            total += self.below(layer, v, rng).sum(axis=0, dtype=np.float64)
        return total / len(rows)

    def below(self, layer: int, v: Array, rng: Generator) -> Array:
        """One draw of what comes up to that layer from the cases v (N, D): (N, K_{l-1}), v itself for layer 0."""
        return _sample_upwards(self.so_far(self.model, layer), v, rng)[-1]

    def so_far(self, dbn: DBN, layer: int) -> DBN:
        """The stack up to that layer, with the ways up and down alike until up-down."""
        if layer == len(self.slices):
            return dbn
        return DBN(dbn.layers[: layer + 1])

    def layer_step(self, v: Array, layer: int, i: int, rng: Generator) -> None:
        """One step of that layer, the i-th of its epoch, up the PCD gradient at what comes up to it from v (N, D)."""
        s, rbm, optimizer = self.settings, self.model.layers[layer], self.optimizers[layer]
        offsets = (self.v_offsets[layer], self.h_offsets[layer]) if s.centred else None
        v = self.below(layer, v, rng)
        self.move_offset(layer, v, i)
        scale = 1.0
        if s.fused:
            if self.work is None:
                self.work = Workspace(rbm, min(s.batch_size, len(self.train_rows)), s.n_chains)
            scale = self.rate if optimizer.linear else 1.0  # the rate comes in where it costs nothing
            fused_pcd_gradient(rbm, v, self.chains[layer], s.k, rng, self.work, offsets, scale)
            direction = self.work.vector
        else:
            gradient, self.chains[layer][:] = pcd_gradient(rbm, v, self.chains[layer], s.k, rng, check=False)
            direction = flatten(gradient if offsets is None else centre(gradient, *offsets))
        if s.weight_decay > 0:
            windows(rbm, direction).W[:] -= scale * s.weight_decay * rbm.W
        optimizer.step(self.vector[self.slices[layer]], direction, self.rate / scale)

    def move_offset(self, layer: int, v: Array, i: int) -> None:
        """Move the running means of the layer's hidden units a tenth of the way to those of v, every tenth step."""
        if self.settings.centred and i % 10 == 0:
            means = _hidden_probs(self.model.layers[layer], v).mean(axis=0)
            self.h_offsets[layer][:] += 0.1 * (means - self.h_offsets[layer])

    def up_down_step(self, v: Array, i: int, rng: Generator) -> None:
        """One step of all layers, the i-th of its epoch, along the directions of `up_down_gradient`."""
        top = len(self.slices) - 1
        gradient, self.chains[top][:] = up_down_gradient(self.model, v, self.chains[top], self.settings.k, rng,
                                                         check=False)
        if self.settings.centred:
            of_top = centre(gradient.layers[top], self.v_offsets[top], self.h_offsets[top])
            gradient = replace(gradient, layers=(*gradient.layers[:top], of_top))
        self.optimizers[-1].step(self.vector, flatten(gradient), self.rate)

    def observe(self, dbn: DBN) -> dict:
        """See `train_dbn`."""
        layer = self.layer(self.done - 1)
        dbn = self.so_far(dbn, layer)
        rbm = dbn.layers[-1]
        cases = self.monitored()
        if layer > 0:
            cases = np.resize(cases, (max(len(cases), LEAST_DRAWS), cases.shape[1]))
        v = _sample_upwards(dbn, cases, own_generator())[-1]
        monitored_free_energies = _free_energy(rbm, v)
        reconstructions = _visible_probs(rbm, _hidden_probs(rbm, v))
        baseline = independent_log_likelihood(rbm.visible, v[:JUDGED_CASES], v.mean(axis=0, dtype=np.float64))
        start = self.at_most_at_the_start if layer == 0 else no_better
        self.trouble = judge_likelihood(at_most(rbm, v[:JUDGED_CASES]), baseline, start, len(rbm.b),
                                        f"epoch {self.done}")
        values = {
            "layer": 0 if layer == len(self.slices) else layer + 1,
            "rate": self.rate,
            "reconstruction_error": np.square(v - reconstructions).mean(dtype=np.float64),
            "free_energy": monitored_free_energies.mean(),
            "weight_norm": np.linalg.norm(rbm.W),
        }
        if self.has_states and has_exact_log_z(rbm, MONITORED_STATES):
            values["bound"] = lower_bound(dbn, cases, own_generator()).mean()
        return values

    def at_most_at_the_start(self) -> float:
        """What the mean log p of the judged cases was at most under the lowest RBM that training started from."""
        return at_most(self.start_model.layers[0], self.monitored()[:JUDGED_CASES])

    def diagnose(self) -> str:
        """That the uppermost RBM is worse than independent units, where it is."""
        return self.trouble


def at_most(rbm: RBM, v: Array) -> float:
    """What the mean log p of v (n, D) is at most under that RBM, see `most_log_likelihood`."""
    others = where_the_mass_may_be(rbm, _visible_probs(rbm, _hidden_probs(rbm, v)))
    return most_log_likelihood(rbm, _free_energy(rbm, v), others)


def no_better() -> float:
    """In the place of `at_most_at_the_start` for upper layers, which start at independent units or better: infinity."""
    return np.inf


def own_generator() -> Generator:
    """The generator of what is drawn only to be observed: the same draws each time."""
    return np.random.default_rng(0)


def fits_on(below: RBM, rbm: RBM) -> bool:
    """Whether `below` turned over, with more hidden units if need be, has the shapes and kinds of `rbm`."""
    return len(rbm.c) >= len(below.b) and rbm.hidden == below.visible


def layer_slices(dbn: DBN) -> tuple:
    """Where each of the layers stands in the vector of the stack, the lowest first."""
    slices, start = [], 0
    for rbm in dbn.layers:
        stop = start + flatten(rbm).size
        slices.append(slice(start, stop))
        start = stop
    return tuple(slices)


document_settings(train_dbn, DBNSettings)
