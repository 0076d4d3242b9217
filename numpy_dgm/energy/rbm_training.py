"""Learning an RBM: `train_rbm` climbs the mean log-likelihood, a minibatch a step.

    θ ← θ + α g          θ all of W, b and c in one vector, g the gradient, α the rate

g is taken by the method that is asked for (see gradients.py). A run keeps all that its next step depends
on, so that it can be written to a checkpoint and go on from there bit for bit.

N cases    D visible units    K hidden units    M chains    P = D K + D + K parameters
"""
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..foundation.checkpoint import (
    CHECKPOINT,
    SaveClock,
    check_same_run,
    generator_state,
    load_run_state,
    resume_generator,
)
from ..foundation.checks import InvalidInput, check_choice, check_integer, check_generator, check_number
from ..foundation.optimizers import SCHEDULES, SGD, Adam, Momentum, MovingAverage, scheduled_rate
from ..foundation.records import flatten, pack, windows
from ..foundation.training import (
    Diverged,
    EarlyStopping,
    History,
    Progress,
    check_cases,
    check_finite,
    fingerprint,
    mean_of_cases,
    minibatches,
    split_rows,
)
from .gradients import (
    cd_gradient,
    centre,
    exact_gradient,
    pcd_gradient,
    reconstruction_error,
    sparsity_gradient,
)
from .fused import Workspace, fused_pcd_gradient
from .likelihood import has_exact_log_z, log_likelihood, log_partition
from .rbm import RBM, check_rbm, free_energy, hidden_probs, sample_hidden, why_not_normalisable
from .tempering import init_ladder, start_ladder, tempered_gradient
from .units import Bernoulli, units_from_dict, units_to_dict

METHODS = ("pcd", "cd", "tempered", "exact")
OPTIMIZERS = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
MONITORED_CASES = 200  # how many training cases the history looks at after each epoch
MONITORED_STATES = 2**16  # up to so many states of the smaller layer, log Z is summed after each epoch


def train_rbm(
    rbm,
    data,
    *,
    epochs,
    rng,
    method="pcd",
    k=1,
    batch_size=20,
    rate=0.1,
    schedule="linear",
    optimizer="sgd",
    weight_decay=0.0,
    centred=True,
    sparsity_target=None,
    sparsity_cost=1.0,
    n_chains=100,
    n_rungs=10,
    average=None,
    validation=0.0,
    patience=None,
    checkpoint=None,
    notes=None,
    fused=True,
    progress=False,
):
    """Climb the mean log-likelihood of `data`: `(rbm, history)`. The RBM that came is left as it was.

    data (N, D)       an array, memory map or Data: anything that row numbers index; values that the visible
                      units can be held at (bits: [0, 1])
    epochs, rng       passes over the data; a numpy Generator that all is drawn from
    method, k         "pcd" persistent chains, "cd" chains from the data, k Gibbs steps each; "tempered"
                      persistent ladders of parallel tempering, k sweeps (see tempering.py); "exact" by
                      enumeration, for a layer of at most 25 bits
    batch_size, rate  cases a step; the learning rate at the start
    schedule          of the rate: "constant", "linear" or "cosine", the last two falling to 0
    optimizer         "sgd", "momentum" (0.9) or "adam"
    weight_decay      d: each step also pulls W down by rate * d * W; the biases are left alone
    centred           take the centred gradient (see `centre`)
    sparsity_target   share of the cases for which a hidden bit should be on; each step also climbs
                      `sparsity_cost` times the `sparsity_gradient` of its cases
    n_chains          how many persistent chains, or ladders
    n_rungs           rungs of a ladder, from the data's base rates to the model
    average           d in (0, 1): give back the moving average of the parameters with this decay
    validation        share of the cases that is held out and reported on
    patience          stop after so many epochs without a better log-likelihood of the held-out cases, and
                      give back the best; for models whose smaller layer has at most 16 units
    checkpoint        a folder: the state is kept there, and the same call goes on where it was stopped
    notes             a dict of texts and numbers to keep with the settings in the checkpoint
    fused             take PCD's gradient from its fused twin (see fused.py), which is faster; False takes the
                      plain `pcd_gradient`, to step through it
    progress          say on standard error how far it is

    The history has, an epoch: rate, seconds (so far), reconstruction_error and free_energy of up to 200
    training cases, weight_norm; with the method "tempered" lowest_swap_rate, of the epoch's last step over the
    pairs of rungs; with a validation share also validation_free_energy and, where the
    smaller layer has at most 16 units and the data are bits, log_likelihood (of the same training cases)
    and validation_log_likelihood. Raises InvalidInput, and Diverged when a parameter is no longer finite.
    """
    settings = {
        "epochs": check_integer("epochs", epochs),
        "method": check_choice("method", method, METHODS),
        "k": check_integer("k", k),
        "batch_size": check_integer("batch_size", batch_size),
        "rate": check_number("rate", rate, 0, np.inf, open_low=True),
        "schedule": check_choice("schedule", schedule, SCHEDULES),
        "optimizer": check_choice("optimizer", optimizer, tuple(OPTIMIZERS)),
        "weight_decay": check_number("weight_decay", weight_decay, 0, 1),
        "centred": bool(centred),
        "sparsity_target": None if sparsity_target is None else check_number(
            "sparsity_target", sparsity_target, 0, 1, open_low=True, open_high=True),
        "sparsity_cost": check_number("sparsity_cost", sparsity_cost, 0, np.inf),
        "n_chains": check_integer("n_chains", n_chains),
        "n_rungs": check_integer("n_rungs", n_rungs, least=2),
        "average": None if average is None else check_number("average", average, 0, 1, open_low=True, open_high=True),
        "validation": check_number("validation", validation, 0, 1, open_high=True),
        "patience": None if patience is None else check_integer("patience", patience),
        "fused": bool(fused),
    }
    check_generator("rng", rng)
    check_rbm(rbm)
    data = check_cases("data", data, len(rbm.b), rbm.visible.check)
    if sparsity_target is not None and not isinstance(rbm.hidden, Bernoulli):
        raise InvalidInput(f"sparsity_target: hidden units of the kind {rbm.hidden} came, "
                       "the target is for how often a bit is on")
    settings |= {**(notes or {}), "data": fingerprint(data), "start": fingerprint(flatten(rbm)[None])}
    settings |= {"visible": units_to_dict(rbm.visible), "hidden": units_to_dict(rbm.hidden)}

    run = start_run(rbm, data, settings, rng)
    checkpoint_file = None if checkpoint is None else Path(checkpoint) / CHECKPOINT
    if checkpoint is not None and Path(checkpoint).exists() and not Path(checkpoint).is_dir():
        raise InvalidInput(f"checkpoint: {checkpoint} is a file, a folder was wanted")
    if checkpoint_file is not None and checkpoint_file.exists():
        resume_run(run, checkpoint_file, settings, rng)
    train_to_the_end(run, data, settings, rng, checkpoint_file, progress)
    return trained_rbm(run), run.history


@dataclass(eq=False)
class Run:
    """Where a training run stands: all that the next step depends on, the generator apart."""

    rbm: RBM  # its arrays are windows onto `vector`
    vector: np.ndarray  # (P,)
    optimizer: object
    chains: np.ndarray  # (M, K) hidden layers of the persistent chains; tempered: (L, M, D) states of the ladders
    ladder: object  # the tempered method's Ladder, else None
    swap_rates: np.ndarray  # (L - 1,) of the last tempered step
    work: Workspace  # buffers of the fused gradient
    v_offset: np.ndarray  # (D,) the means of the training cases
    h_offset: np.ndarray  # (K,) running means of the hidden units
    train_rows: np.ndarray
    validation_rows: np.ndarray
    average: MovingAverage
    stopping: EarlyStopping
    history: History
    epoch: int = 0  # epochs done
    stopped: bool = False  # by patience


def start_run(rbm, data, settings, rng):
    """A Run before its first step. Draws: the split (if a share is held out), the chains or ladders."""
    vector, rbm = pack(rbm)
    train_rows, validation_rows = np.arange(len(data)), np.arange(0)
    if settings["validation"] > 0:
        train_rows, validation_rows = split_rows(len(data), settings["validation"], rng)
    if settings["patience"] is not None:
        _check_patience(rbm, data, validation_rows)
    v_mean = np.zeros_like(rbm.b)
    if settings["centred"]:
        v_mean = mean_of_cases(data, train_rows).astype(vector.dtype)
    ladder = None
    if settings["method"] == "tempered":
        ladder = init_ladder(rbm, settings["n_rungs"], mean_of_cases(data, train_rows))
        chains = start_ladder(rbm, ladder, settings["n_chains"], rng)
    else:
        first_rows = train_rows[np.arange(settings["n_chains"]) % len(train_rows)]
        first_cases = np.asarray(data[first_rows], dtype=vector.dtype)
        chains = sample_hidden(rbm, first_cases, rng)
    return Run(
        rbm=rbm,
        vector=vector,
        optimizer=OPTIMIZERS[settings["optimizer"]](),
        chains=chains,
        ladder=ladder,
        swap_rates=np.zeros(0),
        work=Workspace(rbm, min(settings["batch_size"], len(train_rows)), settings["n_chains"]),
        v_offset=v_mean,
        h_offset=hidden_probs(rbm, v_mean[None])[0],
        train_rows=train_rows,
        validation_rows=validation_rows,
        average=MovingAverage(settings["average"]),
        stopping=EarlyStopping(settings["patience"]),
        history=History(),
    )


def train_to_the_end(run, data, settings, rng, checkpoint_file=None, progress=False):
    """All the epochs that are left; the state goes to `checkpoint_file` as often as costs a tenth of the time."""
    reporter = Progress(settings["epochs"], done=run.epoch) if progress else None
    seconds_before = run.history["seconds"][-1] if run.epoch else 0.0
    started, clock = time.perf_counter(), SaveClock()
    while run.epoch < settings["epochs"] and not run.stopped:
        last_good = run.vector.copy()
        rate = train_one_epoch(run, data, settings, rng)
        check_finite(run.rbm, f"epoch {run.epoch}", last_good=windows(run.rbm, last_good))
        reason = why_not_normalisable(run.rbm)
        if reason is not None:
            raise Diverged(f"training stopped in epoch {run.epoch}: {reason}; a smaller learning rate or weight decay "
                           "keeps it there", windows(run.rbm, last_good))
        seconds = seconds_before + time.perf_counter() - started
        values = observe(windows(run.rbm, result_vector(run)), data, run.train_rows, run.validation_rows)
        if settings["method"] == "tempered":
            values["lowest_swap_rate"] = run.swap_rates.min()
        run.history.record(rate=rate, seconds=seconds, **values)
        if settings["patience"] is not None:
            run.stopped = run.stopping.should_stop(values["validation_log_likelihood"], result_vector(run))
        if reporter is not None:
            reporter.show(run.epoch, len(run.train_rows), **_headline(values))
        is_last = run.epoch == settings["epochs"] or run.stopped
        if checkpoint_file is not None and (is_last or clock.is_due()):
            clock.save(checkpoint_file, run_state(run, settings, rng))
    if reporter is not None and run.stopped:
        reporter.finish()


def train_one_epoch(run, data, settings, rng):
    """One pass over the training cases, a step a minibatch. Returns the rate of the last step."""
    n_batches = -(-len(run.train_rows) // settings["batch_size"])
    batches = minibatches(data, run.train_rows, settings["batch_size"], rng, run.vector.dtype)
    for i, v in enumerate(batches):
        progress = (run.epoch + i / n_batches) / settings["epochs"]
        rate = scheduled_rate(settings["schedule"], settings["rate"], progress)
        if settings["centred"] and i % 10 == 0:  # the offsets need not be exact, so every tenth batch will do
            run.h_offset += 0.1 * (hidden_probs(run.rbm, v).mean(axis=0) - run.h_offset)
        learning_step(run, v, settings, rate, rng)
    run.epoch += 1
    return rate


def learning_step(run, v, settings, rate, rng):
    """One step up the gradient of the cases v (N, D): moves `run.vector`, and `run.chains` with PCD."""
    if settings["method"] == "pcd" and settings["fused"]:
        scale = rate if run.optimizer.linear else 1.0  # the rate comes in where it costs nothing
        offsets = (run.v_offset, run.h_offset) if settings["centred"] else None
        fused_pcd_gradient(run.rbm, v, run.chains, settings["k"], rng, run.work, offsets, scale)
        direction = run.work.vector
    else:
        scale = 1.0
        direction = flatten(plain_gradient(run, v, settings, rng))
    if settings["sparsity_target"] is not None:
        pull = sparsity_gradient(run.rbm, v, settings["sparsity_target"])
        direction += scale * settings["sparsity_cost"] * flatten(pull)
    if settings["weight_decay"] > 0:
        decayed = windows(run.rbm, direction)
        decayed.W[:] -= scale * settings["weight_decay"] * run.rbm.W
    run.optimizer.step(run.vector, direction, rate / scale)
    if settings["average"] is not None:
        run.average.update(run.vector)


def plain_gradient(run, v, settings, rng):
    """The gradient by the plain function of the method's name, centred if that was asked for."""
    rbm, k = run.rbm, settings["k"]
    if settings["method"] == "cd":
        gradient = cd_gradient(rbm, v, k, rng)
    elif settings["method"] == "pcd":
        gradient, run.chains = pcd_gradient(rbm, v, run.chains, k, rng)
    elif settings["method"] == "tempered":
        gradient, run.chains, run.swap_rates = tempered_gradient(rbm, v, run.ladder, run.chains, k, rng)
    else:
        gradient = exact_gradient(rbm, v)
    return centre(gradient, run.v_offset, run.h_offset) if settings["centred"] else gradient


def observe(rbm, data, train_rows, validation_rows):
    """What the history keeps of an epoch, as a dict of numbers; see `train_rbm`."""
    v = np.asarray(data[train_rows[:MONITORED_CASES]], dtype=rbm.W.dtype)
    values = {
        "reconstruction_error": reconstruction_error(rbm, v),
        "free_energy": free_energy(rbm, v).mean(),
        "weight_norm": np.linalg.norm(rbm.W),
    }
    if len(validation_rows) > 0:
        v_held_out = np.asarray(data[validation_rows], dtype=rbm.W.dtype)
        values["validation_free_energy"] = free_energy(rbm, v_held_out).mean()
        if _is_exact(rbm, v_held_out):
            log_z = log_partition(rbm)
            values["log_likelihood"] = log_likelihood(rbm, v, log_z).mean()
            values["validation_log_likelihood"] = log_likelihood(rbm, v_held_out, log_z).mean()
    return values


def result_vector(run):
    """The parameters that training gives back (P,): the moving average where one is kept, else the last."""
    return run.vector if run.average.decay is None else run.average.vector


def trained_rbm(run):
    """The RBM that training gives back: with patience the best one on the held-out cases."""
    has_best = run.stopping.best_vector is not None
    vector = run.stopping.best_vector if has_best else result_vector(run)
    return windows(run.rbm, vector.copy())


ARRAYS_AND_NUMBERS = ("vector", "chains", "v_offset", "h_offset", "train_rows", "validation_rows", "epoch", "stopped")
RECORDS = ("optimizer", "average", "stopping", "history")
SAVED = ("trained", "settings", "generator", *ARRAYS_AND_NUMBERS, *RECORDS)


def run_state(run, settings, rng):
    """The whole state of a run, and the RBM that it has come to, as a dict for a checkpoint."""
    trained = trained_rbm(run)
    state = {
        "model": "RBM",
        "trained": {name: getattr(trained, name) for name in trained.trainable},
        "settings": settings,
        "generator": generator_state(rng),
    }
    state |= {name: getattr(run, name) for name in ARRAYS_AND_NUMBERS}
    state |= {name: vars(getattr(run, name)) for name in RECORDS}
    return state


def load_rbm_run(folder):
    """`(rbm, settings, history)` of the run in `folder`, as far as it has come. InvalidInput where there is none."""
    state = load_run_state(Path(folder) / CHECKPOINT, "RBM", SAVED)
    settings = state["settings"]
    visible, hidden = units_from_dict(settings["visible"]), units_from_dict(settings["hidden"])
    rbm = RBM(**state["trained"], visible=visible, hidden=hidden)
    return rbm, settings, History(**state["history"])


def resume_run(run, path, settings, rng):
    """Bring a fresh `run` and `rng` to where the checkpoint at `path` stands. InvalidInput where it is of another run."""
    state = load_run_state(path, "RBM", SAVED)
    saved_W = state["trained"]["W"]
    saved_settings = {"W": f"{saved_W.dtype} {saved_W.shape}", **state["settings"]}
    check_same_run(path, saved_settings, {"W": f"{run.rbm.W.dtype} {run.rbm.W.shape}", **settings})
    resume_generator(path, rng, state["generator"])
    run.vector[:] = state["vector"]  # in place: run.rbm's arrays are windows onto it
    for name in ARRAYS_AND_NUMBERS[1:]:
        setattr(run, name, state[name])
    for name in RECORDS:
        vars(getattr(run, name)).update(state[name])


def _check_patience(rbm, data, validation_rows):
    """InvalidInput where there is no exact log-likelihood of held-out cases for `patience` to watch."""
    if len(validation_rows) == 0:
        raise InvalidInput("patience: it watches the held-out cases, and validation is 0; a share such as 0.1 was wanted")
    if not _is_exact(rbm, np.asarray(data[validation_rows[:MONITORED_CASES]])):
        raise InvalidInput(
            f"patience: it watches the exact log-likelihood, which takes states as data and a layer of at most "
            f"{MONITORED_STATES.bit_length() - 1} bits; here {len(rbm.b)} visible and {len(rbm.c)} hidden units "
            "or grey pixels came. Watch validation_free_energy against free_energy instead: they part when it overfits"
        )


def _is_exact(rbm, v):
    """Whether log p(v) is defined (v are states, not grey levels) and cheap enough to sum after every epoch."""
    return has_exact_log_z(rbm, MONITORED_STATES) and rbm.visible.are_states(v)


def _headline(values):
    """The one or two numbers of an epoch that a progress line has room for."""
    if "validation_log_likelihood" in values:
        return {name: values[name] for name in ("log_likelihood", "validation_log_likelihood")}
    if "validation_free_energy" in values:
        return {name: values[name] for name in ("free_energy", "validation_free_energy")}
    return {"reconstruction_error": values["reconstruction_error"]}
