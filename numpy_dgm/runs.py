"""A training run in a folder: start it, go on with it, load it, sample from it, evaluate it. GANs: gan_runs.py.

The folder holds checkpoint.npz, the run's whole state (see foundation/checkpoint.py), and in it, with the
settings, how the run was asked for: the data, how grey became bits, the seed. So the same call goes on with
a run that was stopped, and whoever has the folder can do all the rest.
"""
from pathlib import Path

import numpy as np

from .adversarial.gan_training import load_gan_run
from .data import open_data
from .data.catalog import default_part
from .energy.gradients import reconstruction_error
from .energy.evaluation import evaluate_rbm, independent_pixels
from .energy.rbm_training import load_rbm_run, train_rbm
from .energy.rbm import free_energy, init_rbm
from .energy.rbm import sample_chains  # noqa: F401  (imported from here by the command and the demo)
from .foundation.checkpoint import CHECKPOINT, load_checkpoint
from .foundation.checks import InvalidInput, check_integer
from .foundation.training import mean_of_cases


def load_run(folder):
    """The trained model of the run in `folder`, an RBM or a GAN. InvalidInput where there is none, or it is cut short."""
    model, _, _ = load_gan_run(folder) if run_model(folder) == "GAN" else load_rbm_run(folder)
    return model


def run_model(folder):
    """The kind of model that the run in `folder` trains: "RBM" or "GAN". InvalidInput where there is no run."""
    return load_checkpoint(Path(folder) / CHECKPOINT).get("model")


def train_rbm_in_folder(folder, *, data, n_hidden, seed=0, bits=None, part=None, **settings):
    """Train an RBM with its state kept in `folder`, or go on with the run that is there: `(rbm, history)`.

    data, bits, part as in `open_data` (part: "train" by default where the data have parts); seed a whole
    number that everything drawn comes from; settings as in `train_rbm`. InvalidInput where the folder holds
    another run; nothing is written over.
    """
    seed = check_integer("seed", seed, least=0)
    part = default_part(data, "train") if part is None else part
    cases = open_cases(data, bits, part, seed)
    rng = np.random.default_rng(seed)
    rbm = init_rbm(cases.shape[1], n_hidden, rng, cases)
    image_shape = None if cases.image_shape is None else list(cases.image_shape)
    notes = {"data_name": str(data), "part": part, "bits": cases.bits, "seed": seed, "image_shape": image_shape}
    return train_rbm(rbm, cases, rng=rng, checkpoint=folder, notes=notes, **settings)


def open_cases(data, bits, part, seed):
    """The Data of that name or path; what a pixel's bit is drawn from, where bits are sampled, comes from the seed."""
    return open_data(data, bits=bits, part=part, rng=np.random.default_rng([seed, 1]))


def evaluate_rbm_run(folder, *, data=None, bits=None, part=None, seed=0, **settings):
    """What can be said of the run in `folder`, on data that it has not seen where there are any: a dict.

    data, bits, part: what to measure it on, by default the run's own data and their test part; seed, settings
    (method, executor, n_temperatures, n_walks) as in `evaluate_rbm`. Holds `data` (a text that says on what),
    `evaluation` (see `evaluate_rbm`), `reconstruction_error`, `free_energy`, `training_free_energy` and
    `independent_pixels` (mean log p by a model without hidden units). InvalidInput where grey pixels were read as
    they are: log p of bits needs bits.
    """
    rbm, trained_with, _ = load_rbm_run(folder)
    run_seed = trained_with["seed"]
    trained_on = open_cases(trained_with["data_name"], trained_with["bits"], trained_with["part"], run_seed)
    data = trained_with["data_name"] if data is None else data
    part = default_part(data, "test") if part is None else part
    cases = open_cases(data, trained_with["bits"] if bits is None else bits, part, run_seed + 1)
    v = rbm.visible.check(data, cases[:], len(rbm.b))
    if not rbm.visible.are_states(v):
        raise InvalidInput(f"bits: {cases.bits!r} came, which leaves grey pixels in {data}; log p of a model of bits "
                       "depends on how grey becomes bits: 'threshold' or 'sampled' was wanted")
    return {
        "data": f"{data}, part {part or 'all'}, bits {cases.bits}",
        "evaluation": evaluate_rbm(rbm, v, np.random.default_rng(seed), **settings),
        "reconstruction_error": reconstruction_error(rbm, v),
        "free_energy": free_energy(rbm, v).mean(),
        "training_free_energy": free_energy(rbm, trained_on[:]).mean(),
        "independent_pixels": independent_pixels(mean_of_cases(trained_on, np.arange(len(trained_on))), v),
    }
