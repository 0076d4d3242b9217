"""Training a GAN: `train_gan` lets the two players take their steps in turn, a minibatch a step.

    φ ← φ - α_D ∂L_D/∂φ        φ all parameters of the discriminator in one vector, `critic_steps` times
    θ ← θ - α_G ∂L_G/∂θ        θ all of the generator's; φ stays where it is

The gradients are those of gan.py, or of the fused twin in fused.py; an optimizer makes a step of each.

What goes with what (batch norm in the discriminator goes with nothing: its batches, all real or all fake, would each
be made alike by their own mean):

    in the discriminator         R1, gradient penalty    spectral norm    clipping
    affine, elementwise layers   yes                     yes              yes
    Fourier                      yes                     yes              yes
    maxout, skip                 yes                     no               yes
    dropout                      no                      yes              yes
    minibatch discrimination     no                      no               yes

The penalties and spectral norm go together, clipping and spectral norm do not. The generator may have any layer, and
classes, packing, every objective and every schedule go with all of it. Simultaneous steps are one for each player.

N cases a batch    D numbers a case    L latents    C classes
"""
import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ..data.mixtures import MixtureOfGaussians, draw_mixture
from ..foundation.batches import check_cases, describe_cases, fingerprint, fingerprint_with_labels
from ..foundation.checks import check_fits, check_generator, check_numbers, invalid, shown
from ..foundation.guards import TrainingWarning, check_finite
from ..foundation.optimizers import OPTIMIZERS, SCHEDULES, Adam, scheduled_rate
from ..foundation.progress import History
from ..foundation.records import flatten, pack, windows
from ..foundation.settings import Settings, document_settings, make_settings, setting
from ..foundation.state import to_state
from ..foundation.trainer import Trainer
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from ..neural.layers import BatchNorm, Dropout, MinibatchDiscrimination, ReLU, Sigmoid, Softplus, Tanh
from ..neural.mlp import (
    LAYERS,
    MLP,
    _mlp_forward,
    _with_running_statistics,
    n_inputs,
    n_outputs,
    relative_step,
    usual_norm,
)
from .diagnosis import Monitor, diagnose_gan, distance, draw_samples, judge, observe, total_deviation
from .fused import fused_discriminator_gradient
from .gan import (
    GAN,
    PlayerStep,
    _draw_latents,
    check_gan,
    check_labels,
    discriminator_gradient,
    generator_gradient,
    with_labels,
)
from .noise import InstanceNoise, noise_levels
from .objectives import NonSaturating, check_objective
from .penalties import (
    check_penalty,
    clip_weights,
    spectral_norm,
    spectral_norm_gradient,
    start_singular_vectors,
)

MONITORED_CASES = 500  # about how many cases and samples the history measures
MONITORED_DIRECTIONS = 50
GAN_SCHEDULES = (*SCHEDULES, "thirds")


@dataclass(frozen=True, kw_only=True)
class GANSettings(Settings):
    """What `train_gan` can be told."""

    steps: int = setting(help="steps of the generator")
    objective: Any = setting(NonSaturating(), "what the players descend; see objectives.py", option=False)
    penalty: Any = setting(None, "on the gradient of the discriminator: R1(weight) or GradientPenalty(weight)",
                           option=False)
    clip: float = setting(None, "c: hold each of the discriminator's parameters within [-c, c]", above=0)
    spectral: bool = setting(False, "divide the discriminator's weights by their largest singular values")
    noise: Any = setting(None, "blur what the discriminator sees, by an InstanceNoise(...)", option=False)
    batch_size: int = setting(64, "real cases, and generated ones, a step; a multiple of the packing")
    critic_steps: int = setting(1, "steps of the discriminator before each of the generator")
    simultaneous: bool = setting(False, "both players step from where both stand, not the discriminator first")
    rate: float = setting(2e-4, "learning rate at the start", above=0)
    discriminator_rate: float = setting(None, "the discriminator's learning rate (default: the same)", above=0)
    schedule: str = setting("constant", "how the rates fall", choices=GAN_SCHEDULES)
    discriminator_schedule: str = setting(None, "how the discriminator's rate falls (default: the same)",
                                          choices=GAN_SCHEDULES)
    optimizer: Any = setting(Adam(beta1=0.5), "SGD(), Momentum(), RMSProp() or Adam(); each player has its own copy",
                             option=False)
    average: float = setting(None, "give back the generator's moving average with this decay, such as 0.999",
                             above=0, below=1)
    log_every: int = setting(100, "steps from one entry of the history to the next")
    fused: bool = setting(True, "take the discriminator's gradient from its fused twin, which is faster")


def train_gan(gan: GAN, data: Any, *, rng: Generator, labels: Any = None, checkpoint: Any = None,
              metadata: dict | None = None, on_record: Callable | None = None, progress: bool = False,
              **settings: Any) -> tuple[GAN, History]:
    """Let the players of `gan` learn from `data`: `(gan, history)`. The GAN passed in is left as it was.

    data (N, D)       an array, memory map or what `open_data` gives: anything that row numbers index, each batch drawn
                      from it with replacement; or a MixtureOfGaussians, which every batch is drawn from afresh
    rng               all that is drawn comes from it: the monitored cases, latents and directions, the vectors of
                      spectral norm, then what each step draws
    labels (N,)       with a GAN that has classes: that of each case. The generator is asked for labels drawn from them
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    metadata          texts and numbers to keep with the run
    on_record         called at each entry of the history with the GAN as it would be given back, and the history; an
                      array that it returns is kept in history.snapshots: samples for a film, say
    progress          say on standard error how far it is

    Schedules "linear" and "cosine" fall to 0, "thirds" to 1/200 over the second third of the run. The generator's
    running statistics of batch norm move on in its own steps only; those that go with a moving average are taken
    afresh when it is given back. With `spectral` the discriminator comes back with its weights divided. With
    `noise`, R1 is held against the blur (see penalties.py). To step through the discriminator's gradient in a
    debugger, train with fused=False.

    The history has, an entry: step, seconds (so far), rate, discriminator_rate, generator_gradient and
    discriminator_gradient (norms, of the latest step), and what `observe` in diagnosis.py says of about 500 cases. In
    the second half, what `diagnose_gan` says of the run is said once, as a TrainingWarning. Raises InvalidInput, and
    Diverged, with the GAN as it was at the last entry, when a parameter or a loss is no longer finite.
    """
    options = make_settings(GANSettings, settings)
    check_generator("rng", rng)
    check_gan(gan)
    check_objects(options)
    check_combination(gan, options)
    source = open_source(gan, data, labels)
    check_fits("batch_size", options.batch_size, options.batch_size, n_inputs(gan.generator) + n_outputs(gan.generator))
    return run_training(GANTrainer(gan, source, options, rng, metadata), rng, checkpoint, progress, on_record)


@dataclass(frozen=True, eq=False)
class Source:
    """Where real cases come from."""

    data: Any  # a MixtureOfGaussians, or what row numbers index
    labels: Array | None  # (N,)

    def describe(self) -> dict:
        """What a run keeps so that its data can be opened again: the mixture itself, or what the data say."""
        if isinstance(self.data, MixtureOfGaussians):
            return {"mixture": to_state(self.data)}
        return describe_cases(self.data)


class GANTrainer(Trainer):
    """A turn is `log_every` steps. The players' parameters are two slices of one vector: G's, then D's.

    Draws at the start: monitored cases, latents and directions; spectral norm's vectors.
    """

    kind, unit = "gan", "step"
    saved = ("generator_optimizer", "discriminator_optimizer", "singular")
    records = (GAN, MLP, *LAYERS, *OPTIMIZERS.values())
    headline = ("distance", "spread", "accuracy_real", "accuracy_fake")

    def __init__(self, gan: GAN, source: Source, settings: GANSettings, rng: Generator, metadata: dict | None = None):
        self.n_generator = flatten(gan.generator).size
        super().__init__(gan, settings, source, settings.steps, metadata)
        self.generator_vector = self.vector[: self.n_generator]
        self.discriminator_vector = self.vector[self.n_generator :]
        self.generator_gradient, self.discriminator_gradient = pack(gan.generator), pack(gan.discriminator)
        self.generator_optimizer = copy.deepcopy(settings.optimizer)
        self.discriminator_optimizer = copy.deepcopy(settings.optimizer)
        self.generator_optimizer.start(self.generator_vector)
        self.discriminator_optimizer.start(self.discriminator_vector)
        n_monitored = settings.batch_size * -(-MONITORED_CASES // settings.batch_size)
        x, labels = draw_real(source, n_monitored, rng, self.vector.dtype)
        if total_deviation(x) == 0:
            raise invalid("data", "cases that differ from one another", f"{n_monitored} alike, drawn at random",
                          "a column that hardly any case has a number in tells nothing")
        z = _draw_latents(gan, n_monitored, rng)
        directions = rng.standard_normal((MONITORED_DIRECTIONS, x.shape[1]), dtype=x.dtype)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        self.monitor = Monitor(x, z, labels, directions, settings.batch_size)
        self.singular = start_singular_vectors(self.model.discriminator, rng) if settings.spectral else None
        self.trouble = ""  # what is wrong at the latest entry
        self.relative_steps = {"generator": 0.0}  # of the first step since the latest entry
        if settings.clip is None:  # which moves parameters farther than any rate
            self.relative_steps["discriminator"] = 0.0
        self.start_model = gan

    def advance(self, rng: Generator) -> None:
        """The steps until the next entry of the history."""
        s = self.settings
        stop = min(s.steps, (self.done // s.log_every + 1) * s.log_every)
        start: Any = self.vector.copy()
        while self.done < stop:
            progress = self.done / s.steps
            self.rate = scheduled_rate(s.schedule, s.rate, progress)
            discriminator_schedule = s.discriminator_schedule or s.schedule
            self.discriminator_rate = scheduled_rate(discriminator_schedule, s.discriminator_rate or s.rate, progress)
            of_discriminator, of_generator = self.step(rng)
            self.done += 1
            if start is not None:
                self.note_relative_steps(start)
                start = None
            losses = {"discriminator_loss": of_discriminator.loss, "generator_loss": of_generator.loss}
            if not np.isfinite(sum(losses.values())):
                check_finite(self.model, f"step {self.done}", **losses)

    def step(self, rng: Generator) -> tuple[PlayerStep, PlayerStep]:
        """A step of the generator and those of the discriminator that go with it: the latest of either."""
        if self.settings.simultaneous:
            of_discriminator = self.discriminator_step(rng)
            of_generator = self.generator_step(rng)
            self.move_discriminator()
        else:
            for _ in range(self.settings.critic_steps):
                of_discriminator = self.discriminator_step(rng)
                self.move_discriminator()
            of_generator = self.generator_step(rng)
        self.move_generator(of_generator)
        return of_discriminator, of_generator

    def discriminator_step(self, rng: Generator) -> PlayerStep:
        """∂L_D/∂D at a fresh batch. Draws: real cases, latents, labels, levels, then what the gradient draws."""
        s, gan, source = self.settings, self.model, self.data
        x_real, labels = draw_real(source, s.batch_size, rng, self.vector.dtype)
        z = _draw_latents(gan, s.batch_size, rng)
        fake_labels = draw_labels(source, s.batch_size, rng)
        levels = self.draw_levels(rng)
        if self.singular is not None:
            normalised, self.singular = spectral_norm(gan.discriminator, self.singular)
            gan = replace(gan, discriminator=normalised)
        vector, out = self.discriminator_gradient
        arguments = (gan, x_real, z, s.objective, rng, labels, fake_labels, s.penalty, levels, out)
        if s.fused:
            step = fused_discriminator_gradient(*arguments)
        else:
            step = discriminator_gradient(*arguments, check=False)
        if self.singular is not None:
            vector[:] = flatten(spectral_norm_gradient(self.model.discriminator, self.singular, step.gradient))
        return step

    def generator_step(self, rng: Generator) -> PlayerStep:
        """∂L_G/∂G at fresh latents. Draws: latents, labels, levels, then what the gradient draws."""
        s = self.settings
        z = _draw_latents(self.model, s.batch_size, rng)
        labels = draw_labels(self.data, s.batch_size, rng)
        levels = self.draw_levels(rng)
        _, out = self.generator_gradient
        return generator_gradient(self.normalised(), z, s.objective, rng, labels, levels, out, check=False)

    def draw_levels(self, rng: Generator) -> Array | None:
        """Levels of noise (N/m, 1) for a batch, None where nothing is blurred."""
        s = self.settings
        if s.noise is None:
            return None
        n_rows = s.batch_size // self.model.packing
        return noise_levels(s.noise, self.done / s.steps, n_rows, rng, self.vector.dtype)

    def move_discriminator(self) -> None:
        """The discriminator's step down its loss, in place, by the gradient that was taken last."""
        gradient, _ = self.discriminator_gradient
        self.discriminator_optimizer.step(self.discriminator_vector, gradient, -self.discriminator_rate)
        if self.settings.clip is not None:
            clip_weights(self.discriminator_vector, self.settings.clip)

    def move_generator(self, step: PlayerStep) -> None:
        """The generator's step down its loss, in place; its running statistics and its moving average follow."""
        gradient, _ = self.generator_gradient
        self.generator_optimizer.step(self.generator_vector, gradient, -self.rate)
        generator = _with_running_statistics(self.model.generator, step.generator_cache)
        self.model = replace(self.model, generator=generator)
        if self.average is not None:
            self.average.update(self.generator_vector)

    def normalised(self) -> GAN:
        """The GAN with the weights of its discriminator divided, where spectral norm was asked for."""
        if self.singular is None:
            return self.model
        normalised, _ = spectral_norm(self.model.discriminator, self.singular, n_iterations=0)
        return replace(self.model, discriminator=normalised)

    def averaged_vector(self) -> Array:
        """The generator's part: the discriminator is not averaged."""
        return self.vector[: self.n_generator]

    def current(self) -> GAN:
        """The GAN as it would be given back now: the generator's moving average, where one is kept."""
        generator = self.model.generator
        if self.average is None or self.average.steps == 0:
            generator = windows(generator, self.generator_vector.copy())
        else:  # whose batches have other statistics than the generator that moves
            generator = windows(generator, self.average.vector.copy())
            z = with_labels(self.monitor.z, self.monitor.labels, self.model.n_classes)
            _, cache = _mlp_forward(generator, z, np.random.default_rng(0))  # for dropout: the run's stays where it is
            generator = _with_running_statistics(generator, cache, momentum=1.0)
        _, discriminator = pack(self.normalised().discriminator)
        return replace(self.model, generator=generator, discriminator=discriminator)

    def observe(self, gan: GAN) -> dict:
        """See `train_gan`."""
        measured = observe(self.normalised(), gan.generator, self.monitor, self.settings.objective)
        self.trouble = judge(measured, self.distance_at_the_start, self.relative_steps, f"step {self.done}")
        return {
            "rate": self.rate,
            "discriminator_rate": self.discriminator_rate,
            "generator_gradient": np.linalg.norm(self.generator_gradient[0]),
            "discriminator_gradient": np.linalg.norm(self.discriminator_gradient[0]),
            **measured,
        }

    def distance_at_the_start(self) -> float:
        """The distance of the samples of the generator that training started from; see diagnosis.py."""
        samples = draw_samples(self.start_model.generator, self.start_model, self.monitor)
        return distance(samples, self.monitor)

    def note_relative_steps(self, start: Array) -> None:
        """Set `relative_steps` after a step from `start` (P,), both players' parameters."""
        parts = {"generator": slice(self.n_generator), "discriminator": slice(self.n_generator, None)}
        for player in self.relative_steps:
            part, least = parts[player], usual_norm(getattr(self.model, player))
            self.relative_steps[player] = relative_step(start[part], self.vector[part], least)

    def diagnose(self) -> str:
        """What is wrong at the latest entry, or what `diagnose_gan` finds, in the second half of the run."""
        return self.trouble or (diagnose_gan(self.history) if 2 * self.done > self.total else "")

    def fingerprint(self) -> str:
        """A short text that tells these data and labels from others."""
        return describe_source(self.data)

    def cases_per_unit(self) -> int:
        """The real cases of a step."""
        return self.settings.batch_size

    def why_fixed(self) -> str:
        """The noise falls with the progress of the run, as the rates may do."""
        s = self.settings
        if s.schedule == "thirds" or s.discriminator_schedule not in (None, "constant"):
            return "its rates fall over the whole run"
        return super().why_fixed() or ("its noise falls over the whole run" if s.noise is not None else "")


def open_source(gan: GAN, data: Any, labels: Any) -> Source:
    """The Source that `data` and `labels` make. Raises InvalidInput."""
    width = _width(gan)
    if isinstance(data, MixtureOfGaussians):
        if data.centres.shape[1] != width:
            raise invalid("data", f"cases of {width} numbers, as the generator makes", data.centres.shape[1])
        if gan.n_classes > 0:
            raise invalid("data", "cases with labels for a GAN with classes", "a mixture, which has none",
                          "draw cases of it and label them")
        compare_ranges(gan, data.centres.min(axis=0) - data.sigma, data.centres.max(axis=0) + data.sigma)
        return Source(data, check_labels(gan, labels, 0))
    ranges = ColumnRanges()
    data = check_cases("data", data, width, ranges.check)
    compare_ranges(gan, ranges.lowest, ranges.highest)
    return Source(data, check_labels(gan, labels, len(data)))


class ColumnRanges:
    """The lowest and the highest number of each column, gathered while `check_cases` goes through the blocks."""

    def __init__(self) -> None:
        self.lowest, self.highest = np.array(np.inf), np.array(-np.inf)  # (D,) once there was a block

    def check(self, name: str, x: Any, width: int) -> None:
        """InvalidInput unless x is a block (n, width) of numbers; else it is counted in."""
        x = check_numbers(name, x, width)
        self.lowest = np.minimum(self.lowest, x.min(axis=0))
        self.highest = np.maximum(self.highest, x.max(axis=0))


def compare_ranges(gan: GAN, lowest: Array, highest: Array) -> None:
    """InvalidInput where the generator cannot make such data, whose columns go from lowest (D,) to highest (D,).

    A TrainingWarning where a column has one value that the generator can only come near. A bound of its range, such as
    the 0 of dark pixels, is no such value.
    """
    low, high = generator_range(gan.generator)
    allowed = 0.01 * (min(high, highest.max()) - max(low, lowest.min()))
    if lowest.min() < low - allowed or highest.max() > high + allowed:
        raise invalid("data", f"numbers in [{low:g}, {high:g}], which is what a generator that ends in "
                      f"{type(gan.generator.layers[-1]).__name__} makes",
                      f"numbers from {lowest.min():g} to {highest.max():g}",
                      "bring the data to that range, or leave the generator's output linear")
    is_constant = lowest == highest
    if is_constant.all():
        raise invalid("data", "cases that differ from one another", "one case, or copies of it")
    is_out_of_reach = is_constant & (lowest != low) & (lowest != high)
    if is_out_of_reach.any():
        warnings.warn(f"data: {is_out_of_reach.sum()} of {len(lowest)} columns do not vary, the first at index "
                      f"{is_out_of_reach.argmax()}; a discriminator can tell samples by them alone, so leave them out",
                      TrainingWarning, stacklevel=4)


def generator_range(generator: MLP) -> tuple[float, float]:
    """The interval that a generator's numbers lie in, by the activation that it ends in."""
    last = generator.layers[-1]
    if isinstance(last, Sigmoid):
        return 0.0, 1.0
    if isinstance(last, Tanh):
        return -1.0, 1.0
    if isinstance(last, (ReLU, Softplus)):
        return 0.0, np.inf
    return -np.inf, np.inf


def describe_source(source: Source) -> str:
    """A short text that tells one source from another, for a checkpoint."""
    if isinstance(source.data, MixtureOfGaussians):
        return f"mixture of {fingerprint(source.data.centres)}, sigma {source.data.sigma}"
    if source.labels is None:
        return fingerprint(source.data)
    return fingerprint_with_labels(source.data, source.labels)


def draw_real(source: Source, n: int, rng: Generator, dtype: Any) -> tuple[Array, Array | None]:
    """n real cases (n, D) in `dtype` and their labels (n,), or None. Draws the mixture's, or row numbers."""
    if isinstance(source.data, MixtureOfGaussians):
        return draw_mixture(source.data, n, rng).astype(dtype, copy=False), None
    rows = rng.integers(len(source.data), size=n)
    x = np.asarray(source.data[rows], dtype=dtype)
    return x, None if source.labels is None else source.labels[rows]


def draw_labels(source: Source, n: int, rng: Generator) -> Array | None:
    """n labels (n,) to ask the generator for, as often each as among the cases; None without classes."""
    if source.labels is None:
        return None
    return source.labels[rng.integers(len(source.labels), size=n)]


def check_objects(settings: GANSettings) -> None:
    """InvalidInput unless objective, penalty, noise and optimizer are instances of what they should be."""
    optimizer: Any = settings.optimizer
    check_objective("objective", settings.objective)
    check_penalty("penalty", settings.penalty)
    if settings.noise is not None and not isinstance(settings.noise, InstanceNoise):
        raise invalid("noise", "None or InstanceNoise(...)", shown(settings.noise))
    kinds = tuple(OPTIMIZERS.values())
    if not isinstance(optimizer, kinds):
        raise invalid("optimizer", f"one of {', '.join(f'{kind.__name__}()' for kind in kinds)}", shown(optimizer))
    if any(isinstance(getattr(optimizer, one.name), np.ndarray) for one in fields(optimizer)):
        raise invalid("optimizer", "one that has not made a step yet", "one that has", "make a new one for each run")


def check_combination(gan: GAN, settings: GANSettings) -> None:
    """InvalidInput where what was asked for does not go together; the table stands at the head of the module."""
    penalty, batch_size = settings.penalty, settings.batch_size
    if batch_size % gan.packing:
        raise invalid("batch_size", f"a multiple of the packing, {gan.packing}", batch_size)
    if settings.simultaneous and settings.critic_steps > 1:
        raise invalid("critic_steps", "1 with simultaneous steps", settings.critic_steps)
    if settings.clip is not None and settings.spectral:
        raise invalid("clip", "None with spectral norm, which undoes clipping", settings.clip)
    in_generator, in_discriminator = _kinds(gan.generator), _kinds(gan.discriminator)
    if BatchNorm in in_generator and batch_size < 2:
        raise invalid("batch_size", "at least 2 with batch norm in the generator", batch_size)
    if BatchNorm in in_discriminator:
        raise invalid("discriminator", "a network without batch norm", "one with it",
                      "its batches, all real or all fake, would each be made alike by their own mean; spectral norm or "
                      "a penalty keeps a discriminator smooth")
    if penalty is not None and (MinibatchDiscrimination in in_discriminator or Dropout in in_discriminator):
        raise invalid("penalty", "None for a discriminator with dropout or minibatch discrimination", repr(penalty))


def _kinds(mlp):
    return {type(layer) for layer in mlp.layers}


def _width(gan):
    """D, the numbers of a case: what the discriminator is given of one, without its label."""
    return n_inputs(gan.discriminator) // gan.packing - gan.n_classes


document_settings(train_gan, GANSettings)
