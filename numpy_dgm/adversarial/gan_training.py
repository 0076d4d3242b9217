"""Learning a GAN: `train_gan` lets the two players take their steps in turn, a minibatch a step.

    φ ← φ - α_D ∂L_D/∂φ        φ all parameters of the discriminator in one vector, `critic_steps` times
    θ ← θ - α_G ∂L_G/∂θ        θ all of the generator's; φ stays where it is

The gradients are those of gan.py; an optimizer makes a step of each. A run keeps all that its next step depends on,
so that it can be written to a checkpoint and go on from there bit for bit.

What goes with what (batch norm in the discriminator goes with nothing: its batches, all real or all fake, would each
be made alike by their own mean):

    in the discriminator         R1, gradient penalty    spectral norm    clipping
    affine, elementwise layers   yes                     yes              yes
    maxout                       yes                     no               yes
    dropout                      no                      yes              yes
    minibatch discrimination     no                      no               yes

The penalties and spectral norm go together, clipping and spectral norm do not. The generator may have any layer, and
classes, packing, every objective and every schedule go with all of it. Simultaneous steps are one for each player.

N cases a batch    D numbers a case    L latents    C classes
"""
import copy
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..data.mixtures import MixtureOfGaussians, draw_mixture
from ..foundation.checkpoint import (
    CHECKPOINT,
    SaveClock,
    check_same_run,
    generator_state,
    load_run_state,
    resume_generator,
)
from ..foundation.checks import InvalidInput, check_array, check_choice, check_integer, check_generator, check_number
from ..foundation.optimizers import SCHEDULES, SGD, Adam, Momentum, MovingAverage, RMSProp, scheduled_rate
from ..foundation.records import flatten, leaves, pack, windows
from ..foundation.training import History, Progress, check_cases, check_finite, fingerprint
from ..neural.layers import BatchNorm, Dropout, MinibatchDiscrimination
from ..neural.mlp import mlp_forward, mlp_from_dict, mlp_to_dict, with_running_statistics
from .diagnosis import Watch, diagnose_gan, observe
from .gan import (
    GAN,
    check_labels,
    discriminator_gradient,
    draw_latents,
    generator_gradient,
    with_labels,
)
from .fused import fused_discriminator_gradient
from .noise import InstanceNoise, noise_levels
from .objectives import NonSaturating
from .penalties import (
    R1,
    GradientPenalty,
    clip_weights,
    spectral_norm,
    spectral_norm_gradient,
    start_singular_vectors,
)

OPTIMIZERS = (SGD, Momentum, RMSProp, Adam)
WATCHED_CASES = 500  # about how many cases and samples the history looks at
WATCHED_DIRECTIONS = 50


class TrainingWarning(UserWarning):
    """A run goes on, but something is wrong with it; the message says what, and what to try."""


def train_gan(
    gan,
    data,
    *,
    steps,
    rng,
    labels=None,
    objective=NonSaturating(),
    penalty=None,
    clip=None,
    spectral=False,
    noise=None,
    batch_size=64,
    critic_steps=1,
    simultaneous=False,
    rate=2e-4,
    discriminator_rate=None,
    schedule="constant",
    discriminator_schedule=None,
    optimizer=Adam(beta1=0.5),
    average=None,
    fused=True,
    log_every=100,
    on_record=None,
    checkpoint=None,
    notes=None,
    progress=False,
):
    """Let the players of `gan` learn from `data`: `(gan, history)`. The GAN that came is left as it was.

    data (N, D)       an array, memory map or Data: anything that row numbers index, each batch drawn from it with
                      replacement; or a MixtureOfGaussians, which every batch is drawn from afresh
    steps, rng        steps of the generator; a numpy Generator that all is drawn from
    labels (N,)       with a GAN that has classes: that of each case. The generator is asked for labels drawn from them
    objective         as in objectives.py: NonSaturating(), Saturating(), LeastSquares(), Wasserstein(), Hinge()
    penalty           on the discriminator's slope: None, R1(weight) or GradientPenalty(weight)
    clip              hold each of the discriminator's parameters within [-clip, clip]
    spectral          divide its weights by their largest singular values
    noise             blur what it sees, by an InstanceNoise(...) whose levels fall as training goes on; R1 is then
                      held against the blur, see there
    batch_size        real cases, and generated ones, a step; a multiple of the GAN's packing
    critic_steps      steps of the discriminator before each of the generator
    simultaneous      both step from where both stand, not the discriminator first
    rate, schedule    of the generator's steps: "constant", "linear" or "cosine", the last two falling to 0
    discriminator_rate, discriminator_schedule
                      of the discriminator's steps; by default the same
    optimizer         SGD(), Momentum(), RMSProp() or Adam(); each player has its own copy
    average           d in (0, 1): give back the generator's moving average with this decay
    fused             take the discriminator's gradient from its fused twin (see fused.py), which is faster; False takes
                      the plain `discriminator_gradient`, to step through it
    log_every        steps from one look at the run, which goes into the history, to the next
    on_record           a function called at each look with the GAN as it would be given back, and the history: to keep
                      samples for a film, say
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    notes             a dict of texts and numbers to keep with the settings in the checkpoint
    progress          say on standard error how far it is

    The generator's running statistics of batch norm move on in its own steps only; those that go with a moving
    average are taken afresh when it is given back. With `spectral` the discriminator comes back with its weights
    divided.

    The history has, a look: step, rate, discriminator_rate, seconds (so far), generator_gradient and
    discriminator_gradient (norms, of the latest step), and what `observe` in diagnosis.py says of about 500 cases.
    In the second half, what `diagnose_gan` says of the run is said once, as a TrainingWarning. Raises InvalidInput, and
    Diverged, with the GAN as it was at the last look, when a parameter or a loss is no longer finite.
    """
    settings = {
        "steps": check_integer("steps", steps),
        "objective": repr(check_objective(objective)),
        "penalty": repr(penalty),
        "clip": None if clip is None else check_number("clip", clip, 0, np.inf, open_low=True),
        "spectral": bool(spectral),
        "noise": repr(check_noise(noise)),
        "batch_size": check_integer("batch_size", batch_size),
        "critic_steps": check_integer("critic_steps", critic_steps),
        "simultaneous": bool(simultaneous),
        "rate": check_number("rate", rate, 0, np.inf, open_low=True),
        "discriminator_rate": rate if discriminator_rate is None else check_number(
            "discriminator_rate", discriminator_rate, 0, np.inf, open_low=True),
        "schedule": check_choice("schedule", schedule, SCHEDULES),
        "discriminator_schedule": schedule if discriminator_schedule is None else check_choice(
            "discriminator_schedule", discriminator_schedule, SCHEDULES),
        "optimizer": repr(check_optimizer(optimizer)),
        "average": None if average is None else check_number("average", average, 0, 1, open_low=True, open_high=True),
        "fused": bool(fused),
        "log_every": check_integer("log_every", log_every),
    }
    check_generator("rng", rng)
    check_gan(gan)
    check_combination(gan, settings, penalty)
    source = open_source(gan, data, labels)
    settings |= {**(notes or {}), "data": describe_source(source), "start": fingerprint(flatten(gan)[None])}
    rules = Rules(settings, objective, penalty, noise)

    run = start_run(gan, source, rules, optimizer, rng)
    checkpoint_file = None if checkpoint is None else Path(checkpoint) / CHECKPOINT
    if checkpoint is not None and Path(checkpoint).exists() and not Path(checkpoint).is_dir():
        raise InvalidInput(f"checkpoint: {checkpoint} is a file, a folder was wanted")
    if checkpoint_file is not None and checkpoint_file.exists():
        resume_run(run, checkpoint_file, settings, rng)
    train_to_the_end(run, source, rules, rng, checkpoint_file, progress, on_record)
    return trained_gan(run), run.history


@dataclass(frozen=True, eq=False)
class Source:
    """Where real cases come from."""

    data: object  # a MixtureOfGaussians, or what row numbers index
    labels: np.ndarray | None  # (N,)


@dataclass(frozen=True, eq=False)
class Rules:
    """What the players play by."""

    settings: dict  # numbers and texts, kept with a checkpoint
    objective: object
    penalty: object
    noise: InstanceNoise | None


@dataclass(eq=False)
class Run:
    """Where a training run stands: all that the next step depends on, the generator of random numbers apart."""

    gan: GAN  # the players' arrays are windows onto the two vectors
    generator_vector: np.ndarray
    discriminator_vector: np.ndarray
    generator_slopes: tuple  # the gradient of a step: a vector, and an MLP of windows onto it
    discriminator_slopes: tuple
    generator_optimizer: object
    discriminator_optimizer: object
    average: MovingAverage  # of the generator's vector
    singular: tuple | None  # spectral norm's vectors, a pair a layer
    watch: Watch
    history: History
    step: int = 0  # the generator's steps done
    said: str | None = None  # what was found wrong


def start_run(gan, source, rules, optimizer, rng):
    """A Run before its first step. Draws: the watched cases, latents and directions; spectral norm's vectors."""
    generator_vector, generator = pack(gan.generator)
    discriminator_vector, discriminator = pack(gan.discriminator)
    batch_size = rules.settings["batch_size"]
    n_watched = batch_size * -(-WATCHED_CASES // batch_size)
    x, labels = draw_real(source, n_watched, rng, generator_vector.dtype)
    z = draw_latents(gan, n_watched, rng)
    directions = rng.standard_normal((WATCHED_DIRECTIONS, x.shape[1]), dtype=x.dtype)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    singular = start_singular_vectors(discriminator, rng) if rules.settings["spectral"] else None
    return Run(
        gan=replace(gan, generator=generator, discriminator=discriminator),
        generator_vector=generator_vector,
        discriminator_vector=discriminator_vector,
        generator_slopes=pack(generator),
        discriminator_slopes=pack(discriminator),
        generator_optimizer=copy.deepcopy(optimizer),
        discriminator_optimizer=copy.deepcopy(optimizer),
        average=MovingAverage(rules.settings["average"]),
        singular=singular,
        watch=Watch(x, z, labels, directions, batch_size),
        history=History(),
    )


def train_to_the_end(run, source, rules, rng, checkpoint_file=None, progress=False, on_record=None):
    """All the steps that are left; the state goes to `checkpoint_file` as often as costs a tenth of the time."""
    settings = rules.settings
    steps, log_every = settings["steps"], settings["log_every"]
    reporter = Progress(steps, done=run.step, name="step") if progress else None
    seconds_before = run.history["seconds"][-1] if run.step else 0.0
    started, clock = time.perf_counter(), SaveClock()
    last_good = trained_gan(run)
    while run.step < steps:
        done = run.step / steps
        rate = scheduled_rate(settings["schedule"], settings["rate"], done)
        discriminator_rate = scheduled_rate(
            settings["discriminator_schedule"], settings["discriminator_rate"], done)
        of_discriminator, of_generator = learning_step(run, source, rules, rate, discriminator_rate, rng)
        run.step += 1
        losses = {"discriminator_loss": of_discriminator.loss, "generator_loss": of_generator.loss}
        is_last = run.step == steps
        if not np.isfinite(sum(losses.values())) or run.step % log_every == 0 or is_last:
            check_finite(run.gan, f"step {run.step}", last_good, **losses)
        if run.step % log_every > 0 and not is_last:
            continue
        last_good = trained_gan(run)
        values = observe(judged_gan(run), last_good.generator, run.watch, rules.objective)
        run.history.record(
            step=run.step, rate=rate, discriminator_rate=discriminator_rate,
            seconds=seconds_before + time.perf_counter() - started,
            generator_gradient=np.linalg.norm(run.generator_slopes[0]),
            discriminator_gradient=np.linalg.norm(run.discriminator_slopes[0]), **values)
        say_what_is_wrong(run, steps)
        if on_record is not None:
            on_record(last_good, run.history)
        if reporter is not None:
            reporter.show(run.step, settings["batch_size"],
                          **{name: values[name] for name in ("distance", "spread", "accuracy_real", "accuracy_fake")})
        if checkpoint_file is not None and (is_last or clock.is_due()):
            clock.save(checkpoint_file, run_state(run, settings, rng))


def learning_step(run, source, rules, rate, discriminator_rate, rng):
    """A step of the generator and those of the discriminator that go with it; moves both vectors.

    Returns the discriminator's latest PlayerStep and the generator's.
    """
    if rules.settings["simultaneous"]:
        of_discriminator = discriminator_step(run, source, rules, rng)
        of_generator = generator_step(run, source, rules, rng)
        move_discriminator(run, rules, discriminator_rate)
    else:
        for _ in range(rules.settings["critic_steps"]):
            of_discriminator = discriminator_step(run, source, rules, rng)
            move_discriminator(run, rules, discriminator_rate)
        of_generator = generator_step(run, source, rules, rng)
    move_generator(run, of_generator, rate)
    return of_discriminator, of_generator


def discriminator_step(run, source, rules, rng):
    """∂L_D/∂D at a fresh batch, in the run's own windows. Draws: real cases, latents, labels, levels, then as it does.

    Returns the PlayerStep.
    """
    gan, n = run.gan, rules.settings["batch_size"]
    x_real, labels = draw_real(source, n, rng, run.generator_vector.dtype)
    z = draw_latents(gan, n, rng)
    fake_labels = draw_labels(source, n, rng)
    levels = draw_levels(run, rules, rng)
    if run.singular is not None:
        normalised, run.singular = spectral_norm(gan.discriminator, run.singular)
        gan = replace(gan, discriminator=normalised)
    take_gradient = fused_discriminator_gradient if rules.settings["fused"] else discriminator_gradient
    vector, room = run.discriminator_slopes
    step = take_gradient(gan, x_real, z, rules.objective, rng, labels, fake_labels, rules.penalty, levels, out=room)
    if run.singular is not None:
        vector[:] = flatten(spectral_norm_gradient(run.gan.discriminator, run.singular, step.gradient))
    return step


def generator_step(run, source, rules, rng):
    """∂L_G/∂G at fresh latents, in the run's own windows. Draws: latents, labels, levels, then as it does.

    Returns the PlayerStep.
    """
    z = draw_latents(run.gan, rules.settings["batch_size"], rng)
    labels = draw_labels(source, len(z), rng)
    levels = draw_levels(run, rules, rng)
    _, room = run.generator_slopes
    return generator_gradient(judged_gan(run), z, rules.objective, rng, labels, levels, out=room)


def draw_levels(run, rules, rng):
    """Levels of noise (N/m, 1) for a batch, None where nothing is blurred."""
    if rules.noise is None:
        return None
    progress = run.step / rules.settings["steps"]
    n_judged = rules.settings["batch_size"] // run.gan.packing
    return noise_levels(rules.noise, progress, n_judged, rng, run.generator_vector.dtype)


def move_discriminator(run, rules, rate):
    """The discriminator's step down its loss, in place, by the gradient that was taken last."""
    slopes, _ = run.discriminator_slopes
    run.discriminator_optimizer.step(run.discriminator_vector, slopes, -rate)
    if rules.settings["clip"] is not None:
        clip_weights(run.discriminator_vector, rules.settings["clip"])


def move_generator(run, step, rate):
    """The generator's step down its loss, in place; its running statistics and its moving average follow."""
    slopes, _ = run.generator_slopes
    run.generator_optimizer.step(run.generator_vector, slopes, -rate)
    generator = with_running_statistics(run.gan.generator, step.generator_cache)
    run.gan = replace(run.gan, generator=generator)
    if run.average.decay is not None:
        run.average.update(run.generator_vector)


def judged_gan(run):
    """The GAN with the discriminator that judges: with its weights divided, where spectral norm was asked for."""
    if run.singular is None:
        return run.gan
    normalised, _ = spectral_norm(run.gan.discriminator, run.singular, n_iterations=0)
    return replace(run.gan, discriminator=normalised)


def trained_gan(run):
    """The GAN that training gives back: the generator's moving average, where one is kept; arrays of its own."""
    generator = run.gan.generator
    if run.average.vector is None:
        generator = windows(generator, run.generator_vector.copy())
    else:  # whose batches have other statistics than the generator that moves
        generator = windows(generator, run.average.vector.copy())
        z = with_labels(run.watch.z, run.watch.labels, run.gan.n_classes)
        _, cache = mlp_forward(generator, z, np.random.default_rng(0))  # for dropout: the run's own stays where it is
        generator = with_running_statistics(generator, cache, momentum=1.0)
    _, discriminator = pack(judged_gan(run).discriminator)
    return replace(run.gan, generator=generator, discriminator=discriminator)


def say_what_is_wrong(run, steps):
    """Warn, once a run and not in its first half, of what `diagnose_gan` finds."""
    if run.said is None and 2 * run.step > steps:
        run.said = diagnose_gan(run.history)
        if run.said is not None:
            warnings.warn(f"step {run.step:,}: {run.said}", TrainingWarning, stacklevel=4)


# ---- where cases come from


def open_source(gan, data, labels):
    """A Source of what came to `train_gan`. Raises InvalidInput."""
    width = _width(gan)
    if isinstance(data, MixtureOfGaussians):
        if data.centres.shape[1] != width:
            raise InvalidInput(f"data: a mixture of {data.centres.shape[1]} numbers a case came for a generator of {width}")
        if gan.n_classes > 0:
            raise InvalidInput("data: a mixture, which has no labels, came for a GAN with classes; "
                           "draw cases of it and label them")
    else:
        data = check_cases("data", data, width, check_numbers)
    n_cases = None if isinstance(data, MixtureOfGaussians) else len(data)
    check_labels(gan, labels, n_cases)
    return Source(data, None if labels is None else np.asarray(labels))


def check_numbers(name, x, width):
    """`x` where it is an array (N, width) of finite numbers; else InvalidInput."""
    return check_array(name, x, width=width)


def describe_source(source):
    """A short text that tells one source from another, for a checkpoint."""
    if isinstance(source.data, MixtureOfGaussians):
        return f"mixture of {fingerprint(source.data.centres)}, sigma {source.data.sigma}"
    if source.labels is None:
        return fingerprint(source.data)
    return f"{fingerprint(source.data)}, labels {fingerprint(source.labels[:, None])}"


def draw_real(source, n, rng, dtype):
    """n real cases (n, D) in `dtype` and their labels (n,), or None. Draws the mixture's, or row numbers."""
    if isinstance(source.data, MixtureOfGaussians):
        return draw_mixture(source.data, n, rng).astype(dtype, copy=False), None
    rows = rng.integers(len(source.data), size=n)
    x = np.asarray(source.data[rows], dtype=dtype)
    return x, None if source.labels is None else source.labels[rows]


def draw_labels(source, n, rng):
    """n labels (n,) to ask the generator for, as often each as among the cases; None without classes."""
    if source.labels is None:
        return None
    return source.labels[rng.integers(len(source.labels), size=n)]


# ---- the door


def check_gan(gan):
    """InvalidInput unless `gan` is a GAN whose players have one dtype."""
    if not isinstance(gan, GAN):
        raise InvalidInput(f"gan: {type(gan).__name__} came, a GAN (see make_gan) was wanted")
    dtypes = {str(array.dtype) for _, array in leaves(gan)}
    if len(dtypes) > 1:
        raise InvalidInput(f"gan: parameters of {' and '.join(sorted(dtypes))} came, one dtype was wanted")


def check_objective(objective):
    """`objective` where it has both players' losses, or InvalidInput."""
    if not (hasattr(objective, "discriminator_loss") and hasattr(objective, "generator_loss")):
        raise InvalidInput(f"objective: {objective!r} came, one of objectives.py such as NonSaturating() was wanted")
    return objective


def check_noise(noise):
    """`noise` where it is None or an InstanceNoise, or InvalidInput."""
    if noise is not None and not isinstance(noise, InstanceNoise):
        raise InvalidInput(f"noise: {noise!r} came, None or InstanceNoise(...) was wanted")
    return noise


def check_optimizer(optimizer):
    """`optimizer` where it is one of optimizers.py that has not stepped yet, or InvalidInput."""
    if not isinstance(optimizer, OPTIMIZERS):
        wanted = ", ".join(f"{kind.__name__}()" for kind in OPTIMIZERS)
        raise InvalidInput(f"optimizer: {optimizer!r} came, one of {wanted} was wanted")
    return optimizer


def check_combination(gan, settings, penalty):
    """InvalidInput where what was asked for does not go together; the table stands at the head of the module."""
    if settings["batch_size"] % gan.packing:
        raise InvalidInput(f"batch_size: {settings['batch_size']} came with packing {gan.packing}, a multiple was wanted")
    if settings["simultaneous"] and settings["critic_steps"] > 1:
        raise InvalidInput(f"critic_steps: {settings['critic_steps']} came with simultaneous steps, 1 was wanted")
    if settings["clip"] is not None and settings["spectral"]:
        raise InvalidInput("clip: it came together with spectral norm, which undoes it; one of the two was wanted")
    if penalty is not None and not isinstance(penalty, (R1, GradientPenalty)):
        raise InvalidInput(f"penalty: {penalty!r} came, None, R1(weight) or GradientPenalty(weight) was wanted")
    in_generator, in_discriminator = _kinds(gan.generator), _kinds(gan.discriminator)
    if BatchNorm in in_generator and settings["batch_size"] < 2:
        raise InvalidInput("batch_size: 1 came with batch norm in the generator, at least 2 was wanted")
    if BatchNorm in in_discriminator:
        raise InvalidInput("discriminator: batch norm came, which would make a real and a fake batch each alike by its own "
                       "mean; none was wanted (spectral norm or a penalty keeps it smooth)")
    if penalty is not None and (MinibatchDiscrimination in in_discriminator or Dropout in in_discriminator):
        raise InvalidInput(f"penalty: {penalty!r} came for a discriminator with dropout or minibatch discrimination; "
                       "affine, maxout and elementwise layers were wanted")


def _kinds(mlp):
    return {type(layer) for layer in mlp.layers}


def _width(gan):
    """D, the numbers of a case: what the discriminator sees of one, without its label."""
    return gan.discriminator.layers[0].W.shape[-2] // gan.packing - gan.n_classes


# ---- checkpoints

RECORDS = ("generator_optimizer", "discriminator_optimizer", "average", "history")
NUMBERS = ("singular", "step", "said")
SAVED = ("trained", "gan", "settings", "generator", *RECORDS, *NUMBERS)


def run_state(run, settings, rng):
    """The whole state of a run, and the GAN that it has come to, as a dict for a checkpoint."""
    state = {
        "model": "GAN",
        "trained": gan_to_dict(trained_gan(run)),
        "gan": gan_to_dict(run.gan),
        "settings": settings,
        "generator": generator_state(rng),
    }
    state |= {name: vars(getattr(run, name)) for name in RECORDS}
    state |= {name: getattr(run, name) for name in NUMBERS}
    return state


def load_gan_run(folder):
    """`(gan, settings, history)` of the run in `folder`, as far as it has come. InvalidInput where there is none."""
    state = load_run_state(Path(folder) / CHECKPOINT, "GAN", SAVED)
    return gan_from_dict(state["trained"]), state["settings"], History(**state["history"])


def resume_run(run, path, settings, rng):
    """Bring a fresh `run` and `rng` to where the checkpoint at `path` stands. InvalidInput where it is of another run."""
    state = load_run_state(path, "GAN", SAVED)
    check_same_run(path, state["settings"], settings)
    resume_generator(path, rng, state["generator"])
    gan = gan_from_dict(state["gan"])
    run.generator_vector, generator = pack(gan.generator)
    run.discriminator_vector, discriminator = pack(gan.discriminator)
    run.gan = replace(gan, generator=generator, discriminator=discriminator)
    for name in RECORDS:
        vars(getattr(run, name)).update(state[name])
    for name in NUMBERS:
        setattr(run, name, state[name])


def gan_to_dict(gan):
    """The GAN as a dict of arrays, numbers and texts, for a checkpoint."""
    return {
        "generator": mlp_to_dict(gan.generator),
        "discriminator": mlp_to_dict(gan.discriminator),
        "n_latent": gan.n_latent,
        "n_classes": gan.n_classes,
        "packing": gan.packing,
    }


def gan_from_dict(saved):
    """The GAN that `gan_to_dict` made `saved` of."""
    generator, discriminator = mlp_from_dict(saved["generator"]), mlp_from_dict(saved["discriminator"])
    return GAN(generator, discriminator, saved["n_latent"], saved["n_classes"], saved["packing"])
