"""Learning in the general Boltzmann machine: both phases sampled, or mean field for the data's.

    ∂ mean log p(v) / ∂W_ij = <s_i s_j>_data - <s_i s_j>_model      for connected i < j
    ∂ mean log p(v) / ∂b_i  = <s_i>_data - <s_i>_model

Gradients point up the mean log-likelihood. <.>_data holds the visible units at the data; the hidden ones
are tied to one another, so that, other than in an RBM, p(h given v) is out of reach too. It comes

    sampled       from clamped chains: one for each case, its visible units held, its hidden ones drawn in turn
    mean-field    from Π_i q(h_i), the product of independent bits that makes the bound below largest:
                  log p(v) >= E_q[-E(v, h)] + H(q) - log Z,  with equality where q(h) = p(h given v)

and <.>_model from free chains, in which all units are drawn. All chains persist: the parameters move
little in a step, so a chain that goes on from where it stood stays near what it should be drawn from.

N cases    n units, the first D of them visible, the other K = n - D hidden    M free chains    k Gibbs sweeps
v (N, D) data, bits    s (N, n) states    mu (N, n) means: v, then the mean of each hidden unit under q

Ackley, Hinton and Sejnowski 1985 (the rule, both phases sampled); Neal 1992 (clamped and free chains that
persist); Salakhutdinov and Hinton 2009 (mean field with free chains).
"""
import time
from dataclasses import dataclass, replace

import numpy as np

from ..foundation.checks import InvalidInput, check_array, check_choice, check_integer, check_generator, check_number
from ..foundation.numerics import bernoulli, sigmoid
from ..foundation.optimizers import SCHEDULES, MovingAverage, scheduled_rate
from ..foundation.records import flatten, pack, windows
from ..foundation.training import (
    History,
    Progress,
    check_cases,
    check_finite,
    minibatches,
)
from .boltzmann import (
    BoltzmannMachine,
    check_boltzmann,
    energy,
    exact_gradient,
    gibbs_sweep,
    log_likelihood,
    unit_input,
)

METHODS = ("sampled", "mean-field", "exact")
MONITORED_CASES = 200  # how many training cases the history looks at after each epoch
MONITORED_UNITS = 16  # a machine of so many units has its 2^16 states listed after each epoch


def sampled_gradient(machine, v, clamped, chains, k, rng):
    """∂ mean log p(v) / ∂(W, b) with both phases sampled, and the chains moved on: `(gradient, clamped, chains)`.

    v (N, D) bits; clamped (N, K), the hidden units at which the clamped chains stand, one chain a case;
    chains (M, n), the states at which the free chains stand; k >= 1 sweeps from there. Draws, in this
    order: k sweeps of the clamped chains over units D, ..., n - 1, then k sweeps of the free ones over
    all, one uniform number a unit and chain. Neal 1992.
    """
    n_visible, n_units = machine.n_visible, len(machine.b)

    # positive phase: the visible units are held at the data
    s_data = np.concatenate([v, clamped], axis=1)
    for _ in range(k):
        s_data = gibbs_sweep(machine, s_data, rng, units=range(n_visible, n_units))

    # negative phase: all units run free
    s_model = chains
    for _ in range(k):
        s_model = gibbs_sweep(machine, s_model, rng)

    return phase_difference(machine, s_data, s_model), s_data[:, n_visible:], s_model


def mean_field_gradient(machine, v, chains, k, rng):
    """∂ mean log p(v) / ∂(W, b), mean field in the positive phase, and the chains moved on: `(gradient, chains)`.

    v (N, D) bits; chains (M, n), the states at which the free chains stand; k >= 1 sweeps over all units
    from there, the only draws. Where the chains are drawn from the model, its mean is the slope of the mean
    `variational_bound` at mu = mean_field(machine, v). Salakhutdinov and Hinton 2009.
    """
    mu = mean_field(machine, v)
    for _ in range(k):
        chains = gibbs_sweep(machine, chains, rng)
    return phase_difference(machine, mu, chains), chains


def phase_difference(machine, s_data, s_model):
    """<s_i s_j>_data - <s_i s_j>_model for connected pairs, and likewise <s_i>: s_data (N, n), s_model (M, n).

    Each mean is over its own rows. Rows of independent means do in place of states, since for i < j
    the mean of s_i s_j is then the product of the two.
    """
    n, m = len(s_data), len(s_model)
    W = s_data.T @ s_data / n - s_model.T @ s_model / m
    b = s_data.sum(axis=0) / n - s_model.sum(axis=0) / m
    return replace(machine, W=W * machine.mask, b=b)


def mean_field(machine, v, n_sweeps=30, tolerance=1e-4):
    """v and the hidden units' means under a best q(h) = Π_i q(h_i), by coordinate ascent: (N, D) -> mu (N, n).

        mu_i = σ(x_i(mu))          for each hidden unit i in turn, from means of 1/2

    Each such step makes `variational_bound` as large as mu_i alone can make it, so the bound never falls; it
    ends at a local maximum. At most n_sweeps sweeps: one that moves no mean by more than `tolerance` is the last.
    """
    mu = np.full((len(v), len(machine.b)), 0.5, machine.W.dtype)
    mu[:, : machine.n_visible] = v
    for _ in range(n_sweeps):
        before = mu.copy()
        for i in range(machine.n_visible, len(machine.b)):
            mu[:, i] = sigmoid(unit_input(machine, mu, i))
        if np.abs(mu - before).max() <= tolerance:
            break
    return mu


def variational_bound(machine, mu, log_z):
    """E_q[-E(s)] + H(q) - log Z <= log p(v), one number a case: mu (N, n), of which the first D are v -> (N,).

    q makes the units independent with the means mu, so E_q[-E(s)] = -E(mu), no pair being a unit with itself,
    and H(q) = -Σ_i mu_i log mu_i + (1 - mu_i) log (1 - mu_i). What it lacks is KL(q || p(h given v)).
    """
    mu = mu.astype(np.float64)
    return -energy(machine, mu) + entropy_of_bits(mu) - log_z


def entropy_of_bits(mu):
    """-Σ_i mu_i log mu_i + (1 - mu_i) log (1 - mu_i), where 0 log 0 = 0: means mu (N, n) -> (N,)."""
    on, off = np.where(mu > 0, mu, 1), np.where(mu < 1, 1 - mu, 1)  # log 1 = 0
    return -np.sum(mu * np.log(on) + (1 - mu) * np.log(off), axis=1)


def train_boltzmann(
    machine,
    data,
    *,
    epochs,
    rng,
    method="sampled",
    k=1,
    batch_size=20,
    rate=0.05,
    schedule="linear",
    n_chains=100,
    weight_decay=0.0,
    average=None,
    progress=False,
):
    """Climb the mean log-likelihood of `data`: `(machine, history)`. The machine that came is left as it was.

    data (N, D)       bits: an array, memory map or Data, anything that row numbers index
    epochs, rng       passes over the data; a numpy Generator that all is drawn from
    method, k         "sampled" clamped and free chains, k sweeps each; "mean-field" with free chains; "exact"
                      by listing the states of a machine of at most 20 units
    batch_size, rate  cases a step; the learning rate at the start
    schedule          of the rate: "constant", "linear" or "cosine", the last two falling to 0
    n_chains          how many free chains; clamped ones there are as many as cases
    weight_decay      d: each step also pulls W down by rate * d * W; the biases are left alone
    average           d in (0, 1): give back the moving average of the parameters with this decay
    progress          say on standard error how far it is

    Pairs outside the mask do not move. The history has, an epoch: rate, seconds (so far), weight_norm of the
    connected pairs and, for machines of at most 16 units, the exact log_likelihood of up to 200 training
    cases. Raises InvalidInput, and Diverged when a parameter is no longer finite.
    """
    settings = {
        "epochs": check_integer("epochs", epochs),
        "method": check_choice("method", method, METHODS),
        "k": check_integer("k", k),
        "batch_size": check_integer("batch_size", batch_size),
        "rate": check_number("rate", rate, 0, np.inf, open_low=True),
        "schedule": check_choice("schedule", schedule, SCHEDULES),
        "n_chains": check_integer("n_chains", n_chains),
        "weight_decay": check_number("weight_decay", weight_decay, 0, 1),
        "average": None if average is None else check_number("average", average, 0, 1, open_low=True, open_high=True),
    }
    check_generator("rng", rng)
    check_boltzmann(machine)
    data = check_cases("data", data, machine.n_visible, check_bits)

    run, history = start_run(machine, data, settings, rng), History()
    reporter = Progress(epochs) if progress else None
    started = time.perf_counter()
    for epoch in range(epochs):
        last_good = run.vector.copy()
        last_rate = train_one_epoch(run, data, epoch, settings, rng)
        check_finite(run.machine, f"epoch {epoch + 1}", last_good=windows(run.machine, last_good))
        values = observe(trained_machine(run), data)
        history.record(rate=last_rate, seconds=time.perf_counter() - started, **values)
        if reporter is not None:
            reporter.show(epoch + 1, len(data), **values)
    return trained_machine(run), history


@dataclass(eq=False)
class Run:
    """Where a training run stands: all that the next step depends on, the generator apart."""

    machine: BoltzmannMachine  # its W and b are windows onto `vector`
    vector: np.ndarray  # (P,)
    clamped: np.ndarray  # (N, K) hidden units of the clamped chains, one for each training case
    chains: np.ndarray  # (M, n) free chains
    average: MovingAverage


def start_run(machine, data, settings, rng):
    """A Run before its first step: visible units of the chains at cases, hidden ones at coin flips.

    Draws: the hidden units of the free chains, then of the clamped ones (none unless the method is "sampled").
    """
    vector, machine = pack(machine)
    n_hidden = len(machine.b) - machine.n_visible
    n_clamped = len(data) if settings["method"] == "sampled" else 0
    first_cases = np.asarray(data[np.arange(settings["n_chains"]) % len(data)], dtype=vector.dtype)
    h_free = bernoulli(np.full((settings["n_chains"], n_hidden), 0.5, vector.dtype), rng)
    h_clamped = bernoulli(np.full((n_clamped, n_hidden), 0.5, vector.dtype), rng)
    return Run(
        machine=machine,
        vector=vector,
        clamped=h_clamped,
        chains=np.concatenate([first_cases, h_free], axis=1),
        average=MovingAverage(settings["average"]),
    )


def train_one_epoch(run, data, epoch, settings, rng):
    """One pass over the training cases, a step a minibatch. Returns the rate of the last step."""
    all_rows = np.arange(len(data))
    n_batches = -(-len(data) // settings["batch_size"])
    batches = minibatches(all_rows, all_rows, settings["batch_size"], rng, all_rows.dtype)  # of row numbers
    for i, rows in enumerate(batches):
        progress = (epoch + i / n_batches) / settings["epochs"]
        rate = scheduled_rate(settings["schedule"], settings["rate"], progress)
        learning_step(run, data, rows, settings, rate, rng)
    return rate


def learning_step(run, data, rows, settings, rate, rng):
    """One step up the gradient of the cases `rows` (N,): moves `run.vector` and the chains."""
    v = np.asarray(data[rows], dtype=run.vector.dtype)
    gradient = gradient_by_method(run, v, rows, settings, rng)
    if settings["weight_decay"] > 0:
        W = gradient.W - settings["weight_decay"] * run.machine.W * run.machine.mask
        gradient = replace(gradient, W=W)
    run.vector += rate * flatten(gradient)
    if settings["average"] is not None:
        run.average.update(run.vector)


def gradient_by_method(run, v, rows, settings, rng):
    """The gradient at the cases v, which are `rows` of the data, by the method that was asked for."""
    machine, k = run.machine, settings["k"]
    if settings["method"] == "sampled":
        clamped, chains = run.clamped[rows], run.chains
        gradient, run.clamped[rows], run.chains = sampled_gradient(machine, v, clamped, chains, k, rng)
    elif settings["method"] == "mean-field":
        gradient, run.chains = mean_field_gradient(machine, v, run.chains, k, rng)
    else:
        gradient = exact_gradient(machine, v)
    return gradient


def observe(machine, data):
    """What the history keeps of an epoch, as a dict of numbers; see `train_boltzmann`."""
    values = {"weight_norm": np.linalg.norm(machine.W * machine.mask)}
    if len(machine.b) <= MONITORED_UNITS:
        v = np.asarray(data[:MONITORED_CASES], dtype=machine.W.dtype)
        values["log_likelihood"] = log_likelihood(machine, v).mean()
    return values


def trained_machine(run):
    """The machine that training gives back: the moving average where one is kept, else the last."""
    vector = run.vector if run.average.decay is None else run.average.vector
    return windows(run.machine, vector.copy())


def check_bits(name, v, width):
    """`v` where it is an array (N, width) of 0 and 1; else InvalidInput."""
    v = check_array(name, v, width=width)
    if not np.isin(v, (0, 1)).all():
        raise InvalidInput(f"{name}: values other than 0 and 1 came, bits were wanted "
                       "(open_data's bits=\"threshold\" makes them of grey pixels)")
    return v
